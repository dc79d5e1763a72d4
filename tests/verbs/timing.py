"""Ways to open cases with dates near today and to look at their deadlines, for tests of verbs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from hub.deadlines.business_days import Period, Unit, last_day, today

Do = Callable[..., Any]
MINE: Final = "11-1111111AA"
ENTRY, OTHER_ENTRY = "AAA-0000001-4", "AAA-0000002-2"
_DEADLINES: Final = (
    "deadlines(orderBy: [{id: ASC}]) { nodes { id name state due why metOn entry deemed extensions extendedTo revision"
    " changedAt endedAt clock { id } party { name } } }"
)
SHOWN: Final = f"number status closedAt dates datesToConfirm {_DEADLINES}"
_UNITS: Final = {"days": Unit.CALENDAR_DAY, "business": Unit.BUSINESS_DAY, "months": Unit.MONTH, "years": Unit.YEAR}


def day(after: int) -> str:
    """The day so many days after today, or before."""
    return str(today(datetime.now(UTC)) + timedelta(days=after))


def last(start: str, length: int, unit: str = "days", *, rolls: bool = True) -> str:
    """The last day of a period from that day."""
    return str(last_day(date.fromisoformat(start), Period(length, _UNITS[unit]), rolls=rolls))


def moment(after: str) -> datetime:
    """Noon of the day after that day, when the jobs say that it has passed."""
    return datetime.combine(date.fromisoformat(after) + timedelta(days=1), datetime.min.time(), UTC).replace(hour=17)


def opened(did: Do, viewer: str, kind: str, more: str) -> dict[str, Any]:
    """A new case of that kind, of the importer of the tests."""
    return did(viewer, f'mutation {{ openCase(kind: "{kind}", importer: "{MINE}", title: "x", {more}) {{ {SHOWN} }} }}')


def case_of(did: Do, viewer: str, number: str) -> dict[str, Any]:
    """The case with its deadlines."""
    return did(viewer, f'{{ case(number: "{number}") {{ {SHOWN} }} }}')


def history(did: Do, viewer: str, number: str) -> list[str]:
    """What its history says, in order, each with its reason."""
    shown = "history(orderBy: [{at: ASC}, {id: ASC}]) { nodes { text reason } }"
    nodes = did(viewer, f'{{ case(number: "{number}") {{ {shown} }} }}')["history"]["nodes"]
    return [f"{found['text']}{': ' + found['reason'] if found['reason'] else ''}" for found in nodes]


def dues(case: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """State and last day by the clock's code, and the entry behind it."""
    return {
        " ".join(filter(None, (found["clock"]["id"].split(" ", 1)[1], found["entry"]))): (found["state"], found["due"])
        for found in case["deadlines"]["nodes"]
    }


def key(case: dict[str, Any], code: str, entry: str | None = None) -> str:
    """The id of the deadline of that clock."""
    (found,) = (
        one["id"] for one in case["deadlines"]["nodes"]
        if one["clock"]["id"].split(" ")[1] == code and one["entry"] == entry
    )  # fmt: skip
    return found


def recorded(number: str, event: str, on: str, entry: str = "") -> str:
    """The mutation that records a date."""
    of = f', entry: "{entry}"' if entry else ""
    return f'mutation {{ recordDate(case: "{number}", event: "{event}", on: "{on}"{of}) {{ {SHOWN} }} }}'


def verb(name: str, number: str, more: str = 'reason: "x"') -> str:
    """The mutation of another verb of a case."""
    return f'mutation {{ {name}(case: "{number}"{", " + more if more else ""}) {{ {SHOWN} }} }}'


def of_deadline(name: str, deadline: str, more: str = 'reason: "x"') -> str:
    """The mutation of a verb of a deadline."""
    of = f'deadline: "{deadline}"{", " + more if more else ""}'
    return f"mutation {{ {name}({of}) {{ id state due metOn extensions case {{ {SHOWN} }} }} }}"
