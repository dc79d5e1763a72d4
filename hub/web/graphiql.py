"""GraphiQL, served by the hub from locked jars: nothing comes from elsewhere, and nothing of it is in this
repository.
"""

import zipfile
from importlib import resources
from pathlib import Path
from typing import Final

import platformdirs
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.local_neo4j.jars import Jar, is_there, locked_jars
from hub.web import files

_HEADERS: Final = files.headers(
    # GraphiQL's editor sets styles inline, and its style sheet carries its fonts
    *(
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self' data:",
    )
)
_OWN: Final = ("graphiql.js", "graphiql.css")
_INSIDE: Final = "META-INF/resources/webjars/"
_ASSETS: Final = {
    "graphiql.min.js": ("graphiql-2.4.7.jar", "graphiql/2.4.7/graphiql.min.js"),
    "graphiql.min.css": ("graphiql-2.4.7.jar", "graphiql/2.4.7/graphiql.min.css"),
    "react.production.min.js": ("react-18.3.1.jar", "react/18.3.1/umd/react.production.min.js"),
    "react-dom.production.min.js": ("react-dom-18.3.1.jar", "react-dom/18.3.1/umd/react-dom.production.min.js"),
}
_MISSING: Final = (
    "GraphiQL is not on this machine: `hub fetch` brings it (4 MB); see HUB_MAVEN_MIRROR where there is no internet\n"
)


def jars() -> tuple[Jar, ...]:
    """GraphiQL and what it runs on."""
    return locked_jars(resources.files("hub.web").joinpath("graphiql.lock"))


def folder() -> Path:
    """Where they are kept."""
    return platformdirs.user_cache_path("trade-collaboration-hub") / "graphiql"


def routes() -> list[Route]:
    """The page at `/graphiql` and what it loads; where the jars are missing, a word on how to get them."""
    read: dict[str, bytes] = {}

    async def page(_: Request) -> Response:
        if not all(is_there(folder(), jar) for jar in jars()):
            return PlainTextResponse(_MISSING, status_code=404)
        return files.page("graphiql.html", _HEADERS)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _ASSETS:
            raise HTTPException(404)
        if name not in read:
            try:
                read[name] = _inside(*_ASSETS[name])
            except OSError:
                raise HTTPException(404, _MISSING) from None
        return files.script_or_style(name, read[name], _HEADERS, "max-age=86400")

    return [Route("/graphiql", page), Route("/graphiql/assets/{name}", asset), files.route("/graphiql", _OWN, _HEADERS)]


def _inside(jar: str, path: str) -> bytes:
    with zipfile.ZipFile(folder() / jar) as opened:
        return opened.read(_INSIDE + path)
