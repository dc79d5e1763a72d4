"""Run `uv run python -m tests.bench.hostile`: 120 hostile clients of each kind beside 8 honest ones, against a hub of
its own.

It starts `hub up` in a temporary folder, lets the honest clients ask alone, then beside each kind of attack, and ends
all it has started. Hostile clients without an account come from loopback addresses of their own (127.0.1.1 and on), or
from one with `--one-source`; those with one share it. Exits with 1 where a request of an honest client failed.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer
from rich.console import Console
from rich.table import Table

from tests.bench.attacks import KINDS
from tests.bench.client import Connection, NoAnswer, answered, question, signed
from tests.bench.honest import PERSONAS, Crowd, Sample
from tests.bench.hostile_client import Job
from tests.bench.stack import MB, Stack, Usage

BAR: Final = 3.0
"""The honest ones' p99 beside an attack is at most so many times that without: of all requests, and of those asked
before.
"""
_ASKED_BEFORE: Final = ("known", "search")
_WELL_S: Final = 90
_PREPARED_S: Final = 300
"""How long the preparing of what is asked most may take, at most."""
_IDLE_S: Final = 5
_IDLE_CORES: Final = 0.1
"""Neo4j has nothing to do once it has used less than that for so long."""
_ATTACKERS: Final = ("large-broker", "association-officer")
_console: Final = Console(width=170, highlight=False, emoji=False)


@dataclass(frozen=True, slots=True)
class Passed:
    """A while of honest clients asking: what came of it, what the hub and Neo4j used, what the hostile ones were
    told.
    """

    name: str
    samples: Sequence[Sample]
    usages: Sequence[Usage]
    told: dict[str, int]
    longest_s: dict[str, float]
    hostile_cpu_s: float
    well_after_s: float | None

    @property
    def failures(self) -> Sequence[Sample]:
        return [sample for sample in self.samples if sample.failure]

    def p(self, share: float, *actions: str) -> float:
        """Of the honest requests, or of those actions only; failed ones count with the time they took."""
        return percentile([sample.took_s for sample in self.samples if not actions or sample.action in actions], share)

    def cpu(self) -> tuple[float, float]:
        """Cores used on average, by the hub and by Neo4j."""
        first, last = self.usages[0], self.usages[-1]
        seconds = max(0.001, last.at - first.at)
        return (last.hub_cpu_s - first.hub_cpu_s) / seconds, max(0, last.neo4j_cpu_s - first.neo4j_cpu_s) / seconds

    def rss_mb(self) -> tuple[float, float]:
        return max(found.hub_rss for found in self.usages) / MB, max(found.neo4j_rss for found in self.usages) / MB


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed; a millisecond, as it were, where there is
    none.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.001


@dataclass(frozen=True, slots=True)
class Options:
    seconds: float
    clients: int
    pace: float
    one_source: bool
    connections: int
    head_mb: int


class Proof:
    """A hub, its honest clients, and what is needed to attack it."""

    def __init__(self, stack: Stack, options: Options) -> None:
        self._stack = stack
        self._options = options
        self._tokens = {persona: stack.token(persona) for persona in {*filter(None, PERSONAS), *_ATTACKERS}}
        self._case = ""
        self._bookmark = ""
        self._crowd = Crowd(stack.port, self._tokens, "")

    async def prepare(self) -> None:
        """Looks up what the attacks need, and has everything planned once that the honest ones ask again and again."""
        async with Connection(self._stack.port) as connection:
            cases = question(
                "{ cases(where: {status: {eq: OPEN}}, last: 1) { nodes { number } } }",
                None,
                signed(self._tokens["large-broker"]),
            )
            response = await answered(connection, cases)
            self._case = response.json()["data"]["cases"]["nodes"][0]["number"]
            self._bookmark = response.headers["hub-bookmark"]
        self._crowd = Crowd(self._stack.port, self._tokens, self._case)
        await self._crowd.warm_up()
        await self._idle()

    async def _idle(self) -> None:
        """Waits until what the hub prepares after its start is done: it would make the honest ones slow alone."""
        cpu_s = [float("-inf")] * (_IDLE_S + 1)
        for _ in range(_PREPARED_S):
            cpu_s = [*cpu_s[1:], (await asyncio.to_thread(self._stack.usage)).neo4j_cpu_s]
            if cpu_s[-1] - cpu_s[0] < _IDLE_S * _IDLE_CORES:
                return
            await asyncio.sleep(1)

    async def passed(self, kind: str | None, seconds: float, seed: int = 0) -> Passed:
        """The honest ones for so long, beside hostile ones of a kind or alone."""
        attackers = await self._attackers(kind, seconds, seed) if kind else None
        usages = [self._stack.usage()]
        asking = asyncio.create_task(self._crowd.ask_for(seconds))
        while not asking.done():
            await asyncio.wait((asking,), timeout=1)
            usages.append(await asyncio.to_thread(self._stack.usage))
        told = await ended(attackers, 60) if attackers else {}
        well_after_s = await self._well_after_s() if attackers else 0
        return Passed(
            kind or "alone",
            await asking,
            usages,
            told.get("told", {}),
            told.get("longest_s", {}),
            told.get("cpu_s", 0),
            well_after_s,
        )

    async def _attackers(self, kind: str, seconds: float, seed: int) -> asyncio.subprocess.Process:
        options = self._options
        job = Job(
            kind, self._stack.port, options.clients, seconds, options.pace, options.one_source, options.connections,
            options.head_mb,
            self._bookmark, self._crowd.next_new, self._case, self._tokens, seed,
        )  # fmt: skip
        return await started(job)

    async def _well_after_s(self) -> float | None:
        """How long until five pairs in a row of a public and a signed question are answered within a second each;
        None where not.
        """
        began = time.monotonic()
        in_a_row = 0
        asked = (
            question("{ centers { totalCount } }"),
            question("{ cases { totalCount } }", None, signed(self._tokens["trade-analyst"])),
        )
        async with Connection(self._stack.port) as connection:
            while time.monotonic() - began < _WELL_S and self._stack.is_running():
                try:
                    told = {(await connection.sent(request, 1)).told() for request in asked}
                except NoAnswer:
                    told = {"nothing"}
                in_a_row = in_a_row + 1 if told == {"answered"} else 0
                if in_a_row == 5:
                    return time.monotonic() - began
                await asyncio.sleep(0.5)
        return None


async def started(job: Job) -> asyncio.subprocess.Process:
    """Hostile clients at work in a process of their own; `ended` tells what they were told."""
    command = (sys.executable, "-m", "tests.bench.attackers")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=1 << 24)
    assert process.stdin
    process.stdin.write(json.dumps(asdict(job)).encode())
    process.stdin.close()
    return process


async def ended(attackers: asyncio.subprocess.Process, within_s: float) -> dict[str, Any]:
    """What the hostile clients tell; they are ended where they do not end."""
    try:
        async with asyncio.timeout(within_s):
            out, _ = await attackers.communicate()
        return json.loads(out)
    except (TimeoutError, json.JSONDecodeError):
        return {"told": {"the hostile clients came to no end": 1}}
    finally:
        if attackers.returncode is None:
            attackers.kill()
            await attackers.wait()


def show(passed: Passed, alone: Passed | None) -> None:
    """The details of one kind, as soon as it is over."""
    about = KINDS[passed.name].about if passed.name in KINDS else "honest clients without any other"
    _console.print(f"\n[bold]{passed.name}[/]: {about}")
    for action in ("known", "search", "new", "verb"):
        number = sum(sample.action == action for sample in passed.samples)
        before = f", alone {alone.p(0.99, action) * 1000:.0f}" if alone else ""
        p50, p99 = passed.p(0.5, action) * 1000, passed.p(0.99, action) * 1000
        _console.print(f"  {action:7} {number:4} requests, p50 {p50:.0f} ms, p99 {p99:.0f} ms{before}")
    for (action, failure), number in Counter(
        (sample.action, str(sample.failure)) for sample in passed.failures
    ).most_common():
        _console.print(f"  [red]honest, failed[/] {number} {action}: {failure}")
    for told, number in list(passed.told.items())[:12]:
        _console.print(f"  hostile {number:6}: {told} (at most {passed.longest_s.get(told, 0):.1f} s)", markup=False)
    if passed.name in KINDS:
        after = f"{passed.well_after_s:.1f} s" if passed.well_after_s is not None else f"not within {_WELL_S} s"
        _console.print(f"  well again after {after}; the hostile clients used {passed.hostile_cpu_s:.1f} s of CPU")


def table(alone: Passed, each: Sequence[Passed]) -> Table:
    shown = Table(title=f"8 honest clients; bars: none fails, p99 at most {BAR:.0f} times that alone")
    for column in (
        "beside",
        "asked",
        "failed",
        "p50 ms",
        "p99 ms",
        "max ms",
        "p99, times",
        "asked before: p99 ms",
        "times",
    ):
        shown.add_column(column, justify="left" if column == "beside" else "right")
    for column in ("hub cores", "hub MB", "Neo4j cores", "Neo4j MB", "hostile rounds", "none fails", "p99"):
        shown.add_column(column, justify="right")
    for passed in (alone, *each):
        (hub, neo4j), (hub_mb, neo4j_mb) = passed.cpu(), passed.rss_mb()
        known, known_alone = passed.p(0.99, *_ASKED_BEFORE), alone.p(0.99, *_ASKED_BEFORE)
        shown.add_row(
            passed.name, str(len(passed.samples)), str(len(passed.failures)),
            *(f"{seconds * 1000:.0f}" for seconds in (passed.p(0.5), passed.p(0.99), passed.p(1))),
            f"{passed.p(0.99) / alone.p(0.99):.1f}", f"{known * 1000:.0f}", f"{known / known_alone:.1f}",
            f"{hub:.2f}", f"{hub_mb:.0f}", f"{neo4j:.2f}", f"{neo4j_mb:.0f}", str(sum(passed.told.values())),
            *_bars(passed, alone),
        )  # fmt: skip
    return shown


def _bars(passed: Passed, alone: Passed) -> tuple[str, str]:
    failed = "reached" if not passed.failures else "NOT reached"
    return failed, "" if passed is alone else ("reached" if _times(passed, alone) <= BAR else "NOT reached")


def _times(passed: Passed, alone: Passed) -> float:
    """How many times the p99 alone: of all requests, or of those asked before, whichever is more.

    New questions would hide the latter.
    """
    return max(passed.p(0.99) / alone.p(0.99), passed.p(0.99, *_ASKED_BEFORE) / alone.p(0.99, *_ASKED_BEFORE))


async def prove(
    kinds: Sequence[str], options: Options, baseline_s: float, scale: str, *, fresh: bool
) -> tuple[Passed, list[Passed]]:
    """The honest ones alone, and beside each kind.

    A hub that does not get well is started anew before the next, or always, if `fresh`.
    """
    alone: Passed | None = None
    each: list[Passed] = []
    left = list(kinds)
    while left or alone is None:
        with tempfile.TemporaryDirectory(prefix="hub-hostile-") as folder, Stack(Path(folder), scale) as stack:
            proof = Proof(stack, options)
            await proof.prepare()
            if alone is None:
                alone = await proof.passed(None, baseline_s)
                show(alone, None)
            while left:
                passed = await proof.passed(left.pop(0), options.seconds, seed=len(each) + 1)
                show(passed, alone)
                each.append(passed)
                if passed.well_after_s is None or fresh:
                    break
    return alone, each


def main(
    kinds: Annotated[
        list[str] | None, typer.Argument(help=f"Kinds of attack; all, if none is named: {', '.join(KINDS)}.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, max=600, help="How long each kind goes on.")] = 20,
    baseline: Annotated[float, typer.Option(min=5, max=600, help="How long the honest ones ask alone.")] = 30,
    clients: Annotated[int, typer.Option(min=1, max=250, help="Hostile clients.")] = 120,
    pace: Annotated[
        float, typer.Option(min=0.1, max=20, help="Requests a second of each hostile client, at most.")
    ] = 20,
    one_source: Annotated[bool, typer.Option("--one-source", help="All hostile clients from one address.")] = False,
    connections: Annotated[
        int, typer.Option(min=1, max=50, help="Of each client that is slow or idle, at a time.")
    ] = 10,
    head_mb: Annotated[int, typer.Option(min=1, max=64, help="The size of a large head.")] = 8,
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "0.02",
    fresh: Annotated[bool, typer.Option("--fresh", help="A new hub for each kind.")] = False,
) -> None:
    """Honest clients beside hostile ones."""
    chosen = kinds or list(KINDS)
    if unknown := set(chosen) - set(KINDS):
        raise typer.BadParameter(f"there is no kind {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    options = Options(seconds, clients, pace, one_source, connections, head_mb)
    source = "one address" if one_source else "an address each"
    _console.print(
        f"{clients} hostile clients, at most {pace:g} requests/s each, {source} where they have no account, {seconds:g}"
        f" s a kind; the honest ones alone for {baseline:g} s; load of the machine before: {os.getloadavg()[0]:.1f} on"
        f" {psutil.cpu_count()} cores"
    )
    try:
        alone, each = asyncio.run(prove(chosen, options, baseline, scale, fresh=fresh))
    except NoAnswer as error:
        raise SystemExit(str(error)) from None
    _console.print(table(alone, each))
    failed = sum(len(passed.failures) for passed in (alone, *each))
    slow = [passed.name for passed in each if _times(passed, alone) > BAR]
    _console.print(f"no honest request failed: {'reached' if not failed else f'NOT reached, {failed} failed'}")
    _console.print(f"p99 at most {BAR:.0f} times: {'reached' if not slow else 'NOT reached beside ' + ', '.join(slow)}")
    raise typer.Exit(1 if failed else 0)


if __name__ == "__main__":
    typer.run(main)
