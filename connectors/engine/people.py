"""How people are reached, as lists write it: extensions, mail cells with more than mail."""

import html
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import email_validator
import phonenumbers

from connectors.engine.cells import cleaned
from connectors.errors import SkipRecord

_PLAIN_LOCAL: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL: Final = 64
_REMEMBERED: Final = 10_000
_ADDRESS_ENDS: Final = " .,:;<>()[]{}\"'`|/\\!?*+&="
_NO_LETTERS: Final = " .,:;<>()[]\"\\*'#"
"""With none of these an address begins; some may by the letter, but lists put them in front of one."""
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u2032\uff07", "'") | {"\uff20": "@"})
_SPAM_SAFE: Final = re.compile(
    r"(?<=[\w+-])(?:\s*[\[{]\s*at\s*[\]}]\s*|\s+[(<]\s*at\s*[)>]\s+)(?=[\w-])", re.IGNORECASE
)
"""What stands for the sign in addresses that no program is to read; a blank is about one in round brackets."""
_SPAM_SAFE_POINT: Final = re.compile(r"\s*[\[{(<]\s*(?:dot|punkt|punto|point|\.)\s*[\]})>]\s*|\s+dot\s+", re.IGNORECASE)
_AROUND_THE_SIGN: Final = re.compile(r"(?<=[\w+-])\s*@\s*(?=[\w-])")
_BETWEEN_ADDRESSES: Final = re.compile(
    # no part of an address is a colon: before one stands what kind of address it is
    r"[\s;,|<>()\[\]\":\uff1b\uff0c\u3001\uff5c\u2022\u00b7\u201c-\u201e\u00ab\u00bb]+"
    r"|/(?=\S+@)|#(?=mailto:|https?:|\s|$)|\?(?:subject|body|b?cc)=.*$",
    re.IGNORECASE,
)
_THE_MAIN: Final = "SMTP:"
"""In capitals, it stands before the main one of several addresses, as directories export them."""
_NO_MAIL: Final = re.compile(r"\b(?:sip|sips|im|xmpp|x400|x500|eum|callto|tel):\S+", re.IGNORECASE)
_A_NUMBER: Final = (
    r"(?<![\d+])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[-./ ]{0,3}\d{3}[-. ]{0,3}\d{4}(?!\d)(?: ext \d{1,7})?"
)
"""A whole number of North America, with its extension."""
_WITH_MORE: Final = re.compile(rf"{_A_NUMBER}(?=\s+\(?\d{{1,2}}(?:\s|:|/|am\b|pm\b|-)|\s*$)", re.IGNORECASE)
_SIDE_BY_SIDE: Final = re.compile(rf"({_A_NUMBER})(?:\s+(?={_A_NUMBER})|\s*(?=\([2-9]\d\d\)))|(?<=\d)\s+(?=\+\d)")
_LABEL: Final = (
    r"(?:[(\[][^()\[\]\d]{1,20}[)\]]|\b(?:dsn|comm?|commercial|voice|fax|tty|tdd|tel|office|desk|work|home|main|direct"
    r"|cell|mobile|[cdfhmoptvw])\b\.?)"
)
_BEGINS_WITH_A_NUMBER: Final = re.compile(rf"\s*[+(]?\d.*{_LABEL}\s*", re.IGNORECASE | re.DOTALL)
_BEHIND_A_LABEL: Final = re.compile(rf"(\d\s*{_LABEL})[\s,]+(?=[+(]{{0,2}}\d{{3}})", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?<=[\d)])(?:[\s,;]|\s[-\u2013\u2014]+(?=\s)|\s?/\s?(?=x))*[(\[]?\s*(?:(?:at|and|w/|with)\s+)?"
    r"(?:extensi[oó]n|e?xtn?|ex|xt?|e(?=\d)|poste|int(?:erno)?|anexo|dial|доб|#|(?<=,,))"
    r"\s*(?:no\b|nr\b|number)?[-.:#=]*\s*(\d{1,7})\b"
    r"(?!-\d{3})[)\]]?(?:\s*(?:[-/&,]|or|and)\s*(?:x|ext\.?)?\s*(?:\d{1,2}\b(?!-\d)|\d{3,5}\b(?![-. )/]*\d)))*",
    re.IGNORECASE,
)
"""An extension, of several the first."""
_PAUSED: Final = re.compile(r"(?<=\d),(?=\d{1,7}#)")
"""A comma waits before what is dialled behind a number: an extension, where a hash ends it."""
_EXTENSION_FIRST: Final = re.compile(
    r"\W*(?:extensi[oó]n|extn?|ex|x)\s*[.:#]*\s*(\d{1,7})(?:\s*[,;:/|]\s*|\s+)(?:(?:at|of|on)\s+)?(?=[+(]{0,2}\d)",
    re.IGNORECASE,
)
_NOTE: Final = re.compile(r"\s*\[\d{1,2}\](?=\W*$)|(?:^|(?<=\n))\s*00(?=1[-. ]?\(?[2-9]\d\d)")
"""What refers a number to a note; and zeros dialled before the country of North America."""
_TIMES: Final = re.compile("[\u00d7\uff58\uff38\u2715\u2716]")
_JOINED: Final = re.compile(r"(?<=[\d)])[_~](?=\d)")
_POINTS: Final = "\u2022\u00b7\u2219\u22c5\u2027\u25cf\u25aa\u30fb"
_POINTED: Final = re.compile(
    rf"(?<=\d\d\d)\s*[{_POINTS}]\s*(\d{{3}})\s*[{_POINTS}]\s*(?=\d{{4}})|(?<=[\d)])[{_POINTS}](?=\d)"
)
"""Points in the middle between the digits of a number."""
_POINT: Final = re.compile(f"[{_POINTS}]")
_COUNTED: Final = re.compile(
    r"(?:^|(?<=\n))\s*\(?[1-9][.)]{1,2}\s+(?=[+(]{0,2}\d)|(?<=[\d)])[\s,;]+[2-9][.)]{1,2}\s+(?=[+(]{0,2}\d{3})"
)
"""What counts the numbers of a cell: 1) and 2)."""
_LAST_DIGITS: Final = re.compile(r"(?<=\d{4})\s*/\s*\d{1,3}\b(?![-. ]?\d)")
"""The last digits of another number, as in 202-555-0100/01."""
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
    r"(?<=\d)\s*/\s*(?=[a-z]{1,8}[:.]+\s*[+(]{0,2}\d{3})|"
    r"\s*(?:[;|\n]|\s/\s|/(?=\s*[+(]?\d{3})|\s(?:or|and|&|y|et|ou|o)\s|,(?!\s*#)|\s-{2,}\s)\s*",
    re.IGNORECASE,
)
_WORDS_IN_BRACKETS: Final = re.compile(r"\([^()\d]*\)|\[[^\[\]\d]*\]")
_NOT_DIALLED: Final = re.compile(
    r"\b(?:fax|facsimile|t[eé]l[eé]copieur|telefax|fx|tty|tdd|telex|pagers?|beepers?|dsn|autovon|drsn|vosip|svoip"
    r"|sipr(?:net)?)\b"
    # F, as a label before or behind a number
    r"|(?:^|[\s,;|(\[])f\s*[:)\]]+\s*(?=[+(]{0,2}\d)|(?:^|[,;|])\s*f(?:\.\s*|\s+)(?=[+(]{0,2}\d{3}[-. )])"
    r"|\d\s*[(\[]\s*f\.?\s*[)\]]|\d\s+f\.?\s*$",
    re.IGNORECASE,
)
"""Labels of what nobody speaks into, and of networks of their own, whose numbers are others' in the public one."""
_TOLL_FREE: Final = r"\(?8(?:00|22|33|44|55|66|77|88)\)?"
_IN_LETTERS: Final = re.compile(
    r"^[^\d+(]*(?:\+?1[-. ]*)?"
    rf"(?:{_TOLL_FREE}[-. ]*(?=(?:[-. ]?[a-z\d]){{7}})(?=(?:[-. ]?[a-z\d]){{0,4}}[-. ]?[a-z]{{3}})"
    r"|\(?[2-9]\d\d\)?[-.](?=(?:[-.]?[a-z\d]){7})(?=[-.\d]*[a-z]{3}))[-. a-z\d]*$",
    re.IGNORECASE,
)
"""A number some of whose digits are letters of words, e.g. 1-800-FLOWERS."""
_FROM_A_WORD: Final = re.compile(r"(?<=\d)[^\w+]*(?!ext \d)[^\W\d_].*$", re.DOTALL)
"""What stands behind a number from its first word on."""
_NORTH_AMERICA: Final = 1
_WITHOUT_AREA: Final = 7
"""So many digits has a number of North America without its area code."""
_GROUPS: Final = frozenset((2, 4, 7))
"""Between which digits of a number of North America, counted from its end, something may stand."""
_MEXICO: Final = 52
_DIALLED_BEFORE: Final = re.compile(r"(?:1|0?1|0?44|0?45)(\d{10})")
"""Until 2019 Mexico had digits before a number of ten, for mobile telephones and from afar; lists have them still."""


