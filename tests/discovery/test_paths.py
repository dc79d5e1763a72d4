"""How parties are connected equals what a plain search finds, for every viewer, on random graphs."""

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.queries.paths import ENDS, KINDS, LINKS
from tests.asking import by_all, questions
from tests.gql.test_oracle import LIMITS
from tests.oracle import Oracle, in_term
from tests.random_world import Key, Link, World, random_world

_PAIRS: Final = 10
_LONGEST: Final = 8
_PATH: Final = """query Path($one: String!, $other: String!) { path(from: $one,
  to: $other) { length from { nodeId } to { nodeId }
    steps { text from { nodeId } to { nodeId } } byKind { kind length } } }"""
_AROUND: Final = """query Around($one: String!) { neighbourhood(of: $one, depth: 2, first: 200) { more
    neighbours { distance node { nodeId } via { nodeId } } } }"""


class _Search:
    """What one account finds by going from row to row."""

    def __init__(self, world: World, account: str) -> None:
        self._oracle = Oracle(world, account)
        self._next: dict[str, dict[Key, set[Key]]] = {kind: {} for kind in KINDS}
        for kind in LINKS:
            for edge, _ in kind.edges:
                for link in world.between(edge):
                    if _counts(link) and self._oracle.sees_link(link):
                        self._next[kind.name].setdefault(link.tail, set()).add(link.head)
                        self._next[kind.name].setdefault(link.head, set()).add(link.tail)

    def sees(self, row: Key) -> bool:
        return self._oracle.sees(row)

    def around(self, row: Key, *kinds: str) -> set[Key]:
        return {found for kind in kinds or KINDS for found in self._next[kind].get(row, ())}

    def distance(self, one: Key, other: Key, *kinds: str) -> int | None:
        if one == other or not (self.sees(one) and self.sees(other)):
            return None
        rim, seen = {one}, {one}
        for steps in range(1, _LONGEST + 1):
            rim = {found for row in rim for found in self.around(row, *kinds)} - seen
            if other in rim:
                return steps
            seen |= rim
        return None


def _counts(link: Link) -> bool:
    match link.edge.type:
        case "REPRESENTS":
            return in_term(link)
        case "ASSIGNED_TO":
            return bool(link.properties.get("activeFor"))
        case "INVOLVES":
            return bool(link.properties.get("acceptedAt"))
        case _:
            return True


def _id(row: Key) -> str:
    return f"{row[0]}:{row[1]}"


def _ends(world: World) -> list[Key]:
    return [row for label in ENDS for row in world.of(label)]


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 4])
def test_the_way_is_the_shortest_that_the_viewer_may_see(seed: int, empty: Graph, run: Callable[..., Any]) -> None:
    world = random_world(seed)
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    searches = {account: _Search(world, account) for account in world.accounts}
    found = 0
    for one, other in _pairs(_ends(world), random.Random(seed)):
        answers = run(by_all(hub, searches, _PATH, {"one": _id(one), "other": _id(other)}))
        for account, got in answers.items():
            assert "errors" not in got, got
            search, told = searches[account], got["data"]["path"]
            where = f"seed {seed}, {account or 'the public'}: {one} to {other}: {told}"
            assert told["length"] == search.distance(one, other), where
            assert [told["from"], told["to"]] == [
                {"nodeId": _id(end)} if search.sees(end) else None for end in (one, other)
            ], where
            by_kind = {kind: search.distance(one, other, kind) for kind in KINDS}
            assert {each["kind"]: each["length"] for each in told["byKind"]} == {
                k: n for k, n in by_kind.items() if n
            }, where
            _check_steps(told["steps"], search, one, other)
            found += bool(told["length"])
    assert found > _PAIRS, "hardly a way was found"


def _check_steps(steps: list[dict[str, Any]], search: _Search, one: Key, other: Key) -> None:
    """Each step is one that the viewer may go, and the last ends where it should."""
    at = _id(one)
    for step in steps:
        assert step["from"]["nodeId"] == at
        at = step["to"]["nodeId"]
        assert at in {_id(row) for row in search.around(_key(step["from"]["nodeId"]))}
    assert not steps or at == _id(other)


def _key(node_id: str) -> Key:
    label, _, key = node_id.partition(":")
    return label, key


def _pairs(ends: list[Key], chance: random.Random) -> Iterator[tuple[Key, Key]]:
    private = [row for row in ends if row[0] in ("Importer", "Case", "Broker")]
    for index in range(_PAIRS):
        yield chance.choice(private if index % 2 else ends), chance.choice(private if index % 3 else ends)


@pytest.mark.parametrize("seed", [1])
def test_the_neighbourhood_is_all_that_is_linked_and_seen(seed: int, empty: Graph, run: Callable[..., Any]) -> None:
    world = random_world(seed)
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    searches = {account: _Search(world, account) for account in world.accounts}
    for one in random.Random(seed).sample(_ends(world), 8):
        for account, got in run(by_all(hub, searches, _AROUND, {"one": _id(one)})).items():
            assert "errors" not in got, got
            search, told = searches[account], got["data"]["neighbourhood"]
            near = search.around(one) if search.sees(one) else set[Key]()
            far = {found for row in near for found in search.around(row)} - near - {one}
            wanted = {**{_id(row): 1 for row in near}, **{_id(row): 2 for row in far}}
            assert {each["node"]["nodeId"]: each["distance"] for each in told["neighbours"]} == wanted, (account, one)
            assert told["more"] is False


def test_every_end_is_a_label_with_a_text_for_its_key() -> None:
    for label in ENDS:
        node = GRAPH.node(label)
        assert node.property_named(node.key).kind.value == "String"


def test_only_links_of_the_wanted_kinds_are_gone(empty: Graph, run: Callable[..., Any]) -> None:
    world = random_world(1)
    run(world.write(empty))
    hub = questions(empty, limits=LIMITS)
    account = "tests.example|trade"
    search = _Search(world, account)
    query = _PATH.replace("to: $other", 'to: $other, kinds: ["ENTRY", "ORGANISATION"]')
    for one, other in _pairs(world.of("Importer"), random.Random(3)):
        got = run(by_all(hub, [account], query, {"one": _id(one), "other": _id(other)}))[account]
        assert got["data"]["path"]["length"] == search.distance(one, other, "ENTRY", "ORGANISATION")
