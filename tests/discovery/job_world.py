"""The people, accounts and cases that the questions from the job are about, on the offices of `tests/offices.py`."""

from datetime import UTC, datetime
from typing import Any, Final

from graph_schema import case_links, cases, casework, parties, people, referrals
from hub.database.graph import Graph
from hub.world.desks import desk_rows
from hub.world.reference import reference_rows
from tests.offices import SINCE, Builder, write, write_rows

_AWAY: Final = {"awayFrom": datetime(2026, 11, 20, 12, tzinfo=UTC), "awayUntil": datetime(2026, 11, 27, 12, tzinfo=UTC)}
_VACANT: Final = {"vacantSince": datetime(2026, 6, 1, 12, tzinfo=UTC)}

# number -> its Center, the ports it enters at
_IMPORTERS: Final = {
    "55-5555555AA": ("CEE004", ("2304", "5301")),
    "66-6666666AA": ("CEE006", ("5301",)),
    "77-7777777AA": ("CEE003", ("2304",)),
    "88-8888888AA": ("CEE002", ("4909", "5201")),
    "99-9999999AA": ("CEE008", ("4601",)),
}
# id -> organisation, role, port they sit at, what they cover, more
_PEOPLE: Final[dict[str, tuple[tuple[str, str], str, str, tuple[tuple[str, str], ...], dict[str, Any]]]] = {
    "lopez": (("Center", "CEE007"), "import_specialist", "2704", (), {}),
    "chen": (("Team", "A07"), "import_specialist", "", (), {}),
    "cbpo-2704": (("Port", "ACE:2704"), "cbp_officer", "", (), {}),
    "seated-2304": (("Center", "CEE004"), "import_specialist", "2304", (), {}),
    "seated-5301": (("Center", "CEE004"), "import_specialist", "5301", (), {}),
    "drawback-2304": (("Center", "CEE004"), "drawback_specialist", "2304", (("HtsChapter", "61"),), {}),
    "account-55": (("Center", "CEE004"), "national_account_manager", "", (("Importer", "55-5555555AA"),), {}),
    "account-88": (("Center", "CEE002"), "national_account_manager", "", (("Importer", "88-8888888AA"),), _VACANT),
    "fish": (("Center", "CEE002"), "import_specialist", "", (("HtsChapter", "03"),), {"published": True}),
    "drawback-008": (("Center", "CEE008"), "drawback_specialist", "", (("HtsChapter", "95"),), {"published": True}),
    "gone": (("Center", "CEE003"), "import_specialist", "", (), _VACANT),
    "supervisor-003": (("Center", "CEE003"), "supervisory_import_specialist", "", (), {}),
    "away-003": (("Center", "CEE003"), "import_specialist", "", (), _AWAY),
    "deputy-003": (("Center", "CEE003"), "import_specialist", "", (), {}),
    "drawback-006": (("Center", "CEE006"), "drawback_specialist", "", (("CaseKind", "drawback"),), {}),
    "entries-006": (("Center", "CEE006"), "entry_specialist", "", (), {}),
    "fpf-5301": (("Port", "ACE:5301"), "fpf_officer", "", (), {}),
    "fpf-2304": (("Port", "ACE:2304"), "fpf_officer", "", (), {}),
    "director-2304": (("Port", "ACE:2304"), "port_director", "", (), {"published": True}),
    "director-5301": (("Port", "ACE:5301"), "port_director", "", (), {}),
    "auditor-5301": (("Port", "ACE:5301"), "auditor", "", (), {"published": True}),
    "investigator": (("Office", "OT-TRLED-EAPA"), "international_trade_specialist", "", (), {}),
    "forced-labor": (("Office", "OT-TRLED-FLD"), "international_trade_specialist", "", (), {}),
    "adcvd-lead": (("Agency", "ITA"), "pga_officer", "", (("CaseKind", "adcvd_inquiry"),), {"published": True}),
    "exclusions-301": (("Agency", "USTR"), "pga_officer", "", (), {"published": True}),
    "inclusions-232": (("Agency", "BIS"), "pga_officer", "", (), {"published": True}),
}
# number -> kind, importer, owner, port, officer, more: who sent it, status, entry
_CASES: Final[dict[str, tuple[str, str, tuple[str, str], str, str, dict[str, Any]]]] = {
    "J-RFI": ("rfi", "11-1111111AA", ("Center", "CEE007"), "2704", "lopez", {"entry": "AAA-0000010-5"}),
    "J-PROTEST": ("protest", "11-1111111AA", ("Center", "CEE007"), "2704", "chen",
                  {"number": ("protest", "2704-26-100001")}),
    "J-DETENTION": ("detention", "11-1111111AA", ("Port", "ACE:2704"), "2704", "cbpo-2704",
                    {"number": ("detention", "2026-2704-000123")}),
    "J-REFERRED": ("uflpa_detention", "55-5555555AA", ("Office", "OT-TRLED-FLD"), "2304", "forced-labor",
                   {"sender": ("Center", "CEE004")}),
    "J-EAPA": ("eapa", "77-7777777AA", ("Office", "OT-TRLED-EAPA"), "", "investigator", {}),
    "J-SEIZURE": ("seizure", "66-6666666AA", ("Port", "ACE:5301"), "5301", "fpf-5301",
                  {"number": ("seizure", "2026-5301-000077-01")}),
    "J-GONE": ("rfi", "77-7777777AA", ("Center", "CEE003"), "2304", "gone", {}),
    "J-AWAY": ("notice_of_action", "77-7777777AA", ("Center", "CEE003"), "2304", "away-003", {}),
    "J-IDLE": ("rfi", "55-5555555AA", ("Center", "CEE004"), "2304", "", {}),
    "J-CLOSED": ("protest", "11-1111111AA", ("Center", "CEE007"), "2704", "lopez", {"status": "CLOSED"}),
    "J-OIL": ("rfi", "66-6666666AA", ("Center", "CEE006"), "5301", "", {}),
    "J-SCOPE": ("adcvd_inquiry", "77-7777777AA", ("Center", "CEE003"), "", "supervisor-003", {}),
}  # fmt: skip


