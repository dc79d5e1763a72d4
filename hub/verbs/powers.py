"""Verbs of powers of attorney: an importer grants one, a broker accepts it, and either ends it (19 CFR 141.31 ff.).

A broker acts for an importer by the edge REPRESENTS alone, which only accepting makes and ending ends: no file of
another system says one. Rights are read with each question, so that what is revoked counts at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.formats import FILER_CODE, IMPORTER_NUMBER
from hub.errors import BadInput, Conflict, NotFound
from hub.events.append import ALL_NEW
from hub.verbs.arguments import Argument, Reason
from hub.verbs.context import VerbContext
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

_PRINCIPAL: Final = Role("as_importer", "the importer itself")
_BROKER: Final = Role("as_broker", "the broker that it is granted to")
_GRANTOR: Final = Role("as_importer", "the importer that granted it")
_LONGEST_PARTNERSHIP: Final = 2
"""A partnership grants for so many years at most: 19 CFR 141.34."""

_IMPORTER: Final[LiteralString] = """
RETURN {id: i.number, name: i.name, as_importer: CASE WHEN i IN myParties THEN elementId(i) END}"""
_POWER: Final[LiteralString] = """
OPTIONAL MATCH (p)-[:GIVEN_BY]->(i:Importer) OPTIONAL MATCH (p)-[:GIVEN_TO]->(b:Broker)
RETURN {id: p.id, state: p.state, is_over: coalesce(p.until <= $at, false), importer: i.number, broker_name: b.name,
  as_importer: CASE WHEN i IN myParties THEN elementId(i) END,
  as_broker: CASE WHEN b IN myParties THEN elementId(b) END}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal(LockedRow):
    """An importer by its number; `as_importer` where the viewer acts for it, and not for its broker."""

    SUBJECT: ClassVar = Subject(
        "Importer", "number", "i", _IMPORTER, Argument("The importer that grants it, by its number.", IMPORTER_NUMBER)
    )

    name: str
    as_importer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerOfAttorney(LockedRow):
    """A power of attorney; `importer` is the number of who granted it. The viewer is one side or the other."""

    SUBJECT: ClassVar = Subject("PowerOfAttorney", "id", "p", _POWER, Argument("The power of attorney, by its id."))

    state: str
    is_over: bool
    importer: str
    broker_name: str
    as_importer: str | None
    as_broker: str | None

    def must_not_have_ended(self) -> None:
        """Raises `Conflict`."""
        if self.state == "ENDED":
            raise Conflict(f"{self.in_words()} has ended")

    def in_words(self) -> str:
        """What it is called in an error: by who has it."""
        return f"the power of attorney of {self.broker_name}"


_GRANT: Final[LiteralString] = """
MATCH (i:Importer {number: $importer}), (b:Broker {filerCode: $broker})
CREATE (p:PowerOfAttorney) SET p = $power
CREATE (p)-[:GIVEN_BY]->(i) CREATE (p)-[:GIVEN_TO]->(b) RETURN b.name"""
_OFFERED: Final[LiteralString] = """
MATCH (:Importer {number: $importer})<-[:GIVEN_BY]-(p:PowerOfAttorney {state: 'OFFERED'})
  -[:GIVEN_TO]->(:Broker {filerCode: $broker})
RETURN p.id"""
_Filer = Annotated[str, Argument("The broker, by its filer code.", FILER_CODE)]
_Since = Annotated[datetime, Argument("From when; from now if not said, and never before it is accepted.")]
_Until = Annotated[datetime, Argument("Up to when; until it is ended if not said.")]
_Partnership = Annotated[bool, Argument("Whether a partnership grants it: then for two years at most (19 CFR 141.34).")]
_Limits = Annotated[str, Argument("What it is limited to, in words; all customs business if not said.", longest=1_000)]


