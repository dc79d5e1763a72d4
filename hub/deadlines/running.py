"""How long a clock runs: its last day by its period, its extensions, its suspensions and the days it is never after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.deadlines.business_days import Period, Suspension, end_of, next_business_day, stand_still
from hub.deadlines.clock import Bound
from hub.deadlines.facts import Extended, Pause, Scope


@dataclass(frozen=True, slots=True)
class Run:
    """How long a clock runs.

    `last` is the last day to act. It is None while it stands still: by the suspension `stands`, if that lasts today.
    `anew` is the day from which another period runs after a suspension. `bound` is what its last day may not be after,
    where that decides it.
    `extended_on` is the day on which the last extension that counts was granted. `limit` is the end of what extensions
    allow, where the day to which it was extended passed while it stood still: then that day is the last; or there is
    none, where it stood still beyond that day.
    """

    last: date | None
    extensions: int = 0
    extended_to: date | None = None
    stands: Pause | None = None
    anew: date | None = None
    bound: Bound | None = None
    extended_on: date | None = None
    limit: date | None = None


def run(scope: Scope, start: date, today: date) -> Run:
    """How long the clock of that scope runs from its start.

    Raises `BadInput` for an end beyond what calendars are known for.
    """
    clock = scope.clock
    bounds = [(bound.day(day), bound) for bound in clock.not_after if (day := scope.begun(bound.event)) is not None]
    first = min(bounds, key=lambda bounded: bounded[0], default=None)
    if clock.period is None:
        return Run(first[0], bound=first[1]) if first else Run(None)
    end = end_of(start, clock.period)
    counted = _Counted(scope, start, first[0] if first else None, scope.pauses(), end, start + timedelta(days=1))
    for extension in scope.extensions():
        counted = counted.extended(extension)
    last = counted.last()
    bound = first[1] if first and last == first[0] else None
    stands, anew = counted.stands_on(today), counted.anew()
    last = last - clock.acts_before if last else None
    return Run(last, counted.times, counted.until, stands, anew.begun, bound, counted.granted, anew.limit)


@dataclass(frozen=True, slots=True)
class _Anew:
    """How a period ends that suspensions take away: the `last` day, and from when a new period runs or what `limit`
    there is, where that decides it."""

    last: date | None
    begun: date | None = None
    limit: date | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """A period as it is counted: the day on which it would `end` but for suspensions, which count from a day on.

    `known_until`: what happened later does not count, where it is asked how it stood on a day. `extended_from` is where
    it ended before the last extension, which an event alone told if `by_event`.
    """

    scope: Scope
    start: date
    never_after: date | None
    pauses: Sequence[Pause]
    end: date
    suspended_from: date
    times: int = 0
    until: date | None = None
    granted: date | None = None
    known_until: date = date.max
    extended_from: date = date.min
    by_event: bool = False

    def last(self) -> date | None:
        """The last day; None while it stands still."""
        last = self.standing()
        if last is None:
            return None
        if self.scope.clock.rolls:
            last = next_business_day(last)
        return min(last, self.never_after) if self.never_after else last

    def standing(self) -> date | None:
        """The same before it rolls, and without what it may not be after."""
        if self.scope.clock.stopping.kind == "anew":
            return self.anew().last
        return stand_still(self.end, self.suspended_from, (pause.days for pause in self.pauses))

    def anew(self) -> _Anew:
        """The last day where after a suspension another period runs.

        No such period runs of what was extended: it keeps its extended day, or, where that passed meanwhile, it ends
        with what extensions allow.
        """
        found = _Anew(self.end)
        for pause in self.pauses if self.scope.clock.stopping.period else ():
            began = pause.days.since
            if (pause.days.until and pause.days.until <= self.start) or (found.last is not None and began > found.last):
                continue
            removed = self._removed(pause)
            found = self._after(removed) if removed else _Anew(None)
        return found

    def _after(self, removed: date) -> _Anew:
        period, limit = self.scope.clock.stopping.period, self.scope.clock.extension.limit
        assert period is not None
        if not self.times:
            return _Anew(end_of(removed, period), removed)
        if self.end >= removed:
            return _Anew(self.end)
        if limit is None:
            return _Anew(end_of(removed, period), removed)
        end = end_of(self.start, limit)
        return _Anew(end if end >= removed else None, limit=end)

    def stands_on(self, day: date) -> Pause | None:
        """The suspension by which it stands still on that day."""
        last = self.standing()
        for pause in self.pauses:
            removed = self._removed(pause)
            lasts = pause.days.lasts_on(day) and (removed is None or day < removed)
            if lasts and (last is None or pause.days.since <= last):
                return pause
        return None

    def extended(self, extension: Extended) -> "_Counted":
        """The same after an extension; one that was granted after the last day has no effect, nor has one that tells
        by its event what is known."""
        last = self._as_of(extension.granted).last()
        if last is not None and extension.granted > last:
            return self
        if extension.until is not None:
            return self._until(extension.until, extension.granted)
        if (self.by_event or extension.by_event) and extension.granted <= self.extended_from:
            return replace(self, by_event=self.by_event and extension.by_event)
        return replace(self._by_length(extension.granted), by_event=extension.by_event)

    def _removed(self, pause: Pause) -> date | None:
        """The day of the event from which another period runs after that suspension, and which ends it for this
        clock."""
        event = self.scope.clock.stopping.event
        day = self.scope.done(event) if event else None
        return day if day is not None and pause.days.since <= day <= self.known_until else None

    def _by_length(self, granted: date) -> "_Counted":
        rule, clock = self.scope.clock.extension, self.scope.clock
        assert clock.period is not None
        assert rule.period is not None
        if rule.times is not None and self.times >= rule.times:
            return self
        times = self.times + 1
        if rule.period.unit is clock.period.unit:
            # a year from 29 February, extended three times, ends on 29 February
            end = end_of(self.start, Period(clock.period.length + times * rule.period.length, rule.period.unit))
        else:
            end = end_of(self.end, rule.period)
        end = self._within_limit(end)
        if end <= self.end:
            return self
        return replace(self, end=end, times=times, granted=granted, extended_from=self.end)

    def _until(self, until: date, granted: date) -> "_Counted":
        end, last = self._within_limit(until), self._as_of(granted, until_then=True).standing()
        if end <= self.end or (last is not None and until <= last):
            return self
        return replace(self, end=end, suspended_from=granted, times=self.times + 1, until=end, granted=granted)

    def _as_of(self, day: date, *, until_then: bool = False) -> "_Counted":
        """The same as it was known on a day, `until_then`: with the suspended days until that day."""
        known = [pause for pause in self.pauses if pause.days.since <= day]
        if until_then and self.scope.clock.stopping.kind == "stands_still":
            known = [_until_then(pause, day) for pause in known]
        return replace(self, pauses=known, known_until=day)

    def _within_limit(self, end: date) -> date:
        limit = self.scope.clock.extension.limit
        return min(end, end_of(self.start, limit)) if limit else end


def _until_then(pause: Pause, day: date) -> Pause:
    """The suspension as if it ended on that day, if it did not end before."""
    return replace(pause, days=Suspension(pause.days.since, min(pause.days.until or day, day)))
