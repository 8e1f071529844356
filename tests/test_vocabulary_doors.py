"""Every unit and every word is read the same through both doors: a layer and a plan's table."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from plan_book import write_book
from siting.data_report import DataReport
from siting.loaders.formats.workbook import Cell, WorkbookSheet
from siting.loaders.layer.columns.attributes import attribute_columns
from siting.loaders.layer.columns.match import match_columns
from siting.loaders.plan.read import read_plan
from siting.loaders.plan.table.grid import grid_of
from siting.loaders.plan.table.read import read_grid
from siting.pipeline.plans.check import check_plan
from siting.rules.facts import SCALAR_UNITS, unit_of
from siting.tables import FACILITIES, RESIDENTIAL, SITES
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.headers import fields_of, load_headers
from siting.vocabulary.units import load_units
from siting.words import say

MU = Fraction(10_000, 15)
# What the units of each quantity are worth, written down here once more and by hand.
WORTH = {
    "area": {
        1: "m2|M2|m²|㎡|m^2|M^2|ｍ²|㎡²|sqm|sq m|sq. m.|平方米|平米|平方|平|平方公尺|"
        "square metre|square metres|square meter|square meters",
        100: "百㎡|百平方米|百平米|公亩",
        1000: "千㎡|千m^2|千平方米|千平米",
        10_000: "万㎡|万m2|万m²|万m^2|万 ㎡|万㎡²|万平方米|万平米|万平方|万平|公顷|hm2|hm²|hm^2|"
        "h㎡|HM2|ha|HA|hectare|hectares",
        1_000_000: "km2|km²|km^2|㎢|sqkm|平方公里|平方千米|百万㎡|百万平方米|square kilometre|"
        "square kilometres",
        MU: "亩|市亩",
        100 * MU: "百亩",
        1000 * MU: "千亩",
        10_000 * MU: "万亩",
    },
    "households": {
        1: "户|套|户(套)|户（套）|套(户)|户/套|套/户|household|households",
        100: "百户|百套",
        1000: "千户|千套|千 户",
        10_000: "万户|万套|万户(套)",
    },
    "persons": {
        1: "人|口|名|位|person|persons|people",
        100: "百人",
        1000: "千人",
        10_000: "万人|万口",
        100_000: "十万人",
        1_000_000: "百万人",
    },
    "persons_per_household": {1: "人/户|人／户|人/套|persons/household"},
    "beds": {
        1: "床|张|张床|张床位|床位|个床位|bed|beds",
        100: "百床|百张",
        1000: "千床|千张",
    },
    "places": {
        1: "托位|个托位|学位|个学位|座位|个座位|座|席|位|个|place|places|seats|人",
        1000: "千座|千学位|千人",
        10_000: "万座|万学位",
    },
    "classes": {1: "班|个班|班级|class|classes"},
    "facilities": {1: "处|所|家|facility|facilities"},
    "spaces": {
        1: "辆|泊位|个泊位|车位|个车位|个|位|space|spaces",
        100: "百辆",
        1000: "千辆",
        10_000: "万辆",
    },
    "share": {Fraction(1, 100): "%|％|percent|per cent", Fraction(1, 1000): "‰|permille"},
    "ratio": {1: "倍|无量纲|比值"},
    "money": {
        1: "元|人民币元|CNY|cny|RMB|yuan",
        1000: "千元",
        10_000: "万元",
        1_000_000: "百万元",
        10_000_000: "千万元",
        100_000_000: "亿元",
    },
    "length": {1: "m|米|公尺", 1000: "km|公里|千米"},
    "degrees": {1: "°|度|deg|degree|degrees"},
    "uncounted": {1: "栋|幢|层|间|轨|轨制|株|台|天|年|m3|立方米", 10_000: "万m3|万立方米"},
}
SPELLINGS = [
    (quantity, spelling, Fraction(factor))
    for quantity, each in WORTH.items()
    for factor, spellings in each.items()
    for spelling in spellings.split("|")
]
# What a row of a plan's table is called whose number is of the quantity, and the fact it gives.
IN_PLANS = {
    "area": ("总建筑面积", "total_floor_area_m2"),
    "households": ("居住户数", "households"),
    "persons": ("居住人口", "population"),
    "persons_per_household": ("户均人口", "persons_per_household"),
    "beds": ("养老服务用房", "beds.elder_care"),
    "places": ("幼儿园", "places.kindergarten"),
    "classes": ("幼儿园", "classes.kindergarten"),
    "facilities": ("幼儿园", "count.kindergarten"),
    "spaces": ("停车位", "parking_spaces"),
    "share": ("绿地率", "green_share"),
    "ratio": ("容积率", "floor_area_ratio"),
}
# The same for layers: table, layer of the vocabulary, header, column.
IN_LAYERS = {
    "area": (RESIDENTIAL, "residential", "建筑面积", "floor_area_m2"),
    "households": (RESIDENTIAL, "residential", "户数", "households"),
    "persons": (RESIDENTIAL, "residential", "人口", "population"),
    "beds": (FACILITIES, "facilities", "服务能力", "capacity"),
    "places": (FACILITIES, "facilities", "服务能力", "capacity"),
    "money": (SITES, "sites", "造价", "cost"),
}
FOR_PLANS = [each for each in SPELLINGS if each[0] in IN_PLANS]
FOR_LAYERS = [each for each in SPELLINGS if each[0] in IN_LAYERS]


def rows_of(lines):
    """Read lines as the sheet 指标 of a workbook; numbers are cells, texts are texts."""
    cells = {}
    for row, line in enumerate(lines, start=1):
        for column, value in enumerate(line, start=1):
            if value is not None:
                exact = Decimal(str(value)) if isinstance(value, int | float) else value
                cells[row, column] = Cell(row, column, exact, str(value))
    return read_grid(grid_of(WorkbookSheet("指标", cells)), "t.xlsx").rows


def figures(lines):
    return {row.key: row.value for row in rows_of(lines) if row.key and row.value is not None}


def layer(header, cells, table, name):
    """Return a layer's column as it is read, and the notes by code."""
    report = DataReport()
    frame = pd.DataFrame({header: pd.Series(cells, dtype=object, index=range(2, 2 + len(cells)))})
    matches = match_columns([header], fields_of(name), report=report.of("a.csv"))
    read = attribute_columns(frame, table, matches, report=report.of("a.csv"), prefix="a")
    return read, {note.code: note for note in report.notes}


