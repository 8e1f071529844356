"""Gated compounds: walls, gates, inner paths and the rows of buildings in them.

A wall is open only at its gates, and the only paths through it lead there: who lives behind it
walks out by a gate, which is what makes gates matter in the analysis.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from shapely import normalize, union_all
from shapely.affinity import rotate
from shapely.geometry import LineString, MultiLineString, Polygon, box
from shapely.geometry import Point as ShapelyPoint
from shapely.strtree import STRtree

from siting.sample.landuse import Parcel
from siting.sample.names import compound_name
from siting.sample.streets import Point, Way, join, rounded

Style = Literal["walk_up", "slab", "tower", "lane"]
_LONGEST_LINK_M = 60.0
_GATE_WIDTH_M = 7.0


@dataclass(frozen=True, slots=True)
class HousingStyle:
    """How one style of housing is built: metres of building and of the space around it."""

    length_m: float
    depth_m: float
    gap_m: float
    pitch_m: float
    floors: tuple[int, int]
    dwelling_m2: float
    elderly_share: float
    child_share: float


LAYOUTS: dict[Style, HousingStyle] = {
    "walk_up": HousingStyle(46, 12.5, 10, 34, (5, 7), 84, 0.27, 0.018),
    "slab": HousingStyle(42, 14, 14, 42, (9, 12), 108, 0.18, 0.025),
    "tower": HousingStyle(27, 21, 34, 66, (22, 30), 122, 0.10, 0.036),
    "lane": HousingStyle(14, 9, 5, 25, (2, 3), 52, 0.33, 0.012),
}


@dataclass(slots=True)
class Compound:
    """One gated compound.

    Parameters
    ----------
    compound_id, name
        Its code and made-up name.
    style
        Key of `LAYOUTS`.
    parcel
        The land; its outline is the wall.
    links
        Ways of three points from the inner paths through a gate to the street, main gate first.
    paths
        Inner paths, for residents only.
    footprints
        Ground plans of its buildings, row by row.
    """

    compound_id: str
    name: str
    style: Style
    parcel: Parcel
    links: list[Way]
    paths: list[Way]
    footprints: list[Polygon]

    @property
    def gates(self) -> list[Point]:
        """The openings in the wall."""
        return [link.points[1] for link in self.links]

    @property
    def wall(self) -> MultiLineString | LineString:
        """The wall without its gates."""
        openings = [ShapelyPoint(gate).buffer(_GATE_WIDTH_M / 2) for gate in self.gates]
        wall = normalize(self.parcel.ground.exterior.difference(union_all(openings)))
        assert isinstance(wall, LineString | MultiLineString)
        return wall


def build_compounds(
    parcels: Sequence[Parcel], roads: Sequence[Way], names: Iterator[str], rng: np.random.Generator
) -> list[Compound]:
    """Lay out every housing parcel: paths, gates joined to the streets, and buildings."""
    housing = [parcel for parcel in parcels if parcel.use == "housing"]
    styles = _draw_styles(housing, rng)
    grounds = STRtree([parcel.ground for parcel in parcels])
    compounds: list[Compound] = []
    for number, (parcel, style) in enumerate(zip(housing, styles, strict=True), 1):
        plan = lay_out(parcel, LAYOUTS[style], rng)
        # Newer compounds are stricter: half of those with towers keep one gate.
        most = 1 if style == "tower" and rng.random() < 0.5 else 3
        taken = [link.line for compound in compounds for link in compound.links]
        links = open_links(parcel, plan, roads, grounds, taken)[:most]
        for link in links:
            join_to_road(link, roads)
        name = compound_name(next(names), rng)
        compounds.append(
            Compound(f"C{number:02d}", name, style, parcel, links, _paths(plan), plan.footprints)
        )
    return compounds


def _paths(plan: ParcelPlan) -> list[Way]:
    drive = {"highway": "service", "service": "driveway", "access": "private"}
    spine = [Way(plan.spine, drive)] if plan.spine else []
    return spine + [Way(lane, {"highway": "footway", "access": "private"}) for lane in plan.lanes]


def _draw_styles(parcels: Sequence[Parcel], rng: np.random.Generator) -> list[Style]:
    """Towers stand mostly on the newer south bank, walk-ups mostly in the north."""
    choices: tuple[Style, ...] = ("walk_up", "slab", "tower")
    shares = {1: (0.7, 0.2, 0.1), -1: (0.25, 0.35, 0.4)}
    return [choices[rng.choice(3, p=shares[parcel.side])] for parcel in parcels]


@dataclass(frozen=True, slots=True)
class ParcelPlan:
    """Paths and buildings of one parcel, and where its paths could be run on to the street.

    Parameters
    ----------
    spine
        The path that joins the lanes, or None where there is one lane.
    lanes
        Paths between the rows, south to north; the middle point of each lies on the spine.
    ends
        (inner end of a path, a point far along its direction), the likelier gates first.
    footprints
        Ground plans of the buildings.
    """

    spine: list[Point] | None
    lanes: list[list[Point]]
    ends: list[tuple[Point, Point]]
    footprints: list[Polygon]


def lay_out(parcel: Parcel, layout: HousingStyle, rng: np.random.Generator) -> ParcelPlan:
    """Lay rows of buildings and the lanes between them over a parcel, along its own angle."""
    centre = (parcel.ground.centroid.x, parcel.ground.centroid.y)
    flat = rotate(parcel.ground, -parcel.angle_deg, origin=centre)
    spine_x = centre[0] + rng.uniform(-0.12, 0.12) * (flat.bounds[2] - flat.bounds[0])
    lanes = _lanes(flat, spine_x, layout.pitch_m)
    rows = _rows(flat, spine_x, [y for y, _, _ in lanes], layout)

    def back(x: float, y: float) -> Point:
        turned = rotate(ShapelyPoint(x, y), parcel.angle_deg, origin=centre)
        return rounded(turned.x, turned.y)

    spine = [back(spine_x, y) for y, _, _ in lanes] if len(lanes) > 1 else None
    drawn = [[back(a, y), back(spine_x, y), back(b, y)] for y, a, b in lanes]
    ends = [
        (back(x, y), back(toward_x, toward_y)) for x, y, toward_x, toward_y in _ends(lanes, spine_x)
    ]
    return ParcelPlan(
        spine, drawn, ends, [_back_plan(row, parcel.angle_deg, centre) for row in rows]
    )


def _ends(
    lanes: Sequence[tuple[float, float, float]], spine_x: float
) -> Iterator[tuple[float, float, float, float]]:
    """Yield the ends of spine and lanes and where they point, the likelier gates first."""
    yield spine_x, lanes[0][0], spine_x, lanes[0][0] - 500
    yield spine_x, lanes[-1][0], spine_x, lanes[-1][0] + 500
    middle = (len(lanes) - 1) / 2
    for _, (y, west, east) in sorted(
        enumerate(lanes), key=lambda numbered: abs(numbered[0] - middle)
    ):
        yield east, y, east + 500, y
        yield west, y, west - 500, y
    # In a corner that is not square, only a turn at a lane's end may reach a street.
    for (y, west, east), far in ((lanes[0], -500), (lanes[-1], 500)):
        for x in (west, east):
            for lean in (0, -350, 350):
                yield x, y, x + lean, y + far


def _back_plan(shape: Polygon, angle_deg: float, centre: tuple[float, float]) -> Polygon:
    """Turn a ground plan from the parcel's frame into the district's, on centimetres."""
    turned = rotate(shape, angle_deg, origin=centre)
    return Polygon(np.round(np.asarray(turned.exterior.coords), 2))


def _lanes(flat: Polygon, spine_x: float, pitch_m: float) -> list[tuple[float, float, float]]:
    """Return (y, west end, east end) of the lanes that cross the spine, south to north."""
    inner = flat.buffer(-5, join_style="mitre")
    lanes = []
    for y in np.arange(flat.bounds[1] + 10, flat.bounds[3] - 6, pitch_m):
        crossed = inner.intersection(LineString([(flat.bounds[0], y), (flat.bounds[2], y)]))
        spans = [part.bounds for part in getattr(crossed, "geoms", [crossed]) if not part.is_empty]
        lanes += [(float(y), w, e) for w, _, e, _ in spans if w < spine_x - 8 and spine_x + 8 < e]
    return lanes


def _rows(
    flat: Polygon, spine_x: float, lanes: Sequence[float], layout: HousingStyle
) -> list[Polygon]:
    """Return the buildings north of each lane, clear of the spine and the wall."""
    inner = flat.buffer(-6, join_style="mitre")
    step, half = layout.length_m + layout.gap_m, layout.gap_m / 2
    plans = []
    for y in lanes:
        south = y + (layout.pitch_m - layout.depth_m) / 2
        east = np.arange(spine_x + half, flat.bounds[2], step)
        west = np.arange(spine_x - half - layout.length_m, flat.bounds[0] - step, -step)
        for x in sorted([*east, *west]):
            plan = box(x, south, x + layout.length_m, south + layout.depth_m)
            if inner.contains(plan):
                plans.append(plan)
    return plans


def open_links(
    parcel: Parcel,
    plan: ParcelPlan,
    roads: Sequence[Way],
    grounds: STRtree,
    taken: Sequence[LineString],
) -> list[Way]:
    """Return ways of three points, path end, gate and street, where a path run on meets a street.

    Gates of one parcel are at least 80 m apart; a link crosses no other parcel, no path and no
    link that is there already (`taken`).
    """
    links: list[Way] = []
    drawn = [LineString(line) for line in (*plan.lanes, plan.spine or ()) if line]
    for start, toward in plan.ends:
        ray = LineString([start, toward])
        gate = _nearest_crossing(ray, [parcel.ground.exterior])
        street = _nearest_crossing(ray, [road.line for road in roads])
        if gate is None or street is None or not _fits(gate, street, grounds):
            continue
        link = Way([start, gate, street], {"highway": "service", "access": "private"})
        apart = all(_distance(gate, other.points[1]) > 80 for other in links)
        if apart and not _crosses(link, [*taken, *drawn, *(other.line for other in links)]):
            links.append(link)
    return links


def _distance(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _crosses(link: Way, lines: Sequence[LineString]) -> bool:
    """Tell whether a link meets a line anywhere but in its own start."""
    start = ShapelyPoint(link.points[0]).buffer(0.5)
    rest = link.line.difference(start)
    return any(rest.intersects(line) for line in lines)


def _fits(gate: Point, street: Point, grounds: STRtree) -> bool:
    outside = LineString([gate, street])
    return outside.length <= _LONGEST_LINK_M and grounds.query(outside, "crosses").size == 0


def _nearest_crossing(ray: LineString, lines: Sequence[LineString]) -> Point | None:
    crossings = [ray.intersection(line) for line in lines]
    points = [p for c in crossings if not c.is_empty for p in getattr(c, "geoms", [c])]
    if not points:
        return None
    nearest = min(points, key=ray.project)
    x, y = nearest.coords[0]
    return rounded(x, y)


def join_to_road(link: Way, roads: Sequence[Way]) -> None:
    """Make the street end of a link a junction of the road it meets."""
    end = ShapelyPoint(link.points[-1])
    join(min(roads, key=lambda road: road.line.distance(end)), link.points[-1])
