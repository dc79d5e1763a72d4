"""What was refused before, taken once more; and whether the system has something newer meanwhile."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final, cast

from connectors.contract import Page, Raw
from connectors.engine.intake import Intake
from connectors.engine.one_run import OneRun
from connectors.engine.since import ChangedRows
from connectors.engine.spool import SHARED, Row
from connectors.engine.state import State
from connectors.engine.stream_writer import StreamWriter
from connectors.engine.write import Changes
from connectors.errors import ConnectorError, SkipRecord, StartOver

_LOOKED_AT: Final = 2_000
"""About how many rows are looked at to tell whether a system has newer ones."""


class Replay:
    """Takes what was refused of a stream once more."""

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

    async def go(self) -> Mapping[str, Raw]:
        """Gives what was taken, by the ids of quarantine. Raises `AbortRun` and `Unavailable`."""
        writer = self._writer
        # of those that are held no more the system has given something newer since
        kept = [
            (id_, place, raw)
            for id_, place, raw in self._run.payloads.of(writer.stream)
            if id_ in writer.held and id_ not in writer.again
        ]
        if not kept:
            return {}
        writer.replaying = True
        rows, refused, _ = self._intake.taken_in(Page([(place, raw) for _, place, raw in kept]))
        await writer.refuse(refused)
        known = await self._state.known([row.key for row in rows])
        await writer.write(await self._changed_rows.understood(self._changed_rows.among(rows, known), known))
        await writer.write(Changes(released=[id_ for id_, _, _ in kept if id_ not in writer.again]))
        return {id_: raw for id_, _, raw in kept}

    async def tell_of_newer(self, replayed: Mapping[str, Raw]) -> None:
        """Looks into the system, a little, for rows that are newer than those that were read; they are not taken."""
        try:
            is_newer = await self._is_newer(replayed)
        except Exception as error:  # what was replayed is done all the same
            why = str(error) if isinstance(error, ConnectorError) else type(error).__name__
            self._report.note(f"{self._name}: whether the system has newer rows is not known ({why})")
            return
        if is_newer:
            system = self._writer.stream.system
            self._report.note(
                f"{self._name}: the system has newer rows than those that were read: `hub sync {system}` reads them"
            )

    async def _is_newer(self, replayed: Mapping[str, Raw]) -> bool:
        if self._state.meaning is None:
            return False
        looked = 0
        given = self._connector.read(self._intake.wanted, self._state.cursor)
        try:
            async with aclosing(cast(AsyncGenerator[Page], given)) as pages:
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
                rows.append(self._intake.row(place, raw))
            except SkipRecord:
                continue
        known = await self._state.known([*(row.key for row in rows), *page.deleted])
        for row in rows:
            if self._writer.is_held(row.key):
                before = replayed.get(self._writer.id_of(row.key))
                if before is not None and before != row.raw:
                    return True
            elif known.get(row.key) not in (row.hash, row.hash + SHARED):
                return True
        return any(known.get(key) is not None for key in page.deleted)
