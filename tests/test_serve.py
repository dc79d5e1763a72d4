"""`hub serve` over a Neo4j that is not its own: every way to reach it, several workers, and what happens when it
dies.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory, Running
from hub.settings import Settings
from tests.java import both_compilers
from tests.serving import Hub, freeze
from tests.test_graph import of_the_future

CENTERS = "{ centers { nodes { code } } }"


def certificate(folder: Path) -> None:
    """A certificate of the server's own, which nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True)
    plain = serialization.NoEncryption()
    (folder / "private.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    (folder / "public.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))


class Server:
    """A Neo4j of these tests' own, which they may freeze, kill and start again."""

    def __init__(self, folder: Path) -> None:
        certificate(folder / "neo4j" / "certificates" / "bolt")
        more = {
            "server.bolt.tls_level": "OPTIONAL",
            "dbms.ssl.policy.bolt.enabled": "true",
            "dbms.ssl.policy.bolt.base_directory": "certificates/bolt",
        }
        self.local = LocalNeo4j(folder, java(), cache_folder(), Memory("600m", "64m", "300m", "100m"), more)
        self._home = str(folder / "neo4j")
        self.running: Running | None = None

    def start(self) -> Running:
        with both_compilers():
            self.running = self.local.start()
        return self.running

    @property
    def process(self) -> psutil.Process:
        return next(
            found
            for found in psutil.process_iter()
            if "java" in found.name() and found.environ().get("NEO4J_HOME") == self._home
        )

    def ask(self, text: LiteralString) -> list[list[Any]]:
        assert self.running
        with neo4j.GraphDatabase.driver(self.running.uri, auth=("neo4j", self.running.password)) as driver:
            return [list(record.values()) for record in driver.execute_query(text).records]


@pytest.fixture(scope="module")
# it has fetched Neo4j
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: ARG001
    server = Server(tmp_path_factory.mktemp("served"))
    with server.local:
        server.start()
        yield server


@pytest.fixture
def hubs(tmp_path: Path, server: Server) -> Iterator[Callable[..., Hub]]:
    """Starts hubs over the server, and ends what is left of them."""
    started: list[Hub] = []

    def start(*, ready: bool = True, scheme: str = "bolt", **options: Any) -> Hub:
        assert server.running
        uri = f"{scheme}://localhost:{server.running.bolt}"
        started.append(Hub(tmp_path, uri, server.running.password, **options))
        if ready:
            started[-1].wait_until(started[-1].is_ready, 90)
        return started[-1]

    yield start
    for hub in started:
        hub.end()


@pytest.mark.thorough
def test_hubs_that_start_together_prepare_the_database_once(hubs: Callable[..., Hub], server: Server) -> None:
    started = [hubs(ready=False) for _ in range(3)]
    for hub in started:
        hub.wait_until(hub.is_ready, 120)
        assert len(hub.ask(CENTERS)[0]["data"]["centers"]["nodes"]) == 10
    loading = [
        hub for hub in started if any("loading the public facts" in record["message"] for record in hub.records())
    ]
    assert len(loading) == 1
    assert server.ask("MATCH (w:World) OPTIONAL MATCH (l:Lease) RETURN count(DISTINCT w), count(l.leasedBy)") == [
        [1, 0]
    ]


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "neo4j+ssc"])
def test_every_scheme_reaches_one_server_with_several_workers(hubs: Callable[..., Hub], scheme: str) -> None:
    hub = hubs(scheme=scheme, workers=2)
    first, headers = hub.ask("{ ports(first: 2) { pageInfo { endCursor } } }")
    after = first["data"]["ports"]["pageInfo"]["endCursor"]
    for _ in range(8):  # whichever worker answers
        page, _ = hub.ask(
            f'{{ ports(first: 2, after: "{after}") {{ nodes {{ code }} }} }}', hub_bookmark=headers["hub-bookmark"]
        )
        assert len(page["data"]["ports"]["nodes"]) == 2
    assert hub.stop() < 10


