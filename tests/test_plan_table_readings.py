"""What a table says with several units, several numbers or a remark is read where it is certain.

Where two readings remain the figure is in doubt, and each reading or cell is named.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.styles import Font
from typer.testing import CliRunner

from plan_book import HEAD, facts, readings, write_book
from siting.cli.app import app
from siting.loaders.plan.read import read_plan
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.selection import select_rules
from siting.rules.plan.consistency import check_consistency
from siting.rules.plan.evaluate import evaluate_plan
from siting.words import say

ELDER, CHILDCARE = "floor_area_m2.elder_care", "floor_area_m2.childcare"
COMMUNITY = "floor_area_m2.community_service"
HOMES = ["总户数", "户", 1250]


@pytest.fixture
def book(tmp_path):
    """Return a function that writes rows to a sheet and gives the path."""

    def write(rows, **more):
        return write_book(tmp_path / "t.xlsx", rows, **more)

    return write


def note_of(plan, key):
    """Return the note of the one row of a figure."""
    (row,) = [row for row in plan.rows if row.key == key]
    return say(row.note, "en")


# --- several units in a header -------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "数值（万平方米/户）",
        "数值（万㎡、户、人）",
        "指标 (万m2，户，%)",
        "万㎡/户",
        "数值（单位：万㎡/户）",
        "数值（万㎡）（户）",
        "数值（万㎡/户）（规划）",
    ],
)
def test_each_unit_of_a_header_belongs_to_the_rows_it_fits(book, header):
    found = facts(
        book([["项目", header], ["总建筑面积", 16.82], ["总户数", 1250], ["容积率", 2.5]])
    )
    assert found == {
        "total_floor_area_m2": Decimal("16.82") * 10_000,
        "households": 1250,
        "floor_area_ratio": Decimal("2.5"),
    }


@pytest.mark.parametrize("remark", ["单位：万㎡/户", "主要经济技术指标（单位：万㎡、户）"])
def test_each_unit_of_a_remark_on_the_sheet_belongs_to_the_rows_it_fits(book, remark):
    rows = [[remark], ["项目", "数值"], ["总建筑面积", 16.82], ["总户数", 1250]]
    assert facts(book(rows)) == {"total_floor_area_m2": 168_200, "households": 1250}


def test_words_beside_the_unit_of_a_header_do_not_hide_it(book):
    rows = [["项目", "建筑面积（万㎡，含地下）"], ["总建筑面积", 16.82], ["养老服务用房", 0.034]]
    assert facts(book(rows)) == {"total_floor_area_m2": 168_200, ELDER: 340}


@pytest.mark.parametrize(
    ("header", "label", "key", "units"),
    [
        ("数值（万㎡、㎡、户）", "总建筑面积", "total_floor_area_m2", "万m2, m2"),
        ("数值（万㎡/㎡/户）", "养老服务用房", ELDER, "万m2, m2"),
        # 9 may be classes or square metres.
        ("数值（㎡/班/户）", "幼儿园", "floor_area_m2.kindergarten", "m2, 班"),
        # Nobody knows how large a 坪 is here.
        ("数值（坪/㎡/户）", "总建筑面积", "total_floor_area_m2", "坪, m2"),
    ],
)
def test_where_two_units_of_a_header_fit_the_figure_is_unknown_and_its_cell_named(
    book, header, label, key, units
):
    plan = read_plan(book([["项目", header], ["居住户数", "1250户"], [label, 9]]))
    assert plan.value(key) is None
    assert [place.location for place in plan.doubtful[key].unread] == ["指标!B3"]
    told = f"which unit of the list is meant cannot be told: {units}; it is not read"
    assert told in note_of(plan, key)
    assert any("指标!B3" in say(note, "en") for note in plan.notes)


def test_two_units_of_one_worth_leave_one_reading(book):
    rows = [["项目", "数值（公顷、万㎡、户）"], ["总用地面积", 5.2], ["总户数（户/套）", 1250]]
    assert facts(book(rows)) == {"site_area_m2": 52_000, "households": 1250}


def test_a_rate_in_a_header_is_no_list_of_units(book):
    rows = [["项目", "数值（元/㎡）"], ["商业用房", 8000], ["总户数", "1250户"]]
    plan = read_plan(book(rows))
    assert plan.value("floor_area_m2.commerce") is None
    assert [place.location for place in plan.doubtful["floor_area_m2.commerce"].unread] == [
        "指标!B2"
    ]


# --- two numbers in a cell -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["340/375", "340㎡/375㎡", "340／375㎡"])
def test_two_numbers_that_nothing_tells_apart_are_two_readings(book, text):
    plan = read_plan(book([HEAD, HOMES, ["养老服务用房", "㎡", text]]))
    assert plan.value(ELDER) is None
    assert readings(plan, ELDER) == [(340, "指标!C3"), (375, "指标!C3")]
    assert "two numbers, and nothing says which is planned" in note_of(plan, ELDER)


@pytest.mark.parametrize(
    ("text", "value"), [("375/375", 375), ("340/≥375", 340), ("≥375/340", 340)]
)
def test_two_equal_numbers_or_a_number_and_its_limit_are_one_reading(book, text, value):
    assert facts(book([HEAD, HOMES, ["养老服务用房", "㎡", text]]))[ELDER] == value


@pytest.mark.parametrize(
    ("header", "text"),
    [("实配/应配", "340/375"), ("规划条件/设计值", "375/340"), ("实配/应配（㎡）", "340/375")],
)
def test_a_header_says_which_of_two_numbers_is_planned(book, header, text):
    rows = [["项目", header], ["总户数（户）", "1250/1250"], ["养老服务用房（㎡）", text]]
    assert facts(book(rows))[ELDER] == 340


def test_one_number_below_a_header_of_two_is_not_read(book):
    rows = [["项目", "实配/应配"], ["总户数（户）", "1250/1300"], ["养老服务用房（㎡）", 375]]
    plan = read_plan(book(rows))
    assert (plan.value("households"), plan.value(ELDER)) == (1250, None)
    assert note_of(plan, ELDER) == "one number beside two names; it is not read"


# --- rooms in a remark ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("社区服务用房（含养老服务用房340㎡）", 1040),
        ("社区服务用房（其中养老服务用房340㎡）", 1040),
        ("社区服务用房（含托育用房200㎡、养老服务用房340㎡）（㎡）", 1040),
        ("社区服务用房", "1040（含养老服务用房340㎡）"),
    ],
)
def test_a_room_with_its_area_in_a_remark_is_a_part_of_the_figure(book, label, text):
    plan = read_plan(book([HEAD, HOMES, [label, "㎡", text]]))
    assert (plan.value(COMMUNITY), plan.value(ELDER)) == (1040, 340)
    assert "elder_care" in plan.includes["community_service"]
    assert plan.value(CHILDCARE) == (200 if "托育" in label else None)


@pytest.mark.parametrize(
    "label",
    [
        "社区服务用房（不含养老服务用房340㎡）",
        "社区服务用房（含养老服务用房不少于340㎡）",
        "社区服务用房（含养老服务用房）",
        "社区服务用房（含养老服务用房2处）",
    ],
)
def test_a_remark_without_the_area_of_a_room_in_it_gives_none(book, label):
    assert ELDER not in facts(book([HEAD, HOMES, [label, "㎡", 1040]]))


def test_a_remark_below_requirements_gives_no_figure(book):
    rows = [HEAD, HOMES, ["规划条件"], ["社区服务用房（含养老服务用房340㎡）", "㎡", 1040]]
    assert facts(book(rows)) == {"households": 1250}


def test_a_remark_in_a_label_beside_requirements_may_be_one_itself(book):
    rows = [
        ["项目", "单位", "应配", "实配"],
        ["总户数", "户", 1250, 1250],
        ["社区服务用房（含养老服务用房375㎡）", "㎡", 1040, 900],
    ]
    assert facts(book(rows)) == {"households": 1250, COMMUNITY: 900}


def test_a_room_in_a_remark_and_in_a_row_is_told_twice_or_in_doubt(book):
    remark = ["社区服务用房（含养老服务用房340㎡）", "㎡", 1040]
    plan = read_plan(book([HEAD, HOMES, remark, ["养老服务用房", "㎡", 340]]))
    assert plan.value(ELDER) == 340
    assert not list(check_consistency(plan))
    plan = read_plan(book([HEAD, HOMES, remark, ["养老服务用房", "㎡", 200]]))
    sums = [(200, "指标!C4"), (340, "指标!A3"), (340 + 200, "指标!A3 + 指标!C4")]
    assert readings(plan, ELDER) == sums


def test_a_kind_of_the_rooms_in_their_remark_is_not_added_to_them(book):
    rows = [HEAD, HOMES, ["养老服务用房（含日间照料中心200㎡）", "㎡", 340]]
    assert facts(book(rows))[ELDER] == 340


# --- rooms below their sum -----------------------------------------------------------------------


def test_rooms_that_add_up_to_the_row_above_are_parts_of_it(book):
    rooms = [["日间照料中心", "㎡", 200], ["老年活动室", "㎡", 140]]
    plan = read_plan(book([HEAD, HOMES, ["养老服务用房", "㎡", 340], *rooms]))
    assert plan.value(ELDER) == 200 + 140
    assert [row.parent for row in plan.rows] == [-1, -1, 1, 1]
    assert not list(check_consistency(plan))


@pytest.mark.parametrize(
    "rooms",
    [
        # It may be as large as the other by chance.
        [["养老服务用房", "㎡", 340], ["日间照料中心", "㎡", 340]],
        [["养老服务用房", "㎡", 340], ["日间照料中心", "㎡", 200], ["老年活动室", "㎡", 130]],
        # One kind of the rooms is not their sum.
        [["日间照料中心", "㎡", 340], ["养老服务站", "㎡", 200], ["老年活动室", "㎡", 140]],
        # What stands between may be no room.
        [
            ["养老服务用房", "㎡", 340],
            ["日间照料中心", "㎡", 200],
            HOMES,
            ["老年活动室", "㎡", 140],
        ],
    ],
)
def test_rooms_that_may_stand_beside_each_other_leave_two_readings(book, rooms):
    plan = read_plan(book([HEAD, ["居住户数", "户", 1250], *rooms]))
    assert plan.value(ELDER) is None
    assert len(readings(plan, ELDER)) == 2


@pytest.mark.parametrize("of_which", ["", "其中："])
def test_rooms_inside_a_total_are_not_known_to_be_one_place(book, of_which):
    table = [HEAD, ["总户数", "户", 1000], ["养老服务用房", "㎡", 340]]
    rooms = [[f"{of_which}日间照料中心", "㎡", 200], [f"{of_which}托老所", "㎡", 140]]
    assert verdict_of(book(table)) == (340, "pass")
    # They may be sections of one place of 340.
    assert verdict_of(book([*table, *rooms])) == (340, "unknown")
    large = [[f"{of_which}日间照料中心", "㎡", 310], [f"{of_which}托老所", "㎡", 30]]
    assert verdict_of(book([*table, *large])) == (340, "pass")


def verdict_of(path):
    """Return the elder-care area of a plan in Wuhan, and whether it and one place suffice."""
    plan = read_plan(path, jurisdiction="cn-hubei-wuhan", date=date(2026, 11, 1))
    packs = read_packs(find_packs())
    rules = select_rules(packs, date=plan.date, jurisdiction=plan.jurisdiction).rules
    found = {each.rule_id: each.verdict for each in evaluate_plan(rules, plan)}
    return plan.value(ELDER), found["wuhan-elder-care-floor-area"]


# --- what is hidden in part ----------------------------------------------------------------------


def test_a_merged_label_whose_first_row_is_hidden_keeps_its_text(book):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    rows = [
        ["项目", "内容", "单位", "数值"],
        ["总户数", None, "户", 1250],
        ["养老服务用房", "用地面积", "㎡", 9],
        [None, "建筑面积", "㎡", 340],
        [None, "床位", "床", 20],
    ]
    path = book(rows, merged=["A3:A5"], change=hide)
    assert facts(path) == {"households": 1250, ELDER: 340, "beds.elder_care": 20}
    notes = [say(note, "en") for note in read_plan(path).notes]
    # 用地面积, ㎡ and 9: the merged label is seen below.
    assert any("3 filled cells in hidden rows" in note and "指标!B3" in note for note in notes)


def test_a_merged_cell_that_is_hidden_as_a_whole_is_not_read(book):
    def hide(sheet):
        for row in (3, 4):
            sheet.row_dimensions[row].hidden = True

    rows = [HEAD, HOMES, ["养老服务用房", "㎡", 340], [None, "㎡", 20], ["托育用房", "㎡", 200]]
    found = facts(book(rows, merged=["A3:A4"], change=hide))
    assert found == {"households": 1250, CHILDCARE: 200}


# --- notes ---------------------------------------------------------------------------------------


def test_the_notes_of_rows_are_said_in_the_language_of_the_reader(book):
    rows = [
        HEAD,
        ["总户数", "户", "约1250"],
        ["养老服务用房（远期）", "㎡", 340],
        ["龙虾池", "㎡", 9],
    ]
    path = str(book(rows))
    shown = CliRunner().invoke(app, ["plan", "show", path, "-l", "zh"]).stdout
    for words in ("原文带“约”", "括号内的说明不认识：远期；未采用", "不是已知指标"):
        assert words in shown
    shown = CliRunner().invoke(app, ["plan", "show", path, "-l", "en", "--json"]).stdout
    for words in ("written with 约", "this remark is not known: 远期; it is not read"):
        assert f'"note": "{words}"' in shown


# --- blanks among digits -------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["3 80", "340\n375", "340  375", "38 0.5", "150 2处"])
def test_a_blank_among_digits_joins_no_two_numbers(book, cell):
    plan = read_plan(book([HEAD, HOMES, ["养老服务用房建筑面积", "㎡", cell]]))
    assert ELDER not in plan.facts
    assert note_of(plan, ELDER)


@pytest.mark.parametrize(
    ("cell", "number"), [("1 250", 1250), ("1\u2009250", 1250), ("12 168 300.5", "12168300.5")]
)
def test_blanks_of_thousands_are_read(book, cell, number):
    path = book([HEAD, HOMES, ["养老服务用房建筑面积", "㎡", cell]])
    assert facts(path)[ELDER] == Decimal(number)


# --- what is struck through ----------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["D", "ABCD"])
def test_what_is_struck_through_is_taken_back(book, columns):
    path = book([HEAD, HOMES, ["养老服务用房建筑面积", "㎡", 400], ["托育建筑面积", "㎡", 200]])
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    row = next(cell.row for line in sheet for cell in line if cell.value == 400)
    for cell in sheet[row]:
        if cell.value is not None and (columns == "ABCD" or cell.value == 400):
            cell.font = Font(strike=True)
    workbook.save(path)
    plan = read_plan(path)
    assert ELDER not in plan.facts
    assert plan.facts[CHILDCARE].value == 200
    assert any("struck through" in say(note, "en") for note in plan.notes)
