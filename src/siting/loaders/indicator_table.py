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
from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.errors import LoadError
from siting.loaders._grid import (
    Grid,
    Item,
    grid_of,
    regions_of,
    without_building_tables,
)
from siting.loaders._numbering import bare_mark_of, mark_of
from siting.loaders._outline import Above, indent_of, still_above
from siting.loaders._plan_words import (
    BARE_PART,
    Label,
    Quantity,
    fold,
    in_base_unit,
    is_of_whole_plan,
    key_below,
    key_of,
    label_of,
    measures,
    says_only_what,
    unit_word,
)
from siting.loaders._table_blocks import (
    PHASE,
    QUANTITY_HEADERS,
    Block,
    blocks_of,
    first_data_row,
)
from siting.loaders._workbook import read_workbook
from siting.rules.plan import Evidence, PlanRow, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.loaders._numbering import Mark

_SUBTOTAL = frozenset(("小计", "合计", "总计", "总"))
_SHEET_UNIT = re.compile(r"单位[:]?(?P<unit>[^()、,;]+)")
_TITLE = re.compile(
    r"(?!(?:主要|综合|规划|项目|经济)*技术指标)(?P<name>.{2,40}?)(?:项目)?(?:主要|综合|规划)*(?:经济)?技术指标(?:一览)?表?"
)
_NO_NUMBER = "no number stands beside it"
_NOT_KNOWN = "not a known indicator"
_PARTS = ("地上", "地下", "不计容", "非计容", "计容")
# What the parts of the total are called on their own.
_PART_KEYS = MappingProxyType(
    {
        "地上": "above_ground_floor_area_m2",
        "地下": "underground_floor_area_m2",
        "计容": "far_floor_area_m2",
        "不计容": "non_far_floor_area_m2",
        "非计容": "non_far_floor_area_m2",
    }
)
_WITH_PARTS = ("residential_floor_area_m2", "public_floor_area_m2", "other_floor_area_m2")


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
        The sheet to read; all visible sheets where left out.
    file
        How evidence names the file; the path where left out.

    Raises
    ------
    LoadError
        The workbook cannot be read, has no such sheet, or no label in it is known.
    """
    sheets = read_workbook(path)
    wanted = [each for each in sheets if (not each.hidden if sheet is None else each.name == sheet)]
    if not wanted:
        names = [each.name for each in sheets]
        raise LoadError(f"{path} has no sheet {sheet!r}; it has {names}.")
    rows: list[PlanRow] = []
    notes = [
        f"sheet {each.name} is hidden; it is not read"
        for each in sheets
        if each.hidden and each not in wanted
    ]
    name = ""
    for each in wanted:
        grid, dropped = without_building_tables(grid_of(each))
        found = read_grid(grid, file or path.as_posix())
        _append(rows, found.rows)
        notes.extend([*each.notes, *dropped, *found.notes])
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


@dataclass(slots=True)
class Reading:
    """One way to read a grid: its rows, and what was left out in doubt."""

    rows: list[PlanRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Reading) -> None:
        """Append another reading's rows and notes."""
        _append(self.rows, other.rows)
        self.notes += other.notes

    @property
    def understood(self) -> int:
        """How many figures it knows."""
        return len({(row.key, row.phase) for row in self.rows if row.key and row.value is not None})


def read_grid(grid: Grid, file: str) -> Reading:
    """Return the reading that understands most rows; the whole sheet as it stands on a tie."""
    shared = _unit_remarks(grid)
    readings = [_read_grid(grid, file, shared), _read_grid(grid.turn(), file, shared)]
    regions = regions_of(grid)
    if len(regions) > 1:
        apart = Reading()
        for region in regions:
            ways = (_read_grid(region, file, shared), _read_grid(region.turn(), file, shared))
            apart.add(max(ways, key=lambda way: way.understood))
        readings.append(apart)
    return max(readings, key=lambda way: way.understood)


