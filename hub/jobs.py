"""Background jobs: each does what waits in its queue, item by item where it must, and one item that fails stops none of the others.

A batch that fails is divided until the item that fails is alone; that one is set aside as a dead letter. While the database is away
nothing is set aside: the whole job waits. Several hubs may do the same job at once: what is done twice is done once.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from graph_schema.cypher import Statement, name
from hub.dead_letters import QUEUE, Letter, done, due, failed_again, is_due, set_aside
from hub.errors import HubError, Unavailable
from hub.graph import Graph, Run

_RETRIES: Final = 100
"""So many dead letters of a job are tried again at a time, so that they never keep the queue waiting for long."""
_log: Final = logging.getLogger("hub.jobs")


Do = Callable[[Run, Sequence[str]], Awaitable[int]]
"""Does items that were taken out of their queue in the same transaction; gives how much came of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on items of one `kind`, a label: rows known by their `id`, or by Neo4j's where an `id` is no text.

    `find` gives the next items of its queue, none once it is empty. `take` takes those of `$items` out of the queue that are still in
    it, and gives them. `leave` takes them out undone, `enter` puts them back; both are None where the queue is by what rows are, and
    `find` leaves out what is set aside. An item that is done by `parts` stays in the queue until its last part is done.
    """

    name: str
    kind: str
    find: Statement
    take: Statement
    do: Do
    leave: str | None = None
    enter: str | None = None
    parts: int = 1


def by_mark(job: str, labels: Sequence[str], mark: str, find: Statement, do: Do, *, take: Statement | None = None) -> Job:
    """A job whose queue is all rows of one of these labels that have the label `mark` as well."""
    rows = rows_of(*labels)
    return Job(job, labels[0], find, take or taking(labels, mark), do, f"{rows}REMOVE n:{name(mark)}", f"{rows}SET n:{name(mark)}")


def item(row: LiteralString) -> LiteralString:
    """The expression for what a row is known by."""
    return f"CASE WHEN {row}.id IS :: STRING NOT NULL THEN {row}.id ELSE elementId({row}) END"


def rows_of(*labels: str) -> str:
    """The beginning of a statement about the rows `n` that are known by `$items`, each an `item`."""
    ways = (
        f"MATCH (n:{name(found)} {{id: item}}) RETURN n UNION MATCH (n:{name(found)}) WHERE elementId(n) = item RETURN n"
        for found in labels
    )
    return f"UNWIND $items AS item CALL (item) {{ {' UNION '.join(ways)} }} "


def taking(labels: Sequence[str], mark: str) -> Statement:
    """The `take` of a queue by a mark. Rows are locked first, so that of several hubs one takes each."""
    return Statement(f"{locked(*labels)}WITH n, item WHERE n:{name(mark)} REMOVE n:{name(mark)} RETURN DISTINCT item")


def locked(*labels: str) -> str:
    """The same, each locked before more is read of it."""
    return f"{rows_of(*labels)}SET n.turn = true REMOVE n.turn "


async def work_through(graph: Graph, jobs: Sequence[Job], now: datetime) -> int:
    """Does all that waits for these jobs, one job after the other; gives how much came of it.

    Raises `Unavailable` where the database is away.
    """
    total = 0
    for job in jobs:
        try:
            total += await _queue(graph, job, now)
            total += await _set_aside_before(graph, job, now)
        except Unavailable:
            raise
        except Exception:
            # the machinery itself: the other jobs go on
            _log.exception("%s failed and is tried again", job.name)
    return total


async def keep_working(work: Callable[[], Awaitable[object]], what: str, first_s: float, every_s: float) -> None:
    """Has it done every so many seconds until it is cancelled; those who ask as soon as the hub is there come first."""
    await asyncio.sleep(first_s)
    while True:
        try:
            await work()
        except HubError as error:
            _log.warning("%s: not done, tried again in %g s: %s", what, every_s, error)
        except Exception:
            _log.exception("%s failed and is tried again in %g s", what, every_s)
        await asyncio.sleep(every_s)


async def _queue(graph: Graph, job: Job, now: datetime) -> int:
    queue = Letter(job.name, job.name, QUEUE)

    async def find(run: Run) -> Sequence[str]:
        if not (found := await run(job.find)):
            # it can be read, whatever was told of it before
            await run(done([queue.id]))
        return [one for (one,) in found]

    total = 0
    met: Counter[str] = Counter()
    while True:
        try:
            found = await graph.transact(find)
        except Exception as error:
            await _raise_if_away(graph, error)
            await set_aside(graph, queue, error, now)
            break
        # what came back meanwhile is for the next time, or this might never end
        fresh = [one for one in dict.fromkeys(found) if met[one] < job.parts]
        if not fresh:
            break
        total += await _batch(graph, job, fresh, now)
        met.update(fresh)
    return total


async def _batch(graph: Graph, job: Job, items: Sequence[str], now: datetime) -> int:
    """Does them at once, else by halves; what fails alone is set aside."""
    try:
        return await _do(graph, job, items)
    except Exception as error:
        await _raise_if_away(graph, error)
        failed = error
    if len(items) > 1:
        half = len(items) // 2
        return await _batch(graph, job, items[:half], now) + await _batch(graph, job, items[half:], now)
    if isinstance(failed, Unavailable):  # of a database that has just come back, say
        try:
            return await _do(graph, job, items)
        except Exception as error:
            await _raise_if_away(graph, error)
            failed = error
    leave = Statement(job.leave, {"items": list(items)}) if job.leave else None
    await set_aside(graph, Letter(job.name, items[0], job.kind), failed, now, leave=leave)
    return 0


async def _do(graph: Graph, job: Job, items: Sequence[str]) -> int:
    async def work(run: Run) -> int:
        return await _taken(run, job, items)

    return await graph.transact(work)


async def _taken(run: Run, job: Job, items: Sequence[str]) -> int:
    """Does what is still in the queue of these items. A letter of one that another hub has just set aside stays."""
    taken = [one for (one,) in await run(_about(job.take, items))]
    if not taken:
        return 0
    count = await job.do(run, taken)
    await run(done([Letter(job.name, one, job.kind).id for one in taken]))
    return count


def _about(statement: Statement, items: Sequence[str]) -> Statement:
    return Statement(statement.text, {**statement.parameters, "items": list(items)})


async def _set_aside_before(graph: Graph, job: Job, now: datetime) -> int:
    """Tries again what is due of what was set aside."""
    total = 0
    for letter in await due(graph, job.name, now, _RETRIES):
        try:
            total += await _again(graph, job, letter, now)
        except Exception as error:
            await _raise_if_away(graph, error)
            await failed_again(graph, letter, error, now)
    return total


async def _again(graph: Graph, job: Job, letter: Letter, now: datetime) -> int:
    async def work(run: Run) -> int | None:
        if not await is_due(run, letter, now):
            return None
        if job.enter:
            await run(Statement(job.enter, {"items": [letter.item]}))
        count = await _taken(run, job, [letter.item])
        await run(done([letter.id]))
        return count

    count = await graph.transact(work)
    if count is not None:
        _log.info("%s: done after all: %s %s", letter.job, letter.kind, letter.item)
    return count or 0


async def _raise_if_away(graph: Graph, error: Exception) -> None:
    """Raises `Unavailable` where it was the database that failed, and not what was asked of it."""
    if isinstance(error, Unavailable):
        await graph.check()
