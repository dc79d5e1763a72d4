"""The trade's identifiers: what a number must look like, and which numbers are refused.

Source: the `identifiers.csv` of `graph_schema/reference` (19 CFR 24.5, CATAIR, Schedule D).
"""

import re
from dataclasses import dataclass


class BadFormat(ValueError):
    """A value that does not have its format; the message says what is expected and never repeats a refused value."""


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of identifier is written.

    `pattern` matches the whole normalised value, `refused` values that must never be stored or echoed.
    """

    name: str
    pattern: str
    expected: str
    refused: str | None = None
    refusal: str = ""

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
        return self.refused is not None and re.fullmatch(self.refused, value.strip().upper()) is not None


IMPORTER_NUMBER = Format(
    name="importer number",
    pattern=r"\d{2}-\d{7}[0-9A-Z]{2}|\d{6}-\d{5}",
    expected="NN-NNNNNNNXX (IRS number with its two-character suffix, e.g. 12-3456789AB) or YYDDPP-NNNNN (assigned by CBP)",
    refused=r"\d{3}[- ]?\d{2}[- ]?\d{4}",
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
