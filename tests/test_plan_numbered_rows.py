"""Rows that are numbered, indented or grouped: whose figure 建筑面积 or 用地面积 is."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan_book import HEAD, facts, write_book
from siting.loaders.formats.workbook import Cell, WorkbookSheet
from siting.loaders.plan.read import read_plan
from siting.loaders.plan.table.grid import grid_of
from siting.loaders.plan.table.read import read_grid
from siting.rules.plan.consistency import check_consistency
from siting.vocabulary.numbering import Mark, mark_of


@pytest.fixture
def book(tmp_path):
    """Return a function that writes rows to a sheet and gives the path."""
    return partial(write_book, tmp_path / "t.xlsx")


# Worked by hand: 340 m2 of rooms on 350 m2 of land for the elderly, 220 m2 for toddlers with 60
# places, a site of 56,000 m2, 1,250 households.
EXPECTED = {
    "site_area_m2": 56000,
    "households": 1250,
    "floor_area_m2.elder_care": 340,
    "land_area_m2.elder_care": 350,
    "floor_area_m2.childcare": 220,
    "places.childcare": 60,
}
LAYOUTS = {
    "numbers and circles": [
        ["总用地面积", "㎡", 56000],
        ["总户数", "户", 1250],
        ["1.养老服务用房"],
        ["①建筑面积", "㎡", 340],
        ["②用地面积", "㎡", 350],
        ["2.托育设施"],
        ["①建筑面积", "㎡", 220],
        ["②托位数", "个", 60],
    ],
    "facilities first, the site last": [
        ["一、养老服务用房"],
        ["（一）建筑面积", "㎡", 340],
        ["（二）用地面积", "㎡", 350],
        ["二、托育设施"],
        ["（一）建筑面积", "㎡", 220],
        ["（二）托位数", "个", 60],
        ["三、规划指标"],
        ["（一）用地面积", "㎡", 56000],
        ["（二）总户数", "户", 1250],
    ],
    "dotted numbers under chapters": [
        ["一、项目概况"],
        ["1、用地面积", "公顷", 5.6],
        ["2、总户数", "户", 1250],
        ["二、配套用房"],
        ["1、养老服务用房"],
        ["1.1 建筑面积", "㎡", 340],
        ["1.2 用地面积", "㎡", 350],
        ["2、托育设施"],
        ["2.1 建筑面积", "㎡", 220],
        ["2.2 托位数", "个", 60],
    ],
    "blanks alone": [
        ["总用地面积", "㎡", 56000],
        ["总户数", "户", 1250],
        ["养老服务用房"],
        ["　　建筑面积", "㎡", 340],
        ["　　用地面积", "㎡", 350],
        ["托育设施"],
        ["　　建筑面积", "㎡", 220],
        ["　　托位数", "个", 60],
    ],
    "an area beside the name and its parts below": [
        ["总用地面积", "㎡", 56000],
        ["总户数", "户", 1250],
        ["（1）养老服务用房", "㎡", 340],
        ["其中：用地面积", "㎡", 350],
        ["（2）托育设施", "㎡", 220],
        ["其中：托位数", "个", 60],
    ],
    "one list of numbers at two depths": [
        ["1.总用地面积", "㎡", 56000],
        ["2.总户数", "户", 1250],
        ["3.养老服务用房"],
        ["　1.建筑面积", "㎡", 340],
        ["　2.用地面积", "㎡", 350],
        ["4.托育设施"],
        ["　1.建筑面积", "㎡", 220],
        ["　2.托位数", "个", 60],
    ],
    "dashes": [
        ["总用地面积", "㎡", 56000],
        ["总户数", "户", 1250],
        ["养老服务用房"],
        ["- 建筑面积", "㎡", 340],
        ["- 用地面积", "㎡", 350],
        ["托育设施"],
        ["- 建筑面积", "㎡", 220],
        ["- 托位数", "个", 60],
    ],
}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_figure_below_a_facility_is_the_facilitys(book, layout):
    plan = read_plan(book([HEAD, *LAYOUTS[layout]]))
    assert {key: fact.value for key, fact in plan.facts.items()} == EXPECTED
    assert check_consistency(plan) == ()


# Those whose numbers alone say what stands inside what.
@pytest.mark.parametrize(
    "layout",
    [
        "numbers and circles",
        "facilities first, the site last",
        "dotted numbers under chapters",
        "an area beside the name and its parts below",
    ],
)
def test_a_column_of_numbers_divides_like_numbers_in_the_label(book, layout):
    rows = [["序号", *HEAD]]
    for label, *rest in LAYOUTS[layout]:
        bare = label.lstrip("一二三、（）0123456789.① ②")
        number = label.removesuffix(bare)
        rows.append([number.strip("、. "), bare, *rest])
    assert facts(book(rows)) == EXPECTED


def test_the_alignment_of_a_cell_indents_like_blanks(book):
    rows = [[label.strip("　"), *rest] for label, *rest in LAYOUTS["blanks alone"]]
    steps = {f"A{row}": 1 for row in (5, 6, 8, 9)}
    assert facts(book([HEAD, *rows], indents=steps)) == EXPECTED


@pytest.mark.parametrize("merged", [("A4:A5", "A6:A7"), ()])
def test_a_name_left_of_its_figures_is_whose_they_are(book, merged):
    rows = [
        ["项目", None, "单位", "数值"],
        ["总用地面积", None, "㎡", 56000],
        ["总户数", None, "户", 1250],
        ["养老服务用房", "建筑面积", "㎡", 340],
        [None, "用地面积", "㎡", 350],
        ["托育设施", "建筑面积", "㎡", 220],
        [None, "托位数", "个", 60],
    ]
    assert facts(book(rows, merged=merged)) == EXPECTED


def test_a_name_over_its_figures_is_whose_they_are(book):
    rows = [
        ["总用地面积（㎡）", "总户数（户）", "养老服务用房", None, "托育设施", None],
        [None, None, "建筑面积（㎡）", "用地面积（㎡）", "建筑面积（㎡）", "托位数（个）"],
        [56000, 1250, 340, 350, 220, 60],
    ]
    merged = ["A1:A2", "B1:B2", "C1:D1", "E1:F1"]
    assert facts(book(rows, merged=merged)) == EXPECTED


@pytest.mark.parametrize(
    "rows",
    [
        [["3.老干部活动站房"], ["①用地面积", "㎡", 350]],
        [["3.老干部活动站房", "㎡", 200], ["①用地面积", "㎡", 350]],
        [["老干部活动站房"], ["　用地面积", "㎡", 350]],
        [["三、老干部活动站房"], ["用地面积", "㎡", 350]],
        [["老干部活动站房", "㎡", 200], ["其中：用地面积", "㎡", 350]],
        # Neither numbered nor indented: nobody can say whose it is.
        [["养老服务用房"], ["用地面积", "㎡", 350]],
        [["3.老干部活动站房", "㎡", 200], ["用地面积", "㎡", 350]],
        [["养老服务用房"], ["建筑面积", "㎡", 340], ["用地面积", "㎡", 350]],
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_an_area_below_what_nobody_knows_is_noted_and_never_the_sites(book, rows, first):
    total = [["总户数", "户", 1250]]
    path = book([HEAD, *(rows + total if first else total + rows)])
    assert "site_area_m2" not in facts(path)
    (row,) = [row for row in read_plan(path).rows if "用地面积" in row.evidence.label]
    assert row.key == ""
    assert "it is not read" in row.note


def test_a_rate_below_a_facility_is_not_the_plans(book):
    rows = [HEAD, ["总户数", "户", 1250], ["1.幼儿园"], ["①绿地率", "%", 45], ["②班数", "班", 6]]
    path = book(rows)
    assert facts(path) == {"households": 1250, "classes.kindergarten": 6}
    (row,) = [row for row in read_plan(path).rows if row.evidence.label == "①绿地率"]
    assert row.note == "a figure of 幼儿园; it is not read"


def test_a_total_below_a_facility_is_not_the_plans(book):
    rows = [HEAD, ["总户数", "户", 1250], ["1.幼儿园"], ["（1）总建筑面积", "㎡", 2500]]
    assert facts(book(rows)) == {"households": 1250, "floor_area_m2.kindergarten": 2500}


def test_areas_below_housing_are_the_housings(book):
    rows = [
        HEAD,
        ["1.住宅"],
        ["（1）建筑面积", "㎡", 142000],
        ["（2）用地面积", "㎡", 40000],
        ["（3）总户数", "户", 1250],
    ]
    assert facts(book(rows)) == {"residential_floor_area_m2": 142000, "households": 1250}


def test_a_title_with_the_name_of_the_project_heads_no_part_of_the_table(book):
    rows = [["江湾花园规划设计方案"], HEAD, ["用地面积", "㎡", 56000], ["总户数", "户", 1250]]
    assert facts(book(rows, merged=["A1:C1"])) == {"site_area_m2": 56000, "households": 1250}


def test_top_level_figures_stay_the_plans(book):
    rows = [
        ["主要技术经济指标表"],
        HEAD,
        ["一、用地面积", "㎡", 56000],
        ["二、总建筑面积", "㎡", 168000],
        ["（一）地上建筑面积", "㎡", 145000],
        ["1.住宅", "㎡", 122000],
        ["2.养老服务用房", "㎡", 340],
        ["（二）地下建筑面积", "㎡", 23000],
        ["三、总户数", "户", 1250],
    ]
    path = book(rows, merged=["A1:C1"])
    assert facts(path) == {
        "site_area_m2": 56000,
        "total_floor_area_m2": 168000,
        "above_ground_floor_area_m2": 145000,
        "residential_floor_area_m2": 122000,
        "floor_area_m2.elder_care": 340,
        "underground_floor_area_m2": 23000,
        "households": 1250,
    }
    read = read_plan(path).rows
    parents = {row.key: read[row.parent].key for row in read if row.parent >= 0}
    assert parents == {
        "above_ground_floor_area_m2": "total_floor_area_m2",
        "residential_floor_area_m2": "above_ground_floor_area_m2",
        "floor_area_m2.elder_care": "above_ground_floor_area_m2",
        "underground_floor_area_m2": "total_floor_area_m2",
    }


@pytest.mark.parametrize("housing", [135000, 150000])
def test_numbered_parts_are_compared_with_their_total(book, housing):
    rows = [
        HEAD,
        ["1.总建筑面积", "㎡", 145000],
        ["（1）住宅", "㎡", housing],
        ["（2）商业", "㎡", 9800],
        ["2.总户数", "户", 1250],
    ]
    findings = check_consistency(read_plan(book(rows)))
    # 135,000 + 9,800 = 144,800 is within 145,000; 159,800 is not.
    assert [each.measured for each in findings if each.rule_id == "plan-parts-exceed-total"][
        :1
    ] == ([] if housing == 135000 else [Decimal(159800)])


def test_a_name_without_a_number_says_that_its_figures_stand_below(book):
    rows = [HEAD, ["总户数", "户", 9], ["1.养老服务用房"], ["①建筑面积", "㎡", 340], ["2.幼儿园"]]
    notes = {row.evidence.label: row.note for row in read_plan(book(rows)).rows}
    assert notes == {
        "总户数": "",
        "1.养老服务用房": "its figures stand below it",
        "①建筑面积": "a figure of 养老服务用房",
        "2.幼儿园": "no number stands beside it",
    }


def test_a_row_beside_another_name_is_not_part_of_the_rows_above(book):
    rows = [
        ["项目", None, "单位", "数值"],
        ["总户数", None, "户", 1250],
        ["配套", "养老服务用房", "㎡", 340],
        ["站房", "　用地面积", "㎡", 350],
    ]
    path = book(rows)
    assert facts(path) == {"households": 1250, "floor_area_m2.elder_care": 340}
    assert "站房, which is not known" in read_plan(path).rows[-1].note


def test_only_a_name_with_an_area_includes_what_stands_below_it(book):
    below = ["（1）养老服务用房", "㎡", 340]
    path = book([HEAD, ["1.社区用房"], below, ["2.总户数", "户", 9]])
    assert read_plan(path).includes == {}
    path = book([HEAD, ["1.社区用房", "㎡", 900], below, ["2.总户数", "户", 9]])
    assert read_plan(path).includes == {"community_service": ("elder_care",)}


def test_ground_parts_below_housing_are_the_housings(book):
    rows = [
        HEAD,
        ["1.住宅"],
        ["（1）地上建筑面积", "㎡", 120000],
        ["（2）地下建筑面积", "㎡", 2000],
        ["2.总户数", "户", 1250],
    ]
    assert facts(book(rows)) == {"residential_floor_area_m2": 122000, "households": 1250}


def test_two_rooms_of_one_type_with_headings_of_their_own_are_added(book):
    rows = [
        HEAD,
        ["总户数", "户", 1250],
        ["1.养老服务用房"],
        ["①建筑面积", "㎡", 200],
        ["2.居家养老服务用房"],
        ["①建筑面积", "㎡", 140],
    ]
    assert facts(book(rows))["floor_area_m2.elder_care"] == 340


def test_ground_parts_below_a_numbered_facility_are_its_parts(book):
    rows = [
        HEAD,
        ["总户数", "户", 1250],
        ["1.商业"],
        ["（1）地上建筑面积", "㎡", 8000],
        ["（2）地下建筑面积", "㎡", 1800],
    ]
    assert facts(book(rows)) == {"households": 1250, "floor_area_m2.commerce": 9800}


def test_a_stray_blank_before_the_next_number_changes_nothing(book):
    rows = [HEAD, ["1.养老服务用房", "㎡", 340], [" 2.托育设施", "㎡", 220], ["3.总户数", "户", 9]]
    assert all(row.parent == -1 for row in read_plan(book(rows)).rows)


def test_a_number_of_classes_in_a_column_of_areas_is_no_area(book):
    rows = [["项目", "面积（㎡）"], ["总建筑面积", 168000], ["幼儿园班数", 6]]
    assert facts(book(rows)) == {"total_floor_area_m2": 168000, "classes.kindergarten": 6}


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("一、总户数", Mark(10, 1)),
        ("十二、总户数", Mark(10, 12)),
        ("（三）总户数", Mark(20, 3)),
        ("㈢总户数", Mark(20, 3)),
        ("４．总户数", Mark(30, 4)),
        ("4 总户数", Mark(30, 4)),
        ("⒋总户数", Mark(30, 4)),
        ("4.2总户数", Mark(31, 2)),
        ("4.2.7 总户数", Mark(32, 7)),
        ("（5）总户数", Mark(40, 5)),
        ("⑸总户数", Mark(40, 5)),
        ("⑥总户数", Mark(50, 6)),
        ("其中：⑥总户数", Mark(50, 6)),
        ("b.总户数", Mark(60, 2)),
        ("— 总户数", Mark(70, 0)),
        ("总户数①", None),
        ("*总户数", None),
        ("1#楼", None),
    ],
)
def test_every_mark_is_known_with_its_depth(text, mark):
    assert mark_of(text) == mark


# --- any style -----------------------------------------------------------------------------------

STYLES = [
    lambda n: f"{'一二三四五六七八'[n - 1]}、",
    lambda n: f"（{'一二三四五六七八'[n - 1]}）",
    lambda n: f"{n}.",
    lambda n: f"{n}、",
    lambda n: f"（{n}）",
    lambda n: f"({n}) ",
    lambda n: chr(ord("①") + n - 1),
]
# Which of the styles above may stand inside which: the numbers are those of the list.
DEPTH = [10, 20, 30, 30, 40, 40, 50]
NAMES = {
    "养老服务用房": "elder_care",
    "托育设施": "childcare",
    "幼儿园": "kindergarten",
    "老干部活动站房": "",
}
WHAT = {"建筑面积": "floor_area_m2", "用地面积": "land_area_m2", "班数": "classes"}
numbers = st.integers(1, 9999)
parts = st.dictionaries(st.sampled_from(sorted(WHAT)), numbers, min_size=1)
outlines = st.dictionaries(st.sampled_from(sorted(NAMES)), parts, min_size=1)
pairs = st.sampled_from(
    [(a, b) for a in range(len(STYLES)) for b in range(len(STYLES)) if DEPTH[a] < DEPTH[b]]
)


@given(outlines, pairs, st.booleans(), st.booleans())
def test_the_style_of_the_numbers_does_not_change_what_is_read(outline, pair, blanks, site_last):
    outer, inner = (STYLES[each] for each in pair)
    units = {"班数": "班"}
    rows = []
    names = list(outline)
    if site_last:
        names.append("总用地面积")
    else:
        names.insert(0, "总用地面积")
    for at, name in enumerate(names, start=1):
        rows.append([outer(at) + name, *(["㎡", 56000] if name == "总用地面积" else [])])
        for number, (what, value) in enumerate(outline.get(name, {}).items(), start=1):
            label = "　" * blanks + inner(number) + what
            rows.append([label, units.get(what, "㎡"), value])
    cells = {
        (r, c): Cell(r, c, value if isinstance(value, str) else Decimal(value), str(value))
        for r, row in enumerate([HEAD, *rows], start=1)
        for c, value in enumerate(row, start=1)
    }
    found = read_grid(grid_of(WorkbookSheet("表", cells)), "t.xlsx").rows
    expected = {
        f"{WHAT[what]}.{NAMES[name]}": value
        for name, inside in outline.items()
        for what, value in inside.items()
        if NAMES[name]
    }
    read = {row.key: row.value for row in found if row.key and row.value is not None}
    assert read == {"site_area_m2": 56000, **expected}
