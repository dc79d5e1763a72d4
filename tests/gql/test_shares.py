"""Shares by caller over real HTTP: told in headers, refused before any work, and one sender shuts nobody out."""

import http.client
import json
import socket
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hub.app import create_app
from hub.database.graph import Graph
from hub.identity.sample_sign_in import SampleSignIn
from hub.settings import Settings
from tests.offices import write
from tests.serving import served

ASK = (
    'mutation { askQuestion(title: "Which heading?", text: "For sample drones.", office: "Center:CEE007") { receipt } }'
)
TYPENAME = "{ __typename }"
ANOTHER = "127.0.0.2"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def error(self) -> Any:
        return self.body["errors"][0]


class Client:
    """Sends questions to a hub from one of this machine's own addresses."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, query: str, address: str = "127.0.0.1", method: str = "POST", body: bytes | None = None, **headers: str
    ) -> Answer:
        sent = {
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(address, 0))
        connection.request(method, "/graphql", json.dumps({"query": query}).encode() if body is None else body, sent)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        found = response.read()
        connection.close()
        return Answer(response.status, told, json.loads(found) if found.startswith(b"{") else None)

    def raw(self, *lines: str) -> bytes:
        """What comes back for a request of those lines."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as opened:
            opened.sendall("\r\n".join((*lines, "connection: close", "", "")).encode())
            return b"".join(iter(lambda: opened.recv(65536), b""))


@pytest.fixture
def hub(settings: Settings, tmp_path: Path) -> Callable[..., Any]:
    """A hub with other settings than the usual."""

    @contextmanager
    def started(**changed: Any) -> Generator[Client]:
        app = create_app(settings.model_copy(update={"data": tmp_path, **changed}), sign_in=SampleSignIn(tmp_path))
        with served(app) as port:
            _wait_while_a_minute_ends()
            yield Client(port)

    return started


def _wait_while_a_minute_ends() -> None:
    """What is used in one minute counts less with each second of the next."""
    left_s = 60 - time.time() % 60
    if left_s < 20:
        time.sleep(left_s)


@pytest.fixture
def signed_in(tmp_path: Path) -> str:
    sign_in = SampleSignIn(tmp_path)
    sign_in.issuer()
    return f"Bearer {sign_in.token('broker')}"


def test_every_answer_tells_what_is_left_and_is_kept_by_nobody(hub: Callable[..., Any]) -> None:
    with hub(cost_per_minute=900, public_cost_per_minute=500, failed_sign_ins_per_minute=2) as client:
        # a database that has just started takes its time to plan it, and what was used is forgotten with time
        while "errors" in client.ask("{ centers(first: 2) { nodes { code } } }", address=ANOTHER).body:
            time.sleep(1)
        answers = [
            client.ask(TYPENAME),
            client.ask("{ centers(first: 2) { nodes { code } } }"),
            client.ask("{ nothing }"),
            client.ask("", body=b"{"),
            client.ask("", body=b" " * 2_000_001),
            client.ask(TYPENAME, content_type="text/plain"),
            client.ask(TYPENAME, method="PUT"),
            client.ask(TYPENAME, hub_bookmark="a b"),
            *(client.ask(TYPENAME, authorization="Bearer x") for _ in range(3)),
        ]
        assert [answer.status for answer in answers] == [200, 200, 200, 400, 413, 400, 405, 400, 401, 401, 429]
        for answer in answers:
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["vary"] == "Authorization"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["ratelimit-policy"].startswith('"cost";q=500;w=60, "plannings";q=300;w=60')
            assert answer.headers["ratelimit"].startswith('"cost";r=')
            assert ("www-authenticate" in answer.headers) == (answer.status == 401)
        left = [int(answer.headers["ratelimit"].split("r=")[1].split(";")[0]) for answer in answers[:2]]
        assert left[0] - left[1] == 10 + answers[1].body["extensions"]["cost"]
        # RFC 6750, section 3: a token was sent that does not count
        assert answers[8].headers["www-authenticate"] == 'Bearer realm="trade collaboration hub", error="invalid_token"'


