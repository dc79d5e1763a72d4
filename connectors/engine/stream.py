"""One stream of a run: its rows read, compared with what the graph has, and what is new or changed written in
batches.
"""

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from typing import Any, Final, LiteralString, cast

import httpx2
import orjson

from connectors.contract import ListsKeys, Page, Raw, ReadsByKey, StreamRequest
from connectors.engine.attached import AttachedConnection, Places, Progress, SyncOptions
from connectors.engine.authority import Authority
from connectors.engine.cells import Empty, nearest
from connectors.engine.mapping import Known, address_reader, mapper, numbers_in, within
from connectors.engine.pipeline import Pipeline
from connectors.engine.quarantine import Payloads, Refused, left_out_of, nameless, refused_for
from connectors.engine.remarks import KeyStyle, is_remark
from connectors.engine.report import Report
from connectors.engine.spool import SHARED, Row, Spool, block_hash, blocks_for, hash_of, parts_for, slot_of, slots_in
from connectors.engine.state import State
from connectors.engine.write import Changes, CommitOrder, MappedRow, Reader, WriteContext, Written, write
from connectors.errors import AbortRun, ConnectorError, NoSuchColumn, RetryLater, SkipRecord, StartOver
from connectors.settings import StreamSettings
from graph_schema.formats import IMPORTER_NUMBER, is_social_security, social_security, without_social_security
from graph_schema.model import LONGEST_INDEXED
from hub.database.graph import Graph
from hub.database.lease import turn
from hub.records.source_record import Stream
from hub.records.writer import links_to_later

_BATCH: Final = 1_000
_BATCH_BYTES: Final = 16_000_000
"""So much of what rows say goes into one transaction, whose memory Neo4j bounds."""
_LACKING_KEPT: Final = 2_000
"""Of about so many records of which fields were left out, what they said is kept."""
_READING: Final = 5
"""Grows where rows are read otherwise than before, so that all are read anew."""
_MEANS_NONE: Final = Empty()
_NONE_BEGINS: Final = frozenset("#-nNtT([")
"""With one of these begins what stands in place of a key, e.g. #N/A or TBD, and of keys there are few."""
_SEVERAL: Final = re.compile(r"[;,|\n]")
_KEY_ROWS: Final = 2_000
"""About how many keys are compared at once when a system's keys are listed."""
_LOOKED_AT: Final = 2_000
"""About how many rows are looked at to tell whether a system has newer ones."""
_LINK_ROWS: Final = 2_000
"""About how many records are linked to later ones in one transaction."""
_HELD: Final[LiteralString] = (
    "MATCH (q:QuarantinedRecord {system: $system}) WHERE q.stream = $stream RETURN collect([q.id, q.reason])"
)


