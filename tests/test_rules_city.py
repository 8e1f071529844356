"""City rules on a town whose every distance is mental arithmetic.

High Street runs from x = 0 to 1000 at y = 0. Homes stand 10 m north of it, facilities on it, so a
walk is 10 m plus the difference of x. A loose lane lies far off and joins nothing.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.walking_time import walking_time
from siting.rules.city.both_ways import other_way, shares_the_other_way
from siting.rules.city.costs import CityCosts
from siting.rules.city.evaluate import evaluate_city
from siting.rules.city.findings import Verdict
from siting.rules.city.findings_table import FINDING_COLUMNS, findings_table, to_frame
from siting.rules.city.model import City, Parameters
from siting.rules.city.rollup import home_weights, roll_up, summarize
from siting.rules.explain import explain_row
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.parse import parse_pack
from siting.rules.pack.selection import all_rules
from siting.words import say

RULES = {rule.id: rule for rule in all_rules(read_packs(find_packs()))}
CRS = "EPSG:4547"
PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Verdict
HOMES = {"west": 0.0, "near": 290.0, "exact": 390.0, "far": 900.0}
WALKS = {"west": 10 + 100, "near": 10 + 190, "exact": 10 + 290, "far": 10 + 800}


def points(*places: tuple[float, float]) -> list:
    return [shapely.Point(place) for place in places]


def make_city(
    homes: list[tuple[str, float, float]] | None = None,
    facilities: list[tuple[str, str, float]] = (("k1", "kindergarten", 100.0),),
    *,
    columns: dict | None = None,
    sizes: dict | None = None,
    parameters: Parameters | None = None,
    slope: bool = False,
) -> City:
    if homes is None:
        homes = [(name, x, 10.0) for name, x in HOMES.items()]
    streets = gpd.GeoDataFrame(
        {"street_id": ["high", "loose"]},
        geometry=[
            shapely.LineString([(0, 0), (1000, 0)]),
            shapely.LineString([(0, 5000), (5, 5000)]),
        ],
        crs=CRS,
    )
    network = build_network(streets)
    given_columns = columns or {"households": [10.0, 20.0, 30.0, 40.0], "population": 25.0}
    home_table = gpd.GeoDataFrame(
        {"home_id": [name for name, _, _ in homes], **given_columns},
        geometry=points(*((x, y) for _, x, y in homes)),
        crs=CRS,
    )
    facility_table = gpd.GeoDataFrame(
        {
            "facility_id": [each[0] for each in facilities],
            "facility_type": [each[1] for each in facilities],
            "name": [f"name of {each[0]}" for each in facilities],
            **(sizes or {}),
        },
        geometry=points(*((each[2], 0.0) for each in facilities)),
        crs=CRS,
    )
    areas = pd.DataFrame({"area_id": ["left", "right"], "level": "community"})
    chosen = parameters or Parameters()

    def attached(table: gpd.GeoDataFrame):
        return snap(network, table.geometry, max_access_m=chosen.max_access_m)

    return City(
        homes=home_table,
        facilities=facility_table,
        areas={"community": areas},
        home_area={"community": (home_table.geometry.x.to_numpy() >= 350).astype(np.int32)},
        facility_area={"community": (facility_table.geometry.x.to_numpy() >= 350).astype(np.int32)},
        network=network,
        home_attachment=attached(home_table),
        facility_attachment=attached(facility_table),
        time_network=walking_time(network, 40.0) if slope else None,
        parameters=chosen,
    )


def judged(rule_id: str, city: City, **how):
    return evaluate_city([RULES[rule_id]], city, **how)[0]


def reason_of(block, row):
    return say(block.reasons[block.reason[row]], "en")


def words(block) -> list[str]:
    return [Verdict(code).word for code in block.verdict]


KINDERGARTEN = "gb50180-kindergarten-radius"


def test_a_radius_rule_counts_the_whole_walk_and_its_limit_is_inclusive():
    block = judged(KINDERGARTEN, make_city())
    assert block.measured.tolist() == pytest.approx(list(WALKS.values()))
    assert words(block) == ["pass", "pass", "pass", "fail"]
    assert block.shortfall[:3].tolist() == [0, 0, 0]
    assert block.shortfall[3] == pytest.approx(WALKS["far"] - 300)
    assert block.nearest.tolist() == [0, 0, 0, 0]
    assert block.unit == "m"


def test_rules_that_are_judged_at_once_say_what_they_say_one_after_the_other():
    rules = list(RULES.values())
    alone, together = (
        evaluate_city(rules, make_city(), also_report=("straight_line",), threads=threads)
        for threads in (1, 4)
    )
    assert len(alone) == len(together) > len(HOMES)
    for one, other in zip(alone, together, strict=True):
        assert (one.rule.id, one.measure, one.level) == (other.rule.id, other.measure, other.level)
        assert one.verdict.tolist() == other.verdict.tolist()
        np.testing.assert_array_equal(one.measured, other.measured)
        assert one.nearest.tolist() == other.nearest.tolist()
        assert (one.reasons, one.governed_by) == (other.reasons, other.governed_by)


def test_both_distances_can_be_reported_and_only_the_rules_own_one_is_summed():
    blocks = evaluate_city([RULES[KINDERGARTEN]], make_city(), also_report=("straight_line",))
    own, other = blocks
    assert (own.measure, other.measure) == ("walking_distance", "straight_line")
    assert other.is_alternative
    assert other.measured[0] == pytest.approx(np.hypot(100, 10))
    summary = summarize(blocks, make_city(), "zh", say)
    assert sum(summary["verdicts"].values()) == len(HOMES)


def test_minutes_are_metres_at_the_projects_speed():
    city = make_city(
        facilities=[("s", "supermarket", 100.0)], parameters=Parameters(walking_speed_m_per_min=10)
    )
    block = judged("quarter-hour-supermarket", city, also_report=("straight_line",))
    assert block.unit == "min"
    assert block.measured[0] == pytest.approx((10 + 100) / 10)
    assert words(block)[:2] == ["pass", "fail"]
    straight = evaluate_city(
        [RULES["quarter-hour-supermarket"]], city, also_report=("straight_line",)
    )
    assert straight[1].required[0] == pytest.approx(15 * 10)


def test_slopes_count_where_they_are_known():
    city = make_city(facilities=[("s", "supermarket", 100.0)], slope=True)
    assert judged("quarter-hour-supermarket", city).measured[0] == pytest.approx((10 + 100) / 40)


def test_a_type_that_is_not_in_the_data_is_unknown_unless_it_is_declared_complete():
    block = judged("tdt1062-pharmacy-radius", make_city())
    assert set(words(block)) == {"unknown"}
    assert reason_of(block, 0) == "no facility of type pharmacy in the data"
    assert np.isnan(block.measured).all()
    complete = make_city(parameters=Parameters(complete_types=("pharmacy",)))
    block = judged("tdt1062-pharmacy-radius", complete)
    assert set(words(block)) == {"fail"}
    assert np.isinf(block.measured).all()
    assert np.isinf(block.shortfall).all()


def test_a_home_off_every_street_is_unknown_and_says_why():
    city = make_city([("hermit", 100.0, 201.0), ("west", 0.0, 10.0)], columns={"households": 1.0})
    block = judged(KINDERGARTEN, city)
    assert words(block) == ["unknown", "pass"]
    assert reason_of(block, 0) == "farther than 200 m from any street"
    assert "farther than 200 m" in say(explain_row(block, 0, city), "en")


def test_a_home_on_a_loose_piece_of_street_is_unknown_not_failed():
    homes = [("stranded", 2.0, 5000.0), ("west", 0.0, 10.0)]
    block = judged(KINDERGARTEN, make_city(homes, columns={"households": 1.0}))
    assert words(block) == ["unknown", "pass"]
    assert "hangs together with nothing" in reason_of(block, 0)


def test_without_streets_walking_is_unknown_and_straight_lines_still_count():
    city = make_city()
    bare = City(city.homes, city.facilities, city.areas, city.home_area, city.facility_area)
    own, straight = evaluate_city([RULES[KINDERGARTEN]], bare, also_report=("straight_line",))
    assert set(words(own)) == {"unknown"}
    assert words(straight)[0] == "pass"


def test_how_a_home_was_reached_stands_in_the_finding():
    block = judged(KINDERGARTEN, make_city())
    assert reason_of(block, 0) == "from the home's point, to the facility's point"


def test_any_of_several_types_counts_and_the_nearest_is_named_by_its_row():
    facilities = [("a", "pharmacy", 0.0), ("s", "supermarket", 500.0), ("m", "food_market", 900.0)]
    block = judged("wuhan-shopping-centre-time", make_city(facilities=facilities))
    assert block.nearest.tolist() == [1, 1, 1, 2]
    city = make_city(facilities=facilities)
    assert to_frame(block, city, say)["nearest_id"].tolist() == ["s", "s", "s", "m"]


def test_an_indicator_has_a_number_and_no_verdict():
    block = judged("wuhan-canteen-distance", make_city(facilities=[("c", "canteen", 100.0)]))
    assert set(words(block)) == {"not_applicable"}
    assert block.measured[0] == pytest.approx(110)
    assert np.isnan(block.required).all()


def test_each_question_is_searched_once_for_all_rules():
    city = make_city()
    asked = []

    class Counted(CityCosts):
        def _search(self, groups, measure):
            asked.extend((types, measure) for types in groups)
            return super()._search(groups, measure)

    rules = [RULES[KINDERGARTEN], RULES["jgj39-kindergarten-radius"], RULES[KINDERGARTEN]]
    blocks = evaluate_city(rules, city, costs=Counted(city))
    assert asked == [(("kindergarten",), "walking_distance")]
    assert blocks[0].measured is blocks[2].measured or np.array_equal(
        blocks[0].measured, blocks[2].measured
    )


def test_the_stricter_of_two_radii_governs():
    blocks = evaluate_city([RULES["jgj39-kindergarten-radius"], RULES[KINDERGARTEN]], make_city())
    assert [block.governed_by for block in blocks] == [KINDERGARTEN, ""]


def test_service_population_counts_those_for_whom_a_facility_is_the_nearest():
    city = make_city(
        facilities=[("m1", "food_market", 100.0), ("x", "park", 0.0), ("m2", "food_market", 800.0)],
        columns={"population": [10_000.0, 20_000.0, 1.0, 5.0]},
    )
    block = judged("wuhan-food-market-population", city)
    assert block.rows.tolist() == [0, 2]
    assert block.measured[[0, 2]].tolist() == [10_000 + 20_000 + 1, 5]
    assert words(block) == ["fail", "not_applicable", "pass"]
    assert block.shortfall[0] == 1


def test_missing_people_make_a_load_unknown_only_while_they_could_matter():
    columns = {"population": [40_000.0, np.nan, 0.0, np.nan]}
    facilities = [("m1", "food_market", 100.0), ("m2", "food_market", 800.0)]
    block = judged(
        "wuhan-food-market-population", make_city(facilities=facilities, columns=columns)
    )
    assert words(block) == ["fail", "unknown"]


COMMUNITY = "embedded-services-per-household"


def service_city(areas_m2: list[float], **more) -> City:
    facilities = [("c1", "community_service", 100.0), ("c2", "community_service", 800.0)]
    return make_city(facilities=facilities, sizes={"floor_area_m2": areas_m2}, **more)


def test_floor_area_per_100_households_is_judged_by_community():
    # Households: left 10 + 20 = 30, right 30 + 40 = 70; 30 m2 per 100 are 9 and 21 m2.
    block = judged(COMMUNITY, service_city([9.0, 20.0]))
    assert (block.subject_kind, block.level) == ("area", "community")
    assert block.required.tolist() == pytest.approx([30 * 30 / 100, 30 * 70 / 100])
    assert block.measured.tolist() == [9, 20]
    assert words(block) == ["pass", "fail"]
    assert block.shortfall.tolist() == pytest.approx([0, 1])


def test_a_community_is_explained_with_its_sum():
    city = service_city([9.0, 20.0])
    text = say(explain_row(judged(COMMUNITY, city), 1, city), "zh")
    assert text.startswith("70 户 × 30 m²/100 户 = 21 m²；实际 20 m²；缺 1 m²")


def test_a_missing_floor_area_is_no_zero():
    block = judged(COMMUNITY, service_city([np.nan, 21.0]))
    assert words(block) == ["unknown", "pass"]
    assert "floor_area_m2 is missing" in reason_of(block, 0)


def test_a_community_without_known_households_is_unknown():
    city = service_city([9.0, 21.0], columns={"households": [np.nan, 20.0, 30.0, 40.0]})
    block = judged(COMMUNITY, city)
    assert words(block) == ["unknown", "pass"]
    assert reason_of(block, 0) == "households is not known"


def test_the_areas_own_figure_wins_over_the_sum_of_its_homes():
    city = service_city([9.0, 21.0])
    city.areas["community"]["households"] = [1000.0, np.nan]
    assert judged(COMMUNITY, city).required.tolist() == pytest.approx([300, 21])


def test_a_facility_with_two_types_counts_its_floor_area_once():
    facilities = [("c1", "community_service", 100.0), ("c1", "service_complex", 100.0)]
    city = make_city(facilities=facilities, sizes={"floor_area_m2": [9.0, 9.0]})
    assert judged(COMMUNITY, city).measured[0] == 9


def test_presence_is_counted_by_community():
    block = judged("complete-community-kindergarten", make_city())
    assert words(block) == ["pass", "fail"]
    assert block.measured.tolist() == [1, 0]


def test_sizes_are_judged_facility_by_facility():
    facilities = [("a", "health_station", 0.0), ("b", "health_station", 9.0), ("c", "park", 9.0)]
    city = make_city(facilities=facilities, sizes={"floor_area_m2": [120.0, np.nan, 1.0]})
    block = judged("tdt1062-health-station-floor-area", city)
    assert words(block) == ["pass", "unknown", "not_applicable"]


def test_one_large_facility_is_enough_for_a_community_and_small_ones_do_not_fail_it():
    facilities = [("a", "childcare", 0.0), ("b", "childcare", 9.0), ("c", "childcare", 800.0)]
    city = make_city(facilities=facilities, sizes={"floor_area_m2": [200.0, 50.0, 199.0]})
    block = judged("wuhan-childcare-floor-area", city)
    assert (block.subject_kind, block.level) == ("area", "community")
    assert block.measured.tolist() == [200, 199]
    assert words(block) == ["pass", "fail"]
    unsized = make_city(facilities=facilities, sizes={"floor_area_m2": [np.nan, 200.0, np.nan]})
    assert words(judged("wuhan-childcare-floor-area", unsized)) == ["pass", "unknown"]


def test_beds_per_thousand_elderly_are_counted_for_the_whole_city_and_for_no_area():
    facilities = [("n", "nursing_home", 100.0)]
    city = make_city(
        facilities=facilities, sizes={"capacity": [40.0]}, columns={"elderly": [300.0] * 4}
    )
    (whole,) = evaluate_city([RULES["gb50437-beds"]], city)
    # 1,200 elderly: 48 beds, and there are 40.
    assert (whole.subject_kind, whole.required.tolist()) == ("city", pytest.approx([48]))
    assert words(whole) == ["fail"]


def test_what_facilities_lack_is_named_in_words():
    rule = RULES["gb50437-land-per-person"]
    assert evaluate_city([rule], make_city(facilities=[("e", "elder_care", 100.0)])) == ()
    anywhere = rule.applies_to.model_copy(update={"level": ""})
    asked = rule.model_copy(update={"applies_to": anywhere})
    (block,) = evaluate_city([asked], make_city(facilities=[("e", "elder_care", 100.0)]))
    told = [say(each, "zh") for each in block.reasons]
    assert "部分养老服务用房、养老院缺少用地面积" in told
    assert not [each for each in told if "_" in each]


def test_a_condition_on_people_leaves_small_areas_out():
    city = make_city(columns={"population": [2000.0, 2999.0, 2000.0, 3000.0]})
    complete = make_city(
        columns={"population": [2000.0, 2999.0, 2000.0, 3000.0]},
        parameters=Parameters(complete_types=("elder_care",)),
    )
    assert words(judged("gb50437-elder-care-station", complete)) == ["not_applicable", "fail"]
    assert words(judged("gb50437-elder-care-station", city)) == ["not_applicable", "unknown"]


def test_rules_for_new_plans_say_nothing_of_an_existing_city():
    assert evaluate_city([RULES["wuhan-elder-care-floor-area"]], make_city()) == ()


def test_covered_land_is_a_share_with_its_denominator_named():
    city = make_city(facilities=[("p", "park", 0.0)])
    homes = city.homes.set_geometry(
        [shapely.box(x, 10, x + 10, 20) for x in HOMES.values()], crs=CRS
    )
    housed = City(homes, city.facilities, city.areas, city.home_area, city.facility_area)
    block = judged("gbt51346-park-coverage", housed)
    # Left: both homes within 500 m; right: one of two equal plots.
    assert block.measured.tolist() == pytest.approx([100, 50])
    assert set(words(block)) == {"not_applicable"}
    people = judged("gbt51346-park-coverage-people", housed)
    assert people.measured.tolist() == pytest.approx([100, 50])


def test_land_of_points_is_unknown():
    block = judged("gbt51346-park-coverage", make_city(facilities=[("p", "park", 0.0)]))
    assert set(words(block)) == {"unknown"}
    assert "outlines" in reason_of(block, 0)


def test_roll_ups_count_homes_households_and_people():
    city = make_city()
    rolled = roll_up(judged(KINDERGARTEN, city), city, "community")
    assert rolled.covered_share[:, 0].tolist() == pytest.approx([1, 1 / 2])
    assert rolled.covered_share[:, 1].tolist() == pytest.approx([1, 30 / (30 + 40)])
    assert np.isnan(rolled.covered_share[:, 3]).all()


def test_the_summary_counts_by_verdict_and_names_the_source():
    city = make_city()
    entry = summarize([judged(KINDERGARTEN, city)], city, "zh", say)["rules"][0]
    assert entry["verdicts"] == {"pass": 3, "fail": 1, "unknown": 0, "not_applicable": 0}
    assert entry["households"]["pass"] == 10 + 20 + 30
    assert entry["covered_share"]["homes"] == pytest.approx(3 / 4)
    assert entry["threshold"] == 300
    assert entry["source"]["number"] == "GB 50180-2018"


def test_unknown_homes_are_in_neither_part_of_a_share():
    city = make_city([("hermit", 100.0, 900.0), ("west", 0.0, 10.0)], columns={"households": 1.0})
    entry = summarize([judged(KINDERGARTEN, city)], city, "en", say)["rules"][0]
    assert entry["covered_share"]["homes"] == 1
    assert entry["unknown_reasons"] == {"farther than 200 m from any street": 1}


def test_the_findings_table_has_a_row_per_rule_and_subject_with_words_as_dictionaries():
    import pyarrow as pa

    city = make_city(
        facilities=[("k1", "kindergarten", 100.0), ("k1", "health_station", 100.0)],
        sizes={"floor_area_m2": [200.0, 70.0]},
    )
    station = "tdt1062-health-station-floor-area"
    rules = [RULES[name] for name in (KINDERGARTEN, station, COMMUNITY)]
    blocks = evaluate_city(rules, city)
    table = findings_table(blocks, city, say)
    assert tuple(table.column_names) == FINDING_COLUMNS
    assert table.num_rows == len(HOMES) + 1 + 2
    assert all(
        pa.types.is_dictionary(table[name].type) for name in ("rule_id", "subject_id", "verdict")
    )
    frame = to_frame(blocks, city, say)
    first = frame.iloc[3]
    assert (first["subject_id"], first["verdict"], first["nearest_id"]) == ("far", "fail", "k1")
    assert first["households"] == 40
    found = frame[frame["rule_id"] == station].iloc[0]
    assert (found["subject_id"], found["shortfall"]) == ("k1", 50)


def test_no_blocks_give_an_empty_table_with_its_columns():
    assert findings_table([], make_city(), say).column_names == list(FINDING_COLUMNS)


def test_a_city_without_homes_or_facilities_gives_empty_findings():
    city = make_city([], [], columns={"households": []})
    for rule in (KINDERGARTEN, "wuhan-food-market-population", COMMUNITY):
        block = judged(rule, city)
        assert not (block.verdict == PASS).any()


OWN = """\
document: {title: {zh: 甲, en: A}, issuer: 乙, url: http://example.org}
jurisdiction: cn
rules:
  - id: away
    title: {zh: 远离, en: Away}
    applies_to: {subject: home}
    strength: mandatory
    measure: straight_line
    facility_types: waste_station
    require: {at_least: 50, unit: m}
    source: {clause: x, quote: y, confidence: B}
"""


def test_a_rule_may_keep_homes_away_from_something():
    rule = parse_pack(OWN).rules[0]
    block = evaluate_city([rule], make_city(facilities=[("w", "waste_station", 0.0)]))[0]
    assert words(block) == ["fail", "pass", "pass", "pass"]
    assert block.shortfall[0] == pytest.approx(50 - 10)


@pytest.mark.parametrize(
    ("measure", "sense"), [("straight_line", "at_most"), ("facilities_within", "at_least")]
)
def test_of_a_figure_without_a_pass_mark_more_is_better_unless_it_is_a_distance(measure, sense):
    reach = "options: {within: {measure: straight_line, at_most: 500, unit: m}}"
    text = OWN.replace("measure: straight_line", f"measure: {measure}\n    {reach}")
    text = text.replace("strength: mandatory", "strength: indicator")
    text = text.replace("    require: {at_least: 50, unit: m}\n", "")
    rule = parse_pack(text).rules[0]
    block = evaluate_city([rule], make_city(facilities=[("w", "waste_station", 0.0)]))[0]
    assert block.sense == sense


def test_a_condition_says_each_fact_that_it_asks_for_whether_it_fails_or_is_not_known():
    both = "{any_of: [{fact: households, at_least: 30}, {fact: population, above: 25}]}"
    text = OWN.replace("{subject: home}", f"{{subject: home, when: {both}}}")
    rule = parse_pack(text.replace("at_least: 50", "at_least: 900")).rules[0]
    facilities = [("w", "waste_station", 0.0)]
    columns = {"households": [10.0, np.nan, 30.0, 40.0], "population": 25.0}
    block = evaluate_city([rule], make_city(facilities=facilities, columns=columns))[0]
    assert words(block) == ["not_applicable", "unknown", "fail", "pass"]
    assert reason_of(block, 0) == "does not apply by its households, population"
    assert reason_of(block, 1) == "households, population is not known"


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=4),
    st.integers(0, 1000),
)
def test_one_more_facility_never_turns_a_pass_into_a_fail(places, extra):
    few = [(f"k{i}", "kindergarten", float(x)) for i, x in enumerate(places)]
    before = judged(KINDERGARTEN, make_city(facilities=few))
    after = judged(
        KINDERGARTEN, make_city(facilities=[*few, ("new", "kindergarten", float(extra))])
    )
    assert (after.measured <= before.measured + 1e-9).all()
    assert not ((before.verdict == PASS) & (after.verdict != PASS)).any()


def test_the_homes_of_a_plan_are_judged_in_the_city_by_the_farthest_one():
    from siting.rules.plan.evaluate import evaluate_plan
    from siting.rules.plan.model import Plan

    city = make_city()
    plan = Plan("江湾", "cn", None, "new", "plan.yaml", {}, homes=city.homes, context="siting.yaml")
    finding = evaluate_plan([RULES[KINDERGARTEN]], plan, city=city)[0]
    assert finding.verdict == "fail"
    assert float(finding.measured) == pytest.approx(10 + 800)
    assert float(finding.shortfall) == pytest.approx(10 + 800 - 300)
    assert say(finding.explanation, "en") == (
        "1 of 4 homes is beyond 300 m; the farthest, far, is at 810 m"
    )
    near = make_city(facilities=[(f"k{x}", "kindergarten", float(x)) for x in (100, 390, 900)])
    assert evaluate_plan([RULES[KINDERGARTEN]], plan, city=near)[0].verdict == "pass"
    nothing = make_city(facilities=[("p", "park", 0.0)])
    unknown = evaluate_plan([RULES[KINDERGARTEN]], plan, city=nothing)[0]
    assert (unknown.verdict, unknown.missing) == ("unknown", ())
    assert [say(each, "en") for each in unknown.lacking] == [
        "no facility of type kindergarten in the data"
    ]
    assert [say(each, "zh") for each in unknown.lacking] == ["数据中没有幼儿园"]


def test_a_school_of_unstated_level_neither_serves_nor_lets_anybody_fail():
    city = make_city(facilities=[("p", "primary_school", 0.0), ("s", "school", 1000.0)])
    block = judged("gb50180-primary-school-radius", city)
    walks = dict(zip(HOMES, block.measured.tolist(), strict=True))
    # 500 m: "far" is 10 + 900 from the primary school, but 10 + 100 from what may be one.
    assert words(block) == ["pass", "pass", "pass", "unknown"]
    assert walks["exact"] == 10 + 390
    assert np.isnan(walks["far"])
    assert "may be of type primary_school" in reason_of(block, 3)


def test_what_may_be_of_a_type_but_is_too_far_changes_nothing():
    city = make_city(facilities=[("p", "primary_school", 0.0), ("s", "school", 0.0)])
    assert words(judged("gb50180-primary-school-radius", city))[3] == "fail"


@pytest.mark.parametrize(("level", "asked"), [("compound", 0), ("community", 1)])
def test_a_rule_about_areas_is_not_asked_of_compounds_unless_it_names_them(level, asked):
    from dataclasses import replace

    city = make_city()
    renamed = {
        name: {level: getattr(city, name)["community"]}
        for name in ("areas", "home_area", "facility_area")
    }
    rule = RULES["complete-community-services-per-household"]
    open_to_all = rule.model_copy(
        update={"applies_to": rule.applies_to.model_copy(update={"level": ""})}
    )
    assert len(evaluate_city([open_to_all], replace(city, **renamed))) == asked


def test_a_radius_rule_is_summed_up_both_on_foot_and_in_a_straight_line():
    # From x = 395 it is 10 + 295 = 305 m on foot, and 295.2 m straight.
    city = make_city(
        [("edge", 395.0, 10.0), ("far", 900.0, 10.0)],
        columns={"households": [30.0, 10.0], "population": [60.0, 40.0]},
    )
    rule, weights = RULES[KINDERGARTEN], home_weights(city)
    drawn = rule.model_copy(update={"measure": "straight_line"})
    assert (other_way(rule), other_way(drawn)) == ("straight_line", "walking_distance")
    assert shares_the_other_way(drawn, city, CityCosts(city), weights)["homes"] == 0
    straight = shares_the_other_way(rule, city, CityCosts(city), weights)
    assert (straight["homes"], straight["households"]) == (1 / 2, 30 / (30 + 10))
    assert straight["population"] == 60 / (60 + 40)
