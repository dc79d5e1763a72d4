"""Puts a backup back into an empty data directory, and compares what is there then with what was backed up."""

import asyncio
import tempfile
from pathlib import Path

from hub.backup.archive import DUMP, Manifest, Progress, files_of, unpack
from hub.backup.fingerprint import Fingerprint
from hub.backup.take import MEMORY, Tools, counted, opened, reached
from hub.errors import SetupError
from hub.local_neo4j.server import LocalNeo4j
from hub.local_neo4j.store import CUT, keep_logs, require_open, require_store
from hub.settings import Settings


def restore(archive: Path, folder: Path, settings: Settings, tools: Tools, progress: Progress) -> Manifest:
    """Restores into a data directory that is not there yet, or empty; it takes its name when all is well.

    Raises `SetupError`.
    """
    if not archive.is_file():
        raise SetupError(f"there is no backup {archive}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(
            f"{folder} is used: restore into a new directory with --data DIR, and start the hub with that one"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-restored-", dir=folder.parent) as staging:
        made = Path(staging, "data")
        try:
            manifest = unpack(archive, Path(staging, "unpacked"), progress)
            files_of(Path(staging, "unpacked")).rename(made)
            made.chmod(0o700)
            _load(made, Path(staging, "unpacked"), tools, progress)
            _compare(made, manifest, settings, tools, progress)
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
        except OSError as error:
            raise SetupError(f"the backup could not be restored to {folder}: {error}; nothing was left there") from None
    return manifest


def _load(made: Path, unpacked: Path, tools: Tools, progress: Progress) -> None:
    if not (unpacked / DUMP).is_file():
        raise SetupError(f"there is no {DUMP} in the backup")
    progress("load", 0, 1)
    with LocalNeo4j(made, tools.java, tools.jars, MEMORY) as server:
        server.configure()
        server.administer("database", "load", "neo4j", f"--from-path={unpacked}", "--overwrite-destination=true")
    (unpacked / DUMP).unlink()
    progress("load", 1, 1)


def _compare(made: Path, manifest: Manifest, settings: Settings, tools: Tools, progress: Progress) -> None:
    with opened(made, settings, tools) as (_, here):
        restored = asyncio.run(counted(here, progress))
    if differences := Fingerprint(manifest.nodes, manifest.edges, manifest.hash).differences(restored):
        raise SetupError(
            "what was restored is not what was backed up; nothing was left there:\n" + "\n".join(differences)
        )


def salvage(folder: Path, settings: Settings, tools: Tools, progress: Progress) -> tuple[Path, Fingerprint]:
    """Opens a store whose transaction log has an end that cannot be read: cuts that off, a copy of the log kept.

    Raises `SetupError`.
    """
    require_store(folder)
    with LocalNeo4j(folder, tools.java, tools.jars, MEMORY, CUT) as server:
        kept = keep_logs(server.home)
        here = reached(settings, server.start())
        asyncio.run(require_open(folder, here))
        return kept, asyncio.run(counted(here, progress))
