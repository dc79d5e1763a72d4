"""Watching what is gathered: the statements that go to the database, which may be held back for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from hub.database.gathered_form import form_of
from hub.database.gathering import Gathering
from hub.database.graph import Graph
from hub.database.lane import Read


@dataclass(frozen=True)
class Asked:
    """A statement, and the viewers it was for: one, or those of a gathered one."""

    text: str
    viewers: list[str]


class Statements:
    """Those that a graph is asked, in order; `ended` are those that were cancelled, by the number of their viewers."""

    def __init__(self, graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Asked] = []
        self.ended: list[int] = []
        self._held: dict[str, asyncio.Event] = {}
        for name in ("read_one", "read"):
            monkeypatch.setattr(graph, name, self._watched(getattr(graph, name)))

    def _watched(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def watched(text: str, parameters: Any, *more: Any, **named: Any) -> Any:
            each = parameters["together"]["members"] if "together" in parameters else [parameters]
            self.asked.append(Asked(text, [one.get("viewer", "") for one in each]))
            try:
                if text in self._held:
                    await self._held[text].wait()
                return await ask(text, parameters, *more, **named)
            except asyncio.CancelledError:
                self.ended.append(len(each))
                raise

        return watched

    def members(self) -> list[int]:
        """How many each statement was for."""
        return [len(found.viewers) for found in self.asked]

    def clear(self) -> None:
        self.asked.clear()
        self.ended.clear()

    @contextmanager
    def held(self, *texts: str) -> Generator[None]:
        """Within it these statements do not reach the database, unless they are released."""
        self._held = {text: asyncio.Event() for text in texts}
        yield
        for text in list(self._held):
            self.release(text)

    def release(self, text: str) -> None:
        self._held.pop(text).set()


async def planned(gathering: Gathering, read: Read) -> None:
    """Has a statement and its gathered form planned, as those who ask it again and again at once would."""
    form = form_of(read.text)
    assert form
    while gathering.is_new(form):
        await asyncio.gather(*(gathering.read_one(read, gathers=True) for _ in range(20)))
        if gathering.planning:
            await gathering.planning
