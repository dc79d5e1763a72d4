"""The start page: what this is, questions with their answers, whom one can sign in as."""

from importlib import resources
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.errors import SetupError
from hub.sample_sign_in import SampleSignIn
from hub.web.examples import EXAMPLES
from hub.world.sample import personas

_POLICY: Final = "; ".join(
    (
        *("default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src 'self' data:"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
    )
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_FILES: Final = {"start.js": "text/javascript", "start.css": "text/css"}


def routes(sign_in: SampleSignIn | None, browser_url: str | None) -> list[Route]:
    """The start page and what it loads; tokens only where there is a sample world to sign in to."""

    async def start(_: Request) -> Response:
        return HTMLResponse(_file("start.html"), headers=_HEADERS)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _FILES:
            raise HTTPException(404)
        return Response(_file(name), media_type=_FILES[name], headers={**_HEADERS, "Cache-Control": "no-cache"})

    async def contents(_: Request) -> Response:
        known = personas() if sign_in else ()
        return JSONResponse(
            {
                "examples": [
                    {"title": found.title, "persona": found.persona, "query": found.query}
                    for found in EXAMPLES
                    if sign_in or not found.persona
                ],
                "personas": [{"name": found.name, "doc": found.doc} for found in known],
                "browser": browser_url,
            },
            headers=_HEADERS,
        )

    async def token(request: Request) -> Response:
        # a page of another site cannot send this content type without asking first, and is never answered
        if sign_in is None or request.headers.get("content-type") != "application/json":
            raise HTTPException(404)
        try:
            return JSONResponse({"token": sign_in.token(request.path_params["persona"])}, headers={**_HEADERS, "Cache-Control": "no-store"})
        except SetupError:
            raise HTTPException(404) from None

    return [
        Route("/", start),
        Route("/start/contents.json", contents),
        Route("/start/{name}", file),
        Route("/sample/token/{persona}", token, methods=["POST"]),
    ]


def _file(name: str) -> str:
    return resources.files("hub.web").joinpath(name).read_text(encoding="utf-8")
