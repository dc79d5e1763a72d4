"""Logs, as JSON lines: what happened and where in the code, never what was asked, by whom, or a foreign error's
words.
"""

import logging
import traceback
from datetime import UTC, datetime
from typing import Final, NamedTuple

import orjson

_QUIET: Final = ("neo4j", "httpx2", "asyncio")


class JsonLines(logging.Formatter):
    """A record as one line: `at`, `level`, `logger`, `message`, the `fields` it was given, and an error's type and
    place.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line without its end; a field that JSON has no form for is written as its text."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line |= _raised(record.exc_info[1])._asdict()
        return orjson.dumps(line, default=str).decode()


class Plain(logging.Formatter):
    """The same for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Level and message, and below them the type of an error and where it was raised, a place a line."""
        text = f"{record.levelname.lower()}: {record.getMessage()}"
        if not record.exc_info or not record.exc_info[1]:
            return text
        raised = _raised(record.exc_info[1])
        return "\n".join((f"{text} ({raised.error})", *(f"  {place}" for place in raised.places)))


def set_up(level: str, *, as_json: bool) -> None:
    """Sends this process's records to its error stream; replaces what was set up before."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else Plain())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel("ERROR")


class _Raised(NamedTuple):
    """The type of an error and those it came from, and where it was raised, innermost last; not its text, which may
    repeat anything.
    """

    error: str
    places: list[str]


def _raised(error: BaseException) -> _Raised:
    types: list[str] = []
    cause: BaseException | None = error
    while cause:
        types.append(f"{type(cause).__module__}.{type(cause).__qualname__}".removeprefix("builtins."))
        cause = cause.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    return _Raised(" from ".join(types), places)
