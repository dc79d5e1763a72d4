"""`hub up` on a small disk that another program fills, until Neo4j gives up and is started again; then a backup beside it, and restored."""

import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import DatabaseError, ServiceUnavailable

from hub.local_neo4j.server import known_server
from tests.disks import Filler, may_mount, small_disk
from tests.test_up import SMALLEST, Hub

pytestmark = pytest.mark.skipif(not may_mount() and not os.environ.get("CI"), reason="mounting small disks needs root on Linux")
ROWS = "MATCH (n:Sample) RETURN count(n)"
CENTERS = "{ centers { totalCount } }"
OPENED = 'mutation { openCase(kind: "protest", importer: "12-3456789AB", title: "x") { id } }'


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk("tmpfs", "420m") as place:
        yield place


def cypher(data: Path, text: str) -> int:
    running = known_server(data)
    with neo4j.GraphDatabase.driver(running.uri, auth=("neo4j", running.password)) as driver, driver.session() as session:
        found = session.run(text).single()  # pyright: ignore[reportArgumentType]
        return found[0] if found else 0


def hub(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "hub", *command], capture_output=True, text=True, check=False, timeout=600)


def test_a_full_disk_loses_nothing_and_a_backup_comes_back_equal(disk: Path, tmp_path: Path) -> None:
    # what the hub tells is kept on another disk
    data, filler = tmp_path / "data", Filler(disk)
    (disk / "data").mkdir()
    data.symlink_to(disk / "data")
    up = Hub(data, *SMALLEST, "--no-partner", HUB_LOCAL_HEAP="512m", HUB_LOCAL_PAGECACHE="64m")
    try:
        up.wait_until_ready()
        assert (data / "neo4j-password").read_text() not in up.said()
        assert "neo4j-password" in up.said()
        cypher(data, "UNWIND range(1, 1000) AS i CREATE (:Sample {i: i})")

        # the disk is filled to the last byte; whoever writes all the same, past what the log holds already, makes Neo4j give up
        filler.fill()
        with pytest.raises((DatabaseError, ServiceUnavailable)):
            cypher(data, "UNWIND range(1, 100000) AS i CREATE (:Lost {text: 'a text that fills more of the log than it has ' + i})")
        assert "UNAVAILABLE" in told_by(up, OPENED, up.token("import-specialist"))
        up.wait_until(lambda: "it is ended and started again" in up.said(), 60)
        # it starts on the reserve while the disk is as full as before: what was acknowledged is there, and read
        up.wait_until(lambda: up.tries(CENTERS) is not None, 120)
        assert (data / "neo4j" / "hub-reserve").stat().st_size == 0
        assert cypher(data, ROWS) == 1000
        assert "only reading goes on" in told_by(up, OPENED, up.token("import-specialist"))
        filler.free()
        up.wait_until(lambda: "has room again: writing goes on" in up.said(), 30)
        assert "UNAVAILABLE" not in told_by(up, OPENED, up.token("import-specialist"))
        assert cypher(data, "MATCH (n:Lost) RETURN count(n)") == 0

        keep = data / "attachments" / "ab" / "abcd"
        keep.parent.mkdir(parents=True)
        keep.write_bytes(b"content")
        assert hub("restore", str(tmp_path / "none.tar"), "--data", str(data)).returncode == 1
        done = hub("backup", "--data", str(data), "--to", str(tmp_path))
        assert done.returncode == 0, done.stderr
        (archive,) = tmp_path.glob("hub-backup-*.tar")
        assert archive.stat().st_mode & 0o077 == 0
        assert "a copy of the store was made for a backup" in up.said()
        assert up.tries(CENTERS) is not None
    finally:
        up.stop()
    with tarfile.open(archive) as tar:
        first = tar.next()
        assert first is not None
        manifest = json.load(tar.extractfile(first))  # pyright: ignore[reportArgumentType]
    assert manifest["nodes"]["Sample"] == 1000
    assert {"neo4j.dump", "files/attachments/ab/abcd", "files/cursor-key", "files/neo4j-password"} <= manifest["files"].keys()

    used = hub("restore", str(archive), "--data", str(data))
    assert used.returncode == 1
    assert "is used: restore into a new directory" in used.stderr
    restored = hub("restore", str(archive), "--data", str(tmp_path / "restored"))
    assert restored.returncode == 0, restored.stderr
    assert "counts and hash equal" in restored.stderr
    assert (tmp_path / "restored" / "attachments" / "ab" / "abcd").read_bytes() == b"content"
    assert (tmp_path / "restored" / "cursor-key").read_text() == (data / "cursor-key").read_text()


def told_by(up: Hub, query: str, token: str) -> str:
    """The answer as text, whatever it says."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = urllib.request.Request(f"http://127.0.0.1:{up.port}/graphql", json.dumps({"query": query}).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read().decode()


def test_what_is_no_backup_or_was_changed_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    archive, data = tmp_path / "x.tar", tmp_path / "data"
    archive.write_bytes(b"no tar at all" * 100)
    assert "is not a whole backup" in hub("restore", str(archive), "--data", str(data)).stderr
    content = tmp_path / "content"
    content.write_text("other")
    manifest = {
        "format": 1, "taken_at": "2026-11-25T00:00:00+00:00", "hub": "0.1.0", "neo4j": "2026.08.1", "nodes": {}, "edges": {}, "hash": "0",
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
    assert not data.exists()
    assert not (tmp_path.parent / "outside").exists()
