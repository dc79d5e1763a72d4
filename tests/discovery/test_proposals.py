"""What the hub proposes as shared, against a sample of cases that was labelled by what they are really about, not
by its rules.
"""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Final, LiteralString

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.events.concerns import LOADED_CASES
from tests.telling import named_by_event

_NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
_LABELLED: Final = list(csv.DictReader(Path(__file__).with_name("alike.csv").read_text().splitlines()))
_WRITE: Final[LiteralString] = """
UNWIND $rows AS row
MERGE (m:Importer:Party {number: row.importer}) SET m.name = 'Sample ' + row.importer
MERGE (c:CaseKind {code: row.kind}) SET c.name = row.kind
MERGE (p:Port:Party {id: 'ACE:' + row.port}) SET p.name = row.port, p.code = row.port
MERGE (h:HtsHeading {code: row.heading})
CREATE (k:Case {id: row.case, number: row.case, status: 'OPEN', openedAt: datetime(row.opened + 'T12:00:00Z')})
CREATE (k)-[:CONCERNS]->(m) CREATE (k)-[:OF_KIND]->(c) CREATE (k)-[:AT]->(p) CREATE (k)-[:UNDER]->(h)
  CREATE (k)-[:HANDLED_BY]->(p)
WITH k, row
CALL (k, row) { WITH k, row WHERE row.program <> ''
  MERGE (t:Program {code: row.program}) SET t.name = row.program CREATE (k)-[:TAGGED]->(t) }
CALL (k, row) { WITH k, row WHERE row.adcvd <> ''
  MERGE (o:AdcvdOrder {number: row.adcvd}) SET o.product = 'goods' CREATE (k)-[:SUBJECT_TO]->(o) }
CALL (k, row) { WITH k, row WHERE row.entity <> ''
  MERGE (o:ForcedLaborOrder {id: row.entity}) SET o.entity = row.entity CREATE (k)-[:SUBJECT_TO]->(o) }
CALL (k, row) { WITH k, row WHERE row.topic <> '' MERGE (t:Topic {code: row.topic}) SET t.name = row.topic
  CREATE (k)-[:RAISES]->(t) }"""
_PROPOSED: Final[LiteralString] = "MATCH (i:Issue)<-[:ALIKE_BY]-(k:Case) RETURN i.id, collect(k.number) ORDER BY i.id"

Run = Callable[..., Any]


def _written(rows: list[dict[str, str]]) -> list[Statement]:
    return [Statement(_WRITE, {"rows": rows}), named_by_event(LOADED_CASES, [row["case"] for row in rows])]


@pytest.fixture
def labelled(empty: Graph, run: Run) -> Graph:
    run(empty.write(_written(_LABELLED)))
    run(discover(empty, _NOW))
    return empty


def _proposed(graph: Graph, run: Run) -> dict[str, list[str]]:
    return dict(run(graph.read(_PROPOSED, {})))


def test_most_that_is_proposed_is_shared_and_most_that_is_shared_is_proposed(labelled: Graph, run: Run) -> None:
    matter = {row["case"]: row["matter"] for row in _LABELLED}
    proposed = {pair for found in _proposed(labelled, run).values() for pair in combinations(sorted(found), 2)}
    real = {pair for pair in combinations(sorted(matter), 2) if matter[pair[0]] and matter[pair[0]] == matter[pair[1]]}
    precision, recall = len(proposed & real) / len(proposed), len(proposed & real) / len(real)
    told = (
        f"{len(_LABELLED)} cases: precision {precision:.2f} of {len(proposed)} pairs, recall {recall:.2f} of"
        f" {len(real)}"
    )
    print(told)  # noqa: T201 - it is what is judged
    assert precision >= 0.7, named_by_event
    assert recall >= 0.7, named_by_event


def test_what_was_dismissed_is_not_proposed_again(labelled: Graph, run: Run) -> None:
    run(labelled.write([Statement("MATCH (i:Issue {id: 'adcvd-order A-570-932'}) SET i.state = 'DISMISSED'")]))
    more = [
        {**row, "case": f"{row['case']} again", "importer": f"{row['importer']} too"}
        for row in _LABELLED
        if row["adcvd"] == "A-570-932"
    ]
    run(labelled.write(_written(more)))
    run(discover(labelled, _NOW))
    states: LiteralString = (
        "MATCH (i:Issue) WHERE i.id ENDS WITH 'A-570-932' OR i.title CONTAINS 'A-570-932' RETURN i.id, i.state"
    )
    assert [tuple(row) for row in run(labelled.read(states, {}))] == [("adcvd-order A-570-932", "DISMISSED")]
    assert run(
        labelled.read("MATCH (:Issue {id: 'adcvd-order A-570-932'})<-[m:MAY_BE_ABOUT]-() RETURN count(m)", {})
    ) == [[0]]


def test_a_case_that_changes_is_alike_by_what_it_is_now(labelled: Graph, run: Run) -> None:
    change: LiteralString = """
        MATCH (k:Case {number: '11'})-[s:SUBJECT_TO]->() DELETE s
        WITH k MATCH (o:AdcvdOrder {number: 'A-570-967'}) CREATE (k)-[:SUBJECT_TO]->(o)"""
    run(labelled.write([Statement(change), named_by_event(LOADED_CASES, ["11"])]))
    run(discover(labelled, _NOW))
    proposed = _proposed(labelled, run)
    assert "11" in proposed["adcvd-order A-570-967"]
    assert "11" not in proposed["adcvd-order A-570-932"]
