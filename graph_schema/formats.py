"""The trade's identifiers: what a number must look like, and which numbers are refused.

Source: the `identifiers.csv` of `graph_schema/reference` (19 CFR 24.5, CATAIR, Schedule D).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final


class BadFormat(ValueError):
    """A value that does not have its format; the message says what is expected and never repeats a refused value."""


Reader = Callable[[str, frozenset[int]], Iterable[str]]
"""What capitals and digits may mean as an identifier, the likeliest first, and after how many of them something
else stood.
"""


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of identifier is written, and in which spellings it is known.

    `pattern` matches the whole normalised value, `refused` values that must never be stored or echoed, `doubtful` such
    as may be one of those with digits lost on the way: what a system gives is not kept then, what somebody searches
    for is something else. `taken` knows which of these are none, of a text in capitals and what it may be called. Of
    one that may be so many `digits` alone it is told where zeros before them seem to be lost.

    `shapes` say where letters and digits stand, and what stands between them: `9` is a digit, `a` a letter, `x` either,
    all else stands for itself. `reader` knows what no shape can say. Either reads a value whatever dashes, points and
    blanks are in it, in capitals or not, after a word it is `called` by. `guesses` are what a text may mean beside that
    to who searches. One that is `lenient` takes other values, too, as they are; of most, no value is `without_digits`.
    """

    name: str
    pattern: str
    expected: str
    refused: str | None = None
    refusal: str = ""
    doubtful: str | None = None
    taken: Callable[[str, str], bool] | None = None
    digits: int = 0
    shapes: tuple[str, ...] = ()
    reader: Reader | None = None
    called: str = ""
    guesses: Reader | None = None
    lenient: bool = False
    without_digits: bool = False

    def check(self, value: str) -> str:
        """The value as the hub writes it, whichever way it is spelled. Raises `BadFormat`."""
        # most are written so already; to read one takes twenty times as long as to see that
        if not self.lenient and self._is_written(value):
            return value
        if self.is_refused(value):
            raise BadFormat(self.refusal)
        readings = self.readings(value)
        if readings:
            return readings[0]
        if self.lenient:
            return value.strip()
        lost = "; the zeros before it seem to be lost: keep such numbers as text" if self.has_lost_zeros(value) else ""
        raise BadFormat(f"{self.name} expected: {self.expected}{lost}")

    def _is_written(self, value: str) -> bool:
        """Whether it is in one of the shapes to the letter."""
        in_shape = any(_as_written(shape).fullmatch(value) for shape in self.shapes)
        return in_shape and re.fullmatch(self.pattern, value) is not None

    def has_lost_zeros(self, value: str) -> bool:
        """Whether it is a number of digits alone that seems to have lost the zeros before them."""
        spelled = _spelled(plain_digits(value).upper(), self.called) if self.digits else None
        return bool(spelled and spelled[0].isdigit() and self.digits - _MOST_LOST <= len(spelled[0]) < self.digits)

    def readings(self, value: str) -> list[str]:
        """What the value may be as such an identifier, the likeliest first; none where it is no spelling of one."""
        return self._readings(plain_digits(value).upper())

    def _readings(self, plain: str) -> list[str]:
        readings = [plain] if not (self.shapes or self.reader) and re.fullmatch(self.pattern, plain) else []
        readings += self._read(_spelled(plain, self.called))
        if not readings and "-" in plain and len(plain) <= _LONGEST:
            # a dash may stand behind what it is called as well: Entry-ABC-1234567-6
            parted = (_spelled(text, self.called) for text in _with_colons(plain))
            readings += next((read for spelled in parted if (read := self._read(spelled))), [])
        return list(dict.fromkeys(readings))

    def _read(self, spelled: tuple[str, frozenset[int]] | None) -> list[str]:
        """What letters and digits may mean as such an identifier, by the reader and the shapes."""
        if spelled is None:
            return []
        found = [*(self.reader(*spelled) if self.reader else ()), *self._shaped(*spelled, whole=True)]
        return [reading for reading in found if re.fullmatch(self.pattern, reading)]

    def guessed(self, plain: str) -> list[str]:
        """The readings, and what else somebody may mean who searches, of a text of `plain_digits` in capitals."""
        if len(plain) > _LONGEST or not (self.without_digits or _DIGIT.search(plain)):
            return []
        spelled = _spelled(plain, self.called) if self.guesses else None
        more = self.guesses(*spelled) if self.guesses and spelled else ()
        return list(dict.fromkeys((*self._readings(plain), *more)))

    def begun(self, value: str) -> str:
        """The beginning of a value as the hub writes it."""
        plain = plain_digits(value).upper()
        spelled = _spelled(plain, self.called)
        shaped = self._shaped(*spelled, whole=False) if spelled else []
        return shaped[0] if shaped else value.strip() if self.lenient else plain

    def is_refused(self, value: str) -> bool:
        """Whether it is a value that must never be stored or echoed."""
        return self._is(self.refused, value)

    def may_be_refused(self, value: str) -> bool:
        """Whether it is such a value, or may be one that has lost its zeros."""
        return self._is(self.refused, value) or self._is(self.doubtful, value)

    def _is(self, pattern: str | None, value: str) -> bool:
        if pattern is None:
            return False
        plain = _whole_number(plain_digits(value).upper())
        known = (self.pattern, *map(_without_cuts, self.shapes))
        return (
            not any(re.fullmatch(shape, plain) for shape in known)
            and re.fullmatch(pattern, plain) is not None
            and not (self.taken is not None and self.taken(plain, self.called))
        )

    def _shaped(self, joined: str, cuts: frozenset[int], *, whole: bool) -> list[str]:
        """The text in the shapes that it fits, first those that are cut where it was."""
        fitting: list[tuple[int, str]] = []
        for shape in self.shapes:
            filled = _filled(shape, joined, whole=whole)
            if filled is not None:
                other = cuts.symmetric_difference(cut for cut in _cuts(shape) if cut < len(joined)) if cuts else ()
                fitting.append((len(other), filled))
        return [filled for _, filled in sorted(fitting, key=lambda fit: fit[0])]


