"""How far each stream is read, as the graph keeps it: its cursor, and a hash for every block of neighbouring keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from connectors.engine.spool import SLOTS, slots_in
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.records.source_record import Stream

_READ: Final[LiteralString] = (
    "MATCH (s:StreamState {id: $id}) RETURN s.cursor, s.blocks, s.linksDue, s.meaning, s.columns"
)
_BLOCKS: Final[LiteralString] = "MATCH (b:SourceBlock) WHERE b.stream = $id RETURN collect([b.id, b.hash])"
_KEEP: Final[LiteralString] = "MERGE (s:StreamState {id: $id}) SET s += $state"
_KEEP_BLOCKS: Final[LiteralString] = """
UNWIND $blocks AS block MERGE (b:SourceBlock {id: block.id}) SET b.stream = $id, b.hash = block.hash"""
_FORGET_BLOCKS: Final[LiteralString] = "UNWIND $blocks AS block MATCH (b:SourceBlock {id: block}) DELETE b"
_FORGET_OTHERS: Final[LiteralString] = (
    "MATCH (b:SourceBlock) WHERE b.stream = $id AND NOT b.id STARTS WITH $these DELETE b"
)
_IN_BLOCK: Final[LiteralString] = """
MATCH (r:SourceRecord) WHERE r.system = $system AND r.stream = $stream AND $from <= r.slot AND r.slot < $to
RETURN collect([r.key, r.hash])"""
_KNOWN_BY: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (i:Identity {key: row.name})
MATCH (:Contact {id: i.of})<-[:DESCRIBES]-(r:SourceRecord)
WHERE r.system = $system AND r.stream = $stream AND r.key <> row.key AND r.retiredAt IS NULL AND r.identity = i.key
RETURN collect(DISTINCT row.key)"""
_OF_KEYS: Final[LiteralString] = "UNWIND $ids AS id MATCH (r:SourceRecord {id: id}) RETURN collect([r.key, r.hash])"
_LIVE: Final[LiteralString] = """
MATCH (r:SourceRecord) WHERE r.system = $system AND r.stream = $stream AND r.slot >= 0 AND r.retiredAt IS NULL
  RETURN count(r)"""


Known = Mapping[str, str | None]
"""Of keys that have a record its hash; None of one that its system has stopped listing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a stream as its system has it: its hash stands for all rows whose keys have these slots."""

    id: str
    hash: str
    slots: range


def keep_blocks(stream: Stream, blocks: Sequence[Block]) -> Statement:
    """The statement that says that these are as their system has them, for the transaction of their rows."""
    return Statement(
        _KEEP_BLOCKS, {"id": stream.id, "blocks": [{"id": block.id, "hash": block.hash} for block in blocks]}
    )


def forget_blocks(ids: Sequence[str]) -> Statement:
    """The statement that forgets these blocks: rows in them are about to be others than was kept."""
    return Statement(_FORGET_BLOCKS, {"blocks": ids})


def unlisted(known: Known, listed: Iterable[str]) -> list[str]:
    """The keys among the known ones that the system lists no more."""
    keys = set(listed)
    return sorted(key for key, kept in known.items() if kept is not None and key not in keys)


