"""Any indicator table gives the true figure or none: never another number, never a crash.

The generator knows the truth of each table it lays out: with columns for what is due, of before
and of plots, with rooms, limits, remarks, titles, sections, blanks and merged cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import LoadError
from siting.loaders.formats.workbook import Cell, WorkbookSheet
from siting.loaders.plan.build import Parts, decided
from siting.loaders.plan.model import PlanFile
from siting.loaders.plan.table.read import table_of_sheets

FIGURES = {
    "households": (["总户数", "居住户（套）数", "规划总户数"], ["户", "套"]),
    "population": (["居住人口", "总居住人数"], ["人"]),
    "total_floor_area_m2": (["总建筑面积", "规划总建筑面积"], ["㎡", "平方米"]),
    "site_area_m2": (["规划净用地面积", "总用地面积"], ["㎡", "m2"]),
    "residential_floor_area_m2": (["住宅建筑面积", "其中：住宅"], ["㎡"]),
    "floor_area_m2.elder_care": (["养老服务用房", "社区居家养老服务用房"], ["㎡"]),
    "floor_area_m2.childcare": (["托育服务用房", "婴幼儿照护服务设施"], ["㎡", "平方米"]),
    "floor_area_m2.community_service": (["社区用房", "社区居委会用房"], ["㎡"]),
    "land_area_m2.concentrated_green": (["集中绿地", "集中绿地面积"], ["㎡"]),
    "parking_spaces": (["机动车停车位", "机动停车位"], ["个", "辆"]),
}
ROOMS = ("floor_area_m2.elder_care", "floor_area_m2.childcare", "floor_area_m2.community_service")
LIMITS = ["", "", "（不少于375㎡）", "（≥200）", "（每百户不少于30㎡）", "（应≥80㎡）"]
PLANNED = ["规划", "设计值", "实配", "本次方案", "实际配建", "调整后", "拟建", "方案值"]
OTHERS = [
    "应配",
    "规范要求",
    "千人指标",
    "规划条件",
    "下限",
    "调整前",
    "现状",
    "标准值",
    "不小于",
    "增减",
]
UNSAID = ["面积", "数", "甲", "（㎡）", ""]
REMARKS = ["（1#楼）", "（2#楼）", "（独立占地）", "（3#楼一层）", "（地上）", "（地下）"]
ODD = ["（远期）", "（改造）", "（甲）"]
SECTIONS = ["一、用地指标", "二、建筑规模", "配套设施", "（一）公共服务"]
OTHER_SECTIONS = [("规划条件", "设计方案"), ("一、现状情况", "二、本次规划"), ("规划要求", "方案")]
numbers = st.integers(3, 99_999)


@dataclass
class Line:
    """One row of a table before it is laid out: the label, its unit, a number for each column."""

    label: str
    unit: str
    cells: list[object]


@dataclass
class Drawn:
    """A table and what is true of it: key -> the figure; None where nobody can say."""

    lines: list[Line]
    heads: list[str]
    truth: dict[str, int | None] = field(default_factory=dict)


@st.composite
def drawn_tables(draw):
    """Draw figures with their truth, and columns of other roles beside them."""
    plots = draw(st.sampled_from([[], [], ["A地块", "B地块"], ["东区", "西区"], ["地上", "地下"]]))
    with_total = draw(st.booleans())
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=2, unique=True))
    unsaid = draw(st.lists(st.sampled_from(UNSAID), max_size=1)) if not plots else []
    own = draw(st.sampled_from(PLANNED if others or unsaid else [*PLANNED, "数值", "指标"]))
    heads = [*plots, *(["合计"] if with_total else [])] if plots else [own]
    at = draw(st.integers(0, len(heads)))
    heads[at:at] = others
    heads += unsaid
    keys = draw(st.lists(st.sampled_from(sorted(FIGURES)), min_size=1, unique=True))
    table = Drawn([], heads)
    for key in keys:
        _add_figure(draw, table, key, plots, set(others))
    for _ in range(draw(st.integers(0, 2))):
        label = draw(st.sampled_from(["龙虾池", "老干部活动站房", "门卫室", "绿地面积"]))
        cells = [draw(numbers) for _ in heads]
        table.lines.insert(draw(st.integers(0, len(table.lines))), Line(label, "㎡", cells))
    return table


def _add_figure(draw, table, key, plots, others):
    labels, units = FIGURES[key]
    label, unit = draw(st.sampled_from(labels)), draw(st.sampled_from(units))
    rooms = draw(st.lists(st.sampled_from(REMARKS), max_size=3, unique=True))
    odd = draw(st.booleans()) and draw(st.booleans())
    limit = draw(st.sampled_from(LIMITS)) if key in ROOMS else ""
    split = (
        key in ROOMS and len(rooms) > 1 and not (set(rooms) & {"（地上）", "（地下）"} and plots)
    )
    names = [f"{label}{limit}"] if not split else [f"{label}{each}{limit}" for each in rooms]
    mixed = split and 0 < len(set(rooms) & {"（地上）", "（地下）"}) < len(rooms)
    total = 0
    for name in names:
        cells, sum_of_row = _cells(draw, table.heads, plots, others)
        total += sum_of_row
        table.lines.append(Line(name, unit, cells))
    table.truth[key] = None if mixed else total
    if split and odd:
        cells, _ = _cells(draw, table.heads, plots, others)
        table.lines.append(Line(label + draw(st.sampled_from(ODD)), unit, cells))
        table.truth[key] = None


def _cells(draw, heads, plots, others):
    """Draw the cells of a row, and what the plan's columns add up to."""
    parts = {head: draw(numbers) for head in plots} or {"": draw(numbers)}
    whole = sum(parts.values())
    cells = []
    for head in heads:
        if head in plots:
            cells.append(parts[head])
        elif head in others:
            cells.append(draw(st.sampled_from([draw(numbers), f"≥{draw(numbers)}", "—", None])))
        elif head in UNSAID and not plots and head not in PLANNED:
            cells.append(draw(st.sampled_from([draw(numbers), None])))
        else:
            cells.append(whole)
    return [draw(_written(each)) for each in cells], whole


