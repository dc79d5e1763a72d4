"""Keys of issuers from a real server on loopback: when they are fetched, whom that lets in, and by what they check a
token."""

import asyncio
import base64
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.app import create_app
from hub.errors import HubError, NotSignedIn, SetupError, TokenRefused, TooManyRequests, Unavailable
from hub.identity.bearer import Verifier, check_issuer
from hub.identity.door import Door, Shares
from hub.identity.issuer_keys import IssuerKeys, NoKeys, source_of, usable
from hub.limits.callers import caller
from hub.settings import Issuer, Settings, read_settings
from hub.viewer import PUBLIC, Viewer
from tests.gql.test_endpoint import served
from tests.key_server import KeyServer, ec_key, ed_key, key_server, rsa_key, token

ISSUER = "https://login.example"
OLD, NEW, RSA = ec_key("old", alg="ES256", use="sig"), ec_key("new"), rsa_key("rsa")
BROKEN = ("fails", "hangs up", "stops short", "sends a page", "sends too much", "sends a list", "leads elsewhere")


def jwks(*keys: tuple[Any, dict[str, Any]]) -> dict[str, Any]:
    return {"keys": [public for _, public in keys]}


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with key_server(jwks=jwks(OLD)) as found:
        yield found


@pytest.fixture
def verifier(server: KeyServer) -> Verifier:
    return Verifier([Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))])


def let_in(verifier: Verifier, key: Any = OLD, algorithm: Any = "ES256", **claims: Any) -> Any:
    """A coroutine that signs somebody in by a pair of keys, or gives what is raised."""

    async def signs_in() -> Viewer | HubError:
        try:
            return await verifier.viewer(token(key[0], key[1].get("kid"), algorithm, **claims))
        except HubError as error:
            return error

    return signs_in()


