"""An agency's GraphQL API: pages of a query, whole or since a cursor, as `partner_service` offers it and the manual
asks of an agency.

Plain GraphQL over HTTP by httpx2, which the hub has already; tenacity decides when to ask again, as the server's
Retry-After says.
"""

import asyncio
import codecs
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Final, NoReturn

import httpx2
import orjson
import tenacity
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.contract import Page, Raw, StreamInfo, StreamRequest
from connectors.errors import AbortRun, RetryLater

_TIMEOUT_S: Final = 30
_LONGEST_S: Final = 120
"""So long one page may take in all, however steadily it comes."""
_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)
_MOST_BYTES: Final = 32 << 20
_LONGEST_WAIT_S: Final = 30
_LONG: Final = 20
_LARGEST: Final = 1 << 63
_LONG_NUMBER: Final = re.compile(rb"[0-9]{19}")
_A_MOMENT: Final = 1e9
_DEEPEST: Final = 20
"""So deep the fields of nodes within nodes are columns."""
_MOST_EMPTY: Final = 200
"""So many pages in a row may be empty, as where an API filters what it has read."""
_MOST_ALIKE: Final = 3
"""So often may a page have the very rows of another."""
_LIMITED: Final = frozenset(
    ("THROTTLED", "RATE_LIMITED", "RATE_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS", "SERVICE_UNAVAILABLE")
)
"""What APIs call it, in errors beside a status of 200, that they may answer later."""
_Variables = Mapping[str, int | str | None]
"""The variables of a query, by name: how many rows, behind which cursor, changed since when."""
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


class GraphQLOptions(BaseModel):
    """What a stream may say beside the query, which takes $first, $after and, if it can, $since."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    at: str
    """The field of the query whose value is the page, e.g. `contacts` or `agency.contacts`: `{nodes, pageInfo, deleted,
    cursor}`, with `edges {node}` in place of `nodes`, or a list alone.
    """
    page: int = Field(200, ge=1, le=5_000)
    """How many rows are asked for at once: `$first`."""


class _Busy(Exception):
    """The server may answer later."""

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class GraphQLApi:
    """A GraphQL endpoint.

    A page is `{nodes, pageInfo {hasNextPage, endCursor}, deleted, cursor}`; the last two may be absent.
    """

    spec: ClassVar[type[BaseModel]] = GraphQLSettings
    options: ClassVar[type[BaseModel]] = GraphQLOptions

    def __init__(self, settings: GraphQLSettings) -> None:
        self._settings = settings

    async def check(self) -> str:
        """How many fields the API's query type has, and where. Raises `RetryLater` or `AbortRun`."""
        async with self._client() as client:
            fields = _fields(await self._asked(client, _OFFERED, {}))
            return (
                f"{len(fields)} questions at {self._settings.url}"
                if fields
                else f"{self._settings.url}, which does not list its questions"
            )

    async def discover(self) -> Sequence[StreamInfo]:
        """The fields of the API's query type, without columns. Raises `RetryLater` or `AbortRun`."""
        async with self._client() as client:
            return [StreamInfo(field, ()) for field in _fields(await self._asked(client, _OFFERED, {}))]

    async def read(self, stream: StreamRequest, cursor: str | None) -> AsyncGenerator[Page]:
        """The pages of a query, one after another; with a cursor, what changed `$since`.

        Raises `RetryLater` once a page was tried often enough, and `AbortRun` for pages that would never end.
        """
        options = GraphQLOptions.model_validate(stream.options)
        variables: dict[str, int | str | None] = {"first": options.page, "after": None, "since": cursor}
        first: str | None = None
        columns: list[str] | None = None
        asked, alike, empty = set[str](), Counter[bytes](), 0
        async with self._client() as client:
            while True:
                data = await self._asked(
                    client,
                    stream.source,
                    {name: value for name, value in variables.items() if f"${name}" in stream.source},
                )
                page = _page(data, options.at)
                # what changes while a whole reading goes on comes with the first page's cursor next time
                place = _text(page.get("cursor"))
                first = first or place
                rows = [(_place(stream, node), node) for node in map(_flat, page["nodes"])]
                new = list(rows[0][1]) if rows and columns is None else None
                columns = columns or new
                yield Page(
                    rows, cursor=place if cursor else first, deleted=_deleted(page, options.at, stream.key), columns=new
                )
                after = _next(page, options.at)
                if after is None:
                    return
                if after in asked:
                    raise AbortRun(
                        f"at: {options.at} gives the same endCursor twice, so that its pages would never end"
                    )
                asked.add(after)
                empty = 0 if rows else empty + 1
                content = hashlib.blake2b(_told(rows), digest_size=8).digest()
                alike[content] += bool(rows)
                if empty > _MOST_EMPTY or alike[content] >= _MOST_ALIKE:
                    what = "no rows" if empty else "the same rows"
                    raise AbortRun(
                        f"at: {options.at} gives {what} again and again, and always says that there is a next page"
                    )
                variables["after"] = after
                await asyncio.sleep(self._settings.pause_s)

    def _client(self) -> httpx2.AsyncClient:
        token = self._settings.token
        headers = {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        return httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def _asked(self, client: httpx2.AsyncClient, query: str, variables: _Variables) -> Mapping[str, Any]:
        """The data of an answer. Raises `RetryLater` when it was asked for often enough, and `AbortRun`."""
        patient = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(_is_soon),
            stop=tenacity.stop_after_attempt(self._settings.tries),
            wait=_as_told,
            reraise=True,
        )
        try:
            return await patient(self._once, client, query, variables)
        except _Busy as error:
            raise RetryLater(f"{self._settings.url}: {error}", error.after_s or 60) from None

    async def _once(self, client: httpx2.AsyncClient, query: str, variables: _Variables) -> Mapping[str, Any]:
        try:
            async with (
                asyncio.timeout(_LONGEST_S),
                client.stream(
                    "POST", self._settings.url, json={"query": query, "variables": dict(variables)}
                ) as response,
            ):
                content = await _content(response)
        except TimeoutError:
            raise RetryLater(
                f"{self._settings.url}: a page takes longer than {_LONGEST_S:g} s: ask for smaller ones with `page`",
                300,
            ) from None
        except httpx2.TransportError as error:
            raise _Busy(f"it does not answer ({type(error).__name__})") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise AbortRun(f"{self._settings.url} gives no answer that can be read ({type(error).__name__})") from None
        if response.status_code in _BUSY or (response.status_code == 403 and _says_when(response.headers)):
            raise _Busy(f"it answers {response.status_code}", _again_s(response.headers))
        if response.status_code in (401, 403):
            raise AbortRun(f"{self._settings.url} refuses the token ({response.status_code})")
        if response.is_redirect:
            there = response.headers.get("location", "elsewhere")
            raise AbortRun(
                f"{self._settings.url} sends one on to {there[:200]}: if that is right, put it into `url`; no token was"
                " sent there"
            )
        if content is None:
            raise AbortRun(f"a page has more than {_MOST_BYTES >> 20} MiB: ask for smaller ones with `page`")
        try:
            answer = _json(content)
        except (ValueError, RecursionError):
            page = "a web page" if b"<html" in content[:2_000].lower() else "something that is not JSON"
            raise AbortRun(
                f"{self._settings.url} answers {response.status_code} with {page}: is it the address of the API?"
            ) from None
        if not isinstance(answer, dict):
            raise AbortRun(f"{self._settings.url} answers {response.status_code} with JSON that is no GraphQL answer")
        # part of an answer is none: what is missing in it would seem to be gone
        if errors := answer.get("errors"):
            if _is_limited(errors):
                raise _Busy(f"the API says: {_error(errors)}", _again_s(response.headers))
            raise AbortRun(f"the API says: {_error(errors)}")
        if not isinstance(answer.get("data"), dict):
            raise AbortRun(f"{self._settings.url} answers {response.status_code} without data and without saying why")
        return answer["data"]


