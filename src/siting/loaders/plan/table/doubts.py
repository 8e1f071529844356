"""Figures that the rest of the table puts in doubt, and why.

A number alone does not say that a room will stand: 另行选址 in the column of remarks, 预留 in the
heading, a note below the table or a total that is not the sum of its plots say more. Such a figure
is shown and not used, so that no rule passes by it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.loaders.plan.table.blocks import PHASE
from siting.loaders.plan.table.labels import contents_of, label_of
from siting.loaders.plan.table.words import key_of, room_of
from siting.message import Message, message
from siting.vocabulary.plan_words import Role, plan_words
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from siting.loaders.plan.table.blocks import Block
    from siting.loaders.plan.table.grid import GridCell, SheetGrid
    from siting.rules.plan.model import PlanRow

# Columns in which words are no word about the plan: what is asked, and what was.
_NOT_ABOUT_THE_PLAN: tuple[Role, ...] = (
    "due", "norm", "condition", "minimum", "before", "change"
)  # fmt: skip
_COUNTED = ("households", "population", "residential_floor_area_m2")
_SENTENCE_END = re.compile(r"[;!\n\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH SEMICOLON}]")
# 江湾花园二期, 武昌站周边片区 and 共享社区 name the project in a title and take nothing away.
_NAME_OF_PROJECT = re.compile(
    PHASE.pattern + "(?!预留)|(?:周边|相邻)(?=地块|片区|区域)|.*(?:指标|项目).*|共享"
)
_LONGEST_HEADER = 16
_NO = ("否", "未", "不")
_MORE_THAN_ONE = re.compile("(?:[2-9]|[1-9][0-9])(?:处|个)?")
_SEVERAL = re.compile("(?:(?<![0-9])(?:[2-9]|[1-9][0-9])|[两二三四五六七八九十])处")


def doubted(grid: SheetGrid, block: Block, rows: Sequence[PlanRow]) -> list[PlanRow]:
    """Take the value of each row that the table puts in doubt, and note why.

    Parameters
    ----------
    grid, block
        The sheet, and the columns that the rows were read of.
    rows
        In reading order.

    Returns
    -------
    list of PlanRow
        As many rows in the same order; a doubted one has no value and is `PlanRow.is_unread`.
    """
    places = {grid.name(item): item for item in grid.items.values()}
    notes = list(_notes_of_table(grid, block))
    return [_checked(row, places, grid, block, notes) for row in rows]


def _checked(
    row: PlanRow,
    places: dict[str, GridCell],
    grid: SheetGrid,
    block: Block,
    notes: Sequence[str],
) -> PlanRow:
    label = places.get(row.label_at)
    if row.value is None or label is None or not ("." in row.key or row.key in _COUNTED):
        return row
    cell = places.get(row.evidence.location, label)
    why = (
        _by_words(row, _words_beside(grid, block, label))
        or _by_headings(row, places)
        or _by_notes(row, notes)
        or _by_measure(row, block.whole_headers.get(cell.place[1], ""))
        or _by_sum(grid, block, cell)
    )
    if why is None:
        return row
    return replace(row, value=None, other=None, is_unread=True, notes=(*row.notes, why))


def _words_beside(grid: SheetGrid, block: Block, label: GridCell) -> Iterator[tuple[str, str]]:
    """Yield header and words of each cell right of a label, up to the labels of another block."""
    row, last = label.place[0], max(column for _, column in grid.items)
    read = {*block.labels, *block.values, *block.units, *block.summed}
    for column in range(label.place[1] + 1, last + 1):
        item = grid.at(row, column)
        if column in read or item is None or item is label:
            continue
        right = grid.items.get((row, column + 1))
        if item.known and right and right.quantities:
            return
        header = _header(grid, row, column)
        if plan_words().role_of(header) not in _NOT_ABOUT_THE_PLAN:
            yield header, fold(item.text)


def _header(grid: SheetGrid, row: int, column: int) -> str:
    """Return the first short words of a column above a row, which head it."""
    above = (grid.at(each, column) for each in range(1, row))
    words = (fold(item.text) for item in above if item and item.is_words)
    return next((text for text in words if len(text) <= _LONGEST_HEADER), "")


def _by_words(row: PlanRow, beside: Iterable[tuple[str, str]]) -> Message | None:
    words = plan_words()
    for header, text in beside:
        asked = words.built_or_not.search(header) or words.says("remark", header)
        if _is_other_measure(row, text):
            return message("row_note.measured_otherwise", text=text)
        if _is_of_several(row, header, text):
            return message("row_note.several_places", text=text)
        refused = (asked and text in _NO) or words.withdrawals.search(text)
        if refused or _is_of_a_phase(row, text) or _holds_another(row, text):
            return message("row_note.withdrawn", text=text)
    return None


def _is_other_measure(row: PlanRow, text: str) -> bool:
    """Tell whether an area is measured otherwise than as floor area: 使用面积."""
    words = plan_words().other_measures
    return row.key.startswith("floor_area_m2.") and any(word in text for word in words)


def _is_of_a_phase(row: PlanRow, text: str) -> bool:
    """Tell whether a number of homes or people is that of one phase alone."""
    return row.key in _COUNTED and PHASE.fullmatch(text) is not None


def _is_of_several(row: PlanRow, header: str, text: str) -> bool:
    """Tell whether an area is said to be that of several places: 分设4处, or 2 below 数量（处）."""
    if not row.key.startswith("floor_area_m2."):
        return False
    counted = label_of(header).words in plan_words().count_headers
    return bool(_SEVERAL.search(text) or (counted and _MORE_THAN_ONE.fullmatch(text)))


def _holds_another(row: PlanRow, text: str) -> bool:
    """Tell whether a remark says that rooms of another type are in this figure."""
    facility_type = row.key.partition(".")[2]
    if not facility_type or facility_type in plan_words().mixed_rooms:
        return False
    inside = re.search(r"(?:其中|含|包括|包含)[^()]*", text)
    told = contents_of(f"_({inside.group()})") if inside else ()
    keys = (key_of(name, number.unit) for name, number in told)
    return any(key.partition(".")[2] not in ("", facility_type) for key in keys)


def _by_headings(row: PlanRow, places: dict[str, GridCell]) -> Message | None:
    """Return the doubt that a heading over a row casts: 远期预留设施."""
    for name in row.section.split(" "):
        item = places.get(name)
        words = _NAME_OF_PROJECT.sub("", fold(item.text)) if item is not None else ""
        if item is not None and plan_words().withdrawals.search(words):
            return message("row_note.withdrawn", text=item.text.strip())
    return None


def _notes_of_table(grid: SheetGrid, block: Block) -> Iterator[str]:
    """Yield the sentences of a sheet's notes that take something away."""
    for (row, _), item in grid.items.items():
        beside = (grid.items.get((row, column)) for column in block.values)
        if item.is_words and not any(each and each.quantities for each in beside):
            for sentence in _SENTENCE_END.split(item.text):
                if plan_words().withdrawals.search(fold(sentence)):
                    yield fold(sentence)


def _by_notes(row: PlanRow, notes: Sequence[str]) -> Message | None:
    """Return the doubt of a note that names the rooms of a row: 幼儿园由相邻地块配建."""
    name = room_of(label_of(row.evidence.label).words)[0]
    told = next((each for each in notes if "." in row.key and name in each and name != each), None)
    return message("row_note.withdrawn", text=told) if told else None


def _by_measure(row: PlanRow, header: str) -> Message | None:
    if _is_other_measure(row, header):
        return message("row_note.measured_otherwise", text=header)
    return None


def _by_sum(grid: SheetGrid, block: Block, cell: GridCell) -> Message | None:
    """Return the doubt of a total that is not the sum of the plots beside it."""
    if cell.place[1] not in block.values or not cell.quantities:
        return None
    beside = [grid.items.get((cell.place[0], column)) for column in block.summed]
    parts = [item.quantities[0].number for item in beside if item and item.quantities]
    total = cell.quantities[0].number
    # Each part may be rounded to its last digit.
    slack = sum((Decimal(1).scaleb(_exponent(part)) for part in (*parts, total)), Decimal(0))
    if not parts or abs(sum(parts) - total) <= slack / 2:
        return None
    return message("row_note.sum_differs", total=total, parts=sum(parts))


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
