"""The city with the proposal built: the opened sites become facilities, every rule is asked again.

Owns how a site becomes a facility, and the comparison of verdicts before and after.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.network.attach.snap import Attachment
    from siting.pipeline.gaps.analysis import Analysis
    from siting.pipeline.sites.siting import Siting
    from siting.rules.city.model import City

_HEAD = ("project", "made_up", "date", "crs", "siting", "data_notes")
PREFIX = "proposed:"
"""What stands before the id of a site when it becomes a facility."""


def proposed_facilities(siting: Siting) -> gpd.GeoDataFrame:
    """Return the opened and the committed sites as rows of `FACILITIES`.

    Their floor area and capacity are those of the site, missing where it states none: a rule that
    needs them is then unknown rather than met.
    """
    import geopandas as gpd

    committed = np.flatnonzero(siting.problem.existing[: len(siting.sites.table)])
    rows = np.union1d(siting.solution.opened, committed).astype(np.int64)
    table = siting.sites.table.iloc[rows]
    columns: dict[str, Any] = {
        "facility_id": [f"{PREFIX}{siting.sites.ids[row]}" for row in rows],
        "name": [str(each) for each in _names(table)],
        "facility_type": [siting.question.facility_type] * rows.size,
    }
    for name in ("floor_area_m2", "capacity"):
        if name in table.columns:
            columns[name] = table[name].to_numpy(dtype=float, na_value=np.nan)
    shapes = table.geometry.to_numpy()
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=siting.analysis.layers.crs)


def _names(table: Any) -> Any:
    names = table["name"] if "name" in table.columns else table["site_id"]
    return names.fillna(table["site_id"])


def after_opening(
    analysis: Analysis, facilities: gpd.GeoDataFrame, *, without_types: Collection[str] = ()
) -> Analysis:
    """Return the analysis of the city with more facilities: the full check of all its rules.

    Parameters
    ----------
    facilities
        Rows of `FACILITIES`, in the metric CRS of the analysis.
    without_types
        Existing facilities of these types are taken away first, for questions from scratch.
    """
    import pandas as pd

    if not without_types:
        return analysis.what_if(add_facilities=facilities) if len(facilities) else analysis
    kept = np.flatnonzero(~analysis.city.facilities["facility_type"].isin(list(without_types)))
    table = pd.concat([analysis.layers.facilities.iloc[kept], facilities], ignore_index=True)
    city = replace(
        analysis.city,
        facilities=table,
        facility_area=_with_areas(analysis, kept, facilities),
        facility_attachment=_with_attached(analysis, kept, facilities),
    )
    layers = replace(analysis.layers, facilities=table)
    return _evaluated(replace(analysis, layers=layers), city)


def assuming_none(analysis: Analysis, facility_types: Collection[str]) -> Analysis:
    """Return the analysis with types declared complete: where the data list none, there is none."""
    parameters = analysis.city.parameters
    types = tuple(dict.fromkeys((*parameters.complete_types, *facility_types)))
    told = parameters.model_copy(update={"complete_types": types})
    return _evaluated(analysis, replace(analysis.city, parameters=told))


def _evaluated(analysis: Analysis, city: City) -> Analysis:
    """Return the analysis with every rule asked of another city."""
    from siting.pipeline.demand.capacity import with_capacity
    from siting.pipeline.gaps.summary import build_summary
    from siting.rules.city.evaluate import evaluate_city

    rules = {block.rule.id: block.rule for block in analysis.blocks}
    others = dict.fromkeys(block.measure for block in analysis.blocks if block.is_alternative)
    blocks = evaluate_city(list(rules.values()), city, also_report=tuple(others))
    head = {name: analysis.summary[name] for name in _HEAD if name in analysis.summary}
    summary = build_summary(blocks, city, head=head, language=analysis.language)
    # Distances that were kept are those of the city before.
    return with_capacity(replace(analysis, city=city, blocks=blocks, summary=summary, costs=None))


def _with_areas(
    analysis: Analysis, kept: NDArray[np.int64], facilities: gpd.GeoDataFrame
) -> dict[str, Any]:
    from siting.pipeline.in_areas import area_of_points, representative_points

    points = representative_points(facilities.geometry)
    return {
        level: np.concatenate([rows[kept], area_of_points(points, analysis.layers.areas[level])])
        for level, rows in analysis.city.facility_area.items()
    }


def _with_attached(
    analysis: Analysis, kept: NDArray[np.int64], facilities: gpd.GeoDataFrame
) -> Attachment | None:
    """Put new facilities on the streets behind those that are there."""
    from siting.network.attach.rows import join_rows, take_rows
    from siting.network.attach.snap import snap

    city = analysis.city
    if city.network is None or city.facility_attachment is None:
        return None
    old = take_rows(city.facility_attachment, kept)
    new = snap(
        city.network,
        facilities.geometry,
        max_access_m=city.parameters.max_access_m,
        barriers=analysis.layers.barriers,
    )
    return join_rows(old, new)


def rules_before_after(before: Analysis, after: Analysis) -> list[dict[str, Any]]:
    """Return one entry per rule and subject: how many subjects and people fail now and then.

    Returns
    -------
    list of dict
        ``key``, ``title``, ``unit``, ``strength``, ``subject_kind``, ``fail_before``,
        ``fail_after``, ``unknown_before``, ``unknown_after``, ``people_before``, ``people_after``
        and ``share_before``, ``share_after`` (None where not known); those that change most people
        first, then most subjects.
    """
    later = {entry["key"]: entry for entry in after.summary["rules"]}
    found = [
        _compared(entry, later[entry["key"]])
        for entry in before.summary["rules"]
        if entry["key"] in later
    ]
    return sorted(found, key=_change, reverse=True)


def _change(entry: dict[str, Any]) -> tuple[float, float]:
    people = abs((entry["people_before"] or 0.0) - (entry["people_after"] or 0.0))
    return people, abs(entry["fail_before"] - entry["fail_after"])


def _compared(now: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: now[name] for name in ("key", "title", "strength", "subject_kind", "unit")},
        "fail_before": now["verdicts"]["fail"],
        "fail_after": then["verdicts"]["fail"],
        "unknown_before": now["verdicts"]["unknown"],
        "unknown_after": then["verdicts"]["unknown"],
        "people_before": _people(now),
        "people_after": _people(then),
        "share_before": now.get("covered_share"),
        "share_after": then.get("covered_share"),
    }


def _people(entry: dict[str, Any]) -> float | None:
    for weight in ("population", "elderly"):
        number: float | None = (entry.get(weight) or {}).get("fail")
        if number is not None:
            return number
    return None
