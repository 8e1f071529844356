"""The sound town that hostile files are made of: its layers in every format, plans and more."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import rasterio
import yaml

from analysis_town import CRS, X0, Y0, project_data, write_town
from plan_book import write_book
from siting.loaders.library.store import change_projects, create_library

VECTORS = (".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".gdb", ".zip")
TABLES = (".csv", ".xlsx")
ROLES = {
    "residential": "homes",
    "facilities": "facilities",
    "streets": "streets",
    "areas": "areas",
    "barriers": "river",
    "entrances": "gates",
    "water": "river",
    "sites": "facilities",
}
PLAN = {
    "name": "Garden",
    "jurisdiction": "cn-hubei-wuhan",
    "date": "2026-11-01",
    "status": "new",
    "indicators": {
        "households": 1250,
        "population": 3400,
        "total_floor_area_m2": 168000,
        "residential_floor_area_m2": 142000,
        "floor_area_m2": {"elder_care": 340, "childcare": 220, "commerce": 9800,
                          "community_service": 7100},
    },
    "phases": [{"name": "one", "households": 600, "floor_area_m2": {"elder_care": 200}}],
    "waivers": [{"rule": "wuhan-elder-care-floor-area", "reason": "small", "approver": "Li",
                 "expires": "2027-01-01"}],
}  # fmt: skip
PLAN_ROWS = [
    ["项目", "单位", "数值"],
    ["总建筑面积", "m²", 168000],
    ["住宅建筑面积", "m²", 142000],
    ["户数", "户", 1250],
    ["人口", "人", 3400],
    ["养老服务用房", "m²", 340],
    ["托育用房", "m²", 220],
    ["商业", "m²", 9800],
]


def write_base(folder: Path) -> Path:
    """Write the sound town, its layers in every format, plans, a pack, a report and a library."""
    town = write_town(folder / "town").parent
    for name in sorted(set(ROLES.values())):
        frame = gpd.read_file(town / f"{name}.gpkg")
        for suffix in VECTORS[1:-1]:
            write(frame, town / f"{name}{suffix}")
        _zip_shapefile(town, name)
        write_table(frame, town / name)
    _write_rasters(town)
    _write_osm(town)
    _write_plans(town)
    create_library(town / "library.gpkg")
    change_projects(
        town / "library.gpkg",
        {"a": {"name": "A", "functions": "elder_care", "longitude": 114.0, "latitude": 30.5}},
        may_add=True,
    )
    return town


def write(frame, path):
    mixed = {"Point", "Polygon"} <= set(frame.geom_type)
    if mixed and path.suffix in (".gdb", ".shp"):
        frame = frame.assign(geometry=frame.buffer(1))
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".gdb":
        frame.to_file(path, driver="OpenFileGDB", engine="pyogrio")
    elif path.suffix == ".shp":
        short = {"facility_id": "id", "facility_type": "category", "floor_area_m2": "floor_area"}
        frame.rename(columns=short).to_file(path, engine="pyogrio")
    else:
        frame.to_file(path, engine="pyogrio")


def _zip_shapefile(town, name):
    with ZipFile(town / f"{name}.zip", "w", ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(town / f"{name}{suffix}", f"{name}{suffix}")


def write_table(frame, stem):
    points = frame.representative_point()
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(x=points.x, y=points.y)
    table.to_csv(stem.with_suffix(".csv"), index=False)
    table.to_excel(stem.with_suffix(".xlsx"), index=False)


def _write_rasters(town):
    for name, dtype in (("people", "float32"), ("heights", "int16")):
        with rasterio.open(
            town / f"{name}.tif", "w", driver="GTiff", width=12, height=12, count=1, dtype=dtype,
            crs=CRS, transform=rasterio.Affine(100, 0, X0, 0, -100, Y0 + 1100), nodata=-1,
            compress="deflate",
        ) as raster:  # fmt: skip
            raster.write(np.full((12, 12), 5, dtype), 1)


def _write_osm(town):
    streets = gpd.read_file(town / "streets.gpkg").to_crs("EPSG:4326")
    nodes, ways, number = [], [], 0
    for row, line in enumerate(streets.geometry, start=1):
        refs = []
        for lon, lat in line.coords:
            number += 1
            nodes.append(f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}" version="1"/>')
            refs.append(f'<nd ref="{number}"/>')
        ways.append(
            f'<way id="{row}" version="1">{"".join(refs)}<tag k="highway" v="residential"/>'
            f'<tag k="name" v="Street {row}"/></way>'
        )
    lines = ['<?xml version="1.0"?>', '<osm version="0.6">', *nodes, *ways, "</osm>"]
    (town / "streets.osm").write_text("\n".join(lines), encoding="utf-8")
    with osmium.SimpleWriter(str(town / "streets.osm.pbf"), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(town / "streets.osm")):
            writer.add(thing)
    _write_graph(town, streets)


def _write_graph(town, streets):
    keys = [("d0", "graph", "crs", "string"), ("d1", "node", "x", "double"),
            ("d2", "node", "y", "double"), ("d3", "edge", "geometry", "string"),
            ("d4", "edge", "length", "double"), ("d5", "edge", "highway", "string")]  # fmt: skip
    head = [
        f'<key id="{i}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'
        for i, of, name, kind in keys
    ]
    body = ['<data key="d0">epsg:4326</data>']
    for row, line in enumerate(streets.geometry):
        for end, (lon, lat) in enumerate((line.coords[0], line.coords[-1])):
            body.append(
                f'<node id="{2 * row + end}"><data key="d1">{lon}</data>'
                f'<data key="d2">{lat}</data></node>'
            )
        body.append(
            f'<edge source="{2 * row}" target="{2 * row + 1}" id="0">'
            f'<data key="d3">{line.wkt}</data><data key="d4">100</data>'
            '<data key="d5">residential</data></edge>'
        )
    text = (
        '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        f'{"".join(head)}<graph edgedefault="directed">{"".join(body)}</graph></graphml>'
    )
    (town / "streets.graphml").write_text(text, encoding="utf-8")


def _write_plans(town):
    dump(PLAN, town / "plan.yaml")
    write_book(town / "plan.xlsx", PLAN_ROWS)
    frame = gpd.read_file(town / "facilities.gpkg")
    plan = json.loads(frame.to_crs("EPSG:4326").to_json())
    plan["plan"] = {k: v for k, v in PLAN.items() if k != "phases"}
    (town / "plan.geojson").write_text(json.dumps(plan), encoding="utf-8")
    for layer in ("site", "buildings", "facilities"):
        name = "areas" if layer == "site" else "homes" if layer == "buildings" else layer
        data = gpd.read_file(town / f"{name}.gpkg").head(1 if layer == "site" else None)
        data.to_file(town / "plan.gpkg", layer=layer, engine="pyogrio")


def dump(data, path):
    try:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, ValueError):
        text = json.dumps(data)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")


def analyze(town, data):
    dump(data, town / "siting.yaml")
    more = [] if Random(repr(sorted(data))).random() < 0.3 else ["--no-map"]
    return ["analyze", str(town / "siting.yaml"), "--out", str(town.parent / "out"), "--quiet",
            "--no-cache", *more]  # fmt: skip


def with_layer(role, path, **more):
    data = project_data()
    many = role not in ("residential", "streets")
    layer = {"path": path, **more}
    if role == "areas":
        layer["level"] = "community"
    if Path(path).suffix in TABLES and "osm" not in path:
        layer |= {"crs": CRS, "longitude": "x", "latitude": "y"}
    data["layers"][role] = [layer] if many else layer
    return data
