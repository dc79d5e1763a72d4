"""What time does by itself: what is overdue is missed, or deemed decided; clocks of cases that came by a sync begin to
run."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from graph_schema.cypher import Statement, fill, literal
from hub.database.graph import Graph, Run
from hub.deadlines.business_days import today
from hub.deadlines.deadline import Facts, dates_of, suspensions_of
from hub.errors import BadInput, CannotBeDone
from hub.events.append import Doer, Entry, Telling
from hub.events.concerns import CONCERNS, DATED_CASES
from hub.events.work_queue import Consumer
from hub.jobs.dead_letters import letter_id
from hub.jobs.loops import Job, Loop, Work, item, locked, rows_of, work_through
from hub.verbs.context import VerbContext
from hub.verbs.deadlines import set_deadlines
from hub.verbs.fragments import is_kept_here

_FIRST_S: Final = 3.0
_EVERY_S: Final = 60.0
_MOST: Final = 200
_REMEMBERED: Final = timedelta(days=30)


def _not_set_aside(job: str) -> str:
    """The predicate that no dead letter of that job holds the row `n`."""
    return fill(
        "NOT EXISTS { (:DeadLetter {id: {letter} + {item}}) }", letter=literal(letter_id(job, "")), item=item("n")
    )


_OLD: Final = f"""
MATCH (n:Request) WHERE n.at < $before AND {_not_set_aside("requests")}
WITH n LIMIT $most RETURN {item("n")}"""
_THERE: Final = locked("Request") + "RETURN DISTINCT item"
_FORGET: Final = rows_of("Request") + "DETACH DELETE n"


def _forgetting(now: datetime) -> Job:
    """Forgets what requests there were: nobody sends one again after a month."""

    async def forget(run: Run, items: Sequence[str]) -> int:
        await run(Statement(_FORGET, {"items": list(items)}))
        return 0

    return Job(
        "requests", "Request", Statement(_OLD, {"before": now - _REMEMBERED, "most": _MOST}), Statement(_THERE), forget
    )


# What an agency's system tells of another's case is a claim: the case has no kind, and so no clocks. They begin once it
# has one.
_WITH_KIND: Final = f"""
MATCH (n:Kindless:Case) USING SCAN n:Kindless WHERE EXISTS {{ (n)-[:OF_KIND]->() }} WITH n LIMIT $most
  RETURN {item("n")}"""
_KNOWN_KIND: Final = locked("Case") + "WITH n, item WHERE n:Kindless REMOVE n:Kindless RETURN DISTINCT item"


def _kinds(now: datetime) -> Job:
    """Has the clocks begin of cases that have a kind at last, however they came by it."""

    async def tell(run: Run, items: Sequence[str]) -> int:
        telling = Telling(Doer("job kinds", token_hex(8), now))
        telling.tell(DATED_CASES, items, changed=("OF_KIND",))
        await telling.append(run)
        return 0

    return Job("kinds", "Case", Statement(_WITH_KIND, {"most": _MOST}), Statement(_KNOWN_KIND), tell)


_KINDLESS: Final = (
    rows_of("Case") + "WITH n WHERE n.dates IS NOT NULL AND NOT EXISTS { (n)-[:OF_KIND]->() } SET n:Kindless"
)
_FACTS: Final = (
    rows_of("Case")
    + "WITH n WHERE n.dates IS NOT NULL AND EXISTS { (n)-[:OF_KIND]->() } "
    + "RETURN n.id, n.dates, n.conditions, n.suspensions"
)


async def _begin_clocks(run: Run, items: Sequence[str], telling: Telling) -> int:
    """Lets the clocks of cases run that came with dates."""
    await run(Statement(_KINDLESS, {"items": list(items)}))
    context = VerbContext(run, "", telling.doer.at, None)
    begun: list[str] = []
    for case, dates, conditions, suspensions in await run(Statement(_FACTS, {"items": list(items)})):
        await _begin(context, Facts(case, dates or (), conditions or (), suspensions or ()))
        begun.append(case)
    if begun:
        telling.tell("Case.clocksBegun", begun, changed=("deadlines",))
    return 0


CLOCKS: Final = Consumer("clocks", "Case", CONCERNS["clocks"], _begin_clocks, _MOST)


async def _begin(context: VerbContext, facts: Facts) -> None:
    """Raises `CannotBeDone` for facts that a system got wrong: nothing has checked them before."""
    _check("dates", dates_of, facts.dates, "protest_filed 2026-03-01")
    _check("suspensions", suspensions_of, facts.suspensions, "2026-03-01 2026-04-01")
    try:
        await set_deadlines(context, facts)
    except BadInput as error:
        # of periods that end beyond all calendars; it says no more of the case
        raise CannotBeDone(f"dates: {error}") from None


def _check(name: str, read: Callable[[Iterable[str]], object], texts: Iterable[str], expected: str) -> None:
    try:
        read(texts)
    except (ValueError, TypeError, AttributeError):
        raise CannotBeDone(f"{name}: a list is expected, of texts as e.g. `{expected}`") from None


_DUE: Final = f"""
MATCH (n:Deadline) WHERE n.state = 'RUNNING' AND n.due < $today AND NOT EXISTS {{ (n)-[:OF_CASE]->(:RetiredCase) }}
  AND {_not_set_aside("deadlines")}
