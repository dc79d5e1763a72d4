"""Verbs of time: what a case's clocks run from, and what stops, extends and ends them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Final, LiteralString, Self

from graph_schema.cypher import fill
from hub.deadlines.business_days import today
from hub.deadlines.deadline import Clock, Extended, Facts, deadlines, suspensions_of
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.arguments import Argument, DayOfEvent, OptionalReason, Reason
from hub.verbs.case import OVERSIGHT, OWNER, Case
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees
from hub.verbs.rows import Access, LockedRow, Subject
from hub.verbs.verb import verb

_CLOCKS_AND_DEADLINES: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:OF_KIND]->(kind:CaseKind)
RETURN COLLECT { MATCH (kind)-[:HAS_CLOCK]->(c:Clock) RETURN properties(c) ORDER BY c.id },
  COLLECT { MATCH (k)<-[:OF_CASE]-(d:Deadline) RETURN [d.id, d.extensions, toString(d.extendedTo)] }"""
# What ran and does not run any more has ended; what was met, missed or ended stays so.
_SET: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CALL (k) { MATCH (k)<-[:OF_CASE]-(d:Deadline) WHERE d.state IN ['RUNNING', 'SUSPENDED']
  AND NOT d.id IN [one IN $due | one.id]
  SET d.state = 'ENDED', d.endedAt = $at }
CALL (k) {
  UNWIND $due AS one
  MERGE (d:Deadline {id: one.id})
  ON CREATE SET d += one.first, d.state = 'RUNNING', d.source = 'hub', d.extensions = 0, d.due = one.due,
    d.changedAt = $at
  WITH k, d, one, coalesce(toString(d.due), '') <> coalesce(toString(one.due), '') AS changes
  SET d.revision = coalesce(d.revision, 0) + CASE WHEN changes THEN 1 ELSE 0 END,
    d.changedAt = CASE WHEN changes THEN $at ELSE d.changedAt END, d.due = one.due,
    d.state = CASE WHEN NOT d.state IN ['RUNNING', 'SUSPENDED'] THEN d.state
    WHEN one.due IS NULL THEN 'SUSPENDED' ELSE 'RUNNING' END
  MERGE (d)-[:OF_CASE]->(k)
  WITH k, d, one MATCH (c:Clock {id: one.clock}) MERGE (d)-[:RUNS_BY]->(c)
  WITH k, d, one OPTIONAL MATCH (k)-[:CONCERNS]->(importer) OPTIONAL MATCH (k)-[:HANDLED_BY]->(owner)
  WITH d, CASE one.side WHEN 'trade' THEN importer ELSE owner END AS party WHERE party IS NOT NULL
    MERGE (d)-[:OWED_BY]->(party) }"""
_END: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock)
WHERE d.state IN ['RUNNING', 'SUSPENDED', 'MISSED'] AND ($side IS NULL OR c.side = $side)
  AND ($key IS NULL OR d.id = $key)
  AND (d.state <> 'MISSED' OR ($key IS NOT NULL AND d.endedAt IS NULL))
SET d.endedAt = $at, d.state = CASE WHEN d.state = 'MISSED' OR d.due < $today THEN 'MISSED'
  WHEN $side IS NULL AND $key IS NULL AND c.side = 'trade' THEN 'ENDED' ELSE 'MET' END
RETURN d.name"""
_RESTART: Final[LiteralString] = """
MATCH (k:Case {id: $case})<-[:OF_CASE]-(d:Deadline) WHERE d.endedAt = k.closedAt
SET d.state = CASE WHEN d.due IS NULL THEN 'SUSPENDED' ELSE 'RUNNING' END REMOVE d.endedAt"""


async def set_deadlines(context: VerbContext, facts: Facts, clocks: Sequence[Clock] | None = None) -> None:
    """Brings the deadlines of a case to what it says of its time.

    `clocks` are those of its kind, where they are known already and the case has no deadlines yet. Raises `BadInput`.
    """
    extended: dict[str, Extended] = {}
    if clocks is None:
        records = await context.execute(_CLOCKS_AND_DEADLINES, case=facts.case)
        if not records:
            return  # a case of which only others tell has no kind yet, and so no clocks
        rows, known = records[0]
        clocks = Clock.each_of(rows)
        extended = {key: Extended(times, date.fromisoformat(until) if until else None) for key, times, until in known}
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
    await context.execute(_SET, case=facts.case, due=due)


async def end_deadlines(
    context: VerbContext, case: str, *, side: str | None = None, key: str | None = None
) -> list[str]:
    """Ends what runs in the case of that id, or what one side owes, or the one deadline of that key; gives their
    names."""
    return [name for (name,) in await context.execute(_END, case=case, side=side, key=key, today=today(context.now))]


