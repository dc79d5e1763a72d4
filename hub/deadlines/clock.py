"""Clocks as the public facts declare them: what starts one, how long it runs, what meets, extends, suspends and ends
it.

Rows of the same kind and code are variants of one clock: the first whose condition holds in a case is the one that
runs.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final, Literal, cast

from graph_schema.cypher import Properties
from hub.deadlines.business_days import Period, Unit, end_of, next_business_day

ANSWERED: Final = "answered"
"""The event by which an answer in the case meets a clock: only a clock that names it can be met by an answer."""
DECIDED: Final = "decided"
"""The event that a decision in a case is, whatever was decided."""
IMPORTER: Final = "importer"
"""The role of whose case it is; the others that owe a clock are roles of parties."""
UNVERIFIED: Final = "unverified"
"""The confidence of a row that nobody has checked in a source."""
_NOT: Final = "not_"
_BOUND: Final = re.compile(rf"(\w+?)(?:([+-]) *(\d+) +({'|'.join(unit.value for unit in Unit)})s?)?")
_PERIOD: Final = re.compile(rf"(\d+) +({'|'.join(unit.value for unit in Unit)})s?")

Side = Literal["trade", "government", "outside"]


class Passing(Enum):
    """What it means that a last day has passed."""

    MISSED = "missed"
    DEEMED = "deemed"
    DEEMED_UNLESS_BEFORE = "deemed_unless_before"
    DEEMED_NEXT_DAY = "deemed_next_day"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Bound:
    """A day that a last day is never after: that of an event, so long after it or before it."""

    event: str
    shift: Period

    @staticmethod
    def of(text: str) -> "Bound":
        """E.g. `scheduled_liquidation-15 calendar_day`. Raises `ValueError`."""
        matched = _BOUND.fullmatch(text.strip())
        if matched is None:
            raise ValueError(f"notAfter: expected is e.g. scheduled_liquidation-15 calendar_day, not {text!r}")
        event, sign, length, unit = matched.groups()
        return Bound(event, Period(int(f"{sign}{length}"), Unit(unit)) if unit else Period(0, Unit.CALENDAR_DAY))

    def day(self, event: date) -> date:
        """The day itself, by that of the event. Raises `BadInput`."""
        return end_of(event, self.shift)


@dataclass(frozen=True, slots=True)
class Extension:
    """How a clock is extended: to a day that its owner names, or by a period, so many times; never beyond the limit.

    `event` is what happens when it is: an extension is told by it, and it by an extension.
    """

    kind: Literal["none", "discretion", "by_length"]
    period: Period | None = None
    times: int | None = None
    limit: Period | None = None
    by: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """What a suspension does to a clock: it stands still, or another period runs from an event instead.

    Causes are those that suspend it; a suspension without a cause suspends every clock that can be suspended.
    """

    kind: Literal["none", "stands_still", "anew"]
    causes: frozenset[str] = frozenset()
    event: str | None = None
    period: Period | None = None

    def holds(self, cause: str | None) -> bool:
        """Whether a suspension by that cause suspends the clock."""
        return self.kind != "none" and (cause is None or cause in self.causes)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of a kind of case, or a variant of one; of variants the one of the lowest `rank` counts that applies.

    `period` is None where none is set. `conditions` are codes, and whether each must hold. `per_entry`: each entry
    of a case has a deadline of its own; else, `from_last`, where entries have days of an event it runs from the
    last of them. `window`: it says until when something may still be filed for an entry; once more, if it
    `repeats`. `unverified`: nobody has checked in a source what the row says.

    What meets or ends it counts from its start on: from an event of `met_since`, if that is earlier, and only
    behind one of `reopened_by`, which undoes what met it. One of `voided_by` takes away what it runs from: it ends,
    whenever that comes, unless it was met before. `owed_roles` are the parties of a case that owe it, none where it
    is none of them.
    """

    kind: str
    code: str
    variant: str
    rank: int
    name: str
    starts_from: tuple[str, ...]
    conditions: tuple[tuple[str, bool], ...]
    period: Period | None
    not_after: tuple[Bound, ...]
    rolls: bool
    side: Side
    owed_by: str
    met_by: tuple[str, ...]
    ended_by: tuple[str, ...]
    extension: Extension
    stopping: Stopping
    passing: Passing
    deemed: str | None
    per_entry: bool
    legal_basis: str | None
    unverified: bool = False
    from_last: bool = False
    window: bool = False
    met_since: tuple[str, ...] = ()
    reopened_by: tuple[str, ...] = ()
    voided_by: tuple[str, ...] = ()
    owed_roles: tuple[str, ...] = (IMPORTER,)
    repeats: bool = False

    @property
    def id(self) -> str:
        """What deadlines call it: the same for all variants."""
        return f"{self.kind} {self.code}"

    @property
    def node(self) -> str:
        """The id of its row."""
        return f"{self.id} {self.variant}" if self.variant else self.id

    @property
    def is_deemed(self) -> bool:
        """Whether the law deems an outcome."""
        return self.passing in (Passing.DEEMED, Passing.DEEMED_UNLESS_BEFORE, Passing.DEEMED_NEXT_DAY)

    @property
    def acts_before(self) -> timedelta:
        """How long before the end of its period the last day to act is: a day, where it had to be done before that."""
        return timedelta(days=int(self.passing is Passing.DEEMED_UNLESS_BEFORE))

    def deemed_on(self, last: date) -> date:
        """The day on which its outcome is deemed, by the last day to act: that one, or the next."""
        if self.passing is Passing.DEEMED_NEXT_DAY:
            day = last + timedelta(days=1)
            return next_business_day(day) if self.rolls else day
        return last + self.acts_before

    @property
    def deemed_event(self) -> str | None:
        """The event that there is once its outcome was pronounced; later clocks run from it."""
        return f"deemed_{self.deemed}" if self.is_deemed and self.deemed else None

    @property
    def by_answer(self) -> bool:
        """Whether an answer in the case meets it, and not only an act elsewhere."""
        return self.side == "trade" and ANSWERED in self.met_by

    @property
    def by_importer(self) -> bool:
        """Whether an answer of the importer, or of its broker, is one to it: not where only another party owes it."""
        return not self.owed_roles or IMPORTER in self.owed_roles

    @property
    def events(self) -> frozenset[str]:
        """All events that it knows."""
        named = [*self.starts_from, *self.met_by, *self.ended_by, *(bound.event for bound in self.not_after)]
        named += [*self.met_since, *self.reopened_by, *self.voided_by]
        more = [event for event in (self.stopping.event, self.deemed_event, self.extension.event) if event]
        return frozenset((*named, *more))

    def applies(self, holds: Callable[[str], bool]) -> bool:
        """Whether its condition holds, of which `holds` knows each code."""
        return all(holds(code) is wanted for code, wanted in self.conditions)

    @staticmethod
    def of(row: Properties) -> "Clock":
        """The clock of a row of the public facts. Raises `ValueError` or `KeyError` for one that cannot be read."""
        kind, code = row["id"].split(" ")[:2]
        return Clock(
            kind, code, _text(row, "variant") or "", int(row.get("rank") or 0), row["name"],
            _listed(row, "startsFrom"), tuple(map(_condition, _listed(row, "conditions"))),
            _period(row, "length", "unit"),
            tuple(map(Bound.of, _listed(row, "notAfter"))), bool(row.get("rolls")), _side(row),
            _text(row, "owedBy") or "", _listed(row, "metBy"), _listed(row, "endedBy"), _extension(row), _stopping(row),
            Passing(_text(row, "passing") or "missed"), _text(row, "deemed"), _text(row, "per") == "entry",
            _text(row, "legalBasis"), row.get("confidence") == UNVERIFIED, bool(row.get("fromLast")),
            bool(row.get("window")), _listed(row, "metSince"), _listed(row, "reopenedBy"), _listed(row, "voidedBy"),
            (IMPORTER,) if row.get("owedRoles") is None else _listed(row, "owedRoles"), bool(row.get("repeats")),
        )  # fmt: skip


