"""A graph of the version before opens: calendars say what they show, and what parties answered last lies on a desk."""

from collections.abc import Callable
from typing import Any, Final

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS

_NEW: Final = ("calendars-show", "came-back")
_BEFORE: Final = """
CREATE (:Calendar {id: 'c', account: 'a', path: '/calendars/c.ics', openedAt: datetime(), source: 'hub'})
WITH 1 AS one UNWIND [
  ['answered', 'OPEN', [['REQUEST', 1], ['RESPONSE', 2]]],
  ['answered twice', 'OPEN', [['RESPONSE', 1], ['RESPONSE', 3]]],
  ['asked again', 'AWAITING', [['REQUEST', 1], ['RESPONSE', 2], ['REQUEST', 3]]],
  ['closed', 'CLOSED', [['RESPONSE', 2]]],
  ['a note', 'OPEN', [['NOTE', 2]]]
] AS row
CREATE (k:Case {id: row[0], number: row[0], status: row[1], title: 'Sample', source: 'sample',
  openedAt: datetime('2026-01-01T00:00:00Z')})
WITH k, row UNWIND row[2] AS note
CREATE (:Note {id: row[0] + note[0] + note[1], kind: note[0], text: 'Sample', audience: 'parties', source: 'sample',
  at: datetime({year: 2026, month: 1, day: note[1]})})-[:OF_CASE]->(k)"""


def test_a_graph_of_the_version_before_is_brought_to_this_one(empty: Graph, run: Callable[..., Any]) -> None:
    names = [migration.name for migration in MIGRATIONS if migration.name not in _NEW]
    run(empty.write([Statement("CREATE (:World {id: 'world', migrations: $names})", {"names": names})]))
    run(empty.write([Statement(_BEFORE)]))
    for _ in range(2):
        run(load(empty, WorldWanted(None, 1), lambda *_: None))
        run(empty.write([Statement("MATCH (w:World) SET w.migrations = $names", {"names": names})]))
        assert run(empty.read_one("MATCH (c:Calendar) RETURN c.shows", {})) == "BOTH"
        back = run(
            empty.read("MATCH (k:Case) WHERE k.cameBackAt IS NOT NULL RETURN k.id, k.cameBackAt.day ORDER BY k.id", {})
        )
        assert back == [["answered", 2], ["answered twice", 3]]
