"""Bad input through the command line: a clear error and exit code 2, or a repair that is listed.

Never a traceback, never half-written results, whatever the files hold.
"""

from __future__ import annotations

import json
import os
import re
import shutil

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point, box

from analysis_town import (
    BOW_TIE,
    CRS,
    FACILITIES,
    HOMES,
    STREETS,
    X0,
    Y0,
    facility_columns,
    facility_shapes,
    home_columns,
    home_shapes,
    place,
    project_data,
    street_shapes,
    write_layer,
    write_project,
    write_town,
)
from siting import drafts
from siting.cli.app import run


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("base")).parent


@pytest.fixture
def town(base, tmp_path):
    """A copy of the town to spoil, and its project as plain data."""
    shutil.copytree(base, tmp_path / "town")
    return Spoiled(tmp_path / "town", project_data())


class Spoiled:
    """A town's folder and project, and what became of analyzing it."""

    def __init__(self, folder, data):
        self.folder = folder
        self.data = data
        self.layers = data["layers"]
        self.out = folder.parent / "out"

    def homes(self, *, crs=CRS, shapes=None, **columns):
        write_layer(
            self.folder / "homes.gpkg", home_columns() | columns, shapes or home_shapes(), crs
        )

    def run(self, *options):
        write_project(self.folder, self.data)
        return self.run_as_it_is(*options)

    def run_as_it_is(self, *options):
        arguments = ["analyze", str(self.folder / "siting.yaml"), "--out", str(self.out)]
        return run([*arguments, *options])

    def report(self):
        notes = json.loads((self.out / "data-report.json").read_text(encoding="utf-8"))["notes"]
        return {note["code"]: note for note in notes}

    def findings(self, rule="town-reading-room"):
        table = pd.read_parquet(self.out / "findings.parquet")
        return table[table["rule_id"] == rule].set_index("subject_id")


