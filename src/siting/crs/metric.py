"""The metric system of an analysis: which one to use, whether a chosen one measures metres.

Owns the choice between the CGCS2000 3-degree zones and UTM, the check of a declared one, and the
projection of a layer into it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from pyproj.transformer import AreaOfInterest, TransformerGroup

from siting.crs.declared import crs_label
from siting.crs.transformers import transformer_between
from siting.errors import CRSError
from siting.message import message

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataReport, LayerReport

Bounds = tuple[float, float, float, float]

# EPSG:4534 is the central meridian 75E, zone 25; the codes go on zone by zone to 135E.
_FIRST_ZONE, _LAST_ZONE, _FIRST_EPSG = 25, 45, 4534
# Six degrees off the meridian a transverse Mercator is 0.4 % too long at 30 degrees north.
_WIDEST_DEG = 12.0
_WORST_SCALE = 0.01
_DOUBTFUL_SCALE = 0.002
_DOUBTFUL_SHIFT_M = 5.0
_MOST_SHARE = 0.5


def choose_metric_crs(
    bounds_lonlat: Sequence[float],
    *,
    subject: str,
    report: DataReport | None = None,
) -> pyproj.CRS:
    """Choose the metric system for an extent.

    In China the CGCS2000 3-degree Gauss-Kruger zone without zone prefix whose central meridian is
    nearest to the middle (EPSG:4534 to 4554), elsewhere UTM on WGS 84. A middle exactly between
    two zones goes to the eastern one.

    Parameters
    ----------
    bounds_lonlat
        West, south, east, north in degrees, of all layers together.
    subject
        Name for messages.
    report
        Where the choice is noted.

    Raises
    ------
    CRSError
        Empty or infinite extents, extents wider than 12 degrees (no single zone measures them),
        the polar regions.

    Examples
    --------
    >>> choose_metric_crs((113.9, 30.3, 114.8, 31.0), subject="a").to_epsg()
    4547
    >>> choose_metric_crs((-15.5, 28.0, -15.4, 28.2), subject="a").to_epsg()
    32628
    """
    west, south, east, north = _checked_bounds(bounds_lonlat, subject)
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    crs = _cgcs2000_zone(lon, lat) or _utm_zone(lon, lat, subject)
    if report is not None:
        named = {"crs": crs_label(crs), "name": str(crs.name)}
        box = {"west": west, "south": south, "east": east, "north": north}
        told = message("note.metric-crs-chosen", **named, **box)
        details = {"target": named["crs"]}
        report.add(subject, "info", "metric-crs-chosen", told, details=details)
    return crs


def check_metric_crs(crs: pyproj.CRS, bounds_lonlat: Sequence[float], *, subject: str) -> float:
    """Return by how much lengths are wrong in a system over an extent; refuse what is no use.

    Parameters
    ----------
    crs
        The system declared for the analysis.
    bounds_lonlat
        West, south, east, north in degrees.
    subject
        Name for messages.

    Returns
    -------
    float
        The largest share by which a length differs from the ground, at the corners and the middle
        (0.0004 in the middle of a UTM zone).

    Raises
    ------
    CRSError
        Degrees, other units than metres, or lengths wrong by more than 1 % (Web Mercator in Wuhan
        is 16 % too long).

    Examples
    --------
    >>> import pyproj
    >>> wuhan = (114.0, 30.0, 114.6, 31.0)
    >>> error = check_metric_crs(pyproj.CRS(4547), wuhan, subject="a")
    >>> error < 0.0001
    True
    """
    if not crs.is_projected:
        raise CRSError(message("crs.analysed_in_degrees", subject=subject, crs=crs_label(crs)))
    named = {"subject": subject, "crs": crs_label(crs)}
    units = sorted({axis.unit_name for axis in crs.axis_info})
    if units != ["metre"]:
        raise CRSError(message("crs.analysed_not_in_metres", units=units, **named))
    worst = _worst_scale_error(crs, bounds_lonlat)
    if not worst <= _WORST_SCALE:
        better = {
            "name": crs.name,
            "better": crs_label(choose_metric_crs(bounds_lonlat, subject=subject)),
        }
        raise CRSError(message("crs.analysed_too_far", worst=worst, **named, **better))
    return worst


def lonlat_bounds(frames: Iterable[gpd.GeoDataFrame | None]) -> Bounds:
    """Return west, south, east, north in WGS 84 degrees of all layers together.

    Layers that are None or empty and rows that are not finite count for nothing; without any the
    result is four NaN.

    Examples
    --------
    >>> lonlat_bounds([None])
    (nan, nan, nan, nan)
    """
    low = np.full(2, np.inf)
    high = np.full(2, -np.inf)
    for frame in frames:
        if frame is None or not len(frame):
            continue
        transformer = transformer_between(frame.crs, "EPSG:4326")
        bounds = shapely.bounds(frame.geometry.to_numpy())
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        if not len(bounds):
            continue
        box = transformer.transform_bounds(*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
        low, high = np.minimum(low, box[:2]), np.maximum(high, box[2:])
    if not np.isfinite([*low, *high]).all():
        return (math.nan, math.nan, math.nan, math.nan)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def to_metric(
    frame: gpd.GeoDataFrame,
    crs: pyproj.CRS,
    *,
    subject: str,
    report: DataReport | None = None,
) -> gpd.GeoDataFrame:
    """Project a layer into the metric system of the analysis.

    A layer that is there already is returned as it is. Rows outside the system, fewer than half,
    are left out and listed where there is a report. Where the datum shift is known worse than
    to 5 m (Xian 1980, Beijing 1954 without local parameters), the report says so.

    Raises
    ------
    CRSError
        The layer has no system, or coordinates that cannot be projected.
    """
    if frame.crs is None:
        raise CRSError(message("crs.missing", subject=subject))
    if frame.crs == crs:
        return frame
    projected = frame.to_crs(crs)
    lost = ~np.isfinite(shapely.bounds(projected.geometry.to_numpy())).all(axis=1)
    lost &= ~_without_position(frame)
    if report is not None and lost.any() and lost.mean() < _MOST_SHARE:
        told = message("note.outside-target", target=crs_label(crs))
        report.of(subject).add("excluded", "outside-crs", told, rows=frame.index[lost])
        frame, projected = frame[~lost], projected[~lost]
    elif lost.any():
        ends = {"source": crs_label(frame.crs), "target": crs_label(crs)}
        extent = _extent(frame.total_bounds)
        raise CRSError(message("crs.cannot_project", subject=subject, extent=extent, **ends))
    if report is not None:
        _note_projection(frame, crs, report.of(subject))
    return projected


def _without_position(frame: gpd.GeoDataFrame) -> np.ndarray:
    shapes = frame.geometry.to_numpy()
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes), dtype=np.bool_)


def _extent(bounds: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in bounds)


def _note_projection(frame: gpd.GeoDataFrame, crs: pyproj.CRS, report: LayerReport) -> None:
    ends = {"source": crs_label(frame.crs), "target": crs_label(crs)}
    told = message("note.projected", **ends)
    report.add("info", "projected", told, count=len(frame), details=ends)
    accuracy_m = _shift_accuracy_m(frame, crs)
    if accuracy_m > _DOUBTFUL_SHIFT_M:
        told = message("note.datum-shift-unknown", **ends)
        if math.isfinite(accuracy_m):
            told = message("note.datum-shift-doubtful", accuracy=accuracy_m, **ends)
        report.add("warning", "datum-shift-doubtful", told, count=len(frame))


def _shift_accuracy_m(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> float:
    """Accuracy of the datum shift; infinite where PROJ has only a ballpark, 0 between equals."""
    source, target = frame.crs.geodetic_crs, crs.geodetic_crs
    if _is_modern(source) and _is_modern(target):
        return 0.0
    box = lonlat_bounds([frame])
    area = AreaOfInterest(*box) if np.isfinite(box).all() else None
    group = TransformerGroup(source, target, always_xy=True, area_of_interest=area)
    known = [one.accuracy for one in group.transformers if one.accuracy >= 0]
    return min(known, default=math.inf)


def _is_modern(geodetic: pyproj.CRS | None) -> bool:
    """Tell WGS 84 and CGCS2000, which agree to decimetres and need no shift."""
    datum = geodetic.datum if geodetic is not None else None
    name = datum.name if datum is not None else ""
    return name.startswith(("World Geodetic System 1984", "China 2000", "WGS"))


def _checked_bounds(bounds: Sequence[float], subject: str) -> Bounds:
    west, south, east, north = map(float, bounds)
    if not all(map(math.isfinite, (west, south, east, north))):
        raise CRSError(message("crs.no_extent", subject=subject))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        extent = _extent(bounds)
        raise CRSError(message("crs.extent_not_degrees", subject=subject, extent=extent))
    if east - west > _WIDEST_DEG:
        size = {"width": east - west, "most": _WIDEST_DEG}
        extent = _extent(bounds)
        raise CRSError(message("crs.extent_too_wide", subject=subject, extent=extent, **size))
    return west, south, east, north


def _cgcs2000_zone(lon: float, lat: float) -> pyproj.CRS | None:
    """Use the zone's own area, which keeps Seoul, Hanoi and Ulaanbaatar out; a box would not."""
    zone = math.floor(lon / 3.0 + 0.5)
    if not _FIRST_ZONE <= zone <= _LAST_ZONE:
        return None
    crs = pyproj.CRS.from_epsg(_FIRST_EPSG + zone - _FIRST_ZONE)
    area = crs.area_of_use
    return crs if area is not None and area.south <= lat <= area.north else None


def _utm_zone(lon: float, lat: float, subject: str) -> pyproj.CRS:
    if not -80.0 <= lat <= 84.0:
        raise CRSError(message("crs.outside_utm", subject=subject, lat=lat))
    zone = min(math.floor((lon + 180.0) / 6.0) + 1, 60)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def _worst_scale_error(crs: pyproj.CRS, bounds: Sequence[float]) -> float:
    west, south, east, north = map(float, bounds)
    lon = np.array([west, east, west, east, (west + east) / 2.0])
    lat = np.array([south, south, north, north, (south + north) / 2.0])
    factors = pyproj.Proj(crs).get_factors(lon, lat, errcheck=False)
    scales = np.concatenate(
        [np.atleast_1d(factors.meridional_scale), np.atleast_1d(factors.parallel_scale)]
    )
    return float(np.max(np.abs(scales - 1.0)))
