"""Rasters: people by cell, cells as homes, and heights for slope-aware walking.

Owns what the cells mean. People are conserved: what goes in is what comes out plus what is
reported, summed in float64.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from siting.loaders.formats.raster_file import (
    Floats,
    RasterGrid,
    check_no_density,
    open_raster,
    read_band,
    read_grid,
    transformed,
)
from siting.loaders.layer.people.cell_counts import cell_area_m2, uncountable
from siting.loaders.layer.population_cells import PopulationCells, people_text
from siting.message import message

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from siting.data_report import DataReport, LayerReport

__all__ = [
    "RasterGrid",
    "homes_from_cells",
    "read_population",
    "sample_elevation",
]


def read_population(
    path: Path,
    *,
    report: DataReport,
    band: int | None = None,
    crs: object = None,
    within: gpd.GeoDataFrame | None = None,
    subject: str | None = None,
) -> PopulationCells:
    """Read the populated cells of a GeoTIFF of persons per cell.

    Parameters
    ----------
    path
        GeoTIFF, in degrees or metres.
    report
        Gets the total, and the cells that were ignored (negative, infinite, outside).
    band
        The band, counted from 1; may be left out where there is one.
    crs
        System of a raster that does not say its own.
    within
        Polygons; cells whose centre lies outside all of them are left out and counted.
    subject
        The layer's name in messages; the file's name where left out.

    Returns
    -------
    PopulationCells
        No-data, NaN and empty cells give no row. A raster without people gives no rows.

    Raises
    ------
    LoadError
        Not a GeoTIFF, cut short, several bands and none chosen, more than 100 million cells; a
        density instead of people; cells that hold more people than can live there.
    CRSError
        No coordinate reference system, or no position on the earth at all.
    """
    subject = subject or path.name
    with open_raster(path, subject) as dataset:
        grid = read_grid(dataset, crs, subject)
        check_no_density(dataset, band, subject)
        values = read_band(dataset, band, subject)
        stored = np.dtype(dataset.dtypes[(band or 1) - 1])
    notes = report.of(subject)
    usable = _usable(values, notes)
    usable &= ~uncountable(values, usable, stored, grid, report=notes)
    row, column = np.nonzero(usable)
    cells = PopulationCells(grid, row, column, values[row, column], subject)
    if within is not None:
        cells = _clipped(cells, within, report)
    count = cells.people.size
    told = message("note.population-total", count=count, people=people_text(cells.total))
    details = {"people": f"{cells.total:,.0f}"}
    notes.add("info", "population-total", told, count=count, details=details)
    return cells


def homes_from_cells(
    cells: PopulationCells, crs: pyproj.CRS, *, group: str = "population"
) -> gpd.GeoDataFrame:
    """Make each populated cell a home at its centre.

    Parameters
    ----------
    cells
        From `read_population`.
    crs
        Metric CRS of the result.
    group
        Column that gets the people: ``population``, ``elderly`` or ``children``.

    Returns
    -------
    geopandas.GeoDataFrame
        RESIDENTIAL-shaped points: ``home_id`` such as ``r12c340``, the group's column, and
        ``cell_area_m2``. The column sums to `PopulationCells.total`.
    """
    ids = [f"r{row}c{column}" for row, column in zip(cells.row, cells.column, strict=True)]
    columns = {
        "home_id": np.array(ids, dtype=object),
        group: cells.people,
        "cell_area_m2": cell_area_m2(cells.grid, cells.row, cells.column),
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.points(cells.centres(crs)), crs=crs)


def sample_elevation(path: Path, xy: Floats, crs: pyproj.CRS) -> Floats:
    """Return heights at points, between the cells' centres by bilinear interpolation.

    Parameters
    ----------
    path
        GeoTIFF with one band of metres above sea level.
    xy
        Coordinates, float64 (n, 2).
    crs
        Their coordinate reference system.

    Returns
    -------
    numpy.ndarray
        Metres, float64 (n,). NaN outside the raster and where all four cells around are no-data;
        cells without data among the four are left out of the mean. Within half a cell of the
        edge the outermost cells count alone.

    Raises
    ------
    LoadError, CRSError
        As `read_population`.

    References
    ----------
    Press et al., Numerical Recipes, 3rd ed., section 3.6.1 (bilinear interpolation).
    """
    subject = path.name
    with open_raster(path, subject) as dataset:
        grid = read_grid(dataset, None, subject)
        heights = read_band(dataset, None, subject)
    row, column = grid.position(transformed(xy, crs, grid.crs))
    inside = (row >= 0) & (row <= grid.rows) & (column >= 0) & (column <= grid.columns)
    found = np.full(len(xy), np.nan)
    found[inside] = _bilinear(heights, row[inside] - 0.5, column[inside] - 0.5)
    return found


def _usable(values: Floats, report: LayerReport) -> npt.NDArray[np.bool_]:
    negative, infinite = values < 0, np.isinf(values)
    for wrong, what in ((negative & ~infinite, "negative"), (infinite, "infinite")):
        where = np.argwhere(wrong)
        if len(where):
            first = float(values[tuple(where[0])])
            told = message(f"note.cell-{what}", count=len(where), first=first)
            names = [f"r{row}c{column}" for row, column in where[:5]]
            report.add("repair", f"cell-{what}", told, count=len(where), examples=names)
    return (values > 0) & ~infinite


def _clipped(
    cells: PopulationCells, within: gpd.GeoDataFrame, report: DataReport
) -> PopulationCells:
    area = shapely.union_all(within.geometry.to_numpy())
    shapely.prepare(area)
    centres = cells.centres(within.crs)
    keep = shapely.intersects_xy(area, centres[:, 0], centres[:, 1])
    count = int((~keep).sum())
    people = float(cells.people[~keep].sum())
    told = message("note.cell-outside", count=count, people=people_text(people))
    report.add(cells.source, "excluded", "cell-outside", told, count=count)
    return replace(cells, row=cells.row[keep], column=cells.column[keep], people=cells.people[keep])


def _bilinear(heights: Floats, row: Floats, column: Floats) -> Floats:
    """Interpolate between centres at whole numbers; outside the outermost ones, hold."""
    rows, columns = heights.shape
    row = np.clip(row, 0, rows - 1)
    column = np.clip(column, 0, columns - 1)
    top = np.minimum(np.floor(row).astype(np.int64), max(rows - 2, 0))
    left = np.minimum(np.floor(column).astype(np.int64), max(columns - 2, 0))
    down, right = row - top, column - left
    total, weights = np.zeros(row.size), np.zeros(row.size)
    for r, c, share in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        height = heights[np.minimum(top + r, rows - 1), np.minimum(left + c, columns - 1)]
        usable = np.isfinite(height) & (share > 0)
        total[usable] += height[usable] * share[usable]
        weights[usable] += share[usable]
    found: Floats = np.divide(total, weights, out=np.full(row.size, np.nan), where=weights > 0)
    return found
