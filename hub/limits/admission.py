"""Which statements run now and which wait.

Statements that are planned for the first time pass a narrow gate; those that are known pass a wide one of their own.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final, TypeVar

from hub.errors import Unavailable
from hub.limits.callers import Caller
from hub.limits.gate import Gate, Share, Used

Result = TypeVar("Result")

_WAITS_TO_PLAN_S: Final = 30.0
"""How long a statement waits for its turn to be planned: ten panels of a page take that long on a database that has
just started.
"""
_PLANS: Final = 100
"""As many as the hub has Neo4j keep for a gigabyte of heap."""
_FIRST_RUN_S: Final = 70.0
"""How long others wait for a first run, which has a deadline of its own before."""
_MOST_WAITING_TO_COMPILE: Final = 300
"""Documents of one caller: a system may send 200 changes at once, each with its values written in."""


def statements(most: int) -> Share:
    """A quarter for an account, an eighth for an address, half for all addresses."""
    return Share(most, max(1, most // 4), max(1, most // 8), max(1, most // 2))


def plannings(most: int) -> Share:
    """Half for an account and for all addresses, one at a time for each of those: planning keeps one of Neo4j's
    cores busy.
    """
    return Share(most, max(1, (most + 1) // 2), 1, max(1, most // 2))


def in_kb(text: str) -> int:
    """How many KB it has, rounded up."""
    return -(-len(text) // 1024)


class Admission:
    """Runs statements as the gates let them: so many at a time, and so many that are planned for the first time; 0
    has no gate. `planned_kb` tells how much each caller has had planned lately: who asks something new now and then
    does not wait for those who do all the time. Neo4j keeps so many `plans`: a statement whose plan it may have let go
    has a first run again.
    """

    def __init__(
        self, most: int = 0, most_plannings: int = 0, planned_kb: Used | None = None, *, plans: int = _PLANS
    ) -> None:
        self._gate = Gate(statements(most)) if most else None
        # what is planned takes no turn of those that run: who waits for one would keep others from planning meanwhile
        self._planning = (
            Gate(plannings(most_plannings), _WAITS_TO_PLAN_S, used=planned_kb) if most_plannings else self._gate
        )
        one = Share(all=1, account=1, address=1, addresses=1)
        self._compiling = Gate(one, most_waiting_each=_MOST_WAITING_TO_COMPILE, used=planned_kb)
        self._known = _Planned(plans)
        self._first_runs: dict[int, asyncio.Future[Unavailable | None]] = {}

    async def compile(self, caller: Caller, work: Callable[[], Result]) -> Result:
        """The result of `work`, which reads and compiles a document, once it is the caller's turn.

        It keeps the process for ten milliseconds or more: the next has its turn after as long again, in which those
        are served who wait for nothing else. Raises what `Gate.enter` and `work` do.
        """
        if not self._compiling.enter_now(caller):
            await self._compiling.enter(caller)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            return work()
        finally:
            loop.call_later(loop.time() - began, self._compiling.leave, caller)

    def new_kb(self, questions: Iterable[Iterable[str]]) -> int:
        """How many KB of these questions' statements were not run before, rounded up for each question."""
        new = ("".join(text for text in texts if self.is_new(text)) for texts in questions)
        return sum(in_kb(text) for text in new)

    def is_new(self, text: str) -> bool:
        """Whether this statement was not run before, so that Neo4j has to plan it."""
        return hash(text) not in self._known

    async def run(self, caller: Caller, text: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of `work`, which runs that statement, once it is the caller's turn.

        Raises what `Gate.enter` and `work` do.
        """
        number = hash(text)
        if number not in self._known:
            return await self._first(caller, number, work)
        self._known.used(number)
        return await self._again(caller, work)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody waits for a turn, and nothing that was not run before is run."""
        return not self._first_runs and not any(gate and gate.waiting for gate in (self._gate, self._planning))

    async def prepare(self, text: str, work: Callable[[], Awaitable[object]]) -> None:
        """Has `work` run that statement the first time, before anybody asks it, beside the gates; not if it is known or
        being run.

        Who asks it meanwhile waits as for anybody's first run. Raises what `work` does.
        """
        number = hash(text)
        if number not in self._known and number not in self._first_runs:
            await self._run_first(number, work)

    @property
    def is_planning(self) -> bool:
        """Whether any statement is run for the first time now."""
        return bool(self._first_runs)

    def enter_now(self, caller: Caller) -> bool:
        """Takes a turn of the caller's for a statement that is known, if there is room; `leave` gives it back."""
        return self._gate is None or self._gate.enter_now(caller)

    async def enter(self, caller: Caller) -> None:
        """Waits for such a turn. Raises what `Gate.enter` does."""
        if self._gate:
            await self._gate.enter(caller)

    def leave(self, caller: Caller) -> None:
        """Gives back the turn that `enter` or `enter_now` took."""
        if self._gate:
            self._gate.leave(caller)

    def used(self, text: str) -> None:
        """A statement was run that is known, in a turn that `enter` or `enter_now` gave."""
        self._known.used(hash(text))

    def forget(self) -> None:
        """For a database that was away: it may have lost its plans."""
        self._known.clear()

    async def _again(self, caller: Caller, work: Callable[[], Awaitable[Result]]) -> Result:
        async with _through(self._gate, caller):
            return await work()

    async def _first(self, caller: Caller, number: int, work: Callable[[], Awaitable[Result]]) -> Result:
        """As the first to run it, or once the first run is over: it would be planned for each who asks meanwhile."""
        while number not in self._known:
            if first := self._first_runs.get(number):
                await _over(first)
                continue
            async with _through(self._planning, caller):
                if number not in self._known and number not in self._first_runs:
                    return await self._run_first(number, work)
        return await self._again(caller, work)

    async def _run_first(self, number: int, work: Callable[[], Awaitable[Result]]) -> Result:
        over = self._first_runs[number] = asyncio.get_running_loop().create_future()
        gone: Unavailable | None = None
        try:
            result = await work()
        except Unavailable as error:
            gone = error
            raise
        else:
            self._known.add(number)
            return result
        finally:
            del self._first_runs[number]
            over.set_result(gone)


class _Planned:
    """Of which statements Neo4j still has the plans, so many at most: what was run again stays when more come that
    are run once, as in Neo4j's own cache (Caffeine, W-TinyLFU).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_again = most * 4 // 5
        self._once: OrderedDict[int, None] = OrderedDict()
        self._again: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._again or number in self._once

    def add(self, number: int) -> None:
        self._once[number] = None
        if len(self._once) + len(self._again) > self._most:
            self._once.popitem(last=False)

    def used(self, number: int) -> None:
        """It was run once more; of what is not there nothing changes."""
        if number in self._again:
            self._again.move_to_end(number)
        elif number in self._once:
            del self._once[number]
            self._again[number] = None
            if len(self._again) > self._most_again:
                oldest, _ = self._again.popitem(last=False)
                self._once[oldest] = None

    def clear(self) -> None:
        self._once.clear()
        self._again.clear()


def _through(gate: Gate | None, caller: Caller) -> AbstractAsyncContextManager[None]:
    return gate.passed(caller) if gate else nullcontext()


async def _over(first_run: asyncio.Future[Unavailable | None]) -> None:
    """Waits until another's first run is over, well or not.

    Raises `Unavailable` where the database was not there for it: those who waited would find that out one after
    another.
    """
    try:
        async with asyncio.timeout(_FIRST_RUN_S):
            gone = await asyncio.shield(first_run)
    except TimeoutError as error:
        reason = f"what was asked first of the same form has not been answered within {_FIRST_RUN_S:.0f} s"
        raise Unavailable(f"the hub is busy, and {reason}: try again in a few seconds") from error
    if gone:
        raise Unavailable(str(gone), gone.retry_after_s) from gone
