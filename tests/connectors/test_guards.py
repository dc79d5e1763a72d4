"""What a run does with a list that has a fault itself: it stops before it writes, and the next right list mends all."""

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.engine import stream_writer
from connectors.errors import AbortRun
from hub.database.graph import Graph
from tests.connectors.syncing import Synced
from tests.connectors.test_run import connection, write_csv
from tests.random_world import random_world
from tests.renewed import renewed

_LIST: Final[dict[str, Any]] = {
    "describes": "Contact",
    "from": "people.csv",
    "key": "id",
    "properties": {"name": "name", "role": {"value": "liaison"}},
}
Rows = list[dict[str, Any]]


@pytest.fixture
def synced(database: Graph, run: Callable[..., Any], tmp_path: Path) -> Synced:
    run(renewed(database, "random 1", random_world(1).write))
    return Synced(database, run, tmp_path, connection(tmp_path, people=_LIST))


def _people(count: int) -> Rows:
    return [{"id": f"k{number}", "name": f"Sample {number}"} for number in range(count)]


def _swapped(rows: Rows) -> Rows:
    return [{"id": row["name"], "name": row["id"]} for row in rows]


def _drop(synced: Synced, rows: Rows) -> None:
    write_csv(synced.folder / "people.csv", rows)


def _names(rows: Rows) -> dict[str, str]:
    return {row["id"]: row["name"] for row in rows}


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    "faulty",
    [
        _swapped(_people(10)),
        [{"id": row["id"].upper(), "name": row["name"]} for row in _people(10)],
        [{"id": f"new{number}", "name": f"Sample {number}"} for number in range(30)],
        _people(3) + _swapped(_people(10)),
        # a row that cannot be used, and one with a comma too many, excuse nothing
        [*_swapped(_people(10)), {"id": "x", "name": ""}],
    ],
)
def test_a_list_with_a_fault_changes_nothing_and_the_right_one_goes_on(
    faulty: Rows, *, full: bool, synced: Synced
) -> None:
    right = _people(10)
    _drop(synced, right)
    synced.sync()
    before = synced.fingerprint()
    for _ in range(2):
        _drop(synced, faulty)
        with pytest.raises(AbortRun, match=r"of 10 that it listed before \d+ are gone. Nothing was retired") as told:
            synced.sync(full=full)
        assert "no record written" in str(told.value)
        assert synced.fingerprint() == before
    _drop(synced, [*right, {"id": "k10", "name": "Sample 10"}])
    report = synced.sync(full=full)
    assert (report.written, report.unchanged, report.retired) == (1, 10, 0)
    assert len(synced.contacts()) == 11


def test_a_row_that_cannot_be_read_excuses_no_list_in_which_all_are_others(synced: Synced) -> None:
    _drop(synced, _people(10))
    synced.sync()
    before = synced.fingerprint()
    lines = "".join(f"{row['id']},{row['name']}\n" for row in _swapped(_people(10)))
    (synced.folder / "people.csv").write_text(f"id,name\n{lines}k,Sample, Ana\n")
    with pytest.raises(AbortRun, match="of 10 that it listed before 10 are gone"):
        synced.sync()
    assert synced.fingerprint() == before


def test_too_many_that_are_refused_change_nothing(synced: Synced) -> None:
    right = _people(20)
    _drop(synced, right)
    synced.sync()
    _drop(synced, [{**row, "name": "" if number < 5 else "Sample Else"} for number, row in enumerate(right)])
    with pytest.raises(AbortRun, match="5 of 20 records were refused, too many to go on"):
        synced.sync()
    assert synced.contacts() == _names(right)


def test_what_a_run_wrote_beside_a_refused_row_does_not_outlast_the_list(synced: Synced) -> None:
    right = _people(10)
    _drop(synced, right)
    synced.sync()
    other = [{**right[0], "name": "Sample Else"}, {**right[1], "name": ""}, *right[2:]]
    _drop(synced, other)
    assert (report := synced.sync()).skipped == 1
    assert report.written == 1
    _drop(synced, right)
    assert synced.sync().written == 2, "what changed back, and what had been refused"
    assert synced.contacts() == _names(right)


@pytest.mark.parametrize("full", [False, True])
def test_of_a_list_of_many_blocks_what_has_changed_is_written_and_nothing_else(*, full: bool, synced: Synced) -> None:
    right = _people(1_300)
    _drop(synced, right)
    assert synced.sync().written == 1_300
    other = [{**row, "name": f"Sample Else {at}"} if at % 200 == 7 else row for at, row in enumerate(right[:-2])]
    _drop(synced, [*other, {"id": "n", "name": "Sample New"}, {"id": "m", "name": ""}])
    report = synced.sync(full=full)
    assert (report.written, report.unchanged, report.retired, report.skipped) == (8, 1_291, 2, 1)
    before = synced.fingerprint()
    _drop(synced, _swapped(other))
    with pytest.raises(AbortRun, match="of 1299 that it listed before 1299 are gone"):
        synced.sync(full=full)
    assert synced.fingerprint() == before
    assert synced.contacts() == {**_names(other), "n": "Sample New"}


