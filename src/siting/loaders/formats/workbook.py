"""A workbook as exact cells, as the indicator table of a plan is read.

Owns the limits on the workbooks of plans. Numbers are kept as the decimal text that the file
stores; a formula is never evaluated, its cached value is used and said to be one.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from siting.errors import LoadError
from siting.loaders.formats.xlsx.cells import StoredCell, cell_name, read_cells
from siting.loaders.formats.xlsx.disguise import no_workbook
from siting.loaders.formats.xlsx.number_format import PLAIN, Shown
from siting.loaders.formats.xlsx.package import Package, Style
from siting.loaders.formats.xlsx.parts import DefusedXmlException, SAXParseException
from siting.message import Text, message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Cell", "Sheet", "cell_name", "read_workbook"]

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
class Sheet:
    """The visible cells of one sheet and its merged ranges (first row, column, last row, column).

    What is hidden is left out, since nobody who looks at the table sees it; a note says where.
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    hidden: bool = False


def read_workbook(path: Path) -> list[Sheet]:
    """Read every visible and hidden sheet of a workbook, in the order of its tabs.

    Raises
    ------
    LoadError
        Not an XLSX, encrypted, an old XLS, damaged, or beyond the limits of this module.
    """
    _check_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path)
            return list(_sheets(Package(archive, most_elements=MAX_ELEMENTS), path))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as fault:
        raise LoadError(f"{path} is not a readable XLSX workbook: {fault}.") from None
    except DefusedXmlException:
        raise LoadError(
            f"{path} declares XML entities or a DTD, which no spreadsheet program writes; "
            "it is not read. Save it again from Excel or WPS."
        ) from None
    except (SAXParseException, KeyError, ValueError, IndexError, StopIteration) as fault:
        raise LoadError(f"{path} is a damaged XLSX workbook: {fault}.") from None


def _check_kind(path: Path) -> None:
    try:
        with path.open("rb") as file:
            fault = no_workbook(file.read(512))
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}.") from None
    if fault:
        raise LoadError(message("workbook.at", path=path, fault=fault))


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse a bomb by the sizes in the directory; zipfile never yields more than they say."""
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise LoadError(f"{path} has {len(members):,} parts; at most {MAX_MEMBERS:,} are read.")
    if size > MAX_UNCOMPRESSED_BYTES:
        raise LoadError(
            f"{path} unpacks to {size:,} bytes; at most {MAX_UNCOMPRESSED_BYTES:,} are read. "
            "Keep only the sheets with the indicator table."
        )
    if size > 1024 * 1024 and size > MAX_RATIO * max(packed, 1):
        raise LoadError(
            f"{path} unpacks to {size // max(packed, 1):,} times its size; at most {MAX_RATIO} "
            "times is read, since only a zip bomb needs more. Save it again from Excel or WPS."
        )


def _sheets(package: Package, path: Path) -> Iterator[Sheet]:
    budget = MAX_CELLS
    for listed in package.sheets:
        taker = _Taker(Sheet(listed.name, hidden=listed.hidden), package.styles, budget, path)
        found = read_cells(package, listed.part, taker.take)
        sheet = taker.sheet
        sheet.merged = found.merged
        if found.hidden:
            first = f"{sheet.name}!{found.first_hidden}"
            what = f"{found.hidden} filled cells in hidden rows or columns are not read"
            sheet.notes.append(
                Text(
                    f"隐藏行列中的 {found.hidden} 个单元格未采用，第一个是 {first}",
                    f"{what}, the first is {first}",
                )
            )
        budget -= len(sheet.cells)
        yield sheet


class _Taker:
    """Puts the cells of a sheet where they are looked up."""

    def __init__(self, sheet: Sheet, styles: list[Style], budget: int, path: Path) -> None:
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
            raise LoadError(
                f"{self._path} has more than {MAX_CELLS:,} filled cells; keep the table."
            )

    def _note_without_value(self, name: str, error: str) -> None:
        place = f"{self.sheet.name}!{name}"
        what = Text("的公式没有保存结果", "is a formula without a value")
        if error:
            what = Text(f"为错误值 {error[:20]}", f"holds the error {error[:20]}")
        zh, en = f"{place} {what.zh}，未采用", f"{place} {what.en}; it is not read"
        self.sheet.notes.append(Text(zh, en))


def _number(text: str) -> Decimal:
    """Read a stored number; the shortest text of its double, since Excel stores 17 digits."""
    try:
        # 0.1 may be stored as 0.10000000000000001; repr gives back what was typed.
        value = Decimal(repr(float(text))) if len(text.lstrip("-0.")) > 15 else Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is stored as a number") from None
    if not value.is_finite():
        raise ValueError(f"{text[:40]!r} is stored as a number")
    return value
