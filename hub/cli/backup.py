"""The commands `hub backup`, `hub restore` and `hub salvage`."""

import asyncio
import os
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from hub.backup.archive import Manifest
from hub.backup.fingerprint import Fingerprint
from hub.backup.restore import restore, salvage
from hub.backup.take import Tools, take
from hub.cli.terminal import Data, bars, console, default_folder, escaped, fetch_jars
from hub.database.disk import megabytes
from hub.errors import SetupError
from hub.local_neo4j.jars import cache_folder, locked_jars
from hub.local_neo4j.java import java
from hub.settings import Settings, read_settings


def backup_command(
    data: Data = None,
    to: Annotated[
        str,
        typer.Option("--to", metavar="FILE-OR-DIR", help="Where the backup is written; by default the current folder."),
    ] = ".",
) -> None:
    """Back up a data directory, graph, attachments and keys, while its hub serves (its database is away for about
    12 s) or none does.
    """
    settings = read_settings()
    folder = (data or default_folder()).resolve()
    if to.endswith(("/", os.sep)) and not Path(to).is_dir():
        raise SetupError(f"there is no folder {to}: make it with `mkdir -p {to}`, or name a file")
    with bars("backup: ") as progress:
        archive, manifest = take(folder, Path(to).resolve(), settings, _tools(settings), progress)
    console.print(escaped(f"{archive} ({megabytes(archive.stat().st_size)}): {_told(manifest)}"), soft_wrap=True)
    console.print("it holds keys and whatever the graph holds: keep it as you keep those", soft_wrap=True)


def restore_command(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="A file that `hub backup` wrote.")],
    data: Data = None,
) -> None:
    """Restore a backup into a new data directory, and compare counts and hash with what was backed up."""
    settings = read_settings()
    folder = (data or default_folder()).resolve()
    with bars("restore: ") as progress:
        manifest = restore(archive.resolve(), folder, settings, _tools(settings), progress)
    console.print(
        escaped(f"restored as it was on {manifest.taken_at}, counts and hash equal: {_told(manifest)}"), soft_wrap=True
    )
    console.print(escaped(f"start it with `hub up --data {folder}`, with the options of before"), soft_wrap=True)


def salvage_command(data: Data = None) -> None:
    """Open a store whose transaction log cannot be read to its end: the end is cut off, and a copy of the log kept."""
    settings = read_settings()
    folder = (data or default_folder()).resolve()
    with bars("salvage: ") as progress:
        kept, fingerprint = salvage(folder, settings, _tools(settings), progress)
    console.print(
        escaped(f"the store is open again: {_told(fingerprint)}; its log as it was is in {kept}"), soft_wrap=True
    )
    console.print(
        escaped(f"look whether the last changes are there, then start it with `hub up --data {folder}`"), soft_wrap=True
    )


def _tools(settings: Settings) -> Tools:
    if not settings.local_jars:
        asyncio.run(fetch_jars("Neo4j", cache_folder(), locked_jars(), settings))
    return Tools(java(), settings.local_jars or cache_folder(), metadata.version("trade-collaboration-hub"))


def _told(counts: Manifest | Fingerprint) -> str:
    edges, labels = sum(counts.edges.values()), sum(counts.nodes.values())
    return f"{edges:,} edges, labels of nodes {labels:,}, hash {counts.hash[:12]}…"
