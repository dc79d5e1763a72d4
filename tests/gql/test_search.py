"""Search: words with a typo, numbers and codes, the hub's own order, highlights."""

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.gql.endpoint import Asked
from hub.gql.words import highlighted, words
from hub.graph import Graph
from hub.viewer import PUBLIC, Viewer
from tests.asking import questions
from tests.random_world import random_world

Run = Callable[..., Any]
Find = Callable[..., Any]


@pytest.fixture
def find(empty: Graph, run: Run) -> Find:
    """What a search finds, as (node id, match) pairs, in order."""
    world = random_world(2)
    named = {
        ("Importer", "00-0000001SW"): "Zorro Électronique",
        ("Importer", "00-0000002SW"): "Zorro",
        ("Importer", "00-0000003SW"): "Great Zorro Zorro",
    }
    for key, name in named.items():
        world.nodes[key]["name"] = name
    run(world.write(empty))
    hub = questions(empty)

    def found(text: str, kinds: str = "[Importer]", account: str = "tests.example|trade") -> list[tuple[str, str]]:
        query = f"query Q($text: String!) {{ search(text: $text, kinds: {kinds}) {{ edges {{ match node {{ nodeId }} }} }} }}"
        answer = run(hub.answer(Asked(query, None, {"text": text}), Viewer(account) if account else PUBLIC))
        assert "errors" not in answer, answer
        return [(edge["node"]["nodeId"], edge["match"]) for edge in answer["data"]["search"]["edges"]]

    return found


ONE, TWO, THREE = (f"Importer:00-000000{number}SW" for number in (1, 2, 3))


def test_the_order_is_exact_prefix_words_key(find: Find) -> None:
    assert find("zorro") == [(TWO, "EXACT"), (ONE, "PREFIX"), (THREE, "WORDS")]
    assert find("great zorro")[0] == (THREE, "PREFIX")
    assert [row for row, _ in find("great zorro")] == [THREE, ONE, TWO]


@pytest.mark.parametrize("text", ["zoro", "zorrro", "zorra", "zrorro", "orro", "ZORRO", "zórro", "zorr"])
def test_a_word_may_hold_one_typo_or_be_cut_short(text: str, find: Find) -> None:
    assert {row for row, _ in find(text)} == {ONE, TWO, THREE}


def test_accents_do_not_matter(find: Find) -> None:
    assert find("electronique") == find("Électronique") == find("elektronique") == [(ONE, "WORDS")]


@pytest.mark.parametrize("text", ["zaarro", "zooorro", "xorra", "or"])
def test_two_typos_are_two_too_many(text: str, find: Find) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "kinds", "row"),
    [
        ("00-0000002sw", "[Importer]", TWO),
        (" 2704 ", "[Port]", "Port:ACE:2704"),
        ("8542", "[HtsHeading]", "HtsHeading:8542"),
        ("8542.31.0001", "[HtsHeading]", "HtsHeading:8542"),
        ("8542310001", "[HtsChapter]", "HtsChapter:85"),
        ("cee002", "[Center]", "Center:CEE002"),
        ("n-98", "[Case]", "Case:case-01"),
        ("s03", "[Broker]", "Broker:S03"),
        ("fda", "[Agency]", "Agency:FDA"),
    ],
)
def test_a_number_or_code_goes_straight_to_its_row(text: str, kinds: str, row: str, find: Find) -> None:
    assert find(text, kinds)[0] == (row, "EXACT")


def test_an_entry_number_goes_straight_to_its_row(find: Find, empty: Graph, run: Run) -> None:
    number = run(empty.read_one("MATCH (e:Entry) RETURN e.number ORDER BY e.number LIMIT 1", {}))
    assert find(number.lower(), "[Entry]") == [(f"Entry:{number}", "EXACT")]
    assert find(number, "[Entry]", "") == []


@pytest.mark.parametrize(
    "text",
    [
        '"',
        'zorro"',
        "a* OR b*",
        "*:*",
        "name:zorro",
        "/.*/",
        "zorro~",
        "[a TO q]",
        "\\",
        "+zorro -zorro",
        "zorro^99",
        "') RETURN xx //",
        "NOT zorro",
    ],
)
@pytest.mark.usefixtures("find")
def test_query_syntax_is_read_as_words(text: str, empty: Graph, run: Run) -> None:
    query = "query Q($t: String!) { search(text: $t, kinds: [Importer]) { totalCount } }"
    answer = run(questions(empty).answer(Asked(query, None, {"t": text}), Viewer("tests.example|trade")))
    if "errors" in answer:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
        assert "at least one word" in answer["errors"][0]["message"]
    else:
        assert answer["data"]["search"]["totalCount"] == (3 if "zorro" in text else 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at least one word"),
        ("?!", "at least one word"),
        ("x" * 201, "at most 200"),
        (" ".join(f"w{n}" for n in range(11)), "at most 10"),
        ("123-45-6789", "Social Security"),
    ],
)
def test_a_text_that_cannot_be_searched_is_refused(text: str, message: str, database: Graph, run: Run) -> None:
    query = "query Q($t: String!) { search(text: $t) { totalCount } }"
    answer = run(questions(database).answer(Asked(query, None, {"t": text}), PUBLIC))
    assert message in answer["errors"][0]["message"]
    assert "123-45" not in str(answer)


def test_words_are_shown_where_they_stand() -> None:
    parts = highlighted(words("electronics zoro"), [("name", "The Zorro, Électronics!"), ("scope", "nothing"), ("empty", None)])
    assert [(found["property"], [(part["text"], part["matched"]) for part in found["parts"]]) for found in parts] == [
        ("name", [("The ", False), ("Zorro", True), (", ", False), ("Électronics", True), ("!", False)])
    ]


def test_a_row_is_found_as_soon_as_it_is_written(find: Find, empty: Graph, run: Run) -> None:
    run(empty.write([Statement("CREATE (:Ruling {number: 'SAMPLE 77', title: 'Of quokkas', source: 'sample'})")]))
    assert find("quokkas", "[Ruling]", "") == [("Ruling:SAMPLE 77", "WORDS")]
