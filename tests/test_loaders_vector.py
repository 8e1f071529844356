"""Vector files as real offices hand them over, and files that are not what they say."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from shapely import Point

from siting.data_report import DataReport
from siting.errors import CRSError, LoadError
from siting.loaders.formats.files import input_file, resolve_path
from siting.loaders.formats.vector import read_vector
from siting.loaders.layer.columns.assigned_types import FacilityTypeRule
from siting.loaders.layer.sources import (
    FileSource,
    read_areas,
    read_barriers,
    read_facilities,
    read_residential,
    read_streets_layer,
)

METRIC = pyproj.CRS(4547)
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".gdb": "OpenFileGDB",
    ".fgb": "FlatGeobuf",
}
ARCGIS = "ARCGIS_PRO_3_2_OR_LATER"
NAMES = ["江湾花园一期", "联通小区", "幸福里"]


def homes(crs=METRIC):
    frame = gpd.GeoDataFrame(
        {"名称": NAMES, "户数": [100, 200, 300]},
        geometry=gpd.points_from_xy([530_000, 530_100, 530_200], [3_385_000] * 3),
        crs=METRIC,
    )
    return frame.to_crs(crs) if crs else frame.set_crs(None, allow_override=True)


def write(frame, path, *, index="NO", **options):
    if path.suffix in (".parquet", ".geoparquet"):
        frame.to_parquet(path)
    else:
        # The R-tree of a FlatGeobuf changes the order; old ArcGIS knows no 64-bit integers.
        made = {".fgb": {"SPATIAL_INDEX": index}, ".gdb": {"TARGET_ARCGIS_VERSION": ARCGIS}}
        options |= made.get(path.suffix, {})
        pyogrio.write_dataframe(frame, path, driver=DRIVERS[path.suffix], **options)
    return path


def write_gbk(folder, *, cpg=None, name="homes.shp"):
    path = write(homes(), folder / name, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return path


def read(path, **options):
    report = DataReport()
    return read_vector(path, report=report, **options), {note.code: note for note in report.notes}


@pytest.mark.parametrize("suffix", [*DRIVERS, ".parquet", ".geoparquet"])
def test_every_format_gives_the_same_layer(tmp_path, suffix):
    crs = 4326 if suffix == ".geojson" else METRIC
    frame, _ = read(write(homes(crs), tmp_path / f"homes{suffix}"))
    assert frame["名称"].tolist() == NAMES
    assert frame["户数"].tolist() == [100, 200, 300]
    assert frame.index.tolist() == [1, 2, 3]
    back = shapely.get_coordinates(frame.to_crs(METRIC).geometry.to_numpy())
    assert back == pytest.approx(shapely.get_coordinates(homes().geometry.to_numpy()), abs=0.02)


# --- encodings -----------------------------------------------------------------------------------


def test_a_gbk_table_without_cpg_is_read_and_the_repair_is_reported(tmp_path):
    frame, notes = read(write_gbk(tmp_path))
    assert frame["名称"].tolist() == NAMES
    assert "户数" in frame
    assert notes["encoding-detected"].severity == "repair"


@pytest.mark.parametrize("cpg", ["UTF-8", "ISO-8859-1", "1252"])
def test_a_cpg_that_is_wrong_is_set_aside(tmp_path, cpg):
    frame, notes = read(write_gbk(tmp_path, cpg=cpg))
    assert frame["名称"].tolist() == NAMES
    assert "encoding-detected" in notes


@pytest.mark.parametrize("cpg", ["GBK", "936", "GB18030"])
def test_a_cpg_that_is_right_needs_no_repair(tmp_path, cpg):
    frame, notes = read(write_gbk(tmp_path, cpg=cpg))
    assert frame["名称"].tolist() == NAMES
    assert notes == {}


@pytest.mark.parametrize("declared", [None, "gbk"])
def test_a_geojson_in_gbk_is_read(tmp_path, declared):
    """The second byte of 乗 in GBK is the one of a backslash, which JSON would read as its own."""
    path = write(homes(4326).assign(名称=["乗", "甲", "乙"]), tmp_path / "a.geojson")
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    frame, notes = read(path, encoding=declared)
    assert frame["名称"].tolist() == ["乗", "甲", "乙"]
    assert ("encoding-detected" in notes) is (declared is None)
    with pytest.raises(LoadError, match="declared encoding ascii"):
        read(path, encoding="ascii")


def test_accented_latin_text_is_not_taken_for_chinese(tmp_path):
    frame = homes().assign(名称=["Café", "Peñón", "Straße"]).rename(columns={"名称": "name"})
    frame = frame.rename(columns={"户数": "hh"})
    path = write(frame, tmp_path / "a.shp", encoding="ISO-8859-1")
    found, notes = read(path)
    assert found["name"].tolist() == ["Café", "Peñón", "Straße"]
    assert notes == {}
    path.with_suffix(".cpg").unlink()
    with pytest.raises(LoadError, match=r"UTF-8 nor GB18030.*Write encoding:"):
        read(path)


@pytest.mark.parametrize("names", [["Café", "Olé", "Bogotá"], ["Peñón", "Straße", "Muñoz"]])
def test_accented_text_of_unknown_encoding_is_not_guessed(tmp_path, names):
    frame = homes().set_axis(["name", "hh", "geometry"], axis=1).assign(name=names)
    path = write(frame, tmp_path / "a.shp", encoding="ISO-8859-1")
    assert read(path)[0]["name"].tolist() == names
    path.with_suffix(".cpg").unlink()
    with pytest.raises(LoadError, match="UTF-8 nor GB18030"):
        read(path)
    assert read(path, encoding="latin-1")[0]["name"].tolist() == names


def test_a_character_that_the_field_cut_in_half_does_not_spoil_the_encoding(tmp_path):
    # A field holds 254 bytes: 127 hanzi, or a letter and 126 hanzi and the half of one more.
    frame = homes().assign(名称=["江" * 127, "湾" * 127, "x" + "花" * 126])
    path = write(frame, tmp_path / "a.shp", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    table = path.with_suffix(".dbf")
    whole, half = ("x" + "花" * 126).encode("gbk"), "园".encode("gbk")[:1]
    assert whole + b" " in table.read_bytes()
    table.write_bytes(table.read_bytes().replace(whole + b" ", whole + half))
    found, _ = read(path)
    assert found["名称"].str[1].tolist() == ["江", "湾", "花"]


# --- systems -------------------------------------------------------------------------------------


def test_a_shapefile_without_prj_must_be_declared(tmp_path):
    path = write(homes(), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"a\.shp has no coordinate reference system.*Write crs:"):
        read(path)
    assert read(path, crs="EPSG:4547")[0].crs == METRIC


def test_a_declared_system_wins_over_the_stored_one_and_is_noted(tmp_path):
    frame, notes = read(write(homes(4326), tmp_path / "a.gpkg"), crs="GCJ-02")
    assert {"crs-overridden", "offset-removed"} <= set(notes)
    moved = shapely.distance(frame.to_crs(METRIC).geometry.to_numpy(), homes().geometry.to_numpy())
    assert (moved > 300).all()


def test_geojson_with_metres_in_it_is_an_error(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},'
        '"geometry":{"type":"Point","coordinates":[530000,3385000]}}]}',
        encoding="utf-8",
    )
    with pytest.raises(CRSError, match="metres, not degrees"):
        read(path)


def test_an_esri_prj_is_understood(tmp_path):
    path = write(homes(), tmp_path / "a.shp")
    assert "CGCS2000_3_Degree" in path.with_suffix(".prj").read_text(encoding="ascii")
    assert read(path)[0].crs.to_epsg() == 4547


# --- layers, archives ----------------------------------------------------------------------------


def test_several_layers_must_be_chosen_by_name(tmp_path):
    path = write(homes(), tmp_path / "a.gpkg", layer="homes")
    pyogrio.write_dataframe(homes(), path, layer="others", driver="GPKG", append=True)
    with pytest.raises(LoadError, match=r"has 2 layers; write layer: with one of \['homes', 'oth"):
        read(path)
    with pytest.raises(LoadError, match="has no layer 'home'"):
        read(path, layer="home")
    assert len(read(path, layer="others")[0]) == 3


def test_a_zipped_shapefile_is_read_with_names_in_gbk(tmp_path):
    write_gbk(tmp_path, name="小区.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("小区.*"):
            archive.write(part, f"data/{part.name}")
    assert read(tmp_path / "a.zip")[0]["名称"].tolist() == NAMES


def test_a_zipped_geodatabase_is_read(tmp_path):
    folder = write(homes(), tmp_path / "a.gdb")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"a.gdb/{part.name}")
    assert len(read(tmp_path / "a.zip")[0]) == 3


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    inner = write(homes(), tmp_path / "inner.gpkg").read_bytes()
    target = tmp_path / "box" / "a.zip"
    target.parent.mkdir()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../../escaped.gpkg", inner)
    before = set(tmp_path.rglob("*"))
    assert len(read(target)[0]) == 3
    assert set(tmp_path.rglob("*")) == before


def test_an_archive_with_several_layers_or_none_is_an_error(tmp_path):
    inner = write(homes(4326), tmp_path / "inner.geojson").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", inner)
        archive.writestr("b.geojson", inner)
    with pytest.raises(LoadError, match="holds 2 layers"):
        read(tmp_path / "a.zip")
    assert len(read(tmp_path / "a.zip", layer="b")[0]) == 3
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(LoadError, match=r"holds 0 layers.*readme\.txt"):
        read(tmp_path / "b.zip")


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("a.geojson", b" " * (80 * 1024 * 1024))
    with pytest.raises(LoadError, match=r"would unpack from .* to 83,886,080 bytes"):
        read(tmp_path / "a.zip")


# --- damaged and foreign files -------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".parquet", ".geojson", ".shp"])
def test_a_file_that_was_cut_off_is_an_error_in_every_format(tmp_path, suffix, share):
    many = gpd.GeoDataFrame(
        {"id": np.arange(3000)},
        geometry=gpd.points_from_xy(np.linspace(114, 114.1, 3000), np.full(3000, 30.5)),
        crs=4326,
    )
    path = write(many, tmp_path / f"a{suffix}", index="YES")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(LoadError, match=r"cut off|damaged|not a"):
        read(path)


def test_the_table_of_a_shapefile_that_was_cut_off_is_an_error(tmp_path):
    path = write(homes(), tmp_path / "a.shp")
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-40])
    with pytest.raises(LoadError, match=r"a\.dbf is cut off"):
        read(path)


def test_a_shapefile_without_its_companions_is_an_error(tmp_path):
    path = write(homes(), tmp_path / "a.shp")
    path.with_suffix(".shx").unlink()
    with pytest.raises(LoadError, match=r"lacks its \.shx or \.dbf"):
        read(path)


def test_a_virtual_dataset_in_disguise_is_not_opened(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text("<OGRVRTDataSource></OGRVRTDataSource>", encoding="utf-8")
    with pytest.raises(LoadError, match="is not GeoJSON"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.gpkg", b"", "is empty"),
        ("a.gpkg", b"PK\x03\x04" + b"x" * 200, "is not a GeoPackage"),
        ("a.parquet", b"x" * 200, "is not a Parquet file"),
        ("a.zip", b"PK\x03\x04" + b"x" * 200, "damaged or unsupported zip"),
        ("a.dxf", b"0\nSECTION", r"does not read '\.dxf'"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_an_error(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LoadError, match=message):
        read(tmp_path / name)


def test_an_empty_layer_is_an_error(tmp_path):
    for suffix in (".gpkg", ".shp", ".parquet"):
        with pytest.raises(LoadError, match="is empty: the layer has no rows"):
            read(write(homes().iloc[:0], tmp_path / f"a{suffix}"))


def test_an_absent_file_names_its_neighbours(tmp_path):
    write(homes(), tmp_path / "homes.gpkg")
    with pytest.raises(LoadError, match=r"does not exist.*homes\.gpkg"):
        read(tmp_path / "home.gpkg")


def test_a_parquet_without_geometry_is_an_error(tmp_path):
    homes().drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(LoadError, match=r"without geometry.*户数"):
        read(tmp_path / "a.parquet")


def test_a_table_without_geometry_in_a_geopackage_is_an_error(tmp_path):
    frame = homes().drop(columns="geometry")
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", driver="GPKG")
    with pytest.raises(LoadError, match=r"no layer with geometry|has no geometry"):
        read(tmp_path / "a.gpkg")


@pytest.mark.parametrize("path", ["/vsicurl/http://x/a.gpkg", "http://x/a.gpkg", "PG:dbname=x", ""])
def test_what_is_no_file_is_refused_as_a_path(tmp_path, path):
    with pytest.raises(LoadError, match="which is not a file"):
        resolve_path(tmp_path, path, subject="homes")


def test_the_hash_of_a_shapefile_changes_with_its_table(tmp_path):
    path = write(homes(), tmp_path / "a.shp")
    before = input_file(path)
    assert before.bytes > path.stat().st_size
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes() + b"\0")
    assert input_file(path).sha256 != before.sha256


def test_only_the_named_columns_are_read(tmp_path):
    for suffix in (".gpkg", ".parquet"):
        frame, _ = read(write(homes(), tmp_path / f"a{suffix}"), columns=["户数"])
        assert list(frame.columns) == ["户数", "geometry"]


# --- from file to table --------------------------------------------------------------------------


def test_a_messy_shapefile_becomes_a_residential_table(tmp_path):
    report = DataReport()
    source = FileSource(path=write_gbk(tmp_path))
    table = read_residential(source, pyproj.CRS(32650), report=report)
    assert table["home_id"].tolist() == ["homes-1", "homes-2", "homes-3"]
    assert table["name"].tolist() == NAMES
    assert table["households"].tolist() == [100, 200, 300]
    assert table.crs.to_epsg() == 32650


def test_a_million_rows_of_geoparquet_load_in_seconds(tmp_path):
    count = 1_000_000
    rng = np.random.default_rng(5)
    frame = gpd.GeoDataFrame(
        {"id": np.arange(count), "户数": rng.integers(1, 300, count)},
        geometry=gpd.points_from_xy(
            rng.uniform(510_000, 550_000, count), rng.uniform(3_360_000, 3_400_000, count)
        ),
        crs=METRIC,
    )
    frame.to_parquet(tmp_path / "a.parquet")
    start = time.perf_counter()
    table = read_residential(FileSource(path=tmp_path / "a.parquet"), METRIC, report=DataReport())
    assert len(table) == count
    # Twenty times what it takes alone: a loop over the rows would take minutes.
    assert time.perf_counter() - start < 60


@pytest.mark.real
def test_the_real_layers_load(real_data):
    report = DataReport()
    wuhan, vologda = real_data / "wuhan", real_data / "vologda"
    areas = read_areas(
        FileSource(path=wuhan / "communities.gpkg", columns={"population": "Avg_Pop"}),
        METRIC,
        level="community",
        report=report,
    )
    assert len(areas) == 974
    assert areas["population"].sum() == pytest.approx(5_112_330, abs=1)
    streets = read_streets_layer(FileSource(path=wuhan / "streets.parquet"), METRIC, report=report)
    assert len(streets) == 92_667
    assert streets["from_node"].dtype == np.int64
    utm = pyproj.CRS(32637)
    buildings = read_residential(FileSource(path=vologda / "buildings.parquet"), utm, report=report)
    assert buildings["population"].sum() == 356_810
    water = read_barriers(FileSource(path=vologda / "water.parquet"), utm, report=report)
    assert len(water) == 221


@pytest.mark.real
def test_the_schools_of_vologda_without_geometry_are_listed(real_data):
    report = DataReport()
    schools = read_facilities(
        FileSource(path=real_data / "vologda" / "school.parquet"),
        pyproj.CRS(32637),
        report=report,
        facility_type=FacilityTypeRule(code="primary_school"),
        codes=["primary_school"],
    )
    assert len(schools) == 63 - 21
    assert next(n.count for n in report.notes if n.code == "geometry-missing") == 21


def test_reading_leaves_the_file_alone(tmp_path):
    path = write_gbk(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    read(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("srs_id", [0, -1])
def test_a_geopackage_without_a_system_asks_for_one_and_takes_it(tmp_path, srs_id):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(geometry=[Point(114.3, 30.6)], crs=4326).to_file(path)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for table in ("gpkg_geometry_columns", "gpkg_contents"):
            database.execute(f"UPDATE {table} SET srs_id = ?", [srs_id])
    with pytest.raises(CRSError, match="no coordinate reference system"):
        read_vector(path, report=DataReport())
    assert read_vector(path, report=DataReport(), crs="EPSG:4490").crs.to_epsg() == 4490