def _read_grid(grid: Grid, file: str, shared: Sequence[tuple[int, str]]) -> Reading:
    found = Reading()
    for block in blocks_of(grid):
        reader = _BlockReader(grid, block, file, shared)
        found.add(Reading(reader.read(), _doubts(grid, block)))
    return found


def _doubts(grid: Grid, block: Block) -> list[str]:
    """Name the columns of numbers that could be meant as well as the one that was read."""
    if not block.doubtful:
        return []
    first = first_data_row(grid, block)

    def named(column: int) -> str:
        below = (grid.items.get((row, column)) for row in grid.rows() if row >= first)
        cell = next(item for item in below if item and item.quantities)
        return f"{grid.name(cell)} {block.headers.get(column, '')}".rstrip()

    others = ", ".join(map(named, block.doubtful))
    return [f"of several columns of numbers {named(block.values[0])} ... is read, not {others} ..."]


def _unit_remarks(grid: Grid) -> list[tuple[int, str]]:
    """Return the rows of the sheet with a remark such as 单位：万㎡, in order, and its unit."""
    found: list[tuple[int, str]] = []
    for (row, _), item in sorted(grid.items.items()):
        remark = _SHEET_UNIT.search(fold(item.text)) if item.is_words else None
        if remark and unit_word(remark["unit"]):
            found.append((row, unit_word(remark["unit"])))
        # 单位：㎡ alone in a cell is read as a unit already.
        elif item.unit and "单位" in item.text:
            found.append((row, item.unit))
    return found


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


@dataclass(frozen=True, slots=True)
class _Row:
    """A row being read: its label, what it is part of, and the label that says whose it is."""

    row: int
    own: Item
    label: Label
    parent: int
    part: str
    owner: Item | None


