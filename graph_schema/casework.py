"""Work on cases: what is written in them, what happened, what is due, and who works on them."""

from typing import Final

from graph_schema.cases import AUDIENCE
from graph_schema.formats import ENTRY_NUMBER
from graph_schema.model import Abstract, Edge, Kind, NodeType, Property, Way, Within
from graph_schema.parties import PARTY
from graph_schema.sources import ORIGIN

_ID: Final = Property("id", "Its identity in the hub.", required=True)
_AT: Final = Property("at", "When.", Kind.DATETIME, required=True)

NOTE: Final = NodeType(
    label="Note",
    doc="Something written in a case: a note, a request by its owner, a response by a party.",
    properties=(
        _ID,
        Property("kind", "What it is.", required=True, values=("NOTE", "REQUEST", "RESPONSE", "NOTICE")),
        Property("title", "What a request or a notice is about, in a line."),
        Property("text", "What it says.", required=True),
        Property(
            "state",
            "How a request by items stands; empty for all else.",
            values=("OPEN", "PARTLY_ANSWERED", "ANSWERED", "WITHDRAWN"),
        ),
        Property("itemsOpen", "How many items of a request are open.", Kind.INT),
        _AT,
        AUDIENCE,
        ORIGIN,
    ),
    key="id",
    one="note",
    many="notes",
    indexes=(("audience",),),
)
ATTACHMENT: Final = NodeType(
    label="Attachment",
    doc="A file that belongs to a case. It is kept outside the graph, under the hash of its content.",
    properties=(
        _ID,
        Property("name", "Its file name.", required=True),
        Property("mediaType", "What kind of file it is.", required=True),
        Property("size", "How many bytes it has.", Kind.INT, required=True),
        Property("sha256", "The SHA-256 of its content, 64 hexadecimal digits.", required=True),
        Property(
            "storedAt",
            "When its content arrived and was found to be what was announced; empty until then.",
            Kind.DATETIME,
        ),
        _AT,
        AUDIENCE,
        ORIGIN,
    ),
    key="id",
    one="attachment",
    many="attachments",
    indexes=(("audience",),),
)
HISTORY_ENTRY: Final = NodeType(
    label="HistoryEntry",
    doc="Something that happened to a case, in words.",
    properties=(
        _ID,
        Property("verb", "What was done, e.g. closeCase.", required=True),
        Property("text", "What happened.", required=True),
        Property("reason", "Why, as it was given."),
        _AT,
        AUDIENCE,
        ORIGIN,
    ),
    key="id",
    one="historyEntry",
    many="history",
    indexes=(("audience",),),
)
DEADLINE: Final = NodeType(
    label="Deadline",
    doc="The last day of a clock that runs, or ran, in a case or for one of its entries. It follows from what the case"
    " says of its time. Days are those of U.S. Eastern time.",
    properties=(
        Property("id", "The case, the clock, the day it began and the entry, if it is of one.", required=True),
        Property("name", "What it limits.", required=True),
        Property(
            "state",
            "How it stands. MET_LATE: done, but after the last day. ENDED: over, and not by being met. When the last"
            " day has passed: MISSED, PASSED where nothing follows, PROPOSED where the law deems an outcome, and DEEMED"
            " once the case's owner has pronounced that.",
            required=True,
            values=(
                "RUNNING",
                "SUSPENDED",
                "MET",
                "MET_LATE",
                "MISSED",
                "PASSED",
                "PROPOSED",
                "DEEMED",
                "ENDED",
            ),
        ),
        Property("why", "Why it stands so, in a line."),
        Property("metOn", "The day of what met it.", Kind.DATE),
        Property("entry", "The number of the entry it is of; empty where it is of the case.", format=ENTRY_NUMBER),
        Property("startedOn", "The day it began to run.", Kind.DATE, required=True),
        Property("due", "Its last day; empty while it stands still or waits for a notice.", Kind.DATE),
        Property("revision", "How often its last day has changed.", Kind.INT),
        Property("changedAt", "When its last day was set or last changed.", Kind.DATETIME),
        Property("owedBy", "Who must act, in the words of the law.", required=True),
        Property("extensions", "How often it was extended.", Kind.INT, required=True),
        Property("extendedTo", "The day it was extended to, where that was for its owner to say.", Kind.DATE),
        Property("deemed", "What the law takes as decided once it has run out."),
        Property("endedAt", "When the hub learned that it was met, had ended or had passed.", Kind.DATETIME),
        ORIGIN,
    ),
    key="id",
    one="deadline",
    many="deadlines",
    indexes=(("state", "due"), ("due",), ("entry",)),
    within=Within("due", "state", "RUNNING"),
)
CALENDAR: Final = NodeType(
    label="Calendar",
    doc="A secret address under which a calendar program finds what is due; only the account that opened it sees it.",
    properties=(
        _ID,
        Property("account", "The account whose deadlines it shows.", required=True),
        Property("path", "Its path at this hub; who knows it reads the calendar.", required=True),
        Property("openedAt", "When it was opened.", Kind.DATETIME, required=True),
        Property(
            "shows",
            "What it shows: what you or your clients owe (MINE), what others owe in your cases (THEIRS), or both.",
            required=True,
            values=("MINE", "THEIRS", "BOTH"),
        ),
        ORIGIN,
    ),
    key="id",
    one="calendar",
    many="calendars",
    indexes=(("account",),),
)
NODES: Final = (NOTE, ATTACHMENT, HISTORY_ENTRY, DEADLINE, CALENDAR)

