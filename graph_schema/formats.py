"""The trade's identifiers: what a number must look like, and which numbers are refused.

Source: the `identifiers.csv` of `graph_schema/reference` (19 CFR 24.5, CATAIR, Schedule D).
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final


class BadFormat(ValueError):
    """A value that does not have its format; the message says what is expected and never repeats a refused value."""


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of identifier is written.

    `pattern` matches the whole normalised value, `refused` values that must never be stored or echoed, `doubtful` such
    as may be one of those with digits lost on the way: what a system gives is not kept then, what somebody searches
    for is something else.
    """

    name: str
    pattern: str
    expected: str
    refused: str | None = None
    refusal: str = ""
    doubtful: str | None = None

    def check(self, value: str) -> str:
        """The normalised value (trimmed, upper case). Raises `BadFormat`."""
        normalised = value.strip().upper()
        if self.is_refused(value):
            raise BadFormat(self.refusal)
        if not re.fullmatch(self.pattern, normalised):
            raise BadFormat(f"{self.name} expected: {self.expected}")
        return normalised

    def is_refused(self, value: str) -> bool:
        """Whether it is a value that must never be stored or echoed."""
        return self._is(self.refused, value)

    def may_be_refused(self, value: str) -> bool:
        """Whether it is such a value, or may be one that has lost its zeros."""
        return self._is(self.refused, value) or self._is(self.doubtful, value)

    def _is(self, pattern: str | None, value: str) -> bool:
        if pattern is None:
            return False
        plain = plain_digits(value).upper()
        return re.fullmatch(self.pattern, plain) is None and re.fullmatch(pattern, plain) is not None


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
_CALLED_SO: Final = r"(?<![a-z])(?:ssn|ss ?#|ss no|s\.s\.n|social ?security)"
_LABEL: Final = re.compile(_CALLED_SO, re.IGNORECASE)
_SOCIAL_SECURITY: Final = re.compile(rf"{_WRITTEN_OUT}|(?i:{_CALLED_SO}(?:[\W_]|number|num|no)*)\d(?:[\W_]{{0,3}}\d){{8}}(?!\d)")
"""Three, two and four digits, or nine of them behind what says what they are."""


def social_security(text: str) -> bool:
    """Whether a number is in the text that is written as Social Security numbers are, three, two and four digits, in
    any spelling; or nine digits that are said to be one.
    """
    maybe = "\\" in text or _MAYBE.search(text) is not None or _LABEL.search(text) is not None
    return maybe and _SOCIAL_SECURITY.search(plain_digits(text)) is not None


def is_social_security(column: str) -> bool:
    """Whether a column of that name holds such numbers, e.g. `SSN` or `Social Security No.`."""
    return _LABEL.search(column.replace("_", " ")) is not None


def without_social_security(text: str) -> str:
    """The text to be told or kept, without such numbers."""
    if not social_security(text):
        return text
    return _SOCIAL_SECURITY.sub("(a number that is not repeated)", plain_digits(text))


IMPORTER_NUMBER = Format(
    name="importer number",
    pattern=r"\d{2}-\d{7}[0-9A-Z]{2}|\d{6}-\d{5}",
    expected="NN-NNNNNNNXX (IRS number with its two-character suffix, e.g. 12-3456789AB) or YYDDPP-NNNNN (assigned by CBP)",
    # written out, within other words as well, or nine digits, parted by whatever but as an IRS number without its suffix
    refused=rf".*?{_WRITTEN_OUT}.*|[^\d-]*\d{{9}}(?:\.0+)?[^\d-]*|(?!\D*\d\d-\d{{7}}\D*$)\D*\d(?:[\W_]{{0,3}}\d){{8}}\D*",
    # a spreadsheet has lost its zeros
    doubtful=rf".*?{_ZERO_LOST}.*|[^\d-]*\d{{7,8}}(?:\.0+)?[^\d-]*",
    refusal="a Social Security number is not accepted as an importer number: use the IRS number with suffix "
    "(e.g. 12-3456789AB) or a CBP-assigned number (CBP Form 5106)",
)
FILER_CODE = Format("filer code", r"[A-Z0-9]{3}", "three letters or digits, e.g. ABC")
CENTER_CODE = Format("Center code", r"CEE0(0[1-9]|10)", "CEE001 to CEE010")
PORT_CODE = Format("port code", r"\d{4}", "four digits, e.g. 2704")
HTS_CHAPTER = Format("HTS chapter", r"\d{2}", "two digits, e.g. 85")
HTS_HEADING = Format("HTS heading", r"\d{4}", "four digits, e.g. 8542")
HTS10 = Format("HTSUS number", r"\d{4}\.?\d{2}\.?\d{2}\.?\d{2}", "ten digits, e.g. 8507.60.0020")
TIME_OF_DAY = Format("time of day", r"([01]\d|2[0-3]):[0-5]\d", "hours and minutes, e.g. 08:00")
HTS_NUMBER = Format("HTS number", r"\d{2}(\d{2}(\.?\d{2}(\.?\d{2}(\.?\d{2})?)?)?)?", "2 to 10 digits, e.g. 85, 8542 or 8542.31.0001")
ENTRY_NUMBER = Format("entry number", r"[A-Z0-9]{3}-\d{7}-\d", "FFF-NNNNNNN-C, e.g. ABC-1234567-6")


def tariff_number(text: str, wanted: Format) -> str | None:
    """The chapter or heading, whichever is wanted, of a longer HTSUS number (8507.60.0020); None where it is no such number."""
    digits = re.fullmatch(r"(\d{2})(\d{2})\.?(\d{2})?\.?(\d{2})?\.?(\d{2})?", text.strip())
    if digits is None or wanted not in (HTS_CHAPTER, HTS_HEADING):
        return None
    return digits[1] if wanted is HTS_CHAPTER else digits[1] + digits[2]


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
