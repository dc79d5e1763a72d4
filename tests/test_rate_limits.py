"""Budgets: bursts have room, what is used comes back bit by bit, one caller's use is no other's, and memory is
bounded.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import TooManyRequests
from hub.limits import callers
from hub.limits.callers import Caller
from hub.limits.rate_limits import BYTES, COST, PLANNINGS, QUESTIONS, Amounts, BoundedMemory, Budget, RateLimits
from hub.viewer import PUBLIC

ACCOUNT = Caller("tests.example|one", signed_in=True)
ANOTHER = Caller("tests.example|two", signed_in=True)
ADDRESS = Caller("192.0.2.1", signed_in=False)


class Clock:
    now = 1_000_000_020.0  # a minute begins

    def __call__(self) -> float:
        return self.now


def limits(clock: Clock, processes: int = 1) -> RateLimits:
    amounts = {COST: Amounts(1_000, 100), PLANNINGS: Amounts(0, 3), QUESTIONS: Amounts(0, 2)}
    return RateLimits(amounts, processes, clock)


def refused(budgets: RateLimits, budget: Budget, caller: Caller, amount: int = 1) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as told:
        budgets.take(budget, caller, amount)
    return told.value


def test_all_may_be_used_at_once_by_each_and_no_more() -> None:
    budgets = limits(Clock())
    for caller in (ACCOUNT, ANOTHER):
        budgets.take(COST, caller, 1_000)
        error = refused(budgets, COST, caller)
        assert (error.code, error.budget) == ("TOO_MANY_REQUESTS", "cost")
    budgets.take(COST, ADDRESS, 100)
    assert refused(budgets, COST, ADDRESS)
    budgets.take(BYTES, ADDRESS, 10**9)  # of which there is no budget


def test_a_refusal_says_what_is_used_up_when_to_come_again_and_who_may_use_more() -> None:
    budgets = limits(Clock())
    budgets.take(COST, ADDRESS, 100)
    assert (
        str(refused(budgets, COST, ADDRESS))
        == "the limit is a cost of 100 within one minute for an address without an account, and not enough of it is"
        " left: try again in 61 s; an account may use 1,000"
    )
    budgets.take(QUESTIONS, ADDRESS, 2)
    told = str(refused(budgets, QUESTIONS, ADDRESS))
    assert told.startswith("the limit is 2 questions asked within one hour for an address without an account")
    assert told.endswith("; sign in to use more")


def test_the_networks_of_one_site_have_so_many_shares_together_and_what_is_refused_counts_nothing() -> None:
    budgets = limits(Clock())
    networks = [callers.caller(PUBLIC, f"2001:db8:1:{number:x}::/64") for number in range(65)]
    for caller in networks[:-1]:
        for _ in range(2):
            budgets.take(QUESTIONS, caller)
    told = str(refused(budgets, QUESTIONS, networks[-1]))
    assert "128 questions asked within one hour for all addresses of 2001:db8:1::/48 without an account" in told
    budgets.take(QUESTIONS, callers.caller(PUBLIC, "2001:db8:2::/64"))
    budgets.give_back(QUESTIONS, networks[0])
    budgets.take(QUESTIONS, networks[-1])
    assert refused(budgets, QUESTIONS, networks[-1])


def test_what_is_counted_beside_what_was_counted_already_is_all_that_there_is_at_most() -> None:
    budgets = limits(Clock())
    budgets.take(PLANNINGS, ADDRESS)
    budgets.take(PLANNINGS, ADDRESS, 100, beside=1)
    assert refused(budgets, PLANNINGS, ADDRESS)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 70)), max_size=12), st.integers(1, 100))
def test_who_comes_again_when_told_is_let_in_and_not_much_earlier(used: list[tuple[int, float]], wanted: int) -> None:
    clock = Clock()
    budgets = limits(clock)
    for amount, pause_s in used:
        clock.now += pause_s
        try:
            budgets.take(COST, ADDRESS, amount)
        except TooManyRequests:
            continue
    try:
        budgets.take(COST, ADDRESS, wanted)
    except TooManyRequests as error:
        told_s = error.retry_after_s
        clock.now += max(0, told_s - 2)
        if told_s > 3:
            refused(budgets, COST, ADDRESS, wanted)
        clock.now += min(2, told_s)
        budgets.take(COST, ADDRESS, wanted)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 30)), max_size=60))
def test_in_no_two_minutes_more_is_used_than_three_budgets(used: list[tuple[int, float]]) -> None:
    clock = Clock()
    budgets = limits(clock)
    counted: list[tuple[float, int]] = []
    for amount, pause_s in used:
        clock.now += pause_s
        try:
            budgets.take(COST, ADDRESS, amount)
        except TooManyRequests:
            continue
        counted.append((clock.now, amount))
        assert sum(found for at, found in counted if at > clock.now - 120) <= 300


def test_a_question_that_costs_more_than_there_is_takes_all_of_it() -> None:
    budgets = limits(Clock())
    budgets.take(COST, ADDRESS, 5_000)
    assert refused(budgets, COST, ADDRESS)


def test_what_was_not_done_is_given_back() -> None:
    clock = Clock()
    budgets = limits(clock)
    budgets.take(PLANNINGS, ADDRESS, 3)
    budgets.give_back(PLANNINGS, ADDRESS, 2)
    budgets.take(PLANNINGS, ADDRESS, 2)
    assert refused(budgets, PLANNINGS, ADDRESS)
    clock.now += 60  # in the next minute it is taken from what the one before counts
    budgets.give_back(PLANNINGS, ADDRESS, 3)
    budgets.take(PLANNINGS, ADDRESS, 3)


def test_of_several_at_once_all_are_counted_or_none() -> None:
    budgets = limits(Clock())
    with pytest.raises(TooManyRequests):
        budgets.take_each(QUESTIONS, ADDRESS, 3)
    budgets.take_each(QUESTIONS, ADDRESS, 2)
    assert refused(budgets, QUESTIONS, ADDRESS)


def test_of_several_processes_each_has_its_part() -> None:
    budgets = limits(Clock(), processes=4)
    budgets.take(COST, ACCOUNT, 250)
    assert refused(budgets, COST, ACCOUNT)
    budgets.take(PLANNINGS, ADDRESS)
    assert refused(budgets, PLANNINGS, ADDRESS)


def test_headers_tell_the_budgets_and_what_is_left() -> None:
    clock = Clock()
    budgets = limits(clock)
    budgets.take(COST, ADDRESS, 40)
    clock.now += 15
    assert dict(budgets.headers(ADDRESS)) == {
        b"ratelimit-policy": b'"cost";q=100;w=60, "plannings";q=3;w=60, "questions";q=2;w=3600',
        b"ratelimit": b'"cost";r=60;t=45',
    }
    assert RateLimits({}).headers(ADDRESS) == []


def test_memory_is_bounded_whoever_comes() -> None:
    clock = Clock()
    memory = BoundedMemory(1_000, clock)
    for number in range(10_000):
        memory.acquire_sliding_window_entry(f"address {number}", 10, 60, 1)
    assert len(memory) <= 1_000
    clock.now += 60
    for number in range(10_000):
        memory.acquire_sliding_window_entry(f"address {number}", 10, 60, 1)
    assert len(memory) <= 2_000
    clock.now += 120
    memory.acquire_sliding_window_entry("one", 10, 60, 1)
    assert len(memory) == 1


def test_whoever_has_used_any_is_known_and_of_ipv6_by_its_site() -> None:
    budgets, network = limits(Clock()), Caller("2001:db8:0:1::/64", signed_in=False, site="2001:db8::/48")
    for caller in (ADDRESS, network):
        assert not budgets.has_used(QUESTIONS, caller)
        budgets.take(QUESTIONS, caller)
        assert budgets.has_used(QUESTIONS, caller)
    assert budgets.has_used(QUESTIONS, Caller("2001:db8:0:2::/64", signed_in=False, site="2001:db8::/48"))
    assert not budgets.has_used(QUESTIONS, Caller("2001:db8:1:1::/64", signed_in=False, site="2001:db8:1::/48"))
    budgets.give_back(QUESTIONS, ADDRESS)
    assert not budgets.has_used(QUESTIONS, ADDRESS)
    # what is not counted was used by nobody
    assert not budgets.has_used(QUESTIONS, ACCOUNT)