def test_a_cell_that_no_index_takes_costs_its_row_and_no_other(synced: Synced) -> None:
    right = _people(20)
    _drop(synced, [{**right[0], "name": "Sample " * 2_000}, *right[1:-1], {"id": "k" * 9_000, "name": "Sample Long"}])
    report = synced.sync()
    assert (report.written, report.skipped) == (18, 2)
    reasons = "; ".join(report.refused_first)
    assert "id: it has 9,000 bytes as UTF-8, and at most 2,000 are taken; shorten it" in reasons
    assert "name: it has 13,999 bytes as UTF-8, and at most 2,000 are taken; shorten it" in reasons
    _drop(synced, right)
    assert synced.sync().written == 2
    assert synced.contacts() == _names(right)


def test_much_text_goes_into_several_transactions(synced: Synced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_writer, "_BATCH_BYTES", 1_000)
    _drop(synced, _people(200))
    assert synced.sync().written == 200
    assert len(synced.contacts()) == 200
    _drop(synced, [{**row, "name": f"{row['name']} Else"} for row in _people(200)])
    assert synced.sync().written == 200
    assert synced.sync(full=True).unchanged == 200


def test_after_any_lists_the_graph_has_what_the_last_one_that_was_taken_says(synced: Synced) -> None:
    chance = random.Random(22)
    synced.connection = {**synced.connection, "limits": {"vanish": 0.3, "refuse": 0.3}}
    lists: list[Rows] = [_people(12)]
    live: dict[str, str] = {}
    stopped = 0
    for _ in range(25):
        rows = chance.choice([chance.choice(lists), _changed(chance, chance.choice(lists)), lists[0]])
        lists.append(rows)
        _drop(synced, rows)
        try:
            synced.sync(full=chance.random() < 0.1)
        except AbortRun:
            stopped += 1
        else:
            # of a row that is refused, what was taken before stays
            said = {row["id"]: row["name"] or live.get(row["id"], "") for row in rows}
            live = {key: name for key, name in said.items() if name}
        assert synced.contacts() == live
    assert 2 < stopped < 20


def _changed(chance: random.Random, rows: Rows) -> Rows:
    kind = chance.randrange(5)
    if kind == 0:
        return _swapped(rows)
    if kind == 1:
        return [{**row, "name": chance.choice(["", "Sample Else", row["name"]])} for row in rows]
    if kind == 2:
        return [row for row in rows if chance.random() < 0.8] or rows
    if kind == 3:
        return [*rows, {"id": f"n{chance.randrange(10**9)}", "name": "Sample New"}]
    return [{**row, "name": f"{row['name']} {chance.randrange(3)}"} if chance.random() < 0.2 else row for row in rows]


def test_a_table_whose_keys_are_others_changes_nothing_though_its_rows_have_changed(synced: Synced) -> None:
    path = synced.folder / "a.db"

    def put(rows: Sequence[tuple[str, str, int]]) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("DROP TABLE IF EXISTS people")
            database.execute("CREATE TABLE people (id TEXT, name TEXT, changed INTEGER)")
            database.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)

    stream = {**_LIST, "from": "SELECT * FROM people", "cursor": "changed"}
    synced.connection = {
        "connector": "sql",
        "party": {"Agency": "FDA"},
        "settings": {"url": f"sqlite:///{path}"},
        "streams": {"people": stream},
    }
    right = [(row["id"], row["name"], 1) for row in _people(10)]
    put(right)
    assert synced.sync().written == 10
    before = synced.fingerprint()
    put([(name, key, 2) for key, name, _ in right])
    for _ in range(2):
        with pytest.raises(AbortRun, match=r"of 10 that it listed before 10 are gone\. Nothing was retired"):
            synced.sync()
        assert synced.fingerprint() == before
    # two leave, one comes, one comes late behind the cursor
    put([*right[2:], ("k10", "Sample 10", 3), ("k11", "Sample 11", 0)])
    report = synced.sync()
    assert (report.written, report.retired) == (2, 2)
    assert synced.contacts() == {f"k{number}": f"Sample {number}" for number in range(2, 12)}
    put([*right, ("k10", "Sample 10", 3), ("k11", "Sample 11", 0)])
    assert synced.sync().written == 2
    assert len(synced.contacts()) == 12


@pytest.mark.parametrize("is_wide", [False, True])
def test_records_that_lack_all_but_their_key_are_faults_of_their_list(*, is_wide: bool, synced: Synced) -> None:
    rows = [{"id": f"k{number}", "name": "" if number % 7 < 2 else f"Sample {number}"} for number in range(70)]
    rows = [{**row, "mail": "", "phone": ""} for row in rows] if is_wide else rows
    _drop(synced, rows)
    with pytest.raises(AbortRun, match="20 of 70 records were refused, too many to go on: name is missing"):
        synced.sync()
    assert synced.last_run()["status"] == "ABORTED"
    synced.connection = {**synced.connection, "limits": {"refuse": 0.5}}
    assert synced.sync().faulty == 20
    assert synced.last_run()["status"] == "DONE_WITH_REFUSED"


def test_records_without_a_key_are_faults_of_a_list_of_two_columns(synced: Synced) -> None:
    rows = [{"id": "" if number < 3 else f"k{number}", "name": f"Sample {number}"} for number in range(70)]
    _drop(synced, rows)
    assert synced.sync().faulty == 3
    assert synced.last_run()["status"] == "DONE_WITH_REFUSED"
