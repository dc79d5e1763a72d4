"""GRAPH -> constraints and indexes. Each has a name of its own, so that applying them again changes nothing."""

from collections.abc import Iterator
from typing import Final

from graph_schema.cypher import name
from graph_schema.model import GraphSchema

ANALYZER: Final = "standard-folding"
"""Words as Unicode splits them, in lower case, without accents."""

TEXT_IS_READ: Final = "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()"
"""Waits until what was written is found by its words."""

BOOKKEEPING: Final = {
    "World": "id",
    "Lease": "id",
    "Event": "id",
    "Identity": "key",
    "SourceBlock": "id",
    "StreamState": "id",
    "Request": "id",
    "Likeness": "id",
    "IssueFigure": "id",
    "Sharing": "id",
    "Usage": "id",
}
"""Labels of the hub's own, which no question reaches: what was loaded, who is at work, what happened, who is who, how far one has read,
which requests were done, what cases are alike by and how many hold it, and who has used how much."""


def bookkeeping() -> Iterator[str]:
    """Constraints for the hub's own labels, without which no lease can be taken."""
    for label, key in BOOKKEEPING.items():
        yield f"CREATE CONSTRAINT {label}_{key} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
    # what somebody has yet to do about an event; there are few of those
    yield "CREATE INDEX Request_at IF NOT EXISTS FOR (n:Request) ON (n.at)"
    yield "CREATE INDEX Event_todo IF NOT EXISTS FOR (n:Event) ON (n.todo)"
    # the issues that most parties hold
    yield "CREATE INDEX IssueFigure_n IF NOT EXISTS FOR (n:IssueFigure) ON (n.dimension, n.n)"
    # by what a decision is alike to others
    yield "CREATE INDEX Decision_alikeBy IF NOT EXISTS FOR (n:Decision) ON (n.alikeBy)"


def statements(graph: GraphSchema) -> Iterator[str]:
    """Constraints for every key and unique property, then the declared indexes, in a stable order."""
    yield from bookkeeping()
    for node in graph.nodes:
        for found in node.unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{node.label}_{found}')} IF NOT EXISTS "
                f"FOR (n:{name(node.label)}) REQUIRE n.{name(found)} IS UNIQUE"
            )
        for index in node.indexes:
            properties = ", ".join(f"n.{name(found)}" for found in index)
            yield (
                f"CREATE INDEX {name('_'.join((node.label, *index, 'range')))} IF NOT EXISTS FOR (n:{name(node.label)}) ON ({properties})"
            )
        if node.text:
            properties = ", ".join(f"n.{name(found)}" for found in node.text)
            follows = ", `fulltext.eventually_consistent`: true" if node.text_follows else ""
            yield (
                f"CREATE FULLTEXT INDEX {name(node.text_index)} IF NOT EXISTS FOR (n:{name(node.label)}) ON EACH [{properties}] "
                f"OPTIONS {{indexConfig: {{`fulltext.analyzer`: '{ANALYZER}'{follows}}}}}"
            )
    for edge in graph.edges:
        if edge.unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{edge.type}_{edge.unique}')} IF NOT EXISTS "
                f"FOR ()-[e:{name(edge.type)}]-() REQUIRE e.{name(edge.unique)} IS UNIQUE"
            )
