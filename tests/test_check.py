"""The plan check from Python: exact boundaries, every form, the existing city, many plans."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from zipfile import ZipFile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import yaml
from openpyxl import Workbook
from shapely import Point, box
from shapely.geometry import mapping

import siting
from analysis_town import CRS, place, write_town
from siting.errors import SitingError
from siting.pipeline.plans.check import CheckOptions, check_plan, check_plans
from siting.pipeline.plans.files import find_plans
from siting.report.plan.text import to_text
from siting.rules.plan.evaluate import Counting
from siting.words import say

ELDER_CARE = "wuhan-elder-care-floor-area"
SHARE = "wuhan-commerce-and-services-share"
WUHAN = {"jurisdiction": "cn-hubei-wuhan", "date": dt.date(2026, 11, 1)}
HEAD = {"name": "江湾", "jurisdiction": "cn-hubei-wuhan", "date": "2026-11-01", "status": "new"}
MINIMAL = {"households": 1250, "floor_area_m2": {"elder_care": 340}}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a plan's folder and returns it."""

    def make(indicators, name="plan", **more):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        data = {**HEAD, "indicators": indicators, **more}
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (folder / "plan.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def book(tmp_path):
    """Return a function that writes an indicator table and returns its path."""

    def make(rows, name="table.xlsx"):
        workbook = Workbook()
        for row in (("项目", "单位", "指标"), *rows):
            workbook.active.append(row)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return make


def judged(check):
    return {
        (f.rule_id, f.subject): (f.verdict, f.measured, f.required, f.shortfall, f.missing)
        for f in check
    }


TEN_PER_CENT = {"households": 1000, "total_floor_area_m2": 8}
AREAS = {"commerce": 0.7, "community_service": 0.1}


def in_a_folder(tmp_path, figures, areas):
    data = {**HEAD, "indicators": {**figures, "floor_area_m2": areas}}
    (tmp_path / "plan.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return tmp_path


def in_a_geojson(tmp_path, figures, areas):
    plan = {**HEAD, "indicators": {**figures, "floor_area_m2": areas}}
    document = {"type": "FeatureCollection", "features": [], "plan": plan}
    (tmp_path / "p.geojson").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path / "p.geojson"


def on_the_site_of_a_geojson(tmp_path, figures, areas):
    typed = {f"floor_area_m2.{name}": area for name, area in areas.items()}
    site = {
        "type": "Feature",
        "properties": {"layer": "site", **HEAD, **figures, **typed},
        "geometry": mapping(box(114, 30, 114.003, 30.002)),
    }
    document = {"type": "FeatureCollection", "features": [site]}
    (tmp_path / "p.geojson").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path / "p.geojson"


def facilities_of(areas):
    return gpd.GeoDataFrame(
        {
            "layer": "facilities",
            "facility_id": list(areas),
            "facility_type": list(areas),
            "floor_area_m2": list(areas.values()),
        },
        geometry=[Point(114.001, 30.001)] * len(areas),
        crs=4326,
    )


def as_features_of_a_geojson(tmp_path, figures, areas):
    document = json.loads(facilities_of(areas).to_json())
    document["plan"] = {**HEAD, "indicators": figures}
    (tmp_path / "p.geojson").write_text(json.dumps(document), encoding="utf-8")
    return tmp_path / "p.geojson"


def in_a_table_of_a_geopackage(tmp_path, figures, areas):
    path = tmp_path / "p.gpkg"
    typed = {f"floor_area_m2.{name}": area for name, area in areas.items()}
    rows = [{"item": key, "value": float(value)} for key, value in {**figures, **typed}.items()]
    pyogrio.write_dataframe(pd.DataFrame([HEAD]), path, layer="plan", driver="GPKG")
    pyogrio.write_dataframe(pd.DataFrame(rows), path, layer="indicators", driver="GPKG")
    return path


def as_features_of_a_geopackage(tmp_path, figures, areas):
    path = in_a_table_of_a_geopackage(tmp_path, figures, {})
    features = facilities_of(areas).drop(columns="layer")
    pyogrio.write_dataframe(features, path, layer="facilities", driver="GPKG")
    return path


WORDS = {"households": "总户数", "total_floor_area_m2": "总建筑面积", "commerce": "商业"}
WORDS |= {"community_service": "社区用房", "elder_care": "养老服务用房"}


def in_a_workbook(tmp_path, figures, areas):
    workbook = Workbook()
    for row in (("项目", "指标"), *((WORDS[k], v) for k, v in {**figures, **areas}.items())):
        workbook.active.append(row)
    workbook.save(tmp_path / "p.xlsx")
    return tmp_path / "p.xlsx"


def with_all_digits_in_a_workbook(tmp_path, figures, areas):
    """Store 0.7 with all 17 digits of its double, as Excel does."""
    path = in_a_workbook(tmp_path, figures, areas)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v>0.7</v>" in parts[sheet] or 0.7 not in areas.values()
    parts[sheet] = parts[sheet].replace(b"<v>0.7</v>", b"<v>0.69999999999999996</v>")
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


FORMS = [
    in_a_folder,
    in_a_geojson,
    on_the_site_of_a_geojson,
    as_features_of_a_geojson,
    in_a_table_of_a_geopackage,
    as_features_of_a_geopackage,
    in_a_workbook,
    with_all_digits_in_a_workbook,
]


@pytest.mark.parametrize("form", FORMS)
def test_ten_percent_passes_in_every_form_where_floating_point_says_less(tmp_path, form):
    assert (0.7 + 0.1) / 8 == 0.09999999999999999
    finding = check_plan(form(tmp_path, TEN_PER_CENT, AREAS), **WUHAN).finding(SHARE)
    assert (finding.verdict, finding.measured) == ("pass", 10)


@pytest.mark.parametrize("form", FORMS)
def test_a_hair_below_ten_percent_fails_in_every_form(tmp_path, form):
    areas = {"commerce": 0.7, "community_service": 0.09999999999}
    assert check_plan(form(tmp_path, TEN_PER_CENT, areas), **WUHAN).finding(SHARE).verdict == "fail"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("households", "area", "verdict", "required"),
    [
        (1000, 300, "pass", "300"),
        (1000, 299.99, "fail", "300"),
        (1001, 300.3, "pass", "300.3"),
        (1001, 300.29, "fail", "300.3"),
    ],
)
def test_the_boundary_is_exact_in_every_form(tmp_path, form, households, area, verdict, required):
    path = form(tmp_path, {"households": households}, {"elder_care": area})
    finding = check_plan(path, **WUHAN).finding(ELDER_CARE)
    assert (finding.verdict, finding.required) == (verdict, Decimal(required))
    assert finding.shortfall == max(Decimal(required) - Decimal(str(area)), Decimal(0))


def test_full_steps_of_100_households_are_asked_for_and_said(write):
    folder = write({"households": 1001, "floor_area_m2": {"elder_care": 301}})
    assert check_plan(folder).finding(ELDER_CARE).verdict == "pass"
    finding = check_plan(folder, counting=Counting(rounding="ceil_per_100")).finding(ELDER_CARE)
    assert finding.required == 11 * 30
    assert "进整" in say(finding.note, "zh")


def test_the_same_figures_give_the_same_findings_in_each_form(write, book, tmp_path):
    figures = {
        "households": 1250,
        "population": 3400,
        "total_floor_area_m2": 168000,
        "floor_area_m2": {"elder_care": 340, "childcare": 199.5, "commerce": 9800},
    }
    table = book(
        [
            ("总户数", "户", 1250),
            ("总人口", "人", 3400),
            ("总建筑面积", "万㎡", 16.8),
            ("养老服务用房", "㎡", 340),
            ("托育服务设施", "㎡", 199.5),
            ("商业建筑面积", "㎡", 9800),
        ]
    )
    document = {"type": "FeatureCollection", "features": []}
    geojson = tmp_path / "plan.geojson"
    plan = {**HEAD, "indicators": figures}
    geojson.write_text(json.dumps({**document, "plan": plan}), encoding="utf-8")
    forms = [write(figures), table, geojson]
    found = [judged(check_plan(path, **WUHAN, status="new")) for path in forms]
    assert found[0] == found[1] == found[2]
    assert found[0][ELDER_CARE, ""][0] == "fail"


def test_findings_come_worst_first_and_can_be_asked_for_by_rule(write):
    check = check_plan(write(MINIMAL))
    assert check[0].verdict == "fail"
    assert check.finding(ELDER_CARE).shortfall == 375 - 340
    assert not check.compliant
    assert check.finding(ELDER_CARE) in check.failing
    assert len(check) == check.summary["findings"] == len(check.to_frame())
    with pytest.raises(KeyError, match="no finding of nothing"):
        check.finding("nothing")


def test_missing_data_is_a_failure_of_the_check_and_names_what_is_missing(write):
    check = check_plan(write({"floor_area_m2": {"elder_care": 400}}))
    finding = check.finding(ELDER_CARE)
    assert (finding.verdict, finding.missing) == ("unknown", ("households",))
    assert finding in check.failing


def test_a_plan_shows_itself_in_a_notebook_and_nothing_of_it_is_html(write):
    folder = write(MINIMAL, name="evil")
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    (folder / "plan.yaml").write_text(text.replace("江湾", "'<script>x</script>'"), "utf-8")
    shown = check_plan(folder)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "1,250 户 × 30 m²/100 户 = 375 m²；规划 340 m²；缺 35 m²" in shown
    assert "375 m² required" not in check_plan(folder, language="en")._repr_html_()


def test_public_names_are_those_of_the_package(write):
    folder = write(MINIMAL)
    assert siting.read_plan(folder).name == "江湾"
    assert isinstance(siting.check_plan(folder), siting.PlanCheck)
    assert len(siting.check_plans([folder])) == 1
    assert siting.check_plan(siting.read_plan(folder))[0].plan == "江湾"


# place and date


def test_a_table_alone_says_neither_place_nor_date_and_both_can_be_given(book):
    table = book([("总户数", "户", 1250)])
    with pytest.raises(SitingError, match=r"date \(--date.*jurisdiction \(--jurisdiction"):
        check_plan(table)
    with pytest.raises(SitingError, match="jurisdiction") as told:
        check_plan(table, date="2026-11-01")
    assert "--date" not in str(told.value)
    finding = check_plan(table, **WUHAN).finding(ELDER_CARE)
    assert finding.missing == ("floor_area_m2.elder_care",)


def test_the_rules_of_the_day_apply_and_an_option_overrules_the_plan_and_says_so(write):
    folder = write(MINIMAL)
    assert check_plan(folder).notes == ()
    earlier = check_plan(folder, date="2020-01-01", jurisdiction="cn-hubei")
    assert ELDER_CARE not in {each.rule_id for each in earlier}
    assert any("its date is 2026-11-01" in say(note, "en") for note in earlier.notes)
    assert any("its jurisdiction is cn-hubei-wuhan" in say(note, "en") for note in earlier.notes)


def test_a_date_that_is_none_is_refused(write):
    with pytest.raises(SitingError, match="write it as 2026-11-23"):
        check_plan(write(MINIMAL), date="1.11.2026")


def test_a_misspelt_place_is_noted_with_the_nearest(write):
    check = check_plan(write(MINIMAL), jurisdiction="cn-hubei-wuhn")
    assert any("did you mean 'cn-hubei-wuhan'" in say(note, "en") for note in check.notes)


def test_a_plan_for_which_no_rule_holds_is_an_error_and_not_compliant(write):
    with pytest.raises(SitingError, match="without rules is not compliant"):
        check_plan(write(MINIMAL), jurisdiction="fr-paris")


def test_a_renewal_is_not_asked_what_is_asked_of_new_plans(write):
    finding = check_plan(write(MINIMAL), status="renewal").finding(ELDER_CARE)
    assert finding.verdict == "not_applicable"


def test_unverified_rules_apply_on_request_only_and_never_fail(write):
    folder = write({**MINIMAL, "population": 3400})
    usual = check_plan(folder)
    every = check_plan(folder, include=["active", "unverified"])
    extra = {f.rule_id for f in every} - {f.rule_id for f in usual}
    assert extra
    assert not extra & {f.rule_id for f in every.failing}


# rules that meet


def test_the_stricter_rule_governs_and_the_other_stays_visible(write):
    check = check_plan(write({"households": 1250, "floor_area_m2": {"elder_care": 240}}))
    other = check.finding("hubei-elder-care-floor-area")
    assert (other.verdict, other.governs, other.governed_by) == ("fail", False, ELDER_CARE)
    assert other not in check.failing
    assert check.finding(ELDER_CARE) in check.failing


def test_a_room_counts_once_unless_sharing_is_asked_for(write):
    hall = {"facility_type": ["community_service", "elder_care"], "floor_area_m2": 380}
    folder = write({"households": 1250}, facilities=[hall])
    # 375 of the 380 m2 are elder care, what is left is community services.
    assert check_plan(folder).finding(ELDER_CARE).measured == Decimal(375)
    shared = check_plan(folder, counting=Counting(share_rooms=True)).finding(ELDER_CARE)
    assert (shared.measured, shared.verdict) == (380, "pass")
    assert "380" in say(shared.note, "zh")


def waiver(rule, expires):
    return {"rule": rule, "reason": "邻区已建", "approver": "规划局", "expires": expires}


def test_a_waiver_holds_to_its_last_day_and_its_finding_stays_visible(write):
    for day, waived in (("2026-11-01", True), ("2026-10-31", False)):
        check = check_plan(write(MINIMAL, waivers=[waiver(ELDER_CARE, day)]))
        finding = check.finding(ELDER_CARE)
        assert finding.verdict == "fail"
        assert (finding.waived is not None) == waived
        assert (finding in check.failing) != waived


def test_a_contradiction_can_be_waived_too(write):
    figures = {"total_floor_area_m2": 100, "residential_floor_area_m2": 200}
    rule = "plan-parts-exceed-total"
    before = check_plan(write(figures))
    assert rule in {each.rule_id for each in before.failing}
    after = check_plan(write(figures, waivers=[waiver(rule, "2027-01-01")]))
    assert rule in {each.rule_id for each in after}
    assert rule not in {each.rule_id for each in after.failing}


@pytest.mark.parametrize("days", [("2026-10-31", "2027-01-01"), ("2027-01-01", "2026-10-31")])
def test_of_two_waivers_of_one_rule_the_valid_one_holds_in_either_order(write, days):
    wrong = {"households": 1250, "total_floor_area_m2": 100, "residential_floor_area_m2": 200,
             "floor_area_m2": {"elder_care": 340}}  # fmt: skip
    for rule in (ELDER_CARE, "plan-parts-exceed-total"):
        check = check_plan(write(wrong, waivers=[waiver(rule, day) for day in days]))
        finding = next(each for each in check if each.rule_id == rule)
        assert str(finding.waived.expires) == "2027-01-01"
        assert finding not in check.failing
        assert "2026-10-31" not in say(finding.note, "zh")


@pytest.mark.parametrize("rule", [ELDER_CARE, "plan-parts-exceed-total"])
def test_waivers_that_have_all_run_out_are_said_and_hold_nothing(write, rule):
    wrong = {"households": 1250, "total_floor_area_m2": 100, "residential_floor_area_m2": 200,
             "floor_area_m2": {"elder_care": 340}}  # fmt: skip
    days = ("2026-10-31", "2025-01-01")
    check = check_plan(write(wrong, waivers=[waiver(rule, day) for day in days]))
    finding = next(each for each in check if each.rule_id == rule)
    assert finding.waived is None
    assert finding in check.failing
    assert all(f"规划局的豁免已于 {day} 到期" in say(finding.note, "zh") for day in days)


def test_a_waiver_of_no_rule_is_noted(write):
    check = check_plan(write(MINIMAL, waivers=[waiver("wuhan-elder-car", "2027-01-01")]))
    assert any("wuhan-elder-car, which is none" in say(note, "en") for note in check.notes)


# the existing city


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def drawn(write, town):
    """Return a function that writes a plan in the town, with homes and facilities by name."""

    def make(homes, facilities=None, *, context=True, counts=None):
        folder = write({})
        households = [(counts or {}).get(name, 10) for name in homes]
        layer(folder / "buildings.gpkg", {"home_id": list(homes), "households": households}, homes)
        layers = {"buildings": "buildings.gpkg"}
        if facilities:
            columns = {"facility_id": list(facilities), "facility_type": ["reading_room"]}
            layer(folder / "facilities.gpkg", columns, facilities)
            layers["facilities"] = "facilities.gpkg"
        city = {"context": str(town)} if context else {}
        return write({}, layers=layers, **city)

    return make


def layer(path, columns, shapes):
    geometry = [place(shape) for shape in shapes.values()]
    gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS).to_file(path)