_DIGIT: Final = re.compile("[0-9]")
_MOST_PARTS: Final = 4
"""Numbers of CBP's have year, port, serial number and part at most."""
_LONGEST: Final = 60
"""A text of more letters is no spelling of a single identifier."""
_MOST_LOST: Final = 3
_KINDS: Final = {"9": "[0-9]", "a": "[A-Z]", "x": "[0-9A-Z]"}
_BETWEEN: Final = r"[-./_,:;·\\# ]{1,3}"
_SPELLED: Final = re.compile(rf"(?:{_BETWEEN})?([0-9A-Z]+(?:{_BETWEEN}[0-9A-Z]+)*)(?:{_BETWEEN})?")
_OF_ALL: Final = "NUMBER|NUMBERS|NO|NR|NUM|CODE|CODES|ID"
_OF_AMOUNTS: Final = frozenset("$%+\u00a3\u00a5")
_WORDS_BEFORE_A_BRACKET: Final = re.compile(r"^([A-Z][A-Z .:#/]*)[(\[]")


def _spelled(plain: str, called: str) -> tuple[str, frozenset[int]] | None:
    """Letters and digits of a text without what it is called and what stands between them, and where that stood."""
    # a word of letters ends where a digit begins, or it may be the beginning of the identifier itself
    bare = _WORDS_BEFORE_A_BRACKET.sub(r"\1 ", _without_marks(plain))
    matched = _SPELLED.fullmatch(_without_marks(_called(called).sub("", bare)))
    if matched is None:
        return None
    parts = re.findall("[0-9A-Z]+", matched[1])
    return "".join(parts), frozenset(accumulate(map(len, parts[:-1])))


