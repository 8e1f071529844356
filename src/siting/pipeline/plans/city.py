"""The existing city as a plan's homes see it: their streets, and all services, old and planned.

Owns putting one plan into a city that is loaded once for many plans. What is measured there is
for the rules to say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from siting.message import Progress
from siting.pipeline.city import build_city

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyproj

    from siting.loaders.layer.load import Layers
    from siting.pipeline.kept.networks import Prepared
    from siting.rules.city.model import City
    from siting.rules.parameters import Parameters
    from siting.rules.plan.model import Fact, Plan, PlannedFacility
    from siting.tables import DataReport

_PREFIX = "plan:"


def plan_city(
    layers: Layers,
    plan: Plan,
    parameters: Parameters,
    *,
    report: DataReport,
    prepared: Prepared | None = None,
    progress: Progress | None = None,
) -> City:
    """Put a plan's homes and facilities into an existing city.

    Parameters
    ----------
    layers
        The existing city.
    plan
        A plan with a drawing.
    parameters
        Of the city's project: the longest access leg, the walking speed.
    report
        Gets what could not be placed.
    prepared
        Has the network of the city where another plan was put into it before.
    progress
        Called with a label and a share from 0 to 1.

    Returns
    -------
    City
        Its homes are those of the plan, without buildings that state 0 households; its facilities
        those of the city and then those of the plan, a row for each type that one serves. An
        identifier that the city uses already has ``plan:`` before it.
    """
    taken = set(layers.facilities["facility_id"])
    if layers.entrances is not None:
        taken |= set(layers.entrances["subject_id"])
    homes = _homes(plan, layers.crs, taken)
    facilities = _with_planned(layers.facilities, plan, layers.crs, taken, report)
    joined = replace(layers, residential=homes, facilities=facilities)
    return build_city(joined, parameters, report=report, prepared=prepared, progress=progress)


def _homes(plan: Plan, crs: pyproj.CRS, taken: set[str]) -> gpd.GeoDataFrame:
    from siting.crs import to_metric

    assert plan.homes is not None
    homes = to_metric(plan.homes, crs, subject="the plan's buildings")
    if "households" in homes.columns:
        # A garage or a nursery among the buildings is nobody's home.
        homes = homes[homes["households"].ne(0)]
    return homes.assign(home_id=_distinct(homes["home_id"], taken)).reset_index(drop=True)


def _with_planned(
    existing: gpd.GeoDataFrame,
    plan: Plan,
    crs: pyproj.CRS,
    taken: set[str],
    report: DataReport,
) -> gpd.GeoDataFrame:
    import pandas as pd

    placed = [each for each in plan.facilities if each.geometry is not None]
    absent = [each.facility_id for each in plan.facilities if each.geometry is None]
    if absent:
        report.add(
            "plan",
            "warning",
            "facilities-without-place",
            f"{len(absent)} facilities of {plan.name} are not drawn; no distance is measured to "
            "them.",
            count=len(absent),
            examples=absent,
        )
    if not placed:
        return existing
    planned = _table(placed, plan.crs, crs)
    planned["facility_id"] = _distinct(planned["facility_id"], taken)
    # Columns that nothing fills would make pandas guess a type for the whole.
    planned = planned.dropna(axis="columns", how="all")
    if existing.empty:
        return planned
    joined: gpd.GeoDataFrame = pd.concat([existing, planned], ignore_index=True)
    return joined


def _table(placed: list[PlannedFacility], plan_crs: Any, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    import geopandas as gpd

    from siting.crs import to_metric

    rows = [_record(each, code) for each in placed for code in each.facility_types]
    shapes = [each.geometry for each in placed for _ in each.facility_types]
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=plan_crs)
    return to_metric(frame, crs, subject="the plan's facilities")


def _record(facility: PlannedFacility, facility_type: str) -> dict[str, Any]:
    return {
        "facility_id": facility.facility_id,
        "name": facility.name,
        "facility_type": facility_type,
        "floor_area_m2": _number(facility.floor_area_m2),
        "land_area_m2": _number(facility.land_area_m2),
        "capacity": _number(facility.places or facility.beds),
    }


def _number(fact: Fact | None) -> float:
    return float("nan") if fact is None else float(fact.value)


def _distinct(ids: pd.Series[str], taken: set[str]) -> pd.Series[str]:
    """Keep a plan's building 7 apart from the city's building 7, whose gate is elsewhere."""
    return ids.where(~ids.isin(taken), _PREFIX + ids.astype(str))
