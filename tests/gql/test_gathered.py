"""Questions gathered: many viewers of any kind go together in one statement, and each is answered by what it may
see itself.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema

from graph_schema.cypher import Statement
from hub.database.gathering import Lanes
from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.settings import Settings
from hub.viewer import PUBLIC, Viewer
from tests import naive
from tests.asking import by_all, questions
from tests.gathered import Statements
from tests.gql.test_hidden import CANARY, with_hidden_rows
from tests.gql.test_oracle import LIMITS, same, schema
from tests.offices import ISSUER, write
from tests.oracle import Oracle
from tests.random_questions import PROTECTED
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import World, random_world
from tests.rounds import ROUNDS

__all__ = ["schema"]
Run = Callable[..., Any]
RANDOM = 3 * ROUNDS
LANES = Lanes(1, 16)
IMPORTER = (
    "query Q($number: String!) { importer(number: $number) { number name center { name } cases(first: 5) { nodes {"
    " number } } } }"
)
CASES = "{ cases(first: 20) { totalCount nodes { number } } }"


@pytest.fixture
def alike(monkeypatch: pytest.MonkeyPatch) -> Callable[[Graph], Executor]:
    """All viewers are asked the same statement, so that each goes together with those who see other rows; pages of
    any width do.
    """
    monkeypatch.setattr("hub.gql.reader._GATHERED_ROWS", 1_000)
    return lambda graph: questions(graph, limits=LIMITS, lanes=LANES, by_kind=False)


@pytest.fixture
def patient(settings: Settings, empty: Graph, run: Run) -> Iterator[Graph]:  # noqa: ARG001 - it is empty
    """The empty database, which may take its time on a busy machine."""
    graph = Graph(settings, patient=True)
    yield graph
    run(graph.close())


@pytest.fixture
def statements(patient: Graph, monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(patient, monkeypatch)


async def _gathered(
    hub: Executor, accounts: Iterable[str], query: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What all are answered at once, when everything is planned, the gathered forms as well."""
    asking = [*accounts, *accounts] if isinstance(accounts, list) else list(accounts)
    for _ in range(3):
        await by_all(hub, asking, query, variables)
        if hub.gathering.planning:
            await hub.gathering.planning
    return await by_all(hub, asking, query, variables)


def _asked(world: World, seed: int) -> list[tuple[str, dict[str, Any]]]:
    made = RandomQuestions(world, random.Random(seed))
    return [*(made.one() for _ in range(RANDOM)), *(made.listing(label) for label in PROTECTED)]


@pytest.mark.thorough
def test_gathered_questions_are_answered_as_the_oracle_answers(
    patient: Graph, run: Run, schema: GraphQLSchema, statements: Statements, alike: Callable[[Graph], Executor]
) -> None:
    world = random_world(3)
    run(world.write(patient))
    hub = alike(patient)
    oracles = {account: Oracle(world, account) for account in world.accounts}
    asked = _asked(world, 3)
    for query, variables in asked:
        for account, got in run(_gathered(hub, world.accounts, query, variables)).items():
            assert "errors" not in got, (query, variables, got)
            assert same(got["data"]) == same(naive.answer(schema, world, oracles[account], query, variables)), (
                account,
                query,
                variables,
            )
    mixed = [found for found in statements.asked if len(set(found.viewers)) > 8]
    assert len({found.text for found in mixed}) >= len(asked), "they did go together"


@pytest.mark.thorough
@pytest.mark.usefixtures("statements")
def test_rows_that_may_not_be_seen_change_no_gathered_answer(
    patient: Graph, run: Run, alike: Callable[[Graph], Executor]
) -> None:
    world = random_world(11)
    larger, added = with_hidden_rows(world)
    blind = [account for account in world.accounts if not any(Oracle(larger, account).sees(row) for row in added)]
    hub = alike(patient)
    asked = _asked(world, 11)

    def answers() -> list[Any]:
        # those who do see the rows are asked in the same statements
        return [
            {who: found[who] for who in blind} for found in (run(_gathered(hub, world.accounts, *one)) for one in asked)
        ]

    run(world.write(patient))
    before = answers()
    run(larger.write(patient))
    after = answers()
    for position, one in enumerate(asked):
        assert after[position] == before[position], one
        assert CANARY not in str(after[position])


def test_several_values_of_several_viewers_at_once(patient: Graph, run: Run, statements: Statements) -> None:
    run(write(patient))
    viewers = [
        Viewer.of(ISSUER, name)
        for name in ("importer", "pending", "not-eligible", "broker", "former-broker", "center-007", "fda")
    ]
    numbers = ["11-1111111AA", "22-2222222AA", "33-3333333AA", "44-4444444AA"]
    each = [(viewer, {"number": number}) for viewer in [*viewers, PUBLIC] for number in numbers]

    async def at_once(hub: Executor) -> list[Any]:
        return await asyncio.gather(
            *(hub.answer(GraphQLRequest(IMPORTER, None, variables), viewer) for viewer, variables in each)
        )

    one_by_one = questions(patient)
    wanted = [run(one_by_one.answer(GraphQLRequest(IMPORTER, None, variables), viewer)) for viewer, variables in each]
    assert sum(bool(answer["data"]["importer"]) for answer in wanted) >= 6
    hub = questions(patient, lanes=LANES)
    for _ in range(12):
        assert run(at_once(hub)) == wanted
        run(_planned(hub))
    assert max(statements.members()) > 3


async def _planned(hub: Executor) -> None:
    if hub.gathering.planning:
        await hub.gathering.planning


def test_a_member_whose_kind_has_changed_is_asked_anew_and_the_others_are_answered(
    patient: Graph, run: Run, statements: Statements
) -> None:
    run(write(patient))
    changing, other = Viewer.of(ISSUER, "importer"), Viewer.of(ISSUER, "pending")
    hub = questions(patient, lanes=LANES)

    async def at_once() -> list[Any]:
        asked = [GraphQLRequest(CASES, None, {})] * 24
        answers: list[Any] = await asyncio.gather(
            *(hub.answer(one, (changing, other)[at % 2]) for at, one in enumerate(asked))
        )
        await _planned(hub)
        return [answer["data"]["cases"]["totalCount"] for answer in answers]

    for _ in range(6):
        assert run(at_once()) == [2, 0] * 12
    run(patient.write([Statement("MATCH (:Account {id: $id})-[r:ACTS_FOR]->() DELETE r", {"id": changing.account})]))
    run(patient.write([Statement(_AS_CENTER, {"id": changing.account})]))
    statements.clear()
    center = run(at_once())
    assert center[1::2] == [0] * 12
    assert set(center[::2]) == {1}
    mixed = [found for found in statements.asked if len(set(found.viewers)) > 1]
    assert mixed, "they did go together"


_AS_CENTER = (
    "MATCH (a:Account {id: $id}), (p:Center {code: 'CEE001'}) "
    "CREATE (a)-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(p)"
)
