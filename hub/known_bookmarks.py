"""Which bookmarks the database is known to have reached: those go straight, and others are waited for, few at once and not for long."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from hub.errors import BadInput, Unavailable

_REMEMBERED: Final = 10_000
_AT_ONCE: Final = 8
_LINE_S: Final = 0.5
_LOOK_S: Final = 1.5


class KnownBookmarks:
    """The bookmarks that this process gave out or saw reached, as many as it remembers. `look` returns once the database is that far."""

    def __init__(self, look: Callable[[frozenset[str]], Awaitable[None]]) -> None:
        self._look = look
        self._known: OrderedDict[str, None] = OrderedDict()
        self._looks = asyncio.Semaphore(_AT_ONCE)

    def remember(self, bookmarks: Iterable[str]) -> None:
        for bookmark in bookmarks:
            self._known[bookmark] = None
            self._known.move_to_end(bookmark)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """For a database that was away: it may be another one, or an older state of it, that comes back."""
        self._known.clear()

    async def wait(self, bookmarks: frozenset[str]) -> None:
        """Returns once the database has reached them all.

        Raises `BadInput` where it has not in time, and `Unavailable` where it could not be asked for all the others that are waited for:
        within two seconds altogether.
        """
        if bookmarks <= self._known.keys():
            return
        try:
            async with asyncio.timeout(_LINE_S):
                await self._looks.acquire()
        except TimeoutError:
            raise Unavailable("many wait for their bookmarks at the moment; try again in a few seconds, or without Hub-Bookmark") from None
        try:
            async with asyncio.timeout(_LOOK_S):
                await self._look(bookmarks)
        except TimeoutError:
            raise BadInput(
                f"Hub-Bookmark: the database has not come that far within {_LOOK_S} s, e.g. after it was restored from a backup;"
                " ask again without it, or send what a later answer gave"
            ) from None
        finally:
            self._looks.release()
        self.remember(bookmarks)
