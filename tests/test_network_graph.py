"""Streets become a network: where lines meet, what is left out, which pieces hang together."""

import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given

from network_town import at, grid_towns, layer, street_table, town
from siting.errors import SitingError, TableError
from siting.network.fragments import fragments, on_fragment
from siting.network.graph import build_network
from siting.network.walking_time import walking_time


def lengths(network):
    return sorted(network.edge_length_m.tolist())


def test_a_lane_that_leaves_between_two_vertices_cuts_the_street():
    assert lengths(town()) == [80, 200, 200, 400, 600]


def test_lines_that_only_cross_do_not_meet():
    network = build_network(street_table([[(0, 0), (100, 0)], [(50, -50), (50, 50)]]))
    assert network.edge_count == 2
    assert len(set(network.component.tolist())) == 2


def test_lines_that_share_a_vertex_on_the_way_meet_there():
    lines = [[(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 0), (50, 50)]]
    network = build_network(street_table(lines))
    assert lengths(network) == [50, 50, 50, 50]
    assert set(network.component.tolist()) == {0}


def test_ends_within_a_millimetre_meet_and_ends_two_millimetres_apart_do_not():
    near = build_network(street_table([[(0, 0), (100, 0)], [(100.0009, 0), (200, 0)]]))
    far = build_network(street_table([[(0, 0), (100, 0)], [(100.002, 0), (200, 0)]]))
    assert near.node_count == 3
    assert far.node_count == 4


def test_junction_keys_decide_where_lines_meet():
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(100, 0), (100, 50)]]
    table = street_table(lines, from_node=[1, 2, 7], to_node=[2, 3, 8])
    network = build_network(table)
    assert network.node_count == 5
    assert len(set(network.component.tolist())) == 2


def test_a_drawn_path_joins_streets_that_have_junction_keys():
    lines = [[(0, 0), (50, 0), (100, 0)], [(100, 0), (200, 0)], [(50, 0), (150, 0.0005)]]
    table = street_table(lines, from_node=[1, 2, np.nan], to_node=[2, 3, np.nan])
    assert lengths(build_network(table))[:4] == pytest.approx([50, 50, 50, 50])
    assert set(build_network(table).component.tolist()) == {0}


def test_a_street_drawn_twice_is_one_edge_in_either_direction():
    curve = [(0, 0), (40, 30), (100, 0)]
    table = street_table([curve, curve[::-1], [(0, 0), (100, 0)]], from_node=1, to_node=2)
    table.loc[1, ["from_node", "to_node"]] = [2, 1]
    assert lengths(build_network(table)) == [100, 50 + np.hypot(60, 30)]


def test_lines_without_length_are_left_out_and_rows_that_gave_edges_are_named():
    network = build_network(street_table([[(5, 5), (5, 5)], [(0, 0), (100, 0)]]))
    assert network.edge_street.tolist() == [1]


def test_a_ring_road_keeps_its_whole_length():
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    network = build_network(street_table([ring]))
    assert lengths(network) == [400]
    assert network.edge_from[0] == network.edge_to[0]


def test_oneway_binds_walkers_only_where_it_is_asked_for():
    table = street_table([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], oneway=[True, None])
    assert np.isfinite(build_network(table).cost_backward).all()
    strict = build_network(table, oneway=True)
    assert np.isinf(strict.cost_backward).sum() == 1
    assert np.isfinite(strict.cost_forward).all()


def test_a_oneway_street_drawn_again_the_other_way_is_open_both_ways():
    table = street_table([[(0, 0), (100, 0)], [(100, 0), (0, 0)]], oneway=[True, True])
    network = build_network(table, oneway=True)
    assert (network.cost_forward.tolist(), network.cost_backward.tolist()) == ([100], [100])


def test_streets_without_a_metric_crs_are_refused():
    table = street_table([[(0, 0), (1, 0)]])
    with pytest.raises(TableError, match="no coordinate reference system"):
        build_network(table.set_crs(None, allow_override=True))
    with pytest.raises(TableError, match="degrees"):
        build_network(table.set_crs(4326, allow_override=True))


