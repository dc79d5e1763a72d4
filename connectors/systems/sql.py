"""A SQL database: each stream a query, read whole, or since the largest value of a cursor column; deletes by listing
the keys.

SQLAlchemy because it reaches every database a system may have; a driver for PostgreSQL comes with the hub.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

import sqlalchemy
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import NullPool
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from connectors.contract import Page, Raw, StreamInfo, StreamRequest
from connectors.errors import AbortRun, ConnectorError, RetryLater, StartOver
from connectors.systems.sql_text import literal, one_query, within

_PAGE: Final = 500
_KEYS: Final = 5_000
_BY_KEY: Final = 200
ANYTHING: Final = sqlalchemy.select(sqlalchemy.literal_column("1"))
"""What every database answers, each in its own words."""
Value = TypeVar("Value")


class SqlSettings(BaseModel):
    """Where the database is."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    url: str
    """As SQLAlchemy has it, e.g. `postgresql+psycopg://reader@host/cases`. A driver for PostgreSQL comes with the
    hub.
    """
    password: SecretStr | None = None
    """Of the user in the `url`."""


class SqlOptions(BaseModel):
    """What a stream may say beside the query."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    cursor: str | None = None
    """A column that grows with every change: a sequence, or a moment of the database's clock."""
    overlap_s: float = Field(60, ge=0)
    """What was written within so many seconds before the last moment is read again, for transactions that ended
    late.
    """
    sweep: bool = True
    """Whether keys are listed to see what is gone; `false` where rows are never deleted."""


