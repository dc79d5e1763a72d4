"""Decisions are written down in cases, compared with those elsewhere, and what differs is explained or resolved."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import AbortRun
from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from tests.connectors.syncing import Synced

Do = Callable[..., Any]
_GOODS = 'hts10: "8542.31.0001", origin: "TW", maker: "Sample Chips Co., Ltd.", description: "8-bit processors"'
_DECIDE = (
    'mutation {{ decideCase(case: "{case}", question: "classification", outcome: "{outcome}", {goods}) {{ id madeAt {{'
    " name }} }} }}"
)
_FOUND = """{ disparities { nodes { id state strength why endedBecause ruling { number }
    decisions { nodes { outcome madeAt { name } case { number } } } } } }"""


@pytest.fixture
def decided(did: Do, world: Graph, run: Callable[..., Any]) -> str:
    """The same goods, decided by a port one way and by a Center the other; gives the disparity's id."""
    did("port-2704", _DECIDE.format(case="T-open", outcome="approved", goods=_GOODS))
    did(
        "center-001",
        _DECIDE.format(case="T-joint", outcome="denied", goods=_GOODS.replace("Co., Ltd.", "Company Limited")),
    )
    assert run(discover(world, datetime.now(UTC))) == 1
    return did("trade", _FOUND)["nodes"][0]["id"]


def test_a_difference_is_found_and_seen_by_centers_and_the_office_of_trade_alone(decided: str, did: Do) -> None:
    for viewer in ("trade", "center-001", "center-007", "center-004"):
        (found,) = did(viewer, _FOUND)["nodes"]
        assert (found["id"], found["state"], found["strength"]) == (decided, "OPEN", "STRONG")
        assert "8542.31.0001 from TW by Sample Chips Co., Ltd., 8-bit processors" in found["why"]
        assert {decision["outcome"]: decision["madeAt"]["name"] for decision in found["decisions"]["nodes"]} == {
            "approved": "Los Angeles, CA", "denied": "Pharmaceuticals, Health & Chemicals",
        }  # fmt: skip
    (found,) = did("center-004", _FOUND)["nodes"]
    assert [decision["case"] for decision in found["decisions"]["nodes"]] == [
        None,
        None,
    ]  # a case stays its parties' own
    for viewer in ("port-2704", "importer", "broker", "fda", "association", ""):
        assert did(viewer, _FOUND)["nodes"] == []


def test_a_ruling_explains_both_and_closes_the_pair(decided: str, did: Do, refused: Do) -> None:
    explain = (
        f'mutation {{ explainDisparity(disparity: "{decided}", ruling: "NY N300001", supports: BOTH) {{'
        " state endedBecause ruling {"
        " number } } }"
    )
    assert refused("trade", explain) == (
        "NOT_FOUND",
        "ruling: the hub knows no ruling 'NY N300001' yet; give its title and the day it was issued as well",
    )  # fmt: skip
    explain = explain.replace(
        '"NY N300001"', '"NY N300001", title: "The classification of processors", issuedOn: "2026-11-20"'
    )
    assert did("center-001", explain) == {
        "state": "EXPLAINED", "endedBecause": "ruling NY N300001: The classification of processors",
        "ruling": {"number": "NY N300001"},
    }  # fmt: skip
    assert refused("trade", explain)[0] == "CONFLICT"
    history = did("port-2704", '{ case(number: "T-open") { history { nodes { text } } } }')["history"]["nodes"]
    assert {"text": "the difference is explained by ruling NY N300001"} in history


_RULED: Final = """mutation { explainDisparity(disparity: "%s", ruling: "HQ H300002", supports: %s%s) {
    state strength ruling { number } againstRuling { number questionCode outcomeCode hts10 } } }"""


