"""Run `uv run python -m tests.bench.beside_before CHECKOUT`: this checkout's hub beside that of an earlier commit.

In CHECKOUT (`git worktree add CHECKOUT COMMIT`, then `uv sync` there) is the earlier one. Each has a Neo4j and a sample
world of scale 1 of its own. Passes are interleaved, with 16 clients; medians of nine. Prints how many times the earlier
one's answers a second this one gives, and the CPU of each. Needs wrk.
"""

import argparse
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, LiteralString

from rich.console import Console
from rich.progress import Progress

from hub.world.sample import ISSUER
from tests.bench.acting import OPEN, RESPONSIBLE
from tests.bench.questions import Q1, Q2, Q3, Question
from tests.bench.serving import DATA, Served, by_http, cpu_s
from tests.bench.side_by_side import variables_of

_CLIENTS: Final = 16
_PASSES: Final = 9
_WARM_UP: Final = 4
_SECONDS: Final = 4
_BODIES: Final = 6_000
_ALLOWED: Final = 0.97
_NOTE: Final = "mutation Note($case: String!, $text: String!) { noteCase(case: $case, text: $text) { number } }"
_SPECIALIST: Final = "import-specialist"
_MINE: Final[
    LiteralString
] = """MATCH (:Account {id: $viewer})-[:ACTS_FOR]->(:Broker)-[p:REPRESENTS]->(i:Importer)-[a:ASSIGNED_TO]->(c:Center)
WHERE (p.until IS NULL OR p.until > datetime()) AND a.activeFor IS NOT NULL
MATCH (c)<-[:SUGGESTS]-(h:HtsHeading) WITH i, collect(h.code)[..5] AS headings UNWIND headings AS hts
RETURN DISTINCT i.number AS number, hts, 'protest' AS kind"""
_OF_CENTER: Final[
    LiteralString
] = """MATCH (i:Importer)-[a:ASSIGNED_TO]->(c:Center {code: 'CEE007'}) WHERE a.activeFor IS NOT NULL
RETURN i.number AS number LIMIT 500"""
_OPEN_CASES: Final[LiteralString] = (
    "MATCH (:Center {code: 'CEE007'})<-[:HANDLED_BY]-(k:Case) WHERE k.status = 'OPEN' RETURN k.number AS case LIMIT 500"
)
_CLEAN: Final[LiteralString] = """MATCH (k:Case) WHERE k.title STARTS WITH 'bench'
  CALL (k) { OPTIONAL MATCH (k)<-[:OF_CASE]-(x) DETACH DELETE k, x }
IN TRANSACTIONS OF 500 ROWS ON ERROR RETRY FOR 60 SECONDS THEN FAIL"""
Figures = dict[str, float]


