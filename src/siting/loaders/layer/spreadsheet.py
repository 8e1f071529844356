"""Tables with positions: CSV and XLSX.

Owns finding the table in the file: its encoding, its delimiter, its sheet, its header row. Cells
are data; a formula is never evaluated.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from siting.boundary import reading
from siting.crs import Axes, parse_crs, place
from siting.errors import LoadError
from siting.loaders.formats.files import TABLE_SUFFIXES, check_content
from siting.loaders.formats.sheet import DatedNumber, Row, ShownNumber, read_sheet
from siting.loaders.layer.columns.decimal_mark import DecimalMark
from siting.loaders.layer.columns.match import (
    LATITUDE,
    LONGITUDE,
    header_score,
)
from siting.loaders.layer.columns.positions import BOTH, SHAPE, with_positions
from siting.message import Message, message
from siting.vocabulary.headers import Field

if TYPE_CHECKING:
    from siting.data_report import DataReport, LayerReport

_HEAD_BYTES = 256 * 1024
# Titles, dates and notes stand above the header of an official table; never more than a page.
_HEADER_WITHIN = 30
_FULL_WIDTH_COMMA = chr(0xFF0C)
_DELIMITERS = (",", "\t", ";", "|", _FULL_WIDTH_COMMA)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_CELL = 1_000_000
_NUL = b"\0"


def read_points_table(
    path: Path,
    *,
    crs: object,
    report: DataReport,
    sheet: str | None = None,
    longitude: str | None = None,
    latitude: str | None = None,
    encoding: str | None = None,
    fields: Sequence[Field] = (),
    columns: Mapping[str, str | None] | None = None,
    axes: Axes = "auto",
    decimal: DecimalMark | None = None,
    subject: str | None = None,
) -> gpd.GeoDataFrame:
    """Read a CSV or XLSX table whose rows are points.

    Parameters
    ----------
    path
        ``.csv .txt .tsv .xlsx .xlsm``.
    crs
        The system of the two columns; it must be declared, for no table says it and GCJ-02 read
        as WGS 84 is off by a service radius.
    report
        Receives the encoding and header row that were found, and rows that were left out.
    sheet
        Of a workbook; needed where several sheets look like tables of points.
    longitude, latitude
        Columns of the longitude or easting and of the latitude or northing; found by their usual
        names (``经度 lng lon x ...``) where left out. One column for both holds ``lng,lat``, as
        ``location 坐标 ...`` does; ``wkt geometry ...`` holds shapes as text.
    encoding
        Of a CSV; UTF-8, UTF-16 and GB18030 are told apart where left out.
    fields, columns
        Further columns that help to find the header row: fields looked for, and columns declared.
    axes
        See :func:`siting.crs.place`.
    decimal
        Decimal mark of the coordinates that are text; found out where left out.
    subject
        Name for messages; the file's name where left out.

    Returns
    -------
    GeoDataFrame
        One row per point, labelled with the row number that a spreadsheet program shows; all
        columns kept, coordinates as geometry. GCJ-02 and BD-09 have become EPSG:4326.

    Raises
    ------
    LoadError
        Absent or unreadable files, no coordinate columns (the nearest are named), no rows.
    CRSError
        No declared system, or one that the numbers do not fit.
    """
    subject = subject or path.name
    declared = {"longitude": longitude, "latitude": latitude}
    written = {name: column for name, column in declared.items() if column is not None}
    table = read_table(
        path,
        fields=(LONGITUDE, LATITUDE, BOTH, SHAPE, *fields),
        names=[*written.values(), *((columns or {}).values())],
        report=report,
        sheet=sheet,
        encoding=encoding,
        subject=subject,
    )
    source = None if crs is None else parse_crs(crs, subject=subject)
    notes = report.of(subject)
    points = with_positions(table, written, source, decimal=decimal, report=notes)
    return place(points, source, report=notes, axes=axes)


def read_table(
    path: Path,
    *,
    fields: Sequence[Field],
    report: DataReport,
    names: Iterable[str | None] = (),
    sheet: str | None = None,
    encoding: str | None = None,
    subject: str | None = None,
) -> pd.DataFrame:
    """Read the table in a CSV or XLSX file, with its header row found.

    Parameters
    ----------
    fields, names
        What the header row is recognised by: fields under their usual names, and exact names.

    Returns
    -------
    DataFrame
        Cells as they are (text in a CSV, empty as missing); labelled with row numbers from 1 as a
        spreadsheet program shows them; rows without any content left out.

    Raises
    ------
    LoadError
        See :func:`read_points_table`.
    """
    notes = report.of(subject or path.name)
    subject = notes.subject
    check_content(path, subject=subject)
    exact = [name for name in names if name]
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        known = " ".join(TABLE_SUFFIXES)
        raise LoadError(message("file.table_kind", subject=subject, kind=path.suffix, known=known))
    if suffix in (".xlsx", ".xlsm"):
        table = _read_workbook(path, sheet, fields, exact, notes)
    else:
        table = _read_csv(path, encoding, fields, exact, notes)
    table = table.dropna(how="all")
    if table.empty:
        columns = str(list(table.columns))
        raise LoadError(message("table.empty", subject=subject, columns=columns))
    return table


# --- CSV -----------------------------------------------------------------------------------------


def _read_csv(
    path: Path,
    encoding: str | None,
    fields: Sequence[Field],
    exact: Sequence[str],
    report: LayerReport,
) -> pd.DataFrame:
    def told(said: Message | str) -> Message:
        return message("table.no_csv", subject=report.subject, name=path.name, error=said)

    codec = _csv_encoding(path, encoding, report)
    # What stands in one cell of a table of places is a name or a remark.
    csv.field_size_limit(_LONGEST_CELL)
    with reading(report.subject, told=told):
        head = _head_lines(path, codec)
        delimiter = _sniff_delimiter(head)
        rows = list(csv.reader(head, delimiter=delimiter))
    header = _find_header([tuple(row) for row in rows], fields, exact)
    _check_widths(rows, header, report.subject)
    # It warns of a delimiter at the end of every line; what that cuts off was checked to be empty.
    with reading(report.subject, told=told):
        table = pd.read_csv(
            path,
            sep=delimiter,
            encoding=codec,
            skiprows=header,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            index_col=False,
        )
    table.index = pd.RangeIndex(header + 2, header + 2 + len(table))
    table.columns = [str(name).strip() for name in table.columns]
    _note_header(header, rows[header], report)
    return table


def _csv_encoding(path: Path, declared: str | None, report: LayerReport) -> str:
    """Tell UTF-8, UTF-16 with a mark and GB18030 apart by what decodes without an error."""
    content = path.read_bytes()
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in [declared] if declared else [marked or _unmarked(content), "gb18030"]:
        # The mark is no part of the first column's name, whatever encoding was declared.
        codec = "utf-8-sig" if marked == "utf-8-sig" and name.lower() in ("utf-8", "utf8") else name
        if _decodes(content, codec):
            if not declared and codec == "gb18030":
                told = message("note.encoding-detected", encoding="GB18030 (GBK)")
                details = {"encoding": "GB18030 (GBK)"}
                report.add("info", "encoding-detected", told, details=details)
            return codec
    if declared:
        named = {"subject": report.subject, "name": path.name, "encoding": declared}
        raise LoadError(message("encoding.other", **named))
    raise LoadError(message("encoding.unknown", subject=report.subject, name=path.name))


def _unmarked(content: bytes) -> str:
    """Return the encoding of a text without a mark, as far as its ASCII letters tell it.

    In UTF-16 every second byte of a comma, a digit or a line end is 0, always on the same side.
    """
    head = content[:4096]
    sides = head[0::2].count(_NUL), head[1::2].count(_NUL)
    if max(sides) and not min(sides):
        return "utf-16-le" if sides[1] else "utf-16-be"
    return "utf-8"


def _decodes(content: bytes, codec: str) -> bool:
    try:
        text = content.decode(codec)
    except (UnicodeError, LookupError):
        return False
    # No text has these; a workbook or an image that was named .csv does.
    return "\0" not in text[:4096]


def _head_lines(path: Path, codec: str) -> list[str]:
    with path.open("r", encoding=codec, newline="") as stream:
        text = stream.read(_HEAD_BYTES)
    lines = text.splitlines(keepends=True)
    return lines[: _HEADER_WITHIN + 20]


def _sniff_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that gives most rows the same, largest number of cells."""

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        widest = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width))
        return (widths.count(widest) if widest > 1 else 0, widest)

    return max(_DELIMITERS, key=agreement) if lines else ","


