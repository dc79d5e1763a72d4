"""What sixteen clients asked and wrote, and whether all that was acknowledged is there at the end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.client import Connection, NoAnswer, answered, question, signed
from tests.bench.feed import PREFIX

NOTES: Final = f"""query Notes($case: String!) {{ case(number: $case) {{ number status
  notes(first: 100, where: {{text: {{startsWith: "{PREFIX}"}}}}) {{ totalCount nodes {{ text }} }} }} }}"""
_TITLED: Final = (
    "query Titled($title: String!) { cases(where: {title: {eq: $title}}) { totalCount nodes { number status } } }"
)
_BY_RECEIPT: Final = "query Receipt($receipt: String!) { questionByReceipt(receipt: $receipt) { question { title } } }"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request: when it was sent, what it was, how long it took, and what came: `answered`, a refusal, or
    `wrong: …`.
    """

    at: float
    action: str
    took_s: float
    told: str


@dataclass(slots=True)
class Written:
    """What a client has written in a case that nobody else writes in: notes by their text, and whether each was
    acknowledged.
    """

    persona: str
    number: str
    title: str | None = None
    status: str | None = None
    """As the last acknowledged verb left it; None where that is not known."""
    notes: dict[str, bool] = field(default_factory=dict[str, bool])

    def fault(self, case: Any) -> str | None:
        """What of an answer about it cannot be. A note that was not acknowledged may be there, once."""
        if case is None:
            return f"case {self.number} is not there"
        texts = [note["text"] for note in case["notes"]["nodes"]]
        lost = {text for text, done in self.notes.items() if done} - set(texts)
        strange = set(texts) - set(self.notes)
        if lost or strange or len(texts) != len(set(texts)) or len(texts) != case["notes"]["totalCount"]:
            twice = len(texts) - len(set(texts))
            return (
                f"case {self.number}: {len(lost)} acknowledged notes lost, {len(strange)} never sent, {twice} there"
                " twice"
            )
        if self.status and case["status"] != self.status:
            return f"case {self.number} is {case['status']}, not {self.status}"
        return None


@dataclass(slots=True)
class Ledger:
    """All that was asked, and all that was written."""

    entries: list[Entry] = field(default_factory=list[Entry])
    written: list[Written] = field(default_factory=list[Written])
    receipts: dict[str, str] = field(default_factory=dict[str, str])
    """Of questions asked without an account: receipt -> title."""
    acknowledged: int = 0
    resent: int = 0
    given_up: int = 0

    def wrong(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.told.startswith("wrong")]


async def losses(port: int, tokens: dict[str, str], ledger: Ledger) -> list[str]:
    """What of the acknowledged verbs is not there once, each as a sentence."""
    looks = [_look_at_case(written, signed(tokens[written.persona])) for written in ledger.written]
    looks += [_look_for_question(receipt, title) for receipt, title in ledger.receipts.items()]
    found: list[str | None] = []
    async with Connection(port) as connection:
        for look in looks:
            try:
                found.append(await look(connection))
            except NoAnswer as error:
                found.append(str(error))
    return [fault for fault in found if fault]


def _look_at_case(written: Written, headers: Mapping[str, str]) -> Callable[[Connection], Awaitable[str | None]]:
    async def look(connection: Connection) -> str | None:
        if written.title:
            cases = (await data(connection, _TITLED, {"title": written.title}, headers))["cases"]
            if cases["totalCount"] != 1:
                return f"{written.title} was opened {cases['totalCount']} times"
        return written.fault((await data(connection, NOTES, {"case": written.number}, headers))["case"])

    return look


def _look_for_question(receipt: str, title: str) -> Callable[[Connection], Awaitable[str | None]]:
    async def look(connection: Connection) -> str | None:
        asked = (await data(connection, _BY_RECEIPT, {"receipt": receipt}, {}))["questionByReceipt"]["question"]
        return None if asked == {"title": title} else f"{title} is not found by its receipt"

    return look


async def synced_names(port: int, token: str) -> list[str]:
    """The names of all synced rows that there are, page by page."""
    names: list[str] = []
    text = f"""query All($after: String) {{ contacts(where: {{name: {{startsWith: "{PREFIX} "}}}}, first: 100,
  after: $after) {{
      nodes {{ name }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    after: str | None = None
    async with Connection(port) as connection:
        for _ in range(1000):
            page = (await data(connection, text, {"after": after}, signed(token)))["contacts"]
            names += [found["name"] for found in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    return names


async def data(connection: Connection, query: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    """The data of an answer, however often it must be asked for."""
    return (await answered(connection, question(query, variables, headers))).json()["data"]
