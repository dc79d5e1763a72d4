"""What is due in a case: its deadlines, with their state on a day, as they follow from facts and clocks. Pure.

The same facts give the same deadlines, whatever the order in which they came. Nothing of what a deadline was before
counts: a decision that is recorded late makes a deadline met, and one that is taken back makes it run again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hub.deadlines import reasons
from hub.deadlines.clock import DECIDED, Clock, Passing
from hub.deadlines.facts import Dated, Facts, Scope, Timeline
from hub.deadlines.running import Run, run


class State(StrEnum):
    """How a deadline stands."""

    RUNNING = "RUNNING"
    SUSPENDED = "SUSPENDED"
    MET = "MET"
    MET_LATE = "MET_LATE"
    MISSED = "MISSED"
    PASSED = "PASSED"
    PROPOSED = "PROPOSED"
    DEEMED = "DEEMED"
    ENDED = "ENDED"


OPEN: Final = frozenset((State.RUNNING, State.SUSPENDED))
"""The states of what is still to be done in time."""
OWED: Final = OPEN | {State.MISSED, State.PASSED}
"""The states of what nothing has met or ended yet."""


_PASSED: Final = {Passing.MISSED: State.MISSED, Passing.NONE: State.PASSED}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline of a case, or of one of its entries.

    `last` is its last day, None while it stands still. `met_on` is the day of what met it, and `why` says in a line why
    it stands as it does. `extensions` counts those that count; the last one was granted on the day `extended_on`, and
    went to the day `extended_to`, where that was for somebody to say. `event` is what it runs from.
    """

    id: str
    clock: Clock
    entry: str | None
    start: date
    last: date | None
    state: State
    met_on: date | None
    why: str
    extensions: int = 0
    extended_to: date | None = None
    pronounced: date | None = None
    event: str = ""
    extended_on: date | None = None

    @property
    def outcome_on(self) -> date | None:
        """The day of the outcome that the law deems, if it has passed."""
        return self.clock.deemed_on(self.last) if self.last else None


def deadlines(facts: Facts, clocks: Iterable[Clock], today: date) -> list[Deadline]:
    """The deadlines of a case as of a day, by clock and entry. Raises `BadInput` for a fact that is not written as one,
    and for an end beyond what calendars are known for."""
    return work_out(facts.case, Timeline.of(facts), clocks, today)[0]


def work_out(case: str, recorded: Timeline, clocks: Iterable[Clock], today: date) -> tuple[list[Deadline], Timeline]:
    """The deadlines that follow from what is recorded, and that with the events that follow from them."""
    timeline = recorded
    by_clock = _variants(clocks)
    standing = list(_all(case, timeline, by_clock, today))
    # what was pronounced or extended is an event from which further clocks run, which may be pronounced as well
    for _ in by_clock:
        more = recorded.with_events(_events(standing))
        if more.days == timeline.days:
            break
        timeline = more
        standing = list(_all(case, timeline, by_clock, today))
    return standing, timeline


def _variants(clocks: Iterable[Clock]) -> list[list[Clock]]:
    """The clocks in their order, those of one id together."""
    variants: dict[str, list[Clock]] = {}
    for clock in sorted(clocks, key=lambda clock: (clock.rank, clock.node)):
        variants.setdefault(clock.id, []).append(clock)
    return list(variants.values())


def _all(case: str, timeline: Timeline, by_clock: Iterable[Sequence[Clock]], today: date) -> Iterator[Deadline]:
    for variants in by_clock:
        entries: Sequence[str | None] = timeline.entries if variants[0].per_entry and timeline.entries else (None,)
        for entry in entries:
            scopes = (Scope(timeline, clock, entry) for clock in variants)
            scope = _chosen(each for each in scopes if each.clock.applies(each.holds))
            if scope and (deadline := _deadline(case, scope, today)):
                yield deadline


def _chosen(scopes: Iterable[Scope]) -> Scope | None:
    """The first of these variants; one that runs from what was voided yields to the next."""
    first = None
    for scope in scopes:
        first = first or scope
        began = scope.start()
        if began is None or scope.voided(began[1]) is None:
            return scope
    return first


