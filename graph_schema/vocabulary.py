"""What people call goods, forms and matters of trade, and which rows they mean by it.

A text is read word by word: as it is written, then by its stems, then with what is misspelt put right. Words that mean
a row together are known in any spelling (`e-bike`, `ebike`), in the whole text or in a part of it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Final

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]
from rapidfuzz import process
from rapidfuzz.distance import OSA

from graph_schema.laws import Law, cites, laws
from graph_schema.tables import table
from graph_schema.words import LEFT_OUT, SINGULAR, Word, cut, singulars

TEXTS: Final = frozenset({"words", "spellings", "form", "legalBasis"})
"""The properties that say what rows are called, and what they rest on."""
LABELS: Final = frozenset({"CaseKind", "Form", "HtsChapter", "HtsHeading", "Program", "Topic"})
"""The labels whose rows people have words for."""
_APART: Final = LEFT_OUT - {"a", "an", "and", "of", "or", "the"} | {"from", "made", "under", "without"}
"""What begins something that only tells more of what stands before it: shoes for women."""
_RESTING: Final = (
    ("CaseKind", "case_kinds", "code", "legal_basis"), ("Topic", "topics", "code", "source"),
    ("Program", "programs", "code", "legal_basis"), ("Form", "forms", "code", "legal_basis"),
)  # fmt: skip
"""Rows that rest on laws: their label, the file that they are in, and the columns of their code and those laws."""
_OF_FORMS: Final = 10
_OF_ITS_PART: Final = 10
"""So much later come rows that rest on the part that a section is in, or on a section of the part."""
MOST_MEANT: Final = 8
"""So many rows are told at most of what a text means."""
_MOST_WORDS: Final = 20
_LONGEST: Final = 6
"""The most words that mean something together."""
_FORGIVEN: Final = ((7, 2), (4, 1))
"""Words of at least so many letters may be misspelt in so many."""
_SURE_OF_THE_FIRST: Final = 5
"""Words of so many letters, and words with two errors, begin as they should: most people know how a word begins."""
_NEAREST: Final = 5
_SHORT: Final = re.compile("[b-df-hj-np-tv-z]{1,3}u?s")
"""What may be several of what is spoken letter by letter: TVs, CPUs."""
_STEMMER: Final = snowballstemmer.stemmer("english")

Row = tuple[str, str]
"""A row by its label and code."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a text means: rows by label and code, each with its place among those that the whole text means
    (`whole`), or that a part or a corrected spelling of it means (`part`), and the `words` by which these are known.

    `spans` are the parts of the text that mean something as they are written.
    """

    whole: Mapping[Row, int] = field(default_factory=dict[Row, int])
    part: Mapping[Row, int] = field(default_factory=dict[Row, int])
    words: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or several, and a row that is meant by them: the likeliest of several rows is that of the lowest rank."""

    words: str
    row: Row
    rank: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a text, folded, and where it stands."""

    folded: str
    start: int
    end: int

    @property
    def singular(self) -> str:
        return _singular(self.folded)

    @property
    def stem(self) -> str:
        return _stem(self.folded)


_FORMS: Final = (attrgetter("folded"), attrgetter("singular"), attrgetter("stem"))
"""What words are compared by, one after another."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Words that follow each other and mean something: which of the tokens, and the entries."""

    first: int
    last: int
    entries: tuple[Entry, ...]

    @property
    def length(self) -> int:
        return self.last - self.first


