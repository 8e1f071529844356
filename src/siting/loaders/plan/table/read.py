"""Reads the table of technical and economic indicators (经济技术指标表) wherever it stands.

Owns which sheet, which part of it and which way round: items below each other or side by side,
several blocks beside each other. Every row that was found is returned with its cell, known or not,
so that nothing is read or skipped in silence; `rows` reads them.

A layout is not guessed from a header alone: the sheet is read as it is and turned, whole and cut
at its empty rows, and the reading that understands most rows is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from siting.errors import LoadError, NoPlanError
from siting.loaders.formats.workbook import read_workbook
from siting.loaders.plan.table.blocks import Block, blocks_of, first_data_row, is_plot
from siting.loaders.plan.table.doubts import doubted
from siting.loaders.plan.table.grid import SheetGrid, grid_of, regions_of, without_building_tables
from siting.loaders.plan.table.rows import other_columns, rows_of_block
from siting.loaders.plan.table.units import unit_remarks
from siting.message import Message, message
from siting.vocabulary.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.loaders.formats.workbook import WorkbookSheet
    from siting.loaders.plan.table.units import Remarks
    from siting.rules.plan.model import OtherColumn, PlanRow

_TITLE = re.compile(
    r"(?!(?:主要|综合|规划|项目|经济)*技术指标)(?P<name>.{2,40}?)(?:项目)?(?:主要|综合|规划)*(?:经济)?技术指标(?:一览)?表?"
)


@dataclass(slots=True)
class IndicatorTable:
    """What a workbook says, or one way to read one of its grids.

    Parameters
    ----------
    rows
        In reading order, known or not.
    notes
        What was left out, also in doubt.
    other_columns
        Those that may be meant as well as the ones that were read.
    has_column
        Whether the column that the plan file names is among those read.
    name
        The project's name if given.
    figures
        Key and phase of each that it gives, in doubt or not.
    """

    rows: list[PlanRow] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    other_columns: list[OtherColumn] = field(default_factory=list)
    has_column: bool = False
    name: str = ""
    figures: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: IndicatorTable) -> None:
        """Append another reading's rows, notes and columns."""
        append_rows(self.rows, other.rows)
        self.notes += other.notes
        self.other_columns += other.other_columns
        self.has_column = self.has_column or other.has_column
        self.figures |= other.figures

    @property
    def understood(self) -> tuple[bool, int]:
        """How many figures it knows, after whether it has the column that is wanted."""
        return self.has_column, len(self.figures)


def read_indicator_table(
    path: Path, *, sheet: str | None = None, file: str = "", column: str = ""
) -> IndicatorTable:
    """Read the indicator table of a workbook.

    Parameters
    ----------
    path
        An XLSX workbook.
    sheet
        The sheet to read; all visible sheets where left out.
    file
        How evidence names the file; the path where left out.
    column
        Words in the header of the column to read; empty: as the headers say.

    Raises
    ------
    LoadError
        The workbook cannot be read, has no such sheet or column, or no label in it is known.
    """
    return table_of_sheets(read_workbook(path), path, sheet=sheet, file=file, column=column)


def table_of_sheets(
    sheets: Sequence[WorkbookSheet],
    path: Path,
    *,
    sheet: str | None = None,
    file: str = "",
    column: str = "",
) -> IndicatorTable:
    """Read the indicator table of sheets whose cells were read; see `read_indicator_table`."""
    wanted = [each for each in sheets if (not each.hidden if sheet is None else each.name == sheet)]
    if not wanted:
        names = repr([each.name for each in sheets])
        raise LoadError(message("plan.no_sheet", path=path, sheet=sheet or "", names=names))
    hidden = [each for each in sheets if each.hidden and each not in wanted]
    read = IndicatorTable(notes=[message("plan.hidden_sheet", name=each.name) for each in hidden])
    for each in wanted:
        grid, dropped = without_building_tables(grid_of(each))
        found = read_grid(grid, file or path.as_posix(), column)
        plot = each.name if len(wanted) > 1 and is_plot(each.name) else ""
        found.rows = [replace(row, column=row.column or plot) for row in found.rows]
        read.notes += [*each.notes, *dropped]
        read.add(found)
        read.name = read.name or _project_name(grid)
    if column and not read.has_column:
        raise LoadError(message("plan.no_column", path=path, column=column))
    if not read.figures:
        raise NoPlanError(
            message("plan.no_table", path=path, total="总建筑面积", households="居住户数")
        )
    read.rows = _net_and_gross(read.rows)
    return read


def _net_and_gross(rows: list[PlanRow]) -> list[PlanRow]:
    """Tell the net area of the site from the gross one, where a table gives both.

    The net area decides floor-area ratio, density and green share, so it is the site area then.
    """
    sites = [row for row in rows if row.key == "site_area_m2"]
    net = [row for row in sites if "净" in row.evidence.label]
    if not net or len(net) == len(sites):
        return rows
    return [
        replace(row, key="gross_site_area_m2") if row in sites and row not in net else row
        for row in rows
    ]


def append_rows(rows: list[PlanRow], more: Sequence[PlanRow]) -> None:
    """Append rows whose parents count from their own first row."""
    by = len(rows)
    rows += [replace(row, parent=row.parent + by if row.parent >= 0 else -1) for row in more]


def read_grid(grid: SheetGrid, file: str, column: str = "") -> IndicatorTable:
    """Return the reading that understands most rows; the whole sheet as it stands on a tie."""
    shared = unit_remarks(grid)
    readings = [
        _read_grid(grid, file, shared, column),
        _read_grid(grid.turn(), file, shared, column),
    ]
    regions = regions_of(grid)
    if len(regions) > 1:
        apart = IndicatorTable()
        for region in regions:
            ways = [_read_grid(each, file, shared, column) for each in (region, region.turn())]
            apart.add(max(ways, key=lambda way: way.understood))
        readings.append(apart)
    return max(readings, key=lambda way: way.understood)


def _read_grid(grid: SheetGrid, file: str, shared: Remarks, column: str) -> IndicatorTable:
    found = IndicatorTable()
    for block in blocks_of(grid, column):
        rows = rows_of_block(grid, block, file, shared)
        figures = {(row.key, row.phase) for row in rows if row.key and row.value is not None}
        rows = doubted(grid, block, rows)
        columns = other_columns(grid, block, file, shared)
        notes, wanted = _doubts(grid, block), bool(block.wanted)
        found.add(IndicatorTable(rows, notes, columns, wanted, figures=figures))
    return found


def _doubts(grid: SheetGrid, block: Block) -> list[Message]:
    """Name the columns of numbers that could be meant as well as the one that was read."""
    if not block.doubtful:
        return []
    first = first_data_row(grid, block)

    def named(column: int) -> str:
        below = (grid.items.get((row, column)) for row in grid.rows() if row >= first)
        cell = next(item for item in below if item and item.quantities)
        return f"{grid.name(cell)} {block.headers.get(column, '')}".rstrip()

    others = list(map(named, block.doubtful))
    return [message("plan.other_columns", column=named(block.values[0]), others=others)]


def _project_name(grid: SheetGrid) -> str:
    """Return what stands beside 项目名称, else what the title says before 经济技术指标表."""
    for (row, column), item in sorted(grid.items.items()):
        if fold(item.text).rstrip(":") in ("项目名称", "工程名称", "小区名称"):
            beside = (grid.items.get((row, column + step)) for step in (1, 2, 3))
            return next((each.text.strip() for each in beside if each), "")
    titles = (
        _TITLE.fullmatch("".join(item.text.split())) for _, item in sorted(grid.items.items())
    )
    return next((title["name"] for title in titles if title), "")
