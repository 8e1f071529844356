"""Ways across pedestrian squares, which maps draw as areas.

Owns the lines of sight between the entrances of a square: people walk straight across it, and
around what stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.loaders.osm.file import StreetLists

# Of a square with more entrances and corners, so many are taken, spread along its edge: first
# entrances, then corners.
_MOST_PLACES = 24
# Ways along an edge of the square leave it by a rounding of the coordinates.
_HAIR = 3.0


def add_ways_across(streets: StreetLists) -> int:
    """Add the straight ways inside squares to the streets.

    Parameters
    ----------
    streets
        Walkable ways; the edges of a square carry its name in `square`.

    Returns
    -------
    int
        How many ways were added. Each joins two entrances (nodes that other ways share) or corners
        to walk around, between which one sees the ground of the square only. Nobody steps onto
        them from beside: they are the square.
    """
    rings: dict[str, list[int]] = {}
    for row, square in enumerate(streets.square):
        if square:
            rings.setdefault(square, []).append(row)
    if not rings:
        return 0
    sizes = np.array(streets.size, np.int64)
    first = np.cumsum(sizes) - sizes
    refs = np.array(streets.refs, np.int64)
    xy = np.column_stack([streets.x, streets.y]).astype(float)
    known, uses = np.unique(refs, return_counts=True)
    before = len(streets.id)
    for square, rows in rings.items():
        parts = [slice(first[row], first[row] + sizes[row]) for row in rows]
        mine = np.concatenate([refs[part] for part in parts])
        ground = ground_of([xy[part] for part in parts])
        if ground is None:
            continue
        node, at, own = np.unique(mine, return_index=True, return_counts=True)
        shared = uses[np.searchsorted(known, node)] > own
        places = np.concatenate([xy[part] for part in parts])[at]
        beside = _neighbours([refs[part] for part in parts], node)
        for one, other in sights(ground, places, shared, beside, hair=_HAIR):
            streets.add_chord(rows[0], f"{square}.x{node[one]}-{node[other]}",
                              node[[one, other]], places[[one, other]])  # fmt: skip
    return len(streets.id) - before


def ground_of(rings: list[NDArray[np.float64]]) -> Any:
    """Return the ground of a square as one geometry; None where its edges do not close."""
    lines = [shapely.LineString(ring) for ring in rings if len(ring) > 3]
    ground = shapely.build_area(shapely.GeometryCollection(lines))
    return None if shapely.is_empty(ground) else ground


def _neighbours(rings: list[NDArray[np.int64]], node: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pairs of nodes that follow each other along an edge, as one number each."""
    numbers = [np.searchsorted(node, ring) for ring in rings]
    pairs = np.concatenate([np.column_stack([each[:-1], each[1:]]) for each in numbers])
    pairs.sort(axis=1)
    return np.asarray(pairs[:, 0] * node.size + pairs[:, 1])


def sights(
    ground: Any,
    places: NDArray[np.float64],
    shared: NDArray[np.bool_],
    neighbours: NDArray[np.int64],
    *,
    hair: float,
) -> NDArray[np.intp]:
    """Return the pairs of places that see each other across the ground, as rows.

    Parameters
    ----------
    ground
        As `ground_of` gives it.
    places
        float64 (n, 2): on its edge.
    shared
        bool (n,): entrances; of the other places only corners to walk around count.
    neighbours
        ``one * n + other``, the lower first, of the pairs that the edge itself joins.
    hair
        How far a way may leave the ground by rounding.
    """
    entrances = _spread(np.flatnonzero(shared), _MOST_PLACES)
    corners = np.flatnonzero(sticks_in(ground, places) & ~shared)
    wanted = np.sort(np.append(entrances, _spread(corners, _MOST_PLACES - entrances.size)))
    one, other = (wanted[side] for side in np.triu_indices(wanted.size, 1))
    apart = ~np.isin(one * len(places) + other, neighbours)
    one, other = one[apart], other[apart]
    lines = shapely.linestrings(np.stack([places[one], places[other]], axis=1))
    wide = shapely.buffer(ground, hair)
    shapely.prepare(wide)
    seen = shapely.covers(wide, lines)
    return np.column_stack([one[seen], other[seen]])


def _spread(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return all rows, or so many of them from one end to the other."""
    count = min(rows.size, most)
    return np.asarray(rows[np.linspace(0, max(rows.size - 1, 0), count).astype(int)])


def sticks_in(ground: Any, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which corners stand in the way: where the ground takes more than half of the turn."""
    points = shapely.points(places)
    radius = 1e-3 * np.sqrt(shapely.area(ground))
    disc = shapely.buffer(points, radius, quad_segs=8)
    share = shapely.area(shapely.intersection(disc, ground)) / shapely.area(disc)
    return np.asarray(share > 0.51)
