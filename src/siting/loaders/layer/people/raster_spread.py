"""Spreading the people of raster cells over homes, with every one of them accounted for.

Owns which home gets whom; reading the cells is in `siting.loaders.layer.people.raster`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.loaders.formats.raster_file import Floats, Ints, transformed
from siting.loaders.layer.population_cells import PopulationCells, people_text
from siting.message import Term, message

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataReport


def spread_over_homes(
    cells: PopulationCells,
    homes: gpd.GeoDataFrame,
    *,
    report: DataReport,
    group: str = "population",
    weight: str = "floor_area_m2",
    max_move_m: float = 500.0,
) -> tuple[gpd.GeoDataFrame, float]:
    """Give the people of each cell to the homes in it, and account for every one of them.

    Parameters
    ----------
    cells
        From `read_population`.
    homes
        RESIDENTIAL-shaped, in projected metres.
    report
        Gets who was moved, who could not be, and which weights were missing.
    group
        Column that gets the people; what it held before is replaced, which is reported.
    weight
        ``floor_area_m2``, ``households`` or ``equal``: how a cell's people are shared among the
        homes whose inner point lies in it. A home without the weight counts as the mean of the
        others in its cell; where none has it, they share equally.
    max_move_m
        People of a cell without homes go to the home nearest to its centre, at most this far.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy with the group's column filled; homes in empty cells get 0.
    float
        People who reach no home. The column's sum plus this is the total of the cells.
    """
    points = homes.geometry.representative_point()
    cell = _cell_of(cells, points)
    shares = _shares(homes, cell, weight, cells, report)
    inside = cell >= 0
    people = np.zeros(len(homes))
    people[inside] = shares[inside] * cells.people[cell[inside]]
    empty = np.setdiff1d(np.arange(cells.people.size), cell[inside])
    home, moved = _nearest_home(cells, empty, homes, max_move_m)
    people += np.bincount(home, weights=cells.people[moved], minlength=len(homes))
    lost = np.setdiff1d(empty, moved)
    unassigned = float(cells.people[lost].sum())
    _note_spread(cells, moved, lost, max_move_m, report)
    spread = homes.copy()
    if group in spread.columns and spread[group].notna().any():
        known = int(spread[group].notna().sum())
        told = message("note.population-replaced", count=known, group=Term("column", group))
        report.add(cells.source, "assumption", "population-replaced", told, count=known)
    spread[group] = people
    return spread, unassigned


def _cell_of(cells: PopulationCells, points: gpd.GeoSeries) -> Ints:
    """Return the populated cell each point lies in, -1 for none."""
    grid = cells.grid
    xy = transformed(shapely.get_coordinates(points.array), points.crs, grid.crs)
    row, column = (np.floor(each).astype(np.int64) for each in grid.position(xy))
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    wanted = np.where(inside, row * grid.columns + column, -1)
    # The cells come in row order, so their keys are sorted.
    keys = cells.row * grid.columns + cells.column
    place = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    hit = keys[place] == wanted if keys.size else np.zeros(wanted.size, dtype=bool)
    return np.where(hit, place, -1)


def _shares(
    homes: gpd.GeoDataFrame, cell: Ints, weight: str, cells: PopulationCells, report: DataReport
) -> Floats:
    """Return the share of its cell's people that each home gets; they add up to 1 per cell."""
    inside = np.flatnonzero(cell >= 0)
    of, size = cell[inside], cells.people.size
    given = _weights(homes, weight)[inside]
    known = np.isfinite(given) & (given > 0)
    count = np.bincount(of[known], minlength=size)
    total = np.bincount(of[known], weights=given[known], minlength=size)
    mean = np.divide(total, count, out=np.ones(size), where=count > 0)
    # Where nobody in the cell has any weight, all share equally.
    filled = np.where(np.isnan(given) | (count[of] == 0), mean[of], given)
    shares = np.zeros(len(homes))
    shares[inside] = filled / np.bincount(of, weights=filled, minlength=size)[of]
    missing = int(np.isnan(given).sum())
    if missing:
        told = message("note.weight-missing", count=missing, weight=Term("column", weight))
        report.add(cells.source, "assumption", "weight-missing", told, count=missing)
    return shares


def _weights(homes: gpd.GeoDataFrame, weight: str) -> Floats:
    if weight == "equal":
        return np.ones(len(homes))
    if weight not in homes.columns:
        return np.full(len(homes), np.nan)
    return np.asarray(homes[weight].to_numpy(dtype=float, na_value=np.nan))


def _nearest_home(
    cells: PopulationCells, empty: Ints, homes: gpd.GeoDataFrame, max_move_m: float
) -> tuple[Ints, Ints]:
    """Return homes and the cells without homes that go to them, the lowest home on a tie."""
    if not len(homes) or not empty.size:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    centres = np.atleast_1d(np.asarray(shapely.points(cells.centres(homes.crs)[empty])))
    tree = shapely.STRtree(homes.geometry.to_numpy())
    point, home = tree.query_nearest(centres, return_distance=False)
    order = np.lexsort((home, point))
    first = np.unique(point[order], return_index=True)[1]
    point, home = point[order][first], home[order][first]
    distance = shapely.distance(centres[point], homes.geometry.to_numpy()[home])
    near = distance <= max_move_m
    return home[near], empty[point[near]]


def _note_spread(
    cells: PopulationCells, moved: Ints, lost: Ints, max_move_m: float, report: DataReport
) -> None:
    shared = cells.total - float(cells.people[moved].sum()) - float(cells.people[lost].sum())
    told = message(
        "note.population-spread",
        people=people_text(cells.total),
        shared=people_text(shared),
        moved=people_text(cells.people[moved].sum()),
        cells=moved.size,
        limit=max_move_m,
        lost=people_text(cells.people[lost].sum()),
    )
    details = {
        "people": f"{cells.total:,.0f}",
        "shared": f"{shared:,.0f}",
        "moved": f"{cells.people[moved].sum():,.0f}",
        "cells": f"{moved.size:,}",
        "max_move_m": f"{max_move_m:g}",
        "lost": f"{cells.people[lost].sum():,.0f}",
    }
    layer = report.of(cells.source)
    layer.add("info", "population-spread", told, count=cells.people.size, details=details)
    if lost.size:
        people = people_text(cells.people[lost].sum())
        told = message(
            "note.population-unassigned", count=lost.size, people=people, limit=max_move_m
        )
        rows = [f"r{cells.row[i]}c{cells.column[i]}" for i in lost]
        layer.add("excluded", "population-unassigned", told, rows=rows)
