"""Sixteen clients that ask and act, and check each answer against the public facts, the source of a sync, and their
own verbs.
"""

import asyncio
import csv
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.client import Connection, NoAnswer, Response, answered, is_refused, question, signed
from tests.bench.feed import PREFIX, Feed, start_of
from tests.bench.ledger import NOTES, Entry, Ledger, Written
from tests.bench.texts import NOTE

PERSONAS: Final = (
    "import-specialist", "import-specialist", "center-director", "center-director", "importer-manager", "broker",
    "large-broker",
    "agency-officer", "trade-analyst", "port-director", "association-officer", None, None, None, None, None,
)  # fmt: skip
"""Whom each client is signed in as; None for the public."""
_OPENERS: Final = ("import-specialist", "center-director")
_NOTERS: Final = ("importer-manager", "broker", "large-broker", "agency-officer", "trade-analyst", "port-director")
_THINKS_S: Final = (0.1, 0.5)
_MOST_NOTES: Final = 60
"""In one case; then the next case has its turn, so that a page holds them all."""
_GUEST_EVERY_S: Final = 80.0
_RESEND_S: Final = 180.0
_REFERENCE: Final = Path(__file__).parents[2] / "graph_schema" / "reference"
_OPEN: Final = """mutation Open($title: String!, $requestId: String!) {
  openCase(kind: "rfi", importer: "00-0000000SW", title: $title, requestId: $requestId) { number status title } }"""
_CASES: Final = "{ cases(where: {status: {eq: OPEN}}, first: 20) { nodes { number } } }"
_SYNCED: Final = (
    "query Synced($begins: String!) { contacts(where: {name: {startsWith: $begins}}, first: 5) { totalCount nodes {"
    " name } } }"
)
_ASK: Final = """mutation Ask($title: String!, $requestId: String!) {
  askQuestion(title: $title, text: "Which heading is it?", requestId: $requestId) { receipt } }"""
_HEADING: Final = '{ htsHeading(code: "8542") { suggests { nodes { code } } } }'


