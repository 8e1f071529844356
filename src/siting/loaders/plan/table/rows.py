"""The rows of one block of an indicator table, read from top to bottom.

Owns which rows give figures, and what is written down of each: value, unit, cell, and a note where
something had to be assumed or could not be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from siting.loaders.plan.table.blocks import first_data_row
from siting.loaders.plan.table.figures import COUNT, ReadRow, figure_of, refusal_of
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.outline import Outline
from siting.loaders.plan.table.quantities import is_not_known, quantity_of, tail_of_number
from siting.loaders.plan.table.units import (
    NOT_ASKED,
    NOT_KNOWN,
    UNIT_NOT_KNOWN,
    unit_around,
    unit_beside,
    value_of,
)
from siting.loaders.plan.table.words import is_not_asked
from siting.rules.facts import unit_of
from siting.rules.plan.model import Evidence, OtherColumn, PlanRow
from siting.vocabulary.numbering import bare_mark_of, mark_of
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.loaders.plan.table.blocks import Block
    from siting.loaders.plan.table.grid import Grid, Item
    from siting.loaders.plan.table.labels import Label
    from siting.loaders.plan.table.quantities import Quantity
    from siting.vocabulary.numbering import Mark

_DIGIT = re.compile("[0-9]")
_NO_NUMBER = "no number stands beside it"


def other_columns(
    grid: Grid, block: Block, file: str, remarks: Sequence[tuple[int, str]]
) -> list[OtherColumn]:
    """Read the columns of a block that may be meant as well, each in place of the one read."""
    found: list[OtherColumn] = []
    for column in block.doubtful:
        alone = replace(block, values=[column], doubtful=[], parts={}, phases={})
        rows = rows_of_block(grid, alone, file, remarks)
        first = next((row.evidence.location for row in rows if row.value is not None), "")
        found.append(OtherColumn(block.headers.get(column, ""), first, tuple(rows)))
    return found


def rows_of_block(
    grid: Grid, block: Block, file: str, remarks: Sequence[tuple[int, str]]
) -> list[PlanRow]:
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
    return _Reader(grid, block, file, remarks, Outline(block.labels)).read()


@dataclass(slots=True)
class _Reader:
    grid: Grid
    block: Block
    file: str
    remarks: Sequence[tuple[int, str]]
    outline: Outline
    found: list[PlanRow] = field(default_factory=list)
    table: str = ""
    # The last heading that names no figure, and whether its rows are requirements or the past.
    section: Item | None = None

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
        return self.found

    def _is_odd(self, row: int, path: list[Item]) -> bool:
        """Tell whether beside a known label stands a number that is not understood."""
        beside = self._beside(row)
        return bool(path and path[-1].known and beside and fold(beside.text)[:1].isdigit())

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
        cells, own = tuple(path), path[-1]
        if fold(own.text) in plan_words().subtotals and len(path) > 1:
            path = path[:-1]
            own = path[-1]
        label = label_of(own.text)
        values = [*self._values(row), *self._before_slash(row, label)]
        if not label.words or label.words.startswith(plan_words().remarks):
            return
        mark, counted = self._mark(row, path)
        parent, part, place = self.outline.place(path, label, mark, counted=counted)
        if not values and not label.quantities:
            place = replace(place, is_heading=not self._beside(row))
            if not own.known:
                if place.is_heading:
                    self.section = own
                self.outline.keep(replace(place, part=part))
                return
        outline = self.outline
        above = self.found[parent] if parent >= 0 else None
        owner = outline.owner(path, place, label)
        read = ReadRow(
            row,
            cells,
            own,
            label,
            parent,
            above,
            part,
            owner,
            outline.unclear,
            section=self._section_of(path),
            numbered=mark is not None,
        )
        start = len(self.found)
        for column, item in values:
            for quantity in item.quantities:
                self._add(read, quantity, item, column)
        for quantity in label.quantities:
            self._add(read, quantity, own, 0)
        if not values and not label.quantities:
            self._add_empty(read)
        self.outline.keep(replace(place, index=start, part=part))

    def _section_of(self, path: Sequence[Item]) -> tuple[Item, ...]:
        """Return the headings and the labels left of a row that name no figure themselves."""
        groups = [item for item in path[:-1] if not item.known and label_of(item.text).words]
        return tuple(filter(None, (self.section, *groups)))

    def _before_slash(self, row: int, label: Label) -> list[tuple[int, Item]]:
        """Return the figure of 2.50/2.5 beside 容积率/规定容积率, without its limit."""
        found: list[tuple[int, Item]] = []
        for column in self.block.values if label.slash >= 0 else ():
            item = self.grid.items.get((row, column))
            parts = fold(item.text).split("/") if item and not item.quantities else []
            number = quantity_of(parts[label.slash]) if len(parts) == 2 else None
            if item and number:
                found.append((column, replace(item, quantities=(number,))))
        return found

    def _beside(self, row: int) -> Item | None:
        """Return what stands in a row's value columns."""
        beside = (self.grid.items.get((row, column)) for column in self.block.values)
        return next((item for item in beside if item), None)

    def _values(self, row: int) -> list[tuple[int, Item]]:
        cells = ((column, self.grid.items.get((row, column))) for column in self.block.values)
        return [(column, item) for column, item in cells if item and item.quantities]

    def _add(self, read: ReadRow, quantity: Quantity, item: Item, column: int) -> None:
        unit, where = unit_beside(read, quantity, column, self.grid, self.block)
        odd = is_not_known(unit)
        # What a unit that is not known measures, nobody can say; the label alone names the figure.
        known = "" if odd else unit
        key, part, whose = figure_of(read, self._header(column), known)
        if not key and where == "header" and not odd:
            # A header's ㎡ is not meant for 总户数 or 容积率 in the same column.
            unit = ""
            key, part, whose = figure_of(read, "", unit)
        if not unit and key:
            unit, where = unit_around(read, key, item, self.grid, self.remarks)
        refusal = refusal_of(read, known)
        if refusal:
            key = refusal.key
        worth = value_of(key, quantity, unit, item)
        value, note = (None, refusal.note) if refusal else (worth.value, worth.note)
        if not key and whose:
            note = note.replace(NOT_KNOWN, whose)
            whose = ""
        if not key and is_not_asked(read.label.words):
            note = note.replace(NOT_KNOWN, NOT_ASKED)
        evidence = Evidence(
            self.file, self.grid.name(item), item.text.strip(), unit, read.own.text.strip()
        )
        note = "; ".join(filter(None, (whose, note, where if where.startswith("the ") else "")))
        phase = self.block.phases.get(column, "")
        of_key = unit_of(key) if key else unit
        self.found.append(
            PlanRow(
                key,
                value,
                of_key,
                evidence,
                note,
                read.parent,
                part,
                phase,
                self.table,
                other=worth.other,
                is_unread=value is None,
                numbered=read.numbered,
                section=self._section_name(read),
                label_at=self.grid.name(read.own),
                column=self.block.parts.get(column, ""),
            )
        )

    def _header(self, column: int) -> str:
        """Return what a column says of its figures; 数量 alone over all figures says nothing."""
        header = self.block.headers.get(column, "")
        if column in self.block.counts:
            return COUNT
        return "" if label_of(header).words in plan_words().count_headers else header

    def _section_name(self, read: ReadRow) -> str:
        return " ".join(map(self.grid.name, read.section))

    def _add_empty(self, read: ReadRow) -> None:
        other = self._beside(read.row)
        text = other.text.strip() if other else ""
        note = _why_empty(text) if other is not None and other.is_words else _NO_NUMBER
        evidence = Evidence(
            self.file,
            self.grid.name(other or read.own),
            text,
            read.label.unit,
            read.own.text.strip(),
        )
        unit = read.label.unit
        key, part, whose = figure_of(read, "", "" if is_not_known(unit) else unit)
        if refusal := refusal_of(read, unit):
            key, note = refusal.key, refusal.note
        note = "; ".join(filter(None, (whose, note)))
        unit = unit_of(key) if key else ""
        self.found.append(
            PlanRow(
                key,
                None,
                unit,
                evidence,
                note,
                read.parent,
                part,
                table=self.table,
                is_unread=bool(_DIGIT.search(fold(text))),
                section=self._section_name(read),
            )
        )


def _why_empty(text: str) -> str:
    """Say why a cell with words beside a label gives no number."""
    tail = tail_of_number(text)
    return f"{UNIT_NOT_KNOWN}: {tail}; it is not read" if tail else "this is no single number"