class _Contender:
    """One of the two hubs, and what is asked of it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        variables = variables_of(served)
        self._sent = 0
        with served.driver() as driver:

            def rows(text: LiteralString, **parameters: Any) -> list[dict[str, Any]]:
                return [record.data() for record in driver.execute_query(text, parameters).records]

            self._mine = rows(_MINE, viewer=f"{ISSUER}|broker")
            self._importers = rows(_OF_CENTER)
            self._cases = rows(_OPEN_CASES)
        self.does: dict[str, Callable[[], Figures]] = {
            **{
                question.name: lambda question=question: self._ask(question, variables[question.name])
                for question in (Q1, Q2, Q3)
            },
            "responsibleContacts": lambda: self._post(RESPONSIBLE, self._mine, "broker"),
            "openCase": lambda: self._change(OPEN, self._importers, "title"),
            "noteCase": lambda: self._change(_NOTE, self._cases, "text"),
        }

    def _ask(self, question: Question, variables: list[dict[str, Any]]) -> Figures:
        return self._post(question.hub, variables, question.persona)

    def _post(self, query: str, variables: list[dict[str, Any]], persona: str, *, in_turn: bool = False) -> Figures:
        bodies = [{"query": query, "variables": found} for found in variables]
        url = f"http://127.0.0.1:{self.served.port}/graphql"
        return by_http(url, bodies, self.served.token(persona), _CLIENTS, _SECONDS, in_turn=in_turn)

    def _change(self, query: str, rows: list[dict[str, Any]], text: str) -> Figures:
        self._sent += 1
        variables = [{**rows[number % len(rows)], text: f"bench-{self._sent}-{number}"} for number in range(_BODIES)]
        return self._post(query, variables, _SPECIALIST, in_turn=True)

    def prepare(self, what: str) -> None:
        """Asks until an answer comes at once: what is asked the first time is planned, which may take longer than a
        pass.
        """
        while self.does[what]()["count"] < _CLIENTS:
            pass

    def measured(self, what: str) -> Figures:
        before = cpu_s(self.served.process.pid), cpu_s(self.served.neo4j)
        figures = self.does[what]()
        figures["own_cpu_ms"] = (cpu_s(self.served.process.pid) - before[0]) / figures["count"] * 1000
        figures["neo4j_cpu_ms"] = (cpu_s(self.served.neo4j) - before[1]) / figures["count"] * 1000
        return figures

    def clean(self) -> None:
        """Takes away the cases that were opened."""
        with self.served.driver() as driver, driver.session() as session:
            session.run(_CLEAN).consume()


def main() -> None:
    parser = argparse.ArgumentParser(description="This checkout's hub beside that of an earlier commit.")
    parser.add_argument("checkout", type=Path, help="a checkout of the earlier commit, in which `uv sync` was run")
    parser.add_argument("--only", nargs="*", help="of these alone: Q1, Q2, Q3, responsibleContacts, openCase, noteCase")
    parser.add_argument("--scale", default="1", help="of the sample world of each, 1 unless told")
    told = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("install wrk")
    served: list[Served] = []
    try:
        for name, checkout in (("now", None), ("before", told.checkout.resolve())):
            served.append(Served(DATA.with_name(f"beside-{name}-{told.scale}"), told.scale, checkout=checkout))
        for each in served:
            each.await_idle()
        now, before = map(_Contender, served)
        try:
            figures = _measured({"now": now, "before": before}, told.only or list(now.does))
        finally:
            now.clean()
            before.clean()
    finally:
        for each in served:
            each.stop()
    Console(width=150).print(_table(figures))


def _measured(contenders: dict[str, _Contender], asked: list[str]) -> dict[tuple[str, str], list[Figures]]:
    found: dict[tuple[str, str], list[Figures]] = {}
    with Progress() as bar:
        task = bar.add_task("", total=len(asked) * 2 * (_WARM_UP + _PASSES))
        for what in asked:
            bar.update(task, description=what)
            for contender in contenders.values():
                contender.prepare(what)
            for turn in range(_WARM_UP + _PASSES):
                for name, contender in contenders.items():
                    figures = contender.measured(what)
                    if turn >= _WARM_UP:
                        found.setdefault((what, name), []).append(figures)
                    bar.advance(task)
    return found


def _table(found: dict[tuple[str, str], list[Figures]]) -> str:
    lines = [
        "| | a second now | before | ratio | p99 ms now | before | hub's CPU ms now | before | Neo4j's now | before |",
        "|---" * 10 + "|",
    ]
    for what in dict.fromkeys(what for what, _ in found):
        now, before = (
            {
                column: statistics.median(figures[column] for figures in found[what, name])
                for column in found[what, name][0]
            }
            for name in ("now", "before")
        )
        ratio = now["per_s"] / before["per_s"]
        cells = [
            f"{now['per_s']:.4g}",
            f"{before['per_s']:.4g}",
            f"{ratio:.2f}{'' if ratio >= _ALLOWED else ' **slower**'}",
        ]
        for column in ("p99_ms", "own_cpu_ms", "neo4j_cpu_ms"):
            cells += [f"{now[column]:.3g}", f"{before[column]:.3g}"]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
