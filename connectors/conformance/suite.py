"""The suite: a connector's test inherits `Conformance`, and says by a `System` how its real system is started and
changed.
"""

import asyncio
import tempfile
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, LiteralString, Self

import pytest
from pydantic import SecretStr

from connectors.conformance.syncing import Synced
from connectors.errors import AbortRun, ConnectorError, RetryLater
from connectors.registry import attach
from connectors.settings import Connection
from graph_schema.cypher import Statement
from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.local_neo4j.jars import cache_folder, fetch
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings, read_settings

_PEOPLE: Final = 8
_PARTY_CODE: Final = "FDA"
_MEMORY: Final = Memory("600m", "64m", "300m", "100m")
_EMPTIED: Final = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
_PARTY: Final[LiteralString] = (
    "MERGE (a:Agency:Party {code: $code}) SET a.name = 'Food and Drug Administration', a.source = 'conformance'"
)


@dataclass(frozen=True, slots=True)
class Database:
    """A graph that tests may empty, and what runs a coroutine on the event loop that its connections belong to."""

    graph: Graph
    run: Callable[..., Any]


_STARTED: Final = pytest.StashKey[Database]()


def _started(stack: ExitStack) -> Database:
    """A Neo4j of the tests' own, until the stack is closed; the first time it is fetched, as `hub up` does."""
    settings = read_settings()
    jars = settings.local_jars or cache_folder()
    if not settings.local_jars:
        asyncio.run(fetch(jars, settings.maven_mirror, lambda _done, _total: None))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-conformance-"))).resolve()
    server = stack.enter_context(LocalNeo4j(folder, java(), jars, _MEMORY)).start()
    run = stack.enter_context(asyncio.Runner()).run
    graph = Graph(
        Settings(neo4j_uri=server.uri, neo4j_password=SecretStr(server.password), statement_timeout_s=120), patient=True
    )
    stack.callback(lambda: run(graph.close()))
    run(graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(120)"]))
    return Database(graph, run)


class System:
    """A real system that lists people. A context that starts and stops its server; `folder` is its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def connection(self) -> Mapping[str, Any]:
        """`connector`, `settings`, and of the stream of people `from`, `key`, the connector's options and
        `properties`.
        """

    @abstractmethod
    def put(self, key: str, name: str, mail: str) -> None:
        """Adds a person, or changes it."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Removes a person."""

    @abstractmethod
    def clear(self) -> None:
        """Removes everybody."""

    @abstractmethod
    def lost(self) -> Mapping[str, Any]:
        """Settings that lead to where no such system answers."""

    def secrets(self) -> list[str]:
        """What must never stand in the graph."""
        return []


class Conformance:
    """Inherit, and set `system`."""

    system: ClassVar[type[System]]

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
        """The system, started once for all tests of the class."""
        with cls.system(tmp_path_factory.mktemp("system")) as server:
            yield server

    @pytest.fixture
    def hub_database(self, request: pytest.FixtureRequest) -> Database:
        """One Neo4j for all connectors of a run of pytest."""
        config = request.config
        if _STARTED not in config.stash:
            with ExitStack() as stack:
                config.stash[_STARTED] = _started(stack)
                config.add_cleanup(stack.pop_all().close)
        return config.stash[_STARTED]

    @pytest.fixture
    def synced(self, server: System, hub_database: Database, tmp_path: Path) -> Synced:
        """The system with eight people, and a graph that holds one agency and nothing else; nothing is synced yet."""
        graph, run = hub_database.graph, hub_database.run
        run(graph.apply([_EMPTIED]))
        run(graph.write([Statement(_PARTY, {"code": _PARTY_CODE})]))
        server.clear()
        for number in range(_PEOPLE):
            server.put(f"p{number}", f"Sample Person {number}", f"p{number}@fda.example")
        connection = dict(server.connection())
        stream = {
            "describes": "Contact",
            **{key: connection.pop(key) for key in list(connection) if key not in ("connector", "settings")},
        }
        return Synced(
            graph, run, tmp_path, {"party": {"Agency": _PARTY_CODE}, "streams": {"people": stream}, **connection}
        )

    def test_it_says_what_it_reached_and_what_there_is(self, synced: Synced) -> None:
        """`check` answers in one line, and each stream that `discover` lists has a name."""
        connector = attach(
            Connection.model_validate({"name": "system", **synced.connection}), synced.folder, synced.folder
        ).connector
        line, offers = synced.run(connector.check()), synced.run(connector.discover())
        assert line
        assert len(line.splitlines()) == 1, "check says it in a line"
        assert all(offer.stream for offer in offers)

    def test_it_says_that_nothing_was_reached(self, synced: Synced, server: System) -> None:
        """`check` raises a `ConnectorError` where the settings lead to no such system."""
        lost = {"name": "system", **synced.connection, "settings": server.lost()}
        with pytest.raises(ConnectorError):
            synced.run(attach(Connection.model_validate(lost), synced.folder, synced.folder).connector.check())

    def test_everybody_arrives_and_a_second_run_changes_nothing(self, synced: Synced) -> None:
        """The first run writes all; further runs, of changes or of everything, leave the graph as it is."""
        assert synced.sync().counts() == {
            "read": _PEOPLE,
            "written": _PEOPLE,
            "unchanged": 0,
            "skipped": 0,
            "retired": 0,
        }
        assert synced.contacts() == {f"p{number}": f"Sample Person {number}" for number in range(_PEOPLE)}
        before = synced.fingerprint()
        again = synced.sync()
        assert (again.written, again.retired, again.skipped) == (0, 0, 0)
        assert synced.fingerprint() == before
        assert synced.sync(full=True).unchanged == _PEOPLE
        assert synced.fingerprint() == before

    def test_of_changes_one_row_is_written_and_one_retired(self, synced: Synced, server: System) -> None:
        """A row that is changed, deleted or put back costs one write or one retirement; the other rows stay."""
        synced.sync()
        server.put("p3", "Sample Renamed", "p3@fda.example")
        server.delete("p5")
        report = synced.sync()
        assert (report.written, report.retired) == (1, 1)
        assert synced.contacts()["p3"] == "Sample Renamed"
        assert "p5" not in synced.contacts()
        retired = synced.rows(
            "MATCH (n:RetiredContact) WHERE n.source = 'system' RETURN n.name, n.retiredAt IS NOT NULL"
        )
        assert retired == [["Sample Person 5", True]]
        server.put("p5", "Sample Person 5", "p5@fda.example")
        assert synced.sync().written == 1
        assert synced.contacts()["p5"] == "Sample Person 5"

    def test_a_bad_field_costs_the_field_until_it_is_mended(self, synced: Synced, server: System) -> None:
        """A mail address that is none is left out and quarantined once; once mended, it is written and quarantine is
        empty.
        """
        server.put("p2", "Sample Person 2", "person2.sample.example")
        for written in (_PEOPLE, 0):
            report = synced.sync()
            assert (report.written, report.skipped, report.lacking) == (written, 0, 1)
            assert "left out: email" in report.first_errors[0]
            assert synced.contacts()["p2"] == "Sample Person 2"
            (quarantined,) = synced.rows(
                "MATCH (q:QuarantinedRecord) WHERE q.system = 'system' RETURN q.reason, q.replayable"
            )
            assert quarantined[0].startswith("left out: email: ")
            assert quarantined[1]
        server.put("p2", "Sample Person 2", "p2@fda.example")
        assert synced.sync().written == 1
        assert synced.value("MATCH (q:QuarantinedRecord) WHERE q.system = 'system' RETURN count(q)") == 0

    def test_a_bad_row_keeps_no_other_back_and_is_taken_once_it_is_mended(self, synced: Synced, server: System) -> None:
        """A row without a name goes to quarantine alone; once mended, it is written and quarantine is empty."""
        server.put("p2", "- -", "p2@fda.example")
        report = synced.sync()
        assert (report.written, report.skipped) == (_PEOPLE - 1, 1)
        assert "name is missing" in report.first_errors[0]
        assert synced.value("MATCH (q:QuarantinedRecord) WHERE q.system = 'system' RETURN q.replayable")
        server.put("p2", "Sample Person 2", "p2@fda.example")
        assert synced.sync().written == 1
        assert synced.contacts()["p2"] == "Sample Person 2"
        assert synced.value("MATCH (q:QuarantinedRecord) WHERE q.system = 'system' RETURN count(q)") == 0

    def test_an_empty_answer_retires_nobody(self, synced: Synced, server: System) -> None:
        """A whole reading that finds no row ends with `AbortRun`."""
        synced.sync()
        server.clear()
        with pytest.raises(AbortRun, match="Nothing was retired"):
            synced.sync(full=True)
        assert len(synced.contacts()) == _PEOPLE
        assert synced.last_run()["status"] == "ABORTED"

    def test_a_system_that_does_not_answer_is_asked_again_later(self, synced: Synced, server: System) -> None:
        """The run ends with `RetryLater` or `AbortRun`, and leaves the graph as it is."""
        synced.sync()
        before = synced.fingerprint()
        synced.connection = {**synced.connection, "settings": server.lost()}
        with pytest.raises((RetryLater, AbortRun)):
            synced.sync()
        assert synced.fingerprint() == before
        assert synced.last_run()["status"] in ("RETRY_LATER", "ABORTED")

    def test_a_dry_run_writes_nothing(self, synced: Synced) -> None:
        """It counts and names what it would write, and leaves no trace of itself."""
        before = synced.fingerprint()
        report = synced.sync(dry=True)
        assert report.written == _PEOPLE
        assert report.changes
        assert synced.fingerprint() == before
        assert synced.value("MATCH (n:SyncRun) WHERE n.system = 'system' RETURN count(n)") == 0

    def test_no_secret_is_in_the_graph(self, synced: Synced, server: System) -> None:
        """None of the system's `secrets` is part of any property."""
        synced.sync()
        texts = [str(row) for row in synced.rows("MATCH (n) RETURN properties(n)")]
        assert not [secret for secret in server.secrets() if any(secret in text for text in texts)]
