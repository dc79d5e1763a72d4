"""The keys of an issuer of tokens: where they come from, when they are fetched, and which of them may check a token.

A JWKS (RFC 7517) is a file, a URL, or what the issuer's discovery document names (OpenID Connect Discovery 1.0,
section 4). Nothing in a token leads to a request to anywhere else.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError
from jwt.types import JWKDict

from hub.errors import SetupError, Unavailable

ALGORITHMS: Final = ("ES256", "ES384", "RS256", "PS256", "EdDSA")
"""Those that are trusted. Each needs a public key: none can be forged with what everybody may read."""
_OF_KIND: Final[Mapping[str, Sequence[str]]] = {"RSA": ("RS256", "PS256"), "EC": ("ES256", "ES384"), "OKP": ("EdDSA",)}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}
"""An elliptic curve's algorithm is its own (RFC 7518, section 3.4; RFC 8037, section 3.1)."""
_LEAST_RSA_BITS: Final = 2048
"""RFC 7518, section 3.3."""
_DISCOVERY: Final = "/.well-known/openid-configuration"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_MOST_BYTES: Final = 1_000_000
_MOST_KEYS: Final = 100
_TIMEOUT_S: Final = 5.0
_PATIENCE_S: Final = 1.0
"""So long a token of a key that is known waits for newer ones."""
_FRESH_S: Final = 300.0
"""So long fetched keys count without a look: a key that is withdrawn checks no token after that."""
_KEPT_S: Final = 24 * 3600.0
"""So long known keys go on where no new ones can be had."""
_AGAIN_S: Final = 2.0
"""A fetch that failed is tried again after this, and after twice that the next time, up to the longest."""
_LONGEST_AGAIN_S: Final = 16.0
_UNKNOWN_AGAIN_S: Final = 2.0
"""A key id that is not known, or a signature that no known key made, makes the hub look for new keys, so often at most:
whoever makes up tokens makes it ask no more."""
_log: Final = logging.getLogger("hub.issuer_keys")

Keys = Sequence[PyJWK]
Fetch = Callable[[], Awaitable[Keys]]
Clock = Callable[[], float]


class NoKeys(Exception):
    """What should hold keys cannot be had, or holds none; the message says where and why, and is for the operator."""


