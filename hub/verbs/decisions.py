"""Verbs of decisions: deciding in a case, and what becomes of decisions that differ."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.cases import OUTCOME_CODE, QUESTION_CODE
from graph_schema.cypher import Properties
from graph_schema.decision_codes import OUTCOME_CODES, QUESTION_CODES, outcome_code, question_code
from graph_schema.formats import ENTRY_NUMBER, HTS10, PORT_CODE, RULING_NUMBER
from hub.deadlines.clock import DECIDED
from hub.deadlines.facts import Dated
from hub.detection.compared import Compared, ruled
from hub.detection.disparities import RULED
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.arguments import WHY, Argument, Audience, found_by
from hub.verbs.case import OWNER, Case
from hub.verbs.case_time import CaseTime
from hub.verbs.context import OtherCase, VerbContext
from hub.verbs.deadlines import check_entry, with_date
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb
from hub.verbs.waiting import take_up

_LONGEST: Final = 500
_DECIDE: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (place) WHERE elementId(place) = $place
CREATE (d:Decision) SET d = $decision CREATE (d)-[:DECIDES]->(k) CREATE (d)-[:MADE_AT]->(place)
WITH d MATCH (seat:Port) WHERE elementId(seat) = $seat CREATE (d)-[:OFFICER_AT]->(seat)"""
_PORT: Final[LiteralString] = """
MATCH (:PortCode {code: $port, issuer: 'ACE'})-[:IDENTIFIES]->(p:Port) RETURN elementId(p) LIMIT 1"""
# Where who decides sits: the contact that the account is at the deciding office, else the officer of the case.
_SEAT: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (office) WHERE elementId(office) = $office
RETURN elementId(coalesce(
  head(COLLECT { MATCH (:Account {id: $account})-[:IS_CONTACT]->(c:Contact)-[:SITS_AT]->(p:Port)
    WHERE EXISTS { (c)-[:WORKS_FOR]->(office) } OR EXISTS { (c)-[:WORKS_FOR]->(:Team)-[:PART_OF]->(office) }
    RETURN p ORDER BY c.id }),
  head(COLLECT { MATCH (k)-[:WORKED_BY]->(c:Contact)-[:SITS_AT]->(p:Port) RETURN p ORDER BY c.id })))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """What `decideCase` says of a decision."""

    question: Annotated[str, Argument("What was to be decided, e.g. classification of the goods.", longest=_LONGEST)]
    outcome: Annotated[str, Argument("What was decided, e.g. approved.", longest=_LONGEST)]
    question_code: (
        Annotated[
            str,
            Argument(
                "The question as a code; read from its words, if not said.",
                values=QUESTION_CODES,
                choice=QUESTION_CODE.choice,
            ),
        ]
        | None
    ) = None
    outcome_code: (
        Annotated[
            str,
            Argument(
                "The outcome as a code: what stands of what is claimed; read from its words, if not said.",
                values=OUTCOME_CODES,
                choice=OUTCOME_CODE.choice,
            ),
        ]
        | None
    ) = None
    hts10: (
        Annotated[
            str,
            Argument(
                "The ten-digit HTSUS number that was decided about; of a classification that was denied, the one that"
                " was claimed.",
                HTS10,
            ),
        ]
        | None
    ) = None
    origin: Annotated[str, Argument("Their country of origin, two letters.")] | None = None
    maker: Annotated[str, Argument("Their maker.", longest=_LONGEST)] | None = None
    description: Annotated[str, Argument("The goods, in words, with what they measure.", longest=_LONGEST)] | None = (
        None
    )
    port: (
        Annotated[
            str,
            Argument(
                "The port where the officer who decided sits, by its ACE code; where you sit, or the case's officer, if"
                " not said.",
                PORT_CODE,
            ),
        ]
        | None
    ) = None
    audience: Audience | None = None
    event: (
        Annotated[str, Argument("What it is to the clocks of the case, e.g. released; decided if not said.")] | None
    ) = None
    entry: (
        Annotated[str, Argument("The entry that the event is of, if not of the case as a whole.", ENTRY_NUMBER)] | None
    ) = None

    @property
    def as_event(self) -> str | None:
        """What it is to the clocks, if it is not just that something was decided."""
        return self.event if self.event and self.event != DECIDED else None

    def dated(self, day: date) -> Dated:
        """The decision as an event."""
        return Dated(self.as_event or DECIDED, day, self.entry)


