"""How days are counted, and a second calculation that shares nothing with the first."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.deadlines.business_days import Period, Suspension, Unit, day_of, is_business_day, is_holiday, last_day, today
from hub.errors import BadInput

DAYS = st.dates(date(2021, 6, 19), date(2060, 1, 1))
PERIODS = st.builds(Period, st.integers(-120, 400), st.sampled_from(Unit))


@pytest.mark.parametrize(
    ("length", "unit", "start", "last"),
    [
        (30, Unit.CALENDAR_DAY, "2026-10-27", "2026-11-26"),
        (5, Unit.BUSINESS_DAY, "2026-11-19", "2026-11-27"),  # without Thanksgiving
        (5, Unit.BUSINESS_DAY, "2026-12-23", "2026-12-31"),  # without Christmas
        (1, Unit.YEAR, "2024-02-29", "2025-02-28"),
        (6, Unit.MONTH, "2026-08-31", "2027-02-28"),
        (-15, Unit.CALENDAR_DAY, "2026-11-30", "2026-11-15"),
        (-1, Unit.BUSINESS_DAY, "2026-11-30", "2026-11-27"),
        (-2, Unit.BUSINESS_DAY, "2026-11-28", "2026-11-25"),
        (-1, Unit.MONTH, "2026-03-31", "2026-02-28"),
        (0, Unit.BUSINESS_DAY, "2026-11-28", "2026-11-28"),
    ],
)
def test_a_period_ends_on_the_day_worked_out_by_hand(length: int, unit: Unit, start: str, last: str) -> None:
    assert last_day(date.fromisoformat(start), Period(length, unit), rolls=False) == date.fromisoformat(last)


def test_a_last_day_that_is_no_business_day_rolls_to_the_next() -> None:
    # Thanksgiving; a Saturday before a Monday that is kept as Independence Day is
    thirty = Period(30, Unit.CALENDAR_DAY)
    assert last_day(date(2026, 10, 27), thirty, rolls=True) == date(2026, 11, 27)
    assert last_day(date(2026, 6, 3), thirty, rolls=True) == date(2026, 7, 6)


PROTEST = Period(2, Unit.YEAR)


def _due(start: str, *pauses: tuple[str, str | None]) -> date | None:
    suspended = [Suspension(date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in pauses]
    return last_day(date.fromisoformat(start), PROTEST, rolls=True, suspended=suspended)


def test_a_suspended_period_stands_still_and_ends_as_many_days_later() -> None:
    assert _due("2026-01-05", ("2026-02-01", None)) is None
    assert _due("2026-01-05", ("2026-02-01", "2026-03-01")) == date(2028, 2, 2)
    # two pauses: 28 and 3 days more, to a Saturday, 5 February
    assert _due("2026-01-05", ("2026-02-01", "2026-03-01"), ("2026-05-01", "2026-05-04")) == date(2028, 2, 7)
    # a pause before the start or after the end changes nothing
    assert _due("2026-01-05", ("2025-01-01", "2025-06-01"), ("2029-01-01", None)) == date(2028, 1, 5)


@pytest.mark.parametrize(
    "pauses",
    [
        (("2026-03-01", "2026-03-21"), ("2026-03-11", "2026-03-31")),
        (("2026-03-11", "2026-03-31"), ("2026-03-01", "2026-03-21")),
        (("2026-03-01", "2026-03-11"), ("2026-03-11", "2026-03-31")),
        (("2026-03-01", "2026-03-31"), ("2026-03-05", "2026-03-06")),
        (("2026-03-01", "2026-03-31"), ("2026-03-01", "2026-03-31")),
        (("2026-03-01", "2026-03-31"), ("2026-03-20", "2026-03-10")),
        (("2026-03-05", "2026-03-06"), ("2026-03-01", "2026-03-31"), ("2026-03-31", "2026-03-31")),
    ],
)
def test_suspensions_that_overlap_stop_a_period_once(pauses: tuple[tuple[str, str], ...]) -> None:
    # 1 to 31 March however it is told: thirty days more than 5 January 2028
    assert _due("2026-01-05", *pauses) == date(2028, 2, 4)


def test_a_suspension_that_lasts_and_began_within_another_stops_the_period() -> None:
    assert _due("2026-01-05", ("2026-03-01", "2026-03-31"), ("2026-03-15", None)) is None


def test_the_day_is_that_of_headquarters() -> None:
    assert today(datetime(2026, 11, 22, 4, 59, tzinfo=UTC)) == date(2026, 11, 21)
    assert today(datetime(2026, 11, 22, 5, 0, tzinfo=UTC)) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-01", "2026-11-02T03:30:00Z", "2026-11-02t03:30:00z", "2026-11-01T22:30:00-05:00",
        "2026-11-02 03:30:00+00",
        "2026-11-02 03:30:00 UTC", "2026-11-02 04:59:59.999999 GMT", "2026-11-01T23:59:59.999-05:00",
        "2026-11-02T12:30+09:00",
        "2026-11-01T05:00:00Z", " 2026-11-01 22:30:00 ", "2026-11-02T03:59", date(2026, 11, 1),
        datetime(2026, 11, 2, 3, 30),  # noqa: DTZ001
        datetime(2026, 11, 2, 3, 30, tzinfo=UTC),
    ],
)  # fmt: skip
def test_the_day_of_a_moment_is_washingtons(told: str | date) -> None:
    assert day_of(told) == date(2026, 11, 1)


def test_the_day_of_a_moment_heeds_summer_time_and_the_ends_of_the_calendar() -> None:
    # until 2 a.m. on 1 November 2026 Washington is four hours behind UTC, and then five
    assert day_of("2026-11-01T03:59:59Z") == date(2026, 10, 31)
    assert day_of("2026-11-01T04:00:00Z") == date(2026, 11, 1)
    assert day_of("0001-01-01T00:00:00Z") == date(1, 1, 1)
    for wrong in ("", "none", "2026-11-31", "2026-11-01T25:00Z", "UTC", "11/01/2026"):
        with pytest.raises(ValueError, match=r"isoformat|day is out of range|hour must be"):
            day_of(wrong)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_the_same_moment_is_the_same_day_in_every_offset(moment: datetime, minutes: int) -> None:
    elsewhere = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    assert day_of(elsewhere.isoformat()) == day_of(moment.isoformat() + "Z") == today(elsewhere)


@pytest.mark.parametrize("unit", list(Unit))
def test_an_end_beyond_all_calendars_is_refused(unit: Unit) -> None:
    for length in (2_000, 2_000_000_000):
        with pytest.raises(BadInput, match="2199"):
            last_day(date(2198, 1, 1), Period(length, unit), rolls=True)
    with pytest.raises(BadInput, match="the year 1"):
        last_day(date(1, 1, 5), Period(-2_000, unit), rolls=True)


# The second calculation: holidays by the words of 5 USC 6103, days told off one by one.


def _kept(day: date) -> date:
    """Saturday's is kept on Friday, Sunday's on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    days = [
        day
        for number in range(1, monthrange(year, month)[1] + 1)
        if (day := date(year, month, number)).weekday() == weekday
    ]
    return days[nth]


