"""The same schema answered naively: graphql-core's executor with one resolver over a world in plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, execute_sync, parse

from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property, Route
from tests.oracle import Oracle, in_term
from tests.random_world import Key, Link, World

ACTIVE = {("ASSIGNED_TO", "center"), ("ASSIGNED_TO", "importers")}
IN_TERM = {("REPRESENTS", "importers"), ("REPRESENTS", "brokers"), ("ACTS_FOR", "actsFor"), ("ACTS_FOR", "accounts")}


@dataclass(frozen=True)
class Item:
    """A row in a list, with the edge it was reached by."""

    row: Key
    link: Link | None


@dataclass(frozen=True)
class Listing:
    """All rows of a connection in order; cursors are not compared, so a row's own key stands for it."""

    items: list[Item]
    first: int


def answer(schema: GraphQLSchema, world: World, oracle: Oracle, query: str, variables: Mapping[str, Any] | None = None) -> Any:
    """The naive answer to a query, as the oracle's account; `schema` is one without resolvers."""
    naive = Naive(world, oracle)
    result = execute_sync(
        schema, parse(query), field_resolver=naive.resolve, type_resolver=lambda value, *_: value[0], variable_values=dict(variables or {})
    )
    assert not result.errors, result.errors
    return result.data


class Naive:
    def __init__(self, world: World, oracle: Oracle) -> None:
        self._world = world
        self._oracle = oracle

    def resolve(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        name = info.field_name
        if source is None:
            return self._root(name, arguments)
        if isinstance(source, Listing):
            return self._listing(source, name)
        if isinstance(source, Item):
            return self._item(source, name)
        if isinstance(source, dict):
            return source[name]
        route = GRAPH.routes(source[0]).get(name)
        if route is None:
            return self._value(source, GRAPH.node(source[0]).property_named(name))
        items = self._along(source, route)
        if route.way.one:
            return items[0].row if items else None
        return Listing(self._chosen(items, route, arguments), arguments.get("first") or 20)

    def _root(self, name: str, arguments: dict[str, Any]) -> Any:
        for node in GRAPH.nodes:
            if name == node.many:
                items = [Item(row, None) for row in self._world.of(node.label) if self._oracle.sees(row)]
                return Listing(self._chosen(items, None, arguments), arguments.get("first") or 20)
            if name == node.one:
                lookup = node.lookup_property.name
                found = [row for row in self._world.of(node.label) if self._world.nodes[row][lookup] == arguments[lookup]]
                return next((row for row in found if self._oracle.sees(row)), None)
        raise AssertionError(name)

    def _listing(self, listing: Listing, name: str) -> Any:
        page = listing.items[: listing.first]
        match name:
            case "nodes":
                return [item.row for item in page]
            case "edges":
                return page
            case "totalCount":
                return len(listing.items)
            case _:
                return {
                    "hasNextPage": len(listing.items) > len(page), "hasPreviousPage": False,
                    "startCursor": "", "endCursor": "",
                }  # fmt: skip

    def _item(self, item: Item, name: str) -> Any:
        if name == "node":
            return item.row
        if name == "cursor":
            return ""
        assert item.link is not None
        return _sent(item.link.properties.get(name))

    def _along(self, start: Key, route: Route) -> list[Item]:
        links = self._world.between(route.edge, **{"tail" if route.forward else "head": start})
        wanted = (route.edge.type, route.way.field)
        kept: list[Item] = []
        for link in links:
            if wanted in ACTIVE and not link.properties.get("activeFor"):
                continue
            if wanted in IN_TERM and not in_term(link):
                continue
            if self._oracle.sees_link(link):
                kept.append(Item(link.head if route.forward else link.tail, link))
        return kept

    def _chosen(self, items: list[Item], route: Route | None, arguments: dict[str, Any]) -> list[Item]:
        for name, conditions in (arguments.get("where") or {}).items():
            items = [item for item in items if all(self._holds(item.row, name, *condition) for condition in conditions.items())]
        asked = [next(iter(key.items())) for key in (arguments.get("orderBy") or [])]
        keys = [(name, direction == "DESC") for name, direction in asked]
        last = keys[-1][1] if keys else False

        def compare(one: Item, other: Item) -> int:
            for name, descending in keys:
                found = _ordered(self._world.nodes[one.row].get(name), self._world.nodes[other.row].get(name), descending)
                if found:
                    return found
            for values in _ties(one, other, route):
                found = _ordered(*values, last)
                if found:
                    return found
            return 0

        return sorted(items, key=cmp_to_key(compare))

    def _holds(self, row: Key, name: str, operator: str, wanted: Any) -> bool:
        value: Any = self._world.nodes[row].get(name)
        if isinstance(value, datetime) and isinstance(wanted, str):
            wanted = datetime.fromisoformat(wanted)
        if operator == "isNull":
            return (value is None) == wanted
        if value is None:
            return False
        match operator:
            case "eq":
                return value == wanted
            case "in":
                return value in wanted
            case "gt":
                return value > wanted
            case "gte":
                return value >= wanted
            case "lt":
                return value < wanted
            case "lte":
                return value <= wanted
            case "contains":
                return wanted in value
            case _:
                return str(value).startswith(wanted)

    def _value(self, row: Key, found: Property) -> Any:
        value = self._oracle.value(row, found.name)
        return _sent(value) if found.kind in (Kind.DATE, Kind.DATETIME) else value


def _ties(one: Item, other: Item, route: Route | None) -> list[tuple[Any, Any]]:
    ties: list[tuple[Any, Any]] = [(one.row[1], other.row[1]), (one.row[0], other.row[0])]
    if route and route.edge.key:
        assert one.link is not None
        assert other.link is not None
        ties.append((one.link.properties[route.edge.key], other.link.properties[route.edge.key]))
    return ties


def _ordered(one: Any, other: Any, descending: bool) -> int:
    """As Cypher orders: empty values last, or first where the order is descending."""
    if one == other:
        return 0
    later = one is None if one is None or other is None else one > other
    return (1 if later else -1) * (-1 if descending else 1)


def _sent(value: Any) -> Any:
    """Moments as Neo4j writes them: without seconds where there are none."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value
