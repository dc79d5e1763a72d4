"""A graph of the version before: its deadlines are those of the clocks as the law has them, once its jobs have run."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.verbs.deadline_jobs import run_jobs_once
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS

_NEW: Final = "deadlines-once-more"
_NOW: Final = datetime(2026, 11, 27, 17, tzinfo=UTC)
# a case with what it says, and one of its deadlines as the version before had written it
_CASES: Final[list[dict[str, Any]]] = [
    {
        "id": "extended and suspended", "kind": "liquidation",
        "facts": {
            "dates": ["entry_filed 2023-03-01", "suspension_removal_noticed 2026-02-02"],
            "extensions": ["deemed_liquidated - 2024-02-01 +"], "suspensions": ["2024-09-02 2026-02-02 statute"],
        },
        "clock": "liquidation deemed_liquidated", "start": "2023-03-01", "due": "2026-08-02", "state": "PROPOSED",
        "now": ("RUNNING", "2027-03-01"),
    },
    {
        "id": "denied before", "kind": "protest",
        "facts": {
            "dates": ["protest_filed 2026-02-02", "denial_mailed 2026-05-06", "acceleration_requested 2026-06-01"],
        },
        "clock": "protest decide", "start": "2026-06-01", "due": "2026-07-01", "state": "PROPOSED",
        "now": ("MET", "2026-07-01"),
    },
    {
        "id": "withdrawn late", "kind": "redelivery",
        "facts": {"dates": ["notice_issued 2026-09-10", "notice_withdrawn 2026-10-20"]},
        "clock": "redelivery comply", "start": "2026-09-10", "due": "2026-10-13", "state": "MISSED",
        "now": ("ENDED", "2026-10-13"),
    },
    {
        "id": "pronounced late", "kind": "protest_accelerated",
        "facts": {
            "dates": ["acceleration_requested 2026-06-01"], "pronounced": ["decide - 2026-08-20"], "status": "DEEMED",
        },
        "clock": "protest_accelerated sue", "start": "2026-07-01", "due": "2027-02-16", "state": "RUNNING",
        "now": ("RUNNING", "2026-12-28"),
    },
]  # fmt: skip
_BEFORE: Final = """
UNWIND $cases AS row
MERGE (kind:CaseKind {code: row.kind}) ON CREATE SET kind.name = row.kind, kind.source = 'reference'
MERGE (c:Clock {id: row.clock}) ON CREATE SET c.name = row.clock, c.source = 'reference'
MERGE (kind)-[:HAS_CLOCK]->(c)
CREATE (k:Case {id: row.id, number: row.id, status: 'OPEN', title: 'Sample', source: 'hub', openedAt: datetime()})
SET k += row.facts CREATE (k)-[:OF_KIND]->(kind)
CREATE (d:Deadline {id: row.id + ' ' + row.clock + ' ' + row.start, name: row.clock, startedOn: date(row.start),
  due: date(row.due), state: row.state, extensions: 0, owedBy: 'x', source: 'hub', revision: 0})
CREATE (d)-[:OF_CASE]->(k) CREATE (d)-[:RUNS_BY]->(c)"""
_FOUND: Final = """
UNWIND $cases AS row
MATCH (:Case {id: row.id})<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock)
WHERE c.id STARTS WITH row.clock AND d.startedOn = date(row.start)
RETURN row.id, d.state, toString(d.due)"""


def test_a_graph_of_the_version_before_is_brought_to_this_one(empty: Graph, run: Callable[..., Any]) -> None:
    names = [migration.name for migration in MIGRATIONS if migration.name != _NEW]
    before = [{name: value for name, value in case.items() if name != "now"} for case in _CASES]
    run(empty.write([Statement("CREATE (:World {id: 'world', migrations: $names})", {"names": names})]))
    run(empty.write([Statement(_BEFORE, {"cases": before})]))
    for _ in range(2):
        run(load(empty, WorldWanted(None, 1), lambda *_: None))
        run(run_jobs_once(empty, _NOW))
        found = {case: (state, due) for case, state, due in run(empty.read(_FOUND, {"cases": before}))}
        assert found == {case["id"]: case["now"] for case in _CASES}
        run(empty.write([Statement("MATCH (w:World) SET w.migrations = $names", {"names": names})]))
