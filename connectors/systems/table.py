"""A list as it is published and exported: where its header is, which columns are anybody's, and what of its rows are
records.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from connectors.contract import Broken, Page, Raw, StreamRequest
from connectors.engine.cells import cleaned, is_blank, nearest, plain_heading
from connectors.errors import AbortRun, NoSuchColumn

_PAGE: Final = 500
LEAD: Final = 50
"""Among so many rows a header is looked for."""
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""With one of these the file of a workbook begins: the newer kinds, and the older."""
_TOTAL: Final = re.compile(
    r"(?:(?:grand|overall|running)[ -])?(?:sub-? ?)?totals?\b.{0,40}|(?:sum|count|number of \w+)\b.{0,20}",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(r"[-+($]*\d[\d,. ]*[%)]?")
Cells = Sequence[Any]
Numbered = tuple[int, Cells]
"""A row of a list with its number, counted from one as spreadsheets and editors show it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the connection's file says about a list: the rows of its header, other names of its columns, which are
    needed.

    `columns` are those that it names, each by the names it may have; None where it does not say, as before a function
    of its own.
    """

    key: Sequence[str] = ()
    columns: Sequence[Sequence[str]] | None = None
    header_rows: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def named(self) -> set[str]:
        """All columns that the connection's file names, by every name that they may have."""
        return {*self.key, *chain.from_iterable(self.columns or ())}

    def is_used(self, column: str) -> bool:
        """Whether the column is read; every one may be, where the file does not say."""
        return self.columns is None or column in self.named


def layout_of(stream: StreamRequest, header_rows: tuple[int, ...], headers: Mapping[str, str]) -> Layout:
    """The layout of the list that a stream reads, with what its options say about the header."""
    return Layout(stream.key, stream.columns, header_rows, headers)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a list: of each column its name, or None where it has none; the last row it stands in, and its
    cells.
    """

    names: Sequence[str | None]
    last_row: int
    cells: Cells

    @property
    def columns(self) -> list[str]:
        """The names of those columns that have one, from left to right."""
        return list(filter(None, self.names))


def header_in(lead: Sequence[Numbered], layout: Layout) -> Header | None:
    """The header among the first rows: where the file says it is; else the first row that has the key's columns."""
    if layout.header_rows:
        rows = [cells for number, cells in lead if number in layout.header_rows]
        return _named(_joined(rows), layout.header_rows[-1], layout) if rows else None
    for number, cells in lead:
        if is_blank_row(cells):
            continue
        header = _named(cells, number, layout)
        if layout.key and not set(layout.key) <= set(header.columns):
            continue
        if layout.key or sum(not is_blank(cell) for cell in cells) > 1 or len(lead) == 1:
            return header
    return (
        None
        if layout.key
        else next((_named(cells, number, layout) for number, cells in lead if not is_blank_row(cells)), None)
    )


def _joined(rows: Sequence[Cells]) -> list[str]:
    """The cells of a header over several rows, joined by column."""
    width = max(map(len, rows), default=0)
    return [
        " ".join(cleaned(str(row[at])) for row in rows if at < len(row) and not is_blank(row[at]))
        for at in range(width)
    ]


def _named(cells: Cells, number: int, layout: Layout) -> Header:
    """The names that the connection's file knows the columns by: as they stand, or written a little differently."""
    texts = [cleaned(str(cell)) if not is_blank(cell) else "" for cell in cells]
    texts = [layout.headers.get(text, text) for text in texts]
    there, known = set(texts), {}
    for name in layout.named - there:
        known.setdefault(plain_heading(name), name)
    names = [known.pop(plain_heading(text), text) if text not in layout.named else text for text in texts]
    while names and not names[-1]:
        names.pop()
    return Header([name or None for name in names], number, cells)


def is_blank_row(cells: Cells) -> bool:
    """Whether no cell holds anything that one could see."""
    return all(map(is_blank, cells))


@dataclass(slots=True)
class Table:
    """A list, with what is to be told about how it was read. `word` is what one of its rows is called: a line, a
    row.
    """

    name: str
    word: str
    header: Header
    rows: Iterable[Numbered]
    layout: Layout
    notes: list[str]
    filler: Any = None

    def pages(self) -> Iterator[Page]:
        """Raises `AbortRun` where a column that is needed is there twice."""
        self._no_doubles()
        columns = self.header.columns
        first = True
        for good, broken in self._batches():
            yield Page(
                good, broken=broken, columns=columns if first else None, notes=tuple(self.notes) if first else ()
            )
            first = False

    def _no_doubles(self) -> None:
        columns = self.header.columns
        twice = sorted({name for name in columns if columns.count(name) > 1 and self.layout.is_used(name)})
        if twice:
            raise AbortRun(
                f"{self.name}: its header names a column twice: {', '.join(twice)}; rename one of them in the list"
            )

    def _batches(self) -> Iterator[tuple[list[tuple[str, Raw]], list[Broken]]]:
        record = self._record()
        good: list[tuple[str, Raw]] = []
        broken: list[Broken] = []
        width, header, word, last = len(self.header.names), list(self.header.cells), self.word, self.header.last_row
        begins = header[0] if header else None
        plain = begins.casefold() if isinstance(begins, str) else ""
        for number, cells in self.rows:
            if number <= last:
                continue
            first = cells[0] if cells else None
            # mostly there is something to see in the first cell
            if not (first.__class__ is str and first and first[0].isalnum()) and is_blank_row(cells):
                continue
            if len(cells) != width:
                if not is_blank_row(cells[width:]):
                    if isinstance(first, str) and _TOTAL.match(first.strip()) and _is_total(cells):
                        continue  # beyond the table, as what is summed up may stand there
                    broken.append(Broken(f"{word} {number}", f"it has {len(cells)} cells, the header {width}"))
                    continue
                cells = [*cells, *[self.filler] * (width - len(cells))]  # noqa: PLW2901 - as if they stood there
            if (first == begins or (isinstance(first, str) and first.casefold() == plain)) and _is_again(cells, header):
                continue  # lists repeat their header on every printed page
            if (is_blank(first) or (isinstance(first, str) and _TOTAL.match(first.strip()))) and _is_total(cells):
                continue
            good.append((f"{word} {number}", record(cells)))
            if len(good) + len(broken) >= _PAGE:
                yield good, broken
                good, broken = [], []
        yield good, broken

    def _record(self) -> Callable[[Cells], Raw]:
        names = self.header.names
        if all(names) and len(set(names)) == len(names):
            # all have a name
            return lambda cells: dict(zip(names, cells, strict=False))  # pyright: ignore[reportReturnType]
        kept = [(at, name) for at, name in enumerate(names) if name]
        return lambda cells: {name: cells[at] for at, name in kept}


def _is_again(cells: Cells, header: Cells) -> bool:
    """Whether the cells are the header's, in whatever capitals."""
    there = [cleaned(str(cell)).casefold() if not is_blank(cell) else "" for cell in cells[: len(header)]]
    return there == [cleaned(str(cell)).casefold() if not is_blank(cell) else "" for cell in header]


def _is_total(cells: Cells) -> bool:
    """Whether they are a word such as Total and numbers, as lists end with: no record."""
    word, *amounts = (cleaned(str(cell)) for cell in cells if not is_blank(cell))
    return bool(amounts) and _TOTAL.fullmatch(word) is not None and all(map(_AMOUNT.fullmatch, amounts))


def no_header(name: str, lead: Sequence[Numbered], layout: Layout, hint: str = "") -> AbortRun:
    """What to say of a list without the header that is looked for."""
    first = next(((number, cells) for number, cells in lead if not is_blank_row(cells)), None)
    if first is None:
        return AbortRun(f"{name} is empty: it has not even a header{f'. {hint}' if hint else ''}")
    number, cells = first
    shown = " | ".join(cleaned(str(cell)) for cell in cells if not is_blank(cell))[:120]
    if layout.header_rows:
        return AbortRun(
            f"{name}: header_row says {_numbers(layout.header_rows)}, but it has no such row among its first {LEAD}"
        )
    there = _named(cells, number, layout).columns
    missing = [key for key in layout.key if key not in there]
    near = nearest(missing[0], there) if missing and len(there) > 1 else None
    return NoSuchColumn(
        f"{name}: its first row is {shown!r}, and none of its first {len(lead)} rows has the key's column"
        f" {', '.join(missing)}. "
        + (f"Is it {near!r}? " if near else "")
        + (hint or "Say `header_row: 4` where the header stands further down, or name the column as the list does"),
        missing,
    )


def _numbers(rows: Sequence[int]) -> str:
    """The numbers of rows with commas between, for a message."""
    return ", ".join(map(str, rows))
