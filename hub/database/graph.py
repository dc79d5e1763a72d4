"""The database, as all rooms ask it."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, LiteralString, Self, TypedDict, cast

from neo4j import READ_ACCESS, Query, ResultSummary
from neo4j import Bookmarks as DriverBookmarks
from neo4j.exceptions import (
    ClientError,
    ConnectionAcquisitionTimeoutError,
    DatabaseError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph_schema.cypher import Parameters, Statement
from hub.database.bookmarks import Bookmarks, KnownBookmarks
from hub.database.disk import StoreSpace, least_free_bytes
from hub.database.driver import (
    CONNECT_TIMEOUT_S,
    NO_BOOKMARK,
    NO_MEMORY_LEFT,
    PANICKED,
    PATIENT_TIMEOUT_S,
    TIMED_OUT,
    bad_bookmark,
    busy,
    connect,
    is_too_large,
    too_costly,
    unavailable,
)
from hub.database.health import Health
from hub.database.writing import Result, Run, Writing
from hub.errors import BadInput
from hub.settings import Settings

_CONNECTED_S: Final = 8.0
"""How long a free or new connection is waited for: a busy database that has just started takes its time; pulses
tell a dead one.
"""
_PATIENT_STATEMENT_S: Final = 120.0
_PLANNING_S: Final = 45.0
"""How long planning may take beside running, for a statement that is planned first: Neo4j keeps no plan that it did
not finish.
"""
_GRACE_S: Final = 5.0
"""How long after its own timeout a statement may take to end.

