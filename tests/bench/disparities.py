"""Run `uv run python -m tests.bench.disparities`: how long comparing new decisions takes, among 10,000 and among
100,000 old ones.

On a Neo4j of its own, with the decisions of the tests. What is compared grows with what is new; ratios within one run.
"""

import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from graph_schema.cypher import Statement
from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.local_neo4j.jars import cache_folder, fetch
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from tests.discovery.test_disparities import NOW, WRITE, Goods, planted

_NEW = (1_000, 10_000)


async def _compare(graph: Graph, console: Console) -> None:
    await graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(120)"])
    goods = Goods(random.Random(5))
    taken: dict[tuple[int, int], float] = {}
    before = 0
    for old in (10_000, 100_000):
        console.print(
            f"{await _timed(graph, list(goods.decisions(f'old-{old}', old - before))):.1f} s to compare"
            f" {old - before:,} at first"
        )
        before = old
        for new in _NEW:
            pairs = list(planted(f"new-{old}-{new}", 20, 90 + len(taken)))
            rows = [*goods.decisions(f"new-{old}-{new}", new - 40), *(row for pair in pairs for row in pair)]
            taken[old, new] = await _timed(graph, rows)
            wanted = {f"{one['id']} | {other['id']}" for one, other in pairs}
            found = {key for (key,) in await graph.read("MATCH (x:Disparity) RETURN x.id", {})}
            console.print(
                f"{taken[old, new]:.2f} s to compare {new:,} new ones with {old:,}; {len(wanted & found)} of"
                f" {len(wanted)} found"
            )
    first, second = _NEW
    console.print(f"ten times as many new: {taken[100_000, second] / taken[100_000, first]:.2f} times as long")
    console.print(
        f"ten times as many old: {taken[100_000, first] / taken[10_000, first]:.2f} times as long, of goods ten times"
        " as frequent"
    )


async def _timed(graph: Graph, rows: list[dict[str, Any]]) -> float:
    for start in range(0, len(rows), 5_000):
        await graph.write([Statement(WRITE, {"rows": rows[start : start + 5_000]})])
    began = time.perf_counter()
    await discover(graph, NOW)
    return time.perf_counter() - began


def main() -> None:
    asyncio.run(fetch(cache_folder(), None, lambda _done, _total: None))
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as folder,
        LocalNeo4j(Path(folder).resolve(), java(), cache_folder(), Memory("2g", "512m", "1g"), {}) as server,
    ):
        running = server.start()
        settings = Settings(neo4j_uri=running.uri, neo4j_password=SecretStr(running.password))

        async def compared() -> None:
            async with Graph(settings, patient=True) as graph:
                await _compare(graph, Console())

        asyncio.run(compared())


if __name__ == "__main__":
    main()
