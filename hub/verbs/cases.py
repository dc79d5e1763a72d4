"""Verbs of cases: handing a case on, writing in it, saying what it is about, closing it."""

from dataclasses import dataclass
from typing import Annotated, Final, LiteralString

from graph_schema.cypher import fill
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.arguments import Argument, Audience, OptionalReason, Reason, checked_text, found_by
from hub.verbs.case import AGENCY, OVERSIGHT, OWNER, PARTY, SENDER, Case
from hub.verbs.case_time import CaseTime
from hub.verbs.context import VerbContext
from hub.verbs.deadlines import answered, answered_deadline
from hub.verbs.fragments import HAND_ON, HANDED_ON, sees
from hub.verbs.verb import verb
from hub.verbs.waiting import came_back, take_up

_LONGEST_TITLE: Final = 300
_LONGEST_TEXT: Final = 10_000

_ASSIGN: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:HANDLED_BY]->(owner), (c:Contact {id: $contact})-[:WORKS_FOR]->(org)
WHERE org = owner OR EXISTS { (org:Team)-[:PART_OF]->(owner) }
OPTIONAL MATCH (k)-[old:WORKED_BY]->() DELETE old
WITH DISTINCT k, c CREATE (k)-[:WORKED_BY]->(c) RETURN 1"""
_CONTACT_NAME: Final[LiteralString] = "MATCH (c:Contact {id: $contact}) RETURN c.name"
_Contact = Annotated[str, Argument("The id of a contact of the case's owner.")]


@verb(may=(OWNER,))
async def assign_case(
    context: VerbContext, case: Case, contact: _Contact, reason: OptionalReason | None = None
) -> None:
    """Gives a case to an officer of its owner."""
    case.must_be_open()
    name = await context.read_value(_CONTACT_NAME, contact=contact)
    if not await context.execute(_ASSIGN, case=case.id, contact=contact):
        raise NotFound(f"contact: the case's owner has no contact {contact}")
    context.add_history_entry(case, f"assigned to {name}", ("WORKED_BY",), reason=reason, audience="owner")


_NEW_OWNER: Final[LiteralString] = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office) AND $to = CASE WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id
  ELSE 'Office:' + o.code END
RETURN [elementId(o), o.name]"""
_REASSIGN: Final[LiteralString] = (
    "MATCH (k:Case {id: $case})-[handled:HANDLED_BY]->(before), (after) WHERE elementId(after) = $to" + HAND_ON
)
_NewOwner = Annotated[str, Argument("Who handles it from now on: a nodeId, e.g. Center:CEE004.")]


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def reassign_case(context: VerbContext, case: Case, to: _NewOwner, reason: Reason) -> None:
    """Passes a case to another Center, port or headquarters office, by its owner or the Office of Trade."""
    case.must_be_open()
    office = await context.read_value(_NEW_OWNER, to=to)
    if office is None:
        raise NotFound(
            f"to: there is no Center, port or headquarters office {to!r}; expected is a nodeId, e.g. Center:CEE004"
        )
    key, name = office
    if key == case.owner:
        raise Conflict(f"case {case.number} is handled by {name} already")
    await context.execute(_REASSIGN, case=case.id, to=key)
    context.add_history_entry(case, f"passed from {case.owner_name} to {name}", HANDED_ON, reason=reason)


