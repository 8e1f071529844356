"""One sheet of a workbook as rows of cells.

Owns what openpyxl leaves open: the size of what is unpacked, which sheet is meant, merged cells,
and formulas that were never calculated.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from siting.errors import LoadError
from siting.loaders.formats.files import open_archive

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

    from siting.tables import DataReport

Row = tuple[Any, ...]
_Merge = tuple[int, int, int, int]

# A million rows of twenty columns is what a sheet can hold; above it is no table of a city.
MOST_CELLS = 20_000_000
_LARGEST_SHEETS_BYTES = 1024**3
_MERGE = re.compile(rb"<mergeCell\s[^>]{0,64}?ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\"")


def read_sheet(
    path: Path,
    sheet: str | None,
    score: Callable[[Sequence[Row]], int],
    *,
    subject: str,
    report: DataReport,
) -> list[Row]:
    """Read the cells of one sheet; formulas give the value that was last calculated.

    Parameters
    ----------
    sheet
        Its name; where left out, the one visible sheet that scores best.
    score
        How much the rows look like what is wanted; 0 for not at all.

    Returns
    -------
    list of tuple
        From row 1; rows may differ in length. Texts of merged cells are repeated in all of them;
        numbers are not, since a merged number counts once.

    Raises
    ------
    LoadError
        Not a workbook, too large, entities in its XML, no such sheet, several that fit.
    """
    marks = _scan(path, subject)
    with _workbook(path, subject, data_only=True) as book:
        name = _choose_sheet(book, sheet, score, subject)
        rows = _rows(book, name, subject)
    if b"<f" in marks:
        _note_uncalculated(path, name, rows, subject, report)
    if b"<mergeCell " in marks:
        rows = _spread_merged(path, name, rows, subject, report)
    return rows


def _scan(path: Path, subject: str) -> set[bytes]:
    """Look through the sheets' XML, before it is parsed, for what needs care."""
    found: set[bytes] = set()
    with open_archive(path, subject=subject) as archive:
        parts = [part for part in archive.infolist() if part.filename.endswith(".xml")]
        if sum(part.file_size for part in parts) > _LARGEST_SHEETS_BYTES:
            raise LoadError(
                f"{subject}: {path.name} is larger than 1 GiB unpacked; save it as CSV."
            )
        for part in parts:
            with archive.open(part) as stream:
                found |= _marks_in(stream)
    if found & {b"<!DOCTYPE", b"<!ENTITY"}:
        raise LoadError(
            f"{subject}: {path.name} defines XML entities, which no spreadsheet program writes; "
            "siting does not open it. Save it anew."
        )
    return found


def _marks_in(stream: IO[bytes]) -> set[bytes]:
    marks = (b"<f>", b"<f ", b"<mergeCell ", b"<!DOCTYPE", b"<!ENTITY")
    found: set[bytes] = set()
    tail = b""
    while block := stream.read(1 << 20):
        found |= {
            mark.rstrip(b"> ") if b"<f" in mark else mark for mark in marks if mark in tail + block
        }
        tail = block[-16:]
    return found


@contextmanager
def _workbook(path: Path, subject: str, *, data_only: bool) -> Iterator[Workbook]:
    import openpyxl

    with warnings.catch_warnings():
        # Styles, validations and pictures that openpyxl does not know are of no concern here.
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
        # openpyxl lets KeyError, ValueError, XML and zip errors through for damaged files.
        except Exception as error:
            raise _damaged(path, subject, error) from error
        try:
            yield book
        finally:
            book.close()


def _damaged(path: Path, subject: str, error: Exception) -> LoadError:
    return LoadError(
        f"{subject}: {path.name} cannot be read as a workbook ({type(error).__name__}: {error}). "
        "Open it in Excel or WPS and save it as .xlsx."
    )


def _choose_sheet(
    book: Workbook, sheet: str | None, score: Callable[[Sequence[Row]], int], subject: str
) -> str:
    names = [one.title for one in book.worksheets if one.sheet_state == "visible"]
    every = [one.title for one in book.worksheets]
    if sheet is not None:
        if sheet in every:
            return sheet
        near = difflib.get_close_matches(sheet, every, n=1)
        hint = f" The nearest is '{near[0]}'." if near else ""
        raise LoadError(f"{subject} has no sheet '{sheet}'; it has {every}.{hint}")
    if len(names) == 1:
        return names[0]
    scores = {name: score(_rows(book, name, subject, at_most=60)) for name in names}
    best = [name for name in names if scores[name] == max(scores.values())]
    if len(best) != 1:
        raise LoadError(f"{subject} has {len(names)} sheets; write sheet: with one of {names}.")
    return best[0]


