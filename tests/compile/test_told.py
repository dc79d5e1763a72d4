"""Questions of the hub's own: one statement finds what they tell, whatever is given and selected; what is read
beside is small.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import COMMON, GUEST, PUBLIC, ViewerKind
from hub.compile.compiler import ASKED, RIGHTS
from hub.gql.document_limits import Limits
from hub.gql.parameter_types import type_of
from hub.gql.plan_cache import PlanCache
from hub.gql.plans import RootPlan
from tests.asking import SCHEMA, NoCursors

ANALYST = ViewerKind(frozenset({"isOffice", "seesAll"}), acts=True)
IMPORTER = ViewerKind(frozenset({"isImporter"}), acts=True)
RESPONSIBLE = (
    "{ responsibleContacts { __typename } }",
    '{ responsibleContacts(importer: "00-0000000SW", first: 3) { contacts { rank contact { name email } } } }',
    (
        '{ responsibleContacts(hts: "8542", port: "2704", at: "2026-12-01T16:00:00Z") { unknown contacts { path { text'
        " node { nodeId } } } } }"
    ),
    """{ one: responsibleContacts(entryNumber: "ABC-1234567-6", caseKind: "rfi", agency: "FDA", program: "UFLPA",
  topic: "origin") {
      conflicts contacts { next { step contact { name contacts: name } organisation
        { name ... on Center { cases { totalCount } } } }
        availability { state } } } }""",
)
SHARED = (
    "{ sharedIssues { leastParties } }",
    '{ sharedIssues(issue: "i", first: 2) { issues { cases handlers { office { name } } } } }',
    (
        '{ sharedIssues(likeness: "program-and-goods", followed: true) { issues { issue { title stateAt } trend {'
        " through } } } }"
    ),
)
PATH = (
    '{ path(from: "Importer:00-0000000SW", to: "Agency:EPA") { length } }',
    (
        '{ path(from: "Broker:S00", to: "Port:ACE:2704", kinds: ["CASE"]) { from { nodeId } byKind { kind steps { to {'
        " nodeId } } } } }"
    ),
)
NEAR = (
    '{ neighbourhood(of: "Center:CEE007") { more } }',
    (
        '{ neighbourhood(of: "Importer:00-0000000SW", depth: 2, first: 200) { neighbours { via { nodeId } node { nodeId'
        " } } } }"
    ),
)
RECEIPT = (
    '{ questionByReceipt(receipt: "x") { __typename } }',
    '{ questionByReceipt(receipt: "xy") { question { title answer } } }',
)


@pytest.fixture(scope="module")
def documents() -> PlanCache:
    return PlanCache(GRAPH, SCHEMA, Limits())


def _root(documents: PlanCache, query: str, kind: ViewerKind) -> RootPlan:
    plan, _ = documents.plan(query, None, {}, NoCursors(), kind)
    (root,) = plan.roots
    return root


def _parameters(root: RootPlan) -> Mapping[str, Any]:
    """Those of the statement that finds."""
    assert root.compiled.custom is not None
    return root.compiled.custom.parameters({**root.bind({}, NoCursors()), "viewer": "v", "now": 1})


@pytest.mark.parametrize("kind", [PUBLIC, IMPORTER, ANALYST, GUEST], ids=["public", "importer", "analyst", "guest"])
@pytest.mark.parametrize(
    "several", [RESPONSIBLE, SHARED, PATH, NEAR, RECEIPT], ids=lambda several: several[0].split()[1]
)
def test_what_finds_it_is_the_same_whatever_is_given_and_selected(
    several: Sequence[str], kind: ViewerKind, documents: PlanCache
) -> None:
    """Text and types of parameters: so Neo4j plans it once, and may have done so before anybody asks."""
    roots = [_root(documents, query, kind) for query in several]
    (text,) = {root.compiled.text for root in roots}
    assert text in dict(documents.questions(kind))
    (shapes,) = {tuple(sorted((name, type_of(value)) for name, value in _parameters(root).items())) for root in roots}
    assert {name for name, _ in shapes} - {"first", "most"} == {ASKED, *RIGHTS}


def test_each_kind_of_viewer_has_its_own(documents: PlanCache) -> None:
    """But for what is the same for all of them."""
    for query in (RESPONSIBLE[0], SHARED[0], PATH[0], NEAR[0]):
        assert len({_root(documents, query, kind).compiled.text for kind in COMMON}) == len(COMMON)
    assert len({_root(documents, RECEIPT[0], kind).compiled.text for kind in COMMON}) == 1


@pytest.mark.parametrize(
    "query",
    [
        "{ responsibleContacts { contacts { contact { nodeId name role } organisation { __typename name } rule } } }",
        (
            "{ responsibleContacts { contacts { path { node { nodeId ... on Center { code } } } next { contact { name }"
            " } } } }"
        ),
        (
            "{ responsibleContacts { contacts { contact { email phone organisation { name } } next { contact { email }"
            " } } } }"
        ),
        "{ sharedIssues { issues { issue { id title } handlers { office { name } contact { name email } } } } }",
        PATH[1],
        NEAR[1],
    ],
)
def test_nothing_is_read_where_what_is_asked_needs_no_rule(query: str, documents: PlanCache) -> None:
    for kind in (PUBLIC, IMPORTER):
        assert _root(documents, query, kind).compiled.all_texts == (_root(documents, query, kind).compiled.text,)


def test_what_a_rule_guards_is_read_by_a_small_statement_under_that_rule(documents: PlanCache) -> None:
    query = (
        "{ responsibleContacts { contacts { contact { name email } standsInFor { name email } organisation { name }"
        " } } }"
    )
    for kind in (PUBLIC, IMPORTER):
        (reading,) = _root(documents, query, kind).compiled.all_texts[1:]
        assert "emailAudience" in reading
        assert len(reading) < 3_000
    told = _parameters(_root(documents, query, IMPORTER))[ASKED]["rows"]
    assert not any("email" in names for names in told.values())


def test_rows_that_lead_on_are_read_by_their_label(documents: PlanCache) -> None:
    query = """query Q { responsibleContacts { contacts
  { organisation { name ... on Center { contacts(first: 3) { nodes { name } } }
        ... on Port { fieldOffice { name } } } } } }"""
    root = _root(documents, query, IMPORTER)
    assert root.compiled.custom is not None
    readings = {reading.name: reading for reading in root.compiled.custom.readings}
    assert set(readings) == {"Center", "Port"}
    sizes = {name: {one for one in reading.parameters if one not in RIGHTS} for name, reading in readings.items()}
    assert len(sizes["Center"]) == 1
    assert not sizes["Port"]
