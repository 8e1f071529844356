"""What is kept beside a project is what would be made anew, or it is made anew."""

from __future__ import annotations

import dataclasses
import os
import threading
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given

from file_damage import cut, empty, foreign
from network_town import CRS, grid_towns
from siting.data_report import DataReport
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.health import network_health
from siting.pipeline.in_areas import area_rows
from siting.pipeline.kept import networks as module
from siting.pipeline.kept.networks import FOLDER, Prepared

LIMITS = {"max_access_m": 100.0, "barriers": None, "entrances": None}


def street_table(lines, **columns):
    shapes = [shapely.LineString(line) for line in lines]
    ids = [f"s{row}" for row in range(len(lines))]
    return gpd.GeoDataFrame({"street_id": ids, **columns}, geometry=shapes, crs=CRS)


AREAS = {
    "社区": gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 60, 100), shapely.box(60, 0, 120, 100)], crs=CRS
    ),
    "street": gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 120, 100)], crs=CRS),
}


def arrays(made):
    return module._arrays_of(made)


def same(one, other):
    left, right = arrays(one), arrays(other)
    assert left.keys() == right.keys()
    for name, values in left.items():
        np.testing.assert_array_equal(values, right[name], err_msg=name)
        assert values.dtype == right[name].dtype
        assert not right[name].flags.writeable


@pytest.fixture
def streets():
    return street_table([[(0, 0), (100, 0)], [(100, 0), (100, 80), (0, 80)], [(0, 80), (0, 0)]])


@pytest.fixture
def homes():
    return gpd.GeoSeries(shapely.points([[30, 10], [90, 70], [500, 500]]), crs=CRS)


@pytest.fixture
def making(monkeypatch):
    """Count how often a network is joined and a table is attached."""
    made = []

    def joined(*given, **named):
        made.append("network")
        return build_network(*given, **named)

    def attached(*given, **named):
        made.append("attachment")
        return snap(*given, **named)

    def placed(*given, **named):
        made.append("areas")
        return area_rows(*given, **named)

    monkeypatch.setattr(module, "build_network", joined)
    monkeypatch.setattr(module, "snap", attached)
    monkeypatch.setattr(module, "area_rows", placed)
    return made


def run(folder, streets, homes, *, report=None, **limits):
    """Do what a run does, with nothing in memory."""
    kept = Prepared(folder, at_least=1, report=report)
    network = kept.network(streets)
    return network, kept.attachment(network, homes, **{**LIMITS, **limits})


def files(folder):
    return sorted(path.name for path in (folder / FOLDER).iterdir())


@given(grid_towns())
def test_what_is_kept_equals_what_is_made(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("project")
    streets = street_table(lines, oneway=[row % 3 == 0 for row in range(len(lines))])
    homes = gpd.GeoSeries(shapely.points([[30.5, 10.25], [120, 70]]), crs=CRS)
    first = run(folder, streets, homes)
    again = run(folder, streets, homes)
    for one, other in zip(first, again, strict=True):
        same(one, other)
    same(again[0], build_network(streets, oneway=True))


def test_a_second_run_makes_nothing(tmp_path, streets, homes, making):
    run(tmp_path, streets, homes)
    run(tmp_path, streets, homes)
    assert making == ["network", "attachment"]
    assert (tmp_path / ".siting-cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_health_is_measured_once_and_again_where_a_home_moved(
    tmp_path, streets, homes, monkeypatch
):
    measured = []
    monkeypatch.setattr(
        module, "network_health", lambda *of: measured.append(of) or network_health(*of)
    )
    xy = np.array([[30.0, 10.0], [90.0, 70.0], [500.0, 500.0]])

    def health_of(places):
        kept = Prepared(tmp_path, at_least=1)
        network = kept.network(streets)
        return kept.health(network, kept.attachment(network, homes, **LIMITS), places)

    first, again = health_of(xy), health_of(xy)
    assert len(measured) == 1
    for field in dataclasses.fields(first):
        one, other = getattr(first, field.name), getattr(again, field.name)
        assert type(one) is type(other)
        np.testing.assert_array_equal(one, other)
    health_of(xy + 1.0)
    assert len(measured) == 2


def test_one_run_joins_the_streets_once_even_where_nothing_is_kept(streets, making):
    kept = Prepared(None)
    assert kept.network(streets) is kept.network(streets)
    assert making == ["network"]


def test_without_a_folder_nothing_is_written_or_read(tmp_path, streets, homes, making, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(None, streets, homes)
    run(None, streets, homes)
    assert making == ["network", "attachment"] * 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_quickly_made_is_not_kept(tmp_path, streets, homes):
    kept = Prepared(tmp_path)
    kept.attachment(kept.network(streets), homes, **LIMITS)
    assert list(tmp_path.iterdir()) == []


CHANGES = {
    "a vertex moved by a micrometre": lambda s: s.set_geometry(
        shapely.transform(s.geometry.to_numpy(), lambda xy: xy + 1e-6), crs=CRS
    ),
    "one street less": lambda s: s.iloc[:2],
    "another order": lambda s: s.iloc[::-1].reset_index(drop=True),
    "one-way": lambda s: s.assign(oneway=[True, False, False]),
    "the other one-way": lambda s: s.assign(oneway=[False, True, False]),
    "proposed": lambda s: s.assign(added=[True, False, False]),
    "junction keys": lambda s: s.assign(from_node=[1, 2, 3], to_node=[2, 3, 1]),
    "other junction keys": lambda s: s.assign(from_node=[1, 2, 4], to_node=[2, 3, 1]),
    "another system": lambda s: s.set_crs(4546, allow_override=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changed_streets_are_joined_anew(tmp_path, streets, homes, making, change):
    run(tmp_path, streets, homes)
    changed = change(streets)
    network, attachment = run(tmp_path, changed, homes)
    assert making == ["network", "attachment"] * 2
    same(network, build_network(changed, oneway=True))
    same(attachment, snap(network, homes, max_access_m=100))


def test_streets_with_other_columns_changed_stay_joined(tmp_path, streets, homes, making):
    run(tmp_path, streets, homes)
    run(tmp_path, streets.assign(name="江湾路", width_m=7.0), homes)
    assert making == ["network", "attachment"]


WALL = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 5), (100, 5)])], crs=CRS)
GATE = gpd.GeoDataFrame({"subject": [0]}, geometry=[shapely.Point(50, 0)], crs=CRS)
OTHER_GATE = GATE.assign(subject=[1])


