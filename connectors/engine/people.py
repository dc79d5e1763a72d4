"""How people are named and reached, as lists write it: names turned round, extensions, mail cells with more than
mail.
"""

import re
from functools import lru_cache
from typing import Any, Final

import email_validator
import phonenumbers

from connectors.engine.cells import cleaned
from connectors.errors import SkipRecord

_COMMAS: Final = re.compile("[,\uff0c\u060c\u3001]")
_AFTER_A_NAME: Final = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "2nd",
        "3rd",
        "4th",
        "esq",
        "esquire",
        "phd",
        "dphil",
        "edd",
        "md",
        "dds",
        "dvm",
        "rn",
        "jd",
        "llm",
        "mba",
        "msc",
        "bsc",
        "mpa",
        "mph",
        "cpa",
        "cfe",
        "cissp",
        "pmp",
        "lcb",
        "ccs",
        "chb",
        "usn",
        "usaf",
        "usmc",
        "uscg",
        "ret",
        "retired",
        "acting",
    ]
)
"""Suffixes, degrees and ranks that follow a name: after a comma they are no given name."""
_WITH_POINTS: Final = frozenset(("m.a.", "b.a.", "m.s.", "b.s.", "d.o.", "p.e.", "v."))
"""Such that are none without their points, as Ma and Do are families."""
_OF_THE_FAMILY: Final = re.compile(r"\s+((?:jr|sr)\.?|ii|iii|iv|2nd|3rd|4th)$", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"\s*(\([^()]*\))\s*$")
_FAMILY_FIRST: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_PLAIN_LOCAL: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL: Final = 64
_REMEMBERED: Final = 10_000
_ADDRESS_ENDS: Final = " .,:;<>()[]{}\"'`|/\\!?*"
_BETWEEN_ADDRESSES: Final = re.compile(
    r"[\s;,|<>()\[\]\"]+|/(?=\S+@)|^mailto:|(?<=[\s;,<(])mailto:|\?subject=.*$", re.IGNORECASE
)
_BETWEEN_NUMBERS: Final = re.compile(
    # a blank before the label of another number
    r"(?<=\d)\s+(?=\(?[a-z]{1,8}\)?[:.)]*\s*[+(]{0,2}\d{3}[-. )])|"
    r"\s*(?:[;|\n]|\s/\s|/(?=\s*[+(]?\d{3})|\s(?:or|and|&)\s|,(?!\s*(?:ext|x|#|option|opt|press))|\s-{2,}\s)\s*",
    re.IGNORECASE,
)
_WORDS_IN_BRACKETS: Final = re.compile(r"\([^()\d]*\)|\[[^\[\]\d]*\]")
_FAX: Final = re.compile(r"\b(?:fax|facsimile|fx|tty|tdd)\b", re.IGNORECASE)
_NORTH_AMERICA: Final = 1


def turned(value: Any) -> Any:
    """Family, given -> given family; suffixes and degrees stay behind the name.

    What is not two names and a comma stays as it is.
    """
    if not isinstance(value, str) or not _COMMAS.search(value):
        return value
    text = cleaned(value)
    bracket = _IN_BRACKETS.search(text)
    behind = f" {bracket[1]}" if bracket else ""
    parts = [part.strip() for part in _COMMAS.split(text[: bracket.start()] if bracket else text)]
    names = [part for part in parts if part and not _follows_a_name(part)]
    after = [part for part in parts if part and _follows_a_name(part)]
    if ";" in text or len(names) > 2 or not parts[0] or _follows_a_name(parts[0]) or not names:
        return text if len(names) != 1 or after else names[0] + behind
    if len(names) == 1:
        return ", ".join((*names, *after)) + behind
    family, given = names
    if parts.index(given) > 1 and not all(_follows_a_name(part) for part in parts[1 : parts.index(given)]):
        return text
    suffix = _OF_THE_FAMILY.search(given)
    if suffix:
        given, family = given[: suffix.start()], f"{family} {suffix[1]}"
    name = f"{family} {given}" if _FAMILY_FIRST.search(family + given) else f"{given} {family}"
    return ", ".join((name, *after)) + behind


def _follows_a_name(part: str) -> bool:
    words = part.casefold().split()
    return bool(words) and all(word in _WITH_POINTS or word.replace(".", "") in _AFTER_A_NAME for word in words)


def mail(value: Any, _: str = "") -> str:
    """The address in a mail cell: of several the first, without the name, brackets and `mailto:` around it.

    Raises `SkipRecord`.
    """
    text = str(value).strip()
    local, _, domain = text.partition("@")
    # thousands of people have one domain, and their own part is mostly plain
    if len(local) <= _LONGEST_LOCAL and _PLAIN_LOCAL.fullmatch(local) and (known := _domain(domain)):
        return f"{local}@{known}"
    try:
        return _checked(text)
    except SkipRecord as error:
        for part in _BETWEEN_ADDRESSES.split(cleaned(text)):
            candidate = part.strip(_ADDRESS_ENDS)
            if candidate.count("@") == 1 and candidate != text:
                try:
                    return _checked(candidate)
                except SkipRecord:
                    continue
        raise error from None


@lru_cache(maxsize=_REMEMBERED)
def _domain(domain: str) -> str | None:
    """The domain as addresses have it, or None where it is none, or too long for any local part."""
    try:
        return _checked(f"{'a' * _LONGEST_LOCAL}@{domain}").partition("@")[2]
    except SkipRecord:
        return None


def _checked(text: str) -> str:
    try:
        return email_validator.validate_email(text, check_deliverability=False, test_environment=True).normalized
    except email_validator.EmailNotValidError as error:
        raise SkipRecord(f"email: {error}") from None


def phone(value: Any, region: str) -> str:
    """The number in a cell, of several the first: E.164 with its extension, e.g. +12025550100;ext=5 (RFC 3966).

    Raises `SkipRecord`.

    None is made up: one without its area code, or that no telephone of North America can have, is refused.
    """
    return _number(str(value), region)


@lru_cache(maxsize=_REMEMBERED)
def _number(text: str, region: str) -> str:
    lines = "\n".join(map(cleaned, text.splitlines()))
    parts = [part for part in _BETWEEN_NUMBERS.split(lines) if sum(map(str.isalnum, part)) > 0]
    several = sum(sum(map(str.isdigit, part)) >= 7 for part in parts) > 1
    faults = list[SkipRecord]()
    for part in parts if several else (lines, *parts):
        try:
            return _one_number(part, region)
        except SkipRecord as error:
            faults.append(error)
    raise faults[0]


def _one_number(text: str, region: str) -> str:
    if _FAX.search(text):
        raise SkipRecord("phone: it is the number of a fax or text telephone")
    try:
        parsed = phonenumbers.parse(_WORDS_IN_BRACKETS.sub(" ", text), region)
    except phonenumbers.NumberParseException as error:
        raise SkipRecord(f"phone: {error}") from None
    if phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise SkipRecord("phone: it has no area code; expected e.g. 202-555-0100")
    possible = phonenumbers.is_possible_number(parsed)
    if not possible or (parsed.country_code == _NORTH_AMERICA and not phonenumbers.is_valid_number(parsed)):
        raise SkipRecord(
            f"phone: it is no number of {region}; expected e.g. 202-555-0100, and others with + and the country's code"
        )
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{number};ext={parsed.extension}" if parsed.extension else number
