"""Rasters: every person is accounted for, and heights lie between the cells' centres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import Affine
from shapely import Point, box

from siting.data_report import DataReport
from siting.errors import CRSError, LoadError
from siting.loaders.formats.raster_file import RasterGrid
from siting.loaders.layer.people.raster import (
    homes_from_cells,
    read_population,
    sample_elevation,
)
from siting.loaders.layer.people.raster_spread import spread_over_homes
from siting.loaders.layer.population_cells import PopulationCells
from siting.words import say

METRIC = pyproj.CRS(4547)
# Upper left corner of the hand-worked raster: cells of 100 m, row 0 in the north.
WEST, NORTH = 500_000.0, 3_380_000.0


def write(path, values, *, nodata=None, crs="EPSG:4547", transform=None, **options):
    values = np.atleast_3d(np.asarray(values).T).T if np.ndim(values) == 2 else np.asarray(values)
    count, height, width = values.shape
    transform = transform or Affine(100.0, 0.0, WEST, 0.0, -100.0, NORTH)
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=count,
        dtype=values.dtype, crs=crs, transform=transform, nodata=nodata, **options,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    return path


def notes(report):
    return {note.code: note for note in report.notes}


def home(home_id, x, y, **columns):
    return {"home_id": home_id, "geometry": Point(WEST + x, NORTH - y), **columns}


def homes_of(*rows):
    return gpd.GeoDataFrame(list(rows), crs=METRIC)


@pytest.fixture
def cells(tmp_path):
    path = write(tmp_path / "p.tif", np.array([[10.0, 0.0, 4.0], [0.0, 6.0, 0.0]]))
    return read_population(path, report=DataReport())


def test_each_populated_cell_is_a_home_at_its_centre(cells):
    homes = homes_from_cells(cells, METRIC, group="elderly")
    assert list(homes["home_id"]) == ["r0c0", "r0c2", "r1c1"]
    assert list(homes["elderly"]) == [10, 4, 6]
    centre = homes.geometry.iloc[2]
    assert (centre.x, centre.y) == (WEST + 100 + 50, NORTH - 100 - 50)
    assert homes["cell_area_m2"].to_list() == pytest.approx([100 * 100] * 3)


def test_no_data_nan_and_empty_cells_hold_nobody(tmp_path):
    values = np.array([[-9999.0, np.nan, 0.0], [2.5, -3.0, np.inf]], dtype="float32")
    report = DataReport()
    cells = read_population(write(tmp_path / "p.tif", values, nodata=-9999), report=report)
    assert cells.total == 2.5
    assert notes(report)["cell-negative"].examples == ("r1c1",)
    assert notes(report)["cell-infinite"].examples == ("r1c2",)
    assert "2.5 people" in say(notes(report)["population-total"].message, "en")


def test_undeclared_no_data_is_reported_as_negative(tmp_path):
    values = np.array([[-9999, 7]], dtype="int16")
    report = DataReport()
    assert read_population(write(tmp_path / "p.tif", values), report=report).total == 7
    assert notes(report)["cell-negative"].count == 1


def test_degrees_become_metres_and_the_people_stay(tmp_path):
    transform = Affine(1 / 1200, 0.0, 114.0, 0.0, -1 / 1200, 30.6)
    path = write(tmp_path / "p.tif", np.full((3, 4), 1.25), crs="EPSG:4326", transform=transform)
    cells = read_population(path, report=DataReport())
    homes = homes_from_cells(cells, METRIC)
    assert homes["population"].sum() == 12 * 1.25
    back = homes.to_crs(4326).geometry.iloc[0]
    assert back.x == pytest.approx(114.0 + 0.5 / 1200, abs=1e-9)
    assert back.y == pytest.approx(30.6 - 0.5 / 1200, abs=1e-9)
    ground, _ = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(
        box(114.0, 30.6 - 1 / 1200, 114.0 + 1 / 1200, 30.6)
    )
    assert homes["cell_area_m2"].iloc[0] == pytest.approx(abs(ground), rel=1e-6)


def test_cells_outside_the_boundary_are_left_out_and_counted(tmp_path):
    path = write(tmp_path / "p.tif", np.array([[10.0, 4.0]]))
    boundary = gpd.GeoDataFrame(geometry=[box(WEST, NORTH - 100, WEST + 100, NORTH)], crs=METRIC)
    report = DataReport()
    cells = read_population(path, report=report, within=boundary)
    assert cells.total == 10
    assert "1 cells with 4 people" in say(notes(report)["cell-outside"].message, "en")


def test_people_of_a_cell_go_to_its_homes_by_floor_area(cells):
    homes = homes_of(
        home("a", 10, 10, floor_area_m2=300.0),
        home("b", 90, 90, floor_area_m2=100.0),
        home("c", 250, 50, floor_area_m2=50.0),
        home("d", 150, 150, floor_area_m2=0.0),
        home("e", 50, 150, floor_area_m2=80.0),
    )
    spread, unassigned = spread_over_homes(cells, homes, report=DataReport())
    assert list(spread["population"]) == [10 * 3 / 4, 10 * 1 / 4, 4, 6, 0]
    assert unassigned == 0


def test_a_home_without_floor_area_counts_as_the_mean_of_its_cell(cells):
    homes = homes_of(
        home("a", 10, 10, floor_area_m2=300.0),
        home("b", 20, 10, floor_area_m2=100.0),
        home("c", 30, 10, floor_area_m2=np.nan),
        home("d", 250, 50, floor_area_m2=np.nan),
        home("e", 260, 50, floor_area_m2=np.nan),
        home("f", 150, 150, floor_area_m2=1.0),
    )
    report = DataReport()
    spread, _ = spread_over_homes(cells, homes, report=report)
    assert list(spread["population"]) == pytest.approx(
        [10 * 300 / 600, 10 * 100 / 600, 10 * 200 / 600, 4 / 2, 4 / 2, 6]
    )
    assert notes(report)["weight-missing"].count == 3


def test_people_of_cells_without_homes_go_to_the_nearest_or_are_reported(cells):
    report = DataReport()
    homes = homes_of(home("a", 50, 50), home("b", 150, 50))
    spread, unassigned = spread_over_homes(
        cells, homes, report=report, weight="equal", max_move_m=100
    )
    assert list(spread["population"]) == [10, 4 + 6]
    assert unassigned == 0
    _, unassigned = spread_over_homes(cells, homes, report=report, weight="equal", max_move_m=99.9)
    assert unassigned == 4 + 6
    assert notes(report)["population-unassigned"].examples == ("r0c2", "r1c1")


def test_a_large_compound_gets_the_cells_it_covers_though_its_middle_is_in_one(cells):
    compound = {"home_id": "a", "geometry": box(WEST, NORTH - 200, WEST + 300, NORTH)}
    spread, unassigned = spread_over_homes(
        cells, homes_of(compound), report=DataReport(), weight="equal", max_move_m=0
    )
    assert list(spread["population"]) == [10 + 4 + 6]
    assert unassigned == 0


def test_without_homes_nobody_is_assigned(cells):
    empty = homes_of(home("a", 0, 0)).iloc[:0]
    spread, unassigned = spread_over_homes(cells, empty, report=DataReport())
    assert (len(spread), unassigned) == (0, 10 + 4 + 6)


def test_people_that_homes_state_are_replaced_and_that_is_said(cells):
    report = DataReport()
    homes = homes_of(home("a", 50, 50, elderly=99.0))
    spread, _ = spread_over_homes(cells, homes, report=report, group="elderly", weight="equal")
    assert list(spread["elderly"]) == [10 + 4 + 6]
    assert notes(report)["population-replaced"].count == 1


coordinates = st.floats(-200, 1200)
weights = st.one_of(st.just(np.nan), st.floats(0, 1e5))


@given(
    st.lists(st.tuples(coordinates, coordinates, weights), min_size=1, max_size=12),
    st.lists(st.floats(0, 1e6), min_size=16, max_size=16),
    st.floats(0, 500),
)
def test_no_person_is_lost_or_made_up(homes, people, max_move_m):
    values = np.array(people).reshape(4, 4)
    row, column = np.nonzero(values > 0)
    grid = RasterGrid((100.0, 0.0, WEST, 0.0, -100.0, NORTH), METRIC, 4, 4)
    cells = PopulationCells(grid, row, column, values[row, column], "p.tif")
    table = homes_of(*(home(str(i), x, y, floor_area_m2=w) for i, (x, y, w) in enumerate(homes)))
    spread, unassigned = spread_over_homes(cells, table, report=DataReport(), max_move_m=max_move_m)
    assert (spread["population"] >= 0).all()
    total = spread["population"].sum() + unassigned
    assert total == pytest.approx(values.sum(), rel=1e-12, abs=1e-9)


def test_a_turned_grid_finds_its_own_cells():
    cosine, sine = 80.0, 60.0
    grid = RasterGrid((cosine, sine, WEST, sine, -cosine, NORTH), METRIC, 5, 7)
    row, column = grid.position(grid.xy([0.5, 4.25], [6.5, 0.75]))
    assert row == pytest.approx([0.5, 4.25])
    assert column == pytest.approx([6.5, 0.75])


def broken(tmp_path, kind):
    good = np.ones((64, 64), dtype="float32")
    path = tmp_path / "p.tif"
    if kind == "absent":
        return path
    if kind == "text":
        path.write_text("ncols 3", encoding="utf-8")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "half":
        whole = write(path, np.random.default_rng(0).random((300, 300))).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif kind == "bands":
        write(path, np.ones((3, 4, 4)))
    elif kind == "complex":
        write(path, good.astype("complex64"))
    elif kind == "vrt":
        write(tmp_path / "q.tif", good)
        path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("absent", "is not a file"),
        ("text", "is no GeoTIFF or breaks off"),
        ("empty", r"0 bytes\) is no GeoTIFF"),
        ("half", "is no GeoTIFF or breaks off"),
        ("bands", r"has 3 bands .* expected one. Choose with band:"),
        ("complex", "complex numbers"),
        ("vrt", "is no GeoTIFF"),
    ],
)
def test_a_raster_that_cannot_be_used_says_why(tmp_path, kind, what):
    with pytest.raises(LoadError, match=what):
        read_population(broken(tmp_path, kind), report=DataReport())


def test_a_raster_of_several_bands_is_read_by_the_chosen_one(tmp_path):
    path = write(tmp_path / "p.tif", np.stack([np.full((2, 2), 1.0), np.full((2, 2), 3.0)]))
    assert read_population(path, report=DataReport(), band=2).total == 4 * 3
    with pytest.raises(LoadError, match="band: 5 does not exist"):
        read_population(path, report=DataReport(), band=5)


def test_a_raster_without_system_needs_one_and_without_position_is_refused(tmp_path):
    path = write(tmp_path / "p.tif", np.ones((2, 2)), crs=None)
    with pytest.raises(CRSError, match="no coordinate reference system; name it with crs:"):
        read_population(path, report=DataReport())
    assert read_population(path, report=DataReport(), crs="EPSG:4547").total == 4
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        write(path, np.ones((2, 2)), crs=None, transform=Affine.identity())
    with pytest.raises(CRSError, match="no position on the earth"):
        read_population(path, report=DataReport())


def test_scale_and_offset_of_the_file_are_applied(tmp_path):
    path = write(tmp_path / "p.tif", np.full((1, 2), 30, dtype="int16"))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (2.0,)
    assert read_population(path, report=DataReport()).total == pytest.approx(2 * (30 * 0.1 + 2))


def test_heights_are_interpolated_between_centres_and_held_at_the_edge(tmp_path):
    path = write(tmp_path / "dem.tif", np.array([[10.0, 20.0], [30.0, 40.0]]))
    at = np.array([[50, 50], [100, 50], [100, 100], [75, 50], [0, 0], [201, 100], [150, 199]])
    xy = np.column_stack((WEST + at[:, 0], NORTH - at[:, 1]))
    heights = sample_elevation(path, xy.astype(float), METRIC)
    expected = [10, (10 + 20) / 2, (10 + 20 + 30 + 40) / 4, 10 * 0.75 + 20 * 0.25, 10, np.nan, 40]
    np.testing.assert_allclose(heights, expected)


def test_heights_without_data_are_left_out_of_the_mean(tmp_path):
    path = write(tmp_path / "dem.tif", np.array([[10.0, -1.0], [-1.0, -1.0]]), nodata=-1)
    xy = np.array([[WEST + 90, NORTH - 60], [WEST + 150, NORTH - 150]])
    np.testing.assert_allclose(sample_elevation(path, xy, METRIC), [10, np.nan])


def test_a_plane_is_sampled_exactly_whatever_the_system_of_the_points(tmp_path):
    values = np.add.outer(np.arange(6) * 5.0, np.arange(8) * 2.0)
    path = write(tmp_path / "dem.tif", values)
    xy = np.random.default_rng(1).uniform(
        (WEST + 60, NORTH - 500), (WEST + 700, NORTH - 60), (50, 2)
    )
    plane = ((NORTH - xy[:, 1]) / 100 - 0.5) * 5 + ((xy[:, 0] - WEST) / 100 - 0.5) * 2
    np.testing.assert_allclose(sample_elevation(path, xy, METRIC), plane)
    to_degrees = pyproj.Transformer.from_crs(METRIC, 4326, always_xy=True)
    lonlat = np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
    np.testing.assert_allclose(sample_elevation(path, lonlat, pyproj.CRS(4326)), plane, atol=1e-5)


@pytest.mark.real
def test_wuhan_keeps_every_elder(real_data):
    path = real_data / "wuhan" / "population_60plus.tif"
    with rasterio.open(path) as dataset:
        values = dataset.read(1).astype(float)
    report = DataReport()
    cells = read_population(path, report=report)
    assert cells.total == pytest.approx(values[values > 0].sum(), rel=1e-12)
    assert cells.total == pytest.approx(1_942_653, abs=1)
    homes = homes_from_cells(cells, METRIC, group="elderly")
    assert homes["elderly"].sum() == pytest.approx(cells.total, rel=1e-12)


@pytest.mark.real
def test_porto_alegre_has_heights(real_data):
    path = real_data / "porto-alegre" / "poa_elevation.tif"
    heights = sample_elevation(path, np.array([[-51.22, -30.03]]), pyproj.CRS(4326))
    assert 0 < heights[0] < 320


CROWD = [[12, 30, 100], [7, 8, 9]]


@pytest.mark.parametrize(
    ("stored", "sentinel"), [("uint16", 65_535), ("int32", 99_999), ("float32", 3.4e38)]
)
def test_undeclared_no_data_never_counts_as_people(tmp_path, stored, sentinel):
    values = np.array([*CROWD, [sentinel] * 3], dtype=stored)
    report = DataReport()
    found = read_population(write(tmp_path / "p.tif", values), report=report)
    assert found.total == 12 + 30 + 100 + 7 + 8 + 9
    note = notes(report)["cell-no-people"]
    assert (note.severity, note.count) == ("excluded", 3)


def test_the_largest_number_of_a_type_is_no_data_however_large_the_cells_are(tmp_path):
    kilometre = Affine(1000, 0, 500_000, 0, -1000, 3_400_000)
    path = write(
        tmp_path / "p.tif", np.array([[20_000, 65_535]], dtype="uint16"),
        transform=kilometre,
    )  # fmt: skip
    assert read_population(path, report=DataReport()).total == 20_000


def test_a_raster_of_something_else_than_people_is_refused(tmp_path):
    hectare = Affine(100, 0, 500_000, 0, -100, 3_400_000)
    values = np.array([[120_000.0, 90_000.0, 31_000.0]])
    path = write(tmp_path / "p.tif", values, transform=hectare)
    with pytest.raises(LoadError, match=r"3 of 3 cells.*more people"):
        read_population(path, report=DataReport())


@pytest.mark.parametrize("unit", ["persons/km2", "people per sq km", "人/平方公里", "km-2"])
def test_a_density_is_no_count(tmp_path, unit):
    path = write(tmp_path / "p.tif", np.array(CROWD, dtype=float))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(units=unit)
    with pytest.raises(LoadError, match="people per area"):
        read_population(path, report=DataReport())
