"""Run `uv run python -m tests.bench.first_answers`: how long people wait for what nobody has asked before.

Twenty-six questions (`ad_hoc.py`), each asked once by its persona, and by the peer where it can spell them. For each
pass a hub is started as `hub up` starts it, with its limits, and the peer beside it. Before anything is measured, Neo4j
has run for a minute, and each has answered a warm-up `_WARM_UP` times: the hub the start page's examples, both the
questions of `questions.py`. What is measured shares a statement with that only as the column `new` tells. The order
differs from pass to pass; hub and peer take turns in being first. After Ctrl-C it shows what it has. Needs Node with
npm, javac.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Annotated, Any, Final

import orjson
import psutil
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from hub.web.examples import EXAMPLES
from tests.bench.ad_hoc import AD_HOC
from tests.bench.questions import QUESTIONS
from tests.bench.serving import AS_IT_IS, Peer, Served, data_of, install_shim
from tests.bench.side_by_side import variables_of
from tests.bench.statements import Statements, kind_of

_WARM_UP: Final = 3
_WORST_S: Final = 1.0
_PEERS: Final = 1.0
"""The hub's median is at most so many times the peer's, over what the peer can spell."""
_PATIENCE_S: Final = 120
_PERSONAS: Final = sorted({found.persona for found in AD_HOC if found.persona} | {found.persona for found in QUESTIONS})
_console: Final = Console(width=170, highlight=False, emoji=False)


@dataclass(slots=True)
class Asked:
    """What came of one question over the passes, in ms: first answers of hub and peer, and the hub's second."""

    hub: list[float] = field(default_factory=list[float])
    peer: list[float] = field(default_factory=list[float])
    again: list[float] = field(default_factory=list[float])
    failures: list[str] = field(default_factory=list[str])
    statements: int = 0
    new: int = 0
    characters: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.hub)