def test_a_bookmark_that_is_none_is_refused(hubs: Callable[..., Hub]) -> None:
    hub = hubs()
    for wrong in ("nothing", "a b", ",", "x" * 500):
        answer, _ = hub.ask(CENTERS, hub_bookmark=wrong)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT", answer
        assert "Hub-Bookmark" in answer["errors"][0]["message"]


def test_bookmarks_of_the_future_are_refused_soon_and_nobody_waits_with_them(hubs: Callable[..., Hub]) -> None:
    hub = hubs()
    ours = hub.ask(CENTERS)[1]["hub-bookmark"]
    text = "{ centers { nodes { code name } } }"

    def timed(bookmark: str | None = None) -> tuple[dict[str, Any], float]:
        began = time.monotonic()
        answer, _ = hub.ask(text, hub_bookmark=bookmark) if bookmark else hub.ask(text)
        return answer, time.monotonic() - began

    def honest(number: int) -> tuple[dict[str, Any], float]:
        time.sleep(0.3)  # so that the forgers are the first to ask that text
        return timed(ours if number % 2 else None)

    with ThreadPoolExecutor(40) as clients:
        forgers = [clients.submit(timed, of_the_future(ours, number)) for number in range(30)]
        answered = [client.result() for client in [clients.submit(honest, number) for number in range(6)]]
        refused = [forger.result() for forger in forgers]
    assert all(len(answer["data"]["centers"]["nodes"]) == 10 for answer, _ in answered), answered
    errors = [answer["errors"][0] for answer, _ in refused]
    assert {error["extensions"]["code"] for error in errors} == {"BAD_INPUT", "UNAVAILABLE"}
    assert all("Hub-Bookmark" in error["message"] for error in errors)
    assert max(took_s for _, took_s in (*answered, *refused)) < 8  # a forger alone would hold its connection for thirty


def told_unavailable_s(hub: Hub) -> float:
    """The seconds until a question is answered by `UNAVAILABLE`, which must not be many."""
    began = time.monotonic()
    answer, _ = hub.ask(CENTERS)
    told_s = time.monotonic() - began
    assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert told_s < 6.5
    assert hub.status("/readyz") == 503
    return told_s


def test_a_neo4j_that_is_killed_is_told_at_once_and_found_again(hubs: Callable[..., Hub], server: Server) -> None:
    hub = hubs()
    server.process.kill()
    told_s = told_unavailable_s(hub)
    assert hub.status("/livez") == 200
    server.start()
    back_s = hub.wait_until(hub.is_ready, 15)
    assert len(hub.ask(CENTERS)[0]["data"]["centers"]["nodes"]) == 10
    print(f"\nkilled: told after {told_s:.1f} s, back {back_s:.1f} s after it listens again")  # noqa: T201 - a figure


@pytest.mark.thorough
def test_what_was_asked_is_planned_again_once_a_killed_neo4j_is_back_and_after_a_restart(
    hubs: Callable[..., Hub], server: Server, tmp_path: Path
) -> None:
    def prepared() -> list[str]:
        return [record["message"] for record in hub.records() if record["message"].startswith("prepared ")]

    hub = hubs(HUB_WARM="3", HUB_DATA=str(tmp_path / "data"))
    hub.wait_until(lambda: len(prepared()) == 1, 120)
    for _ in range(3):
        hub.ask(CENTERS)
    server.process.kill()
    told_unavailable_s(hub)
    server.start()
    hub.wait_until(lambda: len(prepared()) == 2, 120)
    hub.stop()
    assert "v1" not in (known := (tmp_path / "data" / "asked-most.json").read_text())
    assert "centers" in known
    hub = hubs(HUB_WARM="2", HUB_DATA=str(tmp_path / "data"), workers=2)
    hub.wait_until(lambda: len(prepared()) == 2, 120)
    assert prepared()[0].startswith("prepared 2 statements in ")
    code, told = doctor(running := server.running or server.start(), HUB_DATA=str(tmp_path / "data"), HUB_WARM="2")
    assert "prepared questions: 2 statements in" in told, (code, running)
    assert "1 forms of questions are remembered" in told


