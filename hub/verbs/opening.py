"""Verbs by which a case comes to be: opening one, and confirming what was said of it.

What one writes grants nothing. A party says of its case what it likes, and it is told to who takes part in it; that others share an
issue with it counts once the case's owner has confirmed it. An entry is known by its number alone to who only names it. An importer
that an office does not know of is kept as a claim: whether there is one is not told.
"""

from functools import lru_cache
from typing import Any, Final, LiteralString

from graph_schema.formats import (
    ADCVD_NUMBER,
    ENTRY_NUMBER,
    HTS_HEADING,
    HTS_NUMBER,
    IMPORTER_NUMBER,
    PORT_CODE,
    entry_check_digit,
    tariff_number,
)  # fmt: skip
from graph_schema.model import Kind, Property
from graph_schema.viewer_sets import in_term
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.said import OWNED
from hub.verbs.act import Act, Arguments, ToldCase, Verb, knows_entry, sees
from hub.verbs.deadlines import clocks_of_kind, set_deadlines
from hub.verbs.words import CASE, DEFAULT_REASON, ON, checked, checked_text, searched

_LONGEST: Final = 300
_MOST: Final = 200

_CONCERNS: Final = "CONCERNS Importer "
# What opening a case names, who the viewer is to it, and the case itself where it may be opened: one statement, since many are.
# An importer that is nothing to the viewer is as one that there is not, in all that follows; whether an office knows it is asked apart.
_OPEN: Final = f"""
MATCH (kind:CaseKind {{code: $kind}})
OPTIONAL MATCH (named:Importer {{number: $importer}})
WITH *, head(COLLECT {{ WITH named WHERE named IN own RETURN named AS party
    UNION ALL MATCH (named)<-[p:REPRESENTS]-(party:Broker) WHERE party IN own AND {in_term("p")} RETURN party }}) AS asParty
WITH *, CASE WHEN asParty IS NOT NULL OR $known THEN named END AS importer
OPTIONAL MATCH (importer)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
WITH *, head(COLLECT {{ MATCH (:PortCode {{code: $port, issuer: 'ACE'}})-[:IDENTIFIES]->(p:Port) RETURN p LIMIT 1 }}) AS port,
  head(COLLECT {{ MATCH (kind)-[:ANSWERED_BY]->(o:Office) RETURN o LIMIT 1 }}) AS office
WITH *, CASE kind.answeredBy WHEN 'port' THEN coalesce(port, center) WHEN 'office' THEN office ELSE coalesce(center, port) END AS answers
WITH *, head([o IN own WHERE o = answers] + [o IN own WHERE o:Port OR (seesAll AND o:Office)]) AS mine
WITH *, CASE WHEN mine IS NOT NULL AND NOT seesAll THEN mine ELSE coalesce(answers, mine) END AS owner, coalesce(asParty, mine) AS who
WITH *, owner IS NOT NULL AND CASE WHEN asParty IS NULL THEN mine IS NOT NULL AND ($known OR NOT $known AND NOT seesAll)
  ELSE kind.openedBy <> 'government' END AS may
FOREACH (_ IN CASE WHEN may THEN [1] ELSE [] END |
  CREATE (k:Case) SET k = $case, k.unconfirmedSince = CASE WHEN asParty IS NOT NULL THEN $at END,
    k.claims = CASE WHEN importer IS NULL THEN ['{_CONCERNS}' + $importer] END
  CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:HANDLED_BY]->(owner)
  FOREACH (i IN CASE WHEN importer IS NULL THEN [] ELSE [importer] END | CREATE (k)-[:CONCERNS]->(i))
  FOREACH (p IN CASE WHEN port IS NULL THEN [] ELSE [port] END | CREATE (k)-[:AT]->(p)))
RETURN {{kind: kind.name, ownerName: owner.name, by: elementId(who),
  openedBy: kind.openedBy, importer: importer IS NOT NULL, owner: owner IS NOT NULL, asOwner: mine IS NOT NULL, seesAll: seesAll,
  asParty: asParty IS NOT NULL, clocks: COLLECT {{ MATCH (kind)-[:HAS_CLOCK]->(c:Clock) RETURN properties(c) ORDER BY c.id }}}}"""
