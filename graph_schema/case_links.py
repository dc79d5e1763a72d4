"""What leads from a case to others: the cases that it is related to, and the numbers by which CBP itself knows it."""

from typing import Final

from graph_schema.formats import CBP_NUMBER
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CHECKED_ON, CITATION, HOW_SURE, ORIGIN

NUMBER_KIND: Final = NodeType(
    label="NumberKind",
    doc="A kind of number by which CBP knows a matter, e.g. of a protest or a seizure.",
    properties=(
        Property("code", "A short code, e.g. protest.", required=True),
        Property("name", "Its name.", required=True),
        Property("shape", "Where its digits (9), letters (a) and either (x) stand, e.g. 9999-99-999999; empty: any."),
        Property("example", "An example."),
        Property("note", "What it is made of."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="numberKind",
    many="numberKinds",
)
CBP_NUMBER_NODE: Final = NodeType(
    label="CbpNumber",
    doc="A number by which CBP itself knows a case, beside the hub's own; found by search in any spelling.",
    properties=(
        Property("id", "The case, the kind and the number.", required=True),
        Property("kind", "What it is the number of, by the code of a `NumberKind`, e.g. protest.", required=True),
        Property("number", "The number, as CBP writes it.", required=True),
        Property("code", "Its letters and digits alone, by which it is found.", required=True, format=CBP_NUMBER),
        Property("since", "When it was recorded.", Kind.DATETIME, required=True),
        Property(
            "confirmedAt", "When the case's owner recorded or confirmed it; empty: a party says so.", Kind.DATETIME
        ),
        ORIGIN,
    ),
    key="id",
    one="cbpNumber",
    many="cbpNumbers",
    indexes=(("code",),),
    codes=("code",),
)
NODES: Final = (NUMBER_KIND, CBP_NUMBER_NODE)

NUMBER_OF: Final = Edge(
    "NUMBER_OF",
    ("CbpNumber",),
    ("Case",),
    "A number of CBP's own and the case that it is of.",
    (Way("case", "The case it is the number of.", one=True),),
    (Way("cbpNumbers", "The numbers by which CBP itself knows it."),),
)
_SAID: Final = (
    Property("since", "When that was said.", Kind.DATETIME, required=True),
    Property("because", "Why, as it was given."),
)
LED_BY: Final = Edge(
    "LED_BY",
    ("Case",),
    ("Case",),
    "A case that waits for a lead case, e.g. a protest for the lead protest.",
    (Way("ledBy", "The lead cases that it waits for."),),
    (Way("leads", "The cases that wait for it."),),
    properties=_SAID,
)
CONSOLIDATED_WITH: Final = Edge(
    "CONSOLIDATED_WITH",
    ("Case",),
    ("Case",),
    "A case that is worked together with another. There is one such edge each way.",
    (Way("consolidatedWith", "The cases that it is consolidated with."),),
    (),
    properties=_SAID,
)
FOLLOWS_FROM: Final = Edge(
    "FOLLOWS_FROM",
    ("Case",),
    ("Case",),
    "A case that another gave rise to, e.g. a protest the notice of action.",
    (Way("followsFrom", "The cases that gave rise to it."),),
    (Way("followedBy", "The cases that it gave rise to."),),
    properties=_SAID,
)
RELATED: Final = (LED_BY, CONSOLIDATED_WITH, FOLLOWS_FROM)
EDGES: Final = (NUMBER_OF, *RELATED)
