"""Geometry as the table contract wants it: two-dimensional, valid, of the right kind.

Owns every repair and exclusion of a geometry. Each is counted and listed; none is silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.errors import LoadError
from siting.message import Message, message

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import LayerReport

_Shapes = NDArray[np.object_]
_DIMENSION = {"Point": 0, "LineString": 1, "Polygon": 2}


def clean_shapes(
    frame: gpd.GeoDataFrame, kinds: Sequence[str], *, report: LayerReport, heights: bool = False
) -> gpd.GeoDataFrame:
    """Repair geometries, take single parts out of collections, leave out what cannot be used.

    Parameters
    ----------
    frame
        Rows labelled as the messages should name them.
    kinds
        Geometry types that the table accepts. Where it accepts no multi-part type, several parts
        become several rows with the same label.
    heights
        Keep the heights (Z) of the vertices.

    Returns
    -------
    GeoDataFrame
        Only geometries of these kinds, valid, not empty, without measures, and without heights
        unless they are asked for.

    Raises
    ------
    LoadError
        No row is left.
    """
    frame = without_missing(frame, report)
    if not heights:
        frame = _flattened(frame, report)
    frame = _repaired(frame, kinds, report)
    frame = _single_parts(frame, kinds, report)
    frame = _of_kinds(frame, kinds, report)
    if frame.empty:
        left_out = _left_out(report)
        told = message(
            "layer.nothing_usable", subject=report.subject, kinds=kinds, left_out=left_out
        )
        raise LoadError(told)
    return frame


def _left_out(report: LayerReport) -> Message | str:
    """Say which rows of a layer were left out and why; empty where none were."""
    notes = [
        message("layer.left_out_rows", count=note.count, why=note.message)
        for note in report.whole.notes
        if note.layer == report.subject and note.severity == "excluded"
    ]
    return message("layer.left_out", notes=notes) if notes else ""


def _with_shapes(frame: gpd.GeoDataFrame, shapes: _Shapes) -> gpd.GeoDataFrame:
    return frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))


def without_missing(frame: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Leave out rows without a position, and list them."""
    shapes = frame.geometry.to_numpy()
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if absent.any():
        told = message("note.geometry-missing")
        report.add("excluded", "geometry-missing", told, rows=frame.index[absent])
    endless = ~absent & ~_is_finite(shapes)
    if endless.any():
        told = message("note.geometry-not-finite")
        report.add("excluded", "geometry-not-finite", told, rows=frame.index[endless])
    return frame[~(absent | endless)]


def refuse_endless(frame: gpd.GeoDataFrame, subject: str) -> None:
    """Raise where a shape has a vertex that is no number, for layers that must not lose a row.

    Raises
    ------
    LoadError
        With the first rows.
    """
    shapes = frame.geometry.to_numpy()
    endless = ~_is_finite(shapes)
    if endless.any():
        rows = list(map(str, frame.index[endless][:5]))
        raise LoadError(message("layer.endless", subject=subject, count=endless.sum(), rows=rows))


def _is_finite(shapes: _Shapes) -> NDArray[np.bool_]:
    """Look at every vertex: the bounds of a line pass over one that is not a number."""
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), bool)
    finite[row[~np.isfinite(xy).all(axis=1)]] = False
    return finite


def _flattened(frame: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    tall = shapely.has_z(shapes)
    if hasattr(shapely, "has_m"):
        tall |= shapely.has_m(shapes)
    if not tall.any():
        return frame
    told = message("note.geometry-flattened")
    report.add("info", "geometry-flattened", told, rows=frame.index[tall])
    return _with_shapes(frame, shapely.force_2d(shapes))


def _repaired(
    frame: gpd.GeoDataFrame, kinds: Sequence[str], report: LayerReport
) -> gpd.GeoDataFrame:
    """Rebuild self-crossing polygons; keep of the result what the table can hold."""
    shapes = frame.geometry.to_numpy().copy()
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        before = shapely.area(shapes[broken]).sum()
        shapes[broken] = shapely.make_valid(shapes[broken])
        after = shapely.area(shapes[broken]).sum()
        told = message("note.geometry-repaired", before=float(before), after=float(after))
        report.add("repair", "geometry-repaired", told, rows=frame.index[broken])
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    if mixed.any():
        highest = max(_DIMENSION[kind.removeprefix("Multi")] for kind in kinds)
        shapes[mixed] = [_parts_of_dimension(shape, highest) for shape in shapes[mixed]]
    return _with_shapes(frame, shapes) if broken.any() or mixed.any() else frame


def _parts_of_dimension(collection: Any, highest: int) -> Any:
    """Return the parts with the most dimensions that the table takes, as one geometry."""
    flat = shapely.get_parts(shapely.get_parts(collection))
    dimensions = shapely.get_dimensions(flat)
    usable = dimensions[dimensions <= highest]
    if not usable.size:
        return collection
    return shapely.union_all(flat[dimensions == usable.max()])


def _single_parts(
    frame: gpd.GeoDataFrame, kinds: Sequence[str], report: LayerReport
) -> gpd.GeoDataFrame:
    """Make a multi-part geometry with one part a single one; split it where the table must."""
    shapes = frame.geometry.to_numpy()
    if not (shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT).any():
        return frame
    single = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
    names = np.asarray(frame.geom_type)
    multi = np.isin(names, list(single))
    lone = multi & (shapely.get_num_geometries(shapes) == 1)
    if lone.any():
        shapes = shapes.copy()
        shapes[lone] = shapely.get_geometry(shapes[lone], 0)
        frame = _with_shapes(frame, shapes)
    many = multi & ~lone & ~np.isin(names, list(kinds))
    many &= np.isin([single.get(name, "") for name in names], list(kinds))
    if not many.any():
        return frame
    report.add("repair", "geometry-split", message("note.geometry-split"), rows=frame.index[many])
    return frame.explode(index_parts=False)


def _of_kinds(
    frame: gpd.GeoDataFrame, kinds: Sequence[str], report: LayerReport
) -> gpd.GeoDataFrame:
    names = np.asarray(frame.geom_type)
    shapes = frame.geometry.to_numpy()
    wrong = ~np.isin(names, list(kinds))
    told = message("note.geometry-kind", kinds=sorted(map(str, set(names[wrong]))))
    _exclude(frame, wrong, told, report)
    # A street of no length joins nothing and has no direction.
    flat = ~wrong & np.isin(names, ["LineString", "MultiLineString"])
    flat &= shapely.length(shapes) == 0
    _exclude(frame, flat, message("note.line-of-no-length"), report)
    return frame[~(wrong | flat)]


def _exclude(
    frame: gpd.GeoDataFrame, rows: NDArray[np.bool_], told: Message, report: LayerReport
) -> None:
    if rows.any():
        labels = frame.index[rows]
        report.add("excluded", "geometry-kind", told, rows=labels)
