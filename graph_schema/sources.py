"""Where rows come from, as far as the hub itself provides them. A connection's Source is made from its settings."""

from typing import Final

from graph_schema.model import Kind, Property, Source
from graph_schema.rule import AnyOf, Guard, Predicate

HUB: Final = Source("hub", "made by the hub's own verbs")
REFERENCE: Final = Source("reference", "a public fact shipped with the hub")
SAMPLE: Final = Source("sample", "invented for the sample world; no real person, firm or case")

ORIGIN: Final = Property(
    "source",
    "Where this row comes from: `reference` (a public fact), `sample` (invented), `hub`, or a connected system.",
    required=True,
)
ORIGINS: Final = Property(
    "origins",
    "Of a row that several systems describe, where each property comes from, e.g. `email: fda-directory`.",
    Kind.STRINGS,
    # by who has a part in it, told by its own text: a sub-query would be planned with every list of contacts
    guard=Guard(
        open="seesAll",
        test=AnyOf(
            Predicate(
                "any({told} IN {n}.origins WHERE any({system} IN mySystems WHERE {told} ENDS WITH ': ' + {system}))",
                needs=("mySystems",),
            )
        ),
    ),
)
CONFIDENCE: Final = Property(
    "confidence", "How sure the fact is: high, medium, low or n/a; empty where nobody has judged it."
)
CITATION: Final = Property(
    "citation", "The public text the fact was taken from, or `unverified` with what it rests on."
)
CHECKED_ON: Final = Property(
    "checkedOn", "The day on which that text was read; empty: nobody has checked it.", Kind.DATE
)
HOW_SURE: Final = Property(
    "confidence",
    "How far the fact was checked: verified (its words were read on a public page), reported (told by a secondary page)"
    " or unverified.",
    values=("verified", "reported", "unverified"),
    choice="Verification",
)
