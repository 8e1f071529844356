"""Do points lie to the streets as they should, or would another reading of them fit much better.

Owns the datum check: GCJ-02 and BD-09 move points by 100 to 700 m, and no number in a file shows
it; only the streets do. It informs, it never converts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from siting.crs.chinese_offsets import (
    LonLat,
    bd09_to_wgs84,
    gcj02_to_wgs84,
    in_offset_box,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from siting.crs.declared import READINGS, Reading
from siting.crs.transformers import transformer_between
from siting.message import Message, message

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import LayerReport

_Floats = NDArray[np.float64]

# Beyond this a point says nothing about streets: it is in a lake, a park or outside the network.
_FAR_M = 200.0
# Houses stand back from the axis of the street, so differences of a few metres count little.
_NEAR_M = 10.0
_FEWEST = 30
_SAMPLE = 1500
# A hundred shops in one mall are one witness.
_APART_M = 100.0
# Paired z of the better reading, and its lead over the random shifts in units of their scatter.
# Both must hold: neighbours are not independent, which flatters the first alone. The second cannot
# be high in a chessboard town, where many shifts put points back on some street.
_PAIRED_Z = 4.0
_SHIFT_Z = 2.5
_SHIFTS_M = (300.0, 550.0, 800.0)
_DIRECTIONS = 8


@dataclass(frozen=True, slots=True)
class DatumFit:
    """How points lie to the streets under each reading of their coordinates.

    Parameters
    ----------
    declared
        The reading that the layer was loaded with.
    better
        Another reading that fits much better, or None.
    median_m, near_share
        Per reading: median distance to the nearest street, and the share of points within 30 m.
    paired_z, shift_z
        Of the best other reading: how far it beats the declared one point by point, and how far it
        beats points moved at random, both in standard deviations.
    points
        Number of hectares compared; fewer than 30 never give a verdict.
    """

    declared: Reading
    better: Reading | None
    median_m: dict[Reading, float]
    near_share: dict[Reading, float]
    paired_z: float
    shift_z: float
    points: int

    @property
    def message(self) -> Message:
        """One sentence for the data report."""
        found = [
            message("note.datum-fit", reading=each, median=median, near=self.near_share[each])
            for each, median in self.median_m.items()
        ]
        if self.better is None:
            return message("note.datum-fits", declared=self.declared, found=found)
        named = {"declared": self.declared, "better": self.better}
        return message("note.datum-suspected", **named, found=found)


def datum_fit(
    lon: ArrayLike,
    lat: ArrayLike,
    streets: gpd.GeoSeries,
    *,
    declared: Reading = "WGS 84",
    always_shift: bool = True,
) -> DatumFit:
    """Compare the readings WGS 84, GCJ-02 and BD-09 of points by their distance to the streets.

    Parameters
    ----------
    lon, lat
        WGS 84 degrees (n,) as loaded, so after the declared reading was undone. NaN is left out.
    streets
        Lines in a projected system in metres that are right where they are.
    declared
        The reading with which the points were loaded.
    always_shift
        False: where the points themselves do not convince, the shifts that could not change the
        verdict are left out, and ``shift_z`` is 0.

    Returns
    -------
    DatumFit
        ``better`` is None where the declared reading fits as well as any, where points stand on
        fewer than 30 hectares within 200 m of a street, and outside China.

    Notes
    -----
    The score of a point is the logarithm of 10 m plus its distance, at most 200 m. A reading is
    better when its scores beat the declared ones in pairs by four standard errors *and* its mean
    beats every mean of the same points moved by 300, 550 and 800 m in eight directions, and their
    mean by 2.5 of their standard deviations. One point of every hectare is looked at, at most
    1,500 of them evenly spaced in the table, so the answer does not depend on chance.
    """
    near = _NearestStreet(streets)
    places = _reread(near.apart(*_in_china(lon, lat)), declared)
    readings = {reading: near.distance_m(*xy) for reading, xy in places.items()}
    usable = np.min(list(readings.values()), axis=0) < _FAR_M
    readings = {reading: distance[usable] for reading, distance in readings.items()}
    if int(usable.sum()) < _FEWEST:
        return _verdict(declared, readings, 0.0, 0.0)
    scores = {reading: _score(distance) for reading, distance in readings.items()}
    best = min((r for r in READINGS if r != declared), key=lambda r: float(scores[r].mean()))
    paired_z = _paired_z(scores[declared], scores[best])
    if paired_z <= _PAIRED_Z and not always_shift:
        return _verdict(declared, readings, paired_z, 0.0)
    # Moved from where they lie best: one of the shifts of a wrong place may hit the right one.
    shifted = near.shifted_scores(places[best][0][usable], places[best][1][usable])
    return _verdict(
        declared,
        readings,
        paired_z,
        _lead(shifted, scores[best]),
        best=best,
    )


def check_datum(
    frame: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, *, declared: Reading, report: LayerReport
) -> DatumFit:
    """Run the datum check on a layer and warn in the report where another reading fits better.

    Polygons and lines count by a point inside them. Nothing is changed.
    """
    points = frame.geometry.representative_point().to_crs(4326)
    fit = datum_fit(points.x, points.y, streets.geometry, declared=declared, always_shift=False)
    if fit.better is not None:
        report.add("warning", "datum-suspected", fit.message, count=fit.points)
    return fit


class _NearestStreet:
    """Distances to the nearest of many lines, from degrees."""

    def __init__(self, streets: gpd.GeoSeries) -> None:
        self._index = streets.sindex  # kept by the table, so that the next layer finds it built
        self._project = transformer_between("EPSG:4326", streets.crs)

    def apart(self, lon: _Floats, lat: _Floats) -> LonLat:
        """Return one point for each hectare that has any, at most a sample, in table order."""
        x, y = self._project.transform(lon, lat)
        cells = np.floor(np.column_stack([x, y]) / _APART_M)
        rows = np.sort(np.unique(cells, axis=0, return_index=True)[1])
        if rows.size > _SAMPLE:
            rows = rows[np.linspace(0, rows.size - 1, _SAMPLE).astype(int)]
        return lon[rows], lat[rows]

    def distance_m(self, lon: _Floats, lat: _Floats) -> _Floats:
        return self._distance_m(*self._project.transform(lon, lat))

    def _distance_m(self, x: _Floats, y: _Floats) -> _Floats:
        distance = np.full(x.shape, _FAR_M)
        pairs, within = self._index.nearest(
            shapely.points(x, y), return_all=False, max_distance=_FAR_M, return_distance=True
        )
        distance[pairs[0]] = within
        return distance

    def shifted_scores(self, lon: _Floats, lat: _Floats) -> _Floats:
        """Mean scores of the points moved in every direction: what chance looks like here."""
        x, y = self._project.transform(lon, lat)
        angles = np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS)
        return np.array(
            [
                _score(self._distance_m(x + r * np.cos(a), y + r * np.sin(a))).mean()
                for r in _SHIFTS_M
                for a in angles
            ]
        )


def _in_china(lon: ArrayLike, lat: ArrayLike) -> LonLat:
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    inside = np.isfinite(x) & np.isfinite(y) & in_offset_box(x, y)
    return x[inside], y[inside]


def _reread(placed: LonLat, declared: Reading) -> dict[Reading, LonLat]:
    """Return the points as they would lie had the file been in each of the readings."""
    written: Callable[..., LonLat] = {
        "WGS 84": lambda x, y: (x, y),
        "GCJ-02": wgs84_to_gcj02,
        "BD-09": wgs84_to_bd09,
    }[declared]
    raw = written(*placed)
    return {"WGS 84": raw, "GCJ-02": gcj02_to_wgs84(*raw), "BD-09": bd09_to_wgs84(*raw)}


def _score(distance_m: _Floats) -> _Floats:
    return np.log(_NEAR_M + np.minimum(distance_m, _FAR_M))


def _paired_z(declared: _Floats, other: _Floats) -> float:
    gain = declared - other
    spread = float(gain.std(ddof=1))
    return float(gain.mean()) / (spread / np.sqrt(gain.size)) if spread > 0 else 0.0


def _lead(shifted: _Floats, scores: _Floats) -> float:
    """Return by how many of their deviations points beat all their shifts; 0 if not all."""
    spread = float(shifted.std(ddof=1))
    if spread <= 0 or scores.mean() >= shifted.min():
        return 0.0
    return float(shifted.mean() - scores.mean()) / spread


def _verdict(
    declared: Reading,
    readings: dict[Reading, _Floats],
    paired_z: float,
    shift_z: float,
    *,
    best: Reading | None = None,
) -> DatumFit:
    convincing = paired_z > _PAIRED_Z and shift_z > _SHIFT_Z
    count = len(readings[declared])
    return DatumFit(
        declared=declared,
        better=best if convincing else None,
        median_m={r: float(np.median(d)) if count else np.nan for r, d in readings.items()},
        near_share={r: float(np.mean(d <= 30.0)) if count else np.nan for r, d in readings.items()},
        paired_z=paired_z,
        shift_z=shift_z,
        points=count,
    )
