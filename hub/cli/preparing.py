"""What is there before a hub serves: what is fetched, the loaded database, the connections that are synced."""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from connectors.engine.attached import AttachedConnection, SyncOptions
from connectors.engine.run import sync
from connectors.engine.schedule import keep_syncing
from connectors.errors import ConnectorError
from connectors.partner_service.beside import AGENCY, PartnerService, seed_of
from connectors.registry import attached_in
from hub.app import Job
from hub.cli.terminal import bars, console, doing, escaped, fetch_jars
from hub.database.graph import Graph
from hub.errors import HubError, SetupError, Unavailable
from hub.local_neo4j.jars import cache_folder, locked_jars
from hub.settings import Settings
from hub.web import graphiql
from hub.world.load import WorldWanted, load

_WAIT_FOR_NEO4J_S: Final = 60
_LOOKS_S: Final = 1.0
_TRIED_AGAIN: Final = "it is tried again while the hub serves"
_log: Final = logging.getLogger("hub")


def attached_with_schedule(folder: Path | None, data: Path) -> list[AttachedConnection]:
    """The connections of a folder. Raises `SetupError`, also where none of them has a schedule."""
    if folder is None:
        return []
    attached = attached_in(folder, data)
    if not any(each.connection.schedule for each in attached):
        raise SetupError(
            f"{folder} has no connection with a schedule: say e.g. `schedule: every 15 minutes` in its NAME.yaml"
        )
    return attached


def synced_from(agency: PartnerService, settings: Settings, folder: Path) -> tuple[str, list[Job]]:
    """Starts the partner agency's service and syncs from it: what came of it, and what keeps that up while the hub
    serves, also where it failed at first.
    """
    jobs: list[Job] = [partial(_keep_syncing, agency, settings, folder), partial(agency.keep_running, settings)]

    async def first() -> str:
        async with Graph(settings, patient=True) as graph:
            await asyncio.to_thread(agency.start, await seed_of(graph))
            report = await sync(graph, agency.attached(folder), SyncOptions(), lambda _stream, _done, _total: None)
            return f"{report.read} records of the {AGENCY}'s own service read, {report.written} written: {agency.url}"

    try:
        with doing("syncing from the partner agency"):
            outcome = asyncio.run(first())
    except (HubError, ConnectorError) as error:
        return f"not synced: {error}; {_TRIED_AGAIN}", jobs
    except Exception as error:  # the hub is up all the same
        _log.exception("the partner agency was not synced from")
        return f"not synced: it failed unexpectedly ({type(error).__name__}); {_TRIED_AGAIN}", jobs
    return outcome, jobs


async def _keep_syncing(agency: PartnerService, settings: Settings, folder: Path) -> None:
    """Syncs from the partner agency's service, once it runs."""
    while not agency.is_running:  # noqa: ASYNC110 - a process of its own
        await asyncio.sleep(_LOOKS_S)
    await keep_syncing(settings, [agency.attached(folder)])


async def fetch_graphiql(settings: Settings) -> bool:
    """Fetches GraphiQL; gives whether there was anything to fetch. Raises `SetupError`."""
    return await fetch_jars("GraphiQL", graphiql.folder(), graphiql.jars(), settings)


async def fetch_all(settings: Settings) -> float:
    """Fetches Neo4j and GraphiQL, without which the hub can do; gives the seconds it took, 0 where there was
    nothing to fetch.
    """
    began = time.monotonic()
    fetched = not settings.local_jars and await fetch_jars("Neo4j", cache_folder(), locked_jars(), settings)
    try:
        fetched |= await fetch_graphiql(settings)
    except SetupError as error:
        console.print(f"[yellow]without GraphiQL:[/] {escaped(str(error))}", soft_wrap=True)
    return time.monotonic() - began if fetched else 0


async def load_with_bars(settings: Settings, wanted: WorldWanted) -> None:
    """The same as `prepare`, and shows how far it is."""
    with bars("loading the ") as progress:
        await prepare(settings, wanted, progress)


async def prepare(settings: Settings, wanted: WorldWanted, progress: Callable[[str, int, int], None]) -> None:
    """Waits for the database, then brings it up to date. Raises `SetupError`."""
    async with Graph(settings, patient=True) as graph:
        deadline = time.monotonic() + _WAIT_FOR_NEO4J_S
        while True:
            try:
                await graph.check()
                break
            except Unavailable as error:
                if time.monotonic() > deadline:
                    raise SetupError(f"Neo4j at {settings.neo4j_uri} does not answer: `hub doctor` says why") from error
                _log.info("waiting for Neo4j")
                await asyncio.sleep(1)
        await load(graph, wanted, progress)
