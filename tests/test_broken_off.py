"""A statement that Neo4j breaks off without an answer: told within seconds, its connection free, others unharmed, and not begun again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.broken_off import BrokenOff
from hub.graph import Graph, Run
from hub.settings import Settings
from tests.test_graph import opened

TOLD_S = 30
"""Two seconds of patience and two looks two seconds apart take four or five, on a busy machine more; without looking it would be
125 here."""


def overflowing(levels: int) -> str:
    """A read that overflows the stack of Neo4j's planner; `levels` make it another text."""
    return f"MATCH (n:Center) WHERE {'NOT coalesce(' * levels}n.name = 'x'{', false)' * levels} RETURN count(n)"


async def _told_s(asking: Callable[[], Awaitable[Any]]) -> float:
    began = time.monotonic()
    with pytest.raises(BrokenOff, match="nested too deep"):
        await asking()
    return time.monotonic() - began


def test_a_read_that_is_broken_off_is_told_within_seconds_and_holds_no_connection(settings: Settings) -> None:
    async def asked() -> tuple[list[float], float, list[list[Any]]]:
        async with opened(settings) as graph:
            texts = [overflowing(levels) for levels in (300, 301, 302)]
            first = await asyncio.gather(*(_told_s(lambda text=text: graph.read(text, {})) for text in texts))
            again = await _told_s(lambda: graph.read(texts[0], {}))
            open_ = await graph.read("SHOW TRANSACTIONS YIELD currentQueryId WHERE currentQueryId = '' RETURN count(*)", {})
            return first, again, open_

    first, again, open_ = asyncio.run(asked())
    print(f"\nbroken off: told after {max(first):.1f} s")  # noqa: T201 - a figure
    assert max(first) < TOLD_S
    assert again < 1.9, "a text that was broken off is refused for a while"
    assert open_ == [[0]]


def test_a_change_that_is_broken_off_is_told_and_undone(settings: Settings) -> None:
    async def changed() -> tuple[float, list[list[Any]]]:
        async with opened(settings) as graph:

            async def work(run: Run) -> None:
                await run(Statement("CREATE (:Tried)", {}))
                await run(Statement(overflowing(310), {}))

            told_s = await _told_s(lambda: graph.transact(work))
            return told_s, await graph.read("MATCH (n:Tried) RETURN count(n)", {})

    told_s, found = asyncio.run(changed())
    print(f"\nbroken off: a change is told after {told_s:.1f} s")  # noqa: T201 - a figure
    assert told_s < TOLD_S
    assert found == [[0]]


def test_what_is_slow_or_waits_for_a_lock_is_not_taken_for_broken_off(settings: Settings) -> None:
    async def waited(graph: Graph) -> list[list[Any]]:
        lock = Statement("MERGE (l:Lease {id: 'slow'}) SET l.lockedBy = 'test' REMOVE l.lockedBy", {})
        await graph.write([lock])
        async with graph.locked(lock):
            changing = asyncio.create_task(graph.write([lock]))
            # some seconds of work, seen several times
            slow = "UNWIND range(1, 3000000) AS n WITH n WHERE n % 7 = 0 RETURN count(DISTINCT toString(n) + $salt)"
            began = time.monotonic()
            counted: list[list[Any]] = []
            while time.monotonic() - began < 6:
                counted = await graph.read(slow, {"salt": "x"})
            assert not changing.done()
        await changing
        return counted

    async def asked() -> list[list[Any]]:
        async with opened(settings) as graph:
            return await waited(graph)

    assert asyncio.run(asked()) == [[3000000 // 7]]
