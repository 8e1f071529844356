"""Lines that run against their junction keys are turned, and no other."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from network_town import CRS, at, grid_towns
from siting.data_report import DataReport
from siting.loaders.layer.streets.ends import turn_lines
from siting.network.graph import build_network
from siting.network.travel import cost_to_closest
from siting.words import say


def keyed(lines):
    """Return a street table whose keys are the places where lines begin and end."""
    number = {}
    ends = [[number.setdefault(place, len(number)) for place in line] for line in lines]
    columns = {
        "street_id": [f"s{row}" for row in range(len(lines))],
        "from_node": [pair[0] for pair in ends],
        "to_node": [pair[1] for pair in ends],
    }
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(line) for line in lines], crs=CRS)


def turned(streets):
    report = DataReport()
    return turn_lines(streets, report=report.of("streets")), report


@given(grid_towns())
def test_lines_that_run_with_their_keys_are_left_alone(lines):
    streets = keyed(lines)
    after, report = turned(streets)
    assert after.geometry.tolist() == streets.geometry.tolist()
    assert report.notes == []


@given(grid_towns(), st.randoms(use_true_random=False))
def test_a_town_with_lines_turned_at_random_has_the_distances_it_had(lines, random):
    streets = keyed(lines)
    against = [random.random() < 0.5 for _ in lines]
    shapes = [
        line.reverse() if turn else line
        for line, turn in zip(streets.geometry, against, strict=True)
    ]
    repaired, _ = turned(streets.set_geometry(gpd.GeoSeries(shapes, crs=CRS)))
    joins = streets[["from_node", "to_node"]].to_numpy()
    degree = np.bincount(joins.ravel())[joins].max(axis=1)
    # A street that meets no other has no witness of its direction, and needs none.
    for row in np.flatnonzero(degree > 1):
        assert repaired.geometry.iloc[row] == streets.geometry.iloc[row]
    homes, shop = [(10, 20), (150, 90), (290, 300)], [(200, 210)]
    costs = [
        cost_to_closest(network, at(network, *homes), at(network, *shop)).cost
        for network in (build_network(repaired), build_network(streets))
    ]
    np.testing.assert_allclose(*costs, rtol=0, atol=1e-9)


def test_a_dead_end_is_turned_by_the_junction_at_its_other_end():
    streets = keyed([((0, 0), (100, 0)), ((100, 0), (200, 0)), ((200, 0), (300, 0))])
    shapes = streets.geometry.tolist()
    shapes[0] = shapes[0].reverse()
    after, report = turned(streets.set_geometry(gpd.GeoSeries(shapes, crs=CRS)))
    assert after.geometry.iloc[0] == streets.geometry.iloc[0]
    note = report.notes[0]
    assert (note.code, note.count, note.examples) == ("street-turned", 1, ("s0",))
    assert say(note.message, "en").startswith(
        "1 of 3 lines run from their to_node to their from_node"
    )


def test_junctions_whose_lines_do_not_meet_are_reported_with_the_gap():
    streets = keyed([((0, 0), (100, 0)), ((100, 0), (200, 0)), ((200, 0), (300, 0))])
    shapes = streets.geometry.tolist()
    shapes[2] = shapely.LineString([(200, 40), (300, 0)])
    _, report = turned(streets.set_geometry(gpd.GeoSeries(shapes, crs=CRS)))
    assert [note.code for note in report.notes] == ["junction-apart"]
    assert "1 junction joins lines that end up to 40 m apart" in say(report.notes[0].message, "en")
    assert report.notes[0].examples == ("2",)


def test_streets_without_keys_are_returned_as_they_are():
    streets = keyed([((0, 0), (100, 0))]).drop(columns=["from_node", "to_node"])
    after, report = turned(streets)
    assert after is streets
    assert report.notes == []
