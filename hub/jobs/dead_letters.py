"""Dead letters: what a background job failed at, set aside with its reason, so that the rest goes on.

An item is in its job's queue, or set aside, or done. What is set aside is tried again at `retryAt`, later each time, or
once an operator asks for it; done at last, its row is gone. A reason says what kind of error it was and where in the
code, or what a `CannotBeDone` says: nothing of what the item holds.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import walk_tb
from typing import Any, Final, LiteralString

from graph_schema.cypher import Parameters, Statement, lock
from hub.database.graph import Graph, Run
from hub.errors import CannotBeDone

FIRST_RETRY: Final = timedelta(minutes=1)
LAST_RETRY: Final = timedelta(days=1)
"""Between tries the time doubles, from the first to the last."""
QUEUE: Final = "Queue"
"""The kind of what stands for a whole queue that could not be read."""
_OURS: Final = ("hub.", "connectors.", "graph_schema.")
_PASSED_THROUGH: Final = (
    "hub.database.graph",
    "hub.database.writing",
    "hub.jobs.loops",
    "hub.events.work_queue",
    "hub.jobs.dead_letters",
)
_log: Final = logging.getLogger("hub.jobs")

# Counted once where several hubs fail at the same item at the same time.
_FAILED_ONCE_MORE: Final[LiteralString] = """
SET l.tries = l.tries + CASE WHEN l.lastAt < $at THEN 1 ELSE 0 END
WITH l, l.reason AS before, CASE WHEN l.tries >= 12 THEN $last ELSE $first * 2 ^ (l.tries - 1) END AS wait
SET l.reason = $reason, l.lastAt = $at,
  l.retryAt = $at + duration({seconds: toInteger(CASE WHEN $wait IS NOT NULL THEN $wait WHEN wait > $last THEN $last
    ELSE wait END)})
RETURN l.tries, coalesce(before = $reason, false), toString(l.retryAt)"""
_SET_ASIDE: Final[LiteralString] = (
    """
MERGE (l:DeadLetter {id: $id})
ON CREATE SET l.job = $job, l.item = $item, l.kind = $kind, l.source = 'hub', l.tries = 1, l.firstAt = $at,
  l.lastAt = $at
WITH l"""
    + _FAILED_ONCE_MORE
)
_FAILED_AGAIN: Final[LiteralString] = "MATCH (l:DeadLetter {id: $id}) " + lock("l") + " WITH l" + _FAILED_ONCE_MORE
_FORGET: Final[LiteralString] = "UNWIND $ids AS id MATCH (l:DeadLetter {id: id}) DELETE l"
_DUE: Final[LiteralString] = """
MATCH (l:DeadLetter {job: $job}) WHERE l.retryAt <= $at AND l.kind <> $queue
RETURN l.item, l.kind ORDER BY l.retryAt, l.id LIMIT $most"""
LETTERS_WAIT: Final[LiteralString] = (
    "EXISTS { MATCH (l:DeadLetter {job: $job}) WHERE l.retryAt <= $at OR l.kind = $queue }"
)
"""Whether a letter of `$job` is due, or its queue could not be read the last time."""
_TAKE: Final[LiteralString] = (
    "\nMATCH (l:DeadLetter {id: $id}) " + lock("l") + " WITH l WHERE l.retryAt <= $at RETURN l.item"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a job failed at: its `item` of that `kind`, a label."""

    job: str
    item: str
    kind: str

    @property
    def id(self) -> str:
        """The id of its row in the graph, see `letter_id`."""
        return letter_id(self.job, self.item)


def letter_id(job: str, item: str) -> str:
    """`JOB ITEM`: a job has one letter for an item, however often it fails at it."""
    return f"{job} {item}"


async def set_aside(
    graph: Graph,
    letter: Letter,
    error: BaseException,
    now: datetime,
    *,
    leave: Statement | None = None,
    wait: timedelta | None = None,
) -> None:
    """Writes it down, and takes it out of its queue by `leave` in the same transaction; tried again after `wait`, else
    later each time.

    The log has an unexpected error's traceback once, and again when it fails in another way. Raises `Unavailable`.
    """

    async def work(run: Run) -> list[list[Any]]:
        if leave:
            await run(leave)
        return await run(Statement(_SET_ASIDE, _parameters(letter, error, now, wait)))

    _tell(letter, error, await graph.transact(work))


async def failed_again(graph: Graph, letter: Letter, error: BaseException, now: datetime) -> None:
    """The same for one that was set aside and tried again; not where another hub has done it meanwhile."""

    async def work(run: Run) -> list[list[Any]]:
        return await run(Statement(_FAILED_AGAIN, _parameters(letter, error, now, None)))

    _tell(letter, error, await graph.transact(work))


