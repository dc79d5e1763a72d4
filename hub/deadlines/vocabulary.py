"""The events that clocks know, and the sense of time: which day an event can have, beside those that are recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from graph_schema.cypher import Properties
from hub.deadlines.facts import Dated, Days, Timeline
from hub.deadlines.reasons import in_words
from hub.errors import BadInput

OLDEST: Final = date(1989, 1, 1)
"""The day from which the Harmonized Tariff Schedule has applied: no matter that is worked on here is older."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event of the vocabulary.

    `recorded_by` says whether its owner records it, a party, either, or an outside act makes it; `about` whether it is
    of a case, of an entry, or either. It follows one of those of `not_before`, of those that are recorded. Behind one
    of `again_after` another day of it is one more, and no correction. `future`: its day may lie ahead.
    """

    code: str
    name: str
    recorded_by: str = "either"
    about: str = "either"
    not_before: frozenset[str] = frozenset()
    future: bool = False
    again_after: frozenset[str] = frozenset()

    @staticmethod
    def of(row: Properties) -> "EventKind":
        """The event of a row of the public facts."""
        return EventKind(
            row["code"], row.get("name") or in_words(row["code"]), row.get("recordedBy") or "either",
            row.get("about") or "either", frozenset(row.get("notBefore") or ()), bool(row.get("future")),
            frozenset(row.get("againAfter") or ()),
        )  # fmt: skip

    @property
    def by_party(self) -> bool:
        """Whether a party may record it."""
        return self.recorded_by in ("party", "either")


def vocabulary(rows: Iterable[Properties]) -> dict[str, EventKind]:
    """The events of these rows, by code."""
    return {kind.code: kind for kind in map(EventKind.of, rows)}


def check_day(dated: Dated, known: Timeline, events: Mapping[str, EventKind], today: date) -> None:
    """Raises `BadInput` for a day that the event cannot have, with the rule that says so.

    `known` are the facts of the case, `events` the vocabulary, at least of the event and of those that are recorded.
    """
    event, words = events.get(dated.event, EventKind(dated.event, in_words(dated.event))), in_words(dated.event)
    if dated.day > today and not event.future:
        raise BadInput(f"on: {dated.day} lies ahead: {words} is recorded once it has happened, until {today}")
    if dated.day < OLDEST:
        raise BadInput(f"on: {dated.day} is before {OLDEST}, from when on today's tariff (HTSUS) has applied")
    _check_after(dated, event, dated, known)
    for code, days in known.told.items():
        later = events.get(code)
        if later is not None and dated.event in later.not_before:
            for entry, several in days.items():
                for day in several:
                    _check_after(Dated(code, day, entry), later, dated, known)


def _check_after(later: Dated, kind: EventKind, new: Dated, known: Timeline) -> None:
    """Raises `BadInput` where an event is before all of those that it cannot come before, of which one may be new."""
    first = {code: {entry: days[0] for entry, days in known.told.get(code, {}).items()} for code in kind.not_before}
    before = {code: day for code, days in first.items() if (day := _beside(later, days)) is not None}
    if new.event in kind.not_before and (day := _beside(later, {new.entry: new.day})) is not None:
        before[new.event] = min(day, before.get(new.event, day))
    if before and later.day < (day := min(before.values())):
        first = in_words(min(code for code, each in before.items() if each == day))
        raise BadInput(
            f"on: {in_words(later.event)} on {later.day} is not possible before {first} on {day}; if one of the two is"
            " wrong, correct that first"
        )


def _beside(dated: Dated, days: Days) -> date | None:
    """The day of another event that is compared with: that of the same entry or of the case, or of any entry."""
    if dated.entry is not None:
        return days.get(dated.entry, days.get(None))
    return days.get(None, min(days.values(), default=None))