def _with_colons(plain: str) -> Iterator[str]:
    """The text with a colon for a dash behind its first words, for one after the other."""
    before = _DIGIT.split(plain, maxsplit=1)[0]
    for at in (at for at, letter in enumerate(before) if letter == "-"):
        yield f"{plain[:at]}: {plain[at + 1 :]}"


def _without_marks(plain: str) -> str:
    """The text without quotes, brackets, stars and the like around it; what says that it is an amount stays."""
    start, end = 0, len(plain)
    while start < end and _is_mark(plain[start]):
        start += 1
    while end > start and _is_mark(plain[end - 1]):
        end -= 1
    return plain[start:end]


def _is_mark(letter: str) -> bool:
    return not (letter.isalnum() or letter in _OF_AMOUNTS or unicodedata.category(letter) in ("Sc", "Mn", "Mc"))


@lru_cache(maxsize=64)
def _called(called: str) -> re.Pattern[str]:
    words = f"(?:{called}|{_OF_ALL})" if called else f"(?:{_OF_ALL})"
    # of its own words a dash may stand behind one: NO-1 may be a code, ACE-2704 is none
    own = rf"(?:{called})[-.:#=/ ]*[-:=#/](?=[ 0-9])|" if called else ""
    return re.compile(rf"^(?:{own}{words}(?:[.:#= ]+|(?=[#(]))[#(]?)+")


@lru_cache(maxsize=256)
def _without_cuts(shape: str) -> str:
    return "".join(_KINDS.get(mark, mark) for mark in shape if mark.isalnum())


@lru_cache(maxsize=256)
def _as_written(shape: str) -> re.Pattern[str]:
    """What is in that shape, with what stands between its letters and digits."""
    return re.compile("".join(_KINDS.get(mark, mark) if mark.isalnum() else re.escape(mark) for mark in shape))


@lru_cache(maxsize=256)
def _begun(shape: str, length: int) -> re.Pattern[str]:
    """What fits the first letters and digits of a shape."""
    return re.compile("".join(_KINDS.get(mark, mark) for mark in [mark for mark in shape if mark.isalnum()][:length]))


@lru_cache(maxsize=256)
def _cuts(shape: str) -> Mapping[int, str]:
    """After how many letters and digits something else stands, and what."""
    return {sum(map(str.isalnum, shape[:at])): mark for at, mark in enumerate(shape) if not mark.isalnum()}


def _filled(shape: str, joined: str, *, whole: bool) -> str | None:
    """The letters and digits in that shape; None where they do not fit, or, of the `whole`, do not fill it."""
    cuts = _cuts(shape)
    most = len(shape) - len(cuts)
    if len(joined) > most or (whole and len(joined) < most) or not _begun(shape, len(joined)).fullmatch(joined):
        return None
    return "".join(f"{cuts.get(at, '')}{letter}" for at, letter in enumerate(joined))


def plain_digits(text: str) -> str:
    """The text with digits of every script as 0 to 9, dashes of every kind as a hyphen, one blank for any, without
    invisible marks.
    """
    if text.isascii():
        return " ".join(text.split())
    plain = list[str]()
    for letter in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(letter)
        if category == "Nd":
            plain.append(str(unicodedata.decimal(letter)))
        elif category == "Pd" or letter in _OTHER_DASHES:
            plain.append("-")
        elif category != "Cf":
            plain.append(letter)
    return " ".join("".join(plain).split())


