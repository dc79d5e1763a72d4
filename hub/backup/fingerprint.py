"""What a graph holds, in figures that do not depend on any order: counts by label and by edge type, and one hash of
everything.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import orjson

from hub.database.graph import Graph

_COUNT: Final[LiteralString] = "RETURN COUNT { MATCH (n) } + COUNT { MATCH ()-[e]->() }"
_NODES: Final[LiteralString] = "MATCH (n) RETURN elementId(n), labels(n), properties(n)"
_EDGES: Final[LiteralString] = "MATCH (a)-[e]->(b) RETURN elementId(a), type(e), elementId(b), properties(e)"
_WHOLE: Final = 1 << 128
_EVERY: Final = 5_000


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Nodes by label (all of each node's), edges by type, and the sum of the hashes of all nodes and edges, in
    hexadecimal.
    """

    nodes: dict[str, int]
    edges: dict[str, int]
    hash: str

    def differences(self, other: "Fingerprint") -> list[str]:
        """Where another differs from this, in words; empty where the two are equal."""
        differences = [
            f"{name}: {mine.get(name, 0):,}, and {theirs.get(name, 0):,} there"
            for mine, theirs in ((self.nodes, other.nodes), (self.edges, other.edges))
            for name in sorted(mine.keys() | theirs.keys())
            if mine.get(name, 0) != theirs.get(name, 0)
        ]
        return differences or (
            [] if self.hash == other.hash else ["the counts are equal, and what the rows say is not"]
        )


async def fingerprint(graph: Graph, progress: Callable[[int, int], None]) -> Fingerprint:
    """Reads the whole graph once. An edge is known by what its ends say, not by numbers that a copy may give anew."""
    total: int = await graph.read_one(_COUNT, {})
    counted = _Counted(progress, total)
    await graph.stream(_NODES, counted.node)
    await graph.stream(_EDGES, counted.edge)
    progress(total, total)
    return Fingerprint(dict(sorted(counted.nodes.items())), dict(sorted(counted.edges.items())), f"{counted.sum:032x}")


class _Counted:
    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self.nodes: Counter[str] = Counter()
        self.edges: Counter[str] = Counter()
        self.sum = 0
        self._progress, self._total, self._done = progress, total, 0
        # by a node's number in its store: eight bytes for each of millions
        self._hashes = array("Q")

    def node(self, record: Sequence[Any]) -> None:
        element, labels, properties = record
        digest = _digest(sorted(labels), properties)
        self.nodes.update(labels)
        number = _number(element)
        if number >= len(self._hashes):
            self._hashes.extend([0] * (number + 1 - len(self._hashes) + _EVERY))
        self._hashes[number] = int.from_bytes(digest[:8])
        self._add(digest)

    def edge(self, record: Sequence[Any]) -> None:
        tail, type_, head, properties = record
        self.edges[type_] += 1
        self._add(_digest(self._hashes[_number(tail)], type_, self._hashes[_number(head)], properties))

    def _add(self, digest: bytes) -> None:
        self.sum = (self.sum + int.from_bytes(digest)) % _WHOLE
        self._done += 1
        if self._done % _EVERY == 0:
            self._progress(self._done, self._total)


def _number(element: str) -> int:
    return int(element.rsplit(":", 1)[1])


def _digest(*values: Any) -> bytes:
    content = orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=16).digest()
