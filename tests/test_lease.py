"""Leases: one holder at a time, and one that has lost its lease does not work on."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.database import lease
from hub.database.graph import Graph
from hub.database.lease import Lease, Taken

STEAL = "MATCH (w:Lease {id: 'work'}) SET w.leasedBy = 'another', w.leasedUntil = datetime() + duration({hours: 1})"
HOLDER = "MATCH (w:Lease {id: 'work'}) RETURN w.leasedBy"


def test_who_has_lost_its_lease_is_ended_and_takes_nothing_back(
    empty: Graph, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "_RENEW_S", 0.2)
    went_on = False

    async def work() -> None:
        nonlocal went_on
        async with Lease(empty, "work"):
            await asyncio.sleep(1)  # renewed meanwhile, and still held
            await empty.write([Statement(STEAL, {})])
            await asyncio.sleep(30)
            went_on = True

    with pytest.raises(Taken, match="work was taken over by another process"):
        run(asyncio.wait_for(work(), 20))
    assert not went_on
    assert run(empty.read_one(HOLDER, {})) == "another"


def test_what_fails_within_a_lease_gives_it_back(empty: Graph, run: Callable[..., Any]) -> None:
    async def work() -> None:
        async with Lease(empty, "work"):
            raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        run(work())
    assert run(empty.read_one(HOLDER, {})) is None
