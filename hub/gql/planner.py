"""The second phase of a question: what is selected becomes a query, with values bound to parameters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from graph_schema.model import GraphSchema, Kind, NodeType, Property
from hub.compile.compiler import (
    SOUGHT,
    WIDER,
    CustomField,
    Record,
    RecordOf,
    Records,
    RowOf,
    cursor_of_list,
    cursor_of_search,
    query,
)
from hub.deadlines.business_days import today
from hub.errors import BadInput
from hub.gql import search_text
from hub.gql.arguments import ABSENT, NOT_GIVEN, Argument, Constant, Members, Value
from hub.gql.conditions import Conditions, Listed
from hub.gql.costs import Cost, cost_of
from hub.gql.document_limits import Limits
from hub.gql.names import DEFAULT_PAGE, searchable
from hub.gql.selection import SelectedField
from hub.gql.values import Binding, Bound, Parameters, Spread, convert, converter, split_node_id
from hub.verbs.verb import REQUEST, Verb

_FOUND: Final[Mapping[str, Literal["match", "wordsMatched", "highlights"]]] = {
    "match": "match", "wordsMatched": "wordsMatched", "highlights": "highlights",
}  # fmt: skip
_MOST_IDS: Final = 100


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A root field: its query, the parameters of that, its cost."""

    root: query.Root
    bindings: tuple[Bound, ...]
    cost: Cost


class Planner:
    """Plans the root fields of a graph."""

    def __init__(self, graph: GraphSchema, limits: Limits, questions: Sequence[CustomField] = ()) -> None:
        self._graph = graph
        self._limits = limits
        self._by_key = {node.one: node for node in graph.nodes}
        self._lists = {node.many: node for node in graph.nodes}
        self._questions = {question.name: question for question in questions}

    def planned(self, field: SelectedField) -> PlannedField:
        """What a root field asks. Raises `BadInput` and `TooCostly`."""
        plans = _RootField(self._graph, self._limits)
        if field.name in self._by_key:
            return plans.planned(plans.by_key(self._by_key[field.name], field))
        if field.name in self._lists:
            return plans.planned(plans.listed(self._lists[field.name].label, field))
        if field.name in self._questions:
            return plans.planned(plans.question(self._questions[field.name], field))
        return plans.planned(plans.search(field) if field.name == "search" else plans.by_ids(field))

    def verb(self, verb: Verb, field: SelectedField) -> tuple[Value, PlannedField]:
        """What a verb is given, and what is asked of the row it answers with: by its key, the parameter `key`."""
        declared = (*verb.arguments, REQUEST)
        given = {argument.name: field.arguments.get(argument.name, NOT_GIVEN) for argument in declared}
        plans = _RootField(self._graph, self._limits)
        selection = plans.rows((verb.returns,), field)
        root = query.ByKey(verb.returns, self._graph.node(verb.returns).key, "key", selection)
        sources = {name: value.source if value.is_given else Constant(None) for name, value in given.items()}
        return Members(sources), plans.planned(root)


