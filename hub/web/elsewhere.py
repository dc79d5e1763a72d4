"""Pages of other origins that may ask the hub (CORS), and answers packed for whoever takes that; each for the paths
where it is wanted."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

API: Final = "/graphql"
"""Where GraphQL is asked."""
_ASKED_FROM_ELSEWHERE: Final = (API, "/attachments/")
"""Not the sample world's tokens, nor any page."""
_PACKED: Final = (API, "/calendars/", "/graphiql", "/start", "/guide")
"""Not attachments, which are asked for in ranges and are mostly packed themselves, nor an answer that is a token."""
_METHODS: Final = ("GET", "HEAD", "POST", "PUT")
_TOLD: Final = (
    "Content-Disposition", "ETag", "Hub-Bookmark", "RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate",
)  # fmt: skip
"""Headers of answers that a page of another origin may read."""
_PACKED_FROM_BYTES: Final = 1_000
_LEVEL: Final = 5
"""Of 9; a list of cases is packed to a tenth, and a higher level takes twice the time for a hundredth of that."""


class OnPaths:
    """A middleware for the paths that begin so; all others are served without it."""

    def __init__(self, app: ASGIApp, wrap: Callable[[ASGIApp], ASGIApp], paths: Sequence[str]) -> None:
        self._app = app
        self._wrapped = wrap(app)
        self._paths = tuple(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request, with or without the middleware."""
        here = scope["type"] == "http" and scope["path"].startswith(self._paths)
        await (self._wrapped if here else self._app)(scope, receive, send)


def from_elsewhere(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Lets pages of these origins ask GraphQL, and send and get attachments
    (https://fetch.spec.whatwg.org/#http-cors-protocol).

    Signing in is by a header that a page must set itself. What a browser adds by itself (a cookie of a proxy before
    the hub) counts for origins that are named, and never for any origin (*).
    """

    def wrap(inner: ASGIApp) -> ASGIApp:
        return CORSMiddleware(
            inner,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=("*",),
            allow_credentials="*" not in origins,
            expose_headers=_TOLD,
        )

    return OnPaths(app, wrap, _ASKED_FROM_ELSEWHERE)


def packed(app: ASGIApp) -> ASGIApp:
    """Packs answers by gzip for whoever accepts it.

    The length of a packed answer may tell a secret in it to somebody who can have a victim's browser ask again and
    again with words of their own beside the secret (BREACH). Here nobody can: a browser adds no sign-in by itself,
    the hub takes no cookies, and who knows a calendar's path knows its secret. What holds a token is not packed all
    the same.
    """
    return OnPaths(app, lambda inner: _ForWhoAccepts(inner, GZipMiddleware(inner, _PACKED_FROM_BYTES, _LEVEL)), _PACKED)


class _ForWhoAccepts:
    """The packing app for requests that accept gzip, the plain one for those that refuse it by q=0 (RFC 9110, section
    12.5.3).

    The plain one also has what asks the API and does not speak of gzip: no cache keeps those answers, so that none
    needs to know that they might have been packed.
    """

    def __init__(self, plain: ASGIApp, packing: ASGIApp) -> None:
        self._plain = plain
        self._packing = packing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding")
        plain = _refuses_gzip(accepted) if accepted else scope["path"] == API
        await (self._plain if plain else self._packing)(scope, receive, send)


def _refuses_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            name, _, value = weight.partition("=")
            return name.strip() == "q" and value.strip().rstrip("0") in ("", ".", "0.")
    return False
