"""Connections that `hub serve` syncs by itself."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from neo4j.exceptions import DatabaseError

from connectors.engine import stream_writer
from connectors.engine.schedule import keep_syncing
from connectors.registry import attach
from connectors.settings import Connection
from graph_schema.cypher import Statement
from hub.database.graph import Graph
from hub.errors import Unavailable
from hub.jobs import dead_letters
from hub.settings import Settings
from tests.connectors.test_run import connection, person, write_csv
from tests.random_world import random_world
from tests.serving import Hub

EVERY_S: Final = 10
_NAMES: Final = "MATCH (r:SourceRecord {system: 'people'})-[:DESCRIBES]->(n:Contact) RETURN n.name"
_RUNS: Final = (
    "MATCH (r:SyncRun {system: $system}) RETURN r.status, r.startedAt, r.endedAt, r.written, r.message ORDER BY"
    " r.startedAt"
)


@pytest.fixture
def hub(empty: Graph, settings: Settings, tmp_path: Path) -> Iterator[Hub]:  # noqa: ARG001 - a hub over an empty graph
    """Two workers, with a connection that works and one that cannot."""
    folder = tmp_path / "connections"
    folder.mkdir()
    schedule = f"every {EVERY_S} seconds"
    for name, files in (("people", tmp_path), ("broken", tmp_path / "nowhere")):
        found = {**connection(files), "schedule": schedule}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(found))
    write_csv(tmp_path / "people.csv", [person(1, deputy="")])
    password = settings.neo4j_password.get_secret_value()
    hub = Hub(tmp_path, settings.neo4j_uri, password, 2, HUB_CONNECTIONS=str(folder), HUB_DATA=str(tmp_path / "state"))
    try:
        hub.wait_until(hub.is_ready, 120)
        yield hub
    finally:
        hub.end()


def test_one_worker_at_a_time_syncs_what_is_due(
    hub: Hub, empty: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    def rows(text: str, **parameters: Any) -> list[Any]:
        return run(empty.read(text, parameters))

    hub.wait_until(lambda: rows(_NAMES) == [["Sample Person 1"]], 40)
    write_csv(tmp_path / "people.csv", [person(1, name="Sample Renamed", deputy="")])
    hub.wait_until(lambda: rows(_NAMES) == [["Sample Renamed"]], 2 * EVERY_S + 20)
    hub.wait_until(
        lambda: len([found for found in rows(_RUNS, system="people") if found[0] == "DONE"]) >= 4, 3 * EVERY_S + 20
    )
    assert hub.stop() < 10
    runs = rows(_RUNS, system="people")
    assert [status for status, *_ in runs if status != "DONE"] in (
        [],
        ["ABORTED"],
    ), "one may have been ended with the hub"
    assert [written for *_, written, _ in runs if written] == [1, 1]
    for (_, _, ended, *_), (_, started, *_) in pairwise(runs):
        assert started.to_native() - ended.to_native() > timedelta(seconds=EVERY_S - 1), (
            "no worker ran it again when another just had"
        )
    broken = rows(_RUNS, system="broken")
    assert {(status, message) for status, _, _, _, message in broken} == {
        ("ABORTED", f"{tmp_path / 'nowhere'} is no folder")
    }
    told = [record for record in hub.records() if record["logger"] == "hub.connectors"]
    assert any(
        record["level"] == "info" and record["message"].startswith("people: 1 read, 1 written") for record in told
    )
    assert any(record["level"] == "error" and "is no folder" in record["message"] for record in told)


def test_everything_is_compared_again_as_often_as_the_file_says(
    empty: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(random_world(1).write(empty))
    write_csv(tmp_path / "people.csv", [person(1, deputy="")])
    often = {**connection(tmp_path), "schedule": "every 10 seconds", "full": "every 2 days"}
    found = attach(Connection.model_validate({"name": "people", **often}), tmp_path, tmp_path)
    runs = "MATCH (r:SyncRun {system: 'people'}) RETURN r.full, r.status ORDER BY r.startedAt"
    earlier = (
        "MATCH (r:SyncRun {system: 'people'}) SET r.startedAt = r.startedAt - duration($d), r.endedAt = r.endedAt -"
        " duration($d)"
    )

    async def until(wanted: list[list[Any]]) -> None:
        keeping = asyncio.create_task(keep_syncing(settings, [found]))
        try:
            async with asyncio.timeout(60):
                while await empty.read(runs, {}) != wanted:  # noqa: ASYNC110 - another task changes it in the database
                    await asyncio.sleep(0.1)
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    def a_day_later(days: int) -> None:
        run(empty.write([Statement(earlier, {"d": f"P{days}D"})]))

    # the first run of all reads everything by itself
    run(until([[False, "DONE"]]))
    a_day_later(1)
    run(until([[False, "DONE"], [False, "DONE"]]))
    a_day_later(1)
    run(until([[False, "DONE"], [False, "DONE"], [True, "DONE"]]))
    a_day_later(1)
    run(until([[False, "DONE"], [False, "DONE"], [True, "DONE"], [False, "DONE"]]))


def test_a_connection_that_fails_is_told_keeps_no_other_and_is_synced_again_once_an_operator_asks(
    empty: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path
) -> None:
    run(random_world(1).write(empty))
    write_csv(tmp_path / "people.csv", [person(1, deputy="")])
    folders = {"people": tmp_path, "broken": tmp_path / "later"}
    found = [
        attach(
            Connection.model_validate({"name": name, **connection(folder), "schedule": "every hour"}),
            tmp_path,
            tmp_path / name,
        )
        for name, folder in folders.items()
    ]

    async def until(text: str, wanted: list[list[Any]]) -> None:
        async with asyncio.timeout(60):
            while await empty.read(text, {}) != wanted:  # noqa: ASYNC110 - another task changes it in the database
                await asyncio.sleep(0.1)

    async def syncing() -> list[dead_letters.Told]:
        keeping = asyncio.create_task(keep_syncing(settings, found))
        try:
            await until(
                "MATCH (r:SyncRun) WHERE r.system IN ['broken', 'people'] RETURN r.system, r.status ORDER BY r.system",
                [["broken", "ABORTED"], ["people", "DONE"]],
            )
            await until("MATCH (l:DeadLetter {job: 'sync'}) RETURN l.job, l.item, l.tries", [["sync", "broken", 1]])
            told = await dead_letters.letters(empty, "sync")
            folders["broken"].mkdir()
            write_csv(folders["broken"] / "people.csv", [person(2, deputy="")])
            assert await dead_letters.retry(empty, names=["broken"]) == 1
            await until("MATCH (l:DeadLetter {job: 'sync'}) RETURN l.id", [])
            return told
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    (told,) = run(syncing())
    assert told.reason == "AbortRun: its last run says why, as does `hub sync broken`"
    assert run(empty.read("MATCH (r:SyncRun {system: 'broken'}) RETURN r.status ORDER BY r.startedAt", {})) == [
        ["ABORTED"],
        ["DONE"],
    ]


def test_what_a_database_that_answers_did_not_take_is_set_aside_and_told_as_that(
    empty: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(random_world(1).write(empty))
    write_csv(tmp_path / "people.csv", [person(1, deputy="")])
    found = attach(
        Connection.model_validate({"name": "people", **connection(tmp_path), "schedule": "every hour"}),
        tmp_path,
        tmp_path / "state",
    )

    async def too_large(*_: object) -> None:
        raise Unavailable("the database does not answer") from DatabaseError("too large for an index")

    monkeypatch.setattr(stream_writer, "write", too_large)

    async def syncing() -> tuple[dead_letters.Told, list[list[Any]]]:
        keeping = asyncio.create_task(keep_syncing(settings, [found]))
        try:
            async with asyncio.timeout(60):
                while not (told := await dead_letters.letters(empty, "sync")):  # noqa: ASYNC110 - another task writes it
                    await asyncio.sleep(0.1)
            runs = await empty.read("MATCH (r:SyncRun {system: 'people'}) RETURN r.status, r.message", {})
            return told[0], runs
        finally:
            keeping.cancel()
            await asyncio.wait([keeping])

    told, runs = run(syncing())
    assert told.item == "people"
    assert datetime.fromisoformat(told.retry_at) - datetime.fromisoformat(told.first_at) <= timedelta(minutes=5)
    ((status, message),) = runs
    assert status == "ABORTED"
    assert message.startswith("the database answers, and did not take what this run wrote: Neo.DatabaseError")
