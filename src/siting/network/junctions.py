"""Where street lines meet: by junction keys where they have them, by shared vertices otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import lazy_loader
import numpy as np
import shapely

from siting.network.components import components

if TYPE_CHECKING:
    import geopandas as gpd
    import scipy
    from numpy.typing import NDArray
else:
    scipy = lazy_loader.load("scipy")


@dataclass(frozen=True, slots=True, eq=False)
class Vertices:
    """All vertices of all lines, one after the other.

    Parameters
    ----------
    xy
        float64 (k, 2).
    line
        int64 (k,): row of the street table.
    node
        int64 (k,): key of the junction; without meaning where there is none.
    junction
        bool (k,): where the line is cut.
    """

    xy: NDArray[np.float64]
    line: NDArray[np.int64]
    node: NDArray[np.int64]
    junction: NDArray[np.bool_]


def match_vertices(streets: gpd.GeoDataFrame, match_m: float) -> Vertices:
    """Find the junctions of a street table; `build_network` says by which rules."""
    lines = streets.geometry.to_numpy()
    xy, line = shapely.get_coordinates(lines, return_index=True)
    line = line.astype(np.int64)
    keyed = _keyed(streets)
    if keyed.all():
        ends = line_ends(line)
        return Vertices(xy, line, _end_keys(streets, line, keyed), ends)
    xy, line = _with_touching_ends(lines, xy, line, keyed, match_m)
    spot = number_places(xy, match_m)
    loose = ~keyed[line]
    meets = (np.bincount(spot) > 1) & (np.bincount(spot, loose) > 0)
    junction = line_ends(line) | meets[spot]
    return Vertices(xy, line, _joined(streets, line, spot, keyed, meets), junction)


def _keyed(streets: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which rows have both junction keys."""
    if not {"from_node", "to_node"} <= set(streets.columns):
        return np.zeros(len(streets), bool)
    return np.asarray(streets["from_node"].notna() & streets["to_node"].notna())


def line_ends(line: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which vertices are the first or last of their line."""
    changes = line[1:] != line[:-1]
    return np.asarray(np.append(True, changes) | np.append(changes, True))


def _end_keys(
    streets: gpd.GeoDataFrame, line: NDArray[np.int64], keyed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the junction key of the first and last vertex of keyed lines, -1 elsewhere.

    Keys are numbered from zero in ascending order, whatever they were.
    """
    rows = np.flatnonzero(keyed)
    given = [streets[name].to_numpy()[rows] for name in ("from_node", "to_node")]
    number = np.unique(np.concatenate(given), return_inverse=True)[1].reshape(2, -1)
    begin = np.searchsorted(line, rows, side="left")
    finish = np.searchsorted(line, rows, side="right") - 1
    node = np.full(line.size, -1, np.int64)
    node[begin], node[finish] = number
    return node


def number_places(xy: NDArray[np.float64], match_m: float) -> NDArray[np.int64]:
    """Give every place of vertices a number; those within `match_m` of each other are one place."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    new = np.ones(order.size, bool)
    new[1:] = (xy[order[1:]] != xy[order[:-1]]).any(axis=1)
    spot = np.empty(order.size, np.int64)
    spot[order] = np.cumsum(new) - 1
    pairs = scipy.spatial.cKDTree(xy[order[new]]).query_pairs(match_m, output_type="ndarray")
    if not len(pairs):
        return spot
    return components(pairs[:, 0], pairs[:, 1], int(new.sum())).astype(np.int64)[spot]


def _joined(
    streets: gpd.GeoDataFrame,
    line: NDArray[np.int64],
    spot: NDArray[np.int64],
    keyed: NDArray[np.bool_],
    meets: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return one key per junction where some lines have keys and others only places.

    A keyed end is the junction of its key; where a line without keys touches its place, both are
    one junction.
    """
    if not keyed.any():
        return spot
    key = _end_keys(streets, line, keyed)
    places = meets.size
    total = places + int(key.max()) + 1
    linked = np.flatnonzero((key >= 0) & meets[spot])
    junction = components(spot[linked], places + key[linked], total).astype(np.int64)
    return np.asarray(junction[np.where(key >= 0, places + key, spot)])


def _with_touching_ends(
    lines: NDArray[np.object_],
    xy: NDArray[np.float64],
    line: NDArray[np.int64],
    keyed: NDArray[np.bool_],
    match_m: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Insert a vertex where the end of a line without keys touches another line between vertices.

    People draw a path up to a street, and their program puts its end on the street's line.
    """
    ends = np.flatnonzero(line_ends(line) & ~keyed[line])
    end_points = np.asarray(shapely.points(xy[ends]), dtype=object)
    found, touched = shapely.STRtree(lines).query(end_points, "dwithin", match_m)
    other = line[ends[found]] != touched
    found, touched = found[other], touched[other]
    measure = np.asarray(shapely.line_locate_point(lines[touched], end_points[found]))
    along = measures_along(xy, line)
    known = near_vertex(line, along, touched, measure, match_m)
    new, onto, at = ends[found[~known]], touched[~known], measure[~known]
    order = np.lexsort((np.append(along, at), np.append(line, onto)))
    return np.concatenate([xy, xy[new]])[order], np.append(line, onto)[order]


def measures_along(xy: NDArray[np.float64], line: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each vertex's length along its line."""
    steps = np.diff(xy, axis=0, prepend=xy[:1])
    along = np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))
    return np.asarray(along - along[np.searchsorted(line, line, side="left")])


def near_vertex(
    line: NDArray[np.int64],
    along: NDArray[np.float64],
    touched: NDArray[np.int64],
    measure: NDArray[np.float64],
    match_m: float,
) -> NDArray[np.bool_]:
    """Tell which places on lines have a vertex of that line within reach already."""
    far = float(along.max(initial=0.0)) + 1.0
    placed = line * far + along
    wanted = touched * far + measure
    after = np.clip(np.searchsorted(placed, wanted), 0, placed.size - 1)
    before = np.maximum(after - 1, 0)
    gap = np.minimum(np.abs(placed[after] - wanted), np.abs(placed[before] - wanted))
    return np.asarray(gap <= match_m)
