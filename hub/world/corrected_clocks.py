"""A migration: the deadlines of a graph from before clocks said what meets and ends them follow from its facts.

The clocks had a number then (`rfi:0`), and what became of a deadline was written on it alone. Here what was done
becomes a fact of the case, and all deadlines are brought to what follows. An outcome that the hub deemed by itself is a
proposal to the case's owner.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Final

from graph_schema.cypher import Statement, literal
from graph_schema.graph import GRAPH
from graph_schema.sources import REFERENCE
from graph_schema.upsert import edge_statements, node_statements
from hub.database.graph import Graph, Run
from hub.deadlines.business_days import today
from hub.deadlines.clock import Clock
from hub.deadlines.deadline import OPEN, State, deadlines
from hub.deadlines.facts import NOT_SAID, Extended, Facts, Timeline
from hub.deadlines.kept import Brought, Change, KeptCase, Written, bring, read_cases, write
from hub.errors import BadInput
from hub.events.append import Doer, Entry, Telling
from hub.jobs.loops import item, rows_of
from hub.world.reference import reference_rows

NAME: Final = "corrected-clocks"
_IDS: Final[Mapping[str, str]] = {
    "rfi:0": "rfi reply", "notice_of_action:1": "notice_of_action reply", "liquidation:2": "liquidation cycle",
    "liquidation:3": "liquidation deemed_liquidated", "liquidation:4": "liquidation reliquidate", "psc:5": "psc file",
    "protest:6": "protest file", "protest:7": "protest decide", "protest_exclusion:8": "protest_exclusion decide",
    "protest_accelerated:9": "protest_accelerated decide", "protest:10": "protest sue", "ruling:12": "ruling answer",
    "ruling:13": "ruling answer", "detention:14": "detention detain", "detention:15": "detention notice",
    "detention:16": "detention decide", "uflpa_detention:17": "uflpa_detention decide",
    "wro_detention:18": "wro_detention prove", "eapa:19": "eapa initiate", "eapa:20": "eapa interim_measures",
    "eapa:21": "eapa submit_facts", "eapa:22": "eapa written_arguments", "eapa:23": "eapa determine",
    "eapa:24": "eapa determine", "eapa_review:25": "eapa_review request", "eapa_review:26": "eapa_review decide",
    "drawback:27": "drawback file", "reconciliation:28": "reconciliation file",
    "reconciliation:29": "reconciliation file", "fta_claim:30": "fta_claim file",
    "prior_disclosure:31": "prior_disclosure perfect", "penalty:32": "penalty petition",
    "adcvd_inquiry:33": "adcvd_inquiry determine", "adcvd_liquidation:34": "adcvd_liquidation deemed_liquidated",
    "redelivery:36": "redelivery comply", "marking:37": "marking comply",
}  # fmt: skip
"""The clocks of before -> what deadlines call them now."""
_PAGE: Final = 200
_LABELS: Final = ("CaseKind", "Clock", "CaseEvent", "CaseCondition")
_REASON: Final = "clocks as the law has them"
_log: Final = logging.getLogger("hub.world")

_NUMBERED: Final = "c.id =~ '[a-z0-9_]+:[0-9]+'"
"""The clock `c` is one of before."""
_SHIPPED: Final = f"coalesce(c.source, '') = {literal(REFERENCE.name)}"
_ARE_THERE: Final = f"MATCH (c:Clock) WHERE {_NUMBERED} RETURN count(c)"
_RUN_NO_MORE: Final = f"MATCH ()-[h:HAS_CLOCK]->(c:Clock) WHERE {_NUMBERED} AND {_SHIPPED} DELETE h"
# What an operator added runs as it did: one that was extended so many times, by its own length each time.
_OWN: Final = f"""
MATCH (kind:CaseKind)-[:HAS_CLOCK]->(c:Clock) WHERE {_NUMBERED} AND NOT {_SHIPPED}
WITH kind, c, 'clock_' + split(c.id, ':')[1] AS code,
  CASE WHEN c.length <> 0 AND c.extension =~ '[0-9].*, [0-9]+ .*'
    THEN toInteger(split(split(c.extension, ', ')[1], ' ')[0]) END AS times
SET c.extensionTimes = times, c.extensionLength = CASE WHEN times IS NOT NULL THEN c.length END,
  c.extensionUnit = CASE WHEN times IS NOT NULL THEN c.unit END
SET c.code = code, c.id = kind.code + ' ' + code,
  c.startsFrom = [event IN [c.startEvent] WHERE event IS NOT NULL],
  c.conditions = [held IN [c.condition] WHERE held IS NOT NULL],
  c.passing = CASE WHEN c.deemed IS NULL THEN 'missed' ELSE 'deemed' END, c.per = 'case',
  c.suspension = CASE WHEN c.suspendable THEN 'stands_still' ELSE 'none' END,
  c.extension = CASE WHEN times IS NOT NULL THEN 'by_length' WHEN c.extension = 'discretion' THEN 'discretion'
    ELSE 'none' END
