"""Loading: what is there is left alone, and another world is never mixed in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from neo4j.exceptions import ClientError

from graph_schema.cypher import Statement
from graph_schema.ddl import ANALYZER
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.errors import SetupError
from hub.gql.search_text import query, words
from hub.verbs.deadline_jobs import run_jobs_once
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS, Migration

SMALLEST = WorldWanted(0.001, 7)
COUNTS = "MATCH (n) OPTIONAL MATCH (n)-[e]->() RETURN count(DISTINCT n), count(e), sum(size(keys(n)))"


def test_loading_again_changes_nothing_and_another_world_is_refused(empty: Graph, run: Callable[..., Any]) -> None:
    told: list[tuple[str, int, int]] = []
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert {what for what, _, _ in told} == {"migrations", "public facts", "shared desks", "sample world"}
    assert told[-1][1] == told[-1][2]
    loaded = run(empty.read(COUNTS, {}))
    told.clear()
    run(load(empty, SMALLEST, lambda *progress: told.append(progress)))
    assert not told
    assert run(empty.read(COUNTS, {})) == loaded
    for other in (WorldWanted(0.001, 8), WorldWanted(0.002, 7), WorldWanted(None, 7)):
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
    nothing = WorldWanted(None, 7)
    told: list[tuple[str, int, int]] = []

    async def together(migrations: tuple[Migration, ...]) -> None:
        await asyncio.gather(
            *(load(empty, nothing, lambda *progress: told.append(progress), migrations) for _ in range(4))
        )

    run(together((FIRST,)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1]]
    told.clear()
    run(together((FIRST, SECOND)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1], ["second", 1], ["third", 1]]
    assert told == [("migrations", 0, 1)]
    assert run(empty.read_one("MATCH (w:World) RETURN w.migrations", {})) == ["first", "second"]


def test_a_migration_that_fails_is_tried_again_and_those_before_it_are_not(
    empty: Graph, run: Callable[..., Any]
) -> None:
    broken = Migration(
        "second", "fails after its first statement", (COUNTED % "second", "MATCH (c:Counter) SET c.times = 1 / 0")
    )
    with pytest.raises(ClientError):
        run(load(empty, WorldWanted(None, 7), lambda *_: None, (FIRST, broken)))
    run(load(empty, WorldWanted(None, 7), lambda *_: None, (FIRST, SECOND)))
    assert run(empty.read_one(TIMES, {})) == [["first", 1], ["second", 2], ["third", 1]]


_BEFORE = """
CREATE (trade:Office:Party {code: 'OT', name: 'OT',
  source: 'reference'})<-[:PART_OF]-(tpp:Office:Party {code: 'OT-TPP', name: 'TPP',
  source: 'reference'}), (firm:Importer:Party {number: '11-1111111AA', name: 'Firm', source: 'sample'}),
  (center:Center:Party {code: 'CEE001', name: 'Center', source: 'reference'}),
  (:Connection {name: 'ace'})-[:SPEAKS_FOR]->(trade), (:Connection {name: 'center'})-[:SPEAKS_FOR]->(center),
  (:SourceRecord {id: 'ace|cases|1', system: 'ace'}), (:SourceRecord {id: 'center|cases|1', system: 'center'})
WITH tpp, firm
UNWIND [['sample', 'sample', null, null], ['by the Office of Trade', 'hub', null, tpp],
  ['by a party', 'hub', null, firm],
  ['by headquarters', 'ace', ['ace|cases|1'], null], ['by a Center', 'center', ['center|cases|1'], null],
  ['by both', 'center', ['center|cases|1', 'ace|cases|1'], null]] AS one
CREATE (k:Case {id: one[0], number: one[0], source: one[1], openedAt: datetime('2026-01-01T00:00:00Z'), status: 'OPEN',
  title: 'x'})