def clocks_of(rows: Iterable[Properties]) -> list[Clock]:
    """The clocks of these rows, in the order of the public facts."""
    return sorted(map(Clock.of, rows), key=lambda clock: (clock.rank, clock.node))


def _text(row: Properties, name: str) -> str | None:
    return row.get(name) or None


def _listed(row: Properties, name: str) -> tuple[str, ...]:
    value = row.get(name) or ()
    parts: Iterable[str] = value.split("|") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def _condition(code: str) -> tuple[str, bool]:
    return code.removeprefix(_NOT), not code.startswith(_NOT)


def _period(row: Properties, length: str, unit: str) -> Period | None:
    value = row.get(length)
    return None if value in (None, "") else Period(int(cast("int", value)), Unit(row[unit]))


def _side(row: Properties) -> Side:
    side = row.get("side") or "government"
    if side not in ("trade", "government", "outside"):
        raise ValueError(f"side: expected is trade, government or outside, not {side!r}")
    return side


def _extension(row: Properties) -> Extension:
    kind = row.get("extension") or "none"
    if kind not in ("none", "discretion", "by_length"):
        raise ValueError(f"extension: expected is none, discretion or by_length, not {kind!r}")
    period = _period(row, "extensionLength", "extensionUnit")
    if kind == "by_length" and period is None:
        raise ValueError("extension: by_length has an extensionLength")
    times = row.get("extensionTimes")
    by, event = _text(row, "extensionBy"), _text(row, "extensionEvent")
    return Extension(kind, period, int(times) if times else None, _limit(row), by, event)


def _limit(row: Properties) -> Period | None:
    text = _text(row, "extensionLimit")
    if text is None:
        return None
    matched = _PERIOD.fullmatch(text.strip())
    if matched is None:
        raise ValueError(f"extensionLimit: expected is e.g. 300 calendar_day, not {text!r}")
    return Period(int(matched[1]), Unit(matched[2]))


def _stopping(row: Properties) -> Stopping:
    kind = row.get("suspension") or "none"
    if kind not in ("none", "stands_still", "anew"):
        raise ValueError(f"suspension: expected is none, stands_still or anew, not {kind!r}")
    event, period = _text(row, "anewFrom"), _period(row, "anewLength", "anewUnit")
    if kind == "anew" and (event is None or period is None):
        raise ValueError("suspension: anew has an anewFrom and an anewLength")
    return Stopping(kind, frozenset(_listed(row, "suspendedBy")), event, period)
