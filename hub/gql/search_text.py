"""Words: how a search text becomes full-text queries and codes, and where its words stand in a text that was found.

A word with a typo is one letter more, less, other, or two neighbours changed. It is spelled out as a pattern over
single letters: Lucene's own fuzzy queries keep only the nearest terms of the whole index, and so would tell of hidden
rows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph_schema.formats import HTS_CHAPTER, Format, plain_digits, social_security
from graph_schema.model import NodeType
from graph_schema.vocabulary import LABELS, Meanings
from graph_schema.words import (
    LEFT_OUT,
    MOST_JOINED,
    TIGHT,
    SpelledOut,
    Word,
    cut,
    folded,
    forms,
    in_a_row,
    joined,
    runs,
)
from hub.compile.compiler import CALLED, PARTLY_CALLED, Highlight, HighlightPart
from hub.errors import BadInput

TERMS: Final = "terms"
"""The member of what a search looks for that holds the words."""
MOST_CHARACTERS: Final = 200
_MOST_WORDS: Final = 10
_MOST_CALLED: Final = 6
"""So many words more, at most, are looked for where a text means something."""
_FORGIVEN: Final = 4
"""Words of at least so many letters may hold a typo."""
_LONGEST_FORGIVEN: Final = 24
_BETWEEN_PARTS: Final = re.compile(f"[ {re.escape(TIGHT)}]")
_MOST_TOKENS: Final = 20
_WINDOW: Final = 4
"""A code within a text is written in so many pieces at most."""
_PIECE: Final = re.compile(
    r"(?=.*\d)|^\W*[^\W\d]{1,4}\W*$|^sample$|^\W*(?:chapters?|chapt|(?:sub)?headings?|htsusa?)\W*$", re.IGNORECASE
)
"""What a code begins and ends with: a piece with a digit, a few letters, or what goods are classified by."""
_AN_ENTRY: Final = re.compile(r"\bENTR(?:Y|IES)\b[^\d]{0,20}\d{8,10}(?!\d)")
"""A number that is called an entry's, with as few digits as a Social Security number where it has lost its zeros."""
_TELLING: Final = re.compile(r"(?:\d\W*){3}|[^\W\d].*\d|\d.*[^\W\d]")
"""Within a text a digit or two alone are no code."""
_BEFORE_A_WORD: Final = re.compile(r"(?<=\w)/(?=[^\W\d_]{4,}(?!\w))")
"""A stroke between a code and a word: 2704/status."""
_HUMP: Final = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CAPITALS: Final = re.compile(
    r"\W*([A-Z][A-Z0-9]+(?:[-_][A-Z0-9]+)*|(?=\S*\d)[^\W_]+(?:[-_/.][^\W_]+)*|[^\W_]+_\w+)\W*"
)
"""What within a text may be a code that has no format: capitals, or a digit or a low line in it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is looked for by: its words, folded, each once, in their order, and other spellings of some of them,
    each with how many words of the text it is where a name has it.

    A word may be several joined by a point or the like (`174.12`), or letters of a script without blanks, with blanks
    between them. What dashes and the like join (`7-eleven`) is several words, and spelled as one, too; so is a short
    text (`toys r us`), as `ToysRUs` is spelled as several.
    """

    words: tuple[str, ...]
    others: Mapping[str, int]
    called: tuple[str, ...] = ()
    """What else rows are found by that people have words for, if the text means some of them."""

    @classmethod
    def of(cls, text: str) -> "Terms":
        """The terms of a text. Raises `BadInput` for none or too many."""
        return cls.with_meanings(text, Meanings())

    @classmethod
    def with_meanings(cls, text: str, meant: Meanings) -> "Terms":
        """The terms of a text that means these rows. Raises `BadInput` for none or too many."""
        if len(text) > MOST_CHARACTERS:
            raise BadInput(f"text: at most {MOST_CHARACTERS} characters, not {len(text)}")
        text = SpelledOut.of(text).text
        found = cut(text)
        terms = tuple(dict.fromkeys(map(_term, _units(found))))
        if not terms:
            raise BadInput("text: at least one word, number or code to search for")
        if len(terms) > _MOST_WORDS:
            # a sentence has words that are in no index
            terms = tuple(term for term in terms if term not in LEFT_OUT) or terms[:_MOST_WORDS]
        if len(terms) > _MOST_WORDS:
            raise BadInput(f"text: at most {_MOST_WORDS} different words, not {len(terms)}")
        others = {
            **{run.joined: 0 for run in runs(found) if not run.tight},
            **dict.fromkeys(_by_humps(text, found), 1),
            **dict.fromkeys(_as_one(found), len(terms)),
        }
        others = {term: count for term, count in others.items() if term not in terms}
        called = [word for word in meant.words if word not in terms and word not in others]
        return cls(terms, others, tuple(called[:_MOST_CALLED]))

    @property
    def all(self) -> list[str]:
        """The words, then the other spellings, then what else is looked for."""
        return [*self.words, *self.others, *self.called]

    def in_names(self, node: NodeType) -> tuple[list[tuple[int, int]], int]:
        """The places of the terms, each with how many words it is in a name of that label, and how many words a name
        has that has all of them.

        A word that says what label it is need not be in the name: in `electronics center`, Electronics is all that. Nor
        need one that no index has.
        """
        named = [term for term in self.words if term not in LEFT_OUT and not _is_of_label(term, node.label)]
        named = named or self.words
        called = [0] * len(self.called) if node.label in LABELS else []
        counts = [*(int(term in named) for term in self.words), *self.others.values(), *called]
        return list(enumerate(counts)), len(named)


