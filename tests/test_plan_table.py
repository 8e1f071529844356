"""The indicator table is found wherever it stands, and every number keeps its cell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from plan_book import write_book
from siting.errors import LoadError
from siting.loaders.formats.workbook import Cell, WorkbookSheet
from siting.loaders.plan.read import read_plan
from siting.loaders.plan.table.grid import grid_of
from siting.loaders.plan.table.labels import label_of
from siting.loaders.plan.table.quantities import quantity_of
from siting.loaders.plan.table.read import read_grid, read_indicator_table
from siting.loaders.plan.table.words import key_of
from siting.words import say


@pytest.fixture
def table(tmp_path):
    """Return a function that reads rows written to a sheet, with merged ranges."""

    def read(rows, *, merged=(), sheets=()):
        path = write_book(tmp_path / "t.xlsx", rows, merged=merged, sheets=sheets)
        return read_indicator_table(path, file="t.xlsx").rows

    return read


def values(rows, phase=""):
    return {r.key: r.value for r in rows if r.key and r.value is not None and r.phase == phase}


VERTICAL = {
    "site_area_m2": Decimal(56000),
    "total_floor_area_m2": Decimal(168000),
    "residential_floor_area_m2": Decimal(142000),
    "floor_area_m2.commerce": Decimal(9800),
    "floor_area_m2.elder_care": Decimal(340),
    "households": Decimal(1250),
    "population": Decimal(3400),
}


def test_a_vertical_table_with_a_unit_column_and_a_merged_of_which_cell(table):
    rows = table(
        [
            ["综合经济技术指标表"],
            ["项目", None, "单位", "指标", "备注"],
            ["规划净用地面积", None, "公顷", 5.6, ""],
            ["总建筑面积", None, "万㎡", 16.8, "含商业 9800"],
            ["其中", "住宅建筑面积", "万㎡", 14.2],
            [None, "商业建筑面积", "㎡", "9,800"],
            [None, "养老服务用房", "㎡", "３４０"],
            ["居住户（套）数", None, "户", 1250],
            ["居住人数", None, "万人", 0.34],
        ],
        merged=["A1:E1", "A2:B2", "A5:A7"],
    )
    assert values(rows) == VERTICAL
    by_key = {row.key: row for row in rows}
    assert by_key["floor_area_m2.elder_care"].evidence.location == "指标!D7"
    assert by_key["floor_area_m2.elder_care"].evidence.text == "３４０"
    parents = {row.key: rows[row.parent].key for row in rows if row.parent >= 0}
    assert set(parents.values()) == {"total_floor_area_m2"}
    assert set(parents) == {
        "residential_floor_area_m2",
        "floor_area_m2.commerce",
        "floor_area_m2.elder_care",
    }


def test_a_horizontal_table_reads_like_a_vertical_one(table):
    rows = table(
        [
            ["总用地面积(公顷)", "总建筑面积(万㎡)", "其中", None, None, "总户数", "总人口"],
            [None, None, "住宅(㎡)", "商业(㎡)", "养老服务用房(㎡)"],
            [5.6, 16.8, 142000, 9800, 340, "1250户", "3400人"],
        ],
        merged=["A1:A2", "B1:B2", "C1:E1", "F1:F2", "G1:G2"],
    )
    assert values(rows) == VERTICAL
    assert {r.evidence.location for r in rows if r.key == "households"} == {"指标!F3"}


def test_blocks_beside_each_other_are_read_apart(table):
    rows = table(
        [
            ["项目", "单位", "数值", "项目", "单位", "数值"],
            ["总用地面积", "亩", 84, "总户数", "户", 1250],
            ["总建筑面积", "㎡", 168000, "总人口", "人", 3400],
            ["其中：住宅", "㎡", 142000, "停车位", "个", 1300],
            ["　　　商业", "㎡", 9800, "容积率", "", 3],
            ["　　　养老服务用房", "㎡", 340, None, None, None],
        ]
    )
    extra = {"parking_spaces": Decimal(1300), "floor_area_ratio": Decimal(3)}
    # A mu is 10000/15 m2, and 84 of them 56,000 m2 exactly.
    assert values(rows) == {**VERTICAL, **extra}


def test_labels_with_their_values_beside_them_need_no_header(table):
    rows = table(
        [["总建筑面积：", "168000㎡"], ["住宅建筑面积：", "14.2万㎡"], ["总户数", "１２５０户"]]
    )
    assert values(rows) == {
        "total_floor_area_m2": Decimal(168000),
        "residential_floor_area_m2": Decimal(142000),
        "households": Decimal(1250),
    }


def test_phases_as_columns_are_phases_and_the_total_is_the_plan(table):
    rows = table(
        [
            ["序号", "指标", "一期", "二期", "合计"],
            [1, "总户数(户)", 600, 650, 1250],
            [2, "养老服务用房(㎡)", 340, None, 340],
        ]
    )
    assert values(rows) == {"households": 1250, "floor_area_m2.elder_care": 340}
    assert values(rows, "一期") == {"households": 600, "floor_area_m2.elder_care": 340}
    assert values(rows, "二期") == {"households": 650}


def test_phases_as_rows_are_phases_too(table):
    rows = table(
        [
            ["分期", "总户数", "住宅建筑面积"],
            [None, "户", "万㎡"],
            ["一期", 600, 7],
            ["二期", 650, 7.2],
            ["合计", 1250, 14.2],
        ]
    )
    assert values(rows) == {"households": 1250, "residential_floor_area_m2": 142000}
    assert values(rows, "二期") == {"households": 650, "residential_floor_area_m2": 72000}


def test_a_list_of_facilities_below_the_table_gives_several_quantities(table):
    rows = table(
        [
            ["总建筑面积", "168000㎡"],
            ["总户数", "1250户"],
            [],
            ["设施", "建筑面积(㎡)", "用地面积(㎡)", "班数"],
            ["幼儿园", 2500, 3600, 6],
            ["养老服务用房", 340, "—", None],
        ]
    )
    assert values(rows) == {
        "total_floor_area_m2": Decimal(168000),
        "households": Decimal(1250),
        "floor_area_m2.kindergarten": Decimal(2500),
        "land_area_m2.kindergarten": Decimal(3600),
        "classes.kindergarten": Decimal(6),
        "floor_area_m2.elder_care": Decimal(340),
    }


def test_a_table_per_building_is_not_the_plan_and_is_said_so(tmp_path, table):
    rows = table(
        [["总户数", "1250户"], ["总建筑面积", "168000㎡"]],
        sheets=[("单体面积计算表", [["楼号", "地上层数", "户数"], ["1#", 18, 72], ["2#", 18, 72]])],
    )
    assert values(rows)["households"] == Decimal(1250)
    notes = read_indicator_table(tmp_path / "t.xlsx").notes
    assert any(
        "单体面积计算表!A1" in say(note, "en") and "per building" in say(note, "en")
        for note in notes
    )


def test_a_unit_for_the_whole_sheet_holds_where_no_nearer_one_stands(table):
    rows = table(
        [
            ["经济技术指标", None, "单位：万㎡"],
            ["总建筑面积", None, 16.8],
            ["养老服务用房", None, "340㎡"],
            ["总户数", None, 1250],
        ]
    )
    assert values(rows) == {
        "total_floor_area_m2": Decimal(168000),
        "floor_area_m2.elder_care": Decimal(340),
        "households": Decimal(1250),
    }


def test_ground_and_underground_parts_of_one_figure_are_added(tmp_path, table):
    table(
        [
            ["地上总建筑面积", "小计", "万㎡", 15],
            [None, "商业", "万㎡", 0.8],
            ["地下建筑面积", "小计", "万㎡", 1.8],
            [None, "商业", "㎡", 1800],
        ],
        merged=["A1:A2", "A3:A4"],
    )
    facts = read_plan(tmp_path / "t.xlsx").facts
    assert facts["floor_area_m2.commerce"].value == 8000 + 1800
    assert facts["above_ground_floor_area_m2"].value == 150000
    assert len(facts["floor_area_m2.commerce"].evidence) == 2


def test_what_nothing_knows_is_shown_and_not_used(table):
    rows = table([["总户数", 1250, "户"], ["龙虾池", 12, "㎡"]])
    unknown = [row for row in rows if not row.key]
    assert [row.evidence.label for row in unknown] == ["龙虾池"]
    assert "not a known indicator" in unknown[0].note


def test_a_known_label_without_a_number_is_shown_as_missing(table):
    rows = table([["项目", "数值"], ["总户数", 1250], ["养老服务用房", "—"]])
    (row,) = [row for row in rows if row.key == "floor_area_m2.elder_care"]
    assert row.value is None
    assert "no number" in row.note


def test_a_workbook_without_a_table_says_what_was_looked_for(tmp_path):
    book = Workbook()
    book.active.append(["你好", 1])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(LoadError, match="总建筑面积 or 居住户数"):
        read_indicator_table(tmp_path / "t.xlsx")


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path, table):
    table([["总户数", 1250]])
    with pytest.raises(LoadError, match=r"no sheet '甲'; it has \['指标'\]"):
        read_indicator_table(tmp_path / "t.xlsx", sheet="甲")


def test_columns_of_requirements_and_remarks_are_not_the_plan(table):
    rows = table(
        [["项目", "规范要求", "规划指标"], ["养老服务用房(㎡)", 375, 340], ["总户数", 1, 1250]]
    )
    assert values(rows) == {"floor_area_m2.elder_care": 340, "households": 1250}


@pytest.mark.parametrize(
    ("label", "unit", "key"),
    [
        # Every header variant of the list of fields, seen (A, B) or usual (C).
        ("规划净用地面积", "㎡", "site_area_m2"),
        ("总用地面积", "公顷", "site_area_m2"),
        ("规划用地面积", "亩", "site_area_m2"),
        ("总建筑面积", "万㎡", "total_floor_area_m2"),
        ("地上总建筑面积", "㎡", "above_ground_floor_area_m2"),
        ("地上计容建筑面积", "㎡", "far_floor_area_m2"),
        ("计容建筑面积", "㎡", "far_floor_area_m2"),
        ("不计容建筑面积", "㎡", "non_far_floor_area_m2"),
        ("住宅建筑面积", "㎡", "residential_floor_area_m2"),
        ("商业建筑面积", "㎡", "floor_area_m2.commerce"),
        ("公建面积", "㎡", "public_floor_area_m2"),
        ("配套公建面积", "㎡", "public_floor_area_m2"),
        ("其他建筑面积", "㎡", "other_floor_area_m2"),
        ("地下建筑面积", "㎡", "underground_floor_area_m2"),
        ("地下室主楼建筑面积", "㎡", "underground_floor_area_m2"),
        ("居住户数", "户", "households"),
        ("居住户（套）数", "套", "households"),
        ("总户数", "户", "households"),
        ("规划户数", "户", "households"),
        ("居住人数", "人", "population"),
        ("规划居住人口", "万人", "population"),
        ("户均人口", "人/户", "persons_per_household"),
        ("容积率", "", "floor_area_ratio"),
        ("建筑密度", "%", "building_density_share"),
        ("建筑覆盖率", "%", "building_density_share"),
        ("绿地率", "%", "green_share"),
        ("建筑基底面积", "㎡", "footprint_m2"),
        ("机动车停车位（个）", "个", "parking_spaces"),
        ("非机动车停车位（个）", "个", "bicycle_spaces"),
        ("物业用房", "㎡", "floor_area_m2.property_management"),
        ("社区用房", "㎡", "floor_area_m2.community_service"),
        ("养老服务用房", "㎡", "floor_area_m2.elder_care"),
        ("托育", "㎡", "floor_area_m2.childcare"),
        ("幼儿园(班数)", "班", "classes.kindergarten"),
        ("架空部分建筑面积（非计容）", "㎡", "stilt_floor_area_m2"),
    ],
)
def test_every_header_variant_is_known(label, unit, key):
    words = label_of(label)
    assert key_of(words.words, words.unit or label_of(f"x({unit})").unit) == key


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,250", "1250"), ("１２５０", "1250"), ("0.30", "0.30"), ("3,4", None), ("12.5.1", None)],
)
def test_a_number_is_read_exactly_or_not_at_all(text, number):
    read = quantity_of(text)
    assert (None if read is None else str(read.number)) == number


@pytest.mark.parametrize(
    "label", ["(一)总建筑面积", "1.2 总建筑面积", "一、总建筑面积", "总建筑面积*"]
)
def test_numbering_and_footnote_marks_are_no_part_of_a_label(label):
    assert label_of(label).words == "总建筑面积"


def test_an_area_in_persons_is_not_taken_for_an_area():
    assert key_of("总建筑面积", "人") == ""


# --- any table -----------------------------------------------------------------------------------

FIGURES = {
    "total_floor_area_m2": ("总建筑面积", Decimal(168000), ("㎡", "万㎡", "平方米")),
    "site_area_m2": ("规划净用地面积", Decimal(56000), ("㎡", "公顷", "hm²")),
    "residential_floor_area_m2": ("住宅建筑面积", Decimal(142000), ("㎡", "万平方米")),
    "floor_area_m2.elder_care": ("养老服务用房", Decimal(340), ("㎡", "m2")),
    "households": ("居住户（套）数", Decimal(1250), ("户", "套")),
    "population": ("规划居住人口", Decimal(3400), ("人", "万人")),
    "classes.kindergarten": ("幼儿园班数", Decimal(6), ("班",)),
}


def worth(unit):
    """What a unit of these tables is worth, worked out apart from the reader's own table."""
    return 10000 if unit.startswith("万") or unit in ("公顷", "hm²") else 1


