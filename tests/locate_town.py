"""A street of 3,000 m with five homes and five sites, whose every answer is mental arithmetic.

High Street  y = 0, from x = 0 to 3000
homes        on the street at x = 0, 400, 1000, 2000 and 2900
sites        on the street at x = 200, 1000, 1500, 2400 and 2900, and one far from any street
library      on the street at x = 1000: home "c" has it
The rule asks for a library within 500 m.
"""

from __future__ import annotations

import geopandas as gpd
from shapely import LineString, Point, box

from analysis_town import CRS, place, write_layer, write_project

HOMES = {"a": (0, 100.0, 30.0), "b": (400, 60.0, 10.0), "c": (1000, 500.0, 90.0),
         "d": (2000, 80.0, 40.0), "e": (2900, 50.0, 20.0)}  # fmt: skip
SITES = {"west": (200, 3e6), "middle": (1000, 1e6), "half": (1500, 2e6), "east": (2400, 4e6),
         "end": (2900, 1e6)}  # fmt: skip

RULES = """\
document:
  title: {zh: 小城规范, en: Town code}
  number: T 1
  issuer: the town
  url: https://example.org/town-code
jurisdiction: cn
rules:
  - id: town-library
    title: {zh: 图书馆 500 米, en: A library within 500 m}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: [reading_room]
    require: {at_most: 500, unit: m}
    source: {clause: "1", quote: 500 m, confidence: B}
  - id: town-pharmacy
    title: {zh: 药店 10 分钟, en: A pharmacy within ten minutes}
    applies_to: {subject: home}
    strength: recommended
    measure: walking_time
    facility_types: [pharmacy]
    require: {at_most: 10, unit: min}
    source: {clause: "2", quote: ten minutes, confidence: B}
  - id: town-floor-area
    title: {zh: 面积, en: Floor area}
    applies_to: {subject: area}
    strength: mandatory
    measure: floor_area_per_100_households
    facility_types: [elder_care]
    require: {at_least: 30, unit: m2/100 households}
    source: {clause: "3", quote: 30 m2, confidence: B}
  - id: town-load
    title: {zh: 服务人口, en: People per library}
    applies_to: {subject: facility}
    strength: recommended
    measure: service_population
    facility_types: [reading_room]
    require: {at_most: 120, unit: persons}
    source: {clause: "4", quote: 120 people, confidence: B}
"""


def on_street(x):
    return Point(x, 0)


def project_data():
    return {
        "name": "street",
        "language": "en",
        "date": "2026-01-01",
        "layers": {
            "residential": {"path": "homes.gpkg"},
            "facilities": [{"path": "facilities.gpkg"}],
            "streets": {"path": "streets.gpkg"},
            "areas": [{"path": "areas.gpkg", "level": "community"}],
            "sites": {"path": "sites.gpkg"},
        },
        "rules": ["rules.yaml"],
    }


def write_street(folder):
    """Write the street into a folder and return its project file."""
    folder.mkdir(parents=True, exist_ok=True)
    homes = list(HOMES.values())
    columns = {
        "home_id": list(HOMES),
        "households": [40.0] * len(homes),
        "population": [row[1] for row in homes],
        "elderly": [row[2] for row in homes],
    }
    write_layer(folder / "homes.gpkg", columns, [on_street(row[0]) for row in homes])
    library = {"facility_id": ["library"], "name": ["Library"], "facility_type": ["reading_room"]}
    write_layer(folder / "facilities.gpkg", library, [on_street(1000)])
    street = {"street_id": ["High Street"]}
    write_layer(folder / "streets.gpkg", street, [LineString([(0, 0), (3000, 0)])])
    areas = {"area_id": ["west", "east"], "name": ["西社区", "东社区"]}
    write_layer(folder / "areas.gpkg", areas, [box(-9, -99, 1499, 99), box(1499, -99, 3009, 99)])
    sites = {
        "site_id": [*SITES, "far"],
        "name": [f"=site {name}" for name in [*SITES, "far"]],
        "cost": [row[1] for row in SITES.values()] + [1e6],
        "floor_area_m2": [300.0] * 6,
    }
    points = [on_street(row[0]) for row in SITES.values()]
    write_layer(folder / "sites.gpkg", sites, [*points, Point(1500, 2000)])
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return write_project(folder, project_data())


def frame_of_sites(xs):
    ids = [f"x{x}" for x in xs]
    return gpd.GeoDataFrame({"site_id": ids}, geometry=[place(on_street(x)) for x in xs], crs=CRS)
