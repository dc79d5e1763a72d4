"""What is asked: a document with its variables, and how it is to be answered."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from pydantic import JsonValue

from hub.database.bookmarks import Bookmarks
from hub.limits.callers import Caller

Variables: TypeAlias = Mapping[str, JsonValue]
"""The values of a document's variables by name, as JSON has them."""


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A document with its variables; `explain` asks for the Cypher, its plan and time as well; by GET nothing may
    change.

    `bookmarks` are what the caller has seen already; `request_id` is the name under which the log has this request.
    What it uses counts against the `caller`; without one the hub's own pages ask.
    """

    document: str
    operation_name: str | None = None
    variables: Variables = field(default_factory=dict[str, JsonValue])
    explain: bool = False
    by_get: bool = False
    bookmarks: Bookmarks = field(default_factory=Bookmarks)
    request_id: str = field(default_factory=partial(secrets.token_hex, 8))
    caller: Caller | None = None
