"""One sheet of a workbook as rows of cells, as layers are read.

Owns which sheet is meant, how merged cells are filled, and the notes on what was left out: hidden
rows and columns, and formulas that were never calculated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from siting.boundary import reading
from siting.did_you_mean import hint_question
from siting.errors import LoadError, WrongValueError
from siting.loaders.formats.files import open_archive
from siting.loaders.formats.xlsx.cells import Merge, StoredCell, cell_name, read_cells
from siting.loaders.formats.xlsx.number_format import PLAIN
from siting.loaders.formats.xlsx.package import Package, Style
from siting.loaders.formats.xlsx.parts import DefusedXmlException
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from siting.data_report import LayerReport
    from siting.loaders.formats.xlsx.package import SheetPart

Row = tuple[Any, ...]

# A million rows of twenty columns is what a sheet can hold; above it is no table of a city.
MOST_CELLS = 20_000_000
# An empty cell with a style is an element too.
_MOST_ELEMENTS = 10 * MOST_CELLS
_LARGEST_SHEETS_BYTES = 1024**3
_FIRST_ROWS = 60
_MOST_DIGITS = 18
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001  a sheet knows no time zones


class DatedNumber(float):
    """A number that its cell shows as a date: 1250 where a column is of households, else a day.

    >>> str(DatedNumber(45962)), DatedNumber(45962) + 1, str(DatedNumber(45962.5))
    ('2025-11-01', 45963.0, '2025-11-01 12:00:00')
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Write the date as ISO 8601 does; a number before 1900 has none."""
        if not 1 <= self < 2_958_466:
            return repr(float(self))
        moment = _DAY_0 + timedelta(seconds=round(float(self) * 86_400))
        return str(moment.date()) if moment.time() == datetime.min.time() else str(moment)


class ShownNumber(float):
    """A number whose format writes something around it, mostly its unit: 1.2 in ``0.0"万㎡"``.

    Two of them are the same where they are shown alike.

    >>> str(ShownNumber(1.2, "", "万㎡")), ShownNumber(3, "", "户") == ShownNumber(3, "", "万户")
    ('1.2万㎡', False)
    """

    __slots__ = ("after", "before")
    before: str
    after: str

    def __new__(cls, value: float, before: str, after: str) -> Self:
        """Take the number as it is shown, and what is written before and behind it."""
        number = super().__new__(cls, value)
        number.before, number.after = before, after
        return number

    def __str__(self) -> str:
        """Write the number as the sheet shows it."""
        return f"{self.before}{float(self):g}{self.after}"

    def __eq__(self, other: object) -> bool:
        """Compare what is shown."""
        return isinstance(other, ShownNumber) and str(self) == str(other)

    def __hash__(self) -> int:
        """Hash what is shown."""
        return hash(str(self))


def read_sheet(
    path: Path, sheet: str | None, score: Callable[[Sequence[Row]], int], *, report: LayerReport
) -> list[Row]:
    """Read the visible cells of one sheet; formulas give the value that was last calculated.

    Parameters
    ----------
    sheet
        Its name; where left out, the one visible sheet that scores best.
    score
        How much the rows look like what is wanted; 0 for not at all.

    Returns
    -------
    list of tuple
        From row 1; rows may differ in length. Hidden rows and columns, and cells that are struck
        through, are empty. Texts of merged
        cells are repeated in all of them; numbers are not, since a merged number counts once.

    Raises
    ------
    LoadError
        Not a workbook, too large, entities in its XML, no such sheet, several that fit.
    """
    with _package(path, report.subject) as package:
        chosen = _choose_sheet(package, sheet, score, report.subject)
        rows = _FilledRows(package.styles)
        found = read_cells(package, chosen.part, rows.take)
    filled = rows.filled
    if not filled:
        told = {"subject": report.subject, "sheet": chosen.name}
        if found.hidden:
            raise LoadError(message("workbook.all_hidden", count=found.hidden, **told))
        raise LoadError(message("workbook.no_cell", **told))
    if found.hidden:
        first = {"first": found.first_hidden}
        report.add(
            "excluded", "hidden-cells", message("note.hidden-cells", **first),
            count=found.hidden, examples=first.values(), details=first,
        )  # fmt: skip
    if found.struck:
        first = {"first": found.struck[0]}
        report.add(
            "excluded", "struck-cells", message("note.struck-cells", **first),
            count=len(found.struck), examples=first.values(), details=first,
        )  # fmt: skip
    _note_uncalculated(rows.uncalculated, report)
    _spread_merged(filled, found.merged, report)
    return [tuple(row) for row in filled]


@contextmanager
def _package(path: Path, subject: str) -> Iterator[Package]:
    with open_archive(path, subject=subject) as archive:
        parts = [part for part in archive.infolist() if part.filename.endswith(".xml")]
        if sum(part.file_size for part in parts) > _LARGEST_SHEETS_BYTES:
            raise LoadError(message("workbook.too_large", subject=subject, name=path.name))
        with reading(subject, told=partial(_unreadable, subject, path.name)):
            try:
                yield Package(archive, most_elements=_MOST_ELEMENTS)
            except DefusedXmlException as error:
                told = message("workbook.entities", subject=subject, name=path.name)
                raise LoadError(told) from error


def _unreadable(subject: str, name: str, said: Message | str) -> Message:
    return message("workbook.unreadable", subject=subject, name=name, error=said)


def _choose_sheet(
    package: Package, sheet: str | None, score: Callable[[Sequence[Row]], int], subject: str
) -> SheetPart:
    every = {one.name: one for one in package.sheets}
    names = [one.name for one in package.sheets if not one.hidden]
    if sheet is not None:
        if sheet in every:
            return every[sheet]
        hint, names = hint_question(sheet, every), list(every)
        told = {"subject": subject, "sheet": sheet}
        raise LoadError(message("workbook.no_sheet", hint=hint, names=names, **told))
    if len(names) == 1:
        return every[names[0]]
    scores = {name: score(_first_rows(package, every[name])) for name in names}
    best = [name for name in names if scores[name] == max(scores.values())]
    if len(best) != 1:
        count = len(names)
        raise LoadError(
            message("workbook.several_sheets", subject=subject, count=count, names=names)
        )
    return every[best[0]]


def _first_rows(package: Package, sheet: SheetPart) -> list[Row]:
    rows = _FilledRows(package.styles)
    read_cells(package, sheet.part, rows.take, until_row=_FIRST_ROWS)
    return [tuple(row) for row in rows.filled]


class _FilledRows:
    """Puts the cells of a sheet into rows; gaps are None."""

    def __init__(self, styles: list[Style]) -> None:
        self.filled: list[list[Any]] = []
        self.uncalculated: list[str] = []
        self._dates = frozenset(number for number, style in enumerate(styles) if style.date)
        self._shown = {n: style.shown for n, style in enumerate(styles) if style.shown != PLAIN}
        self._size = 0

    def take(self, stored: StoredCell) -> None:
        row, column, kind, text, style_number, formula = stored
        if formula and not text.strip():
            self.uncalculated.append(cell_name(row, column))
            return
        while len(self.filled) < row:
            self.filled.append([])
        cells = self.filled[row - 1]
        self._size += max(0, column - len(cells))
        if self._size > MOST_CELLS:
            raise WrongValueError(message("workbook.most_cells", most=MOST_CELLS))
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = self._value(kind, text, style_number)

    def _value(self, kind: str, text: str, style_number: int) -> object:
        if kind == "n":
            if style_number in self._dates:
                return DatedNumber(text)
            if style_number in self._shown:
                before, after, thousands = self._shown[style_number]
                return ShownNumber(float(text) / 1000**thousands, before, after)
            # Fifteen digits are all that a cell holds; more are a filler, or meant to exhaust.
            whole = text.lstrip("-").isdecimal() and len(text) <= _MOST_DIGITS
            return int(text) if whole else float(text)
        return text == "1" if kind == "b" else text


def _note_uncalculated(cells: list[str], report: LayerReport) -> None:
    """List the formulas without a stored value: another program wrote the file and never ran it."""
    if cells:
        told = message("note.formula-not-calculated")
        report.add("warning", "formula-not-calculated", told, rows=cells)


def _spread_merged(filled: list[list[Any]], merged: Sequence[Merge], report: LayerReport) -> None:
    texts: list[str] = []
    numbers: list[str] = []
    spread = 0
    width = max(len(row) for row in filled)
    for first_row, first_column, last_row, last_column in merged:
        top, left, right = first_row - 1, first_column - 1, min(last_column, width)
        value = filled[top][left] if top < len(filled) and left < len(filled[top]) else None
        place = f"row {first_row}"
        if not isinstance(value, str):
            numbers += [place] * (value is not None and last_row > first_row)
            continue
        texts.append(place)
        spread += (right - left) * (min(last_row, len(filled)) - top)
        if spread > MOST_CELLS:
            # Merged ranges do not overlap; only a sheet made for the purpose has so many cells.
            raise LoadError(
                message("workbook.merged_too_far", subject=report.subject, most=MOST_CELLS)
            )
        for row in filled[top:last_row]:
            row.extend([None] * (right - len(row)))
            row[left:right] = [value] * (right - left)
    if texts:
        report.add("repair", "merged-text", message("note.merged-text"), rows=texts)
    if numbers:
        report.add("warning", "merged-number", message("note.merged-number"), rows=numbers)
