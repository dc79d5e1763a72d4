"""Verbs of cases: handing on, writing in them, sharing, closing."""

from dataclasses import dataclass
from typing import Final, LiteralString

from graph_schema.cases import AUDIENCE
from graph_schema.model import Property
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.act import Act, Arguments, CaseAt, Verb, sees
from hub.verbs.deadlines import end_deadlines, restart_deadlines
from hub.verbs.words import CASE, DEFAULT_REASON, REASON, checked_text, searched

_AUDIENCE: Final = Property("audience", "Who may see it; the parties if not said.", values=AUDIENCE.values, choice=AUDIENCE.choice)
_LONGEST: Final = {"title": 300, "text": 10_000}

_ASSIGN: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:HANDLED_BY]->(owner), (c:Contact {id: $contact})-[:WORKS_FOR]->(org)
WHERE org = owner OR EXISTS { (org:Team)-[:PART_OF]->(owner) }
OPTIONAL MATCH (k)-[old:WORKED_BY]->() DELETE old
WITH DISTINCT k, c CREATE (k)-[:WORKED_BY]->(c) RETURN 1"""
_CONTACT_NAME: Final = "MATCH (c:Contact {id: $contact}) RETURN c.name"


async def _assign(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "assignCase", "owner")
    case.must_be_open()
    name = await act.one(_CONTACT_NAME, {"contact": given["contact"]})
    if not await act.write(_ASSIGN, {"case": case.id, "contact": given["contact"]}):
        raise NotFound(f"contact: the case's owner has no contact {given['contact']}")
    act.tell_case(case, f"assigned to {name}", ("WORKED_BY",), reason=given["reason"], audience="owner")
    return case.id


_NEW_OWNER: Final = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office) AND $to = CASE WHEN o:Center THEN 'Center:' + o.code WHEN o:Port THEN 'Port:' + o.id
  ELSE 'Office:' + o.code END
RETURN [elementId(o), o.name]"""
_REASSIGN: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[old:HANDLED_BY]->(before), (o) WHERE elementId(o) = $to
OPTIONAL MATCH (k)-[worked:WORKED_BY]->()
DELETE old, worked
WITH DISTINCT k, o, before CREATE (k)-[:HANDLED_BY]->(o)
WITH k, o, before
CALL (k, o, before) { MATCH (k)<-[:OF_CASE]-(d:Deadline)-[owed:OWED_BY]->(before) DELETE owed CREATE (d)-[:OWED_BY]->(o) }"""


async def _reassign(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "reassignCase", "owner", "oversight", kept_here=True)
    case.must_be_open()
    found = await act.one(_NEW_OWNER, {"to": given["to"]})
    if found is None:
        raise NotFound(f"to: there is no Center, port or headquarters office {given['to']!r}; expected is a nodeId, e.g. Center:CEE004")
    to, name = found
    if to == case.row["owner"]:
        raise Conflict(f"case {case.number} is handled by {name} already")
    await act.write(_REASSIGN, {"case": case.id, "to": to})
    text = f"passed from {case.row['ownerName']} to {name}"
    act.tell_case(case, text, ("HANDLED_BY", "WORKED_BY", "OWED_BY"), reason=_reason(given))
    return case.id


_WRITE_NOTE: Final[LiteralString] = """
MATCH (k:Case {id: $case}) SET k.status = $status
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k)
WITH k, n MATCH (party) WHERE elementId(party) = $by CREATE (n)-[:BY]->(party)"""
_AUDIENCES_OF: Final = {"owner": AUDIENCE.values, "oversight": AUDIENCE.values, "party": ("parties", "agencies"), "agency": ("agencies",)}


async def _respond(act: Act, given: Arguments) -> str:
    """By its owner it asks the parties for an answer; by a party it answers, and ends what that party owed by now."""
    case = await act.case(given["case"], "respondToCase", "owner", "party")
    case.must_be_open()
    asks = case.role == "owner"
    status = "AWAITING" if asks else "OPEN" if case.status == "AWAITING" else case.status
    kind, told = ("REQUEST", "asked the parties") if asks else ("RESPONSE", "answered")
    await _write(act, case, given, _Writing(kind, told, status))
    if not asks:
        await end_deadlines(act, case.id, side="trade", name=given["deadline"])
    return case.id


async def _note(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "noteCase", "owner", "party", "agency", "oversight")
    await _write(act, case, given, _Writing("NOTE", "wrote a note", case.status))
    return case.id


@dataclass(frozen=True, slots=True)
class _Writing:
    """What writing in a case is called, and the status it leaves the case in."""

    kind: str
    told: str
    status: str


async def _write(act: Act, case: CaseAt, given: Arguments, writing: _Writing) -> None:
    audience = audience_for(case, given["audience"])
    key = f"{act.request} note"
    note = {
        "id": key, "kind": writing.kind, "text": checked_text("text", given["text"], _LONGEST["text"]), "at": act.now,
        "audience": audience, "source": "hub",
    }  # fmt: skip
    await act.write(_WRITE_NOTE, {"case": case.id, "status": writing.status, "note": note, "by": case.by})
    changed = ("notes", "status") if writing.status != case.status else ("notes",)
    act.tell_case(case, writing.told, changed, audience=audience, refs=(key,))


def audience_for(case: CaseAt, wanted: str | None) -> str:
    """The audience of what is written: one that its writer belongs to. Raises `BadInput`."""
    allowed = _AUDIENCES_OF[case.role]
    audience = wanted or ("parties" if "parties" in allowed else allowed[0])
    if audience not in allowed:
        raise BadInput(f"audience: {' or '.join(allowed)}, so that you see it yourself and nobody does whom its owner did not choose")
    return audience


_TO_ISSUE: Final[LiteralString] = """
MATCH (k:Case {id: $case})
OPTIONAL MATCH (k)-[old:ABOUT]->() DELETE old
WITH DISTINCT k MERGE (i:Issue {id: $issue.id}) ON CREATE SET i += $issue
MERGE (k)-[:ABOUT]->(i)"""
_ISSUE: Final = "MATCH (i:Issue {id: $issue}) WHERE {sees} RETURN i.title"


async def _link_to_issue(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "linkCaseToIssue", "owner", "oversight", kept_here=True)
    if bool(given["issue"]) == bool(given["title"] and given["topic"]):
        raise BadInput("issue: the id of an issue is expected, or title and topic of a new one")
    if given["issue"]:
        title = await act.one(_seen(_ISSUE, "i", "Issue"), {"issue": given["issue"]})
        if title is None:
            raise NotFound(f"issue: there is no issue {given['issue']} to be seen")
        issue = {"id": given["issue"]}
    else:
        title = checked_text("title", given["title"], _LONGEST["title"])
        issue = {"id": f"{act.request} issue", "title": title, "topic": given["topic"], "source": "hub"}
    await act.write(_TO_ISSUE, {"case": case.id, "issue": {**issue, **searched("Issue", issue)}})
    act.tell_case(case, f"found to be about: {title}", ("ABOUT",), audience="owner", refs=(issue["id"],))
    return case.id


_TAG: Final[LiteralString] = "MATCH (k:Case {id: $case}), (p:Program {code: $program}) MERGE (k)-[:TAGGED]->(p) RETURN 1"


async def _tag(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "tagCase", "owner", "oversight", kept_here=True)
    if not await act.write(_TAG, {"case": case.id, "program": given["program"]}):
        raise NotFound(f"program: there is no program {given['program']!r}; see programs")
    act.tell_case(case, f"found to fall under {given['program']}", ("TAGGED",))
    return case.id


_STATUS: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.status = $status, k.closedAt = $closedAt"


async def _close(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "closeCase", "owner", kept_here=True)
    if case.status == "CLOSED":
        raise Conflict(f"case {case.number} is closed already")
    reason = _reason(given)
    await act.write(_STATUS, {"case": case.id, "status": "CLOSED", "closedAt": act.now})
    await end_deadlines(act, case.id)
    act.tell_case(case, "closed", ("status", "closedAt", "deadlines"), reason=reason)
    return case.id


async def _reopen(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "reopenCase", "owner", "oversight", kept_here=True)
    if case.status not in ("CLOSED", "DEEMED"):
        raise Conflict(f"case {case.number} is {case.status.lower()}: there is nothing to reopen")
    reason = _reason(given)
    await restart_deadlines(act, case.id)
    await act.write(_STATUS, {"case": case.id, "status": "OPEN", "closedAt": None})
    act.tell_case(case, "reopened", ("status", "closedAt", "deadlines"), reason=reason)
    return case.id


def _reason(given: Arguments) -> str:
    return checked_text("reason", given["reason"], _LONGEST["title"])


def _seen(text: str, variable: str, label: str) -> str:
    return text.replace("{sees}", sees(variable, label))


_CASE_ID: Final = Property("contact", "The id of a contact of the case's owner.", required=True)
VERBS: Final = (
    Verb("assignCase", "Gives a case to an officer of its owner.", (CASE, _CASE_ID, DEFAULT_REASON), "Case", _assign),
    Verb(
        "reassignCase",
        "Passes a case to another Center, port or headquarters office, by its owner or the Office of Trade.",
        (CASE, Property("to", "Who handles it from now on: a nodeId, e.g. Center:CEE004.", required=True), REASON),
        "Case",
        _reassign,
    ),
    Verb(
        "respondToCase",
        "Its owner asks the parties, and waits; a party answers, which meets what it owed.",
        (
            CASE,
            Property("text", "What is asked, or answered.", required=True),
            _AUDIENCE,
            Property("deadline", "The id of the one deadline that an answer meets; all that the parties owe, if not said."),
        ),
        "Case",
        _respond,
    ),
    Verb(
        "noteCase",
        "Writes a note in a case: by anyone who takes part in it, for an audience that the writer belongs to.",
        (CASE, Property("text", "The note.", required=True), _AUDIENCE),
        "Case",
        _note,
    ),
    Verb(
        "linkCaseToIssue",
        "Says which issue is behind a case: one that is there, or a new one.",
        (
            CASE,
            Property("issue", "The id of an issue."),
            Property("title", "The title of a new issue."),
            Property("topic", "The topic of a new issue, e.g. classification."),
        ),
        "Case",
        _link_to_issue,
    ),
    Verb(
        "tagCase",
        "Says that a case falls under a trade program.",
        (CASE, Property("program", "A trade program by its code.", required=True)),
        "Case",
        _tag,
    ),
    Verb("closeCase", "Closes a case; what was still due ends.", (CASE, REASON), "Case", _close),
    Verb("reopenCase", "Opens a closed case again, and the clocks that its closing ended.", (CASE, REASON), "Case", _reopen),
)
