"""How the database is asked when much is asked of it at once: bookmarks, connections, turns, and when it counts as
gone.
"""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from graph_schema.cypher import Statement
from hub.database.bookmarks import Bookmarks
from hub.database.graph import Graph, Run
from hub.errors import BadInput, TooCostly, Unavailable
from hub.settings import Settings


@asynccontextmanager
async def opened(settings: Settings, uri: str | None = None) -> AsyncGenerator[Graph]:
    """A graph that has been asked already: a database that has just started takes long for its first answer."""
    async with Graph(settings.model_copy(update={"neo4j_uri": uri or settings.neo4j_uri})) as graph:
        for _ in range(20):
            with suppress(Unavailable):
                await graph.read_one("RETURN 1", {})
                break
        yield graph


def of_the_future(bookmark: str, ahead: int) -> str:
    """A bookmark of the same database, so many transactions later: the transaction's id, packed as Bolt does,
    follows the database's.
    """
    prefix, _, packed = bookmark.partition(":")
    database = base64.b64decode(packed + "=" * (-len(packed) % 4))[:19]
    raised = database + b"\xca" + (1_000_000 + ahead).to_bytes(4) + b"\x90"
    return f"{prefix}:{base64.b64encode(raised).decode().rstrip('=')}"


def test_a_write_with_a_bookmark_of_the_future_is_refused_and_not_done(settings: Settings) -> None:
    async def tried() -> list[list[Any]]:
        async with opened(settings) as graph:
            seen = Bookmarks()
            await graph.read("RETURN 1", {}, seen)

            async def work(run: Run) -> None:
                await run(Statement("CREATE (:Tried)", {}))

            await graph.transact(work, bookmarks=Bookmarks(seen.values))
            with pytest.raises(BadInput, match=r"within 1\.5 s"):
                await graph.transact(work, bookmarks=Bookmarks(of_the_future(bookmark, 1) for bookmark in seen.values))
            found = await graph.read("MATCH (n:Tried) RETURN count(n)", {})
            await graph.write([Statement("MATCH (n:Tried) DELETE n", {})])
            return found

    assert asyncio.run(tried()) == [[1]]


def test_a_full_pool_is_told_apart_from_a_database_that_does_not_answer(settings: Settings) -> None:
    async def asked() -> str:
        async with opened(settings) as graph:
            assert await graph.read_one("RETURN 1", {}) == 1
            async with AsyncExitStack() as held:
                for _ in range(100):
                    await held.enter_async_context(graph.locked(Statement("RETURN 1", {})))
                with pytest.raises(Unavailable) as told:
                    await graph.read_one("RETURN 1", {})
            assert await graph.read_one("RETURN 1", {}) == 1
            return str(told.value)

    assert asyncio.run(asked()) == "many are asking at the moment; try again in a few seconds"


def test_changes_wait_their_turn_in_order_and_the_first_is_alone(settings: Settings) -> None:
    async def changed() -> tuple[list[int], list[int]]:
        order, at_once, running = list[int](), list[int](), set[int]()
        async with opened(settings) as graph:

            async def change(number: int) -> None:
                async def work(run: Run) -> None:
                    running.add(number)
                    at_once.append(len(running))
                    order.append(number)
                    await run(
                        Statement(
                            "MERGE (t:Turn {number: $number}) SET t.times = coalesce(t.times, 0) + 1",
                            {"number": number},
                        )
                    )
                    running.discard(number)

                await graph.transact(work)

            await asyncio.gather(*map(change, range(60)))
            assert await graph.read("MATCH (t:Turn) RETURN count(t), sum(t.times)", {}) == [[60, 60]]
            await graph.write([Statement("MATCH (t:Turn) DELETE t", {})])
        return order, at_once

    order, at_once = asyncio.run(changed())
    assert order[0] == 0
    assert at_once[:2] == [1, 1]
    assert 1 < max(at_once) <= 8
    # side by side they may overtake each other, e.g. while a connection is opened
    assert all(abs(number - position) < 30 for position, number in enumerate(order)), order


class Dumb:
    """A way to the database on which the answers to new connections are swallowed once it is told to."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.swallows = False
        self.connections = list[asyncio.Task[None]]()

    async def listen(self) -> asyncio.Server:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections.append(asyncio.create_task(self._connected(reader, writer)))

        return await asyncio.start_server(connected, "127.0.0.1", 0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        swallows = self.swallows
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._passed(reader, back), self._passed(there, writer, swallows=swallows))

    async def _passed(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, swallows: bool = False) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if not swallows:
                    to.write(data)
                    await to.drain()
        to.close()


def test_statements_wait_for_memory_that_others_have_and_one_that_is_too_large_is_told(settings: Settings) -> None:
    """All statements together have 500 MB in this Neo4j, and each 350 MB at most; a row takes some two KB."""
    text = "UNWIND range(1, $rows) AS row WITH collect($text + row) AS texts RETURN size(texts)"

    async def tried() -> None:
        async with opened(settings) as graph:

            async def large(rows: int) -> int:
                return await graph.read_one(text, {"rows": rows, "text": "x" * 1000}, is_new=True)

            with pytest.raises(TooCostly, match="more memory than the database gives"):
                await large(500_000)
            several = [150_000, 150_001]
            assert await asyncio.gather(*map(large, several)) == several

    asyncio.run(tried())


def test_pulses_that_are_late_end_nothing_while_others_are_answered(settings: Settings) -> None:
    """A change waits for a lock longer than both pulses are waited for; only who asks beside it is answered
    meanwhile.
    """

    async def changed() -> None:
        way = Dumb(urlsplit(settings.neo4j_uri).port or 7687)
        async with await way.listen() as listening, opened(settings) as holder:
            uri = f"bolt://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            async with opened(settings, uri) as graph:
                await graph.write([Statement("MERGE (l:Late {id: 1})", {})])
                await asyncio.gather(*(graph.read_one(f"RETURN {number}", {}) for number in range(4)))
                way.swallows = True
                async with holder.locked(Statement("MATCH (l:Late) SET l.held = true", {})):
                    change = asyncio.create_task(graph.write([Statement("MATCH (l:Late) SET l.done = true", {})]))
                    until = time.monotonic() + 6.5
                    while time.monotonic() < until:
                        assert await graph.read_one("RETURN 1", {}) == 1
                        await asyncio.sleep(0.1)
                    assert not change.done()
                await change
                assert await graph.read("MATCH (l:Late) RETURN l.held, l.done", {}) == [[None, True]]
                await graph.write([Statement("MATCH (l:Late) DELETE l", {})])
            await asyncio.gather(*way.connections)

    asyncio.run(changed())
