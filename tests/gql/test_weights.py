"""What pages weigh in Neo4j: on a larger world, no list of any label takes a statement near its limit of memory."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from graph_schema.graph import GRAPH
from graph_schema.model import NodeType
from graph_schema.viewer_kinds import ViewerKind
from hub.compile.compiler import compile_kind
from hub.database.graph import Graph
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from hub.world.load import WorldWanted, load
from hub.world.sample import ISSUER
from tests.asking import SCHEMA, NoCursors
from tests.renewed import wipe

SCALE: Final = 0.1
MOST_BYTES: Final = 35_000_000
"""A tenth of what a statement may take, on a tenth of the world: what a row carries grows with it."""
_ALLOCATED: Final = re.compile(r"total allocated memory: (\d+)")


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Iterator[Graph]:
    run(wipe(database))
    run(load(database, WorldWanted(SCALE, 7), lambda *_: None))
    run(database.apply(["CALL db.clearQueryCaches()"]))  # plans for graphs of a few rows
    yield database
    run(wipe(database))


def _whole(node: NodeType, size: int) -> str:
    """A page with all that can be asked of its rows and of the rows they lead to one by one."""
    properties = " ".join(found.name for found in node.properties)
    ones = " ".join(
        f"{route.way.field} {{ __typename }}" for route in GRAPH.routes(node.label).values() if route.way.one
    )
    return f"{{ {node.many}(first: {size}) {{ nodes {{ {properties} {ones} }} }} }}"


# one of each kind whose viewer sets or grants are the largest, with the largest page it may ask for
@pytest.mark.parametrize(
    ("persona", "size"),
    [("large-broker", 100), ("import-specialist", 1000), ("agency-officer", 1000), ("trade-analyst", 1000)],
)
def test_every_list_is_light_for_those_who_see_most(
    persona: str, size: int, world: Graph, run: Callable[..., Any]
) -> None:
    documents = PlanCache(GRAPH, SCHEMA, Limits())
    rights = {"viewer": f"{ISSUER}|{persona}", "now": time.time_ns() // 1_000_000}
    kind = ViewerKind(frozenset(run(world.read_one(compile_kind(GRAPH), rights))), acts=True)
    weights: dict[str, int] = {}
    for node in GRAPH.nodes:
        plan, variables = documents.plan(_whole(node, size), None, {}, NoCursors(), kind)
        parameters = plan.roots[0].bind(variables, NoCursors())
        _, profile = run(world.profile_one(plan.roots[0].compiled.text, {**parameters, **rights}))
        allocated = _ALLOCATED.search(profile["plan"])
        assert allocated
        weights[node.label] = int(allocated[1])
    assert {label: weight for label, weight in weights.items() if weight > MOST_BYTES} == {}
