"""Hostile projects, plans, packs, reports and libraries, each made from a seed in a folder of its own.

`write_base` writes a sound town once, in every format; `spoil` copies it, spoils one file and
returns the command line that meets it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import yaml

from analysis_town import (
    CRS,
    X0,
    Y0,
    facility_columns,
    facility_shapes,
    home_columns,
    home_shapes,
    place,
    project_data,
    write_town,
)
from hostile.values import NUMBER_TEXTS, NUMBERS, TEXTS, spoiled_bytes, spoiled_data, spoiled_zip

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
            _write(frame, town / f"{name}{suffix}")
        _zip_shapefile(town, name)
        _write_table(frame, town / name)
    _write_rasters(town)
    _write_osm(town)
    _write_plans(town)
    from siting.loaders.library.store import change_projects, create_library

    create_library(town / "library.gpkg")
    change_projects(
        town / "library.gpkg",
        {"a": {"name": "A", "functions": "elder_care", "longitude": 114.0, "latitude": 30.5}},
        may_add=True,
    )
    return town


def _write(frame, path):
    mixed = frame.geom_type.nunique() > 1 and "Polygon" in set(frame.geom_type)
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
    from zipfile import ZIP_DEFLATED, ZipFile

    with ZipFile(town / f"{name}.zip", "w", ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(town / f"{name}{suffix}", f"{name}{suffix}")


def _write_table(frame, stem):
    points = frame.representative_point()
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(x=points.x, y=points.y)
    table.to_csv(stem.with_suffix(".csv"), index=False)
    table.to_excel(stem.with_suffix(".xlsx"), index=False)


def _write_rasters(town):
    import rasterio

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
    import osmium

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
    from plan_book import write_book

    _dump(PLAN, town / "plan.yaml")
    write_book(town / "plan.xlsx", PLAN_ROWS)
    frame = gpd.read_file(town / "facilities.gpkg")
    plan = json.loads(frame.to_crs("EPSG:4326").to_json())
    plan["plan"] = {k: v for k, v in PLAN.items() if k != "phases"}
    (town / "plan.geojson").write_text(json.dumps(plan), encoding="utf-8")
    for layer in ("site", "buildings", "facilities"):
        name = "areas" if layer == "site" else "homes" if layer == "buildings" else layer
        data = gpd.read_file(town / f"{name}.gpkg").head(1 if layer == "site" else None)
        data.to_file(town / "plan.gpkg", layer=layer, engine="pyogrio")


def _dump(data, path):
    try:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, ValueError):
        text = json.dumps(data)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")


# --- spoiling ---------------------------------------------------------------------------------


def spoil(base: Path, folder: Path, seed: int) -> tuple[str, list[str]]:
    """Copy the town, spoil one thing, and return what was done and the arguments for siting."""
    random = Random(seed)
    kinds = (
        _bytes_of_layer, _bytes_of_layer, _bytes_of_layer, _bytes_of_layer, _values_of_layer,
        _values_of_layer, _shapes_of_layer, _shapes_of_layer, _columns_of_layer, _osm_values,
        _bytes_of_raster, _graph_values, _project, _project, _plan, _plan, _plan_book, _plan_layer,
        _pack, _pack, _report, _library, _table_text, _prj, _names,
    )  # fmt: skip
    kind = kinds[seed % len(kinds)]
    town = folder / "town"
    shutil.copytree(base, town)
    told, command = kind(random, town)
    return f"{kind.__name__}: {told}", command


def _analyze(town, data):
    _dump(data, town / "siting.yaml")
    more = [] if Random(repr(sorted(data))).random() < 0.3 else ["--no-map"]
    return ["analyze", str(town / "siting.yaml"), "--out", str(town.parent / "out"), "--quiet",
            "--no-cache", *more]  # fmt: skip


def _with_layer(role, path, **more):
    data = project_data()
    many = role not in ("residential", "streets")
    layer = {"path": path, **more}
    if role == "areas":
        layer["level"] = "community"
    if Path(path).suffix in TABLES and "osm" not in path:
        layer |= {"crs": CRS, "longitude": "x", "latitude": "y"}
    data["layers"][role] = [layer] if many else layer
    return data


def _bytes_of_layer(random, town):
    role = random.choice(list(ROLES))
    suffix = random.choice((*VECTORS, *TABLES, ".osm", ".osm.pbf", ".graphml"))
    if suffix in (".osm", ".osm.pbf", ".graphml"):
        role = "streets" if suffix == ".graphml" else random.choice(("streets", "barriers"))
        name = f"streets{suffix}"
    else:
        if suffix in TABLES and role in ("streets", "areas", "barriers", "water"):
            role = "facilities"
        name = f"{ROLES[role]}{suffix}"
    target = town / name
    if target.is_dir():
        target = random.choice(sorted(p for p in target.iterdir() if p.stat().st_size))
    elif suffix == ".shp":
        target = target.with_suffix(random.choice((".shp", ".dbf", ".dbf", ".prj", ".shx")))
    mutate = spoiled_zip if suffix in (".xlsx", ".zip") else spoiled_bytes
    target.write_bytes(mutate(random, target.read_bytes()))
    return f"{role} {target.name}", _analyze(town, _with_layer(role, name))


def _frame(town, role):
    return gpd.read_file(town / f"{ROLES[role]}.gpkg")


def _stored(random, town, role, frame, suffixes=VECTORS[:6]):
    """Write a frame in the first format, of some in any order, that takes it."""
    for suffix in random.sample(suffixes, len(suffixes)):
        path = town / f"spoiled{suffix}"
        try:
            _write(frame, path)
        except Exception:  # noqa: BLE001 - not every format holds every value
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            continue
        return path.name
    frame.iloc[:0].to_file(town / "spoiled.geojson")
    return "spoiled.geojson"


def _values_of_layer(random, town):
    role = random.choice(list(ROLES))
    frame = _frame(town, role)
    done = []
    for _ in range(random.choice((1, 2))):
        column = random.choice([c for c in frame.columns if c != "geometry"])
        pool = random.choice((TEXTS[:-1], NUMBERS, NUMBER_TEXTS))
        rows = random.sample(range(len(frame)), random.randrange(1, len(frame) + 1))
        values = frame[column].astype(object)
        for row in rows:
            values.iloc[row] = random.choice(pool)
        frame[column] = values.astype(str) if pool is not NUMBERS else values
        if pool is NUMBERS:
            frame[column] = pd.to_numeric(values, errors="coerce")
        done.append(column)
    if random.random() < 0.3:
        suffix = random.choice(TABLES)
        if role not in ("streets", "areas", "barriers", "water"):
            try:
                _write_table(frame, town / "spoiled")
                return f"{role}{suffix} {done}", _analyze(
                    town, _with_layer(role, f"spoiled{suffix}")
                )
            except Exception:  # noqa: BLE001 - not every format holds every value
                pass
    name = _stored(random, town, role, frame)
    return f"{role} {name} {done}", _analyze(town, _with_layer(role, name))


def _hostile_shapes(random):
    nan, inf = float("nan"), float("inf")
    x, y = X0, Y0
    return random.choice((
        lambda: shapely.Point(nan, nan),
        lambda: shapely.Point(inf, y),
        lambda: shapely.Point(),
        lambda: shapely.Point(x, y, nan),
        lambda: shapely.Point(1e300, 1e300),
        lambda: shapely.Polygon(),
        lambda: shapely.Polygon([(x, y), (x, y), (x, y), (x, y)]),
        lambda: shapely.Polygon([(x, y), (x + 1, y), (x, y), (x, y)]),
        lambda: shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)]),
        lambda: shapely.Polygon([(x, y), (nan, y), (x, y + 9), (x, y)]),
        lambda: shapely.LineString([(x, y), (nan, nan), (x + 900, y)]),
        lambda: shapely.LineString([(x, y), (inf, y), (x + 900, y)]),
        lambda: shapely.LineString([(x, y), (x, y)]),
        lambda: shapely.LineString(),
        lambda: shapely.MultiPoint([(x, y), (nan, nan)]),
        lambda: shapely.MultiLineString([[(x, y), (x + 9, y)], [(nan, y), (x, nan)]]),
        lambda: shapely.GeometryCollection([shapely.Point(x, y), shapely.LineString()]),
        lambda: shapely.GeometryCollection(),
        lambda: shapely.LineString([(x + i % 7 * 1e-9, y) for i in range(3000)]),
        lambda: shapely.box(-1e15, -1e15, 1e15, 1e15),
        lambda: shapely.box(x, y, x, y),
        lambda: shapely.LineString([(x, y), (x + 1e12, y + 1e12)]),
        lambda: shapely.MultiPolygon([shapely.box(x, y, x + 50, y + 50)] * 3),
    ))()  # fmt: skip


def _shapes_of_layer(random, town):
    role = random.choice(list(ROLES))
    frame = _frame(town, role)
    shapes = list(frame.geometry)
    for row in random.sample(range(len(shapes)), random.randrange(1, len(shapes) + 1)):
        shapes[row] = _hostile_shapes(random)
    frame = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=frame.crs)
    name = _stored(random, town, role, frame, (".parquet", ".gpkg", ".fgb", ".shp", ".gdb"))
    return f"{role} {name} {[s.wkt[:40] for s in shapes[:3]]}", _analyze(
        town, _with_layer(role, name)
    )


_OWN_COLUMNS = (
    "home_id", "facility_id", "area_id", "level", "geometry", "geom", "index", "verdict", "subject",
    "rule_id", "x", "y", "households", "population", "elderly", "id", "fid", "nearest_id", "area",
    "site_id", "street_id", "oneway", "highway", "from_node", "to_node", "status", "name",
    "facility_type", "weight", "longitude", "latitude", "community", "source", "covered_share",
    "elevation", "added", "access", "foot", "gates", "row", "length_m", "size",
)  # fmt: skip


def _columns_of_layer(random, town):
    import pyarrow as pa
    import pyarrow.parquet as pq

    role = random.choice(list(ROLES))
    frame = _frame(town, role)
    size = len(frame)
    makers = (
        lambda: [[1, 2]] * size,
        lambda: [{"a": 1}] * size,
        lambda: [b"\xff\x00"] * size,
        lambda: pd.Series([pd.Timedelta(1)] * size),
        lambda: pd.Series([pd.Timestamp("2020-01-01", tz="Asia/Shanghai")] * size),
        lambda: pd.Categorical(["a"] * size),
        lambda: [True] * size,
        lambda: list(frame.geometry.buffer(1)),
        lambda: [None] * size,
        lambda: ["x"] * size,
        lambda: [1e300] * size,
        lambda: list(range(size)),
    )
    done = []
    for _ in range(random.choice((1, 2, 4))):
        name = random.choice((*_OWN_COLUMNS, *TEXTS[:14]))
        if name == "geometry":
            name = "geometry_2"
        made = random.choice(makers)()
        try:
            frame[name] = gpd.GeoSeries(made, crs=frame.crs) if hasattr(made[0], "wkt") else made
        except Exception:  # noqa: BLE001 - a value that no frame takes
            continue
        done.append(name[:20])
    if random.random() < 0.2:
        path = town / "spoiled.parquet"
        try:
            frame.to_parquet(path)
            table = pq.read_table(path)
            pq.write_table(table.append_column("geometry", pa.nulls(size)), path)
            return f"{role} two geometry columns", _analyze(town, _with_layer(role, path.name))
        except Exception:  # noqa: BLE001 - what parquet does not hold goes elsewhere
            path.unlink(missing_ok=True)
    name = _stored(random, town, role, frame)
    return f"{role} {name} {done}", _analyze(town, _with_layer(role, name))


def _osm_values(random, town):
    import re

    path = town / "streets.osm"
    text = path.read_text("utf-8")
    values = ("nan", "inf", "1e9", "-999", "", "180.0000001", "91", "abc", "1e-400", "-0", "9" * 30,
              *(t.replace("&", "").replace("<", "").replace('"', "") for t in TEXTS[:9]))  # fmt: skip
    spots = [m.span(2) for m in re.finditer(r'(lon|lat|id|ref|k|v|version)="([^"]*)"', text)]
    for start, end in sorted(random.sample(spots, random.choice((1, 1, 3))), reverse=True):
        text = text[:start] + random.choice(values) + text[end:]
    path.write_text(text, "utf-8", errors="surrogatepass")
    role = random.choice(("streets", "streets", "barriers", "facilities", "residential", "areas"))
    return f"{role} osm", _analyze(town, _with_layer(role, "streets.osm"))


def _graph_values(random, town):
    import re

    path = town / "streets.graphml"
    text = path.read_text("utf-8")
    values = ("nan", "inf", "1e9", "-999", "", "LINESTRING (1 2)", "POINT EMPTY", "epsg:0", "abc",
              "LINESTRING (nan nan, 1 1)", "POLYGON ((0 0, 1 1, 1 0, 0 0))", "EPSG:4978",
              'LOCAL_CS["x"]', *TEXTS[:6])  # fmt: skip
    spots = [m.span(1) for m in re.finditer(r">([^<>]+)</data>", text)]
    spots += [m.span(2) for m in re.finditer(r'(source|target|id|key|attr.type)="([^"]*)"', text)]
    for start, end in sorted(random.sample(spots, random.choice((1, 1, 3))), reverse=True):
        text = text[:start] + random.choice(values) + text[end:]
    path.write_text(text, "utf-8", errors="surrogatepass")
    return "graphml", _analyze(town, _with_layer("streets", "streets.graphml"))


def _bytes_of_raster(random, town):
    import rasterio

    name = random.choice(("people.tif", "heights.tif"))
    path = town / name
    if random.random() < 0.6:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
        told = "bytes"
    else:
        crs = random.choice((CRS, 'LOCAL_CS["x",UNIT["metre",1]]', None, "EPSG:4326", "EPSG:4978"))
        dtype = random.choice(("float64", "uint8", "complex64", "int32"))
        a = random.choice((100, 0, -100, 1e-300, 1e300, float("nan"), float("inf")))
        told = f"{crs} {dtype} {a}"
        path.unlink()
        try:
            with rasterio.open(
                path, "w", driver="GTiff", width=12, height=12, count=random.choice((1, 2)),
                dtype=dtype, crs=crs, transform=rasterio.Affine(a, 0, X0, 0, -100, Y0 + 1100),
                nodata=random.choice((None, 0, 5)),
            ) as raster:  # fmt: skip
                value = 5 if dtype != "float64" else random.choice(NUMBERS)
                raster.write(np.full((12, 12), value, dtype), 1)
        except Exception as error:  # noqa: BLE001 - rasterio refuses some of it
            path.write_bytes(b"II*\0" + repr(error).encode())
    data = project_data()
    if name == "people.tif":
        data["layers"]["population"] = {"path": name, "group": "elderly"}
    else:
        data["layers"]["elevation"] = {"path": name}
    return f"{name} {told}", _analyze(town, data)


def _project(random, town):
    data = _with_layer(random.choice(list(ROLES)), "homes.gpkg")
    data["layers"]["facilities"] = [
        {"path": "facilities.csv", "crs": CRS, "longitude": "x", "latitude": "y",
         "encoding": "utf-8", "columns": {"name": "name"}, "where": {"name": ["library"]},
         "facility_type": {"column": "facility_type", "map": {"a": "elder_care"}}},
        {"path": "facilities.gpkg"},
    ]  # fmt: skip
    data["layers"]["population"] = {"path": "people.tif", "group": "elderly", "band": 1}
    data["layers"]["residential"]["encoding"] = random.choice(("undefined", "idna", "hex", "gbk"))
    data["parameters"] = {"walking_speed_m_per_min": 80, "max_access_m": 200,
                          "persons_per_household": 2.5}  # fmt: skip
    data["crs"] = CRS
    if random.random() < 0.3:
        _dump(data, town / "siting.yaml")
        (town / "siting.yaml").write_bytes(
            spoiled_bytes(random, (town / "siting.yaml").read_bytes())
        )
        command = ["analyze", str(town / "siting.yaml"), "--out", str(town.parent / "out"), "-q"]
        return "bytes", command
    return "values", _analyze(town, spoiled_data(random, data))


_FORMATS = ("text", "json", "markdown", "html", "sarif", "junit", "github")


def _check(random, *arguments):
    return ["check", *map(str, arguments), "--format", random.choice(_FORMATS), "--quiet"]


def _plan(random, town):
    path = town / "plan.yaml"
    if random.random() < 0.3:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
        told = "bytes"
    else:
        plan = json.loads(json.dumps(PLAN))
        if random.random() < 0.3:
            plan["indicators"] = {"path": "plan.xlsx", "sheet": "指标", "column": "数值"}
            plan["layers"] = {"site": "areas.gpkg", "buildings": {"path": "homes.gpkg"},
                              "facilities": "facilities.geojson"}  # fmt: skip
        _dump(spoiled_data(random, plan), path)
        told = "values"
    return told, _check(random, path)


def _plan_book(random, town):
    from plan_book import write_book

    path = town / "plan.xlsx"
    if random.random() < 0.5:
        path.write_bytes(spoiled_zip(random, path.read_bytes()))
        return "bytes", _check(random, path)
    rows = [list(row) for row in PLAN_ROWS]
    for _ in range(random.choice((1, 2, 4))):
        row, column = random.randrange(len(rows)), random.randrange(3)
        value = random.choice((*NUMBER_TEXTS, *TEXTS, *(n for n in NUMBERS if n == n)))
        if isinstance(value, str):
            value = "".join(c for c in value if c.isprintable() or c in "\r\n\u2028")[:32_000]
            value = value.encode("utf-8", "replace").decode()
        rows[row][column] = value
    write_book(path, rows)
    return "values", _check(random, path)


def _plan_layer(random, town):
    name = random.choice(("plan.gpkg", "plan.geojson"))
    path = town / name
    path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    return name, _check(random, path, "--date", "2026-11-01", "--jurisdiction", "cn-hubei-wuhan")


def _pack(random, town):
    repository = Path(__file__).resolve().parents[2]
    packs = sorted((repository / "rules" / "cn").rglob("*.yaml"))
    data = yaml.safe_load(random.choice(packs).read_text("utf-8"))
    data = json.loads(json.dumps(data, default=str))
    if "rules" not in data:
        data = yaml.safe_load((town / "rules.yaml").read_text("utf-8"))
    rules = data["rules"]
    data["rules"] = [random.choice(rules)]
    cases = data["rules"][0].setdefault(
        "cases", [{"name": "a", "households": 1, "verdict": "pass"}]
    )
    part = random.choice((data, data["rules"][0], {"cases": cases}))
    spoiled_data(random, part)
    if random.random() < 0.2:
        data["rules"][0]["cases"] = part.get("cases")
    path = town / "pack.yaml"
    _dump(data, path)
    if random.random() < 0.2:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    command = random.choice((
        ["rules", "lint", str(path)], ["rules", "test", str(path)], ["rules", "list", str(path)],
        _check(random, town / "plan.yaml", "--rules", path),
    ))  # fmt: skip
    return command[1] if command[0] == "rules" else "check", command


def _report(random, town):
    path = town / "old.json"
    report = json.loads((town / "report.json").read_text("utf-8"))
    if random.random() < 0.3:
        path.write_bytes(spoiled_bytes(random, (town / "report.json").read_bytes()))
    else:
        path.write_text(json.dumps(spoiled_data(random, report)), "utf-8", errors="surrogatepass")
    return "report", random.choice((
        _check(random, town / "plan.yaml", "--baseline", path),
        ["diff", str(path), str(town / "report.json")],
        ["explain", "wuhan-elder-care-floor-area", str(path)],
    ))  # fmt: skip


def _library(random, town):
    import sqlite3

    path = town / "library.gpkg"
    if random.random() < 0.5:
        path.write_bytes(spoiled_bytes(random, path.read_bytes()))
    else:
        base = sqlite3.connect(path)
        column = random.choice(
            ("name", "state", "functions", "floor_area_m2", "year", "community", "longitude")
        )
        value = random.choice((*TEXTS, *NUMBERS, b"\xff\x00", 2**62))
        if isinstance(value, str):
            value = value.encode("utf-8", "replace").decode()
        base.execute(f"UPDATE projects SET {column} = ?", (value,))
        if random.random() < 0.3:
            base.execute("INSERT INTO budgets (year, amount_cny) VALUES (?, ?)", (2030, value))
        if random.random() < 0.2:
            base.execute(f"ALTER TABLE projects DROP COLUMN {column}")
        base.commit()
        base.close()
    return "library", random.choice((
        ["projects", "list", str(path)], ["projects", "history", str(path)],
        ["projects", "budget", str(path)], ["projects", "list", str(path), "--json"],
        ["projects", "export", str(path), str(town.parent / "out.xlsx")],
        ["projects", "set", str(path), "a", "--state", "planned"],
    ))  # fmt: skip


def _table_text(random, town):
    """A CSV as text: long fields, quotes, odd encodings and separators."""
    path = town / "facilities.csv"
    text = path.read_text("utf-8")
    text = random.choice((
        lambda: text.replace("market", '"' + "y" * 200_000 + '"', 1),
        lambda: text.replace("market", '"' + "y" * 200_000, 1),
        lambda: text.replace(",", "\0"),
        lambda: text * 2,
        lambda: text.replace("\n", "\r"),
        lambda: "," * 10_000 + "\n" + text,
        lambda: text.replace("x", random.choice(TEXTS), 1),
        lambda: text.replace("reading_room", random.choice(TEXTS)),
        lambda: text.replace("500", random.choice(NUMBER_TEXTS), 1),
        lambda: "\n" * 5000 + text,
    ))()  # fmt: skip
    data = _with_layer("facilities", "facilities.csv")
    layer = data["layers"]["facilities"][0]
    encoding = random.choice(("utf-8", "utf-16", "gbk", "utf-8-sig", "utf-7"))
    path.write_bytes(text.encode(encoding, "replace"))
    if random.random() < 0.5:
        layer["encoding"] = random.choice(
            ("utf-8", "undefined", "idna", "punycode", "hex", "utf-16", "rot13", "", "x" * 999,
             "unicode_escape", "raw_unicode_escape", "utf-7", "base64", "mbcs", "oem")
        )  # fmt: skip
    return f"csv {encoding} {layer.get('encoding', '')[:20]}", _analyze(town, data)


def _prj(random, town):
    role = random.choice(("residential", "facilities", "streets"))
    text = random.choice((
        "", "GEOGCS[]", 'PROJCS["x"', "EPSG:4547", 'LOCAL_CS["Local",UNIT["m",1]]', "\xff\xfe" * 40,
        'GEOGCS["a",DATUM["b",SPHEROID["c",0,0]],PRIMEM["g",0],UNIT["d",0]]', "x" * 1_000_000,
        'PROJCS["x",GEOGCS["a",DATUM["b",SPHEROID["c",6378137,298.25]],PRIMEM["g",0],'
        'UNIT["d",0.0174532925199433]],PROJECTION["Nothing"],UNIT["m",1]]',
        'VERT_CS["x",VERT_DATUM["y",2005],UNIT["m",1]]', "+proj=longlat +datum=WGS84 +lon_0=nan",
        '{"type": "ProjectedCRS"}', "GEOCCS", *TEXTS[:6],
    ))  # fmt: skip
    (town / f"{ROLES[role]}.prj").write_text(text, "utf-8", errors="surrogatepass")
    return f"{role} {text[:30]!r}", _analyze(town, _with_layer(role, f"{ROLES[role]}.shp"))


def _names(random, town):
    """Paths that are too long, hold line breaks, or are no text."""
    name = random.choice(
        ("a" * 300, "a/" * 3000, f"a\n{MARKED}.gpkg", "\x1b[31m.gpkg", "a\0b", "con", "..", "/", "~",
         "/dev/zero", "/dev/stdin", "-", "a" * 250 + ".csv", "homes.gpkg/inside")
    )  # fmt: skip
    if random.random() < 0.5:
        data = _with_layer(random.choice(list(ROLES)), name)
        return f"layer {name[:30]!r}", _analyze(town, data)
    out = str(town.parent / "out" / name).replace("\0", "")
    return f"argument {name[:30]!r}", random.choice((
        ["analyze", name.replace("\0", ""), "--quiet"],
        ["check", name.replace("\0", "")] if name != "/" else ["check", out],
        ["check", str(town / "plan.yaml"), "--output", out],
        ["analyze", str(town / "siting.yaml"), "--quiet", "--no-map", "--out", out],
        ["projects", "list", out],
        ["rules", "lint", out],
        ["diff", out, out],
        ["map", str(town / "siting.yaml"), "--quiet", "--out", out],
    ))  # fmt: skip


MARKED = "EVIL::error::owned"
__all__ = ["facility_columns", "facility_shapes", "home_columns", "home_shapes", "place", "pyogrio"]
