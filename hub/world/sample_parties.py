"""The sample world's firms, powers of attorney, officers, parties by role, related cases and numbers of CBP's own.

All of it is invented. It is made of the rows that are there, and so the same for the same seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graph_schema import case_links, case_parties, casework, parties, people, powers
from graph_schema.cypher import Properties
from graph_schema.formats import CBP_NUMBER
from graph_schema.sources import SAMPLE
from graph_schema.upsert import EdgeRow, NodeRow
from hub.world.reference import Rows

Key = tuple[str, str]
SURETY: Final = ("Firm", "SURETY-SAMPLE")
PRODUCER: Final = ("Firm", "PRODUCER-SAMPLE")
_LAW_FIRM: Final = ("Firm", "LAW-SAMPLE")
_CONSIGNEE: Final = ("Firm", "CONSIGNEE-SAMPLE")
_FIRMS: Final[Mapping[Key, Properties]] = {
    SURETY: {"name": "Sample Surety Company", "suretyCode": "999", "published": True},
    _LAW_FIRM: {"name": "Sample Law Firm", "published": True},
    PRODUCER: {"name": "Sample Domestic Producer", "published": False},
    _CONSIGNEE: {"name": "Sample Consignee", "published": False},
}
_AT: Final = datetime(2026, 10, 1, 12, tzinfo=UTC)
_MOST: Final = 8
"""So many cases of the first importer have parties by role."""


def _node(label: str, **properties: Any) -> NodeRow:
    return NodeRow(label, {"source": SAMPLE.name, **properties})


def with_powers(trade: Rows) -> Rows:
    """The parties with firms, and with the power of attorney that each broker acts by."""
    nodes, edges = [*trade.nodes], list[EdgeRow]()
    nodes += [_node("Firm", code=key[1], **said) for key, said in _FIRMS.items()]
    names = {row.properties["number"]: row.properties["name"] for row in trade.nodes if row.label == "Importer"}
    for row in trade.edges:
        if row.edge is not parties.REPRESENTS:
            edges.append(row)
            continue
        power = f"power-{row.tail[1]}-{row.head[1]}"
        nodes.append(_power(power, row, names[row.head[1]]))
        edges.append(EdgeRow(row.edge, row.tail, row.head, {**row.properties, "power": power}))
        edges.append(EdgeRow(powers.GIVEN_BY, ("PowerOfAttorney", power), row.head))
        edges.append(EdgeRow(powers.GIVEN_TO, ("PowerOfAttorney", power), row.tail))
    return Rows(tuple(nodes), tuple(edges))


def _power(power: str, row: EdgeRow, name: str) -> NodeRow:
    since, until = row.properties["since"], row.properties.get("until")
    ended = {"endedAt": until} if until and until < _AT else {}
    return _node(
        "PowerOfAttorney", id=power, state="ENDED" if ended else "ACCEPTED", principal=f"{row.head[1]} {name}",
        partnership=False, since=since, until=until, grantedAt=since, acceptedAt=since, **ended,
    )  # fmt: skip


_ROLES: Final = {
    "importer-manager": "importer_compliance", "broker": "broker", "import-specialist": "import_specialist",
    "center-director": "center_director", "port-director": "port_director",
    "trade-analyst": "international_trade_specialist", "agency-officer": "pga_officer",
    "association-officer": "association",
}  # fmt: skip
"""What the contact does that a persona is."""


def with_officers(staff: Rows) -> Rows:
    """The people with which contact each persona is."""
    roles = {row.properties["id"]: row.properties["role"] for row in staff.nodes if row.label == "Contact"}
    posts: dict[tuple[Key, str], str] = {}
    for row in staff.edges:
        if row.edge is people.WORKS_FOR:
            posts.setdefault((row.head, roles[row.tail[1]]), row.tail[1])
    accounts = {row.properties["id"]: row.properties["subject"] for row in staff.nodes if row.label == "Account"}
    are = [
        EdgeRow(people.IS_CONTACT, row.tail, ("Contact", posts[row.head, role]), {"since": _AT})
        for row in staff.edges
        if row.edge is people.ACTS_FOR and (role := _ROLES.get(accounts[row.tail[1]])) and (row.head, role) in posts
    ]
    return Rows(staff.nodes, (*staff.edges, *are))


@dataclass(slots=True)
class Matters:
    """Cases of the sample world that have parties by role; `importer` is the one whose cases those are."""

    importer: str
    officers: Sequence[EdgeRow]
    cases: list[str] = field(default_factory=list[str])
    evasion: str | None = None
    _owners: dict[str, Key] = field(default_factory=dict[str, Key])
    _worked_already: set[str] = field(default_factory=set[str])

    def look(self, block: Rows) -> None:
        """Looks at cases on their way to the graph."""
        for row in block.edges:
            if row.edge.type == "CONCERNS" and row.head[1] == self.importer and len(self.cases) < _MOST:
                self.cases.append(row.tail[1])
            if row.edge.type == "HANDLED_BY" and row.tail[1] in self.cases:
                self._owners[row.tail[1]] = row.head
            if row.edge is casework.WORKED_BY and row.tail[1] in self.cases:
                self._worked_already.add(row.tail[1])
            if row.edge.type == "OF_KIND" and row.head[1] == "eapa" and self.evasion is None:
                self.evasion = row.tail[1]

    def rows(self) -> Rows:
        """The parties, relations, numbers and officers of those cases."""
        nodes, edges = list[NodeRow](), list[EdgeRow]()
        for place, case in enumerate(self.cases):
            edges.append(_party(case, SURETY, "surety"))
            nodes.append(_number(case, "protest", f"2704-26-{100_000 + place}"))
            edges.append(EdgeRow(case_links.NUMBER_OF, ("CbpNumber", nodes[-1].properties["id"]), ("Case", case)))
            if place:
                said = {"since": _AT, "because": "the same goods"}
                edge = case_links.LED_BY if place % 2 else case_links.FOLLOWS_FROM
                edges.append(EdgeRow(edge, ("Case", case), ("Case", self.cases[place - 1]), said))
            self._demand(case, nodes, edges)
        for case, party, role in ((self.cases[0], _LAW_FIRM, "attorney"), (self.cases[0], _CONSIGNEE, "consignee")):
            edges.append(_party(case, party, role))
        if self.evasion:
            edges.append(_party(self.evasion, PRODUCER, "eapa_alleger"))
        edges += self._worked()
        return Rows(tuple(nodes), tuple(edges))

    def _demand(self, case: str, nodes: list[NodeRow], edges: list[EdgeRow]) -> None:
        """What the owner has written to the surety, and nobody else reads."""
        note = ("Note", f"demand-{case}")
        nodes.append(
            _node("Note", id=note[1], kind="REQUEST", text="Sample demand on the bond", at=_AT, audience="owner")
        )
        edges.append(EdgeRow(casework.NOTE_OF, note, ("Case", case)))
        edges.append(EdgeRow(casework.BY, note, self._owners[case]))
        edges.append(EdgeRow(case_parties.SHARED_WITH, note, SURETY))

    def _worked(self) -> list[EdgeRow]:
        """The officer of the owner who is a persona works on a case that nobody else works on."""
        works_for = {row.tail: row.head for row in self.officers if row.edge is people.WORKS_FOR}
        are = [row.head for row in self.officers if row.edge is people.IS_CONTACT]
        at_owner = {works_for[contact]: contact for contact in reversed(are)}
        return [
            EdgeRow(casework.WORKED_BY, ("Case", case), at_owner[self._owners[case]])
            for case in self.cases
            if case not in self._worked_already and self._owners[case] in at_owner
        ]


def _party(case: str, party: Key, role: str) -> EdgeRow:
    said = {"role": role, "since": _AT + timedelta(minutes=len(role)), "confirmedAt": _AT}
    return EdgeRow(case_parties.HAS_PARTY, ("Case", case), party, said)


def _number(case: str, kind: str, number: str) -> NodeRow:
    code = CBP_NUMBER.check(number)
    return _node(
        "CbpNumber", id=f"{case} {kind} {code}", kind=kind, number=number, code=code, since=_AT, confirmedAt=_AT
    )
