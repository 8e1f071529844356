"""Reads the table of technical and economic indicators (经济技术指标表) wherever it stands.

Owns the layouts: items below each other or side by side, several blocks beside each other, 其中
rows, phases as columns, units in the header, in a column or in the cell. Every row that was found
is returned with its cell, known or not, so that nothing is read or skipped in silence.

A layout is not guessed from a header alone: the sheet is read as it is and turned, whole and cut
at its empty rows, and the reading that understands most rows is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.errors import LoadError
from siting.loaders._grid import (
    Grid,
    Item,
    grid_of,
    regions_of,
    without_building_tables,
)
from siting.loaders._plan_words import (
    Label,
    Quantity,
    fold,
    in_base_unit,
    key_of,
    label_of,
    measures,
    unit_word,
)
from siting.loaders._table_blocks import QUANTITY_HEADERS, Block, blocks_of, first_data_row
from siting.loaders._workbook import read_workbook
from siting.rules.plan import Evidence, PlanRow, unit_of

if TYPE_CHECKING:
    from pathlib import Path

_SUBTOTAL = frozenset(("小计", "合计", "总计", "总"))
_SHEET_UNIT = re.compile(r"单位[:]?(?P<unit>[^()、,;]+)")
_TITLE = re.compile(
    r"(?!(?:主要|综合|规划|项目|经济)*技术指标)(?P<name>.{2,40}?)(?:项目)?(?:主要|综合|规划)*(?:经济)?技术指标(?:一览)?表?"
)
_PARTS = ("地上", "地下", "不计容", "非计容", "计容")


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """What a workbook says: rows in reading order, the project's name if given, and notes."""

    rows: tuple[PlanRow, ...]
    name: str = ""
    notes: tuple[str, ...] = ()


def read_indicator_table(path: Path, *, sheet: str | None = None, file: str = "") -> IndicatorTable:
    """Read the indicator table of a workbook.

    Parameters
    ----------
    path
        An XLSX workbook.
    sheet
        The sheet to read; all sheets where left out.
    file
        How evidence names the file; the path where left out.

    Raises
    ------
    LoadError
        The workbook cannot be read, has no such sheet, or no label in it is known.
    """
    sheets = read_workbook(path)
    wanted = [each for each in sheets if sheet is None or each.name == sheet]
    if not wanted:
        names = [each.name for each in sheets]
        raise LoadError(f"{path} has no sheet {sheet!r}; it has {names}.")
    rows: list[PlanRow] = []
    notes: list[str] = []
    name = ""
    for each in wanted:
        grid, dropped = without_building_tables(grid_of(each))
        found = read_grid(grid, file or path.as_posix())
        _append(rows, found)
        notes.extend([*each.notes, *dropped])
        name = name or _project_name(grid)
    if not any(row.key and row.value is not None for row in rows):
        raise LoadError(
            f"{path} holds no indicator table that is understood: no cell with words such as "
            "总建筑面积 or 居住户数 has a number right of it or below it."
        )
    return IndicatorTable(tuple(rows), name, tuple(notes))


def _append(rows: list[PlanRow], more: list[PlanRow]) -> None:
    """Append rows whose parents count from their own first row."""
    by = len(rows)
    rows += [replace(row, parent=row.parent + by if row.parent >= 0 else -1) for row in more]


def read_grid(grid: Grid, file: str) -> list[PlanRow]:
    """Return the reading that understands most rows; the whole sheet as it stands on a tie."""
    readings = [_read_grid(grid, file), _read_grid(grid.turn(), file)]
    regions = regions_of(grid)
    if len(regions) > 1:
        apart: list[PlanRow] = []
        for region in regions:
            best = max(_read_grid(region, file), _read_grid(region.turn(), file), key=_understood)
            _append(apart, best)
        readings.append(apart)
    return max(readings, key=_understood)


def _understood(rows: list[PlanRow]) -> int:
    return len({(row.key, row.phase) for row in rows if row.key and row.value is not None})


def _read_grid(grid: Grid, file: str) -> list[PlanRow]:
    rows: list[PlanRow] = []
    shared = _sheet_unit(grid)
    for block in blocks_of(grid):
        reader = _BlockReader(grid, block, file, shared)
        _append(rows, reader.read())
    return rows


def _sheet_unit(grid: Grid) -> str:
    """Return the unit that a remark such as 单位：万㎡ gives to the whole sheet."""
    for item in grid.items.values():
        found = _SHEET_UNIT.search(fold(item.text)) if item.is_words else None
        if found and unit_word(found["unit"]):
            return unit_word(found["unit"])
        # 单位：㎡ alone in a cell is read as a unit already.
        if item.unit and "单位" in item.text:
            return item.unit
    return ""


def _project_name(grid: Grid) -> str:
    """Return what stands beside 项目名称, else what the title says before 经济技术指标表."""
    for (row, column), item in sorted(grid.items.items()):
        if fold(item.text).rstrip(":") in ("项目名称", "工程名称", "小区名称"):
            beside = (grid.items.get((row, column + step)) for step in (1, 2, 3))
            return next((each.text.strip() for each in beside if each), "")
    titles = (
        _TITLE.fullmatch("".join(item.text.split())) for _, item in sorted(grid.items.items())
    )
    return next((title["name"] for title in titles if title), "")


