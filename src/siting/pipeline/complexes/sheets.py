"""The workbook of complexes: answer, complexes, what each holds, whom they serve, all rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siting.pipeline.sites.sheets import marked, sheet
from siting.report.siting.complexes import complexes_lines

if TYPE_CHECKING:
    from siting.message import Language
    from siting.report.tables.workbook import SheetTable

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
    rules = [{**row, "title": row["title"][language]} for row in summary["rules"]]
    shown = {
        "answer": [{"line": line} for line in complexes_lines(summary, spoken)],
        "opened": summary["opened"],
        "functions": summary["functions"],
        "served": summary["served"],
        "rules": [{key: row[key] for key in _RULES} for row in rules],
    }
    sheets = [sheet(f"complexes_{name}", rows, spoken) for name, rows in shown.items()]
    if summary["curve"]:
        sheets.append(sheet("sites_curve", summary["curve"], spoken))
    if "by_hand" in summary:
        sheets.append(sheet("sites_by_hand", summary["by_hand"]["opened"], spoken))
    return marked(sheets, spoken, made_up=summary["made_up"])