_OTHER_DASHES: Final = "\u2212\u00b7\u2022\u2043\u00ac\u02d7\u30fb\u30fc"
"""Minus signs, points in the middle and the like, which stand where a dash does."""
# in what is told, a strange blank may stand as its number
_GAP: Final = r"(?:\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|[-. _/\\,:;~()+*#=]){1,3}"
_BEHIND: Final = rf"{_GAP}\d{{2}}{_GAP}\d{{4}}(?:{_GAP})?(?:\d{{2}})?(?![\d-])"
_WRITTEN_OUT: Final = rf"(?<![\d-])\d{{3}}{_BEHIND}"
_ZERO_LOST: Final = rf"(?<![\d-])\d{{1,2}}{_BEHIND}"
_MAYBE: Final = re.compile(r"\d{3}\D+\d\d\D+\d{4}")
_NUMBERED: Final = (
    r"(?:[\W_]|numbers?|num|nbr|no|nr|is|was|the|of|for|id|account|card|importer|owner|holder|his|her|their|or|and"
    # an employer's number has other parts
    r"|(?:f?ein|itin|tin|tax(?:payer)?)(?![\W_]*\d\d-\d{7}))*"
)
_CALLED_SO: Final = (
    r"(?<![a-z])(?:ssn|ssan|ss[ _]?#|ss[-_ ]?(?:no|num|nbr|number)(?![a-z])|s\.\s?s\.\s?n|s s n(?![a-z])|"
    r"seguro[-._ ]{0,2}social(?![a-z])|s[e\u00e9]curit[e\u00e9][-._ ]{0,2}sociale(?![a-z])|"
    r"social[-._ ]{0,2}security|soc(?:ial)?[-._ ]{0,2}sec(?:urity)?(?![a-mo-z]))"
)
_LABEL: Final = re.compile(_CALLED_SO, re.IGNORECASE)
_OF_WHOM: Final = r"(?:\b(?:for|of|belonging to)\s[^\d;]{1,60}?[\W_]|\([^\d()]{1,40}\)[\W_]{0,3})"
_IT_IS: Final = rf"(?:(?:is|was|as|his|her|their|the|my)\s+){{0,3}}{_CALLED_SO}"
_LABELLED: Final = (
    rf"(?i:{_CALLED_SO}{_NUMBERED}{_OF_WHOM}?)\d(?:[\W_]{{0,3}}\d){{8}}(?!\d)"
    r"|(?<![\w-])(?:\d{9}|\d{3}[\W_]{1,3}\d{2}[\W_]{1,3}\d{4})(?!\d)"
    rf"(?i:\s{{0,2}}[(\[]{_IT_IS}(?:[^()\[\]\d]{{0,30}}[)\]])?|[\s,/:=*_-]{{1,4}}{_IT_IS})"
)
_SOCIAL_SECURITY: Final = re.compile(rf"{_WRITTEN_OUT}|{_LABELLED}")
"""Three, two and four digits, or nine of them behind or before what says what they are, and whose."""
_IN_WORDS: Final = re.compile(rf"{_LABELLED}|(?<![\w-])\d{{3}}(?: ?- ?)\d{{2}}(?: ?- ?)\d{{4}}(?![\w-])")
"""The same in a text of people: there three, two and four digits without dashes may be of anything."""
_DOUBTFUL: Final = re.compile(rf"(?i:{_CALLED_SO}{_NUMBERED})\d(?:[\W_]{{0,3}}\d){{6,}}")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SCIENTIFIC: Final = re.compile(r"(\d(?:\.\d+)?)E\+?0?(\d)")


def social_security(text: str) -> bool:
    """Whether a number is in the text that is written as Social Security numbers are, three, two and four digits, in
    any spelling; or nine digits that are said to be one.
    """
    maybe = "\\" in text or _MAYBE.search(text) is not None or _LABEL.search(text) is not None
    return maybe and _SOCIAL_SECURITY.search(plain_digits(text)) is not None


def is_social_security(column: str) -> bool:
    """Whether a column of that name holds such numbers, e.g. `SSN`, `soc_sec_no` or `Social Security No.`."""
    return _LABEL.search(_HUMP.sub(" ", column).replace("_", " ")) is not None


def may_have_social_security(text: str) -> bool:
    """Whether one may be in what a system gave: as `social_security` has it, or one that a spreadsheet has changed."""
    apart = _HUMP.sub(" ", text)
    return social_security(apart) or (_LABEL.search(apart) is not None and bool(_DOUBTFUL.search(plain_digits(apart))))


