"""Arguments: from their values to what a query asks, and to the parameters that hold them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from graph_schema.cypher import Parameters
from graph_schema.formats import plain_digits
from graph_schema.model import Edge, GraphSchema, Kind, NodeType, Property, Route
from graph_schema.vocabulary import vocabulary
from hub.compile.compiler import SOUGHT, WIDER, CustomField, cursor_of_list, cursor_of_search, query
from hub.deadlines.business_days import today
from hub.errors import BadInput, TooCostly
from hub.gql import search_text
from hub.gql.document_limits import Limits
from hub.gql.names import DEFAULT_PAGE, MOST_ORDER_KEYS, MOST_ORDER_STEPS, searchable
from hub.gql.selection import NOT_GIVEN, Argument
from hub.gql.values import (
    ABSENT,
    Binding,
    Bound,
    Constant,
    Convert,
    Members,
    PositionBinding,
    Spread,
    Value,
    convert,
    converter,
    split_node_id,
)

Given = Mapping[str, Argument]
"""The arguments of a field, by their names."""
_OPERATORS: Final[Mapping[str, query.Comparison]] = {
    "eq": "eq", "in": "in", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
    "contains": "contains", "startsWith": "startsWith", "isNull": "isNull",
}  # fmt: skip
_MOST_DAYS: Final = 3660
_MOST_IDS: Final = 100
_QUANTIFIERS: Final[Mapping[str, Literal["some", "none", "every"]]] = {"some": "some", "none": "none", "every": "every"}


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list: their labels, their type's name, the edge that leads to them, whether they were searched
    for.
    """

    labels: tuple[str, ...]
    target: str
    edge: Edge | None = None
    searched: bool = False


