"""Run `uv run python -m tests.bench.rules`: what the rules cost Neo4j.

The hub's own statements, with the rules and without any.

Scale 1, through the driver, 16 at a time; passes in turn, medians of five. CPU of Neo4j a statement.
"""

import statistics
import time
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, LiteralString, cast

import typer
from neo4j import Driver
from rich.console import Console
from rich.progress import track
from rich.table import Table

from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from graph_schema.rule import Grant, Predicate, Rule
from graph_schema.viewer_kinds import ViewerKind
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from hub.world.sample import ISSUER
from tests.asking import SCHEMA, NoCursors
from tests.bench.questions import Q1, Q2, Q3, Question
from tests.bench.serving import Served, by_driver, cpu_s, data_of
from tests.bench.side_by_side import variables_of
from tests.bench.statements import kind_of

WARM_UP: Final = 3
CLIENTS: Final = 16
POINT_MS: Final = 0.10
"""What the rules may cost on a point: a question about one row and what is around it."""
MANY_TIMES: Final = 1.4
NEWEST: Final = "{ cases(first: 100, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"
OPEN: Final = (
    "{ cases(first: 100, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"
)


def without_rules() -> GraphSchema:
    """The same graph, in which everybody sees everything."""
    everybody = (Grant("everybody", "for comparison", tests=(Predicate("true"),)),)
    nodes = (
        replace(node, properties=tuple(replace(found, guard=None) for found in node.properties)) for node in GRAPH.nodes
    )
    return replace(
        GRAPH, nodes=tuple(nodes), rules=tuple(Rule(rule.label, everybody) for rule in GRAPH.rules), edge_rules=()
    )


class Statement:
    """A question as the hub sends it for a persona: for its kind of viewer; without a kind, for all kinds."""

    def __init__(
        self,
        graph: GraphSchema,
        query: str,
        persona: str,
        variables: list[dict[str, Any]],
        kind: ViewerKind | None = None,
    ) -> None:
        documents = PlanCache(graph, SCHEMA, Limits())
        self._sent: list[dict[str, Any]] = []
        self.text = ""
        for given in variables:
            plan, found = documents.plan(query, None, given, NoCursors(), kind)
            self.text = plan.roots[0].compiled.text
            self._sent.append(dict(plan.roots[0].bind(found, NoCursors())))
        self._viewer = f"{ISSUER}|{persona}"

    def check(self, driver: Driver) -> None:
        """It gives a row: one that is made for another kind of viewer would give none, and be quick."""
        parameters = {**self._sent[0], "viewer": self._viewer, "now": time.time_ns() // 1_000_000}
        records, _, _ = driver.execute_query(cast("LiteralString", self.text), parameters)
        assert records, self.text

    def cpu_ms(self, served: Served, seconds: int, clients: int = CLIENTS) -> float:
        """Neo4j's CPU for one, over one pass."""
        before = cpu_s(served.neo4j)
        told = by_driver(
            served, text=self.text, viewer=self._viewer, clients=clients, seconds=seconds, variables=self._sent,
            millis=True
        )  # fmt: skip
        return (cpu_s(served.neo4j) - before) / told["count"] * 1000


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements, and what is wanted of Neo4j's CPU for one and the other: a difference in ms at most, or a
    ratio.
    """

    one: Statement
    other: Statement
    most_more_ms: float | None = None
    most_times: float = 1.0

    def reached(self, one_ms: float, other_ms: float) -> bool:
        if self.most_more_ms is not None:
            return one_ms - other_ms <= self.most_more_ms
        return one_ms <= self.most_times * other_ms


def _pairs(served: Served, variables: dict[str, list[dict[str, Any]]]) -> dict[str, Pair]:
    with served.driver() as driver:
        kinds = {
            persona: kind_of(driver, persona)
            for persona in ("broker", "trade-analyst", *(found.persona for found in (Q1, Q2, Q3)))
        }

        def on(query: str, persona: str, given: list[dict[str, Any]]) -> Statement:
            statement = Statement(GRAPH, query, persona, given, kinds[persona])
            statement.check(driver)
            return statement

        open_graph = without_rules()

        def pair(question: Question, most_more_ms: float | None = None, most_times: float = 1.0) -> Pair:
            given = variables[question.name]
            return Pair(
                on(question.hub, question.persona, given),
                Statement(open_graph, question.hub, question.persona, given),
                most_more_ms,
                most_times,
            )

        return {
            **{f"{point.name}, rules on and off: at most {POINT_MS:.2f} ms more": pair(point,
                POINT_MS) for point in (Q1, Q2)},
            f"{Q3.name} as a Center, rules on and off: at most {MANY_TIMES} times": pair(Q3, most_times=MANY_TIMES),
            **{
                f"100 newest {what} of a broker with 20 clients and of an analyst: cheaper": Pair(
                    on(query, "broker", [{}]), on(query, "trade-analyst", [{}]),
                )
                for what, query in (("cases", NEWEST), ("open cases", OPEN))
            },
        }  # fmt: skip


def main(
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "1",
    passes: Annotated[int, typer.Option(min=1, help="Passes in turn, of which the median counts.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="Of a pass.")] = 3,
) -> None:
    """What the rules cost."""
    served = Served(data_of(scale), scale)
    served.await_idle()
    try:
        pairs = _pairs(served, variables_of(served))
        found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pairs}
        for name in track([*pairs] * WARM_UP, "warming up"):  # Java compiles what is used often
            for statement in (pairs[name].one, pairs[name].other):
                for clients in (1, CLIENTS):  # one has it planned
                    statement.cpu_ms(served, seconds, clients)
        for name, pair in pairs.items():
            for _ in track(range(passes), name):
                for times, statement in zip(found[name], (pair.one, pair.other), strict=True):
                    times.append(statement.cpu_ms(served, seconds))
    finally:
        served.stop()
    table = Table(title=f"Neo4j's CPU a statement, ms; {CLIENTS} at a time, medians of {passes} passes in turn")
    for column in ("what, and what is wanted", "first", "second", "difference", "ratio", ""):
        table.add_column(column)
    for name, (first, second) in found.items():
        one, other = statistics.median(first), statistics.median(second)
        reached = "reached" if pairs[name].reached(one, other) else "NOT reached"
        table.add_row(name, f"{one:.2f}", f"{other:.2f}", f"{one - other:+.2f}", f"{one / other:.2f}", reached)
    Console(width=170).print(table)


if __name__ == "__main__":
    typer.run(main)
