"""Sizes of places and counts of rooms: what a plan leaves open is never taken for met."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
import yaml

from siting.rules.facts import unit_of
from siting.rules.pack.parse import parse_pack
from siting.rules.plan.evaluate import evaluate_plan
from siting.rules.plan.finding import breaks
from siting.rules.plan.model import Evidence, Fact, Phase, Plan, PlannedFacility
from siting.words import say

ELDER, CHILD = "elder_care", "childcare"


def judged(figures, rooms=(), *, phases=(), **asks):
    """Judge a plan of figures and rooms by one rule."""
    rule = {
        "id": "asked",
        "title": {"zh": "甲", "en": "A"},
        "applies_to": {"subject": "plan"},
        "strength": "mandatory",
        "source": {"clause": "x", "quote": "y", "confidence": "B"},
        **asks,
    }
    document = {"title": {"zh": "甲", "en": "A"}, "issuer": "乙", "url": "https://example.org"}
    pack = parse_pack(yaml.safe_dump({"document": document, "jurisdiction": "cn", "rules": [rule]}))
    facts = {key: Fact(Decimal(str(value)), unit_of(key)) for key, value in figures.items()}
    plan = Plan("p", "cn", dt.date(2026, 1, 1), "new", "p", facts, tuple(rooms), phases)
    return evaluate_plan(pack.rules, plan)[0]


def room(name, code, area=None, **more):
    size = None if area is None else Fact(Decimal(area), "m2")
    return PlannedFacility(name, name, (code,), size, **more)


def sized(figures, rooms=(), *, of="largest", sense="at_least", types=(ELDER,)):
    return judged(
        {f"floor_area_m2.{code}" if "." not in code else code: v for code, v in figures.items()},
        rooms,
        measure="minimum_floor_area",
        facility_types=list(types),
        require={sense: 300, "unit": "m2"},
        options={"of": of},
    ).verdict


@pytest.mark.parametrize(
    ("figures", "rooms", "verdict"),
    [
        ({ELDER: 400, CHILD: 300}, (), "pass"),
        ({ELDER: 400, CHILD: 299}, (), "fail"),
        ({ELDER: 400}, (), "unknown"),
        ({ELDER: 400, CHILD: 100}, (room("a", ELDER, 400),), "fail"),
        ({ELDER: 900, CHILD: 300}, (room("a", ELDER, 400),), "unknown"),
        ({ELDER: 600, CHILD: 300}, (room("a", ELDER, 400),), "fail"),
        ({ELDER: 700, CHILD: 300, "count.elder_care": 2}, (), "unknown"),
        ({ELDER: 500, CHILD: 300, "count.elder_care": 2}, (), "fail"),
        ({ELDER: 400, "count.childcare": 0}, (), "pass"),
    ],
)
def test_each_place_is_asked_of_every_type_and_of_what_no_room_is_listed_for(
    figures, rooms, verdict
):
    # 700 - 400 = 300 may be one room of 300 or two of 150; 600 - 400 = 200 is too small either way.
    assert sized(figures, rooms, of="each", types=(ELDER, CHILD)) == verdict


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ({ELDER: 300, CHILD: 100, "count.elder_care": 1, "count.childcare": 1}, "pass"),
        ({ELDER: 299, CHILD: 299, "count.elder_care": 1, "count.childcare": 1}, "fail"),
        ({ELDER: 100, CHILD: 299, "count.childcare": 2}, "fail"),
        ({ELDER: 100, CHILD: 300, "count.childcare": 2}, "unknown"),
        ({ELDER: 100, CHILD: 600, "count.childcare": 2}, "pass"),
    ],
)
def test_the_largest_place_is_that_of_one_type_and_no_mean_of_several(figures, verdict):
    assert sized(figures, types=(ELDER, CHILD)) == verdict


@pytest.mark.parametrize(("area", "verdict"), [(300, "pass"), (301, "unknown"), (601, "fail")])
def test_no_place_is_larger_than_the_total_of_all(area, verdict):
    figures = {ELDER: area, "count.elder_care": 2}
    assert sized(figures, sense="at_most") == verdict
    assert sized(figures, sense="at_most", of="each") == verdict


@pytest.mark.parametrize(
    ("most", "levels", "verdict"),
    [
        (0, (1, 1), "pass"),
        (0, (1, None), "unknown"),
        (0, (3, None), "fail"),
        (1, (3, 1), "pass"),
        (1, (3, None), "unknown"),
        (1, (1, None), "pass"),
        (1, (3, 3), "fail"),
    ],
)
def test_a_room_of_which_nothing_is_known_may_break_a_condition(most, levels, verdict):
    rooms = [room(f"r{i}", ELDER, 300, floor_level=level) for i, level in enumerate(levels)]
    finding = judged(
        {},
        rooms,
        measure="attribute_conditions",
        facility_types=[ELDER],
        require={"at_most": most, "unit": "facilities"},
        options={"attributes": {"floor_level": {"fact": "floor_level", "at_most": 2}}},
    )
    assert finding.verdict == verdict


def per_bed(figures, rooms=()):
    return judged(
        figures,
        rooms,
        measure="floor_area_per_bed",
        facility_types=[ELDER, "nursing_home"],
        require={"at_least": 20, "unit": "m2/bed"},
    )


def of(code, area, beds):
    return {f"floor_area_m2.{code}": area, f"beds.{code}": beds}


def test_area_for_each_bed_is_asked_of_each_type():
    enough = per_bed({**of(ELDER, 400, 20), **of("nursing_home", 200, 10)})
    assert enough.verdict == "pass"
    # 1,000 + 100 m2 are 36 for each of the 30 beds, yet those of the home have 10 each.
    worst = per_bed({**of(ELDER, 1000, 20), **of("nursing_home", 100, 10)})
    assert (worst.verdict, worst.measured, worst.required) == ("fail", 100, 20 * 10)
    assert per_bed(of(ELDER, 400, 20)).verdict == "unknown"
    assert per_bed({**of(ELDER, 400, 20), "count.nursing_home": 0}).verdict == "pass"
    none = per_bed({"count.elder_care": 0, "count.nursing_home": 0})
    assert (none.verdict, none.missing) == (
        "unknown",
        ("floor_area_m2.elder_care", "beds.elder_care"),
    )


def test_a_mean_of_several_places_does_not_show_that_each_has_enough():
    several = {**of(ELDER, 400, 20), "count.nursing_home": 0, "count.elder_care": 2}
    assert per_bed(several).verdict == "unknown"
    assert per_bed({**several, "floor_area_m2.elder_care": 399}).verdict == "fail"


def test_beds_beyond_the_listed_rooms_leave_the_area_for_each_open():
    listed = [room("a", ELDER, 400, beds=Fact(Decimal(20), "beds"))]
    figures = {"count.nursing_home": 0, "beds.elder_care": 20}
    assert per_bed(figures, listed).verdict == "pass"
    more = per_bed({**figures, "beds.elder_care": 21}, listed)
    assert (more.verdict, more.missing) == ("unknown", ("facilities.beds",))


@pytest.mark.parametrize(("count", "verdict"), [(0, "fail"), (1, "unknown")])
def test_a_type_that_the_plan_has_none_of_has_no_area(count, verdict):
    finding = judged(
        {"households": 1000, "count.elder_care": count},
        measure="floor_area_per_100_households",
        facility_types=[ELDER],
        require={"at_least": 30, "unit": "m2/100 households"},
    )
    assert finding.verdict == verdict
    assert finding.shortfall == (300 if count == 0 else None)


def test_a_type_with_places_is_there_though_its_area_is_nothing():
    finding = judged(
        {"floor_area_m2.childcare": 0, "places.childcare": 40},
        measure="presence",
        facility_types=[CHILD],
        require={"at_least": 1, "unit": "facilities"},
    )
    assert (finding.verdict, finding.measured) == ("pass", 1)


def test_another_way_that_is_open_leaves_a_rule_open():
    """100 of 1,000 m2 are 10 %, and 100 of 2,000 m2 are 5 %: whether that is 8 % nobody can say."""
    share = {
        "measure": "share_of_floor_area",
        "facility_types": [ELDER],
        "require": {"at_least": 8, "unit": "%"},
        "options": {
            "denominator": "total_floor_area_m2",
            "variants": ["above_ground_floor_area_m2"],
            "denominators_agree": True,
        },
    }
    figures = {
        "floor_area_m2.elder_care": 100,
        "total_floor_area_m2": 2000,
        "above_ground_floor_area_m2": 1000,
    }
    finding = judged(
        figures,
        measure="minimum_floor_area",
        facility_types=[ELDER],
        require={"at_least": 300, "unit": "m2"},
        alternatives=[share],
    )
    assert finding.verdict == "unknown"


def test_a_divided_room_is_evidence_only_of_what_it_is_for():
    def shared(name, *codes):
        here = Evidence("plan.yaml", name, "300")
        return PlannedFacility(name, name, codes, Fact(Decimal(300), "m2"), evidence=here)

    rooms = [shared("first", CHILD, ELDER), shared("second", "canteen", "food_market")]
    finding = judged(
        {"floor_area_m2.elder_care": 0, "shared_floor_area_m2.elder_care": 300},
        rooms,
        measure="minimum_floor_area",
        facility_types=[ELDER],
        require={"at_least": 300, "unit": "m2"},
        options={"of": "total"},
    )
    assert (finding.verdict, finding.measured) == ("pass", 300)
    assert [place.location for place in finding.evidence] == ["first"]


@pytest.mark.parametrize(
    ("subject", "says"), [("plan", "does not meet the rule's condition"), ("area", "about areas")]
)
def test_a_rule_that_does_not_judge_a_plan_says_why_and_shows_its_figure(subject, says):
    finding = judged(
        {"households": 100, "floor_area_m2.elder_care": 340},
        measure="floor_area_per_100_households",
        facility_types=[ELDER],
        require={"at_least": 30, "unit": "m2/100 households"},
        applies_to={
            "subject": subject,
            "shown_on_plans": True,
            "plan_when": {"fact": "households", "at_least": 101},
        },
    )
    assert (finding.verdict, finding.measured, finding.required) == ("not_applicable", 340, None)
    assert finding.strength == "indicator"
    assert says in say(finding.explanation, "en")
    # 340 m2 for 100 households are 340 for each 100.
    assert "340" in say(finding.explanation, "en")


def test_where_a_condition_is_open_a_rule_that_is_met_passes_and_one_that_is_not_is_unknown():
    asks = {
        "measure": "minimum_floor_area",
        "facility_types": [ELDER],
        "require": {"at_least": 300, "unit": "m2"},
        "applies_to": {"subject": "plan", "when": {"fact": "households", "at_least": 500}},
    }
    assert judged({"floor_area_m2.elder_care": 300}, **asks).verdict == "pass"
    open_ = judged({"floor_area_m2.elder_care": 299}, **asks)
    assert (open_.verdict, open_.missing, open_.required) == ("unknown", ("households",), None)
    assert open_.measured == 299
    met = judged({"floor_area_m2.elder_care": 299, "households": 499}, **asks)
    assert met.verdict == "not_applicable"


@pytest.mark.parametrize(("households", "governed_by"), [(500, "asked"), (499, ""), (None, "")])
def test_a_rule_of_which_nobody_knows_whether_it_applies_governs_nothing(households, governed_by):
    """Else a recommendation that may not apply would hide that the other rule surely fails."""
    rule = {
        "title": {"zh": "甲", "en": "A"},
        "measure": "minimum_floor_area",
        "facility_types": [ELDER],
        "source": {"clause": "x", "quote": "y", "confidence": "B"},
    }
    condition = {"subject": "plan", "when": {"fact": "households", "at_least": 500}}
    rules = [
        {**rule, "id": "asked", "applies_to": condition, "strength": "recommended",
         "require": {"at_least": 100, "unit": "m2"}, "supersedes": ["other"]},
        {**rule, "id": "other", "applies_to": {"subject": "plan"}, "strength": "mandatory",
         "require": {"at_least": 300, "unit": "m2"}},
    ]  # fmt: skip
    document = {"title": {"zh": "甲", "en": "A"}, "issuer": "乙", "url": "https://example.org"}
    # As JSON, which is YAML without aliases.
    pack = parse_pack(json.dumps({"document": document, "jurisdiction": "cn", "rules": rules}))
    facts = {"floor_area_m2.elder_care": Fact(Decimal(200), "m2")}
    if households is not None:
        facts["households"] = Fact(Decimal(households), "households")
    plan = Plan("p", "cn", dt.date(2026, 1, 1), "new", "p", facts)
    other = evaluate_plan(pack.rules, plan)[1]
    assert (other.verdict, other.governed_by) == ("fail", governed_by)
    assert breaks(other) is not bool(governed_by)


@pytest.mark.parametrize(
    ("count", "rooms", "says"),
    [
        (1, (), "a row of the table is taken as one place"),
        (1, (room("a", ELDER, 100), room("b", ELDER, 100)), "largest"),
        (3, (), "one place"),
    ],
)
def test_it_is_said_how_the_largest_place_is_known(count, rooms, says):
    finding = judged(
        {"households": 500, "floor_area_m2.elder_care": 200, "count.elder_care": count},
        rooms,
        measure="floor_area_per_100_households",
        facility_types=[ELDER],
        require={
            "at_least": 30,
            "unit": "m2/100 households",
            "and_one_place_at_least": 300,
        },
    )
    # 500 households need 150 m2; the plan has 200, and no place of 300.
    assert (finding.verdict, finding.required) == ("fail", 300)
    told = say(finding.explanation, "en")
    assert says in told
    assert ("a row of the table" in told) is (not rooms and count == 1)
    assert "by the rows or phases" not in told


def test_places_of_several_types_are_told_by_rows_where_phases_divide_one_of_them():
    key = "floor_area_m2.elder_care"
    phases = tuple(
        Phase(f"{order}", order, {key: Fact(Decimal(area), "m2")})
        for order, area in enumerate((150, 50), start=1)
    )
    finding = judged(
        {"households": 500, key: 200, "floor_area_m2.childcare": 100},
        phases=phases,
        measure="floor_area_per_100_households",
        facility_types=[ELDER, CHILD],
        require={"at_least": 30, "unit": "m2/100 households", "and_one_place_at_least": 151},
    )
    assert (finding.verdict, finding.measured) == ("fail", 150)
    assert "by the rows or phases of the table" in say(finding.explanation, "en")
