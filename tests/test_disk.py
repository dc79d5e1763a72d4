"""A disk that fills: writing stops in good time and says so, reading goes on, and writing begins again by itself."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ByteSize

from connectors.engine.quarantine import Payloads
from connectors.errors import RetryLater
from graph_schema.cypher import Statement
from hub.app import create_app
from hub.cli.doctor import findings
from hub.database.disk import MIB, Away, Reserve, Room, bytes_needed, free_bytes, least_free_bytes
from hub.database.graph import Graph
from hub.errors import SetupError, Unavailable
from hub.local_neo4j.store import require_room_to_start
from hub.settings import Settings
from tests.disks import Filler, skip_unless_mounting, small_disk
from tests.gql.test_endpoint import served

WRITE = [Statement("MERGE (n:Case {id: 'disk'})", {})]
LEAST = 4 * MIB


@pytest.fixture
def disk() -> Iterator[Path]:
    skip_unless_mounting()
    with small_disk("tmpfs", "16m") as place:
        yield place


@pytest.fixture
def filler(disk: Path) -> Filler:
    return Filler(disk)


@pytest.fixture
def mine(settings: Settings, disk: Path) -> Settings:
    """Settings whose store and data are, for all that the hub knows, on the small disk."""
    return settings.model_copy(
        update={"store": disk, "data": disk / "data", "least_free": ByteSize(LEAST), "statement_timeout_s": 15}
    )


def test_writing_stops_at_the_watermark_and_begins_again_a_quarter_above_it(disk: Path, filler: Filler) -> None:
    room = Room(disk, LEAST)
    assert room.shortage() is None
    filler.fill(leave=LEAST)
    assert room.shortage() is None
    filler.fill(leave=LEAST - MIB)
    assert room.shortage() == "3.1 MB left, and needs 4.2 MB to write safely"
    filler.free()
    filler.fill(leave=LEAST + MIB // 2)
    assert room.shortage() == "4.7 MB left, and needs 5.2 MB to write safely"
    filler.free()
    assert room.shortage() is None
    with pytest.raises(Unavailable, match=r"the disk of attachments has 2\.1 MB left"):
        room.require("attachments", more=free_bytes(disk) - 2 * MIB)
    assert room.shortage() is None  # what was too large for it makes nothing short for others


def test_what_arrives_at_once_has_room_together(disk: Path) -> None:
    room = Room(disk, LEAST)
    half = (free_bytes(disk) - LEAST) * 2 // 3
    with room.promised("attachments", half):
        with pytest.raises(Unavailable, match=r"the disk of attachments has"), room.promised("attachments", half):
            raise AssertionError
        with room.promised("attachments", MIB):
            pass
    with room.promised("attachments", half):
        pass


def test_the_watermark_follows_from_neo4js_settings_and_is_a_quarter_of_a_small_disk(
    tmp_path: Path, disk: Path
) -> None:
    assert bytes_needed(log_file=16 * MIB, checkpoint=64 * MIB, page_cache=512 * MIB) == (16 + 64 + 16 + 32) * MIB
    assert bytes_needed(log_file=16 * MIB, checkpoint=64 * MIB, page_cache=50 * MIB) == (16 + 50 + 32) * MIB
    assert least_free_bytes(disk / "not" / "there" / "yet", Settings()) == 4 * MIB
    assert least_free_bytes(disk, Settings(least_free=ByteSize(1000))) == 1000
    assert least_free_bytes(tmp_path, Settings(local_pagecache="48m")) == (16 + 48 + 32) * MIB


def test_a_reserve_takes_real_room_is_given_back_and_comes_back_when_there_is_room_beside_it(
    disk: Path, filler: Filler
) -> None:
    free = free_bytes(disk)
    reserve = Reserve(disk, 4 * MIB)
    assert reserve.hold(least_free=2 * MIB)
    assert free_bytes(disk) == free - 4 * MIB
    filler.fill()
    reserve.give_back()
    assert reserve.is_given_back()
    assert free_bytes(disk) == 4 * MIB
    assert not reserve.hold(least_free=2 * MIB)
    filler.free()
    assert reserve.hold(least_free=2 * MIB)
    assert not reserve.is_given_back()


def test_a_reserve_comes_back_beside_a_store_of_half_a_small_disk(disk: Path, filler: Filler) -> None:
    store, reserve = disk / "store", Reserve(disk, LEAST)
    store.write_bytes(b"x" * int(6.5 * MIB))
    assert reserve.hold(LEAST)
    # written to until the watermark
    store.write_bytes(b"x" * int(7.5 * MIB))
    filler.fill()
    reserve.give_back()
    assert not reserve.hold(LEAST)
    assert reserve.needed(LEAST) == 7 * MIB
    filler.free()
    filler.fill(leave=7 * MIB - 1)
    assert not reserve.hold(LEAST)
    filler.free()
    assert reserve.hold(LEAST)
    assert free_bytes(disk) == int(6.5 * MIB)
    assert reserve.needed(LEAST) == 5 * MIB
    # the whole of it once there is room
    store.unlink()
    assert reserve.hold(LEAST)
    assert free_bytes(disk) == 12 * MIB


@pytest.mark.usefixtures("empty")
def test_a_write_is_refused_with_the_cause_and_a_read_is_answered(
    mine: Settings, disk: Path, filler: Filler, run: Callable[..., Any]
) -> None:
    async def tried() -> None:
        async with Graph(mine) as graph:
            await graph.write(WRITE)
            filler.fill(leave=MIB)
            for refused in (graph.write(WRITE), graph.apply(["RETURN 1"])):
                with pytest.raises(
                    Unavailable,
                    match=r"the disk of the database has 1\.0 MB left, and needs .\.. MB to write safely: only reading",
                ) as told:
                    await refused
                assert str(disk) not in str(told.value)
            assert await graph.read_one("MATCH (n:Case {id: 'disk'}) RETURN count(n)", {}) == 1
            filler.free()
            await graph.write(WRITE)
            # a reserve that was used up is back before anything is written
            Reserve(disk, 0).give_back()
            with pytest.raises(Unavailable, match="its reserve is not back yet"):
                await graph.write(WRITE)

    run(tried())


@pytest.mark.usefixtures("empty")
def test_readyz_stays_200_and_says_that_only_reading_goes_on(
    mine: Settings, filler: Filler, disk: Path, run: Callable[..., Any]
) -> None:
    with served(create_app(mine), run) as send:
        assert send("GET", "/readyz").text == "ok\n"
        filler.fill(leave=MIB)
        ready = send("GET", "/readyz")
        assert (ready.status_code, ready.text[:49]) == (200, "reads only: the disk of the database has 1.0 MB l")
        answer = send(
            "POST",
            "/graphql",
            json={"query": 'mutation { askQuestion(title: "x", text: "y", office: "Center:CEE004") { id } }'},
        ).json()
        assert answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert send("POST", "/graphql", json={"query": "{ centers { totalCount } }"}).json()["data"] == {
            "centers": {"totalCount": 0}
        }
        # somebody looks after the database, and says why it is away
        filler.free()
        Away("the database is stopped for a moment", 12).write(disk)
        away = send("GET", "/readyz")
        assert (away.status_code, away.text, away.headers["retry-after"]) == (
            503,
            "the database is stopped for a moment\n",
            "12",
        )
        Away.end(disk)
        assert send("GET", "/readyz").text == "ok\n"


def test_refused_records_wait_for_room(disk: Path, filler: Filler) -> None:
    payloads = Payloads(disk, LEAST)
    payloads.require_room()
    filler.fill(leave=MIB)
    with pytest.raises(RetryLater, match=r"the disk of refused records has 1\.0 MB left"):
        payloads.require_room()


@pytest.mark.usefixtures("empty")
def test_the_doctor_tells_what_is_left_before_and_after_writing_stops(mine: Settings, filler: Filler) -> None:
    def told(what: str) -> tuple[str, str]:
        async def found() -> dict[str, Any]:
            return {finding.what: finding async for finding in findings(mine, None)}

        finding = asyncio.run(found())[what]
        return finding.how, finding.told

    assert told("space of the store")[0] == "ok"
    filler.fill(leave=LEAST * 2)
    assert told("space of the store")[0] == "warning"
    filler.fill(leave=MIB)
    how, words = told("space of the store")
    assert how == "wrong"
    assert "1.0 MB free" in words
    assert "nothing is written" in words
    assert told("watermark")[0] == "warning"


def test_a_full_disk_is_said_before_neo4j_is_started_and_the_reserve_given_back_first(
    disk: Path, filler: Filler
) -> None:
    (disk / "data" / "databases").mkdir(parents=True)
    assert Reserve(disk, 8 * MIB).hold(least_free=0)
    filler.fill()
    with pytest.raises(
        SetupError, match=r"has 8\.4 MB left, and Neo4j needs 25 MB to start: make room and start again; all that was"
    ):
        require_room_to_start(disk, Settings(least_free=ByteSize(LEAST)))
    assert Reserve(disk, 0).is_given_back()


def test_neo4j_loads_no_addresses(database: Graph, run: Callable[..., Any]) -> None:
    """`LOAD CSV` is refused before anything is sent: nothing ever connects to the socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        for address in (f"http://127.0.0.1:{port}/x", f"http://localhost:{port}/x", f"ftp://127.0.0.1:{port}/x"):
            with pytest.raises(Exception, match="is blocked via the configuration property"):
                run(database.read(f"LOAD CSV FROM '{address}' AS row RETURN row", {}))
        with pytest.raises(TimeoutError):
            listening.accept()
