"""GraphQL APIs that answer otherwise than they should: a real server that says what it is told to, read without a
graph.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final

import pytest

from connectors.contract import StreamRequest
from connectors.errors import AbortRun, ConnectorError, RetryLater
from connectors.systems import graphql
from connectors.systems.graphql import GraphQLApi, GraphQLSettings

_NODE: Final = {"id": "k1", "name": "Ana Sample"}
Answers = list[tuple[int, dict[str, str], bytes]]


_DRIP_S: Final = 0.02


class _Dripped(bytes):
    """A body that comes byte by byte."""


@pytest.fixture
def says() -> Iterator[Callable[..., str]]:
    """Starts a server that gives those answers one after the other, the last again and again; gives its address."""
    answers: Answers = []
    asked: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            asked.append(self.headers.get("authorization"))
            status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                for piece in (body[at : at + 1] for at in range(len(body))) if isinstance(body, _Dripped) else (body,):
                    self.wfile.write(piece)
                    time.sleep(_DRIP_S if isinstance(body, _Dripped) else 0)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
            """It says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def saying(*bodies: Any, status: int = 200, **headers: str) -> str:
        answers[:] = [
            (status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()) for body in bodies
        ]
        return f"http://127.0.0.1:{server.server_port}/graphql"

    yield saying
    server.shutdown()
    server.server_close()
    thread.join()


def _read(url: str, run: Callable[..., Any], cursor: str | None = None, tries: int = 1) -> list[dict[str, Any]]:
    async def all_pages() -> list[dict[str, Any]]:
        api = GraphQLApi(GraphQLSettings.model_validate({"url": url, "token": "a token of the tests", "tries": tries}))
        stream = StreamRequest("people", "query ($after: String) { people }", ("id",), {"at": "people"}, (("name",),))
        return [dict(raw) async for page in api.read(stream, cursor) for _, raw in page.rows]

    return run(all_pages())


def _page(*nodes: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"people": {"nodes": list(nodes), **more}}}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"data": None}, "without data and without saying why"),
        ({}, "without data"),
        ([], "no GraphQL answer"),
        ("text", "no GraphQL answer"),
        (None, "no GraphQL answer"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "with a web page: is it the address"),
        (b"", "not JSON"),
        ({"errors": [{"message": "no such\nfield"}], "data": {"people": {"nodes": []}}}, "the API says: no such field"),
        ({"errors": ["broken"]}, "the API says: broken"),
        ({"errors": "broken"}, "the API says: broken"),
        (b'{"data": {"people": {"nodes": [{"id": NaN, "n": 12345678901234567890123}]}}}', "not JSON"),
        ({"errors": [None]}, "an error without a message"),
        ({"data": {"people": None}}, "the answer has no people with nodes"),
        ({"data": {"persons": {"nodes": []}}}, "it has persons"),
        ({"data": {"people": {"nodes": None}}}, "no people with nodes"),
        (_page(_NODE, None), "empty ones"),
        (_page("k1"), "empty ones"),
        ({"data": {"people": {"edges": [{"node": _NODE}, None]}}}, "empty ones"),
        ({"data": {"people": {"edges": [{"node": None}]}}}, "empty ones"),
        ({"data": {"people": {"edges": None}}}, "no people with nodes"),
        (_page(_NODE, deleted="k2"), "no list of keys"),
        (_page(_NODE, pageInfo={"hasNextPage": "false"}), "true or false"),
        (_page(_NODE, pageInfo={"hasNextPage": True}), "not where it begins"),
        (_page(_NODE, pageInfo=[]), "pageInfo"),
        (_page(_NODE, pageInfo={"hasNextPage": True, "endCursor": "a"}), "the same endCursor twice"),
    ],
)
def test_an_answer_that_is_none_ends_the_run_with_what_it_was(
    body: Any, told: str, says: Callable[..., str], run: Callable[..., Any]
) -> None:
    with pytest.raises(AbortRun) as caught:
        _read(says(body), run)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pages_that_go_round_in_a_circle_end(says: Callable[..., str], run: Callable[..., Any]) -> None:
    pages = [_page(_NODE, pageInfo={"hasNextPage": True, "endCursor": cursor}) for cursor in ("a", "b", "a")]
    with pytest.raises(AbortRun, match="the same endCursor twice"):
        _read(says(*pages), run)


@pytest.mark.parametrize(
    ("nodes", "told"), [([_NODE], "gives the same rows again and again"), ([], "gives no rows again and again")]
)
def test_pages_that_never_end_end(
    nodes: list[Any], told: str, says: Callable[..., str], run: Callable[..., Any]
) -> None:
    pages = [_page(*nodes, pageInfo={"hasNextPage": True, "endCursor": str(number)}) for number in range(1_000)]
    with pytest.raises(AbortRun, match=told):
        _read(says(*pages), run)


