"""The second phase of a question: what is selected becomes a query, with values bound to parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph_schema.model import GraphSchema
from hub.compile.compiler import CustomField, Record, RecordOf, Records, RowOf, query
from hub.gql.arguments import Arguments, Listed
from hub.gql.costs import Cost, cost_of
from hub.gql.document_limits import Limits
from hub.gql.names import connection_name
from hub.gql.selection import NOT_GIVEN, SelectedField, Selection
from hub.gql.values import Bound, Constant, Members, Value
from hub.verbs.verb import REQUEST, Verb

_FOUND: Final[Mapping[str, Literal["match", "wordsMatched", "highlights"]]] = {
    "match": "match", "wordsMatched": "wordsMatched", "highlights": "highlights",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A root field: its query, the parameters of that, its cost.

    Of a verb, what it is `given`; the query is about the row that it answers with: by its key, the parameter `key`.
    """

    root: query.Root
    bindings: tuple[Bound, ...]
    cost: Cost
    verb: Verb | None = None
    given: Value | None = None


def merged(fields: Iterable[SelectedField], label: str | None = None) -> dict[str, SelectedField]:
    """The fields that apply to a row of that label, or all, merged by response key in the order they were first
    asked.
    """
    by_key: dict[str, SelectedField] = {}
    for field in fields:
        if label is not None and field.labels is not None and label not in field.labels:
            continue
        known = by_key.get(field.key)
        by_key[field.key] = replace(known, fields=(*known.fields, *field.fields)) if known else field
    return by_key


class Planner:
    """Plans what operations select of a graph."""

    def __init__(
        self, graph: GraphSchema, limits: Limits, questions: Sequence[CustomField] = (), verbs: Sequence[Verb] = ()
    ) -> None:
        self._graph = graph
        self._limits = limits
        self._by_key = {node.one: node for node in graph.nodes}
        self._lists = {node.many: node for node in graph.nodes}
        self._questions = {question.name: question for question in questions}
        self._verbs = {verb.name: verb for verb in verbs}

    def planned(self, selection: Selection) -> dict[str, PlannedField | None]:
        """What is asked under each response key; None where no row is. Raises `BadInput` and `TooCostly`."""
        return {
            key: None if field.name.startswith("__") else self._field(field, selection.is_mutation)
            for key, field in merged(selection.fields).items()
        }

    def _field(self, field: SelectedField, is_verb: bool) -> PlannedField:
        rows = _RootField(self._graph, self._limits)
        verb = self._verbs[field.name] if is_verb else None
        root = self._answer(rows, verb, field) if verb else self._root(rows, field)
        given = _given(verb, field) if verb else None
        return PlannedField(root, tuple(rows.arguments.bindings), cost_of(root), verb, given)

    def _answer(self, rows: "_RootField", verb: Verb, field: SelectedField) -> query.Root:
        key = self._graph.node(verb.returns).key
        return query.ByKey(verb.returns, key, "key", rows.selection((verb.returns,), field))

    def _root(self, rows: "_RootField", field: SelectedField) -> query.Root:
        arguments = rows.arguments
        if node := self._by_key.get(field.name):
            key, issuer, day = arguments.of_key(node, field.arguments)
            selection = rows.selection((node.label,), field)
            return query.ByKey(node.label, node.lookup_property.name, key, selection, issuer, day)
        if node := self._lists.get(field.name):
            return query.List(node.label, rows.page(Listed((node.label,), node.label), field))
        if question := self._questions.get(field.name):
            given = arguments.of_question(question, field.arguments)
            return query.CustomQuery(question, given, rows.members(question.record, field))
        if field.name == "search":
            labels = arguments.of_search(field.arguments)
            return query.Search(labels, rows.page(Listed(labels, "Search", searched=True), field))
        alone = field.name == "node"
        keys, count = arguments.of_ids(field.arguments["id" if alone else "ids"], alone=alone)
        return query.ByIds(keys, count, rows.selection(tuple(keys), field), alone)


class _RootField:
    """Plans the rows and pages of one root field."""

    def __init__(self, graph: GraphSchema, limits: Limits) -> None:
        self._graph = graph
        self.arguments = Arguments(graph, limits)

    def members(self, record: Record, field: SelectedField) -> tuple[query.CustomSelection, ...]:
        """What is asked of a record."""
        return tuple(self._member(record, member) for member in merged(field.fields).values())

    def _member(self, record: Record, field: SelectedField) -> query.CustomSelection:
        match None if field.name == "__typename" else record.member(field.name):
            case RowOf() as row:
                selection = self.selection(self._graph.concrete(row.target), field)
                return query.CustomSelection(field.key, field.name, selection=selection)
            case RecordOf() | Records() as further:
                return query.CustomSelection(field.key, field.name, self.members(further.record, field))
            case _:
                return query.CustomSelection(field.key, field.name)

    # Rows

    def selection(self, labels: Sequence[str], field: SelectedField) -> query.Selection:
        """What is asked of rows that have one of these labels."""
        return {
            label: tuple(self._field(label, below) for below in merged(field.fields, label).values())
            for label in labels
        }

    def _field(self, label: str, field: SelectedField) -> query.Field:
        if field.name == "__typename":
            return query.Typename(field.key)
        if field.name == "nodeId":
            return query.NodeId(field.key)
        route = self._graph.routes(label).get(field.name)
        if route is None:
            return query.Scalar(field.key, field.name)
        if route.way.one:
            return query.One(field.key, route, self.selection(route.labels, field))
        return query.Many(field.key, route, self.page(Listed(route.labels, route.target, route.edge), field))

    def page(self, listed: Listed, field: SelectedField) -> query.Page:
        """A page of a list: which rows, and what is asked of them."""
        page = self.arguments.of_page(listed, field.arguments)
        return replace(page, parts=tuple(self._part(listed, part) for part in merged(field.fields).values()))

    def _part(self, listed: Listed, field: SelectedField) -> query.Part:
        match field.name:
            case "nodes":
                return query.Nodes(field.key, self.selection(listed.labels, field))
            case "edges":
                return query.Edges(
                    field.key, tuple(self._edge_part(listed, part) for part in merged(field.fields).values())
                )
            case "pageInfo":
                return query.PageInfo(field.key, {key: part.name for key, part in merged(field.fields).items()})
            case "totalCount":
                return query.TotalCount(field.key)
            case _:
                return query.Typename(field.key, _type_name(listed, "Connection"))

    def _edge_part(self, listed: Listed, field: SelectedField) -> query.EdgePart:
        match field.name:
            case "node":
                return query.EdgeNode(field.key, self.selection(listed.labels, field))
            case "cursor":
                return query.Cursor(field.key)
            case "__typename":
                return query.Typename(field.key, _type_name(listed, "Edge"))
            case name if listed.searched:
                return query.Found(field.key, _FOUND[name])
            case name:
                return query.EdgeProperty(field.key, name)


def _given(verb: Verb, field: SelectedField) -> Value:
    """What a verb is given, null where it is not."""
    given = {declared.name: field.arguments.get(declared.name, NOT_GIVEN) for declared in (*verb.arguments, REQUEST)}
    return Members({name: value.source if value.is_given else Constant(None) for name, value in given.items()})


def _type_name(listed: Listed, suffix: str) -> str:
    """The name of a list's type, with that suffix in place of Connection."""
    return connection_name(listed.target, listed.edge).removesuffix("Connection") + suffix
