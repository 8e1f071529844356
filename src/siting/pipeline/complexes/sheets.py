"""The workbook of complexes: answer, complexes, what each holds, whom they serve, all rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siting.report.siting.complexes import complexes_lines
from siting.report.tables.workbook import Sheet, SheetColumn
from siting.vocabulary.facility_types import load_facility_types

_SHEETS = {
    "answer": ("方案概要", "Summary"),
    "opened": ("综合体", "Complexes"),
    "functions": ("功能配置", "Functions"),
    "served": ("服务对象", "Served"),
    "rules": ("全部规则复核", "All rules"),
}
_NOTES = {
    "answer": ("选址问题、结论及其可信程度", "The question, the answer and what it is worth"),
    "opened": ("每行一处综合体", "A row is a complex"),
    "functions": ("每行一处综合体内的一项功能", "A row is a function of a complex"),
    "served": ("每行一项功能", "A row is a function"),
    "rules": ("方案实施前后各规则不达标数", "Failing before and after the proposal"),
}
_HEADS = {
    "line": ("说明", "Statement"),
    "site_id": ("编号", "Id"),
    "name": ("名称", "Name"),
    "functions": ("功能", "Functions"),
    "facility_type": ("设施类型", "Facility type"),
    "rule_id": ("规则", "Rule"),
    "floor_area_m2": ("建筑面积 m²", "Floor area m²"),
    "site_floor_area_m2": ("点位建筑面积 m²", "Floor area of the site m²"),
    "added": ("新增", "Added"),
    "cost": ("造价（元）", "Cost CNY"),
    "x": ("横坐标", "x"),
    "y": ("纵坐标", "y"),
    "weight": ("统计对象", "Counted"),
    "failing": ("目前不达标", "Failing today"),
    "newly_served": ("受益", "Newly served"),
    "still_without": ("仍不达标", "Still without"),
    "complexes": ("综合体数", "Complexes"),
    "key": ("规则", "Rule"),
    "title": ("名称", "Title"),
    "fail_before": ("不达标（前）", "Fail before"),
    "fail_after": ("不达标（后）", "Fail after"),
    "people_before": ("不达标人口（前）", "People before"),
    "people_after": ("不达标人口（后）", "People after"),
}
_WIDTHS = {"line": 110, "site_id": 16, "name": 28, "functions": 44, "facility_type": 22,
           "rule_id": 40, "key": 40, "title": 36, "weight": 12}  # fmt: skip
_RULES = ("key", "title", "fail_before", "fail_after", "people_before", "people_after")


def complexes_sheets(summary: Mapping[str, Any], language: str) -> list[Sheet]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    lines = [{"line": line} for line in complexes_lines(summary, language)]
    rules = [{**row, "title": row["title"][language]} for row in summary["rules"]]
    shown = {
        "answer": lines,
        "opened": summary["opened"],
        "functions": [_titled(row, language) for row in summary["functions"]],
        "served": [_titled(row, language) for row in summary["served"]],
        "rules": [{key: row[key] for key in _RULES} for row in rules],
    }
    index = 0 if language == "zh" else 1
    mark = ("虚构数据。", "Made-up data. ")[index] if summary["made_up"] else ""
    return [
        Sheet(_SHEETS[name][index], mark + _NOTES[name][index], _columns(rows, index))
        for name, rows in shown.items()
    ]


def _titled(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    code = row["facility_type"]
    return {**row, "facility_type": load_facility_types().title(code, language)}


def _columns(rows: Sequence[Mapping[str, Any]], index: int) -> tuple[SheetColumn, ...]:
    keys = list(rows[0]) if rows else ["line"]
    return tuple(_column(key, [row[key] for row in rows], index) for key in keys)


def _column(key: str, values: list[Any], index: int) -> SheetColumn:
    if key.startswith("area_"):
        return SheetColumn(key.removeprefix("area_"), values, "text", 18)
    kind = "text" if key in _WIDTHS else "number"
    return SheetColumn(_HEADS[key][index], values, kind, _WIDTHS.get(key, 14))
