"""Days and moments in the spellings of real lists: none is ever read as another."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.engine.days import as_format, day_of, moment_of


def _read(written: str, *said: str) -> date | None:
    """The day of a cell, by formats as the connection's file says them; None where it is no day that can be told."""
    try:
        return day_of(written, tuple(map(as_format, said)))
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("said", "written", "day"),
    [
        ("MMDDYYYY", "11012026", date(2026, 11, 1)),
        ("MMDDYYYY", "01112026", date(2026, 1, 11)),
        ("MMDDYYYY", "1112026", date(2026, 1, 11)),
        ("MMDDYYYY", "1012026", date(2026, 1, 1)),
        ("MMDDYYYY", "112026", None),
        ("MMDDYYYY", "1 12026", None),
        ("MMDDYYYY", "9312026", None),
        ("DDMMYYYY", "1112026", date(2026, 11, 1)),
        ("MMDDYY", "10126", date(2026, 1, 1)),
        ("MMDDYY", "110126", date(2026, 11, 1)),
        ("DDMMYY", "10126", date(2026, 1, 1)),
        ("YYYYMMDD", "20261101", date(2026, 11, 1)),
        ("YYYYMMDD", "202611", None),
        ("YYYYMMDD", "2026111", None),
        ("YYYYDDMM", "2026111", None),
        ("YYMMDD", "61101", None),
        ("CCYYMMDD HH:MM", "20261101 10:30", date(2026, 11, 1)),
        ("CCYYMMDD HH:MM", "2026111 10:30", None),
        ("MMDDYYYY HH:MM", "1112026 10:30", date(2026, 1, 11)),
        ("YYYYMMDDHHMISS", "20261101103000", date(2026, 11, 1)),
        ("YYYYMMDDHHMISS", "2026110110300", None),
        # digits that are parted may be one or two
        ("MM/DD/YYYY", "1/1/2026", date(2026, 1, 1)),
        ("DDMonYYYY", "1Nov2026", date(2026, 11, 1)),
    ],
)
def test_digits_that_nothing_parts_are_as_many_as_the_format_has(said: str, written: str, day: date | None) -> None:
    assert _read(written, said) == day


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.sampled_from(["MMDDYYYY", "DDMMYYYY", "MMDDYY", "DDMMYY", "YYYYMMDD", "YYYYDDMM", "YYMMDD", "CCYYMMDD"]),
)
def test_digits_in_a_row_are_the_day_that_was_written_or_none(day: date, said: str) -> None:
    written = day.strftime(as_format(said))
    assert _read(written, said) == day.replace(year=_in_two_digits(day.year) if "YYYY" not in said else day.year)
    # a spreadsheet takes zeros away in front
    lost = written.lstrip("0")
    if lost != written:
        assert _read(lost, said) in (_read(written, said), None)
        assert (_read(lost, said) is None) == (said[0] not in "MD" or len(lost) < len(written) - 1)


def _in_two_digits(year: int) -> int:
    """The year that two digits stand for: of 1969 to 2068."""
    return year if 1969 <= year <= 2068 else year - 100


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("DD-Mon-YY", ["01-Nov-26", "1-NOV-26", "01-nov-26", "01-November-26", "01-Nov.-26"]),
        ("DD/Mon/YYYY", ["01/Nov/2026", "1/NOV/2026"]),
        ("DD-mmm-YYYY", ["01-Nov-2026"]),
        ("dd mmm yyyy", ["01 Nov 2026"]),
        ("Month DD, YYYY", ["November 1, 2026", "November 01, 2026", "Nov 1, 2026", "Nov. 01, 2026"]),
        ("month dd, yyyy", ["November 1, 2026"]),
        ("Mon D, YYYY", ["Nov 1, 2026", "NOVEMBER 1, 2026"]),
        ("D Month YYYY", ["1 November 2026"]),
        ("MMMM D, YYYY", ["November 1, 2026"]),
        ("DDMonYYYY", ["01Nov2026"]),
        ("Mon-DD-YYYY", ["Nov-01-2026"]),
        ("Mm/Dd/Yyyy", ["11/01/2026"]),
        ("DD/mm/YYYY", ["01/11/2026"]),
    ],
)
def test_a_format_is_written_as_people_write_it(said: str, written: Sequence[str]) -> None:
    for text in written:
        assert _read(text, said) == date(2026, 11, 1), text


