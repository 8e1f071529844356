"""The nearest place on a line as arrays, for so few subjects that nothing is compiled.

The arithmetic is that of `nearest`, so the result is the same to the last bit: a tree names the
pairs of subject and segment that may be nearest, and each pair is then measured as the loop does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from siting.network.kernels.grid import SegmentGrid

    Floats = NDArray[np.float64]

# The tree rounds in its own way: what is as near within this is measured.
_HAIR_M = 1e-6
_HAIR_SHARE = 1e-9


class _Legs(NamedTuple):
    """Possible legs, a row each: subject, segment, share on it, squared length, place it leaves."""

    row: NDArray[np.int64]
    segment: NDArray[np.int64]
    share: NDArray[np.float64]
    square: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def taken(self, keep: NDArray[Any]) -> _Legs:
        return _Legs(*(column[keep] for column in self))


def nearest_few(
    loop: Callable[..., None],
    order: NDArray[np.int64],
    circle: NDArray[np.float64],
    sides: NDArray[np.float64],
    offsets: NDArray[np.int64],
    limit: NDArray[np.float64],
    ignored: NDArray[np.int32],
    grid: SegmentGrid,
    barriers: SegmentGrid,
    out: tuple[NDArray[Any], ...],
) -> None:
    """Write what `nearest_segments` writes; the loop looks where a barrier is in the way.

    The parameters behind the first are those of `nearest_segments`.
    """
    segment, share, gap, hindered = out
    segment[order], share[order], gap[order], hindered[order] = -1, 0.0, np.inf, False
    if not order.size or not len(grid.ends):
        return
    outlined = circle[order, 2] > 0.0
    points, outlines = order[~outlined], order[outlined]
    places = np.asarray(shapely.points(circle[points, :2]), object)
    found = [_from_points(circle, *_near(points, places, limit, ignored, grid), grid)]
    if outlines.size:
        side, of = _sides_of(outlines, offsets)
        lines = shapely.linestrings(sides[side].reshape(-1, 2, 2))
        shapes = np.asarray(shapely.multilinestrings(lines, indices=of), object)
        near = _near(outlines, shapes, limit, ignored, grid)
        found.append(_from_sides(sides, offsets, *near, grid))
    legs = _Legs(*(np.concatenate(column) for column in zip(*found, strict=True)))
    best = _shortest(_allowed(legs, limit, ignored, grid), grid)
    cut = _cut_off(best, ignored, grid, barriers)
    clear = best.taken(~cut)
    segment[clear.row], share[clear.row] = clear.segment, clear.share
    gap[clear.row] = np.sqrt(clear.square)
    if cut.any():
        loop(best.row[cut], circle, sides, offsets, limit, ignored, grid, barriers, out)


def _near(
    rows: NDArray[np.int64],
    shapes: NDArray[np.object_],
    limit: NDArray[np.float64],
    ignored: NDArray[np.int32],
    grid: SegmentGrid,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return subject and segment of all pairs of which one is the nearest."""
    tree = shapely.STRtree(shapely.linestrings(grid.ends.reshape(-1, 2, 2)))
    reach = limit[rows].copy()
    if ignored.shape[1] == 1 and rows.size:  # the nearest of all is one that counts
        most = (1.0 + _HAIR_SHARE) * reach.max() + _HAIR_M
        (one, _), distance = tree.query_nearest(
            shapes, max_distance=most, return_distance=True, all_matches=False
        )
        reach[one] = np.minimum(distance, reach[one])
    reach = (1.0 + _HAIR_SHARE) * reach + _HAIR_M
    one, segment = tree.query(shapes, predicate="dwithin", distance=reach)
    return rows[one], segment.astype(np.int64)


