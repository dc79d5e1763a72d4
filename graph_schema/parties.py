"""Parties: the offices of CBP, the agencies beside it, and the trade around it."""

from typing import Final

from graph_schema.formats import CENTER_CODE, FILER_CODE, IMPORTER_NUMBER, PORT_CODE, SURETY_CODE
from graph_schema.model import Abstract, Alias, Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CHECKED_ON, CITATION, CONFIDENCE, HOW_SURE, ORIGIN, ORIGINS

NAME: Final = Property("name", "The name it goes by.", required=True)
SINCE: Final = Property("since", "From this moment on.", Kind.DATETIME, required=True)
UNTIL: Final = Property("until", "Up to, not including, this moment; empty while it lasts.", Kind.DATETIME)
IN_TERM: Final = "{e}.since <= now AND ({e}.until IS NULL OR now < {e}.until)"

CENTER: Final = NodeType(
    label="Center",
    doc="A Center of Excellence and Expertise: it holds post-release authority over the accounts of its industry.",
    properties=(
        Property("code", "CEE001 to CEE010, as ACE knows it.", required=True, format=CENTER_CODE, unique=True),
        NAME,
        Property("shortName", "The usual abbreviation, e.g. PHC."),
        Property("scope", "The industries it serves."),
        Property("city", "Where it is managed from."),
        ORIGIN,
        CITATION,
    ),
    key="code",
    one="center",
    many="centers",
    indexes=(("shortName",),),
    text=("name", "shortName", "scope"),
    codes=("code", "shortName"),
)
FIELD_OFFICE: Final = NodeType(
    label="FieldOffice",
    doc="One of the twenty Field Offices that direct ports; ten of them manage a Center.",
    properties=(
        NAME,
        Property("area", "The area it covers."),
        ORIGIN,
        CONFIDENCE,
        CITATION,
    ),
    key="name",
    one="fieldOffice",
    many="fieldOffices",
    text=("name", "area"),
)
PORT: Final = NodeType(
    label="Port",
    doc=(
        "A port of entry or another place with a port code. Codes are reused over time: a port is issuer, code,"
        " validity."
    ),
    properties=(
        Property("id", "Issuer and code, e.g. ACE:2704.", required=True, unique=True),
        Property("issuer", "Who gave the code.", required=True, values=("ACE", "CENSUS")),
        Property(
            "code", "Four digits; the first two are a district, not a Field Office.", required=True, format=PORT_CODE
        ),
        NAME,
        Property("state", "Two letters, where it is in a state or territory."),
        Property("kind", "port_of_entry, user_fee_airport, express_consignment_facility and others.", required=True),
        Property("district", "The name of its customs district."),
        Property("validFrom", "The first day the code was valid, where known.", Kind.DATE),
        Property("validTo", "The first day the code was no longer valid, where it has ended.", Kind.DATE),
        ORIGIN,
        Property("confidence", "How sure its Field Office is: high, medium, low."),
        CITATION,
    ),
    key="id",
    one="port",
    many="ports",
    lookup="code",
    alias=Alias("PortCode", "IDENTIFIES", "code", "issuer", "ACE", "validFrom", "validTo"),
    indexes=(("code",),),
    text=("name",),
    codes=("code",),
)
PORT_CODE_NODE: Final = NodeType(
    label="PortCode",
    doc=(
        "A code by which an issuer knows a port; one port may have several (Census and ACE number New York"
        " differently)."
    ),
    properties=(
        Property("id", "Issuer and code, e.g. CENSUS:1001.", required=True, unique=True),
        Property("issuer", "Who gave the code.", required=True, values=("ACE", "CENSUS")),
        Property("code", "Four digits.", required=True, format=PORT_CODE),
        Property("validFrom", "The first day it was valid, where known.", Kind.DATE),
        Property("validTo", "The first day it was no longer valid, where it has ended.", Kind.DATE),
        ORIGIN,
        CITATION,
    ),
    key="id",
    one="portCode",
    many="portCodes",
    indexes=(("code", "issuer"), ("code",)),
    codes=("code",),
)
OFFICE: Final = NodeType(
    label="Office",
    doc="A headquarters office: the Office of Trade, the Office of Field Operations and their divisions.",
    properties=(
        Property("code", "A short code, e.g. OT-RR.", required=True, unique=True),
        NAME,
        Property("function", "What it does."),
        ORIGIN,
        CITATION,
    ),
    key="code",
    one="office",
    many="offices",
    text=("name", "function"),
    codes=("code",),
)
TEAM: Final = NodeType(
    label="Team",
    doc="A team of a Center, by the team number on the entry summary.",
    properties=(
        Property("number", "Three characters; the third is the last digit of the Center's number.", required=True),
        NAME,
        ORIGIN,
    ),
    key="number",
    one="team",
    many="teams",
    text=("name",),
    codes=("number",),
)
AGENCY: Final = NodeType(
    label="Agency",
    doc="A partner government agency (PGA).",
    properties=(
        Property("code", "Its ACE agency code, or its usual abbreviation where ACE has none.", required=True),
        NAME,
        Property("aceCode", "Its code in the ACE message set, where it has one."),
        Property("department", "The department it belongs to."),
        Property("programs", "Its programs, by code."),
        Property("regulatedGoods", "The goods it regulates."),
        Property("aceFlags", "The flags ACE sets on goods it regulates."),
        Property("forms", "Its forms and permits."),
        ORIGIN,
        CONFIDENCE,
        CITATION,
    ),
    key="code",
    one="agency",
    many="agencies",
    indexes=(("aceCode",),),
    text=("name", "regulatedGoods"),
    codes=("code", "aceCode"),
)
AGENCY_OFFICE: Final = NodeType(
    label="AgencyOffice",
    doc="An office of a partner agency that deals with imports, e.g. a division of import operations.",
    properties=(
        Property("code", "A short code, e.g. FDA-WEST.", required=True),
        NAME,
        Property("area", "What it deals with, and where."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="agencyOffice",
    many="agencyOffices",
    text=("name", "area"),
    codes=("code",),
)
ASSOCIATION: Final = NodeType(
    label="Association",
    doc="A trade association or advisory body.",
    properties=(Property("code", "A short code.", required=True), NAME, ORIGIN),
    key="code",
    one="association",
    many="associations",
    text=("name",),
    codes=("code",),
)
IMPORTER: Final = NodeType(
    label="Importer",
    doc="An importer of record. Each is assigned to exactly one Center, or is pending or not eligible.",
    properties=(
        Property("number", "The importer of record number.", required=True, format=IMPORTER_NUMBER, unique=True),
        NAME,
        Property(
            "centerStatus",
            "ASSIGNED, PNDING (pending Center assignment) or NOTELG (not Center-eligible).",
            required=True,
            values=("ASSIGNED", "PNDING", "NOTELG"),
        ),
        ORIGIN,
        ORIGINS,
    ),
    key="number",
    one="importer",
    many="importers",
    indexes=(("name",),),
    text=("name",),
    codes=("number",),
)
BROKER: Final = NodeType(
    label="Broker",
    doc="A licensed customs broker, who acts for importers under a power of attorney.",
    properties=(
        Property("filerCode", "The three-character entry filer code.", required=True, format=FILER_CODE, unique=True),
        NAME,
        ORIGIN,
        ORIGINS,
    ),
    key="filerCode",
    one="broker",
    many="brokers",
    indexes=(("name",),),
    text=("name",),
    codes=("filerCode",),
)
FIRM: Final = NodeType(
    label="Firm",
    doc=(
        "A party of trade that is neither importer of record nor broker: a surety, a law firm, a consignee, a producer,"
        " a rights holder."
    ),
    properties=(
        Property("code", "A short code.", required=True, unique=True),
        NAME,
        Property("suretyCode", "The three digits by which CBP knows a surety.", format=SURETY_CODE),
        Property("published", "Whether anyone may see that it is here.", Kind.BOOLEAN, required=True),
        ORIGIN,
    ),
    key="code",
    one="firm",
    many="firms",
    indexes=(("name",), ("published",)),
)
NODES: Final = (
    CENTER, FIELD_OFFICE, PORT, PORT_CODE_NODE, OFFICE, TEAM, AGENCY, AGENCY_OFFICE, ASSOCIATION, IMPORTER,
    BROKER, FIRM,
)  # fmt: skip

CBP: Final = ("Center", "Team", "Port", "Office", "FieldOffice")
"""The parties that are CBP's own."""

PARTY: Final = Abstract(
    "Party",
    "Anyone who is responsible for something or concerned by it.",
    (
        "Center",
        "FieldOffice",
        "Port",
        "Office",
        "Team",
        "Agency",
        "AgencyOffice",
        "Association",
        "Importer",
        "Broker",
        "Firm",
    ),
    ("name", "source"),
)

MANAGED_FROM: Final = Edge(
    "MANAGED_FROM",
    ("Center",),
    ("FieldOffice",),
    "The Field Office whose director is over a Center.",
    (Way("managedFrom", "The Field Office that manages it.", one=True),),
    (Way("centers", "The Centers it manages."),),
)
IN_FIELD_OFFICE: Final = Edge(
    "IN_FIELD_OFFICE",
    ("Port",),
    ("FieldOffice",),
    "The Field Office that directs a port.",
    (Way("fieldOffice", "The Field Office that directs it; the port's confidence says how sure that is.", one=True),),
    (Way("ports", "The ports it directs."),),
)
IDENTIFIES: Final = Edge(
    "IDENTIFIES",
    ("PortCode",),
    ("Port",),
    "A code and the port it stands for.",
    (Way("port", "The port it stands for.", one=True),),
    (Way("codes", "All codes it goes by."),),
)
OFFICE_PART_OF: Final = Edge(
    "PART_OF",
    ("Office",),
    ("Office",),
    "The office an office is part of.",
    (Way("partOf", "The office it is part of.", one=True),),
    (Way("parts", "The offices that are part of it."),),
)
TEAM_PART_OF: Final = Edge(
    "PART_OF",
    ("Team",),
    ("Center",),
    "The Center a team is part of.",
    (Way("center", "The Center it is part of.", one=True),),
    (Way("teams", "Its teams."),),
)
AGENCY_PART_OF: Final = Edge(
    "PART_OF",
    ("AgencyOffice",),
    ("Agency",),
    "The partner agency that an office of it is part of.",
    (Way("agency", "The partner agency it is part of.", one=True),),
    (Way("offices", "Its offices that deal with imports."),),
)
SERVES: Final = Edge(
    "SERVES",
    ("AgencyOffice",),
    ("Port",),
    "A port whose imports an office of a partner agency deals with.",
    (Way("ports", "The ports whose imports it deals with."),),
    (Way("agencyOffices", "The offices of partner agencies that deal with imports there."),),
)
HAS_MEMBER: Final = Edge(
    "HAS_MEMBER",
    ("Association",),
    ("Importer", "Broker"),
    "Membership in an association.",
    (Way("members", "Its members, as far as the viewer may see them."),),
    (Way("associations", "The associations it is a member of."),),
)
ASSIGNED_TO: Final = Edge(
    "ASSIGNED_TO",
    ("Importer",),
    ("Center",),
    "An importer's assignment to a Center; past ones are kept.",
    (
        Way("center", "The Center it is assigned to now.", one=True, when="{e}.activeFor IS NOT NULL"),
        Way("assignments", "Its assignments, past ones included."),
    ),
    (
        Way("importers", "The importers assigned to it now.", when="{e}.activeFor IS NOT NULL"),
        Way("assignments", "Assignments to it, past ones included."),
    ),
    properties=(
        SINCE,
        UNTIL,
        Property("because", "Why it was made, as it was given."),
        Property("endedBecause", "Why it ended, as it was given."),
        Property("activeFor", "The importer's number while the assignment is active; unique, so there is at most one."),
        ORIGIN,
    ),
    key="since",
    unique="activeFor",
)
ENTERS_AT: Final = Edge(
    "ENTERS_AT",
    ("Importer",),
    ("Port",),
    "A port an importer enters goods at.",
    (Way("ports", "The ports it enters goods at."),),
    (Way("importers", "The importers that enter goods there."),),
)
REPRESENTS: Final = Edge(
    "REPRESENTS",
    ("Broker",),
    ("Importer",),
    "A power of attorney that was granted and accepted.",
    (
        Way("importers", "The importers it represents under a power of attorney in term.", when=IN_TERM),
        Way("powersOfAttorney", "All powers of attorney it was given, expired ones included."),
    ),
    (
        Way("brokers", "The brokers that represent it under a power of attorney in term.", when=IN_TERM),
        Way("powersOfAttorney", "All powers of attorney it gave, expired ones included."),
    ),
    properties=(
        SINCE,
        UNTIL,
        Property("power", "The power of attorney that it rests on, by its id."),
    ),
    key="since",
)
EDGES: Final = (
    MANAGED_FROM, IN_FIELD_OFFICE, IDENTIFIES, OFFICE_PART_OF, TEAM_PART_OF, AGENCY_PART_OF, SERVES, HAS_MEMBER,
    ASSIGNED_TO, ENTERS_AT, REPRESENTS,
)  # fmt: skip
