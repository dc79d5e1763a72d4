"""Questions of the hub's own are found and then read: they tell the same however they are asked, and of one moment
as far as can be.
"""

import json
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import PUBLIC, ViewerKind, of_kind
from hub.compile.compiler import compile_question
from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.gql.answer_writer import AnswerWriter
from hub.gql.cursors import Cursors
from hub.gql.custom_field_executor import read_custom_field
from hub.gql.executor import NOBODY, Executor
from hub.gql.request import GraphQLRequest
from hub.queries.responsible_contacts import RESPONSIBLE_CONTACTS
from hub.viewer import PUBLIC as NO_ACCOUNT
from hub.viewer import Viewer
from tests.asking import CURSOR_KEY, questions
from tests.offices import ISSUER, TUESDAY, write
from tests.renewed import wipe
from tests.rounds import ROUNDS

WHOLE = """{ conflicts unknown contacts { rank contact { nodeId name email phone
  organisation { name ... on Center { code } } }
    organisation { name nodeId } rule ruleText within reason confidence availability { state hours until } standsInFor {
    id email awayUntil } path { text
    node { __typename nodeId ... on Contact { email } ... on Importer { number name } } }
    next { step text contact { id phone role } organisation { name ... on Center { code } } } } }"""
PARTS = (
    "{ conflicts contacts { contact { nodeId name } organisation { nodeId } } }",
    "{ unknown contacts { rule availability { until } standsInFor { awayUntil id } next { contact { phone } } } }",
    "{ contacts { path { node { nodeId ... on Importer { name } } } contact { email } reason } }",
    "{ contacts { next { organisation { ... on Center { code } name } } contact { organisation { name } } } }",
    "{ contacts { contact { organisation { ... on Center { code } } phone } next { contact { role } } } }",
)
NAMED = {
    "importer": ("11-1111111AA", "22-2222222AA", "99-9999999ZZ"), "entryNumber": ("AAA-0000001-4", "ZZZ-9999999-9"),
    "hts": ("8542", "6109", "9503"), "port": ("2704", "4601"), "caseKind": ("protest", "detention", "eapa", "nope"),
    "agency": ("FDA",), "program": ("UFLPA",), "topic": ("evasion",),
}  # fmt: skip
WHO = ("trade", "importer", "broker", "center-007", "port-2704", "fda", "association", "")


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(wipe(database))
    run(write(database))
    return database


@pytest.fixture(scope="module")
def hub(world: Graph) -> Executor:
    return questions(world)


def _viewer(who: str) -> Viewer:
    return Viewer.of(ISSUER, who) if who else NO_ACCOUNT


def _named(seed: int, many: int) -> Iterator[dict[str, str]]:
    chance = random.Random(seed)
    for _ in range(many):
        yield {name: chance.choice(NAMED[name]) for name in chance.sample(sorted(NAMED), chance.randint(0, 4))}


def _query(named: Mapping[str, str], selection: str) -> str:
    given = "".join(f", {name}: {json.dumps(value)}" for name, value in named.items())
    return f'{{ responsibleContacts(at: "{TUESDAY}"{given}) {selection} }}'


async def _told(hub: Executor, query: str, who: str) -> Any:
    answer = await hub.answer(GraphQLRequest(query), _viewer(who))
    assert "errors" not in answer, answer
    return answer["data"]["responsibleContacts"]


