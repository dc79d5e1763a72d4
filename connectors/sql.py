"""A SQL database: each stream a query, read whole, or since the largest value of a cursor column; deletes by listing the keys.

SQLAlchemy because it reaches every database a system may have; a driver for PostgreSQL comes with the hub.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

import sqlalchemy
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import NullPool
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError, SQLAlchemyError

from connectors.contract import Offer, Page, Wanted
from connectors.errors import AbortRun, ConnectorError, RetryLater

_PAGE: Final = 500
_KEYS: Final = 5_000
Value = TypeVar("Value")


class SqlSettings(BaseModel):
    """Where the database is."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    url: str
    """As SQLAlchemy has it, e.g. `postgresql+psycopg://reader@host/cases`. A driver for PostgreSQL comes with the hub."""
    password: SecretStr | None = None
    """Of the user in the `url`."""


class _Options(BaseModel):
    """What a stream may say beside the query."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    cursor: str | None = None
    """A column that grows with every change: a sequence, or a moment of the database's clock."""
    overlap_s: float = Field(60, ge=0)
    """What was written within so many seconds before the last moment is read again, for transactions that ended late."""
    sweep: bool = True
    """Whether keys are listed to see what is gone; `false` where rows are never deleted."""


class Sql:
    """A database, only ever read."""

    spec: ClassVar[type[BaseModel]] = SqlSettings

    def __init__(self, settings: SqlSettings) -> None:
        try:
            url = sqlalchemy.make_url(settings.url)
            if settings.password:
                url = url.set(password=settings.password.get_secret_value())
            self._engine = sqlalchemy.create_engine(url, poolclass=NullPool, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            told = error.args[0] if not isinstance(error, ArgumentError) else "it is no URL of a database"
            raise AbortRun(f"url: {told}; expected e.g. postgresql+psycopg://user@host:5432/database") from None

    async def check(self) -> str:
        def asked() -> str:
            with self._engine.connect() as connection:
                connection.execute(sqlalchemy.text("SELECT 1"))
                return f"{self._engine.dialect.name} at {self._engine.url.host or self._engine.url.database}"

        return await _in_thread(asked)

    async def discover(self) -> Sequence[Offer]:
        def asked() -> list[Offer]:
            seen = sqlalchemy.inspect(self._engine)
            tables = {table: [str(column["name"]) for column in seen.get_columns(table)] for table in seen.get_table_names()}
            return [Offer(f"SELECT * FROM {table}", columns) for table, columns in tables.items()]  # noqa: S608 - shown, never run

        return await _in_thread(asked)

    async def read(self, stream: Wanted, cursor: str | None) -> AsyncGenerator[Page]:
        options = _Options.model_validate(stream.options)
        since = _moved_back(_value(cursor), options.overlap_s) if cursor else None
        largest: Any = None
        async for rows in _paged(lambda: self._rows(stream, options, since), _PAGE):
            told = list[tuple[str, dict[str, Any]]]()
            for row in rows:
                place = "key " + "|".join(str(row.get(column)) for column in stream.key)
                told.append((place, {name: _plain(value) for name, value in row.items()}))
                if options.cursor:
                    found = row.get(options.cursor)
                    largest = found if largest is None or (found is not None and found > largest) else largest
            # a whole reading has no order: its place is its largest value, once all is read
            yield Page(told, cursor=_text(largest) if cursor and largest is not None else None)
        if not cursor and largest is not None:
            yield Page([], cursor=_text(largest))

    async def keys(self, stream: Wanted) -> AsyncGenerator[Sequence[str]]:
        if not _Options.model_validate(stream.options).sweep:
            return
        columns = ", ".join(self._quoted(column) for column in stream.key)
        text = f"SELECT {columns} FROM ({stream.source}) AS found"  # noqa: S608 - the operator's own query
        async for rows in _paged(lambda: self._executed(text, {}), _KEYS):
            yield ["|".join(str(row[column]).strip() for column in stream.key) for row in rows]

    def _rows(self, stream: Wanted, options: _Options, since: Any) -> Iterator[dict[str, Any]]:
        text = f"SELECT * FROM ({stream.source}) AS found"  # noqa: S608 - the operator's own query
        if options.cursor and since is not None:
            column = self._quoted(options.cursor)
            text += f" WHERE {column} >= :since ORDER BY {column}"
        yield from self._executed(text, {"since": since} if since is not None else {})

    def _executed(self, text: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with self._engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=_PAGE)
            if self._engine.dialect.name == "postgresql":
                streamed.execution_options(postgresql_readonly=True)
            # a colon of the query's own is no parameter
            prepared = sqlalchemy.text(text.replace("::", "\\:\\:"))
            for row in streamed.execute(prepared, parameters).mappings():
                yield dict(row)

    def _quoted(self, column: str) -> str:
        return self._engine.dialect.identifier_preparer.quote(column)


async def _paged(made: Callable[[], Iterator[Value]], size: int) -> AsyncGenerator[list[Value]]:
    """Pages of what a blocking iterator gives, each fetched in a thread."""
    rows = await _in_thread(made)

    def page() -> list[Value]:
        return [row for _, row in zip(range(size), rows, strict=False)]

    try:
        while found := await _in_thread(page):
            yield found
    finally:
        close = getattr(rows, "close", None)
        if close:
            await asyncio.to_thread(close)


async def _in_thread(work: Callable[[], Value]) -> Value:
    try:
        return await asyncio.to_thread(work)
    except (OperationalError, InterfaceError) as error:
        raise _told(error, RetryLater) from None
    except DBAPIError as error:
        raise _told(error, AbortRun) from None
    except SQLAlchemyError as error:
        raise AbortRun(f"the database cannot be asked so ({type(error).__name__})") from None


def _told(error: DBAPIError, kind: type[ConnectorError]) -> ConnectorError:
    """What the database says, in one line; it names no password."""
    return kind(f"the database says: {' '.join(str(error.orig).split())[:300]}")


def _value(cursor: str) -> Any:
    """A cursor as the database compares it."""
    if cursor.lstrip("-").isdigit():
        return int(cursor)
    try:
        return datetime.fromisoformat(cursor)
    except ValueError:
        return cursor


def _moved_back(cursor: Any, overlap_s: float) -> Any:
    return cursor - timedelta(seconds=overlap_s) if isinstance(cursor, datetime) else cursor


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; moments without a zone are taken as UTC."""
    match value:
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case date():
            return value.isoformat()
        case Decimal() | bytes() | memoryview():
            return str(value)
        case _:
            return value
