"""Requests by items, each answered by itself, and the templates that offices keep of requests and notices."""

from typing import Final

from graph_schema.cases import AUDIENCE
from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import ORIGIN

_ID: Final = Property("id", "Its identity in the hub.", required=True)
OFFICES: Final = ("Center", "Port", "Office")
"""Who can own a case, and so keeps templates, refers and reassigns."""

REQUEST_ITEM: Final = NodeType(
    label="RequestItem",
    doc="One thing that a request asks for. It is answered by itself, and keeps every answer.",
    properties=(
        _ID,
        Property("position", "Its place in the request, from 1.", Kind.INT, required=True),
        Property("text", "What is asked for.", required=True),
        Property("state", "How it stands.", required=True, values=("OPEN", "ANSWERED", "WITHDRAWN")),
        Property("askedAt", "When it was asked for, last.", Kind.DATETIME, required=True),
        Property("answeredAt", "When it was answered, last.", Kind.DATETIME),
        Property("withdrawnAt", "When it was withdrawn.", Kind.DATETIME),
        AUDIENCE,
        ORIGIN,
    ),
    key="id",
    one="requestItem",
    many="requestItems",
    indexes=(("state", "askedAt"), ("audience",)),
)
TEMPLATE: Final = NodeType(
    label="Template",
    doc="A text that an office keeps for its requests or notices, in one of its versions.",
    properties=(
        _ID,
        Property("name", "The name it goes by at its office; all its versions share it.", required=True),
        Property("version", "Which version it is, from 1.", Kind.INT, required=True),
        Property(
            "purpose",
            "Whether a request is made from it, or a notice.",
            required=True,
            values=("NOTICE", "REQUEST"),
        ),
        Property("title", "What it is about, in a line. It may have blanks.", required=True),
        Property("text", "What it says. Blanks stand in braces, e.g. `{{entry_number}}`.", required=True),
        Property("items", "What a request asks for, item by item. Items may have blanks.", Kind.STRINGS),
        Property("blanks", "The names of its blanks.", Kind.STRINGS),
        Property("savedAt", "When this version was saved.", Kind.DATETIME, required=True),
        Property("endedAt", "When it was replaced or retired; empty while it is in use.", Kind.DATETIME),
        ORIGIN,
    ),
    key="id",
    one="template",
    many="templates",
    indexes=(("name",),),
)
NODES: Final = (REQUEST_ITEM, TEMPLATE)

ASKED_IN: Final = Edge(
    "ASKED_IN",
    ("RequestItem",),
    ("Case",),
    "The case that an item is asked for in.",
    (Way("case", "The case it is asked for in.", one=True),),
    (Way("requestItems", "What its requests ask for, item by item."),),
)
ITEM_OF: Final = Edge(
    "ITEM_OF",
    ("RequestItem",),
    ("Note",),
    "The request that an item belongs to.",
    (Way("request", "The request it belongs to.", one=True),),
    (Way("items", "What it asks for, item by item."),),
)
ANSWERS: Final = Edge(
    "ANSWERS",
    ("Note",),
    ("RequestItem",),
    "The item that a response answers.",
    (Way("answersItem", "The item that it answers.", one=True),),
    (Way("answers", "Its answers: by whom, when, with which files."),),
)
WITH_FILE: Final = Edge(
    "WITH_FILE",
    ("Note",),
    ("Attachment",),
    "A file that comes with what is written.",
    (Way("files", "The files that come with it."),),
    (Way("notes", "What it comes with."),),
)
KEPT_BY: Final = Edge(
    "KEPT_BY",
    ("Template",),
    OFFICES,
    "The office that keeps a template.",
    (Way("office", "The office that keeps it.", one=True),),
    (Way("templates", "The templates that it keeps, former versions included."),),
)
FOR_KIND: Final = Edge(
    "FOR_KIND",
    ("Template",),
    ("CaseKind",),
    "The kind of case that a template is for.",
    (Way("kind", "The kind of case it is for; any, if empty.", one=True),),
    (Way("templates", "The templates for it."),),
)
REPLACES: Final = Edge(
    "REPLACES",
    ("Template",),
    ("Template",),
    "The version before.",
    (Way("replaces", "The version before.", one=True),),
    (Way("replacedBy", "The next version.", one=True),),
)
MADE_FROM: Final = Edge(
    "MADE_FROM",
    ("Note",),
    ("Template",),
    "The version of a template that a request or a notice was made from.",
    (Way("template", "The version of a template that it was made from.", one=True),),
    (Way("uses", "What was made from it."),),
)
EDGES: Final = (ASKED_IN, ITEM_OF, ANSWERS, WITH_FILE, KEPT_BY, FOR_KIND, REPLACES, MADE_FROM)
