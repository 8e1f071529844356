"""Tables as an XLSX workbook for people: styled, filterable, and with text that stays text.

A name from data can begin with ``=``, ``+``, ``-`` or ``@``. Every text cell is written with the
string type and the quote prefix, so that no program reads it as a formula, now or after editing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# A sheet ends at row 1,048,576, and opening one is slow long before.
MAX_ROWS = 100_000
_MAX_CELL = 32_767
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
class Sheet:
    """One sheet: a name, a line that says what it is, and its columns (all of one length)."""

    title: str
    note: str
    columns: tuple[SheetColumn, ...]

    @property
    def rows(self) -> int:
        """Return the number of rows below the header."""
        return len(self.columns[0].values) if self.columns else 0


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
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
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title[:31]), sheet)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_sheet(page: Any, sheet: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    for index, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(index)].width = column.width
    page.freeze_panes = "A3"
    last = get_column_letter(max(1, len(sheet.columns)))
    page.auto_filter.ref = f"A2:{last}{min(sheet.rows, MAX_ROWS) + 2}"
    page.append([_text(page, _note(sheet), bold=False)])
    page.append([_text(page, column.header, bold=True) for column in sheet.columns])
    for row in _rows(page, sheet):
        page.append(row)


def _note(sheet: Sheet) -> str:
    if sheet.rows <= MAX_ROWS:
        return sheet.note
    return f"{sheet.note} [{MAX_ROWS:,} / {sheet.rows:,}: findings.parquet]"


def _rows(page: WriteOnlyWorksheet, sheet: Sheet) -> Iterator[list[Any]]:
    cells = [
        [_cell(page, value, column.kind) for value in islice(column.values, MAX_ROWS)]
        for column in sheet.columns
    ]
    return (list(row) for row in zip(*cells, strict=True))


def _cell(page: WriteOnlyWorksheet, value: Any, kind: str) -> Any:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return None
    if kind == "text":
        return _text(page, str(value), bold=False) if value != "" else None
    if np.isinf(value):
        return _text(page, "∞", bold=False)
    return _number(page, float(value), kind)


def _number(page: WriteOnlyWorksheet, value: float, kind: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value=value)
    cell.number_format = _NUMBER_FORMATS[kind]
    return cell


def _text(page: WriteOnlyWorksheet, value: str, *, bold: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill

    clean = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)[:_MAX_CELL]
    cell = WriteOnlyCell(page, value=clean)
    # openpyxl takes a text that begins with '=' for a formula; the type is set back here.
    cell.data_type = "s"
    if clean[:1] in "=+-@\t\r":
        cell.style = "Normal"
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E5F")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
