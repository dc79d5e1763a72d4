"""Small random graphs that are hard on rules: expired powers of attorney, shared offices, owners of all three kinds."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from graph_schema import (
    case_links,
    case_parties,
    cases,
    casework,
    disparities,
    forms,
    goods,
    issues,
    messages,
    parties,
    people,
    powers,
    provenance,
    questions,
    reassignments,
    referrals,
    requests,
    topics,
)
from graph_schema.ddl import TEXT_IS_READ
from graph_schema.formats import entry_check_digit
from graph_schema.graph import GRAPH
from graph_schema.model import Edge
from graph_schema.upsert import EdgeRow, NodeRow, edge_statements, node_statements
from hub.database.graph import Graph

Key = tuple[str, Any]
_STATEMENTS = 30
NOW = datetime.now(UTC).replace(microsecond=0)
_WRITTEN = {"Note": casework.NOTE_OF, "Attachment": casework.ATTACHMENT_OF, "HistoryEntry": casework.HISTORY_OF}


@dataclass(frozen=True)
class Link:
    """An edge of the world."""

    edge: Edge
    tail: Key
    head: Key
    properties: dict[str, Any]


@dataclass
class World:
    """A graph in plain Python: what the oracle reads, and what is written to Neo4j."""

    nodes: dict[Key, dict[str, Any]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    _index: dict[tuple[str, str, Key | None], list[Link]] = field(default_factory=dict)

    def of(self, label: str) -> list[Key]:
        return [key for key in self.nodes if key[0] == label]

    def add(self, link: Link) -> None:
        self.links.append(link)
        for end, key in (("tail", link.tail), ("head", link.head), ("any", None)):
            self._index.setdefault((link.edge.name, end, key), []).append(link)

    def heads(self, edge: Edge, tail: Key) -> list[Key]:
        return [link.head for link in self.between(edge, tail=tail)]

    def tails(self, edge: Edge, head: Key) -> list[Key]:
        return [link.tail for link in self.between(edge, head=head)]

    def between(self, edge: Edge, tail: Key | None = None, head: Key | None = None) -> list[Link]:
        """The edges from a row, to a row, or all of them."""
        end, key = ("tail", tail) if tail else ("head", head) if head else ("any", None)
        return self._index.get((edge.name, end, key), [])

    async def write(self, graph: Graph) -> None:
        rows = [NodeRow(label, properties) for (label, _), properties in self.nodes.items()]
        edges = [EdgeRow(link.edge, link.tail, link.head, link.properties) for link in self.links]
        # in parts: where the database has just started, planning takes most of the time that one change may take
        statements = [*node_statements(GRAPH, rows), *edge_statements(GRAPH, edges)]
        for start in range(0, len(statements), _STATEMENTS):
            await graph.write(statements[start : start + _STATEMENTS])
        await graph.apply([TEXT_IS_READ])


def random_world(seed: int) -> World:
    """A world of some 150 nodes."""
    return _Maker(random.Random(seed)).world()


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._random = chance
        self._made = World()

    def world(self) -> World:
        self._offices()
        self._trade()
        self._people()
        self._cases()
        self._casework()
        self._disparities()
        self._issues()
        self._connections()
        self._accounts()
        self._parties_by_role()
        self._powers()
        self._desks()
        self._messages()
        return self._made

    def _add(self, label: str, **properties: Any) -> Key:
        node = GRAPH.node(label)
        key = (label, properties[node.key])
        self._made.nodes[key] = {
            "source": "sample",
            **{name: value for name, value in properties.items() if value is not None},
        }
        return key

    def _link(self, edge: Edge, tail: Key, head: Key, **properties: Any) -> None:
        kept = {name: value for name, value in properties.items() if value is not None}
        if edge.key is None and any(link.head == head for link in self._made.between(edge, tail=tail)):
            return
        self._made.add(Link(edge, tail, head, kept))

    def _offices(self) -> None:  # noqa: PLR0912 - one branch a kind of office or fact
        for name in ("Boston", "Miami"):
            self._add("FieldOffice", name=name)
        for code in ("CEE001", "CEE002", "CEE003"):
            center = self._add("Center", code=code, name=f"Center {code}", city=self._maybe("Town"))
            self._link(parties.MANAGED_FROM, center, self._one(self._made.of("FieldOffice")))
            for letter in "AB":
                team = self._add("Team", number=f"{letter}0{code[-1]}", name=f"Team {letter}{code[-1]}")
                self._link(parties.TEAM_PART_OF, team, center)
        for code, parent in (
            ("CBP", None),
            ("OT", "CBP"),
            ("OT-RR", "OT"),
            ("OT-RR-X", "OT-RR"),
            ("OFO", "CBP"),
            ("OFO-A", "OFO"),
            ("OFO-B", "OFO-A"),
        ):
            office = self._add("Office", code=code, name=f"Office {code}")
            if parent:
                self._link(parties.OFFICE_PART_OF, office, ("Office", parent))
        for code in ("0101", "0102", "2704"):
            port = self._add(
                "Port", id=f"ACE:{code}", issuer="ACE", code=code, name=f"Port {code}", kind="port_of_entry"
            )
            self._link(parties.IN_FIELD_OFFICE, port, self._one(self._made.of("FieldOffice")))
            for issuer in ("ACE", "CENSUS"):
                self._link(
                    parties.IDENTIFIES, self._add("PortCode", id=f"{issuer}:{code}", issuer=issuer, code=code), port
                )
        for code in ("FDA", "EPA", "FCC"):
            self._add("Agency", code=code, name=f"Agency {code}")
        for position, agency in enumerate(self._made.of("Agency")):
            office = self._add("AgencyOffice", code=f"{agency[1]}-{position}", name=f"Office of {agency[1]}")
            self._link(parties.AGENCY_PART_OF, office, agency)
            self._link(parties.SERVES, office, self._made.of("Port")[position % 2])
        for code in ("NCBFAA", "COAC"):
            self._add("Association", code=code, name=f"Association {code}")
        for chapter in ("84", "85"):
            self._add("HtsChapter", code=chapter, title=f"Chapter {chapter}")
            for heading in ("01", "42"):
                found = self._add("HtsHeading", code=chapter + heading, title=f"Heading {chapter}{heading}")
                self._link(goods.IN_CHAPTER, found, ("HtsChapter", chapter))
                suggestion = {"confidence": self._one(("high", "low")), "basis": "because"}
                self._link(goods.SUGGESTS, found, self._one(self._made.of("Center")), **suggestion)
            self._link(goods.REGULATES, self._made.of("Agency")[0], ("HtsChapter", chapter))
        for kind in ("rfi", "protest"):
            self._add("CaseKind", code=kind, name=f"Kind {kind}", holds=kind == "protest")
        self._add("Program", code="UFLPA", name="UFLPA")
        self._add("Topic", code="origin", name="Topic origin", note=self._maybe("where goods come from"))
        form = self._add("Form", code="CBP 28", name="Form about information", spellings=self._maybe("CF 28"))
        self._link(forms.USED_IN, form, ("CaseKind", "rfi"), rank=self._maybe(1))
        for matter in (("CaseKind", "rfi"), ("Program", "UFLPA"), ("Topic", "origin")):
            self._link(topics.ANSWERED_BY, matter, self._one(self._made.of("Office")), basis="because")
        for matter, place in ((("CaseKind", "rfi"), "Center"), (("Topic", "origin"), "Port")):
            self._link(topics.ANSWERED_AT, matter, self._made.of(place)[0], basis="because")
        for matter, first in ((("CaseKind", "protest"), True), (("Program", "UFLPA"), False)):
            self._link(topics.DECIDED_BY, matter, self._made.of("Agency")[0], basis="because", beforeCbp=first)

    def _trade(self) -> None:
        for index in range(7):
            state = self._one(("ASSIGNED", "ASSIGNED", "ASSIGNED", "PNDING"))
            number = f"00-{index:07d}SW"
            importer = self._add(
                "Importer", number=number, name=f"Importer {self._random.randrange(4)}", centerStatus=state
            )
            for _ in range(self._random.randrange(3)):
                before = NOW - timedelta(days=self._random.randint(500, 2000))
                self._link(
                    parties.ASSIGNED_TO,
                    importer,
                    self._center(),
                    since=before,
                    until=before + timedelta(days=90),
                    source="sample",
                )
            if state == "ASSIGNED":
                self._link(
                    parties.ASSIGNED_TO,
                    importer,
                    self._center(),
                    since=NOW - timedelta(days=400),
                    activeFor=number,
                    source="sample",
                )
            for _ in range(2):
                self._link(parties.ENTERS_AT, importer, self._one(self._made.of("Port")))
        for index in range(5):
            broker = self._add("Broker", filerCode=f"S0{index}", name=f"Broker {self._random.randrange(3)}")
            for importer in self._random.sample(self._made.of("Importer"), self._random.randint(1, 4)):
                for term in self._terms():
                    self._link(parties.REPRESENTS, broker, importer, **term)
        for association in self._made.of("Association"):
            for member in self._random.sample([*self._made.of("Importer"), *self._made.of("Broker")], 4):
                self._link(parties.HAS_MEMBER, association, member)

    def _terms(self) -> Iterator[dict[str, Any]]:
        """Powers of attorney: half of them expired, some not begun, some renewed."""
        for position in range(self._one((1, 1, 2))):
            since = NOW - timedelta(days=self._random.randint(100, 900) + position * 1000)
            until = self._one(
                (
                    None,
                    NOW + timedelta(days=5),
                    NOW - timedelta(days=self._random.randint(0, 50)),
                    since + timedelta(days=1),
                )
            )
            if self._random.random() < 0.1:
                since, until = NOW + timedelta(days=2), None
            yield {"since": since, "until": until}

    def _people(self) -> None:
        employers = [
            key
            for label in (
                "Center",
                "Team",
                "Port",
                "Office",
                "Agency",
                "AgencyOffice",
                "Association",
                "Importer",
                "Broker",
            )
            for key in self._made.of(label)
        ]
        for index in range(40):
            contact = self._add(
                "Contact", id=f"contact-{index:02d}", name=f"Sample {self._random.randrange(9)}",
                role=self._one(("director", "specialist")),
                email=f"c{index}@sample.example", emailAudience=self._audience(), phone=self._maybe("+1-202-555-0100"),
                phoneAudience=self._audience(), published=self._random.random() < 0.2,
                timeZone=self._maybe("EASTERN"), opensAt=self._maybe("08:00"), closesAt=self._maybe("16:30"),
                awayFrom=self._maybe(NOW),
            )  # fmt: skip
            self._link(people.WORKS_FOR, contact, self._one(employers))
            if self._random.random() < 0.4:
                self._link(people.SITS_AT, contact, self._one(self._made.of("Port")))
            covered = [key for label in people.COVERAGE.labels for key in self._made.of(label)]
            for found in self._random.sample(covered, 2):
                self._link(people.COVERS, contact, found)
            if index:
                self._link(people.DEPUTIZED_BY, contact, ("Contact", f"contact-{self._random.randrange(index):02d}"))

    def _cases(self) -> None:  # noqa: PLR0912 - one branch an edge a case may lack
        # the last issue and the last two importers have no case: only a rule of their own shows them
        for index in range(5):
            self._add("Issue", id=f"issue-{index}", title=f"Issue {index}", topic=self._one(("origin", "valuation")))
        for index in range(3):
            self._add("Ruling", number=f"SAMPLE {index}", title=f"Ruling {index}")
        owners = [*self._made.of("Center"), *self._made.of("Port"), *self._made.of("Office")]
        for index in range(36):
            opened = NOW - timedelta(days=self._random.randint(1, 4), hours=self._random.randrange(3))
            status = self._one(("OPEN", "OPEN", "CLOSED", "DRAFT"))
            case = self._add(
                "Case", id=f"case-{index:02d}", number=f"N-{99 - index}", status=status,
                title=f"Case {self._random.randrange(5)}",
                openedAt=opened, closedAt=NOW if status == "CLOSED" and self._random.random() < 0.7 else None,
            )  # fmt: skip
            self._link(cases.OF_KIND, case, self._one(self._made.of("CaseKind")))
            if self._random.random() < 0.95:
                self._link(cases.CONCERNS, case, self._one(self._made.of("Importer")[:-2]))
            if self._random.random() < 0.95:
                self._link(cases.HANDLED_BY, case, self._one(owners))
            if self._random.random() < 0.8:
                self._link(cases.AT, case, self._one(self._made.of("Port")))
            if self._random.random() < 0.6:
                self._link(issues.ABOUT, case, self._one(self._made.of("Issue")[:-1]))
            if self._random.random() < 0.3:
                self._link(cases.TAGGED, case, ("Program", "UFLPA"))
            for agency in self._random.sample(self._made.of("Agency"), self._one((0, 0, 1, 2))):
                invited, joined = opened if index % 3 == 0 else None, NOW if index % 6 == 0 else None
                self._link(
                    cases.INVOLVES, case, agency, acceptedAt=self._maybe(opened), invitedAt=invited, joinedAt=joined
                )
            self._link(cases.UNDER, case, self._one(self._made.of("HtsHeading")))
            if self._random.random() < 0.5:
                serial = f"{self._random.randrange(12):07d}"
                entry = self._add(
                    "Entry", number=f"S00-{serial}-{entry_check_digit('S00', serial)}", enteredAt=self._maybe(opened),
                    type=("01", "03", None)[index % 3], source=("sample", "system-1")[index % 2],
                )  # fmt: skip
                # half of them only claimed
                self._link(cases.COVERS_ENTRY, case, entry, confirmedAt=opened if index % 4 < 2 else None)
                if not self._made.heads(cases.ENTRY_AT, entry):
                    self._link(cases.ENTRY_AT, entry, self._one(self._made.of("Port")))
            if self._random.random() < 0.6:
                decision = self._add(
                    "Decision", id=f"decision-{index:02d}", question="which heading", questionCode="classification",
                    outcome=self._one(("approved", "denied")), decidedAt=opened,
                    maker=self._maybe("Sample Maker"), audience=self._one(("owner", "parties", "agencies", "public")),
                )  # fmt: skip
                self._link(cases.DECIDES, decision, case)
                self._link(cases.MADE_AT, decision, self._one([*self._made.of("Port"), *self._made.of("Center")]))
                if int(decision[1][-2:]) % 2:
                    self._link(cases.OFFICER_AT, decision, self._made.of("Port")[0])
                if self._random.random() < 0.4:
                    self._link(cases.EXPLAINS, self._one(self._made.of("Ruling")), decision)

    def _disparities(self) -> None:
        self._random, before = random.Random(len(self._made.nodes)), self._random
        decided = self._made.of("Decision")
        for index in range(4):
            state = self._one(("OPEN", "EXPLAINED"))
            disparity = self._add(
                "Disparity", id=f"disparity-{index}", state=state, strength="FAIR", why="because",
                question="which heading",
                hts10="8542.31.0001", daysApart=index, foundAt=NOW, endedAt=self._maybe(NOW),
            )  # fmt: skip
            for decision in self._random.sample(decided, 2):
                self._link(disparities.BETWEEN, disparity, decision)
            if state == "OPEN":
                self._link(disparities.AGAINST, disparity, self._made.of("Ruling")[0])
            if state == "EXPLAINED":
                self._link(disparities.EXPLAINED_BY, disparity, self._one(self._made.of("Ruling")))
        self._random = before

    def _issues(self) -> None:
        """Issues that a few cases may be about, told to their parties or to nobody but their owners, some on a
        board.
        """
        self._random, before = random.Random(len(self._made.nodes) + 1), self._random
        every = self._made.of("Case")
        boards = self._made.of("Association")
        for index in range(6):
            state = self._one(("PROPOSED", "CONFIRMED", "DISMISSED"))
            issue = self._add(
                "Issue",
                id=f"alike-{index}",
                title=f"Alike {index}",
                topic="origin",
                state=state,
                stateAt=NOW,
                proposedAt=NOW,
                sharedAt=self._maybe(NOW),
            )
            for case in self._random.sample(every, index % 3):
                self._link(issues.ALIKE_BY if index < 4 else issues.MAY_BE_ABOUT, case, issue)
            if index in (2, 3):
                self._link(issues.ON_BOARD_OF, issue, self._one(boards))
            if index > 3:
                self._link(issues.MERGED_INTO, issue, ("Issue", f"alike-{index - 3}"))
        self._add("AdcvdOrder", number="A-570-001", product="Sample goods")
        self._add("ForcedLaborOrder", id="2020-01-01 Sample Entity", entity="Sample Entity")
        for case in every[::6]:
            self._made.nodes[case]["unconfirmedSince"] = NOW
        for case in every[1::9]:
            self._made.nodes[case]["claims"] = [f"CONCERNS Importer {self._one(self._made.of('Importer'))[1]}"]
        for case in every[::7]:
            self._made.nodes[case]["ownerClaims"] = [f"HAS_PARTY alleger Importer {self._made.of('Importer')[0][1]}"]
        for case in every[::5]:
            self._link(casework.JOINED_BY, case, self._one(self._made.of("Contact")))
        for case in every[::4]:
            self._link(issues.RAISES, case, self._one(self._made.of("Topic")))
            self._link(issues.SUBJECT_TO_ADCVD, case, self._one(self._made.of("AdcvdOrder")))
            self._link(issues.SUBJECT_TO_FORCED_LABOR, case, self._one(self._made.of("ForcedLaborOrder")))
        self._random = before

    def _casework(self) -> None:
        """What is written, due and done in cases, for every audience; a deadline without a case is only the
        overseers'.
        """
        self._add(
            "Clock", id="rfi reply", name="reply", length=30, side="trade", owedRoles=["all", "nothing", "deadlines"]
        )
        written = {
            "Note": (casework.NOTE_OF, {"kind": "NOTE", "text": "sample"}),
            "HistoryEntry": (casework.HISTORY_OF, {"verb": "closeCase", "text": "closed"}),
            "Attachment": (
                casework.ATTACHMENT_OF,
                {"name": "a.pdf", "mediaType": "application/pdf", "size": 3, "sha256": "0" * 64},
            ),
        }
        holders = [key for label in ("Center", "Port", "Importer", "Broker", "Agency") for key in self._made.of(label)]
        for index, case in enumerate(self._made.of("Case")):
            label, (edge, said) = self._one(list(written.items()))
            audience = self._one(("owner", "parties", "agencies", "public"))
            row = self._add(label, id=f"{label}-{index}", at=NOW, audience=audience, **said)
            self._link(edge, row, case)
            self._link(casework.BY, row, self._one(holders))
            if self._random.random() < 0.4:
                due = (NOW + timedelta(days=self._random.randint(-3, 30))).date()
                state = self._one(("RUNNING", "RUNNING", "MET"))
                deadline = self._add(
                    "Deadline", id=f"due-{index}", name="reply", state=state, startedOn=NOW.date(),
                    due=self._maybe(due), owedBy="importer",
                    extensions=0,
                )  # fmt: skip
                if index % 7:
                    self._link(casework.DEADLINE_OF, deadline, case)
                self._link(casework.RUNS_BY, deadline, ("Clock", "rfi reply"))
                self._link(
                    casework.OWED_BY, deadline, self._one([*self._made.of("Importer"), *self._made.of("Center")])
                )
            if self._random.random() < 0.2:
                self._link(casework.WORKED_BY, case, self._one(self._made.of("Contact")))

    def _connections(self) -> None:
        """Systems that speak for an agency, an office, a Center and an importer, with what they said."""
        for index, label in enumerate(("Agency", "Office", "Center", "Importer")):
            system = f"system-{index}"
            connection = self._add(
                "Connection", name=system, connector="file", rank=200, schedule=self._maybe("every hour")
            )
            self._link(provenance.SPEAKS_FOR, connection, self._one(self._made.of(label)))
            counts = {"read": 3, "written": 2, "unchanged": 1, "skipped": 0, "retired": 0}
            run = self._add(
                "SyncRun",
                id=f"run-{index}",
                system=system,
                status="DONE",
                startedAt=NOW - timedelta(hours=index),
                **counts,
            )
            self._link(provenance.RAN, connection, run)
            refused = self._add(
                "QuarantinedRecord", id=f"refused-{index}", system=system, stream="contacts", place=f"line {index}",
                reason="no name",
                at=NOW, run=run[1], replayable=True,
            )  # fmt: skip
            self._link(provenance.REFUSED, connection, refused)
            described = [key for node in provenance.DESCRIBABLE for key in self._made.of(node.label)]
            for number, row in enumerate(self._random.sample(described, 4)):
                record = self._add(
                    "SourceRecord", id=f"{system}|contacts|{number}", system=system, stream="contacts",
                    key=str(number), slot=number,
                    rank=200, name=self._maybe("Sample"), changedAt=NOW, links=self._maybe(["WORKS_FOR Agency FDA"]),
                )  # fmt: skip
                self._link(provenance.DESCRIBES, record, row)
                self._made.nodes[row]["origins"] = [f"name: {system}"]
            retired = self._add(
                "RetiredContact", id=f"retired-{index}", name="Sample Gone", role="liaison", retiredAt=NOW
            )
            self._link(provenance.RETIRED_WORKS_FOR, retired, self._one(self._made.of(label)))
            closed = self._add("RetiredCase", id=f"retired-{index}", number=f"R-{index}", title="Gone", retiredAt=NOW)
            self._link(
                provenance.RETIRED_HANDLED_BY, closed, self._one([*self._made.of("Center"), *self._made.of("Office")])
            )
            failed = {"tries": 1, "firstAt": NOW, "lastAt": NOW, "retryAt": NOW + timedelta(days=1)}
            self._add(
                "DeadLetter",
                id=f"clocks {index}",
                job="clocks",
                kind="Case",
                item=str(index),
                reason="ValueError",
                **failed,
            )

    def _accounts(self) -> None:
        """One of every kind of viewer, two with several rights, one whose rights have all ended."""

        def viewer(name: str, *acted: tuple[Key, datetime | None]) -> None:
            account = self._add("Account", id=f"tests.example|{name}", subject=name, issuer="tests.example")
            self._made.accounts.append(f"tests.example|{name}")
            for party, until in acted:
                self._link(
                    people.ACTS_FOR, account, party, since=NOW - timedelta(days=300), until=until, grantedBy="the test"
                )

        ended, running = NOW - timedelta(days=1), NOW + timedelta(days=1)
        for index, importer in enumerate((self._one(self._made.of("Importer")[:-2]), self._made.of("Importer")[-1])):
            viewer(f"importer-{index}", (importer, None))
        for index, broker in enumerate(self._random.sample(self._made.of("Broker"), 3)):
            viewer(f"broker-{index}", (broker, running))
        viewer("center", (self._center(), None))
        viewer("team", (self._one(self._made.of("Team")), None))
        viewer("port", (self._one(self._made.of("Port")), None))
        viewer("trade", (("Office", self._one(("OT", "OT-RR", "OT-RR-X"))), None))
        viewer("field-operations", (("Office", self._one(("OFO", "OFO-A", "OFO-B"))), None))
        viewer("agency", (self._one(self._made.of("Agency")), None))
        viewer("association", (self._one(self._made.of("Association")), None))
        viewer("field-office", (self._one(self._made.of("FieldOffice")), None))
        viewer("two-hats", (self._one(self._made.of("Importer")), None), (self._one(self._made.of("Agency")), None))
        viewer("moved-on", (self._center(), ended), (self._one(self._made.of("Broker")), None))
        viewer("gone", (("Office", "OT"), ended), (self._one(self._made.of("Importer")), ended))
        for account in self._made.accounts[::3]:
            self._add(
                "Calendar",
                id=f"calendar of {account}",
                account=account,
                path="/calendars/x.ics",
                shows="BOTH",
                openedAt=NOW,
            )
        self._questions()
        self._made.accounts += ["", "tests.example|nobody"]

    def _desks(self) -> None:
        """Requests by items, templates, cases that were sent to others or came back, and accounts that are contacts."""
        self._random, before = random.Random(len(self._made.nodes) + 2), self._random
        every = self._made.of("Case")
        offices = [key for label in requests.OFFICES for key in self._made.of(label)]
        for index, office in enumerate(offices[::3]):
            template = self._add(
                "Template", id=f"template-{index}", name=f"Template {index % 3}", version=1, purpose="REQUEST",
                title="Sample", text="Please send {{what}}.", savedAt=NOW, endedAt=self._maybe(NOW),
            )  # fmt: skip
            self._link(requests.KEPT_BY, template, office)
            if index % 2:
                self._link(requests.FOR_KIND, template, self._one(self._made.of("CaseKind")))
                self._link(requests.REPLACES, template, ("Template", f"template-{index - 1}"))
        for index, case in enumerate(self._random.sample(every, 12)):
            audience = self._one(("owner", "parties", "agencies", "public"))
            state = self._one(("OPEN", "PARTLY_ANSWERED"))
            request = self._add(
                "Note", id=f"request-{index}", kind="REQUEST", title="Sample", text="sample", state=state, itemsOpen=1,
                at=NOW, audience=audience,
            )  # fmt: skip
            self._link(casework.NOTE_OF, request, case)
            self._link(requests.MADE_FROM, request, self._one(self._made.of("Template")))
            for position in (1, 2):
                item = self._add(
                    "RequestItem", id=f"item-{index}-{position}", position=position, text="sample",
                    state=self._one(("OPEN", "OPEN", "ANSWERED")), askedAt=NOW, audience=audience,
                )  # fmt: skip
                self._link(requests.ASKED_IN, item, case)
                self._link(requests.ITEM_OF, item, request)
            answer = self._add("Note", id=f"answer-{index}", kind="RESPONSE", text="sample", at=NOW, audience=audience)
            self._link(casework.NOTE_OF, answer, case)
            self._link(requests.ANSWERS, answer, ("RequestItem", f"item-{index}-1"))
            if files := self._made.of("Attachment"):
                self._link(requests.WITH_FILE, answer, self._one(files))
        for index, case in enumerate(self._random.sample(every, 14)):
            self._made.nodes[case] |= self._one(({"cameBackAt": NOW}, {"status": "AWAITING"}, {}))
            referral = self._add(
                "Referral", id=f"referral-{index}", question="sample", state=self._one(("OPEN", "ANSWERED")), sentAt=NOW
            )
            sender = self._one(offices)
            self._link(referrals.REFERS, referral, case)
            self._link(referrals.SENT_BY, referral, sender)
            asked = [*offices, *self._made.of("Agency")] if index % 2 else self._made.of("Agency")
            self._link(referrals.SENT_TO, referral, self._one(asked))
            if index % 3:
                self._link(referrals.REFERRED_BY, case, sender, referredAt=NOW)
                # and sent on from there
                onward = self._add("Referral", id=f"referral-{index}-on", question="sample", state="OPEN", sentAt=NOW)
                self._link(referrals.REFERS, onward, case)
                self._link(referrals.SENT_BY, onward, self._one(offices))
                self._link(referrals.SENT_TO, onward, self._one(self._made.of("Agency")))
                file = self._add(
                    "Attachment", id=f"file-{index}-on", name="a.pdf", mediaType="application/pdf", size=3,
                    sha256="0" * 64, at=NOW, audience="owner",
                )  # fmt: skip
                self._link(casework.ATTACHMENT_OF, file, case)
        for index, office in enumerate(offices[::5]):
            counts = {"total": 3, "done": 2, "refused": 1}
            row = self._add(
                "Reassignment", id=f"reassignment-{index}", state="DONE", takenFrom="Center:CEE001",
                givenTo="Center:CEE002", reason="because", startedAt=NOW, **counts,
            )  # fmt: skip
            self._link(reassignments.OF_OFFICE, row, office)
        for deadline in self._made.of("Deadline")[::5]:
            self._made.nodes[deadline]["state"] = self._one(("MISSED", "PROPOSED"))
        # an account is a contact of its own organisation, but for one that no longer works there
        for account in self._made.of("Account"):
            acted = self._made.heads(people.ACTS_FOR, account)
            staff = [key for party in acted for key in self._made.tails(people.WORKS_FOR, party)]
            self._link(people.IS_CONTACT, account, self._one(staff or self._made.of("Contact")), since=NOW)
        self._random = before

    def _questions(self) -> None:
        """Asked by accounts and in the name of parties, of offices of every kind; some published; one by a guest."""
        self._random, before = random.Random(len(self._made.nodes)), self._random
        offices = [
            key for label in ("Center", "Port", "Office", "Agency", "FieldOffice") for key in self._made.of(label)
        ]
        self._add("Account", id="guest|a receipt", subject="guest|a receipt", issuer="hub")
        self._made.accounts.append("guest|a receipt")
        for index in range(12):
            published = self._random.random() < 0.3
            question = self._add(
                "Question", id=f"question-{index}", title=f"Question {index % 4}", text="Which heading?",
                state="ANSWERED" if published else "ASKED",
                mayBePublished=published, routedBecause="because", askedAt=NOW,
                dueOn=(NOW + timedelta(days=index)).date(),
                answer=self._maybe("This one."), publishedAt=NOW if published else None,
                receipt=None if index else "a receipt",
            )  # fmt: skip
            account = self._one(self._made.accounts) if index else "guest|a receipt"
            self._link(questions.ASKED, ("Account", account), question)
            self._link(questions.ASKED_OF, question, self._one(offices))
            if index:
                self._link(
                    questions.ASKED_BY, question, self._one([*self._made.of("Importer"), *self._made.of("Broker")])
                )
        self._random = before

    def _parties_by_role(self) -> None:
        """Firms and others who are parties of cases by roles that show different things; some only claimed, some past;
        what was written to them, numbers of CBP's own, and cases that belong together.
        """
        self._random, before = random.Random(len(self._made.nodes)), self._random
        for code, reads, told_to in (
            ("all", [*case_parties.READS], "parties"), ("nothing", [], "owner"), ("papers", ["papers"], "parties"),
            ("decisions", ["decisions"], "owner"), ("deadlines", ["deadlines", "numbers"], "parties"),
            ("entries", ["entries"], "owner"), ("importer", ["importer"], "parties"),
        ):  # fmt: skip
            self._add(
                "PartyRole", code=code, name=f"Role {code}", reads=reads, toldTo=told_to, namedBy="either",
                confidence="unverified",
            )  # fmt: skip
        self._add("NumberKind", code="protest", name="Protest", confidence="unverified")
        for index in range(5):
            self._add("Firm", code=f"F{index}", name=f"Firm {index}", published=index == 0)
        for index, name in enumerate(("firm-1", "firm-2", "firm-and-importer")):
            account = self._add("Account", id=f"tests.example|{name}", subject=name, issuer="tests.example")
            self._made.accounts.append(account[1])
            acted = [("Firm", f"F{index + 1}"), *([self._made.of("Importer")[1]] if index == 2 else [])]
            for party in acted:
                self._link(people.ACTS_FOR, account, party, since=NOW - timedelta(days=9), grantedBy="the test")
        roles = self._made.of("PartyRole")
        in_role = [*self._made.of("Firm") * 3, *self._made.of("Importer"), *self._made.of("Broker")]
        in_role += self._made.of("Association")
        moment = NOW - timedelta(days=8)
        for index, case in enumerate(self._made.of("Case")):
            for _ in range(3):
                moment += timedelta(seconds=1)
                self._link(
                    case_parties.HAS_PARTY, case, self._one(in_role), role=self._one(roles)[1], since=moment,
                    confirmedAt=self._one((moment, moment, moment, None)),
                    until=self._one((None, None, None, NOW)),
                )  # fmt: skip
            self._add(
                "CbpNumber", id=f"{case[1]} protest", kind="protest", number=f"2704-26-{index:06d}",
                code=f"270426{index:06d}", since=NOW, confirmedAt=self._maybe(NOW),
            )  # fmt: skip
            self._link(case_links.NUMBER_OF, ("CbpNumber", f"{case[1]} protest"), case)
            other = self._one(self._made.of("Case"))
            if other != case:
                self._link(self._one(case_links.RELATED), case, other, since=NOW, because=self._maybe("because"))
        self._written_to()
        self._of_entries()
        self._random = before

    def _written_to(self) -> None:
        """What was written to parties by role, or by them."""
        for label in ("Note", "Attachment", "HistoryEntry"):
            for row in self._made.of(label):
                for case in self._made.heads(_WRITTEN[label], row):
                    for party in self._made.heads(case_parties.HAS_PARTY, case)[:1]:
                        self._link(case_parties.SHARED_WITH, row, party)

    def _of_entries(self) -> None:
        """What cases say of their time, and deadlines of entries."""
        for case in self._made.of("Case")[::2]:
            dates = [f"liquidated 2026-03-01 {self._one(self._made.of('Entry'))[1]}"]
            said: dict[str, Any] = {"dates": dates, "conditions": ["complicated"], "partyWroteAt": self._maybe(NOW)}
            self._made.nodes[case] |= {name: value for name, value in said.items() if value is not None}
        for deadline in self._made.of("Deadline")[::2]:
            self._made.nodes[deadline]["entry"] = self._one(self._made.of("Entry"))[1]

    def _powers(self) -> None:
        """A power of attorney in every state, of every third edge by which a broker represents an importer."""
        self._random, before = random.Random(len(self._made.nodes)), self._random
        for index, (importer, broker) in enumerate(
            (importer, broker) for importer in self._made.of("Importer") for broker in self._made.of("Broker")
        ):
            if index % 3:
                continue
            state = ("OFFERED", "ACCEPTED", "ENDED")[index % 9 // 3]
            power = self._add(
                "PowerOfAttorney", id=f"power-{index}", state=state, principal="a sample", partnership=False,
                since=NOW, grantedAt=NOW, acceptedAt=self._maybe(NOW),
            )  # fmt: skip
            self._link(powers.GIVEN_BY, power, importer)
            self._link(powers.GIVEN_TO, power, broker)
        self._random = before

    def _messages(self) -> None:
        """Messages for everybody and for audiences of each kind, published or not; some replace others."""
        self._random, before = random.Random(len(self._made.nodes)), self._random
        senders = [key for label in messages.SENDERS for key in self._made.of(label)]
        audiences = [self._message_audience(index) for index in range(28)]
        subjects = {
            messages.ABOUT_PROGRAM: ("Program",), messages.ABOUT_GOODS: ("HtsChapter", "HtsHeading"),
            messages.ABOUT_PORT: ("Port",), messages.ABOUT_CENTER: ("Center",), messages.ABOUT_TOPIC: ("Topic",),
        }  # fmt: skip
        for index, audience in enumerate(audiences):
            state = self._one(("PUBLISHED", "PUBLISHED", "PUBLISHED", "REPLACED", "WITHDRAWN", "DRAFT", "SCHEDULED"))
            published = NOW if state in ("PUBLISHED", "REPLACED", "WITHDRAWN") else None
            message = self._add(
                "Message", id=f"message-{index:02d}", number=f"2026-{index:04d}" if published else None,
                title=f"Message {index % 5}", body="What to know.", language="en", state=state,
                everyone=index % 9 == 0, draftedAt=NOW, publishedAt=published, validUntil=self._maybe(NOW.date()),
            )  # fmt: skip
            self._link(messages.ISSUED_BY, message, self._one(senders))
            if index % 4:
                self._link(messages.ADDRESSED_TO, message, audience)
            if index % 5 == 0:
                self._link(messages.ADDRESSED_TO, message, self._one(audiences))
            for edge, labels in subjects.items():
                if self._random.random() < 0.3:
                    self._link(edge, message, self._one([key for label in labels for key in self._made.of(label)]))
            if index % 6 == 5:
                self._link(messages.REPLACES, message, ("Message", f"message-{index - 1:02d}"))
        self._random = before

    def _message_audience(self, index: int) -> Key:
        """All parties of a kind, one party, or importers by one or two facts, of which some are true of one."""
        if index % 7 == 0:
            every = messages.EVERY[index // 7 % len(messages.EVERY)]
            return self._add("MessageAudience", id=f"audience-{index:02d}", name="all", every=every, brokers=False)
        if index % 7 == 1:
            label, key = self._one([key for label in messages.NAMED for key in self._made.of(label)])
            party = f"{label}:{key}"
            audience = self._add("MessageAudience", id=f"audience-{index:02d}", name="x", party=party, brokers=False)
            self._link(messages.NAMES, audience, (label, key))
            return audience
        facts = self._facts(self._one(self._made.of("Importer")))
        terms = dict(self._random.sample(facts, min(len(facts), self._one((1, 1, 2)))))
        if self._random.random() < 0.2:
            terms["center"] = self._center()
        said = {name: key.removeprefix("ACE:") for name, (_, key) in terms.items()}
        audience = self._add(
            "MessageAudience", id=f"audience-{index:02d}", name="x", brokers=self._random.random() < 0.6,
            terms=len(terms), **said,
        )  # fmt: skip
        for named in terms.values():
            self._link(messages.NAMES, audience, named)
        return audience

    def _facts(self, importer: Key) -> list[tuple[str, Key]]:
        """What may be true of an importer, and of others."""
        made = self._made
        facts = [("center", center) for center in made.heads(parties.ASSIGNED_TO, importer)]
        facts += [("port", port) for port in made.heads(parties.ENTERS_AT, importer) if port[1].startswith("ACE:")]
        facts += [("association", found) for found in made.tails(parties.HAS_MEMBER, importer)]
        for case in made.tails(cases.CONCERNS, importer):
            facts += [("caseKind", kind) for kind in made.heads(cases.OF_KIND, case)]
            facts += [("program", program) for program in made.heads(cases.TAGGED, case)]
            for heading in made.heads(cases.UNDER, case):
                facts += [("hts", heading), *(("hts", chapter) for chapter in made.heads(goods.IN_CHAPTER, heading))]
        return facts or [("center", self._center())]

    def _center(self) -> Key:
        return self._one(self._made.of("Center"))

    def _audience(self) -> str:
        return self._one(("public", "counterpart", "counterpart", "own"))

    def _maybe(self, value: Any) -> Any:
        return value if self._random.random() < 0.6 else None

    def _one(self, among: Any) -> Any:
        return among[self._random.randrange(len(among))]
