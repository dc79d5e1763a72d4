"""Many cases are given to another officer or office: the preview says what the verb does, batch by batch, once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.verbs import reassignments
from hub.verbs.reassignments import go_on

Do = Callable[..., Any]
_NOW: Final = datetime(2026, 11, 24, 15, tzinfo=UTC)
_MANY: Final = """
MATCH (c:Center {code: 'CEE007'}), (i:Importer {number: '11-1111111AA'}), (kind:CaseKind), (o:Contact {id: 'entries'})
WHERE kind.code IN ['rfi', 'protest']
UNWIND range(1, 12) AS n
CREATE (k:Case {id: 'many-' + kind.code + right('0' + n, 2), number: 'M-' + kind.code + '-' + n, status:
  CASE WHEN n = 12 THEN 'CLOSED' ELSE 'OPEN' END, title: 'Sample', source: 'sample',
  openedAt: datetime('2026-01-01T00:00:00Z') + duration({days: n})})
CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:HANDLED_BY]->(c) CREATE (k)-[:CONCERNS]->(i)
FOREACH (_ IN CASE WHEN kind.code = 'rfi' AND n <= 6 THEN [1] ELSE [] END | CREATE (k)-[:WORKED_BY]->(o))
FOREACH (_ IN CASE WHEN kind.code = 'rfi' AND n = 1 THEN [1] ELSE [] END |
  CREATE (:SourceRecord {id: 'r', system: 'center-system', stream: 'cases', key: 'x', rank: 200, slot: 0})
    -[:DESCRIBES]->(k))
