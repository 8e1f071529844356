"""The data files of the vocabulary: checked at load, read once, and easy to add to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from siting.errors import RuleError
from siting.vocabulary.data import own_file
from siting.vocabulary.headers import load_headers, parse_headers
from siting.vocabulary.labels import bare_label, split_unit
from siting.vocabulary.levels import load_levels, parse_levels
from siting.vocabulary.plan_words import parse_plan_words, plan_words
from siting.vocabulary.text import half_width, word_key
from siting.vocabulary.units import load_units, parse_units

UNITS = """\
quantities:
  area:
    unit: m2
    worth:
      1: [m2, 平方米]
      10000: [公顷{more}]
  households:
    unit: households
    worth:
      1: [户]
not_converted: [坪]
scales: [万]
headings: [单位]
"""


def test_a_spelling_with_two_factors_in_one_quantity_is_refused_with_its_line():
    with pytest.raises(RuleError, match=r"u\.yaml:6: .*'㎡' already has the factor 1"):
        parse_units(UNITS.format(more=", ㎡"), "u.yaml")
    # Of two quantities it may have two meanings, as 人 has.
    assert parse_units(UNITS.format(more=", 户"), "u.yaml").factor("户", "area") == 10_000


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("10000:", "many:", r"'many' is no factor above 0"),
        ("10000:", "-1:", r"'-1' is no factor above 0"),
        ("10000:", "1/0:", r"'1/0' is no factor above 0"),
        ("  households:", "  household:", r"is no known quantity; did you mean 'households'\?"),
        ("scales:", "scale:", r"scale is not a known key; did you mean 'scales'\?"),
        ("    unit: households\n", "    unit: households\n    also: [beds]\n", r"'beds' is no"),
    ],
)
def test_a_fault_of_the_units_is_told_with_its_place(was, now, said):
    with pytest.raises(RuleError, match=said):
        parse_units(UNITS.format(more="").replace(was, now, 1), "u.yaml")


def test_a_unit_is_added_by_one_word_in_one_line():
    text = own_file("units.yaml").decode()
    assert load_units().factor("顷", "area") is None
    assert load_units().known("顷") == ""
    added = parse_units(text.replace("公顷, hm2", "公顷, 顷, hm2"))
    assert added.factor("（顷）", "area") == 10_000


def test_a_word_for_two_figures_or_two_columns_is_refused():
    text = own_file("headers.yaml").decode()
    with pytest.raises(RuleError, match=r"figures\.population: '总 户 数' already means 'househo"):
        parse_headers(text.replace("[population, ", "[population, 总 户 数, "))
    with pytest.raises(RuleError, match=r"layers\.sites\.cost: '用途' already means 'name'"):
        parse_headers(
            text.replace("[地块名称,", "[地块名称, 用途,").replace("[cost,", "[cost, 用途,")
        )
    with pytest.raises(RuleError, match=r"is like 'nothing', which is no figure or shared list"):
        parse_headers(text.replace("like: capacity", "like: nothing"))


def test_a_word_of_two_levels_is_refused():
    text = own_file("levels.yaml").decode()
    with pytest.raises(RuleError, match=r"levels\.street: '社区' already means 'community'"):
        parse_levels(text.replace("words: [街道办事处", "words: [社区, 街道办事处"))


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("社区", "community"),
        ("Community", "community"),
        ("街道", "street"),
        ("sub-district", "street"),
        ("sub_district", "street"),
        ("乡镇", "street"),
        ("区", "district"),
        ("市", "city"),
        ("小区", "compound"),
        ("tract", "tract"),
    ],
)
def test_a_level_is_known_by_its_words(word, code):
    assert load_levels().code_of(word) == code


def test_levels_are_listed_from_the_finest():
    codes = ("compound", "community", "street", "district", "city", "province")
    assert load_levels().codes == codes


def test_a_role_of_columns_is_a_line_of_data_and_its_words_are_found_in_headers():
    assert plan_words().role_of("规划指标") == "plan"
    assert plan_words().role_of("规范要求") == "due"
    assert plan_words().role_of("商业") is None
    text = own_file("plan-words.yaml").decode()
    added = parse_plan_words(text.replace("  plan: [", "  plan: [拟设, "))
    assert added.says("plan", "拟设面积")
    assert not plan_words().says("plan", "拟设面积")
    with pytest.raises(RuleError, match=r"roles"):
        parse_plan_words(text.replace("  plan: [", "  plans: ["))


@pytest.mark.parametrize(
    "text",
    [
        "居住户（套）数",
        "居住户(套)数",
        "居住 户\u00a0套 数",
        "居住\u200b户套数",
        "居住户【套】数",
        "居住户套数①",
    ],
)
def test_one_word_has_one_key_however_it_is_typed(text):
    assert word_key(text) == "居住户套数"
    assert load_headers().figure_of(text) == "households"


@pytest.mark.parametrize(
    "label",
    ["总户数", "一、总户数", "（一）总户数", "1. 总户数", "1.1总户数", "①总户数", "其中：总户数",
     "（2）其中：总户数", "总 户 数"],
)  # fmt: skip
def test_numbering_and_of_which_are_taken_off_a_label(label):
    assert bare_label(label) == ("总户数", "其中" in label)


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("户数", "户数", ""),
        ("户数（户）", "户数", "户"),
        ("户数（户（套））", "户数", "户套"),
        ("建筑面积 / 万m^2", "建筑面积", "万m2"),
        ("建筑面积(坪)", "建筑面积", "坪"),
        ("建筑面积(地上)", "建筑面积(地上)", ""),
        ("pop_m", "pop_m", ""),
        ("area_ha", "area", "ha"),
    ],
)
def test_a_header_is_split_from_its_unit(header, name, unit):
    assert split_unit(header) == (name, unit)


def test_marks_that_nobody_sees_and_raised_digits_are_no_part_of_a_number():
    assert half_width("\ufeff1\u200b2５０①") == "1250"
    assert half_width("340²") == "340"
    assert half_width("万m²") == "万m2"


def test_the_vocabulary_is_read_when_it_is_asked_for_and_without_pandas():
    code = (
        "import sys, siting.vocabulary.units as units, siting.loaders.plan.read\n"
        "assert units.load_units.cache_info().currsize == 0\n"
        "assert units.load_units() is units.load_units()\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
