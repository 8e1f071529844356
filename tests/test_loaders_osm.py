"""OpenStreetMap in one pass: what is walkable, lived in, a facility, and what is broken."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import itertools

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.data_report import DataReport
from siting.errors import LoadError
from siting.loaders.layer.people.filled import fill_people
from siting.loaders.osm.buildings import residential_use
from siting.loaders.osm.facilities import FacilityTags
from siting.loaders.osm.streets import MISSING_COORDINATE, split_at_junctions
from siting.loaders.osm.tables import homes_from_buildings, read_osm
from siting.loaders.osm.walking import gate_access, walk_access
from siting.words import say

TYPES = {
    "kindergarten": [{"amenity": "kindergarten"}],
    "sport": [{"leisure": ["pitch", "sports_centre"]}],
    "park": [{"leisure": "park"}],
    "elder_care": [{"amenity": "social_facility", "social_facility:for": "senior"}],
    "reading_room": [{"amenity": "library"}],
    "community_service": [{"community_centre": "*"}],
}


class Osm:
    """A tiny map: nodes on a grid of 0.001 degrees, ways and relations with tags."""

    def __init__(self):
        self.nodes, self.ways, self.relations = {}, [], []

    def node(self, number, x, y, **tags):
        self.nodes[number] = (x, y, tags)
        return number

    def way(self, number, refs, **tags):
        self.ways.append((number, refs, tags))

    def relation(self, number, members, **tags):
        self.relations.append((number, members, tags))

    def xml(self):
        lines = ['<osm version="0.6">']
        for number, (x, y, tags) in self.nodes.items():
            lines.append(f'<node id="{number}" version="1" lon="{x / 1000}" lat="{y / 1000}">')
            lines += [*_tags(tags), "</node>"]
        for number, refs, tags in self.ways:
            lines.append(f'<way id="{number}" version="1">')
            lines += [f'<nd ref="{ref}"/>' for ref in refs]
            lines += [*_tags(tags), "</way>"]
        for number, members, tags in self.relations:
            lines.append(f'<relation id="{number}" version="1">')
            lines += [f'<member type="way" ref="{w}" role="{role}"/>' for w, role in members]
            lines += [*_tags(tags), "</relation>"]
        return "\n".join([*lines, "</osm>"]).encode()

    def square(self, number, x, y, size=1, **tags):
        corners = [(0, 0), (size, 0), (size, size), (0, size)]
        refs = [self.node(number * 10 + i, x + dx, y + dy) for i, (dx, dy) in enumerate(corners)]
        self.way(number, [*refs, refs[0]], **tags)


def _tags(tags):
    return [f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items()]


@pytest.fixture
def town(tmp_path):
    osm = Osm()

    def read(**options):
        path = tmp_path / "town.osm"
        path.write_bytes(osm.xml())
        report = DataReport()
        return read_osm(path, TYPES, report=report, **options), report

    osm.read = read
    return osm


def codes(report):
    return {note.code: note.count for note in report.notes}


def test_a_way_is_split_where_another_meets_it_and_nowhere_else(town):
    for number, x in enumerate((0, 1, 2, 3), start=1):
        town.node(number, x, 0)
    town.node(5, 1, 1)
    town.way(10, [1, 2, 3, 4], highway="residential", name="长江路")
    town.way(11, [2, 5], highway="footway")
    streets = town.read()[0].streets
    ends = list(zip(streets["from_node"], streets["to_node"], strict=True))
    assert ends == [(1, 2), (2, 4), (2, 5)]
    assert list(streets["street_id"]) == ["w10-0", "w10-1", "w11-0"]
    assert list(streets["name"].fillna("")) == ["长江路", "长江路", ""]
    assert [shapely.get_num_points(line) for line in streets.geometry] == [2, 3, 2]


def test_ways_that_cross_without_a_shared_node_stay_apart(town):
    for number, (x, y) in enumerate(((0, 1), (2, 1), (1, 0), (1, 2)), start=1):
        town.node(number, x, y)
    town.way(10, [1, 2], highway="residential")
    town.way(11, [3, 4], highway="footway", bridge="yes")
    assert len(town.read()[0].streets) == 2


def test_a_ring_without_junction_is_one_loop_and_a_figure_of_eight_is_two(town):
    town.square(1, 0, 0, highway="residential")
    refs = [town.node(90 + i, x, y) for i, (x, y) in enumerate([(9, 9), (8, 9), (8, 8)])]
    refs += [town.node(93 + i, x, y) for i, (x, y) in enumerate([(10, 9), (10, 10)])]
    town.way(2, [90, 91, 92, 90, 93, 94, 90], highway="residential")
    streets = town.read()[0].streets
    ends = list(zip(streets["from_node"], streets["to_node"], strict=True))
    assert ends == [(10, 10), (90, 90), (90, 90)]


def test_a_way_is_cut_where_the_extract_lacks_its_nodes(town):
    for number in (1, 2, 5, 6):
        town.node(number, number, 0)
    town.way(10, [1, 2, 3, 4, 5, 6], highway="residential")
    streets = town.read()[0].streets
    assert list(zip(streets["from_node"], streets["to_node"], strict=True)) == [(1, 2), (5, 6)]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, None),
        ({"highway": "motorway_link"}, None),
        ({"highway": "trunk"}, None),
        ({"highway": "trunk", "sidewalk": "both"}, (0, False)),
        ({"highway": "trunk", "foot": "yes"}, (0, False)),
        ({"highway": "primary", "motorroad": "yes"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "raceway"}, None),
        ({"highway": "residential", "foot": "no"}, None),
        ({"highway": "residential", "access": "no"}, None),
        ({"highway": "residential", "access": "no", "foot": "designated"}, (0, False)),
        ({"highway": "service", "access": "private"}, (0, True)),
        ({"highway": "service", "access": "private", "foot": "permissive"}, (0, False)),
        ({"highway": "path", "foot": "private"}, (0, True)),
        ({"highway": "residential", "oneway": "yes"}, (0, False)),
        ({"highway": "residential", "oneway:foot": "yes"}, (1, False)),
        ({"highway": "residential", "oneway:foot": "-1"}, (-1, False)),
        ({"highway": "steps", "conveying": "forward"}, (1, False)),
        ({"highway": "steps", "conveying": "backward"}, (-1, False)),
        ({"highway": "steps", "conveying": "yes"}, (0, False)),
        ({"highway": "cycleway"}, (0, False)),
        ({"route": "ferry"}, None),
    ],
)
def test_access_tags_decide_who_may_walk_and_which_way(tags, expected):
    assert walk_access(tags) == expected


def test_a_stair_that_moves_down_is_drawn_downwards(town):
    town.node(1, 0, 0)
    town.node(2, 0, 1)
    town.way(10, [1, 2], highway="steps", conveying="backward")
    street = town.read()[0].streets.iloc[0]
    assert (street["from_node"], street["to_node"], street["oneway"]) == (2, 1, True)
    assert list(street.geometry.coords) == [(0, 0.001), (0, 0)]


def test_private_paths_stay_for_residents_and_go_on_request(town):
    town.node(1, 0, 0)
    town.node(2, 0, 1)
    town.way(10, [1, 2], highway="service", access="private")
    extract, report = town.read()
    assert list(extract.streets["private"]) == [True]
    assert codes(report)["street-private-kept"] == 1
    extract, report = town.read(private_streets="exclude")
    assert len(extract.streets) == 0
    assert codes(report)["street-private"] == 1


def test_chosen_highways_are_left_out_and_counted(town):
    town.node(1, 0, 0)
    town.node(2, 0, 1)
    town.way(10, [1, 2], highway="trunk", foot="yes")
    extract, report = town.read(exclude_highways=["trunk"])
    assert len(extract.streets) == 0
    assert codes(report)["street-excluded"] == 1


def test_the_edges_of_a_square_can_be_walked_even_when_a_relation_draws_it(town):
    town.square(1, 0, 0, highway="pedestrian", area="yes")
    town.square(2, 10, 0, size=4)
    town.square(3, 11, 1)
    town.relation(7, [(2, "outer"), (3, "inner")], type="multipolygon", highway="pedestrian")
    streets = town.read()[0].streets
    assert [each.split("-")[0] for each in streets["street_id"]] == ["w1", "r7.0", "r7.1"]


@pytest.mark.parametrize(
    ("tags", "use"),
    [
        ({"building": "apartments", "shop": "bakery"}, "yes"),
        ({"building": "yes"}, "uncertain"),
        ({"building": "yes", "shop": "bakery"}, "uncertain"),
        ({"building": "yes", "amenity": "school"}, "no"),
        ({"building": "industrial"}, "no"),
    ],
)
def test_a_building_is_lived_in_by_its_tags(tags, use):
    assert residential_use(tags) == use


def test_floor_area_is_footprint_times_storeys_and_missing_storeys_are_not_invented(town):
    town.square(1, 0, 0, building="apartments", building__levels="6", building__flats="24")
    town.square(2, 5, 0, building="house")
    town.square(3, 9, 0, building="industrial")
    buildings = town.read()[0].buildings.to_crs("EPSG:32631")
    report = DataReport()
    homes = homes_from_buildings(buildings, report=report.of("residential"))
    assert list(homes["home_id"]) == ["w1", "w2"]
    footprint = homes.geometry.area.iloc[0]
    assert homes["floor_area_m2"].iloc[0] == pytest.approx(footprint * 6)
    assert np.isnan(homes["floor_area_m2"].iloc[1])
    assert homes["households"].iloc[0] == 24
    assert codes(report) == {"building-not-residential": 1, "levels-missing": 1}
    report = DataReport()
    homes = homes_from_buildings(buildings, report=report.of("residential"), default_levels=2)
    assert homes["floor_area_m2"].iloc[1] == pytest.approx(homes.geometry.area.iloc[1] * 2)
    assert codes(report)["levels-assumed"] == 1


def test_uncertain_buildings_are_kept_or_left_out_by_choice(town):
    town.square(1, 0, 0, building="yes")
    town.square(2, 5, 0, building="house")
    buildings = town.read()[0].buildings.to_crs("EPSG:32631")
    report = DataReport()
    assert len(homes_from_buildings(buildings, report=report.of("residential"))) == 2
    assert codes(report)["building-use-uncertain"] == 1
    assert (
        len(homes_from_buildings(buildings, report=DataReport().of("residential"), uncertain=False))
        == 1
    )


def test_a_building_with_a_courtyard_is_one_polygon_with_a_hole(town):
    town.square(2, 0, 0, size=4)
    town.square(3, 1, 1, size=2)
    town.relation(7, [(2, "outer"), (3, "inner")], type="multipolygon", building="apartments")
    building = town.read()[0].buildings.iloc[0]
    assert building["building_id"] == "r7"
    assert building.geometry.geom_type == "Polygon"
    assert building.geometry.area == pytest.approx((4 * 4 - 2 * 2) * 1e-6)


def test_facilities_come_from_points_and_polygons_with_every_type_they_have(town):
    town.node(1, 0, 0, amenity="kindergarten", name="一幼", capacity="120")
    town.square(2, 5, 5, leisure="sports_centre", amenity="library;cafe", name="中心")
    town.node(3, 9, 9, amenity="social_facility")
    town.node(4, 9, 9, amenity="social_facility", social_facility__for="child;senior")
    facilities = town.read()[0].facilities
    found = sorted(zip(facilities["facility_id"], facilities["facility_type"], strict=True))
    assert found == [
        ("n1", "kindergarten"),
        ("n4", "elder_care"),
        ("w2", "reading_room"),
        ("w2", "sport"),
    ]
    assert facilities.set_index("facility_id").loc["n1", "capacity"] == 120


def test_a_kindergarten_mapped_as_ground_and_as_node_counts_once(town):
    town.square(1, 0, 0, size=4, amenity="kindergarten", name="一幼")
    town.node(2, 1, 1, amenity="kindergarten")
    town.node(3, 2, 2, amenity="kindergarten", name="二幼")
    town.node(4, 2, 2, amenity="library", name="一幼")
    extract, report = town.read()
    assert sorted(extract.facilities["facility_id"]) == ["n3", "n4", "w1"]
    assert codes(report)["facility-mapped-twice"] == 1


def test_a_pitch_behind_a_private_gate_serves_nobody_else(town):
    town.square(1, 0, 0, leisure="pitch", access="private")
    extract, report = town.read()
    assert len(extract.facilities) == 0
    assert codes(report)["facility-private"] == 1


def test_rivers_divide_and_ponds_do_not(town):
    town.square(1, 0, 0, natural="water", water="pond")
    town.square(2, 5, 0, natural="water", water="river")
    town.node(5, 0, 9)
    town.node(6, 9, 9)
    town.way(3, [5, 6], waterway="canal")
    town.way(4, [5, 6], waterway="river", tunnel="culvert")
    water = town.read()[0].water.set_index("water_id")
    assert water["divides"].to_dict() == {"w1": False, "w2": True, "w3": True}


def test_a_boundary_gives_an_area_with_its_level(town):
    town.square(1, 0, 0, size=9)
    town.relation(
        7, [(1, "outer")], type="boundary", boundary="administrative", admin_level="9", name="江岸"
    )
    boundary = town.read()[0].boundaries.iloc[0]
    assert (boundary["area_id"], boundary["name"], boundary["admin_level"]) == ("r7", "江岸", 9)


def test_an_area_that_does_not_close_is_reported_and_the_rest_is_kept(town):
    town.square(1, 0, 0, building="house")
    town.node(91, 0, 8)
    town.node(92, 0, 9)
    town.way(2, [91, 92], building="house")
    extract, report = town.read()
    assert list(extract.buildings["building_id"]) == ["w1"]
    assert [note.examples for note in report.notes if note.code == "osm-geometry-broken"] == [
        ("w2",)
    ]


def test_only_the_layers_asked_for_are_read(town):
    town.square(1, 0, 0, building="house", amenity="library")
    town.node(91, 0, 8)
    town.node(92, 0, 9)
    town.way(2, [91, 92], highway="path")
    extract, _ = town.read(include=["facilities"])
    assert (len(extract.streets), len(extract.buildings), len(extract.facilities)) == (0, 0, 1)
    assert {"street_id", "from_node", "oneway", "geometry"} <= set(extract.streets.columns)
    with pytest.raises(LoadError, match=r"no layer roads"):
        town.read(include=["roads"])


@pytest.mark.parametrize(("suffix", "pack"), [(".osm.gz", gzip.compress), (".bz2", bz2.compress)])
def test_the_format_is_told_by_content_not_by_name(tmp_path, suffix, pack):
    osm = Osm()
    osm.node(1, 0, 0, amenity="library")
    path = tmp_path / f"town{suffix}"
    path.write_bytes(pack(osm.xml()))
    assert len(read_osm(path, TYPES, report=DataReport()).facilities) == 1


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"PK\x03\x04 not a map", "not OpenStreetMap data: it begins with"),
        (b"<html><body/></html>", "damaged: Unknown top-level element"),
        (b'<osm version="0.6"><node id="1" lat="1"', "breaks off or is damaged"),
        (b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "breaks off or is damaged"),
    ],
)
def test_a_broken_file_says_its_size_and_what_to_do(tmp_path, content, what):
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(LoadError, match=what):
        read_osm(path, TYPES, report=DataReport())


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LoadError, match=r"gone\.osm\.pbf is not a file"):
        read_osm(tmp_path / "gone.osm.pbf", TYPES, report=DataReport())


@st.composite
def way_systems(draw):
    ways = draw(
        st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=7), min_size=1, max_size=6)
    )
    missing = draw(st.sets(st.integers(1, 12), max_size=3))
    return ways, missing


@given(way_systems())
def test_splitting_keeps_every_step_once_and_only_junctions_are_shared(system):
    ways, missing = system
    sizes = np.array([len(way) for way in ways])
    refs = np.array([ref for way in ways for ref in way])
    xy = np.column_stack((refs * 10**7, refs**2 * 10**5))
    xy[np.isin(refs, list(missing))] = MISSING_COORDINATE
    parts = split_at_junctions(sizes, refs, xy)
    steps = sorted(
        (a, b)
        for way in ways
        for a, b in itertools.pairwise(way)
        if a != b and not {a, b} & missing
    )
    found, inner = [], []
    for line in parts.lines:
        nodes = [round(x) for x, _ in line.coords]
        found += itertools.pairwise(nodes)
        inner += nodes[1:-1]
    assert sorted(found) == steps
    assert len(inner) == len(set(inner))
    assert not set(inner) & set(parts.from_node)
    assert not set(inner) & set(parts.to_node)


def test_a_type_needs_all_tags_of_one_alternative_and_a_star_takes_any_value():
    tags = FacilityTags(TYPES)
    assert tags.match({"social_facility:for": "senior"}) == ()
    assert tags.match({"community_centre": "village_hall"}) == ("community_service",)


def test_people_are_filled_only_by_a_stated_parameter_and_never_over_data(town):
    town.square(1, 0, 0, building="apartments", building__levels="1", building__flats="10")
    town.square(2, 5, 0, building="apartments", building__levels="1")
    buildings = town.read()[0].buildings.to_crs("EPSG:32631")
    homes = homes_from_buildings(buildings, report=DataReport().of("residential"))
    report = DataReport()
    plain = fill_people(homes, report=report.of("residential"))
    assert plain["population"].isna().all()
    assert codes(report) == {"households-missing": 1, "population-missing": 2}
    report = DataReport()
    filled = fill_people(
        homes,
        report=report.of("residential"),
        persons_per_household=2.5,
        floor_area_per_household_m2=100,
    )
    households = [10, homes["floor_area_m2"].iloc[1] / 100]
    assert filled["households"].to_list() == pytest.approx(households)
    assert filled["population"].to_list() == pytest.approx([10 * 2.5, households[1] * 2.5])
    assert codes(report) == {"households-assumed": 1, "population-assumed": 2}


def test_las_palmas_gives_streets_homes_and_facilities_from_one_file(real_data):
    report = DataReport()
    path = real_data / "las-palmas" / "las_palmas.osm.pbf"
    extract = read_osm(path, TYPES, report=report)
    assert len(extract.streets) > 20_000
    assert len(extract.buildings) > 20_000
    assert (extract.facilities["facility_type"] == "reading_room").sum() >= 3
    nodes = set(extract.streets["from_node"]) | set(extract.streets["to_node"])
    assert 10_000 < len(nodes) < 85_311
    lines = extract.streets.geometry.array
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    table = {}
    for node, xy in zip(extract.streets["from_node"], map(tuple, first), strict=True):
        assert table.setdefault(node, xy) == xy


def test_half_of_a_real_pbf_is_refused(real_data, tmp_path):
    whole = (real_data / "las-palmas" / "las_palmas.osm.pbf").read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LoadError, match=r"half\.osm\.pbf \(1,634,105 bytes\) breaks off"):
        read_osm(path, TYPES, report=DataReport())


def test_closed_places_are_not_read_and_counted(town):
    town.node(1, 0, 0, amenity="kindergarten")
    town.node(2, 1, 0, amenity="kindergarten", disused="yes")
    town.node(3, 2, 0, disused__amenity="kindergarten")
    town.square(4, 5, 5, leisure="pitch", abandoned="yes")
    town.square(5, 8, 5, razed__leisure="pitch")
    extract, report = town.read()
    assert list(extract.facilities["facility_id"]) == ["n1"]
    assert codes(report)["facility-gone"] == 4


def test_what_has_ended_or_not_begun_by_the_day_is_not_read(town):
    town.node(1, 0, 0, amenity="kindergarten", end_date="2025")
    town.node(2, 1, 0, amenity="kindergarten", start_date="2031")
    town.node(3, 2, 0, amenity="kindergarten", start_date="1999", end_date="2031")
    for day, found in ((dt.date(2026, 1, 1), ["n3"]), (dt.date(2024, 1, 1), ["n1", "n3"])):
        assert list(town.read(day=day)[0].facilities["facility_id"]) == found


def test_nobody_lives_in_a_building_under_construction(town):
    town.square(1, 0, 0, building="apartments", building__levels="6")
    town.square(2, 5, 0, building="construction", construction="apartments")
    town.square(3, 9, 0, building="apartments", ruins="yes")
    report = DataReport()
    homes = homes_from_buildings(
        town.read()[0].buildings.to_crs("EPSG:32631"), report=report.of("residential")
    )
    assert list(homes["home_id"]) == ["w1"]
    assert codes(report)["building-gone"] == 2


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "footway", "foot:backward": "no"}, (1, False)),
        ({"highway": "footway", "foot:forward": "no"}, (-1, False)),
        ({"highway": "footway", "foot:forward": "no", "foot:backward": "no"}, None),
        ({"highway": "path", "foot": "no", "foot:forward": "yes"}, (1, False)),
        ({"highway": "steps", "conveying": "forward", "oneway:foot": "no"}, (0, False)),
        ({"highway": "steps", "conveying": "forward", "foot:forward": "no"}, None),
        ({"highway": "residential", "access": "no;private"}, None),
        ({"highway": "residential", "access": "destination;private"}, (0, True)),
        ({"highway": "residential", "access": "no", "foot": "yes;permissive"}, (0, False)),
        ({"highway": "footway;steps"}, (0, False)),
        ({"highway": "residential;trunk"}, None),  # who walks it walks the trunk road too
        ({"highway": "trunk;residential", "sidewalk": "left"}, (0, False)),
        ({"highway": "trunk;residential", "foot": "yes"}, (0, False)),
        ({"highway": "motorway;residential", "sidewalk": "both"}, None),
        ({"highway": "residential;construction"}, None),
        ({"highway": "residential;service"}, (0, False)),
        ({"highway": "trunk;motorway"}, None),
        ({"highway": "construction;proposed"}, None),
        ({"highway": "footway", "disused": "yes"}, None),
        ({"highway": "footway", "construction": "minor"}, (0, False)),
    ],
)
def test_directions_and_lists_of_values_are_read(tags, expected):
    assert walk_access(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"barrier": "gate"}, "open"),
        ({"barrier": "lift_gate"}, "open"),
        ({"barrier": "bollard", "access": "yes"}, "open"),
        ({"barrier": "gate", "locked": "yes"}, "closed"),
        ({"barrier": "gate", "foot": "no"}, "closed"),
        ({"barrier": "gate", "access": "no"}, "closed"),
        ({"barrier": "lift_gate", "access": "no", "foot": "yes"}, "open"),
        ({"barrier": "gate", "access": "private"}, "private"),
        ({"barrier": "gate", "foot": "private", "access": "yes"}, "private"),
        ({"barrier": "wall"}, "closed"),
        ({"barrier": "fence"}, "closed"),
        ({"barrier": "fence", "access": "yes"}, "open"),
        ({"entrance": "service", "access": "no"}, "closed"),
        ({"highway": "crossing", "foot": "no"}, "closed"),
        ({"access": "no"}, "closed"),
        ({"amenity": "parking_entrance", "access": "private"}, "open"),
    ],
)
def test_a_gate_lets_through_whom_its_tags_let_through(tags, expected):
    assert gate_access(tags) == expected


def path_with_gate(town, **gate):
    """A way 1-2-3 with a gate at 2, and a way around it, 1-4-3."""
    for number, (x, y) in enumerate([(0, 0), (1, 0), (2, 0), (1, 3)], start=1):
        town.node(number, x, y, **(gate if number == 2 else {}))
    town.way(10, [1, 2, 3], highway="footway")


def joined(streets):
    graph = nx.Graph(zip(streets["from_node"], streets["to_node"], strict=True))
    return nx.has_path(graph, 1, 3)


@pytest.mark.parametrize(
    ("gate", "passes"),
    [
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "wall"}, False),
        ({"barrier": "gate", "access": "no"}, False),
    ],
)
def test_nobody_walks_through_a_closed_gate(town, gate, passes):
    path_with_gate(town, **gate)
    extract, report = town.read()
    assert joined(extract.streets) is passes
    assert codes(report).get("gate-closed", 0) == (not passes)


def test_a_private_gate_is_closed_where_there_is_a_way_around(town):
    path_with_gate(town, barrier="gate", access="private")
    town.way(11, [1, 4, 3], highway="residential")
    extract, report = town.read()
    streets = extract.streets
    assert len(streets) == 3  # the path in two pieces, and the way around
    path = streets[streets["street_id"].str.startswith("w10")]
    assert set(path["to_node"].iloc[:1]).isdisjoint(path["from_node"].iloc[1:])
    assert codes(report)["gate-closed"] == 1


def test_a_private_gate_stays_open_where_it_is_the_only_way_in(town):
    path_with_gate(town, barrier="gate", access="private")
    extract, report = town.read()
    assert joined(extract.streets)
    assert codes(report)["gate-private-kept"] == 1
    extract, report = town.read(private_streets="exclude")
    assert not joined(extract.streets)
    assert codes(report)["gate-closed"] == 1


def test_a_private_gate_on_a_private_street_is_opened_by_its_residents(town):
    path_with_gate(town, barrier="gate", access="private")
    town.ways[0][2]["access"] = "private"
    town.way(11, [1, 4, 3], highway="residential")
    streets = town.read()[0].streets
    path = streets[streets["street_id"].str.startswith("w10")]
    assert path["to_node"].iloc[0] == path["from_node"].iloc[1] == 2


def test_a_gate_beside_a_street_does_not_close_the_street(town):
    path_with_gate(town, barrier="gate", locked="yes")
    town.way(11, [2, 4], highway="service")
    streets = town.read()[0].streets
    assert joined(streets)
    graph = nx.Graph(zip(streets["from_node"], streets["to_node"], strict=True))
    assert not nx.has_path(graph, 1, 4)


def test_conditions_and_ferries_are_told_and_not_guessed(town):
    for number in range(1, 5):
        town.node(number, number, 0)
    town.way(10, [1, 2], highway="footway", access__conditional="no @ (22:00-06:00)")
    town.way(11, [2, 3], route="ferry", foot="yes")
    town.way(12, [3, 4], route="ferry", foot="no")
    extract, report = town.read()
    assert list(extract.streets["street_id"]) == ["w10-0"]
    told = {note.code: note for note in report.notes}
    assert told["way-conditional"].examples == ("w10",)
    assert told["ferry-left-out"].examples == ("w11",)


def homes_of(town):
    report = DataReport()
    extract, first = town.read()
    homes = homes_from_buildings(
        extract.buildings.to_crs("EPSG:32631"), report=report.of("residential")
    )
    return homes.set_index("home_id"), codes(first) | codes(report)


def test_a_building_drawn_as_way_and_as_relation_counts_once_and_without_its_courtyard(town):
    town.square(2, 0, 0, size=4, building="apartments", building__flats="40")
    town.square(3, 1, 1, size=2)
    members = [(2, "outer"), (3, "inner")]
    town.relation(7, members, type="multipolygon", building="apartments", building__levels="5")
    homes, notes = homes_of(town)
    assert list(homes.index) == ["r7"]
    assert homes.loc["r7", "households"] == 40  # only the way says it
    ring = 4 * 4 - 2 * 2
    one = homes.loc["r7", "footprint_m2"] / ring
    assert homes.loc["r7", "floor_area_m2"] == pytest.approx(5 * ring * one)
    assert notes["building-mapped-twice"] == 1


def test_a_house_in_the_courtyard_of_another_is_a_house(town):
    town.square(2, 0, 0, size=4, building="apartments", building__flats="40")
    town.square(3, 1, 1, size=2)
    town.square(4, 1.5, 1.5, building="house")
    town.relation(
        7, [(2, "outer"), (3, "inner")], type="multipolygon", building="apartments",
        building__flats="40",
    )  # fmt: skip
    homes, _ = homes_of(town)
    assert sorted(homes.index) == ["r7", "w4"]


def test_an_inner_building_is_part_of_the_outer_one(town):
    town.square(1, 0, 0, size=4, building="apartments", building__flats="40")
    town.square(2, 1, 1, building="apartments", building__flats="10")
    homes, notes = homes_of(town)
    assert homes["households"].to_dict() == {"w1": 40}
    assert notes["building-mapped-twice"] == 1


def test_the_building_that_says_more_is_kept(town):
    town.square(1, 0, 0, size=4, building="yes")
    town.square(2, 1, 1, building="apartments", building__flats="10")
    town.square(3, 9, 0, size=4, building="apartments")
    town.square(4, 10, 1, building="apartments", building__levels="10")
    homes, _ = homes_of(town)
    assert sorted(homes.index) == ["w2", "w4"]


def test_towers_on_a_mall_stay_homes_and_neighbours_are_no_parts(town):
    town.square(1, 0, 0, size=4, building="retail")
    town.square(2, 1, 1, building="apartments", building__flats="10")
    town.square(3, 4, 0, building="apartments", building__flats="20")
    homes, _ = homes_of(town)
    assert homes["households"].to_dict() == {"w2": 10, "w3": 20}


def test_homes_mapped_as_nodes_count_where_they_say_that_they_are_homes(town):
    town.square(1, 0, 0, size=4, building="apartments", building__flats="40")
    town.node(21, 1, 1, building="apartments", building__flats="40")
    town.node(22, 9, 0, building="apartments", building__flats="50")
    town.node(23, 9, 1, building="yes")
    town.node(24, 9, 2, building="yes", building__flats="4")
    town.node(25, 9, 3, building="industrial")
    homes, notes = homes_of(town)
    assert homes["households"].to_dict() == {"w1": 40, "n22": 50, "n24": 4}
    assert np.isnan(homes.loc["n22", "floor_area_m2"])
    assert (notes["building-node-vague"], notes["building-mapped-twice"]) == (1, 1)


@pytest.mark.parametrize("text", ["6 levels", "3-4", "~6", "3;4", "5,5", "六", "0", "-1", "1e3"])
def test_storeys_that_are_no_plain_number_are_told(town, text):
    town.square(1, 0, 0, building="apartments", building__levels=text)
    town.square(2, 5, 0, building="apartments", building__levels="6.5")
    town.square(3, 9, 0, building="apartments")
    report = DataReport()
    homes = homes_from_buildings(
        town.read()[0].buildings.to_crs("EPSG:32631"), report=report.of("residential")
    )
    assert np.isnan(homes["levels"].to_numpy(float)).tolist() == [True, False, True]
    note = next(each for each in report.notes if each.code == "levels-unreadable")
    assert (note.count, note.examples, f"'{text}'" in say(note.message, "en")) == (1, ("w1",), True)


def across(town, size, holes=(), *, entrances=2, **tags):
    """A square of `size` with paths to its corners (0, 0) and (size, size); return its walk."""
    town.square(1, 0, 0, size=size)
    members = [(1, "outer")]
    for number, (x, y, side) in enumerate(holes, start=2):
        town.square(number, x, y, size=side)
        members.append((number, "inner"))
    town.node(91, -1, 0)
    town.node(92, size + 1, size)
    town.way(81, [91, 10], highway="footway")
    if entrances == 2:
        town.way(82, [12, 92], highway="footway")
    town.relation(7, members, type="multipolygon", highway="pedestrian", **tags)
    streets = town.read()[0].streets
    graph = nx.Graph()
    for start, finish, line in zip(
        streets["from_node"], streets["to_node"], streets.geometry, strict=True
    ):
        graph.add_edge(start, finish, weight=1000 * line.length)
    return nx.dijkstra_path_length(graph, 91, 92 if entrances == 2 else 20), streets


def test_a_square_is_walked_straight_across(town):
    walked, streets = across(town, 4)
    assert walked == pytest.approx(1 + 4 * np.sqrt(2) + 1)
    assert streets.loc[streets["street_id"].str.contains("x"), "enclosed"].all()


def test_what_stands_in_a_square_is_walked_around(town):
    """From corner to corner past the corner (3, 1) of a house of 2 by 2 in the middle."""
    walked, _ = across(town, 4, holes=[(1, 1, 2)])
    assert walked == pytest.approx(1 + 2 * np.hypot(3, 1) + 1)


def test_a_square_that_is_a_way_is_walked_across_and_a_ring_street_is_not(town):
    for number, area in ((1, "yes"), (2, "no")):
        town.square(number, 10 * number, 0, size=4, highway="pedestrian", area=area)
    for number in (1, 2):
        for corner in (0, 2):
            end = town.node(number * 100 + corner, 10 * number + corner, -1 if corner == 0 else 5)
            town.way(number * 100 + corner, [number * 10 + corner, end], highway="footway")
    extract, report = town.read()
    ids = extract.streets["street_id"]
    assert [each.split("-")[0] for each in ids[ids.str.contains("x")]] == ["w1.x10"]
    assert codes(report)["square-crossed"] == 1


def test_a_kiosk_in_a_square_with_one_entrance_is_reached(town):
    """From the corner (1, 1) of the kiosk straight to the entrance at (0, 0), and out."""
    walked, _ = across(town, 4, holes=[(1, 1, 2)], entrances=1)
    assert walked == pytest.approx(np.sqrt(2) + 1)


def test_a_square_with_one_entrance_has_nothing_to_cross(town):
    town.square(1, 0, 0, size=4, highway="pedestrian", area="yes")
    town.node(91, -1, 0)
    town.way(81, [91, 10], highway="footway")
    assert "square-crossed" not in codes(town.read()[1])