@dataclass(slots=True)
class _BlockReader:
    """Walks the rows of one block; remembers the rows above for 其中."""

    grid: Grid
    block: Block
    file: str
    sheet_unit: str
    found: list[PlanRow] = field(default_factory=list)
    # (level, own label's cell, index of its first row in found, part)
    above: list[tuple[int, Item, int, str]] = field(default_factory=list)

    def read(self) -> list[PlanRow]:
        first = first_data_row(self.grid, self.block)
        for row in self.grid.rows():
            path = self._path(row)
            if path and row >= first:
                self._read_row(row, path)
        return self.found

    def _path(self, row: int) -> list[Item]:
        """Return the label cells of a row from left to right, each merged cell once."""
        cells = (self.grid.at(row, column) for column in self.block.labels)
        return list({item.place: item for item in cells if item and item.is_words}.values())

    def _read_row(self, row: int, path: list[Item]) -> None:
        own = path[-1]
        if fold(own.text) in _SUBTOTAL and len(path) > 1:
            path = path[:-1]
            own = path[-1]
        label = label_of(own.text)
        values = self._values(row)
        if not label.words or label.words.startswith(("注", "备注", "说明")):
            return
        if not values and not label.quantities and not own.known:
            return
        parent, part, level = self._place_in_tree(path, label)
        start = len(self.found)
        for column, item in values:
            for quantity in item.quantities:
                self._add(row, own, label, quantity, item, column, parent, part)
        for quantity in label.quantities:
            self._add(row, own, label, quantity, own, 0, parent, part)
        if not values and not label.quantities:
            self._add_empty(own, label, parent, part)
        self.above.append((level, own, start, part))

    def _values(self, row: int) -> list[tuple[int, Item]]:
        cells = ((column, self.grid.items.get((row, column))) for column in self.block.values)
        return [(column, item) for column, item in cells if item and item.quantities]

    def _place_in_tree(self, path: list[Item], label: Label) -> tuple[int, str, int]:
        """Return the parent's index, the part and the level of a row."""
        own, groups = path[-1], path[:-1]
        of_which = label.of_which or any(label_of(item.text).of_which for item in groups)
        column = self.block.labels.index(own.place[1])
        level = 100 * column + 50 * label.of_which + _indent(own.text)
        while self.above and self.above[-1][0] >= level:
            self.above.pop()
        parent, inherited = -1, ""
        if self.above:
            above = self.above[-1]
            mine = own.place[1] == above[1].place[1] or not groups or groups[-1] is above[1]
            if level and (of_which or mine):
                parent, inherited = above[2], above[3]
        words = [label_of(item.text).words for item in groups]
        part = next((p for p in map(_part, [label.words, *reversed(words)]) if p), inherited)
        return parent, part, level

    def _add(
        self,
        row: int,
        own: Item,
        label: Label,
        quantity: Quantity,
        item: Item,
        column: int,
        parent: int,
        part: str,
    ) -> None:
        unit, where = self._unit(row, label, quantity, column)
        key = self._key(label, column, unit)
        if not key and where == "header":
            # A header's ㎡ is not meant for 总户数 or 容积率 in the same column.
            unit, key = "", key_of(label.words)
        if not unit and key and self.sheet_unit and unit_of(key) in measures(self.sheet_unit):
            unit, where = self.sheet_unit, "the sheet's unit"
        value, note = _value(key, quantity, unit, item)
        evidence = Evidence(
            self.file, self.grid.name(item), item.text.strip(), unit, own.text.strip()
        )
        note = "; ".join(filter(None, (note, where if where == "the sheet's unit" else "")))
        phase = self.block.phases.get(column, "")
        self.found.append(
            PlanRow(key, value, unit_of(key) if key else unit, evidence, note, parent, part, phase)
        )

    def _add_empty(self, own: Item, label: Label, parent: int, part: str) -> None:
        evidence = Evidence(self.file, self.grid.name(own), "", label.unit, own.text.strip())
        key = key_of(label.words, label.unit)
        note = "no number stands beside it"
        self.found.append(PlanRow(key, None, unit_of(key), evidence, note, parent, part))

    def _unit(self, row: int, label: Label, quantity: Quantity, column: int) -> tuple[str, str]:
        """Return the nearest unit: in the cell, in the unit column, in the label, in the header."""
        if quantity.unit:
            return quantity.unit, "cell"
        if column == 0:
            return "", ""
        for each in self.block.units:
            item = self.grid.at(row, each)
            if item and item.unit:
                return item.unit, "column"
        header = self.block.headers.get(column, "")
        if label.unit:
            return label.unit, "label"
        return label_of(header).unit or unit_word(header), "header"

    def _key(self, label: Label, column: int, unit: str) -> str:
        header = label_of(self.block.headers.get(column, "")).words
        if header in QUANTITY_HEADERS:
            key = key_of(label.words + header, unit)
            if key:
                return key
        return key_of(label.words, unit)


def _value(key: str, quantity: Quantity, unit: str, item: Item) -> tuple[Decimal | None, str]:
    notes: list[str] = []
    if quantity.about:
        notes.append(f"written with {quantity.about}")
    if item.formula:
        notes.append("a formula's stored value")
    if not key:
        return quantity.number, "; ".join([*notes, "not a known indicator"])
    wanted = unit_of(key)
    if wanted == "":
        return quantity.number, "; ".join(notes)
    if not unit and wanted == "share":
        # 建筑密度 28 without a unit can only be 28 %.
        percent = quantity.number > 1
        notes.append("no unit: read as %" if percent else "no unit: read as a share")
        return quantity.number / 100 if percent else quantity.number, "; ".join(notes)
    if not unit and wanted == "m2":
        notes.append("no unit: read as m2")
    return in_base_unit(quantity.number, unit), "; ".join(notes)


def _indent(text: str) -> int:
    """Return the leading blanks of a label, at most 20; a full-width blank is worth two."""
    blanks = text[: len(text) - len(text.lstrip())]
    return min(20, sum(2 if blank == "\u3000" else 1 for blank in blanks))


def _part(words: str) -> str:
    return next((part for part in _PARTS if words.startswith(part)), "")
