"""Text in, text out: what the compiler writes, and that values never enter it."""

import textwrap
from itertools import pairwise

import pytest

from graph_schema.graph import GRAPH
from hub.compile import read
from hub.gql.documents import Documents
from hub.gql.guard import Limits
from tests.asking import SCHEMA, NoCursors


def statement(query: str, **variables: object) -> str:
    plan, _ = Documents(GRAPH, SCHEMA, Limits()).plan(query, None, variables, NoCursors())
    return plan.roots[0].compiled.text


def _examples() -> list[tuple[str, str]]:
    """The questions at the top of read.py, each with what is told of its statement."""
    paragraphs = textwrap.dedent(read.__doc__ or "").split("\n\n")
    return [(paragraph.strip(), told) for paragraph, told in pairwise(paragraphs) if paragraph.lstrip().startswith("{")]


@pytest.mark.parametrize(("query", "told"), _examples(), ids=["by key", "a list"])
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
    assert statement("{ centers { nodes { code name } } }") == (
        "RETURN COLLECT { MATCH (n1:Center) WHERE n1.code IS NOT NULL "
        "WITH n1 ORDER BY n1.code LIMIT $p0 RETURN [n1.code, n1.name] ORDER BY n1.code } AS row"
    )


def test_the_text_does_not_vary_with_values() -> None:
    query = "query Q($n: Int, $s: CaseStatus) { cases(first: $n, where: {status: {eq: $s}}) { nodes { title } } }"
    assert statement(query, n=3, s="OPEN") == statement(query, n=50, s="CLOSED")
    literal = '{{ importer(number: "{}") {{ name }} }}'
    assert statement(literal.format("00-0000001SW")) == statement(literal.format("12-3456789AB"))


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