def test_other_subjects_limits_barriers_and_gates_are_attached_anew(
    tmp_path, streets, homes, making
):
    runs = [
        (homes, {}),
        (homes.iloc[::-1], {}),
        (homes.translate(1e-6), {}),
        (gpd.GeoSeries([None, *homes.iloc[1:]], crs=CRS), {}),
        (homes.buffer(5), {}),
        (homes, {"max_access_m": 100.5}),
        (homes, {"barriers": WALL}),
        (homes, {"entrances": GATE}),
        (homes, {"entrances": OTHER_GATE}),
    ]
    for shapes, limits in runs:
        network, attachment = run(tmp_path, streets, shapes, **limits)
        same(attachment, snap(network, shapes, **{**LIMITS, **limits}))
    assert making.count("network") == 1
    assert making.count("attachment") == len(runs)
    for shapes, limits in runs[-3:]:
        run(tmp_path, streets, shapes, **limits)
    assert making.count("attachment") == len(runs)


def test_other_code_makes_all_anew(tmp_path, streets, homes, making, monkeypatch):
    run(tmp_path, streets, homes)
    monkeypatch.setattr(module, "_code", lambda: "another version")
    run(tmp_path, streets, homes)
    assert making == ["network", "attachment"] * 2


def flip(path):
    """Change one byte of a stored number."""
    content = bytearray(path.read_bytes())
    at = content.find(np.float64(100.0).tobytes())
    assert at > 0
    content[at + 6] ^= 1
    path.write_bytes(bytes(content))


def swap(path):
    """Put another sound file under this name."""
    other = next(each for each in path.parent.glob("*.npz") if each != path)
    path.write_bytes(other.read_bytes())


def rewritten(path, **changed):
    with np.load(path) as kept:
        columns = {name: kept[name] for name in kept.files}
    np.savez(path, **{**columns, **changed})


def beyond(path):
    """Point an edge at a junction that is not there: compiled code would read past the end."""
    rewritten(path, **{("edge_to" if "network" in path.name else "edge"): np.array([0, 1, 99_999])})


def missing(path):
    with np.load(path) as kept:
        columns = {name: kept[name] for name in kept.files}
    columns.popitem()
    np.savez(path, **columns)


def objects(path):
    """Put a pickle where an array should be."""
    rewritten(path, **{("edge_to" if "network" in path.name else "edge"): np.array([{}], object)})


DAMAGES = [cut, flip, empty, foreign, swap, beyond, missing, objects]