class Vocabulary:
    """Words that mean rows."""

    def __init__(
        self, entries: Iterable[Entry], cited: Iterable[tuple[Law, Row, int]] = (), known: Iterable[str] = ()
    ) -> None:
        """Laws are `cited` by rows. Of `known` words nothing is corrected, though they mean no row."""
        tables = tuple(defaultdict[str, dict[Row, Entry]](dict) for _ in range(len(_FORMS) + 1))
        words: set[str] = set()
        for entry in entries:
            tokens = _tokens(cut(entry.words))
            words.update(token.folded for token in tokens)
            keys = (*(_key(map(form, tokens)) for form in _FORMS), _turned(tokens))
            for keyed, key in zip(tables, keys, strict=True):
                kept = keyed[key].get(entry.row)
                keyed[key][entry.row] = entry if kept is None or entry.rank < kept.rank else kept
        self._exact, self._singular, self._stems, self._turned = map(_sorted, tables)
        self._laws = _by_law(cited)
        self._words = sorted(word for word in words if not any(map(str.isnumeric, word)))
        self._known = frozenset(map(_singular, chain(words, *map(_letters, known))))

    def read(self, text: str) -> Meanings:
        """What a text means; nothing where it is long, or has no word that means anything."""
        tokens = _without_ends(_tokens(cut(text))[:_MOST_WORDS])
        by_law = list(self._cited(text, tokens))
        found = [*by_law, *self._parts(tokens)]
        if whole := next((each for each in found if each.length == len(tokens)), None):
            return Meanings(_placed(whole.entries), {}, _words_of(whole.entries), _spans(tokens, [whole]))
        chosen = list(_chosen(found, _head(tokens)))
        if _mean_one(chosen, tokens):
            return Meanings(_placed(chosen[0].entries), {}, _words_of(chosen[0].entries), _spans(tokens, chosen))
        corrected = self._corrected(tokens)
        again = [*by_law, *self._parts(corrected)] if corrected != tokens else []
        if put_right := next((each for each in again if each.length == len(tokens)), None):
            return Meanings({}, _placed(put_right.entries), _words_of(put_right.entries), _spans(tokens, chosen))
        parts = list(_chosen(again, _head(tokens))) if again else chosen
        entries = [entry for each in parts for entry in each.entries]
        return Meanings({}, _placed(entries), _words_of(entries), _spans(tokens, chosen))

    def _parts(self, tokens: Sequence[_Token]) -> Iterator[_Found]:
        """All words that mean something together, the longest first."""
        for length in range(min(_LONGEST, len(tokens)), 0, -1):
            for first in range(len(tokens) - length + 1):
                part = tokens[first : first + length]
                if length == 1 and part[0].folded in LEFT_OUT:
                    continue
                if entries := self._meant(part, whole=length == len(tokens)):
                    yield _Found(first, first + length, entries)

    def _meant(self, part: Sequence[_Token], *, whole: bool) -> tuple[Entry, ...] | None:
        """What these words mean together: by their stems only what nobody knows better, as refrigerants are known."""
        exact, singular, stems = (_key(map(form, part)) for form in _FORMS)
        found = self._exact.get(exact) or self._singular.get(singular)
        if not found and whole:
            found = self._turned.get(_turned(part))
        return found or (None if all(token.singular in self._known for token in part) else self._stems.get(stems))

    def _cited(self, text: str, tokens: Sequence[_Token]) -> Iterator[_Found]:
        """The laws that it names."""
        for law, (start, end) in cites(text):
            places = [place for place, token in enumerate(tokens) if start <= token.start and token.end <= end]
            if places and (rows := self._laws.get(law) or self._laws.get(law.part)):
                yield _Found(places[0], places[-1] + 1, rows)

    def _corrected(self, tokens: Sequence[_Token]) -> list[_Token]:
        """The words with those put right that nobody knows."""
        return [_Token(self._right(token), token.start, token.end) for token in tokens]

    def _right(self, token: _Token) -> str:
        word = token.folded
        most = next((errors for letters, errors in _FORGIVEN if len(word) >= letters), 0)
        if not most or token.singular in self._known or any(map(str.isnumeric, word)):
            return word
        near = [
            (errors, one[0] != word[0], abs(len(one) - len(word)), one)
            for one, errors, _ in process.extract(
                word, self._words, scorer=OSA.distance, score_cutoff=most, limit=_NEAREST
            )
            if one[0] == word[0] or (errors == 1 and len(word) > _SURE_OF_THE_FIRST)
        ]
        return min(near)[3] if near else word


def _by_law(cited: Iterable[tuple[Law, Row, int]]) -> dict[Law, tuple[Entry, ...]]:
    """The rows that rest on each law, and on each part of the regulations those that rest on its sections, too."""
    table: dict[Law, dict[Row, int]] = defaultdict(dict)
    for law, row, rank in cited:
        for each, later in ((law, 0), (law.part, 0 if law == law.part else _OF_ITS_PART)):
            table[each][row] = min(rank + later, table[each].get(row, rank + later))
    return {
        law: tuple(Entry("", row, rank) for row, rank in sorted(rows.items(), key=lambda one: one[1]))
        for law, rows in table.items()
    }


def _sorted(table: Mapping[str, Mapping[Row, Entry]]) -> dict[str, tuple[Entry, ...]]:
    return {key: tuple(sorted(entries.values(), key=lambda entry: entry.rank)) for key, entries in table.items()}


def _tokens(words: Sequence[Word]) -> list[_Token]:
    """The words, without the s of women's."""
    return [_Token(word.folded, word.start, word.end) for word in words if not (word.folded == "s" and word.gap == "'")]


def _without_ends(tokens: list[_Token]) -> list[_Token]:
    """The words from the first to the last that an index has."""
    places = [place for place, token in enumerate(tokens) if token.folded not in LEFT_OUT]
    return tokens[places[0] : places[-1] + 1] if places else []


