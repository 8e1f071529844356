"""Which columns of a table are labels and which are values, found by what stands in them.

Owns blocks beside each other, the headings above each value column and what they say of it: a
phase, a quantity, a unit, or that the column is not the plan's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from siting.loaders.plan.table.grid import GridCell, SheetGrid, columns_of, listed_units
from siting.loaders.plan.table.labels import header_units, label_of
from siting.loaders.plan.table.quantities import is_required, tail_of_number
from siting.loaders.plan.table.words import bare_part, says_only_what
from siting.vocabulary.numbering import bare_mark_of
from siting.vocabulary.plan_words import Role, plan_words
from siting.vocabulary.text import fold
from siting.vocabulary.units import load_units

_BUILDING = re.compile(r"[0-9a-zA-Z]{1,4}(?:[#号](?:楼|栋|幢)?|栋|幢|座|楼)")
_DISTRICT = re.compile(r"[东西南北中A-Za-z甲乙丙丁0-9一二三四]区|[东西南北]侧")
PHASE = re.compile(r"(?P<phase>(?:第?[一二三四五六七八九十0-9]{1,2}|首|近|远)期(?:工程)?)")
_PHASE_AT_END = re.compile(rf".{{1,4}}{PHASE.pattern}")


@dataclass(slots=True)
class Block:
    """Columns that belong together: labels on the left, their values on the right."""

    labels: list[int]
    values: list[int]
    units: list[int] = field(default_factory=list)
    # Of these the header says that units stand below it: whatever does, is one.
    only_units: list[int] = field(default_factory=list)
    headers: dict[int, str] = field(default_factory=dict)
    # All words above a column, where it has headers on several levels.
    whole_headers: dict[int, str] = field(default_factory=dict)
    # The units that a header above a column names, known or not; mostly one.
    header_units: dict[int, tuple[str, ...]] = field(default_factory=dict)
    phases: dict[int, str] = field(default_factory=dict)
    # Columns that are parts of the plan beside each other: A地块, 地上, 1#楼.
    parts: dict[int, str] = field(default_factory=dict)
    # Of these the column that is read is the total.
    summed: list[int] = field(default_factory=list)
    # Columns that the plan file names as the ones to read.
    wanted: list[int] = field(default_factory=list)
    # Columns that count facilities beside their areas.
    counts: list[int] = field(default_factory=list)
    # Whether a column says what is required: then a label may do so too.
    has_limits: bool = False
    # Columns that could be meant as well as the one that is read.
    doubtful: list[int] = field(default_factory=list)
    # The column left of the labels that numbers the rows.
    numbering: int | None = None


def blocks_of(grid: SheetGrid, wanted: str = "") -> list[Block]:
    """Find the blocks by what stands in the columns, since headers are often missing.

    Parameters
    ----------
    wanted
        Words in the header of the column that is to be read; empty: as the headers say.
    """
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
        _read_headers(grid, block, fold(wanted))
    for block in blocks:
        _find_numbering(grid, block, {each for other in blocks for each in other.values})
    return [block for block in blocks if block.values]


def _quantity_headers(grid: SheetGrid) -> list[tuple[int, int]]:
    """Return the headers 建筑面积, 用地面积 ... that stand side by side: columns, not items."""
    found = [
        item.place
        for item in grid.items.values()
        if item.known and label_of(item.text).words in plan_words().quantity_headers
    ]
    rows = [row for row, _ in found]
    return [place for place in found if rows.count(place[0]) > 1 or _has_number_below(grid, place)]


def _has_number_below(grid: SheetGrid, place: tuple[int, int]) -> bool:
    below = grid.items.get((place[0] + 1, place[1]))
    return bool(below and below.quantities)


def _add_group_column(blocks: list[Block], columns: list[int], numbers: dict[int, int]) -> None:
    """Let words left of the first labels, such as a merged 其中, be labels too."""
    if blocks:
        left = [each for each in columns if each < blocks[0].labels[0] and not numbers[each]]
        blocks[0].labels[:0] = left


def _find_numbering(grid: SheetGrid, block: Block, values: set[int]) -> None:
    """Find the column of 1, 1.1, （1）, ① ... left of the labels; it is no label itself."""
    first = first_data_row(grid, block)
    for column in (block.labels[0], block.labels[0] - 1):
        rows = [grid.items.get((row, column)) for row in grid.rows() if row >= first]
        cells = [item for item in rows if item]
        if len(cells) > 1 and column not in values and all(bare_mark_of(c.text) for c in cells):
            block.numbering = column
            block.labels = [each for each in block.labels if each != column]
            return


def _read_headers(grid: SheetGrid, block: Block, wanted: str) -> None:
    """Give each value column the words above its first number, and its role by them."""
    first = first_data_row(grid, block)
    headers = _header_rows(grid, block, first)
    for column in list(block.values):
        above = [_header_at(grid, block, row, column) for row in headers]
        words = [fold(item.text) for item in above if item and (item.is_words or item.unit)]
        # A title merged over the whole table says nothing about one column.
        words = [text for text in dict.fromkeys(words) if len(text) <= 16]
        header = " ".join(words)
        block.headers[column] = words[-1] if words else ""
        block.whole_headers[column] = header
        named = (header_units(item.text) for item in reversed(above) if item)
        block.header_units[column] = listed_units(next(filter(None, named), [""]), grid)
        filled = [grid.items.get((row, column)) for row in grid.rows() if row >= first]
        numeric = any(item and item.quantities for item in filled)
        if not numeric:
            block.values.remove(column)
            if "单位" in header or any(item and (item.unit or item.odd_unit) for item in filled):
                block.units.append(column)
            if any(map(load_units().is_heading, words)) or _are_units(filled):
                block.only_units.append(column)
        elif wanted and wanted in header:
            block.wanted.append(column)
        elif plan_words().is_not_the_plans(" ".join(map(_without_limit, words))):
            block.values.remove(column)
            block.has_limits = block.has_limits or is_required(header)
        elif phase := _phase_of(words):
            block.phases[column] = phase
        elif part := _part_of_column(words) or (header if _lists_plots(grid, block, first) else ""):
            block.parts[column] = part
    if block.wanted:
        block.values, block.doubtful = block.wanted[:1], block.wanted[1:]
        block.parts, block.phases = {}, {}
    else:
        _choose_values(block)


def _without_limit(header: str) -> str:
    """Return 实配 of 实配/应配, over figures such as 340/375; other headers as they are."""
    label = label_of(header)
    return label.words if label.slash >= 0 else header


def _phase_of(words: list[str]) -> str:
    """Return the phase that a column is for; empty for none.

    >>> _phase_of(["面积", "一期(m2)"]), _phase_of(["江湾花园二期方案"])
    ('一期', '')
    """
    found = (PHASE.match(word) or _PHASE_AT_END.fullmatch(word) for word in words)
    phase = next(filter(None, found), None)
    return phase.group("phase") if phase else ""


def _header_rows(grid: SheetGrid, block: Block, first: int) -> list[int]:
    """Return the last three rows of words over the values; rows of figures nobody knows are none.

    A header on several levels may have a column without a word in each.
    """
    found: list[int] = []
    for row in range(first - 1, 0, -1):
        cells = [item for column in block.values if (item := grid.at(row, column))]
        if cells and not any(item.quantities for item in cells):
            found.append(row)
    return found[:3][::-1]


def _header_at(grid: SheetGrid, block: Block, row: int, column: int) -> GridCell | None:
    """Return a header cell, not a title over the labels.

    江湾花园二期 is no phase. A number that could not be read, beside a known label, is no header.
    """
    item = grid.at(row, column)
    if item is None or item.place[1] <= block.labels[-1]:
        return None
    if not tail_of_number(item.text):
        return item
    beside = (grid.at(row, label) for label in block.labels)
    return None if any(each and each.known for each in beside) else item


def _part_of_column(words: list[str]) -> str:
    """Return which part of the plan a column is for, by its headers; empty for the whole.

    >>> _part_of_column(["A地块", "地上"]), _part_of_column(["建筑面积(m2)"])
    ('A地块 地上', '')
    """
    names = [label_of(word).words for word in words]
    return " ".join(n for n in names if bare_part(n) or is_plot(n) or _BUILDING.fullmatch(n))


def is_plot(name: str) -> bool:
    """Tell whether a name is that of one plot or part of the land.

    >>> is_plot("A地块"), is_plot("地块二"), is_plot("东区"), is_plot("地块面积")
    (True, True, True, False)
    """
    return bool(_plots().fullmatch(name) or _DISTRICT.fullmatch(name))


@lru_cache(maxsize=1)
def _plots() -> re.Pattern[str]:
    words = "|".join(map(re.escape, plan_words().plots))
    behind = "[0-9A-Za-z一二三四五甲乙丙丁][0-9A-Za-z-]*"
    return re.compile(".{1,6}(?:" + words + ")|(?:" + words + ")" + behind)


def _lists_plots(grid: SheetGrid, block: Block, first: int) -> bool:
    """Tell whether the header over the labels says that each column is a plot: 地块编号."""
    corners = (grid.at(row, column) for row in range(1, first) for column in block.labels)
    names = [label_of(item.text).words for item in corners if item and len(item.text) <= 6]
    return any(any(plot in name for plot in plan_words().plots) for name in names)


def _are_units(cells: list[GridCell | None]) -> bool:
    """Tell whether most filled cells of a column are units, so that the rest are meant as some."""
    words = [item for item in cells if item and (item.unit or item.is_words)]
    return 2 * sum(bool(item.unit) for item in words) > len(words)


def first_data_row(grid: SheetGrid, block: Block) -> int:
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
    """Keep phases and their total, every named quantity, the parts, or the one column meant.

    Columns that could be meant as well are kept aside as doubtful.
    """
    if block.phases:
        rest = [column for column in block.values if column not in block.phases]
        totals = [column for column in rest if _says(block, column, "total")] or rest
        block.values, block.doubtful = [*totals[:1], *block.phases], totals[1:]
        return
    for column in [each for each in block.parts if _says(block, each, "total")]:
        del block.parts[column]
    if _keep_quantities(block):
        return
    rest = [column for column in block.values if column not in block.parts]
    meant = _meant(block, rest)
    if block.parts and len(block.values) > 1 and not meant:
        block.values, block.doubtful = list(block.parts), rest
        return
    candidates = meant or block.values
    block.values, block.doubtful = candidates[:1], candidates[1:]
    if meant:
        block.summed = list(block.parts) if _says(block, meant[0], "total") else []
        block.parts.clear()


def _says(block: Block, column: int, role: Role) -> bool:
    return plan_words().says(role, block.whole_headers[column])


def _meant(block: Block, columns: list[int]) -> list[int]:
    """Return the columns that say to be the plan's, else a total, else numbers in general.

    Beside columns that say nothing, numbers in general are not enough: 指标 may be the norm.
    """
    for role in ("plan", "total"):
        if found := [column for column in columns if _says(block, column, role)]:
            return found
    general = [column for column in columns if _says(block, column, "value")]
    return general if len(general) == len(columns) or block.parts else []


def _keep_quantities(block: Block) -> bool:
    """Keep columns of areas, places, numbers of the same facilities, if that is what they are."""
    words = {column: label_of(block.headers[column]).words for column in block.values}
    named = [c for c in block.values if words[c] in plan_words().quantity_headers]
    counts = [c for c in block.values if words[c] in plan_words().count_headers]
    if not named or (len(named) + len(counts) == 1 and len(block.values) > 1):
        return False
    seen: set[tuple[str, str]] = set()
    twice: list[int] = []
    for column in named:
        kind = (words[column], block.parts.get(column, ""))
        twice += [column] if kind in seen else []
        seen.add(kind)
    block.values = [column for column in (*named, *counts) if column not in twice]
    block.counts, block.doubtful = counts, twice
    return True