_WRITE_NOTE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k)
WITH n MATCH (party) WHERE elementId(party) = $by CREATE (n)-[:BY]->(party)"""


@dataclass(frozen=True, slots=True)
class _Note:
    """What was written in a case: its id, and its audience."""

    id: str
    audience: str


async def _write(context: VerbContext, case: Case, kind: str, text: str, audience: str | None) -> _Note:
    written = _Note(f"{context.request} note", case.audience(audience))
    note = {
        "id": written.id, "kind": kind, "text": text, "at": context.now, "audience": written.audience, "source": "hub",
    }  # fmt: skip
    await context.execute(_WRITE_NOTE, case=case.id, note=note, by=case.by)
    return written


_Message = Annotated[str, Argument("What is asked, or answered.", longest=_LONGEST_TEXT)]
_MetBy = Annotated[
    str,
    Argument("The id of the deadline that an answer meets; if not said, the only one that waits for an answer."),
]


@verb(may=(OWNER, PARTY))
async def respond_to_case(
    context: VerbContext, case: Case, text: _Message, audience: Audience | None = None, deadline: _MetBy | None = None
) -> None:
    """Writes to the other side of a case. Its owner asks the parties, and waits for them. A party answers, which meets
    one deadline: never one that is met by a filing or another act elsewhere."""
    case.must_be_open()
    time = await CaseTime.read(context, case)
    if case.role is OWNER:
        note = await _write(context, case, "REQUEST", text, audience)
        time = time.with_case(awaiting=True)
        await time.write("asked the parties", ("notes",), audience=note.audience, refs=(note.id,))
        await take_up(context, case)
        return
    met = answered_deadline(time, deadline)
    note = await _write(context, case, "RESPONSE", text, audience)
    time = time.with_case(awaiting=False)
    if met:
        time = answered(time, met, time.today)
    await time.write("answered", ("notes",), audience=note.audience, refs=(note.id,))
    await came_back(context, case)


_NoteText = Annotated[str, Argument("The note.", longest=_LONGEST_TEXT)]


@verb(may=(OWNER, PARTY, AGENCY, SENDER, OVERSIGHT))
async def note_case(context: VerbContext, case: Case, text: _NoteText, audience: Audience | None = None) -> None:
    """Writes a note in a case: by anyone who takes part in it, for an audience that the writer belongs to."""
    note = await _write(context, case, "NOTE", text, audience)
    context.add_history_entry(case, "wrote a note", ("notes",), audience=note.audience, refs=(note.id,))


_TO_ISSUE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
OPTIONAL MATCH (k)-[old:ABOUT]->() DELETE old
WITH DISTINCT k MERGE (i:Issue {id: $issue.id}) ON CREATE SET i += $issue
MERGE (k)-[:ABOUT]->(i)"""
_ISSUE_TITLE: Final = fill("MATCH (i:Issue {id: $issue}) WHERE {sees} RETURN i.title", sees=sees("i", "Issue"))
_Issue = Annotated[str, Argument("The id of an issue.")]
_IssueTitle = Annotated[str, Argument("The title of a new issue.")]
_IssueTopic = Annotated[str, Argument("The topic of a new issue, e.g. classification.")]


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def link_case_to_issue(
    context: VerbContext,
    case: Case,
    issue: _Issue | None = None,
    title: _IssueTitle | None = None,
    topic: _IssueTopic | None = None,
) -> None:
    """Says which issue is behind a case: one that is there, or a new one."""
    is_new = bool(title and topic)
    if bool(issue) is is_new:
        raise BadInput("issue: the id of an issue is expected, or title and topic of a new one")
    if issue:
        known = await context.read_value(_ISSUE_TITLE, issue=issue)
        if known is None:
            raise NotFound(f"issue: there is no issue {issue} to be seen")
        key, title = issue, str(known)
        row = {"id": key}
    else:
        key, title = f"{context.request} issue", checked_text("title", title or "", _LONGEST_TITLE)
        row = {"id": key, "title": title, "topic": topic, "source": "hub"}
    await context.execute(_TO_ISSUE, case=case.id, issue={**row, **found_by("Issue", row)})
    context.add_history_entry(case, f"found to be about: {title}", ("ABOUT",), audience="owner", refs=(key,))


_TAG: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}), (p:Program {code: $program}) MERGE (k)-[:TAGGED]->(p) RETURN 1"
)
_Program = Annotated[str, Argument("A trade program by its code.")]


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def tag_case(context: VerbContext, case: Case, program: _Program) -> None:
    """Says that a case falls under a trade program."""
    if not await context.execute(_TAG, case=case.id, program=program):
        raise NotFound(f"program: there is no program {program!r}; see programs")
    context.add_history_entry(case, f"found to fall under {program}", ("TAGGED",))


@verb(may=(OWNER,), kept_here=True)
async def close_case(context: VerbContext, case: Case, reason: Reason) -> None:
    """Closes a case. What its owner still owed in it ends; the clocks of the parties go on."""
    if case.is_closed:
        raise Conflict(f"case {case.number} is closed already")
    time = await CaseTime.read(context, case)
    await time.with_facts(closed=time.today).write("closed", ("closedAt",), reason=reason)
    await take_up(context, case)


@verb(may=(OWNER, OVERSIGHT), kept_here=True)
async def reopen_case(context: VerbContext, case: Case, reason: Reason) -> None:
    """Opens a closed case again, and the clocks that its closing ended."""
    if not case.is_closed:
        raise Conflict(f"case {case.number} is {case.status.lower()}: there is nothing to reopen")
    time = await CaseTime.read(context, case)
    await time.with_facts(closed=None).write("reopened", ("closedAt",), reason=reason)
