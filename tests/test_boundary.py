"""What readers of other makers do with bad files is an error of the file; our faults stay ours."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import struct
import sys
import zlib
from zipfile import ZIP_DEFLATED, ZipFile

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from analysis_town import CRS, X0, Y0
from plan_book import write_book
from siting.boundary import MOST_SAID, reading, working_on
from siting.cli.app import run
from siting.crs import parse_crs
from siting.data_report import DataReport
from siting.errors import CRSError, LoadError, SitingError, WrongValueError
from siting.loaders.formats.vector import read_vector
from siting.loaders.formats.workbook import read_workbook
from siting.loaders.layer.contract import barriers_table
from siting.loaders.layer.people.raster import read_population
from siting.loaders.layer.spreadsheet import read_table
from siting.loaders.osm import read_graph
from siting.loaders.osm.facilities import FacilityTags
from siting.loaders.osm.file import read_raw
from siting.loaders.project.read import build_project
from siting.rules.plan.baseline import known_of_json


@pytest.fixture
def report():
    return DataReport()


def homes(**columns):
    places = [shapely.Point(X0, Y0), shapely.Point(X0 + 100, Y0)]
    return gpd.GeoDataFrame({"name": ["a", "b"], **columns}, geometry=places, crs=CRS)


# --- the border itself -------------------------------------------------------------------------


def test_what_a_library_raises_becomes_one_error_that_keeps_it_as_cause():
    with pytest.raises(LoadError, match=r"homes: a\.zip cannot be read.*Error -3") as caught:  # noqa: SIM117
        with reading("homes", "a.zip"):
            zlib.decompress(b"no stream")
    assert isinstance(caught.value.__cause__, zlib.error)


@pytest.mark.parametrize("fault", [TypeError, AttributeError, KeyError, AssertionError])
def test_a_mistake_in_the_code_of_siting_is_not_told_as_one_of_the_file(fault, monkeypatch):
    # A file inside siting stands for code of ours; this one stands for a library.
    code = compile("def wrong(fault):\n    raise fault('x')", "siting/loaders/new.py", "exec")
    import siting.boundary as border

    monkeypatch.setattr(border, "_OURS", "siting/")
    names = {}
    exec(code, names)
    with pytest.raises(fault), reading("homes", "a.gpkg"):
        names["wrong"](fault)


def test_the_same_errors_from_a_library_are_told():
    with pytest.raises(LoadError, match="cannot be read"), reading("homes", "a.json"):
        json.loads(None)


def test_errors_of_siting_pass_as_they_are():
    mine = SitingError("mine")
    with pytest.raises(SitingError) as caught, reading("homes", "a.gpkg"):
        raise mine
    assert caught.value is mine


def test_a_long_text_of_a_library_is_cut():
    with pytest.raises(LoadError) as caught, reading("homes", "a.gpkg"):
        raise RuntimeError("x" * 100_000)
    assert len(str(caught.value)) < MOST_SAID + 200


def test_too_little_memory_is_told_with_the_file():
    with pytest.raises(LoadError, match=r"a\.tif.*memory"), reading("people", "a.tif"):
        raise MemoryError


def test_what_a_library_prints_below_python_becomes_harmless_notes(report, capfd):
    with reading("homes", "a.tif", report=report):
        os.write(2, b"ERROR 1: a\n::error::owned\x1b[31m\n")
    assert capfd.readouterr().err == ""
    told = [str(note.message) for note in report.notes]
    assert len(told) == 2
    assert not any("\x1b" in text or text.startswith("::") for text in told)


def test_standard_error_is_given_back_after_a_failure(capfd):
    with pytest.raises(LoadError), reading("homes"), reading("homes"):
        raise RuntimeError("no")
    os.write(2, b"back\n")
    sys.stderr.write("again\n")
    sys.stderr.flush()
    assert capfd.readouterr().err == "back\nagain\n"


def test_only_errors_of_the_geometry_libraries_are_taken_from_code_of_siting():
    with pytest.raises(LoadError, match="areas holds a shape"), working_on("areas"):
        raise shapely.errors.GEOSException("TopologyException")
    with pytest.raises(ValueError, match="ours"), working_on("areas"):
        raise ValueError("ours")


# --- layers ------------------------------------------------------------------------------------


def damaged_stream(path, member):
    """Flip the bytes of one packed member, with the archive around it whole."""
    data = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        info = archive.getinfo(member)
    names = struct.unpack("<HH", data[info.header_offset + 26 : info.header_offset + 30])
    start = info.header_offset + 30 + sum(names)
    for place in range(start, start + info.compress_size):
        data[place] ^= 0x55
    path.write_bytes(bytes(data))
    return path


def test_a_damaged_stream_in_a_workbook_is_told(tmp_path, report):
    path = write_book(tmp_path / "book.xlsx", [["项目", "单位", "数值"], ["户数", "户", 5]])
    damaged_stream(path, "xl/worksheets/sheet1.xml")
    with pytest.raises(LoadError, match=r"book\.xlsx cannot be read as a workbook"):
        read_table(path, fields=(), report=report)
    with pytest.raises(LoadError, match=r"book\.xlsx is a damaged XLSX workbook"):
        read_workbook(path)


def test_a_damaged_stream_in_a_zipped_layer_is_told(tmp_path, report):
    homes().to_file(tmp_path / "homes.geojson")
    with ZipFile(tmp_path / "homes.zip", "w", ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "homes.geojson", "homes.geojson")
    damaged_stream(tmp_path / "homes.zip", "homes.geojson")
    with pytest.raises(LoadError, match=r"homes\.zip is a damaged or unsupported zip"):
        read_vector(tmp_path / "homes.zip", report=report)


def test_broken_utf8_in_geoparquet_is_told(tmp_path, report):
    path = tmp_path / "homes.parquet"
    homes().to_parquet(path)
    table = pq.read_table(path)
    broken = pa.array([b"\xff\xfe", b"b"]).view(pa.binary())
    texts = pa.StringArray.from_buffers(2, *broken.buffers()[1:])
    pq.write_table(table.set_column(0, "name", texts), path)
    with pytest.raises(LoadError, match=r"homes\.parquet"):
        read_vector(path, report=report)


def test_columns_that_are_no_cells_are_left_out_and_named(tmp_path, report):
    path = tmp_path / "homes.parquet"
    frame = homes(parts=[{"a": 1}, {"a": 2}], raw=[b"\xff", b"x"])
    frame["outline"] = frame.geometry.buffer(1)
    frame.to_parquet(path)
    read = read_vector(path, report=report)
    assert list(read.columns) == ["name", "geometry"]
    note = next(each for each in report.notes if each.code == "columns-deep")
    assert (note.severity, note.count) == ("excluded", 3)
    assert re.search("outline.*parts.*raw", str(note.message))


def test_a_table_of_zeros_beside_a_shapefile_is_told(tmp_path, report):
    homes().to_file(tmp_path / "homes.shp", engine="pyogrio")
    table = tmp_path / "homes.dbf"
    table.write_bytes(bytes(table.stat().st_size))
    with pytest.raises(LoadError, match="homes"):
        read_vector(tmp_path / "homes.shp", report=report)


NO_PROJECTION = (
    'PROJCS["x",GEOGCS["a",DATUM["b",SPHEROID["c",6378137,298.25]],PRIMEM["g",0],'
    'UNIT["d",0.0174532925199433]],PROJECTION["Nothing"],UNIT["m",1]]'
)


@pytest.mark.parametrize(
    "text",
    [
        NO_PROJECTION,
        'LOCAL_CS["Local",UNIT["m",1]]',
        'VERT_CS["x",VERT_DATUM["y",2005],UNIT["m",1]]',
        "no system at all \x1b[31m",
        "x" * 1_000_000,
    ],
    ids=["no projection", "local", "vertical", "no WKT", "long"],
)
def test_a_prj_that_is_no_system_is_told(text, tmp_path, report):
    homes().to_file(tmp_path / "homes.shp", engine="pyogrio")
    (tmp_path / "homes.prj").write_text(text, encoding="utf-8")
    with pytest.raises((CRSError, LoadError), match="homes") as caught:
        read_vector(tmp_path / "homes.shp", report=report)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 5_000


@pytest.mark.parametrize("declared", ["a\0b", "\ud800", "x" * 99_999])
def test_a_declared_system_that_is_none_is_told_in_bearable_length(declared):
    with pytest.raises(CRSError, match="homes") as caught:
        parse_crs(declared, subject="homes")
    assert len(str(caught.value)) < 2_000


OSM = """<osm version="0.6"><node id="1" lon="{lon}" lat="30.5" version="1"/>
<node id="2" lon="114.01" lat="30.5" version="1"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>
"""


@pytest.mark.parametrize("lon", ["nan", "inf", "1e9", "-999", "", "a&#10;::error::b", "9" * 400])
def test_a_node_without_a_place_on_earth_gives_no_street(lon, tmp_path):
    path = tmp_path / "streets.osm"
    path.write_text(OSM.format(lon=lon), encoding="utf-8")
    told = ""
    try:
        raw = read_raw(path, FacilityTags({}), {"streets"}, None)
    except LoadError as error:
        told = str(error)
    # A place that is none is the one of a node outside the extract.
    assert "streets.osm" in told or not -180 * 10**7 <= raw.streets.x[0] <= 180 * 10**7
    assert "\n" not in told


GRAPH = """<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="c" for="graph" attr.name="crs" attr.type="string"/>
<key id="x" for="node" attr.name="x" attr.type="double"/>
<key id="y" for="node" attr.name="y" attr.type="double"/>
<key id="g" for="edge" attr.name="geometry" attr.type="string"/>
<graph edgedefault="directed"><data key="c">{crs}</data>
<node id="1"><data key="x">114</data><data key="y">30</data></node>
<node id="2"><data key="x">{x}</data><data key="y">30</data></node>
<edge source="1" target="2" id="0"><data key="g">{wkt}</data></edge></graph></graphml>
"""
LINE = "LINESTRING (114 30, 114.01 30)"


@pytest.mark.parametrize(
    ("crs", "x", "wkt"),
    [
        ("epsg:4326", "114.01", "LINESTRING (1 2)"),
        ("epsg:4326", "114.01", "LINE"),
        ("epsg:0", "114.01", LINE),
        ("nothing", "114.01", LINE),
        ("epsg:4326", "abc", LINE),
        ("epsg:4326", "114.01", "7"),
    ],
)
def test_a_graph_with_broken_shapes_or_system_is_told(crs, x, wkt, tmp_path):
    path = tmp_path / "streets.graphml"
    path.write_text(GRAPH.format(crs=crs, x=x, wkt=wkt), encoding="utf-8")
    with pytest.raises(LoadError, match=r"streets\.graphml"):
        read_graph(path)


def test_a_raster_in_a_local_system_is_told(tmp_path, report):
    import rasterio

    with rasterio.open(
        tmp_path / "people.tif", "w", driver="GTiff", width=4, height=4, count=1, dtype="float32",
        crs='LOCAL_CS["x",UNIT["metre",1]]', transform=rasterio.Affine(100, 0, X0, 0, -100, Y0),
    ) as raster:  # fmt: skip
        raster.write(np.full((4, 4), 5, "float32"), 1)
    with pytest.raises(CRSError, match="people"):
        read_population(tmp_path / "people.tif", report=report)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_barrier_with_a_vertex_that_is_nowhere_is_refused_and_water_is_not(report):
    nan = float("nan")
    river = [shapely.LineString([(X0, Y0), (nan, nan), (X0 + 900, Y0)])]
    river.append(shapely.LineString([(X0, Y0), (X0 + 900, Y0)]))
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=river, crs=CRS)
    with pytest.raises(LoadError, match=r"river: 1 row has coordinates that are no numbers"):
        barriers_table(frame, frame.crs, report=report.of("river"))
    assert len(barriers_table(frame, frame.crs, report=report.of("river"), holds=False)) == 1


# --- tables ------------------------------------------------------------------------------------


def test_a_long_cell_of_a_csv_is_read_or_told(tmp_path, report):
    path = tmp_path / "a.csv"
    path.write_text(f'name,x,y\n"{"y" * 200_000}",1,2\nb,3,4\n', encoding="utf-8")
    table = read_table(path, fields=(), names=["name", "x"], report=report)
    assert table["x"].tolist() == ["1", "3"]


@pytest.mark.parametrize(
    "name", ["undefined", "idna", "punycode", "hex", "rot13", "a\0", "x" * 999]
)
def test_a_codec_that_is_no_encoding_of_text_is_refused(name, tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    layers = {"residential": {"path": "a.csv", "encoding": name}, "streets": {"path": "a.csv"}}
    with pytest.raises(SitingError, match="encoding"):
        build_project({"name": "x", "layers": layers}, folder=tmp_path)


@pytest.mark.parametrize("digits", ["9" * 400, "9" * 5000, "1E+400", "1e999999999", "nan"])
def test_a_number_of_a_workbook_beyond_all_is_missing_or_told(digits, tmp_path, report):
    path = write_book(tmp_path / "a.xlsx", [["name", "x", "y"], ["a", 12321, 2], ["b", 3, 4]])
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"12321", digits.encode())
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    told = ""
    try:
        table = read_table(path, fields=(), names=["name", "x"], report=report)
    except LoadError as error:
        told = str(error)
    assert "a.xlsx" in told or not np.isfinite(float(table["x"].iloc[0]))


# --- plans, reports, libraries -----------------------------------------------------------------

PLAN = "name: G\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\nindicators: {households: %s}\n"


@pytest.mark.parametrize("figure", ["1E+400", "1E+999999999", "1e-320", "'1e400'", ".inf", "9e307"])
@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_a_figure_beyond_all_is_told_or_counted(figure, form, tmp_path, capsys):
    (tmp_path / "plan.yaml").write_text(PLAN % figure, encoding="utf-8")
    code = run(["check", str(tmp_path / "plan.yaml"), "--format", form, "--quiet"])
    told = capsys.readouterr()
    assert code in (1, 2)
    assert "unforeseen" not in told.err
    if form in ("json", "sarif") and told.out:
        json.loads(told.out, parse_constant=pytest.fail)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400, "1" + "0" * 5000, "1e-320"])
@pytest.mark.parametrize("key", ["measured", "required"])
def test_a_number_beyond_all_in_an_earlier_report_is_refused_or_compared(
    number, key, tmp_path, capsys
):
    (tmp_path / "plan.yaml").write_text(PLAN % 1250, encoding="utf-8")
    plan, old = str(tmp_path / "plan.yaml"), tmp_path / "old.json"
    run(["check", plan, "--output", str(old), "--quiet"])
    text = re.sub(rf'"{key}": [^,]+,', f'"{key}": {number},', old.read_text(encoding="utf-8"))
    old.write_text(text, encoding="utf-8")
    code = run(["check", plan, "--baseline", str(old), "--quiet"])
    assert code in (1, 2)
    assert "unforeseen" not in capsys.readouterr().err
    try:
        found = known_of_json(text, "old.json")
    except SitingError:
        return
    assert all(np.isfinite(each.gap) for each in found)


def test_a_library_that_was_killed_while_being_made_is_told(tmp_path):
    path = tmp_path / "library.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE projects (project_id TEXT)")
    base.close()
    assert run(["projects", "list", str(path)]) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize(
    ("name", "command"),
    [("a.yaml", "analyze"), ("plan.yaml", "check"), ("a.xlsx", "check"), ("a.geojson", "check")],
)
def test_a_pipe_is_not_waited_for(name, command, tmp_path, capsys):
    os.mkfifo(tmp_path / name)
    assert run([command, str(tmp_path / name)]) == 2
    told = capsys.readouterr()
    assert "pipe" in told.out + told.err


@pytest.mark.skipif(os.name == "nt", reason="paths are text there")
@pytest.mark.parametrize("name", [b"a\xff", "a\n::error::owned", "\x1b[31m"])
@pytest.mark.parametrize("form", ["json", "text", "html", "sarif"])
def test_odd_names_of_folders_are_told_and_written(name, form, tmp_path, capsys):
    folder = tmp_path / (os.fsdecode(name) if isinstance(name, bytes) else name)
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN % 1250, encoding="utf-8")
    out = tmp_path / "out.txt"
    code = run(["check", str(folder), "--format", form, "--output", str(out)])
    assert code == 1
    told = capsys.readouterr().err + out.read_text(encoding="utf-8")
    assert "unforeseen" not in told
    assert "\x1b" not in told
    assert not re.search("^::error", told, re.MULTILINE)


def test_a_workbook_refers_to_shared_texts_that_it_has(tmp_path):
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    cell = b'<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData>'
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb"<sheetData ?/>|<sheetData>.*</sheetData>", cell, parts[sheet])
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(LoadError, match="shared text 99"):
        read_workbook(path)


def test_a_wrong_value_keeps_its_own_words():
    with pytest.raises(LoadError, match="own words"), reading("homes", "a.xlsx"):
        raise WrongValueError("own words")


# --- examples beside rules ---------------------------------------------------------------------

PACK = """\
document: {title: {zh: 规, en: Code}, number: "1", issuer: i, url: "https://example.org"}
jurisdiction: cn
rules:
  - id: rooms
    title: {zh: 室, en: Rooms}
    applies_to: {subject: [plan, facility]}
    strength: mandatory
    measure: minimum_floor_area
    facility_types: [elder_care]
    require: {at_least: 300, unit: m2}
    source: {clause: "1", quote: 300 m2, confidence: B}
    cases: [{name: example, verdict: fail, %s}]
