"""What a party learns of others that share an issue: nothing of fewer than five, on any day, by any question, or by
taking one day's figures from another's.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final, LiteralString

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.cypher import Statement
from graph_schema.ddl import TEXT_IS_READ
from graph_schema.formats import entry_check_digit
from hub.database.graph import Graph
from hub.detection.shared_issues import Holder, batches, is_enough
from hub.detection.works import discover
from hub.events.concerns import LOADED_CASES, LOADED_DECISIONS
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.viewer import Viewer
from tests.asking import questions
from tests.telling import named_by_event

_FIRST: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LEAST: Final = 5
_ISSUE: Final = "adcvd-order A-570-967"
Run = Callable[..., Any]

_WORLD: Final[LiteralString] = """
CREATE (:AdcvdOrder {number: 'A-570-967', product: 'Aluminum Extrusions', source: 'sample'})
CREATE (:CaseKind {code: 'adcvd_inquiry', name: 'Scope', openedBy: 'both', answeredBy: 'center', source: 'sample'})
CREATE (:Office:Party {code: 'OT', name: 'Office of Trade', source: 'sample'})
CREATE (:Association:Party {code: 'SA', name: 'Sample Association', source: 'sample'})
FOREACH (code IN ['CEE001', 'CEE002', 'CEE003'] | CREATE (:Center:Party {code: code, name: code, source: 'sample'}))
FOREACH (code IN ['2704', '4601'] | CREATE (:Port:Party {id: 'ACE:' + code, code: code, issuer: 'ACE', name: code,
  source: 'sample'}))
FOREACH (code IN ['FDA', 'EPA'] | CREATE (:Agency:Party {code: code, name: code, source: 'sample'}))
FOREACH (filer IN ['AAA', 'BBB'] | CREATE (:Broker:Party {filerCode: filer, name: filer, source: 'sample'}))
WITH 1 AS one MATCH (s:Association)
UNWIND range(0, 39) AS n
CREATE (m:Importer:Party {number: '11-11111' + right('0' + n, 2) + 'AA', name: 'Sample Importer ' + n})
SET m.centerStatus = 'ASSIGNED', m.source = 'sample'
WITH s, m, n
FOREACH (_ IN CASE WHEN n % 2 = 0 THEN [1] ELSE [] END | CREATE (s)-[:HAS_MEMBER]->(m))"""


def number(n: int) -> str:
    """The importer of that place in the world."""
    return f"11-11111{n:02d}AA"


_ACCOUNTS: Final[LiteralString] = """
UNWIND $accounts AS account
MERGE (a:Account {id: 'tests|' + account.name}) ON CREATE
  SET a.subject = account.name, a.issuer = 'tests', a.source = 'sample'
WITH a, account MATCH (p:Party) WHERE coalesce(p.number, p.filerCode, p.id, p.code) IN account.parties
CREATE (a)-[:ACTS_FOR {since: datetime('2020-01-01T00:00:00Z'), grantedBy: 'the test'}]->(p)"""
_CLIENTS: Final[LiteralString] = """
MATCH (b:Broker {filerCode: $broker}) UNWIND $clients AS number MATCH (m:Importer {number: number})
CREATE (b)-[:REPRESENTS {since: datetime('2020-01-01T00:00:00Z')}]->(m)"""
_OPEN: Final[LiteralString] = """
UNWIND $rows AS row
MATCH (o:AdcvdOrder), (c:CaseKind), (m:Importer {number: row.importer}), (h:Party)
  WHERE coalesce(h.id, h.code) = row.handler