class _Contender:
    """Asks one question at a time, over one connection."""

    def __init__(self, port: int, path: str, tokens: Mapping[str, str]) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        self._path = path
        self._tokens = tokens

    def ask(
        self, query: str, persona: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> tuple[float, str]:
        """How many ms the answer took, and the errors in it, or nothing."""
        headers = {"content-type": "application/json"}
        if token := self._tokens.get(persona or ""):
            headers["authorization"] = f"Bearer {token}"
        body = orjson.dumps({"query": query, "variables": variables or {}})
        self._connection.close()  # a new one each time: the other's may have been idle too long
        began = time.perf_counter()
        self._connection.request("POST", self._path, body, headers)
        answer = self._connection.getresponse().read()
        took_ms = (time.perf_counter() - began) * 1000
        return took_ms, "; ".join(str(error["message"]) for error in orjson.loads(answer).get("errors", ()))

    def close(self) -> None:
        self._connection.close()


def _pass(
    number: int, served: Served, peer: Peer, runs_s: float, found: Mapping[str, Asked], step: Callable[[str], None]
) -> None:
    """Warms both up, and asks each question once."""
    tokens = {persona: served.token(persona) for persona in _PERSONAS}
    with closing(_Contender(served.port, "/graphql", tokens)) as hub, closing(_Contender(peer.port, "/", {})) as other:
        step("sorting")
        served.await_sorted()
        step("warming up")
        _warm_up(served, hub, other)
        _look(served, found)
        neo4j_s = time.time() - psutil.Process(served.neo4j).create_time()
        time.sleep(max(0.0, runs_s - neo4j_s))
        order = list(AD_HOC)
        random.Random(number).shuffle(order)
        for turn, asked in enumerate(order):
            step(asked.about)
            for contender in ("hub", "peer") if (turn + number) % 2 else ("peer", "hub"):
                if contender == "hub":
                    _enter(found[asked.about].hub, found[asked.about], *hub.ask(asked.hub, asked.persona))
                elif asked.peer:
                    _enter(found[asked.about].peer, found[asked.about], *other.ask(asked.peer))
        for asked in order:
            _enter(found[asked.about].again, found[asked.about], *hub.ask(asked.hub, asked.persona))


def _enter(times: list[float], asked: Asked, took_ms: float, failure: str) -> None:
    times.append(took_ms)
    if failure:
        asked.failures.append(failure)


def _warm_up(served: Served, hub: _Contender, peer: _Contender) -> None:
    variables = variables_of(served)
    asked: list[tuple[float, str]] = []
    for _ in range(_WARM_UP):
        asked = [hub.ask(example.query, example.persona) for example in EXAMPLES]
        for question in QUESTIONS:
            asked.append(hub.ask(question.hub, question.persona, variables[question.name][0]))
            asked.append(peer.ask(question.peer, None, variables[question.name][0]))
    if failed := [failure for _, failure in asked if failure]:
        raise SystemExit(f"the warm-up was not answered: {failed[0]}")


def _look(served: Served, found: Mapping[str, Asked]) -> None:
    """How many statements each question may need, how many of those the warm-up did not run, and how long those are."""
    with served.driver() as driver:
        personas = {found.persona for found in (*AD_HOC, *EXAMPLES, *QUESTIONS)}
        statements = Statements({persona: kind_of(driver, persona) for persona in personas})
    variables = variables_of(served)
    known = set[str]().union(
        *(statements.texts(example.query, example.persona) for example in EXAMPLES),
        *(statements.texts(question.hub, question.persona, variables[question.name][0]) for question in QUESTIONS),
    )
    for asked in AD_HOC:
        texts = statements.texts(asked.hub, asked.persona)
        entry, new = found[asked.about], texts - known
        entry.statements, entry.new, entry.characters = len(texts), len(new), sum(map(len, new))


def _show(found: Mapping[str, Asked]) -> bool:
    """Prints the figures with their bars; whether all were reached."""
    table = Table(
        title=(
            f"first answers in ms, medians of {len(found[AD_HOC[0].about].hub)} passes, each on a hub and a Neo4j just"
            " started"
        )
    )
    for column in ("question", "asked by"):
        table.add_column(column)
    for column in ("hub", "longest", "peer", "again", "statements", "new", "their characters"):
        table.add_column(column, justify="right")
    for asked in AD_HOC:
        entry = found[asked.about]
        slow = entry.median > 1000 * min(_WORST_S, asked.bar_s or _WORST_S)
        table.add_row(
            asked.about, asked.persona or "the public", f"{entry.median:.0f}{' *' if slow else ''}",
            f"{max(entry.hub):.0f}",
            f"{statistics.median(entry.peer):.0f}" if entry.peer else "", f"{statistics.median(entry.again):.0f}",
            str(entry.statements), str(entry.new), f"{entry.characters:,}",
        )  # fmt: skip
    _console.print(table)
    for asked in AD_HOC:
        for failure in sorted(set(found[asked.about].failures)):
            _console.print(f"{asked.about}: {failure}", markup=False)
    return all([*_bars(found)])


def _bars(found: Mapping[str, Asked]) -> Sequence[bool]:
    spelled = [found[asked.about] for asked in AD_HOC if asked.peer]
    hub, peer = (
        statistics.median(times)
        for times in ([e.median for e in spelled], [statistics.median(e.peer) for e in spelled])
    )
    all_ = statistics.median(entry.median for entry in found.values())
    worst = max(AD_HOC, key=lambda asked: found[asked.about].median)
    failed = sum(len(entry.failures) for entry in found.values())
    yes = [
        _bar("all answered", failed == 0, f"{failed} failures"),
        _bar(
            f"the hub's median at most {_PEERS} times the peer's over the {len(spelled)} it can spell",
            hub <= _PEERS * peer,
            f"{hub:.0f} to {peer:.0f} ms, {hub / peer:.2f} times; over all {len(AD_HOC)} the hub's is {all_:.0f} ms",
        ),
        _bar(
            f"the worst of all at most {_WORST_S} s", found[worst.about].median <= _WORST_S * 1000,
            f"{found[worst.about].median / 1000:.2f} s, {worst.about}",
        ),
    ]  # fmt: skip
    for asked in AD_HOC:
        if asked.bar_s:
            took_s = found[asked.about].median / 1000
            yes.append(_bar(f"{asked.about}, at most {asked.bar_s} s", took_s <= asked.bar_s, f"{took_s:.2f} s"))
    return yes


def _bar(what: str, reached: bool, figure: str) -> bool:
    _console.print(f"{what}: {'reached' if reached else 'NOT reached'} ({figure})", markup=False)
    return reached


def main(
    passes: Annotated[int, typer.Option(min=1, help="Each on a hub and a Neo4j that are started anew.")] = 5,
    scale: Annotated[str, typer.Option(help="Of the sample world.")] = "1",
    runs: Annotated[
        float, typer.Option(min=0, help="Seconds for which Neo4j has run before anything is measured.")
    ] = 60,
) -> None:
    """First answers, beside the peer's."""
    install_shim(data_of(scale))
    found = {asked.about: Asked() for asked in AD_HOC}
    load = psutil.getloadavg()[0]
    _console.print(f"scale {scale}; load of the machine before: {load:.1f} on {psutil.cpu_count()} cores")
    with Progress(console=_console) as bar:
        task = bar.add_task("", total=passes * (3 + len(AD_HOC)))
        for number in range(passes):

            def step(what: str, number: int = number) -> None:
                bar.update(task, advance=1, description=f"pass {number + 1}: {what}")

            step("starting")
            try:
                _on_new_servers(number, scale, runs, found, step)
            except KeyboardInterrupt:
                break
    if not all(entry.again for entry in found.values()):
        raise SystemExit("no pass was over")
    raise typer.Exit(0 if _show(found) else 1)


def _on_new_servers(
    number: int, scale: str, runs_s: float, found: Mapping[str, Asked], step: Callable[[str], None]
) -> None:
    served = Served(data_of(scale), scale, AS_IT_IS)
    try:
        peer = Peer(served)
        try:
            _pass(number, served, peer, runs_s, found, step)
        finally:
            peer.stop()
    finally:
        served.stop()


if __name__ == "__main__":
    typer.run(main)
