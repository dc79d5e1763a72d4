"""Verbs of calendars: a secret address under which a calendar program finds what is due for an account, until it is
taken back."""

import secrets
from typing import Annotated, Final, LiteralString

from graph_schema.casework import CALENDAR
from graph_schema.cypher import fill, lock
from hub.errors import Conflict, NotAllowed, NotFound
from hub.verbs.arguments import Argument
from hub.verbs.context import VerbContext
from hub.verbs.verb import verb

_MOST: Final = 5
_OPEN: Final = fill(
    """
MATCH (a:Account {id: $account}) {lock}
WITH a, COUNT { (:Calendar {account: $account}) } < $most AS fits
FOREACH (_ IN CASE WHEN fits THEN [1] ELSE [] END |
  CREATE (:Calendar {id: $id, account: $account, path: '/calendars/' + $id + '.ics', shows: $shows, openedAt: $at,
    source: 'hub'}))
RETURN fits""",
    lock=lock("a"),
)
_CLOSE: Final[LiteralString] = "MATCH (c:Calendar {id: $id, account: $account}) DETACH DELETE c RETURN 1"
_Shows = Annotated[
    str,
    Argument(
        "What it shows: what you or your clients owe (MINE), what others owe (THEIRS), or both, if not said.",
        values=CALENDAR.property_named("shows").values,
        choice="CalendarShows",
    ),
]
_Calendar = Annotated[str, Argument("The calendar, by its id.")]


@verb(returns="Calendar")
async def open_calendar(context: VerbContext, shows: _Shows = "BOTH") -> str:
    """Opens a calendar of what is due in the cases you may see, yours and that of others apart. Its path is a secret:
    who knows it reads it."""
    calendar = secrets.token_urlsafe(32)
    opened = await context.execute(_OPEN, account=context.account, id=calendar, shows=shows, most=_MOST)
    if not opened:
        raise NotAllowed(
            "openCalendar: you are signed in, but the hub has no account of yours yet: have a party let you act for it"
            " first"
        )
    if not opened[0][0]:
        raise Conflict(f"openCalendar: there are {_MOST} already; close one first")
    await _add_event(context)
    return calendar


@verb(returns="Calendar")
async def close_calendar(context: VerbContext, calendar: _Calendar) -> str:
    """Closes a calendar: its path leads nowhere from then on."""
    if not await context.execute(_CLOSE, account=context.account, id=calendar):
        raise NotFound("calendar: you have no such calendar")
    await _add_event(context)
    return calendar


async def _add_event(context: VerbContext) -> None:
    """Of the account, not of the calendar: whoever knows a calendar's id reads it."""
    context.add_event("Account", context.account, ("calendars",), by=await context.acting_party())
