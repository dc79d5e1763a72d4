"""What is discovered by itself, as it comes: disparities between decisions, issues that cases share. By one hub at a time, in small
transactions."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.discovery.disparities import NEW_DECISIONS, find_disparities
from hub.discovery.issues import NEW_CASES, UNCOUNTED_ISSUES, count_issues, find_issues
from hub.discovery.sharing import LEAST
from hub.events import HAND_OUT
from hub.graph import Graph, Run
from hub.jobs import Job, by_mark, keep_working, taking, work_through

_FIRST_S: Final = 25.0
_EVERY_S: Final = 5.0

# the least number of parties that a figure tells of is raised and never lowered: what was told of fewer before would stand out
_TURN: Final[LiteralString] = """
MERGE (s:Sharing {id: 'sharing'}) SET s.least = CASE WHEN s.least > $least THEN s.least ELSE $least END """

Step = Callable[[Run, Sequence[str], datetime, int], Awaitable[int]]
"""Looks at these new rows; gives how much it found. The last is the least number of parties to tell of."""


async def keep_discovering(graph: Graph, least: int) -> None:
    """Does that every few seconds until it is cancelled."""
    await keep_working(lambda: discover(graph, datetime.now(UTC), least), "discovery", _FIRST_S, _EVERY_S)


async def discover(graph: Graph, now: datetime, least: int = LEAST) -> int:
    """Looks at all that is new; gives how many disparities were found."""
    # it is raised at once, also where nothing is new
    await graph.write([Statement(f"{_TURN}RETURN s.least", {"least": least})])

    def job(name: str, labels: tuple[str, ...], mark: str, find: Statement, step: Step) -> Job:
        # one hub at a time, before any row is locked, so that none waits for another in a circle
        take = Statement(f"{_TURN}WITH 1 AS turn {taking(labels, mark).text}", {"least": least})
        return by_mark(name, labels, mark, find, partial(_once, step, now, least), take=take)

    jobs = (
        HAND_OUT,
        job("disparities", ("Decision",), "Unread", NEW_DECISIONS, find_disparities),
        job("issues", ("Case",), "Unsorted", NEW_CASES, find_issues),
        job("figures", ("Issue", "Likeness"), "Uncounted", UNCOUNTED_ISSUES, count_issues),
    )
    return await work_through(graph, jobs, now)


async def _once(step: Step, now: datetime, least: int, run: Run, items: Sequence[str]) -> int:
    ((known,),) = await run(Statement(f"{_TURN}RETURN s.least", {"least": least}))
    return await step(run, items, now, known)
