"""Words, headings and forms as data: every heading and kind exists, nothing stands twice, each row says who says so."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from importlib import resources

import pytest

from graph_schema import reference

Row = dict[str, str]
Faults = Iterator[str]

BRITISH = re.compile(
    r"\btyre|aluminium|colour|fibre|jewellery|\bmoulds?\b|moulded|sulph|flavour|odour|vapour|metallised|armour",
    re.IGNORECASE,
)


def read(name: str) -> list[Row]:
    with resources.files(reference).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


HEADINGS, SYNONYMS, FORMS, MATTERS = read("hts_headings"), read("synonyms"), read("forms"), read("matter_words")
CODES = {row["heading"] for row in HEADINGS}
KINDS = {row["code"] for row in read("case_kinds")}
MEANT = {
    (label, row["code"])
    for label, name in (("CaseKind", "case_kinds"), ("Topic", "topics"), ("Program", "programs"))
    for row in read(name)
} | {("HtsChapter", row["chapter"]) for row in read("hts_chapters")}


def twice(names: Iterable[str]) -> Faults:
    return (f"{name} stands twice" for name, count in Counter(names).items() if count > 1)


def unsure(rows: list[Row], key: str, confidences: set[str]) -> Faults:
    for row in rows:
        if not row["source"].strip():
            yield f"{row[key]} has no source"
        if row["confidence"] not in confidences:
            yield f"{row[key]} has the confidence {row['confidence']!r}"
        if any(value != value.strip() for value in row.values()):
            yield f"{row[key]} has blanks at an end"


def heading_faults(rows: list[Row]) -> Faults:
    yield from unsure(rows, "heading", {"verified", "reported", "unverified"})
    yield from twice(row["heading"] for row in rows)
    for row in rows:
        heading, text = row["heading"], row["description"]
        if not re.fullmatch(r"\d{4}", heading) or row["chapter"] != heading[:2]:
            yield f"{heading} is not a heading of chapter {row['chapter']}"
        if not text or text.endswith(":") or "  " in text:
            yield f"{heading} has no clean text"
        if "HTSUS (USITC)" in row["source"] and BRITISH.search(text):
            yield f"{heading} is not in the wording of the HTSUS"


def synonym_faults(rows: list[Row]) -> Faults:
    yield from unsure(rows, "word", {"high", "medium", "low"})
    yield from twice(f"{row['word'].casefold()} {row['heading']}" for row in rows)
    ranks: dict[str, list[str]] = {}
    for row in rows:
        ranks.setdefault(row["word"].casefold(), []).append(row["rank"])
        if row["heading"] not in CODES:
            yield f"{row['word']}: there is no heading {row['heading']}"
        if f"HTSUS 2025, {row['heading']}" not in row["source"]:
            yield f"{row['word']}: the source speaks of another heading than {row['heading']}"
    yield from rank_faults(rows, ranks, "heading")


def rank_faults(rows: list[Row], ranks: dict[str, list[str]], column: str) -> Faults:
    for word, given in ranks.items():
        if given != [str(place) for place in range(1, len(given) + 1)]:
            yield f"{word} has the ranks {', '.join(given)}"
    for row in rows:
        if len(ranks[row["word"].casefold()]) > 1 and not row["note"]:
            yield f"{row['word']} has several rows, no note for {row[column]}"


def matter_faults(rows: list[Row]) -> Faults:
    yield from unsure(rows, "word", {"verified", "reported", "unverified"})
    yield from twice(f"{row['word'].casefold()} {row['label']} {row['code']}" for row in rows)
    ranks: dict[str, list[str]] = {}
    for row in rows:
        ranks.setdefault(row["word"].casefold(), []).append(row["rank"])
        if (row["label"], row["code"]) not in MEANT:
            yield f"{row['word']}: there is no {row['label']} {row['code']}"
        if (row["confidence"] == "unverified") is bool(row["checked_on"]):
            yield f"{row['word']} was checked on {row['checked_on'] or 'no day'}, and is {row['confidence']}"
    yield from rank_faults(rows, ranks, "code")


def spellings(row: Row) -> list[str]:
    return [row["code"], *row["spellings"].split("|")]


def form_faults(rows: list[Row]) -> Faults:
    yield from unsure(rows, "code", {"verified", "reported", "unverified"})
    yield from twice(spelling.casefold() for row in rows for spelling in spellings(row))
    for row in rows:
        if empty := [column for column, value in row.items() if not value]:
            yield f"{row['code']} has nothing for {', '.join(empty)}"
        for kind in row["kinds"].split("|"):
            if kind not in KINDS:
                yield f"{row['code']}: there is no kind {kind}"


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (HEADINGS, heading_faults),
        (SYNONYMS, synonym_faults),
        (FORMS, form_faults),
        (MATTERS, matter_faults),
    ],
)
def test_rows_have_no_fault(rows: list[Row], faults: Callable[[list[Row]], Faults]) -> None:
    assert list(faults(rows)) == []


HEADING = {
    "heading": "4011", "chapter": "40", "description": "New pneumatic tires, of rubber", "source": "HTSUS (USITC)",
    "confidence": "reported",
}  # fmt: skip
SYNONYM = {
    "word": "tires", "heading": "4011", "rank": "1", "note": "new", "source": "HTSUS 2025, 4011", "confidence": "high",
}  # fmt: skip
SECOND = SYNONYM | {"heading": "4012", "rank": "2", "note": "used", "source": "HTSUS 2025, 4012"}
MATTER = {
    "word": "protest", "label": "CaseKind", "code": "protest", "rank": "1", "note": "", "source": "19 USC 1514",
    "checked_on": "2026-11-27", "confidence": "verified",
}  # fmt: skip
FORM = {
    "code": "CBP 28", "spellings": "CF 28", "name": "Request for Information", "kinds": "rfi", "issued_by": "CBP",
    "answered_by": "importer", "legal_basis": "19 CFR 151.11", "source": "read", "confidence": "reported",
}  # fmt: skip


@pytest.mark.parametrize(
    ("faults", "rows", "told"),
    [
        (heading_faults, [HEADING | {"source": ""}], "4011 has no source"),
        (heading_faults, [HEADING | {"confidence": "sure"}], "4011 has the confidence 'sure'"),
        (heading_faults, [HEADING, HEADING], "4011 stands twice"),
        (heading_faults, [HEADING | {"chapter": "41"}], "4011 is not a heading of chapter 41"),
        (heading_faults, [HEADING | {"description": "Tires:"}], "4011 has no clean text"),
        (heading_faults, [HEADING | {"description": "New tyres"}], "4011 is not in the wording of the HTSUS"),
        (synonym_faults, [SYNONYM | {"source": " "}], "tires has no source"),
        (synonym_faults, [SYNONYM | {"confidence": ""}], "tires has the confidence ''"),
        (synonym_faults, [SYNONYM | {"word": "tires "}], "tires  has blanks at an end"),
        (synonym_faults, [SYNONYM | {"heading": "4099"}], "tires: there is no heading 4099"),
        (synonym_faults, [SYNONYM | {"heading": "4013"}], "tires: the source speaks of another heading than 4013"),
        (synonym_faults, [SYNONYM, SYNONYM | {"word": "Tires", "rank": "2"}], "tires 4011 stands twice"),
        (synonym_faults, [SYNONYM, SECOND | {"rank": "3"}], "tires has the ranks 1, 3"),
        (synonym_faults, [SYNONYM, SECOND | {"note": ""}], "tires has several rows, no note for 4012"),
        (matter_faults, [MATTER | {"code": "protests"}], "protest: there is no CaseKind protests"),
        (matter_faults, [MATTER, MATTER], "protest CaseKind protest stands twice"),
        (matter_faults, [MATTER | {"checked_on": ""}], "protest was checked on no day, and is verified"),
        (matter_faults, [MATTER | {"rank": "2"}], "protest has the ranks 2"),
        (form_faults, [FORM | {"kinds": "rfi|sentence"}], "CBP 28: there is no kind sentence"),
        (form_faults, [FORM, FORM | {"code": "CBP 29"}], "cf 28 stands twice"),
        (form_faults, [FORM | {"legal_basis": ""}], "CBP 28 has nothing for legal_basis"),
    ],
)  # fmt: skip
def test_a_fault_is_found(faults: Callable[[list[Row]], Faults], rows: list[Row], told: str) -> None:
    assert told in list(faults(rows))


def test_sound_rows_are_left_alone() -> None:
    assert not [*heading_faults([HEADING]), *synonym_faults([SYNONYM, SECOND]), *form_faults([FORM])]


def test_all_headings_speak_as_the_htsus_does() -> None:
    assert {row["heading"] for row in HEADINGS if "HTSUS (USITC)" not in row["source"]} == {"9999"}
    texts = {row["heading"]: row["description"] for row in HEADINGS}
    assert texts["4011"] == "New pneumatic tires, of rubber"
    assert texts["6109"] == "T-shirts, singlets, tank tops and similar garments, knitted or crocheted"
    assert texts["1005"] == "Corn (maize)"
    assert {code[:2] for code in texts} == {f"{chapter:02}" for chapter in range(1, 100)} - {"77"}


def test_there_are_at_least_600_words() -> None:
    assert len({row["word"].casefold() for row in SYNONYMS}) >= 600


@pytest.mark.parametrize(
    ("word", "heading"),
    [
        ("laptop", "8471"), ("toys", "9503"), ("tires", "4011"), ("T-shirts", "6109"), ("sneakers", "6404"),
        ("brake pads", "8708"), ("avocado", "0804"), ("vitamins", "2106"), ("LED bulbs", "8539"), ("e-bike", "8711"),
        ("drone", "8806"), ("yoga mat", "9506"), ("phone case", "3926"), ("wireless earbuds", "8518"),
        ("American goods returned", "9801"),
    ],
)  # fmt: skip
def test_the_likeliest_heading_comes_first(word: str, heading: str) -> None:
    assert next(row["heading"] for row in SYNONYMS if row["word"] == word) == heading


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        ("CBP 28", "rfi"), ("CF 28", "rfi"), ("CBP Form 29", "notice_of_action"),
        ("notice of action", "notice_of_action"),
        ("7501", "entry"), ("3461", "entry"), ("redelivery notice", "redelivery"), ("CF 4647", "redelivery"),
        ("5955A", "penalty"), ("6051D", "detention"), ("detention notice", "detention"), ("CF 19", "protest"),
        ("7551", "drawback"), ("3299", "entry"), ("4455", "entry"), ("5106", "entry"), ("CBP 301", "bond_sufficiency"),
        ("7512", "in_bond"), ("FDA 2877", "agency_hold"), ("EPA 3520-1", "entry"), ("DOT HS-7", "entry"),
        ("seizure notice", "seizure"), ("CBP 6084", "bill"),
    ],
)  # fmt: skip
def test_what_people_have_in_hand_leads_to_a_kind(spelling: str, kind: str) -> None:
    found = next(row for row in FORMS if spelling.casefold() in (one.casefold() for one in spellings(row)))
    assert found["kinds"].split("|")[0] == kind