_DAYS_WRITTEN = [
    "{day}{ordinal} of {month} {year}", "{day}{ordinal} of {month}, {year}", "{year}-{short}-{day:02d}",
    "{year} {month} {day}", "{year}{short}{day:02d}", "{year}, {month} {day}", "{year}\u5e74{number}\u6708{day}\u65e5",
    "{year}\ub144 {number}\uc6d4 {day}\uc77c", "{year} {number:02d} {day:02d}", "{year}_{number:02d}_{day:02d}",
    "{day} - {short} - {year}", "{weekday} {short} {day:>2} 00:00:00 {year}", "{year}.{number}.{day}.",
]  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(_DAYS_WRITTEN))
def test_a_day_that_can_be_no_other_needs_no_format(day: date, written: str) -> None:
    ordinal = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    text = written.format(
        year=day.year, number=day.month, day=day.day, ordinal=ordinal, month=day.strftime("%B"),
        short=day.strftime("%b"), weekday=day.strftime("%a"),
    )  # fmt: skip
    assert _read(text) == _read(text.upper()) == day


@pytest.mark.parametrize(
    "written", ["2026-11 01", "2026 11-01", "2026_13_01", "2026\u5e7413\u67081\u65e5", "2026-Nov-31"]
)
def test_a_year_first_does_not_make_a_day_of_what_is_none(written: str) -> None:
    assert _read(written) is None


_OTHER_FORMATS = {
    "d/m/Y": "%d/%m/%Y", "Y-m-d": "%Y-%m-%d", "m/d/Y": "%m/%d/%Y", "n/j/Y": "%m/%d/%Y", "TT.MM.JJJJ": "%d.%m.%Y",
    "JJJJ-MM-TT": "%Y-%m-%d", "JJ/MM/AAAA": "%d/%m/%Y", "DD/MM/AAAA": "%d/%m/%Y", "aaaa-mm-jj": "%Y-%m-%d",
    "YYYYDDD": "%Y%j", "YYYY-DDD": "%Y-%j", "YYDDD": "%y%j", "dddd, MMMM d, yyyy": "%A, %B %d, %Y",
    "EEE, MMM d, yyyy": "%a, %b %d, %Y", "Day, Month D, YYYY": "%A, %B %d, %Y", "ddd MM/DD/YYYY": "%a %m/%d/%Y",
    "M/D/YYYY h:mm tt": "%m/%d/%Y 12:00 AM",
}  # fmt: skip


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(sorted(_OTHER_FORMATS)))
def test_a_format_may_be_of_other_programs_and_languages(day: date, said: str) -> None:
    assert _read(day.strftime(_OTHER_FORMATS[said]), said) == day


@pytest.mark.parametrize(
    "written",
    ["22-NOV-2026 02.30.00.000000 PM", "2026-11-22 14h30", "Sun Nov 22 14:30:00 2026", "Sun Nov 22 14:30:00 UTC 2026",
     "Sun Nov 22 09:30:00 EST 2026", "Nov 22 14:30 2026"],
)  # fmt: skip
def test_a_moment_is_read_as_databases_and_logs_write_it(written: str) -> None:
    moment = moment_of(written, zone=UTC)
    assert isinstance(moment, datetime)
    assert moment.astimezone(UTC) == datetime(2026, 11, 22, 14, 30, tzinfo=UTC)


def test_september_has_four_letters_for_some() -> None:
    for written in ("01-Sep-26", "01-Sept-26", "01-SEPT.-26", "01-September-26"):
        assert _read(written, "DD-Mon-YY") == date(2026, 9, 1)


@pytest.mark.parametrize("said", ["Monday DD, YYYY", "Qq/DD/YYYY", "DD-Moon-YY", "Months DD, YYYY"])
def test_a_word_that_is_none_of_a_format_is_refused_in_any_capitals(said: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        as_format(said)


_MARKS = st.sampled_from(["", "\u200e", "\u200f", "\u202a", "\u202c", "\ufeff", "\u2060", "\u00ad", "\u200b"])
_DASHES = st.sampled_from(["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2212", "\uff0d"])


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.lists(_MARKS, min_size=4, max_size=4), _DASHES, st.booleans())
def test_marks_dashes_and_digits_of_every_kind_change_no_day(
    day: date, marks: list[str], dash: str, is_wide: bool
) -> None:
    written = f"{marks[0]}{day.year}{marks[1]}{dash}{day.month:02d}{dash}{marks[2]}{day.day:02d}{marks[3]}"
    american = f"{marks[0]}{day.month}/{marks[1]}{day.day}{marks[2]}/{day.year}{marks[3]}"
    if is_wide:
        written, american = (text.translate({0x30 + n: 0xFF10 + n for n in range(10)}) for text in (written, american))
    assert _read(written) == _read(written, "MM/DD/YYYY") == day
    assert _read(american, "MM/DD/YYYY") == _read(american.replace("/", "\uff0f"), "MM/DD/YYYY") == day
    assert _read(american.replace("/", dash), "MM-DD-YYYY") == day
    assert _read(american) is None


