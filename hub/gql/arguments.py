"""The arguments of lists: which page, in which order, under which conditions; values bound to parameters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from graphql import FieldNode

from graph_schema.formats import plain_digits
from graph_schema.model import Edge, GraphSchema, Kind, Property, Route
from hub.compile import query
from hub.deadlines.business_days import today
from hub.errors import BadInput, TooCostly
from hub.gql.types import connection_name
from hub.gql.values import (
    Binding,
    Bound,
    Constant,
    PositionBinding,
    Value,
    Variables,
    converter,
    is_given,
    items,
    members,
    value_of,
)

_OPERATORS: Final[Mapping[str, query.Comparison]] = {
    "eq": "eq", "in": "in", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
    "contains": "contains", "startsWith": "startsWith", "isNull": "isNull",
}  # fmt: skip
_MOST_DAYS: Final = 3660
_QUANTIFIERS: Final[Mapping[str, Literal["some", "none", "every"]]] = {"some": "some", "none": "none", "every": "every"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question may ask: pages of so many rows, of so many with the right `largePages`, so many conditions,
    nested so deep.
    """

    page: int
    large_page: int
    conditions: int
    nesting: int


@dataclass(frozen=True, slots=True)
class Cost:
    """How many rows a question may touch: the parameters that bound its pages, nested as the pages are, or a
    `fixed` number.
    """

    size: str | None
    below: tuple["Cost", ...]
    fixed: int = 1

    def of(self, parameters: Mapping[str, Any]) -> int:
        rows = parameters[self.size] if self.size else self.fixed
        return rows * (1 + sum(cost.of(parameters) for cost in self.below))

    def largest(self, parameters: Mapping[str, Any]) -> int:
        """The size of its largest page."""
        return max((parameters[self.size] if self.size else 0, *(cost.largest(parameters) for cost in self.below)))

    def widest(self, parameters: Mapping[str, Any]) -> int:
        """How many rows its largest page may have, or one of the hub's own questions may give."""
        rows = parameters[self.size] if self.size else self.fixed
        return max((rows, *(cost.widest(parameters) for cost in self.below)))


