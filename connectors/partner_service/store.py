"""What the agency knows, in one SQLite file.

Every change gets the next number of one sequence: the cursor of who follows it.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
  kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT, seq INTEGER NOT NULL UNIQUE, PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS record_seq ON record (kind, seq);
CREATE TABLE IF NOT EXISTS sequence (last INTEGER NOT NULL);
INSERT INTO sequence SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sequence);
"""


@dataclass(frozen=True)
class Page:
    """`nodes` in the order of their last change, `deleted` ids among them, `last` the number to go on after."""

    nodes: list[dict[str, Any]]
    deleted: list[str]
    last: int
    more: bool
    cursor: int


class Store:
    """Contacts and cases by id. A deleted one leaves its id behind, so that who follows learns of it."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_TABLES)

    @property
    def cursor(self) -> int:
        """The number of the last change; 0 before the first."""
        return self._database.execute("SELECT last FROM sequence").fetchone()[0]

    @property
    def is_empty(self) -> bool:
        """Whether no change was ever made: a store whose records are all deleted is not empty."""
        return self.cursor == 0

    def put(self, kind: str, id_: str, body: dict[str, Any] | None) -> None:
        """Keeps a record; None deletes it. Committed when this returns."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.execute("UPDATE sequence SET last = last + 1")
            self._database.execute(
                "INSERT INTO record SELECT ?, ?, ?, last FROM sequence WHERE true "
                "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, seq = excluded.seq",
                (kind, id_, None if body is None else json.dumps(body)),
            )
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def get(self, kind: str, id_: str) -> dict[str, Any] | None:
        """The body of a record; None for one that never was, or is deleted."""
        row = self._database.execute("SELECT body FROM record WHERE kind = ? AND id = ?", (kind, id_)).fetchone()
        return json.loads(row[0]) if row and row[0] else None

    def page(self, kind: str, since: int | None, after: int, first: int) -> Page:
        """Records that changed after `since` (all that there are, where it is None), from `after` on, oldest change
        first.
        """
        now = self.cursor
        rows = self._database.execute(
            "SELECT id, body, seq FROM record WHERE kind = ? AND seq > ? AND (? OR body IS NOT NULL) ORDER BY seq"
            " LIMIT ?",
            (kind, max(since or 0, after), since is not None, first + 1),
        ).fetchall()
        shown = rows[:first]
        return Page(
            nodes=[{"id": id_, **json.loads(body)} for id_, body, _ in shown if body],
            deleted=[id_ for id_, body, _ in shown if not body],
            last=shown[-1][2] if shown else after,
            more=len(rows) > first,
            cursor=shown[-1][2] if len(rows) > first and since is not None else now,
        )

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        """The bodies of a kind, each with its `id`, in the order of ids; without deleted ones."""
        for id_, body in self._database.execute(
            "SELECT id, body FROM record WHERE kind = ? AND body IS NOT NULL ORDER BY id", (kind,)
        ):
            yield {"id": id_, **json.loads(body)}
