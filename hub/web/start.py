"""The start page: what this is, questions with their answers, whom one can sign in as."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.errors import SetupError
from hub.identity.sample_sign_in import SampleSignIn
from hub.web import files
from hub.web.examples import EXAMPLES
from hub.world.sample import personas

_HEADERS: Final = files.headers("style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src 'self' data:")
_FILES: Final = ("start.js", "start.css", "tokens.js")


def routes(sign_in: SampleSignIn | None, browser_url: str | None) -> list[Route]:
    """The start page and what it loads; tokens only where there is a sample world to sign in to."""

    async def start(_: Request) -> Response:
        return files.page("start.html", _HEADERS)

    async def contents(_: Request) -> Response:
        known = personas() if sign_in else ()
        return JSONResponse(
            {
                "examples": [
                    {"title": each.title, "persona": each.persona, "query": each.query}
                    for each in EXAMPLES
                    if sign_in or not each.persona
                ],
                "personas": [{"name": each.name, "doc": each.doc} for each in known],
                "browser": browser_url,
            },
            headers=_HEADERS,
        )

    async def token(request: Request) -> Response:
        # a page of another site cannot send this content type without asking first, and is never answered
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if sign_in is None or media != "application/json":
            raise HTTPException(404)
        try:
            return JSONResponse(
                {"token": sign_in.token(request.path_params["persona"])},
                headers={**_HEADERS, "Cache-Control": "no-store"},
            )
        except SetupError:
            raise HTTPException(404) from None

    return [
        Route("/", start),
        Route("/start/contents.json", contents),
        files.route("/start", _FILES, _HEADERS),
        Route("/sample/token/{persona}", token, methods=["POST"]),
    ]
