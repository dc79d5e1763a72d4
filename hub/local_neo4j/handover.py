"""How a backup asks the hub that runs a store for a copy of it: a request in a file beside the store, and the
answer in another.
"""

import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypedDict

import orjson
from filelock import FileLock, Timeout

from hub.errors import SetupError

_REQUEST: Final = "hub-backup-request.json"
_ANSWER: Final = "hub-backup-answer.json"
_ASKING: Final = "hub-backup.lock"
_TAKEN_S: Final = 60
_DONE_S: Final = 3600
_ASK_S: Final = 0.2


class _Answer(TypedDict):
    """The answer to the request of that name: the `problem`, or None where the store is copied."""

    name: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants the store of `home` copied into the data directory `copy`, which is there; `name` tells it
    from any other.
    """

    home: Path
    copy: Path
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def taken(cls, home: Path) -> Self | None:
        """The request that waits beside a store, which is taken thereby; None where there is none."""
        try:
            request: dict[str, str] = orjson.loads((home / _REQUEST).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            request = {}
        (home / _REQUEST).unlink()
        return cls(home, Path(request["copy"]), request["name"]) if {"copy", "name"} <= request.keys() else None

    def answer(self, problem: str | None) -> None:
        """Tells whoever asked that the copy is made, or what the `problem` was. Raises `OSError`."""
        part = self.home / f"{_ANSWER}.part"
        part.write_bytes(orjson.dumps({"name": self.name, "problem": problem}))
        part.replace(self.home / _ANSWER)

    def ask(self, progress: Callable[[float], None]) -> None:
        """Asks, and waits for the answer; `progress` is called with the part that is copied. Raises `SetupError`."""
        try:
            with FileLock(self.home / _ASKING).acquire(timeout=0):
                self._ask(progress)
        except Timeout:
            raise SetupError("another backup of this data directory is under way: wait until it has ended") from None

    def _ask(self, progress: Callable[[float], None]) -> None:
        request, answer = self.home / _REQUEST, self.home / _ANSWER
        answer.unlink(missing_ok=True)
        part = self.home / f"{_REQUEST}.part"
        part.write_bytes(orjson.dumps({"copy": str(self.copy), "name": self.name}))
        part.replace(request)
        whole = max(size_of(self.home / "data"), 1)
        began = time.monotonic()
        try:
            while (answered := self._answered(answer)) is None:
                waited = time.monotonic() - began
                if waited > _TAKEN_S and request.exists():
                    raise SetupError(
                        "the hub that uses this data directory does not answer: stop it, and take the backup then"
                    )
                if waited > _DONE_S:
                    raise SetupError("the hub that uses this data directory did not copy its store within an hour")
                progress(min(size_of(self.copy) / whole, 1.0))
                time.sleep(_ASK_S)
            problem = answered["problem"]
        finally:
            request.unlink(missing_ok=True)
            answer.unlink(missing_ok=True)
        if problem:
            raise SetupError(problem)
        progress(1.0)

    def _answered(self, answer: Path) -> "_Answer | None":
        """The answer to this request; one to another, which was broken off, is thrown away."""
        try:
            answered: _Answer = orjson.loads(answer.read_bytes())
        except FileNotFoundError:
            return None
        if answered.get("name") == self.name:
            return answered
        answer.unlink(missing_ok=True)
        return None


def copy_store(home: Path, copy: Path) -> None:
    """Copies the store of a server that is stopped into the data directory `copy`, which must be there.

    Raises `OSError`.
    """
    if not copy.is_dir():
        raise FileNotFoundError(f"there is no folder {copy} any more")
    shutil.copytree(home / "data", copy / "neo4j" / "data", dirs_exist_ok=True)


def size_of(folder: Path) -> int:
    """The bytes of the files below a folder, those that go meanwhile left out."""
    sizes: list[int] = []
    for file in folder.rglob("*"):
        try:
            sizes.append(file.stat().st_size)
        except OSError:
            continue
    return sum(sizes)
