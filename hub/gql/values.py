"""Values: where each comes from, and how it becomes a parameter of a statement, checked and converted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeAlias, cast

from graph_schema.cypher import Parameters
from graph_schema.formats import BadFormat
from graph_schema.model import Kind, Property
from hub.compile.compiler import CursorOf
from hub.errors import BadInput
from hub.gql.moments import moment
from hub.gql.request import Variables

ABSENT: Final = object()
"""In place of a value that is not given."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the document."""

    value: Any

    def read(self, variables: Variables) -> Any:  # noqa: ARG002 - one shape for all values
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Reference:
    """A value inside a variable: its name, and the path of keys and positions below it."""

    variable: str
    path: tuple[str | int, ...] = ()

    def read(self, variables: Variables) -> Any:
        """What the variable has there, or `ABSENT`."""
        value: Any = variables.get(self.variable, ABSENT)
        for step in self.path:
            value = value[step]
        return value


@dataclass(frozen=True, slots=True)
class Items:
    """A list written in the document, some of whose items are variables."""

    items: tuple["Value", ...]

    def read(self, variables: Variables) -> Any:
        """The list of what the items are."""
        return [item.read(variables) for item in self.items]


@dataclass(frozen=True, slots=True)
class Members:
    """An input object written in the document."""

    members: Mapping[str, "Value"]

    def read(self, variables: Variables) -> Any:
        """What each member is, or `ABSENT`."""
        return {key: member.read(variables) for key, member in self.members.items()}


Value: TypeAlias = Constant | Reference | Items | Members
"""Where a value comes from. It is the same for all requests with the document, and read anew for each."""

Convert = Callable[[Any], tuple[Any, ...]]
"""Checks a value, and makes a parameter's value of it, or those of several. Raises `BadInput`."""


def split_node_id(node_id: Any) -> tuple[str, str]:
    """Label and key of a node id; either may be empty where it is none."""
    label, _, key = str(node_id).partition(":")
    return label, key


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement parameter: where its value comes from, and how it is checked and converted."""

    parameters: tuple[str, ...]
    value: Value
    convert: Convert

    # one shape for all
    def bound(self, variables: Variables, before: Parameters, cursors: "ReadsCursors") -> Parameters:  # noqa: ARG002
        """The parameters, with these variables. Raises `BadInput`."""
        return dict(zip(self.parameters, self.convert(self.value.read(variables)), strict=True))


class ReadsCursors(Protocol):
    """Whoever knows the cursors of the viewer."""

    def read(self, cursor: str, wanted: CursorOf, compared: Sequence[Any]) -> tuple[Any, ...]:
        """The values that a cursor holds. Raises `BadInput` for one that is not of that list and these conditions."""
        ...


@dataclass(frozen=True, slots=True)
class PositionBinding:
    """The parameters that hold a position: a cursor, read once what it is good for is bound."""

    parameters: tuple[str, ...]
    value: Value
    wanted: CursorOf

    def bound(self, variables: Variables, before: Parameters, cursors: ReadsCursors) -> Parameters:
        """The parameters, with these variables and those bound `before`. Raises `BadInput`."""
        compared = [before[name] for name in self.wanted.bound]
        held = cursors.read(self.value.read(variables), self.wanted, compared)
        return dict(zip(self.parameters, held, strict=True))


@dataclass(frozen=True, slots=True)
class Spread:
    """Several parameters that are made from one value, under names of their own."""

    value: Value
    convert: Callable[[Any], Parameters]

    # one shape for all
    def bound(self, variables: Variables, before: Parameters, cursors: ReadsCursors) -> Parameters:  # noqa: ARG002
        """The parameters, with these variables. Raises `BadInput`."""
        return self.convert(self.value.read(variables))


Bound = Binding | PositionBinding | Spread


def converter(declared: Property, *, many: bool = False) -> Convert:
    """How a value given for a property becomes a parameter; `many` for a list of them."""

    def one(value: Any) -> Any:
        if value is None:
            raise BadInput(
                f"{declared.name}: null is no value to compare with; write {{isNull: true}} or {{isNull: false}}"
            )
        return convert(declared, value)

    if many:
        return lambda value: ([one(item) for item in _items(value)],)
    return lambda value: (one(value),)


def convert(declared: Property, value: Any) -> Any:
    """The value as the driver takes it. Raises `BadInput` where it does not have the property's format."""
    try:
        if declared.format:
            return (
                [declared.format.check(item) for item in value]
                if isinstance(value, list)
                else declared.format.check(value)
            )  # pyright: ignore[reportUnknownVariableType]
        return at_kind(declared.kind, value)
    except BadFormat as error:
        raise BadInput(str(error)) from None
    except ValueError:
        raise BadInput(
            f"{declared.name}: {declared.kind.value} expected, e.g. {_EXAMPLES.get(declared.kind, '1')}"
        ) from None


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
