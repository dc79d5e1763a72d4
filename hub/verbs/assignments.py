"""Verbs of Center assignment: to which Center an importer belongs, and what becomes of its open cases.

The database itself refuses a second active assignment. Whoever assigns is the Office of Trade, the importer's Center, or the office
that decides an appeal of it.
"""

from typing import Any, Final, LiteralString

from graph_schema.formats import CENTER_CODE, IMPORTER_NUMBER
from graph_schema.model import Property
from graph_schema.viewer_sets import in_term
from hub.errors import Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.said import KEPT
from hub.verbs.act import Act, Arguments, Subject, ToldCase, Verb
from hub.verbs.words import REASON, checked_text, searched

_LONGEST: Final = 300
_APPEAL: Final = "center_assignment_appeal"

# An importer with its Center, and who the viewer is to it. An appeal gives the right to assign to who answers appeals, not to a port or
# another office that has opened one for itself.
_IMPORTER: Final = Subject("Importer", "number", "i", f"""
OPTIONAL MATCH (i)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
RETURN {{status: i.centerStatus, center: center.code, centerName: center.name, name: i.name,
  asOversight: CASE WHEN seesAll THEN elementId(head(acted)) END,
  asCenter: elementId(head([o IN own WHERE o = center])),
  asAppeal: elementId(head(COLLECT {{ MATCH (i)<-[:CONCERNS]-(k:Case)-[:OF_KIND]->(kind:CaseKind {{code: '{_APPEAL}'}})
    MATCH (k)-[:HANDLED_BY]->(o:Office) WHERE o IN own AND k.status <> 'CLOSED'
      AND (EXISTS {{ (kind)-[:ANSWERED_BY]->(:Office)<-[:PART_OF*0..]-(o) }}
        OR EXISTS {{ (kind)-[:ANSWERED_BY]->(:Office)-[:PART_OF*0..]->(o) }})
    RETURN o LIMIT 1 }})),
  asParty: elementId(head(COLLECT {{ UNWIND own AS party WITH party WHERE party = i RETURN party
    UNION ALL MATCH (i)<-[p:REPRESENTS]-(party:Broker) WHERE party IN own AND {in_term("p")} RETURN party }}))}}""")  # fmt: skip
_END: Final[LiteralString] = """
MATCH (i:Importer {number: $importer})
OPTIONAL MATCH (i)-[a:ASSIGNED_TO]->() WHERE a.activeFor IS NOT NULL
SET a.until = $at, a.endedBecause = $reason REMOVE a.activeFor
WITH DISTINCT i SET i.centerStatus = $status"""
_BEGIN: Final[LiteralString] = """
MATCH (i:Importer {number: $importer}), (c:Center {code: $center})
CREATE (i)-[:ASSIGNED_TO {since: $at, activeFor: i.number, source: 'hub', because: $reason}]->(c)
SET i.centerStatus = 'ASSIGNED'"""
# Open cases that the old Center owns and no other system keeps, each with a trace of its own.
_MOVE: Final[LiteralString] = (
    """
MATCH (i:Importer {number: $importer})<-[:CONCERNS]-(k:Case)-[h:HANDLED_BY]->(before:Center {code: $before}), (c:Center {code: $center})
WHERE NOT k.status IN ['CLOSED', 'DEEMED'] AND NOT EXISTS { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE """
    + KEPT
    + """ }
SET k.turn = true REMOVE k.turn
DELETE h CREATE (k)-[:HANDLED_BY]->(c)
WITH k, c, before
CALL (k) { MATCH (k)-[w:WORKED_BY]->() DELETE w }
CALL (k, c, before) { MATCH (k)<-[:OF_CASE]-(d:Deadline)-[owed:OWED_BY]->(before) DELETE owed CREATE (d)-[:OWED_BY]->(c) }
RETURN k.id, before.name, c.name"""
)
_CENTER: Final[LiteralString] = "MATCH (c:Center {code: $center}) RETURN c.name"


async def _assign(act: Act, given: Arguments) -> str:
    return await _to_center(act, given, "assignImporter")


async def _reassign(act: Act, given: Arguments) -> str:
    return await _to_center(act, given, "reassignImporter")


async def _to_center(act: Act, given: Arguments, verb: str) -> str:
    found, by = await _importer(act, given, verb)
    number, center, before = given["importer"], given["center"], found["center"]
    if verb == "assignImporter" and before:
        raise Conflict(f"importer {number} is assigned to {found['centerName']} ({before}): there is no second; use reassignImporter")
    if verb == "reassignImporter" and not before:
        raise Conflict(f"importer {number} has no Center ({found['status']}): use assignImporter")
    if before == center:
        raise Conflict(f"importer {number} is assigned to {center} already")
    if not await act.write(_CENTER, {"center": center}):
        raise NotFound(f"center: there is no Center {center}")
    reason = checked_text("reason", given["reason"], _LONGEST)
    move = {"importer": number, "center": center, "before": before, "reason": reason}
    if before:
        await act.write(_END, {**move, "status": "ASSIGNED"})
    await act.write(_BEGIN, move)
    act.tell("Importer", number, ("ASSIGNED_TO", "centerStatus"), by=by, reason=reason, refs=(center,))
    for case, old, new in await act.write(_MOVE, move) if before else ():
        text = f"moved with its importer from {old} to {new}"
        act.tell_case(ToldCase(case, by), text, ("HANDLED_BY", "WORKED_BY", "OWED_BY"), reason=reason)
    return number


