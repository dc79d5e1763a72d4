"""Budgets: how much each caller may use within a minute or an hour, counted in this process.

The counting is `limits`' sliding window counter: what was used in the window before counts in part, the less the longer
ago it is. An amount may be used at once, so that bursts have room, and comes back bit by bit.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from hub.errors import TooManyRequests
from hub.limits.callers import Caller

_OF_A_SITE: Final = 64
"""How many shares the networks of one IPv6 site have together: an office has as many, a line at home could have a
thousand times that.
"""
_MOST_CALLERS: Final = 100_000
"""Whose use is remembered at a time; of more, the oldest are forgotten: 12 MB a budget.

Whoever has as many addresses has other ways.
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """Something of which each caller may use so much. `words` name an amount of it."""

    name: str
    words: str
    per: type[RateLimitItem]


class _PerMinute(RateLimitItemPerMinute):
    def key_for(self, *identifiers: bytes | str | float) -> str:
        """Of one amount for all that a key names; the library's own has the amount in it, and takes as long as the
        counting.
        """
        return f"{self.namespace}/{identifiers[0]}"


class _PerHour(RateLimitItemPerHour):
    key_for = _PerMinute.key_for


COST: Final = Budget("cost", "a cost of {:,}", _PerMinute)
"""`extensions.cost`, and `REQUEST_COST` for each request."""
PLANNINGS: Final = Budget("plannings", "{:,} KB of questions of a new form", _PerMinute)
"""KB of documents and statements that were not asked before: each is parsed, compiled, and planned by Neo4j, which
takes as long as the text is: a tenth of a second of CPU for each KB.
"""
VERBS: Final = Budget("verbs", "{:,} mutations", _PerMinute)
BYTES: Final = Budget("bytes", "{:,} bytes sent", _PerMinute)
QUESTIONS: Final = Budget("questions", "{:,} questions asked", _PerHour)
"""Those asked of an office by who has no account; of an account they are counted in the graph."""
SIGN_INS: Final = Budget("sign-ins", "{:,} failed sign-ins", _PerMinute)
"""By address: a token that is not known yet is verified, and counts only if it is refused."""
REFUSALS: Final = Budget("refusals", "{:,} refusals", _PerMinute)
"""So many are told at once; more are a caller that keeps on."""

REQUEST_COST: Final = 10
"""What a request costs beside its rows: serving one takes the hub as long as some ten rows."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of a budget there is for an account, and for an address without one; 0 is as much as one likes."""

    signed_in: int = 0
    public: int = 0


@dataclass(frozen=True, slots=True)
class Quotas:
    """What the graph keeps count of, the same for all processes; 0 is as much as one likes.

    Questions that an account, and that all without one together, may ask within an hour; files and their bytes of a
    party in a case, and those that an account may announce within a day.
    """

    questions_per_hour: int = 0
    all_public_questions_per_hour: int = 0
    files_per_case: int = 0
    file_bytes_per_case: int = 0
    files_per_day: int = 0
    file_bytes_per_day: int = 0


NO_QUOTAS: Final = Quotas()