def cut_in_half(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def write_pbf(path):
    import osmium

    writer = osmium.SimpleWriter(str(path))
    for number in range(2000):
        lon, lat = 114.0 + (number % 50) * 0.001, 30.5 + (number // 50) * 0.001
        writer.add_node(osmium.osm.mutable.Node(id=number + 1, location=(lon, lat)))
    for number in range(1900):
        way = osmium.osm.mutable.Way(
            id=number + 1, nodes=[number + 1, number + 51], tags={"highway": "residential"}
        )
        writer.add_way(way)
    writer.close()


def facilities_csv(folder, name="places.csv", **columns):
    table = {
        "facility_id": list(FACILITIES),
        "name": list(FACILITIES),
        "facility_type": [row[1] for row in FACILITIES.values()],
        "x": [X0 + row[0].x for row in FACILITIES.values()],
        "y": [Y0 + row[0].y for row in FACILITIES.values()],
    } | columns
    pd.DataFrame(table).to_csv(folder / name, index=False)
    return {"path": name, "crs": CRS, "longitude": "x", "latitude": "y"}


# --- nothing can be done: exit code 2 ---------------------------------------------------------


def no_homes(town):
    empty = {name: values[:0] for name, values in home_columns().items()}
    write_layer(town.folder / "homes.gpkg", empty, [])


def no_streets(town):
    write_layer(town.folder / "streets.gpkg", {"street_id": []}, [])


def no_crs(town):
    table = gpd.GeoDataFrame(home_columns(), geometry=[place(each) for each in home_shapes()])
    table.set_crs(CRS).iloc[:2].to_file(town.folder / "homes.shp", engine="pyogrio")
    (town.folder / "homes.prj").unlink()
    town.layers["residential"] = {"path": "homes.shp"}


def homes_on_the_other_side_of_the_world(town):
    shapes = [Point(0.001 * row, 0.001 * row) for row in range(len(HOMES))]
    frame = gpd.GeoDataFrame(home_columns(), geometry=shapes, crs="EPSG:4326")
    frame.to_file(town.folder / "homes.gpkg", engine="pyogrio")


def degrees_that_are_said_to_be_metres(town):
    shapes = [Point(114 + 0.001 * row, 30.5) for row in range(len(HOMES))]
    frame = gpd.GeoDataFrame(home_columns(), geometry=shapes, crs=CRS)
    frame.to_file(town.folder / "homes.gpkg", engine="pyogrio")


def truncated_geopackage(town):
    cut_in_half(town.folder / "homes.gpkg")


def empty_file(town):
    (town.folder / "homes.gpkg").write_bytes(b"")


def pbf_cut_in_half(town):
    write_pbf(town.folder / "city.osm.pbf")
    cut_in_half(town.folder / "city.osm.pbf")
    town.layers["streets"] = {"path": "city.osm.pbf"}


def csv_with_wrong_columns(town):
    table = pd.DataFrame({"libelle": ["a"], "abscisse": [1.0], "ordonnee": [2.0]})
    table.to_csv(town.folder / "places.csv", index=False)
    town.layers["facilities"] = [{"path": "places.csv", "crs": "EPSG:4326"}]


def csv_without_the_column_that_is_named(town):
    layer = facilities_csv(town.folder)
    town.layers["facilities"] = [layer | {"longitude": "lng"}]


def facility_type_nobody_knows(town):
    town.layers["facilities"] = [{"path": "facilities.gpkg", "facility_type": "reading_rom"}]


def facility_type_of_a_map_nobody_knows(town):
    town.layers["facilities"] = [
        {
            "path": "facilities.gpkg",
            "facility_type": {"column": "name", "map": {"market": "food_markt"}},
        }
    ]


def missing_file(town):
    (town.folder / "homes.gpkg").rename(town.folder / "houses.gpkg")


def missing_rules(town):
    town.data["rules"] = ["cn/wuhn"]


def unknown_keys(town):
    town.data["parametres"] = {}
    town.layers["residential"]["colums"] = {"households": "hh"}


def unknown_parameter(town):
    town.data["parameters"] = {"walking_speed": 80}


def households_column_that_is_not_there(town):
    town.layers["residential"]["columns"] = {"households": "户数"}


def unknown_language(town):
    town.data["language"] = "fr"


def degrees_as_analysis_system(town):
    town.data["crs"] = "EPSG:4326"


def areas_of_points(town):
    write_layer(town.folder / "areas.gpkg", {"area_id": ["a"]}, [Point(0, 0)])


def streets_that_are_points(town):
    write_layer(town.folder / "streets.gpkg", {"street_id": ["a"]}, [Point(0, 0)])


def two_homes_of_one_name(town):
    town.homes(home_id=["west", "west", *list(HOMES)[2:]])


def words_for_facility_types_that_nobody_knows(town):
    layer = facilities_csv(town.folder, facility_type=["阅览室", "菜市场", "神秘设施"])
    town.layers["facilities"] = [layer | {"facility_type": {"column": "facility_type"}}]


def no_facilities_in_a_layer_of_them(town):
    empty = {name: values[:0] for name, values in facility_columns().items()}
    write_layer(town.folder / "facilities.gpkg", empty, [])


HOPELESS = {
    no_homes: r"homes\.gpkg.*is empty",
    no_streets: r"streets\.gpkg.*is empty",
    no_crs: r"homes\.shp.*(CRS|coordinate|system).*crs:",
    homes_on_the_other_side_of_the_world: r"114\.0 degrees wide.*a layer .* in the wrong place",
    degrees_that_are_said_to_be_metres: r"homes\.gpkg.*degrees",
    truncated_geopackage: r"homes\.gpkg is cut off: it has [\d,]+ of [\d,]+ bytes",
    empty_file: r"homes\.gpkg.*empty",
    pbf_cut_in_half: r"city\.osm\.pbf.*(cannot be read|damaged|truncated|cut short)",
    csv_with_wrong_columns: r"places\.csv.*libelle.*abscisse.*ordonnee",
    csv_without_the_column_that_is_named: r"places\.csv.*'lng'.*facility_id",
    facility_type_nobody_knows: r"'reading_rom'.*reading_room",
    facility_type_of_a_map_nobody_knows: r"'food_markt'.*food_market",
    missing_file: r"siting\.yaml:\d+: layers\.residential.*homes\.gpkg.*does not exist",
    missing_rules: r"'cn/wuhn' is no rule pack.*cn/wuhan",
    unknown_keys: r"(?s)2 faults.*:7: .*colums.*'columns'.*:\d+: parametres.*'parameters'",
    unknown_parameter: r"parameters\.walking_speed.*walking_speed_m_per_min",
    households_column_that_is_not_there: r"homes\.gpkg.*'户数'.*households",
    unknown_language: r"language.*'fr'",
    degrees_as_analysis_system: r"EPSG:4326.*degrees",
    areas_of_points: r"areas.*(Point|polygon)",
    streets_that_are_points: r"streets.*(Point|line)",
    two_homes_of_one_name: r"homes\.gpkg.*'home_id' repeats.*'west' in rows 1, 2.*columns:",
    words_for_facility_types_that_nobody_knows: r"places\.csv.*1 of 3.*'神秘设施'.*map:",
    no_facilities_in_a_layer_of_them: r"facilities\.gpkg.*is empty",
}


@pytest.mark.parametrize("spoil", HOPELESS, ids=lambda spoil: spoil.__name__)
def test_what_cannot_be_worked_with_is_said_and_nothing_is_written(town, spoil, capsys):
    spoil(town)
    before = {path.name for path in town.folder.iterdir()} | {"siting.yaml"}
    assert town.run() == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert "Traceback" not in told.err
    assert "unforeseen" not in told.err
    assert re.search(HOPELESS[spoil], told.err), told.err
    assert not town.out.exists()
    assert {path.name for path in town.folder.iterdir()} == before
    assert {path.name for path in town.folder.parent.iterdir()} == {"town"}


# --- projects and rules that are not what they should be ---------------------------------------

NOT_PROJECTS = {
    "broken YAML": ("name: [town\nlayers: }", r"siting\.yaml:\d+:"),
    "a list": ("- name: town", r"siting\.yaml:1: .*(mapping|keys|list)"),
    "nothing": ("", r"siting\.yaml"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", r"siting\.yaml"),
    "a tag that would run code": (
        "name: !!python/object/apply:os.system ['echo run']",
        r"siting\.yaml:1:",
    ),
    "two keys of one name": ("name: a\nname: b\n", r"siting\.yaml:2: .*name"),
}


@pytest.mark.parametrize("kind", NOT_PROJECTS)
def test_a_project_file_that_is_none_is_said_by_line(town, kind, capsys):
    content, expected = NOT_PROJECTS[kind]
    content = content if isinstance(content, bytes) else content.encode()
    (town.folder / "siting.yaml").write_bytes(content)
    assert town.run_as_it_is() == 2
    told = capsys.readouterr()
    assert re.search(expected, told.err), told.err
    assert "Traceback" not in told.err
    assert "unforeseen" not in told.err
    assert not town.out.exists()


def test_a_project_that_is_not_there_is_named(tmp_path, capsys):
    assert run(["analyze", str(tmp_path / "nowhere.yaml"), "--out", str(tmp_path / "out")]) == 2
    assert "nowhere.yaml cannot be read" in capsys.readouterr().err


FIVE_MISTAKES = """\
document: {title: {zh: 规范, en: Code}, issuer: town, url: https://example.org}
jurisdiction: cn
rules:
  - id: reading-room
    title: {zh: 阅览室, en: Reading room}
    applies_to: {subject: home}
    strength: compulsory
    measure: walking_distanse
    facility_types: [reading_rom]
    require: {at_most: 500, unit: m}
    source: {clause: "1", quote: q, confidence: B}
  - id: market
    title: {zh: 菜市场, en: Market}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: [food_market]
    require: {at_most: 500, unit: km}
    source: {clause: "2", quote: q, confidence: B}
    colour: red
"""


def test_all_five_mistakes_of_a_rule_file_are_told_with_line_and_path(town, capsys):
    (town.folder / "rules.yaml").write_text(FIVE_MISTAKES, encoding="utf-8")
    assert town.run() == 2
    told = capsys.readouterr().err
    assert "5 faults" in told
    for line, path, hint in (
        (7, r"rules\[0\]\.strength", "mandatory"),
        (8, r"rules\[0\]\.measure", "walking_distance"),
        (9, r"rules\[0\]\.facility_types", "reading_room"),
        (18, r"rules\[1\]\.require\.unit", "'m'"),
        (20, r"rules\[1\]\.colour", ""),
    ):
        assert re.search(rf"rules\.yaml:{line}: {path}.*{hint}", told), told
    assert not town.out.exists()


# --- folders that cannot be written ------------------------------------------------------------


def test_a_folder_with_files_of_somebody_else_is_left_alone(town, capsys):
    town.out.mkdir()
    (town.out / "thesis.docx").write_text("mine", encoding="utf-8")
    assert town.run() == 2
    assert re.search(r"1 files that siting did not write.*thesis\.docx", capsys.readouterr().err)
    assert [path.name for path in town.out.iterdir()] == ["thesis.docx"]


def test_a_file_is_no_folder_for_results(town, capsys):
    town.out.write_text("mine", encoding="utf-8")
    assert town.run() == 2
    assert "is a file; --out names a folder" in capsys.readouterr().err
    assert town.out.read_text(encoding="utf-8") == "mine"


def test_a_folder_below_a_file_cannot_be_made(town, capsys):
    town.out.write_text("mine", encoding="utf-8")
    town.out = town.out / "below"
    assert town.run() == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "unforeseen" not in told


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_folder_without_permission_is_refused_before_the_work(town, capsys):
    closed = town.folder.parent / "closed"
    closed.mkdir(mode=0o500)
    town.out = closed / "out"
    assert town.run() == 2
    assert "cannot be written to; name another folder" in capsys.readouterr().err


def test_permission_that_is_lost_on_the_way_leaves_nothing_behind(town, capsys, monkeypatch):
    def refused(**_how):
        raise PermissionError(13, "Permission denied", str(town.out.parent))

    monkeypatch.setattr(drafts.tempfile, "mkdtemp", refused)
    assert town.run() == 2
    told = capsys.readouterr().err
    assert "Permission denied" in told
    assert "unforeseen" not in told
    assert not town.out.exists()


def test_results_of_an_earlier_run_survive_bad_input(town, capsys):
    assert town.run("--quiet") == 1
    before = {path.name: path.read_bytes() for path in town.out.iterdir()}
    no_homes(town)
    assert town.run("--quiet") == 2
    assert {path.name: path.read_bytes() for path in town.out.iterdir()} == before


# --- what can be repaired, and is listed -------------------------------------------------------


def test_layers_in_several_systems_meet_in_one(town):
    frame = gpd.read_file(town.folder / "homes.gpkg").to_crs("EPSG:32649")
    frame.to_file(town.folder / "homes.gpkg", engine="pyogrio")
    lonlat = gpd.read_file(town.folder / "facilities.gpkg").to_crs("EPSG:4326")
    lonlat.to_file(town.folder / "facilities.gpkg", engine="pyogrio")
    assert town.run("--quiet") == 1
    findings = town.findings()
    assert findings.loc["west", "measured"] == pytest.approx(10 + 800 + 10, abs=0.01)
    assert findings.loc["north", "measured"] == pytest.approx(10 + 500 + 300 + 100 + 10, abs=0.01)


def test_swapped_axes_are_turned_back_and_listed(town):
    lonlat = gpd.read_file(town.folder / "homes.gpkg").to_crs("EPSG:4326")
    points = lonlat.representative_point()
    columns = {**home_columns(), "x": points.y, "y": points.x}
    pd.DataFrame(columns).to_csv(town.folder / "homes.csv", index=False)
    town.layers["residential"] = {
        "path": "homes.csv", "crs": "EPSG:4326", "longitude": "x", "latitude": "y",
    }  # fmt: skip
    assert town.run("--quiet") == 1
    assert town.findings().loc["west", "measured"] == pytest.approx(10 + 800 + 10, abs=0.01)
    assert [note for code, note in town.report().items() if "axes" in code or "swapped" in code]


def test_a_home_without_a_place_is_left_out_and_listed(town):
    shapes = [None, *home_shapes()[1:]]
    town.homes(shapes=shapes)
    assert town.run("--quiet") == 1
    assert town.report()["geometry-missing"].items() >= {"count": 1, "severity": "excluded"}.items()
    assert "west" not in town.findings().index


def test_an_outline_that_crosses_itself_is_mended_and_listed(town):
    shapes = [BOW_TIE if name == "gated" else row[0] for name, row in HOMES.items()]
    town.homes(shapes=shapes)
    assert town.run("--quiet") == 1
    note = town.report()["geometry-repaired"]
    assert note["severity"] == "repair"
    assert (note["count"], note["examples"]) == (1, [str(1 + list(HOMES).index("gated"))])
    assert town.findings().loc["gated", "measured"] == pytest.approx(20 + 210 + 10)


def test_negative_and_missing_households_become_unknown_and_are_listed(town):
    households = home_columns()["households"]
    households[0], households[1] = -100.0, float("nan")
    town.homes(households=households)
    assert town.run("--quiet") == 1
    notes = town.report()
    negative = next(note for code, note in notes.items() if "negative" in code)
    assert negative["count"] == 1
    care = town.findings("town-elder-care")
    assert str(care.loc["south", "verdict"]) in ("fail", "unknown")
    assert pd.isna(town.findings().loc["west", "households"])
    assert town.findings().loc["west", "population"] == HOMES["west"][2]


def test_a_row_that_stands_twice_is_taken_once_and_listed(town):
    twice = {name: [values[0], *values] for name, values in home_columns().items()}
    shapes = [home_shapes()[0], *home_shapes()]
    write_layer(town.folder / "homes.gpkg", twice, shapes)
    assert town.run("--quiet") == 1
    assert len(town.findings()) == len(HOMES)
    notes = town.report().values()
    assert [note["count"] for note in notes if "repeat" in note["message"]] == [1]


def test_words_that_the_map_does_not_name_are_left_out_and_counted(town):
    layer = facilities_csv(town.folder, facility_type=["阅览室", "菜市场", "神秘设施"])
    words = {"阅览室": "reading_room", "菜市场": "food_market"}
    town.layers["facilities"] = [
        layer | {"facility_type": {"column": "facility_type", "map": words}}
    ]
    assert town.run("--quiet") == 1
    note = town.report()["facility-type-unknown"]
    assert (note["count"], note["severity"]) == (1, "excluded")
    assert "神秘设施" in json.dumps(note, ensure_ascii=False)
    assert town.findings().loc["west", "measured"] == pytest.approx(10 + 800 + 10)


# --- text from data stays text -----------------------------------------------------------------

FORMULA = '=HYPERLINK("http://evil.example","click")'
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
ESCAPE = "\x1b[2J\x1b]0;owned\x07red"


@pytest.fixture(scope="module")
def hostile(base, tmp_path_factory):
    """Results of a town whose names attack whoever reads them."""
    folder = tmp_path_factory.mktemp("hostile") / "town"
    shutil.copytree(base, folder)
    town = Spoiled(folder, project_data() | {"name": SCRIPT})
    names = [FORMULA, SCRIPT, "@cmd", "+1", "-1", "|x", "lane"]
    town.homes(name=names, home_id=[FORMULA, SCRIPT, "gated", ESCAPE, "limit", "lane", "remote"])
    shapes = facility_shapes()
    write_layer(folder / "facilities.gpkg", facility_columns() | {"name": names[:3]}, shapes)
    assert town.run("--quiet") == 1
    return town


def test_no_cell_of_the_workbook_is_a_formula(hostile):
    book = openpyxl.load_workbook(hostile.out / "findings.xlsx")
    texts = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, str)
    ]  # fmt: skip
    assert {cell.data_type for cell in texts} == {"s"}
    assert FORMULA in {cell.value for cell in texts}


def test_no_name_becomes_part_of_the_page(hostile):
    page = (hostile.out / "map.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_no_escape_sequence_reaches_the_terminal(hostile, capsys):
    hostile.data["name"] = "town"
    hostile.run("--exit-zero")
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


def test_an_escape_sequence_in_a_faulty_file_is_shown_and_not_sent(town, capsys):
    layer = facilities_csv(town.folder, **{ESCAPE: ["a", "b", "c"]})
    town.layers["facilities"] = [layer | {"longitude": "lng"}]
    assert town.run() == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\\x1b[2J" in told


def test_streets_that_are_all_left_out_are_an_error(town, capsys):
    streets = {"highway": ["trunk"] * len(street_shapes())}
    write_layer(town.folder / "streets.gpkg", streets, street_shapes())
    town.layers["streets"] = {"path": "streets.gpkg", "exclude_highways": ["trunk"]}
    assert town.run() == 2
    assert re.search(r"streets.*no street is left", capsys.readouterr().err)


# --- what is silent elsewhere ------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(town, capsys):
    os.mkfifo(town.folder / "homes.csv")
    town.layers["residential"] = {"path": "homes.csv", "crs": CRS}
    assert town.run() == 2
    assert re.search(r"layers\.residential.*'homes\.csv'.*pipe", capsys.readouterr().err)


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError as refused:
        pytest.skip(f"links cannot be made here: {refused}")


def test_a_link_that_leads_to_itself_is_no_file(town, capsys):
    link(town.folder / "loop.gpkg", town.folder / "loop.gpkg")
    town.layers["residential"] = {"path": "loop.gpkg"}
    assert town.run() == 2
    told = capsys.readouterr().err
    assert re.search(r"'loop\.gpkg', a link that leads to no file", told)
    assert "unforeseen" not in told


def test_a_link_is_read_by_its_own_name(town):
    (town.folder / "homes.gpkg").rename(town.folder / "3f2a91")
    link(town.folder / "homes.gpkg", town.folder / "3f2a91")
    assert town.run("--quiet") == 1
    assert len(town.findings()) == len(HOMES)


def test_homes_in_two_areas_of_one_level_are_listed(town):
    both = [place(Point(0, 0).buffer(3000)), place(Point(0, 0).buffer(2000))]
    frame = gpd.GeoDataFrame({"area_id": ["district", "community"]}, geometry=both, crs=CRS)
    frame.to_file(town.folder / "areas.gpkg", engine="pyogrio")
    assert town.run("--quiet") == 1
    note = town.report()["area-overlap"]
    assert (note["severity"], note["count"]) == ("warning", len(HOMES))


def test_areas_that_touch_or_share_a_sliver_are_no_overlap(town):
    # The home on the bank lies in the sliver, half a metre of it.
    shapes = [box(-100, -100, 1100, 190.5), box(-100, 189.5, 1100, 1100)]
    write_layer(town.folder / "areas.gpkg", {"area_id": ["south", "north"]}, shapes)
    assert town.run("--quiet") == 1
    assert "area-overlap" not in town.report()


def test_gates_of_nobody_are_listed(town):
    gates = [Point(690, 20), Point(610, 20)]
    write_layer(town.folder / "gates.gpkg", {"subject_id": ["gatd", "gated"]}, gates)
    assert town.run("--quiet") == 1
    note = town.report()["gate-of-nobody"]
    assert (note["severity"], note["count"], note["examples"]) == ("warning", 1, ["gatd"])


def test_a_number_beyond_all_people_is_missing_and_listed(town):
    numbers = [float(row[1]) for row in HOMES.values()]
    town.homes(households=[1e300, *numbers[1:]])
    assert town.run("--quiet") == 1
    note = town.report()["number-impossible"]
    assert (note["count"], note["examples"]) == (1, ["1"])
    assert "first 1e+300" in note["message"]
    assert town.findings()["households"].isna().sum() == 1


def test_a_header_that_repeats_is_listed(town):
    layer = facilities_csv(town.folder)
    path = town.folder / "places.csv"
    path.write_text(path.read_text("utf-8").replace(",name,", ",facility_id,", 1), "utf-8")
    town.layers["facilities"] = [layer]
    assert town.run("--quiet") == 1
    note = town.report()["header-repeats"]
    assert "['facility_id']" in note["message"]
    assert "facility_id.1" in note["message"]


def write_raster(path, value, *, west=X0):
    import numpy as np
    import rasterio

    with rasterio.open(
        path, "w", driver="GTiff", width=12, height=12, count=1, dtype="float32", crs=CRS,
        transform=rasterio.Affine(100, 0, west, 0, -100, Y0 + 1100),
    ) as raster:  # fmt: skip
        raster.write(np.full((12, 12), value, "float32"), 1)


@pytest.mark.parametrize(
    ("value", "west", "said"),
    [
        (-5, X0, r"population \(old\.tif\) holds nobody"),
        (5, X0 + 90_000, r"none of the 720 people of population \(old\.tif\).*500 m of a home"),
    ],
)
def test_a_raster_that_gives_nobody_to_any_home_is_an_error(town, capsys, value, west, said):
    write_raster(town.folder / "old.tif", value, west=west)
    town.layers["population"] = {"path": "old.tif", "group": "elderly"}
    assert town.run() == 2
    assert re.search(said, capsys.readouterr().err)
    assert not town.out.exists()


def test_heights_that_do_not_cover_the_streets_are_listed(town):
    write_raster(town.folder / "dem.tif", 20, west=X0 + 500)
    town.layers["elevation"] = {"path": "dem.tif"}
    assert town.run("--quiet") == 1
    # Two bridgeheads in the west, and the lane's two ends.
    assert town.report()["height-missing"]["count"] == 4


def closed(town, **tags):
    write_layer(town.folder / "streets.gpkg", {"street_id": list(STREETS)} | tags, street_shapes())


def test_streets_of_a_layer_that_are_closed_to_walkers_are_left_out(town):
    closed(town, access=[None, None, None, "no", "no"], foot=[None, None, None, None, "yes"])
    assert town.run("--quiet") == 1
    note = town.report()["street-closed"]
    assert (note["count"], note["examples"]) == (1, ["East Bridge"])
    # North Street to its west end 500, the west bridge 300, High Street 900, both legs 10.
    assert town.findings().loc["north", "measured"] == pytest.approx(10 + 500 + 300 + 900 + 10)


def test_private_streets_of_a_layer_are_left_out_on_request(town):
    closed(town, access=["private", None, None, None, None])
    town.layers["streets"]["private_streets"] = "exclude"
    assert town.run("--quiet") == 1
    assert town.report()["street-private"]["examples"] == ["High Street"]


def test_streets_that_are_all_closed_are_an_error(town, capsys):
    closed(town, foot=["no"] * len(STREETS))
    assert town.run() == 2
    assert re.search(r"streets\.gpkg.*no street that can be walked", capsys.readouterr().err)
