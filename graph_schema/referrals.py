"""Referrals: a case is sent to another office or to an agency, and whoever sent it goes on taking part."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.requests import OFFICES
from graph_schema.sources import ORIGIN

REFERRAL: Final = NodeType(
    label="Referral",
    doc="A case that its owner sent to another office or to an agency, with a question, and what was answered.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("question", "What is asked.", required=True),
        Property(
            "state",
            "How it stands. TAKEN_BACK: its sender took the case back before it was answered.",
            required=True,
            values=("OPEN", "ANSWERED", "TAKEN_BACK"),
        ),
        Property("sentAt", "When it was sent.", Kind.DATETIME, required=True),
        Property("answer", "What was answered."),
        Property("endedAt", "When it was answered or taken back.", Kind.DATETIME),
        ORIGIN,
    ),
    key="id",
    one="referral",
    many="referrals",
    indexes=(("state", "sentAt"),),
)
NODES: Final = (REFERRAL,)

REFERRED_BY: Final = Edge(
    "REFERRED_BY",
    ("Case",),
    OFFICES,
    "An office that sent a case to another owner, and goes on taking part in it.",
    (Way("referredBy", "The offices that sent it to another owner and go on taking part in it."),),
    (Way("referred", "The cases that it sent to others and goes on taking part in."),),
    properties=(Property("referredAt", "When it was sent on.", Kind.DATETIME),),
)
REFERS: Final = Edge(
    "REFERS",
    ("Referral",),
    ("Case",),
    "The case that was sent.",
    (Way("case", "The case that was sent.", one=True),),
    (Way("referrals", "To whom it was sent, and what was answered."),),
)
SENT_BY: Final = Edge(
    "SENT_BY",
    ("Referral",),
    OFFICES,
    "The office that sent a case.",
    (Way("sentBy", "The office that sent it.", one=True),),
    (Way("referralsSent", "What it sent to others."),),
)
SENT_TO: Final = Edge(
    "SENT_TO",
    ("Referral",),
    (*OFFICES, "Agency"),
    "The office or agency that a case was sent to.",
    (Way("sentTo", "The office or agency it was sent to.", one=True),),
    (Way("referralsReceived", "What others sent it."),),
)
EDGES: Final = (REFERRED_BY, REFERS, SENT_BY, SENT_TO)
