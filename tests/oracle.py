"""Who may see what, told a second time: naively, in plain Python, from the rules' words and not from their Cypher."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from graph_schema import (
    case_links,
    case_parties,
    cases,
    casework,
    disparities,
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
)
from hub.world.reference import reference_rows
from tests.random_world import Key, Link, World

PUBLIC = {
    "Center", "FieldOffice", "Port", "PortCode", "Office", "Team", "Agency", "AgencyOffice", "Association", "Broker",
    "HtsChapter", "HtsHeading", "Program", "ForcedLaborOrder", "AdcvdOrder", "CaseKind", "Clock", "CaseEvent",
    "CaseCondition", "Ruling", "Role", "Topic", "Form", "PartyRole", "NumberKind",
}  # fmt: skip
_NAMES_ENTRIES = {
    "dates", "datesToConfirm", "conditions", "suspensions", "extensions", "answers", "pronounced",
}  # fmt: skip
_ROLES: dict[Any, Any] = {
    row.properties["code"]: row.properties for row in reference_rows().nodes if row.label == "PartyRole"
}

_BELONGS = {
    "Decision": cases.DECIDES, "Note": casework.NOTE_OF, "Attachment": casework.ATTACHMENT_OF,
    "HistoryEntry": casework.HISTORY_OF, "RequestItem": requests.ASKED_IN,
}  # fmt: skip


def in_term(link: Link) -> bool:
    now = datetime.now(UTC)
    until = link.properties.get("until")
    return link.properties["since"] <= now and (until is None or now < until)


def members(world: World, audience: Key) -> set[Key]:
    """The parties that are in an audience at this moment."""
    said = world.nodes[audience]
    if said.get("every"):
        return set(world.of(said["every"]))
    if said.get("party"):
        label, _, key = said["party"].partition(":")
        return {(label, key)} & world.nodes.keys()
    fitting = {importer for importer in world.of("Importer") if _fits(world, importer, said)}
    brokers = {
        link.tail
        for importer in fitting
        for link in world.between(parties.REPRESENTS, head=importer)
        if said["brokers"] and in_term(link)
    }
    terms = [name for name in ("center", "hts", "port", "program", "caseKind", "association") if said.get(name)]
    of_association = (
        world.heads(parties.HAS_MEMBER, ("Association", said["association"])) if "association" in terms else []
    )
    alone = [member for member in of_association if member[0] == "Broker"] if terms == ["association"] else []
    return {*fitting, *brokers, *alone}


def _fits(world: World, importer: Key, said: dict[str, Any]) -> bool:
    """Whether all that an audience says is true of the importer."""
    confirmed = [
        case
        for case in world.tails(cases.CONCERNS, importer)
        if case[0] == "Case" and world.nodes[case].get("unconfirmedSince") is None
    ]
    headings = {heading for case in confirmed for heading in world.heads(cases.UNDER, case)}
    chapters = {chapter for heading in headings for chapter in world.heads(goods.IN_CHAPTER, heading)}
    ports = [port for port in world.heads(parties.ENTERS_AT, importer) if world.nodes[port]["issuer"] == "ACE"]
    assigned = (link for link in world.between(parties.ASSIGNED_TO, tail=importer) if link.properties.get("activeFor"))
    there = {
        "center": {link.head[1] for link in assigned},
        "hts": {key for _, key in (*headings, *chapters)},
        "port": {world.nodes[port]["code"] for port in ports},
        "program": {program for case in confirmed for _, program in world.heads(cases.TAGGED, case)},
        "caseKind": {
            kind
            for case in confirmed
            if world.nodes[case]["status"] != "CLOSED"
            for _, kind in world.heads(cases.OF_KIND, case)
        },
        "association": {key for _, key in world.tails(parties.HAS_MEMBER, importer)},
    }
    return all(said[name] in held for name, held in there.items() if said.get(name))


class Oracle:
    """What one account may see in a world."""

    def __init__(self, world: World, account: str) -> None:
        self._world = world
        self._account = account
        self._seen: dict[Key, bool] = {}

    def sees(self, row: Key) -> bool:
        if row not in self._seen:
            self._seen[row] = row[0] in PUBLIC or getattr(self, f"_sees_{row[0].lower()}")(row)
        return self._seen[row]

    def sees_link(self, link: Link) -> bool:
        if not (self.sees(link.tail) and self.sees(link.head)):
            return False
        match link.edge.type:
            case "REPRESENTS":
                return self.sees_all or link.tail in self.own or link.head in self.own or self._is_its_center(link.head)
            case "ASSIGNED_TO" if link.properties.get("activeFor") and self._enters_here(link.tail):
                return True
            case "ASSIGNED_TO" | "ENTERS_AT":
                return (
                    self.sees_all
                    or self._is_client(link.tail)
                    or link.head in self.own
                    or self._is_its_center(link.tail)
                )
            case "HAS_MEMBER":
                return (
                    self.sees_all
                    or link.tail in self.own
                    or self._is_client(link.head)
                    or self._is_its_center(link.head)
                )
            case "AT" if link.tail[0] == "Entry":
                return self._knows_entry(link.tail)
            case "ON_BOARD_OF":
                return self.sees_all or link.head in self.own
            case "HAS_PARTY":
                told = self._role(link)["toldTo"] == "parties" and self._is_clients(link.tail)
                return self.sees_all or link.head in self.own or self._is_office_of(link.tail) or told
            case "SHARED_WITH":
                owned = any(map(self._is_office_of, self._world.heads(_BELONGS[link.tail[0]], link.tail)))
                return self.sees_all or link.head in self.own or owned
            case "ASKED_BY":
                asked = self._world.heads(questions.ASKED_OF, link.tail)
                return self.sees_all or link.head in self.own or any(office in self.own for office in asked)
            case "COVERS" if link.head[0] == "Importer":
                employed = any(found in self.own for found in self._world.heads(people.WORKS_FOR, link.tail))
                return self.sees_all or employed or self._is_client(link.head) or self._is_its_center(link.head)
            case _:
                return True

    def value(self, row: Key, name: str) -> Any:
        """A property of a row the account may see."""
        value = self._world.nodes[row].get(name)
        if name == "receipt":
            return value if self._account == f"guest|{value}" else None
        if row[0] == "Issue" and name in ("stateAt", "proposedAt"):
            return value if self._is_official else None
        if row[0] == "Case" and name == "claims":
            return value if self._takes_part(row) else None
        if row[0] == "Case" and name in _NAMES_ENTRIES:
            return value if self._is_told_entries(row) else None
        if row[0] == "Case" and name in ("partyWroteAt", "ownerClaims"):
            return value if self.sees_all or self._is_office_of(row) else None
        if row[0] == "Entry" and name in ("enteredAt", "type", "source") and not self._knows_entry(row):
            return "hub" if name == "source" else None
        if name == "origins":
            told = any(found.split(": ")[1] in self._systems for found in value or ())
            return value if self.sees_all or told else None
        if row[0] != "Contact" or name not in ("email", "phone"):
            return value
        audience = self._world.nodes[row][f"{name}Audience"]
        organisation = self._organisation(row)
        own = organisation in self.own
        linked = organisation is not None and (self._is_linked(organisation) or self._is_colleague(organisation))
        if audience == "public" or self.sees_all or own or (audience == "counterpart" and linked):
            return value
        return None

    @cached_property
    def acted(self) -> set[Key]:
        return {
            link.head
            for link in self._world.between(people.ACTS_FOR)
            if link.tail == ("Account", self._account) and in_term(link)
        }

    @cached_property
    def own(self) -> set[Key]:
        own = set(self.acted)
        for team in [party for party in self.acted if party[0] == "Team"]:
            own |= set(self._world.heads(parties.TEAM_PART_OF, team))
        grown = set(self.acted)
        while grown:
            grown = {
                part
                for whole in grown
                for edge in (parties.OFFICE_PART_OF, parties.TEAM_PART_OF, parties.AGENCY_PART_OF)
                for part in self._world.tails(edge, whole)
            }
            own |= grown
        return own

    @cached_property
    def sees_all(self) -> bool:
        for office in [party for party in self.acted if party[0] == "Office"]:
            chain = [office]
            while chain:
                if chain[0] == ("Office", "OT"):
                    return True
                chain = self._world.heads(parties.OFFICE_PART_OF, chain[0])
        return False

    def _is_client(self, importer: Key) -> bool:
        return importer in self.own or any(
            link.tail in self.own and in_term(link) for link in self._world.between(parties.REPRESENTS, head=importer)
        )

    def _is_its_center(self, importer: Key) -> bool:
        return any(
            link.head in self.own and link.properties.get("activeFor")
            for link in self._world.between(parties.ASSIGNED_TO, tail=importer)
        )

    def _enters_here(self, importer: Key) -> bool:
        """Whether it enters goods at a port of the viewer's."""
        return any(port in self.own for port in self._world.heads(parties.ENTERS_AT, importer))

    def _owns(self, case: Key) -> bool:
        return any(owner in self.own for owner in self._world.heads(cases.HANDLED_BY, case))

    def _sent(self, case: Key) -> bool:
        """Whether the account's office sent it to its owner."""
        return any(office in self.own for office in self._world.heads(referrals.REFERRED_BY, case))

    def _is_office_of(self, case: Key) -> bool:
        return self._owns(case) or self._sent(case)

    def _agencies(self, case: Key) -> set[Key]:
        return {
            link.head for link in self._world.between(cases.INVOLVES, tail=case) if link.properties.get("acceptedAt")
        }

    def _is_clients(self, case: Key) -> bool:
        """Whether it concerns the account's importer, or one that it is the broker of."""
        return any(map(self._is_client, self._world.heads(cases.CONCERNS, case)))

    def _takes_part(self, case: Key) -> bool:
        """Whether the account sees it as more than a party by role."""
        return (
            self.sees_all
            or self._is_office_of(case)
            or bool(self._agencies(case) & self.own)
            or self._is_clients(case)
            or self._holds(case)
        )

    def _is_told_entries(self, case: Key) -> bool:
        """Whether the account is told its entries, as more than a party by role."""
        return (
            self.sees_all
            or self._is_office_of(case)
            or bool(self._answered(case) & self.own)
            or self._is_clients(case)
            or self._holds(case)
        )

    def _holds(self, case: Key) -> bool:
        """Whether goods of an account of the viewer's Center are held in it."""
        kinds = (self._world.nodes[kind] for kind in self._world.heads(cases.OF_KIND, case))
        return any(kind.get("holds") for kind in kinds) and any(
            map(self._is_its_center, self._world.heads(cases.CONCERNS, case))
        )

    def _role(self, link: Link) -> Any:
        code = link.properties["role"]
        return self._world.nodes.get(("PartyRole", code)) or _ROLES[code]

    def _parts(self, case: Key) -> list[Link]:
        """The account's parts in it by role that were confirmed and have not ended."""
        return [
            link
            for link in self._world.between(case_parties.HAS_PARTY, tail=case)
            if link.head in self.own and link.properties.get("confirmedAt") and not link.properties.get("until")
        ]

    def _reads(self, case: Key, what: str) -> bool:
        return any(what in (self._role(part).get("reads") or ()) for part in self._parts(case))

    def _sees_case(self, case: Key) -> bool:
        return self._takes_part(case) or bool(self._parts(case))

    def _sees_importer(self, importer: Key) -> bool:
        theirs = self._world.tails(cases.CONCERNS, importer)
        return (
            self.sees_all
            or self._is_client(importer)
            or self._is_its_center(importer)
            or self._enters_here(importer)
            or any(
                self._is_office_of(case) or self._agencies(case) & self.own or self._reads(case, "importer")
                for case in theirs
            )
        )

    def _sees_entry(self, entry: Key) -> bool:
        for case in self._world.tails(cases.COVERS_ENTRY, entry):
            if self._is_office_of(case) or self._is_clients(case) or self._reads(case, "entries"):
                return True
            if self._answered(case) & self.own:
                return True
        return self.sees_all

    def _answered(self, case: Key) -> set[Key]:
        """The agencies that its owner has accepted, and that were not only named by others."""
        return {
            link.head
            for link in self._world.between(cases.INVOLVES, tail=case)
            if link.properties.get("acceptedAt")
            and (link.properties.get("joinedAt") or not link.properties.get("invitedAt"))
        }

    def _knows_entry(self, entry: Key) -> bool:
        """Whether more than its number may be read of it."""
        confirmed = [
            link.tail
            for link in self._world.between(cases.COVERS_ENTRY, head=entry)
            if link.properties.get("confirmedAt")
        ]
        return self.sees_all or any(self._is_office_of(case) or self._is_clients(case) for case in confirmed)

    def _sees_issue(self, issue: Key) -> bool:
        about = [case for edge in (issues.ABOUT, issues.MAY_BE_ABOUT) for case in self._world.tails(edge, issue)]
        alike = self._world.tails(issues.ALIKE_BY, issue)
        on_board = any(party in self.own for party in self._world.heads(issues.ON_BOARD_OF, issue))
        return self.sees_all or on_board or any(map(self._takes_part, about)) or any(map(self._owns, alike))

    def _sees_by_audience(self, row: Key) -> bool:
        audience = self._world.nodes[row]["audience"]
        if audience == "public" or self.sees_all:
            return True
        for case in self._world.heads(_BELONGS[row[0]], row):
            if self._is_office_of(case):
                return True
            if audience in ("parties", "agencies") and any(
                map(self._is_client, self._world.heads(cases.CONCERNS, case))
            ):
                return True
            if audience == "agencies" and self._agencies(case) & self.own:
                return True
            shown = self._reads(case, "decisions" if row[0] == "Decision" else "papers")
            if audience in ("parties", "agencies") and shown:
                return True
            written_to = self._world.heads(case_parties.SHARED_WITH, row) if row[0] != "Decision" else ()
            if any(part.head in written_to for part in self._parts(case)):
                return True
        return False

    _sees_note = _sees_attachment = _sees_historyentry = _sees_requestitem = _sees_by_audience

    def _sees_template(self, template: Key) -> bool:
        return self.sees_all or any(found in self.own for found in self._world.heads(requests.KEPT_BY, template))

    def _sees_reassignment(self, row: Key) -> bool:
        return self.sees_all or any(found in self.own for found in self._world.heads(reassignments.OF_OFFICE, row))

    def _sees_referral(self, referral: Key) -> bool:
        asked = self._world.heads(referrals.SENT_TO, referral)
        ends = (*self._world.heads(referrals.SENT_BY, referral), *(end for end in asked if end[0] != "Agency"))
        of = self._world.heads(referrals.REFERS, referral)
        accepted = any(self._agencies(case) & self.own & set(asked) for case in of)
        taking_part = any(map(self._is_office_of, of))
        return self.sees_all or taking_part or accepted or any(end in self.own for end in ends)

    @cached_property
    def _is_center(self) -> bool:
        return any(party[0] == "Center" for party in self.own)

    @cached_property
    def _is_official(self) -> bool:
        return any(party[0] in ("Center", "Port", "Office", "Agency") for party in self.own)

    def _sees_decision(self, decision: Key) -> bool:
        differs = bool(self._world.tails(disparities.BETWEEN, decision))
        return self._sees_by_audience(decision) or (self._is_center and differs)

    def _sees_question(self, question: Key) -> bool:
        asked = ("Account", self._account) in self._world.tails(questions.ASKED, question)
        parties_ = (*self._world.heads(questions.ASKED_BY, question), *self._world.heads(questions.ASKED_OF, question))
        published = self._world.nodes[question].get("publishedAt") is not None
        return published or self.sees_all or asked or any(party in self.own for party in parties_)

    def _sees_disparity(self, _: Key) -> bool:
        return self.sees_all or self._is_center

    def _sees_deadline(self, deadline: Key) -> bool:
        of = self._world.heads(casework.DEADLINE_OF, deadline)
        of_entry = self._world.nodes[deadline].get("entry") is not None
        told = self._is_told_entries if of_entry else self._takes_part
        return self.sees_all or any(told(case) or self._shows_deadline(case, of_entry=of_entry) for case in of)

    def _shows_deadline(self, case: Key, *, of_entry: bool) -> bool:
        """Whether one of the account's roles in it shows deadlines, and entries where the deadline is of one."""
        shown = [self._role(part).get("reads") or () for part in self._parts(case)]
        return any("deadlines" in reads and ("entries" in reads or not of_entry) for reads in shown)

    def _sees_cbpnumber(self, number: Key) -> bool:
        of = self._world.heads(case_links.NUMBER_OF, number)
        return self.sees_all or any(self._takes_part(case) or self._reads(case, "numbers") for case in of)

    def _sees_firm(self, firm: Key) -> bool:
        if self._world.nodes[firm]["published"] or firm in self.own:
            return True
        if any(party[0] in ("Center", "Port", "Office") for party in self.own):
            return True
        return any(
            self._role(link)["toldTo"] == "parties" and self._is_clients(link.tail)
            for link in self._world.between(case_parties.HAS_PARTY, head=firm)
        )

    def _sees_powerofattorney(self, power: Key) -> bool:
        grantors = self._world.heads(powers.GIVEN_BY, power)
        sides = (*grantors, *self._world.heads(powers.GIVEN_TO, power))
        return self.sees_all or any(side in self.own for side in sides) or any(map(self._is_its_center, grantors))

    def _sees_deadletter(self, _: Key) -> bool:
        return self.sees_all

    def _sees_message(self, message: Key) -> bool:
        said = self._world.nodes[message]
        if self.sees_all or any(office in self.own for office in self._world.heads(messages.ISSUED_BY, message)):
            return True
        if said.get("publishedAt") is None:
            return False
        return said["everyone"] or any(
            members(self._world, audience) & self.own or self._names_own(audience)
            for audience in self._world.heads(messages.ADDRESSED_TO, message)
        )

    def _names_own(self, audience: Key) -> bool:
        """Whether the audience is told by one of the account's parties, e.g. as the members of its Center."""
        said = self._world.nodes[audience]
        named = {("Center", said.get("center")), ("Port", f"ACE:{said.get('port')}")}
        named |= {("Association", said.get("association")), tuple((said.get("party") or ":").split(":", 1))}
        return bool(named & self.own)

    def _sees_messageaudience(self, audience: Key) -> bool:
        return self.sees_all or any(map(self.sees, self._world.tails(messages.ADDRESSED_TO, audience)))

    def _sees_calendar(self, calendar: Key) -> bool:
        return self._world.nodes[calendar]["account"] == self._account

    def _sees_account(self, account: Key) -> bool:
        return account[1] == self._account

    @cached_property
    def _systems(self) -> set[Any]:
        return {link.tail[1] for link in self._world.between(provenance.SPEAKS_FOR) if link.head in self.own}

    def _sees_connection(self, connection: Key) -> bool:
        return self.sees_all or connection[1] in self._systems

    def _sees_of_connection(self, row: Key) -> bool:
        return self.sees_all or self._world.nodes[row]["system"] in self._systems

    _sees_syncrun = _sees_quarantinedrecord = _sees_sourcerecord = _sees_of_connection

    def _sees_retiredcontact(self, contact: Key) -> bool:
        return self.sees_all or any(
            found in self.own for found in self._world.heads(provenance.RETIRED_WORKS_FOR, contact)
        )

    def _sees_retiredcase(self, case: Key) -> bool:
        return self.sees_all or any(
            found in self.own for found in self._world.heads(provenance.RETIRED_HANDLED_BY, case)
        )

    def _sees_contact(self, contact: Key) -> bool:
        organisation = self._organisation(contact)
        return (
            self._world.nodes[contact]["published"]
            or self.sees_all
            or organisation in self.own
            or (organisation is not None and (self._is_linked(organisation) or self._is_colleague(organisation)))
        )

    def _is_colleague(self, organisation: Key) -> bool:
        """Whether it is CBP's, as the viewer is by one of its offices."""
        return organisation[0] in parties.CBP and any(party[0] in ("Center", "Port", "Office") for party in self.own)

    def _organisation(self, contact: Key) -> Key | None:
        return next(iter(self._world.heads(people.WORKS_FOR, contact)), None)

    def _is_linked(self, organisation: Key) -> bool:
        """Whether the organisation takes part in a case the account may see."""
        return organisation in self._counterparts

    @cached_property
    def _counterparts(self) -> set[Key]:
        return {
            party for case in self._world.of("Case") if self._links_others(case) for party in self._participants(case)
        }

    def _links_others(self, case: Key) -> bool:
        """Whether it is one of the account's by which it comes to know others: those of its importers once they are
        confirmed.
        """
        confirmed = self._world.nodes[case].get("unconfirmedSince") is None
        of_clients = any(map(self._is_client, self._world.heads(cases.CONCERNS, case)))
        return self.sees_all or self._owns(case) or bool(self._agencies(case) & self.own) or (of_clients and confirmed)

    def _participants(self, case: Key) -> set[Key]:
        importers = self._world.heads(cases.CONCERNS, case)
        owners = self._world.heads(cases.HANDLED_BY, case)
        brokers = {
            link.tail
            for importer in importers
            for link in self._world.between(parties.REPRESENTS, head=importer)
            if in_term(link)
        }
        teams = {team for owner in owners for team in self._world.tails(parties.TEAM_PART_OF, owner)}
        return {*importers, *owners, *brokers, *teams, *self._answered(case)}
