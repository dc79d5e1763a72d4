"""A migration: decisions say which event they are to the clocks of their case, and of which entry they are.

Before, each of them counted as `decided`, also one that goods were detained. What else it was stood among the case's
dates alone, from where it is taken if nobody else can have recorded it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, LiteralString

from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.deadlines.clock import DECIDED
from hub.deadlines.facts import Dated
from hub.deadlines.reasons import in_words

NAME: Final = "decision-events"
_PAGE: Final = 1_000
_MADE: Final[LiteralString] = """
MATCH (d:Decision {source: 'hub'})-[:DECIDES]->(k:Case)
WHERE d.decidedAt IS :: ZONED DATETIME NOT NULL AND k.dates IS :: LIST<STRING NOT NULL> NOT NULL
WITH k, collect([elementId(d), d.decidedAt.epochMillis, d.event IS NULL AND d.ofEntry IS NULL]) AS decisions
RETURN elementId(k), k.openedAt.epochMillis, k.dates, decisions,
  [(k)<-[:OF_CASE]-(h:HistoryEntry {verb: 'recordDate'}) | h.text]"""
_SAY: Final[LiteralString] = """
UNWIND $rows AS row MATCH (d:Decision) WHERE elementId(d) = row.decision SET d.event = row.event, d.ofEntry = row.entry
WITH DISTINCT row.case AS case, row.dates AS dates MATCH (k:Case) WHERE elementId(k) = case SET k.dates = dates"""


@dataclass(frozen=True, slots=True)
class Meant:
    """Which event a decision is, if it is another than `decided`, and of which entry."""

    event: str | None
    entry: str | None


def meant(day: date, dates: Sequence[str], recorded: Sequence[str]) -> Meant | None:
    """What a decision of that day was, by the dates of its case that no other verb recorded; None where they do not
    tell. `recorded` is what the history says of dates that were recorded."""
    of_day = [each for each in map(Dated.of, dates) if each.day == day and not _is_recorded(each, recorded)]
    others = [each for each in of_day if each.event != DECIDED]
    if len(others) == 1:
        return Meant(others[0].event, others[0].entry)
    of_entries = [each for each in of_day if each.entry]
    return Meant(None, of_entries[0].entry) if not others and len(of_entries) == 1 else None


def without(day: date, said: Meant, dates: Sequence[str]) -> list[str]:
    """The dates without that something was decided, where the decision was another event."""
    decided = str(Dated(DECIDED, day, said.entry))
    return [text for text in dates if said.event is None or text != decided]


def _is_recorded(dated: Dated, recorded: Sequence[str]) -> bool:
    text = f"{in_words(dated.event)} on {dated.day}"
    of_entry = f"{text}, entry "
    return any(
        each.startswith(f"{of_entry}{dated.entry}") if dated.entry
        else each.startswith(text) and not each.startswith(of_entry)
        for each in recorded
    )  # fmt: skip


async def say_events(graph: Graph) -> None:
    """Has decisions of before say which event they are, where that can be told; may be done twice."""
    rows = [row for case in await graph.read(_MADE, {}) for row in _of_case(*case)]
    for place in range(0, len(rows), _PAGE):
        await graph.write([Statement(_SAY, {"rows": rows[place : place + _PAGE]})])


def _of_case(
    case: str, opened: int | None, dates: Sequence[str], decisions: Sequence[tuple[str, int, bool]],
    recorded: Sequence[str],
) -> list[dict[str, object]]:  # fmt: skip
    """What is written of the decisions of a case, and of its dates."""
    opened_on = None if opened is None else _day(opened)
    a_day = Counter(_day(at) for _, at, _ in decisions)
    found: list[dict[str, object]] = []
    for decision, at, is_old in decisions:
        day = _day(at)
        # of a case's first day its dates may be those that it was opened with
        if not is_old or a_day[day] > 1 or day == opened_on:
            continue
        if said := _meant(day, dates, recorded):
            dates = without(day, said, dates)
            found.append({"decision": decision, "event": said.event, "entry": said.entry, "case": case})
    return [{**row, "dates": dates} for row in found]


def _meant(day: date, dates: Sequence[str], recorded: Sequence[str]) -> Meant | None:
    try:
        return meant(day, dates, recorded)
    except ValueError:  # a date that cannot be read: the case has no deadlines
        return None


def _day(milliseconds: int) -> date:
    return today(datetime.fromtimestamp(milliseconds / 1000, UTC))
