"""The area that a limit reaches, drawn for the eye.

No verdict ever comes from these polygons: they are as wide as somebody chose to draw them. The
streets that are reached are painted on a grid of distances, and the area is what a contour of the
grid surrounds. Uniting a buffer of every street gives the same area, and takes a hundred times as
long in a large city.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from contourpy import FillType, contour_generator

from siting.network import kernels
from siting.network.costs import TOLERANCE_M
from siting.network.travel import node_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network

# A larger city gets larger cells, so that its grid has no more nodes than this.
_MOST_NODES = 2_000_000
# The contour runs a hair outside, so that it never passes exactly through a node.
_OUTSIDE = 1.0 + 1e-6
# A triangle, closed.
_LEAST_RING = 4


def service_area(
    network: Network,
    destinations: Attachment,
    *,
    cutoff: float,
    width_m: float = 30.0,
    cell_m: float = 10.0,
    simplify_m: float = 2.0,
    node_cost: NDArray[np.float64] | None = None,
) -> BaseGeometry:
    """Draw around every part of a street from which some destination is within a limit.

    For maps only; whether a home is served is decided by its own distance (`cost_to_closest`).

    Parameters
    ----------
    network
        The streets with their costs.
    destinations
        Facilities attached to them.
    cutoff
        Limit in the network's unit, the facility's access leg included.
    width_m
        How far the shape reaches to either side of a street; at least a cell.
    cell_m
        Spacing of the grid on which it is drawn; a city of more than some 14 km has a wider one.
    simplify_m
        How far its outline may be off besides, so that it is light to draw.
    node_cost
        float64 (n,): each junction's cost to the nearest destination, where it is known already.

    Returns
    -------
    geometry
        Polygon or MultiPolygon in the network's CRS; empty where nothing is within the limit.
        Its outline is within a cell of the line `width_m` from the reached streets.
    """
    if node_cost is None:
        node_cost, _ = node_costs(network, destinations, cutoff=cutoff)
    reached = _reached_streets(network, destinations, cutoff, node_cost)
    return area_around(*reached, width_m, cell_m=cell_m, simplify_m=simplify_m)


def area_around(
    xy: NDArray[np.float64],
    begins: NDArray[np.int64],
    width_m: float,
    *,
    cell_m: float,
    simplify_m: float,
) -> BaseGeometry:
    """Draw what lies within a distance of lines, to within a cell.

    Parameters
    ----------
    xy
        Vertices of the lines in metres, float64 (k, 2), one line after the other. A line of one
        place given twice is a point.
    begins
        Where each line begins and the last one ends, int64 (n + 1,).
    width_m
        The distance in metres; at least a cell.
    cell_m
        Spacing of the grid in metres; wider where the grid would become too large.
    simplify_m
        How far the outline may be off besides, in metres.

    Returns
    -------
    geometry
        Polygon or MultiPolygon; empty for no lines. Each ring is simplified by itself, which takes
        a second for a city where keeping them apart takes minutes: two rings nearer than that may
        touch.
    """
    if not len(xy):
        return shapely.Polygon()
    low, high = xy.min(axis=0), xy.max(axis=0)
    cell = max(cell_m, float(np.sqrt(np.prod(high - low + 2 * width_m) / _MOST_NODES)))
    width = max(width_m, cell)
    far = width + 1.1 * cell
    corner = low - far - cell
    columns, rows = np.ceil((high + far + cell - corner) / cell).astype(np.int64) + 1
    squared = np.full((rows, columns), far * far)
    kernels.paint_distance(xy, begins, corner, cell, squared)
    return _polygons(*_rings(np.sqrt(squared), width * _OUTSIDE, corner, cell), simplify_m)


def _rings(
    distance: NDArray[np.float64], level: float, corner: NDArray[np.float64], cell: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the rings around the nodes of a grid up to a distance, and where polygons begin.

    The first ring of a polygon is its shell, the others are its holes.
    """
    contours = contour_generator(z=distance, fill_type=FillType.ChunkCombinedOffsetOffset)
    found: Any = contours.filled(-1.0, level)
    points, starts, polygons = (each[0] for each in found)
    ring = np.repeat(np.arange(starts.size - 1), np.diff(starts.astype(np.int64)))
    return np.asarray(shapely.linearrings(points * cell + corner, indices=ring)), polygons


def _polygons(rings: NDArray[Any], begins: NDArray[Any], simplify_m: float) -> BaseGeometry:
    simple = shapely.simplify(rings, simplify_m, preserve_topology=False)
    lines = np.where(shapely.get_num_coordinates(simple) >= _LEAST_RING, simple, rings)
    return shapely.MultiPolygon(
        [
            shapely.Polygon(lines[low], lines[low + 1 : high])
            for low, high in pairwise(begins.tolist())
        ]
    )


def _reached_streets(
    network: Network, destinations: Attachment, cutoff: float, node_cost: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the vertices of the parts of streets within the limit, and where each part begins."""
    streets = (network.edge_from, network.edge_to, network.cost_forward, network.cost_backward)
    leave = destinations.access_m * network.access_cost_per_m
    targets = (destinations.edge, destinations.position, leave)
    edge, low, high = kernels.reached_spans(streets, node_cost, targets, cutoff + TOLERANCE_M)
    xy, begins = kernels.cut_lines(
        edge, low, high, network.edge_offsets, network.edge_xy, network.edge_length_m
    )
    return xy, begins
