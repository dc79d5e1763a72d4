"""Words as search knows them: of what is looked for, and of what is found.

Letters are told apart neither by capitals nor by accents. Scripts that put no blanks between words, and Korean, which
joins words, are read letter by letter: a part of a name is its letters in a row. What stands together without a blank
(AT&T, O'Neill, 8542.31.0001, acme.example) is known by its parts and as one.

The analyzer of a full-text index cuts otherwise: it keeps 12,500.00 in one piece, and knows accents of Latin letters
only. So each row has, beside its texts, the words that the analyzer would not make of them (`other_words`): the index
holds all words that are looked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graph_schema.cypher import Properties

OTHER_WORDS: Final = "otherWords"
"""The property of a row with what its texts are found by beside the words that the index makes of them."""
MOST_JOINED: Final = 4
"""So many parts that a dash, a stroke or the like joins are known as one word, too."""
LEFT_OUT: Final = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
})  # fmt: skip
"""The words that the analyzer `standard-folding` leaves out of every index."""
SINGULAR: Final = {
    "calves": "calf", "children": "child", "feet": "foot", "geese": "goose", "halves": "half", "hooves": "hoof",
    "knives": "knife", "leaves": "leaf", "loaves": "loaf", "men": "man", "mice": "mouse", "scarves": "scarf",
    "shelves": "shelf", "teeth": "tooth", "thieves": "thief", "wolves": "wolf", "women": "woman",
}  # fmt: skip
"""Plurals that no rule makes."""
_PLURAL: Final = {one: several for several, one in SINGULAR.items()}
_LONGEST: Final = 255
"""The longest word of an index, in letters."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, folded, and where it stands.

    `gap` is what joins it to the one before: nothing where it is by itself.
    """

    folded: str
    start: int
    end: int
    gap: str = ""
    alone: bool = True
    """Whether it is a word by itself, no letter of a script without blanks."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand together as one: by points, commas and the like (`tight`), or by dashes, strokes and the
    like.
    """

    words: tuple[Word, ...]
    tight: bool
    joined: str

    @classmethod
    def of(cls, words: Sequence[Word], *, tight: bool) -> "Run":
        """The run of these words; `joined` is their letters without what stands between them."""
        return cls(tuple(words), tight, "".join(word.folded for word in words))


_CATEGORIES: Final = [unicodedata.category(chr(code)) for code in range(0x20000)]


def _of_categories(*wanted: str) -> str:
    """The inside of a character class: letters of these categories below the ideographs of the second plane."""
    codes = [code for code, category in enumerate(_CATEGORIES) if category in wanted]
    codes += range(0xE0100, 0xE01F0)
    starts = [code for code, before in zip(codes, [-2, *codes], strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    return "".join(f"\\U{start:08x}-\\U{end:08x}" for start, end in zip(starts, ends, strict=True))


_MARKS: Final = _of_categories("Mn", "Mc", "Me")
_INVISIBLE: Final = _of_categories("Cf") + "\u034f\u0640"
"""Marks that are not seen, such as where a word may be broken, and the line that draws Arabic words out."""
_WITHOUT_BLANKS: Final = (
    "\u0e00-\u0e4f\u0e5a-\u0ecf\u0eda-\u0f1f\u0f2a-\u103f\u1050-\u109f\u1100-\u11ff\u1780-\u17df\u1950-\u19cf"
    "\u19da-\u19df\u1a20-\u1a7f\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u30ff\u3105-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\ua9e0-\ua9ef\uaa60-\uaadf\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Chinese, Japanese, Korean, Thai, Lao, Tibetan, Burmese, Khmer and their like, without their digits."""
