"""What the data report says, in the reader's language.

A note carries an English sentence and a stable code. For Chinese readers the code is put into
words here, with the details that it carries; what else its sentence tells is kept behind it. A
code without words is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from siting.message import Message, Text
from siting.rules.facts import fact_title
from siting.words import say

if TYPE_CHECKING:
    from siting.data_report import DataNote

# Of these the sentence says more than its code, its count and its examples.
DETAILED = frozenset(
    {
        "area-overlap",
        "gate-of-nobody",
        "height-missing",
        "level-unknown", "no-street-near",




        "what-if",
    }
)  # fmt: skip

ZH: Mapping[str, str] = {
    "area-overlap": "同级片区重叠，住宅只计入第一个",
    "children-missing": "缺儿童人数",
    "city-notes": "现状城市数据另有说明，由 siting analyze 列出",
    "curves-linearised": "曲线（圆弧）按短直线读取",
    "date-is-today": "项目未写日期，按今天有效的规则判定",
    "elderly-missing": "缺老年人数",
    "facilities-without-place": "设施没有画在图上，无法量到它的距离",
    "formula-not-calculated": "公式没有保存结果，按缺失处理；请用 Excel 或 WPS 打开后另存",
    "gate-of-nobody": "出入口所属的编号不存在",
    "height-missing": "高程未覆盖部分道路，按平地计",
    "hidden-cells": "隐藏行列中的单元格未采用；若应计入，请取消隐藏后另存",
    "level-unknown": "没有规则认识这一层级，只作汇总",
    "merged-number": "合并单元格中的数字只计给第一行",
    "merged-text": "合并单元格的文字已填入所覆盖的每一格",
    "network-fragments": "路网中有与其他道路都不相连的碎片，可能缺一座桥或一段小路",
    "network-health": "路网体检",
    "no-jurisdiction": "项目未写地区，只按国家规则判定",
    "no-street-near": "在容许距离内（且在障碍物同侧）没有道路，无法判断",
    "on-fragment": "只接到孤立的路网碎片，能走到哪里无法判断",
    "only-enclosed-near": "容许距离内只有桥面或隧道，按可从旁边进入处理",
    "what-if": "假设方案",
}
"""Code -> what a Chinese reader is told; counts and examples are put behind it."""

_LAYERS_ZH = {
    "areas": "片区",
    "barriers": "障碍物",
    "city": "城市",
    "elevation": "高程",
    "entrances": "出入口",
    "facilities": "设施",
    "population": "人口",
    "project": "项目",
    "residential": "住宅",
    "sites": "备选点",
    "streets": "道路",
    "water": "水系",
}


# What a note's details tell, by its code; a note without them keeps its sentence.
DETAILS_ZH: Mapping[str, str] = {
    "city-notes": "现状城市数据另有 {notes} 条说明，由 siting analyze 列出",
    "level-unknown": "没有规则认识层级“{level}”，只作汇总；已知层级：{known}",
    "network-health": "路网体检：主体路网占道路总长 {main_share}，"
    "{homes_on_main} 的住宅接在主体路网上；道路相交而无路口 {crossings} 处；"
    "相距 {apart_m} 米内的断头路 {dead_end_pairs} 对；"
    "抽样住宅步行与直线距离之比，中位数 {median_detour}，九成不超过 {high_detour}",
    "no-street-near": "{max_access_m} 米内（且在障碍物同侧）没有道路，步行无法判断",
}
_COLUMNS_ZH = {
    "home_id": "住宅编号", "facility_id": "设施编号", "site_id": "备选点编号",
    "area_id": "片区编号",
    "name": "名称", "households": "户数", "population": "人口", "cost": "造价",
    "floor_area_m2": "建筑面积",
}  # fmt: skip


def note_text(note: DataNote, language: str) -> str:
    """Return one note as a sentence.

    Parameters
    ----------
    note
        A note of the data report.
    language
        ``zh`` or ``en``.

    Examples
    --------
    >>> from siting.data_report import DataNote
    >>> note = DataNote("homes", "excluded", "geometry-missing", "geometry is null", 2, ("7", "9"))
    >>> note_text(note, "zh")
    '没有几何图形，该行已剔除（2 处，如 7、9）'
    >>> note_text(note, "en")
    'geometry is null'
    """
    if language != "zh":
        return say(note.message, "en")
    if isinstance(note.message, Message):
        return say(note.message, "zh") + _aside_zh(note)
    if note.code not in ZH:
        return note.message
    aside = _aside_zh(note)
    if note.details and note.code in DETAILS_ZH:
        return DETAILS_ZH[note.code].format_map(_details_zh(note.details)) + aside
    text = ZH[note.code] + aside
    return f"{text}。原文：{note.message}" if note.code in DETAILED else text


def note_record(note: DataNote) -> dict[str, Any]:
    """Return a note as data-report.json has it, its message in English."""
    return {**asdict(note), "message": note_text(note, "en")}


def _aside_zh(note: DataNote) -> str:
    """Count the rows of a note where its sentence does not, and name the first."""
    in_sentence = isinstance(note.message, Message) and "count" in dict(note.message.values)
    counted = [f"{note.count:,} 处"] if note.count and not in_sentence else []
    if note.examples:
        counted.append("如 " + "、".join(map(_example_zh, note.examples[:3])))
    return f"（{'，'.join(counted)}）" if counted else ""


def note_line(note: DataNote, *, counted: bool = False) -> Text:
    """Return one note with its layer, in both languages; the Chinese words count the rows anyway.

    >>> from siting.data_report import DataNote
    >>> note = DataNote("streets", "excluded", "geometry-missing", "geometry is null", 2)
    >>> note_line(note).zh, note_line(note, counted=True).en
    ('道路：没有几何图形，该行已剔除（2 处）', 'streets: geometry is null (2 rows)')
    """
    rows = f" ({note.count} rows)" if counted and note.count else ""
    return Text(
        f"{note_layer(note, 'zh')}：{note_text(note, 'zh')}",
        f"{note.layer}: {note_text(note, 'en')}{rows}",
    )


def _details_zh(details: Mapping[str, Any]) -> dict[str, Any]:
    """Name the columns of the contract in Chinese; headers and words of data stay as they are."""
    told = dict(details)
    if "column" in told:
        told["column"] = _column_zh(told["column"])
    if "columns" in told:
        pairs = told["columns"].items()
        told["columns"] = "、".join(_match_zh(name, *match) for name, match in pairs)
    return told


def _match_zh(name: str, header: str, factor: float) -> str:
    times = "" if factor == 1 else f"（× {factor:g}）"
    return f"“{header}”{times}为{_column_zh(name)}"


def _column_zh(name: str) -> str:
    return _COLUMNS_ZH.get(name) or fact_title(name).zh


def _example_zh(example: str) -> str:
    """Rows of a sheet are named by their number."""
    return re.sub(r"^row (\d+)$", r"第 \1 行", example)


def note_layer(note: DataNote, language: str) -> str:
    """Return the layer that a note is about, with its file.

    Examples
    --------
    >>> from siting.data_report import DataNote
    >>> note_layer(DataNote("streets (a.pbf)", "info", "projected", ""), "zh")
    '道路（a.pbf）'
    """
    if language != "zh":
        return note.layer
    name, bracket, file = note.layer.partition(" (")
    named = _LAYERS_ZH.get(name, name)
    # The sheet of a workbook stands behind its file.
    said = file.removesuffix(")").replace(": ", "：")
    return f"{named}（{said}）" if bracket else named
