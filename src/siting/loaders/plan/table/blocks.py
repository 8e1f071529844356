"""Which columns of a table are labels and which are values, found by what stands in them.

Owns blocks beside each other, the headings above each value column and what they say of it: a
phase, a quantity, a unit, or that the column is not the plan's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from siting.loaders.plan.table.grid import Grid, columns_of
from siting.loaders.plan.table.numbering import bare_mark_of
from siting.loaders.plan.table.words import fold, label_of, says_only_what

_IGNORED_COLUMN = re.compile(
    r"备注|说明|要求|规范|标准|现状|比例|占比|百分|序号|依据|下限|上限|控制|规定|"
    r"条件|控规|批复|限值|人均|户均|[整更改]前|前次|上次|上版|原方案|原规划|原批|原报|"
    r"增减|变化|差值|差额|差异|核增|核减|比较"
)
_PREFERRED_COLUMN = re.compile(r"规划|设计|方案|指标|数值|数量|数据|合计|总计|报审|本次|[整更改]后")
PHASE = re.compile(r"(?:第?[一二三四五六七八九十0-9]{1,2}|首|近|远)期(?:工程)?")
_TOTAL = re.compile(r"合计|总计|小计|全部|总量|总体")
QUANTITY_HEADERS = frozenset(
    (
        "建筑面积",
        "用地面积",
        "占地面积",
        "场地面积",
        "床位数",
        "床位",
        "托位数",
        "托位",
        "学位数",
        "学位",
        "班数",
        "班级数",
        "座位数",
        "座位",
    )
)


@dataclass(slots=True)
class Block:
    """Columns that belong together: labels on the left, their values on the right."""

    labels: list[int]
    values: list[int]
    units: list[int] = field(default_factory=list)
    headers: dict[int, str] = field(default_factory=dict)
    phases: dict[int, str] = field(default_factory=dict)
    # Columns that could be meant as well as the one that is read.
    doubtful: list[int] = field(default_factory=list)
    # The column left of the labels that numbers the rows.
    numbering: int | None = None


def blocks_of(grid: Grid) -> list[Block]:
    """Find the blocks by what stands in the columns, since headers are often missing."""
    known, numbers, units = columns_of(grid.items.values())
    columns = sorted({column for _, column in grid.items})
    for place in _quantity_headers(grid):
        known[place[1]] -= 1
    starts = [column for column in columns if known[column] > numbers[column]]
    blocks: list[Block] = []
    for column in columns:
        in_labels = blocks and not blocks[-1].values
        if column in starts and not in_labels:
            blocks.append(Block(labels=[column], values=[]))
        elif not blocks:
            continue
        elif in_labels and (column in starts or not (numbers[column] or units[column])):
            blocks[-1].labels.append(column)
        else:
            blocks[-1].values.append(column)
    _add_group_column(blocks, columns, numbers)
    for block in blocks:
        _read_headers(grid, block)
    for block in blocks:
        _find_numbering(grid, block, {each for other in blocks for each in other.values})
    return [block for block in blocks if block.values]


def _quantity_headers(grid: Grid) -> list[tuple[int, int]]:
    """Return the headers 建筑面积, 用地面积 ... that stand side by side: columns, not items."""
    found = [
        item.place
        for item in grid.items.values()
        if item.known and label_of(item.text).words in QUANTITY_HEADERS
    ]
    rows = [row for row, _ in found]
    return [place for place in found if rows.count(place[0]) > 1 or _has_number_below(grid, place)]


def _has_number_below(grid: Grid, place: tuple[int, int]) -> bool:
    below = grid.items.get((place[0] + 1, place[1]))
    return bool(below and below.quantities)


def _add_group_column(blocks: list[Block], columns: list[int], numbers: dict[int, int]) -> None:
    """Let words left of the first labels, such as a merged 其中, be labels too."""
    if blocks:
        left = [each for each in columns if each < blocks[0].labels[0] and not numbers[each]]
        blocks[0].labels[:0] = left


def _find_numbering(grid: Grid, block: Block, values: set[int]) -> None:
    """Find the column of 1, 1.1, （1）, ① ... left of the labels; it is no label itself."""
    first = first_data_row(grid, block)
    for column in (block.labels[0], block.labels[0] - 1):
        rows = [grid.items.get((row, column)) for row in grid.rows() if row >= first]
        cells = [item for item in rows if item]
        if len(cells) > 1 and column not in values and all(bare_mark_of(c.text) for c in cells):
            block.numbering = column
            block.labels = [each for each in block.labels if each != column]
            return


def _read_headers(grid: Grid, block: Block) -> None:
    """Give each value column the words above its first number, and its role by them."""
    first = first_data_row(grid, block)
    for column in list(block.values):
        above = [grid.at(row, column) for row in range(max(1, first - 3), first)]
        words = [fold(item.text) for item in above if item and (item.is_words or item.unit)]
        # A title merged over the whole table says nothing about one column.
        words = [text for text in dict.fromkeys(words) if len(text) <= 16]
        header = " ".join(words)
        block.headers[column] = words[-1] if words else ""
        filled = [grid.items.get((row, column)) for row in grid.rows() if row >= first]
        numeric = any(item and item.quantities for item in filled)
        if not numeric:
            block.values.remove(column)
            if "单位" in header or any(item and item.unit for item in filled):
                block.units.append(column)
        elif _IGNORED_COLUMN.search(header):
            block.values.remove(column)
        elif phase := PHASE.search(header):
            block.phases[column] = phase.group()
    _choose_values(block)


def first_data_row(grid: Grid, block: Block) -> int:
    """Return the first row of a block that holds a known label or a figure."""
    rows = [
        item.place[0]
        for item in grid.items.values()
        if (item.known or says_only_what(label_of(item.text).words))
        and item.place[1] in block.labels
        and any(
            (value := grid.items.get((item.place[0], column))) and value.quantities
            for column in block.values
        )
    ]
    return min(rows, default=1)


def _choose_values(block: Block) -> None:
    """Keep phases and their total, or every named quantity, or the one column that is meant."""
    if block.phases:
        rest = [column for column in block.values if column not in block.phases]
        total = [column for column in rest if _TOTAL.search(block.headers[column])] or rest
        block.values = [*total[:1], *block.phases]
        return
    named = [c for c in block.values if label_of(block.headers[c]).words in QUANTITY_HEADERS]
    if len(named) > 1 or (named and len(block.values) == 1):
        block.values = named
        return
    preferred = [c for c in block.values if _PREFERRED_COLUMN.search(block.headers[c])]
    candidates = preferred or block.values
    block.values, block.doubtful = candidates[:1], candidates[1:]
