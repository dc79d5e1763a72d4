"""The runner on the real Neo4j: bad rows, ends at any point, many at once, the same person in several systems."""

import asyncio
import csv
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import psutil
import pytest
import yaml
from pydantic import SecretStr

from connectors.errors import AbortRun
from graph_schema.cypher import Statement
from graph_schema.ddl import statements
from graph_schema.graph import GRAPH
from hub.database.graph import Graph
from hub.database.lease import Taken, turn
from hub.local_neo4j.jars import cache_folder
from hub.local_neo4j.java import java
from hub.local_neo4j.server import LocalNeo4j, Memory
from hub.settings import Settings
from tests.connectors.syncing import Synced, fingerprint, together
from tests.random_world import random_world
from tests.renewed import renewed, wipe
from tests.serving import java_of

KILLS: Final = 20
_SYNC: Final = "import typer; from connectors.commands import sync_command; typer.run(sync_command)"
"""`hub sync` without the rest of `hub`, which takes longer to import than a run takes."""
PEOPLE: Final[dict[str, Any]] = {
    "describes": "Contact",
    "from": "people.csv",
    "key": "id",
    "properties": {
        "name": "name",
        "role": {"value": "liaison"},
        "email": {"column": "mail", "verified": True},
        "phone": "phone",
    },
    "links": {"COVERS": {"HtsChapter": "chapter"}, "DEPUTIZED_BY": {"Contact": "deputy"}},
}
CASES: Final[dict[str, Any]] = {
    "describes": "Case",
    "from": "cases.csv",
    "key": "number",
    "properties": {
        "number": "number",
        "title": "title",
        "status": {"value": "OPEN"},
        "openedAt": {"value": "2026-11-01T09:00:00Z"},
    },
    "links": {
        "CONCERNS": {"Importer": "importer"},
        "HANDLED_BY": {"Center": "center"},
        "COVERS_ENTRY": {"Entry": "entry"},
    },
}