@dataclass(slots=True)
class OneRun:
    """One run of a connection over all its streams."""

    graph: Graph
    attached: AttachedConnection
    ask: SyncOptions
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
        self._wanted = wanted(stream_name, settings)
        self._keys = KeyStyle()
        # a number that must leave no trace may not even be a key; where it is none, its row is refused once it is
        # understood
        of_importers = numbers_in(settings)
        self._numbers = tuple(column for column in settings.key if column in of_importers or is_social_security(column))
        self._address = address_reader(settings)
        self._limits = connection.limits
        self._places = run.attached.places(stream_name)
        self._vital = settings.vital
        self._columns: Sequence[str] = ()
        self._state = State(run.graph, self._stream)
        self._progress = progress
        # where the file changes, or for whom it speaks, every row is read anew
        settings_and_party = [settings.model_dump(mode="json"), run.authority.party, connection.rank, _READING]
        meaning = orjson.dumps(settings_and_party, option=orjson.OPT_SORT_KEYS)
        self._meaning = hashlib.blake2b(meaning, digest_size=12).hexdigest()
        self._payloads = run.payloads
        self._held: dict[str, str] = {}
        self._again = set[str]()
        self._unwritten = set[str]()
        self._replaying = self._is_whole = False
        self._read = self._refused = self._bad = self._used = self._unread = self._lacking = 0
        self._live: int | None = None
        self._addresses: list[str | None] = []
        self._done = 0
        self._events = 0
        self._place: CommitOrder | None = None

    async def go(self) -> None:
        """Reads and writes the stream: what changed, where its cursor and meaning allow, else everything.

        Raises `RetryLater`, `AbortRun` and `Unavailable`.
        """
        await self._state.read()
        self._held = dict(
            await self._run.graph.read_one(_HELD, {"system": self._stream.system, "stream": self._stream.name}) or ()
        )
        if self._run.ask.replay:
            await self._tell_of_newer(await self._replay())
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
        """In as many transactions as keep each short; one that is cut off between them does it all again, which
        changes nothing.
        """
        count = parts_for(await self._state.live(), _LINK_ROWS)
        for number in range(count):
            async with turn(self._run.graph):
                await self._run.graph.write(links_to_later(self._stream, slots_in(number, count)))
        await self._run.graph.write([self._state.keep(linksDue=None)])

    # --- a whole reading

    async def _read_whole(self) -> None:
        """All rows into the spool, then block by block into the graph; what is in no block is gone."""
        self._is_whole = True
        with Spool() as spool:
            broken: list[Refused] = []
            cursor: str | None = None
            async with aclosing(self._pages(None)) as pages:
                async for page in pages:
                    rows, bad = self._taken_in(page)
                    mails = self._hashes_of_addresses(rows) if self._address else repeat(None)
                    spool.add(
                        (row.slot, row.key, row.place, row.hash, row.payload, mail)
                        for row, mail in zip(rows, mails, strict=False)
                    )
                    broken += bad
                    cursor = page.cursor or cursor
                    self._progress(self._stream.name, self._report.read, None)
            spool.put_in_order()
            if not self._read:
                self._report.note(
                    f"{self._stream.name}: the system lists no records at all; is `from` what it should be?"
                )
            again = 0
            for key, place, first, is_same in spool.repeated():
                again += is_same
                if not is_same:
                    broken.append(
                        Refused(
                            None, place, f"the key {key!r} is there twice, first at {first}; keys must be unique", None
                        )
                    )
            if again:
                self._report.unchanged += again
                note = (
                    "record is there again, word for word" if again == 1 else "records are there again, word for word"
                )
                self._report.note(f"{self._stream.name}: {again} {note}: taken once")
            if self._address:
                spool.mark_shared()
            count = blocks_for(spool.count, self._state.blocks)
            await self._refuse(broken)
            hashes, live = await self._state.hashes(), await self._state.live()
            gone = await self._gone(spool, count, hashes) if live else []
            self._require_few(gone, live, spool.count)
            await self._write_blocks(spool, count, hashes, looks=bool(live or self._state.blocks))
            if self._bad and not self._used:
                reasons = "; ".join(self._report.refused_first[:3])
                raise AbortRun(f"{self._stream.name}: none of its {self._read} records could be used: {reasons}")
            await self._retire(gone)
            # every row was looked at that had been refused before
            healed = sorted(self._held.keys() - self._again)
            await self._write(
                Changes(released=healed, state=self._state.keep_place(count, cursor, self._meaning, self._columns))
            )
            if cursor:
                self._run.cursors[self._stream.name] = cursor

    async def _gone(self, spool: Spool, count: int, hashes: Mapping[str, str]) -> list[str]:
        """The keys of records that are in no block any more, told before anything is written."""
        gone: list[str] = []
        for number, rows in spool.blocks(count):
            block = self._state.block(number, count, block_hash(rows))
            if self._run.ask.full or hashes.get(block.id) != block.hash:
                gone += _unlisted(await self._state.known_in(number, count), rows)
        return gone

    async def _write_blocks(self, spool: Spool, count: int, hashes: Mapping[str, str], *, looks: bool) -> None:
        """Writes every block that has changed, while the next is read; `looks`: some of its rows may be there."""
        # from the first row that is written until its last, a block is not as any list had it
        kept = Changes(forgotten=self._state.divide(count, hashes, self._columns))
        async with Pipeline(self._run.graph) as pipeline:
            for number, rows in spool.blocks(count):
                block = self._state.block(number, count, block_hash(rows))
                if not self._run.ask.full and hashes.get(block.id) == block.hash:
                    self._unchanged(len(rows))
                    continue
                known = await self._state.known_in(number, count) if looks else {}
                changed = [row for row in rows if known.get(row.key) != row.hash or self._is_held(row.key)]
                self._unchanged(len(rows) - len(changed))
                changes = self._changes(changed, known)
                if kept.size + changes.size > _BATCH:
                    await self._put(pipeline, kept)
                    kept = Changes()
                # a block that has lost rows, or whose rows are refused, is looked at again
                is_whole = not (_unlisted(known, rows) or changes.refused)
                forgotten = self._state.forget([block.id]) if block.id in hashes else ()
                kept = kept.and_(replace(changes, blocks=[block] if is_whole else (), forgotten=forgotten))
            await self._put(pipeline, kept)

    async def _put(self, pipeline: Pipeline, changes: Changes) -> None:
        if self._run.ask.dry:
            await self._written(changes)
        elif not changes.is_empty:
            # a record that moves from one row to another must find all as it is
            await pipeline.put(partial(self._written, changes), alone=bool(changes.known))

    # --- changes since a cursor

    async def _read_changes(self, cursor: str) -> None:
        self._run.cursors[self._stream.name] = cursor
        # what is listed is compared first: nothing is taken from a system that has lost too much at once
        gone, unknown = await self._sweep(self._connector) if isinstance(self._connector, ListsKeys) else ([], [])
        async with aclosing(self._pages(cursor)) as pages:
            async for page in pages:
                told_of = await self._take(page)
                gone = [key for key in gone if key not in told_of] if gone else gone
        if isinstance(self._connector, ListsKeys):
            await self._retire(gone)
            await self._read_late(self._connector, unknown)

    async def _take(self, page: Page) -> set[str]:
        """What a page of changes says, and where to go on after it; gives the keys that it tells of."""
        taken, broken = self._taken_in(page)
        latest = {row.key: row for row in taken}
        known = await self._state.known([*latest, *page.deleted])
        rows = self._marked_as_before(latest.values(), known)
        changed = [row for row in rows if known.get(row.key) != row.hash or self._is_held(row.key)]
        self._unchanged(len(taken) - len(changed))
        gone = [key for key in page.deleted if known.get(key) is not None and key not in latest]
        forgotten = self._state.forget_blocks([*(row.slot for row in changed), *map(slot_of, gone)])
        state = [self._state.keep(cursor=page.cursor)] if page.cursor else []
        if page.cursor:
            self._run.cursors[self._stream.name] = page.cursor
        await self._refuse(broken)
        for key in gone:
            self._report.retire(f"- {self._stream.name} {key}")
        changes = await self._apart(self._changes(changed, known))
        released = [*changes.released, *self._held_of(page.deleted)]
        await self._write(replace(changes, gone=gone, released=released, state=state, forgotten=forgotten))
        self._report.retired += len(gone)
        if self._run.ask.dry:
            self._unwritten |= latest.keys()
        return {*latest, *page.deleted}

    async def _sweep(self, connector: ListsKeys) -> tuple[list[str], list[str]]:
        """Compares the keys that the system lists with those the graph has: the keys that are gone, and those of which
        the graph has no record. Raises `AbortRun`.
        """
        gone: list[str] = []
        unknown: list[str] = []
        with Spool() as spool:
            async for keys in connector.keys(self._wanted):
                spool.add((slot_of(key), key, "", "", b"", None) for key in keys)
            spool.put_in_order()
            count = parts_for(spool.count, _KEY_ROWS)
            for number, rows in spool.blocks(count):
                known = await self._state.known_in(number, count)
                gone += _unlisted(known, rows)
                unknown += [row.key for row in rows if known.get(row.key) is None]
            if gone:
                self._require_few(gone, await self._state.live(), spool.count)
        return gone, unknown

    def _was_seen(self, key: str) -> bool:
        """Whether a key without a record was looked at: it was refused, or would be written."""
        by_place = Refused(None, f"key {key}", "", None).id(self._stream)
        return key in self._unwritten or self._is_held(key) or by_place in self._held or by_place in self._again

    async def _read_late(self, connector: ListsKeys, unknown: Sequence[str]) -> None:
        """Rows that the system lists, that the graph has not, and that have not changed since the cursor."""
        late: list[str] = []
        for start in range(0, len(unknown), _KEY_ROWS):
            keys = unknown[start : start + _KEY_ROWS]
            known = await self._state.known(keys)
            late += [key for key in keys if known.get(key) is None and not self._was_seen(key)]
        late = [key for key in late if not (self._leaves_no_trace(key) or self._id(key) in self._again)]
        if not late:
            return
        if not isinstance(connector, ReadsByKey):
            self._report.note(
                f"{self._stream.name}: {len(late)} records are listed that were never given: `--full` reads them"
            )
            return
        for start in range(0, len(late), _KEY_ROWS):
            async with aclosing(
                cast(AsyncGenerator[Page], connector.rows(self._wanted, late[start : start + _KEY_ROWS]))
            ) as pages:
                async for page in pages:
                    await self._take(page)

    # --- what was refused, once more

    async def _tell_of_newer(self, replayed: Mapping[str, Raw]) -> None:
        """Looks into the system, a little, for rows that are newer than those that were read; they are not taken."""
        try:
            is_newer = await self._is_newer(replayed)
        except Exception as error:  # what was replayed is done all the same
            why = str(error) if isinstance(error, ConnectorError) else type(error).__name__
            self._report.note(f"{self._stream.name}: whether the system has newer rows is not known ({why})")
            return
        if is_newer:
            name = self._stream.system
            self._report.note(
                f"{self._stream.name}: the system has newer rows than those that were read: `hub sync {name}` reads"
                " them"
            )

    async def _is_newer(self, replayed: Mapping[str, Raw]) -> bool:
        if self._state.meaning is None:
            return False
        looked = 0
        try:
            async with aclosing(
                cast(AsyncGenerator[Page], self._connector.read(self._wanted, self._state.cursor))
            ) as pages:
                async for page in pages:
                    if await self._has_newer(page, replayed):
                        return True
                    looked += len(page.rows)
                    if looked > _LOOKED_AT:
                        return False
        except StartOver:
            return True
        return False

    async def _has_newer(self, page: Page, replayed: Mapping[str, Raw]) -> bool:
        rows: list[Row] = []
        for place, raw in page.rows:
            try:
                rows.append(self._row(place, raw))
            except SkipRecord:
                continue
        known = await self._state.known([*(row.key for row in rows), *page.deleted])
        for row in rows:
            if self._is_held(row.key):
                before = replayed.get(self._id(row.key))
                if before is not None and before != row.raw:
                    return True
            elif known.get(row.key) not in (row.hash, row.hash + SHARED):
                return True
        return any(known.get(key) is not None for key in page.deleted)

    async def _replay(self) -> Mapping[str, Raw]:
        """Takes what was refused once more; gives what was, by the ids of quarantine."""
        # of those that are held no more the system has given something newer since
        kept = [
            (id_, place, raw)
            for id_, place, raw in self._payloads.of(self._stream)
            if id_ in self._held and id_ not in self._again
        ]
        if not kept:
            return {}
        self._replaying = True
        taken, refused = self._taken_in(Page([(place, raw) for _, place, raw in kept]))
        await self._refuse(refused)
        known = await self._state.known([row.key for row in taken])
        rows = self._marked_as_before(taken, known)
        changed = [row for row in rows if known.get(row.key) != row.hash or self._is_held(row.key)]
        forgotten = self._state.forget_blocks([row.slot for row in changed])
        await self._write(replace(await self._apart(self._changes(changed, known)), forgotten=forgotten))
        await self._write(Changes(released=[id_ for id_, _, _ in kept if id_ not in self._again]))
        return {id_: raw for id_, _, raw in kept}

    # --- what all share

    async def _pages(self, cursor: str | None) -> AsyncGenerator[Page]:
        try:
            async for page in self._connector.read(self._wanted, cursor):
                if page.columns is not None:
                    self._look_at_columns(page.columns)
                for note in page.notes:
                    self._report.note(f"{self._stream.name}: {note}")
                yield page
        except NoSuchColumn as error:
            raise AbortRun(with_place(error, self._places)) from None
        except (OSError, httpx2.TransportError) as error:
            raise RetryLater(f"{self._stream.name}: the system does not answer ({type(error).__name__})") from error

    def _look_at_columns(self, columns: Sequence[str]) -> None:
        """Raises `AbortRun` where a column of the connection's file is gone, was probably meant otherwise, or is
        vital; tells of others that are not there.
        """
        missing = missing_columns(self._wanted, columns)
        never_there = [
            names
            for names in missing
            if not (self._vital & {*names} or self._state.had(names) or nearest(names[0], columns))
        ]
        if len(never_there) < len(missing):
            require_columns(self._wanted, columns, self._places)
        for names in never_there:
            self._report.note(
                f"{self._stream.name}: there is no column {_told(names, self._places)}: it is left out, as in every run"
                " so far; say `optional: true` there, if it may be missing"
            )
        lacking = {name for names in missing for name in names}
        self._columns = sorted({name for names in self._wanted.columns or () for name in names} - lacking)

    def _taken_in(self, page: Page) -> tuple[list[Row], list[Refused]]:
        """The rows with their keys and hashes; those without are refused."""
        rows: list[Row] = []
        self._addresses = []
        refused = [Refused(None, broken.place, broken.reason, None) for broken in page.broken]
        self._report.read += len(page.rows) + len(page.broken)
        self._read += len(page.rows) + len(page.broken)
        self._unread += len(page.broken)
        for number, (place, raw) in enumerate(page.rows, self._read - len(page.rows) + 1):
            try:
                rows.append(self._row(place, raw))
                if self._address:
                    self._addresses.append(self._address(raw))
            except SkipRecord as error:
                counts = not is_remark(raw, self._wanted.key, self._keys)
                refused.append(
                    Refused(None, place if error.keep else nameless(place, number), str(error), None, counts=counts)
                )
        self._keys.see(row.key for row in rows)
        return rows, refused

    def _hashes_of_addresses(self, rows: Sequence[Row]) -> Iterator[int | None]:
        """What stands for the addresses of rows that were just taken in, as long as this process lives."""
        assert len(rows) == len(self._addresses)
        return (None if address is None else hash(address) for address in self._addresses)

    def _row(self, place: str, raw: Raw) -> Row:
        parts = [str(raw.get(column) if raw.get(column) is not None else "").strip() for column in self._wanted.key]
        if not all(parts):
            raise SkipRecord(
                f"{', '.join(self._wanted.key)} is missing: without its key a record cannot be told from others"
            )
        try:
            payload = orjson.dumps(raw, default=str, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # e.g. half of a surrogate pair
            raise SkipRecord("it holds characters that are no text") from None
        key = "|".join(parts)
        if key[0] in _NONE_BEGINS and any(map(_MEANS_NONE, parts)):
            raise SkipRecord(
                f"{', '.join(self._wanted.key)}: {key[:30]!r} means that there is none: without its key a record cannot"
                " be told"
            )
        if (len(key) > 10 and social_security(key)) or (
            self._numbers and any(self._is_refused(raw.get(column)) for column in self._numbers)
        ):
            raise SkipRecord(IMPORTER_NUMBER.refusal, keep=False)
        within(", ".join(self._wanted.key), key, LONGEST_INDEXED)
        return Row(slot_of(key), key, place, hash_of(self._meaning, payload), payload)

    def _leaves_no_trace(self, key: str) -> bool:
        return social_security(key) or (bool(self._numbers) and any(map(self._is_refused, key.split("|"))))

    @staticmethod
    def _is_refused(value: Any) -> bool:
        """Whether it is, or has among several, a number that must leave no trace."""
        return value is not None and any(IMPORTER_NUMBER.may_be_refused(part) for part in _SEVERAL.split(str(value)))

    def _is_held(self, key: str) -> bool:
        """Whether quarantine has that record, or fields of it."""
        return bool(self._held) and self._id(key) in self._held

    def _id(self, key: str) -> str:
        return Refused(key, "", "", b"").id(self._stream)

    def _marked_as_before(self, rows: Iterable[Row], known: Mapping[str, str | None]) -> list[Row]:
        """The rows, each as sharing its address where it did when its list was last read as a whole."""
        return [
            replace(row, hash=row.hash + SHARED) if (known.get(row.key) or "").endswith(SHARED) else row for row in rows
        ]

    async def _apart(self, changes: Changes) -> Changes:
        """The changes, with the rows marked whose address another of their list has."""
        if not self._address or not changes.rows:
            return changes
        names = {row.key: name for row in changes.rows if (name := self._reader.identity(row))}
        twice = {name for name, count in Counter(names.values()).items() if count > 1}
        taken = await self._state.known_by(names)
        shared = {key for key, name in names.items() if name in twice or key in taken}
        rows = [
            replace(row, row=replace(row.row, hash=row.row.hash + SHARED)) if row.key in shared else row
            for row in changes.rows
        ]  # fmt: skip
        return replace(changes, rows=rows)

    def _changes(self, changed: Sequence[Row], known: Mapping[str, str | None]) -> Changes:
        """The changed rows, understood; those that cannot be are refused."""
        understood: list[MappedRow] = []
        refused: list[Refused] = []
        for row in changed:
            try:
                mapped = self._reader.understood(row)
                as_it_was = known.get(row.key) == row.hash
                understood.append(
                    replace(mapped, before=self._held.get(self._id(row.key), "")) if as_it_was else mapped
                )
                if not as_it_was:
                    self._report.change(f"{'~' if known.get(row.key) else '+'} {self._stream.name} {row.key}")
            except SkipRecord as error:
                is_fault = error.counts and not is_remark(row.raw, self._wanted.key, self._keys)
                refused.append(refused_for(row, error, counts=is_fault))
        released = self._held_of([row.key for row in understood if not row.lacks])
        again = [row.key for row in understood if row.key in known]
        return Changes(understood, refused, released=released, known=again)

    def _held_of(self, keys: Iterable[str]) -> list[str]:
        """The ids of records in quarantine that have one of these keys."""
        if not self._held:
            return []
        return [id_ for key in keys if (id_ := self._id(key)) in self._held]

    async def _write(self, changes: Changes) -> None:
        """Writes changes in a turn of their own."""
        async with nullcontext() if self._run.ask.dry else turn(self._run.graph):
            await self._written(changes)

    async def _written(self, changes: Changes) -> None:
        """Writes changes of at most a block or a page, in batches; the place is kept with the last of them.

        Where too many are refused, that is all that is written.
        """
        if await self._are_too_many(sum(record.counts for record in changes.refused)):
            changes = Changes(refused=changes.refused)
        late: list[Refused] = []
        batches = list(_batches(changes.rows)) or [()]
        for number, rows in enumerate(batches, 1):
            last = number == len(batches)
            part = replace(
                changes,
                rows=rows,
                refused=changes.refused if last else (),
                gone=changes.gone if last else (),
                released=changes.released if last else (),
                forgotten=changes.forgotten if number == 1 else (),
                state=changes.state if last else (),
                blocks=changes.blocks if last and not late else (),
            )
            if any(link.label == self._stream.label for row in part.rows for link in row.judged.links):
                self._state.links_due = True
                part = replace(part, state=[*part.state, self._state.keep(linksDue=True)])
            written = _of_a_dry_run(part.rows) if self._run.ask.dry else Written(0, (), ())
            if not self._run.ask.dry and not part.is_empty:
                self._events += 1
                event = f"{self._run.id}|{self._stream.name}|{self._events}"
                place = self._place = CommitOrder(self._place)
                self._payloads.require_room()
                keeps_lacking = self._lacking < _LACKING_KEPT
                occasion = WriteContext(
                    self._run.id, event, datetime.now(UTC), self._run.party, keeps_lacking, self._report.read
                )
                written = await write(self._run.graph, self._reader, part, occasion, place)
            late += [*written.refused, *written.lacking]
            self._count_refused([*part.refused, *written.refused])
            self._count_lacking(written.lacking)
            self._report.written += written.rows
            self._used += written.rows
            as_before = len(part.rows) - len(written.refused) - written.rows
            self._report.unchanged += as_before
            self._used += as_before
        if not self._run.ask.dry:
            self._payloads.drop(list(changes.released))
        self._done += len(changes.rows) + len(changes.refused)
        self._progress(self._stream.name, self._done, self._report.read)
        await self._stop_if_too_many_are_refused()

    async def _refuse(self, refused: Sequence[Refused]) -> None:
        """Rows that were refused before they could be understood."""
        for start in range(0, len(refused), _BATCH):
            await self._write(Changes(refused=refused[start : start + _BATCH]))

    def _count_refused(self, refused: Sequence[Refused]) -> None:
        for record in refused:
            self._bad += 1
            self._refused += record.counts
            self._report.refuse(without_social_security(record.reason), counts=record.counts)
            self._keep(record)

    def _count_lacking(self, lacking: Sequence[Refused]) -> None:
        self._lacking += len(lacking)
        for record in lacking:
            self._report.leave_out(map(without_social_security, record.lacks))
            self._keep(record)

    def _keep(self, refused: Refused) -> None:
        self._again.add(refused.id(self._stream))
        if not self._run.ask.dry:
            self._payloads.keep(self._stream, refused)

    def _require_few(self, gone: Sequence[str], live: int, listed: int) -> None:
        """Raises `AbortRun` where so much is gone that it rather looks like a fault of the system, as where two columns
        of a list have changed places. It is asked before anything is written.
        """
        # where nothing of what is listed can be used, that is what is told
        if not gone or (listed == 0 and self._bad):
            return
        # rows that could not be read may be any of these
        if listed == 0 or len(gone) - self._unread > most_of(live, self._limits.vanish):
            there = self._read if self._is_whole else listed
            raise AbortRun(
                f"{self._stream.name}: the system lists {there} records, and of {live} that it listed before"
                f" {len(gone)} are gone. Nothing was retired, and no record written. "
                + (
                    "No record at all is never taken for an answer"
                    if listed == 0
                    else "If that is right, set limits: {vanish: 1} in the connection's file for one run"
                )
            )

    async def _retire(self, gone: Sequence[str]) -> None:
        """Retires what the system no longer lists, once they are known to be few."""
        if not gone:
            return
        if self._unread:
            # whose these are nobody knows
            self._report.note(
                f"{self._stream.name}: {len(gone)} records are not in the list, but {self._unread} of its rows could"
                " not be read: nothing was retired"
            )
            return
        for key in gone:
            self._report.retire(f"- {self._stream.name} {key}")
        for start in range(0, len(gone), _BATCH):
            keys = gone[start : start + _BATCH]
            forgotten = self._state.forget_blocks([slot_of(key) for key in keys])
            await self._write(Changes(gone=keys, released=self._held_of(keys), forgotten=forgotten))
        self._report.retired += len(gone)

    def _unchanged(self, count: int) -> None:
        self._report.unchanged += count
        self._used += count
        self._done += count
        self._progress(self._stream.name, self._done, self._report.read)

    async def _are_too_many(self, more: int = 0) -> bool:
        """Whether too many were refused to go on, with so many more."""
        refused = self._refused + more
        if self._replaying or refused <= most_of(self._read, self._limits.refuse):
            return False
        of = self._read
        if not self._is_whole:
            # of what has changed since, all may be bad: it is a share of the whole list that counts
            self._live = await self._state.live() if self._live is None else self._live
            of = max(of, self._live)
        return refused > most_of(of, self._limits.refuse)

    async def _stop_if_too_many_are_refused(self) -> None:
        if await self._are_too_many():
            reasons = "; ".join(self._report.refused_first[:3])
            raise AbortRun(
                f"{self._refused} of {self._read} records were refused, too many to go on: {reasons}. "
                "If they may be, set limits: {refuse: 0.5} or the like in the connection's file"
            )


def _batches(rows: Sequence[MappedRow]) -> Iterator[Sequence[MappedRow]]:
    """The rows as they go into transactions: so many at once, and so many bytes."""
    batch: list[MappedRow] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == _BATCH or size + len(row.row.payload) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row.row.payload)
    if batch:
        yield batch


