"""Run `uv run python -m tests.bench.documents`: what thousands of different documents do to the memory of a hub and of its own Neo4j.

A hub as `hub up` starts it, with the heap it has by default, is asked `--ordinary` and then `--large` documents, each once and each of
another shape, while somebody else goes on asking a question that is known. Most of the time is Neo4j's planning: hours on two busy cores
for all; begin with `--ordinary 200 --large 50`.
"""

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import psutil
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from hub.local_neo4j.server import free_ports
from hub.sample_sign_in import SampleSignIn
from tests.bench.large_questions import LargeQuestions
from tests.random_questions import Questions
from tests.random_world import random_world
from tests.serving import java_of

KNOWN: Final = '{ center(code: "CEE007") { name managedFrom { name } contacts(first: 5) { nodes { name role } } } }'
PERSONA: Final = "trade-analyst"
MOST_OLD: Final = 0.7
"""Of Neo4j's old generation, after a full collection."""
MOST_GROWN_MB: Final = 150
"""Of the hub's memory: what it remembers of documents, and what Python keeps of what it used meanwhile."""
MOST_PAUSE_S: Final = 1.0
_ANSWER_S: Final = 60
_LOOK_S: Final = 2.0
_ASK_S: Final = 0.5
_PAUSE: Final = re.compile(r"\[(\d+\.\d+)s\].* GC\(\d+\) Pause (\w+) .* (\d+\.\d+)ms$")
_OLD: Final = re.compile(r"\[(\d+\.\d+)s\].* GC\((\d+)\) ParOldGen: .*->(\d+)K\((\d+)K\)")


def different(source: Questions) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents without end, no two alike."""
    seen: set[str] = set()
    while True:
        document, variables = source.one()
        if document and document not in seen:
            seen.add(document)
            yield document, variables


class Hub:
    """What `hub up` starts in a data directory of its own, with Java's log of its garbage collections."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.gc_log = data.with_name("gc.log")
        self.port = free_ports(1)[0]
        options = f"-Xlog:gc*:file={self.gc_log}:uptime:filecount=0"
        command = [sys.executable, "-m", "hub", "up", "--data", str(data), "--port", str(self.port), "--no-partner"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_LOCAL_HEAP")}
        self.process = psutil.Popen(command, env={**environment, "JAVA_TOOL_OPTIONS": options})
        self._wait()
        self.java = psutil.Process(java_of(data))

    def _wait(self) -> None:
        until = time.monotonic() + 600
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
            except OSError:
                time.sleep(0.5)
            else:
                return
        raise SystemExit("the hub did not come up")

    def ask(self, document: str, variables: dict[str, Any]) -> tuple[float, str]:
        """The seconds an answer took, and the code of its first error, or nothing."""
        token = SampleSignIn(self.data).token(PERSONA)
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        body = json.dumps({"query": document, "variables": variables}).encode()
        began = time.monotonic()
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, headers)
            with urllib.request.urlopen(request, timeout=_ANSWER_S) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            return time.monotonic() - began, f"HTTP {error.code}"
        except OSError as error:
            return time.monotonic() - began, type(error).__name__
        return time.monotonic() - began, _failed(answer)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def _failed(answer: dict[str, Any]) -> str:
    """The code of the first error; `refused` where the document was refused without asking the database."""
    if "errors" not in answer:
        return ""
    error = answer["errors"][0]
    code = error["extensions"]["code"]
    refused = code in ("INVALID", "BAD_INPUT") or "may touch" in error["message"]
    return "refused" if refused else code


