"""The numbers of events: each gets its `seq` once, in an order in which the events of one row stand as they happened.

An event is not numbered by the transaction that appends it: a counter that all of them share would be locked until each
is committed, and they would wait for each other. Whoever reads events numbers those that are new first, in one
transaction that locks the counter. Who changes a row locks it before, so that of two events of one row the second is
told once the first is committed: by when they were told, by the database's clock, they stand in order. One that was
told after numbering began waits for the next time, since one before it may have been missed. So what has been numbered
is complete: nothing comes in between later.
"""

from typing import Final, LiteralString

from graph_schema.cypher import Statement, lock
from hub.database.graph import Graph, Run

_MOST: Final = 2_000
"""So many events are numbered in one transaction."""
_WITH_COUNTER: Final[LiteralString] = "MERGE (c:EventCounter {id: 'events'}) " + lock("c") + " "
_NUMBER: Final[LiteralString] = (
    _WITH_COUNTER
    + """
WITH c, datetime.realtime() AS now
WITH c, COLLECT {
  MATCH (e:Unnumbered) WHERE NOT coalesce(e.toldAt >= now, false) RETURN e ORDER BY e.toldAt, e.id LIMIT $most
} AS events, coalesce(c.seq, 0) AS before
SET c.seq = before + size(events)
WITH c, events, before
FOREACH (place IN range(0, size(events) - 1) |
  FOREACH (e IN [events[place]] | SET e.seq = before + place + 1 REMOVE e:Unnumbered))
RETURN c.seq, size(events)"""
)


async def number(graph: Graph) -> int:
    """Numbers what is new; gives the last number: every event up to it is there to be read. Raises `Unavailable`."""

    async def work(run: Run) -> tuple[int, int]:
        ((last, count),) = await run(Statement(_NUMBER, {"most": _MOST}))
        return last, count

    while True:
        last, count = await graph.transact(work)
        if count < _MOST:
            return last
