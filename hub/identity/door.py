"""The door of the hub: who calls, which share its requests count against, and how those are held back who keep on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from hub.errors import HubError, NotSignedIn, TokenRefused, TooManyRequests
from hub.identity.bearer import Verifier
from hub.limits.admission import Admission
from hub.limits.callers import Addresses, Caller, caller
from hub.limits.rate_limits import (
    BYTES,
    COST,
    NO_QUOTAS,
    PLANNINGS,
    QUESTIONS,
    REFUSALS,
    SIGN_INS,
    VERBS,
    Amounts,
    Quotas,
    RateLimits,
)
from hub.local_neo4j.plan_cache import plans_of
from hub.settings import Settings
from hub.viewer import PUBLIC, Viewer

_HELD_S: Final = 1.0
_MOST_HELD: Final = 1_000
_TOLD_AT_ONCE: Final = 10
"""Refusals within a minute, before those of the same caller are held."""
_CLOSED: Final = {"Connection": "close"}
_CHALLENGE: Final = 'Bearer realm="trade collaboration hub"'


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each caller may use: its budgets, its turns, its quotas. By default as much as it likes."""

    addresses: Addresses = field(default_factory=Addresses)
    budgets: RateLimits = field(default_factory=lambda: RateLimits({}))
    admission: Admission = field(default_factory=Admission)
    quotas: Quotas = NO_QUOTAS

    @staticmethod
    def of(settings: Settings) -> "Shares":
        """Those of the settings; of the budgets this process's part."""
        amounts = {
            COST: Amounts(settings.cost_per_minute, settings.public_cost_per_minute),
            PLANNINGS: Amounts(settings.new_forms_kb_per_minute, settings.public_new_forms_kb_per_minute),
            VERBS: Amounts(settings.verbs_per_minute, settings.public_verbs_per_minute),
            BYTES: Amounts(settings.bytes_per_minute, settings.public_bytes_per_minute),
            QUESTIONS: Amounts(public=settings.public_questions_per_hour),
            SIGN_INS: Amounts(public=settings.failed_sign_ins_per_minute),
            REFUSALS: Amounts(_TOLD_AT_ONCE * settings.workers, _TOLD_AT_ONCE * settings.workers),
        }
        quotas = Quotas(
            settings.questions_per_hour, settings.all_public_questions_per_hour, settings.files_per_case,
            settings.file_bytes_per_case,
            settings.files_per_day, settings.file_bytes_per_day,
        )  # fmt: skip
        budgets = RateLimits(amounts, settings.workers)
        return Shares(
            Addresses(settings.trusted_proxies, settings.forwarded_header),
            budgets,
            Admission(
                settings.statements_at_once,
                settings.plannings_at_once,
                partial(budgets.used, PLANNINGS),
                plans=plans_of(settings.local_heap),
            ),
            quotas,
        )


class Door:
    """Lets requests in. What is refused here cost the hub next to nothing."""

    def __init__(self, verifier: Verifier, shares: Shares) -> None:
        self._verifier = verifier
        self.shares = shares
        self._held = 0

    def address(self, scope: Scope) -> Caller:
        """The address that a request comes from, as a caller without an account."""
        return caller(PUBLIC, self.shares.addresses.of(scope))

    async def viewer(self, authorization: str | None, address: Caller) -> Viewer:
        """The viewer behind an Authorization header.

        Raises `NotSignedIn`, `Unavailable` where its keys cannot be had, and `TooManyRequests` for an address of many
        wrong ones.
        """
        viewer = self._verifier.remembered(authorization)
        if viewer is None:
            # a wrong one counts once it is known as such: many may wait for an issuer's keys at once, and all of them
            # be right
            self.shares.budgets.take(SIGN_INS, address)
            self.shares.budgets.give_back(SIGN_INS, address)
            try:
                viewer = await self._verifier.viewer(authorization)
            except NotSignedIn:
                with suppress(TooManyRequests):
                    self.shares.budgets.take(SIGN_INS, address)
                raise
        return viewer

    async def hold(self, refused: Caller) -> dict[str, str]:
        """Waits a second before a caller that keeps on is told once more; gives the headers of that answer.

        Otherwise who is refused at once asks again at once. So many are held at a time; of more the connection is
        closed.
        """
        if self.shares.budgets.is_left(REFUSALS, refused):
            return {}
        if self._held >= _MOST_HELD:
            return _CLOSED
        self._held += 1
        try:
            await asyncio.sleep(_HELD_S)
        finally:
            self._held -= 1
        return {}

    def counted(
        self, answered: Callable[[Request], Awaitable[Response]], cost: int
    ) -> Callable[[Request], Awaitable[Response]]:
        """The same endpoint, each of whose requests costs its address so much."""

        async def endpoint(request: Request) -> Response:
            address = self.address(request.scope)
            try:
                self.shares.budgets.take(COST, address, cost)
            except TooManyRequests as error:
                return refusal(error, 429, await self.hold(address))
            return await answered(request)

        return endpoint


def refusal(error: HubError, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An error as GraphQL tells it, with the headers that belong to its status."""
    content = {"errors": [{"message": str(error) or "not signed in", "extensions": error.extensions}]}
    return JSONResponse(content, status, {**again_after(error.extensions), **challenge(error), **(headers or {})})


def again_after(extensions: Mapping[str, object]) -> dict[str, str]:
    """When to come again (RFC 9110, section 10.2.3), of an error that says it."""
    return {"Retry-After": str(extensions["retryAfterS"])} if "retryAfterS" in extensions else {}


def challenge(error: HubError) -> dict[str, str]:
    """How to sign in (RFC 9110, section 11.6.1), and whether a token was sent that does not count (RFC 6750,
    section 3).
    """
    if not isinstance(error, NotSignedIn):
        return {}
    return {
        "WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"' if isinstance(error, TokenRefused) else _CHALLENGE
    }