# It is seen, or enters goods at a port of the viewer's: that was written by others.
_KNOWN: Final = """
MATCH (i:Importer {number: $importer})
WHERE {sees} OR CASE WHEN owns THEN EXISTS { MATCH (i)-[:ENTERS_AT]->(p:Port) WHERE p IN own } ELSE false END
RETURN true"""
_LINK: Final[LiteralString] = """
MATCH (k:Case {id: $case})
CALL (k) { UNWIND $entries AS number MERGE (e:Entry {number: number}) ON CREATE SET e.source = 'hub' MERGE (k)-[:COVERS_ENTRY]->(e) }
CALL (k) { UNWIND $headings AS code MATCH (h:HtsHeading {code: code}) MERGE (k)-[:UNDER]->(h) }
CALL (k) { UNWIND $programs AS code MATCH (p:Program {code: code}) MERGE (k)-[:TAGGED]->(p) }
CALL (k) { UNWIND $agencies AS code MATCH (g:Agency {code: code}) MERGE (k)-[i:INVOLVES]->(g) ON CREATE SET i.invitedAt = $at
  FOREACH (_ IN CASE WHEN $accepted THEN [1] ELSE [] END | SET i.acceptedAt = $at) }
CALL (k) { UNWIND $topics AS code MATCH (t:Topic {code: code}) MERGE (k)-[:RAISES]->(t) }
CALL (k) { UNWIND $adcvdOrders AS number MATCH (o:AdcvdOrder {number: number}) MERGE (k)-[:SUBJECT_TO]->(o) }
CALL (k) { UNWIND $forcedLaborOrders AS id MATCH (o:ForcedLaborOrder {id: id}) MERGE (k)-[:SUBJECT_TO]->(o) }
RETURN size([(k)-[:UNDER]->() | 1]), size([(k)-[:TAGGED]->() | 1]), size([(k)-[:INVOLVES]->() | 1]), size([(k)-[:RAISES]->() | 1]),
  size([(k)-[:SUBJECT_TO]->(:AdcvdOrder) | 1]), size([(k)-[:SUBJECT_TO]->(:ForcedLaborOrder) | 1])"""


_COUNTED: Final = ("headings", "programs", "agencies", "topics", "adcvdOrders", "forcedLaborOrders")


async def _open(act: Act, given: Arguments) -> str:
    number = act.new_number()
    dates = [f"{given['event']} {given['on']}"] if given["event"] else []
    case = {
        "id": act.request, "number": number, "status": "OPEN", "title": checked_text("title", given["title"], _LONGEST),
        "openedAt": act.now, "source": "hub", "dates": dates, "conditions": list(given["conditions"] or []), "suspensions": [],
        **searched("Case", {"title": given["title"]}),
    }  # fmt: skip
    named = {name: given[name] for name in ("kind", "importer", "port")}
    opening = {**named, "case": case, "known": None}
    found = await act.one(_OPEN, opening)
    if found and not found["asParty"]:
        found = await act.one(_OPEN, {**opening, "known": bool(await act.one(_known(), named))})
    if found is None:
        raise NotFound(f"kind: there is no kind of case {given['kind']!r}; see caseKinds")
    # what follows undoes it where it is refused
    links = _links(given, official=_by_office(found, given))
    clocks = clocks_of_kind(found["clocks"])
    _check_event(given, {clock.event for clock in clocks}, {clock.condition for clock in clocks if clock.condition})
    if links["entries"] or any(links[name] for name in _COUNTED):
        counted, *_ = await act.write(_LINK, {**links, "case": act.request})
        _check_found(counted, links)
    if links["entries"]:
        await act.one(_confirming_entries(), {"case": act.request, "official": not found["asParty"]})
    if dates:
        await set_deadlines(act, case, clocks)
    act.tell_case(ToldCase(act.request, found["by"]), f"opened: {found['kind']}, handled by {found['ownerName']}", ALL_NEW)
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
    if found["seesAll"] and not found["importer"]:
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


