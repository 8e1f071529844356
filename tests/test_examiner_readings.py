"""What a planning examiner would say of small plans: each reading of docs/readings.md, tried.

The plans are made up for these tests; every expected number is worked out beside it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from siting.errors import RuleError
from siting.rules.cases.lint import lint_packs
from siting.rules.city.amounts import evaluate_amount
from siting.rules.city.findings import Verdict
from siting.rules.city.model import City, grouping
from siting.rules.facts import unit_of
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.parse import parse_pack
from siting.rules.pack.selection import all_rules, place_note, select_rules
from siting.rules.plan.evaluate import evaluate_plan
from siting.rules.plan.finding import breaks
from siting.rules.plan.model import (
    Evidence,
    Fact,
    Phase,
    Plan,
    PlannedFacility,
    PlanRow,
    Waiver,
)
from siting.vocabulary.clause_words import only_recommends
from siting.words import say

PACKS = read_packs(find_packs())
RULES = {rule.id: rule for rule in all_rules(PACKS)}
WUHAN = "cn-hubei-wuhan"
DAY = dt.date(2026, 11, 1)
ELDER = "wuhan-elder-care-floor-area"
SHARE = "wuhan-commerce-and-services-share"
CHILDCARE = "wuhan-childcare-floor-area"
PHASING = "hubei-elder-care-phasing"
SPORT = "wuhan-sport-indoor-or-outdoor"


def plan(facts, *, rooms=(), phases=(), **more) -> Plan:
    """Return a plan of figures; rooms are (types, m2), phases (housing, elder care)."""
    given = {key: Fact(Decimal(str(value)), unit_of(key)) for key, value in facts.items()}
    facilities = tuple(
        PlannedFacility(
            f"r{index}", "", tuple(types), None if size is None else Fact(Decimal(size), "m2")
        )
        for index, (types, size) in enumerate(rooms)
    )
    for code in {code for each in facilities for code in each.facility_types}:
        own = [each.floor_area_m2 for each in facilities if each.facility_type == code]
        if None not in own:
            total = sum((fact.value for fact in own), Decimal(0))
            given.setdefault(f"floor_area_m2.{code}", Fact(total, "m2"))
        count = sum(code in each.facility_types for each in facilities)
        given.setdefault(f"count.{code}", Fact(Decimal(count), "facilities"))
    stages = tuple(
        Phase(f"p{index + 1}", index, {
            "residential_floor_area_m2": Fact(Decimal(homes), "m2"),
            **({"floor_area_m2.elder_care": Fact(Decimal(built), "m2")} if built else {}),
        })
        for index, (homes, built) in enumerate(phases)
    )  # fmt: skip
    fields = {"jurisdiction": WUHAN, "date": DAY, "status": "new", **more}
    return Plan(name="p", source="p", facts=given, facilities=facilities, phases=stages, **fields)


def findings(given: Plan) -> dict:
    rules = select_rules(PACKS, date=given.date, jurisdiction=given.jurisdiction).rules
    return {each.rule_id: each for each in evaluate_plan(rules, given)}


def verdict(rule: str, facts, **more) -> str:
    return findings(plan(facts, **more))[rule].verdict


# --- sport ----------------------------------------------------------------------------------------

OUTDOORS = {"population": 1000, "floor_area_m2.sport": 0, "land_area_m2.sport": 300}  # 0.3 x 1000


def test_sport_outdoors_alone_is_enough_since_june_2023():
    found = findings(plan(OUTDOORS))
    assert found[SPORT].verdict == "pass"
    assert "wuhan-sport-indoor-floor-area" not in found


def test_the_plan_that_asks_for_both_governs_until_the_programme_that_says_or():
    both = "wuhan-sport-indoor-floor-area"
    before = findings(plan(OUTDOORS, date=dt.date(2023, 6, 22)))
    assert (before[both].verdict, breaks(before[both])) == ("fail", True)
    assert before["national-sport-indoor-or-outdoor"].governed_by.startswith("wuhan-sport-")
    after = findings(plan(OUTDOORS, date=dt.date(2023, 6, 23)))
    assert (after[both].verdict, after[both].governed_by) == ("fail", SPORT)
    assert not breaks(after[both])
    assert both in findings(plan(OUTDOORS, date=dt.date(2025, 12, 31)))
    assert both not in findings(plan(OUTDOORS, date=dt.date(2026, 1, 1)))


# --- elder care: one place ------------------------------------------------------------------------


def test_six_rooms_of_50_are_no_place_of_300():
    found = findings(plan({"households": 1000}, rooms=[(["elder_care"], 50)] * 6))[ELDER]
    # 6 x 50 = 300 in all, and the largest has 50: 300 - 50 short.
    assert (found.verdict, found.measured, found.shortfall) == ("fail", 50, 300 - 50)
    assert "最大一处 50 m²" in say(found.explanation, "zh")


@pytest.mark.parametrize(
    ("households", "sizes", "expected"),
    [
        (1250, [300, 75], "pass"),  # 0.3 x 1250 = 375 = 300 + 75
        (1250, [300, 74], "fail"),
        (1250, [299, 76], "fail"),
        (1000, [300], "pass"),
    ],
)
def test_the_total_and_the_largest_place_both_count(households, sizes, expected):
    rooms = [(["elder_care"], size) for size in sizes]
    assert verdict(ELDER, {"households": households}, rooms=rooms) == expected


def test_a_bare_total_is_one_place_and_several_without_their_sizes_are_unknown():
    row = {"households": 1250, "floor_area_m2.elder_care": 375}
    assert verdict(ELDER, row) == "pass"
    assert verdict(ELDER, {**row, "floor_area_m2.elder_care": 340}) == "fail"
    assert verdict(ELDER, {**row, "count.elder_care": 2}) == "unknown"
    # Of two places with 600 m2 one has half at least.
    assert verdict(ELDER, {**row, "floor_area_m2.elder_care": 600, "count.elder_care": 2}) == "pass"


def test_rows_of_a_table_that_list_rooms_are_places():
    cells = [Evidence("t.xlsx", f"指标!C{row}", str(size)) for row, size in ((3, 200), (4, 140))]
    key = "floor_area_m2.elder_care"
    rows = tuple(PlanRow(key, Decimal(cell.text), "m2", cell) for cell in cells)  # 200 + 140 = 340
    given = plan({"households": 1000}, rows=rows)
    facts = {**given.facts, key: Fact(Decimal(340), "m2", tuple(cells))}
    fields = {name: getattr(given, name) for name in Plan.__dataclass_fields__}
    found = findings(Plan(**{**fields, "facts": facts}))[ELDER]
    assert (found.verdict, found.measured) == ("fail", 200)


def test_a_total_beyond_the_listed_rooms_may_be_one_more_place():
    facts = {"households": 1000, "floor_area_m2.elder_care": 400}
    assert verdict(ELDER, facts, rooms=[(["elder_care"], 100)]) == "unknown"  # 300 are not listed
    assert verdict(ELDER, facts, rooms=[(["elder_care"], 101)]) == "fail"


# --- rooms of several types -----------------------------------------------------------------------

HUB = {
    "households": 1000,
    "population": 5000,
    "total_floor_area_m2": 120_000,
    "floor_area_m2.commerce": 11_700,
}


@pytest.mark.parametrize(
    "types",
    [
        ["community_service", "elder_care", "childcare"],
        ["elder_care", "childcare", "community_service"],
        ["childcare", "community_service", "elder_care"],
    ],
)
def test_one_house_of_800_serves_300_and_200_and_300_in_any_order(types):
    found = findings(plan({**HUB, "population": 2470}, rooms=[(types, 800)]))
    assert found[ELDER].verdict == "pass"
    assert found[CHILDCARE].measured == 200
    # (11700 + 800) / 120000 = 10.41... %, however it is divided.
    assert found[SHARE].verdict == "pass"
    text = say(found[ELDER].explanation, "zh")
    assert "托育服务设施 200 m²" in text
    assert "社区综合服务设施 300 m²" in text
    assert "养老服务用房 300 m²" in text


def test_a_house_that_is_too_small_for_all_fails_one_of_them():
    found = findings(plan(HUB, rooms=[(["elder_care", "childcare"], 499)]))
    assert sorted([found[ELDER].verdict, found[CHILDCARE].verdict]) == ["fail", "pass"]
    assert found[ELDER].measured + found[CHILDCARE].measured == 499


def test_a_waived_rule_takes_nothing_from_a_house_that_others_need():
    waiver = Waiver(ELDER, "why", "who", DAY)
    found = findings(plan(HUB, rooms=[(["elder_care", "childcare"], 499)], waivers=(waiver,)))
    assert found[CHILDCARE].verdict == "pass"
    assert found[ELDER].waived is waiver


def test_a_city_that_waives_its_rule_leaves_that_of_the_province():
    waiver = Waiver(ELDER, "why", "who", DAY)
    facts = {"households": 1250, "floor_area_m2.elder_care": 249}  # 0.2 x 1250 = 250
    found = findings(plan(facts, waivers=(waiver,)))
    assert not breaks(found[ELDER])
    assert breaks(found["hubei-elder-care-floor-area"])


def test_a_place_that_is_too_small_is_not_made_good_by_the_larger_total_of_another_rule():
    # 0.2 x 1600 = 320 of Hubei are more than the one place of 300 of Wuhan, whose sum is 480.
    rooms = [(["elder_care"], 290), (["elder_care"], 200)]
    found = findings(plan({"households": 1600}, rooms=rooms))
    assert found["hubei-elder-care-floor-area"].verdict == "pass"
    assert found["hubei-elder-care-floor-area"].governed_by == ELDER
    assert breaks(found[ELDER])


def test_a_house_of_unknown_size_leaves_all_its_types_unknown():
    found = findings(plan(HUB, rooms=[(["community_service", "elder_care"], None)]))
    assert found[ELDER].verdict == "unknown"


def test_a_figure_that_the_plan_states_takes_nothing_from_a_shared_house():
    facts = {**HUB, "floor_area_m2.elder_care": 200}
    found = findings(plan(facts, rooms=[(["community_service", "elder_care"], 800)]))[ELDER]
    assert (found.verdict, found.measured) == ("fail", 200)


# --- levels ---------------------------------------------------------------------------------------


def test_what_is_asked_of_districts_and_cities_says_nothing_of_one_plan():
    facts = {"households": 1000, "population": 2470, "land_area_m2.elder_care": 0}
    found = findings(plan(facts))
    assert not {"gb50437-land-per-person", "hubei-elder-care-land", "gb50437-beds"} & set(found)
    assert not {"gb55014-park-coverage", "gb55014-park-land-per-person"} & set(found)


def test_community_averages_are_figures_of_a_plan_and_no_verdicts():
    found = findings(plan({"households": 1000, "floor_area_m2.community_service": 10}))
    shown = found["embedded-services-per-household"]
    assert (shown.verdict, shown.strength, shown.measured) == ("not_applicable", "indicator", 10)
    assert "1 m²/100 户" in say(shown.explanation, "zh")
    assert not breaks(shown)
    assert RULES["embedded-services-per-household"].applies_to.subject == ("area",)


def test_the_pilots_of_complete_communities_ended_in_october_2024():
    name = "complete-community-services-per-household"
    days = {dt.date(2022, 9, 30): False, dt.date(2022, 10, 1): True,
            dt.date(2024, 10, 31): True, dt.date(2024, 11, 1): False}  # fmt: skip
    for day, holds in days.items():
        chosen = select_rules(PACKS, date=day, jurisdiction=WUHAN).rules
        assert (name in {rule.id for rule in chosen}) is holds, day


def test_park_coverage_has_a_pass_mark_for_the_city_from_2022_on():
    rule = RULES["gb55014-park-coverage"]
    assert (rule.applies_to.subject, rule.require.above) == (("city",), 80)
    assert rule.days.since == dt.date(2022, 1, 1)


def test_childcare_of_200_is_asked_of_a_plan_as_large_as_a_community():
    small = findings(plan({"population": 4999, "floor_area_m2.childcare": 0}))[CHILDCARE]
    assert (small.verdict, small.strength, small.measured) == ("not_applicable", "indicator", 0)
    assert small.required is None
    facts = {"population": 5000, "floor_area_m2.childcare": "199.9"}
    assert verdict(CHILDCARE, facts) == "fail"
    unknown = {"floor_area_m2.childcare": "199.9"}
    assert verdict(CHILDCARE, unknown) == "unknown"
    assert verdict(CHILDCARE, {"floor_area_m2.childcare": 200}) == "pass"


def test_a_service_centre_in_a_plan_is_community_services():
    centre = {"households": 1000, "total_floor_area_m2": 10_000, "floor_area_m2.commerce": 500}
    facts = {**centre, "floor_area_m2.community_service_centre": 500}
    found = findings(plan(facts))
    assert found[SHARE].measured == 10  # (500 + 500) / 10000
    assert found["embedded-services-per-household"].measured == 500
    both = {**facts, "floor_area_m2.community_service": 100}
    assert findings(plan(both))["embedded-services-per-household"].measured == 600
    large = findings(plan({**facts, "population": 50_000}))
    assert large["embedded-services-per-household"].measured is None


# --- strength -------------------------------------------------------------------------------------


def test_twenty_beds_are_recommended():
    found = findings(plan({"beds.nursing_home": 19, "count.nursing_home": 1}))["gb50437-least-beds"]
    assert (found.verdict, found.strength, breaks(found)) == ("fail", "recommended", False)


def test_no_mandatory_rule_quotes_words_that_only_recommend():
    assert [r.id for r in RULES.values()
            if r.strength == "mandatory" and only_recommends(r.source.quote)] == []  # fmt: skip


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("不宜少于20床", True),
        ("建筑面积以800平方米为宜", True),
        ("不宜低于300平方米", True),
        ("宜独立设置，且不应小于300平方米", False),
        ("不低于0.1平方米", False),
        ("居民适宜步行范围内", False),
    ],
)
def test_words_that_recommend_are_told_from_words_that_oblige(quote, expected):
    assert only_recommends(quote) is expected


def test_a_pack_that_makes_a_recommendation_bind_is_found(tmp_path):
    text = find_packs(["cn/national/gb-50437-2007"])[0].read_text(encoding="utf-8")
    old = "strength: recommended\n    measure: number_of_beds"
    assert old in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, old.replace("recommended", "mandatory")), encoding="utf-8")
    assert any(
        "gb50437-least-beds' is mandatory, but its quote" in say(each, "en")
        for each in lint_packs([path])
    )


# --- kindergarten ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("homes", "housing"), [(900, 120_000), (1200, 90_000)])
@pytest.mark.parametrize("status", ["new", "renewal"])
def test_either_trigger_asks_for_six_classes_and_2193_m2(homes, housing, status):
    facts = {"households": homes, "residential_floor_area_m2": housing, "count.kindergarten": 1,
             "classes.kindergarten": 3, "floor_area_m2.kindergarten": 900}  # fmt: skip
    found = findings(plan(facts, status=status))
    assert found["wuhan-kindergarten-presence"].verdict == "pass"
    assert found["wuhan-kindergarten-classes-6"].shortfall == 6 - 3
    floor = found["wuhan-kindergarten-floor-area"]
    assert (floor.verdict, floor.strength, floor.shortfall) == ("fail", "mandatory", 2193 - 900)


def test_a_renewal_of_1500_households_needs_a_kindergarten():
    facts = {"households": 1500, "count.kindergarten": 0}
    found = findings(plan(facts, status="renewal"))
    assert found["wuhan-kindergarten-presence"].verdict == "fail"
    assert breaks(found["wuhan-kindergarten-presence"])


def test_below_both_triggers_no_rule_on_kindergartens_speaks():
    facts = {"households": 1199, "residential_floor_area_m2": 119_999, "classes.kindergarten": 3}
    found = findings(plan(facts))
    for name in ("presence", "classes-6", "floor-area"):
        assert found[f"wuhan-kindergarten-{name}"].verdict == "not_applicable"


# --- the 10 % -------------------------------------------------------------------------------------


def test_markets_shops_and_canteens_are_commerce_of_the_ten_percent():
    facts = {"total_floor_area_m2": 100_000, "floor_area_m2.commerce": 4000,
             "floor_area_m2.community_service": 2000, "floor_area_m2.food_market": 1500,
             "floor_area_m2.supermarket": 1000, "floor_area_m2.canteen": 600,
             "floor_area_m2.pharmacy": 100, "floor_area_m2.elder_care": 500,
             "floor_area_m2.health_station": 300}  # fmt: skip
    found = findings(plan(facts))[SHARE]
    # 4000 + 2000 + 1500 + 1000 + 600 + 100 + 500 + 300 = 10000
    assert (found.verdict, found.measured) == ("pass", 10)
    assert findings(plan({**facts, "floor_area_m2.pharmacy": 99}))[SHARE].verdict == "fail"


@pytest.mark.parametrize(
    ("commerce", "expected"),
    [(16_800, "pass"), (16_799, "unknown"), (14_500, "unknown"), (14_499, "fail")],
)
def test_with_and_without_the_basement_both_have_to_say_the_same(commerce, expected):
    facts = {"total_floor_area_m2": 168_000, "above_ground_floor_area_m2": 145_000,
             "floor_area_m2.commerce": commerce, "floor_area_m2.community_service": 0}  # fmt: skip
    found = findings(plan(facts))[SHARE]
    assert found.verdict == expected
    if expected == "unknown":
        assert "以总建筑面积为分母" in say(found.explanation, "zh")
        assert "以地上建筑面积为分母" in say(found.explanation, "zh")
        assert breaks(found)


def test_one_denominator_alone_never_passes_by_mistake():
    def of(key, commerce):
        facts = {
            key: 100_000,
            "floor_area_m2.commerce": commerce,
            "floor_area_m2.community_service": 0,
        }
        return findings(plan(facts))[SHARE]

    total, above = "total_floor_area_m2", "above_ground_floor_area_m2"
    assert (of(total, 10_000).verdict, of(total, 9_999).verdict) == ("pass", "fail")
    assert (of(above, 10_000).verdict, of(above, 9_999).verdict) == ("unknown", "fail")
    assert of(above, 10_000).missing == (total,)
    assert "只按此口径判定" in say(of(total, 9_999).note, "zh")


# --- phases ---------------------------------------------------------------------------------------

SPLIT = [(10_000, 20), (39_000, 280), (51_000, 0)]


def phased(phases, *, reason="", total=300):
    facts = {"households": 1000, "floor_area_m2.elder_care": total}
    reasons = {PHASING: reason} if reason else {}
    return findings(plan(facts, phases=phases, reasons=reasons))[PHASING]


def test_rooms_in_two_phases_of_which_none_is_enough_are_split():
    assert phased(SPLIT).verdict == "fail"
    assert phased(SPLIT, reason="首期无用地").verdict == "fail"


def test_a_first_phase_that_is_enough_alone_passes_whatever_follows():
    # 0.3 x 1000 = 300, and one place of 300.
    assert phased([(50_000, 300), (50_000, 100)], total=400).verdict == "pass"
    assert phased([(50_000, 299), (50_000, 101)], total=400).verdict == "fail"


def test_a_later_phase_needs_a_reason_and_less_than_half_of_the_housing():
    early = [(20_000, 0), (29_999, 300), (50_001, 0)]
    assert phased(early).verdict == "unknown"
    assert phased(early).missing == (f"reasons.{PHASING}",)
    stated = phased(early, reason="首期为保留建筑")
    assert (stated.verdict, "首期为保留建筑" in say(stated.explanation, "zh")) == ("pass", True)
    late = [(20_000, 0), (30_000, 300), (50_000, 0)]  # exactly half
    assert phased(late, reason="首期为保留建筑").verdict == "fail"


def test_rooms_that_no_phase_names_leave_the_order_open():
    assert phased([(50_000, 20), (50_000, 0)]).verdict == "unknown"  # 280 of 300 stand nowhere


# --- 8,000 people elsewhere -----------------------------------------------------------------------


def test_a_station_of_30_m2_is_no_day_care_centre_for_8000_people():
    facts = {
        "households": 2600,
        "population": 8000,
        "floor_area_m2.elder_care": 30,
        "count.elder_care": 1,
    }
    found = findings(plan(facts, jurisdiction="cn-guangdong-guangzhou"))
    size, reach = found["gb50437-day-care-floor-area"], found["gb50437-day-care-radius"]
    assert (size.verdict, size.strength, size.shortfall) == ("fail", "recommended", 350 - 30)
    assert (reach.verdict, reach.strength, reach.required) == ("fail", "recommended", 300)
    assert not breaks(size)
    assert not breaks(reach)
    small = findings(plan({**facts, "population": 4999}, jurisdiction="cn"))
    assert small["gb50437-day-care-radius"].verdict == "not_applicable"
    enough = findings(plan({**facts, "floor_area_m2.elder_care": 350}))
    assert enough["gb50437-day-care-radius"].verdict == "not_applicable"  # nothing drawn, so open


# --- what the rule model learned ------------------------------------------------------------------

HEAD = "document: {title: {zh: 甲, en: A}, issuer: 乙, url: http://example.org}\njurisdiction: cn\n"
RULE = """rules:
  - id: mine
    title: {zh: 用房, en: Rooms}
    strength: mandatory
    source: {clause: x, quote: y, confidence: B}
