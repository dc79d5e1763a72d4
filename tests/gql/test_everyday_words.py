"""What people type first: a hundred everyday words, each with the row that is right, and codes, which come first."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_schema.graph import GRAPH
from graph_schema.upsert import node_statements
from hub.database.graph import Graph
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC
from hub.world.reference import reference_rows
from tests.asking import questions
from tests.renewed import wipe

Edge = dict[str, Any]
Search = Callable[[str], list[Edge]]
EVERYDAY = list(csv.DictReader((Path(__file__).parent / "everyday_words.csv").read_text(encoding="utf-8").splitlines()))
FACTS = reference_rows()


@pytest.fixture(scope="module")
def search(database: Graph, run: Callable[..., Any]) -> Search:
    """What the public finds among the public facts, of all kinds."""
    run(wipe(database))
    run(database.write(node_statements(GRAPH, FACTS.nodes, 5_000)))
    hub = questions(database)
    asking = (
        "query Q($text: String!) { search(text: $text, first: 3) { edges { match node { nodeId } "
        "highlights { property parts { text matched } } } } }"
    )

    def found(text: str) -> list[Edge]:
        answer = run(hub.answer(GraphQLRequest(asking, None, {"text": text}), PUBLIC))
        assert "errors" not in answer, answer
        return answer["data"]["search"]["edges"]

    return found


def _rows(found: list[Edge]) -> list[str]:
    return [edge["node"]["nodeId"] for edge in found]


def test_the_right_row_comes_first_for_everyday_words(search: Search) -> None:
    wrong = {
        row["text"]: found
        for row in EVERYDAY
        for found in [_rows(search(row["text"]))]
        if not found or found[0] not in row["right"].split("|")
    }
    print(f"right first: {len(EVERYDAY) - len(wrong)} of {len(EVERYDAY)}")  # noqa: T201 - it is what is judged
    assert len(EVERYDAY) == 100
    assert len(wrong) <= 10, wrong


def test_a_code_comes_first(search: Search) -> None:
    coded = [(row, node) for row in FACTS.nodes for node in [GRAPH.node(row.label)] if node.codes]
    # of the many, each eighth or fiftieth
    chosen = [
        one for place, one in enumerate(coded) if not place % (50 if one[0].label in ("HtsHeading", "Port") else 8)
    ]
    codes = {"ace", "ctpat", "7501"} | {
        str(row.properties[code]) for row, node in chosen for code in node.codes if row.properties.get(code)
    }
    having = {
        code: {
            f"{row.label}:{row.properties[node.key]}" for row, node in coded
            if code.lower() in (str(row.properties.get(name)).lower() for name in node.codes)
        }
        for code in codes
    }  # fmt: skip
    first = {code: search(code)[0] for code in sorted(codes)}
    assert len(codes) > 80
    assert {code: edge for code, edge in first.items() if edge["node"]["nodeId"] not in having[code]} == {}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("alloy steel", ["HtsHeading:7225", "HtsHeading:7228"]),
        ("the laptop", ["HtsHeading:8471"]),
        ("Lap-Top", ["HtsHeading:8471"]),
        ("kitchen knife", ["HtsHeading:8211"]),
        ("19 U.S.C. § 1514(a)", ["CaseKind:protest"]),
        ("sec. 1592", ["CaseKind:penalty", "CaseKind:prior_disclosure"]),
        ("cbp form 28", ["Form:CBP 28"]),
        ("I got a CBP 28", ["Form:CBP 28"]),
    ],
)
def test_what_people_call_it_is_known_in_any_spelling(text: str, rows: list[str], search: Search) -> None:
    found = search(text)
    assert _rows(found)[: len(rows)] == rows
    assert {edge["match"] for edge in found[: len(rows)]} == {"CALLED"}


def test_why_a_row_was_found_is_shown(search: Search) -> None:
    shown = {part["property"]: part["parts"] for part in search("labtop")[0]["highlights"]}
    assert {part["text"].lower() for part in shown["words"] if part["matched"]} == {"laptop"}


def test_a_word_as_it_is_written_comes_before_one_with_a_typo(search: Search) -> None:
    assert "boys" in str(search("boys")[0]).lower()
    assert _rows(search("toys"))[0] == "HtsHeading:9503"
