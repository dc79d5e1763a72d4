"""What lies on desks of the sample world: officers' cases, a request by items, templates, a referral. All invented."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from graph_schema import casework, referrals, requests
from graph_schema.sources import SAMPLE
from graph_schema.upsert import EdgeRow, NodeRow

_CENTER: Final = ("Center", "CEE007")
_IMPORTER: Final = ("Importer", "00-0000000SW")
_GIVEN: Final = 0.7
"""So many of a Center's open cases have an officer."""
_ITEMS: Final = ("Sample: commercial invoices", "Sample: purchase contracts", "Sample: proof of payment")


@dataclass(slots=True)
class SampleDesks:
    """Makes the rows, case by case; the first that is fit gets the request, and the first the referral."""

    now: datetime
    chance: Random
    staff: dict[tuple[str, str], list[tuple[str, str]]] = field(
        default_factory=dict[tuple[str, str], list[tuple[str, str]]]
    )
    """By party, its contacts with their roles."""
    _has_request: bool = False
    _has_referral: bool = False

    def templates(self) -> tuple[list[NodeRow], list[EdgeRow]]:
        """Templates of the Electronics Center: one in two versions, and one of a notice."""
        saved = self.now - timedelta(days=90)
        text = "Sample text: please send what is listed for case {{case_number}} by {{due_day}}."
        request = {"name": "Sample: value of goods", "purpose": "REQUEST", "title": "Sample: value of {{goods}}"}
        replaced = saved + timedelta(days=30)
        made = [
            _node("Template", id="sample-template-1", version=1, text=text, items=list(_ITEMS[:2]),
                  blanks=["goods", "case_number", "due_day"], savedAt=saved, endedAt=replaced, **request),
            _node("Template", id="sample-template-2", version=2, text=text, items=list(_ITEMS),
                  blanks=["goods", "case_number", "due_day"], savedAt=replaced, **request),
            _node("Template", id="sample-template-3", version=1, name="Sample: change of officer", purpose="NOTICE",
                  title="Sample: your case has a new officer",
                  text="Sample text: case {{case_number}} of {{importer}} is worked on by {{officer}}.",
                  blanks=["case_number", "importer", "officer"], savedAt=saved),
        ]  # fmt: skip
        keeps = [EdgeRow(requests.KEPT_BY, ("Template", row.properties["id"]), _CENTER) for row in made]
        newer = EdgeRow(requests.REPLACES, ("Template", "sample-template-2"), ("Template", "sample-template-1"))
        return made, [*keeps, newer]

    def of_case(
        self, case: NodeRow, owner: tuple[str, str], importer: tuple[str, str], center: str | None
    ) -> tuple[list[NodeRow], list[EdgeRow]]:
        """What a case has of these; a closed one nothing."""
        nodes: list[NodeRow] = []
        edges: list[EdgeRow] = []
        status, key = case.properties["status"], ("Case", case.properties["id"])
        if status == "CLOSED":
            return nodes, edges
        staff = self.staff.get(owner, ()) if owner[0] == "Center" else ()
        if staff and self.chance.random() < _GIVEN:
            edges.append(EdgeRow(casework.WORKED_BY, key, ("Contact", self.chance.choice(staff)[0])))
        if not self._has_request and (owner, importer, status) == (_CENTER, _IMPORTER, "AWAITING"):
            self._has_request = True
            self._request(case, importer, nodes, edges)
        if not self._has_referral and owner == ("Office", "OT-RR") and center == _CENTER[1] and status == "OPEN":
            self._has_referral = True
            self._referral(key, owner, nodes, edges)
        return nodes, edges

    def _request(self, case: NodeRow, importer: tuple[str, str], nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
        key, at = ("Case", case.properties["id"]), self.now - timedelta(days=9)
        seen = {"audience": "parties"}
        nodes.append(
            _node("Note", id="sample-request", kind="REQUEST", title="Sample: value of samples", text="Sample text.",
                  state="PARTLY_ANSWERED", itemsOpen=2, at=at, **seen)
        )  # fmt: skip
        edges += [
            EdgeRow(casework.NOTE_OF, ("Note", "sample-request"), key),
            EdgeRow(casework.BY, ("Note", "sample-request"), _CENTER),
            EdgeRow(requests.MADE_FROM, ("Note", "sample-request"), ("Template", "sample-template-2")),
        ]
        for position, text in enumerate(_ITEMS, 1):
            item = ("RequestItem", f"sample-item-{position}")
            state = {"state": "ANSWERED", "answeredAt": at + timedelta(days=4)} if position == 1 else {"state": "OPEN"}
            nodes.append(_node("RequestItem", id=item[1], position=position, text=text, askedAt=at, **state, **seen))
            edges.append(EdgeRow(requests.ASKED_IN, item, key))
            edges.append(EdgeRow(requests.ITEM_OF, item, ("Note", "sample-request")))
        nodes.append(
            _node("Note", id="sample-answer", kind="RESPONSE", title=_ITEMS[0], text="Sample: two invoices.",
                  at=at + timedelta(days=4), **seen)
        )  # fmt: skip
        edges += [
            EdgeRow(casework.NOTE_OF, ("Note", "sample-answer"), key),
            EdgeRow(casework.BY, ("Note", "sample-answer"), importer),
            EdgeRow(requests.ANSWERS, ("Note", "sample-answer"), ("RequestItem", "sample-item-1")),
        ]

    def _referral(
        self, key: tuple[str, str], owner: tuple[str, str], nodes: list[NodeRow], edges: list[EdgeRow]
    ) -> None:
        sent = self.now - timedelta(days=20)
        nodes.append(
            _node("Referral", id="sample-referral", question="Sample: is there a ruling?", state="OPEN", sentAt=sent)
        )
        edges += [
            EdgeRow(referrals.REFERS, ("Referral", "sample-referral"), key),
            EdgeRow(referrals.SENT_BY, ("Referral", "sample-referral"), _CENTER),
            EdgeRow(referrals.SENT_TO, ("Referral", "sample-referral"), owner),
            EdgeRow(referrals.REFERRED_BY, key, _CENTER, {"referredAt": sent}),
        ]


def _node(label: str, **properties: Any) -> NodeRow:
    return NodeRow(label, {"source": SAMPLE.name, **properties})
