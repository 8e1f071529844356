"""What the notes of a data report are called in Chinese.

Owns one title for each kind of note. The loaders write the particulars in English (which rows, what
was expected, what to write); in Chinese the title stands before them and says what is the matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siting.tables import DataNote

NOTE_TITLES = {
    "area-overlap": "同级片区重叠,住宅只计入第一个",
    "axes-swapped": "坐标轴次序颠倒,已调换",
    "building-not-residential": "非住宅建筑,未计为住宅",
    "building-use-uncertain": "用途不明的建筑",
    "cell-infinite": "栅格值为无穷,按无数据计",
    "cell-negative": "栅格值为负,按无数据计",
    "cell-outside": "边界以外的栅格,已剔除",
    "cells-are-homes": "以有人口的栅格单元代替住宅",
    "children-assumed": "儿童人数按参数推算",
    "children-missing": "缺儿童人数",
    "city-notes": "现状城市数据的说明",
    "columns-recognised": "按列名识别的字段",
    "coordinates-missing": "坐标为空或不是数字,已剔除",
    "crs-overridden": "以声明的坐标系代替文件中的坐标系",
    "date-is-today": "未写日期,按运行当天的规则",
    "datum-shift-doubtful": "坐标基准转换精度存疑",
    "datum-suspected": "坐标疑似另一基准(GCJ-02、BD-09 或 WGS 84)",
    "duplicate-row": "重复的行,只取一次",
    "elderly-assumed": "老年人数按参数推算",
    "elderly-missing": "缺老年人数",
    "encoding-detected": "识别出的文字编码",
    "facilities-none": "项目没有设施图层,服务情况未知",
    "facilities-without-place": "设施没有位置",
    "facility-mapped-twice": "同一设施重复绘制,只计一次",
    "facility-private": "不对外开放的设施,已剔除",
    "facility-type-unknown": "未要求的设施类别,已剔除",
    "formula-not-calculated": "公式没有存下结果,按缺失计",
    "gate-of-nobody": "出入口所属的编号不存在",
    "gate-of-nothing": "出入口没有写明所属",
    "geometry-flattened": "已去掉高程坐标",
    "geometry-kind": "几何类型不符,已剔除",
    "geometry-missing": "几何为空,已剔除",
    "geometry-not-finite": "坐标不是有限数,已剔除",
    "geometry-repaired": "自相交的几何,已修复",
    "geometry-split": "多部件的线,已拆开",
    "header-found": "识别出的表头行",
    "header-repeats": "表头有重名的列,取第一列",
    "height-missing": "高程未覆盖部分道路,按平地计",
    "home-far-from-streets": "住宅在道路范围之外",
    "households-assumed": "户数按参数推算",
    "households-missing": "缺户数",
    "id-made": "没有编号,按行号生成",
    "identifier-shared": "不同文件的编号相同,已加区别",
    "junction-apart": "同一路口编号的线端不在一处",
    "levels-assumed": "层数按参数推算",
    "levels-missing": "缺层数,建筑面积未知",
    "merged-number": "合并单元格中的数字只计一次",
    "merged-text": "合并单元格中的文字已补全",
    "metric-crs-chosen": "自动选定的米制坐标系",
    "network-fragments": "道路有不相连的碎片",
    "no-street-near": "最大接入距离内没有道路",
    "not-wanted": "不符合 where 条件的行,已剔除",
    "number-absurd": "数值过大,已保留,请核对单位与合计行",
    "number-impossible": "数值不可能,按缺失计",
    "number-negative": "数值为负,按缺失计",
    "number-unreadable": "不是数字,按缺失计",
    "offset-removed": "已由偏移坐标转换为 WGS 84",
    "on-fragment": "只能到达道路碎片,可达性未知",
    "osm-geometry-broken": "OpenStreetMap 几何不完整,已剔除",
    "outside-crs": "坐标超出坐标系范围,已剔除",
    "place-fetched": "按地名取得的 OpenStreetMap 数据",
    "population-assumed": "人口按参数推算",
    "population-missing": "缺人口",
    "population-replaced": "以栅格人口代替图层中的人数",
    "population-spread": "栅格人口分摊到住宅",
    "population-total": "栅格人口总数",
    "population-unassigned": "附近没有住宅的栅格人口,不计入结果",
    "projected": "已投影到分析坐标系",
    "reader-warning": "读取程序的提示",
    "street-closed": "不许步行的道路,已剔除",
    "street-excluded": "按 exclude_highways 剔除的道路",
    "street-private": "私有道路,已剔除",
    "street-private-kept": "私有道路,居民可走,已保留",
    "street-turned": "线的方向与路口编号相反,已掉转",
    "unit-suspected": "疑似单位有误",
    "units-in-cells": "单元格中带有单位,已换算",
    "values-missing": "缺值",
    "water-divides": "水面作为步行屏障",
    "way-not-walkable": "不可步行的道路,未采用",
    "weight-missing": "缺分摊权重,按平均计",
    "what-if": "假设方案的改动",
    "zone-prefix": "东坐标带号与声明的坐标系不符,已改用相符的坐标系",
}

_LAYERS = {
    "areas": "片区",
    "barriers": "屏障",
    "elevation": "高程",
    "entrances": "出入口",
    "facilities": "设施",
    "population": "人口栅格",
    "residential": "住宅",
    "sites": "备选点",
    "streets": "道路",
    "water": "水面",
}


def note_message(note: DataNote, language: str) -> str:
    """Return what a note says, in Chinese with its title before the particulars.

    Examples
    --------
    >>> from siting.tables import DataNote
    >>> note = DataNote("residential", "warning", "households-missing", "7 homes ...", 7, ())
    >>> note_message(note, "zh")
    '缺户数:7 homes ...'
    >>> note_message(note, "en")
    '7 homes ...'
    """
    title = NOTE_TITLES.get(note.code)
    return f"{title}:{note.message}" if title and language == "zh" else note.message


def layer_name(note: DataNote, language: str) -> str:
    """Return the layer that a note is about, such as ``住宅 (homes.gpkg)``.

    Examples
    --------
    >>> from siting.tables import DataNote
    >>> layer_name(DataNote("streets (a.shp)", "info", "projected", "", 0, ()), "zh")
    '道路 (a.shp)'
    """
    kind, space, file = note.layer.partition(" (")
    if language == "zh" and kind in _LAYERS:
        return f"{_LAYERS[kind]}{space}{file}"
    return note.layer
