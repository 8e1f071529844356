"""Words, notes and sums of a table that take a figure away: it is in doubt and passes no rule."""

from __future__ import annotations

import pytest

from plan_book import facts, write_book
from siting.loaders.plan.read import read_plan
from siting.words import say

HEAD = ["项目", "单位", "数值", "备注"]
CARE = "floor_area_m2.elder_care"


def note_of(path, key=CARE):
    """Return what is said of the row of a figure, in Chinese."""
    row = next(row for row in read_plan(path).rows if row.key == key)
    return " ".join(say(note, "zh") for note in row.notes)


@pytest.mark.parametrize(
    "remark",
    [
        "另行选址建设", "由周边解决", "预留", "临时", "待定", "不设", "与社区用房共用",
        "不计入本项目指标", "拟以缴纳异地建设费代替", "由二期另行建设",
        "其中社区卫生服务站120㎡", "合计（含社区用房100㎡）", "为套内使用面积", "分设4处", "否",
    ],
)  # fmt: skip
def test_a_remark_that_takes_a_room_away_leaves_its_area_unknown(tmp_path, remark):
    rows = [HEAD, ["总户数", "户", 1200, None], ["养老服务用房", "㎡", 380, remark]]
    path = write_book(tmp_path / "t.xlsx", rows)
    assert facts(path) == {"households": 1200}
    assert "未采用" in note_of(path)


@pytest.mark.parametrize("remark", ["3#楼一层", "独立占地", "移交民政", "含门厅20㎡", "无", "1处"])
def test_a_remark_that_takes_nothing_away_leaves_the_area(tmp_path, remark):
    rows = [HEAD, ["总户数", "户", 1200, None], ["养老服务用房", "㎡", 380, remark]]
    assert facts(write_book(tmp_path / "t.xlsx", rows))[CARE] == 380


def test_a_place_or_a_no_in_another_column_counts_as_well(tmp_path):
    rows = [
        ["设施名称", "建筑面积（㎡）", "位置", "是否配建"],
        ["养老服务用房", 380, "项目用地外", "是"],
        ["幼儿园", 2600, "独立占地", "否"],
        ["托育用房", 220, "3#楼", "是"],
    ]
    assert facts(write_book(tmp_path / "t.xlsx", rows)) == {"floor_area_m2.childcare": 220}


def test_what_is_asked_beside_a_figure_says_nothing_of_the_plan(tmp_path):
    rows = [["项目", "规划条件", "方案"], ["总户数（户）", 1200, 1200],
            ["养老服务用房（㎡）", "可与社区用房共用", 380]]  # fmt: skip
    assert facts(write_book(tmp_path / "t.xlsx", rows))[CARE] == 380


def test_homes_beside_which_others_are_named_are_not_all_homes(tmp_path):
    for number, remark in enumerate(("不含公寓300户", "另有安置房500户", "一期")):
        rows = [HEAD, ["总户数", "户", 1000, remark], ["养老服务用房", "㎡", 310, None]]
        assert facts(write_book(tmp_path / f"{number}.xlsx", rows)) == {CARE: 310}


def test_a_heading_of_reserved_rooms_leaves_those_below_it_unknown(tmp_path):
    rows = [HEAD, ["总户数", "户", 1200], ["远期预留设施（本次不建）"], ["养老服务用房", "㎡", 380]]
    path = write_book(tmp_path / "t.xlsx", rows)
    assert facts(path) == {"households": 1200}
    assert "远期预留设施" in note_of(path)


def test_a_note_below_the_table_speaks_of_the_rooms_that_it_names(tmp_path):
    rows = [HEAD, ["总户数", "户", 1200], ["养老服务用房", "㎡", 380], ["幼儿园", "㎡", 2600],
            ["注：1、幼儿园由相邻地块配建，不再设置；2、养老服务用房位于3#楼。"]]  # fmt: skip
    assert facts(write_book(tmp_path / "t.xlsx", rows)) == {"households": 1200, CARE: 380}


def test_a_column_of_usable_areas_gives_no_floor_area(tmp_path):
    rows = [["设施名称", "使用面积（㎡）"], ["总户数（户）", 1200], ["养老服务用房", 380]]
    path = write_book(tmp_path / "t.xlsx", rows)
    assert facts(path) == {"households": 1200}
    assert "不是建筑面积" in note_of(path)


def test_a_total_that_is_not_the_sum_of_its_plots_is_unknown(tmp_path):
    rows = [["项目", "单位", "A地块", "B地块", "合计"], ["总户数", "户", 600, 600, 1200],
            ["养老服务用房", "㎡", 310, 0, 380], ["幼儿园", "㎡", 2600.4, None, 2600]]  # fmt: skip
    path = write_book(tmp_path / "t.xlsx", rows)
    assert facts(path) == {"households": 1200, "floor_area_m2.kindergarten": 2600}
    assert "380 与 310" in note_of(path)


def test_a_number_of_places_beside_their_sum_leaves_the_largest_unknown(tmp_path):
    rows = [["设施名称", "数量（处）", "单处建筑面积（㎡）", "合计"], ["养老服务用房", 2, 190, 380],
            ["总户数（户）", None, None, 1200]]  # fmt: skip
    assert CARE not in facts(write_book(tmp_path / "t.xlsx", rows))


def test_a_table_all_of_whose_figures_are_in_doubt_is_still_a_plan(tmp_path):
    rows = [["周边服务设施一览表"], ["设施名称", "建筑面积（㎡）"], ["养老服务用房", 380],
            ["幼儿园", 2600]]  # fmt: skip
    plan = read_plan(write_book(tmp_path / "t.xlsx", rows))
    assert plan.facts == {}
    assert {CARE, "floor_area_m2.kindergarten"} <= {row.key for row in plan.rows}


@pytest.mark.parametrize(
    "title",
    [
        "江湾花园二期配套设施一览表",
        "武昌站周边片区配套设施一览表",
        "江湾旧改项目（含拆除）指标表",
        "二期",
    ],
)
def test_a_title_that_names_the_project_takes_nothing_away(tmp_path, title):
    rows = [[title], ["设施名称", "建筑面积（㎡）"], ["养老服务用房", 380], ["幼儿园", 2600]]
    assert facts(write_book(tmp_path / "t.xlsx", rows))[CARE] == 380