# Who confirms it makes known what is known to it, and no more; whoever acts for several importers, to each its own.
_CONFIRM_ENTRIES: Final = """
MATCH (k:Case {id: $case})-[c:COVERS_ENTRY]->(e:Entry) WHERE c.confirmedAt IS NULL
WITH * WHERE {knows} AND ($official OR EXISTS {
  MATCH (k)-[:CONCERNS]->(i:Importer) MATCH (i)<-[:CONCERNS]-(:Case)-[other:COVERS_ENTRY]->(e) WHERE other.confirmedAt IS NOT NULL })
SET c.confirmedAt = $at REMOVE c.saidBy
RETURN count(c)"""
# The importer that the case, or who keeps it, says it concerns, if it is one that the viewer may see.
_CONFIRM_IMPORTER: Final = f"""
MATCH (k:Case {{id: $case}}) WHERE NOT EXISTS {{ (k)-[:CONCERNS]->() }}
WITH *, coalesce(k.claims, []) + COLLECT {{
  MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE {OWNED} UNWIND r.claims AS claim RETURN claim
}} AS claims
UNWIND [claim IN claims WHERE claim STARTS WITH '{_CONCERNS}'] AS claim
MATCH (i:Importer {{number: substring(claim, {len(_CONCERNS)})}}) WHERE {{sees}}
WITH * LIMIT 1
CREATE (k)-[:CONCERNS]->(i)
SET k.claims = CASE WHEN size(k.claims) > 1 THEN [other IN k.claims WHERE other <> claim] END
RETURN i.number"""
_CONFIRM: Final[LiteralString] = """
MATCH (k:Case {id: $case}) WITH k, k.unconfirmedSince IS NOT NULL AS waited
REMOVE k.unconfirmedSince RETURN waited"""


async def _confirm(act: Act, given: Arguments) -> str:
    case = await act.case(given["case"], "confirmCase", "owner", "oversight")
    importer = await act.one(_confirming_importer(), {"case": case.id})
    entries = await act.one(_confirming_entries(), {"case": case.id, "official": True})
    ((waited,),) = await act.write(_CONFIRM, {"case": case.id})
    if not (importer or entries or waited):
        raise Conflict(f"case {case.number}: there is nothing in it that you can confirm")
    if importer and case.row["dates"]:
        await set_deadlines(act, case.row)
    text = f"confirmed that it concerns importer {importer}" if importer else "confirmed what was said of it"
    act.tell_case(case, text, ("unconfirmedSince", "claims", "CONCERNS", "COVERS_ENTRY"), reason=given["reason"])
    return case.id


@lru_cache(maxsize=1)
def _known() -> str:
    return _KNOWN.replace("{sees}", sees("i", "Importer"))


@lru_cache(maxsize=1)
def _confirming_importer() -> str:
    return _CONFIRM_IMPORTER.replace("{sees}", sees("i", "Importer"))


@lru_cache(maxsize=1)
def _confirming_entries() -> str:
    return _CONFIRM_ENTRIES.replace("{knows}", knows_entry("e"))


VERBS: Final = (
    Verb(
        "openCase",
        "Opens a case. A party opens what the trade may open, for its own account; it goes to whoever answers for its kind. "
        "An office opens what it answers for, a port what arises there. What a party says of it counts for others once its owner has "
        "confirmed it (`confirmCase`); an importer that the office does not know of is kept in `claims`.",
        (
            Property("kind", "The kind of case, by its code.", required=True),
            Property("importer", "The importer whose account it is about.", required=True, format=IMPORTER_NUMBER),
            Property("title", "What it is about, in a line.", required=True),
            Property("port", "The port it arose at, by its ACE code.", format=PORT_CODE),
            Property("entries", "The entries it spans, at one port or several.", Kind.STRINGS),
            Property("goods", "The goods it is about, as tariff numbers.", Kind.STRINGS),
            Property("programs", "The trade programs it falls under, by code.", Kind.STRINGS),
            Property("agencies", "The partner agencies it involves, by code; accepted at once where the owner opens it.", Kind.STRINGS),
            Property("topics", "The questions it raises, by topic, e.g. classification.", Kind.STRINGS),
            Property(
                "adcvdOrders", "The antidumping and countervailing duty orders it is about, by number.", Kind.STRINGS, format=ADCVD_NUMBER
            ),
            Property("forcedLaborOrders", "The forced-labor orders it is about, by id.", Kind.STRINGS),
            Property("event", "The event a clock of it runs from, e.g. protest_filed; see the clocks of its kind."),
            ON,
            Property("conditions", "What decides which clocks run, e.g. complicated.", Kind.STRINGS),
        ),
        "Case",
        _open,
    ),
    Verb(
        "confirmCase",
        "Confirms what was claimed when the case was opened: from then on it counts for the issues it shares with others. You confirm only "
        "entries, and an importer in its `claims`, that you may see yourself; the Office of Trade sees all.",
        (CASE, DEFAULT_REASON),
        "Case",
        _confirm,
    ),
)
