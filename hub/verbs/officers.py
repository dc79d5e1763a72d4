"""Verbs by which a sign-in says which contact it is: whose cases its desk shows first."""

from typing import Final, LiteralString

from hub.errors import Conflict
from hub.verbs.context import VerbContext
from hub.verbs.people import Contact
from hub.verbs.rows import Role
from hub.verbs.verb import verb

_OWN_ORGANISATION: Final = Role("organisation", "the contact's own organisation")
_LINK: Final[LiteralString] = """
MATCH (a:Account {id: $account})
CALL (a) { MATCH (a)-[old:IS_CONTACT]->() DELETE old }
MATCH (c:Contact {id: $contact}) CREATE (a)-[:IS_CONTACT]->(c)"""
_UNLINK: Final[LiteralString] = (
    "MATCH (:Account {id: $account})-[is:IS_CONTACT]->(:Contact {id: $contact}) DELETE is RETURN 1"
)


@verb(may=(_OWN_ORGANISATION,))
async def link_account(context: VerbContext, contact: Contact) -> None:
    """Says that you are this contact of your own organisation: cases that are given to it are assigned to you. It
    grants nothing."""
    await context.execute(_LINK, account=context.account, contact=contact.id)
    context.add_event("Contact", contact.id, ("IS_CONTACT",), by=contact.by)


@verb(may=(_OWN_ORGANISATION,))
async def unlink_account(context: VerbContext, contact: Contact) -> None:
    """Says that you are this contact no more."""
    if not await context.execute(_UNLINK, account=context.account, contact=contact.id):
        raise Conflict(f"contact: your sign-in is not linked to {contact.name}")
    context.add_event("Contact", contact.id, ("IS_CONTACT",), by=contact.by)
