"""Questions and verbs that the proofs under load send."""

from itertools import compress
from typing import Final

NOTE: Final = """mutation Note($case: String!, $text: String!, $requestId: String) {
  noteCase(case: $case, text: $text, requestId: $requestId) { number } }"""
ASK: Final = "mutation Ask($title: String!, $text: String!) { askQuestion(title: $title, text: $text) { state receipt } }"

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
_WHERE: Final = ("published: {eq: true}", 'name: {contains: "Sample"}', "opensAt: {isNull: false}", 'role: {startsWith: "l"}')
_ORDER: Final = ("name: ASC", "name: DESC", "role: ASC", "role: DESC", "id: ASC", "id: DESC")
_WITH: Final = ("organisation { name }", "organisation { nodeId }", "sitsAt { name }")
SHAPES: Final = (1 << len(_PROPERTIES)) * len(_WHERE) * len(_ORDER) * len(_WITH)
_STEP: Final = 104_729
"""A prime that divides none of the sizes above: each number below `SHAPES` is another shape, and neighbours look unlike."""

HONEST_NUMBERS: Final = range(20_000)
"""The numbers of shapes that are kept for honest clients."""


def new_question(number: int) -> str:
    """An ordinary question about contacts, of another shape for each number below `SHAPES`: one that has to be planned."""
    rest = number * _STEP % SHAPES
    rest, chosen = divmod(rest, 1 << len(_PROPERTIES))
    properties = " ".join(compress(_PROPERTIES, (chosen >> bit & 1 for bit in range(len(_PROPERTIES)))))
    rest, where = divmod(rest, len(_WHERE))
    with_, order = divmod(rest, len(_ORDER))
    return (
        f"query New {{ contacts(first: 5, where: {{{_WHERE[where]}}}, orderBy: [{{{_ORDER[order]}}}]) "
        f"{{ nodes {{ name {properties} {_WITH[with_]} }} }} }}"
    )
