"""What time does by itself: what is overdue is missed, or deemed decided; clocks of cases that came by a sync begin to run."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

from graph_schema.cypher import Statement
from hub.clocks import today
from hub.errors import BadInput, HubError
from hub.graph import Graph, Run
from hub.verbs.act import Act
from hub.verbs.deadlines import set_deadlines

_FIRST_S: Final = 3.0
_EVERY_S: Final = 60.0
_MOST: Final = 200
_log: Final = logging.getLogger("hub.clocks")

# Each once, however many hubs keep the clocks: the deadline is locked first, what is written down has a name that it alone can have.
_OVERDUE: Final[LiteralString] = """
MATCH (d:Deadline) WHERE d.state = 'RUNNING' AND d.due < $today WITH d ORDER BY d.due, d.id LIMIT $most
SET d.turn = true REMOVE d.turn
WITH d WHERE d.state = 'RUNNING' AND d.due < $today
MATCH (d)-[:OF_CASE]->(k:Case)
SET d.state = CASE WHEN d.deemed IS NULL THEN 'MISSED' ELSE 'DEEMED' END, d.endedAt = CASE WHEN d.deemed IS NULL THEN null ELSE $at END
WITH d, k, NOT EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE r.retiredAt IS NULL } AS ours
FOREACH (_ IN CASE WHEN d.deemed IS NOT NULL AND ours AND NOT k.status IN ['CLOSED', 'DEEMED'] THEN [1] ELSE [] END |
  SET k.status = 'DEEMED', k.closedAt = $at)
MERGE (h:HistoryEntry {id: d.id + ' overdue'})
ON CREATE SET h:Event, h.verb = 'overdue', h.at = $at, h.audience = 'parties', h.source = 'hub', h.kind = 'Case.overdue', h.refs = [k.id],
  h.text = d.name + coalesce(': deemed ' + d.deemed, ': not done') + ' by ' + toString(d.due)
MERGE (h)-[:OF_CASE]->(k)
RETURN d.id"""
_SYNCED: Final[LiteralString] = """
MATCH (e:Event {todo: 'clocks'}) WITH e LIMIT 5
RETURN e.id, COLLECT { UNWIND e.refs AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(k:Case) WHERE k.dates IS NOT NULL
  RETURN {id: k.id, dates: k.dates, conditions: k.conditions, suspensions: k.suspensions} }"""
# what they may share with others is looked at next
_CLOCKED: Final[LiteralString] = "MATCH (e:Event {id: $event}) SET e.todo = 'issues'"


_FORGET: Final[LiteralString] = "MATCH (r:Request) WHERE r.at < $before WITH r LIMIT $most DELETE r RETURN 1"
_REMEMBERED: Final = timedelta(days=30)


async def keep_clocks(graph: Graph) -> None:
    """Does that every minute until it is cancelled; those who ask as soon as the hub is there come first."""
    await asyncio.sleep(_FIRST_S)
    while True:
        try:
            await keep_once(graph, datetime.now(UTC))
        except HubError as error:
            _log.warning("clocks wait: %s", error)
        except Exception:
            _log.exception("clocks wait")
        await asyncio.sleep(_EVERY_S)


async def keep_once(graph: Graph, now: datetime) -> int:
    """Does it once, for all that there is, and forgets requests of a month ago; gives how many deadlines were overdue."""
    while await _forgotten(graph, now):
        pass
    while await _begin_synced(graph, now):
        pass
    overdue = 0
    while found := await _end_overdue(graph, now):
        overdue += found
    return overdue


async def _forgotten(graph: Graph, now: datetime) -> bool:
    async def work(run: Run) -> bool:
        return bool(await run(Statement(_FORGET, {"before": now - _REMEMBERED, "most": _MOST})))

    return await graph.transact(work)


async def _end_overdue(graph: Graph, now: datetime) -> int:
    async def work(run: Run) -> int:
        return len(await run(Statement(_OVERDUE, {"today": today(now), "at": now, "most": _MOST})))

    return await graph.transact(work)


async def _begin_synced(graph: Graph, now: datetime) -> bool:
    """Lets the clocks of a few batches of synced cases run; whether there were any."""

    async def work(run: Run) -> bool:
        found = await run(Statement(_SYNCED))
        for event, cases in found:
            for case in cases:
                await _begin(Act(run, "", now, None), case)
            await run(Statement(_CLOCKED, {"event": event}))
        return bool(found)

    return await graph.transact(work)


async def _begin(act: Act, case: dict[str, Any]) -> None:
    try:
        await set_deadlines(act, case)
    except BadInput as error:
        _log.warning("case %s: %s", case["id"], error)
