"""Tables and lists of places as other programs save them: commas, positions, types, strays."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
from shapely.geometry import LineString, Point, Polygon

from siting.crs import lonlat_bounds, to_metric
from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.layer.astray import rows_astray
from siting.loaders.layer.columns.assigned_types import assign_types
from siting.loaders.layer.columns.decimal_mark import DecimalMark
from siting.loaders.layer.columns.match import RESIDENTIAL_FIELDS
from siting.loaders.layer.columns.numbers import parse_numbers
from siting.loaders.layer.contract import residential_table
from siting.loaders.layer.load import load_layers
from siting.loaders.layer.sources import FileSource, read_residential
from siting.loaders.layer.spreadsheet import read_points_table
from siting.loaders.project.read import build_project
from siting.vocabulary.facility_types import load_facility_types
from siting.words import say

METRIC = pyproj.CRS(4547)
X0, Y0 = 530_000.0, 3_385_000.0


def numbers(*cells, quantity="area", **options):
    return parse_numbers(pd.Series(cells, dtype=object), quantity, **options)


def points(folder, text, crs="EPSG:4326", encoding="utf-8", **options):
    path = folder / "t.csv"
    path.write_bytes(text.encode(encoding))
    report = DataReport()
    frame = read_points_table(path, crs=crs, report=report, fields=RESIDENTIAL_FIELDS, **options)
    return frame, {note.code: note for note in report.notes}


def types(words, mapping=None, **options):
    table = load_facility_types()
    report = DataReport()
    found = assign_types(
        pd.Series(words, dtype=object, index=range(2, len(words) + 2)), mapping=mapping,
        lookup=table.code_of, codes=table.codes, report=report.of("poi.csv"), **options,
    )  # fmt: skip
    pairs = list(zip(found.position.tolist(), found.code.tolist(), strict=True))
    return pairs, {note.code: note for note in report.notes}


# --- what a comma stands for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["350,125", "9800,5", "410,25"], [350.125, 9800.5, 410.25]),
        (["1.234,5", "350,125", "1.250"], [1234.5, 350.125, 1250]),
        (["0,125", "1,250"], [0.125, 1.25]),
        (["1.234.567", "350,125"], [1_234_567, 350.125]),
        (["350,125", "12.5"], [350_125, 12.5]),
        (["350,125", "1,234,567"], [350_125, 1_234_567]),
        (["350,125", "1,250.5 ㎡"], [350_125, 1250.5]),
        (["350，125 m2", "9800，5 m2"], [350.125, 9800.5]),
    ],
)
def test_the_whole_column_decides_what_a_comma_stands_for(cells, values):
    assert numbers(*cells).number.tolist() == values


@pytest.mark.parametrize("cells", [["350,125"], ["350,125", "800"], ["12,5", "12.5", "350,125"]])
def test_a_comma_that_no_row_decides_leaves_the_number_open(cells):
    found = numbers(*cells)
    assert found.open.tolist() == [cell == "350,125" for cell in cells]
    assert np.isnan(found.number[found.open]).all()


def test_what_is_counted_has_thousands():
    assert numbers("1,250", "800", quantity="households").number.tolist() == [1250, 800]


def test_a_comma_that_nothing_decides_is_told_with_both_readings():
    report = DataReport()
    frame = gpd.GeoDataFrame(
        {"户数": [1, 2], "建筑面积": ["350,125", "800"]},
        geometry=[Point(X0, Y0), Point(X0 + 9, Y0)], crs=METRIC, index=[2, 3],
    )  # fmt: skip
    made = residential_table(frame, METRIC, report=report.of("h.csv"))
    assert made["floor_area_m2"].isna().tolist() == [True, False]
    (note,) = [each for each in report.notes if each.code == "comma-unclear"]
    assert note.examples == ("2",)
    for part in ("建筑面积", "350125", "350.125"):
        assert part in say(note.message, "en")
    assert "number-unreadable" not in {each.code for each in report.notes}


def test_decimal_commas_are_told():
    report = DataReport()
    frame = gpd.GeoDataFrame(
        {"建筑面积": ["350,125", "9800,5"]}, geometry=[Point(X0, Y0), Point(X0 + 9, Y0)], crs=METRIC
    )
    made = residential_table(frame, METRIC, report=report.of("h.csv"))
    assert made["floor_area_m2"].tolist() == [350.125, 9800.5]
    (note,) = [each for each in report.notes if each.code == "decimal-comma"]
    assert note.count == 2


def test_no_degree_has_thousands(tmp_path):
    frame, _ = points(tmp_path, '经度,纬度,户数\n"114,291","30,594",5\n')
    assert (frame.geometry.x[2], frame.geometry.y[2]) == (114.291, 30.594)
    frame, _ = points(tmp_path, "经度;纬度;户数\n114,290908;30,594123;5\n")
    assert (frame.geometry.x[2], frame.geometry.y[2]) == (114.290908, 30.594123)


def test_an_angle_may_name_its_half_of_the_earth():
    east = numbers("东经114.5°", "E114.5", "114.5E", "E114°30′", "114°30′0″E", quantity="degrees")
    assert east.number.tolist() == [114.5] * 5
    assert numbers("S30.5", "南纬30.5", "30.5s", quantity="degrees").number.tolist() == [-30.5] * 3


def test_metres_of_one_comma_are_thousands_of_metres(tmp_path):
    frame, _ = points(tmp_path, 'X,Y,户数\n"527,900","3,385,100",5\n', crs="EPSG:4547")
    assert (frame.geometry.x[2], frame.geometry.y[2]) == (527_900, 3_385_100)


def test_the_way_to_read_a_lone_comma_can_be_asked_for():
    assert numbers("350,125", lone_comma=DecimalMark.COMMA).number[0] == 350.125


@pytest.mark.parametrize(("decimal", "area"), [("comma", 350.125), ("point", 350_125)])
def test_a_declared_decimal_mark_decides_what_no_row_does(tmp_path, decimal, area):
    path = tmp_path / "h.csv"
    path.write_text('X;Y;建筑面积\n528000,5;3386000,5;"350,125"\n', encoding="utf-8")
    source = FileSource(path=path, crs="EPSG:4547", decimal=decimal)
    report = DataReport()
    if decimal == "point":
        path.write_text('X;Y;建筑面积\n528000.5;3386000.5;"350,125"\n', encoding="utf-8")
    table = read_residential(source, METRIC, report=report)
    assert table["floor_area_m2"].tolist() == [area]
    assert table.geometry[0].coords[0] == (528_000.5, 3_386_000.5)
    assert "comma-unclear" not in {note.code for note in report.notes}


def test_a_number_that_does_not_fit_the_declared_mark_is_missing():
    found = numbers("12.5", "9800,5", declared=DecimalMark.COMMA)
    assert found.unreadable.tolist() == [True, False]
    assert found.number[1] == 9800.5


# --- where a row is ------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["location", "经纬度", "坐标", "lnglat"])
def test_one_column_may_hold_longitude_and_latitude(tmp_path, header):
    frame, notes = points(
        tmp_path, f'名称,{header}\n甲,"114.298945,30.591667"\n乙,\n丙,"114.3，30.6"\n'
    )
    assert [(p.x, p.y) for p in frame.geometry] == [(114.298945, 30.591667), (114.3, 30.6)]
    assert frame.index.tolist() == [2, 4]
    assert notes["coordinates-missing"].examples == ("3",)


def test_the_column_of_both_may_be_named_for_both(tmp_path):
    text = '名称,p\n甲,"114.3,30.6"\n'
    frame, _ = points(tmp_path, text, longitude="p", latitude="p")
    assert (frame.geometry.x[2], frame.geometry.y[2]) == (114.3, 30.6)


def test_what_the_message_says_to_write_works(tmp_path):
    text = '名称,longitud\n甲,"114.3,30.6"\n'
    with pytest.raises(LoadError, match=r"longitude: longitud"):
        points(tmp_path, text)
    assert len(points(tmp_path, text, longitude="longitud")[0]) == 1


def test_shapes_as_text_are_read(tmp_path):
    text = (
        "WKT,编号,户数\n"
        '"POLYGON ((114.3 30.6, 114.31 30.6, 114.31 30.61, 114.3 30.6))",a,5\n'
        "SRID=4326;POINT (114.3 30.6),b,6\n"
        "POINT (114.3,c,7\n"
    )
    frame, notes = points(tmp_path, text)
    assert frame.geom_type.tolist() == ["Polygon", "Point"]
    assert frame.geometry[2].equals(Polygon([(114.3, 30.6), (114.31, 30.6), (114.31, 30.61)]))
    assert frame["编号"].tolist() == ["a", "b"]
    assert notes["coordinates-missing"].examples == ("4",)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised(tmp_path, encoding):
    frame, _ = points(tmp_path, "名称,经度,纬度\n江湾,114.3,30.6\n", encoding=encoding)
    assert frame["名称"].tolist() == ["江湾"]


# --- which types a row has -----------------------------------------------------------------------


def test_a_map_adds_to_the_known_words():
    pairs, notes = types(["老人之家", "幼儿园", "酒吧"], {"老人之家": "elder_care"})
    assert pairs == [(0, "elder_care"), (1, "kindergarten")]
    assert notes["facility-type-unknown"].examples == ("4",)


def test_a_map_wins_over_the_known_words_and_can_leave_one_out():
    pairs, _ = types(["幼儿园", "图书馆"], {"幼儿园": "childcare", "图书馆": []})
    assert pairs == [(0, "childcare")]


def test_words_side_by_side_are_several_types():
    pairs, _ = types(["科教文化服务;学校;小学|科教文化服务;学校;幼儿园"])
    assert pairs == [(0, "primary_school"), (0, "kindergarten")]
    pairs, _ = types(["141203|141204"], {"141204": "kindergarten"})
    assert pairs == [(0, "kindergarten")]


@pytest.mark.parametrize("cell", [3, 3.0, np.float64(3), "3", "3.0", "３"])
def test_a_code_of_digits_is_the_same_as_a_number_and_as_text(cell):
    assert types([cell], {"3": "kindergarten"})[0] == [(0, "kindergarten")]


def test_a_code_keeps_its_meaning_where_a_workbook_took_its_zero():
    assert types([50_500.0, None], {"050500": "canteen"})[0] == [(0, "canteen")]
    assert types(["050500"], {"050500": "canteen"})[0] == [(0, "canteen")]


def test_words_of_the_map_that_stand_in_no_row_are_told():
    _, notes = types(["老人之家"], {"老人之家": "elder_care", "老人之家（二）": "elder_care"})
    assert notes["facility-type-unmet"].examples == ("老人之家（二）",)


def test_paths_of_a_list_of_places_that_are_not_known_are_left_out_and_counted():
    pairs, notes = types(["科教文化服务;学校;幼儿园", "科教文化服务;培训机构;培训机构"])
    assert pairs == [(0, "kindergarten")]
    assert notes["facility-type-unknown"].count == 1
    with pytest.raises(LoadError, match="培训机构"):
        types(["科教文化服务;学校;幼儿园", "培训机构"])


def test_unknown_words_get_suggestions():
    _, notes = types(["老人之家", "幼儿圆"], {"老人之家": "elder_care"})
    assert "幼儿园 -> kindergarten" in say(notes["facility-type-unknown"].message, "en")
    with pytest.raises(LoadError, match="幼儿园 -> kindergarten"):
        types(["幼儿圆;幼儿圆"])


# --- one bad coordinate is one bad row -----------------------------------------------------------

HOMES = [(-100.0 + 20 * i, 10.0) for i in range(6)]


def lonlat(x, y):
    return gpd.GeoSeries([Point(X0 + x, Y0 + y)], crs=METRIC).to_crs(4326).iloc[0].coords[0]


def town(folder, stray):
    homes = [lonlat(*xy) for xy in HOMES]
    gpd.GeoDataFrame(
        {"id": [f"h{i}" for i in range(7)], "户数": [100] * 7},
        geometry=[Point(xy) for xy in [*homes, stray]], crs=4326,
    ).to_file(folder / "h.gpkg")  # fmt: skip
    gpd.GeoDataFrame(
        {"id": ["A"]}, geometry=[LineString([(X0 - 2000, Y0), (X0 + 2000, Y0)])], crs=METRIC
    ).to_file(folder / "s.gpkg")
    gpd.GeoDataFrame({"类别": ["幼儿园"]}, geometry=[Point(X0 + 150, Y0 + 10)], crs=METRIC).to_file(
        folder / "f.gpkg"
    )
    layers = {
        "residential": {"path": "h.gpkg"}, "facilities": {"path": "f.gpkg"},
        "streets": {"path": "s.gpkg"},
    }  # fmt: skip
    report = DataReport()
    return load_layers(
        build_project({"name": "t", "layers": layers}, folder=folder), report=report
    ), report


LON, LAT = lonlat(150.0, 10.0)


@pytest.mark.parametrize(
    "stray",
    [
        (0.0, 0.0), (1e-7, 1e-7), (float("inf"), LAT), (LON, 0.0), (0.0, LAT), (LON, -LAT),
        (LON / 10, LAT), (1e9, LAT),
    ],
)  # fmt: skip
def test_one_bad_coordinate_costs_one_row_and_never_the_metric_system(tmp_path, stray):
    layers, report = town(tmp_path, stray)
    assert layers.crs.to_epsg() == 4547
    assert layers.residential["home_id"].tolist() == [f"h{i}" for i in range(6)]
    named = [note for note in report.notes if note.severity == "excluded"]
    assert [(note.count, note.examples) for note in named] == [(1, ("7",))]


def test_a_row_with_its_axes_swapped_is_turned_round(tmp_path):
    layers, _ = town(tmp_path, (LAT, LON))
    assert layers.crs.to_epsg() == 4547
    assert len(layers.residential) == 7


def test_half_a_layer_elsewhere_is_no_stray():
    here, there = np.array([[114.3, 30.6]] * 2), np.array([[11.4, 30.6]] * 2)
    masks = rows_astray([np.concatenate([here, there]), here])
    assert not masks[0].any()


def test_a_town_on_the_antimeridian_has_no_strays():
    town_at_180 = np.array([[179.99, -16.8], [-179.99, -16.8], [179.98, -16.81]])
    assert not rows_astray([town_at_180, town_at_180])[0].any()


def test_rows_that_are_not_finite_move_no_bounds():
    frame = gpd.GeoDataFrame(geometry=[Point(114, 30), Point(np.inf, 30)], crs=4326)
    assert lonlat_bounds([frame]) == (114, 30, 114, 30)


def test_a_single_row_that_cannot_be_projected_is_left_out_and_listed():
    report = DataReport()
    frame = gpd.GeoDataFrame(
        geometry=[Point(114, 30), Point(114.1, 30), Point(-65, -95)], crs=4326, index=[5, 6, 7]
    )
    kept = to_metric(frame, METRIC, subject="f", report=report)
    assert kept.index.tolist() == [5, 6]
    assert [n.examples for n in report.notes if n.code == "outside-crs"] == [("7",)]


# --- exports of map services ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("location.lng", "location.lat"),
        ("bd_lng", "bd_lat"),
        ("经度_BD09", "纬度_BD09"),
        ("百度经度", "百度纬度"),
        ("location_lng", "location_lat"),
    ],
)
def test_coordinates_are_found_under_the_names_that_map_services_write(tmp_path, x, y):
    plain, _ = points(tmp_path, "lng,lat\n114.3,30.6\n", crs="BD-09")
    named, _ = points(tmp_path, f"{y},{x}\n30.6,114.3\n", crs="BD-09")
    assert named.geometry[2].equals(plain.geometry[2])


def test_of_coordinates_in_two_datums_those_in_the_declared_one_are_read(tmp_path):
    """The columns tell apart what the shift of the datum moves by half a kilometre."""
    text = "lng_wgs84,lat_wgs84,lng_gcj02,lat_gcj02\n114.1,30.1,114.9,30.9\n"
    for crs in ("WGS 84", "GCJ-02"):
        lone, _ = points(
            tmp_path, f"x,y\n{'114.1,30.1' if crs == 'WGS 84' else '114.9,30.9'}\n", crs
        )
        assert points(tmp_path, text, crs)[0].geometry[2].equals(lone.geometry[2])
    with pytest.raises(LoadError, match="longitude"):
        points(tmp_path, text, "BD-09")


def test_a_place_may_be_written_as_json(tmp_path):
    cells = ["{'lat': 30.6, 'lng': 114.3}", '{""lng"": ""114.4"", ""lat"": ""30.7""}']
    frame, _ = points(tmp_path, "name,location\n" + "".join(f'a,"{cell}"\n' for cell in cells))
    assert [(p.x, p.y) for p in frame.geometry] == [(114.3, 30.6), (114.4, 30.7)]


@pytest.mark.parametrize("word", ["医疗保健:体检机构", "医疗;体检机构", "141400"])
def test_other_places_of_a_list_of_places_are_left_out_and_named(word):
    pairs, notes = types(["教育培训;幼儿园", word])
    assert pairs == [(0, "kindergarten")]
    assert notes["facility-type-unknown"].count == 1
