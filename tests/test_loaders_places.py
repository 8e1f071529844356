"""OpenStreetMap by place name: OSMnx really runs, on answers recorded here instead of the net."""

from __future__ import annotations

import json
import socket

import networkx as nx
import osmnx as ox
import pytest
import requests
from shapely import LineString

from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.osm.places import read_graph, read_place

TYPES = {
    "kindergarten": [{"amenity": "kindergarten"}],
    "sport": [{"leisure": ["pitch", "sports_centre"]}],
    "community_service": [{"community_centre": "*"}],
}
AREA = [[114.0, 30.0], [114.1, 30.0], [114.1, 30.1], [114.0, 30.1], [114.0, 30.0]]
NOMINATIM = [
    {
        "place_id": 1, "osm_type": "relation", "osm_id": 9, "lat": "30.05", "lon": "114.05",
        "class": "boundary", "type": "administrative", "place_rank": 12, "importance": 0.5,
        "addresstype": "city", "name": "江湾", "display_name": "江湾, 武汉市",
        "boundingbox": ["30.0", "30.1", "114.0", "114.1"],
        "geojson": {"type": "Polygon", "coordinates": [AREA]},
    }
]  # fmt: skip
XY = [(1, 1), (2, 1), (3, 1), (2, 2), (4, 4), (5, 4), (5, 5), (4, 5), (7, 7), (9, 1), (9, 9)]
NODES = [
    {"type": "node", "id": number, "lon": 114 + x / 100, "lat": 30 + y / 100}
    for number, (x, y) in enumerate(XY, start=1)
]
NODES[8]["tags"] = {"amenity": "kindergarten", "name": "一幼", "capacity": "90"}


def way(number, nodes, **tags):
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


OVERPASS = {
    "elements": [
        *NODES,
        way(20, [1, 2, 3], highway="residential", name="长江路"),
        way(21, [2, 4], highway="steps", conveying="backward"),
        way(22, [1, 4], highway="motorway"),
        way(23, [5, 6, 7, 8, 5], highway="pedestrian", area="yes"),
        way(24, [5, 6, 7, 8, 5], building="apartments", **{"building:levels": "6"}),
        way(25, [10, 11], waterway="river", name="长江"),
        way(26, [5, 6, 7, 8, 5], leisure="pitch", access="private"),
    ]
}


class Answer:
    ok, status_code, reason = True, 200, "OK"
    url = "https://example.org"

    def __init__(self, data):
        self.text = json.dumps(data)
        self.content = self.text.encode()

    def json(self):
        return json.loads(self.text)


class Net:
    """Answers like the two services, counts the questions, and can be cut off."""

    def __init__(self):
        self.asked, self.cut, self.place, self.elements = 0, False, NOMINATIM, OVERPASS

    def answer(self, data):
        self.asked += 1
        if self.cut:
            raise requests.exceptions.ConnectionError("no route to host")
        return Answer(data)

    def get(self, *_args, **_options):
        return self.answer(self.place)

    def post(self, *_args, **_options):
        return self.answer(self.elements)


@pytest.fixture
def net(monkeypatch):
    net = Net()
    monkeypatch.setattr(requests, "get", net.get)
    monkeypatch.setattr(requests, "post", net.post)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr(socket, "gethostbyname", lambda _host: "192.0.2.1")
    return net


def read(tmp_path, **options):
    report = DataReport()
    cache = tmp_path / ".siting-cache"
    return read_place("江湾", TYPES, cache=cache, report=report, **options), report


def test_a_place_gives_the_tables_that_its_extract_would(net, tmp_path):
    extract, report = read(tmp_path)
    streets = extract.streets.set_index("street_id")
    assert sorted(streets.index) == ["w20-0", "w20-1", "w21-0", "w23-0"]
    assert streets.loc["w20-0", "to_node"] == streets.loc["w20-1", "from_node"]
    assert streets.loc["w21-0", "to_node"] == streets.loc["w20-0", "to_node"]
    assert streets.loc["w21-0", "oneway"]
    assert not streets.loc["w20-0", "oneway"]
    assert streets.loc["w20-1", "name"] == "长江路"
    assert list(extract.buildings["building_id"]) == ["w24"]
    assert list(extract.buildings["levels"]) == [6]
    assert list(extract.facilities["facility_id"]) == ["n9"]
    assert list(extract.facilities["capacity"]) == [90]
    assert list(extract.water["kind"]) == ["river"]
    assert {note.code for note in report.notes} >= {"place-fetched", "facility-private"}


