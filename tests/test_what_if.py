"""What if: the findings are exactly those of a run on the changed tables."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

import siting
from analysis_town import CRS, RULES, X0, Y0, write_town
from siting.data_report import DataReport
from siting.errors import SitingError
from siting.pipeline.city import build_city
from siting.pipeline.gaps.what_if import changed_layers
from siting.rules.city.evaluate import evaluate_city

MORE_RULES = """\
  - id: town-reading-room-straight
    title: {zh: 阅览室直线, en: A reading room near}
    applies_to: {subject: home}
    strength: mandatory
    measure: straight_line
    facility_types: [reading_room]
    require: {at_most: 300, unit: m}
    source: {clause: "5", quote: 300 m, confidence: B}
  - id: town-anything
    title: {zh: 任一设施, en: Anything near}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: [reading_room, food_market]
    require: {at_most: 400, unit: m}
    source: {clause: "6", quote: 400 m, confidence: B}
"""
COLUMNS = ("verdict", "measured", "required", "nearest", "reason")
PLACES = st.tuples(st.integers(-5, 105), st.integers(-5, 65))  # tens of metres
TYPES = st.sampled_from(["reading_room", "food_market", "elder_care", "canteen"])


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    path = write_town(tmp_path_factory.mktemp("town"))
    (path.parent / "rules.yaml").write_text(RULES + MORE_RULES, encoding="utf-8")
    return siting.analyze(path, straight_line=True)


def facilities(rows):
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"new-{number}" for number in range(len(rows))],
            "facility_type": [kind for _, kind in rows],
            "floor_area_m2": [100.0] * len(rows),
        },
        geometry=[Point(X0 + 10 * x, Y0 + 10 * y) for (x, y), _ in rows],
        crs=CRS,
    )


def full_run(analysis, **change):
    layers = changed_layers(analysis.layers, **change)
    city = build_city(layers, analysis.project.parameters, report=DataReport())
    rules = list({id(block.rule): block.rule for block in analysis.blocks}.values())
    return evaluate_city(rules, city, also_report=("straight_line",))


def assert_same(changed, blocks):
    assert len(changed.blocks) == len(blocks)
    for mine, full in zip(changed.blocks, blocks, strict=True):
        assert (mine.rule.id, mine.measure, mine.level) == (full.rule.id, full.measure, full.level)
        assert mine.governed_by == full.governed_by
        for name in COLUMNS:
            np.testing.assert_array_equal(
                getattr(mine, name), getattr(full, name), err_msg=f"{mine.rule.id}: {name}"
            )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(PLACES, TYPES), max_size=4),
    gone=st.sets(st.sampled_from(["library", "market", "care"]), max_size=3),
)
def test_changing_facilities_gives_what_a_full_run_gives(town, rows, gone):
    change = {"remove_facilities": sorted(gone)}
    if rows:
        change["add_facilities"] = facilities(rows)
    if not rows and not gone:
        return
    assert_same(town.what_if(**change), full_run(town, **change))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.tuples(PLACES, TYPES), second=st.tuples(PLACES, TYPES))
def test_one_change_after_another_gives_what_both_at_once_give(town, first, second):
    both = facilities([first, second])
    step = town.what_if(add_facilities=both.iloc[[0]]).what_if(add_facilities=both.iloc[[1]])
    assert_same(step, full_run(town, add_facilities=both))


def test_a_third_bridge_brings_the_market_nearer_and_nobody_farther(town):
    bridge = gpd.GeoDataFrame(
        {"street_id": ["bridge"]},
        geometry=[LineString([(X0 + 410, Y0), (X0 + 410, Y0 + 300)])],
        crs=CRS,
    )
    changed = town.what_if(add_streets=bridge)
    assert_same(changed, full_run(town, add_streets=bridge))
    market = changed.findings("town-market").set_index("subject_id")["measured"]
    # Across the new bridge, along North Street, and the market's own access leg, at 80 m/min.
    assert market.loc["limit"].iloc[0] == pytest.approx((300 + 90 + 10) / 80)


def test_an_added_home_is_judged_like_the_others(town):
    home = gpd.GeoDataFrame(
        {"home_id": ["new"], "households": [7.0], "population": [20.0], "elderly": [4.0]},
        geometry=[Point(X0 + 850, Y0 + 30)],
        crs=CRS,
    )
    changed = town.what_if(add_homes=home)
    assert_same(changed, full_run(town, add_homes=home))
    found = changed.findings("town-reading-room").set_index("subject_id").loc["new"]
    assert found["measured"].iloc[0] == pytest.approx(30 + 50 + 10)
    assert changed.summary["totals"]["homes"] == len(town.layers.residential) + 1


def test_the_summary_counts_the_changed_city_and_the_first_analysis_stays(town):
    before = town.summary["verdicts"]["fail"]
    shared = [block.measured.copy() for block in town.blocks]
    changed = town.what_if(add_facilities=facilities([((9, 1), "reading_room")]))
    entry = next(each for each in changed.summary["rules"] if each["key"] == "town-reading-room")
    block = next(each for each in changed.blocks if each.rule.id == "town-reading-room")
    assert entry["verdicts"]["pass"] == int((block.verdict == 0).sum())
    assert changed.summary["verdicts"]["fail"] < before == town.summary["verdicts"]["fail"]
    assert changed.summary["totals"]["facilities"] == len(town.layers.facilities) + 1
    for block, measured in zip(town.blocks, shared, strict=True):
        np.testing.assert_array_equal(block.measured, measured)


def test_a_change_in_degrees_is_brought_to_the_metric_system(town):
    added = facilities([((9, 1), "reading_room")]).to_crs("EPSG:4326")
    moved = town.what_if(add_facilities=added).layers.facilities.geometry.iloc[-1]
    assert moved.distance(Point(X0 + 90, Y0 + 10)) < 0.001


@pytest.mark.parametrize(
    ("change", "helps"),
    [
        ({}, "nothing changes"),
        ({"remove_facilities": ["libary"]}, r"'libary'\. Near it are: library\."),
        ({"remove_facilities": "library"}, "give a list"),
        (
            {"add_facilities": facilities([((0, 0), "canteen")]).assign(facility_id="care")},
            "'care'",
        ),
        (
            {
                "add_facilities": facilities([((0, 0), "canteen")]).set_crs(
                    None, allow_override=True
                )
            },
            "set_crs",
        ),
    ],
)
def test_a_change_that_cannot_be_made_says_why(town, change, helps):
    with pytest.raises(SitingError, match=helps):
        town.what_if(**change)


def test_a_facility_that_no_street_reaches_is_reported(town):
    changed = town.what_if(add_facilities=facilities([((50, 500), "canteen")]))
    new = changed.report.notes[len(town.report.notes) :]
    assert [note.code for note in new] == ["what-if", "no-street-near"]
    assert new[1].examples == ("new-0",)
