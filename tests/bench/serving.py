"""What is measured: the hub and the peer, each served over the same Neo4j, and the processes that do the work."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import platformdirs
import psutil
from neo4j import Driver, GraphDatabase

from hub.identity.sample_sign_in import SampleSignIn
from hub.local_neo4j.jars import cache_folder, class_path
from hub.local_neo4j.server import free_ports
from tests.serving import UNLIMITED

HERE: Final = Path(__file__).parent / "peer"
_LUA: Final = """
local bodies = {{}}
for line in io.lines("{bodies}") do bodies[#bodies + 1] = line end
math.randomseed(1)
local turn = 0
request = function()
  turn = turn + 1
  local headers = {{["content-type"] = "application/json", authorization = {authorization}}}
  return wrk.format("POST", nil, headers, bodies[{which}])
end
done = function(summary, latency)
  io.write(string.format('{{"per_s": %f, "count": %d, "p50_ms": %f, "p99_ms": %f, "errors": %d}}\\n',
    summary.requests / summary.duration * 1e6, summary.requests, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.read + summary.errors.timeout))
end
"""
DATA: Final = platformdirs.user_cache_path("trade-collaboration-hub") / "bench"
MEASURED: Final = {**UNLIMITED, "HUB_LOCAL_HEAP": "2g", "HUB_LOCAL_PAGECACHE": "1g"}
"""The settings of a hub whose speed is measured."""
AS_IT_IS: Final[Mapping[str, str]] = {}
"""Those of a hub as anybody starts it, with its limits."""
_SORTING_S: Final = 900
_IDLE_S: Final = 10
_IDLE_SHARE: Final = 0.5
_WAITING: Final = """
UNWIND ['issues', 'figures'] AS name
OPTIONAL MATCH (n:EventCounter) OPTIONAL MATCH (c:Consumer {name: name})
WITH sum(coalesce(n.seq, 0) - coalesce(c.cursor, 0)) AS left
RETURN left + COUNT { (:Unnumbered) }"""


def data_of(scale: str) -> Path:
    """Where the sample world of that scale is kept from one run to the next."""
    return DATA if scale == "1" else DATA.with_name(f"bench-{scale}")


class Served:
    """A hub with its own Neo4j and a sample world, loaded the first time (some minutes at scale 1).

    It is this checkout's, or that of another `checkout` in which `uv sync` was run.
    """

    def __init__(
        self, data: Path, scale: str, environment: Mapping[str, str] = MEASURED, checkout: Path | None = None
    ) -> None:
        self.data = data
        self.port = free_ports(1)[0]
        python = sys.executable if checkout is None else str(checkout / ".venv" / "bin" / "python")
        command = [python, "-m", "hub", "up", "--data", str(data), "--port", str(self.port), "--scale", scale]
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=checkout)
        wait_for(f"http://127.0.0.1:{self.port}/readyz", self.process)
        self.uri = f"bolt://127.0.0.1:{json.loads((data / 'neo4j-ports.json').read_text())['bolt']}"
        self.password = (data / "neo4j-password").read_text()
        self.neo4j = next(
            child.pid for child in psutil.Process(self.process.pid).children(recursive=True) if "java" in child.name()
        )

    def token(self, persona: str) -> str:
        return SampleSignIn(self.data).token(persona)

    def driver(self) -> Driver:
        return GraphDatabase.driver(self.uri, auth=("neo4j", self.password), notifications_min_severity="OFF")

    def await_sorted(self) -> None:
        """Until the hub has looked through all cases for what they share, which takes minutes for 100,000, once."""
        until = time.monotonic() + _SORTING_S
        with self.driver() as driver:
            while driver.execute_query(_WAITING).records[0].value() and time.monotonic() < until:
                time.sleep(2)

    def await_idle(self) -> None:
        """Until its Neo4j has worked for less than half of ten seconds: what hubs of any release do once behind those
        who ask is done then; some ask it all the time.
        """
        until = time.monotonic() + _SORTING_S
        while time.monotonic() < until:
            before = cpu_s(self.neo4j)
            time.sleep(_IDLE_S)
            if cpu_s(self.neo4j) - before < _IDLE_S * _IDLE_SHARE:
                return

    def ask(self, query: str, persona: str, variables: dict[str, Any], **more: Any) -> Any:
        """The whole response."""
        headers = {"authorization": f"Bearer {self.token(persona)}"}
        return posted(
            f"http://127.0.0.1:{self.port}/graphql", {"query": query, "variables": variables, **more}, headers
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Peer:
    """@neo4j/graphql on Apollo Server over the same database, as its maker's guide has it. It applies no rules."""

    def __init__(self, served: Served) -> None:
        node = shutil.which("node")
        if node is None or shutil.which("npm") is None:
            raise SystemExit("install Node 20 or newer with npm: https://nodejs.org")
        folder = DATA.parent / "peer"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        if not (folder / "node_modules").exists():
            subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        self.port = free_ports(1)[0]
        environment = {
            **os.environ,
            "NODE_ENV": "production",
            "NEO4J_URI": served.uri,
            "NEO4J_PASSWORD": served.password,
        }
        self.process = subprocess.Popen([node, str(HERE / "server.mjs"), str(self.port)], cwd=folder, env=environment)
        wait_for(
            f"http://127.0.0.1:{self.port}/?query=%7B__typename%7D", self.process, {"apollo-require-preflight": "true"}
        )

    def ask(self, query: str, variables: dict[str, Any]) -> Any:
        return posted(f"http://127.0.0.1:{self.port}/", {"query": query, "variables": variables}, {})

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def install_shim(data: Path) -> None:
    """Puts the two APOC functions that the peer's dates need into the data directory's plugins, before its Neo4j
    starts.
    """
    plugins = data / "neo4j" / "plugins"
    if (plugins / "shim.jar").exists():
        return
    plugins.mkdir(parents=True, exist_ok=True)
    classes = data / "shim"
    command = [
        _javac(),
        "--release",
        "21",
        "-proc:none",
        "-cp",
        class_path(cache_folder()),
        "-d",
        str(classes),
        str(HERE / "Shim.java"),
    ]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(plugins / "shim.jar", "w") as jar:
        for found in classes.rglob("*.class"):
            jar.write(found, found.relative_to(classes))


def _javac() -> str:
    """A compiler that reads Neo4j's classes."""
    for found in (shutil.which("javac"), *Path("/usr/lib/jvm").glob("*/bin/javac")):
        if found:
            told = subprocess.run([found, "-version"], capture_output=True, text=True, check=True).stdout
            if int(told.split()[1].split(".")[0]) >= 21:
                return str(found)
    raise SystemExit("install a Java development kit, 21 or newer, e.g. `apt-get install openjdk-21-jdk-headless`")


def posted(url: str, body: Any, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def by_driver(served: Served, **job: Any) -> dict[str, float]:
    """One pass of a statement through the driver, in a process of its own; what `by_hand.py` tells of it."""
    whole = {"uri": served.uri, "password": served.password, **job}
    command = [sys.executable, "-m", "tests.bench.by_hand"]
    return json.loads(
        subprocess.run(command, input=json.dumps(whole), capture_output=True, text=True, check=True).stdout
    )


def by_http(
    url: str, bodies: Sequence[Any], token: str | None, clients: int, seconds: int, *, in_turn: bool = False
) -> dict[str, float]:
    """One pass of questions drawn from those bodies, or each once, so many clients at a time; what wrk tells of it.

    None may fail.
    """
    with tempfile.TemporaryDirectory() as folder:
        lines, script = Path(folder) / "bodies", Path(folder) / "post.lua"
        lines.write_text("\n".join(map(json.dumps, bodies)))
        which = "turn" if in_turn else "math.random(#bodies)"
        script.write_text(_LUA.format(bodies=lines, which=which, authorization=f'"Bearer {token}"' if token else "nil"))
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    assert not told["errors"], told
    return told


def cpu_s(pid: int) -> float:
    """The seconds of CPU that a process has used so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def wait_for(url: str, process: subprocess.Popen[bytes], headers: dict[str, str] | None = None) -> None:
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=5)
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{process.args} did not come up") from None
            time.sleep(0.5)
        else:
            return