def test_every_spelling_of_the_data_file_stands_in_the_table_of_this_test():
    units = load_units()
    missing = {
        name: {units.key(each) for each in spellings}
        - {units.key(spelling) for quantity, spelling, _ in SPELLINGS if quantity == name}
        for name, spellings in units.spellings.items()
    }
    # 个 and 位 may count facilities too, but beside a name they are read as places.
    assert missing.pop("facilities") == {"个", "位"}
    assert {name: rest for name, rest in missing.items() if rest} == {}


@pytest.mark.parametrize(("quantity", "spelling", "factor"), SPELLINGS)
def test_a_spelling_is_known_with_its_factor(quantity, spelling, factor):
    assert load_units().factor(spelling, quantity) == factor


@pytest.mark.parametrize(("quantity", "spelling", "factor"), FOR_PLANS)
def test_a_plan_reads_the_unit_in_its_column_label_header_and_cell(quantity, spelling, factor):
    label, key = IN_PLANS[quantity]
    ways = {
        "column": [["项目", "单位", "数值"], [label, spelling, 3]],
        "label": [["项目", "数值"], [f"{label}（{spelling}）", 3]],
        "header": [["项目", f"数值（{spelling}）"], [label, 3]],
        "cell": [["项目", "数值"], [label, f"3 {spelling}"]],
    }
    found = {way: float(figures(lines)[key]) for way, lines in ways.items()}
    assert found == dict.fromkeys(ways, pytest.approx(float(3 * factor)))


@pytest.mark.parametrize(("quantity", "spelling", "factor"), FOR_LAYERS)
def test_a_layer_reads_the_unit_in_its_header_and_cell(quantity, spelling, factor):
    table, name, header, column = IN_LAYERS[quantity]
    in_header, _ = layer(f"{header}（{spelling}）", [3], table, name)
    in_cell, _ = layer(header, [f"3 {spelling}"], table, name)
    assert in_header[column].tolist() == pytest.approx([float(3 * factor)])
    assert in_cell[column].tolist() == pytest.approx([float(3 * factor)])


