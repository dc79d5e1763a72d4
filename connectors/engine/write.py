"""The walls of a batch: what the graph must hold for a row to be taken, and all that one transaction holds."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import TracebackType
from typing import Final, LiteralString

from connectors.engine.authority import Authority, Authorized, bounded, judged, not_there, unowned
from connectors.engine.mapping import VITAL_LINKS, Mapped, Mapper, identity_of
from connectors.engine.quarantine import Refused, lacking, left_out_of, refuse, refused_for, release
from connectors.engine.spool import Row, slot_of
from connectors.engine.state import Block, forget_blocks, keep_blocks
from connectors.errors import SkipRecord
from graph_schema.cypher import Statement, fill, name
from graph_schema.formats import without_social_security
from graph_schema.graph import GRAPH
from graph_schema.synced import SYNCED
from hub.database.graph import Graph, Run
from hub.events.append import Doer, Telling
from hub.records import writer
from hub.records.reach import PROTECTED, found, within_reach
from hub.records.source_record import UNOWNED, Batch, IncomingRecord, Key, Link, Stream, is_there_before


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows of one stream are understood: what they mean, for whom the connection speaks, and its rank."""

    stream: Stream
    mapper: Mapper
    authority: Authority
    rank: int

    def understood(self, row: Row) -> "MappedRow":
        """What a row says. Raises `SkipRecord` with all that is wrong with it."""
        mapped = self.mapper(row.raw)
        try:
            authorized = judged(self.stream.label, mapped, self.authority)
        except SkipRecord as error:
            raise SkipRecord("; ".join((str(error), *mapped.lacks)), keep=error.keep) from None
        return MappedRow(row, mapped, authorized, mapped.lacks)

    def identity(self, row: "MappedRow") -> str | None:
        """The certain key of a contact, unless others of its list have the same address."""
        if self.stream.label != "Contact" or row.row.shares_mail:
            return None
        return identity_of(row.mapped, row.judged.links, self.authority.whole_of)

    def record(self, row: "MappedRow") -> IncomingRecord:
        """The row as the hub writes it; its rank grows by `UNOWNED` where another party owns the row."""
        return IncomingRecord(
            key=row.key,
            hash=row.row.hash,
            slot=row.row.slot,
            rank=self.rank + (0 if row.judged.owned else UNOWNED),
            values=row.mapped.values,
            links=row.judged.links,
            claims=row.judged.claims,
            identity=self.identity(row),
        )


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A row and what it means. `before` is what quarantine says of it, where it is as it was when that was written."""

    row: Row
    mapped: Mapped
    judged: Authorized
    lacks: tuple[str, ...] = ()
    before: str | None = None

    @property
    def key(self) -> str:
        """The key by which its system tells the row apart."""
        return self.row.key

    def without(self, links: Iterable[Link]) -> "MappedRow":
        """The same without links that lead nowhere."""
        gone = tuple(links)
        kept = replace(self.judged, links=tuple(link for link in self.judged.links if link not in gone))
        return replace(self, judged=kept, lacks=(*self.lacks, *map(not_there, gone)))

    def with_keys(self, keys: Mapping[Key, str]) -> "MappedRow":
        """The same with the keys in place of what links name their ends by."""
        links = tuple(replace(link, key=keys.get((link.label, link.key), link.key)) for link in self.judged.links)
        return replace(self, judged=replace(self.judged, links=links))

    @property
    def is_as_before(self) -> bool:
        """Whether quarantine already names the same fields as left out."""
        return self.before is not None and self.before == without_social_security(lacking(self.lacks))


@dataclass(frozen=True, slots=True)
class Changes:
    """What one transaction brings: changed rows, refused ones, keys that are gone, and how far the stream is read with
    it.

    `known` are the keys of rows that had a record before. `begun` are statements that a reading begins with, and
    `forgotten` the ids of the blocks of these rows, of which nothing is known any more once one of them is written:
    both are for the first rows. `state` are statements that keep the place, with the last. `blocks` are as their system
    has them with these rows; one of which something is refused is not.
    """

    rows: Sequence[MappedRow] = ()
    refused: Sequence[Refused] = ()
    gone: Sequence[str] = ()
    released: Sequence[str] = ()
    begun: Sequence[Statement] = ()
    forgotten: Sequence[str] = ()
    state: Sequence[Statement] = ()
    blocks: Sequence[Block] = ()
    known: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write, not even a place to keep."""
        return not any(getattr(self, member.name) for member in fields(self))

    @property
    def size(self) -> int:
        """How many rows it holds, refused ones among them."""
        return len(self.rows) + len(self.refused)

    def and_(self, later: "Changes") -> "Changes":
        """Both, for one transaction."""
        return Changes(*([*getattr(self, member.name), *getattr(later, member.name)] for member in fields(self)))


