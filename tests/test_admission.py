"""Admission: what is planned for the first time is run by one at first, few at once, and what is known goes past it."""

import asyncio
import itertools
import operator
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hub.errors import Unavailable
from hub.limits.admission import Admission
from hub.limits.callers import Caller

ACCOUNTS = [Caller(f"account {number}", signed_in=True) for number in range(3)]


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

        assert gate.new_kb([["text"], ["another"]]) == 2
        await asyncio.gather(*(gate.run(caller, "text", work) for caller in ACCOUNTS))
        assert gate.new_kb([["text"], ["another"]]) == 1
        assert gate.new_kb([["text", "another"], ["a" * 1025, "b" * 1024]]) == 1 + 3
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


def test_a_failed_first_run_is_followed_by_another_and_a_lost_database_makes_all_new_a_busy_one_none(
    run: Callable[..., Any],
) -> None:
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

        async def busy() -> None:
            raise Unavailable("busy")

        with pytest.raises(Unavailable):
            await gate.run(ACCOUNTS[0], "text", busy)
        assert gate.new_kb([["text"]]) == 0
        gate.forget()
        assert gate.new_kb([["text"]]) == 1

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
        assert [(str(error), isinstance(error, Unavailable) and error.retry_after_s) for error in told] == [
            ("gone", 7)
        ] * 3
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
        assert gate.new_kb([["used"]]) == 0
        return gate.new_kb([["left"]])

    assert run(whole()) == 1


def test_others_have_their_turns_between_two_that_are_compiled(run: Callable[..., Any]) -> None:
    async def whole() -> tuple[list[int], list[int]]:
        gate = Admission()
        compiled, turns_before = list[int](), list[int]()
        turns = 0

        def work(number: int) -> int:
            turns_before.append(turns)
            time.sleep(0.02)
            compiled.append(number)
            return number

        compiling = [
            asyncio.create_task(gate.compile(ACCOUNTS[number % 3], partial(work, number))) for number in range(5)
        ]
        while not all(one.done() for one in compiling):
            await asyncio.sleep(0)
            turns += 1
        return sorted(await asyncio.gather(*compiling)), [
            after - before for before, after in itertools.pairwise(turns_before)
        ]

    numbers, between = run(whole())
    assert numbers == [*range(5)]
    assert min(between) > 20


def test_two_hundred_documents_of_one_caller_at_once_are_all_compiled(run: Callable[..., Any]) -> None:
    async def whole() -> list[int]:
        gate = Admission()
        return await asyncio.gather(
            *(gate.compile(ACCOUNTS[0], partial(operator.mul, number, 2)) for number in range(200))
        )

    assert run(whole()) == [2 * number for number in range(200)]


def test_what_was_run_again_stays_when_others_are_run_once(run: Callable[..., Any]) -> None:
    async def whole() -> tuple[int, int, int]:
        gate = Admission()

        async def at_once() -> None:
            pass

        for text in ("again", "once", "again"):
            await gate.run(ACCOUNTS[0], text, at_once)
        for number in range(300):
            await gate.run(ACCOUNTS[1], f"another {number}", at_once)
        stays = gate.new_kb([["again"]]), gate.new_kb([["once"]])
        for number in range(300):
            for _ in range(2):
                await gate.run(ACCOUNTS[1], f"more {number}", at_once)
        return *stays, gate.new_kb([["again"]])

    assert run(whole()) == (0, 1, 1)


def test_what_is_prepared_takes_nobodys_turn_and_is_known_afterwards(run: Callable[..., Any]) -> None:
    async def whole() -> None:
        gate = Admission(8, 1)
        ends, runs = asyncio.Event(), list[str]()

        async def work(name: str) -> str:
            runs.append(name)
            await ends.wait()
            return name

        preparing = asyncio.create_task(gate.prepare("text", lambda: work("prepared")))
        await asyncio.sleep(0)
        assert not gate.is_quiet
        await gate.prepare("text", lambda: work("prepared twice"))
        other = asyncio.create_task(gate.run(ACCOUNTS[0], "other", lambda: work("other")))
        waits = asyncio.create_task(gate.run(ACCOUNTS[1], "third", lambda: work("third")))
        same = asyncio.create_task(gate.run(ACCOUNTS[2], "text", lambda: work("same")))
        await asyncio.sleep(0)
        assert runs == ["prepared", "other"]
        ends.set()
        assert await asyncio.gather(other, waits, same) == ["other", "third", "same"]
        await preparing
        assert gate.is_quiet
        assert gate.new_kb([["text"]]) == 0

    run(whole())
