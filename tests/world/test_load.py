"""Loading: what is there is left alone, and another world is never mixed in."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from neo4j.exceptions import ClientError

from graph_schema.ddl import ANALYZER
from hub.errors import SetupError
from hub.graph import Graph
from hub.world.load import Wanted, load
from hub.world.migrations import Migration

SMALLEST = Wanted(0.001, 7)
COUNTS = "MATCH (n) OPTIONAL MATCH (n)-[e]->() RETURN count(DISTINCT n), count(e), sum(size(keys(n)))"


def test_loading_again_changes_nothing_and_another_world_is_refused(empty: Graph, run: Callable[..., Any]) -> None:
    told: list[tuple[str, int, int]] = []
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert {what for what, _, _ in told} == {"migrations", "public facts", "sample world"}
    assert told[-1][1] == told[-1][2]
    loaded = run(empty.read(COUNTS, {}))
    told.clear()
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert not told
    assert run(empty.read(COUNTS, {})) == loaded
    for other in (Wanted(0.001, 8), Wanted(0.002, 7), Wanted(None, 7)):
        with pytest.raises(SetupError, match="--data"):
            run(load(empty, other, lambda *_: None))
    assert run(empty.read(COUNTS, {})) == loaded


def test_a_load_that_was_broken_off_is_finished(empty: Graph, run: Callable[..., Any]) -> None:
    def broken(what: str, done: int, _total: int) -> None:
        if what == "sample world" and done:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        run(load(empty, SMALLEST, broken))
    run(load(empty, SMALLEST, lambda *_: None))
    again = run(empty.read(COUNTS, {}))
    run(empty.apply(["MATCH (n) DETACH DELETE n"]))
    run(load(empty, SMALLEST, lambda *_: None))
    assert run(empty.read(COUNTS, {})) == again


COUNTED = "MERGE (c:Counter {id: '%s'}) SET c.times = coalesce(c.times, 0) + 1"
FIRST = Migration("first", "counts how often it is applied", (COUNTED % "first",))
SECOND = Migration("second", "the same, in two statements", (COUNTED % "second", COUNTED % "third"))
TIMES = "MATCH (c:Counter) WITH c ORDER BY c.id RETURN collect([c.id, c.times])"


def test_migrations_are_applied_once_in_order_with_several_hubs_starting(empty: Graph, run: Callable[..., Any]) -> None:
    nothing = Wanted(None, 7)
    told: list[tuple[str, int, int]] = []

    async def together(migrations: tuple[Migration, ...]) -> None:
        await asyncio.gather(*(load(empty, nothing, lambda *progress: told.append(progress), migrations) for _ in range(4)))

    run(together((FIRST,)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1]]
    told.clear()
    run(together((FIRST, SECOND)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1], ["second", 1], ["third", 1]]
    assert told == [("migrations", 0, 1)]
    assert run(empty.read_one("MATCH (w:World) RETURN w.migrations", {})) == ["first", "second"]


def test_a_migration_that_fails_is_tried_again_and_those_before_it_are_not(empty: Graph, run: Callable[..., Any]) -> None:
    broken = Migration("second", "fails after its first statement", (COUNTED % "second", "MATCH (c:Counter) SET c.times = 1 / 0"))
    with pytest.raises(ClientError):
        run(load(empty, Wanted(None, 7), lambda *_: None, (FIRST, broken)))
    run(load(empty, Wanted(None, 7), lambda *_: None, (FIRST, SECOND)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1], ["second", 2], ["third", 1]]


_BEFORE = """
CREATE (trade:Office:Party {code: 'OT', name: 'OT', source: 'reference'})<-[:PART_OF]-(tpp:Office:Party {code: 'OT-TPP', name: 'TPP',
  source: 'reference'}), (firm:Importer:Party {number: '11-1111111AA', name: 'Firm', source: 'sample'}),
  (center:Center:Party {code: 'CEE001', name: 'Center', source: 'reference'}),
  (:Connection {name: 'ace'})-[:SPEAKS_FOR]->(trade), (:Connection {name: 'center'})-[:SPEAKS_FOR]->(center),
  (:SourceRecord {id: 'ace|cases|1', system: 'ace'}), (:SourceRecord {id: 'center|cases|1', system: 'center'})
