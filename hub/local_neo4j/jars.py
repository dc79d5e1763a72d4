"""Neo4j's jars: which ones (locked by path, sha256 and size), and how they come to the cache."""

import asyncio
import errno
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import filelock
import httpx2
import platformdirs
from jgo.constants import MAVEN_CENTRAL_URL

from hub.errors import SetupError

VERSION: Final = "2026.08.1"
_LOCK: Final = "jars.lock"
_PARALLEL: Final = 16
_TRIES: Final = 3
_CHUNK: Final = 1 << 18
_PARTIAL_CONTENT: Final = 206

Progress = Callable[[int, int], None]
"""Called with the bytes that are there, and the bytes there will be."""


@dataclass(frozen=True, slots=True)
class Jar:
    """A locked artifact: its path in a Maven repository, its sha256, its size in bytes."""

    path: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """The name of its file, without the folders of the repository."""
        return self.path.rsplit("/", 1)[-1]


def locked_jars(lock: Traversable | None = None) -> tuple[Jar, ...]:
    """The jars that a lock names: path in a repository, sha256 and size, one a line.

    By default Neo4j's and Neo4j Browser's.
    """
    lines = (lock or resources.files("hub.local_neo4j").joinpath(_LOCK)).read_text().splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return tuple(Jar(path, sha256, int(size)) for path, sha256, size in rows)


def cache_folder() -> Path:
    """Where the jars are kept: under XDG_CACHE_HOME, or the platform's cache folder."""
    return platformdirs.user_cache_path("trade-collaboration-hub") / f"neo4j-{VERSION}"


async def fetch(folder: Path, repository: str | None, progress: Progress, jars: Sequence[Jar] | None = None) -> bool:
    """Makes the folder hold every one of the jars (Neo4j's by default), each verified; tells whether anything had to be
    fetched.

    Goes on where an earlier, broken download stopped. `repository` is a mirror's address. Raises `SetupError`.
    """
    wanted = jars or locked_jars()
    if all(is_there(folder, jar) for jar in wanted):
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # one process at a time, or two would write into the same unfinished file; the other finds what this one has
        # fetched
        async with filelock.AsyncFileLock(f"{folder}.lock"):
            missing = [jar for jar in wanted if not is_there(folder, jar)]
            await _Download(folder, (repository or MAVEN_CENTRAL_URL).rstrip("/"), progress).run(missing)
    except OSError as error:
        raise _disk_error(folder, error) from error
    return True


def is_there(folder: Path, jar: Jar) -> bool:
    """A jar takes its name only after its checksum was verified, so its size is enough to know it by."""
    file = folder / jar.name
    return file.is_file() and file.stat().st_size == jar.size


def class_path(folder: Path) -> str:
    """Java's class path for Neo4j: the locked jars, whatever else lies beside them; everything in a folder that holds
    others.
    """
    jars = locked_jars()
    if all(is_there(folder, jar) for jar in jars):
        return os.pathsep.join(str(folder / jar.name) for jar in jars)
    return str(folder / "*")


class _Download:
    def __init__(self, folder: Path, repository: str, progress: Progress) -> None:
        self._folder = folder
        self._repository = repository
        self._progress = progress
        self._slots = asyncio.Semaphore(_PARALLEL)
        self._done = 0
        self._total = 0

    async def run(self, jars: list[Jar]) -> None:
        self._total = sum(jar.size for jar in jars)
        limits = httpx2.Limits(max_connections=_PARALLEL)
        async with httpx2.AsyncClient(timeout=30, limits=limits, follow_redirects=True) as client:
            try:
                async with asyncio.TaskGroup() as tasks:
                    for jar in sorted(jars, key=lambda jar: -jar.size):
                        tasks.create_task(self._jar(client, jar))
            except* (SetupError, OSError) as errors:
                raise errors.exceptions[0] from None

    async def _jar(self, client: httpx2.AsyncClient, jar: Jar) -> None:
        part = self._folder / f"{jar.name}.part"
        async with self._slots:
            for attempt in range(1, _TRIES + 1):
                try:
                    await self._get(client, jar, part)
                    break
                except httpx2.HTTPError as error:
                    if attempt == _TRIES:
                        raise SetupError(_unreachable(self._repository, jar, error)) from error
                    await asyncio.sleep(attempt)
            digest = await asyncio.to_thread(_sha256, part)
            if digest != jar.sha256:
                part.unlink()
                raise SetupError(
                    f"{jar.name} from {self._repository} is not the locked one (sha256 {digest[:12]}…, expected"
                    f" {jar.sha256[:12]}…): it was thrown away; try again, or name another mirror in HUB_MAVEN_MIRROR"
                )
            part.replace(self._folder / jar.name)

    async def _get(self, client: httpx2.AsyncClient, jar: Jar, part: Path) -> None:
        """The rest of a jar: what an earlier attempt left is kept and gone on from."""
        there = part.stat().st_size if part.exists() else 0
        if there > jar.size:
            part.unlink()
            there = 0
        if there == jar.size:
            self._count(there)
            return
        headers = {"Range": f"bytes={there}-"} if there else {}
        async with client.stream("GET", f"{self._repository}/{jar.path}", headers=headers) as response:
            response.raise_for_status()
            resumed = response.status_code == _PARTIAL_CONTENT
            self._count(there if resumed else 0)
            with part.open("ab" if resumed else "wb") as file:
                async for chunk in response.aiter_bytes(_CHUNK):
                    file.write(chunk)
                    self._count(len(chunk))

    def _count(self, more: int) -> None:
        self._done += more
        self._progress(min(self._done, self._total), self._total)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _unreachable(repository: str, jar: Jar, error: httpx2.HTTPError) -> str:
    reason = (
        f"answered {error.response.status_code}" if isinstance(error, httpx2.HTTPStatusError) else "cannot be reached"
    )
    return (
        f"{jar.name} could not be fetched: {repository} {reason}. It is needed once; check the network or the proxy, "
        "or name a Maven mirror in HUB_MAVEN_MIRROR. What was fetched so far is kept."
    )


def _disk_error(folder: Path, error: OSError) -> SetupError:
    if error.errno == errno.ENOSPC:
        return SetupError(
            f"the disk of {folder} is full: Neo4j needs about 200 MB there and a data directory 1 GB; make room, or set"
            " XDG_CACHE_HOME"
        )
    return SetupError(
        f"{folder} cannot be written: {os.strerror(error.errno) if error.errno else error}; set XDG_CACHE_HOME to a"
        " folder that can"
    )
