"""Room on the disk of a store: how much the database needs, whether there is enough to write, and a reserve to get
up again with.
"""

import errno
import os
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import psutil

from hub.errors import Unavailable
from hub.settings import Settings

MIB: Final = 1 << 20
LOG_FILE_BYTES: Final = 16 * MIB
"""The size of a transaction log file of the hub's own Neo4j, which is allocated whole before anything is written to
it.
"""
CHECKPOINT_BYTES: Final = 64 * MIB
"""After so much transaction log the hub's own Neo4j writes its changed pages to the store."""
_MB: Final = 1_000_000
_TEN_MB: Final = 10 * _MB
_SLACK_BYTES: Final = 32 * MIB
"""For what grows beside: full-text segments that are merged, files of free ids, the server's own logs."""
_LARGEST_SHARE: Final = 4
"""Of a small disk, the watermark and the reserve take a quarter each at most; the reserve comes back by half."""
_HYSTERESIS: Final = 1.25
_SIZE: Final = re.compile(r"(\d+)([kmgt]?)(?:i?b)?")
_SHIFTS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_RESERVE: Final = "hub-reserve"
_AWAY: Final = "hub-away.json"
_RETRY_S: Final = 30.0


def bytes_needed(log_file: int, checkpoint: int, page_cache: int) -> int:
    """The room in which Neo4j begins another log file and completes a checkpoint.

    Between two checkpoints the store grows by about what is logged meanwhile, and never by more than the page cache
    holds.
    """
    return log_file + min(page_cache, checkpoint + log_file) + _SLACK_BYTES