"""


def rule_of(text: str):
    return parse_pack(HEAD + RULE + text).rules[0]


SLIDING = """    applies_to: {subject: plan}
    measure: minimum_floor_area
    facility_types: parcel_point
    require:
      at_least: 25
      unit: m2
      by: total_floor_area_m2
      bands: [{from: 10000, limit: 40}, {from: 50000, limit: 50}, {from: 100000, limit: 70}]
"""


@pytest.mark.parametrize(
    ("total", "required"), [(9999, 25), (10_000, 40), (99_999, 50), (100_000, 70)]
)
def test_a_sliding_rate_takes_the_band_of_the_plan(total, required):
    facts = {"total_floor_area_m2": total, "floor_area_m2.parcel_point": 45}
    found = evaluate_plan([rule_of(SLIDING)], plan(facts))[0]
    assert found.required == required
    assert found.verdict == ("pass" if required <= 45 else "fail")


@pytest.mark.parametrize(("size", "expected"), [(70, "pass"), (69, "unknown"), (24, "fail")])
def test_without_the_fact_of_the_bands_only_what_all_of_them_say_is_known(size, expected):
    found = evaluate_plan([rule_of(SLIDING)], plan({"floor_area_m2.parcel_point": size}))[0]
    assert found.verdict == expected


def areas(population, sizes) -> City:
    """Return two communities; facilities stand in the first, but for the last one."""
    homes = pd.DataFrame(
        {"home_id": ["a", "b"], "population": population, "households": population}
    )
    kinds = pd.DataFrame({"facility_id": [f"f{n}" for n in range(len(sizes))],
                          "facility_type": "elder_care", "floor_area_m2": sizes})  # fmt: skip
    return City(
        homes=homes,
        facilities=kinds,
        areas={"community": pd.DataFrame({"area_id": ["x", "y"]})},
        home_area={"community": np.array([0, 1], np.int32)},
        facility_area={"community": np.array([0] * (len(sizes) - 1) + [1], np.int32)},
    )


def judged_areas(text: str, city: City):
    return evaluate_amount(rule_of(text), city, grouping(city, "community"))


def test_areas_are_judged_by_begun_groups_and_bands():
    begun = (
        "    applies_to: {subject: area}\n    measure: floor_area_per_begun_people\n"
        "    facility_types: elder_care\n    options: {begun: 600}\n"
        "    require: {at_least: 30, unit: m2}\n"
    )
    block = judged_areas(begun, areas([600.0, 601.0], [30.0, 59.0]))
    assert block.required.tolist() == [30, 60]
    assert block.verdict.tolist() == [Verdict.PASS, Verdict.FAIL]
    bands = (
        "    applies_to: {subject: area}\n    measure: floor_area_per_100_households\n"
        "    facility_types: elder_care\n"
        "    require: {at_least: 30, unit: m2/100 households, by: households,"
        " bands: [{from: 1000, limit: 20}]}\n"
    )
    block = judged_areas(bands, areas([999.0, 1000.0], [299.7, 199.0]))
    assert block.required.tolist() == pytest.approx([299.7, 200])
    assert block.verdict.tolist() == [Verdict.PASS, Verdict.FAIL]


def test_an_area_needs_one_large_place_besides_its_total():
    both = (
        "    applies_to: {subject: area}\n    measure: floor_area_per_100_households\n"
        "    facility_types: elder_care\n"
        "    require: {at_least: 20, unit: m2/100 households, and_one_place_at_least: 350}\n"
    )
    block = judged_areas(both, areas([1000.0, 1000.0], [200.0, 200.0, 400.0]))
    # 400 of 200 wanted in both; the largest have 200 and 400.
    assert block.verdict.tolist() == [Verdict.FAIL, Verdict.PASS]
    assert block.measured.tolist() == [200, 400]
    open_block = judged_areas(both, areas([1000.0, 1000.0], [200.0, np.nan, 350.0]))
    assert open_block.verdict.tolist() == [Verdict.UNKNOWN, Verdict.PASS]


def test_a_plan_of_an_existing_estate_is_asked_what_existing_ones_are():
    rule = rule_of(
        "    applies_to: {subject: plan, status: existing}\n"
        "    measure: floor_area_per_100_households\n"
        "    facility_types: elder_care\n    require: {at_least: 15, unit: m2/100 households}\n"
    )
    facts = {"households": 1000, "floor_area_m2.elder_care": 149}
    found = evaluate_plan([rule, RULES[ELDER]], plan(facts, status="existing"))
    assert [each.verdict for each in found] == ["fail", "not_applicable"]
    assert evaluate_plan([rule], plan(facts)) == ()


PRESENT = "measure: presence\n    require: {at_least: 1, unit: facilities, "


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "measure: floor_area_per_begun_people\n    require: {at_least: 1, unit: m2}",
            "options.begun is missing",
        ),
        (PRESENT + "and_one_place_at_least: 3}", "needs a rate"),
        (PRESENT + "by: households}", "give both or none"),
        (
            PRESENT + "by: households, bands: [{from: 9, limit: 1}, {from: 8, limit: 2}]}",
            "ascending",
        ),
    ],
)
def test_a_rule_that_cannot_be_judged_is_refused_with_the_reason(text, told):
    with pytest.raises(RuleError, match=told):
        rule_of(f"    applies_to: {{subject: plan}}\n    facility_types: elder_care\n    {text}\n")


# --- places and dates -----------------------------------------------------------------------------


def test_a_plan_without_a_place_is_judged_by_national_rules_and_told_so():
    chosen = select_rules(PACKS, date=DAY, jurisdiction="")
    assert {rule.jurisdiction for rule in chosen.rules} == {"cn"}
    note = place_note(chosen.left_out, "")
    assert note is not None
    assert "cn-hubei-wuhan" in say(note, "en")
    assert place_note(chosen.left_out, WUHAN) is None


@pytest.mark.parametrize(
    ("pack", "since", "until"),
    [
        ("wuhan/sport-2022", "2022-10-08", "2025-12-31"),
        ("wuhan/sport-2023", "2023-06-23", None),
        ("wuhan/elder-childcare-2022", "2022-12-28", "2025-12-31"),
        ("hubei/elder-care-2022", "2022-09-05", None),
        ("national/complete-community-2020", "2020-08-18", None),
        ("national/embedded-facilities-2024", "2024-01-22", None),
        ("national/fitness-2022", "2022-03-23", None),
        ("national/gb-55014-2021", "2022-01-01", None),
    ],
)
def test_documents_hold_on_the_days_that_were_found(pack, since, until):
    days = read_packs(find_packs([f"cn/{pack}"]))[0].document.in_force
    assert days.since == dt.date.fromisoformat(since)
    assert days.until == (None if until is None else dt.date.fromisoformat(until))
