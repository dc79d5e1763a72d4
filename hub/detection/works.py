"""What is discovered by itself, as it comes: disparities between decisions, issues that cases share.

By one hub at a time, in small transactions.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.database.graph import Graph, Run
from hub.detection import disparities
from hub.detection import shared_issues as issues
from hub.detection.disparities import find_disparities
from hub.detection.shared_issues import count_issues, find_issues
from hub.events.append import Telling
from hub.events.concerns import CONCERNS
from hub.events.work_queue import Consumer
from hub.jobs.loops import Loop, Work, work_through
from hub.queries.shared_issues import LEAST

_FIRST_S: Final = 25.0
_EVERY_S: Final = 5.0

# the least number of parties that a figure tells of is raised and never lowered: what was told of fewer before would
# stand out
_RAISE: Final[LiteralString] = """
MERGE (s:Sharing {id: 'sharing'}) SET s.least = CASE WHEN s.least > $least THEN s.least ELSE $least END
  RETURN s.least"""

Count = Callable[[Run, Sequence[str], Telling, int], Awaitable[int]]
"""Looks at these rows; gives how much it found. The last is the least number of parties to tell of."""


def discovering(least: int) -> tuple[Loop, ...]:
    """What is looked at every few seconds, each by itself; `least` is the least number of parties to tell of."""
    return tuple(Loop(work.name, lambda _, work=work: (work,), _FIRST_S, _EVERY_S) for work in _works(least))


async def discover(graph: Graph, now: datetime, least: int = LEAST) -> int:
    """Looks at all that is new, one after the other; gives how many disparities were found."""
    return await work_through(graph, _works(least), now)


def _works(least: int) -> tuple[Work, ...]:
    return (
        Least(least),
        Consumer("disparities", "Decision", CONCERNS["disparities"], find_disparities, disparities.MOST),
        Consumer("issues", "Case", CONCERNS["issues"], _one_at_a_time(find_issues, least), issues.MOST),
        Consumer("figures", "Issue", CONCERNS["figures"], _one_at_a_time(count_issues, least), issues.FEW),
    )


class Least:
    """The work of raising the least number of parties, at once and also where nothing is new."""

    def __init__(self, least: int) -> None:
        self.name = "least"
        self.lease = None
        self._least = least

    async def waits(self, graph: Graph, now: datetime) -> bool:  # noqa: ARG002 - a work of one shape
        """Whether the graph has a lower number, or none yet. Raises `Unavailable`."""
        return (
            await graph.read_one("MATCH (s:Sharing {id: 'sharing'}) RETURN s.least >= $least", {"least": self._least})
            is not True
        )

    async def go(self, graph: Graph, now: datetime) -> int:  # noqa: ARG002 - a work of one shape
        """Raises the number in the graph; a higher one stays. Gives 0, since it finds nothing. Raises `Unavailable`."""
        await graph.write([Statement(_RAISE, {"least": self._least})])
        return 0


def _one_at_a_time(count: Count, least: int) -> Callable[[Run, Sequence[str], Telling], Awaitable[int]]:
    """What looks at issues and what counts them touch the same rows: a lock is taken first, so that none waits for
    another in a circle.
    """

    async def do(run: Run, items: Sequence[str], telling: Telling) -> int:
        ((known,),) = await run(Statement(_RAISE, {"least": least}))
        return await count(run, items, telling, known)

    return do
