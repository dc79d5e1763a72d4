"""Verbs of contacts: when they are away, and who stands in; and of the trade programs that cases fall under."""

from typing import Final, LiteralString

from graph_schema.model import Kind, Property
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.said import KEPT
from hub.verbs.act import Act, Arguments, Subject, Verb
from hub.verbs.words import checked_text

_CONTACT: Final = Subject("Contact", "id", "c", f"""
OPTIONAL MATCH (c)-[:WORKS_FOR]->(org)
RETURN [c.name, org IN own, COLLECT {{ MATCH (c)<-[:DESCRIBES]-(r:SourceRecord) WHERE {KEPT} RETURN r.system }}]""")  # fmt: skip
_AWAY: Final[LiteralString] = "MATCH (c:Contact {id: $contact}) SET c.awayFrom = $from, c.awayUntil = $until"
_DEPUTY: Final[LiteralString] = """
MATCH (c:Contact {id: $contact})-[:WORKS_FOR]->(org), (d:Contact {id: $deputy})-[:WORKS_FOR]->(org) WHERE c <> d
OPTIONAL MATCH (c)-[old:DEPUTIZED_BY]->() DELETE old
WITH DISTINCT c, d CREATE (c)-[:DEPUTIZED_BY]->(d) RETURN 1"""
_PROGRAM: Final[LiteralString] = "MERGE (p:Program {code: $code}) ON CREATE SET p += $program, p.made = $request RETURN p.made = $request"
_OVERSIGHT: Final = "RETURN seesAll"


async def _announce(act: Act, given: Arguments) -> str:
    until = given["until"]
    begins = given["from"] or act.now
    if until is not None and until <= begins:
        raise BadInput("until: a moment after it begins is expected")
    await _own(act, given, "announceAbsence")
    await act.write(_AWAY, {"contact": given["contact"], "from": begins, "until": until})
    return given["contact"]


async def _end(act: Act, given: Arguments) -> str:
    await _own(act, given, "endAbsence")
    await act.write(_AWAY, {"contact": given["contact"], "from": None, "until": None})
    return given["contact"]


async def _name_deputy(act: Act, given: Arguments) -> str:
    await _own(act, given, "nameDeputy")
    if not await act.write(_DEPUTY, {"contact": given["contact"], "deputy": given["deputy"]}):
        raise NotFound(f"deputy: its organisation has no other contact {given['deputy']}")
    return given["contact"]


async def _declare_program(act: Act, given: Arguments) -> str:
    if not await act.one(_OVERSIGHT, {}):
        raise NotAllowed("declareProgram: only the Office of Trade may")
    code = checked_text("code", given["code"], 20).upper()
    program = {
        "name": checked_text("name", given["name"], 300), "since": given["since"], "legalBasis": given["legalBasis"], "source": "hub",
    }  # fmt: skip
    (made,), *_ = await act.write(_PROGRAM, {"code": code, "program": program, "request": act.request})
    if not made:
        raise Conflict(f"code: there is a program {code} already")
    return code


async def _own(act: Act, given: Arguments, verb: str) -> None:
    """Raises `NotFound`, `NotAllowed` for a contact of another organisation, `Conflict` for one that another system keeps."""
    found = await act.locked(_CONTACT, given["contact"])
    if found is None:
        raise NotFound(f"contact: there is no contact {given['contact']} to be seen")
    name, own, kept_by = found
    if not own:
        raise NotAllowed(f"{verb}: only {name}'s own organisation may")
    if kept_by:
        raise Conflict(f"contact: {name} is kept by the system {kept_by[0]}: change it there, the hub follows")


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
