"""Distance from door to door, against mental arithmetic and against networkx."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from network_town import RIVER, at, grid_towns, layer, places, slow_costs, street_table, town
from siting.coverage.closest import closest_straight_line
from siting.data_report import DataReport
from siting.errors import SitingError
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import read_project
from siting.network.attach.attachment import Via
from siting.network.attach.snap import snap
from siting.network.costs import within
from siting.network.graph import build_network
from siting.network.service_area import service_area
from siting.network.travel import closest_many, cost_to_closest, node_costs, travel_costs
from siting.network.walking_time import walking_time


def near(metres):
    """Equal but for the last digits of a float."""
    return pytest.approx(metres, abs=1e-9)


def distance(network, home, *facilities, **how):
    return cost_to_closest(network, at(network, home), at(network, *facilities), **how).cost[0]


# The eight points of docs/distance.md -----------------------------------------------------------


def test_point_1_doors_meet_streets_between_junctions_and_both_access_legs_count():
    assert distance(town(), (350, 30), (100, 20)) == 30 + 250 + 20


def test_point_1_a_home_too_far_from_every_street_is_attached_to_none():
    home = at(town(), (300, -201), max_access_m=200)
    assert home.via.tolist() == [Via.NONE]
    closest = cost_to_closest(town(), home, at(town(), (300, 0)))
    assert (closest.cost.tolist(), closest.nearest.tolist()) == ([np.inf], [-1])


def test_point_2_a_compound_is_left_by_its_gate_and_without_one_by_its_outline():
    network = town()
    compound = np.array([shapely.box(250, 20, 350, 70)])
    gate = layer(shapely.Point(350, 60), subject=[0])
    school = at(network, (500, 0))
    through_gate = snap(network, compound, max_access_m=200, entrances=gate)
    through_wall = snap(network, compound, max_access_m=200)
    assert cost_to_closest(network, through_gate, school).cost[0] == 60 + 150
    assert cost_to_closest(network, through_wall, school).cost[0] == 20 + 150
    assert (through_gate.via[0], through_wall.via[0]) == (Via.ENTRANCE, Via.BOUNDARY)


def test_point_3_exactly_at_the_limit_is_within_it_and_a_millimetre_more_is_not():
    network = town()
    home, shop = at(network, (0, 0)), at(network, (300, 0))
    assert cost_to_closest(network, home, shop, cutoff=300).nearest.tolist() == [0]
    assert cost_to_closest(network, home, shop, cutoff=299.999).nearest.tolist() == [-1]
    assert travel_costs(network, home, shop, cutoff=300).cost.tolist() == [300]
    assert travel_costs(network, home, shop, cutoff=299.999).cost.size == 0
    # 0.1 + 0.2 is 0.30000000000000004 in floating point.
    assert within(0.1 + 0.2, 0.3)


def test_point_3_a_sum_that_was_rounded_up_is_still_within_the_limit():
    corner = build_network(street_table([[(0, 0), (0.1, 0)], [(0.1, 0), (0.1, 0.2)]]))
    home, shop = at(corner, (0, 0)), at(corner, (0.1, 0.2))
    assert cost_to_closest(corner, home, shop).cost[0] > 0.3
    assert cost_to_closest(corner, home, shop, cutoff=0.3).nearest.tolist() == [0]
    assert travel_costs(corner, home, shop, cutoff=0.3).to_index.tolist() == [0]


def test_point_4_the_verdict_comes_from_the_distance_not_from_the_polygon():
    network = town()
    shop = at(network, (0, 0))
    shape = service_area(network, shop, cutoff=300, width_m=30)
    beside = (320, 0)
    assert shape.covers(shapely.Point(*beside))
    assert not within(distance(network, beside, (0, 0)), 300)


def test_point_5_a_river_splits_and_the_way_leads_over_the_bridge():
    network = town()
    river = layer(RIVER)
    home = at(network, (200, 120), barriers=river)
    school = at(network, (200, 60), barriers=river)
    walk = cost_to_closest(network, home, school).cost[0]
    assert walk == 80 + 400 + 200 + 400 + 60
    assert closest_straight_line(np.array([[200.0, 120]]), np.array([[200.0, 60]])).cost[0] == 60


@given(grid_towns(), places(), places(), st.data())
def test_point_6_one_more_facility_bridge_or_path_moves_nobody_further_away(
    lines, homes, schools, data
):
    river = layer(shapely.LineString([(-100, 150), (400, 150)]))
    before = build_network(street_table(lines))
    corner = st.sampled_from(before.node_xy.tolist())
    ways = data.draw(st.lists(st.tuples(corner, corner), min_size=1, max_size=3))
    added = [False] * len(lines) + [True] * len(ways)
    # A bent path, which can lead past a door and away from it.
    bent = [[a, (a[0] + 130, b[1] - 70), b] for a, b in ways]
    after = build_network(street_table([*lines, *bent], added=added))
    old, new = (
        cost_to_closest(
            network,
            at(network, *homes, max_access_m=150, barriers=river),
            at(network, *places, max_access_m=150, barriers=river),
        ).cost
        for network, places in ((before, schools), (after, [*schools, (150, 120)]))
    )
    assert (new <= old + 1e-6).all()


def test_point_7_straight_line_and_walk_are_both_measured_and_the_walk_is_longer():
    network = town()
    homes = np.array([[350.0, 30], [0, 200]])
    school = np.array([[350.0, -10]])
    walk = cost_to_closest(network, at(network, *homes), at(network, *school)).cost
    straight = closest_straight_line(homes, school).cost
    assert walk.tolist() == [30 + 10, 600 + 200 + 250 + 10]
    assert straight.tolist() == [40, np.hypot(350, 210)]


def test_point_8_direction_is_from_home_to_facility():
    table = street_table([[(0, 0), (100, 0)], [(100, 0), (100, 50), (0, 50), (0, 0)]], oneway=True)
    network = build_network(table, oneway=True)
    assert distance(network, (20, 0), (70, 0)) == near(50)
    assert distance(network, (70, 0), (20, 0)) == near(30 + 50 + 100 + 50 + 20)


def test_point_8_uphill_homes_are_nearer_to_the_valley_than_it_is_to_them():
    street = build_network(street_table([[(0, 0), (400, 0)]]))
    hill = walking_time(street, 80, street.node_xy[:, 0] * 0.1)
    assert distance(hill, (400, 0), (0, 0)) < distance(hill, (0, 0), (400, 0))
    # An access leg of 40 m takes half a minute at 80 m/min.
    level = walking_time(street, 80)
    assert distance(level, (0, 40), (400, 0)) == pytest.approx(30 + 300)


# The rest of the town ---------------------------------------------------------------------------


def test_doors_on_one_street_do_not_go_by_its_junctions():
    assert distance(town(), (420, 5), (480, 5)) == near(5 + 60 + 5)


def test_on_a_ring_road_the_shorter_way_round_is_taken():
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    network = build_network(street_table([ring]))
    assert distance(network, (20, 0), (0, 30)) == near(20 + 30)
    assert distance(network, (90, 0), (100, 30)) == near(10 + 30)


def test_of_two_facilities_equally_near_the_lower_row_is_named():
    network = town()
    home = at(network, (300, 0))
    for step in range(10, 100, 7):
        shops = [(300 + step, 0), (300 - step, 0), (300 + step, 0)]
        for order in (shops, shops[::-1], shops[1:]):
            assert cost_to_closest(network, home, at(network, *order)).nearest.tolist() == [0]


@given(st.permutations(range(8)))
def test_ties_are_found_across_junctions_however_the_sums_were_rounded(order):
    # Eight lanes of 0.1 + 0.2 m leave one square; every shop is equally far from its middle.
    turns = np.arange(8) * np.pi / 4
    lines = [
        [(0, 0), (0.1 * np.cos(t), 0.1 * np.sin(t)), (30 * np.cos(t), 30 * np.sin(t))]
        for t in turns
    ]
    network = build_network(street_table([*lines, [(0, 0), (7, -40)]]))
    shops = [(30 * np.cos(turns[k]), 30 * np.sin(turns[k])) for k in order]
    home = at(network, (7, -40), max_access_m=1)
    assert cost_to_closest(network, home, at(network, *shops)).nearest.tolist() == [0]


@pytest.mark.parametrize("unit", [1, 3, 7, 11, 13, 17, 19, 23])
def test_a_tie_that_shows_late_in_the_search_still_names_the_lower_row(unit):
    # Shop 1 stands on a junction 0.3 units east of the square, shop 0 north of it on the far side
    # of a junction, 0.1 + 0.2 units away.
    east, north, home = (0.3 * unit, 0), (0, 0.1 * unit), (-5, 0)
    lines = [[(0, 0), east], [(0, 0), north], [north, (0, 9.0 * unit)], [(0, 0), home]]
    network = build_network(street_table(lines))
    shops = at(network, (0, 0.1 * unit + 0.2 * unit), east)
    closest = cost_to_closest(network, at(network, home), shops)
    assert closest.nearest.tolist() == [0]
    assert closest.cost[0] == near(5 + 0.3 * unit)


def test_another_piece_of_the_network_is_out_of_reach():
    network = build_network(street_table([[(0, 0), (100, 0)], [(0, 50), (100, 50)]]))
    assert distance(network, (10, 1), (10, 49)) == np.inf
    assert (
        travel_costs(network, at(network, (10, 1)), at(network, (10, 49)), cutoff=1e6).cost.size
        == 0
    )


def test_a_closed_edge_does_not_close_the_junction_at_its_end():
    table = street_table([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], oneway=[True, False])
    network = build_network(table, oneway=True)
    assert distance(network, (100, 0), (150, 0)) == 50
    assert distance(network, (150, 0), (100, 10)) == 50 + 10
    assert distance(network, (150, 0), (50, 0)) == np.inf


def test_without_homes_or_facilities_there_is_nothing_to_walk():
    network = town()
    none, some = at(network), at(network, (0, 0))
    assert cost_to_closest(network, none, some).cost.size == 0
    assert cost_to_closest(network, some, none).nearest.tolist() == [-1]
    for pair in ((none, some), (some, none)):
        assert travel_costs(network, *pair, cutoff=1e6).cost.size == 0


def test_pairs_are_sorted_by_home_then_facility():
    network = town()
    homes, shops = at(network, (300, 0), (0, 0)), at(network, (600, 0), (100, 0), (310, 0))
    pairs = travel_costs(network, homes, shops, cutoff=310)
    listed = list(zip(pairs.from_index.tolist(), pairs.to_index.tolist(), strict=True))
    assert listed == [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2)]
    assert pairs.cost == near([300, 200, 10, 100, 310])


def test_costs_of_junctions_name_their_facility():
    network = town()
    cost, nearest = node_costs(network, at(network, (0, 10), (600, 250)), cutoff=220)
    reached = dict(
        zip(map(tuple, network.node_xy.tolist()), zip(cost, nearest, strict=True), strict=True)
    )
    assert reached[0, 0] == (10, 0)
    assert reached[200, 0] == (210, 0)
    assert reached[600, 200] == (50, 1)
    assert reached[600, 0] == (np.inf, -1)


def test_a_wrong_limit_or_another_network_is_refused():
    network = town()
    home = at(network, (0, 0), (600, 200))
    small = build_network(street_table([[(0, 0), (1, 0)]]))
    with pytest.raises(SitingError, match="limit in m from 0"):
        cost_to_closest(network, home, home, cutoff=-1)
    with pytest.raises(SitingError, match="snap to the same network"):
        cost_to_closest(small, home, home)


# Against networkx and itself ----------------------------------------------------------------------


@given(grid_towns(), places(), places(), st.booleans())
def test_every_cost_is_what_networkx_finds(lines, homes, schools, slope):
    table = street_table(lines, oneway=[row % 3 == 0 for row in range(len(lines))])
    network = build_network(table, oneway=slope)
    if slope:
        network = walking_time(network, 60, (network.node_xy**2).sum(axis=1) / 5_000)
    origins, targets = at(network, *homes), at(network, *schools)
    slow = slow_costs(network, origins, targets)
    closest = cost_to_closest(network, origins, targets)
    assert closest.cost == pytest.approx(slow.min(axis=1), abs=1e-6)
    reached = np.isfinite(closest.cost)
    assert ((closest.nearest >= 0) == reached).all()
    named = slow[np.flatnonzero(reached), closest.nearest[reached]]
    assert named == pytest.approx(closest.cost[reached], abs=1e-6)
    pairs = travel_costs(network, origins, targets, cutoff=1e9)
    fast = np.full(slow.shape, np.inf)
    fast[pairs.from_index, pairs.to_index] = pairs.cost
    assert fast == pytest.approx(slow, abs=1e-6)


@given(grid_towns(), places(), places())
def test_subjects_with_several_doors_take_the_best_pair_of_doors(lines, homes, schools):
    network = build_network(street_table(lines))
    origins = snap(network, _squares(homes, 40), max_access_m=500)
    targets = snap(network, _squares(schools, 90), max_access_m=500)
    slow = slow_costs(network, origins, targets)
    assert cost_to_closest(network, origins, targets).cost == pytest.approx(
        slow.min(axis=1), abs=1e-6
    )
    pairs = travel_costs(network, origins, targets, cutoff=1e9)
    assert pairs.cost == pytest.approx(slow[np.isfinite(slow)], abs=1e-6)


def _squares(centres, half):
    return np.array([shapely.box(x - half, y - half, x + half, y + half) for x, y in centres])


@given(grid_towns(), places(), places(), st.integers(-9, 9), st.randoms(use_true_random=False))
def test_order_labels_and_translation_change_nothing(lines, homes, schools, shift, shuffle):
    moved = np.array([shift * 1000.0, shift * -500.0])
    other_lines = [np.array(line) + moved for line in lines]
    shuffle.shuffle(other_lines)
    one, other = (build_network(street_table(rows)) for rows in (lines, other_lines))
    turned = np.array(homes, float)[::-1] + moved
    first = cost_to_closest(one, at(one, *homes), at(one, *schools))
    second = cost_to_closest(
        other, at(other, *turned), at(other, *(np.array(schools, float) + moved))
    )
    assert second.cost[::-1] == pytest.approx(first.cost, abs=1e-6)


@given(grid_towns(), places(), places(), st.integers(0, 900), st.integers(0, 900))
def test_a_longer_cutoff_reaches_no_less_and_changes_no_cost(lines, homes, schools, one, other):
    network = build_network(street_table(lines))
    origins, targets = at(network, *homes), at(network, *schools)
    short, long = (
        cost_to_closest(network, origins, targets, cutoff=cutoff) for cutoff in sorted((one, other))
    )
    served = np.isfinite(short.cost)
    assert np.array_equal(short.cost[served], long.cost[served])
    assert np.array_equal(short.nearest[served], long.nearest[served])
    unlimited = cost_to_closest(network, origins, targets)
    assert np.array_equal(np.isfinite(long.cost), within(unlimited.cost, max(one, other)))


def test_one_thread_finds_what_two_find():
    network = town()
    rng = np.random.default_rng(11)
    homes = at(network, *rng.uniform(-50, 650, (30_000, 2)))
    groups = [at(network, *rng.uniform(0, 600, (count, 2))) for count in (3, 20, 40)]
    alone, together = (closest_many(network, homes, groups, threads=t) for t in (1, 2))
    for one, two, group in zip(alone, together, groups, strict=True):
        single = cost_to_closest(network, homes, group, threads=2)
        for name in ("cost", "nearest"):
            assert np.array_equal(getattr(one, name), getattr(two, name))
            assert np.array_equal(getattr(one, name), getattr(single, name))
    few = at(network, *rng.uniform(-50, 650, (500, 2)))
    one, two = (travel_costs(network, few, groups[2], cutoff=700, threads=t) for t in (1, 2))
    for name in ("from_index", "to_index", "cost"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_a_service_area_follows_the_streets_that_are_reached():
    network = town()
    shape = service_area(network, at(network, (300, 0)), cutoff=200, width_m=20)
    # From x = 100 to x = 500, and up Church Lane from (200, 0) until 100 m are used up: all of it.
    assert shape.covers(shapely.LineString([(100, 0), (500, 0)]))
    assert shape.covers(shapely.LineString([(200, 0), (200, 80)]))
    assert not shape.intersects(shapely.LineString([(530, 0), (600, 0)]))
    assert not shape.intersects(shapely.LineString([(0, 200), (600, 200)]))
    assert shape.is_valid


def test_a_service_area_of_nothing_is_empty():
    network = town()
    assert service_area(network, at(network), cutoff=100).is_empty
    assert service_area(network, at(network, (300, 50)), cutoff=40).is_empty


def test_a_service_area_ends_within_a_cell_of_its_width():
    network = build_network(street_table([[(0, 0), (1000, 0)]]))
    shape = service_area(network, at(network, (500, 0)), cutoff=300, cell_m=10, simplify_m=0)
    # Reached: x = 200 to 800, and 30 m to either side of it.
    inner = shapely.LineString([(200, 0), (800, 0)]).buffer(30 - 10)
    outer = shapely.LineString([(200, 0), (800, 0)]).buffer(30 + 10)
    assert shape.covers(inner)
    assert outer.covers(shape)


def test_a_service_area_does_not_cross_a_river_without_a_bridge():
    banks = [[(0, 0), (400, 0)], [(0, 150), (400, 150)]]
    network = build_network(street_table(banks))
    shape = service_area(network, at(network, (200, 0)), cutoff=200)
    assert shape.covers(shapely.LineString(banks[0]))
    # 150 - 30 m of street and a cell away from the other bank, and nothing beyond 30 m and a cell.
    assert not shape.intersects(shapely.box(0, 30 + 10, 400, 200))


def test_a_service_area_has_a_hole_where_no_street_is_reached():
    square = [(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)]
    network = build_network(street_table([square]))
    shape = service_area(network, at(network, (100, 0)), cutoff=400)
    assert shapely.get_num_geometries(shape) == 1
    assert shapely.get_num_interior_rings(shapely.get_geometry(shape, 0)) == 1
    assert not shape.intersects(shapely.Point(100, 100).buffer(100 - 30 - 10))


def test_a_service_area_of_a_whole_region_has_wider_cells_and_still_follows_the_streets():
    far = 100_000
    network = build_network(street_table([[(0, 0), (far, 0)], [(far, 0), (far, far)]]))
    shape = service_area(network, at(network, (far, 0)), cutoff=far)
    # 100 km by 100 km on two million nodes: a cell of about 71 m, and no narrower a shape.
    assert shape.covers(shapely.LineString([(100, 0), (far, 0), (far, far - 100)]))
    assert not shape.intersects(shapely.box(0, 3 * 71, far - 3 * 71, far))
    assert shape.is_valid


@pytest.mark.real
def test_wuhan_walks_are_what_networkx_finds(real_data):
    streets = gpd.read_parquet(real_data / "wuhan" / "streets.parquet")
    kinds = streets["highway"].map(lambda kind: kind if isinstance(kind, str) else " ".join(kind))
    streets = streets[~kinds.str.contains("motorway|trunk")].reset_index(drop=True)
    streets = streets.rename(columns={"u": "from_node", "v": "to_node"})
    streets["street_id"] = streets.index.astype(str)
    network = build_network(streets)
    rng = np.random.default_rng(3)
    spots = network.node_xy[rng.integers(0, network.node_count, 60)] + rng.normal(0, 40, (60, 2))
    origins, targets = at(network, *spots[:56]), at(network, *spots[56:])
    lines = np.asarray(streets.geometry)
    slow_legs = shapely.distance(
        shapely.points(spots), lines[shapely.STRtree(lines).nearest(shapely.points(spots))]
    )
    # A spot beside two streets may leave by either; the shortest leg is the distance.
    legs = np.full(60, np.inf)
    np.minimum.at(legs, origins.subject, origins.access_m)
    np.minimum.at(legs, 56 + targets.subject, targets.access_m)
    assert legs == pytest.approx(slow_legs, abs=1e-6)
    slow = slow_costs(network, origins, targets)
    assert cost_to_closest(network, origins, targets).cost == pytest.approx(
        slow.min(axis=1), abs=1e-6
    )
    pairs = travel_costs(network, origins, targets, cutoff=30_000)
    assert pairs.cost == pytest.approx(slow[slow <= 30_000], abs=1e-6)


def test_the_walks_of_the_sample_are_what_networkx_finds(repository):
    layers = load_layers(
        read_project(repository / "data" / "sample" / "siting.yaml"), report=DataReport()
    )
    network = build_network(layers.streets, oneway=True)
    homes = layers.residential.geometry.sample(60, random_state=3)
    schools = layers.facilities.query("facility_type == 'kindergarten'").geometry
    origins, targets = (
        snap(network, shapes, max_access_m=200, barriers=layers.barriers)
        for shapes in (homes, schools)
    )
    slow = slow_costs(network, origins, targets).min(axis=1)
    assert np.isfinite(slow).sum() > 50
    assert cost_to_closest(network, origins, targets).cost == pytest.approx(slow, abs=1e-6)
