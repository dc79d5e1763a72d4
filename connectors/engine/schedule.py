"""Connections that sync by themselves while the hub serves: each when it is due, by one process over all that serve."""

import asyncio
import logging
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString

from connectors.engine.attached import AttachedConnection, SyncOptions
from connectors.engine.run import sync
from connectors.errors import ConnectorError, RetryLater
from hub.database.graph import Graph
from hub.database.lease import Lease, Taken
from hub.errors import CannotBeDone, HubError, Unavailable
from hub.jobs.dead_letters import Letter, done, set_aside
from hub.jobs.loops import raise_if_away, repeat
from hub.settings import Settings

_log: Final = logging.getLogger("hub.connectors")
_AT_ONCE: Final = 4
"""So many connections are synced at once by a process: the rest of it answers questions."""
_ASKED_EVERY_S: Final = 5.0
"""How often it is looked whether an operator has asked to sync a connection again that failed."""
_WAIT_S: Final = 60.0
"""How long it waits where the hub's own database could not be asked."""
_LEAST_WAIT_S: Final = 1.0
_REFUSED_S: Final = 300.0
"""How long it waits where the database answers, and did not take what was read."""
_LAST: Final[LiteralString] = (
    "MATCH (c:Connection {name: $name})-[:RAN]->(r:SyncRun) WHERE r.endedAt IS NOT NULL RETURN"
    " max(r.endedAt.epochSeconds)"
)
_SINCE_FULL: Final[LiteralString] = """
MATCH (c:Connection {name: $name})-[:RAN]->(r:SyncRun)
RETURN datetime().epochSeconds - coalesce(
  max(CASE WHEN r.full AND r.status STARTS
    WITH 'DONE' THEN r.endedAt.epochSeconds END), min(r.startedAt.epochSeconds))"""
"""The first run of all reads everything by itself."""
_NOW = "RETURN datetime().epochSeconds"
_RETRY: Final[LiteralString] = "MATCH (l:DeadLetter {id: $id}) RETURN l.retryAt.epochSeconds"


async def keep_syncing(settings: Settings, attached: Sequence[AttachedConnection]) -> None:
    """Runs until it is cancelled; a connection that fails keeps none of the others.

    Its database connections are not those of questions.
    """
    turns = asyncio.Semaphore(_AT_ONCE)
    async with Graph(settings, patient=True) as graph, asyncio.TaskGroup() as group:
        for each in attached:
            if each.connection.every_s is not None:
                group.create_task(_keep(graph, each, each.connection.every_s, turns))


async def _keep(graph: Graph, attached: AttachedConnection, every_s: float, turns: asyncio.Semaphore) -> None:
    name = attached.connection.name

    async def once() -> float:
        wait_s = await _due_in_s(graph, name, every_s)
        if wait_s > 0:
            return max(_LEAST_WAIT_S, wait_s)
        try:
            async with turns, Lease(graph, f"schedule of {name}", wait=False):
                # another process may have run it since
                wait_s = await _due_in_s(graph, name, every_s)
                if wait_s <= 0:
                    wait_s = await _sync(graph, attached, every_s)
        except Taken:
            return every_s
        return max(_LEAST_WAIT_S, wait_s)

    await repeat(f"the sync of {name}", once, min(_WAIT_S, every_s), spread=0.1)


async def _sync(graph: Graph, attached: AttachedConnection, every_s: float) -> float:
    """Runs it once; gives after how many seconds to look again. One that fails is set aside.

    Raises `Unavailable` or `Taken`.
    """
    letter = Letter("sync", attached.connection.name, "Connection")
    try:
        report = await sync(graph, attached, SyncOptions(full=await _full_is_due(graph, attached)), _unseen)
    except Taken:
        raise
    except Exception as error:
        await raise_if_away(graph, error)
        wait_s = min(_wait_s(error), every_s)
        await set_aside(graph, letter, _told(letter.item, error), datetime.now(UTC), wait=timedelta(seconds=wait_s))
        return min(wait_s, _ASKED_EVERY_S)
    await graph.write([done([letter.id])])
    _log.info("%s: %s", letter.item, ", ".join(f"{count} {what}" for what, count in report.counts().items()))
    return every_s


def _wait_s(error: Exception) -> float:
    """How long a connection that failed waits at most until it is tried again."""
    if isinstance(error, RetryLater):
        return error.after_s
    return _REFUSED_S if isinstance(error, Unavailable) else math.inf


async def _full_is_due(graph: Graph, attached: AttachedConnection) -> bool:
    """Whether everything is to be read again and compared, by the database's clock."""
    every_s = attached.connection.full_every_s
    if every_s is None:
        return False
    since = await graph.read_one(_SINCE_FULL, {"name": attached.connection.name})
    return since is not None and since >= every_s


def _told(name: str, error: Exception) -> Exception:
    """What is kept of how it ended.

    What the other system was asked and said is in the log and with the run, and not repeated.
    """
    if not isinstance(error, ConnectorError | HubError):
        return error
    _log.log(logging.WARNING if isinstance(error, RetryLater) else logging.ERROR, "%s: %s", name, error)
    return CannotBeDone(f"{type(error).__name__}: its last run says why, as does `hub sync {name}`")


def _unseen(_stream: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


async def _due_in_s(graph: Graph, name: str, every_s: float) -> float:
    """How long until it is due, by the database's clock, whoever ran it last; one that failed, by when it is tried
    again.
    """
    last, now = await graph.read_one(_LAST, {"name": name}), await graph.read_one(_NOW, {})
    again = await graph.read_one(_RETRY, {"id": Letter("sync", name, "Connection").id})
    due_in_s = 0 if last is None else last + every_s - now
    return due_in_s if again is None else min(again - now, _ASKED_EVERY_S)
