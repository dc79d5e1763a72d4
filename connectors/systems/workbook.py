"""Workbooks: XLSX and XLSM row by row, in flat memory, by openpyxl; the older XLS, XLSB and ODS by calamine, which
holds a sheet whole.

openpyxl alone streams, and tells error values, number formats and formulas apart; calamine alone reads the other
kinds, and workbooks whose styles or names other programs wrote so that openpyxl cannot open them.
"""

import re
import warnings
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import openpyxl
import python_calamine

from connectors.engine.cells import is_blank
from connectors.errors import AbortRun
from connectors.systems.table import LEAD, OLE, Header, Layout, Numbered, Table, header_in, is_blank_row, no_header

_UNPACKED: Final = 4 << 30
_HELD: Final = 500 << 20
"""So much may a workbook unpack to that is held whole."""
_ROWS: Final = 500
_ZEROS: Final = re.compile(r"0{2,18}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_ITS_FORMULA: Final = rb"\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_NEVER_COMPUTED: Final = re.compile(
    # a result that is said to be text is one, though it is empty
    rb"<(?:\w+:)?c\s(?![^>]*\bt=[\"']str[\"'][^>]*>%b<(?:\w+:)?v\b)" % _ITS_FORMULA
    + rb'[^>]*?\br="([A-Z]+)(\d+)"[^>]*>%b' % _ITS_FORMULA
    + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 4 << 10


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that are merged: first and last row, first and last column, from one."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. `never_computed` gives the row and column, from one, of formulas without a value."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[Numbered]]
    merged: Callable[[], Sequence[Merge]]
    never_computed: Callable[[], Sequence[tuple[int, int]]]


@contextmanager
def table_of(path: Path, name: str, layout: Layout, sheet: str | None) -> Generator[Table]:
    """The list in a workbook: in the sheet that is named, else in the first that has its header. Raises `AbortRun`."""
    notes = list[str]()
    with ExitStack() as files:
        yield _table(_opened(path, name, files), name, layout, sheet, notes)


def _table(book: Sequence[Sheet], name: str, layout: Layout, sheet: str | None, notes: list[str]) -> Table:
    try:
        chosen, header = _chosen(name, book, layout, sheet, notes)
        merged = chosen.merged()
        lead = list(islice(chosen.rows(), LEAD))
        over = layout.header_rows or _rows_of_header(header, merged)
        if len(over) > 1:
            header = header_in(_filled_across(lead, merged, over), replace(layout, header_rows=over)) or header
            if not layout.header_rows:
                notes.append(f"{name}: its header is rows {over[0]} to {over[-1]}")
        _tell_of(name, chosen, header, merged, layout, notes)
        rows = _filled_down(chosen.rows(), merged, header.last_row) if merged else chosen.rows()
        return Table(name, "row", header, _safely(rows, name), layout, notes)
    except AbortRun:
        raise
    except Exception as error:
        raise _damaged(name, error) from None


def sheets_of(path: Path, name: str) -> str:
    """The sheets of a workbook in words, e.g. `'Cover', 'People' (hidden: 'Old')`. Raises `AbortRun`."""
    with ExitStack() as files:
        return _told(_opened(path, name, files))


def _opened(path: Path, name: str, files: ExitStack) -> list[Sheet]:
    try:
        return _book(path, name, files)
    except AbortRun:
        raise
    except python_calamine.PasswordError:
        raise _locked(name) from None
    except Exception as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> AbortRun:
    kind = type(error).__name__
    return AbortRun(
        f"{name} is no workbook that can be read, or is damaged ({kind}): open it, and save it again as XLSX or CSV"
    )


def _locked(name: str) -> AbortRun:
    return AbortRun(f"{name} is protected by a password: save it without one, as XLSX")


def _safely(rows: Iterable[Numbered], name: str) -> Iterator[Numbered]:
    try:
        yield from rows
    except AbortRun:
        raise
    except Exception as error:
        raise _damaged(name, error) from None


def _chosen(
    name: str, book: Sequence[Sheet], layout: Layout, wanted: str | None, notes: list[str]
) -> tuple[Sheet, Header]:
    """The sheet that is named, or the first that has the header of the list."""
    if wanted is not None:
        sheet = _named(name, book, wanted, notes)
        lead = list(islice(sheet.rows(), LEAD))
        header = header_in(lead, layout)
        if header is None:
            raise no_header(f"{name}, sheet {sheet.name!r}", lead, layout)
        return sheet, header
    shown = [sheet for sheet in book if not sheet.hidden]
    if book and not shown:
        raise AbortRun(
            f"{name}: all its sheets are hidden, {_names(book)}: say by `sheet` which is the list, or show it"
        )
    leads = [list(islice(sheet.rows(), LEAD)) for sheet in shown]
    fitting = [(sheet, header) for sheet, lead in zip(shown, leads, strict=True) if (header := header_in(lead, layout))]
    if not fitting:
        first = leads[0] if leads else []
        hint = (
            f"Its sheets are {_told(book)}: say which by `sheet`, and `header_row` where the header stands further down"
        )
        raise no_header(name, first, layout, hint if len(book) > 1 else "")
    if fitting[0][0] is not shown[0]:
        if len(fitting) > 1:
            raise AbortRun(
                f"{name}: several sheets have such a list, {', '.join(repr(sheet.name) for sheet, _ in fitting)}: say"
                " `sheet`"
            )
        notes.append(f"{name}: the list is in the sheet {fitting[0][0].name!r}, of {_told(book)}")
    _tell_of_others(name, fitting, layout, notes)
    return fitting[0]


def _tell_of_others(name: str, fitting: Sequence[tuple[Sheet, Header]], layout: Layout, notes: list[str]) -> None:
    """Remarks on sheets behind the first that have the columns which are read of it, and rows."""
    if not layout.key:
        return
    (first, read), *others = fitting
    columns = layout.named & set(read.columns)
    alike = [
        repr(sheet.name)
        for sheet, header in others
        if columns <= set(header.columns)
        and any(number > header.last_row and not is_blank_row(cells) for number, cells in sheet.rows())
    ]
    if alike:
        have = "has such a list, too" if len(alike) == 1 else "have such lists, too"
        notes.append(
            f"{name}: only the sheet {first.name!r} was read; {', '.join(alike)} {have}: write a stream for each, and"
            " say its `sheet`"
        )


def _named(name: str, book: Sequence[Sheet], wanted: str, notes: list[str]) -> Sheet:
    for sheet in book:
        if sheet.name == wanted:
            return sheet
    alike = [sheet for sheet in book if sheet.name.strip().casefold() == wanted.strip().casefold()]
    if len(alike) != 1:
        raise AbortRun(f"{name} has no sheet {wanted!r}; its sheets are {_told(book)}")
    notes.append(f"{name}: it has no sheet {wanted!r}, but {alike[0].name!r}, which was read")
    return alike[0]


def _told(book: Sequence[Sheet]) -> str:
    shown = _names(sheet for sheet in book if not sheet.hidden) or "none that is shown"
    hidden = _names(sheet for sheet in book if sheet.hidden)
    return f"{shown} (hidden: {hidden})" if hidden else shown


def _names(sheets: Iterable[Sheet]) -> str:
    return ", ".join(repr(sheet.name) for sheet in sheets)


def _tell_of(
    name: str, sheet: Sheet, header: Header, merged: Sequence[Merge], layout: Layout, notes: list[str]
) -> None:
    """Remarks about how the sheet is read. Raises `AbortRun` for formulas without values in a column that is needed."""
    empty = [
        (row, column)
        for row, column in sheet.never_computed()
        if row > header.last_row
        and column <= len(header.names)
        and (of := header.names[column - 1])
        and layout.is_used(of)
    ]
    if empty:
        row, column = empty[0]
        raise AbortRun(
            f"{name}: {len(empty)} cells, first row {row} of {header.names[column - 1]!r}, are formulas that were never"
            " computed: open it in a spreadsheet program, save it, and drop it again"
        )
    if not layout.header_rows and header.last_row > 1 and not notes:
        notes.append(f"{name}: its header is row {header.last_row}")
    down = [merge for merge in merged if merge.top > header.last_row and merge.bottom > merge.top]
    if down:
        notes.append(
            f"{name}: {len(down)} merged cells span several rows; each of these has their value, e.g. from row"
            f" {down[0].top}"
        )


def _rows_of_header(header: Header, merged: Sequence[Merge]) -> tuple[int, ...]:
    """The rows that a header is spread over, as cells show that are merged downwards from it."""
    deepest = max(
        (merge.bottom for merge in merged if merge.top == header.last_row and merge.left == merge.right), default=0
    )
    return tuple(range(header.last_row, deepest + 1)) if header.last_row < deepest <= LEAD else ()


def _filled_across(lead: Iterable[Numbered], merged: Sequence[Merge], rows: Sequence[int]) -> list[Numbered]:
    """The rows of a header, with what stands over several columns in each of them."""
    filled = list[Numbered]()
    for number, cells in lead:
        if number in rows[:-1]:
            filled.append(
                (number, _across(list(cells), [merge for merge in merged if merge.top <= number <= merge.bottom]))
            )
        else:
            filled.append((number, cells))
    return filled


def _across(cells: list[Any], merged: Iterable[Merge]) -> list[Any]:
    for merge in merged:
        if merge.left <= len(cells):
            cells += [None] * (merge.right - len(cells))
            cells[merge.left : merge.right] = [cells[merge.left - 1]] * (merge.right - merge.left)
    return cells


def _filled_down(rows: Iterable[Numbered], merged: Sequence[Merge], header: int) -> Iterator[Numbered]:
    """The rows with what is merged over several of them in each; what is merged over columns is a line across the
    table.
    """
    waiting = sorted(
        (merge for merge in merged if merge.top > header and merge.bottom > merge.top), key=lambda merge: -merge.top
    )
    running = list[tuple[Merge, Any]]()
    for number, cells in rows:
        while waiting and waiting[-1].top <= number:
            merge = waiting.pop()
            if merge.top == number and merge.left <= len(cells):
                running.append((merge, cells[merge.left - 1]))
        if running:
            running = [(merge, value) for merge, value in running if number <= merge.bottom]
            filled = list(cells)
            for merge, value in running:
                filled += [None] * (merge.left - len(filled))
                if is_blank(filled[merge.left - 1]):
                    filled[merge.left - 1] = value
            cells = filled  # noqa: PLW2901 - as one sees them
        yield number, cells


def _book(path: Path, name: str, files: ExitStack) -> list[Sheet]:
    """The sheets of a workbook of any kind. Raises `AbortRun`, or what the library raises for a damaged one."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in _beginning(path):
            raise _locked(name)
        return _held(path)
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
        parts = {part.filename.lower().replace("\\", "/").lstrip("/") for part in packed.infolist()}
    if size > _UNPACKED:
        raise AbortRun(f"{name} would unpack to more than {_UNPACKED >> 30} GiB")
    if "xl/workbook.xml" in parts and not _is_strict(path):
        try:
            book = _streamed(path, files)
        except Exception:
            # its styles, names or relations are not as openpyxl wants them
            if size > _HELD:
                raise
            return _held(path)
        return book
    if not parts & {"xl/workbook.xml", "xl/workbook.bin", "content.xml", "mimetype"}:
        raise AbortRun(f"{name} is no workbook but another ZIP archive: unpack it, and drop the list itself")
    if size > _HELD:
        raise AbortRun(
            f"{name} would unpack to more than {_HELD >> 20} MiB: save it as XLSX or CSV, which are read row by row"
        )
    return _held(path)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4 << 20)


def _is_strict(path: Path) -> bool:
    """Whether it is of the strict kind, whose names openpyxl does not know."""
    with zipfile.ZipFile(path) as packed:
        names = [name for name in packed.namelist() if name.lower() == "xl/workbook.xml"]
        return not names or b"purl.oclc.org/ooxml" in packed.read(names[0])


# --- row by row, by openpyxl


def _streamed(path: Path, files: ExitStack) -> list[Sheet]:
    file = files.enter_context(path.open("rb"))
    with _quietly():
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "reset_dimensions")]
        for sheet in sheets:
            # what it claims to span is often wrong
            sheet.reset_dimensions()
            next(sheet.iter_rows(), None)

    def made(sheet: Any) -> Sheet:
        part: str = sheet._worksheet_path  # noqa: SLF001 - openpyxl gives no other way to the part
        return Sheet(
            sheet.title,
            sheet.sheet_state != "visible",
            lambda: _rows_of(sheet),
            lambda: [_merge(range_) for range_ in _scanned(path, part, _MERGED)],
            lambda: [(int(row), _column(column)) for column, row in _scanned(path, part, _NEVER_COMPUTED, _FORMULA)],
        )

    return [made(sheet) for sheet in sheets]


def _quietly() -> Any:
    """Without openpyxl's warnings about parts it does not know."""
    return warnings.catch_warnings(action="ignore")


def _rows_of(sheet: Any) -> Iterator[Numbered]:
    zeros: dict[int, int] = {}

    def value(cell: Any) -> Any:
        content = cell.value
        if content is None or isinstance(content, str):
            return _text(content) if content and "_x" in content else content
        if isinstance(content, bool):
            return content
        if isinstance(content, int | float):
            number = whole(content)
            style = cell._style_id  # noqa: SLF001 - openpyxl looks the format up for each cell anew
            if style not in zeros:
                zeros[style] = len(cell.number_format) if _ZEROS.fullmatch(cell.number_format) else 0
            return f"{number:0{zeros[style]}d}" if zeros[style] and isinstance(number, int) and number >= 0 else number
        return as_written(content)

    rows = enumerate(sheet.iter_rows(), 1)
    while True:
        with _quietly():
            page = [(number, [value(cell) for cell in cells]) for number, cells in islice(rows, _ROWS)]
        if not page:
            return
        yield from page


def _text(text: str) -> str:
    """Without the way in which workbooks write control characters."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)


def whole(number: float) -> float:
    """A number that is whole as such: spreadsheets know no others than 2704.0."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 1e15 else number


def as_written(value: Any) -> Any:
    """A time of day as people write it, a moment at midnight as its day."""
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date()
    if isinstance(value, time):
        return value.strftime("%H:%M" if not value.second else "%H:%M:%S")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds()) // 60
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return value


