"""Where synced rows come from: connections to other systems, their runs, what each system said about a row, and
what was refused.
"""

from typing import Final

from graph_schema.model import Abstract, Edge, Kind, NodeType, Property, Way
from graph_schema.parties import PARTY
from graph_schema.sources import ORIGIN
from graph_schema.synced import SYNCED

SYSTEM: Final = Property("system", "The connection it came by, by name.", required=True)
STREAM: Final = Property("stream", "The stream of that connection, e.g. contacts.", required=True)
_RETIRED_AT: Final = Property("retiredAt", "When its last source stopped listing it.", Kind.DATETIME, required=True)

CONNECTION: Final = NodeType(
    label="Connection",
    doc=(
        "A connection to another system. What it says is kept apart by system, and grants nothing beyond the party it"
        " speaks for."
    ),
    properties=(
        Property("name", "Its name, which its records carry as their system.", required=True),
        Property(
            "connector", "The kind of connector: file, sql, graphql, or one of an integrator's own.", required=True
        ),
        Property("streams", "The streams it syncs.", Kind.STRINGS),
        Property("schedule", "How often it is synced by itself; empty where only by command."),
        Property(
            "rank",
            "Whose value wins where systems differ about a property: the smallest rank's.",
            Kind.INT,
            required=True,
        ),
        ORIGIN,
    ),
    key="name",
    one="connector",
    many="connectors",
)
SYNC_RUN: Final = NodeType(
    label="SyncRun",
    doc="One run of a connection.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        SYSTEM,
        Property(
            "status",
            "How it stands, or how it ended: DONE_WITH_REFUSED where all was read, and some records are in quarantine.",
            required=True,
            values=("RUNNING", "DONE", "DONE_WITH_REFUSED", "RETRY_LATER", "ABORTED"),
        ),
        Property("full", "Whether it compared every record again.", Kind.BOOLEAN),
        Property("startedAt", "When it began.", Kind.DATETIME, required=True),
        Property("endedAt", "When it ended.", Kind.DATETIME),
        Property("read", "How many records the system gave.", Kind.INT, required=True),
        Property("written", "How many of them were new or changed.", Kind.INT, required=True),
        Property("unchanged", "How many were as the graph had them already.", Kind.INT, required=True),
        Property("skipped", "How many went to quarantine.", Kind.INT, required=True),
        Property("retired", "How many the system no longer lists.", Kind.INT, required=True),
        Property("cursor", "Where the next run goes on, by stream, in the system's own terms."),
        Property(
            "lagSeconds", "How long after the last change the system tells of it ended, where it tells times.", Kind.INT
        ),
        Property("message", "What it ended with."),
        Property("firstErrors", "The first reasons for which records were refused.", Kind.STRINGS),
        ORIGIN,
    ),
    key="id",
    one="syncRun",
    many="syncRuns",
    indexes=(("system",), ("startedAt",)),
)
QUARANTINED_RECORD: Final = NodeType(
    label="QuarantinedRecord",
    doc="A record that was refused. The rest of its run went on; once its reason is mended it can be replayed.",
    properties=(
        Property("id", "Its identity in the hub.", required=True),
        SYSTEM,
        STREAM,
        Property("place", "Where it stands in its system: a line, a key.", required=True),
        Property("reason", "What is wrong with it, and what was expected.", required=True),
        Property("at", "When it was refused.", Kind.DATETIME, required=True),
        Property("run", "The run that refused it.", required=True),
        Property(
            "replayable",
            "Whether what it said is kept, encrypted, so that it can be replayed.",
            Kind.BOOLEAN,
            required=True,
        ),
        ORIGIN,
    ),
    key="id",
    one="quarantinedRecord",
    many="quarantine",
    indexes=(("system",),),
)
RETIRED_CONTACT: Final = NodeType(
    label="RetiredContact",
    doc=(
        "A contact that no source lists any more. It is in no list of contacts; if a source lists it again it is a"
        " contact again."
    ),
    properties=(
        Property("id", "Its identity in the hub, as it was.", required=True),
        Property("name", "The name it went by.", required=True),
        Property("role", "What it did, by the code of its role.", required=True),
        _RETIRED_AT,
        ORIGIN,
    ),
    key="id",
    one="retiredContact",
    many="retiredContacts",
)
RETIRED_CASE: Final = NodeType(
    label="RetiredCase",
    doc="A case that no source lists any more.",
    properties=(
        Property("id", "Its identity in the hub, as it was.", required=True),
        Property("number", "The number it was known by.", required=True),
        Property("title", "What it was about, in a line.", required=True),
        _RETIRED_AT,
        ORIGIN,
    ),
    key="id",
    one="retiredCase",
    many="retiredCases",
    indexes=(("number",),),
)
RETIRED: Final = {label: each.retired for label, each in SYNCED.items() if each.retired}
"""What a row becomes that no source lists any more."""

