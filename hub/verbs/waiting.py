"""Whom a case waits for: its parties, once its owner has asked; its owner, once something came back."""

from datetime import date
from typing import Final, LiteralString

from hub.deadlines.deadline import OWED, Deadline
from hub.deadlines.facts import Dated
from hub.verbs.case import Case
from hub.verbs.case_time import CaseTime
from hub.verbs.context import InACase, VerbContext
from hub.verbs.deadlines import answered, answered_deadline, importers, with_date

_WITHDRAWN: Final = "request_withdrawn"
_CAME_BACK: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.cameBackAt = coalesce(k.cameBackAt, $at)"
_PARTY_WROTE: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.partyWroteAt = coalesce(k.partyWroteAt, $at)"
_ANSWERED_PARTY: Final[LiteralString] = "MATCH (k:Case {id: $case}) REMOVE k.partyWroteAt"
_TAKEN_UP: Final[LiteralString] = """
MATCH (k:Case {id: $case}) WHERE k.cameBackAt IS NOT NULL OR k.partyWroteAt IS NOT NULL
REMOVE k.cameBackAt, k.partyWroteAt RETURN 1"""


async def ask_parties(context: VerbContext, case: Case) -> None:
    """The owner has asked the parties: the case waits for them, and nothing waits for its owner."""
    time = await CaseTime.read(context, case)
    await time.with_case(awaiting=True).write(None, ())
    await take_up(context, case)


async def await_nothing(context: VerbContext, case: Case) -> None:
    """Nothing is asked of the parties any more."""
    time = await CaseTime.read(context, case)
    await time.with_case(awaiting=False).write(None, ())


async def meet_by_answer(context: VerbContext, case: Case, deadline: str | None, day: date) -> None:
    """The parties have answered all that they were asked, by that day: that meets the deadline that is named, or the
    only one that an answer meets. One that began later is met on its first day. Raises as `answered_deadline`."""
    time = await CaseTime.read(context, case)
    await _meet(time, answered_deadline(time, deadline), day)


async def meet_by_withdrawal(context: VerbContext, case: Case, deadline: str | None, day: date) -> None:
    """The same where the owner has withdrawn the rest of what was asked: of several deadlines it meets the one that is
    named, and else none."""
    time = await CaseTime.read(context, case)
    waiting = _waiting(time)
    if deadline is not None or len(waiting) == 1:
        await _meet(time, answered_deadline(time, deadline), day)


async def end_by_withdrawal(context: VerbContext, case: Case) -> None:
    """The owner has withdrawn all that was asked, and nothing was answered: what the parties owed by it ends, if it is
    one deadline that waits."""
    time = await CaseTime.read(context, case, _WITHDRAWN)
    waiting = _waiting(time)
    if len(waiting) == 1 and _WITHDRAWN in waiting[0].clock.voided_by:
        await with_date(time, case, Dated(_WITHDRAWN, time.today)).write(None, ())


async def withdrawn_no_more(context: VerbContext, case: Case) -> None:
    """What was withdrawn is asked again: that it was is taken back."""
    time = await CaseTime.read(context, case)
    dates = [text for text in time.facts.dates if Dated.of(text).event != _WITHDRAWN]
    if len(dates) < len(time.facts.dates):
        await time.with_facts(dates=dates).write(None, ())


def _waiting(time: CaseTime) -> list[Deadline]:
    """What waits for an answer of the importer."""
    return importers(each for each in time.brought().deadlines if each.clock.by_answer and each.state in OWED)


async def _meet(time: CaseTime, met: Deadline | None, day: date) -> None:
    if met is not None:
        await answered(time, met, max(day, met.start)).write(None, ())


async def came_back(context: VerbContext, case: Case) -> None:
    """Something came back that the owner has yet to look at."""
    await context.execute(_CAME_BACK, case=case.id)


async def party_wrote(context: VerbContext, case: InACase) -> None:
    """A party by role wrote something that the owner has yet to look at, and of which nobody else is told."""
    await context.execute(_PARTY_WROTE, case=case.id)


async def answer_party(context: VerbContext, case: Case) -> None:
    """The owner has looked at what parties by role wrote; what the importer answered may wait further."""
    await context.execute(_ANSWERED_PARTY, case=case.id)


async def take_up(context: VerbContext, case: Case) -> bool:
    """The owner has looked at what came back; gives whether anything had."""
    return bool(await context.execute(_TAKEN_UP, case=case.id))
