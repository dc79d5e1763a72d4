"""Arguments that several verbs have, and how what is written is checked."""

from typing import Final

from graph_schema.formats import BadFormat, Format
from graph_schema.model import Kind, Property
from hub.errors import BadInput

CASE: Final = Property("case", "The case, by its number.", required=True)
REASON: Final = Property("reason", "Why; it is kept in the history.", required=True)
DEFAULT_REASON: Final = Property("reason", "Why; it is kept in the history.")
ON: Final = Property("on", "The day of the event.", Kind.DATE)


def checked(name: str, wanted: Format, value: str) -> str:
    """The value as its format has it. Raises `BadInput`."""
    try:
        return wanted.check(value)
    except BadFormat as error:
        raise BadInput(f"{name}: {error}") from None


def checked_text(name: str, text: str, most: int) -> str:
    """The text without blanks around it. Raises `BadInput` where nothing is left, or more than `most` characters."""
    found = text.strip()
    if not found:
        raise BadInput(f"{name}: some words are expected")
    if len(found) > most:
        raise BadInput(f"{name}: at most {most:,} characters, not {len(found):,}")
    return found
