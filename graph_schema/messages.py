"""Messages that offices send, and the audiences that they are addressed to."""

from typing import Final

from graph_schema.formats import CENTER_CODE, MESSAGE_NUMBER, PORT_CODE
from graph_schema.goods import GOODS
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import ORIGIN

SENDERS: Final = ("Center", "Port", "Office", "Agency")
"""Who sends messages."""
STATES: Final = ("DRAFT", "APPROVED", "SCHEDULED", "PUBLISHED", "REPLACED", "WITHDRAWN")
EVERY: Final = ("Center", "Port", "Office", "Agency", "Association", "Importer", "Broker", "Firm")
"""The kinds of party that a message may be addressed to as a whole."""
NAMED: Final = ("Center", "Port", "Office", "Agency", "FieldOffice", "Association", "Broker")
"""The kinds of party of which a message may name one. An importer is none: what is for one alone belongs in a case."""

MESSAGE: Final = NodeType(
    label="Message",
    doc="What an office tells its audience, or everybody. It is drafted, approved by a second person, published.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property(
            "number",
            "The number it is known by, e.g. 2026-0001: year and place in the year. It gets one when it is published,"
            " and no number is left out.",
            format=MESSAGE_NUMBER,
            unique=True,
        ),
        Property("title", "What it is about, in a line.", required=True),
        Property("body", "What it says, in Markdown; empty once it is withdrawn."),
        Property("language", "The language that it is written in, as a BCP 47 tag, e.g. en or es.", required=True),
        Property("state", "How it stands.", required=True, values=STATES),
        Property(
            "everyone",
            "Whether everybody may read it once it is published, without an account as well.",
            Kind.BOOLEAN,
            required=True,
        ),
        Property("validFrom", "The first day on which it holds.", Kind.DATE),
        Property("validUntil", "The last day on which it holds; empty where none is set.", Kind.DATE),
        Property("draftedAt", "When it was drafted.", Kind.DATETIME, required=True),
        Property("approvedAt", "When a second person approved it.", Kind.DATETIME),
        Property("publishAt", "When it is to be published.", Kind.DATETIME),
        Property("publishedAt", "When it was published.", Kind.DATETIME),
        Property("replacedAt", "When the message that replaces it was published.", Kind.DATETIME),
        Property(
            "replaces",
            "What it does to the message before: it corrects it, or holds in its place.",
            values=("CORRECTS", "SUPERSEDES"),
            choice="MessageReplacement",
        ),
        Property("withdrawnAt", "When it was withdrawn.", Kind.DATETIME),
        Property("withdrawnBecause", "Why it was withdrawn."),
        ORIGIN,
    ),
    key="id",
    one="message",
    many="messages",
    indexes=(("publishedAt",), ("state", "publishAt"), ("everyone", "publishedAt")),
    text=("title", "body"),
    codes=("number",),
)
AUDIENCE: Final = NodeType(
    label="MessageAudience",
    doc=(
        "Whom messages are addressed to: the importers that fit all that it says, maybe with their brokers; all parties"
        " of a kind; or one party."
    ),
    properties=(
        Property("id", "Its identity: what it says, in short.", required=True),
        Property("name", "Whom it takes in, in words.", required=True),
        Property("every", "All parties of this kind.", values=EVERY, choice="AudienceKind"),
        Property("party", "One party, by its nodeId."),
        Property("center", "Importers assigned to this Center.", format=CENTER_CODE),
        Property("hts", "Importers with a case about goods of this chapter or heading."),
        Property("port", "Importers that enter goods at this port, by its ACE code.", format=PORT_CODE),
        Property("program", "Importers with a case under this trade program, by its code."),
        Property("caseKind", "Importers with an open case of this kind, by its code."),
        Property("association", "Members of this association, by its code; brokers too, where nothing else is said."),
        Property(
            "brokers",
            "Whether the brokers of these importers are taken in, too, as long as their powers of attorney last.",
            Kind.BOOLEAN,
            required=True,
        ),
        Property("terms", "Of importers, how many of these they must all fit; empty for the others.", Kind.INT),
        ORIGIN,
    ),
    key="id",
    one="messageAudience",
    many="messageAudiences",
    indexes=(("every",),),
)
NODES: Final = (MESSAGE, AUDIENCE)

ISSUED_BY: Final = Edge(
    "ISSUED_BY",
    ("Message",),
    SENDERS,
    "The office that sends a message.",
    (Way("issuedBy", "The office that sends it.", one=True),),
    (Way("issuedMessages", "The messages that it sends."),),
)
ADDRESSED_TO: Final = Edge(
    "ADDRESSED_TO",
    ("Message",),
    ("MessageAudience",),
    "Whom a message is addressed to.",
    (Way("audiences", "Whom it is addressed to: the audiences together."),),
    (Way("messages", "The messages that are addressed to it."),),
)
NAMES: Final = Edge(
    "NAMES",
    ("MessageAudience",),
    (*NAMED, "HtsChapter", "HtsHeading", "Program", "CaseKind"),
    "What an audience is made of. An importer fits it that is linked to all of these.",
    (),
    (),
)
REPLACES: Final = Edge(
    "REPLACES",
    ("Message",),
    ("Message",),
    "The message that another corrects or supersedes.",
    (Way("before", "The message that it corrects or supersedes.", one=True),),
    (Way("after", "The message that corrects or supersedes it.", one=True),),
)


def _about(head: tuple[str, ...], what: str, field: str) -> Edge:
    return Edge(
        "TOUCHES",
        ("Message",),
        head,
        f"{what} that a message is about.",
        (Way(field, f"{what} that it is about."),),
        (Way("messages", "Messages about it."),),
    )


ABOUT_PROGRAM: Final = _about(("Program",), "The trade programs", "programs")
ABOUT_GOODS: Final = _about(GOODS.labels, "The goods", "goods")
ABOUT_PORT: Final = _about(("Port",), "The ports", "ports")
ABOUT_CENTER: Final = _about(("Center",), "The Centers", "centers")
ABOUT_TOPIC: Final = _about(("Topic",), "The topics", "topics")
EDGES: Final = (
    ISSUED_BY, ADDRESSED_TO, NAMES, REPLACES, ABOUT_PROGRAM, ABOUT_GOODS, ABOUT_PORT, ABOUT_CENTER, ABOUT_TOPIC,
)  # fmt: skip
