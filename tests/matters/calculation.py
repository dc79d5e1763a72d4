"""The deadlines of a case, reckoned once more: from the rows of clocks.csv and the facts, plain and slow.

It shares no code with the hub. Tests compare the two on random histories.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, str]
ONE_DAY = timedelta(days=1)
OFFSET = re.compile(r"^(\w+?)([+-]\d+) (\w+)$")


class Suspension(NamedTuple):
    """`until` is the day from which the clock runs again."""

    since: date
    until: date | None
    cause: str


class Extension(NamedTuple):
    granted: date
    until: date | None  # None: by the clock's own length
    by_event: bool = False


@dataclass(frozen=True)
class History:
    """The facts of one case, as the hub stores them."""

    dates: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    suspensions: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    pronounced: tuple[str, ...] = ()
    closed: date | None = None
    entries: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()


class Result(NamedTuple):
    clock: str
    entry: str | None
    start: date
    last: date | None
    state: str
    met_on: date | None


# --- days ------------------------------------------------------------------------------------------------------------


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def last_monday(year: int, month: int) -> date:
    day = date(year, month, calendar.monthrange(year, month)[1])
    return day - timedelta(days=day.weekday())


def observed(day: date) -> date:
    """5 U.S.C. 6103(b) and Executive Order 11582: a holiday on Saturday is kept on Friday, on Sunday on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


@cache
def legal_holidays(year: int) -> set[date]:
    """5 U.S.C. 6103(a), as it stands since 2021."""
    monday, thursday = 0, 3
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    return {
        *(observed(day) for day in [*fixed, date(year + 1, 1, 1)]),
        nth_weekday(year, 1, monday, 3),
        nth_weekday(year, 2, monday, 3),
        last_monday(year, 5),
        nth_weekday(year, 9, monday, 1),
        nth_weekday(year, 10, monday, 2),
        nth_weekday(year, 11, thursday, 4),
    }


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in legal_holidays(day.year)


