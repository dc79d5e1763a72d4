"""Parties of a case beside its importer, its owner and agencies: who is what in it, and what that shows them."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CHECKED_ON, CITATION, HOW_SURE, ORIGIN

READS: Final = ("papers", "decisions", "deadlines", "entries", "importer", "numbers")
"""What of a case a role may show, beside the case's header and what is written to the party itself."""
IN_ROLE: Final = ("Importer", "Broker", "Association", "Firm")
"""Who may be a party by role."""

PARTY_ROLE: Final = NodeType(
    label="PartyRole",
    doc="A part that somebody may have in a case beside its importer, e.g. surety, and what that shows them of it.",
    properties=(
        Property("code", "A short code, e.g. surety.", required=True),
        Property("name", "Its name.", required=True),
        Property(
            "reads",
            "What it shows of a case beside the header and what is written to the party: papers (what is shared with"
            " the parties), decisions (those shared with the parties), deadlines, entries (their numbers), importer,"
            " numbers (CBP's own).",
            Kind.STRINGS,
        ),
        Property(
            "toldTo",
            "Who is told that a party has this role: the case's owner alone, or its importer and brokers too.",
            required=True,
            values=("owner", "parties"),
        ),
        Property(
            "namedBy",
            "Who may name such a party: the case's owner, its importer or broker (the owner then confirms), or either.",
            required=True,
            values=("owner", "parties", "either"),
        ),
        Property("note", "What it rests on, in words."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="partyRole",
    many="partyRoles",
)
NODES: Final = (PARTY_ROLE,)

HAS_PARTY: Final = Edge(
    "HAS_PARTY",
    ("Case",),
    IN_ROLE,
    "A party of a case by role; it grants nothing until the case's owner has confirmed it.",
    (Way("parties", "Its parties by role, past ones included, as far as the viewer is told of them."),),
    (Way("partyTo", "The cases that it is, or was, a party of by role."),),
    properties=(
        Property("role", "What it is in the case, by the code of a `PartyRole`.", required=True),
        Property("since", "When it was named.", Kind.DATETIME, required=True),
        Property(
            "confirmedAt", "When the case's owner named or confirmed it; empty: it is only claimed.", Kind.DATETIME
        ),
        Property("until", "When it ended; empty while it lasts.", Kind.DATETIME),
    ),
    key="since",
)
SHARED_WITH: Final = Edge(
    "SHARED_WITH",
    ("Note", "Attachment", "HistoryEntry"),
    IN_ROLE,
    "What is written in a case to a party by role, or by it, beside whoever is in its audience.",
    (Way("sharedWith", "The parties by role who see it beside its audience."),),
    (Way("sharedWithIt", "What was written to it as a party by role, or by it."),),
)
EDGES: Final = (HAS_PARTY, SHARED_WITH)


def in_force(edge: str) -> str:
    """The part behind that variable was confirmed, and has not ended."""
    return f"{edge}.confirmedAt IS NOT NULL AND {edge}.until IS NULL"


def shows(edge: str, what: str) -> tuple[str, str]:
    """The pattern that leads from the part behind that variable to its role, and the condition that the role shows
    that.
    """
    if what not in READS:
        raise ValueError(f"no role shows {what!r}: one of {', '.join(READS)}")
    return f"({{role}}:PartyRole {{code: {edge}.role}})", f"'{what}' IN {{role}}.reads"
