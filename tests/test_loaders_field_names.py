"""Names of fields that a file cut off, gave an alias, or whose values are codes with a meaning."""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyproj
import pytest
from shapely import box

from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.layer.columns.assigned_types import FacilityTypeRule
from siting.loaders.layer.columns.match import RESIDENTIAL_FIELDS, match_columns
from siting.loaders.layer.sources import FileSource, read_facilities, read_residential, read_source
from siting.loaders.layer.tables import only_where
from siting.vocabulary.facility_types import load_facility_types

METRIC = pyproj.CRS(4547)


def utf8_shapefile(folder, **columns):
    squares = [box(x, 3386000, x + 10, 3386010) for x in (528000, 528100)]
    frame = gpd.GeoDataFrame(columns, geometry=squares, crs=METRIC)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL says that it cuts the names
        frame.to_file(folder / "homes.shp", encoding="UTF-8")
    return folder / "homes.shp"


def read(path, **options):
    report = DataReport()
    table = read_residential(FileSource(path=path, **options), METRIC, report=report)
    return table, {note.code: note for note in report.notes}


def test_names_cut_inside_a_character_are_told_apart_by_the_byte_that_is_left(tmp_path):
    """户 is E6 88 B7 and 建 is E5 BB BA: ten bytes of both names are 规划总 and one byte more."""
    path = utf8_shapefile(tmp_path, 规划总户数=[30, 40], 规划总建筑面积=[2900.5, 4100.0])
    table, notes = read(path)
    assert table["households"].tolist() == [30, 40]
    assert table["floor_area_m2"].tolist() == [2900.5, 4100.0]
    assert notes["name-cut"].severity == "assumption"


def test_a_cut_name_of_two_meanings_is_not_read_and_told(tmp_path):
    """规划居住人口 and 规划居住户数 share nine bytes, and 人 and 户 only the first of the next."""
    path = utf8_shapefile(tmp_path, 规划居住人口=[80, 90])
    table, notes = read(path)
    assert {"population", "households"}.isdisjoint(table.columns)
    assert "规划居住户数" in str(notes["name-cut-unclear"].message.values)


def test_a_cut_name_can_be_declared_by_the_whole_name(tmp_path):
    path = utf8_shapefile(tmp_path, 规划居住总人口=[80, 90])
    table, _ = read(path, columns={"population": "规划居住总人口"})
    assert table["population"].tolist() == [80, 90]
    with pytest.raises(LoadError, match="lacks the column '规划住宅户数'"):
        read(path, columns={"households": "规划住宅户数"})


def test_a_text_cut_inside_a_character_keeps_what_is_whole(tmp_path):
    path = utf8_shapefile(tmp_path, name=["甲", "乙"], 规划总户数=[30, 40])
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    first, width = int.from_bytes(content[8:10], "little") + 1, content[32 + 16]
    assert width == 26 * 3 + 2
    content[first : first + width] = ("甲" * 27).encode()[:width]
    table.write_bytes(content)
    homes, _ = read(path)
    assert homes["name"].tolist() == ["甲" * 26, "乙"]
    assert homes["households"].tolist() == [30, 40]


def test_a_name_is_not_cut_where_the_whole_name_is_there():
    matches = match_columns(["规划总", "户数"], RESIDENTIAL_FIELDS, report=DataReport().of("homes"))
    assert {name: match.column for name, match in matches.items()} == {"households": "户数"}


def test_a_column_of_shares_is_no_number_of_people(tmp_path):
    path = utf8_shapefile(tmp_path, 老年人口占比=[0.21, 0.3], 规划总户数=[30, 40])
    table, notes = read(path)
    assert table["elderly"].isna().all()
    assert notes["number-share"].count == 2