def reach(folder, town, **more):
    rules = [town.parent / "rules.yaml"]
    return check_plan(folder, rules=rules, **more).finding("town-reading-room")


def test_a_plan_reaches_what_the_existing_city_has(drawn, town):
    finding = reach(drawn({"a": Point(500, 10), "b": Point(600, 10)}), town)
    assert finding.verdict == "pass"
    assert finding.measured == pytest.approx(Decimal(10 + (900 - 500) + 10))


def test_the_limit_is_inclusive_and_one_metre_more_fails(drawn, town):
    assert reach(drawn({"a": Point(410, 0)}), town).verdict == "pass"
    finding = reach(drawn({"a": Point(409, 0), "b": Point(600, 0)}), town)
    assert finding.verdict == "fail"
    assert finding.shortfall == Decimal(900 - 409 + 10) - 500
    assert "1 of 2 homes" in say(finding.explanation, "en")


def test_a_facility_of_the_plan_itself_counts(drawn, town):
    homes = {"a": Point(100, 10)}
    assert reach(drawn(homes), town).measured == 10 + (900 - 100) + 10
    finding = reach(drawn(homes, {"own": Point(200, -10)}), town)
    assert (finding.verdict, finding.measured) == ("pass", 10 + 100 + 10)


def test_a_home_called_like_one_of_the_city_is_not_led_through_its_gate(drawn, town):
    finding = reach(drawn({"gated": Point(500, 10)}), town)
    assert finding.measured == 10 + (900 - 500) + 10


