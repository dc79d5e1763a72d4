"""Verbs by which a case comes to be: opening one, and confirming what was said of it.

What one writes grants nothing. A party says of its case what it likes, and it is told to who takes part in it; that
others share an issue with it counts once the case's owner has confirmed it. An entry is known by its number alone to
who only names it. An importer that an office does not know of is kept as a claim: whether there is one is not told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, LiteralString

from graph_schema.cypher import fill
from graph_schema.formats import (
    ADCVD_NUMBER,
    ENTRY_NUMBER,
    HTS_HEADING,
    HTS_NUMBER,
    IMPORTER_NUMBER,
    PORT_CODE,
    tariff_number,
)
from hub.deadlines.business_days import today
from hub.deadlines.clock import ANSWERED, Clock, clocks_of
from hub.deadlines.deadline import Deadline, deadlines
from hub.deadlines.facts import Dated, Facts, Held, Timeline, read
from hub.deadlines.kept import BESIDE, LOCK_BESIDE, CaseBeside, KeptCase, cases_beside
from hub.deadlines.reasons import in_words
from hub.deadlines.vocabulary import check_day, vocabulary
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.records.source_record import OWNED
from hub.verbs.arguments import Argument, DayOfEvent, OptionalReason, checked, checked_entry, found_by
from hub.verbs.case import OVERSIGHT, OWNER, Case
from hub.verbs.case_time import CaseTime
from hub.verbs.context import OtherCase, VerbContext
from hub.verbs.deadlines import check_condition, check_event, conditions_of, is_done_by_others, waiting_for
from hub.verbs.fragments import importer_or_broker, knows_entry, sees
from hub.verbs.verb import verb

_MOST: Final = 200
MOST_ENTRIES: Final = _MOST
"""So many entries a case spans at most."""
_CONCERNS: Final[LiteralString] = "'CONCERNS Importer '"
"""What a claim begins with, as a literal, that a case concerns an importer; the number follows."""

# What opening a case names, who the viewer is to it, and the case itself where it may be opened: one statement, since
# many are. An importer that is nothing to the viewer is as one that there is not, in all that follows; whether an
# office knows it is asked apart.
_OPEN: Final = fill(
    """
