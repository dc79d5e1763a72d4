"""Gates: nobody has more than its share, nobody waits for whom there is room, and who waits is let in by turns."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import TooManyRequests, Unavailable
from hub.limits.callers import Caller
from hub.limits.gate import Gate, Share

ACCOUNTS = [Caller(f"account {number}", signed_in=True) for number in range(3)]
ADDRESSES = [Caller(f"address {number}", signed_in=False) for number in range(4)]
shares = st.builds(Share, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
whats = st.sampled_from(["come", "come", "come", "leave", "leave", "give up"])
steps = st.lists(st.tuples(whats, st.sampled_from(ACCOUNTS + ADDRESSES), st.integers(0, 5)), max_size=80)


class Watched:
    """A gate, and what must be true of it whatever comes and goes."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self.gate = Gate(share)
        self.inside: Counter[Caller] = Counter()
        self.waiting: dict[Caller, list[asyncio.Task[None]]] = {caller: [] for caller in ACCOUNTS + ADDRESSES}
        self.let_in_since: dict[Caller, Counter[Caller]] = defaultdict(Counter)
        """Of each caller that waits and could be let in: how many of each other were let in meanwhile."""

    async def come(self, caller: Caller) -> None:
        room = self.has_room_for(caller)
        assert self.gate.enter_now(caller) is room
        if room:
            self.inside[caller] += 1
        else:
            self.waiting[caller].append(asyncio.create_task(self.gate.enter(caller)))
        await self.settle()

    async def leave(self, which: int) -> None:
        if inside := list(self.inside.elements()):
            caller = inside[which % len(inside)]
            self.inside[caller] -= 1
            self.gate.leave(caller)
        await self.settle()

    async def give_up(self, caller: Caller, which: int) -> None:
        if tasks := self.waiting[caller]:
            task = tasks.pop(which % len(tasks))
            task.cancel()
            await asyncio.wait([task])
        await self.settle()

    async def settle(self) -> None:
        """Takes note of who was let in, and holds it against what is promised."""
        for _ in range(3):
            await asyncio.sleep(0)
        for caller, tasks in self.waiting.items():
            done = [task.done() for task in tasks]
            assert done == sorted(done, reverse=True), "of one caller's, who came first is let in first"
            for _ in range(sum(done)):
                tasks.pop(0).result()
                self.inside[caller] += 1
                self.turn_of(caller)
        assert sum(self.inside.values()) <= self.share.all
        assert sum(self.inside[caller] for caller in ADDRESSES) <= self.share.addresses
        assert all(self.inside[caller] <= self.own_share(caller) for caller in ACCOUNTS + ADDRESSES)
        assert not [caller for caller, tasks in self.waiting.items() if tasks and self.has_room_for(caller)]

    def turn_of(self, caller: Caller) -> None:
        self.let_in_since.pop(caller, None)
        for other in ACCOUNTS + ADDRESSES:
            if not self.waiting[other] or self.inside[other] >= self.own_share(other):
                self.let_in_since.pop(other, None)
            elif other.signed_in == caller.signed_in:
                self.let_in_since[other][caller] += 1
        for other, counts in self.let_in_since.items():
            assert max(counts.values(), default=0) <= 1, f"{other} waits, and {counts} were let in meanwhile"

    def own_share(self, caller: Caller) -> int:
        return self.share.account if caller.signed_in else self.share.address

    def has_room_for(self, caller: Caller) -> bool:
        addresses = sum(self.inside[found] for found in ADDRESSES)
        whole = sum(self.inside.values()) < self.share.all and (caller.signed_in or addresses < self.share.addresses)
        return whole and self.inside[caller] < self.own_share(caller)


@settings(max_examples=100, deadline=None)
@given(shares, steps)
def test_a_gate_keeps_the_shares_and_lets_in_by_turns_whatever_comes_and_goes(
    share: Share, taken: list[tuple[str, Caller, int]]
) -> None:
    async def whole() -> None:
        watched = Watched(share)
        for what, caller, which in taken:
            match what:
                case "come":
                    await watched.come(caller)
                case "leave":
                    await watched.leave(which)
                case _:
                    await watched.give_up(caller, which)
        while sum(watched.inside.values()):  # at the end everybody gets through
            await watched.leave(0)
        assert not any(watched.waiting.values())
        assert not sum(watched.inside.values())

    asyncio.run(whole())


