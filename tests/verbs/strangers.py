"""What strangers have, beside the offices' world: rows of every kind that hardly any viewer of it may see, marked
in all they say.
"""

from datetime import UTC, date, datetime
from typing import Any, Final

from graph_schema import (
    case_links,
    case_parties,
    cases,
    casework,
    disparities,
    issues,
    messages,
    parties,
    people,
    powers,
    questions,
    reassignments,
    referrals,
    requests,
)
from graph_schema.formats import entry_check_digit
from graph_schema.graph import GRAPH
from graph_schema.model import Edge
from graph_schema.upsert import EdgeRow, NodeRow, edge_statements, node_statements
from hub.database.graph import Graph
from hub.world.migrations import SORT_ALL

MARK: Final = "canary"
"""In every text of a stranger's row."""
ORDER: Final = "A-570-967"
"""An order that cases of as many strangers are about as are told of."""
_AT: Final = datetime(2026, 10, 1, 12, tzinfo=UTC)
_STRANGERS: Final = 8
_CENTER: Final = ("Center", "CEE003")


def entry_number(serial: int) -> str:
    """An entry number with its right check digit."""
    return f"SSS-{serial:07d}-{entry_check_digit('SSS', f'{serial:07d}')}"


async def write(graph: Graph) -> None:
    """Adds them to the offices' world, and a case and an issue of that world's own importer and Center."""
    made = _Made()
    await graph.write([*node_statements(GRAPH, made.nodes), *edge_statements(GRAPH, made.edges)])
    await graph.apply([SORT_ALL])


