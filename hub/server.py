"""The hub as a server process: what each worker imports, and how it treats connections."""

import asyncio
from functools import partial
from typing import Final, Literal, TypedDict

from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.engine.schedule import keep_syncing
from connectors.registry import attached_in
from hub import logs
from hub.app import create_app
from hub.settings import read_settings

DRAIN_S: Final = 10
"""How long requests may go on once the process is told to end."""
_HEADERS_S: Final = 10.0
_HEAD_BYTES: Final = 64 * 1024
_SLICE_BYTES: Final = 16 * 1024
"""How much the parser is given at once: how much of a slice is a head is not told."""
_LINGER_S: Final = 1.0
"""How long what still arrives is thrown away: a connection closed over unread bytes would take the answer back."""
_TOO_LARGE: Final = (
    b'{"errors":[{"message":"the request line and headers have more than 64 KB: send fewer, and the document by POST",'
    b'"extensions":{"code":"TOO_COSTLY"}}]}'
)


def build() -> Starlette:
    """The app of one worker, from the environment. Raises `SetupError`."""
    settings = read_settings()
    logs.set_up(settings.log_level, as_json=True)
    attached = attached_in(settings.connections, settings.data_folder) if settings.connections.is_dir() else []
    return create_app(settings, jobs=[partial(keep_syncing, settings, attached)] if attached else ())


class Protocol(HttpToolsProtocol):
    """HTTP/1.1; a connection whose request line and headers do not arrive within ten seconds, or are over 64 KB, is
    closed.
    """

    _due: asyncio.TimerHandle | None = None
    _unread: int = 0
    """How many bytes came since the parser last told of a whole head, some of a body or its end: it keeps them,
    however many.
    """
    _refused: bool = False

    def connection_made(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, transport: asyncio.Transport
    ) -> None:
        """Starts the ten seconds within which the head of the first request must arrive."""
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        """Gives the bytes to the parser in slices, and answers 431 once a head has more than 64 KB."""
        if self._refused:
            return
        # it is, at first
        idle = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]
        if self._due is None and idle:
            self._expect_headers()
        for start in range(0, len(data), _SLICE_BYTES):
            part = data[start : start + _SLICE_BYTES]
            self._unread += len(part)
            super().data_received(part)
            if self.transport.is_closing() or self._refused:
                return
            if self._unread > _HEAD_BYTES:
                self._refuse_head()
                return

    def on_headers_complete(self) -> None:
        """Ends the wait for a head. Raises `ValueError` for one of more than 64 KB, which ends the parsing."""
        # a chunk so large may hold the beginning of a body as well
        if (
            self._unread > _HEAD_BYTES
            and len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > _HEAD_BYTES
        ):
            self._refuse_head()
            raise ValueError  # ends the parsing
        self._unread = 0
        self._expect_nothing()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Counts the bytes of a head anew: what has arrived belongs to a body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Counts the bytes of a head anew, for the next request."""
        self._unread = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answers what cannot be parsed, unless it was answered with 431 already."""
        if not self._refused:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the timer of a connection that is gone."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _refuse_head(self) -> None:
        self._refused = True
        self._expect_nothing()
        head = f"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: {len(_TOO_LARGE)}\r\n"
        self.transport.write(
            head.encode() + b"content-type: application/json\r\nconnection: close\r\n\r\n" + _TOO_LARGE
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._due = self.loop.call_later(_LINGER_S, self.transport.close)

    def _expect_headers(self) -> None:
        self._due = self.loop.call_later(_HEADERS_S, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._due:
            self._due.cancel()
            self._due = None


class ServerOptions(TypedDict):
    """Arguments of `uvicorn.run` and `uvicorn.Config`."""

    host: str
    port: int
    http: type[Protocol]
    ws: Literal["none"]
    log_config: None
    access_log: bool
    timeout_graceful_shutdown: int
    server_header: bool
    proxy_headers: bool


def options(host: str, port: int) -> ServerOptions:
    """What uvicorn is told, for one worker or several."""
    return {
        "host": host, "port": port, "http": Protocol, "ws": "none", "log_config": None, "access_log": False,
        "timeout_graceful_shutdown": DRAIN_S, "server_header": False, "proxy_headers": False,
    }  # fmt: skip
