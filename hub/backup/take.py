"""Takes a backup: a copy of the store of one moment, opened once to prove it and to count it, dumped, and packed
with the files beside.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import SecretStr

from hub.backup.archive import Manifest, Progress, collect, digests, pack
from hub.backup.fingerprint import Fingerprint, fingerprint
from hub.database.disk import free_bytes, megabytes
from hub.database.graph import Graph
from hub.errors import SetupError
from hub.local_neo4j.handover import Request, copy_store, size_of
from hub.local_neo4j.jars import VERSION
from hub.local_neo4j.server import LocalNeo4j, Memory, Running, end_orphans
from hub.local_neo4j.store import has_store, require_open, require_store
from hub.settings import Settings

MEMORY: Final = Memory(heap="512m", pagecache="128m", transactions="300m", transaction="300m")
_PERCENT: Final = 100
_COPIES: Final = 3
"""How often what is backed up is there at once at most: copied, dumped or gathered, and packed."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What runs Neo4j: a Java, and the folder of its jars; and the release of the hub that is told in manifests."""

    java: Path
    jars: Path
    release: str


def take(folder: Path, to: Path, settings: Settings, tools: Tools, progress: Progress) -> tuple[Path, Manifest]:
    """Backs up a data directory, of a hub that serves or of none, into a file or into a folder. Raises `SetupError`."""
    require_store(folder)
    now = datetime.now(UTC)
    archive = to / f"hub-backup-{now:%Y%m%dT%H%M%SZ}.tar" if to.is_dir() else to
    folders = {folder, settings.data.resolve() if settings.data else folder}
    _refuse_target(folders, archive)
    with tempfile.TemporaryDirectory(prefix=".hub-backup-", dir=archive.parent) as staging:
        copy, packed = Path(staging, "copy"), Path(staging, "packed")
        packed.mkdir()
        try:
            _copy(folder, copy, progress)
            if not has_store(copy):
                raise SetupError(f"no store was copied from {folder}: nothing was backed up; take the backup again")
            for source in folders:
                collect(source, packed)
            content = _dump(copy, packed, settings, tools, progress)
            manifest = Manifest(
                taken_at=now.isoformat(timespec="seconds"), hub=tools.release, neo4j=VERSION,
                nodes=content.nodes, edges=content.edges, hash=content.hash, files=digests(packed, progress),
            )  # fmt: skip
            pack(packed, manifest, archive, progress)
        except (OSError, shutil.Error) as error:
            raise SetupError(f"the backup could not be written to {archive}: {error}; nothing was left there") from None
    return archive, manifest


def _refuse_target(folders: Iterable[Path], archive: Path) -> None:
    if archive.exists():
        raise SetupError(f"{archive} is there already: name another file, or a folder, with --to")
    if not archive.parent.is_dir():
        raise SetupError(f"there is no folder {archive.parent}: make it, or name another with --to")
    if any(archive.resolve().is_relative_to(folder) for folder in folders):
        raise SetupError(
            f"{archive} would be inside the data directory that it backs up: name a folder elsewhere with --to"
        )
    needed = sum(map(size_of, folders)) * _COPIES
    if free_bytes(archive.parent) < needed:
        shortage = f"has {megabytes(free_bytes(archive.parent))} left, and a backup needs {megabytes(needed)} there"
        raise SetupError(f"the disk of {archive.parent} {shortage} while it is made: name a folder elsewhere with --to")


def _copy(folder: Path, copy: Path, progress: Progress) -> None:
    """The store as it is at one moment: of a hub that serves, by asking it; else directly."""
    copy.mkdir(mode=0o700)
    shutil.copy2(folder / "neo4j-password", copy)
    try:
        with FileLock(folder / "hub.lock").acquire(timeout=0):
            end_orphans(folder / "neo4j")
            copy_store(folder / "neo4j", copy)
    except Timeout:
        Request(folder / "neo4j", copy).ask(
            lambda share: progress("copy of the store", int(share * _PERCENT), _PERCENT)
        )


def _dump(copy: Path, packed: Path, settings: Settings, tools: Tools, progress: Progress) -> Fingerprint:
    with opened(copy, settings, tools) as (server, here):
        content = asyncio.run(counted(here, progress))
        server.pause()
        progress("dump", 0, 1)
        server.administer("database", "dump", "neo4j", f"--to-path={packed}")
        progress("dump", 1, 1)
    return content


@contextmanager
def opened(folder: Path, settings: Settings, tools: Tools) -> Generator[tuple[LocalNeo4j, Settings]]:
    """The server of a data directory, started for a while, and the settings that reach it. Raises `SetupError`."""
    with LocalNeo4j(folder, tools.java, tools.jars, MEMORY) as server:
        running = server.start()
        here = reached(settings, running)
        asyncio.run(require_open(folder, here))
        yield server, here


def reached(settings: Settings, running: Running) -> Settings:
    """Settings that reach that server, whatever else they name."""
    mine = {
        "neo4j_uri": running.uri,
        "neo4j_user": "neo4j",
        "neo4j_database": "neo4j",
        "neo4j_password": SecretStr(running.password),
    }
    return settings.model_copy(update={**mine, "store": None})


async def counted(settings: Settings, progress: Progress) -> Fingerprint:
    """The fingerprint of the graph that these settings reach. Raises `Unavailable`."""
    async with Graph(settings, patient=True) as graph:
        return await fingerprint(graph, lambda done, total: progress("graph", done, total))
