"""Tables that could be misread in silence: hidden, repeated, old, or marked by a footnote."""

from __future__ import annotations

from decimal import Decimal

import pytest

from plan_book import HEAD, facts, write_book
from siting.loaders.plan.read import read_plan
from siting.loaders.plan.table.quantities import quantities_of
from siting.loaders.plan.table.read import read_indicator_table
from siting.rules.plan.consistency import check_consistency
from siting.words import say


@pytest.fixture
def book(tmp_path):
    """Return a function that writes rows to a sheet, lets it be changed, and gives the path."""

    def write(rows, change=None, *, merged=()):
        return write_book(tmp_path / "t.xlsx", rows, merged=merged, change=change)

    return write


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1250①", 1250),
        ("1250⑵", 1250),
        ("1250¹", 1250),
        ("1250*", 1250),
        ("1250注1", 1250),
        ("1250户[1]", 1250),
        ("1250户（其中保障房100户）", 1250),
        ("7100m²", 7100),
        ("7100㎡（0.71万㎡）", 7100),
    ],
)
def test_a_footnote_mark_or_a_remark_is_no_digit_of_the_number(text, number):
    (quantity,) = quantities_of(text)
    assert quantity.number == number


def test_a_number_with_a_count_in_brackets_gives_both(book):
    path = book([HEAD, ["总户数", "户", 1250], ["幼儿园", "㎡", "2500（6班）"]])
    assert facts(path)["floor_area_m2.kindergarten"] == 2500
    assert facts(path)["classes.kindergarten"] == 6


def test_a_figure_beside_its_limit_may_be_left_empty(book):
    path = book([HEAD, ["总户数", "户", 1250], ["容积率/规定容积率", "", None]])
    assert facts(path) == {"households": 1250}


def test_two_numbers_for_one_measure_are_not_added(book):
    path = book([HEAD, ["总户数", "户", 1250], ["养老服务用房", "", "340㎡/0.034万㎡"]])
    assert "floor_area_m2.elder_care" not in facts(path)
    row = next(row for row in read_plan(path).rows if row.key.endswith("elder_care"))
    assert (say(row.note, "en"), row.evidence.text) == (
        "this is no single number",
        "340㎡/0.034万㎡",
    )


def test_what_is_hidden_is_not_read_and_is_said_so(book):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True
        old = sheet.parent.create_sheet("旧版")
        old.append(["养老服务用房", 500])
        old.sheet_state = "hidden"

    rows = [
        HEAD,
        ["总户数", "户", 1250],
        ["养老服务用房", "㎡", 300],
        ["养老服务用房", "㎡", 340, 9],
    ]
    path = book(rows, hide)
    assert facts(path)["floor_area_m2.elder_care"] == 340
    notes = "\n".join(say(note, "en") for note in read_plan(path).notes)
    assert "sheet 旧版 is hidden" in notes
    assert "4 filled cells in hidden rows or columns are not read, the first is 指标!A3" in notes
    hidden = read_indicator_table(path, sheet="旧版").rows
    assert [row.value for row in hidden] == [500]


@pytest.mark.parametrize(
    "between", [[[], ["配套设施明细"]], [["设施明细"], ["名称", None, "面积"]]]
)
def test_a_list_that_repeats_the_table_does_not_double_it(book, between):
    table = [
        HEAD,
        ["总建筑面积", "㎡", 168000],
        ["总户数", "户", 1250],
        ["养老服务用房", "㎡", 190],
    ]
    path = book([*table, *between, ["养老服务用房", "㎡", 190]])
    assert facts(path)["floor_area_m2.elder_care"] == 190
    assert check_consistency(read_plan(path)) == ()


def test_a_list_of_rooms_below_the_table_is_compared_by_its_sum(book):
    table = [
        HEAD,
        ["总建筑面积", "㎡", 168000],
        ["总户数", "户", 1250],
        ["养老服务用房", "㎡", 340],
    ]
    rooms = [["养老服务用房", "㎡", 190], ["养老服务用房", "㎡", 150]]
    path = book([*table, [], *rooms])
    assert facts(path)["floor_area_m2.elder_care"] == 340
    assert check_consistency(read_plan(path)) == ()
    short = book([*table, [], rooms[0]])
    (finding,) = check_consistency(read_plan(short))
    assert finding.rule_id == "plan-figure-given-twice"
    assert (finding.measured, finding.required) == (190, 340)


def test_rooms_listed_in_one_table_are_added(book):
    rows = [HEAD, ["总户数", "户", 1250], ["养老服务用房", "㎡", 190], ["养老服务用房", "㎡", 150]]
    assert facts(book(rows))["floor_area_m2.elder_care"] == 190 + 150


@pytest.mark.parametrize(
    ("heads", "column"),
    [
        (["调整前", "调整后", "增减"], 1),
        (["原方案", "本次方案", "变化"], 1),
        (["规划条件", "设计方案", "备注"], 1),
        (["设计指标", "控规指标", "差值"], 0),
    ],
)
def test_the_column_of_this_plan_is_read_not_that_of_before_or_of_the_conditions(
    book, heads, column
):
    areas = [400, 340, -60]
    path = book(
        [["项目", *heads], ["总户数（户）", 1100, 1250, 150], ["养老服务用房（㎡）", *areas]]
    )
    assert facts(path)["floor_area_m2.elder_care"] == areas[column]