CREATE (k:Case {id: row.id, number: row.id, status: 'OPEN', title: 'Scope', openedAt: row.at, source: 'sample'})
CREATE (k)-[:CONCERNS]->(m) CREATE (k)-[:HANDLED_BY]->(h) CREATE (k)-[:OF_KIND]->(c) CREATE (k)-[:SUBJECT_TO]->(o)
WITH k, row UNWIND row.agencies AS code MATCH (g:Agency {code: code})
CREATE (k)-[:INVOLVES {acceptedAt: row.at}]->(g)"""

# All ways by which a party could learn of others.
_SHARED: Final = """{ sharedIssues(first: 50) { leastParties issues
  { issue { id title state sharedAt } why cases importers others members
  named trend { through importers } handlers
    { cases others office { __typename ... on Center { code } ... on Port { code }
    ... on Agency { code } } contact { id } } } } }"""
_LOOKS: Final = (
    _SHARED,
    """{ issues { totalCount nodes { id title why state stateAt proposedAt sharedAt cases { totalCount } casesAlike
  { totalCount }
      merged { totalCount } onBoardsOf { totalCount } } } }""",
    '{ neighbourhood(of: "Importer:11-1111100AA", depth: 2) { more neighbours { node { nodeId } } } }',
    '{ path(from: "Importer:11-1111100AA", to: "Importer:11-1111110AA") { length } }',
    '{ path(from: "Importer:11-1111100AA", to: "Agency:FDA") { length steps { text } } }',
    '{ search(text: "aluminum A-570-967") { nodes { __typename nodeId } } }',
    (
        "{ cases { totalCount nodes { number mayBeAbout { totalCount nodes { id } } issue { id } adcvdOrders { nodes {"
        " number } } } } }"
    ),
    '{ adcvdOrder(number: "A-570-967") { cases { totalCount } } }',
    "{ centers { nodes { code cases { totalCount } } } ports { nodes { code cases { totalCount } } } }",
    (
        "{ agencies { nodes { code cases { totalCount } } } associations { nodes { code board { totalCount } members {"
        " totalCount } } } }"
    ),
    "{ importers { totalCount nodes { number } } }",
    f'{{ issue(id: "{_ISSUE}") {{ title }} node(id: "Issue:{_ISSUE}") {{ nodeId }} }}',
)


class Town:
    """Importers that open cases about one order, and who looks on."""

    def __init__(self, graph: Graph, run: Run) -> None:
        self._graph = graph
        self._run = run
        self.hub: Executor = questions(graph)
        self.holders: dict[str, str] = {}
        self._cases = 0
        run(graph.write([Statement(_WORLD)]))

    def account(self, name: str, *parties: str) -> None:
        self._run(self._graph.write([Statement(_ACCOUNTS, {"accounts": [{"name": name, "parties": list(parties)}]})]))

    def clients(self, broker: str, *importers: str) -> None:
        self._run(self._graph.write([Statement(_CLIENTS, {"broker": broker, "clients": list(importers)})]))

    def assigned(self, *importers: str) -> None:
        self._run(self._graph.write([Statement(_ASSIGN, {"importers": list(importers)})]))

    def opens(self, *importers: str, handler: str = "CEE001", agencies: Sequence[str] = (), day: int = 0) -> None:
        rows: list[dict[str, Any]] = []
        for importer in importers:
            self._cases += 1
            at = _FIRST + timedelta(days=day)
            rows.append(
                {
                    "id": f"k{self._cases}",
                    "importer": importer,
                    "handler": handler,
                    "agencies": list(agencies),
                    "at": at,
                }
            )
            self.holders.setdefault(importer, handler)
        self._run(
            self._graph.write(
                [Statement(_OPEN, {"rows": rows}), named_by_event(LOADED_CASES, [row["id"] for row in rows])]
            )
        )
        self._run(self._graph.apply([TEXT_IS_READ]))

    def differ(self, *pairs: tuple[str, str], day: int = 0) -> None:
        """Has the goods of two importers each decided about differently."""
        at = _FIRST + timedelta(days=day)
        ids = [f"d-{importer}" for pair in pairs for importer in pair]
        self._run(
            self._graph.write(
                [
                    Statement(_DIFFER, {"pairs": list(map(list, pairs)), "at": at}),
                    named_by_event(LOADED_DECISIONS, ids),
                    named_by_event(LOADED_CASES, ids),
                ]
            )
        )

    def night(self, day: int = 0, least: int = _LEAST) -> None:
        self._run(discover(self._graph, _FIRST + timedelta(days=day, hours=8), least))

    def seen(self, viewer: str) -> list[Any]:
        return [self.ask(viewer, look) for look in _LOOKS]

    def shared(self, viewer: str) -> dict[str, Any] | None:
        found = self.ask(viewer, _SHARED)["sharedIssues"]["issues"]
        return found[0] if found else None

    def ask(self, viewer: str, query: str) -> Any:
        answer = self._run(self.hub.answer(GraphQLRequest(query, None, {}), Viewer.of("tests", viewer)))
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
def town(empty: Graph, run: Run) -> Town:
    return Town(empty, run)


_OWN: Final = (number(0), number(1), number(2), number(3))


@pytest.mark.parametrize("by_broker", [False, True], ids=["acts for four importers", "is the broker of four importers"])
def test_four_others_are_as_none(by_broker: bool, town: Town) -> None:
    if by_broker:
        town.clients("AAA", *_OWN)
    town.account("attacker", *(("AAA",) if by_broker else _OWN))
    town.opens(*_OWN)
    town.night()
    alone = town.seen("attacker")
    for day, victim in enumerate((number(10), number(11), number(12), number(13)), 1):
        town.opens(victim, handler="CEE002", agencies=("FDA",), day=day)
        town.night(day)
        assert town.seen("attacker") == alone
    town.opens(number(14), handler="CEE002", day=5)
    town.night(5)
    found = town.shared("attacker")
    assert found is not None
    assert (found["importers"], found["others"], found["cases"]) == (4, 5, 4)
    assert town.seen("attacker") != alone


def test_clients_of_one_broker_are_as_one(town: Town) -> None:
    """Nine clients of one broker do not tell a tenth party of an issue, nor the broker of that party."""
    clients = [number(n) for n in range(10, 19)]
    town.clients("BBB", *clients)
    town.account("broker", "BBB")
    town.account("tenth", number(20))
    town.opens(*clients)
    town.night()
    before = town.seen("broker"), town.seen("tenth")
    town.opens(number(20), day=1)
    town.night(1)
    assert town.seen("broker") == before[0]
    assert town.shared("tenth") is None
    town.opens(*(number(n) for n in range(21, 25)), day=2)
    town.night(2)
    found = town.shared("broker")
    assert found is not None
    assert (found["importers"], found["others"]) == (9, 5)


def test_the_board_of_an_association_shows_what_enough_members_hold(town: Town) -> None:
    town.account("association", "SA")
    town.opens(*(number(n) for n in (0, 2, 4, 6)), *(number(n) for n in range(1, 20, 2)))
    town.night()
    before = town.seen("association")
    assert town.shared("association") is None
    town.opens(number(8), number(10), *(number(n) for n in range(21, 28, 2)), day=1)
    town.night(1)
    found = town.shared("association")
    assert found is not None
    assert (found["members"], found["cases"]) == (6, 0)
    assert town.seen("association") != before


@pytest.mark.parametrize("seed", range(4))
def test_figures_watched_from_day_to_day_tell_of_five_others_or_nobody(seed: int, town: Town) -> None:
    """An attacker's importers open cases where it likes, others come by themselves, and it notes every figure of
    every day.
    """
    chance = random.Random(seed)
    town.clients("AAA", *_OWN)
    town.account("attacker", *(("AAA",) if seed % 2 else _OWN))
    town.opens(number(0))
    days: list[dict[str, int]] = []
    victims = [number(n) for n in range(5, 40)]
    for day in range(1, 26):
        for importer in chance.sample(victims, chance.choice((0, 1, 1, 2, 3, 7))):
            agencies = [code for code in ("FDA", "EPA") if chance.random() < 0.4]
            town.opens(
                importer, handler=chance.choice(("CEE001", "CEE002", "CEE003", "ACE:2704")), agencies=agencies, day=day
            )
        if chance.random() < 0.4:
            town.opens(chance.choice(_OWN), handler=chance.choice(("CEE001", "CEE002")), agencies=("EPA",), day=day)
        town.night(day)
        days.append(_figures(town.shared("attacker")))
    assert any(days), "the attacker saw nothing at all"
    for figures in days:
        assert all(value >= _LEAST for value in figures.values())
        # what a part leaves out of the whole
        several = [value for name, value in figures.items() if name.startswith("handler")]
        rests = [figures["all"] - sum(several)] if several else []
        rests += [figures["all"] - value for name, value in figures.items() if name.startswith("agency")]
        assert all(rest == 0 or rest >= _LEAST for rest in rests), figures
    for before, after in pairwise(days):
        for name in {*before, *after}:
            change = after.get(name, 0) - before.get(name, 0)
            assert change == 0 or change >= _LEAST, (name, before, after)


def _figures(found: dict[str, Any] | None) -> dict[str, int]:
    """Every figure about others, by what it is of."""
    if found is None or found["others"] is None:
        return {}
    figures = {"all": found["others"]}
    for handler in found["handlers"]:
        if handler["others"] is not None:
            kind = "agency" if handler["office"]["__typename"] == "Agency" else "handler"
            figures[f"{kind} {handler['office']['code']}"] = handler["others"]
    return figures


def test_who_lets_itself_be_named_is_named_and_nobody_else(town: Town) -> None:
    town.account("one", number(0))
    town.account("other", number(6))
    town.account("association", "SA")
    town.opens(*(number(n) for n in range(8)))
    town.night()
    verb = f'mutation {{ %s(issue: "{_ISSUE}", importer: "%s") {{ id }} }}'
    town.ask("other", verb % ("nameInIssue", number(6)))
    found = town.shared("one")
    assert found is not None
    assert (found["named"], found["others"]) == (["Sample Importer 6"], 6)
    assert town.shared("association") is not None
    town.ask("other", verb % ("unnameInIssue", number(6)))
    found = town.shared("one")
    assert found is not None
    assert (found["named"], found["others"]) == ([], 7)
    assert town.shared("association") is None


def test_the_least_number_is_raised_and_never_lowered(town: Town) -> None:
    town.account("one", number(0))
    town.opens(*(number(n) for n in range(7)))
    town.night()
    found = town.shared("one")
    assert found is not None
    assert found["others"] == 6
    town.night(1, least=8)
    assert town.shared("one") is None
    town.night(2)
    assert town.shared("one") is None


_ASSIGN: Final[LiteralString] = """
MATCH (c:Center {code: 'CEE001'}) UNWIND $importers AS number MATCH (m:Importer {number: number})
CREATE (m)-[:ASSIGNED_TO {since: datetime('2020-01-01T00:00:00Z'), activeFor: number, source: 'sample'}]->(c)"""
_OWN_CASE: Final = """mutation {{ openCase(kind: "adcvd_inquiry", importer: "{importer}", title: "Scope",
  adcvdOrders: ["A-570-967"]) {{ number }} }}"""
_EDITS: Final = (
    'noteCase(case: "{case}", text: "it is about order A-570-967") {{ number }}',
    'respondToCase(case: "{case}", text: "it is about order A-570-967") {{ number }}',
    'addCaseEntry(case: "{case}", entry: "ABC-1234567-{digit}") {{ number }}',
)
_TOLD: Final = (
    "{ issues { totalCount } }",
    "{ cases { nodes { mayBeAbout { totalCount } issue { id } } } }",
    f'{{ issue(id: "{_ISSUE}") {{ title }} node(id: "Issue:{_ISSUE}") {{ nodeId }} }}',
)


def _nothing(town: Town) -> list[Any]:
    """What a party is told of issues, of which it knows none; its cases are its own."""
    issues, cases, issue = (town.ask("attacker", look) for look in _TOLD)
    assert issues == {"issues": {"totalCount": 0}}
    assert issue == {"issue": None, "node": None}
    assert all(case == {"mayBeAbout": {"totalCount": 0}, "issue": None} for case in cases["cases"]["nodes"])
    return [town.shared("attacker"), town.shared("victim")]


def test_no_figure_is_fished_by_cases_of_ones_own_by_edits_or_by_withdrawn_cases(town: Town) -> None:
    """What a party says of its own case counts for nobody until the case's owner confirms it."""
    town.account("attacker", *_OWN)
    town.account("victim", number(10))
    town.account("center", "CEE001")
    town.assigned(*_OWN)
    town.opens(*(number(n) for n in range(10, 19)), handler="CEE002")
    town.night()
    before = _nothing(town)
    assert before[0] is None
    assert before[1]["others"] == 8
    opened = [town.ask("attacker", _OWN_CASE.format(importer=importer))["openCase"]["number"] for importer in _OWN]
    town.night(1)
    assert _nothing(town) == before
    for case in opened:
        for edit in _EDITS:
            digit = entry_check_digit("ABC", "1234567")
            town.ask("attacker", f"mutation {{ {edit.format(case=case, digit=digit)} }}")
    town.night(2)
    assert _nothing(town) == before
    # withdrawn before anybody confirmed it, and opened again
    closing = 'mutation { %s(case: "%s", reason: "withdrawn") { status } }'
    for verb in ("closeCase", "reopenCase", "closeCase"):
        town.ask("center", closing % (verb, opened[0]))
        town.night(3)
        assert _nothing(town) == before
    # what the owner confirms counts for who takes part in it; for others it makes no batch by itself
    town.ask("center", f'mutation {{ confirmCase(case: "{opened[1]}") {{ number }} }}')
    town.night(4)
    found = town.shared("attacker")
    assert found is not None
    assert (found["cases"], found["others"]) == (1, 9)
    assert town.shared("victim") == before[1]
    # and once it is withdrawn, each figure is what it was
    town.ask("center", closing % ("closeCase", opened[1]))
    town.night(5)
    assert town.shared("attacker") == found
    assert town.shared("victim") == before[1]


