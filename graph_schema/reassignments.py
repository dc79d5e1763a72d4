"""Reassignments: many cases are given to another officer or office, batch by batch."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.requests import OFFICES
from graph_schema.sources import ORIGIN

REASSIGNMENT: Final = NodeType(
    label="Reassignment",
    doc="Many cases that are given to another officer or office, batch by batch, and how far that is.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("state", "Whether it goes on.", required=True, values=("RUNNING", "DONE")),
        Property("takenFrom", "Whose cases they are, as a nodeId.", required=True),
        Property("givenTo", "Who gets them, as a nodeId.", required=True),
        Property("reason", "Why, as it was given.", required=True),
        Property("total", "How many cases fitted when it began.", Kind.INT, required=True),
        Property("done", "How many were given so far.", Kind.INT, required=True),
        Property("refused", "How many could not be given.", Kind.INT, required=True),
        Property("refusals", "The first hundred that could not be given, by number, with the reason.", Kind.STRINGS),
        Property("startedAt", "When it began.", Kind.DATETIME, required=True),
        Property("endedAt", "When it was done.", Kind.DATETIME),
        ORIGIN,
    ),
    key="id",
    one="reassignment",
    many="reassignments",
    indexes=(("state",),),
)
NODES: Final = (REASSIGNMENT,)

OF_OFFICE: Final = Edge(
    "OF_OFFICE",
    ("Reassignment",),
    OFFICES,
    "The office in whose name cases are reassigned.",
    (Way("office", "The office in whose name it is done.", one=True),),
    (Way("reassignments", "What was reassigned in its name."),),
)
EDGES: Final = (OF_OFFICE,)
