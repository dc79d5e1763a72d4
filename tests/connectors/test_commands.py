"""`hub sync` and `hub connectors`, as operators and integrators type them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.commands import REFUSED
from connectors.registry import OWN
from hub.database.graph import Graph
from hub.settings import Settings
from tests.connectors.test_run import PEOPLE, connection, person, write_csv
from tests.random_world import random_world

CONTACTS = "MATCH (:SourceRecord {system: 'people'})-[:DESCRIBES]->(n:Contact) RETURN n.name ORDER BY n.name"


class Typed:
    """What `hub` is told in a folder with two connections, one of which reaches nothing."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self._environment = {
            **os.environ, "NEO4J_URI": settings.neo4j_uri, "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
            "HUB_DATA": str(folder), "COLUMNS": "140",
        }  # fmt: skip
        (folder / "connections").mkdir()
        for name, files in (("people", folder), ("broken", folder / "nowhere")):
            (folder / f"connections/{name}.yaml").write_text(yaml.safe_dump(connection(files)))
        self.give(person(1, deputy=""), person(2, deputy=""))

    def give(self, *people: dict[str, Any]) -> None:
        write_csv(self.folder / "people.csv", people)

    def hub(self, *words: str, fails: bool = False, ends: int | None = None) -> str:
        """What it says, on both streams."""
        command = [sys.executable, "-m", "hub", *words]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == (int(fails) if ends is None else ends), done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout


@pytest.fixture
def typed(tmp_path: Path, settings: Settings) -> Typed:
    return Typed(tmp_path, settings)


def test_sync_says_what_it_did_and_a_dry_run_what_it_would_do(
    typed: Typed, empty: Graph, run: Callable[..., Any]
) -> None:
    run(random_world(1).write(empty))
    dry = typed.hub("sync", "people", "--dry-run")
    assert "people: would be: 2 read, 2 written, 0 unchanged, 0 skipped, 0 retired" in dry
    assert "+ people 1" in dry
    assert run(empty.read(CONTACTS, {})) == []
    both = typed.hub("sync", "--all", fails=True)
    assert "people: 2 read, 2 written" in both
    assert "broken: " in both
    assert "is no folder" in both
    typed.give(
        person(1, name="Sample Renamed", deputy=""),
        person(2, name="a\0b", mail="nowhere", deputy=""),
        person(3, mail="nowhere"),
    )
    told = typed.hub("sync", "people", "--full")
    assert "people: done, with 1 refused: 3 read, 2 written, 0 unchanged, 1 skipped" in told
    assert (
        "1 refused, and kept in quarantine where that may be:\n    name: it holds characters that are no text; email: "
        in told
    )
    assert (
        "fields left out of 1 records, which quarantine keeps:\n    email: An email address must have an @-sign."
        in told
    )
    assert run(empty.read(CONTACTS, {})) == [["Sample Person 2"], ["Sample Person 3"], ["Sample Renamed"]]
    assert "2 read, 0 written, 1 unchanged, 1 skipped" in typed.hub("sync", "people", "--replay")
    assert "people: done, with 1 refused: " in typed.hub("sync", "people", "--full", "--strict", ends=REFUSED)
    typed.give(person(1, deputy=""), person(2, deputy=""), person(3, deputy=""))
    assert "the system has newer rows than those that were read: `hub sync people` reads them" in typed.hub(
        "sync", "people", "--replay"
    )
    assert "people: 3 read, 3 written" in typed.hub("sync", "people", "--strict")


def test_sync_says_what_to_type_instead(typed: Typed) -> None:
    assert "name one connection, or say --all" in typed.hub("sync", fails=True)
    assert "name one connection, or say --all" in typed.hub("sync", "people", "--all", fails=True)
    assert "there is no connection peple in connections; there are: broken, people" in typed.hub(
        "sync", "peple", fails=True
    )
    (typed.folder / "connections/secret.yaml").write_text(
        yaml.safe_dump(connection(typed.folder) | {"settings": {"folder": {"env": "NO"}}})
    )
    assert "the environment has no NO" in typed.hub("sync", "secret", fails=True)