def test_gates_of_the_existing_homes_are_no_fault_of_a_plan(drawn, town):
    rules = [town.parent / "rules.yaml"]
    result = check_plan(drawn({"a": Point(500, 10)}), rules=rules)
    assert not [note for note in result.notes if "subject_id" in say(note, "en")]


def test_a_building_without_households_is_no_home(drawn, town):
    homes = {"home": Point(500, 10), "garage": Point(100, 10)}
    finding = reach(drawn(homes, counts={"garage": 0}), town)
    assert finding.measured == 10 + (900 - 500) + 10


def test_a_drawing_without_a_city_leaves_reach_unknown_and_the_city_can_be_given(drawn, town):
    folder = drawn({"a": Point(500, 10)}, context=False)
    finding = reach(folder, town)
    assert (finding.verdict, finding.missing) == ("unknown", ("context",))
    assert reach(folder, town, context=town).verdict == "pass"
    assert reach(folder, town, context=siting.read_project(town)).verdict == "pass"


def test_a_city_that_several_plans_share_is_read_once(drawn, town, monkeypatch):
    from siting.pipeline.plans import existing_city

    folder = drawn({"a": Point(500, 10)})
    calls = []
    real = existing_city.load_kept_layers
    monkeypatch.setattr(
        existing_city,
        "load_kept_layers",
        lambda *args, **more: calls.append(1) or real(*args, **more),
    )
    options = CheckOptions(rules=(town.parent / "rules.yaml",))
    assert len(check_plans([folder, folder], options)) == 2
    assert len(calls) == 1


