"""The made-up district: it is what it says it is, and wrong only where it says so."""

from __future__ import annotations

import json

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import osmium
import pandas as pd
import pytest
import rasterio
import shapely

from siting.crs import gcj02_to_wgs84
from siting.data_report import DataReport
from siting.errors import SitingError
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import read_project
from siting.sample import write_sample
from siting.sample.district import draw_district
from siting.sample.ground import ORIGIN
from siting.sample.services import KINDS
from siting.sample.write import SEED

PROMISED_TYPES = {
    *("elder_care", "childcare", "kindergarten", "primary_school", "food_market", "canteen"),
    *("sport", "housekeeping", "repair", "convenience_store", "supermarket", "reading_room"),
    *("startup_space", "community_service", "commerce", "children_activity", "elderly_learning"),
    *("assistive_devices", "health_station", "health_centre", "pharmacy", "park", "parcel_point"),
}


@pytest.fixture(scope="module")
def district():
    return draw_district(np.random.default_rng(SEED))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample") / "demo").parent


@pytest.fixture(scope="module")
def loaded(folder):
    """The layers of siting.yaml, and the report on them."""
    report = DataReport()
    return load_layers(read_project(folder / "siting.yaml"), report=report), report


@pytest.fixture(scope="module")
def committed(repository):
    return repository / "data" / "sample"


@pytest.fixture(scope="module")
def listed_faults(folder):
    return json.loads((folder / "faults.json").read_text(encoding="utf-8"))["faults"]


@pytest.fixture(scope="module")
def faults(listed_faults):
    return {(fault["file"], fault["kind"]): set(fault["subjects"]) for fault in listed_faults}


@pytest.fixture(scope="module")
def ways(folder):
    """Every way of the street file: its tags, node ids and coordinates in EPSG:4547."""
    found = []
    for way in osmium.FileProcessor(str(folder / "streets.osm.pbf")).with_locations():
        if way.is_way():
            xy = [(node.location.lon, node.location.lat) for node in way.nodes]
            found.append((dict(way.tags), [node.ref for node in way.nodes], xy))
    lines = gpd.GeoSeries([shapely.LineString(xy) for _, _, xy in found], crs="EPSG:4326")
    return [
        (tags, refs, line)
        for (tags, refs, _), line in zip(found, lines.to_crs("EPSG:4547"), strict=True)
    ]


def buildings_of(folder):
    return gpd.read_file(folder / "buildings.gpkg")


def sheet_rows(path):
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.values) for sheet in book.worksheets}


def content(path):
    """What a file says, apart from how its library happens to pack it."""
    if path.suffix in (".gpkg", ".shp", ".fgb", ".geojson"):
        return gpd.read_file(path)
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    if path.suffix == ".xlsx":
        return sheet_rows(path)
    if path.suffix == ".tif":
        with rasterio.open(path) as raster:
            return [raster.read(1).tolist(), raster.transform[:6], raster.nodata]
    if path.suffix == ".pbf":
        return [
            (item.type_str(), item.id, dict(item.tags), place(item))
            for item in osmium.FileProcessor(str(path))
        ]
    return path.read_bytes()


def place(item):
    if item.is_node():
        return (round(item.location.lon, 6), round(item.location.lat, 6))
    return [node.ref for node in item.nodes]


def same(left, right):
    """Equal up to the last digit that a file holds, for sines differ between machines."""
    if not isinstance(left, gpd.GeoDataFrame):
        return left == right
    metres = 2e-7 if left.crs is not None and left.crs.is_geographic else 0.02
    shapes = zip(left.normalize(), right.normalize(), strict=True)
    alike = [a is b or shapely.equals_exact(a, b, metres) for a, b in shapes]
    return all(alike) and pd.DataFrame(left.drop(columns="geometry")).equals(
        pd.DataFrame(right.drop(columns="geometry"))
    )


