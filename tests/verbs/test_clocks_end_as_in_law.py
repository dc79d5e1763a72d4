"""What a customs lawyer would stop a launch for: clocks end by what ends them in law, and by nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.verbs.deadline_jobs import run_jobs_once
from tests.verbs.timing import (
    ENTRY,
    MINE,
    OTHER_ENTRY,
    case_of,
    day,
    dues,
    history,
    key,
    last,
    moment,
    of_deadline,
    opened,
    recorded,
    verb,
)

Do = Callable[..., Any]


@pytest.fixture
def passes(world: Graph, run: Callable[..., Any]) -> Callable[[str], int]:
    """Lets the jobs run as on the day after that day; gives how many deadlines were overdue."""
    return lambda on: run(run_jobs_once(world, moment(on)))


def _detained(did: Do, ago: int = 5) -> dict[str, Any]:
    more = (
        f'port: "2704", dates: ["presented {day(-ago)}", "detained {day(-ago)}", "detention_notice_issued {day(-ago)}"]'
    )
    return opened(did, "port-2704", "detention", more)


# --- decisions and dates end what they end; an outcome is proposed, pronounced and undone


def test_a_released_shipment_is_not_deemed_excluded(did: Do, passes: Callable[[str], int]) -> None:
    number = _detained(did)["number"]
    case = did("port-2704", recorded(number, "released", day(0)))
    assert dues(case)["decide"][0] == "MET"
    assert passes(day(40)) == 0
    case = case_of(did, "importer", number)
    assert (case["status"], dues(case)["decide"][0]) == ("OPEN", "MET")


@pytest.mark.parametrize("more", ["", ', event: "released"'])
def test_a_decision_ends_what_asks_for_one(more: str, did: Do, passes: Callable[[str], int]) -> None:
    number = _detained(did)["number"]
    decide = f'decideCase(case: "{number}", question: "admissibility", outcome: "released"{more})'
    did("port-2704", f"mutation {{ {decide} {{ id }} }}")
    passes(day(40))
    case = case_of(did, "importer", number)
    assert (case["status"], dues(case)["decide"][0]) == ("OPEN", "MET")
    event = "released" if more else "decided"
    assert any(
        told.startswith(f"Detention: final determination: met: {event} on {day(0)}")
        for told in history(did, "importer", number)
    )


def test_a_decision_about_an_entry_leaves_the_others(did: Do) -> None:
    more = f'port: "2704", entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "presented", on: "{day(-5)}"'
    number = opened(did, "port-2704", "detention", more)["number"]
    of = f'question: "admissibility", outcome: "released", event: "released", entry: "{ENTRY}"'
    did("port-2704", f'mutation {{ decideCase(case: "{number}", {of}) {{ id }} }}')
    case = did("port-2704", verb("noteCase", number, 'text: "one is left"'))
    assert [dues(case)[f"decide {entry}"][0] for entry in (ENTRY, OTHER_ENTRY)] == ["MET", "RUNNING"]
    case = did("port-2704", recorded(number, "detained", day(-1), OTHER_ENTRY))
    assert [dues(case)[f"decide {entry}"][0] for entry in (ENTRY, OTHER_ENTRY)] == ["MET", "RUNNING"]
    whole = 'question: "admissibility", outcome: "released"'
    did("port-2704", f'mutation {{ decideCase(case: "{number}", {whole}) {{ id }} }}')
    assert {state for name, (state, _) in dues(case_of(did, "importer", number)).items() if "decide" in name} == {"MET"}


def test_that_goods_were_detained_is_no_decision_on_them(did: Do) -> None:
    number = opened(did, "port-2704", "detention", f'port: "2704", event: "presented", on: "{day(-2)}"')["number"]
    decide = f'decideCase(case: "{number}", question: "release", outcome: "detained", event: "detained")'
    assert did("port-2704", f"mutation {{ {decide} {{ event }} }}") == {"event": "detained"}
    states = {code: state for code, (state, _) in dues(case_of(did, "importer", number)).items()}
    assert states == {"detain": "MET", "notice": "RUNNING", "decide": "RUNNING"}


def test_a_decision_about_the_case_stays_when_one_of_its_entries_is_decided_again(did: Do) -> None:
    more = f'port: "2704", entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "presented", on: "{day(-5)}"'
    number = opened(did, "port-2704", "detention", more)["number"]
    for entry in ("", f', entry: "{ENTRY}"'):
        of = f'case: "{number}", question: "admissibility", outcome: "released"{entry}'
        did("port-2704", f"mutation {{ decideCase({of}) {{ id }} }}")
        found = dues(case_of(did, "importer", number))
        assert [found[f"decide {of}"][0] for of in (ENTRY, OTHER_ENTRY)] == ["MET", "MET"]


_TOLD = """MATCH (k:Case {number: $number}) CREATE (d:Decision {id: $id, question: 'x', outcome: 'x', source: 'ace',
  audience: 'parties', decidedAt: datetime($at)})-[:DECIDES]->(k)