class Mixed:
    """One client, one request at a time.

    Its verbs are sent again, with the same requestId, until they are acknowledged.
    """

    def __init__(self, number: int, port: int, token: str | None, ledger: Ledger, feed: Feed) -> None:
        self.persona = PERSONAS[number]
        self._name = f"{number:02d}"
        self._connection = Connection(port, f"127.0.0.{21 + number}")
        self._headers = signed(token)
        self._ledger = ledger
        self._feed = feed
        self._random = random.Random(number)
        self._verbs = 0
        self._cases: list[str] = []
        self._mine: Written | None = None
        self._guest = number == len(PERSONAS) - 1
        self._next_guest = 0.0
        self._reads: Sequence[Callable[[], Awaitable[None]]] = (
            self._facts, self._heading, self._synced, self._synced, self._counted, self._hidden,
        )  # fmt: skip

    async def prepare(self) -> None:
        """Finds the cases that it may write in; no two clients have one in common, and who has none only reads."""
        if self.persona not in _NOTERS:
            return
        response = await answered(self._connection, question(_CASES, None, self._headers))
        self._cases = [case["number"] for case in response.json()["data"]["cases"]["nodes"]]
        self._next_case()

    async def warm_up(self, until: float) -> None:
        """Does once all that it does later, so that it is planned."""
        if self._guest:
            await self._as_guest(until)
        if self.persona in _OPENERS:
            await self._open(until)
        if self._mine:
            await self._note(self._mine, until)
            await self._read_mine()
            if self._mine.status:
                await self._turn(self._mine, until)
                await self._turn(self._mine, until)
        for read in self._reads:
            await read()

    async def work_until(self, until: float) -> None:
        while time.monotonic() < until:
            await asyncio.sleep(self._random.uniform(*_THINKS_S))
            if self._guest and time.monotonic() > self._next_guest:
                self._next_guest = time.monotonic() + _GUEST_EVERY_S
                await self._as_guest(until)
            elif self.persona in (*_OPENERS, *_NOTERS) and self._random.random() < 0.5:
                await (self._act(until) if self._random.random() < 0.6 else self._read_mine())
            else:
                await self._random.choice(self._reads)()
        self._connection.close()

    async def _act(self, until: float) -> None:
        mine = self._mine
        if mine and len(mine.notes) < _MOST_NOTES:
            if mine.title and mine.status and self._random.random() < 0.2:
                await self._turn(mine, until)
            else:
                await self._note(mine, until)
        elif self.persona in _OPENERS:
            await self._open(until)
        else:
            self._next_case()

    async def _note(self, mine: Written, until: float) -> None:
        name = self._next()
        text = f"{PREFIX} note {name}"
        mine.notes[text] = False
        mine.notes[text] = (
            await self._done("noteCase", NOTE, {"case": mine.number, "text": text, "requestId": name}, until)
            is not None
        )

    async def _turn(self, mine: Written, until: float) -> None:
        """Closes its case or opens it again."""
        verb, status = ("closeCase", "CLOSED") if mine.status != "CLOSED" else ("reopenCase", "OPEN")
        text = f"""mutation Turn($case: String!, $requestId: String!) {{
          {verb}(case: $case, reason: "{PREFIX}", requestId: $requestId) {{ status }} }}"""
        mine.status = None
        done = await self._done(verb, text, {"case": mine.number, "requestId": self._next()}, until)
        if done is not None:
            mine.status = status
            if done["status"] != status:
                self._enter(time.monotonic(), verb, 0, f"wrong: {verb} left it {done['status']}")

    async def _open(self, until: float) -> None:
        name = self._next()
        done = await self._done("openCase", _OPEN, {"title": f"{PREFIX} case {name}", "requestId": name}, until)
        if done:
            assert self.persona
            self._mine = Written(self.persona, done["number"], done["title"], done["status"])
            self._ledger.written.append(self._mine)

    def _next_case(self) -> None:
        """The next that no other client writes in; with no case left it only reads."""
        assert self.persona
        taken = {written.number for written in self._ledger.written}
        number = next((found for found in self._cases if found not in taken), None)
        if number:
            self._mine = Written(self.persona, number)
            self._ledger.written.append(self._mine)

    async def _as_guest(self, until: float) -> None:
        """Asks a question without an account, and finds it by its receipt.

        Sent once: a requestId does not count without an account.
        """
        title = f"{PREFIX} question {self._next()}"
        began = time.monotonic()
        answer = await self._answer("askQuestion", _ASK, {"title": title, "requestId": title}, began)
        if answer and (asked := answer["data"]["askQuestion"]) and time.monotonic() < until + _RESEND_S:
            self._ledger.acknowledged += 1
            self._ledger.receipts[asked["receipt"]] = title
            self._enter(began, "askQuestion", time.monotonic() - began, "answered")

    async def _done(self, action: str, query: str, variables: dict[str, Any], until: float) -> Any:
        """What an acknowledged verb answers; None where it was given up."""
        began = time.monotonic()
        while time.monotonic() < min(began + _RESEND_S, until + _RESEND_S):
            sent = time.monotonic()
            response = await self._sent(action, query, variables)
            data = (response.json().get("data") or {}) if response else {}
            if response and response.told() == "answered" and data.get(action):
                self._ledger.acknowledged += 1
                self._enter(sent, action, time.monotonic() - sent, "answered")
                return data[action]
            if response and not is_refused(response):
                self._enter(sent, action, time.monotonic() - sent, f"wrong: {response.told()} {response.body[:200]!r}")
                return None
            if response:
                self._enter(sent, action, time.monotonic() - sent, response.told())
            self._ledger.resent += 1
            await asyncio.sleep(_wait_s(response))
        self._ledger.given_up += 1
        return None

    async def _facts(self) -> None:
        expected = _centers()
        await self._check(
            "facts", "{ centers(first: 100) { totalCount nodes { code name } } }", {},
            lambda data: None if {(c["code"],
                c["name"]) for c in data["centers"]["nodes"]} == expected else "the Centers are others",
        )  # fmt: skip

    async def _heading(self) -> None:
        await self._check(
            "heading", _HEADING, {},
            lambda data: (
                None if data["htsHeading"]["suggests"]["nodes"] == [{"code": "CEE007"}] else "8542 suggests another"
            ),
        )  # fmt: skip

    async def _synced(self) -> None:
        key, synced = self._feed.a_key(), self._feed.synced_through

        def fault(data: Any) -> str | None:
            names = [found["name"] for found in data["contacts"]["nodes"]] or [None]
            may_be = self._feed.may_be(key, synced)
            return None if len(names) == 1 and names[0] in may_be else f"row {key} is {names}, may be {may_be}"

        await self._check("synced row", _SYNCED, {"begins": start_of(key)}, fault)

    async def _counted(self) -> None:
        synced = self._feed.synced_through

        def fault(data: Any) -> str | None:
            fewest, most = self._feed.count_may_be(synced)
            count = data["contacts"]["totalCount"]
            return None if fewest <= count <= most else f"{count} synced rows, not {fewest} to {most}"

        await self._check("synced rows", _SYNCED, {"begins": f"{PREFIX} "}, fault)

    async def _hidden(self) -> None:
        """A case that was opened in the run is hidden from the public, from associations and from ports elsewhere."""
        opened = [written for written in self._ledger.written if written.title]
        if not opened or self.persona not in (None, "association-officer", "port-director"):
            return await self._facts()
        variables = {"case": self._random.choice(opened).number}
        return await self._check(
            "hidden case", NOTES, variables, lambda data: "a hidden case is shown" if data["case"] else None
        )

    async def _read_mine(self) -> None:
        mine = self._mine
        if mine:
            await self._check("own case", NOTES, {"case": mine.number}, lambda data: mine.fault(data["case"]))

    async def _check(
        self, action: str, query: str, variables: dict[str, Any], fault: Callable[[Any], str | None]
    ) -> None:
        """Asks, and enters what came; a fault is a wrong answer."""
        began = time.monotonic()
        answer = await self._answer(action, query, variables, began)
        if answer:
            wrong = fault(answer["data"])
            self._enter(began, action, time.monotonic() - began, f"wrong: {wrong}" if wrong else "answered")

    async def _answer(self, action: str, query: str, variables: dict[str, Any], began: float) -> Any:
        """An answer without errors; what else comes is entered."""
        response = await self._sent(action, query, variables)
        if response is None or response.told() == "answered":
            return response and response.json()
        told = response.told() if is_refused(response) else f"wrong: {response.told()} {response.body[:200]!r}"
        self._enter(began, action, time.monotonic() - began, told)
        return None

    async def _sent(self, action: str, query: str, variables: dict[str, Any]) -> Response | None:
        began = time.monotonic()
        try:
            return await self._connection.sent(question(query, variables, self._headers))
        except NoAnswer as error:
            self._enter(began, action, time.monotonic() - began, str(error))
            return None

    def _enter(self, at: float, action: str, took_s: float, told: str) -> None:
        self._ledger.entries.append(Entry(at, action, took_s, told))

    def _next(self) -> str:
        self._verbs += 1
        return f"{self._name}-{self._verbs:05d}"


def _wait_s(response: Response | None) -> float:
    """Before it is sent again: as the hub says, in a header or in its errors, within reason."""
    errors = response.json().get("errors", ()) if response else ()
    told = [error.get("extensions", {}).get("retryAfterS") for error in errors] + [
        response.headers.get("retry-after") if response else None
    ]
    seconds = [float(found) for found in told if found is not None and str(found).replace(".", "", 1).isdigit()]
    return min(10.0, max(seconds, default=1.0))


def _centers() -> set[tuple[str, str]]:
    """Code and name of each Center, from the table of public facts; what has no short name there is none."""
    with (_REFERENCE / "centers.csv").open(newline="") as file:
        return {(row["code"], row["name"]) for row in csv.DictReader(file) if row["short"]}
