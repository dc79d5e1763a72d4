"""The runner: reads a connection's streams and writes what they say, once, whole, and so that it may be ended at any point."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, LiteralString

import httpx2
import orjson

from connectors import state as states
from connectors.authority import Authority
from connectors.contract import Connector, ListsKeys, Page, Raw, Wanted
from connectors.errors import AbortRun, ConnectorError, RetryLater, SkipRecord
from connectors.mapping import Known, mapper
from connectors.quarantine import Payloads, Refused
from connectors.report import Report
from connectors.settings import Connection, StreamSettings
from connectors.spool import Row, Spool, block_hash, blocks_for, hash_of, slot_of
from connectors.state import State
from connectors.write import Changes, Reader, Understood, write
from graph_schema.cypher import Statement, name
from graph_schema.graph import GRAPH
from hub.errors import HubError
from hub.graph import Graph
from hub.lease import Lease
from hub.records import Stream, link_to_later

_BATCH: Final = 500
_FEW: Final = 20
"""So many may vanish, or be refused, whatever share they are."""
_KEY_ROWS: Final = 2_000
"""About how many keys are compared at once when a system's keys are listed."""

Progress = Callable[[str, int, int | None], None]
"""Called with a stream, how many of its rows are done, and how many there are, where that is known."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a run: `full` compares every record again, `dry` writes nothing, `replay` takes what was refused once more."""

    full: bool = False
    dry: bool = False
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A connection with its connector, ready to run; `folder` keeps what was refused."""

    connection: Connection
    connector: Connector
    folder: Path


async def sync(graph: Graph, attached: Attached, ask: Ask, progress: Progress) -> Report:
    """One run of a connection; its node tells how it ended. Raises `ConnectorError`, `Unavailable`, or `Taken` where another runs it."""
    connection = attached.connection
    async with Lease(graph, f"connection {connection.name}", wait=False):
        run = await _begin(graph, attached, ask)
        began = time.monotonic()
        try:
            for stream_name, settings in connection.streams.items():
                await _StreamRun(run, stream_name, settings, progress).go()
            run.report.seconds = time.monotonic() - began
            await _end(run, "DONE", None)
        except BaseException as error:
            meant = isinstance(error, ConnectorError | HubError)
            message = str(error) if meant else f"it ended unexpectedly ({type(error).__name__})"
            await _end(run, "RETRY_LATER" if isinstance(error, RetryLater) else "ABORTED", message)
            raise
        return run.report


@dataclass(slots=True)
class _Run:
    """One run of a connection over all its streams."""

    graph: Graph
    attached: Attached
    ask: Ask
    authority: Authority
    known: Known
    payloads: Payloads
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    report: Report = field(default_factory=Report)
    cursors: dict[str, str] = field(default_factory=dict[str, str])


_BEGIN: Final = """
MATCH (party:{label} {{{key}: $party}})
MERGE (c:Connection {{name: $connection.name}}) SET c = $connection
WITH c, party OPTIONAL MATCH (c)-[old:SPEAKS_FOR]->(other) WHERE other <> party DELETE old
WITH DISTINCT c, party MERGE (c)-[:SPEAKS_FOR]->(party)
WITH c OPTIONAL MATCH (c)-[:RAN]->(left:SyncRun {{status: 'RUNNING'}})
SET left.status = 'ABORTED', left.endedAt = $run.startedAt, left.message = 'it ended without a word, as when its process is killed'
WITH DISTINCT c CREATE (c)-[:RAN]->(r:SyncRun) SET r = $run"""
_HELD: Final[LiteralString] = "MATCH (q:QuarantinedRecord {system: $system}) WHERE q.stream = $stream RETURN collect(q.id)"
_END: Final[LiteralString] = "MATCH (r:SyncRun {id: $id}) SET r += $state"


async def _begin(graph: Graph, attached: Attached, ask: Ask) -> _Run:
    """Reads what a run must know, and writes down that it began. Raises `AbortRun`."""
    connection = attached.connection
    label, party = connection.speaks_for
    key = GRAPH.node(label).key
    known = Known(states.known_of(await graph.read_one(states.PUBLIC, {}) or ()))
    teams = {("Team", number): ("Center", code) for number, code in await graph.read_one(states.TEAMS, {}) or ()}
    found = await graph.read_one(states.PARTS.format(label=name(label), key=name(key)), {"key": party})
    if not found:
        raise AbortRun(f"party: there is no {label} {party} here")
    parts = frozenset((kind, part) for kind, part in found[1] if kind)
    run = _Run(graph, attached, ask, Authority((label, party), parts | {(label, party)}, teams), known, Payloads(attached.folder))
    if not ask.dry:
        node = {
            "name": connection.name, "connector": connection.connector, "streams": list(connection.streams), "rank": connection.rank,
            "schedule": connection.schedule, "source": "hub",
        }  # fmt: skip
        began = {"id": run.id, "system": connection.name, "status": "RUNNING", "startedAt": _now(), "source": "hub", **run.report.counts()}
        text = _BEGIN.format(label=name(label), key=name(key))
        parameters = {"party": party, "connection": {k: v for k, v in node.items() if v is not None}, "run": began}
        await graph.write([Statement(text, parameters)])
    return run


async def _end(run: _Run, status: str, message: str | None) -> None:
    if run.ask.dry:
        return
    state = {
        **run.report.counts(), "status": status, "endedAt": _now(), "message": message, "firstErrors": run.report.first_errors or None,
        "cursor": orjson.dumps(run.cursors).decode() if run.cursors else None, "lagSeconds": _lag_s(run.cursors),
    }  # fmt: skip
    # a run that is told to end still says so
    await asyncio.shield(run.graph.write([Statement(_END, {"id": run.id, "state": state})]))


def _lag_s(cursors: Mapping[str, str]) -> int | None:
    """How old the oldest cursor is, where it is a moment."""
    moments = list[datetime]()
    for cursor in cursors.values():
        try:
            moment = datetime.fromisoformat(cursor)
        except ValueError:
            return None
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return max(0, round((_now() - min(moments)).total_seconds())) if moments else None


class _StreamRun:
    """One stream of a run."""

    def __init__(self, run: _Run, stream_name: str, settings: StreamSettings, progress: Progress) -> None:
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
        self._done = 0
        self._events = 0

    async def go(self) -> None:
        await self._state.read()
        self._held = set(await self._run.graph.read_one(_HELD, {"system": self._stream.system, "stream": self._stream.name}) or ())
        if self._run.ask.replay:
            await self._replay()
        elif self._state.cursor is None or self._run.ask.full:
            await self._read_whole()
        else:
            await self._read_changes(self._state.cursor)
        if not self._run.ask.dry:
            await self._run.graph.transact(lambda run: link_to_later(run, self._stream))

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
            await self._write(Changes(released=healed, state=self._state.keep_place(count, cursor)))
            if cursor:
                self._run.cursors[self._stream.name] = cursor

    async def _write_blocks(self, spool: Spool, count: int) -> list[str]:
        """Writes every block that has changed, while the next is read; gives the keys that are in none."""
        hashes = {} if self._run.ask.full else await self._state.hashes()
        anything = await self._state.live() > 0
        gone: list[str] = []
        writing: asyncio.Task[None] | None = None
        for number, rows in spool.blocks(count):
            hash_ = block_hash(rows)
            block = self._state.block(number, count)
            if hashes.get(block) == hash_:
                self._unchanged(len(rows))
                continue
            known = await self._state.known_in(number, count) if anything or self._state.blocks else {}
            missing = sorted(key for key, kept in known.items() if kept is not None and key not in {row.key for row in rows})
            gone += missing
            changed = [row for row in rows if known.get(row.key) != row.hash]
            self._unchanged(len(rows) - len(changed))
            changes = self._changes(changed, known)
            # a block that has lost rows, or whose rows are refused, is looked at again
            if not missing:
                changes = replace(changes, block=self._state.keep_block(block, hash_))
            if writing:
                await writing
            writing = asyncio.create_task(self._write(changes))
        if writing:
            await writing
        return gone

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
                await self._write(replace(self._changes(changed, known), gone=gone, state=state))
                self._report.retired += len(gone)
        if isinstance(self._connector, ListsKeys):
            await self._sweep(self._connector)

    async def _sweep(self, connector: ListsKeys) -> None:
        """Compares the keys that the system lists with those the graph has."""
        with Spool() as spool:
            async for keys in connector.keys(self._wanted):
                spool.add((slot_of(key), key, "", "", b"") for key in keys)
            spool.put_in_order()
            count = 1 << max(0, (spool.count // _KEY_ROWS).bit_length())
            gone: list[str] = []
            for number, rows in spool.blocks(count):
                known = await self._state.known_in(number, count)
                listed = {row.key for row in rows}
                gone += sorted(key for key, kept in known.items() if kept is not None and key not in listed)
            await self._retire(gone, spool.count)

    # --- what was refused, once more

    async def _replay(self) -> None:
        kept = list(self._payloads.of(self._stream))
        rows, refused = self._taken_in(Page([(place, raw) for _, place, raw in kept]))
        await self._refuse(refused)
        known = await self._state.known([row.key for row in rows])
        await self._write(self._changes([row for row in rows if known.get(row.key) is None], known))
        # the system has given those since
        await self._write(Changes(released=[id_ for id_, _, _ in kept if id_ in self._held and id_ not in self._again]))

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
                refused.append(Refused(row.key, row.place, str(error), row.payload if error.keep else None))
        released = [id_ for found in understood if (id_ := Refused(found.row.key, "", "", b"").id(self._stream)) in self._held]
        return Changes(understood, refused, known=frozenset(known), released=released)

    async def _write(self, changes: Changes) -> None:
        """Writes changes of at most a block or a page, in batches; the place is kept with the last of them."""
        for start in range(0, max(len(changes.rows), 1), _BATCH):
            last = start + _BATCH >= len(changes.rows)
            part = replace(
                changes,
                rows=changes.rows[start : start + _BATCH],
                refused=changes.refused if last else (),
                gone=changes.gone if last else (),
                released=changes.released if last else (),
                state=changes.state if last else (),
                block=changes.block if last and not changes.refused else None,
            )
            late: Sequence[Refused] = ()
            if not self._run.ask.dry and any((part.rows, part.refused, part.gone, part.state, part.released, part.block)):
                self._events += 1
                event = f"{self._run.id}|{self._stream.name}|{self._events}"
                late = (await write(self._run.graph, self._reader, part, self._run.id, event, _now())).refused
            self._count_refused([*part.refused, *late])
            self._report.written += len(part.rows) - len(late)
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
            await self._write(Changes(gone=keys, state=self._state.forget_blocks([slot_of(key) for key in keys])))
        self._report.retired += len(gone)

    def _unchanged(self, count: int) -> None:
        self._report.unchanged += count
        self._done += count
        self._progress(self._stream.name, self._done, self._report.read)

    def _stop_if_too_many_are_refused(self) -> None:
        if self._report.skipped > _FEW and self._report.skipped > self._limits.refuse * max(self._report.read, 1):
            reasons = "; ".join(self._report.first_errors[:3])
            raise AbortRun(f"{self._report.skipped} of {self._report.read} records were refused, too many to go on: {reasons}")


def _now() -> datetime:
    return datetime.now(UTC)
