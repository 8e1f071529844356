# ruff: noqa: ANN001, ANN201, ANN202, PLW3301 - numba infers types and wants min and max in pairs
# mypy: disable-error-code="no-untyped-def"
"""The nearest of some points, by looking into square cells around each place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.network.kernels.kernel import kernel, part

# A point on the rim of a cell may have been sorted into the next one by rounding.
_HAIR_M = 1e-6


class PointGrid(NamedTuple):
    """Points sorted into cells.

    Those of cell ``row * columns + column`` lie at ``xy[offsets[cell]:offsets[cell + 1]]``, side by
    side in memory; `items` are the rows that they had.
    """

    xy: NDArray[np.float64]
    left: float
    bottom: float
    side: float
    columns: int
    rows: int
    offsets: NDArray[np.int64]
    items: NDArray[np.int64]


def build_point_grid(xy: NDArray[np.float64]) -> PointGrid:
    """Sort points, float64 (m, 2) with m > 0, into about as many cells."""
    left, bottom = (float(low) for low in xy.min(axis=0))
    width, height = (float(extent) for extent in np.ptp(xy, axis=0))
    side = max(np.sqrt(width * height / len(xy)), max(width, height) / len(xy), 1e-3)
    columns, rows = int(width / side) + 1, int(height / side) + 1
    column = np.minimum(((xy[:, 0] - left) / side).astype(np.int64), columns - 1)
    row = np.minimum(((xy[:, 1] - bottom) / side).astype(np.int64), rows - 1)
    cell = row * columns + column
    counts = np.bincount(cell, minlength=columns * rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items = np.argsort(cell, kind="stable")
    return PointGrid(xy[items], left, bottom, float(side), columns, rows, offsets, items)


@kernel(steps=lambda *given: 60 * len(given[2]), nogil=True)
def nearest_points(low, high, xy, grid, tie, cost, nearest):
    """Write distance and row of the nearest point for the places ``low:high``.

    Of the points that are not farther than the nearest by more than `tie` the lowest row counts.
    A place without finite coordinates is infinitely far from row 0.
    """
    for i in range(low, high):
        if not np.isfinite(xy[i, 0] + xy[i, 1]):
            cost[i], nearest[i] = np.inf, 0
            continue
        best, item, second = _nearest(xy[i, 0], xy[i, 1], grid)
        cost[i], nearest[i] = best, item
        if second <= best + tie:
            nearest[i] = _lowest_within(xy[i, 0], xy[i, 1], best + tie, grid)


@kernel(steps=lambda xy, places, *_: 10 * len(xy) * len(places), nogil=True)
def lower_by_points(xy, places, labels, tie, cost, nearest):
    """Lower cost and nearest of the places ``xy`` to which some more points are nearer.

    The labels are higher than all before them: what is tied keeps what it had.
    """
    for i in range(len(xy)):
        for k in range(len(places)):
            found = _distance(xy[i, 0], xy[i, 1], places[k])
            if found < cost[i] - tie:
                nearest[i] = labels[k]
            cost[i] = min(cost[i], found)


@part
def _nearest(x, y, grid):
    """Look in rings of cells until nothing nearer can follow.

    Return the least distance, its point, and the distance of the next nearest of those seen. All
    within a hair of the least are seen.
    """
    column, row = _cell(x, y, grid)
    across = max(max(-column, column - grid.columns + 1), 0)
    upward = max(max(-row, row - grid.rows + 1), 0)
    ring = max(across, upward)
    # Far outside a small grid thousands of rings would follow the one that holds all of it.
    whole = max(max(column, grid.columns - 1 - column), max(row, grid.rows - 1 - row))
    found, none = (np.inf, np.int64(0), np.inf), np.int64(0)
    while (ring - 1) * grid.side < found[0] + _HAIR_M and ring <= whole:
        first_row, last_row = max(row - ring, 0), min(row + ring, grid.rows - 1)
        first, last = max(column - ring, 0), min(column + ring, grid.columns - 1)
        for r in range(first_row, last_row + 1):
            if r in (row - ring, row + ring):
                found = _nearest_in(r * grid.columns + first, last - first, x, y, grid, found)
                continue
            if column - ring >= 0:
                found = _nearest_in(r * grid.columns + column - ring, none, x, y, grid, found)
            if ring > 0 and column + ring < grid.columns:
                found = _nearest_in(r * grid.columns + column + ring, none, x, y, grid, found)
        ring += 1
    return found


@part
def _nearest_in(cell, more, x, y, grid, found):
    """Return what was found, or what is nearer among the points of a cell and those beside it."""
    best, item, second = found
    for at in range(grid.offsets[cell], grid.offsets[cell + more + 1]):
        here = _distance(x, y, grid.xy[at])
        if here < best:
            best, item, second = here, grid.items[at], best
        else:
            second = min(second, here)
    return best, item, second


@part
def _lowest_within(x, y, reach, grid):
    """Return the lowest row of the points within reach, both ends included."""
    around = reach + _HAIR_M
    first, low = _cell(x - around, y - around, grid)
    last, high = _cell(x + around, y + around, grid)
    found = len(grid.xy)
    for r in range(max(low, 0), min(high, grid.rows - 1) + 1):
        for c in range(max(first, 0), min(last, grid.columns - 1) + 1):
            cell = r * grid.columns + c
            for at in range(grid.offsets[cell], grid.offsets[cell + 1]):
                item = grid.items[at]
                if item < found and _distance(x, y, grid.xy[at]) <= reach:
                    found = item
    return found


@part
def _cell(x, y, grid):
    """Return column and row of a place, perhaps outside the grid."""
    column = int(np.floor((x - grid.left) / grid.side))
    row = int(np.floor((y - grid.bottom) / grid.side))
    return column, row


@part
def _distance(x, y, point):
    dx, dy = x - point[0], y - point[1]
    return np.sqrt(dx * dx + dy * dy)
