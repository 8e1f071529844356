"""The project file: every fault at once, with its line, and a schema that says the same."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from siting.errors import LoadError, ProjectError
from siting.loaders.project.read import Project, build_project, project_json_schema, read_project

EXAMPLE = """\
name: 江湾示例区
language: zh
crs: EPSG:4547
date: 2026-11-23
layers:
  residential: {path: compounds.shp, encoding: gbk, columns: {households: 户数}}
  facilities:
    - path: poi.csv
      crs: GCJ-02
      longitude: 经度
      latitude: 纬度
      facility_type: {column: 类别, map: {图书馆: reading_room, 医院: [hospital, health_centre]}}
    - {path: elder_care.xlsx, sheet: 养老, facility_type: elder_care}
  streets: {path: streets.osm.pbf}
  areas: [{path: communities.gpkg, level: community}]
  barriers: [{path: river.geojson}]
  population: {path: pop_60plus.tif, group: elderly}
rules: [cn/wuhan, cn/hubei, cn/national]
parameters: {walking_speed_m_per_min: 80, max_access_m: 200, persons_per_household: 2.47}
"""
FILES = [
    "compounds.shp",
    "poi.csv",
    "elder_care.xlsx",
    "streets.osm.pbf",
    "communities.gpkg",
    "river.geojson",
    "pop_60plus.tif",
]


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def write(folder, text):
    path = folder / "siting.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder, text):
    with pytest.raises(ProjectError) as caught:
        read_project(write(folder, text))
    return "\n".join(caught.value.faults)


def test_the_whole_example_is_read_with_complete_paths(folder):
    project = read_project(write(folder, EXAMPLE))
    assert project.date == dt.date(2026, 11, 23)
    assert project.layers.residential[0].path == (folder / "compounds.shp").resolve()
    assert project.layers.facilities[0].facility_type.map["图书馆"] == ("reading_room",)
    assert project.layers.facilities[0].facility_type.map["医院"] == ("hospital", "health_centre")
    assert project.layers.facilities[1].facility_type.code == "elder_care"
    assert project.layers.population[0].group == "elderly"
    assert project.parameters.persons_per_household == 2.47
    assert project.folder == folder


def test_a_folder_stands_for_the_file_in_it(folder):
    write(folder, EXAMPLE)
    assert read_project(folder).name == "江湾示例区"


def test_nothing_that_would_invent_people_has_a_default(folder):
    text = EXAMPLE[: EXAMPLE.index("parameters")]
    parameters = read_project(write(folder, text)).parameters
    assert parameters.walking_speed_m_per_min == 80
    assert parameters.max_access_m == 200
    assert parameters.persons_per_household is None
    assert parameters.floor_area_per_household_m2 is None


def test_all_faults_of_the_file_come_at_once_with_line_and_path(folder):
    text = (
        EXAMPLE.replace("encoding: gbk", "encodng: gbk")
        .replace("path: river.geojson", "path: rivr.geojson")
        .replace("language: zh", "language: cn")
        .replace("max_access_m: 200", "max_access_m: -1")
        .replace("group: elderly", "group: elders")
        .replace("crs: GCJ-02", "crs: EPSG:99999")
    )
    found = faults(folder, text)
    known = "layers.residential.encodng is not a known key; did you mean 'encoding'?"
    assert f"siting.yaml:6: {known}" in found
    assert "siting.yaml:16: layers.barriers[0].path: " in found
    assert "'rivr.geojson', which does not exist" in found
    assert "siting.yaml:2: language is 'cn'; expected 'zh' or 'en'" in found
    assert "siting.yaml:19: parameters.max_access_m is -1" in found
    assert "siting.yaml:17: layers.population.group is 'elders'" in found
    assert "did you mean 'elderly'?" in found
    assert "siting.yaml:9: layers.facilities[0].crs: " in found
    assert len(found.splitlines()) == 6


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("  streets: {path: streets.osm.pbf}\n", "", "nothing says where people walk"),
        ("streets: {path: streets.osm.pbf}", "streets: {}", "expected either path or place"),
        ("facility_type: elder_care", "facility_type: {}", "expected either one facility type"),
        ("level: community", "name: x", "areas\\[0\\].level is missing"),
        ("path: poi.csv", "path: /vsicurl/http://x/poi.csv", "is not a file"),
        ("path: poi.csv", "path: 7", "poi|path is 7"),
        ("name: 江湾示例区", "nane: x", "nane is not a known key; did you mean 'name'"),
        ("encoding: gbk", "encoding: gbkk", "'gbkk' is no encoding"),
        ("date: 2026-11-23", "date: 2026-11-31", "siting.yaml:4: date is '2026-11-31'"),
        ("persons_per_household: 2.47", "persons_per_household: .inf", "finite"),
        ("  population: {", "  population: [{path: poi.csv, group: elderly}, {", "not valid YAML"),
    ],
)
def test_each_fault_says_where_and_what(folder, old, new, what):
    assert old in EXAMPLE
    with pytest.raises(ProjectError, match=what):
        read_project(write(folder, EXAMPLE.replace(old, new)))


def test_homes_may_come_from_cells_alone_but_not_from_nowhere(folder):
    line = next(line for line in EXAMPLE.splitlines(keepends=True) if "residential" in line)
    without = EXAMPLE.replace(line, "")
    assert read_project(write(folder, without)).layers.residential == ()
    cells = next(line for line in EXAMPLE.splitlines(keepends=True) if "population" in line)
    found = faults(folder, without.replace(cells, ""))
    assert "siting.yaml:5: layers: nothing says where people live" in found


def test_one_group_of_people_is_counted_by_one_raster(folder):
    twice = "population: [{path: pop_60plus.tif}, {path: pop_60plus.tif}]"
    text = EXAMPLE.replace("population: {path: pop_60plus.tif, group: elderly}", twice)
    assert "population counts the same group twice" in faults(folder, text)


def test_one_openstreetmap_file_is_enough_for_a_project(folder):
    project = read_project(write(folder, "name: x\nlayers: {osm: {path: streets.osm.pbf}}\n"))
    assert project.layers.osm.use == ("streets", "residential", "facilities", "water")


def test_a_project_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LoadError, match=r"siting\.yaml cannot be read"):
        read_project(tmp_path)


def test_a_project_made_in_python_is_checked_the_same_way(folder):
    data = yaml.safe_load(EXAMPLE)
    assert build_project(data, folder=folder).layers == read_project(write(folder, EXAMPLE)).layers
    data["layers"]["residential"]["encodng"] = "gbk"
    with pytest.raises(ProjectError, match=r"the project: layers\.residential\.encodng is not"):
        build_project(data, folder=folder)


def test_the_schema_accepts_the_example_and_refuses_what_the_reader_refuses(folder):
    jsonschema = pytest.importorskip("jsonschema")
    schema = project_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    data = yaml.safe_load(EXAMPLE)
    data["date"] = str(data["date"])
    assert list(validator.iter_errors(data)) == []
    data["layers"]["residential"]["encodng"] = "gbk"
    assert list(validator.iter_errors(data)) != []


def test_every_key_of_the_schema_is_documented():
    schema = project_json_schema()
    models = [schema, *schema["$defs"].values()]
    keys = [(m.get("title"), k, v) for m in models for k, v in m.get("properties", {}).items()]
    assert len(keys) > 40
    assert [(title, key) for title, key, value in keys if "description" not in value] == []


@pytest.mark.real
@pytest.mark.parametrize("name", ["wuhan", "las-palmas", "vologda"])
def test_the_real_projects_are_valid(real_data, repository, name):
    path = repository / "tests" / "projects" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    data = yaml.safe_load(text.replace("../../../shared/data", real_data.as_posix()))
    assert isinstance(build_project(data), Project)
