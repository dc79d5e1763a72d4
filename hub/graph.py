"""The database. The only module that imports the driver."""

import asyncio
import math
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, LiteralString, Self, cast

from neo4j import READ_ACCESS, AsyncDriver, AsyncGraphDatabase, AsyncManagedTransaction, Query, ResultSummary
from neo4j.exceptions import ClientError, DatabaseError, DriverError, ServiceUnavailable, SessionExpired, TransientError

from graph_schema.cypher import Statement
from hub.errors import TooCostly, Unavailable
from hub.settings import Settings

_CONNECT_TIMEOUT_S: Final = 3.0
_RETRY_TIME_S: Final = 5.0
_GRACE_S: Final = 5.0
"""How long after its own timeout a statement may take to end. One deadline a statement stands for the driver's own on each read and
write of a socket, for each of which it starts a task: a quarter of its time. 2026-11-22."""
_WRITE_S: Final = 150.0
_TIMED_OUT: Final = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
)
_OUT_OF_MEMORY: Final = ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "Neo.TransientError.General.TransactionOutOfMemoryError")


class Graph:
    """A connection pool to one Neo4j database. Reads are auto-commit with one retry, writes are managed transactions."""

    def __init__(self, settings: Settings) -> None:
        self._database = settings.neo4j_database
        self._timeout_s = settings.statement_timeout_s
        self._driver: AsyncDriver = AsyncGraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_user, settings.neo4j_password.get_secret_value()),
            telemetry_disabled=True,
            notifications_min_severity="OFF",
            fetch_size=-1,
            connection_write_timeout=math.inf,
            max_transaction_retry_time=_RETRY_TIME_S,
            connection_timeout=_CONNECT_TIMEOUT_S,
            connection_acquisition_timeout=_CONNECT_TIMEOUT_S,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._driver.close()

    async def check(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        await self.read_one("RETURN 1", {})

    async def read_one(self, text: str, parameters: Mapping[str, Any]) -> Any:
        """The one value of the one record of a read, or None where there is no record.

        Raises `Unavailable` or `TooCostly`.
        """
        records = await self.read(text, parameters)
        return records[0][0] if records else None

    async def profile_one(self, text: str, parameters: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        """The one value of a read, and what Neo4j did for it: `plan`, its operators as text with rows and hits, and `timeMs`.

        Raises `Unavailable` or `TooCostly`.
        """
        records, summary = await self._read(f"PROFILE {text}", parameters)
        plan: Any = summary.profile or {}
        time_ms = (summary.result_available_after or 0) + (summary.result_consumed_after or 0)
        return records[0][0] if records else None, {"plan": plan.get("args", {}).get("string-representation"), "timeMs": time_ms}

    async def read(self, text: str, parameters: Mapping[str, Any]) -> list[list[Any]]:
        """The records of a read, each a list of its values. Raises `Unavailable` or `TooCostly`."""
        records, _ = await self._read(text, parameters)
        return records

    async def _read(self, text: str, parameters: Mapping[str, Any]) -> tuple[list[list[Any]], ResultSummary]:
        query = Query(cast(LiteralString, text), timeout=self._timeout_s)
        try:
            try:
                return await self._run(query, parameters)
            except (ServiceUnavailable, SessionExpired, TransientError) as error:
                if isinstance(error, TransientError) and error.code in _OUT_OF_MEMORY:
                    raise
                return await self._run(query, parameters)
        except (ServiceUnavailable, SessionExpired, DriverError, TimeoutError) as error:
            raise _unavailable() from error
        except (TransientError, DatabaseError, ClientError) as error:
            if error.code in (*_TIMED_OUT, *_OUT_OF_MEMORY):
                raise TooCostly("the question took too long or too much memory: ask for fewer rows or fewer levels") from error
            if isinstance(error, TransientError):
                raise _unavailable() from error
            raise

    async def write(self, statements: Iterable[Statement]) -> None:
        """Runs the statements in one transaction, which may run twice: they are idempotent. Raises `Unavailable`."""

        async def work(transaction: AsyncManagedTransaction) -> None:
            for statement in statements_:
                result = await transaction.run(cast(LiteralString, statement.text), dict(statement.parameters))
                await result.consume()

        statements_ = tuple(statements)
        try:
            async with asyncio.timeout(_WRITE_S), self._driver.session(database=self._database) as session:
                await session.execute_write(work)
        except (ServiceUnavailable, SessionExpired, TransientError, DatabaseError, DriverError, TimeoutError) as error:
            raise _unavailable() from error

    async def apply(self, statements: Iterable[str]) -> None:
        """Runs schema statements, each in a transaction of its own, as Neo4j demands. Raises `Unavailable`."""
        try:
            async with self._driver.session(database=self._database) as session:
                for text in statements:
                    result = await session.run(cast(LiteralString, text))
                    await result.consume()
        except (ServiceUnavailable, SessionExpired, TransientError, DriverError) as error:
            raise _unavailable() from error

    async def _run(self, query: Query, parameters: Mapping[str, Any]) -> tuple[list[list[Any]], ResultSummary]:
        reading = self._driver.session(database=self._database, default_access_mode=READ_ACCESS)
        async with asyncio.timeout(self._timeout_s + _GRACE_S), reading as session:
            result = await session.run(query, dict(parameters))
            return [record.values() async for record in result], await result.consume()


def _unavailable() -> Unavailable:
    return Unavailable("the database does not answer; try again in a few seconds")
