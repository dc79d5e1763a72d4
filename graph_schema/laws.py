"""Citations of law: 19 USC 1514, 19 CFR 174.12, 19 CFR part 174, section 1592."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TARIFF_ACT: Final = ("19", "USC")
"""Of which a section of four digits is, if nobody says of which title."""
_CODE: Final = re.compile(
    r"\b(?P<title>\d{1,2})\s*(?P<code>U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?)\s*(?:§+|\bs(?:ec(?:tion|s|t)?s?)?\b\.?)?\s*",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"(?:(?P<part>parts?)\s+)?(?P<number>\d+[a-z]{0,2}(?:\.\d+[a-z]?)?)(?P<inside>(?:\(\w{1,4}\))*)"
    r"(?:\s*(?:-|\u2013)\s*(?P<last>\d+[a-z]{0,2}(?:\.\d+[a-z]?)?)(?:\(\w{1,4}\))*)?",
    re.IGNORECASE,
)
_NEXT: Final = re.compile(r"\s*(?:,|and)\s*(?=\d|part)", re.IGNORECASE)
_SECTION: Final = re.compile(r"(?:\bsec(?:tion)?\b\.?|§+)\s*(?P<number>1\d{3}[a-z]?)\b", re.IGNORECASE)
_MOST_BETWEEN: Final = 100


@dataclass(frozen=True, slots=True)
class Law:
    """A section of the United States Code, or a section or part of the Code of Federal Regulations."""

    title: str
    code: str
    number: str

    @property
    def part(self) -> "Law":
        """The part that a section of the regulations is in; of the code itself."""
        return Law(self.title, self.code, self.number.partition(".")[0])


def laws(text: str) -> Iterator[tuple[Law, bool]]:
    """The laws that a row says it rests on, in their order, each with whether it is cited as a whole."""
    for law, _, whole in _found(text):
        yield law, whole


def cites(text: str) -> Iterator[tuple[Law, tuple[int, int]]]:
    """The laws that a text names, and where."""
    taken: list[tuple[int, int]] = []
    for law, span, _ in _found(text):
        taken.append(span)
        yield law, span
    for matched in _SECTION.finditer(text):
        if not any(start <= matched.start() < end for start, end in taken):
            yield Law(*_TARIFF_ACT, matched["number"].lower()), matched.span()


def _found(text: str) -> Iterator[tuple[Law, tuple[int, int], bool]]:
    for begun in _CODE.finditer(text):
        title, code = begun["title"], re.sub(r"[^A-Z]", "", begun["code"].upper())
        start, at = begun.start(), begun.end()
        while matched := _NUMBER.match(text, at):
            for number in _numbers(matched["number"].lower(), matched["last"]):
                yield Law(title, code, number), (start, matched.end()), not matched["inside"]
            following = _NEXT.match(text, matched.end())
            if not following or _CODE.match(text, following.end()):
                break
            start = at = following.end()


def _numbers(first: str, last: str | None) -> Iterator[str]:
    """All from the first to the last, where these are whole numbers or sections of one part; else the two."""
    yield first
    if not last:
        return
    part, _, from_ = first.rpartition(".")
    other, _, to = last.lower().rpartition(".")
    if part == other and from_.isdigit() and to.isdigit() and 0 < int(to) - int(from_) <= _MOST_BETWEEN:
        yield from (f"{part}.{number}" if part else str(number) for number in range(int(from_) + 1, int(to) + 1))
    else:
        yield last.lower()
