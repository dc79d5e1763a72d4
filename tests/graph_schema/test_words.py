"""Words of any script: what tells them apart, what does not, and what of them an index would not have by itself."""

# ruff: noqa: RUF001 - it is about letters that look like others

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.words import SpelledOut, cut, folded, joined, other_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José", "JOSE"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("Æsir", "aesir"),
        ("Œuvre", "oeuvre"),
        ("Straße", "STRASSE"),
        ("Đorđe", "dorde"),
        ("Þór", "thor"),
        ("İzmir", "izmir"),
        ("ılgın", "ilgin"),
        ("Zoe\u0308", "zoë"),
        ("Νίκος", "ΝΙΚΟΣ"),
        ("Сёмин", "семин"),
        ("ﬁrm", "firm"),
        ("ＡＢＣ１２", "abc12"),
        ("١٢٣", "123"),
        ("مُحَمَّد", "محمد"),
        ("שָׁלוֹם", "שלום"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("soft\u00adware", "software"),
        ("\u1112\u1161\u11ab", "한"),
        ("क\u093cलम", "कलम"),
        ("مستشفى", "مستشفي"),
        ("علی", "علي"),
        ("کتاب", "كتاب"),
        ("شركة", "شركه"),
    ],
)
def test_letters_that_people_write_in_two_ways_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ガ", "カ"), ("パ", "バ"), ("ก", "ข"), ("한", "하"), ("कि", "की"), ("a", "b"), ("样", "品")]
)
def test_letters_that_are_others_are_told_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text())
def test_words_stand_in_their_text_in_order_and_are_folded_once_for_all(text: str) -> None:
    at = 0
    for word in cut(text):
        assert at <= word.start < word.end <= len(text)
        assert folded(text[word.start : word.end]) == word.folded != ""
        assert folded(word.folded) == word.folded
        at = word.end


@given(st.text())
def test_how_a_text_is_composed_makes_no_difference(text: str) -> None:
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert "".join(word.folded for word in cut(composed)) == "".join(word.folded for word in cut(apart))


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("12,500.00", ["12500", "1250000"]),
        ("9013.80.9050", ["901380", "9013809050"]),
        ("AT&T", ["att"]),
        ("C.H. Quokka", ["ch"]),
        ("O’Quokka", ["oquokka"]),
        ("A-77/B-9", ["a77b9"]),
        ("desk_of", ["deskof"]),
        ("v2.14.3", ["v214", "214", "2143", "v2143"]),
        ("name:quokka, at 10:30", ["1030", "namequokka"]),
        ("a-b-c-d-e", []),
        ("Of nothing, alike; here.", []),
    ],
)
def test_what_stands_together_is_known_as_one(text: str, one: list[str]) -> None:
    assert [run.joined for run in joined(cut(text))] == one


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Sample: Prior disclosure on heading 8525", None),
        ("3M and LG (2026), at 5%", None),
        ("under 19 CFR 174.12", "174 12 17412"),
        ("José of Sample", "jose"),
        ("样品 Co.", "样 品"),
        ("_x", "x"),
        ("6\uff9f & more", "6"),
        ("㈱見本", "見 本 株 式 会 社 見 本"),
        ("(株)見本", "株 見 本 株 式 会 社 見 本"),
        ("見本（有）", "見 本 有 見 本 有 限 会 社"),
        ("", None),
    ],
)
def test_a_row_has_those_words_that_an_index_would_not_make_of_it(text: str, others: str | None) -> None:
    assert other_words([text, None]) == others


@pytest.mark.parametrize(
    ("sign", "spelled"),
    [
        ("㈱", "株式会社"), ("(株)", "株式会社"), ("（株）", "株式会社"), ("\u337f", "株式会社"), ("㈲", "有限会社"),
        ("(有)", "有限会社"),
        ("(同)", "合同会社"), ("㈾", "合資会社"), ("㈴", "合名会社"), ("㈶", "財団法人"),
        ("㈳", "社団法人"), ("(A)", "(A)"), ("株", "株"),
    ],
)  # fmt: skip
def test_the_kind_of_a_company_is_spelled_out(sign: str, spelled: str) -> None:
    assert SpelledOut.of(f"新{sign}見本").text == f"新{spelled}見本"


@given(st.lists(st.sampled_from(["㈱", "(有)", "株式会社", "見本", "A", " ", "(", "株", ")"]), max_size=8))
def test_what_is_spelled_out_stands_where_its_sign_did(parts: list[str]) -> None:
    text = "".join(parts)
    spelled = SpelledOut.of(text)
    at = 0
    for letter in range(len(spelled.text)):
        start, end = spelled.place(letter, letter + 1)
        assert at <= start < end <= len(text)
        assert spelled.text[letter] in (text[start:end], *SpelledOut.of(text[start:end]).text)
        at = start
    assert SpelledOut.of(spelled.text).text == spelled.text
