"""`/calendars/SECRET.ics`: what is due for an account, for calendar programs, which cannot sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, LiteralString

from icalendar import Calendar, Event
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.errors import Unavailable
from hub.graph import Graph
from hub.viewer import Viewer
from hub.web.ask import Ask

_PAGES: Final = 20
_DAYS: Final = 3660
_WHOSE: Final[LiteralString] = "MATCH (c:Calendar {id: $id}) RETURN c.account"
_QUESTION: Final = f"""query Due($after: String) {{ deadlines(within: {_DAYS}, first: 100, after: $after) {{
  nodes {{ id name due startedOn owedBy deemed clock {{ legalBasis }} party {{ name }} case {{ number title importer {{ name }} }} }}
  pageInfo {{ hasNextPage endCursor }} }} }}"""
# the path is a secret: it is sent nowhere else, and kept by nobody on the way
_HEADERS: Final = {"Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Calendars:
    """Calendars of deadlines."""

    graph: Graph
    ask: Ask

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
        return Response(_written(due, datetime.now(UTC)), media_type="text/calendar", headers=_HEADERS)

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


def _written(due: list[Mapping[str, Any]], now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//trade collaboration hub//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Customs deadlines")
    for found in due:
        calendar.add_component(_event(found, now))
    return calendar.to_ical()


def _event(found: Mapping[str, Any], now: datetime) -> Event:
    case, last = found["case"] or {}, date.fromisoformat(found["due"])
    event = Event()
    event.add("uid", f"{found['id'].replace(' ', '-')}@trade-collaboration-hub")
    event.add("dtstamp", now)
    event.add("dtstart", last)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", f"{found['name']} (case {case.get('number', 'not shown')})")
    lines = [
        case.get("title"),
        f"Importer: {case['importer']['name']}" if case.get("importer") else None,
        f"Owed by: {found['party']['name'] if found['party'] else found['owedBy']}",
        f"Runs since {found['startedOn']}" + (f"; {found['clock']['legalBasis']}" if found["clock"] else ""),
        f"If nothing happens: deemed {found['deemed']}" if found["deemed"] else None,
    ]
    event.add("description", "\n".join(filter(None, lines)))
    event.add("transp", "TRANSPARENT")
    return event