# --- geodatabases --------------------------------------------------------------------------------
#
# geodatabase.zip was written by GDAL 3.6: a layer sheshi with LX (shown as 设施类别; 3 means
# 幼儿园, 7 means 养老服务站), ZT (shown as 状态; B means 停业) and MJ (shown as 建筑面积（㎡）),
# and a layer zhuzhai with HS (shown as 户数).
GEODATABASE = Path(__file__).parent / "geodatabase.zip"


def facilities(path, **options):
    types, report = load_facility_types(), DataReport()
    source = FileSource(path=path, layer="sheshi", columns=options.pop("columns", {}))
    table = read_facilities(
        source, METRIC, report=report, lookup=types.code_of, codes=types.codes, **options
    )
    return table, {note.code: note for note in report.notes}


def test_codes_of_a_domain_are_read_by_what_they_mean():
    """Three facilities, of which the second kindergarten is shut."""
    table, notes = facilities(GEODATABASE)
    assert table["facility_type"].tolist() == ["kindergarten", "elder_care"]
    assert table["floor_area_m2"].tolist() == [900, 300]
    assert notes["facility-gone"].count == 1


def test_codes_of_a_domain_are_read_by_a_map_of_codes_as_well():
    rule = FacilityTypeRule(column="设施类别", map={"3": ["childcare"], "7": []})
    table, _ = facilities(GEODATABASE, facility_type=rule)
    assert table["facility_type"].tolist() == ["childcare"]


def test_an_unknown_code_is_named_with_its_meaning(tmp_path):
    path = geopackage_of_codes(tmp_path, {"3": "幼儿园", "8": "锅炉房"}, [3, 8])
    with pytest.raises(LoadError, match="'8 = 锅炉房'"):
        facilities(path)


def test_an_alias_is_a_name_of_the_column():
    table, _ = read(GEODATABASE, layer="zhuzhai")
    assert table["households"].tolist() == [50, 100]
    named, _ = read(
        GEODATABASE, layer="zhuzhai", columns={"population": "户数", "households": None}
    )
    assert named["population"].tolist() == [50, 100]


def test_rows_are_chosen_by_a_code_or_by_what_it_means(tmp_path):
    path = geopackage_of_codes(tmp_path, {"3": "幼儿园", "8": "锅炉房"}, [3, 8])
    frame = read_source(FileSource(path=path), report=DataReport())
    for wanted in (8, "8", "锅炉房"):
        kept = only_where(frame, {"LX": (wanted,)}, report=DataReport().of("a"))
        assert kept["LX"].tolist() == [8]


def test_a_wanted_value_that_no_row_has_is_told():
    frame = gpd.GeoDataFrame({"类别": ["幼儿园", "菜场"]}, geometry=[box(0, 0, 1, 1)] * 2)
    report = DataReport()
    kept = only_where(frame, {"类别": ("幼儿园", "托儿所")}, report=report.of("a"))
    assert kept["类别"].tolist() == ["幼儿园"]
    assert [note.examples for note in report.notes if note.code == "where-unmet"] == [("托儿所",)]


def geopackage_of_codes(folder, meanings, values):
    """Write the tables in which a GeoPackage describes its columns."""
    points = gpd.points_from_xy([528000.0] * len(values), [3386000.0] * len(values))
    path = folder / "codes.gpkg"
    gpd.GeoDataFrame({"LX": values}, geometry=points, crs=METRIC).to_file(path, layer="sheshi")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE gpkg_data_columns (table_name TEXT, column_name TEXT, name TEXT, "
            "title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT)"
        )
        database.execute(
            "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT, "
            "constraint_type TEXT, value TEXT, min REAL, min_is_inclusive INT, "
            "max REAL, max_is_inclusive INT, description TEXT)"
        )
        database.execute(
            "INSERT INTO gpkg_data_columns "
            "VALUES ('sheshi', 'LX', NULL, '设施类别', '', '', 'kinds')"
        )
        database.executemany(
            "INSERT INTO gpkg_data_column_constraints VALUES "
            "('kinds', 'enum', ?, NULL, NULL, NULL, NULL, ?)",
            meanings.items(),
        )
    return path
