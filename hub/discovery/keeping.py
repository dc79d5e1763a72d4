"""What is discovered by itself, as it comes: disparities between decisions. By one hub at a time, in small transactions."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.discovery.disparities import find_disparities
from hub.errors import HubError
from hub.graph import Graph, Run

_EVERY_S: Final = 5.0
_log: Final = logging.getLogger("hub.discovery")

_TURN: Final[LiteralString] = "MERGE (l:Lease {id: 'discovering'}) SET l.turn = true REMOVE l.turn"
# what came by a sync is looked at like what a verb made
_SYNCED: Final[LiteralString] = """
MATCH (e:Event {todo: 'decisions'}) WITH e LIMIT 5
CALL (e) { UNWIND e.refs AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(d:Decision) SET d:Unread }
REMOVE e.todo
RETURN e.id"""

Step = Callable[[Run, datetime], Awaitable[int | None]]
"""Looks at some of what is new; gives how much it found, None where nothing was new."""


async def keep_discovering(graph: Graph) -> None:
    """Does that every few seconds until it is cancelled; those who ask as soon as the hub is there come first."""
    while True:
        await asyncio.sleep(_EVERY_S)
        try:
            await discover(graph, datetime.now(UTC))
        except HubError as error:
            _log.warning("discovery waits: %s", error)
        except Exception:
            _log.exception("discovery waits")


async def discover(graph: Graph, now: datetime) -> int:
    """Looks at all that is new; gives how much was found."""
    found = 0
    for step in (_take_synced, find_disparities):
        while (some := await _once(graph, step, now)) is not None:
            found += some
    return found


async def _once(graph: Graph, step: Step, now: datetime) -> int | None:
    async def work(run: Run) -> int | None:
        await run(Statement(_TURN))
        return await step(run, now)

    return await graph.transact(work)


async def _take_synced(run: Run, _: datetime) -> int | None:
    return 0 if await run(Statement(_SYNCED)) else None
