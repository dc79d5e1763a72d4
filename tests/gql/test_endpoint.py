"""`/graphql` over HTTP: who is let in, what is answered to requests of every kind, and that nothing is told in
errors.
"""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from hub.app import create_app
from hub.identity.sample_sign_in import SampleSignIn
from hub.settings import Settings

Send = Callable[..., httpx2.Response]


@pytest.fixture
def sign_in(tmp_path: Path) -> SampleSignIn:
    return SampleSignIn(tmp_path)


@contextmanager
def served(app: Starlette, run: Callable[..., Any]) -> Generator[Send]:
    """Sends requests to an app that has started, and ends it after."""
    lifespan = app.router.lifespan_context(app)

    async def sent(method: str, path: str, **options: Any) -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    run(lifespan.__aenter__())
    yield lambda *arguments, **options: run(sent(*arguments, **options))
    run(lifespan.__aexit__(None, None, None))


@pytest.fixture
def send(settings: Settings, sign_in: SampleSignIn, run: Callable[..., Any]) -> Iterator[Send]:
    with served(create_app(settings, sign_in=sign_in), run) as sending:
        yield sending


def test_a_question_is_answered_by_post_and_by_get(send: Send) -> None:
    asked = {"query": "{ __typename }"}
    assert send("POST", "/graphql", json=asked).json()["data"] == {"__typename": "Query"}
    assert send("GET", "/graphql", params=asked, headers={"accept": "application/json"}).json()["data"] == {
        "__typename": "Query"
    }


@pytest.mark.parametrize(
    "media",
    ["application/json", "Application/JSON", "APPLICATION/JSON; charset=UTF-8", " application/json ;charset=utf-8"],
)
def test_a_media_type_is_the_same_in_any_capitals(media: str, send: Send) -> None:
    asked = send("POST", "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": media})
    assert asked.json()["data"] == {"__typename": "Query"}
    assert send("POST", "/sample/token/broker", headers={"content-type": media}).json()["token"]


def test_the_schema_describes_itself(send: Send) -> None:
    fields = send(
        "POST", "/graphql", json={"query": "{ __schema { queryType { fields { name description } } } }"}
    ).json()
    described = {field["name"]: field["description"] for field in fields["data"]["__schema"]["queryType"]["fields"]}
    assert described["center"].startswith("A Center of Excellence and Expertise")


def test_a_persona_is_let_in_and_nobody_else(send: Send, sign_in: SampleSignIn) -> None:
    def status(token: str) -> tuple[int, Any]:
        response = send("POST", "/graphql", json={"query": "{ __typename }"}, headers={"authorization": token})
        return response.status_code, response.json()

    assert status(f"Bearer {sign_in.token('broker')}")[0] == 200
    refused = (401, {"errors": [{"message": "not signed in", "extensions": {"code": "NOT_SIGNED_IN"}}]})
    assert status("Bearer x") == status("Basic x") == status("") == refused


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"42", b'"s"', b"[]", b"{", b"\xff\xfe", b'{"query": 1}',
        b'{"query": "{ __typename }", "variables": 3}', b"[" * 50_000,
     b'{"variables": {"n": ' + b"9" * 5_000 + b"}}", b'{"query": "\\ud800"}'],
    ids=range(12),
)  # fmt: skip
def test_a_malformed_request_is_the_clients_fault(body: bytes, send: Send) -> None:
    assert 400 <= send("POST", "/graphql", content=body, headers={"content-type": "application/json"}).status_code < 500


def test_a_client_that_sends_a_hash_first_is_told_to_send_the_document(send: Send) -> None:
    # by message or code, in an answer that is no failure of HTTP: clients look for the one or the other, and some for
    # neither after a 400
    told = {
        "errors": [{"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}]
    }
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}}
    for answer in (
        send("POST", "/graphql", json={"operationName": "Q", "variables": {}, "extensions": extensions}),
        send("POST", "/graphql", json={"query": None, "extensions": extensions}),
        send("GET", "/graphql", params={"extensions": json.dumps(extensions), "operationName": "Q"}),
    ):
        assert (answer.status_code, answer.json()) == (200, told)
        assert answer.headers["cache-control"] == "no-store"
    # with the document beside it, and without either
    asked = {"query": "{ __typename }", "extensions": extensions}
    assert send("POST", "/graphql", json=asked).json()["data"] == {"__typename": "Query"}
    for body in (
        {},
        {"extensions": {}},
        {"extensions": None},
        {"extensions": {"explain": True}},
        {"query": 1, "extensions": extensions},
    ):
        assert send("POST", "/graphql", json=body).status_code == 400
    assert send("GET", "/graphql", params={"extensions": "{}"}).status_code == 400
    assert send("GET", "/graphql", params={"extensions": "{"}).status_code == 400


def test_only_json_is_executed(send: Send) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = send(
            "POST", "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": content_type}
        )
        assert 400 <= response.status_code < 500


def test_a_large_body_is_refused(send: Send) -> None:
    response = send("POST", "/graphql", content=b" " * 2_000_001, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


def test_a_sample_world_answers_to_loopback_names_only(send: Send) -> None:
    assert send("GET", "/", headers={"host": "rebound.example"}).status_code == 400
    assert send("POST", "/sample/token/broker", headers={"content-type": "text/plain"}).status_code == 404
    assert send("POST", "/sample/token/nobody", headers={"content-type": "application/json"}).status_code == 404
    assert (
        send("POST", "/sample/token/broker", headers={"content-type": "application/json"}).json()["token"].count(".")
        == 2
    )


def test_without_a_sample_world_nobody_gets_a_token(settings: Settings, run: Callable[..., Any]) -> None:
    with served(create_app(settings), run) as send:
        assert send("POST", "/sample/token/broker", headers={"content-type": "application/json"}).status_code == 404
        assert send("GET", "/start/contents.json").json()["personas"] == []


def test_a_hub_without_its_database_says_so_soon(run: Callable[..., Any]) -> None:
    with served(create_app(Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password=SecretStr("secret"))), run) as send:
        answer = send("POST", "/graphql", json={"query": "{ centers { totalCount } }"}, timeout=6.5).json()
        assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert "secret" not in str(answer)
        assert "127.0.0.1" not in str(answer)
        assert send("GET", "/livez").status_code == 200
        assert send("GET", "/readyz").status_code == 503