@lru_cache(maxsize=20_000)
def _singular(word: str) -> str:
    """What the singular and the plural of a noun have in common."""
    if word in SINGULAR:
        return SINGULAR[word]
    one = word[:-1] if _SHORT.fullmatch(word) else next(iter(singulars(word)), word)
    one = one[:-1] if one.endswith(("se", "xe", "ze", "che", "she", "oe")) else one
    return SINGULAR.get(one, one)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(SINGULAR.get(word, word)))


def _turned(tokens: Iterable[_Token]) -> str:
    """What is the same of words in another order: bicycle parts, parts of bicycles."""
    return _key(sorted(token.singular for token in tokens if token.folded not in LEFT_OUT))


def _letters(text: str) -> list[str]:
    return re.findall("[a-z]+", text.lower())


def _key(words: Iterable[str]) -> str:
    """The words in a row as one; numbers that follow each other are kept apart."""
    key = ""
    for word in words:
        key += f" {word}" if key[-1:].isdigit() and word[:1].isdigit() else word
    return key


def _head(tokens: Sequence[_Token]) -> int:
    """Where the words end that name a thing: what follows only tells more of it."""
    return next((place for place, token in enumerate(tokens) if place and token.folded in _APART), len(tokens))


def _chosen(found: Sequence[_Found], head: int) -> Iterator[_Found]:
    """The parts that do not overlap: those of more words first, then those nearer to what the text names."""
    taken: set[int] = set()
    for each in sorted(
        found, key=lambda one: (-one.length, one.first >= head, -one.last if one.first < head else one.first)
    ):
        places = set(range(each.first, each.last))
        if taken.isdisjoint(places):
            taken |= places
            yield each


def _mean_one(chosen: Sequence[_Found], tokens: Sequence[_Token]) -> bool:
    """Whether these parts are the whole text, and mean the same before all else: forks and spoons."""
    told = {place for each in chosen for place in range(each.first, each.last)}
    rest = {place for place, token in enumerate(tokens) if token.folded not in LEFT_OUT} - told
    return not rest and len({each.entries[0].row for each in chosen}) == 1


def _placed(entries: Iterable[Entry]) -> dict[Row, int]:
    rows = list(dict.fromkeys(entry.row for entry in entries))[:MOST_MEANT]
    return {row: place for place, row in enumerate(rows)}


def _words_of(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Single words by which an index finds those rows."""
    return tuple(
        dict.fromkeys(
            word.folded
            for entry in entries
            for word in cut(entry.words)
            if word.folded not in LEFT_OUT and word.folded != "s"
        )
    )


def _spans(tokens: Sequence[_Token], found: Sequence[_Found]) -> tuple[tuple[int, int], ...]:
    return tuple((tokens[each.first].start, tokens[each.last - 1].end) for each in found)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The words that the hub ships, read once."""
    return Vocabulary(entries(), cited(), (row["description"] for row in table("hts_headings")))


def entries() -> Iterator[Entry]:
    """All of them: what a matter is called goes before a form of that name."""
    for row in table("synonyms"):
        yield Entry(row["word"], ("HtsHeading", row["heading"]), int(row["rank"]), row["note"])
    for row in table("matter_words"):
        yield Entry(row["word"], (row["label"], row["code"]), int(row["rank"]), row["note"])
    for row in table("forms"):
        agency, _, number = row["code"].partition(" ")
        has_number = any(map(str.isdigit, number))
        numbered = [f"form {row['code']}", f"{agency} form {number}", f"form {number}"] if has_number else []
        for spelling in (row["code"], row["name"], *row["spellings"].split("|"), *numbered):
            yield Entry(spelling, ("Form", row["code"]), _OF_FORMS)


def cited() -> Iterator[tuple[Law, Row, int]]:
    """The laws that rows rest on, each with its rank among those of a law: whose first law it is, as a whole."""
    for label, name, key, basis in _RESTING:
        for row in table(name):
            for place, (law, whole) in enumerate(laws(row[basis])):
                yield law, (label, row[key]), (place > 0) + 2 * (not whole) + 4 * (label == "Form")


@lru_cache(maxsize=1)
def words_of_rows() -> Mapping[Row, str]:
    """What people call each row, in one text: first the words that mean it before others; in brackets, which of it."""
    by_row: dict[Row, list[Entry]] = defaultdict(list)
    for entry in entries():
        by_row[entry.row].append(entry)
    return {
        row: "; ".join(f"{one.words} ({one.note})" if one.note else one.words for one in several)
        for row, found in by_row.items()
        for several in [sorted(found, key=lambda entry: entry.rank)]
    }
