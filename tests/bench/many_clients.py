"""Run `uv run python -m tests.bench.many_clients`: the hub, the peer, and hand-written Cypher with 16 and with 64
clients.

The four questions of `questions.py` on one graph, in one run; all contenders give the same answers first. Passes are
interleaved, medians count. Besides: one client's p50 on Q1 beside by hand, and the hub's own CPU a request. Needs wrk,
Node with npm, and javac.
"""

import shutil
from typing import Annotated, Final

import psutil
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.questions import Q1, QUESTIONS, Question
from tests.bench.serving import Peer, Served, data_of, install_shim
from tests.bench.side_by_side import CONTENDERS, Figures, Run, median, variables_of

MANY: Final = (16, 64)
BARS: Final = {
    "peer": {"Q1": 4.0, "Q2": 6.0, "Q3": 14.0, "Q5": 6.0},
    "by hand": {"Q1": 1.3, "Q2": 1.3, "Q3": 1.3, "Q5": 0.9},
}
"""The hub's requests a second are at least so many times the other's."""
ONE_CLIENT: Final = 1.4
"""One client's p50 on Q1 is at most so many times that by hand."""
_WARM_UP: Final = 3
_console: Final = Console(width=150, highlight=False, emoji=False)
Found = dict[tuple[str, str, int], list[Figures]]


def _measured(run: Run, passes: int) -> Found:
    found: Found = {}
    rounds = {
        question: [(contender, clients) for clients in MANY for contender in CONTENDERS]
        + ([(contender, 1) for contender in ("hub", "by hand")] if question is Q1 else [])
        for question in QUESTIONS
    }
    with Progress(console=_console) as bar:
        task = bar.add_task(
            "", total=len(QUESTIONS) * _WARM_UP * len(CONTENDERS) + passes * sum(map(len, rounds.values()))
        )
        for question in QUESTIONS:
            bar.update(task, description=f"{question.name} warms up")
            if refused := run.check(question):
                raise SystemExit(f"{question.name} is not measured: {refused}")
            # Java compiles what is used often: before anything is measured, everything is asked, first by one client
            for clients in (1, *[MANY[0]] * (_WARM_UP - 1)):
                for contender in CONTENDERS:
                    run.measured(question, contender, clients)
                    bar.advance(task)
        for question, each in rounds.items():
            bar.update(task, description=question.name)
            for _ in range(passes):
                for contender, clients in each:
                    found.setdefault((question.name, contender, clients), []).append(
                        run.measured(question, contender, clients)
                    )
                    bar.advance(task)
    return found


def _show(found: Found, passes: int) -> bool:
    """Prints the figures with their bars; whether all were reached."""
    table = Table(title=f"medians of {passes} interleaved passes")
    table.add_column("question")
    table.add_column("contender")
    for column in ("clients", "requests/s", "p50 ms", "p99 ms", "its CPU ms", "Neo4j's CPU ms"):
        table.add_column(column, justify="right")
    for (question, contender, clients), each in sorted(found.items(), key=lambda entry: (entry[0][0], entry[0][2])):
        figures = (median(each, column) for column in ("per_s", "p50_ms", "p99_ms", "own_cpu_ms", "neo4j_cpu_ms"))
        table.add_row(question, contender, str(clients), *(f"{figure:.4g}" for figure in figures))
    _console.print(table)
    reached = [_ratio(found, question, other, clients) for clients in MANY for other in BARS for question in QUESTIONS]
    hub, by_hand = (median(found[Q1.name, contender, 1], "p50_ms") for contender in ("hub", "by hand"))
    what = f"{Q1.name}, one client: p50 to by hand's at most {ONE_CLIENT} times"
    reached.append(_bar(what, hub <= ONE_CLIENT * by_hand, f"{hub:.2f} to {by_hand:.2f} ms, {hub / by_hand:.2f} times"))
    own = ", ".join(
        f"{question.name} {median(found[question.name, 'hub', MANY[0]], 'own_cpu_ms'):.2f}" for question in QUESTIONS
    )
    _console.print(f"the hub's own CPU a request with {MANY[0]} clients, ms: {own}")
    return all(reached)


def _ratio(found: Found, question: Question, other: str, clients: int) -> bool:
    hub, its = (median(found[question.name, contender, clients], "per_s") for contender in ("hub", other))
    wanted = BARS[other][question.name]
    what = f"{question.name}, {clients} clients: requests/s to {other} at least {wanted:g} times"
    return _bar(what, hub >= wanted * its, f"{hub:.4g} to {its:.4g}, {hub / its:.2f} times")


def _bar(what: str, reached: bool, figure: str) -> bool:
    _console.print(f"{what}: {'reached' if reached else 'NOT reached'} ({figure})", markup=False)
    return reached


def main(
    passes: Annotated[int, typer.Option(min=1, help="Of each contender with each number of clients.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="Of a pass.")] = 4,
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "1",
) -> None:
    """Many clients at a time."""
    for tool in ("wrk", "node", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"install {tool}")
    _console.print(
        f"scale {scale}; load of the machine before: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores"
    )
    install_shim(data_of(scale))
    served = Served(data_of(scale), scale)
    try:
        served.await_sorted()
        served.await_idle()
        peer = Peer(served)
        try:
            run = Run(served, peer, variables_of(served), {1: max(1, seconds // 2), **dict.fromkeys(MANY, seconds)})
            found = _measured(run, passes)
        finally:
            peer.stop()
    finally:
        served.stop()
    raise typer.Exit(0 if _show(found, passes) else 1)


if __name__ == "__main__":
    typer.run(main)
