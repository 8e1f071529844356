"""A sheet as a grid that can be turned: what kind of thing stands in each cell.

Owns merged cells, transposition and the cutting of a sheet into regions. A turned grid keeps the
addresses of the sheet, so that evidence names the cell that a person sees.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.loaders.formats.workbook import Cell, WorkbookSheet, cell_name
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.quantities import Quantity, quantities_of, unit_word
from siting.loaders.plan.table.words import is_own_key, key_of
from siting.message import Text
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold
from siting.vocabulary.units import load_units

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

# Beyond this a merge only serves to make a reader slow; its corner cell is still read.
MAX_MERGED_CELLS = 50_000

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """One filled cell, understood: a number, a unit or words."""

    place: Place
    text: str
    quantities: tuple[Quantity, ...] = ()
    unit: str = ""
    # A unit that is not known; such a cell is words, since it may be a name as well.
    odd_unit: str = ""
    known: bool = False
    formula: bool = False
    percent: bool = False
    # Steps of the cell's alignment.
    indent: int = 0

    @property
    def is_words(self) -> bool:
        """Neither a number, a unit nor a dash."""
        return not self.quantities and not self.unit and fold(self.text) not in plan_words().blanks


@dataclass(slots=True)
class Grid:
    """Items by row and column; `covered` leads a merged cell to the corner that fills it."""

    sheet: str
    items: dict[Place, Item]
    covered: dict[Place, Place] = field(default_factory=dict)
    turned: bool = False
    # The fields of a database table: its cells are named by row and field.
    fields: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> Item | None:
        """Return what a reader sees at a place, also inside a merged range."""
        return self.items.get(self.covered.get((row, column), (row, column)))

    def name(self, item: Item) -> str:
        """Return the address of an item in the sheet, turned or not."""
        row, column = item.place[::-1] if self.turned else item.place
        if self.fields:
            return f"{self.sheet}, row {row - 1}, field {self.fields[column - 1]!r}"
        return f"{self.sheet}!{cell_name(row, column)}"

    def rows(self) -> list[int]:
        """Return the rows that hold something, also by a merged cell, in order."""
        return sorted({row for row, _ in self.items} | {row for row, _ in self.covered})

    def turn(self) -> Grid:
        """Exchange rows and columns."""
        items = {
            (column, row): replace(item, place=(column, row))
            for (row, column), item in self.items.items()
        }
        covered = {(c, r): (corner[1], corner[0]) for (r, c), corner in self.covered.items()}
        return Grid(self.sheet, items, covered, not self.turned, self.fields)

    def only(self, rows: Iterable[int]) -> Grid:
        """Return the part of the grid in some rows."""
        kept = set(rows)
        return self._where(lambda place: place[0] in kept)

    def without(self, places: Container[Place]) -> Grid:
        """Return the grid without some places."""
        return self._where(lambda place: place not in places)

    def _where(self, wanted: Callable[[Place], bool]) -> Grid:
        items = {place: item for place, item in self.items.items() if wanted(place)}
        covered = {
            place: corner
            for place, corner in self.covered.items()
            if wanted(place) and corner in items
        }
        return Grid(self.sheet, items, covered, self.turned, self.fields)


def grid_of(sheet: WorkbookSheet) -> Grid:
    """Understand each cell of a sheet and spread its merged cells."""
    items = {place: _item(cell) for place, cell in sheet.cells.items()}
    return Grid(sheet.name, items, _covered(sheet, items))


def grid_of_table(name: str, fields: Sequence[str], rows: Iterable[Sequence[object]]) -> Grid:
    """Understand a table of a database or the properties of features, its fields as header."""
    cells: dict[Place, Cell] = {}
    for row, values in enumerate([tuple(fields), *rows], start=1):
        for column, value in enumerate(values, start=1):
            text = "" if value is None else str(value)
            if text.strip() and text not in ("nan", "NaT", "None"):
                exact = _exact(value)
                cells[row, column] = Cell(row, column, text if exact is None else exact, text)
    grid = grid_of(WorkbookSheet(name, cells))
    grid.fields = tuple(fields)
    return grid


def regions_of(grid: Grid) -> list[Grid]:
    """Cut a grid at its empty rows; one region where it has none."""
    groups: list[list[int]] = []
    for row in grid.rows():
        if groups and row == groups[-1][-1] + 1:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [grid.only(group) for group in groups]


def without_building_tables(grid: Grid) -> tuple[Grid, list[Text]]:
    """Leave out tables with one row per building; their figures are not the plan's.

    Such a table goes from its heading down to the next empty row, and sideways to the next empty
    column, so that what stands beside it is still read.
    """
    dropped: set[Place] = set()
    notes: list[Text] = []
    for region in regions_of(grid):
        starts = [
            item for item in region.items.values() if fold(item.text) in plan_words().per_building
        ]
        if starts:
            first = min(starts, key=lambda item: item.place)
            dropped |= _below_and_beside(region, first.place)
            name = region.name(first)
            notes.append(
                Text(
                    f"{name} 起为单体面积表，未采用",
                    f"{name} starts a table per building; it is not read",
                )
            )
    return grid.without(dropped) if dropped else grid, notes


def _below_and_beside(region: Grid, start: Place) -> set[Place]:
    """Return the places from a row on, in the columns that are joined to the start's."""
    places = {place for place in (*region.items, *region.covered) if place[0] >= start[0]}
    filled = {column for _, column in places}
    first = last = start[1]
    while first - 1 in filled:
        first -= 1
    while last + 1 in filled:
        last += 1
    return {place for place in places if first <= place[1] <= last}


