"""Doing a verb: who acts, on which case, and what is written down of it.

A verb runs in one transaction. It locks what it changes before it looks at it, so that of two at once the second sees what the first
left; but only what the viewer may see, or who waits for a lock would tell that there is something. It is known by its request id, so
that what arrives twice happens once. It tells what it has done, and its events are the last that the transaction writes: one that tells
nothing fails. Its answer is read afterwards, when nothing is locked any more.
"""

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, LiteralString

from graph_schema.cypher import Statement, fill
from graph_schema.graph import GRAPH
from graph_schema.model import Property
from graph_schema.viewer_sets import in_term
from graph_schema.visibility import KNOWS_ENTRY
from hub.compile.read import viewer_sets
from hub.compile.visible import Visible
from hub.errors import Conflict, NotAllowed, NotFound
from hub.events.append import Doer, Entry, Telling
from hub.graph import Run
from hub.rate_limits import NO_QUOTAS, Quotas
from hub.said import KEPT

Arguments = Mapping[str, Any]
GUEST: Final = "guest|"
"""What the id of an account begins with that stands for one question asked without signing in; its rest is the receipt."""
REQUEST: Final = Property("requestId", "A name of your own for this request: sent twice, it is done once.")

_BEGUN: Final[LiteralString] = (
    "MERGE (r:Request {id: $request}) ON CREATE SET r.verb = $verb, r.digest = $digest, r.at = $at "
    "SET r.turn = true REMOVE r.turn RETURN r.digest, r.result"
)
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DONE: Final[LiteralString] = "MATCH (r:Request {id: $request}) SET r.result = $result"


@dataclass(frozen=True, slots=True)
class Subject:
    """What verbs are about: rows of a label by a key of theirs, behind a variable; `told` is how a statement about one goes on."""

    label: str
    key: str
    variable: str
    told: str


_CASE: Final = Subject(
    "Case",
    "number",
    "k",
    """OPTIONAL MATCH (k)-[:HANDLED_BY]->(owner)
OPTIONAL MATCH (k)-[:CONCERNS]->(importer:Importer)
OPTIONAL MATCH (k)-[:OF_KIND]->(kind:CaseKind)
WITH *, head([o IN [owner] WHERE o IN own]) AS asOwner,
  head(COLLECT { MATCH (k)-[i:INVOLVES]->(g:Agency) WHERE g IN own AND i.acceptedAt IS NOT NULL RETURN g }) AS asAgency,
  head(COLLECT { WITH importer WHERE importer IN own RETURN importer AS party
    UNION ALL MATCH (importer)<-[p:REPRESENTS]-(party:Broker) WHERE party IN own AND {in_term} RETURN party }) AS asParty
RETURN {id: k.id, number: k.number, status: k.status, kind: kind.code, ownerName: owner.name, owner: elementId(owner),
  importer: importer.number, dates: k.dates, conditions: k.conditions, suspensions: k.suspensions,
  asOwner: elementId(asOwner), asAgency: elementId(asAgency), asParty: elementId(asParty),
  asOversight: CASE WHEN seesAll THEN elementId(head(acted)) END,
  keptBy: COLLECT { MATCH (k)<-[:DESCRIBES]-(r:SourceRecord) WHERE {kept} RETURN DISTINCT r.system }}
""".replace("{in_term}", in_term("p")).replace("{kept}", KEPT),
)
"""A case with who the viewer is to it. An agency is one whose part the owner accepted."""
_PARTS: Final = ("asOwner", "asParty", "asAgency", "asOversight")


@dataclass(frozen=True, slots=True)
class CaseAt:
    """A case as it stands, locked; `by` is the party in whose name the viewer acts, by Neo4j's id, and `role` what it is to the case."""

    id: str
    number: str
    status: str
    by: str
    role: str
    row: Mapping[str, Any]

    def must_be_open(self) -> None:
        """Raises `Conflict`."""
        if self.status in ("CLOSED", "DEEMED"):
            raise Conflict(f"case {self.number} is {self.status.lower()}: reopen it first")


