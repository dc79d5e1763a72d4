"""Pages from either end: cursors add up to the list, stay right while data changes, and are good for their own list
alone.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from graph_schema.cypher import Statement
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.viewer import Viewer
from tests.asking import questions
from tests.random_questions import PROTECTED
from tests.random_questions import Questions as RandomQuestions
from tests.random_world import NOW, World, random_world
from tests.renewed import renewed

Run = Callable[..., Any]
ONE = "{ %s(%s) { nodes { nodeId } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"


@pytest.fixture
def world(database: Graph, run: Run) -> World:
    made = random_world(5)
    run(renewed(database, "random 5", made.write))
    return made


@pytest.fixture
def hub(database: Graph, world: World) -> Executor:  # noqa: ARG001 - the graph holds the world
    return questions(database)


def page(
    run: Run, hub: Executor, field: str, arguments: str, account: str, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer = run(hub.answer(GraphQLRequest(ONE % (field, arguments), None, variables or {}), Viewer(account)))
    assert "errors" not in answer, answer
    return answer["data"][field]


@pytest.mark.parametrize("label", PROTECTED)
def test_pages_from_either_end_add_up_to_the_list(label: str, world: World, hub: Executor, run: Run) -> None:
    field = GRAPH.node(label).many
    made = RandomQuestions(world, random.Random(label))
    for account in (*random.Random(label).sample(world.accounts, 3), "tests.example|trade"):
        order = made.listing(label)[0]
        order = order[order.index("orderBy") :].split(") {")[0] if "orderBy" in order else ""
        whole = [row["nodeId"] for row in page(run, hub, field, f"first: 100 {order}", account)["nodes"]]
        for size, cursor, take, more in (
            ("first", "after", "endCursor", "hasNextPage"),
            ("last", "before", "startCursor", "hasPreviousPage"),
        ):
            seen: list[str] = []
            at = ""
            while True:
                found = page(run, hub, field, f"{size}: 7 {at} {order}", account)
                rows = [row["nodeId"] for row in found["nodes"]]
                seen = seen + rows if size == "first" else rows + seen
                if not found["pageInfo"][more]:
                    break
                at = f'{cursor}: "{found["pageInfo"][take]}"'
            assert seen == whole, (label, account, order, size)


def test_a_page_between_two_cursors_holds_what_is_between(hub: Executor, run: Run) -> None:
    edges = page(run, hub, "cases", "first: 30 orderBy: [{title: DESC}]", "tests.example|trade")
    after, before = edges["edges"][4]["cursor"], edges["edges"][20]["cursor"]
    between = page(
        run,
        hub,
        "cases",
        f'first: 100 after: "{after}" before: "{before}" orderBy: [{{title: DESC}}]',
        "tests.example|trade",
    )
    assert between["nodes"] == edges["nodes"][5:20]
    last = page(
        run,
        hub,
        "cases",
        f'last: 3 after: "{after}" before: "{before}" orderBy: [{{title: DESC}}]',
        "tests.example|trade",
    )
    assert last["nodes"] == edges["nodes"][17:20]
    assert last["pageInfo"]["hasPreviousPage"]
    assert last["pageInfo"]["hasNextPage"]


def test_pages_go_on_where_they_were_while_rows_come_and_go(hub: Executor, database: Graph, run: Run) -> None:
    order = "orderBy: [{openedAt: DESC}]"
    first = page(run, hub, "cases", f"first: 10 {order}", "tests.example|trade")
    rest = page(
        run, hub, "cases", f'first: 100 after: "{first["pageInfo"]["endCursor"]}" {order}', "tests.example|trade"
    )["nodes"]
    last = first["nodes"][-1]["nodeId"].removeprefix("Case:")
    newest = {
        "id": "case-new",
        "number": "N-new",
        "status": "OPEN",
        "title": "new",
        "openedAt": NOW + timedelta(days=1),
        "source": "sample",
    }
    run(
        database.write(
            [
                Statement("MATCH (c:Case {id: $id}) DETACH DELETE c", {"id": last}),
                Statement("CREATE (c:Case) SET c = $row", {"row": newest}),
            ]
        )
    )
    again = page(
        run, hub, "cases", f'first: 100 after: "{first["pageInfo"]["endCursor"]}" {order}', "tests.example|trade"
    )["nodes"]
    assert again == rest
    assert page(run, hub, "cases", f"first: 1 {order}", "tests.example|trade")["nodes"] == [{"nodeId": "Case:case-new"}]


def test_a_cursor_is_good_for_its_viewer_its_list_and_its_conditions_alone(hub: Executor, run: Run) -> None:
    arguments = "first: 2 where: {status: {in: [OPEN, CLOSED]}} orderBy: [{title: ASC}]"
    cursor = page(run, hub, "cases", arguments, "tests.example|trade")["pageInfo"]["endCursor"]

    def refused(field: str, arguments: str, account: str = "tests.example|trade", cursor: str = cursor) -> bool:
        answer = run(hub.answer(GraphQLRequest(ONE % (field, f'{arguments} after: "{cursor}"')), Viewer(account)))
        if "errors" in answer:
            assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
            assert "cursor" in answer["errors"][0]["message"]
        return "errors" in answer

    assert not refused("cases", arguments)
    assert not refused("cases", arguments.replace("first: 2", "first: 50"))
    assert refused("cases", arguments, "tests.example|center")
    assert refused("cases", arguments, "")
    assert refused("cases", arguments.replace("CLOSED", "DRAFT"))
    assert refused("cases", arguments.replace("status: {in: [OPEN, CLOSED]}", "status: {eq: OPEN}"))
    assert refused("cases", arguments.replace("ASC", "DESC"))
    assert refused("cases", arguments.replace("title: ASC", "number: ASC"))
    assert refused("importers", "first: 2 orderBy: [{name: ASC}]")
    for other in (
        cursor[:-1],
        cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1],
        "",
        "x",
        "é",
        cursor * 2,
        "'",
    ):
        assert refused("cases", arguments, cursor=other)


def test_a_cursor_of_a_search_is_good_for_its_text_and_kinds_alone(hub: Executor, run: Run) -> None:
    first = page(run, hub, "search", 'text: "case" kinds: [Case] first: 3', "tests.example|trade")
    cursor = first["pageInfo"]["endCursor"]
    whole = page(run, hub, "search", 'text: "case" kinds: [Case] first: 100', "tests.example|trade")["nodes"]
    assert (
        page(run, hub, "search", f'text: "case" kinds: [Case] first: 100 after: "{cursor}"', "tests.example|trade")[
            "nodes"
        ]
        == whole[3:]
    )
    for arguments in ('text: "cases" kinds: [Case]', 'text: "case" kinds: [Case, Issue]'):
        answer = run(
            hub.answer(
                GraphQLRequest(ONE % ("search", f'{arguments} after: "{cursor}"')), Viewer("tests.example|trade")
            )
        )
        assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
