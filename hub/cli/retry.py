"""`hub retry`: what operators type about what background jobs have set aside."""

import asyncio
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from hub.database.graph import Graph
from hub.errors import BadInput, NotFound
from hub.jobs import dead_letters
from hub.local_neo4j.server import of_data_directory
from hub.settings import Settings, read_settings

_console: Final = Console(highlight=False, emoji=False, markup=False)


def retry_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ID …]", help="What is tried again, by the ids that are listed.")
    ] = None,
    job: Annotated[
        str | None, typer.Option("--job", metavar="JOB", help="All that this job has set aside, e.g. clocks.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is set aside.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help="The data directory of a running `hub up`; else NEO4J_URI's database."
        ),
    ] = None,
) -> None:
    """List the items that background jobs failed on and set aside, and why.

    With ids, --job or --all: have them tried again at once.
    """
    if names and (job or everything):
        raise BadInput("ids name what is tried again: leave out --job and --all, or the ids")
    of = f" --data {shlex.quote(str(data))}" if data else ""
    asyncio.run(_retry(_settings(data), names or [], job, everything, of))


async def _retry(settings: Settings, names: Sequence[str], job: str | None, everything: bool, of: str) -> None:
    async with Graph(settings, patient=True) as graph:
        if not names and job is None and not everything:
            _list(await dead_letters.letters(graph))
            return
        count = await dead_letters.retry(graph, job, names)
    if not count:
        raise NotFound(f"nothing of that is set aside: `hub retry{of}` lists what is")
    _console.print(
        f"{count} {'is' if count == 1 else 'are'} tried again within a minute; what fails once more is listed with its"
        " reason"
    )


def _list(letters: Sequence[dead_letters.Told]) -> None:
    if not letters:
        _console.print("nothing is set aside")
    for letter in letters:
        tries = "once" if letter.tries == 1 else f"{letter.tries} times"
        # as it is typed back, whatever signs are in it
        _console.print(shlex.quote(letter.id), soft_wrap=True)
        _console.print(f"  {letter.kind}: {letter.reason}", soft_wrap=True)
        _console.print(
            f"  tried {tries} since {letter.first_at[:19]}Z, again at {letter.retry_at[:19]}Z", soft_wrap=True
        )


def _settings(data: Path | None) -> Settings:
    """The environment's, or those of a data directory."""
    settings = read_settings()
    return of_data_directory(data, settings) if data else settings