@verb(may=(OWNER,), kept_here=True, returns="Decision")
async def decide_case(context: VerbContext, case: Case, decision: NewDecision) -> str:
    """Writes down a decision in a case. It meets and ends the clocks that ask for one, or for its `event` where that is
    said. A decision about the case as a whole is one about each of its entries. What was decided about the same goods
    elsewhere is compared with it within seconds."""
    case.must_be_open()
    time = _decided(await CaseTime.read(context, case, decision.event), case, decision)
    seat = await _seat(context, case, decision.port)
    origin = (decision.origin or "").strip().upper()
    if origin and not (len(origin) == 2 and origin.isalpha()):
        raise BadInput("origin: a country's two letters (ISO 3166) are expected, e.g. VN")
    audience = case.audience(decision.audience)
    key = f"{context.request} decision"
    goods = {"maker": decision.maker, "description": decision.description, "hts10": decision.hts10, "origin": origin}
    row = {
        "id": key, "decidedAt": context.now, "audience": audience, "source": "hub",
        "question": decision.question, "outcome": decision.outcome,
        "questionCode": decision.question_code or question_code(decision.question),
        "outcomeCode": decision.outcome_code or outcome_code(decision.outcome),
        **{name: value for name, value in goods.items() if value},
        "event": decision.as_event, "ofEntry": decision.entry,
    }  # fmt: skip
    await context.execute(
        _DECIDE, case=case.id, place=case.by, seat=seat, decision={**row, **found_by("Decision", row)}
    )
    await take_up(context, case)
    text = f"decided: {decision.question}: {decision.outcome}"
    await time.write(text, ("decisions",), audience=audience, refs=(key,))
    return key


async def _seat(context: VerbContext, case: Case, port: str | None) -> str | None:
    """The port where the officer who decides sits, by Neo4j's id; None where that is not known. Raises `NotFound`."""
    if not port:
        ((seat,),) = await context.execute(_SEAT, case=case.id, office=case.by, account=context.account)
        return seat
    found = await context.execute(_PORT, port=port)
    if not found:
        raise NotFound(f"port: there is no port {port}")
    return found[0][0]


def _decided(time: CaseTime, case: Case, decision: NewDecision) -> CaseTime:
    """The case with the decision: with a day of the event that it is, or as one more decision. That goods were detained
    is no decision on whether they are admitted. Raises `BadInput` or `NotFound`."""
    dated = decision.dated(time.today)
    if decision.as_event:
        return with_date(time, case, dated)
    check_entry(time, case, decision.entry)
    return time.with_case(decisions=[*time.before.decisions, str(dated)])


_PARTICIPANT: Final = Role(
    "as_participant", "the office that made one of the two decisions or owns its case, or the Office of Trade"
)
_DISPARITY: Final[LiteralString] = """
RETURN {id: x.id, state: x.state, decisions: COLLECT { MATCH (x)-[:BETWEEN]->(d) RETURN d.id },
  cases: COLLECT { MATCH (x)-[:BETWEEN]->()-[:DECIDES]->(k) RETURN DISTINCT k.id },
  as_participant: elementId(CASE WHEN seesAll THEN head(actsFor) ELSE head(COLLECT {
    MATCH (x)-[:BETWEEN]->(d) MATCH (d)-[:MADE_AT]->(o) WHERE o IN myParties RETURN o
    UNION MATCH (x)-[:BETWEEN]->()-[:DECIDES]->()-[:HANDLED_BY]->(o) WHERE o IN myParties RETURN o }) END)}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disparity(LockedRow):
    """A disparity between two decisions, with the ids of these decisions and of their cases."""

    SUBJECT: ClassVar = Subject("Disparity", "id", "x", _DISPARITY, Argument("The disparity, by its id."))

    state: str
    decisions: Sequence[str]
    cases: Sequence[str]
    as_participant: str | None


def _add_events(
    context: VerbContext, disparity: Disparity, text: str, reason: str | None, refs: Sequence[str] = ()
) -> None:
    """Of the disparity, and of the cases that its decisions were made in."""
    changed = ("state", "strength", "endedAt", "endedBecause", "EXPLAINED_BY", "AGAINST")
    context.add_event("Disparity", disparity.id, changed, by=disparity.by, reason=reason, refs=refs)
    for case in disparity.cases:
        context.add_history_entry(
            OtherCase(case, disparity.by), text, (), reason=reason, audience="owner", refs=(disparity.id,)
        )


_EARLIER: Final = "EARLIER"
_LATER: Final = "LATER"
_BOTH: Final = "BOTH"
_TWO: Final[LiteralString] = """
MATCH (:Disparity {id: $disparity})-[:BETWEEN]->(d:Decision)
WITH d ORDER BY d.decidedAt, d.id RETURN collect(properties(d))"""
# It says from then on what the one that it supports decided, if it has said nothing yet.
_RULE: Final[LiteralString] = """
MERGE (r:Ruling {number: $number}) ON CREATE
  SET r.title = $title, r.issuedAt = $issued, r.source = 'hub', r.otherWords = $otherWords
