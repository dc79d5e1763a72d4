"""Types of the schema as they are declared to strawberry: by their names, of which each is made once."""

from collections.abc import Sequence
from dataclasses import MISSING
from datetime import date, datetime
from enum import Enum
from keyword import iskeyword
from typing import Any, Final

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.model import Kind, Property
from hub.gql.names import choice_name

PYTHON: Final = {
    Kind.STRING: "str",
    Kind.STRINGS: "list[str]",
    Kind.INT: "int",
    Kind.FLOAT: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
}
"""What a property of a kind is annotated with."""


class Declared:
    """The types declared so far."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"date": date, "datetime": datetime, "strawberry": strawberry}
        """What annotations may name: the types declared, and what Python has beside."""

    def property_field(self, owner: str, declared: Property) -> StrawberryField:
        """A property as a field of a type."""
        python = choice_name(owner, declared) if declared.values else PYTHON[declared.kind]
        return self.field(declared.name, python if declared.required else f"{python} | None", declared.doc)

    def optional(self, name: str, python: str, doc: str | None) -> StrawberryField:
        """A member of an input that need not be given."""
        return self.field(name, f"{python} | None", doc, optional=True)

    def field(self, name: str, python: str, doc: str | None, *, optional: bool = False) -> StrawberryField:
        """A field of that annotation."""
        # a keyword of Python may be a name in GraphQL
        return StrawberryField(
            python_name=f"{name}_" if iskeyword(name) else name,
            graphql_name=name,
            type_annotation=StrawberryAnnotation(python, namespace=self.names),
            description=doc,
            default=strawberry.UNSET if optional else MISSING,
        )

    def argument(self, name: str, python: str, doc: str, default: Any = strawberry.UNSET) -> StrawberryArgument:
        """An argument of that annotation."""
        annotation = StrawberryAnnotation(python, namespace=self.names)
        return StrawberryArgument(name, name, annotation, description=doc, default=default)

    def object_type(self, name: str, doc: str, fields: list[StrawberryField], bases: Sequence[type] = ()) -> type:
        """Declares an object type."""
        self.names[name] = strawberry.type(made(name, fields, bases), description=doc)
        self.settle(self.names[name])
        return self.names[name]

    def input_type(self, name: str, doc: str, fields: list[StrawberryField]) -> None:
        """Declares an input type."""
        self.names[name] = strawberry.input(made(name, fields), description=doc)
        self.settle(self.names[name])

    def choice(self, name: str, declared: Property) -> None:
        """The enum of a property's values, once for all that share it."""
        if name not in self.names:
            self.names[name] = strawberry.enum(enum_of(name, declared.values), description=declared.doc)

    def settle(self, declared: Any) -> None:
        """Gives each field the names its annotation needs: dataclasses keep nothing of it but its text."""
        for field in declared.__strawberry_definition__.fields:
            annotation = field.type_annotation
            if isinstance(annotation.raw_annotation, str):
                field.type_annotation = StrawberryAnnotation(annotation.raw_annotation, namespace=self.names)


def made(name: str, fields: Sequence[StrawberryField], bases: Sequence[type] = ()) -> type:
    """A class with these fields, for strawberry to decorate."""
    return type(name, tuple(bases), {"__annotations__": {}, **{field.python_name: field for field in fields}})


def enum_of(name: str, values: Sequence[str]) -> type[Enum]:
    """An enum of these values."""
    made_: Any = Enum(name, {value: value for value in values})
    return made_
