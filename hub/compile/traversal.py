"""A walk: the match from a visible row along a route to the visible rows there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from graph_schema.cypher import bind
from graph_schema.model import GraphSchema, Route
from hub.compile.access import NOTHING, Access, ArrivedBy, Visibility, hop
from hub.compile.shaper import ShaperText


class Side(Enum):
    """Where lists of protected rows start: `CHEAPER` decides in the statement; the others are for tests that they
    agree.
    """

    CHEAPER = "cheaper"
    ROWS = "rows"
    VIEWER = "viewer"


class Scope:
    """What all parts of one statement share: the graph, its rules, the names given so far, the shaper being written.

    `shapers` is given where several statements have one shaper.
    """

    def __init__(self, graph: GraphSchema, side: Side, shapers: ShaperText | None = None) -> None:
        self.graph = graph
        self.side = side
        self._count = 0
        self.visible = Access(graph, self.fresh)
        self.shapers = shapers or ShaperText()

    def fresh(self, wanted: str) -> str:
        """A variable that nobody else uses."""
        self._count += 1
        return f"{wanted}{self._count}"


@dataclass(frozen=True, slots=True)
class Walk:
    """The lines of a match up to WHERE, what stands there, its variables, and what is known of the rows it gives."""

    before: str
    match: str
    where: tuple[str, ...]
    row: str
    edge: str
    sight: Visibility

    def text(self, *further: str) -> str:
        """The whole match, with further predicates."""
        return f"{self.before}{self.match}{where((*self.where, *further))}"


def along(
    scope: Scope,
    start: str,
    label: str,
    route: Route,
    *,
    pattern_start: str | None = None,
    said: Mapping[str, bool] = NOTHING,
) -> Walk:
    """From `start`, a visible row of that label; `pattern_start` where the pattern must say more of it than its name.

    `said` is what the statement says of the rows there.
    """
    row, edge = scope.fresh("n"), scope.fresh("e")
    sight = scope.visible.row(row, route.labels, said, ArrivedBy(start, label, route, edge))
    before = f"WITH *, {named(sight.hoisted)} " if sight.hoisted else ""
    match = _pattern(pattern_start or start, route, row, edge)
    return Walk(before, match, _predicates(scope, route, start, row, edge, sight.predicate), row, edge, sight)


def looked_up(scope: Scope, start: str, label: str, route: Route) -> Walk:
    """The same for rows that only a condition or an order speaks of: without a sub-query of their rule in that of
    the condition.
    """
    row, edge = scope.fresh("n"), scope.fresh("e")
    seen = scope.visible.seen(row, route.labels, ArrivedBy(start, label, route, edge))
    return Walk(
        "",
        _pattern(start, route, row, edge),
        _predicates(scope, route, start, row, edge, seen),
        row,
        edge,
        Visibility(seen),
    )


def _pattern(start: str, route: Route, row: str, edge: str) -> str:
    labelled = f"{row}:{'|'.join(route.labels)}"
    return f"MATCH {hop(start, route.edge, route.forward, edge, labelled)}"


def _predicates(scope: Scope, route: Route, start: str, row: str, edge: str, seen: str | None) -> tuple[str, ...]:
    tail, head = (start, row) if route.forward else (row, start)
    counts = bind(route.way.when, {"e": edge}, scope.fresh) if route.way.when else None
    return tuple(filter(None, (counts, scope.visible.edge(route.edge, tail, head, edge), seen)))


def named(expressions: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} AS {variable}" for variable, expression in expressions.items())


def where(predicates: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(predicates)}" if predicates else ""
