"""`/graphql`: strawberry's HTTP view, with reads answered by compiled statements instead of an executor."""

import asyncio
import hashlib
import logging
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
import strawberry
from cross_web import AsyncHTTPRequestAdapter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.types import ExecutionResult

from graph_schema.cypher import Statement
from graph_schema.model import GraphSchema
from hub.callers import HUB, Caller
from hub.compile.read import compile_right
from hub.compile.walk import Side
from hub.door import Door, Shares, headers_of
from hub.errors import BadInput, HubError, NotAllowed, NotByGet, NotSignedIn, TooCostly, TooManyRequests, Unavailable
from hub.gql.cursors import Cursors
from hub.gql.documents import Documents, GraphQLErrors, Plan, RootPlan, VerbPlan
from hub.gql.guard import Limits
from hub.gql.hang_up import UnlessHungUp
from hub.gql.pen import AnswerPen
from hub.gql.types import build_schema
from hub.gql.values import Variables
from hub.graph import Bookmarks, Graph, Run
from hub.rate_limits import BYTES, COST, PLANNINGS, QUESTIONS, REQUEST_COST, VERBS
from hub.verbs.act import REQUEST, Act
from hub.verbs.inquiries import new_guest
from hub.viewer import Viewer

_log: Final = logging.getLogger("hub.gql")
_requests: Final = logging.getLogger("hub.requests")
_BODY_S: Final = 10
_USUAL_BYTES: Final = 4096
"""A body up to this is in the cost of its request."""
_HEADERS: Final = ((b"cache-control", b"no-store"), (b"vary", b"Authorization"), (b"x-content-type-options", b"nosniff"))
"""Of every answer: it is its asker's alone, and JSON whatever it says."""
_BOOKMARKS: Final = re.compile(rb"[\x21-\x2b\x2d-\x7e]{1,400}(,[\x21-\x2b\x2d-\x7e]{1,400}){0,19}")
_JSON: Final = "application/json"
_GRAPHQL: Final = "application/graphql-response+json"
_PERHAPS_DONE: Final = "whether this was done is not known: send it again with the same requestId, and it is done once"
_NOBODY: Final = "nobody is signed in"
"""No account's id, which has a bar; of a usual length, because Neo4j plans anew for a parameter of quite another one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A document with its variables; `explain` asks for the Cypher, its plan and time as well; by GET nothing may change.

    `bookmarks` are what the caller has seen already; `request_id` is the name under which the log has this request. What it uses counts
    against the `caller`; without one the hub's own pages ask.
    """

    document: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    explain: bool = False
    by_get: bool = False
    bookmarks: Bookmarks = field(default_factory=Bookmarks)
    request_id: str = field(default_factory=partial(secrets.token_hex, 8))
    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    """What all root fields of one request share: the viewer's parameters and cursors, what the caller has seen, whose turns they take."""

    rights: Mapping[str, Any]
    cursors: Cursors
    bookmarks: Bookmarks
    caller: Caller = HUB


class _Late(BadInput):
    """A body that did not arrive in time."""


