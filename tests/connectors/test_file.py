"""Files dropped into folders: CSV and XLSX, here and over SFTP, from asyncssh's own server."""

import asyncio
import csv
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Self

import openpyxl
import pytest

from connectors.contract import Page, StreamRequest
from connectors.errors import AbortRun, RetryLater
from connectors.systems.file import FileDrop, FileSettings
from hub.local_neo4j.server import free_ports
from tests.connectors.promises import Conformance, System
from tests.connectors.sftp_server import PASSWORD, USER

_PROPERTIES = {
    "name": "Full name",
    "role": {"value": "liaison"},
    "email": {"column": ["Mail", "E-Mail"], "verified": True},
}
_HEADER = ["Staff ID", "Full name", "Mail"]


class _Folder(System):
    """A folder that holds one file."""

    file = "people-1.csv"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.people: dict[str, tuple[str, str]] = {}

    def connection(self) -> Mapping[str, Any]:
        options = {"headers": {"Staff ID": "id"}} | ({"sheet": "People"} if self.file.endswith("xlsx") else {})
        return {
            "connector": "file",
            "settings": self.settings(),
            "from": "people-*",
            "key": "id",
            "properties": _PROPERTIES,
            **options,
        }

    def settings(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "quiet_s": 0}

    def lost(self) -> dict[str, Any]:
        return {**self.settings(), "folder": str(self.folder / "nowhere")}

    def put(self, key: str, name: str, mail: str) -> None:
        self.people[key] = name, mail
        self._write()

    def delete(self, key: str) -> None:
        del self.people[key]
        self._write()

    def clear(self) -> None:
        self.people.clear()
        self._write()

    def _write(self) -> None:
        with (self.folder / self.file).open("w", newline="") as file:
            csv.writer(file).writerows([_HEADER, *([key, *person] for key, person in self.people.items())])