def add_business_days(start: date, number: int) -> date:
    step = ONE_DAY if number > 0 else -ONE_DAY
    day = start
    for _ in range(abs(number)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def add_months(start: date, number: int) -> date:
    years, month = divmod(start.month - 1 + number, 12)
    year = start.year + years
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def add(start: date, number: int, unit: str) -> date:
    if unit == "calendar_day":
        return start + timedelta(days=number)
    if unit == "business_day":
        return add_business_days(start, number)
    return add_months(start, number * (12 if unit == "year" else 1))


def roll(day: date) -> date:
    while not is_business_day(day):
        day += ONE_DAY
    return day


# --- facts -----------------------------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    return [word for word in text.split("|") if word]


@dataclass
class Case:
    """A history, read: what is known of each event, and which facts name which clock."""

    history: History
    days: dict[tuple[str, str | None], date] = field(default_factory=dict)
    told: list[tuple[str, str | None, date]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    decisions: list[tuple[str | None, date]] = field(default_factory=list)

    @classmethod
    def of(cls, history: History) -> Case:
        case = cls(history)
        for fact in history.dates:
            event, day, *entry = fact.split()
            of = entry[0] if entry else None
            case.told.append((event, of, date.fromisoformat(day)))
            case.days[event, of] = max(date.fromisoformat(day), case.days.get((event, of), date.min))
        case.entries = sorted({*history.entries, *(entry for _, entry in case.days if entry)})
        recorded = [(entry, day) for (event, entry), day in case.days.items() if event == "decided"]
        made = [fact.split()[1:] for fact in history.decisions]
        case.decisions = [*recorded, *((of[0] if of else None, date.fromisoformat(day)) for day, *of in made)]
        for entry, day in sorted(case.decisions, key=lambda decision: decision[1]):
            case.days.setdefault(("decided", entry), day)
        return case

    def first(self, event: str, entry: str | None) -> date | None:
        """The day of an event that starts, bounds or chooses a clock."""
        if (own := self.days.get((event, entry))) or (own := self.days.get((event, None))):
            return own
        if entry:
            return None
        return min((day for (code, _), day in self.days.items() if code == event), default=None)

    def started(self, row: Row, event: str, entry: str | None) -> date | None:
        if row["per"] == "case" and row["from_last"] == "yes":
            return max((day for (code, _), day in self.days.items() if code == event), default=None)
        return self.first(event, entry)

    def done(self, event: str, entry: str | None) -> date | None:
        """The day of an event that meets or ends a clock: for the case, once it happened for every entry."""
        if (own := self.days.get((event, entry))) or (own := self.days.get((event, None))):
            return own
        if entry or not self.entries:
            return None
        days = [self.days.get((event, one)) for one in self.entries]
        return None if None in days else max(day for day in days if day)

    def decided(self, entry: str | None, since: date) -> date | None:
        """The first decision from a day on: one about the case is about each entry, and each of them needs one."""
        found: list[date] = []
        for one in [entry] if entry or not self.entries else self.entries:
            days = [day for of, day in self.decisions if of in {None, one} and day >= since]
            if not days:
                return None
            found.append(min(days))
        return max(found)

    def naming(self, facts: Iterable[str], code: str, entry: str | None) -> list[list[str]]:
        """What follows clock and entry in the facts that name this clock for this entry."""
        split = [fact.split() for fact in facts]
        return [rest for clock, of, *rest in split if clock == code and of in {"-", entry}]

    def suspensions(self, row: Row, entry: str | None) -> list[Suspension]:
        if row["suspension"] in {"", "none"}:
            return []
        found: list[Suspension] = []
        for fact in self.history.suspensions:
            since, until, cause, of = [*fact.split(), "-", "-", "-"][:4]
            cause = "" if cause == "-" else cause
            if of not in {"-", entry}:
                continue
            if not cause or cause in words(row["suspended_by"]):
                found.append(
                    Suspension(date.fromisoformat(since), None if until == "-" else date.fromisoformat(until), cause)
                )
        return sorted(found, key=lambda one: (one.since, one.until or date.max))

    def extensions(self, row: Row, entry: str | None) -> list[Extension]:
        found = [
            Extension(date.fromisoformat(granted), None if until == "+" else date.fromisoformat(until))
            for granted, until in self.naming(self.history.extensions, row["code"], entry)
        ]
        if row["extension"] == "discretion":
            found = [one for one in found if one.until]
        elif row["extension"] == "by_length":
            found = [one for one in found if one.until is None]
        else:
            found = []
        found = sorted(found, key=lambda one: (one.granted, one.until or date.max))
        if row["extension"] == "by_length" and (event := row["extension_event"]):
            of = {None, entry} if row["per"] == "entry" else {None}
            days = {day for told, one, day in self.told if told == event and one in of}
            if not days and (day := self.first(event, entry)):
                days = {day}
            known = {one.granted for one in found}
            found += [Extension(day, None, by_event=True) for day in days - known]
        return sorted(found, key=lambda one: (one.granted, one.until or date.max))

    def holds(self, code: str, entry: str | None) -> bool:
        said = {code, f"{code} {entry}"} & {*self.history.conditions}
        if code.startswith("not_") and not said:
            return not self.holds(code.removeprefix("not_"), entry)
        return bool(said) or self.first(code, entry) is not None or self.is_suspended(code, entry)

    def is_suspended(self, code: str, entry: str | None) -> bool:
        for fact in self.history.suspensions:
            _, until, cause, of = [*fact.split(), "-", "-", "-"][:4]
            if until == "-" and f"suspended_by_{cause}" == code and of in {"-", entry}:
                return True
        return False

    def chosen(self, variants: Sequence[Row], entry: str | None) -> list[Row]:
        """The variants that hold: the first one runs, unless what it runs from was taken away."""
        return [row for row in variants if all(self.holds(code, entry) for code in row["condition"].split("&") if code)]


# --- the last day ----------------------------------------------------------------------------------------------------


def suspended_days(suspensions: Iterable[Suspension], after: date) -> set[date]:
    """The days behind `after` on which one of them lasts. All of them have an end."""
    found: set[date] = set()
    for one in suspensions:
        day = max(one.since, after + ONE_DAY)
        while one.until and day < one.until:
            found.add(day)
            day += ONE_DAY
    return found


def replace_until(one: Suspension, day: date) -> Suspension:
    return one._replace(until=min(one.until or day, day))


def standing_still(base: date, after: date, suspensions: Sequence[Suspension]) -> date | None:
    """The last day, put off by each suspended day; nothing where a suspension lasts."""
    last, counted = base, list[Suspension]()
    for one in suspensions:
        if one.since > last:
            continue
        if one.until is None:
            return None
        counted.append(one)
        last = base + timedelta(days=len(suspended_days(counted, after)))
    return last


@dataclass
class Reckoning:
    """One clock of a case, for one entry or for the case."""

    case: Case
    row: Row
    entry: str | None
    start: date

    def rolled(self, day: date) -> date:
        return roll(day) if self.row["rolls"] == "yes" else day

    def bounded(self, day: date | None) -> date | None:
        bounds = [day] if day else []
        for text in words(self.row["not_after"]):
            event, number, unit = OFFSET.match(text).groups()  # type: ignore[union-attr]
            if found := self.case.first(event, self.entry):
                bounds.append(add(found, int(number), unit))
        return min(bounds, default=None)

    def limited(self, day: date) -> date:
        if not (limit := self.row["extension_limit"]):
            return day
        number, unit = limit.split()
        return min(day, add(self.start, int(number), unit))

    def lengthened(self, times: int) -> date:
        length, unit = int(self.row["length"]), self.row["unit"]
        if not times:
            return add(self.start, length, unit)
        longer, longer_unit = int(self.row["extension_length"]), self.row["extension_unit"]
        if longer_unit == unit:
            return self.limited(add(self.start, length + times * longer, unit))
        day = add(self.start, length, unit)
        for _ in range(times):
            day = add(day, longer, longer_unit)
        return self.limited(day)

    def run_anew(
        self, base: date, *, extended: bool, suspensions: Sequence[Suspension], by: date = date.max
    ) -> date | None:
        """The last day where suspensions take the period away and a new one runs; nothing until that starts."""
        removed = self.case.done(self.row["anew_from"], self.entry) if self.row["suspension"] == "anew" else None
        last: date | None = base
        for one in suspensions:
            if (one.until and one.until <= self.start) or (last and one.since > last):
                continue
            last = None
            if removed and one.since <= removed <= by:
                last = self.after_removal(base, removed, extended=extended)
        return last

    def after_removal(self, base: date, removed: date, *, extended: bool) -> date | None:
        """19 USC 1504(d): six months, but not for what was extended; that has its day, or the end of 1504(b)."""
        six_months = add(removed, int(self.row["anew_length"]), self.row["anew_unit"])
        if not extended:
            return six_months
        if base >= removed:
            return base
        if not self.row["extension_limit"]:
            return six_months
        number, unit = self.row["extension_limit"].split()
        end = add(self.start, int(number), unit)
        return end if end >= removed else None

    def had(self, base: date, after: date, times: int, granted: date) -> tuple[date | None, date]:
        """The last day on the day an extension was granted (nothing: it stood still), and the day to be exceeded."""
        suspensions = [one for one in self.case.suspensions(self.row, self.entry) if one.since <= granted]
        if self.row["suspension"] == "stands_still":
            last = standing_still(base, after, suspensions)
            until_then = [replace_until(one, granted) for one in suspensions]
            day = standing_still(base, after, until_then) or base
        else:
            last = self.run_anew(base, extended=times > 0, suspensions=suspensions, by=granted)
            day = last or base
        return self.bounded(self.rolled(last)) if last else None, day

    def extended(self) -> tuple[date, date, int, date | None]:
        """The day to which the period was extended, the day behind which suspended days are added, how often, and the
        day on which that was last granted."""
        base, after, times, on = self.lengthened(0), self.start, 0, None
        period, only_event = date.min, False  # the end of the period in which the last one was granted, and who told it
        for one in self.case.extensions(self.row, self.entry):
            last, day = self.had(base, after, times, one.granted)
            if last and one.granted > last:
                continue
            if one.until is None:
                if one.granted <= period and (only_event or one.by_event):
                    only_event = only_event and one.by_event
                    continue
                longer, only_event = self.lengthened(times + 1), one.by_event
                if times < int(self.row["extension_times"] or 0) and longer > base:
                    period, base, times, on = base, longer, times + 1, one.granted
            elif one.until > day:
                base, after, times, on = self.limited(one.until), one.granted - ONE_DAY, times + 1, one.granted
        return base, after, times, on

    def standing_last(self) -> date | None:
        """The last day before rolling and without what bounds it; nothing while it stands still."""
        base, after, times, _ = self.extended()
        suspensions = self.case.suspensions(self.row, self.entry)
        if self.row["suspension"] == "stands_still":
            return standing_still(base, after, suspensions)
        return self.run_anew(base, extended=times > 0, suspensions=suspensions)

    def last(self) -> date | None:
        if not self.row["length"]:
            return self.bounded(None)
        last = self.standing_last()
        last = self.bounded(self.rolled(last)) if last else None
        return last - ONE_DAY if last and self.row["passing"] == "deemed_unless_before" else last

    # --- the state ---------------------------------------------------------------------------------------------------

    def happened(self, events: str, more: Iterable[date] = ()) -> date | None:
        """The earliest day, from the start on, of one of the events; on any day for a clock that counts backwards."""
        since = date.min if self.row["length"].startswith("-") else self.since()
        days = [*more, *(day for event in words(events) if (day := self.done(event, since)))]
        return min((day for day in days if day >= since), default=None)

    def since(self) -> date:
        """From when on acts count: the earlier event that the row names, or the day after they were undone."""
        earlier = [day for event in words(self.row["met_since"]) if (day := self.case.first(event, self.entry))]
        since = min([*earlier, self.start])
        undone = [day for event in words(self.row["reopened_by"]) if (day := self.case.first(event, self.entry))]
        return max([since, *(day + ONE_DAY for day in undone)])

    def voided(self) -> date | None:
        """When, from the start on, what it runs from was taken away."""
        days = [self.done(event, self.start) for event in words(self.row["voided_by"])]
        return min((day for day in days if day and day >= self.start), default=None)

    def done(self, event: str, since: date) -> date | None:
        return self.case.decided(self.entry, since) if event == "decided" else self.case.done(event, self.entry)

    def met(self) -> date | None:
        named = self.case.naming(self.case.history.answers, self.row["code"], self.entry)
        return self.happened(self.row["met_by"], [date.fromisoformat(day) for (day,) in named])

    def deemed_on(self, last: date) -> date:
        if self.row["passing"] == "deemed_next_day":
            return self.rolled(last + ONE_DAY)
        return last + ONE_DAY if self.row["passing"] == "deemed_unless_before" else last

    def pronounced(self, last: date | None) -> date | None:
        if last is None:
            return None
        named = self.case.naming(self.case.history.pronounced, self.row["code"], self.entry)
        outcome = self.deemed_on(last)
        return outcome if any(date.fromisoformat(text) >= outcome for (text,) in named) else None

    def suspended(self, today: date) -> bool:
        if not self.row["length"]:
            return False  # what is bounded by another day alone is not moved by a suspension
        last = self.standing_last()
        removed = self.case.done(self.row["anew_from"], self.entry) if self.row["suspension"] == "anew" else None
        for one in self.case.suspensions(self.row, self.entry):
            ends = [day for day in (one.until, removed if removed and removed >= one.since else None) if day]
            if one.since <= today and all(today < day for day in ends) and (last is None or one.since <= last):
                return True
        return False

    def state(self, last: date | None, today: date) -> str:
        met, ended, voided = self.met(), self.happened(self.row["ended_by"]), self.voided()
        if voided and (met is None or voided < met):
            return "ENDED"
        if ended and (met is None or ended < met) and (last is None or ended <= last):
            return "ENDED"
        if met and (last is None or met <= last):
            return "MET"
        if met and not self.row["passing"].startswith("deemed"):
            return "MET_LATE"
        if met and last and self.row["passing"] == "deemed_next_day" and met <= self.deemed_on(last):
            return "MET_LATE"
        closed = self.case.history.closed
        if closed and self.row["side"] == "government" and (last is None or last >= closed):
            return "ENDED"
        if last is None or last >= today:
            return "SUSPENDED" if self.suspended(today) else "RUNNING"
        if self.row["passing"].startswith("deemed"):
            return "DEEMED" if self.pronounced(last) else "PROPOSED"
        return "MISSED" if self.row["passing"] == "missed" else "PASSED"

    def result(self, today: date) -> Result:
        last = self.last()
        clock = f"{self.row['kind']} {self.row['code']}"
        state = self.state(last, today)
        met_on = self.met() if state in {"MET", "MET_LATE"} else None
        return Result(clock, self.entry, self.start, last, state, met_on)


def reckonings(case: Case, variants: Sequence[Row]) -> list[Reckoning]:
    entries: Sequence[str | None] = case.entries or [None]
    found: list[Reckoning] = []
    for entry in entries if variants[0]["per"] == "entry" else [None]:
        running = [(row, start_of(case, row, entry)) for row in case.chosen(variants, entry)]
        for row, start in running:
            if not (start and Reckoning(case, row, entry, start).voided()):
                running = [(row, start)]
                break
        if running and (start := running[0][1]):
            found.append(Reckoning(case, running[0][0], entry, start))
    return found


def start_of(case: Case, row: Row, entry: str | None) -> date | None:
    days = (case.started(row, event, entry) for event in words(row["starts_from"]))
    return next((day for day in days if day), None)


def with_made_events(case: Case, found: Iterable[tuple[Reckoning, Result]]) -> dict[tuple[str, str | None], date]:
    """The days of the case and, beside them, of what came by law and was pronounced, and of what was extended."""
    days = dict(case.days)
    for one, result in found:
        made = [(f"deemed_{one.row['deemed']}", one.pronounced(result.last))] if result.state == "DEEMED" else []
        if one.row["extension_event"] and one.row["length"]:
            made.append((one.row["extension_event"], one.extended()[3]))
        for event, day in made:
            if day and (event, None) not in case.days and (event, one.entry) not in case.days:
                days[event, one.entry] = max(day, days.get((event, one.entry), day))
    return days


def calculate(history: History, rows: Sequence[Row], today: date) -> list[Result]:
    """All deadlines of a case, in the order of the rows and of the entries."""
    clocks: dict[str, list[Row]] = {}
    for row in rows:
        clocks.setdefault(f"{row['kind']} {row['code']}", []).append(row)
    recorded = Case.of(history)
    case, found = recorded, list[tuple[Reckoning, Result]]()
    for _ in range(len(clocks) + 1):
        found = [(one, one.result(today)) for variants in clocks.values() for one in reckonings(case, variants)]
        days = with_made_events(recorded, found)
        if days == case.days:
            break
        case = replace(recorded, days=days)
    return [result for _, result in found]