def test_a_share_that_is_used_up_is_told_and_is_nobody_elses(hub: Callable[..., Any], signed_in: str) -> None:
    with hub(cost_per_minute=1_000, public_cost_per_minute=100) as client:
        answers = [client.ask(TYPENAME) for _ in range(11)]
        assert [answer.status for answer in answers] == [200] * 10 + [429]
        refused = answers[-1]
        assert refused.error["extensions"] == {
            "code": "TOO_MANY_REQUESTS", "budget": "cost", "retryAfterS": int(refused.headers["retry-after"]),
        }  # fmt: skip
        assert 1 <= int(refused.headers["retry-after"]) <= 120
        assert refused.error["message"].startswith(
            "the limit is a cost of 100 within one minute for an address without an account"
        )
        assert refused.headers["ratelimit"].startswith('"cost";r=0;')
        assert client.ask(TYPENAME, address=ANOTHER).status == 200
        mine = client.ask(TYPENAME, authorization=signed_in)
        assert (mine.status, mine.headers["ratelimit"].split(";")[1]) == (200, "r=990")
        costly = client.ask(
            "{ centers(first: 100) { nodes { contacts(first: 20) { nodes { name } } } } }", authorization=signed_in
        )
        assert (costly.status, costly.error["extensions"]["budget"]) == (429, "cost")
        large = client.ask("", body=b" " * 1_000_000, address=ANOTHER)
        assert large.status == 400


def test_bytes_and_new_forms_and_mutations_have_budgets_of_their_own(hub: Callable[..., Any]) -> None:
    with hub(public_bytes_per_minute=10_000, public_new_forms_kb_per_minute=3, public_verbs_per_minute=2) as client:
        assert [client.ask("", body=b" " * 6_000).status for _ in range(2)] == [400, 429]
        forms = [client.ask(f"{{ a{number}: __typename }}", address=ANOTHER) for number in range(4)]
        assert [answer.status for answer in forms] == [200, 200, 200, 429]
        assert forms[-1].error["extensions"]["budget"] == "plannings"
        assert client.ask("{ a0: __typename }", address=ANOTHER).status == 200  # which is known
        assert (
            client.ask(
                "{ centers { totalCount } ports { totalCount } agencies { totalCount } offices { totalCount } }"
            ).status
            == 200
        )
        assert client.ask("{ b: __typename }").status == 429
        verb = 'mutation { closeCase(case: "x", reason: "x") { id } }'
        verbs = [client.ask(verb, address="127.0.0.3") for _ in range(3)]
        assert [answer.status for answer in verbs] == [200, 200, 429]
        assert verbs[-1].error["extensions"]["budget"] == "verbs"


def test_a_question_that_may_not_be_planned_counts_for_having_been_compiled(hub: Callable[..., Any]) -> None:
    with hub(public_new_forms_kb_per_minute=10) as client:
        assert client.ask("{ centers { nodes { name } } }").status == 200
        statuses = [
            client.ask(
                f"{{ {' '.join(f'a{each}: centers(first: {each}) {{ totalCount }}' for each in range(1, 12 + more))} }}"
            ).status
            for more in range(12)
        ]
        assert statuses == [429] * 12
        assert client.ask("{ ports { nodes { name } } }").status == 429


def test_a_body_counts_as_it_comes(hub: Callable[..., Any]) -> None:
    with (
        hub(public_bytes_per_minute=100_000) as client,
        socket.create_connection(("127.0.0.1", client.port), timeout=8) as sender,
    ):
        sender.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length:"
            b" 1900000\r\n\r\n"
        )
        with suppress(ConnectionError):
            for _ in range(40):  # less than half of what was announced
                sender.sendall(b" " * 20_000)
                time.sleep(0.01)
        assert sender.recv(65536).startswith(b"HTTP/1.1 429 ")


def test_new_shapes_of_the_variables_of_a_known_document_count(hub: Callable[..., Any]) -> None:
    document = "query Q($where: CenterWhere) { centers(where: $where) { totalCount } }"

    def shape(number: int) -> dict[str, Any]:
        return {"or": [{"name": {"eq": "x"}}] * number}

    with hub(public_new_forms_kb_per_minute=10) as client:
        statuses = [
            client.ask("", body=json.dumps({"query": document, "variables": {"where": shape(number)}}).encode()).status
            for number in range(1, 15)
        ]
    assert statuses[0] == 200
    assert statuses[-4:] == [429] * 4


def test_a_mutation_of_a_new_form_counts(hub: Callable[..., Any]) -> None:
    with hub(public_new_forms_kb_per_minute=10, public_verbs_per_minute=100) as client:
        statuses = [
            client.ask(f'mutation {{ a{each}: closeCase(case: "x", reason: "x") {{ id }} }}').status
            for each in range(11)
        ]
        assert statuses == [200] * 10 + [429]


