"""Tokens: what signs in, and every way in which one must not."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm
from jwt.api_jws import PyJWS

from hub.errors import NotSignedIn, SetupError
from hub.identity.bearer import Verifier
from hub.identity.sample_sign_in import AUDIENCE, SampleSignIn
from hub.settings import Issuer, read_settings
from hub.viewer import PUBLIC, Viewer
from hub.world.sample import ISSUER


@pytest.fixture
def sign_in(tmp_path: Path) -> SampleSignIn:
    found = SampleSignIn(tmp_path)
    found.issuer()
    return found


@pytest.fixture
def verifier(sign_in: SampleSignIn) -> Verifier:
    return Verifier([sign_in.issuer()])


def claims(**changed: Any) -> dict[str, Any]:
    """Claims that sign in, and these instead; a time as seconds from now."""
    now = int(time.time())
    times = {name: now + changed[name] for name in ("exp", "nbf") if type(changed.get(name)) is int}
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "broker", "iat": now, "exp": now + 600, **changed, **times}


def signed(folder: Path, kid: str = "sample-1", **changed: Any) -> str:
    kept = {name: value for name, value in claims(**changed).items() if value is not None}
    return signed_text(folder, json.dumps(kept), kid=kid)


def signed_text(folder: Path, claims: str, **headers: Any) -> str:
    """A token of the issuer's own over that text, whatever it holds."""
    return PyJWS().encode(
        claims.encode(), (folder / "sample-issuer.pem").read_bytes(), algorithm="ES256", headers=headers
    )


def test_a_persona_signs_in_as_its_account(sign_in: SampleSignIn, verifier: Verifier, run: Callable[..., Any]) -> None:
    for _ in range(2):  # the second time from memory
        assert run(verifier.viewer(f"Bearer {sign_in.token('broker')}")) == Viewer(f"{ISSUER}|broker")


@pytest.mark.parametrize(
    ("name", "why"),
    [("https://idp.example|x", "holds a bar"), ("guest", "accounts of its own"), ("hub", "accounts of its own")],
)
def test_an_issuer_whose_accounts_could_be_taken_for_others_is_refused(name: str, why: str, tmp_path: Path) -> None:
    SampleSignIn(tmp_path).issuer()
    keys = next(found for found in tmp_path.iterdir() if "jwks" in found.name)
    with pytest.raises(SetupError, match=why):
        Verifier([Issuer(issuer=name, audience=AUDIENCE, jwks=str(keys))])


def test_no_token_is_the_public(verifier: Verifier, run: Callable[..., Any]) -> None:
    assert run(verifier.viewer(None)) == PUBLIC


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": -60},
        {"exp": None},
        {"exp": 13 * 3600},
        {"aud": "another"},
        {"aud": None},
        {"iss": "urn:another"},
        {"iss": None},
        {"sub": None},
        {"nbf": 600},
        {"kid": "another"},
        {"exp": "text"},
        {"exp": str(int(time.time()) + 600)},
        {"exp": float("inf")},
        {"exp": True},
        {"exp": [1]},
        {"exp": 10**400},
        {"nbf": "0"},
        {"iat": "text"},
        {"iat": float("inf")},
        {"iat": {}},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "broker\nadmin"},
        {"sub": "broker\x00"},
        {"iss": [ISSUER]},
        {"aud": [[AUDIENCE]]},
        {"aud": {}},
        {"jti": 1},
    ],
)
def test_a_token_with_wrong_claims_is_refused(
    changed: dict[str, Any], tmp_path: Path, verifier: Verifier, run: Callable[..., Any]
) -> None:
    with pytest.raises(NotSignedIn):
        run(verifier.viewer(f"Bearer {signed(tmp_path, **changed)}"))


@pytest.mark.parametrize("exp", ["1e400", "NaN", "-Infinity", "9" * 5_000])
def test_a_number_that_is_none_is_refused(
    exp: str, tmp_path: Path, verifier: Verifier, run: Callable[..., Any]
) -> None:
    text = json.dumps(claims(exp=600)).replace(str(claims(exp=600)["exp"]), exp)
    with pytest.raises(NotSignedIn):
        run(verifier.viewer(f"Bearer {signed_text(tmp_path, text, kid='sample-1')}"))


def test_a_time_with_a_fraction_signs_in(tmp_path: Path, verifier: Verifier, run: Callable[..., Any]) -> None:
    assert run(verifier.viewer(f"Bearer {signed(tmp_path, exp=time.time() + 600.5)}")) == Viewer(f"{ISSUER}|broker")


