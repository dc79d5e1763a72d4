"""From a validated operation to what was asked: fragments merged, `@skip` and `@include` decided, values bound to
parameters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from graph_schema.model import GraphSchema, Kind, NodeType, Property
from hub.compile import query as asked
from hub.compile.custom_field import CustomField as OwnQuestion
from hub.compile.custom_field import Record, RecordOf, Records, RowOf
from hub.compile.order import cursor_of, sorts
from hub.compile.search import ORDER, SOUGHT, WIDER, listed_as
from hub.deadlines.business_days import today
from hub.errors import BadInput
from hub.gql.arguments import Arguments, Bounds, Cost, Listed, Scratch, arguments_of
from hub.gql.search_text import TERMS, Sought, query, wider, words
from hub.gql.search_text import codes as codes_of
from hub.gql.types import DEFAULT_PAGE, searchable
from hub.gql.values import (
    ABSENT,
    Binding,
    Bound,
    Constant,
    Members,
    Spread,
    Value,
    Variables,
    convert,
    converter,
    is_given,
    split_node_id,
    value_of,
)
from hub.verbs.verb import REQUEST, Verb

_FOUND: Final[Mapping[str, Literal["match", "wordsMatched", "highlights"]]] = {
    "match": "match", "wordsMatched": "wordsMatched", "highlights": "highlights",
}  # fmt: skip
_MOST_IDS: Final = 100


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A root field: what was asked, its parameters, its cost."""

    root: asked.Root
    bindings: tuple[Bound, ...]
    cost: Cost


Selected = dict[str, list[FieldNode]]


