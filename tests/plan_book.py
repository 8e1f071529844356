"""Workbooks with an indicator table, written for a test."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Alignment

from siting.loaders.plan.read import read_plan

HEAD = ["项目", "单位", "数值"]


def write_book(path, rows, *, merged=(), sheets=(), indents=None, change=None):
    """Write rows to a sheet named 指标 and return the path.

    `sheets` are further names with their rows, `indents` cell -> steps of its alignment, `change`
    is called with the first sheet at the end.
    """
    book = Workbook()
    first = book.active
    first.title = "指标"
    for sheet, lines in [
        (first, rows),
        *((book.create_sheet(name), more) for name, more in sheets),
    ]:
        for line in lines:
            sheet.append(line)
    for cells in merged:
        first.merge_cells(cells)
    for cell, steps in (indents or {}).items():
        first[cell].alignment = Alignment(indent=steps)
    if change is not None:
        change(first)
    book.save(path)
    return path


def facts(path):
    """Return the figures that a plan gives."""
    return {key: fact.value for key, fact in read_plan(path).facts.items()}


def readings(plan, key):
    """Return the values that a figure may have, with their cells."""
    return [
        (each.value, " + ".join(place.location for place in each.evidence))
        for each in plan.doubtful[key].readings
    ]
