"""Closed, empty, demolished and unbuilt places serve nobody, on OpenStreetMap and in layers."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pytest
import shapely

from siting.data_report import DataReport
from siting.loaders.layer.contract import facilities_table
from siting.loaders.osm.buildings import residential_use
from siting.loaders.osm.facilities import FacilityTags
from siting.loaders.osm.standing import Standing, as_of, is_gone, standing, status_serves
from siting.loaders.osm.walking import gate_access, walk_access
from siting.words import say

SCHOOL = {"amenity": "kindergarten"}
TAGS = FacilityTags({"commerce": [{"shop": "*"}], "kindergarten": [SCHOOL]})


@pytest.mark.parametrize(
    "more",
    [
        {"disused": "yes"},
        {"abandoned": "yes"},
        {"demolished": "yes"},
        {"construction": "yes"},
        {"construction": "kindergarten"},
        {"proposed": "2030"},
        {"ruins": "yes"},
        {"opening_hours": "off"},
        {"opening_hours": "Closed"},
        {"opening_hours": "Mo-Su off"},
        {"opening_hours": 'closed "moved away"'},
        {"operational_status": "closed"},
        {"business_status": "CLOSED_PERMANENTLY"},
    ],
)
def test_a_place_that_is_marked_as_closed_or_unbuilt_is_gone(more):
    assert standing(SCHOOL | more) is Standing.GONE


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"disused": "no"},
        {"construction": "minor"},
        {"opening_hours": "Mo-Fr 08:00-18:00; PH off"},
        {"was:amenity": "school"},
        {"disused:shop": "bakery"},
        {"status": "active"},
        {"access": "private"},
    ],
)
def test_a_place_in_use_stays_whatever_it_was_before(more):
    assert standing(SCHOOL | more) is Standing.OPEN


@pytest.mark.parametrize("access", ["private", "no", "no;private"])
def test_a_shop_that_nobody_may_enter_is_private(access):
    assert standing({"shop": "kiosk", "access": access}) is Standing.PRIVATE
    assert standing({"shop": "kiosk", "access": "customers"}) is Standing.OPEN


@pytest.mark.parametrize("value", ["vacant", "no", "closed", "vacant;no"])
def test_any_shop_does_not_mean_an_empty_one(value):
    assert TAGS.match({"shop": value}) == ()
    assert TAGS.match_former({"shop": value}) == ("commerce",)


def test_a_kindergarten_in_an_empty_shop_is_a_kindergarten():
    assert TAGS.match({"shop": "vacant", **SCHOOL}) == ("kindergarten",)


@pytest.mark.parametrize("stage", ["disused", "abandoned", "demolished", "razed", "construction"])
def test_a_stage_before_the_key_is_a_former_or_future_place(stage):
    tags = {f"{stage}:amenity": "kindergarten"}
    assert TAGS.match(tags) == ()
    assert TAGS.match_former(tags) == ("kindergarten",)
    assert f"{stage}:amenity" in TAGS.former_keys


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"building": "construction"}, "gone"),
        ({"building": "ruins"}, "gone"),
        ({"building": "collapsed"}, "gone"),
        ({"building": "apartments", "abandoned": "yes"}, "gone"),
        ({"building": "yes", "disused": "yes"}, "gone"),
        ({"building": "house", "construction": "minor"}, "yes"),
        ({"building": "apartments", "shop": "vacant"}, "yes"),
        ({"building": "apartments", "opening_hours": "off"}, "yes"),
        ({"building": "house;garage"}, "yes"),
    ],
)
def test_nobody_lives_in_ruins_and_building_sites(tags, use):
    assert residential_use(tags) == use


@pytest.mark.parametrize(
    ("word", "serves"),
    [
        *[(word, False) for word in ("停业", "关闭", "空置", "在建", "已拆除", "规划", "Vacant")],
        ("under construction", False),
        *[(word, False) for word in ("装修中", "待移交", "已建未投用", "停业整顿", "预计9月开园")],
        *[(word, False) for word in ("未通车", "施工围挡", "禁止通行", "断头路", "远期")],
        *[(word, None) for word in ("装修完成，已开放", "待定", "未知", "2019年建成", "规划保留")],
        *[(word, True) for word in ("营业", "正常", "现状", "Open")],
        *[(word, None) for word in ("湖北", "", "3")],
    ],
)
def test_words_of_a_status_column_are_open_closed_or_not_known(word, serves):
    assert status_serves(word) is serves


def layer(**columns):
    rows = len(next(iter(columns.values())))
    points = [shapely.Point(100 * i, 0) for i in range(rows)]
    names = {"类别": ["kindergarten"] * rows, **columns}
    return gpd.GeoDataFrame(names, geometry=points, crs="EPSG:4547")


def table(frame, **options):
    report = DataReport()
    made = facilities_table(
        frame, frame.crs, report=report.of("facilities (f.gpkg)"), codes=["kindergarten"],
        lookup=lambda word: word, **options,
    )  # fmt: skip
    return made, {note.code: note for note in report.notes}


def test_rows_whose_status_is_closed_are_left_out_and_counted():
    frame = layer(设施编号=["a", "b", "c", "d"], 营业状态=["营业", "停业", "在建", None])
    made, notes = table(frame)
    assert made["facility_id"].tolist() == ["a", "d"]
    assert notes["facility-gone"].count == 2
    assert "停业, 在建" in say(notes["facility-gone"].message, "en")


def test_a_status_column_is_kept_out_on_request():
    frame = layer(设施编号=["a", "b"], 状态=["营业", "停业"])
    made, notes = table(frame, columns={"status": None})
    assert made["facility_id"].tolist() == ["a", "b"]
    assert "facility-gone" not in notes


def test_unknown_statuses_are_kept_and_told_where_the_column_is_about_statuses():
    made, notes = table(layer(设施编号=["a", "b"], status=["open", "half"]))
    assert len(made) == 2
    assert (
        notes["status-unknown"].count,
        "half" in say(notes["status-unknown"].message, "en"),
    ) == (1, True)
    made, notes = table(layer(设施编号=["a", "b"], status=["湖北", "湖南"]))
    assert len(made) == 2
    assert "status-unknown" not in notes


def test_life_cycle_tags_that_a_layer_kept_from_openstreetmap_are_read():
    frame = layer(id=["a", "b", "c"], disused=["yes", None, "no"], opening_hours=["", "off", ""])
    made, notes = table(frame)
    assert made["facility_id"].tolist() == ["c"]
    assert notes["facility-gone"].count == 2


def test_a_former_shop_is_told_by_its_life_cycle_and_not_by_its_comment():
    assert not is_gone({"shop": "bakery", "note": "closed"})


DAY = dt.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("dates", "there"),
    [
        ({"end_date": "2021"}, False),
        ({"end_date": "2026-06"}, False),  # it is June, and mappers write what has happened
        ({"end_date": "2026-06-14"}, False),
        ({"end_date": "2026-06-15"}, True),  # its last day
        ({"end_date": "2026-07"}, True),
        ({"end_date": "~2010"}, True),
        ({"end_date": "2021-02-31"}, True),
        ({"start_date": "2027"}, False),
        ({"start_date": "2026-06-16"}, False),
        ({"start_date": "2026-06-15"}, True),
        ({"start_date": "2026"}, True),
        ({"start_date": "C19", "end_date": ""}, True),
    ],
)
def test_a_place_is_there_between_its_dates(dates, there):
    assert (standing(as_of(SCHOOL | dates, DAY)) is Standing.OPEN) is there
    house = as_of({"building": "house"} | dates, DAY)
    assert (residential_use(house) == "yes") is there
    path = as_of({"highway": "footway"} | dates, DAY)
    assert (walk_access(path) is not None) is there
    fence = as_of({"barrier": "fence"} | dates, DAY)
    assert gate_access(fence) == ("closed" if there else "open")


def test_without_a_day_dates_say_nothing():
    assert standing(as_of(SCHOOL | {"end_date": "2001"}, None)) is Standing.OPEN


def test_brackets_behind_a_name_and_remarks_can_say_that_nothing_is_open():
    frame = layer(
        设施编号=["a", "b", "c", "d", "e"],
        名称=["甲园（筹建）", "乙园(暂停营业)", "丙园（规划路店）", "丁园", "戊园"],
        备注=[None, None, "接待散客", "暂未开放", "规划路旁"],
    )
    made, notes = table(frame)
    assert made["facility_id"].tolist() == ["c", "e"]
    assert notes["facility-gone"].count == 3


def test_names_and_remarks_are_not_asked_where_the_project_wants_no_status():
    frame = layer(设施编号=["a", "b"], 名称=["甲园（筹建）", "乙园"], 备注=[None, "停业"])
    made, _ = table(frame, columns={"status": None})
    assert made["facility_id"].tolist() == ["a", "b"]


def test_facilities_for_members_or_staff_alone_serve_nobody():
    frame = layer(
        设施编号=["a", "b", "c", "d"], 开放对象=["对外开放", "仅限会员", "内部职工", None]
    )
    made, notes = table(frame)
    assert made["facility_id"].tolist() == ["a", "d"]
    assert notes["facility-not-public"].count == 2
    made, _ = table(layer(设施编号=["a", "b"], 是否对外开放=["是", "否"]))
    assert made["facility_id"].tolist() == ["a"]
