"""Three real cities from their files to findings; skipped where their data are absent.

Distances are held to networkx on graphs that are built here from the street tables alone.
"""

from __future__ import annotations

import itertools
import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

import siting
from siting.loaders.project.read import build_project
from siting.network.attach.snap import EQUAL_M
from siting.pipeline.in_areas import area_of_points
from siting.words import say

pytestmark = pytest.mark.real

ELDERLY = 1_942_653
TOLERANCE_M = 1e-6


@pytest.fixture(scope="session")
def city_data(real_data, repository):
    """Give the project of a city as plain data, with paths that hold wherever the data are."""
    projects = repository / "tests" / "projects"

    def read(name):
        text = (projects / f"{name}.yaml").read_text(encoding="utf-8")
        data = yaml.safe_load(text.replace("../../../shared/data", real_data.as_posix()))
        packs = [projects / rule if rule.endswith(".yaml") else rule for rule in data["rules"]]
        return data | {"rules": [str(pack) for pack in packs]}

    return read


@pytest.fixture(scope="session")
def wuhan(city_data):
    return siting.analyze(build_project(city_data("wuhan")), straight_line=True)


@pytest.fixture(scope="session")
def wuhan_out(wuhan, tmp_path_factory):
    return wuhan.write(tmp_path_factory.mktemp("wuhan") / "out")


@pytest.fixture(scope="session")
def las_palmas(city_data):
    return siting.analyze(build_project(city_data("las-palmas")), straight_line=True)


@pytest.fixture(scope="session")
def vologda(city_data):
    return siting.analyze(build_project(city_data("vologda")), straight_line=True)


def block(analysis, rule, measure=None):
    chosen = [each for each in analysis.blocks if each.rule.id == rule]
    return next(each for each in chosen if measure in (None, each.measure))


def entry(summary, key):
    return next(each for each in summary["rules"] if each["key"] == key)


def notes(analysis):
    return {note.code: note for note in analysis.report.notes}


# --- an independent walker ---------------------------------------------------------------------


