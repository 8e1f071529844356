"""Lines and polygons as flat integer columns: coordinates, where each ring ends, whose it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.render.encode import degree_codes
from siting.render.model import Geometries

_SIMPLIFY_DEG = 2e-5
"""What is only for the eye is thinned to about 2 m; areas are not, or gaps would open."""


def shape_columns(
    prefix: str, geometry: Geometries, *, thin: bool = False
) -> dict[str, NDArray[Any]]:
    """Return the paths of lines or polygons as columns.

    Parameters
    ----------
    prefix
        Put before the column names.
    geometry
        Shapely geometries in degrees; None and empty ones give no path.
    thin
        Whether vertices nearer to the line than about 2 m may go.

    Returns
    -------
    dict
        ``x``, ``y``: steps of ``encode.DEGREE``; ``count``: vertices of each path; ``owner``: row
        of the geometry that each path belongs to. Rings of one polygon, holes too, are separate
        paths; filled together by the even-odd rule they give the polygon.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> line = shapely.LineString([(114.0, 30.0), (114.5, 30.0)])
    >>> columns = shape_columns("a", np.array([None, line], dtype=object))
    >>> columns["a_owner"].tolist(), columns["a_count"].tolist()
    ([1], [2])
    """
    shapes = np.asarray(geometry, dtype=object)
    if thin:
        shapes = shapely.simplify(shapes, _SIMPLIFY_DEG)
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    rings, ring_part = shapely.get_rings(parts[flat], return_index=True)
    lines = shapely.get_dimensions(parts) == 1
    paths = np.concatenate([rings, parts[lines]])
    owner = np.concatenate([part_owner[flat][ring_part], part_owner[lines]])
    order = np.argsort(owner, kind="stable")
    paths, owner = paths[order], owner[order]
    places = shapely.get_coordinates(paths)
    return {
        f"{prefix}_x": degree_codes(places[:, 0]),
        f"{prefix}_y": degree_codes(places[:, 1]),
        f"{prefix}_count": shapely.get_num_coordinates(paths).astype(np.int64),
        f"{prefix}_owner": owner.astype(np.int64),
    }
