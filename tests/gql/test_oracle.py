"""What is answered equals what a naive oracle answers, for every kind of viewer, on random graphs."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import product
from typing import Any

import pytest
from graphql import GraphQLSchema
from graphql import build_schema as build_plain_schema

from graph_schema.graph import GRAPH
from graph_schema.model import Edge, GraphSchema, NodeType, Route
from graph_schema.rule import EdgeRule, Grant, Predicate
from graph_schema.viewer_sets import BUSY
from hub.compile.compiler import Side
from hub.database.graph import Graph
from hub.gql.document_limits import Limits
from hub.gql.executor import Executor
from hub.viewer import Viewer
from tests import naive
from tests.asking import SCHEMA, by_some, data, questions, texts
from tests.oracle import Oracle
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import World, random_world
from tests.renewed import wipe
from tests.rounds import ROUNDS

QUESTIONS = 10
TOGETHER = 4
"""So many ways are asked in one document."""
WORLDS = 4
"""So many worlds are looked through for what tells a mutant."""
_PROTECTED = tuple(rule.label for rule in GRAPH.rules if not rule.public)
_GATES = ("isImporter", "represents", "isCenter", "isOffice", "isAgency", "official", "takesPart")
_NEWEST_OPEN = "first: 3, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]"
LIMITS = Limits(
    conditions=1_000,
    characters=100_000,
    tokens=10_000,
    fields=5_000,
    aliases=1_000,
    directives=1_000,
    depth=50,
    cost=10**9,
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_plain_schema(SCHEMA.as_str())


def _with_busy_offices() -> GraphSchema:
    """The graph in which every office counts as busy, however few its cases."""
    sets = (replace(found, cypher=found.cypher.replace(f"> {BUSY}", ">= 0")) for found in GRAPH.viewer_sets)
    return replace(GRAPH, viewer_sets=tuple(sets))


BUSY_OFFICES = _with_busy_offices()


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_every_viewer_is_answered_as_the_oracle_answers(
    seed: int, empty: Graph, run: Callable[..., Any], schema: GraphQLSchema
) -> None:
    world = random_world(seed)
    run(world.write(empty))
    made = RandomQuestions(world, random.Random(seed))
    asked: list[tuple[str, dict[str, Any]]] = [
        (query, {}) for query in (*_everything(seed), *_of_contacts("where: {published: {eq: true}}"))
    ]
    asked += [made.one() for _ in range(QUESTIONS)]
    run(_compared(questions(empty, limits=LIMITS), world, schema, asked))


@pytest.mark.thorough
@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("side", [Side.ROWS, Side.VIEWER], ids=lambda side: side.value)
def test_counterparts_of_busy_offices_are_the_same(
    side: Side, turn: int, empty: Graph, run: Callable[..., Any], schema: GraphQLSchema
) -> None:
    world = random_world(7 + turn)
    run(world.write(empty))
    asked = [(query, {}) for query in _of_contacts("where: {not: {name: {isNull: true}}}")]
    run(_compared(questions(empty, BUSY_OFFICES, LIMITS, side), world, schema, asked))


@pytest.mark.thorough
@pytest.mark.parametrize("side", [Side.ROWS, Side.VIEWER], ids=lambda side: side.value)
def test_lists_are_the_same_from_whichever_side_they_start(
    side: Side, empty: Graph, run: Callable[..., Any], schema: GraphQLSchema
) -> None:
    world = random_world(7)
    run(world.write(empty))
    made = RandomQuestions(world, random.Random(7))
    asked = [(_listing(GRAPH.node(label)), {}) for label in _PROTECTED]
    vast = [(node, route) for node in GRAPH.nodes for route in GRAPH.routes(node.label).values() if route.way.vast]
    asked += [(_along(node, route), {}) for node, route in vast]
    asked += [
        (f"{{ {node.many} {{ nodes {{ {route.way.field}({_NEWEST_OPEN}) {{ nodes {{ id }} }} }} }} }}", {})
        for node, route in vast
    ]
    asked += [made.listing(label) for label in _PROTECTED for _ in range(ROUNDS)]
    run(_compared(questions(empty, limits=LIMITS, side=side), world, schema, asked))


async def _compared(
    hub: Executor, world: World, schema: GraphQLSchema, asked: Iterable[tuple[str, dict[str, Any]]]
) -> None:
    """Asks each as some accounts, others each turn, and the oracle as well; two at a time, because Neo4j plans on
    one core.
    """
    oracles = {account: Oracle(world, account) for account in world.accounts}

    async def one(turn: int, query: str, variables: dict[str, Any]) -> None:
        for account, got in (await by_some(hub, world.accounts, turn, query, variables)).items():
            told = f"{account or 'the public'}: {query} {variables} {got}"
            assert "errors" not in got, told
            assert same(got["data"]) == same(naive.answer(schema, world, oracles[account], query, variables)), told

    await _two_at_a_time(one(turn, query, variables) for turn, (query, variables) in enumerate(asked))


async def _two_at_a_time(works: Iterable[Coroutine[Any, Any, Any]]) -> None:
    slots = asyncio.Semaphore(2)

    async def one(work: Coroutine[Any, Any, Any]) -> None:
        async with slots:
            await work

    async with asyncio.TaskGroup() as group:  # what fails ends the others: they would go on beside the next test
        for work in works:
            group.create_task(one(work))


def _everything(seed: int) -> list[str]:
    """Every label as a list with its total, and every way, so that no rule goes unasked: from one of the labels that it
    starts at, from another in another round. Ways that start at one label go together, some at a time: what starts
    them is planned once for all.
    """
    starts: dict[tuple[Edge, bool, str], list[tuple[NodeType, Route]]] = {}
    for node in GRAPH.nodes:
        for route in GRAPH.routes(node.label).values():
            starts.setdefault((route.edge, route.forward, route.way.field), []).append((node, route))
    ways: dict[str, list[Route]] = {node.label: [] for node in GRAPH.nodes}
    for found in starts.values():
        node, route = found[seed % len(found)]
        ways[node.label].append(route)
    return [query for node in GRAPH.nodes for query in _with_ways(node, ways[node.label])]


def _with_ways(node: NodeType, ways: Sequence[Route]) -> list[str]:
    return [_listing(node), *_together(node, list(map(_way, ways)))]


def _together(node: NodeType, ways: Sequence[str]) -> Iterator[str]:
    """The ways from all rows of a label, some in each document."""
    for first in range(0, len(ways), TOGETHER):
        yield _from_all(node, *ways[first : first + TOGETHER])


def _from_all(node: NodeType, *ways: str) -> str:
    return f"{{ {node.many}(first: 100) {{ nodes {{ {node.key} {' '.join(ways)} }} }} }}"


def _of_contacts(condition: str) -> list[str]:
    """Contacts under a condition, as a list and along every way that leads to them."""
    page = f"(first: 100, {condition}) {{ totalCount nodes {{ id email phone published }} }}"
    asked = [f"{{ contacts{page} }}"]
    for node in GRAPH.nodes:
        routes = GRAPH.routes(node.label).values()
        ways = [f"{route.way.field}{page}" for route in routes if route.labels == ("Contact",) and not route.way.one]
        asked += _together(node, ways)
    return asked


def _listing(node: NodeType) -> str:
    fields = " ".join(found.name for found in node.properties)
    return f"{{ {node.many}(first: 100) {{ totalCount nodes {{ {fields} }} }} }}"


def _along(node: NodeType, route: Route) -> str:
    return _from_all(node, _way(route))


def _way(route: Route) -> str:
    inner = " ".join(f"... on {label} {{ {GRAPH.node(label).key} }}" for label in route.labels)
    if len(route.labels) == 1:
        inner = " ".join(found.name for found in GRAPH.node(route.labels[0]).properties)
    # of contacts, totals along ways are asked where offices are busy: planning them here as well would take minutes
    total = "" if route.labels == ("Contact",) else "totalCount "
    inner = (
        f"{{ __typename {inner} }}" if route.way.one else f"(first: 100) {{ {total}nodes {{ __typename {inner} }} }}"
    )
    return f"{route.way.field} {inner}"


def same(value: Any) -> Any:
    """Moments compared as moments, whatever they are written like."""
    if isinstance(value, dict):
        return {key: same(member) for key, member in value.items()}
    if isinstance(value, list):
        return [same(item) for item in value]
    if isinstance(value, str) and len(value) > 15 and value[4] == "-" and value[10] == "T":
        return datetime.fromisoformat(value)
    return value


@dataclass(frozen=True)
class Mutant:
    """The graph with one form of one rule of `whole` made to say nothing or everything, the labels it is about, the
    side that uses it.
    """

    name: str
    whole: GraphSchema
    graph: GraphSchema
    labels: frozenset[str]
    side: Side


def _mutants() -> Iterator[Mutant]:
    for rule in GRAPH.rules:
        if rule.public:
            continue
        for position, grant in enumerate(rule.grants):
            for change, declared, mutated, side in _changed(rule.label, grant):
                grants = (*rule.grants[:position], mutated, *rule.grants[position + 1 :])
                rules = tuple(replace(found, grants=grants) if found is rule else found for found in GRAPH.rules)
                graph = replace(declared, rules=rules)
                yield Mutant(f"{rule.label} {grant.name} {change}", declared, graph, frozenset((rule.label,)), side)
        for grant in rule.of_facts:
            for change, tests in _changed_tests(grant):
                facts = tuple(replace(grant, tests=tests) if found is grant else found for found in rule.of_facts)
                rules = tuple(replace(found, of_facts=facts) if found is rule else found for found in GRAPH.rules)
                graph = replace(GRAPH, rules=rules)
                yield Mutant(f"{rule.label} {grant.name} {change}", GRAPH, graph, frozenset((rule.label,)), Side.ROWS)
    for edge_rule in GRAPH.edge_rules:
        for test in ("true", "false"):
            mutated_rule = EdgeRule(edge_rule.edge, edge_rule.name, edge_rule.reason, test)
            edge_rules = tuple(mutated_rule if found is edge_rule else found for found in GRAPH.edge_rules)
            edge = GRAPH.edge(edge_rule.edge)
            graph = replace(GRAPH, edge_rules=edge_rules)
            yield Mutant(f"{edge_rule.edge} {test}", GRAPH, graph, frozenset((*edge.tail, *edge.head)), Side.ROWS)
    for position, found in enumerate(GRAPH.viewer_sets):
        if found.name in ("official", "busy", "myClients", "myAccounts", "enterHere", "takesNoPart", "knowsEntries"):
            # no rule speaks of the first, the second decides from which end, three are for ways: see test_paths.py, and
            # the last two say where nothing need be looked up
            continue
        for side in (Side.ROWS, Side.VIEWER):
            if side is Side.VIEWER and found.name in _GATES:
                continue  # from the viewer's side a pattern says the same
            nothing = "[]" if found.cypher.startswith(("COLLECT", "involved")) else "false"
            sets = (*GRAPH.viewer_sets[:position], replace(found, cypher=nothing), *GRAPH.viewer_sets[position + 1 :])
            graph = replace(GRAPH, viewer_sets=sets)
            yield Mutant(f"{found.name} empty, from the {side.value}", GRAPH, graph, frozenset(_PROTECTED), side)


def _changed(label: str, grant: Grant) -> Iterator[tuple[str, GraphSchema, Grant, Side]]:
    """Each form of a grant by itself, and the graph to change it in: the predicate, the predicate at a label, the
    rows.
    """
    for change, mutated, side in _changed_forms(label, grant):
        yield change, GRAPH, mutated, side
    for number, test in enumerate(grant.tests):
        if len(grant.tests) > 1:
            fewer = replace(grant, tests=(*grant.tests[:number], *grant.tests[number + 1 :]))
            yield f"without its test {number}", BUSY_OFFICES if "busy" in (test.when or "") else GRAPH, fewer, Side.ROWS
    if grant.rows and "busy" in grant.rows:
        yield (
            "without rows of the busy",
            BUSY_OFFICES,
            replace(grant, rows=grant.rows.replace("WHEN busy", "WHEN false")),
            Side.VIEWER,
        )


def _changed_tests(grant: Grant) -> Iterator[tuple[str, tuple[Predicate, ...]]]:
    """The tests of a grant made to say nothing or everything, and each left out."""
    yield "for nobody", (Predicate("{n} IS NULL"),)
    yield "for everybody", (Predicate("{n} IS NOT NULL"),)
    for number in range(len(grant.tests)):
        yield f"without its test {number}", (*grant.tests[:number], *grant.tests[number + 1 :])


def _changed_forms(label: str, grant: Grant) -> Iterator[tuple[str, Grant, Side]]:
    whole = replace(
        grant,
        edge=None,
        through=None,
        by_label=None,
        implied=(),
        rows=grant.rows or f"MATCH ({{n}}:{label}) WHERE false",
    )
    yield "for nobody", replace(whole, tests=(Predicate("{n} IS NULL"),)), Side.ROWS
    yield "for everybody", replace(whole, tests=(Predicate("{n} IS NOT NULL"),)), Side.ROWS
    for at in grant.by_label or ():
        for test in ("true", "false"):
            yield f"at a {at}: {test}", replace(grant, by_label={**(grant.by_label or {}), at: test}), Side.ROWS
    if grant.of_viewer:
        yield "seen by all", replace(grant, tests=(Predicate("true"),)), Side.VIEWER
        yield "seen by none", replace(grant, tests=(Predicate("false"),)), Side.VIEWER
    else:
        yield "rows of nobody", replace(grant, rows=f"MATCH ({{n}}:{label}) WHERE false"), Side.VIEWER
        yield "rows of everybody", replace(grant, rows=f"MATCH ({{n}}:{label})"), Side.VIEWER


@pytest.mark.thorough
def test_every_mutated_rule_is_caught(database: Graph, run: Callable[..., Any], schema: GraphQLSchema) -> None:
    uncaught = {mutant.name: mutant for mutant in _mutants()}
    assert len(uncaught) > 120
    # what a list shows of another world is found sooner than along all ways in this one
    for about, seed in product((_near, _far), range(WORLDS)):
        if not uncaught:
            break
        world = random_world(seed)
        run(wipe(database))
        run(world.write(database))
        for name in run(_caught(database, world, schema, list(uncaught.values()), about)):
            del uncaught[name]
    assert not sorted(uncaught)


_About = Callable[[Mutant], list[str]]


async def _caught(
    database: Graph, world: World, schema: GraphQLSchema, mutants: Iterable[Mutant], about: _About
) -> list[str]:
    """The names of those under which somebody is answered otherwise than by the oracle."""
    viewers = [Viewer(account) for account in world.accounts]
    oracles = {viewer: Oracle(world, viewer.account) for viewer in viewers}
    wanted: dict[tuple[str, Viewer], Any] = {}
    caught: list[str] = []

    @cache
    def unchanged(busy: bool, side: Side) -> Executor:
        return questions(database, BUSY_OFFICES if busy else GRAPH, LIMITS, side)

    async def catch(mutant: Mutant) -> None:
        whole, hub = (
            unchanged(mutant.whole is BUSY_OFFICES, mutant.side),
            questions(database, mutant.graph, LIMITS, mutant.side),
        )
        kinds = [await whole.kind(viewer) for viewer in viewers]
        kinds_now = [await hub.kind(viewer) for viewer in viewers] if hub.kind_text != whole.kind_text else kinds
        for query in about(mutant):
            for viewer, kind, kind_now in zip(viewers, kinds, kinds_now, strict=True):
                # whoever is asked for by the same statement as before is answered as before
                if texts(whole, query, kind) == texts(hub, query, kind_now):
                    continue
                if (query, viewer) not in wanted:
                    wanted[query, viewer] = same(naive.answer(schema, world, oracles[viewer], query))
                if same(await data(hub, query, viewer)) != wanted[query, viewer]:
                    caught.append(mutant.name)
                    return

    await _two_at_a_time(map(catch, mutants))
    return caught


def _near(mutant: Mutant) -> list[str]:
    """Lists of the labels, and the ways that the mutant names; in brief, which is planned faster."""
    named = [
        (node, route)
        for node, route in _ways(mutant)
        if f"at a {node.label}:" in mutant.name or node.label in mutant.name.split("_")
    ]
    lists = [_brief_listing(GRAPH.node(label)) for label in sorted(mutant.labels)]
    return [*(_brief_along(node, route) for node, route in named), *lists]


def _far(mutant: Mutant) -> list[str]:
    """All that can be read of the labels, and the ways that lead to or from them; the brief ones first."""
    ways = _ways(mutant)
    return [
        *(_listing(GRAPH.node(label)) for label in sorted(mutant.labels)),
        *(_brief_along(*way) for way in ways),
        *(_along(*way) for way in ways),
    ]


def _ways(mutant: Mutant) -> list[tuple[NodeType, Route]]:
    if mutant.side is Side.VIEWER:
        return []
    return [
        (node, route)
        for node in GRAPH.nodes
        for route in GRAPH.routes(node.label).values()
        if mutant.labels & {node.label, *route.labels}
    ]


def _brief_listing(node: NodeType) -> str:
    return f"{{ {node.many}(first: 100) {{ nodes {{ {_brief(node)} }} }} }}"


def _brief_along(node: NodeType, route: Route) -> str:
    inner = "__typename" if len(route.labels) > 1 else _brief(GRAPH.node(next(iter(route.labels))))
    inner = f"{{ {inner} }}" if route.way.one else f"(first: 100) {{ nodes {{ {inner} }} }}"
    return _from_all(node, f"{route.way.field} {inner}")


def _brief(node: NodeType) -> str:
    """The key, and of contacts and entries what not everybody who sees them may read."""
    guarded = {"Contact": ("email", "phone"), "Entry": ("enteredAt", "type", "source")}
    return " ".join((node.key, *guarded.get(node.label, ())))