def mail(value: Any, _: str = "") -> str:
    """The address in a mail cell: of several the first, without the name, brackets, marks and `mailto:` around it.

    Raises `SkipRecord`.
    """
    text = str(value).strip()
    local, _, domain = text.partition("@")
    # thousands of people have one domain, and their own part is mostly plain
    if len(local) <= _LONGEST_LOCAL and _PLAIN_LOCAL.fullmatch(local) and (known := _domain(domain)):
        return f"{local}@{known}"
    for candidate in _addresses(text):
        with suppress(SkipRecord):
            return _checked(candidate)
    return _checked(text)


def _addresses(text: str) -> Iterator[str]:
    """What of a cell may be an address, the likeliest first."""
    plain = cleaned(html.unescape(text) if "&" in text else text).translate(_APOSTROPHES)
    yield _without_marks(plain[1:-1] if plain[:1] == "{" and plain[-1:] == "}" else plain, _NO_LETTERS)
    yield text
    main = _from_the_main(plain)
    yield from _parts(main)
    if "@" in main:
        yield from _parts(_AROUND_THE_SIGN.sub("@", main))
    elif _SPAM_SAFE.search(main):
        yield from _parts(_SPAM_SAFE_POINT.sub(".", _SPAM_SAFE.sub("@", main)))