def without_social_security(text: str) -> str:
    """The text to be told or kept, without such numbers."""
    if not social_security(text):
        return text
    return _SOCIAL_SECURITY.sub(NOT_REPEATED, plain_digits(text))


NOT_REPEATED: Final = "(a number that is not repeated)"
NOT_KEPT: Final = "a Social Security number is kept nowhere"


def words_without_social_security(text: str) -> str:
    """A text of people without the Social Security numbers in it, which are called so or written with dashes."""
    if len(text) < _SHORTEST or (text.isascii() and not _MAYBE.search(text) and not _has_label(text)):
        return text
    plain = plain_digits(text)
    return _IN_WORDS.sub(NOT_REPEATED, plain) if _IN_WORDS.search(plain) else text


_SHORTEST: Final = 11


def _has_label(text: str) -> bool:
    """Whether a text of ASCII says of something that it is such a number."""
    plain = text.lower()
    return ("ss" in plain or "soc" in plain or "s." in plain or "s s n" in plain) and _LABEL.search(text) is not None


def _whole_number(plain: str) -> str:
    """A number as its digits that a spreadsheet has written as a power of ten, e.g. 1.23456789E+08."""
    matched = _SCIENTIFIC.fullmatch(plain)
    return str(round(float(plain))) if matched else plain


def _has_suffix(plain: str, called: str) -> bool:
    """Whether it is an IRS number with its suffix: nine digits, whole or parted as IRS numbers are, and two characters,
    one of them a letter.
    """
    spelled = _spelled(plain, called)
    if spelled is None or _SOCIAL_SECURITY.search(plain):
        return False
    joined, cuts = spelled
    # what follows apart may be a word: it says what the number is
    is_word = 9 in cuts and joined.endswith("SS")
    return cuts <= {2, 9} and re.fullmatch(r"\d{9}(?=.*[A-Z])[0-9A-Z]{2}", joined) is not None and not is_word


IMPORTER_NUMBER = Format(
    name="importer number",
    pattern=r"\d{2}-\d{7}[0-9A-Z]{2}|\d{6}-\d{5}",
    expected=(
        "NN-NNNNNNNXX (IRS number with its two-character suffix, e.g. 12-3456789AB) or YYDDPP-NNNNN (assigned by CBP)"
    ),
    # written out, within other words as well, or nine digits, parted by whatever but as an IRS number is: by a dash, or
    # before a suffix of letters
    refused=(
        rf".*?{_WRITTEN_OUT}.*|[^\d-]*\d{{9}}(?:\.0+)?[^\d-]*"
        r"|(?!\D*\d\d(?:-\d{7}\D*|[. ]\d{7}[\W_]{0,3}[A-Z]{2}\W*)$)\D*\d(?:[\W_]{0,3}\d){8}\D*"
    ),
    taken=_has_suffix,
    # a spreadsheet has lost its zeros
    doubtful=rf".*?{_ZERO_LOST}.*|[^\d-]*\d{{7,8}}(?:\.0+)?[^\d-]*",
    refusal=(
        "a Social Security number is not accepted as an importer number: use the IRS number with suffix "
        "(e.g. 12-3456789AB) or a CBP-assigned number (CBP Form 5106)"
    ),
    # without a dash eleven digits are the IRS number sooner than one that CBP has assigned
    shapes=("99-9999999xx", "999999-99999"),
    called=(
        "IMPORTER(?: OF RECORD)?|IOR|IRS|F?EIN|EMPLOYER|IDENTIFICATION|TAX(?:PAYER)?|TIN|FEDERAL"
        "|(?:CBP|CUSTOMS)(?:[- ]ASSIGNED)?|US"
    ),
)


