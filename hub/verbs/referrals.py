"""Verbs of referrals: a case is sent to another office or to an agency with a question, answered, and taken back.

An office that a case is sent to owns it from then on. Whoever sent it goes on seeing all of it, until it owns the case
again. An agency never owns a case: it is accepted in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, LiteralString, Self

from graph_schema.cypher import fill
from hub.errors import Conflict, NotAllowed, NotFound
from hub.verbs.agencies import INVOLVE, WITHDRAW
from hub.verbs.arguments import Argument, Reason
from hub.verbs.case import OWNER, Case
from hub.verbs.context import OtherCase, VerbContext
from hub.verbs.fragments import HAND_ON, HANDED_ON, sees
from hub.verbs.rows import Access, LockedRow, Role, Subject
from hub.verbs.verb import verb
from hub.verbs.waiting import came_back, take_up

_LONGEST: Final = 10_000
_RECIPIENT: Final = Role("as_recipient", "the office or agency it was sent to")
_SENDER: Final = Role("as_sender", "the office that sent it")
_SENT_ON: Final = (*HANDED_ON, "REFERRED_BY", "referrals")

_TARGET: Final[LiteralString] = """
MATCH (o) WHERE (o:Center OR o:Port OR o:Office OR o:Agency) AND $to = CASE WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id WHEN o:Office THEN 'Office:' + o.code ELSE 'Agency:' + o.code END
RETURN {key: elementId(o), name: o.name, agency: CASE WHEN o:Agency THEN o.code END,
  is_asked: EXISTS { MATCH (o)<-[:SENT_TO]-(r:Referral)-[:REFERS]->(:Case {id: $case}) WHERE r.state = 'OPEN' }}"""


@dataclass(frozen=True, slots=True)
class _Target:
    """Whom a case is sent to: by Neo4j's id, an agency with its code; whether it was sent there and is not answered."""

    key: str
    name: str
    agency: str | None
    is_asked: bool


_REFER: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (sender), (target) WHERE elementId(sender) = $sender AND elementId(target) = $target
CREATE (r:Referral {id: $id, question: $question, state: 'OPEN', sentAt: $at, source: 'hub'})
CREATE (r)-[:REFERS]->(k) CREATE (r)-[:SENT_BY]->(sender) CREATE (r)-[:SENT_TO]->(target)"""
# Whoever owns the case again is no longer one who sent it.
_HAND_ON: Final[LiteralString] = (
    """
MATCH (k:Case {id: $case}), (after) WHERE elementId(after) = $to
CALL (k, after) { MATCH (k)-[sent:REFERRED_BY]->(after) DELETE sent }
MATCH (k)-[handled:HANDLED_BY]->(before)"""
    + HAND_ON
)
_KEEP_SENDER: Final[LiteralString] = """
MATCH (k:Case {id: $case}), (sender) WHERE elementId(sender) = $sender
MERGE (k)-[s:REFERRED_BY]->(sender) SET s.referredAt = $at"""
_To = Annotated[str, Argument("To whom, as a nodeId, e.g. Center:CEE004, Office:OT-RR or Agency:FDA.")]
_Question = Annotated[str, Argument("What is asked.", longest=_LONGEST)]


@verb(may=(OWNER,), returns="Referral")
async def refer_case(context: VerbContext, case: Case, to: _To, question: _Question) -> str:
    """Sends a case to another Center, port or headquarters office, which owns it from then on, or to an agency, which
    is accepted in it. Whoever sent it goes on seeing the case and what is answered."""
    case.must_be_open()
    target = await context.read_row(_Target, _TARGET, to=to, case=case.id)
    if target is None:
        raise NotFound(f"to: there is no office or agency {to!r}; expected is a nodeId, e.g. Office:OT-RR")
    if target.key == case.owner:
        raise Conflict(f"case {case.number} is handled by {target.name} already")
    if target.is_asked:
        raise Conflict(f"case {case.number} was sent to {target.name} already, and is not answered")
    if target.agency is None:
        case.must_be_kept_here()
    key = f"{context.request} referral"
    await context.execute(_REFER, case=case.id, sender=case.owner, target=target.key, id=key, question=question)
    await take_up(context, case)
    if target.agency is None:
        await context.execute(_KEEP_SENDER, case=case.id, sender=case.owner)
        await context.execute(_HAND_ON, case=case.id, to=target.key)
        changed = _SENT_ON
    else:
        await context.execute(INVOLVE, case=case.id, agency=target.agency)
        changed = ("INVOLVES", "referrals")
    text = f"referred by {case.owner_name} to {target.name}"
    context.add_history_entry(case, text, changed, refs=(key,))
    return key


_CASE_OF: Final = fill(
    "MATCH (r:Referral {id: $key})-[:REFERS]->(k:Case) WHERE {sees} RETURN k.number", sees=sees("r", "Referral")
)
_REFERRAL: Final[LiteralString] = """
MATCH (r:Referral {id: $key})-[:REFERS]->(k:Case)-[:HANDLED_BY]->(owner)
MATCH (sender)<-[:SENT_BY]-(r)-[:SENT_TO]->(target)
WITH *, CASE WHEN target:Agency THEN head(COLLECT { MATCH (k)-[i:INVOLVES]->(target)
    WHERE target IN myParties AND i.acceptedAt IS NOT NULL RETURN target })
  WHEN owner <> sender AND owner IN myParties THEN owner END AS recipient
