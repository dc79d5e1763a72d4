"""Quotas that the graph keeps count of: questions of an account within an hour, files of an account within a day and of a case.

They are counted in the transaction of what they count, under a lock, so that many at once do not pass them together; and what is undone
was not counted.
"""

import math
from datetime import timedelta
from typing import Any, Final, LiteralString

from hub.errors import Conflict, TooManyRequests
from hub.verbs.act import Act, CaseAt

ANNOUNCED_FOR: Final = timedelta(days=1)
"""How long the content of a file that was announced may take to arrive, and counts meanwhile."""
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_PUBLIC: Final = "public"

# What was used since the first use within the last hour or day; it is locked before it is read.
_USE: Final[LiteralString] = """
MERGE (u:Usage {id: $usage}) SET u.turn = true REMOVE u.turn
WITH u, u.since > $begin AS counts
WITH u, CASE WHEN counts THEN u.since ELSE $at END AS since, CASE WHEN counts THEN u.number ELSE 0 END AS number,
  CASE WHEN counts THEN u.bytes ELSE 0 END AS bytes
SET u.since = since, u.number = number + 1, u.bytes = bytes + $bytes
RETURN number, bytes, since.epochSeconds"""
_FILES_OF_CASE: Final[LiteralString] = """
MATCH (f:Attachment)-[:OF_CASE]->(:Case {id: $case}) WHERE f.storedAt IS NOT NULL OR f.at > $begin
RETURN count(f), coalesce(sum(f.size), 0)"""


async def count_question(act: Act, *, guest: bool) -> None:
    """Counts a question. Raises `TooManyRequests`."""
    quotas = act.quotas
    most = quotas.all_public_questions_per_hour if guest else quotas.questions_per_hour
    if not most:
        return
    asked, _, since = await _use(act, f"questions|{_PUBLIC if guest else act.account}", _HOUR)
    if asked >= most:
        wait_s = _left_s(act, since, _HOUR)
        whom, do = ("all without an account", "sign in, or ask again") if guest else ("you", "ask again")
        told = f"askQuestion: {whom} asked {asked:,} questions within this hour, and {most:,} are allowed: {do} in {_minutes(wait_s)}"
        raise TooManyRequests(told, wait_s, "questions")


async def count_file(act: Act, case: CaseAt, size: int) -> None:
    """Counts a file of so many bytes that is announced for that case. Raises `Conflict`, or `TooManyRequests` where time will help."""
    quotas = act.quotas
    if quotas.files_per_case or quotas.file_bytes_per_case:
        ((files, stored),) = await act.write(_FILES_OF_CASE, {"case": case.id, "begin": act.now - ANNOUNCED_FOR})
        if used := _over(files, stored, size, quotas.files_per_case, quotas.file_bytes_per_case):
            do = "send several documents as one file, or those of another matter to a case of their own"
            raise Conflict(f"attachToCase: case {case.number} has {used}, those announced in the last day included: {do}")
    if quotas.files_per_day or quotas.file_bytes_per_day:
        files, announced, since = await _use(act, f"files|{act.account}", _DAY, size)
        if used := _over(files, announced, size, quotas.files_per_day, quotas.file_bytes_per_day):
            wait_s = _left_s(act, since, _DAY)
            raise TooManyRequests(f"attachToCase: within this day you announced {used}: go on in {_minutes(wait_s)}", wait_s, "files")


def _over(files: int, held: int, size: int, most_files: int, most_bytes: int) -> str | None:
    """What is used of which quota, where one more file of that size is too much."""
    if most_files and files >= most_files:
        return f"{files:,} files, and {most_files:,} are allowed"
    if most_bytes and held + size > most_bytes:
        return f"files of {held:,} bytes, and with {size:,} more it would be over the {most_bytes:,} that are allowed"
    return None


async def _use(act: Act, usage: str, within: timedelta, size: int = 0) -> Any:
    """How many and how many bytes were used before, and since when, in seconds; this use is counted."""
    (found,) = await act.write(_USE, {"usage": usage, "begin": act.now - within, "bytes": size})
    return found


def _left_s(act: Act, since: int, within: timedelta) -> int:
    return max(1, math.ceil(since + within.total_seconds() - act.now.timestamp()))


def _minutes(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"