class Sql:
    """A database, only ever read."""

    spec: ClassVar[type[BaseModel]] = SqlSettings
    options: ClassVar[type[BaseModel]] = SqlOptions

    def __init__(self, settings: SqlSettings) -> None:
        try:
            url = sqlalchemy.make_url(settings.url)
            if settings.password:
                url = url.set(password=settings.password.get_secret_value())
            self._engine = sqlalchemy.create_engine(url, poolclass=NullPool, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            reason = error.args[0] if not isinstance(error, ArgumentError) else "it is no URL of a database"
            raise AbortRun(f"url: {reason}; expected e.g. postgresql+psycopg://user@host:5432/database") from None

    async def check(self) -> str:
        """Which kind of database answers, and where. Raises `RetryLater` or `AbortRun`."""

        def asked() -> str:
            with self._engine.connect() as connection:
                connection.execute(ANYTHING)
                return f"{self._engine.dialect.name} at {self._engine.url.host or self._engine.url.database}"

        return await _in_thread(asked)

    async def discover(self) -> Sequence[StreamInfo]:
        """A query for each table, with the table's columns. Raises `RetryLater` or `AbortRun`."""

        def asked() -> list[StreamInfo]:
            seen = sqlalchemy.inspect(self._engine)
            tables = {
                table: [str(column["name"]) for column in seen.get_columns(table)] for table in seen.get_table_names()
            }
            # shown, never run
            return [StreamInfo(f"SELECT * FROM {table}", columns) for table, columns in tables.items()]  # noqa: S608

        return await _in_thread(asked)

    async def read(self, stream: StreamRequest, cursor: str | None) -> AsyncGenerator[Page]:
        """The rows of a query; with a cursor, those from `overlap_s` seconds before it on.

        Raises `StartOver` where the cursor's column has another kind of values than before, `RetryLater` and
        `AbortRun`.
        """
        options = SqlOptions.model_validate(stream.options)
        since = _beginning(moved_back(value_of(cursor), options.overlap_s)) if cursor else None
        largest = Largest(cursor)
        columns: list[str] = []
        sent_columns: Sequence[str] | None = None
        async for rows in _paged(lambda: self._rows(stream, options, since, columns), _PAGE):
            if options.cursor and options.cursor not in columns:
                raise AbortRun(f"cursor: the query gives no column {options.cursor!r}; it gives {', '.join(columns)}")
            placed = [_placed(stream, row) for row in rows]
            for row in rows:
                if options.cursor:
                    largest.see(row.get(options.cursor))
            if cursor and not largest.fits(cursor):
                raise StartOver(f"cursor: {options.cursor} has other values than before")
            # a whole reading has no order: its place is its largest value, once all is read
            yield Page(placed, cursor=largest.cursor if cursor else None, columns=None if sent_columns else columns)
            sent_columns = columns
        if options.cursor and not largest.sorts:
            reason = (
                f"cursor: the values of {options.cursor} do not sort as they grow (11/02/2026, Nov  1 2026 10:30PM, or"
                " 9 and 10 as text): give a number or moment of the database's own, or a text that begins with its"
                f" year, such as CONVERT(varchar(33), {options.cursor}, 126) of SQL Server"
            )
            yield Page([], notes=(f"{reason}; until then all rows are read each time",))
        elif not cursor:
            yield Page([], cursor=largest.cursor, columns=None if sent_columns else columns)

    async def keys(self, stream: StreamRequest) -> AsyncGenerator[Sequence[str]]:
        """The keys of all rows, by pages; none with `sweep: false`. Raises `RetryLater` or `AbortRun`."""
        if not SqlOptions.model_validate(stream.options).sweep:
            return
        columns = ", ".join(self._quoted(column) for column in stream.key)
        # the operator's own query
        text = f"SELECT {columns} FROM {within(literal(one_query(stream.source)))}"  # noqa: S608
        async for rows in _paged(lambda: self._executed(text, {}, []), _KEYS):
            parts = ([_key_part(row[column]) for column in stream.key] for row in rows)
            yield ["|".join(key) for key in parts if all(key)]

    async def rows(self, stream: StreamRequest, keys: Sequence[str]) -> AsyncGenerator[Page]:
        """The rows of these keys. It lists all keys first, to ask for them in the database's own type.

        Raises `RetryLater` or `AbortRun`.
        """
        wanted, columns = set(keys), ", ".join(self._quoted(column) for column in stream.key)
        query = within(literal(one_query(stream.source)))
        keys_there: list[tuple[Any, ...]] = []
        # as the database has them: 7 is not '7' to all of them
        async for rows in _paged(lambda: self._executed(f"SELECT {columns} FROM {query}", {}, []), _KEYS):  # noqa: S608
            values = [tuple(row[column] for column in stream.key) for row in rows]
            keys_there += [parts for parts in values if "|".join(map(_key_part, parts)) in wanted]
        for start in range(0, len(keys_there), _BY_KEY):
            part = keys_there[start : start + _BY_KEY]
            named = {f"k{at}_{of}": value for at, parts in enumerate(part) for of, value in enumerate(parts)}
            each = [
                " AND ".join(f"{self._quoted(column)} = :k{at}_{of}" for of, column in enumerate(stream.key))
                for at in range(len(part))
            ]
            text = f"SELECT * FROM {query} WHERE ({') OR ('.join(each)})"  # noqa: S608 - as below
            async for rows in _paged(lambda text=text, named=named: self._executed(text, named, []), _PAGE):
                yield Page([_placed(stream, row) for row in rows])

    def _rows(self, stream: StreamRequest, options: SqlOptions, since: Any, columns: list[str]) -> Iterator[Raw]:
        text = literal(one_query(stream.source))
        if options.cursor and since is not None:
            column = self._quoted(options.cursor)
            # rows without a value are read each time: nothing says when they changed
            changed = f"WHERE {column} >= :since OR {column} IS NULL ORDER BY {column}"
            text = f"SELECT * FROM {within(text)} {changed}"  # noqa: S608 - as above
        yield from self._executed(text, {"since": since} if since is not None else {}, columns)

    def _executed(self, text: str, parameters: dict[str, Any], columns: list[str]) -> Iterator[Raw]:
        """The rows; their columns are put into `columns` before the first."""
        with self._engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=_PAGE)
            if self._engine.dialect.name == "postgresql":
                streamed.execution_options(postgresql_readonly=True)
            result = streamed.execute(sqlalchemy.text(text), parameters)
            columns += result.keys()
            twice = sorted({column for column in columns if columns.count(column) > 1})
            if twice:
                raise AbortRun(
                    f"from: the query gives the column {', '.join(twice)} twice: name one otherwise, e.g. `o.id AS"
                    " office_id`"
                )
            for row in result.mappings():
                yield dict(row)

    def _quoted(self, column: str) -> str:
        return self._engine.dialect.identifier_preparer.quote(column)


async def _paged(made: Callable[[], Iterator[Value]], size: int) -> AsyncGenerator[list[Value]]:
    """Pages of what a blocking iterator gives, each fetched in a thread."""
    rows = await _in_thread(made)

    def page() -> list[Value]:
        return [row for _, row in zip(range(size), rows, strict=False)]

    try:
        while values := await _in_thread(page):
            yield values
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


_QUOTE: Final = "'"
"""Begins a cursor that is text in its database, also where it looks like a number or moment."""
_BEFORE_DIGITS: Final = re.compile(r"^\D+")
_EVEN: Final = re.compile(r"0(?=\d)|(19|20)\d{6}(T?(\d{4}|\d{6})Z?)?$|[0-9A-Fa-f]*[A-Fa-f]")
"""Begins texts that sort as they grow where they are alike, behind letters or not: with zeros before them, as days and
moments, or with letters among their digits. V99 and V100 do not.
"""
_WEEKDAY: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+"
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[. ]+"
_OF_NO_ORDER: Final = re.compile(
    r"\d{1,2}[/. -]\w{2,9}[/. -]\d{2,4}\b.*|[a-z]{3,9}\.? \d{1,2},.*|.*\d ?[ap]\.?m\.?"
    rf"|(?:{_WEEKDAY})?{_MONTH}\d{{1,2}}\b.*|{_WEEKDAY}\d{{1,2}}\b.*",
    re.IGNORECASE,
)
"""Days and moments that do not sort as they grow: the year last, months as words, halves of days."""
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?")


