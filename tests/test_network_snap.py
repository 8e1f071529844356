"""Doors meet streets: on edges, through gates, along outlines, and never across a river."""

import pickle

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from network_town import CRS, RIVER, at, grid_towns, layer, places, street_table, town
from siting.errors import SitingError
from siting.network.attach.attachment import Via
from siting.network.attach.snap import EQUAL_M, match_entrances, snap
from siting.network.graph import build_network
from siting.network.travel import cost_to_closest


def place(network, attachment, row=0):
    """Return where an attachment touches the street."""
    edge = attachment.edge[row]
    line = shapely.LineString(
        network.edge_xy[network.edge_offsets[edge] : network.edge_offsets[edge + 1]]
    )
    spot = line.interpolate(attachment.position[row], normalized=True)
    return round(spot.x, 6), round(spot.y, 6)


def shortest(attachment):
    """Return the shortest access leg of each subject."""
    legs = np.full(attachment.size, np.inf)
    np.minimum.at(legs, attachment.subject, attachment.access_m)
    return legs


def test_a_home_attaches_between_junctions_with_its_access_leg():
    network = town()
    home = at(network, (350, 30))
    assert place(network, home) == (350, 0)
    assert home.access_m.tolist() == [30]
    assert home.via.tolist() == [Via.POINT]


def test_a_home_on_a_junction_attaches_without_a_leg():
    network = town()
    home = at(network, (200, 0))
    assert home.access_m.tolist() == [0]
    assert home.position[0] in (0, 1)


def test_the_longest_access_leg_is_inclusive():
    attached = at(town(), (100, -200), (100, -200.001), max_access_m=200)
    assert attached.attached.tolist() == [True, False]
    assert attached.via.tolist() == [Via.POINT, Via.NONE]
    assert attached.subject.tolist() == [0]


def test_null_and_empty_geometry_is_not_attached():
    shapes = np.array([None, shapely.Point(), shapely.Point(0, 5)], object)
    assert snap(town(), shapes, max_access_m=10).attached.tolist() == [False, False, True]


def test_nobody_attaches_to_nothing_and_no_subjects_give_no_rows():
    assert at(town()).size == 0
    assert snap(town(), gpd.GeoSeries([], crs=CRS), max_access_m=5).subject.size == 0


def test_a_home_on_the_bank_attaches_on_its_own_side_of_the_river():
    network = town()
    home = (200, 120), (200, 85)
    free = at(network, *home)
    assert [place(network, free, row) for row in (0, 1)] == [(200, 80), (200, 80)]
    split = at(network, *home, barriers=layer(RIVER))
    assert [place(network, split, row) for row in (0, 1)] == [(200, 200), (200, 80)]
    assert split.access_m.tolist() == [80, 5]


def test_a_river_drawn_as_lines_that_meet_in_front_of_the_door_stops_the_leg_too():
    network = town()
    banks = layer(
        shapely.LineString([(-500, 100), (200, 100)]), shapely.LineString([(200, 100), (900, 100)])
    )
    assert place(network, at(network, (200, 120), barriers=banks)) == (200, 200)


def test_a_bridge_deck_over_the_water_is_no_way_in_but_its_ramp_is():
    network = town()
    home = at(network, (560, 85), barriers=layer(RIVER))
    assert place(network, home) == (600, 85)
    sheltered = layer(RIVER, shapely.LineString([(580, 60), (580, 95)]))
    # The ramp straight ahead is behind the wall; the nearest open end of the bridge is its foot.
    blocked = at(network, (560, 85), barriers=sheltered)
    assert blocked.access_m[0] > 40


def test_a_street_along_a_barrier_can_be_stepped_on():
    railway = layer(shapely.LineString([(0, 0), (600, 0)]))
    assert at(town(), (300, 20), barriers=railway).access_m.tolist() == [20]


def test_a_home_that_every_leg_crosses_a_barrier_for_is_not_attached():
    wall = layer(shapely.box(290, 20, 310, 40).exterior)
    assert at(town(), (300, 30), barriers=wall).via.tolist() == [Via.NONE]


def test_a_home_that_the_shore_line_puts_in_the_water_attaches_to_its_bank():
    home = at(town(), (200, 91), barriers=layer(RIVER))
    assert home.access_m.tolist() == [11]


