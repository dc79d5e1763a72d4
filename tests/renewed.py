"""A world that was written once is brought back to what it was, where writing it anew takes a second of each test.

What a test left is read, and compared with what the world was: every node with its labels and properties, every edge
with its ends and properties. Only what differs is written.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from graph_schema.cypher import Statement
from graph_schema.ddl import TEXT_IS_READ
from hub.database.graph import Graph
from hub.database.writing import Run

Write = Callable[[Graph], Awaitable[None]]
_MOST: Final = 2_000
"""More changes than these are no faster than the world written anew."""
_WIPE: Final = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
_NODES: Final = "MATCH (n) RETURN elementId(n), labels(n), properties(n)"
_EDGES: Final = "MATCH (a)-[e]->(b) RETURN elementId(e), elementId(a), type(e), elementId(b), properties(e)"
_DELETE_EDGES: Final = "UNWIND $rows AS row MATCH ()-[e]->() WHERE elementId(e) = row DELETE e"
_DELETE_NODES: Final = "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row DETACH DELETE n"
_SET_NODES: Final = (
    "UNWIND $rows AS row MATCH (n) WHERE elementId(n) = row.id"
    " REMOVE n:$(row.lose) SET n = row.properties, n:$(row.labels)"
)
_SET_EDGES: Final = "UNWIND $rows AS row MATCH ()-[e]->() WHERE elementId(e) = row.id SET e = row.properties"
_MAKE_NODES: Final = "UNWIND $rows AS row CREATE (n:$(row.labels)) SET n = row.properties RETURN elementId(n)"
_MAKE_EDGES: Final = (
    "UNWIND $rows AS row MATCH (a) WHERE elementId(a) = row.tail MATCH (b) WHERE elementId(b) = row.head"
    " CREATE (a)-[e:$(row.type)]->(b) SET e = row.properties RETURN elementId(e)"
)


class Node(NamedTuple):
    labels: tuple[str, ...]
    properties: Mapping[str, Any]


class Edge(NamedTuple):
    tail: str
    type: str
    head: str
    properties: Mapping[str, Any]


@dataclass(slots=True)
class Contents:
    """All that a database holds, by Neo4j's own ids."""

    nodes: dict[str, Node]
    edges: dict[str, Edge]


@dataclass(slots=True)
class _Kept:
    """The world that the database of a run was given last, and what it was then."""

    name: str | None = None
    was: Contents = field(default_factory=lambda: Contents({}, {}))


_KEPT: Final = _Kept()


async def wipe(graph: Graph) -> None:
    """Leaves the database without a node."""
    _KEPT.name = None
    await graph.apply([_WIPE])


async def renewed(graph: Graph, name: str, write: Write) -> None:
    """Makes the run's database what `write` makes of an empty one. Worlds of one name are the same."""
    was = _KEPT.was if name == _KEPT.name else None
    now = await contents(graph) if was else None
    if was and now and _count(was.nodes, now.nodes) + _count(was.edges, now.edges) <= _MOST:
        _KEPT.name = None
        _KEPT.was = await graph.transact(lambda run: _brought_back(run, was, now))
        await graph.apply([TEXT_IS_READ])
    else:
        await wipe(graph)
        await write(graph)
        _KEPT.was = await contents(graph)
    _KEPT.name = name


async def contents(graph: Graph) -> Contents:
    """All that the database holds."""
    nodes = {id_: Node(tuple(sorted(labels)), properties) for id_, labels, properties in await graph.read(_NODES, {})}
    edges = {id_: Edge(*rest) for id_, *rest in await graph.read(_EDGES, {})}
    return Contents(nodes, edges)


def _count(was: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    return sum(was.get(id_) != now.get(id_) for id_ in was.keys() | now.keys())


async def _brought_back(run: Run, was: Contents, now: Contents) -> Contents:
    """Writes what differs; gives what it was, by the ids that it has from now on."""

    async def each(text: str, rows: Sequence[Any]) -> list[str]:
        return [row[0] for row in await run(Statement(text, {"rows": rows}))] if rows else []

    stay = {id_ for id_, edge in now.edges.items() if id_ in was.edges and was.edges[id_][:3] == edge[:3]}
    await each(_DELETE_EDGES, list(now.edges.keys() - stay))
    await each(_DELETE_NODES, list(now.nodes.keys() - was.nodes.keys()))
    changed = [id_ for id_ in was.nodes.keys() & now.nodes.keys() if was.nodes[id_] != now.nodes[id_]]
    await each(_SET_NODES, [
        {"id": id_, "lose": now.nodes[id_].labels, **was.nodes[id_]._asdict()} for id_ in changed
    ])  # fmt: skip
    await each(_SET_EDGES, [
        {"id": id_, "properties": was.edges[id_].properties} for id_ in stay if was.edges[id_] != now.edges[id_]
    ])  # fmt: skip
    lost = [id_ for id_ in was.nodes if id_ not in now.nodes]
    ids = dict(zip(lost, await each(_MAKE_NODES, [was.nodes[id_]._asdict() for id_ in lost]), strict=True))
    edges = {
        id_: edge._replace(tail=ids.get(edge.tail, edge.tail), head=ids.get(edge.head, edge.head))
        for id_, edge in was.edges.items()
    } if ids else was.edges  # fmt: skip
    cut = [id_ for id_ in was.edges if id_ not in stay]
    ids |= zip(cut, await each(_MAKE_EDGES, [edges[id_]._asdict() for id_ in cut]), strict=True)
    return Contents(
        {ids.get(id_, id_): node for id_, node in was.nodes.items()},
        {ids.get(id_, id_): edge for id_, edge in edges.items()},
    )