class Questions:
    """Answers GraphQL documents from the graph. `side` says where lists start; anything but the default is for tests."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        schema: strawberry.Schema,
        declared: GraphSchema,
        graph: Graph,
        limits: Limits,
        cursor_key: bytes,
        side: Side = Side.CHEAPER,
        *,
        shares: Shares | None = None,
    ) -> None:
        self._documents = Documents(declared, schema, limits, side)
        self._declared = declared
        self._graph = graph
        self._limits = limits
        self._cursor_key = cursor_key
        self._shares = shares or Shares()

    async def answer(self, asked: Asked, viewer: Viewer) -> Mapping[str, Any]:
        """The response of an operation: `data`, or `errors` that say what to change."""
        began = time.perf_counter()
        answer = await self._answer_or_errors(asked, viewer)
        if _requests.isEnabledFor(logging.INFO):
            _requests.info("answered", extra={"fields": _told(asked, answer, time.perf_counter() - began)})
        return answer

    async def _answer_or_errors(self, asked: Asked, viewer: Viewer) -> Mapping[str, Any]:
        try:
            return await self._answer(asked, viewer)
        except GraphQLErrors as error:
            return {"errors": [_coded(found, "INVALID") for found in error.errors]}
        except GraphQLError as error:
            return {"errors": [_coded(error, "INVALID")]}
        except HubError as error:
            return {"errors": [{"message": str(error), "extensions": error.extensions}]}
        except Exception:
            _log.exception("request %s failed", asked.request_id)
            message = f"something went wrong here; the hub's log names it by {asked.request_id}"
            return {"errors": [{"message": message, "extensions": {"code": "INTERNAL", "requestId": asked.request_id}}]}

    async def _answer(self, asked: Asked, viewer: Viewer) -> dict[str, Any]:
        cursors = Cursors(self._cursor_key, viewer.account)
        plan, variables = self._planned(asked, cursors)
        if plan.verbs:
            return await self._done(plan, variables, asked, viewer)
        bound = [(root, root.bind(variables, cursors)) for root in plan.roots]
        extensions: dict[str, Any] = {"cost": sum(self._documents.cost(root, parameters) for root, parameters in bound)}
        if asked.caller:
            self._shares.budgets.take(COST, asked.caller, extensions["cost"])
        rights = {"viewer": viewer.account or _NOBODY, "now": time.time_ns() // 1_000_000}
        if any(root.cost.largest(parameters) > self._limits.page for root, parameters in bound):
            await self._require("largePages", f"pages of more than {self._limits.page} rows need the right largePages", rights)
        if asked.explain:
            await self._require("explain", "explaining needs the right explain", rights)
            extensions["explain"] = []
        call = _Call(rights, cursors, asked.bookmarks, asked.caller or _caller(viewer))
        run = partial(self._explained, told=extensions["explain"]) if asked.explain else self._value
        each = [run(root, parameters, call) for root, parameters in bound]
        values = [await each[0]] if len(each) == 1 else await asyncio.gather(*each)
        answers = {**plan.known, **{root.key: value for root, value in zip(plan.roots, values, strict=True)}}
        return {"data": {key: answers[key] for key in plan.keys}, "extensions": extensions}

    def _planned(self, asked: Asked, cursors: Cursors) -> tuple[Plan, Variables]:
        """The plan of what is asked, and its variables; what is new of it counts before anything is done for it, or planned by Neo4j."""
        new = 0
        if asked.caller and not self._documents.is_known(asked.document, asked.operation_name):
            new = 1
            self._shares.budgets.take(PLANNINGS, asked.caller)
        plan, variables = self._documents.plan(asked.document, asked.operation_name, asked.variables, cursors, only_reads=asked.by_get)
        if asked.caller:
            more = self._shares.admission.new(root.compiled.text for root in plan.roots) - new
            if more > 0:
                self._shares.budgets.take(PLANNINGS, asked.caller, more)
        return plan, variables

    async def _done(self, plan: Plan, variables: Variables, asked: Asked, viewer: Viewer) -> dict[str, Any]:
        """The verbs one after another, each in its own transaction: of one that is refused the answer is null, and the rest goes on."""
        answers = dict(plan.known)
        errors: list[dict[str, Any]] = []
        without_account = [] if viewer.account else [verb for verb in plan.verbs if not verb.verb.signed_in]
        if asked.caller:
            self._shares.budgets.take(VERBS, asked.caller, len(plan.verbs))
            if without_account:
                self._shares.budgets.take(QUESTIONS, asked.caller, len(without_account))
        for verb in plan.verbs:
            try:
                answers[verb.answer.key] = await self._do(verb, variables, asked, viewer)
            except HubError as error:
                answers[verb.answer.key] = None
                message = f"{error}; {_PERHAPS_DONE}" if isinstance(error, Unavailable) else str(error)
                errors.append({"message": message, "path": [verb.answer.key], "extensions": error.extensions})
                if asked.caller and verb in without_account and not isinstance(error, Unavailable):
                    self._shares.budgets.give_back(QUESTIONS, asked.caller)
        return {"data": {key: answers[key] for key in plan.keys}, **({"errors": errors} if errors else {})}

    async def _do(self, verb: VerbPlan, variables: Variables, asked: Asked, viewer: Viewer) -> Any:
        if not viewer.account and verb.verb.signed_in:
            raise NotSignedIn(f"{verb.verb.name}: sign in to do this")
        account = viewer.account or new_guest()
        cursors = Cursors(self._cursor_key, account)
        arguments, parameters = verb.arguments(variables), verb.answer.bind(variables, cursors)
        self._documents.cost(verb.answer, parameters)
        name = arguments.pop(REQUEST.name)
        now = datetime.now(UTC)
        call = _Call({"viewer": account, "now": int(now.timestamp() * 1000)}, cursors, asked.bookmarks)

        async def work(run: Run) -> Any:
            key = await verb.verb.done(Act(run, account, now, name, self._shares.quotas), arguments)
            records = await run(Statement(verb.answer.compiled.text, {**parameters, **call.rights, "key": key}))
            return records[0][0] if records else None

        row = await self._graph.transact(work, bookmarks=asked.bookmarks)
        return _shaped(verb.answer, row, parameters, call)

    async def _value(self, root: RootPlan, parameters: dict[str, Any], call: _Call) -> Any:
        text, given = root.compiled.text, {**parameters, **call.rights}
        row = await self._shares.admission.run(call.caller, text, lambda: self._graph.read_one(text, given, call.bookmarks))
        return _shaped(root, row, parameters, call)

    async def _explained(self, root: RootPlan, parameters: dict[str, Any], call: _Call, told: list[dict[str, Any]]) -> Any:
        """The value; what Neo4j did for it goes into `told`."""
        text, given = root.compiled.text, {**parameters, **call.rights}
        asking = partial(self._graph.profile_one, text, given, call.bookmarks)
        row, profile = await self._shares.admission.run(call.caller, f"PROFILE {text}", asking)
        told.append({"field": root.key, "cypher": text, "parameters": parameters, **profile})
        return _shaped(root, row, parameters, call)

    async def _require(self, right: str, refusal: str, rights: Mapping[str, Any]) -> None:
        if not await self._graph.read_one(compile_right(self._declared, right), rights):
            raise NotAllowed(refusal)


class Endpoint(GraphQL):
    """The ASGI app at `/graphql`. A JSON POST is answered directly; every other request is judged by strawberry's view."""

    def __init__(self, declared: GraphSchema, graph: Graph, door: Door, *, max_body_bytes: int, limits: Limits, cursor_key: bytes) -> None:
        schema = build_schema(declared)
        super().__init__(schema, graphql_ide=None)
        self.questions = Questions(schema, declared, graph, limits, cursor_key, shares=door.shares)
        self._door = door
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["caller"] = self._door.address(scope)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS, *self._door.shares.budgets.headers(scope["caller"])]
            await send(message)

        response = await self._response(scope, receive, told)
        if response:
            if response.status_code == 429:
                response.headers.update(await self._door.hold(scope["caller"]))
            await response(scope, receive, told)

    async def _response(self, scope: Scope, receive: Receive, send: Send) -> Response | None:  # noqa: PLR0911 - one line an error
        """The response; None where it was sent already, or nobody is there any more."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            scope["viewer"] = viewer = await self._door.viewer(_text(headers.get(b"authorization")), scope["caller"])
            if viewer.account:
                scope["caller"] = _caller(viewer)
            self._door.shares.budgets.take(COST, scope["caller"], REQUEST_COST)
            scope["bookmarks"] = _bookmarks(headers.get(b"hub-bookmark"))
            body = await _body(receive, self._max_body_bytes)
            if len(body) > _USUAL_BYTES:
                self._door.shares.budgets.take(BYTES, scope["caller"], len(body))
            with UnlessHungUp(receive):
                return await self._answered(scope, headers, body, send)
        except NotSignedIn as error:
            return _refusal(error, 401)
        except TooManyRequests as error:
            return _refusal(error, 429)
        except TooCostly as error:
            return _refusal(error, 413)
        except _Late as error:
            return _refusal(error, 408)
        except BadInput as error:
            return _refusal(error, 400)
        return None

    async def _answered(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, send: Send) -> Response | None:
        """The response; None where strawberry's view has sent it."""
        media, bookmarks = _media(headers.get(b"accept", b"*/*")), scope["bookmarks"]
        if scope["method"] == "GET" and b"query=" in scope["query_string"] and media:
            asked = _from_url(scope["query_string"], bookmarks)
        elif _is_json_post(scope, headers) and media:
            asked = _from_body(body, bookmarks)
        else:
            await super().__call__(scope, _replayed(body), send)
            return None
        answer = await self.questions.answer(replace(asked, caller=scope["caller"]), scope["viewer"])
        return _json(answer, _status(answer, media), media, bookmarks)

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,  # noqa: ARG002
        sub_response: Response,  # noqa: ARG002
        context: Any,  # noqa: ARG002
        root_value: Any,  # noqa: ARG002
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        bookmarks = request.scope["bookmarks"]
        document, variables = request_data.query or "", request_data.variables or {}
        asked = Asked(document, request_data.operation_name, variables, bookmarks=bookmarks, caller=request.scope["caller"])
        answer = await self.questions.answer(asked, request.scope["viewer"])
        errors = [GraphQLError(found["message"], extensions=found.get("extensions")) for found in answer.get("errors", ())]
        return ExecutionResult(data=answer.get("data"), errors=errors or None, extensions=answer.get("extensions"))

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _caller(viewer: Viewer) -> Caller:
    return Caller(viewer.account, signed_in=True) if viewer.account else HUB


