"""One at a time: leases that live in the graph, each held by whichever process got it first, and turns to write
hundreds of rows.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, LiteralString

import psutil

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.errors import HubError

_log: Final = logging.getLogger("hub.lease")
_LEASE_S: Final = 30
_RENEW_S: Final = 10.0
_ASK_S: Final = 0.5
_LOCK: Final[LiteralString] = "MERGE (w:Lease {id: $of}) SET w.lockedBy = $holder REMOVE w.lockedBy WITH w "
_TAKE: Final[LiteralString] = (
    # the node is locked by writing to it first, so that what is read after is what the last holder left
    _LOCK + "WHERE w.leasedBy IS NULL OR w.leasedBy IN [$holder, $dead] OR w.leasedUntil < datetime() "
    "SET w.leasedBy = $holder, w.leasedUntil = datetime() + duration({seconds: $seconds})"
)
_GIVE_BACK: Final[LiteralString] = _LOCK + "WHERE w.leasedBy = $holder REMOVE w.leasedBy, w.leasedUntil"
_HOLDER: Final[LiteralString] = "MATCH (w:Lease {id: $of}) RETURN w.leasedBy"

_TURN: Final[LiteralString] = "MERGE (w:Lease {id: 'turn'}) SET w.lockedBy = 'who writes'"


class Taken(HubError):
    """Another process holds the lease."""


class Lease:
    """A context: inside it nobody else holds the lease `of` that.

    A holder that dies loses it: to who sees that it has died at once, to others within half a minute. One that could
    not renew it in time, so that another has it, is ended with `Taken`.

    Waits for the end of another's, or, where it shall not wait, raises `Taken`.
    """

    def __init__(self, graph: Graph, of: str, *, wait: bool = True) -> None:
        self._graph = graph
        self._of = of
        self._wait = wait
        self._holder = f"{_here()}|{os.getpid()}|{secrets.token_hex(8)}"
        self._renewing: asyncio.Task[None] | None = None
        self._held = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        try:
            while not await self._take():
                if not self._wait:
                    raise Taken(
                        f"{self._of} is being worked on by another process; it is free half a minute after that one"
                        " ends"
                    )
                await asyncio.sleep(_ASK_S)
        except asyncio.CancelledError:
            # it may have been taken just before
            with suppress(HubError):
                await asyncio.shield(self._give_back())
            raise
        await self._held.__aenter__()
        self._renewing = asyncio.create_task(self._renew())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._renewing is not None
        self._renewing.cancel()
        try:
            await self._held.__aexit__(kind, error, trace)
        except TimeoutError as late:
            raise Taken(f"{self._of} was taken over by another process, which goes on with it") from late
        await self._give_back()

    async def _give_back(self) -> None:
        await self._graph.write([Statement(_GIVE_BACK, {"of": self._of, "holder": self._holder})])

    async def _take(self) -> bool:
        held_by = await self._graph.read_one(_HOLDER, {"of": self._of})
        dead = held_by if _has_ended(held_by) else None
        await self._graph.write(
            [Statement(_TAKE, {"of": self._of, "holder": self._holder, "dead": dead, "seconds": _LEASE_S})]
        )
        return await self._graph.read_one(_HOLDER, {"of": self._of}) == self._holder

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                if not await self._take():
                    self._held.reschedule(asyncio.get_running_loop().time())
                    return
            except Exception:  # whatever it was, the next one may succeed in time
                _log.warning("the lease of %s was not renewed", self._of, exc_info=True)


@asynccontextmanager
async def turn(graph: Graph) -> AsyncGenerator[None]:
    """Within it nobody else writes hundreds of rows at once: such transactions would wait for one another, in a circle
    at worst.

    It is a lock in the database, gone with who holds it. Raises `Unavailable`.
    """
    async with graph.batches, graph.locked(Statement(_TURN, {})):
        yield


def _here() -> str:
    """This machine, or the container in it: where a process id means the same."""
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()} {namespace.readlink() if namespace.exists() else ''}"


def _has_ended(holder: str | None) -> bool:
    where, _, rest = (holder or "").partition("|")
    return where == _here() and not psutil.pid_exists(int(rest.partition("|")[0]))
