"""GRAPH -> constraints and indexes. Each has a name of its own, so that applying them again changes nothing."""

from collections.abc import Iterable, Iterator
from typing import Final

from graph_schema.bookkeeping import LABELS, PROPERTIES
from graph_schema.cypher import literal, name
from graph_schema.model import GraphSchema, NodeType
from graph_schema.words import OTHER_WORDS

ANALYZER: Final = "standard-folding"
"""Words as Unicode splits them, in lower case, Latin letters without accents; `graph_schema.words` has what that
leaves out.
"""

TEXT_IS_READ: Final = "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()"
"""Waits until what was written is found by its words."""


def bookkeeping() -> Iterator[str]:
    """Constraints and indexes of the hub's own labels and properties, without which no lease can be taken."""
    for each in LABELS:
        yield (
            f"CREATE CONSTRAINT {each.label}_{each.key} IF NOT EXISTS FOR (n:{each.label}) REQUIRE n.{each.key} IS"
            " UNIQUE"
        )
        yield from _hidden(each.label, each.indexes)
    for each in PROPERTIES:
        yield from _hidden(each.of, each.indexes)


def _hidden(label: str, indexes: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for index in indexes:
        properties = ", ".join(f"n.{name(property_)}" for property_ in index)
        yield f"CREATE INDEX {name(label)}_{index[-1]} IF NOT EXISTS FOR (n:{name(label)}) ON ({properties})"


def text_index(node: NodeType) -> str:
    """The full-text index over a label's texts and its other words."""
    properties = ", ".join(f"n.{name(property_)}" for property_ in (*node.text, OTHER_WORDS))
    follows = ", `fulltext.eventually_consistent`: true" if node.text_follows else ""
    return (
        f"CREATE FULLTEXT INDEX {name(node.text_index)} IF NOT EXISTS FOR (n:{name(node.label)}) ON EACH [{properties}]"
        f" OPTIONS {{indexConfig: {{`fulltext.analyzer`: {literal(ANALYZER)}{follows}}}}}"
    )


def statements(graph: GraphSchema) -> Iterator[str]:
    """Constraints for every key and unique property, then the declared indexes, in a stable order."""
    yield from bookkeeping()
    for node in graph.nodes:
        for property_ in node.unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{node.label}_{property_}')} IF NOT EXISTS "
                f"FOR (n:{name(node.label)}) REQUIRE n.{name(property_)} IS UNIQUE"
            )
        for index in node.indexes:
            properties = ", ".join(f"n.{name(property_)}" for property_ in index)
            yield (
                f"CREATE INDEX {name('_'.join((node.label, *index, 'range')))} IF NOT EXISTS FOR (n:{name(node.label)})"
                f" ON ({properties})"
            )
        if node.text:
            yield text_index(node)
    for edge in graph.edges:
        if edge.unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{edge.type}_{edge.unique}')} IF NOT EXISTS "
                f"FOR ()-[e:{name(edge.type)}]-() REQUIRE e.{name(edge.unique)} IS UNIQUE"
            )
