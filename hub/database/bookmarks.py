"""What callers have seen of the database: bookmarks that are known to be reached go straight, others are waited
for, not for long.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from hub.errors import BadInput
from hub.limits.callers import HUB, Caller
from hub.limits.gate import Gate, Share

_REMEMBERED: Final = 10_000
_LOOKS: Final = Share(all=8, account=4, address=2, addresses=4)
_LINE_S: Final = 0.5
_LOOK_S: Final = 1.5
_LATE: Final = "what Hub-Bookmark names was not looked up within {} s, behind other bookmarks that are new here"


class Bookmarks:
    """What a caller has seen of the database: sent with its reads and changes, so that they see at least that, and
    renewed by them.
    """

    def __init__(self, values: Iterable[str] = (), caller: Caller = HUB) -> None:
        self._values = frozenset(values)
        self._renewed: set[str] = set()
        self.caller = caller

    @property
    def values(self) -> frozenset[str]:
        """Neo4j's own bookmarks, those that reads gave in place of those that were sent."""
        return frozenset(self._renewed) or self._values

    @property
    def sent(self) -> frozenset[str]:
        """Neo4j's own bookmarks as the caller sent them, whatever was read since."""
        return self._values

    def renew(self, values: Iterable[str]) -> None:
        """Adds the bookmarks that a read or a change gave. From then on `values` leaves out those that were sent."""
        self._renewed.update(values)


class KnownBookmarks:
    """The bookmarks that this process gave out or saw reached, as many as it remembers.

    `look` returns once the database is that far.
    """

    def __init__(self, look: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        self._look = look
        self._known: OrderedDict[str, None] = OrderedDict()
        self._looks = Gate(_LOOKS, _LINE_S, _LATE)

    def remember(self, bookmarks: Iterable[str]) -> None:
        """Counts bookmarks as reached; beyond 10,000 of them, those that were longest not met are forgotten."""
        for bookmark in bookmarks:
            self._known[bookmark] = None
            self._known.move_to_end(bookmark)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def renew(self, bookmarks: Bookmarks, values: Iterable[str]) -> None:
        """Counts what a read or a change gave as seen by its caller, and as reached."""
        bookmarks.renew(values)
        self.remember(values)

    def forget(self) -> None:
        """For a database that was away: it may be another one, or an older state of it, that comes back."""
        self._known.clear()

    async def wait(self, bookmarks: Bookmarks) -> None:
        """Returns once the database has reached all that were sent.

        Raises `BadInput` where it has not in time, and `Unavailable` where it could not be asked for all the others
        that are waited for: within two seconds altogether.
        """
        if bookmarks.sent <= self._known.keys():
            return
        async with self._looks.passed(bookmarks.caller):
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._look(bookmarks.sent)
            except TimeoutError:
                raise BadInput(
                    f"Hub-Bookmark: the database has not come that far within {_LOOK_S} s, e.g. after it was restored"
                    " from a backup; ask again without it, or send what a later answer gave"
                ) from None
        self.remember(bookmarks.sent)
