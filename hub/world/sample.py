"""The sample world: invented parties, contacts and cases on the real Centers, ports and goods. Deterministic by seed.

Nothing in it is real: firms and people are called Sample, mail addresses end in `.example`, telephone numbers are
from the range kept for fiction, importer numbers begin with 00. Every row carries the source `sample`.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graph_schema import cases, casework, issues, parties, people
from graph_schema.decision_codes import outcome_code
from graph_schema.formats import entry_check_digit
from graph_schema.sources import SAMPLE
from graph_schema.upsert import EdgeRow, NodeRow
from hub.deadlines.business_days import Period, end_of
from hub.deadlines.clock import Clock
from hub.deadlines.deadline import OPEN, deadlines
from hub.deadlines.facts import Facts
from hub.deadlines.kept import as_properties
from hub.deadlines.windows import Told, windows
from hub.viewer import account_id
from hub.world.reference import Rows
from hub.world.sample_desk import SampleDesks
from hub.world.sample_messages import message_rows
from hub.world.sample_parties import PRODUCER, SURETY, Matters, with_officers, with_powers
from hub.world.sample_words import PORTS, goods_of, title_of_case, title_of_issue, title_of_ruling

ISSUER: Final = "urn:hub:sample"
"""The issuer of the sample world's tokens; its accounts are the only ones such a token can name."""

