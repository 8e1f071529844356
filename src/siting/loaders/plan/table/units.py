"""In which unit a number of an indicator table is, and how much that is.

The nearest unit counts: in the cell, in a column of units, in the label, in the header; else that
of the row it is part of, else a remark such as 单位：万㎡ on the sheet. A unit that is not known
makes the number unknown: nobody can say that a farther unit is meant, or none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.quantities import (
    any_unit,
    in_base_unit,
    is_not_known,
    measures,
    unit_word,
)
from siting.rules.facts import unit_of
from siting.vocabulary.labels import bare_label
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.loaders.plan.table.blocks import Block
    from siting.loaders.plan.table.figures import ReadRow
    from siting.loaders.plan.table.grid import Grid, Item
    from siting.loaders.plan.table.quantities import Quantity

NOT_KNOWN = "not a known indicator"
NOT_ASKED = "no rule asks for it"
UNIT_NOT_KNOWN = "its unit is not known"
SUSPICIOUS_SHARE = "suspicious by a factor of 100"
_LEAST_SHARE = Decimal("0.01")
_SHEET_UNIT = re.compile(r"单位[:]?(?P<unit>[^()、,;]+)")


def unit_remarks(grid: Grid) -> list[tuple[int, str]]:
    """Return the rows of the sheet with a remark such as 单位：万㎡, in order, and its unit."""
    found: list[tuple[int, str]] = []
    for (row, _), item in sorted(grid.items.items()):
        remark = _SHEET_UNIT.search(fold(item.text)) if item.is_words else None
        if remark and any_unit(remark["unit"]):
            found.append((row, any_unit(remark["unit"])))
        # 单位：㎡ alone in a cell is read as a unit already.
        elif item.unit and "单位" in item.text:
            found.append((row, item.unit))
    return found


def unit_beside(
    read: ReadRow, quantity: Quantity, column: int, grid: Grid, block: Block
) -> tuple[str, str]:
    """Return the nearest unit and where it stands: cell, column, label or header.

    Parameters
    ----------
    read
        The row of the number.
    quantity, column
        The number, and its column; 0 where it stands in the label.
    """
    if quantity.unit:
        return quantity.unit, "cell"
    if column == 0:
        return "", ""
    if of_column := _unit_in_column(read.row, grid, block):
        return of_column, "column"
    if read.label.unit:
        return read.label.unit, "label"
    # 总建筑面积(万㎡) over 地上 and 地下 is their unit too.
    groups = (label_of(item.text).unit for item in reversed(read.path[:-1]))
    if of_group := next(filter(None, groups), ""):
        return of_group, "header"
    return block.header_units.get(column, ""), "header"


def _unit_in_column(row: int, grid: Grid, block: Block) -> str:
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
    read: ReadRow, key: str, item: Item, grid: Grid, remarks: Sequence[tuple[int, str]]
) -> tuple[str, str]:
    """Return the unit of the row that a row is a part of, else of a remark on the sheet.

    As `unit_beside` does; a unit that does not measure the figure `key` is none, and one that is
    not known says nothing of shares and ratios, which are written without any.
    """
    wanted = unit_of(key)
    needs_one = wanted not in ("", "share")

    def counts(unit: str) -> bool:
        return wanted in measures(unit) or (needs_one and is_not_known(unit))

    of_parent = read.above.evidence.unit if read.above else ""
    if of_parent and counts(of_parent):
        return of_parent, "the unit of the row it is part of"
    shared = _remark_above(item, grid, remarks)
    if shared and counts(shared):
        return shared, "the sheet's unit"
    return "", ""


def _remark_above(item: Item, grid: Grid, remarks: Sequence[tuple[int, str]]) -> str:
    """Return the unit of the last remark above, else of the first one below."""
    row = item.place[grid.turned]
    above = [unit for at, unit in remarks if at <= row]
    return above[-1] if above else next((unit for _, unit in remarks), "")


@dataclass(frozen=True, slots=True)
class Worth:
    """How much a number is in the unit of its figure, and what had to be assumed of it.

    Parameters
    ----------
    value
        None where the number is not read.
    other
        What it would be in another reading, such as 0.35 of ``0.35 %``.
    """

    value: Decimal | None
    note: str = ""
    other: Decimal | None = None


def value_of(key: str, quantity: Quantity, unit: str, item: Item) -> Worth:
    """Return how much a number is in the unit of its figure."""
    if quantity.number < 0:
        return Worth(None, "less than nothing; it is not read")
    if quantity.is_limit:
        return Worth(None, f"written with {quantity.about}; a limit; it is not read")
    return _converted(key, quantity, unit, item)


def _converted(key: str, quantity: Quantity, unit: str, item: Item) -> Worth:
    notes: list[str] = []
    if quantity.about:
        notes.append(f"written with {quantity.about}")
    if item.formula:
        notes.append("a formula's stored value")
    if not key:
        return Worth(quantity.number, "; ".join([*notes, NOT_KNOWN]))
    if is_not_known(unit):
        return Worth(None, "; ".join([*notes, f"{UNIT_NOT_KNOWN}: {unit}; it is not read"]))
    wanted = unit_of(key)
    if wanted == "share":
        return _share_of(quantity.number, unit, notes)
    if wanted == "":
        return Worth(quantity.number, "; ".join(notes))
    if not unit and wanted == "m2":
        notes.append("no unit: read as m2")
    return Worth(in_base_unit(quantity.number, unit, wanted), "; ".join(notes))


def _share_of(number: Decimal, unit: str, notes: list[str]) -> Worth:
    """Read a share; 0.35 with the unit %, and 35 shown as 3500 %, are doubtful.

    No plan has less than 1 % of green or of buildings, and none more than all of its land.
    """
    if unit:
        value = in_base_unit(number, unit, "share")
    else:
        # 建筑密度 28 without a unit can only be 28 %.
        percent = number > 1
        notes.append("no unit: read as %" if percent else "no unit: read as a share")
        value = number / 100 if percent else number
    if value is None or not (0 < value < _LEAST_SHARE or value >= 1):
        return Worth(value, "; ".join(notes))
    other = value * 100 if value < 1 else value / 100
    return Worth(value, "; ".join([*notes, SUSPICIOUS_SHARE]), other)