CREATE (:SourceRecord {id: 'ace|decisions|' + $id, system: 'ace', source: 'ace'})-[:DESCRIBES]->(d)
CREATE (:Event:Unnumbered {id: 'e' + $id, kind: 'Decision.synced', refs: ['ace|decisions|' + $id],
  toldAt: datetime()})"""


def _told(number: str, on: str) -> Statement:
    return Statement(_TOLD, {"number": number, "id": on, "at": f"{on}T17:00:00Z"})


def test_a_decision_that_a_system_tells_ends_what_asks_for_one(did: Do, world: Graph, run: Any) -> None:
    number = _detained(did)["number"]
    run(world.write([_told(number, day(-1))]))
    run(run_jobs_once(world, moment(day(-1))))
    assert dues(case_of(did, "importer", number))["decide"][0] == "MET"


def test_a_decision_before_the_protest_does_not_decide_it_and_a_later_one_does(did: Do, world: Graph, run: Any) -> None:
    filed = f'port: "2704", event: "protest_filed", on: "{day(-9)}"'
    number = opened(did, "importer", "protest_exclusion", filed)["number"]
    for on, state in ((day(-20), "RUNNING"), (day(-3), "MET")):
        run(world.write([_told(number, on)]))
        run(run_jobs_once(world, moment(day(-1))))
        assert dues(case_of(did, "importer", number))["decide"][0] == state


def test_an_entry_that_was_liquidated_in_time_is_not_deemed_liquidated(did: Do, passes: Callable[[str], int]) -> None:
    number = opened(did, "center-007", "liquidation", f'event: "entry_filed", on: "{day(-100)}"')["number"]
    case = did("center-007", recorded(number, "liquidated", day(-10)))
    assert dues(case) == {
        "cycle": ("MET", last(day(-100), 314, rolls=False)),
        "deemed_liquidated": ("MET", last(day(-100), 1, "years", rolls=False)),
        "reliquidate": ("RUNNING", last(day(-10), 90, rolls=False)),
    }
    assert passes(day(300)) == 1
    assert dues(case_of(did, "importer", number))["deemed_liquidated"][0] == "MET"


def test_a_protest_that_was_filed_in_time_is_not_missed(did: Do, passes: Callable[[str], int]) -> None:
    number = opened(did, "importer", "protest", f'event: "liquidated_or_decided", on: "{day(-100)}"')["number"]
    case = did("importer", recorded(number, "protest_filed", day(-1)))
    assert dues(case)["file"] == ("MET", last(day(-100), 180))
    passes(day(200))
    assert dues(case_of(did, "importer", number))["file"][0] == "MET"


def test_what_is_overdue_is_missed_or_proposed_and_no_case_is_locked(did: Do, passes: Callable[[str], int]) -> None:
    number = opened(did, "port-2704", "detention", f'port: "2704", event: "presented", on: "{day(-1)}"')["number"]
    detain, decide = last(day(-1), 5, "business"), last(day(-1), 30, rolls=False)
    assert passes(day(-2)) == 0
    assert passes(detain) == 1
    assert passes(decide) == 1
    assert passes(decide) == 0
    case = case_of(did, "importer", number)
    assert (case["status"], case["closedAt"]) == ("OPEN", None)
    assert dues(case) == {"detain": ("PROPOSED", detain), "decide": ("PROPOSED", decide)}
    assert history(did, "importer", number)[-1] == (
        f"Detention: final determination: proposed to be deemed excluded: not done by {decide}"
        " (19 USC 1499(c)(5)(A); 19 CFR 151.16(e))"
    )
    assert did("port-2704", verb("noteCase", number, 'text: "we look at it"'))["status"] == "OPEN"
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    assert passes(last(day(-5), 30)) == 1
    assert dues(case_of(did, "importer", rfi["number"]))["reply"][0] == "MISSED"


def test_the_owner_pronounces_what_is_deemed_and_takes_it_back(did: Do, refused: Do) -> None:
    case = _detained(did, ago=40)
    number, decide, passed = case["number"], key(case, "decide"), last(day(-40), 30, rolls=False)
    assert (case["status"], dues(case)["decide"]) == ("OPEN", ("PROPOSED", passed))
    pronounce = of_deadline("pronounceDeadline", decide)
    for viewer, code in (("importer", "NOT_ALLOWED"), ("trade", "NOT_ALLOWED"), ("center-004", "NOT_FOUND")):
        assert refused(viewer, pronounce)[0] == code
    found = did("port-2704", pronounce)
    assert (found["state"], found["case"]["status"]) == ("DEEMED", "DEEMED")
    assert history(did, "importer", number)[-1] == (
        f"Detention: final determination: deemed excluded on {passed} (19 USC 1499(c)(5)(A); 19 CFR 151.16(e)): x"
    )
    assert refused("port-2704", pronounce)[0] == "CONFLICT"
    # the case goes on
    did("port-2704", verb("noteCase", number, 'text: "the importer was told"'))
    taken = did("port-2704", of_deadline("takeBackDeadline", decide))
    assert (taken["state"], taken["case"]["status"]) == ("PROPOSED", "OPEN")
    assert refused("port-2704", of_deadline("takeBackDeadline", decide))[0] == "CONFLICT"
    # and the event that came late into the hub undoes it as well, for good
    did("port-2704", pronounce)
    case = did("port-2704", recorded(number, "released", day(-20)))
    assert (case["status"], dues(case)["decide"][0]) == ("OPEN", "MET")
    case = did("port-2704", recorded(number, "released", day(-5)))
    assert (case["status"], dues(case)["decide"][0]) == ("OPEN", "PROPOSED")


def test_later_clocks_run_from_what_was_pronounced(did: Do, refused: Do) -> None:
    case = opened(did, "importer", "protest_exclusion", f'port: "2704", event: "protest_filed", on: "{day(-50)}"')
    passed, denied = last(day(-50), 29, rolls=False), last(day(-50), 30, rolls=False)
    assert dues(case) == {"decide": ("PROPOSED", passed)}
    owner = did("trade", f'{{ case(number: "{case["number"]}") {{ handledBy {{ ... on Center {{ code }} }} }} }}')
    assert owner == {"handledBy": {"code": "CEE007"}}
    found = did("center-007", of_deadline("pronounceDeadline", key(case, "decide")))
    assert dues(found["case"]) == {"decide": ("DEEMED", passed), "sue": ("RUNNING", last(denied, 180))}
    found = did("center-007", of_deadline("takeBackDeadline", key(case, "decide")))
    assert dues(found["case"]) == {"decide": ("PROPOSED", passed)}
    too_early = of_deadline("pronounceDeadline", key(case, "decide"), f'on: "{passed}"')
    assert refused("center-007", too_early)[0] == "BAD_INPUT"


def test_a_date_that_was_recorded_in_error_is_taken_back(did: Do, refused: Do) -> None:
    number = _detained(did)["number"]
    did("port-2704", recorded(number, "released", day(-1)))
    taken = 'event: "released", reason: "another shipment"'
    assert refused("importer", verb("takeBackDate", number, taken))[0] == "NOT_ALLOWED"
    case = did("port-2704", verb("takeBackDate", number, taken))
    assert dues(case)["decide"][0] == "RUNNING"
    assert refused("port-2704", verb("takeBackDate", number, taken))[0] == "NOT_FOUND"


# --- an answer meets one deadline, and never what an act elsewhere meets


def test_an_acknowledgement_does_not_meet_the_clock_to_sue(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')["number"]
    case = did("center-007", recorded(number, "denial_mailed", day(-3)))
    case = did("importer", verb("respondToCase", number, 'text: "We have it."'))
    assert dues(case)["sue"][0] == "RUNNING"
    named = verb("respondToCase", number, f'text: "x", deadline: "{key(case, "sue")}"')
    code, message = refused("importer", named)
    assert (code, "summons filed" in message) == ("BAD_INPUT", True)
    code, message = refused("center-007", of_deadline("meetDeadline", key(case, "sue"), ""))
    assert (code, "summons filed" in message) == ("BAD_INPUT", True)
    case = did("center-007", recorded(number, "summons_filed", day(0)))
    assert dues(case)["sue"][0] == "MET"


@pytest.mark.parametrize("viewer", ["importer", "broker"])
def test_the_importer_records_its_own_suit(viewer: str, did: Do, refused: Do, passes: Callable[[str], int]) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-300)}"')["number"]
    did("center-007", recorded(number, "denial_mailed", day(-200)))
    case = did(viewer, recorded(number, "summons_filed", day(-100)))
    assert dues(case)["sue"][0] == "MET"
    assert case["datesToConfirm"] == [f"protest_filed {day(-300)}", f"summons_filed {day(-100)}"]
    assert passes(day(1)) == 0
    # what the government does it does not record
    assert refused(viewer, recorded(number, "denial_voided", day(-1)))[0] == "NOT_ALLOWED"


@pytest.mark.parametrize("event", ["decided", "denial_mailed", "protest_allowed", "further_review_denied"])
def test_a_party_opens_no_case_that_is_decided_by_its_own_word(event: str, did: Do, refused: Do) -> None:
    filed, said = f"protest_filed {day(-30)}", f"{event} {day(-3)}"
    for viewer in ("importer", "broker"):
        for more in (f'event: "{event}", on: "{day(-3)}"', f'dates: ["{filed}", "{said}"]'):
            open_ = f'openCase(kind: "protest", importer: "{MINE}", title: "x", {more})'
            code, message = refused(viewer, f"mutation {{ {open_} {{ number }} }}")
            assert (code, "is recorded by the case's owner" in message) == ("NOT_ALLOWED", True), message
    # who owns it may, and a party says from which day it protests
    reviewed = f'dates: ["{filed}", "further_review_requested {day(-20)}", "{said}"]'
    assert opened(did, "center-007", "protest", reviewed)["number"]
    liquidated = f'entries: ["{ENTRY}"], dates: ["liquidated {day(-40)} {ENTRY}"]'
    assert dues(opened(did, "importer", "protest", liquidated))[f"file {ENTRY}"][0] == "RUNNING"


def test_an_answer_names_the_deadline_that_it_meets(did: Do, refused: Do) -> None:
    case = opened(did, "port-2704", "eapa", f'port: "2704", event: "initiated", on: "{day(-10)}"')
    number, facts = case["number"], key(case, "submit_facts")
    code, message = refused("importer", verb("respondToCase", number, 'text: "Here."'))
    assert code == "BAD_INPUT"
    assert facts in message
    assert key(case, "written_arguments") in message
    assert key(case, "determine") not in message
    for wrong in (key(case, "determine"), "nothing"):
        given = f'text: "x", deadline: "{wrong}"'
        assert refused("importer", verb("respondToCase", number, given))[0] in ("BAD_INPUT", "NOT_FOUND")
    case = did("importer", verb("respondToCase", number, f'text: "Facts.", deadline: "{facts}"'))
    assert (dues(case)["submit_facts"][0], dues(case)["written_arguments"][0]) == ("MET", "RUNNING")
    again = verb("respondToCase", number, f'text: "More.", deadline: "{facts}"')
    assert refused("importer", again)[0] == "CONFLICT"
    # only one is left
    assert dues(did("importer", verb("respondToCase", number, 'text: "Arguments."')))["written_arguments"][0] == "MET"


def test_a_recorded_answer_meets_no_two_deadlines(did: Do, refused: Do) -> None:
    case = opened(did, "port-2704", "eapa", f'port: "2704", event: "initiated", on: "{day(-10)}"')
    number, facts = case["number"], key(case, "submit_facts")
    code, message = refused("importer", recorded(number, "answered", day(-1)))
    assert (code, facts in message, "written_arguments" in message) == ("BAD_INPUT", True, True)
    dates = f'dates: ["initiated {day(-10)}", "answered {day(-1)}"]'
    opening = f'kind: "eapa", importer: "{MINE}", title: "x", port: "2704", {dates}'
    code, message = refused("port-2704", f"mutation {{ openCase({opening}) {{ id }} }}")
    assert (code, "wait for an answer" in message) == ("BAD_INPUT", True)
    did("importer", verb("respondToCase", number, f'text: "Facts.", deadline: "{facts}"'))
    # only one waits for an answer by then
    found = dues(did("importer", recorded(number, "answered", day(0))))
    assert (found["submit_facts"][0], found["written_arguments"][0]) == ("MET", "MET")


# --- closing ends the owner's own clocks


def test_closing_a_denied_protest_leaves_the_importers_clock_to_sue(did: Do, passes: Callable[[str], int]) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')["number"]
    did("center-007", recorded(number, "denial_mailed", day(-3)))
    case = did("center-007", verb("closeCase", number))
    assert (case["status"], dues(case)["sue"]) == ("CLOSED", ("RUNNING", last(day(-3), 180)))
    # what happens afterwards is recorded all the same
    case = did("center-007", recorded(number, "summons_filed", day(0)))
    assert (case["status"], dues(case)["sue"][0]) == ("CLOSED", "MET")
    assert passes(day(200)) == 0


def test_closing_ends_what_the_owner_owes_and_reopening_undoes_it(did: Do, passes: Callable[[str], int]) -> None:
    case = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')
    number, decide = case["number"], last(day(-30), 2, "years")
    case = did("center-007", verb("closeCase", number))
    assert dues(case) == {"decide": ("ENDED", decide)}
    assert f"Protest: decide: ended: the case was closed on {day(0)}" in history(did, "importer", number)[-1]
    assert passes(decide) == 0
    case = did("center-007", verb("reopenCase", number))
    assert (case["status"], case["closedAt"], dues(case)) == ("OPEN", None, {"decide": ("RUNNING", decide)})


# --- after a suspension six months run from the notice that it is removed


def test_a_suspended_liquidation_is_deemed_six_months_after_notice_of_removal(did: Do) -> None:
    number = opened(did, "center-007", "liquidation", f'event: "entry_filed", on: "{day(-400)}"')["number"]
    suspended = verb("suspendCase", number, f'reason: "AD/CVD", on: "{day(-300)}", cause: "statute"')
    case = did("center-007", suspended)
    assert dues(case)["deemed_liquidated"] == ("SUSPENDED", None)
    case = did("center-007", verb("resumeCase", number, f'reason: "lifted", on: "{day(-20)}"'))
    assert dues(case)["deemed_liquidated"] == ("RUNNING", None)
    case = did("center-007", recorded(number, "suspension_removal_noticed", day(-10)))
    assert dues(case)["deemed_liquidated"] == ("RUNNING", last(day(-10), 6, "months", rolls=False))


# --- entries have dates and deadlines of their own


def test_a_protest_over_entries_has_a_deadline_for_each(did: Do, refused: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], dates: ["liquidated_or_decided {day(-100)} {ENTRY}"]'
    case = opened(did, "importer", "protest", more)
    number = case["number"]
    assert dues(case) == {f"file {ENTRY}": ("RUNNING", last(day(-100), 180))}
    case = did("center-007", recorded(number, "liquidated", day(-40), OTHER_ENTRY))
    assert dues(case)[f"file {ENTRY}"] == ("RUNNING", last(day(-100), 180))
    assert dues(case)[f"file {OTHER_ENTRY}"] == ("RUNNING", last(day(-40), 180))
    assert key(case, "file", OTHER_ENTRY).endswith(f" protest file {day(-40)} {OTHER_ENTRY}")
    # a date of the case meets those of all its entries; one of an entry its own
    case = did("importer", recorded(number, "protest_filed", day(-1), ENTRY))
    assert [dues(case)[f"file {entry}"][0] for entry in (ENTRY, OTHER_ENTRY)] == ["MET", "RUNNING"]
    case = did("importer", recorded(number, "protest_filed", day(-1)))
    assert [dues(case)[f"file {entry}"][0] for entry in (ENTRY, OTHER_ENTRY)] == ["MET", "MET"]
    code, message = refused("center-007", recorded(number, "liquidated", day(-1), "AAA-0000003-0"))
    assert (code, ENTRY in message) == ("NOT_FOUND", True)
    assert did("importer", f'{{ deadlines(where: {{entry: {{eq: "{ENTRY}"}}}}) {{ totalCount }} }}')["totalCount"] == 1


def test_one_entry_is_extended_pronounced_and_met_without_the_other(did: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "entry_filed", on: "{day(-400)}"'
    case = opened(did, "center-007", "liquidation", more)
    number = case["number"]
    assert {dues(case)[f"deemed_liquidated {entry}"][0] for entry in (ENTRY, OTHER_ENTRY)} == {"PROPOSED"}
    found = did("center-007", of_deadline("pronounceDeadline", key(case, "deemed_liquidated", ENTRY)))
    states = dues(found["case"])
    assert (states[f"deemed_liquidated {ENTRY}"][0], states[f"deemed_liquidated {OTHER_ENTRY}"][0]) == (
        "DEEMED", "PROPOSED",
    )  # fmt: skip
    # an extension that was granted in time came late into the hub
    extend = of_deadline(
        "extendDeadline",
        key(case, "deemed_liquidated", OTHER_ENTRY),
        f'on: "{day(-60)}", reason: "notice of extension"',
    )
    states = dues(did("center-007", extend)["case"])
    assert states[f"deemed_liquidated {OTHER_ENTRY}"] == ("RUNNING", last(day(-400), 2, "years", rolls=False))
    assert states[f"deemed_liquidated {ENTRY}"][0] == "DEEMED"
    case = did("center-007", recorded(number, "liquidated", day(-50), ENTRY))
    assert (case["status"], dues(case)[f"deemed_liquidated {ENTRY}"][0]) == ("EXTENDED", "MET")


def test_acceleration_is_requested_again_after_a_denial_was_voided(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-300)}"')["number"]
    did("importer", recorded(number, "acceleration_requested", day(-250)))
    case = did("center-007", recorded(number, "denial_mailed", day(-240)))
    assert dues(case) == {
        "decide accelerated": ("MET", last(day(-250), 30, rolls=False)), "sue": ("MISSED", last(day(-240), 180)),
    }  # fmt: skip
    case = did("center-007", recorded(number, "denial_voided", day(-50)))
    assert (dues(case)["decide"][0], dues(case)["sue"][0]) == ("RUNNING", "ENDED")
    # what its owner has confirmed was the first request
    did("center-007", f'mutation {{ confirmCase(case: "{number}") {{ number }} }}')
    case = did("importer", recorded(number, "acceleration_requested", day(-40)))
    assert dues(case)["decide accelerated"] == ("PROPOSED", last(day(-40), 30, rolls=False))
    denied = last(day(-40), 30, rolls=False)
    too_late = of_deadline("pronounceDeadline", key(case, "decide"), f'on: "{day(-1)}"')
    assert refused("center-007", too_late)[0] == "BAD_INPUT"
    case = did("center-007", of_deadline("pronounceDeadline", key(case, "decide")))["case"]
    assert dues(case)["sue"] == ("RUNNING", last(denied, 180))
    # or it was denied once more, in time
    case = did("center-007", recorded(number, "denial_mailed", day(-20)))
    assert (dues(case)["decide accelerated"][0], dues(case)["sue"]) == ("MET", ("RUNNING", last(day(-20), 180)))
    assert [text for text in case["dates"] if "denial_mailed" in text] == [
        f"denial_mailed {day(-240)}", f"denial_mailed {day(-20)}",
    ]  # fmt: skip


def test_a_demand_that_is_withdrawn_is_owed_no_more(did: Do, refused: Do) -> None:
    number = opened(did, "port-2704", "redelivery", f'port: "2704", event: "notice_issued", on: "{day(-60)}"')["number"]
    assert dues(case_of(did, "importer", number))["comply"][0] == "MISSED"
    withdrawn = recorded(number, "demand_withdrawn", day(-5))
    assert refused("importer", withdrawn)[0] == "NOT_ALLOWED"
    assert dues(did("port-2704", withdrawn))["comply"][0] == "ENDED"
    case = did("port-2704", recorded(number, "notice_issued", day(-3)))
    assert dues(case)["comply"] == ("RUNNING", last(day(-3), 30))


def test_the_importers_letter_meets_nothing_that_the_surety_owes(did: Do, refused: Do) -> None:
    more = f'dates: ["demand_mailed {day(-10)}"], conditions: ["liquidated_damages"]'
    case = opened(did, "trade", "surety_demand", more)
    number, petition = case["number"], key(case, "petition")
    did("trade", verb("reassignCase", number, 'to: "Center:CEE007", reason: "x"'))
    assert dues(did("importer", verb("respondToCase", number, 'text: "We paid."')))["petition"][0] == "RUNNING"
    code, message = refused("importer", verb("respondToCase", number, f'text: "x", deadline: "{petition}"'))
    assert (code, "is for the surety to answer" in message) == ("BAD_INPUT", True)
    did("center-007", of_deadline("meetDeadline", petition, ""))
    assert dues(case_of(did, "importer", number))["petition"][0] == "MET"


def test_a_second_notice_of_extension_is_a_second_extension(did: Do) -> None:
    number = opened(did, "center-007", "liquidation", f'event: "entry_filed", on: "{day(-500)}"')["number"]
    did("center-007", recorded(number, "liquidation_extended", day(-200)))
    # a correction
    case = did("center-007", recorded(number, "liquidation_extended", day(-190)))
    assert dues(case)["deemed_liquidated"] == ("RUNNING", last(day(-500), 2, "years", rolls=False))
    assert case["dates"] == [f"entry_filed {day(-500)}", f"liquidation_extended {day(-190)}"]
    case = did("center-007", recorded(number, "liquidation_extended", day(-20)))
    assert dues(case)["deemed_liquidated"] == ("RUNNING", last(day(-500), 3, "years", rolls=False))
    taken = verb("takeBackDate", number, 'event: "liquidation_extended", reason: "another entry"')
    assert dues(did("center-007", taken))["deemed_liquidated"][1] == last(day(-500), 2, "years", rolls=False)
    # a third source tells of the same extension as the notice
    deadline = key(case, "deemed_liquidated")
    extend = of_deadline("extendDeadline", deadline, f'on: "{day(-150)}", reason: "more information"')
    assert dues(did("center-007", extend)["case"])["deemed_liquidated"][1] == last(day(-500), 3, "years", rolls=False)


def test_one_entry_is_suspended_and_the_others_go_on(did: Do, refused: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "entry_filed", on: "{day(-300)}"'
    number = opened(did, "center-007", "liquidation", more)["number"]
    suspend = f'reason: "AD/CVD", on: "{day(-200)}", cause: "statute", entry: "{ENTRY}"'
    case = did("center-007", verb("suspendCase", number, suspend))
    assert (case["status"], dues(case)[f"deemed_liquidated {ENTRY}"]) == ("OPEN", ("SUSPENDED", None))
    year = last(day(-300), 1, "years", rolls=False)
    assert dues(case)[f"deemed_liquidated {OTHER_ENTRY}"] == ("RUNNING", year)
    assert refused("center-007", verb("suspendCase", number, suspend))[0] == "CONFLICT"
    other = f'reason: "AD/CVD", on: "{day(-100)}", cause: "statute", entry: "{OTHER_ENTRY}"'
    assert did("center-007", verb("suspendCase", number, other))["status"] == "SUSPENDED"
    code, message = refused("center-007", verb("resumeCase", number))
    assert (code, ENTRY in message, OTHER_ENTRY in message) == ("BAD_INPUT", True, True)
    case = did("center-007", verb("resumeCase", number, f'reason: "lifted", on: "{day(-9)}", entry: "{OTHER_ENTRY}"'))
    assert (case["status"], dues(case)[f"deemed_liquidated {OTHER_ENTRY}"]) == ("OPEN", ("RUNNING", None))
    assert dues(case)[f"deemed_liquidated {ENTRY}"] == ("SUSPENDED", None)
    assert f"suspended from {day(-200)} (statute), entry {ENTRY}: AD/CVD" in history(did, "importer", number)


def test_a_condition_holds_of_one_entry(did: Do, refused: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "entry_filed", on: "{day(-100)}"'
    number = opened(did, "importer", "psc", f'{more}, conditions: ["adcvd_suspended {ENTRY}"]')["number"]
    case = case_of(did, "importer", number)
    assert dues(case) == {
        f"file {OTHER_ENTRY}": ("RUNNING", last(day(-100), 300, rolls=False)),
        f"file suspended {ENTRY}": ("RUNNING", None),
    }
    gone = f'condition: "adcvd_suspended", holds: false, entry: "{ENTRY}"'
    case = did("center-007", verb("recordCondition", number, gone))
    assert set(dues(case)) == {f"file {ENTRY}", f"file {OTHER_ENTRY}"}
    did("center-007", verb("recordCondition", number, 'condition: "adcvd_suspended"'))
    code, message = refused("center-007", verb("recordCondition", number, gone))
    assert (code, "as a whole" in message) == ("BAD_INPUT", True)
    more = f'port: "2704", entries: ["{ENTRY}"], event: "initiated", on: "{day(-2)}"'
    eapa = opened(did, "port-2704", "eapa", more)
    assert eapa["number"]
    opening = f'kind: "eapa", importer: "11-1111111AA", title: "x", entries: ["{ENTRY}"]'
    bad = f'mutation {{ openCase({opening}, conditions: ["complicated {ENTRY}"]) {{ id }} }}'
    code, message = refused("importer", bad)
    assert (code, "leave it out" in message) == ("BAD_INPUT", True)


def test_an_extension_of_liquidation_is_kept_in_one_place(did: Do) -> None:
    more = f'entries: ["{ENTRY}", "{OTHER_ENTRY}"], event: "entry_filed", on: "{day(-200)}"'
    case = opened(did, "center-007", "liquidation", more)
    did("center-007", of_deadline("extendDeadline", key(case, "deemed_liquidated", ENTRY)))
    case = did("center-007", recorded(case["number"], "liquidation_extended", day(-1), OTHER_ENTRY))
    two, three = (last(day(-200), years, "years", rolls=False) for years in (2, 3))
    for entry in (ENTRY, OTHER_ENTRY):
        assert dues(case)[f"deemed_liquidated {entry}"] == ("RUNNING", two)
        assert dues(case)[f"cycle {entry}"][0] == "ENDED"
    # that one was told by its event does not make the next one the first
    found = did("center-007", of_deadline("extendDeadline", key(case, "deemed_liquidated", OTHER_ENTRY)))
    assert (found["extensions"], dues(found["case"])[f"deemed_liquidated {OTHER_ENTRY}"]) == (2, ("RUNNING", three))


# --- sense of time


def test_an_event_has_a_day_that_can_be(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')["number"]
    for event, on, rule in (
        ("decided", day(1), "lies ahead"),
        ("denial_mailed", "1926-01-05", "before 1989-01-01"),
        ("denial_mailed", day(-31), "not possible before protest filed"),
    ):
        code, message = refused("center-007", recorded(number, event, on))
        assert (code, rule in message) == ("BAD_INPUT", True), message
    code, message = refused("importer", 'mutation { openCase(kind: "protest", importer: "11-1111111AA", title: "x",'
                            f' event: "protest_filed", on: "{day(5)}") {{ id }} }}')  # fmt: skip
    assert (code, "lies ahead" in message) == ("BAD_INPUT", True)


def test_what_may_lie_ahead_is_recorded(did: Do) -> None:
    case = opened(did, "importer", "psc", f'event: "entry_filed", on: "{day(-100)}"')
    assert dues(case)["file"] == ("RUNNING", last(day(-100), 300, rolls=False))
    case = did("importer", recorded(case["number"], "scheduled_liquidation", day(100)))
    assert dues(case)["file"] == ("RUNNING", day(85))


def test_an_untimely_protest_is_told_and_not_refused(did: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "liquidated_or_decided", on: "{day(-300)}"')["number"]
    case = did("importer", recorded(number, "protest_filed", day(-1)))
    (found,) = [one for one in case["deadlines"]["nodes"] if one["clock"]["id"] == "protest file"]
    passed = last(day(-300), 180)
    days = (date.fromisoformat(day(-1)) - date.fromisoformat(passed)).days
    assert (found["state"], found["metOn"]) == ("MET_LATE", day(-1))
    assert found["why"] == f"protest filed on {day(-1)}: untimely, {days} days after its last day, {passed}"
    assert any("untimely" in told and "19 USC 1514(c)(3)" in told for told in history(did, "center-007", number))


def test_an_extension_beyond_the_laws_end_is_refused_with_the_rule(did: Do, refused: Do) -> None:
    case = opened(did, "center-007", "adcvd_inquiry", f'event: "initiated", on: "{day(-10)}"')
    determine = key(case, "determine")
    beyond = of_deadline("extendDeadline", determine, f'until: "{day(295)}", reason: "x"')
    code, message = refused("center-007", beyond)
    assert code == "BAD_INPUT"
    assert f"at most {day(290)}, 300 days from {day(-10)}" in message
    assert (
        did("center-007", of_deadline("extendDeadline", determine, f'until: "{day(290)}", reason: "x"'))["extensions"]
        == 1
    )


def test_an_extension_that_comes_too_late_is_refused(did: Do, refused: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-60)}"')
    late = of_deadline("extendDeadline", key(rfi, "reply"), f'until: "{day(60)}", reason: "x"')
    code, message = refused("center-007", late)
    assert (code, "comes too late" in message) == ("CONFLICT", True)


# --- what parties know


def test_a_party_records_what_parties_know_until_the_owner_confirms_it(did: Do, refused: Do) -> None:
    case = opened(did, "center-007", "protest", f'event: "liquidated_or_decided", on: "{day(-90)}"')
    number = case["number"]
    assert case["datesToConfirm"] is None
    case = did("broker", recorded(number, "protest_filed", day(-2)))
    assert case["datesToConfirm"] == [f"protest_filed {day(-2)}"]
    assert f"protest filed on {day(-2)}, to be confirmed by its owner" in history(did, "center-007", number)
    case = did("importer", recorded(number, "protest_filed", day(-1)))
    assert case["datesToConfirm"] == [f"protest_filed {day(-1)}"]
    assert did("center-007", verb("confirmCase", number, ""))["datesToConfirm"] is None
    code, message = refused("importer", recorded(number, "protest_filed", day(-2)))
    assert (code, "ask them to correct it" in message) == ("NOT_ALLOWED", True)
    assert refused("importer", recorded(number, "liquidated_or_decided", day(-91)))[0] == "NOT_ALLOWED"
    case = did("importer", recorded(number, "protest_withdrawn", day(0)))
    case = did("importer", verb("takeBackDate", number, 'event: "protest_withdrawn", reason: "an error"'))
    assert case["datesToConfirm"] == []
