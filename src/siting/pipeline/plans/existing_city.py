"""The existing city around a plan: read once for many plans, each put into it in turn.

Owns which city a plan is judged in, and how its homes and facilities are put there. What is
measured is for the rules to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from siting.crs import to_metric
from siting.data_report import DataReport
from siting.loaders.project.read import read_project
from siting.message import message
from siting.pipeline.city import note_fragments, note_unattached, placed_city, with_facilities
from siting.pipeline.found import ground_of
from siting.pipeline.kept.layers import load_kept_layers
from siting.pipeline.kept.networks import Prepared

if TYPE_CHECKING:
    import pandas as pd
    import pyproj

    from siting.loaders.layer.load import Layers
    from siting.loaders.project.model import Project
    from siting.progress import Progress
    from siting.rules.city.model import City
    from siting.rules.parameters import Parameters
    from siting.rules.plan.model import Fact, Plan, PlannedFacility

_PREFIX = "plan:"


@dataclass
class ExistingCities:
    """The existing cities that plans name, each read once.

    Parameters
    ----------
    given
        Project, or path of the project file, of the city for all plans; None: as each plan names.
    cache
        Keep the layers and the network of a large city in ``.siting-cache``.
    """

    given: Project | Path | str | None = None
    cache: bool = True
    _read: dict[str, tuple[Project, Layers, Prepared]] = field(default_factory=dict)

    def city(self, plan: Plan, report: DataReport, progress: Progress | None) -> City:
        """Return the city of a plan with its homes and facilities in it; see `plan_city`.

        Raises
        ------
        SitingError
            A project or layers that cannot be worked with.
        """
        context = plan.context
        if context not in self._read:
            self._read[context] = self._city_read(context, report, progress)
        project, layers, prepared = self._read[context]
        return plan_city(
            layers, plan, project.parameters, report=report, prepared=prepared, progress=progress
        )

    def _city_read(
        self, context: str, report: DataReport, progress: Progress | None
    ) -> tuple[Project, Layers, Prepared]:
        given = self.given or context
        project = read_project(Path(given)) if isinstance(given, str | Path) else given
        loading = DataReport()
        layers = load_kept_layers(project, cache=self.cache, progress=progress, report=loading)
        repairs = sum(note.severity != "info" for note in loading.notes)
        told = message("note.city-notes", notes=repairs)
        report.add(Path(context).name, "assumption", "city-notes", told, details={"notes": repairs})
        return project, layers, Prepared(project.folder if self.cache else None)


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
    around = replace(layers, residential=_homes(plan, layers.crs, taken))
    planned = _planned(plan, layers.crs, taken, report)
    # The facilities of the city are the same for all plans, and so is what is kept of them.
    before = placed_city(around, parameters, report=report, prepared=prepared, progress=progress)
    city = before if planned is None else with_facilities(before, ground_of(layers), planned)
    note_fragments(city, report)
    note_unattached(city, report)
    return city


def _homes(plan: Plan, crs: pyproj.CRS, taken: set[str]) -> gpd.GeoDataFrame:
    assert plan.homes is not None
    homes = to_metric(plan.homes, crs, subject="the plan's buildings")
    if "households" in homes.columns:
        # A garage or a nursery among the buildings is nobody's home.
        homes = homes[homes["households"].ne(0)]
    return homes.assign(home_id=_distinct(homes["home_id"], taken)).reset_index(drop=True)


def _planned(
    plan: Plan, crs: pyproj.CRS, taken: set[str], report: DataReport
) -> gpd.GeoDataFrame | None:
    """Return the drawn facilities of a plan, a row for each type; None where there are none."""
    placed = [each for each in plan.facilities if each.geometry is not None]
    absent = [each.facility_id for each in plan.facilities if each.geometry is None]
    if absent:
        told = message("note.facilities-without-place", count=len(absent), plan=plan.name)
        report.of("plan").add("warning", "facilities-without-place", told, rows=absent)
    if not placed:
        return None
    planned = _table(placed, plan.crs, crs)
    planned["facility_id"] = _distinct(planned["facility_id"], taken)
    return planned.dropna(axis="columns", how="all")


def _table(placed: list[PlannedFacility], plan_crs: Any, crs: pyproj.CRS) -> gpd.GeoDataFrame:
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
