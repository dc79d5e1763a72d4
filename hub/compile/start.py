"""From which side a list starts: every row, the rows in index order under their rule, or the viewer and what it reaches.

Which one pays depends on how many rows the viewer reaches (its degree), which Neo4j tells in constant time. In index order
about `size` times all, by degree, rows are looked at, each with its rule; from the viewer's side all `degree` rows are, and sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from graph_schema.model import NodeType
from hub.compile import asked
from hub.compile.order import Sort
from hub.compile.page import Cut
from hub.compile.visible import Sight
from hub.compile.walk import Scope, Walk, where

RULE_COSTS: Final = 4
"""How much dearer a row under its rule is than one from the viewer's side. Measured on 100,000 cases, 2026-11-21."""


class Side(Enum):
    """Where lists of protected rows start: `CHEAPER` decides in the statement; the others are for tests that they agree."""

    CHEAPER = "cheaper"
    ROWS = "rows"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Walked:
    """Rows at hand: one match, with the rule as a predicate."""

    walk: Walk

    @property
    def row(self) -> str:
        return self.walk.row

    @property
    def edge(self) -> str:
        return self.walk.edge

    @property
    def sight(self) -> Sight:
        return self.walk.sight

    def picked(self, cut: Cut) -> str:
        kept = [*filter(None, (self.row, self.edge)), *self.walk.sight.hoisted]
        return f"{self.walk.text(*cut.where)} {cut.text(kept)}"

    def counted(self, conditions: Sequence[str]) -> str:
        return f"COUNT {{ {self.walk.text(*conditions)} }}"


@dataclass(frozen=True, slots=True)
class Sided:
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
    sight: Sight
    edge: str = ""

    def picked(self, cut: Cut) -> str:
        ways = [(f"side = '{side}'", f"MATCH ({self.row}:{self.label}){where((*found, *cut.where))}") for side, found in self._scans()]
        ways.append(("side = 'viewer'", f"{self.enumerated} WITH DISTINCT {self.row}{where(cut.where)}"))
        names = ", ".join((self.row, *cut.keys))
        # a sub-query of its own behind a list of one or none: a plain WHERE would be asked again for each row
        gated = (
            f"UNWIND CASE WHEN {when} THEN [1] ELSE [] END AS gate "
            f"CALL (*) {{ {way} {cut.text([self.row])} RETURN {names} }} RETURN {names}"
            for when, way in ways
        )
        return f"CALL (*) {{ {' UNION ALL '.join(gated)} }} WITH {names} ORDER BY {cut.order} LIMIT {cut.limit}"

    def counted(self, conditions: Sequence[str]) -> str:
        mine = f"COUNT {{ {self.enumerated} WITH *{where(conditions)} RETURN DISTINCT {self.row} }}"
        if self.everything is None:
            return mine
        return f"CASE WHEN {self.everything} THEN COUNT {{ MATCH ({self.row}:{self.label}){where(conditions)} }} ELSE {mine} END"

    def head(self) -> str:
        """The clause that decides the side, once, at the head of the statement."""
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


def source(scope: Scope, root: asked.List, keys: Sequence[Sort], side: Side) -> Walked | Sided:
    """Where the rows of a root list come from."""
    node, rule, row = scope.graph.node(root.label), scope.graph.rule(root.label), scope.fresh("n")
    sight = scope.visible.row(row, (root.label,))
    ordered = _index_ordered(node, keys[0], root.page.where)
    # a range or IS NOT NULL predicate on the sort key is what lets an index give the order
    indexed = (f"{keys[0].of(row, '')} IS NOT NULL",) if ordered else ()
    if rule.public or _is_selective(node, root.page.where):
        return Walked(Walk("", f"MATCH ({row}:{root.label})", tuple(filter(None, (*indexed, sight.predicate))), row, "", sight))
    assert sight.predicate is not None
    return Sided(
        row, root.label, scope.visible.everything(root.label), _in_order(scope, root, side) if ordered or side is Side.ROWS else None,
        sight.predicate, scope.visible.enumerated(root.label, row), indexed, sight,
    )  # fmt: skip


def index_prefix(node: NodeType, first: Sort, condition: asked.Condition) -> tuple[Sort, ...]:
    """The equality prefix of an index to repeat in the order, without which Neo4j would sort all rows."""
    equal = {found.property: found for found in _all_of(condition) if found.operator == "eq"}
    for index in node.indexes:
        if len(index) == 2 and index[0] in equal and first.expression == f"{{n}}.{index[1]}":
            return (Sort(f"{{n}}.{index[0]}", node.property_named(index[0]).kind, first.descending, nullable=False),)
    return ()


def _in_order(scope: Scope, root: asked.List, side: Side) -> str | None:
    """The condition under which index order pays for this viewer."""
    if side is not Side.CHEAPER:
        return "true" if side is Side.ROWS else None
    degree = scope.visible.degree(root.label)
    if degree is None:
        return "true"
    return f"({degree}) ^ 2 > {RULE_COSTS} * ${root.page.size} * COUNT {{ (:{root.label}) }}"


def _index_ordered(node: NodeType, first: Sort, condition: asked.Condition) -> bool:
    if first.nullable or first.path:
        return False
    leading = {*node.unique, *(index[0] for index in node.indexes)}
    return first.expression.removeprefix("{n}.") in leading or bool(index_prefix(node, first, condition))


def _is_selective(node: NodeType, condition: asked.Condition) -> bool:
    """Whether a unique property is given, so that an index finds the few rows for any viewer."""
    return any(found.operator in ("eq", "in") and found.property in node.unique for found in _all_of(condition))


def _all_of(condition: asked.Condition) -> list[asked.Compare]:
    """The comparisons that must all hold."""
    if isinstance(condition, asked.All):
        return [found for member in condition.of for found in _all_of(member)]
    return [condition] if isinstance(condition, asked.Compare) and not condition.of_edge else []
