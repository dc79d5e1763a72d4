"""Rights that change between two questions: whatever kind the hub took a viewer for, it is answered by what it may
see now.
"""

from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.gql.request import GraphQLRequest
from hub.viewer import PUBLIC, Viewer
from hub.world.sample import ISSUER
from tests.asking import questions
from tests.offices import write
from tests.renewed import renewed

CASES = "{ cases(first: 100) { totalCount nodes { number } } }"
ASKED = (
    CASES,
    "{ importers(first: 100) { totalCount nodes { number } } }",
    "{ contacts(first: 100) { totalCount nodes { name email phone } } }",
    '{ search(text: "sample", first: 50) { totalCount nodes { nodeId } } }',
    '{ case(number: "T-open") { number title } }',
    "{ disparities { totalCount } }",
    "{ sharedIssues(first: 5) { __typename } }",
    "{ centers { nodes { code importers(first: 5) { totalCount nodes { number } } contacts { totalCount } } } }",
)
PARTIES = {
    "none": None,
    "importer": "MATCH (p:Importer {number: '11-1111111AA'})",
    "broker": "MATCH (p:Broker {filerCode: 'BBB'})",
    "center": "MATCH (p:Center {code: 'CEE007'})",
    "port": "MATCH (p:Port {id: 'ACE:2704'})",
    "agency": "MATCH (p:Agency {code: 'FDA'})",
    "office of trade": "MATCH (p:Office {code: 'OT'})",
    "association": "MATCH (p:Association) WITH p ORDER BY p.code LIMIT 1",
}
ACCOUNT = Viewer.of(ISSUER, "changing")
_END = "MATCH (:Account {id: $id})-[r:ACTS_FOR]->() DELETE r"
_GRANT = (
    " MATCH (a:Account {id: $id}) CREATE (a)-[:ACTS_FOR {since: datetime('2024-01-01T00:00:00Z'), grantedBy: 'x'}]->(p)"
)


@pytest.fixture
def changing(database: Graph, run: Callable[..., Any]) -> Callable[[str], None]:
    """Makes the account one of a kind, from one question to the next."""
    run(renewed(database, "offices", write))
    run(
        database.write(
            [
                Statement(
                    "CREATE (:Account {id: $id, subject: 'changing', issuer: $issuer})",
                    {"id": ACCOUNT.account, "issuer": ISSUER},
                )
            ]
        )
    )

    def change(kind: str) -> None:
        party = PARTIES[kind]
        grant = [Statement(party + _GRANT, {"id": ACCOUNT.account})] if party else []
        run(database.write([Statement(_END, {"id": ACCOUNT.account}), *grant]))

    return change


@pytest.mark.thorough
def test_a_right_counts_at_once_from_any_kind_to_any_other(
    changing: Callable[[str], None], database: Graph, run: Callable[..., Any]
) -> None:
    """One hub has known the viewer all along; another has not, and looks its kind up."""
    hub = questions(database)
    answers: dict[str, Any] = {}

    def asked(of: Any, query: str) -> Any:
        answer = run(of.answer(GraphQLRequest(query), ACCOUNT))
        assert "errors" not in answer, answer
        return answer["data"]

    for kind in PARTIES:
        changing(kind)
        fresh = questions(database)
        answers[kind] = [asked(fresh, query) for query in ASKED]
    told = {kind: str(answer) for kind, answer in answers.items()}
    assert len(set(told.values())) >= 6, "they see different things"
    assert answers["none"][0] == run(hub.answer(GraphQLRequest(CASES), PUBLIC))["data"]
    for kind in _each_after_each(list(PARTIES)):
        changing(kind)
        assert [asked(hub, query) for query in ASKED] == answers[kind], kind


def _each_after_each(kinds: list[str]) -> list[str]:
    """A walk in which each comes after each of the others."""
    return [
        step
        for at, one in enumerate(kinds)
        for step in (one, *(step for other in kinds[at + 1 :] for step in (other, one)))
    ]


def test_two_rights_make_a_mixture(changing: Callable[[str], None], database: Graph, run: Callable[..., Any]) -> None:
    hub = questions(database)
    changing("importer")
    importers = run(hub.answer(GraphQLRequest(CASES), ACCOUNT))["data"]["cases"]["nodes"]
    run(database.write([Statement("MATCH (p:Port {id: 'ACE:2704'})" + _GRANT, {"id": ACCOUNT.account})]))
    both = run(hub.answer(GraphQLRequest(CASES), ACCOUNT))["data"]["cases"]["nodes"]
    changing("port")
    ports = run(hub.answer(GraphQLRequest(CASES), ACCOUNT))["data"]["cases"]["nodes"]
    assert sorted(found["number"] for found in both) == sorted({found["number"] for found in importers + ports})


def test_what_is_done_is_answered_by_what_the_viewer_may_see_now(
    changing: Callable[[str], None], database: Graph, run: Callable[..., Any]
) -> None:
    hub = questions(database)
    note = GraphQLRequest('mutation { noteCase(case: "T-open", text: "as it stands") { number notes { totalCount } } }')
    for done, kind in enumerate(("importer", "port", "importer"), start=1):
        changing(kind)
        assert run(hub.answer(note, ACCOUNT)) == {
            "data": {"noteCase": {"number": "T-open", "notes": {"totalCount": done}}}
        }
