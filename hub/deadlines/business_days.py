"""How days are counted: when a period that the law or practice sets runs out. Pure: days in, days out.

A period counts from the day after its start: of 30 days from 1 March the last is 31 March. One of a negative length
ends as long before its start. A month or year ends on the day of the same number, or on the last of a shorter month.
Business days are Monday to Friday without the legal federal holidays, and those that are kept on another day are kept
there.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from hub.errors import BadInput

_EASTERN: Final = ZoneInfo("America/New_York")
_SATURDAY: Final = 5
_IN_UTC: Final = re.compile(r" ?(?:UTC|GMT)$")
_DIGITS_OF_A_DAY: Final = len("20261101")
_LAST_YEAR: Final = 2199


class Unit(Enum):
    """What a period is counted in."""

    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    MONTH = "month"
    YEAR = "year"


_WORDS: Final = {Unit.CALENDAR_DAY: "day", Unit.BUSINESS_DAY: "business day", Unit.MONTH: "month", Unit.YEAR: "year"}


@dataclass(frozen=True, slots=True)
class Period:
    """So many of a unit; `str` is how one says it, e.g. `30 days`."""

    length: int
    unit: Unit

    def __str__(self) -> str:
        word = _WORDS[self.unit]
        return f"{abs(self.length)} {word}{'' if abs(self.length) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days on which a clock stood still: from the first, until the day it ran on; None while it stands."""

    since: date
    until: date | None = None

    def lasts_on(self, day: date) -> bool:
        """Whether the clock stands still on that day."""
        return self.since <= day and (self.until is None or day < self.until)


def last_day(start: date, period: Period, *, rolls: bool, suspended: Iterable[Suspension] = ()) -> date | None:
    """The last day of a period that began on `start`; None while it stands still.

    With `rolls`, a last day that is no business day moves to the next. Raises `BadInput` for an end beyond what
    calendars are known for.
    """
    ends = stand_still(end_of(start, period), start + timedelta(days=1), suspended)
    return next_business_day(ends) if rolls and ends else ends


def end_of(start: date, period: Period) -> date:
    """The day on which a period ends that began on `start`. Raises `BadInput` for one beyond what calendars are known
    for."""
    try:
        return _known(_after(start, period))
    except (OverflowError, ValueError):
        raise _beyond(after=period.length > 0) from None


def stand_still(ends: date, counted: date, suspended: Iterable[Suspension]) -> date | None:
    """The last day of what would end on that day, with the days added on which it stood still; None while it does.

    Days are added from `counted` on, the first day that counts, in calendar days; a day that several suspensions hold
    stands still once. A suspension that began after the last day changes nothing. Raises `BadInput` as `end_of`.
    """
    for pause in sorted(suspended, key=lambda pause: pause.since):
        if pause.since > ends:
            break
        if pause.until is None:
            return None
        # days before `counted` stood still already, or the clock did not run yet
        try:
            ends += max(pause.until - max(pause.since, counted), timedelta())
        except OverflowError:
            raise _beyond(after=True) from None
        counted = max(counted, pause.until)
    return _known(ends)


def today(now: datetime) -> date:
    """The day it is at headquarters."""
    return now.astimezone(_EASTERN).date()


def day_of(value: str | date) -> date:
    """The day at headquarters of a day or moment that a system tells, e.g. 2026-11-01, or 2026-11-02T03:30:00Z for the
    same day.

    A moment without an offset is UTC's, as everywhere. Raises `ValueError` for what `told` does.
    """
    moment = told(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return moment
    try:
        return today(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except OverflowError:
        return moment.date()


def told(text: str) -> date | datetime:
    """The day or moment of a text in ISO 8601, as Python reads it (blank or T between, any offset, Z or UTC).

    Raises `ValueError` for anything else.
    """
    text = _IN_UTC.sub("Z", text.strip().upper())
    if text.isdigit() and len(text) != _DIGITS_OF_A_DAY:  # of thirteen Python would take one for a T
        raise ValueError(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def next_business_day(day: date) -> date:
    """That day, or the first business day after it."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def is_business_day(day: date) -> bool:
    """Whether it is neither a Saturday, a Sunday nor a holiday."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


def is_holiday(day: date) -> bool:
    """Whether it is a legal federal holiday, or the day on which one is kept."""
    return day in _of_year(day.year)


@lru_cache(maxsize=64)
def _of_year(year: int) -> frozenset[date]:
    # New Year's Day of a year may be kept in the one before
    kept = holidays.country_holidays("US", years=(year, year + 1))
    return frozenset(day for day in kept if day.year == year)


def _after(start: date, period: Period) -> date:
    match period.unit:
        case Unit.CALENDAR_DAY:
            return start + timedelta(days=period.length)
        case Unit.BUSINESS_DAY:
            return _business_days_after(start, period.length)
        case Unit.MONTH:
            return _months_after(start, period.length)
        case Unit.YEAR:
            return _months_after(start, 12 * period.length)


def _business_days_after(start: date, length: int) -> date:
    """So many business days after a day, or before it."""
    step = timedelta(days=1 if length > 0 else -1)
    day, left = start, abs(length)
    while left:
        _known(day)  # no need to count on
        day += step
        left -= is_business_day(day)
    return day


def _months_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _known(day: date) -> date:
    if day.year > _LAST_YEAR:
        raise _beyond(after=True)
    return day


def _beyond(*, after: bool) -> BadInput:
    return BadInput(f"the period ends after {_LAST_YEAR}" if after else "the period ends before the year 1")
