"""Days and moments as lists write them.

What could be another day is none: 11/01/2026 needs a format that says which is the month.

A moment that names no zone is in the one that is said, else in UTC, wherever it stands. At midnight it is a day, as
databases and spreadsheets write one. A day of the week beside a day must be that day's.
"""

import re
from calendar import month_name
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from graph_schema.formats import plain_digits
from hub.deadlines import business_days

WASHINGTON: Final = ZoneInfo("America/New_York")
"""Whose days deadlines run in."""
_REMEMBERED: Final = 10_000
"""A list has few days, each of them often."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR_FIRST: Final = re.compile(r"(\d{4})(?P<gap>[-/. _])(\d{1,2})(?P=gap)(\d{1,2})\.?")
_EAST_ASIAN: Final = re.compile(r"(\d{4})\s?[\u5e74\ub144]\s?(\d{1,2})\s?[\u6708\uc6d4]\s?(\d{1,2})\s?[\u65e5\uc77c]")
"""A day with the words of Chinese, Japanese or Korean for its parts."""
_DIGITS: Final = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_DAY_MONTH: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:[-./ ]*| of ){_MONTH}(?: ?[-./,]? ?)(\d{{4}})", re.IGNORECASE
)
_MONTH_DAY: Final = re.compile(rf"{_MONTH}\.?[-/ ](\d{{1,2}})(?:st|nd|rd|th)?(?:, ?|[-/ ])(\d{{4}})", re.IGNORECASE)
_YEAR_MONTH: Final = re.compile(rf"(\d{{4}})(?: ?[-./,]? ?){_MONTH}\.?[-./ ]?(\d{{1,2}})", re.IGNORECASE)
_YEAR_LAST: Final = re.compile(
    r"(?P<weekday>(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+)?)"
    rf"(?P<day>{_MONTH} ?\d{{1,2}}) (?P<time>\d{{1,2}}:\d\d(?::\d\d)?)(?P<zone>(?: [a-z]{{1,4}})?) (?P<year>\d{{4}})",
    re.IGNORECASE,
)
"""A moment as Unix writes it: Sun Nov  1 10:00:00 EST 2026."""
_A_MONTH: Final = re.compile(rf"(?<![a-z]){_MONTH}\.?(?![a-z])", re.IGNORECASE)
_WITH_TIME: Final = re.compile(
    r"(.*?)(?:,? at |[T ]+|, ?)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)? ?([ap]\.?m\.?)?", re.IGNORECASE
)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY: Final = (
    r"(mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_OF_THE_WEEK: Final = re.compile(
    rf"{_WEEKDAY}(?:[.,]+ ?| )(?P<day>.*)|(?P<first>.*?),? ?\({_WEEKDAY}\.?\)", re.IGNORECASE
)
_BEHIND_A_TIME: Final = re.compile(
    r"(?P<moment>.*\d:\d\d(?:\.\d+)?(?: ?[ap]\.?m\.?)?) ?\(?(?P<zone>[-+a-z][-+:a-z\d ]*)\)?", re.IGNORECASE
)
_BY_ORACLE: Final = re.compile(r"(?<=[ T])(\d{1,2})\.(\d\d)\.(\d\d)(?=\.\d|$| )")
_BY_AN_H: Final = re.compile(r"(?<=[ T])(\d{1,2}) ?[hH] ?(\d\d)(?!\d)")
"""Times of day with points or an h in them: 02.30.00.000000 PM and 14h30."""
_OFFSET: Final = re.compile(r"(UTC?|GMT|Z)? ?([-+])(\d{4}|0\d:\d\d|(?(1)\d{1,2}(?::\d\d)?))")
_AMERICAN: Final = re.compile(
    r"([ECMP]|AK|A)([SD])T|(EASTERN|CENTRAL|MOUNTAIN|PACIFIC|ALASKA|ATLANTIC) (STANDARD|DAYLIGHT)(?: TIME)?"
)
_HOURS_OF: Final = {"E": -5, "C": -6, "M": -7, "P": -8, "AK": -9, "A": -4, "ALASKA": -9, "ATLANTIC": -4}
_PLACES: Final = {
    **dict.fromkeys(("ET", "EASTERN"), "America/New_York"), **dict.fromkeys(("CT", "CENTRAL"), "America/Chicago"),
    **dict.fromkeys(("MT", "MOUNTAIN"), "America/Denver"), **dict.fromkeys(("PT", "PACIFIC"), "America/Los_Angeles"),
    **dict.fromkeys(("AKT", "ALASKA"), "America/Anchorage"), **dict.fromkeys(("HST", "HAWAII"), "Pacific/Honolulu"),
    "ATLANTIC": "America/Puerto_Rico", "CHST": "Pacific/Guam", **dict.fromkeys(("UTC", "UT", "GMT", "Z"), "UTC"),
}  # fmt: skip
"""Zones by names of North America, and of no summer."""
_WORDS: Final = (
    ("CCYY", "%Y"), ("YYYY", "%Y"), ("RRRR", "%Y"), ("YY", "%y"), ("RR", "%y"), ("MMMM", "%B"), ("MONTH", "%B"),
    ("MMM", "%b"), ("MON", "%b"), ("MM", "%m"), ("MI", "%M"), ("M", "%m"), ("DDD", "%j"), ("DD", "%d"), ("D", "%d"),
    ("HH24", "%H"),
    ("HH12", "%I"), ("HH", "%H"), ("hh", "%I"), ("H", "%H"), ("h", "%I"), ("mm", "%M"), ("SS", "%S"), ("ss", "%S"),
    ("AM", "%p"), ("PM", "%p"), ("tt", "%p"),
)  # fmt: skip
_WORD: Final = re.compile("|".join(word for word, _ in _WORDS))
_MINUTES: Final = re.compile(r"(?<=[Hh]:)MM|(?<=H24:)MM|(?<=H12:)MM")
_IN_CAPITALS: Final = re.compile(r"month|mon(?!d)|mmmm?|(?-i:Ccyy|Yyyy|Yy|Dd)", re.IGNORECASE)
"""Words of formats that people write with a capital, or in small letters: Mon, Month, mmm."""
_IN_SMALL: Final = re.compile(r"y{2,4}|d{1,2}(?![a-z])")
_HALF_OF_DAY: Final = re.compile(r"(?<=mm|ss)( ?)a$")
_QUOTED: Final = re.compile(r"'([^'%]*)'")
_WEEKDAY_IN_FORMAT: Final = re.compile(
    r"^(?:dddd?|EEEE?|E|Day|DAY|Dy|DY|Weekday)[., ]+(?=\S)|,? \((?:dddd?|EEEE?|Day)\)$"
)
_LETTERS: Final = re.compile(r"([dmYyjn])([-/. ])([dmYyjn])\2([dmYyjn])")
_OF_LETTERS: Final = {"d": "DD", "j": "DD", "m": "MM", "n": "MM", "Y": "YYYY", "y": "YY"}
_OF_OTHERS: Final = re.compile(
    r"(?:JJ(?:JJ)?|TT|AA(?:AA)?|MM|DD)(?:[-/. ]?(?:JJ(?:JJ)?|TT|AA(?:AA)?|MM|DD)){2}", re.IGNORECASE
)
"""Formats of days in German (TT.MM.JJJJ), French (JJ/MM/AAAA) and Spanish (DD/MM/AAAA)."""
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


def _in_english(text: str) -> str:
    """A format with the words of English, of one letter for each part, or of German, French or Spanish."""
    if matched := _LETTERS.fullmatch(text):
        return matched[2].join(_OF_LETTERS[letter] for letter in (matched[1], matched[3], matched[4]))
    if _OF_OTHERS.fullmatch(text):
        plain = text.upper()
        if "TT" in plain:
            return plain.replace("T", "D").replace("J", "Y")
        if "AA" in plain:
            return plain.replace("J", "D").replace("A", "Y")
    return text


def _translated(text: str) -> str:
    """A format with Python's directives in place of the words for the parts of a day.

    Raises `ValueError` for other words: no day has them.
    """
    words = dict(_WORDS)
    # a day of the week beside a day is looked at by itself
    text = _in_english(_WEEKDAY_IN_FORMAT.sub("", text))
    plain = _IN_CAPITALS.sub(lambda word: word[0].upper(), text)
    plain = plain.upper() if re.fullmatch(r"[YCMDONycmdon/.,\- ]+", plain) else plain
    plain = _IN_SMALL.sub(lambda word: word[0].upper(), _HALF_OF_DAY.sub(r"\1AM", _MINUTES.sub("mm", plain)))
    parts = _WORD.split(_QUOTED.sub("", plain))
    unknown = [word for part in parts for word in re.findall(r"[^\W_]+", part) if word not in _BETWEEN]
    if unknown:
        raise ValueError(f"{unknown[0]!r} in a format means nothing; expected e.g. MM/DD/YYYY, DD-MON-YYYY or CCYYMMDD")
    return _QUOTED.sub(r"\1", _WORD.sub(lambda word: words[word[0]], plain))


@lru_cache(maxsize=_REMEMBERED)
def day_of(text: str, formats: tuple[str, ...] = (), zone: tzinfo | None = None) -> date:
    """The day; of a moment the day it is then in Washington, but of midnight in no zone the day that it names.

    Raises `ValueError`.
    """
    moment: datetime | date | None = None
    text = plain_digits(text)
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


@lru_cache(maxsize=_REMEMBERED)
def moment_of(
    text: str, formats: tuple[str, ...] = (), zone: tzinfo | None = None, *, or_day: bool = False
) -> datetime | date:
    """The moment, in the zone that is said where it has none of its own; a day is its first moment, or itself.

    Raises `ValueError`.
    """
    whole = _as_usual(plain_digits(text))
    if not formats:
        try:
            moment = _iso(whole)
        except ValueError:
            pass
        else:
            return moment.date() if or_day and len(whole) <= 10 else _in(zone, moment)
    text, own = _without_zone(whole)
    zone = own or zone
    timed = _WITH_TIME.fullmatch(text)
    moment = _day(timed[1] if timed else text, formats, whole, text)
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


def _as_usual(text: str) -> str:
    """A moment with its year before its time, and colons in that."""
    if ":" in text and (unix := _YEAR_LAST.fullmatch(text)):
        return "{weekday}{day} {year} {time}{zone}".format_map(unix.groupdict())
    return _BY_AN_H.sub(r"\1:\2", _BY_ORACLE.sub(r"\1:\2:\3", text)) if " " in text or "T" in text else text


def _iso(text: str) -> datetime:
    """The moment as ISO 8601 has it. Raises `ValueError`, also for digits alone that are no day: Python would take one
    of thirteen for what parts a day and a time.
    """
    if text.isdigit() and len(text) != len("20261101"):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _in(zone: tzinfo | None, moment: datetime) -> datetime:
    return moment if moment.tzinfo or zone is None else moment.replace(tzinfo=zone)


def _without_zone(text: str) -> tuple[str, tzinfo | None]:
    """A moment without the zone behind its time, and that zone."""
    matched = _BEHIND_A_TIME.fullmatch(text) if ":" in text else None
    zone = _zone(matched["zone"].strip().upper()) if matched else None
    return (matched["moment"], zone) if matched and zone else (text, None)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    """The zone of that name or offset, in capitals."""
    if offset := _OFFSET.fullmatch(name):
        hours, minutes = offset[3][:2].rstrip(":"), offset[3][2:].lstrip(":")
        away = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(away if offset[2] == "+" else -away) if away < timedelta(days=1) else None
    if matched := _AMERICAN.fullmatch(name):
        place, half = matched[1] or matched[3], matched[2] or matched[4]
        return timezone(timedelta(hours=_HOURS_OF.get(place, _HOURS_OF.get(place[0], 0)) + (half[0] == "D")))
    place = _PLACES.get(name.removesuffix(" TIME"))
    return ZoneInfo(place) if place else None


def _day(text: str, formats: Sequence[str], *whole: str) -> date | datetime:
    """The day, or the moment where a format has one; `whole` is what the day stands in."""
    day, weekday = _without_weekday(text)
    moment = _by_format(formats, dict.fromkeys((day, text, *whole)), whole) or _by_itself(day)
    if weekday is not None and moment.weekday() != weekday:
        raise ValueError(text)
    return moment


def _without_weekday(text: str) -> tuple[str, int | None]:
    """A day without the day of the week that stands beside it, and the number of that."""
    matched = _OF_THE_WEEK.fullmatch(text) if text[:1].isalpha() or text[-1:] == ")" else None
    if matched is None:
        return text, None
    if matched["day"] is not None:
        return matched["day"], _WEEKDAYS.index(matched[1][:3].lower())
    return matched["first"], _WEEKDAYS.index(matched[4][:3].lower())


def _by_format(formats: Sequence[str], candidates: Iterable[str], whole: Sequence[str]) -> date | datetime | None:
    """What the first format that fits makes of the candidates, else of the whole the moment as ISO 8601 has it."""
    for format_ in formats:
        for candidate in candidates:
            written = _in_full(_month_as_in(format_, candidate), format_)
            if written is None:
                continue
            try:
                moment = datetime.strptime(written, format_)  # noqa: DTZ007 - gets its zone later
            except ValueError:
                continue
            return moment if "%H" in format_ or "%I" in format_ else moment.date()
    for written in whole if formats else ():
        with suppress(ValueError):
            return _iso(written)
    return None


def _by_itself(text: str) -> date:
    """A day that can be no other."""
    if parts := _YEAR_FIRST.fullmatch(text):
        return date(int(parts[1]), int(parts[3]), int(parts[4]))
    if parts := _DIGITS.fullmatch(text) or _EAST_ASIAN.fullmatch(text):
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _YEAR_MONTH.fullmatch(text):
        return date(int(parts[1]), _MONTHS.index(parts[2][:3].lower()) + 1, int(parts[3]))
    if parts := _DAY_MONTH.fullmatch(text):
        return date(int(parts[3]), _MONTHS.index(parts[2][:3].lower()) + 1, int(parts[1]))
    if parts := _MONTH_DAY.fullmatch(text):
        return date(int(parts[3]), _MONTHS.index(parts[1][:3].lower()) + 1, int(parts[2]))
    raise ValueError(text)


def _month_as_in(format_: str, text: str) -> str:
    """The text with the word for its month as long as the format has it: Sept. is Sep."""
    if "%b" not in format_ and "%B" not in format_:
        return text
    long = "%B" in format_
    return _A_MONTH.sub(lambda word: month_name[_MONTHS.index(word[1][:3].lower()) + 1] if long else word[1][:3], text)


def _in_full(text: str, format_: str) -> str | None:
    """The text, where digits that nothing parts are as many as the format has; one that has lost the zero before its
    month or day has it again. None where they are not: 1112026 is no 1 November.
    """
    pattern = _side_by_side(format_)
    if pattern is None:
        return text
    matched = pattern.fullmatch(text)
    if matched is None:
        return None
    lost = matched["lost"] if "lost" in pattern.groupindex else None
    return text if lost is None else f"{text[: matched.start('lost')]}0{text[matched.start('lost') :]}"


_DIGITS_OF: Final = {"Y": 4, "m": 2, "d": 2, "y": 2, "H": 2, "I": 2, "M": 2, "S": 2, "j": 3}


@lru_cache(maxsize=64)
def _side_by_side(format_: str) -> re.Pattern[str] | None:
    """What texts of a format look like in which digits of several parts stand side by side; None where none do."""
    runs = re.findall(r"((?:%[YmdyHIMSj])+)|(%.)|([^%]+)", format_)
    if all(len(digits) <= 2 for digits, _, _ in runs):
        return None
    parts = list[str]()
    for place, (digits, word, between) in enumerate(runs):
        count = sum(_DIGITS_OF[part] for part in digits[1::2])
        if len(digits) > 2:
            may_lose = place == 0 and digits[1] in "md"
            parts.append(rf"(?:\d{{{count}}}|(?P<lost>\d{{{count - 1}}}))" if may_lose else rf"\d{{{count}}}")
        elif digits:
            parts.append(rf"\d{{1,{count}}}")
        else:
            parts.append(".+?" if word else re.sub(r"(?:\\ )+", r"\\s+", re.escape(between)))
    return re.compile("".join(parts), re.IGNORECASE)
