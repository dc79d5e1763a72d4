"""The rule table as Cypher: whether a row may be seen, told by where the statement comes from.

Two things make rules cheap without weakening them. A statement that walks to a row over an edge already holds the row
that a grant about this edge speaks of: the grant's test is then made on that row, once, before the walk (`hoisted`),
and never again per row where no second row can be at that end. And a grant *through* a visible row holds by itself
where the statement came from just that row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import MappingProxyType
from typing import Final

from graph_schema import cypher
from graph_schema.model import DeskList, Edge, GraphSchema, Route
from graph_schema.rule import AnyOf, Grant, Guard, Predicate, Rule, grant_slot
from hub.compile.plan import NOTHING, VISIBLE, Readable, Side, Visibility, Walk

Fresh = Callable[[str], str]
NOTHING_SAID: Final[Mapping[str, bool]] = MappingProxyType({})
_NO_GUARDS: Final[Mapping[Guard, str]] = MappingProxyType({})
_PUBLIC: Final = Visibility(predicate=None, whole=("true",))
"""Of rows that all viewers of a kind see."""


@dataclass(frozen=True, slots=True)
class ArrivedBy:
    """How a statement came to a row: from `start` (of that label, itself visible) along a route, by edge variable
    `edge`.
    """

    start: str
    label: str
    route: Route
    edge: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A grant as it is asked of a row whose other end the statement holds: alternatives, of which one must hold.

    `hoisted` are expressions to compute before the walk: variable -> expression. `known` stands for the grant on all
    rows there. `decides` are tests that say nothing about the row: where one holds, later grants may as well.
    """

    alternatives: tuple[str, ...]
    hoisted: Mapping[str, str]
    known: str | None
    decides: tuple[str, ...]


