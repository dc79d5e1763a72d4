"""Lines of a list that are about it and no records of it: notes, sources, totals, titles between its parts."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from connectors.contract import Raw
from connectors.engine.cells import cleaned, is_blank

_KEYS_LOOKED_AT: Final = 1_000
_MARKED: Final = re.compile(
    r"[*\u2020\u2021\u00a7\u00b6\u2022\u25cf\u25aa\u00a9\u2013\u2014~>]|[-=_]{2}|- |\(?[0-9a-z]{1,2}[)/.] +\w|"
    r"(?:sub-?|grand )?totals?\b|(?:foot)?notes?\b|n\.?b\.? |sources?\b|page \d|as of\b|count:? *\d|"
    r"(?:last )?(?:updated|revised|modified|reviewed|printed|generated|exported)\b|prepared (?:by|on|for)\b|end of\b|"
    r"for (?:official|internal)\b|confidential\b|continued\b|see (?:also|notes?|page|the)\b|legend\b|disclaimer\b|"
    r"(?:records?|rows?|contacts?|entries):",
    re.IGNORECASE,
)
"""How what is about a list begins."""


class KeyStyle:
    """How the keys of a list look: whether most have blanks in them, and whether most have digits."""

    def __init__(self) -> None:
        self._count = self._worded = self._numbered = 0

    def see(self, keys: Iterable[str]) -> None:
        """Looks at keys, as long as they are among the first thousand."""
        if self._count >= _KEYS_LOOKED_AT:
            return
        for key in keys:
            self._count += 1
            self._worded += " " in key
            self._numbered += any(map(str.isdigit, key))

    def is_other(self, text: str) -> bool:
        """Whether a text is none of these keys by its looks."""
        is_worded = " " in text and self._worded * 2 < max(self._count, 1)
        return is_worded or (self._numbered * 2 > self._count and not any(map(str.isdigit, text)))


def is_remark(raw: Raw, key: Sequence[str], style: KeyStyle) -> bool:
    """Whether a row that cannot be taken is a line about the list: it has but one cell, which reads as such a line.

    A record that lacks all but its key, or of two columns either, is none: it is a fault of the list.
    """
    filled = [(column, value) for column, value in raw.items() if not is_blank(value)]
    if len(filled) != 1:
        return not filled
    column, value = filled[0]
    text = cleaned(str(value))
    if _MARKED.match(text):
        return True
    if column in key:
        return style.is_other(text)
    return len(raw) > 2 and column == next(iter(raw)) and " " in text
