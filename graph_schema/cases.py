"""Cases: what is open between an account and its office, decisions and rulings."""

from dataclasses import replace
from typing import Final

from graph_schema.cypher import literal
from graph_schema.formats import CASE_NUMBER, ENTRY_NUMBER, HTS10, RULING_NUMBER
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.rule import Guard
from graph_schema.sources import CITATION, CONFIDENCE, HUB, ORIGIN, ORIGINS

AUDIENCE: Final = Property(
    "audience",
    "Who may see it: the case's owner, its parties (the importer and its brokers) too, accepted agencies too, or the"
    " public.",
    required=True,
    values=("owner", "parties", "agencies", "public"),
    choice="Audience",
)
KNOWN: Final = "known"
"""The grant of the entries' rule by which more than its number is told of an entry."""
CASE: Final = NodeType(
    label="Case",
    doc="One matter of one account: a request for information, a protest, a detention and so on.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("number", "The number it is known by.", required=True, format=CASE_NUMBER, unique=True),
        Property(
            "status",
            "Where it stands.",
            required=True,
            values=("DRAFT", "OPEN", "AWAITING", "EXTENDED", "SUSPENDED", "DEEMED", "CLOSED"),
        ),
        Property("title", "What it is about, in a line.", required=True),
        Property("openedAt", "When it was opened.", Kind.DATETIME, required=True),
        Property("closedAt", "When it was closed.", Kind.DATETIME),
        Property(
            "dates",
            "The days from which its clocks run, as event and day, e.g. `protest_filed 2026-03-01`.",
            Kind.STRINGS,
        ),
        Property(
            "conditions", "What holds of it and decides which clocks run, by code, e.g. complicated.", Kind.STRINGS
        ),
        Property("suspensions", "When it was suspended, from day to day, e.g. `2026-03-01 2026-04-01`.", Kind.STRINGS),
        Property(
            "unconfirmedSince",
            "Since when its owner has yet to confirm what the party that opened it says of it (`confirmCase`); empty"
            " once that is done.",
            Kind.DATETIME,
        ),
        Property(
            "cameBackAt",
            "Since when something that came back waits for its owner: an answer of a party, or of an office or agency"
            " that it was sent to; empty once the owner has taken it up.",
            Kind.DATETIME,
        ),
        Property(
            "claims",
            "Links that were claimed and are not confirmed: they have no effect. E.g. `CONCERNS Importer"
            " 00-0000000SW`.",
            Kind.STRINGS,
        ),
        ORIGIN,
        ORIGINS,
    ),
    key="id",
    one="case",
    many="cases",
    lookup="number",
    indexes=(("status", "openedAt"), ("openedAt",)),
    text=("title",),
    text_follows=True,
    codes=("number",),
)
CASE_KIND: Final = NodeType(
    label="CaseKind",
    doc="A kind of case, with the law it rests on.",
    properties=(
        Property("code", "A short code, e.g. protest.", required=True),
        Property("name", "Its name.", required=True),
        Property("form", "The form or channel it is made on."),
        Property("legalBasis", "The law it rests on."),
        Property(
            "answeredBy",
            "Whether the importer's Center, a port or a headquarters office answers it.",
            values=("center", "port", "office"),
        ),
        Property("role", "Whose work it is there, by the code of the role."),
        Property(
            "openedBy", "Whether the trade opens it, the government, or both.", values=("trade", "government", "both")
        ),
        ORIGIN,
        CONFIDENCE,
    ),
    key="code",
    one="caseKind",
    many="caseKinds",
    text=("name",),
    codes=("code",),
)
CLOCK: Final = NodeType(
    label="Clock",
    doc="A period the law or practice sets for a kind of case.",
    properties=(
        Property("id", "Kind and position.", required=True),
        Property("name", "What it limits, e.g. Protest: file.", required=True),
        Property("action", "What must be done, or what happens by itself."),
        Property("startsAt", "The event it runs from."),
        Property("startEvent", "The same as a code, e.g. protest_filed; a case tells by it when the clock began."),
        Property(
            "condition", "What must hold of the case for it to run, as a code, e.g. complicated; empty where nothing."
        ),
        Property(
            "deemed",
            "What the law takes as decided once it has run out: liquidated, denied or excluded; empty where nothing.",
        ),
        Property("rolls", "Whether a last day that is no business day moves to the next.", Kind.BOOLEAN),
        Property("extension", "Whether it can be extended: none, discretion, or by how much and how often."),
        Property("suspendable", "Whether it stands still while its case is suspended.", Kind.BOOLEAN),
        Property("length", "How long it runs, in `unit`; empty where no period is set.", Kind.INT),
        Property("unit", "calendar_day, business_day, month or year."),
        Property("owedBy", "Who must act."),
        Property("side", "The side that must act: trade or government.", values=("trade", "government")),
        Property("legalBasis", "The law it rests on."),
        ORIGIN,
        CONFIDENCE,
    ),
    key="id",
    one="clock",
    many="clocks",
)
# Who names an entry of somebody else in a case of its own sees its number, as of one that there is not: nothing tells
# the two apart.
_KNOWN_TEST: Final = f"[{KNOWN}]"
ENTRY: Final = NodeType(
    label="Entry",
    doc=(
        "An entry of goods; confidential (19 CFR 103). Through a case whose coverage of it nobody has confirmed, its"
        " number alone is seen."
    ),
    properties=(
        Property("number", "Filer code, serial and check digit.", required=True, format=ENTRY_NUMBER),
        Property("enteredAt", "When it was filed.", Kind.DATETIME, guard=Guard("seesAll", _KNOWN_TEST)),
        replace(ORIGIN, guard=Guard("seesAll", _KNOWN_TEST, instead=literal(HUB.name))),
    ),
    key="number",
    one="entry",
    many="entries",
    codes=("number",),
)
DECISION: Final = NodeType(
    label="Decision",
    doc="What was decided in a case, about which goods.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("reference", "What it is known by in the system that keeps it; empty for the hub's own.", unique=True),
        Property("question", "What was to be decided.", required=True),
        Property("outcome", "What was decided.", required=True),
        Property("decidedAt", "When.", Kind.DATETIME, required=True),
        Property("hts10", "The ten-digit HTSUS number of the goods.", format=HTS10),
        Property("origin", "Their country of origin, two letters."),
        Property("maker", "Their maker."),
        Property("description", "The goods, in words."),
        AUDIENCE,
        ORIGIN,
        ORIGINS,
    ),
    key="id",
    one="decision",
    many="decisions",
    indexes=(("audience",),),
    text=("question", "description", "maker"),
)
RULING: Final = NodeType(
    label="Ruling",
    doc="A published ruling.",
    properties=(
        Property("number", "Its number, e.g. NY N301234.", required=True, format=RULING_NUMBER),
        Property("title", "What it rules on.", required=True),
        Property("issuedAt", "The day it was issued.", Kind.DATE),
        ORIGIN,
        CITATION,
    ),
    key="number",
    one="ruling",
    many="rulings",
    text=("title",),
    codes=("number",),
)
NODES: Final = (CASE, CASE_KIND, CLOCK, ENTRY, DECISION, RULING)

