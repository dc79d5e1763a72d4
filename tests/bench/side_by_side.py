"""Run `uv run python -m tests.bench.side_by_side`: the hub, the peer, and hand-written Cypher on one graph, in one run.

Scale 1. All contenders give the same answers first. Passes are interleaved; medians of five. Writes a table to
tests/figures and a plot to the pictures of the manual. Needs wrk, Node with npm, and javac.
"""

import shutil
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure
from neo4j import GraphDatabase
from rich.console import Console
from rich.progress import Progress

from hub.world.sample import ISSUER
from tests.bench.questions import Q1, Q2, Q3, QUESTIONS, Question, flat
from tests.bench.serving import DATA, Peer, Served, by_driver, by_http, cpu_s, install_shim

CLIENTS: Final = 16
PASSES: Final = 5
SECONDS: Final = {CLIENTS: 4, 1: 2}
"""Of a pass, by the number of clients."""
WARM_UP: Final = 3
FIGURES: Final = Path(__file__).parents[1] / "figures"
PICTURES: Final = Path(__file__).parents[2] / "hub" / "docs" / "pictures"
CONTENDERS: Final = ("hub", "peer", "by hand")
BARS: Final = {
    "peer": {"Q1": 2.5, "Q2": 2.5, "Q3": 10.0, "Q5": 5.0},
    "by hand": {"Q1": 0.7, "Q2": 0.7, "Q3": 0.8, "Q5": 0.8},
}
_ONE_CLIENT: Final = 1.4
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Run:
    """What all contenders share: the servers, and the variables each question draws from."""

    served: Served
    peer: Peer
    variables: Mapping[str, list[dict[str, Any]]]
    seconds: Mapping[int, int] = field(default_factory=lambda: SECONDS)

    def measured(self, question: Question, contender: str, clients: int) -> Figures:
        """One pass: requests a second, latencies, and CPU a request of the contender and of Neo4j, in ms."""
        own = {"hub": self.served.process.pid, "peer": self.peer.process.pid}.get(contender)
        before = (cpu_s(own) if own else 0.0), cpu_s(self.served.neo4j)
        told = self._by_hand(question, clients) if own is None else self._over_http(question, contender, clients)
        count = told["count"]
        if own:
            told["own_cpu_ms"] = (cpu_s(own) - before[0]) / count * 1000
        told["neo4j_cpu_ms"] = (cpu_s(self.served.neo4j) - before[1]) / count * 1000
        return told

    def _over_http(self, question: Question, contender: str, clients: int) -> dict[str, float]:
        query, port, path = (
            (question.hub, self.served.port, "/graphql") if contender == "hub" else (question.peer, self.peer.port, "/")
        )
        token = self.served.token(question.persona) if contender == "hub" else None
        bodies = [{"query": query, "variables": found} for found in self.variables[question.name]]
        return by_http(f"http://127.0.0.1:{port}{path}", bodies, token, clients, self.seconds[clients])

    def _by_hand(self, question: Question, clients: int) -> dict[str, float]:
        return by_driver(
            self.served, text=question.by_hand, viewer=f"{ISSUER}|{question.persona}", clients=clients,
            seconds=self.seconds[clients],
            variables=self.variables[question.name],
        )  # fmt: skip

    def check(self, question: Question) -> str | None:
        """All contenders give the same answer, or there is nothing to compare; gives the hub's error where it has
        no answer.
        """
        with GraphDatabase.driver(self.served.uri, auth=("neo4j", self.served.password)) as driver:
            for variables in self.variables[question.name]:
                parameters = {**variables, "viewer": f"{ISSUER}|{question.persona}", "now": datetime.now(UTC)}
                records, _, _ = driver.execute_query(question.by_hand, parameters)
                hub = self.served.ask(question.hub, question.persona, variables)
                if "data" not in hub:
                    return str(hub["errors"][0]["message"])
                answers = {
                    "hub": hub["data"],
                    "peer": self.peer.ask(question.peer, variables)["data"],
                    "by hand": records[0].values(),
                }
                # an absent row is a null by one, a null for each of its values by another; times differ in their
                # spelling
                leaves = {
                    name: [leaf for leaf in map(_leaf, flat(answer)) if leaf is not None]
                    for name, answer in answers.items()
                }
                assert leaves["hub"] == leaves["by hand"], (question.name, variables, leaves["hub"], leaves["by hand"])
                assert sorted(map(str, leaves["hub"])) == sorted(map(str, leaves["peer"])), (
                    question.name,
                    variables,
                    leaves,
                )
        return None


def _leaf(value: object) -> object:
    return (
        value.replace(".000Z", "Z").removesuffix("Z")
        if isinstance(value, str) and value[:2] == "20" and "T" in value
        else value
    )


