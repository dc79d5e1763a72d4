"""Verbs of Center assignment: to which Center an importer belongs, and what becomes of its open cases.

The database itself refuses a second active assignment. Whoever assigns is the Office of Trade, the importer's Center,
or the office that decides an appeal of it.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.cypher import fill, lock
from graph_schema.formats import CENTER_CODE, IMPORTER_NUMBER
from hub.errors import Conflict, NotFound
from hub.events.append import ALL_NEW
from hub.verbs.arguments import WHY, Argument, Reason, found_by
from hub.verbs.context import OtherCase, VerbContext
from hub.verbs.fragments import HAND_ON, HANDED_ON, importer_or_broker, is_kept_here
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

_ASSIGNER: Final = Role(
    "as_assigner", "the importer's Center, the office that decides its appeal or the Office of Trade"
)
_PARTY: Final = Role("as_party", "the importer or its broker")
# An appeal gives the right to assign to who answers appeals, not to a port or another office that has opened one for
# itself.
_IMPORTER: Final = fill(
    """
OPTIONAL MATCH (i)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
RETURN {id: i.number, status: i.centerStatus, center: center.code, center_name: center.name,
  as_assigner: elementId(coalesce(CASE WHEN seesAll THEN head(actsFor) END, head([o IN myParties WHERE o = center]),
    head(COLLECT { MATCH (i)<-[:CONCERNS]-(k:Case)-[:OF_KIND]->(kind:CaseKind {code: 'center_assignment_appeal'})
      MATCH (k)-[:HANDLED_BY]->(o:Office) WHERE o IN myParties AND k.status <> 'CLOSED'
        AND (EXISTS { (kind)-[:ANSWERED_BY]->(:Office)<-[:PART_OF*0..]-(o) }
          OR EXISTS { (kind)-[:ANSWERED_BY]->(:Office)-[:PART_OF*0..]->(o) })
      RETURN o LIMIT 1 }))),
  as_party: elementId({importer_or_broker})}""",
    importer_or_broker=importer_or_broker("i"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer(LockedRow):
    """An importer by its number, with its Center, if it has one. `status` is ACE's: ASSIGNED, PNDING or NOTELG."""

    SUBJECT: ClassVar = Subject(
        "Importer", "number", "i", _IMPORTER, Argument("The importer by its number.", IMPORTER_NUMBER)
    )

    status: str | None
    center: str | None
    center_name: str | None
    as_assigner: str | None
    as_party: str | None


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
_MOVE: Final = fill(
    """
MATCH (i:Importer {number: $importer})<-[:CONCERNS]-(k:Case)-[handled:HANDLED_BY]->(before:Center {code: $before})
MATCH (after:Center {code: $center}) WHERE k.status <> 'CLOSED' AND {is_kept_here}
{lock}{hand_on}
RETURN k.id, before.name, after.name""",
    is_kept_here=is_kept_here("k"),
    lock=lock("k"),
    hand_on=HAND_ON,
)
_CENTER: Final[LiteralString] = "MATCH (c:Center {code: $center}) RETURN c.name"
_Center = Annotated[str, Argument("The Center by its code.", CENTER_CODE)]


@verb(may=(_ASSIGNER,))
async def assign_importer(context: VerbContext, importer: Importer, center: _Center, reason: Reason) -> None:
    """Assigns an importer that has no Center."""
    if importer.center:
        standing = f"importer {importer.id} is assigned to {importer.center_name} ({importer.center})"
        raise Conflict(f"{standing}: there is no second; use reassignImporter")
    await _assign(context, importer, center, reason)


@verb(may=(_ASSIGNER,))
async def reassign_importer(context: VerbContext, importer: Importer, center: _Center, reason: Reason) -> None:
    """Assigns an importer to another Center; its open cases move along, each with a trace."""
    if not importer.center:
        raise Conflict(f"importer {importer.id} has no Center ({importer.status}): use assignImporter")
    await _assign(context, importer, center, reason)


async def _assign(context: VerbContext, importer: Importer, center: str, reason: str) -> None:
    """Ends the assignment that there is, and begins the new one; the cases of the old Center move along."""
    if importer.center == center:
        raise Conflict(f"importer {importer.id} is assigned to {center} already")
    if not await context.execute(_CENTER, center=center):
        raise NotFound(f"center: there is no Center {center}")
    if importer.center:
        await context.execute(_END, importer=importer.id, reason=reason, status="ASSIGNED")
    await context.execute(_BEGIN, importer=importer.id, center=center, reason=reason)
    context.add_event(
        "Importer", importer.id, ("ASSIGNED_TO", "centerStatus"), by=importer.by, reason=reason, refs=(center,)
    )
    if importer.center:
        for case, old, new in await context.execute(_MOVE, importer=importer.id, center=center, before=importer.center):
            moved = OtherCase(case, importer.by)
            context.add_history_entry(moved, f"moved with its importer from {old} to {new}", HANDED_ON, reason=reason)


@verb(may=(_ASSIGNER,))
async def mark_importer_pending(context: VerbContext, importer: Importer, reason: Reason) -> None:
    """Ends an assignment and says that a new one is pending (PNDING)."""
    await _end_assignment(context, importer, reason, "PNDING")


@verb(may=(_ASSIGNER,))
async def mark_importer_not_eligible(context: VerbContext, importer: Importer, reason: Reason) -> None:
    """Says that an importer is not Center-eligible (NOTELG)."""
    await _end_assignment(context, importer, reason, "NOTELG")


async def _end_assignment(context: VerbContext, importer: Importer, reason: str, status: str) -> None:
    """Ends the assignment; open cases stay with the Center until somebody passes them on."""
    if importer.status == status:
        raise Conflict(f"importer {importer.id} is {status} already")
    await context.execute(_END, importer=importer.id, reason=reason, status=status)
    context.add_event("Importer", importer.id, ("ASSIGNED_TO", "centerStatus"), by=importer.by, reason=reason)


_OPEN_APPEAL: Final[LiteralString] = """
MATCH (i:Importer {number: $importer}),
  (kind:CaseKind {code: 'center_assignment_appeal'})-[:ANSWERED_BY]->(office:Office)
CREATE (k:Case {id: $request, number: $number, status: 'OPEN', title: $title, openedAt: $at, source: 'hub',
  otherWords: $otherWords})
CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:CONCERNS]->(i) CREATE (k)-[:HANDLED_BY]->(office)
CREATE (n:Note {id: $request + ' note', kind: 'NOTE', text: $text, at: $at, audience: 'parties',
  source: 'hub'})-[:OF_CASE]->(k)
WITH n MATCH (who) WHERE elementId(who) = $by CREATE (n)-[:BY]->(who)
RETURN 1"""
_Grounds = Annotated[str, Argument(WHY, longest=10_000)]


@verb(may=(_PARTY,), returns="Case")
async def appeal_assignment(context: VerbContext, importer: Importer, reason: _Grounds) -> str:
    """Appeals a Center assignment, at any time (19 CFR 101.10): a case of the Office of Field Operations."""
    number = context.new_case_number("A")
    title = f"Appeal of the assignment to {importer.center_name}" if importer.center else f"Appeal of {importer.status}"
    opened = await context.execute(
        _OPEN_APPEAL,
        importer=importer.id,
        request=context.request,
        number=number,
        title=title,
        by=importer.by,
        text=reason,
        **found_by("Case", {"title": title}),
    )
    if not opened:
        raise NotFound("the public facts name no office for appeals")
    case = OtherCase(context.request, importer.by)
    context.add_history_entry(case, f"appealed: {title}", ALL_NEW, refs=(importer.id,))
    return case.id
