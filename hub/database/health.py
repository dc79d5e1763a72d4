"""Whether the database is well: asked over connections of its own, so that a busy pool is not taken for a database
that is gone.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConnectionAcquisitionTimeoutError,
    DatabaseError,
    DriverError,
    Neo4jError,
)

from hub.database.driver import CONNECT_TIMEOUT_S, PANICKED, PATIENT_TIMEOUT_S, busy, connect, unavailable
from hub.settings import Settings

_PATIENCE_S: Final = 2.0
"""How long who asked waits before the database's pulse is felt."""
_PULSES_S: Final = (2.0, 1.5)
"""How long the first pulse is waited for alone, and both together: a frozen database is told in five and a half
seconds.
"""
_CONNECTIONS: Final = 3
"""Two for pulses, and one for the check that is under way."""


class Health:
    """The health of one database, as it answers pulses, reads and changes.

    Who is `patient` never takes a slow database for one that is gone.
    """

    def __init__(self, settings: Settings, *, patient: bool) -> None:
        self._patient = patient
        self._answers_within_s = PATIENT_TIMEOUT_S if patient else CONNECT_TIMEOUT_S
        self._database = settings.neo4j_database
        self._waiting: set[asyncio.Timeout] = set()
        self._pulse: asyncio.Task[None] | None = None
        self._check: asyncio.Task[Exception | None] | None = None
        self._checked_at = -math.inf
        self._driver = connect(
            settings, connection_acquisition_timeout=self._answers_within_s, max_connection_pool_size=_CONNECTIONS
        )
        self._when_lost: list[Callable[[], None]] = []
        self._answered_at = 0.0

    def when_lost(self, call: Callable[[], None]) -> None:
        """Has `call` called whenever a connection was lost: the database may come back without its plans, or as
        another one.
        """
        self._when_lost.append(call)

    def lost(self) -> None:
        """Says that a connection was lost: what the last check told holds no longer."""
        self._checked_at = -math.inf
        for call in self._when_lost:
            call()

    def answered(self) -> None:
        """Says that something came back from the database."""
        self._answered_at = asyncio.get_running_loop().time()

    def has_answered_since(self, moment: float) -> bool:
        """Whether anything came back since that moment on the clock of the event loop."""
        return self._answered_at >= moment

    async def close(self) -> None:
        """Closes its connections."""
        for task in (self._pulse, self._check):
            if task:
                task.cancel()
        await self._driver.close()

    async def check(self, not_older_s: float = 0.0) -> None:
        """Raises `Unavailable` where the database does not answer within three seconds, or fifteen if there is
        patience.

        One check is under way at a time, for all who ask meanwhile; one that ended so long ago will do.
        """
        is_old = asyncio.get_running_loop().time() > self._checked_at + not_older_s
        if self._check is None or (self._check.done() and is_old):
            self._check = asyncio.create_task(self._checked())
        error = await asyncio.shield(self._check)
        if error:
            raise (busy() if isinstance(error, ConnectionAcquisitionTimeoutError) else unavailable()) from error

    async def _checked(self) -> Exception | None:
        """What the check failed by, if it did."""
        try:
            await self._ping(self._answers_within_s)
        except (Neo4jError, DriverError, TimeoutError) as error:
            return error
        finally:
            self._checked_at = asyncio.get_running_loop().time()
        return None

    async def has_panicked(self) -> bool:
        """Whether the database answers, and answers that it must be started again."""
        try:
            await self._ping(self._answers_within_s)
        except DatabaseError as error:
            return error.code in PANICKED
        except (Neo4jError, DriverError, TimeoutError):
            return False
        return False

    async def opening_problem(self) -> str | None:
        """Why a server that answers has not opened its database, in the server's own words; None where it has.

        Raises `Unavailable`.
        """
        try:
            async with (
                asyncio.timeout(self._answers_within_s),
                self._driver.session(database="system") as session,
            ):
                result = await session.run("SHOW DATABASES YIELD name, currentStatus, statusMessage")
                database = {record["name"]: record async for record in result}.get(self._database)
        except (Neo4jError, DriverError, TimeoutError) as error:
            raise unavailable() from error
        if database is None or database["currentStatus"] == "starting":
            raise unavailable()
        if database["currentStatus"] == "online":
            return None
        return database["statusMessage"] or f"it is {database['currentStatus']}"

    async def problem(self) -> tuple[str, str] | None:
        """Why a server that listens cannot be asked, and what to do about it; None where it can."""
        try:
            await self._ping(2 * CONNECT_TIMEOUT_S)
        except AuthError:
            return "the user or password is refused", "see NEO4J_USER and NEO4J_PASSWORD"
        except ClientError as error:
            if error.code == "Neo.ClientError.Database.DatabaseNotFound":
                return f"there is no database {self._database}", "see NEO4J_DATABASE"
            return f"refused ({error.code})", "look into Neo4j's own log"
        except (Neo4jError, DriverError, TimeoutError):
            secured = (
                "bolt+s, neo4j+s (or +ssc for a certificate of one's own) where the server asks for TLS, without where"
                " it does not"
            )
            return "something listens there and does not speak Bolt so", f"see the scheme of NEO4J_URI: {secured}"
        return None

    @asynccontextmanager
    async def watched(self, within_s: float | None) -> AsyncGenerator[asyncio.Timeout]:
        """A deadline that a database which has stopped answering brings forward."""
        feeling = asyncio.get_running_loop().call_later(_PATIENCE_S, self._feel_pulse)
        try:
            async with asyncio.timeout(within_s) as deadline:
                self._waiting.add(deadline)
                try:
                    yield deadline
                finally:
                    self._waiting.discard(deadline)
        except TimeoutError:
            self._checked_at = -math.inf
            raise
        finally:
            feeling.cancel()

    async def _ping(self, within_s: float) -> None:
        async with asyncio.timeout(within_s), self._driver.session(database=self._database) as session:
            await (await session.run("RETURN 1")).consume()

    def _feel_pulse(self) -> None:
        """Called for a read that has waited: from then on, while any does, whether the database still answers
        anybody.
        """
        if not self._patient and (self._pulse is None or self._pulse.done()):
            self._pulse = asyncio.create_task(self._end_waiting_unless_alive())

    async def _end_waiting_unless_alive(self) -> None:
        while self._waiting:
            if await self._is_gone():
                now = asyncio.get_running_loop().time()
                for deadline in self._waiting:
                    with suppress(RuntimeError):  # it is over at the same moment by itself
                        deadline.reschedule(now)
                return
            await asyncio.sleep(_PATIENCE_S)

    async def _is_gone(self) -> bool:
        """Whether neither of two pulses is felt, and nothing else has come back from the database since the first
        began.
        """
        began = asyncio.get_running_loop().time()
        pulses = set[asyncio.Task[None]]()
        try:
            for within_s in _PULSES_S:
                pulses.add(asyncio.create_task(self._ping(sum(_PULSES_S))))
                until = asyncio.get_running_loop().time() + within_s
                while pulses and (left_s := until - asyncio.get_running_loop().time()) > 0:
                    ended, pulses = await asyncio.wait(pulses, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                    if any(not pulse.exception() for pulse in ended):
                        return False
        finally:
            for pulse in pulses:
                pulse.cancel()
        return not self.has_answered_since(began)
