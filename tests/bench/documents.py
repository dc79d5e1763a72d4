"""Run `uv run python -m tests.bench.documents`: what thousands of different documents do to the memory of a hub and of
its own Neo4j.

A hub as `hub up` starts it, with the heap it has by default, is asked `--ordinary` and then `--large` documents, each
once and each of another shape, while somebody else goes on asking a question that is known. Most of the time is Neo4j's
planning; begin with `--ordinary 150 --large 20`.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
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

from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.server import free_ports
from tests.bench.java_log import LOGGED, Collections
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
_ANSWER_S: Final = 150
_UP_S: Final = 1200
_LOOK_S: Final = 2.0
_ASK_S: Final = 0.5


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

    def __init__(self, data: Path, scale: str) -> None:
        self.data = data
        self.gc_log = data.with_name("gc.log")
        self.port = free_ports(1)[0]
        options = LOGGED.format(file=self.gc_log)
        command = [
            sys.executable,
            "-m",
            "hub",
            "up",
            "--data",
            str(data),
            "--port",
            str(self.port),
            "--scale",
            scale,
            "--no-partner",
        ]
        environment = {name: value for name, value in os.environ.items() if name != "HUB_LOCAL_HEAP"}
        # what is looked at is memory: a statement that a busy machine plans for long is kept all the same
        more = {"JAVA_TOOL_OPTIONS": options, "HUB_STATEMENT_TIMEOUT_S": "120"}
        self.process = subprocess.Popen(command, env={**environment, **more})
        self._wait()
        self.itself, self.java = psutil.Process(self.process.pid), psutil.Process(java_of(data))

    def _wait(self) -> None:
        until = time.monotonic() + _UP_S
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
    refused = code in ("INVALID", "BAD_INPUT") or (code == "TOO_COSTLY" and "took more" not in error["message"])
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
            self.hub_mb.append((self.now(), hub.itself.memory_info().rss / 1e6))
            self.neo4j_mb.append((self.now(), hub.java.memory_info().rss / 1e6))

    def ask_known(self, hub: Hub) -> None:
        while not self.ended.wait(_ASK_S):
            took, failed = hub.ask(KNOWN, {})
            self.known_s.append((self.now(), took, failed))


def asked(hub: Hub, source: Questions, count: int, clients: int, until: float) -> tuple[Counter[str], list[float]]:
    """Asks so many documents that the database is asked for, each once, while there is time: how they ended, and
    the seconds they took.
    """
    documents = different(source)
    ends: Counter[str] = Counter()
    times: list[float] = []
    with ThreadPoolExecutor(clients) as pool:
        while (left := count - len(times)) > 0 and time.monotonic() < until:
            batch = [next(documents) for _ in range(min(left, 4 * clients))]
            for took, failed in pool.map(lambda one: hub.ask(*one), batch):
                ends[failed or "answered"] += 1
                if failed != "refused":
                    times.append(took)
            sys.stderr.write(f"{len(times)} of {count}: {dict(ends)}\n")
    return ends, times


def _quantiles(times: list[float]) -> str:
    if len(times) < 2:
        return "too few"
    cut = statistics.quantiles(times, n=100)
    return f"p50 {cut[49] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"


def told(
    seen: Seen, java: Collections, ends: dict[str, Counter[str]], times: dict[str, list[float]], java_began: float
) -> bool:
    """Prints the figures; whether all are within their bounds."""
    began, ended = seen.phases[0][0], seen.now()
    before = [took for at, took, _ in seen.known_s if at < began]
    during = [took for at, took, _ in seen.known_s if at >= began]
    loaded = began + java_began
    since = [pause for at, pause, _ in java.pauses if at >= loaded]
    grown = max(mb for _, mb in seen.hub_mb) - statistics.median(mb for at, mb in seen.hub_mb if at < began)
    old = max(java.after_full_mb[-20:] or [java.old_mb[-1][1]])
    failed = sum(
        count for found in ends.values() for name, count in found.items() if name not in ("answered", "refused")
    )
    known_failed = Counter(name for _, _, name in seen.known_s if name)
    longest = max(since, default=0.0)
    table = Table(
        title=f"{ {name: dict(found) for name, found in ends.items()} } in {(ended - began) / 60:.0f} minutes"
    )
    for column in ("what", "seen", "wanted", ""):
        table.add_column(column)
    rows: list[tuple[str, str, str, bool | None]] = [
        (f"{name}: first answers", _quantiles(found), "", None) for name, found in times.items()
    ]
    peak = max(mb for _, mb in seen.hub_mb)
    rows += [
        ("answers that failed", str(failed), "none", failed == 0),
        ("a known question, before", _quantiles(before), "", None),
        (
            "a known question, meanwhile",
            f"{_quantiles(during)}, failed: {dict(known_failed)}",
            "none fails",
            not known_failed,
        ),
        (
            "the hub's memory",
            f"grew {grown:.0f} MB, to {peak:.0f}",
            f"at most {MOST_GROWN_MB} MB",
            grown <= MOST_GROWN_MB,
        ),
        (
            "Neo4j's old generation",
            f"{old:.0f} of {java.size_mb:.0f} MB",
            f"at most {MOST_OLD:.0%}",
            old <= MOST_OLD * java.size_mb,
        ),
        (
            "longest pause of a collection",
            f"{longest:.2f} s; most CPU of one {java.cpu_s:.2f} s",
            f"at most {MOST_PAUSE_S:.0f} s",
            longest <= MOST_PAUSE_S,
        ),
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
    options.add_argument(
        "--clients", type=int, default=2, help="how many ask at the same time, beside the known question"
    )
    options.add_argument("--quiet-s", type=float, default=20, help="how long the known question is asked alone")
    options.add_argument("--scale", default="0.02", help="of the sample world")
    options.add_argument("--minutes", type=float, default=24 * 60, help="when to stop asking")
    options.add_argument("--plot", type=Path, help="where to draw it, e.g. documents.png")
    given = options.parse_args()
    world, chance = random_world(3), random.Random(1)
    sources = (
        ("ordinary", Questions(world, chance), given.ordinary),
        ("large", LargeQuestions(world, chance), given.large),
    )
    with tempfile.TemporaryDirectory(prefix="hub-documents-") as folder:
        hub = Hub(Path(folder).resolve() / "data", given.scale)
        seen = Seen()
        java_began = time.time() - hub.java.create_time()
        beside = [threading.Thread(target=partial(work, hub)) for work in (seen.look, seen.ask_known)]
        ends: dict[str, Counter[str]] = {}
        times: dict[str, list[float]] = {}
        try:
            for thread in beside:
                thread.start()
            time.sleep(given.quiet_s)
            until = time.monotonic() + 60 * given.minutes
            for name, source, count in sources:
                seen.phases.append((seen.now(), name))
                ends[name], times[name] = asked(hub, source, count, given.clients, until)
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