RETURN {state: r.state, sender: elementId(sender), sender_name: sender.name, target_name: target.name,
  agency: CASE WHEN target:Agency THEN target.code END, owner_name: owner.name,
  as_recipient: elementId(recipient), as_sender: CASE WHEN sender IN myParties THEN elementId(sender) END,
  with_recipient: target:Agency OR EXISTS { MATCH (k)<-[:REFERS]-(later:Referral)-[:SENT_TO]->(owner)
    WHERE later.state = 'OPEN' AND later.sentAt >= r.sentAt }}"""


@dataclass(frozen=True, slots=True)
class _Stands:
    """A referral as it stands, and the viewer's parts in it, by Neo4j's id.

    `with_recipient`: the case is with the office that it was sent to, or that this one sent it on to; or it was sent to
    an `agency`.
    """

    state: str
    sender: str
    sender_name: str
    target_name: str
    agency: str | None
    owner_name: str
    as_recipient: str | None
    as_sender: str | None
    with_recipient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral(LockedRow):
    """A referral, whose case is locked with it."""

    SUBJECT: ClassVar = Subject("Referral", "id", "r", _CASE_OF, Argument("The referral, by its id."))

    case: Case
    stands: _Stands
    as_recipient: str | None
    as_sender: str | None

    @classmethod
    async def lock(cls, context: VerbContext, key: str, access: Access) -> Self:
        """The referral of that key, with its case, which is locked. Raises as `LockedRow.lock`."""
        number = await context.read_value(_CASE_OF, key=key)
        if number is None:
            raise NotFound(f"referral: there is no referral {key} to be seen")
        case = await Case.lock(context, number, Access(access.verb))
        stands = await context.read_row(_Stands, _REFERRAL, key=key)
        if stands is None:
            raise NotAllowed(f"{access.verb}: case {case.number} has no owner")
        referral = cls(
            id=key, case=case, stands=stands, as_recipient=stands.as_recipient, as_sender=stands.as_sender,
            kept_by=case.kept_by,
        )  # fmt: skip
        return referral.for_who_may(access)

    def must_be_open(self) -> None:
        """Raises `Conflict`."""
        if self.stands.state != "OPEN":
            how = self.stands.state.lower().replace("_", " ")
            raise Conflict(f"referral: it was {how} already; see the referrals of case {self.case.number}")

    def in_words(self) -> str:
        """What the referral is called in an error."""
        return f"case {self.case.number}"


_ANSWER: Final[LiteralString] = """
MATCH (r:Referral {id: $referral}) SET r.state = 'ANSWERED', r.answer = $text, r.endedAt = $at"""
_Answer = Annotated[str, Argument("The answer.", longest=_LONGEST)]
_Keep = Annotated[bool, Argument("Whether the office that answers keeps the case; no, if not said.")]


@verb(may=(_RECIPIENT,))
async def answer_referral(context: VerbContext, referral: Referral, text: _Answer, keep: _Keep = False) -> None:
    """Answers what a case was sent with. The case goes back to the office that sent it, unless whoever answers keeps
    it."""
    referral.must_be_open()
    case, stands = referral.case, referral.stands
    goes_back = stands.agency is None and not keep
    if goes_back:
        case.must_be_kept_here()
    await context.execute(_ANSWER, referral=referral.id, text=text)
    if goes_back:
        await context.execute(_HAND_ON, case=case.id, to=stands.sender)
    if goes_back or stands.agency is not None:
        await came_back(context, case)
    told = f"answered what {stands.sender_name} asked" + (f"; back to {stands.sender_name}" if goes_back else "")
    changed: Sequence[str] = ("referrals", "cameBackAt", *(_SENT_ON if goes_back else ()))
    context.add_history_entry(OtherCase(case.id, referral.by), told, tuple(dict.fromkeys(changed)), refs=(referral.id,))


# What the office sent on meanwhile comes back with it. Who takes a question back from an agency may have sent the case
# to an office as well, and goes on seeing it.
_TAKE_BACK: Final[LiteralString] = """
MATCH (r:Referral {id: $referral})-[:REFERS]->(k:Case)
CALL (r, k) {
  MATCH (k)<-[:REFERS]-(later:Referral)-[:SENT_TO]->(o)
  WHERE later.state = 'OPEN' AND (later = r OR (NOT $agency AND later.sentAt >= r.sentAt AND NOT o:Agency))
  SET later.state = 'TAKEN_BACK', later.endedAt = $at
  WITH k, later WHERE NOT $agency MATCH (later)-[:SENT_BY]->(sender)<-[sent:REFERRED_BY]-(k) DELETE sent
}"""


@verb(may=(_SENDER,))
async def take_back_referral(context: VerbContext, referral: Referral, reason: Reason) -> None:
    """Takes a case back before it was answered: its sender owns it again; an agency sees nothing of it any more."""
    referral.must_be_open()
    case, stands = referral.case, referral.stands
    if not stands.with_recipient:
        raise Conflict(f"case {case.number} was passed on and is handled by {stands.owner_name}: ask them for it")
    if stands.agency is None:
        case.must_be_kept_here()
    await context.execute(_TAKE_BACK, referral=referral.id, agency=stands.agency is not None)
    if stands.agency is None:
        await context.execute(_HAND_ON, case=case.id, to=stands.sender)
    else:
        await context.execute(WITHDRAW, case=case.id, agency=stands.agency)
    text = f"taken back by {stands.sender_name} from {stands.target_name}"
    changed = ("referrals", "INVOLVES", "JOINED_BY") if stands.agency else _SENT_ON
    context.add_history_entry(OtherCase(case.id, referral.by), text, changed, reason=reason, refs=(referral.id,))