def test_one_odd_file_keeps_the_others_from_nothing(typed: Typed, empty: Graph, run: Callable[..., Any]) -> None:
    run(random_world(1).write(empty))
    (typed.folder / "connections/odd.yaml").write_text("connector: file\nparty: {Agency: FDA}\nstreams: {}\n")
    (typed.folder / "connections/broken.yaml").unlink()
    told = typed.hub("connectors", "list")
    assert "people" in told
    assert "line 3, streams: at least one stream" in told
    both = typed.hub("sync", "--all", fails=True)
    assert "people: 2 read, 2 written" in both
    assert "line 3, streams" in both


def test_check_reaches_the_system_and_names_its_columns(typed: Typed, empty: Graph, run: Callable[..., Any]) -> None:
    told = typed.hub("connectors", "check", "people", fails=True)
    assert "from: people.csv" in told
    assert "columns: id, name, mail, phone, chapter, deputy" in told
    assert "party: there is no Agency FDA here" in told
    assert "stream people: " in told
    run(random_world(1).write(empty))
    typed.give(person(1, deputy=""), person(2, mail="nowhere", deputy=""))
    told = typed.hub("connectors", "check", "people")
    assert "party: Agency FDA" in told
    assert "stream people: 2 of its first 2 records can be taken" in told
    assert "line 3: left out: email: " in told
    (typed.folder / "connections/other.yaml").write_text(
        yaml.safe_dump(
            connection(
                typed.folder,
                {"Agency": "FDAA"},
                people={**PEOPLE, "properties": {**PEOPLE["properties"], "phone": "phne"}},
            )
        )
    )
    told = typed.hub("connectors", "check", "other", fails=True)
    assert "party: there is no Agency FDAA here; did you mean FDA?" in told
    assert "there is no column 'phne'" in told
    assert "Is it 'phone' now?" in told
    told = typed.hub("connectors", "check", "broken", fails=True)
    assert "system: " in told
    assert "is no folder" in told
    assert "party: Agency FDA" in told, "what can be looked at is"
    (typed.folder / "connections/other.yaml").write_text(
        yaml.safe_dump(connection(typed.folder, {"Center": "Centr CEE002"}))
    )
    assert "there is no Center Centr CEE002 here; did you mean CEE002" in typed.hub(
        "connectors", "check", "other", fails=True
    )


def test_check_reads_each_stream_by_its_own_options_and_tells_all_that_is_wrong(
    typed: Typed, empty: Graph, run: Callable[..., Any]
) -> None:
    run(random_world(1).write(empty))
    rows = "Liste\n\nid;name;mail;phone;chapter;deputy\n1;Zoë Sample;nowhere;12;99;\n2;;x;;;\n"
    (typed.folder / "people.csv").write_bytes(rows.encode("cp1252"))
    (typed.folder / "broken.xlsx").write_bytes(b"PK\x03\x04")
    told = typed.hub("connectors", "check", "people", fails=True)
    assert "stream people: people.csv is not utf-8 around line 1: say `encoding` at the stream" in told
    stream = {**PEOPLE, "delimiter": ";", "encoding": "cp1252"}
    (typed.folder / "connections/people.yaml").write_text(yaml.safe_dump(connection(typed.folder, people=stream)))
    told = typed.hub("connectors", "check", "people")
    assert "from: broken.xlsx" in told
    assert "is no workbook that can be read" in told
    assert "stream people: 1 of its first 2 records can be taken" in told
    assert "its header is line 3" in told
    for fault in (
        "line 4: left out: email: ",
        "line 4: left out: phone: ",
        "line 4: left out: COVERS: there is no HtsChapter '99'",
    ):
        assert fault in told
    assert "line 5: name is missing; email: " in told


def test_new_writes_what_list_reads(typed: Typed) -> None:
    for kind in OWN:
        typed.hub("connectors", "new", f"of-{kind}", "--connector", kind)
    typed.hub("connectors", "new", "of-their-own", "--connector", "own")
    told = typed.hub("connectors", "list")
    assert all(f"of-{kind}" in told for kind in OWN)
    assert "of_their_own_connector:OfTheirOwn" in told
    for module in ("of_their_own_connector.py", "test_of_their_own_connector.py"):
        compile((typed.folder / module).read_text(), module, "exec")
    assert "is there already" in typed.hub("connectors", "new", "of-file", fails=True)
    assert "expected one of file, sql, graphql, own" in typed.hub(
        "connectors", "new", "x", "--connector", "ftp", fails=True
    )
    assert "lower case letters" in typed.hub("connectors", "new", "Of File", fails=True)
