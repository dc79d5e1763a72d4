"""What systems say, in the hub's own terms: records of streams, what each says about one row, and the edges it says
there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from graph_schema.cypher import Properties, name
from graph_schema.graph import GRAPH
from graph_schema.model import Edge
from graph_schema.sources import HUB, REFERENCE, SAMPLE

BASE_RANKS: Final = {REFERENCE.name: 50, HUB.name: 100, SAMPLE.name: 900}
"""The rank of what a row was before any system described it."""
DEFAULT_RANK: Final = 200
_UNOWNED: Final[LiteralString] = "1000"
UNOWNED: Final = int(_UNOWNED)
"""Added to the rank of a record about a row that another party owns."""
OWNED: Final[LiteralString] = f"r.retiredAt IS NULL AND r.rank < {_UNOWNED}"
"""The record behind `r` counts, and its system speaks for the owner of the row that it describes."""
KEPT: Final[LiteralString] = f"{OWNED} AND r.stream <> 'itself'"
"""That system keeps the row: it is changed there. What a row was before any system described it is kept by none."""

Key = tuple[str, str]
"""A row by label and key."""
HEADQUARTERS: Final = ("CBP", "OT")
"""The offices whose systems speak for all of CBP, by code: what those say of others' rows is so."""


@dataclass(frozen=True, slots=True)
class Link:
    """An edge that a record says leads from its row to another."""

    type: str
    label: str
    key: str

    def __str__(self) -> str:
        return f"{self.type} {self.label} {self.key}"


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """What a system says about one row. `identity` is a certain key of it beside the system's own, where it has one."""

    key: str
    hash: str
    slot: int
    rank: int
    values: Properties
    links: tuple[Link, ...] = ()
    claims: tuple[str, ...] = ()
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of a system, all of whose records describe rows of one label."""

    system: str
    name: str
    label: str

    @property
    def id(self) -> str:
        """`SYSTEM|STREAM`, with which the ids of all its records begin."""
        return f"{self.system}|{self.name}"

    def record(self, key: str) -> str:
        """The id of the record of that key."""
        return f"{self.id}|{key}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes of one stream that belong together."""

    stream: Stream
    rows: Sequence[IncomingRecord]
    gone: Sequence[str]
    at: datetime


def edges_from(label: str) -> Iterator[tuple[Edge, str]]:
    """The edges that lead from rows of a label, with each label that may be at their other end."""
    for edge in GRAPH.edges:
        if edge.tail == (label,):
            yield from ((edge, head) for head in edge.head)


def is_to_one(edge: Edge) -> bool:
    """Whether at most one such edge leads from a row."""
    return any(way.one and way.when is None for way in edge.forward)


def is_there_before(stream: Stream, label: str) -> bool:
    """Whether rows of that label are in the graph before any row of the stream is written."""
    return label not in ("Entry", stream.label)


def end_of(stream: Stream, label: str) -> str:
    """The clause that finds the other end of an edge, `x`, which has the key `row.end`; it needs `$system` and
    `$stream`.
    """
    if label == "Entry":
        return "MERGE (x:Entry {number: row.end}) ON CREATE SET x.source = $system "
    if label == stream.label:  # one of the same stream, by the key its system knows it by
        return f"MATCH (:SourceRecord {{id: $stream + '|' + row.end}})-[:DESCRIBES]->(x:{name(label)})"
    return f"MATCH (x:{name(label)} {{{GRAPH.node(label).key}: row.end}})"
