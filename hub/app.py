"""Where the parts are joined: settings in, an ASGI app out."""

import asyncio
import gc
import secrets
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypedDict, Unpack

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from graph_schema.graph import GRAPH
from graph_schema.vocabulary import vocabulary
from hub.database.disk import Room
from hub.database.gathering import Lanes
from hub.database.graph import Graph
from hub.detection.works import discovering
from hub.docs import site
from hub.errors import Unavailable
from hub.gql.document_limits import Limits
from hub.gql.endpoint import Endpoint
from hub.gql.request import GraphQLRequest
from hub.identity.bearer import Verifier
from hub.identity.door import Door, Shares
from hub.identity.sample_sign_in import SampleSignIn
from hub.jobs.loops import keep
from hub.local_neo4j.plan_cache import plans_of, prepared_of
from hub.prepared.statements import Warming
from hub.settings import Settings
from hub.verbs.deadline_jobs import DEADLINE_JOBS
from hub.verbs.messages import MESSAGE_JOBS
from hub.verbs.reassignments import REASSIGNMENT_JOBS
from hub.viewer import Viewer
from hub.web import graphiql, guide, start
from hub.web.ask import Answer, Variables
from hub.web.attachments import Attachments
from hub.web.calendar import Calendars
from hub.web.elsewhere import API, from_elsewhere, packed
from hub.web.messages import Messages
from hub.web.single_headers import SingleHeaders

Job = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on while the hub serves, until it is cancelled."""

_END_S: Final = 5
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
_CALENDAR_COST: Final = 500
"""What fetching a calendar costs its address: it asks for up to 2,000 deadlines."""
_READY_S: Final = 0.5
"""How old what `/readyz` tells may be: whoever asks all the time asks the database twice a second."""
_YOUNG_OBJECTS: Final = 50_000
"""So many objects more than before make Python look for cycles, of which an answer leaves none; its own 700 are
less than one answer.
"""


class _Options(TypedDict):
    """What starlette's application is made of here."""

    routes: Sequence[BaseRoute]
    middleware: Sequence[Middleware]
    lifespan: Lifespan[Starlette]


class _Hub(Starlette):
    """Starlette's application, but for one thing: what asks the API goes through the middleware that the hub names and
    then to its endpoint, past starlette's own handling of errors and its router. Those take a fourteenth of the CPU of
    a point question, and the endpoint tells all its errors itself; what it does not expect is uvicorn's 500.
    """

    def __init__(self, api: ASGIApp, **options: Unpack[_Options]) -> None:
        super().__init__(**options)
        self._api = api

    def build_middleware_stack(self) -> ASGIApp:
        """The app that serves a request."""
        pages = super().build_middleware_stack()
        api = self._api
        for middleware, arguments, named in reversed(self.user_middleware):
            api = middleware(api, *arguments, **named)

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            asks = scope["type"] == "http" and scope["path"] == API
            await (api if asks else pages)(scope, receive, send)

        return serve


def create_app(
    settings: Settings,
    *,
    sign_in: SampleSignIn | None = None,
    browser_url: str | None = None,
    first_questions: Sequence[tuple[str, Viewer]] = (),
    routes: Sequence[BaseRoute] = (),
    jobs: Sequence[Job] = (),
) -> Starlette:
    """The hub over the database its settings name; with `sign_in`, a sample world that answers on loopback names only.

    `jobs` run while it serves. `first_questions` are asked by these viewers at first; what a cold database needs for
    them is prepared while nobody waits.
    """
    graph = Graph(settings)
    issuers = (*settings.issuers, sign_in.issuer()) if sign_in else settings.issuers
    door = Door(Verifier(issuers), Shares.of(settings))
    # plans are kept by the database alone
    graph.when_lost(door.shares.admission.forget)
    room = Room(settings.data_folder, graph.least_free)
    endpoint = Endpoint(
        GRAPH,
        graph,
        door,
        max_body_bytes=settings.max_body_bytes,
        limits=Limits(
            page=settings.max_page, large_page=settings.max_large_page, plan_bytes=settings.plan_memory_bytes
        ),
        # without one of their own, cursors are good for as long as this process lives
        cursor_key=settings.cursor_key.get_secret_value().encode()[:64] or secrets.token_bytes(32),
        lanes=Lanes(settings.gathering_lanes, settings.gathered_at_most),
    )

    async def ask(document: str, viewer: Viewer, variables: Variables) -> Answer:
        return await endpoint.executor.answer(GraphQLRequest(document, None, variables), viewer)

    statements = prepared_of(plans_of(settings.local_heap)) if settings.warm is None else settings.warm
    warming = Warming(
        GRAPH, endpoint.executor, graph, door.shares.admission, settings.data_folder,
        statements=statements, first_questions=first_questions, several=settings.workers > 1,
    ) if statements else None  # fmt: skip
    attachments = Attachments(settings.data_folder / "attachments", room, graph, door, ask)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        attachments.sweep()
        vocabulary()  # is read here, so that nobody who searches waits for it
        # what is there now stays: the 120,000 objects of the schema need not be looked through again and again
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS)
        loops = (*DEADLINE_JOBS, *REASSIGNMENT_JOBS, *MESSAGE_JOBS, *discovering(settings.least_parties))
        ours = (keep(graph, *loops), *([warming.keep()] if warming else ()))
        tasks = [asyncio.create_task(work) for work in (*ours, *(job() for job in jobs))]
        yield
        for task in tasks:
            task.cancel()
        # a job may have to write down that it was told to end
        await asyncio.wait(tasks, timeout=_END_S)
        await graph.close()

    async def live(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        try:
            await graph.check(_READY_S)
        except Unavailable as error:
            return PlainTextResponse(
                f"{error}\n", status_code=503, headers={"Retry-After": str(int(error.retry_after_s))}
            )
        # a hub that only reads is still asked: any other hub of this graph could not write either
        return PlainTextResponse(f"reads only: {shortage}\n" if (shortage := graph.space.shortage()) else "ok\n")

    return _Hub(
        endpoint,
        routes=[
            Route(API, endpoint),
            Route("/livez", live),
            Route("/readyz", ready),
            *start.routes(sign_in, browser_url),
            *graphiql.routes(),
            *guide.routes(),
            *site.routes(),
            *attachments.routes(),
            *Messages(door, ask, settings.public_url).routes(),
            *(
                Route(route.path, door.counted(route.endpoint, _CALENDAR_COST))
                for route in Calendars(graph, ask, settings.public_url).routes()
            ),
            *routes,
        ],
        middleware=[
            Middleware(SingleHeaders),
            *([Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK_NAMES))] if sign_in else []),
            *([Middleware(from_elsewhere, settings.cors_origins)] if settings.cors_origins else []),
            Middleware(packed),
        ],
        lifespan=lifespan,
    )
