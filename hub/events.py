"""What happened, appended in the transaction that made it happen. Whoever acts on events later reads them from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from graph_schema.cypher import Statement
from hub.graph import Run
from hub.jobs import Job, item, locked, rows_of

_TODO: Final = {"Case.synced": "clocks", "Decision.synced": "decisions"}
"""What is to be done after an event: clocks have yet to begin, decisions are to be compared."""
_APPEND: Final[LiteralString] = "UNWIND $events AS event MERGE (e:Event {id: event.id}) ON CREATE SET e += event"


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` says what happened, e.g. `Contact.synced`, to the rows whose ids are `refs`; `of` names what did it, e.g. a run.

    The id is the doer's, so that what runs twice happens once.
    """

    id: str
    kind: str
    refs: tuple[str, ...]
    at: datetime
    of: str

    def row(self) -> Mapping[str, Any]:
        todo = {"todo": _TODO[self.kind]} if self.kind in _TODO else {}
        return {"id": self.id, "kind": self.kind, "refs": list(self.refs), "at": self.at, "of": self.of, **todo}


def appended(*events: Event) -> Statement:
    """The statement that appends them, for the transaction of what they tell of."""
    return Statement(_APPEND, {"events": [event.row() for event in events]})


_FEW: Final = 5
"""So many events are handed out in one transaction."""
_PART: Final = 5_000
"""So many rows of each; a sync names a thousand in one."""
# an earlier release handed on what had its clocks for issues
_WAITS: Final = "n.todo IN ['clocks', 'decisions', 'issues']"
_FIND: Final = f"MATCH (n:Event) WHERE {_WAITS} WITH n LIMIT $most RETURN {item('n')}"
_TAKE: Final = f"{locked('Event')}WITH n, item WHERE {_WAITS} RETURN DISTINCT item"
# of each event a part at a time: there may be more rows than one transaction can hold
_GIVE: Final = (
    rows_of("Event")
    + """
WITH n, coalesce(n.handedOut, 0) AS from
CALL (n, from) { UNWIND n.refs[from..from + $part] AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(d:Decision) SET d:Unread }
CALL (n, from) { UNWIND n.refs[from..from + $part] AS ref MATCH (:SourceRecord {id: ref})-[:DESCRIBES]->(k:Case) SET k:Unsorted
  WITH k WHERE k.dates IS NOT NULL SET k:Unclocked }
SET n.handedOut = from + $part
WITH n WHERE coalesce(size(n.refs), 0) <= n.handedOut REMOVE n.todo, n.handedOut"""
)
_LEAVE: Final = rows_of("Event") + "REMOVE n.todo"
_ENTER: Final = rows_of("Event") + "SET n.todo = 'clocks'"


async def _hand_out(run: Run, items: Sequence[str]) -> int:
    await run(Statement(_GIVE, {"items": list(items), "part": _PART}))
    return 0


HAND_OUT: Final = Job("events", "Event", Statement(_FIND, {"most": _FEW}), Statement(_TAKE), _hand_out, _LEAVE, _ENTER, parts=100_000)
"""Hands what syncs brought to the queues of those who work on it: cases have their clocks begun and are looked through for issues,
decisions are compared. Whoever works on one of these does it first."""