WRITING: Final = Abstract(
    "Writing", "What is written in a case.", ("Note", "Attachment", "HistoryEntry"), ("id", "at", "source")
)


def _of_case(label: str, doc: str, many: str) -> Edge:
    return Edge(
        "OF_CASE", (label,), ("Case",), doc, (Way("case", "The case it belongs to.", one=True),), (Way(many, doc),)
    )


NOTE_OF: Final = _of_case("Note", "What is written in it.", "notes")
ATTACHMENT_OF: Final = _of_case("Attachment", "The files that belong to it.", "attachments")
HISTORY_OF: Final = _of_case("HistoryEntry", "What happened to it.", "history")
DEADLINE_OF: Final = _of_case("Deadline", "What is due in it, and was.", "deadlines")
BY: Final = Edge(
    "BY",
    WRITING.labels,
    PARTY.labels,
    "The party in whose name something was written or done.",
    (Way("by", "The party in whose name it was done.", one=True),),
    (),
)
RUNS_BY: Final = Edge(
    "RUNS_BY",
    ("Deadline",),
    ("Clock",),
    "The clock that a deadline runs by.",
    (Way("clock", "The clock it runs by.", one=True),),
    (),
)
OWED_BY: Final = Edge(
    "OWED_BY",
    ("Deadline",),
    ("Center", "Port", "Office", "Importer"),
    "The party that must act: the case's owner or its importer. Of parties by role the clock says so (`owedRoles`).",
    (Way("party", "The party that must act; empty where it is neither the case's owner nor its importer.", one=True),),
    (Way("deadlines", "What it must do by when."),),
)
WORKED_BY: Final = Edge(
    "WORKED_BY",
    ("Case",),
    ("Contact",),
    "The officer who works on a case.",
    (Way("officer", "The officer who works on it.", one=True),),
    (Way("worksOn", "The cases it works on."),),
)
JOINED_BY: Final = Edge(
    "JOINED_BY",
    ("Case",),
    ("Contact",),
    "The contact that a partner agency names for its part in a case.",
    (Way("agencyContacts", "The contacts that partner agencies name for it."),),
    (Way("joins", "The cases it is named for by its agency."),),
)
EDGES: Final = (JOINED_BY, NOTE_OF, ATTACHMENT_OF, HISTORY_OF, DEADLINE_OF, BY, RUNS_BY, OWED_BY, WORKED_BY)
