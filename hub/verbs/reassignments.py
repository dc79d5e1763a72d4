"""Reassigning many cases: to another officer or office, batch by batch, each in one transaction with its events.

The verb writes down what is wanted and does the first batch; a job does the rest. A batch takes the next cases by their
ids, so that each is looked at once, whoever is killed in between. What cannot be given is told, and passed over.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from secrets import token_hex
from typing import Annotated, Final, LiteralString, NamedTuple

from graph_schema.cypher import Statement, lock
from graph_schema.formats import IMPORTER_NUMBER
from hub.database.graph import Graph, Run
from hub.errors import NotAllowed, NotFound
from hub.events.append import ALL_NEW, Doer, Entry, Telling
from hub.jobs.loops import Job, Loop, item, locked, work_through
from hub.queries.reassignments import CONDITIONS, FROM, MATCHES, REFUSAL, TO, ends, party
from hub.verbs.arguments import Argument, Reason, like_one_of
from hub.verbs.context import VerbContext
from hub.verbs.fragments import HAND_ON, HANDED_ON
from hub.verbs.verb import verb

BATCH: Final = 200
"""So many cases are given in one transaction."""
_TOLD: Final = 100
"""So many refusals are kept in words."""
_VERB: Final = "reassignCases"
_FIRST_S: Final = 5.0
_EVERY_S: Final = 2.0
_BUSY_S: Final = 0.4
"""Between two batches, so that others come to write as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `reassignCases` says: whose cases, to whom, and which."""

    from_: Annotated[str, like_one_of((FROM,), "from")]
    to: Annotated[str, like_one_of((TO,), "to")]
    kind: Annotated[str, like_one_of(CONDITIONS, "kind")] | None = None
    importer: Annotated[str, Argument("Only cases of this importer.", IMPORTER_NUMBER)] | None = None
    program: Annotated[str, like_one_of(CONDITIONS, "program")] | None = None
    opened_before: Annotated[datetime, like_one_of(CONDITIONS, "openedBefore")] | None = None
    unassigned: Annotated[bool, like_one_of(CONDITIONS, "unassigned")] = False


# The office in whose name: the giver, the one that the officer works for, or the overseer.
_BEGIN: Final[LiteralString] = (
    "WITH *, $wanted AS wanted\n"
    + ends(of_viewer=True)
    + """
WITH *, CASE WHEN giver:Contact THEN head(COLLECT { MATCH (giver)-[:WORKS_FOR]->(o) RETURN o }) ELSE giver END AS works
WITH *, CASE WHEN works:Team THEN head(COLLECT { MATCH (works)-[:PART_OF]->(o:Center) RETURN o })
  ELSE works END AS office
CALL (*) {"""
    + MATCHES
    + """ RETURN count(DISTINCT k) AS total }
RETURN {gives: giver IS NOT NULL, takes: taker IS NOT NULL, total: total, office: elementId(office),
  may: office IN myParties OR seesAll, overseer: CASE WHEN NOT office IN myParties THEN elementId(head(actsFor)) END}"""
)


@dataclass(frozen=True, slots=True)
class _Begun:
    """Whether giver and taker are there, how many cases fit, and in which office's name it is done."""

    gives: bool
    takes: bool
    total: int
    office: str | None
    may: bool | None
    overseer: str | None


_WRITE: Final[LiteralString] = """
MATCH (o) WHERE elementId(o) = $office AND (o:Center OR o:Port OR o:Office)
CREATE (r:Reassignment) SET r = $reassignment CREATE (r)-[:OF_OFFICE]->(o) RETURN 1"""


