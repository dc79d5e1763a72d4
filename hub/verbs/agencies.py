"""Verbs of joint work: a case is shared with a partner agency, which takes it on, and left or taken back."""

from typing import Final, LiteralString

from graph_schema.model import Property
from hub.errors import Conflict, NotFound
from hub.verbs.act import Act, Arguments, Verb
from hub.verbs.words import CASE, DEFAULT_REASON, REASON, checked_text

_LONGEST: Final = 300

# An agency that neither its own system says is involved nor anybody has accepted before is invited.
_INVOLVE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (g:Agency {code: $agency}) MERGE (k)-[i:INVOLVES]->(g)
WITH k, i, EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE r.id IN i.saidBy
  MATCH (:Connection {name: r.system})-[:SPEAKS_FOR]->(g) } AS asked
SET i.invitedAt = CASE WHEN asked THEN null WHEN i.acceptedAt IS NULL THEN coalesce(i.invitedAt, $at) ELSE i.invitedAt END,
  i.acceptedAt = coalesce(i.acceptedAt, $at), i.saidBy = null
RETURN 1"""
_WITHDRAW: Final[LiteralString] = (
    "MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency {code: $agency}) DELETE i "
    "WITH k, g CALL (k, g) { MATCH (k)-[named:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE named } RETURN 1"
)


async def _accept_agency(act: Act, given: Arguments) -> str:
    """Involves an agency, or accepts one that says it is involved: from then on it sees what is shared with agencies."""
    case = await act.case(given["case"], "acceptAgency", "owner", "oversight")
    if not await act.write(_INVOLVE, {"case": case.id, "agency": given["agency"]}):
        raise NotFound(f"agency: there is no agency {given['agency']!r}; see agencies")
    act.tell_case(case, f"shared with {given['agency']}", ("INVOLVES",), reason=given["reason"], refs=(given["agency"],))
    return case.id


async def _withdraw_agency(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "withdrawAgency", "owner", "oversight")
    if not await act.write(_WITHDRAW, {"case": case.id, "agency": given["agency"]}):
        raise Conflict(f"case {case.number} is not shared with {given['agency']}")
    text = f"no longer shared with {given['agency']}"
    act.tell_case(case, text, ("INVOLVES", "JOINED_BY"), reason=given["reason"], refs=(given["agency"],))
    return case.id


# The agency that the viewer acts for, whose part in the case its owner accepted.
_JOIN: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency)<-[:WORKS_FOR]-(c:Contact {id: $contact}) WHERE elementId(g) = $by
SET i.joinedAt = coalesce(i.joinedAt, $at)
WITH k, g, c CALL (k, g) { MATCH (k)-[old:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE old }
CREATE (k)-[:JOINED_BY]->(c) RETURN 1"""
_LEAVE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[i:INVOLVES]->(g:Agency) WHERE elementId(g) = $by DELETE i
WITH k, g CALL (k, g) { MATCH (k)-[named:JOINED_BY]->(:Contact)-[:WORKS_FOR]->(g) DELETE named }"""
_CONTACT_NAME: Final = "MATCH (c:Contact {id: $contact}) RETURN c.name"
_CODE: Final = "MATCH (g:Agency) WHERE elementId(g) = $by RETURN g.code"


async def _join(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "joinCase", "agency")
    case.must_be_open()
    name = await act.one(_CONTACT_NAME, {"contact": given["contact"]})
    if not await act.write(_JOIN, {"case": case.id, "contact": given["contact"], "by": case.by}):
        raise NotFound(f"contact: your agency has no contact {given['contact']}")
    text = f"taken on, with {name}"
    act.tell_case(case, text, ("INVOLVES", "JOINED_BY"), reason=given["reason"], audience="agencies", refs=(given["contact"],))
    return case.id


async def _leave(act: Act, given: Arguments) -> str:
    """The agency sees the case no more, so that it is answered by its own row."""
    case = await act.case(given["case"], "leaveCase", "agency")
    reason = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_LEAVE, {"case": case.id, "by": case.by})
    act.tell_case(case, "the agency left it", ("INVOLVES", "JOINED_BY"), reason=reason)
    return await act.one(_CODE, {"by": case.by})


_AGENCY: Final = Property("agency", "A partner agency by its code.", required=True)
VERBS: Final = (
    Verb(
        "acceptAgency",
        "Shares a case with a partner agency, or accepts one that says it is involved: "
        "it sees the case's header, and what is shared with agencies.",
        (CASE, _AGENCY, DEFAULT_REASON),
        "Case",
        _accept_agency,
    ),
    Verb(
        "withdrawAgency",
        "Takes that back: at once the agency sees nothing of it.",
        (CASE, _AGENCY, DEFAULT_REASON),
        "Case",
        _withdraw_agency,
    ),
    Verb(
        "joinCase",
        "Takes on an agency's part in a case that was shared with it, and names its own contact; named again, the contact changes.",
        (CASE, Property("contact", "The id of a contact of the agency.", required=True), DEFAULT_REASON),
        "Case",
        _join,
    ),
    Verb("leaveCase", "Gives that up: the agency sees nothing of the case any more.", (CASE, REASON), "Agency", _leave),
)
