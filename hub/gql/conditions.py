"""Conditions and orders: the arguments of lists, with their values bound to parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from graph_schema.formats import plain_digits
from graph_schema.model import Edge, GraphSchema, Kind, Property, Route
from hub.compile.compiler import query
from hub.deadlines.business_days import today
from hub.errors import BadInput, TooCostly
from hub.gql.arguments import NOT_GIVEN, Argument, Constant
from hub.gql.document_limits import Limits
from hub.gql.names import connection_name
from hub.gql.values import Convert, Parameters, converter

_OPERATORS: Final[Mapping[str, query.Comparison]] = {
    "eq": "eq", "in": "in", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
    "contains": "contains", "startsWith": "startsWith", "isNull": "isNull",
}  # fmt: skip
_MOST_DAYS: Final = 3660
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

    def type_name(self, suffix: str) -> str:
        """The name of its connection's type, with that suffix in place of Connection."""
        return connection_name(self.target, self.edge).removesuffix("Connection") + suffix


class Conditions:
    """Reads the conditions and orders of the lists of one root field, and binds their values."""

    def __init__(self, graph: GraphSchema, limits: Limits, parameters: Parameters) -> None:
        self._graph = graph
        self._limits = limits
        self._parameters = parameters
        self._conditions = 0
        """How many there are so far, in all lists."""

    def of_page(
        self, listed: Listed, arguments: Mapping[str, Argument]
    ) -> tuple[query.Condition, tuple[query.OrderKey, ...]]:
        """Which rows of a list, and in which order. Raises `BadInput` and `TooCostly`."""
        where = self._where(listed, arguments.get("where", NOT_GIVEN), 1)
        order = tuple(
            self._order_key(listed.labels, listed.edge, item, ())
            for item in arguments.get("orderBy", NOT_GIVEN).items()
        )
        within = arguments.get("within", NOT_GIVEN)
        return self._within(listed, within, where, order) if within.is_given else (where, order)

    def _order_key(
        self, labels: tuple[str, ...], edge: Edge | None, asked: Argument, path: tuple[Route, ...]
    ) -> query.OrderKey:
        keys = {name: direction for name, direction in asked.members().items() if direction.is_given}
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
        for name, given in asked.members().items():
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
        bind = self._parameters.bind
        state = query.Compare(declared.state, "eq", bind(Constant(declared.value), lambda value: (value,)))
        due = query.Compare(declared.property, "lte", bind(days.source, _days_from_now))
        return query.All((state, due, where)), order or (query.OrderKey(declared.property),)

    def _condition(self, listed: Listed, name: str, asked: Argument, level: int) -> query.Condition:
        if name in ("and", "or"):
            several = tuple(self._where(listed, item, level + 1) for item in asked.items())
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
        return self._compared(node.property_named(name), asked, seekable=seekable)

    def _of_edge(self, listed: Listed, asked: Argument) -> query.Condition:
        assert listed.edge is not None
        by_name = {declared.name: declared for declared in listed.edge.properties}
        each: list[query.Condition] = []
        for name, condition in asked.members().items():
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
        for name, inner in asked.members().items():
            if not inner.is_given:
                raise _null(name, f"a condition, or {{{name}: {{}}}} for any row")
            each.append(query.Across(route, _QUANTIFIERS[name], self._where(there, inner, level + 1)))
        return query.All(tuple(each))

    def _compared(
        self, declared: Property, asked: Argument, *, of_edge: bool = False, seekable: bool = False
    ) -> query.Condition:
        each: list[query.Condition] = []
        for operator, value in asked.members().items():
            self._conditions += 1
            folds = _folds(declared, operator, seekable=seekable)
            parameter = self._parameters.bind(value.source, _comparand(declared, operator, folds))
            known = value.value if declared.kind is Kind.BOOLEAN else None
            each.append(query.Compare(declared.name, _OPERATORS[operator], parameter, of_edge, known, folds))
        return each[0] if len(each) == 1 else query.All(tuple(each))


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
