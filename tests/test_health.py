"""Whether the database is well, asked by many at once; nothing here has a database: what a ping does is said."""

import asyncio

import pytest
from neo4j.exceptions import ConnectionAcquisitionTimeoutError, ServiceUnavailable

from hub.database.health import Health
from hub.errors import Unavailable
from hub.settings import Settings


class Pinged(Health):
    """Counts its pings, each of which takes a while and then fails by `error`, if there is one."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(Settings(), patient=False)
        self.pings = 0
        self.error = error

    async def _ping(self, within_s: float) -> None:  # noqa: ARG002 - as long as it takes
        self.pings += 1
        await asyncio.sleep(0.05)
        if self.error:
            raise self.error


def test_many_checks_at_once_are_one_and_what_it_told_holds_for_a_while() -> None:
    async def checked() -> list[int]:
        health, counts = Pinged(), list[int]()
        await asyncio.gather(*(health.check(0.5) for _ in range(100)))
        counts.append(health.pings)
        await health.check(0.5)
        counts.append(health.pings)
        await health.check()
        counts.append(health.pings)
        await asyncio.sleep(0.6)
        await health.check(0.5)
        counts.append(health.pings)
        await health.close()
        return counts

    assert asyncio.run(checked()) == [1, 1, 2, 3]


def test_who_no_longer_waits_for_a_check_ends_it_for_nobody() -> None:
    async def checked() -> int:
        health = Pinged()
        gone = asyncio.create_task(health.check())
        other = asyncio.create_task(health.check())
        await asyncio.sleep(0.01)
        gone.cancel()
        await other
        await health.close()
        return health.pings

    assert asyncio.run(checked()) == 1


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ConnectionAcquisitionTimeoutError("full"), "many are asking at the moment"),
        (ServiceUnavailable("gone"), "the database does not answer"),
        (TimeoutError(), "the database does not answer"),
    ],
)
def test_a_full_pool_is_told_as_busy_and_not_as_a_database_that_is_gone(error: Exception, message: str) -> None:
    async def checked() -> list[BaseException | None]:
        health = Pinged(error)
        told = await asyncio.gather(*(health.check(0.5) for _ in range(3)), return_exceptions=True)
        await health.close()
        return told

    for told in asyncio.run(checked()):
        assert isinstance(told, Unavailable)
        assert message in str(told)
