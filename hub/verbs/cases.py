"""Verbs of cases: opening, handing on, writing in them, sharing, closing."""

import secrets
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from graph_schema.cases import AUDIENCE
from graph_schema.formats import ENTRY_NUMBER, HTS_HEADING, HTS_NUMBER, IMPORTER_NUMBER, PORT_CODE, entry_check_digit, tariff_number
from graph_schema.model import Kind, Property
from graph_schema.viewer_sets import in_term
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.verbs.act import HISTORY, Act, Arguments, CaseAt, Verb, sees
from hub.verbs.deadlines import clocks_of_kind, end_deadlines, restart_deadlines, set_deadlines
from hub.verbs.words import CASE, DEFAULT_REASON, ON, REASON, checked, checked_text

_TITLE: Final = Property("title", "What it is about, in a line.", required=True)
_AUDIENCE: Final = Property("audience", "Who may see it; the parties if not said.", values=AUDIENCE.values, choice=AUDIENCE.choice)
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LONGEST: Final = {"title": 300, "text": 10_000}
_MOST: Final = 200

# What opening a case names, who the viewer is to it, and the case itself where it may be opened: one statement, since many are.
_OPEN: Final = f"""
MATCH (kind:CaseKind {{code: $kind}})
OPTIONAL MATCH (importer:Importer {{number: $importer}})
OPTIONAL MATCH (importer)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
WITH *, head(COLLECT {{ MATCH (:PortCode {{code: $port, issuer: 'ACE'}})-[:IDENTIFIES]->(p:Port) RETURN p LIMIT 1 }}) AS port,
  head(COLLECT {{ MATCH (kind)-[:ANSWERED_BY]->(o:Office) RETURN o LIMIT 1 }}) AS office
WITH *, CASE kind.answeredBy WHEN 'port' THEN coalesce(port, center) WHEN 'office' THEN office ELSE coalesce(center, port) END AS answers
WITH *, head([o IN own WHERE o = answers] + [o IN own WHERE o:Port OR (seesAll AND o:Office)]) AS mine,
  head(COLLECT {{ WITH importer WHERE importer IN own RETURN importer AS party
    UNION ALL MATCH (importer)<-[p:REPRESENTS]-(party:Broker) WHERE party IN own AND {in_term("p")} RETURN party }}) AS asParty
WITH *, CASE WHEN mine IS NOT NULL AND NOT seesAll THEN mine ELSE coalesce(answers, mine) END AS owner, coalesce(asParty, mine) AS who
WITH *, importer IS NOT NULL AND owner IS NOT NULL AND who IS NOT NULL AND (asParty IS NULL OR kind.openedBy <> 'government') AS may
FOREACH (_ IN CASE WHEN may THEN [1] ELSE [] END |
  CREATE (k:Case:Unsorted) SET k = $case
  CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:CONCERNS]->(importer) CREATE (k)-[:HANDLED_BY]->(owner)
  FOREACH (p IN CASE WHEN port IS NULL THEN [] ELSE [port] END | CREATE (k)-[:AT]->(p))
  CREATE (h:HistoryEntry:Event) SET h = $history, h.text = 'opened: ' + kind.name + ', handled by ' + owner.name
  CREATE (h)-[:OF_CASE]->(k) CREATE (h)-[:BY]->(who))
RETURN {{openedBy: kind.openedBy, importer: importer IS NOT NULL, owner: owner IS NOT NULL, asOwner: mine IS NOT NULL,
  asParty: asParty IS NOT NULL, clocks: COLLECT {{ MATCH (kind)-[:HAS_CLOCK]->(c:Clock) RETURN properties(c) ORDER BY c.id }}}}"""
_LINK: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CALL (k) { UNWIND $entries AS number MERGE (e:Entry {number: number}) ON CREATE SET e.source = 'hub' MERGE (k)-[:COVERS_ENTRY]->(e) }
CALL (k) { UNWIND $headings AS code MATCH (h:HtsHeading {code: code}) MERGE (k)-[:UNDER]->(h) }
CALL (k) { UNWIND $programs AS code MATCH (p:Program {code: code}) MERGE (k)-[:TAGGED]->(p) }
CALL (k) { UNWIND $agencies AS code MATCH (g:Agency {code: code}) MERGE (k)-[i:INVOLVES]->(g)
  FOREACH (_ IN CASE WHEN $accepted THEN [1] ELSE [] END | SET i.acceptedAt = $at) }
