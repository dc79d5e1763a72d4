"""Whoever asks a statement first has Neo4j plan it. Others who ask the same meanwhile wait: it would be planned for each of them."""

import asyncio
from typing import Final

_REMEMBERED: Final = 4096


class FirstRuns:
    """The texts that have been run, or are being run for the first time. A text comes in when its first run begins."""

    def __init__(self) -> None:
        self._over: dict[str, asyncio.Event] = {}

    async def turn(self, text: str) -> asyncio.Event:
        """Waits for the first run of this text, if that is under way. Gives what to set when the caller's own run is over, well or not."""
        over = self._over.get(text)
        if over is None:
            over = self._over[text] = asyncio.Event()
            if len(self._over) > _REMEMBERED:
                del self._over[next(iter(self._over))]
        else:
            await over.wait()
        return over

    def forget(self) -> None:
        """For a database that was away: it may have lost its plans."""
        self._over.clear()
