# ruff: noqa: ANN001, ANN202, PLR0917, PLW3301 - numba infers types and wants min and max in pairs
# mypy: disable-error-code="no-untyped-def"
"""The nearest place on a line, from points and from outlines, without crossing a barrier.

Imported on use only: numba is slow to load.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from siting.network._grid import column_range, row_range


@njit(cache=True, nogil=True)
def nearest_segments(order, circle, sides, offsets, limit, ignored, grid, barriers, out):
    """Write the nearest segment of each subject named in `order`.

    A subject is a point, or an outline with straight sides.

    Parameters
    ----------
    order
        int64: rows to work on.
    circle
        float64 (n, 3): x, y and radius of a circle around the subject; the radius of a point is 0.
    sides, offsets
        float64 (K, 4), int64 (n + 1,): the sides of subject ``i`` are rows
        ``offsets[i]:offsets[i + 1]``, each x, y, x, y; a point has none.
    limit
        float64 (n,): nothing farther away counts.
    ignored
        int32 (n,): a barrier that does not count for the subject; -1 none.
    grid, barriers
        SegmentGrid: where to look, and what no access leg may cross.
    out
        Arrays (n,) to write to: the segment or -1; the place on it (0 to 1); the distance; whether
        a barrier stood in the way of something nearer. Of equally near segments the one of the
        lowest owner is taken.
    """
    segment, share, gap, hindered = out
    for i in order:
        sides_here = sides[offsets[i] : offsets[i + 1]]
        found = _search(circle[i], sides_here, limit[i], ignored[i], grid, barriers)
        segment[i], share[i], gap[i], hindered[i] = found


@njit(cache=True)
def _search(circle, sides, limit, ignored, grid, barriers):
    """Look in rings of cells around the centre until nothing nearer can follow."""
    column, row, margin = _cell(circle[0], circle[1], grid)
    ring = _first_ring(column, row, grid)
    best = (-1, 0.0, limit * limit, False)
    while True:
        # What lies in this ring or beyond is at least so far from the subject.
        reach = (ring - 1) * grid.side + margin - circle[2]
        if ring > 0 and reach > 0.0 and reach * reach > best[2]:
            break
        low, high = max(row - ring, 0), min(row + ring, grid.rows - 1)
        for r in range(low, high + 1):
            first, final, step = max(column - ring, 0), min(column + ring, grid.columns - 1), 1
            if r != row - ring and r != row + ring:
                first, final, step = column - ring, column + ring, 2 * ring
            for c in range(first, final + 1, step):
                if 0 <= c < grid.columns:
                    cell = r * grid.columns + c
                    best = _look(cell, circle, sides, best, ignored, grid, barriers)
        if _covers(column, row, ring, grid):
            break
        ring += 1
    gap = np.sqrt(best[2]) if best[0] >= 0 else np.inf
    return best[0], best[1], gap, best[3]


@njit(cache=True)
def _look(cell, circle, sides, best, ignored, grid, barriers):
    """Return the best segment (row, place, squared distance, hindered) after seeing one cell."""
    x, y, radius = circle[0], circle[1], circle[2]
    for at in range(grid.offsets[cell], grid.offsets[cell + 1]):
        s = grid.items[at]
        t, qx, qy = _foot(x, y, grid.ends[s])
        square = (qx - x) * (qx - x) + (qy - y) * (qy - y)
        if not len(sides):
            best = _improve(x, y, s, t, square, best, ignored, grid, barriers)
        elif square <= (np.sqrt(best[2]) + radius + 1e-6) ** 2:
            for k in range(len(sides)):
                square, t, px, py = _between(sides[k], grid.ends[s])
                best = _improve(px, py, s, t, square, best, ignored, grid, barriers)
    return best


@njit(cache=True)
def _improve(x, y, s, t, square, best, ignored, grid, barriers):
    """Return the better of the best so far and a leg from a place to a segment."""
    if not _better(s, square, best, grid.owner):
        return best
    ends = grid.ends[s]
    qx, qy = _place(ends, t)
    if square == 0.0 or not _is_blocked(x, y, qx, qy, barriers, ignored):
        return s, t, square, best[3]
    t, square = _reachable_end(x, y, ends, barriers, ignored)
    if square == np.inf or not _better(s, square, best, grid.owner):
        return best[0], best[1], best[2], True
    return s, t, square, True


@njit(cache=True)
def _place(ends, t):
    """Return the place on a segment, exact at its ends."""
    if t == 1.0:
        return ends[2], ends[3]
    return ends[0] + t * (ends[2] - ends[0]), ends[1] + t * (ends[3] - ends[1])


@njit(cache=True)
def _cell(x, y, grid):
    """Return the cell of a place (perhaps outside the grid) and its distance to the cell's rim."""
    column = int(np.floor((x - grid.left) / grid.side))
    row = int(np.floor((y - grid.bottom) / grid.side))
    inner_x = x - grid.left - column * grid.side
    inner_y = y - grid.bottom - row * grid.side
    margin = min(min(inner_x, grid.side - inner_x), min(inner_y, grid.side - inner_y))
    return column, row, max(margin, 0.0)


