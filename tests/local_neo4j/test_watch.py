"""How a server is looked after while a hub serves: how it is ended for a backup, and what is told of its disk.

Nothing here starts a Neo4j: the server that is looked after remembers how it was ended.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.database.graph import Graph
from hub.database.health import Health
from hub.local_neo4j import watch
from hub.local_neo4j.handover import Request
from hub.local_neo4j.server import LocalNeo4j, Memory, Running
from hub.local_neo4j.watch import Watch
from hub.settings import Settings


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


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path / "mine")
    (made.home / "data").mkdir(parents=True)
    return made


@pytest.fixture
def watched(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Watch]:
    def made(*, panicked: bool) -> Watch:
        monkeypatch.setattr(watch, "Graph", lambda _: Database(panicked=panicked))
        return Watch(server, Running(1, 2, "secret"), Settings(store=server.home, least_free=1), lambda _: None)

    return made


@pytest.mark.parametrize(("panicked", "ended"), [(False, "in order"), (True, "killed")])
def test_a_backup_ends_a_server_in_order_unless_it_has_panicked(
    server: Server, watched: Callable[..., Watch], tmp_path: Path, *, panicked: bool, ended: str
) -> None:
    (tmp_path / "copy").mkdir()
    with watched(panicked=panicked):
        Request(server.home, tmp_path / "copy").ask(lambda _: None)
        assert server.ended[0] == ended
    assert server.ended[1:] == (["killed"] if panicked else [])
