"""Verbs of joint work: a case is shared with a partner agency, which takes it on, and left or taken back."""

from typing import Annotated, Final, LiteralString

from hub.errors import Conflict, NotFound
from hub.verbs.arguments import Argument, OptionalReason, Reason
from hub.verbs.case import AGENCY, OVERSIGHT, OWNER, Case
from hub.verbs.context import VerbContext
from hub.verbs.verb import verb

# An agency that neither its own system says is involved nor anybody has accepted before is invited.
INVOLVE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (g:Agency {code: $agency}) MERGE (k)-[i:INVOLVES]->(g)
WITH k, i, EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE r.id IN i.saidBy
  MATCH (:Connection {name: r.system})-[:SPEAKS_FOR]->(g) } AS asked
SET i.invitedAt = CASE WHEN asked THEN null WHEN i.acceptedAt IS NULL THEN coalesce(i.invitedAt, $at)
  ELSE i.invitedAt END,
  i.acceptedAt = coalesce(i.acceptedAt, $at), i.saidBy = null
RETURN 1"""
WITHDRAW: Final[LiteralString] = (
    "MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency {code: $agency}) DELETE i "
    "WITH k, g CALL (k, g) { MATCH (k)-[named:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE named } RETURN 1"
)
_Agency = Annotated[str, Argument("A partner agency by its code.")]


@verb(may=(OWNER, OVERSIGHT))
async def accept_agency(
    context: VerbContext, case: Case, agency: _Agency, reason: OptionalReason | None = None
) -> None:
    """Shares a case with a partner agency, or accepts one that says it is involved: it sees the case's header, and what
    is shared with agencies."""
    if not await context.execute(INVOLVE, case=case.id, agency=agency):
        raise NotFound(f"agency: there is no agency {agency!r}; see agencies")
    context.add_history_entry(case, f"shared with {agency}", ("INVOLVES",), reason=reason, refs=(agency,))


@verb(may=(OWNER, OVERSIGHT))
async def withdraw_agency(
    context: VerbContext, case: Case, agency: _Agency, reason: OptionalReason | None = None
) -> None:
    """Takes a case back from a partner agency: at once the agency sees nothing of it."""
    if not await context.execute(WITHDRAW, case=case.id, agency=agency):
        raise Conflict(f"case {case.number} is not shared with {agency}")
    context.add_history_entry(
        case, f"no longer shared with {agency}", ("INVOLVES", "JOINED_BY"), reason=reason, refs=(agency,)
    )


# The agency that the viewer acts for, whose part in the case its owner accepted.
_JOIN: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency)<-[:WORKS_FOR]-(c:Contact {id: $contact}) WHERE elementId(g) = $by
SET i.joinedAt = coalesce(i.joinedAt, $at)
WITH k, g, c CALL (k, g) { MATCH (k)-[old:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE old }
CREATE (k)-[:JOINED_BY]->(c) RETURN 1"""
_LEAVE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency) WHERE elementId(g) = $by DELETE i
WITH k, g CALL (k, g) { MATCH (k)-[named:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE named }"""
_CONTACT_NAME: Final[LiteralString] = "MATCH (c:Contact {id: $contact}) RETURN c.name"
_CODE: Final[LiteralString] = "MATCH (g:Agency) WHERE elementId(g) = $by RETURN g.code"
_Contact = Annotated[str, Argument("The id of a contact of the agency.")]


@verb(may=(AGENCY,))
async def join_case(context: VerbContext, case: Case, contact: _Contact, reason: OptionalReason | None = None) -> None:
    """Takes on an agency's part in a case that was shared with it, and names its own contact; named again, the contact
    changes."""
    case.must_be_open()
    name = await context.read_value(_CONTACT_NAME, contact=contact)
    if not await context.execute(_JOIN, case=case.id, contact=contact, by=case.by):
        raise NotFound(f"contact: your agency has no contact {contact}")
    changed = ("INVOLVES", "JOINED_BY")
    context.add_history_entry(
        case, f"taken on, with {name}", changed, reason=reason, audience="agencies", refs=(contact,)
    )


@verb(may=(AGENCY,), returns="Agency")
async def leave_case(context: VerbContext, case: Case, reason: Reason) -> str:
    """Gives up an agency's part in a case: the agency sees nothing of the case any more."""
    await context.execute(_LEAVE, case=case.id, by=case.by)
    context.add_history_entry(case, "the agency left it", ("INVOLVES", "JOINED_BY"), reason=reason)
    # the agency sees the case no more, so that its own row is the answer
    return await context.read_value(_CODE, by=case.by)