def test_other_shapes_than_lines_and_empty_layers_are_refused():
    with pytest.raises(TableError, match=r"expected LineString"):
        build_network(layer(shapely.Point(0, 0), street_id=["a"]))
    with pytest.raises(SitingError, match="no line with any length among its 0 rows"):
        build_network(street_table([[(0, 0), (1, 0)]]).iloc[:0])
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(SitingError, match="not numbers in 1 row, the first is row 1"),
    ):
        build_network(street_table([[(0, 0), (1, 0)], [(0, 0), (np.nan, 0)]]))


def test_nothing_in_a_network_can_be_written_to_even_in_another_process():
    for network in (town(), pickle.loads(pickle.dumps(town()))):
        with pytest.raises(ValueError, match="read-only"):
            network.edge_length_m[0] = 1


@given(grid_towns())
def test_the_order_of_rows_changes_nothing(lines):
    one, other = (build_network(street_table(rows)) for rows in (lines, lines[::-1]))
    assert np.array_equal(one.node_xy, other.node_xy)
    ends = [
        np.sort(np.column_stack([network.edge_from, network.edge_to]), axis=1)
        for network in (one, other)
    ]
    assert np.array_equal(*ends)


@given(grid_towns())
def test_every_metre_of_street_is_in_the_network_once(lines):
    network = build_network(street_table(lines))
    assert network.edge_length_m.sum() == 100 * len(lines)


def test_pieces_under_one_percent_of_the_length_are_listed_as_fragments():
    network = build_network(street_table([[(0, 0), (10_000, 0)], [(50, 50), (59, 50)]]))
    table = fragments(network)
    assert table[["node_count", "edge_count", "length_m"]].to_numpy().tolist() == [[2, 1, 9]]
    homes = at(network, (52, 51), (9_000, 3), (20_000, 0), max_access_m=200)
    assert on_fragment(network, homes).tolist() == [True, False, False]


def test_a_small_town_of_equal_pieces_has_no_fragments():
    assert fragments(build_network(street_table([[(0, 0), (9, 0)], [(0, 9), (9, 9)]]))).empty


def test_costs_that_cannot_be_walked_are_refused():
    network = town()
    with pytest.raises(SitingError, match="one number for each of the 5 edges"):
        network.with_cost([1.0], [1.0])
    with pytest.raises(SitingError, match="negative or missing on 5 edges, the first is edge 0"):
        network.with_cost([-1.0] * 5, [1.0] * 5)


def test_uphill_takes_longer_than_level_and_a_gentle_descent_is_quickest():
    street = build_network(street_table([[(0, 0), (400, 0)]]))
    timed = walking_time(street, 80, elevation=street.node_xy[:, 0] * 0.05)
    assert timed.unit == "s"
    up, down = sorted([timed.cost_forward[0], timed.cost_backward[0]], reverse=True)
    # 400 m at 80 m/min are 300 s; at +5 % speed falls by exp(-3.5 x 0.05), at -5 % it rises so.
    assert up == pytest.approx(300 * np.exp(3.5 * 0.05))
    assert down == pytest.approx(300 * np.exp(-3.5 * 0.05))
    east = street.node_xy[street.edge_to[0], 0] > street.node_xy[street.edge_from[0], 0]
    assert (timed.cost_forward[0] > timed.cost_backward[0]) == east


def test_missing_heights_count_as_level_and_wrong_ones_are_refused():
    street = build_network(street_table([[(0, 0), (400, 0)]]))
    assert walking_time(street, 80, [np.nan, 10.0]).cost_forward.tolist() == [300]
    with pytest.raises(SitingError, match="one height in metres for each of the 2 nodes"):
        walking_time(street, 80, [1.0])
    with pytest.raises(SitingError, match="positive number"):
        walking_time(street, 0)