def _holidays(year: int) -> set[date]:
    fixed = [
        date(year, 1, 1),
        date(year, 6, 19),
        date(year, 7, 4),
        date(year, 11, 11),
        date(year, 12, 25),
        date(year + 1, 1, 1),
    ]
    moving = [
        _nth(year, 1, 0, 2),
        _nth(year, 2, 0, 2),
        _nth(year, 5, 0, -1),
        _nth(year, 9, 0, 0),
        _nth(year, 10, 0, 1),
        _nth(year, 11, 3, 3),
    ]
    return {*fixed, *map(_kept, fixed), *moving}


def _works(day: date) -> bool:
    return day.weekday() not in (5, 6) and day not in _holidays(day.year)


def _naive(start: date, length: int, unit: Unit) -> date:
    day = start
    match unit:
        case Unit.CALENDAR_DAY:
            return date.fromordinal(start.toordinal() + length)
        case Unit.BUSINESS_DAY:
            step = 1 if length > 0 else -1
            while length:
                day = date.fromordinal(day.toordinal() + step)
                length -= step * _works(day)
            return day
        case _:
            months = length * (12 if unit is Unit.YEAR else 1)
            year, month = start.year, start.month
            for _ in range(abs(months)):
                if months > 0:
                    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
                else:
                    year, month = (year - 1, 12) if month == 1 else (year, month - 1)
            return date(year, month, min(start.day, monthrange(year, month)[1]))


@given(DAYS)
def test_holidays_are_those_of_the_law(day: date) -> None:
    assert is_business_day(day) == _works(day)
    if is_holiday(day) and day.weekday() < 5:
        assert day in _holidays(day.year)


@given(DAYS, PERIODS, st.booleans())
def test_every_period_ends_as_the_second_calculation_says(start: date, period: Period, rolls: bool) -> None:
    if period.unit is Unit.YEAR:
        period = Period(period.length // 20, Unit.YEAR)
    wanted = _naive(start, period.length, period.unit)
    while rolls and not _works(wanted):
        wanted += timedelta(days=1)
    assert last_day(start, period, rolls=rolls) == wanted


@given(DAYS, st.integers(1, 400), st.lists(st.tuples(st.integers(-50, 300), st.integers(-5, 90)), max_size=5))
def test_suspended_days_are_added_one_by_one(start: date, length: int, pauses: list[tuple[int, int]]) -> None:
    # in any order, over each other, and some that end before they begin
    suspended = [
        Suspension(since := start + timedelta(days=after), since + timedelta(days=days)) for after, days in pauses
    ]
    # a clock of which a day passes only while it runs, from the day after its start
    day, left = start, length
    while left:
        day += timedelta(days=1)
        left -= not any(pause.since <= day < (pause.until or day) for pause in suspended)
    assert last_day(start, Period(length, Unit.CALENDAR_DAY), rolls=False, suspended=suspended) == day