@verb(returns="Reassignment")
async def reassign_cases(context: VerbContext, wanted: Wanted, reason: Reason) -> str:
    """Gives many open cases to another office, or to another officer of their owner: all that fit, the first batch at
    once and the rest within seconds. `reassignmentPreview` tells beforehand what it would do."""
    named = {"from": party("from", wanted.from_), "to": party("to", wanted.to)}
    found = await context.read_row(_Begun, _BEGIN, wanted={**_conditions(wanted), **named})
    assert found is not None
    if not found.gives:
        raise NotFound(f"from: there is no {wanted.from_} of yours")
    if not found.takes:
        raise NotFound(f"to: there is no {wanted.to}, or it is an officer of no office of yours")
    if not found.may or found.office is None:
        raise NotAllowed("reassignCases: only the office that owns the cases or the Office of Trade may")
    key = f"{context.request} reassignment"
    row = {
        "id": key, "state": "RUNNING", "takenFrom": wanted.from_, "givenTo": wanted.to, "reason": reason,
        "total": found.total, "done": 0, "refused": 0, "startedAt": context.now, "source": "hub",
        "wanted": json.dumps({**_conditions(wanted), **named}, default=_as_text), "after": "",
    }  # fmt: skip
    if not await context.execute(_WRITE, office=found.office, reassignment=row):
        raise NotAllowed("reassignCases: cases are given by Centers, ports and headquarters offices")
    by = found.overseer or found.office
    context.add_event("Reassignment", key, ALL_NEW, by=by, reason=reason)
    await _batch(context.run, context.telling, key, context.now)
    return key


def _as_text(moment: datetime) -> str:
    return moment.isoformat()


def _conditions(wanted: Wanted) -> dict[str, object]:
    names = {"opened_before": "openedBefore"}
    values = {each.name: getattr(wanted, each.name) for each in fields(wanted) if each.name not in ("from_", "to")}
    return {names.get(name, name): value for name, value in values.items()}


_LOOK: Final[LiteralString] = (
    "MATCH (r:Reassignment {id: $id}) "
    + lock("r")
    + """
WITH r WHERE r.state = 'RUNNING'
RETURN r.wanted, r.after, r.reason, head(COLLECT { MATCH (r)-[:OF_OFFICE]->(o) RETURN elementId(o) })"""
)
_HEAD: Final[LiteralString] = (
    "WITH $wanted AS given\nWITH {from: given.from, to: given.to, kind: given.kind, importer: given.importer,"
    " program: given.program, unassigned: given.unassigned, openedBefore: datetime(given.openedBefore)} AS wanted\n"
    + ends(of_viewer=False)
)
# Which come next, before they are locked; then those that still fit, with why one cannot be given.
_NEXT: Final[LiteralString] = (
    _HEAD
    + "\nCALL (*) {"
    + MATCHES
    + " AND k.id > $after RETURN DISTINCT k.id AS id ORDER BY id LIMIT $most }\nRETURN id"
)
_LOCK: Final[LiteralString] = "UNWIND $ids AS id MATCH (k:Case {id: id}) " + lock("k")
_FITTING: Final[LiteralString] = (
    _HEAD
    + "\nCALL (*) {"
    + MATCHES
    + " AND k.id IN $ids RETURN k, owner }\nRETURN k.id, k.number, owner.name, "
    + REFUSAL
    + ", taker:Contact, taker.name, elementId(taker) ORDER BY k.id"
)
_TO_OFFICER: Final[LiteralString] = """
MATCH (c:Contact) WHERE elementId(c) = $taker
UNWIND $ids AS id MATCH (k:Case {id: id})
CALL (k) { MATCH (k)-[old:WORKED_BY]->() DELETE old }
CREATE (k)-[:WORKED_BY]->(c)"""
_TO_OFFICE: Final[LiteralString] = (
    "MATCH (after) WHERE elementId(after) = $taker UNWIND $ids AS id"
    " MATCH (k:Case {id: id})-[handled:HANDLED_BY]->(before)" + HAND_ON
)
_COUNT: Final[LiteralString] = """
MATCH (r:Reassignment {id: $id})
SET r.done = r.done + $done, r.refused = r.refused + $refused, r.after = $after,
  r.refusals = (coalesce(r.refusals, []) + $refusals)[..$told],
  r.state = CASE WHEN $more THEN 'RUNNING' ELSE 'DONE' END, r.endedAt = CASE WHEN $more THEN null ELSE $at END"""


