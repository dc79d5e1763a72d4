"""What a request's head may have, whatever it is asked for."""

import socket
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.server import Protocol
from tests.serving import served


def sent(port: int, *parts: bytes) -> bytes:
    """What comes back until the connection is closed, for parts sent one after the other."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as opened:
        for part in parts:
            opened.sendall(part)
            time.sleep(0.02)
        answer = b""
        while received := opened.recv(10_000):
            answer += received
        return answer


async def counted(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers how many bytes the body has."""
    if scope["type"] != "http":
        return
    body = await Request(scope, receive).body()
    await Response(str(len(body)))(scope, receive, send)


def test_a_head_over_64_kilobytes_is_refused_however_it_comes() -> None:
    begin = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\n"
    last = begin + b"Connection: close\r\n"
    body = b"Content-Length: 200000\r\n\r\n" + 200_000 * b"x"
    in_chunks = b"Transfer-Encoding: chunked\r\n\r\n" + 30_000 * b"1\r\nx\r\n"
    too_large = (
        (begin + b"X-Long: " + 70_000 * b"x" + b"\r\n\r\n",),
        (begin, b"X-Many: " + 30_000 * b"x" + b"\r\n", b"X-More: " + 40_000 * b"x"),
        (begin, *(b"X-%d: " % number + 1_000 * b"x" + b"\r\n" for number in range(65))),
        (begin.replace(b"/graphql", b"/graphql?query=" + 70_000 * b"x"),),
        (begin, in_chunks, b"0\r\nX-Late: " + 90_000 * b"x"),
        (begin + body, begin + b"X-Long: " + 90_000 * b"x"),
    )
    with served(counted, http=Protocol) as port:
        assert sent(port, last + body).endswith(b"\r\n\r\n200000")
        assert sent(port, begin + body, last + body).count(b"\r\n\r\n200000") == 2
        assert sent(port, begin + body + last + body).count(b"\r\n\r\n200000") == 2
        assert sent(port, last, in_chunks, b"0\r\n\r\n").endswith(b"\r\n\r\n30000")
        assert sent(port, last + b"X-Long: " + 60_000 * b"x" + b"\r\nContent-Length: 2\r\n\r\n{}").endswith(
            b"\r\n\r\n2"
        )
        for parts in too_large:
            answer = sent(port, *parts)
            assert b"HTTP/1.1 431 " in answer, (answer[:100], parts[-1][:100])
            assert b"more than 64 KB" in answer
