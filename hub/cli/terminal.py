"""What the commands share at a terminal: how things are told, how far they are, and the options they have in common."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import platformdirs
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TransferSpeedColumn,
)

from hub.local_neo4j.jars import Jar, fetch
from hub.settings import Settings

Told = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data directory; by default one in the user's data folder."),
]

console: Final = Console(stderr=True, highlight=False, emoji=False)


def default_folder() -> Path:
    """The data directory where none is named."""
    return platformdirs.user_data_path("trade-collaboration-hub")


def escaped(text: str) -> str:
    """A text that is shown as it is."""
    return text.replace("[", r"\[")


@contextmanager
def bars(before: str) -> Generator[Told]:
    """A bar for each thing that is being done, gone at the end; on what is no terminal a line, which stays."""
    columns = (SpinnerColumn(), TextColumn(f"{before}{{task.description}}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                if not console.is_terminal:
                    console.print(f"{before}{what} …")
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield progress


@contextmanager
def doing(what: str) -> Generator[None]:
    """Says what is being done while it is; on what is no terminal, e.g. a log, in a line that stays."""
    if console.is_terminal:
        with console.status(f"{what} …"):
            yield
    else:
        console.print(f"{what} …")
        yield


async def fetch_jars(what: str, folder: Path, jars: Sequence[Jar], settings: Settings) -> bool:
    """Fetches what is not there yet; tells whether anything was. Raises `SetupError`."""
    columns = (TextColumn(f"fetching {what}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return await fetch(folder, settings.maven_mirror, progress, jars)