def test_a_page_may_be_empty_and_others_follow(says: Callable[..., str], run: Callable[..., Any]) -> None:
    pages = [_page(*([_NODE] if number == 100 else []),
        pageInfo={"hasNextPage": number < 150, "endCursor": str(number)})
             for number in range(151)]  # fmt: skip
    assert _read(says(*pages), run) == [_NODE]


@pytest.mark.parametrize(
    ("status", "body", "headers", "told", "after_s"),
    [
        (429, b"slow down", {"retry-after": "3600"}, "it answers 429", 3600),
        (503, b"<html>Maintenance</html>", {"retry-after": "7"}, "it answers 503", 7),
        (503, b"", {"retry-after": "soon"}, "it answers 503", 60),
        (500, b"{}", {}, "it answers 500", 60),
        (429, b"", {"retry-after": "Thu, 01 Jan 2015 00:00:00 GMT"}, "it answers 429", 60),
        (403, b"secondary rate limit", {"retry-after": "90"}, "it answers 403", 90),
        (403, b"", {"x-ratelimit-remaining": "0"}, "it answers 403", 60),
        (403, b"", {"ratelimit-remaining": "0", "ratelimit-reset": "120"}, "it answers 403", 120),
        (200, {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "data": None}, {},
            "the API says: Throttled", 60),
        (200, {"errors": [{"message": "limit", "type": "RATE_LIMITED"}]}, {"retry-after": "40"}, "the API says: limit",
            40),
    ],
)  # fmt: skip
def test_who_says_later_is_asked_later(
    status: int,
    body: Any,
    headers: dict[str, str],
    told: str,
    after_s: float,
    says: Callable[..., str],
    run: Callable[..., Any],
) -> None:
    with pytest.raises(RetryLater, match=told) as caught:
        _read(says(body, status=status, **headers), run)
    assert caught.value.after_s == after_s


def test_a_moment_to_ask_again_is_understood(says: Callable[..., str], run: Callable[..., Any]) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    with pytest.raises(RetryLater) as caught:
        # it is not asked again before
        _read(says(b"", _page(_NODE), status=429, **{"retry-after": later}), run, tries=5)
    assert 7_000 < caught.value.after_s <= 7_200


