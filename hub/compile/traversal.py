"""Walks: the match from a visible row along a route to the visible rows there."""

from collections.abc import Mapping

from graph_schema.cypher import bind
from graph_schema.model import Route
from hub.compile.access import NOTHING_SAID, Access, ArrivedBy, hop
from hub.compile.plan import Visibility, Walk


def along(
    access: Access,
    start: str,
    label: str,
    route: Route,
    *,
    pattern_start: str | None = None,
    said: Mapping[str, bool] = NOTHING_SAID,
) -> Walk:
    """From `start`, a visible row of that label; `pattern_start` where the pattern must say more of it than its name.

    `said` is what the statement says of the rows there.
    """
    row, edge = access.fresh("n"), access.fresh("e")
    seen = access.row(row, route.labels, said, ArrivedBy(start, label, route, edge))
    predicates = _predicates(access, start, route, row, edge, seen.predicate)
    return Walk(_match(pattern_start or start, route, row, edge), predicates, row, edge, seen)


def looked_up(access: Access, start: str, label: str, route: Route) -> Walk:
    """The same for rows that only a condition or an order speaks of: without a sub-query of their rule in that of
    the condition.
    """
    row, edge = access.fresh("n"), access.fresh("e")
    seen = access.seen(row, route.labels, ArrivedBy(start, label, route, edge))
    predicates = _predicates(access, start, route, row, edge, seen)
    return Walk(_match(start, route, row, edge), predicates, row, edge, Visibility(seen))


def _match(start: str, route: Route, row: str, edge: str) -> str:
    end = f"{row}:{'|'.join(route.labels)}"
    return f"MATCH {hop(start, route.edge, route.forward, edge, end)}"


def _predicates(access: Access, start: str, route: Route, row: str, edge: str, seen: str | None) -> tuple[str, ...]:
    tail, head = (start, row) if route.forward else (row, start)
    counts = bind(route.way.when, {"e": edge}, access.fresh) if route.way.when else None
    return tuple(filter(None, (counts, access.edge(route.edge, tail, head, edge), seen)))
