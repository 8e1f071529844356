"""An answer with complexes as proposals of the project library; no state changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.loaders.library.store import change_projects, create_library, read_library
from siting.message import Text, message
from siting.pipeline.gaps.map_model import lonlat
from siting.vocabulary.facility_types import load_facility_types
from siting.words import current_language, say

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes

_COMPLEXES = "complexes"
_NO_PROPOSAL = dict.fromkeys(("proposal", "proposed_for", "proposed_year"))


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
    old = known["proposed_for"] == _COMPLEXES
    changes: dict[str, dict[str, Any]] = dict.fromkeys(known.index[old], _NO_PROPOSAL)
    opened = found.opened.to_dict("records")
    for row in opened:
        key = str(row["site_id"])
        told = {} if key in known.index else _as_project(found, row)
        proposal = {"proposal": _proposal(found, row), "proposed_for": _COMPLEXES}
        changes[key] = {**told, **_NO_PROPOSAL, **proposal}
    change_projects(path, changes, by=by, source="proposal", may_add=True)
    return len(opened)


def _proposal(found: Complexes, row: dict[Any, Any]) -> str:
    inside = found.functions
    held = inside[inside["site_id"] == row["site_id"]].to_dict("records")
    titles = load_facility_types()
    parts = [
        message("proposal.part", type=Text(titles.title(code), code), area=each["floor_area_m2"])
        for each in held
        for code in [each["facility_type"]]
    ]
    return say(message("proposal.complex", parts=parts, added=row["added"]), current_language())


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