def _deadline(case: str, scope: Scope, today: date) -> Deadline | None:
    began = scope.start()
    if began is None:
        return None
    event, start = began
    running = run(scope, start, today)
    state, met_on, why = _Standing(scope, event, start, running, today).outcome()
    key = " ".join((case, scope.clock.id, str(start), *([scope.entry] if scope.entry else [])))
    pronounced = _pronounced_on(scope, running.last) if state is State.DEEMED else None
    return Deadline(
        key, scope.clock, scope.entry, start, running.last, state, met_on, reasons.with_doubt(scope.clock, why),
        running.extensions, running.extended_to, pronounced, event, running.extended_on,
    )  # fmt: skip


def _events(standing: Iterable[Deadline]) -> Iterator[Dated]:
    """The outcomes that were pronounced, and the extensions, as events."""
    for deadline in standing:
        if deadline.pronounced and (event := deadline.clock.deemed_event):
            yield Dated(event, deadline.pronounced, deadline.entry)
        if deadline.extended_on and (event := deadline.clock.extension.event):
            yield Dated(event, deadline.extended_on, deadline.entry)


def _pronounced_on(scope: Scope, last: date | None) -> date | None:
    """The day of the outcome, if it was pronounced and not before its time: it is the law that says which day."""
    outcome = scope.clock.deemed_on(last) if last else None
    return outcome if outcome and any(day >= outcome for day in scope.acts(scope.timeline.pronounced)) else None


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a deadline stands on a day."""

    scope: Scope
    event: str
    start: date
    run: Run
    today: date

    def outcome(self) -> tuple[State, date | None, str]:
        """Its state, the day on which it was met, and why."""
        clock, last = self.scope.clock, self.run.last
        met = self._first(clock.met_by, self.scope.acts(self.scope.timeline.answers))
        ended = self._first(clock.ended_by)
        voided = self.scope.voided(self.start)
        if voided and (met is None or voided[0] < met[0]):
            return State.ENDED, None, reasons.happened(*voided)
        if ended and (met is None or ended[0] < met[0]) and (last is None or ended[0] <= last):
            return State.ENDED, None, reasons.happened(*ended)
        if met and (last is None or met[0] <= last):
            return State.MET, met[0], reasons.happened(*met)
        # what is deemed only on the next day is not deemed where it was done on that
        on_that_day = clock.passing is Passing.DEEMED_NEXT_DAY
        if met and last and (not clock.is_deemed or (on_that_day and met[0] <= clock.deemed_on(last))):
            return State.MET_LATE, met[0], reasons.late(*met, last)
        return self._unmet()

    def _unmet(self) -> tuple[State, None, str]:
        clock, last, closed = self.scope.clock, self.run.last, self.scope.timeline.closed
        if closed is not None and clock.side == "government" and (last is None or last >= closed):
            return State.ENDED, None, reasons.closed(closed)
        if last is None or last >= self.today:
            if self.run.stands:
                return State.SUSPENDED, None, reasons.stands(self.run.stands)
            return State.RUNNING, None, reasons.runs(clock, self.event, self.start, self.run, self.scope)
        return self._passed(last)

    def _passed(self, last: date) -> tuple[State, None, str]:
        clock = self.scope.clock
        if not clock.is_deemed:
            return _PASSED[clock.passing], None, reasons.missed(last)
        if day := _pronounced_on(self.scope, last):
            return State.DEEMED, None, reasons.deemed(clock, day)
        return State.PROPOSED, None, reasons.proposed(clock, last)

    def _first(self, events: Iterable[str], answers: Iterable[date] = ()) -> tuple[date, str] | None:
        """The first day on which one of these events happened, or an answer came, and what it was: rather what was
        decided than that something was."""
        since = self.scope.counts_since(self.start)
        days = [(day, event) for event in events if (day := self.scope.done(event, since)) is not None]
        days += [(day, reasons.ANSWER) for day in answers if day >= since]
        in_order = ((day, event == DECIDED, event) for day, event in days)
        day, _, event = min(in_order, default=(None, False, ""))
        return (day, event) if day else None
