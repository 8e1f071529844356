"""What homes reach within a limit, and what is left of it for each, on a town of mental arithmetic.

The street runs along y = 0; homes and facilities stand on it, so that a walk is a difference of x.
"""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import siting
from analysis_town import RULES, write_town
from siting.errors import SitingError
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.walking_time import walking_time
from siting.rules.cases.run import run_cases
from siting.rules.city.evaluate import evaluate_city
from siting.rules.city.findings import Verdict
from siting.rules.city.model import City, Parameters
from siting.rules.explain import describe_rule, explain_row
from siting.rules.pack.parse import parse_pack
from siting.words import say

CRS = "EPSG:4547"
PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Verdict
PACK = """
document: {{title: {{zh: 试, en: Trial}}, issuer: nobody, url: https://example.org}}
jurisdiction: cn
rules:
  - id: trial
    title: {{zh: 试, en: Trial}}
    applies_to: {{subject: home}}
    strength: {strength}
    measure: {measure}
    facility_types: {types}
    {require}
    options: {{within: {{measure: {way}, at_most: {limit}, unit: {unit}}}{zones}}}
    source: {{clause: "1", quote: x, confidence: A}}
    {cases}
"""


def rule_text(measure, require=None, types="canteen", way="walking_distance", limit=500, unit="m",
              zones="", cases=""):  # fmt: skip
    return PACK.format(
        strength="recommended" if require else "indicator", measure=measure, types=types,
        require=f"require: {require}" if require else "", way=way, limit=limit, unit=unit,
        zones=f", zones: {zones}" if zones else "", cases=cases,
    )  # fmt: skip


def rule(measure, require=None, **how):
    return parse_pack(rule_text(measure, require, **how), "trial.yaml").rules[0]


def city(homes, facilities, *, people=None, sizes=None, parameters=None, slope=False, **columns):
    """Homes: their x. Facilities: (x, type). A dead lane far off joins nothing."""
    streets = gpd.GeoDataFrame(
        {"street_id": ["high", "loose"]},
        geometry=[shapely.LineString([(0, 0), (3000, 0)]),
                  shapely.LineString([(0, 9000), (5, 9000)])],
        crs=CRS,
    )  # fmt: skip
    network = build_network(streets)
    given_people = [10.0] * len(homes) if people is None else people
    home_table = gpd.GeoDataFrame(
        {"home_id": [f"h{k}" for k in range(len(homes))], "population": given_people},
        geometry=[shapely.Point(x, 9000 if x < 0 else 0) for x in homes], crs=CRS,
    )  # fmt: skip
    facility_table = gpd.GeoDataFrame(
        {
            "facility_id": columns.pop("ids", [f"f{k}" for k in range(len(facilities))]),
            "facility_type": [kind for _, kind in facilities],
            "floor_area_m2": [100.0] * len(facilities) if sizes is None else sizes,
        },
        geometry=[shapely.Point(x, 0) for x, _ in facilities], crs=CRS,
    )  # fmt: skip
    chosen = parameters or Parameters()

    def attached(table):
        return snap(network, table.geometry, max_access_m=chosen.max_access_m)

    return City(
        homes=home_table.assign(**columns), facilities=facility_table, network=network,
        home_attachment=attached(home_table), facility_attachment=attached(facility_table),
        time_network=walking_time(network, 40.0) if slope else None, parameters=chosen,
    )  # fmt: skip


def judged(chosen, town):
    return evaluate_city([chosen], town)[0]


def reason_of(block, row):
    return say(block.reasons[block.reason[row]], "en")


def words(block):
    return [Verdict(code).word for code in block.verdict]


CANTEENS = [(300.0, "canteen"), (900.0, "canteen")]


def test_facilities_within_the_limit_are_counted_and_the_limit_is_inclusive():
    block = judged(rule("facilities_within", "{at_least: 2, unit: facilities}"),
                   city([400.0, 401.0, 1400.0, 1401.0], CANTEENS))  # fmt: skip
    # 400: 100 and 500 m; 401: 101 and 499; 1400: 1100 and 500; 1401: 501.
    assert block.measured.tolist() == [2, 2, 1, 0]
    assert words(block) == ["pass", "pass", "fail", "fail"]
    assert block.shortfall.tolist() == [0, 0, 2 - 1, 2 - 0]


