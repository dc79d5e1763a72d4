"""Queries and cursors of SQL as people and older systems have them: on SQLite, read without a graph."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import oracle

from connectors.contract import StreamRequest
from connectors.errors import AbortRun, ConnectorError, StartOver
from connectors.systems.sql import ANYTHING, Largest, Sql, SqlSettings, moved_back, value_of
from connectors.systems.sql_text import one_query, within


@dataclass
class Read:
    rows: dict[str, str] = field(default_factory=dict)
    cursor: str | None = None
    notes: list[str] = field(default_factory=list)


@dataclass
class Database:
    """A database of people, and how it is read."""

    path: Path
    run: Callable[..., Any]

    def do(self, text: str, *rows: Sequence[Any]) -> None:
        with sqlite3.connect(self.path) as connection:
            if rows:
                connection.executemany(text, rows)
            else:
                connection.executescript(text)
        connection.close()

    def read(self, query: str = "SELECT * FROM t", cursor: str | None = None, column: str | None = None) -> Read:
        """What is read, since a cursor of that column."""

        async def all_pages() -> Read:
            found = Read()
            stream = StreamRequest("people", query, ("id",), {"cursor": column, "overlap_s": 0}, (("name",),))
            async for page in Sql(SqlSettings(url=f"sqlite:///{self.path}")).read(stream, cursor):
                found.rows |= {raw["id"]: raw["name"] for _, raw in page.rows}
                found.cursor = page.cursor or found.cursor
                found.notes += page.notes
            return found

        return self.run(all_pages())

    def keys(self, query: str = "SELECT * FROM t", key: str = "id") -> list[str]:
        async def all_keys() -> list[str]:
            stream = StreamRequest("people", query, (key,), {}, ())
            return [key async for page in Sql(SqlSettings(url=f"sqlite:///{self.path}")).keys(stream) for key in page]

        return self.run(all_keys())


@pytest.fixture
def database(tmp_path: Path, run: Callable[..., Any]) -> Database:
    found = Database(tmp_path / "a.db", run)
    found.do(
        "CREATE TABLE t (id TEXT, name TEXT, at TEXT); INSERT INTO t VALUES ('k1', 'Ana 100% Sample', '12:30'), ('k2',"
        " 'Bo Sample', NULL)"
    )
    return found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM t",
        "SELECT * FROM t;",
        "SELECT * FROM t ; \n;",
        "SELECT * FROM t -- those who work here",
        "SELECT * FROM t; -- all; of them",
        "SELECT * FROM t; /* all\n of them; */",
        "/* people */ SELECT * FROM t",
        "-- people; here\nSELECT * FROM t ORDER BY id",
        "SELECT id, name, 'a:b' AS c FROM t WHERE coalesce(at, '') <> '10:45'",
        "SELECT id, name FROM t WHERE name <> ' :x' AND name <> 'it''s; -- no'",
        "SELECT id, name FROM t WHERE name LIKE '%Sample%'",
        "WITH x AS (SELECT * FROM t) SELECT * FROM x",
        'SELECT id, name, "at" AS "a;t" FROM t',
        ";WITH x AS (SELECT * FROM t) SELECT * FROM x",
        "  ;; SELECT * FROM t",
        "-- people\n;SELECT * FROM t",
        "SELECT id, name, at AS [a;t] FROM t",
        "SELECT id, name, at AS [a;--t] FROM t;",
        "\ufeffSELECT * FROM t",
        "SELECT * FROM t\nGO",
        "SELECT * FROM t;\ngo\n",
        "SELECT * FROM t;\n/\n",
    ],
)
def test_a_query_is_read_as_people_write_it(query: str, database: Database) -> None:
    assert database.read(query).rows == {"k1": "Ana 100% Sample", "k2": "Bo Sample"}
    assert sorted(database.keys(query)) == ["k1", "k2"]
    # the same within another, as where only what has changed is asked for
    assert database.read(query, cursor="'k0", column="id").rows == {"k1": "Ana 100% Sample", "k2": "Bo Sample"}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT 1; SELECT 2", "expected one query"),
        ("DELETE FROM t", "only reads"),
        ("  -- nothing\n", "expected a query"),
        (" ; -- nothing\n;", "expected a query"),
        (";SELECT 1; SELECT 2", "expected one query"),
        ("SELECT id FROM t; DROP TABLE t --", "expected one query"),
        ("SELECT '['; SELECT ']'", "expected one query"),
        ("SELECT a[b[1]] FROM t; SELECT c[1] FROM t", "expected one query"),
        ("SELECT t.id, u.id FROM t JOIN t AS u ON t.id = u.id", "the column id twice"),
        ("SELECT id FROM t GROUP BY nothing", "the database says"),
    ],
)
def test_a_query_that_is_none_is_told(query: str, told: str, database: Database) -> None:
    with pytest.raises(ConnectorError, match=told):
        database.read(query)


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT E'a\'; b' FROM t", "SELECT q'[it's; ok]' FROM dual", "SELECT q'{a;'b}' FROM dual",
        "SELECT nq'!a;b!' FROM dual",
        "SELECT $$a;b$$, $x$;$x$", "SELECT a[1], ARRAY['x;]y'] FROM t", "SELECT `a;b` FROM t",
        "SELECT a[b[1]], [a;b] FROM t",
    ],
)  # fmt: skip
def test_texts_and_names_are_quoted_as_each_database_does(query: str) -> None:
    assert one_query(query) == query
    assert one_query(f"{query};\n-- end;") == query
    with pytest.raises(ConnectorError, match="expected one query"):
        one_query(f"{query}; SELECT 1")


def test_oracle_is_asked_without_words_that_it_does_not_know() -> None:
    assert within("SELECT * FROM t -- all") == "(\nSELECT * FROM t -- all\n) found"
    assert "FROM DUAL" in str(ANYTHING.compile(dialect=oracle.dialect())).upper()


@given(st.text("ab;'\"-/* \n:%", max_size=30))
def test_what_stands_in_texts_and_comments_ends_no_query(text: str) -> None:
    quoted = text.replace("'", "''")
    assert (
        one_query(f"SELECT '{quoted}' ;  -- {text.splitlines()[0] if text.splitlines() else ''}")
        == f"SELECT '{quoted}'"
    )


_SORT = [
    ("TEXT", "000119", "000120"),
    ("TEXT", "20261101", "20261102"),
    ("TEXT", "20261101T100000Z", "20261101T100005Z"),
    ("TEXT", "2026-11-01", "2026-11-02"),
    ("TEXT", "2026-11-01T10:00", "2026-11-01T10:01"),
    ("TEXT", "2026-11-01T10:00:00", "2026-11-01T10:00:05"),
    ("TEXT", "2026-11-01 10:00:00", "2026-11-01 10:00:00.25"),
    ("TEXT", "2026-11-01T10:00:00Z", "2026-11-01T10:00:05Z"),
    ("TEXT", "2026-11-01T10:00:00.000Z", "2026-11-01T10:00:00.010Z"),
    ("TEXT", "2026-11-01 10:00:00+00:00", "2026-11-01 10:00:05+00:00"),
    ("TEXT", "2026-11-01T10:00:00-05:00", "2026-11-01T10:00:00.5-05:00"),
    ("TEXT", "00000000000007D1", "00000000000007D2"),
    ("TEXT", "seq 0001", "seq 0002"),
    ("TEXT", "march-0001", "march-0002"),
    ("TEXT", "monday 0001", "monday 0002"),
    ("INTEGER", 9, 10),
    ("REAL", 9.5, 10.25),
]
_SORT_NOT = [
    ("TEXT", "11/02/2026", "01/03/2027"),
    ("TEXT", "9", "10"),
    ("TEXT", "0", "10"),
    ("TEXT", "0.5", "10.25"),
    ("TEXT", "Nov  1 2026 10:30PM", "Dec  1 2026  9:30AM"),
    ("TEXT", "Nov 1 2026", "Dec 1 2026"),
    ("TEXT", "Sun Nov  1 10:30:00 2026", "Mon Nov  2 10:30:00 2026"),
    ("TEXT", "Sun, 01 Nov 2026 10:30:00", "Mon, 02 Nov 2026 10:30:00"),
    ("TEXT", "01 Nov 2026", "02 Dec 2026"),
    ("TEXT", "2026-11-01 11:30 AM", "2026-11-01 12:30 PM"),
    # a Z stands behind the point
    ("TEXT", "2026-11-01T10:00:00Z", "2026-11-01T10:00:00.5Z"),
    ("TEXT", "2026-10-31T10:00:00-04:00", "2026-11-02T10:00:00-05:00"),
]


@pytest.mark.parametrize(("kind", "first", "later"), [*_SORT, *_SORT_NOT])
def test_what_changed_later_is_read_later_whatever_the_cursor_is(
    kind: str, first: Any, later: Any, database: Database
) -> None:
    database.do(f"CREATE TABLE s (id TEXT PRIMARY KEY, name TEXT, seq {kind})")
    database.do("INSERT INTO s VALUES (?, ?, ?)", ("a", "A one", first), ("b", "B one", first))
    query = "SELECT * FROM s"
    begun = database.read(query, column="seq")
    assert begun.rows == {"a": "A one", "b": "B one"}
    database.do("INSERT OR REPLACE INTO s VALUES (?, ?, ?)", ("a", "A two", later), ("c", "C new", later))
    try:
        second = database.read(query, begun.cursor, column="seq")
    except StartOver:
        second = database.read(query, column="seq")
    assert second.rows.items() >= {"a": "A two", "c": "C new"}.items()
    if (kind, first, later) in _SORT:
        assert (begun.notes, second.notes) == ([], [])
        assert value_of(begun.cursor or "") == first
        assert value_of(second.cursor or "") == later
        # what is older than the cursor is not read again
        assert database.read(query, second.cursor, column="seq").rows == {"a": "A two", "c": "C new"}
    else:
        assert "do not sort as they grow" in second.notes[0]
        assert "CONVERT(varchar(33), seq, 126)" in second.notes[0]
        assert second.cursor is None


def test_rows_of_the_same_moment_and_of_none_are_read_again(database: Database) -> None:
    database.do("CREATE TABLE s (id TEXT PRIMARY KEY, name TEXT, seq TEXT)")
    at = "2026-11-01T10:00:00"
    database.do("INSERT INTO s VALUES (?, ?, ?)", ("a", "A", at), ("n", "N one", None), ("o", "O", at[:-1] + "1"))
    database.do("INSERT INTO s VALUES (?, ?, ?)", ("p", "P", "2026-10-31T10:00:00"))
    begun = database.read("SELECT * FROM s", None, column="seq")
    assert value_of(begun.cursor or "") == "2026-11-01T10:00:01"
    database.do("INSERT OR REPLACE INTO s VALUES (?, ?, ?)", ("b", "B", at[:-1] + "1"), ("n", "N two", None))
    assert database.read("SELECT * FROM s", begun.cursor, column="seq").rows == {"b": "B", "n": "N two", "o": "O"}


@given(
    st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=20),  # noqa: DTZ001
    st.sampled_from("T "),
    st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
    st.sampled_from(["", "Z", "+00:00", "-05:00", "+0200"]),
)
def test_the_largest_of_moments_as_text_is_the_latest(
    moments: list[datetime], between: str, exact: str, zone: str
) -> None:
    largest = Largest()
    for moment in moments:
        largest.see(moment.isoformat(between, exact) + zone)
    assert largest.sorts
    assert value_of(largest.cursor or "") == max(moments).isoformat(between, exact) + zone


def test_a_cursor_column_that_is_not_there_is_told(database: Database) -> None:
    with pytest.raises(AbortRun, match="cursor: the query gives no column 'seq'; it gives id, name, at"):
        database.read("SELECT * FROM t", None, column="seq")


def test_keys_are_listed_as_rows_have_them(database: Database) -> None:
    database.do("CREATE TABLE s (id REAL, name TEXT); INSERT INTO s VALUES (1.5, 'a'), (2, 'b'), (NULL, 'c')")
    rows = database.read("SELECT * FROM s").rows
    assert database.keys("SELECT * FROM s") == [str(key) for key in rows if key is not None]


@given(st.lists(st.integers(0, 999), min_size=1, max_size=20), st.sampled_from(["", "V", "REV-", "no. "]))
def test_numbers_as_text_without_zeros_before_them_do_not_sort(numbers: list[int], before: str) -> None:
    largest = Largest()
    for number in numbers:
        largest.see(f"{before}{number}")
    assert not largest.sorts


@given(st.lists(st.integers(0, 999), min_size=1, max_size=20), st.sampled_from(["", "V", "REV-", "no. "]))
def test_numbers_with_zeros_before_them_sort_behind_letters_as_well(numbers: list[int], before: str) -> None:
    largest = Largest()
    for number in numbers:
        largest.see(f"{before}{number:05d}")
    assert value_of(largest.cursor or "") == f"{before}{max(numbers):05d}"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.integers(9, 12))
def test_the_largest_of_texts_of_one_length_is_the_largest_number(numbers: list[int], width: int) -> None:
    largest = Largest()
    for number in numbers:
        largest.see(str(number).zfill(width + 2))
    assert value_of(largest.cursor or "") == str(max(numbers)).zfill(width + 2)


@pytest.mark.parametrize(
    ("text", "earlier"),
    [("2026-11-01T10:00:00", "2026-11-01T09:59:00"), ("2026-11-01 10:00", "2026-11-01 09:59"),
     ("2026-11-01T10:00:00Z", "2026-11-01T09:59:00Z"),
     ("000120", "000120"), ("2026-11-01", "2026-11-01")],
)  # fmt: skip
def test_a_moment_that_is_text_is_moved_back_as_text(text: str, earlier: str) -> None:
    assert moved_back(text, 60) == earlier