class Largest:
    """The largest value of a cursor column.

    `sorts` is False where the values seen are in no order that their database knows.
    """

    def __init__(self, after: str | None = None) -> None:
        self._found: Any = None
        self._shapes: set[str] = set()
        # numbers as text sort where all have as many digits, as zeros before them or an earlier cursor show
        self._even = after is not None

    def see(self, value: Any) -> None:
        """Compares a value with the largest so far; None and empty text are no values."""
        if value is None or value == "":
            return
        if len(self._shapes) < 2:
            self._shapes.add(_shape(value))
        self._even = self._even or not isinstance(value, str) or _is_even(value)
        if self.sorts:
            self._found = value if self._found is None or value > self._found else self._found

    @property
    def sorts(self) -> bool:
        """Whether all values so far are of one kind, and a kind that sorts as it grows."""
        return len(self._shapes) < 2 and "none" not in self._shapes and (self._even or not self._shapes)

    def fits(self, cursor: str) -> bool:
        """Whether what was seen is of the kind of an earlier cursor."""
        kind = _shape(value_of(cursor))
        return self.sorts and (not self._shapes or self._shapes == {kind} or not cursor.startswith(_QUOTE))

    @property
    def cursor(self) -> str | None:
        """The largest value as text, of which `value_of` is the reverse; None where there is none, or values do not
        sort.
        """
        if self._found is None or not self.sorts:
            return None
        if isinstance(self._found, str):
            return _QUOTE + self._found
        return self._found.isoformat() if isinstance(self._found, date) else str(self._found)


def _is_even(text: str) -> bool:
    """Whether such texts have as many digits as they grow."""
    number = _BEFORE_DIGITS.sub("", text.strip())
    return not number or _EVEN.match(number) is not None or _ISO.fullmatch(number) is not None


def _shape(value: Any) -> str:
    """What two values have in common that sort as they grow: texts must be alike to the letter, but for ISO moments."""
    if isinstance(value, bytes | memoryview | bool):
        return "none"
    if not isinstance(value, str):
        return "number" if isinstance(value, int | float | Decimal) else type(value).__name__
    if moment := _ISO.fullmatch(value.strip()):
        # a Z sorts behind the points and colons of more exact moments, all else that may follow before them
        length = len(moment[3]) if moment[4] == "Z" else ""
        return f"ISO {moment[2] or ''}{moment[4] or ''}{length}"
    if _OF_NO_ORDER.fullmatch(value.strip()):
        return "none"
    return "text " + re.sub(r"[0-9]", "9", re.sub(r"[A-Fa-f0-9]{8,}", lambda digits: "9" * len(digits[0]), value))


def value_of(cursor: str) -> Any:
    """A cursor as the database compares it."""
    if cursor.startswith(_QUOTE):
        return cursor[1:]
    if cursor.lstrip("-").isdigit():
        return int(cursor)
    try:
        return datetime.fromisoformat(cursor)
    except ValueError:
        pass
    try:
        return float(cursor)
    except ValueError:
        return cursor


def moved_back(cursor: Any, overlap_s: float) -> Any:
    """A moment so much earlier, of a text that is one as that text would have it."""
    if isinstance(cursor, datetime):
        return cursor - timedelta(seconds=overlap_s)
    moment = _ISO.fullmatch(cursor.strip()) if isinstance(cursor, str) else None
    if not (moment and moment[3] and overlap_s):
        return cursor
    earlier = datetime.fromisoformat(f"{moment[1]}T{moment[3]}") - timedelta(seconds=overlap_s)
    return f"{earlier.isoformat(moment[2], timespec='minutes' if len(moment[3]) == 5 else 'seconds')}{moment[4] or ''}"


def _beginning(since: Any) -> Any:
    """A moment that is text without its Z, which sorts behind more exact moments of the same second."""
    return since.removesuffix("Z") if isinstance(since, str) and _ISO.fullmatch(since) else since


def _placed(stream: StreamRequest, row: Raw) -> tuple[str, Raw]:
    """A row with its place."""
    place = "key " + "|".join(str(_plain(row.get(column))) for column in stream.key)
    return place, {name: _plain(value) if name in stream.key else _as_said(value) for name, value in row.items()}


def _key_part(value: Any) -> str:
    """A part of a key as its row has it."""
    plain = _plain(value)
    return "" if plain is None else str(plain).strip()


def _text_of(value: bytes) -> str:
    """Bytes as the text they are, else as hexadecimal digits."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _plain(value: Any) -> Any:
    """A part of a key as JSON can hold it; in one, moments without a zone are UTC's, whatever the stream says."""
    is_naive = isinstance(value, datetime) and value.tzinfo is None
    return _as_said(value.replace(tzinfo=UTC) if is_naive else value)


def _as_said(value: Any) -> Any:
    """A value as JSON can hold it; the zone of moments that name none is for the stream to say."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return _text_of(bytes(value))
        case _:
            return value