def _zeros(wanted: int, least: int = 1) -> Reader:
    """Reads digits that may have lost the zeros before them, or have one too many."""

    def read(joined: str, _: frozenset[int]) -> Iterator[str]:
        if joined.isdigit() and least <= len(joined) <= wanted + 1:
            digits = joined.zfill(wanted)
            if len(digits) == wanted or digits[0] == "0":
                yield digits[-wanted:]

    return read


def _tariff(least: int, most: int = 10, first: int | None = None) -> Reader:
    """Reads tariff numbers of so many digits, or their `first` digits.

    One that has an odd number of them has lost its first zero, or, where a point stands behind the heading, its last
    digit: that leaves its heading, and is no number.
    """

    def read(joined: str, cuts: frozenset[int]) -> Iterator[str]:
        digits = joined
        if len(joined) % 2:
            # no chapter is 00: such a number has a zero too many
            lost = joined[1:] if joined.startswith("0") else f"0{joined}"
            digits = lost if 4 not in cuts else joined[:-1] if first else ""
        if joined.isdigit() and least <= len(digits) <= most:
            yield digits[:first] if first else _pointed(digits)

    return read


def _chapter_or_heading(joined: str, cuts: frozenset[int]) -> Iterator[str]:
    """A chapter; of a longer number its heading."""
    yield from _tariff(4, 10, 4)(joined, cuts)
    yield from _tariff(2, 2, 2)(joined, cuts)


def _pointed(digits: str) -> str:
    """The digits of a tariff number as the schedule prints them, e.g. 8542.31.0001."""
    return ".".join(filter(None, (digits[:4], digits[4:6], digits[6:])))


def _center(joined: str, _: frozenset[int]) -> Iterator[str]:
    # a number alone may be of anything
    if matched := re.fullmatch(r"(?:CENT(?:ER|RE)(?:NO|NR|NUMBER|CODE|ID)?(?:CEE)?|(?:CEE)+)0*(\d{1,2})", joined):
        yield f"CEE{int(matched[1]):03d}"


def _order(joined: str, _: frozenset[int]) -> Iterator[str]:
    """An order as ACE writes it, too, with three zeros where it has no parts."""
    if matched := re.fullmatch(r"([AC])(\d{3})(\d{3})(?:000|(\d{3}))?", joined):
        yield "-".join(filter(None, matched.groups()))


def _order_of_either(joined: str, _: frozenset[int]) -> Iterator[str]:
    """An order by its digits alone, antidumping or countervailing, and the order whose part it is."""
    if matched := re.fullmatch(r"([AC]?)(\d{3})(\d{3})(\d{3})?", joined):
        for kind in matched[1] or "AC":
            yield "-".join(filter(None, (kind, *matched.groups()[1:])))
            yield "-".join((kind, matched[2], matched[3]))


def _protest(joined: str, _: frozenset[int]) -> Iterator[str]:
    """A protest by its port, year and serial number, which systems keep with dashes or without."""
    if re.fullmatch(r"\d{12}", joined):
        yield from (f"{joined[:4]}-{joined[4:6]}-{joined[6:]}", joined)


def _joined(joined: str, cuts: frozenset[int]) -> Iterator[str]:
    """The letters and digits of up to four parts, without words."""
    places = (0, *sorted(cuts), len(joined))
    parts = [joined[start:end] for start, end in pairwise(places)]
    told = [part for part in parts if _DIGIT.search(part)]
    if len(told) <= _MOST_PARTS:
        yield "".join(told)


_LETTER: Final = "(?:RULINGS?|LETTERS?|LTRS?|NO|NR|NUMBER)*"
_OF_HEADQUARTERS: Final = rf"(?:HQRL|HQ|HRL|HEADQUARTERS){_LETTER}"
_OF_NEW_YORK: Final = rf"(?:NYRL|NY|NEWYORK){_LETTER}"


