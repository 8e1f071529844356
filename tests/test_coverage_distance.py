"""Straight lines, shares, loads and competition, against brute force and hand-worked sums."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st

from siting.coverage.catchment import floating_catchment_area, nearest_facility_load
from siting.coverage.closest import Closest, TravelCosts, closest_straight_line
from siting.coverage.cutoff import cumulative_cutoff, share_within, travel_costs_straight_line
from siting.errors import SitingError

spots = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12)


def pairs(*rows):
    origin, destination, cost = zip(*rows, strict=True)
    return TravelCosts(np.array(origin), np.array(destination), np.array(cost, float))


@given(spots, spots, st.booleans())
def test_the_nearest_in_a_straight_line_is_the_lowest_row_among_the_nearest(homes, shops, outlined):
    one, other = np.array(homes, float), np.array(shops, float)
    places = shapely.points(other)
    if outlined:
        places = shapely.box(*(other - 2).T, *(other + 1).T)
    slow = shapely.distance(shapely.points(one)[:, None], places[None, :])
    closest = closest_straight_line(one, places if outlined else other)
    assert closest.cost == pytest.approx(slow.min(axis=1), abs=1e-9)
    assert closest.nearest.tolist() == slow.argmin(axis=1).tolist()


def test_equal_distances_are_tied_however_far_from_the_origin_the_city_lies():
    away = np.array([541_234.1, 3_384_567.3])
    ring = np.array([[0, 30.1], [30.1, 0], [0, -30.1], [-30.1, 0]] * 30) + away
    assert closest_straight_line(away[None, :], ring).nearest.tolist() == [0]


def test_inside_an_outline_the_distance_is_nothing():
    park = np.array([shapely.box(0, 0, 100, 50)])
    closest = closest_straight_line(np.array([[50.0, 25.0], [130.0, 90.0]]), park)
    assert closest.cost.tolist() == [0, np.hypot(30, 40)]


def test_missing_shapes_reach_nothing_and_are_nobodys_nearest():
    homes = GeoSeries([None, shapely.Point(0, 0)])
    shops = GeoSeries([shapely.Point(), None, shapely.Point(0, 7)])
    closest = closest_straight_line(homes, shops)
    assert (closest.cost.tolist(), closest.nearest.tolist()) == ([np.inf, 7], [-1, 2])
    found = travel_costs_straight_line(homes, shops, cutoff_m=10)
    assert (found.from_index.tolist(), found.to_index.tolist()) == ([1], [2])
    assert closest_straight_line(homes, shops[:2]).nearest.tolist() == [-1, -1]


def test_two_reference_systems_are_not_mixed():
    here, there = (
        GeoSeries([shapely.Point(0, 0)], crs=4547),
        GeoSeries([shapely.Point(0, 0)], crs=4548),
    )
    for measure in (
        closest_straight_line,
        lambda *two: travel_costs_straight_line(*two, cutoff_m=1),
    ):
        with pytest.raises(SitingError, match="EPSG:4547, destinations in EPSG:4548"):
            measure(here, there)


@given(spots, spots, st.integers(0, 25))
def test_straight_line_pairs_are_all_within_the_radius_and_none_else(homes, shops, radius):
    one, other = np.array(homes, float), np.array(shops, float)
    slow = np.hypot(*(one[:, None] - other[None, :]).transpose(2, 0, 1))
    found = travel_costs_straight_line(one, other, cutoff_m=radius)
    expected = np.argwhere(slow <= radius + 1e-6)
    assert np.array_equal(np.column_stack([found.from_index, found.to_index]), expected)
    assert found.cost == pytest.approx(slow[tuple(expected.T)], abs=1e-9)


def test_a_radius_must_be_a_distance():
    with pytest.raises(SitingError, match="radius in metres from 0"):
        travel_costs_straight_line(np.zeros((1, 2)), np.zeros((1, 2)), cutoff_m=float("nan"))


def test_exactly_at_the_limit_counts_as_covered():
    assert share_within([300.0, 300.0000001, 300.1, np.inf, np.nan], 300) == 2 / 5


def test_a_home_without_a_known_weight_is_left_out_of_the_share():
    assert share_within([100, 900, 100], 300, weights=[10, 30, np.nan]) == 10 / (10 + 30)
    assert np.isnan(share_within([], 300))
    assert np.isnan(share_within([100], 300, weights=[0]))


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(0, 50), st.integers(0, 50))
def test_a_longer_limit_covers_no_less(costs, one, other):
    short, long = sorted((one, other))
    assert share_within(costs, short) <= share_within(costs, long)


def test_the_nearest_facility_carries_everybody_who_can_reach_it():
    closest = Closest(np.array([300.0, 20, np.inf, 500]), np.array([2, 0, -1, 2]))
    assert nearest_facility_load(closest, [5, 7, 11, 13], 3).tolist() == [7, 0, 5 + 13]
    assert nearest_facility_load(closest, [5, 7, 11, 13], 3, cutoff=300).tolist() == [7, 0, 5]
    assert nearest_facility_load(closest, [5, np.nan, 11, 13], 3).tolist() == [0, 0, 5 + 13]


def test_what_a_home_can_choose_from_adds_up_within_the_limit():
    reach = pairs((0, 0, 100), (0, 1, 300), (1, 1, 301))
    assert cumulative_cutoff(reach, [4, 8], 2, cutoff=300).tolist() == [4 + 8, 0]


def test_catchments_share_supply_among_all_who_are_within_the_limit():
    # Facility 0 (60 places) serves 10 + 20 people, facility 1 (10 places) serves 20 + 30.
    reach = pairs((0, 0, 100), (1, 0, 200), (1, 1, 300), (2, 1, 100), (2, 0, 900))
    measured = floating_catchment_area(reach, [10, 20, 30], [60, 10], cutoff=300)
    assert measured.tolist() == pytest.approx([60 / 30, 60 / 30 + 10 / 50, 10 / 50])


def test_zones_weigh_near_people_more_in_both_steps():
    reach = pairs((0, 0, 100), (1, 0, 300), (1, 1, 301))
    zones = [(200, 1.0), (300, 0.5)]
    measured = floating_catchment_area(reach, [10, 20], [40, 9], zones=zones)
    share = 40 / (10 * 1.0 + 20 * 0.5)
    assert measured.tolist() == pytest.approx([share * 1.0, share * 0.5])
    with pytest.raises(SitingError, match="ascending limits"):
        floating_catchment_area(reach, [10, 20], [40, 9], zones=zones[::-1])


def test_a_facility_without_people_around_gives_nothing_away():
    assert floating_catchment_area(pairs((0, 0, 5)), [0], [40]).tolist() == [0]


@given(spots, spots, st.integers(1, 20), st.data())
def test_all_supply_that_anybody_reaches_is_given_away_once(homes, shops, radius, data):
    people = data.draw(st.lists(st.integers(1, 99), min_size=len(homes), max_size=len(homes)))
    reach = travel_costs_straight_line(
        np.array(homes, float), np.array(shops, float), cutoff_m=radius
    )
    supply = np.arange(1.0, len(shops) + 1)
    given_away = floating_catchment_area(reach, people, supply) @ np.array(people, float)
    assert given_away == pytest.approx(supply[np.unique(reach.to_index)].sum())


def test_one_place_far_outside_a_million_cells_is_found_at_once():
    far = np.column_stack([np.linspace(-60_000.0, 60_000.0, 2000), np.full(2000, 45_000.0)])
    closest = closest_straight_line(far, np.array([[0.0, 0.0]]))
    np.testing.assert_allclose(closest.cost, np.hypot(*far.T), rtol=0, atol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.0, 1.0, 30.0, 5000.0]))
def test_the_nearest_of_points_is_that_of_trying_all_of_them(seed, spread):
    rng = np.random.default_rng(seed)
    homes = np.round(rng.normal(0, 1000, (40, 2)))
    places = np.round(rng.normal(0, spread, (int(rng.integers(1, 30)), 2)))
    metres = np.sqrt(((homes[:, None] - places[None]) ** 2).sum(axis=2))
    closest = closest_straight_line(homes, places)
    np.testing.assert_array_equal(closest.cost, metres.min(axis=1))
    lowest = (metres <= metres.min(axis=1, keepdims=True) + 1e-7).argmax(axis=1)
    np.testing.assert_array_equal(closest.nearest, lowest)
