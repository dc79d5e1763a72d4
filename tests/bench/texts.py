"""Questions and verbs that the proofs under load send."""

import random
from itertools import compress
from typing import Any, Final

NOTE: Final = """mutation Note($case: String!, $text: String!, $requestId: String) {
  noteCase(case: $case, text: $text, requestId: $requestId) { number } }"""
ASK: Final = (
    "mutation Ask($title: String!, $text: String!) { askQuestion(title: $title, text: $text) { state receipt } }"
)

_PROPERTIES: Final = (
    "role",
    "emailAudience",
    "phoneAudience",
    "timeZone",
    "opensAt",
    "closesAt",
    "awayFrom",
    "awayUntil",
    "vacantSince",
    "source",
    "published",
)
_WHERE: Final = (
    "published: {eq: true}",
    'name: {contains: "Sample"}',
    "opensAt: {isNull: false}",
    'role: {startsWith: "l"}',
)
_ORDER: Final = ("name: ASC", "name: DESC", "role: ASC", "role: DESC", "id: ASC", "id: DESC")
_WITH: Final = ("organisation { name }", "organisation { nodeId }", "sitsAt { name }")
SHAPES: Final = (1 << len(_PROPERTIES)) * len(_WHERE) * len(_ORDER) * len(_WITH)
_STEP: Final = 104_729
"""A prime that divides none of the sizes above: each number below `SHAPES` is another shape, and neighbours look
unlike.
"""

SYLLABLES: Final = ("ka", "lo", "mi", "ra", "te", "su", "no", "vi", "pe", "dan", "gor", "lin", "ster", "ma", "ru", "bo")
_REAL: Final = (
    "sample", "importer", "broker", "electronics", "apparel", "machinery", "drawback", "protest", "claim", "duty",
    "rate", "goods", "value",
    "steel", "toys", "food", "port", "angeles", "forced", "labor", "issue", "ruling", "review", "mei", "omar",
    "circuits",
)  # fmt: skip
"""Words that the sample world and the public facts have."""
_FIELDS: Final = {
    "Center": ("name", "code", "city", "managedFrom { name }"),
    "HtsHeading": ("code", "title", "suggests { nodes { name } }"),
    "HtsChapter": ("code", "title"),
    "Agency": ("code", "name", "department"),
    "Port": ("code", "name", "state", "fieldOffice { name }"),
    "Program": ("code", "name", "legalBasis"),
    "Contact": ("name", "role", "email", "organisation { name }"),
    "Importer": ("number", "name", "center { name }"),
    "Broker": ("filerCode", "name"),
    "Case": ("number", "title", "status", "importer { name }", "handledBy { name }"),
    "Issue": ("title", "topic"),
    "Question": ("title", "answer"),
}
_MOST_WORDS: Final = 6
HONEST_NUMBERS: Final = range(20_000)
"""The numbers of shapes that are kept for honest clients."""


def new_question(number: int) -> str:
    """An ordinary question about contacts, of another shape for each number below `SHAPES`: one that has to be
    planned.
    """
    rest = number * _STEP % SHAPES
    rest, chosen = divmod(rest, 1 << len(_PROPERTIES))
    properties = " ".join(compress(_PROPERTIES, (chosen >> bit & 1 for bit in range(len(_PROPERTIES)))))
    rest, where = divmod(rest, len(_WHERE))
    with_, order = divmod(rest, len(_ORDER))
    return (
        f"query New {{ contacts(first: 5, where: {{{_WHERE[where]}}}, orderBy: [{{{_ORDER[order]}}}]) "
        f"{{ nodes {{ name {properties} {_WITH[with_]} }} }} }}"
    )


def new_search(chance: random.Random) -> tuple[str, dict[str, Any]]:
    """A search as nobody has asked it before, and its variables: words of the sample world or none, kinds, fields
    and a page by chance.
    """
    words = [_word(chance) for _ in range(chance.randint(1, _MOST_WORDS))]
    words[0] = _invented(chance) if chance.random() < 0.5 else f"{words[0]} {chance.randrange(10**6)}"
    kinds = chance.sample(sorted(_FIELDS), chance.randint(1, 5))
    beside = [
        part
        for part in ("match", "wordsMatched", "highlights { property parts { text matched } }")
        if chance.random() < 0.4
    ]
    fields = [
        f"... on {kind} {{ {' '.join(chance.sample(_FIELDS[kind], chance.randint(1, len(_FIELDS[kind]))))} }}"
        for kind in kinds
    ]
    text = (
        f"query Find($text: String!) {{ search(text: $text, kinds: [{', '.join(kinds)}], first:"
        f" {chance.randint(3, 30)}) {{ totalCount edges {{ {' '.join(beside)} node {{ nodeId {' '.join(fields)} }} }}"
        " } }"
    )
    return text, {"text": " ".join(" ".join(words).split()[:_MOST_WORDS])}


def _word(chance: random.Random) -> str:
    return chance.choice(_REAL) if chance.random() < 0.5 else _invented(chance)


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(3, 5)))
