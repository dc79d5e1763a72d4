"""Run `uv run python -m tests.bench.steady`: ten minutes of 16 clients and a sync, with Neo4j killed once in the
middle.

It starts `hub up` in a temporary folder, and ends all it has started. Each answer is checked (see `mixed.py`); at the
end every acknowledged verb must be there once, and every synced row as in its source. Exits with 1 where an answer was
wrong, a write was lost, or no sync succeeded after the kill.
"""

import asyncio
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import psutil
import typer
from rich.console import Console
from rich.table import Table

from tests.bench.client import NoAnswer
from tests.bench.feed import Feed
from tests.bench.hostile import percentile
from tests.bench.ledger import Entry, Ledger, losses, synced_names
from tests.bench.mixed import PERSONAS, Mixed
from tests.bench.stack import MB, Stack, Usage

_BIN_S: Final = 5
_MOST_GROWTH: Final = 0.1
"""Memory that grows by no more than this share from the end of the warm-up to the end is flat."""
_WARM_UP: Final = 0.25
"""The share of each stretch without a restart that is left out before memory is judged."""
_DIP_S: Final = 90.0
"""Refusals this long after the kill belong to it."""
_SAMPLE_S: Final = 2.0
_WARM_UP_S: Final = 180.0
_console: Final = Console(width=150, highlight=False, emoji=False)


@dataclass(frozen=True, slots=True)
class Ran:
    """All that a run leaves: moments are seconds of `time.monotonic`."""

    began: float
    ended: float
    killed: float
    ledger: Ledger
    feed: Feed
    usages: Sequence[Usage]
    lost: Sequence[str]
    wrong_rows: Sequence[str]
    last_sync: bool
    heap: Sequence[Sequence[tuple[float, float]]]
    longest_pause_ms: float

    @property
    def back_s(self) -> float | None:
        """How long after the kill an answer was given that was asked after the last refusal of the dip."""
        dip = [entry for entry in self.ledger.entries if self.killed - 1 <= entry.at <= self.killed + _DIP_S]
        refused = max((entry.at + entry.took_s for entry in dip if entry.told != "answered"), default=self.killed)
        first = min(
            (
                entry.at + entry.took_s
                for entry in self.ledger.entries
                if entry.told == "answered" and entry.at > refused
            ),
            default=None,
        )
        return None if first is None else first - self.killed

    def refused(self, *, in_dip: bool) -> list[Entry]:
        """Requests that were given no answer: around the kill, or at other times."""
        refused = [
            entry for entry in self.ledger.entries if entry.told != "answered" and not entry.told.startswith("wrong")
        ]
        return [
            entry
            for entry in refused
            if in_dip == (entry.at + entry.took_s >= self.killed and entry.at <= self.killed + _DIP_S)
        ]

    def bins(self) -> list[tuple[float, float, float, int]]:
        """Every five seconds: the moment since the start, answers a second, their p99 in ms, and requests without
        an answer.
        """
        each: list[tuple[float, float, float, int]] = []
        for number in range(int((self.ended - self.began) / _BIN_S) + 1):
            start = self.began + number * _BIN_S
            inside = [entry for entry in self.ledger.entries if start <= entry.at + entry.took_s < start + _BIN_S]
            answered = [entry.took_s for entry in inside if entry.told == "answered"]
            each.append(
                (
                    number * _BIN_S,
                    len(answered) / _BIN_S,
                    percentile(answered, 0.99) * 1000 if answered else math.nan,
                    len(inside) - len(answered),
                )
            )
        return each