def test_the_committed_sample_is_what_the_generator_writes(folder, committed):
    # What an analysis keeps for the next run stands beside the project, and is no part of it.
    written, kept = (
        {path.name for path in place.iterdir()} - {".siting-cache"} for place in (folder, committed)
    )
    assert written == kept
    hidden_by_the_drivers = (".dbf", ".shx", ".prj", ".cpg")
    different = [
        name
        for name in sorted(written)
        if not name.endswith(hidden_by_the_drivers)
        and not same(content(folder / name), content(committed / name))
    ]
    assert different == []


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    again = write_sample(tmp_path / "again").parent
    different = [
        p.name for p in folder.iterdir() if p.read_bytes() != (again / p.name).read_bytes()
    ]
    assert different == []


@pytest.mark.parametrize("seed", [3, 5])
def test_every_seed_gives_sixty_compounds_that_can_all_be_left(seed, district):
    other = draw_district(np.random.default_rng(seed))
    assert other.homes.name != district.homes.name
    assert len(other.compounds) == 60
    assert min(len(compound.gates) for compound in other.compounds) >= 1
    assert min(len(compound.footprints) for compound in other.compounds) >= 1
    assert len(other.homes.plan) <= 1500
    assert {service.facility_type for service in other.services} == PROMISED_TYPES
    assert tangles(other.ways()) == []


def test_the_district_has_the_size_that_it_is_said_to_have(folder, district):
    assert len(buildings_of(folder)) == 1500 + 1  # one row is there twice
    assert len(gpd.read_file(folder / "compounds.shp", encoding="gbk")) == 60
    assert len(gpd.read_file(folder / "communities.gpkg")) == 9 + 3
    assert len(gpd.read_file(folder / "subdistricts.shp")) == 3
    homes = district.homes
    assert 40_000 <= homes.households.sum() <= 50_000
    assert homes.population.sum() / homes.households.sum() == pytest.approx(2.47, abs=0.01)


def test_the_two_bridges_are_the_only_links_across_the_river(ways):
    graph = nx.Graph()
    for tags, refs, _ in ways:
        if "bridge" not in tags:
            nx.add_path(graph, refs)
    bridges = [refs for tags, refs, _ in ways if "bridge" in tags]
    assert len(bridges) == 2
    first, second = bridges
    for refs in bridges:
        assert not nx.has_path(graph, refs[0], refs[-1])
    # Both bridges join the same two banks, so either alone makes one town of them.
    assert nx.has_path(graph, first[0], second[0])
    assert nx.has_path(graph, first[-1], second[-1])


def test_nothing_but_the_bridges_touches_the_water(folder, ways):
    river = gpd.read_file(folder / "river.geojson").to_crs("EPSG:4547").geometry.iloc[0]
    wet = {tags.get("name") for tags, _, line in ways if line.intersects(river)}
    assert wet == {"江湾一桥", "江湾二桥"}
    assert not buildings_of(folder).geometry.dropna().intersects(river).any()


def tangles(ways):
    """Pairs of ways that cross without a common point, bridges apart."""
    level = [way for way in ways if "bridge" not in way.tags]
    points = [set(way.joined()) for way in level]
    lines = np.array([shapely.LineString(way.joined()) for way in level])
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    return [
        (a, b)
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
        if a < b and not _meet_in_nodes(lines[a].intersection(lines[b]), points[a] & points[b])
    ]


def _meet_in_nodes(crossing, nodes):
    parts = getattr(crossing, "geoms", [crossing])
    return all(
        part.geom_type == "Point" and (round(part.x, 3), round(part.y, 3)) in nodes
        for part in parts
    )


def test_ways_meet_only_where_they_share_a_node(district):
    assert tangles(district.ways()) == []


def test_only_the_compound_that_the_mapper_forgot_is_cut_off(ways, district, faults):
    graph = nx.Graph()
    for _, refs, _ in ways:
        nx.add_path(graph, refs)
    parts = sorted(nx.connected_components(graph), key=len)
    assert len(parts) == 2
    ground = shapely.transform(district.cut_off.parcel.ground, lambda xy: xy + np.array(ORIGIN))
    inside = [line for _, refs, line in ways if refs[0] in parts[0]]
    assert all(line.within(ground) for line in inside)
    assert faults["streets.osm.pbf", "disconnected-fragment"] == {district.cut_off.compound_id}


