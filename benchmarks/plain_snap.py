"""The nearest of many straight lines by square cells under numba: the bound for snapping."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def cells_of(ends, side):
    """Sort lines (n, 4) into the square cells that their boxes touch."""
    left, bottom = ends[:, 0::2].min(), ends[:, 1::2].min()
    columns = int((ends[:, 0::2].max() - left) // side) + 1
    rows = int((ends[:, 1::2].max() - bottom) // side) + 1
    offsets = np.zeros(columns * rows + 1, np.int64)
    items = np.empty(0, np.int32)
    for fill in range(2):
        if fill:
            offsets = np.cumsum(offsets)
            items = np.empty(offsets[-1], np.int32)
            free = offsets[:-1].copy()
        for e in range(len(ends)):
            x0, y0, x1, y1 = ends[e]
            for r in range(
                int((min(y0, y1) - bottom) // side), int((max(y0, y1) - bottom) // side) + 1
            ):
                for c in range(
                    int((min(x0, x1) - left) // side), int((max(x0, x1) - left) // side) + 1
                ):
                    cell = r * columns + c
                    if fill:
                        items[free[cell]] = e
                        free[cell] += 1
                    else:
                        offsets[cell + 1] += 1
    return (left, bottom, columns, rows), offsets, items


@njit(cache=True)
def nearest_line(xy, ends, side, limit, corner, offsets, items):
    """Return the distance of every point to its nearest line, infinite beyond the limit."""
    left, bottom, columns, rows = corner
    found = np.full(len(xy), np.inf)
    for i in range(len(xy)):
        x, y = xy[i]
        column, row = int((x - left) // side), int((y - bottom) // side)
        best = limit * limit
        ring = 0
        while ring == 0 or ((ring - 1) * side) ** 2 <= best:
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if abs(r - row) == ring else max(2 * ring, 1)
                for c in range(column - ring, column + ring + 1, step):
                    if 0 <= c < columns:
                        cell = r * columns + c
                        for at in range(offsets[cell], offsets[cell + 1]):
                            ax, ay, bx, by = ends[items[at]]
                            dx, dy = bx - ax, by - ay
                            t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
                            t = min(max(t, 0.0), 1.0)
                            gap = (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2
                            if gap <= best:
                                best = gap
                                found[i] = np.sqrt(gap)
            ring += 1
    return found