async def run(stack: Stack, folder: Path, minutes: float, sync_pause_s: float) -> Ran:
    """The whole run, and the look at everything afterwards."""
    tokens = {persona: stack.token(persona) for persona in set(filter(None, PERSONAS))}
    started = time.monotonic()
    ledger, feed = Ledger(), Feed(folder / "feed", stack.data)
    if not await feed.sync():
        raise SystemExit(f"the first sync failed: {feed.runs[-1][-1]}")
    clients = [
        Mixed(number, stack.port, tokens.get(persona or ""), ledger, feed) for number, persona in enumerate(PERSONAS)
    ]
    for client in clients:
        await client.prepare()
    await _warmed_up(clients, ledger)
    _console.print(f"warm after {time.monotonic() - started:.0f} s")
    began = time.monotonic()
    until = began + minutes * 60
    usages: list[Usage] = []
    working = asyncio.gather(*(client.work_until(until) for client in clients), feed.keep_syncing(until, sync_pause_s))
    killed = began + minutes * 30
    is_killed = False
    while not working.done():
        usages.append(await asyncio.to_thread(stack.usage))
        if not is_killed and time.monotonic() >= killed and (neo4j := stack.neo4j()):
            neo4j.kill()
            killed, is_killed = time.monotonic(), True
            _console.print(f"{killed - began:.0f} s: Neo4j killed, process {neo4j.pid}")
        await asyncio.wait((working,), timeout=_SAMPLE_S if is_killed or killed - time.monotonic() > _SAMPLE_S else 0.2)
    await working
    ended = time.monotonic()
    _console.print("looking whether everything is there …")
    lost = await losses(stack.port, tokens, ledger)
    last_sync = await _synced_at_last(feed)
    names = await synced_names(stack.port, tokens["trade-analyst"])
    wrong_rows = [*sorted(set(names) ^ feed.present()), *(name for name, count in Counter(names).items() if count > 1)]
    heap, pauses = _heap(stack, began)
    return Ran(began, ended, killed, ledger, feed, usages, lost, wrong_rows, last_sync, heap, pauses)


async def _warmed_up(clients: Sequence[Mixed], ledger: Ledger) -> None:
    """One client of each persona after the other does all it does later, until that is quick; only what was wrong
    counts.
    """
    each = {client.persona: client for client in clients}.values()
    deadline = time.monotonic() + _WARM_UP_S
    while True:
        ledger.entries[:] = ledger.wrong()
        before = len(ledger.entries)
        for client in each:
            await client.warm_up(time.monotonic())
        slow = [entry for entry in ledger.entries[before:] if entry.told != "answered" or entry.took_s > 1]
        if not slow or time.monotonic() > deadline:
            break
    ledger.entries[:] = ledger.wrong()


async def _synced_at_last(feed: Feed) -> bool:
    for _ in range(5):
        if await feed.sync():
            return True
        await asyncio.sleep(5)
    return False


def _heap(stack: Stack, began: float) -> tuple[list[list[tuple[float, float]]], float]:
    """What each Neo4j's heap held after its collections, in MB by moment; and the longest pause of any in the run."""
    each = stack.collections()
    stretches = [[(found.at, float(found.left_mb)) for found in log if found.at >= began] for log in each]
    return stretches, max((found.pause_ms for log in each for found in log if found.at >= began), default=0.0)


@dataclass(frozen=True, slots=True)
class Growth:
    """How memory grew after the warm-up of a stretch: a straight line through it, in MB a minute, and its share
    over the stretch.
    """

    what: str
    mean_mb: float
    most_mb: float
    per_minute_mb: float
    share: float

    @staticmethod
    def of(what: str, points: Sequence[tuple[float, float]]) -> "Growth | None":
        """None where there are too few points to judge."""
        if len(points) < 8:
            return None
        start = points[0][0] + (points[-1][0] - points[0][0]) * _WARM_UP
        warm = [(at, value) for at, value in points if at >= start]
        mean_at = sum(at for at, _ in warm) / len(warm)
        mean = sum(value for _, value in warm) / len(warm)
        spread = sum((at - mean_at) ** 2 for at, _ in warm)
        slope = sum((at - mean_at) * (value - mean) for at, value in warm) / spread if spread else 0.0
        grown = slope * (warm[-1][0] - warm[0][0])
        return Growth(what, mean, max(value for _, value in warm), slope * 60, grown / mean if mean else 0.0)

    @property
    def is_flat(self) -> bool:
        return self.share <= _MOST_GROWTH


