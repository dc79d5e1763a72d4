"""A list that is read as a whole: compared with what the graph has, and only then written, where it has changed."""

from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from typing import Any

from connectors.engine.ahead import ahead
from connectors.engine.attached import Progress
from connectors.engine.intake import Intake
from connectors.engine.one_run import OneRun
from connectors.engine.pipeline import Pipeline
from connectors.engine.quarantine import Refused
from connectors.engine.spool import Line, Row, Spool, block_hash, blocks_for
from connectors.engine.state import Block, Known, State, unlisted
from connectors.engine.stream_writer import BATCH, StreamWriter
from connectors.engine.write import Changes


@dataclass(slots=True)
class _Comparison:
    """What a list says that the graph has not: which blocks are others, how many rows are as they were, which keys are
    gone. The changed rows themselves are in the spool: a block is some 400 rows, of which this holds a line.
    """

    blocks: list[tuple[int, Block, bool]]
    """By number; whether records of it are gone."""
    unchanged: int
    gone: list[str]


@dataclass(frozen=True, slots=True)
class _ChangedBlock:
    """A block with its changed rows and what was known of these; `has_gone`: records of it are gone."""

    block: Block
    rows: Sequence[Row]
    known: Known
    has_gone: bool


class WholeReading:
    """Reads a stream as a whole. Each row is taken in once; one that has not changed is read no further."""

    def __init__(self, run: OneRun, state: State, intake: Intake, writer: StreamWriter, progress: Progress) -> None:
        self._run = run
        self._state = state
        self._intake = intake
        self._writer = writer
        self._progress = progress
        self._name = intake.wanted.name

    async def go(self) -> None:
        """All rows into the spool; what is gone is counted; then the blocks that have changed into the graph.

        Raises `AbortRun`, `RetryLater` and `Unavailable`.
        """
        writer, state = self._writer, self._state
        writer.is_whole = True
        with Spool() as spool:
            cursor, broken = await self._take_all(spool)
            count = blocks_for(spool.count, state.blocks)
            await writer.refuse(broken)
            hashes = await state.hashes()
            gone: list[str] = []
            if state.blocks or hashes or await state.live():
                compared = await self._compare(spool, count, hashes)
                gone = compared.gone
                await writer.require_few(gone, spool.count)
                writer.unchanged(compared.unchanged)
                await self._write(self._changed_of(spool, compared), count, hashes)
            else:
                await self._write(self._all_of(spool, count), count, hashes)
            writer.require_some_used()
            await writer.retire(gone)
            # every row was looked at that had been refused before
            healed = sorted(writer.held.keys() - writer.again)
            place = state.keep_place(count, cursor, self._intake.meaning, self._intake.columns)
            await writer.write(Changes(released=healed, state=place))
            if cursor:
                self._run.cursors[self._name] = cursor

    async def _take_all(self, spool: Spool) -> tuple[str | None, list[Refused]]:
        """Puts all rows into the spool; gives where to go on after them, and those that have no key of their own."""
        broken: list[Refused] = []
        cursor: str | None = None
        marks = self._intake.has_addresses
        async with aclosing(self._intake.pages(None)) as pages:
            async for page in pages:
                rows, refused, addresses = self._intake.taken_in(page)
                spool.add(
                    (row.slot, row.key, row.place, row.hash, row.payload, address)
                    for row, address in zip(rows, addresses if marks else repeat(None), strict=marks)
                )
                broken += refused
                cursor = page.cursor or cursor
                self._progress(self._name, self._run.report.read, None)
        spool.put_in_order()
        if not self._intake.read:
            self._run.report.note(f"{self._name}: the system lists no records at all; is `from` what it should be?")
        broken += self._repeated(spool)
        if marks:
            spool.mark_shared()
        return cursor, broken

    def _repeated(self, spool: Spool) -> list[Refused]:
        """Rows whose key came before; one that is there again, word for word, is no fault."""
        broken: list[Refused] = []
        again = 0
        for key, place, first, is_same in spool.repeated():
            again += is_same
            if not is_same:
                reason = f"the key {key!r} is there twice, first at {first}; keys must be unique"
                broken.append(Refused(None, place, reason, None))
        if again:
            self._run.report.unchanged += again
            note = "record is there again, word for word" if again == 1 else "records are there again, word for word"
            self._run.report.note(f"{self._name}: {again} {note}: taken once")
        return broken

    # --- what has changed

    async def _compare(self, spool: Spool, count: int, hashes: Mapping[str, str]) -> _Comparison:
        """Looks at the whole list before anything of it is written; keeps the changed rows for who writes them.

        Of a block that is as it was, nothing is asked.
        """
        compared = _Comparison([], 0, [])

        def others() -> Iterator[tuple[tuple[int, Block, list[Line]], Coroutine[Any, Any, Known]]]:
            for number, lines in spool.lines(count):
                block = self._state.block(number, count, block_hash((key, hash_) for _, key, hash_, _ in lines))
                if not self._run.ask.full and hashes.get(block.id) == block.hash:
                    compared.unchanged += len(lines)
                else:
                    yield (number, block, lines), self._state.known_in(number, count)

        async with aclosing(ahead(others())) as answers:
            async for (number, block, lines), known in answers:
                changed = [line for line in lines if known.get(line[1]) != line[2] or self._writer.is_held(line[1])]
                gone = unlisted(known, (key for _, key, _, _ in lines))
                spool.keep_changed(number, changed, known)
                compared.blocks.append((number, block, bool(gone)))
                compared.unchanged += len(lines) - len(changed)
                compared.gone += gone
        return compared

    # --- writing

    def _changed_of(self, spool: Spool, compared: _Comparison) -> Iterator[_ChangedBlock]:
        """The blocks that have changed, each with its changed rows."""
        for number, block, has_gone in compared.blocks:
            rows, known = spool.changed(number)
            yield _ChangedBlock(block, rows, known, has_gone)

    def _all_of(self, spool: Spool, count: int) -> Iterator[_ChangedBlock]:
        """All blocks of a list of which the graph has nothing."""
        for number, rows in spool.blocks(count):
            block = self._state.block(number, count, block_hash((row.key, row.hash) for row in rows))
            yield _ChangedBlock(block, rows, {}, has_gone=False)

    async def _write(self, blocks: Iterable[_ChangedBlock], count: int, hashes: Mapping[str, str]) -> None:
        """Writes changed blocks, several in one transaction, while the next are understood."""
        # from the first row that is written until its last, a block is not as any list had it
        kept = Changes(begun=self._state.divide(count, hashes, self._intake.columns))
        async with Pipeline(self._run.graph) as pipeline:
            for changed in blocks:
                changes = self._writer.understood(changed.rows, changed.known)
                if kept.size + changes.size > BATCH:
                    await self._put(pipeline, kept)
                    kept = Changes()
                # a block that has lost rows, or whose rows are refused, is looked at again
                is_whole = not (changed.has_gone or changes.refused)
                forgotten = [changed.block.id] if changed.block.id in hashes else []
                kept = kept.and_(replace(changes, blocks=[changed.block] if is_whole else (), forgotten=forgotten))
            await self._put(pipeline, kept)

    async def _put(self, pipeline: Pipeline, changes: Changes) -> None:
        if self._run.ask.dry:
            await self._writer.written(changes)
        elif not changes.is_empty:
            # a record that moves from one row to another must find all as it is
            await pipeline.put(partial(self._writer.written, changes), alone=bool(changes.known))
