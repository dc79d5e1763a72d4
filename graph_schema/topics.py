"""What questions are about beside goods and parties, and the headquarters offices that answer them."""

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

ANSWERED_BY: Final = Edge(
    "ANSWERED_BY",
    MATTER.labels,
    ("Office",),
    "The headquarters office that answers for a matter.",
    (Way("offices", "The headquarters offices that answer for it."),),
    (Way("answersFor", "What it answers for."),),
    properties=(Property("basis", "What that rests on.", required=True), CONFIDENCE),
)
EDGES: Final = (ANSWERED_BY,)
