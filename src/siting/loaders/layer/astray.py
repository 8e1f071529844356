"""Single rows that lie nowhere near the others.

Owns telling them and leaving them out before the metric system is chosen: one slip of a coordinate
may cost a row, and never the system in which a whole city is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.crs import transformer_between
from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import DataReport
    from siting.loaders.layer.reading import LayerReading

# A district and all around it; the spread of a province makes it wider.
_NEAR_DEG = 2.0
# Over an even extent the median distance from the middle is a quarter of its width.
_SPREADS = 12.0
_SHARES = np.linspace(0.0, 1.0, 101)
# Where most rows of a layer are elsewhere, it is the layer that is in the wrong place.
_MOST_SHARE = 0.5


def leave_out_astray(readings: Iterable[LayerReading], report: DataReport) -> None:
    """Take rows out of the layers that lie far from where all layers lie, and list them.

    Parameters
    ----------
    readings
        The layers that decide where an analysis is; their frames are replaced.
    report
        Gets one note per layer with such rows.
    """
    layers = [reading for reading in readings if len(reading.frame)]
    centres = [_centres(reading.frame) for reading in layers]
    for reading, xy, astray in zip(layers, centres, rows_astray(centres), strict=True):
        if not astray.any():
            continue
        first, rest = xy[astray][0], np.median(xy[~astray], axis=0)
        rows = reading.frame.index[astray]
        told = message(
            "note.coordinates-astray", x=float(first[0]), y=float(first[1]),
            middle_x=float(rest[0]), middle_y=float(rest[1]),
        )  # fmt: skip
        report.of(reading.subject).add("excluded", "coordinates-astray", told, rows=rows)
        reading.frame = reading.frame[~astray]


def rows_astray(layers: Sequence[NDArray[np.float64]]) -> list[NDArray[np.bool_]]:
    """Tell which points lie far from where all layers lie.

    Parameters
    ----------
    layers
        Longitude and latitude of the rows of each layer, float64 (n, 2); NaN where unknown. Each
        layer counts alike, however many rows it has.

    Returns
    -------
    list of numpy.ndarray
        Bool (n,) per layer. Nothing is astray in a layer most of whose rows are.

    Examples
    --------
    >>> homes = np.array([[114.3, 30.6], [114.31, 30.6], [11.43, 30.6]])
    >>> streets = np.array([[114.29, 30.59], [114.32, 30.61]])
    >>> [each.tolist() for each in rows_astray([homes, streets])]
    [[False, False, True], [False, False]]
    """
    known = [xy[np.isfinite(xy).all(axis=1)] for xy in layers]
    alike = [np.quantile(xy, _SHARES, axis=0, method="nearest") for xy in known if len(xy)]
    if not alike:
        return [np.zeros(len(xy), dtype=np.bool_) for xy in layers]
    points = np.concatenate(alike)
    middle = np.median(points, axis=0)
    near = np.maximum(_NEAR_DEG, _SPREADS * np.median(_away(points, middle), axis=0))
    # A comparison with NaN is false: what has no position is not told here.
    return [_few(np.any(_away(xy, middle) > near, axis=1)) for xy in layers]


def _few(far: np.ndarray) -> NDArray[np.bool_]:
    """Return the rows, none where they are most of the layer."""
    few = len(far) == 0 or float(far.mean()) < _MOST_SHARE
    return far if few else np.zeros_like(far)


def _away(xy: NDArray[np.float64], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return degrees from the middle along each axis, the short way round the earth."""
    away = np.abs(xy - middle)
    away[:, 0] = np.minimum(away[:, 0], 360.0 - away[:, 0])
    return away


def _centres(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    boxes = shapely.bounds(frame.geometry.to_numpy())
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    to_degrees = transformer_between(frame.crs, "EPSG:4326")
    xy = np.column_stack(to_degrees.transform(middle[:, 0], middle[:, 1]))
    return np.where(np.isfinite(xy).all(axis=1)[:, None], xy, np.nan)