def _parts(text: str) -> Iterator[str]:
    """What of the parts of a cell may be an address."""
    parts = (_without_marks(part, _ADDRESS_ENDS) for part in _BETWEEN_ADDRESSES.split(text))
    return (part for part in parts if part.count("@") == 1)


def _without_marks(text: str, ends: str) -> str:
    """The text without quotes, stars, crosses and the like around it, which are no part of an address."""
    start, end = 0, len(text)
    while start < end and _is_mark(text[start], ends, "LN"):
        start += 1
    while end > start and _is_mark(text[end - 1], _ADDRESS_ENDS, "LNM"):
        end -= 1
    return text[start:end]


def _is_mark(letter: str, ends: str, letters: str) -> bool:
    return letter in ends if letter.isascii() else unicodedata.category(letter)[0] not in letters


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
    plain = _JOINED.sub("-", _TIMES.sub("x", _NOTE.sub("", "\n".join(map(cleaned, text.splitlines())))))
    lines = _without_points(_COUNTED.sub("; ", plain)).removeprefix("; ")
    extension = _EXTENSION_FIRST.match(lines)
    lines = lines[extension.end() :] if extension else lines
    lines = _EXTENSION.sub(r" ext \1", _PAUSED.sub(" x", _HOURS.sub("; ", _PLACE.sub("; ", lines))))
    lines = _SIDE_BY_SIDE.sub(lambda first: f"{first[1] or ''}; ", lines)
    if _BEGINS_WITH_A_NUMBER.fullmatch(lines):
        lines = _BEHIND_A_LABEL.sub(r"\1; ", lines)
    parts = [part for part in _BETWEEN_NUMBERS.split(lines) if sum(map(str.isalnum, part)) > 0]
    several = sum(sum(map(str.isdigit, part)) >= 7 for part in parts) > 1
    faults = list[SkipRecord]()
    for part in parts if several else (lines, *parts):
        try:
            number = _one_number(part, region)
            return f"{number};ext={extension[1]}" if extension and ";ext=" not in number else number
        except SkipRecord as error:
            faults.append(error)
    raise faults[0]


def _without_points(text: str) -> str:
    """The text with dashes for points in the middle of a number, and without the last digits of a second one."""
    dashed = _POINTED.sub(lambda point: f"-{point[1]}-" if point[1] else "-", text)
    return _LAST_DIGITS.sub("", _POINT.sub(" ; ", dashed))


def _one_number(text: str, region: str) -> str:
    if _NOT_DIALLED.search(text):
        raise SkipRecord("phone: it is the number of a fax, a text telephone, a pager or a network of its own")
    text = _WORDS_IN_BRACKETS.sub(" ", text)
    worded = _IN_LETTERS.match(text.strip()) is not None
    alone = text if worded else _FROM_A_WORD.sub("", text)
    try:
        return _parsed(alone, region, worded=worded)
    except SkipRecord as error:
        if number := _within(text, region) or _whole(text, region):
            return number
        raise error from None


def _whole(text: str, region: str) -> str | None:
    """The first whole number of North America in a text, behind which hours and the like may stand."""
    found = _WITH_MORE.search(text)
    if not found or text[: found.start()].rstrip(" -./(")[-1:].isdigit():
        return None
    with suppress(SkipRecord):
        return _parsed(found[0], region, worded=False)
    return None


def _parsed(text: str, region: str, *, worded: bool) -> str:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise SkipRecord(f"phone: {error}") from None
    _as_mexico_dials(parsed)
    if parsed.extension and " ext " not in text:
        raise SkipRecord("phone: the digits behind it are no extension; expected e.g. 202-555-0100 x5")
    american = _is_american(parsed)
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY or (american and not _has_area(parsed)):
        raise SkipRecord("phone: it has no area code; expected e.g. 202-555-0100")
    possible = phonenumbers.is_possible_number(parsed)
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
        is_other = _is_american(found.number) and not (
            _has_area(found.number) and _is_grouped(found.raw_string, found.number)
        )
        if not (is_other or before[-1:].isdigit() or before.endswith("+") or re.match(r"[-./]?\d", behind)):
            if " ext " not in found.raw_string:
                found.number.extension = None
            return _formatted(found.number)
    return None


def _is_american(parsed: phonenumbers.PhoneNumber) -> bool:
    return parsed.country_code == _NORTH_AMERICA


def _has_area(parsed: phonenumbers.PhoneNumber) -> bool:
    """Whether a number of North America has its area code; Canada has such that may be dialled without."""
    return len(str(parsed.national_number)) != _WITHOUT_AREA


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
