"""Buildings that are mapped twice: as a way and a relation, inside one another, or as a node.

Owns which of them counts. Flats and floor area are added up later, so a second drawing of the
same walls would double the people who live there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siting.message import message

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

# Walls that two mappers drew differ by a little; a neighbour overlaps by a sliver only.
_SAME_SHARE = 0.5
_STATED = ("name", "levels", "flats")
_CERTAINTY = {"yes": 2, "uncertain": 1}


def buildings_once(buildings: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Keep one row for each building.

    Parameters
    ----------
    buildings
        ``building_id, name, residential, levels, flats, geometry``, in any CRS.
    layer, report
        Gets how many rows were mapped twice.

    Returns
    -------
    geopandas.GeoDataFrame
        Of two drawings of one outline the one with courtyards stays and takes over what only the
        other states. Of two homes inside one another the larger stays, unless only the smaller
        says that it is lived in, or only the smaller says its storeys or flats. A node inside a
        building is that building. What is no home never takes a home away: towers stand on malls.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from siting.data_report import DataReport
    >>> rows = {"building_id": ["w1", "w2"], "name": [None, None], "residential": ["yes", "yes"],
    ...         "levels": [5.0, 5.0], "flats": [40.0, 8.0]}
    >>> nested = gpd.GeoDataFrame(rows, geometry=[box(0, 0, 40, 40), box(5, 5, 20, 20)])
    >>> buildings_once(nested, DataReport().of("residential"))["building_id"].tolist()
    ['w1']
    """
    table = _without_same_outlines(buildings)
    out = _inside_another(table)
    count = len(buildings) - len(table) + int(out.sum())
    if count:
        kept = table.loc[~out, "building_id"]
        examples = sorted(set(buildings["building_id"]) - set(kept))
        told = message("note.building-mapped-twice", count=count)
        report.add("repair", "building-mapped-twice", told, count=count, examples=examples)
    return table.loc[~out].reset_index(drop=True)


def _without_same_outlines(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the drawing with the smallest area of those that share an outline."""
    shapes = buildings.geometry.to_numpy()
    parts, row = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    parts, row = parts[areal], row[areal]
    if not row.size:
        return buildings
    rings = shapely.polygons(shapely.get_exterior_ring(parts))
    outline = pd.factorize(shapely.to_wkb(shapely.normalize(rings)))[0]
    size = shapely.get_num_geometries(shapes)[row]
    order = np.lexsort((row, shapely.area(parts), -size, outline))
    first = np.append(True, outline[order[1:]] != outline[order[:-1]])
    keeper = row[order[np.flatnonzero(first)[np.cumsum(first) - 1]]]
    twice = (keeper != row[order]) & (size[order] == 1)
    loser, keeper = row[order[twice]], keeper[twice]
    if not loser.size:
        return buildings
    return _completed(buildings, loser, keeper).drop(buildings.index[loser]).reset_index(drop=True)


def _completed(
    buildings: gpd.GeoDataFrame, loser: NDArray[np.intp], keeper: NDArray[np.intp]
) -> gpd.GeoDataFrame:
    """Let the drawing that stays take over what only the other one states."""
    buildings = buildings.copy()
    for name in _STATED:
        column = buildings[name].copy()
        missing = column.isna().to_numpy()[keeper]
        column.iloc[keeper[missing]] = column.iloc[loser[missing]].to_numpy()
        buildings[name] = column
    return buildings


def _inside_another(buildings: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which homes are part of another home, or hold the one that says more."""
    out = np.zeros(len(buildings), bool)
    certainty = buildings["residential"].map(_CERTAINTY).fillna(0).to_numpy(dtype=int)
    homes = np.flatnonzero(certainty > 0)
    inner, outer = _nested_pairs(buildings.geometry.to_numpy()[homes])
    inner, outer = homes[inner], homes[outer]
    stated = buildings[["levels", "flats"]].notna().any(axis=1).to_numpy()
    node = (buildings.geometry.geom_type == "Point").to_numpy()
    says_more = (certainty[inner] > certainty[outer]) | (
        (certainty[inner] == certainty[outer]) & stated[inner] & ~stated[outer]
    )
    says_more &= ~node[inner]
    out[np.where(says_more, outer, inner)] = True
    return out


def _nested_pairs(shapes: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return inner and outer rows where most of a shape lies within a larger one."""
    area = shapely.area(shapes)
    grounds = np.flatnonzero(area > 0)
    points = shapely.point_on_surface(shapes)
    inner, found = shapely.STRtree(shapes[grounds]).query(points, predicate="intersects")
    outer = grounds[found]
    larger = (area[outer] > area[inner]) | ((area[outer] == area[inner]) & (outer < inner))
    inner, outer = inner[larger], outer[larger]
    shared = shapely.area(shapely.intersection(shapes[inner], shapes[outer]))
    most = shared >= _SAME_SHARE * area[inner]
    return inner[most], outer[most]
