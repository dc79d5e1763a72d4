"""Asking ahead: while one answer is worked on, the next ones are on their way."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Coroutine, Iterable
from typing import Any, Final, TypeVar

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")
_AT_ONCE: Final = 3


async def ahead(
    asks: Iterable[tuple[Subject, Coroutine[Any, Any, Answer]]],
) -> AsyncGenerator[tuple[Subject, Answer]]:
    """Each subject with the answer to what is asked about it, in that order; of a few it is asked at once."""
    asked = deque[tuple[Subject, asyncio.Task[Answer]]]()
    try:
        for subject, ask in asks:
            asked.append((subject, asyncio.ensure_future(ask)))
            if len(asked) == _AT_ONCE:
                first, answer = asked.popleft()
                yield first, await answer
        while asked:
            first, answer = asked.popleft()
            yield first, await answer
    finally:
        for _, task in asked:
            task.cancel()
        await asyncio.gather(*(task for _, task in asked), return_exceptions=True)