def test_floor_area_within_the_limit_adds_up():
    block = judged(rule("floor_area_within"), city([600.0, 1300.0], CANTEENS, sizes=[120.0, 80.0]))
    assert block.measured.tolist() == [120 + 80, 80]
    assert words(block) == ["not_applicable"] * 2


def test_what_is_left_of_a_facility_is_its_size_over_all_who_share_it():
    town = city([300.0, 600.0, 900.0], CANTEENS, people=[10.0, 20.0, 40.0], sizes=[60.0, 120.0])
    block = judged(rule("catchment_floor_area_per_person", "{at_least: 2, unit: m2/person}"), town)
    first, second = 60 / (10 + 20), 120 / (20 + 40)
    assert block.measured.tolist() == pytest.approx([first, first + second, second])
    assert words(block) == ["pass", "pass", "pass"]
    assert block.unit == "m2/person"
    stricter = rule("catchment_floor_area_per_person", "{at_least: 2.5, unit: m2/person}")
    assert words(judged(stricter, town)) == ["fail", "pass", "fail"]


def test_a_rate_per_100_households_counts_households():
    town = city([300.0, 310.0], CANTEENS[:1], sizes=[90.0], households=[40.0, 20.0])
    block = judged(rule("catchment_floor_area_per_100_households"), town)
    assert block.measured.tolist() == pytest.approx([100 * 90 / (40 + 20)] * 2)


def test_places_and_beds_stand_in_the_capacity():
    town = city([300.0], CANTEENS[:1], people=[50.0], elderly=[20.0])
    town = replace(town, facilities=town.facilities.assign(capacity=4.0))
    places = judged(rule("catchment_places_per_1000_people"), town)
    beds = judged(rule("catchment_beds_per_1000_elderly"), town)
    assert places.measured.tolist() == pytest.approx([1000 * 4 / 50])
    assert beds.measured.tolist() == pytest.approx([1000 * 4 / 20])
    assert judged(rule("places_within"), town).measured.tolist() == [4]


def test_what_is_farther_counts_less_by_zones():
    zones = "[{at_most: 100, weight: 1}, {at_most: 500, weight: 0.5}]"
    town = city([300.0, 600.0], CANTEENS[:1], people=[10.0, 20.0], sizes=[60.0])
    block = judged(rule("catchment_floor_area_per_person", zones=zones), town)
    share = 60 / (10 * 1 + 20 * 0.5)
    assert block.measured.tolist() == pytest.approx([share, 0.5 * share])


def test_a_facility_of_two_types_counts_once():
    both = [(300.0, "canteen"), (300.0, "elder_care")]
    town = city([300.0], both, ids=["f", "f"], sizes=[80.0, 80.0])
    types = "[canteen, elder_care]"
    assert judged(rule("facilities_within", types=types), town).measured.tolist() == [1]
    assert judged(rule("floor_area_within", types=types), town).measured.tolist() == [80]


@pytest.mark.parametrize("slope", [False, True])
def test_the_reach_may_be_minutes(slope):
    # 5 minutes at 80 m/min are 400 m; with a level slope at 40 m/min 200 m.
    reach = 200 if slope else 400
    town = city([300.0 + reach, 301.0 + reach], CANTEENS[:1], slope=slope)
    block = judged(rule("facilities_within", way="walking_time", limit=5, unit="min"), town)
    assert block.measured.tolist() == [1, 0]


def test_the_reach_may_be_a_straight_line_without_any_streets():
    town = replace(city([800.0, 801.0], CANTEENS[:1]), network=None)
    assert judged(rule("facilities_within", way="straight_line"), town).measured.tolist() == [1, 0]
    assert words(judged(rule("facilities_within"), town)) == ["unknown", "unknown"]


LEAST = "{at_least: 1, unit: m2/person}"
MOST = "{at_most: 9, unit: m2/person}"


def test_a_size_that_is_not_stated_can_only_add():
    town = city([300.0, 600.0, 900.0], CANTEENS, sizes=[np.nan, 100.0], people=[10.0, 10.0, 10.0])
    found = judged(rule("catchment_floor_area_per_person", LEAST), town)
    # The first has 0 and perhaps more; the others have 100 / 20 = 5 at least.
    assert words(found) == ["unknown", "pass", "pass"]
    assert "facilities.floor_area_m2 is missing" in reason_of(found, 0)
    assert words(judged(rule("catchment_floor_area_per_person", MOST), town)) == [
        "unknown", "unknown", "pass",
    ]  # fmt: skip
    assert np.isnan(judged(rule("floor_area_within"), town).measured[:2]).all()


