# ruff: noqa: ANN001, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Painting of lines on a grid: how far every node of it is from the nearest line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.network.kernels.kernel import ALWAYS, kernel

# So many nodes are painted as arrays; more are worth the compiling.
_MOST_AT_ONCE = 1_000_000
# A shorter segment is a point.
_POINT_M2 = 1e-12


def paint_distance(
    xy: NDArray[np.float64],
    begins: NDArray[np.int64],
    corner: NDArray[np.float64],
    cell: float,
    squared: NDArray[np.float64],
) -> None:
    """Lower the squared distances at the nodes of a grid to those from lines.

    Parameters
    ----------
    xy, begins
        Vertices of the lines, float64 (k, 2), and where each line begins and the last one ends.
    corner, cell
        Place of the first node, and spacing of the nodes.
    squared
        float64 (rows, columns), lowered in place. Only nodes within the largest distance that it
        holds are sure to be asked.
    """
    inside = np.ones(len(xy), bool)
    inside[begins[1:] - 1] = False  # the last vertex of a line begins no segment
    first = np.flatnonzero(inside)
    ends = np.hstack([xy[first] - corner, xy[first + 1] - corner])
    reach = float(np.sqrt(squared.max()))
    last = np.array(squared.shape[::-1])
    low = np.minimum(ends[:, :2], ends[:, 2:]) - reach
    high = np.maximum(ends[:, :2], ends[:, 2:]) + reach
    low_node = np.maximum((low / cell).astype(np.int64), 0)
    high_node = np.minimum((high / cell).astype(np.int64) + 2, last)
    spans = np.hstack([low_node, high_node])
    nodes = np.prod(np.maximum(high_node - low_node, 0), axis=1)
    paint = _paint_few if nodes.sum() <= _MOST_AT_ONCE else _paint.compiled
    paint(ends, spans, cell, squared)


def _paint_few(ends, spans, cell, squared):
    """Paint as arrays: a row for each segment and node near it."""
    left, low, right, high = spans.T
    wide, tall = np.maximum(right - left, 0), np.maximum(high - low, 0)
    counts = wide * tall
    across, up = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    length2 = across * across + up * up
    per_m2 = np.divide(1.0, length2, out=np.zeros(len(ends)), where=length2 > _POINT_M2)

    def of_each(values: NDArray[Any]) -> NDArray[Any]:
        return np.repeat(values, counts)

    number = np.arange(counts.sum()) - of_each(np.cumsum(counts) - counts)
    row, column = np.divmod(number, of_each(wide))
    row += of_each(low)
    column += of_each(left)
    px, py = column * cell - of_each(ends[:, 0]), row * cell - of_each(ends[:, 1])
    dx, dy = of_each(across), of_each(up)
    t = np.clip((px * dx + py * dy) * of_each(per_m2), 0.0, 1.0)
    px -= t * dx
    py -= t * dy
    np.minimum.at(squared.reshape(-1), row * squared.shape[1] + column, px * px + py * py)


@kernel(steps=ALWAYS, nogil=True)
def _paint(ends, spans, cell, squared):
    """Paint one segment after the other."""
    for s in range(len(ends)):
        ax, ay = ends[s, 0], ends[s, 1]
        dx, dy = ends[s, 2] - ax, ends[s, 3] - ay
        length2 = dx * dx + dy * dy
        for row in range(spans[s, 1], spans[s, 3]):
            py = row * cell - ay
            for column in range(spans[s, 0], spans[s, 2]):
                px = column * cell - ax
                t = 0.0
                if length2 > _POINT_M2:
                    t = min(max((px * dx + py * dy) / length2, 0.0), 1.0)
                ex, ey = px - t * dx, py - t * dy
                squared[row, column] = min(squared[row, column], ex * ex + ey * ey)
