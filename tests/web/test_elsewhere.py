"""Pages of other origins, and packed answers: what is let in and packed, by requests to an app over real middleware."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from hub.app import create_app
from hub.errors import SetupError
from hub.settings import Settings, read_settings
from hub.web.elsewhere import from_elsewhere, packed
from tests.gql.test_endpoint import served

HERE, OTHER = "https://app.example.gov", "https://evil.example"
LONG = b'{"data": "' + b"the same words " * 500 + b'"}'


async def _answered(request: Request) -> Response:
    sent = {"vary": "Authorization", "hub-bookmark": "x"}
    if request.query_params.get("streamed"):
        return StreamingResponse(iter([LONG, LONG]), headers=sent)
    return Response(
        LONG[: int(request.query_params.get("bytes", len(LONG)))], media_type="application/json", headers=sent
    )


def app(*origins: str) -> Starlette:
    paths = ("/graphql", "/attachments/x", "/calendars/x.ics", "/sample/token/x", "/start/contents.json", "/livez")
    routes = [Route(path, _answered, methods=["GET", "POST", "PUT", "OPTIONS"]) for path in paths]
    cors = [Middleware(from_elsewhere, origins)] if origins else []
    return Starlette(routes=routes, middleware=[*cors, Middleware(packed)])


def ask(served: Starlette, run: Callable[..., Any], method: str, path: str, **headers: str) -> httpx2.Response:
    async def sent() -> httpx2.Response:
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=served), base_url="http://localhost"
        ) as client:
            return await client.request(
                method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )

    return run(sent())


def preflight(
    served: Starlette, run: Callable[..., Any], path: str, origin: str, method: str = "POST"
) -> httpx2.Response:
    wanted = {
        "access_control_request_method": method,
        "access_control_request_headers": "authorization,content-type,apollo-x",
    }
    return ask(served, run, "OPTIONS", path, origin=origin, **wanted)


def allowed(answer: httpx2.Response) -> str | None:
    return answer.headers.get("access-control-allow-origin")


def test_no_other_origin_is_let_in_by_default(run: Callable[..., Any]) -> None:
    for path in ("/graphql", "/attachments/x"):
        for answer in (ask(app(), run, "POST", path, origin=HERE), preflight(app(), run, path, HERE)):
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_an_origin_that_is_named_is_let_in_to_the_letter_and_may_bring_credentials(run: Callable[..., Any]) -> None:
    named = app(HERE, "http://localhost:3000")
    for path in ("/graphql", "/attachments/x"):
        answer = ask(named, run, "POST", path, origin=HERE)
        assert (allowed(answer), answer.headers["access-control-allow-credentials"]) == (HERE, "true")
        assert "Origin" in answer.headers["vary"]
        assert "Hub-Bookmark" in answer.headers["access-control-expose-headers"]
        asked = preflight(named, run, path, HERE, "PUT")
        assert (asked.status_code, allowed(asked)) == (200, HERE)
        assert asked.headers["access-control-allow-headers"] == "authorization,content-type,apollo-x"
        assert allowed(ask(named, run, "POST", path, origin="http://localhost:3000")) == "http://localhost:3000"
        for other in (
            OTHER,
            f"{HERE}.evil.example",
            f"{HERE}:8443",
            "http://app.example.gov",
            f"{HERE}/",
            "null",
            "https://APP.example.gov",
            "",
        ):
            assert allowed(ask(named, run, "POST", path, origin=other)) is None, other
            refused = preflight(named, run, path, other)
            assert (refused.status_code, allowed(refused)) == (400, None)
        assert preflight(named, run, path, HERE, "DELETE").status_code == 400
    for path in ("/sample/token/x", "/calendars/x.ics", "/start/contents.json"):
        assert allowed(ask(named, run, "POST", path, origin=HERE)) is None


def test_every_origin_is_let_in_without_credentials(run: Callable[..., Any]) -> None:
    for answer in (ask(app("*"), run, "POST", "/graphql", origin=OTHER), preflight(app("*"), run, "/graphql", OTHER)):
        assert allowed(answer) == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert allowed(ask(app("*"), run, "POST", "/sample/token/x", origin=OTHER)) is None


@pytest.mark.parametrize(
    ("given_", "origins"),
    [
        ("", ()),
        (HERE, (HERE,)),
        (f" {HERE} , http://localhost:3000,", (HERE, "http://localhost:3000")),
        (f'["{HERE}"]', (HERE,)),
        ("*", ("*",)),
        ("HTTPS://App.Example.Gov:443", (HERE,)),
        ("http://a.example:80,http://a.example:443", ("http://a.example", "http://a.example:443")),
        ("https://[2001:db8::1]:8443", ("https://[2001:db8::1]:8443",)),
    ],
)
def test_origins_come_from_the_environment(
    given_: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_CORS_ORIGINS", given_)
    assert read_settings().cors_origins == origins


@pytest.mark.parametrize(
    "wrong",
    [
        "app.example.gov",
        f"{HERE}/",
        f"{HERE}/path",
        "https://*.example.gov",
        f"*,{HERE}",
        "null",
        "https://a b",
        "ftp://a.example",
        "https://",
        "[",
        "https://user@app.example.gov",
        "https://münchen.example",
        f"{HERE} {OTHER}",
        "https://a.example:x",
        "[7]",
    ],
)
def test_what_is_no_origin_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CORS_ORIGINS", wrong)
    with pytest.raises(SetupError, match="HUB_CORS_ORIGINS"):
        read_settings()


@pytest.mark.parametrize(
    "wrong", ["hub.example", "https://hub.example?x", "https://user@hub.example", "javascript:alert(1)", "https://a b"]
)
def test_the_hubs_own_address_is_a_web_address(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://hub.example.gov/trade")
    assert read_settings().public_url == "https://hub.example.gov/trade"
    monkeypatch.setenv("HUB_PUBLIC_URL", wrong)
    with pytest.raises(SetupError, match="HUB_PUBLIC_URL"):
        read_settings()


def _raw(path: str, accepted: str, run: Callable[..., Any], method: str = "GET") -> tuple[dict[str, str], bytes]:
    """The headers and the bytes as they are sent."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.sleep(60)  # nobody hangs up

    where, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": where,
        "query_string": query.encode(),
        "headers": [(b"accept-encoding", accepted.encode())],
    }
    run(app()(scope, receive, send))
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, b"".join(
        message.get("body", b"") for message in sent[1:]
    )


