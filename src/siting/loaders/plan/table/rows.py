"""The rows of one block of an indicator table, from top to bottom, each from cells to figures.

`_BlockReader._read_row` goes the way of one row: its label cells; `outline`, what its place says of
it; `units`, in which unit a number is; `figures`, which figure that is; `units`, how much; and what
is written down of it, with its cell and a note where something had to be assumed or is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from siting.loaders.plan.table.blocks import first_data_row
from siting.loaders.plan.table.doubts import doubted
from siting.loaders.plan.table.figures import COUNT, Named, figure_of
from siting.loaders.plan.table.labels import contents_of, label_of
from siting.loaders.plan.table.outline import Outline
from siting.loaders.plan.table.quantities import UNCLEAR, either_of, is_not_known, tail_of_number
from siting.loaders.plan.table.units import Converted, converted, unit_around, units_beside
from siting.loaders.plan.table.words import bare_part, is_room_in_general, key_of, part_of, room_of
from siting.message import Message, message
from siting.rules.facts import unit_of
from siting.rules.plan.model import Evidence, OtherColumn, PlanRow
from siting.vocabulary.numbering import bare_mark_of, mark_of
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from siting.loaders.plan.table.blocks import Block
    from siting.loaders.plan.table.grid import GridCell, SheetGrid
    from siting.loaders.plan.table.outline import ReadRow
    from siting.loaders.plan.table.quantities import WrittenQuantity
    from siting.loaders.plan.table.units import Remarks
    from siting.vocabulary.numbering import Mark

_DIGIT = re.compile("[0-9]")
_NO_NUMBER = message("row_note.no_number")


def other_columns(grid: SheetGrid, block: Block, file: str, remarks: Remarks) -> list[OtherColumn]:
    """Read the columns of a block that may be meant as well, each in place of the one read."""
    found: list[OtherColumn] = []
    for column in block.doubtful:
        alone = replace(block, values=[column], doubtful=[], parts={}, phases={})
        rows = doubted(grid, alone, rows_of_block(grid, alone, file, remarks))
        first = next((row.evidence.location for row in rows if row.value is not None), "")
        found.append(OtherColumn(block.headers.get(column, ""), first, tuple(rows)))
    return found


def rows_of_block(grid: SheetGrid, block: Block, file: str, remarks: Remarks) -> list[PlanRow]:
    """Return the rows of a block in reading order, known or not.

    Parameters
    ----------
    grid, block
        The sheet, and the columns that belong together.
    file
        How evidence names the file.
    remarks
        As `units.unit_remarks` of the whole sheet.
    """
    found: list[PlanRow] = []
    return _BlockReader(grid, block, file, remarks, found, Outline(block.labels, found)).read()


@dataclass(slots=True)
class _BlockReader:
    grid: SheetGrid
    block: Block
    file: str
    remarks: Remarks
    found: list[PlanRow]
    outline: Outline
    # The cell that begins the table.
    table: str = ""

    def read(self) -> list[PlanRow]:
        first = first_data_row(self.grid, self.block)
        last = 0
        for row in self.grid.rows():
            path = self._path(row)
            begun = row >= first or self._values(row) or self._is_odd(row, path)
            if path and (begun or self._is_first_heading(row, path)):
                if not self.table or row > last + 1 or self._is_heading(row, path):
                    self.table = self.grid.name(path[-1])
                self._read_row(row, path)
            last = row
        self._explain_headings()
        self._put_rooms_below_their_sum()
        return self.found

    def _is_odd(self, row: int, path: list[GridCell]) -> bool:
        """Tell whether beside a known label stands a number that is not understood."""
        beside = self._beside(row)
        return bool(path and path[-1].known and beside and fold(beside.text)[:1].isdigit())

    def _explain_headings(self) -> None:
        """Say of a name without a number that its figures stand below it, where they do."""
        for row in self.found:
            above = self.found[row.parent] if row.parent >= 0 else None
            if above and above.notes == (_NO_NUMBER,) and row.value is not None and row.key:
                below = (message("row_note.figures_below"),)
                self.found[row.parent] = replace(above, notes=below)

    def _put_rooms_below_their_sum(self) -> None:
        """Let rooms that add up to the rooms in general right above them be part of those.

        养老服务用房 340, 日间照料中心 200, 老年活动室 140, in which nobody knows what a 老年活动室
        is. A room alone is no sum: it may be as large as another.
        """
        for at, head in enumerate(self.found):
            if head.value is None or not is_room_in_general(head.key, head.evidence.label):
                continue
            below = [*takewhile(partial(_is_beside, head), self.found[at + 1 :])]
            sums = accumulate(row.value or 0 for row in below)
            count = next((n for n, total in enumerate(sums, start=1) if total == head.value), 0)
            if count > 1 and any(row.key for row in below[:count]):
                inside = (replace(row, parent=at) for row in below[:count])
                self.found[at + 1 : at + 1 + count] = inside

    def _is_first_heading(self, row: int, path: list[GridCell]) -> bool:
        """Tell whether a row above the first number heads a part of the table and not all of it."""
        seen = [self.grid.at(row, column) for column in (*self.block.values, *self.block.units)]
        over_all = any(item is path[0] for item in seen)
        alone = not any(item for item in seen if item is not path[0])
        numbered = path[-1].known or self._mark(row, path)[0] is not None
        return alone and (numbered or not over_all) and "指标" not in fold(path[0].text)

    def _is_heading(self, row: int, path: list[GridCell]) -> bool:
        """Tell whether a row such as 名称 | 面积(㎡) begins another table."""
        beside = [self.grid.items.get((row, column)) for column in self.block.values]
        return not path[-1].known and any(item and item.is_words for item in beside)

    def _path(self, row: int) -> list[GridCell]:
        """Return the label cells of a row from left to right, each merged cell once."""
        cells = (self.grid.at(row, column) for column in self.block.labels)
        return list({item.place: item for item in cells if item and item.is_words}.values())

    def _mark(self, row: int, path: list[GridCell]) -> tuple[Mark | None, bool]:
        """Return the number of a row, and whether it stands in a column of its own."""
        mark = mark_of(path[-1].text)
        if mark is None and len(path) == 1 and self.block.numbering is not None:
            beside = self.grid.items.get((row, self.block.numbering))
            mark = bare_mark_of(beside.text) if beside else None
            return mark, mark is not None
        return mark, False

    def _beside(self, row: int) -> GridCell | None:
        """Return what stands in a row's value columns."""
        beside = (self.grid.items.get((row, column)) for column in self.block.values)
        return next((item for item in beside if item), None)

    def _values(self, row: int) -> list[tuple[int, GridCell]]:
        cells = ((column, self.grid.items.get((row, column))) for column in self.block.values)
        return [(column, item) for column, item in cells if item and item.quantities]

    def _read_row(self, row: int, path: list[GridCell]) -> None:
        if fold(path[-1].text) in plan_words().subtotals and len(path) > 1:
            path = path[:-1]
        own, label = path[-1], label_of(path[-1].text)
        if not label.words or label.words.startswith(plan_words().remarks):
            return
        values = self._values(row)
        empty = not values and not label.quantities
        beside = "number" if not empty else "words" if self._beside(row) else ""
        mark, counted = self._mark(row, path)
        read = self.outline.place(row, path, mark, counted=counted, beside=beside)
        start = len(self.found)
        for column, item in values:
            at = len(self.found)
            for quantity in item.quantities:
                self._add(read, quantity, item, column)
            self._add_contents(read, at, fold(item.text), item, column)
        for quantity in label.quantities:
            self._add(read, quantity, own, 0)
        if empty and own.known:
            self._add_empty(read)
        if not self.block.has_limits:
            self._add_contents(read, start, label.words, own, 0)

    def _add(self, read: ReadRow, quantity: WrittenQuantity, item: GridCell, column: int) -> None:
        """Write down one number of a row."""
        figure = self._of_two(read, quantity, item, column)
        number = figure or quantity
        unit, far, named = self._unit_and_figure(read, number, item, column)
        if figure is None and named.is_read:
            named = replace(named, note=message("row_note.one_of_two"), is_read=False)
        worth = converted(named.key, number, unit, item) if named.is_read else Converted(None)
        told = named.key or not named.is_read or worth.value is not None
        notes = _notes(named.note if told else None, *worth.notes, far if named.is_read else None)
        worth, is_unread = replace(worth, notes=notes), worth.value is None
        self._write(read, named, worth, item, unit, column=column, is_unread=is_unread)

    def _add_empty(self, read: ReadRow) -> None:
        """Write down that beside a known label stands no number."""
        item, unit = self._beside(read.row) or replace(read.own, text=""), read.label.unit
        named = figure_of(read, "", "" if is_not_known(unit) else unit)
        why = _why_empty(item.text) if item.text and item.is_words else _NO_NUMBER
        worth = Converted(None, _notes(named.note, why if named.is_read else None))
        is_unread = bool(_DIGIT.search(fold(item.text)))
        self._write(read, named, worth, item, unit, is_unread=is_unread)

    def _add_contents(self, read: ReadRow, at: int, text: str, item: GridCell, column: int) -> None:
        """Write down what a remark says to be in the figure `at`: 含养老服务用房340㎡."""
        for name, number in contents_of(text) if figure_of(read, "", "").is_read else ():
            named = Named(key_of(name, number.unit), part_of(name) or bare_part(room_of(name)[1]))
            inside = replace(read, parent=at if at < len(self.found) else read.parent)
            worth = converted(named.key, number, number.unit, item)
            self._write(inside, named, worth, item, number.unit, column=column, label=name)

    def _write(
        self,
        read: ReadRow,
        named: Named,
        worth: Converted,
        item: GridCell,
        unit: str,
        *,
        column: int = 0,
        label: str = "",
        is_unread: bool = False,
    ) -> None:
        place = self.grid.name(item)
        name = label or read.own.text.strip()
        self.found.append(
            PlanRow(
                named.key,
                worth.value,
                unit_of(named.key) if named.key else unit,
                Evidence(self.file, place, item.text.strip(), unit, name),
                worth.notes,
                read.parent,
                named.part,
                self.block.phases.get(column, ""),
                self.table,
                other=worth.other,
                is_unread=is_unread,
                numbered=read.numbered,
                section=" ".join(map(self.grid.name, read.section)),
                label_at=self.grid.name(read.own),
                column=self.block.parts.get(column, ""),
            )
        )

    def _of_two(
        self, read: ReadRow, quantity: WrittenQuantity, item: GridCell, column: int
    ) -> WrittenQuantity | None:
        """Return the figure of 2.50/2.5 beside 容积率/规定容积率; None for one of the two."""
        slash = read.label.slash
        if slash < 0:
            slash = label_of(self.block.headers.get(column, "")).slash
        if slash < 0 or column == 0:
            return quantity
        if quantity.other is None:
            return quantity if either_of(item.text) else None
        return replace(quantity, number=(quantity.number, quantity.other)[slash], other=None)

    def _unit_and_figure(
        self, read: ReadRow, quantity: WrittenQuantity, item: GridCell, column: int
    ) -> tuple[str, Message | None, Named]:
        """Return the unit of a number, a note on where it stands if far, and the figure."""
        units, where = units_beside(read, quantity, column, self.grid, self.block)
        header = self._header(column)
        unit = self._fitting(read, units, header, quantity, item)
        # What a unit that is not known measures, nobody can say; the label alone names the figure.
        odd = is_not_known(unit)
        named = figure_of(read, header, "" if odd else unit)
        if not named.key and where == "header" and not odd:
            # A header's ㎡ is not meant for 总户数 or 容积率 in the same column.
            unit = ""
            named = figure_of(read, "", "")
        if unit or not named.key:
            return unit, None, named
        return *unit_around(read, named.key, item, self.grid, self.remarks), named

    def _fitting(
        self,
        read: ReadRow,
        units: Sequence[str],
        header: str,
        quantity: WrittenQuantity,
        item: GridCell,
    ) -> str:
        """Return the one unit of several that a row's number can be in; else all that can be."""
        fits: dict[str, tuple[str, Decimal | None]] = {}
        for unit in units if len(units) > 1 else ():
            key = figure_of(read, header, "" if is_not_known(unit) else unit).key
            if key:
                fits[unit] = key, converted(key, quantity, unit, item).value
        if len(set(fits.values())) > 1:
            return UNCLEAR.join(fits)
        return next(iter(fits), units[0])

    def _header(self, column: int) -> str:
        """Return what a column says of its figures; 数量 alone over all figures says nothing."""
        header = self.block.headers.get(column, "")
        if column in self.block.counts:
            return COUNT
        return "" if label_of(header).words in plan_words().count_headers else header


def _notes(*notes: Message | None) -> tuple[Message, ...]:
    return tuple(filter(None, notes))


def _is_beside(head: PlanRow, row: PlanRow) -> bool:
    """Tell whether a row gives an area of the same facility type, or of none, beside another."""
    same = ("unit", "parent", "part", "phase", "table", "section", "column")
    return (
        row.key in ("", head.key)
        and row.value is not None
        and row.other is None
        and all(getattr(row, name) == getattr(head, name) for name in same)
    )


def _why_empty(text: str) -> Message:
    """Say why a cell with words beside a label gives no number."""
    if tail := tail_of_number(text):
        return message("row_note.unit_not_known", unit=tail)
    return message("row_note.no_single_number")
