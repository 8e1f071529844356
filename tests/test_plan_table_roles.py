"""What columns, rows and brackets of an indicator table are for: only the plan's figures count."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from plan_book import HEAD, facts, readings, write_book
from siting.errors import LoadError, ProjectError
from siting.loaders.plan.read import plan_table, read_plan
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.selection import select_rules
from siting.rules.plan.consistency import check_consistency
from siting.rules.plan.evaluate import evaluate_plan
from siting.words import say

ELDER = "floor_area_m2.elder_care"


@pytest.fixture
def book(tmp_path):
    """Return a function that writes rows to a sheet and gives the path."""

    def write(rows, **more):
        return write_book(tmp_path / "t.xlsx", rows, **more)

    return write


# --- columns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("due", "planned"),
    [
        ("应配面积（㎡）", "实配面积（㎡）"),
        ("应配建", "实际配建"),
        ("需配", "已配"),
        ("最低值", "实际值"),
        ("规划条件值", "实施值"),
        ("标准值", "本项目"),
        ("配建要求", "配建情况"),
        ("千人指标", "建筑面积（㎡）"),
        ("每百户指标", "设计值"),
        ("审批面积", "竣工面积"),
        ("不小于", "规划"),
        ("≥", "方案"),
        ("调整前", "调整后"),
        ("变更前", "变更后"),
        ("现状", "规划"),
        ("指标要求", "指标值"),
    ],
)
def test_what_is_due_or_was_before_is_no_figure_of_the_plan(book, due, planned, is_first):
    rows = [["项目", "单位", due, planned], ["养老服务用房", "㎡", 375, 340]]
    if not is_first:
        rows = [[*row[:2], row[3], row[2]] for row in rows]
    assert facts(book([*rows, ["总户数", "户", 1250, 1250]]))[ELDER] == 340


def test_a_table_that_stands_upright_has_its_roles_in_rows(book):
    rows = [
        ["项目", "总户数（户）", "养老服务用房（㎡）"],
        ["应配", 1250, 375],
        ["实配", 1250, 340],
    ]
    assert facts(book(rows)) == {"households": 1250, ELDER: 340}


def test_sections_of_conditions_and_of_before_are_no_figures_of_the_plan(book):
    rows = [
        HEAD,
        ["规划条件"],
        ["养老服务用房", "㎡", 375],
        ["设计方案"],
        ["养老服务用房", "㎡", 340],
        ["总户数", "户", 1250],
    ]
    assert facts(book(rows)) == {ELDER: 340, "households": 1250}


def test_columns_that_may_both_be_meant_leave_the_figures_unknown_unless_they_agree(book):
    rows = [
        ["项目", "面积", "规模"],
        ["养老服务用房（㎡）", 375, 340],
        ["总户数（户）", 1250, 1250],
    ]
    plan = read_plan(book(rows))
    assert plan.value(ELDER) is None
    assert readings(plan, ELDER) == [(375, "指标!B2"), (340, "指标!C2")]
    assert plan.value("households") == 1250


def test_a_number_of_facilities_beside_their_area_is_no_area(book):
    rows = [["设施名称", "数量（处）", "建筑面积（㎡）"], ["养老服务用房", 2, 340], ["公厕", 1, 60]]
    found = facts(book(rows))
    assert (found[ELDER], found["count.elder_care"]) == (340, 2)


@pytest.mark.parametrize("merged", [(), ("A1:C1",), ("A1:B1",)])
def test_the_title_of_a_project_is_no_phase_of_it(book, merged):
    rows = [
        ["江湾花园二期主要技术经济指标表"],
        ["项目", "规划", "应配"],
        ["总户数（户）", 1250, 1250],
    ]
    plan = read_plan(book([*rows, ["养老服务用房（㎡）", 340, 375]], merged=merged))
    assert plan.phases == ()
    assert plan.value(ELDER) == 340


def test_a_cell_with_an_unknown_unit_is_no_header_of_the_column(book):
    path = book([HEAD, ["总户数", "", "3标准户"], ["养老服务用房", "㎡", 340]])
    assert facts(path) == {ELDER: 340}


def test_plots_beside_each_other_are_summed_where_they_add_up(book):
    rows = [
        ["项目", "单位", "A地块", "B地块"],
        ["总户数", "户", 700, 550],
        ["养老服务用房", "㎡", 200, 140],
        ["容积率", "", 2.5, 3.0],
        ["居住人口", "人", 2100, None],
    ]
    plan = read_plan(book(rows))
    assert plan.value("households") == 700 + 550
    assert plan.value(ELDER) == 200 + 140
    # A ratio does not add up, and half of the people are not told.
    assert {"floor_area_ratio", "population"} <= set(plan.doubtful)
    assert check_consistency(plan) == ()


def test_plots_named_by_a_header_over_the_labels_are_summed(book):
    rows = [
        ["地块编号", "总户数（户）", "养老服务用房（㎡）"],
        ["A-01", 700, 200],
        ["A-02", 550, 140],
    ]
    assert facts(book(rows)) == {"households": 700 + 550, ELDER: 200 + 140}


def test_a_total_beside_plots_is_the_plans(book):
    rows = [
        ["项目", "单位", "A地块", "合计", "B地块"],
        ["总户数", "户", 700, 1250, 550],
    ]
    assert facts(book(rows))["households"] == 1250


def test_two_sheets_that_tell_different_figures_leave_them_unknown(book):
    rows = [HEAD, ["总户数", "户", 700], ["容积率", "", 2.5]]
    other = [HEAD, ["总户数", "户", 550], ["容积率", "", 2.5]]
    plan = read_plan(book(rows, sheets=[("B地块", other)]))
    assert plan.value("households") is None
    assert readings(plan, "households")[0] == (700, "指标!C2")


def test_ground_and_basement_on_two_levels_of_headers_are_added(book):
    rows = [
        ["项目", "建筑面积（㎡）", None, "规范要求"],
        [None, "地上", "地下", None],
        ["商业", 8000, 1800, 12000],
        ["养老服务用房", 340, None, 375],
    ]
    found = facts(book(rows, merged=["B1:C1"]))
    assert (found["floor_area_m2.commerce"], found[ELDER]) == (8000 + 1800, 340)


# --- brackets and slashes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        "养老服务用房（不少于375㎡）",
        "养老服务用房（≥375㎡）",
        "养老服务用房（每百户不少于30㎡）",
        "养老服务用房（应≥375㎡）",
        "养老服务用房（㎡）（≥375）",
        "养老服务用房（含日间照料）",
        "养老服务用房（位于3#楼一层）",
    ],
)
def test_a_limit_or_a_remark_in_the_label_is_no_part_of_the_figure(book, label):
    assert facts(book([HEAD, ["总户数", "户", 1250], [label, "㎡", 340]]))[ELDER] == 340


@pytest.mark.parametrize("text", ["≥375", "不少于375㎡", "不低于375", "375（标准）", "至少375"])
def test_a_limit_in_the_cell_is_no_figure(book, text):
    plan = read_plan(book([HEAD, ["总户数", "户", 1250], ["养老服务用房", "㎡", text]]))
    assert plan.value(ELDER) is None
    assert [place.location for place in plan.doubtful[ELDER].unread] == ["指标!C3"]


def test_the_label_says_which_number_before_or_behind_a_slash_is_the_limit(book):
    rows = [HEAD, ["容积率/规定容积率", "", "4.10/4.0"], ["规定绿地率/绿地率", "", "30%/35%"]]
    rows.append(["总户数", "户", 1250])
    found = facts(book(rows))
    assert (found["floor_area_ratio"], found["green_share"]) == (Decimal("4.10"), Decimal("0.35"))


def test_a_row_that_is_marked_as_due_is_no_figure(book):
    rows = [
        HEAD,
        ["养老服务用房（应配）", "㎡", 375],
        ["养老服务用房", "㎡", 340],
        ["总户数", "户", 9],
    ]
    assert facts(book(rows))[ELDER] == 340


@pytest.mark.parametrize(
    "labels",
    [
        ("养老服务用房（1#楼）", "养老服务用房（2#楼）"),
        ("1#楼养老服务用房", "2#楼养老服务用房"),
        ("养老服务用房（地上）", "养老服务用房（地下）"),
        ("养老服务用房（计容）", "养老服务用房（不计容）"),
        ("养老服务用房（独立占地）", "养老服务用房（3#楼一层）"),
    ],
)
@pytest.mark.parametrize("total", [None, "养老服务用房", "养老服务用房小计"])
def test_rooms_with_remarks_add_up_to_their_total(book, labels, total):
    rows = [HEAD, [labels[0], "㎡", 200], [labels[1], "㎡", 140], ["总户数", "户", 1250]]
    if total:
        rows.insert(3, [total, "㎡", 340])
    assert facts(book(rows))[ELDER] == 200 + 140


def test_rooms_below_a_total_are_places_of_their_own(book):
    rows = [HEAD, ["养老服务用房（1#楼）", "㎡", 200], ["养老服务用房（2#楼）", "㎡", 140]]
    plan = read_plan(book([*rows, ["养老服务用房小计", "㎡", 340], ["总户数", "户", 1250]]))
    # No place of 300 m2, although there are 340 m2 in all.
    assert [place.location for place in plan.facts[ELDER].evidence] == ["指标!C2", "指标!C3"]


def test_rooms_that_are_not_their_total_leave_it_unknown(book):
    rows = [HEAD, ["养老服务用房（1#楼）", "㎡", 200], ["养老服务用房", "㎡", 340]]
    plan = read_plan(book([*rows, ["总户数", "户", 1250]]))
    assert plan.value(ELDER) is None
    assert [value for value, _ in readings(plan, ELDER)] == [340, 200, 540]


def test_names_that_may_be_parts_of_each_other_leave_the_figure_unknown(book):
    rows = [HEAD, ["养老服务用房", "㎡", 340], ["日间照料中心", "㎡", 200], ["总户数", "户", 1250]]
    plan = read_plan(book(rows))
    assert readings(plan, ELDER) == [(340, "指标!C2"), (540, "指标!C2 + 指标!C3")]


def test_a_room_that_nobody_knows_leaves_the_sum_of_its_kind_unknown(book):
    rows = [
        HEAD,
        ["总户数", "户", 1250],
        ["养老服务用房"],
        ["　日间照料中心", "㎡", 200],
        ["　老干部活动站", "㎡", 140],
    ]
    assert facts(book(rows)) == {"households": 1250}
    rows = [
        HEAD,
        ["总户数", "户", 1250],
        ["养老服务用房", "㎡", 200],
        ["养老服务用房（远期）", "㎡", 140],
    ]
    assert facts(book(rows)) == {"households": 1250}


def test_an_area_that_is_measured_otherwise_is_left_aside(book):
    rows = [HEAD, ["养老服务设施（建筑面积）", "㎡", 340], ["养老服务设施（使用面积）", "㎡", 290]]
    assert facts(book(rows)) == {ELDER: 340}


def test_no_rule_passes_by_a_doubtful_figure(book):
    rows = [
        ["项目", "面积", "规模"],
        ["养老服务用房（㎡）", 340, 400],
        ["总户数（户）", 1000, 1000],
    ]
    plan = read_plan(book(rows), jurisdiction="cn-hubei-wuhan", date=date(2026, 11, 1))
    packs = read_packs(find_packs())
    rules = select_rules(packs, date=plan.date, jurisdiction=plan.jurisdiction).rules
    by_id = {each.rule_id: each for each in evaluate_plan(rules, plan)}
    finding = by_id["wuhan-elder-care-floor-area"]
    # 1,000 households need 300 m2, which either reading would meet; the plan has to say which.
    assert (finding.verdict, finding.missing) == ("unknown", (ELDER,))
    assert "340 m² (指标!B2), 400 m² (指标!C2)" in say(finding.note, "en")


# --- words ---------------------------------------------------------------------------------------


def test_net_area_decides_where_a_table_gives_gross_and_net(book):
    rows = [
        HEAD,
        ["规划总用地面积", "㎡", 62350],
        ["其中：规划净用地面积", "㎡", 48120],
        ["计容建筑面积", "㎡", 120300],
        ["容积率", "", 2.5],
    ]
    plan = read_plan(book(rows))
    assert (plan.value("gross_site_area_m2"), plan.value("site_area_m2")) == (62350, 48120)
    # 120,300 / 48,120 = 2.5.
    assert check_consistency(plan) == ()
    alone = read_plan(book([HEAD, ["总用地面积", "㎡", 62350], ["总户数", "户", 1250]]))
    assert alone.value("site_area_m2") == 62350
    assert alone.value("gross_site_area_m2") is None


@pytest.mark.parametrize(
    ("label", "unit", "key"),
    [
        ("集中绿地面积", "㎡", "land_area_m2.concentrated_green"),
        ("总居住人数", "人", "population"),
        ("地上计入容积率建筑面积", "㎡", "far_floor_area_m2"),
        ("地上不计入容积率的建筑面积", "㎡", "above_ground_non_far_floor_area_m2"),
        ("社区居委会用房", "㎡", "floor_area_m2.community_service"),
        ("物管用房（含业主委员会活动室）", "㎡", "floor_area_m2.property_management"),
        ("机动停车位", "个", "parking_spaces"),
        ("居家养老服务站", "㎡", ELDER),
        ("垃圾收集站", "㎡", "floor_area_m2.waste_station"),
    ],
)
def test_the_words_of_planning_bureaus_are_known(book, label, unit, key):
    assert facts(book([HEAD, [label, unit, 345]])) == {key: 345}


def test_a_number_of_classes_before_a_kindergarten_is_read(book):
    found = facts(book([HEAD, ["总户数", "户", 1250], ["6班幼儿园", "㎡", 2450]]))
    assert (found["classes.kindergarten"], found["floor_area_m2.kindergarten"]) == (6, 2450)


def test_a_label_that_no_rule_asks_for_is_known_as_such(book):
    plan = read_plan(book([HEAD, ["总户数", "户", 1250], ["门卫室", "㎡", 30]]))
    assert say(plan.rows[-1].note, "en") == "no rule asks for it"


# --- shares and formats --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "number_format", "share"),
    [
        ("35%", "", None, "0.35"),
        (35, "", None, "0.35"),
        (35, "%", None, "0.35"),
        (0.35, "", None, "0.35"),
        (0.35, "", "0.00%", "0.35"),
        (0.35, "%", "0.00%", "0.35"),
        (0.35, "%", None, None),
        (35, "%", "0.00%", None),
    ],
)
def test_a_share_that_may_be_wrong_by_a_hundred_is_unknown(book, value, unit, number_format, share):
    def change(sheet):
        if number_format:
            sheet["C3"].number_format = number_format

    path = book([HEAD, ["总户数", "户", 1250], ["绿地率", unit, value]], change=change)
    plan = read_plan(path)
    assert plan.value("green_share") == (None if share is None else Decimal(share))
    if share is None:
        assert Decimal("0.35") in [reading for reading, _ in readings(plan, "green_share")]


@pytest.mark.parametrize(
    ("stored", "number_format", "households"),
    [
        (1.25, '0.00"千户"', 1250),
        (1250, '#,##0"户"', 1250),
        (1250, "0\\户", 1250),
        (1250, '0.00,"千户"', 1250),
        (1250, "#,##0.00_);[Red]\\(#,##0.00\\)", 1250),
        (1.25, '0.00"千标准户"', None),
        (1250, '"¥"#,##0', None),
        (1250, '[>=1000]0.00,"千户";0"户"', None),
    ],
)
def test_the_unit_that_a_number_format_shows_is_the_numbers(
    book, stored, number_format, households
):
    def change(sheet):
        sheet["C2"].number_format = number_format

    rows = [HEAD, ["总户数", "", stored], ["养老服务用房", "㎡", 340]]
    assert read_plan(book(rows, change=change)).value("households") == households


# --- layouts that used to end in a traceback -----------------------------------------------------


def test_a_title_merged_over_a_list_below_a_table_is_read_past(book):
    rows = [
        ["综合技术经济指标"],
        ["总用地面积", "4.8 ha", "总户数", "1008户"],
        ["总建筑面积", "172860 ㎡", "总人口", "3226人"],
        ["其中：住宅", "112480 ㎡", "商业", "3650 ㎡"],
        [],
        ["公共服务设施配套一览表"],
        ["序号", "设施名称", "建筑面积（㎡）", "数量"],
        [1, "老年人日间照料中心", 298.6, 1],
        [2, "婴幼儿照护服务设施", 210, 1],
    ]
    assert facts(book(rows, merged=["A6:D6"])) == {
        "site_area_m2": 48000,
        "total_floor_area_m2": 172860,
        "residential_floor_area_m2": 112480,
        "floor_area_m2.commerce": 3650,
        "households": 1008,
        "population": 3226,
        ELDER: Decimal("298.6"),
        "count.elder_care": 1,
        "floor_area_m2.childcare": 210,
        "count.childcare": 1,
    }


# --- what the plan file says ---------------------------------------------------------------------

TWO = [["项目", "方案一", "方案二"], ["总户数（户）", 1250, 1300], ["养老服务用房（㎡）", 340, 400]]


@pytest.fixture
def plan(book, tmp_path):
    """Return a function that reads the two schemes with what ``indicators`` says besides."""

    def read(more):
        book(TWO)
        text = (
            f"name: 江湾\njurisdiction: cn\ndate: 2026-11-01\nindicators: {{path: t.xlsx{more}}}\n"
        )
        (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
        return read_plan(tmp_path)

    return read


def test_the_plan_file_says_which_column_is_meant(plan):
    read = plan(", column: 方案二")
    assert (read.value("households"), read.value(ELDER)) == (1300, 400)
    assert read.doubtful == {}


def test_the_plan_file_says_which_cell_or_value_is_meant(plan):
    read = plan(", readings: {elder_care: C3, households: 1250}")
    assert (read.value("households"), read.value(ELDER)) == (1250, 400)
    assert plan(", readings: {elder_care: 指标!B3 + 指标!C3}").value(ELDER) == 340 + 400


def test_a_reading_that_is_not_there_is_refused_with_those_that_are(plan):
    with pytest.raises(LoadError, match=r"B9 gives no number .* 指标!B3, 指标!C3"):
        plan(", readings: {elder_care: B9}")
    with pytest.raises(LoadError, match=r"none of the readings 1,250 households, 1,300 households"):
        plan(", readings: {households: 1275}")
    with pytest.raises(LoadError, match=r"no column of numbers .*'方案三'"):
        plan(", column: 方案三")
    with pytest.raises(ProjectError, match="did you mean 'elder_care'"):
        plan(", readings: {elder: B3}")


def test_each_figure_is_shown_as_read_derived_or_doubtful(plan, book, tmp_path):
    shown = [(row["key"], row["value"], row["status"]) for row in plan_table(plan(""))]
    assert shown[2:] == [
        ("households", "1250", "doubtful"),
        ("households", "1300", "doubtful"),
        (ELDER, "340", "doubtful"),
        (ELDER, "400", "doubtful"),
    ]
    rows = [HEAD, ["养老服务用房", "㎡", 190], ["养老服务用房", "㎡", 150], ["龙虾池", "㎡", 9]]
    shown = [(row["value"], row["status"]) for row in plan_table(read_plan(book(rows)))]
    assert shown == [("190", "read"), ("150", "read"), ("9", ""), ("340", "derived")]