def _shaped(root: RootPlan, row: Any, parameters: Mapping[str, Any], call: _Call) -> Any:
    return None if row is None else root.compiled.shape(row, parameters, AnswerPen(call.cursors, parameters))


def _is_json_post(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    return scope["method"] == "POST" and headers.get(b"content-type", b"").split(b";")[0].strip() == b"application/json"


def _media(accepted: bytes) -> str | None:
    """What is answered in, by the Accept header; None where it allows no JSON."""
    wanted = {part.split(b";")[0].strip().lower() for part in accepted.split(b",")}
    if _GRAPHQL.encode() in wanted:
        return _GRAPHQL
    return _JSON if wanted & {b"application/json", b"application/*", b"*/*", b""} else None


def _status(answer: Mapping[str, Any], media: str) -> int:
    """A question that was not answered is an error of HTTP, too, for who knows GraphQL's own media type, as the specification has it."""
    if "data" in answer:
        return 200
    code = answer["errors"][0]["extensions"]["code"]
    if code in (NotByGet.code, TooManyRequests.code):
        return 405 if code == NotByGet.code else 429
    return {Unavailable.code: 503, "INTERNAL": 500}.get(code, 400) if media == _GRAPHQL else 200


def _from_body(body: bytes, bookmarks: Bookmarks) -> Asked:
    """What a JSON body asks. Raises `BadInput`."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput("the body is not JSON") from None
    if not isinstance(found, dict):
        raise BadInput('the body must be a JSON object with the document under "query"')
    return _asked(found, bookmarks, by_get=False)


def _from_url(query: bytes, bookmarks: Bookmarks) -> Asked:
    """What a URL asks: `variables` and `extensions` are JSON in it. Raises `BadInput`."""
    try:
        found: dict[str, Any] = dict(parse_qsl(query.decode(), strict_parsing=True, errors="strict", max_num_fields=10))
        for name in ("variables", "extensions"):
            if found.get(name):
                found[name] = orjson.loads(found[name])
    except ValueError:
        raise BadInput('the URL must hold the document under "query", and JSON under "variables" and "extensions"') from None
    return _asked({name: value for name, value in found.items() if value != ""}, bookmarks, by_get=True)


def _asked(found: Mapping[str, Any], bookmarks: Bookmarks, *, by_get: bool) -> Asked:
    document, name = found.get("query"), found.get("operationName")
    variables, extensions = found.get("variables"), found.get("extensions")
    if not isinstance(document, str):
        raise BadInput('"query" must be the document, a string')
    if not (name is None or isinstance(name, str)):
        raise BadInput('"operationName" must be a string')
    if not (variables is None or isinstance(variables, dict)):
        raise BadInput('"variables" must be an object')
    if not (extensions is None or isinstance(extensions, dict)):
        raise BadInput('"extensions" must be an object')
    explain = bool(extensions and extensions.get("explain") is True)
    return Asked(document, name or None, variables or {}, explain, by_get, bookmarks)


def _bookmarks(header: bytes | None) -> Bookmarks:
    """What the header `Hub-Bookmark` names. Raises `BadInput`."""
    if header is None:
        return Bookmarks()
    if not _BOOKMARKS.fullmatch(header):
        raise BadInput("Hub-Bookmark: at most 20 bookmarks with commas between, as an answer of this hub gave them")
    return Bookmarks(header.decode().split(","))


async def _body(receive: Receive, most: int) -> bytes:
    """The body, within its size and time. Raises `TooCostly` or `_Late`."""
    chunks, size = list[bytes](), 0
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
                if not message.get("more_body", False):
                    return b"".join(chunks)
    except TimeoutError:
        raise _Late(f"the body did not arrive within {_BODY_S} s") from None


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _coded(error: GraphQLError, code: str) -> dict[str, Any]:
    return {**error.formatted, "extensions": {**(error.extensions or {}), "code": code}}


def _told(asked: Asked, answer: Mapping[str, Any], took_s: float) -> dict[str, Any]:
    """What the log may say of a request: nothing of its text, its variables or who asked."""
    codes = sorted({found["extensions"]["code"] for found in answer.get("errors", ())})
    return {
        "request": asked.request_id,
        "operation": asked.operation_name,
        "document": hashlib.sha256(asked.document.encode(errors="replace")).hexdigest()[:16],
        "cost": answer.get("extensions", {}).get("cost"),
        "ms": round(took_s * 1000, 2),
        **({"codes": codes} if codes else {}),
    }


def _json(content: Mapping[str, Any], status: int, media: str = _JSON, bookmarks: Bookmarks | None = None) -> Response:
    headers = {"allow": "POST"} if status == 405 else {}
    if "data" not in content:
        headers |= headers_of(content["errors"][0]["extensions"], status)
    if bookmarks and bookmarks.values:
        headers["hub-bookmark"] = ",".join(bookmarks.values)
    return Response(orjson.dumps(content), status_code=status, headers=headers, media_type=f"{media}; charset=utf-8")


def _refusal(error: HubError, status: int) -> Response:
    return _json({"errors": [{"message": str(error) or "not signed in", "extensions": error.extensions}]}, status)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
