"""Names of fields that a file cut off, gave an alias, or whose values are codes with a meaning."""

from __future__ import annotations

import warnings

import geopandas as gpd
import pyproj
import pytest
from shapely import box

from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.layer.columns.match import RESIDENTIAL_FIELDS, match_columns
from siting.loaders.layer.sources import FileSource, read_residential

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
    matches = match_columns(
        ["规划总", "户数"], RESIDENTIAL_FIELDS, subject="homes", report=DataReport()
    )
    assert {name: match.column for name, match in matches.items()} == {"households": "户数"}


def test_a_column_of_shares_is_no_number_of_people(tmp_path):
    path = utf8_shapefile(tmp_path, 老年人口占比=[0.21, 0.3], 规划总户数=[30, 40])
    table, notes = read(path)
    assert table["elderly"].isna().all()
    assert notes["number-share"].count == 2
