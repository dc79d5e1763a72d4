"""Inputs of the schema: which rows of a list, in which order, and which page of it."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

import strawberry
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from graph_schema.model import Edge, GraphSchema, Kind, Property
from hub.gql.declared import PYTHON, Declared, enum_of
from hub.gql.names import DEFAULT_PAGE, DESK_CHOICE, MOST_ORDER_KEYS, choice_name, filterable, where_name

_TEXT: Final = ("eq", "in", "contains", "startsWith", "isNull")
_THE_WHOLE: Final = "The whole text as it is written, capitals too; numbers and codes in any spelling."
_OF_OPERATORS: Final = {
    "contains": "Without regard to capitals.", "startsWith": "Without regard to capitals.", "eq": _THE_WHOLE,
    "in": f"One of them. {_THE_WHOLE}",
}  # fmt: skip
"""What the operators on texts do."""
_RANGE: Final = ("eq", "in", "gt", "gte", "lt", "lte", "isNull")
_OPERATORS: Final = {
    Kind.STRING: ("StringFilter", _TEXT),
    Kind.INT: ("IntFilter", _RANGE),
    Kind.FLOAT: ("FloatFilter", _RANGE),
    Kind.BOOLEAN: ("BooleanFilter", ("eq", "isNull")),
    Kind.DATE: ("DateFilter", _RANGE),
    Kind.DATETIME: ("DateTimeFilter", _RANGE),
}
PAGE: Final = (
    ("first", "int | None", f"How many at most, from the front; {DEFAULT_PAGE} if neither first nor last is said."),
    ("after", "str | None", "The cursor after which the page starts."),
    ("last", "int | None", "How many at most, from the end."),
    ("before", "str | None", "The cursor before which the page ends."),
)

_WITHIN: Final = (
    "within",
    "int | None",
    "Only those that run, and whose day comes within so many days: 0 to 3660; the nearest first.",
)


class Direction(Enum):
    """Which way to order."""

    ASC = "ASC"
    DESC = "DESC"


class Inputs:
    """Declares the inputs of lists: their conditions and orders."""

    def __init__(self, graph: GraphSchema, declared: Declared) -> None:
        self._graph = graph
        self._declared = declared
        self._begun: set[str] = set()

    def filters(self) -> None:
        """Declares what every list needs: directions, and the conditions on properties of each kind."""
        self._declared.names["Direction"] = strawberry.enum(Direction, description="Which way to order.")
        for operator_type, operators, python in self._filters():
            self._filter(operator_type, operators, python)

    def page_arguments(self, conditions: str, labels: Sequence[str]) -> list[StrawberryArgument]:
        """The arguments of a list of rows with these labels, under conditions of that name."""
        order = conditions.removesuffix("Where") + "Order"
        within = [_WITHIN] if len(labels) == 1 and self._graph.node(labels[0]).within else []
        desk = [self._on_desk(labels[0])] if len(labels) == 1 and labels[0] in self._graph.desk else []
        return [
            *(self._declared.argument(*argument) for argument in (*PAGE, *within, *desk)),
            self._declared.argument("where", f"{conditions} | None", "Which of them; all conditions hold."),
            self._declared.argument(
                "orderBy",
                f"list[{order}] | None",
                f"By which fields, at most {MOST_ORDER_KEYS}, each once; by key if not said.",
            ),
        ]

    def _on_desk(self, label: str) -> tuple[str, str, str]:
        name = f"{label}{DESK_CHOICE}"
        if name not in self._declared.names:
            lists = self._graph.desk[label]
            enum = enum_of(name, [found.name for found in lists])
            doc = "A list of what lies on your desk. " + " ".join(f"{found.name}: {found.doc}" for found in lists)
            self._declared.names[name] = strawberry.enum(enum, description=doc)
        return "desk", f"{name} | None", "Only those of that list of what lies on your desk; see myDesk."

    def conditions(self, target: str, edge: Edge | None) -> None:
        """The inputs that say which rows of a type, and in which order; with those of the edge that leads there."""
        labels = self._graph.concrete(target)
        edge = edge if edge and edge.properties else None
        name = where_name(target, edge)
        if name in self._begun:
            return
        self._begun.add(name)
        order = name.removesuffix("Where") + "Order"
        where = [*self._logic(name), *self._fields_to_compare(labels), *self._ways_across(labels)]
        keys = [self._declared.optional(declared.name, "Direction", declared.doc) for declared in self._shared(labels)]
        if len(labels) == 1:
            keys += [
                self._declared.optional(route.way.field, route.target + "Order", route.way.doc)
                for route in self._graph.routes(labels[0]).values()
                if route.way.one and self._shared(self._graph.concrete(route.target))
            ]
        if edge:
            self._edge_conditions(name, edge)
            where.append(self._declared.optional("edge", name.replace("Where", "EdgeWhere"), edge.doc))
            keys.append(self._declared.optional("edge", name.replace("Where", "EdgeOrder"), edge.doc))
        self._declared.input_type(
            name,
            f"Which rows of {target}; all conditions hold. A comparison with an empty property does not hold.",
            where,
        )
        among = [
            self._declared.optional(quantifier, name, doc)
            for quantifier, doc in (
                ("some", "At least one fits."),
                ("none", "None fits."),
                ("every", "Every one fits; so where there is none."),
            )
        ]
        self._declared.input_type(
            name.removesuffix("Where") + "Among",
            f"Of the rows of {target} there that may be seen; all that is said holds.",
            among,
        )
        if keys:
            self._declared.input_type(order, f"What of {target} to order by; exactly one.", keys)

    def _filters(self) -> Iterable[tuple[str, Sequence[str], str]]:
        for kind, (name, operators) in _OPERATORS.items():
            yield name, operators, PYTHON[kind]
        named = {
            choice_name(node.label, declared)
            for node in self._graph.nodes
            for declared in node.properties
            if declared.values
        }
        for name in sorted(named):
            yield f"{name}Filter", ("eq", "in", "isNull"), name

    def _filter(self, name: str, operators: Sequence[str], python: str) -> None:
        types = {"in": f"list[{python}] | None", "isNull": "bool | None"}
        fields = [
            self._declared.field(
                operator,
                types.get(operator, f"{python} | None"),
                _OF_OPERATORS.get(operator) if operators is _TEXT else None,
                optional=True,
            )
            for operator in operators
        ]
        self._declared.input_type(name, "Conditions on a property; all of them hold.", fields)

    def _logic(self, name: str) -> list[StrawberryField]:
        return [
            self._declared.optional("and", f"list[{name}]", "All of them hold."),
            self._declared.optional("or", f"list[{name}]", "At least one of them holds."),
            self._declared.optional("not", name, "It does not hold."),
        ]

    def _fields_to_compare(self, labels: tuple[str, ...]) -> Iterable[StrawberryField]:
        for declared in self._shared(labels):
            operators = f"{choice_name(labels[0], declared)}Filter" if declared.values else _OPERATORS[declared.kind][0]
            yield self._declared.optional(declared.name, operators, declared.doc)

    def _ways_across(self, labels: tuple[str, ...]) -> Iterable[StrawberryField]:
        """Conditions on the rows at the end of each way, or, of a type that stands for several labels, on each of
        those.
        """
        first, *others = labels
        if others:
            for label in labels:
                yield self._declared.optional(
                    self._graph.node(label).one, f"{label}Where", f"It is of type {label}, and fits."
                )
            return
        for route in self._graph.routes(first).values():
            name = where_name(route.target, None if route.way.one else route.edge)
            yield self._declared.optional(
                route.way.field, name if route.way.one else name.removesuffix("Where") + "Among", route.way.doc
            )

    def _edge_conditions(self, name: str, edge: Edge) -> None:
        conditions = [
            self._declared.optional(declared.name, _OPERATORS[declared.kind][0], declared.doc)
            for declared in edge.properties
        ]
        self._declared.input_type(name.replace("Where", "EdgeWhere"), f"Conditions on the edge: {edge.doc}", conditions)
        keys = [self._declared.optional(declared.name, "Direction", declared.doc) for declared in edge.properties]
        self._declared.input_type(
            name.replace("Where", "EdgeOrder"), "A property of the edge to order by; exactly one.", keys
        )

    def _shared(self, labels: Sequence[str]) -> list[Property]:
        """The properties that rows of all these labels can be filtered and ordered by."""
        first, *others = (self._graph.node(label) for label in labels)
        return [
            self._graph.shared_property(labels, declared.name)
            for declared in filterable(first)
            if all(declared.name in {other.name for other in filterable(node)} for node in others)
        ]
