"""Arguments that several verbs have, and how what is written is checked."""

from collections.abc import Mapping
from typing import Any, Final

from graph_schema.formats import CASE_NUMBER, BadFormat, Format
from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property
from graph_schema.words import OTHER_WORDS, of_row
from hub.errors import BadInput

CASE: Final = Property("case", "The case, by its number.", required=True, format=CASE_NUMBER)
REASON: Final = Property("reason", "Why; it is kept in the history.", required=True)
DEFAULT_REASON: Final = Property("reason", "Why; it is kept in the history.")
ON: Final = Property("on", "The day of the event.", Kind.DATE)


def checked(name: str, wanted: Format, value: str) -> str:
    """The value as its format has it. Raises `BadInput`."""
    try:
        return wanted.check(value)
    except BadFormat as error:
        raise BadInput(f"{name}: {error}") from None


def searched(label: str, row: Mapping[str, Any]) -> dict[str, str | None]:
    """What search finds such a row by beside the words of its texts; empty where there is nothing, so that what was there goes."""
    return {OTHER_WORDS: of_row(GRAPH.node(label).text, row)}


def checked_text(name: str, text: str, most: int) -> str:
    """The text without blanks around it. Raises `BadInput` where nothing is left, or more than `most` characters."""
    found = text.strip()
    if not found:
        raise BadInput(f"{name}: some words are expected")
    if len(found) > most:
        raise BadInput(f"{name}: at most {most:,} characters, not {len(found):,}")
    return found
