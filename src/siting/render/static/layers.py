"""What a static map draws: ground, areas, homes, facilities and sites of one rule, in metres.

Verdicts decide colours here as in the page; how far a home is from the limit only grades them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from numpy.typing import NDArray

from siting.render.model import Floats, MapAreas, MapModel, MapRule
from siting.render.rollup import area_totals, counted_column, covered_share

# The light palette of the page (ColorBrewer PuOr and Blues): told apart with any colour vision.
SHADES = ("near", "served", "over", "far", "worst", "unknown", "exempt")
SHADE_COLOURS = ("#2b6ca8", "#5b9bd0", "#e08214", "#b35806", "#5c2a05", "#6b6b6b", "#a3a3a3")
AREA_COLOURS = ("#f5f3fa", "#e6e2f2", "#d3cce9", "#bcb1de", "#a292d0", "#8872c0")
AREA_EDGES = (0.001, 0.1, 0.25, 0.5, 0.75)
VERDICT_COLOURS = ("#5b9bd0", "#b35806", "#8a8a8a", "#d8d8d4")
VERDICT_ALPHA = 0.55
PAPER, WATER, STREET, BOUNDARY, TEXT = "#fbfbf9", "#d3e3ee", "#c4c0bb", "#8d8a99", "#1d1c24"
FACILITY, FACILITY_RIM, SITE = "#1b9e77", "#14532d", "#c51b7d"

_EARTH_M = 6_371_008.8
# Many vector dots make a file that no program likes to open; beyond, they are a picture in it.
RASTER_ABOVE = 5_000
CROWD_UNKNOWN = "#dededb"
# What is unknown is painted first, what is worst last and so on top.
_PAINT_ORDER = (5, 6, 0, 1, 2, 3, 4)
_NAMED_AREAS = 40


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a middle; true within a city, where a scale bar is."""

    lon: float
    lat: float

    def xy(self, lon: Floats, lat: Floats) -> NDArray[np.float64]:
        """Return metres, float64 (n, 2)."""
        east = np.radians(np.asarray(lon) - self.lon) * np.cos(np.radians(self.lat)) * _EARTH_M
        north = np.radians(np.asarray(lat) - self.lat) * _EARTH_M
        return np.column_stack([east, north])

    def shapes(self, geometry: NDArray[Any]) -> NDArray[Any]:
        """Return shapes in metres; missing ones are left out."""
        present = np.asarray([shape for shape in geometry if shape is not None], dtype=object)
        moved: NDArray[Any] = np.asarray(
            shapely.transform(present, lambda points: self.xy(points[:, 0], points[:, 1]))
        )
        return moved


def plane_of(model: MapModel) -> Plane:
    """Return the plane around the middle of the homes, else of the facilities."""
    layer = model.homes if len(model.homes.lon) else model.facilities
    if not len(layer.lon):
        return Plane(0.0, 0.0)
    return Plane(float(np.mean(layer.lon)), float(np.mean(layer.lat)))


def extent(model: MapModel, rule: MapRule | None, plane: Plane) -> tuple[float, ...]:
    """Return left, bottom, right, top in metres of what is worth showing.

    Where fewer than four fifths of the homes were judged, the picture leads to those; under a
    rule about areas, to the areas.
    """
    points = plane.xy(model.homes.lon, model.homes.lat)
    shares = (0.0, 1.0)
    if rule is not None and rule.subject == "area":
        points = _corners(model, rule, plane) if (rule.verdict < 3).any() else points
    if rule is not None and rule.subject == "home" and len(points):
        judged = rule.verdict < 2
        if 0 < judged.sum() < 0.8 * len(points):
            points, shares = points[judged], (0.01, 0.99)
    if not len(points):
        return (-500.0, -500.0, 500.0, 500.0)
    low, high = np.quantile(points, shares, axis=0)
    margin = np.maximum(high - low, 200.0).max() * 0.04
    return (*(low - margin), *(high + margin))


def _corners(model: MapModel, rule: MapRule, plane: Plane) -> NDArray[np.float64]:
    """Return the corners of the boxes of the areas to which a rule applies, float64 (k, 2)."""
    areas = next(each for each in model.areas if each.level == rule.level)
    applies = np.flatnonzero(rule.verdict < 3)
    boxes = shapely.bounds(plane.shapes(areas.geometry[applies]))
    return np.asarray(boxes, dtype=np.float64).reshape(-1, 2)


