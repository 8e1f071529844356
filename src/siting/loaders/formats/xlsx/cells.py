"""The visible cells of one sheet, in the order of the file.

Owns what is left out: what stands in hidden rows and columns, which nobody who looks at the table
sees. A merged cell that is hidden in part is seen in the rest of it, and read there. Sheets are
streamed, so a merge over the whole sheet or a million empty cells costs nothing. A formula is never
evaluated; its cached value is used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from siting.errors import WrongValueError
from siting.loaders.formats.xlsx.parts import EndOfInterest, PartReader
from siting.message import message

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

    from siting.loaders.formats.xlsx.package import Package

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; from 1."""


class StoredCell(NamedTuple):
    """A cell as the file stores it.

    Parameters
    ----------
    row, column
        From 1.
    kind
        ``n`` a number, ``b`` a flag (1 or 0), ``e`` an error, otherwise a text.
    text
        What is stored; empty where a formula has no stored value.
    style
        Number of the cell's style.
    formula
        Whether the value is that of a formula.
    """

    row: int
    column: int
    kind: str
    text: str
    style: int
    formula: bool


Take = Callable[[StoredCell], None]


@dataclass(slots=True)
class Surroundings:
    """What a sheet says beside its visible cells.

    Parameters
    ----------
    merged
        Merged ranges in the order of the file, each once, from the first cell that is seen.
    hidden
        Number of filled cells in hidden rows and columns.
    first_hidden
        The first of them, such as ``C7``; empty without any.
    struck
        The cells whose contents are struck through, which are not given either.
    """

    merged: list[Merge] = field(default_factory=list)
    hidden: int = 0
    first_hidden: str = ""
    struck: list[str] = field(default_factory=list)


def read_cells(package: Package, part: str, take: Take, *, until_row: int = 0) -> Surroundings:
    """Give every visible cell that holds something to `take`, what is struck through left out.

    Parameters
    ----------
    part
        Of the sheet, as `Package.sheets` names it.
    until_row
        The last row that is wanted; 0 for all. What follows, such as merged ranges, is not read.

    Raises
    ------
    ValueError
        A cell outside any sheet, or too many elements.
    """
    struck = frozenset(at for at, style in enumerate(package.styles) if style.struck)
    reader = _Cells(package.texts, take, until_row or MOST_ROWS, struck)
    package.read(part, reader)
    return reader.surroundings()


class _Cells(PartReader):
    def __init__(
        self, texts: list[str], take: Take, until_row: int, struck: frozenset[int]
    ) -> None:
        self._texts, self._take, self._until_row = texts, take, until_row
        self._styles_struck = struck
        self._struck: list[str] = []
        self._row = self._column = 0
        self._merged: list[Merge] = []
        self._hidden: dict[tuple[int, int], StoredCell] = {}
        self._rows_hidden: set[int] = set()
        self._columns_hidden: list[tuple[int, int]] = []
        self._kind, self._style, self._formula, self._text = "n", 0, False, ""
        self._phonetic = False

    def opened(self, name: str, attributes: AttributesImpl) -> None:
        if name == "c":
            self._row, self._column = _position(attributes.get("r"), self._row, self._column + 1)
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", "0"))
            self._formula, self._text = False, ""
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._open_row(attributes)
        elif name == "rPh":
            self._phonetic = True
        elif name == "col" and _is_hidden(attributes):
            first, last = int(attributes.get("min", "0")), int(attributes.get("max", "0"))
            self._columns_hidden.append((first, last))
        elif name == "mergeCell":
            self._merged.extend(_range(attributes.get("ref", "")))

    def wants_text(self, name: str) -> bool:
        return name == "v" or (name == "t" and not self._phonetic)

    def closed(self, name: str, text: str) -> None:
        if name == "v":
            self._text = text
        elif name == "t":
            self._text += text
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            self._close_cell()

    def _open_row(self, attributes: AttributesImpl) -> None:
        self._row, self._column = int(attributes.get("r", str(self._row + 1))), 0
        if _is_hidden(attributes):
            self._rows_hidden.add(self._row)
        if self._row > self._until_row:
            raise EndOfInterest

    def _close_cell(self) -> None:
        kind, text = self._kind, self._text
        if kind == "s" and text:
            text = self._shared(int(text))
        if not text.strip() and not self._formula:
            return
        if self._style in self._styles_struck:
            self._struck.append(cell_name(self._row, self._column))
            return
        cell = StoredCell(self._row, self._column, kind, text, self._style, self._formula)
        if self._row in self._rows_hidden or self._is_column_hidden(self._column):
            self._hidden[self._row, self._column] = cell
        else:
            self._take(cell)

    def _is_column_hidden(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self._columns_hidden)

    def surroundings(self) -> Surroundings:
        """Give the merged cells that are seen in part, and tell what the sheet says beside."""
        merged = [self._from_first_seen(each) for each in dict.fromkeys(self._merged)]
        filled = [at for at, c in self._hidden.items() if c.text.strip() and c.kind != "e"]
        first = cell_name(*filled[0]) if filled else ""
        return Surroundings(merged, len(filled), first, self._struck)

    def _from_first_seen(self, merge: Merge) -> Merge:
        top, left, bottom, right = merge
        if (top, left) not in self._hidden:
            return merge
        rows = (row for row in range(top, bottom + 1) if row not in self._rows_hidden)
        columns = (each for each in range(left, right + 1) if not self._is_column_hidden(each))
        row, column = next(rows, 0), next(columns, 0)
        if not row or not column:
            return merge
        self._take(self._hidden.pop((top, left))._replace(row=row, column=column))
        return row, column, bottom, right

    def _shared(self, number: int) -> str:
        if not 0 <= number < len(self._texts):
            raise WrongValueError(message("workbook.no_shared_text", number=number))
        return self._texts[number]


def cell_name(row: int, column: int) -> str:
    """Write a cell the way spreadsheets do.

    Examples
    --------
    >>> cell_name(7, 3), cell_name(1, 28)
    ('C7', 'AB1')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _is_hidden(attributes: AttributesImpl) -> bool:
    return str(attributes.get("hidden", "0")).lower() in ("1", "true")


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    if reference is not None:
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise WrongValueError(message("workbook.no_reference", text=repr(reference[:40])))
        row, column = int(found[2]), _column_number(found[1])
    if not (0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS):
        name = reference or cell_name(row, column)
        raise WrongValueError(message("workbook.outside_sheet", name=name))
    return row, column


@lru_cache(maxsize=MOST_COLUMNS)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _range(reference: str) -> list[Merge]:
    """Return a merged range; none for what is no range of cells, such as whole columns."""
    corners = [_REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    places = [(int(each[2]), _column_number(each[1])) for each in corners if each]
    if len(places) != len(corners):
        return []
    return [(*places[0], *places[-1])]
