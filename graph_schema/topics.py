"""What questions are about beside goods and parties, and who answers or decides them."""

from typing import Final

from graph_schema.model import Abstract, Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CHECKED_ON, CITATION, CONFIDENCE, HOW_SURE, ORIGIN

TOPIC: Final = NodeType(
    label="Topic",
    doc="A topic one may ask about, e.g. valuation.",
    properties=(
        Property("code", "A short code, e.g. forced_labor.", required=True),
        Property("name", "Its name.", required=True),
        Property("note", "What it takes in."),
        Property("words", "What people call it; in brackets, which of it."),
        Property(
            "beforeCenter",
            "Whether the office of the topic is asked before the importer's Center, and the one that goods suggest.",
            Kind.BOOLEAN,
        ),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="topic",
    many="topics",
    text=("name", "note", "words"),
    codes=("code",),
)
NODES: Final = (TOPIC,)

MATTER: Final = Abstract(
    "Matter", "What a question may be about: a kind of case, a trade program, a topic.",
    ("CaseKind", "Program", "Topic"),
    ("code", "name", "source"),
)  # fmt: skip

_BASIS: Final = Property("basis", "What that rests on.", required=True)
_SAID: Final = (_BASIS, CITATION, CHECKED_ON, HOW_SURE)

ANSWERED_BY: Final = Edge(
    "ANSWERED_BY",
    MATTER.labels,
    ("Office",),
    "The headquarters office that answers for a matter.",
    (Way("offices", "The headquarters offices that answer for it."),),
    (Way("answersFor", "What it answers for."),),
    properties=(_BASIS, CONFIDENCE),
)
ANSWERED_AT: Final = Edge(
    "ANSWERED_AT",
    MATTER.labels,
    ("Center", "Port", "Office"),
    "The Center that answers for a matter whichever is the Center of the account; a port that answers for it where"
    " others leave it to the Center; a headquarters office that is asked beside those.",
    (Way("answeredAt", "The Center that answers for it whatever the account's; ports and offices that do so, too."),),
    (Way("answersHere", "What it answers for whatever the account's Center."),),
    properties=_SAID,
)
DECIDED_BY: Final = Edge(
    "DECIDED_BY",
    MATTER.labels,
    ("Agency",),
    "The partner agency that decides a matter, while CBP applies what it decides.",
    (Way("decidedBy", "The partner agencies that decide it, while CBP applies what they decide."),),
    (Way("decides", "What it decides and CBP applies."),),
    properties=(
        *_SAID,
        Property("beforeCbp", "Whether the agency is asked before CBP.", Kind.BOOLEAN, required=True),
    ),
)
EDGES: Final = (ANSWERED_BY, ANSWERED_AT, DECIDED_BY)