def test_people_who_are_not_known_can_only_take():
    town = city([300.0, 310.0, 1300.0], CANTEENS, people=[10.0, np.nan, 10.0], sizes=[100.0, 5.0])
    found = judged(rule("catchment_floor_area_per_person", LEAST), town)
    # The first would have 100 / 10, were it alone; the last shares with none who is not known.
    assert words(found) == ["unknown", "unknown", "fail"]
    assert "homes.population is missing for some who share" in say(
        found.reasons[found.reason[0]], "en"
    )
    never = judged(rule("catchment_floor_area_per_person", "{at_least: 99, unit: m2/person}"), town)
    assert words(never) == ["fail", "unknown", "fail"]
    town = replace(town, homes=town.homes.drop(columns="population"))
    assert words(judged(rule("catchment_floor_area_per_person"), town)) == ["unknown"] * 3


def test_where_nobody_lives_nothing_is_shared():
    found = judged(rule("catchment_floor_area_per_person", LEAST),
                   city([300.0, 310.0], CANTEENS, people=[0.0, 20.0]))  # fmt: skip
    assert words(found) == ["not_applicable", "pass"]


def test_nothing_within_reach_fails_only_where_the_data_would_list_it():
    assert words(judged(rule("floor_area_within", "{at_least: 1, unit: m2}"),
                        city([300.0, 2000.0], CANTEENS[:1]))) == ["pass", "fail"]  # fmt: skip
    absent = rule("floor_area_within", "{at_least: 1, unit: m2}", types="reading_room")
    assert words(judged(absent, city([300.0], CANTEENS))) == ["unknown"]
    complete = city([300.0], CANTEENS, parameters=Parameters(complete_types=("reading_room",)))
    assert words(judged(absent, complete)) == ["fail"]


def test_homes_on_no_street_or_a_loose_piece_are_unknown():
    town = city([300.0, -1.0], CANTEENS)
    least = rule("facilities_within", "{at_least: 1, unit: facilities}")
    assert words(judged(least, town)) == ["pass", "unknown"]
    far = town.homes.set_geometry([shapely.Point(300, 400), shapely.Point(300, 0)], crs=CRS)
    off = replace(
        town, homes=far, home_attachment=snap(town.network, far.geometry, max_access_m=200)
    )
    assert words(judged(least, off)) == ["unknown", "pass"]


def test_what_may_be_of_the_type_keeps_a_home_from_failing():
    least = rule("facilities_within", "{at_least: 1, unit: facilities}", types="primary_school")
    town = city([300.0, 1500.0], [(300.0, "school"), (2500.0, "primary_school")])
    assert words(judged(least, town)) == ["unknown", "fail"]


@given(
    x=st.lists(st.integers(0, 3000), min_size=1, max_size=6),
    added=st.integers(0, 3000),
)
def test_one_more_facility_never_leaves_less_to_anybody(x, added):
    chosen = rule("catchment_floor_area_per_person")
    before = judged(chosen, city([float(each) for each in x], CANTEENS)).measured
    more = city([float(each) for each in x], [*CANTEENS, (float(added), "canteen")])
    assert (judged(chosen, more).measured >= before - 1e-9).all()


CASES = """cases:
      - {name: 300 m2 for 600, distance_m: 500, population: 600, canteen_m2: 300, verdict: pass,
         measured: 0.5}
      - {name: one person more, distance_m: 500, population: 601, canteen_m2: 300, verdict: fail}
      - {name: out of reach, distance_m: 501, population: 1, canteen_m2: 300, verdict: fail,
         measured: 0, shortfall: 0.5}
      - {name: people not known, distance_m: 1, canteen_m2: 300, verdict: unknown}"""


def test_examples_beside_a_rule_are_run():
    half = "{at_least: 0.5, unit: m2/person}"
    pack = parse_pack(rule_text("catchment_floor_area_per_person", half, cases=CASES), "t.yaml")
    results = run_cases([pack])
    assert [str(each) for each in results if not each.passed] == []
    assert len(results) == 4


