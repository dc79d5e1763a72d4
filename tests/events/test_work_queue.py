"""Consumers on the real Neo4j: each reads every event in order, wherever it is killed; one that fails or is slow
keeps no other.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from pydantic import SecretStr

from graph_schema.cypher import Statement
from hub.database.graph import Graph, Run
from hub.errors import Unavailable
from hub.events.append import Doer, Telling
from hub.events.numbers import number
from hub.events.work_queue import Consumer, Rows
from hub.jobs.dead_letters import FIRST_RETRY
from hub.jobs.loops import Loop, keep, work_through
from hub.local_neo4j.server import free_ports
from hub.settings import Settings

NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
KIND: Final = "Case.touched"
CASES: Final = {KIND: Rows("the cases that it names", "MATCH (n:Case {id: ref}) RETURN n")}
_LOG: Final = """
UNWIND $items AS item MATCH (e:Event {id: item}) MATCH (k:Case {id: e.case})
SET k.handled = coalesce(k.handled, []) + e.seq"""
_SAY: Final = "MATCH (e:Event {id: $id}) SET e.case = $case, e.times = $times"
_TOUCH: Final = "MATCH (k:Case {id: $case}) SET k.times = coalesce(k.times, 0) + 1 RETURN k.times"


def by_event(
    name: str, most: int = 7, *, poison: str = "none", wait_s: float = 0.0, from_now: bool = False
) -> Consumer:
    """A consumer that works on each event by itself, and writes its number to its case; it fails at the `poison`."""

    async def do(run: Run, items: Sequence[str], telling: Telling) -> int:  # noqa: ARG001 - it tells nothing
        await run(Statement(_LOG, {"items": list(items)}))
        await asyncio.sleep(wait_s)
        if poison in items:
            raise ValueError(poison)
        return len(items)

    rows = {KIND: Rows("the event itself", "MATCH (n:Event {id: ref}) RETURN n")}
    return Consumer(name, "Event", rows, do, most, from_now)


class World:
    """An empty graph in which cases are touched."""

    def __init__(self, graph: Graph, run: Callable[..., Any]) -> None:
        self.graph = graph
        self.run = run
        self.run(
            graph.write([Statement("UNWIND range(0, 9) AS n CREATE (:Case {id: 'case-' + n, number: 'case-' + n})")])
        )

    async def touch(self, name: str, case: str) -> None:
        """Changes a case, as a verb does: it is locked, changed, and told of at the end."""

        async def work(run: Run) -> None:
            ((times,),) = await run(Statement(_TOUCH, {"case": case}))
            telling = Telling(Doer("a test", "a test", NOW))
            telling.tell(KIND, [name], changed=("times",), name=name)
            await telling.append(run)
            await run(Statement(_SAY, {"id": name, "case": case, "times": times}))

        await self.graph.transact(work)

    def touches(self, count: int, prefix: str = "e", clients: int = 6) -> None:
        """So many events of ten cases, by several clients at once."""

        async def client(which: int) -> None:
            chance = random.Random(which)
            for place in range(which, count, clients):
                await self.touch(f"{prefix}-{place:04d}", f"case-{chance.randrange(10)}")

        async def together() -> None:
            await asyncio.gather(*map(client, range(clients)))

        self.run(together())

    def work(self, *consumers: Consumer, now: datetime = NOW) -> int:
        return self.run(work_through(self.graph, consumers, now))

    def rows(self, text: str) -> list[list[Any]]:
        return self.run(self.graph.read(text, {}))

    def handled(self) -> list[list[int]]:
        return [found for (found,) in self.rows("MATCH (k:Case) RETURN coalesce(k.handled, []) ORDER BY k.id")]

    def must_be_in_order(self, count: int) -> None:
        """Each event was handled once, and those of one case in order."""
        handled = self.handled()
        assert sorted(seq for found in handled for seq in found) == list(range(1, count + 1))
        for found in handled:
            assert found == sorted(found)


@pytest.fixture
def world(empty: Graph, run: Callable[..., Any]) -> World:
    return World(empty, run)


def test_events_of_one_case_are_numbered_as_they_happened_and_without_a_gap(world: World) -> None:
    async def numbered() -> None:
        for _ in range(40):
            await number(world.graph)
            await asyncio.sleep(0.02)

    async def together() -> None:
        writing = asyncio.gather(*(world.touch(f"e-{n:03d}", f"case-{n % 3}") for n in range(150)))
        await asyncio.gather(writing, numbered())
        assert await number(world.graph) == 150

    world.run(together())
    assert world.rows("MATCH (e:Event) RETURN min(e.seq), max(e.seq), count(DISTINCT e.seq)") == [[1, 150, 150]]
    told = world.rows("MATCH (e:Event) WITH e ORDER BY e.case, e.seq RETURN e.case, collect(e.times)")
    assert {case for case, _ in told} == {"case-0", "case-1", "case-2"}
    for _, times in told:
        assert times == list(range(1, 51))


def test_broken_off_at_twenty_points_each_event_is_handled_once_and_in_order_for_one_case(world: World) -> None:
    chance = random.Random(7)
    world.touches(300)
    broken = 0

    async def broken_off() -> bool:
        """Whether it was before its end."""
        try:
            await asyncio.wait_for(
                work_through(world.graph, [by_event("one", wait_s=0.01)], NOW), chance.uniform(0.01, 0.25)
            )
        except TimeoutError:
            return True
        return False

    while broken < 20 and len([1 for found in world.handled() for _ in found]) < 300:
        broken += world.run(broken_off())
        for found in world.handled():
            assert found == sorted(found)
    print(f"broken off {broken} times")  # noqa: T201 - it is what is judged
    world.work(by_event("one"))
    world.must_be_in_order(300)


_KILLED: Final = """
import asyncio, sys
from datetime import UTC, datetime
from hub.database.graph import Graph
from hub.jobs.loops import work_through
from hub.settings import Settings
from tests.events.test_work_queue import by_event