DESCRIBABLE: Final = tuple(each.node for each in SYNCED.values())
"""What systems may describe."""
NOT_SAID: Final = (
    "id", "source", "origins", "unconfirmedSince", "claims", "ownerClaims", "datesToConfirm", "answers",
    "awaitingSince", "cameBackAt", "partyWroteAt",
)  # fmt: skip
"""Properties that are the hub's own, about which no system says anything."""
KEPT_BY_HUB: Final = ("answers", "awaitingSince", "cameBackAt", "partyWroteAt", "claims", "ownerClaims")
"""Those of them that stay with a row that a system describes anew."""


def said_about(node: NodeType) -> tuple[Property, ...]:
    """What a system may say about a row of that label."""
    return tuple(property_ for property_ in node.properties if property_.name not in NOT_SAID)


_SAID: Final = {property_.name: property_ for node in DESCRIBABLE for property_ in said_about(node)}
SOURCE_RECORD: Final = NodeType(
    label="SourceRecord",
    doc=(
        "What one system says about one row, in the row's own terms. The row has, of each property, the value of the"
        " smallest rank."
    ),
    properties=(
        Property("id", "System, stream and key.", required=True),
        SYSTEM,
        STREAM,
        Property("key", "The key the system knows it by.", required=True),
        Property("hash", "Stands for all it said; empty once the system no longer lists it."),
        Property(
            "slot",
            "Its place among the stream's keys; blocks of neighbours are compared at once.",
            Kind.INT,
            required=True,
        ),
        Property("rank", "Whose value wins: the smallest rank's.", Kind.INT, required=True),
        Property("links", "The edges it says there are: type, label and key of the other end.", Kind.STRINGS),
        Property(
            "claims",
            "What it says beyond the party it speaks for: kept, shown, and without effect until accepted.",
            Kind.STRINGS,
        ),
        Property("changedAt", "When it last changed here.", Kind.DATETIME, required=True),
        Property("retiredAt", "When its system stopped listing it.", Kind.DATETIME),
        *(
            Property(property_.name, f"What the system says: {property_.doc}", property_.kind)
            for property_ in _SAID.values()
        ),
        ORIGIN,
    ),
    key="id",
    one="sourceRecord",
    many="sourceRecords",
    indexes=(("system",), ("system", "stream", "slot")),
)
NODES: Final = (CONNECTION, SYNC_RUN, QUARANTINED_RECORD, SOURCE_RECORD, RETIRED_CONTACT, RETIRED_CASE)

DESCRIBED: Final = Abstract(
    "Described", "What systems describe.", (*(node.label for node in DESCRIBABLE), *RETIRED.values())
)

SPEAKS_FOR: Final = Edge(
    "SPEAKS_FOR",
    ("Connection",),
    PARTY.labels,
    "The party a connection speaks for, as its operator declared.",
    (Way("speaksFor", "The party it speaks for.", one=True),),
    (Way("connectors", "The connections that speak for it."),),
)
RAN: Final = Edge(
    "RAN",
    ("Connection",),
    ("SyncRun",),
    "A run and its connection.",
    (Way("runs", "Its runs."),),
    (Way("connector", "The connection it was a run of.", one=True),),
)
REFUSED: Final = Edge(
    "REFUSED",
    ("Connection",),
    ("QuarantinedRecord",),
    "A refused record and its connection.",
    (Way("quarantine", "Its refused records."),),
    (Way("connector", "The connection it came by.", one=True),),
)
DESCRIBES: Final = Edge(
    "DESCRIBES",
    ("SourceRecord",),
    DESCRIBED.labels,
    "What a system's record is about.",
    (Way("describes", "The row it is about.", one=True),),
    (Way("sources", "What systems say about it, as far as the viewer may see them."),),
)
RETIRED_WORKS_FOR: Final = Edge(
    "WORKS_FOR",
    ("RetiredContact",),
    PARTY.labels,
    "The organisation a retired contact worked for.",
    (Way("organisation", "The organisation it worked for.", one=True),),
    (Way("retiredContacts", "Contacts it had."),),
)
RETIRED_HANDLED_BY: Final = Edge(
    "HANDLED_BY",
    ("RetiredCase",),
    ("Center", "Port", "Office"),
    "The owner of a retired case.",
    (Way("handledBy", "Who owned it.", one=True),),
    (Way("retiredCases", "Cases it owned that no source lists any more."),),
)
EDGES: Final = (SPEAKS_FOR, RAN, REFUSED, DESCRIBES, RETIRED_WORKS_FOR, RETIRED_HANDLED_BY)
