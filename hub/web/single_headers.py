"""Headers that may be there once only: of two it is not known which one another server on the way went by."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.errors import BadInput, HubError, NotSignedIn
from hub.identity.door import refusal

_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Vary": "Authorization",
    "X-Content-Type-Options": "nosniff",
}


class SingleHeaders:
    """Refuses a request with two Authorization headers by 401, and one with two Host headers by 400: neither of
    them counts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, or refuses it."""
        if scope["type"] == "http":
            names = [name for name, _ in scope["headers"]]
            if names.count(b"host") > 1:
                await _refusal("Host", BadInput, 400)(scope, receive, send)
                return
            if names.count(b"authorization") > 1:
                await _refusal("Authorization", NotSignedIn, 401)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusal(name: str, kind: type[HubError], status: int) -> Response:
    return refusal(
        kind(f"{name}: there are several of this header, and none of them counts; send one"), status, _HEADERS
    )
