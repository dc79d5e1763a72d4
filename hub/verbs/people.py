"""Verbs of contacts: when they are away, and who stands in; and of the trade programs that cases fall under."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Final, LiteralString

import email_validator
import phonenumbers

from graph_schema.cypher import fill
from graph_schema.people import CONTACT, DESK
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.verbs.arguments import Argument, found_by, like_one_of
from hub.verbs.context import VerbContext
from hub.verbs.fragments import kept_by
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

OWN_ORGANISATION: Final = Role("organisation", "the contact's own organisation")
_CONTACT: Final = fill(
    """
OPTIONAL MATCH (c)-[:WORKS_FOR]->(org)
RETURN {id: c.id, name: c.name, organisation: CASE WHEN org IN myParties THEN elementId(org) END,
  kept_by: {kept_by}}""",
    kept_by=kept_by("c"),
)
_AWAY: Final[LiteralString] = "MATCH (c:Contact {id: $contact}) SET c.awayFrom = $since, c.awayUntil = $until"
_DEPUTY: Final[LiteralString] = """
MATCH (c:Contact {id: $contact})-[:WORKS_FOR]->(org), (d:Contact {id: $deputy})-[:WORKS_FOR]->(org) WHERE c <> d
OPTIONAL MATCH (c)-[old:DEPUTIZED_BY]->() DELETE old
WITH DISTINCT c, d CREATE (c)-[:DEPUTIZED_BY]->(d) RETURN 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(LockedRow):
    """A contact, and their organisation, by Neo4j's id, where the viewer acts for it."""

    SUBJECT: ClassVar = Subject("Contact", "id", "c", _CONTACT, Argument("The contact, by its id."))

    name: str
    organisation: str | None

    def who(self, role: Role) -> str:  # noqa: ARG002 - there is one role
        """Who has that role: the organisation of the contact, who is named."""
        return f"{self.name}'s own organisation"

    def in_words(self) -> str:
        """What the contact is called in an error: by name."""
        return f"contact: {self.name}"


_From = Annotated[datetime, Argument("From when; from now if not said.")]
_Until = Annotated[datetime, Argument("Until when, where that is known.")]


@verb(may=(OWN_ORGANISATION,), kept_here=True)
async def announce_absence(
    context: VerbContext, contact: Contact, from_: _From | None = None, until: _Until | None = None
) -> None:
    """Says that a contact of one's own organisation is away. While they are away, their deputy stands in."""
    since = from_ or context.now
    if until is not None and until <= since:
        raise BadInput("until: a moment after it begins is expected")
    await _set_absence(context, contact, since, until)


@verb(may=(OWN_ORGANISATION,), kept_here=True)
async def end_absence(context: VerbContext, contact: Contact) -> None:
    """Says that a contact of one's own organisation is back."""
    await _set_absence(context, contact, None, None)


async def _set_absence(context: VerbContext, contact: Contact, since: datetime | None, until: datetime | None) -> None:
    await context.execute(_AWAY, contact=contact.id, since=since, until=until)
    context.add_event("Contact", contact.id, ("awayFrom", "awayUntil"), by=contact.by)


_Deputy = Annotated[str, Argument("Another contact of the organisation, by its id.")]


@verb(may=(OWN_ORGANISATION,), kept_here=True)
async def name_deputy(context: VerbContext, contact: Contact, deputy: _Deputy) -> None:
    """Names who stands in for a contact of one's own organisation."""
    if not await context.execute(_DEPUTY, contact=contact.id, deputy=deputy):
        raise NotFound(f"deputy: their organisation has no other contact {deputy}")
    context.add_event("Contact", contact.id, ("DEPUTIZED_BY",), by=contact.by, refs=(deputy,))


