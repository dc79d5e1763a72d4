"""Verbs of contacts: when they are away, and who stands in; and of the trade programs that cases fall under."""

from datetime import datetime
from typing import Final, LiteralString

from graph_schema.model import Kind, Property
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.said import KEPT
from hub.verbs.act import Act, Arguments, Subject, Verb
from hub.verbs.words import checked_text, searched

_CONTACT: Final = Subject("Contact", "id", "c", f"""
OPTIONAL MATCH (c)-[:WORKS_FOR]->(org)
RETURN [c.name, CASE WHEN org IN own THEN elementId(org) END,
  COLLECT {{ MATCH (c)<-[:DESCRIBES]-(r:SourceRecord) WHERE {KEPT} RETURN r.system }}]""")  # fmt: skip
_AWAY: Final[LiteralString] = "MATCH (c:Contact {id: $contact}) SET c.awayFrom = $from, c.awayUntil = $until"
_DEPUTY: Final[LiteralString] = """
MATCH (c:Contact {id: $contact})-[:WORKS_FOR]->(org), (d:Contact {id: $deputy})-[:WORKS_FOR]->(org) WHERE c <> d
OPTIONAL MATCH (c)-[old:DEPUTIZED_BY]->() DELETE old
WITH DISTINCT c, d CREATE (c)-[:DEPUTIZED_BY]->(d) RETURN 1"""
_PROGRAM: Final[LiteralString] = "MERGE (p:Program {code: $code}) ON CREATE SET p += $program, p.made = $request RETURN p.made = $request"
_OVERSIGHT: Final = "RETURN CASE WHEN seesAll THEN elementId(head(acted)) END"


async def _announce(act: Act, given: Arguments) -> str:
    until = given["until"]
    begins = given["from"] or act.now
    if until is not None and until <= begins:
        raise BadInput("until: a moment after it begins is expected")
    return await _away(act, given, "announceAbsence", begins, until)


async def _end(act: Act, given: Arguments) -> str:
    return await _away(act, given, "endAbsence", None, None)


async def _away(act: Act, given: Arguments, verb: str, since: datetime | None, until: datetime | None) -> str:
    organisation = await _own(act, given, verb)
    await act.write(_AWAY, {"contact": given["contact"], "from": since, "until": until})
    act.tell("Contact", given["contact"], ("awayFrom", "awayUntil"), by=organisation)
    return given["contact"]


async def _name_deputy(act: Act, given: Arguments) -> str:
    organisation = await _own(act, given, "nameDeputy")
    if not await act.write(_DEPUTY, {"contact": given["contact"], "deputy": given["deputy"]}):
        raise NotFound(f"deputy: its organisation has no other contact {given['deputy']}")
    act.tell("Contact", given["contact"], ("DEPUTIZED_BY",), by=organisation, refs=(given["deputy"],))
    return given["contact"]


async def _declare_program(act: Act, given: Arguments) -> str:
    office = await act.one(_OVERSIGHT, {})
    if office is None:
        raise NotAllowed("declareProgram: only the Office of Trade may")
    code = checked_text("code", given["code"], 20).upper()
    program = {
        "name": checked_text("name", given["name"], 300), "since": given["since"], "legalBasis": given["legalBasis"], "source": "hub",
    }  # fmt: skip
    (made,), *_ = await act.write(_PROGRAM, {"code": code, "program": {**program, **searched("Program", program)}, "request": act.request})
    if not made:
        raise Conflict(f"code: there is a program {code} already")
    act.tell("Program", code, ALL_NEW, by=office)
    return code


async def _own(act: Act, given: Arguments, verb: str) -> str:
    """The contact's organisation, by Neo4j's id; the contact is locked.

    Raises `NotFound`, `NotAllowed` for a contact of another organisation, `Conflict` for one that another system keeps.
    """
    found = await act.locked(_CONTACT, given["contact"])
    if found is None:
        raise NotFound(f"contact: there is no contact {given['contact']} to be seen")
    name, organisation, kept_by = found
    if organisation is None:
        raise NotAllowed(f"{verb}: only {name}'s own organisation may")
    if kept_by:
        raise Conflict(f"contact: {name} is kept by the system {kept_by[0]}: change it there, the hub follows")
    return organisation


_WHO: Final = Property("contact", "The contact, by its id.", required=True)
VERBS: Final = (
    Verb("announceAbsence", "Says that a contact of one's own organisation is away; until then its deputy is named in its place.",
         (_WHO, Property("from", "From when; from now if not said.", Kind.DATETIME),
          Property("until", "Until when, where that is known.", Kind.DATETIME)), "Contact", _announce),
    Verb("endAbsence", "Says that a contact of one's own organisation is there again.", (_WHO,), "Contact", _end),
    Verb("nameDeputy", "Names who stands in for a contact of one's own organisation.",
         (_WHO, Property("deputy", "Another contact of the organisation, by its id.", required=True)), "Contact", _name_deputy),
    Verb("declareProgram", "Adds a trade program that cases may fall under (the Office of Trade).",
         (Property("code", "A short code.", required=True), Property("name", "Its name.", required=True),
          Property("since", "The day it takes effect.", Kind.DATE), Property("legalBasis", "The law it rests on.")),
         "Program", _declare_program),
)  # fmt: skip
