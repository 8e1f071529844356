"""Do the numbers of a layer fit the system it is said to be in, and what to do where they do not.

Owns the detection of swapped axes, zone-prefixed eastings, degrees said to be metres and the
reverse, and of rows far outside the domain. What is certain is repaired and reported; what could
be two things is refused with both named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj.enums import TransformDirection

from siting.crs.chinese_offsets import bd09_to_wgs84, gcj02_to_wgs84
from siting.crs.declared import SourceCRS, crs_label
from siting.crs.gauss_kruger import prefix_hint, ways_to_write
from siting.crs.transformers import transformer_between
from siting.errors import CRSError
from siting.message import Message, message

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from siting.data_report import LayerReport

Axes = Literal["auto", "xy", "yx"]
_Floats = NDArray[np.float64]
_Mask = NDArray[np.bool_]

# Layers of a whole municipality run over into the neighbouring zones.
_MARGIN_DEG = 3.0
# Over so short a way the limits of a system are as good as straight between lattice points.
_LATTICE = 17
_CITY_M = 300_000.0
_ENOUGH = 10_000
_CHINA = (73.0, 3.0, 136.0, 54.0)


@dataclass(frozen=True, slots=True)
class _Fix:
    """What must be done to the numbers before they are what ``crs`` says."""

    crs: pyproj.CRS
    swapped: bool = False
    code: str = ""
    why: Message | None = None


def place(
    frame: gpd.GeoDataFrame, source: SourceCRS | None, *, report: LayerReport, axes: Axes = "auto"
) -> gpd.GeoDataFrame:
    """Say where a layer is: check its numbers against its system, repair, undo GCJ-02 or BD-09.

    Parameters
    ----------
    frame
        The layer as read; its own CRS is ignored in favour of ``source``. Row labels name rows in
        messages. Null and empty geometries pass through.
    source
        The declared or stored system; None where there is none.
    report
        Receives one note per repair, with the rows.
    axes
        ``xy``: the first number is the longitude or easting; ``yx``: it is the latitude or
        northing; ``auto``: found out, and refused where both are possible.

    Returns
    -------
    GeoDataFrame
        In a system that PROJ knows, EPSG:4326 for GCJ-02 and BD-09. Single rows that fit nowhere
        are left out and listed.

    Raises
    ------
    CRSError
        No system, numbers that do not fit it, or a choice that only a person can make.
    """
    centres = _centres(frame)
    known = np.isfinite(centres).all(axis=1)
    if source is None:
        raise CRSError(_undeclared(report.subject, centres[known]))
    if not known.any():
        return frame.set_crs(source.crs, allow_override=True)
    fix = _find_fix(_evenly(centres[known]), source, report.subject, axes)
    placed = _apply(frame, fix, report)
    placed = _without_strays(placed, fix.crs, report)
    return _without_offset(placed, source, report)


def _centres(frame: gpd.GeoDataFrame) -> _Floats:
    boxes = shapely.bounds(frame.geometry.to_numpy())
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2.0, dtype=np.float64)


def _evenly(centres: _Floats) -> _Floats:
    """Return enough rows to see what most are; every row is looked at again afterwards."""
    if len(centres) <= _ENOUGH:
        return centres
    rows = np.linspace(0, len(centres) - 1, _ENOUGH).astype(np.intp)
    return np.asarray(centres[rows], dtype=np.float64)


def _find_fix(centres: _Floats, source: SourceCRS, subject: str, axes: Axes) -> _Fix:
    """Return the one reading of the numbers that fits, preferring the numbers as they stand."""
    if source.crs.is_geographic:
        return _find_fix_degrees(centres, source, subject, axes)
    return _find_fix_metres(centres, source, subject, axes)


# --- degrees ---------------------------------------------------------------------------------


def _find_fix_degrees(centres: _Floats, source: SourceCRS, subject: str, axes: Axes) -> _Fix:
    x, y = centres.T
    straight, turned = _mostly(_is_lonlat(x, y)), _mostly(_is_lonlat(y, x))
    if axes == "yx":
        straight = False
    elif axes == "xy":
        turned = False
    if not (straight or turned):
        raise CRSError(_not_degrees(centres, source, subject))
    plain, swap = _Fix(source.crs), _swap(source.crs)
    if straight and turned and axes == "auto":
        return plain if not _looks_swapped(x, y, source, subject) else swap
    return plain if straight else swap


def _swap(crs: pyproj.CRS) -> _Fix:
    why = message("note.axes-swapped" if crs.is_geographic else "note.axes-swapped-metres")
    return _Fix(crs, swapped=True, code="axes-swapped", why=why)


def _is_lonlat(x: _Floats, y: _Floats) -> _Mask:
    return (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)


def _in_china(x: _Floats, y: _Floats) -> _Mask:
    west, south, east, north = _CHINA
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _looks_swapped(x: _Floats, y: _Floats, source: SourceCRS, subject: str) -> bool:
    """Decide where both orders are valid degrees: only western China can still be recognised."""
    if _mostly(_in_china(x, y)) or not _mostly(_in_china(y, x)):
        return False
    if source.reading != "WGS 84" or _is_chinese(source.crs):
        return True
    first = {"x": float(x[0]), "y": float(y[0])}
    raise CRSError(message("crs.arctic_or_china", subject=subject, **first))


def _is_chinese(crs: pyproj.CRS) -> bool:
    area = crs.area_of_use
    west, south, east, _ = _CHINA
    return area is not None and area.west >= west - 1 and area.east <= east and area.south > south


def _not_degrees(centres: _Floats, source: SourceCRS, subject: str) -> Message:
    run, guess = _range(centres), _guess(centres)
    return message(
        "crs.metres_not_degrees", subject=subject, crs=source.label, run=run, guess=guess
    )


# --- metres ----------------------------------------------------------------------------------


def _find_fix_metres(centres: _Floats, source: SourceCRS, subject: str, axes: Axes) -> _Fix:
    if _mostly(_is_lonlat(*centres.T)) and np.ptp(centres, axis=0).max() < 180.0:
        run = _range(centres)
        raise CRSError(
            message("crs.degrees_not_metres", subject=subject, crs=source.label, run=run)
        )
    orders = {"xy": (False,), "yx": (True,), "auto": (False, True)}[axes]
    for swapped in orders:
        east, north = centres.T[::-1] if swapped else centres.T
        for candidate, why in ways_to_write(source.crs, east, subject=subject):
            if _mostly(_fits(east, north, candidate)):
                return _metre_fix(candidate, swapped=swapped, why=why)
    run, guess = _range(centres), _guess(centres, source.crs)
    raise CRSError(message("crs.outside", subject=subject, crs=source.label, run=run, guess=guess))


def _metre_fix(crs: pyproj.CRS, *, swapped: bool, why: Message | None) -> _Fix:
    if not swapped:
        return _Fix(crs, code="zone-prefix" if why else "", why=why)
    swap = _swap(crs)
    if why is None or swap.why is None:
        return swap
    return replace(swap, why=message("mark.joined", parts=[swap.why, why]))


def _fits(east: _Floats, north: _Floats, crs: pyproj.CRS) -> _Mask:
    """Tell which points fall where the system is meant to be used, with a zone's margin."""
    to_degrees = transformer_between(crs, crs.geodetic_crs or "EPSG:4326")
    lon, lat = (np.asarray(value) for value in to_degrees.transform(east, north))
    west, south, east_limit, north_limit = _domain(crs)
    inside = (lat >= south - _MARGIN_DEG) & (lat <= north_limit + _MARGIN_DEG)
    if west <= east_limit:
        inside &= (lon >= west - _MARGIN_DEG) & (lon <= east_limit + _MARGIN_DEG)
    return np.asarray(inside & np.isfinite(lon) & _returns(to_degrees, lon, lat, east, north))


