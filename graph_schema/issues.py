"""Issues: what cases of several parties have in common, and by what a case is thought alike to others."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.rule import Guard
from graph_schema.sources import ORIGIN

# When an issue was proposed is when a second importer came to hold it, which no party may learn of another.
_OFFICIAL: Final = Guard(open="false", test="official")

ISSUE: Final = NodeType(
    label="Issue",
    doc="What several cases have in common.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("title", "What it is about.", required=True),
        Property("topic", "classification, valuation, origin, forced_labor, and so on.", required=True),
        Property(
            "likeness", "The kind of likeness by which the hub proposed it; empty where an officer wrote it down."
        ),
        Property("why", "Why its cases are thought to have it in common, in words."),
        Property(
            "state",
            "How it stands: proposed by the hub; confirmed, merged into another or dismissed by a Center or the Office"
            " of Trade.",
            values=("PROPOSED", "CONFIRMED", "MERGED", "DISMISSED"),
        ),
        Property("stateAt", "Since when it stands so; for offices and agencies.", Kind.DATETIME, guard=_OFFICIAL),
        Property("stateBecause", "Why, in words."),
        Property("proposedAt", "When the hub proposed it; for offices and agencies.", Kind.DATETIME, guard=_OFFICIAL),
        Property("sharedAt", "Since when so many parties hold it that all of them are told.", Kind.DATETIME),
        ORIGIN,
    ),
    key="id",
    one="issue",
    many="issues",
    text=("title", "topic"),
)
NODES: Final = (ISSUE,)

ABOUT: Final = Edge(
    "ABOUT",
    ("Case",),
    ("Issue",),
    "The issue behind a case.",
    (Way("issue", "The issue behind it.", one=True),),
    (Way("cases", "Cases about it."),),
)
MAY_BE_ABOUT: Final = Edge(
    "MAY_BE_ABOUT",
    ("Case",),
    ("Issue",),
    "An issue that a case may be about, by its likeness to others; known to the parties once enough of them hold it.",
    (Way("mayBeAbout", "The issues it may be about, by its likeness to other cases."),),
    (Way("casesAlike", "Cases that may be about it."),),
)
ALIKE_BY: Final = Edge(
    "ALIKE_BY",
    ("Case",),
    ("Issue",),
    "An issue that a case may be about, whether or not anybody else holds it; known to who owns the case.",
    (),
    (),
)
MERGED_INTO: Final = Edge(
    "MERGED_INTO",
    ("Issue",),
    ("Issue",),
    "The issue that another was found to be the same as.",
    (Way("mergedInto", "The issue it was found to be the same as.", one=True),),
    (Way("merged", "Issues that were found to be the same."),),
)
ON_BOARD_OF: Final = Edge(
    "ON_BOARD_OF",
    ("Issue",),
    ("Association",),
    "An association's board of issues that enough of its members hold, or that members let it know they hold.",
    (Way("onBoardsOf", "The associations on whose board it is: one's own."),),
    (Way("board", "The issues that enough of its members hold, or that members let it know they hold."),),
)
RAISES: Final = Edge(
    "RAISES",
    ("Case",),
    ("Topic",),
    "The question that a case raises, e.g. classification.",
    (Way("topics", "The questions it raises, by topic."),),
    (Way("cases", "Cases that raise it."),),
)
SUBJECT_TO_ADCVD: Final = Edge(
    "SUBJECT_TO",
    ("Case",),
    ("AdcvdOrder",),
    "The antidumping or countervailing duty order a case is about.",
    (Way("adcvdOrders", "The antidumping and countervailing duty orders it is about."),),
    (Way("cases", "Cases about it."),),
)
SUBJECT_TO_FORCED_LABOR: Final = Edge(
    "SUBJECT_TO",
    ("Case",),
    ("ForcedLaborOrder",),
    "The forced-labor order a case is about.",
    (Way("forcedLaborOrders", "The forced-labor orders it is about."),),
    (Way("cases", "Cases about it."),),
)
EDGES: Final = (
    ABOUT,
    MAY_BE_ABOUT,
    ALIKE_BY,
    MERGED_INTO,
    ON_BOARD_OF,
    RAISES,
    SUBJECT_TO_ADCVD,
    SUBJECT_TO_FORCED_LABOR,
)