def variables_of(served: Served) -> dict[str, list[dict[str, Any]]]:
    """What is drawn from: the broker's clients with one Center in all their history, the importer, the specialist's
    Center.
    """
    with GraphDatabase.driver(served.uri, auth=("neo4j", served.password)) as driver:
        clients, _, _ = driver.execute_query(
            "MATCH (:Account {id: $viewer})-[:ACTS_FOR]->(:Broker)-[p:REPRESENTS]->(i:Importer) WHERE (p.until IS NULL"
            " OR p.until > datetime()) AND COUNT { (i)-[:ASSIGNED_TO]->() } = 1 RETURN DISTINCT i.number AS number",
            {"viewer": f"{ISSUER}|{Q1.persona}"},
        )
    return {
        Q1.name: [record.data() for record in clients],
        Q2.name: [{"number": "00-0000000SW"}],
        Q3.name: [{"code": "CEE007"}],
        "Q5": [{}],
    }


def main() -> None:
    for tool in ("wrk", "node", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"install {tool}")
    install_shim(DATA)
    served = Served(DATA, "1")
    try:
        peer = Peer(served)
        try:
            found = _measured(Run(served, peer, variables_of(served)))
        finally:
            peer.stop()
    finally:
        served.stop()
    (FIGURES / "side-by-side.md").write_text(_table(found))
    _plot(found)
    Console(width=170).print(_table(found))


def _measured(run: Run) -> dict[tuple[str, str, int], list[Figures]]:
    found: dict[tuple[str, str, int], list[Figures]] = {}
    with Progress() as bar:
        task = bar.add_task("", total=len(QUESTIONS) * len(CONTENDERS) * (1 + WARM_UP + 2 * PASSES))
        asked: list[Question] = []
        for question in QUESTIONS:
            bar.update(task, description=f"{question.name} warms up")
            if refused := run.check(question):
                bar.console.print(f"{question.name} is not measured: {refused}")
                continue
            asked.append(question)
            # Java compiles what is used often: before anything is measured, everything is asked, first by one client
            for clients in (1, *[CLIENTS] * WARM_UP):
                for contender in CONTENDERS:
                    run.measured(question, contender, clients)
                    bar.advance(task)
        for question in asked:
            bar.update(task, description=question.name)
            for _ in range(PASSES):
                for clients in (CLIENTS, 1):
                    for contender in CONTENDERS:
                        found.setdefault((question.name, contender, clients), []).append(
                            run.measured(question, contender, clients)
                        )
                        bar.advance(task)
    return found


def median(passes: list[Figures], column: str) -> float:
    return statistics.median(one[column] for one in passes)


def _table(found: Mapping[tuple[str, str, int], list[Figures]]) -> str:
    """The figures as a table of Markdown: each bar beside its ratio, and whether it was reached."""
    head = (
        "| question | contender | requests/s | hub to it | p50 ms | p99 ms | its CPU ms | Neo4j's CPU ms | p50 ms, one"
        " client |"
    )
    lines = [head, "|---" * 9 + "|"]
    for question in QUESTIONS:
        if (question.name, "hub", CLIENTS) not in found:
            lines.append(f"| {question.name}: {question.about} | not measured: the hub refuses it |" + " |" * 7)
            continue
        hub = found[question.name, "hub", CLIENTS]
        for contender in CONTENDERS:
            many, one = found[question.name, contender, CLIENTS], found[question.name, contender, 1]
            cells = [f"{median(many, column):.4g}" for column in ("p50_ms", "p99_ms", "own_cpu_ms", "neo4j_cpu_ms")]
            name = f"{question.name}: {question.about}" if contender == "hub" else ""
            lines.append(
                f"| {name} | {contender} | {median(many, 'per_s'):.4g} | {_ratio(question, contender, hub, many)} |"
                f" {' | '.join(cells)} | {median(one, 'p50_ms'):.4g}{_one_client(question, contender, found)} |"
            )
    return "\n".join(lines) + "\n"


def _ratio(question: Question, contender: str, hub: list[Figures], other: list[Figures]) -> str:
    if contender == "hub":
        return ""
    ratio, bar = median(hub, "per_s") / median(other, "per_s"), BARS[contender][question.name]
    return f"{ratio:.2f}, {bar:g} wanted: {'reached' if ratio >= bar else '**not reached**'}"


def _one_client(question: Question, contender: str, found: Mapping[tuple[str, str, int], list[Figures]]) -> str:
    if contender != "hub":
        return ""
    ratio = median(found[question.name, "hub", 1], "p50_ms") / median(found[question.name, "by hand", 1], "p50_ms")
    return (
        f" ({ratio:.2f} of by hand's, at most {_ONE_CLIENT} wanted:"
        f" {'reached' if ratio <= _ONE_CLIENT else '**not reached**'})"
    )


def _plot(found: Mapping[tuple[str, str, int], list[Figures]]) -> None:
    figure = Figure(figsize=(11, 3.2))
    asked = [question for question in QUESTIONS if (question.name, "hub", CLIENTS) in found]
    axes = figure.subplots(1, len(asked))
    for axis, question in zip(axes, asked, strict=True):
        heights = [median(found[question.name, contender, CLIENTS], "per_s") for contender in CONTENDERS]
        bars = axis.bar(CONTENDERS, heights, color=("#0b5c8a", "#b0b8c1", "#c2571a"))
        axis.bar_label(bars, [f"{height:.3g}" for height in heights])
        axis.set_title(question.name)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(f"requests/s, {CLIENTS} clients")
    figure.tight_layout()
    figure.savefig(PICTURES / "side-by-side.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