RETURN count(k)"""
_PREVIEW: Final = """{ reassignmentPreview(%s) { unknown total given refused cases { case { number importer { name } } }
  refusals { case { number } refusal } } }"""
_DO: Final = "mutation { reassignCases(%s) { id state total done refused refusals office { name } endedAt } }"


@pytest.fixture
def many(world: Graph, run: Callable[..., Any]) -> Graph:
    run(world.write([Statement(_MANY)]))
    return world


def _of(rows: list[Any]) -> list[str]:
    return [row["case"]["number"] for row in rows]


@pytest.mark.usefixtures("many")
def test_the_preview_says_how_many_which_and_what_is_refused_and_why(did: Do) -> None:
    told = did("center-007", _PREVIEW % 'from: "Contact:entries", to: "Center:CEE004"')
    assert (told["unknown"], told["total"], told["given"], told["refused"]) == ([], 6, 5, 1)
    assert _of(told["cases"]) == [f"M-rfi-{n}" for n in range(2, 7)]
    assert told["refusals"] == [
        {
            "case": {"number": "M-rfi-1"},
            "refusal": "it is kept by the system center-system: change its owner there",
        }
    ]
    told = did("center-007", _PREVIEW % 'from: "Center:CEE007", to: "Contact:chapter-61"')
    assert (told["unknown"], told["total"]) == (["to"], 0)
    told = did("trade", _PREVIEW % 'from: "Center:CEE007", to: "Contact:chapter-61", kind: "rfi", first: 1')
    assert (told["total"], told["refusals"][0]["refusal"]) == (
        11, "its owner, Electronics, has no officer Sample chapter-61",
    )  # fmt: skip
    told = did("center-007", _PREVIEW % 'from: "Center:CEE007", to: "Contact:entries"')
    assert (told["total"], told["refused"]) == (22, 6)
    assert told["refusals"][0]["refusal"] == "Sample entries works on it already"
    for conditions, total in (
        ('kind: "protest"', 11), ("unassigned: true", 16), ('openedBefore: "2026-01-04T00:00:00Z"', 4),
        ('program: "S301"', 0), ('importer: "11-1111111AA", kind: "rfi"', 11), ('importer: "22-2222222AA"', 0),
    ):  # fmt: skip
        told = did("center-007", _PREVIEW % f'from: "Center:CEE007", to: "Center:CEE004", {conditions}')
        assert told["total"] == total, conditions


@pytest.mark.usefixtures("many")
def test_others_are_told_of_no_case(did: Do, refused: Do) -> None:
    for viewer in ("importer", "center-004", "fda", ""):
        told = did(viewer, _PREVIEW % 'from: "Center:CEE007", to: "Center:CEE004"')
        assert (told["total"], told["cases"]) == (0, [])
        assert did(viewer, _PREVIEW % 'from: "Contact:entries", to: "Center:CEE004"')["unknown"] == ["from"]
    for viewer, code in (("importer", "NOT_ALLOWED"), ("center-004", "NOT_ALLOWED"), ("fda", "NOT_ALLOWED")):
        assert refused(viewer, _DO % 'from: "Center:CEE007", to: "Center:CEE004", reason: "x"')[0] == code
    assert refused("center-004", _DO % 'from: "Contact:entries", to: "Center:CEE004", reason: "x"')[0] == "NOT_FOUND"
    assert refused("center-007", _DO % 'from: "Center", to: "Center:CEE004", reason: "x"')[0] == "BAD_INPUT"


def test_it_does_what_the_preview_said_batch_by_batch_each_case_once(
    did: Do, many: Graph, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassignments, "BATCH", 4)
    wanted = 'from: "Center:CEE007", to: "Center:CEE004", kind: "rfi"'
    preview = did("center-007", _PREVIEW % wanted)
    document = _DO % f'{wanted}, reason: "it moves", requestId: "the move"'
    begun = did("center-007", document)
    assert (begun["state"], begun["total"], begun["done"], begun["refused"]) == ("RUNNING", 11, 3, 1)
    assert begun["office"]["name"] == "Electronics"
    # sent again it is the same, and goes no further by that
    assert did("center-007", document)["done"] == 3
    given = 0
    while moved := run(go_on(many, _NOW)):
        given += moved
    ended = did("center-007", document)
    assert (ended["state"], ended["done"], ended["refused"]) == ("DONE", preview["given"], preview["refused"])
    assert (given, bool(ended["endedAt"])) == (7, True)
    assert ended["refusals"] == ["M-rfi-1: it is kept by the system center-system: change its owner there"]
    asked = (
        '{ cases(where: {title: {eq: "Sample"}}, first: 30) { nodes { number history { nodes { verb reason } } } } }'
    )
    moved_cases = did("center-004", asked)["nodes"]
    assert sorted(found["number"] for found in moved_cases) == sorted(_of(preview["cases"]))
    # an event each
    assert all(found["history"]["nodes"] == [{"verb": "reassignCases", "reason": "it moves"}] for found in moved_cases)
    assert did("center-004", "{ reassignments { totalCount } }")["totalCount"] == 0


@pytest.mark.usefixtures("many")
def test_cases_are_given_to_an_officer_of_their_owner(did: Do) -> None:
    wanted = 'from: "Contact:entries", to: "Contact:protests", reason: "on leave"'
    done = did("center-007", _DO % wanted)
    assert (done["state"], done["done"], done["refused"]) == ("DONE", 6, 0)
    for officer, count in (("entries", 0), ("protests", 6)):
        worked = did("center-007", f'{{ contact(id: "{officer}") {{ worksOn {{ totalCount }} }} }}')
        assert worked["worksOn"]["totalCount"] == count


def test_a_case_that_changed_meanwhile_is_looked_at_again(
    did: Do, many: Graph, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassignments, "BATCH", 4)
    did("center-007", _DO % 'from: "Center:CEE007", to: "Center:CEE004", kind: "protest", reason: "x"')
    did("center-007", 'mutation { closeCase(case: "M-protest-9", reason: "done") { id } }')
    while run(go_on(many, _NOW)):
        pass
    (found,) = did("center-007", "{ reassignments { nodes { state done refused } } }")["nodes"]
    assert found == {"state": "DONE", "done": 10, "refused": 0}
    assert (
        did("center-007", '{ case(number: "M-protest-9") { handledBy { name } } }')["handledBy"]["name"]
        == "Electronics"
    )
