"""Invented clocks, told by what differs from the plainest: 30 days from `began`, owed by the trade, met by `done`."""

from datetime import date
from typing import Any

from hub.deadlines.clock import Clock
from hub.deadlines.deadline import Deadline, deadlines
from hub.deadlines.facts import Facts

TODAY = date(2026, 6, 1)


def clock(code: str = "act", **properties: Any) -> Clock:
    """A clock of the kind `k` with these properties of its row."""
    plain = {
        "id": " ".join(filter(None, ("k", code, properties.get("variant")))), "code": code, "name": f"K: {code}",
        "startsFrom": ["began"], "length": 30, "unit": "calendar_day", "rolls": False, "side": "trade",
        "owedBy": "importer", "metBy": ["done"], "extension": "none", "suspension": "none", "passing": "missed",
        "per": "case", "legalBasis": "1 ABC 2",
    }  # fmt: skip
    return Clock.of({**plain, **properties})


def due(*clocks: Clock, dates: str = "began 2026-06-01", today: date = TODAY, **facts: Any) -> list[Deadline]:
    """The deadlines of the case `c`; `dates` are parted by commas."""
    told = [text.strip() for text in dates.split(",") if text.strip()]
    return deadlines(Facts("c", told, **facts), clocks or [clock()], today)


def the(*clocks: Clock, dates: str = "began 2026-06-01", today: date = TODAY, **facts: Any) -> Deadline:
    """The only one of them."""
    (found,) = due(*clocks, dates=dates, today=today, **facts)
    return found
