"""Layers spoiled by bytes, values, shapes and columns; rasters and street files."""

from __future__ import annotations

import re
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely

from analysis_town import CRS, X0, Y0, project_data
from hostile.base import ROLES, TABLES, VECTORS, analyze, with_layer, write, write_table
from hostile.values import NUMBER_TEXTS, NUMBERS, TEXTS, spoiled_bytes, spoiled_zip


def bytes_of_layer(random, town):
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
    return f"{role} {target.name}", analyze(town, with_layer(role, name))


def _frame(town, role):
    return gpd.read_file(town / f"{ROLES[role]}.gpkg")


def _stored(random, town, role, frame, suffixes=VECTORS[:6]):
    """Write a frame in the first format, of some in any order, that takes it."""
    for suffix in random.sample(suffixes, len(suffixes)):
        path = town / f"spoiled{suffix}"
        try:
            write(frame, path)
        except Exception:  # noqa: BLE001 - not every format holds every value
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            continue
        return path.name
    frame.iloc[:0].to_file(town / "spoiled.geojson")
    return "spoiled.geojson"


def values_of_layer(random, town):
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
                write_table(frame, town / "spoiled")
                return f"{role}{suffix} {done}", analyze(town, with_layer(role, f"spoiled{suffix}"))
            except Exception:  # noqa: BLE001 - not every format holds every value
                pass
    name = _stored(random, town, role, frame)
    return f"{role} {name} {done}", analyze(town, with_layer(role, name))


def _hostile_shapes(random):
    nan, inf = float("nan"), float("inf")
    x, y = X0, Y0
    return random.choice((
        lambda: shapely.Point(nan, nan),
        lambda: shapely.Point(inf, y),
        shapely.Point,
        lambda: shapely.Point(x, y, nan),
        lambda: shapely.Point(1e300, 1e300),
        shapely.Polygon,
        lambda: shapely.Polygon([(x, y), (x, y), (x, y), (x, y)]),
        lambda: shapely.Polygon([(x, y), (x + 1, y), (x, y), (x, y)]),
        lambda: shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)]),
        lambda: shapely.Polygon([(x, y), (nan, y), (x, y + 9), (x, y)]),
        lambda: shapely.LineString([(x, y), (nan, nan), (x + 900, y)]),
        lambda: shapely.LineString([(x, y), (inf, y), (x + 900, y)]),
        lambda: shapely.LineString([(x, y), (x, y)]),
        shapely.LineString,
        lambda: shapely.MultiPoint([(x, y), (nan, nan)]),
        lambda: shapely.MultiLineString([[(x, y), (x + 9, y)], [(nan, y), (x, nan)]]),
        lambda: shapely.GeometryCollection([shapely.Point(x, y), shapely.LineString()]),
        shapely.GeometryCollection,
        lambda: shapely.LineString([(x + i % 7 * 1e-9, y) for i in range(3000)]),
        lambda: shapely.box(-1e15, -1e15, 1e15, 1e15),
        lambda: shapely.box(x, y, x, y),
        lambda: shapely.LineString([(x, y), (x + 1e12, y + 1e12)]),
        lambda: shapely.MultiPolygon([shapely.box(x, y, x + 50, y + 50)] * 3),
    ))()  # fmt: skip


def shapes_of_layer(random, town):
    role = random.choice(list(ROLES))
    frame = _frame(town, role)
    shapes = list(frame.geometry)
    for row in random.sample(range(len(shapes)), random.randrange(1, len(shapes) + 1)):
        shapes[row] = _hostile_shapes(random)
    frame = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=frame.crs)
    name = _stored(random, town, role, frame, (".parquet", ".gpkg", ".fgb", ".shp", ".gdb"))
    return f"{role} {name} {[s.wkt[:40] for s in shapes[:3]]}", analyze(
        town, with_layer(role, name)
    )


_OWN_COLUMNS = (
    "home_id", "facility_id", "area_id", "level", "geometry", "geom", "index", "verdict", "subject",
    "rule_id", "x", "y", "households", "population", "elderly", "id", "fid", "nearest_id", "area",
    "site_id", "street_id", "oneway", "highway", "from_node", "to_node", "status", "name",
    "facility_type", "weight", "longitude", "latitude", "community", "source", "covered_share",
    "elevation", "added", "access", "foot", "gates", "row", "length_m", "size",
)  # fmt: skip


def columns_of_layer(random, town):
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
            return f"{role} two geometry columns", analyze(town, with_layer(role, path.name))
        except Exception:  # noqa: BLE001 - what parquet does not hold goes elsewhere
            path.unlink(missing_ok=True)
    name = _stored(random, town, role, frame)
    return f"{role} {name} {done}", analyze(town, with_layer(role, name))


def osm_values(random, town):
    path = town / "streets.osm"
    text = path.read_text("utf-8")
    values = ("nan", "inf", "1e9", "-999", "", "180.0001", "91", "ab", "1e-400", "9" * 30,
              *("".join(c for c in text if c not in '&<"') for text in TEXTS[:9]))  # fmt: skip
    spots = [m.span(2) for m in re.finditer(r'(lon|lat|id|ref|k|v|version)="([^"]*)"', text)]
    for start, end in sorted(random.sample(spots, random.choice((1, 1, 3))), reverse=True):
        text = text[:start] + random.choice(values) + text[end:]
    path.write_text(text, "utf-8", errors="surrogatepass")
    role = random.choice(("streets", "streets", "barriers", "facilities", "residential", "areas"))
    return f"{role} osm", analyze(town, with_layer(role, "streets.osm"))


def graph_values(random, town):
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
    return "graphml", analyze(town, with_layer("streets", "streets.graphml"))


def bytes_of_raster(random, town):
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
    return f"{name} {told}", analyze(town, data)
