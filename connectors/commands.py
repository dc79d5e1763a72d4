"""`hub sync` and `hub connectors`: what operators and integrators type."""

import asyncio
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from connectors.contract import StreamInfo
from connectors.engine.attached import AttachedConnection, SyncOptions
from connectors.engine.check import Look, looked_at
from connectors.engine.report import Report
from connectors.engine.run import sync
from connectors.errors import ConnectorError
from connectors.own_code import failure
from connectors.registry import OWN, attach_file
from connectors.settings import NAME, read_connection
from connectors.skeleton import write_skeleton
from graph_schema.formats import without_social_security
from hub.database.graph import Graph
from hub.errors import HubError, SetupError
from hub.local_neo4j.server import of_data_directory
from hub.settings import Settings, read_settings

_console: Final = Console(stderr=True, highlight=False, emoji=False)
REFUSED: Final = 3
"""How `hub sync --strict` exits where records were refused."""
CONNECTORS: Final = typer.Typer(help="Other systems, attached by a file each.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--connections", metavar="DIR", help="The folder of the connections' files, NAME.yaml; else HUB_CONNECTIONS."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data directory of a running `hub up`; else NEO4J_URI's database."),
]


def sync_command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The connection to sync.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Sync all connections, one after the other.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything again and compare record by record.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Take the records of the quarantine once more, and nothing else.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help=f"Exit with {REFUSED} where records were refused, though the rest is done.")
    ] = False,
    folder: Folder = None,
    data: Data = None,
) -> None:
    """Sync what another system says about contacts and cases into the graph.

    Exits with 0 where all is done, be it that records were refused, which it says; with 1 where a run failed.
    """
    if (name is None) != everything:
        raise SetupError("name one connection, or say --all; `hub connectors list` lists them")
    settings = _settings(folder, data)
    odd, chosen = _all(settings) if name is None else (False, [_one(settings, name)])
    failed, refused = asyncio.run(_sync_all(settings, chosen, SyncOptions(full, dry_run, replay)))
    if failed or odd:
        sys.exit(1)
    if strict and refused:
        sys.exit(REFUSED)


@CONNECTORS.command(name="list")
def list_(folder: Folder = None) -> None:
    """List the connections, and the kinds of connector there are."""
    there = _settings(folder).connections
    table = Table("name", "connector", "speaks for", "streams", "schedule", title=f"connections in {there}")
    odd = list[str]()
    for path in sorted(there.glob("*.yaml")):
        try:
            connection = read_connection(path)
        except SetupError as error:
            table.add_row(path.stem, "cannot be used", "", "", "")
            odd.append(str(error))
            continue
        schedule = f"{connection.schedule or 'by command'}{f', full {connection.full}' if connection.full else ''}"
        table.add_row(
            connection.name,
            connection.connector,
            " ".join(connection.speaks_for),
            ", ".join(connection.streams),
            schedule,
        )
    for fault in odd:
        _console.print(fault, markup=False, soft_wrap=True)
    Console().print(table if table.row_count else f"no connection in {there}: `hub connectors new NAME` writes one")
    Console().print(f"connectors: {', '.join(OWN)}, or one of your own as package.module:Class")


@CONNECTORS.command()
def check(name: Annotated[str, typer.Argument(metavar="NAME")], folder: Folder = None, data: Data = None) -> None:
    """Reach a connection's system, list the streams it offers, and read the beginning of each stream of its file as
    that says.
    """
    settings = _settings(folder, data)
    attached = _one(settings, name)
    out = Console()
    looks = list[Look]()
    offers: Sequence[StreamInfo] | None = None
    try:
        where, offers = asyncio.run(_reached(attached))
        _console.print(f"[green]reached[/] {_escaped(where)}", soft_wrap=True)
    except ConnectorError as error:
        looks.append(Look("system", str(error), is_fault=True))
    except Exception as error:
        looks.append(Look("system", f"the connector fails: {failure(error)}", is_fault=True))
    for offer in offers or ():
        _tell_offer(out, offer, attached)
    looks += asyncio.run(looked_at(settings, attached, reached=offers is not None))
    for look in looks:
        (_console if look.is_fault else out).print(f"  {look.what}: {look.told}", markup=False, soft_wrap=True)
    if any(look.is_fault for look in looks):
        sys.exit(1)


def _tell_offer(out: Console, offer: StreamInfo, attached: AttachedConnection) -> None:
    out.print(f"  from: {without_social_security(offer.stream)}", markup=False, soft_wrap=True)
    if offer.columns:
        out.print(f"    columns: {without_social_security(', '.join(offer.columns))}", markup=False, soft_wrap=True)
    # what a stream of the file reads by its own options is told with that stream
    if offer.note and not any(
        fnmatchcase(offer.stream, stream.source) for stream in attached.connection.streams.values()
    ):
        out.print(f"    {offer.note}", markup=False, soft_wrap=True)


