"""How tests have rows looked at that they have written by hand: by an event that names them, as the sample world
does.
"""

from collections.abc import Sequence
from typing import Final

from graph_schema.cypher import Statement
from hub.events.append import naming
from hub.events.concerns import LOADED_CASES, LOADED_DECISIONS

CASES_TOLD: Final = f"\nWITH collect(DISTINCT k.id) AS refs {naming(LOADED_CASES, 'refs', 'a test')}"
"""What a statement ends with that has written cases `k`."""
DECISIONS_TOLD: Final = f"\nWITH collect(DISTINCT d.id) AS refs {naming(LOADED_DECISIONS, 'refs', 'a test')}"
"""The same for decisions `d`."""


def named_by_event(kind: str, refs: Sequence[str]) -> Statement:
    """The statement that appends an event of that kind about the rows of these ids."""
    return Statement(naming(kind, "$refs", "a test"), {"refs": list(refs)})