async def _pending(act: Act, given: Arguments) -> str:
    return await _without_center(act, given, "markImporterPending", "PNDING")


async def _not_eligible(act: Act, given: Arguments) -> str:
    return await _without_center(act, given, "markImporterNotEligible", "NOTELG")


async def _without_center(act: Act, given: Arguments, verb: str, status: str) -> str:
    """Ends the assignment; open cases stay with the Center until somebody passes them on."""
    found, by = await _importer(act, given, verb)
    if found["status"] == status:
        raise Conflict(f"importer {given['importer']} is {status} already")
    reason = checked_text("reason", given["reason"], _LONGEST)
    await act.write(_END, {"importer": given["importer"], "reason": reason, "status": status})
    act.tell("Importer", given["importer"], ("ASSIGNED_TO", "centerStatus"), by=by, reason=reason)
    return given["importer"]


_OPEN_APPEAL: Final[LiteralString] = """
MATCH (i:Importer {number: $importer}), (kind:CaseKind {code: $kind})-[:ANSWERED_BY]->(office:Office)
CREATE (k:Case {id: $request, number: $number, status: 'OPEN', title: $title, openedAt: $at, source: 'hub', otherWords: $otherWords})
CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:CONCERNS]->(i) CREATE (k)-[:HANDLED_BY]->(office)
CREATE (n:Note {id: $request + ' note', kind: 'NOTE', text: $text, at: $at, audience: 'parties', source: 'hub'})-[:OF_CASE]->(k)
WITH n MATCH (who) WHERE elementId(who) = $by CREATE (n)-[:BY]->(who)
RETURN 1"""


async def _appeal(act: Act, given: Arguments) -> str:
    found = await _found(act, given)
    if not found["asParty"]:
        raise NotAllowed("appealAssignment: only the importer or its broker may")
    number = act.new_number("A")
    title = f"Appeal of the assignment to {found['centerName']}" if found["center"] else f"Appeal of {found['status']}"
    appeal = {
        "importer": given["importer"], "kind": _APPEAL, "request": act.request, "number": number, "title": title, "by": found["asParty"],
        "text": checked_text("reason", given["reason"], 10_000), **searched("Case", {"title": title}),
    }  # fmt: skip
    if not await act.write(_OPEN_APPEAL, appeal):
        raise NotFound("the public facts name no office for appeals")
    act.tell_case(ToldCase(act.request, found["asParty"]), f"appealed: {title}", ALL_NEW, refs=(given["importer"],))
    return act.request


async def _importer(act: Act, given: Arguments, verb: str) -> tuple[Any, str]:
    """The importer, locked, and in whose name it is assigned. Raises `NotFound` or `NotAllowed`."""
    found = await _found(act, given)
    for role in ("asOversight", "asCenter", "asAppeal"):
        if found[role]:
            return found, found[role]
    raise NotAllowed(f"{verb}: only the importer's Center, the office that decides its appeal or the Office of Trade may")


async def _found(act: Act, given: Arguments) -> Any:
    found = await act.locked(_IMPORTER, given["importer"])
    if found is None:
        raise NotFound(f"importer: there is no importer {given['importer']} to be seen")
    return found


_NUMBER: Final = Property("importer", "The importer by its number.", required=True, format=IMPORTER_NUMBER)
_TO: Final = Property("center", "The Center by its code.", required=True, format=CENTER_CODE)
VERBS: Final = (
    Verb("assignImporter", "Assigns an importer that has no Center.", (_NUMBER, _TO, REASON), "Importer", _assign),
    Verb("reassignImporter", "Assigns an importer to another Center; its open cases move along, each with a trace.",
         (_NUMBER, _TO, REASON), "Importer", _reassign),
    Verb("markImporterPending", "Ends an assignment and says that a new one is pending (PNDING).", (_NUMBER, REASON), "Importer", _pending),
    Verb("markImporterNotEligible", "Says that an importer is not Center-eligible (NOTELG).", (_NUMBER, REASON), "Importer", _not_eligible),
    Verb("appealAssignment", "Appeals a Center assignment, at any time (19 CFR 101.10): a case of the Office of Field Operations.",
         (_NUMBER, REASON), "Case", _appeal),
)  # fmt: skip
