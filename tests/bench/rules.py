"""Run `uv run python -m tests.bench.rules`: what the rules cost Neo4j. The hub's own statements, with the rules and without any.

Scale 1, through the driver, 16 at a time; passes in turn, medians of five. CPU of Neo4j a statement.
"""

import statistics
import sys
from dataclasses import replace
from typing import Any, Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from graph_schema.graph import GRAPH
from graph_schema.model import GraphSchema
from graph_schema.rule import Grant, Predicate, Rule
from hub.gql.documents import Documents
from hub.gql.guard import Limits
from hub.world.sample import ISSUER
from tests.asking import SCHEMA, NoCursors
from tests.bench.questions import Q1, Q3, Question
from tests.bench.serving import DATA, Served, by_driver, cpu_s
from tests.bench.side_by_side import variables_of

PASSES: Final = 5
WARM_UP: Final = 3
SECONDS: Final = 3
CLIENTS: Final = 16
NEWEST: Final = "{ cases(first: 100, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"
OPEN: Final = "{ cases(first: 100, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"


def without_rules() -> GraphSchema:
    """The same graph, in which everybody sees everything."""
    everybody = (Grant("everybody", "for comparison", tests=(Predicate("true"),)),)
    nodes = (replace(node, properties=tuple(replace(found, guard=None) for found in node.properties)) for node in GRAPH.nodes)
    return replace(GRAPH, nodes=tuple(nodes), rules=tuple(Rule(rule.label, everybody) for rule in GRAPH.rules), edge_rules=())


class Statement:
    """A question as the hub would send it for a persona."""

    def __init__(self, graph: GraphSchema, query: str, persona: str, variables: list[dict[str, Any]]) -> None:
        documents = Documents(graph, SCHEMA, Limits())
        self._sent: list[dict[str, Any]] = []
        self.text = ""
        for given in variables:
            plan, found = documents.plan(query, None, given, NoCursors())
            self.text = plan.roots[0].compiled.text
            self._sent.append(plan.roots[0].bind(found, NoCursors()))
        self._viewer = f"{ISSUER}|{persona}"

    def cpu_ms(self, served: Served, clients: int = CLIENTS) -> float:
        """Neo4j's CPU for one, over one pass."""
        before = cpu_s(served.neo4j)
        told = by_driver(
            served, text=self.text, viewer=self._viewer, clients=clients, seconds=SECONDS, variables=self._sent, millis=True
        )  # fmt: skip
        return (cpu_s(served.neo4j) - before) / told["count"] * 1000


def main() -> None:
    served = Served(DATA, sys.argv[1] if len(sys.argv) > 1 else "1")
    try:
        variables = variables_of(served)
        open_graph = without_rules()

        def asked(question: Question) -> tuple[Statement, Statement]:
            return tuple(Statement(graph, question.hub, question.persona, variables[question.name]) for graph in (GRAPH, open_graph))  # pyright: ignore[reportReturnType]

        pairs = {
            f"{Q1.name}, rules on and off: at most 0.15 ms more": asked(Q1),
            f"{Q3.name} as a Center, rules on and off: at most 1.4 times": asked(Q3),
            **{
                f"100 newest {what} of a broker with 20 clients and of an analyst: cheaper": (
                    Statement(GRAPH, query, "broker", [{}]), Statement(GRAPH, query, "trade-analyst", [{}]),
                )
                for what, query in (("cases", NEWEST), ("open cases", OPEN))
            },
        }  # fmt: skip
        found: dict[str, tuple[list[float], list[float]]] = {}
        for name in track([*pairs] * WARM_UP, "warming up"):  # Java compiles what is used often
            for statement in pairs[name]:
                for clients in (1, CLIENTS):  # one has it planned
                    statement.cpu_ms(served, clients)
        for name, statements in pairs.items():
            for _ in track(range(PASSES), name):
                for at, statement in enumerate(statements):
                    found.setdefault(name, ([], []))[at].append(statement.cpu_ms(served))
    finally:
        served.stop()
    table = Table(title=f"Neo4j's CPU a statement, ms; {CLIENTS} at a time, medians of {PASSES} passes in turn")
    for column in ("what, and what is wanted", "first", "second", "difference", "ratio"):
        table.add_column(column)
    for name, (first, second) in found.items():
        one, other = statistics.median(first), statistics.median(second)
        table.add_row(name, f"{one:.2f}", f"{other:.2f}", f"{one - other:+.2f}", f"{one / other:.2f}")
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
