"""Run `uv run python -m tests.bench.full_disk`: another program fills the disk of `hub up` to the last byte, at random
moments.

On a file system of 420 MB in memory and one of ext4 in a file (as root, on Linux). Each round: four writers put notes
into cases, the disk is filled, stays full for some seconds, and is freed; then the hub must write again by itself, with
every acknowledged note there. At the end a backup is taken while the hub serves, and restored; its counts and hash must
be equal.
"""

import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
from argparse import ArgumentParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from neo4j import GraphDatabase
from neo4j.exceptions import Neo4jError
from rich.console import Console

from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.server import free_ports, known_server
from tests.bench.serving import posted, wait_for
from tests.disks import Filler, Kind, small_disk

_WRITERS: Final = 4
_BACK_S: Final = 180
_PERSONA: Final = "import-specialist"
_READ: Final = "{ centers { totalCount } }"
_IMPORTERS: Final = "{ importers(first: 50) { nodes { number } } }"
_OPEN: Final = (
    'mutation Open($number: String!) { openCase(kind: "uniformity_issue", importer: $number, title: "disk", port:'
    ' "2704") { number } }'
)
_NOTE: Final = (
    "mutation Note($case: String!, $text: String!, $id: String!) { noteCase(case: $case, text: $text, requestId: $id) {"
    " id } }"
)
_FOUND: Final = "MATCH (n:Note) WHERE n.text STARTS WITH 'disk-' RETURN split(n.text, ' ')[0]"
_console: Final = Console(highlight=False)


@dataclass(slots=True)
class _Counts:
    """What the writers and the reader of a run saw."""

    acknowledged: list[str] = field(default_factory=list[str])
    refused: dict[str, int] = field(default_factory=dict[str, int])
    read: int = 0
    not_read: dict[str, int] = field(default_factory=dict[str, int])


