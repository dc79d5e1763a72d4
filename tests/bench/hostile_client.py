"""One hostile client: its job, its address, and how it speaks where it does not speak HTTP to the end."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.client import Connection, NoAnswer, read_response


@dataclass(frozen=True, slots=True)
class Job:
    """What a process of hostile clients is given, as JSON."""

    kind: str
    port: int
    clients: int
    seconds: float
    pace: float
    one_source: bool
    connections: int
    head_mb: int
    bookmark: str
    new_number: int
    case: str
    tokens: dict[str, str]
    seed: int


@dataclass(slots=True)
class Hostile:
    """One hostile client; `round` counts its rounds."""

    number: int
    job: Job
    until: float
    random: random.Random
    connection: Connection
    source: str
    round: int = 0

    @staticmethod
    def of(number: int, job: Job, until: float) -> "Hostile":
        source = "127.0.1.1" if job.one_source else f"127.0.1.{1 + number}"
        return Hostile(
            number, job, until, random.Random(job.seed * 1000 + number), Connection(job.port, source), source
        )

    @property
    def name(self) -> str:
        """Of this client and round, like no other."""
        return f"{self.job.seed}-{self.number}-{self.round}"

    @property
    def left_s(self) -> float:
        return max(0.1, self.until - time.monotonic())

    async def asks(self, request: bytes) -> str:
        return (await self.connection.sent(request)).told()


@asynccontextmanager
async def speaking(me: Hostile) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of its own, closed at the end."""
    connection = Connection(me.job.port, me.source)
    try:
        yield await connection.opened()
    except OSError as error:
        raise NoAnswer(f"cut off ({type(error).__name__})") from error
    finally:
        connection.close()


async def dribbled(me: Hostile, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> str:
    """Sends a byte a second until there is an answer, or no more time."""
    answer = asyncio.ensure_future(_response(reader))
    began = time.monotonic()
    for byte in data[: int(me.left_s) + 1]:
        writer.write(bytes((byte,)))
        done, _ = await asyncio.wait((answer,), timeout=1)
        if done:
            break
    after_s = round((time.monotonic() - began) / 5) * 5
    if answer.done():
        return f"{answer.result()} after some {after_s} s"
    answer.cancel()
    return "still open at the end"


async def told(reader: asyncio.StreamReader, within_s: float) -> str:
    try:
        async with asyncio.timeout(within_s):
            return await _response(reader)
    except TimeoutError:
        return f"nothing within {within_s:.0f} s" if within_s >= 30 else "still open at the end"


async def _response(reader: asyncio.StreamReader) -> str:
    try:
        response = await read_response(reader)
    except (OSError, EOFError):
        return "closed"
    return response.told()
