"""A connection with its connector, and what may be asked of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import Connector
from connectors.settings import Connection

Progress = Callable[[str, int, int | None], None]
"""Called with a stream, how many of its rows are done, and how many there are, where that is known."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a run: `full` compares every record again, `dry` writes nothing, `replay` takes what was refused once more."""

    full: bool = False
    dry: bool = False
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """A connection with its connector, ready to run; `folder` keeps what was refused."""

    connection: Connection
    connector: Connector
    folder: Path
