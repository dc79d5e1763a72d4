"""What no clock can be kept by is set aside, told and tried again; the clocks of all others run within the same
minute.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.jobs.dead_letters import FIRST_RETRY, LAST_RETRY
from hub.verbs.deadline_jobs import run_jobs_once
from tests.telling import named_by_event

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
_CASES: Final = """
UNWIND $cases AS row
CREATE (k:Case {id: row.id, number: row.id, status: 'OPEN', title: 'Sample',
  openedAt: datetime('2026-11-01T09:00:00Z'), source: 'ace'})
SET k += row.facts
CREATE (:SourceRecord {id: 'ace|cases|' + row.id, system: 'ace', source: 'ace'})-[:DESCRIBES]->(k)
WITH k, row MATCH (kind:CaseKind {code: row.kind}) CREATE (k)-[:OF_KIND]->(kind)"""
_DUES: Final = "MATCH (d:Deadline)-[:OF_CASE]->(k:Case) RETURN k.number, toString(d.due) ORDER BY k.number"
_LETTERS: Final = "MATCH (l:DeadLetter) RETURN l.item, l.job, l.reason ORDER BY l.item"
_SUITED: Final = ["request_issued 2026-11-02"]
# facts, kind, what is said of it; None where its clocks run
_STRANGE: Final[dict[str, tuple[dict[str, Any], str, str | None]]] = {
    "good": ({"dates": _SUITED}, "rfi", None),
    "bad-day": ({"dates": ["request_issued 2026-02-30"]}, "rfi", "dates: a list is expected"),
    "no-event": ({"dates": ["Sample Secret 4711"]}, "rfi", "dates: a list is expected"),
    "a-text": ({"dates": "request_issued 2026-11-02"}, "rfi", "dates: a list is expected"),
    "numbers": ({"dates": [20261102]}, "rfi", "dates: a list is expected"),
    "last-year": ({"dates": ["request_issued 9999-12-31"]}, "rfi", "dates: the period ends after 2199"),
    "first-year": ({"dates": ["request_issued 0001-01-01"]}, "rfi", None),
    "backwards": ({"dates": _SUITED, "suspensions": ["2026-12-01 2026-11-20", "2026-11-10 2026-11-12"]}, "rfi", None),
    "bad-pause": (
        {"dates": _SUITED, "suspensions": ["2026-11-10 2026-11-12 2026-11-14"]},
        "rfi",
        "suspensions: a list is expected",
    ),
    "odd-unit": ({"dates": ["odd_event 2026-11-02"]}, "odd-unit", "ValueError"),
    "no-length": ({"dates": ["odd_event 2026-11-02"]}, "no-end", "dates: the period ends after 2199"),
    "no-kind": ({"dates": _SUITED}, "", None),
}
_CLOCKS: Final = """
UNWIND [['odd-unit', 3, 'fortnight'], ['no-end', 2000000000, 'business_day']] AS row
CREATE (:CaseKind {code: row[0], name: row[0]})-[:HAS_CLOCK]->(:Clock {id: row[0] + ' act', code: 'act', name: 'x',
  startsFrom: ['odd_event'], length: row[1], unit: row[2], rolls: false, extension: 'none', suspension: 'none',
  passing: 'missed', per: 'case', owedBy: 'x', side: 'trade'})"""


class Kept:
    """The world, with a way to write into it by hand and to let a minute pass."""

    def __init__(self, graph: Graph, run: Callable[..., Any]) -> None:
        self.graph = graph
        self.run = run

    def write(self, text: str, **parameters: Any) -> None:
        self.run(self.graph.write([Statement(text, parameters)]))

    def tell(self, kind: str, refs: list[str]) -> None:
        self.run(self.graph.write([named_by_event(kind, refs)]))

    def rows(self, text: str) -> list[list[Any]]:
        return self.run(self.graph.read(text, {}))

    def keep(self, now: datetime = NOW) -> int:
        return self.run(run_jobs_once(self.graph, now))

    def letters(self) -> dict[str, str]:
        return {item: f"{job}: {reason}" for item, job, reason in self.rows(_LETTERS)}


@pytest.fixture
def kept(world: Graph, run: Callable[..., Any]) -> Kept:
    return Kept(world, run)


def test_cases_that_no_clock_can_run_by_keep_none_of_the_others(kept: Kept) -> None:
    kept.write(_CLOCKS)
    kept.write(
        _CASES, cases=[{"id": name, "facts": facts, "kind": kind} for name, (facts, kind, _) in _STRANGE.items()]
    )
    kept.tell("Case.synced", [f"ace|cases|{name}" for name in _STRANGE])
    kept.tell("Case.synced", ["ace|cases|gone", "ace|cases|good"])
    kept.keep()
    told = kept.letters()
    assert told.keys() == {name for name, (*_, reason) in _STRANGE.items() if reason}
    assert all(told[name].startswith(f"clocks: {reason}") for name, (*_, reason) in _STRANGE.items() if reason)
    assert "4711" not in str(told)
    assert "hub.deadlines.clock:" in told["odd-unit"]
    dues = dict(kept.rows(_DUES))
    assert dues == {"good": "2026-12-02", "first-year": "0001-01-31", "backwards": "2026-12-02"}
    # mended, each is done when it is tried again
    kept.write(
        "MATCH (k:Case) WHERE k.id IN $ids SET k.dates = $dates, k.suspensions = []", ids=list(told), dates=_SUITED
    )
    kept.write("MATCH (c:Clock) WHERE c.startsFrom = ['odd_event'] SET c.unit = 'calendar_day', c.length = 5")
    assert kept.keep(NOW + FIRST_RETRY - timedelta(seconds=1)) == 0
    assert kept.letters() == told
    kept.keep(NOW + FIRST_RETRY)
    assert kept.letters() == {}
    assert {number for number, _ in kept.rows(_DUES)} == set(_STRANGE) - {"no-kind", "odd-unit", "no-length"}
    # a case that has no kind yet has its clocks as soon as it has one, however it came by it
    kept.write("MATCH (k:Case {id: 'no-kind'}), (kind:CaseKind {code: 'rfi'}) CREATE (k)-[:OF_KIND]->(kind)")
    kept.keep(NOW + FIRST_RETRY)
    assert dict(kept.rows(_DUES))["no-kind"] == "2026-12-02"
    assert kept.rows("MATCH (n:Kindless) RETURN n.id") == []


def test_deadlines_and_requests_that_were_edited_by_hand_keep_none_of_the_others(kept: Kept) -> None:
    kept.write(
        """
        UNWIND range(1, 20) AS n CREATE (:Deadline {id: 'lost ' + n, name: 'x', state: 'RUNNING',
          due: date('2026-01-01')})"""
    )
    kept.write(
        """
        UNWIND range(1, 205) AS n
        CREATE (k:RetiredCase {id: 'retired ' + n})
        CREATE (:Deadline {id: 'retired ' + n, name: 'x', state: 'RUNNING', due: date('2026-01-02')})-[:OF_CASE]->(k)"""
    )
    kept.write("""
        MATCH (k:Case {id: 'open'}), (c:Clock {id: 'rfi reply'}) SET k.dates = ['request_issued 2026-10-02']
        CREATE (late:Deadline {id: 'open rfi reply 2026-10-02', name: 'Reply', state: 'RUNNING',
          startedOn: date('2026-10-02'), due: date('2026-11-02')})-[:OF_CASE]->(k) CREATE (late)-[:RUNS_BY]->(c)
        CREATE (:Deadline {name: 'Nameless', state: 'RUNNING', due: date('2026-11-03')})-[:OF_CASE]->(k)
        CREATE (:Request {id: 'old', at: datetime('2026-01-01T00:00:00Z')})-[:NOTED]->(:Remark)
        CREATE (:Request {id: 'older', at: datetime('2025-01-01T00:00:00Z')})
        CREATE (:Request {id: 'young', at: datetime('2026-11-22T00:00:00Z')})""")
    kept.keep()
    # what follows from no fact of its case is none of its deadlines
    late = "MATCH (d:Deadline)-[:OF_CASE]->(:Case {id: 'open'}) RETURN d.id, d.state"
    assert kept.rows(late) == [["open rfi reply 2026-10-02", "MISSED"]]
    told = kept.rows("MATCH (h:HistoryEntry {verb: 'overdue'}) RETURN h.text ORDER BY h.text")
    assert told == [
        ["Nameless: runs no more"],
        ["Request for Information: reply: not done by 2026-11-02 (19 CFR 151.11; CBP Form 28)"],
    ]
    assert kept.rows("MATCH (r:Request) RETURN r.id") == [["young"]]
    told = kept.letters()
    assert len(told) == 20
    assert told["lost 7"] == "deadlines: it belongs to no case"
    assert kept.rows("MATCH (d:Deadline) WHERE d.id STARTS WITH 'retired' RETURN DISTINCT d.state") == [["RUNNING"]]
    kept.write("MATCH (d:Deadline) WHERE d.id STARTS WITH 'lost' DELETE d")
    assert kept.keep(NOW + LAST_RETRY) == 0
    assert kept.letters() == {}
