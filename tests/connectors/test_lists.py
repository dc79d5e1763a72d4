"""Lists as they are published and exported: read from real files, without a graph."""

import codecs
import csv
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Broken, StreamRequest
from connectors.engine.columns import require_columns
from connectors.errors import AbortRun, ConnectorError, RetryLater
from connectors.systems.file import FileDrop, FileSettings
from tests.connectors.sftp_server import PASSWORD, USER
from tests.connectors.workbooks import Cell, day, error, formula, four_digits, open_document, rewritten, workbook

_HEAD: Final = ["id", "name", "email", "phone"]
_ANA: Final = ["k1", "Ana Sample", "ana@epa.example", "202-555-0100"]
_SAMPLES: Final = Path(__file__).parent / "samples"


@dataclass
class Read:
    """What came of a list."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[Any]:
        return [row["id"] for row in self.rows]


@pytest.fixture
def read(tmp_path: Path, run: Callable[..., Any]) -> Callable[..., Read]:
    """Reads the newest list in the test's folder that fits, as the runner does."""

    def reading(
        source: str = "people*", columns: Sequence[str] | None = ("name",), key: str = "id", **options: Any
    ) -> Read:
        async def all_pages() -> Read:
            found = Read()
            wanted = StreamRequest(
                "people", source, (key,), options, None if columns is None else [(column,) for column in columns]
            )
            async for page in FileDrop(FileSettings(folder=str(tmp_path), quiet_s=0)).read(wanted, None):
                if page.columns is not None:
                    require_columns(wanted, page.columns, lambda _: "")
                found.rows += [dict(raw) for _, raw in page.rows]
                found.places += [place for place, _ in page.rows]
                found.broken += page.broken
                found.notes += page.notes
            return found

        return run(all_pages())

    return reading


# --- text


