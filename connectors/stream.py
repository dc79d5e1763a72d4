"""One stream of a run: its rows read, compared with what the graph has, and what is new or changed written in batches."""

import hashlib
import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, LiteralString

import httpx2
import orjson

from connectors.attached import Ask, Attached, Progress
from connectors.authority import Authority
from connectors.contract import ListsKeys, Page, Raw, Wanted
from connectors.errors import AbortRun, RetryLater, SkipRecord, StartOver
from connectors.mapping import Known, mapper
from connectors.pipeline import Pipeline
from connectors.quarantine import Payloads, Refused, refused_for
from connectors.report import Report
from connectors.settings import StreamSettings
from connectors.spool import Row, Spool, block_hash, blocks_for, hash_of, parts_for, slot_of, slots_in
from connectors.state import State
from connectors.write import Changes, Occasion, Place, Reader, Understood, write
from hub.graph import Graph
from hub.lease import turn
from hub.records import links_to_later
from hub.said import Stream

_BATCH: Final = 1_000
_FEW: Final = 20
"""So many may vanish, or be refused, whatever share they are."""
_KEY_ROWS: Final = 2_000
"""About how many keys are compared at once when a system's keys are listed."""
_LINK_ROWS: Final = 2_000
"""About how many records are linked to later ones in one transaction."""
_HELD: Final[LiteralString] = "MATCH (q:QuarantinedRecord {system: $system}) WHERE q.stream = $stream RETURN collect(q.id)"


