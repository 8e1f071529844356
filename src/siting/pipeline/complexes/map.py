"""The map of complexes: where they stand, and every rule that they serve, then and today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.pipeline.gaps.map_model import build_map_model, lonlat
from siting.pipeline.gaps.summary import block_key
from siting.render.model import Label, MapModel, MapRule, MapSites
from siting.rules.city.costs import CityCosts
from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.rollup import summarize
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes
    from siting.pipeline.gaps.analysis import Analysis

_WITH = Label("（方案实施后）", " (with the proposal)")
_TODAY = Label("（目前）", " (today)")


def build_complexes_map(found: Complexes) -> MapModel:
    """Return the map: homes coloured by each rule of the question with the proposal, and today.

    The other rules are not on it; `siting analyze` draws them.
    """
    model = build_map_model(_about(found, found.after()))
    now = build_map_model(_about(found, found.analysis)).rules
    title = found.analysis.project.name
    return replace(
        model,
        title=Label(f"{title}：综合体选址方案", f"{title}: proposed complexes"),
        rules=(
            *(_named(rule, "", _WITH) for rule in model.rules),
            *(_named(rule, "-today", _TODAY) for rule in now),
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
    entries = summarize(blocks, city, analysis.language)["rules"]
    rules = [
        {"key": block_key(block), **entry} for block, entry in zip(blocks, entries, strict=True)
    ]
    return replace(analysis, blocks=blocks, summary={**analysis.summary, "rules": rules})


def _named(rule: MapRule, suffix: str, when: Label) -> MapRule:
    title = Label(rule.title.zh + when.zh, rule.title.en + when.en)
    return replace(rule, id=rule.id + suffix, title=title)


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


def _note(found: Complexes, complex_: Any) -> Label:
    """Say what stands in a complex, and on how many square metres."""
    known = load_facility_types()
    inside = found.functions
    held = inside[inside["site_id"] == complex_["site_id"]].to_dict("records")
    zh = "、".join(
        f"{known.title(row['facility_type'], 'zh')} {row['floor_area_m2']:,.0f} m²" for row in held
    )
    en = ", ".join(
        f"{known.title(row['facility_type'], 'en')} {row['floor_area_m2']:,.0f} m²" for row in held
    )
    if np.isfinite(complex_["cost"]):
        zh, en = (
            f"{zh}；造价 {complex_['cost']:,.0f} 元",
            f"{en}; costs {complex_['cost']:,.0f} CNY",
        )
    return Label(zh, en)