@pytest.mark.parametrize(
    ("content", "options", "rows", "note"),
    [
        (
            "id,name\nk1,Zo\u00eb\n".encode(),
            {"encoding": "cp1252"},
            [{"id": "k1", "name": "Zo\u00eb"}],
            "it is UTF-8, not cp1252",
        ),
        (
            "id,name\nk1,Zo\u00eb\n".encode("mac-roman"),
            {"encoding": "mac-roman"},
            [{"id": "k1", "name": "Zo\u00eb"}],
            None,
        ),
        (b"id,name\nk1,Zoe\n", {"encoding": "cp1252"}, [{"id": "k1", "name": "Zoe"}], None),
        (b"id,name\nk1,Ana\n\x1a", {}, [{"id": "k1", "name": "Ana"}], None),
        (b"id,name\nk1,Ana\n" + bytes(50), {}, [{"id": "k1", "name": "Ana"}], None),
        (b'id, name\nk1, "Sample, Ana"\n', {}, [{"id": "k1", "name": "Sample, Ana"}], None),
        (b"id,name\nk1,Ana\nID,NAME\nk2,Bo\n", {}, [{"id": "k1", "name": "Ana"}, {"id": "k2", "name": "Bo"}], None),
    ],
)
def test_text_is_read_as_programs_leave_it(
    content: bytes,
    options: dict[str, Any],
    rows: list[Any],
    note: str | None,
    tmp_path: Path,
    read: Callable[..., Read],
) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    found = read(**options)
    assert found.rows == rows
    assert not found.broken
    assert [told for told in found.notes if note and note in told] == found.notes


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!-- report --><html><table></table></html>", "a web page"),
        (b'[{"id": "k1"}]', "is JSON"),
        (b'{ "people": [] }', "is JSON"),
        (b"BZh91AY&SY", "a bzip2 archive"),
        (b"Rar!\x1a\x07\0", "a RAR archive"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "a vCard file"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "a web archive"),
        (b"<div><p>people</p></div>", "a web page"),
        (b'<rss version="2.0">', "an XML file"),
        ("<html>".encode("utf-16"), "a web page"),
        ('[{"id": "k1"}]'.encode("utf-16"), "is JSON"),
    ],
)
def test_what_is_no_list_is_told_as_what_it_is(
    content: bytes, told: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    with pytest.raises(AbortRun, match=told):
        read()


@pytest.mark.parametrize(
    "text",
    [
        "id,name,email,phone,,\r\nk1,Ana Sample,a,1,,\r\n",
        "id,,name,,email,phone\r\nk1,,Ana Sample,,a,1\r\n",
        "id,name,email,phone\r\nk1,Ana Sample,a,1,,\r\n",
        "id,name,email,phone,note,more\r\nk1,Ana Sample,a,1\r\n",
        "id,name,email,phone,note,note\r\nk1,Ana Sample,a,1,x,y\r\n",
        "ID,Name,E Mail,Phone\r\nk1,Ana Sample,a,1\r\n",
        "\r\n\r\nid,name,email\r\nk1,Ana Sample,a\r\n",
        "id,name\r\nk1,Ana Sample\r\n" + ",\r\n" * 60,
        "id,name\r\nk1,Ana Sample\r\n" + ' ,"\u00a0"\r\n' * 60,
        "Directory of Field Contacts\r\nAs of November 1, 2026\r\n\r\nid,name\r\nk1,Ana Sample\r\n",
        "id,name\r\nk1,Ana Sample\r\nid,name\r\n",
        "sep=,\r\nid,name\r\nk1,Ana Sample\r\n",
        "name,id\r\nAna Sample,k1\r\n",
        "id*,Name*,email\r\nk1,Ana Sample,a\r\n",
        "ID:,Name:,E-mail:\r\nk1,Ana Sample,a\r\n",
        "'id','name','email'\r\nk1,Ana Sample,a\r\n",
        "#ID,(name),email\r\nk1,Ana Sample,a\r\n",
        "Directory\r\n\r\nID#,Name \u2020,email\r\nk1,Ana Sample,a\r\n",
    ],
)
def test_a_list_is_read_for_all_that_its_program_put_around_it(
    text: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    (tmp_path / "people.csv").write_text(text, newline="", encoding="utf-8")
    found = read()
    assert [(row["id"], row["name"]) for row in found.rows] == [("k1", "Ana Sample")]
    assert not found.broken
    assert "" not in found.rows[0]


def test_zeros_that_an_export_keeps_by_a_formula_are_kept(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text('id,name,port\n"=""007""",Ana Sample,"=""0401"""\n')
    assert read().rows == [{"id": "007", "name": "Ana Sample", "port": "0401"}]


def test_places_are_lines_as_an_editor_counts_them(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text('A title\n\nid,name\nk1,"Ana\nSample"\n,,\nk2,Bo\nTotal: 2 records\n')
    found = read()
    assert found.places == ["line 4", "line 7", "line 8"]
    assert found.notes == ["people.csv: its header is line 3"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "~", ":", "\u00a6"])
def test_a_wrong_delimiter_is_named(delimiter: str, tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text(f"id{delimiter}name\nk1{delimiter}Ana Sample\n")
    with pytest.raises(AbortRun, match="say `delimiter: "):
        read()
    names = {";": ["semicolon", "semi-colon"], "\t": ["tab", "\\t", "Tabs"], "|": ["|", "pipe", "vertical bar"]}
    for name in names.get(delimiter, {"^": ["caret"], "~": ["tilde"], ":": ["colon"]}.get(delimiter, [delimiter])):
        assert read(delimiter=name).keys == ["k1"]


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("ANSI", "cp1252"), ("Western European (Windows)", "cp1252"), ("Unicode", "utf-16"), ("UCS-2", "utf-16"),
        ("UTF-8 BOM", "utf-8-sig"), ("CSV UTF-8", "utf-8-sig"), ("Macintosh", "mac-roman"), ("EBCDIC", "cp037"),
        ("Windows-1252", "cp1252"), ("UTF8", "utf-8"),
    ],
)  # fmt: skip
def test_an_encoding_may_be_called_as_programs_call_it(
    said: str, encoding: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    (tmp_path / "people.csv").write_bytes("id,name\nk1,Zo\u00eb\n".encode(encoding))
    assert read(encoding=said).rows == [{"id": "k1", "name": "Zo\u00eb"}]


def _is_utf_8(content: bytes) -> bool:
    with suppress(UnicodeDecodeError):
        return bool(content.decode())
    return False


_TEXTS: Final = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), max_codepoint=0xFF), max_size=20)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True), _TEXTS), min_size=1, max_size=5),
    st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1", "mac-roman", "utf-16-le", "utf-16-be"]
    ),
    st.sampled_from(list(",;\t|")),
)
def test_what_is_written_is_read_in_any_encoding_and_delimiter(
    tmp_path_factory: pytest.TempPathFactory,
    run: Callable[..., Any],
    rows: list[tuple[str, str]],
    encoding: str,
    delimiter: str,
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([("id", "name"), *rows])
    content = file.getvalue().encode(encoding, errors="replace")
    (folder / "people.csv").write_bytes(content)
    marked = content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE))

    async def names() -> list[tuple[str, str]]:
        options = {"delimiter": delimiter} | ({} if encoding == "utf-8" or marked else {"encoding": encoding})
        wanted = StreamRequest("people", "*", ("id",), options, (("name",),))
        pages = FileDrop(FileSettings(folder=str(folder), quiet_s=0)).read(wanted, None)
        return [(raw["id"], raw["name"]) async for page in pages for _, raw in page.rows]

    is_utf_8 = encoding in ("cp1252", "latin-1", "mac-roman") and not content.isascii() and _is_utf_8(content)
    text = io.StringIO(content.decode("utf-8" if is_utf_8 else encoding), newline="")
    wanted = list(csv.reader(text, delimiter=delimiter, skipinitialspace=True))[1:]
    assert run(names()) == [tuple(row) for row in wanted if row != ["id", "name"]]
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,name\nk1,Zoë\n".encode("cp1252"), "not utf-8 around line 1: say `encoding`"),
        ("id,name\nk1,Ana Sample\n".encode("utf-16-le"), "encoding: utf-16-le"),
        ("id,name\nk1,Ana Sample\n".encode("utf-16-be"), "encoding: utf-16-be"),
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"Notes\nnothing here\n", "its first row is 'Notes', and none of its first 2 rows has the key's column id"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "a web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"id,name,name\nk1,a,b\n", "names a column twice: name"),
        (b'id,name\nk1,"open\n', "quote"),
        (b"id,mail\nk1,a\n", "there is no column 'name'; the system has id, mail"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(
    content: bytes, told: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    with pytest.raises(AbortRun) as caught:
        read()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_that_is_gone_is_told_with_its_new_name(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text("id,name,Email Address\nk1,Ana Sample,a@epa.example\n")
    with pytest.raises(AbortRun, match=r"no column 'email'.*Is it 'Email Address' now.*Nothing was changed"):
        read(columns=["name", "email"])


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(
    tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any], content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for start in (b"", b"id,name\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        (folder / "people.xlsx").write_bytes(start + content)

        async def all_rows() -> None:
            async for _ in FileDrop(FileSettings(folder=str(folder), quiet_s=0)).read(
                StreamRequest("people", "*", ("id",), {}, ()), None
            ):
                pass

        try:
            run(all_rows())
        except ConnectorError as told:
            assert "\n" not in str(told)  # noqa: PT017 - some can be read
    shutil.rmtree(folder)


# --- workbooks


@pytest.mark.parametrize("dimension", ["A1", "A1:A1", "A1:D2", "A1:B9", None, "A1:XFD1048576"])
def test_all_rows_are_read_whatever_a_sheet_claims_to_span(
    dimension: str | None, tmp_path: Path, read: Callable[..., Read]
) -> None:
    workbook(tmp_path / "people.xlsx", {"S": [_HEAD, *([f"k{n}", *_ANA[1:]] for n in range(8))]}, dimension=dimension)
    assert read(columns=_HEAD).keys == [f"k{n}" for n in range(8)]


def test_cells_are_what_one_sees(tmp_path: Path, read: Callable[..., Read]) -> None:
    rows = [
        ["id", "name", "port", "since", "public", "more"],
        ["k1", "Ana_x000D_ Sample", four_digits(401), day(46327), True, error("#N/A")],
        ["k2", formula("A1", "Bo Sample"), 2704.0, 46327.5, False, None],
        [3, "Cy Sample", "0401", None, None, "  "],
        [None, " ", None, None, None, None],
    ]
    workbook(tmp_path / "people.xlsx", {"S": rows})
    assert read().rows == [
        {
            "id": "k1",
            "name": "Ana\r Sample",
            "port": "0401",
            "since": date(2026, 11, 1),
            "public": True,
            "more": "#N/A",
        },
        {"id": "k2", "name": "Bo Sample", "port": 2704, "since": 46327.5, "public": False, "more": None},
        {"id": 3, "name": "Cy Sample", "port": "0401", "since": None, "public": None, "more": "  "},
    ]


def test_the_header_is_found_or_said(tmp_path: Path, read: Callable[..., Read]) -> None:
    rows = [["Directory of Field Contacts"], ["As of November 1, 2026"], [], _HEAD, _ANA, ["* acting"]]
    workbook(tmp_path / "people.xlsx", {"List": rows})
    found = read()
    assert found.places == ["row 5", "row 6"]
    assert found.notes == ["people.xlsx: its header is row 4"]
    assert read(header_row=4).keys == ["k1", "* acting"]
    with pytest.raises(AbortRun, match="has the key's column number"):
        read(key="number")


def test_a_header_over_two_rows_is_one(tmp_path: Path, read: Callable[..., Read]) -> None:
    rows = [["Staff", None, "Contact", None], ["id", "name", "Mail", "Phone"], ["k1", "Ana Sample", "m", "p"]]
    workbook(tmp_path / "people.xlsx", {"List": rows}, merged=["C1:D1", "A1:B1"])
    found = read(key="Staff id", columns=["Staff name", "Contact Mail", "Contact Phone"], header_row=[1, 2])
    assert found.rows == [{"Staff id": "k1", "Staff name": "Ana Sample", "Contact Mail": "m", "Contact Phone": "p"}]


def test_a_header_whose_cells_are_merged_downwards_is_found_by_itself(
    tmp_path: Path, read: Callable[..., Read]
) -> None:
    rows = [["A title"], ["id", "name", "Contact", None], [None, None, "Mail", "Phone"], ["k1", "Ana Sample", "m", "p"]]
    workbook(tmp_path / "people.xlsx", {"List": rows}, merged=["C2:D2", "A2:A3", "B2:B3"])
    found = read(columns=["name", "Contact Mail"])
    assert found.rows == [{"id": "k1", "name": "Ana Sample", "Contact Mail": "m", "Contact Phone": "p"}]
    assert found.notes == ["people.xlsx: its header is rows 2 to 3"]


def test_what_is_merged_over_rows_is_in_each_and_is_told(tmp_path: Path, read: Callable[..., Read]) -> None:
    rows = [
        ["id", "port", "name"],
        ["k1", "2704", "Ana"],
        ["k2", None, "Bo"],
        ["k3", None, "Cy"],
        ["k4", None, "Di"],
        ["Source: us"],
    ]
    workbook(tmp_path / "people.xlsx", {"List": rows}, merged=["B2:B4", "A6:C6"])
    found = read()
    assert [row["port"] for row in found.rows] == ["2704", "2704", "2704", None, None]
    assert "1 merged cells span several rows" in found.notes[0]


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"West": [["id", "name"], ["k2", "Bo Sample"]]}, "sheet 'East' was read; 'West' has such a list, too"),
        (
            {
                "West": [["As of today"], [], ["ID", "Name", "more"], ["k2", "Bo", 1]],
                "North": [["id", "name"], ["k3", "Cy"]],
            },
            "'West', 'North' have such lists, too",
        ),
        # these are other lists, or none yet
        ({"Offices": [["id", "city"], ["k2", "Boston"]]}, None),
        ({"West": [["id", "name"]]}, None),
        ({"West": []}, None),
        ({"Read me": [["id and name are those of the directory"]]}, None),
    ],
)  # fmt: skip
def test_a_list_of_another_sheet_is_told(
    others: dict[str, Any], told: str | None, tmp_path: Path, read: Callable[..., Read]
) -> None:
    workbook(tmp_path / "people.xlsx", {"East": [["id", "name"], ["k1", "Ana Sample"]], **others})
    found = read()
    assert found.keys == ["k1"]
    assert len(found.notes) == (told is not None)
    assert not told or told in found.notes[0]
    assert not read(sheet="East").notes