def _check_widths(rows: Sequence[Sequence[str]], header: int, subject: str) -> None:
    width = len(rows[header])
    for number, row in enumerate(rows[header + 1 : -1], start=header + 2):
        if any(cell.strip() for cell in row[width:]):
            raise LoadError(
                message(
                    "table.wide_row",
                    subject=subject,
                    row=number,
                    cells=len(row),
                    header=header + 1,
                    width=width,
                    row_cells=row,
                )
            )


# --- XLSX ----------------------------------------------------------------------------------------


def _read_workbook(
    path: Path,
    sheet: str | None,
    fields: Sequence[Field],
    exact: Sequence[str],
    report: LayerReport,
) -> pd.DataFrame:
    def looks_like_table(rows: Sequence[Row]) -> int:
        return max((header_score(row, fields, exact) for row in rows[:_HEADER_WITHIN]), default=0)

    rows = read_sheet(path, sheet, looks_like_table, report=report)
    header = _find_header(rows[:_HEADER_WITHIN], fields, exact)
    width = max(len(row) for row in rows)
    names = _header_names(rows[header], width)
    body = [(*row, *[None] * (width - len(row))) for row in rows[header + 1 :]]
    index = pd.RangeIndex(header + 2, header + 2 + len(body))
    columns = [_column(cells) for cells in zip(*body, strict=True)] or [pd.Series()] * width
    table = pd.DataFrame(dict(enumerate(columns)))
    table.columns, table.index = pd.Index(names), index
    _note_header(header, rows[header], report)
    blank = table.columns.str.startswith("Unnamed") & table.isna().all().to_numpy()
    return table.loc[:, ~blank]