SET r += $holds
WITH r
CALL (r) { UNWIND $others AS id MATCH (r)-[e:EXPLAINS]->(:Decision {id: id}) DELETE e }
CALL (r) { UNWIND $supported AS id MATCH (d:Decision {id: id}) MERGE (r)-[:EXPLAINS]->(d) }
WITH DISTINCT r MATCH (r)-[:EXPLAINS]->(d)<-[:BETWEEN]-(x:Disparity {state: 'OPEN'})
WHERE d.id IN $supported AND (x.keptOpen IS NULL OR x.id = $disparity)
RETURN collect(DISTINCT x.id)"""
_KNOWN: Final[LiteralString] = "MATCH (r:Ruling {number: $number}) RETURN properties(r)"
_Ruling = Annotated[str, Argument("The ruling's number, e.g. NY N301234.", RULING_NUMBER, longest=_LONGEST)]
_Supported = Annotated[
    str,
    Argument(
        "Which of the two decisions the ruling supports; both, where it tells why they differ.",
        values=(_EARLIER, _LATER, _BOTH),
        choice="SupportedDecisions",
    ),
]
_RulingTitle = Annotated[str, Argument("What it rules on, where the hub does not know it yet.")]
_IssuedOn = Annotated[date, Argument("The day it was issued, where the hub does not know it yet.")]


@verb(may=(_PARTICIPANT,))
async def explain_disparity(
    context: VerbContext,
    disparity: Disparity,
    ruling: _Ruling,
    supports: _Supported,
    title: _RulingTitle | None = None,
    issued_on: _IssuedOn | None = None,
) -> None:
    """Says which ruling two decisions that differ are to be judged by. A ruling that supports both explains the
    difference; so does one that was issued between the two and supports the later. Else the other decision goes against
    it, and the disparity stays open as the strongest there is. Other pairs of the decisions that it supports are judged
    by it, too."""
    if disparity.state != "OPEN":
        raise Conflict(f"the disparity is {disparity.state.lower()} already; reopen it first")
    found = await context.execute(_KNOWN, number=ruling)
    known: Properties | None = found[0][0] if found else None
    if known is None and not (title and issued_on):
        raise NotFound(
            f"ruling: the hub knows no ruling {ruling!r} yet; give its title and the day it was issued as well"
        )
    ((two,),) = await context.execute(_TWO, disparity=disparity.id)
    supported: list[Properties] = two if supports == _BOTH else [two[0] if supports == _EARLIER else two[-1]]
    holds = {} if supports == _BOTH else _holds(supported[0])
    if known is not None and (says := ruled(known)):
        for decision in supported:
            if says.contradicts(Compared.of(decision).outcome):
                raise Conflict(
                    f"supports: ruling {ruling} supports another outcome than the {_which(decision, two)} decision's,"
                    f" {decision['outcome']!r}"
                )
        holds = {}
    row = {"number": ruling, "title": (title or "").strip() or None, "issued": issued_on}
    ids = [str(decision["id"]) for decision in supported]
    others = [id_ for id_ in disparity.decisions if id_ not in ids]
    ((pairs,),) = await context.execute(
        _RULE, **row, **found_by("Ruling", row), supported=ids, others=others, holds=holds, disparity=disparity.id
    )
    judged = await context.execute(RULED, disparities=pairs)
    explained = any(id_ == disparity.id and is_explained for id_, is_explained in judged)
    text = (
        f"the difference is explained by ruling {ruling}"
        if explained
        else f"the {'later' if supports == _EARLIER else 'earlier'} of two decisions goes against ruling {ruling}"
    )
    _add_events(context, disparity, text, None, refs=[id_ for id_, _ in judged if id_ != disparity.id])


def _holds(decision: Properties) -> Properties:
    """What a ruling says that supports that decision alone."""
    compared = Compared.of(decision)
    is_classified = compared.question == "classification" and compared.outcome.holds
    return {
        "questionCode": compared.question if compared.is_coded else None,
        "outcomeCode": compared.outcome.code,
        "hts10": decision.get("hts10") if is_classified and _is_of(decision, compared) else None,
        "origin": compared.outcome.holds if compared.question == "origin" else None,
    }


def _is_of(decision: Properties, compared: Compared) -> bool:
    """Whether the decision holds goods to be of the number that it names."""
    return re.sub(r"\D", "", str(decision.get("hts10") or "")).startswith(compared.outcome.holds or "-")


def _which(decision: Properties, two: Sequence[Properties]) -> str:
    return "earlier" if decision["id"] == two[0]["id"] else "later"


_SET_STATE: Final[LiteralString] = """
MATCH (x:Disparity {id: $disparity}) SET x.state = $state, x.endedAt = $ended, x.endedBecause = $because,
  x.keptOpen = CASE WHEN $state = 'OPEN' THEN true END
WITH x OPTIONAL MATCH (x)-[e:EXPLAINED_BY]->() DELETE e"""

_Reason = Annotated[str, Argument(WHY, longest=_LONGEST)]


@verb(may=(_PARTICIPANT,))
async def resolve_disparity(context: VerbContext, disparity: Disparity, reason: _Reason) -> None:
    """Says how a disparity was resolved."""
    if disparity.state != "OPEN":
        raise Conflict(f"the disparity is {disparity.state.lower()} already")
    await context.execute(_SET_STATE, disparity=disparity.id, state="RESOLVED", ended=context.now, because=reason)
    _add_events(context, disparity, "the difference is resolved", reason)


@verb(may=(_PARTICIPANT,))
async def reopen_disparity(context: VerbContext, disparity: Disparity, reason: _Reason) -> None:
    """Opens a disparity again."""
    if disparity.state == "OPEN":
        raise Conflict("the disparity is open: there is nothing to reopen")
    await context.execute(_SET_STATE, disparity=disparity.id, state="OPEN", ended=None, because=None)
    _add_events(context, disparity, "the difference is open again", reason)
