"""The part of a data report that tells of one layer."""

from __future__ import annotations

import pandas as pd
import pytest

from siting.data_report import DataReport


def test_notes_of_layers_stand_in_one_report_in_their_order_under_their_names():
    report = DataReport()
    homes, streets = report.of("homes (a.shp)"), report.of("streets (b.shp)")
    homes.add("info", "one", "1", count=3, examples=["x"], details={"unit": "m"})
    streets.add("warning", "two", "2")
    homes.add("repair", "three", "3")
    assert [(note.layer, note.code) for note in report.notes] == [
        ("homes (a.shp)", "one"), ("streets (b.shp)", "two"), ("homes (a.shp)", "three"),
    ]  # fmt: skip
    first, second, _ = report.notes
    assert (first.severity, first.count, first.examples) == ("info", 3, ("x",))
    assert (first.message, first.details) == ("1", {"unit": "m"})
    assert (second.count, second.examples, second.details) == (0, (), {})


@pytest.mark.parametrize("count", [0, 1, 7])
def test_rows_stand_for_their_number_and_the_first_five_of_them(count):
    labels = [f"row {number}" for number in range(count)]
    report = DataReport()
    for rows in (labels, pd.Index(labels, dtype=object), pd.Series(labels, dtype=object)):
        report.of("homes").add("excluded", "left-out", "left out", rows=rows)
    assert [note.count for note in report.notes] == [count] * 3
    assert [note.examples for note in report.notes] == [tuple(labels[:5])] * 3
