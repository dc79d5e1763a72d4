"""A graph of the version before: what was done in it stays done, and what the hub had deemed by itself is proposed."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.deadlines.business_days import Period, Unit, last_day, today
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS

pytestmark = pytest.mark.usefixtures("one_day")
_NAME: Final = "corrected-clocks"
# kind, number, name, event, condition, length, unit, deemed, side
_CLOCKS: Final = [
    ["rfi", 0, "Request for Information: reply", "request_issued", None, 30, "calendar_day", None, "trade"],
    ["liquidation", 3, "Liquidation: deemed liquidated", "entry_filed", None, 1, "year", "liquidated", "government"],
    ["protest", 7, "Protest: decide", "protest_filed", None, 2, "year", None, "government"],
    ["protest", 10, "Court challenge of denial: sue", "denial_mailed", None, 180, "calendar_day", None, "trade"],
    ["detention", 14, "Detention: release or detain", "presented", None, 5, "business_day", None, "government"],
    ["detention", 16, "Final determination", "presented", None, 30, "calendar_day", "excluded", "government"],
    ["wro_detention", 18, "Withhold Release Order", "entry_filed", None, 90, "calendar_day", None, "trade"],
    [
        "eapa",
        23,
        "EAPA investigation: determine",
        "initiated",
        "not_complicated",
        300,
        "calendar_day",
        None,
        "government",
    ],
    ["eapa", 24, "EAPA (complicated): determine", "initiated", "complicated", 360, "calendar_day", None, "government"],
]
_OLD: Final = """
UNWIND $clocks AS row
MERGE (kind:CaseKind {code: row[0]}) ON CREATE SET kind.name = row[0], kind.source = 'reference'
CREATE (kind)-[:HAS_CLOCK]->(:Clock {id: row[0] + ':' + toString(row[1]), name: row[2], startEvent: row[3],
  condition: row[4], length: row[5], unit: row[6], deemed: row[7], side: row[8], rolls: false, extension: 'discretion',
  suspendable: true, owedBy: 'x', source: 'reference'})
WITH DISTINCT 1 AS one
MERGE (own:CaseKind {code: 'own_kind'}) SET own.name = 'Own', own.source = 'hub'
CREATE (own)-[:HAS_CLOCK]->(:Clock {id: 'own_kind:1', name: 'Own', startEvent: 'begun', length: 10,
  unit: 'calendar_day', rolls: false, extension: 'discretion', suspendable: false, owedBy: 'x', side: 'trade',
  source: 'hub'})
CREATE (:World {id: 'world', migrations: $migrations})"""
_CASE: Final = """
CREATE (k:Case {id: $case, number: $case, title: $case, openedAt: datetime('2026-01-02T00:00:00Z'), source: 'hub'})
SET k += $properties
WITH k MATCH (kind:CaseKind {code: $kind}) CREATE (k)-[:OF_KIND]->(kind)
WITH k UNWIND $deadlines AS row
MATCH (c:Clock {id: row.clock})
CREATE (d:Deadline {id: k.id + ' ' + row.clock + ' ' + toString(row.start), name: c.name, startedOn: row.start,
  due: row.due, state: row.state, extensions: 0, owedBy: 'x', source: 'hub', revision: 3})
