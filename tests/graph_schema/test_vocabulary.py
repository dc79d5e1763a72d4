"""What people call things, and the law they cite: read without a database."""

import csv
from pathlib import Path

import pytest

from graph_schema.laws import Law, cites, laws
from graph_schema.vocabulary import Entry, Vocabulary, vocabulary
from graph_schema.words import forms

EVERYDAY = Path(__file__).parents[1] / "gql" / "everyday_words.csv"
WORDS = Vocabulary(
    [
        Entry("e-bike", ("HtsHeading", "8711"), 1),
        Entry("kitchen knives", ("HtsHeading", "8211"), 1),
        Entry("women's shoes", ("HtsHeading", "6403"), 2),
        Entry("women's shoes", ("HtsHeading", "6404"), 1),
        Entry("shoes", ("HtsHeading", "6405"), 1),
        Entry("leather", ("HtsHeading", "4107"), 1),
        Entry("refrigerator", ("HtsHeading", "8418"), 1),
        Entry("10+2", ("CaseKind", "isf"), 1),
    ],
    [
        (Law("19", "USC", "1514"), ("CaseKind", "protest"), 0),
        (Law("19", "CFR", "174"), ("CaseKind", "protest"), 0),
        (Law("19", "CFR", "174.21"), ("CaseKind", "protest_exclusion"), 2),
    ],
    ["Bicycles and refrigerants"],
)


@pytest.mark.parametrize("text", ["e-bike", "ebikes", "E BIKE", "the e-bike", "e\u2011bike", "EBike"])
def test_words_are_known_in_any_spelling(text: str) -> None:
    assert list(WORDS.read(text).whole) == [("HtsHeading", "8711")]


@pytest.mark.parametrize("text", ["kitchen knife", "Kitchen-Knives", "kitchenknife"])
def test_words_are_known_by_their_stems(text: str) -> None:
    assert list(WORDS.read(text).whole) == [("HtsHeading", "8211")]


@pytest.mark.parametrize("text", ["women's shoes", "Women\u2019s Shoes"])
def test_of_several_rows_the_likeliest_comes_first(text: str) -> None:
    assert WORDS.read(text).whole == {("HtsHeading", "6404"): 0, ("HtsHeading", "6403"): 1}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("women's shoes of leather", "6404"), ("leather shoes", "6405"), ("shoes for leather workers", "6405"),
        ("refrijerator", "8418"), ("refrigrators", "8418"), ("big refrijerator", "8418"),
    ],
)  # fmt: skip
def test_a_part_and_a_misspelt_word_mean_something_too(text: str, first: str) -> None:
    meant = WORDS.read(text)
    assert meant.whole == {}
    assert next(iter(meant.part)) == ("HtsHeading", first)


@pytest.mark.parametrize("text", ["refrigerants", "zorro", "bicycles", "", "1 2 7", "the of"])
def test_what_is_known_or_like_nothing_is_not_corrected(text: str) -> None:
    meant = WORDS.read(text)
    assert (meant.whole, meant.part, meant.words) == ({}, {}, ())


def test_what_an_index_is_asked_for_beside_is_the_word_put_right() -> None:
    assert WORDS.read("refrijerator").words == ("refrigerator",)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("19 U.S.C. § 1514", ["protest"]), ("19USC1514(c)(3)", ["protest"]), ("section 1514", ["protest"]),
        ("19 CFR part 174", ["protest", "protest_exclusion"]), ("19 C.F.R. 174.21(b)", ["protest_exclusion"]),
        ("19 CFR 174.99", ["protest", "protest_exclusion"]),
    ],
)  # fmt: skip
def test_a_law_means_what_rests_on_it(text: str, rows: list[str]) -> None:
    assert [code for _, code in WORDS.read(text).whole] == rows


@pytest.mark.parametrize("text", ["section 301", "1514", "21 USC 1514", "19 CFR", "chapter 15"])
def test_other_numbers_are_no_law_that_is_known(text: str) -> None:
    assert WORDS.read(text).whole == {}


def test_what_means_something_is_told_where_it_stands() -> None:
    text = "my CBP 28, under 19 USC 1514"
    assert {text[start:end] for start, end in vocabulary().read(text).spans} == {"CBP 28", "19 USC 1514"}


@pytest.mark.parametrize(
    ("basis", "numbers"),
    [
        ("19 USC 1514, 1515; 19 CFR part 174", ["1514", "1515", "174"]),
        ("19 USC 1607-1609, 1618; 19 CFR parts 162, 171", ["1607", "1608", "1609", "1618", "162", "171"]),
        ("19 USC 1490; 19 CFR 4.37, part 127", ["1490", "4.37", "127"]),
        ("19 CFR 12.42-12.44", ["12.42", "12.43", "12.44"]),
        ("19 USC 81a-81u", ["81a", "81u"]),
        ("19 USC 1499(c)(5); 84 FR 40430", ["1499"]),
        ("Pub. L. 117-78", []),
    ],
)  # fmt: skip
def test_the_laws_of_a_row_are_read(basis: str, numbers: list[str]) -> None:
    assert [law.number for law, _ in laws(basis)] == numbers


def test_a_law_is_found_where_it_stands() -> None:
    assert list(cites("see sec. 1592 and 19 CFR 162.74")) == [
        (Law("19", "CFR", "162.74"), (18, 31)),
        (Law("19", "USC", "1592"), (4, 13)),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("toys", "toy"), ("toy", "toys"), ("battery", "batteries"), ("batteries", "battery"), ("knife", "knives"),
        ("boxes", "box"), ("dish", "dishes"), ("women", "woman"), ("glass", "glasses"), ("gas", "gases"),
    ],
)  # fmt: skip
def test_a_noun_has_a_singular_and_a_plural(one: str, other: str) -> None:
    assert other in forms(one)
    assert one in forms(other)


@pytest.mark.parametrize("word", ["tv", "8542", "größe", "x"])
def test_other_words_have_one_form(word: str) -> None:
    assert forms(word) == (word,)


def test_of_a_hundred_everyday_words_at_least_ninety_mean_the_right_row_first() -> None:
    rows = list(csv.DictReader(EVERYDAY.read_text(encoding="utf-8").splitlines()))
    wrong: dict[str, str] = {}
    for row in rows:
        meant = vocabulary().read(row["text"])
        first = next(iter(meant.whole or meant.part), ("nothing", ""))
        if ":".join(first) not in row["right"].split("|"):
            wrong[row["text"]] = ":".join(first)
    assert len(rows) == 100
    assert len(wrong) <= 10, wrong
