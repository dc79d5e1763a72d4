"""Queries as people write them: with a semicolon at the end, comments, ORDER BY, colons and percent signs."""

import re
from typing import Final

from connectors.errors import AbortRun

_PARTS: Final = re.compile(
    r"(?P<text>(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'"
    r"|(?<!\w)[nN]?[qQ]'(?:\[.*?\]|\{.*?\}|<.*?>|\(.*?\)|(?P<around>[^\s\w\[{<('])(?:.*?)(?P=around))'"
    r"|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]'\"\n]*\]|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<end>;)",
    re.DOTALL,
)
"""Texts and names of columns as databases quote them, comments, and the ends of statements."""
_END_OF_A_SCRIPT: Final = re.compile(r"(?:\n\s*(?:go|/)|\\g)\s*$", re.IGNORECASE)
"""What programs want after a statement, and is none of it."""


def one_query(text: str) -> str:
    """The query without semicolons around it, and without comments that stand behind those.

    Raises `AbortRun` for several, and for what is none.
    """
    text = _END_OF_A_SCRIPT.sub("", text.removeprefix("\ufeff"))
    ends = [part.start() for part in _PARTS.finditer(text) if part["end"]]
    starts = [0, *(end + 1 for end in ends)]
    statements = [text[start:end] for start, end in zip(starts, [*ends, len(text)], strict=True)]
    queries = [query for query in statements if _without_comments(query).strip()]
    if len(queries) > 1:
        raise AbortRun("from: expected one query, found several parted by semicolons: give each a stream of its own")
    if not queries:
        raise AbortRun("from: expected a query, e.g. SELECT * FROM staff")
    word = re.match(r"\(*\s*(\w+)", _without_comments(queries[0]).strip())
    if word and word[1].upper() not in ("SELECT", "WITH", "VALUES", "TABLE"):
        expected = "from: expected a query that only reads, e.g. SELECT * FROM staff; it begins with"
        raise AbortRun(f"{expected} {word[1][:20]}")
    return queries[0].strip()


def _without_comments(text: str) -> str:
    return _PARTS.sub(lambda part: " " if part["comment"] else part[0], text)


def within(query: str) -> str:
    """The query as a table of another, however it ends: a comment runs to the end of its line.

    Its name stands without AS, which Oracle knows only of columns.
    """
    return f"(\n{query}\n) found"


def literal(query: str) -> str:
    """The query with its colons marked as its own: none of them is a parameter."""
    return query.replace(":", "\\:")
