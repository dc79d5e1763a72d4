"""Graphs of before open: what was kept in another form is what it is now, and a migration that is done twice does no
more."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.world.load import WorldWanted, load
from hub.world.migrations import MIGRATIONS

Opened = Callable[[str, str], Any]
_MIGRATED: Final = "MERGE (w:World {id: 'world'}) SET w.migrations = $names"


@pytest.fixture
def opened(empty: Graph, run: Callable[..., Any]) -> Opened:
    """Writes a graph of before that migration, opens it twice, as after a hub that died, and gives what a question
    finds in it."""

    def open_(migration: str, question: str) -> Any:
        names = [each.name for each in MIGRATIONS if each.name != migration]
        assert len(names) == len(MIGRATIONS) - 1
        found: list[Any] = []
        for _ in range(2):
            run(empty.write([Statement(_MIGRATED, {"names": names})]))
            run(load(empty, WorldWanted(None, 1), lambda *_: None))
            found.append(run(empty.read(question, {})))
        assert found[0] == found[1]
        return found[0]

    return open_


def test_what_systems_said_of_what_waits_is_forgotten(empty: Graph, run: Callable[..., Any], opened: Opened) -> None:
    record = """CREATE (:SourceRecord {id: $id, system: 'ace', stream: 'cases', key: $id, rank: 200, slot: 0,
      source: 'ace', title: 'Sample', cameBackAt: datetime(), partyWroteAt: datetime()})"""
    run(empty.write([Statement(record, {"id": str(number)}) for number in range(3)]))
    left = "MATCH (r:SourceRecord) RETURN r.title, r.cameBackAt, r.partyWroteAt"
    assert opened("hub-says-what-waits", left) == [["Sample", None, None]] * 3


def test_whom_a_cases_owner_alone_is_told_of_is_claimed_where_they_alone_read_it(
    empty: Graph, run: Callable[..., Any], opened: Opened
) -> None:
    case = """
    UNWIND [['alleger', 'owner'], ['surety', 'parties']] AS row
    MERGE (r:PartyRole {code: row[0]})
    SET r.name = row[0], r.toldTo = row[1], r.namedBy = 'owner', r.source = 'reference'
    WITH DISTINCT 1 AS one UNWIND $cases AS row
    CREATE (:Case {id: row[0], number: row[0], title: 'Sample', status: 'OPEN', openedAt: datetime(), source: 'hub',
      claims: row[1]})"""
    concerns, alleger, surety = "CONCERNS Importer 1", "HAS_PARTY alleger Importer 1", "HAS_PARTY surety Importer 1"
    cases = [["both", [concerns, alleger, surety]], ["one", [alleger]], ["other", [concerns, surety]], ["none", None]]
    run(empty.write([Statement(case, {"cases": cases})]))
    assert opened("owner-claims", "MATCH (k:Case) RETURN k.id, k.claims, k.ownerClaims ORDER BY k.id") == [
        ["both", [concerns, surety], [alleger]], ["none", None, None], ["one", None, [alleger]],
        ["other", [concerns, surety], None],
    ]  # fmt: skip


def test_what_a_surety_owes_is_no_more_the_importers(empty: Graph, run: Callable[..., Any], opened: Opened) -> None:
    owed = """
    CREATE (i:Importer {number: '1', name: 'Sample', centerStatus: 'ASSIGNED', source: 'sample'})
    CREATE (o:Port {id: 'ACE:0', issuer: 'ACE', code: '0', name: 'Sample', kind: 'x', source: 'sample'})
    WITH i, o UNWIND [['surety_demand protest', 'trade'], ['rfi reply', 'trade'], ['own act', 'trade'],
      ['protest decide', 'government']] AS row
    CREATE (c:Clock {id: row[0], code: 'x', name: row[0], side: row[1], source: 'reference'})
    CREATE (d:Deadline {id: row[0], name: row[0], state: 'RUNNING', startedOn: date(), owedBy: 'x', extensions: 0,
      source: 'hub'})-[:RUNS_BY]->(c)
    FOREACH (party IN CASE row[1] WHEN 'trade' THEN [i] ELSE [o] END | CREATE (d)-[:OWED_BY]->(party))"""
    run(empty.write([Statement(owed)]))
    left = "MATCH (d:Deadline) RETURN d.id, [(d)-[:OWED_BY]->(p) | labels(p)[0]] ORDER BY d.id"
    assert opened("owed-by-role", left) == [
        ["own act", ["Importer"]], ["protest decide", ["Port"]], ["rfi reply", ["Importer"]],
        ["surety_demand protest", []],
    ]  # fmt: skip
    assert run(empty.read("MATCH (c:Clock {id: 'own act'}) RETURN c.owedRoles", {})) == [[None]]


def test_decisions_are_compared_again_by_what_they_are_compared_by_now(
    empty: Graph, run: Callable[..., Any], opened: Opened
) -> None:
    decisions = """
    UNWIND [['before', '8542310001|classification', null], ['now', '85423100|classification', 'classification']] AS row
    CREATE (:Decision {id: row[0], question: 'classification', outcome: 'approved', audience: 'owner', source: 'hub',
      decidedAt: datetime('2026-01-01T00:00:00Z'), alikeBy: row[1], questionKey: row[2]})"""
    run(empty.write([Statement(decisions)]))
    assert opened("compare-again", "MATCH (e:Event {by: 'decisions-again'}) RETURN DISTINCT e.kind, e.refs") == [
        ["Decision.loaded", ["before"]]
    ]


def test_a_ruling_that_supports_one_of_two_decisions_does_not_explain_the_other(
    empty: Graph, run: Callable[..., Any], opened: Opened
) -> None:
    explained = """
    UNWIND [['both', ['1', '2'], '2020-01-01'], ['changed', ['2'], '2026-02-01'], ['against', ['2'], '2020-01-01']]
      AS row
    CREATE (x:Disparity {id: row[0], state: 'EXPLAINED', strength: 'FAIR', why: 'x', question: 'x', daysApart: 59,
      foundAt: datetime(), endedAt: datetime(), endedBecause: 'x', source: 'hub'})
    CREATE (r:Ruling {number: row[0], title: 'x', issuedAt: date(row[2]), source: 'hub'})
    CREATE (x)-[:EXPLAINED_BY]->(r)
    WITH x, r, row UNWIND [['1', '2026-01-01'], ['2', '2026-03-01']] AS decided
    CREATE (d:Decision {id: row[0] + decided[0], question: 'x', outcome: 'x', audience: 'owner', source: 'hub',
      decidedAt: datetime(decided[1] + 'T00:00:00Z'), questionKey: 'x'})<-[:BETWEEN]-(x)
    FOREACH (_ IN CASE WHEN decided[0] IN row[1] THEN [1] ELSE [] END | CREATE (r)-[:EXPLAINS]->(d))"""
    run(empty.write([Statement(explained)]))
    now = """MATCH (x:Disparity) RETURN x.id, x.state, x.strength, x.endedAt IS NULL,
      [(x)-[e:EXPLAINED_BY|AGAINST]->() | type(e)] ORDER BY x.id"""
    assert opened("against-rulings", now) == [
        ["against", "OPEN", "AGAINST_RULING", True, ["AGAINST"]],
        ["both", "EXPLAINED", "FAIR", False, ["EXPLAINED_BY"]],
        ["changed", "EXPLAINED", "FAIR", False, ["EXPLAINED_BY"]],
    ]


def test_issues_are_named_by_what_they_are_about(empty: Graph, run: Callable[..., Any], opened: Opened) -> None:
    issues = """
    MERGE (o:AdcvdOrder {number: 'A-570-932'}) SET o.product = 'Steel Threaded Rod', o.source = 'sample'
    CREATE (:HtsHeading {code: '0000', title: 'Odds and ends', source: 'sample'}),
      (:Topic {code: 'ask', name: 'Asking', source: 'sample'}), (:Program {code: 'X1', name: 'X', source: 'sample'})
    WITH 1 AS one UNWIND [
      ['adcvd-order', 'A-570-932', 'A-570-932 Steel Threaded Rod'],
      ['question-and-goods', 'ask 0000', 'Asking: heading 0000, Odds and ends'],
      ['program-and-goods', 'X1 0000', 'Things from China']] AS row
    CREATE (:Issue:Likeness {id: row[0] + ' ' + row[1], likeness: row[0], title: row[2], topic: 'x', why: 'cases',
      source: 'hub'})"""
    run(empty.write([Statement(issues)]))
    assert opened("issues-by-subject", "MATCH (i:Issue) RETURN i.title, i.why ORDER BY i.id") == [
        [
            "Steel Threaded Rod (A-570-932)",
            "cases about Steel Threaded Rod, under an antidumping or countervailing duty order",
        ],
        ["Things from China", "cases under X about Odds and ends"],
        ["Asking: Odds and ends (0000)", "cases that ask about asking of Odds and ends"],
    ]


def test_a_case_whose_owner_waits_for_an_answer_says_since_when(
    empty: Graph, run: Callable[..., Any], opened: Opened
) -> None:
    cases = """
    UNWIND [['asked', 'AWAITING', ['2026-02-01', '2026-03-01']], ['unasked', 'AWAITING', []],
      ['synced', 'AWAITING', ['2026-02-01']], ['open', 'OPEN', ['2026-02-01']]] AS row
    CREATE (k:Case {id: row[0], number: row[0], status: row[1], title: 'Sample', source: 'hub',
      openedAt: datetime('2026-01-01T00:00:00Z')})
    FOREACH (_ IN CASE row[0] WHEN 'synced' THEN [1] ELSE [] END |
      CREATE (:SourceRecord {id: 's', system: 'ace', source: 'ace', stream: 'cases', rank: 100})-[:DESCRIBES]->(k))
    WITH k, row UNWIND row[2] AS day
    CREATE (:Note {id: row[0] + day, kind: 'REQUEST', text: 'x', audience: 'parties', source: 'hub',
      at: datetime(day + 'T00:00:00Z')})-[:OF_CASE]->(k)"""
    run(empty.write([Statement(cases)]))
    since = "MATCH (k:Case) RETURN k.id, toString(date(k.awaitingSince)) ORDER BY k.id"
    # what its status is another system says
    assert opened("awaiting-since", since) == [
        ["asked", "2026-03-01"], ["open", None], ["synced", None], ["unasked", "2026-01-01"],
    ]  # fmt: skip
