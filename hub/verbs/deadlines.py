"""Verbs of time: what a case's clocks run from, and what meets, stops, extends and ends them.

A verb writes down a fact; the deadlines follow from all facts (`hub.deadlines.deadline`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, Final, LiteralString, Self

from graph_schema.cypher import fill
from graph_schema.formats import ENTRY_NUMBER
from hub.deadlines import deadline as engine
from hub.deadlines.business_days import Suspension, end_of
from hub.deadlines.clock import ANSWERED, Clock
from hub.deadlines.deadline import OWED, State
from hub.deadlines.facts import Act, Dated, Extended, Held, Pause, Timeline
from hub.deadlines.reasons import in_words
from hub.deadlines.vocabulary import EventKind, check_day
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.arguments import Argument, DayOfEvent, OptionalReason, Reason
from hub.verbs.case import OVERSIGHT, OWNER, PARTY, Case
from hub.verbs.case_time import CaseTime, not_ahead
from hub.verbs.context import VerbContext
from hub.verbs.fragments import sees
from hub.verbs.rows import Access, LockedRow, Subject
from hub.verbs.verb import verb


def events_of(clocks: Iterable[Clock]) -> set[str]:
    """The events that these clocks know."""
    return {event for clock in clocks for event in clock.events}


def conditions_of(clocks: Iterable[Clock]) -> set[str]:
    """The codes by which is decided which of these clocks run."""
    return {code for clock in clocks for code, _ in clock.conditions}


def check_event(dated: Dated, clocks: Sequence[Clock], kind: EventKind | None) -> None:
    """Raises `BadInput` for an event that no clock of the kind knows, unless it is one of an entry, and for an outcome
    that the law deems. `kind` is the event in the vocabulary."""
    known = events_of(clocks)
    if dated.event in {clock.deemed_event for clock in clocks}:
        raise BadInput(
            f"event: {in_words(dated.event)} is what the law deems: pronounce the deadline (pronounceDeadline)"
        )
    is_other = kind and (dated.event in conditions_of(clocks) or (dated.entry and kind.about != "case"))
    if dated.event not in known and not is_other:
        raise BadInput(f"event: one of {', '.join(sorted(known)) or 'none: this kind has no clock'}")
    if kind and kind.about == "case" and dated.entry:
        raise BadInput(f"entry: {in_words(dated.event)} is of the case as a whole; leave it out")
    if kind and kind.about == "entry" and not dated.entry:
        raise BadInput(f"entry: {in_words(dated.event)} is of an entry; give its number")


def is_done_by_others(event: str, clocks: Iterable[Clock], kind: EventKind | None) -> bool:
    """Whether a party does not record the event, and it meets or ends what a party does not owe. `kind` is the event in
    the vocabulary."""
    if kind is not None and kind.by_party:
        return False
    ends = (
        (*clock.met_by, *clock.ended_by, *clock.reopened_by, *clock.voided_by)
        for clock in clocks if clock.side != "trade"
    )  # fmt: skip
    return any(event in each for each in ends)


_Event = Annotated[str, Argument("What happened, e.g. protest_filed; see the clocks of its kind.")]
_Condition = Annotated[str, Argument("The condition, e.g. complicated.")]
_Holds = Annotated[bool, Argument("Whether it holds; so it does if not said.")]
_Entry = Annotated[str, Argument("The entry it is of, if it is not of the case as a whole.", ENTRY_NUMBER)]


@verb(may=(OWNER, OVERSIGHT, PARTY), kept_here=True)
async def record_date(
    context: VerbContext,
    case: Case,
    event: _Event,
    on: DayOfEvent,
    entry: _Entry | None = None,
    reason: OptionalReason | None = None,
) -> None:
    """Records the day of an event, of a case or of one of its entries; a second one corrects the first, unless the
    clock was extended once more by it. It starts, meets and ends clocks. A party records what parties know; it is
    theirs until the owner confirms it (`confirmCase`)."""
    time, dated = await CaseTime.read(context, case, event), Dated(event, on, entry)
    if case.role is PARTY:
        must_be_partys(time, dated)
    changed = with_date(time, case, dated)
    to_confirm = [text for text in time.before.to_confirm if text in changed.facts.dates and text != str(dated)]
    if case.role is PARTY:
        to_confirm = [*to_confirm, str(dated)]
    unconfirmed = ", to be confirmed by its owner" if case.role is PARTY else ""
    await changed.with_case(to_confirm=to_confirm).write(f"{_in_words(dated)}{unconfirmed}", ("dates",), reason=reason)


def with_date(time: CaseTime, case: Case, dated: Dated) -> CaseTime:
    """The case with that date instead of another of the same event and entry. It was read with the event. Raises
    `BadInput` or `NotFound`."""
    events = time.before.events
    check_entry(time, case, dated.entry)
    check_event(dated, time.before.clocks, events.get(dated.event))
    others = _without(time.facts.dates, dated, events.get(dated.event))
    if dated.event == ANSWERED:
        _check_answer(dated, time.with_facts(dates=others).brought().deadlines, is_partys=case.role is PARTY)
    if _extends_again(time, dated):
        others = [text for text in time.facts.dates if text != str(dated)]
    check_day(dated, Timeline.of(replace(time.facts, dates=others)), events, time.today)
    return time.with_facts(dates=[*others, str(dated)])


def _extends_again(time: CaseTime, dated: Dated) -> bool:
    """Whether that day is one more by which a clock was extended, and no correction of another."""
    if dated.event not in {clock.extension.event for clock in time.before.clocks}:
        return False
    instead, beside = (
        time.with_facts(dates=[*texts, str(dated)]).brought().deadlines
        for texts in (_without(time.facts.dates, dated), time.facts.dates)
    )
    return sum(each.extensions for each in beside) > sum(each.extensions for each in instead)


@verb(may=(OWNER, OVERSIGHT, PARTY), kept_here=True)
async def take_back_date(
    context: VerbContext, case: Case, event: _Event, reason: Reason, entry: _Entry | None = None
) -> None:
    """Takes back a day that was recorded in error, the last where there are several. A party takes back what they
    recorded themselves."""
    time = await CaseTime.read(context, case)
    told = [known for known in _dates(time.facts.dates) if (known.event, known.entry) == (event, entry)]
    dated = max(told, key=lambda known: known.day, default=None)
    if dated is None:
        raise NotFound(f"event: the case has no day of {in_words(event)}" + (f" of entry {entry}" if entry else ""))
    if case.role is PARTY and str(dated) not in time.before.to_confirm:
        raise NotAllowed("takeBackDate: its owner has recorded or confirmed it: ask them")
    time = time.with_facts(dates=[text for text in time.facts.dates if text != str(dated)])
    time = time.with_case(to_confirm=[text for text in time.before.to_confirm if text != str(dated)])
    await time.write(f"taken back: {_in_words(dated)}", ("dates",), reason=reason)


def must_be_partys(time: CaseTime, dated: Dated) -> None:
    """Raises `NotAllowed` for what a party does not record, or what the owner has recorded."""
    kind = time.before.events.get(dated.event)
    if not kind.by_party if kind else dated.event in events_of(time.before.clocks):
        raise NotAllowed(f"recordDate: {in_words(dated.event)} is recorded by the case's owner")
    dates = _dates(time.facts.dates)
    recorded = [known for known in dates if _corrects(dated, known, kind, dates)]
    if any(str(known) not in time.before.to_confirm for known in recorded):
        raise NotAllowed(f"recordDate: its owner has recorded {_in_words(recorded[0])}: ask them to correct it")


def _dates(texts: Iterable[str]) -> list[Dated]:
    return [Dated.of(text) for text in texts]


def _without(texts: Sequence[str], dated: Dated, kind: EventKind | None = None) -> list[str]:
    """The dates but those that it corrects. `kind` is its event in the vocabulary."""
    known = _dates(texts)
    return [text for text, each in zip(texts, known, strict=True) if not _corrects(dated, each, kind, known)]


def _corrects(dated: Dated, each: Dated, kind: EventKind | None, known: Iterable[Dated]) -> bool:
    """Whether a day is another one of the same event and entry, and nothing between the two makes it one more."""
    if (each.event, each.entry) != (dated.event, dated.entry):
        return False
    first, last = sorted((each.day, dated.day))
    again = kind.again_after if kind else frozenset[str]()
    return not any(
        other.event in again and other.entry in (None, dated.entry) and first <= other.day <= last for other in known
    )


def check_entry(time: CaseTime, case: Case, entry: str | None) -> None:
    """Raises `NotFound` for an entry that the case does not span."""
    if entry is not None and entry not in time.facts.entries:
        known = ", ".join(sorted(time.facts.entries)[:5]) or "none"
        raise NotFound(f"entry: case {case.number} does not span {entry}; it spans {known}")


def _in_words(dated: Dated) -> str:
    return f"{in_words(dated.event)} on {dated.day}{_of_entry(dated.entry)}"


def _of_entry(entry: str | None) -> str:
    return f", entry {entry}" if entry else ""


_CONDITIONS: Final[LiteralString] = "RETURN COLLECT { MATCH (c:CaseCondition) WHERE c.code IN $codes RETURN c.code }"


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def record_condition(
    context: VerbContext,
    case: Case,
    condition: _Condition,
    holds: _Holds = True,
    entry: _Entry | None = None,
    reason: OptionalReason | None = None,
) -> None:
    """Records what decides which clocks of a case, or of one of its entries, run; or that it does not hold."""
    case.must_be_open()
    time = await CaseTime.read(context, case)
    check_entry(time, case, entry)
    ((known,),) = await context.execute(_CONDITIONS, codes=sorted(conditions_of(time.before.clocks)))
    if condition not in known:
        raise BadInput(
            f"condition: one of {', '.join(sorted(known)) or 'none: nothing decides about the clocks of this kind'}"
        )
    held, before = Held(condition, entry), [Held.of(text) for text in time.facts.conditions]
    check_condition(held, time.before.clocks)
    if entry and not holds and Held(condition) in before:
        raise BadInput(f"entry: {in_words(condition)} holds of the case as a whole; record of which entries it does")
    others = [str(each) for each in before if each != held]
    found = f"found to be {in_words(condition)}" if holds else f"found not to be {in_words(condition)}"
    time = time.with_facts(conditions=[*others, str(held)] if holds else others)
    await time.write(f"{found}{_of_entry(entry)}", ("conditions",), reason=reason)


def check_condition(held: Held, clocks: Iterable[Clock]) -> None:
    """Raises `BadInput` for a condition of an entry that decides about none of its clocks."""
    if held.entry and held.code not in conditions_of(clock for clock in clocks if clock.per_entry):
        raise BadInput(f"entry: {in_words(held.code)} decides about the case as a whole; leave it out")


_DEADLINE: Final = fill(
    """MATCH (d:Deadline {id: $key})-[:OF_CASE]->(k:Case) WHERE {sees} RETURN k.number""", sees=sees("d", "Deadline")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline(LockedRow):
    """A deadline, whose case is locked with it: who may do what to the one may do it to the other."""

    SUBJECT: ClassVar = Subject("Deadline", "id", "d", _DEADLINE, Argument("The deadline, by its id."))

    case: Case
    as_owner: str | None
    as_oversight: str | None

    @classmethod
    async def lock(cls, context: VerbContext, key: str, access: Access) -> Self:
        """The deadline of that key, with its case, which is locked. Raises as `LockedRow.lock`."""
        number = await context.read_value(_DEADLINE, key=key)
        if number is None:
            raise NotFound(f"deadline: there is no deadline {key} to be seen")
        case = await Case.lock(context, number, access)
        return cls(
            id=key, case=case, as_owner=case.as_owner, as_oversight=case.as_oversight, by=case.by, role=case.role
        )


async def _looked_at(context: VerbContext, deadline: Deadline) -> tuple[CaseTime, engine.Deadline]:
    """The case of a deadline, and the deadline as it follows from what the case says. Raises `Conflict`."""
    time = await CaseTime.read(context, deadline.case)
    current = _of(time, deadline.id)
    if current is None:
        raise Conflict("deadline: it runs no more, for what the case says has changed; see its deadlines")
    return time, current


def _of(time: CaseTime, key: str) -> engine.Deadline | None:
    return next((each for each in time.brought().deadlines if each.id == key), None)


_Until = Annotated[date, Argument("The day it is extended to, where its owner may say.")]
_Granted = Annotated[date, Argument("The day on which it was granted; today if not said.")]


@verb(may=(OWNER,), kept_here=True)
async def extend_deadline(
    context: VerbContext, deadline: Deadline, *, until: _Until | None = None, on: _Granted | None = None, reason: Reason
) -> None:
    """Extends a deadline before its day has passed: by what the law says, or to the day its owner grants. One that was
    granted in time may be recorded later, with its day."""
    deadline.case.must_be_open()
    time, current = await _looked_at(context, deadline)
    granted = not_ahead("on", on, time.today)
    is_settled = current.state in (State.MET, State.MET_LATE, State.ENDED)
    if is_settled and (on is None or (current.met_on is not None and granted > current.met_on)):
        raise Conflict(f"deadline: {current.clock.name} is {_stands(current)}: only one that runs can be extended")
    extended = Extended(current.clock.code, current.entry, granted, _extended_until(current, until))
    after = time.with_facts(extensions=[*time.facts.extensions, *_told_by_event(time, current), str(extended)])
    now = _of(after, deadline.id)
    if now is None or (now.last, now.extensions) == (current.last, current.extensions):
        raise Conflict(_not_extended(current, granted))
    to = f"to {until}" if until else "by its own length"
    await after.write(f"{current.clock.name}: extended {to}", ("extensions",), reason=reason)


def _told_by_event(time: CaseTime, deadline: engine.Deadline) -> list[str]:
    """The extension that an event alone tells of so far, so that a further one is the second."""
    told = [
        each for each in Timeline.of(time.facts).extensions
        if each.clock == deadline.clock.code and each.entry in (None, deadline.entry)
    ]  # fmt: skip
    if told or deadline.extended_on is None:
        return []
    return [str(Extended(deadline.clock.code, deadline.entry, deadline.extended_on, None))]


def _stands(deadline: engine.Deadline) -> str:
    return deadline.state.lower().replace("_", " ")


def _extended_until(deadline: engine.Deadline, until: date | None) -> date | None:
    """To which day; None where the law says by how much. Raises `BadInput` or `Conflict`."""
    rule = deadline.clock.extension
    if rule.kind == "none":
        raise Conflict("deadline: the law allows no extension of it")
    if rule.kind == "by_length":
        if until is not None:
            raise BadInput(f"until: the law says by how much it is extended ({rule.period}); leave it out")
        if rule.times is not None and deadline.extensions >= rule.times:
            raise Conflict(f"deadline: it was extended {deadline.extensions} times; the law allows no more")
        return None
    if until is None:
        raise BadInput("until: the day to which it is extended is expected")
    if deadline.last is not None and until <= deadline.last:
        raise BadInput(f"until: a day after {deadline.last}, when it ends now, is expected")
    if rule.limit and until > (limit := end_of(deadline.start, rule.limit)):
        law = _by_law(deadline.clock)
        raise BadInput(f"until: at most {limit}, {rule.limit} from {deadline.start}, is expected{law}")
    return until


def _not_extended(deadline: engine.Deadline, granted: date) -> str:
    if deadline.last is not None and granted > deadline.last:
        return f"deadline: its last day was {deadline.last}: an extension granted on {granted} comes too late"
    limit = deadline.clock.extension.limit
    more = f": at most {limit} from {deadline.start}" if limit else ""
    return f"deadline: the law allows no further extension of it{more}{_by_law(deadline.clock)}"


def _by_law(clock: Clock) -> str:
    return f" ({clock.legal_basis})" if clock.legal_basis else ""


_Done = Annotated[date, Argument("The day on which it was done; today if not said.")]


@verb(may=(OWNER,), kept_here=True)
async def meet_deadline(
    context: VerbContext, deadline: Deadline, on: _Done | None = None, reason: OptionalReason | None = None
) -> None:
    """Records that what was due was done, in time or late. What is an event of its own, e.g. that a protest was filed,
    is recorded by `recordDate`."""
    time, current = await _looked_at(context, deadline)
    if current.state not in OWED | {State.PROPOSED, State.DEEMED}:
        raise Conflict(f"deadline: it was met or has ended already: {current.why}")
    if current.clock.met_by and not current.clock.by_answer and current.clock.side != "government":
        events = " or ".join(map(in_words, current.clock.met_by))
        raise BadInput(f"deadline: {current.clock.name} is met by what happens elsewhere: record the day of {events}")
    day = not_ahead("on", on, time.today)
    if day < current.start:
        raise BadInput(f"on: it runs from {current.start}; a day from then on is expected")
    after = answered(time, current, day)
    now = _of(after, deadline.id)
    if now is None or now.state not in (State.MET, State.MET_LATE):
        raise Conflict(f"deadline: its last day was {current.last}; what was done on {day} comes too late to meet it")
    await after.write(f"{current.clock.name}: done", ("answers",), reason=reason)


def answered(time: CaseTime, deadline: engine.Deadline, day: date) -> CaseTime:
    """The same with an answer, or another act, that meets that deadline on a day."""
    act = Act(deadline.clock.code, deadline.entry, day)
    return time.with_facts(answers=[*time.facts.answers, str(act)])


def answered_deadline(time: CaseTime, wanted: str | None) -> engine.Deadline | None:
    """The deadline that an answer of the importer meets: the one that is wanted, else the only one that the importer
    owes and an answer can meet; None where there is none. Raises `NotFound`, `BadInput` or `Conflict`."""
    deadlines = time.brought().deadlines
    able = importers(each for each in deadlines if each.clock.by_answer and each.state in OWED)
    if wanted is not None:
        named = next((each for each in deadlines if each.id == wanted), None)
        if named is None:
            raise NotFound(f"deadline: the case has no deadline {wanted}{_choice(able)}")
        if not named.clock.by_answer:
            events = " or ".join(map(in_words, named.clock.met_by)) or "what happens elsewhere"
            raise BadInput(f"deadline: {named.clock.name} is met by {events}, not by an answer{_choice(able)}")
        if not named.clock.by_importer:
            raise BadInput(
                f"deadline: {named.clock.name} is for the {named.clock.owed_by} to answer, and their answer the case's"
                f" owner records (meetDeadline){_choice(able)}"
            )
        if named not in able:
            raise Conflict(f"deadline: {named.clock.name} is {_stands(named)}: {named.why}")
        return named
    if len(able) > 1:
        raise BadInput(f"deadline: say which one the answer meets{_choice(able)}; without one, write a note (noteCase)")
    return able[0] if able else None


def importers(deadlines: Iterable[engine.Deadline]) -> list[engine.Deadline]:
    """Those of the deadlines that an answer of the importer may meet: what only another party owes waits for theirs."""
    return [each for each in deadlines if each.clock.by_importer]


def waiting_for(dated: Dated, before: Iterable[engine.Deadline]) -> list[engine.Deadline]:
    """The deadlines that wait for an answer on that day, of those that there are before it is recorded."""
    return [each for each in before if each.clock.by_answer and each.state in OWED and each.start <= dated.day]


def _check_answer(dated: Dated, before: Iterable[engine.Deadline], *, is_partys: bool) -> None:
    """Raises `BadInput` where several wait: an answer meets the one that it names. One that the importer tells meets
    nothing that another party owes."""
    waiting = waiting_for(dated, before)
    others = [each for each in waiting if is_partys and not each.clock.by_importer]
    if others:
        owed = f"{others[0].clock.name} waits for the {others[0].clock.owed_by}"
        raise BadInput(f"event: {owed}: their answer the case's owner records (meetDeadline)")
    if len(waiting) > 1:
        raise BadInput(
            "event: several deadlines wait for an answer; say which one was answered (respondToCase or meetDeadline,"
            f" with its id){_choice(waiting)}"
        )


def _choice(able: Sequence[engine.Deadline]) -> str:
    """The deadlines that an answer can meet, for an error."""
    until = ((each, f"until {each.last}" if each.last else each.why) for each in able)
    listed = "; ".join(f"{each.id} ({each.clock.name}, {day})" for each, day in until)
    return f": {listed}" if able else ": none waits for an answer"


_Outcome = Annotated[date, Argument("The day on which the law deems it; it may be left out.")]


@verb(may=(OWNER,), kept_here=True)
async def pronounce_deadline(
    context: VerbContext, deadline: Deadline, on: _Outcome | None = None, reason: OptionalReason | None = None
) -> None:
    """Records what the law deems decided because a last day has passed; only then the case is DEEMED. Later clocks run
    from the day on which the law deems it. `takeBackDeadline`, or an event in time that came late, undoes it."""
    time, current = await _looked_at(context, deadline)
    outcome = current.outcome_on
    if current.state is not State.PROPOSED or outcome is None:
        raise Conflict(f"deadline: {current.clock.name} is {_stands(current)}: there is nothing to pronounce")
    if on not in (None, outcome):
        raise BadInput(f"on: the law deems it on {outcome}: give that day, or none")
    act = Act(current.clock.code, current.entry, not_ahead("on", outcome, time.today))
    time = time.with_facts(pronounced=[*time.facts.pronounced, str(act)])
    await time.write(f"{current.clock.name}: pronounced", ("pronounced",), reason=reason)


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def take_back_deadline(context: VerbContext, deadline: Deadline, reason: Reason) -> None:
    """Takes back what was pronounced of a deadline, or that what was due was answered or done: it stands as if that had
    not been said."""
    time, current = await _looked_at(context, deadline)
    of = "pronounced" if current.state is State.DEEMED else "answers"
    said: Sequence[str] = getattr(time.facts, of)
    left = [text for text in said if not Act.of(text).is_of(current.clock, current.entry)]
    if len(left) == len(said):
        raise Conflict(
            f"deadline: {current.clock.name} is {_stands(current)}: nothing was said of it that can be taken back"
        )
    await time.with_facts(**{of: left}).write(f"{current.clock.name}: taken back", (of,), reason=reason)


_Suspended = Annotated[str, Argument("The entry that is suspended, if it is not the case as a whole.", ENTRY_NUMBER)]
_Cause = Annotated[
    str, Argument("By what, e.g. court or statute: only clocks that it suspends stand still. Without it, all that can.")
]


@verb(may=(OWNER,), kept_here=True)
async def suspend_case(
    context: VerbContext,
    case: Case,
    reason: Reason,
    on: DayOfEvent | None = None,
    cause: _Cause | None = None,
    entry: _Suspended | None = None,
) -> None:
    """Suspends a case, or one of its entries: the clocks that the law lets stand still do."""
    case.must_be_open()
    time = await CaseTime.read(context, case)
    check_entry(time, case, entry)
    _check_cause(cause, [clock for clock in time.before.clocks if clock.per_entry or entry is None])
    since = not_ahead("on", on, time.today)
    same = [pause.days for pause in Timeline.of(time.facts).pauses if (pause.cause, pause.entry) == (cause, entry)]
    if any(days.until is None for days in same):
        raise Conflict(f"case {case.number}{_of_entry(entry)} is suspended already")
    # what another system told may be in any order
    if until := max((days.until for days in same if days.until and days.until > since), default=None):
        raise BadInput(f"on: it was suspended until {until} already; give that day or a later one")
    pause = Pause(Suspension(since), cause, entry)
    text = f"suspended from {since}{f' ({in_words(cause)})' if cause else ''}{_of_entry(entry)}"
    time = time.with_facts(suspensions=[*time.facts.suspensions, str(pause)])
    await time.write(text, ("suspensions",), reason=reason)


@verb(may=(OWNER,), kept_here=True)
async def resume_case(
    context: VerbContext,
    case: Case,
    reason: Reason,
    on: DayOfEvent | None = None,
    cause: _Cause | None = None,
    entry: _Suspended | None = None,
) -> None:
    """Lets a suspended case or entry and its clocks go on: by as many days longer, or, where the law says so, by a new
    period from the notice that the suspension is removed."""
    time = await CaseTime.read(context, case)
    lasting = [pause for pause in Timeline.of(time.facts).pauses if pause.days.until is None]
    chosen = [pause for pause in lasting if cause in (None, pause.cause) and entry in (None, pause.entry)]
    if not chosen:
        by = f" by {in_words(cause)}" if cause else ""
        raise Conflict(f"case {case.number}{_of_entry(entry)} is not suspended{by}")
    if len(chosen) > 1:
        each = ", ".join(f"{pause.cause or 'none'}{_of_entry(pause.entry)}" for pause in chosen)
        raise BadInput(f"cause: which suspension ends, and of which entry; one of {each}")
    ended, until = chosen[0], not_ahead("on", on, time.today)
    if until < ended.days.since:
        raise BadInput(f"on: it was suspended on {ended.days.since}; it cannot go on before")
    pauses = [text for text in time.facts.suspensions if Pause.of(text) != ended]
    resumed = replace(ended, days=replace(ended.days, until=until))
    time = time.with_facts(suspensions=[*pauses, str(resumed)])
    await time.write(f"goes on from {until}{_of_entry(ended.entry)}", ("suspensions",), reason=reason)


def _check_cause(cause: str | None, clocks: Iterable[Clock]) -> None:
    """Raises `BadInput` for a cause that suspends no clock of the kind."""
    known: Collection[str] = {code for clock in clocks for code in clock.stopping.causes}
    if cause is not None and cause not in known:
        raise BadInput(f"cause: one of {', '.join(sorted(known)) or 'none: no clock of this kind is suspended by one'}")