def write_csv(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def person(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": number, "name": f"Sample Person {number}", "mail": f"p{number}@fda.example",
        "phone": f"202-555-01{number % 100:02d}",
        "chapter": ("84", "85")[number % 2], "deputy": number + 1, **changed,
    }  # fmt: skip


def connection(folder: Path, party: dict[str, str] | None = None, **streams: dict[str, Any]) -> dict[str, Any]:
    settings = {"folder": str(folder), "quiet_s": 0}
    return {
        "connector": "file",
        "party": party or {"Agency": "FDA"},
        "settings": settings,
        "streams": streams or {"people": PEOPLE},
    }


@pytest.fixture
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(renewed(database, "random 1", random_world(1).write))
    return database


@pytest.fixture
def synced(world: Graph, run: Callable[..., Any], tmp_path: Path) -> Synced:
    return Synced(world, run, tmp_path, connection(tmp_path))


def test_a_poison_row_in_ten_thousand_is_kept_apart_and_replayed(synced: Synced) -> None:
    rows = [person(number) for number in range(10_000)]
    write_csv(synced.folder / "people.csv", [{**row, "name": "a\0b"} if row["id"] == 5_000 else row for row in rows])
    report = synced.sync()
    assert (report.written, report.skipped) == (9_999, 1)
    assert synced.rows("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN q.place, q.reason, q.replayable") == [
        ["line 5002", "name: it holds characters that are no text", True]
    ]
    kept = [path for path in (synced.folder / "quarantine").iterdir() if path.name != "key"]
    assert len(kept) == 1
    assert b"Sample Person" not in kept[0].read_bytes()
    assert synced.sync(replay=True).counts() == {"read": 1, "written": 0, "unchanged": 0, "skipped": 1, "retired": 0}
    write_csv(synced.folder / "people.csv", rows)
    assert synced.sync().written == 1
    assert synced.value("MATCH (r:SourceRecord {system: 'system'})-[:DESCRIBES]->(n:Contact) RETURN count(n)") == 10_000
    assert synced.value("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN count(q)") == 0
    assert not [path for path in (synced.folder / "quarantine").iterdir() if path.name != "key"]
    assert (
        synced.value("MATCH (:Contact)-[e:DEPUTIZED_BY]->(:Contact) WHERE e.saidBy IS NOT NULL RETURN count(e)")
        == 9_999
    )


def test_a_file_that_is_the_same_is_not_read_again_but_for_what_was_refused(synced: Synced) -> None:
    write_csv(
        synced.folder / "people.csv",
        [person(number, chapter="99") if number == 3 else person(number) for number in range(100)],
    )
    lacking = "left out: COVERS: there is no HtsChapter '99'; expected two digits, e.g. 85"
    first, second = synced.sync(), synced.sync()
    assert first.counts() == {"read": 100, "written": 100, "unchanged": 0, "skipped": 0, "retired": 0}
    assert second.counts() == {"read": 1, "written": 0, "unchanged": 1, "skipped": 0, "retired": 0}
    assert first.first_errors == second.first_errors == [lacking]
    assert synced.rows("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN q.place, q.reason") == [
        ["line 5", lacking]
    ]
    assert synced.last_run()["message"] == "fields of 1 records were left out"
    synced.run(synced.graph.write([Statement("CREATE (:HtsChapter {code: '99', title: 'Special', source: 'sample'})")]))
    assert synced.sync().written == 1
    assert synced.value("MATCH (:Contact)-[:COVERS]->(:HtsChapter {code: '99'}) RETURN count(*)") == 1
    assert synced.value("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN count(q)") == 0
    assert synced.sync().counts() == {"read": 0, "written": 0, "unchanged": 0, "skipped": 0, "retired": 0}
    # what rows mean has changed, if not the rows
    synced.connection = {**synced.connection, "rank": 300}
    assert synced.sync().written == 100


_SPELLINGS: Final = (
    "123-45-6789", "123456789", "123 45 6789", "123\u201345\u20136789", "123\u201145\u20116789", "123.45.6789",
    "SSN 123-45-6789",
    "23456789",    "123 - 45 - 6789", "123-45-678900", "\uff11\uff12\uff13-45-6789", "23-45-6789", "SSN123456789",
    "123\u221245\u22126789", "1.23456789E+08", "2.3456789E+07",
)  # fmt: skip


@pytest.mark.parametrize("is_key", [True, False])
def test_a_social_security_number_leaves_no_trace(is_key: bool, synced: Synced) -> None:
    rows = [{"id": f"k{at}", "number": number, "name": "Sample Person"} for at, number in enumerate(_SPELLINGS)]
    write_csv(
        synced.folder / "firms.csv", [*rows, *rows[:2], {"id": "good", "number": "12-3456789AB", "name": "Sample Firm"}]
    )
    properties = {"number": "number", "name": "name", "centerStatus": {"value": "PNDING"}}
    firms = {
        "describes": "Importer",
        "from": "firms.csv",
        "key": "number" if is_key else "id",
        "properties": properties,
    }
    synced.connection = {**connection(synced.folder, {"Office": "OT"}, firms=firms), "limits": {"refuse": 1}}
    report = synced.sync()
    assert (report.written, report.skipped) == (1, len(rows) + (2 if is_key else 0))
    assert "Social Security number is not accepted" in report.first_errors[0]
    assert not synced.value(
        "MATCH (q:QuarantinedRecord {system: 'system'}) RETURN any(one IN collect(q.replayable) WHERE one)"
    )
    assert not list(synced.folder.glob("quarantine/*"))
    kept = str(synced.rows("MATCH (n) WHERE n.system = 'system' OR n:Event OR n:SyncRun RETURN properties(n)")) + str(
        report
    )
    assert not [number for number in _SPELLINGS if number in kept]


def test_a_number_that_is_the_key_of_a_database_leaves_no_trace(synced: Synced) -> None:
    with sqlite3.connect(synced.folder / "a.db") as database:
        database.execute("CREATE TABLE firms (number TEXT, name TEXT)")
        database.executemany("INSERT INTO firms VALUES (?, 'Sample')", [("123-45-6789",), ("12-3456789AB",)])
    database.close()
    properties = {"number": "number", "name": "name", "centerStatus": {"value": "PNDING"}}
    firms = {"describes": "Importer", "from": "SELECT * FROM firms", "key": "number", "properties": properties}
    settings = {"url": f"sqlite:///{synced.folder / 'a.db'}"}
    synced.connection = {
        "connector": "sql",
        "party": {"Office": "OT"},
        "settings": settings,
        "streams": {"firms": firms},
    }
    assert (synced.sync().written, synced.sync().skipped) == (1, 1)
    assert synced.rows("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN q.place") == [["record 1 that was read"]]
    assert "45-6789" not in str(synced.rows("MATCH (n) WHERE n.system = 'system' OR n:Event RETURN properties(n)"))


@pytest.mark.parametrize("column", ["soc_sec_no", "SocSecNo", "SSN"])
def test_a_column_that_is_called_so_leaves_no_trace(column: str, synced: Synced) -> None:
    rows = [{column: f"07805112{at}", "id": f"k{at}", "name": f"Sample {at}", "mail": ""} for at in range(3)]
    rows[0] = {**rows[0], "name": "", "mail": "x@fda.example", column: "7.8051120E+07"}
    write_csv(synced.folder / "people.csv", [*rows, {column: "", "id": "k9", "name": "Sample 9", "mail": ""}])
    people = {**PEOPLE, "properties": {"name": "name", "role": {"value": "liaison"}}, "links": {}}
    synced.connection = {**connection(synced.folder, people=people), "limits": {"refuse": 1}}
    assert synced.sync().skipped == 1
    assert synced.value("MATCH (q:QuarantinedRecord {system: 'system'}) RETURN q.replayable") is False
    synced.connection = {**synced.connection, "streams": {"people": {**people, "key": column}}}
    with pytest.raises(AbortRun, match="none of its 4 records could be used"):
        synced.sync()
    assert not list(synced.folder.glob("quarantine/*"))
    assert "0780511" not in str(synced.rows("MATCH (n) WHERE n.system = 'system' OR n:Contact RETURN properties(n)"))


def test_a_social_security_number_in_a_text_is_kept_nowhere(synced: Synced) -> None:
    write_csv(
        synced.folder / "people.csv",
        [
            person(1, name="Ana Sample SSN 078-05-1120", deputy=""),
            person(2, name="Bo Sample (soc. sec. no. 078051120)", deputy=""),
            person(3, name="Cy Sample 078\u201305\u20131120", deputy=""),
            person(4, deputy=""),
        ],
    )
    first = synced.sync()
    assert (first.written, first.lacking) == (4, 3)
    assert first.left_out_first == ["name: a Social Security number is kept nowhere (3 times)"]
    assert synced.contacts()["1"] == "Ana Sample (a number that is not repeated)"
    assert synced.sync().written == 0
    everything = str(synced.rows("MATCH (n) RETURN properties(n)")) + str(first)
    assert not [part for part in ("05-1120", "051120", "\u201305\u2013") if part in everything]
    assert not list(synced.folder.glob("quarantine/*"))


def test_a_run_in_which_too_much_is_refused_stops(synced: Synced) -> None:
    for count, bad in ((600, 400), (70, 20), (20, 6), (5, 2)):
        rows = [
            person(number, name="a\0b" if number < bad else f"Sample {number}", deputy="") for number in range(count)
        ]
        write_csv(synced.folder / "people.csv", rows)
        with pytest.raises(AbortRun, match=f"{bad} of {count} records were refused, too many to go on: name"):
            synced.sync()
        assert synced.last_run()["status"] == "ABORTED"


def test_a_run_of_which_nothing_could_be_used_does_not_end_well(synced: Synced) -> None:
    synced.connection = {**synced.connection, "limits": {"refuse": 1}}
    write_csv(synced.folder / "people.csv", [person(number, name="TBD") for number in range(3)])
    with pytest.raises(AbortRun, match="none of its 3 records could be used: name is missing"):
        synced.sync()
    assert synced.last_run()["status"] == "ABORTED"


def test_vacancies_and_lines_under_a_table_stop_no_run(synced: Synced) -> None:
    rows = [person(number, deputy="") for number in range(10)]
    rows += [person(number, name="Vacant", deputy="") for number in range(10, 15)]
    rows += [{"id": text} for text in ("* acting", "Source: Office of Samples", "Total: 15")]
    write_csv(synced.folder / "people.csv", rows)
    report = synced.sync()
    assert (report.written, report.skipped) == (10, 8)
    assert report.first_errors[0] == "name is missing ('Vacant' means that there is none) (5 times)"
    assert synced.last_run()["message"] == "8 of 18 records were refused"


def test_a_share_that_vanishes_at_once_is_not_retired_unless_the_file_allows_it(synced: Synced) -> None:
    write_csv(synced.folder / "people.csv", [person(number) for number in range(200)])
    synced.sync()
    write_csv(synced.folder / "people.csv", [person(number) for number in range(100)])
    with pytest.raises(AbortRun, match="of 200 that it listed before 100 are gone"):
        synced.sync()
    assert len(synced.contacts()) == 200
    synced.connection = {**synced.connection, "limits": {"vanish": 1}}
    would_be = synced.sync(dry=True)
    assert (would_be.retired, would_be.gone[0]) == (100, "- people 100")
    assert synced.sync().retired == 100
    assert len(synced.contacts()) == 100
    assert synced.value("MATCH (n:RetiredContact) WHERE n.source = 'system' RETURN count(n)") == 100


@pytest.mark.parametrize(
    ("before", "after", "stops"),
    [
        (16, 1, True),
        (20, 2, True),
        (5, 1, True),
        (4, 2, True),
        (3, 1, True),
        (2, 1, False),
        (4, 3, False),
        (6, 4, False),
        (10, 8, False),
    ],
)
def test_short_lists_are_guarded_too(before: int, after: int, *, stops: bool, synced: Synced) -> None:
    rows = [person(number, deputy="") for number in range(before)]
    write_csv(synced.folder / "people.csv", rows)
    synced.sync()
    write_csv(synced.folder / "people.csv", rows[:after])
    if stops:
        with pytest.raises(
            AbortRun, match=f"of {before} that it listed before {before - after} are gone. Nothing was retired"
        ):
            synced.sync()
        assert len(synced.contacts()) == before
    else:
        assert synced.sync().retired == before - after


def test_rows_that_cannot_be_read_retire_nobody(synced: Synced) -> None:
    write_csv(synced.folder / "people.csv", [person(number, deputy="") for number in range(10)])
    synced.sync()
    lines = (synced.folder / "people.csv").read_text().splitlines()
    # somebody's name with a comma that is in no quotes
    (synced.folder / "people.csv").write_text(
        "\n".join([*lines[:4], "3,Sample, Ana,p3@fda.example,202-555-0103,85,4", *lines[5:]])
    )
    report = synced.sync()
    assert (report.retired, report.skipped) == (0, 1)
    assert "1 of its rows could not be read: nothing was retired" in report.notes[0]
    assert len(synced.contacts()) == 10


def test_a_row_that_is_refused_for_its_number_retires_nobody(synced: Synced) -> None:
    properties = {"number": "number", "name": "name", "centerStatus": {"value": "PNDING"}}
    firms = {"describes": "Importer", "from": "firms.csv", "key": "id", "properties": properties}
    synced.connection = {
        **connection(synced.folder, {"Office": "OT"}, firms=firms),
        "limits": {"refuse": 1, "vanish": 1},
    }
    rows = [{"id": f"k{at}", "number": f"12-345678{at}AB", "name": "Sample"} for at in range(5)]
    write_csv(synced.folder / "firms.csv", rows)
    synced.sync()
    write_csv(synced.folder / "firms.csv", [{**rows[0], "number": "123-45-6789"}, *rows[1:]])
    report = synced.sync()
    assert (report.retired, report.skipped, report.unchanged) == (0, 1, 4)


def test_a_column_that_is_gone_empties_nothing(synced: Synced) -> None:
    rows = [person(number, deputy="") for number in range(5)]
    write_csv(synced.folder / "people.csv", rows)
    synced.sync()
    for change in ({"mail": "Mail Address"}, {"mail": None}, {"chapter": "hts"}, {"id": "staff"}):
        write_csv(
            synced.folder / "people.csv",
            [{new: row[old] for old in row if (new := change.get(old, old))} for row in rows],
        )
        with pytest.raises(AbortRun, match=r"no column|key's column"):
            synced.sync()
        assert synced.value("MATCH (n:Contact) WHERE n.source = 'system' AND n.email IS NOT NULL RETURN count(n)") == 5
    write_csv(synced.folder / "people.csv", [{old.upper(): row[old] for old in row} for row in rows])
    assert synced.sync().unchanged == 5


def test_people_who_share_a_mailbox_are_each_their_own(synced: Synced) -> None:
    desk = ("desk@fda.example", "Import Desk <desk@fda.example>", "desk@fda.example; p9@fda.example")
    rows = [
        person(number, deputy="", mail=desk[number] if number < 3 else f"p{number}@fda.example") for number in range(5)
    ]
    write_csv(synced.folder / "people.csv", [{**rows[0], "mail": "Desk@FDA.example "}, *rows[1:]])
    ids = "MATCH (:SourceRecord {stream: 'people'})-[:DESCRIBES]->(n:Contact) RETURN count(DISTINCT n)"
    known = "MATCH (i:Identity) WHERE i.key STARTS WITH 'mail|' RETURN count(i)"
    assert synced.sync().written == 5
    assert (synced.value(ids), synced.value(known)) == (5, 2)
    assert synced.sync(full=True).written == 0
    # who has it alone is known by it again, and is not once another has it, too
    synced.connection = {**synced.connection, "limits": {"vanish": 1}}
    for there, by_mail in ((rows[2:], 3), (rows[1:], 2)):
        write_csv(synced.folder / "people.csv", there)
        synced.sync()
        assert (synced.value(ids), synced.value(known)) == (len(there), by_mail)


def test_the_same_person_in_two_systems_is_one_contact_until_they_part(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    both: dict[str, Synced] = {}
    for name, rank in (("directory", 10), ("telephones", 20)):
        folder = tmp_path / name
        folder.mkdir()
        both[name] = Synced(world, run, folder, {**connection(folder), "rank": rank}, name)
    write_csv(tmp_path / "directory/people.csv", [person(1, name="Sample Ana", phone="", deputy="")])
    write_csv(
        tmp_path / "telephones/people.csv",
        [person(7, mail="P1@fda.example", name="A. Sample", chapter="84", deputy="")],
    )
    for system in both.values():
        assert system.sync().written == 1
    asked = "MATCH (:SourceRecord {id: $id})-[:DESCRIBES]->(n) RETURN [n.id, n.name, n.phone, n.origins]"
    one = both["directory"].value(asked, id="directory|people|1")
    assert one[1:3] == ["Sample Ana", "+12025550107"], "the name of the smaller rank, the number of who has one"
    assert {"name: directory", "phone: telephones"} <= set(one[3])
    assert both["telephones"].value(asked, id="telephones|people|7") == one
    covers = "MATCH (:SourceRecord {id: $id})-[:DESCRIBES]->(n)-[:COVERS]->(c) RETURN collect(c.code)"
    assert sorted(both["directory"].value(covers, id="directory|people|1")) == ["84", "85"]
    # the one system finds out that it is somebody else
    write_csv(tmp_path / "telephones/people.csv", [person(7, name="A. Sample", chapter="84", deputy="")])
    assert both["telephones"].sync().written == 1
    assert both["directory"].value(asked, id="directory|people|1") == [one[0], "Sample Ana", None, None]
    other = both["telephones"].value(asked, id="telephones|people|7")
    assert other[0] != one[0]
    assert other[1:] == ["A. Sample", "+12025550107", None]
    assert both["directory"].value(covers, id="directory|people|1") == ["85"]


def test_what_the_hub_knew_before_wins_or_comes_back(world: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    number = "00-0000000SW"
    firms = {
        "describes": "Importer", "from": "firms.csv", "key": "number",
        "properties": {"number": "number", "name": "name", "centerStatus": {"value": "ASSIGNED"}},
    }  # fmt: skip
    synced = Synced(world, run, tmp_path, connection(tmp_path, {"Importer": number}, firms=firms))
    before = synced.value("MATCH (i:Importer {number: $number}) RETURN i.name", number=number)
    write_csv(tmp_path / "firms.csv", [{"number": number, "name": "Sample Renamed"}])
    synced.sync()
    asked = "MATCH (i:Importer {number: $number}) RETURN [i.name, i.source]"
    assert synced.value(asked, number=number) == ["Sample Renamed", "sample"]
    synced.connection = {**synced.connection, "rank": 950}  # behind what was there before
    synced.sync()
    assert synced.value(asked, number=number) == [before, "sample"]


def test_fifty_systems_that_name_the_same_people_make_no_duplicate(
    world: Graph, settings: Settings, run: Callable[..., Any], tmp_path: Path
) -> None:
    graph = Graph(settings, patient=True)  # as all who sync have
    systems: list[Synced] = []
    for number in range(50):
        folder = tmp_path / str(number)
        folder.mkdir()
        order = random.Random(number).sample(range(40), 40)
        write_csv(folder / "people.csv", [person(who, id=f"{number}-{who}", deputy="") for who in order])
        systems.append(Synced(graph, run, folder, connection(folder), f"system-{number}x"))
    began = time.monotonic()
    found = run(together(*(system.syncing() for system in systems)))
    run(graph.close())
    assert [report.written for report in found] == [40] * 50
    text = (
        "MATCH (n:Contact)<-[:DESCRIBES]-(r:SourceRecord {stream: 'people'}) WITH n, count(r) AS records RETURN"
        " count(n), min(records)"
    )
    assert run(world.read(text, {})) == [[40, 50]]
    assert run(world.read("MATCH (n:Unsettled) RETURN count(n)", {})) == [[0]]
    print(f"\n50 systems with 40 people each: {time.monotonic() - began:.1f} s")  # noqa: T201 - a figure


def test_two_of_one_list_far_apart_who_share_an_address_are_two_contacts(synced: Synced) -> None:
    write_csv(
        synced.folder / "people.csv",
        [person(number, mail=f"p{number % 2_000}@fda.example", deputy="") for number in range(4_000)],
    )
    assert (synced.sync().written, synced.sync(full=True).written) == (4_000, 0)
    text = (
        "MATCH (n:Contact)<-[:DESCRIBES]-(r:SourceRecord {stream: 'people'}) WITH n, count(r) AS records RETURN"
        " count(n), min(records)"
    )
    assert synced.rows(text) == [[4_000, 1]]
    assert synced.rows(
        "MATCH (:SourceRecord {stream: 'people'})-[:DESCRIBES]->(n) WHERE NOT (n)-[:WORKS_FOR]->() RETURN count(n)"
    ) == [[0]]


def test_turns_to_write_follow_one_another_and_end_with_who_has_them(
    world: Graph, settings: Settings, run: Callable[..., Any]
) -> None:
    told: list[str] = []

    async def write(graph: Graph, who: str) -> None:
        async with turn(graph):
            told.append(who)
            await asyncio.sleep(0.2)
            told.append(who)

    async def several() -> None:
        async with Graph(settings, patient=True) as other:
            await asyncio.gather(write(world, "a"), write(other, "b"), write(world, "c"))
            async with turn(other):
                await other.close()  # as when its process is killed
                await write(world, "d")

    run(several())
    assert sorted(told[:6:2]) == ["a", "b", "c"]
    assert told[:6:2] == told[1:6:2]
    assert told[6:] == ["d", "d"]


def test_one_process_at_a_time_runs_a_connection(synced: Synced) -> None:
    write_csv(synced.folder / "people.csv", [person(number) for number in range(500)])
    first, second = synced.run(together(synced.syncing(), synced.syncing()))
    told = sorted((first, second), key=lambda found: isinstance(found, Taken))
    assert told[0].written == 500
    assert isinstance(told[1], Taken)


def test_a_run_that_is_told_to_end_while_its_end_is_written_has_ended_as_it_did(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(synced.folder / "people.csv", [person(number) for number in range(3)])
    write = Graph.write

    async def told_to_end_once_it_is_written(graph: Graph, statements: Iterable[Statement]) -> None:
        statements = list(statements)
        await write(graph, statements)
        if statements[0].parameters.get("state", {}).get("status") == "DONE":
            raise asyncio.CancelledError

    monkeypatch.setattr(Graph, "write", told_to_end_once_it_is_written)
    with pytest.raises(asyncio.CancelledError):
        synced.sync()
    assert (synced.last_run()["status"], synced.last_run()["written"]) == ("DONE", 3)


class _Killed:
    """`hub sync` in a process of its own, which is killed at will."""

    def __init__(self, folder: Path, settings: Settings, **streams: dict[str, Any]) -> None:
        self._folder = folder
        (folder / "connections").mkdir(exist_ok=True)
        (folder / "connections/system.yaml").write_text(yaml.safe_dump(connection(folder, {"Office": "OT"}, **streams)))
        self._environment = {
            **os.environ, "NEO4J_URI": settings.neo4j_uri, "NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
            "HUB_CONNECTIONS": str(folder / "connections"), "HUB_DATA": str(folder),
        }  # fmt: skip

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", _SYNC, "system"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def finish(self) -> str:
        told, _ = (process := self.start()).communicate(timeout=120)
        assert process.returncode == 0, told.decode()
        return told.decode()


def _many(folder: Path) -> dict[str, dict[str, Any]]:
    write_csv(folder / "people.csv", [person(number) for number in range(300)])
    write_csv(
        folder / "cases.csv",
        [
            {"number": f"K-{n}", "title": f"Case {n}", "importer": f"00-{n % 5:07d}SW", "center": "CEE001", "entry": ""}
            for n in range(2_000)
        ],
    )
    return {
        "people": {**PEOPLE, "links": {**PEOPLE["links"], "WORKS_FOR": {"Center": {"value": "CEE001"}}}},
        "cases": CASES,
    }


@pytest.mark.thorough
def test_a_run_that_is_killed_anywhere_ends_like_one_that_is_not(
    world: Graph, run: Callable[..., Any], settings: Settings, tmp_path: Path
) -> None:
    killed = _Killed(tmp_path, settings, **_many(tmp_path))
    killed.finish()
    wanted = run(fingerprint(world))
    run(wipe(world))
    run(random_world(1).write(world))
    began = time.monotonic()
    killed.finish()
    whole_s = time.monotonic() - began
    assert run(fingerprint(world)) == wanted
    run(wipe(world))
    run(random_world(1).write(world))
    chance = random.Random(5)
    ends = whole = 0
    while ends < KILLS:
        process = killed.start()
        time.sleep(chance.uniform(0.2, 0.8) * whole_s)
        if process.poll() is None:
            ends += 1
            process.kill()
            process.communicate()
            continue
        # it came to its end: from the beginning again
        told, _ = process.communicate()
        assert process.returncode == 0, told.decode()
        assert run(fingerprint(world)) == wanted
        whole += 1
        run(wipe(world))
        run(random_world(1).write(world))
    killed.finish()
    assert run(fingerprint(world)) == wanted
    rows = run(world.read("MATCH (r:SyncRun {system: 'system'}) RETURN r.status, count(*)", {}))
    assert dict(rows).get("RUNNING") is None
    # each says what it wrote, with what it wrote
    runs = run(world.read("MATCH (r:SyncRun {system: 'system'}) RETURN r.status, r.written, r.message", {}))
    assert sum(written for _, written, _ in runs) == 2_300
    assert all(message.endswith(f"stays: {written}") for status, written, message in runs if status == "ABORTED")
    print(f"\nkilled {ends} times within runs of {whole_s:.1f} s, of which {whole + 1} came to their end")  # noqa: T201


@pytest.mark.thorough
def test_after_a_neo4j_that_was_killed_another_run_ends_like_one_that_nothing_disturbed(
    world: Graph, run: Callable[..., Any], settings: Settings, tmp_path: Path
) -> None:
    data = tmp_path / "neo4j"
    data.mkdir()
    streams = _many(tmp_path)
    _Killed(tmp_path, settings, **streams).finish()
    wanted = run(fingerprint(world))
    with LocalNeo4j(data.resolve(), java(), cache_folder(), Memory(heap="400m", pagecache="64m")) as server:
        there = _settings_of(server)
        run(_prepared(there))
        killed = _Killed(tmp_path, there, **streams)
        process = killed.start()
        while not run(_records(there)):
            time.sleep(0.1)
        psutil.Process(java_of(data)).kill()
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 1, told.decode()
        assert b"does not answer" in told
        there = _settings_of(server)
        killed.finish()
        assert run(_fingerprint_of(there)) == wanted


def _settings_of(server: LocalNeo4j) -> Settings:
    running = server.start()
    return Settings(neo4j_uri=running.uri, neo4j_password=SecretStr(running.password))


async def _prepared(settings: Settings) -> None:
    """An empty database becomes the same world."""
    async with Graph(settings, patient=True) as graph:
        await graph.apply([*statements(GRAPH), "CALL db.awaitIndexes(60)"])
        await random_world(1).write(graph)


async def _records(settings: Settings) -> int:
    async with Graph(settings) as graph:
        return await graph.read_one("MATCH (r:SourceRecord {system: 'system'}) RETURN count(r)", {})


async def _fingerprint_of(settings: Settings) -> str:
    async with Graph(settings) as graph:
        return await fingerprint(graph)
