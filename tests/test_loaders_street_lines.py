"""Street layers that are plain lines: which are walked, which way round, and where they meet."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.layer.contract import streets_table
from siting.loaders.layer.streets.access import open_streets
from siting.loaders.layer.streets.junctions import join_lines
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.travel import cost_to_closest
from siting.words import say

CRS = "EPSG:4547"


def table(lines, **columns):
    ids = [chr(ord("A") + number) for number in range(len(lines))]
    shapes = [LineString(line) for line in lines]
    return gpd.GeoDataFrame({"street_id": ids, **columns}, geometry=shapes, crs=CRS)


def joined(lines, *, gap_m=0.5, crossings=True, **columns):
    report = DataReport()
    made = join_lines(
        table(lines, **columns), gap_m=gap_m, crossings=crossings, report=report.of("s")
    )
    return made, {note.code: note for note in report.notes}


def walk(streets, start, finish):
    """Return the walk between two places that lie on streets."""
    network = build_network(streets)
    ends = [snap(network, np.array([place], float), max_access_m=0.01) for place in (start, finish)]
    return float(cost_to_closest(network, *ends).cost[0])


CROSS = [[(-1000, 0), (1000, 0)], [(0, -1000), (0, 1000)]]


def test_lines_that_cross_at_grade_meet_and_are_counted():
    streets, notes = joined(CROSS)
    assert walk(streets, (-100, 0), (0, 120)) == pytest.approx(100 + 120)
    assert notes["crossings-joined"].count == 1
    assert sorted(streets["street_id"]) == ["A-0", "A-1", "B-0", "B-1"]


def test_crossings_are_left_apart_on_request():
    streets, notes = joined(CROSS, crossings=False)
    assert walk(streets, (-100, 0), (0, 120)) == np.inf
    assert "crossings-joined" not in notes


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": ["yes", "no"]},
        {"bridge": ["F", "T"]},
        {"tunnel": ["yes", None]},
        {"layer": [0, 1]},
        {"layer": ["0", "-1"]},
        {"桥梁": ["否", "是"]},
        {"highway": ["主干路", "高架道路"]},
    ],
)
def test_a_bridge_a_tunnel_or_a_layer_keeps_crossing_lines_apart(columns):
    streets, notes = joined(CROSS, **columns)
    assert walk(streets, (-100, 0), (0, 120)) == np.inf
    assert notes["levels-apart"].count == 1
    assert "crossings-joined" not in notes


@pytest.mark.parametrize(("over", "meet"), [(12, True), (18, False)])
def test_heights_keep_crossing_lines_apart_where_nobody_could_walk_under(over, meet):
    flat = [(-1000, 0, 10), (1000, 0, 10)]
    bridge = [(0, -1000, 10), (0, -500, over), (0, 500, over), (0, 1000, 10)]
    streets, notes = joined([flat, bridge])
    assert (walk(streets, (-100, 0), (0, 120)) == pytest.approx(100 + 120)) is meet
    assert not streets.geometry.has_z.any()
    assert notes["geometry-flattened"].count == 2


def overpass(*over, **columns):
    """A street, a road with a vertex exactly over one of the street's, and the way around."""
    street, road = [(-1000, 0), (0, 0), (1000, 0)], [(0, -500), (0, 0), (0, 500)]
    return joined([street, road, [(1000, 0), (1000, 500), (0, 500)]], **columns)


def test_an_overpass_with_a_vertex_over_the_street_does_not_meet_it():
    streets, notes = overpass(bridge=["F", "T", "F"], layer=[0, 1, 0])
    around = 100 + 1000 + 500 + 1000 + (500 - 150)
    assert walk(streets, (-100, 0), (0, 150)) == pytest.approx(around)
    assert notes["levels-apart"].count == 1


def test_lines_that_share_a_vertex_and_say_nothing_of_levels_meet():
    streets, notes = overpass()
    assert walk(streets, (-100, 0), (0, 150)) == pytest.approx(100 + 150)
    assert not {"levels-apart", "crossings-joined"} & set(notes)


def test_an_overpass_that_is_cut_over_the_street_does_not_meet_it():
    halves = [[(-1000, 0), (0, 0)], [(0, 0), (1000, 0)], [(0, -500), (0, 0)], [(0, 0), (0, 500)]]
    streets, _ = joined(halves, layer=[0, 0, 1, 1])
    assert walk(streets, (-100, 0), (0, 150)) == np.inf
    assert walk(streets, (-100, 0), (100, 0)) == pytest.approx(200)
    assert walk(streets, (0, -150), (0, 150)) == pytest.approx(300)


def test_a_bridge_meets_the_street_where_it_ends():
    streets, _ = joined([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)]],
                        bridge=["F", "T", "F"], layer=[0, 1, 0])  # fmt: skip
    assert walk(streets, (0, 0), (300, 0)) == pytest.approx(300)


