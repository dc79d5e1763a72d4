"""Background work: what waits is done item by item where it must be, and one item that fails stops none of the others.

A batch that fails is divided until the item that fails is alone; that one is set aside as a dead letter. While the
database is away nothing is set aside: the whole work waits. There are two kinds of work: a `Job`, whose queue is by
what rows are, and a `Consumer` of events (`hub.events.work_queue`).

A `Loop` says how often works are done, and `keep` has them done. What is done again and again goes through `repeat`,
which has the one pause and the one way to treat a failure: the loops, and each connection that syncs by a schedule
(`connectors.engine.schedule`). Preparing statements (`hub.prepared`) follows the database's coming and going instead.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, LiteralString, Protocol, TypeVar

from graph_schema.cypher import Statement, lock, name
from hub.database.graph import Graph, Run
from hub.database.lease import Lease, Taken
from hub.errors import HubError, Unavailable
from hub.jobs.dead_letters import LETTERS_WAIT, QUEUE, Letter, done, due, failed_again, is_due, set_aside

Item = TypeVar("Item")
_RETRIES: Final = 100
"""So many dead letters of a work are tried again at a time, so that they never keep the queue waiting for long."""
_log: Final = logging.getLogger("hub.jobs")


class Work(Protocol):
    """Something that is done again and again."""

    @property
    def name(self) -> str:
        """The name that its dead letters have."""
        ...

    @property
    def lease(self) -> str | None:
        """The lease without which it is not done; None where several hubs may do it at once."""
        ...

    async def waits(self, graph: Graph, now: datetime) -> bool:
        """Whether there may be something to do. Raises `Unavailable`."""
        ...

    async def go(self, graph: Graph, now: datetime) -> int:
        """Does what waits, and tries again what is due; gives how much came of it. Raises `Unavailable`."""
        ...


Do = Callable[[Run, Sequence[str]], Awaitable[int]]
"""Does items that were taken out of their queue in the same transaction; gives how much came of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on items of one `kind`, a label: rows known by their `id`, or by Neo4j's where an `id` is no text.

    `find` gives the next items of its queue, none once it is empty. `take` takes those of `$items` out of the queue
    that are still in it, and gives them. `leave` takes them out undone, `enter` puts them back; both are None where the
    queue is by what rows are, and `find` leaves out what is set aside.
    """

    name: str
    kind: str
    find: Statement
    take: Statement
    do: Do
    leave: str | None = None
    enter: str | None = None

    @property
    def lease(self) -> None:
        """Several hubs may do the same job at once: what is done twice is done once."""

    async def waits(self, graph: Graph, now: datetime) -> bool:
        """Whether there is an item in its queue, or a letter of it that is due. Raises `Unavailable`."""
        some = f"RETURN EXISTS {{ {self.find.text} }} OR {LETTERS_WAIT}"
        try:
            ((found,),) = await graph.read(some, {**self.find.parameters, "job": self.name, "at": now, "queue": QUEUE})
        except Unavailable:
            raise
        except Exception:
            return True  # a queue that cannot be read is told of by `go`
        return bool(found)

    async def go(self, graph: Graph, now: datetime) -> int:
        """Does the items of its queue, then those set aside that are due; gives how much came of it. Raises
        `Unavailable`.
        """

        async def again(run: Run, letter: Letter) -> int:
            if self.enter:
                await run(Statement(self.enter, {"items": [letter.item]}))
            return await _taken(run, self, [letter.item])

        return await _queue(graph, self, now) + await try_again(graph, self.name, now, again)


def item(row: LiteralString) -> LiteralString:
    """The expression for what a row is known by."""
    return f"CASE WHEN {row}.id IS :: STRING NOT NULL THEN {row}.id ELSE elementId({row}) END"


def rows_of(*labels: str) -> str:
    """The beginning of a statement about the rows `n` that are known by `$items`, each an `item`."""
    return f"UNWIND $items AS item CALL (item) {{ {known_by('item', *labels)} }} "


def known_by(variable: str, *labels: str) -> str:
    """The sub-query that gives the rows `n` of these labels that are known by that variable."""
    ways = (
        f"MATCH (n:{name(label)} {{id: {variable}}}) RETURN n UNION MATCH (n:{name(label)}) WHERE elementId(n) ="
        f" {variable} RETURN n"
        for label in labels
    )
    return " UNION ".join(ways)


def locked(*labels: str) -> str:
    """The same, each locked before more is read of it."""
    return f"{rows_of(*labels)}{lock('n')} "


@dataclass(frozen=True, slots=True)
class Loop:
    """Works that are done one after the other, again and again: first after so many seconds, then every so many; after
    `busy_s`, where it is given, as long as there is something to do.

    `works` gives them for a moment. What must not wait for another has a loop of its own.
    """

    what: str
    works: Callable[[datetime], Sequence[Work]]
    first_s: float
    every_s: float
    busy_s: float | None = None


async def keep(graph: Graph, *loops: Loop) -> None:
    """Runs these loops side by side until it is cancelled; those who ask as soon as the hub is there come first."""
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_keep(graph, loop))


async def _keep(graph: Graph, loop: Loop) -> None:
    async def once() -> float:
        now = datetime.now(UTC)
        came = await work_through(graph, loop.works(now), now)
        return loop.every_s if loop.busy_s is None or not came else loop.busy_s

    await asyncio.sleep(loop.first_s)
    await repeat(loop.what, once, loop.every_s)


async def repeat(
    what: str, once: Callable[[], Awaitable[float]], after_failure_s: float, *, spread: float = 0.0
) -> None:
    """Does something again and again until it is cancelled; `once` gives after how many seconds it is done again.

    Where it fails, the log tells of `what`, and it is done again after `after_failure_s`. By a `spread` of 0.1 each
    pause is up to a tenth shorter or longer, so that several hubs do not all come at once.
    """
    while True:
        wait_s = after_failure_s
        try:
            wait_s = await once()
        except HubError as error:
            _log.warning("%s: not done, tried again in %g s: %s", what, wait_s, error)
        except Exception:
            _log.exception("%s failed and is tried again in %g s", what, wait_s)
        await asyncio.sleep(wait_s * random.uniform(1 - spread, 1 + spread))  # noqa: S311 - no secret


async def work_through(graph: Graph, works: Sequence[Work], now: datetime) -> int:
    """Does all that waits for these works, one after the other; gives how much came of it.

    One whose lease another holds is left to that.

    Raises `Unavailable` where the database is away.
    """
    total = 0
    for work in works:
        try:
            if await work.waits(graph, now):
                async with Lease(graph, work.lease, wait=False) if work.lease else nullcontext():
                    total += await work.go(graph, now)
        except Unavailable:
            raise
        except Taken:
            _log.debug("%s is being done by another hub", work.name)
        except Exception:
            # the machinery itself: the other works go on
            _log.exception("%s failed and is tried again", work.name)
    return total


async def divide(
    graph: Graph,
    items: Sequence[Item],
    attempt: Callable[[Sequence[Item]], Awaitable[int]],
    give_up: Callable[[Item, Exception], Awaitable[None]],
) -> int:
    """Attempts items at once, else by halves, in their order; one that fails alone is given up.

    Raises `Unavailable` and `Taken`.
    """
    outcome = await _attempted(graph, items, attempt)
    if isinstance(outcome, Unavailable) and len(items) == 1:  # of a database that has just come back, say
        outcome = await _attempted(graph, items, attempt)
    if isinstance(outcome, int):
        return outcome
    if len(items) > 1:
        half = len(items) // 2
        return await divide(graph, items[:half], attempt, give_up) + await divide(graph, items[half:], attempt, give_up)
    await give_up(items[0], outcome)
    return 0


async def _attempted(
    graph: Graph, items: Sequence[Item], attempt: Callable[[Sequence[Item]], Awaitable[int]]
) -> int | Exception:
    """How much came of it, or what it failed by. Raises `Unavailable` and `Taken`."""
    try:
        return await attempt(items)
    except Taken:
        raise
    except Exception as error:
        await raise_if_away(graph, error)
        return error


async def try_again(graph: Graph, work: str, now: datetime, again: Callable[[Run, Letter], Awaitable[int]]) -> int:
    """Tries again what is due of what a work has set aside, each in a transaction of its own. Raises `Unavailable`."""
    total = 0
    for letter in await due(graph, work, now, _RETRIES):
        try:
            total += await _again(graph, letter, now, again)
        except Exception as error:
            await raise_if_away(graph, error)
            await failed_again(graph, letter, error, now)
    return total


async def raise_if_away(graph: Graph, error: Exception) -> None:
    """Raises `Unavailable` where it was the database that failed, and not what was asked of it."""
    if isinstance(error, Unavailable):
        await graph.check()


async def _again(graph: Graph, letter: Letter, now: datetime, again: Callable[[Run, Letter], Awaitable[int]]) -> int:
    async def work(run: Run) -> int | None:
        if not await is_due(run, letter, now):
            return None
        await run(done([letter.id]))
        return await again(run, letter)

    count = await graph.transact(work)
    if count is not None:
        _log.info("%s: done after all: %s %s", letter.job, letter.kind, letter.item)
    return count or 0


async def _queue(graph: Graph, job: Job, now: datetime) -> int:
    queue = Letter(job.name, job.name, QUEUE)

    async def find(run: Run) -> Sequence[str]:
        if not (rows := await run(job.find)):
            # it can be read, whatever was told of it before
            await run(done([queue.id]))
        return [key for (key,) in rows]

    async def attempt(items: Sequence[str]) -> int:
        async def work(run: Run) -> int:
            return await _taken(run, job, items)

        return await graph.transact(work)

    async def give_up(key: str, error: Exception) -> None:
        leave = Statement(job.leave, {"items": [key]}) if job.leave else None
        await set_aside(graph, Letter(job.name, key, job.kind), error, now, leave=leave)

    total = 0
    met = set[str]()
    while True:
        try:
            items = await graph.transact(find)
        except Exception as error:
            await raise_if_away(graph, error)
            await set_aside(graph, queue, error, now)
            break
        # what came back meanwhile is for the next time, or this might never end
        fresh = [key for key in dict.fromkeys(items) if key not in met]
        if not fresh:
            break
        total += await divide(graph, fresh, attempt, give_up)
        met.update(fresh)
    return total


async def _taken(run: Run, job: Job, items: Sequence[str]) -> int:
    """Does what is still in the queue of these items. A letter of one that another hub has just set aside stays."""
    taken = [key for (key,) in await run(_about(job.take, items))]
    if not taken:
        return 0
    await run(done([Letter(job.name, key, job.kind).id for key in taken]))
    return await job.do(run, taken)


def _about(statement: Statement, items: Sequence[str]) -> Statement:
    return Statement(statement.text, {**statement.parameters, "items": list(items)})
