"""What may still be filed for entries, and until when, by what all cases of their importer say of their days.

A window is a deadline that would run if there were a case of its kind: by clocks that say so of themselves (`window`).
One case may tell when an entry was filed, and another that it was liquidated: what they say is put together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from hub.deadlines.clock import Clock
from hub.deadlines.deadline import Deadline, State, work_out
from hub.deadlines.facts import Act, Dated, Extended, Facts, Held, Pause, Timeline

Of = TypeVar("Of", Held, Pause, Extended, Act)


@dataclass(frozen=True, slots=True)
class Told:
    """What a case tells of its entries: its facts, with the events that follow from them, and its deadlines.

    `clocks` are those of its kind. `of_itself` are events that, where they are of no entry, are of what the case
    itself is about: a drawback claim that is liquidated. `to_confirm` are dates that nobody but a party has told.
    """

    case: str
    kind: str
    timeline: Timeline
    deadlines: Sequence[Deadline]
    of_itself: frozenset[str] = frozenset()
    to_confirm: Collection[str] = ()
    clocks: Sequence[Clock] = ()

    @staticmethod
    def of(kind: str, facts: Facts, clocks: Sequence[Clock], today: date, to_confirm: Collection[str] = ()) -> "Told":
        """Raises `BadInput` as `deadlines` does."""
        return Told.worked_out(
            kind, facts.case, work_out(facts.case, Timeline.of(facts), clocks, today), clocks, to_confirm
        )

    @staticmethod
    def worked_out(
        kind: str, case: str, found: tuple[Sequence[Deadline], Timeline], clocks: Sequence[Clock],
        to_confirm: Collection[str] = (),
    ) -> "Told":  # fmt: skip
        """The same of a case whose deadlines are known."""
        return Told(case, kind, found[1], found[0], _of_itself(clocks), to_confirm, clocks)

    @property
    def names_clocks(self) -> bool:
        """Whether it says something of clocks by their codes, which are of its kind."""
        return bool(self.timeline.extensions or self.timeline.answers or self.timeline.pronounced)

    def has_to_confirm(self, dated: Dated) -> bool:
        """Whether nobody but a party has told that day, of the entry or of the case."""
        return str(dated) in self.to_confirm or str(replace(dated, entry=None)) in self.to_confirm

    def day(self, event: str, entry: str) -> date | None:
        """The day of an event of that entry; where it has none of its own, of the case."""
        days = self.timeline.days.get(event, {})
        return days.get(entry, None if event in self.of_itself else days.get(None))


def windows(cases: Sequence[Told], entries: Iterable[str], clocks: Sequence[Clock], today: date) -> Sequence[str]:
    """The windows of these entries that are open on a day, the first to close first, as last day, day it runs from, the
    event of that day, entry, clock and the case that tells the day, e.g.
    `2027-07-14|2027-01-15|liquidated|S00-0000160-0|protest file|CASE`; those whose last day is not known yet begin with
    `|` and come first.

    Raises `BadInput` as `deadlines` does.
    """
    of_entry = {entry: [told for told in cases if entry in told.timeline.entries] for entry in entries}
    found = (*_of_entries(of_entry, [clock for clock in clocks if clock.per_entry], today), *_of_cases(of_entry, today))
    return sorted(
        f"{each.last or ''}|{each.start}|{each.event}|{entry}|{each.clock.node}|{case}" for each, entry, case in found
    )


def _of_cases(of_entry: Mapping[str, Sequence[Told]], today: date) -> Iterator[tuple[Deadline, str, str]]:
    """What may be filed in a case as a whole, for each of its entries: e.g. the summons after a denied protest."""
    for entry, cases in of_entry.items():
        for told in cases:
            for each in told.deadlines:
                if each.clock.window and not each.clock.per_entry and _is_open(each, today):
                    yield each, entry, told.case


def _of_entries(
    of_entry: Mapping[str, Sequence[Told]], clocks: Sequence[Clock], today: date
) -> Iterator[tuple[Deadline, str, str]]:
    for counting, own in _by_what_counts(of_entry, clocks).items():
        for each in work_out("", counting.timeline(of_entry), own, today)[0]:
            if each.entry and _is_open(each, today):
                told = Dated(each.event, each.start, each.entry)
                yield each, each.entry, _teller(told, of_entry[each.entry]).case


def _is_open(deadline: Deadline, today: date) -> bool:
    if deadline.clock.repeats and deadline.state is State.MET:
        return deadline.last is None or today <= deadline.last
    return deadline.state is State.RUNNING


@dataclass(frozen=True, slots=True)
class _Counting:
    """What counts for some clocks: all that cases say, but for filings of other kinds, and, of what names a clock by
    its code, only that of cases of the clocks' own kind, where there is any."""

    filings_of_others: frozenset[tuple[str, str]]
    own_kind: str | None

    def timeline(self, of_entry: Mapping[str, Sequence[Told]]) -> Timeline:
        """What these cases say of these entries, put together: of an event the latest day, of those that somebody has
        confirmed if there are any."""
        days: dict[str, dict[str | None, date]] = {}
        confirmed = set[tuple[str, str]]()
        decided: dict[str | None, list[date]] = {}
        held, pauses = set[Held](), list[Pause]()
        extensions, answers, pronounced = list[Extended](), list[Act](), list[Act]()
        for entry, cases in of_entry.items():
            for told in cases:
                said = told.timeline
                for event in said.days:
                    day = None if (told.kind, event) in self.filings_of_others else told.day(event, entry)
                    if day is None:
                        continue
                    known, is_sure = days.setdefault(event, {}), not told.has_to_confirm(Dated(event, day, entry))
                    if is_sure and (event, entry) not in confirmed:
                        confirmed.add((event, entry))
                        known[entry] = day
                    elif is_sure or (event, entry) not in confirmed:
                        known[entry] = max(day, known.get(entry, day))
                for of in (None, entry):
                    decided.setdefault(entry, []).extend(said.decided.get(of, ()))
                held.update(_as_of(said.conditions, entry))
                pauses += _as_of(said.pauses, entry)
                if told.kind == self.own_kind:
                    extensions += _as_of(said.extensions, entry)
                    answers += _as_of(said.answers, entry)
                    pronounced += _as_of(said.pronounced, entry)
        return Timeline(
            days, {entry: sorted(found) for entry, found in decided.items()}, frozenset(held),
            tuple(sorted(pauses, key=lambda each: each.order)), tuple(sorted(extensions, key=lambda each: each.order)),
            tuple(answers), tuple(pronounced), None, tuple(sorted(of_entry)),
        )  # fmt: skip