def _within(part: Any, whole: Any) -> bool:
    """Whether the part says what the whole does, as far as it goes."""
    if isinstance(part, dict):
        return all(key in whole and _within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return part == whole


def test_a_part_of_what_can_be_asked_is_answered_as_the_whole(hub: Executor, run: Callable[..., Any]) -> None:
    for who in WHO:
        for named in _named(1, 3 * ROUNDS):
            whole = run(_told(hub, _query(named, WHOLE), who))
            for part in PARTS:
                told = run(_told(hub, _query(named, part), who))
                assert _within(told, whole), (who, named, part, told, whole)


@pytest.mark.thorough
def test_what_is_not_given_changes_nothing(world: Graph, hub: Executor, run: Callable[..., Any]) -> None:
    """A statement made for the arguments that are given alone finds the same."""
    for who in ("trade", "importer", ""):
        kind = PUBLIC if not who else run(hub.kind(_viewer(who)))
        for named in _named(2, 6 * ROUNDS):
            plan, variables = hub.plan_cache.plan(_query(named, WHOLE), None, {}, Cursors(CURSOR_KEY, ""), kind)
            (root,) = plan.roots
            assert root.compiled.custom is not None
            given = {
                **root.bind(variables, Cursors(CURSOR_KEY, "")),
                "viewer": _viewer(who).account or NOBODY,
                "now": 1_764_000_000_000,
            }
            parameters = root.compiled.custom.parameters(given)
            alone = _made_for(kind, frozenset({*named, "at"}))
            assert run(world.read_one(alone, parameters)) == run(world.read_one(root.compiled.text, parameters)), (
                who,
                named,
            )


def _made_for(kind: ViewerKind, given: frozenset[str]) -> str:
    return compile_question(of_kind(GRAPH, kind), RESPONSIBLE_CONTACTS, given)


class _Asked:
    """Asks the database, and between the steps of each of the first `times` does something else."""

    def __init__(self, world: Graph, times: int, between: Callable[[], Awaitable[None]]) -> None:
        self.asked = 0
        self._world = world
        self._left = times
        self._between = between

    async def __call__(self, texts: Sequence[str], given: Mapping[str, Any], /) -> list[Any]:
        self.asked += 1
        found = [await self._world.read_one(text, given) for text in texts]
        if "asked" in given and self._left:
            self._left -= 1
            await self._between()
        return found


@pytest.mark.parametrize("times", [1, 100])
def test_a_row_that_goes_between_the_steps_is_asked_for_again(
    times: int, hub: Executor, world: Graph, run: Callable[..., Any]
) -> None:
    """As long as that has an end."""

    async def goes() -> None:
        await world.write([Statement("MATCH (c:Contact {id: 'passing'}) DETACH DELETE c")])
        if times > 1:
            await comes()

    async def comes() -> None:
        # the deletion and this one are not seen by the readings: of another key each time
        await world.write(
            [
                Statement("MATCH (c:Contact) WHERE c.id STARTS WITH 'passing' DETACH DELETE c"),
                Statement(
                    "MATCH (p:Port {id: 'ACE:3001'}) CREATE (:Contact {id: 'passing' + randomUUID(), name: 'A', role:"
                    " 'port_director', published: true})-[:WORKS_FOR]->(p)"
                ),
            ]
        )

    async def whole() -> None:
        if times > 1:
            await comes()
        else:
            await world.write(
                [
                    Statement(
                        "MATCH (p:Port {id: 'ACE:3001'}) CREATE (:Contact {id: 'passing', name: 'A', role:"
                        " 'port_director', published: true})-[:WORKS_FOR]->(p)"
                    )
                ]
            )
        cursors = Cursors(CURSOR_KEY, "")
        query = _query({"port": "3001"}, "{ contacts { contact { id covers(first: 1) { totalCount } } } }")
        plan, variables = hub.plan_cache.plan(query, None, {}, cursors, PUBLIC)
        (root,) = plan.roots
        given = {**root.bind(variables, cursors), "viewer": NOBODY, "now": 1_764_000_000_000}
        ask = _Asked(world, times, goes)
        if times > 1:
            with pytest.raises(Unavailable):
                await read_custom_field(root.compiled, given, ask)
        else:
            (found,) = await read_custom_field(root.compiled, given, ask)
            told = root.compiled.shape(found, given, AnswerWriter(cursors, given))
            assert "passing" not in json.dumps(told)
            assert ask.asked == 3  # found, not read, and found not to be there
        await world.write([Statement("MATCH (c:Contact) WHERE c.id STARTS WITH 'passing' DETACH DELETE c")])

    run(whole())
