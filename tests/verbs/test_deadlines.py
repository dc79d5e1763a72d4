"""A case's clocks: they start, change, stand still, are extended, met, missed and deemed, each time with a trace."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.verbs.deadline_jobs import run_jobs_once
from tests.telling import named_by_event

Do = Callable[..., Any]
DEADLINES = (
    "deadlines(orderBy: [{due: ASC}]) { nodes { id name state due deemed extensions endedAt clock { id } party { name"
    " } } }"
)


def _open(did: Do, viewer: str, kind: str, more: str) -> dict[str, Any]:
    opened = (
        f'mutation {{ openCase(kind: "{kind}", importer: "11-1111111AA", title: "x", {more}) {{ number status'
        f" {DEADLINES} }} }}"
    )
    return did(viewer, opened)


def _case(did: Do, viewer: str, number: str) -> dict[str, Any]:
    asked = (
        f'{{ case(number: "{number}") {{ status closedAt {DEADLINES} history(orderBy: [{{at: ASC}}]) {{ nodes {{ text'
        " reason } } } }"
    )
    return did(viewer, asked)


def _dues(case: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {found["clock"]["id"]: (found["state"], found["due"]) for found in case["deadlines"]["nodes"]}


def _said(case: dict[str, Any]) -> list[str]:
    return [entry["text"] for entry in case["history"]["nodes"]]


def test_events_start_clocks_and_a_corrected_day_moves_them(did: Do, refused: Do) -> None:
    number = _open(did, "importer", "protest", 'event: "protest_filed", on: "2026-11-02"')["number"]
    recorded = (
        f'mutation($event: String!, $on: Date!) {{ recordDate(case: "{number}", event: $event, on: $on) {{ {DEADLINES}'
        " } }"
    )
    assert refused("importer", recorded, event="denial_mailed", on="2026-12-01")[0] == "NOT_ALLOWED"
    code, message = refused("center-007", recorded, event="mailed", on="2026-12-01")
    assert (code, "denial_mailed" in message) == ("BAD_INPUT", True)
    case = did("center-007", recorded, event="denial_mailed", on="2026-12-01")
    assert _dues(case) == {"protest:7": ("RUNNING", "2028-11-02"), "protest:10": ("RUNNING", "2027-06-01")}
    case = did("center-007", recorded, event="denial_mailed", on="2026-12-03")
    protests = [found for found in case["deadlines"]["nodes"] if found["clock"]["id"] == "protest:10"]
    assert [(found["state"], found["due"]) for found in protests] == [
        ("ENDED", "2027-06-01"), ("RUNNING", "2027-06-01"),
    ]  # fmt: skip


def test_a_condition_decides_which_clock_runs(did: Do, refused: Do, world: Graph, run: Callable[..., Any]) -> None:
    run(world.write([Statement("MATCH (a:Account {subject: 'port-2704'}), (o:Office {code: 'OT-TRLED-EAPA'}) CREATE "
            "(a)-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(o)")]))  # fmt: skip
    number = _open(did, "importer", "eapa", 'event: "initiated", on: "2026-11-24"')["number"]
    complicated = (
        f'mutation($holds: Boolean) {{ recordCondition(case: "{number}", condition: "complicated", holds: $holds) {{'
        f" {DEADLINES} }} }}"
    )
    dues = _dues(did("port-2704", complicated))
    assert dues["eapa:23"] == ("ENDED", "2027-09-20")
    assert dues["eapa:24"] == ("RUNNING", "2027-11-19")
    assert _dues(did("port-2704", complicated, holds=False))["eapa:24"][0] == "ENDED"
    assert (
        refused("port-2704", complicated.replace("complicated", "late", 1).replace('"complicated"', '"late"'))[0]
        == "BAD_INPUT"
    )


def test_a_suspended_case_stands_still(did: Do, refused: Do) -> None:
    number = _open(did, "importer", "protest", 'event: "protest_filed", on: "2026-01-05"')["number"]
    suspend = (
        f'mutation {{ suspendCase(case: "{number}", reason: "court case", on: "2026-02-01") {{ status {DEADLINES} }} }}'
    )
    case = did("center-007", suspend)
    assert (case["status"], _dues(case)) == ("SUSPENDED", {"protest:7": ("SUSPENDED", None)})
    assert refused("center-007", suspend)[0] == "CONFLICT"
    resume = (
        f'mutation($on: Date) {{ resumeCase(case: "{number}", reason: "decided", on: $on) {{ status {DEADLINES} }} }}'
    )
    assert refused("center-007", resume, on="2026-01-31")[0] == "BAD_INPUT"
    case = did("center-007", resume, on="2026-03-01")
    assert (case["status"], _dues(case)) == ("OPEN", {"protest:7": ("RUNNING", "2028-02-02")})
    assert refused("center-007", resume)[0] == "CONFLICT"
    assert _said(_case(did, "importer", number))[1:] == ["suspended from 2026-02-01", "goes on from 2026-03-01"]


def test_no_day_of_a_case_stands_still_twice(did: Do, refused: Do, world: Graph, run: Callable[..., Any]) -> None:
    number = _open(did, "importer", "protest", 'event: "protest_filed", on: "2026-01-05"')["number"]
    suspend = f'mutation($on: Date!) {{ suspendCase(case: "{number}", reason: "x", on: $on) {{ status {DEADLINES} }} }}'
    resume = f'mutation($on: Date!) {{ resumeCase(case: "{number}", reason: "x", on: $on) {{ status {DEADLINES} }} }}'
    did("center-007", suspend, on="2026-03-01")
    assert _dues(did("center-007", resume, on="2026-03-21")) == {"protest:7": ("RUNNING", "2028-01-25")}
    code, message = refused("center-007", suspend, on="2026-03-11")
    assert (code, "2026-03-21" in message) == ("BAD_INPUT", True)
    did("center-007", suspend, on="2026-03-21")
    assert _dues(did("center-007", resume, on="2026-03-31")) == {"protest:7": ("RUNNING", "2028-02-04")}
    # what another system told before may be in any order, and overlap
    told = "MATCH (k:Case {number: $number}) SET k.suspensions = ['2026-03-11 2026-03-31', '2026-03-01 2026-03-21']"
    run(world.write([Statement(told, {"number": number})]))
    assert refused("center-007", suspend, on="2026-03-25")[0] == "BAD_INPUT"
    did("center-007", suspend, on="2026-04-10")
    assert _dues(did("center-007", resume, on="2026-04-10")) == {"protest:7": ("RUNNING", "2028-02-04")}


def test_a_suspended_case_goes_on_whatever_was_extended_meanwhile(did: Do, refused: Do) -> None:
    rfi = _open(did, "center-007", "rfi", 'event: "request_issued", on: "2026-11-02"')
    suspend = f'mutation {{ suspendCase(case: "{rfi["number"]}", reason: "x", on: "2026-11-10") {{ status }} }}'
    resume = f'mutation {{ resumeCase(case: "{rfi["number"]}", reason: "x", on: "2026-11-12") {{ status }} }}'
    extend = (
        'mutation($id: String!) { extendDeadline(deadline: $id, until: "2026-12-20", reason: "x") { due case { status'
        " } } }"
    )
    did("center-007", suspend)
    # the law lets this clock run on
    assert did("center-007", extend, id=rfi["deadlines"]["nodes"][0]["id"]) == {
        "due": "2026-12-21",
        "case": {"status": "SUSPENDED"},
    }
    assert refused("center-007", suspend)[0] == "CONFLICT"
    assert did("center-007", resume) == {"status": "OPEN"}
    assert refused("center-007", resume)[0] == "CONFLICT"


def test_a_deadline_keeps_how_often_its_last_day_changed_and_when(did: Do) -> None:
    shown = "deadlines { nodes { due revision changedAt } }"
    given = 'kind: "protest", importer: "11-1111111AA", title: "x", event: "protest_filed", on: "2026-01-05"'
    case = did("importer", f"mutation {{ openCase({given}) {{ number {shown} }} }}")
    (first,) = case["deadlines"]["nodes"]
    assert (first["due"], first["revision"]) == ("2028-01-05", 0)
    same = (
        f'mutation {{ recordDate(case: "{case["number"]}", event: "protest_filed", on: "2026-01-05") {{ {shown} }} }}'
    )
    assert did("center-007", same)["deadlines"]["nodes"] == [first]
    # ten days later is a Saturday before a holiday
    for verb, due, revision in (("suspendCase", None, 1), ("resumeCase", "2028-01-18", 2)):
        day = "2026-03-01" if due is None else "2026-03-11"
        changed = f'mutation {{ {verb}(case: "{case["number"]}", reason: "x", on: "{day}") {{ {shown} }} }}'
        (found,) = did("center-007", changed)["deadlines"]["nodes"]
        assert (found["due"], found["revision"]) == (due, revision)
        assert found["changedAt"] > first["changedAt"]


def test_extensions_are_what_law_and_owner_allow(did: Do, refused: Do) -> None:
    rfi = _open(did, "center-007", "rfi", 'event: "request_issued", on: "2026-11-02"')
    (deadline,) = rfi["deadlines"]["nodes"]
    extend = (
        'mutation($id: String!, $until: Date) { extendDeadline(deadline: $id, until: $until, reason: "asked for") { due'
        " extensions case { status } } }"
    )
    assert refused("importer", extend, id=deadline["id"], until="2026-12-20")[0] == "NOT_ALLOWED"
    assert refused("center-004", extend, id=deadline["id"], until="2026-12-20")[0] == "NOT_FOUND"
    assert refused("center-007", extend, id=deadline["id"])[0] == "BAD_INPUT"
    assert refused("center-007", extend, id=deadline["id"], until="2026-12-02")[0] == "BAD_INPUT"
    assert did("center-007", extend, id=deadline["id"], until="2026-12-20") == {
        "due": "2026-12-21",
        "extensions": 1,
        "case": {"status": "EXTENDED"},
    }
    liquidation = _open(did, "center-007", "liquidation", 'event: "entry_filed", on: "2026-03-01"')
    (yearly,) = liquidation["deadlines"]["nodes"]
    for due in ("2028-03-01", "2029-03-01", "2030-03-01"):
        assert did("center-007", extend, id=yearly["id"])["due"] == due
    assert refused("center-007", extend, id=yearly["id"])[0] == "CONFLICT"
    assert refused("center-007", extend, id=yearly["id"], until="2031-01-01")[0] == "BAD_INPUT"
    detention = _open(did, "port-2704", "detention", 'port: "2704", event: "presented", on: "2026-11-19"')
    assert refused("port-2704", extend, id=detention["deadlines"]["nodes"][0]["id"])[0] == "CONFLICT"


def test_a_deadline_is_met_once(did: Do, refused: Do) -> None:
    presented = today(datetime.now(UTC))
    detention = _open(did, "port-2704", "detention", f'port: "2704", event: "presented", on: "{presented}"')
    first, second = detention["deadlines"]["nodes"]
    meet = "mutation($id: String!) { meetDeadline(deadline: $id) { state endedAt case { status } } }"
    assert did("port-2704", meet, id=first["id"])["state"] == "MET"
    assert refused("port-2704", meet, id=first["id"])[0] == "CONFLICT"
    assert _dues(_case(did, "importer", detention["number"])) == {
        "detention:14": ("MET", first["due"]),
        "detention:16": ("RUNNING", second["due"]),
    }


def test_what_is_overdue_is_missed_or_deemed(did: Do, world: Graph, run: Callable[..., Any]) -> None:
    detention = _open(did, "port-2704", "detention", 'port: "2704", event: "presented", on: "2026-11-19"')["number"]
    due = datetime(2026, 11, 28, 4, 59, tzinfo=UTC)
    assert run(run_jobs_once(world, due)) == 0
    assert run(run_jobs_once(world, datetime(2026, 11, 28, 5, tzinfo=UTC))) == 1
    case = _case(did, "importer", detention)
    assert (case["status"], _dues(case)["detention:14"][0]) == ("OPEN", "MISSED")
    late = datetime(2026, 12, 20, 5, tzinfo=UTC)
    assert (run(run_jobs_once(world, late)), run(run_jobs_once(world, late))) == (1, 0)
    case = _case(did, "importer", detention)
    assert (case["status"], _dues(case)["detention:16"]) == ("DEEMED", ("DEEMED", "2026-12-19"))
    assert case["closedAt"]
    assert _said(case)[-2:] == [
        "Detention: release or detain: not done by 2026-11-27",
        "Final determination: decide or deemed excluded: deemed excluded by 2026-12-19",
    ]
    assert (
        did("port-2704", f'mutation {{ reopenCase(case: "{detention}", reason: "protested") {{ status }} }}')["status"]
        == "OPEN"
    )


def test_what_is_due_is_told_to_those_it_concerns(did: Do) -> None:
    asked = today(datetime.now(UTC)) - timedelta(days=5)
    _open(did, "center-007", "rfi", f'event: "request_issued", on: "{asked}"')
    _open(did, "importer", "protest", f'event: "protest_filed", on: "{asked}"')
    every = "{ deadlines(within: 3660) { nodes { name due } totalCount } }"
    told = {
        viewer: did(viewer, every)["totalCount"]
        for viewer in ("trade", "importer", "broker", "center-007", "center-004", "former-broker", "fda", "")
    }
    assert told == {
        "trade": 2,
        "importer": 2,
        "broker": 2,
        "center-007": 2,
        "center-004": 0,
        "former-broker": 0,
        "fda": 0,
        "": 0,
    }
    assert [found["name"] for found in did("importer", every)["nodes"]] == [
        "Request for Information: reply",
        "Protest: decide",
    ]
    assert did("importer", "{ deadlines(within: 400) { totalCount } }") == {"totalCount": 1}
    owed = '{ importer(number: "11-1111111AA") { deadlines(within: 3660) { nodes { name case { number } } } } }'
    assert [found["name"] for found in did("broker", owed)["deadlines"]["nodes"]] == ["Request for Information: reply"]
    assert did("center-007", '{ center(code: "CEE007") { deadlines(within: 3660) { nodes { name } } } }') == {
        "deadlines": {"nodes": [{"name": "Protest: decide"}]}
    }


@pytest.mark.parametrize("within", [-1, 4000])
def test_a_horizon_has_bounds(within: int, refused: Do) -> None:
    assert refused("trade", f"{{ deadlines(within: {within}) {{ totalCount }} }}")[0] == "BAD_INPUT"


def test_clocks_of_synced_cases_begin_by_themselves(did: Do, world: Graph, run: Callable[..., Any]) -> None:
    synced = """MATCH (k:Case {number: 'T-open'}) SET k.dates = ['request_issued 2026-11-02']
        CREATE (:SourceRecord {id: 'ace|cases|1', system: 'ace', source: 'ace'})-[:DESCRIBES]->(k)"""
    run(world.write([Statement(synced), named_by_event("Case.synced", ["ace|cases|1"])]))
    run(run_jobs_once(world, datetime(2026, 11, 22, tzinfo=UTC)))
    assert _dues(_case(did, "importer", "T-open")) == {"rfi:0": ("RUNNING", "2026-12-02")}
