"""My desk: what is given to me or my office's, what came back, is due, is nobody's, is asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.gql.executor import Executor
from hub.viewer import Viewer
from tests.asking import texts
from tests.offices import ISSUER

Do = Callable[..., Any]
MINE: Final = "11-1111111AA"
_COUNTS: Final = (
    "assigned", "mine", "toAnswer", "awaiting", "unassigned", "referred", "dueSoon", "overdue", "proposed", "items",
    "referrals", "questions", "asked", "board",
)  # fmt: skip
_DESK: Final = "{ myDesk%s { " + " ".join(f"{name} {{ count }}" for name in _COUNTS) + " } }"
_DEADLINE: Final = """
MATCH (k:Case {number: $number})-[:HANDLED_BY]->(o), (k)-[:CONCERNS]->(i)
CREATE (d:Deadline {id: $id, name: 'Sample', state: $state, startedOn: $due, due: $due, owedBy: 'x', extensions: 0,
  source: 'sample'})-[:OF_CASE]->(k)
FOREACH (party IN CASE WHEN $mine THEN [o] ELSE [i] END | CREATE (d)-[:OWED_BY]->(party))"""


def _counts(did: Do, viewer: str, arguments: str = "") -> dict[str, int]:
    found = did(viewer, _DESK % arguments)
    return {name: found[name]["count"] for name in _COUNTS if found[name]["count"]}


@pytest.fixture
def case(did: Do) -> str:
    opened = f'kind: "protest", importer: "{MINE}", title: "Value of samples"'
    return did("center-007", f"mutation {{ openCase({opened}) {{ number }} }}")["number"]


def _deadline(world: Graph, run: Callable[..., Any], number: str, state: str, days: int, *, mine: bool = True) -> None:
    given = {
        "number": number,
        "id": f"due {state} {days} {mine}",
        "state": state,
        "due": today(datetime.now(UTC)) + timedelta(days=days),
    }
    run(world.write([Statement(_DEADLINE, {**given, "mine": mine})]))


def test_an_owner_sees_what_is_nobodys_what_waits_and_what_came_back(did: Do, case: str) -> None:
    assert _counts(did, "center-007") == {"mine": 1, "unassigned": 1}
    request = f'requestInformation(case: "{case}", title: "x", items: ["a", "b"])'
    asked = f"mutation {{ {request} {{ items {{ nodes {{ id }} }} }} }}"
    item, other = (node["id"] for node in did("center-007", asked)["items"]["nodes"])
    assert _counts(did, "center-007") == {"mine": 1, "unassigned": 1, "awaiting": 1}
    # the importer has a case with a port as well
    assert _counts(did, "importer") == {"mine": 2, "toAnswer": 1, "items": 2}
    assert _counts(did, "broker") == {"mine": 2, "toAnswer": 1, "items": 2}
    did("importer", f'mutation {{ answerItem(item: "{item}", text: "x") {{ id }} }}')
    assert _counts(did, "importer") == {"mine": 2, "toAnswer": 1, "awaiting": 1, "items": 1}
    did("importer", f'mutation {{ answerItem(item: "{other}", text: "x") {{ id }} }}')
    assert _counts(did, "center-007") == {"mine": 1, "unassigned": 1, "toAnswer": 1}
    assert _counts(did, "importer") == {"mine": 2, "awaiting": 1}
    did("center-007", f'mutation {{ closeCase(case: "{case}", reason: "done") {{ id }} }}')
    assert _counts(did, "center-007") == {}


def test_what_is_given_to_an_officer_is_theirs(did: Do, case: str) -> None:
    did("center-007", f'mutation {{ assignCase(case: "{case}", contact: "chapter-85") {{ id }} }}')
    assert _counts(did, "center-007") == {"mine": 1}
    assert did("center-007", 'mutation { linkContact(contact: "chapter-85") { name } }') == {
        "name": "Sample chapter-85"
    }
    assert _counts(did, "center-007") == {"mine": 1, "assigned": 1}
    found = did(
        "center-007", "{ myDesk { officer { id } assigned { rows { case { number importer { name } } since } } } }"
    )
    assert found["officer"] == {"id": "chapter-85"}
    assert found["assigned"]["rows"][0]["case"] == {"number": case, "importer": {"name": "Sample Importer 11"}}
    assert did("center-007", "{ cases(desk: ASSIGNED) { nodes { number } } }") == {"nodes": [{"number": case}]}
    did("center-007", f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "y") {{ number }} }}')
    assert _counts(did, "center-007") == {"mine": 2, "assigned": 1, "unassigned": 1}
    assert _counts(did, "center-007", "(assigned: true)") == {"mine": 1, "assigned": 1}
    did("center-007", 'mutation { unlinkContact(contact: "chapter-85") { id } }')
    assert _counts(did, "center-007", "(assigned: true)") == {}


def test_nobody_is_a_contact_of_another_organisation(refused: Do) -> None:
    link = 'mutation { linkContact(contact: "%s") { id } }'
    assert refused("importer", link % "director-007")[0] == "NOT_ALLOWED"
    assert refused("importer", link % "chapter-85")[0] in ("NOT_ALLOWED", "NOT_FOUND")
    assert refused("center-007", link % "nobody")[0] == "NOT_FOUND"
    assert refused("center-007", 'mutation { unlinkContact(contact: "chapter-85") { id } }')[0] == "CONFLICT"


def test_deadlines_are_due_soon_overdue_or_to_be_pronounced(
    did: Do, case: str, world: Graph, run: Callable[..., Any]
) -> None:
    for state, days in (("RUNNING", 0), ("RUNNING", 7), ("RUNNING", 8), ("RUNNING", -1), ("MISSED", -9), ("MET", 1)):
        _deadline(world, run, case, state, days)
    _deadline(world, run, case, "RUNNING", 3, mine=False)
    found = {"mine": 1, "unassigned": 1, "dueSoon": 2, "overdue": 2}
    assert _counts(did, "center-007") == found
    assert _counts(did, "center-007", "(within: 8)") == {**found, "dueSoon": 3}
    assert _counts(did, "importer") == {"mine": 2, "dueSoon": 1}
    rows = did("center-007", "{ myDesk { overdue { rows { due daysLeft case { number } deadline { state } } } } }")
    assert [(row["daysLeft"], row["deadline"]["state"]) for row in rows["overdue"]["rows"]] == [
        (-9, "MISSED"),
        (-1, "RUNNING"),
    ]
    whole = did(
        "center-007",
        "{ deadlines(desk: OWED, within: 8, first: 2) { totalCount nodes { due } pageInfo { hasNextPage } } }",
    )
    assert (whole["totalCount"], whole["pageInfo"]["hasNextPage"]) == (3, True)
    # the engine of clocks proposes: nothing else makes such a deadline here
    _deadline(world, run, case, "PROPOSED", -2)
    assert _counts(did, "center-007")["proposed"] == 1
    assert "proposed" not in _counts(did, "importer")


def _due_soon(did: Do, viewer: str) -> list[str]:
    """The clocks of what is due soon, as the desk has it; the list that it is has the same."""
    soon = did(viewer, "{ myDesk(within: 366) { dueSoon { rows { deadline { clock { id } } } } } }")["dueSoon"]["rows"]
    listed = did(viewer, "{ deadlines(desk: OWED, within: 366) { nodes { clock { id } } } }")["nodes"]
    found = [row["deadline"]["clock"]["id"] for row in soon]
    assert sorted(found) == sorted(node["clock"]["id"] for node in listed)
    return found


def test_what_a_party_by_role_owes_is_on_its_desk_and_on_nobody_elses(did: Do) -> None:
    """The demand on a bond is the surety's to answer, and not the importer's."""
    demand = f'kind: "surety_demand", importer: "{MINE}", title: "x", event: "demand_mailed", on: "{_on(-5)}"'
    case = did("port-2704", f"mutation {{ openCase({demand}) {{ number }} }}")["number"]
    assert _due_soon(did, "importer") == _due_soon(did, "broker") == _due_soon(did, "surety") == []
    of = f'case: "{case}", party: "Firm:SURETY-036", role: "surety"'
    did("port-2704", f"mutation {{ addCaseParty({of}) {{ number }} }}")
    assert _due_soon(did, "surety") == ["surety_demand protest"]
    assert _due_soon(did, "importer") == _due_soon(did, "broker") == []
    asked = f'{{ case(number: "{case}") {{ deadlines {{ nodes {{ owedBy party {{ name }} }} }} }} }}'
    assert did("importer", asked)["deadlines"]["nodes"] == [{"owedBy": "surety", "party": None}]
    did("port-2704", f'mutation {{ endCaseParty({of}, reason: "paid") {{ number }} }}')
    assert _due_soon(did, "surety") == []


def test_what_is_overdue_is_overdue_for_who_owes_it(did: Do) -> None:
    demand = f'kind: "surety_demand", importer: "{MINE}", title: "x", event: "demand_mailed", on: "{_on(-400)}"'
    case = did("port-2704", f"mutation {{ openCase({demand}) {{ number }} }}")["number"]
    of = f'case: "{case}", party: "Firm:SURETY-036", role: "surety"'
    did("port-2704", f"mutation {{ addCaseParty({of}) {{ number }} }}")
    overdue = "{ deadlines(desk: OVERDUE) { totalCount } }"
    assert [did(viewer, overdue)["totalCount"] for viewer in ("surety", "importer", "broker")] == [1, 0, 0]
    assert _counts(did, "surety")["overdue"] == 1
    assert "overdue" not in _counts(did, "importer")


def test_who_alleged_evasion_has_its_days_on_their_desk_and_the_importer_learns_nothing(did: Do) -> None:
    more = f'event: "initiated", on: "{_on(-5)}"'
    eapa = f'openCase(kind: "eapa", importer: "{MINE}", title: "x", {more})'
    case = did("port-2704", f"mutation {{ {eapa} {{ number }} }}")["number"]
    before = _due_soon(did, "importer")
    assert before == ["eapa submit_facts", "eapa written_arguments"]
    of = f'case: "{case}", party: "Firm:PRODUCER-1", role: "eapa_alleger"'
    did("port-2704", f"mutation {{ addCaseParty({of}) {{ number }} }}")
    assert _due_soon(did, "producer") == before
    asked = f'{{ case(number: "{case}") {{ deadlines {{ nodes {{ party {{ name }} }} }} parties {{ totalCount }} }} }}'
    seen = did("importer", asked)
    assert seen["parties"]["totalCount"] == 0
    assert {found["party"] and found["party"]["name"] for found in seen["deadlines"]["nodes"]} == {
        "Sample Importer 11", "Los Angeles, CA",
    }  # fmt: skip


def _on(days: int) -> str:
    return str(today(datetime.now(UTC)) + timedelta(days=days))


def test_an_agency_sees_what_it_has_not_taken_on_and_what_it_is_asked(did: Do, case: str) -> None:
    before = _counts(did, "fda")
    did("center-007", f'mutation {{ referCase(case: "{case}", to: "Agency:FDA", question: "Is it food?") {{ id }} }}')
    now = _counts(did, "fda")
    assert (now["mine"], now["unassigned"], now["referrals"]) == (before["mine"] + 1, before["unassigned"] + 1, 1)
    did("fda", f'mutation {{ joinCase(case: "{case}", contact: "fda-fish") {{ id }} }}')
    assert _counts(did, "fda")["unassigned"] == before["unassigned"]
    did("fda", 'mutation { linkContact(contact: "fda-fish") { id } }')
    assert _counts(did, "fda")["assigned"] == 1


def test_questions_lie_on_the_desk_of_who_answers_and_of_who_asked(did: Do) -> None:
    did("association", 'mutation { askQuestion(title: "x", text: "y", office: "Center:CEE007") { id } }')
    assert _counts(did, "center-007") == {"questions": 1}
    assert _counts(did, "association") == {"asked": 1}
    assert _counts(did, "") == {}


def test_a_cursor_of_one_list_is_none_of_another(did: Do, refused: Do, case: str) -> None:
    for title in ("y", "z"):
        did(
            "center-007", f'mutation {{ openCase(kind: "protest", importer: "{MINE}", title: "{title}") {{ number }} }}'
        )
    page = "{ cases(desk: %s, first: 2%s) { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }"
    first = did("center-007", page % ("UNASSIGNED", ""))
    after = f', after: "{first["pageInfo"]["endCursor"]}"'
    rest = did("center-007", page % ("UNASSIGNED", after))
    assert (first["totalCount"], len(first["nodes"]), len(rest["nodes"])) == (3, 2, 1)
    assert not rest["pageInfo"]["hasNextPage"]
    assert refused("center-007", page % ("MINE", after))[0] == "BAD_INPUT"
    assert case


def test_it_is_found_by_one_statement(hub: Executor, run: Callable[..., Any], case: str) -> None:
    asked = """{ myDesk { today
      mine { count rows { since due case { number title status importer { name } kind { name } } } }
      dueSoon { count rows { due daysLeft case { number } deadline { name state } } } unassigned { count }
      questions { count rows { due question { title } } } } }"""
    for viewer in ("center-007", "importer", "fda"):
        kind = run(hub.kind(Viewer.of(ISSUER, viewer)))
        assert len(texts(hub, asked, kind)) == 1, viewer
    assert case


@pytest.mark.parametrize("arguments", ["first: 0", "first: 51", "within: -1", "within: 367"])
def test_what_cannot_be_asked_is_refused(arguments: str, refused: Do) -> None:
    assert refused("center-007", f"{{ myDesk({arguments}) {{ today }} }}")[0] == "BAD_INPUT"
