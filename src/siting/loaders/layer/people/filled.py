"""Households and people of homes: what the data says, and what a stated parameter stands in for.

Owns the only place where households or people are computed from something else. Nothing is
filled without a parameter that the user wrote, and every filled row is counted in the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from siting.message import Message, message

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siting.data_report import LayerReport

Numbers = npt.NDArray[np.float64]


def fill_people(
    homes: gpd.GeoDataFrame,
    *,
    report: LayerReport,
    persons_per_household: float | None = None,
    floor_area_per_household_m2: float | None = None,
    elderly_share: float | None = None,
    children_share: float | None = None,
) -> gpd.GeoDataFrame:
    """Fill empty households and people from what else is known, where a parameter says how.

    Parameters
    ----------
    homes
        RESIDENTIAL-shaped; a row is a home. Columns that are absent count as empty throughout.
    report
        Gets one note for every rule that filled something, with the parameter's name and value,
        and one for what stays empty.
    persons_per_household
        Population = households x this; or households = population / this. None: not filled.
    floor_area_per_household_m2
        Households = floor area / this, before the rule above, for homes that state no people
        either. None: not filled.
    elderly_share, children_share
        Elderly or children = population x this, after the rules above. None: not filled.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy with ``households`` and ``population``, float64; numbers that the data states are
        never changed, and what no rule fills stays NaN.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> from siting.data_report import DataReport
    >>> homes = gpd.GeoDataFrame(
    ...     {"home_id": ["a"], "households": [100.0]}, geometry=[Point(0, 0)], crs="EPSG:4547"
    ... )
    >>> report = DataReport()
    >>> filled = fill_people(homes, report=report.of("homes"), persons_per_household=2.5)
    >>> float(filled["population"].iloc[0]), report.notes[0].severity
    (250.0, 'assumption')
    """
    filled = homes.copy()
    ids = homes["home_id"].to_numpy()
    households, population = _numbers(homes, "households"), _numbers(homes, "population")
    rules: list[_Assumed] = []
    if floor_area_per_household_m2 is not None:
        per = floor_area_per_household_m2
        by_floor = _numbers(homes, "floor_area_m2") / per
        values = np.where(np.isnan(population), by_floor, np.nan)
        rules.append(_Assumed(values, "floor_area_per_household_m2", per))
    if persons_per_household is not None:
        per = persons_per_household
        rules.append(_Assumed(population / per, "persons_per_household", per))
    for assumed in rules:
        households = _filled(households, assumed, "households", ids, report)
    if persons_per_household is not None:
        per = persons_per_household
        assumed = _Assumed(households * per, "persons_per_household", per)
        population = _filled(population, assumed, "population", ids, report)
    filled["households"], filled["population"] = households, population
    for group, share in (("elderly", elderly_share), ("children", children_share)):
        if share is not None:
            assumed = _Assumed(population * share, f"{group}_share", share)
            stated = _numbers(homes, group)
            filled[group] = _filled(stated, assumed, group, ids, report)
    _note_missing(filled, report)
    return filled


def _numbers(frame: pd.DataFrame, name: str) -> Numbers:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    numbers: Numbers = frame[name].to_numpy(dtype=float, na_value=np.nan)
    return numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Assumed:
    """Numbers that stand in for missing ones, (homes,), and the parameter that makes them."""

    numbers: Numbers
    parameter: str
    value: float


def _filled(
    known: Numbers, assumed: _Assumed, what: str, ids: npt.NDArray[np.object_], report: LayerReport
) -> Numbers:
    rows = np.flatnonzero(np.isnan(known) & ~np.isnan(assumed.numbers))
    if rows.size:
        total = float(assumed.numbers[rows].sum())
        told = _assumed_message(what, assumed, rows.size, total)
        value = {"parameter": assumed.parameter, "value": f"{assumed.value:g}"}
        details = value | {"total": f"{total:,.0f}"}
        report.add("assumption", f"{what}-assumed", told, rows=ids[rows], details=details)
    return np.where(np.isnan(known), assumed.numbers, known)


def _assumed_message(what: str, assumed: _Assumed, count: int, total: float) -> Message:
    key = "households-of-people" if what == "households" else what
    if assumed.parameter == "floor_area_per_household_m2":
        key = "households"
    return message(
        f"note.{key}-assumed",
        count=count,
        parameter=assumed.parameter,
        value=assumed.value,
        total=total,
    )


def _note_missing(homes: pd.DataFrame, report: LayerReport) -> None:
    for what in ("households", "population"):
        rows = np.flatnonzero(homes[what].isna())
        if rows.size:
            told = message(f"note.{what}-missing", count=rows.size, total=len(homes))
            report.add("warning", f"{what}-missing", told, rows=homes["home_id"].iloc[rows])
