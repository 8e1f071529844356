"""A workbook as exact cells, as the indicator table of a plan is read.

Owns the limits on the workbooks of plans. Numbers are kept as the decimal text that the file
stores; a formula is never evaluated, its cached value is used and said to be one.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from siting.boundary import reading
from siting.errors import LoadError, WrongValueError, why_refused
from siting.loaders.formats.xlsx.cells import StoredCell, cell_name, read_cells
from siting.loaders.formats.xlsx.disguise import no_workbook
from siting.loaders.formats.xlsx.number_format import PLAIN, Shown
from siting.loaders.formats.xlsx.package import Package, Style
from siting.loaders.formats.xlsx.parts import DefusedXmlException
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Cell", "WorkbookSheet", "cell_name", "read_workbook"]

MAX_MEMBERS = 2_000
MAX_UNCOMPRESSED_BYTES = 32 * 1024 * 1024
# Real sheets compress ten to thirty times; only repetition made for the purpose reaches this.
MAX_RATIO = 250
MAX_CELLS = 300_000
MAX_ELEMENTS = 1_000_000
MAX_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    Parameters
    ----------
    row, column
        From 1.
    value
        Text or an exact number.
    raw
        The number as the file stores it, or the text.
    percent
        Shown with a percent sign, so that 0.35 reads 35 %.
    formula
        The value is what the program that wrote the file computed last.
    indent
        Steps that its alignment moves it to the right.
    shown
        What its number format writes around the number, such as 千户; `value` is as it is shown.
    """

    row: int
    column: int
    value: str | Decimal
    raw: str
    percent: bool = False
    formula: bool = False
    indent: int = 0
    shown: Shown = PLAIN


@dataclass(slots=True)
class WorkbookSheet:
    """The visible cells of one sheet and its merged ranges (first row, column, last row, column).

    What is hidden is left out, since nobody who looks at the table sees it; a note says where.
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    hidden: bool = False


def read_workbook(path: Path) -> list[WorkbookSheet]:
    """Read every visible and hidden sheet of a workbook, in the order of its tabs.

    Raises
    ------
    LoadError
        Not an XLSX, encrypted, an old XLS, damaged, or beyond the limits of this module.
    """
    _check_kind(path)

    def no_zip(said: Message | str) -> Message:
        return message("workbook.no_zip", path=path, error=said)

    def damaged(said: Message | str) -> Message:
        return message("workbook.damaged", path=path, error=said)

    with reading(str(path), told=no_zip), zipfile.ZipFile(path) as archive:
        _check_sizes(archive, path)
        with reading(str(path), told=damaged):
            try:
                return list(_sheets(Package(archive, most_elements=MAX_ELEMENTS), path))
            except DefusedXmlException:
                raise LoadError(message("workbook.plan_entities", path=path)) from None


def _check_kind(path: Path) -> None:
    try:
        with path.open("rb") as file:
            fault = no_workbook(file.read(512))
    except OSError as error:
        told = message("file.unreadable", path=path, reason=why_refused(error))
        raise LoadError(told) from None
    if fault:
        raise LoadError(message("workbook.at", path=path, fault=fault))


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse a bomb by the sizes in the directory; zipfile never yields more than they say."""
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        parts = {"count": len(members), "most": MAX_MEMBERS}
        raise LoadError(message("workbook.parts", path=path, **parts))
    if size > MAX_UNCOMPRESSED_BYTES:
        sizes = {"size": size, "most": MAX_UNCOMPRESSED_BYTES}
        raise LoadError(message("workbook.unpacks_too_large", path=path, **sizes))
    if size > 1024 * 1024 and size > MAX_RATIO * max(packed, 1):
        ratio = {"ratio": size // max(packed, 1), "most": MAX_RATIO}
        raise LoadError(message("workbook.bomb", path=path, **ratio))


def _sheets(package: Package, path: Path) -> Iterator[WorkbookSheet]:
    budget = MAX_CELLS
    for listed in package.sheets:
        taker = _Taker(
            WorkbookSheet(listed.name, hidden=listed.hidden), package.styles, budget, path
        )
        found = read_cells(package, listed.part, taker.take)
        sheet = taker.sheet
        sheet.merged = found.merged
        if found.hidden:
            first = f"{sheet.name}!{found.first_hidden}"
            told = message("workbook.hidden_cells", count=found.hidden, first=first)
            sheet.notes.append(told)
        if found.struck:
            first = f"{sheet.name}!{found.struck[0]}"
            told = message("workbook.struck_cells", count=len(found.struck), first=first)
            sheet.notes.append(told)
        budget -= len(sheet.cells)
        yield sheet


class _Taker:
    """Puts the cells of a sheet where they are looked up."""

    def __init__(self, sheet: WorkbookSheet, styles: list[Style], budget: int, path: Path) -> None:
        self.sheet = sheet
        self._styles, self._budget, self._path = styles, budget, path

    def take(self, stored: StoredCell) -> None:
        row, column, kind, text, style_number, formula = stored
        if kind == "e" or not text.strip():
            self._note_without_value(cell_name(row, column), text if kind == "e" else "")
            return
        text = text[:MAX_TEXT]
        known = 0 <= style_number < len(self._styles)
        style = self._styles[style_number] if known else Style()
        value: str | Decimal = text
        shown = style.shown if kind == "n" else PLAIN
        if kind == "n":
            value = _number(text) / 1000**shown.thousands
        percent = style.percent and kind == "n"
        cell = Cell(row, column, value, text, percent, formula, style.indent, shown)
        self.sheet.cells[row, column] = cell
        if len(self.sheet.cells) > self._budget:
            raise LoadError(message("workbook.plan_most_cells", path=self._path, most=MAX_CELLS))

    def _note_without_value(self, name: str, error: str) -> None:
        place = f"{self.sheet.name}!{name}"
        told = message("workbook.no_value", place=place)
        if error:
            told = message("workbook.error_value", place=place, error=error[:20])
        self.sheet.notes.append(told)


def _number(text: str) -> Decimal:
    """Read a stored number; the shortest text of its double, since Excel stores 17 digits."""
    try:
        # 0.1 may be stored as 0.10000000000000001; repr gives back what was typed.
        value = Decimal(repr(float(text))) if len(text.lstrip("-0.")) > 15 else Decimal(text)
    except InvalidOperation:
        raise WrongValueError(_no_number(text)) from None
    if not value.is_finite():
        raise WrongValueError(_no_number(text))
    return value


def _no_number(text: str) -> Message:
    return message("workbook.no_number", text=repr(text[:40]))