@st.composite
def tables(draw):
    """Draw figures, a unit for each, and one of six layouts for them."""
    keys = draw(st.lists(st.sampled_from(sorted(FIGURES)), min_size=2, unique=True))
    rows = []
    for key in keys:
        label, value, units = FIGURES[key]
        unit = draw(st.sampled_from(units))
        rows.append((label, unit, value / worth(unit)))
    layout = draw(st.integers(0, 5))
    above = draw(st.lists(st.just([None]), max_size=2))
    left = draw(st.integers(0, 2))
    return keys, [[None] * left + row for row in above + laid_out(rows, layout)]


def laid_out(rows, layout):
    match layout:
        case 0:
            return [["项目", "单位", "数值"], *([a, b, c] for a, b, c in rows)]
        case 1:
            return [["指标", "数值"], *([f"{a}（{b}）", c] for a, b, c in rows)]
        case 2:
            return [[a, f"{c}{b}"] for a, b, c in rows]
        case 3:
            return [[f"{a}({b})" for a, b, _ in rows], [c for _, _, c in rows]]
        case 4:
            return [list(each) for each in zip(*rows, strict=True)]
        case _:
            return [
                ["序号", "项目", "数值", "单位"],
                *([i, a, c, b] for i, (a, b, c) in enumerate(rows)),
            ]


