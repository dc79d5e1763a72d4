"""`/messages`: the archive of messages as pages, and its feeds.

Whoever sends no token reads what everybody may read. With a token, pages and feeds have what its holder may read.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.errors import BadInput, HubError, NotSignedIn, TooManyRequests, Unavailable
from hub.identity.door import Door, again_after, challenge
from hub.limits.callers import caller
from hub.limits.rate_limits import COST
from hub.messages.feeds import Entry, Feed, atom, json_feed
from hub.messages.markup import body_html
from hub.viewer import Viewer
from hub.web import files
from hub.web.ask import Ask

_COST: Final = 100
"""What a page or a feed costs who asks for it."""
_MOST: Final = 50
_HEADERS: Final = files.headers("style-src 'self'")
_FORM_HEADERS: Final = {
    **_HEADERS,
    "Content-Security-Policy": _HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'"),
}
_FIELDS: Final = """id number title body language state publishedAt replaces replacedAt withdrawnAt withdrawnBecause
  validFrom validUntil issuedBy { name }
  programs { nodes { code name } } goods { nodes { __typename code title } } ports { nodes { code name } }
  centers { nodes { code name } } topics { nodes { code name } }"""
_LIST: Final = f"""query Messages($where: MessageWhere!, $first: Int!) {{
  messages(first: $first, where: $where, orderBy: [{{publishedAt: DESC}}]) {{ totalCount nodes {{ {_FIELDS} }} }} }}"""
_ONE: Final = f"""query Message($where: MessageWhere!) {{ messages(first: 1, where: $where) {{ nodes {{ {_FIELDS}
  audiences {{ nodes {{ name }} }} before {{ number title }} after {{ number title state replaces }} }} }} }}"""
_Row = Mapping[str, Any]
_SUBJECTS: Final = ("programs", "goods", "ports", "centers", "topics")


_Condition = Callable[[str], JsonValue]
_Made = Callable[[Request, Viewer], Awaitable[Response]]


def _by_code(way: str) -> _Condition:
    return lambda value: {way: {"some": {"code": {"eq": value}}}}


def _goods(value: str) -> JsonValue:
    """The heading, or its chapter as a whole; of a chapter all its headings, too."""
    chapter: JsonValue = {"code": {"eq": value[:_CHAPTER]}}
    heading: JsonValue = {"chapter": chapter} if len(value) <= _CHAPTER else {"code": {"eq": value}}
    return {"or": [{"htsChapter": chapter}, {"htsHeading": heading}]}


_CONDITIONS: Final[Mapping[str, _Condition]] = {
    "words": lambda value: {"or": [{"title": {"contains": value}}, {"body": {"contains": value}}]},
    "center": lambda value: {
        "or": [_by_code("centers")(value), {"issuedBy": {"center": {"code": {"eq": value}}}}]
    },
    "program": _by_code("programs"), "port": _by_code("ports"), "topic": _by_code("topics"),
    "goods": lambda value: {"goods": {"some": _goods(value)}},
    "audience": lambda value: {"audiences": {"some": {"id": {"eq": value}}}},
}  # fmt: skip
"""What the archive may be asked for, by the name of the parameter."""
_LONGEST: Final = 200
_CHAPTER: Final = 2


class _Strange(ValueError):
    """A parameter that is not known, or too long."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The archive. `public_url` is where people find the hub; without it, what they asked."""

    door: Door
    ask: Ask
    public_url: str = ""

    def routes(self) -> list[Route]:
        """`/messages`, its feeds, and the page of each message."""
        return [
            Route("/messages", self._answered(self._list)),
            Route("/messages/feed.atom", self._answered(self._atom)),
            Route("/messages/feed.json", self._answered(self._json)),
            files.route("/messages/files", ("messages.css",), _HEADERS),
            Route("/messages/{number}", self._answered(self._page)),
        ]

    def _answered(self, made: _Made) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            who = self.door.address(request.scope)
            try:
                viewer = await self.door.viewer(request.headers.get("authorization"), who)
                who = caller(viewer, who.key)
                self.door.shares.budgets.take(COST, who, _COST)
                return _cached(request, await made(request, viewer), viewer)
            except _Strange as error:
                return PlainTextResponse(f"{error}\n", 400, _HEADERS)
            except HubError as error:
                status = 401 if isinstance(error, NotSignedIn) else 429 if isinstance(error, TooManyRequests) else 503
                held = await self.door.hold(who) if isinstance(error, TooManyRequests) else {}
                sent = {**again_after(error.extensions), **challenge(error), **held}
                return PlainTextResponse(f"{error or 'not signed in'}\n", status, sent)

        return endpoint

    async def _read(self, viewer: Viewer, document: str, conditions: Sequence[JsonValue], **more: JsonValue) -> Any:
        where: JsonValue = {"and": [{"publishedAt": {"isNull": False}}, *conditions]}
        answer = await self.ask(document, viewer, {"where": where, **more})
        if "errors" in answer:
            if answer["errors"][0]["extensions"]["code"] == BadInput.code:
                raise _Strange(answer["errors"][0]["message"])
            raise Unavailable("the messages cannot be told now; try again in a few seconds")
        return answer["data"]["messages"]

    def _base(self, request: Request) -> str:
        return (self.public_url or str(request.base_url)).rstrip("/")

    async def _feed(self, request: Request, viewer: Viewer, kind: str) -> Feed:
        asked = _asked(request)
        page = await self._read(viewer, _LIST, _conditions(asked), first=_MOST)
        about = f": {', '.join(f'{name} {value}' for name, value in asked.items())}" if asked else ""
        base = self._base(request)
        address = f"{base}/messages/feed.{kind}{f'?{urlencode(asked)}' if asked else ''}"
        return Feed(f"Messages{about}", address, base, list(map(_entry, page["nodes"])))

    async def _atom(self, request: Request, viewer: Viewer) -> Response:
        content = atom(await self._feed(request, viewer, "atom"))
        return Response(content, media_type="application/atom+xml", headers=_HEADERS)

    async def _json(self, request: Request, viewer: Viewer) -> Response:
        content = json_feed(await self._feed(request, viewer, "json"))
        return Response(content, media_type="application/feed+json", headers=_HEADERS)

    async def _list(self, request: Request, viewer: Viewer) -> Response:
        asked = _asked(request)
        page = await self._read(viewer, _LIST, _conditions(asked), first=_MOST)
        rows = "\n".join(
            f'<li><a href="/messages/{escape(row["number"])}">{escape(row["number"])}: {escape(row["title"])}</a>'
            f"<br><small>{escape(_sender(row))}, {escape(row['publishedAt'][:10])}{escape(_standing(row))}</small></li>"
            for row in page["nodes"]
        )
        query = f"?{escape(urlencode(asked))}" if asked else ""
        told = f"{page['totalCount']} messages" + (f", the newest {_MOST}" if page["totalCount"] > _MOST else "")
        feeds = f'<a href="/messages/feed.atom{query}">Atom</a>, <a href="/messages/feed.json{query}">JSON</a>'
        inputs = "".join(
            f'<label>{name} <input name="{name}" value="{escape(asked.get(name, ""))}" maxlength="{_LONGEST}"></label>'
            for name in _CONDITIONS
            if name != "audience"
        )
        body = f'<form>{inputs}<button>Search</button></form><p>{told}. Feeds: {feeds}</p><ul class="list">{rows}</ul>'
        links = f'<link rel="alternate" type="application/atom+xml" href="/messages/feed.atom{query}">'
        return HTMLResponse(_document("Messages", body, links), headers=_FORM_HEADERS)

    async def _page(self, request: Request, viewer: Viewer) -> Response:
        page = await self._read(viewer, _ONE, [{"number": {"eq": request.path_params["number"][:_LONGEST]}}])
        if not page["nodes"]:
            return HTMLResponse(
                _document("There is no such message", "<p>There is no such message that you may read.</p>"),
                404,
                _HEADERS,
            )
        return HTMLResponse(_message_page(page["nodes"][0]), headers=_HEADERS)