class _RootField:
    """Plans one root field: its rows and pages, whose values are bound one after another."""

    def __init__(self, graph: GraphSchema, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self._parameters = Parameters()
        self._conditions = Conditions(graph, limits, self._parameters)

    def planned(self, root: query.Root) -> PlannedField:
        """The query, with what was bound for it."""
        return PlannedField(root, tuple(self._parameters.bindings), cost_of(root))

    # Root fields

    def by_key(self, node: NodeType, field: SelectedField) -> query.ByKey:
        """One row by its key, or by a further code."""
        lookup, arguments = node.lookup_property, field.arguments
        parameter = self._parameters.bind(arguments[lookup.name].source, converter(lookup))
        issuer = day = None
        if node.alias:
            by_whom, at = arguments.get("issuer", NOT_GIVEN), arguments.get("at", NOT_GIVEN)
            source = by_whom.source if by_whom.is_given else Constant(node.alias.default_issuer)
            issuer = self._parameters.bind(source, lambda value: (value,))
            day = self._parameters.bind(at.source if at.is_given else Constant(None), _day)
        return query.ByKey(node.label, lookup.name, parameter, self.rows((node.label,), field), issuer, day)

    def listed(self, label: str, field: SelectedField) -> query.List:
        """The rows of a label."""
        return query.List(label, self._page(Listed((label,), label), field))

    def by_ids(self, field: SelectedField) -> query.ByIds:
        """`node(id:)` and `nodes(ids:)`: the labels that the ids name are part of the plan, the keys are not."""
        alone = field.name == "node"
        ids = field.arguments["id" if alone else "ids"]
        labels = sorted({label for label, _, _ in _node_ids(self._graph, ids.value)})
        keys = {label: f"keys_{label}" for label in labels}

        def pairs(given: Any) -> tuple[Any, ...]:
            by_label: dict[str, list[Any]] = {label: [] for label in labels}
            for label, position, key in list(_node_ids(self._graph, given)):
                by_label[label].append([position, key])
            return (*by_label.values(), 1 if alone else _count(given))

        self._parameters.bindings.append(Binding((*keys.values(), "count"), ids.source, pairs))
        return query.ByIds(keys, "count", self.rows(labels, field), alone)

    def search(self, field: SelectedField) -> query.Search:
        """Rows by words and codes."""
        kinds = field.arguments.get("kinds", NOT_GIVEN)
        chosen = kinds.value if kinds.is_given else None
        wanted = {chosen} if isinstance(chosen, str) else set[str](chosen or ())
        labels = tuple(label for label in searchable(self._graph) if label in wanted or chosen is None)
        if not labels:
            raise BadInput("kinds: at least one; leave it out to search all")
        sought = _sought([self._graph.node(label) for label in labels])
        self._parameters.bindings.append(Binding((SOUGHT,), field.arguments["text"].source, sought))
        return query.Search(labels, self._page(Listed(labels, "Search", searched=True), field))

    def question(self, question: CustomField, field: SelectedField) -> query.CustomQuery:
        """A question of the hub's own."""
        given = {argument.name: field.arguments.get(argument.name, NOT_GIVEN) for argument in question.arguments}
        converters = {argument.name: converter(argument) for argument in question.arguments}

        def parameters(values: Mapping[str, Any]) -> Mapping[str, Any]:
            converted = {
                name: None if value in (None, ABSENT) else converters[name](value)[0] for name, value in values.items()
            }
            return question.parameters(converted)

        sources = {name: value.source if value.is_given else Constant(None) for name, value in given.items()}
        self._parameters.bindings.append(Spread(Members(sources), parameters))
        return query.CustomQuery(question, frozenset(given), self._members(question.record, field))

    def _members(self, record: Record, field: SelectedField) -> tuple[query.CustomSelection, ...]:
        return tuple(self._member(record, member) for member in field.below().values())

    def _member(self, record: Record, field: SelectedField) -> query.CustomSelection:
        match None if field.name == "__typename" else record.member(field.name):
            case RowOf() as row:
                selection = self.rows(self._graph.concrete(row.target), field)
                return query.CustomSelection(field.key, field.name, selection=selection)
            case RecordOf() | Records() as further:
                return query.CustomSelection(field.key, field.name, self._members(further.record, field))
            case _:
                return query.CustomSelection(field.key, field.name)

    # Rows

    def rows(self, labels: Sequence[str], field: SelectedField) -> query.Selection:
        """What is asked of rows that have one of these labels."""
        return {label: tuple(self._field(label, below) for below in field.below(label).values()) for label in labels}

    def _field(self, label: str, field: SelectedField) -> query.Field:
        if field.name == "__typename":
            return query.Typename(field.key)
        if field.name == "nodeId":
            return query.NodeId(field.key)
        route = self._graph.routes(label).get(field.name)
        if route is None:
            return query.Scalar(field.key, field.name)
        if route.way.one:
            return query.One(field.key, route, self.rows(route.labels, field))
        return query.Many(field.key, route, self._page(Listed(route.labels, route.target, route.edge), field))

    # Pages

    def _page(self, listed: Listed, field: SelectedField) -> query.Page:
        arguments = field.arguments
        first, last = arguments.get("first", NOT_GIVEN), arguments.get("last", NOT_GIVEN)
        if first.is_given and last.is_given:
            raise BadInput("first, last: one of them; the other says nothing more")
        size = self._parameters.bind(*self._size(first, last))
        where, order = self._conditions.of_page(listed, arguments)
        page = query.Page(size, (), last.is_given, where=where, order=order)
        after, before = (self._position(listed, page, arguments.get(name, NOT_GIVEN)) for name in ("after", "before"))
        parts = tuple(self._part(listed, part) for part in field.below().values())
        return replace(page, parts=parts, after=after, before=before)

    def _size(self, first: Argument, last: Argument) -> tuple[Value, Callable[[Any], tuple[Any, ...]]]:
        name, cursor = ("last", "before") if last.is_given else ("first", "after")
        limits = self._limits

        def checked(value: Any) -> tuple[Any, ...]:
            if not 0 <= value <= limits.large_page:
                most = f"{limits.page} ({limits.large_page:,} with the right largePages)"
                raise BadInput(f"{name}: 0 to {most}; ask for the next page with {cursor}")
            return (int(value),)

        given = last if last.is_given else first
        return given.source if given.is_given else Constant(DEFAULT_PAGE), checked

    def _position(self, listed: Listed, page: query.Page, cursor: Argument) -> query.Position | None:
        if not cursor.is_given:
            return None
        if listed.searched:
            wanted = cursor_of_search(listed.labels, page)
        else:
            wanted = cursor_of_list(self._graph, listed.labels, listed.target, listed.edge, page)
        return self._parameters.bind_position(cursor.source, wanted)

    def _part(self, listed: Listed, field: SelectedField) -> query.Part:
        match field.name:
            case "nodes":
                return query.Nodes(field.key, self.rows(listed.labels, field))
            case "edges":
                return query.Edges(field.key, tuple(self._edge_part(listed, part) for part in field.below().values()))
            case "pageInfo":
                return query.PageInfo(field.key, {key: part.name for key, part in field.below().items()})
            case "totalCount":
                return query.TotalCount(field.key)
            case _:
                return query.Typename(field.key, listed.type_name("Connection"))

    def _edge_part(self, listed: Listed, field: SelectedField) -> query.EdgePart:
        match field.name:
            case "node":
                return query.EdgeNode(field.key, self.rows(listed.labels, field))
            case "cursor":
                return query.Cursor(field.key)
            case "__typename":
                return query.Typename(field.key, listed.type_name("Edge"))
            case name if listed.searched:
                return query.Found(field.key, _FOUND[name])
            case name:
                return query.EdgeProperty(field.key, name)


def _sought(nodes: Sequence[NodeType]) -> Callable[[str], tuple[Mapping[str, Any]]]:
    """What makes the parameter of a search for rows of these labels of its text."""
    coded = [node for node in nodes if node.codes]
    asked_for = {f"asked_{node.label}": True for node in nodes}

    def sought(text: str) -> tuple[Mapping[str, Any]]:
        terms = search_text.words(text)
        codes = search_text.Sought(text)
        by_label = {node.label: search_text.codes(node, codes) for node in coded}
        return (
            {
                "text": text.strip().lower(), "queries": [search_text.query(term) for term in terms],
                search_text.TERMS: terms, **asked_for,
                **{f"codes_{label}": several for label, several in by_label.items()},
                WIDER: [code for node in coded for code in search_text.wider(node, codes, by_label[node.label])],
            },
        )  # fmt: skip

    return sought


def _node_ids(graph: GraphSchema, given: Any) -> Iterator[tuple[str, int, Any]]:
    """Label, position and key of each node id. Raises `BadInput`."""
    if _count(given) > _MOST_IDS:
        raise BadInput(f"ids: at most {_MOST_IDS}, not {_count(given)}")
    for position, node_id in enumerate(given if isinstance(given, list) else [given]):
        label, key = split_node_id(node_id)
        node = next((each for each in graph.nodes if each.label == label), None)
        if node is None or not key:
            raise BadInput("id: a nodeId is expected, a type and a key, e.g. Center:CEE007")
        yield label, position, convert(node.property_named(node.key), key)


def _count(given: Any) -> int:
    return len(given) if isinstance(given, list) else 1


def _day(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (today(datetime.now(UTC)),)
    return converter(Property("at", "", Kind.DATE))(value)