One deadline a statement stands for the driver's own on each read and write of a socket, for each of which it starts a
task: a quarter of its time. 2026-11-22.
"""
_TURN_S: Final = 60.0
"""How long a change waits for its turn at most."""
_WRITERS: Final = 8
"""How many changes this process makes at once; the others stand in line, for they would wait for each other's locks
in the database.
"""
_STREAMED: Final = 2_000
_STREAM_S: Final = 4 * 3600.0
"""For a whole graph, which nobody waits for but who takes a backup of it."""
_TRIES_FOR_MEMORY: Final = 5
_MEMORY_COMES_S: Final = 0.25


class Profile(TypedDict):
    """What Neo4j did for a read: its operators as text, with the rows and hits of each, and how long it took."""

    plan: str | None
    timeMs: int


class Graph:
    """A connection pool to one Neo4j database. Reads are auto-commit with one retry, writes are managed transactions.

    A `patient` one gives statements two minutes, and never takes a slow database for one that is gone: for loading and
    syncing. So many `writers` at once make their changes; the others stand in line, for `turn_s` seconds at most.
    """

    def __init__(
        self, settings: Settings, *, patient: bool = False, writers: int = _WRITERS, turn_s: float = _TURN_S
    ) -> None:
        self._database = settings.neo4j_database
        self.space = StoreSpace(settings)
        self.least_free = least_free_bytes(settings.data_folder, settings)
        self.batches = asyncio.Lock()
        """Held by who has the turn to write hundreds of rows at once."""
        self._timeout_s = _PATIENT_STATEMENT_S if patient else settings.statement_timeout_s
        connected_s = PATIENT_TIMEOUT_S if patient else _CONNECTED_S
        self._driver = connect(settings, connection_acquisition_timeout=connected_s, connection_timeout=connected_s)
        # connections of their own, so that made-up bookmarks take none from anybody
        self._bookmark_driver = connect(
            settings, connection_acquisition_timeout=PATIENT_TIMEOUT_S if patient else CONNECT_TIMEOUT_S
        )
        self.health = Health(settings, patient=patient)
        self._known_bookmarks = KnownBookmarks(self._wait_for)
        self.health.when_lost(self._known_bookmarks.forget)
        self._writing = Writing(
            self._driver, self._database, self.health, self._known_bookmarks, self.space,
            patient=patient, writers=writers, turn_s=turn_s,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def when_lost(self, call: Callable[[], None]) -> None:
        """Has `call` called whenever a connection was lost: the database may come back without its plans, or as
        another one.
        """
        self.health.when_lost(call)

    async def close(self) -> None:
        """Closes all connections; nothing can be asked of this graph afterwards."""
        await self.health.close()
        await self._bookmark_driver.close()
        await self._driver.close()

    async def check(self, not_older_s: float = 0.0) -> None:
        """Raises `Unavailable` where the database does not answer within three seconds, or fifteen if there is
        patience; a check that ended so long ago will do.
        """
        self.space.require_present()
        await self.health.check(not_older_s)

    async def read_one(
        self, text: str, parameters: Parameters, bookmarks: Bookmarks | None = None, *, is_new: bool = False
    ) -> Any:
        """The one value of the one record of a read, or None where there is no record; `is_new` gives it time to be
        planned.

        Raises `Unavailable`, `TooCostly`, or `BadInput` for a bookmark that is none.
        """
        records, _ = await self._asked(text, parameters, bookmarks, is_new=is_new)
        return records[0][0] if records else None

    async def profile_one(
        self, text: str, parameters: Parameters, bookmarks: Bookmarks | None = None
    ) -> tuple[Any, Profile]:
        """The one value of a read, and what Neo4j did for it. Raises as `read_one` does."""
        records, summary = await self._asked(f"PROFILE {text}", parameters, bookmarks, is_new=True)
        plan: Any = summary.profile or {}
        time_ms = (summary.result_available_after or 0) + (summary.result_consumed_after or 0)
        return records[0][0] if records else None, {
            "plan": plan.get("args", {}).get("string-representation"),
            "timeMs": time_ms,
        }

    async def read(
        self,
        text: str,
        parameters: Parameters,
        bookmarks: Bookmarks | None = None,
        *,
        is_new: bool = False,
        within_s: float = math.inf,
    ) -> list[list[Any]]:
        """The records of a read, each a list of its values; `within_s` gives it less time than others have.

        Raises as `read_one` does.
        """
        records, _ = await self._asked(text, parameters, bookmarks, is_new=is_new, within_s=within_s)
        return records

    async def stream(self, text: LiteralString, of_each: Callable[[list[Any]], None]) -> None:
        """Reads any number of records without keeping them: each goes to `of_each`. Raises `Unavailable`."""
        try:
            async with self._driver.session(
                database=self._database, default_access_mode=READ_ACCESS, fetch_size=_STREAMED
            ) as session:
                async for record in await session.run(Query(text, timeout=_STREAM_S)):
                    of_each(record.values())
        except (ServiceUnavailable, SessionExpired, TransientError, DatabaseError, DriverError) as error:
            raise unavailable() from error

    async def _asked(
        self,
        text: str,
        parameters: Parameters,
        bookmarks: Bookmarks | None,
        *,
        is_new: bool = False,
        within_s: float = math.inf,
    ) -> tuple[list[list[Any]], ResultSummary]:
        """Runs a read under one deadline; a database that has stopped answering is noticed earlier, by its pulse."""
        self.space.require_present()
        within_s = min(within_s, self._timeout_s + (_PLANNING_S if is_new else 0.0))
        query = Query(cast(LiteralString, text), timeout=within_s)
        seen = bookmarks or Bookmarks()
        await self.reach(seen)
        try:
            async with self.health.watched(within_s + _GRACE_S):
                return await self._read(query, parameters, seen)
        except TimeoutError as error:
            raise unavailable() from error

    async def reach(self, bookmarks: Bookmarks) -> None:
        """Returns once the database is as far as the bookmarks say; a read or a change waits for that itself.

        Who makes others wait for a read has it done before. Raises `BadInput` and `Unavailable`.
        """
        if not bookmarks.sent:
            return
        began = asyncio.get_running_loop().time()
        try:
            await self._known_bookmarks.wait(bookmarks)
        except BadInput:
            if not self.health.has_answered_since(began):
                await self.check()
            raise
        except Neo4jError as error:
            if error.code in NO_BOOKMARK:
                raise bad_bookmark() from error
            raise unavailable() from error
        except DriverError as error:
            raise unavailable() from error

    async def _wait_for(self, bookmarks: frozenset[str]) -> None:
        async with self._bookmark_driver.session(
            database=self._database,
            default_access_mode=READ_ACCESS,
            bookmarks=DriverBookmarks.from_raw_values(bookmarks),
        ) as session:
            await (await session.run("RETURN 1")).consume()

    async def _read(
        self, query: Query, parameters: Parameters, bookmarks: Bookmarks
    ) -> tuple[list[list[Any]], ResultSummary]:
        try:
            try:
                return await self._run(query, parameters, bookmarks)
            except (ServiceUnavailable, SessionExpired):
                self.health.lost()
                return await self._run(query, parameters, bookmarks)
            except TransientError as error:
                if is_too_large(error):
                    raise
                return await self._run_again(query, parameters, bookmarks)
        except ConnectionAcquisitionTimeoutError as error:
            raise busy() from error
        except (ServiceUnavailable, SessionExpired, DriverError) as error:
            self.health.lost()
            raise unavailable() from error
        except (TransientError, DatabaseError, ClientError) as error:
            self.health.answered()
            if error.code in TIMED_OUT:
                raise too_costly(f"the question took more than {query.timeout:.0f} s") from error
            if is_too_large(error):
                raise too_costly("the question took more memory than the database gives one") from error
            if error.code == NO_MEMORY_LEFT:
                raise busy() from error
            if error.code in NO_BOOKMARK:
                raise bad_bookmark() from error
            if isinstance(error, TransientError) or error.code in PANICKED:
                raise unavailable() from error
            raise

    async def _run_again(
        self, query: Query, parameters: Parameters, bookmarks: Bookmarks
    ) -> tuple[list[list[Any]], ResultSummary]:
        """Where others' statements have all the memory, once they may have given it back."""
        for attempt in range(_TRIES_FOR_MEMORY - 1):
            try:
                return await self._run(query, parameters, bookmarks)
            except TransientError as error:
                if error.code != NO_MEMORY_LEFT or is_too_large(error):
                    raise
            await asyncio.sleep(_MEMORY_COMES_S * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        return await self._run(query, parameters, bookmarks)

    async def _run(
        self, query: Query, parameters: Parameters, bookmarks: Bookmarks
    ) -> tuple[list[list[Any]], ResultSummary]:
        reading = self._driver.session(
            database=self._database,
            default_access_mode=READ_ACCESS,
            bookmarks=DriverBookmarks.from_raw_values(bookmarks.sent) if bookmarks.sent else None,
        )
        async with reading as session:
            result = await session.run(query, dict(parameters))
            records = [record.values() async for record in result], await result.consume()
            self.health.answered()
            self._known_bookmarks.renew(bookmarks, (await session.last_bookmarks()).raw_values)
            return records

    async def write(self, statements: Iterable[Statement]) -> None:
        """Runs the statements in one transaction, which may run twice: they are idempotent. It stands in no line.

        Raises `Unavailable`.
        """
        await self._writing.write(statements)

    async def transact(self, work: Callable[[Run], Awaitable[Result]], *, bookmarks: Bookmarks | None = None) -> Result:
        """Runs `work` in one transaction, when its turn has come; it runs statements and reads their records.

        It may run twice.

        With `bookmarks` it sees what the caller has seen, renews them, and takes one of the caller's turns. Raises
        `Unavailable`, `TooManyRequests` where many of the caller's wait already, and `Conflict` where a constraint
        stands against it.
        """
        seen = bookmarks or Bookmarks()
        await self.reach(seen)
        return await self._writing.transact(work, seen)

    def locked(self, statement: Statement) -> AbstractAsyncContextManager[None]:
        """Within it, what the statement locks stays locked; what it writes is undone at the end. Raises
        `Unavailable`.
        """
        return self._writing.locked(statement)

    async def apply(self, statements: Iterable[str]) -> None:
        """Runs schema statements, each in a transaction of its own, as Neo4j demands; they may run twice.

        Raises `Unavailable`.
        """
        await self._writing.apply(statements)
