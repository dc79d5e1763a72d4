"""What is answered equals what a naive oracle answers, for every kind of viewer, on random graphs."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql import build_schema as build_plain_schema

from graph_schema.graph import GRAPH
from hub.gql.endpoint import Questions
from hub.gql.guard import Limits
from hub.gql.types import build_schema as hub_schema
from hub.graph import Graph
from hub.viewer import Viewer
from tests import naive
from tests.oracle import Oracle
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import random_world

QUESTIONS = 14
LIMITS = Limits(characters=100_000, tokens=10_000, fields=5_000, aliases=1_000, directives=1_000, depth=50, cost=10**9)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_plain_schema(hub_schema(GRAPH).as_str())


@pytest.mark.parametrize("seed", range(4))
def test_every_viewer_is_answered_as_the_oracle_answers(seed: int, empty: Graph, run: Callable[..., Any], schema: GraphQLSchema) -> None:
    world = random_world(seed)
    run(world.write(empty))
    hub = Questions(hub_schema(GRAPH), GRAPH, empty, 100, LIMITS)
    asked = RandomQuestions(world, random.Random(seed))
    oracles = {account: Oracle(world, account) for account in world.accounts}
    for query in [*_everything(), *(asked.one() for _ in range(QUESTIONS))]:
        for account, oracle in oracles.items():
            got = run(hub.answer(query, None, {}, Viewer(account)))
            assert "errors" not in got, (query, got)
            assert _same(got["data"]) == _same(naive.answer(schema, world, oracle, query)), (
                f"seed {seed}, {account or 'the public'}: {query}"
            )


def _everything() -> list[str]:
    """Every label as a list with its total, and every way from every label, so that no rule goes unasked."""
    queries: list[str] = []
    for node in GRAPH.nodes:
        fields = " ".join(found.name for found in node.properties)
        queries.append(f"{{ {node.many}(first: 100) {{ totalCount nodes {{ {fields} }} }} }}")
        for route in GRAPH.routes(node.label).values():
            inner = " ".join(f"... on {label} {{ {GRAPH.node(label).key} }}" for label in route.labels)
            if len(route.labels) == 1:
                inner = " ".join(found.name for found in GRAPH.node(route.labels[0]).properties)
            inner = f"{{ __typename {inner} }}" if route.way.one else f"(first: 100) {{ totalCount nodes {{ __typename {inner} }} }}"
            queries.append(f"{{ {node.many}(first: 100) {{ nodes {{ {node.key} {route.way.field} {inner} }} }} }}")
    return queries


def _same(value: Any) -> Any:
    """Moments compared as moments, whatever they are written like."""
    if isinstance(value, dict):
        return {key: _same(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_same(item) for item in value]
    if isinstance(value, str) and len(value) > 15 and value[4] == "-" and value[10] == "T":
        return datetime.fromisoformat(value)
    return value
