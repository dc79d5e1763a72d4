"""What may still be filed for the entries of a case, and until when, by what the case says of their days.

A window is a deadline that would run if there were a case of its kind: by clocks that say so of themselves (`window`).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from hub.deadlines.clock import Clock
from hub.deadlines.deadline import State, deadlines
from hub.deadlines.facts import Facts


def windows(facts: Facts, clocks: Iterable[Clock], today: date) -> Sequence[str]:
    """The windows that are open on a day, the first to close first, as last day, day it runs from, the event of that
    day, entry and clock, e.g. `2027-07-14|2027-01-15|liquidated|S00-0000160-0|protest file`.

    Raises `BadInput` as `deadlines` does.
    """
    entered = [clock for clock in clocks if clock.per_entry]
    return sorted(
        f"{each.last}|{each.start}|{each.event}|{each.entry}|{each.clock.node}"
        for each in deadlines(facts, entered, today)
        if each.entry and each.last and each.state is State.RUNNING
    )
