"""Workbooks by hand, as other programs write them: any cell, any claim about the sheet, any kind of archive."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_STYLES: Final = (
    '<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="170" formatCode="0000"/></numFmts><fonts'
    ' count="1"><font/></fonts><fills count="1">{fill}</fills><borders count="1"><border/></borders><cellStyleXfs'
    ' count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf'
    ' numFmtId="170" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
_FILL: Final = '<fill><patternFill patternType="none"/></fill>'


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the part: its type, style, formula and value."""

    value: Any = None
    type: str = ""
    style: int = 0
    formula: str | None = None


def day(serial: int) -> Cell:
    return Cell(serial, style=1)


def four_digits(number: int) -> Cell:
    """A number that is shown with its zeros."""
    return Cell(number, style=2)


def error(text: str) -> Cell:
    return Cell(text, "e")


def formula(text: str, value: Any = None) -> Cell:
    return Cell(value, formula=text)


def workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    dimension: str | None = None,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
    fill: str = _FILL,
    prefix: str = "",
    main: str = _MAIN,
) -> None:
    """Writes an XLSX; `dimension` and `merged` are of its last sheet, `prefix` is how its elements are called, e.g.

    `x:`.
    """
    names = list(sheets)
    p = prefix
    declared = f'xmlns{":" + p[:-1] if p else ""}="{main}"'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml"'
            ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in range(1, len(names) + 1)
        )
        book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
            f' ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{book}"/><Override'
            ' PartName="/xl/styles.xml"'
            f' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{types}</Types>',
        )
        target = f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        packed.writestr("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{target}</Relationships>')
        listed = "".join(
            f'<{p}sheet name="{escape(name)}" sheetId="{n}" state="{"hidden" if name in hidden else "visible"}"'
            f' r:id="rId{n}"/>'
            for n, name in enumerate(names, 1)
        )
        packed.writestr(
            "xl/workbook.xml",
            f'<{p}workbook {declared} xmlns:r="{_RELATIONS}"><{p}sheets>{listed}</{p}sheets></{p}workbook>',
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        styles = f'<Relationship Id="rId99" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">{links}{styles}</Relationships>',
        )
        packed.writestr("xl/styles.xml", _STYLES.format(main=_MAIN, fill=fill))
        for n, rows in enumerate(sheets.values(), 1):
            last = n == len(names)
            claimed = f'<{p}dimension ref="{dimension}"/>' if dimension and last else ""
            cells = "".join(f'<{p}mergeCell ref="{found}"/>' for found in merged)
            behind = f'<{p}mergeCells count="{len(merged)}">{cells}</{p}mergeCells>' if merged and last else ""
            body = "".join(_row(p, number, row) for number, row in enumerate(rows, 1))
            packed.writestr(
                f"xl/worksheets/sheet{n}.xml",
                f"<{p}worksheet {declared}>{claimed}<{p}sheetData>{body}</{p}sheetData>{behind}</{p}worksheet>",
            )


def _row(p: str, number: int, row: Sequence[Any]) -> str:
    cells = "".join(_cell(p, f"{_letters(at)}{number}", value) for at, value in enumerate(row) if value is not None)
    return f'<{p}row r="{number}">{cells}</{p}row>'


def _cell(p: str, reference: str, value: Any) -> str:
    if isinstance(value, str):
        return (
            f'<{p}c r="{reference}" t="inlineStr"><{p}is><{p}t'
            f' xml:space="preserve">{escape(value)}</{p}t></{p}is></{p}c>'
        )
    cell = value if isinstance(value, Cell) else Cell(int(value), "b") if isinstance(value, bool) else Cell(value)
    type_ = f' t="{cell.type}"' if cell.type else ' t="str"' if isinstance(cell.value, str) else ""
    style = f' s="{cell.style}"' if cell.style else ""
    inner = f"<{p}f>{escape(cell.formula)}</{p}f>" if cell.formula is not None else ""
    inner += f"<{p}v>{escape(str(cell.value))}</{p}v>" if cell.value is not None else ""
    return f'<{p}c r="{reference}"{type_}{style}>{inner}</{p}c>'


def _letters(at: int) -> str:
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def open_document(path: Path, sheet: str, rows: Sequence[Sequence[str]]) -> None:
    """Writes an ODS with one sheet of texts."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>')
        packed.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0"'
            f' xmlns:text="{office}:text:1.0">'
            "<office:body><office:spreadsheet><table:table"
            f' table:name="{escape(sheet)}">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )


def rewritten(path: Path, to: Path, part: str, cut: int) -> None:
    """The same archive with a part that ends too early."""
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(to, "w") as packed:
        for found in read.infolist():
            content = read.read(found.filename)
            packed.writestr(found.filename, content[:-cut] if found.filename.endswith(part) else content)
