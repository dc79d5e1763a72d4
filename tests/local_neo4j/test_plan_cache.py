"""How many plans Neo4j keeps follows its heap, in whatever notation that is given."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.cli.doctor import plans_kept
from hub.database.graph import Graph
from hub.errors import SetupError
from hub.identity.door import Shares
from hub.local_neo4j.plan_cache import PLAN_CACHE, plans_for, plans_of, prepared_of, size_in_bytes
from hub.local_neo4j.server import Memory
from hub.settings import Settings

GB = 1024**3


@pytest.mark.parametrize("text", ["1g", "1G", "1024m", "1048576k", "1073741824", "1GiB", "1.00GiB", "1024 MB", "0.5g"])
def test_a_size_is_read_as_java_and_neo4j_write_it(text: str) -> None:
    assert size_in_bytes(text) == (GB // 2 if text == "0.5g" else GB)


@pytest.mark.parametrize("text", ["", "g", "1 giga", "-1g", "1g1", "No Value"])
def test_what_is_no_size_is_told_with_an_example(text: str) -> None:
    assert size_in_bytes(text) is None
    with pytest.raises(SetupError, match=r"HUB_LOCAL_HEAP: .* e\.g\. 1g"):
        _ = Memory(heap=text).heap_bytes


def test_plans_grow_with_the_heap_and_a_small_one_has_some() -> None:
    assert plans_for(4 * GB) == 4 * plans_for(GB) > plans_for(GB // 2) >= plans_for(GB // 8) > 0


@pytest.mark.parametrize(("heap", "plans"), [("512m", 50), ("1g", 100), ("2g", 200), ("large", 100)])
def test_what_counts_as_known_and_what_is_prepared_follow_from_the_heap(
    heap: str, plans: int, run: Callable[..., Any]
) -> None:
    async def nothing() -> None:
        pass

    assert plans_of(heap) == plans
    assert prepared_of(plans) == plans * 4 // 5
    admission = Shares.of(Settings(local_heap=heap)).admission
    texts = [f"text {number}" for number in range(plans + 1)]
    for text in texts:
        run(admission.prepare(text, nothing))
    assert [text for text in texts if admission.is_new(text)] == texts[:1]


def test_the_hubs_own_neo4j_holds_no_plans_of_what_was_run_beside_its_caches(
    database: Graph, run: Callable[..., Any]
) -> None:
    run(database.read("MATCH (c:Center) RETURN c.name", {}))
    assert run(database.read("CALL db.stats.retrieve('QUERIES') YIELD data RETURN count(*)", {})) == [[0]]


def test_the_hubs_own_neo4j_plans_once_for_lists_and_texts_of_all_lengths(
    database: Graph, run: Callable[..., Any]
) -> None:
    async def planned() -> int:
        told = await database.read_one("CALL db.clearQueryCaches() YIELD value RETURN value", {})
        return next((int(word) for word in told.split() if word.isdigit()), 0)

    async def plans_of(*given: dict[str, Any]) -> int:
        await planned()
        for one in given:
            await database.read("MATCH (c:Center) WHERE c.code IN $codes AND c.name = $name RETURN c.code", one)
        return await planned()

    once = run(plans_of({"codes": ["CEE001"], "name": "a"}))
    assert run(plans_of(*({"codes": ["CEE001"] * length, "name": "a" * length} for length in (1, 5, 50, 5000)))) == once
    # of another type it is another statement
    assert run(plans_of({"codes": ["CEE001"], "name": "a"}, {"codes": [1], "name": "a"})) == once + 1


def test_more_plans_than_fit_are_a_warning_with_the_number_to_set() -> None:
    assert plans_kept(PLAN_CACHE, plans_for(GB), GB).how == "ok"
    # Java tells of a heap less than it was given
    assert plans_kept(PLAN_CACHE, plans_for(GB), GB * 981 // 1024).how == "ok"
    found = plans_kept(PLAN_CACHE, 1000, GB)
    assert found.how == "warning"
    assert f"{PLAN_CACHE}={plans_for(GB)}" in found.todo
    assert "1000 for a heap of 1.0 GB" in found.told
