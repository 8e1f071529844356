"""Where things lie: a point inside each, and the areas that hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd


def area_rows(
    geometry: gpd.GeoSeries, areas: Mapping[str, gpd.GeoDataFrame]
) -> dict[str, npt.NDArray[np.int32]]:
    """Return for each level the row of the area that holds each geometry, -1 outside all."""
    points = representative_points(geometry)
    return {level: area_of_points(points, table) for level, table in areas.items()}


def area_of_points(points: npt.NDArray[Any], areas: gpd.GeoDataFrame) -> npt.NDArray[np.int32]:
    """Return the row of the area that holds each point.

    Parameters
    ----------
    points
        Shapely points (n,), in the CRS of the areas.
    areas
        Polygons; where several hold a point the first row counts.

    Returns
    -------
    numpy.ndarray
        int32 (n,); -1 outside all areas. A point on a shared boundary belongs to the first area.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> area_of_points(shapely.points([[0.5, 0.5], [1.0, 0.5], [3.0, 0.5]]), areas).tolist()
    [0, 0, -1]
    """
    row = np.full(len(points), -1, dtype=np.int32)
    if not len(areas) or not len(points):
        return row
    # Polygons are few and large, so each is prepared once and asked for the points in its box.
    shapes = areas.geometry.to_numpy()
    shapely.prepare(shapes)
    area, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    # Written from the last area to the first, so that the first one wins.
    order = np.argsort(area, kind="stable")[::-1]
    row[point[order]] = area[order]
    return row


def representative_points(geometry: gpd.GeoSeries) -> npt.NDArray[Any]:
    """Return a point inside each geometry; a point stands for itself.

    Parameters
    ----------
    geometry
        Points or polygons (n,), none empty.
    """
    shapes: npt.NDArray[Any] = np.asarray(geometry.to_numpy(), dtype=object)
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return shapes
    inside: npt.NDArray[Any] = shapely.point_on_surface(shapes)
    return inside