class Walker:
    """Shortest walks by networkx: every street is a chain of nodes, every door a node on it."""

    def __init__(self, analysis, facility_type):
        self.layers = analysis.layers
        self.barriers = self.layers.barriers
        self.streets = self.layers.streets.geometry.to_numpy()
        self.tree = shapely.STRtree(self.streets)
        self.reach = analysis.city.parameters.max_access_m
        rows = np.flatnonzero(self.layers.facilities["facility_type"] == facility_type)
        self.enclosed = np.zeros(len(self.streets), bool)
        if "enclosed" in self.layers.streets:
            self.enclosed = self.layers.streets["enclosed"].to_numpy(bool)
        self.facilities = [self.doors(self.layers.facilities.geometry.iloc[row]) for row in rows]

    def doors(self, shape):
        """Return (street, metres along it, access leg) of the streets that are as near as any.

        On this side of the water; bridges and tunnels only where there is nothing else.
        """
        near = self.tree.query(shape, predicate="dwithin", distance=self.reach)
        for streets in (near[~self.enclosed[near]], near[self.enclosed[near]]):
            found = []
            order = streets[np.argsort(shapely.distance(self.streets[streets], shape))]
            for street in order:
                line = self.streets[street]
                leg = shapely.shortest_line(shape, line)
                if found and leg.length > found[0][2] + EQUAL_M:
                    break
                if self.is_open(leg, shape):
                    foot = shapely.Point(leg.coords[-1])
                    place = shapely.line_locate_point(line, foot)
                    found.append((int(street), place, leg.length))
            if found:
                return found
        return []

    def runs_along(self, shape):
        touched = self.streets[self.tree.query(shape, predicate="intersects")]
        return bool((shapely.length(shapely.intersection(touched, shape)) > 0).any())

    def is_open(self, leg, shape):
        if self.barriers is None:
            return True
        tree = self.barriers.sindex
        crossed = self.barriers.geometry.iloc[tree.query(leg, predicate="intersects")]
        return not any(leg.crosses(each) or each.contains(shape) for each in crossed)

    def costs(self, homes):
        """Return the cost from each home's door to the nearest facility, inf where there is none.

        NaN where water lies before the nearest street, or a street runs along the house: then
        which place is the nearest is not obvious.
        """
        doors = [self.doors(home) for home in homes]
        walked = shapely.STRtree(self.streets[~self.enclosed])
        near = [walked.query_nearest(home, return_distance=True)[1][0] for home in homes]
        doors = [
            found
            if found and found[0][2] <= metres + TOLERANCE_M and not self.runs_along(home)
            else []
            for home, found, metres in zip(homes, doors, near, strict=True)
        ]
        graph = nx.Graph()
        stops = {}
        for name, found in (("home", doors), ("facility", self.facilities)):
            for number, ways in enumerate(found):
                for nth, (street, metres, leg) in enumerate(ways):
                    stops.setdefault(street, []).append((metres, (name, number, nth)))
                    if name == "facility":
                        self.link(graph, "all facilities", (name, number, nth), leg)
        for street, line in enumerate(self.lines()):
            last = self.streets[street].length
            chain = sorted([*line, *stops.get(street, [])], key=lambda stop: min(stop[0], last))
            for (a, one), (b, other) in itertools.pairwise(chain):
                self.link(graph, one, other, b - a)
        far = nx.single_source_dijkstra_path_length(graph, "all facilities")
        return np.array(
            [
                min(
                    far.get(("home", number, nth), np.inf) + leg
                    for nth, (_, _, leg) in enumerate(ways)
                )
                if ways
                else np.nan
                for number, ways in enumerate(doors)
            ]
        )

    def lines(self):
        """Yield (metres along, place) of the nodes of every street: all its vertices, or its ends.

        Ends are told apart by their keys: on both sides of a locked gate the place is the same.
        """
        table = self.layers.streets
        keys = [[None, None]] * len(table)
        if "from_node" in table.columns:
            keys = table[["from_node", "to_node"]].to_numpy().tolist()
        for line, (start, finish) in zip(self.streets, keys, strict=True):
            xy = shapely.get_coordinates(line)
            along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
            places = [tuple(each) for each in np.round(xy, 3).tolist()]
            stops = list(zip(along.tolist(), places, strict=True))
            yield stops if start is None else [(0.0, start), (along[-1], finish)]

    @staticmethod
    def link(graph, one, other, metres):
        metres = max(0.0, float(metres))
        if one != other and metres < graph.get_edge_data(one, other, {"weight": np.inf})["weight"]:
            graph.add_edge(one, other, weight=metres)


def sampled(analysis, count, seed=1, *, small=True):
    """Return rows of homes that reach the streets; outlines only where one place attaches them."""
    rows = np.flatnonzero(analysis.city.home_attachment.attached)
    if small:
        rows = rows[analysis.layers.residential.geometry.iloc[rows].length < 200]
    return np.sort(np.random.default_rng(seed).choice(rows, count, replace=False))


def shortest_legs(attachment):
    legs = np.full(attachment.size, np.inf)
    np.minimum.at(legs, attachment.subject, attachment.access_m)
    return legs


def compared(analysis, rule, facility_type, count=200):
    """Return what siting and networkx say of sampled homes."""
    rows = sampled(analysis, count)
    found = block(analysis, rule)
    expected = Walker(analysis, facility_type).costs(
        analysis.layers.residential.geometry.iloc[rows]
    )
    closest = np.where(found.nearest[rows] < 0, np.inf, found.measured[rows])
    return closest, expected


# --- Wuhan -------------------------------------------------------------------------------------


def test_wuhan_counts_every_elder_once_in_every_rule(wuhan):
    assert wuhan.summary["totals"]["elderly"] == pytest.approx(ELDERLY, abs=1)
    about_homes = [rule for rule in wuhan.summary["rules"] if rule["subject_kind"] == "home"]
    assert len(about_homes) > 10
    for rule in about_homes:
        assert sum(rule["elderly"].values()) == pytest.approx(ELDERLY, abs=1)
        assert sum(rule["verdicts"].values()) == len(wuhan.layers.residential) > 250_000