def most_of(count: int, share: float) -> float:
    """How many of so many may vanish or be refused: the share, of a short list one, of six or more two."""
    return max(share * count, 1, min(2, count // 3)) if share else 0


def wanted(name: str, settings: StreamSettings) -> StreamRequest:
    """What a connector is told about a stream."""
    return StreamRequest(name, settings.source, settings.key, settings.options, settings.needed)


def missing_columns(stream: StreamRequest, columns: Sequence[str]) -> list[Sequence[str]]:
    """The columns of the connection's file, each by its names, that are not among those that the system has."""
    there = set(columns)

    def has(name: str) -> bool:
        # a field of a node that is empty
        return name in there or any(name[:at] in there for at, letter in enumerate(name) if letter == ".")

    return [names for names in (*((key,) for key in stream.key), *(stream.columns or ())) if not any(map(has, names))]


def require_columns(stream: StreamRequest, columns: Sequence[str], places: Places) -> None:
    """Raises `AbortRun` where a column of the connection's file is not among those that the system has."""
    missing = missing_columns(stream, columns)
    if missing:
        missing_names = ", ".join(_told(names, places) for names in missing)
        near = [repr(name) for names in missing if (name := nearest(names[0], columns))]
        raise AbortRun(
            f"{stream.name}: there is no column {missing_names}; the system has {', '.join(columns)}. "
            + (f"{'Is it' if len(near) == 1 else 'Are they'} {', '.join(near)} now? " if near else "")
            + "Nothing was changed: mend the name in the connection's file, or say `optional: true` at a column that"
            " may be missing"
        )


def with_place(error: NoSuchColumn, places: Places) -> str:
    """The error with where the connection's file names what is not there."""
    where = places(error.columns)
    return f"{error} ({where})" if where else str(error)


def _told(names: Sequence[str], places: Places) -> str:
    """A column by its names, with where it stands in the connection's file."""
    return " or ".join(map(repr, names)) + (f" ({where})" if (where := places(names)) else "")


def _of_a_dry_run(rows: Sequence[MappedRow]) -> Written:
    """What would come of rows, as far as can be told without the graph."""
    lacking = [left_out_of(row.row, row.lacks) for row in rows if row.lacks]
    return Written(sum(not row.is_as_before for row in rows), (), lacking)


def _unlisted(known: Mapping[str, str | None], rows: Sequence[Row]) -> list[str]:
    """The keys among the known ones that the system lists no more."""
    listed = {row.key for row in rows}
    return sorted(key for key, kept in known.items() if kept is not None and key not in listed)