_DIFFER: Final[LiteralString] = """
MERGE (h:HtsChapter {code: '85'}) ON CREATE SET h.title = 'Electrical machinery', h.source = 'sample'
WITH h UNWIND $pairs AS pair
UNWIND [[pair[0], 'denied', 'CEE001'], [pair[1], 'approved', 'CEE002']] AS side
MATCH (m:Importer {number: side[0]}), (c:Center {code: side[2]})
CREATE (k:Case {id: 'd-' + side[0], number: 'd-' + side[0], status: 'OPEN', title: 'x', openedAt: $at})
CREATE (k)-[:CONCERNS]->(m) CREATE (k)-[:HANDLED_BY]->(c)
CREATE (d:Decision {id: 'd-' + side[0], question: 'classification', outcome: side[1], decidedAt: $at, audience: 'owner',
  hts10: '8542.31.0001', origin: 'TW', maker: 'Sample Maker ' + pair[0], description: 'processors', source: 'sample'})
CREATE (d)-[:DECIDES]->(k) CREATE (d)-[:MADE_AT]->(c)
"""


def test_an_association_is_told_by_chapter_how_many_members_goods_are_decided_otherwise(town: Town) -> None:
    town.account("association", "SA")
    town.differ(*((number(n), number(n + 1)) for n in range(0, 8, 2)))
    town.night()
    before = town.seen("association")
    assert town.shared("association") is None
    town.differ(*((number(n), number(n + 1)) for n in range(8, 14, 2)), day=1)
    town.night(1)
    found = town.shared("association")
    assert found is not None
    assert (found["issue"]["id"], found["members"], found["cases"]) == ("decided-otherwise 85", 7, 0)
    assert found["issue"]["title"] == "Decided otherwise elsewhere: Electrical machinery (chapter 85)"
    assert town.seen("association") != before
    town.differ((number(14), number(15)), day=2)
    town.night(2)
    assert town.shared("association") == found


