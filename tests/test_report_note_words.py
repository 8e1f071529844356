"""What Chinese readers are told of the data: words for every note that can be written."""

from __future__ import annotations

import ast
import re

from siting.data_report import DataNote, DataReport
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import read_project
from siting.report.analysis.note_words import DETAILED, DETAILS_ZH, ZH, note_layer, note_text
from siting.words.catalogue import keys_of

# Codes that are put together where they are written.
MADE = {
    "axes-swapped", "zone-prefix", "cell-negative", "cell-infinite", "households-assumed",
    "population-assumed", "households-missing", "population-missing", "number-negative",
    "number-absurd", "number-unreadable", "number-impossible", "values-missing", "street-closed",
    "elderly-assumed", "elderly-missing", "children-assumed", "children-missing",
    "street-not-walkable", "street-gone",
}  # fmt: skip

# Notes whose messages are in the catalogues, under their code.
IN_CATALOGUE = {key.removeprefix("note.") for key in keys_of("note", "zh")}


def written_codes(repository):
    """Read out of the sources which codes notes are written with."""
    codes = set()
    for path in (repository / "src" / "siting").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_call or node.func.attr != "add" or len(node.args) < 4:
                continue
            code = node.args[2]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                codes.add(code.value)
    return codes


def test_every_note_that_can_be_written_has_chinese_words(repository):
    codes = written_codes(repository)
    assert len(codes) > 50
    assert (codes | MADE) - set(ZH) - IN_CATALOGUE == set()
    assert set(ZH) - (codes | MADE) == set()
    assert set(ZH) >= DETAILED
    assert set(ZH) >= set(DETAILS_ZH)


def test_chinese_words_hold_no_english_sentence():
    for code, text in (*ZH.items(), *DETAILS_ZH.items()):
        assert re.search(r"[\u4e00-\u9fff]", text), code
        assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", text), code


def test_a_note_keeps_its_count_its_examples_and_what_only_its_sentence_says():
    note = DataNote(
        "residential (b.gpkg)", "warning", "number-negative", "'户数' is negative", 1200, ("a", "b")
    )
    told = "数值为负，按缺失处理（1,200 处，如 a、b）。原文：'户数' is negative"
    assert note_text(note, "zh") == told
    assert note_text(note, "en") == "'户数' is negative"
    assert note_layer(note, "zh") == "住宅（b.gpkg）"
    assert note_layer(note, "en") == "residential (b.gpkg)"


def test_the_details_of_a_note_are_told_in_chinese_and_its_sentence_is_not_needed():
    told = {"header": "户数"}
    note = DataNote("b", "warning", "number-negative", "'户数' is negative", 1, ("a",), told)
    assert note_text(note, "zh") == "列“户数”的数值为负，按缺失处理（1 处，如 a）"
    columns = {"columns": {"floor_area_m2": ("面积", 10000.0), "capacity": ("床位", 1.0)}}
    note = DataNote("b", "info", "columns-recognised", "capacity from ...", 2, (), columns)
    told = "已识别列名：“面积”（× 10000）为建筑面积、“床位”为容量（2 处）"
    assert note_text(note, "zh") == told


def test_every_note_on_the_sample_is_told_in_chinese_alone(repository):
    report = DataReport()
    load_layers(read_project(repository / "data/sample/siting.yaml"), report=report)
    assert len(report.notes) > 40
    for note in report.notes:
        assert "原文" not in note_text(note, "zh"), note


def test_a_note_of_an_unknown_code_is_told_as_it_was_written():
    note = DataNote("siting.yaml", "warning", "something-new", "as it was written", 3)
    assert note_text(note, "zh") == "as it was written"
    assert note_layer(note, "zh") == "siting.yaml"


def test_rows_of_a_sheet_are_named_in_chinese_too():
    note = DataNote("care", "repair", "merged-text", "m", 5, ("row 1", "row 14", "rowan"))
    assert "（5 处，如 第 1 行、第 14 行、rowan）" in note_text(note, "zh")
