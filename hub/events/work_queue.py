"""The work queue: consumers by name, each with a cursor over the events, which it reads in their order.

A `Consumer` works on rows. Which kinds of events concern it, and which rows of theirs, `hub.events.concerns` says. It
reads a window of events, finds their rows, and does them by batches. Each transaction moves the cursor past what it
does: a consumer that dies anywhere goes on where it was, and what it changes in the graph is changed once. An event may
be about any number of rows, so the cursor also tells the last row done of the event that is under way. A row that
several events of a window are about is done once, at the first of
them: it is looked at as it is by then.

The row `(:Consumer {name, cursor, row})` keeps it: all events up to `cursor` are done, and of the next one the rows up
to `row`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Final, LiteralString, cast

from graph_schema.cypher import Statement, fill, lock
from hub.database.graph import Graph, Run
from hub.database.lease import Taken
from hub.errors import CannotBeDone
from hub.events.append import Doer, Telling
from hub.events.numbers import number
from hub.jobs.dead_letters import QUEUE, Letter, done, set_aside
from hub.jobs.loops import divide, item, raise_if_away, try_again

Do = Callable[[Run, Sequence[str], Telling], Awaitable[int]]
"""Does rows, each known by an `item`, in one transaction, and tells what happened by it; gives how much came of it."""
_EVENTS: Final = 5_000
"""So many events are read at a time,"""
_ROWS: Final = 20_000
"""about so many rows of them, and so many of one event."""
_FEW: Final = 100
"""An event that names no more has its ids read with it."""

_LOOK: Final[LiteralString] = """
OPTIONAL MATCH (c:Consumer {name: $name})
OPTIONAL MATCH (n:EventCounter {id: 'events'})
RETURN c IS NULL OR c.cursor < n.seq OR COUNT { (:Unnumbered) } > 0
  OR EXISTS { MATCH (l:DeadLetter {job: $name}) WHERE l.retryAt <= $at }"""
_BEGIN: Final[LiteralString] = """
MERGE (c:Consumer {name: $name}) ON CREATE SET c.cursor = $cursor RETURN c.cursor, c.row"""
# The index is named: a hub whose graph has hardly any event yet would go on looking through all of them later.
# All in one record: of so many, the driver takes longer for the records than for what is in them.
_NEXT: Final[LiteralString] = """
MATCH (e:Event) USING INDEX e:Event(seq) WHERE e.seq > $cursor AND e.seq <= $last AND e.kind IN $kinds
WITH e ORDER BY e.seq LIMIT $most
WITH e, CASE WHEN e.refs IS NULL THEN [] WHEN e.refs IS :: LIST<STRING NOT NULL> NOT NULL THEN e.refs END AS refs
WITH e, refs ORDER BY e.seq
RETURN collect([e.seq, e.id, e.kind, size(refs), CASE WHEN size(refs) <= $few THEN refs END])"""
# The consumer is locked for the transaction: whoever was slow and lost the lease finds the cursor elsewhere, and does
# nothing.
_MOVE: Final = fill(
    """
