"""Why a deadline stands as it does, in a line."""

from datetime import date
from typing import Final

from hub.deadlines.clock import UNVERIFIED, Clock
from hub.deadlines.facts import Pause, Scope
from hub.deadlines.running import Run

ANSWER: Final = "answer"
_DONE: Final = {ANSWER: "done"}


def in_words(code: str) -> str:
    """The words of a code, e.g. `protest filed`."""
    return _DONE.get(code, code.replace("_", " "))


def happened(day: date, event: str) -> str:
    """What met it or ended it, and when."""
    return f"{in_words(event)} on {day}"


def late(day: date, event: str, last: date) -> str:
    """What met it too late."""
    days = (day - last).days
    return f"{happened(day, event)}: untimely, {days} day{'' if days == 1 else 's'} after its last day, {last}"


def closed(day: date) -> str:
    """That its owner has closed the case."""
    return "the case was closed" if day == date.min else f"the case was closed on {day}"


def stands(pause: Pause) -> str:
    """Since when it stands still, and by what."""
    return f"stands still since {pause.days.since}" + (f" ({in_words(pause.cause)})" if pause.cause else "")


def runs(clock: Clock, event: str, start: date, run: Run, scope: Scope) -> str:
    """From which day it runs, and how long."""
    from_event = f"{in_words(event)} on {start}"
    if run.last is None:
        return _endless(clock, from_event, run)
    if run.bound:
        shift, day = run.bound.shift, scope.begun(run.bound.event)
        where = f"{shift} {'before' if shift.length < 0 else 'after'} " if shift.length else ""
        return f"{where}{in_words(run.bound.event)} on {day}; runs from {from_event}"
    if run.limit:
        return (
            f"{clock.extension.limit} from {from_event}: the day to which it was extended passed while it stood still"
        )
    if run.anew:
        return f"{clock.stopping.period} from {in_words(clock.stopping.event or '')} on {run.anew}"
    extended = f", extended to {run.extended_to}" if run.extended_to else f", extended {_times(run.extensions)}"
    period = f"{clock.period} from {from_event}"
    period = f"before {period} are over" if clock.acts_before else period
    return period + (extended if run.extensions else "")


def _endless(clock: Clock, from_event: str, run: Run) -> str:
    """Why it has no last day."""
    if clock.period is None:
        waits = " or ".join(in_words(bound.event) for bound in clock.not_after)
        return f"has no last day before {waits} is told; runs from {from_event}"
    if run.limit:
        return f"has no last day: it stood still beyond {clock.extension.limit} from {from_event}"
    return f"has no last day before {in_words(clock.stopping.event)}" if clock.stopping.event else "stands still"


def with_doubt(clock: Clock, why: str) -> str:
    """The same, and whether anybody has checked what is said of the clock."""
    return f"{why}; {UNVERIFIED}: nobody has checked this clock" if clock.unverified else why


def missed(last: date) -> str:
    """That nothing was done in time."""
    return f"not done by {last}"


def proposed(clock: Clock, last: date) -> str:
    """That the law takes something as decided, unless it was decided in time."""
    return f"to be deemed {clock.deemed}: not done by {last}"


def deemed(clock: Clock, day: date) -> str:
    """That its owner has recorded what the law takes as decided."""
    return f"deemed {clock.deemed} on {day}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
