"""The `hub` command."""

import asyncio
import ipaddress
import logging
import os
import secrets
import signal
import socket
import sys
import time
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer
import uvicorn
from pydantic import SecretStr

from connectors.commands import CONNECTORS, sync_command
from connectors.engine.schedule import keep_syncing
from connectors.partner_service.beside import PartnerService
from connectors.registry import attached_in
from graph_schema.graph import GRAPH
from hub import logs
from hub.app import create_app
from hub.cli.backup import backup_command, restore_command, salvage_command
from hub.cli.doctor import Finding, findings, is_well
from hub.cli.preparing import attached_with_schedule, fetch_all, fetch_graphiql, load_with_bars, prepare, synced_from
from hub.cli.retry import retry_command
from hub.cli.terminal import Data, console, default_folder, doing, escaped, fetch_jars
from hub.errors import HubError, SetupError
from hub.gql.types import build_schema
from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.jars import cache_folder, locked_jars
from hub.local_neo4j.java import java
from hub.local_neo4j.server import CURSOR_KEY, LocalNeo4j, Memory, kept_secret, of_data_directory
from hub.local_neo4j.store import require_open, require_room_to_start
from hub.local_neo4j.watch import Watch
from hub.server import options
from hub.settings import Settings, read_settings
from hub.viewer import PUBLIC, Viewer
from hub.web.examples import EXAMPLES
from hub.world.load import WorldWanted
from hub.world.sample import ISSUER, personas

DEFAULT_SCALE: Final = 0.02
_log: Final = logging.getLogger("hub")
_commands: Final = typer.Typer(
    help="Who is responsible for what in customs trade work: a GraphQL API over a Neo4j graph.",
    no_args_is_help=True,
    add_completion=False,
)

_commands.command(name="sync")(sync_command)
_commands.command(name="retry")(retry_command)
_commands.command(name="backup")(backup_command)
_commands.command(name="restore")(restore_command)
_commands.command(name="salvage")(salvage_command)
_commands.add_typer(CONNECTORS, name="connectors")


@_commands.command()
def up(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Where to listen. A sample world listens on loopback only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    scale: Annotated[
        float,
        typer.Option(
            min=0.001,
            max=10,
            help="Size of the sample world; 1 is 20,000 importers and 100,000 cases, loaded in minutes.",
        ),
    ] = DEFAULT_SCALE,
    seed: Annotated[int, typer.Option(help="The seed the sample world is made from.")] = 7,
    sample: Annotated[
        bool, typer.Option("--sample/--no-sample", help="With or without the invented sample world.")
    ] = True,
    partner: Annotated[
        bool,
        typer.Option(
            "--partner/--no-partner", help="With or without a partner agency's own system, synced from like any other."
        ),
    ] = True,
    connections: Annotated[
        Path | None,
        typer.Option(
            "--connections",
            metavar="DIR",
            help="Sync the connections of this folder that have a schedule, as `hub serve` does.",
        ),
    ] = None,
    show_password: Annotated[
        bool, typer.Option("--show-password", help="Show Neo4j's password, and not only where it is kept.")
    ] = False,
) -> None:
    """Start everything on this machine: Neo4j, the public facts, a sample world, and the hub itself.

    Once it is up, what will be asked is planned behind those who ask; HUB_WARM=0 turns that off.
    """
    signal.signal(signal.SIGTERM, _interrupted)
    # a shell's background job is started with interrupts ignored; the server will take them anyway, so the start does,
    # too
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = (data or default_folder()).resolve()
    settings = read_settings()
    if sample and not _is_loopback(host):
        raise SetupError(
            f"a sample world listens on loopback only, not on {host}: leave --host out, or use --no-sample"
        )
    _refuse_taken(host, port)
    attached = attached_with_schedule(connections, settings.data or folder)
    started = time.monotonic()
    fetched_s = asyncio.run(fetch_all(settings))
    memory = Memory(settings.local_heap, settings.local_pagecache)
    more = {"browser.post_connect_cmd": f"play http://localhost:{port}/guide.html"}
    with ExitStack() as stack:
        server = stack.enter_context(LocalNeo4j(folder, java(), settings.local_jars or cache_folder(), memory, more))
        require_room_to_start(server.home, settings)
        running = server.launch()
        mine = {
            "neo4j_uri": running.uri,
            "neo4j_password": SecretStr(running.password),
            "data": settings.data or folder,
            "store": server.home,
        }
        if not settings.cursor_key.get_secret_value():
            mine["cursor_key"] = SecretStr(kept_secret(folder / CURSOR_KEY))
        here = settings.model_copy(update=mine)
        browser = f"http://localhost:{running.http}/browser/?connectURL=neo4j://neo4j@localhost:{running.bolt}"
        asked = [(example.query, _as(example.persona)) for example in EXAMPLES if sample or not example.persona]
        with doing("starting Neo4j"):
            server.wait_until_it_listens(running)
            asyncio.run(require_open(folder, here))
        stack.enter_context(Watch(server, running, here, _log.warning))
        asyncio.run(load_with_bars(here, WorldWanted(scale if sample else None, seed)))
        agency = stack.enter_context(PartnerService(folder / "partner")) if sample and partner else None
        synced, jobs = synced_from(agency, here, folder) if agency else (None, [])
        if attached:
            jobs = [*jobs, partial(keep_syncing, here, attached)]
        app = create_app(
            here,
            sign_in=SampleSignIn(folder) if sample else None,
            browser_url=browser,
            first_questions=asked,
            jobs=jobs,
        )
        password = (
            running.password if show_password else f"in {folder / 'neo4j-password'} (or ask with --show-password)"
        )
        _tell(host, port, password, browser, folder, sample, synced, fetched_s, time.monotonic() - started)
        logs.set_up("WARNING", as_json=False)
        serving = uvicorn.Config(app, **options(host, port))
        # once it has shut down, uvicorn raises the signal again that ended it
        with suppress(KeyboardInterrupt):
            uvicorn.Server(serving).run()
        console.print("stopping …")