WITH tpp, firm
UNWIND [['sample', 'sample', null, null], ['by the Office of Trade', 'hub', null, tpp], ['by a party', 'hub', null, firm],
  ['by headquarters', 'ace', ['ace|cases|1'], null], ['by a Center', 'center', ['center|cases|1'], null],
  ['by both', 'center', ['center|cases|1', 'ace|cases|1'], null]] AS one
CREATE (k:Case {id: one[0], number: one[0], source: one[1], openedAt: datetime('2026-01-01T00:00:00Z'), status: 'OPEN', title: 'x'})
CREATE (e:Entry {number: one[0], source: 'sample'}) CREATE (k)-[c:COVERS_ENTRY]->(e) SET c.saidBy = one[2]
FOREACH (who IN CASE WHEN one[3] IS NULL THEN [] ELSE [one[3]] END |
  CREATE (:HistoryEntry {id: one[0], verb: 'openCase'})-[:OF_CASE]->(k) CREATE (h:HistoryEntry {id: one[0] + ' by', verb: 'openCase'})
  CREATE (h)-[:OF_CASE]->(k) CREATE (h)-[:BY]->(who))"""


def test_in_a_database_of_an_earlier_release_entries_that_only_a_party_named_become_claims(empty: Graph, run: Callable[..., Any]) -> None:
    run(empty.apply([_BEFORE]))
    run(load(empty, Wanted(None, 7), lambda *_: None))
    asked = "MATCH (k:Case)-[c:COVERS_ENTRY]->() RETURN k.id, c.confirmedAt IS NOT NULL"
    confirmed = dict(run(empty.read(asked, {})))
    assert confirmed == {
        "sample": True, "by the Office of Trade": True, "by a party": False, "by headquarters": True, "by a Center": False, "by both": True,
    }  # fmt: skip


def test_in_a_database_of_an_earlier_release_who_writes_a_case_no_longer_waits_for_search(empty: Graph, run: Callable[..., Any]) -> None:
    run(empty.apply(["DROP INDEX Case_text IF EXISTS", "CREATE FULLTEXT INDEX Case_text FOR (n:Case) ON EACH [n.title]"]))
    run(load(empty, Wanted(None, 7), lambda *_: None))
    (config,) = run(empty.read("SHOW INDEXES YIELD name, options WHERE name = 'Case_text' RETURN options.indexConfig", {}))
    assert config[0] == {"fulltext.analyzer": ANALYZER, "fulltext.eventually_consistent": True}


_SHARED = """
CREATE (fda:Agency:Party {code: 'FDA', name: 'FDA', source: 'reference'})
WITH fda UNWIND [['by a verb', 'acceptAgency', null], ['joined', 'acceptAgency', null], ['by a sync', null, ['x']],
  ['sample', null, null]] AS one
CREATE (k:Case {id: one[0], number: one[0], source: 'hub', openedAt: datetime('2026-01-01T00:00:00Z'), status: 'OPEN', title: 'x'})
CREATE (k)-[i:INVOLVES {acceptedAt: datetime('2026-01-02T00:00:00Z')}]->(fda) SET i.saidBy = one[2]
FOREACH (_ IN CASE WHEN one[0] = 'joined' THEN [1] ELSE [] END | SET i.joinedAt = datetime('2026-01-03T00:00:00Z'))
FOREACH (verb IN CASE WHEN one[1] IS NULL THEN [] ELSE [one[1]] END |
  CREATE (:HistoryEntry {id: one[0], verb: verb, at: datetime('2026-01-02T00:00:00Z')})-[:OF_CASE]->(k))
CREATE (:SourceRecord {id: one[0] + ' claim', rank: 1200, system: 'fda'})-[:DESCRIBES]->(k)
FOREACH (_ IN CASE WHEN one[0] = 'by a sync' THEN [1] ELSE [] END |
  CREATE (:SourceRecord {id: one[0], rank: 200, system: 'ace'})-[:DESCRIBES]->(k))"""


def test_in_a_database_of_an_earlier_release_agencies_were_invited_and_claims_are_settled_again(
    empty: Graph, run: Callable[..., Any]
) -> None:
    run(empty.apply([_SHARED]))
    run(load(empty, Wanted(None, 7), lambda *_: None))
    asked = "MATCH (k:Case)-[i:INVOLVES]->() RETURN k.id, i.invitedAt IS NOT NULL, k:Unsettled ORDER BY k.id"
    assert run(empty.read(asked, {})) == [
        ["by a sync", False, True], ["by a verb", True, False], ["joined", False, False], ["sample", False, False],
    ]  # fmt: skip