def test_walls_are_passed_at_gates_alone(folder, ways):
    walls = gpd.read_file(folder / "walls.fgb")
    lines = gpd.GeoSeries([line for _, _, line in ways], crs="EPSG:4547")
    assert walls.sindex.query(lines, predicate="intersects").size == 0
    gates = gpd.read_file(folder / "gates.geojson").to_crs("EPSG:4547")
    # A gate is 7 m wide, so the wall ends 3.5 m from its middle.
    assert gates.distance(walls.union_all()).to_numpy() == pytest.approx(7 / 2, abs=0.05)
    assert set(gates["小区编号"]) == {f"C{number:02d}" for number in range(1, 61)}


def test_every_building_behind_a_wall_has_a_private_path_of_its_own_compound_nearby(district):
    for compound in district.compounds:
        paths = shapely.union_all([way.line for way in compound.paths])
        assert max(plan.distance(paths) for plan in compound.footprints) < 40
        assert all(plan.within(compound.parcel.ground) for plan in compound.footprints)


def test_buildings_do_not_stand_in_each_other(district):
    plans = np.array(district.homes.plan)
    pairs = shapely.STRtree(plans).query(plans, predicate="overlaps")
    assert pairs.size == 0


def test_every_promised_type_of_service_is_there_and_outside_the_walls(district):
    assert {service.facility_type for service in district.services} == PROMISED_TYPES
    grounds = shapely.union_all([compound.parcel.ground for compound in district.compounds])
    points = [s.shape for s in district.services if s.shape.geom_type == "Point"]
    assert len(points) > 300
    assert not any(point.within(grounds) for point in points)
    wet = district.ground.river()
    assert not any(point.within(wet) for point in points)


def test_services_are_dense_and_small_in_the_old_quarter_and_rare_over_the_river(district):
    points = [s for s in district.services if s.shape.geom_type == "Point"]
    south = [s for s in points if s.shape.y < district.ground.river_y(s.shape.x)]
    people = district.homes.population
    centre = district.homes.centre
    southern = people[centre[:, 1] < district.ground.river_y(centre[:, 0])].sum()
    assert len(south) / len(points) < 0.5 * southern / people.sum()
    old = shapely.union_all([block.parcel.ground for block in district.quarter]).buffer(30)
    lanes = np.array([not compound_id for compound_id in district.homes.compound_id])
    dense = np.mean([s.shape.within(old) for s in points])
    assert dense > 3 * people[lanes].sum() / people.sum()
    inside, outside = (
        np.median([s.floor_area_m2 / KINDS[s.facility_type].area_m2[1] for s in points
                   if s.facility_type in KINDS and s.shape.within(old) == where])
        for where in (True, False)
    )  # fmt: skip
    assert inside < 0.7 * outside


def test_the_rasters_hold_every_person_once(folder, district):
    for name, people in (
        ("population.tif", district.homes.population),
        ("population_60plus.tif", district.homes.elderly),
    ):
        with rasterio.open(folder / name) as raster:
            cells = raster.read(1, masked=True)
            assert raster.nodata == -9999
            assert raster.crs.to_epsg() == 4326
        assert cells.sum() == people.sum()
        assert cells.mask.any()
        assert (cells == 0).any()


def test_the_hill_is_gentle_and_in_its_park(folder, district):
    with rasterio.open(folder / "elevation.tif") as raster:
        heights = raster.read(1)
    assert heights.min() > 10
    assert 50 < heights.max() < 90
    steps = [way for park in district.parks for way in park.paths if "conveying" in way.tags]
    assert len(steps) == 1
    assert steps[0].tags["conveying"] == "forward"
    low, high = (
        district.ground.elevation_m(*np.array(p)) for p in (steps[0].points[0], steps[0].points[-1])
    )
    assert high > low


def test_communities_hold_everybody_and_do_not_overlap(folder, district):
    areas = gpd.read_file(folder / "communities.gpkg")
    assert areas["人口"].sum() == district.homes.population.sum()
    assert areas["户数"].sum() == district.homes.households.sum()
    assert areas.geometry.area.sum() == pytest.approx(areas.union_all().area, rel=1e-6)
    assert not areas.geometry.crosses(areas.union_all().boundary).any()