def _parameters(letter: Letter, error: BaseException, now: datetime, wait: timedelta | None) -> Parameters:
    return {
        "id": letter.id, "job": letter.job, "item": letter.item, "kind": letter.kind, "reason": reason_of(error),
        "at": now,
        "first": FIRST_RETRY.total_seconds(), "last": LAST_RETRY.total_seconds(),
        "wait": wait.total_seconds() if wait else None,
    }  # fmt: skip


def _tell(letter: Letter, error: BaseException, written: list[list[Any]]) -> None:
    for tries, known, retry_at in written:
        values = (letter.job, letter.kind, letter.item, reason_of(error))
        fields = {
            "fields": {"job": letter.job, "kind": letter.kind, "item": letter.item, "tries": tries, "retryAt": retry_at}
        }
        if known:
            _log.warning("%s: failed again at %s %s: %s", *values, extra=fields)
        else:
            _log.error(
                "%s: set aside %s %s: %s",
                *values,
                extra=fields,
                exc_info=None if isinstance(error, CannotBeDone) else error,
            )


def done(letters: Sequence[str]) -> Statement:
    """The statement that forgets the letters of these ids, where there are any: for the transaction that did what
    they tell of.
    """
    return Statement(_FORGET, {"ids": list(letters)})


async def due(graph: Graph, job: str, now: datetime, most: int) -> list[Letter]:
    """What is to be tried again of a job, the longest due first."""
    rows = await graph.read(_DUE, {"job": job, "at": now, "queue": QUEUE, "most": most})
    return [Letter(job, item, kind) for item, kind in rows]


async def is_due(run: Run, letter: Letter, now: datetime) -> bool:
    """Locks it for the transaction that tries it again; tells whether it is still due, and no other hub was first."""
    return bool(await run(Statement(_TAKE, {"id": letter.id, "at": now})))


def reason_of(error: BaseException) -> str:
    """What kind of error it was and where in the hub's code, or what a `CannotBeDone` says; never another error's
    text.
    """
    if isinstance(error, CannotBeDone):
        return str(error)
    kinds: list[str] = []
    frames: list[str] = []
    cause: BaseException | None = error
    while cause:
        code = getattr(cause, "code", None)
        of_neo4j = isinstance(code, str) and code.startswith("Neo.")
        kinds.append(str(code) if of_neo4j else type(cause).__qualname__)
        frames = _frames(cause) or frames
        cause = None if of_neo4j else cause.__cause__
    return f"{' from '.join(kinds)}{f' at {frames[-1]}' if frames else ''}"


def _frames(error: BaseException) -> list[str]:
    """Where it was raised in the hub's own code, leaving out what every job passes through."""
    names = [
        (str(frame.f_globals.get("__name__", "")), line, frame.f_code.co_name)
        for frame, line in walk_tb(error.__traceback__)
    ]
    return [
        f"{module}:{line} {name}"
        for module, line, name in names
        if module.startswith(_OURS) and module not in _PASSED_THROUGH
    ]


_ALL: Final[LiteralString] = """
MATCH (l:DeadLetter) WHERE ($job IS NULL OR l.job = $job) AND ($names = [] OR l.id IN $names OR l.item IN $names)
RETURN l.id, l.job, l.kind, l.item, l.reason, l.tries, toString(l.firstAt), toString(l.retryAt)
  ORDER BY l.job, l.firstAt, l.id"""
_RETRY: Final[LiteralString] = """
MATCH (l:DeadLetter) WHERE ($job IS NULL OR l.job = $job) AND ($names = [] OR l.id IN $names OR l.item IN $names)
SET l.retryAt = datetime() RETURN count(l)"""
_COUNTS: Final[LiteralString] = "MATCH (l:DeadLetter) RETURN l.job, count(l) ORDER BY l.job"


@dataclass(frozen=True, slots=True)
class Told:
    """A dead letter as operators see it."""

    id: str
    job: str
    kind: str
    item: str
    reason: str
    tries: int
    first_at: str
    retry_at: str


async def letters(graph: Graph, job: str | None = None, names: Sequence[str] = ()) -> list[Told]:
    """All of them, or those of a job, or of these ids or items."""
    return [Told(*row) for row in await graph.read(_ALL, {"job": job, "names": list(names)})]


async def retry(graph: Graph, job: str | None = None, names: Sequence[str] = ()) -> int:
    """Has them tried again at the next occasion; gives how many. Raises `Unavailable`."""

    async def work(run: Run) -> int:
        ((count,),) = await run(Statement(_RETRY, {"job": job, "names": list(names)}))
        return count

    return await graph.transact(work)


async def counted(graph: Graph) -> dict[str, int]:
    """How many there are, by job."""
    return {row[0]: row[1] for row in await graph.read(_COUNTS, {})}