class Access:
    """The rules of a graph as one statement asks them, as predicates.

    `fresh` gives variables that nobody else of the statement uses; `side` says where its lists of protected rows start.
    """

    def __init__(self, graph: GraphSchema, fresh: Fresh, side: Side = Side.CHEAPER) -> None:
        self.graph = graph
        self.fresh = fresh
        self.side = side
        self.asks = False
        """Whether anything was made of a rule, so that the statement holds for some viewers only."""
        self.enumerations: dict[str, str] = {}
        """The labels of which all visible rows are to be listed at the head, each with the name of that list."""

    @classmethod
    def of_statement(cls, graph: GraphSchema, side: Side) -> "Access":
        """For a statement whose variables are numbered."""
        numbers = count(1)
        return cls(graph, lambda wanted: f"{wanted}{next(numbers)}", side)

    def along(
        self,
        start: str,
        label: str,
        route: Route,
        *,
        pattern_start: str | None = None,
        said: Mapping[str, bool] = NOTHING_SAID,
    ) -> Walk:
        """The walk along a route from `start`, a visible row of that label, to the visible rows there.

        `pattern_start` stands where the pattern must say more of `start` than its name. `said` is what the statement
        says of the rows there.
        """
        row, edge = self.fresh("n"), self.fresh("e")
        seen = self.row(row, route.labels, said, ArrivedBy(start, label, route, edge))
        counts = self._counts(start, route, row, edge, seen.predicate)
        return Walk(_match(pattern_start or start, route, row, edge), counts, row, edge, seen)

    def looked_up(self, start: str, label: str, route: Route) -> Walk:
        """The same to rows that only a condition or an order speaks of: without a sub-query of their rule in that of
        the condition.
        """
        row, edge = self.fresh("n"), self.fresh("e")
        seen = self.seen(row, route.labels, ArrivedBy(start, label, route, edge))
        return Walk(
            _match(start, route, row, edge), self._counts(start, route, row, edge, seen), row, edge, Visibility(seen)
        )

    def of_desk(self, listed: DeskList, row: str) -> str:
        """The predicate that the row behind the variable is one of that list of what lies on the viewer's desk."""
        self.asks = True
        return f"({self._bind(listed.where, {'n': row})})"

    def _bind(self, template: str, given: Mapping[str, str]) -> str:
        """The template about these variables, and about fresh ones."""
        return cypher.bind(template, given, self.fresh)

    def _counts(self, start: str, route: Route, row: str, edge: str, seen: str | None) -> tuple[str, ...]:
        """The predicates by which the edge walked counts, and the row there is seen."""
        tail, head = (start, row) if route.forward else (row, start)
        counts = self._bind(route.way.when, {"e": edge}) if route.way.when else None
        return tuple(filter(None, (counts, self.edge(route.edge, tail, head, edge), seen)))

    def row(
        self,
        variable: str,
        labels: tuple[str, ...],
        said: Mapping[str, bool] = NOTHING_SAID,
        arrival: ArrivedBy | None = None,
    ) -> Visibility:
        """Whether a row of one of these labels may be seen. Each label stands under its own rule.

        `said` are properties that are true, or false, of all rows that the statement asks for: a grant about one of
        those is decided.
        """
        if len(labels) == 1:
            return self._of_label(variable, labels[0], said, arrival)
        each = [(label, self._of_label(variable, label, said, arrival)) for label in labels]
        parts = [f"(NOT {variable}:{label} OR {seen.predicate})" for label, seen in each if seen.predicate is not None]
        return Visibility(
            " AND ".join(parts) or None,
            hoisted={name: text for _, seen in each for name, text in seen.hoisted.items()},
            known={grant: text for _, seen in each for grant, text in seen.known.items()},
            later={grant: text for _, seen in each for grant, text in seen.later.items()},
        )

    def seen(self, variable: str, labels: tuple[str, ...], arrival: ArrivedBy) -> str | None:
        """Whether a row that conditions or an order look up may be seen: as one of the rows enumerated once, at the
        head.

        The rule as a predicate would be a sub-query within the condition's, which takes the planner seconds.
        """
        parts: list[str] = []
        for label in labels:
            rule = self.rule(label)
            if rule.public or any(self._came_through(grant, arrival) for grant in rule.grants):
                continue
            everything = rule.everything
            if rule.all_or_none and everything:
                test = everything
            else:
                self.enumerations[label] = f"seen{label}"
                test = (
                    f"{variable} IN seen{label}"
                    if everything is None
                    else f"({everything} OR {variable} IN seen{label})"
                )
            parts.append(test if len(labels) == 1 else f"(NOT {variable}:{label} OR {test})")
        return " AND ".join(parts) or None

    def beyond(self, label: str, way: str, row: str) -> str | None:
        """Whether a row may be seen at the end of that way from a visible row of the label; None where that follows."""
        route = self.graph.routes(label)[way]
        rules = (self.rule(target).grants for target in route.labels)
        arrival = ArrivedBy("", label, route, "")
        if all(any(self._came_through(grant, arrival) for grant in grants) for grants in rules):
            return None
        return self.row(row, route.labels).predicate

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str | None:
        """Whether the edge between two visible rows may be seen; None where it always may."""
        rule = self.graph.edge_rule(edge)
        if rule is None:
            return None
        self.asks = True
        if rule.test == "true":
            return None
        return f"({self._bind(rule.test, {'a': tail, 'b': head, 'e': variable})})"

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        """The same without sub-queries. Raises `ValueError` for an edge whose rule has no such form."""
        rule = self.graph.edge_rule(edge)
        if rule is None:
            return "true"
        self.asks = True
        if rule.by_sets is None:
            raise ValueError(f"{edge.name}: who may see it is not told by sets")
        return f"({self._bind(rule.by_sets, {'a': tail, 'b': head})})"

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        """The rule of a label in two halves: what the row at the end of that edge decides for all its rows, and
        what is left to each.
        """
        grants = self.rule(label).grants
        of_end = [grant for grant in grants if grant.edge == edge.name and not grant.through]
        here = [self._bind(test.text, {"x": end}) for grant in of_end for test in grant.tests]
        left = [test for grant in grants if grant not in of_end for test in self._anywhere(row, label, grant)]
        return f"({' OR '.join(here) or 'false'})", f"({' OR '.join(left) or 'false'})"

    def guarded(
        self, variable: str, label: str, guards: Sequence[Guard], seen: Visibility, unless: str = "false"
    ) -> Readable:
        """Whether properties of a visible row may be read, by their guards.

        A grant that guards name is looked up once for the row, and then known; for a row on which every one of the
        guards is open it is not looked up, nor where `unless` holds.
        """
        rule = self.rule(label)
        if not guards:
            return Readable(_NO_GUARDS, NOTHING, seen)
        self.asks = True
        bound: dict[Guard, tuple[str, str]] = {}
        for guard in guards:
            if guard.open != "true":
                kept = {slot: f"{{{slot}}}" for slot in guard.grants}
                bound[guard] = (
                    self._bind(guard.open, {"n": variable}),
                    self._bind(guard.test, {"n": variable, **kept}),
                )
        named = {slot for guard in bound for slot in guard.grants}
        all_open = " AND ".join(opened for opened, _ in bound.values())
        decided = all_open if unless == "false" else f"{unless} OR ({all_open})"
        known, lookups, slots = dict(seen.known), dict[str, str](), dict[str, str]()
        for grant in (*rule.grants, *rule.of_facts):
            (slot,), key = cypher.slots_of(grant_slot(grant.name)), (label, grant.name)
            if slot not in named:
                continue
            if key not in known:
                known[key] = self.fresh("may")
                test = seen.later.get(key) or " OR ".join(self._anywhere(variable, label, grant))
                lookups[known[key]] = f"CASE WHEN {decided} THEN true ELSE {test} END"
            slots[slot] = known[key]
        tests = {guard: "true" for guard in guards if guard not in bound}
        for guard, (opened, test) in bound.items():
            holds = cypher.fill(test, **{slot: slots[slot] for slot in guard.grants})
            tests[guard] = f"({opened} OR {holds})"
        return Readable(tests, lookups, replace(seen, known=known) if lookups else seen)

    def rule(self, label: str) -> Rule:
        """The rule of a label, which the statement then asks."""
        rule = self.graph.rule(label)
        self.asks |= rule.of_kind or not rule.public
        return rule

    def _of_label(self, variable: str, label: str, said: Mapping[str, bool], arrival: ArrivedBy | None) -> Visibility:
        rule = self.rule(label)
        if rule.public:
            return _PUBLIC if rule.of_kind else VISIBLE
        if arrival and any(self._came_through(grant, arrival) for grant in rule.grants):
            return VISIBLE
        decided_by_row = [said.get(grant.flag or "") for grant in rule.grants]
        if True in decided_by_row:
            return self._of_seen(variable, label, arrival)
        alternatives: list[str] = []
        decided: list[str] = []
        hoisted: dict[str, str] = {}
        known: dict[tuple[str, str], str] = {}
        for grant, holds in zip(rule.grants, decided_by_row, strict=True):
            if holds is False:
                continue
            if arrival and not grant.through and _is_about(grant, arrival):
                asked = self._on_arrival(variable, label, grant, arrival, decided)
                alternatives += asked.alternatives
                hoisted |= asked.hoisted
                decided += asked.decides
                if asked.known:
                    known[label, grant.name] = asked.known
            else:
                alternatives += self._anywhere(variable, label, grant)
            if grant.of_viewer:
                decided.append(grant.of_viewer)
        predicate = f"({' OR '.join(alternatives) or 'false'})"
        return Visibility(predicate, hoisted, known, whole=(*rule.of_viewer, *hoisted))

    def _of_seen(self, variable: str, label: str, arrival: ArrivedBy | None) -> Visibility:
        """Rows of which all are visible: grants are asked later, and only where a guard is about one."""
        later: dict[tuple[str, str], str] = {}
        if arrival and arrival.route.arrives_as_only:
            for grant in self.rule(label).grants:
                if not grant.through and _is_about(grant, arrival):
                    templates, _ = _arriving(grant, arrival)
                    later[label, grant.name] = " OR ".join(
                        self._filled(template, variable, arrival) for template in templates
                    )
        return Visibility(predicate=None, later=later, whole=("true",))

    def _filled(self, template: str, variable: str, arrival: ArrivedBy) -> str:
        return self._bind(template, {"n": variable, "x": arrival.start, "e": arrival.edge})

    def _on_arrival(
        self, variable: str, label: str, grant: Grant, arrival: ArrivedBy, decided: Sequence[str]
    ) -> _Asked:
        """The grant on a row whose other end the statement holds already.

        `decided` are the tests of earlier grants that say nothing about the row: where one of them holds, so may this
        one.
        """
        templates, looks_up = _arriving(grant, arrival)
        test = " OR ".join([self._filled(template, variable, arrival) for template in templates])
        if any("{e}" in template or "{n}" in template for template in templates):
            here, hoisted = f"({test})", NOTHING
            decides = ()
        else:
            here = self.fresh("may")
            before = f"CASE WHEN {' OR '.join(decided)} THEN true ELSE {test} END"
            hoisted = {here: before if looks_up and decided else test}
            decides = () if looks_up else (test,)
        if arrival.route.arrives_as_only:
            return _Asked((here,), hoisted, here, decides)
        return _Asked((here, *self._anywhere(variable, label, grant)), hoisted, None, decides)

    def _anywhere(self, variable: str, label: str, grant: Grant) -> list[str]:
        """The grant on a row about which nothing is known, as alternatives."""
        if grant.edge is None:
            return [self._bind(test.text, {"n": variable}) for test in grant.tests]
        if grant.through:
            return self._through(variable, label, grant)
        return [self._beyond(variable, grant, test, []) for test in grant.tests]

    def _beyond(self, start: str, grant: Grant, test: Predicate, before: list[str]) -> str:
        """The test of a grant on a row, or on the other end of the grant's edge: one sub-query, with the patterns
        that lead there.
        """
        given, patterns = {"n": start}, list(before)
        if grant.edge:
            given |= {"x": self.fresh("x"), "e": self.fresh("e")}
            declared = self.graph.edge(grant.edge)
            ends = declared.head if grant.forward else declared.tail
            patterns.append(hop(start, declared, grant.forward, given["e"], f"{given['x']}:{'|'.join(ends)}"))
        # filled as one text, so that a variable of the pattern is the same one in the condition
        match, where = self._bind(f"{test.match or ''}\n{test.where}", given).split("\n")
        patterns += filter(None, (match,))
        return cypher.only_if(
            test.gate, f"EXISTS {{ {' '.join(f'MATCH {pattern}' for pattern in patterns)} WHERE {where} }}"
        )

    def _through(self, variable: str, label: str, grant: Grant) -> list[str]:
        """What makes the row at the other end visible, each with the way there in its own sub-query."""
        assert grant.through is not None
        assert grant.edge is not None
        decided = self.rule(label).of_viewer
        alternatives: list[str] = []
        for inner in self.rule(grant.through).grants:
            if inner.name in (*grant.implied, *grant.but) or inner.of_viewer in decided:
                continue
            middle = self.fresh("x")
            step = hop(
                variable, self.graph.edge(grant.edge), grant.forward, self.fresh("e"), f"{middle}:{grant.through}"
            )
            alternatives += [self._beyond(middle, inner, test, [step]) for test in inner.tests]
        return alternatives

    def _came_through(self, grant: Grant, arrival: ArrivedBy) -> bool:
        """Whether the statement came from the very row that the grant passes through, whatever makes that visible."""
        if grant.through is None or grant.through != arrival.label or not _is_about(grant, arrival):
            return False
        return all(inner.name not in grant.but for inner in self.rule(grant.through).grants)


def _is_about(grant: Grant, arrival: ArrivedBy) -> bool:
    """Whether the grant speaks of just the edge the statement came over."""
    return grant.edge == arrival.route.edge.name and grant.forward != arrival.route.forward


def _arriving(grant: Grant, arrival: ArrivedBy) -> tuple[list[str], bool]:
    """The grant's tests as templates, where the row at its other end is at hand; whether one is a sub-query."""
    at_label = None if grant.by_label is None else grant.by_label.get(arrival.label, "false")
    if at_label:
        return [at_label], isinstance(at_label, AnyOf) and at_label.looks_up
    return [test.text for test in grant.tests], any(test.looks_up for test in grant.tests)


def hop(start: str, edge: Edge, forward: bool, variable: str, end: str) -> str:
    """The pattern of one step along an edge."""
    left, right = ("-", "->") if forward else ("<-", "-")
    return f"({start}){left}[{variable}:{edge.type}]{right}({end})"


def _match(start: str, route: Route, row: str, edge: str) -> str:
    end = f"{row}:{'|'.join(route.labels)}"
    return f"MATCH {hop(start, route.edge, route.forward, edge, end)}"