def _ruling(joined: str, _: frozenset[int]) -> Iterator[str]:
    if matched := re.fullmatch(rf"(?:{_OF_HEADQUARTERS})?([HW]\d{{6}})|{_OF_HEADQUARTERS}(\d{{6}})", joined):
        yield f"HQ {matched[1] or matched[2]}"
    elif matched := re.fullmatch(rf"(?:{_OF_NEW_YORK})?([A-GI-R]\d{{5,6}})|{_OF_NEW_YORK}(H\d{{5,6}}|\d{{6}})", joined):
        yield f"NY {matched[1] or matched[2]}"


def _ruling_by_digits(joined: str, _: frozenset[int]) -> Iterator[str]:
    """A ruling without where it was issued, or without its letter."""
    if matched := re.fullmatch(r"(HQ|NY)?([A-R]?)(\d{5,6})", joined):
        where, letter, digits = matched.groups()
        if letter != "" or where:
            yield from (f"{where or 'NY'} {letter}{digits}", f"{where} H{digits}" if where == "HQ" else f"NY N{digits}")
        else:
            yield from (f"HQ H{digits}", f"HQ {digits}", f"NY N{digits}", f"SAMPLE {digits}")


FILER_CODE = Format(
    "filer code",
    r"[A-Z0-9]{3}",
    "three letters or digits, e.g. ABC",
    shapes=("xxx",),
    reader=_zeros(3),
    called="(?:ENTRY )?FILER|BROKER",
    without_digits=True,
)
SURETY_CODE = Format(
    "surety code", r"\d{3}", "three digits, e.g. 036", shapes=("999",), reader=_zeros(3), called="SURETY"
)
CENTER_CODE = Format("Center code", r"CEE0(0[1-9]|10)", "CEE001 to CEE010", reader=_center)
PORT_CODE = Format(
    "port code", r"\d{4}", "four digits, e.g. 2704", shapes=("9999",), reader=_zeros(4, 3),
    called=r"(?:U\.?S\.? )?PORT(?: OF(?: ENTRY)?)?|PORTS|ACE|CENSUS|DISTRICT(?:/PORT)?|SCHED(?:ULE)?\.? D|POE",
)  # fmt: skip
_GOODS: Final = (
    r"HTS|HTSUS|HTSUSA|HS|H\.T\.S\.(?:U\.S\.)?|SCHEDULE B|TARIFF|CLASSIFICATION|CHAPTERS?|CHAPT|CHAPS?|CHPTR?|CHS?"
    "|(?:SUB)?HEADINGS?|(?:SUB)?HDGS?|SUBHEADS?"
)
HTS_CHAPTER = Format("HTS chapter", r"\d{2}", "two digits, e.g. 85", reader=_tariff(2, 10, 2), called=_GOODS)
HTS_HEADING = Format("HTS heading", r"\d{4}", "four digits, e.g. 8542", reader=_tariff(4, 10, 4), called=_GOODS)
CHAPTER_OR_HEADING = Format(
    "HTS chapter or heading", r"\d{2}|\d{4}", "two digits or four, e.g. 85 or 8542", reader=_chapter_or_heading,
    called=_GOODS
)  # fmt: skip
HTS10 = Format(
    "HTSUS number", r"\d{4}\.\d{2}\.\d{4}", "ten digits, e.g. 8507.60.0020", shapes=("9999.99.9999",),
    reader=_tariff(10), called=_GOODS
)  # fmt: skip
TIME_OF_DAY = Format("time of day", r"([01]\d|2[0-3]):[0-5]\d", "hours and minutes, e.g. 08:00")
HTS_NUMBER = Format(
    "HTS number", r"\d{2}(\d{2}(\.\d{2}(\.\d{2}(\d{2})?)?)?)?", "2 to 10 digits, e.g. 85, 8542 or 8542.31.0001",
    reader=_tariff(2), called=_GOODS,
)  # fmt: skip