def least_free_bytes(folder: Path, settings: Settings) -> int:
    """The watermark: below so many free bytes on the file system of that folder nothing is written any more."""
    if settings.least_free is not None:
        return settings.least_free
    size = _SIZE.fullmatch(settings.local_pagecache.strip().lower())
    page_cache = int(size[1]) << _SHIFTS[size[2]] if size else CHECKPOINT_BYTES + LOG_FILE_BYTES
    needed = bytes_needed(LOG_FILE_BYTES, CHECKPOINT_BYTES, page_cache)
    return min(needed, shutil.disk_usage(_existing(folder)).total // _LARGEST_SHARE)


def free_bytes(folder: Path) -> int:
    """What may still be written to the file system of that folder, which need not be there yet."""
    return shutil.disk_usage(_existing(folder)).free


def megabytes(count: int) -> str:
    """So many bytes in millions, as `HUB_LEAST_FREE=200MB` has them."""
    if count < _MB:
        return "less than 1 MB"
    return f"{count / _MB:,.{1 if count < _TEN_MB else 0}f} MB"


class Room:
    """Whether there is room to write below a folder: not below the watermark, and again only a quarter above it."""

    def __init__(self, folder: Path, least_free: int) -> None:
        self._folder = _existing(folder)
        self.least_free = least_free
        self._short = False
        self._promised = 0

    def shortage(self, more: int = 0) -> str | None:
        """What is short where `more` bytes shall be written; None where there is room."""
        try:
            free = free_bytes(self._folder) - self._promised - more
        except OSError:
            return None  # a folder that is gone, or that nobody may look into, says nothing about its disk
        least = int(self.least_free * (_HYSTERESIS if self._short else 1))
        if more == 0:
            self._short = free < least
        return f"{megabytes(max(free, 0))} left, and needs {megabytes(least)} to write safely" if free < least else None

    def require(self, what: str, more: int = 0) -> None:
        """Raises `Unavailable` where there is not so much room; `what` is kept on this disk."""
        if shortage := self.shortage(more):
            raise Unavailable(f"the disk of {what} has {shortage}: try again once there is room", _RETRY_S)

    @contextmanager
    def promised(self, what: str, size: int) -> Generator[None]:
        """Within it so much is written, which this process promises to nobody else meanwhile. Raises as `require`
        does.
        """
        self.require(what, size)
        self._promised += size
        try:
            yield
        finally:
            self._promised -= size


class StoreSpace:
    """What the hub knows of the disk of its database, where it is told its folder: asked before each write, for
    microseconds.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.store
        self._away = str(settings.store / _AWAY) if settings.store else ""
        self._room = Room(settings.store, least_free_bytes(settings.store, settings)) if settings.store else None
        self._reserve = Reserve(settings.store, 0) if settings.store else None

    def shortage(self) -> str | None:
        """Why nothing can be written at the moment, as users are told it; None where it can."""
        if self._room is None:
            return None
        shortage = self._room.shortage()
        if shortage is None and self._reserve and self._reserve.is_given_back():
            shortage = "just been full, and its reserve is not back yet"
        if shortage is None:
            return None
        return (
            f"the disk of the database has {shortage}: only reading goes on; writing begins again by itself once there"
            " is room"
        )

    def require_room(self) -> None:
        """Raises `Unavailable` where nothing may be written for want of room, or the database is away."""
        self.require_present()
        if shortage := self.shortage():
            raise Unavailable(shortage, _RETRY_S, begun=False)

    def require_present(self) -> None:
        """Raises `Unavailable` with the reason where whoever looks after the database has stopped it for a while."""
        # each read asks this: to see that nothing is told takes a microsecond, to read what is not there ten
        away = Away.read(self._folder) if self._folder and os.access(self._away, os.F_OK) else None
        if away:
            raise Unavailable(away.reason, away.retry_after_s, begun=False)


@dataclass(frozen=True, slots=True)
class Away:
    """Why the database of a store is stopped, and for how long about; told to all processes by a file beside the
    store.
    """

    reason: str
    retry_after_s: float

    def write(self, folder: Path) -> None:
        """Tells it, if the disk has room for even that."""
        part = folder / f"{_AWAY}.part"
        try:
            part.write_bytes(orjson.dumps({"told": self.reason, "retryAfterS": self.retry_after_s, "by": os.getpid()}))
            part.replace(folder / _AWAY)
        except OSError:
            part.unlink(missing_ok=True)

    @staticmethod
    def read(folder: Path) -> "Away | None":
        """What is told of that store; None where nothing is, or where the process that told it has ended."""
        try:
            away = orjson.loads((folder / _AWAY).read_bytes())
            # whoever was killed meanwhile cannot take back what it told
            return Away(away["told"], away["retryAfterS"]) if psutil.pid_exists(away["by"]) else None
        except (OSError, ValueError, KeyError):
            return None

    @staticmethod
    def end(folder: Path) -> None:
        """Takes back what was told, if anything was. Raises `OSError`."""
        (folder / _AWAY).unlink(missing_ok=True)


class Reserve:
    """A file that takes room on the disk of a store, so that another program which fills the disk leaves that much:
    given back, it is what Neo4j starts and recovers with.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._file = folder / _RESERVE
        self._size = size

    def needed(self, least_free: int) -> int:
        """How many bytes must be free until it is held and, by the watermark, writing begins again."""
        return max(0, self._size // 2 - self._held()) + int(least_free * _HYSTERESIS)

    def hold(self, least_free: int) -> bool:
        """Takes the room, or half of it, where as much as the watermark stays free beside it; tells whether it is
        held.

        Half is enough: of a small disk the whole of it and the watermark are more than a store may leave that was
        written to before.
        """
        return self._took(self._size, least_free) or self._took(self._size // 2, least_free)

    def _took(self, size: int, least_free: int) -> bool:
        held = self._held()
        if held >= size:
            return True
        try:
            if free_bytes(self._file.parent) < size - held + int(least_free * _HYSTERESIS):
                return False
            _allocate(self._file, size)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self.give_back()
            return False
        return True

    def give_back(self) -> None:
        """Frees the room. That it was given back stays known by the file, which is empty."""
        with self._file.open("wb"):
            pass

    def is_there(self) -> bool:
        """Whether the file holds any room, be it less than its whole size."""
        return self._held() > 0

    def is_given_back(self) -> bool:
        """Whether its room was freed and not taken again since."""
        try:
            return self._file.stat().st_size == 0
        except OSError:
            return False

    def _held(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0


def _allocate(file: Path, size: int) -> None:
    """Blocks of its own for the whole file; where the platform has no call for that, by writing it."""
    with file.open("ab") as opened:
        allocate: Callable[[int, int, int], None] | None = getattr(os, "posix_fallocate", None)
        if allocate:
            allocate(opened.fileno(), 0, size)
            return
        while (missing := size - opened.tell()) > 0:
            opened.write(os.urandom(min(MIB, missing)))  # what a file system that compresses cannot make smaller
        os.fsync(opened.fileno())


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
