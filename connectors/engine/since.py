"""What has changed of a stream since its cursor; of a system that lists its keys, which of them are gone or late."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final, cast

from connectors.contract import ListsKeys, Page, ReadsByKey
from connectors.engine.intake import Intake
from connectors.engine.one_run import OneRun
from connectors.engine.quarantine import Refused
from connectors.engine.spool import SHARED, Row, Spool, parts_for, slot_of
from connectors.engine.state import Known, State, unlisted
from connectors.engine.stream_writer import StreamWriter
from connectors.engine.write import Changes, Reader

_KEY_ROWS: Final = 2_000
"""About how many keys are compared at once when a system's keys are listed."""


class ChangedRows:
    """Tells which of some rows have changed, and what they mean."""

    def __init__(self, reader: Reader, state: State, intake: Intake, writer: StreamWriter) -> None:
        self._reader = reader
        self._state = state
        self._intake = intake
        self._writer = writer

    def among(self, rows: Iterable[Row], known: Known) -> list[Row]:
        """Those of the rows that are not as they were, or of which quarantine has something."""
        return [
            row
            for row in _marked_as_before(rows, known)
            if known.get(row.key) != row.hash or self._writer.is_held(row.key)
        ]

    async def understood(self, changed: Sequence[Row], known: Known) -> Changes:
        """What changed rows mean; what is known of the blocks that they are in is forgotten."""
        changes = await self._apart(self._writer.understood(changed, known))
        return replace(changes, forgotten=self._state.blocks_of(row.slot for row in changed))

    async def _apart(self, changes: Changes) -> Changes:
        """The changes, with the rows marked whose address another of their list has."""
        if not self._intake.has_addresses or not changes.rows:
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


def _marked_as_before(rows: Iterable[Row], known: Known) -> list[Row]:
    """The rows, each as sharing its address where it did when its list was last read as a whole."""
    return [
        replace(row, hash=row.hash + SHARED) if (known.get(row.key) or "").endswith(SHARED) else row for row in rows
    ]


class ReadingSince:
    """Reads what has changed since a cursor."""

    def __init__(
        self, run: OneRun, state: State, intake: Intake, writer: StreamWriter, changed_rows: ChangedRows
    ) -> None:
        self._run = run
        self._report = run.report
        self._connector = run.attached.connector
        self._state = state
        self._intake = intake
        self._writer = writer
        self._changed_rows = changed_rows
        self._name = intake.wanted.name
        self._unwritten = set[str]()

    async def go(self, cursor: str) -> None:
        """Page by page. Raises `StartOver`, `AbortRun`, `RetryLater` and `Unavailable`."""
        self._run.cursors[self._name] = cursor
        # what is listed is compared first: nothing is taken from a system that has lost too much at once
        gone, unknown = await self._sweep(self._connector) if isinstance(self._connector, ListsKeys) else ([], [])
        async with aclosing(self._intake.pages(cursor)) as pages:
            async for page in pages:
                told_of = await self._take(page)
                gone = [key for key in gone if key not in told_of] if gone else gone
        if isinstance(self._connector, ListsKeys):
            await self._writer.retire(gone)
            await self._read_late(self._connector, unknown)

    async def _take(self, page: Page) -> set[str]:
        """What a page of changes says, and where to go on after it; gives the keys that it tells of."""
        if not (page.rows or page.broken or page.deleted or page.cursor):
            return set()
        rows, broken, _ = self._intake.taken_in(page)
        latest = {row.key: row for row in rows}
        known = await self._state.known([*latest, *page.deleted])
        changed = self._changed_rows.among(latest.values(), known)
        self._writer.unchanged(len(rows) - len(changed))
        gone = [key for key in page.deleted if known.get(key) is not None and key not in latest]
        state = [self._state.keep(cursor=page.cursor)] if page.cursor else []
        if page.cursor:
            self._run.cursors[self._name] = page.cursor
        await self._writer.refuse(broken)
        for key in gone:
            self._report.retire(f"- {self._name} {key}")
        changes = await self._changed_rows.understood(changed, known)
        forgotten = [*changes.forgotten, *self._state.blocks_of(map(slot_of, gone))]
        released = [*changes.released, *self._writer.held_of(page.deleted)]
        await self._writer.write(replace(changes, gone=gone, released=released, state=state, forgotten=forgotten))
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
            async for keys in connector.keys(self._intake.wanted):
                spool.add((slot_of(key), key, "", "", b"", None) for key in keys)
            spool.put_in_order()
            count = parts_for(spool.count, _KEY_ROWS)
            for number, rows in spool.lines(count):
                known = await self._state.known_in(number, count)
                listed = [key for _, key, _, _ in rows]
                gone += unlisted(known, listed)
                unknown += [key for key in listed if known.get(key) is None]
            await self._writer.require_few(gone, spool.count)
        return gone, unknown

    def _was_seen(self, key: str) -> bool:
        """Whether a key without a record was looked at: it was refused, or would be written."""
        by_place = Refused(None, f"key {key}", "", None).id(self._writer.stream)
        return (
            key in self._unwritten
            or self._writer.is_held(key)
            or by_place in self._writer.held
            or by_place in self._writer.again
        )

    async def _read_late(self, connector: ListsKeys, unknown: Sequence[str]) -> None:
        """Rows that the system lists, that the graph has not, and that have not changed since the cursor."""
        late: list[str] = []
        for start in range(0, len(unknown), _KEY_ROWS):
            keys = unknown[start : start + _KEY_ROWS]
            known = await self._state.known(keys)
            late += [key for key in keys if known.get(key) is None and not self._was_seen(key)]
        writer, leaves_no_trace = self._writer, self._intake.leaves_no_trace
        late = [key for key in late if not (leaves_no_trace(key) or writer.id_of(key) in writer.again)]
        if not late:
            return
        if not isinstance(connector, ReadsByKey):
            self._report.note(
                f"{self._name}: {len(late)} records are listed that were never given: `--full` reads them"
            )
            return
        for start in range(0, len(late), _KEY_ROWS):
            rows = connector.rows(self._intake.wanted, late[start : start + _KEY_ROWS])
            async with aclosing(cast(AsyncGenerator[Page], rows)) as pages:
                async for page in pages:
                    await self._take(page)
