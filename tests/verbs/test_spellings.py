"""What verbs are given in any spelling is the same, and what they write is found by all its words."""

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.bookkeeping import worded
from graph_schema.ddl import TEXT_IS_READ
from graph_schema.graph import GRAPH
from graph_schema.words import OTHER_WORDS, of_row
from hub.database.graph import Graph

Do = Callable[..., Any]
_OPENED = (
    "{ number importer { number } port { code } goods { nodes { code } } entries { nodes { number } } adcvdOrders {"
    " nodes { number } } }"
)


def _opened(did: Do, importer: str, port: str, goods: str, entry: str, order: str) -> Any:
    given = (
        f'importer: "{importer}", port: "{port}", goods: ["{goods}"], entries: ["{entry}"], adcvdOrders: ["{order}"]'
    )
    return did("trade", f'mutation {{ openCase(kind: "adcvd_inquiry", title: "x", {given}) {_OPENED} }}')


@pytest.mark.parametrize(
    "given",
    [
        ("11-1111111aa", "2704", "8542", "AAA-0000001-4", "A-570-909"),
        ("11 1111111 AA", "port 2704", "8542.31.0001", "aaa00000014", "a570909"),
        ("111111111AA", "27-04", "8542 31", "AAA 0000001 4", "A 570 909"),
        ("11\u20131111111AA", "#2704", "HTS 85423100", "entry AAA\u20110000001\u20114", "A570909000"),
    ],
)
def test_a_case_is_opened_by_codes_in_any_spelling(given: tuple[str, ...], did: Do) -> None:
    opened = _opened(did, *given)
    number = opened.pop("number")
    assert opened == {
        "importer": {"number": "11-1111111AA"}, "port": {"code": "2704"}, "goods": {"nodes": [{"code": "8542"}]},
        "entries": {"nodes": [{"number": "AAA-0000001-4"}]}, "adcvdOrders": {"nodes": [{"number": "A-570-909"}]},
    }  # fmt: skip
    for spelled in (number.lower(), number.replace("-", ""), number.replace("-", "\u2013"), f" case {number} "):
        noted = did("trade", 'mutation N($c: String!) { noteCase(case: $c, text: "x") { number } }', c=spelled)
        assert noted == {"number": number}
        found = did(
            "trade",
            "query S($t: String!) { search(text: $t, kinds: [Case]) { nodes { nodeId ... on Case { number } } } }",
            t=spelled,
        )
        assert [row["number"] for row in found["nodes"]] == [number]


_TEXT = "Zo\u00eb\u2019s Q&X Desk at 1,234.50"


def test_what_is_written_is_found_by_all_its_words(did: Do, world: Graph, run: Callable[..., Any]) -> None:
    text = f'"{_TEXT}"'
    opened = did(
        "trade", f'mutation {{ openCase(kind: "rfi", importer: "11-1111111AA", title: {text}) {{ number }} }}'
    )["number"]
    linked = f'linkCaseToIssue(case: "{opened}", title: {text}, topic: "valuation") {{ issue {{ id }} }}'
    issue = did("trade", f"mutation {{ {linked} }}")["issue"]["id"]
    did(
        "port-2704",
        f'mutation {{ decideCase(case: "T-open", question: {text}, outcome: "x", maker: {text}) {{ id }} }}',
    )
    asked = did(
        "importer",
        f'mutation {{ askQuestion(title: {text}, text: "x", public: true, office: "Center:CEE007") {{ id }} }}',
    )["id"]
    did("center-007", f'mutation {{ answerQuestion(question: "{asked}", text: "Of O\u2019Quokka") {{ id }} }}')
    did("center-007", f'mutation {{ publishQuestion(question: "{asked}", title: "A\u2013B") {{ id }} }}')
    did("trade", f'mutation {{ declareProgram(code: "S338", name: {text}, office: "OT-TPP") {{ code }} }}')
    did("trade", f'mutation {{ confirmIssue(issue: "{issue}", title: "W.R. Quokka") {{ id }} }}')
    run(world.apply([TEXT_IS_READ]))
    written = 0
    for label in worded():
        if label in (node.label for node in GRAPH.nodes):
            for (row,) in run(world.read(f"MATCH (n:{label}) RETURN properties(n)", {})):
                assert row.get(OTHER_WORDS) == of_row(GRAPH.node(label).text, row), (label, row)
                written += row.get(OTHER_WORDS) is not None
    assert written >= 5
    for text, kind, many in (
        ("1234.50", "Case", 1),
        ("oquokka", "Question", 1),
        ("wr quokka", "Issue", 1),
        ("QX", "Program", 1),
        ("zoes", "Decision", 1),
    ):
        found = did("trade", f'{{ search(text: "{text}", kinds: [{kind}]) {{ totalCount }} }}')
        assert found["totalCount"] == many, text
