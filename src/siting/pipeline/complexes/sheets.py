"""The workbook of complexes: answer, complexes, what each holds, whom they serve, all rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siting.message import Language, Term, message
from siting.report.siting.complexes import complexes_lines
from siting.report.tables.workbook import SheetColumn, SheetTable
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.levels import load_levels
from siting.words import say, word

_WIDTHS = {"line": 110, "site_id": 16, "name": 28, "functions": 44, "facility_type": 22,
           "rule_id": 40, "key": 40, "title": 36, "weight": 12}  # fmt: skip
_RULES = ("key", "title", "fail_before", "fail_after", "people_before", "people_after")


def complexes_sheets(summary: Mapping[str, Any], language: str) -> list[SheetTable]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    spoken: Language = "zh" if language == "zh" else "en"
    lines = [{"line": line} for line in complexes_lines(summary, spoken)]
    rules = [{**row, "title": row["title"][language]} for row in summary["rules"]]
    shown = {
        "answer": lines,
        "opened": [_titled_all(row, spoken) for row in summary["opened"]],
        "functions": [_titled(row, spoken) for row in summary["functions"]],
        "served": [_titled(row, spoken) for row in summary["served"]],
        "rules": [{key: row[key] for key in _RULES} for row in rules],
    }
    mark = word("sheet.made_up", spoken) if summary["made_up"] else ""
    return [
        SheetTable(
            word(f"complexes_sheet.{name}", spoken),
            mark + word(f"complexes_note.{name}", spoken),
            _columns(rows, spoken),
        )
        for name, rows in shown.items()
    ]


def _titled(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    told = {**row, "facility_type": load_facility_types().title(row["facility_type"], language)}
    if "weight" in row:
        told["weight"] = say(Term("figure", row["weight"]), language)
    return told


def _titled_all(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Name the functions of a complex; `locate.json` has their codes with semicolons."""
    types = load_facility_types()
    codes = (code.strip() for code in str(row["functions"]).split(";"))
    titles = tuple(types.title(code, language) for code in codes if code)
    return {**row, "functions": say(message("mark.joined", parts=titles), language)}


def _columns(rows: Sequence[Mapping[str, Any]], language: Language) -> tuple[SheetColumn, ...]:
    keys = list(rows[0]) if rows else ["line"]
    return tuple(_column(key, [row[key] for row in rows], language) for key in keys)


def _column(key: str, values: list[Any], language: Language) -> SheetColumn:
    if key.startswith("area_"):
        level = load_levels().title(key.removeprefix("area_"), language)
        return SheetColumn(level, values, "text", 18)
    kind = "text" if key in _WIDTHS else "number"
    return SheetColumn(word(f"head.{key}", language), values, kind, _WIDTHS.get(key, 14))
