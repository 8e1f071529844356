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
from pyproj.transformer import AreaOfInterest, TransformerGroup

from siting.crs.declared import WHAT_TO_WRITE, crs_label
from siting.crs.transformers import transformer_between
from siting.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataReport

Bounds = tuple[float, float, float, float]

# EPSG:4534 is the central meridian 75E, zone 25; the codes go on zone by zone to 135E.
_FIRST_ZONE, _LAST_ZONE, _FIRST_EPSG = 25, 45, 4534
# Six degrees off the meridian a transverse Mercator is 0.4 % too long at 30 degrees north.
_WIDEST_DEG = 12.0
_WORST_SCALE = 0.01
_DOUBTFUL_SCALE = 0.002
_DOUBTFUL_SHIFT_M = 5.0


def choose_metric_crs(
    bounds_lonlat: Sequence[float],
    *,
    subject: str = "the project",
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
    >>> choose_metric_crs((113.9, 30.3, 114.8, 31.0)).to_epsg()
    4547
    >>> choose_metric_crs((-15.5, 28.0, -15.4, 28.2)).to_epsg()
    32628
    """
    west, south, east, north = _checked_bounds(bounds_lonlat, subject)
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    crs = _cgcs2000_zone(lon, lat) or _utm_zone(lon, lat, subject)
    if report is not None:
        message = (
            f"no crs was declared for the analysis; {crs_label(crs)} ({crs.name}) was chosen for "
            f"the extent {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f} degrees"
        )
        details = {"target": f"{crs_label(crs)}（{crs.name}）"}
        report.add(subject, "info", "metric-crs-chosen", message, details=details)
    return crs


def check_metric_crs(
    crs: pyproj.CRS, bounds_lonlat: Sequence[float], *, subject: str = "the project"
) -> float:
    """Return by how much lengths are wrong in a system over an extent; refuse what is no use.

    Parameters
    ----------
    crs
        The system declared for the analysis.
    bounds_lonlat
        West, south, east, north in degrees.

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
    >>> error = check_metric_crs(pyproj.CRS(4547), (114.0, 30.0, 114.6, 31.0))
    >>> error < 0.0001
    True
    """
    if not crs.is_projected:
        raise CRSError(
            f"{subject} is to be analysed in {crs_label(crs)} (degrees); distances need a "
            "projected system in metres. Write for instance crs: EPSG:4547, or leave crs out."
        )
    units = {axis.unit_name for axis in crs.axis_info}
    if units != {"metre"}:
        raise CRSError(f"{subject} is to be analysed in {crs_label(crs)} in {units}, not metres.")
    worst = _worst_scale_error(crs, bounds_lonlat)
    if not worst <= _WORST_SCALE:
        raise CRSError(
            f"{subject} is to be analysed in {crs_label(crs)} ({crs.name}), where lengths here "
            f"are wrong by {worst:.1%}. Use {crs_label(choose_metric_crs(bounds_lonlat))}, or "
            "leave crs out."
        )
    return worst


def lonlat_bounds(frames: Iterable[gpd.GeoDataFrame | None]) -> Bounds:
    """Return west, south, east, north in WGS 84 degrees of all layers together.

    Layers that are None or empty count for nothing; without any the result is four NaN.

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
        box = transformer.transform_bounds(*frame.total_bounds)
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

    A layer that is there already is returned as it is. Where the datum shift is known worse than
    to 5 m (Xian 1980, Beijing 1954 without local parameters), the report says so.

    Raises
    ------
    CRSError
        The layer has no system, or coordinates that cannot be projected.
    """
    if frame.crs is None:
        raise CRSError(f"{subject} has no coordinate reference system. {WHAT_TO_WRITE}")
    if frame.crs == crs:
        return frame
    projected = frame.to_crs(crs)
    bounds = projected.total_bounds
    if len(frame) and not np.isfinite(bounds).all():
        raise CRSError(
            f"{subject} in {crs_label(frame.crs)} cannot be projected to {crs_label(crs)}: "
            f"its extent {_extent(frame.total_bounds)} is outside that system."
        )
    if report is not None:
        _note_projection(frame, crs, subject, report)
    return projected


def _extent(bounds: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in bounds)


def _note_projection(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS, subject: str, report: DataReport
) -> None:
    ends = {"source": crs_label(frame.crs), "target": crs_label(crs)}
    label = f"{ends['source']} to {ends['target']}"
    message = f"projected from {label}"
    report.add(subject, "info", "projected", message, count=len(frame), details=ends)
    accuracy_m = _shift_accuracy_m(frame, crs)
    if accuracy_m > _DOUBTFUL_SHIFT_M:
        known = f"to {accuracy_m:.0f} m" if math.isfinite(accuracy_m) else "not at all"
        report.add(
            subject,
            "warning",
            "datum-shift-doubtful",
            f"the datum shift from {label} is known {known} here, which can be as large as a "
            "service radius; have the layer transformed with local parameters",
            count=len(frame),
        )


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
        raise CRSError(f"{subject} has no extent: every layer is empty.")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise CRSError(f"{subject} has the extent {_extent(bounds)}, which is not degrees.")
    if east - west > _WIDEST_DEG:
        raise CRSError(
            f"{subject} is {east - west:.1f} degrees wide ({_extent(bounds)}); no single metric "
            f"system measures more than {_WIDEST_DEG:g} degrees. Look for a layer that is in the "
            "wrong place, or analyse one city at a time."
        )
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
        raise CRSError(f"{subject} lies at latitude {lat:.1f}, outside UTM. Write a metric crs:.")
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