def columns_of(items: Iterable[Item]) -> tuple[Counter[int], Counter[int], Counter[int]]:
    """Count known labels, numbers and units in each column."""
    known: Counter[int] = Counter()
    numbers: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for item in items:
        column = item.place[1]
        known[column] += item.known
        numbers[column] += bool(item.quantities)
        units[column] += bool(item.unit or item.odd_unit) or load_units().is_heading(item.text)
    return known, numbers, units


def _item(cell: Cell) -> Item:
    place = (cell.row, cell.column)
    if isinstance(cell.value, Decimal):
        quantities = (_stored(cell.value, cell),)
        return Item(place, cell.raw, quantities, formula=cell.formula, percent=cell.percent)
    found = quantities_of(cell.value)
    # households is a unit and the name of a figure; alone in a cell it is the figure.
    unit = "" if found or is_own_key(cell.value) else unit_word(cell.value)
    odd = "" if found or unit else load_units().unknown(cell.value)
    label = label_of(cell.value)
    known = not found and not unit and bool(key_of(label.words, label.unit))
    return Item(
        place, cell.value, found, unit, odd, known, formula=cell.formula, indent=cell.indent
    )


def _stored(number: Decimal, cell: Cell) -> Quantity:
    """Return a stored number with the unit that its format shows: % or 千户.

    What a format writes that is no unit makes the unit one that is not known.
    """
    if cell.percent:
        return Quantity(number * 100, "%")
    before, after, _ = cell.shown
    if not before and not after:
        return Quantity(number, "")
    found = quantities_of(f"{before}1{after}")
    if len(found) != 1:
        return Quantity(number, fold(f"{before}{after}"))
    return Quantity(number, found[0].unit, found[0].about)


def _covered(sheet: WorkbookSheet, items: dict[Place, Item]) -> dict[Place, Place]:
    """Map each cell inside a merged range, where the sheet has content, to the range's corner."""
    covered: dict[Place, Place] = {}
    last_row = max((row for row, _ in items), default=0)
    last_column = max((column for _, column in items), default=0)
    budget = MAX_MERGED_CELLS
    for top, left, bottom, right in sheet.merged:
        rows, columns = (
            range(top, min(bottom, last_row) + 1),
            range(left, min(right, last_column) + 1),
        )
        budget -= len(rows) * len(columns)
        if (top, left) not in items or budget < 0:
            continue
        covered.update({(r, c): (top, left) for r in rows for c in columns if (r, c) not in items})
    return covered


def _exact(value: object) -> Decimal | None:
    """Return a number as it is written shortest; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None
