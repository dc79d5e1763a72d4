"""Whom a case waits for: its parties, once its owner has asked; its owner, once something came back."""

from typing import Final, LiteralString

from hub.verbs.case import Case
from hub.verbs.context import VerbContext
from hub.verbs.deadlines import end_deadlines

_ASK: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.status = 'AWAITING' REMOVE k.cameBackAt"
_NOTHING_AWAITED: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}) WHERE k.status = 'AWAITING' SET k.status = 'OPEN' RETURN 1"
)
_CAME_BACK: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.cameBackAt = coalesce(k.cameBackAt, $at)"
_TAKEN_UP: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}) WHERE k.cameBackAt IS NOT NULL REMOVE k.cameBackAt RETURN 1"
)


async def ask_parties(context: VerbContext, case: Case) -> None:
    """The owner has asked the parties: the case waits for them, and nothing waits for its owner."""
    await context.execute(_ASK, case=case.id)


async def await_nothing(context: VerbContext, case: Case) -> None:
    """Nothing is asked of the parties any more."""
    await context.execute(_NOTHING_AWAITED, case=case.id)


async def meet_by_answer(context: VerbContext, case: Case, deadline: str | None) -> None:
    """The parties have answered all that they were asked: what they owed by that is met."""
    await end_deadlines(context, case.id, side="trade", key=deadline)


async def came_back(context: VerbContext, case: Case) -> None:
    """Something came back that the owner has yet to look at."""
    await context.execute(_CAME_BACK, case=case.id)


async def take_up(context: VerbContext, case: Case) -> bool:
    """The owner has looked at what came back; gives whether anything had."""
    return bool(await context.execute(_TAKEN_UP, case=case.id))
