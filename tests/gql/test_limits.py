"""What a question may ask of the machine, and the rights that go beyond: told with what to change, and held to."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from hub.database.graph import Graph
from hub.errors import TooCostly
from hub.gql.document_limits import Limits
from hub.gql.request import GraphQLRequest
from hub.settings import Settings
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.random_world import random_world
from tests.renewed import renewed

Run = Callable[..., Any]
Ask = Callable[..., dict[str, Any]]
RANDOM_WORLD = random_world(3)


@pytest.fixture
def ask(database: Graph, run: Run) -> Ask:
    run(renewed(database, "random 3", RANDOM_WORLD.write))
    hub = questions(database, limits=replace(Limits(), page=5, large_page=40))

    def asked(query: str, account: str, *, explain: bool = False, **variables: Any) -> dict[str, Any]:
        return run(hub.answer(GraphQLRequest(query, None, variables, explain), Viewer(f"tests.example|{account}")))

    return asked


def code(answer: dict[str, Any]) -> str:
    return answer["errors"][0]["extensions"]["code"]


def test_large_pages_are_for_who_has_the_right(ask: Ask) -> None:
    query = "{ ports(first: 1) { totalCount } contacts(first: 6) { nodes { id } } }"
    for account in ("center", "port", "agency", "trade"):
        assert "errors" not in ask(query, account)
    for account in ("importer-0", "broker-0", "association", "gone", "nobody"):
        answer = ask(query, account)
        assert code(answer) == "NOT_ALLOWED"
        assert "more than 5 rows" in answer["errors"][0]["message"]
        assert "errors" not in ask(query.replace("6", "5"), account)
    assert (
        "0 to 5 (40 with the right largePages)"
        in ask("{ ports(first: 41) { totalCount } }", "trade")["errors"][0]["message"]
    )
    assert code(ask("query Q($n: Int) { ports(last: $n) { totalCount } }", "broker-0", n=6)) == "NOT_ALLOWED"
    assert code(ask("{ centers { nodes { cases(first: 6) { nodes { id } } } } }", "broker-0")) == "NOT_ALLOWED"


def test_explaining_is_for_who_has_the_right(ask: Ask) -> None:
    query = '{ a: cases(where: {title: {eq: "Case 1"}}) { totalCount } center(code: "CEE001") { name } }'
    answer = ask(query, "trade", explain=True)
    plain = ask(query, "trade")
    assert answer["data"] == plain["data"]
    assert "explain" not in plain["extensions"]
    told = {found["field"]: found for found in answer["extensions"]["explain"]}
    assert set(told) == {"a", "center"}
    assert "MATCH (n1:Case)" in told["a"]["cypher"]
    assert "Case 1" in told["a"]["parameters"].values()
    assert "Rows" in told["center"]["plan"]
    assert "NodeUniqueIndexSeek" in told["center"]["plan"]
    assert told["a"]["timeMs"] >= 0
    for account in ("center", "broker-0", "gone", "nobody"):
        refused = ask(query, account, explain=True)
        assert code(refused) == "NOT_ALLOWED"
        assert "data" not in refused


def test_the_cost_is_told(ask: Ask) -> None:
    query = "{ centers(first: 3) { nodes { teams(first: 2) { nodes { name } } } } ports(first: 4) { totalCount } }"
    assert ask(query, "nobody")["extensions"]["cost"] == 1 + 3 * (1 + 2) + 1 + 4


def test_nested_lists_are_refused_before_the_database_is_asked(run: Run) -> None:
    class NoGraph(Graph):
        """A database that must not be asked."""

        def __init__(self) -> None:
            pass

    query = "{ centers(first: 100) { nodes { importers(first: 100) { nodes { cases(first: 100) { totalCount } } } } } }"
    answer = run(questions(NoGraph()).answer(GraphQLRequest(query), PUBLIC))
    assert code(answer) == "TOO_COSTLY"
    assert "may touch 1010101 rows, at most 20000" in answer["errors"][0]["message"]


def nested(levels: int) -> dict[str, Any]:
    where: dict[str, Any] = {"title": {"eq": "x"}}
    for _ in range(levels):
        where = {"not": where}
    return where


@pytest.mark.parametrize(
    "where",
    [{"or": [{"title": {"eq": "x"}}] * 60}, {"and": [nested(12)] * 9}],
    ids=["wide", "both"],
)
def test_too_many_conditions_are_refused(where: dict[str, Any], ask: Ask) -> None:
    assert (
        code(ask("query Q($where: CaseWhere) { cases(where: $where) { totalCount } }", "trade", where=where))
        == "TOO_COSTLY"
    )


def written(value: Any) -> str:
    """A JSON value as a document writes it."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in members.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(inner) for inner in value) + "]"  # pyright: ignore[reportUnknownVariableType]
    return json.dumps(value)


def wrapped(levels: int, *around: str) -> dict[str, Any]:
    """A condition that stands in so many others, by turns."""
    where: dict[str, Any] = {"title": {"eq": "x"}}
    for level in range(levels):
        name = around[level % len(around)]
        where = {name: [where]} if name in ("and", "or") else {name: where}
    return where