@dataclass
class Seen:
    """What was seen over time, in seconds since the beginning."""

    began: float = field(default_factory=time.monotonic)
    hub_mb: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    neo4j_mb: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    known_s: list[tuple[float, float, str]] = field(default_factory=list[tuple[float, float, str]])
    phases: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    ended: threading.Event = field(default_factory=threading.Event)

    def now(self) -> float:
        return time.monotonic() - self.began

    def look(self, hub: Hub) -> None:
        while not self.ended.wait(_LOOK_S):
            self.hub_mb.append((self.now(), hub.process.memory_info().rss / 1e6))
            self.neo4j_mb.append((self.now(), hub.java.memory_info().rss / 1e6))

    def ask_known(self, hub: Hub) -> None:
        while not self.ended.wait(_ASK_S):
            took, failed = hub.ask(KNOWN, {})
            self.known_s.append((self.now(), took, failed))


def asked(hub: Hub, source: Questions, count: int, clients: int, told: str) -> tuple[Counter[str], list[float]]:
    """Asks so many documents that the database is asked for, each once: how their answers ended, and the seconds they took."""
    documents = different(source)
    ends: Counter[str] = Counter()
    times: list[float] = []
    with ThreadPoolExecutor(clients) as pool:
        while (left := count - len(times)) > 0:
            batch = [next(documents) for _ in range(min(left, 20 * clients))]
            for took, failed in pool.map(lambda one: hub.ask(*one), batch):
                ends[failed or "answered"] += 1
                if failed != "refused":
                    times.append(took)
            sys.stderr.write(f"{told}: {len(times)} of {count}, {dict(ends)}\n")
    return ends, times


@dataclass(frozen=True)
class Collections:
    """What Java's log tells: pauses as (when, seconds, whether full), the old generation after each collection as (when, MB), its size."""

    pauses: list[tuple[float, float, bool]]
    old_mb: list[tuple[float, float]]
    size_mb: float
    after_full_mb: list[float]

    @classmethod
    def read(cls, log: Path) -> "Collections":
        pauses: list[tuple[float, float, bool]] = []
        old: list[tuple[float, float]] = []
        by_number: dict[str, float] = {}
        full: list[float] = []
        size = 0.0
        for line in log.read_text().splitlines():
            if found := _OLD.search(line):
                old.append((float(found[1]), int(found[3]) / 1024))
                by_number[found[2]], size = int(found[3]) / 1024, int(found[4]) / 1024
            elif found := _PAUSE.search(line):
                pauses.append((float(found[1]), float(found[3]) / 1000, found[2] == "Full"))
                number = line.split("GC(")[1].split(")")[0]
                if found[2] == "Full" and number in by_number:
                    full.append(by_number[number])
        return cls(pauses, old, size, full)


def _quantiles(times: list[float]) -> str:
    if len(times) < 2:
        return "too few"
    cut = statistics.quantiles(times, n=100)
    return f"p50 {cut[49] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"


def told(seen: Seen, java: Collections, ends: dict[str, Counter[str]], times: dict[str, list[float]], java_began: float) -> bool:
    """Prints the figures; whether all are within their bounds."""
    began, ended = seen.phases[0][0], seen.now()
    before = [took for at, took, _ in seen.known_s if at < began]
    during = [took for at, took, _ in seen.known_s if at >= began]
    loaded = began + java_began
    since = [pause for at, pause, _ in java.pauses if at >= loaded]
    grown = max(mb for _, mb in seen.hub_mb) - statistics.median(mb for at, mb in seen.hub_mb if at < began)
    old = max(java.after_full_mb[-20:] or [java.old_mb[-1][1]])
    failed = sum(count for found in ends.values() for name, count in found.items() if name not in ("answered", "refused"))
    known_failed = Counter(name for _, _, name in seen.known_s if name)
    longest = max(since, default=0.0)
    table = Table(title=f"{ {name: dict(found) for name, found in ends.items()} } in {(ended - began) / 60:.0f} minutes")
    for column in ("what", "seen", "wanted", ""):
        table.add_column(column)
    rows: list[tuple[str, str, str, bool | None]] = [
        (f"{name}: first answers", _quantiles(found), "", None) for name, found in times.items()
    ]
    peak = max(mb for _, mb in seen.hub_mb)
    rows += [
        ("answers that failed", str(failed), "none", failed == 0),
        ("a known question, before", _quantiles(before), "", None),
        ("a known question, meanwhile", f"{_quantiles(during)}, failed: {dict(known_failed)}", "none fails", not known_failed),
        ("the hub's memory", f"grew {grown:.0f} MB, to {peak:.0f}", f"at most {MOST_GROWN_MB} MB", grown <= MOST_GROWN_MB),
        ("Neo4j's old generation", f"{old:.0f} of {java.size_mb:.0f} MB", f"at most {MOST_OLD:.0%}", old <= MOST_OLD * java.size_mb),
        ("longest pause of a collection", f"{longest:.2f} s", f"at most {MOST_PAUSE_S:.0f} s", longest <= MOST_PAUSE_S),
        ("full collections", str(sum(full for at, _, full in java.pauses if at >= loaded)), "", None),
        ("share of time in collections", f"{sum(since) / (ended - began):.1%}", "", None),
    ]
    for what, found, wanted, holds in rows:
        table.add_row(what, found, wanted, "" if holds is None else "reached" if holds else "NOT reached")
    Console(width=150).print(table)
    return all(holds is not False for _, _, _, holds in rows)