@njit(cache=True)
def _first_ring(column, row, grid):
    """Return the first ring around a cell that meets the grid."""
    across = max(max(-column, column - grid.columns + 1), 0)
    upward = max(max(-row, row - grid.rows + 1), 0)
    return max(across, upward)


@njit(cache=True)
def _covers(column, row, ring, grid):
    """Tell whether the rings so far hold the whole grid."""
    across = column - ring <= 0 and column + ring >= grid.columns - 1
    return across and row - ring <= 0 and row + ring >= grid.rows - 1


@njit(cache=True)
def _better(s, square, best, owner):
    """Tell whether a leg is shorter than the best, or as short to a street of a lower number."""
    if square != best[2]:
        return square < best[2]
    return best[0] < 0 or owner[s] < owner[best[0]]


@njit(cache=True)
def _foot(x, y, ends):
    """Return where on a segment a point is nearest: share and place, exact at the ends."""
    dx, dy = ends[2] - ends[0], ends[3] - ends[1]
    along = (x - ends[0]) * dx + (y - ends[1]) * dy
    square = dx * dx + dy * dy
    if along <= 0.0 or square == 0.0:
        return 0.0, ends[0], ends[1]
    if along >= square:
        return 1.0, ends[2], ends[3]
    t = along / square
    return t, ends[0] + t * dx, ends[1] + t * dy


@njit(cache=True)
def _between(side, ends):
    """Return squared distance, share on `ends` and place on `side` where two segments are nearest.

    Two segments that do not cross are nearest at an end of one of them.
    """
    t = _crossing(side, ends)
    if t >= 0.0:
        px, py = _place(ends, t)
        return 0.0, t, px, py
    square, share, px, py = np.inf, 0.0, 0.0, 0.0
    for k in (0, 2):
        t, qx, qy = _foot(side[k], side[k + 1], ends)
        found = (qx - side[k]) ** 2 + (qy - side[k + 1]) ** 2
        if found < square:
            square, share, px, py = found, t, side[k], side[k + 1]
        _, qx, qy = _foot(ends[k], ends[k + 1], side)
        found = (qx - ends[k]) ** 2 + (qy - ends[k + 1]) ** 2
        if found < square:
            square, share, px, py = found, 0.5 * k, qx, qy
    return square, share, px, py


@njit(cache=True)
def _crossing(side, ends):
    """Return the share of `ends` at which `side` crosses it; -1 where they do not cross."""
    ux, uy = side[2] - side[0], side[3] - side[1]
    start = ux * (ends[1] - side[1]) - uy * (ends[0] - side[0])
    finish = ux * (ends[3] - side[1]) - uy * (ends[2] - side[0])
    vx, vy = ends[2] - ends[0], ends[3] - ends[1]
    one = vx * (side[1] - ends[1]) - vy * (side[0] - ends[0])
    other = vx * (side[3] - ends[1]) - vy * (side[2] - ends[0])
    if start * finish > 0.0 or one * other > 0.0 or start == finish:
        return -1.0
    return start / (start - finish)


@njit(cache=True)
def _reachable_end(x, y, ends, barriers, ignored):
    """Return the nearer end of a segment that no barrier cuts off: share and squared distance.

    A long bridge has its nearest place over the water, and its near end on our bank.
    """
    best, share = np.inf, 0.0
    for k in (0, 2):
        square = (ends[k] - x) ** 2 + (ends[k + 1] - y) ** 2
        if square < best and not _is_blocked(x, y, ends[k], ends[k + 1], barriers, ignored):
            best, share = square, 0.5 * k
    return share, best


@njit(cache=True)
def _is_blocked(x, y, qx, qy, barriers, ignored):
    """Tell whether a leg crosses a barrier between its ends; one that touches it does not."""
    if not len(barriers.ends):
        return False
    leg = np.array((x, y, qx, qy))
    low, high = row_range(y, qy, barriers.bottom, barriers.side, barriers.rows)
    for r in range(low, high + 1):
        first, final = column_range(
            leg, r, barriers.left, barriers.bottom, barriers.side, barriers.columns
        )
        for c in range(first, final + 1):
            cell = r * barriers.columns + c
            for at in range(barriers.offsets[cell], barriers.offsets[cell + 1]):
                s = barriers.items[at]
                if barriers.owner[s] != ignored and _cuts(barriers.ends[s], x, y, qx, qy):
                    return True
    return False


@njit(cache=True)
def _cuts(wall, x, y, qx, qy):
    """Tell whether a wall lies across a leg: the leg's ends are properly on either side of it."""
    ux, uy = wall[2] - wall[0], wall[3] - wall[1]
    here = ux * (y - wall[1]) - uy * (x - wall[0])
    there = ux * (qy - wall[1]) - uy * (qx - wall[0])
    if not here * there < 0.0:
        return False
    vx, vy = qx - x, qy - y
    start = vx * (wall[1] - y) - vy * (wall[0] - x)
    finish = vx * (wall[3] - y) - vy * (wall[2] - x)
    return start * finish <= 0.0