@dataclass(slots=True)
class OneRun:
    """One run of a connection over all its streams."""

    graph: Graph
    attached: Attached
    ask: Ask
    authority: Authority
    known: Known
    payloads: Payloads
    party: str
    """The party it speaks for, by Neo4j's id."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    report: Report = field(default_factory=Report)
    cursors: dict[str, str] = field(default_factory=dict[str, str])


class StreamRun:
    """One stream of a run."""

    def __init__(self, run: OneRun, stream_name: str, settings: StreamSettings, progress: Progress) -> None:
        connection = run.attached.connection
        self._run = run
        self._report = run.report
        self._connector = run.attached.connector
        self._stream = Stream(connection.name, stream_name, settings.describes)
        self._reader = Reader(self._stream, mapper(settings, run.known), run.authority, connection.rank)
        self._wanted = Wanted(stream_name, settings.source, settings.key, settings.options)
        self._limits = connection.limits
        self._state = State(run.graph, self._stream)
        self._progress = progress
        # where the file changes, or for whom it speaks, every row is read anew
        meaning = orjson.dumps([settings.model_dump(mode="json"), run.authority.party, connection.rank], option=orjson.OPT_SORT_KEYS)
        self._meaning = hashlib.blake2b(meaning, digest_size=12).hexdigest()
        self._payloads = run.payloads
        self._held = set[str]()
        self._again = set[str]()
        self._replaying = False
        self._read = self._refused = 0
        self._done = 0
        self._events = 0
        self._place: Place | None = None

    async def go(self) -> None:
        await self._state.read()
        self._held = set(await self._run.graph.read_one(_HELD, {"system": self._stream.system, "stream": self._stream.name}) or ())
        if self._run.ask.replay:
            await self._replay()
        elif self._state.cursor is None or self._state.meaning != self._meaning or self._run.ask.full:
            await self._read_whole()
        else:
            try:
                await self._read_changes(self._state.cursor)
                await self._replay()
            except StartOver:
                await self._read_whole()
        if self._state.links_due and not self._run.ask.dry:
            await self._link_to_later()

    async def _link_to_later(self) -> None:
        """In as many transactions as keep each short; one that is cut off between them does it all again, which changes nothing."""
        count = parts_for(await self._state.live(), _LINK_ROWS)
        for number in range(count):
            async with turn(self._run.graph):
                await self._run.graph.write(links_to_later(self._stream, slots_in(number, count)))
        await self._run.graph.write([self._state.keep(linksDue=None)])

    # --- a whole reading

    async def _read_whole(self) -> None:
        """All rows into the spool, then block by block into the graph; what is in no block is gone."""
        with Spool() as spool:
            broken: list[Refused] = []
            cursor: str | None = None
            async with aclosing(self._pages(None)) as pages:
                async for page in pages:
                    rows, bad = self._taken_in(page)
                    spool.add((slot_of(row.key), row.key, row.place, row.hash, row.payload) for row in rows)
                    broken += bad
                    cursor = page.cursor or cursor
                    self._progress(self._stream.name, self._report.read, None)
            spool.put_in_order()
            for key, place, first in spool.repeated():
                broken.append(Refused(key, place, f"the key {key!r} is there twice, first at {first}; keys must be unique", None))
            count = blocks_for(spool.count, self._state.blocks)
            await self._refuse(broken)
            gone = await self._write_blocks(spool, count)
            await self._retire(gone, spool.count)
            # every row was looked at that had been refused before
            healed = sorted(self._held - self._again)
            await self._write(Changes(released=healed, state=self._state.keep_place(count, cursor, self._meaning)))
            if cursor:
                self._run.cursors[self._stream.name] = cursor

    async def _write_blocks(self, spool: Spool, count: int) -> list[str]:
        """Writes every block that has changed, while the next is read; gives the keys that are in none."""
        hashes = {} if self._run.ask.full else await self._state.hashes()
        anything = await self._state.live() > 0
        gone: list[str] = []
        kept = Changes()
        async with Pipeline(self._run.graph) as pipeline:
            for number, rows in spool.blocks(count):
                block = self._state.block(number, count, block_hash(rows))
                if hashes.get(block.id) == block.hash:
                    self._unchanged(len(rows))
                    continue
                known = await self._state.known_in(number, count) if anything or self._state.blocks else {}
                missing = _unlisted(known, rows)
                gone += missing
                changed = [row for row in rows if known.get(row.key) != row.hash]
                self._unchanged(len(rows) - len(changed))
                changes = self._changes(changed, known)
                if kept.size + changes.size > _BATCH:
                    await self._put(pipeline, kept)
                    kept = Changes()
                # a block that has lost rows, or whose rows are refused, is looked at again
                kept = kept.and_(changes if missing or changes.refused else replace(changes, blocks=[block]))
            await self._put(pipeline, kept)
        return gone

    async def _put(self, pipeline: Pipeline, changes: Changes) -> None:
        if self._run.ask.dry:
            await self._written(changes)
        elif not changes.is_empty:
            # a record that moves from one row to another must find all as it is
            await pipeline.put(partial(self._written, changes), alone=bool(changes.known))

    # --- changes since a cursor

    async def _read_changes(self, cursor: str) -> None:
        self._run.cursors[self._stream.name] = cursor
        async with aclosing(self._pages(cursor)) as pages:
            async for page in pages:
                rows, broken = self._taken_in(page)
                latest = {row.key: row for row in rows}
                known = await self._state.known([*latest, *page.deleted])
                changed = [row for row in latest.values() if known.get(row.key) != row.hash]
                self._unchanged(len(rows) - len(changed))
                gone = [key for key in page.deleted if known.get(key) is not None and key not in latest]
                state = self._state.forget_blocks([*(row.slot for row in changed), *map(slot_of, gone)])
                if page.cursor:
                    state.append(self._state.keep(cursor=page.cursor))
                    self._run.cursors[self._stream.name] = page.cursor
                await self._refuse(broken)
                for key in gone:
                    self._report.change(f"- {self._stream.name} {key}")
                changes = self._changes(changed, known)
                await self._write(replace(changes, gone=gone, released=[*changes.released, *self._held_of(page.deleted)], state=state))
                self._report.retired += len(gone)
        if isinstance(self._connector, ListsKeys):
            await self._sweep(self._connector)

    async def _sweep(self, connector: ListsKeys) -> None:
        """Compares the keys that the system lists with those the graph has."""
        with Spool() as spool:
            async for keys in connector.keys(self._wanted):
                spool.add((slot_of(key), key, "", "", b"") for key in keys)
            spool.put_in_order()
            count = parts_for(spool.count, _KEY_ROWS)
            gone: list[str] = []
            for number, rows in spool.blocks(count):
                known = await self._state.known_in(number, count)
                gone += _unlisted(known, rows)
            await self._retire(gone, spool.count)

    # --- what was refused, once more

    async def _replay(self) -> None:
        # of those that are held no more the system has given something newer since
        kept = [found for found in self._payloads.of(self._stream) if found[0] in self._held - self._again]
        if not kept:
            return
        self._replaying = True
        rows, refused = self._taken_in(Page([(place, raw) for _, place, raw in kept]))
        await self._refuse(refused)
        known = await self._state.known([row.key for row in rows])
        changed = [row for row in rows if known.get(row.key) != row.hash]
        state = self._state.forget_blocks([row.slot for row in changed])
        await self._write(replace(self._changes(changed, known), state=state))
        await self._write(Changes(released=[id_ for id_, _, _ in kept if id_ not in self._again]))

    # --- what all share

    async def _pages(self, cursor: str | None) -> AsyncGenerator[Page]:
        try:
            async for page in self._connector.read(self._wanted, cursor):
                yield page
        except (OSError, httpx2.TransportError) as error:
            raise RetryLater(f"{self._stream.name}: the system does not answer ({type(error).__name__})") from error

    def _taken_in(self, page: Page) -> tuple[list[Row], list[Refused]]:
        """The rows with their keys and hashes; those without are refused."""
        rows: list[Row] = []
        refused = [Refused(None, broken.place, broken.reason, None) for broken in page.broken]
        self._report.read += len(page.rows) + len(page.broken)
        self._read += len(page.rows) + len(page.broken)
        for place, raw in page.rows:
            try:
                rows.append(self._row(place, raw))
            except SkipRecord as error:
                refused.append(Refused(None, place, str(error), None))
        return rows, refused

    def _row(self, place: str, raw: Raw) -> Row:
        parts = [str(raw.get(column) if raw.get(column) is not None else "").strip() for column in self._wanted.key]
        if not all(parts):
            raise SkipRecord(f"{', '.join(self._wanted.key)} is missing: without its key a record cannot be told from others")
        try:
            payload = orjson.dumps(raw, default=str, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # e.g. half of a surrogate pair
            raise SkipRecord("it holds characters that are no text") from None
        key = "|".join(parts)
        return Row(slot_of(key), key, place, hash_of(self._meaning, payload), payload)

    def _changes(self, changed: Sequence[Row], known: Mapping[str, str | None]) -> Changes:
        """The changed rows, understood; those that cannot be are refused."""
        understood: list[Understood] = []
        refused: list[Refused] = []
        for row in changed:
            try:
                understood.append(self._reader.understood(row))
                self._report.change(f"{'~' if known.get(row.key) else '+'} {self._stream.name} {row.key}")
            except SkipRecord as error:
                refused.append(refused_for(row, error))
        released = self._held_of([found.row.key for found in understood])
        again = [found.row.key for found in understood if found.row.key in known]
        return Changes(understood, refused, released=released, known=again)

    def _held_of(self, keys: Iterable[str]) -> list[str]:
        """The ids of records in quarantine that have one of these keys."""
        if not self._held:
            return []
        return [id_ for key in keys if (id_ := Refused(key, "", "", b"").id(self._stream)) in self._held]

    async def _write(self, changes: Changes) -> None:
        """Writes changes in a turn of their own."""
        async with nullcontext() if self._run.ask.dry else turn(self._run.graph):
            await self._written(changes)

    async def _written(self, changes: Changes) -> None:
        """Writes changes of at most a block or a page, in batches; the place is kept with the last of them."""
        late: list[Refused] = []
        for start in range(0, max(len(changes.rows), 1), _BATCH):
            last = start + _BATCH >= len(changes.rows)
            part = replace(
                changes,
                rows=changes.rows[start : start + _BATCH],
                refused=changes.refused if last else (),
                gone=changes.gone if last else (),
                released=changes.released if last else (),
                state=changes.state if last else (),
                blocks=changes.blocks if last and not late else (),
            )
            if any(link.label == self._stream.label for row in part.rows for link in row.judged.links):
                self._state.links_due = True
                part = replace(part, state=[*part.state, self._state.keep(linksDue=True)])
            found: Sequence[Refused] = ()
            if not self._run.ask.dry and not part.is_empty:
                self._events += 1
                event = f"{self._run.id}|{self._stream.name}|{self._events}"
                place = self._place = Place(self._place)
                self._payloads.require_room()
                occasion = Occasion(self._run.id, event, datetime.now(UTC), self._run.party)
                found = await write(self._run.graph, self._reader, part, occasion, place)
            late += found
            self._count_refused([*part.refused, *found])
            self._report.written += len(part.rows) - len(found)
        if not self._run.ask.dry:
            self._payloads.drop(list(changes.released))
        self._done += len(changes.rows) + len(changes.refused)
        self._progress(self._stream.name, self._done, self._report.read)
        self._stop_if_too_many_are_refused()

    async def _refuse(self, refused: Sequence[Refused]) -> None:
        """Rows that were refused before they could be understood."""
        for start in range(0, len(refused), _BATCH):
            await self._write(Changes(refused=refused[start : start + _BATCH]))

    def _count_refused(self, refused: Sequence[Refused]) -> None:
        self._refused += len(refused)
        for found in refused:
            self._report.refuse(found.reason)
            self._again.add(found.id(self._stream))
            if not self._run.ask.dry:
                self._payloads.keep(self._stream, found)

    async def _retire(self, gone: Sequence[str], listed: int) -> None:
        """Retires what the system no longer lists, unless that is so much that it rather looks like a fault there. Raises `AbortRun`."""
        if not gone:
            return
        live = await self._state.live()
        if listed == 0 or (len(gone) > _FEW and len(gone) > self._limits.vanish * live):
            raise AbortRun(
                f"{self._stream.name}: the system lists {listed} records, and of {live} that it listed before {len(gone)} are gone. "
                "Nothing was retired. "
                + (
                    "No record at all is never taken for an answer"
                    if listed == 0
                    else "If that is right, set limits: {vanish: 1} in the connection's file for one run"
                )
            )
        for key in gone:
            self._report.change(f"- {self._stream.name} {key}")
        for start in range(0, len(gone), _BATCH):
            keys = gone[start : start + _BATCH]
            state = self._state.forget_blocks([slot_of(key) for key in keys])
            await self._write(Changes(gone=keys, released=self._held_of(keys), state=state))
        self._report.retired += len(gone)

    def _unchanged(self, count: int) -> None:
        self._report.unchanged += count
        self._done += count
        self._progress(self._stream.name, self._done, self._report.read)

    def _stop_if_too_many_are_refused(self) -> None:
        if not self._replaying and self._refused > max(_FEW, self._limits.refuse * self._read):
            reasons = "; ".join(self._report.first_errors[:3])
            raise AbortRun(f"{self._refused} of {self._read} records were refused, too many to go on: {reasons}")


def _unlisted(known: Mapping[str, str | None], rows: Sequence[Row]) -> list[str]:
    """The keys among the known ones that the system lists no more."""
    listed = {row.key for row in rows}
    return sorted(key for key, kept in known.items() if kept is not None and key not in listed)