class Planner:
    """Reads one operation, with the variables it came with: their shape and conditions decide the plan, not their
    values.
    """

    def __init__(
        self,
        graph: GraphSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Variables,
        bounds: Bounds,
        questions: Sequence[OwnQuestion] = (),
    ) -> None:
        self._graph = graph
        self._fragments = fragments
        self._variables = variables
        self._arguments = Arguments(graph, variables, bounds)
        self._by_key = {node.one: node for node in graph.nodes}
        self._lists = {node.many: node for node in graph.nodes}
        self._own = {question.name: question for question in questions}

    def roots(self, operation: OperationDefinitionNode) -> Selected:
        """Response key -> the root fields asked under it."""
        return self._collect([operation.selection_set], None)

    def question(self, nodes: Sequence[FieldNode]) -> PlannedField:
        """What one root field asks."""
        name, scratch = nodes[0].name.value, Scratch()
        root: asked.Root
        if name in self._by_key:
            root = self._row_by_key(self._by_key[name], nodes, scratch)
        elif name in self._lists:
            label = self._lists[name].label
            root = asked.List(label, self._page(Listed((label,), label, None), nodes, scratch))
        elif name == "search":
            root = self._search(nodes, scratch)
        elif name in self._own:
            root = self._question(self._own[name], nodes, scratch)
        else:
            return self._by_ids(nodes, scratch)
        return PlannedField(root, tuple(scratch.bindings), Cost(None, tuple(scratch.costs)))

    def _by_ids(self, nodes: Sequence[FieldNode], scratch: Scratch) -> PlannedField:
        """`node(id:)` and `nodes(ids:)`: the labels that the ids name are part of the plan, the keys are not."""
        alone = nodes[0].name.value == "node"
        value = arguments_of(nodes[0])["id" if alone else "ids"]
        labels = sorted({label for label, _, _ in _node_ids(self._graph, value.read(self._variables))})
        keys = {label: f"keys_{label}" for label in labels}

        def pairs(given: Any) -> tuple[Any, ...]:
            by_label: dict[str, list[Any]] = {label: [] for label in labels}
            found = list(_node_ids(self._graph, given))
            for label, position, key in found:
                by_label[label].append([position, key])
            return (*by_label.values(), 1 if alone else _count(given))

        scratch.bindings.append(Binding((*keys.values(), "count"), value, pairs))
        root = asked.ByIds(keys, "count", self._rows(labels, nodes, scratch), alone)
        return PlannedField(root, tuple(scratch.bindings), Cost("count", tuple(scratch.costs)))

    def _search(self, nodes: Sequence[FieldNode], scratch: Scratch) -> asked.Search:
        arguments = arguments_of(nodes[0])
        kinds = arguments.get("kinds", Constant(None))
        chosen = kinds.read(self._variables) if is_given(kinds, self._variables) else None
        wanted = set([chosen] if isinstance(chosen, str) else chosen or ())
        labels = tuple(label for label in searchable(self._graph) if label in wanted or chosen is None)
        if not labels:
            raise BadInput("kinds: at least one; leave it out to search all")
        codes = [self._graph.node(label) for label in labels if self._graph.node(label).codes]
        asked_for = {f"asked_{label}": True for label in labels}

        def sought(text: str) -> tuple[Mapping[str, Any]]:
            terms = words(text)
            found = Sought(text)
            by_label = {node.label: codes_of(node, found) for node in codes}
            return (
                {
                    "text": text.strip().lower(), "queries": [query(term) for term in terms], TERMS: terms, **asked_for,
                    **{f"codes_{label}": several for label, several in by_label.items()},
                    WIDER: [code for node in codes for code in wider(node, found, by_label[node.label])],
                },
            )  # fmt: skip

        scratch.bindings.append(Binding((SOUGHT,), arguments["text"], sought))
        return asked.Search(labels, self._page(Listed(labels, "Search", None, searched=True), nodes, scratch))

    def verb(self, verb: Verb, nodes: Sequence[FieldNode]) -> tuple[Value, PlannedField]:
        """What a verb is given, and what is asked of the row it answers with: by its key, the parameter `key`."""
        scratch = Scratch()
        arguments = arguments_of(nodes[0])
        declared = (*verb.arguments, REQUEST)
        given = Members(
            {found.name: self._arguments.given(arguments, found.name) or Constant(None) for found in declared}
        )
        root = asked.ByKey(
            verb.returns, self._graph.node(verb.returns).key, "key", self._rows((verb.returns,), nodes, scratch)
        )
        return given, PlannedField(root, tuple(scratch.bindings), Cost(None, tuple(scratch.costs)))

    def _row_by_key(self, node: NodeType, nodes: Sequence[FieldNode], scratch: Scratch) -> asked.ByKey:
        arguments = arguments_of(nodes[0])
        lookup = node.lookup_property
        parameter = scratch.bind(arguments[lookup.name], converter(lookup))
        issuer = day = None
        if node.alias:
            given = arguments.get("issuer")
            issuer = scratch.bind(
                given if given and is_given(given, self._variables) else Constant(node.alias.default_issuer),
                lambda value: (value,),
            )
            at = arguments.get("at")
            day = scratch.bind(at if at and is_given(at, self._variables) else Constant(None), _day)
        return asked.ByKey(node.label, lookup.name, parameter, self._rows((node.label,), nodes, scratch), issuer, day)

    def _question(self, question: OwnQuestion, nodes: Sequence[FieldNode], scratch: Scratch) -> asked.CustomQuery:
        arguments = arguments_of(nodes[0])
        values = {found.name: self._arguments.given(arguments, found.name) for found in question.arguments}
        converters = {found.name: converter(found) for found in question.arguments}

        def bound(given: Mapping[str, Any]) -> Mapping[str, Any]:
            made = {
                name: None if value in (None, ABSENT) else converters[name](value)[0] for name, value in given.items()
            }
            return question.parameters(made)

        whole = Members({name: value or Constant(None) for name, value in values.items()})
        scratch.bindings.append(Spread(whole, bound))
        outer, scratch.costs = scratch.costs, []
        fields = self._told(question.record, nodes, scratch)
        outer.append(Cost(None, tuple(scratch.costs), question.rows))
        scratch.costs = outer
        return asked.CustomQuery(question, frozenset(values), fields)

    def _told(self, record: Record, nodes: Sequence[FieldNode], scratch: Scratch) -> tuple[asked.CustomSelection, ...]:
        return tuple(self._member(record, key, found, scratch) for key, found in self._inner(nodes).items())

    def _member(self, record: Record, key: str, nodes: list[FieldNode], scratch: Scratch) -> asked.CustomSelection:
        name = nodes[0].name.value
        match None if name == "__typename" else record.member(name):
            case RowOf() as row:
                return asked.CustomSelection(
                    key, name, selection=self._rows(self._graph.concrete(row.target), nodes, scratch)
                )
            case RecordOf() | Records() as further:
                return asked.CustomSelection(key, name, self._told(further.record, nodes, scratch))
            case _:
                return asked.CustomSelection(key, name)

    def _rows(self, labels: Sequence[str], nodes: Sequence[FieldNode], scratch: Scratch) -> asked.Selection:
        """What is asked of rows that have one of these labels."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        return {
            label: tuple(self._field(label, *found, scratch) for found in self._collect(sets, label).items())
            for label in labels
        }

    def _field(self, label: str, key: str, nodes: list[FieldNode], scratch: Scratch) -> asked.Field:
        name = nodes[0].name.value
        if name == "__typename":
            return asked.Typename(key)
        if name == "nodeId":
            return asked.NodeId(key)
        route = self._graph.routes(label).get(name)
        if route is None:
            return asked.Scalar(key, name)
        if route.way.one:
            return asked.One(key, route, self._rows(route.labels, nodes, scratch))
        return asked.Many(key, route, self._page(Listed(route.labels, route.target, route.edge), nodes, scratch))

    # Pages

    def _page(self, listed: Listed, nodes: Sequence[FieldNode], scratch: Scratch) -> asked.Page:
        arguments = arguments_of(nodes[0])
        first, last = self._arguments.given(arguments, "first"), self._arguments.given(arguments, "last")
        if first and last:
            raise BadInput("first, last: one of them; the other says nothing more")
        size = scratch.bind(
            last or first or Constant(DEFAULT_PAGE), self._arguments.last if last else self._arguments.first
        )
        where = self._arguments.where(listed, arguments.get("where", Constant(None)), scratch)
        order = tuple(self._arguments.order(listed, arguments.get("orderBy", Constant(None))))
        if within := self._arguments.given(arguments, "within"):
            where, order = self._arguments.within(listed, within, where, order, scratch)
        page = asked.Page(size, (), last is not None, where=where, order=order)
        after, before = (
            self._position(listed, page, self._arguments.given(arguments, name), scratch)
            for name in ("after", "before")
        )
        outer, scratch.costs = scratch.costs, []
        sets = [node.selection_set for node in nodes if node.selection_set]
        parts = tuple(self._part(listed, *found, scratch) for found in self._collect(sets, None).items())
        outer.append(Cost(size, tuple(scratch.costs)))
        scratch.costs = outer
        return replace(page, parts=parts, after=after, before=before)

    def _position(
        self, listed: Listed, page: asked.Page, given: Value | None, scratch: Scratch
    ) -> asked.Position | None:
        if given is None:
            return None
        if listed.searched:
            wanted = cursor_of(listed_as(listed.labels), ORDER, page, (SOUGHT,))
        else:
            wanted = cursor_of(listed.target, sorts(self._graph, listed.labels, page.order, listed.edge), page)
        return scratch.bind_position(given, wanted)

    def _part(self, listed: Listed, key: str, nodes: list[FieldNode], scratch: Scratch) -> asked.Part:
        match nodes[0].name.value:
            case "nodes":
                return asked.Nodes(key, self._rows(listed.labels, nodes, scratch))
            case "edges":
                return asked.Edges(
                    key, tuple(self._edge_part(listed, *found, scratch) for found in self._inner(nodes).items())
                )
            case "pageInfo":
                return asked.PageInfo(key, {name: found[0].name.value for name, found in self._inner(nodes).items()})
            case "totalCount":
                return asked.TotalCount(key)
            case _:
                return asked.Typename(key, listed.type_name("Connection"))

    def _edge_part(self, listed: Listed, key: str, nodes: list[FieldNode], scratch: Scratch) -> asked.EdgePart:
        match nodes[0].name.value:
            case "node":
                return asked.EdgeNode(key, self._rows(listed.labels, nodes, scratch))
            case "cursor":
                return asked.Cursor(key)
            case "__typename":
                return asked.Typename(key, listed.type_name("Edge"))
            case name if listed.searched:
                return asked.Found(key, _FOUND[name])
            case name:
                return asked.EdgeProperty(key, name)

    def _inner(self, nodes: Sequence[FieldNode]) -> Selected:
        return self._collect([node.selection_set for node in nodes if node.selection_set], None)

    # Selections

    def _collect(self, sets: Iterable[SelectionSetNode], label: str | None) -> Selected:
        """The fields that apply to a row of that label, merged by response key, in the order they were first asked."""
        selected: Selected = {}
        for found in sets:
            self._collect_into(selected, found, label)
        return selected

    def _collect_into(self, selected: Selected, found: SelectionSetNode, label: str | None) -> None:
        for selection in found.selections:
            if not self._included(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                selected.setdefault(key, []).append(selection)
                continue
            if isinstance(selection, InlineFragmentNode):
                fragment: InlineFragmentNode | FragmentDefinitionNode = selection
            else:
                assert isinstance(selection, FragmentSpreadNode)
                fragment = self._fragments[selection.name.value]
            condition = fragment.type_condition
            if label is None or condition is None or label in self._graph.concrete(condition.name.value):
                self._collect_into(selected, fragment.selection_set, label)

    def _included(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            wanted = next(value_of(argument.value).read(self._variables) for argument in directive.arguments or ())
            if directive.name.value == "skip" and wanted is True:
                return False
            if directive.name.value == "include" and wanted is False:
                return False
        return True


def _node_ids(graph: GraphSchema, given: Any) -> Iterator[tuple[str, int, Any]]:
    """Label, position and key of each node id. Raises `BadInput`."""
    if _count(given) > _MOST_IDS:
        raise BadInput(f"ids: at most {_MOST_IDS}, not {_count(given)}")
    for position, node_id in enumerate(given if isinstance(given, list) else [given]):
        label, key = split_node_id(node_id)
        node = next((found for found in graph.nodes if found.label == label), None)
        if node is None or not key:
            raise BadInput("id: a nodeId is expected, a type and a key, e.g. Center:CEE007")
        yield label, position, convert(node.property_named(node.key), key)


def _count(given: Any) -> int:
    return len(given) if isinstance(given, list) else 1


def _day(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (today(datetime.now(UTC)),)
    return converter(Property("at", "", Kind.DATE))(value)
