"""Pairs of decisions as people write them, labelled by whether they are decided differently, not by the hub's rules:
the classic disparities and what only looks like one.
"""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, LiteralString

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from tests.telling import DECISIONS_TOLD

_NOW: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
DECIDED: Final = list(csv.DictReader(Path(__file__).with_name("decided.csv").read_text().splitlines()))
_LEAST_FOUND: Final = 0.9
_MOST_FALSE: Final = 0.1
WRITE_DECIDED: Final = f"""
UNWIND $rows AS row
CREATE (d:Decision {{id: row.id, question: row.question, outcome: row.outcome, audience: 'owner', source: 'sample',
  decidedAt: datetime(row.day + 'T12:00:00Z'), hts10: row.hts10, origin: row.origin, maker: row.maker,
  description: row.description, questionCode: row.question_code, outcomeCode: row.outcome_code}})
MERGE (p:Party {{id: row.office}}) ON CREATE SET p.name = row.office, p.source = 'sample'
CREATE (d)-[:MADE_AT]->(p)
WITH d, row
CALL (d, row) {{ WITH d, row WHERE row.sat IS NOT NULL MERGE (p:Party {{id: 'ACE:' + row.sat}})
  ON CREATE SET p.name = row.sat, p.source = 'sample' CREATE (d)-[:OFFICER_AT]->(p) }}
CALL (d, row) {{ WITH d, row WHERE row.case IS NOT NULL MERGE (k:Case {{id: row.case}})
  ON CREATE SET k.number = row.case, k.source = 'sample' CREATE (d)-[:DECIDES]->(k) }}
{DECISIONS_TOLD}"""
_FOUND: Final[LiteralString] = "MATCH (x:Disparity) RETURN x.id"

Run = Callable[..., Any]


def decisions() -> list[dict[str, str | None]]:
    """The decisions, `a` and `b` of each pair; what is not said of one is None."""
    return [
        {**{name: text or None for name, text in row.items()}, "id": f"{row['pair']} {'ab'[side % 2]}"}
        for side, row in enumerate(DECIDED)
    ]


def test_most_disparities_are_found_and_most_that_are_found_are_disparities(empty: Graph, run: Run) -> None:
    wanted = {row["pair"]: row for row in DECIDED if row["differ"] == "yes"}
    run(empty.write([Statement(WRITE_DECIDED, {"rows": decisions()})]))
    run(discover(empty, _NOW))
    pairs = {tuple(each.split()[0] for each in key.split(" | ")) for (key,) in run(empty.read(_FOUND, {}))}
    found = {one for one, other in pairs if one == other}
    right, false = found & wanted.keys(), len(pairs) - len(found & wanted.keys())
    missed = Counter(row["kind"] for pair, row in wanted.items() if pair not in right)
    wrong = Counter(row["kind"] for row in DECIDED[::2] if row["pair"] in found - wanted.keys())
    told = (
        f"{len(DECIDED) // 2} pairs: {len(right)} of {len(wanted)} disparities found; {false} of {len(pairs)} that were"
        f" found are none; missed: {dict(missed)}; false: {dict(wrong)}; across pairs:"
        f" {sorted(pair for pair in pairs if pair[0] != pair[1])}"
    )
    print(told)  # noqa: T201 - it is what is judged
    assert len(right) >= _LEAST_FOUND * len(wanted), told
    assert false <= _MOST_FALSE * len(pairs), told


@pytest.mark.parametrize("differ", ["yes", "no"])
def test_there_are_as_many_pairs_as_are_wanted(differ: str) -> None:
    assert len([row for row in DECIDED if row["differ"] == differ]) // 2 >= 40
