"""GraphQL over HTTP: what a request asks, read within its bounds, and how an answer is sent."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

import orjson
from pydantic import JsonValue
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from hub.database.bookmarks import Bookmarks
from hub.errors import BadInput, HubError, NotByGet, NotPersisted, TooCostly, TooManyRequests, Unavailable
from hub.gql.request import GraphQLRequest
from hub.gql.response import GraphQLResponse
from hub.identity.door import again_after, challenge
from hub.limits.callers import Caller

_BODY_S: Final = 10
_USUAL_BYTES: Final = 4096
"""A body up to this is in the cost of its request."""
_BOOKMARKS: Final = re.compile(rb"[\x21-\x2b\x2d-\x7e]{1,400}(,[\x21-\x2b\x2d-\x7e]{1,400}){0,19}")
_JSON: Final = "application/json"
_GRAPHQL: Final = "application/graphql-response+json"


class Late(BadInput):
    """A body that did not arrive in time."""


def is_json_post(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Whether it is a POST whose body says that it is JSON."""
    media = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    return scope["method"] == "POST" and media == b"application/json"


def media_of(accepted: bytes) -> str | None:
    """What is answered in, by the Accept header; None where it allows no JSON."""
    wanted = {part.split(b";")[0].strip().lower() for part in accepted.split(b",")}
    if _GRAPHQL.encode() in wanted:
        return _GRAPHQL
    return _JSON if wanted & {b"application/json", b"application/*", b"*/*", b""} else None


def status_of(answer: GraphQLResponse, media: str) -> int:
    """A question that was not answered is an error of HTTP, too, for who knows GraphQL's own media type, as the
    specification has it.
    """
    if "data" in answer:
        return 200
    code = answer["errors"][0]["extensions"]["code"]
    if code in (NotByGet.code, TooManyRequests.code):
        return 405 if code == NotByGet.code else 429
    return {Unavailable.code: 503, "INTERNAL": 500}.get(code, 400) if media == _GRAPHQL else 200


def from_body(body: bytes, bookmarks: Bookmarks, caller: Caller) -> GraphQLRequest:
    """What a JSON body asks. Raises `BadInput`."""
    try:
        parameters = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput("the body is not JSON") from None
    if not isinstance(parameters, dict):
        raise BadInput('the body must be a JSON object with the document under "query"')
    return _request_of(parameters, bookmarks, caller, by_get=False)


def from_url(query: bytes, bookmarks: Bookmarks, caller: Caller) -> GraphQLRequest:
    """What a URL asks: `variables` and `extensions` are JSON in it. Raises `BadInput`."""
    try:
        sent = dict(parse_qsl(query.decode(), strict_parsing=True, errors="strict", max_num_fields=10))
        read = {name: orjson.loads(sent[name]) for name in ("variables", "extensions") if sent.get(name)}
    except ValueError:
        raise BadInput(
            'the URL must hold the document under "query", and JSON under "variables" and "extensions"'
        ) from None
    parameters = {name: value for name, value in {**sent, **read}.items() if value != ""}
    return _request_of(parameters, bookmarks, caller, by_get=True)


def _request_of(
    parameters: Mapping[str, JsonValue], bookmarks: Bookmarks, caller: Caller, *, by_get: bool
) -> GraphQLRequest:
    """The request that these parameters of GraphQL over HTTP make. Raises `BadInput`."""
    document, name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if document is None and isinstance(extensions, dict) and "persistedQuery" in extensions:
        raise NotPersisted
    if not isinstance(document, str):
        raise BadInput('"query" must be the document, a string')
    if not (name is None or isinstance(name, str)):
        raise BadInput('"operationName" must be a string')
    if not (variables is None or isinstance(variables, dict)):
        raise BadInput('"variables" must be an object')
    if not (extensions is None or isinstance(extensions, dict)):
        raise BadInput('"extensions" must be an object')
    explain = bool(extensions and extensions.get("explain") is True)
    return GraphQLRequest(document, name or None, variables or {}, explain, by_get, bookmarks, caller=caller)


def bookmarks_of(header: bytes | None, caller: Caller) -> Bookmarks:
    """What the header `Hub-Bookmark` names. Raises `BadInput`."""
    if header is None:
        return Bookmarks(caller=caller)
    if not _BOOKMARKS.fullmatch(header):
        raise BadInput("Hub-Bookmark: at most 20 bookmarks with commas between, as an answer of this hub gave them")
    return Bookmarks(header.decode().split(","), caller)


async def body_of(receive: Receive, most: int, count: Callable[[int], None]) -> bytes:
    """The body, within its size and time; the bytes of a large one are counted as they come.

    Raises `TooCostly`, `Late`, or what `count` raises.
    """
    chunks, size, counted = list[bytes](), 0, 0
    try:
        async with asyncio.timeout(_BODY_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return b""
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > most:
                    raise TooCostly(f"the request has more than {most} bytes")
                if size > _USUAL_BYTES:
                    count(size - counted)
                    counted = size
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise Late(f"the body did not arrive within {_BODY_S} s") from None


def replayed(body: bytes) -> Receive:
    """What gives the next reader a body that was read already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def json_response(
    content: GraphQLResponse, status: int, media: str = _JSON, bookmarks: Bookmarks | None = None
) -> Response:
    """The response with the headers that go with its status: POST as what is allowed, when to come again, and
    bookmarks.
    """
    headers = {"allow": "POST"} if status == 405 else {}
    if "data" not in content:
        headers |= again_after(content["errors"][0]["extensions"])
    if bookmarks and bookmarks.values:
        headers["hub-bookmark"] = ",".join(bookmarks.values)
    return Response(orjson.dumps(content), status_code=status, headers=headers, media_type=f"{media}; charset=utf-8")


def refused(error: HubError, status: int) -> Response:
    """The response to a request that nothing was done for, with how to sign in where that would help."""
    response = json_response(
        {"errors": [{"message": str(error) or "not signed in", "extensions": error.extensions}]}, status
    )
    response.headers.update(challenge(error))
    return response
