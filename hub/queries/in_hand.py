"""What people have in hand, as what it names: a form or notice, the number on it, a port, an agency or its office.

All that is read here is public and ships with the hub, so that it is known before anything is asked of the graph.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from graph_schema.formats import CASE_NUMBER, CBP_NUMBER, ENTRY_NUMBER, PORT_CODE, BadFormat, Format
from graph_schema.tables import table
from graph_schema.words import cut
from hub.errors import BadInput
from hub.world.reference import place_name

_Words = tuple[str, ...]
_OF_AN_AGENCY: Final = "agency_hold"
"""The kind of case that a form or notice of a partner agency is about."""
_LEFT_OUT: Final = frozenset({"port", "of", "the", "at", "in", "entry", "cbp"})
"""What people call a port beside its name."""
_SMALL: Final = frozenset({"of", "and", "the", "for", "a", "s", "u", "us"})
_PROTEST: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{6})")
_CASE_OF_PORT: Final = re.compile(r"20\d{2}[- ]?(\d{4})[- ]?\d{6}(?:[- ]?\d{2})?")
"""Fiscal year, port and serial number, as seizures, penalties and liquidated damages are numbered."""
_MOST_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class Form:
    """The kind of case that a form or notice is about, and the partner agency whose it is."""

    kind: str
    agency: str | None


@dataclass(frozen=True, slots=True)
class Number:
    """What a number may be: a case's own, one of CBP's for a case, an entry's; and the port and kind that it tells."""

    case: str | None
    code: str | None
    entry: str | None
    port: str | None
    kind: str | None


@dataclass(frozen=True, slots=True)
class Agency:
    """A partner agency by its code, and the office of it that was named."""

    code: str
    office: str | None


NO_NUMBER: Final = Number(None, None, None, None, None)


def form(text: str) -> Form | None:
    """The form or notice that is called so, in any spelling; None where none is known."""
    words = _words(text)
    spellings = _spellings()
    found = (
        spellings.get("".join(words))
        or next((spellings[run] for run in _runs(words) if run in spellings), None)
        or _begun(words)
    )
    if not found:
        return None
    kinds, agency = found
    kind = max(kinds, key=lambda each: (len(set(words) & _kind_words()[each]), -kinds.index(each)))
    return Form(kind, agency if kind == _OF_AN_AGENCY else None)


def number(text: str) -> Number:
    """What a number may be."""
    protest = _PROTEST.fullmatch(text.strip())
    told = protest or _CASE_OF_PORT.fullmatch(text.strip())
    return Number(
        case=_checked(CASE_NUMBER, text),
        code=_checked(CBP_NUMBER, text),
        entry=next(iter(ENTRY_NUMBER.readings(text)), None),
        port=told[1] if told else None,
        kind="protest" if protest else None,
    )


def port(text: str) -> str:
    """The ACE code of the port that is called so; the text where there is none. Raises `BadInput` for several."""
    codes = PORT_CODE.readings(text)
    if codes:
        return codes[0]
    words = tuple(word for word in _words(text) if word not in _LEFT_OUT) or _words(text)
    called = " ".join(words).removesuffix(" airport")
    if called in _port_names():
        return _port_names()[called]
    places = ((_place(words, parts), code, name) for code, name, parts in _ports())
    ranked = sorted((place, code, name) for place, code, name in places if place is not None)
    best = [(code, name) for place, code, name in ranked if place == ranked[0][0]]
    if len(best) > 1:
        several = ", ".join(f"{name} ({code})" for code, name in best[:_MOST_NAMED])
        raise BadInput(f"port: {text!r} may be {several}: say which, e.g. by its code")
    return best[0][0] if best else text


def agency(text: str) -> Agency:
    """The partner agency that is called so, or its office: by code, name or initials; the text where there is none."""
    words = _words(text)
    office = _agency_offices().get("".join(words)) or _agency_office(words)
    if office:
        return office
    named = _agencies()
    code = named.get("".join(words)) or next((named[run] for run in _runs(words) if run in named), text)
    return Agency(code, None)


def _checked(declared: Format, text: str) -> str | None:
    """The text in that format; None where it is none."""
    try:
        return declared.check(text)
    except BadFormat:
        return None


def _words(text: str) -> _Words:
    return tuple(word.folded for word in cut(text))