MATCH (kind:CaseKind {code: $kind})
OPTIONAL MATCH (named:Importer {number: $importer})
WITH *, {importer_or_broker} AS asParty
WITH *, CASE WHEN asParty IS NOT NULL OR $known THEN named END AS importer
OPTIONAL MATCH (importer)-[a:ASSIGNED_TO]->(center:Center) WHERE a.activeFor IS NOT NULL
WITH *, head(COLLECT { MATCH (:PortCode {code: $port, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port)
  RETURN p LIMIT 1 }) AS port,
  coalesce(head(COLLECT { MATCH (kind)-[:ANSWERED_AT]->(c:Center) RETURN c LIMIT 1 }),
    head(COLLECT { MATCH (kind)-[:ANSWERED_BY]->(o:Office) RETURN o LIMIT 1 })) AS office
WITH *, CASE kind.answeredBy WHEN 'port' THEN coalesce(port, center) WHEN 'office' THEN office
  ELSE coalesce(center, port) END AS answers
WITH *, head([o IN myParties WHERE o = answers] + [o IN myParties WHERE o:Port OR (seesAll AND o:Office)]) AS mine
WITH *, CASE WHEN mine IS NOT NULL AND NOT seesAll THEN mine
  ELSE coalesce(answers, mine) END AS owner, coalesce(asParty, mine) AS who
WITH *, CASE WHEN seesAll THEN true WHEN kind.openedBy <> 'government' AND (isImporter OR represents) THEN true
  WHEN kind.answeredBy = 'office' THEN mine IS NOT NULL OR any(o IN myParties WHERE o:Port)
  ELSE any(o IN myParties WHERE o:Port OR o:Center) END AS could
WITH *, owner IS NOT NULL AND CASE WHEN asParty IS NULL THEN mine IS NOT NULL AND ($known OR NOT $known AND NOT seesAll)
  ELSE kind.openedBy <> 'government' END AS may
FOREACH (_ IN CASE WHEN may THEN [1] ELSE [] END |
  CREATE (k:Case) SET k = $case, k.unconfirmedSince = CASE WHEN asParty IS NOT NULL THEN $at END,
    k.datesToConfirm = CASE WHEN asParty IS NOT NULL AND $case.dates <> [] THEN $case.dates END,
    k.claims = CASE WHEN importer IS NULL THEN [{concerns} + $importer] END
  CREATE (k)-[:OF_KIND]->(kind) CREATE (k)-[:HANDLED_BY]->(owner)
  FOREACH (i IN CASE WHEN importer IS NULL THEN [] ELSE [importer] END | CREATE (k)-[:CONCERNS]->(i))
  FOREACH (p IN CASE WHEN port IS NULL THEN [] ELSE [port] END | CREATE (k)-[:AT]->(p)))
RETURN {kind: kind.name, owner_name: owner.name, by: elementId(who), opened_by: kind.openedBy,
  answered_by: kind.answeredBy, office: office.name, could: could, has_importer: importer IS NOT NULL,
  has_owner: owner IS NOT NULL, as_owner: mine IS NOT NULL, sees_all: seesAll, as_party: asParty IS NOT NULL,
  clocks: COLLECT { MATCH (kind)-[:HAS_CLOCK]->(c:Clock) RETURN properties(c) },
  windows: COLLECT { UNWIND CASE WHEN $covers THEN [1] ELSE [] END AS gate
    MATCH (c:Clock {window: true}) RETURN properties(c) },
  events: COLLECT { MATCH (e:CaseEvent) WHERE e.code IN $events RETURN properties(e) },
  conditions: COLLECT { MATCH (c:CaseCondition) WHERE c.code IN $conditions RETURN c.code }}""",
    importer_or_broker=importer_or_broker("named"),
    concerns=_CONCERNS,
)
# It is seen, or enters goods at a port of the viewer's: that was written by others.
_KNOWN: Final = fill(
    """
MATCH (i:Importer {number: $importer})
WHERE {sees} OR CASE WHEN isOffice THEN EXISTS { MATCH (i)-[:ENTERS_AT]->(p:Port) WHERE p IN myParties } ELSE false END
RETURN true""",
    sees=sees("i", "Importer"),
)
_LINK: Final = fill(
    """
MATCH (k:Case {id: $case})
CALL (k) { UNWIND $entries AS number MERGE (e:Entry {number: number}) ON CREATE SET e.source = 'hub'
  MERGE (k)-[:COVERS_ENTRY]->(e) }
CALL (k) { UNWIND $headings AS code MATCH (h:HtsHeading {code: code}) MERGE (k)-[:UNDER]->(h) }
CALL (k) { UNWIND $programs AS code MATCH (p:Program {code: code}) MERGE (k)-[:TAGGED]->(p) }
CALL (k) { UNWIND $agencies AS code MATCH (g:Agency {code: code}) MERGE (k)-[i:INVOLVES]->(g) ON CREATE
  SET i.invitedAt = $at
  FOREACH (_ IN CASE WHEN $accepted THEN [1] ELSE [] END | SET i.acceptedAt = $at) }
CALL (k) { UNWIND $topics AS code MATCH (t:Topic {code: code}) MERGE (k)-[:RAISES]->(t) }
CALL (k) { UNWIND $adcvdOrders AS number MATCH (o:AdcvdOrder {number: number}) MERGE (k)-[:SUBJECT_TO]->(o) }
CALL (k) { UNWIND $forcedLaborOrders AS id MATCH (o:ForcedLaborOrder {id: id}) MERGE (k)-[:SUBJECT_TO]->(o) }
{lock_beside}
WITH k, {beside} AS beside
RETURN [size([(k)-[:UNDER]->() | 1]), size([(k)-[:TAGGED]->() | 1]), size([(k)-[:INVOLVES]->() | 1]),
  size([(k)-[:RAISES]->() | 1]),
  size([(k)-[:SUBJECT_TO]->(:AdcvdOrder) | 1]), size([(k)-[:SUBJECT_TO]->(:ForcedLaborOrder) | 1])],
  beside, COLLECT { UNWIND beside AS one WITH DISTINCT one.kind AS code
    MATCH (:CaseKind {code: code})-[:HAS_CLOCK]->(c:Clock) RETURN [code, properties(c)] }""",
    lock_beside=LOCK_BESIDE,
    beside=BESIDE,
)

_Strings = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What `openCase` says of a case."""

    kind: Annotated[str, Argument("The kind of case, by its code.")]
    importer: Annotated[str, Argument("The importer whose account it is about.", IMPORTER_NUMBER)]
    title: Annotated[str, Argument("What it is about, in a line.", longest=300)]
    port: Annotated[str, Argument("The port it arose at, by its ACE code.", PORT_CODE)] | None = None
    entries: Annotated[_Strings, Argument("The entries it spans, at one port or several.")] = ()
    goods: Annotated[_Strings, Argument("The goods it is about, as tariff numbers.")] = ()
    programs: Annotated[_Strings, Argument("The trade programs it falls under, by code.")] = ()
    agencies: Annotated[
        _Strings, Argument("The partner agencies it involves, by code; accepted at once where the owner opens it.")
    ] = ()  # fmt: skip
    topics: Annotated[_Strings, Argument("The questions it raises, by topic, e.g. classification.")] = ()
    adcvd_orders: Annotated[
        _Strings, Argument("The antidumping and countervailing duty orders it is about, by number.", ADCVD_NUMBER)
    ] = ()
    forced_labor_orders: Annotated[_Strings, Argument("The forced-labor orders it is about, by id.")] = ()
    event: Annotated[str, Argument("What has happened, e.g. protest_filed; see the clocks of its kind.")] | None = None
    on: DayOfEvent | None = None
    dates: Annotated[
        _Strings,
        Argument("Further events with their days, each maybe of an entry, e.g. `liquidated 2026-03-01 ABC-1234567-6`."),
    ] = ()  # fmt: skip
    conditions: Annotated[
        _Strings,
        Argument("What decides which clocks run, each maybe of an entry, e.g. `textiles ABC-1234567-6`."),
    ] = ()  # fmt: skip

    def dated(self) -> list[Dated]:
        """The events that it is opened with; the entries in their normal form. Raises `BadInput`."""
        if self.event and not self.on:
            raise BadInput("on: the day of the event is expected, e.g. 2026-03-01")
        if len(self.dates) > _MOST:
            raise BadInput(f"dates: at most {_MOST}")
        first = [Dated(self.event, self.on)] if self.event and self.on else []
        dated = [*first, *read("dates", Dated.of, self.dates)]
        dated = [replace(each, entry=each.entry and checked("dates", ENTRY_NUMBER, each.entry)) for each in dated]
        if len({(each.event, each.entry) for each in dated}) < len(dated):
            raise BadInput("dates: one day of each event and entry")
        return dated

    def held(self) -> list[Held]:
        """The conditions that hold; the entries in their normal form. Raises `BadInput`."""
        told = (text.strip().partition(" ") for text in self.conditions)
        return [Held(code, checked("conditions", ENTRY_NUMBER, entry) if entry else None) for code, _, entry in told]


@dataclass(frozen=True, slots=True)
class _Opened:
    """How a case was opened, or would have been.

    `kind` is the name of its kind, which is `opened_by` the trade, the government or either, and `answered_by` a
    Center, a port or an `office`. The viewer opens it in the name of the party `by`, by Neo4j's id: as the importer or
    its broker, or as an office. `could`: whether such a viewer opens cases of that kind at all. `events` are those of
    the vocabulary that the case is opened with, `conditions` those that there are.
    """

    kind: str
    owner_name: str | None
    by: str
    opened_by: str
    answered_by: str | None
    office: str | None
    could: bool
    has_importer: bool
    has_owner: bool
    as_owner: bool
    as_party: bool
    sees_all: bool
    clocks: Sequence[Mapping[str, object]]
    windows: Sequence[Mapping[str, object]]
    events: Sequence[Mapping[str, object]]
    conditions: Sequence[str]

    def check(self, new: NewCase) -> None:
        """Raises `NotFound`, `NotAllowed` or `BadInput` where it may not be opened."""
        if not self.could or (self.as_party and self.opened_by == "government"):
            raise NotAllowed(f"openCase: a case of kind {new.kind} is opened by {self._who()}")
        if self.as_party:
            if not self.has_owner:
                raise BadInput("port: the importer has no Center; name the port that handles it")
        elif not self.as_owner:
            raise NotFound(f"importer: there is no importer {new.importer} to be seen")
        elif self.sees_all and not self.has_importer:
            raise NotFound(f"importer: there is no importer {new.importer}")

    def check_time(self, dated: Sequence[Dated], held: Sequence[Held], links: "_Links", day: date) -> list[Clock]:
        """The clocks of the kind. Raises `BadInput` for an event or a condition that none of them knows, and for a day
        that cannot be; `NotAllowed` for an act of others that ends what they owe."""
        clocks, events = clocks_of(self.clocks), vocabulary(self.events)
        for place, each in enumerate(dated):
            check_event(each, clocks, events.get(each.event))
            if self.as_party and is_done_by_others(each.event, clocks, events.get(each.event)):
                raise NotAllowed(
                    f"openCase: {in_words(each.event)} is recorded by the case's owner, since it ends what the"
                    " government owes; open the case without it"
                )
            if each.entry and each.entry not in links.entries:
                raise BadInput(f"dates: {each.entry} is none of the entries of the case")
            check_day(each, Timeline.of(Facts("", [str(before) for before in dated[:place]])), events, day)
            if each.event == ANSWERED:
                others = Facts("", _texts(one for one in dated if one != each), _texts(held), entries=links.entries)
                _check_answer(each, deadlines(others, clocks, day))
        known = conditions_of(clocks)
        for each in held:
            if each.entry and each.entry not in links.entries:
                raise BadInput(f"conditions: {each.entry} is none of the entries of the case")
            check_condition(each, clocks)
        if unknown := {each.code for each in held if each.code not in known or each.code not in self.conditions}:
            problem = f"conditions: {', '.join(sorted(unknown))} decides nothing in this kind"
            raise BadInput(f"{problem}; known are {', '.join(sorted(known)) or 'none'}")
        return clocks

    def _who(self) -> str:
        """Who opens cases of the kind."""
        answers = {"center": "the importer's Center", "port": "the port"}.get(self.answered_by or "", self.office)
        government = f"{answers or 'the office that answers it'}, or the port where it arises"
        if self.opened_by == "government":
            return f"the government: {government}; as a party, send a question to the Center instead"
        return f"the importer or its broker, {government}"


def _check_answer(dated: Dated, before: Iterable[Deadline]) -> None:
    """Raises `BadInput` for the day of an answer that several deadlines of the new case wait for."""
    waiting = waiting_for(dated, before)
    if len(waiting) > 1:
        names = ", ".join(each.clock.name for each in waiting)
        raise BadInput(
            f"dates: {names} wait for an answer; leave the answer out, and say which one was answered once the case is"
            " open (respondToCase or meetDeadline)"
        )


def _texts(facts: Iterable[Dated | Held]) -> list[str]:
    return [str(each) for each in facts]


@dataclass(frozen=True, slots=True)
class _Links:
    """What a case is linked to, by the arguments that name it; the entries and goods in their normal form."""

    entries: Sequence[str]
    headings: Sequence[str]
    new: NewCase

    @staticmethod
    def of(new: NewCase) -> "_Links":
        """Raises `BadInput`."""
        entries = [checked_entry("entries", entry) for entry in new.entries]
        headings: list[str] = []
        for number in new.goods:
            heading = tariff_number(checked("goods", HTS_NUMBER, number), HTS_HEADING)
            if heading is None:
                raise BadInput("goods: tariff numbers of four digits or more are expected, e.g. 8542")
            headings.append(heading)
        links = _Links(entries, headings, new)
        for name, keys in (("entries", entries), *links.counted):
            if len(keys) > _MOST:
                raise BadInput(f"{name}: at most {_MOST}")
        return links

    @property
    def counted(self) -> tuple[tuple[str, Sequence[str]], ...]:
        """What must be there to be linked to, in the order in which the statement counts it."""
        new = self.new
        return (
            ("goods", self.headings), ("programs", new.programs), ("agencies", new.agencies), ("topics", new.topics),
            ("adcvdOrders", new.adcvd_orders), ("forcedLaborOrders", new.forced_labor_orders),
        )  # fmt: skip

    async def write(self, context: VerbContext, case: str, *, accepted: bool) -> list[CaseBeside]:
        """Links the case of that id; agencies are accepted at once or invited. It gives the other cases of the importer
        that cover its entries. Raises `NotFound`."""
        if not (self.entries or any(keys for _, keys in self.counted)):
            return []
        new = self.new
        ((counts, beside, clocks),) = await context.execute(
            _LINK, case=case, accepted=accepted, entries=self.entries, headings=self.headings, programs=new.programs,
            agencies=new.agencies,
            topics=new.topics, adcvdOrders=new.adcvd_orders, forcedLaborOrders=new.forced_labor_orders,
        )  # fmt: skip
        for (name, keys), count in zip(self.counted, counts, strict=True):
            if count < len(set(keys)):
                raise NotFound(f"{name}: one of {', '.join(keys)} is not known")
        return cases_beside(beside, clocks)


@verb(returns="Case")
async def open_case(context: VerbContext, new: NewCase) -> str:
    """Opens a case. A party opens what the trade may open, for its own account; it goes to whoever answers for its
    kind. An office opens what it answers for, a port what arises there. What a party says of it counts for others once
    its owner has confirmed it (`confirmCase`); that something was decided or done for it, its owner says. An importer
    that the office does not know of is kept in `claims`."""
    dated, held = new.dated(), new.held()
    facts = Facts(context.request, _texts(dated), _texts(held))
    case = {
        "id": context.request, "number": context.new_case_number(), "status": "OPEN", "title": new.title,
        "openedAt": context.now, "source": "hub", "dates": facts.dates, "conditions": facts.conditions,
        "suspensions": [], **found_by("Case", {"title": new.title}),
    }  # fmt: skip
    events = [each.event for each in dated]

    async def opened(known: bool | None) -> _Opened | None:
        return await context.read_row(
            _Opened,
            _OPEN,
            kind=new.kind,
            importer=new.importer,
            port=new.port,
            case=case,
            known=known,
            events=events,
            conditions=[each.code for each in held],
            covers=bool(dated and new.entries),
        )

    as_opened = await opened(None)
    if as_opened and as_opened.could and not as_opened.as_party:
        as_opened = await opened(bool(await context.read_value(_KNOWN, importer=new.importer)))
    if as_opened is None:
        raise NotFound(f"kind: there is no kind of case {new.kind!r}; see caseKinds")
    # what follows undoes it where it is refused
    as_opened.check(new)
    links = _Links.of(new)
    clocks = as_opened.check_time(dated, held, links, today(context.now))
    by_office = not as_opened.as_party
    others = await links.write(context, context.request, accepted=by_office)
    if links.entries:
        await context.read_value(CONFIRM_ENTRIES, case=context.request, entry=None, official=by_office)
    opened_case = OtherCase(context.request, as_opened.by)
    text = f"opened: {as_opened.kind}, handled by {as_opened.owner_name}"
    context.add_history_entry(opened_case, text, ALL_NEW)
    if dated:
        facts, of_windows = replace(facts, entries=links.entries), clocks_of(as_opened.windows)
        kept = KeptCase(facts, "OPEN", clocks, of_windows=of_windows, kind=new.kind, others=others)
        await CaseTime(context, opened_case, kept, kept).write(None, (), together=True)
    return context.request


# Who confirms it makes known what is known to it, and no more; whoever acts for several importers, to each its own.
CONFIRM_ENTRIES: Final = fill(
    """
MATCH (k:Case {id: $case})-[c:COVERS_ENTRY]->(e:Entry) WHERE c.confirmedAt IS NULL
  AND ($entry IS NULL OR e.number = $entry)
WITH * WHERE {knows} AND ($official OR EXISTS {
  MATCH (k)-[:CONCERNS]->(i:Importer) MATCH (i)<-[:CONCERNS]-(:Case)-[other:COVERS_ENTRY]->(e)
    WHERE other.confirmedAt IS NOT NULL })
SET c.confirmedAt = $at REMOVE c.saidBy
RETURN count(c)""",
    knows=knows_entry("e"),
)
# The importer that the case, or who keeps it, says it concerns, if it is one that the viewer may see.
_CONFIRM_IMPORTER: Final = fill(
    """
MATCH (k:Case {id: $case}) WHERE NOT EXISTS { (k)-[:CONCERNS]->() }
WITH *, coalesce(k.claims, []) + COLLECT {
  MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE {owned} UNWIND r.claims AS claim RETURN claim
} AS claims
UNWIND [claim IN claims WHERE claim STARTS WITH {concerns}] AS claim
MATCH (i:Importer {number: substring(claim, size({concerns}))}) WHERE {sees}
WITH * LIMIT 1
CREATE (k)-[:CONCERNS]->(i)
SET k.claims = CASE WHEN size(k.claims) > 1 THEN [other IN k.claims WHERE other <> claim] END
RETURN i.number""",
    owned=OWNED,
    concerns=_CONCERNS,
    sees=sees("i", "Importer"),
)
_CONFIRM: Final[LiteralString] = """
MATCH (k:Case {id: $case}) WITH k, k.unconfirmedSince IS NOT NULL OR k.datesToConfirm <> [] AS waited
REMOVE k.unconfirmedSince, k.datesToConfirm RETURN waited"""
# Of clocks that began before it was known whom the case concerns.
_OWE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[:CONCERNS]->(i:Importer)
MATCH (k)<-[:OF_CASE]-(d:Deadline)-[:RUNS_BY]->(c:Clock {side: 'trade'})
WHERE 'importer' IN coalesce(c.owedRoles, ['importer']) AND NOT EXISTS { (d)-[:OWED_BY]->() }
CREATE (d)-[:OWED_BY]->(i)"""


@verb(may=(OWNER, OVERSIGHT))
async def confirm_case(context: VerbContext, case: Case, reason: OptionalReason | None = None) -> None:
    """Confirms what was claimed when the case was opened, and the dates that parties recorded: from then on it counts
    for the issues it shares with others. You confirm only entries, and an importer in its `claims`, that you may see
    yourself; the Office of Trade sees all."""
    importer = await context.read_value(_CONFIRM_IMPORTER, case=case.id)
    entries = await context.read_value(CONFIRM_ENTRIES, case=case.id, entry=None, official=True)
    ((waited,),) = await context.execute(_CONFIRM, case=case.id)
    if not (importer or entries or waited):
        raise Conflict(f"case {case.number}: there is nothing in it that you can confirm")
    if importer:
        await context.execute(_OWE, case=case.id)
        # what its entries tell counts beside what other cases of the importer tell from now on
        await (await CaseTime.read(context, case)).write(None, ())
    text = f"confirmed that it concerns importer {importer}" if importer else "confirmed what was said of it"
    changed = ("unconfirmedSince", "datesToConfirm", "claims", "CONCERNS", "COVERS_ENTRY")
    context.add_history_entry(case, text, changed, reason=reason)
