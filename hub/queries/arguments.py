"""The arguments of the hub's own root fields, as they are checked before their statement is asked."""

from hub.compile.compiler import Arguments
from hub.errors import BadInput


def first_of(arguments: Arguments, few: int, most: int) -> int:
    """How many rows are asked for: what `first` says, or so `few`. Raises `BadInput` unless it is 1 to `most`."""
    first = few if arguments["first"] is None else arguments["first"]
    if not 1 <= first <= most:
        raise BadInput(f"first: 1 to {most}")
    return first
