"""The city with a proposal built: the opened sites become facilities, every rule is asked again.

Owns how a site becomes a facility, and the comparison of verdicts before and after.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from siting.pipeline.gaps.what_if import changed_facilities, judged_anew, what_if
from siting.pipeline.sites.problem import gates_of_sites

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from siting.pipeline.found import Found, FoundT
    from siting.pipeline.sites.problem import SiteTable

PREFIX = "proposed:"
"""What stands before the id of a site when it becomes a facility."""


def proposed_facilities(
    sites: SiteTable, rows: NDArray[np.integer], facility_type: str
) -> gpd.GeoDataFrame:
    """Return some sites as rows of `FACILITIES`.

    Their floor area and capacity are those of the site, missing where it states none: a rule that
    needs them is then unknown rather than met.
    """
    table = sites.table.iloc[rows]
    columns: dict[str, Any] = {
        "facility_id": [f"{PREFIX}{sites.ids[row]}" for row in rows],
        "name": [str(each) for each in _names(table)],
        "facility_type": [facility_type] * rows.size,
    }
    for name in ("floor_area_m2", "capacity"):
        if name in table.columns:
            columns[name] = table[name].to_numpy(dtype=float, na_value=float("nan"))
    return gpd.GeoDataFrame(columns, geometry=table.geometry.to_numpy(), crs=table.crs)


def _names(table: Any) -> Any:
    names = table["name"] if "name" in table.columns else table["site_id"]
    return names.fillna(table["site_id"])


def after_opening(
    found: FoundT, facilities: gpd.GeoDataFrame, *, without_types: Collection[str] = ()
) -> FoundT:
    """Return the analysis of the city with sites opened: the full check of all its rules.

    Parameters
    ----------
    facilities
        From `proposed_facilities`. The gates of a site are those of its facility.
    without_types
        Existing facilities of these types are taken away first, for questions from scratch.
    """
    opened = _with_gates(found, facilities)
    if without_types:
        stay = ~found.city.facilities["facility_type"].isin(list(without_types)).to_numpy()
        return changed_facilities(opened, facilities, stay=stay)
    return what_if(opened, add_facilities=facilities) if len(facilities) else found


def _with_gates(found: FoundT, facilities: gpd.GeoDataFrame) -> FoundT:
    """Let the gates that name a site name the facility too that it becomes."""
    gates = gates_of_sites(found)
    if gates is None:
        return found
    becomes = {each.removeprefix(PREFIX): each for each in facilities["facility_id"]}
    named = gates["subject_id"].isin(becomes)
    if not named.any():
        return found
    more = gates[named].assign(subject_id=gates["subject_id"][named].map(becomes))
    joined = pd.concat([found.ground.entrances, more], ignore_index=True)
    return replace(found, ground=replace(found.ground, entrances=joined))


def assuming_none(found: FoundT, facility_types: Collection[str]) -> FoundT:
    """Return the analysis with types declared complete: where the data list none, there is none."""
    parameters = found.city.parameters
    types = tuple(dict.fromkeys((*parameters.complete_types, *facility_types)))
    told = parameters.model_copy(update={"complete_types": types})
    return judged_anew(found, replace(found.city, parameters=told))


def rules_before_after(before: Found, after: Found) -> list[dict[str, Any]]:
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
