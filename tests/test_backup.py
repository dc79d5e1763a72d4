"""A Neo4j on a small disk that another program fills, until it gives up and is started again; then a backup beside
it, and restored.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from graph_schema.cypher import Statement
from hub.backup.restore import restore
from hub.backup.take import MEMORY, Tools, reached, take
from hub.cli.backup import backup_command
from hub.database.graph import Graph
from hub.errors import HubError, SetupError, Unavailable
from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j
from hub.local_neo4j.store import require_open
from hub.local_neo4j.watch import Watch
from hub.settings import Settings
from tests.disks import Filler, skip_unless_mounting, small_disk

ROWS = "MATCH (n:Sample) RETURN count(n)"
WRITE = [
    Statement(
        "UNWIND range(1, 1000) AS i MERGE (a:Sample {i: i}) MERGE (b:Sample {i: i + 1}) MERGE (a)-[e:BEFORE]->(b) SET"
        " e.at = datetime()",
        {},
    )
]
LARGE = [
    Statement(
        "UNWIND range(1, 40000) AS i CREATE (:Lost {text: $text + i})",
        {"text": "more than its log has allocated " * 20},
    )
]


@dataclass
class Looked:
    """A Neo4j on a small disk that is looked after as `hub up` does it, and what was told of it."""

    folder: Path
    filler: Filler
    settings: Settings
    tools: Tools
    told: list[str] = field(default_factory=list[str])

    def until(self, word: str, within_s: float = 120) -> None:
        deadline = time.monotonic() + within_s
        while not any(word in found for found in self.told):
            assert time.monotonic() < deadline, self.told
            time.sleep(0.1)

    def read(self, text: str, within_s: float = 120) -> Any:
        """The one value that is read; asked again while the database is away."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                return asyncio.run(self._asked(text))
            except Unavailable:
                assert time.monotonic() < deadline, self.told
                time.sleep(0.2)

    async def _asked(self, text: str) -> Any:
        async with Graph(self.settings) as graph:
            return await graph.read_one(text, {})

    def write(self, statements: list[Statement], settings: Settings | None = None) -> None:
        async def written() -> None:
            async with Graph(settings or self.settings, patient=True) as graph:
                await graph.write(statements)

        asyncio.run(written())


@pytest.fixture
def looked() -> Iterator[Looked]:
    skip_unless_mounting()
    tools = Tools(java(), cache_folder(), "0")
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk("tmpfs", "420m"))
        server = stack.enter_context(LocalNeo4j(disk / "data", tools.java, tools.jars, MEMORY))
        running = server.start()
        here = reached(Settings(), running).model_copy(update={"store": server.home})
        asyncio.run(require_open(disk / "data", here))
        found = Looked(disk / "data", Filler(disk), here, tools)
        stack.enter_context(Watch(server, running, here, found.told.append))
        yield found


@pytest.mark.thorough
def test_a_full_disk_loses_nothing_and_a_backup_comes_back_equal(looked: Looked, tmp_path: Path) -> None:
    looked.write(WRITE)
    # the disk is filled to the last byte; whoever writes all the same, past what the log has allocated, makes Neo4j
    # give up
    looked.filler.fill()
    with pytest.raises(Unavailable, match="only reading goes on"):
        looked.write(WRITE)
    with pytest.raises(HubError):
        looked.write(LARGE, looked.settings.model_copy(update={"store": None}))
    looked.until("it is ended and started again")
    # it starts on the reserve while the disk is as full as before: what was acknowledged is there, and read
    assert looked.read(ROWS) == 1001
    assert (looked.folder / "neo4j" / "hub-reserve").stat().st_size == 0
    with pytest.raises(Unavailable, match="only reading goes on"):
        looked.write(WRITE)
    looked.filler.free()
    looked.until("has room again: writing goes on")
    assert looked.read("MATCH (n:Lost) RETURN count(n)") == 0
    looked.write(WRITE)

    kept = looked.folder / "attachments" / "ab" / "abcd"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"content")
    (looked.folder / "attachments" / "arriving-1").write_bytes(b"half")
    steps: list[str] = []
    archive, manifest = take(
        looked.folder, tmp_path, looked.settings, looked.tools, lambda what, _done, _total: steps.append(what)
    )
    assert {"copy of the store", "graph", "dump", "checksums", "archive"} <= set(steps)
    assert looked.read(ROWS) == 1001
    assert archive.stat().st_mode & 0o077 == 0
    assert [found.name for found in tmp_path.iterdir()] == [archive.name]
    assert (manifest.nodes, manifest.edges) == ({"Sample": 1001}, {"BEFORE": 1000})
    assert sorted(manifest.files) == ["files/attachments/ab/abcd", "files/neo4j-password", "neo4j.dump"]

    with pytest.raises(SetupError, match="is used: restore into a new directory"):
        restore(archive, looked.folder, looked.settings, looked.tools, lambda _what, _done, _total: None)
    again = restore(archive, tmp_path / "restored", Settings(), looked.tools, lambda _what, _done, _total: None)
    assert again == manifest
    assert (tmp_path / "restored" / "attachments" / "ab" / "abcd").read_bytes() == b"content"
    assert sorted(found.name for found in tmp_path.iterdir()) == [archive.name, "restored"]


def hub(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", *command], capture_output=True, text=True, check=False, timeout=600
    )


def test_what_is_no_backup_or_was_changed_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    archive, data = tmp_path / "x.tar", tmp_path / "data"
    archive.write_bytes(b"no tar at all" * 100)
    assert "is not a whole backup" in hub("restore", str(archive), "--data", str(data)).stderr
    content = tmp_path / "content"
    content.write_text("other")
    manifest = {
        "format": 1, "taken_at": "2026-11-25T00:00:00+00:00", "hub": "0.1.0", "neo4j": "2026.08.1", "nodes": {},
        "edges": {}, "hash": "0",
        "files": {"files/cursor-key": "0" * 64},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        tar.add(content, "files/cursor-key")
    assert "its sha256 differs" in hub("restore", str(archive), "--data", str(data)).stderr
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        tar.add(content, "../outside")
    assert "its manifest does not name" in hub("restore", str(archive), "--data", str(data)).stderr
    # a name that the manifest has, too, leads nowhere else
    outside = tmp_path / "outside"
    digest = hashlib.sha256(content.read_bytes()).hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "files": {str(outside): digest}}))
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "manifest.json", "manifest.json")
        absolute = tar.gettarinfo(content)
        absolute.name = str(outside)
        with content.open("rb") as opened:
            tar.addfile(absolute, opened)
    assert hub("restore", str(archive), "--data", str(data)).returncode
    assert not data.exists()
    assert not outside.exists()
    assert not (tmp_path.parent / "outside").exists()


def test_a_folder_that_there_is_not_is_not_taken_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"there is no folder .*: make it with `mkdir -p .*`, or name a file"):
        backup_command(tmp_path, f"{tmp_path}/backups/")
    assert not (tmp_path / "backups").exists()


def test_a_backup_is_not_made_within_what_it_backs_up(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "hub-data", tmp_path / "elsewhere"
    for made in (folder / "neo4j" / "data" / "databases", elsewhere / "backups"):
        made.mkdir(parents=True)
    tools = Tools(Path("java"), tmp_path, "0")
    for inside in (folder, elsewhere / "backups"):
        with pytest.raises(SetupError, match="would be inside the data directory that it backs up"):
            take(folder, inside, Settings(data=elsewhere), tools, lambda *_: None)
