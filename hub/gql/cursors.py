"""Cursors: the position of a row in its list, by the values it is ordered by; opaque to clients."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import orjson

from hub.compile.asked import CursorOf
from hub.errors import BadInput
from hub.gql.values import at_kind


def write_cursor(stamp: str, values: list[Any]) -> str:
    """The cursor of a row, bound by the stamp to the kind of list and its order."""
    return urlsafe_b64encode(orjson.dumps([stamp, *values])).decode().rstrip("=")


def read_cursor(cursor: str, wanted: CursorOf) -> tuple[Any, ...]:
    """The values a cursor holds, as parameters. Raises `BadInput` where it is no cursor of that list."""
    try:
        stamp, *values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if stamp != wanted.stamp:
            raise BadInput("after: this cursor is of another list or another order; use one that this list gave")
        return tuple(None if value is None else at_kind(kind, value) for kind, value in zip(wanted.kinds, values, strict=True))
    except (ValueError, TypeError):
        raise BadInput("after: this is no cursor; use one that this list gave, unchanged") from None
