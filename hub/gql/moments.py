"""Moments as clients write them: RFC 3339, whose offset says which moment it is."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

EXPECTED: Final = (
    "a moment with its offset from UTC is expected, e.g. 2026-03-01T09:00:00Z or 2026-03-01T09:00:00-05:00"
)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt"
    r" ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:[.,](\d{1,30}))?)?([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)",
    re.ASCII,
)
_LEAP: Final = 60


def moment(text: Any) -> datetime:
    """The moment, to the microsecond. Raises `ValueError` for a text without an offset, and for what is no moment.

    Seconds may be left out, and a leap second is the one after it.
    """
    found = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(EXPECTED)
    day, hour, minute, second, fraction, offset = found.groups()
    is_leap = second is not None and int(second) == _LEAP
    whole = f"{day}T{hour}:{minute}:{'59' if is_leap else second or '00'}.{(fraction or '').ljust(6, '0')[:6]}"
    try:
        made = datetime.fromisoformat(whole + ("+00:00" if offset in "Zz" else offset))
        if is_leap:
            made = made.replace(microsecond=0) + timedelta(seconds=1)
        made.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(EXPECTED) from None
    if is_leap and (made.astimezone(UTC).hour, made.astimezone(UTC).minute) != (0, 0):
        raise ValueError(EXPECTED)
    return made
