"""Run `uv run python -m tests.bench.growth`: how answers slow down as the graph grows from scale 0.1 to 1 to 10, in one
run.

Three hubs side by side, each with its own Neo4j (9 GB of memory together), one client, asked in turn; medians. Scale 10
(a million cases) is loaded by Neo4j's own bulk import, once, some ten minutes.
"""

import contextlib
import csv
import http.client
import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from neo4j import GraphDatabase
from rich.console import Console
from rich.progress import track
from rich.table import Table

from graph_schema.graph import GRAPH
from graph_schema.model import Kind, Property
from graph_schema.upsert import EdgeRow, NodeRow
from hub.local_neo4j.jars import cache_folder, class_path
from hub.local_neo4j.java import java
from hub.local_neo4j.server import JVM_OPTIONS, LocalNeo4j, Memory
from hub.world.reference import reference_hash, reference_rows
from hub.world.sample import sample_rows
from tests.bench.questions import Q1
from tests.bench.serving import DATA, Served

SCALES: Final = ("0.1", "1", "10")
ROUNDS: Final = 101
WARM: Final = 2
SEED: Final = 7
_TYPES: Final = {
    Kind.STRING: "string", Kind.STRINGS: "string[]", Kind.INT: "long", Kind.FLOAT: "double", Kind.BOOLEAN: "boolean",
    Kind.DATE: "date", Kind.DATETIME: "datetime",
}  # fmt: skip
NEWEST: Final = "{ cases(first: 100, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"
OPEN: Final = (
    "{ cases(first: 100, where: {status: {eq: OPEN}}, orderBy: [{openedAt: DESC}]) { nodes { number title } } }"
)
MINE: Final = '{ broker(filerCode: "S00") { importers(first: 100) { nodes { number name } } } }'
ASKED: Final = (
    ("point", "an importer, its Center, five contacts", "broker", Q1.hub, {"number": "00-0000000SW"}),
    ("point", "a Center", "import-specialist", '{ center(code: "CEE007") { code name managedFrom { name } } }', {}),
    ("list", "a broker's 100 newest cases", "broker", NEWEST, {}),
    ("list", "a broker's clients", "broker", MINE, {}),
    ("list", "a Center's 100 newest open cases", "import-specialist", OPEN, {}),
    ("list", "an agency's 100 newest open cases", "agency-officer", OPEN, {}),
    ("list", "an analyst's 100 newest open cases", "trade-analyst", OPEN, {}),
)
MOST: Final = {"point": 1.3, "list": 1.6}


class _Files:
    """CSV files for the bulk import, one for each label and each kind of edge, opened as they are first needed."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._open: dict[str, Any] = {}
        self.nodes: list[str] = []
        self.edges: list[str] = []

    def write_nodes(self, rows: Iterable[NodeRow]) -> None:
        for row in rows:
            node = GRAPH.node(row.label)
            if row.label not in self._open:
                labels = ":".join(
                    (
                        row.label,
                        *(found.name for found in GRAPH.abstracts if found.shared and row.label in found.labels),
                    )
                )
                header = [_header(found, node.key, row.label) for found in node.properties]
                self.nodes.append(f"--nodes={labels}={self._made(row.label, header)}")
            self._open[row.label].writerow([_cell(row.properties.get(found.name)) for found in node.properties])

    def write_edges(self, rows: Iterable[EdgeRow]) -> None:
        for row in rows:
            name = f"{row.edge.name}-{row.tail[0]}-{row.head[0]}"
            if name not in self._open:
                header = [
                    f":START_ID({row.tail[0]})",
                    f":END_ID({row.head[0]})",
                    *(f"{p.name}:{_TYPES[p.kind]}" for p in row.edge.properties),
                ]
                self.edges.append(f"--relationships={row.edge.type}={self._made(name, header)}")
            cells = [_cell(row.properties.get(found.name)) for found in row.edge.properties]
            self._open[name].writerow([row.tail[1], row.head[1], *cells])

    def _made(self, name: str, header: list[str]) -> Path:
        file = self._folder / f"{name}.csv"
        opened: TextIO = self._stack.enter_context(file.open("w", newline=""))
        self._open[name] = csv.writer(opened)
        self._open[name].writerow(header)
        return file


def _header(found: Property, key: str, label: str) -> str:
    return f"{found.name}:ID({label})" if found.name == key else f"{found.name}:{_TYPES[found.kind]}"


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            return ";".join(map(str, value))
        case _:
            return str(value)


def bulk_load(data: Path, scale: str) -> None:
    """Makes the data directory of that scale by Neo4j's own import, where it is not there yet."""
    done = data / "bulk-loaded"
    if done.exists():
        return
    memory = Memory("2g", "1g")
    with LocalNeo4j(data, java(), cache_folder(), memory) as server:
        server.start()  # makes the directories, the settings and the password
        server.stop()
        folder = data / "csv"
        folder.mkdir(exist_ok=True)
        with contextlib.ExitStack() as stack:
            files = _Files(folder, stack)
            known = reference_rows()
            for rows in (known, *_shown(sample_rows(float(scale), SEED, known))):
                files.write_nodes(rows.nodes)
                files.write_edges(rows.edges)
        home = data / "neo4j"
        command = [str(java()), "-Xmx4g", *JVM_OPTIONS, "-cp", class_path(cache_folder()),
                   "org.neo4j.cli.AdminTool", "database", "import", "full", "neo4j", "--overwrite-destination",
                   "--array-delimiter=;", *files.nodes, *files.edges]  # fmt: skip
        subprocess.run(
            command, check=True, env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
        )
        running = server.start()
        with GraphDatabase.driver(running.uri, auth=("neo4j", running.password)) as driver:
            state = {"reference": reference_hash(), "sample": f"scale {float(scale):g}, seed {SEED}"}
            driver.execute_query("MERGE (w:World {id: 'world'}) SET w += $state", {"state": state})
    done.touch()


