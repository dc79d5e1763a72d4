"""Decisions that differ about the same goods are found as they arrive, and no others; a ruling explains them."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, LiteralString

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.events.concerns import LOADED_DECISIONS
from tests.telling import DECISIONS_TOLD, named_by_event

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
_PLACES = [f"ACE:{code}" for code in ("2704", "4601", "5301", "3901", "1001", "2809")]
_ORIGINS = ("CN", "MX", "VN", "DE", "IN")
_QUESTIONS = ("classification of the goods", "is the preference claim allowed", "country of origin marking")
_OUTCOMES = ("approved", "denied", "rate advanced")
_KINDS = (
    "cotton",
    "knitted",
    "woven",
    "steel",
    "printed",
    "leather",
    "plastic",
    "frozen",
    "dried",
    "electric",
    "hand-held",
    "ceramic",
)
_THINGS = (
    "shirts",
    "valves",
    "circuits",
    "boots",
    "bags",
    "shrimp",
    "mushrooms",
    "drills",
    "tiles",
    "bearings",
    "lamps",
    "cables",
)
_USES = (
    "men",
    "children",
    "kitchens",
    "cars",
    "aircraft",
    "gardens",
    "offices",
    "hospitals",
    "ships",
    "schools",
    "mines",
    "farms",
)

WRITE: Final = f"""
UNWIND $rows AS row
MERGE (p:Port {{id: row.port}}) ON CREATE SET p.name = row.port, p.source = 'sample', p.code = right(row.port, 4)
CREATE (d:Decision {{id: row.id, question: row.question, outcome: row.outcome, decidedAt: row.at, audience: 'owner',
  source: 'sample',
  hts10: row.hts10, origin: row.origin, maker: row.maker, description: row.description}})
CREATE (d)-[:MADE_AT]->(p)
{DECISIONS_TOLD}"""
_PAIRS: LiteralString = "MATCH (x:Disparity) RETURN x.id, x.state, x.strength, x.why"


class Goods:
    """What there is to decide about: each of the goods is decided alike everywhere, also where others have the same
    number and origin.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._numbers = [
            f"{chance.randrange(1000, 9999)}.{chance.randrange(100):02d}.{chance.randrange(10_000):04d}"
            for _ in range(400)
        ]
        self.goods: list[dict[str, Any]] = [
            {
                "hts10": chance.choice(self._numbers),
                "origin": chance.choice(_ORIGINS),
                "maker": f"Sample Maker {index:05d} Co., Ltd.",
                "description": (
                    f"{' and '.join(chance.sample(_KINDS, 2))} {chance.choice(_THINGS)} for {chance.choice(_USES)},"
                    f" {index}"
                ),
            }
            for index in range(3_000)
        ]
        self._outcomes = [{question: chance.choice(_OUTCOMES) for question in _QUESTIONS} for _ in self.goods]

    def decisions(self, prefix: str, count: int) -> Iterator[dict[str, Any]]:
        for index in range(count):
            which = self._chance.randrange(len(self.goods))
            question = self._chance.choice(_QUESTIONS)
            at = NOW - timedelta(days=self._chance.randrange(900), hours=self._chance.randrange(24))
            yield {
                **self.goods[which], "outcome": self._outcomes[which][question], "id": f"{prefix}-{index:06d}",
                "question": question,
                "at": at,                "port": self._chance.choice(_PLACES),
            }  # fmt: skip


def planted(prefix: str, count: int, chapter: int = 99) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs as people would write them: the same goods in other words, at another port, some months apart."""
    for index in range(count):
        one = {
            "id": f"{prefix}-{index:02d}-a", "hts10": f"{chapter}{index:02d}.10.0000", "origin": "CN",
            "maker": f"Acme Sample {index} Co., Ltd.",
            "description": f"Knitted cotton shirt for men, long sleeves, style {index}",
            "question": "Classification of the goods", "outcome": "approved",
            "port": "ACE:2704", "at": NOW - timedelta(days=300),
        }  # fmt: skip
        other = {
            **one, "id": f"{prefix}-{index:02d}-b", "hts10": f"{chapter}{index:02d}100000", "outcome": "Denied.",
            "port": "ACE:4601",
            "question": "classification of goods", "at": NOW - timedelta(days=290 - index * 14),
        }  # fmt: skip
        match index % 4:
            case 0:
                other |= {
                    "maker": f"ACME SAMPLE {index} LTD",
                    "description": f"shirts, cotton, knitted, men's, with long sleeves, style {index}",
                }
            case 1:
                other |= {"maker": None, "description": f"men's cotton shirts, knitted, long sleeve, style {index}"}
            case 2:
                other |= {"description": None}
            case _:
                one |= {"origin": None}
        yield one, other


def _near_misses() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs that look like one and are none."""
    for index, change in enumerate(
        (
            {"outcome": "Approved"},
            {"port": "ACE:2704"},
            {"question": "country of origin marking"},
            {"hts10": "9700.10.0001"},
            {"origin": "MX"},
            {"maker": "Another Sample Maker", "description": "steel valves"},
            {"at": NOW - timedelta(days=1_401)},
            {"origin": None, "maker": "Another Sample Maker"},
        )
    ):
        one = {
            "id": f"near-{index}-a", "hts10": f"98{index:02d}.10.0000", "origin": "CN",
            "maker": f"Sample Maker {index}", "description": "knitted cotton shirts",
            "question": "classification", "outcome": "approved",
            "port": "ACE:2704",
            "at": NOW - timedelta(days=300),
        }  # fmt: skip
        yield one, {**one, "id": f"near-{index}-b", "outcome": "denied", "port": "ACE:4601", **change}


