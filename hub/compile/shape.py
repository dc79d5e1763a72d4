"""From positions to the answer: a shaper is Python generated for one plan, which no loop over fields can match.

A shaper takes what a statement returned (lists within lists, each value at the position the plan gave it), the
statement's parameters and the cursor writer, and gives the field's value as GraphQL wants it.
"""

from collections.abc import Callable, Mapping
from typing import Any

WriteCursor = Callable[[str, list[Any]], str]
Shaper = Callable[[Any, Mapping[str, Any], WriteCursor], Any]


class ShaperText:
    """Collects the functions of one shaper. Every name that enters is a GraphQL name, so it is a plain identifier."""

    def __init__(self) -> None:
        self._functions: list[str] = []

    def function(self, *lines: str) -> str:
        """A function of a row `r`, the parameters `p` and the cursor writer `c`, the last line its value; gives its name."""
        name = f"f{len(self._functions)}"
        *steps, value = lines
        body = "".join(f"    {line}\n" for line in (*steps, f"return {value}"))
        self._functions.append(f"def {name}(r, p, c):\n{body}")
        return name

    def compiled(self, root: str) -> Shaper:
        """The shaper whose entry is the function named `root`."""
        scope: dict[str, Any] = {"__builtins__": {"len": len}}
        exec("".join(self._functions), scope)
        return scope[root]


def record(items: list[tuple[str, str]]) -> str:
    """A dict display from response keys and expressions."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in items) + "}"
