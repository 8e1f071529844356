"""Sums by verdict: hand-worked for one small town."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from siting.render import MapAreas, MapFacilities, MapHomes, MapModel, MapRule, MapText
from siting.render.rollup import area_totals, covered_share, rule_totals

# Five homes in two areas and one outside; the verdicts are pass, fail, fail, unknown, fail.
HOUSEHOLDS = np.array([40.0, 10.0, np.nan, 7.0, 3.0])
AREA = np.array([0, 0, 1, 1, -1], dtype=np.int32)


@pytest.fixture
def rule():
    return MapRule(
        id="r",
        title=MapText("规则", "rule"),
        measure="walking_distance",
        unit="m",
        sense="at_most",
        required=300.0,
        verdict=np.array([0, 1, 1, 2, 1], dtype=np.int8),
        measured=np.array([100.0, 400.0, np.inf, np.nan, 301.0]),
    )


@pytest.fixture
def areas():
    return MapAreas("community", ["a", "b"], ["A", "B"], np.array([None, None], dtype=object), AREA)


@pytest.fixture
def model(rule, areas):
    nothing = np.empty(0)
    names = list("vwxyz")
    homes = MapHomes(np.full(5, 114.0), np.full(5, 30.0), names, names, HOUSEHOLDS)
    facilities = MapFacilities(nothing, nothing, [], [], [])
    return MapModel(MapText("图", "map"), homes, facilities, [rule], [areas])


def test_totals_add_up_homes_and_households_by_verdict(model, rule):
    totals = rule_totals(model, rule)
    assert totals[:, 0].tolist() == [1, 3, 1, 0]
    assert totals[:, 1].tolist() == [40, 10 + 3, 7, 0]


def test_a_column_that_the_layer_lacks_stays_unknown(model, rule):
    assert np.isnan(rule_totals(model, rule)[:, 2:]).all()


def test_totals_by_area_leave_out_homes_outside_all_areas(model, rule, areas):
    totals = area_totals(model, rule, areas)
    assert totals[:, :, 0].tolist() == [[1, 1, 0, 0], [0, 1, 1, 0]]
    assert totals[0, :2, 1].tolist() == [40, 10]


def test_the_covered_share_leaves_out_what_is_unknown(model, rule, areas):
    share = covered_share(area_totals(model, rule, areas))
    assert share[0, :2].tolist() == [1 / (1 + 1), 40 / (40 + 10)]
    assert share[1, 0] == 0


def test_the_covered_share_of_an_area_without_decided_homes_is_unknown(model, rule, areas):
    undecided = replace(rule, verdict=np.full(5, 3, dtype=np.int8))
    assert np.isnan(covered_share(area_totals(model, undecided, areas))).all()


def test_totals_that_are_given_are_shown_as_they_are(model, rule):
    given = np.arange(16.0).reshape(4, 4)
    assert rule_totals(model, replace(rule, totals=given)).tolist() == given.tolist()


def test_a_rule_about_areas_counts_areas(model, rule, areas):
    about = replace(
        rule,
        subject="area",
        level="community",
        verdict=np.array([1, 1], dtype=np.int8),
        measured=np.array([1.0, 2.0]),
    )
    totals = rule_totals(model, about)
    assert totals[:, 0].tolist() == [0, 2, 0, 0]
    assert np.isnan(totals[:, 1:]).all()
    assert area_totals(model, about, areas) is None
