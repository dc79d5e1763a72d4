"""How many statements' plans Neo4j may keep: it counts them, while what they take is its heap."""

import re
from typing import Final

PLAN_CACHE: Final = "server.memory.query_cache.per_db_cache_num_entries"
LAST_QUERIES: Final = "internal.datacollector.max_recent_query_count"
"""Neo4j holds the plans of so many statements that were run last, 8,192 if not said, for its statistics: whatever
its caches let go stays in memory by that. Of 400 small statements and caches of 50, 400 plans were left in the
heap; 57 of 200 with 0. Neo4j 2026.08.1.
"""
_GIGABYTE: Final = 1024**3
_PLANS_PER_GIGABYTE: Final = 100
"""One in the caches takes some 230 bytes for each character of its Cypher: 1.8 MB for 8,000 characters, four for
18,000. 2026-11-25.
"""
_FEWEST_PLANS: Final = 50
_PREPARED: Final = 0.8
"""The part of the plans that are those of statements which nobody has asked yet."""
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": _GIGABYTE, "t": 1024**4}


def size_in_bytes(text: str) -> int | None:
    """A size as Java or Neo4j writes it, e.g. 1g, 1536m, 1.5GiB, 1073741824; None where it is none."""
    size = _SIZE.fullmatch(text)
    return int(float(size[1]) * _UNITS[size[2].lower()]) if size else None


def plans_for(heap: int) -> int:
    """How many plans fit a heap of so many bytes."""
    return max(_FEWEST_PLANS, heap * _PLANS_PER_GIGABYTE // _GIGABYTE)


def plans_of(heap: str) -> int:
    """How many plans fit a heap as it is set, e.g. 512m; of what is no size, as many as of a gigabyte."""
    return plans_for(size_in_bytes(heap) or _GIGABYTE)


def prepared_of(plans: int) -> int:
    """How many statements are planned before they are asked, where so many plans are kept."""
    return int(plans * _PREPARED)
