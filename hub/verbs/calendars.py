"""Verbs of calendars: a secret address under which a calendar program finds what is due for an account, until it is taken back."""

import secrets
from typing import Final, LiteralString

from graph_schema.model import Property
from hub.errors import Conflict, NotAllowed, NotFound
from hub.verbs.act import Act, Arguments, Verb

_MOST: Final = 5
_OPEN: Final[LiteralString] = """
MATCH (a:Account {id: $account}) SET a.turn = true REMOVE a.turn
WITH a, COUNT { (:Calendar {account: $account}) } < $most AS fits
FOREACH (_ IN CASE WHEN fits THEN [1] ELSE [] END |
  CREATE (:Calendar {id: $id, account: $account, path: '/calendars/' + $id + '.ics', openedAt: $at, source: 'hub'}))
RETURN fits"""
_CLOSE: Final[LiteralString] = "MATCH (c:Calendar {id: $id, account: $account}) DETACH DELETE c RETURN 1"


async def _open(act: Act, given: Arguments) -> str:  # noqa: ARG001 - a verb of one shape
    calendar = secrets.token_urlsafe(32)
    opened = await act.write(_OPEN, {"account": act.account, "id": calendar, "most": _MOST})
    if not opened:
        raise NotAllowed("openCalendar: you are signed in, but the hub has no account of yours yet: have a party let you act for it first")
    if not opened[0][0]:
        raise Conflict(f"openCalendar: there are {_MOST} already; close one first")
    await _tell(act)
    return calendar


async def _close(act: Act, given: Arguments) -> str:
    if not await act.write(_CLOSE, {"account": act.account, "id": given["calendar"]}):
        raise NotFound("calendar: you have no such calendar")
    await _tell(act)
    return given["calendar"]


async def _tell(act: Act) -> None:
    """Of the account: whoever knows a calendar's id reads it."""
    act.tell("Account", act.account, ("calendars",), by=await act.party())


VERBS: Final = (
    Verb("openCalendar", "Opens a calendar of what is due in the cases you may see. Its path is a secret: who knows it reads it.",
         (), "Calendar", _open),
    Verb("closeCalendar", "Closes a calendar: its path leads nowhere from then on.",
         (Property("calendar", "The calendar, by its id.", required=True),), "Calendar", _close),
)  # fmt: skip
