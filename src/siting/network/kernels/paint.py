# ruff: noqa: ANN001, ANN201 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Compiled painting of lines on a grid: how far every node of it is from the nearest line."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def paint_distance(xy, begins, corner, cell, squared):
    """Lower the squared distances at the nodes of a grid to those from lines.

    Only nodes within the largest distance that `squared` (rows, columns) holds before are asked;
    the first node lies at `corner`, and the vertices of line k are `xy[begins[k]:begins[k + 1]]`.
    """
    rows, columns = squared.shape
    reach = squared.max() ** 0.5
    for k in range(begins.size - 1):
        for vertex in range(begins[k], begins[k + 1] - 1):
            ax, ay = xy[vertex, 0] - corner[0], xy[vertex, 1] - corner[1]
            bx, by = xy[vertex + 1, 0] - corner[0], xy[vertex + 1, 1] - corner[1]
            dx, dy = bx - ax, by - ay
            length2 = dx * dx + dy * dy
            left = max(int((min(ax, bx) - reach) / cell), 0)
            right = min(int((max(ax, bx) + reach) / cell) + 2, columns)
            low = max(int((min(ay, by) - reach) / cell), 0)
            high = min(int((max(ay, by) + reach) / cell) + 2, rows)
            for row in range(low, high):
                py = row * cell - ay
                for column in range(left, right):
                    px = column * cell - ax
                    t = 0.0
                    if length2 > 0.0:
                        t = min(max((px * dx + py * dy) / length2, 0.0), 1.0)
                    ex, ey = px - t * dx, py - t * dy
                    squared[row, column] = min(squared[row, column], ex * ex + ey * ey)
