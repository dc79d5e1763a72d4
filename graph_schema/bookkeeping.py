"""What the hub keeps for itself beside what viewers see: hidden labels, edges and properties.

DDL, migrations and tests read it.

No question reaches any of it, and no rule opens it. Whoever adds one declares it here, with who writes it and what for.
"""

from dataclasses import dataclass
from typing import Final

from graph_schema.graph import GRAPH
from graph_schema.provenance import DESCRIBABLE, RETIRED
from graph_schema.synced import SYNCED
from graph_schema.words import OTHER_WORDS


@dataclass(frozen=True, slots=True)
class HiddenLabel:
    """A label of the hub's own, which rows have by themselves. `key` is unique; `indexes` are over these properties."""

    label: str
    doc: str
    key: str
    properties: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A label that rows of these labels have beside their own, for a while or for good; `properties` are those it
    brings.
    """

    label: str
    doc: str
    on: tuple[str, ...]
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HiddenEdge:
    """An edge of the hub's own, between rows of these labels."""

    type: str
    tail: tuple[str, ...]
    head: tuple[str, ...]
    doc: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HiddenProperties:
    """Properties of the hub's own on a visible label, or on an edge of that type."""

    of: str
    names: tuple[str, ...]
    doc: str
    indexes: tuple[tuple[str, ...], ...] = ()


def worded() -> tuple[str, ...]:
    """The labels whose rows are found by words, and what those become when they are retired."""
    labels = tuple(node.label for node in GRAPH.nodes if node.text)
    return (*labels, *(RETIRED[label] for label in labels if label in RETIRED))


LABELS: Final = (
    HiddenLabel("World", "what was loaded and migrated", "id", ("schema", "reference", "sample", "migrations")),
    HiddenLabel("Lease", "who is at work", "id", ("leasedBy", "leasedUntil")),
    HiddenLabel(
        "Event",
        "what happened: see `hub.events.append`; of those from before events had numbers, `seq` is missing",
        "id",
        ("kind", "refs", "at", "by", "of", "changed", "reason", "seq", "toldAt"),
        (("seq",),),
    ),
    HiddenLabel("EventCounter", "the last number of an event", "id", ("seq",)),
    HiddenLabel("Consumer", "how far a consumer of events is: see `hub.events.work_queue`", "name", ("cursor", "row")),
    HiddenLabel("Identity", "a certain key of a contact, and the row that has it", "key", ("of",)),
    HiddenLabel("SourceBlock", "a hash of neighbouring records of a stream", "id", ("stream", "hash")),
    HiddenLabel(
        "StreamState", "how far a stream is read", "id", ("cursor", "blocks", "linksDue", "meaning", "columns")
    ),
    HiddenLabel(
        "Request",
        "a request that was done, by the name its sender gave it",
        "id",
        ("verb", "digest", "at", "result"),
        (("at",),),
    ),
    HiddenLabel(
        "Likeness",
        "what cases are alike by; an Issue, too, once as many hold it",
        "id",
        ("likeness", "title", "topic", "why", "source"),
    ),
    HiddenLabel(
        "IssueFigure",
        "how many importers hold an issue, of those that are told together",
        "id",
        ("dimension", "n", "through", "sizes"),
        (("dimension", "n"),),
    ),
    HiddenLabel("Sharing", "the least number of parties that a figure tells of", "id", ("least",)),
    HiddenLabel("MessageCounter", "the last number of a message, by year", "id", ("last",)),
    HiddenLabel("Usage", "how much an account has used of a quota", "id", ("since", "number", "bytes")),
)

MARKS: Final = (
    Mark("Unnumbered", "an event that has no number yet", ("Event",)),
    Mark("Event", "a history entry is an event", ("HistoryEntry",),
        ("kind", "refs", "by", "of", "changed", "seq", "toldAt")),
    Mark("Unsettled", "its values are computed again: within one transaction, or with the next sync after a migration",
         tuple(label for each in SYNCED.values() for label in each.labels)),
    Mark("Kindless", "it tells dates and has no kind; its clocks begin once it has one", ("Case", "RetiredCase")),
)  # fmt: skip

EDGES: Final = (
    HiddenEdge("BY", ("Event",), ("Party",), "the party in whose name something was done"),
    HiddenEdge(
        "ALIKE_BY", ("Case", "RetiredCase"), ("Likeness", "Issue"), "what a case is alike to others by", ("key",)
    ),
    HiddenEdge("OF_ISSUE", ("IssueFigure",), ("Issue", "Likeness"), "what a figure is about"),
    HiddenEdge(
        "FIGURE_OF",
        ("IssueFigure",),
        ("Center", "Port", "Office", "Agency", "Association"),
        "whose part of the whole a figure is",
    ),
    HiddenEdge("COUNTS", ("IssueFigure",), ("Importer",), "an importer that a figure counts"),
    HiddenEdge(
        "AWAITS", ("IssueFigure",), ("Importer",), "an importer that a figure will count with others", ("first",)
    ),
    HiddenEdge("FOLLOWS", ("Party",), ("Issue",), "a party that follows an issue", ("since",)),
    HiddenEdge("NAMED_IN", ("Importer",), ("Issue",), "an importer that lets itself be named", ("since",)),
)

PROPERTIES: Final = (
    HiddenProperties("Case", ("likenesses",), "the keys of what it was found to be alike by"),
    HiddenProperties("Case", ("windows",), "what may still be filed for its entries: see `hub.deadlines.windows`"),
    HiddenProperties("Case", ("windowsTurn",), "of the cases that cover an entry the one with the highest tells them"),
    HiddenProperties(
        "Decision",
        (
            "questionKey",
            "alikeBy",
            "makerBy",
            "longWordsBy",
            "shortWordsBy",
            "saidKey",
            "originKey",
            "makerKey",
            "goodsWords",
        ),
        "what it is compared by",
        (("alikeBy",), ("makerBy",), ("longWordsBy",), ("shortWordsBy",)),
    ),
    HiddenProperties("Disparity", ("keptOpen",), "somebody opened it again: the hub leaves it open"),
    HiddenProperties("Decision", ("ofEntry",), "the entry that it is about, if it is not about the case as a whole"),
    HiddenProperties("Program", ("made",), "the request that declared it"),
    HiddenProperties("Firm", ("made",), "the request that registered it"),
    HiddenProperties("Reassignment", ("wanted", "after"), "which cases are wanted, and the last that was looked at"),
    HiddenProperties("Message", ("writers", "withdrawnBody"), "the accounts that wrote it, and what it said"),
    HiddenProperties("MAY_BE_ABOUT", ("by",), "the key by which the case is alike to others"),
    HiddenProperties("SourceRecord", ("identity",), "the certain key of a contact that the record tells"),
    *(
        HiddenProperties(
            RETIRED[node.label],
            tuple(property_.name for property_ in node.properties),
            "what it had before it was retired",
        )
        for node in DESCRIBABLE
        if node.label in RETIRED
    ),
    HiddenProperties("RetiredCase", ("likenesses",), "the keys of what it was found to be alike by"),
    HiddenProperties("RetiredCase", ("windows", "windowsTurn"), "what could still be filed for its entries"),
    *(
        HiddenProperties(label, (OTHER_WORDS,), "what search finds it by beside the words of its texts")
        for label in worded()
    ),
)
ON_SYNCED_EDGES: Final = ("saidBy",)
"""What every edge has beside its own properties that systems say there is: the ids of the records that say it."""