OF_KIND: Final = Edge(
    "OF_KIND",
    ("Case",),
    ("CaseKind",),
    "The kind of a case.",
    (Way("kind", "Its kind.", one=True),),
    (Way("cases", "Cases of this kind."),),
)
HAS_CLOCK: Final = Edge(
    "HAS_CLOCK",
    ("CaseKind",),
    ("Clock",),
    "The clocks of a kind of case.",
    (Way("clocks", "The clocks it runs on."),),
    (Way("kind", "The kind it belongs to.", one=True),),
)
CONCERNS: Final = Edge(
    "CONCERNS",
    ("Case",),
    ("Importer",),
    "The importer whose account a case is about.",
    (Way("importer", "The importer it concerns.", one=True),),
    (Way("cases", "Its cases."),),
)
HANDLED_BY: Final = Edge(
    "HANDLED_BY",
    ("Case",),
    ("Center", "Port", "Office"),
    "The owner of a case: a Center, a port or a headquarters office.",
    (Way("handledBy", "Who owns it.", one=True),),
    (Way("cases", "The cases it owns.", vast=True),),
)
AT: Final = Edge(
    "AT",
    ("Case",),
    ("Port",),
    "The port a case arose at; it grants the port nothing.",
    (Way("port", "The port it arose at.", one=True),),
    (Way("casesHere", "Cases that arose there, whoever owns them."),),
)
INVOLVES: Final = Edge(
    "INVOLVES",
    ("Case",),
    ("Agency",),
    "A partner agency's part in a case; until its owner accepts it, it grants nothing.",
    (Way("involves", "The partner agencies involved."),),
    (Way("cases", "The cases it is involved in.", vast=True),),
    properties=(
        Property(
            "invitedAt",
            "When others named the agency; until it joins, they are not told of its contacts.",
            Kind.DATETIME,
        ),
        Property("acceptedAt", "When the case's owner accepted the agency.", Kind.DATETIME),
        Property("joinedAt", "When the agency took it on.", Kind.DATETIME),
    ),
)
UNDER: Final = Edge(
    "UNDER",
    ("Case",),
    ("HtsHeading",),
    "The goods a case is about.",
    (Way("goods", "The tariff headings it is about."),),
    (Way("cases", "Cases about these goods."),),
)
TAGGED: Final = Edge(
    "TAGGED",
    ("Case",),
    ("Program",),
    "The trade programs a case falls under.",
    (Way("programs", "The trade programs it falls under."),),
    (Way("cases", "Cases under it.", vast=True),),
)
COVERS_ENTRY: Final = Edge(
    "COVERS_ENTRY",
    ("Case",),
    ("Entry",),
    "The entries a case spans, at one port or several.",
    (Way("entries", "The entries it spans."),),
    (Way("cases", "The cases that span it."),),
    properties=(
        Property(
            "confirmedAt",
            "When it was confirmed that the case covers the entry: by who may see the entry, the Office of Trade or a"
            " headquarters system. Empty: it is only claimed.",
            Kind.DATETIME,
        ),
    ),
)
ENTRY_AT: Final = Edge(
    "AT",
    ("Entry",),
    ("Port",),
    "The port of an entry.",
    (Way("port", "Where it was filed.", one=True),),
    (Way("entries", "The entries filed there."),),
)
DECIDES: Final = Edge(
    "DECIDES",
    ("Decision",),
    ("Case",),
    "The case a decision was made in.",
    (Way("case", "The case it was made in.", one=True),),
    (Way("decisions", "The decisions made in it."),),
)
MADE_AT: Final = Edge(
    "MADE_AT",
    ("Decision",),
    ("Port", "Center", "Office"),
    "The port, Center or headquarters office that decided.",
    (Way("madeAt", "The port, Center or headquarters office that decided.", one=True),),
    (Way("decisions", "Decisions made there."),),
)
EXPLAINS: Final = Edge(
    "EXPLAINS",
    ("Ruling",),
    ("Decision",),
    "The ruling that explains a decision.",
    (Way("explains", "The decisions it explains."),),
    (Way("rulings", "The rulings that explain it."),),
)
EDGES: Final = (
    OF_KIND, HAS_CLOCK, CONCERNS, HANDLED_BY, AT, INVOLVES, UNDER, TAGGED, COVERS_ENTRY, ENTRY_AT, DECIDES, MADE_AT,
    EXPLAINS,
)  # fmt: skip
