"""How the rows of a list are reached: from which side, under which conditions, in which order.

A list of protected rows starts from every row, from the rows in index order under their rule, or from the viewer and
what it reaches. Which one pays depends on how many rows the viewer reaches (its degree), which Neo4j tells in constant
time. In index order about `size` times all, by degree, rows are looked at, each with its rule; from the viewer's side
all `degree` rows are, and sorted. The same holds for a row that may lead to a great part of all rows, such as a Center
to its cases: they are read along the edge, or in index order until enough are that row's.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from graph_schema.model import NodeType, Route
from hub.compile import query
from hub.compile.access import Access, hop
from hub.compile.enumeration import degree_of, enumerated
from hub.compile.filter import predicates
from hub.compile.order import Sort, sorts
from hub.compile.plan import RULE_COSTS, DenseEdgeScan, ListAccess, Ordering, Side, ViewerScopedScan, Walk

_INDEX_COSTS: Final = 2
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
    walk = access.along(start, label, route, said=_said_in(page.where))
    source, prefix = _from_row(access, start, walk, route, keys, page)
    conditions = predicates(access, page.where, walk.row, route.labels, walk.edge)
    ordering = _ordering(access, walk.row, route.labels[0], keys)
    return ListAccess(
        source, route.labels, route.target, keys, ordering, tuple(conditions), prefix, route.edge.properties
    )


def index_prefix(node: NodeType, first: Sort, condition: query.Condition) -> tuple[Sort, ...]:
    """The equality prefix of an index to repeat in the order, without which Neo4j would sort all rows."""
    equal = _equal_in(condition)
    for index in node.indexes:
        if len(index) == 2 and index[0] in equal and first.expression == f"{{n}}.{index[1]}":
            return (Sort(f"{{n}}.{index[0]}", node.property_named(index[0]).kind, first.descending, nullable=False),)
    return ()


def _from_all(access: Access, node: NodeType, first: Sort, page: query.Page) -> Walk | ViewerScopedScan:
    label, row = node.label, access.fresh("n")
    seen = access.row(row, (label,), _said_in(page.where))
    ordered = _index_ordered(node, first, page.where)
    # a range or IS NOT NULL predicate on the sort key is what lets an index give the order
    indexed = (f"{first.of(row, '')} IS NOT NULL",) if ordered else ()
    if seen.predicate is None or access.graph.rule(label).all_or_none or _is_selective(node, page.where):
        return Walk(f"MATCH ({row}:{label})", tuple(filter(None, (*indexed, seen.predicate))), row, "", seen)
    return ViewerScopedScan(
        row,
        label,
        everything=access.rule(label).everything,
        in_order=_in_order(access, label, page) if ordered or access.side is Side.ROWS else None,
        rule=seen.predicate,
        enumerated=enumerated(access, label, row),
        indexed=indexed,
        seen=seen,
    )


def _in_order(access: Access, label: str, page: query.Page) -> str | None:
    """The condition under which index order pays for this viewer."""
    if access.side is not Side.CHEAPER:
        return "true" if access.side is Side.ROWS else None
    degree = degree_of(access, label)
    if degree is None:
        return "true"
    return f"({degree}) ^ 2 > {RULE_COSTS} * ${page.size} * COUNT {{ (:{label}) }}"


def _from_row(
    access: Access, start: str, walk: Walk, route: Route, keys: Sequence[Sort], page: query.Page
) -> tuple[Walk, tuple[Sort, ...]]:
    """The rows along a route from `start`, and an index prefix that they share."""
    if not route.way.vast or not walk.seen.whole:
        return walk, ()
    node = access.graph.node(route.labels[0])
    prefix = index_prefix(node, keys[0], page.where)
    if not _answered_by_index(node, keys, prefix, page):
        return walk, ()
    pays = f"({' OR '.join(walk.seen.whole)})"
    if access.side is not Side.ROWS:
        degree = f"COUNT {{ {hop(start, route.edge, route.forward, '', '')} }}"
        pays += f" AND {degree} ^ 2 > {_INDEX_COSTS} * ${page.size} * COUNT {{ (:{node.label}) }}"
    # a match and a comparison: as a sub-query, or from `start`, it costs twice as much
    there = access.fresh("x")
    at_hand = f"MATCH {hop(walk.row, route.edge, not route.forward, '', there)} WHERE {there} = {start}"
    indexed = f"{keys[0].of(walk.row, '')} IS NOT NULL"
    scan = DenseEdgeScan(
        walk.match, walk.where, walk.row, walk.edge, walk.seen, label=node.label, pays=pays, indexed=indexed,
        at_hand=at_hand,
    )  # fmt: skip
    return scan, prefix


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
                lookups[fields] = access.looked_up(at, at_label, route)
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
        or _asks_of_edges(page)
        or not _index_ordered(node, keys[0], page.where)
    ):
        return False
    held = {key.expression.removeprefix("{n}.") for key in (keys[0], *prefix)}
    return _only_compares(page.where, held)


def _is_selective(node: NodeType, condition: query.Condition) -> bool:
    """Whether a unique property is given, so that an index finds the few rows for any viewer."""
    return any(found.operator in ("eq", "in") and found.property in node.unique for found in _compared(condition))


def _asks_of_edges(page: query.Page) -> bool:
    """Whether properties of the edges to its rows are asked for."""
    edges = (part for part in page.parts if isinstance(part, query.Edges))
    return any(isinstance(inner, query.EdgeProperty) for part in edges for inner in part.parts)


# What conditions say of every row


def _compared(condition: query.Condition) -> list[query.Compare]:
    """The comparisons of the row that must all hold."""
    return [part for part in _members(condition) if isinstance(part, query.Compare) and not part.of_edge]


def _equal_in(condition: query.Condition) -> set[str]:
    """The properties of the row that must equal a parameter."""
    return {part.property for part in _compared(condition) if part.operator == "eq"}


def _said_in(condition: query.Condition) -> dict[str, bool]:
    """The properties of the row that must be true, or false."""
    return {
        part.property: part.known for part in _compared(condition) if part.operator == "eq" and part.known is not None
    }


def _only_compares(condition: query.Condition, properties: Collection[str]) -> bool:
    """Whether the condition consists of comparisons of these properties of the row."""
    return all(
        isinstance(part, query.Compare) and not part.of_edge and part.property in properties
        for part in _members(condition)
    )


def _members(condition: query.Condition) -> list[query.Condition]:
    """The conditions that must all hold."""
    if isinstance(condition, query.All):
        return [part for member in condition.of for part in _members(member)]
    return [condition]