async def write_job_world(graph: Graph) -> None:
    """Writes public facts, the offices and this into an empty database."""
    await write(graph)
    made, desks = _Job(), desk_rows(reference_rows())
    await write_rows(graph, (*made.nodes, *desks.nodes), (*made.edges, *desks.edges))


class _Job(Builder):
    def __init__(self) -> None:
        super().__init__()
        for number, (center, ports) in _IMPORTERS.items():
            self._importer(number, center, ports)
        for contact, (party, role, port, covers, more) in _PEOPLE.items():
            self.contact(contact, party, role, more)
            if port:
                self.edge(people.SITS_AT, ("Contact", contact), ("Port", f"ACE:{port}"))
            for covered in covers:
                self.edge(people.COVERS, ("Contact", contact), covered)
        self.edge(people.DEPUTIZED_BY, ("Contact", "away-003"), ("Contact", "deputy-003"))
        for number, (kind, importer, owner, port, officer, more) in _CASES.items():
            self._case(number, kind, importer, owner, port, officer, more)
        for name, party in (
            ("apparel-importer", ("Importer", "55-5555555AA")), ("oil-importer", ("Importer", "66-6666666AA")),
            ("car-importer", ("Importer", "77-7777777AA")), ("food-importer", ("Importer", "88-8888888AA")),
            ("toy-importer", ("Importer", "99-9999999AA")), ("center-003", ("Center", "CEE003")),
            ("port-2304", ("Port", "ACE:2304")), ("port-5301", ("Port", "ACE:5301")),
            ("eapa", ("Office", "OT-TRLED-EAPA")), ("center-002", ("Center", "CEE002")),
            ("center-006", ("Center", "CEE006")),
        ):  # fmt: skip
            self.account(name, party)
        self.node("Broker", filerCode="EEE", name="Sample Broker EEE")
        self.edge(parties.REPRESENTS, ("Broker", "EEE"), ("Importer", "55-5555555AA"), since=SINCE)
        self.account("apparel-broker", ("Broker", "EEE"))

    def _importer(self, number: str, center: str, ports: tuple[str, ...]) -> None:
        importer = ("Importer", number)
        self.node("Importer", number=number, name=f"Sample Importer {number[:2]}", centerStatus="ASSIGNED")
        self.edge(parties.ASSIGNED_TO, importer, ("Center", center), since=SINCE, activeFor=number, source="sample")
        for port in ports:
            self.edge(parties.ENTERS_AT, importer, ("Port", f"ACE:{port}"))

    def _case(
        self, number: str, kind: str, importer: str, owner: tuple[str, str], port: str, officer: str,
        more: dict[str, Any],
    ) -> None:  # fmt: skip
        case = ("Case", number.lower())
        self.node("Case", id=case[1], number=number, status=more.get("status", "OPEN"), title="Sample", openedAt=SINCE)
        self.edge(cases.OF_KIND, case, ("CaseKind", kind))
        self.edge(cases.CONCERNS, case, ("Importer", importer))
        self.edge(cases.HANDLED_BY, case, owner)
        if port:
            self.edge(cases.AT, case, ("Port", f"ACE:{port}"))
        if officer:
            self.edge(casework.WORKED_BY, case, ("Contact", officer))
        if "sender" in more:
            self.edge(referrals.REFERRED_BY, case, more["sender"], referredAt=SINCE)
        if "entry" in more:
            self.node("Entry", number=more["entry"])
            self.edge(cases.COVERS_ENTRY, case, ("Entry", more["entry"]), confirmedAt=SINCE)
            self.edge(cases.ENTRY_AT, ("Entry", more["entry"]), ("Port", f"ACE:{port}"))
        if "number" in more:
            sort, cbp = more["number"]
            row = f"{case[1]} {sort} {cbp}"
            code = "".join(filter(str.isalnum, cbp))
            self.node("CbpNumber", id=row, kind=sort, number=cbp, code=code, since=SINCE, confirmedAt=SINCE)
            self.edge(case_links.NUMBER_OF, ("CbpNumber", row), case)
