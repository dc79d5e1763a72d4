"""What users get over the sample world: the first questions, pages, clear errors, and nothing that is not theirs."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC, Viewer
from hub.web.examples import EXAMPLES
from hub.world.load import WorldWanted, load
from hub.world.sample import ISSUER, personas
from tests.asking import questions
from tests.renewed import wipe

Ask = Callable[..., dict[str, Any]]
MINE = "00-0000000SW"


@pytest.fixture(scope="module")
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    """The smallest sample world, loaded once for this module."""
    run(wipe(database))
    run(load(database, WorldWanted(0.001, 7), lambda _what, _done, _total: None))
    return database


@pytest.fixture(scope="module")
def ask(world: Graph, run: Callable[..., Any]) -> Ask:
    hub = questions(world)

    def asked(query: str, persona: str | None = None, /, **variables: Any) -> dict[str, Any]:
        viewer = Viewer.of(ISSUER, persona) if persona else PUBLIC
        return run(hub.answer(GraphQLRequest(query, None, variables), viewer))

    return asked


def test_there_are_ten_centers(ask: Ask) -> None:
    centers = ask("{ centers { nodes { code name managedFrom { name } } } }")["data"]["centers"]["nodes"]
    assert [center["code"] for center in centers] == [f"CEE{number:03d}" for number in range(1, 11)]
    assert len({center["managedFrom"]["name"] for center in centers}) == 10


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_is_answered(example: Any, ask: Ask) -> None:
    answer = ask(example.query, example.persona)
    assert "errors" not in answer
    assert all(answer["data"].values())


def test_the_public_learns_who_handles_integrated_circuits(ask: Ask) -> None:
    suggestion = ask(EXAMPLES[0].query)["data"]["htsHeading"]["suggests"]["edges"][0]
    assert suggestion["confidence"] == "high"
    assert suggestion["node"]["code"] == "CEE007"
    assert suggestion["node"]["managedFrom"] == {"name": "Los Angeles"}
    assert [contact["role"] for contact in suggestion["node"]["contacts"]["nodes"]] == ["center_director"]


def test_a_manager_finds_the_way_from_the_importer_to_who_handles_its_cases(ask: Ask) -> None:
    importer = ask(EXAMPLES[1].query, "importer-manager")["data"]["importer"]
    assert importer["center"]["code"] == "CEE007"
    assert importer["center"]["contacts"]["nodes"]
    assert importer["brokers"]["nodes"][0]["filerCode"] == "S00"
    assert importer["cases"]["totalCount"] > 0
    assert all(case["handledBy"]["name"] for case in importer["cases"]["nodes"])


def test_an_importer_is_nobody_elses_to_see(ask: Ask) -> None:
    query = '{ importer(number: "00-0000000SW") { name } }'
    seen = {name: ask(query, name)["data"]["importer"] for name in (None, *(persona.name for persona in personas()))}
    hidden = {name for name, importer in seen.items() if importer is None}
    assert {None, "association-officer"} <= hidden
    assert not {"importer-manager", "broker", "import-specialist", "center-director", "trade-analyst"} & hidden


def test_an_importer_never_sees_anothers_case(ask: Ask) -> None:
    numbers = {
        case["importer"]["number"]
        for case in ask("{ cases(first: 100) { nodes { importer { number } } } }", "importer-manager")["data"]["cases"][
            "nodes"
        ]
    }
    assert numbers == {MINE}


def test_a_revoked_account_sees_nothing_at_its_next_request(ask: Ask, world: Graph, run: Callable[..., Any]) -> None:
    query = "{ cases { totalCount } accounts { nodes { actsFor { totalCount } } } }"
    assert ask(query, "trade-analyst")["data"]["cases"]["totalCount"] == 300
    ended = "MATCH (:Account {id: $id})-[right:ACTS_FOR]->() SET right.until = $until"
    account = f"{ISSUER}|trade-analyst"
    run(world.write([Statement(ended, {"id": account, "until": datetime.now(UTC) - timedelta(seconds=1)})]))
    assert ask(query, "trade-analyst")["data"] == {
        "cases": {"totalCount": 0},
        "accounts": {"nodes": [{"actsFor": {"totalCount": 0}}]},
    }
    run(world.write([Statement(ended, {"id": account, "until": None})]))
    assert ask(query, "trade-analyst")["data"]["cases"]["totalCount"] == 300


@pytest.mark.parametrize("first", [1, 7, 100])
@pytest.mark.parametrize(
    "order",
    ["", "orderBy: [{status: DESC}]", "orderBy: [{closedAt: ASC}, {openedAt: DESC}]", "orderBy: [{closedAt: DESC}]"],
)
def test_pages_add_up_to_the_whole_list(first: int, order: str, ask: Ask) -> None:
    query = f"""query Q($after: String) {{ center(code: "CEE007") {{ cases(first: {first}, after: $after, {order}) {{
        totalCount nodes {{ number }} edges {{ cursor }} pageInfo
          {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"""
    seen: list[str] = []
    after = None
    while True:
        page = ask(query, "center-director", after=after)["data"]["center"]["cases"]
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        assert [edge["cursor"] for edge in page["edges"]][-1] == page["pageInfo"]["endCursor"]
        seen += [case["number"] for case in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    whole = ask(
        f'{{ center(code: "CEE007") {{ cases(first: 100, {order}) {{ nodes {{ number }} }} }} }}', "center-director"
    )
    assert seen == [case["number"] for case in whole["data"]["center"]["cases"]["nodes"]]
    assert len(seen) == len(set(seen)) == page["totalCount"]


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ('{ importer(number: "12345") { name } }', "BAD_INPUT", "12-3456789AB"),
        ('{ importer(number: "123-45-6789") { name } }', "BAD_INPUT", "Social Security"),
        ('{ importers(where: {number: {in: ["123-45-6789"]}}) { totalCount } }', "BAD_INPUT", "Social Security"),
        ('{ center(code: "CEE011") { name } }', "BAD_INPUT", "CEE001 to CEE010"),
        ('{ port(code: "27O4") { name } }', "BAD_INPUT", "four digits"),
        ("{ cases(first: -1) { totalCount } }", "BAD_INPUT", "0 to 100"),
        ("{ cases(first: 1001) { totalCount } }", "BAD_INPUT", "next page"),
        ('{ cases(after: "x") { totalCount nodes { id } } }', "BAD_INPUT", "was not given to you"),
        ("{ cases(orderBy: [{status: ASC, id: ASC}]) { totalCount } }", "BAD_INPUT", "exactly one"),
        ('{ cases(where: {openedAt: {gt: "soon"}}) { totalCount } }', "INVALID", "soon"),
        ("{ cases(where: {title: {eq: null}}) { totalCount } }", "BAD_INPUT", "isNull"),
        ("{ nobody }", "INVALID", "Cannot query field 'nobody'"),
        ("{ centers { ", "INVALID", "Syntax Error"),
        ("mutation { close }", "INVALID", "Cannot query field 'close' on type 'Mutation'"),
        ("{ centers { nodes { importers(first: 100) { nodes { cases(first: 100) { nodes { id } } } } } } }",
            "TOO_COSTLY", "at most 20000"),
        ("{" + " a { b" * 60 + " }" * 60 + "}", "TOO_COSTLY", "levels"),
        ("# " + "x" * 20_001, "TOO_COSTLY", "characters"),
        ("{ " + "a " * 501 + "}", "TOO_COSTLY", "fields"),
    ],
)  # fmt: skip
def test_a_bad_question_says_what_to_change(query: str, code: str, message: str, ask: Ask) -> None:
    answer = ask(query, "trade-analyst")
    assert "data" not in answer
    assert message in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] == code


def test_a_refused_number_is_kept_nowhere(world: Graph, run: Callable[..., Any]) -> None:
    hub = questions(world)
    answer = run(hub.answer(GraphQLRequest('{ importer(number: "123-45-6789") { name } }'), PUBLIC))
    assert "123-45-6789" not in str(answer)
    assert not hub.plan_cache._kept  # noqa: SLF001


def test_fragments_that_spread_fragments_are_refused_at_once(ask: Ask) -> None:
    bomb = (
        "{ ...f0 } "
        + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(18))
        + " fragment f18 on Query { a: __typename }"
    )
    began = datetime.now(UTC)
    answer = ask(bomb)
    assert answer["errors"][0]["extensions"]["code"] == "TOO_COSTLY"
    assert datetime.now(UTC) - began < timedelta(seconds=1)


def test_aliases_fragments_conditions_and_typenames_are_answered(ask: Ask) -> None:
    query = """
      query Q($code: String = "CEE007", $no: Boolean!) {
        __typename
        a: center(code: $code) { ...named b: name @skip(if: $no) }
        a: center(code: $code) { __typename teams(first: 1)
          { __typename nodes { ... on Team { center { ...named } } } } }
        __schema { queryType { name } }
      }
      fragment named on Center { code c: name @include(if: $no) }
    """
    center = {"code": "CEE007", "c": "Electronics", "__typename": "Center"}
    inner = {"code": "CEE007", "c": "Electronics"}
    assert ask(query, no=True)["data"] == {
        "__typename": "Query",
        "a": {**center, "teams": {"__typename": "TeamConnection", "nodes": [{"center": inner}]}},
        "__schema": {"queryType": {"name": "Query"}},
    }
    assert list(ask(query, no=False)["data"]["a"]) == ["code", "b", "__typename", "teams"]


def test_a_port_is_known_by_its_issuer_and_its_day(ask: Ask) -> None:
    query = """query Q($code: String!, $issuer: PortIssuer, $at: Date) {
        port(code: $code, issuer: $issuer, at: $at) { id name codes { nodes { id } } } }"""
    newark = ask(query, code="1001", issuer="CENSUS")["data"]["port"]
    assert newark["id"] == "ACE:4601"
    assert {"CENSUS:1001", "CENSUS:1003", "ACE:4601"} <= {code["id"] for code in newark["codes"]["nodes"]}
    assert ask(query, code="2704")["data"]["port"]["id"] == "ACE:2704"
    seated = ask('{ port(code: "2704") { seated { totalCount } contacts { nodes { name email } } } }', "port-director")[
        "data"
    ]["port"]
    assert seated["contacts"]["nodes"]
    assert ask(query, code="0132")["data"]["port"] is None
    assert ask(query, code="0132", at="2015-06-01")["data"]["port"]["name"] == "Belfast, ME"


@pytest.mark.parametrize(
    "text", ["' OR true //", '" }) DETACH DELETE n //', "\\u0027", "`", "$p0", "*", "%", "\\", "x\x00y", "é́💥"]
)
def test_hostile_text_is_matched_literally(text: str, ask: Ask) -> None:
    for operator in ("eq", "contains", "startsWith"):
        query = f"query Q($t: String!) {{ cases(where: {{title: {{{operator}: $t}}}}) {{ totalCount }} }}"
        assert ask(query, "trade-analyst", t=text)["data"] == {"cases": {"totalCount": 0}}
    assert ask("query Q($t: String!) { case(number: $t) { title } }", "trade-analyst", t=text)["data"] == {"case": None}


class Counted(Graph):
    """The world's database, and what was asked of it."""

    def __init__(self, graph: Graph) -> None:
        self._counted = graph
        self.asked: list[str] = []

    async def read_one(self, text: str, parameters: Any, bookmarks: Any = None, *, is_new: bool = False) -> Any:
        self.asked.append(text)
        return await self._counted.read_one(text, parameters, bookmarks, is_new=is_new)


def test_each_root_field_is_one_statement(world: Graph, run: Callable[..., Any]) -> None:
    counted = Counted(world)
    hub = questions(counted)
    for statements in (2, 1):  # what kind of viewer an account is has to be known first
        run(hub.answer(GraphQLRequest(EXAMPLES[1].query), Viewer.of(ISSUER, "importer-manager")))
        assert len(counted.asked) == statements
        counted.asked.clear()
    run(hub.answer(GraphQLRequest("{ a: centers { totalCount } b: ports { totalCount } }"), PUBLIC))
    assert len(counted.asked) == 2


def test_a_search_finds_by_the_same_statement_whatever_is_asked_of_its_rows(
    world: Graph, run: Callable[..., Any]
) -> None:
    finding: set[str] = set()
    for query, reads in (
        ('{ search(text: "electronics", kinds: [Center, HtsChapter]) { nodes { nodeId } } }', 0),
        (
            (
                '{ search(text: "electronics center", kinds: [Center], first: 1) { totalCount nodes { ... on Center {'
                " name } } } }"
            ),
            1,
        ),
        (
            (
                '{ search(text: "CEE007", kinds: [Port, Center]) { edges { match node { ... on Center { name scope } }'
                " } } }"
            ),
            1,
        ),
    ):
        counted = Counted(world)
        assert "errors" not in run(questions(counted).answer(GraphQLRequest(query), PUBLIC))
        finds, *reading = counted.asked
        assert len(reading) == reads, query
        finding.add(finds)
    assert len(finding) == 1


def test_a_plan_made_for_a_wide_viewer_never_serves_a_narrow_one(ask: Ask) -> None:
    names = [None, *(persona.name for persona in personas())]
    query = "{ cases { totalCount } importers { totalCount } contacts { totalCount } decisions { totalCount } }"
    alone = {name: ask(query, name) for name in names}
    random.Random(1).shuffle(names)
    for name in ("trade-analyst", *names):
        assert ask(query, name) == alone[name]
    assert len({str(answer) for answer in alone.values()}) > 5
