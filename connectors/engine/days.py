"""Days and moments as lists write them.

What could be another day is none: 11/01/2026 needs a format that says which is the month.

A moment that names no zone is in the one that is said, else in UTC, wherever it stands. At midnight it is a day, as
databases and spreadsheets write one.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from hub.deadlines import business_days

WASHINGTON: Final = ZoneInfo("America/New_York")
"""Whose days deadlines run in."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DIGITS: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_DAY_MONTH: Final = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[-. ]*{_MONTH}[-.,]? ?(\d{{4}})", re.IGNORECASE)
_MONTH_DAY: Final = re.compile(rf"{_MONTH}\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", re.IGNORECASE)
_WITH_TIME: Final = re.compile(
    r"(.*?)(?:[T ]+|, ?)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)? ?([ap]\.?m\.?)?", re.IGNORECASE
)
_WORDS: Final = (
    ("CCYY", "%Y"), ("YYYY", "%Y"), ("RRRR", "%Y"), ("YY", "%y"), ("RR", "%y"), ("MMMM", "%B"), ("MONTH", "%B"),
    ("MMM", "%b"), ("MON", "%b"), ("MM", "%m"), ("MI", "%M"), ("M", "%m"), ("DD", "%d"), ("D", "%d"), ("HH24", "%H"),
    ("HH12", "%I"), ("HH", "%H"), ("hh", "%I"), ("H", "%H"), ("h", "%I"), ("mm", "%M"), ("SS", "%S"), ("ss", "%S"),
    ("AM", "%p"), ("PM", "%p"),
)  # fmt: skip
_WORD: Final = re.compile("|".join(word for word, _ in _WORDS))
_MINUTES: Final = re.compile(r"(?<=[Hh]:)MM|(?<=H24:)MM|(?<=H12:)MM")
_IN_SMALL: Final = re.compile(r"y{2,4}|d{1,2}(?![a-z])")
_HALF_OF_DAY: Final = re.compile(r"(?<=mm|ss)( ?)a$")
_QUOTED: Final = re.compile(r"'([^'%]*)'")
_BETWEEN: Final = frozenset(("T", "Z", "at", "of", "on", "the", "de", "del", "le", "el", "h"))
"""Words that may stand in a day or moment and mean none of its parts."""


@lru_cache(maxsize=64)
def as_format(text: str) -> str:
    """A format as Python has it, of e.g. MM/DD/YYYY, DD-MON-YYYY or %m/%d/%Y. Raises `ValueError`."""
    if "%" not in text:
        text = _translated(text)
    try:
        # a day
        parsed = datetime.strptime(datetime(2026, 11, 22, 13, 30, tzinfo=UTC).strftime(text), text)  # noqa: DTZ007
    except (ValueError, re.error):
        parsed = None
    if parsed is None or (parsed.year, parsed.month, parsed.day) != (2026, 11, 22):
        raise ValueError("expected a format of days, e.g. MM/DD/YYYY, DD-MON-YYYY or %m/%d/%Y")
    return text


def _translated(text: str) -> str:
    """A format with Python's directives in place of the words for the parts of a day.

    Raises `ValueError` for other words: no day has them.
    """
    words = dict(_WORDS)
    plain = text.upper() if re.fullmatch(r"[ycmdon/.,\- ]+", text) else text
    plain = _IN_SMALL.sub(lambda word: word[0].upper(), _HALF_OF_DAY.sub(r"\1AM", _MINUTES.sub("mm", plain)))
    parts = _WORD.split(_QUOTED.sub("", plain))
    unknown = [word for part in parts for word in re.findall(r"[^\W_]+", part) if word not in _BETWEEN]
    if unknown:
        raise ValueError(f"{unknown[0]!r} in a format means nothing; expected e.g. MM/DD/YYYY, DD-MON-YYYY or CCYYMMDD")
    return _QUOTED.sub(r"\1", _WORD.sub(lambda word: words[word[0]], plain))


def day_of(text: str, formats: Sequence[str] = (), zone: tzinfo | None = None) -> date:
    """The day; of a moment the day it is then in Washington, but of midnight in no zone the day that it names.

    Raises `ValueError`.
    """
    moment: datetime | date | None = None
    if not formats:
        with suppress(ValueError):
            moment = business_days.told(text)
    if moment is None:
        moment = moment_of(text, formats, or_day=True)
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None and moment.time() == time():
        return moment.date()
    return _in(zone or UTC, moment).astimezone(WASHINGTON).date()


def moment_of(
    text: str, formats: Sequence[str] = (), zone: tzinfo | None = None, *, or_day: bool = False
) -> datetime | date:
    """The moment, in the zone that is said where it has none of its own; a day is its first moment, or itself.

    Raises `ValueError`.
    """
    text = " ".join(text.split())
    if not formats:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return moment.date() if or_day and len(text) <= 10 else _in(zone, moment)
    timed = _WITH_TIME.fullmatch(text)
    moment = _day(timed[1] if timed else text, formats, whole=text)
    if isinstance(moment, datetime):
        return _in(zone, moment)
    if timed is None:
        # gets its zone there
        return moment if or_day else _in(zone, datetime(moment.year, moment.month, moment.day))  # noqa: DTZ001
    hour = int(timed[2])
    if timed[5]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + 12 * timed[5].lower().startswith("p")
    minute, second = int(timed[3]), int(timed[4] or 0)
    return _in(zone, datetime(moment.year, moment.month, moment.day, hour, minute, second))  # noqa: DTZ001 - as above


def _in(zone: tzinfo | None, moment: datetime) -> datetime:
    return moment if moment.tzinfo or zone is None else moment.replace(tzinfo=zone)


def _day(text: str, formats: Sequence[str], whole: str) -> date | datetime:
    for format_ in formats:
        for candidate in (text, whole):
            try:
                moment = datetime.strptime(candidate, format_)  # noqa: DTZ007 - gets its zone later
            except ValueError:
                continue
            return moment if "%H" in format_ or "%I" in format_ else moment.date()
    if formats:
        try:
            return datetime.fromisoformat(whole)
        except ValueError:
            pass
    if parts := _YEAR_FIRST.fullmatch(text) or _DIGITS.fullmatch(text):
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _DAY_MONTH.fullmatch(text):
        return date(int(parts[3]), _MONTHS.index(parts[2][:3].lower()) + 1, int(parts[1]))
    if parts := _MONTH_DAY.fullmatch(text):
        return date(int(parts[3]), _MONTHS.index(parts[1][:3].lower()) + 1, int(parts[2]))
    raise ValueError(text)
