"""What is answered equals what a naive oracle answers, for every kind of viewer, on random graphs."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql import build_schema as build_plain_schema

from graph_schema.graph import GRAPH
from graph_schema.model import EdgeRule, Grant, GraphSchema, NodeType, Route
from hub.gql.endpoint import Asked, Questions
from hub.gql.guard import Limits
from hub.graph import Graph
from hub.viewer import Viewer
from tests import naive
from tests.asking import SCHEMA, questions
from tests.conftest import wipe
from tests.oracle import Oracle
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import World, random_world

QUESTIONS = 14
LIMITS = Limits(characters=100_000, tokens=10_000, fields=5_000, aliases=1_000, directives=1_000, depth=50, cost=10**9)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_plain_schema(SCHEMA.as_str())


@pytest.mark.parametrize("seed", range(3))
def test_every_viewer_is_answered_as_the_oracle_answers(seed: int, empty: Graph, run: Callable[..., Any], schema: GraphQLSchema) -> None:
    world = random_world(seed)
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    asked = RandomQuestions(world, random.Random(seed))
    oracles = {account: Oracle(world, account) for account in world.accounts}
    for query in [*_everything(), *(asked.one() for _ in range(QUESTIONS))]:
        for account, oracle in oracles.items():
            got = run(hub.answer(Asked(query), Viewer(account)))
            assert "errors" not in got, (query, got)
            assert _same(got["data"]) == _same(naive.answer(schema, world, oracle, query)), (
                f"seed {seed}, {account or 'the public'}: {query}"
            )


def _everything() -> list[str]:
    """Every label as a list with its total, and every way from every label, so that no rule goes unasked."""
    return [
        query for node in GRAPH.nodes for query in (_listing(node), *(_along(node, route) for route in GRAPH.routes(node.label).values()))
    ]


def _listing(node: NodeType) -> str:
    fields = " ".join(found.name for found in node.properties)
    return f"{{ {node.many}(first: 100) {{ totalCount nodes {{ {fields} }} }} }}"


def _along(node: NodeType, route: Route) -> str:
    inner = " ".join(f"... on {label} {{ {GRAPH.node(label).key} }}" for label in route.labels)
    if len(route.labels) == 1:
        inner = " ".join(found.name for found in GRAPH.node(route.labels[0]).properties)
    inner = f"{{ __typename {inner} }}" if route.way.one else f"(first: 100) {{ totalCount nodes {{ __typename {inner} }} }}"
    return f"{{ {node.many}(first: 100) {{ nodes {{ {node.key} {route.way.field} {inner} }} }} }}"


def _same(value: Any) -> Any:
    """Moments compared as moments, whatever they are written like."""
    if isinstance(value, dict):
        return {key: _same(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_same(item) for item in value]
    if isinstance(value, str) and len(value) > 15 and value[4] == "-" and value[10] == "T":
        return datetime.fromisoformat(value)
    return value


def _mutants() -> Iterator[tuple[str, GraphSchema, set[str]]]:
    """The graph with one grant, or one form of it, made to say nothing or everything; and the labels it is about."""
    for rule in GRAPH.rules:
        if rule.public:
            continue
        for position, grant in enumerate(rule.grants):
            for change, mutated in _changed(grant):
                grants = (*rule.grants[:position], *mutated, *rule.grants[position + 1 :])
                rules = tuple(replace(found, grants=grants) if found is rule else found for found in GRAPH.rules)
                yield f"{rule.label} {grant.name} {change}", replace(GRAPH, rules=rules), {rule.label}
    for edge_rule in GRAPH.edge_rules:
        for test in ("true", "false"):
            mutated_rule = EdgeRule(edge_rule.edge, edge_rule.name, edge_rule.reason, test)
            edge_rules = tuple(mutated_rule if found is edge_rule else found for found in GRAPH.edge_rules)
            edge = GRAPH.edge(edge_rule.edge)
            yield f"{edge_rule.edge} {test}", replace(GRAPH, edge_rules=edge_rules), {*edge.tail, *edge.head}


def _changed(grant: Grant) -> Iterator[tuple[str, tuple[Grant, ...]]]:
    yield "for nobody", (replace(grant, edge=None, through=None, by_label=None, test="false"),)
    yield "for everybody", (Grant(grant.name, grant.reason, test="true OR {n} IS NULL"),)
    for label in grant.by_label or ():
        for test in ("true", "false"):
            yield f"at a {label}: {test}", (replace(grant, by_label={**(grant.by_label or {}), label: test}),)


def test_every_mutated_rule_is_caught(database: Graph, run: Callable[..., Any], schema: GraphQLSchema) -> None:
    uncaught = {name: (graph, labels) for name, graph, labels in _mutants()}
    assert len(uncaught) > 50
    for seed in range(3):
        world = random_world(seed)
        run(wipe(database))
        run(world.write(database))
        oracles = [(Viewer(account), Oracle(world, account)) for account in world.accounts]
        for name, (graph, labels) in list(uncaught.items()):
            hub = questions(database, graph, LIMITS)
            if any(_differs(hub, query, oracles, run, schema, world) for query in _about(name, labels)):
                del uncaught[name]
    assert not sorted(uncaught)


def _about(name: str, labels: set[str]) -> list[str]:
    """Lists of the labels, and the ways that lead to or from them; those a mutant names first."""
    ways = [(node, route) for node in GRAPH.nodes for route in GRAPH.routes(node.label).values() if labels & {node.label, *route.labels}]
    named = [_along(node, route) for node, route in ways if f"at a {node.label}:" in name or node.label in name.split("_")]
    return [*named, *(_listing(GRAPH.node(label)) for label in sorted(labels)), *(_along(node, route) for node, route in ways)]


def _differs(
    hub: Questions, query: str, oracles: list[tuple[Viewer, Oracle]], run: Callable[..., Any], schema: GraphQLSchema, world: World
) -> bool:
    for viewer, oracle in oracles:
        got = run(hub.answer(Asked(query), viewer))
        if _same(got.get("data")) != _same(naive.answer(schema, world, oracle, query)):
            return True
    return False
