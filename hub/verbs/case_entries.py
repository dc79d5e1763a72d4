"""Verbs of the entries of a case: adding one later, with what is known of it, and saying of which type it is.

What one writes grants nothing: of an entry that is only named, the number alone is shown, and its type is said only
where it is confirmed that the case spans it.
"""

from collections.abc import Sequence
from typing import Annotated, Final, LiteralString

from graph_schema.formats import ENTRY_NUMBER, ENTRY_TYPE
from hub.deadlines.facts import Dated, read
from hub.errors import BadInput, Conflict, NotFound
from hub.verbs.arguments import Argument, OptionalReason, checked_entry
from hub.verbs.case import OVERSIGHT, OWNER, PARTY, Case
from hub.verbs.case_time import CaseTime
from hub.verbs.context import VerbContext
from hub.verbs.deadlines import must_be_partys, with_date
from hub.verbs.opening import CONFIRM_ENTRIES, MOST_ENTRIES
from hub.verbs.verb import verb

_ADD: Final[LiteralString] = """
MATCH (k:Case {id: $case}) WHERE COUNT { (k)-[:COVERS_ENTRY]->() } < $most
MERGE (e:Entry {number: $entry}) ON CREATE SET e.source = 'hub'
WITH k, e WHERE NOT EXISTS { (k)-[:COVERS_ENTRY]->(e) }
CREATE (k)-[:COVERS_ENTRY]->(e) RETURN 1"""
_SAY_TYPE: Final[LiteralString] = """
MATCH (k:Case {id: $case})-[c:COVERS_ENTRY]->(e:Entry {number: $entry}) WHERE c.confirmedAt IS NOT NULL
SET e.type = $type RETURN 1"""
_Entry = Annotated[str, Argument("The entry, by its number.", ENTRY_NUMBER)]
_Dates = Annotated[
    Sequence[str], Argument("What has happened to it, with the day, e.g. `entry_filed 2026-03-01`.")
]  # fmt: skip
_EntryType = Annotated[
    str, Argument("Its type by the two digits of CBP Form 7501, e.g. 03 under an antidumping order.", ENTRY_TYPE)
]


@verb(may=(OWNER, OVERSIGHT, PARTY), kept_here=True)
async def add_case_entry(
    context: VerbContext, case: Case, entry: _Entry, dates: _Dates = (), reason: OptionalReason | None = None
) -> None:
    """Adds an entry to a case, with the days that are known of it. Its clocks begin, by these days and by those of the
    case as a whole. Of an entry that you only name, the number alone is shown (`confirmCase`). Days that a party tells
    are theirs until the owner confirms them."""
    case.must_be_open()
    dated = _dated(checked_entry("entry", entry), dates)
    if not await context.execute(_ADD, case=case.id, entry=entry, most=MOST_ENTRIES):
        raise Conflict(f"{case.in_words()} spans {entry} already, or {MOST_ENTRIES} entries")
    official = case.role is not PARTY
    await context.read_value(CONFIRM_ENTRIES, case=case.id, entry=entry, official=official)
    time = await CaseTime.read(context, case, *(each.event for each in dated))
    to_confirm = list(time.before.to_confirm)
    for each in dated:
        if not official:
            must_be_partys(time, each)
            to_confirm.append(str(each))
        time = with_date(time, case, each)
    changed = ("COVERS_ENTRY", "dates") if dated else ("COVERS_ENTRY",)
    await time.with_case(to_confirm=to_confirm).write(f"entry {entry} added", changed, reason=reason, together=True)


def _dated(entry: str, texts: Sequence[str]) -> list[Dated]:
    """The events of that entry. Raises `BadInput`."""
    dated = read("dates", Dated.of, texts)
    if any(each.entry not in (None, entry) for each in dated):
        raise BadInput(f"dates: those of {entry} are expected, without a number")
    if len({each.event for each in dated}) < len(dated):
        raise BadInput("dates: one day of each event")
    return [Dated(each.event, each.day, entry) for each in dated]


@verb(may=(OWNER, OVERSIGHT))
async def record_entry_type(
    context: VerbContext, case: Case, entry: _Entry, entry_type: _EntryType, reason: OptionalReason | None = None
) -> None:
    """Records the type of an entry of a case, e.g. 01 for consumption, 03 for one under an antidumping order, 21 for a
    warehouse. It must be confirmed that the case spans the entry (`confirmCase`)."""
    if not await context.execute(_SAY_TYPE, case=case.id, entry=entry, type=entry_type):
        raise NotFound(f"entry: it is not confirmed that {case.in_words()} spans {entry}")
    context.add_history_entry(case, f"entry {entry} is of type {entry_type}", ("COVERS_ENTRY",), reason=reason)
