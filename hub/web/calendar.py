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
from typing import Any, Final, LiteralString
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
_WHOSE: Final[LiteralString] = "MATCH (c:Calendar {id: $id}) RETURN c.account"
_QUESTION: Final = f"""query Due($after: String) {{ deadlines(within: {_DAYS}, first: 100, after: $after) {{
  nodes {{ id name due revision changedAt startedOn owedBy deemed why entry clock {{ legalBasis }} party {{ name }}
    case {{ number title importer {{ name }} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }}"""
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


@dataclass(frozen=True, slots=True)
class Calendars:
    """Calendars of deadlines. `public_url` is where people find the hub; without it, what they asked."""

    graph: Graph
    ask: Ask
    public_url: str = ""

    def routes(self) -> list[Route]:
        return [Route("/calendars/{id}.ics", self._answered)]

    async def _answered(self, request: Request) -> Response:
        try:
            account = await self.graph.read_one(_WHOSE, {"id": request.path_params["id"]})
            if account is None:
                return PlainTextResponse("there is no such calendar; open one with openCalendar\n", 404)
            due = await self._due(Viewer(account))
        except Unavailable as error:
            return PlainTextResponse(f"{error}\n", 503, {"Retry-After": str(int(error.retry_after_s))})
        content = _written(due, self.public_url or str(request.base_url))
        # weak: the same events are the same, packed or not (RFC 9110, section 8.8.1)
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**_HEADERS, "ETag": tag}
        if _is_known(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/calendar", headers=headers)

    async def _due(self, viewer: Viewer) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        after = None
        for _ in range(_PAGES):
            answer = await self.ask(_QUESTION, viewer, {"after": after})
            if "errors" in answer:
                raise Unavailable("the deadlines cannot be told now; try again in a few seconds")
            page = answer["data"]["deadlines"]
            found += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        return found


def _written(due: Sequence[Mapping[str, Any]], base_url: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//trade collaboration hub//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("name", "Customs deadlines")
    calendar.add("x-wr-calname", "Customs deadlines")
    # RFC 7986, section 5.7; and the same as Outlook knows it
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_LOOK_AGAIN))
    for found in due:
        calendar.add_component(_event(found, base_url))
    return calendar.to_ical()


def _event(found: Mapping[str, Any], base_url: str) -> Event:
    case, last = found["case"] or {}, date.fromisoformat(found["due"])
    event = Event()
    event.add("uid", f"{'-'.join(_text(found['id']).split())}@trade-collaboration-hub")
    # without a METHOD both are when it last changed (RFC 5545, section 3.8.7.2)
    changed = _changed(found)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", found["revision"] or 0)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    summary = " ".join(_text(f"{found['name']} (case {case.get('number', 'not shown')})").split())
    event.add("summary", summary)
    lines = [
        case.get("title"),
        f"Importer: {case['importer']['name']}" if case.get("importer") else None,
        f"Owed by: {found['party']['name'] if found['party'] else found['owedBy']}",
        f"Entry: {found['entry']}" if found["entry"] else None,
        _why(found),
        f"If nothing happens: by law {found['deemed']}" if found["deemed"] else None,
    ]
    event.add("description", _text("\n".join(filter(None, lines))))
    event.add("transp", "TRANSPARENT")
    if case:
        event.add("url", _link(base_url, case["number"]))
    for before in _REMINDERS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", before)
        alarm.add("description", summary)
        event.add_component(alarm)
    return event


def _why(found: Mapping[str, Any]) -> str:
    """Why it is due that day, with the law; of one from before that was kept, since when it runs."""
    why = f"Why: {found['why']}" if found["why"] else f"Runs since {found['startedOn']}"
    return why + (f"; {found['clock']['legalBasis']}" if found["clock"] and found["clock"]["legalBasis"] else "")


def _changed(found: Mapping[str, Any]) -> datetime:
    """When its last day was set; of one from before that was kept, the day it began to run."""
    if found["changedAt"]:
        return datetime.fromisoformat(found["changedAt"]).astimezone(UTC).replace(microsecond=0)
    return datetime.combine(date.fromisoformat(found["startedOn"]), time(), UTC)


def _link(base_url: str, number: str) -> str:
    """Where a browser asks the hub for the case, in GraphiQL; after the # nothing is sent to any server."""
    question = orjson.dumps({"query": _LINK, "variables": orjson.dumps({"number": number}).decode()})
    return f"{base_url.rstrip('/')}/graphiql#question={quote(base64.b64encode(question), safe='')}"


def _text(told: str) -> str:
    """The text as a calendar may hold it: whatever ends a line somewhere is a new line, control characters are left
    out."""
    return _CONTROL.sub("", _ENDS_A_LINE.sub("\n", told))


def _is_known(lines: Sequence[str], tag: str) -> bool:
    """Whether If-None-Match names the tag (RFC 9110, section 13.1.2), which is compared weakly."""
    named = [part.strip() for line in lines for part in line.split(",")]
    return "*" in named or tag.removeprefix("W/") in (part.removeprefix("W/") for part in named)