CREATE (e:Entry {number: one[0], source: 'sample'}) CREATE (k)-[c:COVERS_ENTRY]->(e) SET c.saidBy = one[2]
FOREACH (who IN CASE WHEN one[3] IS NULL THEN [] ELSE [one[3]] END |
  CREATE (:HistoryEntry {id: one[0], verb: 'openCase'})-[:OF_CASE]->(k)
    CREATE (h:HistoryEntry {id: one[0] + ' by', verb: 'openCase'})
  CREATE (h)-[:OF_CASE]->(k) CREATE (h)-[:BY]->(who))"""


def test_in_a_database_of_an_earlier_release_entries_that_only_a_party_named_become_claims(
    empty: Graph, run: Callable[..., Any]
) -> None:
    run(empty.apply([_BEFORE]))
    run(load(empty, WorldWanted(None, 7), lambda *_: None))
    asked = "MATCH (k:Case)-[c:COVERS_ENTRY]->() RETURN k.id, c.confirmedAt IS NOT NULL"
    confirmed = dict(run(empty.read(asked, {})))
    assert confirmed == {
        "sample": True, "by the Office of Trade": True, "by a party": False, "by headquarters": True,
        "by a Center": False, "by both": True,
    }  # fmt: skip


def test_in_a_database_of_an_earlier_release_who_writes_a_case_no_longer_waits_for_search(
    empty: Graph, run: Callable[..., Any]
) -> None:
    run(
        empty.apply(
            ["DROP INDEX Case_text IF EXISTS", "CREATE FULLTEXT INDEX Case_text FOR (n:Case) ON EACH [n.title]"]
        )
    )
    run(load(empty, WorldWanted(None, 7), lambda *_: None))
    (config,) = run(
        empty.read("SHOW INDEXES YIELD name, options WHERE name = 'Case_text' RETURN options.indexConfig", {})
    )
    assert config[0] == {"fulltext.analyzer": ANALYZER, "fulltext.eventually_consistent": True}


_SHARED = """
CREATE (fda:Agency:Party {code: 'FDA', name: 'FDA', source: 'reference'})
WITH fda UNWIND [['by a verb', 'acceptAgency', null], ['joined', 'acceptAgency', null], ['by a sync', null, ['x']],
  ['sample', null, null]] AS one
CREATE (k:Case {id: one[0], number: one[0], source: 'hub', openedAt: datetime('2026-01-01T00:00:00Z'), status: 'OPEN',
  title: 'x'})
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
    run(load(empty, WorldWanted(None, 7), lambda *_: None))
    asked = "MATCH (k:Case)-[i:INVOLVES]->() RETURN k.id, i.invitedAt IS NOT NULL, k:Unsettled ORDER BY k.id"
    assert run(empty.read(asked, {})) == [
        ["by a sync", False, True], ["by a verb", True, False], ["joined", False, False], ["sample", False, False],
    ]  # fmt: skip


# As the release before the work queue leaves a graph in which nothing has been worked off yet, and some of it only in
# part.
_WAITING = """
CREATE (kind:CaseKind {code: 'rfi', name: 'RFI', source: 'reference'})-[:HAS_CLOCK]->(:Clock {id: 'rfi:0',
  name: 'Reply', source: 'reference',
  startEvent: 'request_issued', length: 30, unit: 'calendar_day', rolls: true, extension: 'none', suspendable: true,
    owedBy: 'x',
  side: 'trade'})
CREATE (order:AdcvdOrder {number: 'A-570-909', product: 'nails', source: 'reference'})
CREATE (center:Center:Party {code: 'CEE001', name: 'Center', source: 'reference'}),
  (port:Port:Party {id: 'ACE:2704', code: '2704', name: 'Port', source: 'reference'})
WITH kind, order, center, port
UNWIND ['handed out', 'half handed out', 'by a verb', 'to be sorted', 'to be clocked', 'without a kind', 'done'] AS name
CREATE (k:Case {id: name, number: name, title: name, status: 'OPEN', openedAt: datetime('2026-11-01T00:00:00Z'),
  source: 'ace'})
SET k.dates = ['request_issued 2026-11-02']
CREATE (k)-[:CONCERNS]->(:Importer:Party {number: name, name: name, source: 'ace'}) CREATE (k)-[:SUBJECT_TO]->(order)
CREATE (k)-[:HANDLED_BY]->(center)
CREATE (:SourceRecord {id: 'ace|cases|' + name, system: 'ace', source: 'ace'})-[:DESCRIBES]->(k)
FOREACH (_ IN CASE WHEN name = 'without a kind' THEN [] ELSE [1] END | CREATE (k)-[:OF_KIND]->(kind))
FOREACH (_ IN CASE WHEN name IN ['by a verb', 'to be sorted'] THEN [1] ELSE [] END | SET k:Unsorted)
FOREACH (_ IN CASE WHEN name IN ['to be clocked', 'without a kind'] THEN [1] ELSE [] END | SET k:Unclocked)
WITH DISTINCT center, port
UNWIND [['approved', center], ['denied', port]] AS one
CREATE (d:Decision:Unread {id: one[0], question: 'classification', outcome: one[0], hts10: '8542.31.0001',
  origin: 'TW', maker: 'Sample',
  description: '8-bit processors', decidedAt: datetime('2026-11-01T00:00:00Z'), audience: 'owner', source: 'hub'})
WITH d, one[1] AS place CREATE (d)-[:MADE_AT]->(place)
WITH DISTINCT 1 AS one
CREATE (:Event {id: 'run|1', kind: 'Case.synced', todo: 'clocks', refs: ['ace|cases|handed out'], of: 'run',
  at: datetime('2026-11-20T00:00:00Z')})
CREATE (:Event {id: 'run|2', kind: 'Case.synced', todo: 'issues', handedOut: 5000,
  refs: ['ace|cases|half handed out', 'ace|cases|nobody'],
  at: datetime('2026-11-20T00:00:00Z'), of: 'run'})
CREATE (:Event {id: 'set aside', kind: 'Case.synced', refs: 7, at: datetime('2026-11-20T00:00:00Z'), of: 'run'})
CREATE (:DeadLetter {id: 'events set aside', job: 'events', item: 'set aside', kind: 'Event', tries: 1, reason: 'x',
  source: 'hub',
  firstAt: datetime('2026-11-20T00:00:00Z'), lastAt: datetime('2026-11-20T00:00:00Z'),
    retryAt: datetime('2026-11-21T00:00:00Z')})
CREATE (:HistoryEntry:Event {id: 'old', verb: 'noteCase', text: 'wrote a note', at: datetime('2026-11-01T00:00:00Z'),
  audience: 'parties',
  source: 'hub', kind: 'Case.noteCase', refs: ['done'], of: 'r'})
CREATE (f:IssueFigure {id: 'x|all', dimension: 'all', n: 0})-[:OF_ISSUE]->(:Issue:Uncounted {id: 'x', title: 'x',
  topic: 'x'})
WITH f MATCH (m:Importer) CREATE (f)-[:AWAITS {first: datetime('2026-11-01T00:00:00Z')}]->(m)"""
_LEFT = """
MATCH (n) WHERE n:Unread OR n:Unsorted OR n:Unclocked OR n:Uncounted OR n.todo IS NOT NULL OR n.handedOut IS NOT NULL
  RETURN count(n)"""