def _entry_with_zeros(joined: str, _: frozenset[int]) -> Iterator[str]:
    """An entry of digits alone with the zeros before it, where its check digit says that it is one."""
    whole = joined.zfill(ENTRY_NUMBER.digits)
    if ENTRY_NUMBER.has_lost_zeros(joined) and entry_check_digit(whole[:3], whole[3:10]) == int(whole[10]):
        yield f"{whole[:3]}-{whole[3:10]}-{whole[10]}"


ENTRY_NUMBER = Format(
    "entry number", r"[A-Z0-9]{3}-\d{7}-\d", "FFF-NNNNNNN-C, e.g. ABC-1234567-6", shapes=("xxx-9999999-9",),
    called="(?:CBP |CUSTOMS )?(?:ENTRY(?: SUMMARY)?|ENTRIES)|E/N", digits=11, guesses=_entry_with_zeros,
)  # fmt: skip
ENTRY_TYPE = Format("entry type", r"\d{2}", "two digits as on CBP Form 7501, e.g. 01 or 03")
CASE_NUMBER = Format(
    "case number", r".+", "the number the case is known by, e.g. HUB-26-4T7Q2Z9K", lenient=True,
    called="(?:HUB )?CASE|PROTEST|REF(?:ERENCE)?|RE",
    shapes=("HUB-99-xxxxxxxx", "HUB-99-Axxxxxxxx", "SW-99-999999"), guesses=_protest,
)  # fmt: skip
"""Systems number their cases each in its own way: only the hub's own and those of its sample are known in any
spelling.
"""
MESSAGE_NUMBER = Format("message number", r"20\d{2}-\d{4,8}", "year and place in the year, e.g. 2026-0001")
CBP_NUMBER = Format(
    "number of CBP's", r"(?=.*[0-9])[0-9A-Z]{3,30}", "letters and digits, e.g. 2704-23-123456", reader=_joined,
    called="PROTEST|SEIZURE|PENALTY|BILL|ALLEGATION|E-ALLEGATION|EALLEGATION|EAPA|CONS|FP&F|DETENTION|CASE",
)  # fmt: skip
"""A number that CBP itself gave a case, without what stands between its letters and digits: it is found in any
spelling.
"""
ADCVD_NUMBER = Format(
    "AD or CVD case number", r"[AC]-\d{3}-\d{3}(-\d{3})?", "e.g. A-570-967", reader=_order, lenient=True,
    shapes=("A-999-999-999", "C-999-999-999"), guesses=_order_of_either,
    called="AD|CVD|ADD|AD/CVD|ADCVD|ORDER|CASE|ANTI-?DUMPING|COUNTERVAILING|DUTY",
)  # fmt: skip
RULING_NUMBER = Format(
    "ruling number", r"(HQ ([HW]?\d{6})|NY ([A-R]\d{5,6}|\d{6})|SAMPLE \d+)", "e.g. NY N301234",
    shapes=("SAMPLE 999999",), reader=_ruling,
    guesses=_ruling_by_digits, lenient=True, called="RULING|LETTER|CROSS",
)  # fmt: skip


def tariff_number(text: str, wanted: Format) -> str | None:
    """The chapter or heading, whichever is wanted, of a longer HTSUS number (8507.60.0020); None where it is no
    such number.
    """
    readings = wanted.readings(text) if wanted in (HTS_CHAPTER, HTS_HEADING) and sum(map(str.isdigit, text)) > 2 else []
    return readings[0] if readings else None


def entry_check_digit(filer_code: str, serial: str) -> int:
    """The check digit of an entry number, from its filer code (3) and serial (7 digits).

    Letters count A-I = 1-9, J-R = 1-9, S-Z = 2-9. Source: CATAIR AE Table 1 (July 2026).
    """
    total = 0
    for position, character in enumerate(filer_code.upper() + serial):
        value = int(character) if character.isdigit() else _letter_value(character)
        if position % 2:
            value *= 2
            value += value > 9
        total += value % 10
    return -total % 10


def _letter_value(letter: str) -> int:
    index = ord(letter) - ord("A")
    return index % 9 + 1 if index < 18 else index - 16
