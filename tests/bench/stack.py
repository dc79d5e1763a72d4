"""A hub as `hub up` starts it, in a folder of its own, with a small sample world; and what its processes use."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.server import free_ports

MB: Final = 1 << 20
_START_S: Final = 900
_STOP_S: Final = 60
_COLLECTED: Final = re.compile(r"\[(?P<at>\d+)ms\].* Pause .*->(?P<left>\d+)M\(\d+M\) (?P<ms>[\d.]+)ms")


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used at a moment: seconds of CPU so far, and bytes of memory."""

    at: float
    hub_cpu_s: float
    hub_rss: int
    neo4j_cpu_s: float
    neo4j_rss: int


@dataclass(frozen=True, slots=True)
class Collection:
    """A pause for garbage: when (as `time.monotonic` has it), what was left in the heap, and for how long
    everything stood.
    """

    at: float
    left_mb: int
    pause_ms: float


class Stack:
    """`hub up` in a process of its own. A context that ends everything it has started.

    Beyond HTTP it touches only what the operator of a machine has: the processes, and Java's own log of collections.
    """

    def __init__(self, folder: Path, scale: str, **environment: str) -> None:
        self.data = folder / "data"
        self.port = free_ports(1)[0]
        self._log = folder / "hub.log"
        self._collections = folder / "collections"
        options = ["--data", str(self.data), "--port", str(self.port), "--scale", scale, "--no-partner"]
        java = f"-Xlog:gc:file={self._collections}-%p.log:timemillis"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub", "up", *options],
                stdout=log,
                stderr=log,
                env={**os.environ, "JDK_JAVA_OPTIONS": java, **environment},
            )
        self._hub = psutil.Process(self._process.pid)
        self._seen: set[psutil.Process] = set()

    def __enter__(self) -> "Stack":
        # told to end, it ends what it has started first
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it as its user would, and after a minute whatever of it is left."""
        self._children()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        for left in (self._hub, *self._seen):
            with suppress(psutil.Error):
                left.kill()
        psutil.wait_procs(self._seen, timeout=10)
        self._process.wait(10)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_S
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the hub did not come up:\n{self.said()}")
            self._children()
            time.sleep(0.3)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    def is_running(self) -> bool:
        return self._process.poll() is None

    def token(self, persona: str) -> str:
        return SampleSignIn(self.data).token(persona)

    def neo4j(self) -> psutil.Process | None:
        """The Neo4j that it has started; None while there is none."""
        return next((child for child in self._children() if "java" in _name(child)), None)

    def usage(self) -> Usage:
        neo4j = self.neo4j()
        hub_cpu_s, hub_rss = _used(self._hub)
        neo4j_cpu_s, neo4j_rss = _used(neo4j) if neo4j else (0.0, 0)
        return Usage(time.monotonic(), hub_cpu_s, hub_rss, neo4j_cpu_s, neo4j_rss)

    def collections(self) -> list[list[Collection]]:
        """The pauses of each Neo4j there was, in order."""
        logs = sorted(
            self._collections.parent.glob(f"{self._collections.name}-*.log"), key=lambda log: log.stat().st_mtime
        )
        return [_collections(log.read_text(errors="replace")) for log in logs]

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def _children(self) -> Sequence[psutil.Process]:
        try:
            children = self._hub.children(recursive=True)
        except psutil.Error:
            return ()
        self._seen.update(children)
        return children


def _collections(log: str) -> list[Collection]:
    # Java tells the time of day
    ahead_s = time.time() - time.monotonic()
    return [
        Collection(int(found["at"]) / 1000 - ahead_s, int(found["left"]), float(found["ms"]))
        for found in _COLLECTED.finditer(log)
    ]


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def _used(process: psutil.Process) -> tuple[float, int]:
    try:
        with process.oneshot():
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
    except psutil.Error:
        return 0.0, 0