class _Fitting(NamedTuple):
    """A case that fits: whose it is, why it cannot be given, and whether its taker is an officer."""

    case: str
    number: str
    owner: str
    refusal: str | None
    to_officer: bool
    taker: str
    taker_id: str


async def _batch(run: Run, telling: Telling, key: str, now: datetime) -> int:
    """Gives the next cases of a reassignment, which is locked first; gives how many."""
    looked = await run(Statement(_LOOK, {"id": key}))
    if not looked:
        return 0
    ((wanted, after, reason, office),) = looked
    about = {"wanted": json.loads(wanted)}
    ids = [id_ for (id_,) in await run(Statement(_NEXT, {**about, "after": after, "most": BATCH}))]
    if ids:
        await run(Statement(_LOCK, {"ids": ids}))
    found = await run(Statement(_FITTING, {**about, "ids": ids})) if ids else []
    fitting = [_Fitting(*row) for row in found]
    handed_on = [one for one in fitting if one.refusal is None]
    if handed_on:
        text = _TO_OFFICER if handed_on[0].to_officer else _TO_OFFICE
        await run(Statement(text, {"ids": [one.case for one in handed_on], "taker": handed_on[0].taker_id}))
    for one in handed_on:
        _tell(telling, one, key, office, reason)
    refusals = [f"{one.number}: {one.refusal}" for one in fitting if one.refusal]
    counts = {"done": len(handed_on), "refused": len(refusals), "refusals": refusals, "told": _TOLD}
    more = len(ids) == BATCH
    await run(Statement(_COUNT, {"id": key, **counts, "after": ids[-1] if ids else after, "more": more, "at": now}))
    return len(handed_on)


def _tell(telling: Telling, given: _Fitting, key: str, office: str, reason: str) -> None:
    """An entry of the case's history, in the words of `assignCase` or `reassignCase`."""
    entry = (
        Entry(given.case, _VERB, f"assigned to {given.taker}", "owner")
        if given.to_officer
        else Entry(given.case, _VERB, f"passed from {given.owner} to {given.taker}")
    )
    changed = ("WORKED_BY",) if given.to_officer else HANDED_ON
    telling.tell_case(entry, changed=changed, refs=(key,), party=office, reason=reason)


# One is found until it is done: its batches follow each other, each in a transaction of its own.
_RUNNING: Final[LiteralString] = (
    "MATCH (n:Reassignment) WHERE n.state = 'RUNNING'"
    " AND NOT EXISTS { (:DeadLetter {job: 'reassignments', item: n.id}) }"
    f" RETURN {item('n')}"
)
_STILL: Final = locked("Reassignment") + "WITH n, item WHERE n.state = 'RUNNING' RETURN DISTINCT item"


def _reassigning(now: datetime) -> Job:
    """Does the next batch of each reassignment."""

    async def do(run: Run, items: Sequence[str]) -> int:
        telling = Telling(Doer("job reassignments", token_hex(8), now))
        count = 0
        for key in items:
            count += await _batch(run, telling, key, now)
        telling.tell("Reassignment.wentOn", tuple(items), changed=("done", "refused", "state"))
        await telling.append(run)
        return count

    return Job("reassignments", "Reassignment", Statement(_RUNNING), Statement(_STILL), do)


async def go_on(graph: Graph, now: datetime) -> int:
    """Does the next batch of all reassignments; gives how many cases were given."""
    return await work_through(graph, (_reassigning(now),), now)


REASSIGNMENT_JOBS: Final = (Loop("reassignments", lambda now: (_reassigning(now),), _FIRST_S, _EVERY_S, _BUSY_S),)
"""What is done every few seconds."""
