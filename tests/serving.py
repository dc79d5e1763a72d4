"""A hub served: in this process, as uvicorn serves it, or by `hub serve` in processes of its own."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import uvicorn
from starlette.types import ASGIApp

from hub.local_neo4j.server import free_ports
from hub.settings import Settings

UNLIMITED = {
    f"HUB_{name.upper()}": "0"
    for name in Settings.model_fields
    if "_per_" in name or name in ("statements_at_once", "plannings_at_once")
}
"""For measuring how fast the hub is: all as one caller, which may ask as much as it likes."""


@contextmanager
def served(app: ASGIApp, **more: Any) -> Generator[int]:
    """The loopback port that the app is served on, until the block ends."""
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", proxy_headers=False, **more))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()


def java_of(data: Path) -> int:
    """The process of the Neo4j whose data directory that is."""
    return next(
        found.pid
        for found in psutil.process_iter(["cmdline"])
        if f"--home-dir={data.resolve()}/neo4j" in (found.info["cmdline"] or ())
    )


def freeze(process: psutil.Process) -> None:
    """Stops a process, and returns once all its threads stand still: they stop one by one, and one of them may
    still answer.
    """
    process.suspend()
    parts = [psutil.Process(thread.id) for thread in process.threads()] if sys.platform == "linux" else [process]
    while any(part.is_running() and part.status() != psutil.STATUS_STOPPED for part in parts):
        time.sleep(0.01)


class Hub:
    """`hub serve` in processes of its own."""

    def __init__(self, folder: Path, uri: str, password: str, workers: int = 1, **more: str) -> None:
        self.port = free_ports(1)[0]
        self.log = folder / f"serve-{self.port}.log"
        environment = {"NEO4J_URI": uri, "NEO4J_PASSWORD": password, **more}
        command = [sys.executable, "-m", "hub", "serve", "--port", str(self.port), "--workers", str(workers)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **environment}, cwd=folder
            )

    def wait_until(self, holds: Callable[[], bool], within_s: float) -> float:
        began = time.monotonic()
        while not holds():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - began < within_s, self.log.read_text()
            time.sleep(0.1)
        return time.monotonic() - began

    def is_ready(self) -> bool:
        return self.status("/readyz") == 200

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def ask(self, query: str, timeout_s: float = 30, **headers: str) -> tuple[Any, dict[str, str]]:
        sent = {
            "content-type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", json.dumps({"query": query}).encode(), sent
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                return json.load(response), dict(response.headers)
        except urllib.error.HTTPError as error:
            return json.load(error), dict(error.headers)

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def end(self) -> None:
        """However it is, it and its workers are gone then."""
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
            self.process.wait()