def test_nobody_walks_through_a_closed_gate_of_a_place(net, tmp_path):
    gate = {**NODES[1], "tags": {"barrier": "gate", "locked": "yes"}}
    ferry = way(21, [2, 4], route="ferry")
    path = way(20, [1, 2, 3], highway="path")
    net.elements = {"elements": [NODES[0], gate, *NODES[2:4], path, ferry]}
    extract, report = read(tmp_path)
    assert extract.streets["to_node"].iloc[0] != extract.streets["from_node"].iloc[1]
    assert {note.code for note in report.notes} >= {"gate-closed", "ferry-left-out"}


def test_asking_again_needs_no_net(net, tmp_path):
    first, _ = read(tmp_path)
    asked, net.cut = net.asked, True
    again, _ = read(tmp_path)
    assert net.asked == asked
    assert again.streets.equals(first.streets)
    assert again.facilities.equals(first.facilities)


def test_without_net_and_cache_the_error_says_what_to_do(net, tmp_path):
    net.cut = True
    with pytest.raises(LoadError, match=r"'江湾' is not in .* cannot be fetched .*path: city"):
        read(tmp_path)


def test_a_place_that_the_map_does_not_know_is_named(net, tmp_path):
    net.place = []
    with pytest.raises(LoadError, match="knows no area '江湾'"):
        read(tmp_path)


def test_a_place_that_is_only_a_point_is_no_area(net, tmp_path):
    net.place = [{**NOMINATIM[0], "geojson": {"type": "Point", "coordinates": [114.05, 30.05]}}]
    with pytest.raises(LoadError, match="knows no area '江湾'"):
        read(tmp_path)


def test_a_place_without_streets_is_no_network_but_may_lack_facilities(net, tmp_path):
    net.elements = {"elements": [*NODES[:2], way(20, [1, 2], highway="path")]}
    extract, _ = read(tmp_path)
    assert (len(extract.streets), len(extract.facilities), len(extract.water)) == (1, 0, 0)
    net.elements = {"elements": [*NODES[:2], way(20, [1, 2], highway="motorway")]}
    with pytest.raises(LoadError, match="has no streets that can be walked"):
        read(tmp_path / "other")


def test_the_settings_of_osmnx_and_the_socket_are_left_as_they_were(net, tmp_path):
    before = dict(vars(ox.settings))
    resolve = socket.getaddrinfo
    read(tmp_path)
    net.cut = True
    with pytest.raises(LoadError):
        read(tmp_path / "other")
    assert dict(vars(ox.settings)) == before
    assert socket.getaddrinfo is resolve


def test_a_saved_graph_gives_each_street_once(tmp_path):
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for number, (x, y) in enumerate(XY[:3], start=1):
        graph.add_node(number, x=114 + x / 100, y=30 + y / 100, street_count=2)
    for start, end in ((1, 2), (2, 1), (2, 3), (3, 2)):
        ends = [(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (start, end)]
        graph.add_edge(
            start, end, osmid=7, highway=["steps", "path"], length=1.0, oneway=False,
            reversed=start > end, geometry=LineString(ends),
        )  # fmt: skip
    path = tmp_path / "walk.graphml"
    ox.save_graphml(graph, path)
    streets = read_graph(path)
    assert len(streets) == 2
    assert set(streets["highway"]) == {"steps;path"}
    assert streets.crs == "EPSG:4326"


@pytest.mark.parametrize("content", ["", "<graphml/>", "not xml at all"])
def test_a_file_that_is_no_saved_graph_says_so(tmp_path, content):
    path = tmp_path / "walk.graphml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LoadError, match=r"walk\.graphml .* is no GraphML that OSMnx saved"):
        read_graph(path)
