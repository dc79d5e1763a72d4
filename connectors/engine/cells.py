"""What people write into the cells of a list: blanks of every kind, marks that copying brings along, words that mean
nothing.
"""

import difflib
import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from connectors.errors import SkipRecord

EMPTY_WORDS: Final = (
    "n/a", "n.a", "n\\a", "n/d", "n.d.", "s/n", "\\n", "nan",
    "none", "nil", "null", "(null)", "blank", "empty", "unknown", "unk.", "unlisted", "undefined", "unspecified",
    "unavailable", "undetermined", "ditto", "redacted", "withheld",
    "tbd", "tba", "tbc", "tbh", "tbn", "t.b.d", "t.b.a", "t.b.c", "pending",
    "vacant", "vacancy", "unfilled", "unassigned", "same as above", "on request", "upon request",
    "无", "なし", "aucun", "aucune", "inconnu", "non disponible", "sans objet", "à déterminer", "à confirmer",
    "ninguno", "ninguna", "vacante", "pendiente", "desconocido", "no disponible", "no aplica", "sin datos",
    "por definir", "por confirmar", "sin correo", "sin teléfono", "no tiene",
    "keine angabe", "k.a.", "k. a.", "entfällt", "s/o", "н/д", "не указано", "無", "無し", "未定", "暂无", "없음",
    "해당 없음", "미정",
    "select", "please select", "select one", "choose", "choose one",
)  # fmt: skip
"""What a cell says that says nothing, in lower case, as directories of North America have it."""
_SAID: Final = (
    "applicable|available|assigned|listed|provided|given|known|set|specified|stated|entered|found|recorded|on file"
    "|filled|determined|decided|disclosed|published|reported|named|selected|appointed|confirmed|announced|advised|hired"
    "|updated|added|completed|supplied|established|identified"
)
_THING: Final = (
    "data|value|entry|info|information|details?|names?|phone|telephone|phone number|number|fax|e-?mail|e-?mail address"
    "|mail|address|contacts?|person|one|records?|listing|answer|position|post|incumbent"
)
_OPEN: Final = (
    "vacant|vacancy|unfilled|unassigned|open position|open post|position open|post open|position is open|post is open"
    "|position currently open|position is currently open"
)
_PHRASE: Final = re.compile(
    rf"(?:(?:{_THING}) )?(?:is )?(?:currently |still |as )?not (?:yet |currently )?(?:{_SAID})(?: yet)?"
    rf"|no longer (?:{_SAID})|not yet"
    rf"|(?:no|none) (?:current )?(?:(?:{_THING}) )?(?:{_SAID}|yet|at (?:this|the) (?:time|moment))|no (?:{_THING})"
    rf"|to be (?:{_SAID})"
    r"|(?:pending|awaiting) (?:assignment|hire|hiring|selection|appointment|onboarding|update|info|information)"
    rf"|(?:(?:position|post|currently|presently|now|temporarily|is) )*(?:{_OPEN})(?: (?:position|post|desk))?"
    r"|see (?:our |the )?(?:web ?(?:site|page)|site|above|below|notes?|comments?|directory|list)"
    r"|<na>|# ?n/?a|#[a-z_]+(?:/[a-z\d])?[!?]|#getting_data|err:\d{3}|#{2,}"
)
"""The same in phrases, and the error values of spreadsheets."""
_FIRST_WORDS: Final = (
    *_THING.split("|"), "email", "is", "currently", "still", "as", "not", "no", "to", "pending", "awaiting",
    "presently", "now", "temporarily", *_OPEN.split("|"), "see", "err",
)  # fmt: skip
"""With one of these phrases begin: what begins otherwise is none, without a look at the rest."""
_SINCE_WHEN: Final = "as of|as at|since|effective|until"
_NOBODY: Final = (
    rf"(?:position |post |currently )*(?:{_OPEN}|tb[acd]|to be (?:{_SAID})|not (?:yet )?(?:{_SAID})|n ?/ ?a|pending)"
)
_POST_OF_NOBODY: Final = re.compile(
    rf"\W*{_NOBODY}\*?(?:\s+-|-\s|\s*[\u2010-\u2015:(\[/;]|,?\s+(?:position|{_SINCE_WHEN})\b).*"
    rf"|.*(?:\s[-\u2010-\u2015]+\s*|[(\[:/]\s*)(?:position |post |currently )*(?:{_OPEN})\W*",
    re.IGNORECASE | re.DOTALL,
)
"""That nobody has a post, with the post beside it: `Vacant - Import Desk`, `Import Desk (vacant)`."""
_SINCE: Final = re.compile(rf"[\s,;(\[]+(?:{_SINCE_WHEN})\s.*")
_VOWEL: Final = re.compile("[aeiouy]", re.IGNORECASE)
_BETWEEN_WORDS: Final = re.compile(r"[\s;,|]+")
_LONGEST: Final = 40
_LONGEST_POST: Final = 120
_AROUND: Final = (
    "-_=()[]{}<>*.:;!?,'\"` \u2010\u2011\u2012\u2013\u2014\u2015\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
    "\u2039\u203a"
)
_LETTERS: Final = re.compile(r"[^\W_]*")
_DASHES_AND_DOTS: Final = frozenset("+=~^|`<>\u2212")
_MARKS_AROUND: Final = re.compile(r"^[\W_]+|[\W_]+$")
_JOINERS: Final = "\u200c\u200d"