@pytest.mark.parametrize(
    "where",
    [wrapped(15, "not"), wrapped(86, "not"), wrapped(180, "not"), wrapped(15, "and", "or", "not"), wrapped(900, "not")],
    ids=["15 not", "86 not", "180 not", "15 mixed", "900 not"],
)
def test_conditions_nested_too_deep_are_refused_in_documents_and_variables(where: dict[str, Any], ask: Ask) -> None:
    by_variable = ask("query Q($where: CaseWhere) { cases(where: $where) { totalCount } }", "trade", where=where)
    assert code(by_variable) == "TOO_COSTLY"
    if len(str(where)) < 5_000:
        document = f"{{ cases(where: {written(where)}) {{ totalCount }} }}"
        assert code(ask(document, "trade")) == "TOO_COSTLY"
    if len(str(where)) < 1_000:
        assert "more than 15 levels" in by_variable["errors"][0]["message"]


def test_relationships_count_as_levels_of_conditions(ask: Ask) -> None:
    query = "query Q($where: CaseWhere) { cases(where: $where) { totalCount } }"
    where: dict[str, Any] = {"title": {"eq": "x"}}
    for _ in range(7):
        where = {"importer": {"cases": {"every": where}}}
    assert "errors" not in ask(query, "trade", where=where)
    answer = ask(query, "trade", where={"not": where})
    assert code(answer) == "TOO_COSTLY"
    assert "more than 15 levels" in answer["errors"][0]["message"]


def test_conditions_within_the_limit_are_answered(ask: Ask) -> None:
    query = "query Q($where: CaseWhere) { cases(where: $where) { totalCount } }"
    whole = ask("{ cases { totalCount } }", "trade")["data"]["cases"]["totalCount"]
    assert ask(query, "trade", where=nested(12))["data"]["cases"]["totalCount"] == 0
    assert ask(query, "trade", where=nested(13))["data"]["cases"]["totalCount"] == whole
    alternatives = [{"title": {"eq": f"Case {number}"}, "status": {"isNull": False}} for number in range(12)]
    assert ask(query, "trade", where={"or": alternatives})["data"]["cases"]["totalCount"] == whole
    assert ask(query, "trade", where={"or": []})["data"]["cases"]["totalCount"] == 0
    assert ask(query, "trade", where={"and": [], "not": {"or": []}})["data"]["cases"]["totalCount"] == whole


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ cases(first: 2, last: 2) { totalCount } }", "one of them"),
        ('{ node(id: "case-1") { nodeId } }', "Center:CEE007"),
        ('{ node(id: "Nobody:1") { nodeId } }', "Center:CEE007"),
        ('{ node(id: "Importer:123-45-6789") { nodeId } }', "Social Security"),
        (f'{{ nodes(ids: {["Center:CEE001"] * 101}) {{ nodeId }} }}'.replace("'", '"'), "at most 100, not 101"),
        ('{ search(text: "x", kinds: []) { totalCount } }', "leave it out"),
        ("{ cases(orderBy: [{importer: {}}]) { totalCount } }", "exactly one"),
        ("{ cases(orderBy: [{importer: {name: ASC, number: ASC}}]) { totalCount } }", "exactly one"),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_used_says_what_to_change(query: str, message: str, ask: Ask) -> None:
    answer = ask(query, "trade")
    assert code(answer) == "BAD_INPUT"
    assert message in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        '{ contacts(where: {email: {contains: "@"}}) { totalCount } }',
        "{ contacts(orderBy: [{phone: ASC}]) { totalCount } }",
    ],
)
def test_a_guarded_property_can_neither_be_filtered_nor_ordered_by(query: str, ask: Ask) -> None:
    assert code(ask(query, "trade")) == "INVALID"


def test_a_statement_that_takes_too_long_or_too_much_memory_is_ended(settings: Settings, run: Run) -> None:
    graph = Graph(settings.model_copy(update={"statement_timeout_s": 1}))
    try:
        endless = "UNWIND range(1, 100000000) AS a UNWIND range(1, 100000) AS b RETURN count(*)"
        with pytest.raises(TooCostly, match=r"more than 1 s.*fewer rows"):
            run(graph.read(endless, {}))
        # for its first run it has time to be planned as well
        slow = "UNWIND range(1, 120000000) AS a WITH a % 1000 AS b, count(*) AS c RETURN sum(c)"
        with pytest.raises(TooCostly):
            run(graph.read_one(slow, {}))
        assert run(graph.read_one(slow, {}, is_new=True)) == 120000000
    finally:
        run(graph.close())
    patient = Graph(settings)
    try:
        with pytest.raises(TooCostly, match="fewer rows"):
            run(patient.read("UNWIND range(1, 50000000) AS a RETURN size(collect(toString(a)))", {}))
        assert run(patient.read_one("RETURN 1", {})) == 1
    finally:
        run(patient.close())
