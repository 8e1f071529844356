"""What is wrong with the sample's files on purpose, each fault on its own rows and on record.

Real layers look like this; a report on the sample has to name every one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import Polygon


@dataclass(frozen=True, slots=True)
class MadeFault:
    """One thing that is wrong on purpose.

    Parameters
    ----------
    file
        The file it is in.
    kind
        Stable slug.
    subjects
        Identifiers of the rows concerned, as the file writes them; empty for a whole file.
    rows
        The rows, counted as the data report counts them: features from 1, rows of a sheet and
        lines of a CSV as the programs that show them do.
    note
        Code of the note that the data report has on it; empty where the file can be read as it
        was meant, so that there is nothing to report.
    en, zh
        What is wrong, in words.
    """

    file: str
    kind: str
    subjects: tuple[str, ...]
    rows: tuple[int, ...]
    note: str
    en: str
    zh: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON can hold it."""
        return {**asdict(self), "subjects": list(self.subjects), "rows": list(self.rows)}


def spoil_buildings(
    frame: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, list[MadeFault]]:
    """Empty, negate, repeat and break a few buildings, each row in one way only."""
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
    return gpd.GeoDataFrame(spoilt, crs=frame.crs), _building_faults(spoilt, rows)


def spoil_compounds(
    frame: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, list[MadeFault]]:
    """Break one outline and empty one number of households."""
    frame = frame.copy()
    crossed, unknown = (int(row) for row in rng.permutation(len(frame))[:2])
    shapes = list(frame.geometry)
    shapes[crossed] = knotted(shapes[crossed])
    frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
    frame.loc[unknown, "户数"] = np.nan
    listed = _Listing("compounds.shp", frame["小区编号"], first_row=1)
    faults = [
        listed.of_file(
            "gbk-without-cpg",
            "encoding-detected",
            "Chinese text in GBK, no .cpg",
            "GBK 编码，缺 .cpg",
        ),
        listed.of_file("unit-in-header", "", "floor area in 10,000 m2", "建筑面积以万㎡计"),
        listed.of_rows(
            "self-crossing", [crossed], "geometry-repaired", "outline crosses itself", "边界自相交"
        ),
        listed.of_rows(
            "missing-households", [unknown], "values-missing", "no households", "缺户数"
        ),
    ]
    return frame, faults


def spoil_pois(
    frame: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[MadeFault]]:
    """Repeat a row, add a category nobody asked for, lose coordinates, type thousands."""
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
    listed = _Listing("poi_gcj02.csv", spoilt["编号"], first_row=2)
    faults = [
        listed.of_file("gcj02", "offset-removed", "coordinates are GCJ-02", "坐标为 GCJ-02"),
        listed.of_rows(
            "duplicate-row",
            [len(spoilt) - 2],
            "duplicate-row",
            "a row is there twice",
            "同一行重复",
        ),
        listed.of_rows(
            "missing-coordinates", [lost], "coordinates-missing", "no coordinates", "缺坐标"
        ),
        listed.of_rows(
            "thousands-separator",
            [typed],
            "",
            "the number is text with a comma",
            "数字含千分位逗号",
        ),
        listed.of_rows(
            "unknown-category",
            [len(spoilt) - 1],
            "facility-type-unknown",
            "category 棋牌室 is no facility type",
            "类别“棋牌室”不属于任何设施类型",
        ),
    ]
    return spoilt, faults


def spoil_care(
    frame: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[MadeFault]]:
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
    listed = _Listing("care.xlsx", frame["设施编号"], first_row=4)
    faults = [
        listed.of_file(
            "title-above-header",
            "header-found",
            "title, note and merged cells above the header",
            "表头之上有标题、说明与合并单元格",
        ),
        listed.of_file(
            "total-row",
            "coordinates-missing",
            "a row of totals below the data (合计)",
            "末行为合计",
        ),
        listed.of_rows(
            "thousands-separator",
            [typed],
            "",
            "the number is text with a comma",
            "数字含千分位逗号",
        ),
        listed.of_rows(
            "full-width-digits", [wide], "", "the number is in full-width digits", "数字为全角"
        ),
        listed.of_rows(
            "missing-floor-area", [empty], "values-missing", "no floor area", "缺建筑面积"
        ),
    ]
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


def _building_faults(frame: gpd.GeoDataFrame, rows: NDArray[np.int64]) -> list[MadeFault]:
    told = (
        ("missing-households", rows[:6], "values-missing", "no households", "缺户数"),
        ("missing-population", rows[6:10], "values-missing", "no people", "缺人口"),
        (
            "negative-households",
            rows[10:11],
            "number-negative",
            "households below zero",
            "户数为负",
        ),
        ("null-geometry", rows[11:12], "geometry-missing", "no geometry", "缺几何"),
        ("self-crossing", rows[12:13], "geometry-repaired", "outline crosses itself", "轮廓自相交"),
        ("duplicate-row", [len(frame) - 1], "duplicate-row", "a row is there twice", "同一行重复"),
    )
    listed = _Listing("buildings.gpkg", frame["楼栋编号"], first_row=1)
    return [listed.of_rows(kind, where, note, en, zh) for kind, where, note, en, zh in told]


@dataclass(frozen=True, slots=True)
class _Listing:
    """Makes the faults of one file, whose rows have identifiers and are counted from a number."""

    file: str
    identifiers: pd.Series
    first_row: int

    def of_file(self, kind: str, note: str, en: str, zh: str) -> MadeFault:
        return MadeFault(self.file, kind, (), (), note, en, zh)

    def of_rows(self, kind: str, where: Iterable[int], note: str, en: str, zh: str) -> MadeFault:
        order = sorted(int(row) for row in where)
        names = tuple(str(self.identifiers.iloc[row]) for row in order)
        return MadeFault(
            self.file, kind, names, tuple(row + self.first_row for row in order), note, en, zh
        )
