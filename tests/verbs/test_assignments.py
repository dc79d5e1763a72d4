"""An importer belongs to one Center at a time: the database keeps it so; what is reassigned moves with a trace."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.errors import Conflict
from hub.gql.executor import Executor
from hub.gql.request import GraphQLRequest
from hub.viewer import Viewer
from tests.offices import ISSUER

Do = Callable[..., Any]
MINE = "11-1111111AA"
ASSIGNMENTS = """{ importer(number: "11-1111111AA") { centerStatus center { code }
    assignments(orderBy: [{edge: {since: ASC}}]) { edges { until because endedBecause activeFor node { code } } } } }"""


def _reassign(center: str, reason: str = "its goods are apparel") -> str:
    return f"""mutation {{ reassignImporter(importer: "{MINE}", center: "{center}", reason: "{reason}") {{
      center {{ code }} }} }}"""


def test_a_reassignment_keeps_history_and_moves_open_cases_with_a_trace(did: Do, refused: Do) -> None:
    opened = did(
        "importer",
        f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "x", event: "protest_filed", on:'
        ' "2026-11-02") { number } }',
    )
    did("center-007", _reassign("CEE004"))
    importer = did("trade", ASSIGNMENTS)
    assert (importer["center"]["code"], importer["centerStatus"]) == ("CEE004", "ASSIGNED")
    edges = importer["assignments"]["edges"]
    assert [edge["node"]["code"] for edge in edges] == ["CEE004", "CEE007", "CEE004"]
    assert [edge["activeFor"] for edge in edges] == [None, None, MINE]
    assert edges[1]["until"]
    assert edges[1]["endedBecause"] == edges[2]["because"] == "its goods are apparel"
    asked = f"""{{ case(number: "{opened["number"]}")
  {{ handledBy {{ name }} deadlines {{ nodes {{ party {{ name }} }} }}
        history(orderBy: [{{at: DESC}}], first: 1) {{ nodes {{ text reason by {{ name }} }} }} }} }}"""
    case = did("importer", asked)
    assert case["handledBy"]["name"] == case["deadlines"]["nodes"][0]["party"]["name"] == "Apparel, Footwear & Textiles"
    assert case["history"]["nodes"] == [
        {
            "text": "moved with its importer from Electronics to Apparel, Footwear & Textiles",
            "reason": "its goods are apparel",
            "by": {"name": "Electronics"},
        }
    ]
    # its closed case stays where it was decided, the port's stays the port's
    for number, owner in (("T-closed", "Electronics"), ("T-open", "Los Angeles, CA")):
        assert (
            did("importer", f'{{ case(number: "{number}") {{ handledBy {{ name }} }} }}')["handledBy"]["name"] == owner
        )
    assert refused("center-007", _reassign("CEE001"))[0] == "NOT_ALLOWED"


def test_who_may_assign(refused: Do, did: Do) -> None:
    for viewer, code in (
        ("importer", "NOT_ALLOWED"),
        ("broker", "NOT_ALLOWED"),
        ("port-2704", "NOT_ALLOWED"),
        ("center-004", "NOT_FOUND"),
        ("fda", "NOT_FOUND"),
        ("", "NOT_SIGNED_IN"),
    ):
        assert refused(viewer, _reassign("CEE004"))[0] == code, viewer
    assert refused("trade", _reassign("CEE007"))[0] == "CONFLICT"
    assert did("trade", _reassign("CEE004")) == {"center": {"code": "CEE004"}}


def test_a_second_center_is_refused(refused: Do, did: Do) -> None:
    second = f'mutation {{ assignImporter(importer: "{MINE}", center: "CEE004", reason: "x") {{ number }} }}'
    assert refused("trade", second) == (
        "CONFLICT", f"importer {MINE} is assigned to Electronics (CEE007): there is no second; use reassignImporter",
    )  # fmt: skip
    first = (
        'mutation { assignImporter(importer: "33-3333333AA", center: "CEE004", reason: "its goods") { center { code }'
        " centerStatus } }"
    )
    assert did("trade", first) == {"center": {"code": "CEE004"}, "centerStatus": "ASSIGNED"}


def test_the_database_itself_refuses_a_second_active_center(world: Graph, run: Callable[..., Any]) -> None:
    second = (
        "MATCH (i:Importer {number: '11-1111111AA'}), (c:Center {code: 'CEE004'}) CREATE (i)-[:ASSIGNED_TO {since: "
        "datetime(), activeFor: i.number}]->(c)"
    )
    with pytest.raises(Conflict):
        run(world.write([Statement(second)]))


def test_pending_and_not_eligible_are_states(did: Do, refused: Do) -> None:
    for verb, status in (("markImporterPending", "PNDING"), ("markImporterNotEligible", "NOTELG")):
        marked = f'mutation {{ {verb}(importer: "{MINE}", reason: "review") {{ centerStatus center {{ code }} }} }}'
        assert did("trade", marked) == {"centerStatus": status, "center": None}
        assert refused("trade", marked)[0] == "CONFLICT"
    assert did("trade", ASSIGNMENTS)["assignments"]["edges"][1]["endedBecause"] == "review"
    assert refused("trade", _reassign("CEE004")) == (
        "CONFLICT",
        f"importer {MINE} has no Center (NOTELG): use assignImporter",
    )


def test_an_appeal_is_a_case_of_field_operations_who_may_decide_it(
    did: Do, refused: Do, world: Graph, run: Callable[..., Any]
) -> None:
    operations = """MATCH (o:Office {code: 'OFO-TOD'})
  CREATE (:Account {id: 'tests.example|operations', subject: 'operations',
        issuer: 'tests.example', source: 'sample'})-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'),
          grantedBy: 'the test'}]->(o)"""
    run(world.write([Statement(operations)]))
    assert refused("operations", _reassign("CEE004"))[0] == "NOT_FOUND"
    appeal = (
        f'mutation {{ appealAssignment(importer: "{MINE}", reason: "We import apparel") {{ number status handledBy {{ '
        "name } kind { code } notes { nodes { text } } } }"
    )
    assert refused("center-007", appeal)[0] == "NOT_ALLOWED"
    case = did("broker", appeal)
    assert (case["handledBy"]["name"], case["kind"]["code"]) == (
        "Trade Operations Division",
        "center_assignment_appeal",
    )
    assert case["notes"]["nodes"] == [{"text": "We import apparel"}]
    did("operations", _reassign("CEE004", "appeal granted"))
    assert did("trade", ASSIGNMENTS)["center"]["code"] == "CEE004"
    assert (
        did("operations", f'mutation {{ closeCase(case: "{case["number"]}", reason: "granted") {{ status }} }}')[
            "status"
        ]
        == "CLOSED"
    )


def test_who_opens_an_appeal_for_itself_may_not_decide_it(did: Do, refused: Do) -> None:
    opening = f'kind: "center_assignment_appeal", importer: "{MINE}", title: "x"'
    opened = did("port-2704", f"mutation {{ openCase({opening}) {{ importer {{ number }} }} }}")
    assert opened == {"importer": {"number": MINE}}
    assert refused("port-2704", _reassign("CEE004"))[0] == "NOT_ALLOWED"


def test_two_who_reassign_at_once_leave_one_center(hub: Executor, run: Callable[..., Any], did: Do) -> None:
    async def both() -> Sequence[Mapping[str, Any]]:
        return await asyncio.gather(
            *(
                hub.answer(GraphQLRequest(_reassign(f"CEE00{number}")), Viewer.of(ISSUER, viewer))
                for number in (1, 2, 3, 4)
                for viewer in ("trade", "center-007")
            )
        )

    answers = run(both())
    done = [answer for answer in answers if "errors" not in answer]
    refused = {error["extensions"]["code"] for answer in answers for error in answer.get("errors", ())}
    assert done
    assert refused <= {"CONFLICT", "NOT_ALLOWED", "NOT_FOUND"}
    edges = did("trade", ASSIGNMENTS)["assignments"]["edges"]
    assert len(edges) == 2 + len(done)
    assert [edge["activeFor"] for edge in edges].count(MINE) == 1