def test_waiting_is_bounded_and_told(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        hasty = Gate(Share(1, 1, 1, 1), waits_s=0.01)
        assert hasty.enter_now(ACCOUNTS[0])
        with pytest.raises(Unavailable, match="try again") as told:
            await hasty.enter(ACCOUNTS[1])
        assert told.value.retry_after_s
        hasty.leave(ACCOUNTS[0])
        assert hasty.enter_now(ACCOUNTS[1])  # who gave up is forgotten
        gate = Gate(Share(1, 1, 1, 1), most_waiting_each=2)
        assert gate.enter_now(ACCOUNTS[0])
        waiting = [asyncio.create_task(gate.enter(ACCOUNTS[1])) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="2 of your requests"):
            await gate.enter(ACCOUNTS[1])
        gate.leave(ACCOUNTS[0])
        await waiting[0]
        gate.leave(ACCOUNTS[1])
        await waiting[1]

    run(whole())


@pytest.mark.parametrize("gives_up", ["hangs up", "waits no longer"])
def test_who_gives_up_in_the_moment_that_another_leaves_takes_no_place_with_it(
    gives_up: str, run: Callable[..., Any]
) -> None:
    first, second = ACCOUNTS[:2]

    async def whole() -> None:
        gate = Gate(Share(1, 1, 1, 1), waits_s=0.01 if gives_up == "waits no longer" else 10)
        assert gate.enter_now(first)
        waiting = [asyncio.create_task(gate.enter(second)) for _ in range(3)]
        await asyncio.sleep(0)
        if gives_up == "hangs up":
            waiting[0].cancel()
            gate.leave(first)
        else:
            asyncio.get_running_loop().call_later(0.02, gate.leave, first)
            # the loop stands still, so that all is due in its next turn, first that they have waited too long
            time.sleep(0.05)  # noqa: ASYNC251
        for task in waiting:
            with suppress(asyncio.CancelledError, Unavailable):
                await task
                gate.leave(second)
        assert gate.enter_now(first), "everybody has left"
        gate.leave(first)

    run(whole())


def test_who_has_used_least_comes_first_and_among_equals_by_turns(run: Callable[..., Any]) -> None:
    async def whole() -> list[str]:
        used = {caller.key: 5.0 for caller in ADDRESSES[:3]}
        gate = Gate(Share(1, 1, 1, 1), used=lambda key, signed_in: 0 if signed_in else used.get(key, 0))
        order: list[str] = []

        async def enter(caller: Caller) -> None:
            await gate.enter(caller)
            order.append(caller.key)
            gate.leave(caller)

        assert gate.enter_now(ACCOUNTS[0])
        asked = [*ADDRESSES[:3], ADDRESSES[0], ADDRESSES[3]]
        waiting = [asyncio.create_task(enter(caller)) for caller in asked]
        await asyncio.sleep(0)
        gate.leave(ACCOUNTS[0])
        await asyncio.gather(*waiting)
        return order

    first, second, third, fourth = (caller.key for caller in ADDRESSES[:4])
    assert run(whole()) == [fourth, first, second, third, first]


def test_a_gate_that_is_widened_lets_in_who_waits_and_one_that_is_narrowed_nobody(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        gate = Gate(Share(1, 2, 2, 2))
        assert gate.enter_now(ACCOUNTS[0])
        waiting = [asyncio.create_task(gate.enter(caller)) for caller in (ACCOUNTS[1], ADDRESSES[0])]
        await asyncio.sleep(0)
        gate.resize(3)
        await asyncio.wait_for(asyncio.gather(*waiting), 1)
        gate.resize(1)
        for caller in (ACCOUNTS[0], ACCOUNTS[1]):
            gate.leave(caller)
            assert not gate.enter_now(caller)
        gate.leave(ADDRESSES[0])
        assert gate.enter_now(ACCOUNTS[0])

    run(whole())
