"""Changes of one run on their way into the graph: while one is committed, the next is written, and a third looks
what is there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

from hub.database.graph import Graph
from hub.database.lease import turn

_AT_ONCE: Final = 3
_TURN_S: Final = 5.0
"""So long a run keeps its turn while others may be waiting for theirs."""


class Pipeline:
    """A context: what is put in is written in that order, within turns of the run."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._turn = AsyncExitStack()
        self._turn_ends: float | None = None
        self._writing: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self._drain()
        finally:
            for task in self._writing:
                task.cancel()
            await asyncio.gather(*self._writing, return_exceptions=True)
            await self._turn.aclose()

    async def put(self, write: Callable[[], Awaitable[None]], *, alone: bool) -> None:
        """Starts a write once there is room. One that is `alone` overlaps with no other.

        Raises what an earlier one has raised.
        """
        if self._turn_ends and time.monotonic() > self._turn_ends:
            await self._drain()
            await self._turn.aclose()
            self._turn_ends = None
        await self._drain(0 if alone else _AT_ONCE - 1)
        if self._turn_ends is None:
            await self._turn.enter_async_context(turn(self._graph))
            self._turn_ends = time.monotonic() + _TURN_S
        self._writing.append(asyncio.ensure_future(write()))
        if alone:
            await self._drain()

    async def _drain(self, left: int = 0) -> None:
        """Waits until no more than so many writes are under way."""
        while len(self._writing) > left:
            await self._writing[0]
            del self._writing[0]