def test_a_rule_says_how_far_it_looks_and_what_counts_less():
    zones = "[{at_most: 300, weight: 1}, {at_most: 500, weight: 0.5}]"
    lines = describe_rule(rule("catchment_floor_area_per_person", LEAST, zones=zones))
    text = "\n".join(say(line, "en") for line in lines)
    assert "asks: at least 1 m² per person" in text
    assert "within: 500 m on foot; " in text
    assert "up to 300 m × 1; up to 500 m × 0.5" in text


def test_a_finding_is_explained_with_its_sum():
    town = city([300.0], CANTEENS[:1], people=[200.0])
    block = judged(rule("catchment_floor_area_per_person", LEAST), town)
    assert say(explain_row(block, 0, town), "en") == (
        "at least 1 m² per person required; measured 0.5 m² per person; 0.5 m² per person short"
    )


@pytest.mark.parametrize(
    ("measure", "zones", "fault"),
    [
        ("facilities_within", "[{at_most: 500, weight: 1}]", "only catchment measures have zones"),
        ("catchment_floor_area_per_person", "[{at_most: 400, weight: 1}]", "the last is 500"),
        ("catchment_floor_area_per_person",
         "[{at_most: 500, weight: 1}, {at_most: 500, weight: 0}]", "they ascend"),
        ("catchment_floor_area_per_person", "[{at_most: 500, weight: 2}]", "weight"),
    ],
)  # fmt: skip
def test_zones_that_make_no_sense_are_refused(measure, zones, fault):
    with pytest.raises(SitingError, match=fault):
        rule(measure, zones=zones)


def test_a_measure_within_reach_has_to_know_the_reach():
    text = rule_text("facilities_within").replace(
        "    options", "    interpretation: {zh: a, en: b}\n    #"
    )
    with pytest.raises(SitingError, match="facilities_within has to know the reach"):
        parse_pack(text, "trial.yaml")


def test_findings_do_not_depend_on_the_order_of_homes_and_facilities():
    homes, people = [300.0, 600.0, 900.0, 1300.0], [10.0, 20.0, 40.0, 5.0]
    chosen = rule("catchment_floor_area_per_person")
    forward = judged(chosen, city(homes, CANTEENS, people=people, sizes=[60.0, 120.0])).measured
    back = city(homes[::-1], CANTEENS[::-1], people=people[::-1], sizes=[120.0, 60.0])
    assert judged(chosen, back).measured[::-1].tolist() == pytest.approx(forward.tolist())
    assert pd.Series(forward).notna().all()


SHARED_CARE = """  - id: town-care-shared
    title: {zh: 人均养老用房, en: Elder care for each who shares it}
    applies_to: {subject: home}
    strength: indicator
    measure: catchment_floor_area_per_person
    facility_types: [elder_care]
    options: {within: {measure: walking_distance, at_most: 500, unit: m}}
    source: {clause: "5", quote: elder care, confidence: B}
"""


def test_the_figure_has_its_column_and_stands_in_summary_workbook_and_map(tmp_path):
    project = write_town(tmp_path / "town")
    (project.parent / "rules.yaml").write_text(RULES + SHARED_CARE, encoding="utf-8")
    analysis = siting.analyze(project)
    out = analysis.write(tmp_path / "out")
    # Within 500 m of the 200 m2: west (20 m), limit (320 m) and bank (400 m), 250 + 30 + 50 people.
    share = 200 / (250 + 30 + 50)
    homes = gpd.read_parquet(out / "homes.parquet").set_index("home_id")
    figures = homes["town-care-shared:measured_m2/person"]
    assert figures[["west", "limit", "bank"]].tolist() == pytest.approx([share] * 3)
    assert figures[["north", "gated"]].tolist() == [0, 0]
    assert figures[["lane", "remote"]].isna().all()
    entry = next(
        each
        for each in json.loads((out / "summary.json").read_text(encoding="utf-8"))["rules"]
        if each["rule_id"] == "town-care-shared"
    )
    assert entry["unit"] == "m2/person"
    assert entry["measured_median"] == pytest.approx(share)
    assert entry["verdicts"]["unknown"] == 2
    line = next(each for each in str(analysis).splitlines() if each.startswith("Elder care for"))
    assert line.split()[-5:] == ["0.606", "0.606", "m²", "per", "person"]
    assert "catchment_floor_area_per_person" in (out / "map.html").read_text(encoding="utf-8")
