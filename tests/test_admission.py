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

from hub import admission
from hub.admission import Admission, Gate, Share
from hub.callers import Caller
from hub.errors import TooManyRequests, Unavailable

ACCOUNTS = [Caller(f"account {number}", signed_in=True) for number in range(3)]
ADDRESSES = [Caller(f"address {number}", signed_in=False) for number in range(3)]
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
def test_a_gate_keeps_the_shares_and_lets_in_by_turns_whatever_comes_and_goes(share: Share, taken: list[tuple[str, Caller, int]]) -> None:
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


def test_addresses_that_ask_without_end_leave_an_account_its_turn(run: Callable[..., Any]) -> None:
    async def whole() -> list[str]:
        gate = Admission(4, 1)
        order: list[str] = []
        ends = asyncio.Event()

        async def work(name: str) -> None:
            order.append(name)
            await ends.wait()

        crowd = [Caller(f"address {number}", signed_in=False) for number in range(50)]

        def ask(caller: Caller, text: str, name: str) -> asyncio.Task[None]:
            return asyncio.create_task(gate.run(caller, text, lambda: work(name)))

        asked = [ask(caller, f"text {number}", "address") for number, caller in enumerate(crowd * 2)]
        await asyncio.sleep(0.01)
        asked.append(ask(ACCOUNTS[0], "known soon", "account"))
        await asyncio.sleep(0.01)
        ends.set()
        await asyncio.gather(*asked)
        return order

    assert "account" in run(whole())[:3]


def test_a_statement_is_run_first_by_one_and_then_by_all(run: Callable[..., Any]) -> None:
    async def whole() -> list[int]:
        gate = Admission(8, 8)
        begun: list[int] = []
        """How many had begun when each was over."""

        async def work() -> None:
            begun.append(len(begun) + 1)
            await asyncio.sleep(0.01)
            begun.append(len([found for found in begun if found]))

        assert gate.new(["text", "another"]) == 2
        await asyncio.gather(*(gate.run(caller, "text", work) for caller in ACCOUNTS))
        assert gate.new(["text", "another"]) == 1
        return begun

    assert run(whole())[:2] == [1, 1]


def test_known_statements_go_past_those_that_are_planned(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        gate = Admission(8, 1)
        ends = asyncio.Event()

        async def at_once() -> str:
            return "answered"

        await gate.run(ACCOUNTS[0], "known", at_once)
        planned = [asyncio.create_task(gate.run(caller, caller.key, ends.wait)) for caller in ACCOUNTS]
        await asyncio.sleep(0.01)
        assert await asyncio.wait_for(gate.run(ACCOUNTS[0], "known", at_once), 1) == "answered"
        ends.set()
        await asyncio.gather(*planned)

    run(whole())


def test_a_failed_first_run_is_followed_by_another_and_a_lost_database_makes_all_new(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        gate = Admission(8, 2)
        tries = 0

        async def work() -> int:
            nonlocal tries
            tries += 1
            await asyncio.sleep(0)
            if tries == 1:
                raise ValueError
            return tries

        answers = await asyncio.gather(*(gate.run(caller, "text", work) for caller in ACCOUNTS), return_exceptions=True)
        assert isinstance(answers[0], ValueError)
        assert all(isinstance(answer, int) for answer in answers[1:])
        assert tries == 3

        async def lost() -> None:
            raise Unavailable("gone")

        with pytest.raises(Unavailable):
            await gate.run(ACCOUNTS[0], "text", lost)
        assert gate.new(["text"]) == 1

    run(whole())


def test_who_waits_for_a_first_run_is_told_with_it_that_the_database_is_gone(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        gate = Admission(8, 8)
        tries = 0

        async def lost() -> None:
            nonlocal tries
            tries += 1
            await asyncio.sleep(0.01)
            raise Unavailable("gone", 7)

        told = await asyncio.gather(*(gate.run(caller, "text", lost) for caller in ACCOUNTS), return_exceptions=True)
        assert [(str(error), isinstance(error, Unavailable) and error.retry_after_s) for error in told] == [("gone", 7)] * 3
        assert tries == 1

    run(whole())


def test_a_first_run_that_is_cancelled_keeps_nobody(run: Callable[..., Any]) -> None:
    async def whole() -> str:
        gate = Admission(8, 8)

        async def work() -> str:
            await asyncio.sleep(0.01)
            return "answered"

        hung_up = asyncio.create_task(gate.run(ACCOUNTS[0], "text", work))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(gate.run(ACCOUNTS[1], "text", work))
        await asyncio.sleep(0)
        hung_up.cancel()
        return await asyncio.wait_for(waiting, 1)

    assert run(whole()) == "answered"


def test_a_statement_that_others_have_driven_out_is_new_again_and_one_in_use_is_not(run: Callable[..., Any]) -> None:
    async def whole() -> int:
        gate = Admission()

        async def at_once() -> None:
            pass

        for text in ("used", "left", *(f"another {number}" for number in range(300))):
            await gate.run(ACCOUNTS[0], text, at_once)
            await gate.run(ACCOUNTS[0], "used", at_once)
        assert gate.new(["used"]) == 0
        return gate.new(["left"])

    assert run(whole()) == 1


def test_waiting_is_bounded_and_told(run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "_MOST_WAITING_EACH", 2)

    async def whole() -> None:
        hasty = Gate(Share(1, 1, 1, 1), waits_s=0.01)
        assert hasty.enter_now(ACCOUNTS[0])
        with pytest.raises(Unavailable, match="try again") as told:
            await hasty.enter(ACCOUNTS[1])
        assert told.value.retry_after_s
        hasty.leave(ACCOUNTS[0])
        assert hasty.enter_now(ACCOUNTS[1])  # who gave up is forgotten
        gate = Gate(Share(1, 1, 1, 1))
        assert gate.enter_now(ACCOUNTS[0])
        waiting = [asyncio.create_task(gate.enter(ACCOUNTS[1])) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests, match="2 of your questions"):
            await gate.enter(ACCOUNTS[1])
        gate.leave(ACCOUNTS[0])
        await waiting[0]
        gate.leave(ACCOUNTS[1])
        await waiting[1]

    run(whole())


@pytest.mark.parametrize("gives_up", ["hangs up", "waits no longer"])
def test_who_gives_up_in_the_moment_that_another_leaves_takes_no_place_with_it(gives_up: str, run: Callable[..., Any]) -> None:
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
            time.sleep(0.05)  # noqa: ASYNC251 - the loop stands still, so that all is due in its next turn, first that they have waited too long
        for task in waiting:
            with suppress(asyncio.CancelledError, Unavailable):
                await task
                gate.leave(second)
        assert gate.enter_now(first), "everybody has left"
        gate.leave(first)

    run(whole())
