"""The map of complexes: where they stand, and every rule that they serve, then and today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.message import Text, message
from siting.pipeline.gaps.map_model import build_map_model, label, lonlat
from siting.pipeline.gaps.summary import block_key
from siting.pipeline.sites.map import named
from siting.render.model import MapModel, MapSites, MapText
from siting.rules.city.costs import CityCosts
from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.rollup import summarize
from siting.vocabulary.facility_types import load_facility_types
from siting.words import say

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes
    from siting.pipeline.gaps.analysis import Analysis


def build_complexes_map(found: Complexes) -> MapModel:
    """Return the map: homes coloured by each rule of the question with the proposal, and today.

    The other rules are not on it; `siting analyze` draws them.
    """
    model = build_map_model(_about(found, found.after()))
    now = build_map_model(_about(found, found.analysis)).rules
    title = found.analysis.project.name
    return replace(
        model,
        title=label(message("map_title.complexes", project=title)),
        rules=(
            *(named(rule, "") for rule in model.rules),
            *(named(rule, "-today") for rule in now),
        ),
        sites=_sites(found),
    )


def _about(found: Complexes, analysis: Analysis) -> Analysis:
    """Return an analysis of the rules of the question only."""
    city = analysis.city
    costs = CityCosts(city)
    blocks = tuple(
        with_conditions(evaluate_distance(each.reach, city, costs), city)
        for each in found.questions
    )
    entries = summarize(blocks, city, analysis.language, say)["rules"]
    rules = [
        {"key": block_key(block), **entry} for block, entry in zip(blocks, entries, strict=True)
    ]
    return replace(analysis, blocks=blocks, summary={**analysis.summary, "rules": rules})


def _sites(found: Complexes) -> MapSites:
    opened = found.opened
    points = np.asarray(shapely.points(opened[["x", "y"]].to_numpy(dtype=float)), dtype=object)
    lon, lat = lonlat(points, found.sites.table.crs)
    rows = opened.to_dict("records")
    return MapSites(
        lon=lon,
        lat=lat,
        ids=[str(row["site_id"]) for row in rows],
        names=[str(row["name"] or row["site_id"]) for row in rows],
        types=[str(row["functions"]).partition(";")[0] for row in rows],
        notes=[_note(found, row) for row in rows],
    )


def _note(found: Complexes, complex_: Any) -> MapText:
    """Say what stands in a complex, and on how many square metres."""
    types = load_facility_types().types
    inside = found.functions
    held = inside[inside["site_id"] == complex_["site_id"]].to_dict("records")
    rooms = [
        message(
            "map_site.room",
            type=Text(types[row["facility_type"]].title.zh, types[row["facility_type"]].title.en),
            area=row["floor_area_m2"],
        )
        for row in held
    ]
    if not np.isfinite(complex_["cost"]):
        return label(message("map_site.rooms", rooms=rooms))
    cost = float(complex_["cost"])
    return label(message("map_site.rooms_and_cost", rooms=rooms, cost=cost))
