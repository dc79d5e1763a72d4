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
_FIFTH: Final = "v"
_AN_INITIAL: Final = re.compile(r"[^\W\d_]\.?")
_A_COMPANY: Final = re.compile(
    r"(?:[,\s](?:inc|incorporated|llc|l\.l\.c|l{2,3}p|l\.l\.p|ltd|limited|corp|corporation|pllc|plc|gmbh|s\.?a\.?r\.?l"
    r"|pty|s\.?a\.? de c\.?v|s\.? de r\.?l\.?(?: de c\.?v)?)"
    r"|,\s*(?:co|company|l\.?p|p\.?c|s\.a|s\.p\.a|b\.v|n\.v|a\.g|k\.k)|&\s*co)\.?\s*$",
    re.IGNORECASE,
)
"""How the names of companies end: they have no given name."""
_BEHIND_A_NAME: Final = re.compile(
    r"\s*\([^()]*\)\s*$|\s+[-\u2010-\u2015|/]+\s.*$|(?-i:\s+(?:CIV|CTR|MIL)(?:\s[A-Z0-9 /]*)?$)", re.IGNORECASE
)
"""What follows a name and is none: a remark in brackets or after a dash, and how the armed forces mark their people."""
_QUOTED: Final = re.compile(r"([\"'\u2018\u201c])([^\"'\u2018\u2019\u201c\u201d]*)[\"'\u2019\u201d]")
_FAMILY_FIRST: Final = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_PLAIN_LOCAL: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL: Final = 64
_REMEMBERED: Final = 10_000
_ADDRESS_ENDS: Final = " .,:;<>()[]{}\"'`|/\\!?*"
_BETWEEN_ADDRESSES: Final = re.compile(
    # no part of an address is a colon: before one stands what kind of address it is
    r"[\s;,|<>()\[\]\":]+|/(?=\S+@)|#(?=mailto:|https?:|\s|$)|\?(?:subject|body|b?cc)=.*$",
    re.IGNORECASE,
)
_THE_MAIN: Final = "SMTP:"
"""In capitals, it stands before the main one of several addresses, as directories export them."""
_NO_MAIL: Final = re.compile(r"\b(?:sip|sips|im|xmpp|x400|x500|eum|callto|tel):\S+", re.IGNORECASE)
_A_NUMBER: Final = (
    r"(?<![\d+])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[-./ ]{0,3}\d{3}[-. ]{0,3}\d{4}(?!\d)(?: ext \d{1,7})?"
)
"""A whole number of North America, with its extension."""
_SIDE_BY_SIDE: Final = re.compile(rf"({_A_NUMBER})(?:\s+(?={_A_NUMBER})|\s*(?=\([2-9]\d\d\)))|(?<=\d)\s+(?=\+\d)")
_LABEL: Final = (
    r"(?:[(\[][^()\[\]\d]{1,20}[)\]]|\b(?:dsn|comm?|commercial|voice|fax|tty|tdd|tel|office|desk|work|home|main|direct|cell"
    r"|mobile)\b\.?)"
)
_BEGINS_WITH_A_NUMBER: Final = re.compile(rf"\s*[+(]?\d.*{_LABEL}\s*", re.IGNORECASE | re.DOTALL)
_BEHIND_A_LABEL: Final = re.compile(rf"(\d\s*{_LABEL})[\s,]+(?=[+(]{{0,2}}\d{{3}})", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?<=[\d)])[\s,;]*[(\[]?\s*"
    r"(?:extensi[oó]n|extn?|ex|xt?|e(?=\d)|poste|int(?:erno)?|anexo|доб|#)\s*[.:#=]*\s*(\d{1,7})\b(?!-\d)[)\]]?",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    r"\b(?:rm|room|suite|ste|bldg|building|floor|fl|cubicle|cube|desk|mail ?stop|box|pier|gate|dock|terminal|unit|apt"
    r"|hall)\b\.?\s*(?:no\.?|#)?\s*[a-z]?-?\d{1,5}[a-z]?\b(?!-\d)(?!\s?[-.)]?\s?\d{3}[-. ]?\d{2}[-. ]?\d{2}(?!\d))[,;]?"
    r"|\b\d{1,3}(?:st|nd|rd|th)\s+(?:floor|fl)\b\.?[,;]?",
    re.IGNORECASE,
)
"""Where somebody sits: its number is no part of a telephone's."""
_TIME: Final = r"\d{1,2}(?::?\d{2})?\s*(?:[ap]\.?m?\b\.?)?"
_DAY: Final = r"(?:m|mo|tu?|we?|thu?|fr?|mon|tues?|wed|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)"
_HOURS: Final = re.compile(
    rf"\b{_DAY}\.?\s*(?:[-\u2010-\u2015/]|to|thru|through)\s*{_DAY}\b[.,:]*"
    rf"(?:\s*{_TIME}\s*(?:[-\u2010-\u2015]|to)\s*{_TIME}(?!\d|-\d))?[,;]?",
    re.IGNORECASE,
)
_BETWEEN_NUMBERS: Final = re.compile(
    # a blank before the label of another number
    r"(?<=\d)\s+(?!ext\b)(?=\(?[a-z]{1,8}\)?[:.)]*\s*[+(]{0,2}\d{3}[-. )])|"
    r"\s*(?:[;|\n]|\s/\s|/(?=\s*[+(]?\d{3})|\s(?:or|and|&|y|et|ou|o)\s|,(?!\s*#)|\s-{2,}\s)\s*",
    re.IGNORECASE,
)
_WORDS_IN_BRACKETS: Final = re.compile(r"\([^()\d]*\)|\[[^\[\]\d]*\]")
_NOT_DIALLED: Final = re.compile(
    r"\b(?:fax|facsimile|t[eé]l[eé]copieur|fx|tty|tdd|telex|pagers?|beepers?|dsn|autovon|drsn|vosip|svoip|sipr(?:net)?)\b",
    re.IGNORECASE,
)
"""Labels of what nobody speaks into, and of networks of their own, whose numbers are others' in the public one."""
_TOLL_FREE: Final = r"\(?8(?:00|22|33|44|55|66|77|88)\)?"
_IN_LETTERS: Final = re.compile(
    r"^[^\d+(]*(?:\+?1[-. ]*)?"
    rf"(?:{_TOLL_FREE}[-. ]*(?=(?:[-. ]?[a-z\d]){{7}})(?=[-.\d]*[a-z]{{3}})"
    r"|\(?[2-9]\d\d\)?[-.](?=(?:[-.]?[a-z\d]){7})(?=[-.\d]*[a-z]{3}))[-. a-z\d]*$",
    re.IGNORECASE,
)
"""A number some of whose digits are letters of a word, e.g. 1-800-FLOWERS."""
_FROM_A_WORD: Final = re.compile(r"(?<=\d)[^\w+]*(?!ext \d)[^\W\d_].*$", re.DOTALL)
"""What stands behind a number from its first word on."""
_NORTH_AMERICA: Final = 1
_GROUPS: Final = frozenset((2, 4, 7))
"""Between which digits of a number of North America, counted from its end, something may stand."""
_MEXICO: Final = 52
_DIALLED_BEFORE: Final = re.compile(r"(?:1|0?1|0?44|0?45)(\d{10})")
"""Until 2019 Mexico had digits before a number of ten, for mobile telephones and from afar; lists have them still."""


def turned(value: Any) -> Any:
    """Family, given -> given family; suffixes and degrees stay behind the name.

    What is not two names and a comma stays as it is.
    """
    if not isinstance(value, str) or not _COMMAS.search(value):
        return value
    text = cleaned(value).rstrip("; ")
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[2].strip()
    if ";" in text or _A_COMPANY.search(text):
        return text
    name, behind = _without_remark(text)
    parts = [part.strip() for part in _COMMAS.split(name)]
    names = [part for at, part in enumerate(parts) if part and not _is_behind(part, at)]
    after = [part for at, part in enumerate(parts) if part and _is_behind(part, at)]
    if len(names) == 3 and _AN_INITIAL.fullmatch(names[2]):
        names = [names[0], f"{names[1]} {names[2]}"]
    if len(names) > 2 or not parts[0] or _follows_a_name(parts[0]) or not names:
        return text if len(names) != 1 or after else names[0] + behind
    if len(names) == 1:
        return ", ".join((*names, *after)) + behind
    family, given = names
    first_after = next((at for at, part in enumerate(parts[1:], 1) if part and not _is_behind(part, at)), 1)
    if not all(_follows_a_name(part) for part in parts[1:first_after]):
        return text
    suffix = _OF_THE_FAMILY.search(given)
    if suffix:
        given, family = given[: suffix.start()], f"{family} {suffix[1]}"
    name = f"{family} {given}" if _FAMILY_FIRST.search(family + given) else f"{given} {family}"
    return ", ".join((name, *after)) + behind


def _without_remark(text: str) -> tuple[str, str]:
    """A turned name, and what stands behind its last part that is no name."""
    last = max(comma.end() for comma in _COMMAS.finditer(text))
    remark = _BEHIND_A_NAME.search(text, last)
    if not remark:
        return text, ""
    return text[: remark.start()], f" {remark[0].strip()}"


def _is_behind(part: str, at: int) -> bool:
    """Whether the part at that place follows a name: the fifth of that name does, behind family and given name."""
    return _follows_a_name(part) or (at > 1 and part.casefold() == _FIFTH)


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
        for part in _BETWEEN_ADDRESSES.split(_from_the_main(cleaned(text))):
            candidate = part.strip(_ADDRESS_ENDS)
            if candidate.count("@") == 1 and candidate != text:
                try:
                    return _checked(candidate)
                except SkipRecord:
                    continue
        raise error from None


def _from_the_main(text: str) -> str:
    """The cell from its main address on, without what are no addresses of mail."""
    return _NO_MAIL.sub(" ", text[max(0, text.find(_THE_MAIN)) :])


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

    None is made up: one without its area code, of a network of its own, or that no telephone of North America can
    have, is refused. Digits that are not of the number (a room, hours, a choice in a menu) are no part of it.
    """
    return _number(str(value), region)


@lru_cache(maxsize=_REMEMBERED)
def _number(text: str, region: str) -> str:
    lines = "\n".join(map(cleaned, text.splitlines()))
    lines = _EXTENSION.sub(r" ext \1", _HOURS.sub("; ", _PLACE.sub("; ", lines)))
    lines = _SIDE_BY_SIDE.sub(lambda first: f"{first[1] or ''}; ", lines)
    if _BEGINS_WITH_A_NUMBER.fullmatch(lines):
        lines = _BEHIND_A_LABEL.sub(r"\1; ", lines)
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
    if _NOT_DIALLED.search(text):
        raise SkipRecord("phone: it is the number of a fax, a text telephone, a pager or a network of its own")
    text = _WORDS_IN_BRACKETS.sub(" ", text)
    worded = _IN_LETTERS.match(text.strip()) is not None
    alone = text if worded else _FROM_A_WORD.sub("", text)
    try:
        return _parsed(alone, region, worded=worded)
    except SkipRecord as error:
        if number := _within(text, region):
            return number
        raise error from None


def _parsed(text: str, region: str, *, worded: bool) -> str:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise SkipRecord(f"phone: {error}") from None
    _as_mexico_dials(parsed)
    if phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        raise SkipRecord("phone: it has no area code; expected e.g. 202-555-0100")
    possible = phonenumbers.is_possible_number(parsed)
    american = parsed.country_code == _NORTH_AMERICA
    if possible and american:
        possible = phonenumbers.is_valid_number(parsed) and (worded or _is_grouped(text, parsed))
    if not possible:
        raise SkipRecord(
            f"phone: it is no number of {region}; expected e.g. 202-555-0100, and others with + and the country's code"
        )
    return _formatted(parsed)


def _within(text: str, region: str) -> str | None:
    """The first number that stands among other words and digits, none of which could be a part of it."""
    for found in phonenumbers.PhoneNumberMatcher(text, region, phonenumbers.Leniency.VALID):
        before, behind = text[: found.start].rstrip(" \t-./()"), text[found.end :]
        is_other = found.number.country_code == _NORTH_AMERICA and not _is_grouped(found.raw_string, found.number)
        if not (is_other or before[-1:].isdigit() or before.endswith("+") or re.match(r"[-./]?\d", behind)):
            return _formatted(found.number)
    return None


def _is_grouped(text: str, parsed: phonenumbers.PhoneNumber) -> bool:
    """Whether the digits stand together as those of such a number do: 3 202-555-010 is none."""
    digits = text[: text.rfind(parsed.extension)] if parsed.extension else text
    lengths = [len(run) for run in re.findall(r"\d+", digits)][::-1]
    ends = [sum(lengths[:at]) for at in range(1, len(lengths))]
    return all(end in _GROUPS or end >= 10 for end in ends)


def _as_mexico_dials(parsed: phonenumbers.PhoneNumber) -> None:
    """Leaves away what was dialled before a number of Mexico."""
    before = _DIALLED_BEFORE.fullmatch(str(parsed.national_number)) if parsed.country_code == _MEXICO else None
    if before:
        parsed.national_number = int(before[1])
        parsed.italian_leading_zero = parsed.number_of_leading_zeros = None


def _formatted(parsed: phonenumbers.PhoneNumber) -> str:
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{number};ext={parsed.extension}" if parsed.extension else number
