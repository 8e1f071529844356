"""Squares of street layers: polygons of open ground that people walk across."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon

from siting.data_report import DataReport
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import build_project
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.travel import cost_to_closest

CRS, ORIGIN = "EPSG:4547", np.array([529_000.0, 3_384_000.0])
SQUARE = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)])
LANES = [LineString([(-50, 0), (0, 0)]), LineString([(100, 100), (150, 100)])]


def walk(tmp_path, ground, kind="pedestrian", lanes=LANES, ends=((-50, 0), (150, 100)), **columns):
    """Return the walk from one end of the lanes to the other, and the notes."""
    shapes = shapely.transform([*lanes, ground], lambda xy: xy + ORIGIN)
    classes = [*["residential"] * len(lanes), kind]
    frame = gpd.GeoDataFrame({"fclass": classes, **columns}, geometry=list(shapes), crs=CRS)
    frame.to_file(tmp_path / "streets.gpkg", engine="pyogrio")
    home = gpd.GeoDataFrame({"home_id": ["h"]}, geometry=[shapely.Point(ORIGIN)], crs=CRS)
    home.to_file(tmp_path / "homes.gpkg", engine="pyogrio")
    place = home.rename(columns={"home_id": "facility_id"}).assign(facility_type="pharmacy")
    place.to_file(tmp_path / "places.gpkg", engine="pyogrio")
    files = {"streets": "streets.gpkg", "residential": "homes.gpkg", "facilities": "places.gpkg"}
    layers = {name: {"path": path} for name, path in files.items()}
    project = build_project({"name": "s", "layers": layers}, folder=tmp_path)
    report = DataReport()
    read = load_layers(project, report=report)
    network = build_network(read.streets)
    doors = [snap(network, np.array([end]) + ORIGIN, max_access_m=1) for end in ends]
    metres = float(cost_to_closest(network, *doors).cost[0])
    return metres, {note.code: note.count for note in report.notes}


@pytest.mark.parametrize("kind", ["pedestrian", "广场", "步行街", "pedestrian;footway"])
def test_a_square_is_walked_straight_across(tmp_path, kind):
    metres, notes = walk(tmp_path, SQUARE, kind)
    assert metres == pytest.approx(50 + 100 * np.sqrt(2) + 50)
    assert notes["square-crossed"] == 1
    assert "geometry-kind" not in notes


def test_what_stands_in_a_square_is_walked_around(tmp_path):
    """Past the corner (70, 30) of a house in the middle."""
    house = [(30, 30), (70, 30), (70, 70), (30, 70)]
    metres, _ = walk(tmp_path, Polygon(SQUARE.exterior, [house]))
    assert metres == pytest.approx(50 + 2 * np.hypot(70, 30) + 50)


def test_a_dent_in_a_square_is_walked_around(tmp_path):
    """Past (50, 40), where the edge turns into the square from (100, 0) side to (0, 100) side."""
    dented = Polygon([(0, 0), (50, 40), (100, 0), (100, 100), (0, 100)])
    lanes = [LineString([(-50, 0), (0, 0)]), LineString([(100, 0), (150, 0)])]
    metres, _ = walk(tmp_path, dented, lanes=lanes, ends=((-50, 0), (150, 0)))
    assert metres == pytest.approx(50 + 2 * np.hypot(50, 40) + 50)


def test_a_street_that_ends_on_the_edge_or_crosses_it_is_an_entrance(tmp_path):
    """From (50, 0) on the lower edge to (100, 50), where a street passes through the right one."""
    lanes = [LineString([(50, -50), (50, 0)]), LineString([(80, 50), (150, 50)])]
    metres, _ = walk(tmp_path, SQUARE, lanes=lanes, ends=((50, -50), (150, 50)))
    assert metres == pytest.approx(50 + np.hypot(50, 50) + 50)


@pytest.mark.parametrize("kind", ["primary", "车行道", ""])
def test_the_surface_of_a_carriageway_is_not_walked_across(tmp_path, kind):
    metres, notes = walk(tmp_path, SQUARE, kind)
    assert metres == np.inf
    assert notes["geometry-kind"] == 1
    assert "square-crossed" not in notes


def test_a_closed_square_is_not_walked_across(tmp_path):
    metres, notes = walk(tmp_path, SQUARE, access=["", "", "no"])
    assert metres == np.inf
    assert notes["street-closed"] == 1


def test_in_a_layer_with_junction_keys_the_keys_decide(tmp_path):
    keys = {"u": [1, 3, 5], "v": [2, 4, 6]}
    metres, notes = walk(tmp_path, SQUARE, **keys)
    assert metres == np.inf
    assert notes["geometry-kind"] == 1
