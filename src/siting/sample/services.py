"""Service points of every type: many in the old quarter with small rooms, few over the river."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from siting.sample.communities import Areas
from siting.sample.ground import HEIGHT_M, WIDTH_M, Floats, Terrain
from siting.sample.homes import Homes
from siting.sample.landuse import Parcel
from siting.sample.names import brand_name
from siting.sample.streets import Way

_FRONTAGE_M = 11.0
_STEP_M = 14.0


@dataclass(frozen=True, slots=True)
class PlacedService:
    """One service of one facility; numbers are NaN where the type has none.

    ``word`` is the category as the source that lists it would write it.
    """

    facility_id: str
    name: str
    facility_type: str
    word: str
    shape: Point | Polygon
    floor_area_m2: float
    land_area_m2: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Site:
    """One place where a facility could be opened: a vacant room or vacant land; cost in CNY."""

    site_id: str
    name: str
    kind: str
    shape: Point
    floor_area_m2: float
    cost: float


@dataclass(frozen=True, slots=True)
class Kind:
    """How one facility type is spread.

    Parameters
    ----------
    code
        Start of the facility ids.
    count
        How many to place.
    apart_m
        Least distance between two of them.
    area_m2
        Smallest and largest floor area, drawn on a logarithmic scale.
    m2_per_place
        Floor area per place; 0 where capacity means nothing.
    words
        Category words of the source.
    suffix
        End of the name.
    """

    code: str
    count: int
    apart_m: float
    area_m2: tuple[float, float]
    m2_per_place: float
    words: tuple[str, ...]
    suffix: str


# Point services by facility type; schools, parks, pitches and the kindergartens of school blocks
# are pieces of land.
KINDS: dict[str, Kind] = {
    "elder_care": Kind(
        "EC", 26, 220, (150, 1400), 22, ("日间照料中心", "养老服务站"), "养老服务站"
    ),
    "childcare": Kind("CH", 16, 260, (150, 650), 8, ("托育机构",), "托育园"),
    "kindergarten": Kind("KP", 13, 330, (1400, 3800), 12, ("幼儿园",), "幼儿园"),
    "food_market": Kind("FM", 8, 450, (700, 2300), 0, ("菜市场", "农贸市场"), "菜市场"),
    "canteen": Kind("CT", 14, 260, (90, 420), 2.5, ("社区食堂",), "社区食堂"),
    "sport": Kind("SP", 9, 300, (200, 1800), 0, ("健身中心", "运动场馆"), "健身中心"),
    "housekeeping": Kind("HK", 14, 150, (25, 120), 0, ("家政服务",), "家政"),
    "repair": Kind("RP", 20, 120, (10, 60), 0, ("维修点",), "维修"),
    "convenience_store": Kind("CS", 112, 65, (40, 150), 0, ("便利店",), "便利店"),
    "supermarket": Kind("SM", 9, 350, (400, 3200), 0, ("超级市场", "超市"), "超市"),
    "reading_room": Kind("RR", 6, 450, (90, 520), 0, ("图书馆", "城市书房"), "书房"),
    "startup_space": Kind("SU", 4, 500, (300, 1600), 0, ("众创空间",), "众创空间"),
    "commerce": Kind("CM", 5, 600, (2500, 16000), 0, ("购物中心",), "商业中心"),
    "children_activity": Kind("CA", 10, 250, (60, 320), 0, ("儿童之家",), "儿童之家"),
    "elderly_learning": Kind("EL", 4, 500, (120, 600), 0, ("老年大学",), "老年学堂"),
    "assistive_devices": Kind("AD", 3, 600, (40, 160), 0, ("辅具租赁",), "辅具租赁点"),
    "health_station": Kind("HS", 14, 330, (90, 280), 0, ("社区卫生服务站",), "卫生服务站"),
    "health_centre": Kind("HC", 3, 800, (1700, 4200), 0, ("社区卫生服务中心",), "卫生服务中心"),
    "pharmacy": Kind("PH", 46, 110, (50, 220), 0, ("药店",), "药房"),
    "parcel_point": Kind("PP", 72, 80, (12, 60), 0, ("快递驿站",), "驿站"),
}
_SMALL_ROOMS = 0.4
_SITES = 28
_FURTHER = (("elder_care", "养老服务站"), ("canteen", "社区食堂"), ("reading_room", "图书阅览室"))
_CHAINS = ("convenience_store", "pharmacy", "parcel_point", "supermarket", "housekeeping")


@dataclass(frozen=True, slots=True)
class Frontage:
    """Places along the streets where a shop could be: points, draw and who is small."""

    xy: Floats
    draw: Floats
    in_quarter: Floats


def build_frontage(
    roads: Sequence[Way], parcels: Sequence[Parcel], homes: Homes, ground: Terrain
) -> Frontage:
    """Lay places along both sides of every road and weigh them by people and liveliness."""
    xy = np.vstack([_beside(way) for way in roads])
    xy = xy[(xy[:, 0] > 60) & (xy[:, 0] < WIDTH_M - 60)]
    old = [parcel.ground.centroid.coords[0] for parcel in parcels if parcel.use == "old"]
    heart = np.mean(old, axis=0)
    away = np.linalg.norm(xy - heart, axis=1)
    north = xy[:, 1] > ground.river_y(xy[:, 0])
    lively = 0.25 + 2.2 * np.exp(-((away / 520) ** 2))
    second = np.linalg.norm(xy - (0.62 * WIDTH_M, 0.66 * HEIGHT_M), axis=1)
    lively += 0.9 * np.exp(-((second / 600) ** 2))
    new_south = ~north & (xy[:, 0] > 0.5 * WIDTH_M)
    lively *= np.where(north, 1.0, np.where(new_south, 0.12, 0.45))
    draw = lively * (_people_near(xy, homes) + 30) ** 0.6
    return Frontage(xy, draw / draw.sum(), (away < 480).astype(float))


def place_services(
    frontage: Frontage, names: Iterator[str], rng: np.random.Generator
) -> list[PlacedService]:
    """Place every point type of `KINDS`."""
    services = []
    for facility_type, kind in KINDS.items():
        spots = draw_spots(frontage, kind.count, kind.apart_m, rng)
        for number, spot in enumerate(spots, 1):
            first = brand_name(rng) if facility_type in _CHAINS else next(names)
            area = _draw_area(kind.area_m2, frontage, spot, rng)
            places = float(round(area / kind.m2_per_place)) if kind.m2_per_place else np.nan
            services.append(
                PlacedService(
                    f"{kind.code}{number:03d}",
                    first + kind.suffix,
                    facility_type,
                    str(rng.choice(kind.words)),
                    _point(frontage, spot),
                    area,
                    np.nan,
                    places,
                )
            )
    return services


def place_complexes(
    areas: Areas, frontage: Frontage, rng: np.random.Generator
) -> list[PlacedService]:
    """Place one community service centre per community; every third holds further services.

    A centre with further services has one row per service and one facility_id.
    """
    services = []
    for number, (name, shape) in enumerate(zip(areas.name, areas.shape, strict=True), 1):
        middle = np.array(shape.centroid.coords[0])
        spot = int(np.argmin(np.linalg.norm(frontage.xy - middle, axis=1)))
        area = _draw_area((320, 1500), frontage, spot, rng)
        rows = [("community_service", "党群服务中心", area)]
        if number % 3 == 1:
            shares = rng.uniform(0.12, 0.3, len(_FURTHER))
            further = zip(_FURTHER, shares, strict=True)
            rows += [(kind, word, round(area * share)) for (kind, word), share in further]
        services += [
            PlacedService(
                f"CC{number:03d}",
                f"{name}综合服务中心",
                facility_type,
                word,
                _point(frontage, spot),
                float(floor_area),
                np.nan,
                np.nan,
            )
            for facility_type, word, floor_area in rows
        ]
    return services


def place_offered_sites(
    frontage: Frontage, names: Iterator[str], rng: np.random.Generator
) -> list[Site]:
    """Draw vacant rooms to rent and vacant land to build on, as many where little is near."""
    even = Frontage(frontage.xy, np.full(len(frontage.xy), 1.0), frontage.in_quarter)
    sites = []
    for number, spot in enumerate(draw_spots(even, _SITES, 260, rng), 1):
        build = number % 4 == 0
        area = round(float(np.exp(rng.uniform(*np.log((900, 3000) if build else (150, 900))))))
        per_m2 = rng.uniform(5200, 7400) if build else rng.uniform(1600, 3400)
        kind = "闲置用地" if build else "闲置用房"
        sites.append(
            Site(
                f"ST{number:02d}",
                next(names) + kind,
                kind,
                _point(frontage, spot),
                float(area),
                float(round(area * per_m2, -4)),
            )
        )
    return sites


def draw_spots(
    frontage: Frontage, count: int, apart_m: float, rng: np.random.Generator
) -> list[int]:
    """Draw places by their weight, none nearer to another than asked; fewer if none is left."""
    weight = frontage.draw.copy()
    spots: list[int] = []
    while len(spots) < count and weight.sum() > 0:
        spot = int(rng.choice(weight.size, p=weight / weight.sum()))
        spots.append(spot)
        weight[np.linalg.norm(frontage.xy - frontage.xy[spot], axis=1) < apart_m] = 0
    return spots


def _draw_area(
    bounds_m2: tuple[float, float], frontage: Frontage, spot: int, rng: np.random.Generator
) -> float:
    """Draw a floor area on a logarithmic scale; rooms in the old quarter are small."""
    low, high = np.log(bounds_m2)
    area = float(np.exp(rng.uniform(low, high)))
    area *= _SMALL_ROOMS if frontage.in_quarter[spot] else 1.0
    return round(area, 1) if area < 100 else float(round(area))


def _point(frontage: Frontage, spot: int) -> Point:
    return Point(np.round(frontage.xy[spot], 2))


def _beside(way: Way) -> Floats:
    """Return points on both sides of a way, clear of its junctions."""
    line = way.line
    along = np.arange(25, line.length - 25, _STEP_M)
    here = np.array([line.interpolate(a).coords[0] for a in along]).reshape(-1, 2)
    ahead = np.array([line.interpolate(a + 1).coords[0] for a in along]).reshape(-1, 2)
    step = ahead - here
    normal = np.column_stack([-step[:, 1], step[:, 0]])
    return np.vstack([here + _FRONTAGE_M * normal, here - _FRONTAGE_M * normal])


def _people_near(xy: Floats, homes: Homes) -> Floats:
    """Return the people within 250 m of each place."""
    centres = [Point(centre) for centre in homes.centre]
    place, home = shapely.STRtree(centres).query(
        [Point(spot) for spot in xy], predicate="dwithin", distance=250.0
    )
    return np.bincount(place, homes.population[home], len(xy)).astype(float)
