"""`hub up` as its user runs it: a process of its own, killed, interrupted, started twice, and started again."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.server import free_ports, known_server

START_S = 240
SMALLEST = ("--scale", "0.001")


class Hub:
    """A hub in a process of its own."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.port = free_ports(1)[0]
        self._log = data.parent / f"hub-{self.port}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "up", "--data", str(data), "--port", str(self.port), *options],
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2)
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise AssertionError(self.said())

    def wait_until(self, holds: Callable[[], object], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.2)

    def said(self) -> str:
        return self._log.read_text()

    def ask(self, query: str, token: str | None = None) -> Any:
        headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", json.dumps({"query": query}).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["data"]

    def tries(self, query: str, token: str | None = None) -> Any:
        """The answer, or None where there is none at the moment."""
        try:
            return self.ask(query, token)
        except (KeyError, OSError):
            return None

    def token(self, persona: str) -> str:
        command = [sys.executable, "-m", "hub", "token", "--as", persona, "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(self.said()) from None

    def partners(self) -> list[psutil.Process]:
        store = str(self.data / "partner" / "store.db")
        return [found for found in psutil.process_iter(["cmdline"]) if store in (found.info["cmdline"] or ())]

    def neo4js(self) -> list[psutil.Process]:
        home = str(self.data / "neo4j")
        return [found for found in psutil.process_iter() if _has_home(found, home)]


def _has_home(process: psutil.Process, home: str) -> bool:
    try:
        return process.environ().get("NEO4J_HOME") == home
    except (psutil.Error, OSError):
        return False


def without_packages(cache: Path) -> dict[str, str]:
    """An environment in which everything is fetched already but Python packages, which cannot be had."""
    mine = cache / "trade-collaboration-hub"
    mine.mkdir(parents=True)
    for found in cache_folder().parent.iterdir():
        if not found.name.startswith("partner-service"):
            (mine / found.name).symlink_to(found)
    return {
        "XDG_CACHE_HOME": str(cache),
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
    }


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    # of a test that failed: its hubs first, which would start their servers again
    hubs = [
        found
        for found in psutil.process_iter(["cmdline"])
        if any(str(folder) in word for word in found.info["cmdline"] or ())
    ]
    for found in (*hubs, *psutil.process_iter()):
        if found in hubs or _has_home(found, str(folder / "neo4j")):
            with suppress(psutil.NoSuchProcess):
                found.kill()


@pytest.mark.thorough
def test_a_hub_comes_up_answers_stops_and_comes_back_with_its_data(data: Path) -> None:
    hub = Hub(data, *SMALLEST)
    hub.wait_until_ready()
    for step in ("starting Neo4j …", "loading the public facts …", "loading the sample world …"):
        assert step in hub.said()
    assert len(hub.ask("{ centers { nodes { code name } } }")["centers"]["nodes"]) == 10
    token = hub.token("importer-manager")
    mine = hub.ask("{ cases { totalCount nodes { number } } }", token)
    assert mine["cases"]["totalCount"] > 0
    for told in (
        "Start page",
        "/graphql",
        "/docs",
        "Neo4j Browser",
        "password in",
        "neo4j-password",
        "hub token --as",
        "Ctrl-C",
    ):
        assert told in hub.said()
    assert (data / "neo4j-password").read_text() not in hub.said()
    with urllib.request.urlopen(
        next(word for word in hub.said().split() if "/browser/" in word), timeout=10
    ) as browser:
        assert b"<title>Neo4j Browser" in browser.read()
    assert (data / "neo4j-password").stat().st_mode & 0o077 == 0
    assert (data / "sample-issuer.pem").stat().st_mode & 0o077 == 0

    second = Hub(data, *SMALLEST)
    assert second.process.wait(30) == 1
    assert "another hub is using" in second.said()

    # its Neo4j dies: it is started again
    hub.neo4js()[0].kill()
    hub.wait_until(lambda: hub.tries("{ cases { totalCount nodes { number } } }", token) == mine, 180)
    assert "Neo4j has died; it is started again" in hub.said()

    # so is the partner agency's service
    assert "records of the FDA's own service read" in hub.said()
    (partner,) = hub.partners()
    partner.kill()
    hub.wait_until(lambda: [found.pid for found in hub.partners() if found.pid != partner.pid], 30)

    # killed without a chance to end them: the next one ends them and goes on with the data, though it cannot make
    # another service
    hub.stop(signal.SIGKILL)
    orphans = [*hub.neo4js(), *hub.partners()]
    assert len(orphans) == 2
    # what has a schedule is synced into the sample world
    connections = data.parent / "connections"
    connections.mkdir()
    (connections / "staff.csv").write_text("id,name\n1,Ana Sample\n")
    streams = {
        "staff": {
            "describes": "Contact",
            "from": "*.csv",
            "key": "id",
            "properties": {"name": "name", "role": {"value": "x"}},
        }
    }
    connection = {
        "connector": "file",
        "party": {"Agency": "EPA"},
        "settings": {"folder": str(connections), "quiet_s": 0},
        "streams": streams,
    }
    (connections / "staff.yaml").write_text(json.dumps({**connection, "schedule": "every 10 seconds"}))
    more = ("--show-password", "--connections", str(connections))
    again = Hub(data, *SMALLEST, *more, **without_packages(data.parent / "cache"))
    again.wait_until_ready()
    assert f"user neo4j, password {(data / 'neo4j-password').read_text()}" in again.said()
    assert "not synced: its environment could not be made" in again.said()
    assert "it is tried again while the hub serves" in " ".join(again.said().split())
    assert not any(orphan.is_running() for orphan in orphans)
    assert again.ask("{ cases { totalCount nodes { number } } }", token) == mine
    runs = '{ syncRuns(first: 1, where: {system: {eq: "staff"}}) { nodes { status written } } }'
    analyst = again.token("trade-analyst")
    again.wait_until(
        lambda: (again.tries(runs, analyst) or {}).get("syncRuns") == {"nodes": [{"status": "DONE", "written": 1}]}, 60
    )
    _say_what_is_true_of_a_sample_world(data)
    assert again.stop() == 0
    assert not again.neo4js()

    other = Hub(data, "--scale", "0.002")
    assert other.process.wait(60) == 1
    assert "holds a sample world of scale 0.001" in other.said()
    assert not other.neo4js()


def _say_what_is_true_of_a_sample_world(data: Path) -> None:
    doctor = subprocess.run(
        [sys.executable, "-m", "hub", "doctor", "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = " ".join(doctor.stderr.split())
    assert "issuers: the sample world's own: `hub token --as" in told
    assert "cursor key: " in told
    assert "set HUB_CURSOR_KEY" not in told
    assert "world: a sample of scale 0.001, seed 7: its importers, brokers, contacts and cases are invented" in told
    known = known_server(data)
    neo4j = {"NEO4J_URI": known.uri, "NEO4J_PASSWORD": known.password}
    serve = [sys.executable, "-m", "hub", "serve", "--port", str(free_ports(1)[0])]
    served = subprocess.run(serve, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **neo4j})
    assert served.returncode == 1
    assert "holds a sample world of scale 0.001, seed 7, which only `hub up` serves" in " ".join(served.stderr.split())
    assert "`hub up --connections DIR`" in " ".join(served.stderr.split())
    elsewhere = subprocess.run(
        [sys.executable, "-m", "hub", "doctor"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **neo4j},
    )
    assert "`hub serve` refuses it" in " ".join(elsewhere.stderr.split())


def test_a_hub_without_a_sample_world_has_the_public_facts_and_nobody_to_sign_in_as(data: Path) -> None:
    hub = Hub(data, "--no-sample")
    hub.wait_until_ready()
    assert hub.ask("{ centers { totalCount } importers { totalCount } accounts { totalCount } }") == {
        "centers": {"totalCount": 10}, "importers": {"totalCount": 0}, "accounts": {"totalCount": 0},
    }  # fmt: skip
    assert "hub token" not in hub.said()
    assert hub.stop(signal.SIGTERM) == 0
    assert not hub.neo4js()


def test_an_interrupt_while_starting_leaves_nothing_behind(data: Path) -> None:
    hub = Hub(data, *SMALLEST)
    hub.wait_until(lambda: bool(hub.neo4js()), 60)
    assert hub.stop() != 0
    assert not hub.neo4js()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "loopback only"),  # noqa: S104
        (("--data", "/dev/null/x"), "cannot be used as a data directory"),
        (("--scale", "20"), "scale"),
        (("--connections", "no-such-folder"), "no connection with a schedule"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "hub",
        "up",
        "--data",
        str(tmp_path / "data"),
        "--port",
        str(free_ports(1)[0]),
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said(tmp_path: Path, settings: Any) -> None:
    taken = settings.neo4j_uri.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "hub", "up", "--data", str(tmp_path / "data"), "--port", taken]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"port {taken} of 127.0.0.1 cannot be used" in done.stderr
    assert "--port" in done.stderr


def test_faulty_settings_are_all_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hub", "up", "--data", str(tmp_path / "data")]
    environment = {**os.environ, "HUB_MAX_PAGE": "0", "HUB_STATEMENT_TIMEOUT_S": "soon"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 1
    assert "HUB_MAX_PAGE" in done.stderr
    assert "HUB_STATEMENT_TIMEOUT_S" in done.stderr