def read_rows(rows):
    cells = {
        (r, c): Cell(r, c, value, str(value))
        for r, row in enumerate(rows, start=1)
        for c, value in enumerate(row, start=1)
        if value is not None
    }
    exact = {
        place: replace(cell, value=Decimal(str(cell.value)))
        if isinstance(cell.value, int | float)
        else cell
        for place, cell in cells.items()
    }
    return read_grid(grid_of(WorkbookSheet("表", exact)), "t.xlsx").rows


@given(tables())
def test_the_same_figures_are_read_from_any_layout_in_any_unit(drawn):
    keys, rows = drawn
    assert values(read_rows(rows)) == {key: FIGURES[key][1] for key in keys}


words = st.sampled_from(
    [
        "总建筑面积",
        "其中",
        "住宅",
        "商业（㎡）",
        "总户数",
        "单位",
        "㎡",
        "万㎡",
        "项目",
        "一期",
        "合计",
        "12#",
        "—",
        "小计",
    ]
)
anything = st.none() | words | st.integers(0, 10**6) | st.text("总户数㎡(）12.,", max_size=6)


@given(st.lists(st.lists(anything, max_size=6), max_size=8))
def test_no_table_crashes_the_reader_and_parents_stand_before_their_parts(rows):
    found = read_rows(rows)
    for index, row in enumerate(found):
        assert -1 <= row.parent < index
