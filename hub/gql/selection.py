"""The first phase of a question: its document, its variables and its directives become what is selected.

Fragments are written out, `@skip` and `@include` are decided, arguments have their values. Of the document nothing is
needed any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graph_schema.model import GraphSchema
from hub.gql.arguments import Argument, Variables, value_of

_NO_ARGUMENTS: Final[Mapping[str, Argument]] = MappingProxyType({})


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

    def below(self, label: str | None = None) -> dict[str, "SelectedField"]:
        """The fields below that apply to a row of that label, or all, by their response keys."""
        return merged(self.fields, label)


@dataclass(frozen=True, slots=True)
class Selection:
    """What an operation selects: its root fields by their response keys, and the nodes of those that ask about the
    schema itself.
    """

    fields: Mapping[str, SelectedField]
    introspection: tuple[FieldNode, ...]


def select(
    graph: GraphSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Variables,
) -> Selection:
    """What an operation selects, with the variables it came with: their shape and conditions decide it."""
    selects = _Selects(graph, fragments, variables)
    fields = merged(selects.fields(operation.selection_set, None), None)
    return Selection(fields, tuple(selects.introspection))


def merged(fields: Iterable[SelectedField], label: str | None) -> dict[str, SelectedField]:
    """The fields that apply to a row of that label, or all, merged by response key in the order they were first
    asked.
    """
    by_key: dict[str, SelectedField] = {}
    for field in fields:
        if label is not None and field.labels is not None and label not in field.labels:
            continue
        known = by_key.get(field.key)
        by_key[field.key] = replace(known, fields=(*known.fields, *field.fields)) if known else field
    return by_key


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
        sources = {argument.name.value: value_of(argument.value) for argument in node.arguments}
        return {name: Argument(source, source.read(self._variables)) for name, source in sources.items()}

    def _narrowed(self, labels: frozenset[str] | None, condition: NamedTypeNode | None) -> frozenset[str] | None:
        if condition is None:
            return labels
        concrete = frozenset(self._graph.concrete(condition.name.value))
        return concrete if labels is None else labels & concrete

    def _included(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            condition = next(value_of(argument.value).read(self._variables) for argument in directive.arguments or ())
            if directive.name.value == "skip" and condition is True:
                return False
            if directive.name.value == "include" and condition is False:
                return False
        return True
