"""Questions without their values: what is left says which rows and properties are asked, and nothing of whose.

Texts and numbers become others of their type, names that clients choose (of operations, fragments, variables, and for
answers) are numbered, comments go. What stays are names of the schema, its enums' values, and true and false, which
decide the plan.
"""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    separate_operations,
    type_from_ast,
    visit,
)
from pydantic import JsonValue

from graph_schema.model import GraphSchema
from hub.errors import BadInput
from hub.gql.request import Variables
from hub.gql.values import convert, split_node_id

_KEYS: Final = ("row", "CEE001", "00", "0000", "AAA", "00-0000000AA", "AAA-0000000-0")
"""One of them has the format of any label's key."""
_SIMPLE: Final[Mapping[str, JsonValue]] = {
    "String": "", "Int": 1, "Float": 1.0, "Date": "2000-01-01", "DateTime": "2000-01-01T00:00:00Z",
}  # fmt: skip


class Blanks:
    """Takes the values out of questions to one graph."""

    def __init__(self, declared: GraphSchema, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._ids = {node.label: f"{node.label}:{self._key(declared, node.label)}" for node in declared.nodes}

    def question(self, text: str, operation_name: str | None, variables: Variables) -> tuple[str, Variables]:
        """The one operation of a document and its variables, which need be none that was asked.

        Raises `ValueError` where it has none.
        """
        document = parse(text, no_location=True)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        chosen = [
            node for node in operations if operation_name is None or (node.name and node.name.value == operation_name)
        ]
        if len(chosen) != 1:
            raise ValueError("no such operation")
        (operation,) = chosen
        alone = separate_operations(document)[operation.name.value if operation.name else ""]
        given = self._variables(operation, variables)
        info = TypeInfo(self._schema)
        blank = visit(alone, TypeInfoVisitor(info, _Blanking(self, info)))
        assert isinstance(blank, DocumentNode)
        names = _Names()
        named = visit(blank, names)
        return print_ast(named), {names.variable(name): value for name, value in given.items()}

    def _variables(self, operation: OperationDefinitionNode, variables: Variables) -> Variables:
        others: dict[str, JsonValue] = {}
        for declared in operation.variable_definitions or ():
            name = declared.variable.name.value
            if name in variables:
                others[name] = self.value(type_from_ast(self._schema, declared.type), variables[name])
        return others

    def value(self, declared: Any, value: Any) -> Any:  # noqa: PLR0911 - one line a kind of type
        """Another value of its type and shape."""
        if isinstance(declared, GraphQLNonNull):
            return self.value(declared.of_type, value)
        if value is None:
            return None
        if isinstance(declared, GraphQLList):
            if not isinstance(value, list):
                return self.value(declared.of_type, value)
            items = [self.value(declared.of_type, item) for item in value]
            # how many there are is no part of the shape of a list of texts or numbers
            return (
                items
                if isinstance(get_named_type(declared), GraphQLInputObjectType | GraphQLEnumType)
                else _distinct(items)
            )
        if isinstance(declared, GraphQLInputObjectType):
            return {name: self.value(declared.fields[name].type, inner) for name, inner in value.items()}
        if isinstance(declared, GraphQLEnumType) or declared.name == "Boolean":
            return value
        return self.simple(declared.name, value)

    def simple(self, name: str, value: Any) -> Any:
        """Another value of a scalar type. Raises `ValueError` for a type that is not known."""
        if name == "ID":
            label, _ = split_node_id(value)
            return self._ids.get(label, "")
        if name not in _SIMPLE:
            raise ValueError(name)
        return _SIMPLE[name]

    def _key(self, declared: GraphSchema, label: str) -> str:
        node = declared.node(label)
        for key in _KEYS:
            try:
                convert(node.property_named(node.key), key)
            except BadInput:
                continue
            return key
        raise ValueError(label)


class _Blanking(Visitor):
    """Puts other values in place of those in the document."""

    def __init__(self, blanks: Blanks, info: TypeInfo) -> None:
        super().__init__()
        self._blanks = blanks
        self._info = info

    def enter_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        return StringValueNode(value=self._value(node.value), block=False)

    def enter_int_value(self, node: IntValueNode, *_: Any) -> Node:
        value = self._value(node.value)
        if isinstance(value, str):
            return StringValueNode(value=value, block=False)
        return IntValueNode(value="1")

    def enter_float_value(self, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="1.0")

    def _value(self, value: Any) -> Any:
        declared = self._info.get_input_type()
        return self._blanks.simple(get_named_type(declared).name if declared else "", value)


class _Names(Visitor):
    """Numbers what clients name: by what follows from the document alone."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[str, dict[str, int]] = {"a": {}, "v": {}, "f": {}}

    def variable(self, name: str) -> str:
        return self._numbered("v", name)

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode:
        return _with(node, name=None)

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if node.alias is None:
            return None
        is_same = node.alias.value == node.name.value
        return _with(node, alias=None if is_same else self._name("a", node.alias.value))

    def enter_variable(self, node: VariableNode, *_: Any) -> VariableNode:
        return VariableNode(name=self._name("v", node.name.value))

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> FragmentSpreadNode:
        return _with(node, name=self._name("f", node.name.value))

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> FragmentDefinitionNode:
        return _with(node, name=self._name("f", node.name.value))

    def _name(self, of: str, name: str) -> NameNode:
        return NameNode(value=self._numbered(of, name))

    def _numbered(self, of: str, name: str) -> str:
        return f"{of}{self._numbers[of].setdefault(name, len(self._numbers[of]) + 1)}"


def _with(node: Any, **changed: Any) -> Any:
    """The node, some of it changed."""
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **changed})


def _distinct(values: list[Any]) -> list[Any]:
    return list({repr(value): value for value in values}.values())
