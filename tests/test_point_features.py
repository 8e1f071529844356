"""GeoJSON made a column at a time is GeoJSON all the same."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from siting.report.tables.point_features import point_features

NUMBERS = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 5).map(float))
TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))


def features(columns, lon, lat):
    made = point_features(columns, np.asarray(lon, float), np.asarray(lat, float), name="gaps")
    return json.loads(made.decode("utf-8"))["features"]


@given(st.lists(st.tuples(TEXTS, NUMBERS), max_size=8))
def test_every_text_and_number_comes_back_and_what_json_lacks_is_null(rows):
    columns = {
        "text": np.array([text for text, _ in rows], dtype=object),
        "number": np.array([number for _, number in rows], dtype=float),
    }
    found = features(columns, np.arange(len(rows)), np.zeros(len(rows)))
    assert len(found) == len(rows)
    for feature, (text, number) in zip(found, rows, strict=True):
        assert feature["properties"]["text"] == text
        assert feature["properties"]["number"] == (number if np.isfinite(number) else None)


def test_coordinates_are_rounded_to_a_centimetre():
    (found,) = features({"a": ["x"]}, [114.123456789], [-30.987654321])
    assert found["geometry"] == {"type": "Point", "coordinates": [114.1234568, -30.9876543]}


def test_gdal_reads_it(tmp_path):
    path = tmp_path / "gaps.geojson"
    columns = {"name": ['"quoted" <b>', "社区"], "metres": np.array([1.5, np.nan])}
    path.write_bytes(point_features(columns, np.array([1.0, 2.0]), np.zeros(2), name="gaps"))
    read = gpd.read_file(path)
    assert read["name"].tolist() == ['"quoted" <b>', "社区"]
    assert read.crs.to_epsg() == 4326


def test_no_gap_is_an_empty_collection():
    assert features({"a": []}, [], []) == []
