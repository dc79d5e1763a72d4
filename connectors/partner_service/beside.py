"""The sample world's partner agency: its own service, in its own environment, started beside the hub and synced
like any other system.
"""

import asyncio
import hashlib
import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Final, LiteralString, Self

import filelock
import httpx2
import platformdirs
import psutil

from connectors.engine.attached import AttachedConnection
from connectors.registry import attach
from connectors.settings import ColumnMapping, Connection, StreamSettings
from graph_schema.cypher import Statement
from hub.database.graph import Graph, Run
from hub.errors import CannotBeDone, SetupError
from hub.jobs.dead_letters import letter_id
from hub.jobs.loops import Job, Loop, keep
from hub.local_neo4j.processes import end
from hub.settings import Settings

AGENCY: Final = "FDA"
NAME: Final = "fda-service"
_FILES: Final = ("service.py", "store.py", "requirements.lock")
_BUILD_S: Final = 120
_START_S: Final = 30
_LOOK_S: Final = 5
_END_S: Final = 10
_log: Final = logging.getLogger("hub.connectors")
_JOB: Final = "partner"
_ENDED: Final = "WITH $name AS name WHERE $ended AND NOT EXISTS { (:DeadLetter {id: $id}) } RETURN name"
_TAKE: Final = "UNWIND $items AS item WITH item WHERE $ended RETURN item"
_OFFICERS: Final = (
    ("Sample-Ito", "Hana", "Import specialist", ("30", "90")),
    ("Sample-Reyes", "Sofia", "Liaison", ("16", "20", "21")),
    ("Sample-Novak", "Marek", "Liaison", ("33",)),
    ("Sample-Osei", "Kofi", "Import specialist", ("02", "03", "04")),
    ("Sample-Haddad", "Tariq", "Team desk", ()),
)
"""Invented; their telephone numbers are from the range kept for fiction."""
_CASES: Final[LiteralString] = """
MATCH (k:Case)-[:INVOLVES]->(:Agency {code: $agency}) WITH k ORDER BY k.openedAt DESC, k.id LIMIT 50
OPTIONAL MATCH (k)-[:CONCERNS]->(i:Importer) OPTIONAL MATCH (k)-[:HANDLED_BY]->(c:Center)
RETURN k.number, k.title, k.status, toString(k.openedAt), i.number, c.code"""
_ITS_CASES: Final = Statement(_CASES, {"agency": AGENCY})
_CONTACTS_QUERY: Final = (
    "query ($first: Int, $after: String, $since: String) { contacts(first: $first, after: $after, since: $since) {"
    " nodes { id familyName givenName position mail telephone public chapters office { code city } } deleted cursor"
    " pageInfo { hasNextPage endCursor } } }"
)
_CASES_QUERY: Final = (
    "query ($first: Int, $after: String, $since: String) { cases(first: $first, after: $after, since: $since) { nodes {"
    " id number title state opened importer handledBy } deleted cursor pageInfo { hasNextPage endCursor } } }"
)


def environment() -> Path:
    """The Python of the service's own environment, made the first time from its lock. Raises `SetupError`."""
    files = resources.files("connectors.partner_service")
    lock = files.joinpath("requirements.lock").read_text()
    parts = (lock, sys.version, *(files.joinpath(name).read_text() for name in _FILES[:2]))
    digest = hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
    folder = platformdirs.user_cache_path("trade-collaboration-hub") / f"partner-service-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{folder}.lock", timeout=_BUILD_S):
        if (folder / "done").exists():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        uv = shutil.which("uv")
        make = (
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
            if uv
            else [sys.executable, "-m", "venv", str(folder)]
        )
        install = (
            [uv, "pip", "install", "--quiet", "--python", str(python)]
            if uv
            else [str(python), "-m", "pip", "install", "--quiet"]
        )
        _run(make)
        for name in _FILES:
            (folder / name).write_text(files.joinpath(name).read_text())
        _run([*install, "--require-hashes", "-r", str(folder / "requirements.lock")])
        (folder / "done").touch()
    return python


def _run(command: Sequence[str]) -> None:
    try:
        # our own command
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_BUILD_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        words = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise SetupError(f"its environment could not be made: {words[-1] if words else type(error).__name__}") from None