@dataclass(slots=True)
class Scratch:
    """What a walk over one root field gathers."""

    bindings: list[Bound] = field(default_factory=list[Bound])
    costs: list[Cost] = field(default_factory=list[Cost])
    conditions: int = 0
    nesting: int = 0

    def bind(self, value: Value, convert: Callable[[Any], tuple[Any, ...]]) -> str:
        name = f"p{len(self.bindings)}"
        self.bindings.append(Binding((name,), value, convert))
        return name

    def bind_position(self, value: Value, wanted: query.CursorOf) -> query.Position:
        names = tuple(f"p{len(self.bindings)}_{position}" for position in range(len(wanted.kinds)))
        self.bindings.append(PositionBinding(names, value, wanted))
        return names


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list: their labels, their type's name, the edge that leads to them, whether they were searched
    for.
    """

    labels: tuple[str, ...]
    target: str
    edge: Edge | None
    searched: bool = False

    def type_name(self, suffix: str) -> str:
        return connection_name(self.target, self.edge).removesuffix("Connection") + suffix


class Arguments:
    """Reads the arguments of lists, with the variables they came with."""

    def __init__(self, graph: GraphSchema, variables: Variables, bounds: Bounds) -> None:
        self._graph = graph
        self._variables = variables
        self._bounds = bounds

    def given(self, arguments: Mapping[str, Value], name: str) -> Value | None:
        value = arguments.get(name)
        return value if is_given(value, self._variables) else None

    def first(self, value: Any) -> tuple[Any, ...]:
        return self._size("first", "after", value)

    def last(self, value: Any) -> tuple[Any, ...]:
        return self._size("last", "before", value)

    def _size(self, name: str, cursor: str, value: Any) -> tuple[Any, ...]:
        if not 0 <= value <= self._bounds.large_page:
            most = f"{self._bounds.page} ({self._bounds.large_page:,} with the right largePages)"
            raise BadInput(f"{name}: 0 to {most}; ask for the next page with {cursor}")
        return (int(value),)

    def order(self, listed: Listed, value: Value) -> Iterator[query.OrderKey]:
        for item in items(value, self._variables):
            yield self._order_key(listed.labels, listed.edge, item, ())

    def _order_key(
        self, labels: tuple[str, ...], edge: Edge | None, value: Value, path: tuple[Route, ...]
    ) -> query.OrderKey:
        keys = {
            name: direction for name, direction in self._members(value) if direction.read(self._variables) is not None
        }
        if len(keys) != 1:
            raise BadInput("orderBy: exactly one property in each object, e.g. [{status: ASC}, {openedAt: DESC}]")
        name, direction = next(iter(keys.items()))
        if edge and name == "edge":
            inner = self._order_key((), None, direction, ())
            return replace(inner, of_edge=True)
        route = self._graph.routes(labels[0]).get(name) if len(labels) == 1 else None
        if route:
            return self._order_key(route.labels, None, direction, (*path, route))
        return query.OrderKey(name, direction.read(self._variables) == "DESC", path)

    def where(self, listed: Listed, value: Value, scratch: Scratch) -> query.Condition:
        scratch.nesting += 1
        if scratch.nesting > self._bounds.nesting:
            raise TooCostly(
                f"where: nested more than {self._bounds.nesting} levels deep; write it flatter, e.g. {{and: [a, b, c]}}"
            )
        conditions: list[query.Condition] = []
        for name, given in members(value, self._variables).items():
            scratch.conditions += 1
            if scratch.conditions > self._bounds.conditions:
                raise TooCostly(f"where: more than {self._bounds.conditions} conditions")
            is_null = given.read(self._variables) is None
            conditions.append(self._without(listed, name) if is_null else self._condition(listed, name, given, scratch))
        scratch.nesting -= 1
        return conditions[0] if len(conditions) == 1 else query.All(tuple(conditions))

    def within(
        self, listed: Listed, value: Value, where: query.Condition, order: tuple[query.OrderKey, ...], scratch: Scratch
    ) -> tuple[query.Condition, tuple[query.OrderKey, ...]]:
        """The conditions with that on the days to come, and the order, by those days if none is asked for."""
        declared = self._graph.node(listed.labels[0]).within
        assert declared is not None
        state = query.Compare(declared.state, "eq", scratch.bind(Constant(declared.value), lambda given: (given,)))
        due = query.Compare(declared.property, "lte", scratch.bind(value, _days_from_now))
        return query.All((state, due, where)), order or (query.OrderKey(declared.property),)

    def _condition(self, listed: Listed, name: str, given: Value, scratch: Scratch) -> query.Condition:
        if name in ("and", "or"):
            several = tuple(self.where(listed, item, scratch) for item in items(given, self._variables))
            return query.All(several) if name == "and" else query.AnyOf(several)
        if name == "not":
            return query.Not(self.where(listed, given, scratch))
        if name == "edge":
            return self._of_edge(listed, given, scratch)
        first, several = listed.labels[0], len(listed.labels) > 1
        if several:
            label = next(
                (label for label in self._graph.concrete(listed.target) if self._graph.node(label).one == name), None
            )
            if label:
                return query.IsA(label, self.where(Listed((label,), label, None), given, scratch))
        elif route := self._graph.routes(first).get(name):
            return self._across(route, given, scratch)
        node = self._graph.node(first)
        seekable = not several and (name in node.unique or any(index[0] == name for index in node.indexes))
        return self._compared(node.property_named(name), given, scratch, seekable=seekable)

    def _of_edge(self, listed: Listed, given: Value, scratch: Scratch) -> query.Condition:
        assert listed.edge is not None
        by_name = {found.name: found for found in listed.edge.properties}
        each: list[query.Condition] = []
        for name, conditions in self._members(given):
            if conditions.read(self._variables) is None:
                raise _null(name, f"{{{name}: {{isNull: true}}}}, which is empty")
            each.append(self._compared(by_name[name], conditions, scratch, of_edge=True))
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

    def _across(self, route: Route, given: Value, scratch: Scratch) -> query.Condition:
        if route.way.one:
            return query.Across(route, "some", self.where(Listed(route.labels, route.target, None), given, scratch))
        there = Listed(route.labels, route.target, route.edge)
        each: list[query.Condition] = []
        for name, inner in self._members(given):
            if inner.read(self._variables) is None:
                raise _null(name, f"a condition, or {{{name}: {{}}}} for any row")
            each.append(query.Across(route, _QUANTIFIERS[name], self.where(there, inner, scratch)))
        return query.All(tuple(each))

    def _compared(
        self, found: Property, given: Value, scratch: Scratch, *, of_edge: bool = False, seekable: bool = False
    ) -> query.Condition:
        each: list[query.Condition] = []
        for operator, value in self._members(given):
            scratch.conditions += 1
            folds = _folds(found, operator, seekable=seekable)
            parameter = scratch.bind(value, _comparand(found, operator, folds))
            known = value.read(self._variables) if found.kind is Kind.BOOLEAN else None
            each.append(query.Compare(found.name, _OPERATORS[operator], parameter, of_edge, known, folds))
        return each[0] if len(each) == 1 else query.All(tuple(each))

    def _members(self, value: Value) -> Iterable[tuple[str, Value]]:
        return members(value, self._variables).items()


def arguments_of(node: FieldNode) -> dict[str, Value]:
    return {argument.name.value: value_of(argument.value) for argument in node.arguments or ()}


def _days_from_now(value: Any) -> tuple[Any, ...]:
    if not 0 <= value <= _MOST_DAYS:
        raise BadInput(f"within: 0 to {_MOST_DAYS} days")
    return (today(datetime.now(UTC)) + timedelta(days=int(value)),)


def _null(name: str, instead: str) -> BadInput:
    return BadInput(f"{name}: null is no condition; leave it out, or write {instead}")


def _folds(found: Property, operator: str, *, seekable: bool) -> query.Folds:
    """How the beginning or a part of a text is compared: codes as they are written, all else without regard to
    capitals.
    """
    if operator not in ("contains", "startsWith") or (
        found.format and operator == "startsWith" and not found.format.lenient
    ):
        return query.Folds.NOT
    return query.Folds.SOUGHT if seekable and operator == "startsWith" else query.Folds.CAPITALS


def _comparand(found: Property, operator: str, folds: query.Folds) -> Callable[[Any], tuple[Any, ...]]:
    if operator not in ("contains", "startsWith"):
        return converter(Property(found.name, found.doc) if operator == "isNull" else found, many=operator == "in")
    plain = converter(Property(found.name, found.doc))

    def part(value: Any) -> tuple[Any, ...]:
        (text,) = plain(value)
        if found.format and found.format.is_refused(text):
            raise BadInput(found.format.refusal)
        if found.format:
            text = found.format.begun(text) if operator == "startsWith" else plain_digits(text)
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