def test_wuhan_is_walked_without_motorways_and_trunks(wuhan):
    assert len(wuhan.layers.streets) == 74_743
    words = wuhan.layers.streets["highway"]
    only = {"motorway", "trunk", "motorway_link", "trunk_link"}
    assert not any(set(str(word).split(";")) <= only for word in words.unique())


def test_wuhan_is_rolled_up_to_its_communities(wuhan, wuhan_out):
    areas = gpd.read_parquet(wuhan_out / "areas.parquet")
    assert len(areas) == 974
    assert areas["population"].sum() == pytest.approx(5_112_330, abs=1)
    share = areas["trial-reading-room:covered_share_of_elderly"].dropna()
    assert share.between(0, 1).all()
    assert 0 < (share == 1).sum() < len(share)


def test_the_covered_share_of_a_community_is_that_of_its_homes(wuhan, wuhan_out):
    homes = gpd.read_parquet(wuhan_out / "homes.parquet")
    areas = gpd.read_parquet(wuhan_out / "areas.parquet").set_index("area_id")
    inside = homes["area_id_community"].astype(object).to_numpy()
    served = (
        homes["elderly"].where(homes["trial-reading-room"] == "pass", 0.0).groupby(inside).sum()
    )
    judged = homes["trial-reading-room"].isin(["pass", "fail"])
    people = homes["elderly"].where(judged, 0.0).groupby(inside).sum()
    expected = (served / people)[people > 0]
    found = areas.loc[expected.index, "trial-reading-room:covered_share_of_elderly"]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_cell_is_in_the_community_that_contains_it(wuhan):
    areas = wuhan.layers.areas["community"]
    rows = sampled(wuhan, 500)
    points = wuhan.layers.residential.geometry.iloc[rows].to_numpy()
    found = wuhan.city.home_area["community"][rows]
    for point, row in zip(points, found, strict=True):
        holding = np.flatnonzero(areas.geometry.intersects(point))
        assert row == (holding[0] if holding.size else -1)
    assert area_of_points(points, areas).tolist() == found.tolist()


def test_wuhan_is_measured_straight_and_on_foot_and_the_walk_is_never_shorter(wuhan):
    for rule in ("trial-reading-room", "trial-hospital"):
        walked = block(wuhan, rule, "walking_distance")
        straight = block(wuhan, rule, "straight_line")
        known = np.isfinite(walked.measured)
        assert known.sum() > 100_000
        assert (straight.measured[known] <= walked.measured[known] + TOLERANCE_M).all()
        longer = walked.measured[known] / straight.measured[known]
        assert 1.1 < np.median(longer) < 2.0
        both = wuhan.summary["rules"]
        shares = {each["measure"]: each for each in both if each["rule_id"] == rule}
        assert shares["walking_distance"]["covered_share"] > 0
        assert (
            shares["walking_distance"]["verdicts"]["pass"]
            < shares["straight_line"]["verdicts"]["pass"]
        )


def test_wuhan_on_foot_equals_networkx(wuhan):
    found, expected = compared(wuhan, "trial-reading-room", "reading_room")
    assert np.isfinite(expected).sum() > 150
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE_M)


def test_three_homes_far_on_foot_and_near_in_a_straight_line_are_explained(wuhan, real_data):
    walked = block(wuhan, "trial-reading-room", "walking_distance")
    straight = block(wuhan, "trial-reading-room", "straight_line")
    longer = np.where(np.isfinite(walked.measured), walked.measured - straight.measured, -1.0)
    near = np.where(straight.verdict == 0, longer, -1.0)
    ids = wuhan.layers.residential["home_id"]
    by_han, by_campus = int(np.argmax(longer)), int(np.argmax(near))
    by_yangtze = int(np.flatnonzero(ids == "r848c766")[0])
    # docs/wuhan.md goes through these three street by street.
    assert (ids[by_han], ids[by_campus]) == ("r947c530", "r999c838")
    rows = [by_han, by_yangtze, by_campus]
    homes = wuhan.layers.residential.geometry.iloc[rows]
    np.testing.assert_allclose(
        walked.measured[rows], Walker(wuhan, "reading_room").costs(homes), rtol=0, atol=TOLERANCE_M
    )
    districts = gpd.read_file(real_data / "wuhan" / "districts.geojson").to_crs(homes.crs)
    library = wuhan.layers.facilities.geometry.iloc[straight.nearest[by_yangtze]]
    banks = area_of_points(np.array([homes.iloc[1], library]), districts)
    assert districts.iloc[banks].filter(regex="(?i)name").iloc[:, 0].tolist() == [
        "江岸区",
        "武昌区",
    ]