WITH n ORDER BY n.due, n.id LIMIT $most RETURN {item("n")}"""
# Each once, however many hubs keep the clocks: the deadline is locked first, what is written down has a name that it
# alone can have.
_RUN_OUT: Final = locked("Deadline") + "WITH n, item WHERE n.state = 'RUNNING' AND n.due < $today RETURN DISTINCT item"
_WITHOUT_CASE: Final = (
    rows_of("Deadline") + "WITH n WHERE NOT EXISTS { (n)-[:OF_CASE]->(:Case|RetiredCase) } RETURN count(n)"
)
_OVERDUE: Final = (
    rows_of("Deadline")
    + """
WITH n AS d MATCH (d)-[:OF_CASE]->(k:Case)
SET d.state = CASE WHEN d.deemed IS NULL THEN 'MISSED' ELSE 'DEEMED' END, d.endedAt = CASE
  WHEN d.deemed IS NULL THEN null ELSE $at END
WITH d, k, """
    + is_kept_here("k")
    + """ AS ours
FOREACH (_ IN CASE WHEN d.deemed IS NOT NULL AND ours AND NOT k.status IN ['CLOSED', 'DEEMED'] THEN [1] ELSE [] END |
  SET k.status = 'DEEMED', k.closedAt = $at)
RETURN d.id, k.id, d.name + coalesce(': deemed ' + d.deemed, ': not done') + ' by ' + toString(d.due),
  EXISTS { (:HistoryEntry {id: d.id + ' overdue'}) }"""
)


def _overdue(now: datetime) -> Job:
    """Says of deadlines that have run out what has become of them; those of cases that no system lists any more
    wait."""

    async def end(run: Run, items: Sequence[str]) -> int:
        ((lost,),) = await run(Statement(_WITHOUT_CASE, {"items": list(items)}))
        if lost:
            raise CannotBeDone("it belongs to no case")
        ended = await run(Statement(_OVERDUE, {"items": list(items), "at": now}))
        telling = Telling(Doer("job deadlines", token_hex(8), now))
        for deadline, case, text, is_told in ended:
            if not isinstance(deadline, str):
                raise CannotBeDone("id: a text is expected")
            if not is_told:  # of one that a case was reopened with, it stands in its history already
                entry = Entry(case, "overdue", text)
                telling.tell_case(entry, changed=("deadlines", "status"), refs=(deadline,), name=f"{deadline} overdue")
        await telling.append(run)
        return len(ended)

    days = {"today": today(now)}
    return Job("deadlines", "Deadline", Statement(_DUE, {**days, "most": _MOST}), Statement(_RUN_OUT, days), end)


async def run_jobs_once(graph: Graph, now: datetime) -> int:
    """Does it once, for all that there is, and forgets requests of a month ago; gives how many deadlines were
    overdue."""
    return await work_through(graph, _works(now), now)


def _works(now: datetime) -> Sequence[Work]:
    return (_forgetting(now), _kinds(now), CLOCKS, _overdue(now))


DEADLINE_JOBS: Final = (
    Loop("requests", lambda now: (_forgetting(now),), _FIRST_S, _EVERY_S),
    Loop("clocks", lambda now: (_kinds(now), CLOCKS), _FIRST_S, _EVERY_S),
    Loop("deadlines", lambda now: (_overdue(now),), _FIRST_S, _EVERY_S),
)
"""What is done every minute, each by itself."""
