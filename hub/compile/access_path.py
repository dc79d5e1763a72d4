"""From which side a list starts: every row, the rows in index order under their rule, or the viewer and what it
reaches.

Which one pays depends on how many rows the viewer reaches (its degree), which Neo4j tells in constant time. In index
order about `size` times all, by degree, rows are looked at, each with its rule; from the viewer's side all `degree`
rows are, and sorted. The same holds for a row that may lead to a great part of all rows, such as a Center to its cases:
they are read along the edge, or in index order until enough are that row's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import literal
from graph_schema.model import NodeType, Route
from hub.compile import query
from hub.compile.access import Visibility, hop
from hub.compile.connection import Cut
from hub.compile.filter import compared, equal_in, only_compares, said_in
from hub.compile.order import Sort
from hub.compile.traversal import Scope, Side, Walk, where

RULE_COSTS: Final = 4
"""How much dearer a row under its rule is than one from the viewer's side. Measured on 100,000 cases, 2026-11-21."""
INDEX_COSTS: Final = 2
"""How much dearer a row that an index gives is than one along an edge: whether it is at that edge must be asked.
2026-11-22.
"""


@dataclass(frozen=True, slots=True)
class EdgeScan:
    """Rows at hand: one match, with the rule as a predicate.

    `prefix`: an index prefix that they share, to repeat in their order.
    """

    walk: Walk
    prefix: tuple[Sort, ...] = ()

    @property
    def row(self) -> str:
        return self.walk.row

    @property
    def edge(self) -> str:
        return self.walk.edge

    @property
    def sight(self) -> Visibility:
        return self.walk.sight

    def picked(self, cut: Cut) -> str:
        kept = [*filter(None, (self.row, self.edge)), *self.walk.sight.hoisted]
        return f"{self.walk.text(*cut.where)} {cut.text(kept)}"

    def counted(self, conditions: Sequence[str]) -> str:
        return f"COUNT {{ {self.walk.text(*conditions)} }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseEdgeScan(EdgeScan):
    """Rows at the end of an edge of which the row at hand may have very many: along the edge, or those of a page in
    index order.

    `pays`: the condition under which index order pays. `indexed`: what an index needs to be used for the order.
    `at_hand`: the match that keeps only the rows at this edge.
    """

    label: str
    pays: str
    indexed: str
    at_hand: str

    def picked(self, cut: Cut) -> str:
        along_edge = f"{self.walk.match}{where((*self.walk.where, *cut.where))}"
        in_order = f"MATCH ({self.row}:{self.label}){where((self.indexed, *cut.where))} {self.at_hand}"
        ways = (("inOrder", in_order), ("NOT inOrder", along_edge))
        gated = (_gated(when, f"{way} {cut.text([self.row])}", self.row) for when, way in ways)
        kept = ", ".join((self.row, *self.walk.sight.hoisted))
        head = f"{self.walk.before}WITH *, {self.pays} AS inOrder"
        return f"{head} CALL (*) {{ {' UNION ALL '.join(gated)} }} WITH {kept} ORDER BY {cut.order} LIMIT {cut.limit}"


@dataclass(frozen=True, slots=True)
class ViewerScopedScan:
    """All rows of a protected label: three ways to the same rows, of which a statement takes one.

    `everything`: the predicate about the viewer under which it sees every row. `in_order`: the condition under which
    index order pays; None where no index gives the order.
    """

    row: str
    label: str
    everything: str | None
    in_order: str | None
    rule: str
    enumerated: str
    indexed: tuple[str, ...]
    sight: Visibility
    edge: str = ""

    @property
    def decided(self) -> bool:
        """Whether index order pays for whoever asks."""
        return self.everything is None and self.in_order == "true"

    def picked(self, cut: Cut) -> str:
        ways = [
            (f"side = {literal(side)}", f"MATCH ({self.row}:{self.label}){where((*found, *cut.where))}")
            for side, found in self._scans()
        ]
        if self.decided:
            return f"{ways[0][1]} {cut.text([self.row])}"
        ways.append(("side = 'viewer'", f"{self.enumerated} WITH DISTINCT {self.row}{where(cut.where)}"))
        names = ", ".join((self.row, *cut.keys))
        gated = (_gated(when, f"{way} {cut.text([self.row])}", names) for when, way in ways)
        return f"CALL (*) {{ {' UNION ALL '.join(gated)} }} WITH {names} ORDER BY {cut.order} LIMIT {cut.limit}"

    def counted(self, conditions: Sequence[str]) -> str:
        mine = f"COUNT {{ {self.enumerated} WITH *{where(conditions)} RETURN DISTINCT {self.row} }}"
        if self.everything is None:
            return mine
        return (
            f"CASE WHEN {self.everything} THEN COUNT {{ MATCH ({self.row}:{self.label}){where(conditions)} }} ELSE"
            f" {mine} END"
        )

    def head(self) -> str:
        """The clause that decides the side, once, at the head of the statement; none where there is nothing to
        decide.
        """
        if self.decided:
            return ""
        decided = [(self.everything, "'all'"), (self.in_order, "'rows'")]
        cases = " ".join(f"WHEN {when} THEN {side}" for when, side in decided if when)
        return f"WITH *, {f'CASE {cases} ELSE ' if cases else ''}'viewer'{' END' if cases else ''} AS side"

    def _scans(self) -> list[tuple[str, tuple[str, ...]]]:
        scans: list[tuple[str, tuple[str, ...]]] = []
        if self.everything:
            scans.append(("all", self.indexed))
        if self.in_order:
            scans.append(("rows", (*self.indexed, self.rule)))
        return scans


