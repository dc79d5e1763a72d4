"""Powers of attorney: what an importer grants a broker, who accepts it (19 CFR 141.31 and following)."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import ORIGIN

POWER_OF_ATTORNEY: Final = NodeType(
    label="PowerOfAttorney",
    doc=(
        "A power of attorney by which a broker acts for an importer (CBP Form 5291 or the like): the importer grants"
        " it, the broker accepts it, and either ends it. The broker acts while it is accepted and in term."
    ),
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property(
            "state",
            "OFFERED until the broker accepts it; ENDED once either side has ended it.",
            required=True,
            values=("OFFERED", "ACCEPTED", "ENDED"),
        ),
        Property(
            "principal", "Who grants it: the importer by number and name, told to the broker with it.", required=True
        ),
        Property("limits", "What it is limited to, in words; empty: all customs business at the Center and all ports."),
        Property(
            "partnership", "Whether a partnership grants it: then its term is two years at most.", Kind.BOOLEAN,
            required=True,
        ),
        Property("since", "From this moment on, but not before it is accepted.", Kind.DATETIME, required=True),
        Property("until", "Up to, not including, this moment; empty: until it is ended.", Kind.DATETIME),
        Property("grantedAt", "When the importer granted it.", Kind.DATETIME, required=True),
        Property("acceptedAt", "When the broker accepted it.", Kind.DATETIME),
        Property("endedAt", "When it was ended, declined or withdrawn.", Kind.DATETIME),
        Property("endedBy", "Which side ended it.", values=("importer", "broker")),
        Property("endedBecause", "Why, as it was given."),
        ORIGIN,
    ),
    key="id",
    one="powerOfAttorney",
    many="powersOfAttorney",
    indexes=(("state",),),
)  # fmt: skip
NODES: Final = (POWER_OF_ATTORNEY,)

GIVEN_BY: Final = Edge(
    "GIVEN_BY",
    ("PowerOfAttorney",),
    ("Importer",),
    "The importer that grants a power of attorney.",
    (Way("importer", "The importer that grants it.", one=True),),
    (Way("powersGiven", "The powers of attorney that it has granted, offers and ended ones included."),),
)
GIVEN_TO: Final = Edge(
    "GIVEN_TO",
    ("PowerOfAttorney",),
    ("Broker",),
    "The broker that a power of attorney is granted to.",
    (Way("broker", "The broker that it is granted to.", one=True),),
    (Way("powersReceived", "The powers of attorney that it was granted, offers and ended ones included."),),
)
EDGES: Final = (GIVEN_BY, GIVEN_TO)
