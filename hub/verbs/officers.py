"""Verbs of officers: which contact the holder of an account is, and taking a case.

It gives no right: what an account may see and do follows from the parties that it acts for alone.
"""

from typing import Final, LiteralString

from hub.errors import Conflict
from hub.verbs.arguments import OptionalReason
from hub.verbs.case import OWNER, Case
from hub.verbs.context import VerbContext
from hub.verbs.people import OWN_ORGANISATION, Contact
from hub.verbs.verb import verb

# One account is one contact of an organisation, and a contact is one account.
_TAKEN: Final[LiteralString] = """
MATCH (other:Account)-[:IS_CONTACT]->(:Contact {id: $contact}) WHERE other.id <> $account RETURN 1"""
_LINK: Final[LiteralString] = """
MATCH (a:Account {id: $account}), (c:Contact {id: $contact})-[:WORKS_FOR]->(org)
OPTIONAL MATCH (a)-[old:IS_CONTACT]->(:Contact)-[:WORKS_FOR]->(org) DELETE old
WITH DISTINCT a, c CREATE (a)-[:IS_CONTACT {since: $at}]->(c)"""
_UNLINK: Final[LiteralString] = "MATCH (:Account)-[link:IS_CONTACT]->(:Contact {id: $contact}) DELETE link RETURN 1"
_CHANGED: Final = ("IS_CONTACT",)


@verb(may=(OWN_ORGANISATION,))
async def link_contact(context: VerbContext, contact: Contact) -> None:
    """Says that you are this contact of your own organisation: the cases that they work on are yours (`worksOn`)."""
    if await context.execute(_TAKEN, contact=contact.id, account=context.account):
        raise Conflict(f"{contact.in_words()} is somebody else's sign-in: end that by unlinkContact first")
    await context.execute(_LINK, contact=contact.id, account=context.account)
    context.add_event("Contact", contact.id, _CHANGED, by=contact.by)


@verb(may=(OWN_ORGANISATION,))
async def unlink_contact(context: VerbContext, contact: Contact) -> None:
    """Ends that a sign-in is this contact of your own organisation, whoever's it is."""
    if not await context.execute(_UNLINK, contact=contact.id):
        raise Conflict(f"{contact.in_words()} is nobody's sign-in")
    context.add_event("Contact", contact.id, _CHANGED, by=contact.by)


_TAKE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:HANDLED_BY]->(owner)
MATCH (:Account {id: $account})-[:IS_CONTACT]->(c:Contact)-[:WORKS_FOR]->(org)
WHERE org = owner OR EXISTS { (org:Team)-[:PART_OF]->(owner) }
WITH k, c ORDER BY c.id LIMIT 1
OPTIONAL MATCH (k)-[old:WORKED_BY]->() DELETE old
WITH DISTINCT k, c CREATE (k)-[:WORKED_BY]->(c) RETURN c.name"""


@verb(may=(OWNER,))
async def take_case(context: VerbContext, case: Case, reason: OptionalReason | None = None) -> None:
    """Assigns a case of your office to yourself, as the contact that you are (`linkContact`)."""
    case.must_be_open()
    taken = await context.execute(_TAKE, case=case.id, account=context.account)
    if not taken:
        raise Conflict(f"{case.in_words()}: you are no contact of its owner; say which by linkContact")
    context.add_history_entry(case, f"taken by {taken[0][0]}", ("WORKED_BY",), reason=reason, audience="owner")
