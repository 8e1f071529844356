"""The map of a siting answer: the proposed sites, the rule with them, and the rule today."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.message import Term, Text, message
from siting.pipeline.gaps.map_model import build_map_model, label, lonlat
from siting.pipeline.gaps.summary import block_key
from siting.render.model import MapModel, MapRule, MapSites, MapText
from siting.rules.city.costs import CityCosts
from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.rollup import summarize
from siting.vocabulary.facility_types import load_facility_types
from siting.words import say

if TYPE_CHECKING:
    import pandas as pd

    from siting.pipeline.found import Found
    from siting.pipeline.sites.proposal import Proposal
    from siting.rules.city.findings import FindingBlock


def build_siting_map(siting: Proposal) -> MapModel:
    """Return the map: homes coloured by the rule with the proposal, and by the rule today.

    The other rules are not on it; `siting analyze` draws them.
    """
    after = siting.after()
    model = build_map_model(_with_block(after, _reach_block(siting, after)))
    now = build_map_model(_bare(_with_block(siting.analysis, _today_block(siting)))).rules[0]
    title = siting.analysis.project.name
    return replace(
        model,
        title=label(message("map_title.sites", project=title)),
        rules=(named(model.rules[0], ""), named(now, "-today")),
        sites=_sites(siting, siting.opened),
        facility_types=_types(siting, model),
    )


def _with_block(analysis: Found, block: FindingBlock) -> Found:
    """Return an analysis of one finding only."""
    entry = summarize((block,), analysis.city, analysis.language, say)["rules"][0]
    summary = {**analysis.summary, "rules": [{"key": block_key(block), **entry}]}
    return replace(analysis, blocks=(block,), summary=summary)


def _bare(analysis: Found) -> Found:
    """Leave out what is drawn below the findings, for a map of which only the rule is wanted."""
    ground = analysis.ground
    bare = replace(ground, streets=ground.streets.iloc[:0], water=None)
    return replace(analysis, ground=bare, city=replace(analysis.city, areas={}))


def _reach_block(siting: Proposal, analysis: Found) -> FindingBlock:
    """Return the rule of the question on homes, on a city."""
    reach = siting.question.reach
    found = evaluate_distance(reach, analysis.city, CityCosts(analysis.city))
    return with_conditions(found, analysis.city)


def _today_block(siting: Proposal) -> FindingBlock:
    """Return what the question took for today; from scratch nobody is served by anything."""
    found = _reach_block(siting, siting.analysis)
    verdict = siting.question.verdict
    if (verdict == found.verdict).all():
        return found
    nowhere = np.full(verdict.size, -1, np.int32)
    return replace(found, verdict=verdict, nearest=nowhere, measured=np.full(verdict.size, np.inf))


def named(rule: MapRule, suffix: str) -> MapRule:
    """Return a rule of the map whose title and id say whether it is with the proposal or today."""
    title = Text(rule.title.zh, rule.title.en)
    when = message("map_title.today" if suffix else "map_title.with_proposal", title=title)
    return replace(rule, id=rule.id + suffix, title=label(when))


def _sites(siting: Proposal, opened: pd.DataFrame) -> MapSites:
    points = np.asarray(shapely.points(opened[["x", "y"]].to_numpy(dtype=float)), dtype=object)
    lon, lat = lonlat(points, siting.analysis.ground.crs)
    rows = opened.to_dict("records")
    return MapSites(
        lon=lon,
        lat=lat,
        ids=[str(row["site_id"]) for row in rows],
        names=[f"{row['rank']}. {row['name'] or row['site_id']}" for row in rows],
        types=[str(row["facility_type"]) for row in rows],
        notes=[_note(row, siting.question.weight) for row in rows],
    )


def _note(row: Mapping[Hashable, Any], weight: str) -> MapText:
    """Say what a site adds."""
    unit = Term("added", weight)
    told = message("map_site.serves", count=float(row["added"]), unit=unit)
    if "added_elderly" in row:
        told = message("map_site.elderly", served=told, count=float(row["added_elderly"]))
    if np.isfinite(row["cost"]):
        told = message("map_site.cost", served=told, cost=float(row["cost"]))
    return label(told)


def _types(siting: Proposal, model: MapModel) -> dict[str, MapText]:
    known = load_facility_types()
    asked = [code for code in siting.question.rule.facility_types if code in known]
    named = {code: MapText(known.title(code, "zh"), known.title(code, "en")) for code in asked}
    return {**model.facility_types, **named}