def _runs(words: _Words) -> Iterator[str]:
    """Words that follow each other, as one: the most of them first."""
    for length in range(len(words), 0, -1):
        yield from ("".join(words[start : start + length]) for start in range(len(words) - length + 1))


def _begun(words: _Words) -> tuple[Sequence[str], str | None] | None:
    """What spellings have all of these words, the shortest of them: redelivery is a redelivery notice."""
    wanted = set(words)
    having = ((len(each), spelled) for spelled, each in _spelled().items() if wanted and wanted <= set(each))
    shortest = min(having, default=None)
    return _spellings()[shortest[1]] if shortest else None


@cache
def _spelled() -> Mapping[str, _Words]:
    """The words of each spelling of a form, by those words as one."""
    spellings = (spelling for row in table("forms") for spelling in _names(row))
    return {"".join(words): words for words in map(_words, spellings)}


@cache
def _spellings() -> Mapping[str, tuple[Sequence[str], str | None]]:
    """The kinds of case of each form, and the agency whose it is, by its spellings; names of kinds are such, too."""
    found: dict[str, tuple[Sequence[str], str | None]] = {}
    for row in table("forms"):
        whose = _agency_in(f"{row['issued_by']}; {row['answered_by']}")
        for spelling in _names(row):
            found.setdefault("".join(_words(spelling)), (row["kinds"].split("|"), whose))
    for row in table("case_kinds"):
        for spelling in (row["code"].replace("_", " "), row["name"]):
            found.setdefault("".join(_words(spelling)), ([row["code"]], None))
    return found


def _names(row: Mapping[str, str]) -> Iterable[str]:
    return (row["code"].replace("_", " "), *row["spellings"].split("|"), row["name"])


@cache
def _kind_words() -> Mapping[str, frozenset[str]]:
    """The words of each kind of case, as its code has them."""
    return {row["code"]: frozenset(_words(row["code"].replace("_", " "))) for row in table("case_kinds")}


def _agency_in(text: str) -> str | None:
    """The partner agency that a text names."""
    return next((row["abbreviation"] for row in table("agencies") if row["name"].split(" (")[0] in text), None)


@cache
def _agencies() -> Mapping[str, str]:
    """The partner agencies by their codes, names and initials, as one word."""
    named: dict[str, str] = {}
    for row in table("agencies"):
        words = _words(row["name"])
        initials = "".join(word[0] for word in words if word not in _SMALL)
        short = "".join(_words(row["name"].split(" (")[0]))
        for spelling in (row["abbreviation"], row["code"], "".join(words), short, initials):
            if spelling:
                named.setdefault(spelling.lower(), row["abbreviation"])
    return named


@cache
def _agency_offices() -> Mapping[str, Agency]:
    """The offices of partner agencies by their codes, as one word."""
    return {"".join(_words(row["code"])): Agency(row["agency"], row["code"]) for row in table("agency_offices")}


def _agency_office(words: _Words) -> Agency | None:
    """The only office of an agency whose name has all of these words, initials of agencies among them."""
    whole = _agencies()
    wanted = [word for word in words if word not in _SMALL]
    found = [
        Agency(row["agency"], row["code"])
        for row in table("agency_offices")
        if all(word in _words(row["name"]) or whole.get(word) == row["agency"] for word in wanted)
    ]
    return found[0] if len(found) == 1 and len(wanted) > 1 else None


@cache
def _port_names() -> Mapping[str, str]:
    """Names that ports go by beside their own."""
    return {
        " ".join(word for word in _words(row["name"]) if word != "port"): row["code"] for row in table("port_names")
    }


@cache
def _ports() -> Sequence[tuple[str, str, tuple[_Words, ...]]]:
    """The ports that ACE knows today: code, name and the words of each part of the name, the place first."""
    aliases = {row["census_code"] for row in table("port_aliases")}
    return [
        (row["code"], place_name(row["name"]), tuple(_words(part) for part in row["name"].split(",")))
        for row in table("ports")
        if row["code"] not in aliases and row["status"] != "historical" and row["kind"] != "administrative"
    ]


def _place(words: _Words, parts: tuple[_Words, ...]) -> int | None:
    """How well a port is called by these words; None where it is not."""
    whole = {word for part in parts for word in part}
    if not set(words) <= whole:
        return None
    of_state = {word for part in parts[1:] for word in part}
    first = tuple(word for word in parts[0] if word not in _LEFT_OUT)
    return 0 if tuple(word for word in words if word not in of_state or word in first) == first else 1 + len(whole)
