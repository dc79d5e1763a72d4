"""Goods: the tariff's chapters and headings, the Centers they suggest, trade programs and orders."""

from typing import Final

from graph_schema.formats import ADCVD_NUMBER, CHAPTER_OR_HEADING, HTS_CHAPTER, HTS_HEADING
from graph_schema.model import Abstract, Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CHECKED_ON, CITATION, HOW_SURE, ORIGIN

CHAPTER: Final = NodeType(
    label="HtsChapter",
    doc="A chapter of the tariff.",
    properties=(
        Property("code", "Two digits.", required=True, format=HTS_CHAPTER),
        Property("title", "What it holds, by the Harmonized System's title.", required=True),
        Property("words", "What people call such goods; in brackets, which of them."),
        Property("section", "The section of the tariff, in Roman numerals."),
        ORIGIN,
        CITATION,
    ),
    key="code",
    one="htsChapter",
    many="htsChapters",
    text=("title", "words"),
    codes=("code",),
)
HEADING: Final = NodeType(
    label="HtsHeading",
    doc="A heading of the tariff.",
    properties=(
        Property("code", "Four digits.", required=True, format=HTS_HEADING),
        Property("title", "What it holds, in the words of the HTSUS.", required=True),
        Property("words", "What people call such goods, the words first of which it is the likeliest heading."),
        ORIGIN,
        CITATION,
    ),
    key="code",
    one="htsHeading",
    many="htsHeadings",
    text=("title", "words"),
    codes=("code",),
)
PROGRAM: Final = NodeType(
    label="Program",
    doc="A trade program or remedy that cases fall under, e.g. section 301, AD/CVD, UFLPA, USMCA.",
    properties=(
        Property("code", "A short code, e.g. UFLPA.", required=True),
        Property("name", "Its name.", required=True),
        Property("words", "What people call it; in brackets, which of it."),
        Property("since", "The day it took effect.", Kind.DATE),
        Property("until", "The day it ended or is to end; empty where none is set.", Kind.DATE),
        Property("status", "Where it stands.", values=("in_force", "suspended", "ended")),
        Property(
            "beforeCenter",
            "Whether the office that answers for it is asked before the importer's Center, and the one that goods"
            " suggest.",
            Kind.BOOLEAN,
        ),
        Property("legalBasis", "The law it rests on."),
        Property("note", "What else to know."),
        ORIGIN,
        CITATION,
        CHECKED_ON,
        HOW_SURE,
    ),
    key="code",
    one="program",
    many="programs",
    text=("name", "legalBasis", "words"),
    codes=("code",),
)
FORCED_LABOR_ORDER: Final = NodeType(
    label="ForcedLaborOrder",
    doc="A withhold release order or finding against an entity (19 USC 1307).",
    properties=(
        Property("id", "Effective day and entity.", required=True),
        Property("entity", "The entity named.", required=True),
        Property("country", "Its country."),
        Property("kind", "WRO or Finding."),
        Property("effective", "The day it took effect.", Kind.DATE),
        ORIGIN,
        CITATION,
    ),
    key="id",
    one="forcedLaborOrder",
    many="forcedLaborOrders",
    text=("entity",),
)
ADCVD_ORDER: Final = NodeType(
    label="AdcvdOrder",
    doc="An antidumping or countervailing duty case.",
    properties=(
        Property("number", "The case number, e.g. A-570-967.", required=True, format=ADCVD_NUMBER),
        Property("product", "The goods it covers.", required=True),
        Property("country", "Two letters (ISO 3166)."),
        ORIGIN,
        CITATION,
    ),
    key="number",
    one="adcvdOrder",
    many="adcvdOrders",
    text=("product",),
    codes=("number",),
)
NODES: Final = (CHAPTER, HEADING, PROGRAM, FORCED_LABOR_ORDER, ADCVD_ORDER)

GOODS: Final = Abstract(
    "Goods",
    "Goods, by chapter or heading.",
    ("HtsChapter", "HtsHeading"),
    ("code", "title", "source"),
    (Property("code", "Two digits of a chapter, four of a heading.", required=True, format=CHAPTER_OR_HEADING),),
)

IN_CHAPTER: Final = Edge(
    "IN_CHAPTER",
    ("HtsHeading",),
    ("HtsChapter",),
    "The chapter a heading is in.",
    (Way("chapter", "The chapter it is in.", one=True),),
    (Way("headings", "Its headings."),),
)
ORDER_IN_CHAPTER: Final = Edge(
    "IN_CHAPTER",
    ("AdcvdOrder",),
    ("HtsChapter",),
    "The chapter an order's goods are mostly in.",
    (Way("chapter", "The chapter its goods are mostly in.", one=True),),
    (Way("adcvdOrders", "Antidumping and countervailing duty cases on its goods."),),
)
SUGGESTS: Final = Edge(
    "SUGGESTS",
    ("HtsChapter", "HtsHeading"),
    ("Center",),
    "The Center that goods suggest. An importer's own Center always wins over it.",
    (Way("suggests", "The Center these goods suggest, and how sure that is."),),
    (Way("suggestedBy", "The goods that suggest this Center."),),
    properties=(
        Property("confidence", "How sure the suggestion is: high, medium or low.", required=True),
        Property(
            "basis", "What it rests on; a heading without an exception of its own takes its chapter's.", required=True
        ),
    ),
)
REGULATES: Final = Edge(
    "REGULATES",
    ("Agency",),
    ("HtsChapter",),
    "Goods that a partner agency regulates, and may hold, by their chapter.",
    (Way("regulates", "The chapters of goods that it regulates in part, and may hold."),),
    (Way("regulatedBy", "The partner agencies that regulate some of these goods, and may hold them."),),
    properties=(
        Property("goods", "Which goods of all that it regulates, in words."),
        CITATION,
        HOW_SURE,
    ),
)
TAGGED_TO: Final = Edge(
    "TAGGED_TO",
    ("ForcedLaborOrder",),
    ("Center",),
    "The Centers an order is tagged to.",
    (Way("centers", "The Centers it is tagged to; all ten where its goods may be anything."),),
    (Way("forcedLaborOrders", "Forced-labor orders tagged to it."),),
)
EDGES: Final = (IN_CHAPTER, ORDER_IN_CHAPTER, SUGGESTS, REGULATES, TAGGED_TO)