_DESCRIBE: Final[LiteralString] = """
MATCH (c:Contact {id: $contact, role: $desk}) SET c += $described, c.source = 'hub' RETURN 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How the shared desk of an office is reached."""

    email: Annotated[str, Argument("Its mail address.", longest=300)] | None = None
    phone: Annotated[str, Argument("Its telephone number.", longest=50)] | None = None
    time_zone: Annotated[str, like_one_of(CONTACT.properties, "timeZone")] | None = None
    opens_at: Annotated[str, like_one_of(CONTACT.properties, "opensAt")] | None = None
    closes_at: Annotated[str, like_one_of(CONTACT.properties, "closesAt")] | None = None

    def described(self) -> dict[str, str]:
        """What of it is said, by the names of a contact's properties. Raises `BadInput`."""
        said = {
            "email": self.email and _mail_address(self.email), "phone": self.phone and _telephone(self.phone),
            "timeZone": self.time_zone, "opensAt": self.opens_at, "closesAt": self.closes_at,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}


def _mail_address(text: str) -> str:
    try:
        return email_validator.validate_email(text, check_deliverability=False, test_environment=True).normalized
    except email_validator.EmailNotValidError as error:
        raise BadInput(f"email: {error}") from None


def _telephone(text: str) -> str:
    """In the form of E.164, with its extension, e.g. +12025550100;ext=5 (RFC 3966)."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException as error:
        raise BadInput(f"phone: {error}; e.g. 202-555-0100 or +1 202 555 0100") from None
    if not phonenumbers.is_possible_number(number):
        raise BadInput("phone: no telephone has such a number; e.g. 202-555-0100 or +1 202 555 0100")
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{whole};ext={number.extension}" if number.extension else whole


@verb(may=(OWN_ORGANISATION,), kept_here=True)
async def describe_desk(context: VerbContext, contact: Contact, reached: Reached) -> None:
    """Says by what mailbox and telephone, and in which hours, the shared desk of your organisation is reached."""
    described = reached.described()
    if not described:
        raise BadInput("describeDesk: say at least one of email, phone, timeZone, opensAt and closesAt")
    if not await context.execute(_DESCRIBE, contact=contact.id, desk=DESK, described=described):
        raise Conflict(f"{contact.in_words()} is no shared desk of an office")
    context.add_event("Contact", contact.id, tuple(described), by=contact.by)


_PROGRAM: Final[LiteralString] = """
MERGE (p:Program {code: $code}) ON CREATE SET p += $program, p.made = $request
WITH p, p.made = $request AS made
OPTIONAL MATCH (o:Office {code: $office})
FOREACH (_ IN CASE WHEN made AND o IS NOT NULL THEN [1] ELSE [] END |
  CREATE (p)-[:ANSWERED_BY {basis: 'declared by the Office of Trade'}]->(o))
RETURN made, o IS NOT NULL"""
_OVERSIGHT: Final[LiteralString] = "RETURN CASE WHEN seesAll THEN elementId(head(actsFor)) END"
_Code = Annotated[str, Argument("A short code.", longest=20)]
_Name = Annotated[str, Argument("Its name.", longest=300)]
_Since = Annotated[date, Argument("The day it takes effect.")]
_LegalBasis = Annotated[str, Argument("The law it rests on.")]
_Office = Annotated[str, Argument("The headquarters office that answers for it, by its code, e.g. OT-TPP.")]


@verb(returns="Program")
async def declare_program(
    context: VerbContext,
    code: _Code,
    name: _Name,
    office: _Office,
    since: _Since | None = None,
    legal_basis: _LegalBasis | None = None,
) -> str:
    """Adds a trade program that cases may fall under, and the office that answers for it (the Office of Trade)."""
    overseer = await context.read_value(_OVERSIGHT)
    if overseer is None:
        raise NotAllowed("declareProgram: only the Office of Trade may")
    code = code.upper()
    program = {"name": name, "since": since, "legalBasis": legal_basis, "source": "hub"}
    (made, answered), *_ = await context.execute(
        _PROGRAM, code=code, program={**program, **found_by("Program", program)}, request=context.request, office=office
    )
    if not answered:
        raise NotFound(f"office: there is no office {office!r}; see offices")
    if not made:
        raise Conflict(f"code: there is a program {code} already")
    context.add_event("Program", code, ALL_NEW, by=overseer)
    return code
