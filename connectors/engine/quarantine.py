"""Records that were refused: kept encrypted in the data directory for a month, so that they can be replayed once
their reason is mended.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, LiteralString

import orjson
from cryptography.fernet import Fernet, InvalidToken

from connectors.contract import Raw
from connectors.engine.spool import Row
from connectors.errors import RetryLater, SkipRecord
from graph_schema.cypher import Statement
from graph_schema.formats import IMPORTER_NUMBER, may_have_social_security, without_social_security
from hub.database.disk import Room
from hub.records.source_record import Stream

KEPT_S: Final = 30 * 24 * 3600
_LONGEST_PLACE: Final = 300
"""How many characters of a place are told: it may name a key of any length."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was refused, or of which fields were left out.

    `payload` is the raw row as JSON; None where it may not be kept.

    `key` is None where it cannot be told, or must not. `lacks` are the reasons of the fields, where the record itself
    was taken. `counts` is False where it is no fault of the list.
    """

    key: str | None
    place: str
    reason: str
    payload: bytes | None
    lacks: tuple[str, ...] = ()
    counts: bool = True

    def id(self, stream: Stream) -> str:
        """The same for the same record of the next run. A record without a key is known by its place alone."""
        known_by = f"place {self.place}" if self.key is None else f"key {self.key}"
        return hashlib.blake2b(f"{stream.id}|{known_by}".encode(errors="surrogatepass"), digest_size=16).hexdigest()


def refused_for(row: Row, error: SkipRecord, *, counts: bool = True) -> Refused:
    """A row that was understood so far, and why it is refused; with `counts`, as a fault of its list."""
    if not error.keep:
        place = nameless(row.place) if IMPORTER_NUMBER.may_be_refused(row.key) else row.place
        return Refused(None, place, str(error), None)
    return Refused(row.key, row.place, str(error), _keepable(row.payload), counts=counts)


def left_out_of(row: Row, lacks: tuple[str, ...], *, keep: bool = True) -> Refused:
    """A row that was taken without some of its fields; what it said is kept only where it is one of the first."""
    return Refused(row.key, row.place, lacking(lacks), _keepable(row.payload) if keep else None, lacks)


def lacking(lacks: tuple[str, ...]) -> str:
    """How it is told in quarantine that fields were left out."""
    return f"left out: {'; '.join(lacks)}" if lacks else ""


def nameless(place: str, number: int | None = None) -> str:
    """A place without the key that it may name."""
    if not place.startswith("key "):
        return place
    return "a record whose key is not told" if number is None else f"record {number} that was read"


def _keepable(payload: bytes) -> bytes | None:
    """The payload, unless a Social Security number seems to be in it."""
    return None if may_have_social_security(payload.decode(errors="replace")) else payload


_REFUSE: Final[LiteralString] = """
UNWIND $rows AS row
MERGE (q:QuarantinedRecord {id: row.id}) SET q = row
WITH q MATCH (c:Connection {name: q.system}) MERGE (c)-[:REFUSED]->(q)"""

_RELEASE: Final[LiteralString] = "UNWIND $ids AS id MATCH (q:QuarantinedRecord {id: id}) DETACH DELETE q"


def refuse(stream: Stream, refused: list[Refused], run_id: str, at: datetime) -> Statement:
    """The statement that writes them down, for the transaction of the rows around them."""
    rows = [
        {
            "id": record.id(stream), "system": stream.system, "stream": stream.name,
            "place": without_social_security(record.place)[:_LONGEST_PLACE],
            "reason": without_social_security(record.reason), "at": at, "run": run_id,
            "replayable": record.payload is not None,
            "source": stream.system,
        }
        for record in refused
    ]  # fmt: skip
    return Statement(_REFUSE, {"rows": rows})


def release(ids: list[str]) -> Statement:
    """The statement that forgets records which were taken after all."""
    return Statement(_RELEASE, {"ids": ids})


class Payloads:
    """What refused records said, each an encrypted file that only its owner reads; older ones than a month are gone."""

    def __init__(self, folder: Path, least_free: int = 0) -> None:
        self._folder = folder / "quarantine"
        self._room = Room(folder, least_free)

    def require_room(self) -> None:
        """Raises `RetryLater` where the disk has less room than must stay free: what would be refused could not be
        kept.
        """
        if shortage := self._room.shortage():
            raise RetryLater(f"the disk of refused records has {shortage}: make room, it goes on by itself")

    def keep(self, stream: Stream, refused: Refused) -> None:
        """Encrypts and writes what a refused record said, if that may be kept at all. Raises `OSError`."""
        if refused.payload is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = orjson.dumps({"stream": stream.id, "place": refused.place, "raw": orjson.Fragment(refused.payload)})
        _write_private(self._folder / refused.id(stream), self._cipher().encrypt(content))

    def drop(self, ids: list[str]) -> None:
        """Removes what the records of these ids said, if it is still there."""
        for id_ in ids:
            (self._folder / id_).unlink(missing_ok=True)

    def of(self, stream: Stream) -> Iterator[tuple[str, str, Raw]]:
        """Id, place and raw row of those of a stream that are still kept."""
        if not self._folder.is_dir():
            return
        for path in sorted(self._folder.iterdir()):
            if path.name == "key":
                continue
            if path.stat().st_mtime < time.time() - KEPT_S:
                path.unlink()
                continue
            try:
                payload = orjson.loads(self._cipher().decrypt(path.read_bytes()))
            except InvalidToken:  # of another key: nobody can read it any more
                path.unlink()
                continue
            if payload["stream"] == stream.id:
                yield path.name, payload["place"], payload["raw"]

    def _cipher(self) -> Fernet:
        path = self._folder / "key"
        if not path.exists():
            _write_private(path, Fernet.generate_key())
        return Fernet(path.read_bytes())


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, even where the process ends in between."""
    part = path.with_name(f"{path.name}.part{os.getpid()}")
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(path)