async def _content(response: httpx2.Response) -> bytes | None:
    """The body; None where it is larger than any page may be."""
    parts, size = list[bytes](), 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > _MOST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _json(content: bytes) -> Any:
    """The JSON, with whole numbers that are too long for a number of 64 bits as text, so that none loses digits.

    Raises `ValueError` and `RecursionError`.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    if not _LONG_NUMBER.search(content):
        return orjson.loads(content)
    return json.loads(content, parse_int=_whole, parse_constant=_no_number)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < _LONG and abs(int(digits)) < _LARGEST else digits


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _says_when(headers: Mapping[str, str]) -> bool:
    """Whether one who is forbidden may come again: that is a limit, and no fault of the token."""
    return "retry-after" in headers or _is_used_up(headers)


def _is_used_up(headers: Mapping[str, str]) -> bool:
    return any(headers.get(f"{prefix}ratelimit-remaining", "").strip() == "0" for prefix in ("x-", ""))


def _again_s(headers: Mapping[str, str]) -> float | None:
    """The seconds until one may ask again, as the headers have it; None where they do not say."""
    if "retry-after" in headers or not _is_used_up(headers):
        return _wait_s(headers.get("retry-after", ""))
    reset = _wait_s(headers.get("x-ratelimit-reset", "") or headers.get("ratelimit-reset", ""))
    # a moment since 1970, as some have it, or so many seconds from now
    return max(0.0, reset - time.time()) if reset and reset > _A_MOMENT else reset


def _wait_s(header: str) -> float | None:
    """The seconds that a Retry-After asks for: a number, or a moment of HTTP."""
    header = header.strip()
    if header.replace(".", "", 1).isdigit() and header.isascii():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())


def _is_limited(errors: Any) -> bool:
    """Whether an API says that it was asked too often."""
    for error in errors if isinstance(errors, list) else ():
        if not isinstance(error, dict):
            continue
        extensions = error.get("extensions")
        codes = (error.get("type"), error.get("code"), extensions.get("code") if isinstance(extensions, dict) else None)
        if any(isinstance(code, str) and code.upper() in _LIMITED for code in codes):
            return True
    return False


def _error(errors: Any) -> str:
    """What an API says is wrong, in one line."""
    first = errors[0] if isinstance(errors, list) else errors
    message = first.get("message") if isinstance(first, dict) else first
    return " ".join(str(message or "an error without a message").split())[:300]


def _fields(data: Mapping[str, Any]) -> list[str]:
    """The names of what can be asked; none where an API does not tell."""
    try:
        return [str(field["name"]) for field in data["__schema"]["queryType"]["fields"]]
    except (KeyError, TypeError):
        return []


def _page(data: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    page: Any = data
    for name in at.split("."):
        page = page.get(name) if isinstance(page, dict) else None
    if isinstance(page, list):
        page = {"nodes": page}
    elif isinstance(page, dict) and "nodes" not in page and isinstance(page.get("edges"), list):
        page = {**page, "nodes": [edge.get("node") if isinstance(edge, dict) else None for edge in page["edges"]]}
    if not isinstance(page, dict) or not isinstance(page.get("nodes"), list):
        raise AbortRun(f"at: the answer has no {at} with nodes; it has {', '.join(data) or 'nothing'}")
    if any(not isinstance(node, dict) for node in page["nodes"]):
        raise AbortRun(
            f"at: among the nodes of {at} are empty ones, as where an API could not read them: nothing was taken for"
            " gone"
        )
    return page


def _deleted(page: Mapping[str, Any], at: str, key: Sequence[str]) -> list[str]:
    """The keys of what is gone, which an API gives as such, or as nodes that have them."""
    deleted = page.get("deleted") or []
    if not isinstance(deleted, list):
        raise AbortRun(f"at: `deleted` of {at} is no list of keys")
    return [_key_of(item, at, key) for item in deleted if item is not None]


def _key_of(item: Any, at: str, key: Sequence[str]) -> str:
    parts = item if isinstance(item, list) else [item]
    if isinstance(item, dict):
        flat = _flat(item["node"] if isinstance(item.get("node"), dict) else item)
        parts = [flat.get(column) for column in key]
        if len(key) == len(flat) == 1:
            parts = list(flat.values())
    if any(part is None or isinstance(part, dict | list) for part in parts):
        raise AbortRun(f"at: `deleted` of {at} names a row without its key ({', '.join(key)}): nothing was retired")
    return "|".join(str(part).strip() for part in parts)


def _next(page: Mapping[str, Any], at: str) -> str | None:
    """Where the next page begins; None after the last."""
    info = page.get("pageInfo")
    if info is None:
        return None
    if not isinstance(info, dict) or not isinstance(info.get("hasNextPage") or False, bool):
        raise AbortRun(f"at: pageInfo of {at} is not {{hasNextPage, endCursor}} with true or false")
    if not info.get("hasNextPage"):
        return None
    after = _text(info.get("endCursor"))
    if not after:
        raise AbortRun(f"at: {at} says that there is a next page, but not where it begins (endCursor)")
    return after


def _told(rows: Sequence[Any]) -> bytes:
    """What rows say, to be compared."""
    try:
        return orjson.dumps(rows)
    except TypeError:  # it lies too deep
        return str(len(rows)).encode()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _is_soon(error: BaseException) -> bool:
    """Whether it may be asked again within this run: who asks for more time is asked by another."""
    return isinstance(error, _Busy) and (error.after_s or 0) <= _LONGEST_WAIT_S


def _as_told(state: tenacity.RetryCallState) -> float:
    """As long as the server asks for, or longer and longer."""
    error = state.outcome.exception() if state.outcome else None
    after_s = error.after_s if isinstance(error, _Busy) else None
    return (
        min(after_s, _LONGEST_WAIT_S)
        if after_s is not None
        else tenacity.wait_random_exponential(multiplier=0.3, max=10)(state)
    )


def _flat(node: Raw, prefix: str = "") -> Raw:
    """A node with the fields of its nodes beside its own, e.g. `office.code`."""
    flat: dict[str, Any] = {}
    for name, value in node.items():
        if isinstance(value, dict) and prefix.count(".") < _DEEPEST:
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            flat |= {f"{prefix}{name}.{inner}": [item.get(inner) for item in value] for inner in value[0]}
        else:
            flat[prefix + name] = value
    return flat


def _place(stream: StreamRequest, node: Raw) -> str:
    return "key " + "|".join(str(node.get(column)) for column in stream.key)
