"""What may not be seen leaves no trace: rows are added that a viewer may not see, and every answer stays as it was."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from graph_schema import cases, issues, parties, people
from graph_schema.graph import GRAPH
from hub.compile.compiler import Side
from hub.database.graph import Graph
from tests.asking import by_some, questions
from tests.gql.test_oracle import LIMITS
from tests.oracle import Oracle
from tests.random_questions import PROTECTED
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import NOW, Key, Link, World, random_world
from tests.rounds import ROUNDS

Run = Callable[..., Any]
CANARY = "canary"
RANDOM = 3 * ROUNDS
_TELLING = (
    (
        '{ search(text: "case importer issue sample 0", first: 100) { totalCount edges { cursor match wordsMatched node'
        " { nodeId } } } }"
    ),
    f'{{ search(text: "{CANARY}") {{ totalCount }} }}',
    f'{{ case(number: "{CANARY}-1") {{ id }} node(id: "Importer:00-9999999SW") {{ nodeId }} }}',
    "{ ports { nodes { casesHere { totalCount } importers { totalCount } seated { totalCount } } } }",
    "{ ports(where: {casesHere: {every: {status: {eq: CLOSED}}}}) { totalCount nodes { id } } }",
    "{ agencies(where: {cases: {none: {}}}) { totalCount nodes { code } } }",
    (
        "{ cases(first: 5 orderBy: [{importer: {name: ASC}}, {openedAt: DESC}]) { totalCount edges { cursor } pageInfo"
        " { hasNextPage } } }"
    ),
)
"""Questions whose answers hidden rows could move: found words, absent rows, counts, none and every, order across an
edge.
"""


def with_hidden_rows(world: World) -> tuple[World, list[Key]]:
    """The same world with an importer nobody acts for, and all that hangs on it: first, last and between in every
    order.
    """
    larger = World(dict(world.nodes), [], list(world.accounts))
    added: list[Key] = []
    for link in world.links:
        larger.add(link)

    def add(label: str, **properties: Any) -> Key:
        key = (label, properties[GRAPH.node(label).key])
        larger.nodes[key] = {"source": "sample", **properties}
        added.append(key)
        return key

    importer = add("Importer", number="00-9999999SW", name="Importer 0", centerStatus="PNDING")
    for index in range(70):
        letter = chr(ord("a") + index % 26)
        case = add(
            "Case", id=f"a-{index:02d}" if index % 2 else f"z-{index:02d}", number=f"{CANARY}-{index}", status="OPEN",
            title=f"Case{letter} {index % 5} {CANARY}", openedAt=NOW - timedelta(days=index - 35),
        )  # fmt: skip
        larger.add(Link(cases.CONCERNS, case, importer, {}))
        larger.add(Link(cases.HANDLED_BY, case, ("Office", "CBP"), {}))
        larger.add(Link(cases.AT, case, ("Port", "ACE:0101"), {}))
        larger.add(Link(cases.INVOLVES, case, ("Agency", "FDA"), {}))
    issue = add("Issue", id="issue-00", title=f"Issue 0 {CANARY}", topic="origin")
    larger.add(Link(issues.ABOUT, ("Case", "a-01"), issue, {}))
    decision = add(
        "Decision", id="decision-00x", question="which heading", outcome=CANARY, decidedAt=NOW, audience="owner"
    )
    larger.add(Link(cases.DECIDES, decision, ("Case", "a-01"), {}))
    contact = add(
        "Contact", id="contact-00x", name="Sample 0", role="director", email=f"{CANARY}@sample.example",
        emailAudience="public",
        phoneAudience="public", published=False,
    )  # fmt: skip
    larger.add(Link(people.WORKS_FOR, contact, importer, {}))
    larger.add(Link(people.SITS_AT, contact, ("Port", "ACE:0101"), {}))
    larger.add(Link(people.COVERS, contact, ("CaseKind", "rfi"), {}))
    larger.add(Link(parties.HAS_MEMBER, ("Association", "COAC"), importer, {}))
    larger.add(Link(parties.ENTERS_AT, importer, ("Port", "ACE:0101"), {}))
    return larger, added


@pytest.mark.thorough
def test_rows_that_may_not_be_seen_change_no_answer(empty: Graph, run: Run) -> None:
    world = random_world(11)
    larger, added = with_hidden_rows(world)
    blind = [account for account in world.accounts if not any(Oracle(larger, account).sees(row) for row in added)]
    # the association sees its members, the port of entry who enters there: to them the importer is not hidden
    assert len(blind) >= 10
    made = RandomQuestions(world, random.Random(11))
    asked = [made.one() for _ in range(RANDOM)]
    asked += [made.listing(label) for label in PROTECTED]
    asked += [(query, {}) for query in _TELLING]

    hubs = {side: questions(empty, limits=LIMITS, side=side) for side in (Side.CHEAPER, Side.ROWS)}

    def answers() -> dict[tuple[str, int, Side], Any]:
        return {
            (account, position, side): answer
            for position, (query, variables) in enumerate(asked)
            for side in ((Side.CHEAPER,) if position < RANDOM else (Side.CHEAPER, Side.ROWS))
            for account, answer in run(by_some(hubs[side], blind, position, query, variables)).items()
        }

    run(world.write(empty))
    before = answers()
    run(larger.write(empty))
    after = answers()
    for key, answer in before.items():
        assert "errors" not in answer, (asked[key[1]], answer)
        assert after[key] == answer, (key, asked[key[1]])
        assert CANARY not in str(after[key]["data"])