@dataclass(slots=True)
class _BlockReader:
    """Walks the rows of one block; remembers the rows above for 其中."""

    grid: Grid
    block: Block
    file: str
    # Rows of the sheet with a remark on the unit, and the unit.
    remarks: Sequence[tuple[int, str]]
    found: list[PlanRow] = field(default_factory=list)
    above: list[Above] = field(default_factory=list)
    # The row above that the present row may or may not be part of.
    unclear: Item | None = None
    table: str = ""

    def read(self) -> list[PlanRow]:
        first = first_data_row(self.grid, self.block)
        last = 0
        for row in self.grid.rows():
            path = self._path(row)
            if path and (row >= first or self._values(row) or self._is_first_heading(row, path)):
                if not self.table or row > last + 1 or self._is_heading(row, path):
                    self.table = self.grid.name(path[-1])
                self._read_row(row, path)
            last = row
        self._explain_headings()
        return self.found

    def _explain_headings(self) -> None:
        """Say of a name without a number that its figures stand below it, where they do."""
        for row in self.found:
            above = self.found[row.parent] if row.parent >= 0 else None
            if above and above.note == _NO_NUMBER and row.value is not None and row.key:
                self.found[row.parent] = replace(above, note="its figures stand below it")

    def _is_first_heading(self, row: int, path: list[Item]) -> bool:
        """Tell whether a row above the first number heads a part of the table and not all of it."""
        seen = [self.grid.at(row, column) for column in (*self.block.values, *self.block.units)]
        over_all = any(item is path[0] for item in seen)
        alone = not any(item for item in seen if item is not path[0])
        numbered = path[-1].known or self._mark(row, path)[0] is not None
        return alone and (numbered or not over_all) and "指标" not in fold(path[0].text)

    def _is_heading(self, row: int, path: list[Item]) -> bool:
        """Tell whether a row such as 名称 | 面积(㎡) begins another table."""
        beside = [self.grid.items.get((row, column)) for column in self.block.values]
        return not path[-1].known and any(item and item.is_words for item in beside)

    def _path(self, row: int) -> list[Item]:
        """Return the label cells of a row from left to right, each merged cell once."""
        cells = (self.grid.at(row, column) for column in self.block.labels)
        return list({item.place: item for item in cells if item and item.is_words}.values())

    def _mark(self, row: int, path: list[Item]) -> tuple[Mark | None, bool]:
        """Return the number of a row, and whether it stands in a column of its own."""
        mark = mark_of(path[-1].text)
        if mark is None and len(path) == 1 and self.block.numbering is not None:
            beside = self.grid.items.get((row, self.block.numbering))
            mark = bare_mark_of(beside.text) if beside else None
            return mark, mark is not None
        return mark, False

    def _read_row(self, row: int, path: list[Item]) -> None:
        own = path[-1]
        if fold(own.text) in _SUBTOTAL and len(path) > 1:
            path = path[:-1]
            own = path[-1]
        label = label_of(own.text)
        values = self._values(row)
        if not label.words or label.words.startswith(("注", "备注", "说明")):
            return
        parent, part, place = self._place_in_tree(row, path, label)
        if not values and not label.quantities:
            place = replace(place, is_heading=not self._beside(row))
            if not own.known:
                self.above.append(replace(place, part=part))
                return
        read = _Row(row, own, label, parent, part, self._owner(path, place, label))
        start = len(self.found)
        for column, item in values:
            for quantity in item.quantities:
                self._add(read, quantity, item, column)
        for quantity in label.quantities:
            self._add(read, quantity, own, 0)
        if not values and not label.quantities:
            self._add_empty(read)
        self.above.append(replace(place, index=start, part=part))

    def _beside(self, row: int) -> Item | None:
        """Return what stands in a row's value columns."""
        beside = (self.grid.items.get((row, column)) for column in self.block.values)
        return next((item for item in beside if item), None)

    def _values(self, row: int) -> list[tuple[int, Item]]:
        cells = ((column, self.grid.items.get((row, column))) for column in self.block.values)
        return [(column, item) for column, item in cells if item and item.quantities]

    def _place_in_tree(self, row: int, path: list[Item], label: Label) -> tuple[int, str, Above]:
        """Return the parent's index, the part and the place of a row."""
        own, groups = path[-1], path[:-1]
        of_which = label.of_which or any(label_of(item.text).of_which for item in groups)
        column = self.block.labels.index(own.place[1])
        mark, counted = self._mark(row, path)
        place = Above(
            column,
            indent_of(own),
            own,
            of_which=label.of_which,
            mark=mark,
            counted=counted,
            group=groups[-1] if groups else self._group_above(column),
        )
        self.unclear = self._unclear(place)
        self.above = still_above(self.above, place)
        parent, inherited = -1, ""
        if self.above:
            above = self.above[-1]
            mine = own.place[1] == above.own.place[1] or not groups or groups[-1] is above.own
            if of_which or mine:
                parent = next((each.index for each in self.above[::-1] if each.index >= 0), -1)
                inherited = above.part
        words = [label_of(item.text).words for item in groups]
        named = [] if key_of(label.words) in _PART_KEYS.values() else [label.words]
        part = next((p for p in map(_part, [*named, *reversed(words)]) if p), inherited)
        return parent, part, place

    def _group_above(self, column: int) -> Item | None:
        """Return the label left of the rows above, which an empty cell repeats."""
        last = self.above[-1] if self.above else None
        return last.group if last and last.column == column else None

    def _unclear(self, place: Above) -> Item | None:
        """Return the row above that a row without a mark may or may not be part of.

        建筑面积 straight below 养老服务用房, neither numbered nor indented, may be its area or not.
        """
        last = self.above[-1] if self.above else None
        if last is not None and self.unclear is not None and says_only_what(_words(last.own)):
            return self.unclear
        if last is None or place.mark or last.column != place.column or place.of_which:
            return None
        if place.indent != last.indent or not (last.is_heading or last.mark):
            return None
        return last.own

    def _owner(self, path: list[Item], place: Above, label: Label) -> Item | None:
        """Return the label that says whose figure a row is; None for a row of the plan's own."""
        own_column = [each.own for each in self.above[::-1] if each.column == place.column]
        others = [each.own for each in self.above[::-1] if each.column < place.column]
        groups = path[:-1][::-1]
        if not groups and place.group and says_only_what(label.words):
            groups = [place.group]
        for item in (*own_column, *groups, *others):
            words = _words(item)
            if words and not BARE_PART.fullmatch(words) and not PHASE.fullmatch(words):
                return item
        return None

    def _add(self, read: _Row, quantity: Quantity, item: Item, column: int) -> None:
        unit, where = self._unit(read, quantity, column)
        key, part, whose = self._key(read, column, unit)
        if not key and where == "header":
            # A header's ㎡ is not meant for 总户数 or 容积率 in the same column.
            unit = ""
            key, part, whose = self._key(read, 0, unit)
        if not unit and key:
            unit, where = self._unit_of_context(key, item, read.parent)
        value, note = _value(key, quantity, unit, item)
        if not key and whose:
            note = note.replace(_NOT_KNOWN, whose)
            whose = ""
        evidence = Evidence(
            self.file, self.grid.name(item), item.text.strip(), unit, read.own.text.strip()
        )
        note = "; ".join(filter(None, (whose, note, where if where.startswith("the ") else "")))
        phase = self.block.phases.get(column, "")
        of_key = unit_of(key) if key else unit
        self.found.append(
            PlanRow(key, value, of_key, evidence, note, read.parent, part, phase, self.table)
        )

    def _add_empty(self, read: _Row) -> None:
        other = self._beside(read.row)
        text = other.text.strip() if other else ""
        single = other is not None and other.is_words
        note = "this is no single number" if single else _NO_NUMBER
        evidence = Evidence(
            self.file,
            self.grid.name(other or read.own),
            text,
            read.label.unit,
            read.own.text.strip(),
        )
        key, part, whose = self._key(read, 0, read.label.unit)
        note = "; ".join(filter(None, (whose, note)))
        unit = unit_of(key) if key else ""
        self.found.append(
            PlanRow(key, None, unit, evidence, note, read.parent, part, table=self.table)
        )

    def _key(self, read: _Row, column: int, unit: str) -> tuple[str, str, str]:
        """Return the figure and the part that a row gives, and a note on whose it is."""
        key = self._key_alone(read.label, column, unit)
        key, part = self._key_of_part(read, key, unit)
        if "." in key:
            return key, part, ""
        return self._key_of_owner(read, key, part, unit)

    def _key_of_owner(self, read: _Row, key: str, part: str, unit: str) -> tuple[str, str, str]:
        """Give 建筑面积 below 养老服务用房 to elder care, and never to the plan."""
        words = read.label.words
        bare = says_only_what(words)
        owner = read.owner
        if owner is None:
            if bare and self.unclear is not None and not is_of_whole_plan(_words(self.unclear)):
                return "", part, f"this may be a figure of {_words(self.unclear)}; it is not read"
            return key, part, ""
        of_owner = key_of(_words(owner)) or key_of(_words(owner), label_of(owner.text).unit)
        facility_type = of_owner.partition(".")[2]
        if facility_type and (key or bare or key_below(facility_type, words, unit)):
            below = key_below(facility_type, words, unit)
            said = f"a figure of {_words(owner)}"
            return below, part or _part(words), said if below else f"{said}; it is not read"
        if of_owner in _WITH_PARTS and (bare or key == "total_floor_area_m2"):
            fits = words.endswith(("建筑面积", "总面积")) or words == "面积"
            below = of_owner if fits and (not unit or "m2" in measures(unit)) else ""
            said = f"a figure of {_words(owner)}"
            return below, part, said if below else f"{said}; it is not read"
        if bare and not is_of_whole_plan(_words(owner)):
            return "", part, f"a figure of {_words(owner)}, which is not known; it is not read"
        return key, part, ""

    def _key_of_part(self, read: _Row, key: str, unit: str) -> tuple[str, str]:
        """Return key and part of 地上, 地下 ... by what they are a part of.

        Below 总建筑面积 they are figures of their own, below 商业 a part of the commerce.
        """
        label, part = read.label, read.part
        word = BARE_PART.fullmatch(label.words)
        if word is None and key not in _PART_KEYS.values():
            return key, part
        whole = self._whole(read.row, read.own, read.parent)
        name = word["part"] if word else _part(label.words)
        if whole == "total_floor_area_m2" and not key:
            key = _PART_KEYS[name]
            return (key, "") if not unit or unit_of(key) in measures(unit) else ("", part)
        if name and (whole.startswith("floor_area_m2.") or whole in _WITH_PARTS):
            return (whole, name) if not unit or "m2" in measures(unit) else ("", part)
        return key, part

    def _whole(self, row: int, own: Item, parent: int) -> str:
        """Return the figure that a row is a part of, by the label left of it or by 其中."""
        groups = [label_of(item.text) for item in self._path(row) if item is not own]
        named = [group for group in reversed(groups) if group.words]
        if named:
            return key_of(named[0].words, named[0].unit)
        return self.found[parent].key if parent >= 0 else ""

    def _unit_of_context(self, key: str, item: Item, parent: int) -> tuple[str, str]:
        """Return the unit of the row that a row is a part of, else of a remark on the sheet."""
        of_parent = self.found[parent].evidence.unit if parent >= 0 else ""
        if of_parent and unit_of(key) in measures(of_parent):
            return of_parent, "the unit of the row it is part of"
        shared = self._remark_above(item)
        if shared and unit_of(key) in measures(shared):
            return shared, "the sheet's unit"
        return "", ""

    def _remark_above(self, item: Item) -> str:
        """Return the unit of the last remark above, else of the first one below."""
        row = item.place[self.grid.turned]
        above = [unit for at, unit in self.remarks if at <= row]
        return above[-1] if above else next((unit for _, unit in self.remarks), "")

    def _unit(self, read: _Row, quantity: Quantity, column: int) -> tuple[str, str]:
        """Return the nearest unit: in the cell, in the unit column, in the label, in the header."""
        if quantity.unit:
            return quantity.unit, "cell"
        if column == 0:
            return "", ""
        for each in self.block.units:
            item = self.grid.at(read.row, each)
            if item and item.unit:
                return item.unit, "column"
        header = self.block.headers.get(column, "")
        if read.label.unit:
            return read.label.unit, "label"
        # 总建筑面积(万㎡) over 地上 and 地下 is their unit too.
        groups = (label_of(item.text).unit for item in reversed(self._path(read.row)[:-1]))
        if of_group := next(filter(None, groups), ""):
            return of_group, "header"
        return label_of(header).unit or unit_word(header), "header"

    def _key_alone(self, label: Label, column: int, unit: str) -> str:
        header = label_of(self.block.headers.get(column, "")).words
        if header in QUANTITY_HEADERS:
            key = key_of(label.words + header, unit)
            if key:
                return key
        return key_of(label.words, unit)


def _value(key: str, quantity: Quantity, unit: str, item: Item) -> tuple[Decimal | None, str]:
    notes: list[str] = []
    if quantity.number < 0:
        return None, "less than nothing; it is not read"
    if quantity.about:
        notes.append(f"written with {quantity.about}")
    if item.formula:
        notes.append("a formula's stored value")
    if not key:
        return quantity.number, "; ".join([*notes, _NOT_KNOWN])
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


def _words(item: Item) -> str:
    return label_of(item.text).words


def _part(words: str) -> str:
    return next((part for part in _PARTS if words.startswith(part)), "")