def shade_of(rule: MapRule) -> NDArray[np.int8]:
    """Return the shade of every subject of a rule, int8 (n,), an index into ``SHADES``."""
    required = np.broadcast_to(np.asarray(rule.required, dtype=float), rule.verdict.shape)
    measured = np.asarray(rule.measured, dtype=float)
    upper = rule.sense in ("at_most", "below")
    over, under = (measured, required) if upper else (required, measured)
    load = np.full(measured.shape, np.inf)
    np.divide(over, under, out=load, where=under != 0)
    passed = np.where(load <= 0.5, 0, 1)
    failed = np.where(load <= 1.5, 2, np.where(load <= 2, 3, 4))
    shade = np.select(
        [rule.verdict == 0, rule.verdict == 1, rule.verdict == 2], [passed, failed, 5], 6
    )
    return np.asarray(shade, dtype=np.int8)


def draw_ground(axes: Any, model: MapModel, plane: Plane) -> None:
    """Draw water and streets."""
    context = model.context
    if context.water is not None:
        _fill(axes, plane.shapes(context.water), WATER, zorder=2)
    if context.streets is not None and len(context.streets):
        _lines(axes, plane.shapes(context.streets), STREET, 0.5, zorder=3)


def draw_areas(
    axes: Any, model: MapModel, rule: MapRule | None, areas: MapAreas, plane: Plane
) -> NDArray[np.float64] | None:
    """Colour areas by the share that goes without, or by their verdict, and draw their edges.

    Returns
    -------
    numpy.ndarray or None
        What the areas are ranked by, (a,); None where the rule says nothing of them.
    """
    shapes = plane.shapes(areas.geometry)
    _lines(axes, shapes, BOUNDARY, 0.7, zorder=4)
    if rule is None:
        return None
    if rule.subject == "area" and rule.level == areas.level:
        colours = [VERDICT_COLOURS[each] for each in rule.verdict]
        _fill(axes, shapes, colours, zorder=1, alpha=VERDICT_ALPHA)
        failed: NDArray[np.float64] = (rule.verdict == 1).astype(np.float64)
        return failed
    totals = area_totals(model, rule, areas)
    if totals is None or not (rule.verdict < 2).any():
        return None
    weight = counted_column(totals.sum(axis=0))
    without = 1 - covered_share(totals)[:, weight]
    colours = [_area_colour(share) for share in without]
    _fill(axes, shapes, colours, zorder=1, alpha=_area_alpha(len(model.homes.lon)))
    ranked: NDArray[np.float64] = totals[:, 1, weight]
    return ranked


def share_on_paper(colour: str, homes: int) -> Any:
    """Return the colour of a share as it looks on the map, for the legend."""
    return _on_paper(colour, _area_alpha(homes))


def verdict_on_paper(colour: str) -> Any:
    """Return the colour of an area's verdict as it looks on the map, for the legend."""
    return _on_paper(colour, VERDICT_ALPHA)


def _on_paper(colour: str, alpha: float) -> Any:
    ink, paper = np.array(to_rgb(colour)), np.array(to_rgb(PAPER))
    return tuple(ink * alpha + paper * (1 - alpha))


def _area_alpha(homes: int) -> float:
    """Under a crowd of homes, patches between them would look like findings of their own."""
    return 0.35 if homes > RASTER_ABOVE else 0.8


def draw_homes(
    axes: Any, model: MapModel, rule: MapRule, plane: Plane, *, dot_share: float = 1.0
) -> None:
    """Draw a dot for each home in the shade of its finding, as large as the sheet has room for."""
    points, shade = plane.xy(model.homes.lon, model.homes.lat), shade_of(rule)
    crowd = len(points) > RASTER_ABOVE
    size = float(np.clip(9_000 / max(1, len(points)), 1.1, 14)) * dot_share
    for number in _PAINT_ORDER:
        chosen = points[shade == number]
        if not len(chosen):
            continue
        # Rings, so that shape tells it too; a crowd of rings would outshout what was found.
        ring = number == 5 and not crowd
        plain = CROWD_UNKNOWN if number == 5 and crowd else SHADE_COLOURS[number]
        axes.scatter(
            *chosen.T,
            s=size,
            c="none" if ring else plain,
            edgecolors=SHADE_COLOURS[number] if ring else "none",
            linewidths=0.5 if ring else 0,
            zorder=5,
            rasterized=crowd,
        )


