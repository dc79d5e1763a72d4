"""Run `uv run python -m tests.bench.first_figures`: the hub over HTTP beside hand-written Cypher, scale 1, 16 clients.

Needs `wrk`. Loads scale 1 once into a data directory of its own (some minutes); passes are interleaved, medians of five.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import platformdirs
import psutil
from neo4j import GraphDatabase
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hub.local_neo4j.server import free_ports
from hub.sample_sign_in import SampleSignIn
from hub.world.sample import ISSUER
from tests.bench.contenders import POINT, WIDE, Question, flat

CLIENTS: Final = 16
SECONDS: Final = 8
PASSES: Final = 5
_LUA: Final = """
local bodies = {{}}
for line in io.lines("{bodies}") do bodies[#bodies + 1] = line end
math.randomseed(1)
request = function()
  local headers = {{["content-type"] = "application/json", authorization = "Bearer {token}"}}
  return wrk.format("POST", "/graphql", headers, bodies[math.random(#bodies)])
end
done = function(summary, latency)
  io.write(string.format('{{"per_s": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d}}\\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.errors.status + summary.errors.read + summary.errors.timeout))
end
"""


class Bench:
    """A hub at scale 1 and what is asked of it."""

    def __init__(self, data: Path, scale: str) -> None:
        self.data = data
        self.port = free_ports(1)[0]
        command = [sys.executable, "-m", "hub", "up", "--data", str(data), "--port", str(self.port), "--scale", scale]
        self.hub = subprocess.Popen(command, env={**os.environ, "HUB_LOCAL_HEAP": "2g", "HUB_LOCAL_PAGECACHE": "1g"})
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
                break
            except OSError:
                if self.hub.poll() is not None:
                    raise SystemExit("the hub did not come up") from None
                time.sleep(0.5)
        self.uri = f"bolt://127.0.0.1:{json.loads((data / 'neo4j-ports.json').read_text())['bolt']}"
        self.password = (data / "neo4j-password").read_text()

    def variables(self, question: Question) -> list[dict[str, Any]]:
        """What is drawn from: the broker's clients in term, or the specialist's Center."""
        if question is WIDE:
            return [{"code": "CEE007"}]
        answer = self.ask('{ broker(filerCode: "S00") { importers(first: 100) { nodes { number } } } }', question.persona, {})
        return [{"number": row["number"]} for row in answer["broker"]["importers"]["nodes"]]

    def ask(self, query: str, persona: str, variables: dict[str, Any]) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token(persona)}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["data"]

    def token(self, persona: str) -> str:
        return SampleSignIn(self.data).token(persona)

    def check(self, question: Question) -> None:
        """Both contenders give the same answer, or there is nothing to compare."""
        with GraphDatabase.driver(self.uri, auth=("neo4j", self.password)) as driver:
            for variables in self.variables(question):
                account = {"viewer": f"{ISSUER}|{question.persona}", "now": now()}
                records, _, _ = driver.execute_query(question.by_hand, {**variables, **account})
                hand, hub = flat(records[0].values()), flat(self.ask(question.query, question.persona, variables))
                # by hand an absent row is a null for each of its values, by the hub one for the row
                assert [leaf for leaf in hand if leaf is not None] == [leaf for leaf in hub if leaf is not None], (hand, hub)

    def by_hub(self, question: Question) -> dict[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            bodies, script = Path(folder) / "bodies", Path(folder) / "post.lua"
            bodies.write_text("\n".join(json.dumps({"query": question.query, "variables": found}) for found in self.variables(question)))
            script.write_text(_LUA.format(bodies=bodies, token=self.token(question.persona)))
            before, server_before = _cpu(self.hub.pid), self.neo4j_cpu()
            command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{self.port}"]
            told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
            assert not told["errors"], told
            count = told["per_s"] * SECONDS
            return {
                **told,
                "client_cpu_ms": (_cpu(self.hub.pid) - before) / count * 1000,
                "neo4j_cpu_ms": (self.neo4j_cpu() - server_before) / count * 1000,
            }

    def by_hand(self, question: Question) -> dict[str, float]:
        job = {
            "question": question.name, "uri": self.uri, "password": self.password, "viewer": f"{ISSUER}|{question.persona}",
            "seconds": SECONDS, "clients": CLIENTS, "variables": self.variables(question),
        }  # fmt: skip
        before = self.neo4j_cpu()
        command = [sys.executable, "-m", "tests.bench.by_hand"]
        told = json.loads(subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=True).stdout)
        return {**told, "neo4j_cpu_ms": (self.neo4j_cpu() - before) / (told["per_s"] * SECONDS) * 1000}

    def neo4j_cpu(self) -> float:
        return sum(_cpu(child.pid) for child in psutil.Process(self.hub.pid).children(recursive=True))


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("install wrk, e.g. `apt-get install wrk`")
    data = platformdirs.user_cache_path("trade-collaboration-hub") / "bench"
    bench = Bench(data, sys.argv[1] if len(sys.argv) > 1 else "1")
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    try:
        for question in (POINT, WIDE):
            bench.check(question)
            for contender in (bench.by_hub, bench.by_hand):
                contender(question)  # warms the caches of both sides
            for _ in track(range(PASSES), question.name):
                for name, contender in (("hub", bench.by_hub), ("by hand", bench.by_hand)):
                    found.setdefault((question.name, name), []).append(contender(question))
    finally:
        bench.hub.terminate()
        bench.hub.wait()
    _tell(found)


def _tell(found: dict[tuple[str, str], list[dict[str, float]]]) -> None:
    table = Table(title=f"{CLIENTS} clients, medians of {PASSES} interleaved passes of {SECONDS} s")
    columns = ("per_s", "p50_ms", "p99_ms", "client_cpu_ms", "neo4j_cpu_ms")
    for column in ("question", "contender", *columns, "ratio"):
        table.add_column(column)
    for (question, contender), passes in found.items():
        medians = {column: statistics.median(one[column] for one in passes) for column in columns}
        hand = statistics.median(one["per_s"] for one in found[question, "by hand"])
        figures = (f"{medians[column]:.1f}" if column == "per_s" else f"{medians[column]:.2f}" for column in columns)
        table.add_row(question, contender, *figures, f"{medians['per_s'] / hand:.2f}")
    Console(width=170).print(table)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def now() -> Any:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
