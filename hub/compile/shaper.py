"""From positions to the answer: a shaper is Python generated for one plan, which no loop over fields can match.

A shaper takes what a statement returned (lists within lists, each value at the position the plan gave it), the
statement's parameters and a pen, and gives the field's value as GraphQL wants it.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypedDict, cast

from graph_schema.cypher import Parameters


class HighlightPart(TypedDict):
    """A piece of a text, and whether it is a word searched for."""

    text: str
    matched: bool


class Highlight(TypedDict):
    """A property in which words were found, its text in pieces."""

    property: str
    parts: list[HighlightPart]


class Writer(Protocol):
    """What a shaper cannot write by itself."""

    def cursor(self, stamp: str, bound: tuple[str, ...], values: list[Any]) -> str:
        """The cursor of a row: its list's stamp, the parameters it is good for, the values it is ordered by."""
        ...

    def highlights(self, texts: list[tuple[str, str | None]]) -> list[Highlight]:
        """Where the words of a search stand in these properties: name and text of each."""
        ...


Shaper = Callable[[Any, Parameters, Writer], Any]


class ShaperText:
    """Collects the functions of one shaper. Every name that enters is a GraphQL name, so it is a plain identifier."""

    def __init__(self) -> None:
        self._functions: list[str] = []

    def function(self, *lines: str) -> str:
        """A function of a row `r`, the parameters `p` and the pen `w`, the last line its value; gives its name."""
        name = f"f{len(self._functions)}"
        *steps, value = lines
        body = "".join(f"    {line}\n" for line in (*steps, f"return {value}"))
        self._functions.append(f"def {name}(r, p, w):\n{body}")
        return name

    def compiled(self, root: str) -> Shaper:
        """The shaper whose entry is the function named `root`."""
        scope: dict[str, object] = {"__builtins__": {"len": len, "dict": dict, "range": range}}
        exec("".join(self._functions), scope)
        return cast("Shaper", scope[root])


def record(items: list[tuple[str, str]]) -> str:
    """A dict display from response keys and expressions."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in items) + "}"
