"""`/calendars/SECRET.ics`: what is due for an account, for calendar programs, which cannot sign in.

An iCalendar object (RFC 5545, with RFC 7986's properties). What has not changed is told by the same bytes, so that
programs that look again and again are told 304.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, LiteralString, TypedDict
from urllib.parse import quote

import orjson
from icalendar import Alarm, Calendar, Event, vDuration
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.viewer import Viewer
from hub.web.ask import Ask

_PAGES: Final = 20
_DAYS: Final = 3660
_WHOSE: Final[LiteralString] = "MATCH (c:Calendar {id: $id}) RETURN [c.account, c.shows]"
_NAMES: Final[Mapping[str, str]] = {
    "MINE": "Customs deadlines: mine", "THEIRS": "Customs deadlines: others'", "BOTH": "Customs deadlines",
}  # fmt: skip


def _due(which: str) -> str:
    """The question for the deadlines of the next years, the nearest first."""
    return f"""query Due($after: String) {{ deadlines({which}within: {_DAYS}, first: 100, after: $after) {{
  nodes {{ id name due revision changedAt startedOn owedBy deemed why entry clock {{ legalBasis }} party {{ name }}
    case {{ number title importer {{ name }} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }}"""


_ALL: Final = _due("")
_MINE: Final = _due("desk: OWED, ")
"""Those that who looks owes, or a client."""
_LINK: Final = """query Case($number: String!) {
  case(number: $number) { number title status deadlines { nodes { name state due } } history
    { nodes { at text } } } }"""
"""What the link of an event asks."""
# the path is a secret: it is sent nowhere else, and kept by nobody on the way
_HEADERS: Final = {
    "Cache-Control": "private, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_LOOK_AGAIN: Final = timedelta(hours=1)
_REMINDERS: Final = (timedelta(days=-7, hours=9), timedelta(days=-1, hours=9))
"""At nine in the morning, a week and a day before the last day."""
_ENDS_A_LINE: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
"""RFC 5545, section 3.1: a line holds no control character but a tab."""


class _Named(TypedDict):
    name: str


class _Case(TypedDict):
    number: str
    title: str | None
    importer: _Named | None


class _Clock(TypedDict):
    legalBasis: str | None


class _Deadline(TypedDict):
    """A deadline as `_due` asks for it; of `clock`, `party` and `case` null is what the account may not see."""

    id: str
    name: str
    due: str
    revision: int | None
    changedAt: str | None
    startedOn: str
    owedBy: str
    deemed: str | None
    why: str | None
    entry: str | None
    clock: _Clock | None
    party: _Named | None
    case: _Case | None


@dataclass(frozen=True, slots=True)
class Calendars:
    """Calendars of deadlines. `public_url` is where people find the hub; without it, what they asked."""

    graph: Graph
    ask: Ask
    public_url: str = ""

    def routes(self) -> list[Route]:
        """`/calendars/SECRET.ics` for GET: whoever knows the secret needs no token."""
        return [Route("/calendars/{id}.ics", self._answered)]

    async def _answered(self, request: Request) -> Response:
        try:
            calendar = await self.graph.read_one(_WHOSE, {"id": request.path_params["id"]})
            if calendar is None:
                return PlainTextResponse("there is no such calendar; open one with openCalendar\n", 404)
            account, shows = calendar[0], calendar[1] or "BOTH"
            mine = await self._pages(_MINE, Viewer(account))
            due = mine if shows == "MINE" else _together(mine, await self._pages(_ALL, Viewer(account)))
        except Unavailable as error:
            return PlainTextResponse(f"{error}\n", 503, {"Retry-After": str(int(error.retry_after_s))})
        ids = frozenset(deadline["id"] for deadline in mine)
        content = _written(due, self.public_url or str(request.base_url), ids, shows)
        # weak: the same events are the same, packed or not (RFC 9110, section 8.8.1)
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**_HEADERS, "ETag": tag}
        if _is_known(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/calendar", headers=headers)

    async def _pages(self, question: str, viewer: Viewer) -> list[_Deadline]:
        deadlines: list[_Deadline] = []
        after = None
        for _ in range(_PAGES):
            answer = await self.ask(question, viewer, {"after": after})
            if "errors" in answer:
                raise Unavailable("the deadlines cannot be told now; try again in a few seconds")
            page = answer["data"]["deadlines"]
            deadlines += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        return deadlines


def _together(mine: Sequence[_Deadline], every: Sequence[_Deadline]) -> list[_Deadline]:
    """All of them once, the nearest first: what is mine is there, however much others owe before it."""
    by_id = {deadline["id"]: deadline for deadline in (*every, *mine)}
    return sorted(by_id.values(), key=lambda deadline: (deadline["due"], deadline["id"]))


def _written(due: Sequence[_Deadline], base_url: str, mine: frozenset[str] | None = None, shows: str = "BOTH") -> bytes:
    """The calendar of these deadlines; `mine` are the ids of those that the account or a client owes, all if None."""
    calendar = Calendar()
    calendar.add("prodid", "-//trade collaboration hub//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("name", _NAMES[shows])
    calendar.add("x-wr-calname", _NAMES[shows])
    # RFC 7986, section 5.7; and the same as Outlook knows it
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_LOOK_AGAIN))
    for deadline in due:
        is_mine = mine is None or deadline["id"] in mine
        if shows == "BOTH" or is_mine is (shows == "MINE"):
            calendar.add_component(_event(deadline, base_url, is_mine=is_mine))
    return calendar.to_ical()


def _event(deadline: _Deadline, base_url: str, *, is_mine: bool) -> Event:
    """A deadline as an event. Of one that others owe the summary says so, and there is no reminder."""
    case, last = deadline["case"], date.fromisoformat(deadline["due"])
    event = Event()
    event.add("uid", f"{'-'.join(_text(deadline['id']).split())}@trade-collaboration-hub")
    # without a METHOD both are when it last changed (RFC 5545, section 3.8.7.2)
    changed = _changed(deadline)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", deadline["revision"] or 0)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    told = f"{deadline['name']} (case {case['number'] if case else 'not shown'})"
    summary = " ".join(_text(told if is_mine else f"Waiting: {told}").split())
    event.add("summary", summary)
    importer = case["importer"] if case else None
    lines = [
        case["title"] if case else None,
        f"Importer: {importer['name']}" if importer else None,
        f"Owed by: {deadline['party']['name'] if deadline['party'] else deadline['owedBy']}",
        f"Entry: {deadline['entry']}" if deadline["entry"] else None,
        _why(deadline),
        f"If nothing happens: by law {deadline['deemed']}" if deadline["deemed"] else None,
    ]
    event.add("description", _text("\n".join(filter(None, lines))))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["Mine" if is_mine else "Theirs"])
    if case:
        event.add("url", _link(base_url, case["number"]))
    for before in _REMINDERS if is_mine else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", before)
        alarm.add("description", summary)
        event.add_component(alarm)
    return event


def _why(deadline: _Deadline) -> str:
    """Why it is due that day, with the law; of one from before that was kept, since when it runs."""
    why = f"Why: {deadline['why']}" if deadline["why"] else f"Runs since {deadline['startedOn']}"
    law = deadline["clock"] and deadline["clock"]["legalBasis"]
    return why + (f"; {law}" if law else "")


def _changed(deadline: _Deadline) -> datetime:
    """When its last day was set; of one from before that was kept, the day it began to run."""
    if deadline["changedAt"]:
        return datetime.fromisoformat(deadline["changedAt"]).astimezone(UTC).replace(microsecond=0)
    return datetime.combine(date.fromisoformat(deadline["startedOn"]), time(), UTC)


def _link(base_url: str, number: str) -> str:
    """Where a browser asks the hub for the case, in GraphiQL; after the # nothing is sent to any server."""
    question = orjson.dumps({"query": _LINK, "variables": orjson.dumps({"number": number}).decode()})
    return f"{base_url.rstrip('/')}/graphiql#question={quote(base64.b64encode(question), safe='')}"


def _text(text: str) -> str:
    """The text as a calendar may hold it: whatever ends a line somewhere is a new line, control characters are left
    out."""
    return _CONTROL.sub("", _ENDS_A_LINE.sub("\n", text))


def _is_known(lines: Sequence[str], tag: str) -> bool:
    """Whether If-None-Match names the tag (RFC 9110, section 13.1.2), which is compared weakly."""
    named = [part.strip() for line in lines for part in line.split(",")]
    return "*" in named or tag.removeprefix("W/") in (part.removeprefix("W/") for part in named)
