"""An entry is added to a case later, with its days, and its type is said."""

from collections.abc import Callable
from typing import Any, Final

from tests.verbs.timing import (
    ENTRY,
    OTHER_ENTRY,
    SHOWN,
    case_of,
    day,
    dues,
    history,
    last,
    opened,
    verb,
)

Do = Callable[..., Any]
_NOBODYS: Final = "AAA-0000003-0"
_FACTS: Final = "entries(orderBy: [{number: ASC}]) { nodes { number type enteredAt } }"


def _added(number: str, entry: str, more: str = "") -> str:
    return f'mutation {{ addCaseEntry(case: "{number}", entry: "{entry}"{more}) {{ {SHOWN} }} }}'


def test_the_clocks_of_an_entry_that_is_added_later_begin(did: Do) -> None:
    dates = f'dates: ["entry_filed {day(-100)} {ENTRY}"]'
    number = opened(did, "center-007", "liquidation", f'entries: ["{ENTRY}"], {dates}')["number"]
    added = f', dates: ["entry_filed {day(-60)}"], reason: "of the same goods"'
    found = dues(did("center-007", _added(number, OTHER_ENTRY, added)))
    assert found[f"deemed_liquidated {ENTRY}"] == ("RUNNING", last(day(-100), 1, "years", rolls=False))
    year = last(day(-60), 1, "years", rolls=False)
    assert found[f"deemed_liquidated {OTHER_ENTRY}"] == ("RUNNING", year)
    told, begun = history(did, "importer", number)[-2:]
    assert told == f"entry {OTHER_ENTRY} added: of the same goods"
    assert begun.startswith(f"begun: Liquidation: customary cycle, entry {OTHER_ENTRY}: until ")
    assert f"Liquidation: deemed liquidated, entry {OTHER_ENTRY}: until {year}" in begun
    windows = "{ windows(within: 3650) { rows { entry { number } clock { id } } } }"
    rows = [(row["clock"]["id"], row["entry"]["number"]) for row in did("importer", windows)["rows"]]
    assert ("psc file", OTHER_ENTRY) in rows


def test_a_day_of_the_case_is_one_of_the_entry_that_is_added(did: Do) -> None:
    number = opened(did, "center-007", "liquidation", f'event: "entry_filed", on: "{day(-100)}"')["number"]
    case = did("center-007", _added(number, ENTRY))
    year = last(day(-100), 1, "years", rolls=False)
    assert dues(case)[f"deemed_liquidated {ENTRY}"] == ("RUNNING", year)
    # what ran for the case as a whole runs for its entries
    assert "deemed_liquidated" not in dues(case)
    assert f"Liquidation: deemed liquidated: runs no more from {day(-100)}" in " ".join(
        history(did, "importer", number)
    )


def test_a_party_adds_what_it_knows_until_the_owner_confirms_it(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')["number"]
    told = f"liquidated_or_decided {day(-60)}"
    case = did("importer", _added(number, ENTRY, f', dates: ["{told}"]'))
    assert dues(case)[f"file {ENTRY}"][0] == "MET"
    assert f"{told} {ENTRY}" in case["datesToConfirm"]
    code, message = refused("importer", _added(number, OTHER_ENTRY, f', dates: ["liquidated {day(-60)}"]'))
    assert (code, "by the case's owner" in message) == ("NOT_ALLOWED", True)
    assert refused("center-004", _added(number, OTHER_ENTRY))[0] == "NOT_FOUND"
    # what is refused leaves nothing behind
    asked = f'{{ case(number: "{number}") {{ {_FACTS} }} }}'
    assert [entry["number"] for entry in did("importer", asked)["entries"]["nodes"]] == [ENTRY]


def test_what_cannot_be_added_is_refused(did: Do, refused: Do) -> None:
    number = opened(did, "center-007", "liquidation", f'entries: ["{ENTRY}"]')["number"]
    for entry, more, code, word in (
        (ENTRY, "", "CONFLICT", "already"),
        ("AAA-0000002-3", "", "BAD_INPUT", "check digit"),
        (OTHER_ENTRY, f', dates: ["entry_filed {day(-5)} {ENTRY}"]', "BAD_INPUT", "without a number"),
        (OTHER_ENTRY, f', dates: ["entry_filed {day(5)}"]', "BAD_INPUT", "lies ahead"),
        (OTHER_ENTRY, f', dates: ["entry_filed {day(-5)}", "entry_filed {day(-4)}"]', "BAD_INPUT", "one day of each"),
        (OTHER_ENTRY, ', dates: ["entry_filed soon"]', "BAD_INPUT", "dates"),
    ):
        found = refused("center-007", _added(number, entry, more))
        assert (found[0], word in found[1]) == (code, True), found
    did("center-007", verb("closeCase", number))
    assert refused("center-007", _added(number, OTHER_ENTRY))[0] == "CONFLICT"
    assert dues(case_of(did, "importer", number)) == {}


def test_of_an_entry_that_is_only_named_the_number_alone_is_shown(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-3)}"')["number"]
    asked = f'{{ case(number: "{number}") {{ {_FACTS} }} }}'
    for entry in (ENTRY, _NOBODYS):
        did("importer", _added(number, entry))
        # nobody finds out by it which numbers are real
        typed = f'mutation {{ recordEntryType(case: "{number}", entry: "{entry}", entryType: "03") {{ id }} }}'
        assert refused("importer", typed)[0] == "NOT_ALLOWED"
    did("center-007", f'mutation {{ recordEntryType(case: "{number}", entry: "{ENTRY}", entryType: "03") {{ id }} }}')
    typed = f'mutation {{ recordEntryType(case: "{number}", entry: "{_NOBODYS}", entryType: "03") {{ id }} }}'
    code, message = refused("center-007", typed)
    assert (code, "not confirmed" in message) == ("NOT_FOUND", True)
    known, named = did("importer", asked)["entries"]["nodes"]
    assert (known["number"], known["type"]) == (ENTRY, "03")
    assert named == {"number": _NOBODYS, "type": None, "enteredAt": None}
    assert f"entry {ENTRY} is of type 03" in history(did, "importer", number)
    for wrong in ("3", "consumption"):
        typed = f'mutation {{ recordEntryType(case: "{number}", entry: "{ENTRY}", entryType: "{wrong}") {{ id }} }}'
        assert refused("center-007", typed)[0] == "BAD_INPUT"