class RateLimits:
    """What each caller has used of its budgets.

    Of several processes that answer together, each counts its own part of the amounts.
    """

    def __init__(
        self, amounts: Mapping[Budget, Amounts], processes: int = 1, clock: Callable[[], float] = time.time
    ) -> None:
        self._memory = BoundedMemory(_MOST_CALLERS, clock)
        self._limiter = SlidingWindowCounterRateLimiter(self._memory)
        self._items = {
            (budget.name, signed_in): budget.per(max(1, amount // processes), namespace=budget.name)
            for budget, allowed in amounts.items()
            for signed_in, amount in ((True, allowed.signed_in), (False, allowed.public))
            if amount
        }
        self._of_sites = {
            name: type(item)(item.amount * _OF_A_SITE, namespace=f"{name} of sites")
            for (name, signed_in), item in self._items.items()
            if not signed_in
        }
        policies = {
            signed_in: [item for (_, whose), item in self._items.items() if whose is signed_in]
            for signed_in in (True, False)
        }
        self._policies = {whose: _policy(items) for whose, items in policies.items()}

    def take(self, budget: Budget, caller: Caller, amount: int = 1, *, beside: int = 0) -> None:
        """Counts so much, all that there is if it is more, `beside` what was counted for the same already.

        Raises `TooManyRequests`, and counts nothing, where so much is not left.
        """
        item = self._items.get((budget.name, caller.signed_in))
        wanted = min(amount, item.amount - beside) if item else 0
        if item is None or wanted <= 0:
            return
        if not self._limiter.hit(item, caller.key, cost=wanted):
            raise self._refusal(budget, item, caller, caller.key, wanted)
        if caller.site and not self._limiter.hit(self._of_sites[budget.name], caller.site, cost=wanted):
            self._give_back(item, caller.key, wanted)
            raise self._refusal(budget, self._of_sites[budget.name], caller, caller.site, wanted)

    def take_each(self, budget: Budget, caller: Caller, many: int) -> None:
        """Counts so many of one each, or none. Raises `TooManyRequests`, also where it is more than there ever is."""
        for taken in range(many):
            try:
                self.take(budget, caller)
            except TooManyRequests:
                self.give_back(budget, caller, taken)
                raise

    def is_left(self, budget: Budget, caller: Caller) -> bool:
        """Counts one, and tells whether it was there."""
        item = self._items.get((budget.name, caller.signed_in))
        return item is None or self._limiter.hit(item, caller.key)

    def has_used(self, budget: Budget, caller: Caller) -> bool:
        """Whether the caller has used any within its window and the one before; of IPv6, anybody of its site."""
        item = self._items.get((budget.name, caller.signed_in))
        if item is None:
            return False
        key, item = (caller.site, self._of_sites[budget.name]) if caller.site else (caller.key, item)
        return self._memory.used(item.key_for(key), item.get_expiry()) > 0

    def give_back(self, budget: Budget, caller: Caller, amount: int = 1) -> None:
        """Takes back what was counted for something that was not done."""
        item = self._items.get((budget.name, caller.signed_in))
        if item:
            self._give_back(item, caller.key, amount)
            if caller.site:
                self._give_back(self._of_sites[budget.name], caller.site, amount)

    def _give_back(self, item: RateLimitItem, key: str, amount: int) -> None:
        self._memory.give_back(item.key_for(key), item.get_expiry(), amount)

    def used(self, budget: Budget, key: str, signed_in: bool) -> float:
        """How much of a budget the caller of that key has used within its window; 0 where it is not counted."""
        item = self._items.get((budget.name, signed_in))
        return self._memory.used(item.key_for(key), item.get_expiry()) if item else 0

    def headers(self, caller: Caller) -> list[tuple[bytes, bytes]]:
        """`RateLimit-Policy`, the budgets of this caller, and `RateLimit`, what is left of its cost.

        As draft-ietf-httpapi-ratelimit-headers-10 (2025-09-27) has them.
        """
        headers = [policy] if (policy := self._policies[caller.signed_in]) else []
        item = self._items.get((COST.name, caller.signed_in))
        if item:
            window_s = item.get_expiry()
            _, _, _, ends_s = self._memory.get_sliding_window(item.key_for(caller.key), window_s)
            left = max(0, item.amount - int(self._memory.used(item.key_for(caller.key), window_s)))
            headers.append((b"ratelimit", b'"cost";r=%d;t=%d' % (left, math.ceil(ends_s))))
        return headers

    def _refusal(self, budget: Budget, item: RateLimitItem, caller: Caller, key: str, wanted: int) -> TooManyRequests:
        wait_s = max(1, math.ceil(self._until_there_s(item, key, wanted)))
        whom = "an account" if caller.signed_in else "an address without an account"
        if key == caller.site:
            whom = f"all addresses of {key} without an account"
        limit = f"{budget.words.format(item.amount)} within one {item.GRANULARITY.name}"
        message = f"the limit is {limit} for {whom}, and not enough of it is left: try again in {wait_s} s"
        if not caller.signed_in:
            more = self._items.get((budget.name, True))
            message += f"; an account may use {more.amount:,}" if more else "; sign in to use more"
        return TooManyRequests(message, wait_s, budget.name)

    def _until_there_s(self, item: RateLimitItem, key: str, wanted: int) -> float:
        """How long until so much is there, if nothing is used meanwhile."""
        window_s = item.get_expiry()
        before, before_s, now, ends_s = self._memory.get_sliding_window(item.key_for(key), window_s)
        room = item.amount - wanted + 0.999  # of what is used the whole numbers count
        if now < room:
            return before_s - window_s * (room - now) / before
        # what is used now is what was used before in the next window
        return ends_s + window_s * (1 - room / now)


class BoundedMemory(MemoryStorage):
    """The counters of sliding windows, of so many keys at most; two dictionaries for each length of window, the older
    dropped as a whole.

    The library's own keeps every key, and a thread looks through all of them every 10 ms that something is counted.
    """

    STORAGE_SCHEME: Final = ["bounded-memory"]

    def __init__(self, most: int, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._most = most
        self._clock = clock
        self._windows: dict[int, _Window] = {}

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Counts `amount` for a key, unless more than `limit` would then be used within `expiry` seconds; tells whether
        it was counted.
        """
        moment = self._clock() / expiry
        window = self._window(expiry, int(moment))
        now = window.now.get(key, 0)
        used = window.before.get(key, 0) * (1 - moment % 1) + now
        if int(used) + amount > limit:
            return False
        window.now[key] = now + amount
        if len(window.now) > self._most:
            del window.now[next(iter(window.now))]
        return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """What a key has used in the window before, the seconds until that counts no more, what it has used in this
        window, and the seconds until this one ends. Windows are `expiry` seconds long.
        """
        moment = self._clock() / expiry
        window = self._window(expiry, int(moment))
        left_s = (1 - moment % 1) * expiry
        return window.before.get(key, 0), left_s, window.now.get(key, 0), left_s

    def used(self, key: str, expiry: int) -> float:
        """How much counts: of the window before the less the longer ago it is."""
        before, before_s, now, _ = self.get_sliding_window(key, expiry)
        return before * before_s / expiry + now

    def give_back(self, key: str, expiry: int, amount: int) -> None:
        """Counts so much less, in the window before where this one has not as much."""
        window = self._window(expiry, int(self._clock() / expiry))
        for counts in (window.now, window.before):
            if key in counts:
                taken = min(amount, counts[key])
                counts[key] -= taken
                amount -= taken

    def __len__(self) -> int:
        return sum(len(counts) for window in self._windows.values() for counts in (window.now, window.before))

    def _window(self, expiry: int, number: int) -> "_Window":
        window = self._windows.get(expiry)
        if window is None or window.number != number:
            window = self._windows[expiry] = _Window(
                number, {}, window.now if window and window.number == number - 1 else {}
            )
        return window


@dataclass(frozen=True, slots=True)
class _Window:
    number: int
    now: dict[str, int]
    before: dict[str, int]


def _policy(items: list[RateLimitItem]) -> tuple[bytes, bytes] | None:
    budgets = ", ".join(
        f'"{item.namespace}";q={item.amount};w={item.get_expiry()}' for item in items if item.namespace != REFUSALS.name
    )
    return (b"ratelimit-policy", budgets.encode()) if budgets else None
