"""Run `uv run python -m tests.bench.gathered`: hubs on one graph that differ in how they gather reads, in one run.

Each is `--lanes` by `--most`; 0 lanes gather nothing. Passes are interleaved; medians. Needs wrk.
"""

import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import track

from tests.bench.questions import Q1, Q2, Q3, Question
from tests.bench.serving import DATA, Served, by_http, cpu_s, posted
from tests.bench.side_by_side import variables_of
from tests.bench.workers import Serving
from tests.serving import UNLIMITED

WIDE: Final = {
    rows: replace(Q3, name=f"Q3 of {rows}", hub=Q3.hub.replace("first: 100)", f"first: {rows})")) for rows in (5, 20,
        50, 100)
}  # fmt: skip
CLIENTS: Final = (64, 16, 1)
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """The hubs by what they are called, and the Neo4j below them."""

    served: Served
    hubs: Mapping[str, Serving]
    variables: Mapping[str, Sequence[Any]]

    def plan(self, question: Question, hub: Serving) -> None:
        """Asks once, which takes its time on a database that has just started."""
        body = {"query": question.hub, "variables": self._variables(question)[0]}
        headers = {"authorization": f"Bearer {self.served.token(question.persona)}"}
        answer = posted(f"http://127.0.0.1:{hub.port}/graphql", body, headers)
        assert "data" in answer, answer

    def measured(self, question: Question, hub: Serving, clients: int, seconds: int) -> Figures:
        """One pass: requests a second, latencies, CPU a request of the hub and of Neo4j, in ms."""
        bodies = [{"query": question.hub, "variables": found} for found in self._variables(question)]
        before = hub.cpu_s(), cpu_s(self.served.neo4j)
        told = by_http(
            f"http://127.0.0.1:{hub.port}/graphql", bodies, self.served.token(question.persona), clients, seconds
        )
        told["hub_ms"] = (hub.cpu_s() - before[0]) / told["count"] * 1000
        told["neo4j_ms"] = (cpu_s(self.served.neo4j) - before[1]) / told["count"] * 1000
        return told

    def _variables(self, question: Question) -> Sequence[Any]:
        return self.variables[question.name.split()[0]]


def main(
    data: Annotated[Path, typer.Option(help="where the graph is, or is made")] = DATA,
    scale: Annotated[str, typer.Option(help="of the sample world")] = "1",
    lanes: Annotated[
        list[str], typer.Option(help="so many lanes by so many at most, e.g. 2x16; 0x16 gathers nothing")
    ] = ["0x16", "2x16"],  # noqa: B006 - never changed
    wide: Annotated[bool, typer.Option(help="lists of growing width as well")] = False,
    passes: int = 5,
    seconds: int = 4,
) -> None:
    served = Served(data, scale)
    served.await_idle()
    hubs: dict[str, Serving] = {}
    found: dict[tuple[str, int, str], list[Figures]] = {}
    try:
        for name in lanes:
            count, most = name.split("x")
            hubs[name] = Serving(served, 1, {**UNLIMITED, "HUB_GATHERING_LANES": count, "HUB_GATHERED_AT_MOST": most})
        run = Run(served, hubs, variables_of(served))
        asked = [Q1, Q2, *(WIDE.values() if wide else ())]
        for question, hub in product(asked, hubs.values()):
            run.plan(question, hub)
            for clients in (16, 64, 16):  # what was planned is compiled by Java
                run.measured(question, hub, clients, seconds)
        for question, _ in track(list(product(asked, range(passes)))):
            for clients, (name, hub) in product(CLIENTS, hubs.items()):
                found.setdefault((question.name, clients, name), []).append(
                    run.measured(question, hub, clients, seconds)
                )
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.stderr) from error
    finally:
        for hub in hubs.values():
            hub.stop()
        served.stop()
    Console(width=150).print(_table(found))


def _table(found: Mapping[tuple[str, int, str], Sequence[Figures]]) -> str:
    lines = [
        "| question | clients | lanes | requests/s | p50 ms | p99 ms | hub's CPU ms | Neo4j's CPU ms |",
        "|---" * 8 + "|",
    ]
    for (question, clients, name), passes in found.items():
        cells = (
            f"{statistics.median(one[column] for one in passes):.3g}"
            for column in ("per_s", "p50_ms", "p99_ms", "hub_ms", "neo4j_ms")
        )
        lines.append(f"| {question} | {clients} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    typer.run(main)
