# ruff: noqa: ANN001, ANN201, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Straight pieces of lines in square cells: which are near a place, without looking at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.network.arrays import frozen_array
from siting.network.kernels.kernel import kernel, part

_CELLS_PER_SEGMENT = 4


class SegmentGrid(NamedTuple):
    """S segments and the cells they pass through.

    Parameters
    ----------
    ends
        float64 (S, 4): x, y of the start and of the end.
    owner
        int32 (S,): the line that a segment is part of.
    start_m
        float64 (S,): length of the line before the segment.
    last
        bool (S,): whether it is the last of its line.
    left, bottom, side
        Corner of the grid and side of a cell, metres.
    columns, rows
        Number of cells.
    offsets
        int64 (columns x rows + 1,): the segments of cell ``row * columns + column`` are
        ``items[offsets[cell]:offsets[cell + 1]]``.
    items
        int32: rows of `ends`; a segment stands in every cell that it passes through.
    """

    ends: NDArray[np.float64]
    owner: NDArray[np.int32]
    start_m: NDArray[np.float64]
    last: NDArray[np.bool_]
    left: float
    bottom: float
    side: float
    columns: int
    rows: int
    offsets: NDArray[np.int64]
    items: NDArray[np.int32]


def build_segment_grid(
    xy: NDArray[np.float64], offsets: NDArray[np.int64], lines: NDArray[np.int64]
) -> SegmentGrid:
    """Sort the segments of some polylines into cells.

    Parameters
    ----------
    xy, offsets
        Vertices, and which belong to which line.
    lines
        The lines to take; `owner` gives their numbers.
    """
    # Read-only as those of a network are, so that it is compiled for one kind of array.
    vertices, starts = frozen_array(xy, np.float64), frozen_array(offsets, np.int64)
    ends, owner, start_m, last = _segments(vertices, starts, np.asarray(lines, np.int64))
    if not owner.size:
        ends = np.empty((0, 4))
    left, bottom, side, columns, rows = _frame(ends)
    cell_offsets, items = _fill(ends, left, bottom, side, columns, rows)
    return SegmentGrid(
        ends, owner, start_m, last, left, bottom, side, columns, rows, cell_offsets, items
    )


def _frame(ends: NDArray[np.float64]) -> tuple[float, float, float, int, int]:
    """Choose cells so small that few segments share one, and so few that they fit in memory."""
    if not len(ends):
        return 0.0, 0.0, 1.0, 1, 1
    points = ends.reshape(-1, 2)
    left, bottom = (float(low) for low in points.min(axis=0))
    width, height = (float(extent) for extent in np.ptp(points, axis=0))
    cells = max(_CELLS_PER_SEGMENT * len(ends), 1)
    side = max(np.sqrt(width * height / cells), max(width, height) / cells, 1e-3)
    return left, bottom, float(side), int(width / side) + 1, int(height / side) + 1


@kernel(steps=lambda xy, *_: 10 * len(xy))
def _segments(xy, offsets, lines):
    total = 0
    for line in lines:
        total += max(offsets[line + 1] - offsets[line] - 1, 0)
    ends = np.empty((total, 4))
    owner = np.empty(total, np.int32)
    start_m = np.empty(total)
    last = np.zeros(total, np.bool_)
    at = 0
    for line in lines:
        walked = 0.0
        for vertex in range(offsets[line], offsets[line + 1] - 1):
            ends[at, 0], ends[at, 1] = xy[vertex, 0], xy[vertex, 1]
            ends[at, 2], ends[at, 3] = xy[vertex + 1, 0], xy[vertex + 1, 1]
            owner[at] = line
            start_m[at] = walked
            last[at] = vertex == offsets[line + 1] - 2
            walked += np.hypot(ends[at, 2] - ends[at, 0], ends[at, 3] - ends[at, 1])
            at += 1
    return ends, owner, start_m, last


@kernel(steps=lambda ends, *_: 60 * len(ends))
def _fill(ends, left, bottom, side, columns, rows):
    """Count, then write: the segments of each cell."""
    offsets = np.zeros(columns * rows + 1, np.int64)
    for s in range(len(ends)):
        low, high = row_range(ends[s, 1], ends[s, 3], bottom, side, rows)
        for row in range(low, high + 1):
            segment = (ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3])
            first, final = column_range(segment, row, left, bottom, side, columns)
            for column in range(first, final + 1):
                offsets[row * columns + column + 1] += 1
    for cell in range(columns * rows):
        offsets[cell + 1] += offsets[cell]
    free = offsets[:-1].copy()
    items = np.empty(offsets[-1], np.int32)
    for s in range(len(ends)):
        low, high = row_range(ends[s, 1], ends[s, 3], bottom, side, rows)
        for row in range(low, high + 1):
            segment = (ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3])
            first, final = column_range(segment, row, left, bottom, side, columns)
            for column in range(first, final + 1):
                cell = row * columns + column
                items[free[cell]] = s
                free[cell] += 1
    return offsets, items


@part
def row_range(y0, y1, bottom, side, rows):
    """Return the first and last row of cells between two heights, within the grid."""
    low = int(np.floor((min(y0, y1) - bottom) / side))
    high = int(np.floor((max(y0, y1) - bottom) / side))
    return max(low, 0), min(high, rows - 1)


@part
def column_range(segment, row, left, bottom, side, columns):
    """Return the first and last column that a segment passes in a row; a hair too many is fine."""
    x0, y0, x1, y1 = segment
    low, high = min(x0, x1), max(x0, x1)
    if y0 != y1:
        slope = (x1 - x0) / (y1 - y0)
        enters = x0 + slope * (bottom + row * side - y0)
        leaves = x0 + slope * (bottom + (row + 1) * side - y0)
        hair = 1e-6 * side
        low = max(low, min(enters, leaves) - hair)
        high = min(high, max(enters, leaves) + hair)
    first = int(np.floor((low - left) / side))
    final = int(np.floor((high - left) / side))
    return max(first, 0), min(final, columns - 1)
