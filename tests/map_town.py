"""A made-up town for the tests of the map: a river, streets, communities, homes and rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from siting.render import (
    MapAreas,
    MapCitation,
    MapContext,
    MapFacilities,
    MapHomes,
    MapModel,
    MapNote,
    MapRule,
    MapSites,
    MapText,
)

LON, LAT = 114.28, 30.58
METRES_PER_DEGREE = 111_320.0
NUMERALS = "一二三四五六七八九十"
KINDS = {
    "elder_care": MapText("养老服务设施", "Elder care"),
    "childcare": MapText("托育机构", "Childcare"),
    "kindergarten": MapText("幼儿园", "Kindergarten"),
    "food_market": MapText("菜市场", "Food market"),
    "canteen": MapText("社区食堂", "Community canteen"),
    "sport": MapText("健身设施", "Sport"),
    "reading_room": MapText("阅览室", "Reading room"),
    "convenience_store": MapText("便利店", "Convenience store"),
}
LIMITS = (500.0, 500.0, 300.0, 500.0, 800.0, 1000.0, 800.0, 300.0)


def degrees(xy):
    """Turn metres around the town's middle into longitude and latitude."""
    lon = LON + xy[:, 0] / (METRES_PER_DEGREE * np.cos(np.radians(LAT)))
    return np.column_stack([lon, LAT + xy[:, 1] / METRES_PER_DEGREE])


def on_earth(geometry):
    return shapely.transform(geometry, degrees)


def river(half):
    x = np.linspace(-half * 1.3, half * 1.3, 60)
    y = 0.18 * half * np.sin(x / half * 2.2) - 0.15 * half + 0.1 * x
    return shapely.LineString(np.column_stack([x, y])).buffer(half * 0.07)


def areas_of(rng, half, n, water, xy):
    """Cut the town into communities around random middles."""
    middles = rng.uniform(-half, half, (n, 2))
    frame = shapely.box(-half, -half, half, half)
    cells = shapely.voronoi_polygons(shapely.multipoints(middles), extend_to=frame)
    cells = shapely.intersection(shapely.get_parts(cells), frame)
    tree = shapely.STRtree(cells)
    home, cell = tree.query(shapely.points(xy), predicate="intersects")
    home_area = np.full(len(xy), -1, dtype=np.int32)
    home_area[home] = cell
    return shapely.difference(cells, water), home_area


def streets_of(half):
    lines, classes = [], []
    for k, at in enumerate(np.linspace(-half, half, 25)):
        bend = 0.04 * half * np.sin(np.linspace(0, 6, 30) + k)
        along = np.linspace(-half, half, 30)
        lines.append(shapely.LineString(np.column_stack([along, at + bend])))
        lines.append(shapely.LineString(np.column_stack([at + bend, along])))
        classes += ["primary" if k % 6 == 0 else "tertiary"] * 2
    return np.array(lines, dtype=object), classes


