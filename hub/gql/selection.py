"""The first phase of a question: its document, its variables and its directives become what is selected.

Fragments are written out, `@skip` and `@include` are decided, arguments have their values. Of the document and its
variables nothing is needed any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    NamedTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from graph_schema.model import GraphSchema
from hub.gql.request import Variables
from hub.gql.values import ABSENT, Constant, Items, Members, Reference, Value


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, or a part of one: where it comes from, and what it is in this request.

    `members` are those of an input object that are given, null as well; `items` those of a list of input objects, None
    where it is no list. `is_given` says whether there is a value at all, null not counted as one. `unset` are the
    members whose variable has no value, with that variable.
    """

    source: Value
    value: Any
    is_given: bool
    members: Mapping[str, "Argument"]
    items: tuple["Argument", ...] | None
    unset: tuple[tuple[str, str], ...] = ()


_NO_ARGUMENTS: Final[Mapping[str, Argument]] = MappingProxyType({})
NOT_GIVEN: Final = Argument(Constant(None), None, is_given=False, members=_NO_ARGUMENTS, items=None)


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field under its response key, with its arguments and what is selected below it.

    `labels`: it applies to rows of these alone, by the types of the fragments around it; None where there are none.
    """

    key: str
    name: str
    arguments: Mapping[str, Argument]
    fields: tuple["SelectedField", ...]
    labels: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What an operation selects: its root fields, which are verbs if it `is_mutation`, and the nodes of those that ask
    about the schema itself.
    """

    fields: tuple[SelectedField, ...]
    is_mutation: bool
    introspection: tuple[FieldNode, ...]


def select(
    graph: GraphSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Variables,
) -> Selection:
    """What an operation selects, with the variables it came with: their shape and conditions decide it."""
    selects = _Selects(graph, fragments, variables)
    fields = tuple(selects.fields(operation.selection_set, None))
    return Selection(fields, operation.operation is OperationType.MUTATION, tuple(selects.introspection))


class _Selects:
    """Goes through an operation once."""

    def __init__(
        self, graph: GraphSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Variables
    ) -> None:
        self._graph = graph
        self._fragments = fragments
        self._variables = variables
        self.introspection: list[FieldNode] = []

    def fields(self, selections: SelectionSetNode, labels: frozenset[str] | None) -> Iterator[SelectedField]:
        """The fields in a set, those of fragments in their place; `labels` are those of the fragments around it."""
        for selection in selections.selections:
            if not self._included(selection.directives):
                continue
            if isinstance(selection, FieldNode):
                yield self._field(selection, labels)
                continue
            fragment = self._fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
            assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)
            yield from self.fields(fragment.selection_set, self._narrowed(labels, fragment.type_condition))

    def _field(self, node: FieldNode, labels: frozenset[str] | None) -> SelectedField:
        name, key = node.name.value, (node.alias or node.name).value
        if name.startswith("__") and name != "__typename":
            self.introspection.append(node)
            return SelectedField(key, name, _NO_ARGUMENTS, ())
        below = tuple(self.fields(node.selection_set, None)) if node.selection_set else ()
        return SelectedField(key, name, self._arguments(node), below, labels)

    def _arguments(self, node: FieldNode) -> Mapping[str, Argument]:
        if not node.arguments:
            return _NO_ARGUMENTS
        return {argument.name.value: self._argument(argument.value) for argument in node.arguments}

    def _argument(self, node: ValueNode) -> Argument:
        match node:
            case VariableNode():
                return _of_variable(Reference(node.name.value), self._variables.get(node.name.value, ABSENT))
            case ObjectValueNode():
                members = {field.name.value: self._argument(field.value) for field in node.fields}
                sources = Members({name: member.source for name, member in members.items()})
                given = {name: member for name, member in members.items() if member.value is not ABSENT}
                whole = {name: member.value for name, member in members.items()}
                unset = tuple(
                    (name, member.source.variable)
                    for name, member in members.items()
                    if member.value is ABSENT and isinstance(member.source, Reference)
                )
                return Argument(sources, whole, is_given=True, members=given, items=None, unset=unset)
            case ListValueNode():
                items = tuple(self._argument(item) for item in node.values)
                sources = Items(tuple(item.source for item in items))
                whole = [item.value for item in items]
                return Argument(sources, whole, is_given=True, members=_NO_ARGUMENTS, items=items)
            case _:
                value = value_from_ast_untyped(node)
                return Argument(Constant(value), value, value is not None, _NO_ARGUMENTS, None)

    def _narrowed(self, labels: frozenset[str] | None, condition: NamedTypeNode | None) -> frozenset[str] | None:
        if condition is None:
            return labels
        concrete = frozenset(self._graph.concrete(condition.name.value))
        return concrete if labels is None else labels & concrete

    def _included(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            condition = next(self._argument(argument.value).value for argument in directive.arguments or ())
            if directive.name.value == "skip" and condition is True:
                return False
            if directive.name.value == "include" and condition is False:
                return False
        return True


def _of_variable(source: Reference, value: Any) -> Argument:
    """A value inside a variable. Of a list of values to compare with, the items are nobody's."""
    members, items = _NO_ARGUMENTS, None
    if isinstance(value, dict):
        members = {key: _of_variable(_part(source, key), member) for key, member in cast("Any", value).items()}
    elif isinstance(value, list):
        values = cast("list[Any]", value)
        objects = values if any(isinstance(item, dict | list) for item in values) else []
        items = tuple(_of_variable(_part(source, position), item) for position, item in enumerate(objects))
    return Argument(source, value, value is not None and value is not ABSENT, members, items)


def _part(source: Reference, step: str | int) -> Reference:
    return Reference(source.variable, (*source.path, step))