@dataclass(frozen=True, slots=True)
class ToldCase:
    """A case of whose change is told, by its id, and the party in whose name it was made, by Neo4j's."""

    id: str
    by: str


class Act:
    """One verb under way."""

    def __init__(self, run: Run, account: str, now: datetime, name: str | None, quotas: Quotas = NO_QUOTAS) -> None:
        self._run = run
        self.quotas = quotas
        self.account = account
        self.now = now
        self.is_named = name is not None
        # what is made by this request is named after it, so that it is the same if it is made again
        self.request = secrets.token_hex(16) if name is None else _request_id(account, name)
        # the account of a guest is its receipt, by which alone its question is found
        by = "guest" if account.startswith(GUEST) else f"account {account}"
        self.telling = Telling(Doer(by, self.request, now))
        self.verb = ""

    async def one(self, text: str, parameters: Arguments) -> Any:
        """The one value of a statement that may speak of the viewer sets, or None."""
        given = {**parameters, "viewer": self.account, "now": _milliseconds(self.now), "at": self.now}
        records = await self._run(Statement(_headed(text), given))
        return records[0][0] if records and records[0] else None

    async def locked(self, subject: Subject, key: str) -> Any:
        """What is told of the row of that key, which is locked until the verb is done; None where none is to be seen.

        It is looked at before it is locked, so that nobody waits for what is hidden; and, as it may have changed, once more afterwards.
        """
        look, lock = _looked_and_locked(subject)
        if not await self.one(look, {"key": key}):
            return None
        await self._run(Statement(lock, {"key": key}))
        return await self.one(look, {"key": key})

    async def ask(self, text: str, parameters: Arguments) -> Any:
        """The one value of a compiled question, which has the viewer sets already."""
        records = await self._run(Statement(text, {**parameters, "viewer": self.account, "now": _milliseconds(self.now)}))
        return records[0][0] if records else None

    async def write(self, text: LiteralString, parameters: Arguments) -> list[list[Any]]:
        return await self._run(Statement(text, {**parameters, "at": self.now}))

    async def case(self, number: str, verb: str, *may: str, kept_here: bool = False) -> CaseAt:
        """The case of that number, locked, if the viewer may do this to it: as `owner`, `party`, `agency` or `oversight`.

        With `kept_here` it must be no case that another system keeps. Raises `NotFound`, `NotAllowed` or `Conflict`.
        """
        row = await self.locked(_CASE, number)
        # who sees a case has a part in it; what was passed on meanwhile is seen no more
        if row is None or not any(row[part] for part in _PARTS):
            raise NotFound(f"case: there is no case {number} to be seen")
        for role in may:
            if by := row[f"as{role.capitalize()}"]:
                if kept_here and row["keptBy"]:
                    raise Conflict(f"case {number} is kept by the system {row['keptBy'][0]}: change it there, the hub follows")
                return CaseAt(row["id"], number, row["status"], by, role, row)
        raise NotAllowed(f"{verb}: only {_listed(may, row['ownerName'])} may")

    async def append(self) -> None:
        """Writes down what was told; nothing else is written after it."""
        await self.telling.append(self._run)

    def new_number(self, mark: str = "") -> str:
        """The number of a new case; none can be foreseen, nor be steered by whoever asks for it."""
        return f"HUB-{self.now:%y}-{mark}{''.join(secrets.choice(_ALPHABET) for _ in range(8))}"

    async def party(self) -> str | None:
        """The first party that the viewer acts for, by Neo4j's id; None where there is none."""
        return await self.one("RETURN elementId(head(acted))", {})

    def tell(
        self, label: str, key: str, changed: Sequence[str], *, by: str | None, reason: str | None = None, refs: Sequence[str] = ()
    ) -> None:
        """Tells that the verb was done to the row of that label and key, in the name of the party `by`; `refs` are further rows."""
        self.telling.tell(f"{label}.{self.verb}", (key, *refs), changed=changed, party=by, reason=reason)

    def tell_case(
        self,
        case: "CaseAt | ToldCase",
        text: str,
        changed: Sequence[str],
        *,
        reason: str | None = None,
        audience: str = "parties",
        refs: Sequence[str] = (),
    ) -> None:
        """The same of a case, in words: it is written down in its history."""
        entry = Entry(case.id, self.verb, text, audience)
        self.telling.tell_case(entry, changed=changed, refs=refs, party=case.by, reason=reason)


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done. `do` gives the key of the row it is answered by, which is of the label `returns`.

    One that needs nobody to be `signed_in` is done by an account of that one request's own.
    """

    name: str
    doc: str
    arguments: tuple[Property, ...]
    returns: str
    do: Callable[[Act, Arguments], Awaitable[str]]
    signed_in: bool = True

    async def done(self, act: Act, given: Arguments) -> str:
        """Does it, or finds that it was done already; gives the key of the answer. Raises `Conflict` for another request of that name."""
        act.verb = self.name
        if not act.is_named:
            return await self._told(act, await self.do(act, given))
        digest = hashlib.sha256(json.dumps([self.name, given], default=str, sort_keys=True).encode()).hexdigest()
        (before, result), *_ = await act.write(_BEGUN, {"request": act.request, "verb": self.name, "digest": digest})
        if before != digest:
            raise Conflict("requestId: it was used for another request; choose a new one")
        if result is not None:
            return result
        key = await self.do(act, given)
        await act.write(_DONE, {"request": act.request, "result": key})
        return await self._told(act, key)

    async def _told(self, act: Act, key: str) -> str:
        """Appends its events, as the last of the transaction. Raises `RuntimeError` for a verb that tells nothing."""
        if not act.telling.events:
            raise RuntimeError(f"{self.name} tells nothing of what it has done")
        await act.append()
        return key


def sees(variable: str, label: str) -> str:
    """The predicate that a row may be seen, for a verb's own statement."""
    names = iter(range(10_000))
    return Visible(GRAPH, lambda wanted: f"{wanted}_{next(names)}").row(variable, (label,)).predicate or "true"