def test_what_goes_against_a_ruling_is_the_strongest_disparity(decided: str, did: Do, refused: Do) -> None:
    new = ', title: "Processors", issuedOn: "2020-01-01"'
    assert did("trade", _RULED % (decided, "EARLIER", new)) == {
        "state": "OPEN", "strength": "AGAINST_RULING", "ruling": None,
        "againstRuling": {
            "number": "HQ H300002", "questionCode": "classification", "outcomeCode": "allowed",
            "hts10": "8542.31.0001",
        },
    }  # fmt: skip
    history = did("port-2704", '{ case(number: "T-open") { history { nodes { text } } } }')["history"]["nodes"]
    assert {"text": "the later of two decisions goes against ruling HQ H300002"} in history
    # it says from then on what it supports
    code, message = refused("trade", _RULED % (decided, "LATER", ""))
    assert (code, "supports another outcome than the later decision's, 'denied'" in message) == ("CONFLICT", True)
    assert refused("trade", _RULED % (decided, "BOTH", ""))[0] == "CONFLICT"


def test_it_is_resolved_and_opened_again_by_those_it_is_about(decided: str, did: Do, refused: Do) -> None:
    resolve = (
        f'mutation {{ resolveDisparity(disparity: "{decided}", reason: "the port follows the Center") {{ state'
        " endedBecause } }"
    )
    assert refused("center-004", resolve)[0] == "NOT_ALLOWED"
    assert refused("importer", resolve)[0] == "NOT_FOUND"
    assert did("center-001", resolve) == {"state": "RESOLVED", "endedBecause": "the port follows the Center"}
    reopen = resolve.replace("resolve", "reopen")
    assert did("trade", reopen) == {"state": "OPEN", "endedBecause": None}
    assert refused("trade", reopen)[0] == "CONFLICT"


_BOTH_OF_A_CENTER = """
MATCH (k:Case {number: 'T-open'})-[handled:HANDLED_BY]->(), (c:Center {code: 'CEE001'}) DELETE handled
CREATE (k)-[:HANDLED_BY]->(c)
WITH k MATCH (officer:Contact {id: 'pharma'}), (p:Port {id: 'ACE:4601'})
CREATE (k)-[:WORKED_BY]->(officer) CREATE (officer)-[:SITS_AT]->(p)"""
_SEATS = """{ disparities { nodes { why decisions { nodes {
    questionCode outcomeCode madeAt { name } officerAt { code } } } } } }"""


