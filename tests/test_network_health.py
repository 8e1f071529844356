"""Figures that show whether a street layer is a network."""

from __future__ import annotations

import numpy as np
import pytest

from network_town import street_table
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.health import network_health


def health(lines, homes, **columns):
    network = build_network(street_table(lines, **columns))
    places = np.array(homes, float)
    return network_health(network, snap(network, places, max_access_m=50), places)


GRID = [[(x, y), (x + 100, y)] for x in range(0, 500, 100) for y in range(0, 600, 100)] + [
    [(x, y), (x, y + 100)] for x in range(0, 600, 100) for y in range(0, 500, 100)
]


def test_a_whole_grid_is_healthy_and_its_detours_are_those_of_a_grid():
    found = health(GRID, [(0, 0), (400, 300), (100, 500), (500, 500)])
    assert (found.pieces, found.main_share, found.homes_on_main) == (0, 1, 1)
    assert (len(found.crossings), found.dead_ends, len(found.dead_end_pairs)) == (0, 0, 0)
    ratios = sorted(
        (abs(a - c) + abs(b - d)) / np.hypot(a - c, b - d)
        for a, b in [(0, 0), (400, 300), (100, 500), (500, 500)]
        for c, d in [(0, 0), (400, 300), (100, 500), (500, 500)]
        if (a, b) != (c, d)
    )
    assert found.median_detour == pytest.approx(ratios[6])
    assert found.high_detour == pytest.approx(ratios[10])
    assert not found.looks_broken


def test_crossings_without_a_junction_are_counted_and_those_of_bridges_are_not():
    cross = [[(0, 0), (300, 0)], [(100, -90), (100, 90)], [(200, -90), (200, 90)]]
    assert health(cross, [(0, 5)]).crossings.tolist() == [[100, 0], [200, 0]]
    bridge = health(cross, [(0, 5)], enclosed=[False, True, False])
    assert bridge.crossings.tolist() == [[200, 0]]


def test_dead_ends_beside_each_other_are_found_and_both_sides_of_a_gate_are_not():
    lines = [[(0, 0), (100, 0)], [(103, 0), (200, 0)], [(210, 0), (300, 0)]]
    found = health(lines, [(0, 5)])
    assert (found.dead_ends, found.dead_end_pairs.tolist()) == (6, [[100, 0]])
    keys = {"from_node": [1, 3], "to_node": [2, 4]}
    gate = health([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], [(0, 5)], **keys)
    assert len(gate.dead_end_pairs) == 0


def test_homes_on_a_fragment_and_homes_without_a_walk_make_a_network_suspicious():
    pieces = [*GRID, [(1000, 0), (1050, 0)]]
    found = health(pieces, [(0, 0), (1000, 5)] * 10)
    assert (found.pieces, found.homes, found.homes_on_main) == (1, 20, 0.5)
    assert found.main_share == pytest.approx(1 - 50 / (60 * 100 + 50))
    assert found.median_detour == np.inf
    assert found.looks_broken


def test_a_few_homes_do_not_make_a_network_suspicious_but_its_crossings_do():
    pieces = [*GRID, [(1000, 0), (1050, 0)]]
    few = health(pieces, [(0, 0), (1000, 5)])
    assert (few.pieces, few.homes_on_main, few.looks_broken) == (1, 0.5, False)
    cross = [[(0, 0), (300, 0)], [(100, -90), (100, 90)]]
    assert health(cross, [(0, 5)]).looks_broken