def _returns(
    to_degrees: pyproj.Transformer, lon: _Floats, lat: _Floats, east: _Floats, north: _Floats
) -> _Mask:
    """Far outside a transverse Mercator the inverse wraps round; a return trip shows it."""
    back_east, back_north = to_degrees.transform(
        np.where(np.isfinite(lon), lon, 0.0),
        np.where(np.isfinite(lat), lat, 0.0),
        direction=TransformDirection.INVERSE,
    )
    near: _Mask = np.hypot(back_east - east, back_north - north) < 1.0
    return near


def _domain(crs: pyproj.CRS) -> tuple[float, float, float, float]:
    area = crs.area_of_use
    if area is not None:
        return area.west, area.south, area.east, area.north
    meridian = _central_meridian(crs)
    if meridian is not None:
        return meridian - 3.0, -85.0, meridian + 3.0, 85.0
    return -180.0, -90.0, 180.0, 90.0


def _central_meridian(crs: pyproj.CRS) -> float | None:
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    # The one longitude among its parameters, "of natural origin".
    found = [one.value for one in operation.params if one.name.startswith("Longitude")]
    return float(found[0]) if found else None


# --- what is done with the answer ------------------------------------------------------------


def _apply(frame: gpd.GeoDataFrame, fix: _Fix, report: LayerReport) -> gpd.GeoDataFrame:
    placed = frame
    if fix.swapped:
        placed = _swapped(frame, np.ones(len(frame), dtype=bool))
    if fix.why is not None:
        report.add("repair", fix.code, fix.why, rows=frame.index)
    return placed.set_crs(fix.crs, allow_override=True)


