"""What is done again and again: by its own pause, and after a failure by another."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from hub.errors import Unavailable
from hub.jobs.loops import repeat


def test_what_fails_is_told_and_done_again(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.WARNING, "hub.jobs")
    outcomes: Iterator[float | Exception] = iter((3.0, Unavailable("the database is away"), ValueError("odd"), 4.0))
    pauses: list[float] = []

    async def once() -> float:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr("hub.jobs.loops.asyncio.sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(repeat("the sync of x", once, 60))
    assert pauses == [3.0, 60, 60, 4.0]
    told = [(record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert told == [
        ("the sync of x: not done, tried again in 60 s: the database is away", False),
        ("the sync of x failed and is tried again in 60 s", True),
    ]


def test_pauses_are_spread_where_several_hubs_would_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def once() -> float:
        return 100.0

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 50:
            raise asyncio.CancelledError

    monkeypatch.setattr("hub.jobs.loops.asyncio.sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(repeat("the sync of x", once, 60, spread=0.1))
    assert all(90 <= wait <= 110 for wait in pauses)
    assert len(set(pauses)) > 1