class _Made:
    def __init__(self) -> None:
        self.nodes: list[NodeRow] = []
        self.edges: list[EdgeRow] = []
        for index in range(_STRANGERS):
            self._stranger(f"{60 + index}-0000000AA", index)
        self._others()
        self._case("mine", "11-1111111AA", ("Center", "CEE007"), "")
        self._issue("issue-mine", "mine", "")
        self._deadline("mine", ("Importer", "11-1111111AA"), "")

    def _stranger(self, number: str, index: int) -> None:
        self._node("Importer", number=number, name=f"{MARK} importer {index}", centerStatus="ASSIGNED")
        self._edge(parties.ASSIGNED_TO, ("Importer", number), _CENTER, since=_AT, activeFor=number, source="sample")
        self._edge(parties.ENTERS_AT, ("Importer", number), ("Port", "ACE:4601"))
        case = self._case(f"{MARK}-{index}", number, _CENTER, MARK)
        self._edge(issues.SUBJECT_TO_ADCVD, case, ("AdcvdOrder", ORDER))
        entry = ("Entry", entry_number(index))
        self._node("Entry", number=entry[1], enteredAt=_AT)
        self._edge(cases.COVERS_ENTRY, case, entry, confirmedAt=_AT)
        self._edge(cases.ENTRY_AT, entry, ("Port", "ACE:4601"))

    def _case(self, case: str, importer: str, owner: tuple[str, str], mark: str) -> tuple[str, str]:
        self._node("Case", id=case, number=f"T-{case}", status="OPEN", title=f"{mark} case", openedAt=_AT)
        self._edge(cases.OF_KIND, ("Case", case), ("CaseKind", "rfi"))
        self._edge(cases.CONCERNS, ("Case", case), ("Importer", importer))
        self._edge(cases.HANDLED_BY, ("Case", case), owner)
        return ("Case", case)

    def _others(self) -> None:
        """A row of each kind that a verb may name, of the first stranger."""
        case, importer = ("Case", f"{MARK}-0"), ("Importer", "60-0000000AA")
        self._issue(f"issue-{MARK}", case[1], MARK)
        self._deadline(case[1], importer, MARK)
        for name, audience in (("one", "owner"), ("other", "owner")):
            self._node(
                "Decision", id=f"decision-{MARK}-{name}", question=f"{MARK} question", outcome=f"{MARK} {name}",
                decidedAt=_AT,
                audience=audience, maker=f"{MARK} maker",
            )  # fmt: skip
            self._edge(cases.DECIDES, ("Decision", f"decision-{MARK}-{name}"), case)
            self._edge(cases.MADE_AT, ("Decision", f"decision-{MARK}-{name}"), _CENTER)
        self._node(
            "Disparity", id=f"disparity-{MARK}", state="OPEN", strength="FAIR", why=f"{MARK} why",
            question=f"{MARK} question",
            hts10="8542.31.0001", daysApart=0, foundAt=_AT,
        )  # fmt: skip
        for name in ("one", "other"):
            self._edge(disparities.BETWEEN, ("Disparity", f"disparity-{MARK}"), ("Decision", f"decision-{MARK}-{name}"))
        for contact in ("one", "other"):
            self._node(
                "Contact", id=f"contact-{MARK}-{contact}", name=f"{MARK} {contact}", role="liaison", published=False,
                email=f"{MARK}-{contact}@sample.example", emailAudience="own", phoneAudience="own",
            )  # fmt: skip
            self._edge(people.WORKS_FOR, ("Contact", f"contact-{MARK}-{contact}"), importer)
        self._node("Account", id=f"tests.example|{MARK}", subject=MARK, issuer="tests.example")
        self._node(
            "Question", id=f"question-{MARK}", title=f"{MARK} title", text=f"{MARK} text", state="ASKED",
            mayBePublished=False,
            routedBecause=f"{MARK} because", askedAt=_AT, dueOn=date(2026, 10, 15),
        )  # fmt: skip
        self._edge(questions.ASKED, ("Account", f"tests.example|{MARK}"), ("Question", f"question-{MARK}"))
        self._edge(questions.ASKED_OF, ("Question", f"question-{MARK}"), _CENTER)
        self._edge(questions.ASKED_BY, ("Question", f"question-{MARK}"), importer)
        self._node(
            "Calendar",
            id=f"calendar-{MARK}",
            account=f"tests.example|{MARK}",
            path=f"/calendars/{MARK}.ics",
            shows="BOTH",
            openedAt=_AT,
        )
        self._node("Note", id=f"note-{MARK}", kind="NOTE", text=f"{MARK} note", at=_AT, audience="parties")
        self._edge(casework.NOTE_OF, ("Note", f"note-{MARK}"), case)
        self._by_role(case, importer)
        self._on_desks(case)
        self._messages()

    def _messages(self) -> None:
        """A draft, and a message for those with a case under a program, which none of the offices' importers has."""
        draft, sent = ("Message", f"message-{MARK}"), ("Message", f"message-{MARK}-sent")
        audience = ("MessageAudience", f"audience-{MARK}")
        said = {"title": f"{MARK} title", "body": f"{MARK} body", "language": "en", "everyone": False, "draftedAt": _AT}
        self._node("Message", id=draft[1], state="DRAFT", **said)
        self._node("Message", id=sent[1], state="PUBLISHED", number="2026-9999", publishedAt=_AT, **said)
        self._node("MessageAudience", id=audience[1], name=f"{MARK} name", program="UFLPA", brokers=True, terms=1)
        self._edge(messages.NAMES, audience, ("Program", "UFLPA"))
        for message in (draft, sent):
            self._edge(messages.ISSUED_BY, message, _CENTER)
            self._edge(messages.ADDRESSED_TO, message, audience)

    def _by_role(self, case: tuple[str, str], importer: tuple[str, str]) -> None:
        """A firm that is a party of the first stranger's case, what is written to it, a power of attorney, a number of
        CBP's own and a case that belongs with it; and a surety that is a party of the offices' world's case.
        """
        firm, power, broker = ("Firm", f"F-{MARK}"), ("PowerOfAttorney", f"power-{MARK}"), ("Broker", "SSS")
        self._node("Firm", code=firm[1], name=f"{MARK} firm", published=False)
        self._edge(case_parties.HAS_PARTY, case, firm, role="consignee", since=_AT, confirmedAt=_AT)
        self._edge(case_parties.SHARED_WITH, ("Note", f"note-{MARK}"), firm)
        self._node("Broker", filerCode=broker[1], name="Sample Broker SSS")
        self._node(
            "PowerOfAttorney", id=power[1], state="OFFERED", principal=f"{MARK} principal", partnership=False,
            since=_AT, grantedAt=_AT,
        )  # fmt: skip
        self._edge(powers.GIVEN_BY, power, importer)
        self._edge(powers.GIVEN_TO, power, broker)
        number = ("CbpNumber", f"{case[1]} bill {MARK}1")
        self._node(
            "CbpNumber", id=number[1], kind="bill", number=f"{MARK}1".upper(), code=f"{MARK}1".upper(), since=_AT,
            confirmedAt=_AT,
        )  # fmt: skip
        self._edge(case_links.NUMBER_OF, number, case)
        self._edge(case_links.LED_BY, ("Case", f"{MARK}-1"), case, since=_AT)
        mine = ("Case", "mine")
        self._edge(case_parties.HAS_PARTY, mine, ("Firm", "SURETY-036"), role="surety", since=_AT, confirmedAt=_AT)

    def _on_desks(self, case: tuple[str, str]) -> None:
        """What was asked in that case by items, a template, a referral and a reassignment of its office."""
        self._node(
            "RequestItem", id=f"item-{MARK}", position=1, text=f"{MARK} item", state="OPEN", askedAt=_AT,
            audience="parties",
        )  # fmt: skip
        self._edge(requests.ASKED_IN, ("RequestItem", f"item-{MARK}"), case)
        self._edge(requests.ITEM_OF, ("RequestItem", f"item-{MARK}"), ("Note", f"note-{MARK}"))
        self._node(
            "Template", id=f"template-{MARK}", name=f"{MARK} name", version=1, purpose="NOTICE", title=f"{MARK} title",
            text=f"{MARK} text", savedAt=_AT,
        )  # fmt: skip
        self._edge(requests.KEPT_BY, ("Template", f"template-{MARK}"), _CENTER)
        self._node("Referral", id=f"referral-{MARK}", question=f"{MARK} question", state="OPEN", sentAt=_AT)
        self._edge(referrals.REFERS, ("Referral", f"referral-{MARK}"), case)
        self._edge(referrals.SENT_BY, ("Referral", f"referral-{MARK}"), _CENTER)
        self._edge(referrals.SENT_TO, ("Referral", f"referral-{MARK}"), ("Office", "OT-RR"))
        self._node(
            "Reassignment", id=f"reassignment-{MARK}", state="DONE", takenFrom="Center:CEE003", givenTo="Center:CEE009",
            reason=f"{MARK} reason", total=0, done=0, refused=0, startedAt=_AT,
        )  # fmt: skip
        self._edge(reassignments.OF_OFFICE, ("Reassignment", f"reassignment-{MARK}"), _CENTER)

    def _issue(self, issue: str, case: str, mark: str) -> None:
        self._node("Issue", id=issue, title=f"{mark} issue", topic="origin", state="CONFIRMED")
        self._edge(issues.ABOUT, ("Case", case), ("Issue", issue))

    def _deadline(self, case: str, party: tuple[str, str], mark: str) -> None:
        deadline = ("Deadline", f"due-{case}")
        self._node(
            "Deadline", id=deadline[1], name=f"{mark} reply", state="RUNNING", startedOn=date(2026, 10, 1),
            due=date(2030, 1, 1),
            owedBy="importer", extensions=0,
        )  # fmt: skip
        self._edge(casework.DEADLINE_OF, deadline, ("Case", case))
        self._edge(casework.RUNS_BY, deadline, ("Clock", "rfi reply"))
        self._edge(casework.OWED_BY, deadline, party)

    def _node(self, label: str, **properties: Any) -> None:
        self.nodes.append(NodeRow(label, {"source": "sample", **properties}))

    def _edge(self, edge: Edge, tail: tuple[str, str], head: tuple[str, str], **properties: Any) -> None:
        self.edges.append(EdgeRow(edge, tail, head, properties))