def _shown(blocks: Iterable[Any]) -> Iterator[Any]:
    for count, block in enumerate(blocks):
        if count % 50 == 0:
            Console().print(f"writing block {count}")
        yield block


class Asker:
    """One question to one hub over a connection that is kept."""

    def __init__(self, served: Served, persona: str, query: str, variables: dict[str, Any]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port)
        self._body = json.dumps({"query": query, "variables": variables}).encode()
        self._headers = {"content-type": "application/json", "authorization": f"Bearer {served.token(persona)}"}

    def ms(self) -> float:
        try:
            return self._ms()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            # the hub lets go of who says nothing for five seconds, as while another plans its first question
            self._connection.close()
            return self._ms()

    def _ms(self) -> float:
        began = time.perf_counter()
        self._connection.request("POST", "/graphql", self._body, self._headers)
        answer = self._connection.getresponse().read()
        took = (time.perf_counter() - began) * 1000
        assert b'"errors"' not in answer, answer
        return took

    def close(self) -> None:
        self._connection.close()


def _asked_in_turn(hubs: Sequence[Served], persona: str, query: str, variables: dict[str, Any]) -> list[list[float]]:
    """For each hub, the milliseconds of its answers, once it has answered as often before."""
    askers = [Asker(hub, persona, query, variables) for hub in hubs]
    taken: list[list[float]] = [[] for _ in hubs]
    for number in range(2 * ROUNDS):
        for times, asker in zip(taken, askers, strict=True):
            took = asker.ms()
            if number >= ROUNDS:
                times.append(took)
    for asker in askers:
        asker.close()
    return taken


def main() -> None:
    folders = {scale: DATA if scale == "1" else DATA.with_name(f"bench-{scale}") for scale in SCALES}
    bulk_load(folders["10"], "10")
    table = Table(title=f"one client, hub over HTTP, medians of {ROUNDS}, ms")
    for column in ("question", *(f"scale {scale}" for scale in SCALES), "1 to 10", "wanted"):
        table.add_column(column)
    hubs: list[Served] = []
    try:
        hubs += [Served(folders[scale], scale) for scale in SCALES]
        # all are warm before any is measured: what is asked first would else be asked of a Java that still compiles
        for _ in track(range(WARM), "warming up"):
            for _, _, persona, query, variables in ASKED:
                _asked_in_turn(hubs, persona, query, variables)
        for kind, name, persona, query, variables in track(ASKED):
            taken = _asked_in_turn(hubs, persona, query, variables)
            medians = [statistics.median(times) for times in taken]
            ratio = medians[2] / medians[1]
            reached = "reached" if ratio <= MOST[kind] else "NOT reached"
            table.add_row(
                name, *(f"{median:.1f}" for median in medians), f"{ratio:.2f}", f"at most {MOST[kind]}: {reached}"
            )
    finally:
        for hub in hubs:
            hub.stop()
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
