"""Run `uv run python -m tests.bench.sync`: 100,000 contacts from a CSV file, by the hub and by a plain script, in one
run.

The plain script reads the same file and writes contact and edge by `UNWIND … MERGE`, 500 rows at a time: no
checks, no source records, no quarantine, no deletes. A Neo4j of its own; passes in turn, medians. Each measured run is
a process of its own, for its memory.
"""

import asyncio
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from neo4j import GraphDatabase
from rich.console import Console
from rich.progress import track
from rich.table import Table

from connectors.engine.attached import SyncOptions
from connectors.engine.run import sync
from connectors.registry import attach
from connectors.settings import Connection
from hub.database.graph import Graph
from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from hub.world.load import WorldWanted, load

ROWS: Final = 100_000
PASSES: Final = 3
_BATCH: Final = 500
_WIPE: Final = (
    "MATCH (n:Contact|SourceRecord|Identity|Event|SourceBlock|StreamState|SyncRun|Plain) "
    "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
)
_PLAIN: Final = """
UNWIND $rows AS row MERGE (c:Plain {id: row.id}) SET c.name = row.name, c.email = row.mail, c.phone = row.phone
WITH c, row MATCH (a:Agency {code: 'FDA'}) MERGE (c)-[:WORKS_FOR]->(a)"""


def connection(folder: Path) -> Connection:
    properties = {
        "name": "name",
        "role": {"value": "liaison"},
        "email": {"column": "mail", "verified": True},
        "phone": "phone",
    }
    stream = {"describes": "Contact", "from": "people.csv", "key": "id", "properties": properties}
    settings = {"folder": str(folder), "quiet_s": 0}
    return Connection.model_validate(
        {
            "name": "bench",
            "connector": "file",
            "party": {"Agency": "FDA"},
            "settings": settings,
            "streams": {"people": stream},
        }
    )


def write_people(folder: Path, rows: int, changed: int = 0) -> None:
    """People of whom each `changed`-th has another name; 0 for none."""
    with (folder / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "mail", "phone"])
        for number in range(rows):
            name = f"Sample Renamed {number}" if changed and number % changed == 0 else f"Sample Person {number}"
            writer.writerow([number, name, f"p{number}@fda.example", f"202-555-01{number % 100:02d}"])


def by_script(folder: Path, uri: str, password: str) -> int:
    with (
        GraphDatabase.driver(uri, auth=("neo4j", password)) as driver,
        (folder / "people.csv").open(newline="") as file,
    ):
        rows = csv.DictReader(file)
        count = 0
        while batch := list(islice(rows, _BATCH)):
            driver.execute_query(_PLAIN, {"rows": batch})
            count += len(batch)
        return count


async def by_hub(folder: Path, uri: str, password: str) -> int:
    settings = Settings.model_validate({"neo4j_uri": uri, "neo4j_password": password})
    async with Graph(settings, patient=True) as graph:
        report = await sync(
            graph, attach(connection(folder), folder, folder), SyncOptions(), lambda _stream, _done, _total: None
        )
        assert not report.skipped, report.first_errors
        return report.written


def one(how: str, folder: Path, uri: str, password: str) -> dict[str, Any]:
    """One run in a process of its own: seconds, rows written, and the most memory it held, in MB."""
    command = [sys.executable, "-m", "tests.bench.sync", how, str(folder), uri, password]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    table = Table(
        "what",
        "by the script, s",
        "by the hub, s",
        "ratio of rows/s",
        "wanted",
        title=f"{ROWS:,} contacts, medians of {PASSES}",
    )
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as files,
        LocalNeo4j(Path(data).resolve(), java(), cache_folder(), Memory("2g", "1g")) as server,
    ):
        running, folder = server.start(), Path(files)
        asyncio.run(_load(running.uri, running.password))
        found: dict[str, list[float]] = {}
        memory: list[float] = []
        with GraphDatabase.driver(running.uri, auth=("neo4j", running.password)) as driver, driver.session() as session:
            session.run("CREATE CONSTRAINT Plain_id IF NOT EXISTS FOR (n:Plain) REQUIRE n.id IS UNIQUE").consume()

            def measured(what: str, how: str, written: int) -> float:
                told = one(how, folder, running.uri, running.password)
                assert told["written"] == written, told
                found.setdefault(f"{what} {how}", []).append(told["s"])
                return told["mb"]

            for number in track(range(PASSES + 1), "passes, the first to warm up"):
                if number == 1:
                    found.clear()
                session.run(_WIPE).consume()
                write_people(folder, ROWS)
                measured("first", "script", ROWS)
                memory.append(measured("first", "hub", ROWS))
                measured("unchanged", "script", ROWS)
                measured("unchanged", "hub", 0)
                write_people(folder, ROWS, changed=100)
                measured("1 % changed", "script", ROWS)
                measured("1 % changed", "hub", ROWS // 100)
            session.run(_WIPE).consume()
            write_people(folder, ROWS // 10)
            few = one("hub", folder, running.uri, running.password)["mb"]
    wanted = {"first": 0.25, "unchanged": 5.0, "1 % changed": None}
    for what, least in wanted.items():
        script, hub = (statistics.median(found[f"{what} {how}"]) for how in ("script", "hub"))
        ratio = script / hub
        told = "" if least is None else f"at least {least:g}: {'reached' if ratio >= least else 'NOT reached'}"
        table.add_row(what, f"{script:.1f}", f"{hub:.2f}", f"{ratio:.2f}", told)
    console = Console(width=140)
    console.print(table)
    console.print(
        f"the most memory of the hub's run: {few:.0f} MB with {ROWS // 10:,} rows, {max(memory):.0f} MB with {ROWS:,}"
    )


async def _load(uri: str, password: str) -> None:
    async with Graph(Settings.model_validate({"neo4j_uri": uri, "neo4j_password": password}), patient=True) as graph:
        await load(graph, WorldWanted(None, 0), lambda _what, _done, _total: None)


def _alone(arguments: Iterator[str]) -> None:
    how, folder, uri, password = arguments
    began = time.perf_counter()
    written = (
        by_script(Path(folder), uri, password) if how == "script" else asyncio.run(by_hub(Path(folder), uri, password))
    )
    took = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"s": took, "written": written, "mb": most}))


if __name__ == "__main__":
    _alone(iter(sys.argv[1:])) if len(sys.argv) > 1 else main()
