"""The workbook of a siting answer: what was asked, the sites, the curve, who gains, all rules.

Owns how rows of ``locate.json`` become columns; the workbook of complexes has the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from siting.message import Language, Sayable, Term, message
from siting.report.siting.text import headline, said_in
from siting.report.tables.workbook import SheetColumn, SheetTable
from siting.vocabulary.facility_types import type_text
from siting.words import say, word

_SHARES = {"served_share_after", "served_share", "gap", "share_before", "share_after"}
_TEXTS = {
    "site_id": 16, "name": 28, "facility_type": 18, "status": 12, "level": 12, "area_id": 16,
    "line": 110, "key": 40, "title": 36, "subject_kind": 12, "when": 18, "functions": 44,
    "rule_id": 40, "weight": 12,
}  # fmt: skip
_HEADS = {"sites": "sites_opened"}
_WHOLE = {"rank", "year", "sites", "fail_before", "fail_after", "unknown_after"}


def siting_sheets(summary: Mapping[str, Any], language: str) -> list[SheetTable]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    spoken: Language = "zh" if language == "zh" else "en"
    areas = [row for rows in summary["areas"].values() for row in rows]
    rules = [{**row, "title": row["title"][language]} for row in summary["rules"]]
    told = [{**row, "when": say(Term("when", row["when"]), spoken)} for row in summary["capacity"]]
    solved = said_in(summary["answer"], "message", spoken)
    lines = [*headline(summary, language), solved, *said_in(summary, "notes", spoken)]
    sheets = [
        sheet("sites_summary", [{"line": line} for line in lines], spoken),
        sheet("sites_chosen", _dated(summary["opened"]), spoken),
        *([sheet("sites_capacity", told, spoken)] if told else []),
        sheet("sites_curve", summary["curve"], spoken),
        sheet("sites_areas", areas, spoken),
        sheet("sites_rules", rules, spoken, leave_out=("strength", "unit", "unknown_before")),
    ]
    if "by_hand" in summary:
        sheets.append(sheet("sites_by_hand", _dated(summary["by_hand"]["opened"]), spoken))
    return marked(sheets, spoken, made_up=summary["made_up"])


def marked(sheets: list[SheetTable], language: Language, *, made_up: bool) -> list[SheetTable]:
    """Say of every sheet that its data are made up, where they are."""
    mark = word("sheet.made_up", language) if made_up else ""
    return [SheetTable(each.title, mark + each.note, each.columns) for each in sheets]


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Count years from 1, as people do."""
    return [{**row, "year": row["year"] + 1} if "year" in row else row for row in rows]


def sheet(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    language: Language,
    *,
    leave_out: Sequence[str] = (),
) -> SheetTable:
    """Return a sheet of rows as ``locate.json`` has them, all with the keys of the first.

    Parameters
    ----------
    name
        Of its title and note: ``sheet.<name>`` and ``sheet.<name>_note``.
    leave_out
        Keys that have no column.
    """
    keys = [key for key in (rows[0] if rows else {"line": ""}) if key not in leave_out]
    columns = tuple(_column(key, [row.get(key) for row in rows], language) for key in keys)
    title = word(f"sheet.{name}", language)
    return SheetTable(title, word(f"sheet.{name}_note", language), columns)


def _column(key: str, values: list[Any], language: Language) -> SheetColumn:
    if key.startswith("area_") and key != "area_id":
        level = say(Term("level", key.removeprefix("area_")), language)
        return SheetColumn(level, values, "text", 18)
    header = word(f"head.{_HEADS.get(key, key)}", language)
    if key in _CODES:
        texts = [say(_CODES[key](value), language) for value in values]
        return SheetColumn(header, texts, "text", _TEXTS[key])
    if key in _TEXTS:
        return SheetColumn(header, values, "text", _TEXTS[key])
    kind = "share" if key in _SHARES else "integer" if key in _WHOLE else "number"
    return SheetColumn(header, values, kind)


_CODES: Mapping[str, Callable[[str], Sayable]] = {
    "level": lambda code: Term("level", code),
    "subject_kind": lambda code: Term("subject", code),
    "status": lambda code: Term("solved", code),
    "facility_type": type_text,
    "functions": lambda codes: message("mark.joined", parts=[*map(type_text, codes.split("; "))]),
    "weight": lambda code: Term("figure", code),
}
