"""The workbook of a siting answer: what was asked, the sites, the curve, who gains, all rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siting.render.words import coded
from siting.report.siting.text import headline
from siting.report.tables.workbook import Sheet, SheetColumn

_WORDS = {
    "summary": ("方案概要", "Summary"),
    "summary_note": ("选址问题、结论及其可信程度", "The question, the answer and what it is worth"),
    "sites": ("推荐点位", "Sites"),
    "sites_note": (
        "每行一处，新增最多者在前；新增 = 在它之前各处都开设后，再由它带来的",
        "A row is a site, those that add most first; added is beyond the sites above it",
    ),
    "capacity_sheet": ("服务能力", "Capacity"),
    "capacity_sheet_note": (
        "最多可服务 = 限值与容量之内的最大值（已证明）；就近 = 都去最近一处，满员后不再接收",
        "Could serve: the proven maximum. At the nearest: all go there, full ones turn away",
    ),
    "when": ("时间", "When"),
    "today": ("目前", "Today"),
    "with_proposal": ("方案后", "With the proposal"),
    "demand": ("需求", "Demand"),
    "within_reach": ("范围内", "Within reach"),
    "served_at_nearest": ("就近可服务", "Served at the nearest"),
    "could_serve": ("最多可服务", "Could serve"),
    "curve": ("效益曲线", "Curve"),
    "curve_note": (
        "每行是一个独立求解的方案；上界 = 任何方案都不会超过",
        "Each row is a plan of its own; no plan serves more than the bound",
    ),
    "areas": ("分区受益", "Areas"),
    "areas_note": ("目前不达标者中受益与仍不达标的数量", "Of those who fail today, who gains"),
    "rules": ("全部规则复核", "All rules"),
    "rules_note": ("方案实施前后各规则不达标数", "Failing before and after the proposal"),
    "by_hand": ("人工方案", "By hand"),
    "by_hand_note": (
        "人工指定点位的方案，按同样口径计算",
        "A plan by hand, counted in the same way",
    ),
    "made_up": ("虚构数据。", "Made-up data. "),
    "line": ("说明", "Statement"),
    "rank": ("顺序", "Rank"),
    "site_id": ("编号", "Id"),
    "name": ("名称", "Name"),
    "facility_type": ("设施类型", "Facility type"),
    "year": ("年次", "Year"),
    "added": ("新增", "Added"),
    "added_population": ("新增人口", "People added"),
    "added_elderly": ("新增老年人", "Elderly added"),
    "added_households": ("新增户数", "Households added"),
    "added_children": ("新增幼儿", "Children added"),
    "added_homes": ("新增住宅", "Homes added"),
    "cost": ("造价（元）", "Cost CNY"),
    "cost_per_person": ("每人造价（元）", "Cost each CNY"),
    "served_share_after": ("累计覆盖不达标者", "Share of failing, so far"),
    "floor_area_m2": ("建筑面积 m²", "Floor area m²"),
    "capacity": ("容量", "Capacity"),
    "x": ("横坐标", "x"),
    "y": ("纵坐标", "y"),
    "value": ("开设数或资金", "Sites or money"),
    "sites_opened": ("开设数", "Sites opened"),
    "served": ("服务", "Served"),
    "served_share": ("占不达标者", "Share of failing"),
    "bound": ("上界", "Bound"),
    "gap": ("差距", "Gap"),
    "status": ("状态", "Status"),
    "level": ("层级", "Level"),
    "area_id": ("编号", "Id"),
    "failing": ("目前不达标", "Failing today"),
    "gained": ("受益", "Gained"),
    "still_without": ("仍不达标", "Still without"),
    "elderly_gained": ("受益老年人", "Elderly gained"),
    "elderly_still_without": ("仍不达标老年人", "Elderly still without"),
    "key": ("规则", "Rule"),
    "title": ("名称", "Title"),
    "subject_kind": ("对象", "Subject"),
    "fail_before": ("不达标（前）", "Fail before"),
    "fail_after": ("不达标（后）", "Fail after"),
    "unknown_after": ("未知（后）", "Unknown after"),
    "people_before": ("不达标人口（前）", "People before"),
    "people_after": ("不达标人口（后）", "People after"),
    "share_before": ("覆盖率（前）", "Share before"),
    "share_after": ("覆盖率（后）", "Share after"),
}
_SHARES = {"served_share_after", "served_share", "gap", "share_before", "share_after"}
_TEXTS = {
    "site_id": 16, "name": 28, "facility_type": 18, "status": 12, "level": 12, "area_id": 16,
    "key": 40, "title": 36, "subject_kind": 12, "when": 18,
}  # fmt: skip
_CODES = {"level": "level", "subject_kind": "subject"}
_WHOLE = {"rank", "year", "fail_before", "fail_after", "unknown_after"}


def siting_sheets(summary: Mapping[str, Any], language: str) -> list[Sheet]:
    """Return the sheets of a workbook.

    Parameters
    ----------
    summary
        As ``locate.json`` has it.
    language
        ``zh`` or ``en``.
    """
    index = 0 if language == "zh" else 1
    areas = [row for rows in summary["areas"].values() for row in rows]
    rules = [{**row, "title": row["title"][language]} for row in summary["rules"]]
    able = [{**row, "when": _WORDS[row["when"]][index]} for row in summary["capacity"]]
    told = summary["answer"]["message" if index else "message_zh"]
    lines = [*headline(summary, language), told, *summary["notes"]]
    sheets = [
        _sheet("summary", [{"line": line} for line in lines], index),
        _sheet("sites", _dated(summary["opened"]), index),
        *([_sheet("capacity_sheet", able, index)] if able else []),
        _sheet("curve", summary["curve"], index),
        _sheet("areas", areas, index),
        _sheet("rules", rules, index, leave_out=("strength", "unit", "unknown_before")),
    ]
    if "by_hand" in summary:
        sheets.append(_sheet("by_hand", _dated(summary["by_hand"]["opened"]), index))
    if not summary["made_up"]:
        return sheets
    mark = _WORDS["made_up"][index]
    return [Sheet(each.title, mark + each.note, each.columns) for each in sheets]


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Count years from 1, as people do."""
    return [{**row, "year": row["year"] + 1} if "year" in row else row for row in rows]


def _sheet(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    index: int,
    *,
    leave_out: Sequence[str] = (),
) -> Sheet:
    keys = [key for key in (rows[0] if rows else {"line": ""}) if key not in leave_out]
    columns = tuple(_column(key, [row.get(key) for row in rows], index) for key in keys)
    return Sheet(_WORDS[name][index], _WORDS[f"{name}_note"][index], columns)


def _column(key: str, values: list[Any], index: int) -> SheetColumn:
    if key == "line":
        return SheetColumn(_WORDS[key][index], values, "text", 110)
    if key == "sites":
        return SheetColumn(_WORDS["sites_opened"][index], values, "integer")
    if key.startswith("area_") and key != "area_id":
        return SheetColumn(key.removeprefix("area_"), values, "text", 18)
    header = _WORDS[key][index]
    if key in _CODES:
        texts = [coded(_CODES[key], value, ("zh", "en")[index]) for value in values]
        return SheetColumn(header, texts, "text", _TEXTS[key])
    if key in _TEXTS:
        return SheetColumn(header, values, "text", _TEXTS[key])
    kind = "share" if key in _SHARES else "integer" if key in _WHOLE else "number"
    return SheetColumn(header, values, kind)
