"""What no access leg may cross, sorted into cells; and which subjects stand inside a barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.errors import SitingError
from siting.message import message
from siting.network import kernels

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.network.kernels.grid import SegmentGrid

_POLYGON = 3
_LINES = (1, 2)


def barrier_grid(barriers: gpd.GeoDataFrame | None) -> SegmentGrid:
    """Return the walls of barriers in cells; `owner` is the barrier's row. None gives no wall."""
    if barriers is None or not len(barriers):
        return kernels.build_segment_grid(
            np.empty((0, 2)), np.zeros(1, np.int64), np.empty(0, np.int64)
        )
    parts, row = shapely.get_parts(barriers.geometry.to_numpy(), return_index=True)
    kind = shapely.get_type_id(parts)
    wrong = ~np.isin(kind, (*_LINES, _POLYGON))
    if wrong.any():
        parts_wrong, first = wrong.sum(), row[wrong][0]
        raise SitingError(message("network.barrier_kind", parts=parts_wrong, first=first))
    rings, of_part = shapely.get_rings(parts[kind == _POLYGON], return_index=True)
    lines = np.concatenate([parts[kind != _POLYGON], rings])
    rows = np.concatenate([row[kind != _POLYGON], row[kind == _POLYGON][of_part]])
    xy = shapely.get_coordinates(lines)
    offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(lines))]).astype(np.int64)
    grid = kernels.build_segment_grid(xy, offsets, np.arange(len(lines)))
    return grid._replace(owner=rows[grid.owner].astype(np.int32))


def barriers_around(
    barriers: gpd.GeoDataFrame | None, shapes: NDArray[np.object_]
) -> NDArray[np.int32]:
    """Return the lowest row of a barrier polygon that holds the whole shape, -1 where none does."""
    around = np.full(len(shapes), -1, np.int32)
    if barriers is None or not len(shapes):
        return around
    tree = shapely.STRtree(barriers.geometry.to_numpy())
    place, row = tree.query(shapes, predicate="within")
    areal = shapely.get_dimensions(tree.geometries[row]) == 2  # not a line that runs through it
    place, row = place[areal], row[areal]
    order = np.argsort(-row, kind="stable")
    around[place[order]] = row[order]
    return around