def test_a_limit_that_ends_at_a_moment_is_waited_for(says: Callable[..., str], run: Callable[..., Any]) -> None:
    reset = str(int(datetime.now(UTC).timestamp()) + 600)
    with pytest.raises(RetryLater) as caught:
        _read(says(b"", status=403, **{"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}), run)
    assert 500 < caught.value.after_s <= 600


@pytest.mark.parametrize("headers", [{}, {"x-ratelimit-remaining": "4999"}])
def test_who_is_forbidden_for_good_is_told_so(
    headers: dict[str, str], says: Callable[..., str], run: Callable[..., Any]
) -> None:
    with pytest.raises(AbortRun, match=r"refuses the token \(403\)"):
        _read(says(b"", status=403, **headers), run)


@pytest.mark.parametrize(
    "number", [0, -7, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**64 + 1, -(2**64) - 1, 10**40 + 7]
)
def test_no_number_loses_digits(number: int, says: Callable[..., str], run: Callable[..., Any]) -> None:
    pages = [
        _page({"id": number, "name": name}, pageInfo={"hasNextPage": name != "Di", "endCursor": name})
        for name in ("Ana", "Bo", "Cy", "Di")
    ]
    assert [str(row["id"]) for row in _read(says(*pages), run)] == [str(number)] * 4


def test_a_mark_of_byte_order_is_no_part_of_an_answer(says: Callable[..., str], run: Callable[..., Any]) -> None:
    assert _read(says(b"\xef\xbb\xbf" + json.dumps(_page(_NODE)).encode()), run) == [_NODE]


def test_a_page_that_is_far_too_large_is_not_held(says: Callable[..., str], run: Callable[..., Any]) -> None:
    with pytest.raises(AbortRun, match="more than 32 MiB: ask for smaller ones with `page`"):
        _read(says(b" " * (33 << 20)), run)


def test_a_page_that_comes_ever_so_slowly_holds_nobody_up(
    says: Callable[..., str], run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps(_page(_NODE)).encode()
    assert _read(says(_Dripped(body)), run) == [_NODE]
    monkeypatch.setattr(graphql, "_LONGEST_S", 0.3)
    began = time.monotonic()
    with pytest.raises(RetryLater, match=r"takes longer than 0\.3 s: ask for smaller ones with `page`") as caught:
        _read(says(_Dripped(body * 10)), run, tries=5)
    assert time.monotonic() - began < 5
    assert caught.value.after_s == 300


@pytest.mark.parametrize(
    ("deleted", "key", "keys"),
    [
        (["k1", 2, None, " k3 "], ("id",), ["k1", "2", "k3"]),
        ([{"id": "k1"}, {"id": 2, "deletedAt": "2026-11-01"}], ("id",), ["k1", "2"]),
        ([{"node": {"id": "k1"}}], ("id",), ["k1"]),
        ([{"key": "k1"}], ("id",), ["k1"]),
        ([{"office": {"code": "OT"}, "no": 7}, ["OT", 8], "OT|9"], ("office.code", "no"), ["OT|7", "OT|8", "OT|9"]),
        (None, ("id",), []),
    ],
)
def test_what_is_gone_is_named_by_its_key_or_by_a_node_that_has_it(
    deleted: Any, key: tuple[str, ...], keys: list[str], says: Callable[..., str], run: Callable[..., Any]
) -> None:
    assert _gone(says(_page(_NODE, deleted=deleted)), run, key) == keys


@pytest.mark.parametrize("deleted", [[{"name": "Ana", "no": 1}], [{"id": None}], [{"id": {"a": 1, "b": 2}}], [{}]])
def test_what_is_gone_and_has_no_key_ends_the_run(
    deleted: Any, says: Callable[..., str], run: Callable[..., Any]
) -> None:
    with pytest.raises(AbortRun, match=r"`deleted` of people names a row without its key \(id\): nothing was retired"):
        _gone(says(_page(_NODE, deleted=deleted)), run, ("id",))


def _gone(url: str, run: Callable[..., Any], key: tuple[str, ...]) -> list[str]:
    async def all_pages() -> list[str]:
        stream = StreamRequest("people", "query ($after: String) { people }", key, {"at": "people"}, (("name",),))
        pages = GraphQLApi(GraphQLSettings.model_validate({"url": url, "tries": 1})).read(stream, "since")
        return [key async for page in pages for key in page.deleted]

    return run(all_pages())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_told_and_gets_no_token(status: int, says: Callable[..., str], run: Callable[..., Any]) -> None:
    with pytest.raises(
        AbortRun, match=r"sends one on to https://other\.example/graphql: if that is right, put it into `url`"
    ):
        _read(says(b"", status=status, location="https://other.example/graphql"), run)


@pytest.mark.parametrize(
    ("bodies", "rows"),
    [
        ((_page(_NODE),), [_NODE]),
        ((_page(_NODE, pageInfo=None, deleted=None, cursor=None),), [_NODE]),
        ((_page(_NODE, pageInfo={"hasNextPage": True, "endCursor": 7}),
            _page({"id": "k2", "name": "Bo"}, pageInfo={"hasNextPage": False})),
         [_NODE, {"id": "k2", "name": "Bo"}]),
        ((_page({**_NODE, "office": {"code": "OIO", "at": None}, "lines": [{"n": 1}, {"n": 2}]}),),
         [{**_NODE, "office.code": "OIO", "office.at": None, "lines.n": [1, 2]}]),
        (({**_page(_NODE), "errors": []},), [_NODE]),
        (({"data": {"people": [_NODE]}},), [_NODE]),
        (({"data": {"people": {"edges": [{"node": _NODE, "cursor": "a"}], "pageInfo": {"hasNextPage": False}}}},),
            [_NODE]),
        (({**_page(_NODE), "errors": None},), [_NODE]),
    ],
)  # fmt: skip
def test_what_may_be_absent_may_be_absent(
    bodies: tuple[Any, ...], rows: list[dict[str, Any]], says: Callable[..., str], run: Callable[..., Any]
) -> None:
    assert _read(says(*bodies), run) == rows


def test_what_lies_ever_so_deep_is_no_fault(says: Callable[..., str], run: Callable[..., Any]) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": deep}
    pages = [_page({**_NODE, "deep": deep}, pageInfo={"hasNextPage": True, "endCursor": "a"}), _page()]
    (row,) = _read(says(*pages), run)
    assert row["id"] == "k1"


def test_an_api_that_does_not_list_its_questions_is_reached_all_the_same(
    says: Callable[..., str], run: Callable[..., Any]
) -> None:
    api = GraphQLApi(GraphQLSettings.model_validate({"url": says({"data": {"__schema": None}})}))
    assert "does not list its questions" in run(api.check())
    assert run(api.discover()) == []
    with pytest.raises(ConnectorError):
        run(GraphQLApi(GraphQLSettings.model_validate({"url": says({"errors": [{"message": "no"}]})})).check())