def test_ends_of_different_heights_meet_where_only_one_line_passes():
    long = [(-1000, 0, 10), (0, 0, 10), (1000, 0, 10)]
    streets, _ = joined([long, [(0, 0, 14.2), (0, 1000, 20)]])
    assert walk(streets, (-100, 0), (0, 120)) == pytest.approx(100 + 120)


@pytest.mark.parametrize(("gap", "closed"), [(0.0, 0), (0.4, 1), (0.5, 1), (0.6, 0)])
def test_a_small_gap_before_a_street_is_closed_and_counted(gap, closed):
    streets, notes = joined([[(-1000, 0), (1000, 0)], [(0, gap), (0, 500)]])
    meets = gap == 0 or closed
    walked = walk(streets, (-100, 0), (0, 120))
    assert walked == (pytest.approx(100 + 120 - gap) if meets else np.inf)
    assert (notes["gaps-closed"].count if closed else 0) == closed
    assert ("gaps-closed" in notes) == bool(closed)


def test_a_gap_between_two_ends_is_closed():
    streets, notes = joined([[(0, 0), (100, 0)], [(100.3, 0.1), (200, 0)]])
    assert walk(streets, (50, 0), (200, 0)) == pytest.approx(50 + np.hypot(99.7, 0.1))
    assert notes["gaps-closed"].count == 2  # each end stops short of the other line


def test_a_dead_end_under_an_overpass_is_no_gap():
    streets, notes = joined([[(-1000, 0), (1000, 0)], [(0, 0.3), (0, 500)]], layer=[1, 0])
    assert walk(streets, (-100, 0), (0, 120)) == np.inf
    assert "gaps-closed" not in notes


def test_a_layer_with_junction_keys_is_left_as_it_is():
    keyed = table(CROSS, from_node=[1, 3], to_node=[2, 4])
    report = DataReport()
    streets = join_lines(keyed, gap_m=5, crossings=True, report=report.of("s"))
    assert streets.equals(keyed)
    assert report.notes == []


def test_a_layer_without_any_street_left_stays_empty():
    assert len(joined([])[0]) == 0


def test_a_line_that_meets_nothing_keeps_its_name():
    streets, _ = joined([[(0, 0), (10, 0)], [(0, 50), (10, 50)]])
    assert streets["street_id"].tolist() == ["A", "B"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=8, unique=True))
def test_lines_meet_where_shapely_says_that_they_do(quads):
    """Held to a planar graph that shapely nodes and networkx searches."""
    lines = [[quad[:2], quad[2:]] for quad in quads if quad[:2] != quad[2:]]
    if not lines:
        return
    streets, _ = joined(lines, gap_m=0)
    noded = shapely.get_parts(shapely.union_all(shapely.node(shapely.multilinestrings(lines))))
    graph = nx.Graph()
    for line in noded:
        one, other = (tuple(np.round(end, 6)) for end in shapely.get_coordinates(line)[[0, -1]])
        graph.add_edge(one, other, weight=line.length)
    start, finish = tuple(map(float, lines[0][0])), tuple(map(float, lines[-1][-1]))
    expected = (
        nx.dijkstra_path_length(graph, start, finish)
        if nx.has_path(graph, start, finish)
        else np.inf
    )
    assert walk(streets, start, finish) == pytest.approx(expected, abs=1e-6)


# --- which are walked ---------------------------------------------------------------------------


def kept(**columns):
    rows = len(next(iter(columns.values())))
    streets = table([[(0, y), (9, y)] for y in range(rows)], **columns)
    report = DataReport()
    left = open_streets(streets, private_streets="residents", report=report.of("s"))
    return "".join(left["street_id"]), {note.code: note for note in report.notes}


@pytest.mark.parametrize(
    "word",
    ["motorway", "motorway_link", "trunk", "Trunk Link", "busway", "construction", "proposed",
     "raceway", "高速公路", "城市快速路", "匝道", "在建", "规划支路", "Freeway", "地铁"],
)  # fmt: skip
def test_streets_that_are_not_for_walkers_by_their_class_are_left_out(word):
    left, notes = kept(highway=[word, "residential"])
    assert left == "B"
    assert notes["street-not-walkable"].count == 1
    assert word in say(notes["street-not-walkable"].message, "en")


@pytest.mark.parametrize(
    "word", ["residential", "主干路", "支路", "快速路辅路", "corridor", "footway;steps", "5", ""]
)
def test_streets_of_other_classes_are_walked(word):
    assert kept(highway=[word, "residential"])[0] == "AB"


def test_a_trunk_road_with_a_pavement_or_open_to_walkers_is_walked():
    assert kept(highway=["trunk"] * 3, sidewalk=["both", "", None], foot=["", "yes", ""])[0] == "AB"


def test_a_layer_of_motorways_alone_is_refused():
    with pytest.raises(LoadError, match="no street that can be walked"):
        kept(highway=["motorway", "高速"])


