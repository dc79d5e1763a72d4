"""How a backup asks the hub that runs a store for a copy of it: a request in a file beside the store, and the answer in another."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import orjson

from hub.errors import SetupError

_REQUEST: Final = "hub-backup-request.json"
_ANSWER: Final = "hub-backup-answer.json"
_TAKEN_S: Final = 60
_DONE_S: Final = 3600
_ASK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants the store of `home` copied into the data directory `copy`."""

    home: Path
    copy: Path

    @classmethod
    def taken(cls, home: Path) -> Self | None:
        """The request that waits beside a store, which is taken thereby; None where there is none."""
        try:
            found: dict[str, Any] = orjson.loads((home / _REQUEST).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            found = {}
        (home / _REQUEST).unlink()
        return cls(home, Path(found["copy"])) if "copy" in found else None

    def answer(self, problem: str | None) -> None:
        part = self.home / f"{_ANSWER}.part"
        part.write_bytes(orjson.dumps({"copy": str(self.copy), "problem": problem}))
        part.replace(self.home / _ANSWER)

    def ask(self, progress: Callable[[float], None]) -> None:
        """Asks, and waits for the answer; `progress` is called with the part that is copied. Raises `SetupError`."""
        request, answer = self.home / _REQUEST, self.home / _ANSWER
        answer.unlink(missing_ok=True)
        part = self.home / f"{_REQUEST}.part"
        part.write_bytes(orjson.dumps({"copy": str(self.copy)}))
        part.replace(request)
        whole = max(size_of(self.home / "data"), 1)
        began = time.monotonic()
        try:
            while not answer.exists():
                waited = time.monotonic() - began
                if waited > _TAKEN_S and request.exists():
                    raise SetupError("the hub that uses this data directory does not answer: stop it, and take the backup then")
                if waited > _DONE_S:
                    raise SetupError("the hub that uses this data directory did not copy its store within an hour")
                progress(min(size_of(self.copy) / whole, 1.0))
                time.sleep(_ASK_S)
            problem = orjson.loads(answer.read_bytes())["problem"]
        finally:
            request.unlink(missing_ok=True)
            answer.unlink(missing_ok=True)
        if problem:
            raise SetupError(problem)
        progress(1.0)


def copy_store(home: Path, copy: Path) -> None:
    """Copies the store of a server that is stopped into the data directory `copy`. Raises `OSError`."""
    shutil.copytree(home / "data", copy / "neo4j" / "data", dirs_exist_ok=True)


def size_of(folder: Path) -> int:
    """The bytes of the files below a folder, those that go meanwhile left out."""
    sizes: list[int] = []
    for found in folder.rglob("*"):
        try:
            sizes.append(found.stat().st_size)
        except OSError:
            continue
    return sum(sizes)
