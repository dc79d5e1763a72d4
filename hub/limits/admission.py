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
from hub.limits.gate import Gate, Share

Result = TypeVar("Result")

_WAITS_TO_PLAN_S: Final = 30.0
"""How long a statement waits for its turn to be planned: ten panels of a page take that long on a database that has
just started.
"""
_FIRST_RUN_S: Final = 70.0
"""How long others wait for a first run, which has a deadline of its own before."""
_KNOWN: Final = 100
"""As many as the plans the hub has Neo4j keep for a gigabyte of heap: what may have been let go has a first run
again.
"""


def statements(most: int) -> Share:
    """A quarter for an account, an eighth for an address, half for all addresses."""
    return Share(most, max(1, most // 4), max(1, most // 8), max(1, most // 2))


def plannings(most: int) -> Share:
    """Half for an account and for all addresses, one at a time for each of those: planning keeps one of Neo4j's
    cores busy.
    """
    return Share(most, max(1, (most + 1) // 2), 1, max(1, most // 2))


class Admission:
    """Runs statements as the gates let them: so many at a time, and so many that are planned for the first time; 0
    has no gate.
    """

    def __init__(self, most: int = 0, most_plannings: int = 0) -> None:
        self._gate = Gate(statements(most)) if most else None
        # what is planned takes no turn of those that run: who waits for one would keep others from planning meanwhile
        self._planning = Gate(plannings(most_plannings), _WAITS_TO_PLAN_S) if most_plannings else self._gate
        self.compiling = Gate(Share(all=1, account=1, address=1, addresses=1))
        """Passed by who has a document read and compiled, which the process does for one at a time."""
        self._known: OrderedDict[int, None] = OrderedDict()
        self._first_runs: dict[int, asyncio.Future[Unavailable | None]] = {}

    def new(self, questions: Iterable[Iterable[str]]) -> int:
        """Of how many of these questions a statement was not run before."""
        return sum(any(hash(text) not in self._known for text in texts) for texts in questions)

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
        self._known.move_to_end(number)
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
        if (number := hash(text)) in self._known:
            self._known.move_to_end(number)

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
            self._known[number] = None
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)
            return result
        finally:
            del self._first_runs[number]
            over.set_result(gone)


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
