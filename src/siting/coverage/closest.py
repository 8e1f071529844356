"""As the crow flies: the nearest facility of every home, whatever lies between.

Owns the straight-line counterpart of `network.travel`; both give the same result types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.coverage import kernels
from siting.errors import SitingError
from siting.message import message
from siting.network import kernels as network_kernels
from siting.network.costs import TOLERANCE_M, Closest, TravelCosts, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = [
    "TOLERANCE_M",
    "Closest",
    "TravelCosts",
    "closest_straight_line",
    "closest_straight_line_many",
    "closest_straight_line_with_more",
    "planar_shapes",
    "within",
]

_POINT = 0
# Distances that differ by less, because coordinates were rounded, are tied.
_TIE_M = 1e-7
# So many places are compared with every home by their circles; more are looked up in a tree.
_FEW_PLACES = 256
_AT_ONCE = 1_000_000
# What rounding may take from the length of a circle's bound.
_HAIR, _HAIR_M = 1e-9, 1e-6


def closest_straight_line(
    origins: gpd.GeoSeries | NDArray[Any], destinations: gpd.GeoSeries | NDArray[Any]
) -> Closest:
    """Find the nearest destination of every origin in a straight line.

    Parameters
    ----------
    origins, destinations
        n and m points or outlines in one projected CRS: a GeoSeries, an array of geometries, or
        float (n, 2) coordinates in metres. The distance to an outline is that to its boundary, and
        0 inside it.

    Returns
    -------
    Closest
        Metres. A null or empty origin reaches nothing, a null or empty destination is nobody's
        nearest; of equally near ones the lowest row is taken.

    Raises
    ------
    SitingError
        Origins and destinations in different CRSs.

    Examples
    --------
    >>> homes = np.array([[0.0, 0.0], [300.0, 400.0]])
    >>> closest = closest_straight_line(homes, np.array([[0.0, 500.0], [0.0, -500.0], [0.0, 0.0]]))
    >>> closest.cost.tolist(), closest.nearest.tolist()
    ([0.0, 316.22776601683796], [2, 0])
    """
    return closest_straight_line_many(origins, [destinations])[0]


def closest_straight_line_many(
    origins: gpd.GeoSeries | NDArray[Any],
    groups: Sequence[gpd.GeoSeries | NDArray[Any]],
    *,
    threads: int | None = None,
) -> list[Closest]:
    """Find the nearest destination of every origin in each of several groups, such as types.

    Each result is that of `closest_straight_line` for the group, whatever the number of threads.
    """
    for destinations in groups:
        _check_same_crs(origins, destinations)
    homes: NDArray[Any]
    present: NDArray[Any]
    xy: NDArray[np.float64] | None
    if _are_plain_coordinates(origins):
        xy = np.ascontiguousarray(origins, dtype=float)
        homes = present = xy
        rows = np.arange(len(homes))
    else:
        homes = planar_shapes(origins)
        rows = _present(homes)
        present = homes if rows.size == len(homes) else homes[rows]
        xy = _coordinates(present) if _are_points(present) else None
    found = []
    for destinations in groups:
        places = planar_shapes(destinations)
        columns = _present(places)
        cost = np.full(len(homes), np.inf)
        nearest = np.full(len(homes), -1, np.int32)
        if rows.size and columns.size:
            known = places[columns]
            if xy is not None and _are_points(known):
                metres, index = _nearest_points(xy, _coordinates(known), threads)
            else:
                metres, index = _nearest_shapes(planar_shapes(present), known)
            cost[rows], nearest[rows] = metres, columns[index]
        found.append(Closest(cost, nearest))
    return found


def closest_straight_line_with_more(
    origins: NDArray[np.float64],
    known: Closest,
    more: NDArray[np.float64],
    labels: NDArray[np.integer[Any]],
) -> Closest:
    """Update the nearest destinations of points for some more of them.

    Parameters
    ----------
    origins, more
        float (n, 2) and (k, 2): coordinates in metres, all finite.
    known
        What `closest_straight_line` found.
    labels
        Rows of the additional destinations, ascending and higher than all that `known` names.

    Returns
    -------
    Closest
        What `closest_straight_line` would find for all of them; a copy.

    Examples
    --------
    >>> known = closest_straight_line(np.array([[0.0, 0.0]]), np.array([[5.0, 0.0]]))
    >>> closer = np.array([[3.0, 0.0]])
    >>> closest_straight_line_with_more(np.zeros((1, 2)), known, closer, np.array([1])).cost
    array([3.])
    """
    cost, nearest = known.cost.copy(), known.nearest.copy()
    kernels.lower_by_points(origins, more, labels.astype(np.int32), _TIE_M, cost, nearest)
    return Closest(cost, nearest)


def _are_plain_coordinates(origins: object) -> bool:
    if not isinstance(origins, np.ndarray) or origins.dtype.kind not in "fiu":
        return False
    return origins.ndim == 2 and bool(np.isfinite(origins).all())


def planar_shapes(geometry: gpd.GeoSeries | NDArray[Any]) -> NDArray[np.object_]:
    """Return an array of geometries for a GeoSeries, geometries or float (n, 2) coordinates."""
    if isinstance(geometry, np.ndarray) and geometry.dtype.kind in "fiu":
        return np.asarray(shapely.points(geometry.reshape(-1, 2).astype(float)), dtype=object)
    return np.asarray(getattr(geometry, "geometry", geometry), dtype=object)


def _check_same_crs(origins: object, destinations: object) -> None:
    one, other = getattr(origins, "crs", None), getattr(destinations, "crs", None)
    if one is not None and other is not None and one != other:
        named = {"origins": one.to_string(), "destinations": other.to_string()}
        raise SitingError(message("distance.two_systems", **named))


def _present(shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    return np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def _are_points(shapes: NDArray[np.object_]) -> bool:
    return bool((shapely.get_type_id(shapes) == _POINT).all())


def _coordinates(points: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.ascontiguousarray(shapely.get_coordinates(points))


def _nearest_points(
    xy: NDArray[np.float64], places: NDArray[np.float64], threads: int | None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return distance and row of the nearest point, the lowest row where some are equally near."""
    grid = kernels.build_point_grid(places)
    cost = np.empty(len(xy))
    found = np.empty(len(xy), np.int64)

    def work(low: int, high: int) -> None:
        kernels.nearest_points(low, high, xy, grid, _TIE_M, cost, found)

    network_kernels.over_pieces(work, len(xy), threads)
    return cost, found