_LETTER: Final = re.compile(
    "[\u1100-\u115f\ua960-\ua97c]+[\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*"
    f"|[{_WITHOUT_BLANKS}][{_MARKS}{_INVISIBLE}\uff9e\uff9f]*"
)
"""A letter of a script without blanks, with its marks; of Korean, a syllable."""
_WORD: Final = re.compile(rf"[^\W_{_INVISIBLE}](?:[^\W_]|[{_MARKS}{_INVISIBLE}])*")
_ONLY: Final = re.compile(rf"[^\w{_MARKS}]|_")
TIGHT: Final = ".,:;'_\u00b7"
"""What joins words so closely that they are looked for as one: points, commas and the like."""
_LOOSE: Final = "-/&@+\\#"
_OF_NUMBERS: Final = (",", ":", ";")
_GAPS: Final = {
    **{gap: gap for gap in (*TIGHT, *_LOOSE)}, "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\uff07": "'",
    "\u2032": "'", "`": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\uff0d": "-", "\ufe63": "-",
    "\uff0e": ".", "\u2024": ".", "\uff0c": ",", "\uff0f": "/", "\u2044": "/", "\u2215": "/", "\uff06": "&",
    "\uff20": "@", "\uff3f": "_",
    "\uff1a": ":", "\uff1b": ";", "\u2027": "\u00b7", "\u22c5": "\u00b7",
}  # fmt: skip
_PLAIN: Final = re.compile(r"[0-9A-Za-z]+")
_ODD: Final = re.compile(rf"[0-9A-Za-z][{re.escape(TIGHT + _LOOSE)}`][0-9A-Za-z]|_")
"""In a text of ASCII, where the index would cut otherwise."""
_LATIN: Final = re.compile(
    r"LATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:DOTLESS )?([A-Z]{1,2}|ETH|THORN)(?: WITH .+)?"
)
_SPELLED_OUT: Final = {"ETH": "d", "THORN": "th"}
_ARABIC: Final = {"\u0649": "\u064a", "\u06cc": "\u064a", "\u06d2": "\u064a", "\u06a9": "\u0643", "\u0629": "\u0647"}
"""Letters that are written one for the other in Arabic, or in Persian for those of Arabic: alef maksura for yeh."""
_COMPANIES: Final = {
    "\u682a": "\u682a\u5f0f\u4f1a\u793e", "\u6709": "\u6709\u9650\u4f1a\u793e", "\u540c": "\u5408\u540c\u4f1a\u793e",
    "\u8cc7": "\u5408\u8cc7\u4f1a\u793e", "\u540d": "\u5408\u540d\u4f1a\u793e", "\u8ca1": "\u8ca1\u56e3\u6cd5\u4eba",
    "\u793e": "\u793e\u56e3\u6cd5\u4eba",
}  # fmt: skip
"""Kinds of companies of Japan, by the letter in brackets that stands for each."""
_COMPANY: Final = re.compile(
    rf"[(\uff08]([{''.join(_COMPANIES)}])[)\uff09]|[\u3231\u3232\u3233\u3234\u3236\u323e\u337f]"
)


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """The letters and digits of a word, in lower case and without accents."""
    if text.isascii():
        return _ONLY.sub("", text.lower())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _ONLY.sub("", unicodedata.normalize("NFC", "".join(map(_plain, apart))))