@pytest.mark.parametrize("kind", ["network", "attachment"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_noticed_told_and_made_again(tmp_path, streets, making, damage, kind):
    # The access leg of 100 m is what `flip` looks for among the attachments.
    homes = gpd.GeoSeries(shapely.points([[30, -100], [90, 70]]), crs=CRS)
    first = run(tmp_path, streets, homes)
    before = files(tmp_path)
    damage(next((tmp_path / FOLDER).glob(f"{kind}-*.npz")))
    report = DataReport()
    again = run(tmp_path, streets, homes, report=report)
    for one, other in zip(first, again, strict=True):
        same(one, other)
    assert [note.code for note in report.notes] == ["cache-damaged"]
    assert making == ["network", "attachment", kind]
    assert files(tmp_path) == before
    run(tmp_path, streets, homes, report=report)
    assert len(report.notes) == 1  # the new file is sound


def rows_of(folder, homes, areas=AREAS, *, report=None):
    found = Prepared(folder, at_least=1, report=report).area_rows(homes, areas)
    assert all(rows.dtype == np.int32 for rows in found.values())
    return {level: rows.tolist() for level, rows in found.items()}


def test_areas_of_homes_are_found_once(tmp_path, homes, making):
    wanted = {"社区": [0, 1, -1], "street": [0, 0, -1]}
    assert [rows_of(tmp_path, homes) for _ in range(2)] == [wanted] * 2
    assert making == ["areas"]


AREA_CHANGES = {
    "a home moved": lambda homes: (homes.translate(40), AREAS),
    "another level": lambda homes: (homes, {"district": AREAS["社区"], "street": AREAS["street"]}),
    "another order": lambda homes: (homes, dict(reversed(AREAS.items()))),
    "a level less": lambda homes: (homes, {"street": AREAS["street"]}),
    "an area less": lambda homes: (homes, AREAS | {"社区": AREAS["社区"].iloc[1:]}),
    "another boundary": lambda homes: (
        homes,
        AREAS | {"street": AREAS["street"].set_geometry(AREAS["street"].translate(0.5))},
    ),
}


@pytest.mark.parametrize("change", AREA_CHANGES.values(), ids=AREA_CHANGES)
def test_other_homes_and_areas_are_put_together_anew(tmp_path, homes, making, change):
    rows_of(tmp_path, homes)
    given = change(homes)
    found = {level: rows.tolist() for level, rows in area_rows(*given).items()}
    assert rows_of(tmp_path, *given) == found
    assert making == ["areas"] * 2


@pytest.mark.parametrize(
    "rows",
    [np.array([0, 2, -1], np.int32), np.array([0, -2, 0], np.int32), np.array([0, 1], np.int32),
     np.array([0.0, 1.0, 0.0]), np.array([{}, {}, {}], object)],
)  # fmt: skip
def test_rows_that_no_area_has_are_noticed_and_found_again(tmp_path, homes, making, rows):
    wanted = rows_of(tmp_path, homes)
    (path,) = (tmp_path / FOLDER).glob("areas-*.npz")
    rewritten(path, level_0=rows)
    report = DataReport()
    assert rows_of(tmp_path, homes, report=report) == wanted
    assert [note.code for note in report.notes] == ["cache-damaged"]
    assert making == ["areas"] * 2


def test_files_that_were_not_used_for_longest_go(tmp_path, streets, homes):
    run(tmp_path, streets, homes)
    first = set(files(tmp_path))
    for path in (tmp_path / FOLDER).iterdir():
        os.utime(path, (1, 1))
    stopped = tmp_path / FOLDER / ".xyz.part"
    stopped.write_bytes(b"half")
    os.utime(stopped, (1, 1))
    run(tmp_path, streets, homes)  # used again, and so as good as new
    for limit in range(module._KEPT):
        run(tmp_path, streets, homes, max_access_m=200.0 + limit)
        run(tmp_path, streets, homes)
    left = set(files(tmp_path))
    assert len(left) == module._KEPT
    assert first <= left
    assert stopped.name not in left


def test_where_nothing_can_be_written_all_is_made_and_nobody_troubled(tmp_path, streets, homes):
    (tmp_path / ".siting-cache").write_text("a file, not a folder", encoding="utf-8")
    report = DataReport()
    network, attachment = run(tmp_path, streets, homes, report=report)
    same(network, build_network(streets, oneway=True))
    assert attachment.size == 3


def test_runs_at_once_do_not_hurt_each_other(tmp_path, streets, homes):
    wanted = run(None, streets, homes)
    failed = []

    def again():
        try:
            for _ in range(10):
                for one, other in zip(run(tmp_path, streets, homes), wanted, strict=True):
                    same(one, other)
                for path in (tmp_path / FOLDER).glob("*.npz"):
                    path.unlink(missing_ok=True)
        except Exception as error:  # noqa: BLE001  a thread's failure must fail the test
            failed.append(error)

    threads = [threading.Thread(target=again) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert not [name for name in files(tmp_path) if name.endswith(".part")]


def test_kept_files_hold_arrays_that_any_reader_opens(tmp_path, streets, homes):
    run(tmp_path, streets, homes)
    for path in (tmp_path / FOLDER).glob("*.npz"):
        assert zipfile.ZipFile(path).testzip() is None
        np.load(path, allow_pickle=False).close()