CALL (k) { UNWIND $topics AS code MATCH (t:Topic {code: code}) MERGE (k)-[:RAISES]->(t) }
CALL (k) { UNWIND $adcvdOrders AS number MATCH (o:AdcvdOrder {number: number}) MERGE (k)-[:SUBJECT_TO]->(o) }
CALL (k) { UNWIND $forcedLaborOrders AS id MATCH (o:ForcedLaborOrder {id: id}) MERGE (k)-[:SUBJECT_TO]->(o) }
RETURN size([(k)-[:UNDER]->() | 1]), size([(k)-[:TAGGED]->() | 1]), size([(k)-[:INVOLVES]->() | 1]), size([(k)-[:RAISES]->() | 1]),
  size([(k)-[:SUBJECT_TO]->(:AdcvdOrder) | 1]), size([(k)-[:SUBJECT_TO]->(:ForcedLaborOrder) | 1])"""


_COUNTED: Final = ("headings", "programs", "agencies", "topics", "adcvdOrders", "forcedLaborOrders")


async def _open(act: Act, given: Arguments) -> str:
    number = f"HUB-{act.now:%y}-{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"
    dates = [f"{given['event']} {given['on']}"] if given["event"] else []
    case = {
        "id": act.request, "number": number, "status": "OPEN", "title": checked_text("title", given["title"], _LONGEST["title"]),
        "openedAt": act.now, "source": "hub", "dates": dates, "conditions": list(given["conditions"] or []), "suspensions": [],
    }  # fmt: skip
    named = {name: given[name] for name in ("kind", "importer", "port")}
    found = await act.one(_OPEN, {**named, "case": case, "history": act.told(act.request, "openCase", "")})
    if found is None:
        raise NotFound(f"kind: there is no kind of case {given['kind']!r}; see caseKinds")
    # what follows undoes it where it is refused
    links = _links(given, official=_by_office(found, given))
    clocks = clocks_of_kind(found["clocks"])
    _check_event(given, {clock.event for clock in clocks}, {clock.condition for clock in clocks if clock.condition})
    if links["entries"] or any(links[name] for name in _COUNTED):
        counted, *_ = await act.write(_LINK, {**links, "case": act.request})
        _check_found(counted, links)
    if dates:
        await set_deadlines(act, case, clocks)
    return act.request


def _by_office(found: Any, given: Arguments) -> bool:
    """Whether it is opened by an office, not a party. Raises `NotFound` or `NotAllowed` where it may not be."""
    if found["asParty"]:
        if found["openedBy"] == "government":
            raise NotAllowed(f"openCase: a case of kind {given['kind']} is opened by the government; send a question to the Center instead")
        if not found["owner"]:
            raise BadInput("port: the importer has no Center; name the port that handles it")
        return False
    if not found["asOwner"]:
        raise NotFound(f"importer: there is no importer {given['importer']} to be seen")
    if not found["importer"]:
        raise NotFound(f"importer: there is no importer {given['importer']}")
    return True


def _links(given: Arguments, *, official: bool) -> dict[str, Any]:
    entries = [checked("entries", ENTRY_NUMBER, entry) for entry in given["entries"] or []]
    for entry in entries:
        if entry[-1] != str(entry_check_digit(entry[:3], entry[4:11])):
            raise BadInput(f"entries: the check digit of {entry} is wrong")
    goods = [tariff_number(checked("goods", HTS_NUMBER, number), HTS_HEADING) for number in given["goods"] or []]
    if None in goods:
        raise BadInput("goods: tariff numbers of four digits or more are expected, e.g. 8542")
    links = {
        "entries": entries, "headings": goods, "programs": given["programs"] or [],
        "agencies": given["agencies"] or [], "accepted": official,
        **{name: given[name] or [] for name in ("topics", "adcvdOrders", "forcedLaborOrders")},
    }  # fmt: skip
    for name, found in links.items():
        if isinstance(found, list) and len(found) > _MOST:
            raise BadInput(f"{name}: at most {_MOST}")
    return links


def _check_found(counted: list[int], links: dict[str, Any]) -> None:
    for name, count in zip(_COUNTED, counted, strict=True):
        if count < len(set(links[name])):
            raise NotFound(f"{'goods' if name == 'headings' else name}: one of {', '.join(links[name])} is not known")


def _check_event(given: Arguments, events: set[str], conditions: set[str]) -> None:
    if given["event"] and not given["on"]:
        raise BadInput("on: the day of the event is expected, e.g. 2026-03-01")
    if given["event"] and given["event"] not in events:
        raise BadInput(f"event: one of {', '.join(sorted(events)) or 'none: this kind has no clock'}")
    known = {found.removeprefix("not_") for found in conditions}
    if unknown := set(given["conditions"] or []) - known:
        raise BadInput(
            f"conditions: {', '.join(sorted(unknown))} decides nothing in this kind; known are {', '.join(sorted(known)) or 'none'}"
        )


_ASSIGN: Final[LiteralString] = (
    """