def test_an_island_in_a_river_is_not_in_the_water():
    lake = shapely.Polygon(
        [(0, 20), (600, 20), (600, 190), (0, 190)],
        [[(250, 80), (350, 80), (350, 150), (250, 150)]],
    )
    home = at(town(), (300, 100), barriers=layer(lake), max_access_m=500)
    assert home.via.tolist() == [Via.NONE]


def test_a_compound_with_gates_is_reached_through_them_alone():
    network = town()
    compound = shapely.box(250, 5, 450, 75)
    gates = layer(shapely.Point(250, 40), shapely.Point(450, 40), subject=[1, 1])
    homes = gpd.GeoSeries([shapely.Point(10, 10), compound], crs=CRS)
    attached = snap(network, homes, max_access_m=200, entrances=gates)
    assert attached.subject.tolist() == [0, 1, 1]
    assert attached.via.tolist() == [Via.POINT, Via.ENTRANCE]
    # The west gate is 40 m north of High Street and 50 m east of Church Lane; so is the east gate
    # 40 m from High Street.
    assert attached.access_m.tolist() == [10, 40, 40]


def test_a_compound_whose_gates_are_too_far_is_not_attached_through_its_wall():
    gates = layer(shapely.Point(350, 75), subject=[0])
    shapes = gpd.GeoSeries([shapely.box(250, 5, 450, 75)], crs=CRS)
    assert snap(town(), shapes, max_access_m=50, entrances=gates).via.tolist() == [Via.NONE]


def test_gates_find_every_row_of_their_facility():
    gates = layer(shapely.Point(0, 0), shapely.Point(1, 1), subject_id=["park", "mall"])
    matched = match_entrances(gates, ["park", "school", "park"])
    assert matched["subject"].tolist() == [0, 2]
    assert [point.x for point in matched.geometry] == [0, 0]


def test_a_building_attaches_where_its_outline_is_nearest_to_a_street():
    network = town()
    home = snap(network, np.array([shapely.box(300, 12, 320, 30)]), max_access_m=200)
    assert home.access_m.tolist() == [12]
    assert home.via.tolist() == [Via.BOUNDARY]
    assert 300 <= place(network, home)[0] <= 320


def test_a_street_that_crosses_an_outline_leaves_no_leg_and_is_met_on_both_sides():
    network = town()
    across = snap(network, np.array([shapely.box(390, -10, 410, 10)]), max_access_m=200)
    assert across.access_m.tolist() == [0, 0]
    assert sorted(place(network, across, row) for row in (0, 1)) == [(390, 0), (410, 0)]


def test_which_way_a_street_is_drawn_does_not_change_the_way_out_of_a_house_over_it():
    house = shapely.box(40, -5, 60, 5)
    for line in ([(0, 0), (100, 0)], [(100, 0), (0, 0)]):
        network = build_network(street_table([line]))
        found = [snap(network, np.array([shape], object), max_access_m=100)
                 for shape in (house, shapely.Point(0, 0), shapely.Point(100, 0))]  # fmt: skip
        walks = [float(cost_to_closest(network, found[0], end).cost[0]) for end in found[1:]]
        assert walks == [40, 40]


def test_where_a_large_outline_begins_does_not_change_its_ways_out():
    ring = [(250, 10), (450, 10), (450, 60), (250, 60)]
    outlines = [shapely.Polygon(ring[at:] + ring[:at]) for at in range(4)]
    outlines.append(shapely.Polygon(ring[::-1]))
    ways = [snap(town(), np.array([each]), max_access_m=200) for each in outlines]
    for each in ways[1:]:
        assert each.edge.tolist() == ways[0].edge.tolist()
        assert each.position.tolist() == pytest.approx(ways[0].position.tolist())


def test_a_large_outline_is_reached_at_most_every_fifty_metres():
    network = town()
    park = snap(network, np.array([shapely.box(250, 10, 450, 60)]), max_access_m=200)
    # Its perimeter of 500 m has ten places 50 m apart; each side of it has a street nearby.
    assert 5 <= park.subject.size <= 11
    assert park.access_m.min() == 10
    assert park.via.tolist() == [Via.BOUNDARY]


