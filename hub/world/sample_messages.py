"""A year of messages of the sample world: what Centers, ports, an agency and the Office of Trade tell. All invented."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from graph_schema import messages
from graph_schema.sources import SAMPLE
from graph_schema.upsert import EdgeRow, NodeRow
from hub.deadlines.business_days import today

_ELECTRONICS: Final = ("Center", "CEE007")
_Key = tuple[str, str]
_ALL: Final = None
"""Everybody."""
_MEMBERS: Final = {"center": "CEE007", "brokers": True}
_AT_PORT: Final = {"port": "2704", "brokers": True}
_UFLPA: Final = {"program": "UFLPA", "brokers": True}
_OF_PROTESTS: Final = {"center": "CEE007", "caseKind": "protest", "brokers": False}
_BROKERS: Final = {"every": "Broker", "brokers": False}
_NAMES: Final = {
    "center": ("Center", "", "assigned to {}"), "port": ("Port", "ACE:", "entering goods at {}"),
    "program": ("Program", "", "with a case under {}"),
    "caseKind": ("CaseKind", "", "with an open case of the kind {}"),
}  # fmt: skip
_CALLED: Final = {
    "CEE007": "Electronics", "2704": "Los Angeles, CA", "UFLPA": "Uyghur Forced Labor Prevention Act",
    "protest": "Protest",
}  # fmt: skip
# days before, sender, title, body, for whom, what it is about
_SENT: Final[Sequence[tuple[int, _Key, str, str, dict[str, Any] | None, tuple[_Key, ...]]]] = (
    (350, ("Office", "OT-TPP"), "How to write importer numbers", "Letters and digits, **without blanks**.", _ALL, ()),
    (331, _ELECTRONICS, "Parts of drones", "Parts of drones are of heading 8807.", _ALL,
     (("HtsHeading", "8806"), ("HtsHeading", "8807"), ("Topic", "classification"))),
    (310, ("Port", "ACE:2704"), "Hours of the document counter", "Open from 8:00 to 16:00.", _AT_PORT,
     (("Port", "ACE:2704"),)),
    (287, ("Center", "CEE004"), "Fiber content of knitted shirts", "State the content by weight.", _ALL,
     (("HtsHeading", "6109"), ("Topic", "classification"))),
    (262, ("Office", "OT-TRLED"), "Supply chain tracing", "| step | document |\n|---|---|\n| 1 | purchase order |",
     _UFLPA, (("Program", "UFLPA"), ("Topic", "forced_labor"))),
    (240, ("Agency", "FDA"), "Prior notice of food samples", "Samples need a prior notice, too.", _ALL,
     (("HtsChapter", "21"),)),
    (215, _ELECTRONICS, "Protests that wait for samples", "Send samples to the team that asked for them.", _OF_PROTESTS,
     (("Topic", "classification"),)),
    (196, ("Office", "OT-TPP"), "Powers of attorney", "Renew what ends this year.", _BROKERS, ()),
    (171, ("Center", "CEE003"), "Origin of vehicle parts", "Keep the records of each supplier.", _ALL,
     (("HtsHeading", "8708"), ("Program", "USMCA"))),
    (150, ("Port", "ACE:4601"), "A terminal moves", "From Monday, examinations are at the new terminal.", _ALL,
     (("Port", "ACE:4601"),)),
    (122, ("Office", "OT-TPP"), "Section 301: how to claim an exclusion", "Give the number of the exclusion.", _ALL,
     (("Program", "S301"),)),
    (97, _ELECTRONICS, "Value of software on chips", "Tell the value of software **apart**.", _MEMBERS,
     (("HtsHeading", "8542"), ("Topic", "valuation"))),
    (74, ("Center", "CEE001"), "Dosage forms", "Say whether goods are put up for retail sale.", _ALL,
     (("HtsHeading", "3004"), ("Topic", "classification"))),
    (51, _ELECTRONICS, "Meeting of members", "On the first Tuesday of next month, at 10:00.", _MEMBERS, ()),
    (33, ("Office", "OT-TRLED-EAPA"), "Answers to questionnaires", "Answer in the form that was sent.", _ALL,
     (("Program", "EAPA"),)),
    (12, ("Port", "ACE:2704"), "Holiday hours", "Closed on Thanksgiving.", _AT_PORT, (("Port", "ACE:2704"),)),
)  # fmt: skip
_CORRECTED: Final = 51
"""What was sent so many days before is corrected two days later."""


def message_rows(anchor: datetime) -> tuple[list[NodeRow], list[EdgeRow]]:
    """The messages, whom they are addressed to, and what they are about; and a draft that a colleague may approve."""
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    last: dict[int, int] = {}
    kept = {"source": SAMPLE.name, "language": "en"}
    sent = sorted((*_SENT, *_corrections()), key=lambda one: -one[0])
    for days, sender, title, body, addressed, subjects in sent:
        at = anchor - timedelta(days=days)
        year = today(at).year
        last[year] = last.get(year, 0) + 1
        message = ("Message", f"sample-message-{days:03d}")
        replaced = anchor - timedelta(days=days - 2) if days == _CORRECTED else None
        corrects = {"replaces": "CORRECTS"} if days == _CORRECTED - 2 else {}
        nodes.append(NodeRow("Message", {
            **kept, "id": message[1], "number": f"{year}-{last[year]:04d}", "title": f"Sample: {title}",
            "body": f"Sample text. {body}" if not body.startswith("|") else f"Sample text.\n\n{body}",
            "state": "REPLACED" if replaced else "PUBLISHED", "everyone": addressed is None, "draftedAt": at,
            "approvedAt": at, "publishedAt": at, "replacedAt": replaced, **corrects,
        }))  # fmt: skip
        edges.append(EdgeRow(messages.ISSUED_BY, message, sender))
        edges += [EdgeRow(_about(subject), message, subject) for subject in subjects]
        if addressed:
            _address(message, addressed, nodes, edges)
        if corrects:
            edges.append(EdgeRow(messages.REPLACES, message, ("Message", f"sample-message-{_CORRECTED:03d}")))
    draft = ("Message", "sample-message-draft")
    nodes.append(NodeRow("Message", {
        **kept, "id": draft[1], "title": "Sample: year-end filings", "body": "Sample text. File before the holidays.",
        "state": "DRAFT", "everyone": False, "draftedAt": anchor,
    }))  # fmt: skip
    edges.append(EdgeRow(messages.ISSUED_BY, draft, _ELECTRONICS))
    _address(draft, _MEMBERS, nodes, edges)
    return nodes, edges


def _corrections() -> Iterator[tuple[int, _Key, str, str, dict[str, Any] | None, tuple[_Key, ...]]]:
    for days, sender, title, _, addressed, subjects in _SENT:
        if days == _CORRECTED:
            yield days - 2, sender, title, "On the **second** Tuesday of next month, at 10:00.", addressed, subjects


def _address(message: _Key, said: dict[str, Any], nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
    terms = [(name, value) for name, value in said.items() if name in _NAMES]
    brokers = said["brokers"]
    key = " ".join([*(f"{name}={value}" for name, value in terms), *(["brokers"] if brokers else [])])
    audience = ("MessageAudience", key or f"every {said['every']}")
    words = ", ".join(_NAMES[name][2].format(_CALLED[value]) for name, value in terms)
    name = f"importers {words}{' and their brokers' if brokers else ''}" if terms else "all brokers"
    counted = {"terms": len(terms)} if terms else {}
    nodes.append(NodeRow("MessageAudience", {
        "source": SAMPLE.name, "id": audience[1], "name": name, **said, **counted,
    }))  # fmt: skip
    edges.append(EdgeRow(messages.ADDRESSED_TO, message, audience))
    edges += [EdgeRow(messages.NAMES, audience, (_NAMES[name][0], _NAMES[name][1] + value)) for name, value in terms]


def _about(subject: _Key) -> Any:
    return {
        "Program": messages.ABOUT_PROGRAM, "HtsChapter": messages.ABOUT_GOODS, "HtsHeading": messages.ABOUT_GOODS,
        "Port": messages.ABOUT_PORT, "Topic": messages.ABOUT_TOPIC,
    }[subject[0]]  # fmt: skip
