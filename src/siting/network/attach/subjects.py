"""From where subjects may step onto the street: points, gates, outlines and places along them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.errors import SitingError
from siting.message import message
from siting.network.attach.attachment import Via

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.network.kernels.grid import SegmentGrid

_SMALL_OUTLINE_M = 200.0
_SAMPLE_M = 50.0
_POINTS = (0, 4)
_LINES = (1, 2, 5)
_POLYGONS = (3, 6)
_POLYGON = 3


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Where access legs may begin: s points and outlines of some subjects.

    Parameters
    ----------
    subject
        int32 (s,).
    via
        uint8 (s,): how the subject is reached.
    circle
        float64 (s, 3): centre and radius of a circle that holds the point (radius 0) or outline.
    sides, offsets
        float64 (K, 4), int64 (s + 1,): straight sides of the outlines; a point has none.
    shapes
        Geometry of the subjects, or their float (n, 2) coordinates.
    """

    subject: NDArray[np.int32]
    via: NDArray[np.uint8]
    circle: NDArray[np.float64]
    sides: NDArray[np.float64]
    offsets: NDArray[np.int64]
    shapes: NDArray[Any]

    @property
    def size(self) -> int:
        """Number of starts."""
        return int(self.subject.size)

    @property
    def subjects(self) -> int:
        """Number of subjects."""
        return len(self.shapes)

    def shapes_of(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the point of a start, or the whole shape where it starts from an outline."""
        found = np.asarray(shapely.points(self.circle[rows, :2]), dtype=object)
        outlined = self.via[rows] == Via.BOUNDARY
        if outlined.any():
            found[outlined] = self.shapes[self.subject[rows[outlined]]]
        return found

    def outlines_of(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the outlines of starts that have one, as lines of many parts."""
        first, count = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        owner = np.repeat(np.arange(rows.size), count)
        side = np.arange(owner.size) + np.repeat(first - np.cumsum(count) + count, count)
        lines = shapely.linestrings(self.sides[side].reshape(-1, 2, 2))
        return np.asarray(shapely.multilinestrings(lines, indices=owner), dtype=object)

    def near(self, grid: SegmentGrid, limit: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the starts that may have a segment of a grid within their limit."""
        points = grid.ends.reshape(-1, 2)
        reach = self.circle[:, 2] + limit
        over = points.min(axis=0) - self.circle[:, :2]
        under = self.circle[:, :2] - points.max(axis=0)
        return np.flatnonzero(np.maximum(over, under).max(axis=1) <= reach)


def find_starts(
    geometry: gpd.GeoSeries | NDArray[Any], entrances: gpd.GeoDataFrame | None
) -> Starts:
    """List the starts of all subjects: `snap` says by which rules."""
    if isinstance(geometry, np.ndarray) and geometry.dtype.kind == "f":
        if entrances is None or not len(entrances):
            return _joined(geometry, [_points(np.arange(len(geometry)), geometry, Via.POINT)])
        geometry = np.asarray(shapely.points(geometry), dtype=object)
    shapes = np.asarray(getattr(geometry, "geometry", geometry), dtype=object)
    gates = _gates(entrances, len(shapes))
    open_to_all = np.ones(len(shapes), bool)
    open_to_all[gates[0]] = False
    kind = shapely.get_type_id(shapes)
    _check_shapes(shapes, kind)
    rows = np.flatnonzero(np.isin(kind, _POINTS) & open_to_all)
    xy, of = shapely.get_coordinates(shapes[rows], return_index=True)
    outlined = np.flatnonzero(np.isin(kind, _LINES + _POLYGONS) & open_to_all)
    parts = [_points(*gates, Via.ENTRANCE), _points(rows[of], xy, Via.POINT)]
    if outlined.size:
        parts += _outline_starts(outlined, shapes[outlined])
    return _joined(shapes, parts)


def _check_shapes(shapes: NDArray[np.object_], kind: NDArray[Any]) -> None:
    mixed = np.flatnonzero(kind > max(_POLYGONS))
    if mixed.size:
        raise SitingError(message("network.attach_collections", count=mixed.size, first=mixed[0]))
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    wrong = np.unique(row[~np.isfinite(xy).all(axis=1)])
    if wrong.size:
        raise SitingError(message("network.attach_no_numbers", rows=wrong.size, first=wrong[0]))


def _gates(
    entrances: gpd.GeoDataFrame | None, subjects: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return subject and place of every gate."""
    if entrances is None or not len(entrances):
        return np.empty(0, np.int64), np.empty((0, 2))
    if "subject" not in entrances.columns:
        columns = str(list(entrances.columns))
        raise SitingError(message("network.entrances_no_subject", columns=columns))
    subject = entrances["subject"].to_numpy(np.int64)
    wrong = np.flatnonzero((subject < 0) | (subject >= subjects))
    if wrong.size:
        first = {"subject": subject[wrong[0]], "first": wrong[0]}
        raise SitingError(
            message("network.entrances_outside", count=wrong.size, rows=subjects, **first)
        )
    xy, of = shapely.get_coordinates(entrances.geometry.to_numpy(), return_index=True)
    return subject[of], xy


def _points(subject: NDArray[Any], xy: NDArray[np.float64], via: Via) -> Starts:
    circle = np.column_stack([xy, np.zeros(len(xy))])
    offsets = np.zeros(len(xy) + 1, np.int64)
    return _starts(subject, via, circle, np.empty((0, 4)), offsets)


def _starts(
    subject: NDArray[Any],
    via: Via,
    circle: NDArray[np.float64],
    sides: NDArray[np.float64],
    offsets: NDArray[np.int64],
) -> Starts:
    how = np.full(len(circle), via, np.uint8)
    return Starts(np.asarray(subject, np.int32), how, circle, sides, offsets, np.empty(0, object))


def _outline_starts(rows: NDArray[np.int64], shapes: NDArray[np.object_]) -> list[Starts]:
    """Return whole outlines, and for long ones places along them, however they are drawn."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_type_id(parts) == _POLYGON
    parts[areal] = shapely.get_exterior_ring(parts[areal])
    length = shapely.length(parts)
    whole = np.bincount(of, length, len(shapes))
    long = whole[of] >= _SMALL_OUTLINE_M
    count = np.maximum(np.ceil(length[long] / _SAMPLE_M), 1).astype(np.int64)
    which = np.repeat(np.arange(count.size), count)
    nth = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
    walked = shapely.normalize(parts[long])[which]
    places = shapely.line_interpolate_point(walked, nth / count[which] * length[long][which])
    samples = _points(rows[of[long][which]], shapely.get_coordinates(places), Via.BOUNDARY)
    return [_outlines(rows, parts, of), samples]


def _outlines(rows: NDArray[np.int64], lines: NDArray[np.object_], of: NDArray[np.int64]) -> Starts:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(line[1:] == line[:-1])
    sides = np.column_stack([xy[same], xy[same + 1]])
    offsets = np.searchsorted(of[line[same]], np.arange(rows.size + 1)).astype(np.int64)
    bounds = shapely.bounds(lines)
    first = np.searchsorted(of, np.arange(rows.size))
    low = np.minimum.reduceat(bounds[:, :2], first)
    high = np.maximum.reduceat(bounds[:, 2:], first)
    radius = np.hypot(*(high - low).T) / 2
    return _starts(rows, Via.BOUNDARY, np.column_stack([(low + high) / 2, radius]), sides, offsets)


def _joined(shapes: NDArray[Any], parts: list[Starts]) -> Starts:
    """Put lists of starts one after the other."""
    shift = np.cumsum([0] + [len(part.sides) for part in parts])
    ends = [part.offsets[1:] + skip for part, skip in zip(parts, shift, strict=False)]
    return Starts(
        np.concatenate([part.subject for part in parts]),
        np.concatenate([part.via for part in parts]),
        np.concatenate([part.circle for part in parts]),
        np.concatenate([part.sides for part in parts]),
        np.concatenate([[0], *ends]).astype(np.int64),
        shapes,
    )
