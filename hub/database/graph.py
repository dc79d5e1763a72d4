"""The database. The only module that imports the driver."""

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Final, LiteralString, Self, TypedDict, TypeVar, cast

from neo4j import (
    READ_ACCESS,
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    Query,
    ResultSummary,
)
from neo4j import Bookmarks as DriverBookmarks
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    ConstraintError,
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
from hub.errors import BadInput, Conflict, HubError, SetupError, TooCostly, Unavailable
from hub.limits.callers import Caller
from hub.limits.gate import Gate, Share
from hub.settings import Settings

Result = TypeVar("Result")
Run = Callable[[Statement], Awaitable[list[list[Any]]]]
"""Runs a statement of a transaction and gives its records."""

_CONNECT_TIMEOUT_S: Final = 3.0
_CONNECTED_S: Final = 8.0
"""How long a free or new connection is waited for: a busy database that has just started takes its time; pulses
tell a dead one.
"""
_PATIENT_TIMEOUT_S: Final = 15.0
"""A database that has just started takes this long for its first answer where the machine is busy."""
_PATIENT_STATEMENT_S: Final = 120.0
_RETRY_TIME_S: Final = 5.0
_PATIENCE_S: Final = 2.0
"""How long who asked waits before the database's pulse is felt."""
_PULSES_S: Final = (2.0, 1.5)
"""How long the first pulse is waited for alone, and both together: a frozen database is told in five and a half
seconds.
"""
_PLANNING_S: Final = 45.0
"""How long planning may take beside running, for a statement that is planned first: Neo4j keeps no plan that it did
not finish.
"""
_GRACE_S: Final = 5.0
"""How long after its own timeout a statement may take to end.

One deadline a statement stands for the driver's own on each read and write of a socket, for each of which it starts a
task: a quarter of its time. 2026-11-22.
"""
_WRITE_S: Final = 150.0
_REQUEST_S: Final = 30.0
"""How long a change may take once its turn has come; a lock is waited for up to ten seconds."""
_TURN_S: Final = 60.0
"""How long a change waits for its turn at most."""
_WRITERS: Final = 8
"""How many changes this process makes at once; the others stand in line, for they would wait for each other's locks
in the database.
"""
_MOST_WAITING_TO_WRITE: Final = 600
"""Of a caller: as many as an account's budget lets it send within a minute."""
_NOT_BEGUN: Final = "this was not begun, after {:.0f} s in line behind other changes"
_TRIES: Final = 5
_STREAMED: Final = 2_000
_STREAM_S: Final = 4 * 3600.0
"""For a whole graph, which nobody waits for but who takes a backup of it."""
_TIMED_OUT: Final = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
)
_WRITES_FAIL_BY: Final = (ServiceUnavailable, SessionExpired, TransientError, DatabaseError, DriverError, TimeoutError)
_MADE_MEANWHILE: Final = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"
"""What IF NOT EXISTS says where another made the same between its look and its making."""
_PANICKED: Final = (
    "Neo.DatabaseError.Transaction.TransactionStartFailed",
    "Neo.DatabaseError.Transaction.TransactionLogError",
)
"""What a Neo4j says to everybody that has met an error of its disk, until it is started again."""
_NO_BOOKMARK: Final = (
    "Neo.ClientError.Transaction.InvalidBookmark",
    "Neo.ClientError.Transaction.InvalidBookmarkMixture",
)
_NO_MEMORY_LEFT: Final = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
"""What a statement meets that needs more memory than one may have, or while those of others have all there is: the
message names the setting whose bound it is.
"""
_OF_ONE_STATEMENT: Final = "db.memory.transaction.max"
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
        self._patient = patient
        self._writers = writers
        self._turn_s = turn_s
        self._answers_within_s = _PATIENT_TIMEOUT_S if patient else _CONNECT_TIMEOUT_S
        self._database = settings.neo4j_database
        self.space = StoreSpace(settings)
        self.least_free = least_free_bytes(settings.data_folder, settings)
        self.batches = asyncio.Lock()
        """Held by who has the turn to write hundreds of rows at once."""
        self._timeout_s = _PATIENT_STATEMENT_S if patient else settings.statement_timeout_s
        self._waiting: set[asyncio.Timeout] = set()
        self._pulse: asyncio.Task[None] | None = None
        connected_s = _PATIENT_TIMEOUT_S if patient else _CONNECTED_S
        self._driver = _driver(settings, connection_acquisition_timeout=connected_s, connection_timeout=connected_s)
        # connections of their own, so that a busy pool is not taken for a database that is gone
        self._pulse_driver = _driver(
            settings, connection_acquisition_timeout=self._answers_within_s, max_connection_pool_size=2
        )
        # connections of their own, so that made-up bookmarks take none from anybody
        self._bookmark_driver = _driver(settings, connection_acquisition_timeout=self._answers_within_s)
        self._known_bookmarks = KnownBookmarks(self._wait_for)
        self._writing = Gate(_writing(writers), turn_s, _NOT_BEGUN, _MOST_WAITING_TO_WRITE)
        """One alone, until it has succeeded and the database has its statements planned; then `writers`."""
        self._when_lost: list[Callable[[], None]] = []
        self._answered_at = 0.0
        """When something came back from the database the last time, on the clock of the event loop."""

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
        self._when_lost.append(call)

    async def close(self) -> None:
        """Closes all connections; nothing can be asked of this graph afterwards."""
        if self._pulse:
            self._pulse.cancel()
        await self._pulse_driver.close()
        await self._bookmark_driver.close()
        await self._driver.close()

    async def check(self) -> None:
        """Raises `Unavailable` where the database does not answer within three seconds, or fifteen if there is
        patience.
        """
        self.space.require_present()
        try:
            await self._ping(self._answers_within_s)
        except (Neo4jError, DriverError, TimeoutError) as error:
            raise _unavailable() from error

    async def has_panicked(self) -> bool:
        """Whether the database answers, and answers that it must be started again."""
        try:
            await self._ping(self._answers_within_s)
        except DatabaseError as error:
            return error.code in _PANICKED
        except (Neo4jError, DriverError, TimeoutError):
            return False
        return False

    async def opening_problem(self) -> str | None:
        """Why a server that answers has not opened its database, in the server's own words; None where it has.

        Raises `Unavailable`.
        """
        try:
            async with (
                asyncio.timeout(self._answers_within_s),
                self._pulse_driver.session(database="system") as session,
            ):
                result = await session.run("SHOW DATABASES YIELD name, currentStatus, statusMessage")
                database = {record["name"]: record async for record in result}.get(self._database)
        except (Neo4jError, DriverError, TimeoutError) as error:
            raise _unavailable() from error
        if database is None or database["currentStatus"] == "starting":
            raise _unavailable()
        if database["currentStatus"] == "online":
            return None
        return database["statusMessage"] or f"it is {database['currentStatus']}"

    async def problem(self) -> tuple[str, str] | None:
        """Why a server that listens cannot be asked, and what to do about it; None where it can."""
        try:
            await self._ping(2 * _CONNECT_TIMEOUT_S)
        except AuthError:
            return "the user or password is refused", "see NEO4J_USER and NEO4J_PASSWORD"
        except ClientError as error:
            if error.code == "Neo.ClientError.Database.DatabaseNotFound":
                return f"there is no database {self._database}", "see NEO4J_DATABASE"
            return f"refused ({error.code})", "look into Neo4j's own log"
        except (Neo4jError, DriverError, TimeoutError):
            secured = (
                "bolt+s, neo4j+s (or +ssc for a certificate of one's own) where the server asks for TLS, without where"
                " it does not"
            )
            return "something listens there and does not speak Bolt so", f"see the scheme of NEO4J_URI: {secured}"
        return None

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
            raise _unavailable() from error

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
            async with self._watched(within_s + _GRACE_S):
                return await self._read(query, parameters, seen)
        except TimeoutError as error:
            raise _unavailable() from error

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
            if self._answered_at < began:
                await self.check()
            raise
        except Neo4jError as error:
            if error.code in _NO_BOOKMARK:
                raise _bad_bookmark() from error
            raise _unavailable() from error
        except DriverError as error:
            raise _unavailable() from error

    async def _wait_for(self, bookmarks: frozenset[str]) -> None:
        async with self._bookmark_driver.session(
            database=self._database,
            default_access_mode=READ_ACCESS,
            bookmarks=DriverBookmarks.from_raw_values(bookmarks),
        ) as session:
            await (await session.run("RETURN 1")).consume()

    @asynccontextmanager
    async def _watched(self, within_s: float | None) -> AsyncGenerator[asyncio.Timeout]:
        """A deadline that a database which has stopped answering brings forward."""
        feeling = asyncio.get_running_loop().call_later(_PATIENCE_S, self._feel_pulse)
        try:
            async with asyncio.timeout(within_s) as deadline:
                self._waiting.add(deadline)
                try:
                    yield deadline
                finally:
                    self._waiting.discard(deadline)
        finally:
            feeling.cancel()

    async def _read(
        self, query: Query, parameters: Parameters, bookmarks: Bookmarks
    ) -> tuple[list[list[Any]], ResultSummary]:
        try:
            try:
                return await self._run(query, parameters, bookmarks)
            except (ServiceUnavailable, SessionExpired):
                self._lost()
                return await self._run(query, parameters, bookmarks)
            except TransientError as error:
                if _is_too_large(error):
                    raise
                return await self._run_again(query, parameters, bookmarks)
        except ConnectionAcquisitionTimeoutError as error:
            raise _busy() from error
        except (ServiceUnavailable, SessionExpired, DriverError) as error:
            self._lost()
            raise _unavailable() from error
        except (TransientError, DatabaseError, ClientError) as error:
            self._answered_at = asyncio.get_running_loop().time()
            if error.code in _TIMED_OUT:
                raise _too_costly(f"the question took more than {query.timeout:.0f} s") from error
            if _is_too_large(error):
                raise _too_costly("the question took more memory than the database gives one") from error
            if error.code == _NO_MEMORY_LEFT:
                raise _busy() from error
            if error.code in _NO_BOOKMARK:
                raise _bad_bookmark() from error
            if isinstance(error, TransientError) or error.code in _PANICKED:
                raise _unavailable() from error
            raise

    async def _run_again(
        self, query: Query, parameters: Parameters, bookmarks: Bookmarks
    ) -> tuple[list[list[Any]], ResultSummary]:
        """Where others' statements have all the memory, once they may have given it back."""
        for attempt in range(_TRIES_FOR_MEMORY - 1):
            try:
                return await self._run(query, parameters, bookmarks)
            except TransientError as error:
                if error.code != _NO_MEMORY_LEFT or _is_too_large(error):
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
            self._answered_at = asyncio.get_running_loop().time()
            self._renew(bookmarks, await session.last_bookmarks())
            return records

    def _lost(self) -> None:
        """The connection was lost: the database may come back without its plans, or as another one."""
        self._known_bookmarks.forget()
        self._writing.resize(1)
        for call in self._when_lost:
            call()

    def _renew(self, bookmarks: Bookmarks, seen: DriverBookmarks) -> None:
        bookmarks.renew(seen.raw_values)
        self._known_bookmarks.remember(seen.raw_values)

    async def _ping(self, within_s: float) -> None:
        async with asyncio.timeout(within_s), self._pulse_driver.session(database=self._database) as session:
            await (await session.run("RETURN 1")).consume()

    def _feel_pulse(self) -> None:
        """Called for a read that has waited: from then on, while any does, whether the database still answers
        anybody.
        """
        if not self._patient and (self._pulse is None or self._pulse.done()):
            self._pulse = asyncio.create_task(self._end_waiting_unless_alive())

    async def _end_waiting_unless_alive(self) -> None:
        while self._waiting:
            if await self._is_gone():
                now = asyncio.get_running_loop().time()
                for deadline in self._waiting:
                    with suppress(RuntimeError):  # it is over at the same moment by itself
                        deadline.reschedule(now)
                return
            await asyncio.sleep(_PATIENCE_S)

    async def _is_gone(self) -> bool:
        """Whether neither of two pulses is felt, and nothing else has come back from the database since the first
        began.
        """
        began = asyncio.get_running_loop().time()
        pulses = set[asyncio.Task[None]]()
        try:
            for within_s in _PULSES_S:
                pulses.add(asyncio.create_task(self._ping(sum(_PULSES_S))))
                until = asyncio.get_running_loop().time() + within_s
                while pulses and (left_s := until - asyncio.get_running_loop().time()) > 0:
                    ended, pulses = await asyncio.wait(pulses, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                    if any(not pulse.exception() for pulse in ended):
                        return False
        finally:
            for pulse in pulses:
                pulse.cancel()
        return self._answered_at < began

    async def write(self, statements: Iterable[Statement]) -> None:
        """Runs the statements in one transaction, which may run twice: they are idempotent. It stands in no line.

        Raises `Unavailable`.
        """
        statements_ = tuple(statements)

        async def work(run: Run) -> None:
            for statement in statements_:
                await run(statement)

        await self._transacted(work, Bookmarks())

    async def transact(self, work: Callable[[Run], Awaitable[Result]], *, bookmarks: Bookmarks | None = None) -> Result:
        """Runs `work` in one transaction, when its turn has come; it runs statements and reads their records.

        It may run twice.

        With `bookmarks` it sees what the caller has seen, renews them, and takes one of the caller's turns. Raises
        `Unavailable`, `TooManyRequests` where many of the caller's wait already, and `Conflict` where a constraint
        stands against it.
        """
        seen = bookmarks or Bookmarks()
        await self.reach(seen)
        async with self._may_write(seen.caller):
            return await self._transacted(work, seen)

    @asynccontextmanager
    async def _may_write(self, caller: Caller) -> AsyncGenerator[None]:
        """Within it, it is the caller's turn.

        Raises `Unavailable`, and `TooManyRequests` where many of its own wait already.
        """
        if self._patient:
            yield
            return
        if not self._writing.enter_now(caller):
            try:
                async with self._watched(None):
                    await self._writing.enter(caller)
            except TimeoutError as error:
                raise _unavailable(begun=False) from error
        try:
            yield
            self._writing.resize(self._writers)
        except HubError as error:
            if not isinstance(error, Unavailable):
                self._writing.resize(self._writers)
            raise
        finally:
            self._writing.leave(caller)

    async def _transacted(self, work: Callable[[Run], Awaitable[Result]], seen: Bookmarks) -> Result:
        self.space.require_room()

        async def managed(transaction: AsyncManagedTransaction) -> Result:
            async def run(statement: Statement) -> list[list[Any]]:
                result = await transaction.run(cast(LiteralString, statement.text), dict(statement.parameters))
                records = [record.values() async for record in result]
                await result.consume()
                self._answered_at = asyncio.get_running_loop().time()
                return records

            return await work(run)

        try:
            async with self._watched(_WRITE_S if self._patient else _REQUEST_S), self._session(seen) as session:
                try:
                    result = await session.execute_write(managed)
                except ConstraintError:  # another has made the same meanwhile; this time it is found
                    result = await session.execute_write(managed)
                self._renew(seen, await session.last_bookmarks())
                return result
        except ConstraintError as error:
            raise Conflict("the database refused it: there is one already, and there may be no second") from error
        except ClientError as error:
            if error.code in _NO_BOOKMARK:
                raise _bad_bookmark() from error
            raise
        except ConnectionAcquisitionTimeoutError as error:
            raise _busy() from error
        except _WRITES_FAIL_BY as error:
            if isinstance(error, ServiceUnavailable | SessionExpired):
                self._lost()
            raise _unavailable() from error

    def _session(self, bookmarks: Bookmarks) -> AsyncSession:
        sent = DriverBookmarks.from_raw_values(bookmarks.sent) if bookmarks.sent else None
        return self._driver.session(database=self._database, bookmarks=sent)

    @asynccontextmanager
    async def locked(self, statement: Statement) -> AsyncGenerator[None]:
        """Within it, what the statement locks stays locked; what it writes is undone at the end. Raises
        `Unavailable`.
        """
        async with AsyncExitStack() as stack:
            session = self._driver.session(database=self._database)
            # without its connection there is no lock any more either
            stack.push_async_callback(_closed, session)
            try:
                async with asyncio.timeout(_WRITE_S):
                    await _lock(session, statement)
            except _WRITES_FAIL_BY as error:
                raise _unavailable() from error
            yield

    async def apply(self, statements: Iterable[str]) -> None:
        """Runs schema statements, each in a transaction of its own, as Neo4j demands; they may run twice.

        Raises `Unavailable`.
        """
        self.space.require_room()
        try:
            async with self._driver.session(database=self._database) as session:
                for text in statements:
                    await _applied(session, text)
        except (ServiceUnavailable, SessionExpired, TransientError, DriverError) as error:
            raise _unavailable() from error
        except DatabaseError as error:
            if error.code in _PANICKED:
                raise _unavailable() from error
            raise


async def _lock(session: AsyncSession, statement: Statement) -> None:
    """Runs the statement in a transaction that stays open; again where it waited longer than the database lets
    anybody wait.
    """
    while True:
        transaction = await session.begin_transaction(timeout=_WRITE_S)
        try:
            await (await transaction.run(cast(LiteralString, statement.text), dict(statement.parameters))).consume()
        except TransientError:
            await transaction.close()
        else:
            return


async def _closed(session: AsyncSession) -> None:
    with suppress(Neo4jError, DriverError):
        await session.close()


async def _applied(session: AsyncSession, text: str) -> None:
    """One schema statement; again where another hub's was in its way."""
    for attempt in range(1, _TRIES + 1):
        try:
            await (await session.run(cast(LiteralString, text))).consume()
        except (TransientError, ClientError) as error:
            in_the_way = isinstance(error, TransientError) or error.code == _MADE_MEANWHILE
            if not in_the_way or attempt == _TRIES:
                raise
            await asyncio.sleep(attempt * 0.2)
        else:
            return


def _writing(writers: int) -> Share:
    """Three quarters for an account, so that another's change need not wait for all of its; a quarter for an
    address, half for all.
    """
    return Share(1, max(1, writers * 3 // 4), max(1, writers // 4), max(1, writers // 2))


def _driver(settings: Settings, **more: Any) -> AsyncDriver:
    try:
        return AsyncGraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password.get_secret_value()),
            telemetry_disabled=True,
            notifications_min_severity="OFF",
            fetch_size=-1,
            connection_write_timeout=math.inf,
            max_transaction_retry_time=_RETRY_TIME_S,
            **{"connection_timeout": _CONNECT_TIMEOUT_S, **more},
        )
    except ConfigurationError as error:
        raise SetupError(f"NEO4J_URI: {error}; expected is e.g. neo4j://host:7687 or neo4j+s://host") from error


def _is_too_large(error: Neo4jError) -> bool:
    return error.code == _NO_MEMORY_LEFT and _OF_ONE_STATEMENT in (error.message or "")


def _too_costly(why: str) -> TooCostly:
    return TooCostly(f"{why}: ask for fewer rows or fewer levels")


def _bad_bookmark() -> BadInput:
    return BadInput("Hub-Bookmark: not a bookmark of this database; send what an answer of this hub gave, or none")


def _busy() -> Unavailable:
    """Every connection is in use: the database answers others."""
    return Unavailable("many are asking at the moment; try again in a few seconds")


def _unavailable(*, begun: bool = True) -> Unavailable:
    return Unavailable("the database does not answer; try again in a few seconds", begun=begun)
