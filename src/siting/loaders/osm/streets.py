"""Splitting OpenStreetMap ways at their junctions, as whole arrays.

Owns the step from ways (lists of nodes) to street segments between junctions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

# What osmium gives for a node that the file does not hold.
MISSING_COORDINATE = 2**31 - 1
_UNITS_PER_DEGREE = 1e7


@dataclass(frozen=True)
class Segments:
    """Street segments between junctions.

    Parameters
    ----------
    way
        Row of the way each segment is part of, int64 (k,).
    ordinal
        Number of the segment within its way, from 0, int64 (k,).
    from_node, to_node
        OpenStreetMap node ids of the ends, int64 (k,).
    lines
        LineStrings in longitude and latitude, object (k,).
    """

    way: npt.NDArray[np.int64]
    ordinal: npt.NDArray[np.int64]
    from_node: npt.NDArray[np.int64]
    to_node: npt.NDArray[np.int64]
    lines: npt.NDArray[np.object_]


def coordinate_units(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return coordinates (n, 2) in OpenStreetMap's own whole units of 1e-7 degrees."""
    return np.rint(lonlat * _UNITS_PER_DEGREE).astype(np.int64)


def split_at_junctions(
    counts: npt.NDArray[np.int64],
    refs: npt.NDArray[np.int64],
    xy: npt.NDArray[np.int64],
    gates: npt.NDArray[np.int64] | None = None,
) -> Segments:
    """Split ways wherever two of them, or one with itself, share a node.

    Parameters
    ----------
    counts
        Number of nodes of each way, (w,).
    refs
        Node ids of all ways, one way after another, (n,).
    xy
        Their coordinates in units of 1e-7 degrees, (n, 2). `MISSING_COORDINATE` marks nodes
        outside the extract: the way is cut there, as it is at the edge of the map.
    gates
        Node ids where ways are split too, though they may not be junctions.

    Returns
    -------
    Segments
        Each with at least two nodes. A ring without junction is one segment from its first node
        to itself. Ways without a drawn part give none.

    Examples
    --------
    >>> import numpy as np
    >>> xy = np.array([[0, 0], [10, 0], [20, 0], [10, 0], [10, 10]]) * 10**6
    >>> cross = split_at_junctions(np.array([3, 2]), np.array([1, 2, 3, 2, 4]), xy)
    >>> cross.from_node, cross.to_node, cross.way
    (array([1, 2, 2]), array([2, 3, 4]), array([0, 0, 1]))
    """
    way = np.repeat(np.arange(counts.size), counts)
    missing = (xy == MISSING_COORDINATE).any(axis=1)
    keep = ~missing
    run = _runs(way, np.cumsum(missing))
    # A node written twice in a row would make a segment without length.
    keep[1:] &= (refs[1:] != refs[:-1]) | (run[1:] != run[:-1])
    way, refs, xy, run = way[keep], refs[keep], xy[keep], run[keep]
    cut = _is_cut(refs, run)
    if gates is not None and gates.size:
        cut |= np.isin(refs, gates)
    cuts = np.flatnonzero(cut)
    joined = run[cuts[:-1]] == run[cuts[1:]]
    first, last = cuts[:-1][joined], cuts[1:][joined]
    return Segments(
        way=way[first],
        ordinal=_ordinals(way[first]),
        from_node=refs[first],
        to_node=refs[last],
        lines=_lines(xy, first, last),
    )


def _runs(way: npt.NDArray[np.int64], gaps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give each unbroken part of a way its own number."""
    new = np.ones(way.size, dtype=np.int64)
    new[1:] = (way[1:] != way[:-1]) | (gaps[1:] != gaps[:-1])
    return np.cumsum(new)


def _is_cut(refs: npt.NDArray[np.int64], run: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    _, node, uses = np.unique(refs, return_inverse=True, return_counts=True)
    cut: npt.NDArray[np.bool_] = uses[node] > 1
    cut[1:] |= run[1:] != run[:-1]
    cut[:-1] |= run[1:] != run[:-1]
    cut[:1] = True
    cut[-1:] = True
    return cut


def _ordinals(way: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Count up within each way; the ways come in order."""
    return np.arange(way.size) - np.searchsorted(way, way, side="left")


def _lines(
    xy: npt.NDArray[np.int64], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    size = last - first + 1
    owner = np.repeat(np.arange(first.size), size)
    start = np.cumsum(size) - size
    vertex = np.arange(size.sum()) - start[owner] + first[owner]
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        xy[vertex] / _UNITS_PER_DEGREE, indices=owner
    )
    return lines
