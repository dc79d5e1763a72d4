"""What is due in a case: which of its kind's clocks run, from which day, and until when. Pure: facts in, deadlines
out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph_schema.cypher import Properties
from hub.deadlines.business_days import Period, Suspension, Unit, last_day, next_business_day

_NOT: Final = "not_"


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of a kind of case, as the public facts have it."""

    id: str
    name: str
    event: str
    condition: str | None
    period: Period
    rolls: bool
    deemed: str | None
    extension: str
    suspendable: bool
    owed_by: str
    side: str

    @staticmethod
    def of(row: Properties) -> "Clock | None":
        """The clock of a row; None where no period is set."""
        if not row.get("length"):
            return None
        return Clock(
            row["id"], row["name"], row["startEvent"], row.get("condition"), Period(row["length"], Unit(row["unit"])),
            row["rolls"],
            row.get("deemed"), row["extension"], row["suspendable"], row["owedBy"], row["side"],
        )  # fmt: skip

    @staticmethod
    def each_of(rows: Iterable[Properties]) -> "list[Clock]":
        """The clocks of these rows that have a period."""
        return [clock for row in rows if (clock := Clock.of(row))]

    def runs(self, conditions: Sequence[str]) -> bool:
        """Whether it runs in a case of which these conditions hold."""
        if not self.condition:
            return True
        if self.condition.startswith(_NOT):
            return self.condition.removeprefix(_NOT) not in conditions
        return self.condition in conditions

    @property
    def times(self) -> int | None:
        """How often it may be extended by its own length; None where it is not extended that way."""
        head, _, times = self.extension.partition(", ")
        return int(times.split()[0]) if times and head[0].isdigit() else None


@dataclass(frozen=True, slots=True)
class Extended:
    """How often a deadline was extended, and to which day where that was for its owner to say."""

    times: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case says of its time: `event day`, codes, `day day` or `day` while a suspension lasts."""

    case: str
    dates: Sequence[str]
    conditions: Sequence[str]
    suspensions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline; `last` is None while it stands still."""

    id: str
    clock: Clock
    began: date
    last: date | None


def deadlines(facts: Facts, clocks: Iterable[Clock], extended: Mapping[str, Extended]) -> Iterator[Due]:
    """The deadlines of a case. `extended` is by their ids. Raises `BadInput` for an end no calendar knows."""
    began = dates_of(facts.dates)
    pauses = suspensions_of(facts.suspensions)
    for clock in clocks:
        start = began.get(clock.event)
        if start is None or not clock.runs(facts.conditions):
            continue
        name = f"{facts.case} {clock.id} {start}"
        more = extended.get(name, Extended(0, None))
        yield Due(name, clock, start, _last(clock, start, more, pauses if clock.suspendable else ()))


def dates_of(dates: Iterable[str]) -> dict[str, date]:
    """Event -> its day."""
    return {event: date.fromisoformat(day) for event, day in (found.split(" ") for found in dates)}


def suspensions_of(suspensions: Iterable[str]) -> list[Suspension]:
    """`day day`, or `day` while it lasts -> the suspension."""
    return [Suspension(*(date.fromisoformat(day) for day in found.split(" "))) for found in suspensions]


def _last(clock: Clock, start: date, extended: Extended, pauses: Sequence[Suspension]) -> date | None:
    if extended.until is None:
        period = Period(clock.period.length * (1 + extended.times), clock.period.unit)
        return last_day(start, period, rolls=clock.rolls, suspended=pauses)
    if any(pause.until is None for pause in pauses):
        return None
    return next_business_day(extended.until) if clock.rolls else extended.until
