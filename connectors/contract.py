"""What a connector is: four members, and nothing of the graph. The runner owns everything else.

A connector reads pages of raw rows from one system. It stores nothing, retries nothing beyond its own protocol, and
knows neither Neo4j nor the hub. What its rows mean is said by the connection's file (see `connectors.engine.mapping`),
or by a function named there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from pydantic import BaseModel

VERSION: Final = 1
"""Grows where a connector that was written for it before would no longer do. One may say `contract = 1`, and is
told.
"""
Raw = Mapping[str, Any]
"""A row as its system gives it: names to text, numbers, booleans, moments, lists or None."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream that a system offers: how it is named in the connection's file under `from`, the columns it has, and a
    remark.
    """

    stream: str
    columns: Sequence[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that could not even be read, e.g. a line with too many cells."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, each with its place (a line, a key) for whoever must mend it.

    `cursor` is where to go on after this page, in the system's own terms: a number or moment of its own clock, never
    of ours. `deleted` are keys that the system says are gone. `broken` are rows that could not be read. `columns` are
    those that all rows have, where the system has such, told with the first page: a column of the connection's file
    that is not among them ends the run. `notes` are remarks for the operator about how it was read.
    """

    rows: Sequence[tuple[str, Raw]]
    cursor: str | None = None
    deleted: Sequence[str] = ()
    broken: Sequence[Broken] = ()
    columns: Sequence[str] | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """Which stream to read: `source` as the connection's file names it under `from`, and its `options` beside that.

    `columns` are the others that the file names, each with the names it may have; None where a function of its own
    reads the rows.
    """

    name: str
    source: str
    key: Sequence[str]
    options: Mapping[str, Any]
    columns: Sequence[Sequence[str]] | None = None


@runtime_checkable
class Connector(Protocol):
    """A system, as the settings of a connection name it; made from an instance of `spec`.

    `read` without a cursor gives all rows that there are: when it ends, what it did not give is gone. With a cursor it
    gives what has changed since, and may give rows again, or raises `StartOver`: a cursor may be too old, and a file's
    only says whether it is the same file. A stream that has no cursor never yields one, and is read as a whole each
    time. `check` says in a line what was reached. All raise `RetryLater` or `AbortRun`.
    """

    spec: ClassVar[type[BaseModel]]

    async def check(self) -> str:
        """What was reached, in one line. Raises `RetryLater` or `AbortRun`."""
        ...

    async def discover(self) -> Sequence[StreamInfo]:
        """The streams that the system offers, as far as it tells. Raises `RetryLater` or `AbortRun`."""
        ...

    def read(self, stream: StreamRequest, cursor: str | None) -> AsyncIterator[Page]:
        """Pages of a stream: all rows that there are, or, with a cursor, those that changed since.

        Raises `StartOver`, `RetryLater` or `AbortRun`.
        """
        ...


@runtime_checkable
class ListsKeys(Protocol):
    """A connector whose system can list keys cheaply, so that deletes show without reading everything."""

    def keys(self, stream: StreamRequest) -> AsyncIterator[Sequence[str]]:
        """The keys that there are now, by pages; a key of several columns is their values with `|` between."""
        ...


@runtime_checkable
class ReadsByKey(ListsKeys, Protocol):
    """One that can also read rows by their keys: such as came late, behind the cursor, are read without reading
    everything.
    """

    def rows(self, stream: StreamRequest, keys: Sequence[str]) -> AsyncIterator[Page]:
        """The rows of these keys; one that is gone gives none."""
        ...


Offer = StreamInfo
"""The name of `StreamInfo` until 2026-11-26. Connectors that were written with it go on to work."""
Wanted = StreamRequest
"""The name of `StreamRequest` until 2026-11-26."""
