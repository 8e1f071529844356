"""GCJ-02 and BD-09: the offset longitudes and latitudes of Chinese map providers, both ways.

Owns the formulas only. Every function takes and returns arrays of degrees of any one shape, keeps
NaN as NaN and leaves points outside the box of the published algorithm where they are.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]
LonLat = tuple[Degrees, Degrees]

# Krasovsky 1940: the offset is defined on this ellipsoid although the datum is WGS 84.
_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_WEST, _SOUTH, _EAST, _NORTH = 72.004, 0.8293, 137.8347, 55.8271
_BAIDU_ANGLE = np.pi * 3000.0 / 180.0
# The offsets change by less than 0.2 % of a step, so each round gains almost three digits.
_ROUNDS = 8


def in_offset_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell which points the published algorithm offsets: a box around mainland China.

    The box is wider than the mainland, as in every map provider's library; points in
    neighbouring countries inside it are offset too.

    Examples
    --------
    >>> in_offset_box([114.3, -15.4], [30.6, 28.1]).tolist()
    [True, False]
    """
    x, y = _pair(lon, lat)
    inside = (x >= _WEST) & (x <= _EAST) & (y >= _SOUTH) & (y <= _NORTH)
    return np.asarray(inside, dtype=np.bool_)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert WGS 84 to GCJ-02 (AMap, Tencent, Google in China).

    Parameters
    ----------
    lon, lat
        Degrees, any one shape; NaN stays NaN; points outside the box are returned unchanged.

    Returns
    -------
    lon, lat
        Float64 arrays of the same shape.

    References
    ----------
    The formula was published by the maps community ("eviltransform", 2013); GB 20263-2006 demands
    the offset but does not print it. Agreement with published pairs of the formula is tested to
    1e-11 degrees; pairs that came from a map provider itself lie 0.7 m beside it.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(116.404, 39.915)
    >>> f"{lon:.6f} {lat:.6f}"
    '116.410244 39.916404'
    """
    x, y = _pair(lon, lat)
    inside = in_offset_box(x, y)
    east, north = _gcj02_offset(x, y)
    return np.where(inside, x + east, x), np.where(inside, y + north, y)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert GCJ-02 to WGS 84 by iteration; the round trip closes to 1e-9 degrees (0.1 mm).

    The one-step inverse in common use is off by up to some metres; this one is not.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(114.3, 30.6))
    >>> f"{lon:.9f} {lat:.9f}"
    '114.300000000 30.600000000'
    """
    x, y = _pair(lon, lat)
    inside = in_offset_box(x, y)
    east, north = _inverse(_add_gcj02, x, y, x, y)
    return np.where(inside, east, x), np.where(inside, north, y)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert GCJ-02 to BD-09 (Baidu), a second offset on top of the first.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(116.404, 39.915)
    >>> f"{lon:.6f} {lat:.6f}"
    '116.410369 39.921337'
    """
    x, y = _pair(lon, lat)
    inside = in_offset_box(x, y)
    east, north = _add_bd09(x, y)
    return np.where(inside, east, x), np.where(inside, north, y)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert BD-09 (Baidu) to GCJ-02 by iteration from the constant part of the offset.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(114.3, 30.6))
    >>> f"{lon:.9f} {lat:.9f}"
    '114.300000000 30.600000000'
    """
    x, y = _pair(lon, lat)
    inside = in_offset_box(x, y)
    east, north = _inverse(_add_bd09, x, y, x - 0.0065, y - 0.006)
    return np.where(inside, east, x), np.where(inside, north, y)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert WGS 84 to BD-09 (Baidu) by way of GCJ-02.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(-15.4, 28.1)
    >>> f"{lon:.1f} {lat:.1f}"
    '-15.4 28.1'
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    """Convert BD-09 (Baidu) to WGS 84 by way of GCJ-02.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(114.3, 30.6))
    >>> f"{lon:.9f} {lat:.9f}"
    '114.300000000 30.600000000'
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _pair(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _add_gcj02(x: Degrees, y: Degrees) -> LonLat:
    east, north = _gcj02_offset(x, y)
    return x + east, y + north


def _gcj02_offset(lon: Degrees, lat: Degrees) -> LonLat:
    """Offset in degrees: two polynomials with ripples, scaled by the radii of curvature."""
    east_m, north_m = _gcj02_offset_m(lon - 105.0, lat - 35.0)
    sine = np.sin(np.radians(lat))
    flattened = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    parallel_m = _SEMI_MAJOR_M / np.sqrt(flattened) * np.cos(np.radians(lat))
    meridian_m = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (flattened * np.sqrt(flattened))
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _gcj02_offset_m(x: Degrees, y: Degrees) -> LonLat:
    root = np.sqrt(np.abs(x))
    shared = _ripple(x, (20.0, 6.0), (20.0, 2.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += shared + _ripple(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += shared + _ripple(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    return east, north


def _ripple(along: Degrees, *waves: tuple[float, float]) -> Degrees:
    """Two thirds of a sum of sines, each given by height and frequency."""
    total = np.zeros_like(along)
    for height, frequency in waves:
        total += height * np.sin(along * (frequency * np.pi))
    return total * (2.0 / 3.0)


def _add_bd09(x: Degrees, y: Degrees) -> LonLat:
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BAIDU_ANGLE)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BAIDU_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse(
    forward: Callable[[Degrees, Degrees], LonLat],
    x: Degrees,
    y: Degrees,
    guess_x: Degrees,
    guess_y: Degrees,
) -> LonLat:
    """Move the guess by its misfit until it maps onto the target (a contraction)."""
    for _ in range(_ROUNDS):
        reached_x, reached_y = forward(guess_x, guess_y)
        guess_x = guess_x + (x - reached_x)
        guess_y = guess_y + (y - reached_y)
    return guess_x, guess_y
