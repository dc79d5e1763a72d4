"""A system whose rows change all the time, synced by `hub sync` on and on, and what a question about its rows may
therefore find.
"""

import asyncio
import csv
import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

PREFIX: Final = "Steady"
_ROWS: Final = 300
_CHANGED: Final = 20
"""So many rows have another name after each turn; besides, one is new and one is gone."""
_SYNC_S: Final = 120
_CONNECTION: Final[dict[str, Any]] = {
    "connector": "file",
    "party": {"Agency": "FDA"},
    "streams": {
        "people": {
            "describes": "Contact",
            "from": "people.csv",
            "key": "id",
            "properties": {
                "name": "name",
                "role": {"value": "liaison"},
                "email": {"column": "mail", "verified": True},
                "published": "shown",
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class _Version:
    """What a row is from a moment on; `name` is None once it is gone."""

    since: float
    name: str | None


class Feed:
    """A CSV file in a folder of its own, the connection to it, and the history of each of its rows."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder = folder
        self._data = data
        self._random = random.Random(1)
        self._rows: dict[int, list[_Version]] = {}
        self._turns = 0
        self.synced_through = 0.0
        """Whatever the file said before this moment is in the graph."""
        self.runs: list[tuple[float, float, bool, str]] = []
        """Of each sync when it began, how long it took, whether it succeeded, and its last words."""
        (folder / "source").mkdir(parents=True)
        (folder / "connections").mkdir()
        connection = {**_CONNECTION, "settings": {"folder": str(folder / "source"), "quiet_s": 0}}
        # JSON is YAML
        (folder / "connections" / "steady.yaml").write_bytes(orjson.dumps(connection))
        for number in range(_ROWS):
            self._rows[number] = [_Version(0, _name(number, 0))]
        self._write()

    def change(self) -> None:
        """Other names for some rows, a new one, and one less."""
        self._turns += 1
        present = [number for number, versions in self._rows.items() if versions[-1].name]
        chosen = self._random.sample(present, _CHANGED + 1)
        now = time.monotonic()
        for number in chosen[1:]:
            self._rows[number].append(_Version(now, _name(number, self._turns)))
        self._rows[chosen[0]].append(_Version(now, None))
        self._rows[max(self._rows) + 1] = [_Version(0, None), _Version(now, _name(max(self._rows) + 1, self._turns))]
        self._write()

    async def sync(self) -> bool:
        """One `hub sync`; tells whether it succeeded. It is ended where it takes too long."""
        began = time.monotonic()
        options = ["steady", "--connections", str(self._folder / "connections"), "--data", str(self._data)]
        pipe = asyncio.subprocess.PIPE
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "sync", *options, stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(_SYNC_S):
                out, _ = await running.communicate()
        except TimeoutError:
            out = b"it took too long"
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
        succeeded = running.returncode == 0
        if succeeded:
            self.synced_through = began
        self.runs.append(
            (began, time.monotonic() - began, succeeded, " ".join(out.decode(errors="replace").split())[-300:])
        )
        return succeeded

    async def keep_syncing(self, until: float, pause_s: float) -> None:
        """Changes rows and syncs them, one after the other, until then. Rows change while a sync runs as well."""
        while time.monotonic() < until:
            self.change()
            syncing = asyncio.create_task(self.sync())
            await asyncio.sleep(1)
            self.change()
            await syncing
            await asyncio.sleep(min(pause_s, max(0, until - time.monotonic())))

    def a_key(self) -> int:
        """A row to ask for, gone ones among them."""
        return self._random.choice(list(self._rows))

    def may_be(self, number: int, synced: float) -> set[str | None]:
        """What a question may find of a row now, if what the file said before `synced` was in the graph when it was
        sent.
        """
        versions = self._rows[number]
        first = max(place for place, version in enumerate(versions) if version.since <= synced)
        return {version.name for version in versions[first:]}

    def count_may_be(self, synced: float) -> tuple[int, int]:
        """The fewest and the most rows that a question may count."""
        each = [self.may_be(number, synced) for number in self._rows]
        return sum(None not in found for found in each), sum(found != {None} for found in each)

    def present(self) -> set[str]:
        """The names in the file now."""
        return {name for versions in self._rows.values() if (name := versions[-1].name)}

    def _write(self) -> None:
        """The file as a whole, in one step."""
        file = self._folder / "source" / "people.csv"
        draft = file.with_suffix(".draft")
        with draft.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(["id", "name", "mail", "shown"])
            for number, versions in self._rows.items():
                if name := versions[-1].name:
                    writer.writerow([number, name, f"steady-{number}@fda.example", "yes"])
        os.replace(draft, file)  # noqa: PTH105 - in one step on every platform


def start_of(number: int) -> str:
    """With what the name of that row begins, whatever its version."""
    return f"{PREFIX} {number:05d} "


def _name(number: int, version: int) -> str:
    return f"{start_of(number)}v{version}"