def _as_of(facts: Iterable[Of], entry: str) -> Iterator[Of]:
    """Those of the case and of that entry, as facts of the entry."""
    return (replace(each, entry=entry) for each in facts if each.entry in (None, entry))


def _by_what_counts(
    of_entry: Mapping[str, Sequence[Told]], clocks: Sequence[Clock]
) -> Mapping[_Counting, Sequence[Clock]]:
    """The clocks, those together for which the same counts.

    A filing in a case is one of its kind: that drawback was claimed is no claim of a preference, and what a surety
    protests is no protest of the importer. Two kinds may ask for the same: who owes it, and from what on, says that.
    """
    cases = [told for found in of_entry.values() for told in found]
    of_kinds = {told.kind: told.clocks for told in cases}
    filings = {
        kind: {event for clock in clocks if clock.kind == kind for event in clock.met_by} for kind in _kinds(clocks)
    }
    naming = {told.kind for told in cases if told.names_clocks}
    together: dict[_Counting, list[Clock]] = {}
    for clock in clocks:
        own = [other for other in clocks if other.kind == clock.kind]
        of_others = frozenset(
            (kind, event)
            for kind, others in of_kinds.items() if kind != clock.kind
            for event in filings[clock.kind] if _is_another(event, others, own)
        )  # fmt: skip
        counting = _Counting(of_others, clock.kind if clock.kind in naming else None)
        together.setdefault(counting, []).append(clock)
    return together


def _is_another(event: str, others: Iterable[Clock], own: Iterable[Clock]) -> bool:
    """Whether what is filed by that event in cases of another kind, by its clocks, is nothing that these clocks ask
    for."""
    filed = [clock for clock in others if event in clock.met_by]
    wanted = [clock for clock in own if event in clock.met_by]
    return bool(filed) and not any(_asks_alike(one, other) for one in filed for other in wanted)


def _asks_alike(one: Clock, other: Clock) -> bool:
    return one.owed_by == other.owed_by and not set(one.starts_from).isdisjoint(other.starts_from)


def _kinds(clocks: Iterable[Clock]) -> set[str]:
    return {clock.kind for clock in clocks}


def _teller(dated: Dated, cases: Sequence[Told]) -> Told:
    """The case that tells that day; rather one whose owner has confirmed it."""
    assert dated.entry is not None
    tell = [told for told in cases if told.day(dated.event, dated.entry) == dated.day]
    return min(tell or cases, key=lambda told: told.has_to_confirm(dated))


def _of_itself(clocks: Iterable[Clock]) -> frozenset[str]:
    """The events of a case as a whole: those by which what the law deems of it is met, and that outcome."""
    whole = [clock for clock in clocks if clock.is_deemed and not clock.per_entry]
    return frozenset(event for clock in whole for event in (*clock.met_by, clock.deemed_event) if event)
