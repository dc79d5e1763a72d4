"""Statements that the database broke off without an answer: those who wait for them are told, and the connections are free again.

Neo4j sends nothing at all where it fails by an error without a text, as when its stack overflows (2026.08.1: "Unable to send error back to
the client" in its log). The transaction stays open, works on no statement any more, and does not end by its own timeout either.
"""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from typing import Final

from hub.errors import TooCostly

TAG: Final = "hub"
"""The name of the metadata by which a transaction is known on the server."""
_REFUSED_S: Final = 60.0
_MOST_REFUSED: Final = 100

Look = Callable[[Collection[str]], Awaitable[Collection[str] | None]]
"""Of transactions by their tags, those that are open on the server and work on no statement; None where that cannot be told."""


class BrokenOff(TooCostly):
    """The database broke a statement off without an answer."""

    def __init__(self) -> None:
        super().__init__("the database broke this off, as it does where a question is nested too deep for it: ask for fewer levels")


class Asked:
    """Somebody who asks the database for one statement or several; `tag` marks the transaction on the server."""

    __slots__ = ("broken_off", "deadline", "statements", "tag")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.broken_off = False
        self.deadline: asyncio.Timeout | None = None
        """Of the statement that is under way; None between statements."""
        self.statements = 0

    @property
    def metadata(self) -> dict[str, str]:
        return {TAG: self.tag}


class Statements:
    """What is asked at the moment, and the texts that were broken off lately."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._process = secrets.token_hex(4)
        self._numbers = itertools.count()
        self._under_way: dict[str, Asked] = {}
        self._suspects: Mapping[str, int] = {}
        self._refused: dict[str, float] = {}

    def new(self) -> Asked:
        return Asked(f"{self._process}-{next(self._numbers)}")

    @contextmanager
    def under_way(self, asked: Asked, deadline: asyncio.Timeout) -> Generator[None]:
        """Around each statement, which `deadline` ends."""
        asked.deadline = deadline
        asked.statements += 1
        self._under_way[asked.tag] = asked
        try:
            yield
        finally:
            asked.deadline = None
            del self._under_way[asked.tag]

    async def end_broken_off(self) -> None:
        """Ends those that the server worked on no more when last looked, and works on no more now."""
        known = {tag: asked.statements for tag, asked in self._under_way.items()}
        idle = await self._look(known) if known else ()
        if idle is None:
            return
        suspects = {tag: known[tag] for tag in idle}
        now = asyncio.get_running_loop().time()
        for tag, statements in suspects.items():
            asked = self._under_way.get(tag)
            if asked and asked.deadline and asked.statements == statements == self._suspects.get(tag):
                asked.broken_off = True
                asked.deadline.reschedule(now)
        self._suspects = suspects

    def refuse(self, text: str) -> None:
        """From now on, for a minute: each time, a broken off statement holds a connection for seconds."""
        self._refused[text] = asyncio.get_running_loop().time() + _REFUSED_S
        if len(self._refused) > _MOST_REFUSED:
            del self._refused[next(iter(self._refused))]

    def require_not_refused(self, text: str) -> None:
        """Raises `BrokenOff` for a text that was broken off lately."""
        if self._refused.get(text, 0.0) > asyncio.get_running_loop().time():
            raise BrokenOff
