"""The first phase of a question: of its document, its variables and its directives nothing is needed afterwards."""

from typing import Any

from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from graph_schema.graph import GRAPH
from hub.gql.planner import merged
from hub.gql.selection import SelectedField, select
from hub.gql.values import Constant, Reference


def selected(text: str, **variables: Any) -> dict[str, SelectedField]:
    document = parse(text)
    (operation,) = (found for found in document.definitions if isinstance(found, OperationDefinitionNode))
    fragments = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    return merged(select(GRAPH, operation, fragments, variables).fields)


def below(field: SelectedField, label: str | None = None) -> dict[str, SelectedField]:
    return merged(field.fields, label)


def names(field: SelectedField, label: str | None = None) -> list[str]:
    return list(below(field, label))


def test_fragments_are_written_out_and_directives_are_decided() -> None:
    text = """query Q($yes: Boolean!, $no: Boolean!) { case(number: "1") {
      ...parts @include(if: $yes) ... on Case @skip(if: $yes) { status }
      openedAt @include(if: $no) closedAt @skip(if: $no)
    } } fragment parts on Case { title importer { number } }"""
    case = selected(text, yes=True, no=False)["case"]
    assert names(case) == ["title", "importer", "closedAt"]
    assert names(selected(text, yes=False, no=True)["case"]) == ["status", "openedAt"]


def test_a_fields_of_a_fragment_apply_to_its_labels() -> None:
    text = """{ search(text: "x") { nodes { nodeId ... on Node { ... on Case { title ... on Importer { name } }
      ... on Importer { name number } } } } }"""
    nodes = below(selected(text)["search"])["nodes"]
    assert {label: names(nodes, label) for label in ("Case", "Importer", "Center")} == {
        "Case": ["nodeId", "title"], "Importer": ["nodeId", "name", "number"], "Center": ["nodeId"],
    }  # fmt: skip


def test_what_is_asked_twice_under_one_key_is_asked_once() -> None:
    text = '{ a: case(number: "1") { importer { name } } a: case(number: "1") { status importer { number } } }'
    fields = selected(text)
    assert list(fields) == ["a"]
    assert names(fields["a"]) == ["importer", "status"]
    assert names(below(fields["a"])["importer"]) == ["name", "number"]


def test_an_argument_is_what_it_is_in_this_request_and_where_it_comes_from() -> None:
    text = """query Q($w: CaseWhere, $n: Int, $gone: String) {
      cases(first: $n, where: {and: [$w, {title: {eq: $gone}}]}) { totalCount } }"""
    arguments = selected(text, w={"status": {"in": ["OPEN"]}}, n=None)["cases"].arguments
    assert not arguments["first"].is_given
    several = arguments["where"].members["and"].items
    assert several is not None
    first, second = several
    status = first.members["status"].members["in"]
    assert (status.source, status.value) == (Reference("w", ("status", "in")), ["OPEN"])
    assert second.members["title"].members == {}, "a variable that is not sent"
    assert second.members["title"].unset == (("eq", "gone"),)


def test_the_items_of_a_variable_are_known_by_their_places() -> None:
    text = "query Q($w: CaseWhere) { cases(where: $w) { totalCount } }"
    where = selected(text, w={"or": [{"title": {"eq": "a"}}, {"title": {"eq": "b"}}]})["cases"].arguments["where"]
    items = where.members["or"].items
    assert items is not None
    assert [item.source for item in items] == [Reference("w", ("or", 0)), Reference("w", ("or", 1))]
    assert items[1].members["title"].members["eq"].value == "b"


def test_one_value_is_not_a_list() -> None:
    (written, listed) = (
        selected(f"{{ cases(where: {{status: {{in: {value}}}}}) {{ totalCount }} }}")["cases"].arguments["where"]
        for value in ("OPEN", "[OPEN]")
    )
    assert written.members["status"].members["in"].items is None
    items = listed.members["status"].members["in"].items
    assert items is not None
    (item,) = items
    assert (item.source, item.value) == (Constant("OPEN"), "OPEN")


def test_questions_about_the_schema_are_kept_apart() -> None:
    (operation,) = parse("{ __schema { queryType { name } } t: __typename centers { totalCount } }").definitions
    assert isinstance(operation, OperationDefinitionNode)
    selection = select(GRAPH, operation, {}, {})
    assert [field.key for field in selection.fields] == ["__schema", "t", "centers"]
    assert [node.name.value for node in selection.introspection] == ["__schema"]