def draw_facilities(
    axes: Any, model: MapModel, rule: MapRule, plane: Plane, *, dot_share: float = 1.0
) -> int:
    """Draw the facilities that a rule counts, by verdict where it judges them; return how many."""
    colours: Any = FACILITY
    if rule.subject == "facility":
        colours = [VERDICT_COLOURS[each] for each in rule.verdict[rule.verdict < 3]]
    points = facility_points(model, rule, plane)
    if len(points):
        axes.scatter(
            *points.T,
            s=22 * dot_share,
            c=colours,
            marker="D",
            edgecolors=FACILITY_RIM,
            linewidths=0.6,
            zorder=7,
        )
    return len(points)


def facility_points(model: MapModel, rule: MapRule, plane: Plane) -> NDArray[np.float64]:
    """Return where the facilities are that a rule counts or judges, float64 (m, 2), in metres."""
    facilities = model.facilities
    if rule.subject == "facility":
        chosen = rule.verdict < 3
    else:
        types = [{kind} if isinstance(kind, str) else set(kind) for kind in facilities.types]
        wanted = set(rule.facility_types)
        chosen = np.array([bool(each & wanted) for each in types], dtype=bool)
    return plane.xy(facilities.lon, facilities.lat)[chosen]


def draw_sites(axes: Any, model: MapModel, plane: Plane) -> int:
    """Draw proposed sites as stars and return how many there are."""
    if model.sites is None or not len(model.sites.lon):
        return 0
    points = plane.xy(model.sites.lon, model.sites.lat)
    axes.scatter(*points.T, s=110, c=SITE, marker="*", edgecolors="white", linewidths=0.6, zorder=8)
    return len(points)


def worst_first(ranked: Sequence[float] | NDArray[np.float64]) -> list[int]:
    """Return the rows that lack something, those that lack most first; of equal ones the first."""
    values = np.nan_to_num(np.asarray(ranked, dtype=float))
    order = np.argsort(-values, kind="stable")
    return [int(row) for row in order if values[row] > 0]


def label_places(areas: MapAreas, plane: Plane, rows: Sequence[int]) -> list[tuple[float, float]]:
    """Return where the names of areas stand."""
    points = shapely.point_on_surface(plane.shapes(areas.geometry[list(rows)[:_NAMED_AREAS]]))
    return list(zip(shapely.get_x(points), shapely.get_y(points), strict=True))


def _area_colour(share: float) -> str:
    if np.isnan(share):
        return "none"
    return AREA_COLOURS[int(np.searchsorted(AREA_EDGES, share, side="right"))]


def _fill(axes: Any, shapes: NDArray[Any], colour: Any, **options: Any) -> None:
    colours = [colour] * len(shapes) if isinstance(colour, str) else list(colour)
    kept = [(path, each) for path, each in zip(map(_path, shapes), colours, strict=True) if path]
    if kept:
        paths, faces = zip(*kept, strict=True)
        axes.add_collection(
            PathCollection(list(paths), facecolors=list(faces), edgecolors="none", **options)
        )


def _path(shape: Any) -> Any:
    """Return a polygon with its holes as one path; None for what is no polygon."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors) if ring.coords]
    if not rings:
        return None
    return Path.make_compound_path(
        *(Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings)
    )


def _lines(axes: Any, shapes: NDArray[Any], colour: str, width: float, zorder: int) -> None:
    lines = (
        shapely.get_parts(shapely.boundary(shapes))
        if _is_area(shapes)
        else shapely.get_parts(shapes)
    )
    segments = [np.asarray(line.coords)[:, :2] for line in lines if len(line.coords) > 1]
    axes.add_collection(LineCollection(segments, colors=colour, linewidths=width, zorder=zorder))


def _is_area(shapes: NDArray[Any]) -> bool:
    return bool((shapely.get_dimensions(shapes) == 2).any())
