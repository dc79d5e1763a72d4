"""What time does by itself: what is overdue is missed, or proposed to be deemed decided; deadlines follow what
connected systems say of a case."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from graph_schema.cypher import Statement, fill, literal, lock
from hub.database.graph import Graph, Run
from hub.deadlines.business_days import today
from hub.deadlines.deadline import OPEN
from hub.deadlines.kept import Brought, KeptCase, ToTell, bring, read_cases, write
from hub.errors import BadInput, CannotBeDone
from hub.events.append import Doer, Entry, Telling
from hub.events.concerns import CONCERNS, DATED_CASES
from hub.events.work_queue import Consumer
from hub.jobs.dead_letters import letter_id
from hub.jobs.loops import Job, Loop, Work, item, locked, rows_of, work_through

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
_TIMED: Final = (
    rows_of("Case")
    + "WITH n WHERE EXISTS { (n)-[:OF_KIND]->() } AND (n.dates IS NOT NULL OR EXISTS { (n)<-[:OF_CASE]-(:Deadline) }) "
    + f"RETURN DISTINCT {item('n')}"
)


async def _begin_clocks(run: Run, items: Sequence[str], telling: Telling) -> int:
    """Brings the deadlines of cases to what connected systems say of them."""
    await run(Statement(_KINDLESS, {"items": list(items)}))
    timed = [case for (case,) in await run(Statement(_TIMED, {"items": list(items)}))]
    if not timed:
        return 0
    brought = [_brought(case, telling.doer.at) for case in await read_cases(run, timed)]
    await write(run, brought, telling.doer.at)
    for one in brought:
        for told in one.to_tell(together=True):
            _tell(telling, one, told, "clocksBegun")
    telling.tell("Case.clocksBegun", timed, changed=("deadlines",))
    return 0


CLOCKS: Final = Consumer("clocks", "Case", CONCERNS["clocks"], _begin_clocks, _MOST)


def _brought(case: KeptCase, now: datetime) -> Brought:
    """Raises `CannotBeDone` for facts that a system got wrong: nothing has checked them before."""
    try:
        return bring(case, case, today(now))
    except BadInput as error:
        # of periods that end beyond all calendars it says no more of the case, of facts only how they are written
        reason = str(error)
        raise CannotBeDone(reason if ": " in reason else f"dates: {reason}") from None


def _tell(telling: Telling, brought: Brought, told: ToTell, verb: str) -> None:
    """Adds an entry to the history of the case for deadlines that changed."""
    status = ("status",) if brought.case.status != brought.before.status else ()
    telling.tell_case(Entry(brought.case.id, verb, told.text), changed=("deadlines", *status), refs=told.refs)


_OVERDUE: Final = "n.state IN ['RUNNING', 'SUSPENDED'] AND n.due < $today"
# A system may have told beforehand when a suspension ends; after one that a verb began and ended, none lasts.
_GOES_ON: Final = """n.state = 'SUSPENDED' AND n.due IS NOT NULL AND EXISTS { MATCH (n)-[:OF_CASE]->(k:Case)
  WHERE CASE WHEN k.suspensions IS :: LIST<STRING NOT NULL> NOT NULL
    THEN none(text IN k.suspensions WHERE split(text, ' ')[0] <= toString($today)
      AND coalesce(split(text, ' ')[3], '-') IN ['-', coalesce(n.entry, '-')]
      AND (coalesce(split(text, ' ')[1], '-') = '-' OR split(text, ' ')[1] > toString($today))) END }"""
_DUE: Final = f"""
CALL () {{
  MATCH (n:Deadline) WHERE {_OVERDUE} RETURN n
  UNION MATCH (n:Deadline) WHERE {_GOES_ON} RETURN n }}
WITH n WHERE NOT EXISTS {{ (n)-[:OF_CASE]->(:RetiredCase) }} AND {_not_set_aside("deadlines")}
WITH n ORDER BY n.due, n.id LIMIT $most RETURN {item("n")}"""
# Each once, however many hubs keep the clocks: the case is locked first, as whoever changes it does.
_RUN_OUT: Final = f"""{rows_of("Deadline")}
CALL (n) {{ OPTIONAL MATCH (n)-[:OF_CASE]->(k:Case) WITH k WHERE k IS NOT NULL {lock("k")} RETURN count(k) AS locked }}
WITH n, item WHERE ({_OVERDUE}) OR ({_GOES_ON}) RETURN DISTINCT item"""
_OF_CASES: Final = (
    rows_of("Deadline")
    + "OPTIONAL MATCH (n)-[:OF_CASE]->(k:Case|RetiredCase) "
    + f"RETURN elementId(n), n.id, CASE WHEN k:Case THEN {item('k')} END, k IS NULL"
)


def _overdue(now: datetime) -> Job:
    """Says of deadlines that have run out what has become of them, and lets run those whose suspension has ended; those
    of cases that no system lists any more wait."""

    async def end(run: Run, items: Sequence[str]) -> int:
        rows = await run(Statement(_OF_CASES, {"items": list(items)}))
        if any(lost for *_, lost in rows):
            raise CannotBeDone("it belongs to no case")
        if not all(isinstance(key, str) for _, key, *_ in rows):
            raise CannotBeDone("id: a text is expected")
        cases = sorted({case for _, _, case, _ in rows if case is not None})
        brought = [_brought(case, now) for case in await read_cases(run, cases)]
        await write(run, brought, now)
        telling = Telling(Doer("job deadlines", token_hex(8), now))
        for one in brought:
            for told in one.to_tell():
                _tell(telling, one, told, "overdue")
        await telling.append(run)
        return sum(change.now is None or change.now.state not in OPEN for one in brought for change in one.notable)

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
