"""Run `uv run python -m tests.bench.new_searches`: sixteen clients, of whose requests one in six is a search nobody has
asked before.

First sixteen clients ask what is known, and new searches (`texts.new_search`), while one more does verbs. Then, in
turn, an honest client with an account and one without ask what is known, alone and beside clients without an account
that send questions of ever new shapes, each from an address of its own. The hub is started as `hub up` starts it, with
its limits. What is known has been asked before, and each client has searched for known words.
"""

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import psutil
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.bench.client import Connection, NoAnswer, answered, question, signed
from tests.bench.honest import OF_PERSONA, PUBLIC, SEARCH, WORDS
from tests.bench.hostile import ended, percentile, started
from tests.bench.hostile_client import Job
from tests.bench.mixed import PERSONAS
from tests.bench.serving import AS_IT_IS, Served, data_of
from tests.bench.texts import NOTE, new_search

_NEW: Final = 1 / 6
_THINKS_S: Final = (0.3, 1.1)
_SHORT_THINKS_S: Final = (0.05, 0.15)
_KNOWN_S: Final = 0.5
_SEARCH_S: Final = 2.0
_TIMES: Final = 2.0
_PACE: Final = 2.0
"""Requests a second of each client that sends new shapes, at most."""
_QUIET_S: Final = 3.0
"""Between a turn beside those clients and the next: what they have sent is done by then."""
_VERBS_BY: Final = "import-specialist"
_HONEST: Final = ("importer-manager", None)
_TITLE: Final = "bench new searches"
_OPEN: Final = """mutation Open($title: String!) {
  openCase(kind: "rfi", importer: "00-0000000SW", title: $title) { number } }"""