class State:
    """What is kept of one stream."""

    def __init__(self, graph: Graph, stream: Stream) -> None:
        self._graph = graph
        self._stream = stream
        self.cursor: str | None = None
        self.blocks: int | None = None
        self.links_due: bool | None = None
        """Whether rows were written that lead to rows of the same stream, which may have come later."""
        self.meaning: str | None = None
        """How rows were read, the last time that all were."""
        self.columns: list[str] | None = None
        """Which columns of the connection's file were there then; None where a release before did not keep that."""

    async def read(self) -> None:
        """Reads what the graph keeps; a stream that was never read leaves all as it is. Raises `Unavailable`."""
        states = await self._graph.read(_READ, {"id": self._stream.id})
        if states:
            self.cursor, self.blocks, self.links_due, self.meaning, self.columns = states[0]

    def had(self, columns: Sequence[str]) -> bool:
        """Whether one of these columns was there when the stream was last read as a whole, or may have been."""
        if self.columns is None:
            return self.blocks is not None
        return any(column in self.columns for column in columns)

    async def hashes(self) -> dict[str, str]:
        """By block."""
        return dict(await self._graph.read_one(_BLOCKS, {"id": self._stream.id}) or ())

    async def live(self) -> int:
        """How many records the stream has that its system still lists."""
        return await self._graph.read_one(_LIVE, {"system": self._stream.system, "stream": self._stream.name})

    async def known_by(self, names: Mapping[str, str]) -> set[str]:
        """Of identities by key, the keys of those by which another record of the stream is known."""
        if not names:
            return set()
        rows = [{"key": key, "name": name} for key, name in names.items()]
        parameters = {"rows": rows, "system": self._stream.system, "stream": self._stream.name}
        return set(await self._graph.read_one(_KNOWN_BY, parameters))

    async def known_in(self, number: int, count: int) -> Known:
        """What is known of the records of a block."""
        slots = slots_in(number, count)
        bounds = {"from": slots.start, "to": slots.stop}
        return dict(
            await self._graph.read_one(
                _IN_BLOCK, {"system": self._stream.system, "stream": self._stream.name, **bounds}
            )
        )

    async def known(self, keys: Sequence[str]) -> Known:
        """The same for those keys."""
        if not keys:
            return {}
        return dict(await self._graph.read_one(_OF_KEYS, {"ids": [self._stream.record(key) for key in keys]}))

    def block(self, number: int, count: int, hash_: str) -> Block:
        """The block of that number among so many."""
        return Block(self._block_id(number, count), hash_, slots_in(number, count))

    def _block_id(self, number: int | str, count: int) -> str:
        return f"{self._stream.id}|{count}|{number}"

    def keep(self, **state: Any) -> Statement:
        """The statement that sets these properties of the stream's state; None removes one."""
        return Statement(_KEEP, {"id": self._stream.id, "state": state})

    def keep_place(self, blocks: int, cursor: str | None, meaning: str, columns: Sequence[str]) -> list[Statement]:
        """Once a stream has been read as a whole."""
        return [self.keep(blocks=blocks, cursor=cursor, meaning=meaning, columns=list(columns))]

    def divide(self, blocks: int, hashes: Mapping[str, str], columns: Sequence[str]) -> list[Statement]:
        """The statements with which a whole reading begins that divides the stream otherwise than before: what is kept
        of blocks is always of as many as are kept, also where the reading does not come to its end.
        """
        these = self._block_id("", blocks)
        if blocks == self.blocks and all(id_.startswith(these) for id_ in hashes):
            return []
        self.blocks = blocks
        others = Statement(_FORGET_OTHERS, {"id": self._stream.id, "these": these})
        return [self.keep(blocks=blocks, columns=list(columns)), others]

    def blocks_of(self, slots: Iterable[int]) -> list[str]:
        """The ids of the blocks that these slots are in, for rows that are written by another way than block by
        block.
        """
        if not self.blocks:
            return []
        width = SLOTS // self.blocks
        return sorted({self._block_id(slot // width, self.blocks) for slot in slots})


_NAMED: Final = ("Center", "Port", "Office", "FieldOffice", "Team", "Agency", "Association", "CaseKind", "Program")
"""Whose names people write in place of their codes."""
_PUBLIC: Final = (
    *("Center", "Port", "Office", "FieldOffice", "Team", "Agency", "Association"),
    *("CaseKind", "Program", "HtsChapter", "HtsHeading"),
)


def what_is_public(label: str) -> str:
    """The query for what a run must know: keys and names of public facts by label, teams with their Centers, the parts
    of the party of a $key, that party by Neo4j's id.
    """
    key = name(GRAPH.node(label).key)
    public = ", ".join(
        f"['{of}', COLLECT {{ MATCH (n:{name(of)}) RETURN [n.{name(GRAPH.node(of).key)},"
        f" {'n.name' if of in _NAMED else 'null'}] }}]"
        for of in _PUBLIC
    )
    return (
        f"RETURN [[{public}], COLLECT {{ MATCH (t:Team)-[:PART_OF]->(c:Center) RETURN [t.number, c.code] }}, "
        f"COLLECT {{ MATCH (p:{name(label)} {{{key}: $key}})<-[:PART_OF*0..]-(part) "
        "RETURN [head([label IN labels(part) WHERE label <> 'Party']), "
        f"CASE WHEN part = p THEN p.{key} ELSE coalesce(part.number, part.id, part.code) END] }}, "
        f"COLLECT {{ MATCH (p:{name(label)} {{{key}: $key}}) RETURN elementId(p) }}]"
    )
