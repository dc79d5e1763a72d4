"""Run `uv run python -m tests.bench.consumers`: what reading events costs three consumers, beside their work without
events.

10,000 events of 10,000 cases, on a Neo4j of its own. Three consumers each look at every case by the statement that
looks cases through for what they share; the same statements run by themselves, on as many rows at a time and in
transactions of their own. Interleaved passes, medians; and what numbering 10,000 events takes.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from rich.console import Console
from rich.progress import track

from graph_schema.cypher import Statement
from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph, Run
from hub.detection.shared_issues import MOST, find_issues
from hub.events.append import Doer, Telling
from hub.events.concerns import CONCERNS
from hub.events.numbers import number
from hub.events.work_queue import Consumer, Do
from hub.jobs.loops import work_through
from hub.local_neo4j.jars import cache_folder, fetch
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings

_EVENTS: Final = 10_000
_PASSES: Final = 5
_BAR: Final = 1.1
_NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
_CASES: Final = """
UNWIND range(0, $count - 1) AS n
CREATE (k:Case {id: 'case-' + n, number: 'case-' + n, status: 'OPEN', openedAt: datetime('2026-06-01T12:00:00Z'),
  title: 'x'})
MERGE (m:Importer:Party {number: toString(n % 500)}) ON CREATE SET m.name = 'Sample'
MERGE (o:AdcvdOrder {number: toString(n % 300)}) ON CREATE SET o.product = 'goods'
MERGE (p:Port:Party {id: toString(n % 20)}) ON CREATE SET p.name = 'x', p.code = '2704'
CREATE (k)-[:CONCERNS]->(m) CREATE (k)-[:SUBJECT_TO]->(o) CREATE (k)-[:HANDLED_BY]->(p)"""


async def _look(run: Run, items: Sequence[str], telling: Telling) -> int:  # what comes of it is nobody's concern here
    return await find_issues(run, items, Telling(telling.doer), 5)


async def _nothing(run: Run, items: Sequence[str], telling: Telling) -> int:  # noqa: ARG001 - what reading alone costs
    return len(items)


def _consumers(name: str, do: Do) -> list[Consumer]:
    return [Consumer(f"{name}-{which}", "Case", CONCERNS["issues"], do, MOST) for which in range(3)]


async def _tell(graph: Graph, name: str) -> None:
    """An event for each case, a hundred in a transaction."""
    for start in range(0, _EVENTS, 100):

        async def work(run: Run, start: int = start) -> None:
            telling = Telling(Doer("a bench", f"{name}-{start}", _NOW))
            for place in range(start, start + 100):
                telling.tell("Case.openCase", [f"case-{place}"], changed=("*",))
            await telling.append(run)

        await graph.transact(work)


async def _alone(graph: Graph) -> float:
    began = time.perf_counter()
    for _ in range(3):
        for start in range(0, _EVENTS, MOST):

            async def work(run: Run, start: int = start) -> int:
                items = [f"case-{place}" for place in range(start, min(start + MOST, _EVENTS))]
                return await _look(run, items, Telling(Doer("a bench", "alone", _NOW)))

            await graph.transact(work)
    return time.perf_counter() - began


async def _worked(graph: Graph, consumers: Sequence[Consumer]) -> float:
    began = time.perf_counter()
    await work_through(graph, consumers, _NOW)
    return time.perf_counter() - began


async def _measure(graph: Graph, console: Console) -> None:
    await graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(120)"])
    await graph.write([Statement(_CASES, {"count": _EVENTS})])
    consumers, idle = _consumers("bench", _look), _consumers("idle", _nothing)
    found: dict[str, list[float]] = {"numbering": [], "reading": [], "consumers": [], "alone": []}
    for turn in track(range(_PASSES + 1), "passes, the first to warm up"):
        await _tell(graph, f"pass-{turn}")
        began = time.perf_counter()
        await number(graph)
        took = {"numbering": time.perf_counter() - began, "reading": await _worked(graph, idle)}
        # in turn, so that neither always finds what the other has warmed
        for what in ("consumers", "alone") if turn % 2 else ("alone", "consumers"):
            took[what] = await (_worked(graph, consumers) if what == "consumers" else _alone(graph))
        behind = await graph.read_one("MATCH (c:Consumer), (n:EventCounter) RETURN max(n.seq - c.cursor)", {})
        assert behind == 0, behind
        for what, seconds in took.items():
            if turn:
                found[what].append(seconds)
    medians = {what: statistics.median(seconds) for what, seconds in found.items()}
    ratio = (medians["numbering"] + medians["consumers"]) / medians["alone"]
    console.print(f"numbering {_EVENTS:,} events: {medians['numbering']:.2f} s")
    console.print(f"3 consumers that do nothing over {_EVENTS:,} events: {medians['reading']:.2f} s")
    console.print(
        f"3 consumers over {_EVENTS:,} events: {medians['consumers']:.2f} s; their statements alone:"
        f" {medians['alone']:.2f} s"
    )
    console.print(
        f"ratio, with numbering, at most {_BAR}: {ratio:.3f}, {'reached' if ratio <= _BAR else 'NOT reached'}"
    )


def main() -> None:
    asyncio.run(fetch(cache_folder(), None, lambda _done, _total: None))
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as folder,
        LocalNeo4j(Path(folder).resolve(), java(), cache_folder(), Memory("2g", "512m", "1g"), {}) as server,
    ):
        running = server.start()
        settings = Settings(neo4j_uri=running.uri, neo4j_password=SecretStr(running.password))

        async def measured() -> None:
            async with Graph(settings, patient=True) as graph:
                await _measure(graph, Console())

        asyncio.run(measured())


if __name__ == "__main__":
    main()
