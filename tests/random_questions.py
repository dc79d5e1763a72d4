"""Random questions over the whole schema: roots, ways, pages, filters, orders, aliases, fragments, conditions."""

import json
import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from graph_schema.graph import GRAPH
from graph_schema.model import Kind, NodeType, Property, Route
from tests.random_world import World


class Questions:
    """A source of questions about a world."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._random = chance
        self._names = 0

    def one(self) -> str:
        """A question with one to three root fields."""
        return "{ " + " ".join(self._root(self._random.randint(1, 3)) for _ in range(self._random.randint(1, 2))) + " }"

    def _root(self, depth: int) -> str:
        node = self._random.choice(GRAPH.nodes)
        if self._random.random() < 0.5:
            node = GRAPH.node(
                self._random.choice(("Importer", "Case", "Contact", "Center", "Broker", "Decision", "Issue", "Entry", "Association"))
            )
        if self._random.random() < 0.5:
            rows = self._world.of(node.label)
            lookup = node.lookup_property.name
            if rows:
                value = self._world.nodes[self._random.choice(rows)][lookup]
                return f"{self._alias()}{node.one}({lookup}: {json.dumps(value)}) {{ {self._row((node.label,), depth)} }}"
        return f"{self._alias()}{node.many}{self._arguments(node)} {{ {self._page((node.label,), None, depth)} }}"

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

    def _row(self, labels: tuple[str, ...], depth: int) -> str:
        if len(labels) == 1:
            return self._fields(labels[0], depth)
        kept = self._random.sample(labels, min(3, len(labels)))
        return "__typename " + " ".join(f"... on {label} {{ {self._fields(label, depth)} }}" for label in kept)

    def _fields(self, label: str, depth: int) -> str:
        node = GRAPH.node(label)
        fields = ["__typename", *(f"{self._alias(0.2)}{found.name}{self._condition()}" for found in self._some(node.properties))]
        if depth > 0:
            fields += [self._way(route, depth - 1) for route in self._some(tuple(GRAPH.routes(label).values()), most=2)]
        self._random.shuffle(fields)
        if self._random.random() < 0.2:
            return f"... on {label} {{ {' '.join(fields)} }}"
        return " ".join(fields)

    def _way(self, route: Route, depth: int) -> str:
        if route.way.one:
            return f"{self._alias()}{route.way.field} {{ {self._row(route.labels, depth)} }}"
        arguments = (
            self._arguments(GRAPH.node(route.labels[0]))
            if len(route.labels) == 1 and GRAPH.abstract(route.target) is None
            else self._arguments(None)
        )
        return f"{self._alias()}{route.way.field}{arguments} {{ {self._page(route.labels, route, depth)} }}"

    def _arguments(self, node: NodeType | None) -> str:
        arguments = [f"first: {self._random.choice((1, 2, 5, 100))}"] if self._random.random() < 0.7 else []
        usable = [found for found in node.properties if found.guard is None] if node else []
        if node and self._random.random() < 0.3:
            arguments.append(f"where: {{ {' '.join(self._condition_on(node, found) for found in self._some(usable, most=2))} }}")
        if node and self._random.random() < 0.5:
            keys = ", ".join(f"{{ {found.name}: {self._random.choice(('ASC', 'DESC'))} }}" for found in self._some(usable, most=2))
            arguments.append(f"orderBy: [{keys}]")
        return f"({', '.join(arguments)})" if arguments else ""

    def _condition_on(self, node: NodeType, found: Property) -> str:
        values = [self._world.nodes[row].get(found.name) for row in self._world.of(node.label)]
        known = [value for value in values if value is not None]
        if not known or self._random.random() < 0.2:
            return f"{found.name}: {{ isNull: {self._random.choice(('true', 'false'))} }}"
        value = self._random.choice(known)
        if found.kind in (Kind.DATETIME, Kind.DATE, Kind.INT):
            operator = self._random.choice(("eq", "gt", "gte", "lt", "lte"))
            return f"{found.name}: {{ {operator}: {self._literal(found, value)} }}"
        if found.kind is Kind.STRING and not found.values and self._random.random() < 0.3:
            return f"{found.name}: {{ {self._random.choice(('contains', 'startsWith'))}: {json.dumps(value[:3])} }}"
        if found.kind is Kind.STRING and self._random.random() < 0.4:
            several = [self._literal(found, self._random.choice(known)) for _ in range(2)]
            return f"{found.name}: {{ in: [{', '.join(several)}] }}"
        return f"{found.name}: {{ eq: {self._literal(found, value)} }}"

    def _literal(self, found: Property, value: Any) -> str:
        if found.values:
            return str(value)
        return json.dumps(value.isoformat() if isinstance(value, datetime) else value)

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