@pytest.mark.parametrize(
    ("sheet", "keys", "told"),
    [(None, ["k1"], "the list is in the sheet 'People '"), ("People ", ["k1"], None),
     ("people", ["k1"], "no sheet 'people', but 'People '"),
     ("Old", ["o1"], None), ("Nowhere", None, "its sheets are 'Read me', 'People ' (hidden: 'Old')"),
     ("Read me", None, "sheet 'Read me': its first row is 'This workbook lists our staff.'")],
)  # fmt: skip
def test_the_sheet_is_found_or_the_sheets_are_named(
    sheet: str | None, keys: list[str] | None, told: str | None, tmp_path: Path, read: Callable[..., Read]
) -> None:
    cover = [["This workbook lists our staff."], [], ["Questions to desk@epa.example"]]
    sheets = {
        "Old": [["id", "name"], ["o1", "Old Sample"]],
        "Read me": cover,
        "People ": [["id", "name"], ["k1", "Ana Sample"]],
    }
    workbook(tmp_path / "people.xlsx", sheets, hidden=["Old"])
    options = {} if sheet is None else {"sheet": sheet}
    if keys is None:
        with pytest.raises(AbortRun) as caught:
            read(**options)
        assert str(told) in str(caught.value)
        return
    found = read(**options)
    assert found.keys == keys
    assert [note for note in found.notes if told and told in note] or told is None