async def main():
    settings = Settings.model_validate({"neo4j_uri": sys.argv[1], "neo4j_password": sys.argv[2]})
    async with Graph(settings) as graph:
        print("ready", flush=True)
        while True:
            await work_through(graph, [by_event("one", wait_s=0.01)], datetime.now(UTC))

asyncio.run(main())
"""


def test_a_process_that_is_killed_leaves_the_rest_to_the_next(world: World, settings: Settings) -> None:
    chance = random.Random(11)
    world.touches(200)
    command = [sys.executable, "-c", _KILLED, settings.neo4j_uri, settings.neo4j_password.get_secret_value()]
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."})
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.1, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    world.work(by_event("one"))
    world.must_be_in_order(200)


def test_several_hubs_at_once_handle_each_event_once(world: World, settings: Settings) -> None:
    world.touches(60)

    async def together() -> None:
        async with Graph(settings) as another:
            await asyncio.gather(
                *(work_through(graph, [by_event("one")], NOW) for graph in (world.graph, another, world.graph))
            )

    world.run(together())
    world.work(by_event("one"))
    world.must_be_in_order(60)


def test_who_has_lost_its_lease_without_knowing_does_nothing_twice(world: World, settings: Settings) -> None:
    world.touches(60)

    async def together() -> None:
        async with Graph(settings) as another:
            slow, fast = by_event("one", wait_s=0.02), by_event("one")
            await asyncio.gather(slow.go(world.graph, NOW), fast.go(another, NOW), return_exceptions=True)

    world.run(together())
    world.work(by_event("one"))
    world.must_be_in_order(60)
    assert world.rows("MATCH (l:DeadLetter) RETURN l.id") == []


def test_a_new_consumer_begins_at_the_beginning_or_now(world: World) -> None:
    world.touches(20, "before")
    assert (world.work(by_event("all")), world.work(by_event("later", from_now=True))) == (20, 0)
    world.touches(5, "after")
    assert (world.work(by_event("all")), world.work(by_event("later", from_now=True))) == (5, 5)
    assert world.work(by_event("another")) == 25


def test_an_event_that_fails_is_set_aside_and_the_rest_goes_on(world: World) -> None:
    world.touches(30)
    assert world.work(by_event("one", poison="e-0013")) == 29
    assert world.rows("MATCH (l:DeadLetter) RETURN l.id, l.kind, l.reason STARTS WITH 'ValueError'") == [
        ["one e-0013", "Event", True]
    ]
    assert len([seq for found in world.handled() for seq in found]) == 29
    assert world.work(by_event("one"), now=NOW + FIRST_RETRY - timedelta(seconds=1)) == 0
    assert world.work(by_event("one"), now=NOW + FIRST_RETRY) == 1
    assert world.rows("MATCH (l:DeadLetter) RETURN l.id") == []
    assert sorted(seq for found in world.handled() for seq in found) == list(range(1, 31))


def test_while_the_database_is_away_it_waits_and_nothing_is_set_aside(world: World, settings: Settings) -> None:
    async def away() -> None:
        nowhere = settings.model_copy(
            update={"neo4j_uri": f"bolt://127.0.0.1:{free_ports(1)[0]}", "neo4j_password": SecretStr("x")}
        )
        async with Graph(nowhere) as graph:
            await work_through(graph, [by_event("one")], NOW)

    world.touches(3)
    with pytest.raises(Unavailable):
        world.run(away())
    assert world.rows("MATCH (l:DeadLetter) RETURN l.id") == []
    assert world.work(by_event("one")) == 3


def test_an_event_about_many_rows_is_worked_off_in_parts_and_goes_on_where_it_was(world: World) -> None:
    seen: list[Sequence[str]] = []

    def counting(breaks_at: int | None) -> Consumer:
        async def do(run: Run, items: Sequence[str], telling: Telling) -> int:  # noqa: ARG001 - it tells nothing
            if len(seen) == breaks_at:
                raise asyncio.CancelledError
            await run(
                Statement(
                    "UNWIND $items AS item MATCH (k:Case {id: item}) SET k.n = coalesce(k.n, 0) + 1",
                    {"items": list(items)},
                )
            )
            seen.append(items)
            return len(items)

        return Consumer("parts", "Case", CASES, do, 100)

    async def make(run: Run) -> None:
        await run(Statement("UNWIND range(1, 950) AS n CREATE (:Case {id: 'many-' + n, number: 'many-' + n})"))
        await tell(run, "one")

    async def tell(run: Run, *names: str) -> None:
        telling = Telling(Doer("a test", "a test", NOW))
        for name in names:
            telling.tell(KIND, [f"many-{n}" for n in range(1, 951)], changed=("n",), name=name)
        await telling.append(run)

    async def broken_off() -> None:
        with pytest.raises(asyncio.CancelledError):
            await work_through(world.graph, [counting(4)], NOW)

    world.run(world.graph.transact(make))
    world.run(broken_off())
    assert world.rows("MATCH (c:Consumer) RETURN c.cursor, c.row IS NOT NULL") == [[0, True]]
    assert world.work(counting(None)) == 550
    assert world.rows("MATCH (k:Case) WHERE k.n = 1 RETURN count(k)") == [[950]]
    assert max(map(len, seen)) == 100
    assert world.rows("MATCH (c:Consumer) RETURN c.cursor, c.row") == [[1, None]]
    # of several events that are read together each row is done once
    world.run(world.graph.transact(lambda run: tell(run, "two", "three")))
    assert world.work(counting(None)) == 950
    assert world.rows("MATCH (c:Consumer) RETURN c.cursor, c.row") == [[3, None]]


def test_a_slow_consumer_keeps_no_other(world: World) -> None:
    world.touches(40)
    slow = by_event("slow", most=1, wait_s=0.5)

    async def both() -> float:
        began = time.monotonic()
        loops = [Loop(one.name, lambda _, one=one: (one,), 0, 0.2) for one in (slow, by_event("fast"))]
        keeping = asyncio.create_task(keep(world.graph, *loops))
        cursor: Any = 0
        while cursor != 40 and time.monotonic() - began < 15:
            await asyncio.sleep(0.05)
            cursor = await world.graph.read_one("MATCH (c:Consumer {name: 'fast'}) RETURN c.cursor", {})
        keeping.cancel()
        await asyncio.wait([keeping])
        assert await world.graph.read_one("MATCH (c:Consumer {name: 'slow'}) RETURN c.cursor < 40", {})
        return time.monotonic() - began

    assert world.run(both()) < 15


def test_what_is_changed_while_it_is_read_is_read_in_full(world: World) -> None:
    """A consumer reads while others write: what it has passed is complete."""

    async def together() -> None:
        async def write(which: int) -> None:
            for place in range(40):
                await world.touch(f"e-{which}-{place:02d}", f"case-{(which + place) % 10}")

        writing = asyncio.gather(*(write(which) for which in range(5)))
        while not writing.done():
            await work_through(world.graph, [by_event("one")], NOW)
        await writing

    world.run(together())
    world.work(by_event("one"))
    world.must_be_in_order(200)
    cases = world.rows("MATCH (e:Event) WITH e ORDER BY e.case, e.seq RETURN e.case, collect(e.times)")
    for _, times in cases:
        assert all(one < other for one, other in pairwise(times))