def knows_entry(variable: str) -> str:
    """The predicate that more than its number may be read of an entry."""
    names = iter(range(10_000))
    return f"({fill(KNOWS_ENTRY, {'n': variable}, lambda wanted: f'{wanted}_{next(names)}')})"


@lru_cache(maxsize=32)
def _looked_and_locked(subject: Subject) -> tuple[str, str]:
    row = subject.variable
    match = f"MATCH ({row}:{subject.label} {{{subject.key}: $key}})"
    seen = sees(row, subject.label)
    return f"{match} WHERE {seen} WITH *\n{subject.told}", f"{match} SET {row}.turn = true REMOVE {row}.turn"


def _request_id(account: str, name: str) -> str:
    """What stands for a request of that name by that account, and for no other: both may hold bars."""
    if "|" in name:
        return hashlib.sha256(hashlib.sha256(account.encode()).digest() + name.encode()).hexdigest()[:32]
    return hashlib.sha256(f"{account}|{name}".encode()).hexdigest()[:32]


@lru_cache(maxsize=128)
def _headed(text: str) -> str:
    """The statement with the viewer sets that it names at its head."""
    return "\n".join((*viewer_sets(GRAPH, text), text))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _listed(may: tuple[str, ...], owner: str | None) -> str:
    words = {
        "owner": f"its owner ({owner})" if owner else "its owner", "party": "the importer or its broker", "agency": "an accepted agency",
        "oversight": "the Office of Trade",
    }  # fmt: skip
    *others, last = (words[role] for role in may)
    return f"{', '.join(others)} or {last}" if others else last