@lru_cache(maxsize=5_000)
def _plain(letter: str) -> str:
    """A letter as it is compared: nothing for an accent, the Latin letter of one with a stroke, the digit of any
    script.
    """
    if letter.isascii():
        return letter
    if letter in _ARABIC:
        return _ARABIC[letter]
    category, weight = unicodedata.category(letter), unicodedata.combining(letter)
    # voicing marks of Japanese, tones and vowels make other letters
    if category == "Cf" or letter in "\u034f\u0640" or weight in (1, 7) or 10 <= weight <= 36 or weight >= 200:
        return ""
    if (
        category == "Mn"
        and not weight
        and unicodedata.name(letter, "").startswith(("VARIATION SELECTOR", "MONGOLIAN FREE"))
    ):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    latin = _LATIN.fullmatch(unicodedata.name(letter, ""))
    return _SPELLED_OUT.get(latin[1], latin[1].lower()) if latin else letter


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """A text with the kinds of companies spelled out that it has as one letter in brackets, and where each letter of
    that stood before: nowhere else where there are none.
    """

    text: str
    _starts: Sequence[int] = ()
    _ends: Sequence[int] = ()

    @classmethod
    def of(cls, text: str) -> "SpelledOut":
        """The text spelled out."""
        if text.isascii() or not _COMPANY.search(text):
            return cls(text)
        letters, starts, ends, last = list[str](), list[int](), list[int](), 0
        for matched in (*_COMPANY.finditer(text), None):
            start, end = matched.span() if matched else (len(text), len(text))
            letters += text[last:start]
            starts += range(last, start)
            ends += range(last + 1, start + 1)
            spelled = _spelled_company(matched[0]) if matched else ""
            letters += spelled
            starts += [start] * len(spelled)
            ends += [end] * len(spelled)
            last = end
        return cls("".join(letters), starts, ends)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where what stands there stood before."""
        return (self._starts[start], self._ends[end - 1]) if self._starts else (start, end)


def _spelled_company(sign: str) -> str:
    """The kind of company in words: of U+3231 and (株) 株式会社."""
    plain = unicodedata.normalize("NFKC", sign).strip("()")
    return _COMPANIES.get(plain, plain)


def cut(text: str) -> list[Word]:
    """The words of a text in their order."""
    words: list[Word] = []
    last = 0
    for matched in _WORD.finditer(text):
        gap = _gap(text, last, matched.start()) if words else ""
        # of marks alone no index makes a word
        words += (
            word for word in _pieces(text, matched.start(), matched.end(), gap) if any(map(str.isalnum, word.folded))
        )
        last = matched.end()
    return words


def _gap(text: str, end: int, start: int) -> str:
    """What joins two words, as one of those that are known."""
    gap = _GAPS.get(text[end:start], "")
    # between letters a comma or a colon parts them, though no blank follows
    return "/" if gap in _OF_NUMBERS and not (text[end - 1].isdigit() and text[start].isdigit()) else gap


def _pieces(text: str, start: int, end: int, gap: str) -> Iterator[Word]:
    """A run of letters: letter by letter where they are of a script without blanks."""
    at = start
    for letter in _LETTER.finditer(text, start, end):
        if at < letter.start():
            yield Word(folded(text[at : letter.start()]), at, letter.start(), gap if at == start else "")
        yield Word(folded(letter[0]), letter.start(), letter.end(), gap if letter.start() == start else "", alone=False)
        at = letter.end()
    if at < end:
        yield Word(folded(text[at:end]), at, end, gap if at == start else "")


def runs(words: Sequence[Word]) -> Iterator[Run]:
    """The words that stand together, tightly, or in all; of each two or more."""
    for loosely in (False, True):
        run: list[Word] = []
        for word in words:
            if run and not (word.gap and (loosely or word.gap in TIGHT)):
                yield from _run(run, loosely=loosely)
                run = []
            run.append(word)
        yield from _run(run, loosely=loosely)


def _run(run: Sequence[Word], *, loosely: bool) -> Iterator[Run]:
    if not loosely and len(run) > 1:
        yield Run.of(run, tight=True)
    elif loosely and 1 < len(run) <= MOST_JOINED and any(word.gap not in TIGHT for word in run[1:]):
        yield Run.of(run, tight=False)


def joined(words: Sequence[Word]) -> Iterator[Run]:
    """What is known as one word, too: what stands together, and of numbers with points each beginning, without
    letters before them.
    """
    for run in runs(words):
        if run.tight and all(word.folded.isdigit() for word in run.words[1:]):
            lead = len(run.words[0].folded.rstrip("0123456789"))
            begun = [run.words[:length] for length in range(2, len(run.words) + 1)]
            numbers = [run_ for some in begun if (run_ := Run.of(some, tight=True)).joined[lead:].isdigit()]
            yield from numbers[:-1]
            if lead:
                yield from (Run(run_.words, run_.tight, run_.joined[lead:]) for run_ in numbers)
        yield run


def other_words(texts: Iterable[str | None]) -> str | None:
    """The words of these texts that an index would not make of them, in their order; None where there are none."""
    found = [word for text in texts if text for spelled in _spellings(text) for word in _other_words(spelled)]
    return " ".join(found) or None


def _spellings(text: str) -> Iterable[str]:
    """The text, and the text with kinds of companies spelled out where it has their signs."""
    spelled = SpelledOut.of(text).text
    return (text,) if spelled == text else (text, spelled)


def of_row(texts: Sequence[str], row: Properties) -> str | None:
    """The same of a row's properties of these names."""
    return other_words(value for value in map(row.get, texts) if isinstance(value, str))


def _other_words(text: str) -> Iterator[str]:
    if text.isascii() and not _ODD.search(text):
        return
    words = cut(text)
    gaps = {
        position for position, word in enumerate(words) if word.gap or (position and _touch(words[position - 1], word))
    }
    for position, word in enumerate(words):
        is_part = position in gaps or position + 1 in gaps
        # a mark that makes no word by itself belongs to the one before it
        goes_on = text[word.end : word.end + 1].isalnum()
        if is_part or goes_on or "_" in text or not _PLAIN.fullmatch(text, word.start, word.end):
            yield word.folded[:_LONGEST]
    yield from (run.joined for run in joined(words) if len(run.joined) <= _LONGEST)


def _touch(one: Word, other: Word) -> bool:
    """Whether a letter of a script without blanks and a word of another touch: an index may take them for one."""
    return one.end == other.start and one.alone is not other.alone


def forms(word: str) -> tuple[str, ...]:
    """A word as an English text may have it: itself, and of a noun what may be its singular, or its plural."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return (word,)
    other = SINGULAR.get(word) or _PLURAL.get(word)
    return (word, other) if other else (word, *(singulars(word) or (_plural(word),)))


def singulars(word: str) -> tuple[str, ...]:
    """What may be the singular of a word; nothing of one that is no plural."""
    if word.endswith("ies") and len(word) > 4:
        return (f"{word[:-3]}y",)
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")) and len(word) > 4:
        return (word[:-2], word[:-1])
    return (word[:-1],) if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else ()


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def in_a_row(words: Sequence[Word], wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where these words follow each other."""
    length = len(wanted)
    for at in range(len(words) - length + 1):
        if all(words[at + step].folded == one for step, one in enumerate(wanted)):
            yield words[at].start, words[at + length - 1].end