SET d += row.more
CREATE (d)-[:OF_CASE]->(k) CREATE (d)-[:RUNS_BY]->(c)"""
_NOW: Final = """
MATCH (k:Case) OPTIONAL MATCH (k)<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock)
WITH k, d, c ORDER BY c.id
RETURN k.id, k.status, k.closedAt IS NOT NULL, collect([c.id, d.state, toString(d.due), d.revision])"""


def _day(after: int) -> date:
    return today(datetime.now(UTC)) + timedelta(days=after)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def _due(clock: str, start: date, due: date, state: str, **more: Any) -> dict[str, Any]:
    return {"clock": clock, "start": start, "due": due, "state": state, "more": more}


class Old:
    """A graph of the version before, with a way to put cases into it and to bring it up to date."""

    def __init__(self, graph: Graph, run: Callable[..., Any]) -> None:
        self.graph = graph
        self.run = run
        before = [migration.name for migration in MIGRATIONS if migration.name != _NAME]
        run(graph.write([Statement(_OLD, {"clocks": _CLOCKS, "migrations": before})]))

    def case(self, case: str, kind: str, dates: list[str], *deadlines: dict[str, Any], **properties: Any) -> None:
        told = {"status": "OPEN", "dates": dates, **properties}
        given = {"case": case, "kind": kind, "deadlines": list(deadlines), "properties": told}
        self.run(self.graph.write([Statement(_CASE, given)]))

    def apply(self, text: str) -> None:
        self.run(self.graph.apply([text]))

    def load(self) -> dict[str, tuple[str, bool, list[list[Any]]]]:
        """Twice: a hub that died in the middle begins again."""
        self.run(load(self.graph, WorldWanted(None, 7), lambda *_: None))
        found = {case: (status, closed, due) for case, status, closed, due in self.run(self.graph.read(_NOW, {}))}
        self.apply(f"MATCH (w:World) SET w.migrations = [name IN w.migrations WHERE name <> '{_NAME}']")
        self.run(load(self.graph, WorldWanted(None, 7), lambda *_: None))
        assert found == {
            case: (status, closed, due) for case, status, closed, due in self.run(self.graph.read(_NOW, {}))
        }
        return found


@pytest.fixture
def old(empty: Graph, run: Callable[..., Any]) -> Old:
    return Old(empty, run)


def _last(start: date, length: int, unit: Unit = Unit.CALENDAR_DAY, *, rolls: bool = False) -> str:
    return str(last_day(start, Period(length, unit), rolls=rolls))


def test_what_runs_goes_on_under_the_new_names(old: Old) -> None:
    issued = _day(-5)
    old.case("c", "rfi", [f"request_issued {issued}"], _due("rfi:0", issued, _day(25), "RUNNING"))
    extended = _due("rfi:0", issued, _day(60), "RUNNING", extensions=1, extendedTo=_day(60))
    old.case("e", "rfi", [f"request_issued {issued}"], extended, status="EXTENDED")
    found = old.load()
    due = _last(issued, 30, rolls=True)
    assert found["c"] == ("OPEN", False, [["rfi reply", "RUNNING", due, 3 if due == str(_day(25)) else 4]])
    assert found["e"][0] == "EXTENDED"
    assert found["e"][2][0][:3] == ["rfi reply", "RUNNING", _last(_day(60), 0, rolls=True)]
    ids = old.run(old.graph.read("MATCH (d:Deadline) RETURN d.id ORDER BY d.id", {}))
    assert ids == [[f"c rfi reply {issued}"], [f"e rfi reply {issued}"]]
    assert old.run(old.graph.read("MATCH (c:Clock) WHERE c.id CONTAINS ':' RETURN c.id", {})) == []


def test_what_was_done_stays_done_unless_an_answer_cannot_do_it(old: Old) -> None:
    issued, filed, mailed = _day(-60), _day(-90), _day(-50)
    done = {"endedAt": _at(_day(-40))}
    old.case("met", "rfi", [f"request_issued {issued}"], _due("rfi:0", issued, _day(-30), "MET", **done))
    late = {"endedAt": _at(_day(-10))}
    old.case("late", "rfi", [f"request_issued {issued}"], _due("rfi:0", issued, _day(-30), "MISSED", **late))
    old.case("missed", "rfi", [f"request_issued {issued}"], _due("rfi:0", issued, _day(-30), "MISSED"))
    sue = _due("protest:10", mailed, _day(130), "MET", **done)
    for name in ("answered", "said"):
        old.case(name, "protest", [f"denial_mailed {mailed}", f"protest_filed {filed}"], sue)
    old.apply(
        "MATCH (k:Case {id: 'said'}) CREATE (:HistoryEntry {id: 'h', verb: 'meetDeadline',"
        " text: 'Court challenge of denial: sue: done', at: datetime()})-[:OF_CASE]->(k)"
    )
    found = old.load()
    assert [found[name][2][0][1] for name in ("met", "late", "missed")] == ["MET", "MET_LATE", "MISSED"]
    states = {name: {clock: state for clock, state, *_ in found[name][2]} for name in ("answered", "said")}
    assert states["answered"] == {"protest decide": "MET", "protest sue": "RUNNING"}
    assert states["said"] == {"protest decide": "MET", "protest sue": "MET"}


def test_closing_had_ended_what_parties_owe_and_does_no_more(old: Old) -> None:
    filed, mailed, closed = _day(-90), _day(-50), _at(_day(-20))
    dates = [f"protest_filed {filed}", f"denial_mailed {mailed}"]
    sue = _due("protest:10", mailed, _day(130), "ENDED", endedAt=closed)
    old.case("denied", "protest", dates, sue, status="CLOSED", closedAt=closed)
    decide = _due("protest:7", filed, _day(640), "MET", endedAt=closed)
    old.case("closed", "protest", [f"protest_filed {filed}"], decide, status="CLOSED", closedAt=closed)
    found = old.load()
    assert [found[name][:2] for name in ("denied", "closed")] == [("CLOSED", True)] * 2
    assert ["protest sue", "RUNNING"] in [one[:2] for one in found["denied"][2]]
    assert [one[:2] for one in found["closed"][2]] == [["protest decide", "ENDED"]]


def test_what_nobody_pronounced_is_proposed_and_counted(old: Old, caplog: pytest.LogCaptureFixture) -> None:
    presented, at = _day(-60), _at(_day(-29))
    deemed = _due("detention:16", presented, _day(-30), "DEEMED", endedAt=at, deemed="excluded")
    missed = _due("detention:14", presented, _day(-53), "MISSED")
    for name, more in (("deemed", []), ("released", [f"released {_day(-50)}"])):
        dates = [f"presented {presented}", *more]
        old.case(name, "detention", dates, deemed, missed, status="DEEMED", closedAt=at)
    record = (
        "CREATE (:SourceRecord {id: 's', system: 'ace', source: 'ace', stream: 'cases', rank: 100})-[:DESCRIBES]->(k)"
    )
    old.case("synced", "detention", [f"presented {presented}"], deemed, status="DEEMED", closedAt=at)
    old.apply(f"MATCH (k:Case {{id: 'synced'}}) {record}")
    with caplog.at_level(logging.INFO, "hub.world"):
        found = old.load()
    due = _last(presented, 30)
    assert found["deemed"][:2] == ("OPEN", False)
    assert ["detention decide", "PROPOSED", due] in [one[:3] for one in found["deemed"][2]]
    assert found["released"][:2] == ("OPEN", False)
    assert ["detention decide", "MET"] in [one[:2] for one in found["released"][2]]
    # what its status is another system says
    assert found["synced"][:2] == ("DEEMED", True)
    assert ["detention decide", "PROPOSED", due] in [one[:3] for one in found["synced"][2]]
    (told,) = [record.getMessage() for record in caplog.records if record.name == "hub.world"]
    assert "3 cases looked through" in told
    assert "2 cases that were taken as decided are open again" in told
    text = "MATCH (h:HistoryEntry {verb: 'correctClocks'})-[:OF_CASE]->(:Case {id: 'deemed'}) RETURN h.text, h.reason"
    entries = old.run(old.graph.read(text, {}))
    assert any("proposed to be deemed excluded" in text and "19 USC 1499(c)(5)" in text for text, _ in entries)
    assert {reason for _, reason in entries} == {"clocks as the law has them"}


def test_variants_become_one_deadline_and_clocks_that_run_from_elsewhere_end(old: Old) -> None:
    initiated = _day(-30)
    variants = [_due("eapa:23", initiated, _day(270), "ENDED"), _due("eapa:24", initiated, _day(330), "RUNNING")]
    for case, due in (("eapa", variants), ("eapa-2", variants[::-1])):
        old.case(case, "eapa", [f"initiated {initiated}"], *due, conditions=["complicated"])
    old.case(
        "wro", "wro_detention", [f"entry_filed {initiated}"], _due("wro_detention:18", initiated, _day(60), "RUNNING")
    )
    found = old.load()
    for case in ("eapa", "eapa-2"):
        determine = [one for one in found[case][2] if "determine" in one[0]]
        assert [one[:3] for one in determine] == [["eapa determine complicated", "RUNNING", _last(initiated, 360)]]
    assert [one[0] for one in found["wro"][2]] == [None]
    text = "MATCH (h:HistoryEntry)-[:OF_CASE]->(:Case {id: 'wro'}) RETURN h.text"
    assert old.run(old.graph.read(text, {})) == [[f"Withhold Release Order: runs no more from {initiated}"]]


def test_a_clock_of_an_operators_own_runs_as_it_did(old: Old) -> None:
    begun = _day(-3)
    old.case("own", "own_kind", [f"begun {begun}"], _due("own_kind:1", begun, _day(7), "RUNNING"))
    found = old.load()
    assert found["own"][2] == [["own_kind clock_1", "RUNNING", str(_day(7)), 3]]


def test_a_case_that_cannot_be_read_keeps_none_of_the_others(old: Old) -> None:
    issued = _day(-5)
    for name, date_ in (("a", "soon"), ("b", str(issued)), ("c", "never")):
        old.case(name, "rfi", [f"request_issued {date_}"], _due("rfi:0", issued, _day(25), "RUNNING"))
    found = old.load()
    assert found["b"][2][0][:2] == ["rfi reply", "RUNNING"]


def _own(number: int, extension: str, *, suspendable: bool) -> str:
    """A clock that an operator added to their kind of case."""
    return (
        f"MATCH (own:CaseKind {{code: 'own_kind'}}) CREATE (own)-[:HAS_CLOCK]->(:Clock {{id: 'own_kind:{number}',"
        f" name: 'Own {number}', startEvent: 'begun_{number}', length: 10, unit: 'calendar_day', rolls: false,"
        f" extension: '{extension}', suspendable: {str(suspendable).lower()}, owedBy: 'x', side: 'trade',"
        " source: 'hub'})"
    )


def _own_due(old: Old, number: int, begun: date, due: date, *suspensions: str, **more: Any) -> None:
    deadline = _due(f"own_kind:{number}", begun, due, "RUNNING", **more)
    old.case("o", "own_kind", [f"begun_{number} {begun}"], deadline, suspensions=list(suspensions), status="EXTENDED")


def test_what_an_operator_lets_extend_by_its_length_stays_extended(old: Old) -> None:
    old.apply(_own(2, "10 calendar_day, 2 times", suspendable=True))
    begun = _day(-5)
    _own_due(old, 2, begun, _day(15), extensions=1)
    assert old.load()["o"] == ("EXTENDED", False, [["own_kind clock_2", "RUNNING", str(_day(15)), 3]])
    rule = "MATCH (c:Clock {id: 'own_kind clock_2'}) RETURN c.extension, c.extensionLength, c.extensionTimes"
    assert old.run(old.graph.read(rule, {})) == [["by_length", 10, 2]]


@pytest.mark.parametrize(
    ("suspended", "granted"),
    [
        ([], None),
        ([(-28, -24)], -22),  # before it was extended
        ([(-28, -24), (-21, -19)], -22),  # and after that
        ([(-28, -24), (-21, -19)], None),
    ],
)
def test_a_day_that_was_granted_stays_that_day_whenever_it_stood_still(
    old: Old, suspended: list[tuple[int, int]], granted: int | None
) -> None:
    old.apply(_own(3, "discretion", suspendable=True))
    _own_due(
        old, 3, _day(-30), _day(20), *(f"{_day(since)} {_day(until)}" for since, until in suspended), extensions=1,
        extendedTo=_day(20),
    )  # fmt: skip
    if granted is not None:
        entry = Statement(_GRANTED, {"text": f"Own 3: extended to {_day(20)}", "at": _at(_day(granted))})
        old.run(old.graph.write([entry]))
    status, _, ((clock, state, due, _),) = old.load()["o"]
    assert (status, clock, state, due) == ("EXTENDED", "own_kind clock_3", "RUNNING", str(_day(20)))


_GRANTED: Final = """
MATCH (k:Case {id: 'o'})
CREATE (:HistoryEntry {id: 'g', verb: 'extendDeadline', text: $text, at: $at})-[:OF_CASE]->(k)"""
