"""Whom messages reach, on random graphs: who reads them, and whom their preview tells of, is what the naive oracle
says.
"""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from graph_schema import messages
from hub.compile.compiler import Side
from hub.database.graph import Graph
from hub.gql.request import GraphQLRequest
from hub.viewer import Viewer
from tests.asking import data, questions
from tests.gql.test_oracle import LIMITS
from tests.oracle import Oracle, members
from tests.random_world import Key, World, random_world
from tests.rounds import ROUNDS

_READ = """{
  messages(first: 100) { totalCount nodes { id number title state audiences { nodes { id } } before { id } after { id }
    programs { nodes { code } } } }
  messageAudiences(first: 100) { totalCount nodes { id messages { nodes { id } } } } }"""
_PREVIEW = """query Preview($message: String!) { audiencePreview(message: $message, first: 100) {
  message { id } leastParties kinds { kind count others } reached { party { nodeId } why } } }"""


@pytest.fixture(params=range(3 * ROUNDS))
def world(request: pytest.FixtureRequest, empty: Graph, run: Callable[..., Any]) -> World:
    made = random_world(100 + request.param)
    run(made.write(empty))
    return made


def _read(world: World, account: str) -> Any:
    """What the oracle answers to `_READ`."""
    oracle = Oracle(world, account)

    def rows(keys: list[Key]) -> list[Key]:
        return sorted(filter(oracle.sees, keys), key=lambda key: key[1])

    def one(keys: list[Key]) -> Any:
        return next(({"id": key} for _, key in rows(keys)), None)

    seen = [
        {
            **{name: world.nodes[row].get(name) for name in ("id", "number", "title", "state")},
            "audiences": {"nodes": [{"id": key} for _, key in rows(world.heads(messages.ADDRESSED_TO, row))]},
            "before": one(world.heads(messages.REPLACES, row)),
            "after": one(world.tails(messages.REPLACES, row)),
            "programs": {"nodes": [{"code": key} for _, key in rows(world.heads(messages.ABOUT_PROGRAM, row))]},
        }
        for row in rows(world.of("Message"))
    ]
    audiences = [
        {"id": row[1], "messages": {"nodes": [{"id": key} for _, key in rows(world.tails(messages.ADDRESSED_TO, row))]}}
        for row in rows(world.of("MessageAudience"))
    ]
    return {
        "messages": {"totalCount": len(seen), "nodes": seen},
        "messageAudiences": {"totalCount": len(audiences), "nodes": audiences},
    }


@pytest.mark.thorough
def test_a_message_is_read_by_its_audience_at_this_moment_and_by_no_one_else(
    world: World, empty: Graph, run: Callable[..., Any]
) -> None:
    for side in (Side.ROWS, Side.VIEWER):
        hub = questions(empty, limits=LIMITS, side=side)
        for account in world.accounts:
            assert run(data(hub, _READ, Viewer(account))) == _read(world, account), (side, account)


@pytest.mark.thorough
def test_the_preview_tells_whom_a_message_reaches_once_each_and_shows_those_that_one_may_see(
    world: World, empty: Graph, run: Callable[..., Any]
) -> None:
    hub = questions(empty, limits=LIMITS)
    for account in ("tests.example|trade", random.Random(3).choice(world.accounts), "tests.example|center"):
        oracle = Oracle(world, account)
        for message in world.of("Message"):
            asked = GraphQLRequest(_PREVIEW, None, {"message": message[1]})
            told = run(hub.answer(asked, Viewer(account)))["data"]["audiencePreview"]
            of_own = any(office in oracle.own for office in world.heads(messages.ISSUED_BY, message))
            if not (oracle.sees_all or of_own):
                assert told == {"message": None, "leastParties": 5, "kinds": [], "reached": []}, (account, message)
                continue
            audiences = world.heads(messages.ADDRESSED_TO, message)
            reached = {party for audience in audiences for party in members(world, audience)}
            seen = {party for party in reached if oracle.sees(party)}
            assert Counter(row["party"]["nodeId"] for row in told["reached"]) == Counter(map(":".join, seen))
            counts = {row["kind"]: (row["count"], row["others"]) for row in told["kinds"]}
            assert counts == {
                kind: (
                    sum(party[0] == kind for party in seen),
                    sum(party[0] == kind for party in reached - seen) // 5 * 5,
                )
                for kind in {party[0] for party in reached}
            }