def test_a_street_that_is_being_built_by_its_status_is_not_walked():
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "状态": ["在建", "通车"]},
        geometry=[LineString([(0, 0), (9, 0)]), LineString([(0, 5), (9, 5)])], crs=CRS,
    )  # fmt: skip
    report = DataReport()
    streets = streets_table(frame, frame.crs, report=report.of("s"))
    left = open_streets(
        streets, private_streets="residents", report=report.of("s"), status="status"
    )
    assert left["street_id"].tolist() == ["b"]
    assert next(note for note in report.notes if note.code == "street-gone").count == 1


@pytest.mark.parametrize(
    ("header", "shut", "open_"),
    [
        ("是否通车", "否", "是"), ("是否通行", 0, 1), ("能否通行", "不能", "能"),
        ("通行", "禁止通行", "允许通行"), ("通车情况", "未通车", "已通车"),
        ("是否开通", False, True), ("通行", "封闭", "禁止机动车通行"),
    ],
)  # fmt: skip
def test_a_street_that_is_not_open_to_traffic_is_not_walked(header, shut, open_):
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], header: [shut, open_, None]},
        geometry=[LineString([(0, y), (9, y)]) for y in (0, 5, 9)], crs=CRS,
    )  # fmt: skip
    report = DataReport()
    streets = streets_table(frame, frame.crs, report=report.of("s"))
    left = open_streets(streets, private_streets="residents", report=report.of("s"))
    assert left["street_id"].tolist() == ["b", "c"]


def test_a_path_that_cars_never_use_is_not_shut_by_a_word_about_traffic():
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "道路类型": ["步行街", "支路"], "是否通车": ["否", "否"]},
        geometry=[LineString([(0, y), (9, y)]) for y in (0, 5)], crs=CRS,
    )  # fmt: skip
    report = DataReport()
    streets = streets_table(frame, frame.crs, report=report.of("s"))
    left = open_streets(streets, private_streets="residents", report=report.of("s"))
    assert left["street_id"].tolist() == ["a"]


# --- which way round ----------------------------------------------------------------------------


def one_way(word, other="B", **columns):
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "oneway": [word, other], **columns},
        geometry=[LineString([(0, 0), (9, 0)]), LineString([(9, 0), (20, 0)])], crs=CRS,
    )  # fmt: skip
    report = DataReport()
    streets = streets_table(frame, frame.crs, report=report.of("s"), columns={"oneway": "oneway"})
    first = streets.iloc[0]
    start = first.geometry.coords[0][0]
    way = 0 if not first["oneway"] else 1 if start == 0 else -1
    return way, {note.code: note for note in report.notes}, streets


@pytest.mark.parametrize(
    ("word", "way"),
    [
        *[(word, 1) for word in ("F", "FT", "yes", "1", 1, True, "单向", "是")],
        *[(word, -1) for word in ("T", "TF", "-1", -1, "reverse", "逆向")],
        *[(word, 0) for word in ("B", "no", "0", 0, False, "双向", "否", None)],
    ],
)
def test_letters_and_words_of_one_way_streets_are_read(word, way):
    found, notes, _ = one_way(word)
    assert found == way
    assert "oneway-unknown" not in notes


@pytest.mark.parametrize(
    ("word", "other", "way", "asked"),
    [
        ("T", "B", -1, False),  # to, beside both
        ("F", "B", 1, False),
        ("T", "no", 1, False),  # true, beside no
        ("F", "yes", 0, False),  # false, beside yes
        ("T", "0", 1, False),
        ("T", None, 0, True),
        ("F", None, 0, True),
        ("T", "F", 0, True),
        ("T", "FT", 0, True),
    ],
)
def test_letters_that_may_be_directions_or_true_and_false_are_asked_about(word, other, way, asked):
    found, notes, _ = one_way(word, other)
    assert found == way
    assert ("oneway-letters" in notes) is asked
    assert "oneway-unknown" not in notes
    if asked:
        assert "and no B: T may mean" in say(notes["oneway-letters"].message, "en")


def test_unknown_directions_are_told_and_walked_both_ways():
    way, notes, _ = one_way("Q")
    assert way == 0
    assert notes["oneway-unknown"].count == 1
    assert "(q)" in say(notes["oneway-unknown"].message, "en")


def test_junction_keys_go_with_a_line_that_is_turned():
    _, notes, streets = one_way("T", from_node=[1, 2], to_node=[2, 3])
    assert streets.loc[0, ["from_node", "to_node"]].tolist() == [2, 1]
    assert "street-turned" not in notes


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_line_with_a_vertex_that_is_no_number_is_left_out_and_told():
    nan = float("nan")
    lines = [LineString([(0, 0), (nan, nan), (9, 0)]), LineString([(0, 5), (9, 5)])]
    frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=lines, crs=CRS)
    report = DataReport()
    assert streets_table(frame, frame.crs, report=report.of("s"))["street_id"].tolist() == ["b"]
    assert next(n for n in report.notes if n.code == "geometry-not-finite").count == 1