def _rows(book: Workbook, name: str, subject: str, *, at_most: int | None = None) -> list[Row]:
    sheet: Any = book[name]
    # The stated size may be a million empty columns.
    sheet.reset_dimensions()
    try:
        rows = list(_within_limit(sheet.iter_rows(values_only=True, max_row=at_most)))
    except Exception as error:
        raise LoadError(
            f"{subject}: the sheet '{name}' is damaged or too large: {error}."
        ) from error
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise LoadError(f"{subject} is empty: the sheet '{name}' has no cells.")
    return rows


def _within_limit(rows: Iterator[Row]) -> Iterator[Row]:
    cells = 0
    for row in rows:
        filled = _trimmed(row)
        cells += len(filled)
        if cells > MOST_CELLS:
            raise ValueError(f"it has more than {MOST_CELLS:,} cells")
        yield filled


def _trimmed(row: Row) -> Row:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _note_uncalculated(
    path: Path, name: str, rows: list[Row], subject: str, report: DataReport
) -> None:
    """List the formulas without a stored value: another program wrote the file and never ran it."""
    from openpyxl.utils import get_column_letter

    cells: list[str] = []
    with _workbook(path, subject, data_only=False) as book:
        for number, row in enumerate(_rows(book, name, subject)):
            values = rows[number] if number < len(rows) else ()
            for column, cell in enumerate(row):
                value = values[column] if column < len(values) else None
                if value is None and _is_formula(cell):
                    cells.append(f"{get_column_letter(column + 1)}{number + 1}")
    if cells:
        message = (
            "formulas without a stored result count as missing; open the workbook in Excel or WPS "
            "and save it"
        )
        report.add(
            subject, "warning", "formula-not-calculated", message, count=len(cells), examples=cells
        )


def _is_formula(cell: object) -> bool:
    return (isinstance(cell, str) and cell.startswith("=")) or hasattr(cell, "ref")


def _spread_merged(
    path: Path, name: str, rows: list[Row], subject: str, report: DataReport
) -> list[Row]:
    filled = [list(row) for row in rows]
    texts: list[str] = []
    numbers: list[str] = []
    width = max(len(row) for row in rows)
    for top, left, bottom, last in _merged(path, name, subject):
        right = min(last, width - 1)
        value = filled[top][left] if top < len(filled) and left < len(filled[top]) else None
        place = f"row {top + 1}"
        if not isinstance(value, str):
            numbers += [place] * (value is not None and bottom > top)
            continue
        texts.append(place)
        for row in filled[top : min(bottom, len(filled) - 1) + 1]:
            row.extend([None] * (right + 1 - len(row)))
            row[left : right + 1] = [value] * (right + 1 - left)
    _note_merged(texts, numbers, subject, report)
    return [tuple(row) for row in filled]


def _merged(path: Path, name: str, subject: str) -> Iterator[_Merge]:
    """Yield merged ranges as zero-based top, left, bottom, right, in the order of the file.

    They are found in the text of the part: openpyxl makes an object of every merged cell, and one
    range can cover the whole sheet.
    """
    from openpyxl.utils import range_boundaries

    with _workbook(path, subject, data_only=True) as book:
        part = str(getattr(book[name], "_worksheet_path", "")).lstrip("/")
    with open_archive(path, subject=subject) as archive, archive.open(part) as stream:
        for reference in dict.fromkeys(_merge_references(stream)):
            left, top, right, bottom = range_boundaries(reference)
            if None not in (left, top, right, bottom):
                yield (
                    int(top or 1) - 1,
                    int(left or 1) - 1,
                    int(bottom or 1) - 1,
                    int(right or 1) - 1,
                )


def _merge_references(stream: IO[bytes]) -> Iterator[str]:
    tail = b""
    while block := stream.read(1 << 20):
        text = tail + block
        for found in _MERGE.finditer(text):
            yield found[1].decode("ascii")
        tail = text[-128:]


def _note_merged(texts: list[str], numbers: list[str], subject: str, report: DataReport) -> None:
    if texts:
        message = "the text of merged cells was repeated in every row and column they cover"
        report.add(subject, "repair", "merged-text", message, count=len(texts), examples=texts)
    if numbers:
        message = "a number merged over several rows was given to the first row only"
        report.add(
            subject, "warning", "merged-number", message, count=len(numbers), examples=numbers
        )
