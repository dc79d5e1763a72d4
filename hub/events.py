"""What happened, appended in the transaction that made it happen. Whoever acts on events later reads them from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from graph_schema.cypher import Statement

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
