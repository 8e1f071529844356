"""Tables as an XLSX workbook for people: styled, filterable, and with text that stays text.

A name from data can begin with ``=``, ``+``, ``-`` or ``@``. Every text cell is written with the
string type and the quote prefix, so that no program reads it as a formula, now or after editing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from siting.report.tables.sheet_rows import clean_text, looks_like_formula, rows_xml

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# A sheet ends at row 1,048,576, and opening one is slow long before.
MAX_ROWS = 100_000
_NUMBER_FORMATS = {"share": "0.0%", "number": "#,##0.##", "integer": "#,##0"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet.

    Parameters
    ----------
    header
        What stands above it.
    values
        The cells (n,); None and NaN are written as empty, infinity as ``∞``.
    kind
        ``text``, ``number``, ``integer`` or ``share`` (0 to 1, shown as per cent).
    width
        In characters; wide glyphs count twice.
    """

    header: str
    values: Sequence[Any]
    kind: str = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet: a name, a line that says what it is, and its columns (all of one length)."""

    title: str
    note: str
    columns: tuple[SheetColumn, ...]

    @property
    def rows(self) -> int:
        """Return the number of rows below the header."""
        return len(self.columns[0].values) if self.columns else 0


def workbook_bytes(sheets: Sequence[SheetTable]) -> bytes:
    """Return the workbook as the bytes of an XLSX file.

    Parameters
    ----------
    sheets
        In the order of their tabs; a sheet without rows keeps its header.

    Returns
    -------
    bytes
        A sheet of more than ``MAX_ROWS`` rows is cut there, and its note says so.
    """
    book = Workbook(write_only=True)
    bodies: dict[str, bytes] = {}
    for number, sheet in enumerate(sheets, start=1):
        page = book.create_sheet(sheet.title[:31])
        _write_head(page, sheet)
        columns = [(column.values[:MAX_ROWS], column.kind) for column in sheet.columns]
        name = f"xl/worksheets/sheet{number}.xml"
        bodies[name] = rows_xml(columns, _styles(page), first=3)
    stream = BytesIO()
    book.save(stream)
    return _with_rows(stream, bodies)


def _with_rows(book: BytesIO, bodies: Mapping[str, bytes]) -> bytes:
    """Put the rows behind the heads that openpyxl wrote."""
    target = BytesIO()
    # The fastest level: rows repeat so much that better ones save little.
    with ZipFile(book) as source, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as out:
        for name in source.namelist():
            content = source.read(name)
            if name in bodies:
                content = content.replace(b"</sheetData>", bodies[name] + b"</sheetData>", 1)
            out.writestr(source.getinfo(name), content, ZIP_DEFLATED, 1)
    return target.getvalue()


def _write_head(page: Any, sheet: SheetTable) -> None:
    for index, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(index)].width = column.width
    page.freeze_panes = "A3"
    last = get_column_letter(max(1, len(sheet.columns)))
    page.auto_filter.ref = f"A2:{last}{min(sheet.rows, MAX_ROWS) + 2}"
    page.append([_text(page, _note(sheet), bold=False)])
    page.append([_text(page, column.header, bold=True) for column in sheet.columns])


def _note(sheet: SheetTable) -> str:
    if sheet.rows <= MAX_ROWS:
        return sheet.note
    return f"{sheet.note} [{MAX_ROWS:,} / {sheet.rows:,}: findings.parquet]"


def _styles(page: WriteOnlyWorksheet) -> dict[str, int]:
    """Return the number of the style of each kind of cell."""
    styles = {
        "text": _text(page, "a", bold=False).style_id,
        "quoted": _text(page, "=", bold=False).style_id,
    }
    for kind, form in _NUMBER_FORMATS.items():
        cell = WriteOnlyCell(page, value=0.0)
        cell.number_format = form
        styles[kind] = cell.style_id
    return styles


def _text(page: WriteOnlyWorksheet, value: str, *, bold: bool) -> Any:
    clean = clean_text(value)
    cell = WriteOnlyCell(page, value=clean)
    # openpyxl takes a text that begins with '=' for a formula; the type is set back here.
    cell.data_type = "s"
    if looks_like_formula(clean):
        cell.style = "Normal"
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E5F")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
