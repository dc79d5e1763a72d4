"""Files of the pages in this room: how they are read and sent, and what a page may load."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

_TYPES: Final = {".js": "text/javascript", ".css": "text/css"}


def headers(*policy: str) -> dict[str, str]:
    """The headers of a page: nothing may be loaded but what the policy adds, nobody may frame it."""
    whole = "; ".join(
        ("default-src 'none'", *policy, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
    )
    return {"Content-Security-Policy": whole, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def page(name: str, sent: Mapping[str, str]) -> Response:
    """The page of that file name in this room, with these headers. Raises `FileNotFoundError`."""
    return HTMLResponse(_text(name), headers=sent)


def script_or_style(name: str, content: str | bytes, sent: Mapping[str, str], cache_control: str) -> Response:
    """What a page loads, of the type that its name tells."""
    return Response(content, media_type=_TYPES[Path(name).suffix], headers={**sent, "Cache-Control": cache_control})


def route(folder: str, names: tuple[str, ...], sent: Mapping[str, str]) -> Route:
    """Those of this room's files that a page loads, under its folder."""

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in names:
            raise HTTPException(404)
        return script_or_style(name, _text(name), sent, "no-cache")

    return Route(f"{folder}/{{name}}", file)


def _text(name: str) -> str:
    return resources.files("hub.web").joinpath(name).read_text(encoding="utf-8")