def growths(ran: Ran) -> list[Growth]:
    """Of the hub over the whole run; of each Neo4j, which the kill parts in two, its memory and what its heap held
    after collections.
    """
    halves = (("before the kill", ran.began, ran.killed), ("after it", ran.killed + _DIP_S / 3, ran.ended))
    found = [Growth.of("hub, resident", [(usage.at, usage.hub_rss / MB) for usage in ran.usages])]
    for name, start, end in halves:
        points = [
            (usage.at, usage.neo4j_rss / MB) for usage in ran.usages if start <= usage.at < end and usage.neo4j_rss
        ]
        found.append(Growth.of(f"Neo4j, resident, {name}", points))
    for (name, start, end), stretch in zip(halves, ran.heap, strict=False):
        found.append(
            Growth.of(
                f"Neo4j, heap after collections, {name}", [(at, left) for at, left in stretch if start <= at < end]
            )
        )
    return [growth for growth in found if growth]


def show(ran: Ran) -> int:
    """Prints the figures with their bars; gives the exit code."""
    entries = ran.ledger.entries
    answered = [entry.took_s for entry in entries if entry.told == "answered"]
    p50, p99 = percentile(answered, 0.5) * 1000, percentile(answered, 0.99) * 1000
    _console.print(
        f"{len(entries)} requests in {ran.ended - ran.began:.0f} s, {len(answered)} answered, p50 {p50:.0f} ms, p99"
        f" {p99:.0f} ms; by action: {dict(Counter(entry.action for entry in entries).most_common())}"
    )
    runs = ran.feed.runs
    failed = [told for _, _, succeeded, told in runs if not succeeded]
    _console.print(f"{len(runs)} syncs, {len(failed)} failed{': ' + failed[0] if failed else ''}", markup=False)
    _dip(ran)
    shown = Table(
        "memory", "mean MB", "most MB", "MB a minute", "grew by", "flat", title="after the warm-up of each stretch"
    )
    grown = growths(ran)
    for growth in grown:
        flat = "reached" if growth.is_flat else "NOT reached"
        shown.add_row(
            growth.what,
            f"{growth.mean_mb:.0f}",
            f"{growth.most_mb:.0f}",
            f"{growth.per_minute_mb:+.2f}",
            f"{growth.share:+.1%}",
            flat,
        )
    _console.print(shown)
    _console.print(f"longest pause of garbage collection: {ran.longest_pause_ms:.0f} ms")
    for told, number in Counter(entry.told for entry in ran.ledger.wrong()).most_common(10):
        _console.print(f"{number} times {told}", markup=False)
    for fault in (*ran.lost[:10], *ran.wrong_rows[:10]):
        _console.print(f"at the end: {fault}", markup=False)
    wrong, elsewhere = len(ran.ledger.wrong()), ran.refused(in_dip=False)
    verbs = (
        f"{ran.ledger.acknowledged} verbs acknowledged, {ran.ledger.resent} times sent again, {ran.ledger.given_up}"
        " given up"
    )
    looked = f"{len(ran.ledger.written)} cases and {len(ran.ledger.receipts)} receipts"
    is_lost = bool(ran.lost or ran.wrong_rows or not ran.last_sync)
    _bar("no wrong answer", not wrong, f"{wrong} of {len(answered) + wrong}")
    _bar(
        "no lost write",
        not ran.lost,
        f"{verbs}; {len(ran.lost)} faults in {looked}",
    )
    _bar(
        "synced rows as in the source",
        not ran.wrong_rows and ran.last_sync,
        f"{len(ran.feed.present())} rows, {len(ran.wrong_rows)} differ",
    )
    _bar(f"memory flat (grows by {_MOST_GROWTH:.0%} at most)", all(growth.is_flat for growth in grown), "see above")
    told = dict(Counter(f"{entry.action}: {entry.told}" for entry in elsewhere).most_common(5))
    _bar("all answered but around the kill", not elsewhere, f"{len(elsewhere)} not {told or ''}")
    return 1 if wrong or is_lost else 0