class _Workbook(_Folder):
    file = "people-1.xlsx"

    def _write(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.create_sheet("People")
        for row in (_HEADER, *([key, *person] for key, person in self.people.items())):
            sheet.append(row)
        book.save(self.folder / self.file)


class _Sftp(_Folder):
    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.connectors.sftp_server", str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        port, self._key = self._process.stdout.readline().strip().split(" ", 1)
        self._port = int(port)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def settings(self) -> dict[str, Any]:
        folder = f"sftp://{USER}@127.0.0.1:{self._port}/"
        return {"folder": folder, "password": PASSWORD, "host_key": self._key, "quiet_s": 0}

    def lost(self) -> dict[str, Any]:
        return {**self.settings(), "folder": f"sftp://{USER}@127.0.0.1:{free_ports(1)[0]}/"}

    def secrets(self) -> list[str]:
        return [PASSWORD]


class TestCsv(Conformance):
    system = _Folder


class TestXlsx(Conformance):
    system = _Workbook


class TestSftp(Conformance):
    system = _Sftp

    def test_another_host_key_or_password_ends_the_run_with_what_to_change(
        self, server: _Sftp, run: Callable[..., Any]
    ) -> None:
        other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"
        for change, told in (
            ({"host_key": other}, "another host key"),
            ({"password": "no"}, "refuses"),
            ({"host_key": None}, "ssh-keyscan"),
        ):
            with pytest.raises(AbortRun, match=told):
                run(FileDrop(FileSettings.model_validate({**server.settings(), **change})).check())


def _pages(folder: Path, run: Callable[..., Any], source: str = "*", **options: Any) -> list[Page]:
    async def read() -> list[Page]:
        connector = FileDrop(FileSettings(folder=str(folder), quiet_s=0))
        pages: AsyncIterator[Page] = connector.read(StreamRequest("people", source, ("id",), options), None)
        return [page async for page in pages]

    return run(read())


def _rows(folder: Path, run: Callable[..., Any], **options: Any) -> list[dict[str, Any]]:
    return [dict(raw) for page in _pages(folder, run, **options) for _, raw in page.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_the_encoding(encoding: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,"Zoë\nSample, née ""X"""\n', encoding=encoding)
    assert _rows(tmp_path, run) == [{"id": "1", "name": 'Zoë\nSample, née "X"'}]


def test_another_encoding_must_be_said(tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "a.csv").write_bytes("id;name\n1;Zoë\n".encode("cp1252"))
    with pytest.raises(AbortRun, match="encoding: cp1252"):
        _rows(tmp_path, run, delimiter=";")
    assert _rows(tmp_path, run, delimiter=";", encoding="cp1252") == [{"id": "1", "name": "Zoë"}]


def test_lines_that_do_not_fit_are_told_by_number(tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "a.csv").write_text('id,name\n1,"two\nlines"\n2\n3,c,d\n4,e\n')
    page, last = _pages(tmp_path, run)
    assert not last.rows
    assert last.cursor
    assert [place for place, _ in page.rows] == ["line 2", "line 4", "line 6"]
    assert page.rows[1][1] == {"id": "2", "name": ""}, "cells that are not there are empty"
    assert [(found.place, found.reason) for found in page.broken] == [("line 5", "it has 3 cells, the header 2")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not even a header"),
        (b"id,id\n1,2\n", "twice"),
        (b'id,name\n1,"open\n', "quote"),
        (b"id,name\n1,a\0b\n", None),
    ],
)
def test_a_file_that_is_none_ends_the_run_with_what_to_change(
    content: bytes, told: str | None, tmp_path: Path, run: Callable[..., Any]
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    if told is None:
        assert _rows(tmp_path, run) == [{"id": "1", "name": "a\0b"}]
        return
    with pytest.raises(AbortRun, match=told):
        _rows(tmp_path, run)


def test_the_newest_fitting_file_is_read_once_it_is_quiet(tmp_path: Path, run: Callable[..., Any]) -> None:
    for name, age in (("people-1.csv", 90), ("people-2.csv", 60), ("other.csv", 10)):
        (tmp_path / name).write_text(f"id\n{name}\n")
        stamp = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (stamp, stamp))
    assert _rows(tmp_path, run, source="people-*") == [{"id": "people-2.csv"}]
    with pytest.raises(RetryLater, match="fits staff"):
        _rows(tmp_path, run, source="staff*")
    (tmp_path / "people-3.csv").write_text("id\n3\n")

    async def read() -> None:
        async for _ in FileDrop(FileSettings(folder=str(tmp_path), quiet_s=30)).read(
            StreamRequest("people", "people-*", ("id",), {}), None
        ):
            pass

    with pytest.raises(RetryLater, match="still being written"):
        run(read())


def test_a_file_of_a_clock_that_is_ahead_is_read_once_it_no_longer_changes(
    tmp_path: Path, run: Callable[..., Any]
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id\n1\n")
    ahead = path.stat().st_mtime + 7_200
    os.utime(path, (ahead, ahead))

    async def read() -> list[Any]:
        connector = FileDrop(FileSettings(folder=str(tmp_path), quiet_s=1))
        return [
            raw
            async for page in connector.read(StreamRequest("people", "people*", ("id",), {}), None)
            for _, raw in page.rows
        ]

    async def read_while_it_grows() -> list[Any]:
        reading = asyncio.create_task(read())
        await asyncio.sleep(0.3)
        with path.open("a") as file:
            file.write("2\n")
        os.utime(path, (ahead, ahead))
        return await reading

    assert run(read()) == [{"id": "1"}]
    with pytest.raises(RetryLater, match="still being written"):
        run(read_while_it_grows())


@pytest.mark.parametrize(
    "beside",
    ["people.csv~", "people.csv.bak", "People.csv.BAK", "people.csv.swo", "people.csv.md5", "people.csv.sha256",
        "people.csv.done",
     "people.csv.sync-conflict-20261101-101500-ABC.tmp", "people.csv.filepart", "~$people.xlsx", ".~lock.people.csv#",
     "people.csv:Zone.Identifier", "people.csv\uf03aZone.Identifier", "people - Shortcut.lnk", "people.url",
     "people.webloc", "Backup of people.xlk", "Backup of people.wbk"],
)  # fmt: skip
def test_what_programs_leave_beside_a_list_is_none(beside: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "people.csv").write_text("id\nk1\n")
    long_ago = (tmp_path / "people.csv").stat().st_mtime - 60
    os.utime(tmp_path / "people.csv", (long_ago, long_ago))
    (tmp_path / beside).write_text("id\nwrong\n")
    assert _rows(tmp_path, run) == [{"id": "k1"}]
    # unless it is what the connection asks for
    assert _rows(tmp_path, run, source=beside) == [{"id": "wrong"}]


@pytest.mark.parametrize("ending", [
    "processed", "error", "err", "failed", "rejected", "gpg", "pgp", "p7m", "1", "02", "sent", "archived", "imported",
    "loaded", "copy", "previous", "log",
])  # fmt: skip
def test_what_is_done_with_a_list_is_no_list(ending: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    _older(tmp_path, "people.csv", "id\nk1\n")
    (tmp_path / f"people.csv.{ending}").write_text("id\nwrong\n")
    assert _rows(tmp_path, run, source="people*") == [{"id": "k1"}]
    # not even where the list itself is gone
    (tmp_path / "people.csv").unlink()
    with pytest.raises(RetryLater, match="fits people"):
        _rows(tmp_path, run, source="people*")
    assert _rows(tmp_path, run, source=f"people*.{ending}") == [{"id": "wrong"}]


@pytest.mark.parametrize("copy", [
    "people - Copy.csv", "people - Copy (2).csv", "people - Kopie.csv", "people (1).csv", "people(1).csv",
    "people (copy).csv", "people copy.csv", "people copy 2.csv", "people 2.csv", "people-DESKTOP-1AB2.csv",
    "people-LAPTOP-7Q.csv", "Copy of people.csv", "Copy (2) of people.csv", "people - Copy - Copy.csv",
    "people.csv.zip", "people.csv-20261101", "people.csv.2026-11-01", "people.csv - Copy",
    "people (Autosaved).csv", "people (Autosaved-309876543210).csv", "people [Autosaved].csv", "people [Repaired].csv",
    "people (Recovered).csv", "people (version 1).csv", "people [Read-Only].csv", "Backup of people.csv",
])  # fmt: skip
def test_a_copy_beside_its_list_is_not_the_list_and_told(copy: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    _older(tmp_path, "people.csv", "id\nk1\n")
    (tmp_path / copy).write_text("id\nwrong\n")
    assert _rows(tmp_path, run, source="*people*") == [{"id": "k1"}]
    (note,) = _notes(tmp_path, run, "*people*")
    assert note == f"{copy} is newer than people.csv, and taken for a copy of people.csv: it was not read"
    # unless it is what the connection asks for, or there is no other
    assert _rows(tmp_path, run, source=copy) == [{"id": "wrong"}]
    (tmp_path / "people.csv").unlink()
    if not copy.endswith("zip"):
        assert _rows(tmp_path, run, source="*people*") == [{"id": "wrong"}]


@pytest.mark.parametrize("ending", ["pdf", "PDF", "docx", "rtf", "html", "msg", "png", "jpeg", "pptx"])
def test_a_document_beside_a_list_is_not_the_list(ending: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    _older(tmp_path, "people.csv", "id\nk1\n")
    (tmp_path / f"people.{ending}").write_text("id\nwrong\n")
    assert _rows(tmp_path, run, source="people*") == [{"id": "k1"}]
    assert not _notes(tmp_path, run, "people*")
    # unless it is what the connection asks for, or there is no other: then it is told what it is
    assert _rows(tmp_path, run, source=f"people*.{ending}") == [{"id": "wrong"}]
    (tmp_path / "people.csv").unlink()
    (tmp_path / f"people.{ending}").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(AbortRun, match="a PDF"):
        _rows(tmp_path, run, source="people*")


@pytest.mark.parametrize("conflict", [
    "people (Ana Sample's conflicted copy 2026-11-01).csv", "people (case conflict).csv",
    "people_conflict-20261101.csv",
    "people.sync-conflict-20261101-101500-ABC.csv",
])  # fmt: skip
def test_what_could_not_be_brought_together_is_no_list(conflict: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    _older(tmp_path, "people.csv", "id\nk1\n")
    (tmp_path / conflict).write_text("id\nwrong\n")
    assert _rows(tmp_path, run, source="people*") == [{"id": "k1"}]


@pytest.mark.parametrize("name", [
    "people-2026-11-02.csv", "people (2026).csv", "people 2026.csv", "people_v2.csv", "people-east.csv",
    "people copyright.csv", "people.2026.csv", "people.csv.txt", "people.new.csv", "people-win.csv",
    "people (autosave list).csv", "people version 2.csv", "people of backup.csv", "people.linked.csv",
])  # fmt: skip
def test_a_newer_list_by_another_name_is_the_list(name: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    _older(tmp_path, "people.csv", "id\nold\n")
    (tmp_path / name).write_text("id\nk1\n")
    assert _rows(tmp_path, run, source="people*") == [{"id": "k1"}]
    assert not _notes(tmp_path, run, "people*")


def _older(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    long_ago = (folder / name).stat().st_mtime - 60
    os.utime(folder / name, (long_ago, long_ago))


def _notes(folder: Path, run: Callable[..., Any], source: str) -> list[str]:
    async def all_notes() -> list[str]:
        connector = FileDrop(FileSettings(folder=str(folder), quiet_s=0))
        return [
            note
            async for page in connector.read(StreamRequest("people", source, ("id",), {}), None)
            for note in page.notes
        ]

    return run(all_notes())


def test_one_file_that_cannot_be_read_hides_none_of_the_others(tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Ana Sample\n")
    for name, content in (
        ("b.xlsx", b"PK\x03\x04no zip"),
        ("c.csv", b"id\n\xff\xfe\n"),
        ("d.csv", b""),
        ("e.pdf", b"%PDF-1.7"),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "f.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "g.csv")
    connector = FileDrop(FileSettings(folder=str(tmp_path), quiet_s=0))
    offers = {offer.stream: offer for offer in run(connector.discover())}
    assert list(offers) == ["a.csv", "b.xlsx", "c.csv", "d.csv", "e.pdf"]
    assert offers["a.csv"].columns == ["id", "name"]
    assert [name for name, offer in offers.items() if not offer.note] == ["a.csv"]
    assert "a PDF" in offers["e.pdf"].note
    for number in range(60):
        (tmp_path / f"{number:02d}.csv").write_text("id\n")
    assert run(connector.check()) == f"65 files in {tmp_path}, of which the newest 50 are listed"
    assert len(run(connector.discover())) == 50


_SPOOLED = """
import asyncio, resource, sys
from pathlib import Path
from connectors.contract import StreamRequest
from connectors.systems.file import FileDrop, FileSettings
from connectors.engine.spool import Spool, slot_of

async def main() -> int:
    with Spool() as spool:
        drop = FileDrop(FileSettings(folder=sys.argv[1], quiet_s=0))
        async for page in drop.read(StreamRequest("people", sys.argv[2], ("id",), {}), None):
            spool.add((slot_of(str(raw["id"])), str(raw["id"]), place, "hash", b"x" * 50, None)
            for place, raw in page.rows)
        spool.put_in_order()
        return sum(len(block) for _, block in spool.blocks(1 << 12))

print(asyncio.run(main()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.thorough
def test_a_million_rows_take_no_more_memory_than_ten_thousand(tmp_path: Path) -> None:
    most: list[int] = []
    for rows in (10_000, 1_000_000):
        with (tmp_path / f"{rows}.csv").open("w") as file:
            file.write("id,name\n")
            file.writelines(f"{number},Sample Person {number}\n" for number in range(rows))
        command = [sys.executable, "-c", _SPOOLED, str(tmp_path), f"{rows}.csv"]
        count, kib = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert int(count) == rows
        most.append(int(kib))
    assert most[1] < most[0] + 30_000, f"{most} KiB"


@pytest.mark.thorough
def test_a_workbook_of_a_hundred_thousand_rows_takes_no_more_memory_than_one_of_ten_thousand(tmp_path: Path) -> None:
    most: list[int] = []
    for rows in (10_000, 100_000):
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("People")
        sheet.append(["id", "name", "mail", "phone"])
        for number in range(rows):
            sheet.append([number, f"Sample Person {number}", f"p{number}@fda.example", f"202-555-01{number % 100:02d}"])
        book.save(tmp_path / f"{rows}.xlsx")
        command = [sys.executable, "-c", _SPOOLED, str(tmp_path), f"{rows}.xlsx"]
        count, kib = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert int(count) == rows
        most.append(int(kib))
    assert most[1] < most[0] + 30_000, f"{most} KiB"