_ANCHOR: Final = datetime(2026, 11, 1, 12, tzinfo=UTC)
_Chance = random.Random
_BLOCK: Final = 4000
_DISPARITIES: Final = 5
_PORTS: Final = tuple(f"ACE:{code}" for code in PORTS)
_APART: Final = 397
_MADE: Final = ("39", "96")
"""The chapters of manufactured goods, from the first to the last."""
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GIVEN: Final = ("Ana", "Luis", "Mei", "Omar", "Priya", "Jon", "Sofia", "Kofi", "Elena", "Tariq", "Hana", "Marek")
_STATUS: Final = {"OPEN": 30, "AWAITING": 12, "EXTENDED": 6, "SUSPENDED": 4, "DEEMED": 3, "DRAFT": 5, "CLOSED": 40}
_BY_FACTS: Final = ("EXTENDED", "SUSPENDED", "DEEMED")
"""What a case is by what it says of its time."""
_AUDIENCE: Final = {"parties": 50, "owner": 20, "agencies": 20, "public": 10}
_CONTACT_AUDIENCE: Final = {"public": 25, "counterpart": 60, "own": 15}
_TOPICS: Final = ("classification", "valuation", "origin", "forced_labor", "marking", "drawback", "quota", "duty_rate")
_HANDLING_OFFICE: Final = {
    "uflpa_detention": "OT-TRLED-FLD", "wro_detention": "OT-TRLED-FLD", "eapa": "OT-TRLED-EAPA",
    "eapa_review": "OT-RR", "penalty": "OFO-FPF", "ruling": "OT-RR-NCSD", "internal_advice": "OT-RR",
    "drawback": "OFO-DRAW",
}  # fmt: skip
_KIND_PROGRAM: Final = {
    "uflpa_detention": "UFLPA",
    "eapa": "EAPA",
    "eapa_review": "EAPA",
    "adcvd_inquiry": "ADCVD",
    "exclusion_232_301": "S301",
}
_ORDERED: Final = {
    **dict.fromkeys(("adcvd_inquiry", "adcvd_liquidation", "eapa", "eapa_review"),
        (issues.SUBJECT_TO_ADCVD, "AdcvdOrder")),
    **dict.fromkeys(("uflpa_detention", "wro_detention"), (issues.SUBJECT_TO_FORCED_LABOR, "ForcedLaborOrder")),
}  # fmt: skip
_ENTRY_TYPES: Final = ("01", "01", "03", "01", "11", "01", "06", "01", "21")
_ASKING: Final = ("rfi", "notice_of_action", "protest", "internal_advice", "ruling")
_CENTER_ROLES: Final = (
    "import_specialist",
    "entry_specialist",
    "supervisory_import_specialist",
    "drawback_specialist",
    "national_account_manager",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """Someone of the sample world whom one can sign in as."""

    name: str
    doc: str
    party: tuple[str, str]


def personas() -> tuple[Persona, ...]:
    """Whom one can sign in as: one of each kind of viewer, and a second broker."""
    return (
        Persona("importer-manager", "compliance manager of Sample Importer 00000", ("Importer", _importer_number(0))),
        Persona("broker", "licensed broker of Sample Broker 0000, with powers of attorney", ("Broker", _filer_code(0))),
        Persona(
            "large-broker", "licensed broker of Sample Broker 0001, with many more clients", ("Broker", _filer_code(1))
        ),
        Persona("import-specialist", "import specialist of the Electronics Center", ("Center", "CEE007")),
        Persona("center-director", "director of the Electronics Center", ("Center", "CEE007")),
        Persona("port-director", "director of the port of Los Angeles", ("Port", "ACE:2704")),
        Persona("trade-analyst", "analyst in the Office of Trade", ("Office", "OT-TPP")),
        Persona("agency-officer", "officer of the Food and Drug Administration", ("Agency", "FDA")),
        Persona("association-officer", "officer of the brokers' association", ("Association", "NCBFAA")),
        Persona("surety-officer", "claims officer of a surety company", SURETY),
        Persona("domestic-producer", "counsel of a producer that has alleged evasion", PRODUCER),
    )


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each there are."""

    importers: int
    brokers: int
    contacts: int
    cases: int

    @staticmethod
    def of(scale: float) -> "Size":
        """At scale 1: 20,000 importers, 2,000 brokers, 5,000 contacts, 100,000 cases; never fewer than makes a
        world.
        """
        return Size(
            max(60, round(20_000 * scale)),
            max(12, round(2_000 * scale)),
            max(260, round(5_000 * scale)),
            max(300, round(100_000 * scale)),
        )


def sample_rows(scale: float, seed: int, known: Rows) -> Iterator[Rows]:
    """The sample world in blocks, each to be written after the one before; `known` are the public facts it stands
    on.
    """
    world = _World(Size.of(scale), random.Random(seed), known)
    yield with_powers(world.parties())
    staff = with_officers(world.people())
    yield staff
    matters = Matters(_importer_number(0), staff.edges)
    for block in world.cases():
        matters.look(block)
        yield block
    yield matters.rows()


def _importer_number(index: int) -> str:
    return f"00-{index:07d}SW"


def _filer_code(index: int) -> str:
    return f"{'STUVWXYZJKLMNOPQ'[index // 1296]}{_DIGITS[index // 36 % 36]}{_DIGITS[index % 36]}"


@dataclass(slots=True)
class _World:
    size: Size
    random: random.Random
    known: Rows
    centers: list[str] = field(default_factory=list[str])
    ports: list[str] = field(default_factory=list[str])
    headings: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    chapters: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    kinds: list[str] = field(default_factory=list[str])
    clocks: dict[str, list[Clock]] = field(default_factory=dict[str, list[Clock]])
    windows: list[Clock] = field(default_factory=list[Clock])
    not_importers: set[str] = field(default_factory=set[str])
    goods: dict[str, str] = field(default_factory=dict[str, str])
    place_of_port: dict[str, int] = field(default_factory=dict[str, int])
    agencies: list[str] = field(default_factory=list[str])
    more: _Chance = field(default_factory=_Chance)
    alike: _Chance = field(default_factory=_Chance)
    orders: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    center_of: dict[int, str | None] = field(default_factory=dict[int, str | None])
    ports_of: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    closed: list[tuple[str, tuple[str, str]]] = field(default_factory=list[tuple[str, tuple[str, str]]])
    desks: SampleDesks = field(default_factory=lambda: SampleDesks(_ANCHOR, _Chance()))

    def __post_init__(self) -> None:
        # what was added later has chances of its own, so that the rest stays as it was
        self.more, self.alike = (_Chance(self.random.getstate()[1][place]) for place in (1, 2))
        self.desks.chance.seed(self.random.getstate()[1][3])
        keys = _keys(self.known)
        self.orders = {
            label: [row.properties[key] for row in self.known.nodes if row.label == label]
            for label, key in (("AdcvdOrder", "number"), ("ForcedLaborOrder", "id"))
        }
        self.centers, self.agencies, self.kinds = keys["Center"], keys["Agency"], keys["CaseKind"]
        self.ports = [
            row.properties["id"]
            for row in self.known.nodes
            if row.label == "Port" and row.properties["kind"] == "port_of_entry" and not row.properties.get("validTo")
        ]
        self.place_of_port = {port: place for place, port in enumerate(self.ports)}
        self.goods = {
            row.properties["code"]: goods_of(row.properties["code"], row.properties["title"])
            for row in self.known.nodes
            if row.label == "HtsHeading"
        }
        for row in self.known.nodes:
            if row.label == "Clock":
                clock = Clock.of(row.properties)
                self.clocks.setdefault(clock.kind, []).append(clock)
                self.windows += [clock] if row.properties.get("window") else []
                if clock.side == "trade" and "importer" not in row.properties["owedRoles"]:
                    self.not_importers.add(clock.node)
        for row in self.known.edges:
            if row.edge.type == "SUGGESTS":
                into = self.headings if row.tail[0] == "HtsHeading" else self.chapters
                into.setdefault(row.head[1], []).append(row.tail[1])

    def parties(self) -> Rows:
        nodes: list[NodeRow] = []
        edges: list[EdgeRow] = []
        for center in self.centers:
            for letter in "ABC":
                number = f"{letter}0{center[-1]}"
                nodes.append(_node("Team", number=number, name=f"Sample Team {number} of {center}"))
                edges.append(EdgeRow(parties.TEAM_PART_OF, ("Team", number), ("Center", center)))
        for index in range(self.size.importers):
            self._importer(index, nodes, edges)
        for index in range(self.size.brokers):
            filer = _filer_code(index)
            nodes.append(_node("Broker", filerCode=filer, name=f"Sample Broker {index:04d}"))
            if index % 3 == 0:
                edges.append(
                    EdgeRow(parties.HAS_MEMBER, ("Association", self._one(("NCBFAA", "PCC"))), ("Broker", filer))
                )
            edges += self._powers_of_attorney(index, filer)
        return Rows(tuple(nodes), tuple(edges))

    def _importer(self, index: int, nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
        number = _importer_number(index)
        state = "ASSIGNED" if index == 0 or self.random.random() > 0.04 else self._one(("PNDING", "NOTELG"))
        center = ("CEE007" if index == 0 else self._one(self.centers)) if state == "ASSIGNED" else None
        self.center_of[index] = center
        self.ports_of[index] = (
            ["ACE:2704", "ACE:4601"]
            if index == 0
            else self._in_use(self.random.sample(self.ports, self.random.randint(1, 4)))
        )
        nodes.append(_node("Importer", number=number, name=f"Sample Importer {index:05d}", centerStatus=state))
        edges += [EdgeRow(parties.ENTERS_AT, ("Importer", number), ("Port", port)) for port in self.ports_of[index]]
        if index % 40 == 0:
            edges.append(EdgeRow(parties.HAS_MEMBER, ("Association", "COAC"), ("Importer", number)))
        if center is None:
            return
        since = self._moment(200, 3000)
        if self.random.random() < 0.1:
            before, until = self._one(self.centers), since
            past = {"since": since - timedelta(days=900), "until": until, "source": SAMPLE.name}
            edges.append(EdgeRow(parties.ASSIGNED_TO, ("Importer", number), ("Center", before), past))
        active = {"since": since, "activeFor": number, "source": SAMPLE.name}
        edges.append(EdgeRow(parties.ASSIGNED_TO, ("Importer", number), ("Center", center), active))

    def _powers_of_attorney(self, index: int, filer: str) -> Iterator[EdgeRow]:
        """The first broker has 20 clients, the second 200, the others few to many; a quarter has expired."""
        wanted = {0: 20, 1: 200}.get(index) or min(400, int(self.random.paretovariate(0.9) * 5))
        clients = self.random.sample(range(self.size.importers), min(wanted, self.size.importers // 2))
        if index == 0:
            clients = [0, *(client for client in clients if client)]
        for position, client in enumerate(clients):
            since = self._moment(900, 2500)
            expired = position and self.random.random() < 0.25
            until = self._moment(1, 800) if expired else self._one((None, _ANCHOR + timedelta(days=3650)))
            term = {"since": since, **({"until": until} if until else {})}
            yield EdgeRow(parties.REPRESENTS, ("Broker", filer), ("Importer", _importer_number(client)), term)

    def people(self) -> Rows:
        nodes: list[NodeRow] = []
        edges: list[EdgeRow] = []
        posts = self._posts()
        by_party: dict[tuple[str, str], list[str]] = {}
        for index in range(self.size.contacts):
            drawn, role, published = posts[index] if index < len(posts) else self._any_post()
            party = ("Port", self._in_use([drawn[1]])[0]) if drawn[0] == "Port" else drawn
            contact = f"contact-{index:05d}"
            nodes.append(
                _node(
                    "Contact", id=contact, name=f"{self._one(_GIVEN)} Sample {index:05d}", role=role,
                    published=published,
                    email=f"{contact}@sample.example",
                    emailAudience="public" if published else self._weighted(_CONTACT_AUDIENCE),
                    phone=f"+1-202-555-01{index % 100:02d}",
                    phoneAudience="public" if published else self._weighted(_CONTACT_AUDIENCE),
                    **self._hours(),
                )
            )  # fmt: skip
            edges.append(EdgeRow(people.WORKS_FOR, ("Contact", contact), party))
            edges += self._coverage(contact, party)
            colleagues = by_party.setdefault(drawn, [])
            if colleagues:
                edges.append(EdgeRow(people.DEPUTIZED_BY, ("Contact", contact), ("Contact", self._one(colleagues))))
            colleagues.append(contact)
            self.desks.staff.setdefault(party, []).append((contact, role))
        for persona in personas():
            account = account_id(ISSUER, persona.name)
            nodes.append(_node("Account", id=account, subject=persona.name, issuer=ISSUER))
            right = {"since": _ANCHOR - timedelta(days=400), "grantedBy": "the sample world"}
            edges.append(EdgeRow(people.ACTS_FOR, ("Account", account), persona.party, right))
        kept, keepers = self.desks.templates()
        sent, addressed = message_rows(_ANCHOR)
        nodes += [*kept, *sent]
        edges += [*keepers, *addressed]
        return Rows(tuple(nodes), tuple(edges))

    def _hours(self) -> Mapping[str, str | datetime]:
        """When a post is at work; some of them away for a while, a few vacant."""
        zone = self.more.choice(("EASTERN", "EASTERN", "CENTRAL", "MOUNTAIN", "PACIFIC", "PACIFIC"))
        opens, closes = self.more.choice((("07:00", "15:30"), ("08:00", "16:30"), ("09:00", "17:30")))
        hours = {"timeZone": zone, "opensAt": opens, "closesAt": closes}
        kind = self.more.random()
        if kind < 0.03:
            return {**hours, "vacantSince": _ANCHOR - timedelta(days=self.more.randint(5, 200))}
        if kind < 0.15:
            away = _ANCHOR + timedelta(days=self.more.randint(-10, 60))
            return {**hours, "awayFrom": away, "awayUntil": away + timedelta(days=self.more.randint(2, 20))}
        return hours

    def _posts(self) -> list[tuple[tuple[str, str], str, bool]]:
        """The posts that are filled first: every Center's director and desk, specialists, and one desk everywhere
        else.
        """
        posts = [(("Center", center), "center_director", True) for center in self.centers]
        posts += [
            (("Center", center), role, position == 0)
            for center in self.centers
            for position, role in enumerate(_CENTER_ROLES)
        ]
        posts += self._persona_posts()
        posts += [(("Agency", agency), "pga_officer", True) for agency in self.agencies]
        posts += [
            (("Office", office), "international_trade_specialist", True) for office in _keys(self.known)["Office"]
        ]
        posts += [(("FieldOffice", office), "partnership_staff", True) for office in _keys(self.known)["FieldOffice"]]
        posts += [
            (("Association", association), "association", True) for association in _keys(self.known)["Association"]
        ]
        return posts

    def _persona_posts(self) -> Iterator[tuple[tuple[str, str], str, bool]]:
        roles = {"Importer": "importer_compliance", "Broker": "broker", "Port": "port_director"}
        for persona in personas():
            if persona.party[0] in roles:
                yield persona.party, roles[persona.party[0]], False

    def _any_post(self) -> tuple[tuple[str, str], str, bool]:
        kind = self.random.random()
        if kind < 0.4:
            return ("Center", self._one(self.centers)), self._one(_CENTER_ROLES), self.random.random() < 0.2
        if kind < 0.45:
            return ("Team", f"{self._one('ABC')}0{self._one(self.centers)[-1]}"), "import_specialist", False
        if kind < 0.6:
            return (
                ("Port", self._one(self.ports)),
                self._one(("port_director", "fpf_officer", "agriculture_specialist")),
                self.random.random() < 0.5,
            )
        if kind < 0.75:
            return (
                ("Broker", _filer_code(self.random.randrange(self.size.brokers))),
                "broker",
                self.random.random() < 0.3,
            )
        if kind < 0.95:
            return (
                ("Importer", _importer_number(self.random.randrange(self.size.importers))),
                "importer_compliance",
                False,
            )
        return ("Agency", self._one(self.agencies)), "pga_officer", False

    def _coverage(self, contact: str, party: tuple[str, str]) -> Iterator[EdgeRow]:
        if party[0] == "Center":
            for chapter in self.random.sample(self.chapters[party[1]], min(3, len(self.chapters[party[1]]))):
                yield EdgeRow(people.COVERS, ("Contact", contact), ("HtsChapter", chapter))
            yield EdgeRow(people.COVERS, ("Contact", contact), ("CaseKind", self._one(self.kinds)))
            (sits_at,) = self._in_use([self._one(self.ports)])
            yield EdgeRow(people.SITS_AT, ("Contact", contact), ("Port", sits_at))
            if self.random.random() < 0.3:
                client = _importer_number(self.random.randrange(self.size.importers))
                yield EdgeRow(people.COVERS, ("Contact", contact), ("Importer", client))
        elif party[0] == "Port":
            yield EdgeRow(people.COVERS, ("Contact", contact), ("Port", party[1]))
            yield EdgeRow(people.SITS_AT, ("Contact", contact), ("Port", party[1]))

    def cases(self) -> Iterator[Rows]:
        written = max(12, self.size.cases // 100)
        nodes: list[NodeRow] = [
            _node(
                "Issue",
                id=f"issue-{index:05d}",
                title=title_of_issue(topic, self._goods_at(index), index),
                topic=topic,
            )
            for index in range(written)
            for topic in (self._one(_TOPICS),)
        ]
        nodes += [
            _node(
                "Ruling",
                number=f"SAMPLE {index:06d}",
                title=title_of_ruling(self._goods_at(index)),
                issuedAt=self._moment(30, 2000).date(),
            )
            for index in range(20)
        ]
        edges: list[EdgeRow] = []
        for index in range(self.size.cases):
            self._case(index, written, nodes, edges)
            if index % _BLOCK == _BLOCK - 1:
                yield Rows(tuple(nodes), tuple(edges))
                nodes, edges = [], []
        self._disparities(nodes, edges)
        yield Rows(tuple(nodes), tuple(edges))

    def _case(self, index: int, written: int, nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
        importer = 0 if index % 50 == 0 and index < 1000 else self.random.randrange(self.size.importers)
        center = self.center_of[importer]
        kind = self._one(self.kinds)
        port = self._one(self.ports_of[importer])
        heading = self._one(self.headings[center or self._one(self.centers)])
        opened = self._moment(1, 1100)
        status = self._weighted(_STATUS)
        closed = {"closedAt": opened + timedelta(days=self.random.randint(1, 300))} if status == "CLOSED" else {}
        awaiting = {"awaitingSince": opened + timedelta(days=1)} if status == "AWAITING" else {}
        case = f"case-{index:06d}"
        title = title_of_case(kind, self.goods[heading], index)
        at = len(nodes)
        nodes.append(
            _node(
                "Case",
                id=case,
                number=f"SW-{opened:%y}-{index:06d}",
                status=status,
                title=title,
                openedAt=opened,
                **closed,
                **awaiting,
            )
        )
        owner = self._owner(kind, center, port)
        for edge, head in (
            (cases.OF_KIND, ("CaseKind", kind)),
            (cases.CONCERNS, ("Importer", _importer_number(importer))),
            (cases.HANDLED_BY, owner),
            (cases.AT, ("Port", port)),
            (cases.UNDER, ("HtsHeading", heading)),
        ):
            edges.append(EdgeRow(edge, ("Case", case), head))
        if self.random.random() < 0.7:
            edges.append(
                EdgeRow(issues.ABOUT, ("Case", case), ("Issue", f"issue-{self.random.randrange(written):05d}"))
            )
        program = _KIND_PROGRAM.get(kind) or (
            self._one(("S232", "S301", "LOWVALUE")) if self.random.random() < 0.1 else None
        )
        if program:
            edges.append(EdgeRow(cases.TAGGED, ("Case", case), ("Program", program)))
        edges += self._alike(case, kind)
        edges += self._involvement(case, opened)
        entries = self._entries(index, case, opened, importer, nodes, edges)
        if status in _BY_FACTS or (status in ("OPEN", "AWAITING") and self.more.random() < 0.3):
            owing = {"trade": ("Importer", _importer_number(importer)), "government": owner}
            nodes[at] = self._with_deadlines(nodes[at], (kind, entries), owing, nodes, edges)
        laid, linked = self.desks.of_case(nodes[at], owner, ("Importer", _importer_number(importer)), center)
        nodes += laid
        edges += linked
        place = ("Center", center) if center else ("Port", port)
        if closed and len(self.closed) < _BLOCK:
            self.closed.append((case, place))
        if closed and self.random.random() < 0.5:
            decision, made = self._decision(case, opened, heading, place)
            nodes.append(decision)
            edges += made

    def _alike(self, case: str, kind: str) -> Iterator[EdgeRow]:
        """What a case is about that others may be about as well."""
        if kind in _ORDERED:
            edge, label = _ORDERED[kind]
            yield EdgeRow(edge, ("Case", case), (label, self.alike.choice(self.orders[label])))
        if kind in _ASKING and self.alike.random() < 0.4:
            yield EdgeRow(
                issues.RAISES,
                ("Case", case),
                ("Topic", self.alike.choice(("classification", "classification", "valuation", "origin"))),
            )

    def _with_deadlines(
        self,
        case: NodeRow,
        about: tuple[str, Sequence[str]],
        owing: Mapping[str, tuple[str, str]],
        nodes: list[NodeRow],
        edges: list[EdgeRow],
    ) -> NodeRow:
        """The case with the day of an event and what else its status says, and the deadlines that follow."""
        kind, entries = about
        facts = self._facts(case, kind, entries)
        if facts is None:
            return NodeRow("Case", {**case.properties, "status": "OPEN"})
        for found in deadlines(facts, self.clocks[kind], _ANCHOR.date()):
            ended = {} if found.state in OPEN else {"endedAt": _ANCHOR}
            nodes.append(_node("Deadline", **as_properties(found), **ended))
            is_owed = found.clock.side in owing and found.clock.node not in self.not_importers
            owed = [(casework.OWED_BY, owing[found.clock.side])] if is_owed else []
            for edge, head in (
                (casework.DEADLINE_OF, ("Case", facts.case)),
                (casework.RUNS_BY, ("Clock", found.clock.node)),
                *owed,
            ):
                edges.append(EdgeRow(edge, ("Deadline", found.id), head))
        told = {
            "dates": facts.dates,
            "suspensions": facts.suspensions,
            "extensions": facts.extensions,
            "pronounced": facts.pronounced,
        }
        may_be_filed = self._windows(facts, kind)
        return NodeRow(
            "Case",
            {**case.properties, **{name: list(texts) for name, texts in told.items() if texts}},
            {"windows": list(may_be_filed)} if may_be_filed else {},
        )

    def _windows(self, facts: Facts, kind: str) -> Sequence[str]:
        """What may still be filed for the entries of a case, which no other case covers."""
        day = _ANCHOR.date()
        return windows([Told.of(kind, facts, self.clocks[kind], day)], facts.entries, self.windows, day)

    def _facts(self, case: NodeRow, kind: str, entries: Sequence[str]) -> Facts | None:
        """What the case says of its time: an event of late, and why its status is what it is; None where no clock of
        the kind can make it so."""
        status, today = case.properties["status"], _ANCHOR.date()
        clocks = [clock for clock in self.clocks.get(kind, ()) if _suits(clock, status)]
        if not clocks:
            return None
        clock = self.more.choice(clocks)
        assert clock.period is not None
        began = today + timedelta(days=self.more.randint(0, 25))
        if status == "DEEMED":
            began = end_of(began, Period(-clock.period.length, clock.period.unit)) - timedelta(days=60)
        facts = Facts(case.properties["id"], [f"{clock.starts_from[0]} {began}"], entries=entries)
        mine = [found for found in deadlines(facts, self.clocks[kind], today) if found.clock == clock]
        match status:
            case "SUSPENDED":
                return replace(facts, suspensions=[str(today - timedelta(days=self.more.randint(1, 20)))])
            case "EXTENDED":
                ends = mine[0].last or began
                to = "+" if clock.extension.kind == "by_length" else str(ends + timedelta(days=30))
                return replace(facts, extensions=[f"{clock.code} - {began} {to}"])
            case "DEEMED":
                pronounced = [f"{clock.code} {found.entry or '-'} {found.outcome_on}" for found in mine]
                return replace(facts, pronounced=pronounced)
            case _:
                return facts

    def _owner(self, kind: str, center: str | None, port: str) -> tuple[str, str]:
        if kind in _HANDLING_OFFICE and self.random.random() < 0.5:
            return "Office", _HANDLING_OFFICE[kind]
        if center is None or self.random.random() < 0.1:
            return "Port", port
        return "Center", center

    def _involvement(self, case: str, opened: datetime) -> Iterator[EdgeRow]:
        involved = [agency for agency in ("FDA", self._one(self.agencies)) if self.random.random() < 0.2]
        for agency in dict.fromkeys(involved):
            accepted = {"acceptedAt": opened + timedelta(days=1)} if self.random.random() < 0.85 else {}
            yield EdgeRow(cases.INVOLVES, ("Case", case), ("Agency", agency), accepted)

    def _entries(
        self, index: int, case: str, opened: datetime, importer: int, nodes: list[NodeRow], edges: list[EdgeRow]
    ) -> list[str]:
        numbers: list[str] = []
        for position in range(self._one((0, 1, 1, 2))):
            filer, serial = _filer_code(index % self.size.brokers), f"{index * 2 + position:07d}"
            number = f"{filer}-{serial}-{entry_check_digit(filer, serial)}"
            entered = opened - timedelta(days=self.random.randint(5, 200))
            nodes.append(_node("Entry", number=number, enteredAt=entered, type=_ENTRY_TYPES[index % len(_ENTRY_TYPES)]))
            edges.append(EdgeRow(cases.COVERS_ENTRY, ("Case", case), ("Entry", number), {"confirmedAt": opened}))
            edges.append(EdgeRow(cases.ENTRY_AT, ("Entry", number), ("Port", self._one(self.ports_of[importer]))))
            numbers.append(number)
        return numbers

    def _decision(
        self, case: str, opened: datetime, heading: str, maker: tuple[str, str]
    ) -> tuple[NodeRow, list[EdgeRow]]:
        """A decision in a case, made at a Center or port."""
        decision = case.replace("case", "decision")
        outcome = self._one(("approved", "denied", "rate advanced"))
        number = f"{self.random.randrange(100):02d}.{self.random.randrange(10000):04d}"
        node = _node(
            "Decision",
            id=decision,
            question="classification of the goods",
            questionCode="classification",
            outcome=outcome,
            outcomeCode=outcome_code(outcome),
            decidedAt=opened + timedelta(days=30),
            hts10=f"{heading}.{number}",
            origin=self._one(("CN", "MX", "VN", "DE", "IN")),
            maker=f"Sample Maker {self.random.randrange(300):03d}",
            description=f"sample goods, type {number.replace('.', '')}",
            audience=self._weighted(_AUDIENCE),
        )
        edges = [
            EdgeRow(cases.DECIDES, ("Decision", decision), ("Case", case)),
            EdgeRow(cases.MADE_AT, ("Decision", decision), maker),
        ]
        if self.random.random() < 0.05:
            edges.append(
                EdgeRow(cases.EXPLAINS, ("Ruling", f"SAMPLE {self.random.randrange(20):06d}"), ("Decision", decision))
            )
        return node, edges

    def _disparities(self, nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
        """A few goods that the Electronics Center and another place decided differently about."""
        here = [closed for closed in self.closed if closed[1] == ("Center", "CEE007")]
        elsewhere = [closed for closed in self.closed if closed[1] != ("Center", "CEE007")]
        for index, (this, other) in enumerate(zip(here[:_DISPARITIES], elsewhere, strict=False)):
            for outcome, (case, place), days in (("approved", this, 120), ("denied", other, 90 - index)):
                decision = f"decision-{outcome}-{index}"
                nodes.append(
                    _node(
                        "Decision", id=decision, question="classification of the goods", outcome=outcome,
                        questionCode="classification", outcomeCode=outcome_code(outcome),
                        decidedAt=_ANCHOR - timedelta(days=days), hts10=f"8542.31.{index:04d}", origin="MX",
                        maker=f"Sample Chips {index} S.A.",
                        description=f"sample processors with eight bits, model {index}", audience="owner",
                    )
                )  # fmt: skip
                edges.append(EdgeRow(cases.DECIDES, ("Decision", decision), ("Case", case)))
                edges.append(EdgeRow(cases.MADE_AT, ("Decision", decision), place))

    def _goods_at(self, place: int) -> str:
        """Manufactured goods by a place in the world: neighbours are of quite other headings."""
        made = [goods for code, goods in self.goods.items() if _MADE[0] <= code[:2] <= _MADE[1]]
        return made[place * _APART % len(made)]

    def _in_use(self, drawn: Sequence[str]) -> list[str]:
        """As many ports through which much enters, where other ports were drawn from all."""
        wanted = [port if port in _PORTS else _PORTS[self.place_of_port[port] % len(_PORTS)] for port in drawn]
        after = _PORTS.index(wanted[0])
        return list(dict.fromkeys((*wanted, *_PORTS[after:], *_PORTS)))[: len(wanted)]

    def _moment(self, least_days: int, most_days: int) -> datetime:
        """A moment that many days before the sample world's present, to the second."""
        return _ANCHOR - timedelta(seconds=self.random.randint(least_days * 86_400, most_days * 86_400))

    def _one(self, among: Sequence[Any]) -> Any:
        return among[self.random.randrange(len(among))]

    def _weighted(self, weights: Mapping[str, int]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]


def _suits(clock: Clock, status: str) -> bool:
    """Whether the clock can run in a case of that status, or has made it so."""
    if clock.period is None or clock.period.length < 0 or not clock.starts_from or clock.conditions:
        return False
    match status:
        case "DEEMED":
            return clock.is_deemed
        case "EXTENDED":
            return clock.extension.kind != "none" and clock.stopping.kind == "none" and not clock.not_after
        case _:
            return True


def _node(label: str, **properties: Any) -> NodeRow:
    return NodeRow(label, {"source": SAMPLE.name, **properties})


def _keys(rows: Rows) -> dict[str, list[str]]:
    """Label -> the keys of its nodes."""
    keys: dict[str, list[str]] = {}
    for row in rows.nodes:
        keys.setdefault(row.label, []).append(str(row.properties.get("code") or row.properties.get("name")))
    return keys
