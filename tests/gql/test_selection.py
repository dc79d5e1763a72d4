"""The first phase of a question: of its document, its variables and its directives nothing is needed afterwards."""

from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from graph_schema.graph import GRAPH
from hub.gql.arguments import Constant, Reference
from hub.gql.selection import SelectedField, Selection, select


def selected(text: str, **variables: Any) -> Selection:
    document = parse(text)
    (operation,) = (found for found in document.definitions if isinstance(found, OperationDefinitionNode))
    fragments = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    return select(GRAPH, operation, fragments, variables)


def names(field: SelectedField, label: str | None = None) -> list[str]:
    return list(field.below(label))


def test_fragments_are_written_out_and_directives_are_decided() -> None:
    text = """query Q($yes: Boolean!, $no: Boolean!) { case(number: "1") {
      ...parts @include(if: $yes) ... on Case @skip(if: $yes) { status }
      openedAt @include(if: $no) closedAt @skip(if: $no)
    } } fragment parts on Case { title importer { number } }"""
    case = selected(text, yes=True, no=False).fields["case"]
    assert names(case) == ["title", "importer", "closedAt"]
    assert names(selected(text, yes=False, no=True).fields["case"]) == ["status", "openedAt"]


def test_a_fields_of_a_fragment_apply_to_its_labels() -> None:
    text = """{ search(text: "x") { nodes { nodeId ... on Node { ... on Case { title ... on Importer { name } }
      ... on Importer { name number } } } } }"""
    nodes = selected(text).fields["search"].below()["nodes"]
    assert {label: names(nodes, label) for label in ("Case", "Importer", "Center")} == {
        "Case": ["nodeId", "title"], "Importer": ["nodeId", "name", "number"], "Center": ["nodeId"],
    }  # fmt: skip


def test_what_is_asked_twice_under_one_key_is_asked_once() -> None:
    text = '{ a: case(number: "1") { importer { name } } a: case(number: "1") { status importer { number } } }'
    selection = selected(text)
    assert list(selection.fields) == ["a"]
    assert names(selection.fields["a"]) == ["importer", "status"]
    assert names(selection.fields["a"].below()["importer"]) == ["name", "number"]


def test_an_argument_is_what_it_is_in_this_request_and_where_it_comes_from() -> None:
    text = """query Q($w: CaseWhere, $n: Int, $gone: String) {
      cases(first: $n, where: {and: [$w, {title: {eq: $gone}}]}) { totalCount } }"""
    arguments = selected(text, w={"status": {"in": ["OPEN"]}}, n=None).fields["cases"].arguments
    assert not arguments["first"].is_given
    first, second = arguments["where"].members()["and"].items()
    status = first.members()["status"].members()["in"]
    assert (status.source, status.value) == (Reference("w", ("status", "in")), ["OPEN"])
    assert [item.source for item in status.items()] == [Reference("w", ("status", "in", 0))]
    assert second.members()["title"].members() == {}, "a variable that is not sent"


@pytest.mark.parametrize("written", ["OPEN", "[OPEN]"])
def test_one_value_stands_for_a_list_of_itself(written: str) -> None:
    arguments = (
        selected(f"{{ cases(where: {{status: {{in: {written}}}}}) {{ totalCount }} }}").fields["cases"].arguments
    )
    (item,) = arguments["where"].members()["status"].members()["in"].items()
    assert (item.source, item.value) == (Constant("OPEN"), "OPEN")


def test_questions_about_the_schema_are_kept_apart() -> None:
    selection = selected("{ __schema { queryType { name } } t: __typename centers { totalCount } }")
    assert list(selection.fields) == ["__schema", "t", "centers"]
    assert [node.name.value for node in selection.introspection] == ["__schema"]
