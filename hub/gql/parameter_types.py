"""What Neo4j makes a plan for: not the values of parameters, but their names and types, and of texts and lists the
class of their length.

A statement that is run with other values of the same types is therefore planned for whoever asks it next. All
parameters count that come with it, used or not; classes of length are powers of ten; of a list the type of its items
counts, of a map nothing. Neo4j 2026.08.1, tried one by one, 2026-11-26.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

ParameterType = str | Sequence[Any] | None
"""The type of a value by its name; of a text and a list with the class of its length, and of a list with the type
of its items.
"""
MIXED: Final = "mixed"
"""The type of the items of a list that have several."""
_LONGEST: Final = 10_000
_DEEPEST: Final = 5
_VALUES: Final[Mapping[str, object]] = {
    "bool": False, "int": 0, "float": 0.0, "date": date(2000, 1, 1), "datetime": datetime(2000, 1, 1, tzinfo=UTC),
    "map": {}, "text": "-",
}  # fmt: skip


def type_of(value: Any) -> ParameterType:
    """What a plan needs to know of a parameter's value. Raises `ValueError` for one of another type."""
    match value:
        case str():
            return ("text", _class(len(value)))
        case list() | tuple():
            return ("list", _class(len(value)), _type_of_items(value))
        case _:
            return _type(value)


def placeholder(shape: Any) -> Any:
    """A value of that type that says nothing. Raises `ValueError` where it is no type."""
    match shape:
        case None:
            return None
        case str() if shape in _VALUES:
            return _VALUES[shape]
        case ["text", int() as length] if 0 <= length <= _LONGEST:
            return "-" * length
        case ["list", int() as length, items] if 0 <= length <= _LONGEST:
            return _items(items, length, _DEEPEST)
        case _:
            raise ValueError("not the type of a parameter")


def _type(value: Any) -> Any:
    """The type of a value, without its length."""
    match value:
        case None:
            return None
        case list() | tuple():
            return ("list", _type_of_items(value))
        case datetime():
            return "datetime"
        case Mapping():
            return "map"
        case bool() | int() | float() | date():
            return type(value).__name__
        case str():
            return "text"
        case _:
            raise ValueError(f"a parameter of the type {type(value).__name__}")


def _type_of_items(values: Sequence[Any]) -> Any:
    types = list(dict.fromkeys(map(_type, values)))
    return types[0] if len(types) == 1 else MIXED if types else None


def _items(of: Any, length: int, deepest: int) -> list[Any]:
    if of == MIXED:
        return [*([0] * min(length, 1)), *(["-"] * (length - 1))]
    match of:
        case ["list", inner] if deepest:
            return [_items(inner, 2, deepest - 1)] * length
        case _:
            return [placeholder(of)] * length


def _class(length: int) -> int:
    """The power of ten that is no less, within bounds; 0 for what is empty."""
    if not length:
        return 0
    found = 1
    while found < min(length, _LONGEST):
        found *= 10
    return found