MATCH (c:Consumer {name: $name}) {lock}
WITH c WHERE c.cursor = $before.cursor AND coalesce(c.row, '') = coalesce($before.row, '')
SET c.cursor = $after.cursor, c.row = $after.row
WITH c CALL () { MATCH (l:DeadLetter {job: $name}) WHERE l.item IN $done DELETE l }
RETURN true""",
    lock=lock("c"),
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that an event is about: `cypher` gives rows `n` for each of its `refs`, as `ref`.

    Where they are what the event `names`, those of an event that names few need not be looked up: whoever works on rows
    of a label passes over ids of others.
    """

    doc: str
    cypher: str
    names: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a consumer is: through all events up to `cursor`, and through the rows of the next one up to `row`."""

    cursor: int
    row: str | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    """A row to be done, and the place once it is; `event` for one that stands for an event whose rows cannot be
    told.
    """

    key: str
    after: Place
    event: bool = False


@dataclass(frozen=True, slots=True)
class _Happened:
    """An event of the window. `size` is None where its refs are no ids; `refs` are those of an event that names few."""

    seq: int
    id: str
    kind: str
    size: int | None
    refs: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Consumer:
    """Work on the rows of a `label` that events are about: `rows` by kind of event, `do` for so many rows at the
    `most`.

    One that is new begins with the first event there is, or, `from_now`, with what happens from now on.
    """

    name: str
    label: str
    rows: Mapping[str, Rows]
    do: Do
    most: int
    from_now: bool = False

    @property
    def lease(self) -> str:
        """`consumer NAME`, so that one hub at a time works through the events of a consumer."""
        return f"consumer {self.name}"

    async def waits(self, graph: Graph, now: datetime) -> bool:
        """Whether there are events behind its cursor, or rows that were set aside and are due. Raises `Unavailable`."""
        return bool(await graph.read_one(_LOOK, {"name": self.name, "at": now}))

    async def go(self, graph: Graph, now: datetime) -> int:
        """Does all that has happened until now, and tries again what is due of what was set aside.

        Raises `Unavailable`, and `Taken` where another has worked on the same events meanwhile.
        """
        queue = Letter(self.name, self.name, QUEUE)
        try:
            total = await self._through(graph, now)
            await graph.write([done([queue.id])])
        except Taken:
            raise
        except Exception as error:
            await raise_if_away(graph, error)
            await set_aside(graph, queue, error, now)
            total = 0
        return total + await try_again(graph, self.name, now, self._again(now))

    async def _through(self, graph: Graph, now: datetime) -> int:
        last = await number(graph)
        place = await self._begin(graph, last)
        total = 0
        while place.cursor < last:
            items, end = await self._window(graph, place, last)
            total += await self._done(graph, place, items, end, now)
            place = end
        return total

    async def _begin(self, graph: Graph, last: int) -> Place:
        """Where it is; it is written down where it begins."""

        async def work(run: Run) -> Place:
            ((cursor, row),) = await run(Statement(_BEGIN, {"name": self.name, "cursor": last if self.from_now else 0}))
            return Place(cursor, row)

        return await graph.transact(work)

    async def _window(self, graph: Graph, place: Place, last: int) -> tuple[list[_Item], Place]:
        """The rows of the next events, in order and each once, and the place once they are done."""
        asked = {"cursor": place.cursor, "last": last, "kinds": list(self.rows), "most": _EVENTS, "few": _FEW}
        window = [_Happened(*row) for row in await graph.read_one(_NEXT, asked)]
        events: list[_Happened] = []
        size = 0
        for event in window:
            if events and size + (event.size or 0) > _ROWS:
                break
            events.append(event)
            size += event.size or 0
        end = Place(last) if len(events) == len(window) < _EVENTS else Place(events[-1].seq)
        rows, cut = await self._rows(graph, events, place)
        if cut:  # there are more rows than are read at a time
            end = cut
            events = [event for event in events if event.seq <= cut.cursor + 1]
        items: list[_Item] = []
        seen = set[str]()
        for event in events:
            if (keys := rows[event.seq]) is None:
                items.append(_Item(event.id, Place(event.seq), event=True))
                continue
            fresh = [key for key in keys if key not in seen]
            seen.update(fresh)
            items += (_Item(key, Place(event.seq - 1, key)) for key in fresh[:-1])
            items += (
                _Item(key, Place(event.seq) if end.cursor >= event.seq else Place(event.seq - 1, key))
                for key in fresh[-1:]
            )
        return items, end

    async def _rows(
        self, graph: Graph, events: Sequence[_Happened], place: Place
    ) -> tuple[dict[int, list[str] | None], Place | None]:
        """The rows of these events, by number, None for one of which they cannot be told; and the place of the
        last, if there are more.
        """
        keys: dict[int, list[str] | None] = {event.seq: [] if event.size is not None else None for event in events}
        cuts: list[Place] = []

        async def find(some: Sequence[_Happened]) -> int:
            asked = {"seqs": [event.seq for event in some], "under": place.cursor + 1, "row": place.row, "most": _ROWS}
            records = await graph.read(_finding(self.rows[some[0].kind]), asked)
            for seq, key in records:
                cast("list[str]", keys[seq]).append(key)
            if len(records) == _ROWS:
                cuts.append(Place(records[-1][0] - 1, records[-1][1]))
            return 0

        async def give_up(event: _Happened, _: Exception) -> None:
            keys[event.seq] = None

        groups: dict[Rows, list[_Happened]] = {}
        for event in events:
            rows = self.rows[event.kind]
            if rows.names and event.refs is not None:
                after = place.row if event.seq == place.cursor + 1 else None
                keys[event.seq] = [ref for ref in sorted(set(event.refs)) if after is None or ref > after]
            elif event.size:
                groups.setdefault(rows, []).append(event)
        for some in groups.values():
            await divide(graph, some, find, give_up)
        return keys, min(cuts, key=lambda cut: cut.cursor, default=None)

    async def _done(self, graph: Graph, place: Place, items: Sequence[_Item], end: Place, now: datetime) -> int:
        """Does these rows by batches, and moves to the end of the window with the last of them."""
        at = place

        async def attempt(part: Sequence[_Item]) -> int:
            nonlocal at
            after = end if part[-1] is items[-1] else part[-1].after
            count = await self._attempt(graph, at, after, part, now)
            at = after
            return count

        async def give_up(row: _Item, error: Exception) -> None:
            nonlocal at
            after = end if row is items[-1] else row.after
            await set_aside(graph, Letter(self.name, row.key, self._kind(row)), error, now, leave=self._move(at, after))
            at = after

        if not items:
            await graph.transact(lambda run: _moved(run, self._move(place, end)))
            return 0
        total = 0
        for start in range(0, len(items), self.most):
            total += await divide(graph, items[start : start + self.most], attempt, give_up)
        return total

    async def _attempt(self, graph: Graph, before: Place, after: Place, part: Sequence[_Item], now: datetime) -> int:
        async def work(run: Run) -> int:
            await _moved(run, self._move(before, after, [row.key for row in part]))
            if not any(row.event for row in part):
                return await self._do(run, [row.key for row in part], now)
            if len(part) > 1:
                raise CannotBeDone("an event whose rows cannot be told is looked at alone")
            return await self._event(run, part[0].key, now)

        return await graph.transact(work)

    async def _event(self, run: Run, event: str, now: datetime) -> int:
        """Does all rows of one event in this transaction. Raises what keeps its rows from being told."""
        keys: list[str] = []
        for kind, rows in self.rows.items():
            for are_ids, more in await run(Statement(_finding_again(rows), {"id": event, "kind": kind})):
                if not are_ids:
                    raise CannotBeDone("refs: a list of ids is expected")
                keys += more
        return await self._do(run, keys, now)

    async def _do(self, run: Run, keys: Sequence[str], now: datetime) -> int:
        """Does these rows, `most` at a time, and appends the events that come of it."""
        telling = Telling(Doer(f"job {self.name}", token_hex(8), now))
        total = 0
        for start in range(0, len(keys), self.most):
            total += await self.do(run, keys[start : start + self.most], telling)
        await telling.append(run)
        return total

    def _again(self, now: datetime) -> Callable[[Run, Letter], Awaitable[int]]:
        async def again(run: Run, letter: Letter) -> int:
            if letter.kind == "Event":
                return await self._event(run, letter.item, now)
            return await self._do(run, [letter.item], now)

        return again

    def _kind(self, row: _Item) -> str:
        return "Event" if row.event else self.label

    def _move(self, before: Place, after: Place, keys: Sequence[str] = ()) -> Statement:
        """Moves the cursor, and forgets what was set aside of these rows: they are done."""
        return Statement(_MOVE, {"name": self.name, "before": _row(before), "after": _row(after), "done": list(keys)})


_BEHIND: Final[LiteralString] = """
MATCH (n:EventCounter {id: 'events'}), (c:Consumer) RETURN c.name, n.seq - c.cursor + COUNT { (:Unnumbered) }
  ORDER BY c.name"""


async def behind(graph: Graph) -> dict[str, int]:
    """How many events each consumer has before it, by name. Raises `Unavailable`."""
    return {row[0]: row[1] for row in await graph.read(_BEHIND, {})}


async def _moved(run: Run, move: Statement) -> None:
    """Moves the cursor, for the transaction of what is done. Raises `Taken` where another has moved it."""
    if not await run(move):
        raise Taken("another hub has worked on these events meanwhile")


def _row(place: Place) -> dict[str, int | str | None]:
    return {"cursor": place.cursor, "row": place.row}


@lru_cache(maxsize=64)
def _finding(rows: Rows) -> str:
    """The query for the rows of events by number, in order: of the one that is under way those after the last that
    is done.
    """
    return f"""UNWIND $seqs AS seq MATCH (e:Event {{seq: seq}}) USING INDEX e:Event(seq)
UNWIND e.refs AS ref CALL (ref) {{ {rows.cypher} }}
WITH DISTINCT seq, {item("n")} AS item WHERE $row IS NULL OR seq <> $under OR item > $row
RETURN seq, item ORDER BY seq, item LIMIT $most"""


@lru_cache(maxsize=64)
def _finding_again(rows: Rows) -> str:
    """The statement for all rows of one event by its id, and whether its refs are ids at all."""
    return f"""MATCH (e:Event {{id: $id, kind: $kind}})
RETURN e.refs IS NULL OR e.refs IS :: LIST<STRING NOT NULL> NOT NULL, COLLECT {{
  UNWIND e.refs AS ref CALL (ref) {{ {rows.cypher} }}
  RETURN DISTINCT {item("n")} AS item }}"""
