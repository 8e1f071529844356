"""Plan rules about single facilities: how large they are, and what they have to be like.

Owns the choice between the largest, each and all of them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Text
from siting.rules.pack.conditions import FALSE, TRUE, test_exactly
from siting.rules.plan.amounts import Amount, facilities_of, size_of, sum_of_types
from siting.rules.plan.finding import PlanVerdict
from siting.rules.plan.outcome import (
    NOTHING,
    Counting,
    Outcome,
    compared,
    judge,
    missing_text,
    outcome_of,
    planned_text,
)
from siting.rules.wording import joined, quantity_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Condition, Rule
    from siting.rules.plan.model import Evidence, Plan, PlannedFacility


def measure_size(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the largest facility, each one, or the total, as the rule says."""
    listed = facilities_of(plan, rule)
    known = [(size_of(each, measure.quantity), each) for each in listed]
    if rule.options.of == "total" or not listed:
        return _size_of_total(rule, plan, measure, counting)
    evidence = tuple(each.evidence for each in listed if each.evidence)
    sizes = [size for size, _ in known if size is not None]
    gaps = len(sizes) < len(known)
    missing = (f"facilities.{measure.quantity}",) if gaps else ()
    is_upper = rule.require is not None and rule.require.is_upper
    wants_least = (rule.options.of == "each") != is_upper
    if not sizes:
        return _unknown_size(rule, measure, evidence)
    chosen = min(sizes) if wants_least else max(sizes)
    settles = "fail" if rule.options.of == "each" else "pass"
    outcome = compared(rule, chosen, measure.finding_unit, evidence)
    if gaps and outcome.verdict in ("pass", "fail") and outcome.verdict != settles:
        return Outcome("unknown", missing_text(missing), None, outcome.required, evidence, missing)
    return outcome


def _size_of_total(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge a total, or a facility of which the plan gives nothing but a total."""
    amount = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    if amount.value is None:
        return _unknown_size(rule, measure, amount.evidence)
    if rule.options.of == "total":
        gaps = amount.missing
        return compared(rule, amount.value, measure.finding_unit, amount.evidence, gaps)
    return _size_of_mean(rule, plan, measure, amount)


def _size_of_mean(rule: Rule, plan: Plan, measure: Measure, amount: Amount) -> Outcome:
    """Judge several facilities by their total: the mean bounds the smallest and the largest."""
    assert amount.value is not None
    unit = measure.finding_unit
    whole = compared(rule, amount.value, unit, amount.evidence)
    count = sum((plan.value(f"count.{code}") or 0 for code in rule.facility_types), start=0)
    if count <= 1 or rule.require is None:
        return whole
    mean = compared(rule, amount.value / Fraction(count), unit, amount.evidence)
    settles: PlanVerdict = "fail" if rule.options.of == "each" else "pass"
    if mean.verdict == settles and not rule.require.is_upper:
        return mean
    if whole.verdict == "fail" and rule.options.of == "largest" and not rule.require.is_upper:
        return whole
    missing = (f"facilities.{measure.quantity}",)
    return Outcome("unknown", missing_text(missing), None, whole.required, (), missing)


def _unknown_size(rule: Rule, measure: Measure, evidence: tuple[Evidence, ...]) -> Outcome:
    keys = tuple(f"{measure.quantity}.{code}" for code in rule.facility_types)
    return Outcome("unknown", missing_text(keys), None, None, evidence, keys)


def measure_size_per(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the area of each facility for each of its beds; the worst one is reported."""
    listed = facilities_of(plan, rule)
    pairs = [(size_of(each, measure.quantity), size_of(each, "beds")) for each in listed]
    evidence = tuple(each.evidence for each in listed if each.evidence)
    if not listed:
        area = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
        beds = sum_of_types(plan, rule, "beds")
        pairs = [(area.value, beds.value)]
        evidence = (*area.evidence, *beds.evidence)
    known = [(area, beds) for area, beds in pairs if area is not None and beds is not None]
    missing = tuple(
        f"{quantity}.{rule.facility_types[0]}"
        for quantity, index in ((measure.quantity, 0), ("beds", 1))
        if any(pair[index] is None for pair in pairs)
    )
    if not known or rule.require is None:
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    limit = Fraction(rule.require.limit)
    sign = 1 if rule.require.is_upper else -1
    space, places = max(known, key=lambda pair: sign * (pair[0] - limit * pair[1]))
    required = limit * places
    verdict = judge(rule.require, space, required)
    if missing and verdict == "pass":
        return Outcome("unknown", missing_text(missing), None, required, evidence, missing)
    rate = quantity_text(limit, "m2")
    made = quantity_text(required, "m2")
    count = quantity_text(places, "beds")
    text = Text(f"{count.zh} × {rate.zh}/床 = {made.zh}", f"{count.en} × {rate.en}/bed = {made.en}")
    text = joined(text, planned_text(space, required, "m2", verdict))
    return outcome_of(verdict, text, space, required, evidence)


def measure_attributes(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Count the facilities that break a condition, such as a floor level."""
    listed = facilities_of(plan, rule)
    states = {each.facility_id: _attribute_state(each, rule.options.attributes) for each in listed}
    broken = [name for name, state in states.items() if state == FALSE]
    unknown = [name for name, state in states.items() if state not in (FALSE, TRUE)]
    evidence = tuple(each.evidence for each in listed if each.evidence)
    missing = tuple(f"facilities.{name}" for name in rule.options.attributes)
    if not listed or (unknown and not broken):
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    outcome = compared(rule, Fraction(len(broken)), measure.finding_unit, evidence)
    zh, en = "、".join(sorted(broken)), ", ".join(sorted(broken))
    text = Text(f"不符合：{zh}", f"breaking it: {en}") if broken else NOTHING
    return outcome_of(
        outcome.verdict,
        joined(outcome.explanation, text),
        outcome.measured,
        outcome.required,
        evidence,
    )


def _attribute_state(facility: PlannedFacility, tests: Mapping[str, Condition]) -> int:
    states = [
        test_exactly(condition, _attribute(facility, name)) for name, condition in tests.items()
    ]
    return min(states, default=TRUE)


def _attribute(facility: PlannedFacility, name: str) -> Fraction | str | None:
    value = getattr(facility, name, None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Fraction(value) if isinstance(value, int) else value