@pytest.mark.parametrize("unit", ["坪", "英亩", "十万㎡", "万", "ft2", "ft²", "折合户"])
@pytest.mark.parametrize("way", ["column", "label", "header", "cell"])
def test_an_unknown_unit_makes_a_figure_of_a_plan_unknown_with_cell_and_unit(way, unit, tmp_path):
    if unit == "折合户" and way in ("label", "header"):
        unit = f"单位：{unit}"
    lines = {
        "column": [["项目", "单位", "数值"], ["总建筑面积", unit, 3], ["居住户数", "户", 8]],
        "label": [["项目", "数值"], [f"总建筑面积（{unit}）", 3], ["居住户数", "8户"]],
        "header": [["项目", f"数值（{unit}）"], ["总建筑面积", 3], ["居住户数", "8户"]],
        "cell": [["项目", "数值"], ["总建筑面积", f"3{unit}"], ["居住户数", "8户"]],
    }[way]
    cell = "指标!C2" if way == "column" else "指标!B2"
    found = read_plan(write_book(tmp_path / "t.xlsx", lines))
    assert set(found.facts) == {"households"}
    row = next(each for each in found.rows if each.key == "total_floor_area_m2")
    word = {"ft²": "ft", "单位：折合户": "折合户"}.get(unit, unit).replace("㎡", "m2")
    assert row.value is None
    assert row.evidence.location == cell
    assert "unit is not known" in say(row.note, "en")
    assert word in say(row.note, "en")
    if way != "cell" or unit != "折合户":
        assert any(cell in say(note, "en") and word in say(note, "en") for note in found.notes)
        assert any(cell in say(note, "zh") and word in say(note, "zh") for note in found.notes)


def test_a_word_among_units_is_a_unit_that_is_not_known():
    rows = [["总建筑面积", 3, "分地"], ["居住户数", 8, "户"], ["居住人口", 9, "人"]]
    assert figures(rows) == {"households": 8, "population": 9}
    remarks = [["总建筑面积", 3, "含地下"], ["居住户数", 8, "暂定"], ["居住人口", 9, "人"]]
    assert figures(remarks)["total_floor_area_m2"] == 3


@pytest.mark.parametrize(
    ("unit", "households", "verdict", "shortfall"),
    # 1250 households need 1250 / 100 x 30 = 375 m2 of elder care.
    [
        ("户", 1250, "fail", 375 - 340),
        ("千户", 1.25, "fail", 375 - 340),
        ("坪", 3, "unknown", None),
    ],
)
def test_elder_care_is_judged_by_the_households_that_are_meant(
    unit, households, verdict, shortfall, tmp_path
):
    lines = [
        ["指标", "数值", "单位"],
        ["居住户数", households, unit],
        ["养老服务用房建筑面积", 340, "㎡"],
    ]
    path = write_book(tmp_path / "t.xlsx", lines)
    check = check_plan(path, date="2026-11-01", jurisdiction="cn-hubei-wuhan", rules="cn/wuhan")
    found = [each for each in check.findings if each.rule_id == "wuhan-elder-care-floor-area"]
    assert [(each.verdict, each.shortfall) for each in found] == [(verdict, shortfall)]


def test_an_unknown_unit_on_the_sheet_or_on_the_row_above_is_no_reason_to_read_the_bare_number():
    sheet = rows_of([["单位：坪"], ["项目", "数值"], ["总建筑面积", 3], ["绿地率", 30]])
    assert {row.key: row.value for row in sheet if row.key} == {
        "total_floor_area_m2": None,
        "green_share": Decimal(30) / 100,
    }
    above = rows_of([["项目", "单位", "数值"], ["总建筑面积", "坪", 3], ["其中：商业", None, 2]])
    assert {row.key: row.value for row in above if row.key} == {
        "total_floor_area_m2": None,
        "floor_area_m2.commerce": None,
    }


