"""Lists as text: CSV and its relatives, in the encodings and with the delimiters that people's programs save them."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from connectors.errors import AbortRun
from connectors.systems.table import LEAD, Layout, Numbered, Table, header_in, no_header

_CELL: Final = 1_000_000
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_DELIMITERS: Final = ",;\t|^~:\u00a6"
_SEP: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_OTHERS: Final = (
    (b"%PDF", "a PDF"), (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!\x1a\x07", "a RAR archive"), (b"(\xb5/\xfd", "a zstd archive"),
    (b"\x89PNG\r\n\x1a\n", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"), (b"SQLite format 3\0", "an SQLite database"), (b"PAR1", "a Parquet file"),
    (b"\0\1\0\0Standard ", "an Access database"), (b"BEGIN:VCARD", "a vCard file"),
    (b"BEGIN:VCALENDAR", "a calendar"), (b"MIME-Version:", "a web archive"),
)  # fmt: skip
_MARKUP: Final = re.compile(
    rb"\s*<(?:!--|(?:!doctype html|html|head|table|body|meta|div|style|rss|feed|\?xml)\b)", re.IGNORECASE
)
_JSON: Final = re.compile(rb'\s*(?:\[\s*\{|\{\s*")')
_START: Final = 4_096
_CHUNK: Final = 1 << 20


def kind_of(start: bytes) -> str | None:
    """What a file is that is no list as text, by its first bytes; None for text."""
    start = start.removeprefix(b"\xef\xbb\xbf")
    if bom := next((encoding for bom, encoding in _BOMS if start.startswith(bom)), None):
        start = start.decode(bom, errors="ignore").encode()
    if _MARKUP.match(start):
        return (
            "an XML file"
            if re.match(rb"\s*<(?:\?xml|rss|feed)", start[:200].lower()) and b"<html" not in start.lower()
            else "a web page (HTML)"
        )
    if _JSON.match(start):
        return "JSON"
    for magic, kind in _OTHERS:
        if start.startswith(magic):
            return kind
    return None


def table_of(path: Path, name: str, layout: Layout, encoding: str | None, delimiter: str) -> Table:
    """The list in a text file. Raises `AbortRun`, also while its rows are read."""
    with path.open("rb") as file:
        start = file.read(_START)
    if kind := kind_of(start):
        raise AbortRun(f"{name} is {kind}, whatever its name says: open it, and save the list as XLSX or CSV")
    if not start.strip():
        raise AbortRun(f"{name} is empty: it has not even a header")
    marked = next((encoding_ for bom, encoding_ in _BOMS if start.startswith(bom)), None)
    notes: list[str] = []
    known = marked or (_said(path, name, encoding, notes) if encoding else _without_mark(name, start))
    rows = _rows(path, name, known, delimiter)
    lead = list(islice(rows, LEAD))
    header = header_in(lead, layout)
    if header is None:
        raise no_header(name, lead, layout, _other_delimiter(lead, delimiter))
    if any(cell.startswith('="') for _, cells in lead for cell in cells):
        lead, rows = list(_unwrapped(lead)), _unwrapped(rows)
    if not layout.header_rows and header.last_row > lead[0][0]:
        notes.append(f"{name}: its header is line {header.last_row}")
    return Table(name, "line", header, chain(lead, rows), layout, notes, filler="")


def _unwrapped(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """The rows without what keeps a spreadsheet program from taking zeros away: ="0401"."""
    for number, cells in rows:
        yield number, [cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell for cell in cells]


def _said(path: Path, name: str, encoding: str, notes: list[str]) -> str:
    """The encoding that the connection says, unless its letters are plainly those of UTF-8."""
    if (
        codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
        or encoding.lower().startswith("utf")
        or not _is_utf_8(path)
    ):
        return encoding
    notes.append(f"{name}: it is UTF-8, not {encoding}, and was read so: leave `encoding` out")
    return "utf-8"


def _is_utf_8(path: Path) -> bool:
    """Whether a file has letters beyond ASCII, and is UTF-8 throughout: one of another encoding never is."""
    decoder, beyond = codecs.getincrementaldecoder("utf-8")(), False
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                beyond = beyond or not chunk.isascii()
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return beyond


def _without_mark(name: str, start: bytes) -> str:
    """The encoding where neither the file nor its connection says it: UTF-8, unless every other byte is none."""
    zeros = [start[at::2].count(0) for at in (0, 1)]
    if max(zeros) > len(start) / 5 and min(zeros) < max(zeros) / 4:
        other = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        raise AbortRun(f"{name} looks like UTF-16 without its mark: say `encoding: {other}` at the stream")
    return "utf-8"


def _other_delimiter(lead: Sequence[Numbered], delimiter: str) -> str:
    """What to say of a list whose rows are one cell each that holds another delimiter."""
    cells = [str(row[0]) for _, row in lead if len(row) == 1]
    if len(cells) < (len(lead) + 1) // 2:
        return ""
    counts = {other: sum(other in cell for cell in cells) for other in _DELIMITERS if other != delimiter}
    likeliest = max(counts, key=lambda other: counts[other])
    if not counts[likeliest] or (likeliest == ":" and counts[likeliest] < len(cells)):
        return ""
    return (
        f"Its cells seem to be parted by {_word(likeliest)}, not by {_word(delimiter)}: say `delimiter: {likeliest!r}`"
        " at the stream"
    )


def _word(delimiter: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter, repr(delimiter))


def _rows(path: Path, name: str, encoding: str, delimiter: str) -> Iterator[Numbered]:
    csv.field_size_limit(_CELL)
    line = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            # Excel writes its delimiter into a line of its own
            line_of_its_own = _SEP.fullmatch(file.readline())
            if line_of_its_own:
                line, delimiter = 2, line_of_its_own[1]
            else:
                file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=delimiter != " ")
            first = line
            for cells in reader:
                yield line, cells
                line = reader.line_num + first
    except UnicodeDecodeError as error:
        raise AbortRun(
            f"{name} is not {error.encoding} around line {line}: say `encoding` at the stream, e.g. `encoding: cp1252`"
            " for Excel on Windows"
        ) from None
    except UnicodeError:
        raise AbortRun(f"{name} is not {encoding}: say `encoding` at the stream, e.g. `encoding: utf-16-le`") from None
    except csv.Error as error:
        raise AbortRun(
            f"{name} cannot be read around line {line}: {error}; is a quote not closed, or not doubled within a cell?"
        ) from None
