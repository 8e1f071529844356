"""A plan that contradicts itself is told so, with both figures and their places."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from siting.loaders.plan.facts import facts_of_rows
from siting.rules.facts import unit_of
from siting.rules.plan.consistency import check_consistency, rounding
from siting.rules.plan.model import Doubt, Evidence, Fact, Phase, Plan, PlannedFacility, PlanRow
from siting.words import say


def row(key, text, unit="", *, factor=1, cell="S!B1", parent=-1, part="", phase=""):
    value = Decimal(text) * factor
    evidence = Evidence("t.xlsx", cell, text, unit, key)
    return PlanRow(key, value, unit_of(key), evidence, "", parent, part, phase)


def plan_of(*rows, **more):
    facts = facts_of_rows(rows)
    return Plan("江湾", "cn", None, "new", "t.xlsx", facts, rows=tuple(rows), **more)


def found(plan):
    return [(each.rule_id, each.subject) for each in check_consistency(plan)]


def test_parts_that_exceed_their_total_are_named_with_the_excess():
    plan = plan_of(
        row("total_floor_area_m2", "1000", cell="S!B1"),
        row("residential_floor_area_m2", "900", cell="S!B2", parent=0),
        row("floor_area_m2.commerce", "200", cell="S!B3", parent=0),
    )
    (finding,) = check_consistency(plan)
    assert finding.rule_id == "plan-parts-exceed-total"
    assert (finding.measured, finding.required) == (900 + 200, 1000)
    assert finding.shortfall == 900 + 200 - 1000
    assert [e.location for e in finding.evidence] == ["S!B2", "S!B3", "S!B1"]
    assert "= 1,100 m²" in say(finding.explanation, "en")


def test_parts_may_be_less_than_their_total():
    plan = plan_of(
        row("total_floor_area_m2", "1000"), row("residential_floor_area_m2", "900", parent=0)
    )
    assert found(plan) == []


def test_a_difference_within_the_rounding_of_the_figures_is_none():
    # 16.8 万㎡ is anything from 167,500 to 168,500.
    rows = (
        row("total_floor_area_m2", "16.8", "万m2", factor=10000),
        row("above_ground_floor_area_m2", "150000"),
    )
    within = row("underground_floor_area_m2", "18500")
    beyond = row("underground_floor_area_m2", "18502")
    assert found(plan_of(*rows, within)) == []
    assert [rule for rule, _ in found(plan_of(*rows, beyond))] == ["plan-total-is-not-the-sum"]


def test_the_classic_wrong_unit_is_suspected():
    # 16.8 万㎡ entered as 16.8 ㎡ for 1,250 households.
    plan = plan_of(row("total_floor_area_m2", "16.8"), row("households", "1250"))
    (finding,) = check_consistency(plan)
    assert (finding.rule_id, finding.subject) == (
        "plan-unit-suspicious",
        "total_floor_area_m2/households",
    )
    assert "万㎡" in say(finding.explanation, "zh")


def test_a_share_that_is_a_hundred_times_off_is_a_finding_until_one_is_chosen():
    """绿地率 0.35 with the unit % is 0.35 %, which no plan has; 35 % is 0.35."""
    slip = replace(row("green_share", "0.35", "%", factor=Decimal("0.01")), other=Decimal("0.35"))
    readings = tuple(Fact(value, "share", (slip.evidence,)) for value in (slip.value, slip.other))
    plan = replace(plan_of(slip), facts={}, doubtful={"green_share": Doubt(readings)})
    (finding,) = check_consistency(plan)
    assert (finding.rule_id, finding.subject) == ("plan-share-suspicious", "green_share")
    assert [each.location for each in finding.evidence] == ["S!B1"]
    assert "0.35 %" in say(finding.explanation, "en")
    assert "35 % is probably meant" in say(finding.explanation, "en")
    chosen = replace(plan, facts={"green_share": readings[1]}, doubtful={})
    assert found(chosen) == []


def test_a_room_smaller_than_any_room_is_suspected():
    # 0.034 万㎡ entered as 0.034 ㎡.
    plan = plan_of(row("floor_area_m2.elder_care", "0.034"))
    (finding,) = check_consistency(plan)
    assert "340 m²" in say(finding.explanation, "en")


def test_one_figure_given_twice_must_agree():
    same = plan_of(row("households", "1250"), row("households", "1250", cell="T!B1"))
    other = plan_of(row("households", "1250"), row("households", "1260", cell="T!B1"))
    assert found(same) == []
    assert found(other) == [("plan-figure-given-twice", "households")]


def test_two_rooms_of_one_type_in_one_table_are_no_contradiction():
    plan = plan_of(
        row("floor_area_m2.elder_care", "200", cell="S!B1"),
        row("floor_area_m2.elder_care", "140", cell="S!B2"),
    )
    assert plan.value("floor_area_m2.elder_care") == 200 + 140
    assert found(plan) == []


def test_phases_must_add_up():
    def phase(name, order, households):
        fact = Fact(Decimal(households), "households")
        return Phase(name, order, {"households": fact})

    whole = plan_of(row("households", "1250"))
    right = replace(whole, phases=(phase("一期", 1, 600), phase("二期", 2, 650)))
    wrong = replace(whole, phases=(phase("一期", 1, 600), phase("二期", 2, 600)))
    assert found(right) == []
    assert found(wrong) == [("plan-phases-differ-from-total", "households")]


@pytest.mark.parametrize(("ratio", "count"), [("3.0", 0), ("3.05", 0), ("3.2", 1)])
def test_a_floor_area_ratio_must_fit_its_areas(ratio, count):
    plan = plan_of(
        row("far_floor_area_m2", "30000"),
        row("site_area_m2", "10000"),
        row("floor_area_ratio", ratio),
    )
    assert len(found(plan)) == count


def test_the_table_must_agree_with_the_list_of_facilities():
    def facility(area):
        fact = Fact(Decimal(area), "m2", (Evidence("p.yaml", "line 9", str(area), line=9),))
        return PlannedFacility("f", "", ("elder_care",), floor_area_m2=fact)

    table = row("floor_area_m2.elder_care", "340")
    assert found(plan_of(table, facilities=(facility(340),))) == []
    assert found(plan_of(table, facilities=(facility(240),))) == [
        ("plan-table-differs-from-facilities", "floor_area_m2.elder_care")
    ]


@pytest.mark.parametrize(("width", "count"), [(100, 0), (102, 0), (102.1, 1), (97.9, 1)])
def test_the_site_may_differ_from_the_table_by_two_per_cent(width, count):
    # 10,000 m2 in the table, rounded to the square metre; the drawing has width x 100.
    plan = plan_of(row("site_area_m2", "10000"), site=box(0, 0, width, 100))
    assert len(found(plan)) == count


def test_households_of_the_buildings_must_be_those_of_the_table():
    homes = gpd.GeoDataFrame(
        {"home_id": ["a", "b"], "households": [600.0, 640.0]},
        geometry=[Point(0, 0), Point(1, 1)],
        crs=4547,
    )
    assert found(plan_of(row("households", "1240"), homes=homes)) == []
    (finding,) = check_consistency(plan_of(row("households", "1250"), homes=homes))
    assert finding.rule_id == "plan-table-differs-from-drawing"
    assert (finding.measured, finding.required) == (600 + 640, 1250)


def test_a_part_larger_than_the_whole_is_found_without_nesting():
    plan = plan_of(row("total_floor_area_m2", "1000"), row("floor_area_m2.commerce", "1002"))
    assert [rule for rule, _ in found(plan)] == ["plan-parts-exceed-total"]


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_a_total_of_its_parts_and_more_is_never_a_contradiction(parts, rest):
    rows = [row("total_floor_area_m2", str(sum(parts) + rest))]
    rows += [
        row("residential_floor_area_m2", str(part), cell=f"S!B{i}", parent=0, part=str(i))
        for i, part in enumerate(parts)
    ]
    rules = {rule for rule, _ in found(plan_of(*rows))}
    assert "plan-parts-exceed-total" not in rules


@pytest.mark.parametrize(
    ("text", "factor", "half"),
    [("16.8", 10000, Decimal(500)), ("168000", 1, Decimal("0.5")), ("1,250", 1, Decimal("0.5"))],
)
def test_the_rounding_of_a_figure_is_half_its_last_digit(text, factor, half):
    value = Decimal(text.replace(",", "")) * factor
    assert rounding(Fact(value, "m2", (Evidence("f", "c", text),))) == half


def test_a_plan_of_nothing_contradicts_nothing():
    assert check_consistency(plan_of()) == ()


def test_explanations_speak_the_language_of_the_reader():
    plan = plan_of(row("total_floor_area_m2", "16.8"), row("households", "1250"))
    (finding,) = check_consistency(plan)
    assert say(finding.explanation, "zh").startswith(
        "总建筑面积 16.8 m² ÷ 居住户数 1,250 户 = 0.0134 m²/户"
    )
    assert say(finding.explanation, "en").startswith("total floor area 16.8 m² / 1,250 households")


@pytest.mark.parametrize(("ratio", "count"), [("2.50", 0), ("1.93", 1)])
def test_a_floor_area_ratio_is_of_the_net_site_where_a_table_gives_both(ratio, count):
    # 120000 / 48000 = 2.5 of the net site, 120000 / 62000 = 1.935... of the gross one.
    net = row("site_area_m2", "48000", cell="S!B2", parent=0)
    plan = plan_of(
        row("site_area_m2", "62000", cell="S!B1"),
        replace(net, evidence=replace(net.evidence, label="其中：规划净用地面积")),
        row("far_floor_area_m2", "120000", cell="S!B3"),
        row("floor_area_ratio", ratio, cell="S!B4"),
    )
    assert plan.value("site_area_m2") == 62_000
    assert len(check_consistency(plan)) == count