"""
WRONG_CASES = (
    "elder_care_count: 1000000000", "elder_care_count: 1e308", "elder_care_count: .nan",
    "elder_care_count: -1", "elder_care_m2: .inf", "elder_care_m2: 1e309", "elder_care_m2: [1]",
    "facilities: [null]", "facilities: [{}]", "facilities: [{types: elder_care}]",
    "facilities: [{types: []}]", "facilities: [{types: [elder_care], m2: x}]",
    "facilities: [{types: [elder_care], floor_level: x}]", "facilities: {a: 1}", "phases: [x]",
    "phases: [1]", "phases: [{households: x}]", "phases: [{elder_care_m2: 1e309}]", "zone: 1",
)  # fmt: skip


@pytest.mark.parametrize("key", WRONG_CASES)
def test_an_example_of_the_wrong_kind_is_refused_by_line(key, tmp_path, capsys):
    (tmp_path / "pack.yaml").write_text(PACK % key, encoding="utf-8")
    assert run(["rules", "test", str(tmp_path / "pack.yaml")]) in (1, 2)
    told = capsys.readouterr()
    assert "unforeseen" not in told.err
    assert re.search(r"pack\.yaml:\d+: rules\[0\]\.cases\[0\]", told.out + told.err)


def test_an_example_that_names_nobody_whom_the_rule_is_about_is_not_judged(tmp_path, capsys):
    text = (PACK % "households: 5").replace("[plan, facility]", "facility")
    (tmp_path / "pack.yaml").write_text(text, encoding="utf-8")
    assert run(["rules", "test", str(tmp_path / "pack.yaml")]) in (1, 2)
    assert "unforeseen" not in capsys.readouterr().err


def test_merged_ranges_that_overlap_without_end_are_refused(tmp_path, report, monkeypatch):
    from siting.loaders.formats import sheet

    monkeypatch.setattr(sheet, "MOST_CELLS", 100)
    path = write_book(tmp_path / "a.xlsx", [["name", "x", "y"], ["a", 1, 2], ["b", 3, 4]])
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    merged = "".join(f'<mergeCell ref="A1:C{last}"/>' for last in range(2, 40)).encode()
    part = "xl/worksheets/sheet1.xml"
    ends = b"</sheetData><mergeCells>" + merged + b"</mergeCells>"
    parts[part] = parts[part].replace(b"</sheetData>", ends)
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(LoadError, match="merged ranges overlap"):
        read_table(path, fields=(), names=["name"], report=report)
