"""Kernels give the same, to the last bit, whether Python runs them or numba compiles them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from network_town import grid_towns, layer, places, street_table
from siting.coverage.closest import closest_straight_line
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.kernels import kernel as kernel_module
from siting.network.kernels import paint, reached
from siting.network.kernels.kernel import kernel
from siting.network.travel import closest_and_nodes
from siting.rules.city import area_sums

WALL = shapely.LineString([(-50, 95), (350, 95)])


def walked(lines, homes, schools):
    """Return every array that an analysis of a town rests on."""
    network = build_network(street_table(lines), oneway=True)
    wall = layer(WALL)
    home = snap(network, np.array(homes, float), max_access_m=150, barriers=wall)
    school = snap(network, np.array(schools, float), max_access_m=150)
    yards = shapely.buffer(shapely.points(np.array(homes, float)), 12.0, quad_segs=2)
    yard = snap(network, yards, max_access_m=150, barriers=wall)
    closest, nodes = closest_and_nodes(network, home, [school])[0]
    streets = (network.edge_from, network.edge_to, network.cost_forward, network.cost_backward)
    targets = (school.edge, school.position, school.access_m)
    edge, low, high = reached.reached_spans(streets, nodes, targets, 220.0)
    cut = reached.cut_lines(
        edge, low, high, network.edge_offsets, network.edge_xy, network.edge_length_m
    )
    straight = closest_straight_line(np.array(homes, float), np.array(schools, float))
    return [
        network.edge_from, network.edge_length_m, *network.reversed_arcs,
        home.edge, home.position, home.access_m, home.via,
        yard.subject, yard.edge, yard.position, yard.access_m,
        closest.cost, closest.nearest, nodes, edge, low, high, *cut,
        straight.cost, straight.nearest,
    ]  # fmt: skip


@given(grid_towns(), places(), places())
def test_a_town_is_the_same_in_python_as_arrays_and_compiled(lines, homes, schools):
    ways = []
    with pytest.MonkeyPatch.context() as patch:
        for way in (_plain, _few, _compiled):
            patch.setattr(kernel_module.Kernel, "__call__", way)
            ways.append(walked(lines, homes, schools))
    for one, few, other in zip(*ways, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
        assert np.array_equal(few, other, equal_nan=True)


def _plain(self, *arguments):
    with np.errstate(all="ignore"):
        return self.plain(*arguments)


def _few(self, *arguments):
    with np.errstate(all="ignore"):
        return self.few(*arguments)


def _compiled(self, *arguments):
    return self.compiled(*arguments)


def test_a_small_job_is_python_and_a_large_one_is_compiled(monkeypatch):
    done = []

    @kernel(steps=lambda count: count)
    def count_to(count):
        done.append("python")
        return count

    monkeypatch.setattr(kernel_module, "numba", _Compiler(done))
    monkeypatch.setattr(kernel_module, "MOST_STEPS", 10)
    assert [count_to(10), count_to(11), count_to(10)] == [10, 11, 10]
    # What is compiled once is compiled for the rest of the process.
    assert done == ["python", "compiled", "compiled"]


class _Compiler:
    """Stands for numba."""

    def __init__(self, done):
        self.done = done

    def njit(self, **_options):
        return lambda _function: lambda count: self.done.append("compiled") or count


def test_infinity_less_infinity_is_as_silent_as_when_it_is_compiled():
    @kernel(steps=lambda _: 1)
    def nothing_left(value):
        return value - value

    assert np.isnan(nothing_left(np.float64(np.inf)))


def test_a_small_city_needs_no_numba(tmp_path):
    program = (
        "import sys, numpy as np, geopandas, shapely\n"
        "from siting.network.graph import build_network\n"
        "from siting.network.attach.snap import snap\n"
        "from siting.network.travel import cost_to_closest\n"
        "from siting.network.service_area import service_area\n"
        "line = shapely.LineString([(0, 0), (300, 0)])\n"
        "table = geopandas.GeoDataFrame({'street_id': ['a']}, geometry=[line], crs=4547)\n"
        "streets = build_network(table)\n"
        "home = snap(streets, np.array([[250.0, 5.0]]), max_access_m=200)\n"
        "school = snap(streets, np.array([[100.0, 20.0]]), max_access_m=200)\n"
        "assert cost_to_closest(streets, home, school).cost.tolist() == [5 + 150 + 20]\n"
        "assert not service_area(streets, school, cutoff=100).is_empty\n"
        "assert 'numba.core' not in sys.modules, 'numba was loaded'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)


@given(st.lists(st.tuples(*[st.floats(-200, 200)] * 4), min_size=1, max_size=8))
def test_a_grid_is_painted_the_same_by_arrays_and_compiled(segments):
    ends = np.array(segments)
    spans = np.tile([0, 0, 30, 25], (len(ends), 1))
    few, many = np.full((25, 30), 1e4), np.full((25, 30), 1e4)
    paint._paint_few(ends, spans, 10.0, few)
    paint._paint.compiled(ends, spans, 10.0, many)
    assert np.allclose(few, many, rtol=1e-12, atol=1e-9)


@given(st.data())
def test_areas_are_summed_the_same_by_arrays_and_compiled(data):
    rows = data.draw(st.integers(0, 30))
    numbers = st.floats(0, 1e6) | st.just(np.nan)
    group = data.draw(st.lists(st.integers(-1, 3), min_size=rows, max_size=rows))
    verdict = data.draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows))
    weight = data.draw(st.lists(numbers, min_size=rows, max_size=rows))
    asked = (
        np.array(group, np.int32), np.array(verdict, np.int8),
        (np.ones(rows), np.array(weight, float)), 4, 4,
    )  # fmt: skip
    assert np.array_equal(area_sums._few(*asked), area_sums._many.compiled(*asked), equal_nan=True)
