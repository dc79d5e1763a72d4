"""Run `uv run python -m tests.bench.shares`: what the shares of callers cost a request, and what they keep from the
others in a flood.

First the hub's own CPU a request with limits and without, in turns, and that of each part; no database is asked. Then
four clients with an account ask what is known for ten seconds: alone, beside a hundred without one that ask the same,
and beside a hundred that ask something new each time; of a hub with its usual limits and of one without, over the same
Neo4j with a sample world.
"""

import asyncio
import json
import math
import multiprocessing
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from starlette.types import ASGIApp, Message

from hub.app import create_app
from hub.identity.door import Shares
from hub.limits.admission import Admission
from hub.limits.callers import Caller
from hub.limits.rate_limits import COST
from hub.settings import Settings
from tests.bench.serving import Served
from tests.bench.workers import Serving
from tests.serving import UNLIMITED

ROUNDS: Final = 9
REQUESTS: Final = 2_000
SECONDS: Final = 10
HONEST: Final = 4
CROWD: Final = 100
PERSONAS: Final = ("broker", "importer-manager", "center-director", "trade-analyst")
KNOWN: Final = "{ centers(first: 3) { nodes { code name contacts(first: 3) { nodes { name } } } } }"
_ROOMY: Final = {"cost_per_minute": 10**12, "public_cost_per_minute": 10**12}


def main() -> None:
    """What the shares of callers cost a request, and what they keep from the others in a flood."""
    console = Console()
    console.print(_overhead())
    with tempfile.TemporaryDirectory(prefix="hub-shares-") as folder:
        served = Served(Path(folder).resolve(), "0.02")
        try:
            console.print(_flooded(served))
        finally:
            served.stop()


def _overhead() -> Table:
    """Microseconds of CPU a request, medians of rounds taken in turns."""
    found = Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password=SecretStr("x"), public_new_forms_kb_per_minute=0)
    off = found.model_copy(update={name.removeprefix("HUB_").lower(): 0 for name in UNLIMITED})
    apps = {
        "a request without limits": create_app(off),
        "a request with limits": create_app(found.model_copy(update=_ROOMY)),
    }
    caller, shares, known = (
        Caller("192.0.2.1", signed_in=False),
        Shares.of(found.model_copy(update=_ROOMY)),
        Admission(32, 3),
    )

    async def nothing() -> None:
        return

    async def whole() -> dict[str, list[float]]:
        await known.run(caller, "text", nothing)
        parts: dict[str, Callable[[], Awaitable[Any]]] = {
            **{name: lambda app=app: _asked(app) for name, app in apps.items()},
            "of that: counting one budget": _each(lambda: shares.budgets.take(COST, caller, 10)),
            "of that: two headers": _each(lambda: shares.budgets.headers(caller)),
            "a known statement's turn": lambda: known.run(caller, "text", nothing),
            "the same without a gate": nothing,
        }
        took: dict[str, list[float]] = {name: [] for name in parts}
        for _ in range(ROUNDS):
            for name, part in parts.items():
                began = time.process_time()
                for _ in range(REQUESTS):
                    await part()
                took[name].append((time.process_time() - began) / REQUESTS * 1e6)
        return took

    table = Table("µs of the hub's own CPU", "median", "least")
    for name, times in asyncio.run(whole()).items():
        table.add_row(name, f"{statistics.median(times):.1f}", f"{min(times):.1f}")
    return table


def _each(part: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        part()

    return run


async def _asked(app: ASGIApp) -> None:
    body = b'{"query": "{ __typename }"}'
    scope = {
        "type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"",
        "root_path": "",
        "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"accept", b"*/*"),
            (b"user-agent", b"bench")],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200

    await app(scope, receive, send)


def _flooded(served: Served) -> Table:
    table = Table(
        title=f"{HONEST} clients with an account, who ask what is known for {SECONDS} s, beside {CROWD} without one"
    )
    for column in (
        "hub",
        "beside",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "worst ms",
        "failed",
        "hub's CPU s",
        "what the crowd was told",
    ):
        table.add_column(column)
    tokens = [served.token(persona) for persona in PERSONAS]
    for name, limits in (("with limits", {}), ("without", UNLIMITED)):
        serving = Serving(served, 1, limits)
        try:
            asyncio.run(_clients(serving.port, HONEST, 3, tokens, new=False))
            for crowd in ("nobody", "who ask the same", "who ask what is new"):
                table.add_row(name, crowd, *_pass(serving, tokens, crowd))
        finally:
            serving.stop()
    return table


def _pass(serving: Serving, tokens: list[str], crowd: str) -> list[str]:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_crowd, args=(serving.port, crowd == "who ask what is new", queue))
    if crowd != "nobody":
        process.start()
        time.sleep(2)
    before = serving.cpu_s()
    times, statuses = asyncio.run(_clients(serving.port, HONEST, SECONDS, tokens, new=False))
    used_s = serving.cpu_s() - before
    told = queue.get(timeout=90) if crowd != "nobody" else {}
    ranked = sorted(times) or [math.nan]
    failed = {status: count for status, count in statuses.items() if status != "200"}
    return [
        f"{len(times) / SECONDS:.0f}", f"{ranked[len(ranked) // 2] * 1e3:.1f}",
        f"{ranked[len(ranked) * 99 // 100] * 1e3:.1f}",
        f"{ranked[-1] * 1e3:.0f}", json.dumps(failed) if failed else "none", f"{used_s:.1f}", json.dumps(told),
    ]  # fmt: skip


def _crowd(port: int, new: bool, told: Any) -> None:
    _, statuses = asyncio.run(_clients(port, CROWD, SECONDS + 3, [None], new=new))
    told.put(statuses)


async def _clients(
    port: int, many: int, seconds: float, tokens: list[Any], *, new: bool
) -> tuple[list[float], Counter[str]]:
    """So many clients that ask one question after another; how long each took, and what came of them by status or
    code.
    """
    times: list[float] = []
    statuses: Counter[str] = Counter()
    ends = time.monotonic() + seconds

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        token = tokens[number % len(tokens)]
        signed = f"authorization: Bearer {token}\r\n" if token else ""
        while time.monotonic() < ends:
            began = time.monotonic()
            if reader.at_eof():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = json.dumps({"query": _new() if new else KNOWN}).encode()
            head = f"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{signed}"
            writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in answer.split(b"\r\n") if line.startswith(b"content-length")
            )
            content = json.loads(await reader.readexactly(length))
            status = answer.split(b" ", 2)[1].decode()
            statuses[content["errors"][0]["extensions"]["code"] if "errors" in content else status] += 1
            times.append(time.monotonic() - began)
        writer.close()

    async def until_over(number: int) -> None:
        while time.monotonic() < ends:
            with suppress(OSError, asyncio.IncompleteReadError):
                await client(number)

    await asyncio.wait([asyncio.create_task(until_over(number)) for number in range(many)], timeout=seconds + 30)
    return times, statuses


def _new() -> str:
    """A question that was hardly asked before: other lists, under other conditions."""
    conditions = " ".join(f'{{name: {{contains: "{random.random()}"}}}}' for _ in range(random.randrange(1, 20)))
    fields = " ".join(
        random.sample(("name", "nodeId", "source", "contacts(first: 2) { nodes { name role } }", "__typename"), 3)
    )
    root = random.choice(("centers", "agencies", "offices", "associations"))
    return (
        f"{{ {root}(first: {random.randrange(1, 20)}, where: {{or: [{conditions}]}}) {{ totalCount nodes {{ {fields} }}"
        " } }"
    )


if __name__ == "__main__":
    typer.run(main)
