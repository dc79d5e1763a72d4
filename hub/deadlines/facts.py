"""What a case says of its time: strings, as the hub and connected systems keep them, read and checked.

| fact | as | e.g. |
|---|---|---|
| dates | event, day, the number of an entry | `liquidated 2027-01-15 S00-0000160-0` |
| conditions | a code, the number of an entry | `complicated`, `textiles S00-0000160-0` |
| suspensions | since, until, cause, the number of an entry | `2026-03-01 - court`, `2026-03-01 2026-04-01` |
| extensions | clock, entry, day granted, day | `decide - 2026-03-01 2026-05-01`; `+` for the day: by its length |
| answers | clock, entry, day | `reply - 2026-03-20` |
| pronounced | clock, entry, day of the outcome | `decide - 2026-12-19` |
| decisions | `decided`, day, the number of an entry | `decided 2026-03-20` |

`-` stands for what is not said: an entry (then it is of the case and of all its entries), or the end of a suspension or
its cause.
Of an event one day counts, of the case and of each entry: the latest, where several are told. Of decisions, and of what
extends a clock, as many count as there were.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeVar

from hub.deadlines.business_days import Suspension
from hub.deadlines.clock import DECIDED, Clock
from hub.errors import BadInput

NOT_SAID: Final = "-"
BY_LENGTH: Final = "+"
SUSPENDED_BY: Final = "suspended_by_"
"""How the code of a condition begins that holds while a suspension by a cause lasts, e.g. suspended_by_statute."""
EXAMPLES: Final = {
    "dates": "protest_filed 2026-03-01",
    "conditions": "complicated",
    "suspensions": "2026-03-01 2026-04-01",
    "extensions": "decide - 2026-03-01 2026-05-01",
    "answers": "reply - 2026-03-20",
    "pronounced": "decide - 2026-12-19",
    "decisions": "decided 2026-03-20",
}
_ENTRY: Final = re.compile(r"[0-9A-Z]{3}-[0-9]{7}-[0-9]")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a case says of its time. `case` is its id, `closed` the day on which it was closed, `entries` are the
    numbers of the entries it covers."""

    case: str
    dates: Sequence[str] = ()
    conditions: Sequence[str] = ()
    suspensions: Sequence[str] = ()
    extensions: Sequence[str] = ()
    answers: Sequence[str] = ()
    pronounced: Sequence[str] = ()
    closed: date | None = None
    entries: Sequence[str] = ()
    decisions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Dated:
    """The day of an event, of the case or of one entry."""

    event: str
    day: date
    entry: str | None = None

    @staticmethod
    def of(text: str) -> "Dated":
        """Raises `ValueError`."""
        event, day, *entry = text.split(" ")
        return Dated(event, date.fromisoformat(day), _only(entry))

    def __str__(self) -> str:
        return " ".join((self.event, str(self.day), *([self.entry] if self.entry else [])))


@dataclass(frozen=True, slots=True)
class Held:
    """A condition that holds, of the case or of one entry."""

    code: str
    entry: str | None = None

    @staticmethod
    def of(text: str) -> "Held":
        """What is behind a code and is no entry's number belongs to the code: no clock knows it then."""
        code, _, entry = text.rpartition(" ")
        return Held(code, entry) if code and _ENTRY.fullmatch(entry) else Held(text)

    def __str__(self) -> str:
        return f"{self.code} {self.entry}" if self.entry else self.code


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension of the case or of one entry, and its cause, where it was said."""

    days: Suspension
    cause: str | None = None
    entry: str | None = None

    @staticmethod
    def of(text: str) -> "Pause":
        """Raises `ValueError`."""
        since, *more = text.split(" ")
        until, cause, entry = (_said(part) for part in [*more, NOT_SAID, NOT_SAID, NOT_SAID][:3])
        if len(more) > 3 or (cause and not cause.isidentifier()) or (entry and not _ENTRY.fullmatch(entry)):
            raise ValueError("since, until, a cause by its code and an entry at most")
        ends = date.fromisoformat(until) if until else None
        return Pause(Suspension(date.fromisoformat(since), ends), cause, entry)

    def __str__(self) -> str:
        parts = [str(self.days.since), str(self.days.until or NOT_SAID), self.cause or NOT_SAID, self.entry or NOT_SAID]
        while parts[-1] == NOT_SAID:
            parts.pop()
        return " ".join(parts)

    @property
    def order(self) -> tuple[date, date, str, str]:
        """What it comes by among others."""
        return self.days.since, self.days.until or date.max, self.cause or "", self.entry or ""


@dataclass(frozen=True, slots=True)
class Extended:
    """An extension of a clock: granted on a day, to a day, or by the clock's own length. `by_event`: a day of the event
    that it is tells it, and nothing else."""

    clock: str
    entry: str | None
    granted: date
    until: date | None
    by_event: bool = False

    @staticmethod
    def of(text: str) -> "Extended":
        """Raises `ValueError`."""
        clock, entry, granted, until = text.split(" ")
        return Extended(
            clock, _said(entry), date.fromisoformat(granted), None if until == BY_LENGTH else date.fromisoformat(until)
        )

    def __str__(self) -> str:
        return f"{self.clock} {self.entry or NOT_SAID} {self.granted} {self.until or BY_LENGTH}"

    @property
    def order(self) -> tuple[date, date, str]:
        """What it comes by among others."""
        return self.granted, self.until or date.min, self.entry or ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something done on a day about the deadline of a clock: an answer that meets it, or its outcome pronounced."""

    clock: str
    entry: str | None
    day: date

    @staticmethod
    def of(text: str) -> "Act":
        """Raises `ValueError`."""
        clock, entry, day = text.split(" ")
        return Act(clock, _said(entry), date.fromisoformat(day))

    def __str__(self) -> str:
        return f"{self.clock} {self.entry or NOT_SAID} {self.day}"

    def is_of(self, clock: Clock, entry: str | None) -> bool:
        """Whether it is about the deadline of that clock, of that entry or of the case."""
        return self.clock == clock.code and self.entry in (None, entry)


