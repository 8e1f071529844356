"""Made-up plans as workbooks, GeoPackage, GeoJSON and drawings, to try ``siting check`` on.

Owns the files of ``data/plans`` that no person writes by hand; the ``plan.yaml`` files and what is
expected of each plan are written by hand beside them.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from openpyxl import Workbook
from shapely.geometry import Point, box

from siting.yaml_lines import load_yaml

Row = tuple[Any, ...]
TITLE = "江湾花园（虚构）综合经济技术指标表"
_NAME = ("项目名称", "江湾花园（虚构）")
# Every layout says the same: label, unit, figure.
_LAND: tuple[Row, ...] = (("规划净用地面积", "公顷", 5.6), ("总建筑面积", "万㎡", 16.8))
_ABOVE: tuple[Row, ...] = (("地上总建筑面积", "㎡", 145000), ("地下建筑面积", "㎡", 23000))
_PARTS: tuple[Row, ...] = (
    ("住宅建筑面积", "万㎡", 12.2),
    ("商业建筑面积", "㎡", "9,800"),
    ("社区综合服务设施", "㎡", 7100),
    ("养老服务用房", "㎡", "４００"),
    ("托育服务设施", "㎡", 220),
    ("幼儿园", "㎡", 2500),
)
_PEOPLE: tuple[Row, ...] = (
    ("居住户（套）数", "户", 1250),
    ("居住人数", "万人", 0.34),
    ("幼儿园班数", "班", 6),
)
# An empty piece of the sample district, 240 m x 233 1/3 m = 56,000 m2.
_WEST, _SOUTH, _WIDTH, _DEPTH = 527780.0, 3385560.0, 240.0, 700.0 / 3.0


def write_plan_files(folder: str | Path) -> list[Path]:
    """Write the workbooks, the one-file plans and the drawing of ``data/plans``.

    Parameters
    ----------
    folder
        Holds ``01-compliant/plan.yaml`` and ``13-with-drawing``; files are replaced.

    Returns
    -------
    list of Path
        What was written.
    """
    folder = Path(folder)
    written = _workbooks(folder)
    written += _one_file_plans(folder)
    return written + _drawing(folder / "13-with-drawing")


def _workbooks(folder: Path) -> list[Path]:
    layouts = {
        "table-vertical": (_vertical(), ("A1:E1", "A2:B2", "A6:A11")),
        "table-horizontal": (_horizontal(), ("A1:K1", "C2:H2", *_tall("ABIJK"))),
        "table-side-by-side": (_side_by_side(), ()),
        "table-phases": (_phases(), ("A1:E1",)),
        "table-facility-list": (_facility_list(), ()),
        "table-wan-mistake": (_wan_mistake(), ("A1:C1", "A5:A7")),
    }
    written = []
    for name, (rows, merged) in layouts.items():
        extra = {"单体面积计算表": _PER_BUILDING} if name == "table-facility-list" else {}
        written.append(_save(folder / f"{name}.xlsx", rows, merged, extra))
    return written


def _tall(columns: str) -> tuple[str, ...]:
    return tuple(f"{column}2:{column}3" for column in columns)


def _vertical() -> list[Row]:
    rows: list[Row] = [(TITLE,), ("项目", None, "单位", "指标", "备注")]
    rows += [(label, None, unit, value, None) for label, unit, value in (*_LAND, *_ABOVE[:1])]
    for index, (label, unit, value) in enumerate(_PARTS):
        rows.append(("其中" if index == 0 else None, label, unit, value, None))
    rows += [(label, None, unit, value, None) for label, unit, value in (*_ABOVE[1:], *_PEOPLE)]
    return [
        *rows,
        ("容积率", None, None, 2.5),
        ("绿地率", None, "%", 35),
        ("注：以上数据均为虚构",),
    ]


def _horizontal() -> list[Row]:
    parts = [f"{label.removesuffix('建筑面积')}（{unit}）" for label, unit, _ in _PARTS]
    first = ["规划净用地面积（公顷）", "总建筑面积（万㎡）", "其中", *[None] * 5]
    tail = ["居住户（套）数（户）", "居住人数（万人）", "幼儿园（班数）"]
    values = [value for _, _, value in (*_LAND, *_PARTS, *_PEOPLE)]
    return [(TITLE,), (*first, *tail), (None, None, *parts), tuple(values)]


def _side_by_side() -> list[Row]:
    left, right = (*_LAND, *_ABOVE), (*_PARTS, *_PEOPLE)
    rows: list[Row] = [_NAME, (), ("指标名称", "数值", "指标名称", "数值")]
    for index, (label, unit, value) in enumerate(right):
        pair = left[index] if index < len(left) else (None, "", "")
        beside = f"{pair[2]}{pair[1]}" or None
        rows.append((pair[0], beside, label, f"{value}{unit}"))
    return rows


def _phases() -> list[Row]:
    return [
        (TITLE,),
        ("序号", "指标", "一期", "二期", "合计"),
        (1, "居住户数（户）", 600, 650, 1250),
        (2, "居住人数（人）", 1640, 1760, 3400),
        (3, "住宅建筑面积（㎡）", 58000, 64000, 122000),
        (4, "养老服务用房（㎡）", 400, None, 400),
        (5, "托育服务设施（㎡）", None, 220, 220),
        (6, "总建筑面积（万㎡）", 8, 8.8, 16.8),
    ]


def _facility_list() -> list[Row]:
    rows: list[Row] = [(label, f"{value}{unit}") for label, unit, value in (*_LAND, *_PEOPLE[:2])]
    rows += [(), ("配套设施", "建筑面积（㎡）", "用地面积（㎡）", "班数")]
    for label, _, value in _PARTS[1:]:
        name = label.removesuffix("建筑面积")
        land, classes = (3600, 6) if name == "幼儿园" else ("—", None)
        rows.append((name, value, land, classes))
    return rows


_PER_BUILDING: list[Row] = [
    ("楼号", "地上层数", "楼栋计容面积", "户数"),
    *((f"{number}#", 18, 6100, 62) for number in range(1, 6)),
]


def _wan_mistake() -> list[Row]:
    return [
        (TITLE,),
        ("项目", None, "指标（㎡）"),
        ("规划净用地面积", None, 56000),
        ("总建筑面积", None, 16.8),
        ("其中", "住宅", 12.2),
        (None, "商业", 0.98),
        (None, "社区综合服务设施", 0.71),
        ("养老服务用房", None, 400),
        ("居住户数", None, "1250户"),
        ("居住人数", None, "3400人"),
    ]


def _save(
    path: Path, rows: list[Row], merged: tuple[str, ...], extra: dict[str, list[Row]]
) -> Path:
    book = Workbook()
    # Workbooks carry the hour of their making; a fixed one keeps changes readable.
    book.properties.created = dt.datetime(2026, 11, 1)  # noqa: DTZ001 - workbooks know no zones
    first = book.worksheets[0]
    first.title = "经济技术指标"
    for row in rows:
        first.append(row)
    for cells in merged:
        first.merge_cells(cells)
    for name, more in extra.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(path)
    return path


def _one_file_plans(folder: Path) -> list[Path]:
    """Write 01-compliant as one GeoJSON and as one GeoPackage."""
    text = (folder / "01-compliant" / "plan.yaml").read_text(encoding="utf-8")
    data, _ = load_yaml(text, "plan.yaml")
    site = json.loads(_site().to_crs(4326).to_json())["features"]
    for feature in site:
        feature["properties"] = {"layer": "site"}
    document = {"type": "FeatureCollection", "plan": data, "features": site}
    geojson = folder / "jiangwan.geojson"
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    geojson.write_text(f"{text}\n", encoding="utf-8")
    return [geojson, _geopackage(folder / "jiangwan.gpkg", data)]


def _geopackage(path: Path, data: dict[str, Any]) -> Path:
    path.unlink(missing_ok=True)
    meta = {key: str(data[key]) for key in ("name", "jurisdiction", "date", "status")}
    figures = [{"item": key, "value": float(value)} for key, value in _flat(data["indicators"])]
    phases = [dict(_flat(phase)) for phase in data["phases"]]
    pyogrio.write_dataframe(_site(), path, layer="site", driver="GPKG")
    for name, rows in (("plan", [meta]), ("indicators", figures), ("phases", phases)):
        pyogrio.write_dataframe(pd.DataFrame(rows), path, layer=name, driver="GPKG")
    return path


def _flat(figures: dict[str, Any]) -> list[tuple[str, Any]]:
    """Write nested figures as siting's keys, such as floor_area_m2.elder_care."""
    flat: list[tuple[str, Any]] = []
    for key, value in figures.items():
        if isinstance(value, dict):
            flat += [(f"{key}.{kind}", number) for kind, number in value.items()]
        else:
            flat.append((key, value))
    return flat


