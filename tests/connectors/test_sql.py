"""A SQL database: the real PostgreSQL, by a cursor column and as a whole."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self

import psycopg
import pytest
from psycopg.sql import SQL

from connectors.contract import StreamRequest
from connectors.errors import AbortRun
from connectors.systems.sql import Sql, SqlSettings
from hub.local_neo4j.server import free_ports
from tests.connectors.postgres import PASSWORD, Postgres
from tests.connectors.promises import Conformance, System

_PROPERTIES = {"name": "full_name", "role": {"value": "liaison"}, "email": {"column": "mail", "verified": True}}
_TABLE = (
    "CREATE TABLE people (id text PRIMARY KEY, full_name text, mail text, left_on date, changed_at timestamptz DEFAULT"
    " clock_timestamp())"
)


class _Table(System):
    """A table without a word of when its rows changed."""

    options: ClassVar[Mapping[str, Any]] = {}

    def __enter__(self) -> Self:
        self._server = Postgres().__enter__()
        with self.connected() as database:
            database.execute(_TABLE)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def connection(self) -> Mapping[str, Any]:
        query = "SELECT * FROM people WHERE left_on IS NULL"
        return {
            "connector": "sql",
            "settings": self.settings(),
            "from": query,
            "key": "id",
            "properties": _PROPERTIES,
            **self.options,
        }

    def settings(self) -> dict[str, Any]:
        return {"url": f"postgresql+psycopg://postgres@127.0.0.1:{self._server.port}/postgres", "password": PASSWORD}

    def lost(self) -> Mapping[str, Any]:
        return {**self.settings(), "url": f"postgresql+psycopg://postgres@127.0.0.1:{free_ports(1)[0]}/postgres"}

    def secrets(self) -> list[str]:
        return [PASSWORD]

    def put(self, key: str, name: str, mail: str) -> None:
        self.execute(
            "INSERT INTO people (id, full_name, mail) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE "
            "SET full_name = excluded.full_name, mail = excluded.mail, changed_at = clock_timestamp()",
            key, name, mail,
        )  # fmt: skip

    def delete(self, key: str) -> None:
        self.execute("DELETE FROM people WHERE id = %s", key)

    def clear(self) -> None:
        self.execute("DELETE FROM people")

    def execute(self, text: str, *values: Any) -> None:
        with self.connected() as database:
            database.execute(SQL(text), values)  # pyright: ignore[reportArgumentType] - these tests' own text

    def connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host="127.0.0.1",
            port=self._server.port,
            user="postgres",
            password=PASSWORD,
            dbname="postgres",
            autocommit=True,
        )


class _Changes(_Table):
    options: ClassVar[Mapping[str, Any]] = {"cursor": "changed_at", "overlap_s": 0}


class TestWhole(Conformance):
    system = _Table


class TestChanges(Conformance):
    system = _Changes

    def test_a_run_reads_what_has_changed_since_and_says_how_late_it_is(self, synced: Any, server: _Changes) -> None:
        synced.sync()
        server.put("p1", "Sample Changed", "p1@fda.example")
        report = synced.sync()
        assert (report.written, report.retired) == (1, 0)
        assert report.read <= 2, "the changed row, and that of the cursor again"
        assert 0 <= synced.last_run()["lagSeconds"] < 120


@pytest.fixture(scope="module")
def table() -> Iterator[_Table]:
    with _Table(None) as server:  # pyright: ignore[reportArgumentType] - it needs no folder
        yield server


def test_what_is_wrong_with_a_query_is_told_without_the_password(table: _Table, run: Callable[..., Any]) -> None:
    connector = Sql(SqlSettings.model_validate(table.settings()))

    async def read(query: str) -> None:
        async for _ in connector.read(StreamRequest("people", query, ("id",), {}), None):
            pass

    for query, told in (
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT FROM WHERE", "syntax"),
        ("DROP TABLE people", "only reads"),
    ):
        with pytest.raises(AbortRun, match=told) as error:
            run(read(query))
        assert PASSWORD not in str(error.value)
    with pytest.raises(AbortRun, match="expected e"):
        Sql(SqlSettings(url="no url"))
    with pytest.raises(AbortRun, match="expected e"):
        Sql(SqlSettings(url="oracle+nothing://x/y"))


def test_a_query_can_only_read(table: _Table, run: Callable[..., Any]) -> None:
    table.put("kept", "Sample Kept", "kept@fda.example")
    connector = Sql(SqlSettings.model_validate(table.settings()))

    async def read() -> None:
        query = "WITH gone AS (DELETE FROM people RETURNING *) SELECT * FROM gone"
        async for _ in connector.read(StreamRequest("people", query, ("id",), {}), None):
            pass

    with pytest.raises(AbortRun):
        run(read())
    with table.connected() as found:
        row = found.execute("SELECT count(*) FROM people WHERE id = 'kept'").fetchone()
    assert row == (1,)


def test_check_and_discover_name_the_tables(table: _Table, run: Callable[..., Any]) -> None:
    connector = Sql(SqlSettings.model_validate(table.settings()))
    assert "postgresql at 127.0.0.1" in run(connector.check())
    (offer,) = run(connector.discover())
    assert offer.stream == "SELECT * FROM people"
    assert offer.columns == ["id", "full_name", "mail", "left_on", "changed_at"]


@pytest.mark.parametrize(
    "query",
    [
        (
            "SELECT * FROM people WHERE full_name LIKE '%Kept%' AND id::text = 'kept' AND 'a:b' <> ' :x' ORDER BY id;"
            " -- 100 % of them"
        ),
        "WITH kept AS (SELECT * FROM people WHERE id = 'kept') SELECT id, full_name, changed_at FROM kept /* :here */",
        "SELECT id, full_name, changed_at, $$it's; here$$ AS told FROM people WHERE id = 'kept'",
    ],
)
def test_a_query_is_read_as_people_write_it(query: str, table: _Table, run: Callable[..., Any]) -> None:
    table.put("kept", "Sample Kept", "kept@fda.example")
    connector = Sql(SqlSettings.model_validate(table.settings()))

    async def read(cursor: str | None) -> list[Any]:
        stream = StreamRequest("people", query, ("id",), {"cursor": "changed_at"})
        return [raw["full_name"] async for page in connector.read(stream, cursor) for _, raw in page.rows]

    async def keys() -> list[str]:
        return [key async for page in connector.keys(StreamRequest("people", query, ("id",), {})) for key in page]

    assert run(read(None)) == run(read("2026-01-01T00:00:00+00:00")) == ["Sample Kept"]
    assert run(keys()) == ["kept"]


def test_the_zone_of_a_moment_that_names_none_is_for_the_stream_to_say(table: _Table, run: Callable[..., Any]) -> None:
    table.put("kept", "Sample Kept", "kept@fda.example")
    query = (
        "SELECT TIMESTAMP '2026-11-02 03:30' AS id, TIMESTAMP '2026-11-02 03:30' AS naive, DATE '2026-11-02' AS day,"
        " TIMESTAMPTZ '2026-11-02 03:30-05:00' AT TIME ZONE 'UTC' AS utc, changed_at FROM people WHERE id = 'kept'"
    )
    connector = Sql(SqlSettings.model_validate(table.settings()))

    async def read() -> list[Any]:
        stream = StreamRequest("people", query, ("id",), {})
        return [raw async for page in connector.read(stream, None) for _, raw in page.rows]

    (raw,) = run(read())
    assert (raw["naive"], raw["utc"], raw["day"]) == ("2026-11-02T03:30:00", "2026-11-02T08:30:00", "2026-11-02")
    assert raw["changed_at"].endswith("+00:00")
    # a key is as it always was
    assert raw["id"] == "2026-11-02T03:30:00+00:00"
