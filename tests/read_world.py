"""A graph of Neo4j as a world in plain Python, so that the oracle can tell of it who may see what."""

from typing import Any

from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from tests.random_world import Key, Link, World

_NODES = "MATCH (n) WHERE NOT n.source IN $but OR n:Party RETURN elementId(n), labels(n), properties(n)"
_EDGES = (
    "MATCH (a)-[e]->(b) WHERE elementId(a) IN $ids AND elementId(b) IN $ids RETURN elementId(a), type(e), elementId(b),"
    " properties(e)"
)
_LABELS = {node.label: node for node in GRAPH.nodes}


async def read_world(graph: Graph, *but: str) -> World:
    """All rows that a question can reach, and their edges; of those from the sources in `but` only the parties."""
    world = World()
    rows: dict[str, Key] = {}
    for element, labels, properties in await graph.read(_NODES, {"but": list(but)}):
        for label in _LABELS.keys() & set(labels):
            key = (label, properties[_LABELS[label].key])
            rows[element] = key
            world.nodes[key] = {name: _native(value) for name, value in properties.items()}
    ends = {(edge.type, tail, head): edge for edge in GRAPH.edges for tail in edge.tail for head in edge.head}
    for start, type_, end, properties in await graph.read(_EDGES, {"ids": list(rows)}):
        edge = ends.get((type_, rows[start][0], rows[end][0]))
        if edge:
            world.add(Link(edge, rows[start], rows[end], {name: _native(value) for name, value in properties.items()}))
    return world


def _native(value: Any) -> Any:
    to_native = getattr(value, "to_native", None)
    return to_native() if to_native else value
