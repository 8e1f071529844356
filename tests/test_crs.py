"""Where a layer is: offsets of map providers, metric zones, prefixed eastings, the datum check."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.crs import (
    READINGS,
    SourceCRS,
    bd09_to_gcj02,
    bd09_to_wgs84,
    check_datum,
    check_metric_crs,
    choose_metric_crs,
    datum_fit,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    lonlat_bounds,
    parse_crs,
    place,
    to_metric,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from siting.data_report import DataReport
from siting.errors import CRSError
from siting.words import say

# One degree is at most 111.4 km, so this is 0.1 mm.
CLOSE_DEG = 1e-9

mainland_lon = st.floats(74.0, 134.0)
mainland_lat = st.floats(4.0, 53.0)


def layer(*points, crs=None):
    return gpd.GeoDataFrame(geometry=[shapely.Point(xy) for xy in points], crs=crs)


def coordinates(frame):
    return shapely.get_coordinates(frame.geometry.to_numpy()).tolist()


def placed(frame, declared, **options):
    report = DataReport()
    source = None if declared is None else parse_crs(declared, subject="homes.shp")
    result = place(frame, source, report=report.of("homes.shp"), **options)
    return result, report


def codes(report):
    return [note.code for note in report.notes]


# --- GCJ-02 and BD-09 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "tolerance"),
    [
        # wandergis/coordtransform, test/app.js
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164), 1e-11),
        # googollee/eviltransform, go/transform_test.go (compared there to five decimals)
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597), 1e-6),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766), 1e-6),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069), 1e-6),
        # hujiulong/gcoord, test/fixtures/china-cities.json: 荆门 (Hubei), 鄂州, 酒泉, 锡林浩特.
        # They came from a map provider, 0.7 m off the published formula everywhere.
        ((112.1935849, 31.0376011), (112.1994301, 31.0354012), 8e-6),
        ((114.8898012, 30.3946322), (114.8948492, 30.3919431), 8e-6),
        ((98.4937175, 39.7319946), (98.4943595, 39.7328234), 8e-6),
        ((116.0414035, 43.9312805), (116.0482308, 43.9334573), 8e-6),
    ],
)
def test_gcj02_agrees_with_published_pairs_both_ways(wgs84, gcj02, tolerance):
    assert np.hypot(*np.subtract(wgs84_to_gcj02(*wgs84), gcj02)) < tolerance
    assert np.hypot(*np.subtract(gcj02_to_wgs84(*gcj02), wgs84)) < tolerance + CLOSE_DEG


@pytest.mark.parametrize(
    ("gcj02", "bd09", "tolerance"),
    [
        # wandergis/coordtransform, test/app.js
        ((116.404, 39.915), (116.41036949371029, 39.92133699351021), 1e-11),
        # hujiulong/gcoord, test/fixtures/china-cities.json: 荆门, 鄂州, 酒泉
        ((112.1994301, 31.0354012), (112.2058231, 31.0417338), 2e-7),
        ((114.8948492, 30.3919431), (114.9014563, 30.397616), 2e-7),
        ((98.4943595, 39.7328234), (98.5008441, 39.7388949), 2e-7),
        # wandergis/coordtransform inverts in one step, which is good to a metre (1e-5 degrees)
        ((116.39762729119315, 39.90865673957631), (116.404, 39.915), 1e-5),
    ],
)
def test_bd09_agrees_with_published_pairs_both_ways(gcj02, bd09, tolerance):
    assert np.hypot(*np.subtract(gcj02_to_bd09(*gcj02), bd09)) < tolerance
    assert np.hypot(*np.subtract(bd09_to_gcj02(*bd09), gcj02)) < tolerance + CLOSE_DEG


@given(mainland_lon, mainland_lat)
def test_every_offset_in_the_mainland_comes_back_to_a_tenth_of_a_millimetre(lon, lat):
    for forward, inverse in (
        (wgs84_to_gcj02, gcj02_to_wgs84),
        (gcj02_to_bd09, bd09_to_gcj02),
        (wgs84_to_bd09, bd09_to_wgs84),
    ):
        back = inverse(*forward(lon, lat))
        assert np.hypot(back[0] - lon, back[1] - lat) < CLOSE_DEG


@given(mainland_lon, mainland_lat)
def test_gcj02_is_never_off_by_more_than_a_kilometre_and_a_half(lon, lat):
    east, north = wgs84_to_gcj02(lon, lat)
    assert 1.0 < np.hypot(east - lon, north - lat) * 111_000 < 1500


@pytest.mark.parametrize("place_abroad", [(-15.4, 28.1), (37.6, 59.2), (139.7, 35.7), (0.0, 0.0)])
def test_places_outside_china_are_not_moved(place_abroad):
    for move in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
        assert tuple(map(float, move(*place_abroad))) == place_abroad


def test_offsets_keep_the_shape_and_nan():
    lon, lat = gcj02_to_wgs84([[114.3, np.nan]], [[30.6, 30.6]])
    assert lon.shape == lat.shape == (1, 2)
    assert np.isnan(lon[0, 1])
    assert not np.isnan(lon[0, 0])


# --- declared systems ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "code", "reading"),
    [
        ("EPSG:4547", 4547, "WGS 84"),
        (4547, 4547, "WGS 84"),
        ("CGCS2000 / 3-degree Gauss-Kruger CM 114E", 4547, "WGS 84"),
        ("WGS84", 4326, "WGS 84"),
        ("cgcs 2000", 4490, "WGS 84"),
        ("国家２０００", 4490, "WGS 84"),
        ("西安80", 4610, "WGS 84"),
        ("北京54", 4214, "WGS 84"),
        ("GCJ-02", 4326, "GCJ-02"),
        ("gcj02", 4326, "GCJ-02"),
        ("火星坐标系", 4326, "GCJ-02"),
        ("BD-09", 4326, "BD-09"),
        ("百度坐标", 4326, "BD-09"),
    ],
)
def test_a_declared_system_is_understood(declared, code, reading):
    source = parse_crs(declared, subject="a")
    assert (source.crs.to_epsg(), source.reading) == (code, reading)


@pytest.mark.parametrize("local", ["武汉2000", "武汉 2000 坐标系", "上海城建坐标系", "wuhan2000"])
def test_a_city_grid_is_refused_because_its_parameters_are_not_public(local):
    with pytest.raises(CRSError, match=r"parameters are not public.*EPSG:4547"):
        parse_crs(local, subject="homes.shp")


@pytest.mark.parametrize("unknown", ["EPSG:99999", "wgs", "", 3.5, None])
def test_an_unknown_system_says_what_to_write(unknown):
    with pytest.raises(CRSError, match=r"no known coordinate reference system.*crs: EPSG:4326"):
        parse_crs(unknown, subject="a")


def test_baidu_metres_and_engineering_grids_are_refused():
    with pytest.raises(CRSError, match="Baidu's own Mercator"):
        parse_crs("BD09MC", subject="a")
    grid = 'LOCAL_CS["site grid",UNIT["metre",1]]'
    with pytest.raises(CRSError, match="not tied to longitude"):
        parse_crs(grid, subject="a")


def test_heights_of_a_compound_system_are_dropped():
    assert parse_crs("EPSG:4326+5773", subject="a").crs.to_epsg() == 4326


# --- the metric system ---------------------------------------------------------------------------


@given(st.floats(108.5, 116.5), st.floats(26.0, 34.0))
def test_central_china_gets_the_zone_whose_meridian_is_nearest(lon, lat):
    crs = choose_metric_crs((lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2), subject="a")
    meridian = 75 + 3 * (crs.to_epsg() - 4534)
    assert abs(meridian - lon) <= 1.5 + 1e-9


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ((113.7, 30.0, 115.1, 31.4), 4547),  # 武汉: 114E
        ((121.1, 30.7, 122.1, 31.9), 4550),  # 上海: 121.6 is nearer to 123E than to 120E
        ((126.8, 37.4, 127.2, 37.7), 32652),  # Seoul is in the box of China, not in China
        ((105.7, 20.9, 105.9, 21.1), 32648),  # Hanoi
        ((-15.5, 28.0, -15.4, 28.2), 32628),  # Las Palmas
        ((-51.3, -30.2, -51.0, -29.9), 32722),  # Porto Alegre
        ((179.5, -17.0, 180.0, -16.0), 32760),
    ],
)
def test_china_gets_cgcs2000_and_the_rest_of_the_world_utm(where, code):
    assert choose_metric_crs(where, subject="a").to_epsg() == code


def test_the_choice_is_reported():
    report = DataReport()
    choose_metric_crs((114.0, 30.0, 114.5, 31.0), subject="a", report=report)
    assert "EPSG:4547" in say(report.notes[0].message, "en")


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((np.nan,) * 4, "no extent"),
        ((100.0, 30.0, 120.0, 31.0), "20.0 degrees wide"),
        ((500000, 3e6, 510000, 3.1e6), "not degrees"),
        ((10.0, 86.0, 11.0, 87.0), "outside UTM"),
    ],
)
def test_an_extent_that_no_zone_measures_is_refused(bounds, message):
    with pytest.raises(CRSError, match=message):
        choose_metric_crs(bounds, subject="a")


WUHAN = (113.7, 30.0, 115.1, 31.4)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (4326, "degrees"),
        (2225, "not metres"),  # California zone 1 in US survey feet
        (3857, "wrong by 1[67].*EPSG:4547"),  # 1 / cos(31.4 degrees) - 1 = 17 %
        (32633, "wrong by"),  # UTM of Berlin
    ],
)
def test_a_system_that_does_not_measure_metres_here_is_refused(code, message):
    with pytest.raises(CRSError, match=message):
        check_metric_crs(pyproj.CRS(code), WUHAN, subject="a")


def test_utm_is_wrong_by_four_parts_in_ten_thousand_on_its_meridian():
    error = check_metric_crs(pyproj.CRS(32650), (117.0, 30.0, 117.0, 30.0), subject="a")
    assert error == pytest.approx(1 - 0.9996, abs=1e-9)


def test_bounds_of_layers_in_different_systems_are_joined_in_degrees():
    in_degrees = layer((114.0, 30.0), crs=4326)
    in_metres = layer((114.5, 30.5), crs=4326).to_crs(4547)
    bounds = lonlat_bounds([in_degrees, None, in_metres, in_metres.iloc[:0]])
    assert bounds == pytest.approx((114.0, 30.0, 114.5, 30.5), abs=1e-7)


def test_layers_of_mixed_systems_meet_in_one_place():
    report = DataReport()
    target = pyproj.CRS(4547)
    point = layer((114.3, 30.6), crs=4326)
    ways = [to_metric(point.to_crs(c), target, subject="a", report=report) for c in (4547, 32650)]
    ways.append(to_metric(point, target, subject="a", report=report))
    spread = np.ptp([coordinates(way)[0] for way in ways], axis=0)
    assert spread.max() < 0.001
    assert codes(report) == ["projected", "projected"]


def test_the_doubtful_datum_shift_of_beijing_1954_is_warned_about():
    report = DataReport()
    old = layer((530000.0, 3385000.0), crs=2435)
    to_metric(old, pyproj.CRS(4547), subject="old.shp", report=report)
    assert "datum-shift-doubtful" in codes(report)


def test_a_layer_without_a_system_cannot_be_projected():
    with pytest.raises(CRSError, match="no coordinate reference system"):
        to_metric(layer((1.0, 1.0)), pyproj.CRS(4547), subject="a")


# --- numbers that do not fit ---------------------------------------------------------------------

LONLAT = (114.3, 30.6)
EASTING, NORTHING = 528_760.0, 3_386_500.0


def test_numbers_that_fit_are_left_alone():
    for xy, declared in ((LONLAT, "EPSG:4326"), ((EASTING, NORTHING), "EPSG:4547")):
        result, report = placed(layer(xy), declared)
        assert coordinates(result) == [list(xy)]
        assert codes(report) == []


def test_no_system_is_an_error_that_shows_the_numbers_and_what_to_write():
    with pytest.raises(CRSError, match=r"no coordinate reference.*114\.3000.*Write crs:"):
        placed(layer(LONLAT), None)
    with pytest.raises(CRSError, match=r"begin with 38.*EPSG:4526"):
        placed(layer((38e6 + EASTING, NORTHING)), None)


def test_latitude_before_longitude_is_turned_round_and_reported():
    result, report = placed(layer((30.6, 114.3), (30.5, 114.2)), "EPSG:4326")
    assert coordinates(result) == [[114.3, 30.6], [114.2, 30.5]]
    assert codes(report) == ["axes-swapped"]
    assert report.notes[0].count == 2


def test_northing_before_easting_is_turned_round_and_reported():
    result, report = placed(layer((NORTHING, EASTING)), "EPSG:4547")
    assert coordinates(result) == [[EASTING, NORTHING]]
    assert codes(report) == ["axes-swapped"]


def test_degrees_that_may_be_in_either_order_are_an_error_until_somebody_says():
    kashgar_swapped = layer((39.5, 76.0))
    with pytest.raises(CRSError, match=r"axes: xy .* axes: yx"):
        placed(kashgar_swapped, "EPSG:4326")
    told, _ = placed(kashgar_swapped, "EPSG:4326", axes="yx")
    kept, _ = placed(kashgar_swapped, "EPSG:4326", axes="xy")
    chinese, _ = placed(kashgar_swapped, "EPSG:4490")
    assert coordinates(told) == coordinates(chinese) == [[76.0, 39.5]]
    assert coordinates(kept) == [[39.5, 76.0]]


def test_an_order_that_was_declared_against_the_numbers_is_an_error():
    with pytest.raises(CRSError, match=r"coordinates run"):
        placed(layer((30.6, 114.3)), "EPSG:4326", axes="xy")


def test_zone_prefixed_eastings_declared_without_prefix_are_recognised():
    result, report = placed(layer((38e6 + EASTING, NORTHING)), "EPSG:4547")
    assert result.crs.to_epsg() == 4526
    assert codes(report) == ["zone-prefix"]
    plain, _ = placed(layer((EASTING, NORTHING)), "EPSG:4547")
    metric = pyproj.CRS(4547)
    moved = np.subtract(coordinates(to_metric(result, metric, subject="a")), coordinates(plain))
    assert np.abs(moved).max() < 0.001


@pytest.mark.parametrize(
    ("plain", "prefixed", "zone"),
    [(4547, 4526, 38), (4508, 4497, 19), (2383, 2362, 38), (2344, 2333, 19), (2435, 2414, 38)],
)
def test_zone_prefixes_are_recognised_in_every_chinese_grid(plain, prefixed, zone):
    east = zone * 1e6 + EASTING if plain not in (4508, 2344) else zone * 1e6 + 815_000
    result, report = placed(layer((east, NORTHING)), f"EPSG:{plain}")
    assert result.crs.to_epsg() == prefixed
    assert codes(report) == ["zone-prefix"]


def test_unprefixed_eastings_declared_with_prefix_are_recognised():
    result, report = placed(layer((EASTING, NORTHING)), "EPSG:4526")
    assert result.crs.to_epsg() == 4547
    assert codes(report) == ["zone-prefix"]


def test_prefixed_and_swapped_at_once_are_both_repaired():
    result, report = placed(layer((NORTHING, 38e6 + EASTING)), "EPSG:4547")
    assert result.crs.to_epsg() == 4526
    assert coordinates(result) == [[38e6 + EASTING, NORTHING]]
    assert "zone number 38" in say(report.notes[0].message, "en")


def test_a_prefix_of_another_zone_than_the_declared_is_an_error():
    with pytest.raises(CRSError, match=r"zone 39.*EPSG:4527"):
        placed(layer((39e6 + EASTING, NORTHING)), "EPSG:4547")


def test_degrees_declared_as_metres_and_metres_declared_as_degrees_are_errors():
    with pytest.raises(CRSError, match=r"EPSG:4547 \(metres\).*degrees"):
        placed(layer(LONLAT), "EPSG:4547")
    with pytest.raises(CRSError, match=r"EPSG:4326 \(degrees\).*metres, not degrees"):
        placed(layer((EASTING, NORTHING)), "EPSG:4326")


def test_metres_outside_the_declared_zone_are_an_error():
    with pytest.raises(CRSError, match="outside that system"):
        placed(layer((EASTING, 12_000_000.0)), "EPSG:4547")
    with pytest.raises(CRSError, match="outside that system"):
        placed(layer((13_500_000.0, NORTHING)), "EPSG:32650")


def test_single_rows_that_fit_nowhere_are_left_out_and_listed():
    frame = layer((114.3, 30.6), (0.0, 0.0), (114.2, 30.5), (528760.0, 3386500.0), (30.4, 114.1))
    frame.index = [11, 12, 13, 14, 15]
    result, report = placed(frame, "EPSG:4326")
    assert coordinates(result) == [[114.3, 30.6], [114.2, 30.5], [114.1, 30.4]]
    assert [(n.code, n.examples) for n in report.notes] == [
        ("axes-swapped", ("15",)),
        ("outside-crs", ("12", "14")),
    ]


def test_null_geometry_passes_through_to_be_counted_later():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(LONLAT), None, shapely.Point()])
    result, _ = placed(frame, "EPSG:4326")
    assert len(result) == 3


def test_the_offset_of_a_declared_reading_is_removed():
    for reading, forward in (("GCJ-02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09)):
        raw = tuple(map(float, forward(*LONLAT)))
        result, report = placed(layer(raw), reading)
        assert coordinates(result)[0] == pytest.approx(LONLAT, abs=CLOSE_DEG)
        assert result.crs.to_epsg() == 4326
        assert codes(report) == ["offset-removed"]


# --- do the points lie to the streets ------------------------------------------------------------


def grid_town(step_m=300.0, blocks=20):
    """Build streets every 300 m around Wuhan, in EPSG:4547."""
    at = np.arange(blocks + 1) * step_m
    x0, y0, far = 528_000.0, 3_385_000.0, blocks * step_m
    lines = [shapely.LineString([(x0, y0 + t), (x0 + far, y0 + t)]) for t in at]
    lines += [shapely.LineString([(x0 + t, y0), (x0 + t, y0 + far)]) for t in at]
    return gpd.GeoSeries(lines, crs=4547)


def points_beside(streets, count, setback_m, seed=1):
    rng = np.random.default_rng(seed)
    lines = streets.to_numpy()[rng.integers(0, len(streets), count)]
    on = shapely.line_interpolate_point(lines, rng.uniform(0, 1, count), normalized=True)
    xy = shapely.get_coordinates(on) + rng.normal(0, setback_m, (count, 2))
    return pyproj.Transformer.from_crs(4547, 4326, always_xy=True).transform(*xy.T)


@pytest.mark.parametrize("seed", range(5))
def test_points_beside_the_streets_are_never_suspected(seed):
    streets = grid_town()
    lon, lat = points_beside(streets, 400, 15.0, seed)
    assert datum_fit(lon, lat, streets).better is None


@pytest.mark.parametrize("seed", range(5))
def test_points_that_ignore_the_streets_are_never_suspected(seed):
    streets = grid_town()
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(528_000, 534_000, 500), rng.uniform(3_385_000, 3_391_000, 500)
    lon, lat = pyproj.Transformer.from_crs(4547, 4326, always_xy=True).transform(x, y)
    assert datum_fit(lon, lat, streets).better is None


@pytest.mark.parametrize("truth", READINGS)
@pytest.mark.parametrize("declared", READINGS)
def test_the_true_reading_is_found_whatever_was_declared(truth, declared):
    streets = gpd.GeoSeries(irregular_town(), crs=4547)
    raw = points_beside(streets, 400, 15.0)
    if truth != "WGS 84":
        raw = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}[truth](*raw)
    undone = {"WGS 84": lambda *xy: xy, "GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}
    fit = datum_fit(*undone[declared](*raw), streets, declared=declared)
    assert fit.better == (None if truth == declared else truth)


def irregular_town():
    """Build streets at uneven distances, so that no shift maps the town onto itself."""
    rng = np.random.default_rng(7)
    x0, y0, far = 528_000.0, 3_385_000.0, 6000.0
    east, north = (np.cumsum(rng.uniform(120, 450, 20)) for _ in range(2))
    lines = [shapely.LineString([(x0, y0 + t), (x0 + far, y0 + t)]) for t in north]
    return lines + [shapely.LineString([(x0 + t, y0), (x0 + t, y0 + far)]) for t in east]


@pytest.mark.parametrize("seed", range(8))
def test_many_places_in_one_building_are_one_witness(seed):
    streets = gpd.GeoSeries(irregular_town(), crs=4547)
    lon, lat = points_beside(streets, 1, 0.0, seed)
    rng = np.random.default_rng(seed)
    # Some metres apart on a street when read as GCJ-02, somewhere in a block as WGS 84.
    shops = lon + rng.normal(0, 2e-5, 500), lat + rng.normal(0, 2e-5, 500)
    fit = datum_fit(*wgs84_to_gcj02(*shops), streets)
    # They cannot lie on more than the four hectares that meet in a corner.
    assert fit.points <= 4
    assert fit.better is None


def test_a_row_of_places_beside_one_street_proves_nothing():
    street = shapely.LineString([(528_000, 3_385_000), (540_000, 3_385_000)])
    streets = gpd.GeoSeries([street], crs=4547)
    on = shapely.line_interpolate_point(street, np.linspace(1000, 9000, 300))
    back = pyproj.Transformer.from_crs(4547, 4326, always_xy=True)
    raw = wgs84_to_gcj02(*back.transform(*shapely.get_coordinates(on).T))
    fit = datum_fit(*raw, streets)
    assert fit.better is None
    assert fit.paired_z > 100


@pytest.mark.parametrize("block", range(4))
def test_a_handful_of_points_that_ignore_the_streets_is_never_suspected(block):
    streets = gpd.GeoSeries(irregular_town(), crs=4547)
    back = pyproj.Transformer.from_crs(4547, 4326, always_xy=True)
    for seed in range(25):
        rng = np.random.default_rng([block, seed])
        x, y = rng.uniform(528_500, 533_000, 40), rng.uniform(3_385_500, 3_390_000, 40)
        assert datum_fit(*back.transform(x, y), streets).better is None


def test_a_few_points_give_no_verdict():
    streets = gpd.GeoSeries(irregular_town(), crs=4547)
    raw = wgs84_to_gcj02(*points_beside(streets, 20, 5.0))
    fit = datum_fit(*raw, streets)
    assert fit.better is None
    assert fit.points < 30


def test_outside_china_nothing_is_compared():
    streets = gpd.GeoSeries([shapely.LineString([(0, 0), (9000, 9000)])], crs=32628)
    fit = datum_fit(np.full(100, -15.4), np.full(100, 28.1), streets)
    assert (fit.better, fit.points) == (None, 0)


@pytest.fixture(scope="module")
def places(real_data):
    return pd.read_csv(real_data / "wuhan" / "places_gcj02.csv")


@pytest.fixture(scope="module")
def wuhan(real_data, places):
    streets = gpd.read_parquet(real_data / "wuhan" / "streets.parquet")
    return streets, places["Longitude"].to_numpy(), places["Latitude"].to_numpy()


@pytest.mark.real
def test_a_reading_that_only_beats_chance_but_not_the_declared_one_is_not_believed(wuhan, places):
    streets, lon, lat = wuhan
    hospitals = (places["Category"] == "医院").to_numpy()
    fit = datum_fit(lon[hospitals], lat[hospitals], streets.geometry)
    assert fit.shift_z > 2.5
    assert fit.paired_z < 1
    assert fit.better is None


@pytest.mark.real
def test_the_places_of_wuhan_read_as_wgs84_are_caught(wuhan):
    streets, lon, lat = wuhan
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326)
    report = DataReport()
    fit = check_datum(frame, streets, declared="WGS 84", report=report.of("places"))
    assert fit.better == "GCJ-02"
    assert "write crs: GCJ-02" in say(report.notes[0].message, "en")


@pytest.mark.real
def test_the_places_of_wuhan_declared_as_gcj02_are_not_suspected(wuhan):
    streets, lon, lat = wuhan
    fit = datum_fit(*gcj02_to_wgs84(lon, lat), streets.geometry, declared="GCJ-02")
    assert fit.better is None
    rng = np.random.default_rng(3)
    for _ in range(10):
        some = rng.choice(len(lon), 150, replace=False)
        fit = datum_fit(*gcj02_to_wgs84(lon[some], lat[some]), streets.geometry, declared="GCJ-02")
        assert fit.better is None


def test_a_source_crs_passes_through_parse():
    source = SourceCRS(pyproj.CRS(4326), "BD-09")
    assert parse_crs(source, subject="a") is source
