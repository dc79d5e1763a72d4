"""Arguments: where the value of each comes from (the document or a variable), and what it is in this request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode, value_from_ast_untyped

ABSENT: Final = object()
"""In place of a value that is not given."""
Variables: TypeAlias = Mapping[str, Any]
"""The variables of a request by name: JSON values."""


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
        value = variables.get(self.variable, ABSENT)
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


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, or a part of one: where it comes from, and what it is in this request."""

    source: Value
    value: Any

    @property
    def is_given(self) -> bool:
        """Whether there is a value at all, null not counted as one."""
        return self.value is not None and self.value is not ABSENT

    def members(self) -> dict[str, "Argument"]:
        """The members of an input object that are given, null as well; an absent variable is not."""
        if not self.is_given:
            return {}
        sources = self.source.members if isinstance(self.source, Members) else None
        return {
            key: Argument(sources[key] if sources else self._part(key), value)
            for key, value in self.value.items()
            if value is not ABSENT
        }

    def items(self) -> list["Argument"]:
        """The items of a list; one value stands for a list of itself, as GraphQL has it."""
        if not self.is_given:
            return []
        if isinstance(self.source, Items):
            return [Argument(source, value) for source, value in zip(self.source.items, self.value, strict=True)]
        if isinstance(self.value, list):
            values = cast("list[Any]", self.value)
            return [Argument(self._part(position), value) for position, value in enumerate(values)]
        return [self]

    def _part(self, step: str | int) -> Reference:
        assert isinstance(self.source, Reference)
        return Reference(self.source.variable, (*self.source.path, step))


NOT_GIVEN: Final = Argument(Constant(None), None)


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