def _swapped(frame: gpd.GeoDataFrame, rows: _Mask) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    shapes[rows] = shapely.transform(shapes[rows], lambda xy: xy[:, ::-1])
    return frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))


def _without_strays(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS, report: LayerReport
) -> gpd.GeoDataFrame:
    """Swap single rows that only fit swapped; leave out and list those that fit nowhere."""
    centres = _centres(frame)
    x, y = centres.T
    known = np.isfinite(centres).all(axis=1)
    outside = np.flatnonzero(known & ~_inside(x, y, crs))
    fits_turned = _inside(y[outside], x[outside], crs)
    turned, lost = np.zeros_like(known), known & (x == 0.0) & (y == 0.0)
    turned[outside[fits_turned]] = True
    lost[outside[~fits_turned]] = True
    if turned.any():
        told, rows = message("note.axes-swapped-rows"), frame.index[turned]
        report.add("repair", "axes-swapped", told, rows=rows)
        frame = _swapped(frame, turned)
    if lost.any():
        first = {"x": float(x[lost][0]), "y": float(y[lost][0])}
        told = message("note.outside-crs", crs=crs_label(crs), **first)
        report.add("excluded", "outside-crs", told, rows=frame.index[lost])
        frame = frame[~lost]
    return frame


def _inside(x: _Floats, y: _Floats, crs: pyproj.CRS) -> _Mask:
    if crs.is_geographic:
        return _is_lonlat(x, y)
    if _lattice_fits(x, y, crs):
        return np.ones(x.shape, dtype=np.bool_)
    inside = np.zeros(x.shape, dtype=np.bool_)
    finite = np.isfinite(x) & np.isfinite(y)
    inside[finite] = _fits(x[finite], y[finite], crs)
    return inside


def _lattice_fits(x: _Floats, y: _Floats, crs: pyproj.CRS) -> bool:
    """Tell whether a whole city fits, by a lattice over its extent; every point costs a second."""
    if x.size < 64 * _LATTICE or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return False
    if np.hypot(np.ptp(x), np.ptp(y)) > _CITY_M:
        return False
    east, north = np.meshgrid(
        np.linspace(x.min(), x.max(), _LATTICE), np.linspace(y.min(), y.max(), _LATTICE)
    )
    return bool(_fits(east.ravel(), north.ravel(), crs).all())


def _without_offset(
    frame: gpd.GeoDataFrame, source: SourceCRS, report: LayerReport
) -> gpd.GeoDataFrame:
    if source.reading == "WGS 84":
        return frame
    inverse = gcj02_to_wgs84 if source.reading == "GCJ-02" else bd09_to_wgs84
    told = message("note.offset-removed", reading=source.reading)
    report.add("info", "offset-removed", told, count=len(frame))
    shapes = frame.geometry.to_numpy()
    moved = shapely.transform(shapes, lambda xy: np.column_stack(inverse(xy[:, 0], xy[:, 1])))
    return frame.set_geometry(type(frame.geometry)(moved, index=frame.index, crs=frame.crs))


# --- words -----------------------------------------------------------------------------------


def _mostly(rows: _Mask) -> bool:
    return bool(rows.size) and float(np.mean(rows)) > 0.5


def _range(centres: _Floats) -> Message:
    (x0, y0), (x1, y1) = centres.min(axis=0), centres.max(axis=0)
    low = {"x0": _number(x0), "y0": _number(y0)}
    return message("crs.range", **low, x1=_number(x1), y1=_number(y1))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4f}"


def _guess(centres: _Floats, crs: pyproj.CRS | None = None) -> Message | str:
    """Name what the numbers look like, or nothing; a hint for the person, never acted upon."""
    hint = prefix_hint(centres, crs)
    if hint:
        return hint
    if _mostly(_in_china(*centres.T)):
        return message("crs.looks_lonlat")
    if _mostly(_in_china(*centres.T[::-1])):
        return message("crs.looks_latlon")
    return ""


def _undeclared(subject: str, centres: _Floats) -> Message:
    seen: Message | str = ""
    if len(centres):
        seen = message("crs.coordinates_run", run=_range(centres), guess=_guess(centres))
    return message("crs.undeclared", subject=subject, seen=seen)