def test_numbers_of_buildings_are_missing_negative_and_repeated_where_listed(folder, faults):
    table = buildings_of(folder).set_index("楼栋编号")

    def listed(kind):
        return set(faults["buildings.gpkg", kind])

    assert set(table.index[table["户数"].isna()]) == listed("missing-households")
    assert set(table.index[table["人口"].isna()]) == listed("missing-population")
    assert set(table.index[table["户数"] < 0]) == listed("negative-households")
    assert set(table.index[table.index.duplicated()]) == listed("duplicate-row")
    assert set(table.index[table.geometry.isna()]) == listed("null-geometry")
    shapes = table.geometry.dropna()
    assert set(shapes.index[~shapes.is_valid]) == listed("self-crossing")
    counted = [len(listed(kind)) for kind in ("missing-households", "missing-population")]
    assert counted == [6, 4]


def test_the_compounds_are_gbk_without_saying_so(folder, faults):
    assert not (folder / "compounds.cpg").exists()
    assert "小区编号".encode("gbk") in (folder / "compounds.dbf").read_bytes()
    table = gpd.read_file(folder / "compounds.shp", encoding="gbk").set_index("小区编号")
    assert set(table.index[~table.is_valid]) == faults["compounds.shp", "self-crossing"]
    assert set(table.index[table["户数"].isna()]) == faults["compounds.shp", "missing-households"]
    assert table["面积(万㎡)"].between(0.5, 40).all()


def test_the_points_of_interest_are_gcj02_with_four_spoilt_rows(folder, faults, district):
    table = pd.read_csv(folder / "poi_gcj02.csv", dtype=str, keep_default_na=False)
    listed = {kind: rows for (file, kind), rows in faults.items() if file == "poi_gcj02.csv"}
    assert set(table["编号"][table.duplicated()]) == listed["duplicate-row"]
    assert set(table["编号"][table["经度"] == ""]) == listed["missing-coordinates"]
    assert set(table["编号"][table["建筑面积"].str.contains(",")]) == listed["thousands-separator"]
    assert set(table["编号"][table["类别"] == "棋牌室"]) == listed["unknown-category"]
    placed = table[table["经度"] != ""].drop_duplicates("编号").set_index("编号").drop("ZZ001")
    lon, lat = (placed[column].astype(float).to_numpy() for column in ("经度", "纬度"))
    true = {s.facility_id: s.shape for s in district.services}
    there = np.array([(true[key].x + ORIGIN[0], true[key].y + ORIGIN[1]) for key in placed.index])
    # Six decimals of a degree are within 6 cm on either axis.
    assert np.linalg.norm(metric(*gcj02_to_wgs84(lon, lat)) - there, axis=1).max() < 0.1
    assert np.linalg.norm(metric(lon, lat) - there, axis=1).min() > 300


def metric(lon, lat):
    """Longitude and latitude in metres of EPSG:4547."""
    return gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs("EPSG:4547").get_coordinates()


def test_the_workbook_looks_like_an_office_made_it(folder, faults):
    sheet = openpyxl.load_workbook(folder / "care.xlsx")["养老"]
    rows = list(sheet.values)
    assert "虚构" in rows[0][0]
    assert rows[2][:3] == ("序号", "设施编号", "设施名称")
    assert rows[-1][0] == "合计"
    assert len(sheet.merged_cells.ranges) > 2
    area = {row[1]: row[rows[2].index("建筑面积(㎡)")] for row in rows[3:-1]}

    def listed(kind):
        return faults["care.xlsx", kind]

    assert {k for k, v in area.items() if v is None} == listed("missing-floor-area")
    assert {k for k, v in area.items() if "," in str(v)} == listed("thousands-separator")
    assert {k for k, v in area.items() if "．" in str(v)} == listed("full-width-digits")


def test_communities_carry_the_zone_and_subdistricts_hide_their_system(folder):
    assert gpd.read_file(folder / "communities.gpkg").total_bounds[0] > 38_000_000
    hidden = gpd.read_file(folder / "subdistricts.shp")
    assert hidden.crs is None
    assert hidden.total_bounds[0] > 38_000_000


