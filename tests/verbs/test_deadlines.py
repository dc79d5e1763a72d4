"""A case's deadlines: they begin, change, stand still, are extended, met, missed and deemed, each time with a trace."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.verbs.deadline_jobs import run_jobs_once
from tests.telling import named_by_event
from tests.verbs.timing import (
    MINE,
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


def test_events_start_clocks_and_a_corrected_day_moves_them(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-30)}"')["number"]
    code, message = refused("center-007", recorded(number, "mailed", day(-1)))
    assert (code, "denial_mailed" in message) == ("BAD_INPUT", True)
    assert refused("importer", recorded(number, "denial_mailed", day(-3)))[0] == "NOT_ALLOWED"
    case = did("center-007", recorded(number, "denial_mailed", day(-3)))
    assert dues(case) == {
        "decide": ("MET", last(day(-30), 2, "years")), "sue": ("RUNNING", last(day(-3), 180)),
    }  # fmt: skip
    case = did("center-007", recorded(number, "denial_mailed", day(-1)))
    assert dues(case)["sue"] == ("RUNNING", last(day(-1), 180))
    assert len(case["deadlines"]["nodes"]) == 2
    assert f"Court challenge of denial: sue: runs no more from {day(-3)}" in history(did, "importer", number)


def test_every_change_of_a_deadline_is_in_the_history_with_its_reason_and_law(did: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    did("center-007", of_deadline("extendDeadline", key(rfi, "reply"), f'until: "{day(61)}", reason: "asked for it"'))
    did("importer", f'mutation {{ respondToCase(case: "{rfi["number"]}", text: "here") {{ id }} }}')
    law, name = "19 CFR 151.11; CBP Form 28", "Request for Information: reply"
    issued = f"request issued on {day(-5)}"
    assert history(did, "broker", rfi["number"]) == [
        "opened: Request for Information, handled by Electronics",
        f"begun: {name}: until {last(day(-5), 30)}, 30 days from {issued} ({law})",
        "Request for Information: reply: extended to " + day(61) + ": asked for it",
        f"{name}: until {last(day(61), 0)}, 30 days from {issued}, extended to {day(61)} ({law}): asked for it",
        "answered",
        f"Request for Information: reply: met: done on {day(0)} ({law})",
    ]


def test_a_condition_decides_which_variant_of_a_clock_runs(did: Do, refused: Do, world: Graph, run: Any) -> None:
    run(world.write([Statement("MATCH (a:Account {subject: 'port-2704'}), (o:Office {code: 'OT-TRLED-EAPA'}) CREATE "
            "(a)-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(o)")]))  # fmt: skip
    case = opened(did, "port-2704", "eapa", f'event: "initiated", on: "{day(-2)}"')
    held = case["number"]
    assert dues(case)["determine"] == ("RUNNING", last(day(-2), 300, rolls=False))
    case = did("port-2704", verb("recordCondition", held, 'condition: "complicated"'))
    assert dues(case)["determine complicated"] == ("RUNNING", last(day(-2), 360, rolls=False))
    assert [found["revision"] for found in case["deadlines"]["nodes"] if "determine" in found["id"]] == [1]
    case = did("port-2704", verb("recordCondition", held, 'condition: "complicated", holds: false'))
    assert dues(case)["determine"] == ("RUNNING", last(day(-2), 300, rolls=False))
    assert refused("port-2704", verb("recordCondition", held, 'condition: "late"'))[0] == "BAD_INPUT"


def test_a_suspended_case_stands_still_by_as_many_days(did: Do, refused: Do) -> None:
    number = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-300)}"')["number"]
    suspend = verb("suspendCase", number, f'reason: "court case", on: "{day(-40)}", cause: "court"')
    case = did("center-007", suspend)
    assert (case["status"], dues(case)) == ("SUSPENDED", {"decide": ("SUSPENDED", None)})
    assert refused("center-007", suspend)[0] == "CONFLICT"
    code, message = refused("center-007", verb("suspendCase", number, 'reason: "x", cause: "weather"'))
    assert (code, "court, notice" in message) == ("BAD_INPUT", True)
    assert refused("center-007", verb("resumeCase", number, f'reason: "x", on: "{day(-41)}"'))[0] == "BAD_INPUT"
    assert refused("center-007", verb("resumeCase", number, f'reason: "x", on: "{day(1)}"'))[0] == "BAD_INPUT"
    case = did("center-007", verb("resumeCase", number, f'reason: "decided", on: "{day(-10)}"'))
    moved = last(str(datetime.fromisoformat(last(day(-300), 2, "years", rolls=False)).date() + timedelta(days=30)), 0)
    assert (case["status"], dues(case)) == ("OPEN", {"decide": ("RUNNING", moved)})
    assert refused("center-007", verb("resumeCase", number))[0] == "CONFLICT"
    # no day stands still twice
    again = f'reason: "x", on: "{day(-20)}", cause: "court"'
    assert refused("center-007", verb("suspendCase", number, again))[0] == "BAD_INPUT"
    told = history(did, "importer", number)
    assert f"suspended from {day(-40)} (court): court case" in told
    assert f"goes on from {day(-10)}: decided" in told


def test_a_suspension_stops_only_the_clocks_that_the_law_lets_stand_still(did: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    case = did("center-007", verb("suspendCase", rfi["number"]))
    assert (case["status"], dues(case)) == ("SUSPENDED", {"reply": ("RUNNING", last(day(-5), 30))})


def test_a_case_that_waits_by_its_status_alone_waits_on_after_a_suspension(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    """As cases of before do, and such as a system kept that lists them no more."""
    number = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')["number"]
    run(world.write([Statement("MATCH (k:Case {number: $number}) SET k.status = 'AWAITING'", {"number": number})]))
    assert did("center-007", verb("suspendCase", number))["status"] == "SUSPENDED"
    assert did("center-007", verb("resumeCase", number))["status"] == "AWAITING"
    assert did("importer", verb("respondToCase", number, 'text: "Here."'))["status"] == "OPEN"


def test_the_status_of_a_case_is_what_its_facts_say(did: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    number, reply = rfi["number"], key(rfi, "reply")
    extend = of_deadline("extendDeadline", reply, f'until: "{day(60)}", reason: "x"')
    assert did("center-007", extend)["case"]["status"] == "EXTENDED"
    assert did("center-007", verb("suspendCase", number))["status"] == "SUSPENDED"
    assert did("center-007", verb("resumeCase", number))["status"] == "EXTENDED"
    assert did("center-007", verb("respondToCase", number, 'text: "When?"'))["status"] == "AWAITING"
    further = of_deadline("extendDeadline", reply, f'until: "{day(90)}", reason: "x"')
    assert did("center-007", further)["case"]["status"] == "AWAITING"
    assert did("center-007", verb("suspendCase", number))["status"] == "SUSPENDED"
    assert did("center-007", verb("resumeCase", number))["status"] == "AWAITING"
    # the answer meets what was extended
    assert did("importer", verb("respondToCase", number, 'text: "Now."'))["status"] == "OPEN"
    # of two deadlines one is extended, and the other answered
    disclosure = f'port: "2704", dates: ["disclosed {day(-9)}", "loss_notified {day(-8)}"]'
    case = opened(did, "port-2704", "prior_disclosure", disclosure)
    tender = of_deadline("extendDeadline", key(case, "tender"), f'until: "{day(60)}", reason: "x"')
    assert did("port-2704", tender)["case"]["status"] == "EXTENDED"
    assert did("port-2704", verb("respondToCase", case["number"], 'text: "Which data?"'))["status"] == "AWAITING"
    assert did("importer", verb("respondToCase", case["number"], 'text: "These."'))["status"] == "EXTENDED"


def test_a_deadline_keeps_how_often_its_last_day_changed_and_when(did: Do) -> None:
    case = opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-100)}"')
    (first,) = case["deadlines"]["nodes"]
    assert (first["due"], first["revision"]) == (last(day(-100), 2, "years"), 0)
    same = did("center-007", recorded(case["number"], "protest_filed", day(-100)))
    assert same["deadlines"]["nodes"] == [first]
    for name, on, revision in (("suspendCase", day(-30), 1), ("resumeCase", day(-20), 2)):
        (found,) = did("center-007", verb(name, case["number"], f'reason: "x", on: "{on}"'))["deadlines"]["nodes"]
        assert (found["due"] is None, found["revision"]) == (revision == 1, revision)
        assert found["changedAt"] > first["changedAt"]


def test_extensions_are_what_law_and_owner_allow(did: Do, refused: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    extend = of_deadline("extendDeadline", key(rfi, "reply"), f'until: "{day(61)}", reason: "asked for"')
    assert refused("importer", extend)[0] == "NOT_ALLOWED"
    assert refused("center-004", extend)[0] == "NOT_FOUND"
    assert refused("center-007", of_deadline("extendDeadline", key(rfi, "reply")))[0] == "BAD_INPUT"
    shorter = of_deadline("extendDeadline", key(rfi, "reply"), f'until: "{day(5)}", reason: "x"')
    assert refused("center-007", shorter)[0] == "BAD_INPUT"
    extended = did("center-007", extend)
    assert (extended["due"], extended["extensions"], extended["case"]["status"]) == (last(day(61), 0), 1, "EXTENDED")
    liquidation = opened(did, "center-007", "liquidation", f'event: "entry_filed", on: "{day(-200)}"')
    yearly = key(liquidation, "deemed_liquidated")
    for years in (2, 3, 4):
        found = did("center-007", of_deadline("extendDeadline", yearly))
        assert found["due"] == last(day(-200), years, "years", rolls=False)
    code, message = refused("center-007", of_deadline("extendDeadline", yearly))
    assert (code, "allows no more" in message) == ("CONFLICT", True)
    assert refused("center-007", of_deadline("extendDeadline", yearly, f'until: "{day(2000)}", reason: "x"')) == (
        "BAD_INPUT", "until: the law says by how much it is extended (1 year); leave it out",
    )  # fmt: skip
    detention = opened(did, "port-2704", "detention", f'port: "2704", event: "presented", on: "{day(-2)}"')
    assert refused("port-2704", of_deadline("extendDeadline", key(detention, "decide")))[0] == "CONFLICT"


def test_a_deadline_is_met_once(did: Do, refused: Do) -> None:
    detention = opened(did, "port-2704", "detention", f'port: "2704", event: "presented", on: "{day(0)}"')
    meet = of_deadline("meetDeadline", key(detention, "detain"), "")
    assert did("port-2704", meet)["state"] == "MET"
    assert refused("port-2704", meet)[0] == "CONFLICT"
    assert dues(case_of(did, "importer", detention["number"])) == {
        "detain": ("MET", last(day(0), 5, "business")), "decide": ("RUNNING", last(day(0), 30, rolls=False)),
    }  # fmt: skip


def test_what_was_done_late_is_met_late(did: Do, refused: Do) -> None:
    rfi = opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-60)}"')
    assert dues(rfi)["reply"][0] == "MISSED"
    reply = key(rfi, "reply")
    assert refused("center-007", of_deadline("meetDeadline", reply, f'on: "{day(1)}"'))[0] == "BAD_INPUT"
    assert refused("center-007", of_deadline("meetDeadline", reply, f'on: "{day(-61)}"'))[0] == "BAD_INPUT"
    found = did("center-007", of_deadline("meetDeadline", reply, f'on: "{day(-20)}"'))
    assert (found["state"], found["metOn"]) == ("MET_LATE", day(-20))
    assert any("untimely" in told for told in history(did, "importer", rfi["number"]))


def test_what_is_due_is_told_to_those_it_concerns(did: Do) -> None:
    opened(did, "center-007", "rfi", f'event: "request_issued", on: "{day(-5)}"')
    opened(did, "importer", "protest", f'event: "protest_filed", on: "{day(-5)}"')
    every = "{ deadlines(within: 3660) { nodes { name due } totalCount } }"
    told = {
        viewer: did(viewer, every)["totalCount"]
        for viewer in ("trade", "importer", "broker", "center-007", "center-004", "former-broker", "fda", "")
    }
    assert told == {
        "trade": 2, "importer": 2, "broker": 2, "center-007": 2, "center-004": 0, "former-broker": 0, "fda": 0, "": 0,
    }  # fmt: skip
    assert [found["name"] for found in did("importer", every)["nodes"]] == [
        "Request for Information: reply", "Protest: decide",
    ]  # fmt: skip
    assert did("importer", "{ deadlines(within: 400) { totalCount } }") == {"totalCount": 1}
    owed = f'{{ importer(number: "{MINE}") {{ deadlines(within: 3660) {{ nodes {{ name case {{ number }} }} }} }} }}'
    assert [found["name"] for found in did("broker", owed)["deadlines"]["nodes"]] == ["Request for Information: reply"]
    assert did("center-007", '{ center(code: "CEE007") { deadlines(within: 3660) { nodes { name } } } }') == {
        "deadlines": {"nodes": [{"name": "Protest: decide"}]}
    }


@pytest.mark.parametrize("within", [-1, 4000])
def test_a_horizon_has_bounds(within: int, refused: Do) -> None:
    assert refused("trade", f"{{ deadlines(within: {within}) {{ totalCount }} }}")[0] == "BAD_INPUT"


_SYNCED: Final = """
MATCH (k:Case {number: 'T-open'}) SET k.dates = $dates, k.suspensions = $suspensions
MERGE (r:SourceRecord {id: 'ace|cases|1'}) SET r.system = 'ace', r.source = 'ace', r.stream = 'cases', r.rank = 100
MERGE (r)-[:DESCRIBES]->(k)"""


def test_deadlines_of_synced_cases_follow_what_their_system_tells(did: Do, world: Graph, run: Any) -> None:
    def sync(*dates: str, suspensions: tuple[str, ...] = ()) -> dict[str, Any]:
        told = {"dates": list(dates), "suspensions": list(suspensions)}
        run(world.write([Statement(_SYNCED, told), named_by_event("Case.synced", ["ace|cases|1"])]))
        run(run_jobs_once(world, datetime.now(UTC)))
        return case_of(did, "importer", "T-open")

    assert dues(sync(f"request_issued {day(-5)}")) == {"reply": ("RUNNING", last(day(-5), 30))}
    name, law = "Request for Information: reply", "19 CFR 151.11; CBP Form 28"
    begun = f"begun: {name}: until {last(day(-5), 30)}, 30 days from request issued on {day(-5)} ({law})"
    assert history(did, "importer", "T-open") == [begun]
    case = sync(f"request_issued {day(-5)}", f"answered {day(-1)}")
    assert (dues(case)["reply"][0], case["status"]) == ("MET", "OPEN")
    assert history(did, "importer", "T-open") == [begun, f"{name}: met: answered on {day(-1)} ({law})"]
    assert dues(sync(f"request_issued {day(-5)}"))["reply"][0] == "RUNNING"


def test_an_answer_in_a_synced_case_stays_when_its_system_tells_again(did: Do, world: Graph, run: Any) -> None:
    told = {"dates": [f"request_issued {day(-5)}"], "suspensions": []}
    run(world.write([Statement(_SYNCED, told), named_by_event("Case.synced", ["ace|cases|1"])]))
    run(run_jobs_once(world, datetime.now(UTC)))
    case = did("importer", verb("respondToCase", "T-open", 'text: "Here."'))
    assert (dues(case)["reply"][0], case["status"]) == ("MET", "OPEN")
    run(world.write([Statement(_SYNCED, told), named_by_event("Case.synced", ["ace|cases|1"])]))
    run(run_jobs_once(world, moment(day(60))))
    assert dues(case_of(did, "importer", "T-open"))["reply"][0] == "MET"


def test_a_suspension_whose_end_was_told_beforehand_ends_by_itself(did: Do, world: Graph, run: Any) -> None:
    told = {"dates": [f"initiated {day(-5)}"], "suspensions": [f"{day(-2)} {day(3)} referral"]}
    kind = "MATCH (k:Case {number: 'T-open'})-[r:OF_KIND]->(), (eapa:CaseKind {code: 'eapa'}) DELETE r"
    run(world.write([Statement(f"{kind} CREATE (k)-[:OF_KIND]->(eapa)", {})]))
    run(world.write([Statement(_SYNCED, told), named_by_event("Case.synced", ["ace|cases|1"])]))
    run(run_jobs_once(world, datetime.now(UTC)))
    determine = last(day(-5), 305, rolls=False)
    assert dues(case_of(did, "importer", "T-open"))["determine"] == ("SUSPENDED", determine)
    run(run_jobs_once(world, moment(day(1))))
    assert dues(case_of(did, "importer", "T-open"))["determine"] == ("SUSPENDED", determine)
    assert run(run_jobs_once(world, moment(day(2)))) == 0
    assert dues(case_of(did, "importer", "T-open"))["determine"] == ("RUNNING", determine)
