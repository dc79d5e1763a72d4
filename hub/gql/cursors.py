"""Cursors: the position of a row in its list, by the values it is ordered by; opaque, signed, good for one viewer
and list.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson

from hub.compile.compiler import CursorOf
from hub.errors import BadInput
from hub.gql.values import at_kind

_SIGNATURE_BYTES: Final = 12


class Cursors:
    """The cursors of one viewer: bound to its account, the kind of list, its order and the values it was filtered
    by.
    """

    def __init__(self, key: bytes, account: str) -> None:
        self._key = key
        self._account = account

    def seal(self, stamp: str, compared: Sequence[Any]) -> "Seal":
        """What signs the cursors of one list; `compared` are the values of its conditions."""
        return Seal(
            blake2b(orjson.dumps([self._account, stamp, compared]), key=self._key, digest_size=_SIGNATURE_BYTES)
        )

    def read(self, cursor: str, wanted: CursorOf, compared: Sequence[Any]) -> tuple[Any, ...]:
        """The values a cursor holds. Raises `BadInput` where it is not one that this viewer got from that list."""
        try:
            held = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise _refused() from None
        signature, values = held[:_SIGNATURE_BYTES], held[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self.seal(wanted.stamp, compared).signature(values)):
            raise _refused()
        return tuple(
            None if value is None else at_kind(kind, value)
            for kind, value in zip(wanted.kinds, orjson.loads(values), strict=True)
        )


class Seal:
    """Signs positions in one list."""

    def __init__(self, begun: Any) -> None:
        self._begun = begun

    def signature(self, values: bytes) -> bytes:
        """The signature of a position in this list, which its cursor begins with."""
        made = self._begun.copy()
        made.update(values)
        return made.digest()

    def cursor(self, values: list[Any]) -> str:
        """The cursor of the row that is ordered by these values."""
        text = orjson.dumps(values)
        return urlsafe_b64encode(self.signature(text) + text).decode().rstrip("=")


def _refused() -> BadInput:
    return BadInput(
        "this cursor was not given to you by this list with this order and these conditions: use one of its own,"
        " unchanged, or start again without it"
    )
