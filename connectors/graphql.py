"""An agency's GraphQL API: pages of a query, whole or since a cursor, as `partner_service` offers it and the manual asks of an agency.

Plain GraphQL over HTTP by httpx2, which the hub has already; tenacity decides when to ask again, as the server's Retry-After says.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, ClassVar, Final

import httpx2
import orjson
import tenacity
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.contract import Offer, Page, Wanted
from connectors.errors import AbortRun, RetryLater

_TIMEOUT_S: Final = 30
_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)
_MOST_BYTES: Final = 32 << 20
_LONGEST_WAIT_S: Final = 30
_OFFERED: Final = "{ __schema { queryType { fields { name } } } }"


class GraphQLSettings(BaseModel):
    """Where the API is."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    url: str = Field(pattern=r"^https?://")
    """Of the endpoint."""
    token: SecretStr | None = None
    """The bearer token, if the endpoint wants one."""
    tries: int = Field(5, ge=1, le=20)
    """How often a page is asked for before the run ends."""
    pause_s: float = Field(0, ge=0)
    """How many seconds to wait between two pages, where the agency asks for that."""


class _Options(BaseModel):
    """What a stream may say beside the query, which takes $first, $after and, if it can, $since."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    at: str
    """The field of the query whose value is the page: `{nodes, pageInfo, deleted, cursor}`."""
    page: int = Field(200, ge=1, le=5_000)
    """How many rows are asked for at once: `$first`."""


class _Busy(Exception):
    """The server may answer later."""

    def __init__(self, told: str, after_s: float | None = None) -> None:
        super().__init__(told)
        self.after_s = after_s


class GraphQLApi:
    """A GraphQL endpoint. A page is `{nodes, pageInfo {hasNextPage, endCursor}, deleted, cursor}`; the last two may be absent."""

    spec: ClassVar[type[BaseModel]] = GraphQLSettings

    def __init__(self, settings: GraphQLSettings) -> None:
        self._settings = settings

    async def check(self) -> str:
        async with self._client() as client:
            found = await self._asked(client, _OFFERED, {})
            return f"{len(found['__schema']['queryType']['fields'])} questions at {self._settings.url}"

    async def discover(self) -> Sequence[Offer]:
        async with self._client() as client:
            found = await self._asked(client, _OFFERED, {})
            return [Offer(field["name"], ()) for field in found["__schema"]["queryType"]["fields"]]

    async def read(self, stream: Wanted, cursor: str | None) -> AsyncGenerator[Page]:
        options = _Options.model_validate(stream.options)
        variables: dict[str, Any] = {"first": options.page, "after": None, "since": cursor}
        first: str | None = None
        async with self._client() as client:
            while True:
                data = await self._asked(
                    client, stream.source, {name: value for name, value in variables.items() if f"${name}" in stream.source}
                )
                page = data.get(options.at)
                if not isinstance(page, dict) or not isinstance(page.get("nodes"), list):
                    raise AbortRun(f"at: the answer has no {options.at} with nodes")
                # what changes while a whole reading goes on comes with the first page's cursor next time
                first = first or page.get("cursor")
                rows = [(_place(stream, node), node) for node in map(_flat, page["nodes"])]
                yield Page(rows, cursor=page.get("cursor") if cursor else first, deleted=[str(key) for key in page.get("deleted") or ()])
                info = page.get("pageInfo") or {}
                if not info.get("hasNextPage"):
                    return
                if not info.get("endCursor") or info["endCursor"] == variables["after"]:
                    raise AbortRun(f"{options.at}: the next page has no cursor of its own")
                variables["after"] = info["endCursor"]
                await asyncio.sleep(self._settings.pause_s)

    def _client(self) -> httpx2.AsyncClient:
        token = self._settings.token
        headers = {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        return httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def _asked(self, client: httpx2.AsyncClient, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of an answer. Raises `RetryLater` when it was asked for often enough, and `AbortRun`."""
        patient = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_Busy),
            stop=tenacity.stop_after_attempt(self._settings.tries),
            wait=_as_told,
            reraise=True,
        )
        try:
            return await patient(self._once, client, query, variables)
        except _Busy as error:
            raise RetryLater(f"{self._settings.url}: {error}", error.after_s or 60) from None

    async def _once(self, client: httpx2.AsyncClient, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            response = await client.post(self._settings.url, json={"query": query, "variables": dict(variables)})
        except httpx2.TransportError as error:
            raise _Busy(f"it does not answer ({type(error).__name__})") from None
        if response.status_code in _BUSY:
            wait = response.headers.get("retry-after", "")
            raise _Busy(f"it answers {response.status_code}", float(wait) if wait.isdigit() else None)
        if response.status_code in (401, 403):
            raise AbortRun(f"{self._settings.url} refuses the token ({response.status_code})")
        if len(response.content) > _MOST_BYTES:
            raise AbortRun(f"a page has more than {_MOST_BYTES >> 20} MiB: ask for smaller ones with `page`")
        try:
            found = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise AbortRun(f"{self._settings.url} answers {response.status_code} with something that is not JSON") from None
        if errors := found.get("errors"):
            raise AbortRun(f"the API says: {str(errors[0].get('message'))[:300]}")
        return found.get("data") or {}


def _as_told(state: tenacity.RetryCallState) -> float:
    """As long as the server asks for, or longer and longer."""
    error = state.outcome.exception() if state.outcome else None
    told = error.after_s if isinstance(error, _Busy) else None
    return min(told, _LONGEST_WAIT_S) if told is not None else tenacity.wait_random_exponential(multiplier=0.3, max=10)(state)


def _flat(node: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A node with the fields of its nodes beside its own, e.g. `office.code`."""
    flat: dict[str, Any] = {}
    for name, value in node.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _place(stream: Wanted, node: Mapping[str, Any]) -> str:
    return "key " + "|".join(str(node.get(column)) for column in stream.key)
