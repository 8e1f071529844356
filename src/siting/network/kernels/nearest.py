# ruff: noqa: ANN001, ANN201, ANN202, PLR0917, PLW3301 - numba infers types and wants min and max in pairs
# mypy: disable-error-code="no-untyped-def"
"""The nearest place on a line, from points and from outlines, without crossing a barrier."""

from __future__ import annotations

import numpy as np

from siting.network.kernels.grid import column_range, row_range
from siting.network.kernels.kernel import kernel, part
from siting.network.kernels.nearest_few import nearest_few


@kernel(steps=lambda *given: 40 * len(given[1]), few=nearest_few, nogil=True)
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
        int32 (n, 1 + k): a barrier that does not count for the subject, then k lines that are not
        looked at; -1 none, nor any behind it.
    grid, barriers
        SegmentGrid: where to look, and what no access leg may cross.
    out
        Arrays (n,) to write to: the segment or -1; the place on it (0 to 1); the distance; whether
        a barrier stood in the way of something nearer. Of equally near segments the one of the
        lowest owner is taken, then the one of the lowest number.
    """
    segment, share, gap, hindered = out
    for i in order:
        around = (circle[i, 0], circle[i, 1], circle[i, 2])
        sides_here = sides[offsets[i] : offsets[i + 1]]
        found = _search(around, sides_here, limit[i], ignored[i], grid, barriers)
        segment[i], share[i], gap[i], hindered[i] = found


@part
def _search(circle, sides, limit, ignored, grid, barriers):
    """Look in rings of cells around the centre until nothing nearer can follow."""
    best = _nothing_within(limit)
    if circle[2] > 0.0:
        # A street near the middle is nearly the best, and spares the sides most of the others.
        middle = (circle[0], circle[1], 0.0)
        reach = _nothing_within(limit + circle[2])
        guess = _spread(middle, sides[:0], reach, ignored, grid, barriers)[0]
        if guess >= 0:
            lines = (grid.ends, grid.owner)
            best = _look_at_sides(guess, sides, best, ignored, lines, barriers)
    best = _spread(circle, sides, best, ignored, grid, barriers)
    if best[0] < 0:
        return best[0], best[1], np.inf, best[3] < np.inf
    return best[0], best[1], np.sqrt(best[2]), best[3] < best[2]


@part
def _nothing_within(limit):
    """Return the best before anything is seen; of these types each kernel is compiled once."""
    return np.int64(-1), 0.0, limit * limit, np.inf


@part
def _spread(circle, sides, best, ignored, grid, barriers):
    """Return the best segment of all cells, and how near one behind a barrier is.

    Row, place, squared distance, and squared distance of the nearest behind a barrier.
    """
    column, row, margin = _cell(circle[0], circle[1], grid)
    ring = _first_ring(column, row, grid)
    # Out of the named tuple once: taking an array out of it in a loop counts references.
    lines = (grid.ends, grid.owner)
    columns, rows, side, offsets, items = (
        grid.columns, grid.rows, grid.side, grid.offsets, grid.items,
    )  # fmt: skip
    while True:
        # What lies in this ring or beyond is at least so far from the subject.
        reach = (ring - 1) * side + margin - circle[2]
        if ring > 0 and reach > 0.0 and reach * reach > best[2]:
            return best
        for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
            first, final, step = max(column - ring, 0), min(column + ring, columns - 1), 1
            if r != row - ring and r != row + ring:
                first, final, step = column - ring, column + ring, 2 * ring
            for c in range(first, final + 1, step):
                if 0 <= c < columns:
                    cell = r * columns + c
                    low, high = offsets[cell], offsets[cell + 1]
                    if high > low:
                        best = _look(
                            items, low, high, circle, sides, best, ignored, lines, barriers
                        )
        if _covers(column, row, ring, grid):
            return best
        ring += 1


@part
def _look(items, low, high, circle, sides, best, ignored, lines, barriers):
    """Return the best segment after seeing those of one cell."""
    x, y, radius = circle[0], circle[1], circle[2]
    ends = lines[0]
    for at in range(low, high):
        s = np.int64(items[at])
        t, qx, qy = _foot(x, y, ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3])
        square = (qx - x) * (qx - x) + (qy - y) * (qy - y)
        if radius > 0.0:
            reach = np.sqrt(best[2]) + radius + 1e-6
            if square <= reach * reach:
                best = _look_at_sides(s, sides, best, ignored, lines, barriers)
        elif square <= best[2]:
            best = _improve(x, y, s, t, square, best, ignored, lines, barriers)
    return best


@part
def _look_at_sides(s, sides, best, ignored, lines, barriers):
    """Return the better of the best so far and the legs from each side to a segment."""
    ends = lines[0]
    ax, ay, bx, by = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    for k in range(len(sides)):
        square, t, px, py = _between(
            sides[k, 0], sides[k, 1], sides[k, 2], sides[k, 3], ax, ay, bx, by
        )
        if square <= best[2]:
            best = _improve(px, py, s, t, square, best, ignored, lines, barriers)
    return best


@part
def _improve(x, y, s, t, square, best, ignored, lines, barriers):
    """Return the better of the best so far and a leg from a place to a segment."""
    ends, owner = lines
    if not _better(s, square, best, owner):
        return best
    for k in range(1, len(ignored)):
        if ignored[k] < 0:
            break
        if owner[s] == ignored[k]:
            return best
    if not len(barriers.ends):
        return s, t, square, best[3]
    qx, qy = _place(ends, s, t)
    if square == 0.0 or not _is_blocked(x, y, qx, qy, barriers, ignored):
        return s, t, square, best[3]
    behind = min(best[3], square)
    t, square = _reachable_end(x, y, ends, s, barriers, ignored)
    if square == np.inf or not _better(s, square, best, owner):
        return best[0], best[1], best[2], behind
    return s, t, square, behind


@part
def _place(ends, s, t):
    """Return the place on a segment, exact at its ends."""
    ax, ay, bx, by = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    if t == 1.0:
        return bx, by
    return ax + t * (bx - ax), ay + t * (by - ay)


@part
def _cell(x, y, grid):
    """Return the cell of a place (perhaps outside the grid) and its distance to the cell's rim."""
    column = int(np.floor((x - grid.left) / grid.side))
    row = int(np.floor((y - grid.bottom) / grid.side))
    inner_x = x - grid.left - column * grid.side
    inner_y = y - grid.bottom - row * grid.side
    margin = min(min(inner_x, grid.side - inner_x), min(inner_y, grid.side - inner_y))
    return column, row, max(margin, 0.0)


