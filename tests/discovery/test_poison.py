"""Decisions, cases and issues that cannot be looked at are set aside, told and tried again; all others are looked
at at once.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.detection.works import discover
from hub.events.concerns import HELD
from hub.jobs.dead_letters import FIRST_RETRY
from tests.discovery.test_disparities import WRITE, planted
from tests.telling import CASES_TOLD, DECISIONS_TOLD, named_by_event

NOW: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
_LETTERS: Final = "MATCH (l:DeadLetter) RETURN l.item, l.job + ': ' + l.reason ORDER BY l.item"
_PAIRS: Final = "MATCH (x:Disparity) RETURN x.id"
_SPOILED: Final = f"""
UNWIND [['outcome', null], ['question', ['a', 'b']], ['decidedAt', '2026-01-05'], ['maker', 4711],
  ['hts10', ['9800.10.0000']]] AS spoiled
MATCH (d:Decision {{id: 'planted-00-a'}})-[:MADE_AT]->(p)
CREATE (bad:Decision {{id: 'bad-' + spoiled[0], source: 'sample', audience: 'owner'}})
SET bad += d {{.question, .outcome, .decidedAt, .hts10, .origin, .maker, .description}} SET bad[spoiled[0]] = spoiled[1]
CREATE (bad)-[:MADE_AT]->(p)
WITH bad AS d {DECISIONS_TOLD}"""
_CASES: Final = f"""
CREATE (o:AdcvdOrder {{number: 'A-570-932', product: 'rod'}}),
  (p:Port:Party {{id: 'ACE:2704', name: 'x', code: '2704'}})
WITH o, p UNWIND range(1, 12) AS n
CREATE (k:Case {{id: 'case-' + n, number: 'case-' + n, status: 'OPEN', openedAt: datetime('2026-06-01T12:00:00Z')}})
CREATE (k)-[:CONCERNS]->(:Importer:Party {{number: 'i-' + n, name: 'Sample ' + n}}) CREATE (k)-[:SUBJECT_TO]->(o)
CREATE (k)-[:HANDLED_BY]->(p) {CASES_TOLD}"""


def _letters(graph: Graph, run: Callable[..., Any]) -> dict[str, str]:
    return dict(run(graph.read(_LETTERS, {})))


def test_decisions_that_cannot_be_compared_keep_none_of_the_others(empty: Graph, run: Callable[..., Any]) -> None:
    pairs = list(planted("planted", 3))
    long = [{**row, "question": " ".join(f"{row['question']} {n}" for n in range(3_000))} for row in pairs[2]]
    run(empty.write([Statement(WRITE, {"rows": [*pairs[0], *pairs[1], *long]}), Statement(_SPOILED)]))
    assert run(discover(empty, NOW)) == 3
    told = _letters(empty, run)
    assert told == {
        "bad-outcome": "disparities: outcome: a text is expected",
        "bad-question": "disparities: question: a text is expected",
        "bad-decidedAt": "disparities: decidedAt: a moment with its zone is expected",
        "bad-maker": "disparities: maker: a text is expected",
        "bad-hts10": "disparities: hts10: a text is expected",
    }
    # one that is spoiled once it was compared keeps no later one from being compared
    run(empty.write([Statement("MATCH (d:Decision {id: 'planted-01-a'}) SET d.decidedAt = 'soon'")]))
    later = {**pairs[1][0], "id": "later", "port": "ACE:3901"}
    run(empty.write([Statement(WRITE, {"rows": [later]})]))
    assert run(discover(empty, NOW + timedelta(seconds=5))) == 1
    assert _letters(empty, run) == told
    run(empty.write([Statement("MATCH (d:Decision {id: 'bad-outcome'}) SET d.outcome = 'granted'")]))
    run(discover(empty, NOW + FIRST_RETRY))
    assert _letters(empty, run).keys() == told.keys() - {"bad-outcome"}
    assert ["bad-outcome | planted-00-b"] in run(empty.read(_PAIRS, {}))


def test_cases_and_issues_that_cannot_be_looked_at_keep_none_of_the_others(
    empty: Graph, run: Callable[..., Any]
) -> None:
    run(empty.write([Statement(_CASES)]))
    run(empty.write([Statement("MATCH (k:Case {id: 'case-5'}) SET k.openedAt = 'in June'")]))
    # issues that nobody holds, as they are made by hand, and one whose figure lost when its holders began
    run(empty.write([Statement("""
        UNWIND range(1, 60) AS n CREATE (:Issue {id: ' nobody ' + n, title: 'x', topic: 'x', state: 'CONFIRMED'})
        WITH DISTINCT 1 AS one CREATE (bad:Issue {id: ' bad', title: 'x', topic: 'x', state: 'CONFIRMED'})
        CREATE (f:IssueFigure {id: ' bad|all', dimension: 'all', n: 0})-[:OF_ISSUE]->(bad)
        WITH f MATCH (m:Importer) CREATE (f)-[:AWAITS]->(m)""")]))  # fmt: skip
    run(empty.write([named_by_event(HELD, [" bad", *(f" nobody {n}" for n in range(1, 61))])]))
    run(discover(empty, NOW, 3))
    told = _letters(empty, run)
    assert told.keys() == {"case-5", " bad"}
    assert told["case-5"] == "issues: openedAt: a moment with its zone is expected"
    assert told[" bad"].startswith("figures: TypeError at hub.detection.shared_issues:")
    held = "MATCH (f:IssueFigure {id: 'adcvd-order A-570-932|all'}) RETURN f.n, COUNT { (f)-[:AWAITS]->() }"
    assert run(empty.read(held, {})) == [[11, 0]]
    assert run(discover(empty, NOW, 3)) == 0
    assert run(empty.read("MATCH (c:Consumer), (n:EventCounter) WHERE c.cursor < n.seq RETURN c.name", {})) == []
    run(empty.write([Statement("MATCH (k:Case {id: 'case-5'}) SET k.openedAt = datetime('2026-06-02T12:00:00Z')")]))
    run(
        empty.write(
            [
                Statement(
                    "MATCH (:IssueFigure)-[w:AWAITS]->() WHERE w.first IS NULL SET w.first ="
                    " datetime('2026-06-02T12:00:00Z')"
                )
            ]
        )
    )
    run(discover(empty, NOW + FIRST_RETRY, 3))
    assert _letters(empty, run) == {}
    assert run(empty.read("MATCH (f:IssueFigure {id: ' bad|all'}) RETURN f.n", {})) == [[12]]
    assert run(empty.read(held, {})) == [[11, 1]]
