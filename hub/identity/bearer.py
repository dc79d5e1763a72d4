"""From a bearer token to a viewer: signature, issuer, audience and times; never more than the account it names.

Tokens are JWTs (RFC 7519) signed by an issuer that is trusted, as access tokens are (RFC 9068).
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import jwt
from jwt import PyJWK

from hub.errors import NotSignedIn, SetupError, TokenRefused
from hub.identity.issuer_keys import ALGORITHMS, IssuerKeys, Keys, NoKeys, keys_of, source_of
from hub.settings import Issuer
from hub.viewer import PUBLIC, Viewer, issuer_fault

_LIFETIME_S: Final = 12 * 3600
_LEEWAY_S: Final = 30
_REMEMBERED: Final = 4096
_REMEMBERED_S: Final = 300
_LONGEST_SUBJECT: Final = 255
"""OpenID Connect Core 1.0, section 2, has it so for `sub`."""
_TIMES: Final = ("exp", "nbf", "iat")
_LATEST: Final = 1 << 53
_MOST_TRIED: Final = 4
"""Of a token that names no key, so many of its issuer's are tried."""
_NOT_A_TOKEN: Final = (jwt.PyJWTError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""What reading a text that somebody made up may end in."""
_Claims: TypeAlias = Mapping[str, Any]
"""The claims of a token by name (RFC 7519, section 4), of any type: whoever signed it wrote them."""


class Verifier:
    """Verifies tokens of the issuers it was given; remembers verified ones until they expire.

    A remembered token saves the signature only: what its account may see is read from the graph at every request.
    """

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        for issuer in issuers:
            if fault := issuer_fault(issuer.issuer):
                raise SetupError(f"HUB_ISSUERS: issuer {fault}")
        self._issuers = {issuer.issuer: (issuer, keys_of(issuer.issuer, issuer.jwks)) for issuer in issuers}
        self._verified: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()

    async def viewer(self, authorization: str | None) -> Viewer:
        """The viewer behind an Authorization header, the public where there is none.

        Raises `NotSignedIn`, and `Unavailable` where the issuer's keys cannot be had.
        """
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
        expires, viewer = self._verified.get(_digest(_token(authorization)), (0.0, PUBLIC))
        return viewer if expires > time.time() else None

    async def _verify(self, token: str) -> tuple[float, Viewer]:
        try:
            header = jwt.get_unverified_header(token)
            if "crit" in header:  # RFC 7515, section 4.1.11: what must be understood and is not makes the token invalid
                raise TokenRefused
            claimed = jwt.decode(token, options={"verify_signature": False})
            issuer, keys = self._issuers[claimed["iss"]]
            claims = await _checked_by(keys, token, (_key_id(header), header["alg"]), issuer)
        except _NOT_A_TOKEN as error:
            raise TokenRefused from error
        if not _is_well_formed(claims) or claims["exp"] > time.time() + _LIFETIME_S + _LEEWAY_S:
            raise TokenRefused
        return float(claims["exp"]), Viewer.of(issuer.issuer, claims["sub"])


def _key_id(header: Mapping[str, object]) -> str | None:
    """RFC 7515, section 4.1.4: a token may name its key."""
    return str(header["kid"]) if "kid" in header else None


async def _checked_by(keys: IssuerKeys, token: str, named: tuple[str | None, str], issuer: Issuer) -> _Claims:
    """The claims of a token that a key of its issuer signed, of that id and algorithm. Raises one of `_NOT_A_TOKEN`."""
    known = await keys.matching(*named)
    if known:
        with suppress(jwt.InvalidSignatureError):
            return _checked(token, known, issuer)
    return _checked(token, await keys.newer(known, *named), issuer)


def _checked(token: str, keys: Keys, issuer: Issuer) -> _Claims:
    """The claims of a token that one of the keys signed. Raises one of `_NOT_A_TOKEN`."""
    *others, last = keys[:_MOST_TRIED]
    for key in others:
        try:
            return _decoded(token, key, issuer)
        except jwt.InvalidSignatureError:
            continue
    return _decoded(token, last, issuer)


def _decoded(token: str, key: PyJWK, issuer: Issuer) -> _Claims:
    return jwt.decode(
        token,
        key=key,
        algorithms=[key.algorithm_name],
        issuer=issuer.issuer,
        audience=issuer.audiences,
        leeway=_LEEWAY_S,
        options={"require": ["exp", "iss", "aud", "sub"]},
    )


def _token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn  # RFC 6750, section 3.1: without a token nothing is said of one
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _is_well_formed(claims: _Claims) -> bool:
    """Whether its times are numbers, and its subject one line of a usual length: PyJWT takes numbers written as
    text for times.
    """
    times = [claims[name] for name in _TIMES if name in claims]
    are_numbers = all(
        isinstance(time_s, int | float) and not isinstance(time_s, bool) and 0 <= time_s < _LATEST for time_s in times
    )
    subject: str = claims["sub"]
    return are_numbers and 0 < len(subject) <= _LONGEST_SUBJECT and subject.isprintable()


async def check_issuer(issuer: Issuer) -> str:
    """Says how many keys of an issuer can verify tokens. Raises `SetupError` where there is none."""
    try:
        keys = await source_of(issuer.issuer, issuer.jwks)()
    except NoKeys as error:
        raise SetupError(f"issuer {issuer.issuer} gives no keys: {error}") from error
    if not keys:
        raise SetupError(f"issuer {issuer.issuer} has no key that signs by {', '.join(ALGORITHMS)}")
    return f"{len({id(key.key_id) if key.key_id is None else key.key_id for key in keys})} keys"