def _gated(when: str, way: str, names: str) -> str:
    """One of several ways, taken where its condition holds."""
    # a sub-query of its own behind a list of one or none: a plain WHERE would be asked again for each row
    return f"UNWIND CASE WHEN {when} THEN [1] ELSE [] END AS gate CALL (*) {{ {way} RETURN {names} }} RETURN {names}"


def source(scope: Scope, root: query.List, keys: Sequence[Sort]) -> EdgeScan | ViewerScopedScan:
    """Where the rows of a root list come from."""
    node, row = scope.graph.node(root.label), scope.fresh("n")
    sight = scope.visible.row(row, (root.label,), said_in(root.page.where))
    ordered = _index_ordered(node, keys[0], root.page.where)
    # a range or IS NOT NULL predicate on the sort key is what lets an index give the order
    indexed = (f"{keys[0].of(row, '')} IS NOT NULL",) if ordered else ()
    if sight.predicate is None or scope.graph.rule(root.label).all_or_none or _is_selective(node, root.page.where):
        return EdgeScan(
            Walk("", f"MATCH ({row}:{root.label})", tuple(filter(None, (*indexed, sight.predicate))), row, "", sight)
        )
    return ViewerScopedScan(
        row,
        root.label,
        everything=scope.visible.everything(root.label),
        in_order=_in_order(scope, root) if ordered or scope.side is Side.ROWS else None,
        rule=sight.predicate,
        enumerated=scope.visible.enumerated(root.label, row),
        indexed=indexed,
        sight=sight,
    )


def reached(scope: Scope, start: str, walk: Walk, route: Route, keys: Sequence[Sort], page: query.Page) -> EdgeScan:
    """Where the rows come from that `start` leads to."""
    node = scope.graph.node(route.labels[0])
    prefix = index_prefix(node, keys[0], page.where)
    if not route.way.vast or not walk.sight.whole or not _answered_by_index(node, keys, prefix, page):
        return EdgeScan(walk)
    pays = f"({' OR '.join(walk.sight.whole)})"
    if scope.side is not Side.ROWS:
        degree = f"COUNT {{ {hop(start, route.edge, route.forward, '', '')} }}"
        pays += f" AND {degree} ^ 2 > {INDEX_COSTS} * ${page.size} * COUNT {{ (:{node.label}) }}"
    # a match and a comparison: as a sub-query, or from `start`, it costs twice as much
    there = scope.fresh("x")
    at_hand = f"MATCH {hop(walk.row, route.edge, not route.forward, '', there)} WHERE {there} = {start}"
    indexed = f"{keys[0].of(walk.row, '')} IS NOT NULL"
    return DenseEdgeScan(walk, prefix, label=node.label, pays=pays, indexed=indexed, at_hand=at_hand)


def index_prefix(node: NodeType, first: Sort, condition: query.Condition) -> tuple[Sort, ...]:
    """The equality prefix of an index to repeat in the order, without which Neo4j would sort all rows."""
    equal = equal_in(condition)
    for index in node.indexes:
        if len(index) == 2 and index[0] in equal and first.expression == f"{{n}}.{index[1]}":
            return (Sort(f"{{n}}.{index[0]}", node.property_named(index[0]).kind, first.descending, nullable=False),)
    return ()


def _in_order(scope: Scope, root: query.List) -> str | None:
    """The condition under which index order pays for this viewer."""
    if scope.side is not Side.CHEAPER:
        return "true" if scope.side is Side.ROWS else None
    degree = scope.visible.degree(root.label)
    if degree is None:
        return "true"
    return f"({degree}) ^ 2 > {RULE_COSTS} * ${root.page.size} * COUNT {{ (:{root.label}) }}"


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
    return only_compares(page.where, held)


def _is_selective(node: NodeType, condition: query.Condition) -> bool:
    """Whether a unique property is given, so that an index finds the few rows for any viewer."""
    return any(found.operator in ("eq", "in") and found.property in node.unique for found in compared(condition))
