"""Rows of a whole reading, put in order on disk: however many they are, memory holds a few hundred.

What is found of them in a first look is put there, too: the rows that have changed, and what was known of them.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import orjson

from connectors.contract import Raw

SLOTS: Final = 1 << 31
_PER_BLOCK: Final = 400
_CACHE_KIB: Final = 8_000


@dataclass(slots=True)  # not frozen: there are a hundred thousand, and a frozen one takes three times as long to make
class Row:
    """A row as it was read: its key, where it stands, its hash, and itself as JSON."""

    slot: int
    key: str
    place: str
    hash: str
    payload: bytes

    @property
    def shares_mail(self) -> bool:
        """Whether others of its list have the same address, which then is nobody's own."""
        return self.hash.endswith(SHARED)

    @property
    def raw(self) -> Raw:
        """The row as its system gave it, parsed anew at each call."""
        return orjson.loads(self.payload)


Line = tuple[int, str, str, int]
"""A row as far as it is compared: its slot, key and hash, and its number in the spool."""


def slot_of(key: str) -> int:
    """The place of a key among all keys of a stream."""
    return zlib.crc32(key.encode(errors="surrogatepass")) >> 1


def parts_for(rows: int, per_part: int) -> int:
    """Into how many equal parts the slots of so many rows are divided: a power of two."""
    return 1 << (rows // per_part).bit_length()


def slots_in(number: int, count: int) -> range:
    """The slots of the part of that number among so many."""
    width = SLOTS // count
    return range(number * width, (number + 1) * width)


def hash_of(meaning: str, payload: bytes) -> str:
    """Stands for a row and for how it is read: where the connection's file changes, so does it."""
    return hashlib.blake2b(meaning.encode() + payload, digest_size=12).hexdigest()


SHARED: Final = "+"
"""Ends the hash of a row whose address others of its list have, too: it is another row where that changes."""


class Spool:
    """A context: rows go in as they come, and out in blocks of neighbouring slots.

    The file is SQLite's own, and gone with it.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE rows (slot INTEGER, key TEXT, place TEXT, hash TEXT, payload BLOB, mail INTEGER)"
        )
        self._database.execute(
            "CREATE TABLE changed (block INTEGER, place INTEGER, row INTEGER, known INTEGER, before TEXT,"
            " PRIMARY KEY (block, place)) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, rows: Iterable[tuple[int, str, str, str, bytes, int | None]]) -> None:
        """Slot, key, place, hash and payload of each row, and what stands for its address, where that matters."""
        self.count += self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows).rowcount

    def put_in_order(self) -> None:
        """Once all rows are in."""
        # with its hash in the index, a row is compared without a look at all that it says
        self._database.execute("CREATE INDEX in_order ON rows (slot, key, hash)")

    def repeated(self) -> Iterator[tuple[str, str, str, bool]]:
        """Key, place and first place of rows whose key came before, and whether they say the same; they are taken
        out.
        """
        rows = self._database.execute(
            "SELECT rows.key, rows.place, first.place, rows.hash = first.hash, rows.rowid FROM rows JOIN (SELECT slot,"
            " key, min(rowid) AS id FROM rows GROUP BY slot, key HAVING count(*) > 1) twice ON rows.slot = twice.slot"
            " AND rows.key = twice.key AND rows.rowid > twice.id JOIN rows AS first ON first.rowid = twice.id"
        ).fetchall()
        for key, place, first, is_same, rowid in rows:
            self._database.execute("DELETE FROM rows WHERE rowid = ?", (rowid,))
            self.count -= 1
            yield key, place, first, bool(is_same)

    def mark_shared(self) -> None:
        """Marks the rows that have one address; once those with the same key are out."""
        self._database.execute(
            "UPDATE rows SET hash = hash || ? WHERE mail IN "
            "(SELECT mail FROM rows WHERE mail IS NOT NULL GROUP BY mail HAVING count(*) > 1)",
            (SHARED,),
        )

    def blocks(self, count: int) -> Iterator[tuple[int, list[Row]]]:
        """All blocks, by number, empty ones as well."""
        rows = self._database.execute("SELECT slot, key, place, hash, payload FROM rows ORDER BY slot, key")
        return ((number, [Row(*values) for values in block]) for number, block in _in_blocks(rows, count))

    def lines(self, count: int) -> Iterator[tuple[int, list[Line]]]:
        """The same as far as rows are compared."""
        return _in_blocks(self._database.execute("SELECT slot, key, hash, rowid FROM rows ORDER BY slot, key"), count)

    def keep_changed(self, number: int, lines: Iterable[Line], known: Mapping[str, str | None]) -> None:
        """Keeps which rows of a block have changed, and what was known of each before."""
        self._database.executemany(
            "INSERT INTO changed VALUES (?, ?, ?, ?, ?)",
            ((number, place, row, key in known, known.get(key)) for place, (_, key, _, row) in enumerate(lines)),
        )

    def changed(self, number: int) -> tuple[list[Row], dict[str, str | None]]:
        """What was kept of a block: the changed rows, and what was known of them."""
        kept = self._database.execute(
            "SELECT known, before, rows.slot, rows.key, rows.place, rows.hash, rows.payload FROM changed"
            " CROSS JOIN rows ON rows.rowid = changed.row WHERE changed.block = ? ORDER BY changed.place",
            (number,),
        ).fetchall()
        rows = [Row(*values) for _, _, *values in kept]
        return rows, {row.key: before for row, (known, before, *_) in zip(rows, kept, strict=True) if known}


def _in_blocks(rows: Iterable[Any], count: int) -> Iterator[tuple[int, list[Any]]]:
    """Rows in order of their slots, which come first in each, by the block that they are in."""
    width, number, block = SLOTS // count, 0, list[Any]()
    end = width
    for row in rows:
        while row[0] >= end:
            yield number, block
            number, block, end = number + 1, [], end + width
        block.append(row)
    while number < count:
        yield number, block
        number, block = number + 1, []


def blocks_for(rows: int, before: int | None) -> int:
    """Into how many blocks so many rows are divided: a power of two; as many as before, unless that has become far
    too few or many.
    """
    if before and before * _PER_BLOCK / 4 <= max(rows, _PER_BLOCK) <= before * _PER_BLOCK * 4:
        return before
    return parts_for(rows, _PER_BLOCK)


def block_hash(lines: Iterable[tuple[str, str]]) -> str:
    """24 hexadecimal digits for keys and hashes of rows, in this order."""
    return hashlib.blake2b(
        "".join([key + hash_ for key, hash_ in lines]).encode(errors="surrogatepass"), digest_size=12
    ).hexdigest()
