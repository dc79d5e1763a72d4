"""Verbs of time: what a case's clocks run from, and what stops, extends and ends them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, LiteralString

from graph_schema.model import Kind, Property
from hub.clocks import today
from hub.due import Clock, Extended, Facts, deadlines, suspensions_of
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.act import Act, Arguments, CaseAt, Verb, sees
from hub.verbs.words import CASE, ON, REASON, checked_text

_REASON_LENGTH: Final = 300
_FACTS: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:OF_KIND]->(kind:CaseKind)
RETURN COLLECT { MATCH (kind)-[:HAS_CLOCK]->(c:Clock) RETURN properties(c) ORDER BY c.id },
  COLLECT { MATCH (k)<-[:OF_CASE]-(d:Deadline) RETURN [d.id, d.extensions, toString(d.extendedTo)] }"""
# What ran and does not run any more has ended; what was met, missed or ended stays so.
_SET: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CALL (k) { MATCH (k)<-[:OF_CASE]-(d:Deadline) WHERE d.state IN ['RUNNING', 'SUSPENDED'] AND NOT d.id IN [one IN $due | one.id]
  SET d.state = 'ENDED', d.endedAt = $at }
CALL (k) {
  UNWIND $due AS one
  MERGE (d:Deadline {id: one.id})
  ON CREATE SET d += one.first, d.state = 'RUNNING', d.source = 'hub', d.extensions = 0, d.due = one.due, d.changedAt = $at
  WITH k, d, one, coalesce(toString(d.due), '') <> coalesce(toString(one.due), '') AS changes
  SET d.revision = coalesce(d.revision, 0) + CASE WHEN changes THEN 1 ELSE 0 END,
    d.changedAt = CASE WHEN changes THEN $at ELSE d.changedAt END, d.due = one.due,
    d.state = CASE WHEN NOT d.state IN ['RUNNING', 'SUSPENDED'] THEN d.state
    WHEN one.due IS NULL THEN 'SUSPENDED' ELSE 'RUNNING' END
  MERGE (d)-[:OF_CASE]->(k)
  WITH k, d, one MATCH (c:Clock {id: one.clock}) MERGE (d)-[:RUNS_BY]->(c)
  WITH k, d, one OPTIONAL MATCH (k)-[:CONCERNS]->(importer) OPTIONAL MATCH (k)-[:HANDLED_BY]->(owner)
  WITH d, CASE one.side WHEN 'trade' THEN importer ELSE owner END AS party WHERE party IS NOT NULL MERGE (d)-[:OWED_BY]->(party) }"""
_END: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock)
WHERE d.state IN ['RUNNING', 'SUSPENDED', 'MISSED'] AND ($side IS NULL OR c.side = $side) AND ($name IS NULL OR d.id = $name)
  AND (d.state <> 'MISSED' OR ($name IS NOT NULL AND d.endedAt IS NULL))
SET d.endedAt = $at, d.state = CASE WHEN d.state = 'MISSED' OR d.due < $today THEN 'MISSED'
  WHEN $side IS NULL AND $name IS NULL AND c.side = 'trade' THEN 'ENDED' ELSE 'MET' END
RETURN d.name"""
_RESTART: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:OF_CASE]-(d:Deadline) WHERE d.endedAt = k.closedAt
SET d.state = CASE WHEN d.due IS NULL THEN 'SUSPENDED' ELSE 'RUNNING' END REMOVE d.endedAt"""


def clocks_of_kind(rows: Sequence[Mapping[str, Any]]) -> list[Clock]:
    """The clocks that have a length."""
    return [clock for row in rows if (clock := Clock.of(row))]


async def set_deadlines(act: Act, case: Mapping[str, Any], clocks: Sequence[Clock] | None = None) -> None:
    """Brings the deadlines of a case to what its dates, conditions and suspensions say."""
    extended: dict[str, Extended] = {}
    if clocks is None:
        found = await act.write(_FACTS, {"case": case["id"]})
        if not found:
            return  # a case of which only others tell has no kind yet, and so no clocks
        rows, known = found[0]
        clocks = clocks_of_kind(rows)
        extended = {name: Extended(times, date.fromisoformat(until) if until else None) for name, times, until in known}
    facts = Facts(case["id"], case["dates"] or (), case["conditions"] or (), case["suspensions"] or ())
    due = [
        {
            "id": found.id, "clock": found.clock.id, "side": found.clock.side, "due": found.last,
            "first": {
                "name": found.clock.name, "startedOn": found.began, "owedBy": found.clock.owed_by,
                **({"deemed": found.clock.deemed} if found.clock.deemed else {}),
            },
        }
        for found in deadlines(facts, clocks, extended)
    ]  # fmt: skip
    await act.write(_SET, {"case": case["id"], "due": due})


async def end_deadlines(act: Act, case: str, *, side: str | None = None, name: str | None = None) -> list[str]:
    """Ends what runs in a case, or what one side owes, or the one of that id; gives their names."""
    return [found for (found,) in await act.write(_END, {"case": case, "side": side, "name": name, "today": today(act.now)})]


async def restart_deadlines(act: Act, case: str) -> None:
    """Lets run again what the closing of a case, which is still closed, ended."""
    await act.write(_RESTART, {"case": case})


_SET_FACTS: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}) SET k.dates = $dates, k.conditions = $conditions, k.suspensions = $suspensions, k.status = $status"
)


async def _change(act: Act, case: CaseAt, text: str, reason: str | None, **changed: Any) -> str:
    """Sets what a case says of its time, and its deadlines by it; tells it in words."""
    facts = {
        "dates": case.row["dates"],
        "conditions": case.row["conditions"],
        "suspensions": case.row["suspensions"],
        "status": case.status,
    }
    facts = {name: [] if value is None else value for name, value in {**facts, **changed}.items()}
    await act.write(_SET_FACTS, {**facts, "case": case.id})
    await set_deadlines(act, {**facts, "id": case.id})
    act.tell_case(case, text, (*changed, "deadlines"), reason=reason)
    return case.id


_EVENTS: Final = """
MATCH (:CaseKind {code: $kind})-[:HAS_CLOCK]->(c:Clock) WHERE c.startEvent IS NOT NULL
RETURN [collect(DISTINCT c.startEvent), collect(DISTINCT c.condition)]"""


async def _record_date(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "recordDate", "owner", "oversight", kept_here=True)
    case.must_be_open()
    events, _ = await act.one(_EVENTS, {"kind": case.row["kind"]})
    if given["event"] not in events:
        raise BadInput(f"event: one of {', '.join(sorted(events)) or 'none: this kind has no clock'}")
    kept = [found for found in case.row["dates"] or () if not found.startswith(f"{given['event']} ")]
    text = f"{given['event'].replace('_', ' ')} on {given['on']}"
    return await _change(act, case, text, given["reason"], dates=[*kept, f"{given['event']} {given['on']}"])


async def _record_condition(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "recordCondition", "owner", "oversight", kept_here=True)
    case.must_be_open()
    _, conditions = await act.one(_EVENTS, {"kind": case.row["kind"]})
    known = {found.removeprefix("not_") for found in conditions}
    if given["condition"] not in known:
        raise BadInput(f"condition: one of {', '.join(sorted(known)) or 'none: nothing decides about the clocks of this kind'}")
    holds = given["holds"] is not False
    kept = [found for found in case.row["conditions"] or () if found != given["condition"]]
    said = given["condition"].replace("_", " ")
    text = f"found to be {said}" if holds else f"found not to be {said}"
    return await _change(act, case, text, given["reason"], conditions=[*kept, given["condition"]] if holds else kept)


async def _suspend(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "suspendCase", "owner", kept_here=True)
    case.must_be_open()
    since = given["on"] or today(act.now)
    pauses = case.row["suspensions"] or []
    ended = [pause.until for pause in suspensions_of(pauses)]
    if case.status == "SUSPENDED" or None in ended:
        raise Conflict(f"case {case.number} is suspended already")
    # no day stands still twice: what another system told may be in any order
    if until := max((day for day in ended if day and day > since), default=None):
        raise BadInput(f"on: it was suspended until {until} already; give that day or a later one")
    return await _change(act, case, f"suspended from {since}", _reason(given), status="SUSPENDED", suspensions=[*pauses, str(since)])


async def _resume(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "resumeCase", "owner", kept_here=True)
    case.must_be_open()
    # by its suspensions: what was extended meanwhile may have given it another status
    stands = [pause for pause in case.row["suspensions"] or [] if " " not in pause]
    if not stands:
        raise Conflict(f"case {case.number} is not suspended")
    last = stands[-1]
    before = [pause for pause in case.row["suspensions"] if pause != last]
    until = given["on"] or today(act.now)
    if until < date.fromisoformat(last):
        raise BadInput(f"on: it was suspended on {last}; it cannot go on before")
    status = "OPEN" if case.status == "SUSPENDED" else case.status
    return await _change(act, case, f"goes on from {until}", _reason(given), status=status, suspensions=[*before, f"{last} {until}"])


def _reason(given: Arguments) -> str:
    return checked_text("reason", given["reason"], _REASON_LENGTH)


_DEADLINE: Final = """
MATCH (d:Deadline {id: $deadline})-[:OF_CASE]->(k:Case), (d)-[:RUNS_BY]->(c:Clock) WHERE {sees}
RETURN [k.number, d.name, d.state, toString(d.due), d.extensions, c.extension]"""
_EXTEND: Final[LiteralString] = "MATCH (d:Deadline {id: $deadline}) SET d.extensions = d.extensions + 1, d.extendedTo = $until"


async def _extend(act: Act, given: Arguments) -> str:
    # the case is locked before the deadline is looked at once more
    number, *_ = await _deadline(act, given)
    case = await act.case(number, "extendDeadline", "owner", kept_here=True)
    case.must_be_open()
    _, name, state, due, times, extension = await _deadline(act, given)
    if state != "RUNNING":
        raise Conflict(f"deadline: {name} is {state.lower()}: only one that runs can be extended")
    until = _extended_until(given, extension, times, due)
    await act.write(_EXTEND, {"deadline": given["deadline"], "until": until})
    to = f"to {until}" if until else "by its own length"
    status = "SUSPENDED" if case.status == "SUSPENDED" else "EXTENDED"
    await _change(act, case, f"{name}: extended {to}", _reason(given), status=status)
    return given["deadline"]


def _extended_until(given: Arguments, extension: str, times: int, due: str) -> date | None:
    """To which day; None where the law says by how much. Raises `BadInput` or `Conflict`."""
    if extension == "none":
        raise Conflict("deadline: the law allows no extension of it")
    if extension == "discretion":
        if given["until"] is None:
            raise BadInput("until: the day to which it is extended is expected")
        if given["until"] <= date.fromisoformat(due):
            raise BadInput(f"until: a day after {due}, when it ends now, is expected")
        return given["until"]
    if given["until"] is not None:
        raise BadInput(f"until: the law says by how much it is extended ({extension}); leave it out")
    most = int(extension.partition(", ")[2].split()[0])
    if times >= most:
        raise Conflict(f"deadline: it was extended {times} times; the law allows no more")
    return None


async def _meet(act: Act, given: Arguments) -> str:
    number, *_ = await _deadline(act, given)
    case = await act.case(number, "meetDeadline", "owner", kept_here=True)
    ended = await end_deadlines(act, case.id, name=given["deadline"])
    if not ended:
        raise Conflict("deadline: it was met or has ended already")
    await _change(act, case, f"{ended[0]}: done", given["reason"])
    return given["deadline"]


async def _deadline(act: Act, given: Arguments) -> list[Any]:
    found = await act.one(_DEADLINE.replace("{sees}", sees("k", "Case")), {"deadline": given["deadline"]})
    if found is None:
        raise NotFound(f"deadline: there is no deadline {given['deadline']} to be seen")
    return found


_WHICH: Final = Property("deadline", "The deadline, by its id.", required=True)
_EVENT: Final = Property("event", "The event a clock runs from, e.g. protest_filed; see the clocks of its kind.", required=True)
_ON: Final = Property("on", "The day of the event.", Kind.DATE, required=True)
_WHY: Final = Property("reason", "Why; it is kept in the history.")
VERBS: Final = (
    Verb("recordDate", "Records the day of an event from which clocks of a case run; a second one corrects the first.",
         (CASE, _EVENT, _ON, _WHY), "Case", _record_date),
    Verb("recordCondition", "Records what decides which clocks of a case run, or that it does not hold.",
         (CASE, Property("condition", "The condition, e.g. complicated.", required=True),
          Property("holds", "Whether it holds; so it does if not said.", Kind.BOOLEAN), _WHY), "Case", _record_condition),
    Verb("extendDeadline", "Extends a deadline: by what the law says, or to the day its owner grants.",
         (_WHICH, Property("until", "The day it is extended to, where its owner may say.", Kind.DATE), REASON), "Deadline", _extend),
    Verb("meetDeadline", "Records that what was due was done.", (_WHICH, _WHY), "Deadline", _meet),
    Verb("suspendCase", "Suspends a case: its clocks that the law lets stand still do.", (CASE, REASON, ON), "Case", _suspend),
    Verb("resumeCase", "Lets a suspended case and its clocks go on, by as many days longer.", (CASE, REASON, ON), "Case", _resume),
)  # fmt: skip
