"""Which columns of a table are labels and which are values, found by what stands in them.

Owns blocks beside each other, the headings above each value column and what they say of it: a
phase, a quantity, a unit, or that the column is not the plan's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from siting.loaders.plan.table.grid import Grid, Item, columns_of
from siting.loaders.plan.table.words import any_unit, label_of, says_only_what
from siting.vocabulary.numbering import bare_mark_of
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold
from siting.vocabulary.units import load_units

PHASE = re.compile(r"(?:第?[一二三四五六七八九十0-9]{1,2}|首|近|远)期(?:工程)?")


@dataclass(slots=True)
class Block:
    """Columns that belong together: labels on the left, their values on the right."""

    labels: list[int]
    values: list[int]
    units: list[int] = field(default_factory=list)
    # Of these the header says that units stand below it: whatever does, is one.
    only_units: list[int] = field(default_factory=list)
    headers: dict[int, str] = field(default_factory=dict)
    # The unit that a header above a column names, known or not.
    header_units: dict[int, str] = field(default_factory=dict)
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
        if item.known and label_of(item.text).words in plan_words().quantity_headers
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
        texts = [item.text for item in reversed(above) if item]
        named = (label_of(text).unit or any_unit(text) for text in texts)
        block.header_units[column] = next(filter(None, named), "")
        filled = [grid.items.get((row, column)) for row in grid.rows() if row >= first]
        numeric = any(item and item.quantities for item in filled)
        if not numeric:
            block.values.remove(column)
            if "单位" in header or any(item and (item.unit or item.odd_unit) for item in filled):
                block.units.append(column)
            if any(map(load_units().is_heading, words)) or _are_units(filled):
                block.only_units.append(column)
        elif plan_words().says("other", header):
            block.values.remove(column)
        elif phase := PHASE.search(header):
            block.phases[column] = phase.group()
    _choose_values(block)


def _are_units(cells: list[Item | None]) -> bool:
    """Tell whether most filled cells of a column are units, so that the rest are meant as some."""
    words = [item for item in cells if item and (item.unit or item.is_words)]
    return 2 * sum(bool(item.unit) for item in words) > len(words)


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
        total = [
            column for column in rest if plan_words().says("total", block.headers[column])
        ] or rest
        block.values = [*total[:1], *block.phases]
        return
    named = [
        c for c in block.values if label_of(block.headers[c]).words in plan_words().quantity_headers
    ]
    if len(named) > 1 or (named and len(block.values) == 1):
        block.values = named
        return
    preferred = [c for c in block.values if plan_words().says("plan", block.headers[c])]
    candidates = preferred or block.values
    block.values, block.doubtful = candidates[:1], candidates[1:]
