"""Services that are pieces of land: schools, kindergartens, pitches and parks with their gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint

from siting.sample.ground import Terrain
from siting.sample.landuse import Parcel
from siting.sample.services import PlacedService
from siting.sample.streets import Point, Way, join, rounded


@dataclass(frozen=True, slots=True)
class Park:
    """One park: its service row, its gates and the paths through it."""

    service: PlacedService
    gates: list[Point]
    paths: list[Way]


def build_schools(
    parcels: Sequence[Parcel], names: Iterator[str], rng: np.random.Generator
) -> list[PlacedService]:
    """Turn each school block's three parts into a primary school, a kindergarten and a pitch."""
    parts = [parcel for parcel in parcels if parcel.use == "school"]
    services = []
    for number, parcel in enumerate(parts):
        block, kind = divmod(number, 3)
        services.append(_SCHOOL_KINDS[kind](block + 1, parcel.ground, next(names), rng))
    return services


def build_parks(
    parcels: Sequence[Parcel], roads: Sequence[Way], ground: Terrain, names: Iterator[str]
) -> list[Park]:
    """Give every park gates towards the streets around it and paths that meet in its middle.

    In the park on the hill the paths meet on the top, and the longest climb has an escalator that
    runs up only beside its steps.
    """
    top = ShapelyPoint(ground.hill)
    land = [parcel.ground for parcel in parcels if parcel.use == "park"]
    return [
        _park(number, each, roads, next(names) + "公园", top if top.within(each) else None)
        for number, each in enumerate(land, 1)
    ]


def _primary(number: int, land: Polygon, name: str, rng: np.random.Generator) -> PlacedService:
    floor = round(land.area * float(rng.uniform(0.3, 0.4)))
    places = float(45 * 6 * rng.integers(3, 6))
    return _on_land("PS", number, f"{name}小学", "primary_school", "小学", land, floor, places)


def _kindergarten(number: int, land: Polygon, name: str, rng: np.random.Generator) -> PlacedService:
    yard = land.buffer(-min(12.0, land.area**0.5 / 8), join_style="mitre")
    classes = int(rng.integers(6, 13))
    return _on_land(
        "KG", number, f"{name}幼儿园", "kindergarten", "幼儿园", yard, 360 * classes, 30.0 * classes
    )


def _pitch(number: int, land: Polygon, name: str, rng: np.random.Generator) -> PlacedService:
    share = float(rng.uniform(0.2, 0.3))
    corner = land.buffer(-(land.area**0.5) * share, join_style="mitre")
    return _on_land("SG", number, f"{name}运动场", "sport", "运动场", corner, np.nan, np.nan)


_SCHOOL_KINDS = (_primary, _kindergarten, _pitch)


def _on_land(
    code: str,
    number: int,
    name: str,
    facility_type: str,
    word: str,
    land: Polygon,
    floor_m2: float,
    places: float,
) -> PlacedService:
    shape = Polygon(np.round(np.asarray(land.exterior.coords), 2))
    return PlacedService(
        f"{code}{number:03d}",
        name,
        facility_type,
        word,
        shape,
        float(floor_m2),
        round(shape.area, 1),
        places,
    )


def _park(
    number: int, land: Polygon, roads: Sequence[Way], name: str, top: ShapelyPoint | None
) -> Park:
    service = _on_land("PK", number, name, "park", "公园", land, np.nan, np.nan)
    meeting = top or land.centroid
    middle = rounded(meeting.x, meeting.y)
    gates: list[Point] = []
    paths: list[Way] = []
    for road in roads:
        foot = road.line.interpolate(road.line.project(meeting))
        crossing = LineString([meeting, foot]).intersection(land.exterior)
        # A path that leaves the park twice would run along the street, not to it.
        straight = isinstance(crossing, ShapelyPoint) and crossing.distance(foot) < 30
        if not straight or not _room(foot, road):
            continue
        street = rounded(foot.x, foot.y)
        gates.append(rounded(crossing.centroid.x, crossing.centroid.y))
        join(road, street)
        paths += [
            Way([street, gates[-1]], {"highway": "footway"}),
            Way([gates[-1], middle], {"highway": "footway"}),
        ]
    if top is not None and gates:
        climb = max(paths, key=lambda path: path.line.length)
        climb.tags = {"highway": "steps"}
        paths += [
            stair for stair in (_escalator(climb),) if ShapelyPoint(stair.points[1]).within(land)
        ]
    return Park(service, gates, paths)


def _escalator(steps: Way) -> Way:
    """Return a moving stair beside some steps, from their low end up to their high one."""
    (ax, ay), (bx, by) = steps.points[0], steps.points[-1]
    beside = rounded((ax + bx) / 2 + (by - ay) * 0.04, (ay + by) / 2 - (bx - ax) * 0.04)
    tags = {"highway": "steps", "conveying": "forward"}
    return Way([steps.points[0], beside, steps.points[-1]], tags)


def _room(foot: ShapelyPoint, road: Way) -> bool:
    """Tell whether a junction here stays clear of the road's own ends."""
    ends = [ShapelyPoint(road.points[0]), ShapelyPoint(road.points[-1])]
    return min(foot.distance(end) for end in ends) > 5