def _scanned(
    path: Path, part: str, pattern: re.Pattern[bytes], only_with: re.Pattern[bytes] | None = None
) -> list[tuple[str, ...]]:
    """What is found in the text of a part, which is read in pieces: merged cells stand behind all rows."""
    matches: dict[tuple[str, ...], None] = {}
    with zipfile.ZipFile(path) as packed, packed.open(part.lstrip("/")) as file:
        left = b""
        while chunk := file.read(_CHUNK):
            text = left + chunk
            if only_with is None or only_with.search(text):
                matches |= {tuple(map(bytes.decode, match.groups())): None for match in pattern.finditer(text)}
            left = text[-_OVERLAP:]
    return list(matches)


def _merge(range_: Sequence[str]) -> Merge:
    left, top, right, bottom = range_
    return Merge(int(top), int(bottom), _column(left), _column(right))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


# --- held whole, by calamine


def _held(path: Path) -> list[Sheet]:
    # by its content: a path would be read as its ending says
    with path.open("rb") as file:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
    wanted: Mapping[str, bool] = {
        sheet.name: sheet.visible != python_calamine.SheetVisibleEnum.Visible
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    }

    def made(name: str, hidden: bool) -> Sheet:
        def rows() -> Iterator[Numbered]:
            sheet = book.get_sheet_by_name(name)
            before = [None] * (sheet.start[1] if sheet.start else 0)
            first = (sheet.start[0] if sheet.start else 0) + 1
            for number, cells in enumerate(_from_first(sheet), first):
                yield number, [*before, *map(_held_value, cells)]

        def merged() -> list[Merge]:
            ranges = book.get_sheet_by_name(name).merged_cell_ranges or ()
            return [Merge(top + 1, bottom + 1, left + 1, right + 1) for (top, left), (bottom, right) in ranges]

        return Sheet(name, hidden, rows, merged, lambda: ())

    return [made(name, hidden) for name, hidden in wanted.items()]


def _from_first(sheet: python_calamine.CalamineSheet) -> Iterator[Sequence[Any]]:
    """The rows from the first that has anything, without what is left of all of them."""
    return iter(sheet.to_python(skip_empty_area=True)) if sheet.start else iter(())


def _held_value(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, float):
        return whole(value)
    return as_written(value)