def test_columns_that_could_be_meant_as_well_are_named(book):
    rows = [
        ["项目", "方案一", "方案二"],
        ["总户数（户）", 1250, 1300],
        ["养老服务用房（㎡）", 340, 400],
    ]
    plan = read_plan(book(rows))
    # The first of two schemes is not the plan's: nobody can say which is meant.
    assert plan.value("floor_area_m2.elder_care") is None
    readings = plan.doubtful["floor_area_m2.elder_care"].readings
    assert [(each.value, each.evidence[0].location) for each in readings] == [
        (340, "指标!B3"),
        (400, "指标!C3"),
    ]
    assert any(
        "指标!B2 方案一 ... is read, not 指标!C2 方案二" in say(note, "en") for note in plan.notes
    )


def test_parts_of_the_total_are_figures_of_their_own_in_its_unit(book):
    rows = [
        ["总户数（户）", "总建筑面积（万㎡）", None, None, "绿地率（%）"],
        [None, "合计", "地上", "地下", None],
        [1250, 16.8, 14.5, 2.3, 35],
    ]
    found = facts(book(rows, merged=["B1:D1"]))
    assert found["total_floor_area_m2"] == 168000
    assert found["above_ground_floor_area_m2"] == 145000
    assert found["underground_floor_area_m2"] == 23000


def test_ground_and_underground_below_a_use_are_its_parts_not_the_plans(book):
    rows = [
        HEAD,
        ["总建筑面积", "㎡", 168000],
        ["其中：地上", "㎡", 145000],
        ["　　商业", "㎡", 9800],
        ["　　　其中：地上建筑面积", "㎡", 8000],
        ["　　　其中：地下建筑面积", "㎡", 1800],
        ["其中：地下", "㎡", 23000],
        ["总户数", "户", 1250],
    ]
    plan = read_plan(book(rows))
    assert plan.value("above_ground_floor_area_m2") == 145000
    assert plan.value("underground_floor_area_m2") == 23000
    assert plan.value("floor_area_m2.commerce") == 9800
    assert check_consistency(plan) == ()


def test_a_total_divided_by_ground_and_by_use_in_one_list_contradicts_nothing(book):
    rows = [
        ["项目", None, "单位", "数值"],
        ["总建筑面积", None, "㎡", 168000],
        ["其中", "地上建筑面积", "㎡", 145000],
        [None, "地下建筑面积", "㎡", 23000],
        [None, "住宅建筑面积", "㎡", 122000],
        [None, "商业建筑面积", "㎡", 9800],
    ]
    assert check_consistency(read_plan(book(rows, merged=["A3:A6"]))) == ()
    rows[4][3] = 160000
    (finding,) = check_consistency(read_plan(book(rows, merged=["A3:A6"])))
    assert finding.rule_id == "plan-parts-exceed-total"
    assert finding.measured == 160000 + 9800


def test_parts_of_a_use_beside_a_merged_label_are_added_in_the_headers_unit(book):
    rows = [
        ["项目", None, "面积（万㎡）", "占比（%）"],
        ["总建筑面积", None, 16.8, 100],
        ["商业", "地上", 0.8, 5],
        [None, "地下", 0.18, 1],
        ["养老服务用房", None, 0.034, 0],
    ]
    found = facts(book(rows, merged=["A3:A4"]))
    assert found["floor_area_m2.commerce"] == 8000 + 1800
    assert found["floor_area_m2.elder_care"] == 340


def test_floor_area_for_the_ratio_is_not_added_to_its_part_above_ground(book):
    rows = [HEAD, ["地上计容建筑面积", "㎡", 140000], ["计容建筑面积", "㎡", 141000]]
    plan = read_plan(book(rows))
    assert plan.value("far_floor_area_m2") is None
    readings = plan.doubtful["far_floor_area_m2"].readings
    assert [each.value for each in readings] == [140000, 141000]
    (finding,) = check_consistency(plan)
    assert finding.rule_id == "plan-figure-given-twice"


def test_a_remark_on_the_unit_holds_for_the_table_below_it(book):
    rows = [
        ["用地平衡表（单位：公顷）"],
        ["总用地面积", 5.6],
        [],
        ["建筑指标表（单位：万㎡）"],
        ["总建筑面积", 16.8],
        [],
        ["养老服务用房", 0.034],
    ]
    found = facts(book(rows))
    assert found["site_area_m2"] == 56000
    assert found["total_floor_area_m2"] == 168000
    assert found["floor_area_m2.elder_care"] == 340


def test_a_table_beside_that_of_the_buildings_is_still_read(book):
    rows = [
        ["项目", "数值", None, "楼号", "户数", "住宅建筑面积"],
        ["总建筑面积（㎡）", 168000, None, "1#", 72, 5400],
        ["总户数（户）", 1250, None, "2#", 72, 5400],
        ["养老服务用房（㎡）", 340, None, "合计", 144, 10800],
    ]
    plan = read_plan(book(rows))
    assert plan.value("households") == 1250
    assert plan.value("residential_floor_area_m2") is None
    assert any("指标!D1 starts a table per building" in say(note, "en") for note in plan.notes)


def test_a_figure_below_zero_is_not_read(book):
    plan = read_plan(book([HEAD, ["总户数", "户", 1250], ["养老服务用房", "㎡", -340]]))
    assert plan.value("floor_area_m2.elder_care") is None
    row = next(row for row in plan.rows if row.key.endswith("elder_care"))
    assert "less than nothing" in say(row.note, "en")
    assert plan.value("households") == Decimal(1250)