def test_one_center_that_decides_otherwise_at_another_port_is_found(
    did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    run(world.write([Statement(_BOTH_OF_A_CENTER)]))
    did("center-001", _DECIDE.format(case="T-joint", outcome="granted in full", goods=f'{_GOODS}, port: "2704"'))
    # the officer of the case sits at the other port
    did("center-001", _DECIDE.format(case="T-open", outcome="see file", goods=f"{_GOODS}, outcomeCode: denied"))
    assert run(discover(world, datetime.now(UTC))) == 1
    (found,) = did("trade", _SEATS)["nodes"]
    name = "Pharmaceuticals, Health & Chemicals"
    assert f"{name} (Los Angeles, CA): granted in full" in found["why"]
    assert sorted(found["decisions"]["nodes"], key=lambda decision: decision["outcomeCode"]) == [
        {"questionCode": "classification", "outcomeCode": code, "madeAt": {"name": name}, "officerAt": {"code": port}}
        for code, port in (("allowed", "2704"), ("denied", "4601"))
    ]


_WINDOW: Final = "2099-01-31|2026-01-01|liquidated|AAA-0000001-4|protest file|"
_DESK: Final = """{ cases(desk: DECIDED_OTHERWISE) { nodes { number
    history(where: {verb: {eq: "decidedOtherwise"}}) { nodes { text } } } } }"""


@pytest.mark.parametrize(
    ("dates", "windows", "told"),
    [
        ([], [], ""),
        (["liquidated 2026-01-01"], [_WINDOW], "; a protest may be filed until 2099-01-31"),
        (["liquidated 2020-01-01"], [], None),
    ],
)
def test_parties_are_told_what_is_decided_otherwise_as_long_as_they_can_protest(
    dates: list[str], windows: list[str], told: str | None, did: Do, world: Graph, run: Callable[..., Any]
) -> None:
    did("port-2704", _DECIDE.format(case="T-open", outcome="denied", goods=_GOODS))
    did("center-001", _DECIDE.format(case="T-joint", outcome="classified in 8542.31.0001", goods=_GOODS))
    text = "MATCH (k:Case {number: 'T-open'}) SET k.dates = $dates, k.windows = $windows"
    run(world.write([Statement(text, {"dates": dates, "windows": windows})]))
    assert run(discover(world, datetime.now(UTC))) == 1
    for viewer in ("importer", "broker"):
        cases = did(viewer, _DESK)["nodes"]
        assert bool(cases) is (told is not None)
        for case in cases:
            # what, and nothing of where and for whom
            text = "elsewhere it is decided otherwise about the same goods: they are of 8542.31.0001"
            assert (case["number"], case["history"]["nodes"]) == ("T-open", [{"text": f"{text}{told}"}])
    assert did("center-001", _DESK)["nodes"] == []
    assert did("fda", _DESK)["nodes"] == []
    (found,) = did("trade", _FOUND)["nodes"]
    if told is not None:
        resolve = 'mutation { resolveDisparity(disparity: "%s", reason: "the port follows the Center") { state } }'
        did("trade", resolve % found["id"])
        assert run(discover(world, datetime.now(UTC))) == 0
        assert did("importer", _DESK)["nodes"] == []
        history = did("importer", '{ case(number: "T-open") { history { nodes { text reason } } } }')["history"]
        ended = "of what is decided otherwise elsewhere about the same goods: it is settled"
        assert {"text": ended, "reason": None} in history["nodes"]
        reopen = resolve.replace("resolve", "reopen")
        did("trade", reopen % found["id"])
        assert run(discover(world, datetime.now(UTC))) == 0
        assert [case["number"] for case in did("importer", _DESK)["nodes"]] == ["T-open"]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ('"importer"', "NOT_ALLOWED", "only its owner"),
        ('origin: "Taiwan"', "BAD_INPUT", "two letters"),
        ('hts10: "8542"', "BAD_INPUT", "ten digits"),
        ('port: "9999"', "NOT_FOUND", "no port 9999"),
        ('description: " "', "BAD_INPUT", "some words"),
    ],
)
def test_a_bad_decision_says_what_to_change(change: str, code: str, message: str, refused: Do) -> None:
    viewer, goods = ("importer", _GOODS) if change == '"importer"' else ("port-2704", change)
    found = refused(viewer, _DECIDE.format(case="T-open", outcome="approved", goods=goods))
    assert (found[0], message in found[1]) == (code, True), found


def test_rulings_come_by_a_sync_and_say_which_decision_they_support(
    did: Do, world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "decisions.csv").write_text(
        "No,Case,Question,Result,Day,Tariff,Country,Maker,Goods,Place\n"
        "1,T-open,Classification,Approved,2026-10-05,8542.31.0001,TW,SAMPLE CHIPS LTD,processors (8-bit),2704\n"
        "2,T-joint,Classification,Denied,2026-10-06,8542.31.0001,TW,SAMPLE CHIPS LTD,processors (8-bit),CEE001\n"
    )
    (tmp_path / "rulings.csv").write_text(
        "Number,Title,Issued,Question,Outcome,Tariff,Supports\n"
        "n301234,Processors,2020-05-04,classification,allowed,8542310001,1\n"
    )
    told = {"reference": "No", "question": "Question", "outcome": "Result", "decidedAt": "Day", "hts10": "Tariff",
        "origin": "Country", "maker": "Maker", "description": "Goods"}  # fmt: skip
    ruled = {"number": "Number", "title": "Title", "issuedAt": "Issued", "questionCode": "Question",
        "outcomeCode": "Outcome", "hts10": "Tariff"}  # fmt: skip
    decisions = {"describes": "Decision", "from": "decisions.csv", "key": "No", "properties": told,
        "links": {"DECIDES": {"Case": "Case"}, "MADE_AT": {"Port": "Place", "Center": "Place"}}}  # fmt: skip
    rulings = {"describes": "Ruling", "from": "rulings.csv", "key": "Number", "properties": ruled,
        "links": {"EXPLAINS": {"Decision": "Supports"}}}  # fmt: skip
    system = {"connector": "file", "settings": {"folder": str(tmp_path)}, "party": {"Office": "OT"},
        "streams": {"decisions": decisions, "rulings": rulings}}  # fmt: skip
    for file in ("decisions.csv", "rulings.csv"):
        os.utime(tmp_path / file, (0, 0))  # nobody writes to it any more
    report = Synced(world, run, tmp_path, system).sync()
    assert (report.written, report.skipped) == (3, 0), report
    assert run(discover(world, datetime.now(UTC))) == 1
    (found,) = did(
        "trade",
        """{ disparities { nodes { state strength
      againstRuling { number outcomeCode hts10 explains { nodes { outcome madeAt { __typename } } } } } } }""",
    )["nodes"]
    assert found == {
        "state": "OPEN", "strength": "AGAINST_RULING",
        "againstRuling": {
            "number": "NY N301234", "outcomeCode": "allowed", "hts10": "8542.31.0001",
            "explains": {"nodes": [{"outcome": "Approved", "madeAt": {"__typename": "Port"}}]},
        },
    }  # fmt: skip
    of_port = {**system, "party": {"Port": "ACE:2704"}, "streams": {"rulings": rulings}}
    with pytest.raises(AbortRun, match="must come from its own system or CBP's"):
        Synced(world, run, tmp_path, of_port, name="another").sync()