def _asked(request: Request) -> dict[str, str]:
    """The parameters that are said, in their declared order. Raises `_Strange`."""
    given = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    if unknown := given.keys() - _CONDITIONS.keys():
        raise _Strange(f"{', '.join(sorted(unknown))[:_LONGEST]}: ask by {', '.join(_CONDITIONS)}")
    if long := [name for name, value in given.items() if len(value) > _LONGEST]:
        raise _Strange(f"{', '.join(long)}: at most {_LONGEST} characters")
    return {name: given[name] for name in _CONDITIONS if name in given}


def _conditions(asked: Mapping[str, str]) -> list[JsonValue]:
    return [_CONDITIONS[name](value) for name, value in asked.items()]


def _cached(request: Request, response: Response, viewer: Viewer) -> Response:
    """The response with what caches need to know; 304 for who has it already."""
    tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    kept = "private, max-age=60" if viewer.account else "public, max-age=60"
    headers = {"ETag": tag, "Cache-Control": kept, "Vary": "Authorization"}
    known = [part.strip() for line in request.headers.getlist("if-none-match") for part in line.split(",")]
    if response.status_code == 200 and ("*" in known or tag in known):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _sender(row: _Row) -> str:
    return (row["issuedBy"] or {"name": "an office"})["name"]


def _standing(row: _Row) -> str:
    return {"REPLACED": ", replaced", "WITHDRAWN": ", withdrawn"}.get(row["state"], "")


