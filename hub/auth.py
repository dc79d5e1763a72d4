"""From a bearer token to a viewer: signature, issuer, audience and times; never more than the account it names."""

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
from anyio import to_thread
from jwt import PyJWK, PyJWKClient, PyJWKSet

from hub.errors import NotSignedIn, SetupError
from hub.settings import Issuer
from hub.viewer import PUBLIC, Viewer, issuer_fault

_ALGORITHMS: Final = ("ES256", "ES384", "RS256", "PS256", "EdDSA")
_LIFETIME_S: Final = 12 * 3600
_LEEWAY_S: Final = 30
_REMEMBERED: Final = 4096
_REMEMBERED_S: Final = 300
_KEYS_KEPT_S: Final = 300
_ASK_AGAIN_S: Final = 30
_LONGEST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0, section 2, has it so for `sub`."""
_TIMES: Final = ("exp", "nbf", "iat")
_LATEST: Final = 1 << 53
_NOT_A_TOKEN: Final = (jwt.PyJWTError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""What reading a text that somebody made up may end in."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class Verifier:
    """Verifies tokens of the issuers it was given; remembers verified ones until they expire.

    A remembered token saves the signature only: what its account may see is read from the graph at every request.
    """

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._issuers = {issuer.issuer: (issuer, _keys(issuer)) for issuer in issuers}
        self._verified: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()

    async def viewer(self, authorization: str | None) -> Viewer:
        """The viewer behind an Authorization header, the public where there is none. Raises `NotSignedIn`."""
        if viewer := self.remembered(authorization):
            return viewer
        token = _token(authorization)
        expires, viewer = await self._verify(token.strip())
        self._verified[_digest(token)] = min(expires, time.time() + _REMEMBERED_S), viewer
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return viewer

    def remembered(self, authorization: str | None) -> Viewer | None:
        """The viewer, where nothing has to be verified for that. Raises `NotSignedIn` for what is no token at all."""
        if authorization is None:
            return PUBLIC
        found = self._verified.get(_digest(_token(authorization)))
        return found[1] if found and found[0] > time.time() else None

    async def _verify(self, token: str) -> tuple[float, Viewer]:
        try:
            header = jwt.get_unverified_header(token)
            if "crit" in header:  # RFC 7515, section 4.1.11: what must be understood and is not makes the token invalid
                raise NotSignedIn
            claimed = jwt.decode(token, options={"verify_signature": False})
            issuer, keys = self._issuers[claimed["iss"]]
            key = await keys.key(str(header["kid"]))
            claims = jwt.decode(
                token,
                key=key,
                algorithms=[key.algorithm_name],
                issuer=issuer.issuer,
                audience=issuer.audience,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except _NOT_A_TOKEN as error:
            raise NotSignedIn from error
        if not _is_well_formed(claims) or claims["exp"] > time.time() + _LIFETIME_S + _LEEWAY_S:
            raise NotSignedIn
        return float(claims["exp"]), Viewer.of(issuer.issuer, claims["sub"])


def _token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _is_well_formed(claims: Mapping[str, Any]) -> bool:
    """Whether its times are numbers, and its subject one line of a usual length: PyJWT takes numbers written as text for times."""
    times = [claims[name] for name in _TIMES if name in claims]
    are_numbers = all(isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found < _LATEST for found in times)
    subject: str = claims["sub"]
    return are_numbers and 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


async def check_issuer(issuer: Issuer) -> str:
    """Says how many keys of an issuer can verify tokens. Raises `SetupError` where there is none."""
    keys = _keys(issuer)
    try:
        found = await keys.fetch()
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise SetupError(f"{issuer.jwks} gives no keys ({type(error).__name__})") from error
    if not found:
        raise SetupError(f"{issuer.jwks} has no key of {', '.join(_ALGORITHMS)} with a kid")
    return f"{len(found)} keys at {issuer.jwks}"


class _FileKeys:
    """Keys from a JWKS file, read again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = -1.0
        self._keys: dict[str, PyJWK] = {}

    async def key(self, key_id: str) -> PyJWK:
        changed = self._path.stat().st_mtime if self._path.exists() else -1.0
        if changed != self._read_at:
            self._keys = await self.fetch()
            self._read_at = changed
        return self._keys[key_id]

    async def fetch(self) -> dict[str, PyJWK]:
        return _usable(PyJWKSet.from_dict(json.loads(self._path.read_text())).keys)


class _UrlKeys:
    """Keys from a JWKS URL, fetched in a thread: when they are old, and at most every half minute for an unknown key id."""

    def __init__(self, url: str) -> None:
        self._client = PyJWKClient(url, timeout=5)
        self._asked_at = float("-inf")
        self._keys: dict[str, PyJWK] = {}
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str) -> PyJWK:
        if self._fetching.locked() or self._has_to_ask(key_id):
            async with self._fetching:  # whoever comes meanwhile waits for the same keys
                if self._has_to_ask(key_id):
                    self._asked_at = time.monotonic()
                    self._keys = await self.fetch()
        return self._keys[key_id]

    def _has_to_ask(self, key_id: str) -> bool:
        age_s = time.monotonic() - self._asked_at
        return age_s > _KEYS_KEPT_S or (key_id not in self._keys and age_s > _ASK_AGAIN_S)

    async def fetch(self) -> dict[str, PyJWK]:
        return _usable(await to_thread.run_sync(self._client.get_signing_keys, True))


def _usable(keys: Sequence[PyJWK]) -> dict[str, PyJWK]:
    return {key.key_id: key for key in keys if key.key_id and key.algorithm_name in _ALGORITHMS}


def _keys(issuer: Issuer) -> _FileKeys | _UrlKeys:
    if fault := issuer_fault(issuer.issuer):
        raise SetupError(f"HUB_ISSUERS: issuer {fault}")
    parts = urlsplit(issuer.jwks)
    if parts.scheme in ("http", "https"):
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise SetupError(f"the keys of issuer {issuer.issuer} must come by https, not from {issuer.jwks}")
        return _UrlKeys(issuer.jwks)
    path = Path(issuer.jwks)
    if not path.exists():
        raise SetupError(f"issuer {issuer.issuer}: there is no JWKS file {path}")
    return _FileKeys(path)