def _nearest_shapes(
    homes: NDArray[np.object_], places: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return distance and row of the nearest geometry, the lowest row among equally near ones."""
    if len(places) <= _FEW_PLACES:
        home, place = _possibly_nearest(homes, places)
        distance = shapely.distance(places[place], homes[home])
        order = np.lexsort((place, distance, home))
    else:
        tree = shapely.STRtree(places)
        (home, place), distance = tree.query_nearest(homes, all_matches=True, return_distance=True)
        order = np.lexsort((place, home))
    first = order[np.flatnonzero(np.diff(home[order], prepend=-1))]
    return distance[first], place[first].astype(np.int64)


def _possibly_nearest(
    homes: NDArray[np.object_], places: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return home and place of all pairs of which one is the nearest, by circles around them.

    A building is small beside its distance to a school, so hardly more than one place of each home
    is measured from outline to outline.
    """
    (x, y, radius), (place_x, place_y, place_radius) = _circles(homes), _circles(places)
    found = []
    step = max(_AT_ONCE // len(places), 1)
    for low in range(0, len(homes), step):
        rows = slice(low, low + step)
        apart = np.hypot(x[rows, None] - place_x, y[rows, None] - place_y)
        reach = radius[rows, None] + place_radius
        most = (apart + reach).min(axis=1, keepdims=True)
        near = apart - reach <= most * (1.0 + _HAIR) + _HAIR_M
        found.append(np.argwhere(near) + np.array([low, 0]))
    home, place = np.concatenate(found).T
    return home, place


def _circles(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return x, y and radius of a circle around each shape, float64 (3, n)."""
    left, bottom, right, top = shapely.bounds(shapes).T
    return np.array(
        [(left + right) / 2, (bottom + top) / 2, np.hypot(right - left, top - bottom) / 2]
    )
