"""Connections that sync by themselves while the hub serves: each when it is due, by one process over all that serve."""

import asyncio
import logging
import random
from collections.abc import Sequence
from typing import Final

from connectors.attached import Ask, Attached
from connectors.errors import ConnectorError, RetryLater
from connectors.run import sync
from hub.errors import HubError
from hub.graph import Graph
from hub.lease import Lease, Taken
from hub.settings import Settings

_log: Final = logging.getLogger("hub.connectors")
_AT_ONCE: Final = 4
"""So many connections are synced at once by a process: the rest of it answers questions."""
_LAST = "MATCH (c:Connection {name: $name})-[:RAN]->(r:SyncRun) WHERE r.endedAt IS NOT NULL RETURN max(r.endedAt.epochSeconds)"
_NOW = "RETURN datetime().epochSeconds"


async def keep_syncing(settings: Settings, attached: Sequence[Attached]) -> None:
    """Runs until it is cancelled; a connection that fails keeps none of the others. Its database connections are not those of questions."""
    turns = asyncio.Semaphore(_AT_ONCE)
    async with Graph(settings, patient=True) as graph, asyncio.TaskGroup() as group:
        for found in attached:
            if found.connection.every_s is not None:
                group.create_task(_keep(graph, found, found.connection.every_s, turns))


async def _keep(graph: Graph, attached: Attached, every_s: float, turns: asyncio.Semaphore) -> None:
    name = attached.connection.name
    again = False
    while True:
        wait_s = every_s
        try:
            wait_s = await _due_in_s(graph, name, every_s)
            if again or wait_s <= 0:
                async with turns, Lease(graph, f"schedule of {name}", wait=False):
                    # another process may have run it since
                    wait_s = await _due_in_s(graph, name, every_s)
                    if again or wait_s <= 0:
                        report = await sync(graph, attached, Ask(), _unseen)
                        _log.info("%s: %s", name, ", ".join(f"{count} {what}" for what, count in report.counts().items()))
                        wait_s = every_s
            again = False
        except Taken:
            wait_s = every_s
        except RetryLater as error:
            _log.warning("%s: %s", name, error)
            again, wait_s = True, min(error.after_s, every_s)
        except (ConnectorError, HubError) as error:
            _log.error("%s: %s", name, error)
        except Exception:
            _log.exception("%s failed", name)
        # not all processes at once
        await asyncio.sleep(max(1.0, wait_s) * random.uniform(0.9, 1.1))  # noqa: S311 - no secret


def _unseen(_stream: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""


async def _due_in_s(graph: Graph, name: str, every_s: float) -> float:
    """How long until it is due, by the database's clock, whoever ran it last."""
    last, now = await graph.read_one(_LAST, {"name": name}), await graph.read_one(_NOW, {})
    return 0 if last is None else last + every_s - now