class PartnerService:
    """The running service, a child of this process; `token` lets one in. A context, at whose end the child is ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._store = str(self._folder / "store.db")
        self._seed = self._folder / "seed.json"
        self._process: subprocess.Popen[bytes] | None = None
        self.token = secrets.token_urlsafe(24)
        self.port = 0

    @property
    def url(self) -> str:
        """The address of its GraphQL API, which only this machine reaches."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def is_running(self) -> bool:
        """Whether the child that was started has not ended."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, seed: Mapping[str, Any]) -> None:
        """Starts it, the first time with that to know, and returns once it answers. Raises `SetupError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._seed.write_text(json.dumps(seed))
        self._launch()

    def _launch(self) -> None:
        self._end_the_last()
        python = environment()
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as opened:
                self.port = opened.getsockname()[1]
        command = [str(python), "service.py", "--store", self._store, "--port", str(self.port)]
        log = (self._folder / "log").open("wb")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--seed", str(self._seed)], cwd=python.parent.parent,
                env={**os.environ, "PARTNER_TOKEN": self.token}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise SetupError(f"it ended at once; {self._folder / 'log'} says why")
            try:
                httpx2.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2, trust_env=False).raise_for_status()
            except httpx2.HTTPError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise SetupError(f"it did not answer within {_START_S} s; {self._folder / 'log'} says why")

    def _end_the_last(self) -> None:
        """Ends the service of a hub that was killed and could not: whichever process keeps this store."""
        end(
            [process for process in psutil.process_iter(["cmdline"]) if self._store in (process.info["cmdline"] or ())],
            _END_S,
        )

    async def keep_running(self, settings: Settings) -> None:
        """Starts it whenever it is not running, later each time that this fails; until it is cancelled."""
        async with Graph(settings, patient=True) as graph:
            await keep(graph, Loop("the partner agency's service", lambda _: (self.running(),), 0, _LOOK_S))

    def running(self) -> Job:
        """The job to have it run."""

        async def start(run: Run, _: Sequence[str]) -> int:
            _log.warning("the partner agency's service is not running: starting it")
            try:
                if self._seed.exists():
                    await asyncio.to_thread(self._launch)
                else:
                    await asyncio.to_thread(self.start, _seed(await run(_ITS_CASES)))
            except SetupError as error:
                raise CannotBeDone(str(error)) from error
            return 0

        return Job(
            _JOB,
            "Service",
            Statement(_ENDED, {"ended": not self.is_running, "id": letter_id(_JOB, NAME), "name": NAME}),
            Statement(_TAKE, {"ended": not self.is_running}),
            start,
        )

    def stop(self) -> None:
        """Ends the child, if there is one: after ten seconds without a chance to finish."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def attached(self, folder: Path) -> AttachedConnection:
        """The connection to it, as a file would have it."""
        connection = Connection(
            name=NAME,
            connector="graphql",
            party={"Agency": AGENCY},
            schedule="every minute",
            settings={"url": self.url, "token": self.token},
            streams={"contacts": _CONTACTS, "cases": _CASES_STREAM},
        )
        return attach(connection, folder, folder)


async def seed_of(graph: Graph) -> dict[str, Any]:
    """What the agency knows at first: some officers, and its side of the sample world's latest cases that involve
    it.
    """
    return _seed(await graph.read(_ITS_CASES.text, _ITS_CASES.parameters))


def _seed(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """The same from the rows of its cases."""
    contacts = {
        f"officer-{number}": {
            "family_name": family, "given_name": given, "position": position, "chapters": list(chapters),
            "public": not chapters,
            "mail": f"{given}.{family}@fda.sample.example".lower(), "telephone": f"+1 202 555 01{number:02d}",
            "office": {"code": "OIO", "city": "Silver Spring"},
        }
        for number, (family, given, position, chapters) in enumerate(_OFFICERS, 1)
    }  # fmt: skip
    cases = {
        f"matter-{number}": {
            "number": number, "title": title, "state": state, "opened": opened, "importer": importer,
            "handled_by": center,
        }
        for number, title, state, opened, importer, center in rows
    }  # fmt: skip
    return {"contacts": contacts, "cases": cases}


_CONTACTS: Final = StreamSettings(
    describes="Contact",
    source=_CONTACTS_QUERY,
    key=("id",),
    at="contacts",  # pyright: ignore[reportCallIssue] - the connector's own option
    properties={
        "name": ColumnMapping(join=("givenName", "familyName")),
        "role": ColumnMapping(
            column="position", codes={"Import specialist": "import_specialist"}, default="pga_officer"
        ),
        "email": ColumnMapping(column="mail", verified=True),
        "phone": ColumnMapping(column="telephone"),
        "published": ColumnMapping(column="public"),
    },
    links={"COVERS": {"HtsChapter": ColumnMapping(column="chapters")}},
)
_CASES_STREAM: Final = StreamSettings(
    describes="Case",
    source=_CASES_QUERY,
    key=("id",),
    at="cases",  # pyright: ignore[reportCallIssue] - the connector's own option
    properties={
        "number": ColumnMapping(column="number"),
        "title": ColumnMapping(column="title"),
        "status": ColumnMapping(column="state"),
        "openedAt": ColumnMapping(column="opened"),
    },
    links={
        "CONCERNS": {"Importer": ColumnMapping(column="importer")},
        "HANDLED_BY": {"Center": ColumnMapping(column="handledBy")},
    },
)
