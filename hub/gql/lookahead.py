"""From a validated operation to what was asked: fragments merged, conditions decided, values bound to parameters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graph_schema.model import GraphSchema, Kind, NodeType, Property, Route
from hub.compile import asked
from hub.compile.order import cursor_of, sorts
from hub.errors import BadInput
from hub.gql.cursors import read_cursor
from hub.gql.types import DEFAULT_PAGE, connection_name
from hub.gql.values import Binding, Constant, Value, Variables, converter, is_given, items, members, value_of

_OPERATORS: Final[Mapping[str, asked.Comparison]] = {
    "eq": "eq", "in": "in", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
    "contains": "contains", "startsWith": "startsWith", "isNull": "isNull",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """How many rows a question may touch: the parameters that bound its pages, nested as the pages are."""

    first: str | None
    below: tuple["Cost", ...]

    def of(self, parameters: Mapping[str, Any]) -> int:
        rows = parameters[self.first] if self.first else 1
        return rows * (1 + sum(cost.of(parameters) for cost in self.below))


@dataclass(frozen=True, slots=True)
class Question:
    """A root field: what was asked, its parameters, its cost."""

    root: asked.Root
    bindings: tuple[Binding, ...]
    cost: Cost


@dataclass(slots=True)
class _Scratch:
    """What a walk over one root field gathers."""

    bindings: list[Binding] = field(default_factory=list[Binding])
    costs: list[Cost] = field(default_factory=list[Cost])

    def bind(self, value: Value, convert: Callable[[Any], tuple[Any, ...]]) -> str:
        name = f"p{len(self.bindings)}"
        self.bindings.append(Binding((name,), value, convert))
        return name

    def bind_position(self, value: Value, wanted: asked.CursorOf) -> asked.After:
        names = tuple(f"p{len(self.bindings)}_{position}" for position in range(len(wanted.kinds)))
        self.bindings.append(Binding(names, value, lambda cursor: read_cursor(cursor, wanted)))
        return asked.After(names)


Selected = dict[str, list[FieldNode]]


class Lookahead:
    """Reads one operation, with the variables it came with: their shape and conditions decide the plan, not their values."""

    def __init__(
        self,
        graph: GraphSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Variables,
        max_page: int,
    ) -> None:
        self._graph = graph
        self._fragments = fragments
        self._variables = variables
        self._max_page = max_page
        self._by_key = {node.one: node for node in graph.nodes}
        self._lists = {node.many: node for node in graph.nodes}

    def roots(self, operation: OperationDefinitionNode) -> Selected:
        """Response key -> the root fields asked under it."""
        return self._collect([operation.selection_set], None)

    def question(self, nodes: Sequence[FieldNode]) -> Question:
        """What one root field asks."""
        name, scratch = nodes[0].name.value, _Scratch()
        if name in self._by_key:
            root: asked.Root = self._row_by_key(self._by_key[name], nodes, scratch)
        else:
            label = self._lists[name].label
            root = asked.List(label, self._page((label,), label, None, nodes, scratch))
        return Question(root, tuple(scratch.bindings), Cost(None, tuple(scratch.costs)))

    def _row_by_key(self, node: NodeType, nodes: Sequence[FieldNode], scratch: _Scratch) -> asked.ByKey:
        arguments = _arguments(nodes[0])
        lookup = node.lookup_property
        parameter = scratch.bind(arguments[lookup.name], converter(lookup))
        issuer = day = None
        if node.alias:
            given = arguments.get("issuer")
            issuer = scratch.bind(
                given if given and is_given(given, self._variables) else Constant(node.alias.default_issuer), lambda value: (value,)
            )
            at = arguments.get("at")
            day = scratch.bind(at if at and is_given(at, self._variables) else Constant(None), _day)
        return asked.ByKey(node.label, lookup.name, parameter, self._rows((node.label,), nodes, scratch), issuer, day)

    def _rows(self, labels: Sequence[str], nodes: Sequence[FieldNode], scratch: _Scratch) -> asked.Selection:
        """What is asked of rows that have one of these labels."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        return {label: tuple(self._field(label, *found, scratch) for found in self._collect(sets, label).items()) for label in labels}

    def _field(self, label: str, key: str, nodes: list[FieldNode], scratch: _Scratch) -> asked.Field:
        name = nodes[0].name.value
        if name == "__typename":
            return asked.Typename(key)
        route = self._graph.routes(label).get(name)
        if route is None:
            return asked.Scalar(key, name)
        if route.way.one:
            return asked.One(key, route, self._rows(route.labels, nodes, scratch))
        return asked.Many(key, route, self._page(route.labels, route.target, route, nodes, scratch))

    # Pages

    def _page(self, labels: tuple[str, ...], target: str, route: Route | None, nodes: Sequence[FieldNode], scratch: _Scratch) -> asked.Page:
        arguments = _arguments(nodes[0])
        first = scratch.bind(self._given(arguments, "first") or Constant(DEFAULT_PAGE), self._first)
        order = tuple(self._order(arguments))
        after = None
        if given := self._given(arguments, "after"):
            keys = sorts(self._graph, labels, order, route.edge if route else None)
            after = scratch.bind_position(given, cursor_of(target, keys))
        filters = tuple(self._filters(labels[0], arguments, scratch))
        outer, scratch.costs = scratch.costs, []
        sets = [node.selection_set for node in nodes if node.selection_set]
        parts = tuple(self._part(labels, target, route, *found, scratch) for found in self._collect(sets, None).items())
        outer.append(Cost(first, tuple(scratch.costs)))
        scratch.costs = outer
        return asked.Page(first, after, filters, order, parts)

    def _part(
        self, labels: tuple[str, ...], target: str, route: Route | None, key: str, nodes: list[FieldNode], scratch: _Scratch
    ) -> asked.Part:
        match nodes[0].name.value:
            case "nodes":
                return asked.Nodes(key, self._rows(labels, nodes, scratch))
            case "edges":
                inner = self._inner(nodes)
                return asked.Edges(key, tuple(self._edge_part(labels, target, route, *found, scratch) for found in inner.items()))
            case "pageInfo":
                return asked.PageInfo(key, {name: found[0].name.value for name, found in self._inner(nodes).items()})
            case "totalCount":
                return asked.TotalCount(key)
            case _:
                return asked.Typename(key, _connection(target, route, "Connection"))

    def _edge_part(
        self, labels: tuple[str, ...], target: str, route: Route | None, key: str, nodes: list[FieldNode], scratch: _Scratch
    ) -> asked.EdgeNode | asked.EdgeProperty | asked.Cursor | asked.Typename:
        match nodes[0].name.value:
            case "node":
                return asked.EdgeNode(key, self._rows(labels, nodes, scratch))
            case "cursor":
                return asked.Cursor(key)
            case "__typename":
                return asked.Typename(key, _connection(target, route, "Edge"))
            case name:
                return asked.EdgeProperty(key, name)

    def _inner(self, nodes: Sequence[FieldNode]) -> Selected:
        return self._collect([node.selection_set for node in nodes if node.selection_set], None)

    # Arguments

    def _given(self, arguments: Mapping[str, Value], name: str) -> Value | None:
        value = arguments.get(name)
        return value if is_given(value, self._variables) else None

    def _first(self, value: Any) -> tuple[Any, ...]:
        if not 1 <= value <= self._max_page:
            raise BadInput(f"first: 1 to {self._max_page}; ask for the next page with after")
        return (int(value),)

    def _order(self, arguments: Mapping[str, Value]) -> Iterable[asked.OrderKey]:
        for item in items(arguments.get("orderBy", Constant(None)), self._variables):
            keys = members(item, self._variables)
            if len(keys) != 1:
                raise BadInput("orderBy: exactly one property in each object, e.g. [{status: ASC}, {openedAt: DESC}]")
            for name, direction in keys.items():
                yield asked.OrderKey(name, descending=direction.read(self._variables) == "DESC")

    def _filters(self, label: str, arguments: Mapping[str, Value], scratch: _Scratch) -> Iterable[asked.Filter]:
        for name, conditions in members(arguments.get("where", Constant(None)), self._variables).items():
            found = self._graph.node(label).property_named(name)
            for operator, value in members(conditions, self._variables, nulls=True).items():
                parameter = scratch.bind(value, _comparand(found, operator))
                yield asked.Filter(name, _OPERATORS[operator], parameter)

    # Selections

    def _collect(self, sets: Iterable[SelectionSetNode], label: str | None) -> Selected:
        """The fields that apply to a row of that label, merged by response key, in the order they were first asked."""
        selected: Selected = {}
        for found in sets:
            self._collect_into(selected, found, label)
        return selected

    def _collect_into(self, selected: Selected, found: SelectionSetNode, label: str | None) -> None:
        for selection in found.selections:
            if not self._included(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                selected.setdefault(key, []).append(selection)
                continue
            if isinstance(selection, InlineFragmentNode):
                fragment: InlineFragmentNode | FragmentDefinitionNode = selection
            else:
                assert isinstance(selection, FragmentSpreadNode)
                fragment = self._fragments[selection.name.value]
            condition = fragment.type_condition
            if label is None or condition is None or label in self._graph.concrete(condition.name.value):
                self._collect_into(selected, fragment.selection_set, label)

    def _included(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            wanted = next(value_of(argument.value).read(self._variables) for argument in directive.arguments or ())
            if directive.name.value == "skip" and wanted is True:
                return False
            if directive.name.value == "include" and wanted is False:
                return False
        return True


def _arguments(node: FieldNode) -> dict[str, Value]:
    return {argument.name.value: value_of(argument.value) for argument in node.arguments or ()}


def _comparand(found: Property, operator: str) -> Callable[[Any], tuple[Any, ...]]:
    if operator in ("contains", "startsWith", "isNull"):
        return converter(Property(found.name, found.doc))
    return converter(found, many=operator == "in")


def _day(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (datetime.now(UTC).date(),)
    return converter(Property("at", "", Kind.DATE))(value)


def _connection(target: str, route: Route | None, suffix: str) -> str:
    return connection_name(target, route.edge if route else None).removesuffix("Connection") + suffix
