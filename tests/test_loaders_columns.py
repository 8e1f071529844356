"""Columns, units, numbers, identifiers and facility types of layers as offices write them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.data_report import DataReport
from siting.errors import LoadError, TableError
from siting.loaders.layer.columns.assigned_types import FacilityTypeRule, assign_types
from siting.loaders.layer.columns.attributes import as_text
from siting.loaders.layer.columns.match import (
    FACILITY_FIELDS,
    LATITUDE,
    LONGITUDE,
    RESIDENTIAL_FIELDS,
    Field,
    match_columns,
    split_unit,
)
from siting.loaders.layer.columns.numbers import parse_numbers, unit_factor
from siting.loaders.layer.contract import (
    areas_table,
    barriers_table,
    entrances_table,
    facilities_table,
    residential_table,
    streets_table,
)
from siting.words import say

METRIC = pyproj.CRS(4547)
MU_M2 = 10_000 / 15


def matched(headers, fields=RESIDENTIAL_FIELDS, **options):
    return match_columns(headers, fields, report=DataReport().of("a.shp"), **options)


def found(headers, fields=RESIDENTIAL_FIELDS, **options):
    return {name: match.column for name, match in matched(headers, fields, **options).items()}


def read(cells, quantity="plain", factor=1.0):
    return parse_numbers(pd.Series(cells, dtype=object), quantity, factor=factor)


def square(x=0.0, y=0.0, side=10.0):
    return shapely.box(530_000 + x, 3_385_000 + y, 530_000 + x + side, 3_385_000 + y + side)


def homes(columns, shapes=None):
    count = len(next(iter(columns.values())))
    shapes = shapes if shapes is not None else [square(20.0 * i) for i in range(count)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=METRIC, index=range(1, count + 1))


def table(frame, make=residential_table, **options):
    report = DataReport()
    made = make(frame, METRIC, report=report.of("homes.shp"), **options)
    return made, {note.code: note for note in report.notes}


# --- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("户数", "households"),
        ("总户数", "households"),
        ("居住户数", "households"),
        ("居住户(套)数", "households"),
        ("居住户（套）数", "households"),
        ("规划户数", "households"),
        ("户数量", "households"),
        ("户数（户）", "households"),
        ("居住人数", "population"),
        ("规划居住人口", "population"),
        ("人口", "population"),
        ("人口（万人）", "population"),
        ("６０岁以上人口", "elderly"),
        ("建筑面积", "floor_area_m2"),
        ("住宅建筑面积（㎡）", "floor_area_m2"),
        ("建筑面积/万平方米", "floor_area_m2"),
        ("建筑面积_m2", "floor_area_m2"),
        ("小区名称", "name"),
        ("NAME", "name"),
        ("Home ID", "home_id"),
        ("编号", "home_id"),
    ],
)
def test_a_usual_header_is_recognised(header, field):
    assert found([header]) == {field: header}


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [("经度", "纬度"), ("lng", "lat"), ("Lon", "Lat"), ("X", "Y"), ("x坐标", "y坐标")],
)
def test_coordinate_headers_are_recognised(longitude, latitude):
    assert found([latitude, "名称", longitude], (LONGITUDE, LATITUDE)) == {
        "longitude": longitude,
        "latitude": latitude,
    }


def test_the_planned_total_is_preferred_to_other_counts_of_households():
    assert found(["户数", "名称", "规划总户数"])["households"] == "规划总户数"


def test_a_header_cut_to_ten_bytes_by_a_dbf_is_recognised():
    assert found(["规划居住人"]) == {"population": "规划居住人"}
    assert found(["规划"]) == {}


def test_a_column_is_used_for_one_field_only():
    both = (Field("first", None, ("a",)), Field("second", None, ("a", "b")))
    assert found(["a"], both) == {"first": "a"}
    assert found(["a", "b"], both) == {"first": "a", "second": "b"}
    assert found(["facility_type", "类型"], FACILITY_FIELDS) == {"facility_type": "facility_type"}


def test_declared_columns_win_and_none_means_there_is_none():
    headers = ["户数", "hushu2020", "编号"]
    assert found(headers, declared={"households": "hushu2020", "home_id": None}) == {
        "households": "hushu2020"
    }


def test_a_declared_column_that_is_absent_names_the_nearest():
    with pytest.raises(LoadError, match=r"lacks the column '总户量'.*The nearest is '总户数'"):
        matched(["总户数", "名称"], declared={"households": "总户量"})


def test_a_declared_field_that_is_unknown_names_the_nearest():
    with pytest.raises(LoadError, match=r"names 'household'.*Did you mean 'households'"):
        matched(["户数"], declared={"household": "户数"})


def test_a_unit_of_another_quantity_in_a_header_is_an_error():
    with pytest.raises(LoadError, match=r"'建筑面积\(户\)' is in 户, which is no unit of floor"):
        matched(["建筑面积(户)"])


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("建筑面积", 1.0),
        ("建筑面积(m²)", 1.0),
        ("建筑面积（平方米）", 1.0),
        ("建筑面积(万㎡)", 1e4),
        ("建筑面积[万平米]", 1e4),
        ("建筑面积(公顷)", 1e4),
        ("建筑面积（ｈｍ²）", 1e4),
        ("建筑面积(亩)", MU_M2),
        ("建筑面积（单位：万㎡）", 1e4),
    ],
)
def test_the_unit_in_a_header_gives_the_factor(header, factor):
    assert matched([header])["floor_area_m2"].factor == pytest.approx(factor, rel=1e-15)


def test_brackets_that_hold_no_unit_stay_part_of_the_name():
    assert split_unit("建筑面积(地上)") == ("建筑面积(地上)", "")
    assert found(["建筑面积(地上)"]) == {}


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1250", 1250),
        ("１２５０", 1250),
        ("1,250", 1250),
        ("１，２５０．５", 1250.5),
        ("1 250", 1250),
        ("1,234,567", 1234567),
        ("  42\u3000", 42),
        ("-3", -3),
        (".5", 0.5),
        ("1.2e3", 1200),
        (7, 7),
        (2.5, 2.5),
    ],
)
def test_a_number_is_read_however_it_is_typed(cell, value):
    numbers = read([cell])
    assert numbers.number[0] == value
    assert not numbers.unreadable[0]


@pytest.mark.parametrize("cell", ["", "-", "—", "无", "暂无", "N/A", "#DIV/0!", "null", None])
def test_ways_to_write_nothing_are_missing_and_not_unreadable(cell):
    numbers = read([cell, "1"])
    assert np.isnan(numbers.number[0])
    assert not numbers.unreadable[0]


@pytest.mark.parametrize("cell", ["约300", "1,25", "300左右", "12,34,567", "三百", "5 公里", True])
def test_what_might_mean_two_things_is_unreadable_rather_than_guessed(cell):
    numbers = read([cell, 1.0], "area")
    assert np.isnan(numbers.number[0])
    assert numbers.unreadable[0]


@pytest.mark.parametrize(
    ("cell", "quantity", "value"),
    [
        ("300㎡", "area", 300),
        ("3.5万㎡", "area", 3.5 * 10_000),
        ("3.5 万平方米", "area", 3.5 * 10_000),
        ("1.2公顷", "area", 1.2 * 10_000),
        ("2 hm²", "area", 2 * 10_000),
        ("15亩", "area", 15 * MU_M2),
        ("1,250户", "households", 1250),
        ("0.3万人", "persons", 0.3 * 10_000),
        ("20张", "places", 20),
        ("150万元", "money", 150 * 10_000),
        ("114°18′36″", "degrees", 114 + 18 / 60 + 36 / 3600),
        ("30度30分", "degrees", 30 + 30 / 60),
        ("114.3°", "degrees", 114.3),
    ],
)
def test_a_cell_may_carry_its_own_unit(cell, quantity, value):
    assert read([cell], quantity, factor=1.0).number[0] == pytest.approx(value, rel=1e-15)


def test_the_unit_of_a_cell_wins_over_that_of_the_header():
    numbers = read(["3.5", "300㎡"], "area", factor=1e4)
    assert numbers.number.tolist() == [3.5 * 10_000, 300]
    assert numbers.units == ("m2",)


def test_fifteen_mu_are_a_hectare():
    assert 15 * unit_factor("亩", "area") == pytest.approx(unit_factor("公顷", "area"), rel=1e-15)


def test_infinite_numbers_are_missing():
    assert np.isnan(read([np.inf, "1e999"]).number).all()


@given(st.integers(0, 10**12))
def test_a_number_written_with_separators_is_the_same_number(number):
    assert read([f"{number:,}"]).number[0] == number


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False), max_size=20))
def test_numbers_that_are_numbers_pass_unchanged(values):
    column = pd.Series(values, dtype=float)
    assert parse_numbers(column, "plain").number.tolist() == pytest.approx(values, nan_ok=True)


# --- identifiers and texts -----------------------------------------------------------------------


def test_identifiers_are_text_without_a_decimal_point():
    assert as_text(pd.Series([1, 22])).tolist() == ["1", "22"]
    assert as_text(pd.Series([1.0, 2.5])).tolist() == ["1", "2.5"]
    assert as_text(pd.Series(["007", 7, 7.0, " a "], dtype=object)).tolist() == [
        "007",
        "7",
        "7",
        "a",
    ]


def test_missing_identifiers_are_made_of_the_row_number_and_noted():
    made, notes = table(homes({"编号": ["a", None, "c"]}), prefix="compounds")
    assert made["home_id"].tolist() == ["a", "compounds-2", "c"]
    assert notes["id-made"].severity == "repair"
    made, notes = table(homes({"户数": [1, 2]}), prefix="compounds")
    assert made["home_id"].tolist() == ["compounds-1", "compounds-2"]
    assert notes["id-made"].severity == "assumption"


def test_identical_rows_are_dropped_and_listed():
    same = homes({"编号": ["a", "b", "a"], "户数": [10, 20, 10]}, [square(), square(9), square()])
    made, notes = table(same)
    assert made["home_id"].tolist() == ["a", "b"]
    assert notes["duplicate-row"].examples == ("3",)


def test_an_identifier_on_rows_that_differ_is_an_error_that_lists_them():
    with pytest.raises(
        TableError, match=r"'home_id' repeats.*first 'a' in rows 1, 3.*home_id: null"
    ):
        table(homes({"编号": ["a", "b", "a"], "户数": [10, 20, 30]}))
    made, _ = table(homes({"编号": ["a", "b", "a"]}), columns={"home_id": None}, prefix="h")
    assert made["home_id"].tolist() == ["h-1", "h-2", "h-3"]


# --- the residential table -----------------------------------------------------------------------


def test_households_that_are_missing_stay_missing_and_are_counted():
    made, notes = table(homes({"户数": [100, None, "无"]}))
    assert made["households"].tolist() == pytest.approx([100, np.nan, np.nan], nan_ok=True)
    assert notes["values-missing"].count == 2
    assert notes["values-missing"].examples == ("2", "3")


def test_negative_households_count_as_missing_with_their_rows():
    made, notes = table(homes({"户数": [100, -5, 20]}))
    assert np.isnan(made["households"][1])
    assert notes["number-negative"].severity == "warning"
    assert notes["number-negative"].examples == ("2",)


def test_text_that_is_no_number_counts_as_missing_with_the_text():
    made, notes = table(homes({"户数": ["100", "约300"]}))
    assert np.isnan(made["households"][1])
    assert "约300" in say(notes["number-unreadable"].message, "en")


def test_absurd_households_are_kept_and_warned_about():
    made, notes = table(homes({"户数": [100, 100_001]}))
    assert made["households"].tolist() == [100, 100_001]
    assert notes["number-absurd"].examples == ("2",)
    _, notes = table(homes({"户数": [100, 100_000]}))
    assert "number-absurd" not in notes


def test_floor_area_in_the_wrong_unit_is_suspected_from_the_households():
    _, notes = table(homes({"户数": [100, 200], "建筑面积": [1.2, 2.1]}))
    assert "unit-suspected" in notes
    _, notes = table(homes({"户数": [100, 200], "建筑面积(万㎡)": [1.2, 2.1]}))
    assert "unit-suspected" not in notes


def test_other_columns_are_kept_and_the_table_is_numbered_from_zero():
    made, _ = table(homes({"户数": [1, 2], "年代": [1990, 2000]}))
    assert list(made.columns) == ["home_id", "households", "年代", "geometry"]
    assert made.index.tolist() == [0, 1]
    assert made["年代"].tolist() == [1990, 2000]


def test_a_layer_in_degrees_arrives_in_the_metric_system():
    made, _ = table(homes({"户数": [1]}).to_crs(4326))
    assert made.crs == METRIC
    assert made.area[0] == pytest.approx(10.0 * 10.0, rel=1e-6)


# --- geometry ------------------------------------------------------------------------------------

BOW_TIE = shapely.Polygon(
    [(530_000, 3_385_000), (530_010, 3_385_010), (530_010, 3_385_000), (530_000, 3_385_010)]
)


def test_null_and_empty_geometry_is_left_out_and_listed():
    made, notes = table(homes({"户数": [1, 2, 3]}, [None, shapely.Polygon(), square()]))
    assert made["households"].tolist() == [3]
    assert notes["geometry-missing"].examples == ("1", "2")


def test_a_self_crossing_polygon_is_rebuilt_with_its_area():
    made, notes = table(homes({"户数": [1]}, [BOW_TIE]))
    assert made.is_valid.all()
    # two triangles with the base 10 and the height 5
    assert made.area[0] == pytest.approx(2 * (10 * 5 / 2))
    assert notes["geometry-repaired"].count == 1


def test_heights_are_dropped():
    made, notes = table(homes({"户数": [1]}, [shapely.Point(530_000, 3_385_000, 7)]))
    assert not made.has_z.any()
    assert notes["geometry-flattened"].count == 1


def test_a_collection_keeps_its_part_of_the_highest_dimension():
    mixed = shapely.GeometryCollection([shapely.Point(530_999, 3_385_000), square()])
    made, _ = table(homes({"户数": [1]}, [mixed]))
    assert made.geom_type[0] == "Polygon"
    assert made.area[0] == 100


def test_a_multipoint_of_one_point_is_a_point():
    made, _ = table(homes({"户数": [1]}, [shapely.MultiPoint([(530_000, 3_385_000)])]))
    assert made.geom_type[0] == "Point"


def test_lines_among_homes_are_left_out_and_only_lines_are_an_error():
    line = shapely.LineString([(530_000, 3_385_000), (530_009, 3_385_000)])
    made, notes = table(homes({"户数": [1, 2]}, [square(), line]))
    assert len(made) == 1
    assert notes["geometry-kind"].examples == ("2",)
    with pytest.raises(LoadError, match=r"no usable geometry.*LineString"):
        table(homes({"户数": [1]}, [line]))


def test_areas_must_be_polygons():
    with pytest.raises(LoadError, match="no usable geometry"):
        table(
            homes({"名称": ["a"]}, [shapely.Point(530_000, 3_385_000)]), areas_table, level="city"
        )


# --- the other tables ----------------------------------------------------------------------------

CODES = ("elder_care", "reading_room", "food_market")


def facilities(types, **options):
    return table(
        homes({"类别": types, "名称": list("abcdefgh")[: len(types)]}), facilities_table, **options
    )


def test_one_code_holds_for_all_rows():
    made, _ = facilities(["x", "y"], facility_type=FacilityTypeRule(code="elder_care"), codes=CODES)
    assert made["facility_type"].tolist() == ["elder_care", "elder_care"]


def test_words_are_mapped_and_unmapped_words_are_left_out_and_counted():
    rule = FacilityTypeRule(column="类别", map={"图书馆": ("reading_room",)})
    made, notes = facilities(["图书馆", "KTV", "ktv", "图书馆"], facility_type=rule, codes=CODES)
    assert made["name"].tolist() == ["a", "d"]
    assert notes["facility-type-unknown"].count == 2
    assert "'KTV' (1)" in say(notes["facility-type-unknown"].message, "en")


def test_words_are_looked_up_in_the_table_of_types():
    words = {"养老院": "elder_care", "菜场": ("food_market",)}
    made, _ = facilities(["养老院", "菜场", "reading_room"], lookup=words.get, codes=CODES)
    assert made["facility_type"].tolist() == ["elder_care", "food_market", "reading_room"]


def test_unknown_types_are_an_error_that_counts_them_and_names_the_nearest():
    with pytest.raises(LoadError, match=r"2 of 3 rows.*'eldercare' \(2\).*nearest are elder_care"):
        facilities(["eldercare", "eldercare", "elder_care"], codes=CODES)
    made, notes = facilities(
        ["eldercare", "eldercare", "elder_care"], codes=CODES, unknown_types="exclude"
    )
    assert len(made) == 1
    assert notes["facility-type-unknown"].examples == ("1", "2")


def test_a_code_in_the_map_that_does_not_exist_is_an_error():
    rule = FacilityTypeRule(column="类别", map={"图书馆": ("readingroom",)})
    with pytest.raises(LoadError, match=r"图书馆: 'readingroom' is no facility type.*reading_room"):
        facilities(["图书馆"], facility_type=rule, codes=CODES)


def test_a_facility_with_two_types_has_two_rows_and_one_identifier():
    rule = FacilityTypeRule(column="类别", map={"综合体": CODES[:2], "菜场": ["food_market"]})
    made, _ = facilities(["菜场", "综合体"], facility_type=rule, codes=CODES, prefix="f")
    assert made[["facility_id", "facility_type"]].to_numpy().tolist() == [
        ["f-1", "food_market"],
        ["f-2", "elder_care"],
        ["f-2", "reading_room"],
    ]


def test_a_facility_without_geometry_takes_its_types_with_it():
    rule = FacilityTypeRule(column="类别", map={"综合体": CODES[:2], "菜场": ["food_market"]})
    frame = homes({"类别": ["综合体", "菜场", "菜场"]}, [square(), None, square(50)])
    made, _ = table(frame, facilities_table, facility_type=rule, codes=CODES, prefix="f")
    assert made[["facility_id", "facility_type"]].to_numpy().tolist() == [
        ["f-1", "elder_care"],
        ["f-1", "reading_room"],
        ["f-3", "food_market"],
    ]


def test_one_facility_identifier_in_two_places_is_an_error():
    frame = homes({"编号": ["a", "a"], "类别": ["elder_care", "reading_room"]})
    with pytest.raises(TableError, match="'facility_id' repeats on different places"):
        table(frame, facilities_table, codes=CODES)


def test_a_layer_without_a_type_column_says_what_to_write():
    with pytest.raises(LoadError, match=r"lacks the column 'facility_type'.*columns: \{"):
        table(homes({"名称": ["a"]}), facilities_table, codes=CODES)


@given(st.lists(st.sampled_from(["a", "b", "c", "z"]), min_size=1, max_size=30))
def test_every_row_gets_exactly_the_types_of_its_word(words):
    meaning = {"a": ("elder_care",), "b": CODES[:2], "c": CODES}
    expected = [(i, code) for i, word in enumerate(words) for code in meaning.get(word, ())]
    if not expected:
        return
    assigned = assign_types(
        pd.Series(words), mapping=meaning, codes=CODES, report=DataReport().of("a")
    )
    assert list(zip(assigned.position.tolist(), assigned.code.tolist(), strict=True)) == expected


def line(*xy):
    return shapely.LineString([(530_000 + x, 3_385_000 + y) for x, y in xy])


def test_streets_keep_their_junctions_and_join_lists_of_highway():
    frame = homes(
        {
            "u": [1, 2],
            "v": [2, 3],
            "highway": ["['trunk', 'primary']", "steps"],
            "oneway": [True, False],
        },
        [line((0, 0), (9, 0)), line((9, 0), (9, 9))],
    )
    made, _ = table(frame, streets_table)
    assert made["from_node"].tolist() == [1, 2]
    assert made["highway"].tolist() == ["trunk;primary", "steps"]
    assert "oneway" not in made


def test_a_column_that_is_not_meant_does_not_pass_for_the_one_that_is():
    made, _ = table(homes({"hu": [5], "households": [7]}), columns={"households": "hu"})
    assert made["households"].tolist() == [5]
    assert made["households_in_file"].tolist() == [7]


def test_oneway_for_vehicles_is_not_taken_for_oneway_on_foot():
    frame = homes({"单向": ["是", "否"]}, [line((0, 0), (9, 0)), line((9, 0), (9, 9))])
    made, _ = table(frame, streets_table)
    assert "oneway" not in made
    made, _ = table(frame, streets_table, columns={"oneway": "单向"})
    assert made["oneway"].tolist() == [True, False]


def test_a_street_of_two_parts_becomes_two_rows_without_junctions():
    parts = shapely.MultiLineString([line((0, 0), (9, 0)), line((20, 0), (29, 0))])
    frame = homes({"id": ["s"], "u": [1], "v": [2]}, [parts])
    made, notes = table(frame, streets_table)
    assert made["street_id"].tolist() == ["s", "s"]
    assert made.length.tolist() == [9, 29 - 20]
    assert "from_node" not in made
    assert notes["geometry-split"].count == 1


def test_a_street_without_length_is_left_out():
    made, _ = table(
        homes({"id": [1, 2]}, [line((0, 0), (0, 0)), line((0, 0), (9, 0))]), streets_table
    )
    assert made["street_id"].tolist() == ["2"]


def test_barriers_may_be_lines_and_polygons():
    made, _ = table(homes({"a": [1, 2]}, [line((0, 0), (9, 0)), square()]), barriers_table)
    assert made.geom_type.tolist() == ["LineString", "Polygon"]


def test_gates_that_open_nothing_are_left_out_and_a_layer_of_such_is_an_error():
    gates = [shapely.Point(530_000 + i, 3_385_000) for i in range(2)]
    made, notes = table(homes({"小区编号": ["a", ""]}, gates), entrances_table)
    assert made["subject_id"].tolist() == ["a"]
    assert notes["gate-of-nothing"].examples == ("2",)
    with pytest.raises(LoadError, match="lacks the column 'subject_id'"):
        table(homes({"note": ["a", "b"]}, gates), entrances_table)


def test_areas_carry_the_level_of_the_layer():
    made, _ = table(
        homes({"社区名称": ["江湾"], "人口": ["0.7万人"]}), areas_table, level="community"
    )
    assert made.loc[0, ["name", "level", "population"]].tolist() == [
        "江湾",
        "community",
        0.7 * 10_000,
    ]
