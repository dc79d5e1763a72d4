"""People and sign-ins: contacts with their coverage and deputies, and the accounts that act for parties."""

from typing import Final

from graph_schema.formats import TIME_OF_DAY
from graph_schema.model import Abstract, Edge, Kind, NodeType, Property, Way
from graph_schema.parties import IN_TERM, PARTY, SINCE, UNTIL
from graph_schema.rule import AnyOf, Guard, Predicate, grant_slot, of_grant
from graph_schema.sources import ORIGIN, ORIGINS

DESK: Final = "desk"
"""The role of a contact that is the shared desk of an office, and nobody by name."""
DIRECTORY: Final = "cbp-directory"
"""The reason of CBP's offices, which see the contacts of all CBP."""
AUDIENCES: Final = ("public", "counterpart", "own")
TIME_ZONES: Final = {
    "EASTERN": "America/New_York", "CENTRAL": "America/Chicago", "MOUNTAIN": "America/Denver",
    "ARIZONA": "America/Phoenix",
    "PACIFIC": "America/Los_Angeles", "ALASKA": "America/Anchorage", "HAWAII": "Pacific/Honolulu",
    "ATLANTIC": "America/Puerto_Rico",
    "CHAMORRO": "Pacific/Guam", "UTC": "UTC",
}  # fmt: skip
"""The time zones of U.S. customs territory, and their names in the time zone database."""


def _seen_by(audience: str) -> Guard:
    """By everybody, the organisation's counterparts, or itself alone, as the property of that name says; the Office
    of Trade sees all.
    """
    counterpart, colleague = grant_slot("counterpart"), grant_slot(DIRECTORY)
    return Guard(
        open=AnyOf(Predicate(f"{{n}}.{audience} = 'public'"), Predicate("seesAll"), bracketed=True),
        test=AnyOf(
            of_grant("own-organisation"),
            Predicate(f"({{n}}.{audience} = 'counterpart' AND {counterpart})", needs=(counterpart,)),
            Predicate(f"({{n}}.{audience} = 'counterpart' AND {colleague})", needs=(colleague,)),
            bracketed=True,
        ),
    )


CONTACT: Final = NodeType(
    label="Contact",
    doc="A person, desk or mailbox to turn to.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        Property("name", "The name they go by.", required=True),
        Property("role", "What they do, by the code of their role.", required=True),
        Property(
            "email",
            "Their mail address, where its audience includes the viewer.",
            guard=_seen_by("emailAudience"),
        ),
        Property("emailAudience", "Who sees the mail address.", required=True, values=AUDIENCES),
        Property(
            "phone",
            "Their telephone number, where its audience includes the viewer.",
            guard=_seen_by("phoneAudience"),
        ),
        Property("phoneAudience", "Who sees the telephone number.", required=True, values=AUDIENCES),
        Property("published", "Whether anyone may see that there is such a contact.", Kind.BOOLEAN, required=True),
        Property("timeZone", "The time zone of the post.", values=tuple(TIME_ZONES)),
        Property(
            "opensAt",
            "From when they are at work, Monday to Friday, in the post's own time, e.g. 08:00.",
            format=TIME_OF_DAY,
        ),
        Property("closesAt", "Until when, e.g. 16:30.", format=TIME_OF_DAY),
        Property("awayFrom", "From when they are away.", Kind.DATETIME),
        Property("awayUntil", "Until when they are away; empty where nobody knows.", Kind.DATETIME),
        Property("vacantSince", "Since when nobody fills the post; empty while somebody does.", Kind.DATETIME),
        ORIGIN,
        ORIGINS,
    ),
    key="id",
    one="contact",
    many="contacts",
    indexes=(("name",), ("published",)),
    text=("name",),
)
ROLE: Final = NodeType(
    label="Role",
    doc="Who works in this field.",
    properties=(
        Property("code", "A short code, e.g. import_specialist.", required=True),
        Property("name", "Its title.", required=True),
        Property("side", "government or trade."),
        Property("note", "What the role does."),
        ORIGIN,
    ),
    key="code",
    one="role",
    many="roles",
    text=("name",),
    codes=("code",),
)
ACCOUNT: Final = NodeType(
    label="Account",
    doc="A sign-in. What it may see follows from the parties it acts for, in term; only its holder sees it.",
    properties=(
        Property("id", "Issuer and subject.", required=True),
        Property("subject", "The subject of its token.", required=True),
        Property("issuer", "The issuer of its token.", required=True),
        ORIGIN,
    ),
    key="id",
    one="account",
    many="accounts",
)
NODES: Final = (CONTACT, ROLE, ACCOUNT)

COVERAGE: Final = Abstract(
    "Coverage",
    "What a contact covers.",
    ("HtsChapter", "HtsHeading", "CaseKind", "Port", "Importer", "Program", "Topic"),
)

WORKS_FOR: Final = Edge(
    "WORKS_FOR",
    ("Contact",),
    PARTY.labels,
    "The organisation a contact works for.",
    (Way("organisation", "The organisation they work for.", one=True),),
    (Way("contacts", "Its contacts, as far as the viewer may see them."),),
)
SITS_AT: Final = Edge(
    "SITS_AT",
    ("Contact",),
    ("Port",),
    "The port a contact sits in; staff sit in ports and work accounts anywhere.",
    (Way("sitsAt", "The port they sit in.", one=True),),
    (Way("seated", "The contacts that sit there, whomever they work for."),),
)
COVERS: Final = Edge(
    "COVERS",
    ("Contact",),
    COVERAGE.labels,
    "What a contact is responsible for within their organisation.",
    (Way("covers", "What they are responsible for."),),
    (Way("coveredBy", "The contacts responsible for it."),),
)
DEPUTIZED_BY: Final = Edge(
    "DEPUTIZED_BY",
    ("Contact",),
    ("Contact",),
    "Who stands in for a contact.",
    (Way("deputies", "Who stands in for them."),),
    (Way("deputyFor", "Whom they stand in for."),),
)
ACTS_FOR: Final = Edge(
    "ACTS_FOR",
    ("Account",),
    PARTY.labels,
    "The party an account acts for; written only by the hub's own verbs or by an authority for that party.",
    (
        Way("actsFor", "The parties it acts for now.", when=IN_TERM),
        Way("rights", "All parties it was given the right to act for, expired and revoked ones included."),
    ),
    (Way("accounts", "The accounts that act for it now.", when=IN_TERM),),
    properties=(SINCE, UNTIL, Property("grantedBy", "Who granted it.", Kind.STRING, required=True)),
    key="since",
)
IS_CONTACT: Final = Edge(
    "IS_CONTACT",
    ("Account",),
    ("Contact",),
    "The contact that the holder of an account is, e.g. the officer; it gives no right.",
    (Way("contacts", "The contacts that its holder is, one in an organisation."),),
    (Way("accounts", "The viewer's own sign-in, where they are this contact."),),
    properties=(Property("since", "When that was said.", Kind.DATETIME, required=True),),
)
EDGES: Final = (WORKS_FOR, SITS_AT, COVERS, DEPUTIZED_BY, ACTS_FOR, IS_CONTACT)
