"""GRAPH -> constraints and indexes. Each has a name of its own, so that applying them again changes nothing."""

from collections.abc import Iterator

from graph_schema.cypher import name
from graph_schema.model import GraphSchema


def statements(graph: GraphSchema) -> Iterator[str]:
    """Constraints for every key and unique property, then the declared indexes, in a stable order."""
    for node in graph.nodes:
        unique = dict.fromkeys((node.key, *(found.name for found in node.properties if found.unique)))
        for found in unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{node.label}_{found}')} IF NOT EXISTS "
                f"FOR (n:{name(node.label)}) REQUIRE n.{name(found)} IS UNIQUE"
            )
        for index in node.indexes:
            properties = ", ".join(f"n.{name(found)}" for found in index)
            yield (
                f"CREATE INDEX {name('_'.join((node.label, *index, 'range')))} IF NOT EXISTS FOR (n:{name(node.label)}) ON ({properties})"
            )
    for edge in graph.edges:
        if edge.unique:
            yield (
                f"CREATE CONSTRAINT {name(f'{edge.type}_{edge.unique}')} IF NOT EXISTS "
                f"FOR ()-[e:{name(edge.type)}]-() REQUIRE e.{name(edge.unique)} IS UNIQUE"
            )
