"""A gate lets so many through at a time, so that nobody who asks much keeps the others from their turn.

Each caller has a share, and callers without an account a part together, so that those with one always get through. Who
waits is let in by turns, round robin: one of each caller, not one by one as they came. Where it is known how much each
has used lately, who has used least comes first.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from hub.errors import TooManyRequests, Unavailable
from hub.limits.callers import Caller

_WAITS_S: Final = 10.0
_MOST_WAITING: Final = 1_000
"""Of those with an account, and as many of those without."""
_MOST_WAITING_EACH: Final = 100
_BUSY: Final = "the hub is busy, and "
_LATE: Final = "it was not this question's turn within {:.0f} s"
_AGAIN: Final = ": try again in a few seconds"
Used = Callable[[str, bool], float]
"""How much a caller has used lately, by its key and whether it has an account."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many may be let through at a time: in all, of an account, of an address without one, of all such
    addresses together.
    """

    all: int
    account: int
    address: int
    addresses: int


@dataclass(slots=True)
class _Line:
    """Those who wait, with an account or without.

    `next` are the callers whose own share has room, in the order of their turns.
    """

    waiting: dict[str, deque[asyncio.Future[None]]] = field(default_factory=dict[str, deque[asyncio.Future[None]]])
    next: OrderedDict[str, None] = field(default_factory=OrderedDict[str, None])
    count: int = 0


class Gate:
    """Lets callers through by their shares. Nobody waits for whom there is room.

    Who waits longer than `waits_s` is told `late`, with the seconds filled in.
    """

    def __init__(
        self,
        share: Share,
        waits_s: float = _WAITS_S,
        late: str = _LATE,
        most_waiting_each: int = _MOST_WAITING_EACH,
        used: Used | None = None,
    ) -> None:
        self._share = share
        self._waits_s = waits_s
        self._late = late
        self._most_waiting_each = most_waiting_each
        self._used = used
        self._inside: dict[str, int] = {}
        self._all = 0
        self._addresses = 0
        self._lines = {True: _Line(), False: _Line()}
        self._turn_of = True

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(line.count for line in self._lines.values())

    def enter_now(self, caller: Caller) -> bool:
        """Lets the caller through, if there is room."""
        if not self._has_room(caller.signed_in) or not self._is_below_share(caller.key, caller.signed_in):
            return False
        self._let_in(caller.key, caller.signed_in)
        return True

    async def enter(self, caller: Caller) -> None:
        """Waits for the caller's turn.

        Raises `TooManyRequests` where many of its own wait already, and `Unavailable` if its turn does not come in
        time.
        """
        line, key = self._lines[caller.signed_in], caller.key
        own = len(line.waiting.get(key, ()))
        if own >= self._most_waiting_each:
            reason = f"{own} of your requests wait for their turn already: wait for their answers before you send more"
            raise TooManyRequests(reason, 1, "waiting")
        if line.count >= _MOST_WAITING:
            raise Unavailable(f"{_BUSY}{_MOST_WAITING:,} wait already{_AGAIN}", begun=False)
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
                raise Unavailable(f"{_BUSY}{self._late.format(self._waits_s)}{_AGAIN}", begun=False) from error
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

    def resize(self, most: int) -> None:
        """Lets so many through at a time from now on, of all callers together; their shares stay."""
        if most != self._share.all:
            self._share = replace(self._share, all=most)
            self._let_next_in()

    @asynccontextmanager
    async def passed(self, caller: Caller) -> AsyncGenerator[None]:
        """Within it the caller is let through. Raises what `enter` does."""
        if not self.enter_now(caller):
            await self.enter(caller)
        try:
            yield
        finally:
            self.leave(caller)

    def _let_next_in(self) -> None:
        while (signed_in := self._whose_turn()) is not None:
            line = self._lines[signed_in]
            key = self._next_of(signed_in)
            del line.next[key]
            turns = line.waiting[key]
            turn = turns.popleft()
            line.count -= 1
            is_there = (
                not turn.done()
            )  # else it has given up, in this very turn of the loop, and its task does not know yet
            if is_there:
                self._let_in(key, signed_in)
            if not turns:
                del line.waiting[key]
            elif self._is_below_share(key, signed_in):
                line.next[key] = None
            if is_there:
                self._turn_of = not signed_in
                turn.set_result(None)

    def _next_of(self, signed_in: bool) -> str:
        """Of those who have used as much, whose turn was longest ago."""
        callers = self._lines[signed_in].next
        if used := self._used:
            return min(callers, key=lambda key: used(key, signed_in))
        return next(iter(callers))

    def _whose_turn(self) -> bool | None:
        """Whether one with an account is let in next, or one without; by turns where both wait, None where there is
        no room for any.
        """
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