def test_a_neo4j_that_is_frozen_is_told_within_six_and_a_half_seconds(hubs: Callable[..., Hub], server: Server) -> None:
    hub = hubs()
    hub.ask(CENTERS)
    process = server.process
    freeze(process)
    try:
        told_s = told_unavailable_s(hub)
    finally:
        process.resume()
    back_s = hub.wait_until(hub.is_ready, 15)
    assert len(hub.ask(CENTERS)[0]["data"]["centers"]["nodes"]) == 10
    print(f"\nfrozen: told after {told_s:.1f} s, back {back_s:.1f} s after it goes on")  # noqa: T201 - a figure


SECRET_WORD = "persimmon"
CROWD = """UNWIND range(1, $count) AS number CALL (number) {
  CREATE (:Contact {id: 'crowd-' + number, name: 'Sample ' + $long + number, published: true})
} IN TRANSACTIONS OF 20000 ROWS"""
RUNNING = "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'n' + '1:Contact' RETURN count(*)"


def slow(words: int) -> str:
    """A question that takes the longer, the more words it asks for: each begins as all names do, and is found out
    late.
    """
    asked = " ".join(f'{{name: {{contains: "{20 * "n"} {number}"}}}}' for number in range(words))
    return (
        f'query Slow {{ contacts(where: {{or: [{asked} {{name: {{contains: "{SECRET_WORD}"}}}}]}}) {{ totalCount }} }}'
    )


SLOW = slow(30)


@pytest.fixture(scope="module")
def crowd(server: Server) -> None:
    """Published contacts enough for a question to take seconds."""
    assert server.running
    with (
        neo4j.GraphDatabase.driver(server.running.uri, auth=("neo4j", server.running.password)) as driver,
        driver.session() as session,
    ):
        session.run(CROWD, count=100_000, long=450 * "n").consume()


@pytest.mark.usefixtures("crowd")
def test_a_client_that_hangs_up_frees_its_statement(hubs: Callable[..., Hub], server: Server) -> None:
    hub = hubs()
    with pytest.raises(TimeoutError):
        hub.ask(SLOW, timeout_s=1.5)
    freed_s = hub.wait_until(lambda: server.ask(RUNNING) == [[0]], 3)
    print(f"\nhung up: its statement was gone after {freed_s:.1f} s")  # noqa: T201 - a figure
    assert hub.ask(CENTERS)[0]["data"]


@pytest.mark.usefixtures("crowd")
def test_a_statement_over_its_time_is_told_and_not_tried_again(hubs: Callable[..., Hub], server: Server) -> None:
    hub = hubs(HUB_STATEMENT_TIMEOUT_S="1")
    first, _ = hub.ask(SLOW, timeout_s=60)
    assert "data" in first, "a statement of a new form has time to be planned"
    began = time.monotonic()
    answer, _ = hub.ask(SLOW)
    told_s = time.monotonic() - began
    assert answer["errors"][0]["extensions"]["code"] == "TOO_COSTLY", answer
    assert 1 < told_s < 2.9
    assert server.ask(RUNNING) == [[0]]


@pytest.mark.usefixtures("crowd")
def test_told_to_end_it_answers_what_was_asked_and_ends_within_ten_seconds(
    hubs: Callable[..., Hub], server: Server
) -> None:
    hub = hubs()
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(hub.ask(slow(12))[0]))
    asking.start()
    hub.wait_until(lambda: server.ask(RUNNING) == [[1]], 10)
    took_s = hub.stop()
    asking.join()
    assert "data" in answers[0], answers
    assert answers[0]["data"]["contacts"]["totalCount"] == 0
    assert took_s < 10
    print(f"\ntold to end: answered what was asked and ended after {took_s:.1f} s")  # noqa: T201 - a figure


