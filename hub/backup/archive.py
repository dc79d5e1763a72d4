"""A backup is one tar file: first a manifest, then the graph's dump, then the files beside it, each known by its
sha256.
"""

import hashlib
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import SetupError

MANIFEST: Final = "manifest.json"
DUMP: Final = "neo4j.dump"
_FILES: Final = "files"
_LEFT_OUT: Final = ("neo4j", "hub.lock", "neo4j-ports.json")
_NOT_KEPT: Final = (".lock", "-wal", "-shm", "-journal")
_SQLITE: Final = b"SQLite format 3\x00"
_CHUNK: Final = 1 << 20

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """What a backup says of itself. `files` are the sha256 of all others in it, by name."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    taken_at: str
    hub: str
    neo4j: str
    nodes: dict[str, int]
    edges: dict[str, int]
    hash: str
    files: dict[str, Digest]


def kept_files(folder: Path) -> Iterator[Path]:
    """The files of a data directory that belong into a backup: all but Neo4j's own, this run's, and what is still
    arriving.
    """
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        passing = file.name.startswith(("arriving-", ".")) or ".part" in file.name or file.name.endswith(_NOT_KEPT)
        if inside.parts[0] not in _LEFT_OUT and not passing and file.is_file() and not file.is_symlink():
            yield inside


def collect(folder: Path, into: Path) -> None:
    """Copies those files; of an SQLite database what it holds at this moment.

    Those that are gone meanwhile are left out.
    """
    for inside in kept_files(folder):
        target = into / _FILES / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with (folder / inside).open("rb") as opened:
                is_database = opened.read(len(_SQLITE)) == _SQLITE
            _copy_database(folder / inside, target) if is_database else shutil.copy2(folder / inside, target)
        except FileNotFoundError:
            target.unlink(missing_ok=True)


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)


def digests(folder: Path, progress: Progress) -> dict[str, str]:
    """The sha256 of each file below a folder, by its name there."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    sums: dict[str, str] = {}
    for position, file in enumerate(files):
        with file.open("rb") as opened:
            sums[file.relative_to(folder).as_posix()] = hashlib.file_digest(opened, "sha256").hexdigest()
        progress("checksums", position + 1, len(files))
    return sums


def pack(folder: Path, manifest: Manifest, archive: Path, progress: Progress) -> None:
    """Writes the archive of the manifest's files, whole or not at all, for its owner alone. Raises `OSError`."""
    part = archive.with_name(f"{archive.name}.part{os.getpid()}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            with tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as tar:
                (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2))
                for position, name in enumerate((MANIFEST, *manifest.files)):
                    tar.add(folder / name, name, recursive=False)
                    progress("archive", position + 1, len(manifest.files) + 1)
            opened.flush()
            os.fsync(opened.fileno())
        part.rename(archive)
    finally:
        part.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path, progress: Progress) -> Manifest:
    """Puts the files of an archive below a folder, each compared with its sha256.

    Raises `SetupError` where it is not whole.
    """
    try:
        with tarfile.open(archive, mode="r:") as tar:
            manifest = _manifest(archive, tar)
            seen: set[str] = set()
            while member := tar.next():
                if member.name not in manifest.files or member.name in seen or not member.isreg():
                    raise SetupError(
                        f"{archive} holds {member.name!r}, which its manifest does not name: it is no backup of this"
                        " hub's"
                    )
                seen.add(member.name)
                _extract(tar, member, folder, manifest.files[member.name])
                progress("files", len(seen), len(manifest.files))
    except (tarfile.TarError, EOFError) as error:
        raise SetupError(
            f"{archive} is not a whole backup: {error}; take another copy of it, or an older backup"
        ) from None
    if missing := sorted(manifest.files.keys() - seen):
        raise SetupError(
            f"{archive} is not whole: {missing[0]} is missing in it; take another copy of it, or an older backup"
        )
    return manifest


def files_of(folder: Path) -> Path:
    """Where `unpack` and `collect` put what goes into the data directory itself."""
    return folder / _FILES


def _manifest(archive: Path, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    opened = tar.extractfile(first) if first and first.name == MANIFEST else None
    if opened is None:
        raise SetupError(f"{archive} is no backup of this hub's: it does not begin with {MANIFEST}")
    try:
        return Manifest.model_validate_json(opened.read())
    except ValidationError as error:
        raise SetupError(
            f"{archive}: its manifest cannot be read; another release may have made it: {error.errors()[0]['msg']}"
        ) from None


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, sha256: str) -> None:
    member = tarfile.data_filter(member, str(folder))  # with a name that stays below the folder
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = tar.extractfile(member)
    assert content is not None
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, member.mode & 0o700 | 0o600), "wb") as opened:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            opened.write(chunk)
    if digest.hexdigest() != sha256:
        raise SetupError(
            f"{member.name} in the backup is not what was backed up: its sha256 differs; take another copy, or an"
            " older one"
        )
