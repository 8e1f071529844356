"""In which unit a number of an indicator table is, and how much that is.

The nearest unit counts: in the cell, in a column of units, in the label, in the header; else that
of the row it is part of, else a remark such as 单位：万㎡ on the sheet. A unit that is not known
makes the number unknown: nobody can say that a farther unit is meant, or none. A header or remark
may list several units: each belongs to the rows that it fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

from siting.loaders.plan.table.grid import listed_units
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.quantities import (
    UNCLEAR,
    in_base_unit,
    is_not_known,
    measures,
    unit_word,
    units_in,
)
from siting.message import Message, message
from siting.rules.facts import unit_of
from siting.vocabulary.labels import bare_label
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from siting.loaders.plan.table.blocks import Block
    from siting.loaders.plan.table.grid import GridCell, SheetGrid
    from siting.loaders.plan.table.outline import ReadRow
    from siting.loaders.plan.table.quantities import WrittenQuantity

Remarks: TypeAlias = "list[tuple[int, tuple[str, ...]]]"
"""The rows of a sheet with a remark such as 单位：万㎡, in order, each with its units."""
_LEAST_SHARE = Decimal("0.01")
_SHEET_UNIT = re.compile("单位[:]?(?P<units>[^()]+)")


def unit_remarks(grid: SheetGrid) -> Remarks:
    """Return the remarks of a sheet on its units."""
    found: Remarks = []
    for (row, _), item in sorted(grid.items.items()):
        remark = _SHEET_UNIT.search(fold(item.text)) if item.is_words else None
        units = [*takewhile(bool, units_in(remark["units"]).values())] if remark else []
        # 单位：㎡ alone in a cell is read as a unit already.
        if not item.is_words and item.unit and "单位" in item.text:
            units = [item.unit]
        if units:
            found.append((row, listed_units(units, grid)))
    return found


def units_beside(
    read: ReadRow, quantity: WrittenQuantity, column: int, grid: SheetGrid, block: Block
) -> tuple[tuple[str, ...], str]:
    """Return the nearest units and where they stand: cell, column, label or header.

    Parameters
    ----------
    read
        The row of the number.
    quantity, column
        The number, and its column; 0 where it stands in the label.

    Returns
    -------
    units, where
        One unit, or none; several only where a header lists them.
    """
    if quantity.unit or column == 0:
        return (quantity.unit,), "cell"
    if of_column := _unit_in_column(read.row, grid, block):
        return (of_column,), "column"
    if read.label.unit:
        return (read.label.unit,), "label"
    # 总建筑面积(万㎡) over 地上 and 地下 is their unit too.
    groups = (label_of(item.text).unit for item in reversed(read.path[:-1]))
    if of_group := next(filter(None, groups), ""):
        return (of_group,), "header"
    return block.header_units.get(column, ("",)), "header"


def _unit_in_column(row: int, grid: SheetGrid, block: Block) -> str:
    """Return the unit of a row in a column of units, known or not; empty for none."""
    for column in block.units:
        item = grid.at(row, column)
        if item is None or not (item.unit or item.is_words):
            continue
        said = unit_word(item.text) or item.odd_unit
        if not said and column in block.only_units:
            said = bare_label(item.text)[0]
        if said:
            return said
    return ""


def unit_around(
    read: ReadRow,
    key: str,
    item: GridCell,
    grid: SheetGrid,
    remarks: Remarks,
) -> tuple[str, Message | None]:
    """Return the unit of the row that a row is part of, else of a remark on the sheet, and a note.

    A unit that does not measure the figure `key` is none, and one that is not known says nothing
    of shares and ratios, which are written without any.
    """
    wanted = unit_of(key)
    needs_one = wanted not in ("", "share")
    of_parent = read.above.evidence.unit if read.above else ""
    for units, note in (
        ((of_parent,), message("row_note.unit_of_parent")),
        (_remark_above(item, grid, remarks), message("row_note.unit_of_sheet")),
    ):
        meant = [u for u in units if wanted in measures(u) or (needs_one and is_not_known(u))]
        worths = {in_base_unit(Decimal(1), unit, wanted) for unit in meant}
        if meant:
            return meant[0] if len(worths) == 1 else UNCLEAR.join(meant), note
    return "", None


def _remark_above(item: GridCell, grid: SheetGrid, remarks: Remarks) -> tuple[str, ...]:
    """Return the units of the last remark above, else of the first one below."""
    row = item.place[grid.turned]
    above = [units for at, units in remarks if at <= row]
    return above[-1] if above else next((units for _, units in remarks), ())


@dataclass(frozen=True, slots=True)
class Converted:
    """How much a number is in the unit of its figure, and what had to be assumed of it.

    Parameters
    ----------
    value
        None where the number is not read.
    other
        What it would be in another reading, such as 0.35 of ``0.35 %``.
    """

    value: Decimal | None
    notes: tuple[Message, ...] = ()
    other: Decimal | None = None


def converted(key: str, quantity: WrittenQuantity, unit: str, item: GridCell) -> Converted:
    """Return how much a number is in the unit of its figure."""
    if quantity.number < 0:
        return Converted(None, (message("row_note.negative"),))
    if quantity.is_limit:
        return Converted(None, (message("row_note.limit", text=quantity.about),))
    if quantity.other is not None:
        return _either(key, quantity, quantity.other, unit, item)
    notes: list[Message] = []
    if quantity.about:
        notes.append(message("row_note.written_with", text=quantity.about))
    if item.formula:
        notes.append(message("row_note.formula"))
    if not key:
        return Converted(quantity.number, tuple(notes))
    worth = _in_unit(quantity.number, unit, unit_of(key))
    return replace(worth, notes=(*notes, *worth.notes))


def _either(
    key: str, quantity: WrittenQuantity, second: Decimal, unit: str, item: GridCell
) -> Converted:
    """Read 340/375: one figure where both are equal, else two readings of it."""
    if not key:
        return Converted(None, (message("row_note.no_single_number"),))
    first = converted(key, replace(quantity, other=None), unit, item)
    other = converted(key, replace(quantity, number=second, other=None), unit, item).value
    if first.value is None or other == first.value:
        return first
    return Converted(first.value, (*first.notes, message("row_note.two_numbers")), other)


def _in_unit(number: Decimal, unit: str, wanted: str) -> Converted:
    if UNCLEAR in unit:
        units = unit.split(UNCLEAR)
        return Converted(None, (message("row_note.units_unclear", units=units),))
    if is_not_known(unit):
        return Converted(None, (message("row_note.unit_not_known", unit=unit),))
    if wanted == "share":
        return _share_of(number, unit)
    if wanted == "":
        return Converted(number)
    notes = (message("row_note.read_as_m2"),) if not unit and wanted == "m2" else ()
    return Converted(in_base_unit(number, unit, wanted), notes)


def _share_of(number: Decimal, unit: str) -> Converted:
    """Read a share; 0.35 with the unit %, and 35 shown as 3500 %, are doubtful.

    No plan has less than 1 % of green or of buildings, and none more than all of its land.
    """
    notes: tuple[Message, ...] = ()
    value: Decimal | None = number
    if unit:
        value = in_base_unit(number, unit, "share")
    else:
        # 建筑密度 28 without a unit can only be 28 %.
        percent = number > 1
        notes = (message("row_note.read_as_percent" if percent else "row_note.read_as_share"),)
        value = number / 100 if percent else number
    if value is None or not (0 < value < _LEAST_SHARE or value >= 1):
        return Converted(value, notes)
    other = value * 100 if value < 1 else value / 100
    return Converted(value, (*notes, message("row_note.suspicious_share")), other)
