"""`/graphql`: strawberry's HTTP view, with reads answered by compiled statements instead of an executor."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

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

from graph_schema.model import GraphSchema
from hub.auth import Verifier
from hub.errors import BadInput, HubError, NotSignedIn, TooCostly
from hub.gql.cursors import write_cursor
from hub.gql.documents import Documents, GraphQLErrors, Plan, RootPlan
from hub.gql.guard import Limits
from hub.gql.types import build_schema
from hub.gql.values import Variables
from hub.graph import Graph
from hub.viewer import Viewer

_log: Final = logging.getLogger("hub.gql")


class Questions:
    """Answers GraphQL documents from the graph."""

    def __init__(self, schema: strawberry.Schema, declared: GraphSchema, graph: Graph, max_page: int, limits: Limits) -> None:
        self._documents = Documents(declared, schema, limits, max_page)
        self._graph = graph

    async def answer(self, text: str, operation_name: str | None, variables: Mapping[str, Any], viewer: Viewer) -> Mapping[str, Any]:
        """The response of an operation: `data`, or `errors` that say what to change."""
        try:
            plan, filled = self._documents.plan(text, operation_name, variables)
            return {"data": await self._run(plan, filled, viewer)}
        except GraphQLErrors as error:
            return {"errors": [_coded(found, "INVALID") for found in error.errors]}
        except GraphQLError as error:
            return {"errors": [_coded(error, "INVALID")]}
        except HubError as error:
            return {"errors": [{"message": str(error), "extensions": {"code": error.code}}]}
        except Exception:
            request_id = secrets.token_hex(8)
            _log.exception("request %s failed", request_id)
            message = f"something went wrong here; the hub's log names it by {request_id}"
            return {"errors": [{"message": message, "extensions": {"code": "INTERNAL", "requestId": request_id}}]}

    async def _run(self, plan: Plan, variables: Variables, viewer: Viewer) -> dict[str, Any]:
        now = datetime.now(UTC)
        bound = [(root, root.bind(variables)) for root in plan.roots]
        for root, parameters in bound:
            self._documents.check_cost(root, parameters)
        if len(bound) == 1:
            values = [await self._value(*bound[0], viewer, now)]
        else:
            values = await asyncio.gather(*(self._value(root, parameters, viewer, now) for root, parameters in bound))
        answers = {**plan.known, **{root.key: value for root, value in zip(plan.roots, values, strict=True)}}
        return {key: answers[key] for key in plan.keys}

    async def _value(self, root: RootPlan, parameters: dict[str, Any], viewer: Viewer, now: datetime) -> Any:
        row = await self._graph.read_one(root.compiled.text, {**parameters, "viewer": viewer.account, "now": now})
        return None if row is None else root.compiled.shape(row, parameters, write_cursor)


class Endpoint(GraphQL):
    """The ASGI app at `/graphql`. A JSON POST is answered directly; every other request is judged by strawberry's view."""

    def __init__(
        self, declared: GraphSchema, graph: Graph, verifier: Verifier, *, max_page: int, max_body_bytes: int, limits: Limits
    ) -> None:
        schema = build_schema(declared)
        super().__init__(schema, graphql_ide=None)
        self.questions = Questions(schema, declared, graph, max_page, limits)
        self._verifier = verifier
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            scope["viewer"] = await self._verifier.viewer(_text(headers.get(b"authorization")))
            body = await _body(receive, self._max_body_bytes)
            if not _is_json_post(scope, headers):
                await super().__call__(scope, _replayed(body), send)
                return
            response = _json(await self.questions.answer(*_question(body), scope["viewer"]), 200)
        except NotSignedIn:
            response = _refusal("not signed in", NotSignedIn.code, 401)
        except TooCostly as error:
            response = _refusal(str(error), error.code, 413)
        except BadInput as error:
            response = _refusal(str(error), error.code, 400)
        await response(scope, receive, send)

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,  # noqa: ARG002
        sub_response: Response,  # noqa: ARG002
        context: Any,  # noqa: ARG002
        root_value: Any,  # noqa: ARG002
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        answer = await self.questions.answer(
            request_data.query or "", request_data.operation_name, request_data.variables or {}, request.scope["viewer"]
        )
        errors = [GraphQLError(found["message"], extensions=found.get("extensions")) for found in answer.get("errors", ())]
        return ExecutionResult(data=answer.get("data"), errors=errors or None)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


def _is_json_post(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    content_type, accepted = headers.get(b"content-type", b""), headers.get(b"accept", b"*/*")
    return scope["method"] == "POST" and content_type.split(b";")[0].strip() == b"application/json" and b"multipart" not in accepted


def _question(body: bytes) -> tuple[str, str | None, Mapping[str, Any]]:
    """The document, operation name and variables of a JSON body. Raises `BadInput`."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadInput("the body is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("query"), str):
        raise BadInput('the body must be a JSON object with the document under "query"')
    name, variables = found.get("operationName"), found.get("variables")
    if not (name is None or isinstance(name, str)):
        raise BadInput('"operationName" must be a string')
    if not (variables is None or isinstance(variables, dict)):
        raise BadInput('"variables" must be an object')
    return found["query"], name or None, variables or {}


async def _body(receive: Receive, most: int) -> bytes:
    chunks, size = list[bytes](), 0
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


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _coded(error: GraphQLError, code: str) -> dict[str, Any]:
    return {**error.formatted, "extensions": {**(error.extensions or {}), "code": code}}


def _json(content: Mapping[str, Any], status: int) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")


def _refusal(message: str, code: str, status: int) -> Response:
    return _json({"errors": [{"message": message, "extensions": {"code": code}}]}, status)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
