"""`/graphql`: strawberry's HTTP view, with what is asked answered by compiled statements instead of an executor."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import orjson
from cross_web import AsyncHTTPRequestAdapter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.types import ExecutionResult

from graph_schema.model import GraphSchema
from hub.database.gathering import Lanes
from hub.database.graph import Graph
from hub.errors import BadInput, NotPersisted, NotSignedIn, TooCostly, TooManyRequests, Unavailable
from hub.gql.disconnect import CancelOnDisconnect
from hub.gql.document_limits import Limits
from hub.gql.executor import Executor, caller_of
from hub.gql.http import (
    Late,
    body_of,
    bookmarks_of,
    from_body,
    from_url,
    is_json_post,
    json_response,
    media_of,
    refused,
    replayed,
    status_of,
)
from hub.gql.request import GraphQLRequest
from hub.gql.types import schema_of
from hub.identity.door import Door
from hub.limits.rate_limits import BYTES, COST, REQUEST_COST

_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"vary", b"Authorization"),
    (b"x-content-type-options", b"nosniff"),
)
"""Of every answer: it is its asker's alone, and JSON whatever it says."""


class Endpoint(GraphQL):
    """The ASGI app at `/graphql`. A JSON POST is answered directly; every other request is judged by strawberry's
    view.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        declared: GraphSchema,
        graph: Graph,
        door: Door,
        *,
        max_body_bytes: int,
        limits: Limits,
        cursor_key: bytes,
        lanes: Lanes,
    ) -> None:
        schema = schema_of(declared)
        super().__init__(schema, graphql_ide=None)
        self.executor = Executor(schema, declared, graph, limits, cursor_key, shares=door.shares, lanes=lanes)
        self._door = door
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, with the headers that each answer has."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["caller"] = self._door.address(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *_HEADERS,
                    *self._door.shares.budgets.headers(scope["caller"]),
                ]
            await send(message)

        response = await self._response(scope, receive, send_with_headers)
        if response:
            if response.status_code == 429:
                response.headers.update(await self._door.hold(scope["caller"]))
            await response(scope, receive, send_with_headers)

    # one line an error
    async def _response(self, scope: Scope, receive: Receive, send: Send) -> Response | None:  # noqa: PLR0911
        """The response; None where it was sent already, or nobody is there any more."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            scope["viewer"] = viewer = await self._door.viewer(_text(headers.get(b"authorization")), scope["caller"])
            if viewer.account:
                scope["caller"] = caller_of(viewer)
            self._door.shares.budgets.take(COST, scope["caller"], REQUEST_COST)
            scope["bookmarks"] = bookmarks_of(headers.get(b"hub-bookmark"), scope["caller"])
            body = await body_of(
                receive, self._max_body_bytes, partial(self._door.shares.budgets.take, BYTES, scope["caller"])
            )
            with CancelOnDisconnect(receive):
                return await self._answered(scope, headers, body, send)
        except NotSignedIn as error:
            return refused(error, 401)
        except Unavailable as error:
            return refused(error, 503)
        except TooManyRequests as error:
            return refused(error, 429)
        except TooCostly as error:
            return refused(error, 413)
        except Late as error:
            return refused(error, 408)
        except NotPersisted as error:
            # clients look for it in an answer; of another status some of them read no more
            return refused(error, 200)
        except BadInput as error:
            return refused(error, 400)
        return None

    async def _answered(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, send: Send) -> Response | None:
        """The response; None where strawberry's view has sent it."""
        media, bookmarks = media_of(headers.get(b"accept", b"*/*")), scope["bookmarks"]
        if (
            scope["method"] == "GET"
            and (b"query=" in scope["query_string"] or b"extensions=" in scope["query_string"])
            and media
        ):
            request = from_url(scope["query_string"], bookmarks, scope["caller"])
        elif is_json_post(scope, headers) and media:
            request = from_body(body, bookmarks, scope["caller"])
        else:
            await super().__call__(scope, replayed(body), send)
            return None
        answer = await self.executor.answer(request, scope["viewer"])
        return json_response(answer, status_of(answer, media), media, bookmarks)

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,  # noqa: ARG002
        sub_response: Response,  # noqa: ARG002
        context: Any,  # noqa: ARG002
        root_value: Any,  # noqa: ARG002
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Answers what strawberry's view has read of a request."""
        bookmarks = request.scope["bookmarks"]
        document, variables = request_data.query or "", request_data.variables or {}
        by_get = request.method == "GET"
        caller = request.scope["caller"]
        asked = GraphQLRequest(
            document, request_data.operation_name, variables, bookmarks=bookmarks, caller=caller, by_get=by_get
        )
        answer = await self.executor.answer(asked, request.scope["viewer"])
        errors = [
            GraphQLError(error["message"], extensions=dict(error["extensions"])) for error in answer.get("errors", ())
        ]
        data = dict(answer["data"]) if "data" in answer else None
        extensions = dict(answer["extensions"]) if "extensions" in answer else None
        return ExecutionResult(data, errors or None, extensions)

    def encode_json(self, data: object) -> bytes:
        """The JSON of an answer that strawberry's view sends."""
        return orjson.dumps(data)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