_CLEAN: Final = "MATCH (k:Case {title: $title}) OPTIONAL MATCH (k)<-[:OF_CASE]-(x) DETACH DELETE k, x"
_console: Final = Console(width=150, highlight=False, emoji=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: what it was, how long it took, and how it failed, if it did."""

    action: str
    took_s: float
    failure: str | None


class _Client:
    """One client, one request at a time, from an address of its own."""

    def __init__(self, number: int, port: int, persona: str | None, tokens: Mapping[str, str]) -> None:
        self._connection = Connection(port, f"127.0.0.{21 + number}")
        self._headers = signed(tokens.get(persona or ""))
        self.random = random.Random(number)
        self._known = [*PUBLIC, *OF_PERSONA.get(persona, ())]

    async def warm_up(self) -> None:
        for query in self._known:
            await self.must(query)
        for word in WORDS:
            await self.must(SEARCH, {"text": word})

    async def must(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        return (await answered(self._connection, question(query, variables, self._headers))).json()["data"]

    async def ask(self, action: str, query: str, variables: Mapping[str, Any] | None = None) -> Sample:
        began = time.monotonic()
        try:
            response = await self._connection.sent(question(query, variables, self._headers))
            failure = (
                None
                if response.told() == "answered"
                else f"{response.told()} {response.body[:160]!r} to {(variables or {}).get('text', query)!r}"
            )
        except NoAnswer as error:
            failure = str(error)
        return Sample(action, time.monotonic() - began, failure)

    async def known(self) -> Sample:
        return await self.ask("known", self.random.choice(self._known))

    async def known_or_new(self) -> Sample:
        return (
            await self.ask("new search", *new_search(self.random))
            if self.random.random() < _NEW
            else await self.known()
        )

    async def repeat(
        self, ask: Callable[[], Awaitable[Sample]], seconds: float, thinks_s: tuple[float, float] = _THINKS_S
    ) -> list[Sample]:
        """What came of all that it asked in that time."""
        until = time.monotonic() + seconds
        samples: list[Sample] = []
        while time.monotonic() < until:
            await asyncio.sleep(self.random.uniform(*thinks_s))
            samples.append(await ask())
        self._connection.close()
        return samples


class _Verbs:
    """Writes notes in a case of its own."""

    def __init__(self, client: _Client, case: str) -> None:
        self._client = client
        self._case = case
        self._verbs = 0

    async def note(self) -> Sample:
        self._verbs += 1
        name = f"{_TITLE} {self._verbs} {time.time_ns()}"
        return await self._client.ask("verb", NOTE, {"case": self._case, "text": name, "requestId": name})


async def mixed(served: Served, tokens: Mapping[str, str], seconds: float) -> list[Sample]:
    """Sixteen clients and one that does verbs, for so long."""
    clients = [_Client(number, served.port, persona, tokens) for number, persona in enumerate(PERSONAS)]
    for client in clients:
        await client.warm_up()
    writer = _Client(len(clients), served.port, _VERBS_BY, tokens)
    case = (await writer.must(_OPEN, {"title": _TITLE}))["openCase"]["number"]
    verbs = _Verbs(writer, case)
    await verbs.note()
    working = asyncio.gather(
        *(client.repeat(client.known_or_new, seconds) for client in clients), writer.repeat(verbs.note, seconds)
    )  # fmt: skip
    with Progress(console=_console) as bar:
        task = bar.add_task("known questions and new searches", total=seconds)
        while not working.done():
            await asyncio.wait((working,), timeout=1)
            bar.advance(task)
    return [sample for samples in await working for sample in samples]


@dataclass(slots=True)
class Beside:
    """What honest clients met alone and beside others, a p50 in seconds a turn; what the others were told."""

    alone: dict[str | None, list[float]]
    beside: dict[str | None, list[float]]
    failures: list[str]
    told: Counter[str]


async def fair(served: Served, tokens: Mapping[str, str], *, shapers: int, turns: int, seconds: float) -> Beside:
    """Honest clients alone and beside such that send new shapes, in turn."""
    found = Beside({persona: [] for persona in _HONEST}, {persona: [] for persona in _HONEST}, [], Counter())
    honest = [_Client(number, served.port, persona, tokens) for number, persona in enumerate(_HONEST)]
    for client in honest:
        await client.warm_up()
    with Progress(console=_console) as bar:
        task = bar.add_task("honest clients, alone and beside new shapes", total=2 * turns)
        for turn in range(turns):
            for p50s in (found.alone, found.beside):
                others = None
                if p50s is found.beside:
                    others = await started(
                        Job(
                            "new-shapes", served.port, shapers, seconds + 1, _PACE, False, 1, 1, "", 0, "", {}, turn + 1
                        )
                    )
                    await asyncio.sleep(1)
                each = await asyncio.gather(
                    *(client.repeat(client.known, seconds, _SHORT_THINKS_S) for client in honest)
                )
                for persona, samples in zip(_HONEST, each, strict=True):
                    p50s[persona].append(percentile([sample.took_s for sample in samples], 0.5))
                    found.failures += [sample.failure for sample in samples if sample.failure]
                if others:
                    found.told.update((await ended(others, 60)).get("told", {}))
                    await asyncio.sleep(_QUIET_S)
                bar.advance(task)
    return found


def _show(samples: Sequence[Sample], found: Beside, shapers: int) -> bool:
    """Prints the figures with their bars; whether all were reached."""
    table = Table(
        "action",
        "requests",
        "failed",
        "p50 ms",
        "p99 ms",
        "longest ms",
        title=f"{len(PERSONAS)} clients, one with verbs",
    )
    for action in ("known", "new search", "verb"):
        of_it = [sample for sample in samples if sample.action == action]
        times = (_p(of_it, share) * 1000 for share in (0.5, 0.99, 1))
        table.add_row(
            action, str(len(of_it)), str(sum(bool(one.failure) for one in of_it)), *(f"{ms:.0f}" for ms in times)
        )
    _console.print(table)
    failures = Counter(f"{sample.action}: {sample.failure}" for sample in samples if sample.failure)
    for told, number in failures.most_common(8):
        _console.print(f"{number} times {told}", markup=False)
    reached = [
        _bar("no request refused or failed", not failures, f"{failures.total()} of {len(samples)}"),
        _p99_bar("known questions", [sample for sample in samples if sample.action == "known"], _KNOWN_S),
        _p99_bar("new searches", [sample for sample in samples if sample.action == "new search"], _SEARCH_S),
    ]
    for persona in _HONEST:
        alone, beside = statistics.median(found.alone[persona]), statistics.median(found.beside[persona])
        what = (
            f"p50 of an honest client ({persona or 'the public'}) beside {shapers} with new shapes at most {_TIMES}"
            " times its own alone"
        )
        figure = f"{beside * 1000:.1f} to {alone * 1000:.1f} ms, {beside / alone:.2f} times"
        reached.append(_bar(what, beside <= _TIMES * alone, figure))
    reached.append(
        _bar(
            "no request of an honest client beside them refused or failed", not found.failures, f"{len(found.failures)}"
        )
    )
    _console.print(
        f"the others were told {dict(found.told.most_common(5))}; honest failures {found.failures[:3]}", markup=False
    )
    return all(reached)


def _p99_bar(what: str, samples: Sequence[Sample], bar_s: float) -> bool:
    p99 = _p(samples, 0.99)
    return _bar(f"p99 of {what} at most {bar_s} s", p99 <= bar_s, f"{p99:.2f} s")


def _p(samples: Iterable[Sample], share: float) -> float:
    return percentile([sample.took_s for sample in samples], share)


def _bar(what: str, reached: bool, figure: str) -> bool:
    _console.print(f"{what}: {'reached' if reached else 'NOT reached'} ({figure})", markup=False)
    return reached


def main(
    seconds: Annotated[float, typer.Option(min=5, help="How long the sixteen ask.")] = 150,
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "1",
    passes: Annotated[int, typer.Option(min=1, help="Turns of honest clients alone and beside others.")] = 5,
    turn: Annotated[float, typer.Option(min=1, help="Seconds of such a turn.")] = 10,
    clients: Annotated[int, typer.Option(min=1, max=250, help="Clients with new shapes.")] = 40,
) -> None:
    """New searches, and new shapes of questions."""
    _console.print(
        f"scale {scale}; load of the machine before: {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores"
    )
    served = Served(data_of(scale), scale, AS_IT_IS)
    try:
        served.await_sorted()
        tokens = {persona: served.token(persona) for persona in set(filter(None, PERSONAS))}
        try:
            samples = asyncio.run(mixed(served, tokens, seconds))
        finally:
            with served.driver() as driver:
                driver.execute_query(_CLEAN, {"title": _TITLE})
        found = asyncio.run(fair(served, tokens, shapers=clients, turns=passes, seconds=turn))
    finally:
        served.stop()
    raise typer.Exit(0 if _show(samples, found, clients) else 1)


if __name__ == "__main__":
    typer.run(main)
