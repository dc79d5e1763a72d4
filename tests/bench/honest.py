"""Honest clients: six who are signed in and two of the public, each with time to think between what it asks."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from tests.bench.client import Connection, NoAnswer, Response, answered, question, signed
from tests.bench.texts import HONEST_NUMBERS, NOTE, new_question

PERSONAS: Final = (
    "importer-manager",
    "broker",
    "import-specialist",
    "center-director",
    "trade-analyst",
    "agency-officer",
    None,
    None,
)
"""Whom each client is signed in as; None for the public."""
_THINKS_S: Final = (0.3, 1.1)
_NEW_EVERY_S: Final = 30.0
_VERB_EVERY_S: Final = 60.0
_SEARCHES: Final = 0.2
SEARCH: Final = (
    "query Find($text: String!) { search(text: $text, kinds: [Center, HtsHeading, Agency], first: 5) { nodes { nodeId"
    " } } }"
)
WORDS: Final = (
    "electronics",
    "apparel",
    "steel",
    "machinery",
    "base metals",
    "pharmaceuticals",
    "food",
    "circuits",
    "vehicles",
    "toys",
)
PUBLIC: Final = (
    "{ centers { totalCount nodes { code name managedFrom { name } } } }",
    '{ htsHeading(code: "8542") { title suggests { edges { confidence node { code name } } } } }',
    '{ port(code: "2704") { name contacts(first: 5) { nodes { name email role } } } }',
)
OF_PERSONA: Final[dict[str | None, Sequence[str]]] = {
    None: ('{ responsibleContacts(hts: "8542", first: 2) { contacts { contact { name email } reason } } }',),
    "importer-manager": (
        (
            '{ importer(number: "00-0000000SW") { name center { name } cases(first: 5) { totalCount nodes { number'
            " title } } } }"
        ),
        (
            '{ responsibleContacts(importer: "00-0000000SW", hts: "8542", first: 2) { contacts { contact { name email }'
            " reason } } }"
        ),
    ),
    "broker": (
        (
            '{ broker(filerCode: "S00") { name powersOfAttorney(first: 20) { totalCount edges { since node { number'
            " name } } } } }"
        ),
    ),
    "import-specialist": (
        (
            '{ center(code: "CEE007") { cases(where: {status: {eq: OPEN}}, first: 20) { nodes { number title importer {'
            " name } } } } }"
        ),
    ),
    "center-director": ("{ deadlines(within: 60, first: 10) { totalCount nodes { name due case { number } } } }",),
    "trade-analyst": (
        "{ cases(first: 20, orderBy: [{openedAt: DESC}]) { nodes { number title handledBy { name } } } }",
    ),
    "agency-officer": ('{ agency(code: "FDA") { name cases(first: 10) { totalCount nodes { number title } } } }',),
}
_CASES: Final = "{ cases(where: {status: {eq: OPEN}}, first: 20) { nodes { number } } }"


@dataclass(frozen=True, slots=True)
class Sample:
    """One request of an honest client: when it was sent, what it was, and how it failed, if it did."""

    at: float
    persona: str
    action: str
    took_s: float
    failure: str | None


class Crowd:
    """All honest clients of a hub. What is new is never asked twice, whatever went before."""

    def __init__(self, port: int, tokens: dict[str, str], not_case: str) -> None:
        self._clients = [
            _Client(port, f"127.0.0.{11 + number}", persona, tokens.get(persona or ""), number)
            for number, persona in enumerate(PERSONAS)
        ]
        self._not_case = not_case
        self._new = count(HONEST_NUMBERS.start)

    @property
    def next_new(self) -> int:
        """The number of the next question that nobody has asked."""
        self._new = count(number := next(self._new))
        return number

    async def warm_up(self) -> None:
        """Asks everything once that is asked again and again later, one by one, so that it is planned.

        Raises where one fails.
        """
        for client in self._clients:
            await client.warm_up(self._not_case)

    async def ask_for(self, seconds: float) -> list[Sample]:
        """What came of all that they asked in that time."""
        until = time.monotonic() + seconds
        each = await asyncio.gather(*(client.ask_until(until, self._new) for client in self._clients))
        return sorted((sample for samples in each for sample in samples), key=lambda sample: sample.at)


class _Client:
    def __init__(self, port: int, source: str, persona: str | None, token: str | None, seed: int) -> None:
        self._connection = Connection(port, source)
        self._persona = persona
        self._headers = signed(token)
        self._random = random.Random(seed)
        self._verbs = 0
        self._case = ""
        self._known = [*PUBLIC, *OF_PERSONA[persona]]

    async def warm_up(self, not_case: str) -> None:
        if self._persona:
            found = await self._must(_CASES)
            cases = [case["number"] for case in found["data"]["cases"]["nodes"] if case["number"] != not_case]
            # not two of them in one case
            self._case = cases[PERSONAS.index(self._persona) % len(cases)]
            await self._must(*self._note())
        for query in self._known:
            await self._must(query)
        for word in WORDS:
            await self._must(SEARCH, {"text": word})

    async def ask_until(self, until: float, new: "count[int]") -> list[Sample]:
        samples: list[Sample] = []
        next_new = time.monotonic() + self._random.uniform(0, min(_NEW_EVERY_S, until - time.monotonic()))
        next_verb = time.monotonic() + self._random.uniform(0, min(_VERB_EVERY_S, until - time.monotonic())) * 0.9
        while time.monotonic() < until:
            await asyncio.sleep(self._random.uniform(*_THINKS_S))
            now = time.monotonic()
            if self._persona and now >= next_verb:
                next_verb += _VERB_EVERY_S
                samples.append(await self._sampled("verb", *self._note()))
            elif now >= next_new:
                next_new += _NEW_EVERY_S
                samples.append(await self._sampled("new", new_question(next(new)), {}))
            elif self._random.random() < _SEARCHES:
                samples.append(await self._sampled("search", SEARCH, {"text": self._random.choice(WORDS)}))
            else:
                samples.append(await self._sampled("known", self._random.choice(self._known), {}))
        self._connection.close()
        return samples

    def _note(self) -> tuple[str, dict[str, Any]]:
        self._verbs += 1
        name = f"honest-{self._persona}-{self._verbs}-{time.time_ns()}"
        return NOTE, {"case": self._case, "text": f"Note {name}", "requestId": name}

    async def _sampled(self, action: str, query: str, variables: dict[str, Any]) -> Sample:
        began = time.monotonic()
        try:
            failure = _failure(await self._connection.sent(question(query, variables, self._headers)))
        except NoAnswer as error:
            failure = str(error)
        return Sample(began, self._persona or "public", action, time.monotonic() - began, failure)

    async def _must(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The answer. A hub that has just started may need several tries for what it has to plan."""
        return (await answered(self._connection, question(query, variables, self._headers))).json()


def _failure(response: Response) -> str | None:
    told = response.told()
    return None if told == "answered" else told
