"""What Chinese readers are told of the data: words for every note that can be written."""

from __future__ import annotations

import ast

from siting.data_report import DataNote, DataReport
from siting.loaders.layer.columns.match import FACILITY_FIELDS, match_columns
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import read_project
from siting.message import Message, message
from siting.report.analysis.note_words import note_layer, note_text
from siting.words.catalogue import keys_of

# Codes that are put together where they are written.
MADE = {
    "axes-swapped", "zone-prefix", "cell-negative", "cell-infinite", "households-assumed",
    "population-assumed", "households-missing", "population-missing", "number-negative",
    "number-absurd", "number-unreadable", "number-impossible", "values-missing", "street-closed",
    "elderly-assumed", "children-assumed", "street-not-walkable", "street-gone", "street-private",
}  # fmt: skip

# Notes whose messages are in the catalogues, under their code.
IN_CATALOGUE = {key.removeprefix("note.") for key in keys_of("note", "zh")}


def written_codes(repository):
    """Read out of the sources which codes notes are written with."""
    codes = set()
    for path in (repository / "src" / "siting").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_call or node.func.attr != "add" or len(node.args) < 3:
                continue
            code = node.args[-2]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                codes.add(code.value)
    return codes


def test_every_note_that_can_be_written_has_chinese_words(repository):
    codes = written_codes(repository)
    assert len(codes) > 50
    assert (codes | MADE) - IN_CATALOGUE == set()


def test_a_note_keeps_its_count_and_its_examples():
    told = message("note.number-negative", header="户数")
    note = DataNote("residential (b.gpkg)", "warning", "number-negative", told, 1200, ("a", "b"))
    assert note_text(note, "zh") == "列“户数”的数值为负，按缺失处理（1,200 处，如 a、b）"
    assert note_text(note, "en") == (
        "'户数' is negative; it counts as missing (1,200 rows, such as a, b)"
    )
    assert note_layer(note, "zh") == "住宅（b.gpkg）"
    assert note_layer(note, "en") == "residential (b.gpkg)"


def test_a_note_that_counts_its_rows_in_its_sentence_counts_them_once():
    told = message("note.building-gone", count=1200)
    note = DataNote("residential", "excluded", "building-gone", told, 1200, ("w1",))
    assert (
        note_text(note, "zh") == "1,200 栋建筑按标签为废弃、拆除或在建，无人居住，已剔除（如 w1）"
    )


def test_columns_of_the_contract_are_named_in_chinese_and_headers_stay_as_they_are():
    report = DataReport()
    headers = ["建筑面积(万㎡)", "床位数"]
    match_columns(headers, FACILITY_FIELDS, report=report.of("b"))
    told = "已识别列名：“建筑面积(万㎡)”（× 10000）为建筑面积、“床位数”为容量（2 处）"
    assert note_text(report.notes[0], "zh") == told
    english = "floor_area_m2 from '建筑面积(万㎡)' x 10000, capacity from '床位数' (2 rows)"
    assert note_text(report.notes[0], "en") == english


def test_every_note_on_the_sample_is_told_in_chinese_alone(repository):
    report = DataReport()
    load_layers(read_project(repository / "data/sample/siting.yaml"), report=report)
    assert len(report.notes) > 40
    for note in report.notes:
        assert isinstance(note.message, Message), note
        assert note_text(note, "zh") != note_text(note, "en")


def test_a_note_of_an_unknown_code_is_told_as_it_was_written():
    note = DataNote("siting.yaml", "warning", "something-new", "as it was written", 3)
    assert note_text(note, "zh") == "as it was written（3 处）"
    assert note_text(note, "en") == "as it was written (3 rows)"
    assert note_layer(note, "zh") == "siting.yaml"


def test_rows_of_a_sheet_are_named_in_chinese_too():
    told = message("note.merged-text")
    note = DataNote("care", "repair", "merged-text", told, 5, ("row 1", "row 14", "rowan"))
    assert "（5 处，如 第 1 行、第 14 行、rowan）" in note_text(note, "zh")
