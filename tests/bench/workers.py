"""Run `uv run python -m tests.bench.workers`: `hub serve` with one worker and with two, over the same Neo4j at
scale 1, in one run.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import psutil
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.server import free_ports
from tests.bench.questions import Q1, Q3
from tests.bench.serving import DATA, Served, by_http, cpu_s, wait_for
from tests.bench.side_by_side import variables_of
from tests.serving import UNLIMITED

PASSES: Final = 5
SECONDS: Final = 4
CLIENTS: Final = 16
WORKERS: Final = (1, 2)
_SERVE: Final = """
import uvicorn
from hub.server import options
if __name__ == "__main__":
    uvicorn.run("hub.server:build", factory=True, workers={workers}, **options("127.0.0.1", {port}))
"""
"""`hub serve` itself refuses a database that holds a sample world."""


class Serving:
    """So many workers as `hub serve` starts them, over the Neo4j of a served hub."""

    def __init__(self, served: Served, workers: int, limits: Mapping[str, str] = UNLIMITED) -> None:
        self.port = free_ports(1)[0]
        issuer = SampleSignIn(served.data).issuer().model_dump()
        named = {
            **limits,
            "NEO4J_URI": served.uri,
            "NEO4J_PASSWORD": served.password,
            "HUB_ISSUERS": json.dumps([issuer]),
            "HUB_LOG_LEVEL": "WARNING",
            "HUB_CURSOR_KEY": "the same for all workers",
        }
        command = [sys.executable, "-c", _SERVE.format(port=self.port, workers=workers)]
        self.process = subprocess.Popen(command, env={**os.environ, **named})
        wait_for(f"http://127.0.0.1:{self.port}/readyz", self.process)

    def cpu_s(self) -> float:
        """Of all its processes."""
        return sum(
            cpu_s(found.pid) for found in (self.process, *psutil.Process(self.process.pid).children(recursive=True))
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _measured(hub: Serving, bodies: Sequence[object], token: str, clients: int = CLIENTS) -> tuple[float, float, float]:
    before = hub.cpu_s()
    told = by_http(f"http://127.0.0.1:{hub.port}/graphql", bodies, token, clients, SECONDS)
    return told["per_s"], told["p50_ms"], (hub.cpu_s() - before) / told["count"] * 1000


def main() -> None:
    served = Served(DATA, "1")
    hubs = {workers: Serving(served, workers) for workers in WORKERS}
    found: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    try:
        variables = variables_of(served)
        for question in (Q1, Q3):
            bodies = [{"query": question.hub, "variables": one} for one in variables[question.name]]
            measured = partial(_measured, bodies=bodies, token=served.token(question.persona))
            for clients in (1, CLIENTS):  # one has it planned, many have it compiled
                for hub in hubs.values():
                    measured(hub, clients=clients)
            for _ in track(range(PASSES), question.name):
                for workers, hub in hubs.items():
                    found.setdefault((question.name, workers), []).append(measured(hub))
    finally:
        for hub in hubs.values():
            hub.stop()
        served.stop()
    table = Table(title=f"{CLIENTS} clients, medians of {PASSES} passes in turn of {SECONDS} s")
    for column in ("question", "workers", "requests/s", "p50 ms", "the hub's CPU ms a request"):
        table.add_column(column)
    for (name, workers), passes in found.items():
        table.add_row(name, str(workers), *(f"{statistics.median(column):.3g}" for column in zip(*passes, strict=True)))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
