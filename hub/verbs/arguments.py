"""Arguments of verbs: how one is declared, those that several verbs have, and how texts are checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from graph_schema.cases import AUDIENCE
from graph_schema.formats import ENTRY_NUMBER, BadFormat, Format, entry_check_digit
from graph_schema.graph import GRAPH
from graph_schema.model import Property
from graph_schema.words import OTHER_WORDS, of_row
from hub.errors import BadInput


@dataclass(frozen=True, slots=True)
class Argument:
    """What the type of an argument does not say, in `Annotated[str, Argument("The case, by its number.")]`.

    - `doc`: what it means, for the schema and the manual.
    - `format`: how an identifier is written. The verb gets it in its normal form.
    - `values`: the values that it may have, and `choice`: the name of these values as an enum of the API.
    - `longest`: the most characters of a text. The verb gets the text without blanks around it; at least one character
      must be left.
    """

    doc: str
    format: Format | None = None
    values: tuple[str, ...] = ()
    choice: str | None = None
    longest: int | None = None


def like_one_of(declared: Iterable[Property], name: str) -> Argument:
    """An argument that means what the property of that name means. Raises `KeyError`."""
    property_ = {each.name: each for each in declared}[name]
    return Argument(property_.doc, property_.format, property_.values, property_.choice)


AUDIENCES: Final = AUDIENCE.values
"""Who may see what is written in a case, the narrowest audience first."""

WHY: Final = "Why; it is kept in the history."
Reason = Annotated[str, Argument(WHY, longest=300)]
OptionalReason = Annotated[str, Argument(WHY)]
DayOfEvent = Annotated[date, Argument("The day of the event.")]
Audience = Annotated[
    str, Argument("Who may see it; the parties if not said.", values=AUDIENCE.values, choice=AUDIENCE.choice)
]


def checked(name: str, wanted: Format, value: str) -> str:
    """The value as its format has it. Raises `BadInput`."""
    try:
        return wanted.check(value)
    except BadFormat as error:
        raise BadInput(f"{name}: {error}") from None


def checked_entry(name: str, number: str) -> str:
    """The number of an entry in its normal form, whose check digit is right. Raises `BadInput`."""
    entry = checked(name, ENTRY_NUMBER, number)
    if entry[-1] != str(entry_check_digit(entry[:3], entry[4:11])):
        raise BadInput(f"{name}: the check digit of {entry} is wrong")
    return entry


def found_by(label: str, row: Mapping[str, object]) -> dict[str, str | None]:
    """What search finds such a row by beside the words of its texts.

    It is None where there is nothing, so that what was there goes.
    """
    return {OTHER_WORDS: of_row(GRAPH.node(label).text, row)}


def checked_text(name: str, text: str, longest: int) -> str:
    """The text without blanks around it. Raises `BadInput` where nothing is left, or more than `longest` characters."""
    stripped = text.strip()
    if not stripped:
        raise BadInput(f"{name}: some words are expected")
    if len(stripped) > longest:
        raise BadInput(f"{name}: at most {longest:,} characters, not {len(stripped):,}")
    return stripped
