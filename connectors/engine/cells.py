"""What people write into the cells of a list: blanks of every kind, marks that copying brings along, words that mean
nothing.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from connectors.errors import SkipRecord

EMPTY_WORDS: Final = (
    "n/a", "n.a", "n\\a", "#n/a", "#ref!", "#value!", "#name?", "#num!", "#div/0!", "#null!", "#spill!", "#calc!",
    "#getting_data", "nan",
    "none", "none listed", "none given", "none provided", "no phone", "no email", "no e-mail", "nil", "null", "(null)",
    "blank", "empty",
    "not applicable", "not available", "not listed", "not provided", "not given", "not known", "unknown", "unlisted",
    "undefined",
    "tbd", "tba", "t.b.d", "t.b.a", "to be determined", "to be announced", "to be advised", "to be hired",
    "to be filled",
    "vacant", "vacancy", "vacant position", "position vacant", "currently vacant", "open position", "unfilled",
    "unassigned",
    "see website", "see web site", "see site", "see above", "see below", "see note", "see notes", "same as above",
    "on request",
)  # fmt: skip
"""What a cell says that says nothing, in lower case: as directories have it, and the error values of spreadsheets."""
_LONGEST: Final = 32
_AROUND: Final = "()[]{}<>*.:;!,'\" "
_DASHES_AND_DOTS: Final = frozenset("+=~^|`<>\u2212")
_JOINERS: Final = "\u200c\u200d"


class Empty:
    """Which texts mean nothing: some words, in any capitals and brackets, and cells of dashes, dots and the like alone.

    With no words, only a blank cell means nothing.
    """

    def __init__(self, words: Iterable[str] = EMPTY_WORDS) -> None:
        listed = tuple(words)
        self._words = frozenset(_folded(word) for word in listed) | frozenset(_bare(_folded(word)) for word in listed)
        self._longest = max((len(word) + 8 for word in listed), default=0) if listed != EMPTY_WORDS else _LONGEST
        self._marks = bool(listed)

    def __call__(self, value: Any) -> bool:
        """Whether that means nothing."""
        if value is None or value == "":
            return True
        if not isinstance(value, str):
            return False
        if len(value) > self._longest:
            return is_blank(value)
        if value[0].isalnum() and value[-1].isalnum() and value.isascii() and "  " not in value and " /" not in value:
            return value.lower() in self._words  # as most are
        text = _folded(value)
        return not text or text in self._words or _bare(text) in self._words or (self._marks and _is_marks(text))


def _folded(text: str) -> str:
    return " ".join((text if text.isprintable() else cleaned(text)).casefold().replace(" / ", "/").split())


def _bare(text: str) -> str:
    """Without brackets and points around it."""
    return text.strip(_AROUND)


def _is_marks(text: str) -> bool:
    """Dashes, dots, question marks and the like, and nothing else; not ticks and crosses, which mean something."""
    return not text[0].isalnum() and all(
        letter in _DASHES_AND_DOTS or unicodedata.category(letter)[0] in "PZ" for letter in text
    )


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing one could see."""
    if value is None or value == "":
        return True
    if not isinstance(value, str):
        return False
    return not value.strip() or (
        not value.isprintable() and all(unicodedata.category(letter)[0] in "CZ" for letter in value)
    )


def cleaned(text: str) -> str:
    """One line of a text as it is meant: one blank for blanks of every kind, without soft hyphens, direction and byte
    order marks.

    The joiners that Persian, Indian scripts and emoji need stay where they stand between such letters.
    """
    text = " ".join(text.split())
    if text.isascii() or text.isprintable():
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    kept = list[str]()
    for at, letter in enumerate(text):
        if letter in _JOINERS:
            if _joins(text, at):
                kept.append(letter)
        elif letter == "\u200b" or unicodedata.category(letter)[0] == "Z":
            kept.append(" ")
        elif unicodedata.category(letter) != "Cf":
            kept.append(letter)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between letters of a script that has it, or between the parts of an emoji."""
    return 0 < at < len(text) - 1 and text[at - 1] >= "\u0600" and text[at + 1] >= "\u0600"


def text_of(name: str, value: Any) -> str:
    """The text of a property, in one line.

    Raises `SkipRecord` for control characters and other things that are no text.
    """
    text = cleaned(str(value))
    if not text.isprintable() and any(not letter.isprintable() and letter not in _JOINERS for letter in text):
        raise SkipRecord(f"{name}: it holds characters that are no text")
    return text


@lru_cache(maxsize=256)
def plain_heading(text: str) -> str:
    """A column's name as two lists may write it differently: capitals, blanks and underscores."""
    return " ".join(cleaned(text).replace("_", " ").casefold().split())


def nearest(name: str, there: Iterable[str]) -> str | None:
    """The name among those that is nearest to one that is not there."""
    by_plain = {plain_heading(other): other for other in there}
    near = difflib.get_close_matches(plain_heading(name), by_plain, n=1, cutoff=0.6)
    words = plain_heading(name).split()
    return (
        by_plain[near[0]]
        if near
        else next((other for plain, other in by_plain.items() if set(words) <= set(plain.split())), None)
    )
