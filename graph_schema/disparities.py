"""Uniformity: decisions about the same goods and question that went differently at different places."""

from typing import Final

from graph_schema.cases import QUESTION_CODE
from graph_schema.formats import HTS10
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import ORIGIN

DISPARITY: Final = NodeType(
    label="Disparity",
    doc=(
        "Two decisions about the same goods and the same question with different outcomes, made at different ports or"
        " Centers."
    ),
    properties=(
        Property("id", "The two decisions, by their ids.", required=True),
        Property("state", "How it stands.", required=True, values=("OPEN", "EXPLAINED", "RESOLVED")),
        Property(
            "strength",
            "How much speaks for it: one of the two goes against a ruling; origin, maker and description all match; or"
            " some of them do.",
            required=True,
            values=("AGAINST_RULING", "STRONG", "FAIR"),
        ),
        Property("why", "Why these are thought alike and decided differently, in words.", required=True),
        Property("question", "The question, as the earlier decision has it.", required=True),
        QUESTION_CODE,
        Property(
            "hts10",
            "The ten-digit HTSUS number of the goods, as the earlier decision has it, or else the later.",
            format=HTS10,
        ),
        Property("otherHts10", "The number that the later decision has, if it is another.", format=HTS10),
        Property("daysApart", "How many days lie between the two decisions.", Kind.INT, required=True),
        Property("foundAt", "When the hub found it.", Kind.DATETIME, required=True),
        Property("endedAt", "When it was explained or resolved.", Kind.DATETIME),
        Property("endedBecause", "By what it was explained, or how it was resolved."),
        ORIGIN,
    ),
    key="id",
    one="disparity",
    many="disparities",
    indexes=(("state", "foundAt"), ("foundAt",), ("hts10",)),
)
NODES: Final = (DISPARITY,)

BETWEEN: Final = Edge(
    "BETWEEN",
    ("Disparity",),
    ("Decision",),
    "The two decisions of a disparity.",
    (Way("decisions", "The two decisions."),),
    (Way("disparities", "The disparities it is part of."),),
    properties=(
        Property(
            "toldAt",
            "When the parties of the decision's case were told; empty where they were not: it was decided as they"
            " claimed, it is for its owner alone, or they can protest no more.",
            Kind.DATETIME,
        ),
        Property("endToldAt", "When they were told that it has ended; empty while it is open.", Kind.DATETIME),
    ),
)
EXPLAINED_BY: Final = Edge(
    "EXPLAINED_BY",
    ("Disparity",),
    ("Ruling",),
    "The ruling that explains a disparity.",
    (Way("ruling", "The ruling that explains it.", one=True),),
    (Way("disparities", "The disparities it explains."),),
)
AGAINST: Final = Edge(
    "AGAINST",
    ("Disparity",),
    ("Ruling",),
    "The ruling that one of the two decisions of a disparity goes against, while it supports the other.",
    (Way("againstRuling", "The ruling that one of the two goes against, while it supports the other.", one=True),),
    (Way("disparitiesAgainst", "The disparities in which a decision goes against it."),),
)
EDGES: Final = (BETWEEN, EXPLAINED_BY, AGAINST)
