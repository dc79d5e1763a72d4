"""Argument values: where each comes from (the document or a variable), and how it becomes a statement parameter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, cast

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode, value_from_ast_untyped

from graph_schema.formats import BadFormat
from graph_schema.model import Kind, Property
from hub.compile.query import CursorOf
from hub.errors import BadInput
from hub.gql.moments import moment

ABSENT: Final = object()
Variables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the document."""

    value: Any

    def read(self, variables: Variables) -> Any:  # noqa: ARG002 - one shape for all values
        return self.value


@dataclass(frozen=True, slots=True)
class Reference:
    """A value inside a variable: its name, and the path of keys and positions below it."""

    variable: str
    path: tuple[str | int, ...] = ()

    def read(self, variables: Variables) -> Any:
        value = variables.get(self.variable, ABSENT)
        for step in self.path:
            value = value[step]
        return value


@dataclass(frozen=True, slots=True)
class Items:
    """A list written in the document, some of whose items are variables."""

    items: tuple["Value", ...]

    def read(self, variables: Variables) -> Any:
        return [item.read(variables) for item in self.items]


@dataclass(frozen=True, slots=True)
class Members:
    """An input object written in the document."""

    members: Mapping[str, "Value"]

    def read(self, variables: Variables) -> Any:
        return {key: member.read(variables) for key, member in self.members.items()}


Value = Constant | Reference | Items | Members


def value_of(node: ValueNode) -> Value:
    """Where the value of an argument comes from."""
    match node:
        case VariableNode():
            return Reference(node.name.value)
        case ObjectValueNode():
            return Members({field.name.value: value_of(field.value) for field in node.fields})
        case ListValueNode():
            return Items(tuple(value_of(item) for item in node.values))
        case _:
            return Constant(value_from_ast_untyped(node))


def members(value: Value, variables: Variables) -> dict[str, Value]:
    """The members of an input object that are given, null as well; an absent variable is not."""
    if isinstance(value, Members):
        found = value.members
    else:
        whole = value.read(variables)
        if whole is None or whole is ABSENT:
            return {}
        assert isinstance(value, Reference)
        found = {key: Reference(value.variable, (*value.path, key)) for key in whole}
    return {key: member for key, member in found.items() if member.read(variables) is not ABSENT}


def items(value: Value, variables: Variables) -> list[Value]:
    """The items of a list; one value stands for a list of itself, as GraphQL has it."""
    if isinstance(value, Items):
        return list(value.items)
    whole = value.read(variables)
    if whole is None or whole is ABSENT:
        return []
    if isinstance(value, Reference) and isinstance(whole, list):
        size = len(whole)  # pyright: ignore[reportUnknownArgumentType]
        return [Reference(value.variable, (*value.path, position)) for position in range(size)]
    return [value]


def split_node_id(node_id: Any) -> tuple[str, str]:
    """Label and key of a node id; either may be empty where it is none."""
    label, _, key = str(node_id).partition(":")
    return label, key


def is_given(value: Value | None, variables: Variables) -> bool:
    """Whether there is a value at all, null not counted as one."""
    return value is not None and value.read(variables) not in (None, ABSENT)


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement parameter: where its value comes from, and how it is checked and converted."""

    parameters: tuple[str, ...]
    value: Value
    convert: Callable[[Any], tuple[Any, ...]]

    # one shape for both
    def bind(self, variables: Variables, into: dict[str, Any], cursors: "ReadsCursors") -> None:  # noqa: ARG002
        """Puts the parameters in place. Raises `BadInput`."""
        into.update(zip(self.parameters, self.convert(self.value.read(variables)), strict=True))


class ReadsCursors(Protocol):
    """Whoever knows the cursors of the viewer."""

    def read(self, cursor: str, wanted: CursorOf, compared: Sequence[Any]) -> tuple[Any, ...]: ...


@dataclass(frozen=True, slots=True)
class PositionBinding:
    """The parameters that hold a position: a cursor, read once what it is bound to is in place."""

    parameters: tuple[str, ...]
    value: Value
    wanted: CursorOf

    def bind(self, variables: Variables, into: dict[str, Any], cursors: ReadsCursors) -> None:
        """Puts the parameters in place. Raises `BadInput`."""
        compared = [into[name] for name in self.wanted.bound]
        into.update(zip(self.parameters, cursors.read(self.value.read(variables), self.wanted, compared), strict=True))


@dataclass(frozen=True, slots=True)
class Spread:
    """Several parameters that are made from one value, under names of their own."""

    value: Value
    convert: Callable[[Any], Mapping[str, Any]]

    # one shape for all
    def bind(self, variables: Variables, into: dict[str, Any], cursors: ReadsCursors) -> None:  # noqa: ARG002
        """Puts the parameters in place. Raises `BadInput`."""
        into.update(self.convert(self.value.read(variables)))


Bound = Binding | PositionBinding | Spread


def converter(found: Property, *, many: bool = False) -> Callable[[Any], tuple[Any, ...]]:
    """How a value given for a property becomes a parameter; `many` for a list of them."""

    def one(value: Any) -> Any:
        if value is None:
            raise BadInput(
                f"{found.name}: null is no value to compare with; write {{isNull: true}} or {{isNull: false}}"
            )
        return convert(found, value)

    if many:
        return lambda value: ([one(item) for item in _items(value)],)
    return lambda value: (one(value),)


def convert(found: Property, value: Any) -> Any:
    """The value as the driver takes it. Raises `BadInput` where it does not have the property's format."""
    try:
        if found.format:
            return (
                [found.format.check(item) for item in value] if isinstance(value, list) else found.format.check(value)
            )  # pyright: ignore[reportUnknownVariableType]
        return at_kind(found.kind, value)
    except BadFormat as error:
        raise BadInput(str(error)) from None
    except ValueError:
        raise BadInput(f"{found.name}: {found.kind.value} expected, e.g. {_EXAMPLES.get(found.kind, '1')}") from None


def at_kind(kind: Kind, value: Any) -> Any:
    """A JSON value as the driver takes it. Raises `ValueError`."""
    match kind:
        case Kind.DATETIME:
            return moment(value)
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.INT:
            return int(value)
        case Kind.FLOAT:
            return float(value)
        case _:
            return value


_EXAMPLES: Final = {Kind.DATETIME: "2026-03-01T09:00:00Z", Kind.DATE: "2026-03-01"}


def _items(value: object) -> list[Any]:
    """The items of a list; a value that is none stands for a list of itself alone (GraphQL, section 3.11)."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]