class IssuerKeys:
    """The keys of one issuer, fetched when they are needed, once for all who wait.

    Keys that are known go on where new ones cannot be had, for a day. `changed` says of a source that tells it, a
    file, whether there may be new ones; of others `clock`, in seconds, says when to look.
    """

    def __init__(
        self, fetch: Fetch, *, changed: Callable[[], bool] | None = None, clock: Clock = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._changed = changed
        self._clock = clock
        self._keys: Keys = ()
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._failures = 0
        self._fetching: asyncio.Task[None] | None = None

    async def matching(self, key_id: str | None, algorithm: str) -> Keys:
        """The keys that may check a token of this key id and algorithm; a token may name no key (RFC 7515, section
        4.1.4).

        Empty where the issuer has none. Raises `Unavailable` where keys cannot be had.
        """
        known = self._known(key_id)
        if self._is_old():
            await self._fetched(_PATIENCE_S if known else None)
        elif not known and self._may_look():
            await self._fetched()
        keys = self._known(key_id)
        # a token of a key that is known goes on; of any other nothing is known while keys cannot be had
        if not keys and self._failures:
            raise Unavailable(
                "the keys that check tokens cannot be had now: try again in a few seconds", max(1.0, self._wait_s())
            )
        return [key for key in keys if key.algorithm_name == algorithm]

    async def newer(self, keys: Keys, key_id: str | None, algorithm: str) -> Keys:
        """The keys that may check a token that none of these checks: an issuer may have another key under the same id
        by now.

        Empty where there are none but these. Raises `Unavailable` where keys cannot be had.
        """
        if self._may_look():
            await self._fetched(_PATIENCE_S)
        return [key for key in await self.matching(key_id, algorithm) if key not in keys]

    def _known(self, key_id: str | None) -> Keys:
        if self._clock() - self._fetched_at > _KEPT_S:
            return ()
        return self._keys if key_id is None else [key for key in self._keys if key.key_id == key_id]

    def _is_old(self) -> bool:
        if self._changed is None:
            return self._clock() - self._fetched_at > _FRESH_S
        if self._changed():
            self._failed_at = float("-inf")  # another file than the one that could not be read
            return True
        if self._failures:
            return True
        self._fetched_at = self._clock()
        return False

    def _may_look(self) -> bool:
        """Whether newer keys may be looked for, for a token that none of the known ones checks."""
        if self._fetching:
            return True
        return self._changed is None and self._clock() - self._fetched_at > _UNKNOWN_AGAIN_S

    def _wait_s(self) -> float:
        again_s = min(_AGAIN_S * 2 ** max(0, self._failures - 1), _LONGEST_AGAIN_S)
        return max(0.0, self._failed_at + again_s - self._clock())

    async def _fetched(self, patience_s: float | None = None) -> None:
        """Fetches, or waits with those who wait for that already, for so long; not again right after a fetch that
        failed.

        Who has no key waits until the fetch ends. Who goes away lets the others wait on.
        """
        if self._fetching is None:
            if self._failures and self._wait_s() > 0:
                return
            self._fetching = asyncio.create_task(self._fetch_once())
        await asyncio.wait({self._fetching}, timeout=0 if patience_s and self._failures else patience_s)

    async def _fetch_once(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched_at, self._failures = self._clock(), 0
        except NoKeys as error:
            self._failed_at = self._clock()
            self._failures += 1
            _log.warning("keys of an issuer cannot be had: %s", error)
        finally:
            self._fetching = None


def keys_of(issuer: str, jwks: str | None) -> IssuerKeys:
    """The keys of an issuer: of a file or URL, or of the URL that its discovery document names. Raises `SetupError`."""
    fetch = source_of(issuer, jwks)
    if jwks and _is_file(jwks):
        return IssuerKeys(fetch, changed=_Changes(Path(jwks)))
    return IssuerKeys(fetch)


def source_of(issuer: str, jwks: str | None) -> Fetch:
    """What fetches the keys of an issuer; `NoKeys` is raised by it where they cannot be had. Raises `SetupError`."""
    if jwks is None:
        url = issuer.rstrip("/") + _DISCOVERY
        if fault := _fault_of(url):
            raise SetupError(
                f"HUB_ISSUERS: issuer {issuer}: without jwks its keys are looked for at {url}, which {fault}"
            )
        return lambda: _by_discovery(issuer, url)
    if _is_file(jwks):
        path = Path(jwks)
        if not path.exists():
            raise SetupError(f"issuer {issuer}: there is no JWKS file {path}")
        return lambda: _of_file(path)
    if fault := _fault_of(jwks):
        raise SetupError(f"HUB_ISSUERS: issuer {issuer}: jwks {jwks} {fault}")
    return lambda: _of_url(jwks)


def usable(jwks: Any) -> Keys:
    """The keys of a JWKS that can check tokens, each with one algorithm: the one it names, or any trusted one of its
    kind.

    What is no such key (for encryption, of a kind that is not trusted, too short, malformed) is left out (RFC 7517,
    section 5). Raises `NoKeys` for what is no JWKS.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        raise NoKeys('no JWKS; expected e.g. {"keys": [{"kty": "EC", "kid": "1", …}]}')
    return [made for key in keys[:_MOST_KEYS] if isinstance(key, dict) for made in _made(key)]


def _made(key: JWKDict) -> list[PyJWK]:
    operations = key.get("key_ops")
    if key.get("use") not in (None, "sig") or (isinstance(operations, list) and "verify" not in operations):
        return []
    named, kind = key.get("alg"), key.get("kty")
    trusted = _OF_KIND.get(kind, ()) if isinstance(kind, str) else ()
    keys: list[PyJWK] = []
    for algorithm in trusted:
        if named not in (None, algorithm) or _CURVES.get(algorithm, key.get("crv")) != key.get("crv"):
            continue
        try:
            made = PyJWK(key, algorithm)
        except (PyJWTError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
            continue
        if not (isinstance(made.key, RSAPublicKey) and made.key.key_size < _LEAST_RSA_BITS):
            keys.append(made)
    return keys


class _Changes:
    """Whether a file is another one than when it was last asked about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] | None = None

    def __call__(self) -> bool:
        try:
            stat = self._path.stat()
            now = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            now = ()
        changed, self._seen = now != self._seen, now
        return changed


def _is_file(jwks: str) -> bool:
    return urlsplit(jwks).scheme not in ("http", "https")


def _fault_of(url: str) -> str | None:
    """Why keys are not fetched from there; None where they are."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return None
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return None
    return "is no https URL: keys must come by https (http on loopback only), e.g. https://login.example.gov/jwks"


async def _of_file(path: Path) -> Keys:
    try:
        # a page of text on this machine
        return usable(json.loads(path.read_text(encoding="utf-8")))  # noqa: ASYNC240
    except (OSError, ValueError, RecursionError, NoKeys) as error:
        raise NoKeys(f"{path}: {_words(error)}") from None


async def _of_url(url: str) -> Keys:
    jwks = await _document(url)
    try:
        return usable(jwks)
    except NoKeys as error:
        raise NoKeys(f"{url}: {error}") from None


async def _by_discovery(issuer: str, url: str) -> Keys:
    """The keys at the `jwks_uri` of a discovery document that is this issuer's own (OpenID Connect Discovery 1.0,
    section 4.3)."""
    discovery = await _document(url)
    if not isinstance(discovery, dict) or discovery.get("issuer") != issuer:
        raise NoKeys(f"{url}: it is not of the issuer {issuer}, as its `issuer` must say to the letter")
    jwks = str(discovery.get("jwks_uri"))
    if fault := _fault_of(jwks):
        raise NoKeys(f"{url}: its jwks_uri {fault}")
    return await _of_url(jwks)


async def _document(url: str) -> Any:
    """The JSON at a URL, of at most a megabyte, within five seconds; no redirect is followed. Raises `NoKeys`."""
    try:
        async with (
            asyncio.timeout(_TIMEOUT_S),
            httpx2.AsyncClient(timeout=_TIMEOUT_S, headers={"accept": "application/json"}) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != 200:
                raise NoKeys(f"{url}: it answered {response.status_code}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise NoKeys(f"{url}: it has more than {_MOST_BYTES:,} bytes")
        return json.loads(body)
    except (OSError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
        raise NoKeys(f"{url}: {_words(error)}") from None


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
