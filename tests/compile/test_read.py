"""Text in, text out: what the compiler writes, and that values never enter it."""

import re
from itertools import pairwise
from typing import Any

import pytest

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import COMMON, ViewerKind
from hub.docs.contents import text as page
from hub.gql.document_limits import Limits
from hub.gql.plan_cache import PlanCache
from tests.asking import SCHEMA, NoCursors
from tests.bench.questions import QUESTIONS, Question
from tests.bench.rules import without_rules


def statement(query: str, **variables: Any) -> str:
    plan, _ = PlanCache(GRAPH, SCHEMA, Limits()).plan(query, None, variables, NoCursors())
    return "\n".join(plan.roots[0].compiled.texts)


def _examples() -> list[tuple[str, str]]:
    """The questions on the manual's page on the compiler, each with what is told of its statement."""
    paragraphs = page("explanation/compiler").split("\n\n")
    return [(paragraph.strip(), told) for paragraph, told in pairwise(paragraphs) if paragraph.lstrip().startswith("{")]


@pytest.mark.parametrize(("query", "told"), _examples(), ids=["by key", "a list", "a vast way"])
def test_the_worked_examples_of_the_compiler_are_true(query: str, told: str) -> None:
    """Line by line: what stands left of the notes, but for the points between, is in the statement in that order."""
    text = statement(query)
    position = 0
    for line in told.splitlines():
        for piece in (piece.strip() for piece in line.split("//")[0].split("…")):
            found = text.find(piece, position)
            assert found >= 0, f"{piece!r} is not in what is compiled after position {position}:\n{text}"
            position = found + len(piece)