# many plans


def test_a_plan_that_cannot_be_read_does_not_keep_the_others_from_being_checked(write, tmp_path):
    (tmp_path / "broken.geojson").write_text("{", encoding="utf-8")
    checks = check_plans([tmp_path / "broken.geojson", write(MINIMAL)])
    assert [check.plan.name for check in checks] == ["江湾"]
    ((path, error),) = checks.unreadable
    assert path.name == "broken.geojson"
    assert not error.en.startswith(str(path))
    assert error.en
    assert not checks.compliant
    assert "plan-not-checked" in {each.rule_id for each in checks.findings}


def test_plans_of_one_name_are_noted(write):
    checks = check_plans([write(MINIMAL, name="a"), write(MINIMAL, name="b")])
    assert any("2 plans are called 江湾" in say(note, "en") for note in checks.notes)


def test_a_folder_stands_for_the_plans_in_it_and_files_that_are_none_are_skipped(write, tmp_path):
    first, second = write(MINIMAL, name="a"), write(MINIMAL, name="b")
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    (tmp_path / "main.json").write_text('{\n  "findings": []}', encoding="utf-8")
    assert find_plans([tmp_path]).plans == (first, second)
    assert find_plans([str(tmp_path / "*")]).plans == (first, second)
    named = find_plans(sorted(tmp_path.iterdir()))
    assert named.plans == (first, second)
    assert [path.name for path in named.skipped] == ["README.md", "main.json"]