@dataclass(frozen=True, slots=True)
class WriteContext:
    """When changes are written, by which run, by what name it is told that they were, and in whose name, by Neo4j's id.

    `keeps_lacking`: what rows said of which fields were left out is kept, to be replayed. `read` is how many rows the
    run has read by then.
    """

    run: str
    event: str
    at: datetime
    party: str
    keeps_lacking: bool = True
    read: int = 0


class CommitOrder:
    """Where a write stands among those of its run.

    A context: what is written within it is written after what the one before writes, and left, to be committed, once
    that one is committed.

    So what a write waits for in the database is only being committed, and a run that is killed has written a beginning.
    """

    def __init__(self, before: "CommitOrder | None" = None) -> None:
        self.written = asyncio.Event()
        self.ended = asyncio.Event()
        self._before = before

    async def __aenter__(self) -> None:
        if self._before:
            await self._before.written.wait()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.written.set()
            if self._before:
                await self._before.ended.wait()

    def leave(self) -> None:
        """Once it is committed, or has failed."""
        self.written.set()
        self.ended.set()
        self._before = None


@dataclass(frozen=True, slots=True)
class Written:
    """What came of changes: how many rows were written, what was refused once the graph was asked, and of what fields
    were left out.
    """

    rows: int
    refused: Sequence[Refused]
    lacking: Sequence[Refused]


_COUNTED: Final[LiteralString] = """
MATCH (r:SyncRun {id: $id})
SET r.read = $read, r.written = r.written + $written, r.skipped = r.skipped + $skipped,
  r.retired = r.retired + $retired"""
"""What was written so far, with what is written: so much a run shows that is killed."""


async def write(graph: Graph, reader: Reader, changes: Changes, occasion: WriteContext, place: CommitOrder) -> Written:
    """Writes it all, or nothing. The writer has the turn. Raises `Unavailable`."""

    async def work(run: Run) -> Written:
        rows, hidden = await _within_reach(run, reader, changes.rows, occasion.at)
        rows, nowhere = await _missing_ends(run, reader, rows)
        missing = {**hidden, **nowhere}
        there = [row for row in rows if row.key not in missing]
        lacking = [left_out_of(row.row, row.lacks, keep=occasion.keeps_lacking) for row in there if row.lacks]
        taken = [row for row in there if not row.is_as_before]
        others = await _of_others(run, reader, taken)
        records = {row.key: reader.record(row) for row in (*taken, *others)}
        batch = Batch(reader.stream, [records[row.key] for row in taken], changes.gone, occasion.at)
        prepared = await writer.prepare(run, batch)
        async with place:
            await writer.write(run, prepared)
            late = await _keep_place(run, batch, changes, missing, lacking, occasion)
        # once the one before is committed, so that events stand in the order of the run
        await _told(batch, occasion).append(run)
        counts = {"written": len(taken), "skipped": len(changes.refused) + len(late), "retired": len(changes.gone)}
        await run(Statement(_COUNTED, {"id": occasion.run, "read": occasion.read, **counts}))
        return Written(len(taken), late, lacking)

    try:
        return await graph.transact(work)
    finally:
        place.leave()


async def _keep_place(
    run: Run,
    batch: Batch,
    changes: Changes,
    missing: Mapping[str, SkipRecord],
    lacking: Sequence[Refused],
    occasion: WriteContext,
) -> list[Refused]:
    """Writes what was refused, and how far the stream is read; gives what was refused because of what is missing."""
    not_taken = [row.row for row in changes.rows if row.key in missing]
    late = [refused_for(row, missing[row.key]) for row in not_taken]
    refused = [*changes.refused, *late, *lacking]
    if refused:
        await run(refuse(batch.stream, refused, occasion.run, occasion.at))
    if changes.released:
        await run(release(list(changes.released)))
    for statement in (*changes.begun, *changes.state):
        await run(statement)
    # what is in quarantine is looked at again
    again = [row.slot for row in not_taken] + [slot_of(record.key) for record in lacking if record.key is not None]
    whole = [block for block in changes.blocks if not any(slot in block.slots for slot in again)]
    kept = {block.id for block in whole}
    if forgotten := [block for block in changes.forgotten if block not in kept]:
        await run(forget_blocks(forgotten))
    if whole:
        await run(keep_blocks(batch.stream, whole))
    return late


