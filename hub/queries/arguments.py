"""The arguments of the hub's own root fields, as they are checked before their statement is asked."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from hub.errors import BadInput

Arguments: TypeAlias = Mapping[str, Any]
"""The arguments of a root field by name, each of the type that the schema gives it; None for what is not said."""


def first_of(arguments: Arguments, few: int, most: int) -> int:
    """How many rows are asked for: what `first` says, or so `few`. Raises `BadInput` unless it is 1 to `most`."""
    first = few if arguments["first"] is None else arguments["first"]
    if not 1 <= first <= most:
        raise BadInput(f"first: 1 to {most}")
    return first