def test_wuhan_straight_equals_every_pair(wuhan):
    rows = sampled(wuhan, 300)
    homes = wuhan.layers.residential.geometry.iloc[rows].to_numpy()
    libraries = wuhan.layers.facilities.query("facility_type == 'reading_room'").geometry.to_numpy()
    expected = shapely.distance(homes[:, None], libraries[None, :]).min(axis=1)
    found = block(wuhan, "trial-reading-room", "straight_line").measured[rows]
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE_M)


def test_the_places_of_wuhan_lie_where_the_streets_are_and_are_caught_where_undeclared(
    wuhan, city_data
):
    assert "datum-suspected" not in notes(wuhan)
    data = city_data("wuhan")
    data["layers"]["facilities"] |= {"crs": "EPSG:4326"}
    data["layers"]["residential"] = {"path": data["layers"].pop("areas")["path"]}
    del data["layers"]["population"]
    data["rules"] = data["rules"][-1:]
    data["layers"]["facilities"]["facility_type"] = "reading_room"
    caught = notes(siting.analyze(build_project(data)))["datum-suspected"]
    assert "GCJ-02" in say(caught.message, "en")
    assert "places_gcj02.csv" in caught.layer


def test_what_wuhan_lacks_is_unknown_and_not_failed(wuhan):
    unlisted = [
        each
        for each in wuhan.blocks
        if each.subject_kind == "home" and "childcare" in each.rule.facility_types
    ]
    assert unlisted
    for each in unlisted:
        assert set(each.verdict.tolist()) <= {2, 3}


def test_the_files_of_wuhan_agree(wuhan, wuhan_out):
    summary = json.loads((wuhan_out / "summary.json").read_text(encoding="utf-8"))
    columns = ["rule_id", "verdict", "measure", "elderly"]
    filters = [("rule_id", "==", "trial-reading-room")]
    findings = pd.read_parquet(wuhan_out / "findings.parquet", columns=columns, filters=filters)
    walked = findings[findings["measure"] == "walking_distance"]
    sums = walked.groupby("verdict", observed=True)["elderly"].agg(["size", "sum"])
    said = entry(summary, "trial-reading-room")
    for verdict in ("pass", "fail", "unknown"):
        assert sums.loc[verdict, "size"] == said["verdicts"][verdict]
        assert sums.loc[verdict, "sum"] == pytest.approx(said["elderly"][verdict])
    assert said["covered_share_of"] == "elderly"
    gaps = gpd.read_file(wuhan_out / "gaps.geojson", where="rule_id = 'trial-reading-room'")
    assert set(gaps["failing_subjects"]) == {said["verdicts"]["fail"]}
    assert (wuhan_out / "map.html").stat().st_size < 40e6


# --- Las Palmas --------------------------------------------------------------------------------


def test_las_palmas_comes_from_one_file(las_palmas):
    assert len(las_palmas.manifest["inputs"]) == 1
    assert las_palmas.manifest["inputs"][0]["path"].endswith("las_palmas.osm.pbf")
    assert len(las_palmas.layers.residential) > 20_000
    kinds = las_palmas.layers.facilities["facility_type"].value_counts()
    assert (kinds["kindergarten"], kinds["pharmacy"]) >= (18, 80)
    assert list(las_palmas.layers.areas["city"]["name"]) == ["Las Palmas de Gran Canaria"]