@part
def _first_ring(column, row, grid):
    """Return the first ring around a cell that meets the grid."""
    across = max(max(-column, column - grid.columns + 1), 0)
    upward = max(max(-row, row - grid.rows + 1), 0)
    return max(across, upward)


@part
def _covers(column, row, ring, grid):
    """Tell whether the rings so far hold the whole grid."""
    across = column - ring <= 0 and column + ring >= grid.columns - 1
    return across and row - ring <= 0 and row + ring >= grid.rows - 1


@part
def _better(s, square, best, owner):
    """Tell whether a leg is shorter than the best, or as short to a street of a lower number."""
    if square != best[2] or best[0] < 0:
        return square <= best[2]
    if owner[s] != owner[best[0]]:
        return owner[s] < owner[best[0]]
    return s < best[0]


@part
def _foot(x, y, ax, ay, bx, by):
    """Return where on a segment a point is nearest: share and place, exact at the ends."""
    dx, dy = bx - ax, by - ay
    along = (x - ax) * dx + (y - ay) * dy
    square = dx * dx + dy * dy
    if along <= 0.0 or square == 0.0:
        return 0.0, ax, ay
    if along >= square:
        return 1.0, bx, by
    t = along / square
    return t, ax + t * dx, ay + t * dy


@part
def _between(cx, cy, dx, dy, ax, ay, bx, by):
    """Return squared distance, share on a-b and place on c-d where two segments are nearest.

    Two segments that do not cross are nearest at an end of one of them. Squares are products here:
    the powers of Python and of numba may differ by a bit.
    """
    t = _crossing(cx, cy, dx, dy, ax, ay, bx, by)
    if t >= 0.0:
        return 0.0, t, ax + t * (bx - ax), ay + t * (by - ay)
    share, qx, qy = _foot(cx, cy, ax, ay, bx, by)
    square, px, py = (qx - cx) * (qx - cx) + (qy - cy) * (qy - cy), cx, cy
    t, qx, qy = _foot(dx, dy, ax, ay, bx, by)
    found = (qx - dx) * (qx - dx) + (qy - dy) * (qy - dy)
    if found < square:
        square, share, px, py = found, t, dx, dy
    _, qx, qy = _foot(ax, ay, cx, cy, dx, dy)
    found = (qx - ax) * (qx - ax) + (qy - ay) * (qy - ay)
    if found < square:
        square, share, px, py = found, 0.0, qx, qy
    _, qx, qy = _foot(bx, by, cx, cy, dx, dy)
    found = (qx - bx) * (qx - bx) + (qy - by) * (qy - by)
    if found < square:
        square, share, px, py = found, 1.0, qx, qy
    return square, share, px, py


