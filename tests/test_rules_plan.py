"""Plans judged: exact boundaries, what is missing, who governs, what is waived."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.rules.facts import unit_of
from siting.rules.pack.find import find_packs, read_packs
from siting.rules.pack.model import Options
from siting.rules.pack.selection import all_rules, select_rules
from siting.rules.plan.evaluate import Counting, evaluate_plan
from siting.rules.plan.finding import breaks
from siting.rules.plan.model import Evidence, Fact, Plan, PlannedFacility, Waiver
from siting.rules.wording import distinct_texts, number_text
from siting.words import say

PACKS = read_packs(find_packs())
RULES = {rule.id: rule for rule in all_rules(PACKS)}
DAY = dt.date(2026, 11, 1)
ELDER_CARE = "wuhan-elder-care-floor-area"
SHARE = "wuhan-commerce-and-services-share"


def plan(facts: dict[str, object], **more: object) -> Plan:
    made = {key: Fact(Decimal(str(value)), unit_of(key)) for key, value in facts.items()}
    given = {"jurisdiction": "cn-hubei-wuhan", "date": DAY, "status": "new", **more}
    return Plan(name="江湾", source="plan.yaml", facts=made, **given)


def judge(rule_id: str, facts: dict[str, object], **more: object):
    counting = more.pop("counting", None)
    return evaluate_plan([RULES[rule_id]], plan(facts, **more), counting=counting)[0]


def elder_care(households: object, area: object, **more: object):
    return judge(ELDER_CARE, {"households": households, "floor_area_m2.elder_care": area}, **more)


@pytest.mark.parametrize(
    ("households", "area", "verdict", "required"),
    [
        (1000, "300", "pass", 300),
        (1000, "299.99", "fail", 300),
        (1001, "300.3", "pass", "300.3"),
        (1001, "300.29", "fail", "300.3"),
        (800, "300", "pass", 300),
        (1, "299.999999", "fail", 300),
        (1250, "340", "fail", 375),
    ],
)
def test_elder_care_is_exact_at_its_boundaries(households, area, verdict, required):
    finding = elder_care(households, area)
    assert finding.verdict == verdict
    assert finding.required == Decimal(str(required))
    expected = max(Decimal(str(required)) - Decimal(area), Decimal(0)) if verdict == "fail" else 0
    assert finding.shortfall == expected


def test_the_arithmetic_is_said_in_words():
    finding = elder_care(1250, 340)
    assert (
        say(finding.explanation, "zh") == "1,250 户 × 30 m²/100 户 = 375 m²；规划 340 m²；缺 35 m²"
    )
    assert say(finding.explanation, "en") == (
        "1,250 households × 30 m²/100 households = 375 m²; planned 340 m²; 35 m² short"
    )
    assert "低于下限，取 300 m²" in say(elder_care(800, 299).explanation, "zh")


def test_steps_of_100_households_are_an_option_that_says_so():
    finding = elder_care(1001, 320, counting=Counting(rounding="ceil_per_100"))
    assert finding.required == Decimal(30 * 11)
    assert finding.verdict == "fail"
    assert "按整百进整" in say(finding.note, "zh")
    assert "1,001 户按 100 户进整，1,100 户" in say(finding.explanation, "zh")


def test_ten_percent_is_ten_percent():
    facts = {"total_floor_area_m2": 3, "floor_area_m2.commerce": "0.1"}
    assert 0.1 + 0.2 != 0.3  # what floating point would have made of it
    exact = judge(SHARE, {**facts, "floor_area_m2.community_service": "0.2"})
    assert (exact.verdict, exact.measured) == ("pass", Decimal(10))
    less = judge(SHARE, {**facts, "floor_area_m2.community_service": "0.1999999999"})
    assert less.verdict == "fail"
    assert "10 %;要求" not in say(less.explanation, "zh")
    assert "缺 0 个" not in say(less.explanation, "zh")


def test_the_share_reports_the_other_denominator():
    finding = judge(
        SHARE,
        {
            "total_floor_area_m2": 168000,
            "above_ground_floor_area_m2": 145000,
            "floor_area_m2.commerce": 9800,
            "floor_area_m2.community_service": 7100,
        },
    )
    assert number_text(Fraction(16900 * 100, 145000)) in say(finding.note, "zh")


def test_what_stands_within_another_figure_is_not_added_again():
    facts = {
        "total_floor_area_m2": 100_000,
        "floor_area_m2.commerce": 9_000,
        "floor_area_m2.community_service": 1_000,
    }
    assert judge(SHARE, facts).measured == 10
    inside = judge(SHARE, facts, includes={"commerce": ("community_service",)})
    assert inside.measured == 9
    assert inside.verdict == "fail"


def test_one_square_metre_counts_once_unless_sharing_is_asked_for():
    facts = {
        "households": 1000,
        "floor_area_m2.elder_care": 200,
        "shared_floor_area_m2.elder_care": 100,
    }
    once = judge(ELDER_CARE, facts)
    assert (once.verdict, once.measured) == ("fail", 200)
    shared = judge(ELDER_CARE, facts, counting=Counting(share_rooms=True))
    assert (shared.verdict, shared.measured) == ("pass", 200 + 100)
    assert "共用的 100 m²" in say(shared.note, "zh")


def test_what_is_missing_is_named_and_never_passes():
    no_area = judge(ELDER_CARE, {"households": 1000})
    assert (no_area.verdict, no_area.missing) == ("unknown", ("floor_area_m2.elder_care",))
    no_households = judge(ELDER_CARE, {"floor_area_m2.elder_care": 5000})
    assert (no_households.verdict, no_households.missing) == ("unknown", ("households",))
    neither = judge("wuhan-sport-outdoor-land", {})
    assert set(neither.missing) == {"land_area_m2.sport", "population"}
    named = {"体育健身设施用地面积（land_area_m2.sport）", "居住人口（population）"}
    assert {say(each, "zh") for each in neither.lacking} == named
    assert all(each in say(neither.explanation, "zh") for each in named)


def test_evidence_leads_to_the_cell():
    cell = Evidence("t.xlsx", "表!C7", "340", "m2")
    made = plan({"households": 1250})
    facts = {**made.facts, "floor_area_m2.elder_care": Fact(Decimal(340), "m2", (cell,))}
    made = plan({}, facilities=())
    finding = evaluate_plan([RULES[ELDER_CARE]], Plan(**{**_fields(made), "facts": facts}))[0]
    assert cell in finding.evidence


def _fields(made: Plan) -> dict[str, object]:
    return {name: getattr(made, name) for name in Plan.__dataclass_fields__}


def test_wuhan_governs_hubei_where_both_ask_for_elder_care():
    rules = [RULES["hubei-elder-care-floor-area"], RULES[ELDER_CARE]]
    facts = {"households": 1250, "floor_area_m2.elder_care": 240}
    hubei, wuhan = evaluate_plan(rules, plan(facts))
    assert (hubei.verdict, hubei.governs, hubei.governed_by) == ("fail", False, ELDER_CARE)
    assert wuhan.governs
    assert breaks(wuhan)
    assert not breaks(hubei)


def test_the_stricter_of_two_governs_even_if_the_lower_layer_is_laxer():
    lax = RULES[ELDER_CARE].require.model_copy(
        update={
            "at_least": Decimal(10),
            "and_total_at_least": None,
            "and_one_place_at_least": None,
        }
    )
    wuhan = RULES[ELDER_CARE].model_copy(update={"require": lax})
    facts = {"households": 1000, "floor_area_m2.elder_care": 150}
    hubei, city = evaluate_plan([RULES["hubei-elder-care-floor-area"], wuhan], plan(facts))
    assert city.governed_by == hubei.rule_id
    assert hubei.governs
    assert breaks(hubei)


def test_a_rule_that_does_not_apply_governs_nothing():
    rules = [RULES["gb50180-concentrated-green-new"], RULES["gb55038-concentrated-green-renewal"]]
    first, second = evaluate_plan(rules, plan({"population": 100}))
    assert first.governs
    assert second.verdict == "not_applicable"


def test_new_rules_do_not_bind_a_renewal():
    finding = elder_care(1250, 0, status="renewal")
    assert finding.verdict == "not_applicable"
    assert not breaks(finding)


@pytest.mark.parametrize(("expires", "holds"), [(DAY, True), (DAY - dt.timedelta(1), False)])
def test_a_waiver_holds_through_its_last_day_and_the_finding_stays_visible(expires, holds):
    waiver = Waiver(ELDER_CARE, "共用", "规划局", expires)
    finding = elder_care(1250, 340, waivers=(waiver,))
    assert finding.verdict == "fail"
    assert (finding.waived is waiver) is holds
    assert breaks(finding) is not holds
    assert ("到期" in say(finding.note, "zh")) is not holds


def test_a_waiver_of_another_facility_does_not_hold():
    waiver = Waiver(ELDER_CARE, "共用", "规划局", DAY, subject="f-9")
    assert elder_care(1250, 340, waivers=(waiver,)).waived is None


def test_a_table_that_lists_other_facilities_has_no_kindergarten():
    listed = {"households": 1250, "floor_area_m2.childcare": 220}
    finding = judge("wuhan-kindergarten-presence", listed)
    assert (finding.verdict, finding.measured) == ("fail", 0)
    assert judge("wuhan-kindergarten-presence", {"households": 1250}).verdict == "unknown"


def room(number: int, code: str, area: object, **more: object) -> PlannedFacility:
    fact = None if area is None else Fact(Decimal(str(area)), "m2")
    return PlannedFacility(f"f-{number}", "", (code,), fact, **more)


def test_one_large_childcare_room_is_enough_and_two_small_ones_are_not():
    small = [room(1, "childcare", 120), room(2, "childcare", 100)]
    facts = {"population": 5000, "floor_area_m2.childcare": 220, "count.childcare": 2}
    assert judge("wuhan-childcare-floor-area", facts, facilities=tuple(small)).verdict == "fail"
    large = (*small, room(3, "childcare", 200))
    facts["floor_area_m2.childcare"] = 220 + 200
    assert judge("wuhan-childcare-floor-area", facts, facilities=large).verdict == "pass"


def test_a_room_of_unknown_size_may_be_the_large_one():
    rooms = (room(1, "childcare", 120), room(2, "childcare", None))
    people = {"population": 5000}
    finding = judge("wuhan-childcare-floor-area", people, facilities=rooms)
    assert finding.verdict == "unknown"
    enough = (*rooms, room(3, "childcare", 250))
    assert judge("wuhan-childcare-floor-area", people, facilities=enough).verdict == "pass"


def test_a_total_of_two_rooms_bounds_the_larger_one():
    def of(total: int) -> str:
        facts = {"population": 5000, "floor_area_m2.childcare": total, "count.childcare": 2}
        return judge("wuhan-childcare-floor-area", facts).verdict

    assert of(2 * 200) == "pass"
    assert of(199) == "fail"
    assert of(300) == "unknown"


def test_every_complex_has_to_be_large_enough_but_any_may_have_the_functions():
    rooms = (room(1, "service_complex", 700), room(2, "service_complex", 500))
    finding = judge("embedded-complex-floor-area", {"count.service_complex": 2}, facilities=rooms)
    assert (finding.verdict, finding.measured, finding.shortfall) == ("fail", 500, 600 - 500)


def test_a_rule_about_facilities_appears_only_with_such_a_facility():
    rule = RULES["tdt1062-health-station-floor-area"]
    assert evaluate_plan([rule], plan({"floor_area_m2.elder_care": 300})) == ()
    finding = evaluate_plan([rule], plan({"floor_area_m2.health_station": 119}))[0]
    assert (finding.verdict, finding.shortfall) == ("fail", 120 - 119)


def test_radius_rules_wait_for_a_drawing_or_a_context():
    rule = RULES["gb50180-kindergarten-radius"]
    assert evaluate_plan([rule], plan({}))[0].verdict == "not_applicable"
    finding = evaluate_plan([rule], plan({}, context="siting.yaml"))[0]
    assert (finding.verdict, finding.missing) == ("unknown", ("layers.buildings",))


def test_indicators_report_and_judge_nothing():
    finding = judge("gb50180-living-circle-population", {"population": 3400})
    assert (finding.verdict, finding.measured, finding.required) == ("not_applicable", 3400, None)
    assert finding.strength == "indicator"


def test_an_alternative_with_options_of_its_own_is_measured_by_them():
    rule = RULES["wuhan-sport-indoor-or-outdoor"]
    other = rule.alternatives[0].model_copy(update={"options": Options(rounding="ceil_per_100")})
    strict = rule.model_copy(update={"alternatives": (other,)})
    facts = {"population": 1001, "floor_area_m2.sport": 0, "land_area_m2.sport": "300.3"}
    assert evaluate_plan([rule], plan(facts))[0].verdict == "pass"
    assert evaluate_plan([strict], plan(facts))[0].verdict == "pass"  # per person: steps of one


AREAS = st.decimals(min_value=0, max_value=10**5, places=2)


@given(st.integers(1, 10**5), AREAS, AREAS)
def test_more_floor_area_never_makes_a_plan_worse(households, area, more):
    before, after = elder_care(households, area), elder_care(households, area + more)
    assert after.shortfall <= before.shortfall
    assert not (before.verdict == "pass" and after.verdict == "fail")


@given(st.integers(1, 10**5), AREAS)
def test_the_shortfall_is_exactly_what_is_missing(households, area):
    finding = elder_care(households, area)
    required = max(Decimal(30) * households / 100, Decimal(300))
    assert finding.required == required
    assert finding.shortfall == max(required - area, Decimal(0))
    if finding.shortfall:
        assert elder_care(households, area + finding.shortfall).verdict == "pass"


@given(st.fractions(0, 1000, max_denominator=10**6), st.fractions(0, 1000, max_denominator=10**6))
def test_numbers_that_differ_are_never_written_alike(first, second):
    one, other = distinct_texts(first, second)
    assert (one == other) == (first == second) or abs(first - second) < Fraction(1, 10**11)


def test_every_rule_in_force_gives_a_finding_in_both_languages():
    rules = select_rules(PACKS, date=DAY, jurisdiction="cn-hubei-wuhan").rules
    findings = evaluate_plan(rules, plan({"households": 1250, "population": 3400}))
    assert len(findings) > 40
    for finding in findings:
        assert say(finding.explanation, "zh")
        assert say(finding.explanation, "en")
        assert finding.citation is not None
        assert finding.verdict != "pass"
