"""How the rows of a list are reached: from which side, under which conditions, in which order.

A list of protected rows starts from every row, from the rows in index order under their rule, or from the viewer and
what it reaches. Which one pays depends on how many rows the viewer reaches (its degree), which Neo4j tells in constant
time. In index order about `size` times all, by degree, rows are looked at, each with its rule; from the viewer's side
all `degree` rows are, and sorted. The same holds for a row that may lead to a great part of all rows, such as a Center
to its cases: they are read along the edge, or in index order until enough are that row's.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from graph_schema.model import NodeType, Route
from hub.compile import query
from hub.compile.access import Access, hop
from hub.compile.filter import predicates
from hub.compile.order import Sort, sorts
from hub.compile.plan import DenseEdgeScan, EdgeScan, ListAccess, Ordering, Side, ViewerScopedScan, Walk
from hub.compile.traversal import along, looked_up

RULE_COSTS: Final = 4
"""How much dearer a row under its rule is than one from the viewer's side. Measured on 100,000 cases, 2026-11-21."""
INDEX_COSTS: Final = 2
"""How much dearer a row that an index gives is than one along an edge: whether it is at that edge must be asked.
2026-11-22.
"""


def of_label(access: Access, root: query.List) -> ListAccess:
    """All rows of a label."""
    node, labels, page = access.graph.node(root.label), (root.label,), root.page
    keys = sorts(access.graph, labels, page.order, None)
    source = _from_all(access, node, keys[0], page)
    conditions = predicates(access, page.where, source.row, labels, "")
    prefix = index_prefix(node, keys[0], page.where)
    ordering = _ordering(access, source.row, root.label, keys)
    return ListAccess(source, labels, root.label, keys, ordering, tuple(conditions), prefix)


def of_route(access: Access, start: str, label: str, route: Route, page: query.Page) -> ListAccess:
    """The rows that `start` leads to, a visible row of that label."""
    keys = sorts(access.graph, route.labels, page.order, route.edge)
    walk = along(access, start, label, route, said=query.said_in(page.where))
    source, prefix = _from_row(access, start, walk, route, keys, page)
    conditions = predicates(access, page.where, walk.row, route.labels, walk.edge)
    ordering = _ordering(access, walk.row, route.labels[0], keys)
    return ListAccess(
        source, route.labels, route.target, keys, ordering, tuple(conditions), prefix, route.edge.properties
    )


def index_prefix(node: NodeType, first: Sort, condition: query.Condition) -> tuple[Sort, ...]:
    """The equality prefix of an index to repeat in the order, without which Neo4j would sort all rows."""
    equal = query.equal_in(condition)
    for index in node.indexes:
        if len(index) == 2 and index[0] in equal and first.expression == f"{{n}}.{index[1]}":
            return (Sort(f"{{n}}.{index[0]}", node.property_named(index[0]).kind, first.descending, nullable=False),)
    return ()


def _from_all(access: Access, node: NodeType, first: Sort, page: query.Page) -> EdgeScan | ViewerScopedScan:
    label, row = node.label, access.fresh("n")
    seen = access.row(row, (label,), query.said_in(page.where))
    ordered = _index_ordered(node, first, page.where)
    # a range or IS NOT NULL predicate on the sort key is what lets an index give the order
    indexed = (f"{first.of(row, '')} IS NOT NULL",) if ordered else ()
    if seen.predicate is None or access.graph.rule(label).all_or_none or _is_selective(node, page.where):
        return EdgeScan(Walk(f"MATCH ({row}:{label})", tuple(filter(None, (*indexed, seen.predicate))), row, "", seen))
    return ViewerScopedScan(
        row,
        label,
        everything=access.everything(label),
        in_order=_in_order(access, label, page) if ordered or access.side is Side.ROWS else None,
        rule=seen.predicate,
        enumerated=access.enumerated(label, row),
        indexed=indexed,
        seen=seen,
    )


def _in_order(access: Access, label: str, page: query.Page) -> str | None:
    """The condition under which index order pays for this viewer."""
    if access.side is not Side.CHEAPER:
        return "true" if access.side is Side.ROWS else None
    degree = access.degree(label)
    if degree is None:
        return "true"
    return f"({degree}) ^ 2 > {RULE_COSTS} * ${page.size} * COUNT {{ (:{label}) }}"


def _from_row(
    access: Access, start: str, walk: Walk, route: Route, keys: Sequence[Sort], page: query.Page
) -> tuple[EdgeScan, tuple[Sort, ...]]:
    """The rows along a route from `start`, and an index prefix that they share."""
    if not route.way.vast or not walk.seen.whole:
        return EdgeScan(walk), ()
    node = access.graph.node(route.labels[0])
    prefix = index_prefix(node, keys[0], page.where)
    if not _answered_by_index(node, keys, prefix, page):
        return EdgeScan(walk), ()
    pays = f"({' OR '.join(walk.seen.whole)})"
    if access.side is not Side.ROWS:
        degree = f"COUNT {{ {hop(start, route.edge, route.forward, '', '')} }}"
        pays += f" AND {degree} ^ 2 > {INDEX_COSTS} * ${page.size} * COUNT {{ (:{node.label}) }}"
    # a match and a comparison: as a sub-query, or from `start`, it costs twice as much
    there = access.fresh("x")
    at_hand = f"MATCH {hop(walk.row, route.edge, not route.forward, '', there)} WHERE {there} = {start}"
    return DenseEdgeScan(walk, node.label, pays, f"{keys[0].of(walk.row, '')} IS NOT NULL", at_hand), prefix


def _ordering(access: Access, row: str, label: str, keys: Sequence[Sort]) -> Ordering:
    """The order of rows behind that variable, where keys across edges have become variables."""
    made: list[Sort] = []
    lookups: dict[tuple[str, ...], Walk] = {}
    named: dict[str, str] = {}
    for key in keys:
        if not key.path:
            made.append(key)
            continue
        at, at_label, fields = row, label, tuple[str, ...]()
        for route in key.path:
            fields = (*fields, route.way.field)
            if fields not in lookups:
                lookups[fields] = looked_up(access, at, at_label, route)
            at, at_label = lookups[fields].row, route.labels[0]
        variable = access.fresh("key")
        named[variable] = key.of(at, "")
        made.append(replace(key, expression=variable, path=()))
    return Ordering(tuple(made), tuple(lookups.values()), named)


def _index_ordered(node: NodeType, first: Sort, condition: query.Condition) -> bool:
    if first.nullable or first.path:
        return False
    leading = {*node.unique, *(index[0] for index in node.indexes)}
    return first.expression.removeprefix("{n}.") in leading or bool(index_prefix(node, first, condition))


def _answered_by_index(node: NodeType, keys: Sequence[Sort], prefix: Sequence[Sort], page: query.Page) -> bool:
    """Whether an index gives the order and all that is asked of the rows; one that fits few of them would be read
    to its end.
    """
    if (
        any(key.path or "{e}" in key.expression for key in keys)
        or page.asks_of_edges
        or not _index_ordered(node, keys[0], page.where)
    ):
        return False
    held = {key.expression.removeprefix("{n}.") for key in (keys[0], *prefix)}
    return query.only_compares(page.where, held)


def _is_selective(node: NodeType, condition: query.Condition) -> bool:
    """Whether a unique property is given, so that an index finds the few rows for any viewer."""
    return any(found.operator in ("eq", "in") and found.property in node.unique for found in query.compared(condition))
