"""Small pieces of statements: values as they are sent, expressions under their variables."""

from collections.abc import Mapping
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import Kind, Property

TEMPORAL: Final = (Kind.DATE, Kind.DATETIME)


def plain(variable: str, declared: Property) -> str:
    """A property as it is sent: moments and days as text, which is far cheaper than the driver's own values."""
    return sent(f"{variable}.{name(declared.name)}", declared.kind)


def sent(expression: str, kind: Kind) -> str:
    """A value of that kind, as it is sent."""
    return f"toString({expression})" if kind in TEMPORAL else expression


def named(expressions: Mapping[str, str]) -> str:
    """The expressions under the variables that they get."""
    return ", ".join(f"{expression} AS {variable}" for variable, expression in expressions.items())


def hoisted(expressions: Mapping[str, str]) -> str:
    """The clause that computes them beside all that is there; empty where there are none."""
    return f"WITH *, {named(expressions)} " if expressions else ""