def _write(graph: Graph, run: Callable[..., Any], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 5_000):
        run(graph.write([Statement(WRITE, {"rows": rows[start : start + 5_000]})]))


def _found(graph: Graph, run: Callable[..., Any]) -> dict[str, list[Any]]:
    return {row[0]: row[1:] for row in run(graph.read(_PAIRS, {}))}


@pytest.mark.thorough
def test_twenty_planted_among_ten_thousand_are_found_and_no_others(empty: Graph, run: Callable[..., Any]) -> None:
    pairs = list(planted("planted", 20))
    rows = [
        *Goods(random.Random(5)).decisions("plain", 10_000),
        *(row for pair in (*pairs, *_near_misses()) for row in pair),
    ]
    random.Random(6).shuffle(rows)
    _write(empty, run, rows)
    assert run(discover(empty, NOW)) == 20
    found = _found(empty, run)
    wanted = {f"{one['id']} | {other['id']}" for one, other in pairs}
    right, false = len(wanted & set(found)), len(set(found) - wanted)
    print(f"{len(rows)} decisions: {right} of {len(wanted)} found, {false} false")  # noqa: T201 - it is what is judged
    assert wanted <= set(found)
    assert len(set(found) - wanted) <= 5
    assert {state for state, *_ in found.values()} == {"OPEN"}
    assert found["planted-00-a | planted-00-b"][1] == "STRONG"
    assert "ACE:2704: approved, 2026-01-05; ACE:4601: Denied., 2026-01-15" in found["planted-00-a | planted-00-b"][2]
    assert run(discover(empty, NOW)) == 0


@pytest.mark.parametrize(
    ("supported", "issued", "state", "strength"),
    [
        ("ab", "2020-01-01", "EXPLAINED", "STRONG"),
        ("a", "2020-01-01", "OPEN", "AGAINST_RULING"),
        ("b", "2020-01-01", "OPEN", "AGAINST_RULING"),
        # practice changed with it
        ("b", "2026-01-10", "EXPLAINED", "STRONG"),
        ("a", "2026-01-10", "OPEN", "AGAINST_RULING"),
        ("b", "2026-02-01", "OPEN", "AGAINST_RULING"),
    ],
)
def test_a_pair_is_explained_by_a_ruling_or_goes_against_it(
    supported: str, issued: str, state: str, strength: str, empty: Graph, run: Callable[..., Any]
) -> None:
    (pair,) = planted("planted", 1)
    _write(empty, run, list(pair))
    text: LiteralString = """UNWIND $decisions AS id MATCH (d:Decision {id: id})
        MERGE (r:Ruling {number: 'SAMPLE 1', title: 'Shirts', source: 'sample', issuedAt: date($issued)})
          MERGE (r)-[:EXPLAINS]->(d)"""
    decisions = [row["id"] for row in pair if row["id"][-1] in supported]
    run(empty.write([Statement(text, {"decisions": decisions, "issued": issued})]))
    run(discover(empty, NOW))
    ((found, strong, _),) = _found(empty, run).values()
    assert (found, strong) == (state, strength)
    against = "MATCH (:Disparity)-[:AGAINST]->(r:Ruling) RETURN r.number"
    assert run(empty.read(against, {})) == ([["SAMPLE 1"]] if state == "OPEN" else [])


def test_a_pair_that_is_none_any_more_is_closed_if_nobody_opened_it_again(
    empty: Graph, run: Callable[..., Any]
) -> None:
    pairs = list(planted("planted", 2))
    _write(empty, run, [row for pair in pairs for row in pair])
    assert run(discover(empty, NOW)) == 2
    changed = [pair[1]["id"] for pair in pairs]
    text = "MATCH (d:Decision) WHERE d.id IN $ids SET d.outcome = 'granted'"
    kept: LiteralString = "MATCH (x:Disparity) WHERE x.id STARTS WITH 'planted-01' SET x.keptOpen = true"
    run(empty.write([Statement(text, {"ids": changed}), Statement(kept), named_by_event(LOADED_DECISIONS, changed)]))
    assert run(discover(empty, NOW)) == 0
    assert [state for _, (state, *_) in sorted(_found(empty, run).items())] == ["RESOLVED", "OPEN"]


def test_a_later_decision_in_the_same_case_takes_the_place_of_the_first(empty: Graph, run: Callable[..., Any]) -> None:
    (pair,) = planted("planted", 1)
    _write(empty, run, list(pair))
    assert run(discover(empty, NOW)) == 1
    text: LiteralString = """MATCH (d:Decision {id: 'planted-00-b'})-[:MADE_AT]->(p)
        CREATE (d)-[:DECIDES]->(k:Case {id: 'case', number: 'case'})
        CREATE (new:Decision)
        SET new += d {.question, .hts10, .origin, .maker, .description, .audience, .source}
        SET new.id = 'anew', new.outcome = 'approved', new.decidedAt = datetime('2026-10-01T00:00:00Z')
        CREATE (new)-[:DECIDES]->(k) CREATE (new)-[:MADE_AT]->(p)"""
    run(empty.write([Statement(text), named_by_event(LOADED_DECISIONS, ["anew"])]))
    assert run(discover(empty, NOW)) == 0
    ((state, *_),) = _found(empty, run).values()
    assert state == "RESOLVED"