async def restart_deadlines(context: VerbContext, case: str) -> None:
    """Lets run again what the closing of a case, which is still closed, ended."""
    await context.execute(_RESTART, case=case)


_SET_FACTS: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}) SET k.dates = $dates, k.conditions = $conditions, k.suspensions = $suspensions,"
    " k.status = $status"
)


async def _change(context: VerbContext, case: Case, changed: Sequence[str], text: str, reason: str | None) -> None:
    """Writes what the case says of its time and its status, as `case` has them now, and sets its deadlines by it."""
    await context.execute(
        _SET_FACTS,
        case=case.id,
        dates=case.dates,
        conditions=case.conditions,
        suspensions=case.suspensions,
        status=case.status,
    )
    await set_deadlines(context, case.facts)
    context.add_history_entry(case, text, (*changed, "deadlines"), reason=reason)


_EVENTS: Final[LiteralString] = """
MATCH (:CaseKind {code: $kind})-[:HAS_CLOCK]->(c:Clock) WHERE c.startEvent IS NOT NULL
RETURN {events: collect(DISTINCT c.startEvent), conditions: collect(DISTINCT c.condition)}"""


@dataclass(frozen=True, slots=True)
class _OfClocks:
    """The events that clocks of a kind of case run from, and the conditions that decide which of them run."""

    events: Sequence[str]
    conditions: Sequence[str]


async def _of_clocks(context: VerbContext, case: Case) -> _OfClocks:
    return await context.read_row(_OfClocks, _EVENTS, kind=case.kind) or _OfClocks((), ())


def check_event(event: str, events: Collection[str]) -> None:
    """Raises `BadInput` for an event that no clock of the kind runs from."""
    if event not in events:
        raise BadInput(f"event: one of {', '.join(sorted(events)) or 'none: this kind has no clock'}")


def conditions_of(conditions: Iterable[str]) -> set[str]:
    """What may hold of a case, by what its kind's clocks ask for: `not_complicated` asks for `complicated`, too."""
    return {found.removeprefix("not_") for found in conditions}


_Event = Annotated[str, Argument("The event a clock runs from, e.g. protest_filed; see the clocks of its kind.")]
_Condition = Annotated[str, Argument("The condition, e.g. complicated.")]
_Holds = Annotated[bool, Argument("Whether it holds; so it does if not said.")]


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def record_date(
    context: VerbContext, case: Case, event: _Event, on: DayOfEvent, reason: OptionalReason | None = None
) -> None:
    """Records the day of an event from which clocks of a case run; a second one corrects the first."""
    case.must_be_open()
    check_event(event, (await _of_clocks(context, case)).events)
    others = [found for found in case.dates if not found.startswith(f"{event} ")]
    changed = replace(case, dates=[*others, f"{event} {on}"])
    await _change(context, changed, ("dates",), f"{event.replace('_', ' ')} on {on}", reason)


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def record_condition(
    context: VerbContext, case: Case, condition: _Condition, holds: _Holds = True, reason: OptionalReason | None = None
) -> None:
    """Records what decides which clocks of a case run, or that it does not hold."""
    case.must_be_open()
    known = conditions_of((await _of_clocks(context, case)).conditions)
    if condition not in known:
        raise BadInput(
            f"condition: one of {', '.join(sorted(known)) or 'none: nothing decides about the clocks of this kind'}"
        )
    others = [found for found in case.conditions if found != condition]
    text = f"found to be {condition.replace('_', ' ')}" if holds else f"found not to be {condition.replace('_', ' ')}"
    await _change(
        context, replace(case, conditions=[*others, condition] if holds else others), ("conditions",), text, reason
    )