MATCH (k:Case {id: $case})-[:HANDLED_BY]->(owner), (c:Contact {id: $contact})-[:WORKS_FOR]->(org)
WHERE org = owner OR EXISTS { (org:Team)-[:PART_OF]->(owner) }
OPTIONAL MATCH (k)-[old:WORKED_BY]->() DELETE old
WITH DISTINCT k, c CREATE (k)-[:WORKED_BY]->(c)"""
    + HISTORY
    + " RETURN 1"
)
_CONTACT_NAME: Final = "MATCH (c:Contact {id: $contact}) RETURN c.name"


async def _assign(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "assignCase", "owner")
    case.must_be_open()
    name = await act.one(_CONTACT_NAME, {"contact": given["contact"]})
    told = act.told(case.id, "assignCase", f"assigned to {name}", reason=given["reason"], audience="owner")
    if not await act.write(_ASSIGN, {"case": case.id, "contact": given["contact"], "by": case.by, "history": told}):
        raise NotFound(f"contact: the case's owner has no contact {given['contact']}")
    return case.id


_NEW_OWNER: Final = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office) AND $to = CASE WHEN o:Center THEN 'Center:' + o.code WHEN o:Port THEN 'Port:' + o.id
  ELSE 'Office:' + o.code END
RETURN [elementId(o), o.name]"""
_REASSIGN: Final[LiteralString] = (
    """
MATCH (k:Case {id: $case})-[old:HANDLED_BY]->(before), (o) WHERE elementId(o) = $to
OPTIONAL MATCH (k)-[worked:WORKED_BY]->()
DELETE old, worked
WITH DISTINCT k, o, before CREATE (k)-[:HANDLED_BY]->(o) SET k:Unsorted
WITH k, o, before
CALL (k, o, before) { MATCH (k)<-[:OF_CASE]-(d:Deadline)-[owed:OWED_BY]->(before) DELETE owed CREATE (d)-[:OWED_BY]->(o) }"""
    + HISTORY
)


async def _reassign(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "reassignCase", "owner", "oversight", kept_here=True)
    case.must_be_open()
    found = await act.one(_NEW_OWNER, {"to": given["to"]})
    if found is None:
        raise NotFound(f"to: there is no Center, port or headquarters office {given['to']!r}; expected is a nodeId, e.g. Center:CEE004")
    to, name = found
    if to == case.row["owner"]:
        raise Conflict(f"case {case.number} is handled by {name} already")
    told = act.told(case.id, "reassignCase", f"passed from {case.row['ownerName']} to {name}", reason=_reason(given))
    await act.write(_REASSIGN, {"case": case.id, "to": to, "by": case.by, "history": told})
    return case.id


_WRITE_NOTE: Final[LiteralString] = (
    """
MATCH (k:Case {id: $case}) SET k.status = $status
CREATE (n:Note) SET n = $note CREATE (n)-[:OF_CASE]->(k)
WITH k, n MATCH (party) WHERE elementId(party) = $by CREATE (n)-[:BY]->(party)"""
    + HISTORY
)
_AUDIENCES_OF: Final = {"owner": AUDIENCE.values, "oversight": AUDIENCE.values, "party": ("parties", "agencies"), "agency": ("agencies",)}


async def _respond(act: Act, given: Arguments) -> str:
    """By its owner it asks the parties for an answer; by a party it answers, and ends what that party owed by now."""
    case = await act.case(given["case"], "respondToCase", "owner", "party")
    case.must_be_open()
    asks = case.role == "owner"
    status = "AWAITING" if asks else "OPEN" if case.status == "AWAITING" else case.status
    kind, told = ("REQUEST", "asked the parties") if asks else ("RESPONSE", "answered")
    await _write(act, case, given, _Writing("respondToCase", kind, told, status))
    if not asks:
        await end_deadlines(act, case.id, side="trade", name=given["deadline"])
    return case.id


async def _note(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "noteCase", "owner", "party", "agency", "oversight")
    await _write(act, case, given, _Writing("noteCase", "NOTE", "wrote a note", case.status))
    return case.id


@dataclass(frozen=True, slots=True)
class _Writing:
    """What writing in a case is called, and the status it leaves the case in."""

    verb: str
    kind: str
    told: str
    status: str


async def _write(act: Act, case: CaseAt, given: Arguments, writing: _Writing) -> None:
    audience = audience_for(case, given["audience"])
    note = {
        "id": f"{act.request} note", "kind": writing.kind, "text": checked_text("text", given["text"], _LONGEST["text"]), "at": act.now,
        "audience": audience, "source": "hub",
    }  # fmt: skip
    told = act.told(case.id, writing.verb, writing.told, audience=audience)
    await act.write(_WRITE_NOTE, {"case": case.id, "status": writing.status, "note": note, "by": case.by, "history": told})