def homes_of(rng, half, n, water):
    """Homes in clumps, none in the river."""
    clumps = rng.uniform(-half, half, (max(8, min(400, n // 60)), 2))
    xy = clumps[rng.integers(len(clumps), size=2 * n)] + rng.normal(0, half * 0.07, (2 * n, 2))
    dry = ~shapely.contains_xy(water.buffer(20), xy) & (np.abs(xy) < half).all(axis=1)
    dry_xy = xy[dry]
    return dry_xy[np.arange(n) % len(dry_xy)]


def rule_of(rng, k, xy, facility_xy, kinds):
    """One rule: a walk of at most so many metres to a facility of its type."""
    from scipy.spatial import cKDTree

    codes = list(KINDS)
    code = codes[k % len(codes)]
    rows = np.flatnonzero(np.array(kinds) == code)
    distance, nearest = cKDTree(facility_xy[rows]).query(xy)
    measured = distance * 1.3
    limit = LIMITS[k % len(LIMITS)]
    verdict = np.where(measured <= limit, 0, 1).astype(np.int8)
    unknown = rng.random(len(xy)) < 0.01
    verdict[unknown] = 2
    measured[unknown] = np.nan
    lost = rng.random(len(xy)) < 0.004
    measured[lost & ~unknown] = np.inf
    verdict[lost & ~unknown] = 1
    found = np.where(np.isfinite(measured), rows[nearest], -1).astype(np.int32)
    service = shapely.union_all(shapely.points(facility_xy[rows]).astype(object)).buffer(
        limit / 1.3
    )
    return MapRule(
        id=f"town-{code}-{k}",
        title=MapText(f"{KINDS[code].zh}服务半径", f"{KINDS[code].en} within reach"),
        measure="walking_distance",
        unit="m",
        sense="at_most",
        required=limit,
        verdict=verdict,
        measured=measured,
        nearest=found,
        facility_types=(code,),
        strength="mandatory" if k % 3 else "recommended",
        citation=MapCitation(
            "演示规则集",
            "示例 2026",
            f"第 {k + 1} 条",
            f"服务半径不宜大于 {limit:g} m。",
            "https://example.org/rules",
        ),
        service_areas=np.array([on_earth(service)], dtype=object),
    )


def town(n_homes=1500, n_rules=8, *, n_areas=24, half=2600.0, seed=7, **changes):
    """Build the model; fields given by name replace those of the town."""
    rng = np.random.default_rng(seed)
    water = river(half)
    xy = homes_of(rng, half, n_homes, water)
    areas, home_area = areas_of(rng, half, n_areas, water, xy)
    n_facilities = max(30, n_homes // 1000) * len(KINDS)
    near = xy[rng.integers(n_homes, size=n_facilities)]
    facility_xy = near + rng.normal(0, 150, near.shape)
    kinds = [list(KINDS)[k % len(KINDS)] for k in range(n_facilities)]
    households = rng.integers(20, 400, n_homes).astype(float)
    place, facility_place = degrees(xy), degrees(facility_xy)
    site_place = degrees(homes_of(rng, half, 4, water))
    surnames = [
        "江岸",
        "汉阳",
        "东湖",
        "晴川",
        "珞珈",
        "首义",
        "黄鹤",
        "水果湖",
        "徐家棚",
        "南湖",
        "沙湖",
        "月湖",
    ]
    streets, classes = streets_of(half)
    fields = {
        "title": MapText("江湾示例区:社区服务缺口", "Jiangwan sample district: gaps in services"),
        "homes": MapHomes(
            place[:, 0],
            place[:, 1],
            [f"b-{k:04d}" for k in range(n_homes)],
            [f"{surnames[k % 12]}花园 {k % 97 + 1} 栋" for k in range(n_homes)],
            households,
            np.round(households * 2.47, 1),
            np.round(households * 0.55),
        ),
        "facilities": MapFacilities(
            facility_place[:, 0],
            facility_place[:, 1],
            [f"f-{k:03d}" for k in range(n_facilities)],
            [f"{surnames[k % 12]}{KINDS[kinds[k]].zh}" for k in range(n_facilities)],
            kinds,
        ),
        "rules": [rule_of(rng, k, xy, facility_xy, kinds) for k in range(n_rules)],
        "areas": [
            MapAreas(
                "community",
                [f"c-{k:03d}" for k in range(n_areas)],
                [f"{surnames[k % 12]}{NUMERALS[k // 12 % 10]}社区" for k in range(n_areas)],
                np.array([on_earth(area) for area in areas], dtype=object),
                home_area,
            )
        ],
        "sites": MapSites(
            site_place[:, 0],
            site_place[:, 1],
            [f"s-{k}" for k in range(4)],
            [f"拟建点 {k + 1}" for k in range(4)],
            ["elder_care"] * 4,
            [
                MapText(f"新增服务 {100 * k + 120} 户", f"serves {100 * k + 120} more households")
                for k in range(4)
            ],
        ),
        "context": MapContext(
            np.array([on_earth(water)], dtype=object),
            np.array([on_earth(line) for line in streets], dtype=object),
            classes,
        ),
        "facility_types": KINDS,
        "made_up": True,
        "date": "2026-11-23",
        "versions": {"siting": "0.1.0"},
        "notes": [
            MapNote("residential", "assumption", "population of 12 rows is households × 2.47")
        ],
        "attribution": ["© OpenStreetMap contributors"],
    }
    return MapModel(**{**fields, **changes})


def varied_town(n_homes=1500, n_areas=24):
    """Build a town with rules about homes, areas and facilities, with and without limits."""
    model = town(n_homes, 3, n_areas=n_areas)
    rng = np.random.default_rng(11)
    m = len(model.facilities.ids)
    first = model.rules[0]
    share = rng.uniform(0, 0.2, n_homes)
    limits = np.where(np.arange(n_homes) % 2, 300.0, 500.0)
    per_head = rng.uniform(0, 2, n_areas)
    floor_area = rng.uniform(100, 800, m)
    district = MapAreas(
        "district",
        ["d-1", "d-2"],
        ["江北区", "江南区"],
        np.array(
            [
                shapely.union_all(model.areas[0].geometry[: n_areas // 2]),
                shapely.union_all(model.areas[0].geometry[n_areas // 2 :]),
            ],
            dtype=object,
        ),
        np.where(
            model.areas[0].home_area < 0, -1, model.areas[0].home_area // (n_areas // 2)
        ).astype(np.int32),
    )
    rules = [
        *model.rules,
        replace(
            first,
            id="share",
            title=MapText(
                "商业与社区服务面积占比", "Share of floor area for commerce and services"
            ),
            measure="floor_area_share",
            unit="share",
            sense="at_least",
            required=0.1,
            measured=share,
            verdict=np.where(share >= 0.1, 0, 1).astype(np.int8),
            nearest=None,
            service_areas=None,
            facility_types=(),
        ),
        replace(
            first,
            id="own-limit",
            title=MapText("按住宅类型分别规定的距离", "A walk whose limit depends on the home"),
            required=limits,
            verdict=np.where(first.measured <= limits, 0, 1).astype(np.int8),
            measured=np.where(np.isnan(first.measured), np.inf, first.measured),
        ),
        replace(
            first,
            id="indicator",
            title=MapText("到最近养老设施的距离(指标)", "Distance to elder care (indicator)"),
            required=np.nan,
            strength="indicator",
            verdict=np.full(n_homes, 3, dtype=np.int8),
        ),
        replace(
            first,
            id="per-head",
            title=MapText("每千人体育场地面积", "Sports ground per 1,000 people"),
            subject="area",
            level="community",
            measure="floor_area_per_1000_people",
            unit="m2/1000 persons",
            sense="at_least",
            required=1.2,
            measured=per_head,
            verdict=np.where(per_head >= 1.2, 0, 1).astype(np.int8),
            nearest=None,
            service_areas=None,
            facility_types=("sport",),
        ),
        replace(
            first,
            id="size",
            title=MapText("养老服务设施建筑面积", "Floor area of an elder-care facility"),
            subject="facility",
            measure="minimum_floor_area",
            unit="m2",
            sense="at_least",
            required=300.0,
            measured=floor_area,
            verdict=np.where(
                np.array(model.facilities.types) != "elder_care",
                3,
                np.where(floor_area >= 300, 0, 1),
            ).astype(np.int8),
            nearest=None,
            service_areas=None,
        ),
    ]
    rules.append(
        replace(
            first,
            id="city-share",
            title=MapText("全市养老设施覆盖率", "Share of homes near elder care, whole city"),
            subject="city",
            measure="covered_share",
            unit="%",
            sense="above",
            required=90.0,
            measured=np.array([62.5]),
            verdict=np.array([1], dtype=np.int8),
            nearest=None,
            service_areas=None,
            citation=MapCitation(
                MapText("演示规划", "Sample plan"),
                quote="九成以上",
                paraphrase=True,
                confidence="B",
            ),
        )
    )
    homes = replace(
        model.homes,
        geometry=shapely.box(
            model.homes.lon - 1e-4,
            model.homes.lat - 1e-4,
            model.homes.lon + 1e-4,
            model.homes.lat + 1e-4,
        ),
    )
    return replace(model, rules=rules, areas=[*model.areas, district], homes=homes)
