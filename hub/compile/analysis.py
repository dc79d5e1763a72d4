"""The first phase: what is asked becomes a plan of access, under the rules for who asks.

On the way down the query every row gets a variable, and all that is to be known of it is decided: where it comes from,
what makes it visible, which of its guarded properties may be read. Nothing is written yet.
"""

from collections.abc import Callable

from graph_schema.cypher import words
from graph_schema.model import GraphSchema
from graph_schema.rule import Guard
from hub.compile import query
from hub.compile.access import Access
from hub.compile.access_path import of_label, of_route
from hub.compile.enumeration import heads
from hub.compile.plan import (
    VISIBLE,
    BodyPlan_co,
    EdgePartPlan,
    EdgesPlan,
    FieldPlan,
    FoundPlan,
    IdPlan,
    IdsPlan,
    KeyPlan,
    LabelPlan,
    ListAccess,
    ListPlan,
    ManyPlan,
    NodesPlan,
    OnePlan,
    PartPlan,
    RowPlan,
    Side,
    StatementPlan,
    Visibility,
)


def analyse_root(
    graph: GraphSchema, root: query.ByKey | query.List | query.ByIds, side: Side
) -> StatementPlan[KeyPlan] | StatementPlan[ListPlan] | StatementPlan[IdsPlan]:
    """The plan of a root field that is answered by one statement."""
    match root:
        case query.ByKey():
            return statement(graph, side, lambda access: _by_key(access, root))
        case query.List():
            return statement(graph, side, lambda access: _listed(access, root))
        case query.ByIds():
            return statement(graph, side, lambda access: _by_ids(access, root))


def found_rows(access: Access, row: str, label: str, match: str, fields: tuple[query.Field, ...]) -> FoundPlan:
    """The plan of rows that another statement has found, and that are known to be visible: those `match` binds."""
    return FoundPlan(match, _row(access, row, {label: fields}, VISIBLE))


def statement(graph: GraphSchema, side: Side, analyse: Callable[[Access], BodyPlan_co]) -> StatementPlan[BodyPlan_co]:
    """The plan of a statement whose body is analysed so."""
    access = Access.of_statement(graph, side)
    body = analyse(access)
    asks = access.asks or (isinstance(body, str) and _names_viewer(graph, body))
    return StatementPlan(body, heads(access), asks)


def _names_viewer(graph: GraphSchema, body: str) -> bool:
    """Whether a body that is written by hand names anything that is known of the viewer."""
    of_viewer = {declared.name for declared in graph.viewer_sets} - {"now"}
    return not of_viewer.isdisjoint(words(body))


def page(access: Access, rows: ListAccess, asked: query.Page) -> ListPlan:
    """The plan of a page of rows that are reached so."""
    parts: list[PartPlan] = []
    seen = rows.source.seen
    for part in asked.parts:
        if isinstance(part, query.Edges):
            inner: list[EdgePartPlan] = []
            for edge_part in part.parts:
                planned, seen = _edge_part(access, rows, edge_part, seen)
                inner.append(planned)
            parts.append(EdgesPlan(part.key, tuple(inner)))
        elif isinstance(part, query.Nodes):
            nodes = _nodes(access, rows, part, seen)
            seen = nodes.row.seen
            parts.append(nodes)
        else:
            parts.append(part)
    return ListPlan(rows, asked, tuple(parts))


def _edge_part(
    access: Access, rows: ListAccess, part: query.EdgePart, seen: Visibility
) -> tuple[EdgePartPlan, Visibility]:
    if not isinstance(part, query.EdgeNode):
        return part, seen
    nodes = _nodes(access, rows, part, seen)
    return nodes, nodes.row.seen


def _nodes(access: Access, rows: ListAccess, part: query.Nodes | query.EdgeNode, seen: Visibility) -> NodesPlan:
    selection = {label: part.selection[label] for label in rows.labels}
    return NodesPlan(part.key, _row(access, rows.source.row, selection, seen))


def _by_key(access: Access, root: query.ByKey) -> KeyPlan:
    row = access.fresh("n")
    alias = access.fresh("code") if root.issuer else None
    seen = access.row(row, (root.label,))
    return KeyPlan(root, _row(access, row, root.selection, seen), seen.predicate, alias)


def _listed(access: Access, root: query.List) -> ListPlan:
    rows = of_label(access, root)
    return page(access, rows, root.page)


def _by_ids(access: Access, root: query.ByIds) -> IdsPlan:
    plans: list[IdPlan] = []
    for label, parameter in root.keys.items():
        one, row = access.fresh("id"), access.fresh("n")
        seen = access.row(row, (label,))
        read = _row(access, row, {label: root.selection[label]}, seen)
        plans.append(IdPlan(label, parameter, one, seen.predicate, read))
    return IdsPlan(root, tuple(plans))


def _row(access: Access, variable: str, selection: query.Selection, seen: Visibility) -> RowPlan:
    """What is read of a row that is visible, as far as `seen` has it."""
    labels = tuple(selection)
    if len(labels) > 1 and _alike(access, selection):
        labels = labels[:1]
    parts: list[LabelPlan] = []
    for label in labels:
        part = _label(access, variable, label, selection[label], seen, typed=len(labels) > 1)
        seen = part.readable.seen
        parts.append(part)
    return RowPlan(variable, tuple(parts), seen)


def _alike(access: Access, selection: query.Selection) -> bool:
    """Whether every label is asked for the same unguarded properties, so that its label need not be known."""
    first, *others = selection.values()
    return all(fields == first for fields in others) and all(
        isinstance(asked, query.Scalar) and access.graph.node(label).property_named(asked.property).guard is None
        for label in selection
        for asked in first
    )


def _label(
    access: Access, variable: str, label: str, fields: tuple[query.Field, ...], seen: Visibility, *, typed: bool
) -> LabelPlan:
    guards = _guards(access, label, fields)
    readable = access.guarded(variable, label, guards, seen)
    return LabelPlan(label, tuple(_field(access, variable, label, asked, typed) for asked in fields), readable)


def _guards(access: Access, label: str, fields: tuple[query.Field, ...]) -> tuple[Guard, ...]:
    """The guards of what is asked, each once."""
    node = access.graph.node(label)
    named = (node.property_named(asked.property).guard for asked in fields if isinstance(asked, query.Scalar))
    return tuple(dict.fromkeys(filter(None, named)))


def _field(access: Access, start: str, label: str, asked: query.Field, typed: bool) -> FieldPlan:
    match asked:
        case query.Many():
            rows = of_route(access, start, label, asked.route, asked.page)
            return ManyPlan(asked.key, page(access, rows, asked.page))
        case query.One():
            walk = access.along(start, label, asked.route, pattern_start=f"{start}:{label}" if typed else None)
            return OnePlan(asked.key, walk, _row(access, walk.row, asked.selection, walk.seen))
        case _:
            return asked