def test_twelve_people_who_sign_in_at_a_cold_start_are_all_let_in(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    server.delay_s = 0.3

    async def at_once() -> list[Any]:
        return await asyncio.gather(*(let_in(verifier, sub=f"user-{number}") for number in range(12)))

    assert run(at_once()) == [Viewer(f"{ISSUER}|user-{number}") for number in range(12)]
    assert server.asked == ["/jwks"]


def test_who_goes_away_while_keys_are_fetched_lets_the_others_in(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    server.delay_s = 0.3

    async def first_goes_away() -> list[Any]:
        first, *others = (asyncio.create_task(let_in(verifier, sub=f"user-{number}")) for number in range(4))
        await asyncio.sleep(0.1)
        first.cancel()
        return await asyncio.gather(*others)

    assert run(first_goes_away()) == [Viewer(f"{ISSUER}|user-{number}") for number in (1, 2, 3)]
    assert server.asked == ["/jwks"]


@pytest.mark.parametrize("broken", BROKEN)
def test_keys_that_cannot_be_had_are_no_fault_of_the_token(
    broken: str, server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    server.broken = broken
    for _ in range(3):
        error = run(let_in(verifier))
        assert isinstance(error, Unavailable)
        assert 1 <= error.extensions["retryAfterS"] <= 16
        assert ISSUER not in str(error)
    # the second and third are told without another fetch, and as soon as it answers again they are let in
    assert server.asked == ["/jwks"]
    server.broken = ""
    assert _within(5, lambda: run(let_in(verifier))) == Viewer(f"{ISSUER}|user")


def _within(seconds: float, signs_in: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not isinstance(found := signs_in(), Viewer) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_a_new_key_counts_within_seconds_and_an_unknown_one_makes_the_hub_ask_seldom(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    assert isinstance(run(let_in(verifier)), Viewer)
    for number in range(50):
        assert isinstance(run(let_in(verifier, (OLD[0], {"kid": f"made-up-{number}"}))), TokenRefused)
    assert len(server.asked) == 1
    server.documents["/jwks"] = jwks(NEW)
    assert isinstance(_within(5, lambda: run(let_in(verifier, NEW))), Viewer)
    assert len(server.asked) == 2
    # the old one was withdrawn with that
    assert isinstance(run(let_in(verifier, sub="another")), TokenRefused)


def test_another_key_under_the_same_id_counts_within_seconds(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    assert isinstance(run(let_in(verifier)), Viewer)
    replaced, other_kind = ec_key("old"), rsa_key("old")
    for number in range(50):
        assert isinstance(run(let_in(verifier, replaced, sub=f"user-{number}")), TokenRefused)
    assert len(server.asked) == 1, "who makes up signatures makes the hub ask no more"
    server.documents["/jwks"] = jwks(replaced)
    assert isinstance(_within(5, lambda: run(let_in(verifier, replaced, sub="new"))), Viewer)
    assert len(server.asked) == 2
    assert isinstance(run(let_in(verifier, sub="another")), TokenRefused)
    server.documents["/jwks"] = jwks(other_kind)
    assert isinstance(_within(5, lambda: run(let_in(verifier, other_kind, "RS256"))), Viewer)
    assert isinstance(run(let_in(verifier, replaced, sub="third")), TokenRefused)


def test_a_signature_that_no_key_made_is_refused_while_the_keys_cannot_be_had(
    server: KeyServer, run: Callable[..., Any]
) -> None:
    verifier = Verifier([Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))])
    assert isinstance(run(let_in(verifier)), Viewer)
    server.broken = "fails"
    time.sleep(2.1)
    assert isinstance(run(let_in(verifier, ec_key("old"))), TokenRefused)
    assert isinstance(run(let_in(verifier, sub="another")), Viewer)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_known_keys_go_on_for_a_day_while_the_key_server_is_down(server: KeyServer, run: Callable[..., Any]) -> None:
    clock = Clock()
    keys = IssuerKeys(source_of(ISSUER, server.url("/jwks")), clock=clock)

    def found(kid: str | None) -> list[str | None]:
        return [key.key_id for key in run(keys.matching(kid, "ES256"))]

    assert found("old") == ["old"]
    server.broken = "fails"
    for later_s in (301, 1, 3600, 12 * 3600):
        clock.now += later_s
        assert found("old") == ["old"]
    # of a key that is not known nothing can be told
    with pytest.raises(Unavailable):
        found("new")
    clock.now += 12 * 3600
    with pytest.raises(Unavailable):
        found("old")
    server.broken, server.documents["/jwks"] = "", jwks(NEW)
    clock.now += 20
    assert found("new") == ["new"]
    assert found("old") == []


def test_a_key_server_that_stalls_holds_nobody_up_whose_key_is_known(
    server: KeyServer, run: Callable[..., Any]
) -> None:
    clock = Clock()
    keys = IssuerKeys(source_of(ISSUER, server.url("/jwks")), clock=clock)
    run(keys.matching("old", "ES256"))
    clock.now += 301
    server.delay_s = 2
    began = time.monotonic()
    assert run(keys.matching("old", "ES256"))
    assert time.monotonic() - began < 1.8


def test_what_is_withdrawn_counts_five_minutes_at_the_most(server: KeyServer, run: Callable[..., Any]) -> None:
    clock = Clock()
    keys = IssuerKeys(source_of(ISSUER, server.url("/jwks")), clock=clock)
    assert run(keys.matching("old", "ES256"))
    server.documents["/jwks"] = jwks()
    clock.now += 299
    assert run(keys.matching("old", "ES256"))
    clock.now += 2
    assert not run(keys.matching("old", "ES256"))


def test_a_file_of_keys_is_read_again_when_it_changes_and_known_keys_outlive_its_damage(
    tmp_path: Path, run: Callable[..., Any]
) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(jwks(OLD)))
    verifier = Verifier([Issuer(issuer=ISSUER, audience="hub", jwks=str(path))])
    assert isinstance(run(let_in(verifier)), Viewer)
    path.write_text('{"keys": [')
    assert isinstance(run(let_in(verifier, sub="another")), Viewer)
    assert isinstance(run(let_in(verifier, NEW)), Unavailable)
    path.write_text(json.dumps(jwks(OLD, NEW)))
    assert isinstance(_within(5, lambda: run(let_in(verifier, NEW))), Viewer)
    # another file of the same size and time takes its place
    stat = path.stat()
    other = tmp_path / "other"
    other.write_text(json.dumps(jwks(OLD, NEW)).replace('"new"', '"not"'))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(path)
    assert isinstance(run(let_in(verifier, NEW, sub="third")), TokenRefused)


def test_a_file_that_is_broken_from_the_start_is_no_fault_of_the_token(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "jwks.json"
    path.write_text("[" * 20_000)
    verifier = Verifier([Issuer(issuer=ISSUER, audience="hub", jwks=str(path))])
    assert isinstance(run(let_in(verifier)), Unavailable)


def test_an_issuer_alone_is_enough_where_it_has_a_discovery_document(run: Callable[..., Any]) -> None:
    path = "/.well-known/openid-configuration"
    with key_server(keys=jwks(OLD)) as server:
        for issuer in (server.url(""), server.url("/"), server.url("/realms/trade")):
            where = issuer.removeprefix(server.url("")).rstrip("/") + path
            server.documents[where] = {"issuer": issuer, "jwks_uri": server.url("/keys")}
            verifier = Verifier([Issuer(issuer=issuer, audience="hub")])
            assert run(let_in(verifier, iss=issuer)) == Viewer(f"{issuer}|user")
        issuer = server.url("")
        for wrong in (
            {"issuer": f"{issuer}/", "jwks_uri": server.url("/keys")},
            {"jwks_uri": server.url("/keys")},
            {"issuer": issuer},
            {"issuer": issuer, "jwks_uri": "http://keys.example/jwks"},
            {"issuer": issuer, "jwks_uri": 7},
            ["issuer"],
        ):
            server.documents[path] = wrong
            assert isinstance(run(let_in(Verifier([Issuer(issuer=issuer, audience="hub")]), iss=issuer)), Unavailable)
            with pytest.raises(SetupError, match="openid-configuration"):
                run(check_issuer(Issuer(issuer=issuer, audience="hub")))


@pytest.mark.parametrize("issuer", ["urn:login", "http://login.example", "login.example", "ftp://login.example"])
def test_an_issuer_without_keys_must_be_an_https_url(issuer: str) -> None:
    with pytest.raises(SetupError, match="https"):
        Verifier([Issuer(issuer=issuer, audience="hub")])


def test_several_audiences_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, server: KeyServer, run: Callable[..., Any]
) -> None:
    said = {"issuer": ISSUER, "audience": ["hub", "https://hub.example"], "jwks": server.url("/jwks")}
    monkeypatch.setenv("HUB_ISSUERS", json.dumps([said]))
    verifier = Verifier(read_settings().issuers)
    for audience, signs_in in (
        ("hub", True), ("https://hub.example", True), (["other", "hub"], True), ([], False), (["other"], False),
        ("", False), ("hu", False),
        (None, False), ([["hub"]], False), ({"hub": 1}, False),
    ):  # fmt: skip
        assert isinstance(run(let_in(verifier, aud=audience)), Viewer) is signs_in, audience
    for wrong in ({"audience": []}, {"audience": ""}, {"audience": [""]}, {"issuer": ""}, {"jwks": ""}, {"keys": "x"}):
        monkeypatch.setenv("HUB_ISSUERS", json.dumps([{**said, **wrong}]))
        with pytest.raises(SetupError, match="HUB_ISSUERS"):
            read_settings()


TIMES = [
    ({"exp": -20}, True), ({"exp": -90}, False), ({"nbf": 20}, True), ({"nbf": 120}, False), ({"iat": 20}, True),
    ({"iat": 120}, False),
    ({"iat": None}, True), ({"nbf": None}, True), ({"exp": None}, False), ({"sub": None}, False), ({"sub": ""}, False),
    ({"sub": 7}, False),
    ({"iss": f"{ISSUER}/"}, False), ({"iss": [ISSUER]}, False), ({"sub": "auth0|5f7c8ec7"}, True),
    ({"sub": "日本"}, True),
    ({"sub": "a\nb"}, False), ({"sub": "a\u2028b"}, False), ({"sub": "x" * 255}, True), ({"sub": "x" * 3_000}, False),
    ({"exp": 12 * 3600}, True), ({"exp": 24 * 3600}, False), ({"scope": "read", "client_id": "c", "jti": "1"}, True),
    ({"jti": 7}, False),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "signs_in"), TIMES)
def test_what_the_standard_leaves_optional_is_optional(
    changed: dict[str, Any], signs_in: bool, verifier: Verifier, run: Callable[..., Any]
) -> None:
    now = int(time.time())
    claims = {
        name: now + value if isinstance(value, int) and name in ("exp", "nbf", "iat") else value
        for name, value in changed.items()
    }
    found = run(let_in(verifier, **claims))
    assert isinstance(found, Viewer if signs_in else TokenRefused), found


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def by_file(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    path = tmp_path_factory.mktemp("keys") / "jwks.json"
    path.write_text(json.dumps(jwks(OLD)))
    return Verifier([Issuer(issuer=ISSUER, audience="hub", jwks=str(path))])


@given(
    st.dictionaries(st.sampled_from(("exp", "nbf", "iat", "aud", "iss", "sub", "jti", "scope", "x")), _JSON, max_size=4)
)
def test_whatever_a_trusted_issuer_signs_ends_in_a_viewer_or_a_refusal(
    run: Callable[..., Any], by_file: Verifier, claims: dict[str, Any]
) -> None:
    found = run(let_in(by_file, **{name: value if value is not None else [None] for name, value in claims.items()}))
    assert isinstance(found, Viewer | TokenRefused), found


def _forged(public: bytes, algorithm: str, kid: str) -> str:
    """A token that is signed with what everybody may read, as a text of HMAC."""

    def encoded(raw: bytes) -> bytes:
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    head = json.dumps({"alg": algorithm, "kid": kid, "typ": "JWT"}).encode()
    body = json.dumps({"iss": ISSUER, "aud": "hub", "sub": "x", "exp": int(time.time()) + 600}).encode()
    text = encoded(head) + b"." + encoded(body)
    signature = hmac.new(public, text, "sha256").digest() if algorithm.startswith("HS") else b""
    return f"Bearer {(text + b'.' + encoded(signature)).decode()}"


def test_a_key_checks_by_its_own_algorithm_or_any_trusted_one_of_its_kind(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    rs256, ps256, p384, ed = (
        rsa_key("rs256", alg="RS256"),
        rsa_key("ps256", alg="PS256"),
        ec_key("p384", ec.SECP384R1()),
        ed_key("ed"),
    )
    for_encryption, short = rsa_key("enc", use="enc"), rsa_key("short", bits=1024)
    server.documents["/jwks"] = jwks(RSA, rs256, ps256, p384, ed, for_encryption, short, OLD)
    for key, algorithm, signs_in in (
        (RSA, "RS256", True), (RSA, "PS256", True), (RSA, "RS512", False), (rs256, "RS256", True),
        (rs256, "PS256", False),
        (rs256, "RS512", False), (ps256, "PS256", True), (ps256, "RS256", False), (p384, "ES384", True),
        (ed, "EdDSA", True),
        (OLD, "ES256", True), (for_encryption, "RS256", False), (short, "RS256", False),
    ):  # fmt: skip
        found = run(let_in(verifier, key, algorithm))
        assert isinstance(found, Viewer if signs_in else TokenRefused), (key[1]["kid"], algorithm)
    private = RSA[0]
    assert isinstance(private, rsa.RSAPrivateKey)
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        public = private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        for algorithm in ("HS256", "none", "None", "", "hs256", "RS256"):
            with pytest.raises(TokenRefused):
                run(verifier.viewer(_forged(public, algorithm, "rsa")))


def test_keys_are_told_apart_by_kind_where_their_ids_do_not(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    one, other = ec_key("same"), rsa_key("same")
    server.documents["/jwks"] = jwks(one, other)
    assert isinstance(run(let_in(verifier, one)), Viewer)
    assert isinstance(run(let_in(verifier, other, "RS256")), Viewer)


def test_a_token_may_name_no_key_and_a_key_no_id(
    server: KeyServer, verifier: Verifier, run: Callable[..., Any]
) -> None:
    nameless = ec_key()
    server.documents["/jwks"] = jwks(NEW, nameless)
    assert isinstance(run(let_in(verifier, nameless)), Viewer)
    assert isinstance(run(let_in(verifier, (NEW[0], {}))), Viewer)
    assert isinstance(run(let_in(verifier, (OLD[0], {}))), TokenRefused)
    # another algorithm is of no key of this issuer
    assert isinstance(run(let_in(verifier, (RSA[0], {}), "RS256")), TokenRefused)


def test_what_is_no_key_is_left_out_and_the_others_count() -> None:
    odd: list[Any] = [
        7, None, "x", {}, {"kty": "RSA"}, {"kty": ["EC"]}, {"kty": "oct", "k": "eA", "kid": "1"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": 1}, {"kty": "EC", "crv": "secp256k1", "x": "eA", "y": "eA"},
        {"kty": "RSA", "n": 5, "e": "AQAB"}, {"kty": "OKP", "crv": "Ed448", "x": "eA"},
        {**OLD[1], "alg": "none"}, {**OLD[1], "alg": "HS256"}, {**OLD[1], "key_ops": ["sign"]},
        {**OLD[1], "use": "enc"}, {**OLD[1], "alg": 5},
    ]  # fmt: skip
    assert [key.key_id for key in usable({"keys": [*odd, OLD[1], RSA[1]]})] == ["old", "rsa", "rsa"]
    # what is optional may be null
    nulls = dict.fromkeys(("use", "key_ops", "alg", "x5c", "x5t"))
    assert [key.key_id for key in usable({"keys": [{**nulls, **OLD[1]}, {**OLD[1], "use": None}]})] == ["old", "old"]
    assert [key.key_id for key in usable({"keys": [{**OLD[1], "kid": None}]})] == [None]
    for wrong in (None, [], {}, {"keys": None}, {"keys": {}}, "keys"):
        with pytest.raises(NoKeys):
            usable(wrong)


@given(_JSON)
def test_whatever_a_key_server_says_is_keys_or_none(found: Any) -> None:
    for said in (found, {"keys": found}, {"keys": [found, OLD[1]]}):
        with suppress(NoKeys):
            assert {key.key_id for key in usable(said)} <= {"old"}


def test_the_doctor_counts_keys_and_says_where_there_are_none(server: KeyServer, run: Callable[..., Any]) -> None:
    issuer = Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))
    server.documents["/jwks"] = jwks(OLD, RSA)
    assert run(check_issuer(issuer)) == "2 keys"
    server.documents["/jwks"] = jwks()
    with pytest.raises(SetupError, match="no key"):
        run(check_issuer(issuer))
    server.broken = "fails"
    with pytest.raises(SetupError, match="500"):
        run(check_issuer(issuer))


def test_a_hub_tells_by_http_whether_to_come_again_or_to_sign_in(server: KeyServer, run: Callable[..., Any]) -> None:
    issuer = Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))
    # no more than these are asked anything of a database
    without_database = Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password=SecretStr("x"), issuers=(issuer,))
    asked = {"query": "{ __typename }"}
    with served(create_app(without_database), run) as send:

        def answers(authorization: str) -> list[Any]:
            sent = {"headers": {"authorization": authorization}}
            return [
                send("POST", "/graphql", json=asked, **sent), send("GET", "/graphql", params=asked, **sent),
                send("GET", "/attachments/x", **sent), send("PUT", "/attachments/x", content=b"x", **sent),
            ]  # fmt: skip

        server.broken = "fails"
        for answer in answers(token(OLD[0], "old", "ES256")):
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
            assert 1 <= int(answer.headers["retry-after"]) <= 16
            assert "www-authenticate" not in answer.headers
        server.broken = ""
        for answer in answers("Bearer x"):
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "NOT_SIGNED_IN")
            assert answer.headers["www-authenticate"] == 'Bearer realm="trade collaboration hub", error="invalid_token"'
            assert "retry-after" not in answer.headers
        for answer in answers("Basic x"):
            assert (answer.status_code, answer.headers["www-authenticate"]) == (
                401,
                'Bearer realm="trade collaboration hub"',
            )