def test_a_named_file_that_its_neighbour_does_not_name_is_never_replaced_by_it(write):
    folder = write(MINIMAL)
    table, missing, broken = folder / "own.xlsx", folder / "nosuch.xlsx", folder / "bad.yaml"
    table.write_bytes(b"")
    broken.write_text("name: [", encoding="utf-8")
    assert find_plans([table]).plans == (table,)
    assert find_plans([missing]).plans == (missing,)
    assert find_plans([broken]).plans == (broken,)
    assert find_plans([folder / "plan.yaml"]).plans == (folder,)


def test_a_hook_takes_what_is_no_plan_for_a_part_of_the_plan_beside_it(write):
    folder = write(MINIMAL)
    (folder / "own.xlsx").write_bytes(b"")
    (folder / "notes.txt").write_text("", encoding="utf-8")
    for name in ("notes.txt", "deleted.geojson"):
        assert find_plans([folder / name], only_plans=True).plans == (folder,)
    assert find_plans([folder / "own.xlsx"], only_plans=True).plans == (folder / "own.xlsx",)


def test_a_layer_that_the_plan_file_beside_it_names_stands_for_its_plan(write):
    folder = write(MINIMAL, layers={"buildings": "buildings.geojson"})
    (folder / "buildings.geojson").write_text("{}", encoding="utf-8")
    named = [folder / "buildings.geojson", folder / "plan.yaml", folder]
    assert find_plans(named).plans == (folder,)