def _told(batch: Batch, occasion: WriteContext) -> Telling:
    """What happened, by the ids of the records: to a thousand rows it is one event."""
    stream = batch.stream
    telling = Telling(Doer(f"sync {stream.system}", occasion.run, occasion.at))
    properties = {name for row in batch.rows for name in (*row.values, *(link.type for link in row.links))}
    for what, keys, changed in (
        ("synced", [row.key for row in batch.rows], sorted(properties)),
        ("unlisted", batch.gone, ("retiredAt",)),
    ):
        if keys:
            refs = list(map(stream.record, keys))
            telling.tell(
                f"{stream.label}.{what}", refs, changed=changed, party=occasion.party, name=f"{occasion.event}|{what}"
            )
    return telling


async def _within_reach(
    run: Run, reader: Reader, rows: Sequence[MappedRow], at: datetime
) -> tuple[Sequence[MappedRow], Mapping[str, SkipRecord]]:
    """The rows as far as they lead to what the party may see; and by key, why one cannot be taken at all."""
    authority, stream = reader.authority, reader.stream
    if authority.of_headquarters:
        return rows, {}

    def asked(link: Link) -> bool:
        return link.label in PROTECTED and is_there_before(stream, link.label)

    wanted: dict[str, set[str]] = {}
    for link in (link for row in rows for link in row.judged.links if asked(link)):
        wanted.setdefault(link.label, set()).add(link.key)
    if not wanted:
        return rows, {}
    seen = {
        (label, key)
        for label, keys in wanted.items()
        for key, _ in await run(within_reach(authority.party, label, sorted(keys), at))
    }  # fmt: skip
    kept: list[MappedRow] = []
    hidden: dict[str, SkipRecord] = {}
    for row in rows:
        try:
            within = bounded(stream.label, row.judged, lambda link: not asked(link) or (link.label, link.key) in seen)
            kept.append(replace(row, judged=within))
        except SkipRecord as error:
            hidden[row.key] = error
    return kept, hidden


async def _missing_ends(
    run: Run, reader: Reader, rows: Sequence[MappedRow]
) -> tuple[Sequence[MappedRow], Mapping[str, SkipRecord]]:
    """The rows without what leads nowhere; and by key, why one cannot be taken: it cannot be without that."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        for link in row.judged.links:
            if is_there_before(reader.stream, link.label):
                wanted.setdefault(link.label, set()).add(link.key)
    there: dict[Key, str] = {}
    for label, keys in wanted.items():
        text = f"UNWIND $keys AS key {found(label, 'x')} RETURN key, x.{name(GRAPH.node(label).key)}"
        there |= {(label, said): key for said, key in await run(Statement(text, {"keys": sorted(keys)}))}
    kept: list[MappedRow] = []
    missing: dict[str, SkipRecord] = {}
    for row in rows:
        nowhere = [link for link in row.judged.links if link.label in wanted and (link.label, link.key) not in there]
        vital = [link for link in nowhere if link.type in VITAL_LINKS]
        if vital:
            missing[row.key] = SkipRecord("; ".join((*map(not_there, nowhere), *row.lacks)))
        kept.append((row.without(nowhere) if nowhere and not vital else row).with_keys(there))
    return kept, missing


_OWNERS: Final[LiteralString] = """
UNWIND $keys AS key MATCH (n:{labels} {{known_by}: key})-[:{owned_by}]->(owner)
RETURN key, head([label IN labels(owner) WHERE label IN ['Center', 'Port', 'Office']]),
  coalesce(owner.id, owner.code)"""
"""To whom rows belong that there are, listed by a system still or not."""


async def _of_others(run: Run, reader: Reader, rows: Sequence[MappedRow]) -> list[MappedRow]:
    """The rows that another party has already: they are not taken over by saying so."""
    synced = SYNCED[reader.stream.label]
    known_by = synced.known_by
    if synced.owned_by is None or known_by is None:
        return []
    text = fill(_OWNERS, labels="|".join(synced.labels), known_by=known_by, owned_by=synced.owned_by.type)
    owned = [str(row.mapped.values[known_by]) for row in rows if row.judged.owned]
    others = {
        key for key, label, owner in await run(Statement(text, {"keys": owned})) if not reader.authority.covers((label,
            owner))
    }  # fmt: skip
    return [
        replace(row, judged=unowned(row.mapped, reader.authority))
        for row in rows
        if row.judged.owned and row.mapped.values[known_by] in others
    ]