def _sides_of(
    rows: NDArray[np.int64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sides of outlines one after the other, and the place in `rows` of each."""
    count = offsets[rows + 1] - offsets[rows]
    of = np.repeat(np.arange(rows.size), count)
    return offsets[rows][of] + np.arange(of.size) - (np.cumsum(count) - count)[of], of


def _from_points(
    circle: NDArray[np.float64],
    row: NDArray[np.int64],
    segment: NDArray[np.int64],
    grid: SegmentGrid,
) -> _Legs:
    x, y = circle[row, 0], circle[row, 1]
    t, qx, qy = _foot(x, y, *grid.ends[segment].T)
    return _Legs(row, segment, t, _square(qx - x, qy - y), x, y)


def _from_sides(
    sides: NDArray[np.float64],
    offsets: NDArray[np.int64],
    row: NDArray[np.int64],
    segment: NDArray[np.int64],
    grid: SegmentGrid,
) -> _Legs:
    """Return a leg from every side of an outline to every segment near it."""
    side, of = _sides_of(row, offsets)
    row, segment = row[of], segment[of]
    ends = grid.ends[segment].T
    square, share, x, y = _between(*sides[side].T, *ends)
    return _Legs(row, segment, share, square, x, y)


def _allowed(
    legs: _Legs, limit: NDArray[np.float64], ignored: NDArray[np.int32], grid: SegmentGrid
) -> _Legs:
    """Return the legs within the limits, to lines that are looked at."""
    most = limit[legs.row]
    keep = legs.square <= most * most
    for line in range(1, ignored.shape[1]):
        keep &= grid.owner[legs.segment] != ignored[legs.row, line]
    return legs.taken(keep)


def _shortest(legs: _Legs, grid: SegmentGrid) -> _Legs:
    """Return the shortest leg of each subject; of the lowest line, then segment, where tied."""
    by_length = np.lexsort((legs.segment, grid.owner[legs.segment], legs.square, legs.row))
    legs = legs.taken(by_length)
    return legs.taken(np.diff(legs.row, prepend=-1) != 0)


def _cut_off(
    legs: _Legs, ignored: NDArray[np.int32], grid: SegmentGrid, barriers: SegmentGrid
) -> NDArray[np.bool_]:
    """Tell which legs cross a barrier between their ends."""
    cut = np.zeros(legs.row.size, bool)
    if not len(barriers.ends) or not legs.row.size:
        return cut
    x, y, t = legs.x, legs.y, legs.share
    ax, ay, bx, by = grid.ends[legs.segment].T
    qx = np.where(t == 1.0, bx, ax + t * (bx - ax))
    qy = np.where(t == 1.0, by, ay + t * (by - ay))
    boxes = shapely.box(np.minimum(x, qx), np.minimum(y, qy), np.maximum(x, qx), np.maximum(y, qy))
    tree = shapely.STRtree(shapely.linestrings(barriers.ends.reshape(-1, 2, 2)))
    leg, wall = tree.query(boxes)
    counts = (barriers.owner[wall] != ignored[legs.row[leg], 0]) & (legs.square[leg] > 0.0)
    leg, wall = leg[counts], wall[counts]
    crossed = _cuts(*barriers.ends[wall].T, x[leg], y[leg], qx[leg], qy[leg])
    cut[leg[crossed]] = True
    return cut


def _square(across: Floats, up: Floats) -> Floats:
    return across * across + up * up


def _foot(
    x: Floats, y: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return where on segments points are nearest: share and place, exact at the ends."""
    dx, dy = bx - ax, by - ay
    along = (x - ax) * dx + (y - ay) * dy
    length2 = _square(dx, dy)
    start = (along <= 0.0) | (length2 == 0.0)
    end = ~start & (along >= length2)
    t = np.divide(along, length2, out=np.zeros(along.size), where=~start)
    t[end] = 1.0
    qx, qy = ax + t * dx, ay + t * dy
    return t, np.where(start, ax, np.where(end, bx, qx)), np.where(start, ay, np.where(end, by, qy))


def _between(
    cx: Floats, cy: Floats, dx: Floats, dy: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return squared distance, share on a-b and place on c-d where two segments are nearest."""
    share, qx, qy = _foot(cx, cy, ax, ay, bx, by)
    best = (_square(qx - cx, qy - cy), share, cx, cy)
    share, qx, qy = _foot(dx, dy, ax, ay, bx, by)
    best = _nearer(best, (_square(qx - dx, qy - dy), share, dx, dy))
    for share_here, px, py in ((0.0, ax, ay), (1.0, bx, by)):
        _, qx, qy = _foot(px, py, cx, cy, dx, dy)
        at = np.full(px.size, share_here)
        best = _nearer(best, (_square(qx - px, qy - py), at, qx, qy))
    t = _crossing(cx, cy, dx, dy, ax, ay, bx, by)
    meets = t >= 0.0
    met = (np.zeros(t.size), t, ax + t * (bx - ax), ay + t * (by - ay))
    square, share, px, py = (np.where(meets, a, b) for a, b in zip(met, best, strict=True))
    return square, share, px, py


def _nearer(best: tuple[Floats, ...], other: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """Return the shorter of two legs in each row; the first where they are as long."""
    shorter = other[0] < best[0]
    return tuple(np.where(shorter, new, old) for new, old in zip(other, best, strict=True))


def _crossing(
    cx: Floats, cy: Floats, dx: Floats, dy: Floats, ax: Floats, ay: Floats, bx: Floats, by: Floats
) -> Floats:
    """Return the share of a-b at which c-d crosses it; -1 where they do not cross."""
    ux, uy, vx, vy = dx - cx, dy - cy, bx - ax, by - ay
    start = ux * (ay - cy) - uy * (ax - cx)
    finish = ux * (by - cy) - uy * (bx - cx)
    one = vx * (cy - ay) - vy * (cx - ax)
    other = vx * (dy - ay) - vy * (dx - ax)
    apart = (start * finish > 0.0) | (start == finish) | (one * other > 0.0)
    return np.divide(start, start - finish, out=np.full(start.size, -1.0), where=~apart)


def _cuts(
    ax: Floats, ay: Floats, bx: Floats, by: Floats, x: Floats, y: Floats, qx: Floats, qy: Floats
) -> NDArray[np.bool_]:
    """Tell whether walls lie across legs: a leg's ends are properly on either side of its wall."""
    ux, uy, vx, vy = bx - ax, by - ay, qx - x, qy - y
    here = ux * (y - ay) - uy * (x - ax)
    there = ux * (qy - ay) - uy * (qx - ax)
    start = vx * (ay - y) - vy * (ax - x)
    finish = vx * (by - y) - vy * (bx - x)
    return np.asarray((here * there < 0.0) & (start * finish <= 0.0))
