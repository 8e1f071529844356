"""The GeoPackage: its layers hold the findings and carry the styles that QGIS reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely import Point

from analysis_town import HOMES, write_town
from siting import analyze
from siting.pipeline.gaps.geopackage import storable, worst_block, write_geopackage
from siting.pipeline.gaps.qgis_styles import categories, graduated


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    return analyze(write_town(tmp_path_factory.mktemp("town")))


@pytest.fixture(scope="module")
def package(analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "findings.gpkg"
    write_geopackage(analysis, path)
    return path


def styles(package):
    with closing(sqlite3.connect(package)) as book:
        rows = book.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        )
        return {
            name: (column, ET.fromstring(qml.split("\n", 1)[1]), default)
            for name, column, qml, default in rows
        }


def test_every_layer_has_a_style_that_is_its_default(package):
    layers = {name for name, kind in pyogrio.list_layers(package) if kind is not None}
    assert layers == {"streets", "areas_community", "homes", "facilities", "gaps"}
    assert set(styles(package)) == layers
    for column, qml, default in styles(package).values():
        assert column == "geom"
        assert default == 1
        assert qml.find("renderer-v2/symbols/symbol/layer") is not None


def test_homes_say_the_verdict_of_every_rule_and_are_coloured_by_the_worst(analysis, package):
    homes = gpd.read_file(package, layer="homes").set_index("home_id")
    findings = analysis.findings("town-reading-room").set_index("subject_id")
    assert len(homes) == len(HOMES)
    for name in HOMES:
        assert homes.loc[name, "town-reading-room"] == findings.loc[name, "verdict"]
    renderer = styles(package)["homes"][1].find("renderer-v2")
    assert renderer.get("attr") == f'"{worst_block(analysis).rule.id}"'
    assert {each.get("value") for each in renderer.iter("category")} == {
        "pass",
        "fail",
        "unknown",
        "not_applicable",
    }


def test_areas_have_the_covered_shares_and_colours_by_them(package):
    areas = gpd.read_file(package, layer="areas_community")
    renderer = styles(package)["areas_community"][1].find("renderer-v2")
    column = renderer.get("attr").strip('"')
    assert column.endswith(":covered_share_of_population")
    assert areas[column].dropna().between(0, 1).all()
    assert areas["town-elder-care"].isin(["pass", "fail", "unknown", "not_applicable"]).all()


def test_gaps_are_what_fails(analysis, package):
    gaps = gpd.read_file(package, layer="gaps")
    failing = analysis.findings().query("verdict == 'fail' and subject_kind != 'city'")
    assert len(gaps) == len(failing)


def test_columns_that_a_geopackage_cannot_hold_are_left_out_or_written_as_text(tmp_path):
    frame = gpd.GeoDataFrame(
        {"fid": [7, 7], "Name": ["a", "b"], "name": ["c", "d"], "mixed": [1, "x"]},
        geometry=[Point(0, 0), Point(1, 1)],
        crs="EPSG:4547",
    )
    storable(frame).to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    read = gpd.read_file(tmp_path / "a.gpkg")
    assert read["Name"].tolist() == ["a", "b"]
    assert read["mixed"].tolist() == ["1", "x"]
    assert "name" not in read.columns
    assert isinstance(read, pd.DataFrame)


def test_a_column_name_cannot_leave_its_quotes():
    qml = categories('a" or 1=1', [("<b>", "&", "#ffffff")], kind="point")
    root = ET.fromstring(qml.split("\n", 1)[1])
    assert root.find("renderer-v2").get("attr") == '"a"" or 1=1"'
    assert root.find("renderer-v2/categories/category").get("value") == "<b>"


def test_classes_meet_end_to_end():
    root = ET.fromstring(graduated("x", (0.0, 0.5, 1.0), ("#000000", "#ffffff")).split("\n", 1)[1])
    ranges = [(each.get("lower"), each.get("upper")) for each in root.iter("range")]
    assert ranges == [("0.0", "0.5"), ("0.5", "1.0")]


# What QGIS is told of each layer: kind of renderer, the column it colours by, its symbols.
OPENED = (
    ("streets", "singleSymbol", None, {"line"}),
    ("areas_community", "graduatedSymbol", "covered_share_of_population", {"fill"}),
    ("homes", "categorizedSymbol", "town-", {"marker"}),
    ("facilities", "singleSymbol", None, {"marker"}),
    ("gaps", "singleSymbol", None, {"marker"}),
)


@pytest.mark.parametrize(("layer", "renderer", "column", "symbols"), OPENED)
def test_each_layer_opens_with_a_style_for_its_geometry_and_a_column_that_it_has(
    package, layer, renderer, column, symbols
):
    frame = gpd.read_file(package, layer=layer)
    style = styles(package)[layer][1].find("renderer-v2")
    assert style.get("type") == renderer
    assert {each.get("type") for each in style.iter("symbol")} == symbols
    drawn = {"LineString": "line", "Point": "marker", "Polygon": "fill"}
    kinds = {drawn[kind.removeprefix("Multi")] for kind in frame.geom_type}
    assert kinds == symbols
    if column is not None:
        name = style.get("attr").strip('"')
        assert column in name
        assert name in frame.columns
    else:
        assert style.get("attr") is None
    # A category or class without a symbol of its own would be drawn in black.
    named = {each.get("name") for each in style.iter("symbol")}
    used = {each.get("symbol") for tag in ("category", "range") for each in style.iter(tag)}
    assert used <= named