@pytest.mark.usefixtures("crowd")
def test_the_log_is_json_and_says_nothing_of_what_was_asked(hubs: Callable[..., Hub], server: Server) -> None:
    assert server.running
    hub = hubs(HUB_STATEMENT_TIMEOUT_S="1")
    hub.ask(SLOW, authorization="Bearer a.secret.token")
    for _ in range(2):  # the first has time to be planned
        hub.ask(SLOW, timeout_s=60)
    hub.ask("query Broken { centers { persimmon } }")
    hub.ask(CENTERS)
    hub.stop()
    told = [record for record in hub.records() if record["logger"] == "hub.requests"]
    assert [record.get("codes") for record in told] == [None, ["TOO_COSTLY"], ["INVALID"], None]
    assert told[3]["cost"] == 21
    assert all(record["ms"] > 0 and len(record["document"]) == 16 and len(record["request"]) == 16 for record in told)
    for word in (SECRET_WORD, "contains", "secret.token", server.running.password):
        assert word not in hub.log.read_text()


def test_a_request_that_dribbles_in_is_ended(hubs: Callable[..., Hub]) -> None:
    hub = hubs()
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", hub.port)) as headers,
        socket.create_connection(("127.0.0.1", hub.port)) as body,
    ):
        for opened in (headers, body):
            opened.settimeout(15)
        headers.sendall(b"POST /graphql HTTP/1.1\r\nHost: localhost\r\n")
        body.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length:"
            b" 50\r\n\r\n{"
        )
        assert headers.recv(100) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 408 ")
    assert 9 < time.monotonic() - began < 12


def doctor(server: Running, **changed: str) -> tuple[int, str]:
    environment = {"NEO4J_URI": server.uri, "NEO4J_PASSWORD": server.password, **changed}
    command = [sys.executable, "-m", "hub", "doctor"]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, " ".join(done.stderr.split())


def test_the_doctor_says_what_is_wrong_and_what_to_do(hubs: Callable[..., Hub], server: Server, tmp_path: Path) -> None:
    hubs()
    running = server.running
    assert running
    code, told = doctor(running)
    assert code == 0
    for word in (
        "all well",
        "Neo4j: 2026.08.1 community",
        "constraints and indexes are online",
        "plans kept: 58 for a heap of 0.6 GB",
        "ms apart",
        "HUB_ISSUERS",
        "HUB_CURSOR_KEY",
    ):
        assert word in told, told
    (tmp_path / "empty.json").write_text('{"keys": []}')
    issuer = json.dumps([{"issuer": "urn:x", "audience": "hub", "jwks": str(tmp_path / "empty.json")}])
    faults = (
        ({"NEO4J_PASSWORD": "wrong"}, "see NEO4J_USER and NEO4J_PASSWORD"),
        ({"NEO4J_DATABASE": "other"}, "see NEO4J_DATABASE"),
        ({"NEO4J_URI": "bolt://127.0.0.1:1"}, "refuses connections → start Neo4j"),
        ({"NEO4J_URI": "bolt://no-such-host.invalid:7687"}, "there is no host"),
        ({"NEO4J_URI": f"bolt://127.0.0.1:{running.http}"}, "does not speak Bolt"),
        ({"NEO4J_URI": "http://127.0.0.1:7474"}, "NEO4J_URI"),
        ({"HUB_ISSUERS": issuer}, "has no key that signs"),
        ({"HUB_MAX_PAGE": "0"}, "HUB_MAX_PAGE"),
    )
    with ThreadPoolExecutor(3) as several:
        for (_, word), (code, told) in zip(
            faults, several.map(lambda fault: doctor(running, **fault[0]), faults), strict=True
        ):
            assert code == 1, told
            assert word in told, told
    server.ask("DROP INDEX Case_text")
    assert "missing: Case_text" in doctor(running)[1]
    server.ask("MATCH (w:World) REMOVE w.schema")
    hubs()
    assert doctor(running)[0] == 0
