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
        "children-assumed", "columns-recognised", "elderly-assumed", "facility-gone",
        "facility-type-unknown", "gaps-closed", "geometry-kind", "households-assumed",
        "junction-apart", "levels-assumed", "levels-unreadable", "not-wanted", "number-absurd",
        "number-impossible", "number-negative", "number-unreadable", "oneway-unknown",
        "population-assumed", "population-spread", "population-total", "population-unassigned",
        "status-unknown", "street-closed", "street-excluded", "street-not-walkable",
        "unit-suspected", "unit-unknown", "units-in-cells", "values-missing",
    }
)  # fmt: skip

ZH: Mapping[str, str] = {
    "building-gone": "按标签为废弃、拆除、在建的建筑，无人居住，已剔除",
    "building-mapped-twice": "重复绘制的建筑（线与关系、内外嵌套、楼内的点），只计一次",
    "building-node-vague": "只有一个点、用途和套数不明的建筑，不作住宅",
    "building-not-residential": "按标签为办公、服务建筑，不作住宅",
    "building-use-uncertain": "建筑用途不明（只标注为建筑），是否计入见参数 uncertain_buildings",
    "cell-infinite": "栅格值为无穷大，按无数据处理",
    "cell-negative": "栅格值为负，按无数据处理",
    "cell-outside": "栅格在范围之外，已剔除",
    "cells-are-homes": "以有人口的栅格代替住宅，每格一点",
    "children-assumed": "缺儿童人数，以参数推算",
    "children-missing": "缺儿童人数",
    "columns-recognised": "已识别列名",
    "crossings-joined": "道路相交处没有公共顶点，且没有桥、隧道、层级或高差，按平交路口连通",
    "curves-linearised": "曲线（圆弧）按短直线读取",
    "duplicate-row": "各列完全重复的行，已剔除",
    "elderly-assumed": "缺老年人数，以参数推算",
    "elderly-missing": "缺老年人数",
    "facilities-none": "项目没有设施，所有住宅均无服务",
    "facility-gone": "设施已停业、空置、拆除或尚未建成，不计入",
    "facility-mapped-twice": "同名同类的设施重复绘制（点或楼在其用地之内），只计一次",
    "facility-private": "设施仅供业主使用（access=private），已剔除",
    "facility-type-unknown": "不在所查类型之内的设施，该行已剔除",
    "ferry-left-out": "载人渡船未计入路网：等候时间不明",
    "formula-not-calculated": "公式没有保存结果，按缺失处理；请用 Excel 或 WPS 打开后另存",
    "gaps-closed": "道路端点与另一条路之间的微小缝隙，已连通",
    "gate-closed": "道路上的门或障碍不许步行通过（上锁、禁行、私用、墙），道路到此为止",
    "gate-of-nothing": "出入口不属于任何住宅或设施，已剔除",
    "gate-private-kept": "私有道路上的门，或内部唯一通道的门，按居民可通过处理",
    "geometry-flattened": "高程或度量值（Z、M）已去掉",
    "geometry-kind": "几何类型不符，该行已剔除",
    "geometry-missing": "没有几何图形，该行已剔除",
    "geometry-not-finite": "坐标不是有限数，该行已剔除",
    "geometry-repaired": "图形无效（自相交或环重复），已重建",
    "geometry-split": "多部分图形已拆成每部分一行",
    "hidden-cells": "隐藏行列中的单元格未采用；若应计入，请取消隐藏后另存",
    "home-far-from-streets": "住宅在道路数据范围之外，步行无法到达任何设施",
    "households-assumed": "缺户数，以参数推算",
    "households-missing": "缺户数：仍计入住宅数，不计入户数合计",
    "id-made": "缺编号，以行号代替",
    "identifier-shared": "不同文件的编号重复，已在前面加文件序号",
    "junction-apart": "同一路口的线段端点并不相接，以路口编号为准",
    "levels-apart": "道路上下相跨（桥、隧道、层级或高差），不连通",
    "levels-assumed": "没有层数的住宅，按参数取值",
    "levels-missing": "没有层数的住宅，建筑面积未知",
    "levels-unreadable": "层数不是正数，按未标注处理",
    "merged-number": "合并单元格中的数字只计给第一行",
    "merged-text": "合并单元格的文字已填入所覆盖的每一格",
    "not-wanted": "不符合 where 条件的行，未采用",
    "number-absurd": "数值异常偏大，已保留；请检查是否混入合计行或单位有误",
    "number-impossible": "数值不可能，按缺失处理",
    "number-negative": "数值为负，按缺失处理",
    "number-unreadable": "不是数字，按缺失处理",
    "oneway-unknown": "单向列里有不认识的词，这些道路按双向可走",
    "osm-geometry-broken": "面或水系无法由其线段拼成，已剔除（在截取数据的边缘常见）",
    "place-fetched": "已按地名取得 OpenStreetMap 数据",
    "population-assumed": "缺人口，以参数推算",
    "population-missing": "缺人口：仍计入住宅数，不计入人口合计",
    "population-replaced": "住宅自带的人数由栅格人口代替",
    "population-spread": "栅格人口已分配到住宅",
    "population-total": "栅格人口合计",
    "population-unassigned": "附近没有住宅的栅格人口，不在任何结果之内",
    "square-crossed": "步行广场内加上了直穿的路线",
    "status-unknown": "状态列里有不认识的词，这些行已保留",
    "street-closed": "不许步行的道路，已剔除",
    "street-excluded": "按 exclude_highways 去掉的道路",
    "street-gone": "已停用、在建或规划中的道路，已剔除",
    "street-not-walkable": "按道路等级不供步行（高速、快速路、匝道、在建、规划等），已剔除",
    "street-private": "私有道路已去掉（private_streets: exclude）",
    "street-private-kept": "私有道路按居民可走保留（可用 private_streets: exclude 去掉）",
    "street-turned": "线段方向与路口编号相反，已调转",
    "unit-suspected": "户均面积不合理，某列的单位可能有误",
    "unit-unknown": "单位不认识，按缺失处理",
    "units-in-cells": "单元格里自带单位，已换算",
    "values-missing": "有缺失值",
    "water-divides": "河流、运河、湖泊视为步行不可穿越",
    "way-conditional": "道路或门只在部分时间或对部分人开放，未按此条件判断",
    "way-not-walkable": "不可步行的道路（高速、禁行、在建等）",
    "weight-missing": "有人口的栅格内住宅缺权重，按同格平均或平均分配",
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
    "children-assumed": "缺儿童人数，按参数 {parameter} = {value} 推算，共 {total} 人",
    "columns-recognised": "已识别列名：{columns}",
    "elderly-assumed": "缺老年人数，按参数 {parameter} = {value} 推算，共 {total} 人",
    "facility-type-unknown": "类别{words}不在所查类型之内，该行已剔除",
    "households-assumed": "缺户数，按参数 {parameter} = {value} 推算，共 {total} 户",
    "number-negative": "列“{header}”的数值为负，按缺失处理",
    "number-unreadable": "列“{header}”中的“{first}”等不是数字，按缺失处理",
    "population-assumed": "缺人口，按参数 {parameter} = {value} 推算，共 {total} 人",
    "population-spread": "栅格人口 {people} 人已分配到住宅：{shared} 人在本格住宅，"
    "{moved} 人由没有住宅的 {cells} 格移到 {max_move_m} 米内最近的住宅，{lost} 人无处可移",
    "population-total": "栅格人口合计 {people} 人",
    "unit-unknown": "列“{header}”的单位不认识（{units}），按缺失处理",
    "units-in-cells": "列“{header}”的单元格自带单位（{units}），已换算",
    "values-missing": "缺{column}",
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


def _says_count(note: DataNote) -> bool:
    """Tell whether the sentence counts the rows itself."""
    return isinstance(note.message, Message) and "count" in dict(note.message.values)


def _aside_zh(note: DataNote) -> str:
    """Count the rows of a note, and name the first."""
    counted = [f"{note.count:,} 处"] if note.count and not _says_count(note) else []
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
