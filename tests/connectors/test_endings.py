"""How a run ends and what it says of that: refused records, newer rows, rows that come late, columns that never
were there.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.errors import AbortRun
from connectors.settings import read_connection
from hub.database.graph import Graph
from tests.connectors.syncing import Synced
from tests.connectors.test_run import PEOPLE, connection, person, write_csv
from tests.random_world import random_world
from tests.renewed import renewed

_QUARANTINE = "MATCH (q:QuarantinedRecord {system: 'system'}) RETURN q.place, q.reason"


@pytest.fixture
def world(database: Graph, run: Callable[..., Any]) -> Graph:
    run(renewed(database, "random 1", random_world(1).write))
    return database


@pytest.fixture
def synced(world: Graph, run: Callable[..., Any], tmp_path: Path) -> Synced:
    return Synced(world, run, tmp_path, connection(tmp_path))


class Table:
    """A table of people on SQLite, synced by the column that grows."""

    def __init__(self, world: Graph, run: Callable[..., Any], folder: Path, key: Sequence[str] = ("id",)) -> None:
        self.path = folder / "people.db"
        self.do("CREATE TABLE people (id INTEGER, office TEXT, name TEXT, changed INTEGER)")
        stream = {
            "describes": "Contact", "from": "SELECT * FROM people", "key": list(key), "cursor": "changed",
            "properties": {"name": "name", "role": {"value": "liaison"}},
        }  # fmt: skip
        settings = {"url": f"sqlite:///{self.path}"}
        self.synced = Synced(
            world,
            run,
            folder,
            {"connector": "sql", "party": {"Agency": "FDA"}, "settings": settings, "streams": {"people": stream}},
        )

    def do(self, text: str, *rows: Sequence[Any]) -> None:
        with sqlite3.connect(self.path) as database:
            database.executemany(text, rows or [()])
        database.close()

    def add(self, *rows: Sequence[Any]) -> None:
        self.do("INSERT INTO people VALUES (?, ?, ?, ?)", *rows)


def test_a_run_that_refused_records_is_not_simply_done(synced: Synced) -> None:
    rows = [
        person(number, deputy="", name="a\0b" if number < 20 else f"Sample Person {number}") for number in range(70)
    ]
    write_csv(synced.folder / "people.csv", rows)
    synced.connection = {**synced.connection, "limits": {"refuse": 0.5}}
    report = synced.sync()
    assert (report.status, report.faulty, report.written) == ("DONE_WITH_REFUSED", 20, 50)
    last = synced.last_run()
    assert (last["status"], last["written"], last["skipped"]) == ("DONE_WITH_REFUSED", 50, 20)
    write_csv(synced.folder / "people.csv", [person(number, deputy="") for number in range(70)])
    assert synced.sync().status == synced.last_run()["status"] == "DONE"


def test_a_position_that_is_vacant_is_no_fault(synced: Synced) -> None:
    write_csv(
        synced.folder / "people.csv",
        [person(number, deputy="", name="Vacant" if not number else "Ana Sample") for number in range(9)],
    )
    report = synced.sync()
    assert (report.status, report.skipped, report.faulty) == ("DONE", 1, 0)


def test_all_that_is_wrong_with_a_row_is_told_at_once(synced: Synced) -> None:
    write_csv(synced.folder / "people.csv", [person(number, deputy="") for number in range(9)])
    synced.sync()
    bad = person(3, name="", mail="nowhere", phone="12", chapter="99", deputy="")
    write_csv(synced.folder / "people.csv", [bad if number == 3 else person(number, deputy="") for number in range(9)])
    synced.sync()
    ((place, reason),) = synced.rows(_QUARANTINE)
    assert place == "line 5"
    assert all(told in reason for told in ("name is missing", "email: ", "phone: ", "there is no HtsChapter '99'"))
    links = {**PEOPLE["links"], "WORKS_FOR": {"Agency": "agency"}}
    synced.connection = connection(synced.folder, people={**PEOPLE, "links": links})
    write_csv(synced.folder / "people.csv", [{**person(number, deputy=""), "agency": "FDA"} for number in range(8)] +
              [{**person(8, mail="nowhere", deputy=""), "agency": "EPA"}])  # fmt: skip
    synced.sync()
    ((place, reason),) = synced.rows(_QUARANTINE)
    assert place == "line 10"
    assert "a contact of Agency EPA must come from that party's own system; email: " in reason


def test_replay_says_that_the_system_has_newer_rows(synced: Synced) -> None:
    rows = [
        person(number, deputy="", name="a\0b" if number == 3 else f"Sample Person {number}") for number in range(20)
    ]
    write_csv(synced.folder / "people.csv", rows)
    synced.sync()
    assert synced.sync(replay=True).notes == []
    write_csv(synced.folder / "people.csv", [*rows[:3], person(3, deputy=""), *rows[4:]])
    report = synced.sync(replay=True)
    assert report.notes == ["people: the system has newer rows than those that were read: `hub sync system` reads them"]
    assert (report.written, report.skipped) == (0, 1), "what was kept is what is taken"
    assert "newer rows" in synced.last_run()["message"]
    assert synced.sync().written == 1
    assert synced.sync(replay=True).notes == []


def test_replay_asks_a_database_only_what_has_changed(world: Graph, run: Callable[..., Any], tmp_path: Path) -> None:
    table = Table(world, run, tmp_path)
    table.add(*((number, "a", "- -" if number == 5 else f"Sample Person {number}", number) for number in range(20)))
    table.synced.sync()
    assert table.synced.sync(replay=True).notes == []
    table.do("UPDATE people SET name = 'Ana Sample', changed = 21 WHERE id = 5")
    assert "newer rows" in table.synced.sync(replay=True).notes[0]
    table.synced.sync()
    assert table.synced.sync(replay=True).notes == []
    table.path.unlink()
    table.path.mkdir()
    assert "whether the system has newer rows is not known" in table.synced.sync(replay=True).notes[0]


@pytest.mark.parametrize("key", [("id",), ("office", "id")])
def test_a_row_that_comes_late_is_found_without_reading_everything(
    key: tuple[str, ...], world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    table = Table(world, run, tmp_path, key)
    table.add(*((number, "o'Hara", f"Sample Person {number}", 100 + number) for number in range(10)))
    table.synced.sync()
    # written by a transaction that was slow, or restored: older than what was read last
    table.add((77, "o'Hara", "Late Sample", 3), (78, "o'Hara", "- -", 4))
    dry = table.synced.sync(dry=True)
    assert (dry.written, dry.skipped) == (1, 1)
    report = table.synced.sync()
    assert (report.written, report.skipped, report.retired) == (1, 1, 0)
    assert report.read == 3, "the row of the cursor, and the two that are new"
    assert "Late Sample" in table.synced.contacts().values()
    again = table.synced.sync()
    assert (again.written, again.retired) == (0, 0)
    # one that is back is read as well, though it has not changed
    table.do("DELETE FROM people WHERE id = 2")
    assert table.synced.sync().retired == 1
    table.add((2, "o'Hara", "Sample Person 2", 102))
    assert table.synced.sync().written == 1


def test_a_number_that_leaves_no_trace_is_not_read_again_and_again(
    world: Graph, run: Callable[..., Any], tmp_path: Path
) -> None:
    table = Table(world, run, tmp_path, ("office",))
    table.add(*((number, f"office {number}", f"Sample Person {number}", 100 + number) for number in range(10)))
    table.synced.sync()
    table.add((77, "123-45-6789", "Late Sample", 3), (78, "SSN 123456789", "Late Sample", 4))
    report = table.synced.sync()
    assert (report.written, report.skipped) == (0, 0)
    assert "6789" not in str(table.synced.rows("MATCH (n) RETURN properties(n)"))


def test_columns_that_never_were_there_are_told_and_such_that_are_gone_stop_the_run(synced: Synced) -> None:
    def give(**changed: str | None) -> None:
        rows = [
            {old: value for old, value in person(number, deputy="").items() if changed.get(old, old)}
            for number in range(5)
        ]
        write_csv(synced.folder / "people.csv", rows)

    def with_emails() -> int:
        return synced.value("MATCH (n:Contact) WHERE n.source = 'system' AND n.email IS NOT NULL RETURN count(n)")

    give(mail=None)
    report = synced.sync()
    assert report.written == 5
    (note,) = report.notes
    assert note == (
        "people: there is no column 'mail': it is left out, as in every run so far; say `optional: true` there, if it "
        "may be missing"
    )
    give()
    assert (synced.sync().written, with_emails()) == (5, 5)
    give(mail=None)
    with pytest.raises(AbortRun, match=r"there is no column 'mail'; .*Nothing was changed"):
        synced.sync()
    assert with_emails() == 5
    # without a name there is nobody; and what was probably meant is told
    give(name=None)
    with pytest.raises(AbortRun, match="there is no column 'name'"):
        synced.sync()
    synced.connection = connection(
        synced.folder, people={**PEOPLE, "properties": {**PEOPLE["properties"], "phone": "phne"}}
    )
    give()
    with pytest.raises(AbortRun, match=r"there is no column 'phne'.*Is it 'phone' now"):
        synced.sync()


def test_a_misspelt_column_is_told_with_its_file_and_line(synced: Synced) -> None:
    path = synced.folder / "system.yaml"
    path.write_text(
        yaml.safe_dump(
            connection(synced.folder, people={**PEOPLE, "properties": {**PEOPLE["properties"], "phone": "phne"}}),
            sort_keys=False,
        )
    )
    line = path.read_text().splitlines().index("      phone: phne") + 1
    synced.connection = read_connection(path).model_dump(exclude={"name"}, by_alias=True)
    write_csv(synced.folder / "people.csv", [person(number, deputy="") for number in range(5)])
    with pytest.raises(AbortRun) as told:
        synced.sync()
    assert f"there is no column 'phne' ({path}, line {line}, streams.people.properties.phone)" in str(told.value)
    # so is a key, also one that other readers of YAML would take for false
    path.write_text(
        yaml.safe_dump(connection(synced.folder, people=PEOPLE), sort_keys=False).replace("key: id", "key: no")
    )
    line = path.read_text().splitlines().index("    key: no") + 1
    synced.connection = read_connection(path).model_dump(exclude={"name"}, by_alias=True)
    with pytest.raises(AbortRun) as told:
        synced.sync()
    assert "has the key's column no. " in str(told.value)
    assert str(told.value).endswith(f"({path}, line {line}, streams.people.key)")


def test_a_number_in_a_title_or_a_header_is_not_repeated(synced: Synced) -> None:
    (synced.folder / "people.csv").write_text("Staff of 123-45-6789\nbadge,123-45-6789\n1,Ana Sample\n")
    with pytest.raises(AbortRun) as told:
        synced.sync()
    assert "6789" not in str(told.value)
    (synced.folder / "people.csv").write_text("id,name,SSN 123456789\n1,Ana Sample,x\n")
    report = synced.sync()
    assert "6789" not in str(report.notes)
    assert "6789" not in str(synced.rows("MATCH (n) RETURN properties(n)"))


def test_a_word_in_place_of_a_key_is_none(synced: Synced) -> None:
    rows = [person(number, deputy="") for number in range(20)]
    write_csv(synced.folder / "people.csv", [*rows, person(90, id="#N/A", deputy=""), person(91, id="TBD", deputy="")])
    report = synced.sync()
    assert (report.written, report.skipped) == (20, 2)
    assert "means that there is none" in report.first_errors[0]


def test_records_that_are_listed_twice_word_for_word_are_taken_once(synced: Synced) -> None:
    rows = [person(number, deputy="") for number in range(20)]
    write_csv(synced.folder / "people.csv", [*rows, *rows[:3], person(7, name="Sample Other", deputy="")])
    report = synced.sync()
    assert (report.read, report.written, report.skipped) == (24, 20, 1)
    assert report.notes == ["people: 3 records are there again, word for word: taken once"]
    assert "the key '7' is there twice" in report.first_errors[0]
