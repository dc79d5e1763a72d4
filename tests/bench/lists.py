"""Run `uv run python -m tests.bench.lists [SCALE]`: lists, totals and search beside hand-written Cypher, for each kind
of viewer.

One request at a time, hub over HTTP and driver in turn, after both have given the same answer and warmed up; medians of
at least 31 rounds and 2 s. Loads scale 1 once into a data directory of its own (some minutes).
"""

import http.client
import json
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

from neo4j import READ_ACCESS, GraphDatabase, Session
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hub.errors import TooCostly
from hub.gql.document_limits import Limits, parse_within
from hub.gql.search_text import query, words
from hub.world.sample import ISSUER
from tests.bench.by_hand_lists import CASES_TEXT, IMPORTERS_TEXT, KINDS, QUESTIONS, Kind, Question
from tests.bench.questions import flat
from tests.bench.serving import DATA, Served

WARM_UP: Final = 20
ROUNDS: Final = 31
SECONDS: Final = 2
MOST: Final = 1.6


class Pair:
    """One question by one persona, both ways."""

    def __init__(self, bench: Served, session: Session, question: Question, kind: Kind, persona: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", bench.port)
        self._body = json.dumps({"query": question.query}).encode()
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {bench.token(persona)}"}
        self._session = session
        self._text = question.by_hand(kind)
        text = CASES_TEXT if "cases" in question.name else IMPORTERS_TEXT
        self._parameters = {
            "viewer": f"{ISSUER}|{persona}",
            "text": text,
            "queries": [query(word) for word in words(text)],
        }

    def by_hub(self) -> Any:
        self._connection.request("POST", "/graphql", self._body, self._headers)
        answer = json.loads(self._connection.getresponse().read())
        assert "errors" not in answer, answer
        return answer["data"]

    def by_hand(self) -> Any:
        parameters = {**self._parameters, "now": datetime.now(UTC)}
        records = self._session.run(self._text, parameters)  # pyright: ignore[reportArgumentType]
        return [record.values() for record in records]

    def warm_up(self) -> None:
        """Both give the same answer, again and again until they are as fast as they get."""
        hub, hand = flat(self.by_hub()), flat(self.by_hand())
        assert hub == hand, (self._text, hub[:6], hand[:6], len(hub), len(hand))
        self._connection.close()  # planning may have outlasted what the hub keeps idle connections for
        for _ in range(WARM_UP):
            self.by_hub()
            self.by_hand()
            self._connection.close()

    def measured(self) -> tuple[float, float]:
        """The medians in ms, hub and by hand, taken in turn."""
        taken: tuple[list[float], list[float]] = ([], [])
        done = time.perf_counter() + SECONDS
        while len(taken[1]) < ROUNDS or time.perf_counter() < done:
            for times, ask in zip(taken, (self.by_hub, self.by_hand), strict=True):
                began = time.perf_counter()
                ask()
                times.append((time.perf_counter() - began) * 1000)
        self._connection.close()
        return statistics.median(taken[0]), statistics.median(taken[1])


def main() -> None:
    bench = Served(DATA, sys.argv[1] if len(sys.argv) > 1 else "1")
    table = Table(
        title=f"one client, medians of at least {ROUNDS}, hub over HTTP / by hand through the driver, ms (ratio)"
    )
    personas = [(kind, persona) for kind in KINDS for persona in kind.personas]
    for column in ("question", *(persona for _, persona in personas)):
        table.add_column(column)
    worst = 0.0
    try:
        with (
            GraphDatabase.driver(
                bench.uri, auth=("neo4j", bench.password), fetch_size=-1, telemetry_disabled=True
            ) as driver,
            driver.session(default_access_mode=READ_ACCESS) as session,
        ):
            asked = [
                [Pair(bench, session, question, kind, persona) for kind, persona in personas] for question in QUESTIONS
            ]
            for pair in track([pair for pairs in asked for pair in pairs], "warming up"):
                pair.warm_up()
            for question, pairs in zip(QUESTIONS, track(asked, "asking"), strict=True):
                cells: list[str] = []
                for pair in pairs:
                    hub, hand = pair.measured()
                    worst = max(worst, hub / hand)
                    cells.append(f"{hub:.1f} / {hand:.1f} ({hub / hand:.2f})")
                table.add_row(question.name, *cells)
    finally:
        bench.stop()
    console = Console(width=170)
    console.print(table)
    console.print(f"worst ratio {worst:.2f}, at most {MOST} wanted: {'reached' if worst <= MOST else 'NOT reached'}")
    console.print(f"a fragment bomb of {len(BOMB)} bytes is refused in {_refused_s() * 1000:.2f} ms")


BOMB: Final = (
    "query Fragments {...f0}"
    + "".join(f"fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(20))
    + "fragment f20 on Query{__typename}"
)


def _refused_s() -> float:
    """The seconds until a document in which each fragment spreads the next twice is refused."""
    began = time.perf_counter()
    try:
        parse_within(BOMB, Limits())
    except TooCostly:
        return time.perf_counter() - began
    raise SystemExit("the bomb was let in")


if __name__ == "__main__":
    main()