def test_where_there_is_no_plan_at_all_it_is_said(tmp_path):
    (tmp_path / "a.md").write_text("x", encoding="utf-8")
    (tmp_path / "b.md").write_text("x", encoding="utf-8")
    with pytest.raises(SitingError, match=r"no plan is among .*a\.md"):
        find_plans(sorted(tmp_path.iterdir()))


def test_plans_of_figures_alone_load_no_maps_library(write):
    folder = write(MINIMAL)
    code = (
        "import sys, siting; siting.check_plan(sys.argv[1]);"
        "print([m for m in ('pandas', 'geopandas', 'shapely', 'numba', 'pyproj') "
        "if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, check=True, text=True
    )
    assert ran.stdout.strip() == "[]"


def test_a_paraphrase_of_a_pack_is_not_reported_as_a_quotation(write):
    check = check_plan(write({"households": 1250, "count": {"kindergarten": 0}}))
    paraphrased = check.finding("wuhan-kindergarten-places-6")
    verbatim = check.finding("wuhan-elder-care-floor-area")
    assert paraphrased.citation.quote_kind == "paraphrase"
    assert verbatim.citation.quote_kind == "verbatim"
    assert (paraphrased.citation.verified, verbatim.citation.verified) == (
        "secondary",
        "third-party-copy",
    )
    assert "大意：1200–1800户配建6班" in to_text(check.findings)
