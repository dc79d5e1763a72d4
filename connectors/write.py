"""The walls of a batch: what the graph must hold for a row to be taken, and all that one transaction holds."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import TracebackType
from typing import Final, LiteralString

from connectors.authority import Authority, Judged, judged, unowned
from connectors.errors import SkipRecord
from connectors.mapping import Mapped, Mapper, identity_of
from connectors.quarantine import Refused, refuse, refused_for, release
from connectors.spool import Row
from connectors.state import Block, keep_blocks
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from hub import records
from hub.events import Event, appended
from hub.graph import Graph, Run
from hub.said import UNOWNED, Batch, Key, Said, Stream, is_there_before


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows of one stream are understood: what they mean, for whom the connection speaks, and its rank."""

    stream: Stream
    mapper: Mapper
    authority: Authority
    rank: int

    def understood(self, row: Row) -> "Understood":
        """What a row says. Raises `SkipRecord`."""
        mapped = self.mapper(row.raw)
        return Understood(row, mapped, judged(self.stream.label, mapped, self.authority))

    def said(self, found: "Understood") -> Said:
        is_contact = self.stream.label == "Contact"
        return Said(
            key=found.row.key,
            hash=found.row.hash,
            slot=found.row.slot,
            rank=self.rank + (0 if found.judged.owned else UNOWNED),
            values=found.mapped.values,
            links=found.judged.links,
            claims=found.judged.claims,
            identity=identity_of(found.mapped, found.judged.links, self.authority.whole_of) if is_contact else None,
        )


@dataclass(frozen=True, slots=True)
class Understood:
    row: Row
    mapped: Mapped
    judged: Judged


@dataclass(frozen=True, slots=True)
class Changes:
    """What one transaction brings: changed rows, refused ones, keys that are gone, and how far the stream is read with it.

    `known` are the keys of rows that had a record before. `state` are statements that keep the place. `blocks` are as their system has
    them with these rows; one of which something is refused is not.
    """

    rows: Sequence[Understood] = ()
    refused: Sequence[Refused] = ()
    gone: Sequence[str] = ()
    released: Sequence[str] = ()
    state: Sequence[Statement] = ()
    blocks: Sequence[Block] = ()
    known: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, one.name) for one in fields(self))

    @property
    def size(self) -> int:
        return len(self.rows) + len(self.refused)

    def and_(self, later: "Changes") -> "Changes":
        """Both, for one transaction."""
        return Changes(*([*getattr(self, one.name), *getattr(later, one.name)] for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Occasion:
    """When changes are written, by which run, and by what name it is told that they were."""

    run: str
    event: str
    at: datetime


class Place:
    """Where a write stands among those of its run. A context: what is written within it is written after what the one before writes,
    and left, to be committed, once that one is committed.

    So what a write waits for in the database is only being committed, and a run that is killed has written a beginning.
    """

    def __init__(self, before: "Place | None" = None) -> None:
        self.written = asyncio.Event()
        self.ended = asyncio.Event()
        self._before = before

    async def __aenter__(self) -> None:
        if self._before:
            await self._before.written.wait()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.written.set()
            if self._before:
                await self._before.ended.wait()

    def leave(self) -> None:
        """Once it is committed, or has failed."""
        self.written.set()
        self.ended.set()
        self._before = None


async def write(graph: Graph, reader: Reader, changes: Changes, occasion: Occasion, place: Place) -> list[Refused]:
    """Writes it all, or nothing; gives what was refused once the graph was asked. The writer has the turn. Raises `Unavailable`."""
    said = {found.row.key: reader.said(found) for found in changes.rows}

    async def work(run: Run) -> list[Refused]:
        missing = await _missing_ends(run, reader, changes.rows)
        taken = [found for found in changes.rows if found.row.key not in missing]
        others = await _of_others(run, taken, reader.authority) if reader.stream.label == "Case" else []
        says = {**said, **{found.row.key: reader.said(found) for found in others}}
        batch = Batch(reader.stream, [says[found.row.key] for found in taken], changes.gone, occasion.at)
        prepared = await records.prepare(run, batch)
        async with place:
            await records.write(run, prepared)
            return await _tell(run, batch, changes, missing, occasion)

    try:
        return await graph.transact(work)
    finally:
        place.leave()


async def _tell(run: Run, batch: Batch, changes: Changes, missing: Mapping[str, SkipRecord], occasion: Occasion) -> list[Refused]:
    """Writes what was refused, what happened, and how far the stream is read; gives what was refused because of what is missing."""
    not_taken = [found.row for found in changes.rows if found.row.key in missing]
    late = [refused_for(row, missing[row.key]) for row in not_taken]
    refused = [*changes.refused, *late]
    if refused:
        await run(refuse(batch.stream, refused, occasion.run, occasion.at))
    if changes.released:
        await run(release(list(changes.released)))
    events = list(_events(batch, occasion))
    if events:
        await run(appended(*events))
    for statement in changes.state:
        await run(statement)
    whole = [block for block in changes.blocks if not any(row.slot in block.slots for row in not_taken)]
    if whole:
        await run(keep_blocks(batch.stream, whole))
    return late


def _events(batch: Batch, occasion: Occasion) -> Iterable[Event]:
    stream = batch.stream
    for what, keys in (("synced", [row.key for row in batch.rows]), ("unlisted", batch.gone)):
        if keys:
            refs = tuple(map(stream.record, keys))
            yield Event(f"{occasion.event}|{what}", f"{stream.label}.{what}", refs, occasion.at, occasion.run)


async def _missing_ends(run: Run, reader: Reader, rows: Sequence[Understood]) -> Mapping[str, SkipRecord]:
    """By key, why a row cannot be taken: it leads to a row that is not there."""
    wanted: dict[str, set[str]] = {}
    for found in rows:
        for link in found.judged.links:
            if is_there_before(reader.stream, link.label):
                wanted.setdefault(link.label, set()).add(link.key)
    there: set[Key] = set()
    for label, keys in wanted.items():
        key = name(GRAPH.node(label).key)
        text = f"UNWIND $keys AS key MATCH (x:{name(label)} {{{key}: key}}) RETURN x.{key}"
        there |= {(label, found) for (found,) in await run(Statement(text, {"keys": sorted(keys)}))}
    missing: dict[str, SkipRecord] = {}
    for found in rows:
        for link in found.judged.links:
            if link.label in wanted and (link.label, link.key) not in there:
                missing[found.row.key] = SkipRecord(f"{link.type}: there is no {link.label} {link.key} here")
    return missing


_OWNERS: Final[LiteralString] = """
UNWIND $numbers AS number MATCH (k:Case {number: number})-[:HANDLED_BY]->(owner)
RETURN number, head([label IN labels(owner) WHERE label IN ['Center', 'Port', 'Office']]), coalesce(owner.id, owner.code)"""


async def _of_others(run: Run, rows: Sequence[Understood], authority: Authority) -> list[Understood]:
    """The cases that another party has already: they are not taken over by saying so."""
    owned = [str(found.mapped.values["number"]) for found in rows if found.judged.owned]
    others = {
        number for number, label, key in await run(Statement(_OWNERS, {"numbers": owned})) if not authority.covers((label, key))
    }  # fmt: skip
    return [replace(found, judged=unowned(found.mapped, authority)) for found in rows if found.mapped.values["number"] in others]
