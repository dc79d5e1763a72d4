"""A connection with its connector, and what may be asked of a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Connector
from connectors.settings import Connection, lines_of

Progress = Callable[[str, int, int | None], None]
"""Called with a stream, how many of its rows are done, and how many there are, where that is known."""
Places = Callable[[Sequence[str]], str]
"""Gives the file, line and setting that names one of some columns; nothing where there is no file."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What is asked of a run: `full` compares every record again, `dry` writes nothing, `replay` takes what was
    refused once more.
    """

    full: bool = False
    dry: bool = False
    replay: bool = False


@dataclass(frozen=True, slots=True)
class AttachedConnection:
    """A connection with its connector, ready to run; `folder` keeps what was refused, `file` is the connection's
    own.
    """

    connection: Connection
    connector: Connector
    folder: Path
    file: Path | None = None

    def places(self, stream: str) -> Places:
        """Where a stream's columns stand in the connection's file."""

        def told(columns: Sequence[str]) -> str:
            if self.file is None or not self.file.exists():
                return ""
            lines, settings = lines_of(self.file), self.connection.streams[stream]
            at = next((place for place, names in settings.places if set(names) & set(columns)), ())
            line = lines.of(("streams", stream, *at))
            return f"{self.file}{f', line {line}' if line else ''}, {'.'.join(('streams', stream, *at))}"

        return told
