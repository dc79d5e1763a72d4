"""Signing in to the sample world: an issuer of its own, whose key never leaves the data directory."""

import os
import time
from pathlib import Path
from typing import Final

import jwt
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from hub.errors import SetupError
from hub.settings import Issuer
from hub.world.sample import ISSUER, personas

AUDIENCE: Final = "hub"
LIFETIME_S: Final = 12 * 3600
_KEY_ID: Final = "sample-1"


class SampleSignIn:
    """The issuer of a data directory's sample world."""

    def __init__(self, folder: Path) -> None:
        self._key = folder / "sample-issuer.pem"
        self._jwks = folder / "sample-issuer.jwks.json"

    @property
    def is_there(self) -> bool:
        """Whether the data directory has, or had, a sample world."""
        return self._key.exists()

    def issuer(self) -> Issuer:
        """The issuer as the verifier knows it; makes its key the first time."""
        if not self._key.exists():
            self._make_key()
        return Issuer(issuer=ISSUER, audience=AUDIENCE, jwks=str(self._jwks))

    def token(self, persona: str, now: float | None = None) -> str:
        """A token for a persona, good for twelve hours.

        Raises `SetupError` for an unknown one, or where there is no key.
        """
        known = {each.name: each for each in personas()}
        if persona not in known:
            listed = "\n".join(f"  {each.name:20} {each.doc}" for each in known.values())
            raise SetupError(f"there is no persona {persona!r}; choose one of\n{listed}")
        if not self._key.exists():
            raise SetupError(
                f"{self._key.parent} holds no sample world: run `hub up` first, or name its directory with --data"
            )
        issued = int(time.time() if now is None else now)
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": persona, "iat": issued, "exp": issued + LIFETIME_S}
        return jwt.encode(claims, self._key.read_bytes(), algorithm="ES256", headers={"kid": _KEY_ID})

    def _make_key(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": _KEY_ID, "alg": "ES256", "use": "sig"}
        self._jwks.write_bytes(orjson.dumps({"keys": [public]}))
        with os.fdopen(os.open(self._key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(pem)
