"""Questions without their values: they are planned as those that were asked, and tell nothing of them."""

import random
from typing import Any

import pytest
from graphql import parse

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import COMMON
from hub.errors import HubError
from hub.gql.document_limits import Limits
from hub.gql.operation import GraphQLErrors
from hub.gql.plan_cache import PlanCache
from hub.gql.plans import Plan
from hub.gql.without_values import Blanks
from tests.asking import SCHEMA, NoCursors
from tests.random_questions import Questions
from tests.random_world import random_world


@pytest.fixture(scope="module")
def hub() -> PlanCache:
    return PlanCache(GRAPH, SCHEMA, Limits())


@pytest.fixture(scope="module")
def blanks(hub: PlanCache) -> Blanks:
    return Blanks(GRAPH, hub.schema)


def texts(plan: Plan) -> list[tuple[str, ...]]:
    return [root.compiled.all_texts for root in plan.roots]


def test_random_questions_are_compiled_to_the_same_statements_without_their_values(
    hub: PlanCache, blanks: Blanks
) -> None:
    chance = random.Random(11)
    world = random_world(3)
    source = Questions(world, chance)
    compared = 0
    for _ in range(150):
        document, variables = source.one()
        kind = chance.choice(COMMON)
        try:
            plan, _ = hub.plan(document, None, variables, NoCursors(), kind)
        except (HubError, GraphQLErrors):
            continue
        blank, values = blanks.question(document, None, variables)
        assert texts(hub.compiled(blank, values, kind)) == texts(plan), document
        assert blanks.question(blank, None, values) == (blank, values)
        compared += 1
    assert compared > 100


def test_nothing_of_what_was_asked_about_is_left(blanks: Blanks) -> None:
    document = """
    # about Quince
    query Quince($quince: String!, $since: DateTime, $ids: [ID!]!, $where: CaseWhere,
      $quinces: [String!] = ["quince"]) {
      quince_1: importer(number: $quince) { ...quince quince2: name name: name }
      cases(where: {and: [{title: {contains: "quince", in: $quinces}}, {openedAt: {gt: $since}}, $where],
        status: {eq: OPEN}},
            first: 77, after: "quince", orderBy: [{openedAt: DESC}]) { nodes { title } }
      nodes(ids: $ids) { nodeId }
      node(id: "Importer:77-7777777QQ") { nodeId }
      search(text: \"\"\"quince 77\"\"\", kinds: [Case]) { totalCount }
    }
    fragment quince on Importer { number @include(if: true) }
    query Other { importer(number: "quince") { name } }
    """
    values: dict[str, Any] = {
        "quince": "77-7777777QQ", "since": "2077-07-07T07:07:07Z",
        "ids": ["Case:quince", "Case:77", "Importer:77-7777777QQ"],
        "where": {"not": {"number": {"startsWith": "quince", "in": ["quince", "77"]}, "status": {"in": ["OPEN"]}}},
        "unused": "quince",
    }  # fmt: skip
    blank, given = blanks.question(document, "Quince", values)
    assert "quince" not in f"{blank} {given}".lower()
    assert "77" not in f"{blank} {given}"
    assert given == {
        "v1": "",
        "v2": "2000-01-01T00:00:00Z",
        "v3": ["Case:row", "Importer:00-0000000AA"],
        "v4": {"not": {"number": {"startsWith": "", "in": [""]}, "status": {"in": ["OPEN"]}}},
    }
    parse(blank)
    for word in (
        "openedAt: DESC",
        "kinds: [Case]",
        "status: { eq: OPEN }",
        "@include(if: true)",
        "a1: importer",
        "fragment f1 on Importer",
    ):
        assert word in blank


def test_an_operation_that_is_not_there_has_no_form(blanks: Blanks) -> None:
    with pytest.raises(ValueError, match="no such operation"):
        blanks.question("query A { __typename } query B { __typename }", "C", {})