def _dip(ran: Ran) -> None:
    """Answers a second and p99 around the kill, every five seconds."""
    back = "not back" if ran.back_s is None else f"all answered again {ran.back_s:.1f} s after the kill"
    dip = Counter(entry.told for entry in ran.refused(in_dip=True))
    _console.print(
        f"around the kill {sum(dip.values())} requests without an answer {dict(dip.most_common(5))}; {back}",
        markup=False,
    )
    shown = Table(
        "s",
        "answers/s",
        "p99 ms",
        "no answer",
        title=f"the dip: every {_BIN_S} s; killed at {ran.killed - ran.began:.0f} s",
    )
    for at, per_s, p99_ms, unanswered in ran.bins():
        if -20 <= at - (ran.killed - ran.began) <= _DIP_S:
            shown.add_row(f"{at:.0f}", f"{per_s:.1f}", f"{p99_ms:.0f}", str(unanswered))
    _console.print(shown)


def _bar(what: str, reached: bool, figure: str) -> None:
    _console.print(f"{what}: {'reached' if reached else 'NOT reached'} ({figure})", markup=False)


def plot(ran: Ran, file: Path) -> None:
    """Answers a second, their p99 and memory over the run, as a picture of the kind that the file's name says."""
    import matplotlib as mpl  # noqa: PLC0415 - a second of start, for who wants a picture

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    bins = ran.bins()
    seconds = [at for at, *_ in bins]
    figure, (rate, late, memory) = plt.subplots(3, 1, sharex=True, figsize=(10, 8), layout="constrained")
    rate.plot(seconds, [per_s for _, per_s, _, _ in bins], label="answers/s")
    rate.plot(seconds, [unanswered / _BIN_S for *_, unanswered in bins], label="without an answer/s", color="tab:red")
    late.semilogy(seconds, [p99_ms for _, _, p99_ms, _ in bins], label="p99 of answers, ms")
    at = [usage.at - ran.began for usage in ran.usages]
    memory.plot(at, [usage.neo4j_rss / MB for usage in ran.usages], label="Neo4j, MB")
    memory.plot(at, [usage.hub_rss / MB for usage in ran.usages], label="hub, MB")
    for stretch in ran.heap:
        memory.plot(
            [moment - ran.began for moment, _ in stretch], [left for _, left in stretch], ".", ms=2, color="tab:gray"
        )
    memory.set_xlabel("seconds; gray: what the heap held after each collection; dotted: Neo4j killed")
    for axes in (rate, late, memory):
        axes.axvline(ran.killed - ran.began, color="black", ls=":")
        axes.legend(loc="upper right")
        axes.grid(alpha=0.3)
    figure.savefig(file)


def main(
    minutes: Annotated[float, typer.Option(min=1, max=120, help="How long; Neo4j is killed in the middle.")] = 10,
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "0.02",
    sync_pause: Annotated[float, typer.Option(min=0, max=600, help="Seconds between two syncs.")] = 5,
    plot_to: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Where the picture goes: .png or .svg.")
    ] = None,
) -> None:
    """Mixed clients, a sync, and a Neo4j that is killed."""
    _console.print(
        f"{len(PERSONAS)} clients for {minutes:g} minutes, a sync every {sync_pause:g} s; "
        f"load of the machine before: {os.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores"
    )
    with tempfile.TemporaryDirectory(prefix="hub-steady-") as folder, Stack(Path(folder), scale) as stack:
        try:
            ran = asyncio.run(run(stack, Path(folder), minutes, sync_pause))
        except NoAnswer as error:
            raise SystemExit(str(error)) from None
    code = show(ran)
    if plot_to:
        plot(ran, plot_to)
        _console.print(f"plotted to {plot_to}")
    raise typer.Exit(code)


if __name__ == "__main__":
    typer.run(main)