def _years_later(moment: datetime, years: int) -> datetime:
    """The same day so many years later; of a leap day the day before."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def _check_term(context: VerbContext, since: datetime, until: datetime | None, *, partnership: bool) -> None:
    """Raises `BadInput` for a term that is over, or longer than the law allows."""
    if until is not None and until <= max(since, context.now):
        raise BadInput("until: a moment after it begins is expected")
    if partnership and (until is None or until > _years_later(since, _LONGEST_PARTNERSHIP)):
        raise BadInput("until: a partnership grants a power of attorney for two years at most (19 CFR 141.34)")


@verb(may=(_PRINCIPAL,), returns="PowerOfAttorney")
async def grant_power_of_attorney(  # noqa: PLR0913, PLR0917 - what the form asks for
    context: VerbContext,
    importer: Principal,
    broker: _Filer,
    since: _Since | None = None,
    until: _Until | None = None,
    partnership: _Partnership = False,
    limits: _Limits | None = None,
) -> str:
    """Grants a broker a power of attorney, as the importer itself (CBP Form 5291). It has no effect until the broker
    accepts it; revoke it, or withdraw the offer, by `endPowerOfAttorney`."""
    begins = since or context.now
    _check_term(context, begins, until, partnership=partnership)
    if await context.execute(_OFFERED, importer=importer.id, broker=broker):
        raise Conflict(f"broker: {broker} has yet to accept what you granted before; end that first")
    key = f"{context.request} power"
    power = {
        "id": key, "state": "OFFERED", "principal": f"{importer.id} {importer.name}", "limits": limits,
        "partnership": partnership, "since": begins, "until": until, "grantedAt": context.now, "source": "hub",
    }  # fmt: skip
    if not await context.execute(_GRANT, importer=importer.id, broker=broker, power=power):
        raise NotFound(f"broker: there is no broker {broker}; see brokers")
    context.add_event("PowerOfAttorney", key, ALL_NEW, by=importer.by, refs=(importer.id,))
    return key


# Rights are read by the millisecond: what begins or ends now does so in the very next statement.
_ACCEPT: Final[LiteralString] = """
MATCH (i:Importer)<-[:GIVEN_BY]-(p:PowerOfAttorney {id: $power})-[:GIVEN_TO]->(b:Broker)
WITH *, datetime.truncate('millisecond', $at) AS moment
SET p.state = 'ACCEPTED', p.acceptedAt = moment
CREATE (b)-[r:REPRESENTS {since: CASE WHEN p.since > moment THEN p.since ELSE moment END, power: p.id}]->(i)
SET r.until = p.until"""


@verb(may=(_BROKER,))
async def accept_power_of_attorney(context: VerbContext, power: PowerOfAttorney) -> None:
    """Accepts a power of attorney, as the broker that it is granted to: from then on, and in its term, the broker acts
    for the importer."""
    power.must_not_have_ended()
    if power.state == "ACCEPTED":
        raise Conflict(f"{power.in_words()} is accepted already")
    if power.is_over:
        raise Conflict(f"the term of {power.in_words()} is over: the importer grants another")
    await context.execute(_ACCEPT, power=power.id)
    changed = ("state", "acceptedAt", "REPRESENTS")
    context.add_event("PowerOfAttorney", power.id, changed, by=power.by, refs=(power.importer,))


_END: Final[LiteralString] = """
MATCH (i:Importer)<-[:GIVEN_BY]-(p:PowerOfAttorney {id: $power})-[:GIVEN_TO]->(b:Broker)
WITH *, datetime.truncate('millisecond', $at) AS moment
SET p.state = 'ENDED', p.endedAt = moment, p.endedBy = $side, p.endedBecause = $reason
WITH i, p, b, moment MATCH (b)-[r:REPRESENTS]->(i) WHERE r.power = p.id AND (r.until IS NULL OR r.until > moment)
SET r.until = moment"""


@verb(may=(_GRANTOR, _BROKER))
async def end_power_of_attorney(context: VerbContext, power: PowerOfAttorney, reason: Reason) -> None:
    """Ends a power of attorney at once (19 CFR 141.35): the importer revokes it or withdraws the offer, the broker
    gives it up or declines."""
    power.must_not_have_ended()
    side = "importer" if power.role is _GRANTOR else "broker"
    await context.execute(_END, power=power.id, side=side, reason=reason)
    changed = ("state", "endedAt", "endedBy", "endedBecause", "REPRESENTS")
    context.add_event("PowerOfAttorney", power.id, changed, by=power.by, reason=reason, refs=(power.importer,))