@pytest.mark.parametrize(
    "accepted", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.8".lower(), "deflate, gzip;q=0.001"]
)
def test_an_answer_is_packed_for_whoever_accepts_it(accepted: str, run: Callable[..., Any]) -> None:
    for path in ("/graphql", "/calendars/x.ics", "/start/contents.json", "/graphql?streamed=1"):
        headers, body = _raw(path, accepted, run)
        assert headers["content-encoding"] == "gzip"
        assert gzip.decompress(body) in (LONG, LONG + LONG)
        assert headers["vary"] == "Authorization, Accept-Encoding"
        assert len(body) < len(LONG) / 10
        assert headers.get("content-length", str(len(body))) == str(len(body))


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, identity", "br, gzip ;q=0.000"])
def test_an_answer_is_plain_for_whoever_does_not(accepted: str, run: Callable[..., Any]) -> None:
    headers, body = _raw("/graphql", accepted, run)
    assert "content-encoding" not in headers
    assert body == LONG


def test_short_answers_attachments_and_what_holds_a_token_are_not_packed(run: Callable[..., Any]) -> None:
    for path in ("/graphql?bytes=900", "/attachments/x", "/sample/token/x", "/livez"):
        headers, body = _raw(path, "gzip", run)
        assert "content-encoding" not in headers
        assert LONG.startswith(body)


@given(st.text(max_size=30))
def test_whatever_is_accepted_is_answered(run: Callable[..., Any], accepted: str) -> None:
    headers, body = _raw("/graphql", accepted.encode(errors="replace").decode("latin-1").replace("\n", ""), run)
    assert (gzip.decompress(body) if "content-encoding" in headers else body) == LONG


def test_the_hub_lets_named_origins_in_also_to_what_it_refuses(run: Callable[..., Any]) -> None:
    # none of this is asked of a database
    settings = Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password=SecretStr("x"), cors_origins=(HERE,))
    with served(create_app(settings), run) as send:
        asked = {"query": "{ __schema { types { name description } } }"}
        answer = send("POST", "/graphql", json=asked, headers={"origin": HERE})
        assert (answer.status_code, allowed(answer), answer.headers["content-encoding"]) == (200, HERE, "gzip")
        refused = send("POST", "/graphql", json=asked, headers={"origin": HERE, "authorization": "Bearer x"})
        assert (refused.status_code, allowed(refused)) == (401, HERE)
        assert allowed(send("PUT", "/attachments/none", headers={"origin": HERE})) == HERE
        assert (
            send(
                "OPTIONS", "/attachments/none", headers={"origin": HERE, "access-control-request-method": "PUT"}
            ).status_code
            == 200
        )
        assert allowed(send("GET", "/", headers={"origin": HERE})) is None
