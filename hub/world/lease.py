"""One at a time: a lease on preparing the database, held by whichever hub got it first; the others wait for its end."""

import asyncio
import secrets
from types import TracebackType
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.errors import Unavailable
from hub.graph import Graph

_LEASE_S: Final = 30
_RENEW_S: Final = 10.0
_ASK_S: Final = 0.5
_LOCK: Final[LiteralString] = "MERGE (w:World {id: 'world'}) SET w.lockedBy = $holder REMOVE w.lockedBy WITH w "
_TAKE: Final[LiteralString] = (
    # the node is locked by writing to it first, so that what is read after is what the last holder left
    _LOCK + "WHERE w.leasedBy IS NULL OR w.leasedBy = $holder OR w.leasedUntil < datetime() "
    "SET w.leasedBy = $holder, w.leasedUntil = datetime() + duration({seconds: $seconds})"
)
_GIVE_BACK: Final[LiteralString] = _LOCK + "WHERE w.leasedBy = $holder REMOVE w.leasedBy, w.leasedUntil"
_HOLDER: Final[LiteralString] = "MATCH (w:World {id: 'world'}) RETURN w.leasedBy"


class Lease:
    """A context: inside it no other hub prepares the same database. A holder that dies loses it within half a minute."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._holder = secrets.token_hex(8)
        self._renewing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        while not await self._take():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(_ASK_S)
        self._renewing = asyncio.create_task(self._renew())

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._renewing is not None
        self._renewing.cancel()
        await self._graph.write([Statement(_GIVE_BACK, {"holder": self._holder})])

    async def _take(self) -> bool:
        await self._graph.write([Statement(_TAKE, {"holder": self._holder, "seconds": _LEASE_S})])
        return await self._graph.read_one(_HOLDER, {}) == self._holder

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await self._take()
            except Unavailable:
                continue
