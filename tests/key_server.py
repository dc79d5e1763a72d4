"""A real server of keys on loopback, which a test lets answer, stop, stall or break off; and tokens that its keys
sign."""

import json
import socket
import threading
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.api_jws import PyJWS
from jwt.warnings import InsecureKeyLengthWarning

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def ec_key(
    kid: str | None = None, curve: ec.EllipticCurve | None = None, **more: Any
) -> tuple[Private, dict[str, Any]]:
    """A private key, and what a JWKS says of its public one."""
    key = ec.generate_private_key(curve or ec.SECP256R1())
    return key, _named(ECAlgorithm.to_jwk(key.public_key(), as_dict=True), kid, more)


def rsa_key(kid: str | None = None, bits: int = 2048, **more: Any) -> tuple[Private, dict[str, Any]]:
    key = rsa.generate_private_key(65537, bits)
    return key, _named(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), kid, more)


def ed_key(kid: str | None = None, **more: Any) -> tuple[Private, dict[str, Any]]:
    key = ed25519.Ed25519PrivateKey.generate()
    return key, _named(OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), kid, more)


def _named(found: dict[str, Any], kid: str | None, more: dict[str, Any]) -> dict[str, Any]:
    found.pop("key_ops", None)
    return {**found, **({"kid": kid} if kid else {}), **more}


def token(key: Private, kid: str | None, algorithm: str, **claims: Any) -> str:
    """An Authorization header; of claims that are None nothing is said."""
    now = int(time.time())
    said = {"iss": "https://login.example", "aud": "hub", "sub": "user", "iat": now, "exp": now + 600, **claims}
    kept = {name: value for name, value in said.items() if value is not None}
    # whatever the claims hold, and however short the key is
    text = json.dumps(kept).encode()
    with warnings.catch_warnings(action="ignore", category=InsecureKeyLengthWarning):
        return f"Bearer {PyJWS().encode(text, key, algorithm=algorithm, headers={'kid': kid} if kid else None)}"


@dataclass
class KeyServer:
    """What it answers: a document by its path, after `delay_s`; or, while it is `broken`, that way."""

    documents: dict[str, Any] = field(default_factory=dict[str, Any])
    delay_s: float = 0
    broken: str = ""
    asked: list[str] = field(default_factory=list[str])
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        self.asked.append(to.path)
        time.sleep(self.delay_s)
        if self.broken == "hangs up":
            to.connection.shutdown(socket.SHUT_RDWR)
            return
        body = json.dumps(self.documents.get(to.path)).encode()
        body = {"sends a page": b"<html>", "sends too much": b" " * 2_000_000, "sends a list": b"[1]"}.get(
            self.broken, body
        )
        to.send_response(
            {"fails": 500, "leads elsewhere": 302}.get(self.broken, 200 if to.path in self.documents else 404)
        )
        to.send_header("content-length", str(len(body) + (50 if self.broken == "stops short" else 0)))
        to.send_header("location", self.url("/elsewhere"))
        to.end_headers()
        to.wfile.write(body)


@contextmanager
def key_server(**documents: Any) -> Generator[KeyServer]:
    """A server of these documents, by their names."""
    serves = KeyServer({f"/{name}": content for name, content in documents.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            serves.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the base class's
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    serves.port = server.server_port
    try:
        yield serves
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
