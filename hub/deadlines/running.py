"""How long a clock runs: its last day by its period, its extensions, its suspensions and the days it is never after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from hub.deadlines.business_days import Period, Suspension, end_of, next_business_day, stand_still
from hub.deadlines.clock import Bound, Clock
from hub.deadlines.facts import Extended, Pause, Scope


@dataclass(frozen=True, slots=True)
class Run:
    """How long a clock runs.

    `last` is None while it stands still: by the suspension `stands`, if that lasts today. `anew` is the day from which
    another period runs after a suspension. `bound` is what its last day may not be after, where that decides it.
    """

    last: date | None
    extensions: int = 0
    extended_to: date | None = None
    stands: Pause | None = None
    anew: date | None = None
    bound: Bound | None = None


def run(scope: Scope, start: date, today: date) -> Run | None:
    """How long the clock of that scope runs from its start; None where no period is set for it.

    Raises `BadInput` for an end beyond what calendars are known for.
    """
    clock = scope.clock
    bounds = [(bound.day(day), bound) for bound in clock.not_after if (day := scope.begun(bound.event)) is not None]
    first = min(bounds, key=lambda found: found[0], default=None)
    if clock.period is None:
        return Run(first[0], bound=first[1]) if first else None
    counted = _Counted(scope, start, first[0] if first else None, scope.pauses(), end_of(start, clock.period), start)
    for extension in scope.extensions():
        counted = counted.extended(extension)
    last = counted.last()
    bound = first[1] if first and last == first[0] else None
    return Run(last, counted.times, counted.until, counted.stands_on(today), counted.anew()[1], bound)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A period as it is counted: the day on which it would `end` but for suspensions, which count from a day on."""

    scope: Scope
    start: date
    never_after: date | None
    pauses: Sequence[Pause]
    end: date
    suspended_from: date
    times: int = 0
    until: date | None = None

    def last(self) -> date | None:
        clock = self.scope.clock
        last = self.anew()[0] if clock.stopping.kind == "anew" else self._stood_still()
        if last is None:
            return None
        if clock.rolls:
            last = next_business_day(last)
        return min(last, self.never_after) if self.never_after else last

    def extended(self, extension: Extended) -> "_Counted":
        """The same after an extension; one that was granted after the last day has no effect."""
        last = self.last()
        if last is not None and extension.granted > last:
            return self
        return self._by_length() if extension.until is None else self._until(extension.until, extension.granted)

    def anew(self) -> tuple[date | None, date | None]:
        """The last day where after a suspension another period runs, and the day from which that does.

        What was extended is not cut short by it.
        """
        period, removed = self.scope.clock.stopping.period, self._removed()
        last: date | None = self.end
        begun = None
        for pause in self.pauses:
            if period is None or (last is not None and pause.days.since > last):
                break
            if pause.days.until is None or pause.days.until > self.start:
                begun = removed if self._is_over(pause) else None
                last = end_of(begun, period) if begun else None
        if last and begun and self.times and self.end > last:
            return self.end, None
        return last, begun

    def stands_on(self, day: date) -> Pause | None:
        """The suspension by which it stands still on that day."""
        return next((pause for pause in self.pauses if pause.days.lasts_on(day) and not self._is_over(pause)), None)

    def _stood_still(self) -> date | None:
        return stand_still(self.end, self.suspended_from, (pause.days for pause in self.pauses))

    def _removed(self) -> date | None:
        event = self.scope.clock.stopping.event
        return self.scope.done(event) if event else None

    def _is_over(self, pause: Pause) -> bool:
        """Whether the event from which another period runs has ended the suspension for this clock."""
        event = self._removed()
        return event is not None and event >= pause.days.since

    def _by_length(self) -> "_Counted":
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
        return self if end <= self.end else replace(self, end=end, times=times)

    def _until(self, until: date, granted: date) -> "_Counted":
        end, last = self._within_limit(until), self._as_of(granted).last()
        if last is not None and end <= last:
            return self
        return replace(self, end=end, suspended_from=max(granted, self.start), times=self.times + 1, until=end)

    def _as_of(self, day: date) -> "_Counted":
        """The same as it was known on a day: with the suspended days until then."""
        before = [pause for pause in self.pauses if pause.days.since <= day]
        known = [replace(pause, days=Suspension(pause.days.since, min(pause.days.until or day, day))) for pause in before]
        return replace(self, pauses=known)

    def _within_limit(self, end: date) -> date:
        limit = self.scope.clock.extension.limit
        return min(end, end_of(self.start, limit)) if limit else end

