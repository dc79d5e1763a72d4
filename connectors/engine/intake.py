"""What a system gives, taken in: of each row its key, and a hash that tells whether it is as it was."""

import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final, NamedTuple

import httpx2
import orjson

from connectors.contract import Page, Raw
from connectors.engine.cells import Empty, nearest
from connectors.engine.columns import missing_columns, require_columns, told, wanted, with_place
from connectors.engine.mapping import address_reader, numbers_in, within
from connectors.engine.one_run import OneRun
from connectors.engine.quarantine import Refused, nameless
from connectors.engine.remarks import KeyStyle, is_remark
from connectors.engine.spool import Row, hash_of, slot_of
from connectors.engine.state import State
from connectors.errors import AbortRun, NoSuchColumn, RetryLater, SkipRecord
from connectors.settings import StreamSettings
from graph_schema.formats import IMPORTER_NUMBER, is_social_security, social_security
from graph_schema.model import LONGEST_INDEXED

_READING: Final = 6
"""Grows where rows are read otherwise than before, so that all are read anew."""
_MEANS_NONE: Final = Empty()
_NONE_BEGINS: Final = frozenset("#-nNtT([")
"""With one of these begins what stands in place of a key, e.g. #N/A or TBD, and of keys there are few."""
_SEVERAL: Final = re.compile(r"[;,|\n]")


class Taken(NamedTuple):
    """Rows with their keys and hashes, and those that have none. `addresses` stand for those of the rows, as long as
    this process lives, where it matters whether several have one.
    """

    rows: list[Row]
    refused: list[Refused]
    addresses: list[int | None]


class Intake:
    """Takes in what the system gives of one stream, and counts it.

    `read` are the rows that were given, `unread` those of them that could not be read. `columns` are those of the
    connection's file that the system has.
    """

    def __init__(self, run: OneRun, stream_name: str, settings: StreamSettings, state: State) -> None:
        self.wanted = wanted(stream_name, settings)
        self.read = self.unread = 0
        self.columns: Sequence[str] = ()
        self._report = run.report
        self._connector = run.attached.connector
        self._places = run.attached.places(stream_name)
        self._vital = settings.vital
        self._state = state
        self._keys = KeyStyle()
        # a number that must leave no trace may not even be a key; where it is none, its row is refused once it is
        # understood
        of_importers = numbers_in(settings)
        self._numbers = tuple(column for column in settings.key if column in of_importers or is_social_security(column))
        self._address = address_reader(settings)
        # where the file changes, or for whom it speaks, every row is read anew
        rank = run.attached.connection.rank
        settings_and_party = [settings.model_dump(mode="json"), run.authority.party, rank, _READING]
        meaning = orjson.dumps(settings_and_party, option=orjson.OPT_SORT_KEYS)
        self.meaning = hashlib.blake2b(meaning, digest_size=12).hexdigest()

    @property
    def has_addresses(self) -> bool:
        """Whether rows have addresses that must be one's own."""
        return self._address is not None

    async def pages(self, cursor: str | None) -> AsyncGenerator[Page]:
        """All that the system gives, or what has changed since. Raises `AbortRun`, `RetryLater` and `StartOver`."""
        try:
            async for page in self._connector.read(self.wanted, cursor):
                if page.columns is not None:
                    self._look_at_columns(page.columns)
                for note in page.notes:
                    self._report.note(f"{self.wanted.name}: {note}")
                yield page
        except NoSuchColumn as error:
            raise AbortRun(with_place(error, self._places)) from None
        except (OSError, httpx2.TransportError) as error:
            raise RetryLater(f"{self.wanted.name}: the system does not answer ({type(error).__name__})") from error

    def _look_at_columns(self, columns: Sequence[str]) -> None:
        """Raises `AbortRun` where a column of the connection's file is gone, was probably meant otherwise, or is
        vital; tells of others that are not there.
        """
        missing = missing_columns(self.wanted, columns)
        never_there = [
            names
            for names in missing
            if not (self._vital & {*names} or self._state.had(names) or nearest(names[0], columns))
        ]
        if len(never_there) < len(missing):
            require_columns(self.wanted, columns, self._places)
        for names in never_there:
            self._report.note(
                f"{self.wanted.name}: there is no column {told(names, self._places)}: it is left out, as in every run"
                " so far; say `optional: true` there, if it may be missing"
            )
        lacking = {name for names in missing for name in names}
        self.columns = sorted({name for names in self.wanted.columns or () for name in names} - lacking)

    def taken_in(self, page: Page) -> Taken:
        """The rows of a page; those without a key, and such as cannot be kept, are refused."""
        taken = Taken([], [Refused(None, broken.place, broken.reason, None) for broken in page.broken], [])
        count = len(page.rows) + len(page.broken)
        self._report.read += count
        self.read += count
        self.unread += len(page.broken)
        for number, (place, raw) in enumerate(page.rows, self.read - len(page.rows) + 1):
            try:
                taken.rows.append(self.row(place, raw))
                if self._address:
                    address = self._address(raw)
                    taken.addresses.append(None if address is None else hash(address))
            except SkipRecord as error:
                counts = not self.is_remark(raw)
                where = place if error.keep else nameless(place, number)
                taken.refused.append(Refused(None, where, str(error), None, counts=counts))
        self._keys.see(row.key for row in taken.rows)
        return taken

    def row(self, place: str, raw: Raw) -> Row:
        """A row with its key and hash. Raises `SkipRecord`."""
        parts = [str(raw.get(column) if raw.get(column) is not None else "").strip() for column in self.wanted.key]
        if not all(parts):
            raise SkipRecord(
                f"{', '.join(self.wanted.key)} is missing: without its key a record cannot be told from others"
            )
        try:
            payload = orjson.dumps(raw, default=str, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # e.g. half of a surrogate pair
            raise SkipRecord("it holds characters that are no text") from None
        key = "|".join(parts)
        if key[0] in _NONE_BEGINS and any(map(_MEANS_NONE, parts)):
            raise SkipRecord(
                f"{', '.join(self.wanted.key)}: {key[:30]!r} means that there is none: without its key a record cannot"
                " be told"
            )
        if (len(key) > 10 and social_security(key)) or (
            self._numbers and any(_is_refused(raw.get(column)) for column in self._numbers)
        ):
            raise SkipRecord(IMPORTER_NUMBER.refusal, keep=False)
        within(", ".join(self.wanted.key), key, LONGEST_INDEXED)
        return Row(slot_of(key), key, place, hash_of(self.meaning, payload), payload)

    def leaves_no_trace(self, key: str) -> bool:
        """Whether a key is, or has in it, a number that must leave no trace."""
        return social_security(key) or (bool(self._numbers) and any(map(_is_refused, key.split("|"))))

    def is_remark(self, raw: Raw) -> bool:
        """Whether a row that cannot be taken is a line about its list."""
        return is_remark(raw, self.wanted.key, self._keys)


def _is_refused(value: Any) -> bool:
    """Whether it is, or has among several, a number that must leave no trace."""
    return value is not None and any(IMPORTER_NUMBER.may_be_refused(part) for part in _SEVERAL.split(str(value)))
