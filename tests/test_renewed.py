"""Whatever a test did to a world, the next one finds it as it was written."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.database.graph import Graph
from tests.random_world import random_world
from tests.renewed import contents, renewed

Run = Callable[..., Any]
_WORLD = random_world(4)
_ALL_NAMED = "MATCH (n) WHERE n.name IS NOT NULL"


async def _told(graph: Graph) -> tuple[list[str], list[str]]:
    """All nodes and edges of the database, told without Neo4j's own ids."""
    found = await contents(graph)
    nodes = {id_: f"{node.labels} {sorted(node.properties.items())}" for id_, node in found.nodes.items()}
    edges = (
        f"{nodes[edge.tail]} {edge.type} {sorted(edge.properties.items())} {nodes[edge.head]}"
        for edge in found.edges.values()
    )
    return sorted(nodes.values()), sorted(edges)


@pytest.fixture
def written(empty: Graph, run: Run) -> tuple[list[str], list[str]]:
    """The world as it is written into an empty database."""
    run(renewed(empty, "random 4", _WORLD.write))
    return run(_told(empty))


@pytest.mark.parametrize(
    "done",
    [
        "MATCH (k:Case) WITH k LIMIT 2 DETACH DELETE k",
        (
            "MATCH (k:Case) WITH k LIMIT 2 DETACH DELETE k WITH count(*) AS gone"
            " CREATE (:Case {number: 'new', id: 'new'})-[:NEW]->(:Other)"
        ),
        f"{_ALL_NAMED} SET n.name = n.name + '!'",
        f"{_ALL_NAMED} SET n.name = null, n.more = [1, 2]",
        "MATCH (k:Case) SET k:RetiredCase REMOVE k:Case",
        "MATCH (k:Case)-[e:HANDLED_BY]->(c) DELETE e CREATE (c)-[:HANDLED_BY]->(k)",
        "MATCH (k:Case)-[e:HANDLED_BY]->() SET e.more = 'said', e.since = date()",
        "MATCH (a:Account) CREATE (a)-[:ACTS_FOR]->(a)",
        "MATCH (n) DETACH DELETE n",
        "UNWIND range(1, 3000) AS row CREATE (:More {row: row})",
        "RETURN 1",
    ],
)
def test_a_world_that_was_changed_is_as_it_was_written(
    done: str, database: Graph, run: Run, written: tuple[list[str], list[str]]
) -> None:
    for _ in range(2):  # the second time by the ids that rows got when they were made once more
        run(database.apply([done]))
        assert (run(_told(database)) == written) == (done == "RETURN 1")
        run(renewed(database, "random 4", _WORLD.write))
        assert run(_told(database)) == written


def test_another_world_takes_its_place(database: Graph, run: Run, written: tuple[list[str], list[str]]) -> None:
    run(renewed(database, "random 6", random_world(6).write))
    assert run(_told(database)) != written
    run(renewed(database, "random 4", _WORLD.write))
    assert run(_told(database)) == written
