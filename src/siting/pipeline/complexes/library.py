"""An answer with complexes as proposals of the project library; no state changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.loaders.library.store import change_projects, create_library, read_library
from siting.pipeline.gaps.map_model import lonlat

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes

_MARK = "complex: "


def write_complex_proposals(path: Path, found: Complexes, *, by: str = "") -> int:
    """Write the complexes into a library as proposals.

    Each gets `proposal`: which functions on how many square metres, and what that adds. Sites that
    the library lacks are added as candidates; proposals of complexes from an earlier run that this
    one does not repeat are cleared.

    Returns
    -------
    int
        Complexes that are proposed.
    """
    if not path.exists():
        create_library(path)
    known = read_library(path).set_index("project_id")
    old = known["proposal"].fillna("").str.startswith(_MARK)
    changes: dict[str, dict[str, Any]] = {
        key: {"proposal": None, "proposed_year": None} for key in known.index[old]
    }
    opened = found.opened.to_dict("records")
    for row in opened:
        key = str(row["site_id"])
        told = {} if key in known.index else _as_project(found, row)
        changes[key] = {**told, "proposal": _proposal(found, row), "proposed_year": None}
    change_projects(path, changes, by=by, source="proposal", may_add=True)
    return len(opened)


def _proposal(found: Complexes, row: dict[Any, Any]) -> str:
    inside = found.functions
    held = inside[inside["site_id"] == row["site_id"]].to_dict("records")
    parts = ", ".join(f"{each['facility_type']} {each['floor_area_m2']:,.0f} m2" for each in held)
    return f"{_MARK}{parts}; +{row['added']:,.0f}"


def _as_project(found: Complexes, row: dict[Any, Any]) -> dict[str, Any]:
    """Return a site as a new project of the library."""
    place = np.array([shapely.Point(row["x"], row["y"])], dtype=object)
    lon, lat = lonlat(place, found.sites.table.crs)
    numbers = {"floor_area_m2": row["site_floor_area_m2"], "investment_cny": row["cost"]}
    return {
        "name": row["name"] or None,
        "functions": row["functions"],
        "community": row.get("area_community") or None,
        "longitude": float(lon[0]),
        "latitude": float(lat[0]),
        **{name: float(value) for name, value in numbers.items() if np.isfinite(value)},
    }
