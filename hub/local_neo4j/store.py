"""The store of a data directory: whether its disk has room to start, and what to do where it cannot be opened."""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hub.database.disk import LOG_FILE_BYTES, MIB, Reserve, free_bytes, least_free_bytes, megabytes
from hub.database.graph import Graph
from hub.errors import SetupError, Unavailable
from hub.settings import Settings

DAMAGED_LOG: Final = "recovery not possible"
"""What Neo4j says where what follows the last whole transaction of its log cannot be read."""
CUT: Final = {"internal.dbms.tx_log.fail_on_corrupted_log_files": "false"}
"""Lets Neo4j recover up to there, and cut off the rest, which it keeps in an archive beside."""
_FIRST_START_BYTES: Final = 96 * MIB
_START_BYTES: Final = LOG_FILE_BYTES + 8 * MIB
_OPENS_S: Final = 120
_FAILED: Final = "Failed to start DatabaseId"
_READY: Final = "is ready."
_OF_GRAPH: Final = "[neo4j/"
_TAIL_BYTES: Final = 1 << 20


def has_store(folder: Path) -> bool:
    """Whether a data directory holds the files of a database."""
    return (folder / "neo4j" / "data" / "databases").is_dir()


def require_store(folder: Path) -> None:
    """Raises `SetupError` where a data directory holds no database."""
    if not has_store(folder):
        raise SetupError(f"{folder} is not a data directory of `hub up`: there is no store in it; see --data")


def least_to_start(home: Path) -> int:
    """The room without which it is not worth starting: its logs the first time, then what a recovery writes at
    least.
    """
    return _START_BYTES if (home / "data" / "databases").exists() else _FIRST_START_BYTES


def require_room_to_start(home: Path, settings: Settings) -> None:
    """Gives the reserve back where the disk is short.

    Raises `SetupError` where it is too full even so, for what would hang.
    """
    reserve = Reserve(home, 0)
    if free_bytes(home) < least_free_bytes(home, settings) and reserve.is_there():
        reserve.give_back()
    free, least = free_bytes(home), least_to_start(home)
    if free < least:
        raise SetupError(
            f"the disk of {home} has {megabytes(free)} left, and Neo4j needs {megabytes(least)} to start: make room and"
            " start again; all that was written before is kept"
        )


async def require_open(folder: Path, settings: Settings) -> None:
    """Waits until the server that listens has opened its database. Raises `SetupError` with what to do where it
    cannot.
    """
    deadline = time.monotonic() + _OPENS_S
    async with Graph(settings, patient=True) as graph:
        while True:
            try:
                problem = await graph.health.opening_problem()
            except Unavailable as error:
                if time.monotonic() > deadline:
                    raise SetupError(f"Neo4j at {settings.neo4j_uri} does not answer: `hub doctor` says why") from error
                await asyncio.sleep(0.2)
            else:
                break
    if problem:
        raise SetupError(cannot_open(folder, problem))


def cannot_open(folder: Path, problem: str) -> str:
    """What is wrong with a store that its server could not open, what can be saved, and how."""
    summary = f"the store of {folder} cannot be opened: {problem.strip().splitlines()[0][:400]}"
    damaged = DAMAGED_LOG in (problem + last_failure(folder / "neo4j"))
    saved = (
        "The end of its transaction log cannot be read; where a full disk was the cause, all that was acknowledged is"
        f" in front of it. `hub salvage --data {folder}` keeps a copy of the log, cuts the end off, and counts what is"
        " there"
        if damaged
        else (
            f"What Neo4j says of it is in {folder / 'neo4j' / 'logs' / 'debug.log'}; keep a copy of {folder} before you"
            " try anything"
        )
    )
    return f"{summary}\n{saved}. Or take the newest backup: `hub restore ARCHIVE --data ANOTHER-DIR`"


def last_failure(home: Path) -> str:
    """What the server's log says of a database that could not be started; nothing where it was, after that."""
    try:
        with (home / "logs" / "debug.log").open("rb") as opened:
            opened.seek(max(opened.seek(0, 2) - _TAIL_BYTES, 0))
            lines = opened.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    last = next((line for line in reversed(lines) if _FAILED in line or (_READY in line and _OF_GRAPH in line)), "")
    return last if _FAILED in last else ""


def keep_logs(home: Path) -> Path:
    """A copy of the transaction logs of a store, before anything is cut off.

    Raises `SetupError` where there is no room for it.
    """
    logs = home / "data" / "transactions"
    kept = home / f"transactions-before-{datetime.fromtimestamp(time.time(), UTC):%Y%m%dT%H%M%SZ}"
    try:
        shutil.copytree(logs, kept)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(kept, ignore_errors=True)
        raise SetupError(
            f"the transaction logs could not be copied to {kept} ({error}): make room, nothing was changed"
        ) from None
    return kept