def test_the_office_of_trade_is_told_all_figures_and_each_month(town: Town) -> None:
    town.account("trade", "OT")
    town.opens(number(0), number(1), handler="CEE001", agencies=("FDA",))
    town.opens(number(2), handler="CEE002", day=40)
    town.opens(number(2), handler="CEE002", day=80)
    town.night(80)
    found = town.shared("trade")
    assert found is not None
    assert (found["cases"], found["importers"], found["others"]) == (4, 3, 3)
    assert found["trend"] == [{"through": "2026-03", "importers": 2}, {"through": "2026-04", "importers": 1}]
    assert {one["office"]["code"]: (one["cases"], one["others"]) for one in found["handlers"]} == {
        "CEE001": (2, 2), "CEE002": (2, 1), "FDA": (2, 2),
    }  # fmt: skip
    assert found["issue"]["title"] == "Aluminum Extrusions (A-570-967)"
    assert found["why"] == "cases about Aluminum Extrusions, under an antidumping or countervailing duty order"


_HOLDER: Final = st.tuples(st.integers(0, 30), st.sets(st.sampled_from("abcd"), max_size=2))


@given(st.lists(_HOLDER, max_size=60, unique_by=lambda found: found[0]))
def test_a_batch_without_any_one_group_is_as_many(drawn: list[tuple[int, set[str]]]) -> None:
    found = [Holder(str(number), "2026-03-01", tuple(groups)) for number, groups in drawn]
    made = batches(found, _LEAST)
    for batch in made:
        for group in "abcd":
            assert sum(group not in holder.groups for holder in batch) >= _LEAST
    assert [holder for batch in made for holder in batch] == (found if made else [])
    assert bool(made) == (len(found) > _LEAST and is_enough(found, _LEAST))
