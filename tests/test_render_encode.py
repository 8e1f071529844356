"""Columns as text come back as they went in, and no figure contradicts its verdict."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.render import encode
from siting.render.shapes import shape_columns


def unpacked(pack):
    """Read a pack as the page does, written anew from the description of the format."""
    data = zlib.decompress(base64.b64decode(pack["text"]))
    columns, at = {}, 0
    for name, length, width, differences in pack["columns"]:
        values = []
        for row in range(length):
            parts = (data[at + plane * length + row] << (8 * plane) for plane in range(width))
            values.append(sum(parts))
        if differences:
            steps = [-(value + 1) // 2 if value % 2 else value // 2 for value in values]
            values = [sum(steps[: row + 1]) for row in range(length)]
        columns[name] = values
        at += length * width
    assert at == len(data)
    return columns


@given(
    st.lists(st.integers(-(2**30) + 1, 2**30 - 1), max_size=30),
    st.lists(st.integers(0, 2**30 - 1), max_size=30),
)
def test_columns_come_back_as_they_went_in(near, plain):
    pack = encode.pack({"near": np.array(near), "plain": np.array(plain)}, plain=["plain"])
    assert unpacked(pack) == {"near": near, "plain": plain}


def test_texts_come_back_and_a_lone_surrogate_becomes_a_question_mark():
    pack = encode.pack_texts({"names": ["江湾", "</script>", "a\ud800"]})
    read = json.loads(zlib.decompress(base64.b64decode(pack["text"])))
    assert read == {"names": ["江湾", "</script>", "a?"]}


@given(
    st.lists(st.floats(0, 6000), min_size=1, max_size=20),
    st.sampled_from([0.3, 30.0, 300.0, 500.0, 1000.0]),
)
def test_no_stored_measurement_contradicts_its_verdict(values, limit):
    # Values right at the limit and a hair over it are the ones that rounding would flip.
    measured = np.array([*values, limit, limit + 1e-4, limit - 1e-4])
    failed = measured > limit
    codes, decimals, start = encode.measurement_codes(measured, limit, failed)
    shown = np.round((codes - encode.FIRST) / 10.0**decimals + start, decimals)
    assert (shown[failed] > limit).all()
    assert (shown[~failed] <= limit + 1e-9).all()
    assert np.abs(shown - measured).max() <= 1.0 * 10.0**-decimals + 1e-9


def test_missing_and_endless_measurements_have_codes_of_their_own():
    measured = np.array([np.nan, np.inf, 0.0])
    codes, _, _ = encode.measurement_codes(measured, 300.0, np.array([False, True, False]))
    assert codes.tolist() == [encode.MISSING, encode.ENDLESS, encode.FIRST]


def test_shares_keep_four_decimals_and_long_walks_one():
    share = encode.measurement_codes(np.array([0.0, 0.1234]), 0.1, np.array([True, False]))
    walk = encode.measurement_codes(np.array([0.0, 9000.0]), 300.0, np.array([False, True]))
    assert (share[1], walk[1]) == (4, 1)


def test_weights_are_kept_in_tenths_and_unknown_ones_apart_from_none_at_all():
    assert encode.weight_codes(np.array([0.0, 12.3, np.nan])).tolist() == [1, 124, 0]
    assert encode.weight_codes(None) is None


def test_neighbours_in_town_are_neighbours_in_the_file():
    lon = np.array([114.0, 115.0, 114.001, 115.001])
    lat = np.array([30.0, 31.0, 30.001, 31.001])
    order = encode.spatial_order(lon, lat).tolist()
    assert order == [0, 2, 1, 3]
    assert encode.spatial_order(lon[:0], lat[:0]).size == 0


def test_rings_holes_and_parts_of_one_shape_share_their_owner():
    square = shapely.Polygon(
        [(0, 0), (4, 0), (4, 4), (0, 4)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]]
    )
    both = shapely.MultiPolygon([square, shapely.box(5, 5, 6, 6)])
    shapes = np.array([both, None, shapely.LineString([(0, 0), (1, 1)])], dtype=object)
    columns = shape_columns("s", shapes)
    assert columns["s_owner"].tolist() == [0, 0, 0, 2]
    assert columns["s_count"].tolist() == [5, 5, 5, 2]
    assert columns["s_x"].max() == 6 * encode.DEGREE


def test_shapes_of_nothing_give_empty_columns():
    columns = shape_columns("s", np.array([None], dtype=object), thin=True)
    assert [len(values) for values in columns.values()] == [0, 0, 0, 0]


@pytest.mark.parametrize("name", ["s_x", "s_y"])
def test_thinning_drops_what_the_eye_cannot_see(name):
    line = shapely.LineString([(0, 0), (0.5, 0.000001), (1, 0)])
    columns = shape_columns("s", np.array([line], dtype=object), thin=True)
    assert len(columns[name]) == 2
