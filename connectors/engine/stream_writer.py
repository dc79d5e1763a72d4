"""Writes what one stream brings, counts what comes of it, and ends the run where too much is refused or gone."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, LiteralString

from connectors.engine.attached import Progress
from connectors.engine.intake import Intake
from connectors.engine.one_run import OneRun
from connectors.engine.quarantine import Refused, left_out_of, refused_for
from connectors.engine.spool import Row, slot_of
from connectors.engine.state import Known, State
from connectors.engine.write import Changes, CommitOrder, MappedRow, Reader, WriteContext, Written, write
from connectors.errors import AbortRun, SkipRecord
from graph_schema.formats import without_social_security
from hub.database.lease import turn

BATCH: Final = 1_000
"""About how many rows are written in one transaction."""
_BATCH_BYTES: Final = 16_000_000
"""So much of what rows say goes into one transaction, whose memory Neo4j bounds."""
_LACKING_KEPT: Final = 2_000
"""Of about so many records of which fields were left out, what they said is kept."""
_HELD: Final[LiteralString] = (
    "MATCH (q:QuarantinedRecord {system: $system}) WHERE q.stream = $stream RETURN collect([q.id, q.reason])"
)


class StreamWriter:
    """Writes one stream of a run.

    `held` are the ids of what quarantine has of it, with why; `again` those that were looked at in this run and are
    refused still. `bad` rows were refused, `used` ones are in the graph as their system has them. It `is_whole` where
    all rows of a list are read, and it is `replaying` where those that were refused are taken once more.
    """

    def __init__(self, run: OneRun, reader: Reader, state: State, intake: Intake, progress: Progress) -> None:
        self.held: dict[str, str] = {}
        self.again = set[str]()
        self.bad = self.used = 0
        self.is_whole = self.replaying = False
        self._run = run
        self._report = run.report
        self._reader = reader
        self.stream = reader.stream
        self._state = state
        self._intake = intake
        self._progress = progress
        self._limits = run.attached.connection.limits
        self._refused = self._lacking = self._done = self._events = 0
        self._live: int | None = None
        self._place: CommitOrder | None = None

    async def read_held(self) -> None:
        """Reads what quarantine has of the stream. Raises `Unavailable`."""
        of_stream = {"system": self.stream.system, "stream": self.stream.name}
        self.held = dict(await self._run.graph.read_one(_HELD, of_stream) or ())

    def id_of(self, key: str) -> str:
        """By what quarantine knows a record of that key."""
        return Refused(key, "", "", b"").id(self.stream)

    def is_held(self, key: str) -> bool:
        """Whether quarantine has that record, or fields of it."""
        return bool(self.held) and self.id_of(key) in self.held

    def held_of(self, keys: Iterable[str]) -> list[str]:
        """The ids of records in quarantine that have one of these keys."""
        if not self.held:
            return []
        return [id_ for key in keys if (id_ := self.id_of(key)) in self.held]

    # --- what rows mean

    def understood(self, changed: Sequence[Row], known: Known) -> Changes:
        """The changed rows, understood; those that cannot be are refused."""
        understood: list[MappedRow] = []
        refused: list[Refused] = []
        name = self.stream.name
        for row in changed:
            try:
                mapped = self._reader.understood(row)
            except SkipRecord as error:
                is_fault = error.counts and not self._intake.is_remark(row.raw)
                refused.append(refused_for(row, error, counts=is_fault))
                continue
            before = known.get(row.key)
            if before == row.hash:
                mapped = replace(mapped, before=self.held.get(self.id_of(row.key), ""))
            else:
                self._report.change(f"{'~' if before else '+'} {name} {row.key}")
            understood.append(mapped)
        released = self.held_of([row.key for row in understood if not row.lacks])
        again = [row.key for row in understood if row.key in known]
        return Changes(understood, refused, released=released, known=again)

    def unchanged(self, count: int) -> None:
        """So many rows are in the graph as the system has them."""
        self._report.unchanged += count
        self.used += count
        self._done += count
        self._progress(self.stream.name, self._done, self._report.read)

    # --- writing

    async def write(self, changes: Changes) -> None:
        """Writes changes in a turn of their own."""
        async with nullcontext() if self._run.ask.dry or changes.is_empty else turn(self._run.graph):
            await self.written(changes)

    async def refuse(self, refused: Sequence[Refused]) -> None:
        """Rows that were refused before they could be understood."""
        for start in range(0, len(refused), BATCH):
            await self.write(Changes(refused=refused[start : start + BATCH]))

    async def retire(self, gone: Sequence[str]) -> None:
        """Retires what the system no longer lists, once they are known to be few."""
        if not gone:
            return
        if self._intake.unread:
            # whose these are nobody knows
            self._report.note(
                f"{self.stream.name}: {len(gone)} records are not in the list, but {self._intake.unread} of its rows"
                " could not be read: nothing was retired"
            )
            return
        for key in gone:
            self._report.retire(f"- {self.stream.name} {key}")
        for start in range(0, len(gone), BATCH):
            keys = gone[start : start + BATCH]
            forgotten = self._state.blocks_of(map(slot_of, keys))
            await self.write(Changes(gone=keys, released=self.held_of(keys), forgotten=forgotten))
        self._report.retired += len(gone)

    async def written(self, changes: Changes) -> None:
        """Writes changes of at most a block or a page, in batches; the place is kept with the last of them.

        Where too many are refused, that is all that is written. Who calls it has the turn. Raises `AbortRun`.
        """
        if await self._are_too_many(sum(record.counts for record in changes.refused)):
            changes = Changes(refused=changes.refused)
        late: list[Refused] = []
        batches = list(_batches(changes.rows)) or [()]
        for number, rows in enumerate(batches, 1):
            part = _part(changes, rows, late, is_first=number == 1, is_last=number == len(batches))
            if any(link.label == self.stream.label for row in part.rows for link in row.judged.links):
                self._state.links_due = True
                part = replace(part, state=[*part.state, self._state.keep(linksDue=True)])
            written = await self._transacted(part)
            late += [*written.refused, *written.lacking]
            self._count(part, written)
        if not self._run.ask.dry:
            self._run.payloads.drop(list(changes.released))
        self._done += len(changes.rows) + len(changes.refused)
        self._progress(self.stream.name, self._done, self._report.read)
        await self._stop_if_too_many_are_refused()

    async def _transacted(self, part: Changes) -> Written:
        if self._run.ask.dry:
            return _of_a_dry_run(part.rows)
        if part.is_empty:
            return Written(0, (), ())
        self._events += 1
        event = f"{self._run.id}|{self.stream.name}|{self._events}"
        place = self._place = CommitOrder(self._place)
        self._run.payloads.require_room()
        keeps_lacking = self._lacking < _LACKING_KEPT
        occasion = WriteContext(
            self._run.id, event, datetime.now(UTC), self._run.party, keeps_lacking, self._report.read
        )
        return await write(self._run.graph, self._reader, part, occasion, place)

    def _count(self, part: Changes, written: Written) -> None:
        self._count_refused([*part.refused, *written.refused])
        self._count_lacking(written.lacking)
        self._report.written += written.rows
        as_before = len(part.rows) - len(written.refused) - written.rows
        self._report.unchanged += as_before
        self.used += written.rows + as_before

    def _count_refused(self, refused: Sequence[Refused]) -> None:
        for record in refused:
            self.bad += 1
            self._refused += record.counts
            self._report.refuse(without_social_security(record.reason), counts=record.counts)
            self._keep(record)

    def _count_lacking(self, lacking: Sequence[Refused]) -> None:
        self._lacking += len(lacking)
        for record in lacking:
            self._report.leave_out(map(without_social_security, record.lacks))
            self._keep(record)

    def _keep(self, refused: Refused) -> None:
        self.again.add(refused.id(self.stream))
        if not self._run.ask.dry:
            self._run.payloads.keep(self.stream, refused)

    # --- where it ends

    async def require_few(self, gone: Sequence[str], listed: int) -> None:
        """Raises `AbortRun` where so much is gone that it rather looks like a fault of the system, as where two columns
        of a list have changed places. It is asked before anything is written.
        """
        # where nothing of what is listed can be used, that is what is told
        if not gone or (listed == 0 and self.bad):
            return
        live = await self._state.live()
        # rows that could not be read may be any of these
        if listed == 0 or len(gone) - self._intake.unread > most_of(live, self._limits.vanish):
            there = self._intake.read if self.is_whole else listed
            raise AbortRun(
                f"{self.stream.name}: the system lists {there} records, and of {live} that it listed before"
                f" {len(gone)} are gone. Nothing was retired, and no record written. "
                + (
                    "No record at all is never taken for an answer"
                    if listed == 0
                    else "If that is right, set limits: {vanish: 1} in the connection's file for one run"
                )
            )

    def require_some_used(self) -> None:
        """Raises `AbortRun` where rows were refused and none could be used."""
        if self.bad and not self.used:
            reasons = "; ".join(self._report.refused_first[:3])
            raise AbortRun(f"{self.stream.name}: none of its {self._intake.read} records could be used: {reasons}")

    async def _are_too_many(self, more: int = 0) -> bool:
        """Whether too many were refused to go on, with so many more."""
        refused, of = self._refused + more, self._intake.read
        if self.replaying or refused <= most_of(of, self._limits.refuse):
            return False
        if not self.is_whole:
            # of what has changed since, all may be bad: it is a share of the whole list that counts
            self._live = await self._state.live() if self._live is None else self._live
            of = max(of, self._live)
        return refused > most_of(of, self._limits.refuse)

    async def _stop_if_too_many_are_refused(self) -> None:
        if await self._are_too_many():
            reasons = "; ".join(self._report.refused_first[:3])
            raise AbortRun(
                f"{self._refused} of {self._intake.read} records were refused, too many to go on: {reasons}. "
                "If they may be, set limits: {refuse: 0.5} or the like in the connection's file"
            )


def _batches(rows: Sequence[MappedRow]) -> Iterator[Sequence[MappedRow]]:
    """The rows as they go into transactions: so many at once, and so many bytes."""
    batch: list[MappedRow] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == BATCH or size + len(row.row.payload) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row.row.payload)
    if batch:
        yield batch


def _part(
    changes: Changes, rows: Sequence[MappedRow], late: Sequence[Refused], *, is_first: bool, is_last: bool
) -> Changes:
    """A batch of changes; what belongs to the first or the last batch is in that alone."""
    if is_first and is_last:
        return changes
    return replace(
        changes,
        rows=rows,
        begun=changes.begun if is_first else (),
        forgotten=changes.forgotten if is_first else (),
        refused=changes.refused if is_last else (),
        gone=changes.gone if is_last else (),
        released=changes.released if is_last else (),
        state=changes.state if is_last else (),
        blocks=changes.blocks if is_last and not late else (),
    )


def most_of(count: int, share: float) -> float:
    """How many of so many may vanish or be refused: the share, of a short list one, of six or more two."""
    return max(share * count, 1, min(2, count // 3)) if share else 0


def _of_a_dry_run(rows: Sequence[MappedRow]) -> Written:
    """What would come of rows, as far as can be told without the graph."""
    lacking = [left_out_of(row.row, row.lacks) for row in rows if row.lacks]
    return Written(sum(not row.is_as_before for row in rows), (), lacking)