Days = Mapping[str | None, date]
"""The days of an event, by entry; that of the case is under None."""
AllDays = Mapping[str | None, Sequence[date]]
"""All days that are told of an event, by entry, the first of them first."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The facts of a case, read. Nothing in it depends on the order in which they came.

    `decided` has all days on which something was decided, by entry; of `days`, only the first is there where no day of
    it was recorded. `told` has all days of each event that are recorded.
    """

    days: Mapping[str, Days]
    decided: Mapping[str | None, Sequence[date]]
    conditions: frozenset[Held]
    pauses: tuple[Pause, ...]
    extensions: tuple[Extended, ...]
    answers: tuple[Act, ...]
    pronounced: tuple[Act, ...]
    closed: date | None
    entries: tuple[str, ...]
    told: Mapping[str, AllDays] = field(default_factory=dict[str, AllDays])

    @staticmethod
    def of(facts: Facts) -> "Timeline":
        """Raises `BadInput` for what is not written as a fact is."""
        dates = read("dates", Dated.of, facts.dates)
        extensions = read("extensions", Extended.of, facts.extensions)
        pauses = read("suspensions", Pause.of, facts.suspensions)
        decided = _all_days((*dates, *read("decisions", Dated.of, facts.decisions)), DECIDED)
        days = _by_event({}, dates)
        if decided:
            first = {entry: min(found) for entry, found in decided.items()}
            days = {**days, DECIDED: {**first, **days.get(DECIDED, {})}}
        return Timeline(
            days,
            decided,
            frozenset(read("conditions", Held.of, facts.conditions)),
            tuple(sorted(pauses, key=lambda pause: pause.order)),
            tuple(sorted(extensions, key=lambda each: each.order)),
            tuple(read("answers", Act.of, facts.answers)),
            tuple(read("pronounced", Act.of, facts.pronounced)),
            facts.closed,
            tuple(sorted({*facts.entries, *(each.entry for each in dates if each.entry)})),
            {event: _all_days(dates, event) for event in days},
        )

    def with_events(self, more: Iterable[Dated]) -> "Timeline":
        """The same with these events, where they have no day of their own."""
        new = [each for each in more if not {None, each.entry} & self.days.get(each.event, {}).keys()]
        return replace(self, days=_by_event(self.days, new)) if new else self