def test_who_comes_while_keys_cannot_be_had_has_not_failed_to_sign_in(
    server: KeyServer, run: Callable[..., Any]
) -> None:
    issuer = Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))
    settings = Settings(issuers=(issuer,), failed_sign_ins_per_minute=3)
    door = Door(Verifier([issuer]), Shares.of(settings))
    address = caller(PUBLIC, "192.0.2.1")
    server.broken = "fails"
    for _ in range(10):
        with pytest.raises(Unavailable):
            run(door.viewer(token(OLD[0], "old", "ES256"), address))
    for _ in range(3):
        with pytest.raises(TokenRefused):
            run(door.viewer("Bearer x", address))
    with pytest.raises(TooManyRequests):
        run(door.viewer("Bearer x", address))


def test_a_whole_office_behind_one_address_signs_in_at_a_cold_start(server: KeyServer, run: Callable[..., Any]) -> None:
    issuer = Issuer(issuer=ISSUER, audience="hub", jwks=server.url("/jwks"))
    door = Door(Verifier([issuer]), Shares.of(Settings(issuers=(issuer,), failed_sign_ins_per_minute=3)))
    server.delay_s = 0.3
    tokens = [token(OLD[0], "old", "ES256", sub=f"user-{number}") for number in range(100)]

    async def at_once() -> list[Viewer]:
        return await asyncio.gather(*(door.viewer(found, caller(PUBLIC, "192.0.2.1")) for found in tokens))

    assert len(set(run(at_once()))) == 100


def test_no_token_is_told_apart_from_one_that_does_not_count(verifier: Verifier, run: Callable[..., Any]) -> None:
    for header in ("", "Bearer", "Bearer ", "Basic x", "Token x"):
        with pytest.raises(NotSignedIn) as raised:
            run(verifier.viewer(header))
        assert not isinstance(raised.value, TokenRefused)
    for header in ("Bearer x", "bearer ..", "BEARER  a.b.c", 'Bearer "x"', "Bearer \xe9\xff", "Bearer " + "a" * 6000):
        with pytest.raises(TokenRefused):
            run(verifier.viewer(header))
