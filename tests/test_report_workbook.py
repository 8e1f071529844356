"""The workbook is for people, and nothing in it ever runs."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from openpyxl import load_workbook

from siting.report.tables.workbook import MAX_ROWS, SheetColumn, SheetTable, workbook_bytes

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\x1b[31mred", "＝1"]


def opened(*sheets):
    return load_workbook(BytesIO(workbook_bytes(sheets)))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_data_is_never_a_formula(text):
    book = opened(SheetTable("S", "note", (SheetColumn(text, [text]),)))
    for cell in (book["S"]["A2"], book["S"]["A3"]):
        assert cell.data_type == "s"
        assert cell.value == text.replace("\x1b", "\N{REPLACEMENT CHARACTER}")
    assert book["S"]["A3"].quotePrefix == (text[0] in "=+-@")


def test_numbers_stay_numbers_and_what_is_missing_stays_empty():
    values = np.array([1.5, np.nan, np.inf])
    book = opened(SheetTable("S", "note", (SheetColumn("m", values, "number"),)))
    assert [row[0].value for row in book["S"]["A3:A5"]] == [1.5, None, "∞"]


def test_a_sheet_can_be_filtered_and_keeps_its_header_in_sight():
    book = opened(SheetTable("S", "note", (SheetColumn("a", ["x"]), SheetColumn("b", ["y"]))))
    assert book["S"].auto_filter.ref == "A2:B3"
    assert book["S"].freeze_panes == "A3"


def test_a_sheet_that_is_cut_says_so():
    rows = MAX_ROWS + 1
    book = opened(SheetTable("S", "note", (SheetColumn("a", np.zeros(rows), "integer"),)))
    assert book["S"].max_row == MAX_ROWS + 2
    assert f"{MAX_ROWS:,} / {rows:,}" in book["S"]["A1"].value


def test_an_empty_sheet_keeps_its_header():
    book = opened(SheetTable("S", "note", (SheetColumn("a", []),)))
    assert book["S"]["A2"].value == "a"
