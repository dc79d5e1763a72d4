"""What is discovered by itself, as it comes: disparities between decisions, issues that cases share. By one hub at a time, in small
transactions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.discovery.disparities import find_disparities
from hub.discovery.issues import count_issues, find_issues
from hub.discovery.sharing import LEAST
from hub.errors import HubError
from hub.graph import Graph, Run

_FIRST_S: Final = 20.0
_EVERY_S: Final = 5.0
_log: Final = logging.getLogger("hub.discovery")

# the least number of parties that a figure tells of is raised and never lowered: what was told of fewer before would stand out
_TURN: Final[LiteralString] = """
MERGE (s:Sharing {id: 'sharing'}) SET s.least = CASE WHEN s.least > $least THEN s.least ELSE $least END RETURN s.least"""
# what came by a sync is looked at like what a verb made
_SYNCED: Final[LiteralString] = """
UNWIND ['decisions', 'issues'] AS todo
MATCH (e:Event {todo: todo}) WITH e LIMIT 5
CALL (e) { UNWIND e.refs AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(d:Decision) SET d:Unread }
CALL (e) { UNWIND e.refs AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(k:Case) SET k:Unsorted }
REMOVE e.todo
RETURN e.id"""

Step = Callable[[Run, datetime, int], Awaitable[int | None]]
"""Looks at some of what is new; gives how much it found, None where nothing was new. The last is the least number of parties to tell of."""


async def keep_discovering(graph: Graph, least: int) -> None:
    """Does that every few seconds until it is cancelled; those who ask as soon as the hub is there come first."""
    await asyncio.sleep(_FIRST_S)
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await discover(graph, datetime.now(UTC), least)
        except HubError as error:
            _log.warning("discovery waits: %s", error)
        except Exception:
            _log.exception("discovery waits")


async def discover(graph: Graph, now: datetime, least: int = LEAST) -> int:
    """Looks at all that is new; gives how many disparities were found."""
    found = 0
    for step in (_take_synced, find_disparities, find_issues, count_issues):
        while (some := await _once(graph, step, now, least)) is not None:
            found += some
    return found


async def _once(graph: Graph, step: Step, now: datetime, least: int) -> int | None:
    async def work(run: Run) -> int | None:
        ((known,),) = await run(Statement(_TURN, {"least": least}))
        return await step(run, now, known)

    return await graph.transact(work)


async def _take_synced(run: Run, _: datetime, __: int) -> int | None:
    return 0 if await run(Statement(_SYNCED)) else None
