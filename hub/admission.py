"""Which statements run now and which wait, so that nobody who asks much keeps the others from their turn.

A gate lets so many through at a time. Each caller has a share of them, and callers without an account a part together, so that those with
one always get through. Who waits is let in by turns, round robin: one of each caller, not one by one as they came. Statements that are
planned for the first time pass a narrow gate of their own before; those that are known go past them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hub.callers import Caller
from hub.errors import TooManyRequests, Unavailable

Result = TypeVar("Result")

_WAITS_S: Final = 10.0
"""How long a statement waits for its turn at the most."""
_WAITS_TO_PLAN_S: Final = 30.0
"""The same for one that is planned for the first time: ten panels of a page take that long on a database that has just started."""
_FIRST_RUN_S: Final = 70.0
"""How long others wait for a first run, which has a deadline of its own before."""
_MOST_WAITING: Final = 1_000
"""Of those with an account, and as many of those without."""
_MOST_WAITING_EACH: Final = 100
_KNOWN: Final = 100
"""As many as the plans the hub has Neo4j keep for a gigabyte of heap: what may have been let go has a first run again."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many may be let through at a time: in all, of an account, of an address without one, of all such addresses together."""

    all: int
    account: int
    address: int
    addresses: int


def statements(most: int) -> Share:
    """A quarter for an account, an eighth for an address, half for all addresses."""
    return Share(most, max(1, most // 4), max(1, most // 8), max(1, most // 2))


def plannings(most: int) -> Share:
    """Half for an account, a third for all addresses, one at a time for each: planning keeps one of Neo4j's cores busy."""
    return Share(most, max(1, (most + 1) // 2), 1, max(1, most // 3))


class Admission:
    """Runs statements as the gates let them: so many at a time, and so many that are planned for the first time; 0 has no gate."""

    def __init__(self, most: int = 0, most_plannings: int = 0) -> None:
        self._gate = Gate(statements(most)) if most else None
        self._planning = Gate(plannings(most_plannings), _WAITS_TO_PLAN_S) if most_plannings else None
        self._known: OrderedDict[int, None] = OrderedDict()
        self._first_runs: dict[int, asyncio.Future[Unavailable | None]] = {}

    def new(self, texts: Iterable[str]) -> int:
        """How many of these statements were not run before."""
        return sum(hash(text) not in self._known for text in texts)

    def is_new(self, text: str) -> bool:
        """Whether this statement was not run before, so that Neo4j has to plan it."""
        return hash(text) not in self._known

    async def run(self, caller: Caller, text: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of `work`, which runs that statement, once it is the caller's turn. Raises what `Gate.enter` and `work` do."""
        number = hash(text)
        if number not in self._known:
            return await self._first(caller, number, work)
        self._known.move_to_end(number)
        gate = self._gate
        if gate is None:
            return await self._run(work)
        if not gate.enter_now(caller):
            await gate.enter(caller)
        try:
            return await self._run(work)
        finally:
            gate.leave(caller)

    async def _run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await work()
        except Unavailable:
            self._forget()
            raise

    async def _first(self, caller: Caller, number: int, work: Callable[[], Awaitable[Result]]) -> Result:
        """As the first to run it, or once the first run is over: it would be planned for each who asks meanwhile."""
        while number not in self._known:
            if first := self._first_runs.get(number):
                await _over(first)
                continue
            async with _through(self._planning, caller), _through(self._gate, caller):
                if number not in self._known and number not in self._first_runs:
                    return await self._run_first(number, work)
        async with _through(self._gate, caller):
            return await self._run(work)

    async def _run_first(self, number: int, work: Callable[[], Awaitable[Result]]) -> Result:
        over = self._first_runs[number] = asyncio.get_running_loop().create_future()
        gone: Unavailable | None = None
        try:
            result = await self._run(work)
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

    def _forget(self) -> None:
        """A database that was away may have lost its plans."""
        self._known.clear()


@dataclass(slots=True)
class _Line:
    """Those who wait, with an account or without. `next` are the callers whose own share has room, in the order of their turns."""

    waiting: dict[str, deque[asyncio.Future[None]]] = field(default_factory=dict[str, deque[asyncio.Future[None]]])
    next: OrderedDict[str, None] = field(default_factory=OrderedDict[str, None])
    count: int = 0


class Gate:
    """Lets callers through by their shares. Nobody waits for whom there is room."""

    def __init__(self, share: Share, waits_s: float = _WAITS_S) -> None:
        self._share = share
        self._waits_s = waits_s
        self._inside: dict[str, int] = {}
        self._all = 0
        self._addresses = 0
        self._lines = {True: _Line(), False: _Line()}
        self._turn_of = True

    def enter_now(self, caller: Caller) -> bool:
        """Lets the caller through, if there is room."""
        if not self._has_room(caller.signed_in) or not self._is_below_share(caller.key, caller.signed_in):
            return False
        self._let_in(caller.key, caller.signed_in)
        return True

    async def enter(self, caller: Caller) -> None:
        """Waits for the caller's turn.

        Raises `TooManyRequests` where many of its own wait already, and `Unavailable` if its turn does not come in time.
        """
        line, key = self._lines[caller.signed_in], caller.key
        own = len(line.waiting.get(key, ()))
        if own >= _MOST_WAITING_EACH:
            told = f"{own} of your questions wait for their turn already: wait for their answers before you ask more"
            raise TooManyRequests(told, 1, "waiting")
        if line.count >= _MOST_WAITING:
            raise _busy(0)
        turn = asyncio.get_running_loop().create_future()
        line.waiting.setdefault(key, deque()).append(turn)
        line.count += 1
        if self._is_below_share(key, caller.signed_in):
            line.next.setdefault(key)
        try:
            async with asyncio.timeout(self._waits_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it was its turn at the same moment
                self.leave(caller)
            else:
                _give_up(line, key, turn)
            if isinstance(error, TimeoutError):
                raise _busy(self._waits_s) from error
            raise

    def leave(self, caller: Caller) -> None:
        """Gives back what `enter` or `enter_now` took, and lets in whose turn it is."""
        key, signed_in = caller.key, caller.signed_in
        left = self._inside.pop(key) - 1
        if left:
            self._inside[key] = left
        self._all -= 1
        self._addresses -= not signed_in
        line = self._lines[signed_in]
        if key in line.waiting:
            line.next.setdefault(key)
        if line.count or self._lines[not signed_in].count:
            self._let_next_in()

    def _let_next_in(self) -> None:
        while (signed_in := self._whose_turn()) is not None:
            line = self._lines[signed_in]
            key, _ = line.next.popitem(last=False)
            turns = line.waiting[key]
            turn = turns.popleft()
            line.count -= 1
            is_there = not turn.done()  # else it has given up, in this very turn of the loop, and its task does not know yet
            if is_there:
                self._let_in(key, signed_in)
            if not turns:
                del line.waiting[key]
            elif self._is_below_share(key, signed_in):
                line.next[key] = None
            if is_there:
                self._turn_of = not signed_in
                turn.set_result(None)

    def _whose_turn(self) -> bool | None:
        """Whether one with an account is let in next, or one without; by turns where both wait, None where there is no room for any."""
        for signed_in in (self._turn_of, not self._turn_of):
            if self._lines[signed_in].next and self._has_room(signed_in):
                return signed_in
        return None

    def _has_room(self, signed_in: bool) -> bool:
        return self._all < self._share.all and (signed_in or self._addresses < self._share.addresses)

    def _is_below_share(self, key: str, signed_in: bool) -> bool:
        return self._inside.get(key, 0) < (self._share.account if signed_in else self._share.address)

    def _let_in(self, key: str, signed_in: bool) -> None:
        self._inside[key] = self._inside.get(key, 0) + 1
        self._all += 1
        self._addresses += not signed_in


def _give_up(line: _Line, key: str, turn: asyncio.Future[None]) -> None:
    if turn not in line.waiting.get(key, ()):  # taken out already, by who left at the same moment
        return
    line.waiting[key].remove(turn)
    line.count -= 1
    if not line.waiting[key]:
        del line.waiting[key]
        line.next.pop(key, None)


@asynccontextmanager
async def _through(gate: Gate | None, caller: Caller) -> AsyncGenerator[None]:
    if gate is None:
        yield
        return
    if not gate.enter_now(caller):
        await gate.enter(caller)
    try:
        yield
    finally:
        gate.leave(caller)


async def _over(first_run: asyncio.Future[Unavailable | None]) -> None:
    """Waits until another's first run is over, well or not.

    Raises `Unavailable` where the database was not there for it: those who waited would find that out one after another.
    """
    try:
        async with asyncio.timeout(_FIRST_RUN_S):
            gone = await asyncio.shield(first_run)
    except TimeoutError as error:
        raise _busy(_FIRST_RUN_S) from error
    if gone:
        raise Unavailable(str(gone), gone.retry_after_s) from gone


def _busy(waited_s: float) -> Unavailable:
    waited = f"it was not this question's turn within {waited_s:.0f} s" if waited_s else f"{_MOST_WAITING:,} questions wait already"
    return Unavailable(f"the hub is busy, and {waited}: try again in a few seconds")