def words(text: str) -> list[str]:
    """The terms of a text. Raises `BadInput` for none or too many."""
    return Terms.of(text).all


def _by_humps(text: str, found: Sequence[Word]) -> Iterator[str]:
    """The words in which capitals begin others, cut there: ToysRUs is toys r us."""
    for word in found:
        parts = _HUMP.split(text[word.start : word.end])
        if 1 < len(parts) <= MOST_JOINED:
            yield " ".join(map(folded, parts))


def _as_one(found: Sequence[Word]) -> Iterator[str]:
    """A few words as one, as names have them: toys r us is toysrus."""
    if 1 < len(found) <= MOST_JOINED and all(word.alone for word in found):
        whole = "".join(word.folded for word in found)
        if not whole.isdigit():
            yield whole


@lru_cache(maxsize=128)
def _words_of(label: str) -> frozenset[str]:
    """What a label is called, as one and as several."""
    parts = [part.lower() for part in _HUMP.split(label)]
    several = (f"{part[:-1]}ies" if part.endswith("y") else f"{part}s" for part in parts)
    return frozenset((*parts, *several))


def _is_of_label(term: str, label: str) -> bool:
    return any(_fits(term, word, begun=False) for word in _words_of(label))


def _units(found: Sequence[Word]) -> Iterator[list[Word]]:
    unit: list[Word] = []
    for word in found:
        tight = word.gap and word.gap in TIGHT
        same_script = unit and not (word.alone or unit[-1].alone) and word.start == unit[-1].end
        if unit and not (tight or same_script):
            yield unit
            unit = []
        unit.append(word)
    if unit:
        yield unit


def _term(unit: Sequence[Word]) -> str:
    return "".join(f"{(word.gap or ' ') if place else ''}{word.folded}" for place, word in enumerate(unit))


def queries(term: str) -> tuple[str, str, str]:
    """The full-text queries for a term: as it is written, as it may be meant, and with what begins with it."""
    written = as_written(term)
    is_begun = len(_parts(term)) == 1 and _is_of_letters(term)
    return written, query(term), f"{written} OR {term}*" if is_begun else written


def query(term: str) -> str:
    """The full-text query for a term: itself, what begins with it, and, of a word in letters, what is a typo away."""
    parts = _parts(term)
    if len(parts) > 1:
        whole = "".join(parts)
        return " OR ".join(
            (as_written(term), *(_with_typos(whole) if " " not in term and _is_of_letters(whole) else ()))
        )
    if not _is_of_letters(term):
        return as_written(term)
    return " OR ".join((as_written(term), f"{term}*", *_with_typos(term)))


