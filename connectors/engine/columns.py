"""The columns that a connection's file names, beside those that its system has."""

from collections.abc import Sequence

from connectors.contract import StreamRequest
from connectors.engine.attached import Places
from connectors.engine.cells import nearest
from connectors.errors import AbortRun, NoSuchColumn
from connectors.settings import StreamSettings


def wanted(name: str, settings: StreamSettings) -> StreamRequest:
    """What a connector is told about a stream."""
    return StreamRequest(name, settings.source, settings.key, settings.options, settings.needed)


def missing_columns(stream: StreamRequest, columns: Sequence[str]) -> list[Sequence[str]]:
    """The columns of the connection's file, each by its names, that are not among those that the system has."""
    there = set(columns)

    def has(name: str) -> bool:
        # a field of a node that is empty
        return name in there or any(name[:at] in there for at, letter in enumerate(name) if letter == ".")

    return [names for names in (*((key,) for key in stream.key), *(stream.columns or ())) if not any(map(has, names))]


def require_columns(stream: StreamRequest, columns: Sequence[str], places: Places) -> None:
    """Raises `AbortRun` where a column of the connection's file is not among those that the system has."""
    missing = missing_columns(stream, columns)
    if missing:
        missing_names = ", ".join(told(names, places) for names in missing)
        near = [repr(name) for names in missing if (name := nearest(names[0], columns))]
        raise AbortRun(
            f"{stream.name}: there is no column {missing_names}; the system has {', '.join(columns)}. "
            + (f"{'Is it' if len(near) == 1 else 'Are they'} {', '.join(near)} now? " if near else "")
            + "Nothing was changed: mend the name in the connection's file, or say `optional: true` at a column that"
            " may be missing"
        )


def with_place(error: NoSuchColumn, places: Places) -> str:
    """The error with where the connection's file names what is not there."""
    where = places(error.columns)
    return f"{error} ({where})" if where else str(error)


def told(names: Sequence[str], places: Places) -> str:
    """A column by its names, with where it stands in the connection's file."""
    return " or ".join(map(repr, names)) + (f" ({where})" if (where := places(names)) else "")