_SINCE_THE_QUEUE = ("work-queue", "corrected-clocks")
_BEFORE_THE_QUEUE = [migration.name for migration in MIGRATIONS if migration.name not in _SINCE_THE_QUEUE]


def test_what_an_earlier_release_left_to_be_done_is_done(empty: Graph, run: Callable[..., Any]) -> None:
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    run(empty.apply([_WAITING, "CREATE INDEX Event_todo IF NOT EXISTS FOR (n:Event) ON (n.todo)"]))
    run(empty.write([Statement("CREATE (:World {id: 'world', migrations: $names})", {"names": _BEFORE_THE_QUEUE})]))
    run(load(empty, WorldWanted(None, 7), lambda *_: None))
    assert run(empty.read_one(_LEFT, {})) == 0
    assert run(empty.read("SHOW INDEXES YIELD name WHERE name = 'Event_todo' RETURN name", {})) == []
    run(run_jobs_once(empty, now))
    assert run(discover(empty, now, 5)) == 1
    clocked = run(empty.read("MATCH (:Deadline)-[:OF_CASE]->(k:Case) RETURN k.id ORDER BY k.id", {}))
    # what tells dates and has a kind has deadlines, whether or not it waited for them
    assert clocked == [
        ["by a verb"], ["done"], ["half handed out"], ["handed out"], ["to be clocked"], ["to be sorted"],
    ]  # fmt: skip
    looked = run(
        empty.read(
            "MATCH (k:Case)-[:ALIKE_BY]->(:Likeness {id: 'adcvd-order A-570-909'}) RETURN k.id ORDER BY k.id", {}
        )
    )
    assert looked == [["by a verb"], ["half handed out"], ["handed out"], ["to be sorted"]]
    assert run(empty.read_one("MATCH (f:IssueFigure {id: 'x|all'}) RETURN f.n", {})) == 7
    # what was set aside is tried again, and set aside once more as long as it is not mended
    letters = run(empty.read("MATCH (l:DeadLetter) RETURN l.job, l.item ORDER BY l.job", {}))
    assert letters == [["clocks", "set aside"], ["issues", "set aside"]]
    # a case whose kind comes later has its clocks then; events of before are history, and have no number
    run(
        empty.apply(
            ["MATCH (k:Case {id: 'without a kind'}), (kind:CaseKind {code: 'rfi'}) CREATE (k)-[:OF_KIND]->(kind)"]
        )
    )
    run(run_jobs_once(empty, now))
    assert ["without a kind"] in run(empty.read("MATCH (:Deadline)-[:OF_CASE]->(k:Case) RETURN k.id", {}))
    assert run(empty.read("MATCH (e:Event {id: 'old'}) RETURN e.seq, e.text, e:Unnumbered", {})) == [
        [None, "wrote a note", False]
    ]
    run(load(empty, WorldWanted(None, 7), lambda *_: None))
    assert run(discover(empty, now, 5)) == 0
    assert (
        run(
            empty.read(
                "MATCH (c:Consumer), (n:EventCounter) WHERE c.name <> 'clocks' AND c.cursor < n.seq RETURN c.name", {}
            )
        )
        == []
    )


