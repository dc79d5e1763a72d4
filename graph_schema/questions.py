"""Questions asked of Centers and other offices, and their answers."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way, Within
from graph_schema.parties import PARTY
from graph_schema.rule import ACCOUNT, AnyOf, Guard, Predicate
from graph_schema.sources import ORIGIN

QUESTION: Final = NodeType(
    label="Question",
    doc="A question asked of an office, in public or in private, with its answer.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("title", "What it is about, in a line.", required=True),
        Property("text", "The question.", required=True),
        Property("state", "How it stands.", required=True, values=("ASKED", "ANSWERED", "WITHDRAWN")),
        Property(
            "mayBePublished", "Whether its asker lets it be published with its answer.", Kind.BOOLEAN, required=True
        ),
        Property("routedBecause", "Why this office answers it, in words.", required=True),
        Property("askedAt", "When it was asked.", Kind.DATETIME, required=True),
        Property(
            "dueOn",
            "The day by which an answer is promised; days are those of U.S. Eastern time.",
            Kind.DATE,
            required=True,
        ),
        Property("answer", "The answer."),
        Property("answeredAt", "When it was answered.", Kind.DATETIME),
        Property(
            "publishedAt",
            "When it was published; from then on everybody reads it, without an account as well.",
            Kind.DATETIME,
        ),
        Property(
            "receipt",
            "By which one who asked without an account finds it again; nobody else sees it.",
            guard=Guard(open="false", test=AnyOf(Predicate("$viewer = 'guest|' + {n}.receipt", needs=(ACCOUNT,)))),
            unique=True,
        ),
        ORIGIN,
    ),
    key="id",
    one="question",
    many="questions",
    indexes=(("publishedAt",), ("state", "dueOn"), ("dueOn",), ("askedAt",)),
    text=("title", "text", "answer"),
    within=Within("dueOn", "state", "ASKED"),
)
NODES: Final = (QUESTION,)

ASKED: Final = Edge(
    "ASKED",
    ("Account",),
    ("Question",),
    "The account that asked a question; only itself sees that.",
    (Way("asked", "The questions it asked."),),
    (Way("askedByAccount", "The account that asked it: one's own, or none.", one=True),),
)
ASKED_BY: Final = Edge(
    "ASKED_BY",
    ("Question",),
    PARTY.labels,
    "The party in whose name a question was asked.",
    (Way("askedBy", "The party in whose name it was asked.", one=True),),
    (Way("questionsAsked", "The questions it asked."),),
)
ASKED_OF: Final = Edge(
    "ASKED_OF",
    ("Question",),
    ("Center", "Port", "Office", "Agency", "AgencyOffice", "FieldOffice"),
    "The office that answers a question.",
    (Way("askedOf", "The office that answers it.", one=True),),
    (Way("questions", "The questions it answers."),),
)
EDGES: Final = (ASKED, ASKED_BY, ASKED_OF)
