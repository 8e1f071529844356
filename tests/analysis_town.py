"""A project folder whose every finding is mental arithmetic, with files as planners keep them.

North Street   y = 300, from x = 0 to 1000
the river      from y = 200 to y = 220
High Street    y = 0, from x = 0 to 1000
two bridges    at x = 0 and x = 1000, 300 m each from High Street to North Street
the loose lane y = 600, from x = 400 to 420: hangs together with nothing

reading room   (900, -10): 10 m from High Street at x = 900
food market    (500, 310): 10 m from North Street at x = 500
elder care     (100, -10), 200 m2
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import yaml
from shapely import LineString, Point, Polygon, box

CRS = "EPSG:4547"
X0, Y0 = 500_000.0, 3_380_000.0

# home: place, households, people, elderly
HOMES: dict[str, tuple[Any, float, float, float]] = {
    "west": (Point(100, 10), 100, 250, 60),
    "north": (Point(500, 290), 50, 120, 30),
    "gated": (box(600, 20, 700, 90), 80, 200, 40),
    "bank": (Point(300, 190), 20, 50, 10),
    "limit": (Point(410, 0), 10, 30, 5),
    "lane": (Point(410, 610), 5, 12, 2),
    "remote": (Point(500, 1000), 5, 15, 3),
}
FACILITIES = {
    "library": (Point(900, -10), "reading_room", 120.0),
    "market": (Point(500, 310), "food_market", 900.0),
    "care": (Point(100, -10), "elder_care", 200.0),
}
STREETS = {
    "High Street": [(0, 0), (1000, 0)],
    "North Street": [(0, 300), (1000, 300)],
    "West Bridge": [(0, 0), (0, 300)],
    "East Bridge": [(1000, 0), (1000, 300)],
    "Loose Lane": [(400, 600), (420, 600)],
}
RIVER = box(-100, 200, 1100, 220)
AREAS = {"south": box(-100, -100, 1100, 210), "north": box(-100, 210, 1100, 1100)}
GATES = {"gated": Point(690, 20)}

RULES = """\
document:
  title: {zh: 小城规范, en: Town code}
  number: T 1
  issuer: the town
  url: https://example.org/town-code
jurisdiction: cn
rules:
  - id: town-reading-room
    title: {zh: 阅览室 500 米, en: A reading room within 500 m}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: [reading_room]
    require: {at_most: 500, unit: m}
    source: {clause: "1", quote: 500 m, confidence: B}
  - id: town-market
    title: {zh: 菜市场 10 分钟, en: A food market within 10 minutes}
    applies_to: {subject: home}
    strength: recommended
    measure: walking_time
    facility_types: [food_market]
    require: {at_most: 10, unit: min}
    source: {clause: "2", quote: ten minutes, confidence: B}
  - id: town-elder-care
    title: {zh: 养老用房, en: Elder care by households}
    applies_to: {subject: area}
    strength: mandatory
    measure: floor_area_per_100_households
    facility_types: [elder_care]
    require: {at_least: 30, unit: m2/100 households, and_total_at_least: 300}
    source: {clause: "3", quote: 30 m2, confidence: B}
  - id: town-market-load
    title: {zh: 菜市场服务人口, en: People per market}
    applies_to: {subject: facility}
    strength: recommended
    measure: service_population
    facility_types: [food_market]
    require: {at_most: 700, unit: persons}
    source: {clause: "4", quote: 700 people, confidence: B}
"""


def place(shape: Any, by: tuple[float, float] = (X0, Y0)) -> Any:
    """Move a shape of the sketch to where the town lies."""
    from shapely.affinity import translate

    return translate(shape, *by)


def write_layer(path: Path, columns: dict[str, Any], shapes: Any, crs: str | None = CRS) -> None:
    geometry = [None if shape is None else place(shape) for shape in shapes]
    gpd.GeoDataFrame(columns, geometry=geometry, crs=crs).to_file(path, engine="pyogrio")


def home_columns() -> dict[str, list[Any]]:
    rows = list(HOMES.values())
    return {
        "home_id": list(HOMES),
        "name": [f"{name} house" for name in HOMES],
        "households": [float(row[1]) for row in rows],
        "population": [float(row[2]) for row in rows],
        "elderly": [float(row[3]) for row in rows],
    }


def home_shapes() -> list[Any]:
    return [row[0] for row in HOMES.values()]


def facility_columns() -> dict[str, list[Any]]:
    return {
        "facility_id": list(FACILITIES),
        "name": list(FACILITIES),
        "facility_type": [row[1] for row in FACILITIES.values()],
        "floor_area_m2": [row[2] for row in FACILITIES.values()],
    }


def facility_shapes() -> list[Any]:
    return [row[0] for row in FACILITIES.values()]


def street_shapes() -> list[LineString]:
    return [LineString(line) for line in STREETS.values()]


def project_data() -> dict[str, Any]:
    return {
        "name": "town",
        "language": "en",
        "date": "2026-01-01",
        "layers": {
            "residential": {"path": "homes.gpkg"},
            "facilities": [{"path": "facilities.gpkg"}],
            "streets": {"path": "streets.gpkg"},
            "areas": [{"path": "areas.gpkg", "level": "community"}],
            "barriers": [{"path": "river.gpkg"}],
            "entrances": [{"path": "gates.gpkg"}],
        },
        "rules": ["rules.yaml"],
    }


def write_project(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "siting.yaml"
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return path


def write_town(folder: Path) -> Path:
    """Write every file of the town into a folder and return its project file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_layer(folder / "homes.gpkg", home_columns(), home_shapes())
    write_layer(folder / "facilities.gpkg", facility_columns(), facility_shapes())
    names = {"street_id": list(STREETS), "name": list(STREETS)}
    write_layer(folder / "streets.gpkg", names, street_shapes())
    write_layer(folder / "areas.gpkg", {"area_id": list(AREAS)}, AREAS.values())
    write_layer(folder / "river.gpkg", {"kind": ["river"]}, [RIVER])
    write_layer(folder / "gates.gpkg", {"subject_id": list(GATES)}, GATES.values())
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return write_project(folder, project_data())


BOW_TIE = Polygon([(600, 20), (700, 90), (700, 20), (600, 90)])
"""An outline that crosses itself, where the gated compound stands."""