@_commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes answer.")] = 1,
) -> None:
    """Serve the graph of an existing Neo4j (NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD), schema and public facts brought up
    to date first.

    Once it serves, what will be asked is planned behind those who ask; HUB_WARM=0 turns that off.
    """
    settings = read_settings()
    logs.set_up(settings.log_level, as_json=True)
    _refuse_taken(host, port)
    if workers > 1 and not settings.cursor_key.get_secret_value():
        # the same for all workers; HUB_CURSOR_KEY makes cursors outlive this process as well
        os.environ["HUB_CURSOR_KEY"] = secrets.token_urlsafe(32)
    # of what a caller may use, each worker counts its own part
    os.environ["HUB_WORKERS"] = str(workers)
    if settings.connections.is_dir():
        # said here in a line, and not by each worker
        attached_in(settings.connections, settings.data_folder)
    asyncio.run(
        prepare(
            settings,
            WorldWanted(None, 0),
            lambda what, done, total: _log.info("loading the %s: %d of %d", what, done, total),
        )
    )
    uvicorn.run("hub.server:build", factory=True, workers=workers, **options(host, port))


@_commands.command()
def doctor(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="A data directory of `hub up`, which must be running.")
    ] = None,
) -> None:
    """Say what is wrong with the surroundings of a hub, and what to do: NEO4J_URI's server, or the one of a data
    directory.
    """
    settings = read_settings()
    folder = data.resolve() if data else None
    if folder:
        settings = of_data_directory(folder, settings)
    results = asyncio.run(_diagnose(settings, folder))
    console.print("[bold green]all well[/]" if is_well(results) else "[bold red]not well[/]")
    sys.exit(0 if is_well(results) else 1)


@_commands.command(name="fetch")
def fetch_(
    neo4j: Annotated[bool, typer.Option("--neo4j/--no-neo4j", help="Also the Neo4j that `hub up` starts.")] = False,
) -> None:
    """Fetch GraphiQL into the cache, so that `hub serve` has it where there is no internet later."""
    settings = read_settings()
    asyncio.run(fetch_graphiql(settings))
    if neo4j:
        asyncio.run(fetch_jars("Neo4j", cache_folder(), locked_jars(), settings))


@_commands.command()
def token(
    persona: Annotated[
        str, typer.Option("--as", metavar="PERSONA", help="Whom to sign in as; an unknown name lists them all.")
    ],
    data: Data = None,
) -> None:
    """Print a token for a persona of the sample world, good for twelve hours."""
    sys.stdout.write(SampleSignIn((data or default_folder()).resolve()).token(persona) + "\n")


@_commands.command()
def schema() -> None:
    """Print the GraphQL schema."""
    sys.stdout.write(build_schema(GRAPH).as_str() + "\n")


def main() -> NoReturn:
    """The entry point: errors that say what to do, never a traceback for them."""
    try:
        _commands(standalone_mode=True)
    except HubError as error:
        console.print(f"[bold red]hub:[/] {escaped(str(error))}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


async def _diagnose(settings: Settings, folder: Path | None) -> list[Finding]:
    results: list[Finding] = []
    colours = {"ok": "green", "warning": "yellow", "wrong": "red"}
    async for finding in findings(settings, folder):
        results.append(finding)
        console.print(
            f"[{colours[finding.how]}]{finding.how:8}[/] {escaped(finding.what)}: {escaped(finding.told)}",
            soft_wrap=True,
        )
        if finding.todo:
            console.print(f"         → {escaped(finding.todo)}", soft_wrap=True)
    return results


def _tell(
    host: str,
    port: int,
    password: str,
    browser: str,
    folder: Path,
    sample: bool,
    synced: str | None,
    fetched_s: float,
    total_s: float,
) -> None:
    shown = "localhost" if _is_loopback(host) else host
    lines = [
        ("Start page", f"http://{shown}:{port}/"),
        ("GraphQL", f"http://{shown}:{port}/graphql"),
        ("Manual", f"http://{shown}:{port}/docs"),
        ("Neo4j Browser", browser),
        ("", f"user neo4j, password {password}"),
    ]
    if sample:
        default = "" if folder == default_folder().resolve() else f" --data {folder}"
        lines.append(("Sign in", f"uv run --no-dev hub token --as {personas()[0].name}{default}"))
        lines.append(("", ", ".join(persona.name for persona in personas())))
    if synced:
        lines.append(("Partner agency", synced))
    fetching = f"Neo4j fetched in {fetched_s:.0f} s, then " if fetched_s else ""
    lines.append(("Ready", f"{fetching}up in {total_s - fetched_s:.0f} s"))
    lines.append(("Data", f"{folder}: the --data of `hub doctor`, `hub retry`, `hub sync` and `hub backup`"))
    lines.append(("Stop", "Ctrl-C; the data stays"))
    # not a Rich table: it would cut addresses that must be copied
    for name, value in lines:
        console.print(f"[bold]{name:15}[/]{escaped(value)}", soft_wrap=True)


def _as(persona: str | None) -> Viewer:
    return Viewer.of(ISSUER, persona) if persona else PUBLIC


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_taken(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise SetupError(
            f"port {port} of {host} cannot be used ({error.strerror}): stop what uses it, or choose another with --port"
        ) from None


def _interrupted(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