_HANDED_OVER = """
MATCH (k:Case {number: 'T-closed'})-[handled:HANDLED_BY]->(), (p:Port {id: 'ACE:2704'}) DELETE handled
  CREATE (k)-[:HANDLED_BY]->(p)"""


def test_decisions_that_come_by_a_sync_are_compared_too(
    did: Do, world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    did("center-001", _DECIDE.format(case="T-joint", outcome="denied", goods=_GOODS))
    (tmp_path / "decisions.csv").write_text(
        "No,Case,Question,Result,Day,Tariff,Country,Maker,Goods\n"
        "LA-1,T-open,Classification,Approved,2026-10-05,8542.31.0001,TW,SAMPLE CHIPS LTD,processors (8-bit)\n"
        "LA-2,T-closed,Classification,Denied,2026-10-05,8542.31.0001,TW,SAMPLE CHIPS LTD,processors (8-bit)\n"
    )
    told = {"reference": "No", "question": "Question", "outcome": "Result", "decidedAt": "Day", "hts10": "Tariff",
        "origin": "Country",
            "maker": "Maker", "description": "Goods"}  # fmt: skip
    stream = {"describes": "Decision", "from": "decisions.csv", "key": "No", "properties": told}
    links = {"DECIDES": {"Case": "Case"}, "MADE_AT": {"Port": {"value": "2704"}}}
    system = {
        "connector": "file",
        "settings": {"folder": str(tmp_path)},
        "streams": {"decisions": {**stream, "links": links}},
    }
    os.utime(tmp_path / "decisions.csv", (0, 0))  # nobody writes to it any more
    port = Synced(world, run, tmp_path, {**system, "party": {"Port": "ACE:2704"}})
    assert port.sync().reasons == {
        "DECIDES: there is no Case T-closed here": 1
    }  # it is another's, and so as one that there is not
    run(world.write([Statement(_HANDED_OVER)]))
    report = port.sync()
    assert (report.written, report.skipped) == (1, 0), report
    assert run(discover(world, datetime.now(UTC))) == 1
    (found,) = did("trade", _FOUND)["nodes"]
    assert {decision["outcome"] for decision in found["decisions"]["nodes"]} == {"denied", "Approved"}
    assert port.sync().written == 0
    center = Synced(
        world, run, tmp_path, {**system, "party": {"Center": "CEE007"}, "limits": {"refuse": 1}}, name="another"
    )
    with pytest.raises(
        AbortRun, match=r"none of its 2 records could be used.* a decision made at Port ACE:2704 must come from"
    ):
        center.sync()
