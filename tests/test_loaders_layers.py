"""From a project to tables: one system, nothing invented in silence, and the three real cities."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from rasterio.transform import Affine
from shapely import LineString, Point, Polygon, box

from siting.crs import wgs84_to_gcj02
from siting.data_report import DataReport
from siting.errors import CRSError, LoadError, ProjectError
from siting.loaders.layer.load import load_layers
from siting.loaders.project.read import build_project, read_project
from siting.message import message
from siting.words import say

CRS = "EPSG:4547"
X0, Y0 = 500_000.0, 3_380_000.0


def at(x, y):
    return Point(X0 + x, Y0 + y)


@pytest.fixture
def town(tmp_path):
    """Three homes, two facilities, a cross of streets, one community, a raster of elders."""
    homes = {
        "home_id": ["a", "b", "c"],
        "households": [100.0, np.nan, 50.0],
        "population": [np.nan, 30.0, 120.0],
        "status": ["open", "open", "closed"],
        "geometry": [at(100, 10), at(900, 10), at(500, 400)],
    }
    write(tmp_path / "homes.gpkg", homes)
    facilities = {
        "facility_id": ["f", "g"],
        "kind": ["图书馆", "酒吧"],
        "geometry": [at(500, 20), Polygon(box(X0 + 700, Y0 + 50, X0 + 800, Y0 + 100))],
    }
    write(tmp_path / "places.gpkg", facilities)
    streets = {
        "highway": ["residential", "trunk", "service;residential"],
        "geometry": [line(0, 0, 1000, 0), line(0, 500, 1000, 500), line(500, 0, 500, 500)],
    }
    write(tmp_path / "streets.gpkg", streets)
    areas = {"area_id": ["k"], "geometry": [box(X0, Y0 - 100, X0 + 600, Y0 + 600)]}
    write(tmp_path / "communities.gpkg", areas)
    raster(tmp_path / "elders.tif", [[0, 0], [20, 8]])
    return tmp_path


def line(x1, y1, x2, y2):
    return LineString([(X0 + x1, Y0 + y1), (X0 + x2, Y0 + y2)])


def write(path, columns, crs=CRS):
    gpd.GeoDataFrame(columns, crs=crs).to_file(path, engine="pyogrio")


def raster(path, values, cell=500.0):
    values = np.array(values, dtype="float64")
    transform = Affine(cell, 0, X0, 0, -cell, Y0 + cell * len(values))
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float64", crs=CRS, transform=transform,
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)


def project(folder, *, layers=None, **options):
    data = {
        "name": "town",
        "layers": {
            "residential": {"path": "homes.gpkg"},
            "facilities": {
                "path": "places.gpkg",
                "facility_type": {"column": "kind", "map": {"图书馆": "reading_room"}},
            },
            "streets": {"path": "streets.gpkg"},
            **(layers or {}),
        },
        **options,
    }
    data["layers"] = {name: layer for name, layer in data["layers"].items() if layer is not None}
    return build_project(data, folder=folder)


def load(made):
    report = DataReport()
    return load_layers(made, report=report), report


def notes(report):
    return {note.code: note for note in report.notes}


def test_every_table_is_in_the_one_metric_system_chosen_from_the_data(town):
    layers, report = load(
        project(town, layers={"areas": {"path": "communities.gpkg", "level": "community"}})
    )
    assert layers.crs.to_epsg() == 4547
    assert "metric-crs-chosen" in notes(report)
    for table in (layers.residential, layers.facilities, layers.streets, layers.areas["community"]):
        assert table.crs == layers.crs
    assert list(layers.residential["home_id"]) == ["a", "b", "c"]
    assert list(layers.facilities["facility_type"]) == ["reading_room"]
    assert notes(report)["facility-type-unknown"].count == 1


def test_a_declared_system_is_used_and_one_that_cannot_measure_is_refused(town):
    layers, _ = load(project(town, crs="EPSG:32650"))
    assert layers.crs.to_epsg() == 32650
    with pytest.raises(CRSError, match="degrees"):
        load(project(town, crs="EPSG:4326"))
    with pytest.raises(CRSError, match="lengths here are wrong by"):
        load(project(town, crs="EPSG:3857"))


def test_people_are_filled_only_where_a_parameter_says_how_and_the_report_names_it(town):
    layers, report = load(project(town))
    assert layers.residential["population"].isna().sum() == 1
    assert "households-assumed" not in notes(report)
    layers, report = load(project(town, parameters={"persons_per_household": 2.5}))
    assert list(layers.residential["households"]) == [100, 30 / 2.5, 50]
    assert list(layers.residential["population"]) == [100 * 2.5, 30, 120]
    assert "persons_per_household = 2.5" in say(notes(report)["population-assumed"].message, "en")
    assert notes(report)["population-assumed"].examples == ("a",)


def test_a_share_of_elderly_is_used_only_when_it_is_stated(town):
    layers, _ = load(project(town))
    assert "elderly" not in layers.residential.columns
    layers, report = load(project(town, parameters={"elderly_share": 0.25}))
    assert layers.residential["elderly"].iloc[2] == 120 * 0.25
    assert notes(report)["elderly-assumed"].count == 2


def test_only_wanted_rows_are_taken_and_the_others_counted(town):
    wanted = {"path": "homes.gpkg", "where": {"status": "open"}}
    layers, report = load(project(town, layers={"residential": wanted}))
    assert list(layers.residential["home_id"]) == ["a", "b"]
    assert notes(report)["not-wanted"].count == 1
    nobody = {"path": "homes.gpkg", "where": {"status": "gone"}}
    with pytest.raises(LoadError, match=r"no row with status = gone; 'status' holds"):
        load(project(town, layers={"residential": nobody}))
    wrong = {"path": "homes.gpkg", "where": {"state": "gone"}}
    with pytest.raises(LoadError, match="lacks the column 'state' of where:"):
        load(project(town, layers={"residential": wrong}))


def test_a_street_goes_only_when_all_its_classes_are_excluded(town):
    streets = {"path": "streets.gpkg", "exclude_highways": ["trunk", "service"]}
    layers, report = load(project(town, layers={"streets": streets}))
    # The lane ends half way along the first street, which is cut there.
    assert list(layers.streets["highway"]) == ["residential", "residential", "service;residential"]
    assert notes(report)["street-excluded"].count == 1


def test_cells_are_the_homes_where_there_are_no_others(town):
    layers, report = load(
        project(
            town,
            layers={"residential": None, "population": {"path": "elders.tif", "group": "elderly"}},
        )
    )
    assert list(layers.residential["elderly"]) == [20, 8]
    assert layers.residential.geometry.iloc[0] == at(250, 250)
    assert notes(report)["cells-are-homes"].count == 2


def test_cells_are_spread_over_the_homes_that_there_are(town):
    people = {"path": "elders.tif", "group": "elderly", "weight": "equal"}
    layers, report = load(project(town, layers={"population": people}))
    assert list(layers.residential["elderly"]) == [20, 8 / 2, 8 / 2]
    assert "28 people" in say(notes(report)["population-spread"].message, "en")


def test_two_groups_of_people_meet_in_the_same_cells(town):
    raster(town / "all.tif", [[5, 0], [100, 50]])
    both = [{"path": "elders.tif", "group": "elderly"}, {"path": "all.tif"}]
    layers, _ = load(project(town, layers={"residential": None, "population": both}))
    assert list(layers.residential["population"]) == [5, 100, 50]
    assert list(layers.residential["elderly"]) == [0, 20, 8]


def test_cells_can_be_cut_to_a_boundary(town):
    people = {"path": "elders.tif", "within": {"path": "communities.gpkg"}}
    layers, report = load(project(town, layers={"residential": None, "population": people}))
    assert list(layers.residential["population"]) == [20]
    assert "8 people" in say(notes(report)["cell-outside"].message, "en")
    assert {each.path.name for each in layers.inputs} >= {"communities.gpkg", "elders.tif"}


def test_two_files_of_homes_keep_their_identifiers_apart(town):
    more = {"home_id": ["a", "z"], "geometry": [at(200, 10), at(300, 10)]}
    write(town / "more.gpkg", more)
    both = [{"path": "homes.gpkg"}, {"path": "more.gpkg"}]
    layers, report = load(project(town, layers={"residential": both}))
    assert list(layers.residential["home_id"]) == ["1:a", "b", "c", "2:a", "z"]
    assert notes(report)["identifier-shared"].examples == ("a",)


def test_homes_outside_the_streets_are_reported_and_all_outside_is_an_error(town):
    far = {"home_id": ["a", "z"], "geometry": [at(200, 10), at(1200.5, 0)]}
    write(town / "far.gpkg", far)
    _, report = load(project(town, layers={"residential": {"path": "far.gpkg"}}))
    assert notes(report)["home-far-from-streets"].examples == ("z",)
    write(town / "away.gpkg", {"home_id": ["z"], "geometry": [at(9000, 0)]})
    with pytest.raises(LoadError, match="no home lies where the streets are: homes span"):
        load(project(town, layers={"residential": {"path": "away.gpkg"}}))


def test_a_project_without_facilities_is_loaded_and_says_so(town):
    layers, report = load(project(town, layers={"facilities": None}))
    assert len(layers.facilities) == 0
    assert "facilities-none" in notes(report)


def test_barriers_water_sites_and_gates_are_read(town):
    write(town / "river.gpkg", {"geometry": [box(X0, Y0 + 200, X0 + 1000, Y0 + 300)]})
    write(town / "sites.gpkg", {"site_id": ["s"], "cost": [5e5], "geometry": [at(300, 5)]})
    write(town / "gates.gpkg", {"subject_id": ["a"], "geometry": [at(90, 5)]})
    layers, _ = load(
        project(
            town,
            layers={
                "barriers": {"path": "river.gpkg"},
                "water": {"path": "river.gpkg"},
                "sites": {"path": "sites.gpkg"},
                "entrances": {"path": "gates.gpkg"},
            },
        )
    )
    assert layers.barriers.geometry.area.sum() == pytest.approx(1000 * 100)
    assert len(layers.water) == 1
    assert list(layers.sites["cost"]) == [5e5]
    assert list(layers.entrances["subject_id"]) == ["a"]


def test_sheets_of_one_workbook_are_told_apart_in_the_report(town):
    places = {"kind": ["图书馆"], "经度": [X0 + 500], "纬度": [Y0 + 20]}
    with pd.ExcelWriter(town / "care.xlsx") as book:
        for sheet in ("养老", "托育"):
            pd.DataFrame({**places, "编号": [sheet]}).to_excel(book, sheet_name=sheet, index=False)
    table = {"path": "care.xlsx", "crs": CRS, "facility_type": "elder_care"}
    both = [{**table, "sheet": sheet} for sheet in ("养老", "托育")]
    layers, report = load(project(town, layers={"facilities": both}))
    assert list(layers.facilities["facility_id"]) == ["养老", "托育"]
    subjects = {note.layer for note in report.notes}
    assert {"facilities (care.xlsx: 养老)", "facilities (care.xlsx: 托育)"} <= subjects


def test_every_input_is_listed_once_with_its_hash(town):
    layers, _ = load(project(town, layers={"barriers": {"path": "streets.gpkg"}}))
    names = [each.path.name for each in layers.inputs]
    assert sorted(names) == ["homes.gpkg", "places.gpkg", "streets.gpkg"]
    homes = next(each for each in layers.inputs if each.path.name == "homes.gpkg")
    assert homes.sha256 == hashlib.sha256((town / "homes.gpkg").read_bytes()).hexdigest()


def test_progress_goes_from_nothing_to_all(town):
    steps = []
    load_layers(
        project(town),
        report=DataReport(),
        progress=lambda label, share: steps.append((label, share)),
    )
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert (shares[0], steps[-1]) == (0, (message("progress.layers_done"), 1.0))


def test_points_in_an_undeclared_offset_datum_are_caught_by_the_streets(tmp_path):
    rng = np.random.default_rng(5)
    lon, lat = 114.30 + 0.004 * np.arange(12), 30.58 + 0.004 * np.arange(12)
    lines = [LineString([(x, lat[0]), (x, lat[-1])]) for x in lon]
    lines += [LineString([(lon[0], y), (lon[-1], y)]) for y in lat]
    write(tmp_path / "streets.gpkg", {"geometry": lines}, crs="EPSG:4326")
    along = rng.uniform(0, 0.044, 200)
    x = np.concatenate((rng.choice(lon, 100), lon[0] + along[:100]))
    y = np.concatenate((lat[0] + along[100:], rng.choice(lat, 100)))
    gcj = np.column_stack(wgs84_to_gcj02(x, y))
    table = pd.DataFrame(
        {"home_id": np.arange(200).astype(str), "经度": gcj[:, 0], "纬度": gcj[:, 1]}
    )
    table.to_csv(tmp_path / "homes.csv", index=False)
    homes = {"path": "homes.csv", "crs": "EPSG:4326"}
    layers = {"residential": homes, "facilities": None, "streets": {"path": "streets.gpkg"}}
    _, report = load(project(tmp_path, layers=layers))
    assert "GCJ-02" in say(notes(report)["datum-suspected"].message, "en")
    layers["residential"] = {**homes, "crs": "GCJ-02"}
    _, report = load(project(tmp_path, layers=layers))
    assert "datum-suspected" not in notes(report)


OSM = """<osm version="0.6">
<node id="1" version="1" lon="114.300" lat="30.500"/>
<node id="2" version="1" lon="114.302" lat="30.500"/>
<node id="3" version="1" lon="114.302" lat="30.501"/>
<node id="4" version="1" lon="114.300" lat="30.501"/>
<node id="5" version="1" lon="114.301" lat="30.502"><tag k="amenity" v="library"/></node>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
<way id="11" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
<tag k="building" v="apartments"/><tag k="building:levels" v="6"/></way>
<way id="12" version="1"><nd ref="3"/><nd ref="4"/><tag k="waterway" v="river"/></way>
</osm>"""


def test_one_openstreetmap_file_gives_all_layers_and_each_can_be_replaced(town):
    (town / "city.osm").write_text(OSM, encoding="utf-8")
    alone = {"residential": None, "facilities": None, "streets": None, "osm": {"path": "city.osm"}}
    layers, report = load(project(town, layers=alone, parameters={"default_levels": 2}))
    assert list(layers.residential["home_id"]) == ["w11"]
    footprint = layers.residential.geometry.area.iloc[0]
    assert layers.residential["floor_area_m2"].iloc[0] == pytest.approx(footprint * 6)
    assert list(layers.facilities["facility_id"]) == ["n5"]
    assert list(layers.streets["street_id"]) == ["w10-0"]
    assert len(layers.barriers) == len(layers.water) == 1
    assert notes(report)["water-divides"].count == 1
    homes = {"home_id": ["mine"], "geometry": [Point(114.301, 30.5001)]}
    write(town / "mine.gpkg", homes, crs="EPSG:4326")
    layers, _ = load(project(town, layers={**alone, "residential": {"path": "mine.gpkg"}}))
    assert list(layers.residential["home_id"]) == ["mine"]
    assert list(layers.facilities["facility_id"]) == ["n5"]


def test_layers_may_each_name_an_openstreetmap_file(town):
    (town / "city.osm").write_text(OSM, encoding="utf-8")
    each = {"path": "city.osm"}
    typed = {**each, "facility_type": "reading_room"}
    layers, _ = load(
        project(
            town,
            layers={"residential": each, "facilities": typed, "streets": each, "barriers": each},
        )
    )
    assert (len(layers.residential), len(layers.facilities), len(layers.barriers)) == (1, 1, 1)
    with pytest.raises(LoadError, match=r"no boundary of admin_level 9.0; it has those of none"):
        areas = {**each, "level": "district", "admin_level": 9}
        load(project(town, layers={"areas": areas}))


def test_a_facility_type_nobody_knows_is_named_with_the_nearest(town):
    facilities = {"path": "places.gpkg", "facility_type": "reading_rom"}
    with pytest.raises(LoadError, match="reading_room"):
        load(project(town, layers={"facilities": facilities}))


def test_a_missing_file_is_found_before_anything_is_read(town):
    with pytest.raises(ProjectError, match=r"'home\.gpkg', which does not exist"):
        project(town, layers={"residential": {"path": "home.gpkg"}})


@pytest.fixture
def real_project(real_data, repository, tmp_path):
    def read(name):
        text = (repository / "tests" / "projects" / f"{name}.yaml").read_text(encoding="utf-8")
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            text.replace("../../../shared/data", real_data.as_posix()), encoding="utf-8"
        )
        return read_project(path)

    return read


@pytest.mark.real
def test_vologda_has_its_people_and_reports_the_schools_without_a_place(real_project):
    layers, report = load(real_project("vologda"))
    assert layers.residential["population"].sum() == 356_810
    kinds = layers.facilities["facility_type"].value_counts().to_dict()
    assert kinds == {"kindergarten": 120, "primary_school": 63 - 21}
    assert notes(report)["geometry-missing"].count == 21
    assert len(layers.barriers) > 200
    assert layers.crs.to_epsg() == 32637


@pytest.mark.real
def test_las_palmas_comes_from_one_file(real_project):
    layers, report = load(real_project("las-palmas"))
    assert len(layers.inputs) == 1
    assert len(layers.residential) > 20_000
    assert len(layers.streets) > 20_000
    assert layers.facilities["facility_type"].nunique() > 20
    assert list(layers.areas["city"]["name"]) == ["Las Palmas de Gran Canaria"]
    assert {"levels-assumed", "households-assumed", "population-assumed"} <= set(notes(report))


@pytest.mark.real
def test_wuhan_keeps_every_elder_and_moves_the_places_to_the_streets(real_project):
    made = real_project("wuhan")
    layers, report = load(made)
    assert layers.crs.to_epsg() == 4547
    assert layers.residential["elderly"].sum() == pytest.approx(1_942_653, abs=1)
    assert len(layers.streets) == 74_743
    assert len(layers.areas["community"]) == 974
    kinds = layers.facilities["facility_type"].value_counts()
    assert (kinds["reading_room"], kinds["hospital"], kinds["supermarket"]) == (29, 47, 10)
    assert "datum-suspected" not in notes(report)


@pytest.mark.real
def test_wuhan_places_read_as_wgs84_are_caught(real_project):
    made = real_project("wuhan")
    data = yaml.safe_load(made.path.read_text(encoding="utf-8"))
    data["layers"]["facilities"] |= {"crs": "EPSG:4326", "facility_type": "park"}
    data["layers"]["residential"] = {"path": data["layers"].pop("areas")["path"]}
    del data["layers"]["population"]
    _, report = load(build_project(data))
    assert "GCJ-02" in say(notes(report)["datum-suspected"].message, "en")
