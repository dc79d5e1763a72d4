"""Run `uv run python -m tests.bench.bursts`: 200 verbs at once on 20 cases, warm and just after Neo4j was killed
and started again.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil
import typer
from pydantic import SecretStr
from rich.console import Console

from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.gql.request import GraphQLRequest
from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from hub.viewer import Viewer
from tests.asking import questions
from tests.offices import ISSUER, write
from tests.serving import java_of

CASES: Final = 20
VERBS: Final = 200
WRITERS: Final = (8, 4, 16, 200)
_OPEN: Final = 'mutation { openCase(kind: "protest", importer: "11-1111111AA", title: "burst") { number } }'
_TIMES: Final = (
    "MATCH (n:Note)-[:OF_CASE]->(:Case) WHERE n.text STARTS WITH $run WITH n.text AS text, count(*) AS times"
)


async def _answered(graph: Graph, document: str) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    answer = await questions(graph).answer(GraphQLRequest(document), Viewer.of(ISSUER, "importer"))
    return dict(answer), time.monotonic() - began


async def _burst(graph: Graph, run: str, cases: Sequence[str]) -> tuple[str, ...]:
    """What came of it: done, failed and why, done twice or not at all in the database, seconds of the median and of
    the last.
    """
    hub = questions(graph)

    async def note(number: int) -> tuple[dict[str, Any], float]:
        name = f"{run}-{number}"
        document = (
            f'mutation {{ noteCase(case: "{cases[number % CASES]}", text: "{name}", requestId: "{name}") {{ id }} }}'
        )
        began = time.monotonic()
        answer = await hub.answer(GraphQLRequest(document), Viewer.of(ISSUER, "importer"))
        return dict(answer), time.monotonic() - began

    told = await asyncio.gather(*map(note, range(VERBS)))
    failed = Counter(answer["errors"][0]["message"][:60] for answer, _ in told if "errors" in answer)
    (found,) = await graph.read(f"{_TIMES} RETURN count(text), sum(times) - count(text)", {"run": f"{run}-"})
    times = sorted(took_s for _, took_s in told)
    done = VERBS - failed.total()
    return (
        str(done),
        str(dict(failed) or ""),
        str(found[0]),
        str(found[1]),
        f"{times[VERBS // 2]:.1f}",
        f"{times[-1]:.1f}",
    )


async def _ready(graph: Graph) -> None:
    for _ in range(120):
        with suppress(Unavailable):
            await graph.check()
            return
        await asyncio.sleep(0.5)
    raise TimeoutError("Neo4j does not come back")


async def _measured(settings: Settings, server: LocalNeo4j, data: Path, tell: Callable[..., None]) -> None:
    async with Graph(settings, patient=True) as loading:
        await loading.apply([*statements(GRAPH), "CALL db.awaitIndexes(120)"])
        await write(loading)
        opened = [await _answered(loading, _OPEN) for _ in range(CASES)]
    cases = [answer["data"]["openCase"]["number"] for answer, _ in opened]
    for writers in WRITERS:
        async with Graph(settings, writers=writers) as graph:
            tell(str(writers), "first", *await _burst(graph, f"first{writers}", cases))
            tell(str(writers), "warm", *await _burst(graph, f"warm{writers}", cases))
            process = psutil.Process(java_of(data))
            process.kill()
            await asyncio.to_thread(process.wait, 30)
            await asyncio.to_thread(server.start)
            await _ready(graph)
            tell(str(writers), "restarted", *await _burst(graph, f"restarted{writers}", cases))


def main() -> None:
    """200 verbs at once on 20 cases, warm and just after Neo4j was killed and started again."""
    console = Console(width=160)

    def tell(*cells: str) -> None:
        console.print("| " + " | ".join(cells) + " |")

    tell("at once", "when", "done", "failed", "in the database", "twice", "median s", "last s")
    with tempfile.TemporaryDirectory(prefix="bursts-") as folder:
        data = Path(folder).resolve()
        with LocalNeo4j(data, java(), cache_folder(), Memory(heap="600m", pagecache="64m")) as server:
            running = server.start()
            settings = Settings(neo4j_uri=running.uri, neo4j_password=SecretStr(running.password))
            asyncio.run(_measured(settings, server, data, tell))


if __name__ == "__main__":
    typer.run(main)