async def _reached(attached: AttachedConnection) -> tuple[str, Sequence[StreamInfo]]:
    return await attached.connector.check(), await attached.connector.discover()


@CONNECTORS.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    connector: Annotated[
        str, typer.Option(help=f"{', '.join(OWN)}, or `own` for a connector of your own with its test.")
    ] = "file",
    folder: Folder = None,
) -> None:
    """Write a connection's file to fill in, or a connector of one's own with its test."""
    if not NAME.fullmatch(name):
        raise SetupError(
            f"{name}: a connection's name is lower case letters, digits and hyphens, and begins with a letter"
        )
    for path in write_skeleton(name, connector, _settings(folder).connections):
        Console().print(f"wrote {path}")


def _one(settings: Settings, name: str) -> AttachedConnection:
    folder = settings.connections
    path = folder / f"{name}.yaml"
    if not path.exists():
        there = ", ".join(file.stem for file in sorted(folder.glob("*.yaml"))) or "none"
        raise SetupError(f"there is no connection {name} in {folder}; there are: {there}")
    return attach_file(path, settings.data_folder)


def _all(settings: Settings) -> tuple[bool, list[AttachedConnection]]:
    """Whether a file cannot be used, which is told, and the connections of the others."""
    odd, chosen = False, list[AttachedConnection]()
    for path in sorted(settings.connections.glob("*.yaml")):
        try:
            chosen.append(attach_file(path, settings.data_folder))
        except (ConnectorError, SetupError) as error:
            odd = True
            _console.print(f"[bold red]{path.stem}:[/] {_escaped(error)}", soft_wrap=True)
    return odd, chosen


def _escaped(error: Exception | str) -> str:
    return str(error).replace("[", chr(92) + "[")


def _settings(folder: Path | None, data: Path | None = None) -> Settings:
    """The environment's, with what the command line names instead."""
    settings = read_settings()
    if data is not None:
        settings = of_data_directory(data, settings)
    return settings.model_copy(update={"connections": folder}) if folder is not None else settings


async def _sync_all(settings: Settings, chosen: Sequence[AttachedConnection], ask: SyncOptions) -> tuple[bool, int]:
    """Syncs one after the other; tells whether any failed, and how many records were refused."""
    failed, refused = False, 0
    async with Graph(settings, patient=True) as graph:
        await graph.check()
        for attached in chosen:
            try:
                report = await _with_bars(graph, attached, ask)
                refused += report.faulty
                _tell(attached, report, ask)
            except (ConnectorError, HubError) as error:
                failed = True
                _console.print(f"[bold red]{attached.connection.name}:[/] {_escaped(error)}", soft_wrap=True)
            except Exception as error:
                failed = True
                _console.print(
                    f"[bold red]{attached.connection.name}:[/] it failed unexpectedly: {_escaped(failure(error))}",
                    soft_wrap=True,
                )
    return failed, refused


async def _with_bars(graph: Graph, attached: AttachedConnection, ask: SyncOptions) -> Report:
    columns = (
        SpinnerColumn(),
        TextColumn(f"{attached.connection.name}: {{task.description}}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=_console, transient=True) as bar:
        tasks = {stream: bar.add_task(stream, total=None) for stream in attached.connection.streams}

        def progress(stream: str, done: int, total: int | None) -> None:
            bar.update(tasks[stream], completed=done, total=total)

        return await sync(graph, attached, ask, progress)


def _tell(attached: AttachedConnection, report: Report, ask: SyncOptions) -> None:
    out = Console()
    counts = ", ".join(f"{count} {what}" for what, count in report.counts().items())
    done = f"done, with {report.faulty} refused: " if report.faulty else ""
    how = "would be: " if ask.dry else done
    out.print(f"{attached.connection.name}: {how}{counts} in {report.seconds:.1f} s", soft_wrap=True)
    for change in [*report.gone, *report.changes] if ask.dry else ():
        out.print(f"  {change}", markup=False, soft_wrap=True)
    if ask.dry and (more := report.written + report.retired - len(report.gone) - len(report.changes)) > 0:
        out.print(f"  and {more} more")
    for note in report.notes:
        out.print(f"  {note}", markup=False, soft_wrap=True)
    _tell_reasons(out, f"{report.skipped} refused, and kept in quarantine where that may be:", report.refused_first)
    _tell_reasons(out, f"fields left out of {report.lacking} records, which quarantine keeps:", report.left_out_first)


def _tell_reasons(out: Console, what: str, reasons: Sequence[str]) -> None:
    if reasons:
        out.print(f"  {what}", markup=False, soft_wrap=True)
    for reason in reasons:
        out.print(f"    {reason}", markup=False, soft_wrap=True)