def test_a_park_around_a_lake_is_left_on_the_street_side_only():
    network = town()
    park = np.array([shapely.box(250, 120, 450, 180)])
    lake = layer(shapely.box(100, 85, 590, 150))
    attached = snap(network, park, max_access_m=150, barriers=lake)
    assert {place(network, attached, row)[1] for row in range(attached.subject.size)} <= {200}
    assert attached.access_m.min() == 20


def test_parts_of_a_multipolygon_and_several_points_are_one_subject():
    shapes = np.array(
        [
            shapely.MultiPolygon([shapely.box(0, 500, 9, 509), shapely.box(0, 7, 9, 16)]),
            shapely.MultiPoint([(100, 6), (500, 9)]),
        ]
    )
    attached = snap(town(), shapes, max_access_m=200)
    assert attached.subject.tolist() == [0, 1, 1]
    assert sorted(attached.access_m.tolist()) == [6, 7, 9]


def test_a_proposed_path_gives_one_more_way_out_and_takes_none_away():
    lines = [[(0, 0), (600, 0)], [(0, 40), (0, 60), (600, 60)]]
    network = build_network(street_table(lines, added=[False, True]))
    home = at(network, (300, 35))
    assert home.subject.tolist() == [0, 0]
    assert sorted(home.access_m.tolist()) == [60 - 35, 35]
    assert at(network, (300, 5)).access_m.tolist() == [5]


@given(grid_towns(), places())
def test_snapping_finds_what_a_search_of_all_streets_finds(lines, homes):
    network = build_network(street_table(lines))
    streets = [shapely.LineString(line) for line in lines]
    points = shapely.points(np.array(homes, float))
    attached = at(network, *homes, max_access_m=1e9)
    slow = shapely.distance(points[:, None], np.array(streets)[None, :]).min(axis=1)
    assert shortest(attached) == pytest.approx(slow, abs=1e-9)
    touched = [place(network, attached, row) for row in range(attached.subject.size)]
    legs = shapely.distance(points[attached.subject], shapely.points(touched))
    assert legs == pytest.approx(attached.access_m, abs=1e-5)
    assert (attached.access_m <= slow[attached.subject] + EQUAL_M).all()


@given(grid_towns(), places())
def test_outlines_find_what_a_search_of_all_streets_finds(lines, homes):
    network = build_network(street_table(lines))
    shapes = shapely.buffer(shapely.points(np.array(homes, float)), 20, quad_segs=2)
    attached = snap(network, shapes, max_access_m=1e9)
    outlines = shapely.boundary(shapes)
    streets = np.array([shapely.LineString(line) for line in lines])
    slow = shapely.distance(outlines[:, None], streets[None, :]).min(axis=1)
    assert shortest(attached) == pytest.approx(slow, abs=1e-9)
    assert (attached.access_m <= slow[attached.subject] + EQUAL_M).all()


@given(grid_towns(), places())
def test_no_leg_crosses_a_barrier_and_none_is_shorter_than_without(lines, homes):
    network = build_network(street_table(lines))
    wall = layer(shapely.LineString([(-100, 130), (170, 145), (400, 155)]))
    free = at(network, *homes, max_access_m=1e9)
    kept = at(network, *homes, max_access_m=1e9, barriers=wall)
    assert (kept.access_m >= shortest(free)[kept.subject]).all()
    for row, subject in enumerate(kept.subject):
        leg = shapely.LineString([homes[subject], place(network, kept, row)])
        assert not leg.crosses(wall.geometry[0])


