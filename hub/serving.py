"""The hub as a server process: what each worker imports, and how it treats connections."""

import asyncio
from functools import partial
from typing import Any, Final

from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.registry import attached_in
from connectors.schedule import keep_syncing
from hub import logs
from hub.app import create_app
from hub.settings import read_settings

DRAIN_S: Final = 10
"""How long requests may go on once the process is told to end."""
_HEADERS_S: Final = 10.0


def build() -> Starlette:
    """The app of one worker, from the environment. Raises `SetupError`."""
    settings = read_settings()
    logs.set_up(settings.log_level, as_json=True)
    attached = attached_in(settings.connections, settings.data_folder) if settings.connections.is_dir() else []
    return create_app(settings, jobs=[partial(keep_syncing, settings, attached)] if attached else ())


class Protocol(HttpToolsProtocol):
    """HTTP/1.1; a connection whose request line and headers do not arrive within ten seconds is closed."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        idle = self.cycle is None or self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison] - it is, at first
        if self._due is None and idle:
            self._expect_headers()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._expect_nothing()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        self._due = self.loop.call_later(_HEADERS_S, self.transport.close)

    def _expect_nothing(self) -> None:
        if self._due:
            self._due.cancel()
            self._due = None


def options(host: str, port: int) -> dict[str, Any]:
    """What uvicorn is told, for one worker or several."""
    return {
        "host": host, "port": port, "http": Protocol, "ws": "none", "log_config": None, "access_log": False,
        "timeout_graceful_shutdown": DRAIN_S, "server_header": False, "proxy_headers": False,
    }  # fmt: skip
