"""The rule table as Cypher: whether a row may be seen, told by where the statement comes from.

Two things make rules cheap without weakening them. A statement that walks to a row over an edge already holds the row
that a grant about this edge speaks of: the grant's test is then made on that row, once, before the walk (`hoisted`),
and never again per row where no second row can be at that end. And a grant *through* a visible row holds by itself
where the statement came from just that row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graph_schema import cypher
from graph_schema.model import Edge, GraphSchema, Route
from graph_schema.rule import Grant, Guard, Predicate, Rule

Fresh = Callable[[str], str]
NOTHING: Final[Mapping[str, bool]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ArrivedBy:
    """How a statement came to a row: from `start` (of that label, itself visible) along a route, by edge variable
    `edge`.
    """

    start: str
    label: str
    route: Route
    edge: str


@dataclass(slots=True)
class Visibility:
    """What makes the rows behind a variable visible.

    `predicate` is None where nothing needs to be asked. `hoisted`: variable -> expression, to be computed before the
    walk.
    `known`: label and grant -> the expression that stands for it on these rows, or for it and the grants before it.
    `later`: the same where it costs and may not be needed: a predicate to make when it is.
    `whole`: tests that ask no row; where one holds, all rows are visible.
    """

    predicate: str | None
    hoisted: dict[str, str] = field(default_factory=dict[str, str])
    known: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    later: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    whole: tuple[str, ...] = ()


class Access:
    """Turns the rules of a graph into predicates; `fresh` gives variables that nobody else uses."""

    def __init__(self, graph: GraphSchema, fresh: Fresh) -> None:
        self._graph = graph
        self._fresh = fresh
        self.asks = False
        """Whether anything was made of a rule, so that the statement holds for some viewers only."""
        self.enumerations: dict[str, str] = {}

    def row(
        self,
        variable: str,
        labels: tuple[str, ...],
        said: Mapping[str, bool] = NOTHING,
        arrival: ArrivedBy | None = None,
    ) -> Visibility:
        """Whether a row of one of these labels may be seen. Each label stands under its own rule.

        `said` are properties that are true, or false, of all rows that the statement asks for: a grant about one of
        those is decided.
        """
        if len(labels) == 1:
            return self._of_label(variable, labels[0], said, arrival)
        whole = Visibility(predicate=None)
        parts: list[str] = []
        for label in labels:
            sight = self._of_label(variable, label, said, arrival)
            whole.hoisted |= sight.hoisted
            whole.known |= sight.known
            whole.later |= sight.later
            if sight.predicate is not None:
                parts.append(f"(NOT {variable}:{label} OR {sight.predicate})")
        whole.predicate = " AND ".join(parts) or None
        return whole

    def everything(self, label: str) -> str | None:
        """The predicate, about the viewer alone, under which every row of the label may be seen; None where there
        is none.
        """
        tests = self._rule(label).of_viewer
        return f"({' OR '.join(tests)})" if tests else None

    def enumerated(self, label: str, variable: str, but: tuple[str, ...] = ()) -> str:
        """Clauses that bind all rows the viewer may see by grants about rows, once for each reason, walked from the
        viewer's side.

        `but` names grants to leave out. Rows are told apart by whoever takes them, best in `RETURN DISTINCT`: in a
        `WITH` or by `UNION`, Neo4j weighs each row together with the lists that the sub-query was given.
        """
        grants = [grant for grant in self._rule(label).grants if not grant.of_viewer and grant.name not in but]
        if not grants:
            return f"MATCH ({variable}:{label}) WHERE false"
        text = " UNION ALL ".join(f"{self._rows(grant, label, variable)} RETURN {variable}" for grant in grants)
        named = cypher.words(text)
        names = [found.name for found in self._graph.viewer_sets if found.name in named]
        return f"CALL ({', '.join(names)}) {{ {text} }}"

    def seen(self, variable: str, labels: tuple[str, ...], arrival: ArrivedBy) -> str | None:
        """Whether a row that conditions or an order look up may be seen: as one of the rows enumerated once, at the
        head.

        The rule as a predicate would be a sub-query within the condition's, which takes the planner seconds.
        """
        parts: list[str] = []
        for label in labels:
            rule = self._rule(label)
            if rule.public or any(_came_through(grant, arrival) for grant in rule.grants):
                continue
            everything = self.everything(label)
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

    def heads(self) -> list[str]:
        """The clauses that enumerate what `seen` asks for."""
        lines: list[str] = []
        for label, name in self.enumerations.items():
            row = self._fresh("seen")
            rows = f"COLLECT {{ {self.enumerated(label, row)} RETURN DISTINCT {row} }}"
            everything = self.everything(label)
            lines.append(
                f"WITH *, {f'CASE WHEN {everything} THEN [] ELSE {rows} END' if everything else rows} AS {name}"
            )
        return lines

    def degree(self, label: str) -> str | None:
        """About how many rows `enumerated` gives, in constant time; None where that cannot be told and may be many."""
        parts: list[str] = []
        for grant in self._rule(label).grants:
            if grant.of_viewer:
                continue
            told = self.degree(grant.through) if grant.through else grant.degree
            if told is None:
                return None
            parts.append(
                told
                if grant.through
                else f"reduce(sum = 0, p IN own | sum + {cypher.bind(told, {'p': 'p'}, self._fresh)})"
            )
        return " + ".join(parts) or "0"

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str | None:
        """Whether the edge between two visible rows may be seen; None where it always may."""
        rule = self._graph.edge_rule(edge)
        if rule is None:
            return None
        self.asks = True
        if rule.test == "true":
            return None
        return f"({cypher.bind(rule.test, {'a': tail, 'b': head, 'e': variable}, self._fresh)})"

    def edge_by_sets(self, edge: Edge, tail: str, head: str) -> str:
        """The same without sub-queries. Raises `ValueError` for an edge whose rule has no such form."""
        rule = self._graph.edge_rule(edge)
        if rule is None:
            return "true"
        self.asks = True
        if rule.by_sets is None:
            raise ValueError(f"{edge.name}: who may see it is not told by sets")
        return f"({cypher.bind(rule.by_sets, {'a': tail, 'b': head}, self._fresh)})"

    def by_edge(self, label: str, edge: Edge, row: str, end: str) -> tuple[str, str]:
        """The rule of a label in two halves: what the row at the end of that edge decides for all its rows, and
        what is left to each.
        """
        grants = self._rule(label).grants
        of_end = [grant for grant in grants if grant.edge == edge.name and not grant.through]
        here = [cypher.bind(_at_hand(test), {"x": end}, self._fresh) for grant in of_end for test in grant.tests]
        left = [test for grant in grants if grant not in of_end for test in self._anywhere(row, label, grant)]
        return f"({' OR '.join(here) or 'false'})", f"({' OR '.join(left) or 'false'})"

    def guarded(
        self,
        variable: str,
        label: str,
        guards: Sequence[Guard],
        sight: Visibility,
        clauses: list[str],
        unless: str = "false",
    ) -> Mapping[Guard, str]:
        """Whether properties of a visible row may be read, by their guards.

        A grant that guards name is computed once for the row, by a clause added to `clauses`, and then known; for a row
        on which every one of the guards is open it is not looked up, nor where `unless` holds.
        """
        rule = self._rule(label)
        self.asks |= bool(guards)
        filled = {
            guard: [cypher.bind(text, {"n": variable}, self._fresh) for text in (guard.open, guard.test)]
            for guard in guards
            if guard.open != "true"
        }
        named = " ".join(test for _, test in filled.values())
        all_open = " AND ".join(opened for opened, _ in filled.values())
        known = all_open if unless == "false" else f"{unless} OR ({all_open})"
        for grant in (*rule.grants, *rule.of_facts):
            slot, key = f"[{grant.name}]", (label, grant.name)
            if slot not in named:
                continue
            if key not in sight.known:
                sight.known[key] = self._fresh("may")
                test = sight.later.get(key) or " OR ".join(self._anywhere(variable, label, grant))
                clauses.append(f"WITH *, CASE WHEN {known} THEN true ELSE {test} END AS {sight.known[key]}")
            for texts in filled.values():
                texts[1] = texts[1].replace(slot, sight.known[key])
        open_to_all = {guard: "true" for guard in guards if guard not in filled}
        return open_to_all | {guard: f"({opened} OR {test})" for guard, (opened, test) in filled.items()}

    def _rule(self, label: str) -> Rule:
        rule = self._graph.rule(label)
        self.asks |= rule.of_kind or not rule.public
        return rule

    def _of_label(self, variable: str, label: str, said: Mapping[str, bool], arrival: ArrivedBy | None) -> Visibility:
        rule = self._rule(label)
        if rule.public:
            return Visibility(predicate=None, whole=("true",) if rule.of_kind else ())
        if arrival and any(_came_through(grant, arrival) for grant in rule.grants):
            return Visibility(predicate=None)
        decided_by_row = [said.get(grant.flag or "") for grant in rule.grants]
        if True in decided_by_row:
            return self._of_seen(variable, label, arrival)
        sight = Visibility(predicate=None)
        alternatives: list[str] = []
        decided: list[str] = []
        for grant, holds in zip(rule.grants, decided_by_row, strict=True):
            if holds is False:
                continue
            if arrival and not grant.through and _is_about(grant, arrival):
                alternatives += self._on_arrival(variable, label, grant, arrival, sight, decided)
            else:
                alternatives += self._anywhere(variable, label, grant)
            if grant.of_viewer:
                decided.append(grant.of_viewer)
        sight.whole = (*rule.of_viewer, *sight.hoisted)
        sight.predicate = f"({' OR '.join(alternatives)})"
        return sight

    def _of_seen(self, variable: str, label: str, arrival: ArrivedBy | None) -> Visibility:
        """Rows of which all are visible: grants are asked later, and only where a guard is about one."""
        sight = Visibility(predicate=None, whole=("true",))
        if arrival and arrival.route.arrives_as_only:
            for grant in self._rule(label).grants:
                if not grant.through and _is_about(grant, arrival):
                    templates = _arriving(grant, arrival)
                    sight.later[label, grant.name] = " OR ".join(
                        self._filled(template, variable, arrival) for template in templates
                    )
        return sight

    def _filled(self, template: str, variable: str, arrival: ArrivedBy) -> str:
        return cypher.bind(template, {"n": variable, "x": arrival.start, "e": arrival.edge}, self._fresh)

    def _on_arrival(
        self, variable: str, label: str, grant: Grant, arrival: ArrivedBy, sight: Visibility, decided: list[str]
    ) -> list[str]:
        """The grant on a row whose other end the statement holds already.

        `decided` are the tests of earlier grants that say nothing about the row: where one of them holds, so may this
        one.
        """
        templates = _arriving(grant, arrival)
        tests = [self._filled(template, variable, arrival) for template in templates]
        if any("{e}" in template or "{n}" in template for template in templates):
            here = f"({' OR '.join(tests)})"
        else:
            here = self._fresh("may")
            test = " OR ".join(tests)
            walks = "EXISTS" in test
            sight.hoisted[here] = (
                f"CASE WHEN {' OR '.join(decided)} THEN true ELSE {test} END" if walks and decided else test
            )
            if not walks:
                decided.append(test)
        if arrival.route.arrives_as_only:
            sight.known[label, grant.name] = here
            return [here]
        return [here, *self._anywhere(variable, label, grant)]

    def _anywhere(self, variable: str, label: str, grant: Grant) -> list[str]:
        """The grant on a row about which nothing is known, as alternatives."""
        if grant.edge is None:
            return [cypher.bind(_at_hand(test), {"n": variable}, self._fresh) for test in grant.tests]
        if grant.through:
            return self._through(variable, label, grant)
        return [self._beyond(variable, grant, test, []) for test in grant.tests]

    def _beyond(self, start: str, grant: Grant, test: Predicate, before: list[str]) -> str:
        """The test of a grant on a row, or on the other end of the grant's edge: one sub-query, with the patterns
        that lead there.
        """
        given, patterns = {"n": start}, list(before)
        if grant.edge:
            given |= {"x": self._fresh("x"), "e": self._fresh("e")}
            declared = self._graph.edge(grant.edge)
            ends = declared.head if grant.forward else declared.tail
            patterns.append(hop(start, declared, grant.forward, given["e"], f"{given['x']}:{'|'.join(ends)}"))
        # filled as one text, so that a variable of the pattern is the same one in the condition
        match, where = cypher.bind(f"{test.match or ''}\n{test.where}", given, self._fresh).split("\n")
        patterns += filter(None, (match,))
        return cypher.only_if(
            test.gate, f"EXISTS {{ {' '.join(f'MATCH {pattern}' for pattern in patterns)} WHERE {where} }}"
        )

    def _rows(self, grant: Grant, label: str, variable: str) -> str:
        if grant.rows is not None:
            return cypher.bind(grant.rows, {"n": variable}, self._fresh)
        assert grant.through is not None
        assert grant.edge is not None
        other = self._fresh("x")
        back = hop(other, self._graph.edge(grant.edge), not grant.forward, self._fresh("e"), f"{variable}:{label}")
        return f"{self.enumerated(grant.through, other, grant.implied)} MATCH {back}"

    def _through(self, variable: str, label: str, grant: Grant) -> list[str]:
        """What makes the row at the other end visible, each with the way there in its own sub-query."""
        assert grant.through is not None
        assert grant.edge is not None
        decided = self._rule(label).of_viewer
        alternatives: list[str] = []
        for inner in self._rule(grant.through).grants:
            if inner.name in grant.implied or inner.of_viewer in decided:
                continue
            middle = self._fresh("x")
            step = hop(
                variable, self._graph.edge(grant.edge), grant.forward, self._fresh("e"), f"{middle}:{grant.through}"
            )
            alternatives += [self._beyond(middle, inner, test, [step]) for test in inner.tests]
        return alternatives


def _at_hand(test: Predicate) -> str:
    """A test as one predicate about rows that are at hand."""
    return test.text


def _is_about(grant: Grant, arrival: ArrivedBy) -> bool:
    """Whether the grant speaks of just the edge the statement came over."""
    return grant.edge == arrival.route.edge.name and grant.forward != arrival.route.forward


def _arriving(grant: Grant, arrival: ArrivedBy) -> list[str]:
    """The grant's tests as templates, where the row at its other end is at hand."""
    at_label = None if grant.by_label is None else grant.by_label.get(arrival.label, "false")
    return [at_label] if at_label else [_at_hand(test) for test in grant.tests]


def _came_through(grant: Grant, arrival: ArrivedBy) -> bool:
    return _is_about(grant, arrival) and arrival.label == grant.through


def hop(start: str, edge: Edge, forward: bool, variable: str, end: str) -> str:
    """The pattern of one step along an edge."""
    left, right = ("-", "->") if forward else ("<-", "-")
    return f"({start}){left}[{variable}:{edge.type}]{right}({end})"
