"""Conditions: null is never everything, capitals do not matter, codes are known in any spelling; empty pages;
moments with their zone.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.gql.executor import Executor
from hub.gql.moments import moment
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.random_world import random_world

Run = Callable[..., Any]
TRADE = Viewer("tests.example|trade")


@pytest.fixture(scope="module")
def hub(database: Graph, run: Run) -> Executor:
    """A world that the tests of this module only read."""
    run(database.apply(["MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"]))
    world = random_world(3)
    run(world.write(database))
    lonely = {
        "id": "lonely",
        "number": "SW-26-000099",
        "title": "McSample O'Quokka",
        "status": "OPEN",
        "source": "sample",
    }
    opened = Statement("CREATE (k:Case) SET k = $case, k.openedAt = datetime('2026-01-01T00:00:00Z')", {"case": lonely})
    run(database.write([opened]))
    return questions(database)


@pytest.fixture(scope="module")
def ask(hub: Executor, run: Run) -> Callable[..., Any]:
    return lambda text, viewer=TRADE, **variables: run(hub.answer(GraphQLRequest(text, None, variables), viewer))


Ask = Callable[..., Any]


def _count(answer: Any) -> int:
    assert "errors" not in answer, answer
    return answer["data"]["cases"]["totalCount"]


NULLS = [
    ("{status: null}", "{status: {isNull: true}}"),
    ("{status: {eq: null}}", "isNull: true"),
    ("{status: {in: null}}", "isNull: true"),
    ("{title: {contains: null}}", "isNull: true"),
    ("{title: {isNull: null}}", "isNull: true"),
    ("{and: null}", "a list of conditions"),
    ("{or: null}", "a list of conditions"),
    ("{not: null}", "a condition"),
    ("{involves: null}", "{involves: {none: {}}}"),
    ("{involves: {some: null}}", "{some: {}}"),
    ("{involves: {none: null}}", "{none: {}}"),
    ("{involves: {every: null}}", "{every: {}}"),
    ("{involves: {some: {code: null}}}", "{code: {isNull: true}}"),
    ("{involves: {some: {edge: null}}}", "a condition"),
    ("{involves: {some: {edge: {acceptedAt: null}}}}", "{acceptedAt: {isNull: true}}"),
    ("{handledBy: {center: null}}", "a condition"),
    ("{importer: {name: null}}", "{name: {isNull: true}}"),
    ("{and: [{not: {or: [{title: null}]}}]}", "{title: {isNull: true}}"),
]


@pytest.mark.parametrize(("condition", "instead"), NULLS)
def test_null_is_no_condition_and_is_never_everything(condition: str, instead: str, ask: Ask) -> None:
    (error,) = ask(f"{{ cases(where: {condition}) {{ totalCount }} }}")["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert instead in error["message"]


@pytest.mark.parametrize(
    ("head", "condition", "variables"),
    [
        ("$v: String", "{title: {eq: $v}}", {"v": None}),
        ("$v: CaseStatusFilter", "{status: $v}", {"v": None}),
        ("$v: CaseWhere", "{not: $v}", {"v": None}),
        ("$v: CaseWhere", "$v", {"v": {"title": None}}),
        ("$v: CaseWhere", "$v", {"v": {"and": [{"title": {"contains": None}}]}}),
        ("$v: [CaseWhere!]", "{or: $v}", {"v": None}),
    ],
)
def test_nor_is_null_in_a_variable(head: str, condition: str, variables: dict[str, Any], ask: Ask) -> None:
    (error,) = ask(f"query Q({head}) {{ cases(where: {condition}) {{ totalCount }} }}", **variables)["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "null is no" in error["message"]


@pytest.mark.parametrize(
    ("head", "condition"),
    [
        ("$v: String", "{title: {eq: $v}}"),
        ("$v: String", "{title: {contains: $v}}"),
        ("$v: [String!]", "{title: {in: $v}}"),
        ("$v: Boolean", "{title: {isNull: $v}}"),
        ("$v: String", '{title: {startsWith: "x", eq: $v}}'),
        ("$v: StringFilter", "{title: $v}"),
        ("$v: CaseStatusFilter", '{title: {eq: "x"}, status: $v}'),
        ("$v: ImporterWhere", "{importer: $v}"),
        ("$v: String", "{importer: {name: {eq: $v}}}"),
        ("$v: CaseWhere", "{not: $v}"),
        ("$v: [CaseWhere!]", "{or: $v}"),
        ("$v: [CaseWhere!]", "{and: $v}"),
        ("$v: String", "{or: [{title: {eq: $v}}]}"),
        ("$v: String", "{not: {not: {title: {eq: $v}}}}"),
        ("$v: DateTime", "{openedAt: {gt: $v}}"),
        ("$v: String", "{involves: {some: {code: {eq: $v}}}}"),
        ("$v: DateTime", "{involves: {some: {edge: {acceptedAt: {gt: $v}}}}}"),
        ("$v: String", "{handledBy: {center: {code: {eq: $v}}}}"),
    ],
)
def test_a_variable_without_a_value_in_a_condition_is_refused_and_never_everything(
    head: str, condition: str, ask: Ask
) -> None:
    text = f"query Q({head}) {{ cases(where: {condition}) {{ totalCount }} }}"
    for _ in range(2):
        (error,) = ask(text)["errors"]
        assert error["extensions"]["code"] == "BAD_INPUT"
        assert "$v has no value" in error["message"]
    nested = f"query Q({head}) {{ centers(first: 1) {{ nodes {{ cases(where: {condition}) {{ totalCount }} }} }} }}"
    assert "$v has no value" in ask(nested)["errors"][0]["message"]


def test_conditions_may_be_left_out_altogether_and_a_default_is_a_value(ask: Ask) -> None:
    everything = _count(ask("{ cases { totalCount } }"))
    assert _count(ask("query Q($w: CaseWhere) { cases(where: $w) { totalCount } }")) == everything
    assert _count(ask('query Q($s: String = "SW-26-000099") { cases(where: {number: {eq: $s}}) { totalCount } }')) == 1


def test_null_for_a_row_means_that_there_is_none(ask: Ask) -> None:
    everything = _count(ask("{ cases { totalCount } }"))
    for text in ("{importer: null}", "{not: {importer: {}}}"):
        without = _count(ask(f"{{ cases(where: {text}) {{ totalCount }} }}"))
        assert 0 < without < everything
        assert without + _count(ask("{ cases(where: {importer: {}}) { totalCount } }")) == everything
    given = "query Q($i: ImporterWhere) { cases(where: {importer: $i}) { totalCount } }"
    assert _count(ask(given, i=None)) == without
    assert _count(ask("{ cases(where: {not: {importer: null}}) { totalCount } }")) == everything - without


@pytest.mark.parametrize("part", ["mcsample", "MCSAMPLE", "McSample", "o'QUOKKA", "cSaMpLe o"])
def test_capitals_do_not_matter_to_a_part_of_a_text(part: str, ask: Ask) -> None:
    found = ask("query Q($t: String!) { cases(where: {title: {contains: $t}}) { nodes { id } } }", t=part)
    assert found["data"]["cases"]["nodes"] == [{"id": "lonely"}]


def test_capitals_do_not_matter_to_the_beginning_of_a_text_whether_or_not_an_index_has_it(ask: Ask) -> None:
    names = [row["name"] for row in ask("{ importers(first: 100) { nodes { name } } }")["data"]["importers"]["nodes"]]
    query = (
        "query Q($t: String!) { importers(first: 100, where: {name: {startsWith: $t}}) { totalCount nodes { name } } }"
    )
    for name in {*names, "x", ""}:
        for length in (1, 2, 5, len(name)):
            for text in {name[:length], name[:length].lower(), name[:length].upper(), name[:length].swapcase()}:
                fitting = sorted(found for found in names if found.lower().startswith(text.lower()))
                answer = ask(query, t=text)["data"]["importers"]
                assert sorted(row["name"] for row in answer["nodes"]) == fitting, text
                assert answer["totalCount"] == len(fitting)
    titled = ask('{ cases(where: {title: {startsWith: "mcs"}}) { nodes { id } } }')
    assert titled["data"]["cases"]["nodes"] == [{"id": "lonely"}]


@pytest.mark.parametrize(
    ("condition", "many"),
    [
        ('{title: {eq: "McSample O\'Quokka"}}', 1),
        ('{title: {eq: "mcsample o\'quokka"}}', 0),
        ('{title: {in: ["MCSAMPLE O\'QUOKKA"]}}', 0),
        ('{title: {in: ["x", "McSample O\'Quokka"]}}', 1),
        ('{title: {startsWith: "mcsample o\'quokka"}}', 1),
    ],
)
def test_a_whole_text_is_compared_as_it_is_written(condition: str, many: int, ask: Ask) -> None:
    assert _count(ask(f"{{ cases(where: {condition}) {{ totalCount }} }}")) == many


def test_the_schema_says_how_capitals_are_compared(ask: Ask) -> None:
    fields = ask('{ __type(name: "StringFilter") { inputFields { name description } } }')["data"]["__type"][
        "inputFields"
    ]
    said = {field["name"]: field["description"] for field in fields}
    assert "capitals too" in said["eq"]
    assert "capitals too" in said["in"]
    assert "Without regard to capitals" in said["contains"]


@pytest.mark.parametrize(
    ("condition", "many"),
    [
        ('{number: {eq: "sw26000099"}}', 1),
        ('{number: {in: ["SW\u201326\u2013000099", "N-1"]}}', 1),
        ('{number: {startsWith: "sw 26"}}', 1),
        ('{number: {startsWith: "SW-26-00009"}}', 1),
        ('{number: {contains: "\u2011000099"}}', 1),
        ('{number: {eq: "SW-26-000098"}}', 0),
    ],
)
def test_a_code_is_compared_in_any_spelling(condition: str, many: int, ask: Ask) -> None:
    answer = ask(f"{{ cases(where: {condition}) {{ totalCount nodes {{ number }} }} }}")
    assert "errors" not in answer, answer
    assert sum(row["number"] == "SW-26-000099" for row in answer["data"]["cases"]["nodes"]) == many


def test_rows_are_named_by_codes_in_any_spelling(ask: Ask) -> None:
    asked = """{ center(code: "cee 2") { code } port(code: "port 2704") { code } case(number: "Case SW26 000099")
  { number }
      htsHeading(code: "8542.31.0001") { code } node(id: "Center:cee2") { nodeId } }"""
    assert ask(asked)["data"] == {
        "center": {"code": "CEE002"}, "port": {"code": "2704"}, "case": {"number": "SW-26-000099"},
        "htsHeading": {"code": "8542"},
        "node": {"nodeId": "Center:CEE002"},
    }  # fmt: skip


@pytest.mark.parametrize("size", ["first", "last"])
def test_an_empty_page_has_its_total(size: str, ask: Ask) -> None:
    page = "totalCount nodes { nodeId } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    more = {"hasNextPage": size == "first", "hasPreviousPage": size == "last", "startCursor": None, "endCursor": None}
    for field in (
        "cases",
        'search(text: "sample port center", ',
        'importers(where: {name: {startsWith: ""}}, ',
        "centers",
    ):
        opened = field if "(" in field else f"{field}("
        whole = ask(f"{{ found: {opened}first: 100) {{ totalCount }} }}")["data"]["found"]["totalCount"]
        found = ask(f"{{ found: {opened}{size}: 0) {{ {page} }} }}")
        assert whole
        assert found["data"]["found"] == {"totalCount": whole, "nodes": [], "edges": [], "pageInfo": more}, field
    nested = ask(
        f"{{ centers(first: 1) {{ nodes {{ cases({size}: 0) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }}"
        " } } }"
    )
    assert nested["data"]["centers"]["nodes"][0]["cases"]["nodes"] == []
    assert "0 to 100" in ask(f"{{ cases({size}: -1) {{ totalCount }} }}")["errors"][0]["message"]


def test_rows_by_no_ids_are_none_and_others_stand_where_they_were_asked(ask: Ask) -> None:
    query = "query Q($i: [ID!]!) { nodes(ids: $i) { __typename nodeId ... on Center { code } } }"
    assert ask(query, i=[])["data"] == {"nodes": []}
    assert ask("{ nodes(ids: []) { nodeId } }", PUBLIC)["data"] == {"nodes": []}
    ids = ["Center:CEE002", "Port:ACE:2704", "Port:ACE:9999", "Center:CEE002", "Port:ACE:2704"] * 20
    found = [row and row["nodeId"] for row in ask(query, i=ids)["data"]["nodes"]]
    assert found == [None if name == "Port:ACE:9999" else name for name in ids]


_AT = 'query Q($at: DateTime) { responsibleContacts(hts: "8542", at: $at, first: 1) { unknown } }'


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T16:00:00", "2026-12-01", "2026-12-01 16:00", "2026-02-30T10:00:00Z", "2026-12-01T25:00:00Z",
        "2026-12-01T24:00:00Z",
        "1764604800", "2026-12-01T16:00:60Z", "2026-12-01T16:61:00Z", "2026-12-01T16:00:00+25:00",
        "2026-12-01T16:00:00 EST", "",
        "tomorrow", "2026-12-01T16:00:00Zulu", "0000-01-01T00:00:00Z", "2026-12-01T16:00:00.Z",
    ],
)  # fmt: skip
def test_a_moment_without_its_zone_and_what_is_no_moment_is_refused_with_an_example(text: str, ask: Ask) -> None:
    for asked, variables in ((_AT, {"at": text}), (_AT.replace("($at: DateTime)", "").replace("$at", f'"{text}"'), {})):
        (error,) = ask(asked, PUBLIC, **variables)["errors"]
        assert error["extensions"]["code"] == "INVALID"
        assert "2026-03-01T09:00:00Z" in error["message"]
    listed = ask("query Q($at: DateTime) { cases(where: {openedAt: {gt: $at}}) { totalCount } }", at=text)
    assert listed["errors"][0]["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    "text",
    ["2026-12-01T16:00:00Z", "2026-12-01t16:00:00z", "2026-12-01T11:00:00.000000000-05:00", "2026-12-01 16:00:00Z"],
)
def test_every_spelling_of_a_moment_is_the_same_moment(text: str, ask: Ask) -> None:
    assert moment(text) == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert "errors" not in ask(_AT, PUBLIC, at=text)


@given(
    st.integers(-2_000_000_000, 7_000_000_000),
    st.integers(0, 999_999),
    st.integers(-840, 840),
    st.sampled_from("Tt "),
    st.integers(0, 9),
)
def test_what_is_written_by_rfc_3339_is_read(
    second: int, microsecond: int, minutes: int, between: str, digits: int
) -> None:
    at = datetime.fromtimestamp(second, timezone(timedelta(minutes=minutes)))
    fraction = f"{microsecond:06d}000"[:digits]
    sign, offset = "-" if minutes < 0 else "+", abs(minutes)
    zone = f"{sign}{offset // 60:02d}:{offset % 60:02d}"
    text = f"{at:%Y-%m-%d}{between}{at:%H:%M:%S}{f'.{fraction}' if digits else ''}{zone}"
    assert moment(text) == at.replace(microsecond=int(fraction.ljust(6, "0")[:6] or 0))


def test_a_leap_second_is_the_one_after_it() -> None:
    assert moment("2016-12-31T23:59:60Z") == moment("2016-12-31T18:59:60-05:00") == datetime(2017, 1, 1, tzinfo=UTC)
