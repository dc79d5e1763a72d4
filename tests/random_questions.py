"""Random questions made from the schema: roots, ways, pages from either end, conditions across edges, orders, aliases,
fragments, `@skip` and `@include`, variables with and without defaults, node ids, search."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from graph_schema.graph import GRAPH
from graph_schema.model import Edge, Kind, Property, Route
from hub.gql.names import searchable, where_name
from tests.random_world import World

PROTECTED = ("Importer", "Case", "Contact", "Center", "Broker", "Decision", "Issue", "Entry", "Association")


class Word(str):
    """An enum value: written bare in a document."""

    __slots__ = ()


class Questions:
    """A source of questions about a world."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._random = chance
        self._names = 0
        self._declared: list[str] = []
        self._variables: dict[str, Any] = {}

    def one(self) -> tuple[str, dict[str, Any]]:
        """A question with one or two root fields, and its variables."""
        self._declared, self._variables = [], {}
        roots = " ".join(self._root(self._random.randint(1, 2)) for _ in range(self._random.randint(1, 2)))
        header = f"query Q({', '.join(self._declared)}) " if self._declared else ""
        return f"{header}{{ {roots} }}", self._variables

    def listing(self, label: str) -> tuple[str, dict[str, Any]]:
        """A question for a root list of that label, with conditions and an order."""
        self._declared, self._variables = [], {}
        arguments = self._conditions((label,), None, sure=True)
        key = GRAPH.node(label).key
        header = f"query Q({', '.join(self._declared)}) " if self._declared else ""
        return (
            f"{header}{{ list: {GRAPH.node(label).many}({', '.join(arguments)}) {{ totalCount nodes {{ {key} }} }} }}",
            self._variables,
        )

    def _root(self, depth: int) -> str:
        kind = self._random.random()
        if kind < 0.1:
            ids = ", ".join(
                json.dumps(f"{label}:{key}") for label, key in self._random.choices(list(self._world.nodes), k=5)
            )
            return (
                f"{self._alias(1)}nodes(ids: [{ids}]) {{"
                f" {self._row(self._some(PROTECTED, most=3), 1, anything=True)} }}"
            )
        if kind < 0.25:
            return self._search()
        node = (
            GRAPH.node(self._random.choice(PROTECTED))
            if self._random.random() < 0.6
            else self._random.choice(GRAPH.nodes)
        )
        rows = self._world.of(node.label)
        if self._random.random() < 0.4 and rows:
            lookup = node.lookup_property.name
            value = self._world.nodes[self._random.choice(rows)][lookup]
            return f"{self._alias()}{node.one}({lookup}: {json.dumps(value)}) {{ {self._row((node.label,), depth)} }}"
        return (
            f"{self._alias()}{node.many}{self._arguments((node.label,), None)} {{"
            f" {self._page((node.label,), None, depth)} }}"
        )

    def _search(self) -> str:
        labels = self._random.sample(searchable(GRAPH), 3)
        arguments = [f"text: {json.dumps(self._text())}", *self._size()]
        if self._random.random() < 0.8:
            arguments.append(f"kinds: [{', '.join(labels)}]")
        fields = self._row(labels, 1, anything=True)
        return (
            f"{self._alias()}search({', '.join(arguments)}) {{ totalCount edges {{ match wordsMatched node {{ nodeId"
            f" {fields} }} }} }}"
        )

    def _text(self) -> str:
        """Words or a code of a row, whole, cut, or with a typo."""
        label, key = self._random.choice([row for row in self._world.nodes if row[0] in searchable(GRAPH)])
        node = GRAPH.node(label)
        values = [self._world.nodes[label, key].get(name) for name in (*node.text, *node.codes)]
        text = str(self._random.choice([value for value in values if value]))
        kind, at = self._random.random(), self._random.randrange(len(text))
        if kind < 0.2:
            return text[: at + 2] if text[: at + 2].strip() else text
        if kind < 0.4 and text[at].isalpha():
            return text[:at] + self._random.choice(("", "x", text[at] * 2)) + text[at + 1 :] or text
        return text

    def _page(self, labels: tuple[str, ...], route: Route | None, depth: int) -> str:
        parts = [f"{self._alias()}nodes {{ {self._row(labels, depth)} }}"]
        if self._random.random() < 0.4:
            parts.append("totalCount")
        if self._random.random() < 0.3:
            parts.append("pageInfo { hasNextPage hasPreviousPage }")
        if self._random.random() < 0.3:
            properties = " ".join(found.name for found in route.edge.properties) if route else ""
            parts.append(f"edges {{ __typename {properties} node {{ {self._row(labels, 0)} }} }}")
        self._random.shuffle(parts)
        return " ".join(parts[self._random.random() < 0.1 and len(parts) > 1 :])

    def _row(self, labels: Sequence[str], depth: int, *, anything: bool = False) -> str:
        if len(labels) == 1 and not anything:
            return self._fields(labels[0], depth)
        kept = self._random.sample(labels, min(3, len(labels)))
        return "__typename " + " ".join(f"... on {label} {{ {self._fields(label, depth)} }}" for label in kept)

    def _fields(self, label: str, depth: int) -> str:
        node = GRAPH.node(label)
        fields = [
            "__typename",
            *(f"{self._alias(0.2)}{found.name}{self._condition()}" for found in self._some(node.properties)),
        ]
        if self._random.random() < 0.2:
            fields.append("nodeId")
        if depth > 0:
            fields += [self._way(route, depth - 1) for route in self._some(tuple(GRAPH.routes(label).values()), most=2)]
        self._random.shuffle(fields)
        if self._random.random() < 0.2:
            return f"... on {label} {{ {' '.join(fields)} }}"
        return " ".join(fields)

    def _way(self, route: Route, depth: int) -> str:
        if route.way.one:
            return f"{self._alias()}{route.way.field} {{ {self._row(route.labels, depth)} }}"
        return (
            f"{self._alias()}{route.way.field}{self._arguments(route.labels, route)} {{"
            f" {self._page(route.labels, route, depth)} }}"
        )

    # Arguments

    def _arguments(self, labels: tuple[str, ...], route: Route | None) -> str:
        arguments = [*self._size(), *self._conditions(labels, route)]
        return f"({', '.join(arguments)})" if arguments else ""

    def _size(self) -> list[str]:
        if self._random.random() < 0.3:
            return []
        return [f"{self._random.choice(('first', 'first', 'last'))}: {self._random.choice((1, 2, 5, 100))}"]

    def _conditions(self, labels: tuple[str, ...], route: Route | None, *, sure: bool = False) -> list[str]:
        target = route.target if route else labels[0]
        arguments: list[str] = []
        edge = route.edge if route and route.edge.properties else None
        if sure or self._random.random() < 0.4:
            where = self.where(GRAPH.concrete(target), edge, depth=2)
            if self._random.random() < 0.3:
                self._names += 1
                name, default = f"v{self._names}", self._random.random() < 0.4
                self._declared.append(
                    f"${name}: {where_name(target, edge)}" + (f" = {_literal(where)}" if default else "")
                )
                if not default:
                    self._variables[name] = where
                arguments.append(f"where: ${name}")
            else:
                arguments.append(f"where: {_literal(where)}")
        if sure or self._random.random() < 0.4:
            made = (self._order_key(GRAPH.concrete(target), edge) for _ in range(self._random.randint(1, 2)))
            keys = list({_field_of(key): key for key in made if key}.values())
            if keys:
                arguments.append(f"orderBy: {_literal(keys)}")
        return arguments

    def where(self, labels: tuple[str, ...], edge: Edge | None, depth: int) -> dict[str, Any]:
        """Conditions on rows that have one of these labels."""
        where: dict[str, Any] = {}
        for _ in range(self._random.randint(1, 2)):
            kind = self._random.random()
            if kind < 0.35 and depth:
                name = self._random.choice(("and", "or", "not"))
                several = [self.where(labels, edge, depth - 1) for _ in range(self._random.randint(1, 2))]
                where[name] = several[0] if name == "not" else several
            elif kind < 0.65 and depth:
                self._across(labels, depth, where)
            elif kind < 0.75 and edge:
                found = self._random.choice(edge.properties)
                where["edge"] = {
                    found.name: self._comparison(
                        found, [link.properties.get(found.name) for link in self._world.between(edge)]
                    )
                }
            elif shared := _shared(labels):
                found = self._random.choice(shared)
                values = [self._world.nodes[row].get(found.name) for label in labels for row in self._world.of(label)]
                where[found.name] = self._comparison(found, values)
        return where

    def _across(self, labels: tuple[str, ...], depth: int, where: dict[str, Any]) -> None:
        first, *others = labels
        if others:
            label = self._random.choice(labels)
            where[GRAPH.node(label).one] = self.where((label,), None, depth - 1)
            return
        routes = list(GRAPH.routes(first).values())
        if not routes:
            return
        route = self._random.choice(routes)
        inner = self.where(
            GRAPH.concrete(route.target),
            None if route.way.one else (route.edge if route.edge.properties else None),
            depth - 1,
        )
        where[route.way.field] = inner if route.way.one else {self._random.choice(("some", "none", "every")): inner}

    def _order_key(self, labels: tuple[str, ...], edge: Edge | None) -> dict[str, Any] | None:
        direction = Word(self._random.choice(("ASC", "DESC")))
        if edge and self._random.random() < 0.3:
            return {"edge": {self._random.choice(edge.properties).name: direction}}
        ways = (
            [
                route
                for route in GRAPH.routes(labels[0]).values()
                if route.way.one and _shared(GRAPH.concrete(route.target))
            ]
            if len(labels) == 1
            else []
        )
        if ways and self._random.random() < 0.4:
            route = self._random.choice(ways)
            inner = self._order_key(GRAPH.concrete(route.target), None)
            return {route.way.field: inner} if inner else None
        shared = _shared(labels)
        return {self._random.choice(shared).name: direction} if shared else None

    def _comparison(self, found: Property, values: list[Any]) -> dict[str, Any]:
        known = [value for value in values if value is not None]
        if not known or self._random.random() < 0.2:
            return {"isNull": self._random.random() < 0.5}
        value = self._random.choice(known)
        if found.kind in (Kind.DATETIME, Kind.DATE, Kind.INT):
            operator = self._random.choice(("eq", "gt", "gte", "lt", "lte", "in"))
            return {operator: [_given(found, value)] if operator == "in" else _given(found, value)}
        if found.kind is Kind.STRING and not found.values and self._random.random() < 0.3:
            return {self._random.choice(("contains", "startsWith")): value[:3]}
        if found.kind is Kind.STRING and self._random.random() < 0.4:
            return {"in": [_given(found, self._random.choice(known)) for _ in range(2)]}
        return {"eq": _given(found, value)}

    def _some(self, among: Iterable[Any], most: int = 4) -> list[Any]:
        listed = list(among)
        return self._random.sample(listed, min(len(listed), self._random.randint(1, most))) if listed else []

    def _alias(self, chance: float = 0.9) -> str:
        """Mostly an alias, so that the same field with other arguments does not collide."""
        if self._random.random() > chance:
            return ""
        self._names += 1
        return f"a{self._names}: "

    def _condition(self) -> str:
        return self._random.choice(("", "", "", "", " @include(if: true)", " @skip(if: false)", " @skip(if: true)"))


def _shared(labels: Sequence[str]) -> list[Property]:
    """The properties that can be filtered and ordered by: not guarded, and of all the labels."""
    first, *others = (GRAPH.node(label) for label in labels)
    return [
        found
        for found in first.properties
        if found.guard is None
        and found.kind is not Kind.STRINGS
        and all(any(other.name == found.name and other.guard is None for other in node.properties) for node in others)
    ]


def _given(found: Property, value: Any) -> Any:
    if found.values:
        return Word(value)
    return value.isoformat() if isinstance(value, date) else value


def _field_of(key: dict[str, Any]) -> str:
    """What an order's key orders by, whichever way."""
    name, inner = next(iter(key.items()))
    return f"{name}.{_field_of(inner)}" if isinstance(inner, dict) else name


def _literal(value: Any) -> str:
    match value:
        case Word():
            return str(value)
        case dict():
            return f"{{ {', '.join(f'{key}: {_literal(member)}' for key, member in value.items())} }}"
        case list():
            return f"[{', '.join(_literal(item) for item in value)}]"
        case _:
            return json.dumps(value)