def _subjects(row: _Row) -> list[str]:
    return [
        f"{way}: {each['code']} {each.get('name') or each.get('title') or ''}".strip()
        for way in _SUBJECTS
        for each in row[way]["nodes"]
    ]


def _remark(row: _Row) -> str | None:
    if row["state"] == "WITHDRAWN":
        return f"Withdrawn: {row['withdrawnBecause'] or 'no reason is given'}"
    return "Another message replaces this one." if row["state"] == "REPLACED" else None


def _entry(row: _Row) -> Entry:
    changed = max(filter(None, (row["publishedAt"], row["replacedAt"], row["withdrawnAt"])))
    return Entry(
        row["id"], row["number"], row["title"], row["body"], row["language"], row["publishedAt"], changed,
        _sender(row), _subjects(row), _remark(row),
    )  # fmt: skip


def _message_page(row: _Row) -> str:
    lines = [f"From {_sender(row)}, {row['publishedAt'][:10]}"]
    if row["validFrom"] or row["validUntil"]:
        since, until = row["validFrom"], row["validUntil"]
        lines.append(f"Holds{f' from {since}' if since else ''}{f' until {until}' if until else ''}")
    lines += [f"To: {each['name']}" for each in row["audiences"]["nodes"]]
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if row["state"] == "WITHDRAWN":
        told += f'<p class="remark">{escape(_remark(row) or "")}</p>'
    if (after := row["after"]) and after["number"]:
        verb = "corrected" if after["replaces"] == "CORRECTS" else "superseded"
        told += f'<p class="remark">This message was {verb} by {_link(after)}.</p>'
    if before := row["before"]:
        verb = "corrects" if row["replaces"] == "CORRECTS" else "supersedes"
        told += f'<p class="remark">This message {verb} {_link(before)}.</p>'
    subjects = "".join(f"<li>{escape(subject)}</li>" for subject in _subjects(row))
    body = body_html(row["body"]) if row["body"] else ""
    article = f'<article lang="{escape(row["language"])}">{body}</article>'
    return _document(f"{row['number']}: {row['title']}", f"{told}{article}<ul>{subjects}</ul>")


def _link(row: _Row) -> str:
    number, title = escape(row["number"] or ""), escape(row["title"])
    return f'<a href="/messages/{number}">{number}: {title}</a>'


def _document(title: str, body: str, links: str = "") -> str:
    text = resources.files("hub.web").joinpath("messages.html").read_text(encoding="utf-8")
    return Template(text).substitute(title=escape(title), body=body, links=links)
