"""A lean HTTP/1.1 client for proofs under load: it shares two cores with the hub that it asks, so it does little
more than sockets.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson

HOST: Final = "127.0.0.1"
PATIENCE_S: Final = 30.0
"""How long an answer is waited for."""
_CONNECT_S: Final = 10.0
_LATER: Final = frozenset((429, 503))
"""Statuses of HTTP with which one is asked to come again; a header Retry-After says so, too."""
_REFUSED: Final = frozenset(("UNAVAILABLE", "TOO_COSTLY", "TOO_MANY_REQUESTS"))
"""Codes that give no answer, and no wrong one."""
_TRIES: Final = 40
_IDLE_S: Final = 3.0
"""A connection that was idle so long is not used again: the hub closes those after five seconds."""
_GONE: Final = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, EOFError)


class NoAnswer(Exception):
    """There was no HTTP response; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; an empty object where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}

    def codes(self) -> list[str]:
        """The codes of its errors."""
        answer = self.json()
        errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
        return [error.get("extensions", {}).get("code", "?") for error in errors]

    def told(self) -> str:
        """The response in a word or two: `answered`, or its codes, with the status where that is not 200."""
        codes = " ".join(sorted(set(self.codes())))
        if self.status == 200:
            return codes or "answered"
        return f"{self.status} {codes}".strip()


class Connection:
    """A connection that is kept and opened again as needed, from the address `source`. Not for two requests at once."""

    def __init__(self, port: int, source: str = HOST) -> None:
        self._port = port
        self._source = source
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used_at = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new connection, for who speaks with bytes. Raises `NoAnswer`."""
        self.close()
        try:
            async with asyncio.timeout(_CONNECT_S):
                self._reader, self._writer = await asyncio.open_connection(
                    HOST, self._port, local_addr=(self._source, 0)
                )
        except (OSError, TimeoutError) as error:
            raise NoAnswer(f"no connection ({type(error).__name__})") from error
        return self._reader, self._writer

    async def sent(self, request: bytes, within_s: float = PATIENCE_S) -> Response:
        """The response to a request's bytes. Raises `NoAnswer`.

        A kept connection that the server has closed meanwhile is opened again, once, as every client does.
        """
        kept = self._writer is not None and not self._writer.is_closing() and time.monotonic() - self._used_at < _IDLE_S
        try:
            async with asyncio.timeout(within_s):
                try:
                    return await self._asked(request, kept=kept)
                except _GONE:
                    if not kept:
                        raise
                    return await self._asked(request, kept=False)
        except TimeoutError:
            self.close()
            raise NoAnswer(f"nothing within {within_s:.0f} s") from None
        except _GONE as error:
            self.close()
            raise NoAnswer(f"closed ({type(error).__name__})") from error

    def close(self) -> None:
        """At once, without a goodbye."""
        if self._writer:
            with suppress(OSError, RuntimeError):
                self._writer.transport.abort()
        self._reader = self._writer = None

    async def _asked(self, request: bytes, *, kept: bool) -> Response:
        if not kept or self._reader is None or self._writer is None:
            await self.opened()
        assert self._reader
        assert self._writer
        self._writer.write(request)
        await self._writer.drain()
        response = await read_response(self._reader)
        self._used_at = time.monotonic()
        if response.headers.get("connection") == "close":
            self.close()
        return response


def is_refused(response: Response) -> bool:
    """Whether it gives no answer, and no wrong one: it is asked again later."""
    return bool(_REFUSED & set(response.codes())) or response.status in _LATER or "retry-after" in response.headers


async def answered(connection: Connection, request: bytes, pause_s: float = 2) -> Response:
    """The response that answers it; sent again while there is none at the moment. Raises `NoAnswer` where that
    lasts.
    """
    told = ""
    for _ in range(_TRIES):
        try:
            response = await connection.sent(request)
        except NoAnswer as error:
            told = str(error)
        else:
            if response.told() == "answered":
                return response
            told = f"{response.told()} {response.body[:300]!r}"
            if not is_refused(response):
                break
        await asyncio.sleep(pause_s)
    raise NoAnswer(f"no answer to {request[-500:]!r}: {told}")


async def read_response(reader: asyncio.StreamReader) -> Response:
    """The next response on a connection. Raises `EOFError`, or `asyncio.IncompleteReadError`, where it ends before."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length")
    body = await (reader.readexactly(int(length)) if length else reader.read())
    return Response(int(first.split(" ", 2)[1]), headers, body)


def post(body: bytes, headers: Mapping[str, str] | None = None, path: str = "/graphql") -> bytes:
    """The bytes of a request with a JSON body."""
    return head({"Content-Length": str(len(body)), **(headers or {})}, path) + body


def head(headers: Mapping[str, str], path: str = "/graphql") -> bytes:
    """The head of a request that posts JSON, complete."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n{lines}\r\n".encode()


def question(query: str, variables: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a request that asks it."""
    return post(orjson.dumps({"query": query, "variables": variables or {}}), headers)


def signed(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}
