"""A small world on the real public facts, in which it is plain who answers for what."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from graph_schema import cases, parties, people
from graph_schema.graph import GRAPH
from graph_schema.model import Edge
from graph_schema.upsert import EdgeRow, NodeRow, edge_statements, node_statements
from hub.database.graph import Graph
from hub.viewer import account_id
from hub.world.reference import reference_rows

ISSUER: Final = "tests.example"
TUESDAY: Final = "2026-11-24T15:00:00Z"
"""Ten in the morning in the East, two days before Thanksgiving."""

SINCE: Final = datetime(2024, 3, 1, 12, tzinfo=UTC)
_AWAY: Final = {"awayFrom": datetime(2026, 11, 20, 12, tzinfo=UTC), "awayUntil": datetime(2026, 11, 27, 12, tzinfo=UTC)}
_VACANT: Final = {"vacantSince": datetime(2026, 6, 1, 12, tzinfo=UTC)}

_DESKS: Final = {
    "desk-007": ("Center", "CEE007"), "desk-004": ("Center", "CEE004"), "desk-003": ("Center", "CEE003"),
    "desk-2704": ("Port", "ACE:2704"),
    "desk-4601": ("Port", "ACE:4601"), "desk-fda": ("Agency", "FDA"),
    "desk-los-angeles": ("FieldOffice", "Los Angeles"),
    "desk-new-york": ("FieldOffice", "New York"), "desk-eapa": ("Office", "OT-TRLED-EAPA"),
    "desk-trled": ("Office", "OT-TRLED"),
    "desk-fld": ("Office", "OT-TRLED-FLD"),
    "desk-tod": ("Office", "OFO-TOD"), "desk-otr": ("Office", "OTR"), "desk-rr": ("Office", "OT-RR"),
    "desk-tpp": ("Office", "OT-TPP"), "desk-draw": ("Office", "OFO-DRAW"),
}  # fmt: skip
# id -> organisation, role, what it covers, more
_STAFF: Final[dict[str, tuple[tuple[str, str], str, tuple[tuple[str, str], ...], dict[str, Any]]]] = {
    "director-007": (("Center", "CEE007"), "center_director", (), {"published": True}),
    "supervisor-007": (("Center", "CEE007"), "supervisory_import_specialist", (), {}),
    "chapter-85": (("Center", "CEE007"), "import_specialist", (("HtsChapter", "85"),), {}),
    "chapter-85-deputy": (("Center", "CEE007"), "drawback_specialist", (), {}),
    "entries": (("Center", "CEE007"), "entry_specialist", (), {}),
    "protests": (("Team", "A07"), "liaison", (("CaseKind", "protest"),), {}),
    "protests-colleague": (("Team", "A07"), "liaison", (), {}),
    "chapter-61": (("Center", "CEE004"), "import_specialist", (("HtsChapter", "61"),), _AWAY),
    "autos": (("Center", "CEE003"), "import_specialist", (("HtsChapter", "87"),), _VACANT),
    "toys": (("Center", "CEE008"), "import_specialist", (("HtsChapter", "95"),), {**_AWAY, "published": True}),
    "toys-deputy": (("Center", "CEE008"), "liaison", (), {**_VACANT, "published": True}),
    "toys-second": (("Center", "CEE008"), "liaison", (), {"published": True}),
    "pharma": (("Center", "CEE001"), "import_specialist", (("HtsChapter", "30"),), {}),
    "director-2704": (("Port", "ACE:2704"), "port_director", (), {}),
    "penalties-2704": (("Port", "ACE:2704"), "fpf_officer", (), {}),
    "shared-2704": (("Port", "ACE:2704"), "desk", (), {"published": True}),
    "fda-fish": (("Agency", "FDA"), "pga_officer", (("HtsChapter", "03"),), {}),
}
_DEPUTIES: Final = (("chapter-85", "chapter-85-deputy"), ("toys", "toys-deputy"), ("toys-deputy", "toys-second"))
_ACCOUNTS: Final = {
    "trade": ("Office", "OT-TPP"), "importer": ("Importer", "11-1111111AA"), "broker": ("Broker", "BBB"),
    "former-broker": ("Broker", "CCC"),
    "center-007": ("Center", "CEE007"), "colleague-007": ("Center", "CEE007"),
    "center-004": ("Center", "CEE004"), "center-001": ("Center", "CEE001"),
    "port-2704": ("Port", "ACE:2704"), "fda": ("Agency", "FDA"),
    "pending": ("Importer", "33-3333333AA"), "not-eligible": ("Importer", "22-2222222AA"),
    "association": ("Association", "NCBFAA"),
    "surety": ("Firm", "SURETY-036"), "consignee": ("Firm", "CONSIGNEE-1"), "producer": ("Firm", "PRODUCER-1"),
    "new-broker": ("Broker", "DDD"),
}  # fmt: skip


async def write(graph: Graph) -> None:
    """Writes public facts and this world into an empty database."""
    made = _Offices()
    facts = reference_rows()
    for rows, edges in ((facts.nodes, facts.edges), (made.nodes, made.edges)):
        await write_rows(graph, rows, edges)


async def write_rows(graph: Graph, rows: Sequence[NodeRow], edges: Sequence[EdgeRow]) -> None:
    """Writes these rows, and then these edges."""
    # apart, so that a database that has just started has time to plan them all
    await graph.write(node_statements(GRAPH, rows, 5_000))
    await graph.write(edge_statements(GRAPH, edges, 5_000))


class Builder:
    """Gathers the rows of a world of offices, contacts and cases."""

    def __init__(self) -> None:
        self.nodes: list[NodeRow] = []
        self.edges: list[EdgeRow] = []

    def node(self, label: str, **properties: Any) -> None:
        """Adds a row."""
        self.nodes.append(NodeRow(label, {"source": "sample", **properties}))

    def edge(self, edge: Edge, tail: tuple[str, str], head: tuple[str, str], **properties: Any) -> None:
        """Adds an edge."""
        self.edges.append(EdgeRow(edge, tail, head, properties))

    def contact(self, contact: str, party: tuple[str, str], role: str, more: dict[str, Any]) -> None:
        """Adds a contact of a party, whom nobody else sees unless `more` says that it is published."""
        published = {"published": False, **more}
        west = party in (("FieldOffice", "Los Angeles"), ("Port", "ACE:2704"))
        self.node(
            "Contact", id=contact, name=f"Sample {contact}", role=role, email=f"{contact}@sample.example",
            emailAudience="counterpart",
            phoneAudience="own", timeZone="PACIFIC" if west else "EASTERN", opensAt="08:00", closesAt="16:30",
            **published,
        )  # fmt: skip
        self.edge(people.WORKS_FOR, ("Contact", contact), party)

    def account(self, name: str, party: tuple[str, str]) -> None:
        """Adds a sign-in that acts for a party."""
        self.node("Account", id=account_id(ISSUER, name), subject=name, issuer=ISSUER)
        self.edge(people.ACTS_FOR, ("Account", account_id(ISSUER, name)), party, since=SINCE, grantedBy="the test")


class _Offices(Builder):
    def __init__(self) -> None:
        super().__init__()
        self._trade()
        self._people()
        self._cases()
        for name, party in _ACCOUNTS.items():
            self.account(name, party)

    def _trade(self) -> None:
        for number, state, center in (
            ("11-1111111AA", "ASSIGNED", "CEE007"),
            ("22-2222222AA", "NOTELG", None),
            ("33-3333333AA", "PNDING", None),
            ("44-4444444AA", "ASSIGNED", "CEE001"),
        ):
            self.node("Importer", number=number, name=f"Sample Importer {number[:2]}", centerStatus=state)
            if center:
                self.edge(
                    parties.ASSIGNED_TO,
                    ("Importer", number),
                    ("Center", center),
                    since=SINCE,
                    activeFor=number,
                    source="sample",
                )
        past = {"since": datetime(2020, 1, 1, tzinfo=UTC), "until": SINCE, "source": "sample"}
        self.edge(parties.ASSIGNED_TO, ("Importer", "11-1111111AA"), ("Center", "CEE004"), **past)
        for number, port in (("11-1111111AA", "2704"), ("22-2222222AA", "4601")):
            self.edge(parties.ENTERS_AT, ("Importer", number), ("Port", f"ACE:{port}"))
        for code, said in (
            ("SURETY-036", {"suretyCode": "036", "published": True}), ("CONSIGNEE-1", {"published": False}),
            ("PRODUCER-1", {"published": False}),
        ):  # fmt: skip
            self.node("Firm", code=code, name=f"Sample {code}", **said)
        self.node("Broker", filerCode="DDD", name="Sample Broker DDD")
        for filer, term in (("BBB", {}), ("CCC", {"until": datetime(2025, 1, 1, tzinfo=UTC)})):
            self.node("Broker", filerCode=filer, name=f"Sample Broker {filer}")
            self.edge(parties.REPRESENTS, ("Broker", filer), ("Importer", "11-1111111AA"), since=SINCE, **term)

    def _people(self) -> None:
        self.node("Team", number="A07", name="Sample Team A07")
        self.edge(parties.TEAM_PART_OF, ("Team", "A07"), ("Center", "CEE007"))
        for contact, party in _DESKS.items():
            self.contact(contact, party, "liaison", {"published": True})
        for contact, (party, role, covers, more) in _STAFF.items():
            self.contact(contact, party, role, more)
            for covered in covers:
                self.edge(people.COVERS, ("Contact", contact), covered)
        for contact, deputy in _DEPUTIES:
            self.edge(people.DEPUTIZED_BY, ("Contact", contact), ("Contact", deputy))

    def _cases(self) -> None:
        for case, status, importer, owner, port, entry in (
            ("open", "OPEN", "11-1111111AA", ("Port", "ACE:2704"), "2704", "AAA-0000001-4"),
            ("closed", "CLOSED", "11-1111111AA", ("Center", "CEE007"), "4601", "AAA-0000002-2"),
            ("joint", "OPEN", "44-4444444AA", ("Center", "CEE001"), "4601", "AAA-0000003-0"),
        ):
            self.node("Case", id=case, number=f"T-{case}", status=status, title="Sample", openedAt=SINCE)
            self.node("Entry", number=entry)
            for edge, head in (
                (cases.OF_KIND, ("CaseKind", "rfi")),
                (cases.CONCERNS, ("Importer", importer)),
                (cases.HANDLED_BY, owner),
                (cases.COVERS_ENTRY, ("Entry", entry)),
            ):
                self.edge(edge, ("Case", case), head, **({"confirmedAt": SINCE} if edge is cases.COVERS_ENTRY else {}))
            self.edge(cases.ENTRY_AT, ("Entry", entry), ("Port", f"ACE:{port}"))
        self.edge(cases.INVOLVES, ("Case", "joint"), ("Agency", "FDA"), acceptedAt=SINCE)
