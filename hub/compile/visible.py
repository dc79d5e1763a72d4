"""The rule table as Cypher: whether a row may be seen, told by where the statement comes from.

Two things make rules cheap without weakening them. A statement that walks to a row over an edge already holds the row
that a grant about this edge speaks of: the grant's test is then made on that row, once, before the walk (`hoisted`), and
never again per row where no second row can be at that end. And a grant *through* a visible row holds by itself where the
statement came from just that row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph_schema import cypher
from graph_schema.model import Edge, Grant, GraphSchema, Property, Route

Fresh = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a statement came to a row: from `start` (of that label, itself visible) along a route, by edge variable `edge`."""

    start: str
    label: str
    route: Route
    edge: str


@dataclass(slots=True)
class Sight:
    """What makes the rows behind a variable visible.

    `predicate` is None where nothing needs to be asked. `hoisted`: variable -> expression, to be computed before the walk.
    `known`: label and grant -> the expression that stands for it on these rows, or for it and the grants before it.
    """

    predicate: str | None
    hoisted: dict[str, str] = field(default_factory=dict[str, str])
    known: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])


class Visible:
    """Turns the rules of a graph into predicates; `fresh` gives variables that nobody else uses."""

    def __init__(self, graph: GraphSchema, fresh: Fresh) -> None:
        self._graph = graph
        self._fresh = fresh

    def row(self, variable: str, labels: tuple[str, ...], arrival: Arrival | None = None) -> Sight:
        """Whether a row of one of these labels may be seen. Each label stands under its own rule."""
        if len(labels) == 1:
            return self._of_label(variable, labels[0], arrival)
        whole = Sight(predicate=None)
        parts: list[str] = []
        for label in labels:
            sight = self._of_label(variable, label, arrival)
            whole.hoisted |= sight.hoisted
            whole.known |= sight.known
            if sight.predicate is not None:
                parts.append(f"(NOT {variable}:{label} OR {sight.predicate})")
        whole.predicate = " AND ".join(parts) or None
        return whole

    def everything(self, label: str) -> str | None:
        """The predicate, about the viewer alone, under which every row of the label may be seen; None where there is none."""
        tests = [cypher.fill(grant.test or "", {}, self._fresh) for grant in self._graph.rule(label).grants if grant.of_viewer]
        return f"({' OR '.join(tests)})" if tests else None

    def enumerated(self, label: str, variable: str) -> str:
        """All rows that the viewer may see by grants about rows, each once, walked from the viewer's side: `… RETURN variable`."""
        parts = [self._rows(grant, label, variable) for grant in self._graph.rule(label).grants if not grant.of_viewer]
        if len(parts) == 1:
            return f"{parts[0]} RETURN DISTINCT {variable}"
        return " UNION ".join(f"{part} RETURN {variable}" for part in parts)

    def degree(self, label: str) -> str | None:
        """About how many rows `enumerated` gives, in constant time; None where that cannot be told and may be many."""
        parts: list[str] = []
        for grant in self._graph.rule(label).grants:
            if grant.of_viewer:
                continue
            told = self.degree(grant.through) if grant.through else grant.degree
            if told is None:
                return None
            parts.append(told if grant.through else f"reduce(sum = 0, p IN own | sum + {cypher.fill(told, {'p': 'p'}, self._fresh)})")
        return " + ".join(parts)

    def edge(self, edge: Edge, tail: str, head: str, variable: str) -> str | None:
        """Whether the edge between two visible rows may be seen; None where it always may."""
        rule = self._graph.edge_rule(edge)
        if rule is None:
            return None
        return f"({cypher.fill(rule.test, {'a': tail, 'b': head, 'e': variable}, self._fresh)})"

    def property(self, variable: str, label: str, asked: Property, sight: Sight, clauses: list[str]) -> str | None:
        """Whether a guarded property of a visible row may be seen; None where it always may.

        A grant the guard names is computed once for the row, by a clause added to `clauses`, and then known.
        """
        if asked.guard is None:
            return None
        text = cypher.fill(asked.guard, {"n": variable}, self._fresh)
        for grant in self._graph.rule(label).grants:
            slot = f"[{grant.name}]"
            if slot not in text:
                continue
            if (label, grant.name) not in sight.known:
                sight.known[label, grant.name] = self._fresh("may")
                clauses.append(f"WITH *, {self._anywhere(variable, grant)} AS {sight.known[label, grant.name]}")
            text = text.replace(slot, sight.known[label, grant.name])
        return f"({text})"

    def _of_label(self, variable: str, label: str, arrival: Arrival | None) -> Sight:
        rule = self._graph.rule(label)
        if rule.public or (arrival and any(_came_through(grant, arrival) for grant in rule.grants)):
            return Sight(predicate=None)
        sight = Sight(predicate=None)
        alternatives: list[str] = []
        decided: list[str] = []
        for grant in rule.grants:
            if arrival and not grant.through and _is_about(grant, arrival):
                alternatives += self._on_arrival(variable, label, grant, arrival, sight, decided)
            else:
                alternatives.append(self._anywhere(variable, grant))
            if grant.of_viewer:
                decided.append(cypher.fill(grant.test or "", {}, self._fresh))
        sight.predicate = f"({' OR '.join(alternatives)})"
        return sight

    def _on_arrival(self, variable: str, label: str, grant: Grant, arrival: Arrival, sight: Sight, decided: list[str]) -> list[str]:
        """The grant on a row whose other end the statement holds already.

        `decided` are the tests of earlier grants that say nothing about the row: where one of them holds, so may this one.
        """
        template = grant.test_at(arrival.label)
        test = cypher.fill(template, {"n": variable, "x": arrival.start, "e": arrival.edge}, self._fresh)
        if "{e}" in template or "{n}" in template:
            here = f"({test})"
        else:
            here = self._fresh("may")
            walks = "EXISTS" in test
            sight.hoisted[here] = f"CASE WHEN {' OR '.join(decided)} THEN true ELSE {test} END" if walks and decided else test
            if not walks:
                decided.append(test)
        if arrival.route.arrives_as_only:
            sight.known[label, grant.name] = here
            return [here]
        return [here, self._anywhere(variable, grant)]

    def _anywhere(self, variable: str, grant: Grant) -> str:
        """The grant on a row about which nothing is known."""
        if grant.edge is None:
            assert grant.test is not None
            return _gated(grant, f"({cypher.fill(grant.test, {'n': variable}, self._fresh)})")
        other, edge = self._fresh("x"), self._fresh("e")
        declared = self._graph.edge(grant.edge)
        ends = declared.head if grant.forward else declared.tail
        typed = f"{other}:{grant.through or '|'.join(ends)}"
        if grant.test is None:
            filled = self._through(grant, other)
        else:
            filled = cypher.fill(grant.test, {"n": variable, "x": other, "e": edge}, self._fresh)
        return _gated(grant, f"EXISTS {{ MATCH {_hop(variable, declared, grant.forward, edge, typed)} WHERE {filled} }}")

    def _rows(self, grant: Grant, label: str, variable: str) -> str:
        if grant.rows is not None:
            return cypher.fill(grant.rows, {"n": variable}, self._fresh)
        assert grant.through is not None
        assert grant.edge is not None
        other = self._fresh("x")
        back = _hop(other, self._graph.edge(grant.edge), not grant.forward, self._fresh("e"), f"{variable}:{label}")
        return f"CALL (*) {{ {self.enumerated(grant.through, other)} }} MATCH {back}"

    def _through(self, grant: Grant, other: str) -> str:
        assert grant.through is not None
        return self._of_label(other, grant.through, None).predicate or "true"


def _gated(grant: Grant, test: str) -> str:
    """The test, made only for viewers who could pass it."""
    return f"CASE WHEN {grant.when} THEN {test} ELSE false END" if grant.when else test


def _is_about(grant: Grant, arrival: Arrival) -> bool:
    """Whether the grant speaks of just the edge the statement came over."""
    return grant.edge == arrival.route.edge.name and grant.forward != arrival.route.forward


def _came_through(grant: Grant, arrival: Arrival) -> bool:
    return _is_about(grant, arrival) and arrival.label == grant.through


def _hop(start: str, edge: Edge, forward: bool, variable: str, end: str) -> str:
    left, right = ("-", "->") if forward else ("<-", "-")
    return f"({start}){left}[{variable}:{edge.type}]{right}({end})"
