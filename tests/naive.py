"""The same schema answered naively: graphql-core's executor with one resolver over a world in plain Python."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cmp_to_key
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, execute_sync, parse

from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property, Route
from graph_schema.vocabulary import LABELS, vocabulary
from graph_schema.words import forms
from tests.oracle import Oracle, in_term
from tests.random_world import Key, Link, World

ACTIVE = {("ASSIGNED_TO", "center"), ("ASSIGNED_TO", "importers")}
IN_TERM = {("REPRESENTS", "importers"), ("REPRESENTS", "brokers"), ("ACTS_FOR", "actsFor"), ("ACTS_FOR", "accounts")}
LOGIC = ("and", "or", "not", "edge")


@dataclass(frozen=True)
class Item:
    """A row in a list, with the edge it was reached by, or how it was found."""

    row: Key
    link: Link | None = None
    rank: int = 0
    matched: int = 0


@dataclass(frozen=True)
class Listing:
    """All rows of a connection in order, and the page of them; cursors are not compared, so none is given."""

    items: list[Item]
    page: list[Item]
    backward: bool


def answer(
    schema: GraphQLSchema, world: World, oracle: Oracle, query: str, variables: Mapping[str, Any] | None = None
) -> Any:
    """The naive answer to a query, as the oracle's account; `schema` is one without resolvers."""
    naive = Naive(world, oracle)
    result = execute_sync(
        schema,
        parse(query),
        field_resolver=naive.resolve,
        type_resolver=lambda value, *_: value[0],
        variable_values=dict(variables or {}),
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
        if name == "nodeId":
            return f"{source[0]}:{source[1]}"
        route = GRAPH.routes(source[0]).get(name)
        if route is None:
            return self._value(source, GRAPH.node(source[0]).property_named(name))
        items = self._along(source, route)
        if route.way.one:
            return items[0].row if items else None
        return self._paged(self._chosen(items, route.labels, route, arguments), arguments)

    def _root(self, name: str, arguments: dict[str, Any]) -> Any:
        if name in ("node", "nodes"):
            found = [self._by_id(node_id) for node_id in arguments.get("ids", [arguments.get("id")])]
            return found if name == "nodes" else found[0]
        if name == "search":
            return self._paged(self._found(arguments["text"], arguments.get("kinds")), arguments)
        for node in GRAPH.nodes:
            if name == node.many:
                items = [Item(row) for row in self._world.of(node.label) if self._oracle.sees(row)]
                return self._paged(self._chosen(items, (node.label,), None, arguments), arguments)
            if name == node.one:
                lookup = node.lookup_property.name
                found = [
                    row for row in self._world.of(node.label) if self._world.nodes[row][lookup] == arguments[lookup]
                ]
                return next((row for row in found if self._oracle.sees(row)), None)
        raise AssertionError(name)

    def _by_id(self, node_id: str) -> Key | None:
        label, _, key = node_id.partition(":")
        return (label, key) if (label, key) in self._world.nodes and self._oracle.sees((label, key)) else None

    def _paged(self, items: list[Item], arguments: dict[str, Any]) -> Listing:
        if arguments.get("last"):
            return Listing(items, items[-arguments["last"] :], backward=True)
        return Listing(items, items[: arguments.get("first") or 20], backward=False)

    def _listing(self, listing: Listing, name: str) -> Any:
        match name:
            case "nodes":
                return [item.row for item in listing.page]
            case "edges":
                return listing.page
            case "totalCount":
                return len(listing.items)
            case _:
                more = len(listing.items) > len(listing.page)
                return {"hasNextPage": more and not listing.backward, "hasPreviousPage": more and listing.backward}

    def _item(self, item: Item, name: str) -> Any:
        match name:
            case "node":
                return item.row
            case "match":
                return "CALLED" if 1 < item.rank < _WIDER or _BEGINS < item.rank < _WORDS else _MATCHES[item.rank]
            case "wordsMatched":
                return item.matched
            case _:
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

    # Conditions

    def _chosen(
        self, items: list[Item], labels: tuple[str, ...], route: Route | None, arguments: dict[str, Any]
    ) -> list[Item]:
        items = [item for item in items if self._fits(item, labels, arguments.get("where") or {})]
        keys = [self._key(labels, asked) for asked in (arguments.get("orderBy") or [])]
        last = keys[-1][2] if keys else False

        def compare(one: Item, other: Item) -> int:
            for path, name, descending, of_edge in keys:
                found = _ordered(
                    self._ordered_by(one, path, name, of_edge), self._ordered_by(other, path, name, of_edge), descending
                )
                if found:
                    return found
            for values in _ties(one, other, route):
                found = _ordered(*values, last)
                if found:
                    return found
            return 0

        return sorted(items, key=cmp_to_key(compare))

    def _key(self, labels: tuple[str, ...], asked: dict[str, Any]) -> tuple[list[Route], str, bool, bool]:
        path: list[Route] = []
        of_edge = False
        while True:
            name, inner = next(iter(asked.items()))
            if not isinstance(inner, dict):
                return path, name, inner == "DESC", of_edge
            if name == "edge":
                of_edge = True
            else:
                path.append(GRAPH.routes(labels[0])[name])
                labels = path[-1].labels
            asked = inner

    def _ordered_by(self, item: Item, path: list[Route], name: str, of_edge: bool) -> Any:
        if of_edge:
            assert item.link is not None
            return item.link.properties.get(name)
        row = item.row
        for route in path:
            there = self._along(row, route)
            if not there:
                return None
            row = there[0].row
        return self._world.nodes[row].get(name)

    def _fits(self, item: Item, labels: tuple[str, ...], where: dict[str, Any]) -> bool:
        return all(given is None or self._holds(item, labels, name, given) for name, given in where.items())

    def _holds(self, item: Item, labels: tuple[str, ...], name: str, given: Any) -> bool:
        if name in LOGIC:
            return self._holds_together(item, labels, name, given)
        first, *others = labels
        if others:
            label = next((node.label for node in GRAPH.nodes if node.one == name), None)
            if label:
                return item.row[0] == label and self._fits(item, (label,), given)
        elif route := GRAPH.routes(first).get(name):
            there = self._along(item.row, route)
            if route.way.one:
                return any(self._fits(found, route.labels, given) for found in there)
            quantified = {"some": any, "every": all, "none": lambda fits: not any(fits)}
            return all(
                quantified[quantifier]([self._fits(found, route.labels, inner) for found in there])
                for quantifier, inner in given.items()
                if inner is not None
            )
        return _compares(self._world.nodes[item.row].get(name), given)

    def _holds_together(self, item: Item, labels: tuple[str, ...], name: str, given: Any) -> bool:
        match name:
            case "and":
                return all(self._fits(item, labels, each) for each in given)
            case "or":
                return any(self._fits(item, labels, each) for each in given)
            case "not":
                return not self._fits(item, labels, given)
            case _:
                assert item.link is not None
                return all(
                    _compares(item.link.properties.get(found), conditions) for found, conditions in given.items()
                )

    # Search

    def _found(self, text: str, kinds: list[str] | None) -> list[Item]:
        meant = vocabulary().read(text)
        called = {row: 2 + place for row, place in meant.whole.items()}
        called |= {row: _BEGINS + 1 + place for row, place in meant.part.items()}
        words = _terms(text)
        more = [(word,) for word in meant.words if (word,) not in words][:6]
        codes = [] if meant.whole and re.search("[a-z]", text, re.IGNORECASE) else _codes(_without(text, meant.spans))
        codes += _codes(text.strip())[:2] if len(text.split()) == 1 or not codes else []
        items: list[Item] = []
        for row, properties in self._world.nodes.items():
            node = GRAPH.node(row[0])
            if (kinds is not None and row[0] not in kinds) or not self._oracle.sees(row):
                continue
            texts = [str(properties[name]).lower() for name in node.text if properties.get(name)]
            terms = [*words, *more] if row[0] in LABELS else words
            matched = sum(any(_holds(held, term) for held in texts) for term in terms)
            whole = text.strip().lower()
            coded = any(
                str(properties.get(name)).lower() == part or _is_tariff_part(row, part)
                for name in node.codes
                for part in codes
            )
            # a chapter that only holds the heading looked for comes after what is itself looked for
            wider = coded and row[0] == "HtsChapter" and re.search(r"[0-9]{3,}", text) is not None
            if matched or coded:
                rank = _BEGINS if any(held.startswith(whole) for held in texts) else _WORDS
                rank = 0 if coded else 1 if whole in texts else rank
                rank = _WIDER if wider and whole not in texts else min(rank, called.get(row, _WORDS))
                items.append(Item(row, None, rank, matched))
        return sorted(items, key=lambda item: (item.rank, -item.matched, *item.row[::-1]))

    def _value(self, row: Key, found: Property) -> Any:
        value = self._oracle.value(row, found.name)
        return _sent(value) if found.kind in (Kind.DATE, Kind.DATETIME) else value


_WIDER, _BEGINS, _WORDS = 10, 20, 40
_MATCHES = {0: "EXACT", 1: "EXACT", _WIDER: "EXACT", _BEGINS: "PREFIX", _WORDS: "WORDS"}


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without the parts that mean something as they are, where these have digits and letters."""
    for start, end in sorted(spans, reverse=True):
        if re.search("[0-9]", text[start:end]) and re.search("[a-z]", text[start:end], re.IGNORECASE):
            text = f"{text[:start]} {text[end:]}"
    return text


_CHAIN = re.compile(r"[a-z0-9]+(?:(?:[-/&@+#\\.'_]|[,:;])[a-z0-9]+)*")
_TIGHTLY = re.compile(r"[.'_]|(?<=[0-9])[,:;](?=[0-9])")
Parts = tuple[str, ...]


def _chains(text: str) -> list[list[Parts]]:
    """What stands together, of ASCII: units that dashes and the like join, each of words that points and the like
    join.
    """
    chains: list[list[Parts]] = []
    for chain in _CHAIN.findall(text.lower()):
        tight = _TIGHTLY.sub("\0", chain)
        chains.append([tuple(unit.split("\0")) for unit in re.split(r"[^a-z0-9\0]", tight)])
    return chains


def _whole(units: list[Parts]) -> list[str]:
    """The one word that loosely joined units are as well."""
    return ["".join(map("".join, units))] if len(units) > 1 and sum(map(len, units)) <= 4 else []


def _terms(text: str) -> list[Parts]:
    chains = _chains(text)
    units = [unit for chain in chains for unit in chain]
    return list(dict.fromkeys((*units, *((word,) for chain in chains for word in _whole(chain)))))


def _holds(text: str, term: Parts) -> bool:
    chains = _chains(text)
    words = [word for chain in chains for unit in chain for word in unit]
    joined = [word for chain in chains for word in _whole(chain)]
    for unit in (unit for chain in chains for unit in chain if len(unit) > 1):
        joined += [
            "".join(unit),
            *("".join(unit[:length]) for length in range(2, len(unit)) if "".join(unit).isdigit()),
        ]
    if len(term) == 1:
        return any(_close(term[0], held) for held in (*words, *joined))
    whole = "".join(term)
    in_a_row = any(tuple(words[at : at + len(term)]) == term for at in range(len(words)))
    return in_a_row or any(
        held == whole or (whole.isalpha() and len(whole) >= 4 and _one_typo(whole, held)) for held in (*words, *joined)
    )


def _codes(text: str) -> list[str]:
    """The text, and what within it may be a code: capitals, or digits, three where they are alone."""
    parts = text.split()
    may_be = r"[A-Z][A-Z0-9]+([-_][A-Z0-9]+)*-?|.*[0-9]{3}.*|.*[a-zA-Z].*[0-9].*"
    inside = [part for part in parts if re.fullmatch(may_be, part)] if len(parts) > 1 else []
    found = [text.strip(), re.sub(r"^(chapter|heading|port) ", "", text.strip(), flags=re.IGNORECASE), *inside]
    return [bare for part in found for bare in (part.lower(), part.lower().strip("-./"))]


def _is_tariff_part(row: Key, text: str) -> bool:
    """Whether the text is a longer tariff number within this chapter or heading."""
    return (
        row[0] in ("HtsChapter", "HtsHeading")
        and re.fullmatch(r"(\d\d){2,5}", text) is not None
        and text.startswith(row[1])
    )


def _compares(value: Any, conditions: dict[str, Any]) -> bool:
    return all(_compare(value, operator, wanted) for operator, wanted in conditions.items())


def _compare(value: Any, operator: str, wanted: Any) -> bool:
    if operator == "isNull":
        return (value is None) == wanted
    if value is None:
        return False
    if isinstance(value, datetime | date):
        wanted = [_moment(value, one) for one in wanted] if isinstance(wanted, list) else _moment(value, wanted)
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
            return wanted.lower() in str(value).lower()
        case _:
            return str(value).lower().startswith(wanted.lower())


def _moment(like: datetime | date, text: str) -> datetime | date:
    return datetime.fromisoformat(text) if isinstance(like, datetime) else date.fromisoformat(text)


def _close(wanted: str, word: str) -> bool:
    """Itself, its beginning, or one typo away: of letters alone, four or more of them."""
    if word == wanted or word in forms(wanted):
        return True
    if not wanted.isalpha():
        return False
    return word.startswith(wanted) or (len(wanted) >= 4 and _one_typo(wanted, word))


def _one_typo(one: str, other: str) -> bool:
    """One letter more, less or other, or two neighbours changed; told without spelling the possibilities out."""
    start = next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )
    rest, others = one[start:], other[start:]
    return (
        rest[1:] == others
        or rest == others[1:]
        or rest[1:] == others[1:]
        or (rest[1::-1] == others[:2] and rest[2:] == others[2:])
    )


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
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
