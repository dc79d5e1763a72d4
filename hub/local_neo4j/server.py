"""One Neo4j for one data directory: configured, started as a child process, watched, stopped."""

import hashlib
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import psutil
from filelock import FileLock, Timeout
from pydantic import SecretStr

from hub.database.disk import CHECKPOINT_BYTES, LOG_FILE_BYTES
from hub.errors import SetupError
from hub.local_neo4j.jars import class_path
from hub.local_neo4j.plan_cache import plans_for, size_in_bytes
from hub.local_neo4j.processes import end
from hub.settings import Settings

CURSOR_KEY: Final = "cursor-key"
"""The file of a data directory that keeps what signs cursors."""
_START_S: Final = 120
_STOP_S: Final = 30
_ADMIN_S: Final = 4 * 3600
_STOP_STARTING_S: Final = 3
"""A server that is told to end while it starts finishes starting first; it has nothing to lose yet."""
_CONFIG: Final = """\
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=localhost:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=localhost:{http}
server.https.enabled=false
server.http_enabled_modules=BROWSER
server.bolt.connection_keep_alive_for_requests=OFF
internal.server.bolt.thread_pool_shutdown_wait_time=0s
dbms.usage_report.enabled=false
client.allow_telemetry=false
dbms.security.allow_csv_import_from_file_urls=false
internal.dbms.cypher_ip_blocklist=0.0.0.0/0,::/0
db.tx_log.rotation.size={log_file}
db.tx_log.rotation.retention_policy=keep_none
db.checkpoint=VOLUME
db.checkpoint.interval.volume={checkpoint}
db.transaction.timeout=120s
db.lock.acquisition.timeout=10s
db.transaction.bookmark_ready_timeout=2s
dbms.memory.transaction.total.max={transactions}
db.memory.transaction.max={transaction}
server.memory.heap.max_size={heap}
server.memory.pagecache.size={pagecache}
server.memory.query_cache.per_db_cache_num_entries={plans}
internal.datacollector.max_recent_query_count=0
internal.cypher.use_parameter_size=false
"""
JVM_OPTIONS: Final = (
    "-XX:+UseParallelGC",
    # one that lives on without heap answers nobody, and nobody starts it again
    "-XX:+ExitOnOutOfMemoryError",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    # without these two Neo4j cannot allocate its transaction logs beforehand, and says so only at the level of
    # debugging
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dfile.encoding=UTF-8",
)
_HASHINGS: Final = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """What the server may use, in Neo4j's own notation: all statements together, and one alone.

    Its heap bounds the plans it keeps.
    """

    heap: str = "1g"
    pagecache: str = "512m"
    transactions: str = "700m"
    transaction: str = "350m"

    @property
    def heap_bytes(self) -> int:
        """Raises `SetupError`."""
        size = size_in_bytes(self.heap)
        if size is None:
            raise SetupError(f"HUB_LOCAL_HEAP: {self.heap!r} is no size; expected is e.g. 1g, 1536m or 2GiB")
        return size


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its ports on loopback, and the password of the user neo4j."""

    bolt: int
    http: int
    password: str

    @property
    def uri(self) -> str:
        """The address for drivers, e.g. `bolt://127.0.0.1:7687`."""
        return f"bolt://127.0.0.1:{self.bolt}"


class LocalNeo4j:
    """The server of a data directory. A context: inside it nobody else may use the directory.

    `more` are settings by Neo4j's own names, beside those the hub gives or in their place.
    """

    def __init__(
        self, folder: Path, java: Path, jars: Path, memory: Memory, more: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._home = folder / "neo4j"
        self._java = java
        self._jars = jars
        self._memory = memory
        self._more = dict(more or {})
        self._lock = FileLock(folder / "hub.lock")
        self._process: subprocess.Popen[bytes] | None = None
        self._has_listened = False
        self._stopping = threading.Event()
        self._starting = threading.Lock()

    def __enter__(self) -> "LocalNeo4j":
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise SetupError(
                f"another hub is using {self._folder}: stop it, or choose another directory with --data DIR"
            ) from None
        except OSError as error:
            raise SetupError(
                f"{self._folder} cannot be used as a data directory: {error.strerror}; choose another with --data DIR"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._lock.release()

    @property
    def home(self) -> Path:
        """Neo4j's own home, with its store in `data` and its logs in `logs`."""
        return self._home

    def start(self) -> Running:
        """Starts the server and waits until it listens. Raises `SetupError` with the server's own words."""
        running = self.launch()
        self.wait_until_it_listens(running)
        return running

    def launch(self) -> Running:
        """Starts the server and does not wait for it; other work may be done meanwhile."""
        running = self.configure()
        if not (self._home / "data" / "dbms").exists():
            self._set_initial_password(running.password)
        self._stopping.clear()
        self._has_listened = False
        self._launch()
        return running

    def configure(self) -> Running:
        """Makes the directory ready for a server, ends one that was left behind, and gives what the next one will
        be reached by.
        """
        end_orphans(self._home)
        password = kept_secret(self._folder / "neo4j-password")
        state = self._ports()
        for name in ("conf", "data", "logs", "plugins", "import", "run"):
            (self._home / name).mkdir(exist_ok=True)
        values = {
            **state, "heap": self._memory.heap_bytes, "pagecache": self._memory.pagecache,
            "transactions": self._memory.transactions,
            "transaction": self._memory.transaction, "log_file": LOG_FILE_BYTES, "checkpoint": CHECKPOINT_BYTES,
            "plans": plans_for(self._memory.heap_bytes),
        }  # fmt: skip
        defaults = dict(line.split("=", 1) for line in _CONFIG.format(**values).splitlines())
        lines = [f"{name}={value}\n" for name, value in {**defaults, **self._more}.items()]
        (self._home / "conf" / "neo4j.conf").write_text("".join(lines))
        return Running(state["bolt"], state["http"], password)

    def wait_until_it_listens(self, running: Running) -> None:
        """Raises `SetupError` with the server's own words where it dies or takes too long."""
        deadline = time.monotonic() + _START_S
        while not self.listens(running):
            if self.has_died() or time.monotonic() > deadline:
                self.stop()
                raise SetupError(
                    "Neo4j did not start; its last words in"
                    f" {self._home / 'logs' / 'console.log'}:\n{self.last_words()}"
                )
            time.sleep(0.1)

    def listens(self, running: Running) -> bool:
        """Whether its Bolt port has taken a connection since the last launch; looking takes half a second at most."""
        self._has_listened = self._has_listened or _listens(running.bolt)
        return self._has_listened

    def administer(self, *command: str) -> None:
        """Runs `neo4j-admin` on the store, while no server does. Raises `SetupError` with its own words."""
        done = subprocess.run(
            [str(self._java), *JVM_OPTIONS, "-cp", class_path(self._jars), "org.neo4j.server.startup.Neo4jAdminCommand",
                *command],
            env={**os.environ, "NEO4J_HOME": str(self._home), "NEO4J_CONF": str(self._home / "conf")},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=_ADMIN_S, check=False,
        )  # fmt: skip
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-8:]
            raise SetupError(f"neo4j-admin {' '.join(command[:2])} failed:\n" + "\n".join(words))

    def start_again(self) -> bool:
        """Launches a server that has ended once more, and does not wait for it; not where it is being stopped."""
        with self._starting:
            if self._stopping.is_set():
                return False
            self._has_listened = False
            self._launch()
            return True

    def pause(self) -> None:
        """Ends the server in order, to be started again."""
        with self._starting:
            self._end(_STOP_S)

    def kill(self) -> None:
        """Ends the server without a chance to write.

        One that could not append to its transaction log for want of room still holds what was left of that: told to
        close, it writes it once more, behind what is there in part, and such a log is refused at the next start.
        Killed, it recovers with all that was acknowledged. 2026-11-25.
        """
        with self._starting:
            if self._process and self._process.poll() is None:
                self._process.kill()
                self._process.wait()

    def stop(self) -> None:
        """Ends the server as Neo4j wants to be ended; after half a minute as nobody does."""
        self._stopping.set()
        with self._starting:
            self._end(_STOP_S if self._has_listened else _STOP_STARTING_S)

    def _end(self, patience_s: float) -> None:
        if self._process:
            end([psutil.Process(self._process.pid)] if self._process.poll() is None else [], patience_s)
            self._process.wait()
            self._process = None

    def has_died(self) -> bool:
        """Whether the process that was launched has ended without `pause` or `stop`."""
        return self._process is not None and self._process.poll() is not None

    def _launch(self) -> None:
        if self._process:
            self._process.wait()
        log = (self._home / "logs" / "console.log").open("wb")
        with log:
            self._process = subprocess.Popen(
                [
                    str(self._java),
                    *(f"-X{end}{self._memory.heap_bytes // 1024}k" for end in ("ms", "mx")),
                    *JVM_OPTIONS,
                    *("-cp", class_path(self._jars), "org.neo4j.server.Neo4jCommunity"),
                    *(f"--home-dir={self._home}", f"--config-dir={self._home / 'conf'}", "--console-mode"),
                ],
                env={**os.environ, "NEO4J_HOME": str(self._home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the hub alone, which then stops its server in order
            )

    def _set_initial_password(self, password: str) -> None:
        """Writes what `neo4j-admin dbms set-initial-password` writes, without the four seconds of a Java of its own."""
        salt = secrets.token_bytes(32)
        digest = hashlib.sha256(salt + password.encode()).digest()
        for _ in range(_HASHINGS - 1):
            digest = hashlib.sha256(digest).digest()
        file = self._home / "data" / "dbms" / "auth.ini"
        file.parent.mkdir(parents=True)
        file.write_text(f"neo4j:SHA-256,{digest.hex()},{salt.hex()},{_HASHINGS}:\n")
        file.chmod(0o600)

    def _ports(self) -> dict[str, int]:
        """The two ports of this directory: those of last time where they are free, else others."""
        file = self._folder / "neo4j-ports.json"
        state: dict[str, int] = orjson.loads(file.read_bytes()) if file.exists() else {}
        if not state or any(_listens(port) for port in state.values()):
            state = dict(zip(("bolt", "http"), free_ports(2), strict=True))
            file.write_bytes(orjson.dumps(state))
        return state

    def last_words(self) -> str:
        """What the server said last on its console."""
        lines = (self._home / "logs" / "console.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-8:])


def known_server(folder: Path) -> Running:
    """How the server of a data directory is reached, if another process runs it.

    Raises `SetupError` where it is no data directory.
    """
    ports, password = folder / "neo4j-ports.json", folder / "neo4j-password"
    if not ports.exists() or not password.exists():
        raise SetupError(f"{folder} is not a data directory of `hub up`; see --data")
    state = orjson.loads(ports.read_bytes())
    return Running(state["bolt"], state["http"], password.read_text().strip())


def of_data_directory(folder: Path, settings: Settings) -> Settings:
    """The settings for the hub of a data directory that is running: its server, its data, and the store whose disk is
    watched.

    Raises `SetupError` where it is no data directory.
    """
    folder = folder.resolve()
    known = known_server(folder)
    mine = {
        "neo4j_uri": known.uri,
        "neo4j_password": SecretStr(known.password),
        "data": settings.data or folder,
        "store": folder / "neo4j",
    }
    return settings.model_copy(update=mine)


def kept_secret(file: Path) -> str:
    """The secret in that file, which only its owner may read; made the first time."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(secrets.token_urlsafe(18))
    return file.read_text().strip()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at the moment, on loopback."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for opened in sockets:
            opened.bind(("127.0.0.1", 0))
        return [opened.getsockname()[1] for opened in sockets]
    finally:
        for opened in sockets:
            opened.close()


def _listens(port: int) -> bool:
    with socket.socket() as opened:
        opened.settimeout(0.5)
        return opened.connect_ex(("127.0.0.1", port)) == 0


def end_orphans(home: Path) -> None:
    """Kills the Neo4j that a killed hub left behind in this directory: see `LocalNeo4j.kill`.

    The lock says that no living hub owns it.
    """
    orphans = [process for process in psutil.process_iter() if _serves(process, home)]
    for orphan in orphans:
        with suppress(psutil.Error):
            orphan.kill()
    psutil.wait_procs(orphans, timeout=_STOP_S)


def _serves(process: psutil.Process, home: Path) -> bool:
    try:
        return "org.neo4j.server" in " ".join(process.cmdline()) and process.environ().get("NEO4J_HOME") == str(home)
    except (psutil.Error, OSError):
        return False