def _site() -> gpd.GeoDataFrame:
    outline = box(_WEST, _SOUTH, _WEST + _WIDTH, _SOUTH + _DEPTH)
    return gpd.GeoDataFrame({"name": ["江湾南苑（虚构）"]}, geometry=[outline], crs="EPSG:4547")


def _drawing(folder: Path) -> list[Path]:
    """Write a drawing with 1,240 households and an elder-care room of 380 m2: two slips."""
    corners = [(_WEST + 15 + 55 * (i % 4), _SOUTH + 15 + 42 * (i // 4)) for i in range(20)]
    buildings = gpd.GeoDataFrame(
        {"home_id": [f"B{i + 1:02d}" for i in range(20)], "households": [62] * 20},
        geometry=[box(x, y, x + 30, y + 14) for x, y in corners],
        crs="EPSG:4547",
    )
    rooms = (("F1", "养老服务用房", "elder_care", 380), ("F2", "托育园", "childcare", 220))
    facilities = gpd.GeoDataFrame(
        [
            {"facility_id": a, "name": b, "facility_type": c, "floor_area_m2": d, "floor_level": 1}
            for a, b, c, d in rooms
        ],
        geometry=[Point(_WEST + 120, _SOUTH + 36), Point(_WEST + 60, _SOUTH + 36)],
        crs="EPSG:4547",
    )
    layers = {"site": _site(), "buildings": buildings, "facilities": facilities}
    written = []
    for name, layer in layers.items():
        path = folder / f"{name}.geojson"
        pyogrio.write_dataframe(layer.to_crs(4326), path, driver="GeoJSON", COORDINATE_PRECISION=8)
        written.append(path)
    return written