def test_a_public_question_asks_for_no_rights() -> None:
    assert (
        statement("{ centers { nodes { code name } } }")
        == "RETURN COLLECT { MATCH (n1:Center) WHERE n1.code IS NOT NULL "
        "WITH n1 ORDER BY n1.code LIMIT $p0 RETURN [n1.code, n1.name] ORDER BY n1.code } AS row"
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_questions_of_the_bench_are_asked_under_their_rule(question: Question) -> None:
    values = {"number": "00-0000001SW", "code": "CEE007"}
    variables = {name: value for name, value in values.items() if f"${name}:" in question.hub}
    assert question.rule in statement(question.hub, **variables)
    plan, _ = PlanCache(without_rules(), SCHEMA, Limits()).plan(question.hub, None, variables, NoCursors())
    assert question.rule not in plan.roots[0].compiled.text


PUBLISHED = "query Q($flag: Boolean) { contacts(where: {published: {eq: $flag}}) { totalCount nodes { name } } }"


def test_a_list_that_asks_for_what_a_grant_is_about_asks_no_row_of_its_rule() -> None:
    alone = (
        "RETURN [COLLECT { MATCH (n1:Contact) WHERE n1.id IS NOT NULL AND n1.published = true "
        "WITH n1 ORDER BY n1.id LIMIT $p0 RETURN [n1.name] ORDER BY n1.id }, "
        "COUNT { MATCH (n1:Contact) WHERE n1.id IS NOT NULL AND n1.published = true }] AS row"
    )
    assert statement("{ contacts(where: {published: {eq: true}}) { totalCount nodes { name } } }") == alone
    assert statement(PUBLISHED, flag=True) == alone
    assert "CASE WHEN (seesAll) THEN 'all'" in statement(PUBLISHED, flag=False)


@pytest.mark.parametrize(
    "condition", ["not: {published: {eq: false}}", 'or: [{published: {eq: true}}, {name: {eq: "x"}}]']
)
def test_what_is_not_said_of_every_row_decides_no_rule(condition: str) -> None:
    assert "CASE WHEN (seesAll) THEN 'all'" in statement(
        f"{{ contacts(where: {{{condition}}}) {{ nodes {{ name }} }} }}"
    )


@pytest.mark.parametrize("kind", COMMON, ids=lambda kind: "+".join(sorted(kind.flags)) or "none")
@pytest.mark.parametrize("many", ["contacts", "firms"])
def test_whoever_sees_only_what_is_published_finds_nothing_that_is_not(many: str, kind: ViewerKind) -> None:
    query = f"{{ {many}(where: {{published: {{eq: false}}}}) {{ totalCount }} }}"
    plan, _ = PlanCache(GRAPH, SCHEMA, Limits()).plan(query, None, {}, NoCursors(), kind)
    assert "AND ()" not in plan.roots[0].compiled.text


def test_a_plan_that_a_truth_decided_is_not_taken_for_the_other_truth() -> None:
    documents = PlanCache(GRAPH, SCHEMA, Limits())
    texts = [
        documents.plan(PUBLISHED, None, {"flag": flag}, NoCursors())[0].roots[0].compiled.text
        for flag in (True, False, True)
    ]
    assert texts[0] == texts[2] != texts[1]


@pytest.mark.parametrize(
    "page",
    [
        'where: {title: {contains: "x"}}, orderBy: [{openedAt: DESC}]',
        "where: {or: [{status: {eq: OPEN}}]}, orderBy: [{openedAt: DESC}]",
        "where: {status: {eq: OPEN}}",
        "orderBy: [{title: ASC}]",
        "orderBy: [{openedAt: DESC}, {importer: {name: ASC}}]",
    ],
)
def test_a_page_that_no_index_answers_alone_is_read_along_the_edge(page: str) -> None:
    assert "inOrder" in statement(
        '{ center(code: "CEE007") { cases(orderBy: [{openedAt: DESC}]) { nodes { title } } } }'
    )
    assert "inOrder" not in statement(f'{{ center(code: "CEE007") {{ cases({page}) {{ nodes {{ title }} }} }} }}')


def test_the_text_does_not_vary_with_values() -> None:
    query = "query Q($n: Int, $s: CaseStatus) { cases(first: $n, where: {status: {eq: $s}}) { nodes { title } } }"
    assert statement(query, n=3, s="OPEN") == statement(query, n=50, s="CLOSED")
    literal = '{{ importer(number: "{}") {{ name }} }}'
    assert statement(literal.format("00-0000001SW")) == statement(literal.format("12-3456789AB"))


def conditions(one: str, other: str) -> dict[str, object]:
    """Conditions on a case, of every shape, with these values."""
    across = {"involves": {"some": {"code": {"in": [other]}}}}
    return {"or": [{"title": {"contains": one}}, {"importer": {"name": {"eq": other}}}], "not": across}


@pytest.mark.parametrize(
    ("query", "one", "other"),
    [
        ("query Q($x: Int) { cases(last: $x) { totalCount nodes { id } } }", 1, 99),
        ("query Q($x: CaseWhere) { cases(where: $x) { totalCount } }", conditions("a", "b"),
            conditions("' OR true //", "`")),
        ('query Q($x: AgencyInvolvesWhere) { case(number: "1") { involves(where: $x) { totalCount } } }',
         {"edge": {"acceptedAt": {"isNull": True}}}, {"edge": {"acceptedAt": {"isNull": False}}}),
        ("query Q($x: CaseStatus) { cases(where: {status: {eq: $x}}) { totalCount } }", "OPEN", "CLOSED"),
        ("query Q($x: [ID!]!) { nodes(ids: $x) { nodeId } }", ["Case:1", "Port:ACE:1"],
            ["Port:2", "Case:' OR true", "Case:3"]),
        ("query Q($x: String!) { search(text: $x) { totalCount } }", "zorro", "' ) RETURN 1 // 00-0000001SW"),
        ("query Q($x: String) { cases(after: $x) { nodes { id } } }", "a", "b"),
        ("query Q($x: String!) { importer(number: $x) { name } }", "00-0000001SW", "12-3456789AB"),
    ],
)  # fmt: skip
def test_the_text_is_the_same_for_all_values(query: str, one: object, other: object) -> None:
    assert statement(query, x=one) == statement(query, x=other)


def test_the_order_and_the_kinds_searched_are_in_the_text() -> None:
    order = "query Q($x: [CaseOrder!]) { cases(orderBy: $x) { nodes { id } } }"
    assert statement(order, x=[{"importer": {"name": "ASC"}}]) != statement(order, x=[{"importer": {"name": "DESC"}}])
    search = 'query Q($x: [SearchKind!]) { search(text: "x", kinds: $x) { totalCount } }'
    assert "Case_text" not in statement(search, x=["Importer"])
    assert "Case_text" in statement(search, x=["Case"])


def test_a_unique_property_is_looked_up_whoever_asks() -> None:
    assert "side" not in statement('{ cases(where: {number: {eq: "N-1"}, title: {contains: "x"}}) { nodes { id } } }')
    assert "side" in statement(
        '{ cases(where: {or: [{number: {eq: "N-1"}}, {title: {contains: "x"}}]}) { nodes { id } } }'
    )


def test_no_rule_has_a_sub_query_within_a_sub_query() -> None:
    """Each level is planned anew for every plan of the level around it."""
    texts = [test.where for rule in GRAPH.rules for grant in rule.grants for test in grant.tests if test.match]
    texts += [
        re.sub(r"^EXISTS ", "", piece)
        for rule in GRAPH.edge_rules
        for piece in re.findall(r"EXISTS \{ (.*?) \}", rule.test)
    ]
    assert not [text for text in texts if "EXISTS" in text]


def test_the_rule_stands_in_the_statement() -> None:
    text = statement('{ case(number: "N-1") { title } }')
    assert "ACTS_FOR" in text
    assert "acceptedAt IS NOT NULL" in text


def test_an_index_prefix_is_repeated_in_the_order() -> None:
    text = statement("{ cases(where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { title } } }")
    assert "ORDER BY n1.status DESC, n1.openedAt DESC, n1.id DESC" in text


def test_nothing_but_plain_names_enters_a_statement() -> None:
    text = statement('{ cases(where: {title: {contains: "x\' OR true //"}}) { nodes { title } } }')
    assert "OR true" not in text