def test_nothing_is_changed_by_get_however_it_is_spelt(hub: Callable[..., Any]) -> None:
    with hub() as client:
        before = client.ask("{ questions { totalCount } }").body["data"]
        asked = f"qu%65ry={urllib.parse.quote(ASK)}"
        answer = client.raw(f"GET /graphql?{asked} HTTP/1.1", "host: localhost", "accept: application/json").decode()
        assert "POST" in answer
        assert "receipt" not in answer.rsplit("\r\n\r\n", 1)[1]
        assert client.ask("{ questions { totalCount } }").body["data"] == before


def test_one_sender_of_questions_without_an_account_shuts_nobody_out(
    hub: Callable[..., Any], empty: Graph, run: Callable[..., Any]
) -> None:
    run(write(empty))
    with hub(public_questions_per_hour=6) as client, ThreadPoolExecutor(16) as many:
        client.ask(ASK.replace("CEE007", "none"))  # which is refused, and does not count
        answers = list(many.map(lambda _: client.ask(ASK), range(24)))
        assert Counter(answer.status for answer in answers) == {200: 6, 429: 18}
        assert {answer.error["extensions"]["budget"] for answer in answers if answer.status == 429} == {"questions"}
        assert client.ask(ASK, address=ANOTHER).body["data"]["askQuestion"]["receipt"]


def test_who_keeps_on_is_held_and_others_are_not(hub: Callable[..., Any]) -> None:
    with hub(public_cost_per_minute=10) as client:
        client.ask(TYPENAME)
        began = time.monotonic()
        assert {client.ask(TYPENAME).status for _ in range(10)} == {429}
        told_s, began = time.monotonic() - began, time.monotonic()
        with ThreadPoolExecutor(8) as many:
            held = [many.submit(client.ask, TYPENAME) for _ in range(8)]
            assert client.ask(TYPENAME, address=ANOTHER).status == 200
            assert not [found for found in held if found.done()]
            assert {found.result().status for found in held} == {429}
        assert time.monotonic() - began > 1 > told_s / 10


def test_of_two_headers_neither_counts(hub: Callable[..., Any], signed_in: str) -> None:
    with hub() as client:
        question = "GET /graphql?query=%7B__typename%7D HTTP/1.1"
        whole = client.raw(question, "host: localhost", f"authorization: {signed_in}")
        assert b"200 OK" in whole
        twice = client.raw(question, "host: localhost", f"authorization: {signed_in}", f"Authorization: {signed_in}")
        assert b"401 Unauthorized" in twice
        assert b'www-authenticate: Bearer realm="trade collaboration hub"\r\n' in twice
        assert b"cache-control: no-store" in twice
        assert b"Authorization: there are several of this header" in twice
        for path in ("/graphql?query=%7B__typename%7D", "/", "/livez"):
            answer = client.raw(f"GET {path} HTTP/1.1", "host: localhost", "Host: localhost")
            assert b"400 Bad Request" in answer
            assert b"Host: there are several of this header" in answer
            assert b"x-content-type-options: nosniff" in answer


def test_a_proxy_that_is_trusted_tells_who_asks(hub: Callable[..., Any]) -> None:
    with hub(trusted_proxies=1, public_cost_per_minute=10) as client:
        assert client.ask(TYPENAME, x_forwarded_for="203.0.113.9").status == 200
        assert client.ask(TYPENAME, x_forwarded_for="198.51.100.1, 203.0.113.9").status == 429
        assert client.ask(TYPENAME, x_forwarded_for="203.0.113.9, 198.51.100.1").status == 200
    with hub(public_cost_per_minute=10) as client:
        assert client.ask(TYPENAME, x_forwarded_for="203.0.113.9").status == 200
        assert client.ask(TYPENAME, x_forwarded_for="198.51.100.1").status == 429


def test_without_limits_nothing_is_told_of_them(hub: Callable[..., Any]) -> None:
    off = [name for name in Settings.model_fields if "_per_" in name or name.endswith("_at_once")]
    with hub(**dict.fromkeys(off, 0)) as client:
        answer = client.ask(TYPENAME)
        assert "ratelimit" not in answer.headers
        assert "ratelimit-policy" not in answer.headers