def audience_for(case: CaseAt, wanted: str | None) -> str:
    """The audience of what is written: one that its writer belongs to. Raises `BadInput`."""
    allowed = _AUDIENCES_OF[case.role]
    audience = wanted or ("parties" if "parties" in allowed else allowed[0])
    if audience not in allowed:
        raise BadInput(f"audience: {' or '.join(allowed)}, so that you see it yourself and nobody does whom its owner did not choose")
    return audience


_TO_ISSUE: Final[LiteralString] = (
    """
MATCH (k:Case {id: $case})
SET k:Unsorted
WITH k OPTIONAL MATCH (k)-[old:ABOUT]->() DELETE old
WITH DISTINCT k MERGE (i:Issue {id: $issue.id}) ON CREATE SET i += $issue
MERGE (k)-[:ABOUT]->(i)"""
    + HISTORY
)
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
    told = act.told(case.id, "linkCaseToIssue", f"found to be about: {title}", audience="owner")
    await act.write(_TO_ISSUE, {"case": case.id, "issue": issue, "by": case.by, "history": told})
    return case.id


_TAG: Final[LiteralString] = (
    "MATCH (k:Case {id: $case}), (p:Program {code: $program}) MERGE (k)-[:TAGGED]->(p) SET k:Unsorted" + HISTORY + " RETURN 1"
)


async def _tag(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "tagCase", "owner", "oversight", kept_here=True)
    told = act.told(case.id, "tagCase", f"found to fall under {given['program']}")
    if not await act.write(_TAG, {"case": case.id, "program": given["program"], "by": case.by, "history": told}):
        raise NotFound(f"program: there is no program {given['program']!r}; see programs")
    return case.id


_STATUS: Final[LiteralString] = "MATCH (k:Case {id: $case}) SET k.status = $status, k.closedAt = $closedAt" + HISTORY


async def _close(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "closeCase", "owner", kept_here=True)
    if case.status == "CLOSED":
        raise Conflict(f"case {case.number} is closed already")
    told = act.told(case.id, "closeCase", "closed", reason=_reason(given))
    await act.write(_STATUS, {"case": case.id, "status": "CLOSED", "closedAt": act.now, "by": case.by, "history": told})
    await end_deadlines(act, case.id)
    return case.id


async def _reopen(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "reopenCase", "owner", "oversight", kept_here=True)
    if case.status not in ("CLOSED", "DEEMED"):
        raise Conflict(f"case {case.number} is {case.status.lower()}: there is nothing to reopen")
    told = act.told(case.id, "reopenCase", "reopened", reason=_reason(given))
    await restart_deadlines(act, case.id)
    await act.write(_STATUS, {"case": case.id, "status": "OPEN", "closedAt": None, "by": case.by, "history": told})
    return case.id


def _reason(given: Arguments) -> str:
    return checked_text("reason", given["reason"], _LONGEST["title"])


def _seen(text: str, variable: str, label: str) -> str:
    return text.replace("{sees}", sees(variable, label))


_CASE_ID: Final = Property("contact", "The id of a contact of the case's owner.", required=True)
VERBS: Final = (
    Verb(
        "openCase",
        "Opens a case. A party opens what the trade may open, for its own account; it goes to whoever answers for its kind. "
        "An office opens what it answers for, a port what arises there.",
        (
            Property("kind", "The kind of case, by its code.", required=True),
            Property("importer", "The importer whose account it is about.", required=True, format=IMPORTER_NUMBER),
            _TITLE,
            Property("port", "The port it arose at, by its ACE code.", format=PORT_CODE),
            Property("entries", "The entries it spans, at one port or several.", Kind.STRINGS),
            Property("goods", "The goods it is about, as tariff numbers.", Kind.STRINGS),
            Property("programs", "The trade programs it falls under, by code.", Kind.STRINGS),
            Property("agencies", "The partner agencies it involves, by code; accepted at once where the owner opens it.", Kind.STRINGS),
            Property("topics", "The questions it raises, by topic, e.g. classification.", Kind.STRINGS),
            Property("adcvdOrders", "The antidumping and countervailing duty orders it is about, by number.", Kind.STRINGS),
            Property("forcedLaborOrders", "The forced-labor orders it is about, by id.", Kind.STRINGS),
            Property("event", "The event a clock of it runs from, e.g. protest_filed; see the clocks of its kind."),
            ON,
            Property("conditions", "What decides which clocks run, e.g. complicated.", Kind.STRINGS),
        ),
        "Case",
        _open,
    ),
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
