"""What happened, appended in the transaction that made it happen. This is the only way to append an event.

A verb, a sync or a job tells its events to a `Telling` while it works. The last statement of the transaction appends
them. An event of a case is an entry of the case's history, too. Events get their number `seq` afterwards, in
`hub.events.numbers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, TypedDict

from graph_schema.cypher import Properties, Statement, literal
from graph_schema.sources import HUB
from hub.database.graph import Run
from hub.jobs.loops import item

ALL_NEW: Final = ("*",)
"""What has changed of a row that is new: everything."""
NEW_EVENT: Final = "e:Unnumbered, e.toldAt = datetime.realtime()"
"""What every statement sets that creates an event `e`."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something in one transaction, in which request or run, and when.

    `by` is `account ID`, `job NAME`, `sync CONNECTION`, or `guest` where nobody is signed in.
    """

    by: str
    of: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as an entry of a case's history: the case by its id, what was done, in words, and who may read it."""

    case: str
    verb: str
    text: str
    audience: str = "parties"


class EventRow(TypedDict):
    """A member of `$events`: the event's properties under `said`, its case by id, and its party by Neo4j's id."""

    said: Properties
    case: str | None
    party: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    `kind` is a label and what happened to a row of it, e.g. `Case.closeCase`. `refs` are the ids of the rows it is
    about: keys of rows, or ids of SourceRecords where a system tells of them. `changed` are the properties and edges
    that are other than before. `party` is the party in whose name it was done, by Neo4j's id.
    """

    id: str
    kind: str
    refs: tuple[str, ...]
    doer: Doer
    changed: tuple[str, ...]
    party: str | None = None
    reason: str | None = None
    entry: Entry | None = None

    def row(self) -> EventRow:
        """The event as a parameter of the statement that appends it; what has no value is no property of it."""
        properties: dict[str, object] = {
            "id": self.id, "kind": self.kind, "refs": list(self.refs), "at": self.doer.at, "by": self.doer.by,
            "of": self.doer.of,
            "changed": list(self.changed),
        }  # fmt: skip
        if self.reason:
            properties["reason"] = self.reason
        if self.entry:
            properties |= {
                "verb": self.entry.verb,
                "text": self.entry.text,
                "audience": self.entry.audience,
                "source": HUB.name,
            }
        return {"said": properties, "case": self.entry.case if self.entry else None, "party": self.party}


class Telling:
    """The events of one transaction. Whoever works in it tells them; `append` writes them and is its last statement."""

    def __init__(self, doer: Doer) -> None:
        self.doer = doer
        self.events: list[Event] = []

    def tell(
        self,
        kind: str,
        refs: Sequence[str],
        *,
        changed: Sequence[str],
        party: str | None = None,
        reason: str | None = None,
        name: str | None = None,
    ) -> None:
        """Tells that something happened to the rows of these ids; `name` is the event's id, where the doer has one
        of its own.
        """
        key = name or f"{self.doer.of} {len(self.events) + 1}"
        self.events.append(Event(key, kind, tuple(refs), self.doer, tuple(changed), party, reason))

    def tell_case(
        self,
        entry: Entry,
        *,
        changed: Sequence[str],
        refs: Sequence[str] = (),
        party: str | None = None,
        reason: str | None = None,
        name: str | None = None,
    ) -> None:
        """The same of a case, whose history gets an entry; `refs` are further rows it is about."""
        key = name or f"{self.doer.of} {len(self.events) + 1}"
        about = (entry.case, *refs)
        self.events.append(Event(key, f"Case.{entry.verb}", about, self.doer, tuple(changed), party, reason, entry))

    async def append(self, run: Run) -> None:
        """Writes all that was told; nothing else is written in the transaction after it.

        Raises `RuntimeError` where an end is missing.
        """
        groups: dict[tuple[bool, bool], list[Event]] = {}
        for event in self.events:
            groups.setdefault((event.entry is not None, event.party is not None), []).append(event)
        for (in_case, in_name), events in groups.items():
            ((count,),) = await run(
                Statement(_appending(in_case, in_name), {"events": [event.row() for event in events]})
            )
            if count != len(events):
                raise RuntimeError(f"{len(events) - count} events name a case or a party that is not there")


@lru_cache(maxsize=4)
def _appending(in_case: bool, in_name: bool) -> str:
    """The statement for events that are entries of a case's history or not, and done in a party's name or not."""
    ends = ("MATCH (k:Case {id: event.case}) " if in_case else "") + (
        "MATCH (party) WHERE elementId(party) = event.party " if in_name else ""
    )
    edges = ("CREATE (e)-[:OF_CASE]->(k) " if in_case else "") + ("CREATE (e)-[:BY]->(party) " if in_name else "")
    label = ":HistoryEntry" if in_case else ""
    return (
        f"UNWIND $events AS event {ends}CREATE (e:Event{label}) SET e = event.said, {NEW_EVENT} {edges}RETURN count(e)"
    )


def naming(kind: str, refs: str, by: str) -> str:
    """The clause that creates an event about rows that no verb, sync or job has changed; `refs` is the Cypher for
    their ids.
    """
    return (
        f"CREATE (e:Event) SET e.id = randomUUID(), e.kind = {literal(kind)}, e.refs = {refs}, e.at = datetime(), e.by"
        f" = {literal(by)}, e.of = {literal(by)}, e.changed = ['*'], {NEW_EVENT}"
    )


def naming_all(match: str, kind: str, by: str) -> str:
    """The statement that names all rows `n` of a match by events, a thousand each; in transactions of its own."""
    return (
        f"{match} WITH collect({item('n')}) AS ids UNWIND range(0, size(ids) - 1, 1000) AS start WITH ids[start..start"
        f" + 1000] AS refs CALL (refs) {{ {naming(kind, 'refs', by)} }} IN TRANSACTIONS OF 10 ROWS"
    )