def as_written(term: str) -> str:
    """The full-text query for a term as it is written, and for the singular or plural of a noun."""
    parts = _parts(term)
    if len(parts) == 1:
        return " OR ".join(f'"{form}"' for form in forms(term))
    # as the words of a row have it, and as an index has what was written without them
    found = [f'"{" ".join(parts)}"', *([f'"{"".join(parts)}"', f'"{term}"'] if " " not in term else [])]
    return " OR ".join(found)


def _parts(term: str) -> list[str]:
    return _BETWEEN_PARTS.split(term)


def _is_of_letters(word: str) -> bool:
    return not any(map(str.isnumeric, word))


def _with_typos(word: str) -> Iterator[str]:
    if _FORGIVEN <= len(word) <= _LONGEST_FORGIVEN:
        yield f"/{'|'.join(sorted(_a_typo_away(word)))}/"


class Sought:
    """A text that may be, or hold, the codes of rows.

    What of it means something else as it is written (`meant`) is no code, unless the whole text is one.
    """

    def __init__(self, text: str, meant: Meanings | None = None) -> None:
        self.text = text.strip()
        plain = plain_digits(self.text)
        self.plain = plain.upper()
        self.means_all = bool(meant and meant.whole) and re.search(r"[^\W\d]", self.text) is not None
        without = _without(text, meant.spans if meant else ())
        self.pieces = _BEFORE_A_WORD.sub(" ", without).split()[:_MOST_TOKENS]
        self.windows = list(self._windows()) if len(self.pieces) > 1 else []
        self.codes = list(_any_code(self.text, plain_digits(without).split()[:_MOST_TOKENS]))

    @property
    def is_an_entry(self) -> bool:
        """Whether it has a number that is called an entry's, and lost its zeros: it is no Social Security number."""
        return _AN_ENTRY.search(self.plain) is not None and not social_security(self.text)

    def _windows(self) -> Iterator[tuple[range, str]]:
        """Pieces that follow each other and may be a code together, the longest first."""
        fits = [_PIECE.search(piece) is not None for piece in self.pieces]
        for length in range(min(_WINDOW, len(self.pieces)), 0, -1):
            for start in range(len(self.pieces) - length + 1):
                part = " ".join(self.pieces[start : start + length])
                if fits[start] and fits[start + length - 1] and _TELLING.search(part):
                    yield range(start, start + length), plain_digits(part).upper()


def codes(node: NodeType, sought: Sought) -> list[str]:
    """What the text, or a part of it, may be as a code of such a row. Raises `BadInput` for a number that is
    refused.
    """
    candidates: list[str] = []
    for name in node.codes:
        found = node.property_named(name).format
        if found is None:
            candidates += sought.codes
            continue
        read = [] if sought.means_all else found.guessed(sought.plain) or list(_within(found, sought.windows))
        if not read and found.refused and found.is_refused(sought.text) and not sought.is_an_entry:
            raise BadInput(f"text: {found.refusal}")
        candidates += read
        if found.lenient:
            candidates += sought.codes
    return list(dict.fromkeys(candidates))