def test_a_sum_with_a_part_in_an_unknown_unit_is_unknown(tmp_path):
    lines = [
        ["项目", "一期", "二期"],
        ["养老服务用房", "200㎡", "150坪"],
        ["居住户数", "600户", "650户"],
    ]
    found = read_plan(write_book(tmp_path / "t.xlsx", lines))
    # 600 + 650 households; the floor area of the second phase is unknown, and so is the sum.
    assert {key: fact.value for key, fact in found.facts.items()} == {"households": 600 + 650}
    # The same fact given again in a unit that is known does not decide which is meant.
    again = [["项目", "数值"], ["总建筑面积", "3坪"], ["居住户数", "8户"], ["总建筑面积", "10㎡"]]
    assert set(read_plan(write_book(tmp_path / "u.xlsx", again)).facts) == {"households"}


def test_an_unknown_unit_in_a_header_of_a_layer_makes_its_numbers_unknown_and_is_told():
    read, notes = layer("建筑面积（坪）", [3, None, "5㎡"], RESIDENTIAL, "residential")
    assert read["floor_area_m2"].tolist() == pytest.approx([np.nan, np.nan, 5], nan_ok=True)
    assert notes["unit-unknown"].count == 1
    assert notes["unit-unknown"].examples == ("2",)
    assert "建筑面积（坪）" in say(notes["unit-unknown"].message, "en")
    assert "is in 坪" in say(notes["unit-unknown"].message, "en")


def test_an_unknown_unit_in_a_cell_of_a_layer_makes_it_unknown_and_is_told():
    read, notes = layer("户数", ["3户", "4坪", "5 foo"], RESIDENTIAL, "residential")
    assert read["households"].tolist() == pytest.approx([3, np.nan, np.nan], nan_ok=True)
    assert notes["unit-unknown"].examples == ("3", "4")
    assert "'户数' stands 坪、foo" in say(notes["unit-unknown"].message, "en")


def test_a_footnote_is_no_digit_in_a_cell_of_a_layer():
    read, _ = layer("户数①", ["1250①", "340²", "12㎡²"], RESIDENTIAL, "residential")
    assert read["households"].tolist() == pytest.approx([1250, 340, np.nan], nan_ok=True)


# --- words ---------------------------------------------------------------------------------------

WORDS = [
    (key, word)
    for key, field in load_headers().figures.items()
    if key in SCALAR_UNITS
    for word in field.headers
    # These are units as well, and alone in a cell they are.
    if not load_units().known(word) or word == "households"
]
SAME_IN_LAYERS = ("households", "population", "elderly", "children")


@pytest.mark.parametrize(("key", "word"), WORDS)
def test_a_word_for_a_figure_is_a_label_of_a_plan(key, word):
    worth = 0.5 if unit_of(key) in ("share", "") else 7
    assert figures([["项目", "数值"], [word, worth]]) == {key: pytest.approx(worth)}


@pytest.mark.parametrize(
    ("key", "word"),
    [(key, word) for key in SAME_IN_LAYERS for word in load_headers().figures[key].headers],
)
def test_a_word_for_a_figure_is_a_header_of_a_layer(key, word):
    for header in (word, f"1、{word}", f"（一）{word}", f" {word}\u00a0", f"\u200b{word}"):
        read, _ = layer(header, [7], RESIDENTIAL, "residential")
        assert read[key].tolist() == [7], header


def test_a_word_for_people_that_layers_use_is_known_to_plans():
    assert figures([["项目", "数值"], ["常住人口", "3400人"]]) == {"population": 3400}


FACILITY_WORDS = [
    (code, word)
    for code, each in load_facility_types().types.items()
    for word in (each.title.zh, *each.words)
]


@pytest.mark.parametrize(("code", "word"), FACILITY_WORDS)
def test_a_word_for_a_facility_type_is_known_to_layers_and_plans(code, word):
    assert load_facility_types().code_of(word) == code
    found = [row for row in rows_of([["项目", "数值"], [word, "7㎡"]]) if row.key]
    assert [row.key.partition(".")[2] for row in found] == [code]
    assert [row.value for row in found] == [7]
