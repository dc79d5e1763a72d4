"""What may still be filed for entries, and until when, as importers and brokers are told."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from tests.verbs.timing import ENTRY, MINE, OTHER_ENTRY, day, last, opened, recorded, verb

Do = Callable[..., Any]
_SHOWN: Final = (
    "{ today count rows { until daysLeft name since event unconfirmed entry { number } importer { number } clock { id }"
    " case { number } openCase { number } } }"
)


def _windows(did: Do, viewer: str, more: str = "within: 3650") -> dict[str, Mapping[str, Any]]:
    """The windows by clock and entry."""
    rows = did(viewer, f"{{ windows({more}) {_SHOWN} }}")["rows"]
    until = [row["until"] or "unknown, told last" for row in rows]
    assert until == sorted(until)
    return {f"{row['clock']['id']} {row['entry']['number']}": row for row in rows}


def _liquidation(did: Do) -> str:
    """A case about two entries that were filed on different days."""
    dates = f'dates: ["entry_filed {day(-100)} {ENTRY}", "entry_filed {day(-60)} {OTHER_ENTRY}"]'
    return opened(did, "center-007", "liquidation", f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], {dates}')["number"]


def test_each_entry_has_windows_of_its_own(did: Do) -> None:
    number = _liquidation(did)
    found = _windows(did, "importer")
    assert found[f"psc file {ENTRY}"]["until"] == last(day(-100), 300, rolls=False)
    assert found[f"psc file {OTHER_ENTRY}"]["until"] == last(day(-60), 300, rolls=False)
    window = found[f"psc file {ENTRY}"]
    assert (window["name"], window["since"], window["event"]) == (
        "Post Summary Correction: file", day(-100), "entry_filed",
    )  # fmt: skip
    assert (window["daysLeft"], window["case"]["number"], window["openCase"]) == (200, number, None)
    assert window["importer"]["number"] == MINE
    assert not window["unconfirmed"]

    did("center-007", recorded(number, "scheduled_liquidation", day(30), ENTRY))
    assert _windows(did, "importer")[f"psc file {ENTRY}"]["until"] == day(15)
    # liquidated: nothing is corrected any more, and the time to protest runs
    did("center-007", recorded(number, "liquidated", day(-1), ENTRY))
    found = _windows(did, "importer")
    assert f"psc file {ENTRY}" not in found
    assert found[f"protest file {ENTRY}"]["until"] == last(day(-1), 180)
    assert f"protest file {OTHER_ENTRY}" not in found


def test_what_was_filed_is_no_window_any_more_and_what_is_under_way_is_told(did: Do) -> None:
    number = _liquidation(did)
    did("center-007", recorded(number, "liquidated", day(-10), ENTRY))
    protest = opened(did, "importer", "protest", f'entries: ["{ENTRY}"], dates: ["liquidated {day(-10)} {ENTRY}"]')
    window = _windows(did, "importer")[f"protest file {ENTRY}"]
    assert window["openCase"]["number"] == protest["number"]
    did("center-007", recorded(number, "protest_filed", day(-1), ENTRY))
    did("center-007", recorded(protest["number"], "protest_filed", day(-1), ENTRY))
    assert f"protest file {ENTRY}" not in _windows(did, "importer")


def test_what_another_case_says_of_an_entry_counts(did: Do) -> None:
    _liquidation(did)
    dates = f'dates: ["liquidated {day(-10)} {ENTRY}"]'
    protest = opened(did, "center-007", "protest", f'entries: ["{ENTRY}"], {dates}')["number"]
    # it is liquidated, as the protest alone tells
    found = _windows(did, "importer")
    assert f"psc file {ENTRY}" not in found
    assert f"psc file {OTHER_ENTRY}" in found
    window = found[f"protest file {ENTRY}"]
    assert (window["case"]["number"], window["unconfirmed"]) == (protest, False)
    # and that it was protested counts for a third case as well, in whichever order they are written
    third = opened(did, "center-007", "rfi", f'entries: ["{ENTRY}"], event: "request_issued", on: "{day(-5)}"')[
        "number"
    ]
    assert f"protest file {ENTRY}" in _windows(did, "importer")
    did("importer", recorded(protest, "protest_filed", day(-1), ENTRY))
    assert f"protest file {ENTRY}" not in _windows(did, "importer")
    did("importer", verb("respondToCase", third, 'text: "Here."'))
    assert f"protest file {ENTRY}" not in _windows(did, "importer")
    did("importer", verb("takeBackDate", protest, f'event: "protest_filed", entry: "{ENTRY}", reason: "an error"'))
    assert f"protest file {ENTRY}" in _windows(did, "importer")


def test_the_time_to_sue_is_told_for_the_entries_of_a_denied_protest(did: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], dates: ["protest_filed {day(-30)}"]'
    number = opened(did, "importer", "protest", more)["number"]
    did("center-007", recorded(number, "denial_mailed", day(-3)))
    found = _windows(did, "importer")
    for entry in (ENTRY, OTHER_ENTRY):
        window = found[f"protest sue {entry}"]
        assert (window["until"], window["event"]) == (last(day(-3), 180), "denial_mailed")
        assert window["openCase"]["number"] == number
    did("center-007", recorded(number, "summons_filed", day(0)))
    assert f"protest sue {ENTRY}" not in _windows(did, "importer")


def test_a_closed_case_still_tells_until_when_may_be_filed(did: Do) -> None:
    number = _liquidation(did)
    did("center-007", recorded(number, "liquidated", day(-10), ENTRY))
    did("center-007", verb("closeCase", number))
    assert f"protest file {ENTRY}" in _windows(did, "importer")


def test_a_window_whose_last_day_nobody_knows_is_told(did: Do) -> None:
    number = _liquidation(did)
    did("center-007", recorded(number, "liquidation_extended", day(-5), ENTRY))
    window = _windows(did, "importer", "within: 0")[f"psc file extended {ENTRY}"]
    assert (window["until"], window["daysLeft"], window["since"]) == (None, None, day(-100))
    did("center-007", recorded(number, "scheduled_liquidation", day(400), ENTRY))
    assert _windows(did, "importer")[f"psc file extended {ENTRY}"]["until"] == day(385)


def test_a_window_is_told_although_no_system_lists_the_case_of_its_day(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    protest = opened(did, "center-007", "protest", f'entries: ["{ENTRY}"], dates: ["liquidated {day(-10)} {ENTRY}"]')
    third = opened(did, "center-007", "rfi", f'entries: ["{ENTRY}"], event: "request_issued", on: "{day(-5)}"')
    assert _windows(did, "importer")[f"protest file {ENTRY}"]["case"]["number"] == protest["number"]
    retire = "MATCH (k:Case {number: $number}) REMOVE k:Case SET k:RetiredCase"
    run(world.write([Statement(retire, {"number": protest["number"]})]))
    assert _windows(did, "importer")[f"protest file {ENTRY}"]["case"]["number"] == third["number"]


def test_a_day_that_a_party_told_is_marked_until_it_is_confirmed(did: Do) -> None:
    number = _liquidation(did)
    did("importer", recorded(number, "imported", day(-100), ENTRY))
    window = _windows(did, "importer")[f"drawback file {ENTRY}"]
    assert (window["until"], window["unconfirmed"]) == (last(day(-100), 5, "years"), True)


def test_brokers_see_their_clients_and_nobody_else_sees_any(did: Do) -> None:
    _liquidation(did)
    assert f"psc file {ENTRY}" in _windows(did, "broker")
    for stranger in ("pending", "former-broker", "fda", "association", ""):
        assert _windows(did, stranger) == {}, stranger


def test_it_looks_so_far_ahead_as_is_said(did: Do) -> None:
    _liquidation(did)
    assert set(_windows(did, "importer", "within: 199")) == set()
    assert set(_windows(did, "importer", "within: 200")) == {f"psc file {ENTRY}"}
    some = _windows(did, "importer", f'within: 400, entry: "{OTHER_ENTRY}"')
    assert {row["entry"]["number"] for row in some.values()} == {OTHER_ENTRY}
    told = did("importer", "{ windows(within: 3650, first: 1) { count rows { until } } }")
    assert told["count"] > len(told["rows"]) == 1
    assert did("importer", '{ windows(importer: "22-2222222AA") { count } }') == {"count": 0}


@pytest.mark.parametrize(
    ("more", "word"), [("within: -1", "within"), ("first: 0", "first"), ("within: 9999", "within")]
)
def test_what_cannot_be_asked_is_told(refused: Do, more: str, word: str) -> None:
    code, message = refused("importer", f"{{ windows({more}) {{ count }} }}")
    assert (code, word in message) == ("BAD_INPUT", True)