@part
def _crossing(cx, cy, dx, dy, ax, ay, bx, by):
    """Return the share of a-b at which c-d crosses it; -1 where they do not cross."""
    ux, uy = dx - cx, dy - cy
    start = ux * (ay - cy) - uy * (ax - cx)
    finish = ux * (by - cy) - uy * (bx - cx)
    if start * finish > 0.0 or start == finish:
        return -1.0
    vx, vy = bx - ax, by - ay
    one = vx * (cy - ay) - vy * (cx - ax)
    other = vx * (dy - ay) - vy * (dx - ax)
    if one * other > 0.0:
        return -1.0
    return start / (start - finish)


@part
def _reachable_end(x, y, ends, s, barriers, ignored):
    """Return the nearer end of a segment that no barrier cuts off: share and squared distance.

    A long bridge has its nearest place over the water, and its near end on our bank.
    """
    best, share = np.inf, 0.0
    for k in (0, 2):
        dx, dy = ends[s, k] - x, ends[s, k + 1] - y
        square = dx * dx + dy * dy
        if square < best and not _is_blocked(x, y, ends[s, k], ends[s, k + 1], barriers, ignored):
            best, share = square, 0.5 * k
    return share, best


@part
def _is_blocked(x, y, qx, qy, barriers, ignored):
    """Tell whether a leg crosses a barrier between its ends; one that touches it does not."""
    if not len(barriers.ends):
        return False
    leg = (x, y, qx, qy)
    low, high = row_range(y, qy, barriers.bottom, barriers.side, barriers.rows)
    for r in range(low, high + 1):
        first, final = column_range(
            leg, r, barriers.left, barriers.bottom, barriers.side, barriers.columns
        )
        for c in range(first, final + 1):
            cell = r * barriers.columns + c
            for at in range(barriers.offsets[cell], barriers.offsets[cell + 1]):
                s = barriers.items[at]
                if barriers.owner[s] != ignored[0] and _cuts(barriers.ends, s, x, y, qx, qy):
                    return True
    return False


@part
def _cuts(ends, wall, x, y, qx, qy):
    """Tell whether a wall lies across a leg: the leg's ends are properly on either side of it."""
    ax, ay, bx, by = ends[wall, 0], ends[wall, 1], ends[wall, 2], ends[wall, 3]
    ux, uy = bx - ax, by - ay
    here = ux * (y - ay) - uy * (x - ax)
    there = ux * (qy - ay) - uy * (qx - ax)
    if not here * there < 0.0:
        return False
    vx, vy = qx - x, qy - y
    start = vx * (ay - y) - vy * (ax - x)
    finish = vx * (by - y) - vy * (bx - x)
    return start * finish <= 0.0