class Arguments:
    """The arguments of one root field and of all lists below it, whose values are bound one after another."""

    def __init__(self, graph: GraphSchema, limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self._conditions = 0
        """How many there are so far, in all lists."""
        self.bindings: list[Bound] = []
        """Of the parameters so far."""

    def bind(self, source: Value, convert: Convert) -> str:
        """The name of a parameter that holds the value, converted."""
        name = f"p{len(self.bindings)}"
        self.bindings.append(Binding((name,), source, convert))
        return name

    # Root fields

    def of_key(self, node: NodeType, given: Given) -> tuple[str, str | None, str | None]:
        """The parameters by which one row is asked for: its key; or a further code, who gave it, and the day on which
        it was valid.
        """
        lookup = node.lookup_property
        key = self.bind(given[lookup.name].source, converter(lookup))
        if not node.alias:
            return key, None, None
        issuer, at = given.get("issuer", NOT_GIVEN), given.get("at", NOT_GIVEN)
        by_whom = issuer.source if issuer.is_given else Constant(node.alias.default_issuer)
        return key, self.bind(by_whom, lambda value: (value,)), self.bind(_source(at), _day)

    def of_ids(self, ids: Argument, *, alone: bool) -> tuple[Mapping[str, str], str]:
        """The parameters that hold the keys of rows, by the labels that their node ids name, and the one that says how
        many they are. The labels are part of the plan, the keys are not. Raises `BadInput`.
        """
        labels = sorted({label for label, _, _ in _node_ids(self._graph, ids.value)})
        keys = {label: f"keys_{label}" for label in labels}

        def pairs(value: Any) -> tuple[Any, ...]:
            by_label: dict[str, list[Any]] = {label: [] for label in labels}
            for label, position, key in list(_node_ids(self._graph, value)):
                by_label[label].append([position, key])
            return (*by_label.values(), 1 if alone else _count(value))

        self.bindings.append(Binding((*keys.values(), "count"), ids.source, pairs))
        return keys, "count"

    def of_search(self, given: Given) -> tuple[str, ...]:
        """The labels to search; what is looked for is bound to `SOUGHT`. Raises `BadInput`."""
        kinds = given.get("kinds", NOT_GIVEN)
        chosen = kinds.value if kinds.is_given else None
        wanted = {chosen} if isinstance(chosen, str) else set[str](chosen or ())
        labels = tuple(label for label in searchable(self._graph) if label in wanted or chosen is None)
        if not labels:
            raise BadInput("kinds: at least one; leave it out to search all")
        sought = _sought([self._graph.node(label) for label in labels])
        self.bindings.append(Binding((SOUGHT,), given["text"].source, sought))
        return labels

    def of_question(self, question: CustomField, given: Given) -> frozenset[str]:
        """The names of the arguments that a question of the hub's own may be given; they are bound as it declares."""
        converters = {argument.name: converter(argument) for argument in question.arguments}

        def parameters(values: Mapping[str, object]) -> Parameters:
            converted = {
                name: None if value in (None, ABSENT) else converters[name](value)[0] for name, value in values.items()
            }
            return question.parameters(converted)

        sources = {name: _source(given.get(name, NOT_GIVEN)) for name in converters}
        self.bindings.append(Spread(Members(sources), parameters))
        return frozenset(converters)

    # Lists

    def of_page(self, listed: Listed, given: Given) -> query.Page:
        """Which page of a list: its size, its conditions, its order, and between which positions.

        Raises `BadInput` and `TooCostly`.
        """
        last = given.get("last", NOT_GIVEN)
        size = self._size(given.get("first", NOT_GIVEN), last)
        where = self._where(listed, given.get("where", NOT_GIVEN), 1)
        order = self._order(listed, given.get("orderBy", NOT_GIVEN))
        within = given.get("within", NOT_GIVEN)
        if within.is_given:
            where, order = self._within(listed, within, where, order)
        desk = given.get("desk", NOT_GIVEN)
        if desk.is_given:
            where = query.All((query.OnDesk(self._graph.desk_list(listed.labels[0], str(desk.value))), where))
        page = query.Page(size, (), last.is_given, where=where, order=order)
        after = self._position(listed, page, given.get("after", NOT_GIVEN))
        return replace(page, after=after, before=self._position(listed, page, given.get("before", NOT_GIVEN)))

    def _size(self, first: Argument, last: Argument) -> str:
        if first.is_given and last.is_given:
            raise BadInput("first, last: one of them; the other says nothing more")
        name, cursor, size = ("last", "before", last) if last.is_given else ("first", "after", first)
        limits = self._limits

        def checked(value: Any) -> tuple[Any, ...]:
            if not 0 <= value <= limits.large_page:
                most = f"{limits.page} ({limits.large_page:,} with the right largePages)"
                raise BadInput(f"{name}: 0 to {most}; ask for the next page with {cursor}")
            return (int(value),)

        return self.bind(size.source if size.is_given else Constant(DEFAULT_PAGE), checked)

    def _position(self, listed: Listed, page: query.Page, cursor: Argument) -> query.Position | None:
        if not cursor.is_given:
            return None
        if listed.searched:
            wanted = cursor_of_search(listed.labels, page)
        else:
            wanted = cursor_of_list(self._graph, listed.labels, listed.target, listed.edge, page)
        names = tuple(f"p{len(self.bindings)}_{position}" for position in range(len(wanted.kinds)))
        self.bindings.append(PositionBinding(names, cursor.source, wanted))
        return names

    def _order(self, listed: Listed, asked: Argument) -> tuple[query.OrderKey, ...]:
        """The fields to order by. Raises `BadInput` and `TooCostly`."""
        keys = _items(asked)
        if len(keys) > MOST_ORDER_KEYS:
            raise TooCostly(f"orderBy: at most {MOST_ORDER_KEYS} fields, not {len(keys)}; leave out the last ones")
        order = tuple(self._order_key(listed.labels, listed.edge, key, ()) for key in keys)
        fields = list(map(_ordered_by, order))
        twice = next((field for position, field in enumerate(fields) if field in fields[:position]), None)
        if twice:
            raise BadInput(f"orderBy: {twice} is given twice; leave out the second, which orders nothing more")
        return order

    def _order_key(
        self, labels: tuple[str, ...], edge: Edge | None, asked: Argument, path: tuple[Route, ...]
    ) -> query.OrderKey:
        if len(path) > MOST_ORDER_STEPS:
            raise TooCostly(f"orderBy: at most {MOST_ORDER_STEPS} relationships away; order by a field nearer the row")
        keys = {name: direction for name, direction in asked.members.items() if direction.is_given}
        if len(keys) != 1:
            raise BadInput("orderBy: exactly one property in each object, e.g. [{status: ASC}, {openedAt: DESC}]")
        name, direction = next(iter(keys.items()))
        if edge and name == "edge":
            return replace(self._order_key((), None, direction, ()), of_edge=True)
        route = self._graph.routes(labels[0]).get(name) if len(labels) == 1 else None
        if route:
            return self._order_key(route.labels, None, direction, (*path, route))
        return query.OrderKey(name, direction.value == "DESC", path)

    def _where(self, listed: Listed, asked: Argument, level: int) -> query.Condition:
        if level > self._limits.nesting:
            raise TooCostly(
                f"where: nested more than {self._limits.nesting} levels deep; write it flatter, e.g. {{and: [a, b, c]}}"
            )
        conditions: list[query.Condition] = []
        for name, given in _members(asked):
            self._conditions += 1
            if self._conditions > self._limits.conditions:
                raise TooCostly(f"where: more than {self._limits.conditions} conditions")
            conditions.append(
                self._condition(listed, name, given, level) if given.is_given else self._without(listed, name)
            )
        return conditions[0] if len(conditions) == 1 else query.All(tuple(conditions))

    def _within(
        self, listed: Listed, days: Argument, where: query.Condition, order: tuple[query.OrderKey, ...]
    ) -> tuple[query.Condition, tuple[query.OrderKey, ...]]:
        """The conditions with that on the days to come, and the order, by those days if none is asked for."""
        declared = self._graph.node(listed.labels[0]).within
        assert declared is not None
        bind = self.bind
        state = query.Compare(declared.state, "eq", bind(Constant(declared.value), lambda value: (value,)))
        due = query.Compare(declared.property, "lte", bind(days.source, _days_from_now))
        return query.All((state, due, where)), order or (query.OrderKey(declared.property),)

    def _condition(self, listed: Listed, name: str, asked: Argument, level: int) -> query.Condition:
        if name in ("and", "or"):
            several = tuple(self._where(listed, item, level + 1) for item in _items(asked))
            return query.All(several) if name == "and" else query.AnyOf(several)
        if name == "not":
            return query.Not(self._where(listed, asked, level + 1))
        if name == "edge":
            return self._of_edge(listed, asked)
        first, several = listed.labels[0], len(listed.labels) > 1
        if several:
            label = next(
                (label for label in self._graph.concrete(listed.target) if self._graph.node(label).one == name), None
            )
            if label:
                return query.IsA(label, self._where(Listed((label,), label), asked, level + 1))
        elif route := self._graph.routes(first).get(name):
            return self._across(route, asked, level)
        node = self._graph.node(first)
        seekable = not several and (name in node.unique or any(index[0] == name for index in node.indexes))
        declared = self._graph.shared_property(listed.labels, name)
        return self._compared(declared, asked, seekable=seekable)

    def _of_edge(self, listed: Listed, asked: Argument) -> query.Condition:
        assert listed.edge is not None
        by_name = {declared.name: declared for declared in listed.edge.properties}
        each: list[query.Condition] = []
        for name, condition in _members(asked):
            if not condition.is_given:
                raise _null(name, f"{{{name}: {{isNull: true}}}}, which is empty")
            each.append(self._compared(by_name[name], condition, of_edge=True))
        return query.All(tuple(each))

    def _without(self, listed: Listed, name: str) -> query.Condition:
        """What null means as a condition: of a field to one row, that there is none to be seen.

        Raises `BadInput` for all else.
        """
        route = self._graph.routes(listed.labels[0]).get(name) if len(listed.labels) == 1 else None
        if route and route.way.one:
            return query.Across(route, "none", query.All(()))
        if route:
            raise _null(name, f"{{{name}: {{none: {{}}}}}}, of which there are none")
        if name in ("and", "or"):
            raise _null(name, f"a list of conditions, e.g. {{{name}: [{{…}}, {{…}}]}}")
        of_type = len(listed.labels) > 1 and any(self._graph.node(label).one == name for label in listed.labels)
        if name in ("not", "edge") or of_type:
            raise _null(name, f"a condition, e.g. {{{name}: {{…}}}}")
        raise _null(name, f"{{{name}: {{isNull: true}}}}, which is empty")

    def _across(self, route: Route, asked: Argument, level: int) -> query.Condition:
        if route.way.one:
            return query.Across(route, "some", self._where(Listed(route.labels, route.target), asked, level + 1))
        there = Listed(route.labels, route.target, route.edge)
        each: list[query.Condition] = []
        for name, inner in _members(asked):
            if not inner.is_given:
                raise _null(name, f"a condition, or {{{name}: {{}}}} for any row")
            each.append(query.Across(route, _QUANTIFIERS[name], self._where(there, inner, level + 1)))
        return query.All(tuple(each))

    def _compared(
        self, declared: Property, asked: Argument, *, of_edge: bool = False, seekable: bool = False
    ) -> query.Condition:
        each: list[query.Condition] = []
        for operator, value in _members(asked):
            self._conditions += 1
            folds = _folds(declared, operator, seekable=seekable)
            parameter = self.bind(value.source, _comparand(declared, operator, folds))
            known = value.value if declared.kind is Kind.BOOLEAN else None
            each.append(query.Compare(declared.name, _OPERATORS[operator], parameter, of_edge, known, folds))
        return each[0] if len(each) == 1 else query.All(tuple(each))


def _members(asked: Argument) -> Iterable[tuple[str, Argument]]:
    """The conditions that an object holds. Raises `BadInput` where the variable of one has no value: without it the
    others alone would hold, and more rows than were meant.
    """
    for name, variable in asked.unset:
        raise BadInput(f"{name}: ${variable} has no value; give it one, or leave the condition out of the document")
    return asked.members.items()


def _items(argument: Argument) -> tuple[Argument, ...]:
    """The items of a list; one value stands for a list of itself, as GraphQL has it."""
    if not argument.is_given:
        return ()
    return (argument,) if argument.items is None else argument.items


def _ordered_by(key: query.OrderKey) -> str:
    """The field as it is written, e.g. importer.name."""
    return ".".join((*(route.way.field for route in key.path), *(("edge",) if key.of_edge else ()), key.property))


def _source(argument: Argument) -> Value:
    """Where its value comes from; null where none is given."""
    return argument.source if argument.is_given else Constant(None)


def _sought(nodes: Sequence[NodeType]) -> Callable[[str], tuple[Parameters]]:
    """What makes the parameter of a search for rows of these labels of its text."""
    coded = [node for node in nodes if node.codes]

    def sought(text: str) -> tuple[Parameters]:
        meant = vocabulary().read(text)
        terms = search_text.Terms.with_meanings(text, meant)
        codes = search_text.Sought(text, meant)
        by_label = {node.label: search_text.codes(node, codes) for node in coded}
        in_names = {node.label: terms.in_names(node) for node in nodes}
        return (
            {
                "text": text.strip().lower(), "words": len(terms.words), search_text.TERMS: terms.all,
                "queries": [search_text.queries(term) for term in terms.all],
                **{f"asked_{label}": counts for label, (counts, _) in in_names.items()},
                **{f"needs_{label}": needed for label, (_, needed) in in_names.items()},
                **{f"codes_{label}": several for label, several in by_label.items()},
                **{f"called_{label}": ranks for label, ranks in search_text.called(nodes, meant).items()},
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


def _days_from_now(value: Any) -> tuple[Any, ...]:
    if not 0 <= value <= _MOST_DAYS:
        raise BadInput(f"within: 0 to {_MOST_DAYS} days")
    return (today(datetime.now(UTC)) + timedelta(days=int(value)),)


def _null(name: str, instead: str) -> BadInput:
    return BadInput(f"{name}: null is no condition; leave it out, or write {instead}")


def _folds(declared: Property, operator: str, *, seekable: bool) -> query.Folds:
    """How the beginning or a part of a text is compared: codes as they are written, all else without regard to
    capitals.
    """
    if operator not in ("contains", "startsWith") or (
        declared.format and operator == "startsWith" and not declared.format.lenient
    ):
        return query.Folds.NOT
    return query.Folds.SOUGHT if seekable and operator == "startsWith" else query.Folds.CAPITALS


def _comparand(declared: Property, operator: str, folds: query.Folds) -> Convert:
    if operator not in ("contains", "startsWith"):
        return converter(
            Property(declared.name, declared.doc) if operator == "isNull" else declared, many=operator == "in"
        )
    plain = converter(Property(declared.name, declared.doc))

    def part(value: Any) -> tuple[Any, ...]:
        (text,) = plain(value)
        if declared.format and declared.format.is_refused(text):
            raise BadInput(declared.format.refusal)
        if declared.format:
            text = declared.format.begun(text) if operator == "startsWith" else plain_digits(text)
        if folds is query.Folds.NOT:
            return (text,)
        lower = text.lower()
        return ([lower, *_beginnings(text)],) if folds is query.Folds.SOUGHT else (lower,)

    return part


def _beginnings(text: str) -> list[str]:
    """The first two letters with and without capitals, four of them: an index finds what begins with one of these."""
    first, second = ((letter.upper(), letter.lower()) for letter in (*text[:2], "", "")[:2])
    found = [one + other for one in first for other in second]
    # where a capital is another number of letters, every text is looked at
    return found if all(len(one) == len(text[:2]) for one in found) else [""] * 4