REMOVE c.startEvent, c.condition, c.suspendable"""
_CASES: Final = f"""
MATCH (k:Case) WHERE k.dates IS NOT NULL OR k.status = 'DEEMED' OR EXISTS {{ (k)<-[:OF_CASE]-(:Deadline) }}
WITH {item("k")} AS key ORDER BY key RETURN collect(key)"""
_BEFORE: Final = (
    rows_of("Case")
    + """
WITH n AS k MATCH (k)<-[:OF_CASE]-(d:Deadline) WHERE d.endedAt IS :: ZONED DATETIME NOT NULL
RETURN elementId(d), d.endedAt.epochMillis, coalesce(d.endedAt = k.closedAt, false),
  EXISTS { MATCH (k)<-[:OF_CASE]-(h:HistoryEntry {verb: 'meetDeadline'}) WHERE h.text = d.name + ': done' }"""
)
_GRANTED: Final = (
    rows_of("Case")
    + """
WITH n AS k MATCH (k)<-[:OF_CASE]-(d:Deadline) WHERE d.extendedTo IS NOT NULL
MATCH (k)<-[:OF_CASE]-(h:HistoryEntry {verb: 'extendDeadline'})
WHERE h.text = d.name + ': extended to ' + toString(d.extendedTo) AND h.at IS :: ZONED DATETIME NOT NULL
WITH d, max(h.at) AS at RETURN elementId(d), at.epochMillis"""
)
"""When the last extension to a day was granted, by the history."""
_NOT_CLOSED: Final = f"{rows_of('Case')} WITH n WHERE n.status = 'DEEMED' REMOVE n.closedAt"
_RENAME: Final = "UNWIND $rows AS row MATCH (d:Deadline) WHERE elementId(d) = row.element SET d.id = row.id"
# Of cases that no system lists any more, until one does.
_OF_RETIRED: Final = """
UNWIND $rows AS row
MATCH (:Clock {id: row.old})<-[r:RUNS_BY]-(d:Deadline) MATCH (c:Clock {id: row.new})
DELETE r CREATE (d)-[:RUNS_BY]->(c)"""
_DROP: Final = f"MATCH (c:Clock) WHERE {_NUMBERED} AND {_SHIPPED} DETACH DELETE c"


@dataclass(frozen=True, slots=True)
class _Ended:
    """When a deadline of before ended; whether by closing its case, or because its owner said that it was done."""

    on: date
    by_closing: bool
    by_owner: bool


async def correct_clocks(graph: Graph) -> None:
    """Gives a graph the clocks as the law has them, and its cases the deadlines that follow; may be done twice."""
    if not await graph.read_one(_ARE_THERE, {}):
        return
    rows = reference_rows()
    clocks = [row for row in rows.nodes if row.label in _LABELS]
    edges = [row for row in rows.edges if row.edge.type == "HAS_CLOCK"]
    await graph.apply([_RUN_NO_MORE, _OWN])
    for statement in (*node_statements(GRAPH, clocks), *edge_statements(GRAPH, edges)):
        await graph.write([statement])
    counts: Counter[str] = Counter()
    keys: list[str] = await graph.read_one(_CASES, {}) or []
    for place in range(0, len(keys), _PAGE):
        counts += await _correct(graph, keys[place : place + _PAGE])
    await graph.write([Statement(_OF_RETIRED, {"rows": [{"old": old, "new": new} for old, new in _IDS.items()]})])
    await graph.apply([_DROP])
    _log.info(
        "clocks as the law has them: %d cases looked through, %d deadlines stand otherwise; %d outcomes that no owner"
        " pronounced are proposals, and %d cases that were taken as decided are open again; %d cases cannot be read and"
        " wait for their next change",
        counts["cases"], counts["changed"], counts["proposed"], counts["reopened"], counts["unread"],
    )  # fmt: skip


async def _correct(graph: Graph, keys: Sequence[str]) -> Counter[str]:
    """Brings cases to what follows from their facts; one that cannot be read is left as it is."""

    async def work(run: Run) -> Counter[str]:
        return await _bring(run, keys)

    try:
        return await graph.transact(work)
    except (BadInput, ValueError):
        if len(keys) == 1:
            return Counter(cases=1, unread=1)
    half = len(keys) // 2
    return await _correct(graph, keys[:half]) + await _correct(graph, keys[half:])


async def _bring(run: Run, keys: Sequence[str]) -> Counter[str]:
    now = datetime.now(UTC)
    cases = await read_cases(run, keys)
    ended = {
        element: _Ended(_day(at), by_closing, by_owner)
        for element, at, by_closing, by_owner in await run(Statement(_BEFORE, {"items": list(keys)}))
    }
    granted = {element: _day(at) for element, at in await run(Statement(_GRANTED, {"items": list(keys)}))}
    brought = [_corrected(case, ended, granted, today(now)) for case in cases]
    await run(Statement(_NOT_CLOSED, {"items": [one.case.id for one in brought if one.case.is_kept_here]}))
    # what is no more goes first, since another has its id now
    await write(
        run, [replace(one, changes=[change for change in one.changes if not change.now]) for one in brought], now
    )
    renamed = [
        {"element": change.before.element, "id": change.now.id}
        for one in brought for change in one.changes if change.before and change.now
    ]  # fmt: skip
    await run(Statement(_RENAME, {"rows": renamed}))
    await write(run, [replace(one, before=one.case) for one in brought], now)
    reopened = [one.case.id for one in brought if one.before.status == "DEEMED" != one.case.status]
    await _tell(run, brought, now)
    notable = [change.now for one in brought for change in _told(one)]
    return Counter(
        cases=len(cases), changed=len(notable), reopened=len(reopened),
        proposed=sum(now is not None and now.state is State.PROPOSED for now in notable),
    )  # fmt: skip


async def _tell(run: Run, brought: Sequence[Brought], now: datetime) -> None:
    telling = Telling(Doer(f"migration {NAME}", token_hex(8), now))
    for one in brought:
        for change in _told(one):
            entry = Entry(one.case.id, "correctClocks", str(change))
            refs = (change.now.id,) if change.now else ()
            telling.tell_case(entry, changed=("deadlines",), refs=refs, reason=_REASON)
    await telling.append(run)


def _told(brought: Brought) -> list[Change]:
    """What has changed, but for clocks that only began."""
    return [change for change in brought.notable if change.before or (change.now and change.now.state not in OPEN)]


def _corrected(case: KeptCase, ended: Mapping[str, _Ended], granted: Mapping[str, date], day: date) -> Brought:
    """The case with what was written on its deadlines as facts, and with what follows. Raises `BadInput`."""
    known = {clock.id: clock for clock in case.clocks}
    extensions, answers = list(case.facts.extensions), list(case.facts.answers)
    by_id: dict[str, Written] = {}  # as they stood, by the id that they have now
    others: list[Written] = []
    for written in case.written:
        name = written.clock or ""
        clock = known.get(_IDS.get(name, name))
        if clock is None or written.entry is not None or written.why is not None:
            others.append(written)  # of no clock, or corrected before
            continue
        extensions += _extended(case.facts, written, clock, granted.get(written.element))
        answers += _done(written, clock, ended.get(written.element))
        key = f"{case.id} {clock.id} {written.start}"
        # two variants may have begun on that day: one of them has ended
        if key in by_id and written.state == "ENDED":
            others.append(written)
            continue
        others += [by_id[key]] if key in by_id else []
        by_id[key] = written
    facts = replace(case.facts, extensions=extensions, answers=list(dict.fromkeys(answers)))
    kept = [replace(written, id=key) for key, written in by_id.items()]
    before = replace(case, written=[*kept, *others])
    return bring(before, replace(before, facts=facts), day)


def _extended(facts: Facts, written: Written, clock: Clock, granted: date | None) -> list[str]:
    """The extensions that a deadline of before had. One to a day was granted when the history says so; but what stood
    still after it gave it no more days then. So it is granted on that day, at the end of a suspension, or at the start:
    on the first of these with which the last day is what it was."""
    start, until = written.start, written.extended_to
    if start is None or until is None:
        return [f"{clock.code} {NOT_SAID} {start} +"] * (written.extensions or 0)
    ends = sorted(pause.days.until for pause in Timeline.of(facts).pauses if pause.days.until)
    texts = [str(Extended(clock.code, None, day, until)) for day in (granted or start, *ends, start)]
    return [next((text for text in texts if _last(facts, written, clock, text) == written.last), texts[-1])]


def _last(facts: Facts, written: Written, clock: Clock, extension: str) -> date | None:
    """The last day of a deadline of before with that extension."""
    standing = deadlines(replace(facts, extensions=[extension]), [clock], written.start or date.min)
    return next((each.last for each in standing if each.start == written.start), None)


def _day(milliseconds: int) -> date:
    return today(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _done(written: Written, clock: Clock, ended: _Ended | None) -> list[str]:
    """What was done of a deadline of before, in time or late; not what ended with its case, nor by an answer what no
    answer can meet."""
    if ended is None or ended.by_closing or written.state not in ("MET", "MISSED"):
        return []
    if not (clock.by_answer or clock.side == "government" or ended.by_owner):
        return []
    day = min(ended.on, written.last) if written.state == "MET" and written.last else ended.on
    return [f"{clock.code} {NOT_SAID} {day}"]