class Empty:
    """Which texts mean nothing: some words, in any capitals and brackets, and cells of dashes, dots and the like alone.

    The usual words come with phrases of them. With no words, only a blank cell means nothing. In a list of `posts`, a
    post that nobody has means nothing, too.
    """

    def __init__(self, words: Iterable[str] = EMPTY_WORDS, *, posts: bool = False) -> None:
        listed = tuple(words)
        self._words = frozenset(_folded(word) for word in listed) | frozenset(_bare(_folded(word)) for word in listed)
        self._usual = listed == EMPTY_WORDS
        self._longest = _LONGEST if self._usual else max((len(word) + 8 for word in listed), default=0)
        self._marks = bool(listed)
        self._posts = posts and self._usual
        # what a stroke joins may have blanks around it: N / A
        joined = (word[0] + blank for word in self._words if word[1:2] == "/" for blank in (" ", "\u00a0"))
        begin = (*self._words, *(_FIRST_WORDS if self._usual else ()))
        self._begin = frozenset((*(word[:2] for word in begin), *joined))
        self._heads = frozenset(map(_head_of, begin))

    def __call__(self, value: Any) -> bool:
        """Whether that means nothing."""
        if value is None or value == "":
            return True
        if not isinstance(value, str) or self._means_something(value):
            return False
        if self._posts and len(value) <= _LONGEST_POST and _POST_OF_NOBODY.fullmatch(value):
            return True
        if len(value) > self._longest:
            return is_blank(value)
        if value[0].isalnum() and value[:2].lower() not in self._begin:
            return False  # as most are
        text = _folded(value)
        return self._means_nothing(text) or (self._usual and self._means_nothing(_SINCE.sub("", text) or "since"))

    def _means_something(self, value: str) -> bool:
        """Whether that is plain, as it is of most: from how a text of ASCII begins, and from what it has not."""
        if not (value.isascii() and value[0].isalnum()):
            return False
        text = value.lower()
        if _head_of(text) in self._heads or "&" in text:
            return False
        # it may be said behind a post, too; before one, it begins as other words do
        return not (self._posts and ("vaca" in text or "unfi" in text or "unas" in text or "open" in text))

    def of_a_part(self, value: Any) -> bool:
        """The same of what is one part of several, e.g. of a name: there a usual word such as Null may be a name."""
        may_be_a_name = self._usual and isinstance(value, str) and value.strip().isalpha() and _VOWEL.search(value)
        return not may_be_a_name and self(value)

    def _means_nothing(self, text: str) -> bool:
        if not text or text in self._words:
            return True
        bare = _bare(text)
        return (
            bare in self._words
            or (self._marks and _is_marks(text))
            or (self._usual and (_PHRASE.fullmatch(bare) or _PHRASE.fullmatch(text)) is not None)
            or self._is_each(bare)
        )

    def _is_each(self, text: str) -> bool:
        """Whether it says several times that there is nothing, e.g. `n/a; n/a`."""
        words = _BETWEEN_WORDS.split(text)
        if len(words) == 1:
            words = text.split("/")
        return len(words) > 1 and all(_bare(word) in self._words for word in words)


def _head_of(text: str) -> str:
    """The first letters and digits of a text, four at most."""
    head = text[:4]
    return head if head.isalnum() else _LETTERS.match(head)[0]  # pyright: ignore[reportOptionalSubscript]


def _folded(text: str) -> str:
    text = html.unescape(text) if "&" in text else text
    folded = " ".join((text if text.isprintable() else cleaned(text)).casefold().split())
    return re.sub(" ?/ ?", "/", folded) if "/" in folded else folded


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
    """A column's name as two lists may write it differently: capitals, blanks, underscores, and marks around it."""
    plain = " ".join(cleaned(text).replace("_", " ").casefold().split())
    return _MARKS_AROUND.sub("", plain) or plain


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
