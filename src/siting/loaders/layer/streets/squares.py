"""Squares of a street layer, which are polygons between its lines: people walk across them.

Owns the step from such a polygon to its edges, and to the straight ways between its entrances and
corners. What sees what across a square is computed as for OpenStreetMap.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.loaders.layer.streets.access import is_square_class
from siting.loaders.osm.squares import ground_of, sights, sticks_in
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

SQUARE = "square_of_siting"
"""The column that names the square of an edge; missing elsewhere."""

_POLYGONS = (3, 6)
_HAIR_M = 0.03


def edges_of_squares(frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    """Draw the polygons that are squares by their class as their edges.

    Parameters
    ----------
    frame
        A street layer as read.
    column
        Its column of classes. Polygons of other classes stay: the surface of a carriageway is not
        crossed at will.

    Examples
    --------
    >>> table = {"fclass": ["pedestrian", "primary"]}
    >>> layer = gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 9, 9)] * 2)
    >>> edges_of_squares(layer, "fclass").geom_type.tolist()
    ['LineString', 'Polygon']
    """
    shapes = frame.geometry.to_numpy().copy()
    rows = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POLYGONS))
    rows = rows[[is_square_class(kind) for kind in frame[column].iloc[rows]]] if rows.size else rows
    if not rows.size:
        return frame
    shapes[rows] = shapely.boundary(shapes[rows])
    names = np.full(len(frame), None, object)
    names[rows] = [f"square {label}" for label in frame.index[rows]]
    frame = frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))
    return frame.assign(**{SQUARE: names})


def cut_at_corners(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut the edges of squares at the corners that people walk around."""
    if SQUARE not in streets.columns:
        return streets
    rows, pieces, ids = [], [], []
    for _, at, ground in _squares(streets):
        for row in at:
            xy = shapely.get_coordinates(streets.geometry.iloc[row])
            cuts = np.flatnonzero(sticks_in(ground, xy[1:-1])) + 1
            bounds = [0, *cuts.tolist(), len(xy) - 1]
            rows += [row] * (len(bounds) - 1)
            pieces += [shapely.LineString(xy[one : other + 1]) for one, other in pairwise(bounds)]
            ids += [f"{streets['street_id'].iloc[row]}.{nth}" for nth in range(len(bounds) - 1)]
    edges = streets.iloc[rows].assign(street_id=ids)
    edges = edges.set_geometry(type(edges.geometry)(pieces, index=edges.index, crs=edges.crs))
    others = streets.drop(index=streets.index[rows])
    table: gpd.GeoDataFrame = pd.concat([others, edges], ignore_index=True)
    return table


def with_ways_across(streets: gpd.GeoDataFrame, *, report: LayerReport) -> gpd.GeoDataFrame:
    """Add the straight ways across squares to streets that know their junctions.

    Each joins two entrances, where another street meets the edge, or corners to walk around,
    between which one sees the ground of the square only. Nobody steps onto them from beside.
    """
    if SQUARE not in streets.columns:
        return streets
    keys = streets[["from_node", "to_node"]].to_numpy(np.int64)
    uses = np.bincount(keys.ravel())
    found = [_ways_across(streets, keys, uses, *each) for each in _squares(streets)]
    ways: gpd.GeoDataFrame = pd.concat([streets.iloc[:0], *found], ignore_index=True)
    count = len(ways)
    if count:
        told = message("note.square-crossed", count=count)
        report.add("info", "square-crossed", told, count=count)
        enclosed = streets.get("enclosed", pd.Series(data=False, index=streets.index))
        streets = pd.concat([streets.assign(enclosed=enclosed), ways], ignore_index=True)
    return streets.drop(columns=SQUARE)


def _squares(streets: gpd.GeoDataFrame) -> Iterator[tuple[str, NDArray[np.int64], Any]]:
    """Give the name of each square, the rows of its edges, and its ground."""
    number, names = pd.factorize(streets[SQUARE])
    for each, name in enumerate(names):
        rows = np.flatnonzero(number == each)
        lines = shapely.line_merge(shapely.union_all(streets.geometry.to_numpy()[rows]))
        ground = ground_of([shapely.get_coordinates(ring) for ring in shapely.get_parts(lines)])
        if ground is not None:
            yield str(name), rows, ground


def _ways_across(
    streets: gpd.GeoDataFrame,
    keys: NDArray[np.int64],
    uses: NDArray[np.int64],
    name: str,
    rows: NDArray[np.int64],
    ground: Any,
) -> gpd.GeoDataFrame:
    lines = streets.geometry.to_numpy()[rows]
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)], 1)
    node, first, place, own = np.unique(
        keys[rows].ravel(), return_index=True, return_inverse=True, return_counts=True
    )
    straight = np.sort(place.reshape(-1, 2)[shapely.get_num_coordinates(lines) == 2], axis=1)
    xy = ends.reshape(-1, 2)[first]
    pairs = sights(
        ground, xy, uses[node] > own, straight[:, 0] * node.size + straight[:, 1], hair=_HAIR_M
    )
    ways = streets.iloc[np.full(len(pairs), rows[0])].assign(
        street_id=[f"{name}.x{node[one]}-{node[other]}" for one, other in pairs],
        from_node=node[pairs[:, 0]],
        to_node=node[pairs[:, 1]],
        enclosed=True,
    )
    shapes = shapely.linestrings(xy[pairs]) if len(pairs) else np.empty(0, object)
    made: gpd.GeoDataFrame = ways.set_geometry(
        type(ways.geometry)(shapes, index=ways.index, crs=ways.crs)
    )
    return made
