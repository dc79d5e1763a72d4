"""Who hangs up no longer waits: the question is ended, and its statement with it."""

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

_LONG_S: Final = 0.1
"""Answers that take less are not watched: a task for each would cost more than it saves.

What waits longer may leave its line.
"""


class CancelOnDisconnect:
    """Runs its block unless the client hangs up first; what the block waits for is then cancelled, and the block
    left.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watch: asyncio.Task[None] | None = None
        self._gone = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(_LONG_S, self._begin)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if self._watch:
            self._watch.cancel()
        if not self._gone or kind is not asyncio.CancelledError:
            return False
        assert self._task is not None
        return self._task.uncancel() == 0

    def _begin(self) -> None:
        self._watch = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        assert self._task is not None
        self._task.cancel()