def test_every_fault_is_in_the_readme_and_no_other(folder, faults):
    text = (folder / "README.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `") and line.count("|") == 6]
    assert len(table) == len(faults)
    for (file, _), subjects in faults.items():
        assert all(f"`{subject}`" in text for subject in [file, *subjects])


def test_every_text_and_layer_says_that_it_is_made_up(folder):
    for name in ("README.md", "siting.yaml", "siting-compounds.yaml", "siting-cells.yaml"):
        assert "虚构" in (folder / name).read_text(encoding="utf-8")
    for name in ("poi_gcj02.csv", "river.geojson"):
        assert "虚构" in (folder / name).read_text(encoding="utf-8-sig")
    for name in ("buildings.gpkg", "communities.gpkg", "sites.gpkg", "walls.fgb"):
        assert "虚构".encode() in (folder / name).read_bytes()


def test_the_data_report_names_every_fault_and_its_rows(loaded, listed_faults):
    _, report = loaded
    for fault in listed_faults:
        if not fault["note"]:
            continue
        notes = [
            note
            for note in report.notes
            if fault["file"] in note.layer and note.code == fault["note"]
        ]
        assert notes, fault
        named = {example for note in notes for example in note.examples}
        # A note shows five rows at most; those of one fault may share it with those of another.
        assert not fault["rows"] or named & {str(row) for row in fault["rows"]}, fault


def test_numbers_that_people_typed_are_read_as_they_meant_them(loaded, listed_faults, district):
    layers, _ = loaded
    true = {s.facility_id: s.floor_area_m2 for s in district.services}
    read = dict(
        zip(layers.facilities["facility_id"], layers.facilities["floor_area_m2"], strict=True)
    )
    typed = [f for f in listed_faults if f["kind"] in ("thousands-separator", "full-width-digits")]
    assert len(typed) == 3
    for fault in typed:
        for facility_id in fault["subjects"]:
            assert read[facility_id] == true[facility_id]


def test_the_project_by_building_holds_all_homes_types_and_elderly_people(loaded, district):
    layers, _ = loaded
    assert len(layers.residential) == 1500 - 1  # one building has no geometry
    assert set(layers.facilities["facility_type"]) == PROMISED_TYPES
    assert layers.residential["elderly"].sum() == pytest.approx(district.homes.elderly.sum())
    assert set(layers.areas) == {"compound", "community", "street"}


def test_the_project_by_compound_reaches_each_through_its_gates(folder):
    layers = load_layers(read_project(folder / "siting-compounds.yaml"), report=DataReport())
    assert set(layers.facilities["facility_type"]) == PROMISED_TYPES
    assert set(layers.residential["home_id"]) <= set(layers.entrances["subject_id"])
    # The header is in 10,000 m2: a compound has between 1 and 50 of them.
    assert layers.residential["floor_area_m2"].between(1e4, 50e4).all()


def test_the_project_by_cell_holds_everybody(folder, district):
    layers = load_layers(read_project(folder / "siting-cells.yaml"), report=DataReport())
    assert layers.residential["population"].sum() == district.homes.population.sum()
    assert layers.residential["elderly"].sum() == pytest.approx(district.homes.elderly.sum())


def test_a_folder_that_holds_something_is_left_alone_unless_forced(tmp_path):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(SitingError, match=r"is not empty: it holds 1 entry, the first is 'mine"):
        write_sample(folder)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    write_sample(folder, force=True)
    assert not (folder / "mine.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_failed_run_leaves_what_was_there(tmp_path, monkeypatch):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "mine.txt").write_text("keep", encoding="utf-8")

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("siting.sample.write._write_rasters", broken)
    with pytest.raises(SitingError, match="No space left on device"):
        write_sample(folder, force=True)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_a_file_in_the_way_is_said_to_be_one(tmp_path):
    (tmp_path / "demo").write_text("", encoding="utf-8")
    with pytest.raises(SitingError, match="is a file; the sample needs a folder"):
        write_sample(tmp_path / "demo")