# As the release before other words leaves a graph: indexes over the texts alone.
_UNWORDED = """
CREATE (:Ruling {number: 'accents', title: 'Σταύρος and фёдор', source: 'hub'}),
  (:Ruling {number: 'points', title: 'Item 9013.80.9050 at 1,234.50', source: 'hub'}),
  (:Ruling {number: 'letters', title: '上海样例贸易公司', source: 'hub'}),
  (:Ruling {number: 'plain', title: 'Of nothing', source: 'hub'}),
  (:Ruling {number: 'spoiled', title: 7, source: 'hub'}), (:Ruling {number: 'n301234', title: 'x', source: 'hub'}),
  (:Ruling {number: 'H123456', title: 'x', source: 'hub'}), (:Ruling {number: 'HQ H123456', title: 'x', source: 'hub'}),
  (:RetiredContact {id: 'gone', name: 'Q&X Desk', role: 'liaison', source: 'fda'}),
  (:Decision {id: 'd', question: 'x', outcome: 'x', hts10: '9013809050', source: 'hub'}),
  (:Decision {id: 'e', question: 'x', outcome: 'x', hts10: '9013.80.90.50', source: 'hub'}),
  (:SourceRecord {id: 'r', hts10: '9013809050', source: 'ace'})"""


_OF_WORDS = ["tariff-points", "ruling-numbers", "other-words", "words-of-trade"]
_TEXTS_BEFORE = {"HtsHeading": ("title", "otherWords")}


def test_rows_of_an_earlier_release_are_found_by_words_that_their_indexes_did_not_have(
    empty: Graph, run: Callable[..., Any]
) -> None:
    run(empty.apply([f"DROP INDEX {node.text_index} IF EXISTS" for node in GRAPH.nodes if node.text]))
    run(empty.apply([
        f"CREATE FULLTEXT INDEX {node.text_index} FOR (n:{node.label}) "
        f"ON EACH [{', '.join(f'n.{text}' for text in _TEXTS_BEFORE.get(node.label, node.text))}]"
        for node in GRAPH.nodes if node.text
    ]))  # fmt: skip
    before = [migration.name for migration in MIGRATIONS if migration.name not in _OF_WORDS]
    run(empty.apply([_UNWORDED]))
    run(empty.write([Statement("CREATE (:World {id: 'world', migrations: $names})", {"names": before})]))
    for _ in range(2):  # a hub that died in the middle begins again
        run(empty.apply([f"MATCH (w:World) SET w.migrations = [name IN w.migrations WHERE NOT name IN {_OF_WORDS}]"]))
        run(load(empty, WorldWanted(None, 7), lambda *_: None))
        for number, texts in {
            "accents": ["σταυροσ", "федор"], "points": ["9013.80", "1234.50"], "letters": ["样例"],
            "plain": ["nothing"],
        }.items():  # fmt: skip
            for text in texts:
                queries = [query(term) for term in words(text)]
                asked = (
                    "UNWIND $queries AS q CALL db.index.fulltext.queryNodes('Ruling_text', q) YIELD node RETURN"
                    " node.number"
                )
                assert [number] in run(empty.read(asked, {"queries": queries})), text
        called = "CALL db.index.fulltext.queryNodes('HtsHeading_text', 'laptop') YIELD node RETURN collect(node.code)"
        assert "8471" in run(empty.read_one(called, {}))
        assert run(empty.read_one("MATCH (c:RetiredContact {id: 'gone'}) RETURN c.otherWords", {})) == "q x qx"
        assert run(empty.read_one("MATCH (r:Ruling {number: 'plain'}) RETURN r.otherWords", {})) is None
        tariffs = "MATCH (n) WHERE n.id IN ['d', 'e', 'r'] RETURN collect(DISTINCT n.hts10)"
        assert run(empty.read_one(tariffs, {})) == ["9013.80.9050"]
        rulings = "MATCH (r:Ruling {title: 'x'}) WITH r ORDER BY r.number RETURN collect(r.number)"
        assert run(empty.read_one(rulings, {})) == ["H123456", "HQ H123456", "NY N301234"]
    indexes = run(empty.read("SHOW FULLTEXT INDEXES YIELD name, properties RETURN name, properties", {}))
    assert dict(indexes) == {
        node.text_index: [*node.text, "otherWords"] for node in GRAPH.nodes if node.text
    }  # fmt: skip
