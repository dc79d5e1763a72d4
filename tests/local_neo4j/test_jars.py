"""The jars come from a repository over real HTTP: in parallel, verified, resumed, and with errors that say what to
do.
"""

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hub.errors import SetupError
from hub.local_neo4j import jars
from hub.local_neo4j.jars import Jar, cache_folder, class_path, fetch, locked_jars
from tests.local_neo4j.ranged import RangedHandler


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A Maven repository on loopback, laid out from the jars in the cache, and its folder."""
    asyncio.run(fetch(cache_folder(), os.environ.get("HUB_MAVEN_MIRROR"), lambda _done, _total: None))
    root = tmp_path / "repository"
    for jar in locked_jars():
        file = root / jar.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(cache_folder() / jar.name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(RangedHandler, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", root
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_jar_is_fetched_verified_and_then_left_alone(repository: tuple[str, Path], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    folder = tmp_path / "cache"
    assert asyncio.run(fetch(folder, repository[0], lambda done, total: told.append((done, total))))
    assert {file.name for file in folder.iterdir()} == {jar.name for jar in locked_jars()}
    assert told[-1][0] == told[-1][1] == sum(jar.size for jar in locked_jars())
    assert not asyncio.run(fetch(folder, "http://127.0.0.1:1", lambda _done, _total: None))


def test_neo4j_starts_from_its_own_jars_whatever_else_lies_beside_them(
    repository: tuple[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    asyncio.run(fetch(folder, repository[0], lambda _done, _total: None))
    (folder / "of-another-program.jar").write_bytes(b"")
    assert class_path(folder).split(os.pathsep) == [str(folder / jar.name) for jar in locked_jars()]
    (folder / locked_jars()[0].name).unlink()
    assert class_path(folder) == str(folder / "*"), "the folder of another Neo4j"


def test_two_that_fetch_at_once_fetch_each_jar_once(repository: tuple[str, Path], tmp_path: Path) -> None:
    async def both() -> list[bool]:
        return await asyncio.gather(
            *(fetch(tmp_path / "cache", repository[0], lambda _done, _total: None) for _ in range(2))
        )

    RangedHandler.sent.clear()
    assert asyncio.run(both()) == [True, True]
    assert RangedHandler.sent == {jar.name: jar.size for jar in locked_jars()}


def test_a_broken_download_goes_on_where_it_stopped(repository: tuple[str, Path], tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    largest = max(locked_jars(), key=lambda jar: jar.size)
    whole = (cache_folder() / largest.name).read_bytes()
    (folder / f"{largest.name}.part").write_bytes(whole[: len(whole) // 2])
    RangedHandler.sent.clear()
    asyncio.run(fetch(folder, repository[0], lambda _done, _total: None))
    assert (folder / largest.name).read_bytes() == whole
    assert RangedHandler.sent[largest.name] == len(whole) - len(whole) // 2


def test_a_jar_that_is_not_the_locked_one_is_thrown_away(repository: tuple[str, Path], tmp_path: Path) -> None:
    jar = min(locked_jars(), key=lambda found: found.size)
    file = repository[1] / jar.path
    file.unlink()
    file.write_bytes(b"x" * jar.size)
    with pytest.raises(SetupError, match=r"is not the locked one .* HUB_MAVEN_MIRROR"):
        asyncio.run(fetch(tmp_path / "cache", repository[0], lambda _done, _total: None))
    assert not list((tmp_path / "cache").glob(f"{jar.name}*"))


def test_no_network_says_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "_TRIES", 1)
    with pytest.raises(SetupError, match=r"cannot be reached.*check the network or the proxy"):
        asyncio.run(fetch(tmp_path, "http://127.0.0.1:1", lambda _done, _total: None))


def test_a_mirror_without_the_jar_is_named(
    repository: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jars, "_TRIES", 1)
    (repository[1] / locked_jars()[0].path).unlink()
    with pytest.raises(SetupError, match=f"{locked_jars()[0].name} could not be fetched: .* answered 404"):
        asyncio.run(fetch(tmp_path / "cache", repository[0], lambda _done, _total: None))


def test_a_full_disk_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: tuple[str, Path]
) -> None:
    async def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(jars._Download, "_get", full)  # noqa: SLF001 - a full disk cannot be had for a test
    with pytest.raises(SetupError, match=r"is full.*200 MB"):
        asyncio.run(fetch(tmp_path / "cache", repository[0], lambda _done, _total: None))


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="XDG_CACHE_HOME"):
        asyncio.run(fetch(tmp_path / "file" / "cache", "http://127.0.0.1:1", lambda _done, _total: None))


def test_the_lock_names_each_jar_once() -> None:
    names = [jar.name for jar in locked_jars()]
    assert len(names) == len(set(names)) == 226
    assert all(isinstance(jar, Jar) and len(jar.sha256) == 64 and jar.size > 0 for jar in locked_jars())