_DEADLINE: Final = fill(
    """MATCH (d:Deadline {id: $key})-[:OF_CASE]->(k:Case), (d)-[:RUNS_BY]->(c:Clock) WHERE {sees}
RETURN {case: k.number, name: d.name, state: d.state, due: toString(d.due), extensions: d.extensions,
  extension: c.extension}""",
    sees=sees("k", "Case"),
)
_EXTEND: Final[LiteralString] = (
    "MATCH (d:Deadline {id: $deadline}) SET d.extensions = d.extensions + 1, d.extendedTo = $until"
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a deadline stands: `case` is the number of its case, `due` its day, `extensions` how often it was extended.
    `extension` says whether its clock may be extended."""

    case: str
    name: str
    state: str
    due: str
    extensions: int
    extension: str

    @staticmethod
    async def read(context: VerbContext, key: str) -> "_Standing":
        """Raises `NotFound`."""
        found = await context.read_row(_Standing, _DEADLINE, key=key)
        if found is None:
            raise NotFound(f"deadline: there is no deadline {key} to be seen")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(LockedRow):
    """A deadline, whose case is locked with it: who may do what to the one may do it to the other."""

    SUBJECT: ClassVar = Subject("Deadline", "id", "d", _DEADLINE, Argument("The deadline, by its id."))

    case: Case
    as_owner: str | None

    @classmethod
    async def lock(cls, context: VerbContext, key: str, access: Access) -> Self:
        """The deadline of that key, with its case, which is locked. Raises as `LockedRow.lock`."""
        case = await Case.lock(context, (await _Standing.read(context, key)).case, access)
        return cls(id=key, case=case, as_owner=case.as_owner, by=case.by, role=case.role)


_Until = Annotated[date, Argument("The day it is extended to, where its owner may say.")]


@verb(may=(OWNER,), kept_here=True)
async def extend_deadline(
    context: VerbContext, deadline: Deadline, *, until: _Until | None = None, reason: Reason
) -> None:
    """Extends a deadline: by what the law says, or to the day its owner grants."""
    case = deadline.case
    case.must_be_open()
    # looked at once more, since the case is locked only now
    standing = await _Standing.read(context, deadline.id)
    if standing.state != "RUNNING":
        raise Conflict(f"deadline: {standing.name} is {standing.state.lower()}: only one that runs can be extended")
    until = _extended_until(standing, until)
    await context.execute(_EXTEND, deadline=deadline.id, until=until)
    to = f"to {until}" if until else "by its own length"
    changed = replace(case, status="SUSPENDED" if case.status == "SUSPENDED" else "EXTENDED")
    await _change(context, changed, ("status",), f"{standing.name}: extended {to}", reason)


def _extended_until(standing: _Standing, until: date | None) -> date | None:
    """To which day; None where the law says by how much. Raises `BadInput` or `Conflict`."""
    if standing.extension == "none":
        raise Conflict("deadline: the law allows no extension of it")
    if standing.extension == "discretion":
        if until is None:
            raise BadInput("until: the day to which it is extended is expected")
        if until <= date.fromisoformat(standing.due):
            raise BadInput(f"until: a day after {standing.due}, when it ends now, is expected")
        return until
    if until is not None:
        raise BadInput(f"until: the law says by how much it is extended ({standing.extension}); leave it out")
    if standing.extensions >= int(standing.extension.partition(", ")[2].split()[0]):
        raise Conflict(f"deadline: it was extended {standing.extensions} times; the law allows no more")
    return None


@verb(may=(OWNER,), kept_here=True)
async def meet_deadline(context: VerbContext, deadline: Deadline, reason: OptionalReason | None = None) -> None:
    """Records that what was due was done."""
    ended = await end_deadlines(context, deadline.case.id, key=deadline.id)
    if not ended:
        raise Conflict("deadline: it was met or has ended already")
    await _change(context, deadline.case, (), f"{ended[0]}: done", reason)


@verb(may=(OWNER,), kept_here=True)
async def suspend_case(context: VerbContext, case: Case, reason: Reason, on: DayOfEvent | None = None) -> None:
    """Suspends a case: its clocks that the law lets stand still do."""
    case.must_be_open()
    since = on or today(context.now)
    ended = [pause.until for pause in suspensions_of(case.suspensions)]
    if case.status == "SUSPENDED" or None in ended:
        raise Conflict(f"case {case.number} is suspended already")
    # no day stands still twice: what another system told may be in any order
    if until := max((day for day in ended if day and day > since), default=None):
        raise BadInput(f"on: it was suspended until {until} already; give that day or a later one")
    changed = replace(case, status="SUSPENDED", suspensions=[*case.suspensions, str(since)])
    await _change(context, changed, ("status", "suspensions"), f"suspended from {since}", reason)


@verb(may=(OWNER,), kept_here=True)
async def resume_case(context: VerbContext, case: Case, reason: Reason, on: DayOfEvent | None = None) -> None:
    """Lets a suspended case and its clocks go on, by as many days longer."""
    case.must_be_open()
    # by its suspensions: what was extended meanwhile may have given it another status
    lasting = [pause for pause in case.suspensions if " " not in pause]
    if not lasting:
        raise Conflict(f"case {case.number} is not suspended")
    since = lasting[-1]
    until = on or today(context.now)
    if until < date.fromisoformat(since):
        raise BadInput(f"on: it was suspended on {since}; it cannot go on before")
    pauses = [*(pause for pause in case.suspensions if pause != since), f"{since} {until}"]
    changed = replace(case, status="OPEN" if case.status == "SUSPENDED" else case.status, suspensions=pauses)
    await _change(context, changed, ("status", "suspensions"), f"goes on from {until}", reason)
