"""Queries as people write them: with a semicolon at the end, comments, ORDER BY, colons and percent signs."""

import re
from typing import Final

from connectors.errors import AbortRun

_PARTS: Final = re.compile(
    r"(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<end>;)",
    re.DOTALL,
)


def one_query(text: str) -> str:
    """The query without comments at its end and the semicolon there.

    Raises `AbortRun` for several, and for what is none.
    """
    ends = [part.start() for part in _PARTS.finditer(text) if part["end"]]
    for end in ends:
        if _without_comments(text[end + 1 :]).strip(" \t\r\n;"):
            raise AbortRun(
                "from: expected one query, found several parted by semicolons: give each a stream of its own"
            )
    query = text[: ends[0]] if ends else text
    plain = _without_comments(query).strip()
    if not plain:
        raise AbortRun("from: expected a query, e.g. SELECT * FROM staff")
    word = re.match(r"\(*\s*(\w+)", plain)
    if word and word[1].upper() not in ("SELECT", "WITH", "VALUES", "TABLE"):
        expected = "from: expected a query that only reads, e.g. SELECT * FROM staff; it begins with"
        raise AbortRun(f"{expected} {word[1][:20]}")
    return query.strip()


def _without_comments(text: str) -> str:
    return _PARTS.sub(lambda part: " " if part["comment"] else part[0], text)


def within(query: str) -> str:
    """The query as a table of another, however it ends: a comment runs to the end of its line."""
    return f"(\n{query}\n) AS found"


def literal(query: str) -> str:
    """The query with its colons marked as its own: none of them is a parameter."""
    return query.replace(":", "\\:")
