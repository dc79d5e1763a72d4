"""Changes to the database: each in a transaction, when its turn has come."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final, LiteralString, TypeVar, cast

from neo4j import AsyncDriver, AsyncManagedTransaction, AsyncSession
from neo4j import Bookmarks as DriverBookmarks
from neo4j.exceptions import (
    ClientError,
    ConnectionAcquisitionTimeoutError,
    ConstraintError,
    DatabaseError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph_schema.cypher import Statement
from hub.database.bookmarks import Bookmarks, KnownBookmarks
from hub.database.disk import StoreSpace
from hub.database.driver import NO_BOOKMARK, PANICKED, bad_bookmark, busy, unavailable
from hub.database.health import Health
from hub.errors import Conflict, HubError, Unavailable
from hub.limits.callers import Caller
from hub.limits.gate import Gate, Share

Result = TypeVar("Result")
Run = Callable[[Statement], Awaitable[list[list[Any]]]]
"""Runs a statement of a transaction and gives its records."""

_WRITE_S: Final = 150.0
_REQUEST_S: Final = 30.0
"""How long a change may take once its turn has come; a lock is waited for up to ten seconds."""
_MOST_WAITING_TO_WRITE: Final = 600
"""Of a caller: as many as an account's budget lets it send within a minute."""
_NOT_BEGUN: Final = "this was not begun, after {:.0f} s in line behind other changes"
_TRIES: Final = 5
_WRITES_FAIL_BY: Final = (ServiceUnavailable, SessionExpired, TransientError, DatabaseError, DriverError, TimeoutError)
_MADE_MEANWHILE: Final = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"
"""What IF NOT EXISTS says where another made the same between its look and its making."""


class Writing:
    """Makes the changes of one process to a database.

    So many `writers` at once; the others stand in line, for `turn_s` seconds at most. Who is `patient` stands in none.
    """

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        driver: AsyncDriver,
        database: str,
        health: Health,
        known: KnownBookmarks,
        space: StoreSpace,
        *,
        patient: bool,
        writers: int,
        turn_s: float,
    ) -> None:
        self._driver = driver
        self._database = database
        self._health = health
        self._known = known
        self._space = space
        self._patient = patient
        self._writers = writers
        self._line = Gate(_shares(writers), turn_s, _NOT_BEGUN, _MOST_WAITING_TO_WRITE)
        """One alone, until it has succeeded and the database has its statements planned; then `writers`."""
        health.when_lost(lambda: self._line.resize(1))

    async def write(self, statements: Iterable[Statement]) -> None:
        """Runs the statements in one transaction, which may run twice: they are idempotent. It stands in no line.

        Raises `Unavailable`.
        """
        statements_ = tuple(statements)

        async def work(run: Run) -> None:
            for statement in statements_:
                await run(statement)

        await self._transacted(work, Bookmarks())

    async def transact(self, work: Callable[[Run], Awaitable[Result]], seen: Bookmarks) -> Result:
        """Runs `work` in one transaction, when its turn has come; see `Graph.transact`."""
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
        if not self._line.enter_now(caller):
            try:
                async with self._health.watched(None):
                    await self._line.enter(caller)
            except TimeoutError as error:
                raise unavailable(begun=False) from error
        try:
            yield
            self._line.resize(self._writers)
        except HubError as error:
            if not isinstance(error, Unavailable):
                self._line.resize(self._writers)
            raise
        finally:
            self._line.leave(caller)

    async def _transacted(self, work: Callable[[Run], Awaitable[Result]], seen: Bookmarks) -> Result:
        self._space.require_room()

        async def managed(transaction: AsyncManagedTransaction) -> Result:
            async def run(statement: Statement) -> list[list[Any]]:
                result = await transaction.run(cast(LiteralString, statement.text), dict(statement.parameters))
                records = [record.values() async for record in result]
                await result.consume()
                self._health.answered()
                return records

            return await work(run)

        try:
            async with self._health.watched(_WRITE_S if self._patient else _REQUEST_S), self._session(seen) as session:
                try:
                    result = await session.execute_write(managed)
                except ConstraintError:  # another has made the same meanwhile; this time it is found
                    result = await session.execute_write(managed)
                self._known.renew(seen, (await session.last_bookmarks()).raw_values)
                return result
        except ConstraintError as error:
            raise Conflict("the database refused it: there is one already, and there may be no second") from error
        except ClientError as error:
            if error.code in NO_BOOKMARK:
                raise bad_bookmark() from error
            raise
        except ConnectionAcquisitionTimeoutError as error:
            raise busy() from error
        except _WRITES_FAIL_BY as error:
            if isinstance(error, ServiceUnavailable | SessionExpired):
                self._health.lost()
            raise unavailable() from error

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
                raise unavailable() from error
            yield

    async def apply(self, statements: Iterable[str]) -> None:
        """Runs schema statements, each in a transaction of its own, as Neo4j demands; they may run twice.

        Raises `Unavailable`.
        """
        self._space.require_room()
        try:
            async with self._driver.session(database=self._database) as session:
                for text in statements:
                    await _applied(session, text)
        except (ServiceUnavailable, SessionExpired, TransientError, DriverError) as error:
            raise unavailable() from error
        except DatabaseError as error:
            if error.code in PANICKED:
                raise unavailable() from error
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


def _shares(writers: int) -> Share:
    """Three quarters for an account, so that another's change need not wait for all of its; a quarter for an
    address, half for all.
    """
    return Share(1, max(1, writers * 3 // 4), max(1, writers // 4), max(1, writers // 2))