@dataclass(frozen=True, slots=True)
class Scope:
    """The facts as they count for one deadline: for an entry, or for the case as a whole."""

    timeline: Timeline
    clock: Clock
    entry: str | None

    def begun(self, event: str) -> date | None:
        """The day of an event: for the case as a whole, if only entries have days, the earliest."""
        days = self.timeline.days.get(event, {})
        if self.clock.per_entry:
            return days.get(self.entry, days.get(None))
        return days.get(None, min(days.values(), default=None))

    def done(self, event: str, since: date = date.min) -> date | None:
        """The same for what ends something, from a day on: if only entries have days, the latest, once every entry has
        one."""
        day = self._decided(since) if event == DECIDED else self._done(event)
        return day if day is not None and day >= since else None

    def _done(self, event: str) -> date | None:
        if self.clock.per_entry:
            return self.begun(event)
        days = self.timeline.days.get(event, {})
        if None in days:
            return days[None]
        return max(days.values()) if days and all(entry in days for entry in self.timeline.entries) else None

    def _decided(self, since: date) -> date | None:
        """The first decision from a day on. One about the case as a whole is one about each of its entries."""
        if self.clock.per_entry or not self.timeline.entries:
            return self._decided_of(self.entry, since)
        days = [self._decided_of(entry, since) for entry in self.timeline.entries]
        return None if None in days else max(day for day in days if day)

    def _decided_of(self, entry: str | None, since: date) -> date | None:
        decided = self.timeline.decided
        return min((day for of in {None, entry} for day in decided.get(of, ()) if day >= since), default=None)

    def holds(self, code: str) -> bool:
        """Whether a condition holds, of the case or of the entry, or an event of that code is there; of one that a
        suspension is, whether such a suspension lasts."""
        held = {Held(code), Held(code, self.entry)}
        if not held.isdisjoint(self.timeline.conditions) or self.begun(code) is not None:
            return True
        return code.startswith(SUSPENDED_BY) and any(
            pause.cause == code.removeprefix(SUSPENDED_BY) and pause.days.until is None
            for pause in self.timeline.pauses
            if pause.entry in (None, self.entry)
        )

    def counts_since(self, start: date) -> date:
        """The day from which on what meets or ends the clock counts."""
        if self.clock.period is not None and self.clock.period.length < 0:
            return date.min
        since = min((self.begun(event) or start for event in self.clock.met_since), default=start)
        since = min(since, start)
        reopened = (self.begun(event) or date.min for event in self.clock.reopened_by)
        undone = max(reopened, default=date.min)
        return undone + timedelta(days=1) if undone >= since else since

    def voided(self, start: date) -> tuple[date, str] | None:
        """The first day, from its start on, on which what it runs from was taken away, and what did so."""
        days = [(day, event) for event in self.clock.voided_by if (day := self.done(event, start)) is not None]
        return min(days, default=None)

    def start(self) -> tuple[str, date] | None:
        """The event that starts the clock, and its day."""
        for event in self.clock.starts_from:
            if (day := self._started(event)) is not None:
                return event, day
        return None

    def _started(self, event: str) -> date | None:
        if self.clock.from_last and not self.clock.per_entry:
            return max(self.timeline.days.get(event, {}).values(), default=None)
        return self.begun(event)

    def pauses(self) -> tuple[Pause, ...]:
        """The suspensions that hold for the clock, by the day they began."""
        return tuple(
            pause
            for pause in self.timeline.pauses
            if pause.entry in (None, self.entry) and self.clock.stopping.holds(pause.cause)
        )

    def extensions(self) -> tuple[Extended, ...]:
        """The extensions that the clock's rule knows, by the day they were granted, with those that days of its event
        tell beside: of a day of both, the extension counts."""
        kind, event = self.clock.extension.kind, self.clock.extension.event
        told = [
            each
            for each in self.timeline.extensions
            if each.clock == self.clock.code and each.entry in (None, self.entry)
            and kind == ("by_length" if each.until is None else "discretion")
        ]  # fmt: skip
        days = self._extended_on(event) if event and kind == "by_length" else set[date]()
        told += [
            Extended(self.clock.code, self.entry, day, None, by_event=True)
            for day in days.difference(each.granted for each in told)
        ]
        return tuple(sorted(told, key=lambda each: each.order))

    def _extended_on(self, event: str) -> set[date]:
        """All days of an event by which it was extended, of the entry and of the case."""
        told = self.timeline.told.get(event, {})
        of = (None, self.entry) if self.clock.per_entry else (None,)
        first = self.begun(event)
        return {day for entry in of for day in told.get(entry, ())} or ({first} if first else set())

    def acts(self, acts: Iterable[Act]) -> list[date]:
        """The days of those acts that are about this deadline."""
        return [act.day for act in acts if act.is_of(self.clock, self.entry)]


def read(name: str, of: Callable[[str], Read], texts: Sequence[str]) -> list[Read]:
    """The facts of that name. Raises `BadInput`, which repeats none of their values."""
    try:
        if isinstance(texts, str):
            raise TypeError  # noqa: TRY301 - told as the others are
        return [of(text) for text in texts]
    except (ValueError, TypeError, AttributeError):
        raise BadInput(f"{name}: a list is expected, of texts as e.g. `{EXAMPLES[name]}`") from None


def _by_event(days: Mapping[str, Days], more: Iterable[Dated]) -> Mapping[str, Days]:
    """These days, and those of more events: of one event the latest, where several are told."""
    merged = {event: dict(known) for event, known in days.items()}
    for dated in more:
        known = merged.setdefault(dated.event, {})
        known[dated.entry] = max(dated.day, known.get(dated.entry, dated.day))
    return merged


def _all_days(dates: Iterable[Dated], event: str) -> AllDays:
    """All days of that event, by entry."""
    found: dict[str | None, set[date]] = {}
    for each in dates:
        if each.event == event:
            found.setdefault(each.entry, set()).add(each.day)
    return {entry: sorted(days) for entry, days in found.items()}


def _said(text: str) -> str | None:
    return None if text == NOT_SAID else text


def _only(entries: Sequence[str]) -> str | None:
    if len(entries) > 1:
        raise ValueError("one entry at most")
    return entries[0] if entries else None
