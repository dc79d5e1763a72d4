"""Codes of ports and goods as people list them in a cell: with words before or behind, several of them, from one to
another.
"""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from connectors.engine.cells import cleaned
from graph_schema.formats import plain_digits

_WORD_OF: Final = {
    "Port": "ports?(?: of(?: entry)?)?|poe|ace|district|u\\.?s\\.?",
    "HtsChapter": "chapters?|chaps?|chs?|hts(?:us)?|hs",
    "HtsHeading": "(?:sub)?headings?|hdgs?|hts(?:us)?|hs",
}
_BEFORE: Final = {
    label: rf"[(\[#]*(?:(?:{word})(?![^\W\d_])[ .:#-]*(?:(?:codes?|nos?|numbers?|id)[ .:#-]*)?)*"
    for label, word in _WORD_OF.items()
}
_ALONE: Final = {
    label: re.compile(
        rf"{before}(\d(?:\.?\d)*)(?:\.?xx)*\.?[)\]]?(?:\s*[-:,;(\[/|]\s*\D+|\s+[^\W\d]\D*)?", re.IGNORECASE
    )
    for label, before in _BEFORE.items()
}
"""One code, with its name behind it, or a word before it that says what it is; xx may stand for its last digits."""
_NAMED: Final = {
    # of four digits alone, as fewer may be of anything
    "Port": re.compile(r"[^\W\d]\D*[\W_](\d{4})[)\]]?"),
    **{
        label: re.compile(
            rf"[^\W\d]\D*?(?:[(\[:]|[\s,]-|[\s,(\[-](?:{_WORD_OF[label]})\b[.:]*)\s*(\d{{2,4}})[)\]]?", re.IGNORECASE
        )
        for label in ("HtsChapter", "HtsHeading")
    },
}
"""A code behind its name, e.g. Los Angeles 2704, or Machinery (Chapter 84)."""
_OTHER_NUMBER: Final = re.compile(
    r"\b(?:room|rm|suite|ste|box|bldg|building|since|in|year|ext|fax|tel|phone|zip)[ .:#]*\d", re.IGNORECASE
)
"""What else a number behind words may be."""
_CENTER: Final = re.compile(r"(?<![^\W_])CEE[\W_]{0,2}\d{1,3}(?!\d)", re.IGNORECASE)
_ISSUER: Final = re.compile(r"(ACE|CENSUS)(?:[\W_]|port|code|no)*(\d+)", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:[;,&+|]|\band\b|\bor\b)+\s*", re.IGNORECASE)
_POINTS: Final = re.compile("[\u3001\u00b7\u2022]")
_AROUND: Final = "[]{}\"' "
_STROKE: Final = re.compile(r"\s*/\s*")
_TO: Final = re.compile(r"\s*(?:-+|\.{2,}|~|\u2192|\b(?:up )?to\b|\bthrough\b|\bthru\b|\buntil\b)\s*", re.IGNORECASE)
_NOTES: Final = re.compile(r"(?<=\d)\s*[*\u2020\u2021\u00a7\u00b6^\u00b2\u00b3\u00b9\u2070-\u2079]+")
"""What refers a code to a note."""
_WHOLE: Final = {"Port": (r"\d{3,4}",), "HtsChapter": (r"\d{1,2}", r"\d{4}"), "HtsHeading": (r"\d{3,4}",)}
"""A code as a part of a list, where its parts may as well be those of one number: 85 42 is a heading."""


def codes_in(label: str, text: str, there: Collection[str]) -> Sequence[str]:
    """The codes of that label in a cell: of `84, 85` both, of `84-86` all that are `there` from the first to the last.

    A text of one code gives it without the words around it; one that is no list of codes gives itself.
    """
    if label == "Center":
        return _centers(text, there)
    if label not in _WORD_OF or (text.isascii() and text.isdigit()):
        return (text,)
    lines = [plain_digits(_NOTES.sub("", cleaned(line))) for line in _POINTS.sub(";", text).splitlines()]
    plain = " ".join(lines)
    if label == "Port" and (matched := _ISSUER.fullmatch(plain)):
        return (f"{matched[1].upper()}:{matched[2]}",)
    parts = [part for line in lines for part in _BETWEEN.split(line.strip(_AROUND)) if part]
    found = [_alone(label, code) for part in parts for code in _in_part(label, part, there)]
    if len(found) > 1 and None not in found:
        return list(dict.fromkeys(filter(None, found)))
    return (_alone(label, plain) or text,)


def _in_part(label: str, part: str, there: Collection[str]) -> Sequence[str]:
    """The codes in what stands between commas: one, several parted by a stroke or blank, or from one to another."""
    part = part.strip(_AROUND)
    bare = re.sub(rf"^{_BEFORE[label]}", "", part, flags=re.IGNORECASE)
    ends = [re.sub(rf"^{_BEFORE[label]}", "", end, flags=re.IGNORECASE) for end in _TO.split(bare)]
    if label != "Port" and len(ends) == 2 and _are_whole(label, ends) and int(ends[0]) < int(ends[1]):
        first, last = (int(end[:2] if label == "HtsChapter" else end) for end in ends)
        return (ends[0], *sorted(code for code in there if first < int(code) < last), ends[1])
    if len(several := _STROKE.split(bare)) > 1 and _are_whole(label, several):
        return several
    # a blank may stand within a number, too
    if len(several := bare.split()) > 1 and _are_whole(label, several) and {*map(_padded(label), several)} <= {*there}:
        return several
    return (part,)


def _are_whole(label: str, parts: Sequence[str]) -> bool:
    return any(all(re.fullmatch(whole, part) for part in parts) for whole in _WHOLE[label])


def _padded(label: str) -> Callable[[str], str]:
    """How a code is written among those that there are."""
    return lambda code: (
        f"ACE:{code:0>4}" if label == "Port" else f"{code:0>2}" if label == "HtsChapter" else f"{code:0>4}"
    )


def _alone(label: str, text: str) -> str | None:
    """A code without what says what it is, or its name: `Port 2704`, `2704 - Los Angeles`, `Chapter 85`."""
    matched = _ALONE[label].fullmatch(text) or (None if _OTHER_NUMBER.search(text) else _NAMED[label].fullmatch(text))
    return matched[1] if matched else None


def _centers(text: str, there: Collection[str]) -> Sequence[str]:
    """The codes of Centers in a cell, with their names or without: `CEE007 - Electronics`, `CEE001 to CEE003`."""
    if text.isascii() and text.isalnum():
        return (text,)
    plain = plain_digits(_NOTES.sub("", cleaned(text)))
    found, between = _CENTER.findall(plain), [part.strip() for part in _CENTER.split(plain)]
    if not found or any(map(str.isdigit, "".join(between))):
        return (text,)
    if len(found) == 2 and not between[0] and not between[2] and _TO.fullmatch(between[1]):
        first, last = (int("".join(filter(str.isdigit, code))) for code in found)
        return sorted(code for code in there if first <= int(code[3:]) <= last) or found
    return found