def test_what_a_token_calls_critical_and_what_is_nested_without_end_is_refused(
    tmp_path: Path, verifier: Verifier, run: Callable[..., Any]
) -> None:
    plain = json.dumps(claims())
    assert run(verifier.viewer(f"Bearer {signed_text(tmp_path, plain, kid='sample-1')}")) == Viewer(f"{ISSUER}|broker")
    for token in (
        signed_text(tmp_path, plain, kid="sample-1", crit=["hub"]),
        signed_text(tmp_path, plain, kid="sample-1", crit=[]),
        signed_text(tmp_path, "[" * 30_000, kid="sample-1"),
        signed_text(tmp_path, "null", kid="sample-1"),
        signed_text(tmp_path, "[1]", kid="sample-1"),
    ):
        with pytest.raises(NotSignedIn):
            run(verifier.viewer(f"Bearer {token}"))


def test_a_token_signed_otherwise_is_refused(tmp_path: Path, verifier: Verifier, run: Callable[..., Any]) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    public = json.loads((tmp_path / "sample-issuer.jwks.json").read_text())["keys"][0]
    embedded = ECAlgorithm.to_jwk(other.public_key(), as_dict=True)
    forged = [
        jwt.encode(claims(), other, algorithm="ES256", headers={"kid": "sample-1"}),
        jwt.encode(claims(), other, algorithm="ES256", headers={"kid": "sample-1", "jwk": embedded}),
        jwt.encode(claims(), other, algorithm="ES256", headers={"kid": "sample-1", "jku": "http://127.0.0.1:9/keys"}),
        jwt.encode(claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256", headers={"kid": "sample-1"}),
        jwt.encode(claims(), public["x"] + public["y"], algorithm="HS256", headers={"kid": "sample-1"}),
        jwt.encode(claims(), "", algorithm="none", headers={"kid": "sample-1"}),
        signed(tmp_path)[:-4] + "AAAA",
        "", "x", "a.b.c",
    ]  # fmt: skip
    for token in forged:
        with pytest.raises(NotSignedIn):
            run(verifier.viewer(f"Bearer {token}"))
    with pytest.raises(NotSignedIn):
        run(verifier.viewer(f"Basic {signed(tmp_path)}"))


def test_a_key_that_is_withdrawn_no_longer_signs_in(
    tmp_path: Path, sign_in: SampleSignIn, run: Callable[..., Any]
) -> None:
    verifier = Verifier([sign_in.issuer()])
    (tmp_path / "sample-issuer.jwks.json").write_text(json.dumps({"keys": []}))
    with pytest.raises(NotSignedIn):
        run(verifier.viewer(f"Bearer {sign_in.token('broker')}"))


def test_an_unknown_persona_is_told_the_known_ones(sign_in: SampleSignIn) -> None:
    with pytest.raises(SetupError, match="import-specialist"):
        sign_in.token("somebody")


def test_keys_do_not_come_over_plain_http_from_afar() -> None:
    with pytest.raises(SetupError, match="https"):
        Verifier([Issuer(issuer="a", audience="b", jwks="http://keys.example/jwks.json")])


def test_issuers_come_from_the_environment_and_their_keys_by_url(
    tmp_path: Path, sign_in: SampleSignIn, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Any]
) -> None:
    fetched: list[str] = []

    class Keys(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            fetched.append(self.path)
            super().do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the base class's
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Keys, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/sample-issuer.jwks.json"
    monkeypatch.setenv("HUB_ISSUERS", json.dumps([{"issuer": ISSUER, "audience": AUDIENCE, "jwks": url}]))
    verifier = Verifier(read_settings().issuers)
    assert not fetched

    async def at_once() -> list[Viewer]:
        return await asyncio.gather(*(verifier.viewer(f"Bearer {sign_in.token('broker')}") for _ in range(20)))

    # all who come while the keys are fetched wait for them
    assert run(at_once()) == [Viewer(f"{ISSUER}|broker")] * 20
    for kid in ("another", "a-third"):  # unknown keys do not make the hub ask again and again
        with pytest.raises(NotSignedIn):
            run(verifier.viewer(f"Bearer {signed(tmp_path, kid=kid)}"))
    assert len(fetched) == 1
    server.shutdown()
    server.server_close()