def test_one_thread_finds_what_two_find():
    network = town()
    homes = np.random.default_rng(7).uniform(-50, 650, (40_000, 2))
    one, two = (snap(network, homes, max_access_m=100, threads=threads) for threads in (1, 2))
    for name in ("subject", "edge", "position", "access_m", "via"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert np.array_equal(pickle.loads(pickle.dumps(one)).edge, one.edge)


def test_what_cannot_be_attached_is_refused_with_a_remedy():
    network = town()
    with pytest.raises(SitingError, match="1 collection, the first in row 0"):
        snap(network, np.array([shapely.GeometryCollection()]), max_access_m=9)
    with pytest.raises(SitingError, match="distance in metres from 0"):
        at(network, (0, 0), max_access_m=-1)
    with pytest.raises(SitingError, match="match_entrances"):
        at(network, (0, 0), entrances=layer(shapely.Point(0, 0), subject_id=["a"]))
    with pytest.raises(SitingError, match="1 subject outside the 1 rows, the first is 4"):
        shapes = np.array([shapely.Point(0, 0)])
        snap(network, shapes, max_access_m=9, entrances=layer(shapely.Point(0, 0), subject=[4]))
    with pytest.raises(SitingError, match="neither lines nor polygons, the first in row 0"):
        at(network, (0, 0), barriers=layer(shapely.Point(0, 0)))


def ways_out(lines, shape, **columns):
    """Return where a subject meets the streets: rounded places, in order."""
    network = build_network(street_table(lines, **columns))
    subject = np.array([shape], object)
    found = snap(network, subject, max_access_m=100)
    return sorted(place(network, found, row) for row in range(found.subject.size)), found


PARALLEL = [[(0, 0), (100, 0)], [(0, 10), (100, 10)]]


@pytest.mark.parametrize(("y", "ways"), [(5, 2), (4.6, 2), (4.4, 1), (5.6, 1)])
def test_a_home_between_two_streets_may_leave_by_both_where_they_are_as_near(y, ways):
    """The one is y away and the other 10 - y: as near within a metre."""
    places, found = ways_out(PARALLEL, shapely.Point(50, y))
    assert len(places) == ways
    assert found.access_m.min() == pytest.approx(min(y, 10 - y))


def test_a_building_over_a_passage_opens_to_every_street_it_touches():
    house = shapely.box(40, 0, 60, 10)
    places, found = ways_out(PARALLEL, house)
    assert places == [(40, 0), (40, 10), (60, 0), (60, 10)]
    assert found.access_m.tolist() == [0, 0, 0, 0]
    assert found.attached.tolist() == [True]


def test_streets_that_meet_at_the_nearest_junction_are_one_way_out():
    places, _ = ways_out([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, -90)]],
                         shapely.Point(100, 20))  # fmt: skip
    assert places == [(100, 0)]


def test_a_home_at_a_closed_gate_may_leave_on_either_side_of_it():
    keys = {"from_node": [1, 3], "to_node": [2, 4]}
    places, _ = ways_out([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], shapely.Point(100, 5), **keys)
    assert places == [(100, 0), (100, 0)]


def test_nobody_steps_onto_a_bridge_from_beside_it():
    lines = [[(0, 0), (100, 0)], [(0, 50), (100, 50)]]
    places, found = ways_out(lines, shapely.Point(50, 5), enclosed=[True, False])
    assert places == [(50, 50)]
    assert found.access_m.tolist() == [45]


def test_a_bridge_is_stepped_onto_where_nothing_else_is_within_reach():
    lines = [[(0, 0), (100, 0)], [(0, 500), (100, 500)]]
    network = build_network(street_table(lines, enclosed=[True, False]))
    found = snap(network, np.array([[50.0, 5.0], [50.0, 450.0]]), max_access_m=100)
    assert network.enclosed[found.edge].tolist() == [True, False]
    assert found.access_m.tolist() == [5, 50]


@given(st.data())
def test_ways_out_are_all_streets_within_a_metre_of_the_nearest(data):
    """Held to shapely's distances to every street."""
    number = st.integers(0, 12)
    ends = data.draw(st.lists(st.tuples(number, number, number, number), min_size=1, max_size=6,
                              unique=True))  # fmt: skip
    lines = [[(a, b), (c, d)] for a, b, c, d in ends if (a, b) != (c, d)]
    if not lines:
        return
    keys = {"from_node": range(0, 2 * len(lines), 2), "to_node": range(1, 2 * len(lines), 2)}
    network = build_network(street_table(lines, **keys))
    x, y = data.draw(st.tuples(number, number))
    found = snap(network, np.array([[x, y]], float), max_access_m=100)
    gaps = sorted(shapely.distance(shapely.Point(x, y), shapely.LineString(line)) for line in lines)
    near = [gap for gap in gaps if gap <= gaps[0] + EQUAL_M + 1e-9]
    assert sorted(found.access_m) == pytest.approx(near[:6])
