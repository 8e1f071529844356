"""Plan rules about single facilities: how large they are, and what they have to be like.

Owns the choice between the largest, each and all of them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Quantity, message
from siting.rules.pack.conditions import FALSE, TRUE, test_exactly
from siting.rules.plan.amounts import (
    Amount,
    facilities_of,
    fact_amount,
    outer_types,
    serving,
    size_of,
    sum_of_types,
)
from siting.rules.plan.measures.places import places_of
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
from siting.rules.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Condition, Require, Rule
    from siting.rules.plan.model import Evidence, Plan, PlannedFacility


def measure_size(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the largest facility, each one, or the total, as the rule says."""
    listed = facilities_of(plan, rule)
    sizes = [size_of(each, measure.quantity) for each in listed]
    amount = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    if amount.value is None and all(size is None for size in sizes):
        return _unknown_size(rule, measure, amount.evidence)
    evidence = tuple(each.evidence for each in listed if each.evidence) or amount.evidence
    if rule.options.of == "total":
        return _size_of_total(rule, measure, amount)
    places = places_of(rule, plan, measure.quantity, amount)
    require = rule.require
    low, high, shown = places.largest, places.bound, places.largest
    if rule.options.of == "each" and not (require and require.is_upper):
        low, high = places.smallest, places.least_bound
        # The most that the smallest can have: what is short is short of that at least.
        shown = low if high is None else high
    outcome = compared(rule, shown, measure.finding_unit, evidence)
    if require is None or _is_settled(require, low, high):
        return outcome
    return _not_divided(measure, outcome, evidence)


def _size_of_total(rule: Rule, measure: Measure, amount: Amount) -> Outcome:
    if amount.value is None:
        return _unknown_size(rule, measure, amount.evidence)
    return compared(rule, amount.value, measure.finding_unit, amount.evidence, amount.missing)


def _is_settled(require: Require, low: Fraction, high: Fraction | None) -> bool:
    """Tell whether every size from the low end to the high one gets the same verdict."""
    limit = Fraction(require.limit)
    verdict = judge(require, low, limit)
    if high is None:
        return (verdict == "fail") == require.is_upper
    return verdict == judge(require, high, limit)


def _not_divided(measure: Measure, outcome: Outcome, evidence: tuple[Evidence, ...]) -> Outcome:
    missing = (f"facilities.{measure.quantity}",)
    return Outcome("unknown", missing_text(missing), None, outcome.required, evidence, missing)


def _unknown_size(rule: Rule, measure: Measure, evidence: tuple[Evidence, ...]) -> Outcome:
    keys = tuple(f"{measure.quantity}.{code}" for code in rule.facility_types)
    return Outcome("unknown", missing_text(keys), None, None, evidence, keys)


def measure_size_per(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the area of each facility for each of its beds; the worst one is reported."""
    pairs: list[tuple[Fraction | None, Fraction | None]] = []
    missing: list[str] = []
    evidence: list[Evidence] = []
    for code in outer_types(plan, rule.facility_types):
        one = rule.model_copy(update={"facility_types": (code,)})
        found, gaps, where = _per_place(one, plan, measure, counting)
        pairs += found
        missing += gaps
        evidence += where
    if not pairs:
        missing += [
            f"{quantity}.{rule.facility_types[0]}" for quantity in (measure.quantity, "beds")
        ]
    known = [(area, beds) for area, beds in pairs if area is not None and beds is not None]
    if not known or rule.require is None:
        return Outcome("unknown", missing_text(missing), None, None, (*evidence,), (*missing,))
    limit = Fraction(rule.require.limit)
    sign = 1 if rule.require.is_upper else -1
    space, places = max(known, key=lambda pair: sign * (pair[0] - limit * pair[1]))
    required = limit * places
    verdict = judge(rule.require, space, required)
    if missing and verdict == "pass":
        return Outcome("unknown", missing_text(missing), None, required, (*evidence,), (*missing,))
    product = message(
        "rate.per_bed",
        beds=Quantity(places, "beds"),
        rate=Quantity(limit, "m2"),
        total=Quantity(required, "m2"),
    )
    text = sentences(product, planned_text(space, required, "m2", verdict))
    return outcome_of(verdict, text, space, required, (*evidence,))


def _per_place(
    rule: Rule, plan: Plan, measure: Measure, counting: Counting
) -> tuple[list[tuple[Fraction | None, Fraction | None]], list[str], list[Evidence]]:
    """Return area and beds of each place of one type, and what is not known of them.

    Without listed rooms the type is one place, whose mean settles no more than that it fails where
    the plan counts several. What a total has beyond the listed rooms is not known place by place.
    """
    code = rule.facility_types[0]
    listed = facilities_of(plan, rule)
    amounts = [
        sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms),
        sum_of_types(plan, rule, "beds"),
    ]
    quantities = (measure.quantity, "beds")
    if not listed:
        area, beds = amounts
        gaps = [key for each in amounts for key in each.missing]
        if area.value == 0 and beds.value == 0:
            return [], gaps, [*area.evidence, *beds.evidence]
        if (fact_amount(plan, f"count.{code}").value or 0) > 1:
            gaps.append(f"facilities.{measure.quantity}")
        return [(area.value, beds.value)], gaps, [*area.evidence, *beds.evidence]
    pairs = [(size_of(each, measure.quantity), size_of(each, "beds")) for each in listed]
    gaps = []
    for index, quantity in enumerate(quantities):
        sizes = [pair[index] for pair in pairs]
        if None in sizes:
            gaps.append(f"{quantity}.{code}")
        elif (amounts[index].value or 0) > sum(size or 0 for size in sizes):
            gaps.append(f"facilities.{quantity}")
    return pairs, gaps, [each.evidence for each in listed if each.evidence]


def measure_attributes(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Count the facilities that break a condition, such as a floor level."""
    listed = serving(plan, rule)
    states = {each.facility_id: _attribute_state(each, rule.options.attributes) for each in listed}
    broken = [name for name, state in states.items() if state == FALSE]
    worst = sum(state != TRUE for state in states.values())
    evidence = tuple(each.evidence for each in listed if each.evidence)
    missing = tuple(f"facilities.{name}" for name in rule.options.attributes)
    surely, require = Fraction(len(broken)), rule.require
    if not listed or (require and not _is_settled(require, surely, Fraction(worst))):
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    outcome = compared(rule, surely, measure.finding_unit, evidence)
    text = message("facility.breaking", names=sorted(broken)) if broken else NOTHING
    return outcome_of(
        outcome.verdict,
        sentences(outcome.explanation, text),
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
