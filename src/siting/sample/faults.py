"""What is wrong with the sample's files on purpose, each fault on its own rows and on record.

Real layers look like this; a report on the sample has to name every one of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry import Polygon

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong on purpose.

    Parameters
    ----------
    file
        The file it is in.
    kind
        Stable slug.
    subjects
        Identifiers of the rows concerned, as the file writes them; empty for a whole file.
    en, zh
        What is wrong, in words.
    """

    file: str
    kind: str
    subjects: tuple[str, ...]
    en: str
    zh: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON can hold it."""
        return {**asdict(self), "subjects": list(self.subjects)}


def spoil_buildings(
    frame: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Empty, negate, repeat and break a few buildings, each row in one way only."""
    import geopandas as gpd
    import pandas as pd

    frame = frame.copy()
    rows = rng.permutation(len(frame))[:14]
    unknown, uncounted = rows[:6], rows[6:10]
    negative, bare, crossed, twice = (int(row) for row in rows[10:])
    frame.loc[unknown, "户数"] = np.nan
    frame.loc[uncounted, "人口"] = np.nan
    frame.loc[negative, "户数"] *= -1
    shapes = list(frame.geometry)
    shapes[bare], shapes[crossed] = None, knotted(shapes[crossed])
    frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    spoilt = pd.concat([frame, frame.iloc[[twice]]], ignore_index=True)
    return gpd.GeoDataFrame(spoilt, crs=frame.crs), _building_faults(frame, rows)


def spoil_compounds(
    frame: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Break one outline and empty one number of households."""
    import geopandas as gpd

    frame = frame.copy()
    crossed, unknown = (int(row) for row in rng.permutation(len(frame))[:2])
    shapes = list(frame.geometry)
    shapes[crossed] = knotted(shapes[crossed])
    frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    frame.loc[unknown, "户数"] = np.nan
    file = "compounds.shp"
    faults = [
        Fault(file, "gbk-without-cpg", (), "Chinese text in GBK, no .cpg", "GBK 编码，缺 .cpg"),
        Fault(file, "unit-in-header", (), "floor area in 10,000 m2", "建筑面积以万㎡计"),
        Fault(
            file, "self-crossing", _ids(frame, "小区编号", crossed), "outline crosses itself",
            "边界自相交",
        ),
        Fault(
            file, "missing-households", _ids(frame, "小区编号", unknown), "no households",
            "缺户数",
        ),
    ]  # fmt: skip
    return frame, faults


def spoil_pois(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """Repeat a row, add a category nobody asked for, lose coordinates, type thousands."""
    import pandas as pd

    area = frame["建筑面积"].to_numpy(dtype=float)
    large = np.flatnonzero(area >= 1000)
    typed = int(large[0])
    others = rng.permutation(np.setdiff1d(np.arange(len(frame)), large))[:3]
    twice, lost, played = (int(row) for row in others)
    frame = frame.astype({"建筑面积": object, "经度": object, "纬度": object})
    frame.loc[typed, "建筑面积"] = f"{area[typed]:,.0f}"
    frame.loc[lost, ["经度", "纬度"]] = ""
    odd = frame.iloc[[played]].assign(名称="满江棋牌室", 类别="棋牌室", 编号="ZZ001")
    spoilt = pd.concat([frame, frame.iloc[[twice]], odd], ignore_index=True)
    file = "poi_gcj02.csv"
    faults = [
        Fault(file, "gcj02", (), "coordinates are GCJ-02", "坐标为 GCJ-02"),
        Fault(file, "duplicate-row", _ids(frame, "编号", twice), "the row is there twice",
              "同一行重复"),
        Fault(file, "missing-coordinates", _ids(frame, "编号", lost), "no coordinates", "缺坐标"),
        Fault(file, "thousands-separator", _ids(frame, "编号", typed),
              "the number is text with a comma", "数字含千分位逗号"),
        Fault(file, "unknown-category", ("棋牌室",), "a category that is no facility type (ZZ001)",
              "类别不属于任何设施类型（ZZ001）"),
    ]  # fmt: skip
    return spoilt, faults


def spoil_care(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, list[Fault]]:
    """Type numbers as people do: full-width digits, thousands, nothing at all."""
    header = "建筑面积(㎡)"
    area = frame[header].to_numpy(dtype=float)
    large = np.flatnonzero(area >= 1000)
    typed = int(large[0])
    wide, empty = (int(r) for r in rng.permutation(np.setdiff1d(np.arange(len(frame)), large))[:2])
    frame = frame.astype({header: object})
    frame.loc[typed, header] = f"{area[typed]:,.0f}"
    frame.loc[wide, header] = full_width(f"{area[wide]:.1f}")
    frame.loc[empty, header] = None
    file = "care.xlsx"
    faults = [
        Fault(file, "title-above-header", (), "title, note and merged cells above the header",
              "表头之上有标题、说明与合并单元格"),
        Fault(file, "total-row", ("合计",), "a row of totals below the data", "末行为合计"),
        Fault(file, "thousands-separator", _ids(frame, "设施编号", typed),
              "the number is text with a comma", "数字含千分位逗号"),
        Fault(file, "full-width-digits", _ids(frame, "设施编号", wide),
              "the number is in full-width digits", "数字为全角"),
        Fault(file, "missing-floor-area", _ids(frame, "设施编号", empty), "no floor area",
              "缺建筑面积"),
    ]  # fmt: skip
    return frame, faults


def knotted(shape: Polygon) -> Polygon:
    """Cross the two sides that meet in one corner, as a slip of the mouse does.

    >>> knot = knotted(Polygon([(0, 0), (10, 0), (10, 10), (0, 10)]))
    >>> knot.is_valid, knot.buffer(0).area > 90
    (False, True)
    """
    before, corner, after, *others = np.asarray(shape.exterior.coords)[:-1]
    crossed = [corner + 0.1 * (after - corner), corner + 0.1 * (before - corner)]
    return Polygon([before, *np.round(crossed, 2), after, *others])


def full_width(text: str) -> str:
    """Write digits and the point as a Chinese input method does in full-width mode.

    >>> full_width("38.5")
    '３８．５'
    """
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def _building_faults(frame: gpd.GeoDataFrame, rows: np.ndarray[Any, Any]) -> list[Fault]:
    told = (
        ("missing-households", rows[:6], "no households", "缺户数"),
        ("missing-population", rows[6:10], "no people", "缺人口"),
        ("negative-households", rows[10:11], "households below zero", "户数为负"),
        ("null-geometry", rows[11:12], "no geometry", "缺几何"),
        ("self-crossing", rows[12:13], "outline crosses itself", "轮廓自相交"),
        ("duplicate-row", rows[13:14], "the row is there twice", "同一行重复"),
    )
    return [
        Fault("buildings.gpkg", kind, _ids(frame, "楼栋编号", *where), en, zh)
        for kind, where, en, zh in told
    ]


def _ids(frame: pd.DataFrame, column: str, *rows: int) -> tuple[str, ...]:
    return tuple(str(frame[column].iloc[int(row)]) for row in rows)