def wider(node: NodeType, sought: Sought, found: Sequence[str]) -> list[str]:
    """Those of the codes found that only hold what is looked for, as a chapter does a heading."""
    if all(node.property_named(name).format is not HTS_CHAPTER for name in node.codes):
        return []
    between = r"[-./_ ]+" if not re.search("[A-Z]", sought.plain) else r"[-./_]+"
    numbers = re.sub(rf"(?<=\d){between}(?=\d)", "", sought.plain)
    return [code for code in found if not re.search(rf"(?<!\d)0?{int(code)}(?!\d)", numbers)]


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text without the parts that have a letter, which is what tells that they mean something else."""
    for start, end in sorted(spans, reverse=True):
        if re.search(r"\d", text[start:end]) and re.search(r"[^\W\d]", text[start:end]):
            text = f"{text[:start]} {text[end:]}"
    return text


def called(nodes: Sequence[NodeType], meant: Meanings) -> dict[str, dict[str, int]]:
    """By label, the rank of each row that the text means."""
    ranked = [(row, CALLED + place) for row, place in meant.whole.items()]
    ranked += [(row, PARTLY_CALLED + place) for row, place in meant.part.items()]
    labels = LABELS & {node.label for node in nodes}
    return {label: {code: rank for (of, code), rank in ranked if of == label} for label in labels}


def _within(wanted: Format, windows: Sequence[tuple[range, str]]) -> Iterator[str]:
    """The codes of that format within a text; a piece belongs to one of them."""
    taken: set[int] = set()
    for window, part in windows:
        if taken.isdisjoint(window) and (read := wanted.guessed(part)):
            taken.update(window)
            yield from read


def _any_code(text: str, pieces: Sequence[str]) -> Iterator[str]:
    """What may be a code that has no format: as it is written, in capitals or without, with dashes or low lines for
    blanks.
    """
    dashed, lined = re.sub(r"[\s\u2010-\u2015\u2212/-]+", "-", text), re.sub(r"[\s-]+", "_", text)
    yield from (text, text.upper(), dashed, dashed.upper(), lined.lower())
    if len(pieces) > 1:
        for piece in pieces:
            if found := _CAPITALS.fullmatch(piece):
                yield from (found[1], found[1].upper())


def highlighted(searched: Sequence[str], texts: Sequence[tuple[str, str | None]]) -> list[Highlight]:
    """The properties in which a term stands, their text in pieces that are such a term or not."""
    found: list[Highlight] = []
    for name, text in texts:
        parts = list(_pieces(searched, text or ""))
        if any(part["matched"] for part in parts):
            found.append({"property": name, "parts": parts})
    return found


def _pieces(searched: Sequence[str], text: str) -> Iterator[HighlightPart]:
    at = 0
    for start, end in _merged(sorted(_places(searched, text))):
        if start > at:
            yield {"text": text[at:start], "matched": False}
        yield {"text": text[start:end], "matched": True}
        at = end
    if at < len(text):
        yield {"text": text[at:], "matched": False}


def _places(searched: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """Where the terms stand."""
    spelled = SpelledOut.of(text)
    return (spelled.place(start, end) for start, end in _places_in(searched, spelled.text))


def _places_in(searched: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    found = cut(text)
    known = [(word.folded, word.start, word.end) for word in found]
    known += [(run.joined, run.words[0].start, run.words[-1].end) for run in joined(found)]
    for term in searched:
        parts = _parts(term)
        if len(parts) > 1:
            yield from in_a_row(found, parts)
            if " " in term:
                continue
        whole = "".join(parts)
        yield from ((start, end) for word, start, end in known if _fits(whole, word, begun=len(parts) == 1))


def _merged(places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places, those that overlap as one."""
    start, end = -1, -1
    for begins, ends in places:
        if begins >= end:
            if end > start:
                yield start, end
            start, end = begins, ends
        else:
            end = max(end, ends)
    if end > start:
        yield start, end


def _fits(wanted: str, word: str, *, begun: bool) -> bool:
    """Whether the query for a word finds this one."""
    if word == wanted or word in forms(wanted):
        return True
    if not _is_of_letters(wanted):
        return False
    return (begun and word.startswith(wanted)) or (
        _FORGIVEN <= len(wanted) <= _LONGEST_FORGIVEN and _typos(wanted).fullmatch(word) is not None
    )


@lru_cache(maxsize=1_000)
def _typos(word: str) -> re.Pattern[str]:
    return re.compile("|".join(_a_typo_away(word)))


def _a_typo_away(word: str) -> set[str]:
    """Patterns that together match whatever is one typo away from a word of letters; a point is any one letter."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(f"{left}.{right}" for left, right in splits),
        *(f"{left}{right[1:]}" for left, right in splits if right),
        *(f"{left}.{right[1:]}" for left, right in splits if right),
        *(f"{left}{right[1]}{right[0]}{right[2:]}" for left, right in splits if len(right) > 1),
    }
