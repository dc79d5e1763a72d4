"""Quotas that the graph keeps count of: questions of an account within an hour, files of an account within a day and of
each party in a case.

They are counted in the transaction of what they count, under a lock, so that many at once do not pass them together;
and what is undone was not counted.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, LiteralString

from graph_schema.cypher import fill, lock
from hub.errors import Conflict, TooManyRequests
from hub.verbs.case import PARTY, Case
from hub.verbs.context import VerbContext

ANNOUNCED_FOR: Final = timedelta(days=1)
"""How long the content of a file that was announced may take to arrive, and counts meanwhile."""
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_PUBLIC: Final = "public"

# What was used since the first use within the last hour or day; it is locked before it is read.
_USE: Final = fill(
    """
MERGE (u:Usage {id: $usage}) {lock}
WITH u, u.since > $begin AS counts
WITH u, CASE WHEN counts THEN u.since ELSE $at END AS since, CASE WHEN counts THEN u.number ELSE 0 END AS number,
  CASE WHEN counts THEN u.bytes ELSE 0 END AS bytes
SET u.since = since, u.number = number + 1, u.bytes = bytes + $bytes
RETURN number, bytes, since.epochSeconds""",
    lock=lock("u"),
)
_FILES_OF_PARTY: Final[LiteralString] = """
MATCH (f:Attachment)-[:OF_CASE]->(:Case {id: $case}) WHERE (f.storedAt IS NOT NULL OR f.at > $begin) AND EXISTS {
  MATCH (f)-[:BY]->(party) WHERE elementId(party) = $by OR ($together AND (party:Importer OR party:Broker)) }
RETURN count(f), coalesce(sum(f.size), 0)"""


async def count_question(context: VerbContext, *, guest: bool) -> None:
    """Counts a question. Raises `TooManyRequests`."""
    quotas = context.quotas
    most = quotas.all_public_questions_per_hour if guest else quotas.questions_per_hour
    if not most:
        return
    used = await _use(context, f"questions|{_PUBLIC if guest else context.account}", _HOUR)
    allowed = open_to(most, is_first=context.is_first) if guest else most
    if used.number >= allowed:
        wait_s = _left_s(context, used, _HOUR)
        whom, do = ("all without an account", "sign in, or ask again") if guest else ("you", "ask again")
        asked = f"{whom} asked {used.number:,} questions within this hour"
        kept = f", and {most - allowed:,} more are kept for addresses that have asked none" if allowed < most else ""
        message = f"askQuestion: {asked}, and {allowed:,} are allowed{kept}: {do} in {_minutes(wait_s)}"
        raise TooManyRequests(message, wait_s, "questions")


def open_to(most: int, *, is_first: bool) -> int:
    """How many questions all without an account may have asked before: half of them are kept for the first question of
    an address, so that many addresses that ask much shut out nobody who has asked none.
    """
    return most if is_first else most - most // 2


async def count_file(context: VerbContext, case: Case, size: int) -> None:
    """Counts a file of so many bytes that is announced for that case. Each party has as much room there as any other;
    the importer and its brokers are one. Raises `Conflict`, or `TooManyRequests` where time will help."""
    quotas = context.quotas
    if quotas.files_per_case or quotas.file_bytes_per_case:
        ((files, stored),) = await context.execute(
            _FILES_OF_PARTY, case=case.id, begin=context.now - ANNOUNCED_FOR, by=case.by, together=case.role is PARTY
        )
        if over := _over(files, stored, size, quotas.files_per_case, quotas.file_bytes_per_case):
            do = "send several documents as one file, or those of another matter to a case of their own"
            has = f"of your party case {case.number} has {over}, those announced in the last day included"
            raise Conflict(f"attachToCase: {has}: {do}")
    if quotas.files_per_day or quotas.file_bytes_per_day:
        used = await _use(context, f"files|{context.account}", _DAY, size)
        if over := _over(used.number, used.bytes, size, quotas.files_per_day, quotas.file_bytes_per_day):
            wait_s = _left_s(context, used, _DAY)
            raise TooManyRequests(
                f"attachToCase: within this day you announced {over}: go on in {_minutes(wait_s)}", wait_s, "files"
            )


def _over(files: int, held: int, size: int, most_files: int, most_bytes: int) -> str | None:
    """What is used of which quota, where one more file of that size is too much."""
    if most_files and files >= most_files:
        return f"{files:,} files, and {most_files:,} are allowed"
    if most_bytes and held + size > most_bytes:
        return f"files of {held:,} bytes, and with {size:,} more it would be over the {most_bytes:,} that are allowed"
    return None


@dataclass(frozen=True, slots=True)
class _Used:
    """How many times and how many bytes were used before, and when that began, in seconds since 1970."""

    number: int
    bytes: int
    since_s: int


async def _use(context: VerbContext, usage: str, within: timedelta, size: int = 0) -> _Used:
    """What was used before; this use is counted."""
    ((number, used_bytes, since_s),) = await context.execute(_USE, usage=usage, begin=context.now - within, bytes=size)
    return _Used(number, used_bytes, since_s)


def _left_s(context: VerbContext, used: _Used, within: timedelta) -> int:
    return max(1, math.ceil(used.since_s + within.total_seconds() - context.now.timestamp()))


def _minutes(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"