_ZONES = [
    ("EST", -5), ("edt", -4), ("ET", -5), ("Eastern", -5), ("(ET)", -5), ("Eastern Time", -5),
    ("Eastern Standard Time", -5), ("CST", -6), ("CT", -6), ("CDT", -5), ("MST", -7), ("MT", -7), ("PST", -8),
    ("PDT", -7), ("Pacific", -8), ("AKST", -9), ("HST", -10), ("AST", -4), ("ChST", 10), ("UTC", 0), ("GMT", 0),
    ("Z", 0), ("UTC-5", -5), ("GMT+1", 1), ("UTC+05:00", 5), ("-0500", -5), ("-05:00", -5),
]  # fmt: skip
_TIMES = [
    ("2026-11-02 22:30", ()), ("Nov 2, 2026 10:30 PM", ()), ("Nov 2, 2026, 10:30 p.m.", ()),
    ("November 2, 2026 at 10:30 PM", ()), ("Monday, November 2, 2026 10:30 PM", ()), ("2-NOV-2026 22:30:00", ()),
    ("11/02/2026 10:30 PM", ("MM/DD/YYYY",)), ("11/02/2026 22:30", ("MM/DD/YYYY HH:MM",)),
    ("11/02/26 10:30:00 PM", ("MM/DD/YYYY", "MM/DD/YY")),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "hours"), _ZONES)
@pytest.mark.parametrize(("written", "said"), _TIMES)
def test_a_zone_behind_a_time_is_that_of_the_moment(zone: str, hours: int, written: str, said: tuple[str, ...]) -> None:
    formats = tuple(map(as_format, said))
    moment = moment_of(f"{written} {zone}", formats)
    assert isinstance(moment, datetime)
    assert moment.astimezone(UTC) == datetime(2026, 11, 2, 22, 30, tzinfo=UTC) - timedelta(hours=hours)
    # half past ten at night: west of Washington it is the next day there by then
    assert day_of(f"{written} {zone}", formats) == date(2026, 11, 3 if -12 < hours < -6 else 2)


def test_a_zone_that_does_not_say_whether_it_is_summer_knows_it() -> None:
    for written in ("Jul 1, 2026 10:30 PM ET", "2026-07-01 22:30 Eastern", "2026-07-01 22:30 EDT"):
        assert moment_of(written).isoformat() == "2026-07-01T22:30:00-04:00"


@pytest.mark.parametrize(
    "written",
    ["2026-11-01 10:00 XYZ", "2026-11-01 ET", "Nov 1, 2026 10:00-11:30", "Nov 1, 2026 10:00 - 11:30 ET", "10:30 PM ET",
     "2026-11-01 25:00 EST"],
)  # fmt: skip
def test_what_is_no_zone_behind_a_time_is_not_made_one(written: str) -> None:
    assert _read(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "Sunday, November 1, 2026", "Sun, November 1, 2026", "SUNDAY November 1, 2026", "Sun. 1 Nov 2026",
        "Sun, 01 Nov 2026", "Sunday 2026-11-01", "November 1, 2026 (Sunday)", "Nov 1, 2026, (Sun.)",
    ],
)  # fmt: skip
def test_the_day_of_the_week_may_stand_beside_a_day_and_must_be_its_own(written: str) -> None:
    assert _read(written) == _read(written, "Month DD, YYYY") == date(2026, 11, 1)
    for other in ("Monday", "Sat"):
        assert _read(written.replace("SUNDAY", other).replace("Sunday", other).replace("Sun", other)) is None
    assert _read("Sunday, 11/01/2026", "MM/DD/YYYY") == _read("Sunday, November 1, 2026", "%A, %B %d, %Y")
    assert _read("Monday, 11/01/2026", "MM/DD/YYYY") is _read("Sunday") is _read("Sunday, 11/01/2026") is None


@pytest.mark.parametrize("written", ["2026110110300", "1704031512345", "1793577600", "202611011030", "20261101103000"])
def test_digits_alone_that_are_no_day_are_no_moment(written: str) -> None:
    assert _read(written) is _read(written, "MM/DD/YYYY") is None


@given(st.text("0123456789/-:. ,TZNovESPM\u200e\u2011\uff10", max_size=24))
def test_no_text_breaks_the_reading_of_days(text: str) -> None:
    for said in ((), ("MMDDYYYY",), ("DD-Mon-YY", "Month DD, YYYY"), ("YYYYMMDD HH:MM",)):
        found = _read(text, *said)
        assert found is None or isinstance(found, date)
