"""A graph of the version before: its decisions say which event they were, where its dates tell it."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.world.decision_events import Meant, meant, without
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS

A: Final = "AAA-0000001-4"
_NAMES: Final = ("decision-events", "deadlines-again")
_DAY: Final = date(2026, 3, 10)
_BEFORE: Final = """
UNWIND [
  ['detained', ['presented 2026-03-05', 'detained 2026-03-10'], []],
  ['recorded', ['presented 2026-03-05', 'detained 2026-03-10'], ['detained on 2026-03-10']],
  ['of an entry', ['presented 2026-03-05', 'decided 2026-03-10 AAA-0000001-4'], []],
  ['both', ['released 2026-03-10 AAA-0000001-4', 'decided 2026-03-10 AAA-0000001-4'], []]
] AS row
MERGE (kind:CaseKind {code: 'detention'}) ON CREATE SET kind.name = 'Detention', kind.source = 'reference'
CREATE (k:Case {id: row[0], number: row[0], status: 'OPEN', title: 'Sample', source: 'hub', dates: row[1],
  openedAt: datetime('2026-03-06T17:00:00Z')})-[:OF_KIND]->(kind)
CREATE (:Decision {id: row[0] + ' decision', question: 'x', outcome: 'x', audience: 'owner', source: 'hub',
  decidedAt: datetime('2026-03-10T17:00:00Z')})-[:DECIDES]->(k)
FOREACH (text IN row[2] | CREATE (:HistoryEntry {id: row[0] + text, verb: 'recordDate', text: text, source: 'hub',
  audience: 'parties', at: datetime('2026-03-10T18:00:00Z')})-[:OF_CASE]->(k))"""
_NOW: Final = """
MATCH (d:Decision)-[:DECIDES]->(k:Case) RETURN k.id, d.event, d.ofEntry, k.dates ORDER BY k.id"""


@pytest.mark.parametrize(
    ("dates", "recorded", "said"),
    [
        (["detained 2026-03-10"], [], Meant("detained", None)),
        ([f"detained 2026-03-10 {A}", f"decided 2026-03-10 {A}"], [], Meant("detained", A)),
        (["detained 2026-03-10", f"decided 2026-03-10 {A}"], [], Meant("detained", None)),
        ([f"decided 2026-03-10 {A}"], [], Meant(None, A)),
        (["decided 2026-03-10"], [], None),
        (["detained 2026-03-11"], [], None),
        (["detained 2026-03-10", "released 2026-03-10"], [], None),
        (["detained 2026-03-10"], ["detained on 2026-03-10, to be confirmed by its owner"], None),
        (["detained 2026-03-10"], [f"detained on 2026-03-10, entry {A}"], Meant("detained", None)),
        ([f"detained 2026-03-10 {A}"], [f"detained on 2026-03-10, entry {A}"], None),
    ],
)
def test_what_a_decision_was_is_told_by_dates_that_nobody_recorded(
    dates: list[str], recorded: list[str], said: Meant | None
) -> None:
    assert meant(_DAY, dates, recorded) == said


def test_that_it_was_decided_is_said_no_more_where_it_was_another_event() -> None:
    dates = [f"decided 2026-03-10 {A}", f"released 2026-03-10 {A}", "decided 2026-03-12"]
    assert without(_DAY, Meant("released", A), dates) == dates[1:]
    assert without(_DAY, Meant(None, A), dates) == dates


def test_a_graph_of_the_version_before_is_brought_to_this_one(empty: Graph, run: Callable[..., Any]) -> None:
    names = [migration.name for migration in MIGRATIONS if migration.name not in _NAMES]
    run(empty.write([Statement("CREATE (:World {id: 'world', migrations: $names})", {"names": names})]))
    run(empty.write([Statement(_BEFORE)]))
    for _ in range(2):
        run(load(empty, WorldWanted(None, 1), lambda *_: None))
        run(empty.write([Statement("MATCH (w:World) SET w.migrations = $names", {"names": names})]))
        assert run(empty.read(_NOW, {})) == [
            ["both", "released", A, [f"released 2026-03-10 {A}"]],
            ["detained", "detained", None, ["presented 2026-03-05", "detained 2026-03-10"]],
            ["of an entry", None, A, ["presented 2026-03-05", f"decided 2026-03-10 {A}"]],
            ["recorded", None, None, ["presented 2026-03-05", "detained 2026-03-10"]],
        ]
        named = run(empty.read_one("MATCH (e:Event {by: 'deadlines-again'}) RETURN e.refs", {}))
        assert sorted(named) == ["both", "detained", "of an entry", "recorded"]
        run(empty.write([Statement("MATCH (e:Event {by: 'deadlines-again'}) DELETE e")]))
