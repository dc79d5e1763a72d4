"""Cypher of scans: the rows of a page from where the plan takes them, and how many rows there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_schema.cypher import literal, where
from hub.compile.expressions import hoisted, named
from hub.compile.order import comes_after, order_by
from hub.compile.plan import DenseEdgeScan, ListAccess, ListPlan, Source, ViewerScopedScan, Walk


@dataclass(frozen=True, slots=True)
class ScanText:
    """What is written of where a list's rows come from.

    `head` decides at the head of a statement from which side; `rows` are the clauses that bind those of the page, one
    after another, and `order` says how these are ordered; `total` is the expression for how many there are.
    """

    head: str
    rows: str
    order: str
    total: str


def scanned(plan: ListPlan, *, rows: bool, one_more: bool, total: bool) -> ScanText:
    """The scan of a list: its rows, with `one_more`, which tells whether there is any, and its total, where wanted."""
    access = plan.access
    source = access.source
    head, count = _head(access), _counted(source, access.conditions) if total else ""
    picked = _picked(source, _cut(plan, one_more=one_more)) if rows else ""
    return ScanText(head, picked, order_by((*access.prefix, *access.ordering.keys), source.row, source.edge), count)


@dataclass(frozen=True, slots=True)
class _Cut:
    """How a page is cut from its rows: which of them, what their order looks up, and the order itself.

    `beyond` is the clause that leaves out the rows before its cursor; it may name what the order looks up.
    """

    where: tuple[str, ...]
    lookups: tuple[str, ...]
    named: Mapping[str, str]
    beyond: str
    order: str
    limit: str

    def text(self, kept: Iterable[str]) -> str:
        """From the fitting rows to those of the page; `kept` are the variables that live on."""
        living = ", ".join((*kept, *([named(self.named)] if self.named else ())))
        return " ".join(
            filter(None, (*self.lookups, f"WITH {living}", self.beyond, f"ORDER BY {self.order} LIMIT {self.limit}"))
        )


def _cut(plan: ListPlan, *, one_more: bool) -> _Cut:
    """How the page is cut; with `one_more` row, which tells whether there is any."""
    access, page, ordering = plan.access, plan.page, plan.access.ordering
    row, edge = access.source.row, access.source.edge
    backwards = tuple(key.reversed() for key in ordering.keys)
    beyond: list[str] = []
    if page.after:
        beyond.append(comes_after(ordering.keys, page.after, row, edge))
    if page.before:
        beyond.append(comes_after(backwards, page.before, row, edge))
    prefix = tuple(key.reversed() for key in access.prefix) if page.backward else access.prefix
    plain = not ordering.lookups
    return _Cut(
        where=(*access.conditions, *(beyond if plain else ())),
        lookups=tuple(f"OPTIONAL {walk.match}{where(*walk.where)}" for walk in ordering.lookups),
        named=ordering.named,
        beyond="" if plain or not beyond else f"WHERE {' AND '.join(beyond)} WITH *",
        order=order_by((*prefix, *(backwards if page.backward else ordering.keys)), row, edge),
        limit=f"${page.size} + 1" if one_more else f"${page.size}",
    )


def _picked(source: Source, cut: _Cut) -> str:
    """Cypher that binds row and edge for the rows of the page alone."""
    match source:
        case ViewerScopedScan():
            return _from_a_side(source, cut)
        case DenseEdgeScan():
            return _in_order_or_along(source, cut)
        case Walk():
            kept = (*filter(None, (source.row, source.edge)), *source.seen.hoisted)
            return f"{hoisted(source.seen.hoisted)}{source.match}{where(*source.where, *cut.where)} {cut.text(kept)}"


def _counted(source: Source, conditions: tuple[str, ...]) -> str:
    """The expression for how many rows fit the conditions."""
    if not isinstance(source, ViewerScopedScan):
        return f"COUNT {{ {hoisted(source.seen.hoisted)}{source.match}{where(*source.where, *conditions)} }}"
    mine = f"COUNT {{ {source.enumerated} WITH *{where(*conditions)} RETURN DISTINCT {source.row} }}"
    if source.everything is None:
        return mine
    every = f"COUNT {{ MATCH ({source.row}:{source.label}){where(*conditions)} }}"
    return f"CASE WHEN {source.everything} THEN {every} ELSE {mine} END"


def _in_order_or_along(source: DenseEdgeScan, cut: _Cut) -> str:
    row = source.row
    in_order = f"MATCH ({row}:{source.label}){where(source.indexed, *cut.where)} {source.at_hand}"
    ways = (("inOrder", in_order), ("NOT inOrder", f"{source.match}{where(*source.where, *cut.where)}"))
    gated = [_gated(when, f"{way} {cut.text([row])}", row) for when, way in ways]
    before = f"{hoisted(source.seen.hoisted)}WITH *, {source.pays} AS inOrder"
    return f"{before} {_together(gated, (row, *source.seen.hoisted), cut)}"


def _from_a_side(source: ViewerScopedScan, cut: _Cut) -> str:
    row = source.row
    scans = [("all", source.indexed)] if source.everything else []
    if source.in_order:
        scans.append(("rows", (*source.indexed, source.rule)))
    ways = [
        (f"side = {literal(side)}", f"MATCH ({row}:{source.label}){where(*predicates, *cut.where)}")
        for side, predicates in scans
    ]
    if _is_decided(source):
        return f"{ways[0][1]} {cut.text([row])}"
    ways.append(("side = 'viewer'", f"{source.enumerated} WITH DISTINCT {row}{where(*cut.where)}"))
    names = (row, *cut.named)
    return _together([_gated(when, f"{way} {cut.text([row])}", ", ".join(names)) for when, way in ways], names, cut)


def _gated(when: str, way: str, names: str) -> str:
    """One of several ways, taken where its condition holds."""
    # a sub-query of its own behind a list of one or none: a plain WHERE would be asked again for each row
    return f"UNWIND CASE WHEN {when} THEN [1] ELSE [] END AS gate CALL (*) {{ {way} RETURN {names} }} RETURN {names}"


def _together(gated: Sequence[str], names: Sequence[str], cut: _Cut) -> str:
    """The page of what the ways give, of which one is taken."""
    ways = " UNION ALL ".join(gated)
    return f"CALL (*) {{ {ways} }} WITH {', '.join(names)} ORDER BY {cut.order} LIMIT {cut.limit}"


def _head(access: ListAccess) -> str:
    """The clause that decides from which side a list starts, once, at the head of the statement; empty where there is
    nothing to decide.
    """
    source = access.source
    if not isinstance(source, ViewerScopedScan) or _is_decided(source):
        return ""
    decided = [(source.everything, "'all'"), (source.in_order, "'rows'")]
    cases = " ".join(f"WHEN {when} THEN {side}" for when, side in decided if when)
    return f"WITH *, {f'CASE {cases} ELSE ' if cases else ''}'viewer'{' END' if cases else ''} AS side"


def _is_decided(source: ViewerScopedScan) -> bool:
    """Whether index order pays for whoever asks."""
    return source.everything is None and source.in_order == "true"
