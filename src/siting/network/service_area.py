"""The area that a limit reaches, drawn for the eye.

No verdict ever comes from these polygons: they are as wide as somebody chose to draw them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.network import kernels
from siting.network.costs import TOLERANCE_M
from siting.network.travel import node_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network

_CELL_M = 250.0


def service_area(
    network: Network,
    destinations: Attachment,
    *,
    cutoff: float,
    width_m: float = 30.0,
    simplify_m: float = 2.0,
    threads: int | None = None,
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
        How far the shape reaches to either side of a street.
    simplify_m
        How far its outline may be off, so that it is light to draw.
    threads
        How many at once. Left out: as many as there are cores.

    Returns
    -------
    geometry
        Polygon or MultiPolygon in the network's CRS; empty where nothing is within the limit.
    """
    pieces = _reached_streets(network, destinations, cutoff)
    if not pieces.size:
        return shapely.Polygon()
    cells = _by_cell(shapely.simplify(pieces, simplify_m))

    def merge(low: int, high: int) -> BaseGeometry:
        return shapely.union_all(shapely.buffer(cells[low:high], width_m, quad_segs=2))

    merged = shapely.union_all(kernels.over_pieces(merge, cells.size, threads, least=64))
    return shapely.simplify(merged, simplify_m)


def _reached_streets(
    network: Network, destinations: Attachment, cutoff: float
) -> NDArray[np.object_]:
    """Return the parts of streets within the limit as lines."""
    cost, _ = node_costs(network, destinations, cutoff=cutoff)
    streets = (network.edge_from, network.edge_to, network.cost_forward, network.cost_backward)
    leave = destinations.access_m * network.access_cost_per_m
    targets = (destinations.edge, destinations.position, leave)
    edge, low, high = kernels.reached_spans(streets, cost, targets, cutoff + TOLERANCE_M)
    xy, begins = kernels.cut_lines(
        edge, low, high, network.edge_offsets, network.edge_xy, network.edge_length_m
    )
    counts = np.diff(begins)
    kept = np.flatnonzero(counts >= 2)
    vertices = np.repeat(counts >= 2, counts)
    rows = np.repeat(np.arange(kept.size), counts[kept])
    return np.asarray(shapely.linestrings(xy[vertices], indices=rows), dtype=object)


def _by_cell(lines: NDArray[Any]) -> NDArray[np.object_]:
    """Gather lines by the square they begin in: buffers of neighbours merge while still small."""
    start = shapely.get_coordinates(shapely.get_point(lines, 0))
    cells = np.floor(start / _CELL_M).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)  # NumPy 2.0.0 alone gives it a second axis
    order = np.argsort(cell, kind="stable")
    gathered = shapely.multilinestrings(lines[order], indices=cell[order])
    return np.asarray(shapely.line_merge(gathered), dtype=object)