def plotted(seen: Seen, java: Collections, java_began: float, file: Path) -> None:
    """Draws memory, pauses and the known question over time."""
    figure = Figure(figsize=(10, 9), layout="constrained")
    memory, pauses, known = figure.subplots(3, sharex=True)
    memory.plot(*zip(*((at - java_began, mb) for at, mb in java.old_mb), strict=True), label="Neo4j's old generation")
    memory.axhline(java.size_mb, linestyle=":", label="its size")
    memory.plot(*zip(*seen.hub_mb, strict=True), label="the hub, resident")
    memory.set_ylabel("MB")
    memory.legend()
    for full in (False, True):
        found = [(at - java_began, pause) for at, pause, is_full in java.pauses if is_full is full]
        pauses.plot([at for at, _ in found], [pause for _, pause in found], ".", label="full" if full else "young")
    pauses.set_ylabel("pause, s")
    pauses.legend()
    known.plot([at for at, _, _ in seen.known_s], [took for _, took, _ in seen.known_s], ".")
    known.set(ylabel="a known question, s", xlabel="s", yscale="log")
    for at, name in seen.phases:
        memory.axvline(at, color="grey")
        memory.annotate(name, (at, 0))
    figure.savefig(file)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ordinary", type=int, default=3000)
    options.add_argument("--large", type=int, default=1000)
    options.add_argument("--clients", type=int, default=2, help="how many ask at the same time, beside the known question")
    options.add_argument("--quiet-s", type=float, default=20, help="how long the known question is asked alone")
    options.add_argument("--plot", type=Path, help="where to draw it, e.g. documents.png")
    given = options.parse_args()
    world, chance = random_world(3), random.Random(1)
    sources = (("ordinary", Questions(world, chance), given.ordinary), ("large", LargeQuestions(world, chance), given.large))
    with tempfile.TemporaryDirectory(prefix="hub-documents-") as folder:
        hub = Hub(Path(folder).resolve() / "data")
        seen = Seen()
        java_began = time.time() - hub.java.create_time()
        beside = [threading.Thread(target=partial(work, hub)) for work in (seen.look, seen.ask_known)]
        ends: dict[str, Counter[str]] = {}
        times: dict[str, list[float]] = {}
        try:
            for thread in beside:
                thread.start()
            time.sleep(given.quiet_s)
            for name, source, count in sources:
                seen.phases.append((seen.now(), name))
                ends[name], times[name] = asked(hub, source, count, given.clients, name)
        finally:
            seen.ended.set()
            for thread in beside:
                thread.join()
            hub.stop()
        java = Collections.read(hub.gc_log)
    if given.plot:
        plotted(seen, java, java_began, given.plot)
    sys.exit(0 if told(seen, java, ends, times, java_began) else 1)


if __name__ == "__main__":
    main()
