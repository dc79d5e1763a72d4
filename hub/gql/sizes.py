"""About how many bytes plans take, with their documents: within a tenth for sixty random ones together, by half or
twice for one. 2026-11-25.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from pydantic import JsonValue

_STATEMENT: Final = 3_000
_CYPHER: Final = 2.5
_KNOWN: Final = 3


def shape_size(shape: Any) -> int:
    """Of what a plan is found by among those of its document."""
    return sys.getsizeof(shape) + (sum(map(shape_size, shape)) if isinstance(shape, tuple) else 0)


def plan_size(statements: Iterable[str], known: Mapping[str, JsonValue]) -> int:
    """Of a plan: what reads answers and gives parameters grows with its statements, the schema's answers about
    itself with their JSON.
    """
    return int(sum(_STATEMENT + _CYPHER * len(text) for text in statements)) + _KNOWN * len(orjson.dumps(known))
