"""A statement written for many who ask it at once, each with its own viewer, values and moment:

    UNWIND $together.members AS each_ CALL (each_) {
    … the statement, with each_.p0 in place of $p0, each_.viewer in place of $viewer, …
    } RETURN each_.place AS place, row

A LIMIT takes no variable: its parameters stay what they are, and all must have them in common.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_EACH: Final = "each_"
TOGETHER: Final = "together"
"""The parameter, a map: Neo4j plans anew for lists of other lengths, but not within another value."""
_TOKEN: Final = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*` | //[^\n]* | /\*.*?\*/
    | \b(?P<cut>LIMIT|SKIP|OFFSET)\s+(?P<size>[^\s})]+)
    | \bCALL\s*\((?P<scope>[^)*]*)\)\s*\{
    | \$(?P<name>\w+)""",
    re.VERBOSE | re.DOTALL,
)
_SIZE: Final = re.compile(r"\d+|\$(?P<name>\w+)")
FORMS: Final = 256
"""So many gathered forms are remembered, and what is known of them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A statement written for many at once; `fixed` are the parameters that these must have in common."""

    text: str
    fixed: tuple[str, ...]


@lru_cache(maxsize=FORMS)
def form_of(text: str) -> Form | None:
    """The gathered form of a statement; None where what it is cut to depends on more than a parameter."""
    fixed: dict[str, None] = {}
    for token in _TOKEN.finditer(text):
        if token["cut"]:
            size = _SIZE.fullmatch(token["size"])
            if size is None:
                return None
            if size["name"]:
                fixed[size["name"]] = None

    def rewritten(token: re.Match[str]) -> str:
        if token["scope"] is not None:
            return f"CALL ({', '.join(filter(None, (token['scope'].strip(), _EACH)))}) {{"
        return f"{_EACH}.{token['name']}" if token["name"] and token["name"] not in fixed else token[0]

    head = f"UNWIND ${TOGETHER}.members AS {_EACH} CALL ({_EACH}) {{"
    return Form(f"{head}\n{_TOKEN.sub(rewritten, text)}\n}} RETURN {_EACH}.place AS place, row", tuple(fixed))
