"""What time does by itself: what is overdue is missed, or deemed decided; clocks of cases that came by a sync begin to run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graph_schema.cypher import Statement
from hub.clocks import today
from hub.dead_letters import letter_id
from hub.due import dates_of, suspensions_of
from hub.errors import BadInput, CannotBeDone
from hub.events import HAND_OUT
from hub.graph import Graph, Run
from hub.jobs import Job, by_mark, item, keep_working, locked, rows_of, work_through
from hub.said import KEPT
from hub.verbs.act import Act
from hub.verbs.deadlines import set_deadlines

_FIRST_S: Final = 3.0
_EVERY_S: Final = 60.0
_MOST: Final = 200
_REMEMBERED: Final = timedelta(days=30)
_NOT_SET_ASIDE: Final = "NOT EXISTS {{ (:DeadLetter {{id: '{letter}' + {item}}}) }}"


async def keep_clocks(graph: Graph) -> None:
    """Does that every minute until it is cancelled."""
    await keep_working(lambda: keep_once(graph, datetime.now(UTC)), "clocks", _FIRST_S, _EVERY_S)


async def keep_once(graph: Graph, now: datetime) -> int:
    """Does it once, for all that there is, and forgets requests of a month ago; gives how many deadlines were overdue."""
    return await work_through(graph, (HAND_OUT, _forgetting(now), _clocks(now), _overdue(now)), now)


_OLD: Final = f"""
MATCH (n:Request) WHERE n.at < $before AND {_NOT_SET_ASIDE.format(letter=letter_id("requests", ""), item=item("n"))}
WITH n LIMIT $most RETURN {item("n")}"""
_THERE: Final = locked("Request") + "RETURN DISTINCT item"
_FORGET: Final = rows_of("Request") + "DETACH DELETE n"


def _forgetting(now: datetime) -> Job:
    """Forgets what requests there were: nobody sends one again after a month."""

    async def forget(run: Run, items: Sequence[str]) -> int:
        await run(Statement(_FORGET, {"items": list(items)}))
        return 0

    return Job("requests", "Request", Statement(_OLD, {"before": now - _REMEMBERED, "most": _MOST}), Statement(_THERE), forget)


# a case of which only others than its owner tell has no kind; its clocks begin once it has one
_UNCLOCKED: Final = f"""
MATCH (n:Unclocked:Case) USING SCAN n:Unclocked WHERE EXISTS {{ (n)-[:OF_KIND]->() }} WITH n LIMIT $most RETURN {item("n")}"""
_TAKE: Final = f"""{locked("Case")}
WITH n, item WHERE n:Unclocked AND EXISTS {{ (n)-[:OF_KIND]->() }} REMOVE n:Unclocked RETURN DISTINCT item"""
_FACTS: Final = (
    rows_of("Case")
    + "WITH n WHERE n.dates IS NOT NULL RETURN {id: n.id, dates: n.dates, conditions: n.conditions, suspensions: n.suspensions}"
)


def _clocks(now: datetime) -> Job:
    """Lets the clocks of synced cases run."""

    async def begin(run: Run, items: Sequence[str]) -> int:
        for (case,) in await run(Statement(_FACTS, {"items": list(items)})):
            await _begin(Act(run, "", now, None), case)
        return 0

    return by_mark("clocks", ("Case",), "Unclocked", Statement(_UNCLOCKED, {"most": _MOST}), begin, take=Statement(_TAKE))


async def _begin(act: Act, case: Mapping[str, Any]) -> None:
    for name, read, expected in (("dates", dates_of, "protest_filed 2026-03-01"), ("suspensions", suspensions_of, "2026-03-01 2026-04-01")):
        try:
            read(case[name] or ())
        except (ValueError, TypeError, AttributeError):
            raise CannotBeDone(f"{name}: a list is expected, of texts as e.g. `{expected}`") from None
    try:
        await set_deadlines(act, case)
    except BadInput as error:
        # of periods that end beyond all calendars; it says no more of the case
        raise CannotBeDone(f"dates: {error}") from None


_DUE: Final = f"""
MATCH (n:Deadline) WHERE n.state = 'RUNNING' AND n.due < $today AND NOT EXISTS {{ (n)-[:OF_CASE]->(:RetiredCase) }}
  AND {_NOT_SET_ASIDE.format(letter=letter_id("deadlines", ""), item=item("n"))}
WITH n ORDER BY n.due, n.id LIMIT $most RETURN {item("n")}"""
# Each once, however many hubs keep the clocks: the deadline is locked first, what is written down has a name that it alone can have.
_RUN_OUT: Final = locked("Deadline") + "WITH n, item WHERE n.state = 'RUNNING' AND n.due < $today RETURN DISTINCT item"
_WITHOUT_CASE: Final = rows_of("Deadline") + "WITH n WHERE NOT EXISTS { (n)-[:OF_CASE]->(:Case|RetiredCase) } RETURN count(n)"
_OVERDUE: Final = (
    rows_of("Deadline")
    + """
WITH n AS d MATCH (d)-[:OF_CASE]->(k:Case)
SET d.state = CASE WHEN d.deemed IS NULL THEN 'MISSED' ELSE 'DEEMED' END, d.endedAt = CASE WHEN d.deemed IS NULL THEN null ELSE $at END
WITH d, k, NOT EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE """
    + KEPT
    + """ } AS ours
FOREACH (_ IN CASE WHEN d.deemed IS NOT NULL AND ours AND NOT k.status IN ['CLOSED', 'DEEMED'] THEN [1] ELSE [] END |
  SET k.status = 'DEEMED', k.closedAt = $at)
MERGE (h:HistoryEntry {id: d.id + ' overdue'})
ON CREATE SET h:Event, h.verb = 'overdue', h.at = $at, h.audience = 'parties', h.source = 'hub', h.kind = 'Case.overdue', h.refs = [k.id],
  h.text = d.name + coalesce(': deemed ' + d.deemed, ': not done') + ' by ' + toString(d.due)
MERGE (h)-[:OF_CASE]->(k)
RETURN d.id"""
)


def _overdue(now: datetime) -> Job:
    """Says of deadlines that have run out what has become of them; those of cases that no system lists any more wait."""

    async def end(run: Run, items: Sequence[str]) -> int:
        ((lost,),) = await run(Statement(_WITHOUT_CASE, {"items": list(items)}))
        if lost:
            raise CannotBeDone("it belongs to no case")
        return len(await run(Statement(_OVERDUE, {"items": list(items), "at": now})))

    days = {"today": today(now)}
    return Job("deadlines", "Deadline", Statement(_DUE, {**days, "most": _MOST}), Statement(_RUN_OUT, days), end)
