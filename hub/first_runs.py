"""Whoever asks a statement first has Neo4j plan it. Others who ask the same meanwhile wait: it would be planned for each of them."""

import asyncio
from collections import OrderedDict
from typing import Final

_REMEMBERED: Final = 100
"""As many as the plans the hub has Neo4j keep for a gigabyte of heap: what may have been let go has a first run again."""


class FirstRuns:
    """The statements that have been run lately, or are being run for the first time. One comes in when its first run begins.

    Their hashes are kept, of which a text knows its own, and not the texts: some have 50,000 characters. Two with the same hash would
    wait for one another once.
    """

    def __init__(self) -> None:
        self._over: OrderedDict[int, asyncio.Event] = OrderedDict()

    async def turn(self, text: str) -> asyncio.Event:
        """Waits for the first run of this text, if that is under way. Gives what to set when the caller's own run is over, well or not."""
        key = hash(text)
        over = self._over.get(key)
        if over is None:
            over = self._over[key] = asyncio.Event()
            if len(self._over) > _REMEMBERED:
                self._over.popitem(last=False)
        else:
            self._over.move_to_end(key)
            await over.wait()
        return over

    def forget(self) -> None:
        """For a database that was away: it may have lost its plans."""
        self._over.clear()