def test_two_sheets_with_such_a_list_must_be_told_apart(tmp_path: Path, read: Callable[..., Read]) -> None:
    people = [["id", "name"], ["k1", "Ana Sample"]]
    workbook(tmp_path / "people.xlsx", {"Cover": [["x"]], "East": people, "West": people})
    with pytest.raises(AbortRun, match="'East', 'West': say `sheet`"):
        read()


def test_a_workbook_whose_sheets_are_hidden_says_so(tmp_path: Path, read: Callable[..., Read]) -> None:
    people = [["id", "name"], ["k1", "Ana Sample"]]
    workbook(tmp_path / "people.xlsx", {"East": people, "West": people}, hidden=["East", "West"])
    with pytest.raises(AbortRun, match="all its sheets are hidden, 'East', 'West': say by `sheet`"):
        read()
    assert read(sheet="West").keys == ["k1"]
    workbook(tmp_path / "people.xlsx", {"Blank": [[]], "People": people}, hidden=["People"])
    with pytest.raises(AbortRun, match=r"is empty: .*\(hidden: 'People'\): say which by `sheet`"):
        read()


@pytest.mark.parametrize(
    "total",
    ["Total,4", "TOTAL:,4", "Grand total,,4", "Subtotal,1,3", "Sub-total,1.5,(3)", "Total records,2", "Count,4",
     "Sum,$1 200.50",
     "Total of this page,4", "Number of contacts,2", ",Total,4", "Totals,4,50%"],
)  # fmt: skip
def test_a_total_is_no_record(total: str, tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text(f"id,name,phone\nk1,Ana Sample,\n{total}\nk2,Bo Sample,\n{total}\n")
    assert read().keys == ["k1", "k2"]


@pytest.mark.parametrize("record", ["Total,Ana Sample", "Count,Bo Sample", "Total Trade Desk,Ana", "k3,4"])
def test_a_record_is_no_total(record: str, tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.csv").write_text(f"id,name\n{record}\n")
    assert read().keys == [record.partition(",")[0]]


def test_formulas_that_were_never_computed_stop_the_run_where_they_are_needed(
    tmp_path: Path, read: Callable[..., Read]
) -> None:
    workbook(
        tmp_path / "people.xlsx",
        {"S": [["id", "name", "sum"], *([key, "Ana", formula("1+1")] for key in ("k1", "k2"))]},
    )
    assert read().keys == ["k1", "k2"]
    with pytest.raises(AbortRun, match="2 cells, first row 2 of 'sum', are formulas that were never computed"):
        read(columns=["sum"])


@pytest.mark.parametrize("strange", [{}, {"prefix": "x:"}, {"fill": "<fill><bogus/></fill>"}])
def test_a_formula_whose_result_is_empty_text_is_an_empty_cell(
    strange: dict[str, str], tmp_path: Path, read: Callable[..., Read]
) -> None:
    empty = Cell("", "str", formula='IF(A2="","",A2)')
    rows = [["id", "name", "email"], ["k1", "Ana Sample", empty], [formula("A2", "k2"), "Bo Sample", "bo@epa.example"]]
    workbook(tmp_path / "people.xlsx", {"S": rows}, **strange)
    found = read(columns=["name", "email"])
    assert [(row["id"], row["email"] or None) for row in found.rows] == [("k1", None), ("k2", "bo@epa.example")]
    # a number that was not computed is told all the same, in whatever order its cell says what it is
    for never in (Cell("", "n", formula="1+1"), Cell(None, "str", formula="A2"), Cell("", "n", 1, "A2")):
        workbook(tmp_path / "people.xlsx", {"S": [*rows, ["k3", "Cy Sample", never]]})
        with pytest.raises(AbortRun, match="1 cells, first row 4 of 'email'"):
            read(columns=["name", "email"])


@pytest.mark.parametrize(
    "strange",
    [{"fill": "<fill><bogus/></fill>"}, {"prefix": "x:"}, {"main": "http://purl.oclc.org/ooxml/spreadsheetml/main"}],
)
def test_workbooks_that_other_programs_wrote_are_read(
    strange: dict[str, str], tmp_path: Path, read: Callable[..., Read]
) -> None:
    workbook(tmp_path / "people.xlsx", {"S": [_HEAD, _ANA, ["k2", "Bo Sample", None, 2025550101]]}, **strange)
    assert [(row["id"], row["name"], row["phone"]) for row in read().rows] == [
        ("k1", "Ana Sample", "202-555-0100"), ("k2", "Bo Sample", 2025550101)
    ]  # fmt: skip


@pytest.mark.parametrize("at", [0, 3])
def test_a_list_may_stand_anywhere_in_a_sheet(at: int, tmp_path: Path, read: Callable[..., Read]) -> None:
    rows = [*[[]] * at, *([*[None] * at, *row] for row in [["id", "name"], ["k1", "Ana"]])]
    for name, fill in (("people.xlsx", None), ("people-2.xlsx", "<fill><bogus/></fill>")):
        workbook(tmp_path / name, {"S": rows}, **({"fill": fill} if fill else {}))
        found = read(name)
        assert found.rows == [{"id": "k1", "name": "Ana"}]
        assert found.places == [f"row {at + 2}"]


def test_older_kinds_of_workbooks_are_read(tmp_path: Path, read: Callable[..., Read]) -> None:
    workbook(tmp_path / "people.xlsm", {"S": [["id", "name"], ["k1", "Ana Sample"]]})
    open_document(tmp_path / "people.ods", "S", [["id", "name"], ["k1", "Ana Sample"]])
    (tmp_path / "PEOPLE.XLSX").write_bytes((tmp_path / "people.xlsm").read_bytes())
    for name in ("people.xlsm", "people.ods", "PEOPLE.XLSX"):
        assert read(name).rows == [{"id": "k1", "name": "Ana Sample"}]
    shutil.copy(_SAMPLES / "people.xls", tmp_path)
    found = read("people.xls")
    assert found.rows == [
        {"id": "k1", "name": "Zoë Sample", "port": 401, "since": date(2026, 11, 1), "public": True},
        {"id": "k2", "name": "Bo Sample", "port": 401, "since": None, "public": False},
    ]


@pytest.mark.parametrize("name", ["people.xls", "people.xlsx", "people.csv", "people"])
def test_a_workbook_is_known_by_its_content_whatever_it_is_called(
    name: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    open_document(tmp_path / name, "S", [["id", "name"], ["k1", "Ana Sample"]])
    assert read(name).keys == ["k1"]
    shutil.copy(_SAMPLES / "people.xls", tmp_path / name)
    assert read(name).keys == ["k1", "k2"]


def test_a_total_may_stand_beyond_the_table(tmp_path: Path, read: Callable[..., Read]) -> None:
    workbook(tmp_path / "people.xlsx", {"S": [["id", "name"], ["k1", "Ana"], ["Total", None, 1], ["k2", "Bo", "x"]]})
    found = read()
    assert found.keys == ["k1"]
    assert [broken.place for broken in found.broken] == ["row 4"]


def test_text_that_is_called_a_workbook_is_read_as_text(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "people.xls").write_text("id\tname\nk1\tAna Sample\n")
    assert read(delimiter="tab").keys == ["k1"]


def test_workbooks_that_cannot_be_read_are_told_as_what_they_are(tmp_path: Path, read: Callable[..., Read]) -> None:
    whole = tmp_path / "whole"
    workbook(whole, {"S": [_HEAD, *[_ANA] * 50]})
    shutil.copy(_SAMPLES / "secret.xlsx", tmp_path)
    rewritten(whole, tmp_path / "part.xlsx", "sheet1.xml", 40)
    (tmp_path / "cut.xlsx").write_bytes(whole.read_bytes()[:-200])
    (tmp_path / "zeros.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    (tmp_path / "page.xls").write_text("<html><table><tr><td>id</td></tr></table></html>")
    with zipfile.ZipFile(tmp_path / "files.xlsx", "w") as packed:
        packed.writestr("people.csv", "id,name")
    with zipfile.ZipFile(tmp_path / "empty.ods", "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    openpyxl.Workbook().save(tmp_path / "blank.xlsx")
    for name, told in (
        ("secret.xlsx", "protected by a password"), ("part.xlsx", "damaged"), ("cut.xlsx", "damaged"),
        ("zeros.xls", "damaged"),
        ("page.xls", "a web page"), ("files.xlsx", "another ZIP archive"), ("empty.ods", "damaged"),
        ("blank.xlsx", "not even a header"),
    ):  # fmt: skip
        with pytest.raises(AbortRun, match=told) as caught:
            read(name)
        assert "\n" not in str(caught.value)


# --- folders


@pytest.mark.parametrize(
    "beside",
    [
        "~$people.xlsx",
        "._people.csv",
        "~people.csv",
        ".people.csv",
        "people.csv.part",
        "people.csv~",
        ".people.csv.swp",
        "#people.csv#",
        "people.csv.sb-1a2b3c4d-Abc123",
        "people_backup.csv",
        "people-copy.csv",
        "people - kopia.csv",
        "people (copia).csv",
        "people.old.csv",
        "people.bak.csv",
    ],
)
def test_what_programs_leave_beside_a_list_is_not_the_list(
    beside: str, tmp_path: Path, read: Callable[..., Read]
) -> None:
    (tmp_path / "people.csv").write_text("id,name\nk1,Ana Sample\n")
    os.utime(tmp_path / "people.csv", (1, 1))
    (tmp_path / beside).write_bytes(b"\x0cAna Sample" + b" " * 150)
    assert read("*people*").keys == ["k1"]


def test_links_and_names_with_accents_are_files_to_read(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "staff-2026.csv").write_text("id,name\nk1,Ana Sample\n")
    (tmp_path / "people-latest.csv").symlink_to("staff-2026.csv")
    (tmp_path / "people-gone.csv").symlink_to("nowhere.csv")
    assert read().keys == ["k1"]
    (tmp_path / "Rapport-e\u0301te\u0301.csv").write_text("id,name\nk2,Zoë Sample\n")
    assert read("Rapport-été*").keys == ["k2"]


def test_a_pattern_with_a_folder_and_one_that_fits_nothing_are_told(tmp_path: Path, read: Callable[..., Read]) -> None:
    (tmp_path / "staff.csv").write_text("id,name\n")
    with pytest.raises(AbortRun, match="names a folder"):
        read("lists/people*.csv")
    with pytest.raises(RetryLater, match=r"fits people\*; there are: staff.csv"):
        read()


def test_one_odd_file_hides_none_of_the_others(tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "people.csv").write_text("id,name\nk1,Ana Sample\n")
    (tmp_path / "odd.csv").write_bytes("id,name\nk1,Zoë\n".encode("cp1252"))
    workbook(tmp_path / "book.xlsx", {"Cover": [["x"]], "People": [["id", "name"]]}, hidden=["Cover"])
    offers = {offer.stream: offer for offer in run(FileDrop(FileSettings(folder=str(tmp_path), quiet_s=0)).discover())}
    assert offers["people.csv"].columns == ["id", "name"]
    assert "encoding" in offers["odd.csv"].note
    assert offers["book.xlsx"].note == "sheets: 'People' (hidden: 'Cover')"


@pytest.mark.parametrize("kind", ["plain", "windows", "bare", "timeless"])
def test_servers_that_tell_little_of_their_files_are_read(kind: str, tmp_path: Path, run: Callable[..., Any]) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people/people-old").mkdir()
    for name, text in (("staff.csv", "id,name\nk1,Ana Sample\n"), ("Été.csv", "id,name\nk2,Zoë Sample\n")):
        (tmp_path / "people" / name).write_text(text)
        os.utime(tmp_path / "people" / name, (1_000, 1_000))
    (tmp_path / "people/people-latest.csv").symlink_to("staff.csv")
    (tmp_path / "people/people-gone.csv").symlink_to("nowhere.csv")
    command = [sys.executable, "-m", "tests.connectors.odd_sftp_server", str(tmp_path / "people"), kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            port, key = server.stdout.readline().strip().split(" ", 1)
            settings = {
                "folder": f"sftp://{USER}@127.0.0.1:{port}/",
                "password": PASSWORD,
                "host_key": key,
                "quiet_s": 1,
            }

            async def names(pattern: str) -> list[str]:
                pages = FileDrop(FileSettings.model_validate(settings)).read(
                    StreamRequest("people", pattern, ("id",), {}, (("name",),)), None
                )
                return [raw["name"] async for page in pages for _, raw in page.rows]

            assert run(names("people*")) == ["Ana Sample"]
            assert run(names("Été.csv")) == ["Zoë Sample"]
        finally:
            server.terminate()