def _written(cell):
    """Write a number as people do."""
    if not isinstance(cell, int):
        return st.just(cell)
    return st.sampled_from([cell, str(cell), f"{cell:,}", f"{cell}①", f"{cell}（见说明）"])


@st.composite
def sheets(draw):
    """Lay a table out: units, numbering, title, sections, blank rows, turned or not, merged."""
    table = draw(drawn_tables())
    units = draw(st.sampled_from(["column", "label", "cell"]))
    numbered = draw(st.booleans())
    rows = [_row(table, line, units) for line in table.lines]
    head = ["项目", *(["单位"] if units == "column" else []), *table.heads]
    if draw(st.booleans()):
        section = [draw(st.sampled_from(SECTIONS)), *[None] * (len(rows[0]) - 1)]
        rows.insert(draw(st.integers(0, len(rows))), section)
    if draw(st.booleans()) and draw(st.booleans()):
        blank = [None] * (len(rows[0]) - 1)
        old, new = draw(st.sampled_from(OTHER_SECTIONS))
        rows = [[old, *blank], *_changed(draw, rows), [new, *blank], *rows]
    if numbered:
        rows = [[at, *row] for at, row in enumerate(rows, start=1)]
        head = ["序号", *head]
    if draw(st.booleans()):
        head.append("备注")
        rows = [[*row, draw(st.sampled_from([None, "位于3#楼", "12"]))] for row in rows]
    rows = [head, *rows]
    if draw(st.booleans()):
        rows = _turned(rows)
    title = draw(
        st.sampled_from([None, "江湾花园二期主要技术经济指标表", "经济技术指标（单位：㎡）"])
    )
    above = [[title]] if title else []
    above += [[] for _ in range(draw(st.integers(0, 2)))]
    left = draw(st.integers(0, 2))
    grid = [[None] * left + row for row in [*above, *rows]]
    return table.truth, grid, _merges(draw, grid)


def _row(table, line, units):
    label = f"{line.label}（{line.unit}）" if units == "label" else line.label
    cells = line.cells
    if units == "cell":
        cells = [f"{each}{line.unit}" if str(each).isdigit() else each for each in cells]
    return [label, *([line.unit] if units == "column" else []), *cells]


def _changed(draw, rows):
    """Return rows with other numbers, as they stand below what is required or of before."""
    return [[draw(numbers) if isinstance(each, int) else each for each in row] for row in rows]


def _turned(rows):
    width = max(map(len, rows))
    square = [row + [None] * (width - len(row)) for row in rows]
    return [list(each) for each in zip(*square, strict=True)]


def _merges(draw, grid):
    """Draw rectangles that begin at a text and cover nothing else."""
    found = []
    texts = [
        (r, c)
        for r, row in enumerate(grid, start=1)
        for c, value in enumerate(row, start=1)
        if isinstance(value, str) and not any(map(str.isdigit, value))
    ]
    for row, column in draw(st.lists(st.sampled_from(texts), max_size=3)) if texts else []:
        last_row, last_column = row + draw(st.integers(0, 2)), column + draw(st.integers(0, 4))
        inside = [(r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1)]
        if all(_at(grid, *place) is None for place in inside[1:]):
            found.append((row, column, last_row, last_column))
    return found


def _at(grid, row, column):
    return grid[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else None


def read(grid, merges=()):
    """Return what the reader is sure of."""
    cells = {
        (r, c): Cell(r, c, value if isinstance(value, str) else Decimal(value), str(value))
        for r, row in enumerate(grid, start=1)
        for c, value in enumerate(row, start=1)
        if value not in (None, "")
    }
    try:
        table = table_of_sheets([WorkbookSheet("表", cells, list(merges))], Path("t.xlsx"))
    except LoadError:
        return {}
    facts, _ = decided(
        Parts(
            PlanFile.model_construct(),
            "t.xlsx",
            rows=list(table.rows),
            other_columns=list(table.other_columns),
        )
    )
    return {key: fact.value for key, fact in facts.items()}


@settings(deadline=None, max_examples=150)
@given(sheets())
def test_a_table_gives_the_true_figure_or_none(drawn):
    truth, grid, merges = drawn
    for key, value in read(grid, merges).items():
        assert truth.get(key) == value, (key, value, grid)