class _Run:
    """A hub on a small disk, its writers and its reader, for all rounds."""

    def __init__(self, disk: Path, log: Path) -> None:
        self.data = disk / "data"
        self.filler = Filler(disk)
        self.log = log
        self.counts = _Counts()
        self._stop = threading.Event()
        self.port = free_ports(1)[0]
        command = [
            sys.executable,
            "-m",
            "hub",
            "up",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
            "--scale",
            "0.001",
            "--no-partner",
        ]
        environment = {
            **os.environ,
            "HUB_LOCAL_HEAP": "512m",
            "HUB_LOCAL_PAGECACHE": "128m",
            "HUB_STATEMENT_TIMEOUT_S": "120",
        }
        with log.open("wb") as opened:
            self.process = subprocess.Popen(command, stdout=opened, stderr=opened, env=environment)
        self.token, self.cases = "", list[str]()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Waits until the hub serves, opens cases, and has them written to from then on."""
        wait_for(f"http://127.0.0.1:{self.port}/readyz", self.process)
        self.token = SampleSignIn(self.data).token(_PERSONA)
        answer = self._asked(_IMPORTERS)
        assert "errors" not in answer, answer
        numbers = [row["number"] for row in answer["data"]["importers"]["nodes"]]
        opened_ = [
            answer["data"]["openCase"]["number"]
            for number in numbers
            if "errors" not in (answer := self._asked(_OPEN, number=number))
        ]
        self.cases = opened_[:_WRITERS]
        assert len(self.cases) == _WRITERS, numbers
        self._threads += [threading.Thread(target=self._write, args=(case,)) for case in self.cases]
        self._threads.append(threading.Thread(target=self._read))
        for thread in self._threads:
            thread.start()

    def _asked(self, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        return posted(f"http://127.0.0.1:{self.port}/graphql", body, {"authorization": f"Bearer {self.token}"})

    def _write(self, case: str) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            name = f"disk-{case}-{number}"
            told = self._told(_NOTE, case=case, text=f"{name} {'x' * random.randint(10, 2_000)}", id=name)
            if told is None:
                self.counts.acknowledged.append(name)
            else:
                self.counts.refused[told] = self.counts.refused.get(told, 0) + 1
                time.sleep(0.1)

    def _read(self) -> None:
        while not self._stop.is_set():
            told = self._told(_READ)
            if told is None:
                self.counts.read += 1
            else:
                self.counts.not_read[told] = self.counts.not_read.get(told, 0) + 1
            time.sleep(0.05)

    def _told(self, query: str, **variables: Any) -> str | None:
        """None where it was answered or done, else code and message."""
        try:
            answer = self._asked(query, **variables)
        except (OSError, urllib.error.URLError) as error:
            return type(error).__name__
        if "errors" not in answer:
            return None
        error = answer["errors"][0]
        return f"{error['extensions']['code']}: {re.sub(r'[0-9,]+ MB', 'N MB', error['message'])}"

    def round(self) -> float:
        """Fills the disk under writing and frees it; the seconds until a write is acknowledged again after that."""
        time.sleep(random.uniform(0.5, 4))
        self.filler.fill()
        time.sleep(random.uniform(0.5, 12))
        self.filler.free()
        began, before = time.monotonic(), len(self.counts.acknowledged)
        while len(self.counts.acknowledged) <= before + _WRITERS:
            assert time.monotonic() - began < _BACK_S, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return time.monotonic() - began

    def found(self) -> set[str]:
        running = known_server(self.data)
        for attempt in range(30):
            try:
                with GraphDatabase.driver(running.uri, auth=("neo4j", running.password)) as driver:
                    return {record.value() for record in driver.execute_query(_FOUND).records}
            except Neo4jError:
                assert attempt < 29
                time.sleep(1)
        raise AssertionError

    def end_writers(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        self._stop.set()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


def _measured(kind: Kind, rounds: int, seed: int, folder: Path) -> None:
    random.seed(seed)
    with small_disk(kind, "420m") as disk:
        run = _Run(disk, folder / f"hub-{kind}.log")
        try:
            run.begin()
            back: list[float] = []
            for number in range(1, rounds + 1):
                back.append(run.round())
                missing = set(run.counts.acknowledged) - run.found()
                _console.print(
                    f"{kind} round {number}: back after {back[-1]:.1f} s; {len(run.counts.acknowledged)} acknowledged,"
                    f" {len(missing)} lost"
                )
                assert not missing
            run.end_writers()
            counts, restarts = run.counts, run.log.read_text().count("it is ended and started again")
            told = f"{len(counts.acknowledged)} acknowledged, none lost; {restarts} restarts of Neo4j"
            _console.print(f"[bold]{kind}[/]: {rounds} rounds, {told}")
            _console.print(f"back after {statistics.median(back):.1f} s (median), {max(back):.1f} s at most")
            _console.print(f"reads: {counts.read} answered; not answered: {counts.not_read}")
            _console.print(f"writes refused: {counts.refused}")
            _restored(run.data, folder, kind)
        finally:
            run.stop()


def _restored(data: Path, folder: Path, kind: Kind) -> None:
    archive = folder / f"{kind}.tar"
    for command in (
        ["backup", "--data", str(data), "--to", str(archive)],
        ["restore", str(archive), "--data", str(folder / f"{kind}-restored")],
    ):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-m", "hub", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        _console.print(f"hub {command[0]}: {time.monotonic() - began:.1f} s: {done.stderr.strip().splitlines()[0]}")


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--kinds", nargs="+", choices=("tmpfs", "ext4"), default=("tmpfs", "ext4"))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-full-disk-") as folder:
        for kind in arguments.kinds:
            try:
                _measured(kind, arguments.rounds, arguments.seed, Path(folder))
            except BaseException:
                for log in Path(folder).glob("*.log"):
                    _console.print(log.read_text())
                raise


if __name__ == "__main__":
    main()
