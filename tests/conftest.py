"""One real Neo4j for the whole run, and the wiped graph that each test that asks for it gets."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import psutil
import pytest
from pydantic import SecretStr

from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.deadlines.business_days import today
from hub.local_neo4j.jars import cache_folder, fetch
from hub.local_neo4j.java import java
from hub.local_neo4j.plan_cache import PLAN_CACHE
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from tests.changed import leave_out, pytest_addoption
from tests.dealing import in_a_row, pytest_xdist_make_scheduler
from tests.java import both_compilers, prefer_the_first
from tests.renewed import wipe

__all__ = ["pytest_addoption", "pytest_xdist_make_scheduler"]

Result = TypeVar("Result")
# a full cache turns away what is new, which is then planned each time that it is asked; a plan takes up to a megabyte
_ROOM = psutil.virtual_memory().total > 20 * 1024**3
_KEEP_PLANS = {"dbms.cypher.statistics_divergence_threshold": "1.0", PLAN_CACHE: "3500" if _ROOM else "1000"}
# what hubs prepare after their start would slow down what tests wait for; those of it alone have it done
os.environ.setdefault("HUB_WARM", "0")
prefer_the_first()
# two busy cores are no fault of what is tested
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")
_LONGEST_TEST = timedelta(minutes=2)
_MEMORY = Memory(heap="6g" if _ROOM else "3g", pagecache="128m", transactions="500m")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_out(config, items)
    in_a_row(items)


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings that name the run's own Neo4j, which keeps its plans though graphs come and go: tests wait for
    little else.
    """
    asyncio.run(fetch(cache_folder(), os.environ.get("HUB_MAVEN_MIRROR"), lambda _done, _total: None))
    with (
        tempfile.TemporaryDirectory(prefix="hub-tests-") as folder,
        LocalNeo4j(Path(folder).resolve(), java(), cache_folder(), _MEMORY, _KEEP_PLANS) as server,
    ):
        with both_compilers():
            running = server.start()
        yield Settings(neo4j_uri=running.uri, neo4j_password=SecretStr(running.password), statement_timeout_s=120)


@pytest.fixture(scope="session")
def run() -> Iterator[Callable[[Coroutine[Any, Any, Result]], Result]]:
    """Runs a coroutine on the session's event loop, which the driver's connections belong to."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def one_day() -> None:
    """Waits near midnight at headquarters, so that a test begins and ends on the same day."""
    now = datetime.now(UTC)
    if today(now) != today(now + _LONGEST_TEST):
        while today(datetime.now(UTC)) == today(now):
            time.sleep(1)


@pytest.fixture(scope="session")
def database(settings: Settings, run: Callable[..., Any]) -> Iterator[Graph]:
    """The run's database, with constraints and indexes."""
    # a database that has just started takes its time on a busy machine
    patient = Graph(settings, patient=True)
    run(patient.apply([*statements(GRAPH), "CALL db.awaitIndexes(120)"]))
    run(patient.close())
    graph = Graph(settings)
    yield graph
    run(graph.close())


@pytest.fixture
def empty(database: Graph, run: Callable[..., Any]) -> Graph:
    """The database without a node."""
    run(wipe(database))
    return database
