"""Layers that an earlier run read are those that would be read anew, or they are read anew."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from dataclasses import fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from file_damage import cut, empty, foreign
from siting.data_report import DataReport
from siting.errors import SitingError
from siting.loaders.layer.load import Layers, load_layers
from siting.loaders.project.read import build_project, read_project
from siting.pipeline.gaps.analysis import analyze
from siting.pipeline.kept import layers as module
from siting.pipeline.kept.files import FOLDER

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
PROJECTS = Path(__file__).parent / "projects"


@pytest.fixture(autouse=True)
def _small_cities_are_kept_too(monkeypatch):
    monkeypatch.setattr(module, "_WORTH_KEEPING_BYTES", 0)


@pytest.fixture
def reading(monkeypatch):
    """Count how often layers are read."""
    read = []

    def load(*given, **named):
        read.append("layers")
        return load_layers(*given, **named)

    monkeypatch.setattr(module, "load_layers", load)
    return read


@pytest.fixture
def sample(tmp_path):
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample")) / "siting.yaml"


HOMES = {"home_id": ["h1", "h2"], "households": [3.0, None], "备注": ["约 50", None]}


@pytest.fixture
def town(tmp_path):
    """Write the smallest town, and return its project file."""
    homes = gpd.GeoDataFrame(
        HOMES, geometry=shapely.points([[500_010, 3_380_005], [500_090, 3_380_005]]), crs=4547
    )
    homes.to_file(tmp_path / "homes.gpkg")
    line = shapely.LineString([(500_000, 3_380_000), (500_100, 3_380_000)])
    gpd.GeoDataFrame({"street_id": ["s"]}, geometry=[line], crs=4547).to_file(
        tmp_path / "s.geojson"
    )
    (tmp_path / "siting.yaml").write_text(
        "name: 小镇\ncrs: EPSG:4547\ndate: 2026-01-01\n"
        "layers: {residential: {path: homes.gpkg}, streets: {path: s.geojson}}\n",
        encoding="utf-8",
    )
    return tmp_path / "siting.yaml"


def load(project, *, report=None, cache=True):
    own = DataReport() if report is None else report
    return module.load_kept_layers(read_project(project), cache=cache, report=own), own


def kept_file(project):
    (found,) = (project.parent / FOLDER).glob("layers-*.arrow")
    return found


def same_table(one, other):
    if one is None:
        assert other is None
        return
    assert module._packed_soundly(module._Named("", "", one)) is not None
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), check_exact=True)
    assert one.crs == other.crs
    assert (
        shapely.to_wkb(one.geometry.to_numpy()) == shapely.to_wkb(other.geometry.to_numpy())
    ).all()


def same(one, other):
    for field in fields(Layers):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if field.name == "areas":
            assert list(left) == list(right)
            for level, table in left.items():
                same_table(table, right[level])
        elif field.name in module._ONE_TABLE:
            same_table(left, right)
        else:
            assert left == right
    assert one.crs.to_string() == other.crs.to_string()


@pytest.mark.parametrize("name", ["siting.yaml", "siting-cells.yaml", "siting-compounds.yaml"])
def test_what_is_kept_equals_what_is_read(sample, reading, name):
    project = sample.with_name(name)
    first, told = load(project)
    again, told_again = load(project)
    assert reading == ["layers"]
    same(first, again)
    assert told.notes
    assert told.notes == told_again.notes


@pytest.mark.real
@pytest.mark.parametrize("name", ["las-palmas", "vologda", "wuhan"])
def test_a_real_city_comes_back_too(tmp_path, reading, real_data, name):
    text = (PROJECTS / f"{name}.yaml").read_text(encoding="utf-8")
    project = tmp_path / "siting.yaml"
    project.write_text(text.replace("../../../shared/data", real_data.as_posix()), encoding="utf-8")
    first, told = load(project)
    again, told_again = load(project)
    assert reading == ["layers"]
    same(first, again)
    assert told.notes == told_again.notes


def test_an_analysis_of_what_was_kept_is_the_same(sample, reading):
    first, again, anew = analyze(sample), analyze(sample), analyze(sample, cache=False)
    assert reading == ["layers"] * 2  # the last one reads for itself
    for other in (again, anew):
        pd.testing.assert_frame_equal(first.findings(), other.findings())
        assert first.summary == other.summary
        assert first.report.notes == other.report.notes
        assert first.manifest["inputs"] == other.manifest["inputs"]


def test_without_a_cache_nothing_is_written(town):
    load(town, cache=False)
    assert not (town.parent / ".siting-cache").exists()


def test_what_is_quickly_read_is_not_kept(town, monkeypatch):
    monkeypatch.setattr(module, "_WORTH_KEEPING_BYTES", 1_000_000)
    load(town)
    assert not (town.parent / ".siting-cache").exists()


def edit(name, change):
    def apply(folder):
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return apply


def one_home_less(folder):
    gpd.read_file(folder / "homes.gpkg").iloc[:1].to_file(folder / "homes.gpkg")


CHANGES = {
    "a home less": one_home_less,
    "a street moved by a metre": edit("s.geojson", lambda text: text.replace(b"500100", b"500101")),
    "another name": edit("siting.yaml", lambda text: text.replace("小镇".encode(), b"Town")),
    "another system": edit("siting.yaml", lambda text: text.replace(b"4547", b"4548")),
    "another column": edit(
        "siting.yaml",
        lambda text: text.replace(b"homes.gpkg", b"homes.gpkg, columns: {population: households}"),
    ),
    "a parameter": edit(
        "siting.yaml", lambda text: text + b"parameters: {persons_per_household: 2.5}\n"
    ),
    "statistics beside a file": lambda folder: (folder / "homes.gpkg.aux.xml").write_bytes(b"<x/>"),
    "a journal beside a file": lambda folder: (folder / "homes.gpkg-journal").write_bytes(b""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_changed_is_read_anew(town, reading, change):
    load(town)
    change(town.parent)
    again, told = load(town)
    assert reading == ["layers"] * 2
    own = DataReport()
    same(again, load_layers(read_project(town), report=own))
    assert told.notes == own.notes


def test_other_code_reads_anew(town, reading, monkeypatch):
    load(town)
    monkeypatch.setattr(module, "_code", lambda: "another version")
    load(town)
    assert reading == ["layers"] * 2


def test_what_has_no_part_in_reading_asks_for_nothing_new(town, reading):
    load(town)
    edit("siting.yaml", lambda text: text.replace(b"2026-01-01", b"2026-05-01"))(town.parent)
    (town.parent / "other.csv").write_text("a", encoding="utf-8")
    load(town)
    assert reading == ["layers"]


def test_a_map_is_read_anew_for_another_day(town, reading):
    """The path ends in March 2026."""
    nodes = [(1, 114.0), (2, 114.001), (3, 114.002)]
    lines = [f'<node id="{n}" version="1" lon="{x}" lat="30.5403"/>' for n, x in nodes]
    tags = '<tag k="highway" v="footway"/>'
    lines.append(f'<way id="1" version="1"><nd ref="1"/><nd ref="2"/>{tags}</way>')
    tags += '<tag k="end_date" v="2026-03"/>'
    lines.append(f'<way id="2" version="1"><nd ref="2"/><nd ref="3"/>{tags}</way>')
    text = '<osm version="0.6">' + "".join(lines) + "</osm>"
    (town.parent / "s.osm").write_text(text, encoding="utf-8")
    edit("siting.yaml", lambda text: text.replace(b"s.geojson", b"s.osm"))(town.parent)
    assert len(load(town)[0].streets) == 2
    edit("siting.yaml", lambda text: text.replace(b"2026-01-01", b"2026-05-01"))(town.parent)
    assert len(load(town)[0].streets) == 1
    assert reading == ["layers"] * 2


def test_layers_of_a_file_that_changed_meanwhile_are_not_kept(town, monkeypatch):
    def load_slowly(*given, **named):
        made = load_layers(*given, **named)
        one_home_less(town.parent)
        return made

    monkeypatch.setattr(module, "load_layers", load_slowly)
    load(town)
    assert not (town.parent / ".siting-cache").exists()


def test_a_fault_is_told_again_with_the_notes_before_it(town):
    edit("s.geojson", lambda _: b'{"type": "FeatureCollection", "features": []}')(town.parent)
    told = []
    for _ in range(2):
        report = DataReport()
        with pytest.raises(SitingError) as error:
            load(town, report=report)
        told.append((str(error.value), report.notes))
    assert told[0] == told[1]


def test_a_place_is_not_kept_twice(town, reading):
    given = {"streets": {"place": "Porto"}, "residential": {"path": "homes.gpkg"}}
    project = build_project({"name": "x", "layers": given}, folder=town.parent)
    assert module._place(project) is None


def test_a_table_that_would_come_back_otherwise_is_not_kept(town, reading, monkeypatch):
    def load_odd(*given, **named):
        made = load_layers(*given, **named)
        odd = pd.Series([{1, 2}, {3}], dtype=object)
        made.residential["odd"] = odd
        return made

    monkeypatch.setattr(module, "load_layers", load_odd)
    layers, _ = load(town)
    assert layers.residential["odd"].tolist() == [{1, 2}, {3}]
    assert not (town.parent / ".siting-cache").exists()


MISSING = [None, float("nan"), "约 50", 50, 50.0, True, "甲\n乙\u2028"]


def test_texts_beside_numbers_keep_their_kinds():
    table = gpd.GeoDataFrame(
        {"经度": pd.Series(MISSING, dtype=object)},
        geometry=shapely.points(np.arange(14.0).reshape(-1, 2)),
        crs=4547,
    )
    named = module._Named("facilities", "", table)
    packed = module._packed(named)
    back = module._unpacked(packed.table, json.loads(json.dumps(packed.rest))).table
    assert list(map(type, back["经度"])) == list(map(type, MISSING))
    assert module._packed_soundly(named) is not None


SHAPES = [
    [shapely.Point(1, 2), shapely.box(0, 0, 1, 1)],
    [shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])],
    [shapely.Point(1, 2, 3), shapely.Point(1, 2)],
    [
        shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(5, 1), (8, 1), (8, 4)]]),
        shapely.box(0, 0, 1, 1),
    ],
]


@pytest.mark.parametrize("shapes", SHAPES)
def test_shapes_keep_their_kinds_heights_and_holes(shapes):
    table = gpd.GeoDataFrame({"a": ["x", "y"]}, geometry=shapes, crs=4547)
    packed = module._packed(module._Named("residential", "", table))
    back = module._unpacked(packed.table, packed.rest).table
    assert shapely.to_wkb(back.geometry.to_numpy()).tolist() == shapely.to_wkb(shapes).tolist()


def signed(content):
    """Sign a content as siting does; whoever can write here can do that too."""
    return content + hashlib.sha256(content).digest()


def head_of(path):
    content = path.read_bytes()[: -module._DIGEST_BYTES]
    line, _, rest = content.partition(b"\n")
    return json.loads(line), rest


def with_head(**changed):
    def damage(path):
        head, rest = head_of(path)
        line = json.dumps(head | changed).encode()
        path.write_bytes(signed(line + b" " * (-(len(line) + 1) % 64) + b"\n" + rest))

    return damage


def flip(path):
    content = bytearray(path.read_bytes())
    content[-200] ^= 1
    path.write_bytes(bytes(content))


def cut_and_signed(path):
    content = path.read_bytes()
    path.write_bytes(signed(content[: len(content) // 2]))


def against_the_contract(path):
    """Take a column away that every home has; what uses it would end in a traceback."""
    head, _ = head_of(path)
    homes = head["tables"][0]
    homes["columns"].remove("home_id")
    with_head(tables=[homes, *head["tables"][1:]])(path)


DAMAGES = {
    "cut": cut,
    "flipped": flip,
    "empty": empty,
    "foreign": foreign,
    "cut and signed": cut_and_signed,
    "without a column": against_the_contract,
    "another name": with_head(name="layers-of-another-city"),
    "no tables": with_head(tables=[]),
    "tables of another kind": with_head(tables=[[1, 2]]),
    "no system": with_head(crs="EPSG:none"),
    "notes of another kind": with_head(notes=[{"code": 1}]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_noticed_told_and_made_again(town, reading, damage):
    first, told = load(town)
    path = kept_file(town)
    damage(path)
    again, told_again = load(town)
    same(first, again)
    codes = [note.code for note in told_again.notes]
    assert codes == ["cache-damaged", *(note.code for note in told.notes)]
    assert reading == ["layers"] * 2
    assert kept_file(town) == path
    assert load(town)[1].notes == told.notes
    assert reading == ["layers"] * 2


def test_the_longest_unused_go(town):
    for number in range(module._KEPT + 2):
        edit("siting.yaml", lambda text, n=number: text + f"# {n}\n".encode())(town.parent)
        text = town.read_text(encoding="utf-8").replace("小镇", f"小镇{number}")
        town.write_text(text, encoding="utf-8")
        load(town)
    assert len(list((town.parent / FOLDER).glob("*.arrow"))) == module._KEPT


def test_runs_at_once_do_not_hurt_each_other(town):
    wanted, _ = load(town)
    failed = []

    def again():
        try:
            for _ in range(8):
                same(load(town)[0], wanted)
                for path in (town.parent / FOLDER).glob("*.arrow"):
                    path.unlink(missing_ok=True)
        except Exception as error:  # noqa: BLE001  a thread's failure must fail the test
            failed.append(error)

    threads = [threading.Thread(target=again) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert not list((town.parent / FOLDER).glob("*.part"))