def _column(cells: Sequence[Any]) -> pd.Series:
    """Keep numbers shown as dates or with a unit apart from usual ones; else as pandas reads."""
    shown = any(isinstance(cell, (DatedNumber, ShownNumber)) for cell in cells)
    return pd.Series(cells, dtype=object if shown else None)


def _header_names(row: Row, width: int) -> list[str]:
    """Name every column once, as pandas does for a CSV."""
    cells = [*row, *[None] * (width - len(row))]
    names: list[str] = []
    for number, cell in enumerate(cells):
        name = str(cell).strip() if cell is not None and str(cell).strip() else f"Unnamed: {number}"
        repeats = sum(other == name or other.startswith(f"{name}.") for other in names)
        names.append(f"{name}.{repeats}" if repeats else name)
    return names


def _find_header(rows: Sequence[Row], fields: Sequence[Field], exact: Sequence[str]) -> int:
    """Return the row with the most recognised names, else the first with two texts."""
    if not rows:
        return 0
    scores = [header_score(row, fields, exact) for row in rows]
    if max(scores):
        return scores.index(max(scores))
    texts = [sum(isinstance(cell, str) and bool(cell.strip()) for cell in row) for row in rows]
    return next((number for number, count in enumerate(texts) if count > 1), 0)


def _note_header(header: int, cells: Sequence[Any], report: LayerReport) -> None:
    if header:
        told, details = message("note.header-found", row=header + 1), {"row": header + 1}
        report.add("info", "header-found", told, count=header, details=details)
    names = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        told = message("note.header-repeats", names=repeated, first=repeated[0])
        report.add("warning", "header-repeats", told, count=len(repeated))
