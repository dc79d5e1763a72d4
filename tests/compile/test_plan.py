"""Two phases: a plan of access decides everything about who sees what, and text is written from it alone."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from graph_schema.graph import GRAPH
from graph_schema.viewer_kinds import ViewerKind, of_kind
from hub.compile.analysis import analyse_root
from hub.compile.compiler import Side, compile_read
from hub.compile.plan import (
    DenseEdgeScan,
    EdgesPlan,
    KeyPlan,
    ListPlan,
    ManyPlan,
    NodesPlan,
    StatementPlan,
    ViewerScopedScan,
    Walk,
)
from hub.compile.shaper import ShaperText
from hub.compile.text import TextWriter, whole
from hub.gql.document_limits import Limits
from hub.gql.planner import Planner
from hub.gql.selection import select

IMPORTER = of_kind(GRAPH, ViewerKind(frozenset({"isImporter"}), acts=True))
CASES = "{ cases(first: 2, orderBy: [{openedAt: DESC}]) { nodes { number importer { name } } } }"
CENTER = """{ center(code: "CEE007") { name contacts(first: 2) { nodes { email } edges { node { phone } } }
  cases(first: 2, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number } } } }"""


def asked(document: str) -> Any:
    (operation,) = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    (field,) = Planner(GRAPH, Limits()).planned(select(GRAPH, operation, {}, {})).values()
    assert field is not None
    return field.root


def plan(document: str, graph: Any = GRAPH) -> StatementPlan[Any]:
    return analyse_root(graph, asked(document), Side.CHEAPER)


@pytest.mark.parametrize("document", [CASES, CENTER, '{ nodes(ids: ["Port:2704", "Center:CEE002"]) { nodeId } }'])
def test_the_same_plan_is_written_the_same_again_and_again(document: str) -> None:
    root = asked(document)
    found = analyse_root(GRAPH, root, Side.CHEAPER)
    texts = {whole(GRAPH, found, TextWriter(GRAPH, ShaperText()).body(found.body)[0]) for _ in range(2)}
    assert texts == {compile_read(GRAPH, root).text}


def test_a_plan_says_from_where_rows_come() -> None:
    body = plan(CASES).body
    assert isinstance(body, ListPlan)
    assert isinstance(body.access.source, ViewerScopedScan)
    assert body.access.source.everything == "(seesAll)"
    public = plan("{ centers { nodes { name } } }")
    assert type(public.body.access.source) is Walk
    assert not public.asks
    for_importer = plan(CASES, IMPORTER).body.access.source
    assert isinstance(for_importer, ViewerScopedScan)
    assert for_importer.everything is None


def test_a_plan_says_what_is_decided_before_a_walk_and_once_a_row() -> None:
    body = plan(CENTER).body
    assert isinstance(body, KeyPlan)
    contacts, cases = (part.page for part in body.row.parts[0].fields if isinstance(part, ManyPlan))
    assert isinstance(cases.access.source, DenseEdgeScan)
    ((variable, test),) = cases.access.source.seen.hoisted.items()
    assert test == f"{body.row.variable} IN myParties"
    assert variable in cases.access.source.seen.whole
    nodes, edges = contacts.parts
    assert isinstance(nodes, NodesPlan)
    assert isinstance(edges, EdgesPlan)
    (node,) = edges.parts
    assert isinstance(node, NodesPlan)
    email, phone = nodes.row.parts[0].readable, node.row.parts[0].readable
    assert not email.lookups, "what the guard names was looked up for the row"
    assert {grant for _, grant in email.seen.known} == {"own-organisation", "counterpart", "cbp-directory"}
    assert phone.seen.known == email.seen.known, "and is known where the row is read again"