def test_the_people_of_las_palmas_are_said_to_be_assumed(las_palmas):
    codes = notes(las_palmas)
    assert {"levels-assumed", "households-assumed", "population-assumed"} <= set(codes)
    assert {codes[each].severity for each in ("households-assumed", "population-assumed")} == {
        "assumption"
    }


def test_las_palmas_on_foot_equals_networkx(las_palmas):
    found, expected = compared(las_palmas, "trial-reading-room", "reading_room")
    known = ~np.isnan(expected) & ~np.isnan(found)
    assert known.sum() > 150
    np.testing.assert_allclose(found[known], expected[known], rtol=0, atol=TOLERANCE_M)


def test_las_palmas_has_pieces_of_streets_that_hang_together_with_nothing(las_palmas):
    loose = notes(las_palmas)["network-fragments"]
    assert loose.count > 100
    fragment = "on a piece of the street network that hangs together with nothing"
    said = las_palmas.findings("trial-reading-room").query("measure == 'walking_distance'")
    unknown = said[said["verdict"] == "unknown"]
    assert set(unknown["reason"]) <= {fragment, "farther than 200 m from any street"}
    assert len(unknown) < 0.1 * len(said)


# --- Vologda -----------------------------------------------------------------------------------


def test_vologda_counts_all_its_people(vologda):
    assert vologda.summary["totals"]["population"] == 356_810
    for rule in vologda.summary["rules"]:
        if rule["subject_kind"] == "home":
            assert sum(rule["population"].values()) == pytest.approx(356_810)


def test_the_schools_of_vologda_without_a_place_are_reported(vologda, tmp_path):
    missing = notes(vologda)["geometry-missing"]
    assert (missing.count, missing.severity) == (21, "excluded")
    assert "school.parquet" in missing.layer
    kinds = vologda.layers.facilities["facility_type"].value_counts().to_dict()
    assert kinds == {"kindergarten": 120, "primary_school": 63 - 21}
    out = vologda.write(tmp_path / "out")
    written = json.loads((out / "data-report.json").read_text(encoding="utf-8"))["notes"]
    assert [note["count"] for note in written if note["code"] == "geometry-missing"] == [21]


def test_nobody_in_vologda_reaches_a_street_across_water(vologda):
    attachment, network = vologda.city.home_attachment, vologda.city.network
    homes = vologda.layers.residential.geometry.to_numpy()[attachment.subject]
    streets = vologda.layers.streets.geometry.to_numpy()[network.edge_street[attachment.edge]]
    legs = shapely.shortest_line(homes, streets)
    # A leg as long as the shortest line between home and street is that line.
    straight = np.abs(shapely.length(legs) - attachment.access_m) < TOLERANCE_M
    assert straight.sum() > 1_500
    water = vologda.layers.barriers.geometry.to_numpy()
    row, wet = shapely.STRtree(water).query(legs[straight], predicate="crosses")
    for home, pond in zip(homes[straight][row], water[wet], strict=True):
        assert home.intersects(pond)


def test_water_changes_how_vologda_is_reached(vologda, city_data):
    data = city_data("vologda")
    del data["layers"]["barriers"]
    dry = siting.analyze(build_project(data))
    rule = next(
        each.rule.id for each in vologda.blocks if each.rule.facility_types == ("kindergarten",)
    )
    with_water, without = block(vologda, rule), block(dry, rule)
    attached = vologda.city.home_attachment
    both = attached.attached & dry.city.home_attachment.attached
    moved = shortest_legs(attached)[both] - shortest_legs(dry.city.home_attachment)[both]
    assert (moved >= -TOLERANCE_M).all()
    assert moved.sum() > 0
    assert attached.attached.sum() <= dry.city.home_attachment.attached.sum()
    assert (with_water.measured != without.measured).any()


def test_vologda_on_foot_equals_networkx(vologda):
    rule = next(
        each.rule.id for each in vologda.blocks if each.rule.facility_types == ("kindergarten",)
    )
    found, expected = compared(vologda, rule, "kindergarten", count=150)
    known = ~np.isnan(expected) & ~np.isnan(found)
    assert known.sum() > 100
    np.testing.assert_allclose(found[known], expected[known], rtol=0, atol=TOLERANCE_M)
