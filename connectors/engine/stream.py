"""One stream of a run: its rows read, compared with what the graph has, and what is new or changed written in
batches.
"""

from typing import Final

from connectors.engine.attached import Progress
from connectors.engine.intake import Intake
from connectors.engine.mapping import mapper
from connectors.engine.one_run import OneRun
from connectors.engine.replay import Replay
from connectors.engine.since import ChangedRows, ReadingSince
from connectors.engine.spool import parts_for, slots_in
from connectors.engine.state import State
from connectors.engine.stream_writer import StreamWriter
from connectors.engine.whole import WholeReading
from connectors.engine.write import Reader
from connectors.errors import StartOver
from connectors.settings import StreamSettings
from hub.database.lease import turn
from hub.records.source_record import Stream
from hub.records.writer import links_to_later

_LINK_ROWS: Final = 2_000
"""About how many records are linked to later ones in one transaction."""


class StreamRun:
    """One stream of a run."""

    def __init__(self, run: OneRun, stream_name: str, settings: StreamSettings, progress: Progress) -> None:
        connection = run.attached.connection
        self._run = run
        self._stream = Stream(connection.name, stream_name, settings.describes)
        reader = Reader(self._stream, mapper(settings, run.known), run.authority, connection.rank)
        state = self._state = State(run.graph, self._stream)
        intake = self._intake = Intake(run, stream_name, settings, state)
        writer = self._writer = StreamWriter(run, reader, state, intake, progress)
        changed_rows = ChangedRows(reader, state, intake, writer)
        self._whole = WholeReading(run, state, intake, writer, progress)
        self._since = ReadingSince(run, state, intake, writer, changed_rows)
        self._replay = Replay(run, state, intake, writer, changed_rows)

    async def go(self) -> None:
        """Reads and writes the stream: what changed, where its cursor and meaning allow, else everything.

        Raises `RetryLater`, `AbortRun` and `Unavailable`.
        """
        await self._state.read()
        await self._writer.read_held()
        if self._run.ask.replay:
            await self._replay.tell_of_newer(await self._replay.go())
        elif self._state.cursor is None or self._state.meaning != self._intake.meaning or self._run.ask.full:
            await self._whole.go()
        else:
            try:
                await self._since.go(self._state.cursor)
                await self._replay.go()
            except StartOver:
                await self._whole.go()
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
