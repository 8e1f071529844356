"""A plan gives the same facts in each of its forms, and its faults come all at once."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from shapely.geometry import Point, box

from siting.errors import LoadError, ProjectError
from siting.loaders.plan.read import plan_json_schema, plan_table, read_plan
from siting.rules.plan.model import with_population
from siting.words import say

TEXT = """\
name: 江湾花园
jurisdiction: cn-hubei-wuhan
date: 2026-11-01
status: new
indicators:
  households: 1250
  population: 3400
  total_floor_area_m2: 168000
  residential_floor_area_m2: 142000.5
  floor_area_m2: {elder_care: 340, childcare: 220.25, commerce: 9800, community_service: 7100}
  classes: {kindergarten: 6}
  green_share: 0.35
phases:
  - {name: 一期, households: 600}
  - {name: 二期, households: 650}
waivers:
  - {rule: a-rule, reason: 已有设施, approver: 规划局, expires: 2027-01-01}
layers: {site: site.geojson, buildings: buildings.geojson, facilities: facilities.geojson}
"""
TABLE = [
    ("总户数", "户", 1250),
    ("总人口", "人", 3400),
    ("总建筑面积", "万㎡", 16.8),
    ("住宅建筑面积", "㎡", 142000.5),
    ("养老服务用房", "㎡", 340),
    ("托育用房", "㎡", 220.25),
    ("商业", "㎡", 9800),
    ("社区用房", "㎡", 7100),
    ("幼儿园", "班", 6),
    ("绿地率", "%", 35),
]


def drawing():
    west, south = 114.3, 30.6
    return {
        "site": gpd.GeoDataFrame(
            geometry=[box(west, south, west + 0.003, south + 0.002)], crs=4326
        ),
        "buildings": gpd.GeoDataFrame(
            {"home_id": ["a", "b"], "households": [600, 650]},
            geometry=[Point(west + 0.001, south + 0.001), Point(west + 0.002, south + 0.001)],
            crs=4326,
        ),
        "facilities": gpd.GeoDataFrame(
            {
                "facility_id": ["f1"],
                "facility_type": ["elder_care"],
                "floor_area_m2": [340.0],
                "phase": ["一期"],
                "floor_level": [1],
                "own_entrance": [True],
            },
            geometry=[Point(west + 0.001, south + 0.001)],
            crs=4326,
        ),
    }


def as_folder(folder):
    (folder / "plan.yaml").write_text(TEXT, encoding="utf-8")
    for name, layer in drawing().items():
        pyogrio.write_dataframe(layer, folder / f"{name}.geojson", driver="GeoJSON")
    return folder


def as_geojson(folder):
    document = json.loads(json.dumps(yaml.safe_load(TEXT), default=str))
    del document["layers"]
    features = [
        {**feature, "properties": {**feature["properties"], "layer": name}}
        for name, layer in drawing().items()
        for feature in json.loads(layer.to_json())["features"]
    ]
    whole = {"type": "FeatureCollection", "plan": document, "features": features}
    (folder / "p.geojson").write_text(json.dumps(whole), encoding="utf-8")
    return folder / "p.geojson"


def as_geopackage(folder):
    path = folder / "p.gpkg"
    for name, layer in drawing().items():
        pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG")
    document = yaml.safe_load(TEXT)
    meta = {key: str(document[key]) for key in ("name", "jurisdiction", "date", "status")}
    waiver = {key: str(value) for key, value in document["waivers"][0].items()}
    tables = {
        "plan": [meta],
        "indicators": [{"项目": a, "单位": b, "数值": float(c)} for a, b, c in TABLE],
        "phases": document["phases"],
        "waivers": [waiver],
    }
    for name, rows in tables.items():
        pyogrio.write_dataframe(pd.DataFrame(rows), path, layer=name, driver="GPKG")
    return path


def as_workbook(folder):
    book = Workbook()
    book.active.append(["项目", "单位", "数值"])
    for row in TABLE:
        book.active.append(row)
    book.save(folder / "p.xlsx")
    return folder / "p.xlsx"


def plan_text(folder, text):
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    return folder


HEAD = "name: 甲\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\n"


def values(plan):
    return {key: fact.value for key, fact in plan.facts.items()}


@pytest.mark.parametrize("write", [as_geojson, as_geopackage])
def test_a_plan_in_one_file_is_the_plan_in_a_folder(tmp_path, write):
    folder = read_plan(as_folder(tmp_path))
    other = read_plan(write(tmp_path))
    assert values(other) == values(folder)
    for name in ("name", "jurisdiction", "date", "status", "includes"):
        assert getattr(other, name) == getattr(folder, name)
    assert [(p.name, p.order) for p in other.phases] == [("一期", 1), ("二期", 2)]
    assert [{key: fact.value for key, fact in phase.facts.items()} for phase in other.phases] == [
        {key: fact.value for key, fact in phase.facts.items()} for phase in folder.phases
    ]
    assert [(w.rule_id, w.expires) for w in other.waivers] == [("a-rule", dt.date(2027, 1, 1))]
    assert other.site.equals_exact(folder.site, 0.01)
    assert other.crs == folder.crs


def test_the_indicator_table_alone_gives_the_same_figures(tmp_path):
    folder = values(read_plan(as_folder(tmp_path)))
    table = values(read_plan(as_workbook(tmp_path), jurisdiction="cn-hubei-wuhan"))
    # Only the drawing can count facilities.
    assert folder.pop("count.elder_care") == 1
    assert table == folder


def test_an_indicator_table_takes_place_and_date_from_the_caller(tmp_path):
    path = as_workbook(tmp_path)
    plan = read_plan(path, name="乙", jurisdiction="cn-hubei", date=dt.date(2026, 1, 2))
    assert (plan.name, plan.jurisdiction, plan.date) == ("乙", "cn-hubei", dt.date(2026, 1, 2))
    bare = read_plan(path)
    assert (bare.name, bare.jurisdiction, bare.date, bare.status) == ("p", "", None, "new")
    assert any("taken as new" in say(note, "en") for note in bare.notes)


def test_facilities_keep_phase_level_entrance_and_place(tmp_path):
    (facility,) = read_plan(as_folder(tmp_path)).facilities
    assert facility.facility_types == ("elder_care",)
    assert facility.floor_area_m2.value == 340
    assert (facility.phase, facility.floor_level, facility.own_entrance) == ("一期", 1, True)
    assert facility.floor_area_m2.evidence[0].location == "facilities[f1]"
    # EPSG:4547 for Wuhan: eastings around 500 km.
    assert 400_000 < facility.geometry.x < 600_000


def test_every_number_of_a_plan_file_knows_its_line(tmp_path):
    plan = read_plan(as_folder(tmp_path))
    (evidence,) = plan.facts["floor_area_m2.elder_care"].evidence
    assert evidence.line == 10
    assert evidence.file.endswith("plan.yaml")
    assert evidence.label == "indicators.floor_area_m2.elder_care"


def test_a_plan_file_may_leave_its_indicators_to_a_workbook(tmp_path):
    as_workbook(tmp_path)
    plan = read_plan(plan_text(tmp_path, HEAD + "indicators: p.xlsx\n"))
    assert plan.value("households") == 1250
    assert plan.facts["households"].evidence[0].file.endswith("p.xlsx")
    assert plan.facts["households"].evidence[0].location == "Sheet!C2"


def test_all_faults_of_a_plan_file_come_at_once_with_their_lines(tmp_path):
    text = (
        "name: 甲\njurisdiction: Wuhan\ndate: 2026-11-01\nindicators:\n  housholds: 12\n"
        "  floor_area_m2: {elder_car: 5}\n  site_area_m2: -1\n  population: many\n"
        "phases:\n  - {households: 3}\n"
    )
    with pytest.raises(ProjectError) as caught:
        read_plan(plan_text(tmp_path, text))
    faults = "\n".join(caught.value.faults)
    for line, part in [
        (2, "jurisdiction"),
        (5, "did you mean 'households'"),
        (6, "did you mean 'elder_care'"),
        (7, "greater than or equal to 0"),
        (8, "expected a number, got 'many'"),
        (10, "name is missing"),
    ]:
        found = [fault for fault in caught.value.faults if f"plan.yaml:{line}: " in fault]
        assert any(part in fault for fault in found), faults


def test_a_layer_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ProjectError, match=r"names 'nope\.gpkg', which does not exist"):
        read_plan(plan_text(tmp_path, HEAD + "layers: {site: nope.gpkg}\n"))


def test_an_unknown_facility_type_in_a_layer_names_the_feature(tmp_path):
    layer = drawing()["facilities"].assign(facility_type="elder_car")
    pyogrio.write_dataframe(layer, tmp_path / "f.geojson", driver="GeoJSON")
    with pytest.raises(LoadError, match=r"feature 'f1'.*did you mean 'elder_care'"):
        read_plan(plan_text(tmp_path, HEAD + "layers: {facilities: f.geojson}\n"))


def test_facilities_add_up_where_the_table_is_silent(tmp_path):
    text = HEAD + (
        "facilities:\n"
        "  - {facility_type: elder_care, floor_area_m2: 200.1}\n"
        "  - {facility_type: elder_care, floor_area_m2: 99.9}\n"
        "  - {facility_type: childcare}\n"
    )
    plan = read_plan(plan_text(tmp_path, text))
    assert plan.value("floor_area_m2.elder_care") == Decimal("200.1") + Decimal("99.9")
    assert say(plan.facts["floor_area_m2.elder_care"].derived, "en") == "sum of 2 facilities"
    # One childcare is there, but nobody said how large; a part of a sum would be a wrong sum.
    assert plan.value("count.childcare") == 1
    assert plan.value("floor_area_m2.childcare") is None


def test_a_shared_room_counts_once_and_says_for_whom_else(tmp_path):
    text = HEAD + (
        "facilities:\n  - {facility_type: [community_service, elder_care], floor_area_m2: 600}\n"
    )
    plan = read_plan(plan_text(tmp_path, text))
    assert plan.value("floor_area_m2.community_service") == 600
    assert plan.value("floor_area_m2.elder_care") == 0
    assert plan.value("shared_floor_area_m2.elder_care") == 600
    assert plan.of_type("elder_care") == plan.facilities


def test_of_which_rows_and_declarations_say_what_a_figure_includes(tmp_path):
    book = Workbook()
    for row in [["总户数", None, 900], ["社区用房", None, 900], ["其中", "养老服务用房", 300]]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    text = HEAD + "indicators: t.xlsx\nincludes: {community_service: [childcare]}\n"
    plan = read_plan(plan_text(tmp_path, text))
    assert plan.includes == {"community_service": ("childcare", "elder_care")}


def test_population_follows_from_the_plans_own_rate_and_from_nothing_else(tmp_path):
    text = HEAD + "indicators: {households: 1000, persons_per_household: 3.2}\n"
    plan = read_plan(plan_text(tmp_path, text))
    assert plan.value("population") == Decimal("3.2") * 1000
    assert say(plan.facts["population"].derived, "en") == "households x persons_per_household"
    without = read_plan(plan_text(tmp_path, HEAD + "indicators: {households: 1000}\n"))
    assert without.value("population") is None


def test_buildings_give_the_households_that_the_table_does_not(tmp_path):
    as_folder(tmp_path)
    plan = read_plan(plan_text(tmp_path, HEAD + "layers: {buildings: buildings.geojson}\n"))
    assert plan.value("households") == 600 + 650
    assert say(plan.facts["households"].derived, "en") == "sum of 2 buildings"


def test_the_table_of_what_was_read_shows_known_unknown_and_computed(tmp_path):
    rows = plan_table(read_plan(as_folder(tmp_path)))
    by_key = {row["key"]: row for row in rows if not row["phase"]}
    assert by_key["households"]["value"] == "1250"
    assert by_key["households"]["location"] == "line 6"
    assert say(by_key["count.elder_care"]["note"], "en") == "counted"


@given(st.decimals(0, 10**7, places=2))
def test_numbers_in_a_plan_file_stay_exactly_as_written(tmp_path_factory, number):
    folder = tmp_path_factory.mktemp("exact")
    text = f"{HEAD}indicators: {{total_floor_area_m2: {number}}}\n"
    assert read_plan(plan_text(folder, text)).value("total_floor_area_m2") == number


def test_no_population_is_made_up_of_nothing():
    assert with_population({}) == {}


def test_the_published_schema_accepts_the_plan_and_refuses_a_slip(tmp_path):
    import jsonschema

    document = json.loads(json.dumps(yaml.safe_load(TEXT), default=str))
    jsonschema.validate(document, plan_json_schema())
    document["indicators"]["housholds"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, plan_json_schema())


def test_a_geojson_may_carry_the_figures_on_its_site(tmp_path):
    site = drawing()["site"].assign(
        layer="site",
        name="丙",
        jurisdiction="cn",
        date="2026-11-01",
        households=800,
        养老服务用房=300,
    )
    pyogrio.write_dataframe(site, tmp_path / "s.geojson", driver="GeoJSON")
    plan = read_plan(tmp_path / "s.geojson")
    assert (plan.name, plan.date) == ("丙", dt.date(2026, 11, 1))
    assert values(plan) == {"households": 800, "floor_area_m2.elder_care": 300}


def test_features_that_do_not_say_what_they_are_are_counted(tmp_path):
    layer = drawing()["buildings"]
    pyogrio.write_dataframe(layer, tmp_path / "s.geojson", driver="GeoJSON")
    with pytest.raises(LoadError, match="2 features do not say what they are"):
        read_plan(tmp_path / "s.geojson")


def test_a_geopackage_may_list_facilities_without_a_drawing(tmp_path):
    path = tmp_path / "p.gpkg"
    tables = {
        "plan": [{"name": "丁", "jurisdiction": "cn", "date": "2026-11-01", "总户数": 900}],
        "facilities": [
            {
                "facility_id": "f1",
                "facility_type": "community_service, canteen",
                "floor_area_m2": 9.5,
            },
            {"facility_id": "f2", "facility_type": "elder_care", "floor_area_m2": 300.0},
        ],
        "includes": [{"facility_type": "commerce", "includes": "pharmacy, repair"}],
    }
    for name, rows in tables.items():
        pyogrio.write_dataframe(pd.DataFrame(rows), path, layer=name, driver="GPKG")
    plan = read_plan(path)
    assert plan.value("households") == 900
    assert plan.value("floor_area_m2.elder_care") == 300
    assert plan.value("shared_floor_area_m2.canteen") == Decimal("9.5")
    assert plan.includes == {"commerce": ("pharmacy", "repair")}
    assert [each.facility_id for each in plan.facilities] == ["f1", "f2"]


@pytest.mark.parametrize(
    "rows",
    [
        [["项目名称：", "江湾花园"], ["总户数", 1250]],
        [["江湾花园综合经济技术指标表"], ["总户数", 1250]],
        [["江湾花园主要技术指标一览表"], ["总户数", 1250]],
    ],
)
def test_a_workbook_that_names_its_project_names_the_plan(tmp_path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert read_plan(tmp_path / "t.xlsx").name == "江湾花园"
    assert read_plan(tmp_path / "t.xlsx", name="别名").name == "别名"


@pytest.mark.parametrize("title", ["综合经济技术指标表", "主要经济技术指标", "项目技术指标一览表"])
def test_a_title_without_a_name_names_nothing(tmp_path, title):
    book = Workbook()
    for row in [[title], ["总户数", 1250]]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert read_plan(tmp_path / "t.xlsx").name == "t"
