"""How a server is looked after while a hub serves: how it is ended for a backup, and what is told of its disk.

Nothing here starts a Neo4j: the server that is looked after remembers how it was ended.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ByteSize

from hub.database.disk import MIB, Reserve
from hub.database.graph import Graph
from hub.database.health import Health
from hub.local_neo4j import watch
from hub.local_neo4j.handover import Request
from hub.local_neo4j.server import LocalNeo4j, Memory, Running
from hub.local_neo4j.watch import Watch
from hub.settings import Settings
from tests.disks import Filler, skip_unless_mounting, small_disk


class Server(LocalNeo4j):
    """A server that is never started: it remembers how it was ended."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, folder, folder, Memory())
        self.ended: list[str] = []

    def pause(self) -> None:
        self.ended.append("in order")

    def kill(self) -> None:
        self.ended.append("killed")

    def start_again(self) -> bool:
        return False


class Told(Health):
    """The health of a database that has panicked, or has not."""

    def __init__(self, *, panicked: bool) -> None:
        self._panicked = panicked

    async def has_panicked(self) -> bool:
        return self._panicked


class Database(Graph):
    """A database of which nothing is known but its health."""

    def __init__(self, *, panicked: bool) -> None:
        self.health = Told(panicked=panicked)

    async def close(self) -> None:
        pass


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path / "mine")
    (made.home / "data").mkdir(parents=True)
    return made


@pytest.fixture
def watched(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watch]:
    def made(*, panicked: bool, folder: Path | None = None, least: int = 1, told: list[str] | None = None) -> Watch:
        monkeypatch.setattr(watch, "Graph", lambda _: Database(panicked=panicked))
        looked_after = Server(folder) if folder else server
        settings = Settings(store=looked_after.home, least_free=ByteSize(least))
        return Watch(looked_after, Running(1, 2, "secret"), settings, ([] if told is None else told).append)

    return made


def test_the_room_that_is_told_is_the_room_at_which_writing_begins_again(watched: Callable[..., Watch]) -> None:
    skip_unless_mounting()
    told: list[str] = []
    with small_disk("tmpfs", "16m") as disk:
        home, filler, least = disk / "neo4j", Filler(disk), 4 * MIB
        home.mkdir()
        with watched(panicked=False, folder=disk, least=least, told=told):
            filler.fill()
            Reserve(home, least).give_back()
            wait_until(lambda: len(told) == 1)
            assert told[0].endswith("4.2 MB left: only reading goes on until 7.3 MB are free")
            filler.free()
            filler.fill(leave=7 * MIB - 4096)
            time.sleep(2.5)
            assert len(told) == 1
            filler.free()
            filler.fill(leave=7 * MIB)
            wait_until(lambda: len(told) == 2)
            assert told[1].endswith("has room again: writing goes on")
            assert not Reserve(home, 0).is_given_back()


@pytest.mark.parametrize(("panicked", "ended"), [(False, "in order"), (True, "killed")])
def test_a_backup_ends_a_server_in_order_unless_it_has_panicked(
    server: Server, watched: Callable[..., Watch], tmp_path: Path, *, panicked: bool, ended: str
) -> None:
    (tmp_path / "copy").mkdir()
    with watched(panicked=panicked):
        Request(server.home, tmp_path / "copy").ask(lambda _: None)
        assert server.ended[0] == ended
    assert server.ended[1:] == (["killed"] if panicked else [])
